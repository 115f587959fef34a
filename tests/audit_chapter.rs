//! The chapter "auditing a bulletin", `docs/audit.md` and `docs/audit.zh.md`, is followed from its files to its findings.
//!
//! It is followed in a folder of its own, which holds copies of what the chapter says one has: the standard and the files of the month. The blocks are
//! carried out in their order. Of a block ```` ```console ```` the lines that begin with `$ kaoping` are run and print the lines after them; `…` on a line of its own
//! stands for any lines. What goes to standard error may be left out; a line `exit status N` ends what a command prints that does not end with 0. The commands
//! of a block ```` ```sh ```` are run and end with 0; a `\` at the end of a line goes on with the next. A block ```` ```csv NAME ```` writes that file, and a block
//! ```` ```diff NAME ```` changes it: the lines behind `-` stand there once, and give way to those behind `+`.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/markdown.rs"]
mod markdown;
#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::process::Command;

use markdown::{Block, agrees, blocks};
use program::{Run, kaoping, root};
use tempfile::TempDir;

const CHAPTERS: [&str; 2] = ["docs/audit.zh.md", "docs/audit.md"];

fn text(chapter: &str) -> String {
    fs::read_to_string(root().join(chapter)).unwrap()
}

/// Copies of what one has at first.
fn had() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("policies/lianyungang"), &folder.path().join("policies/lianyungang"));
    copy(&root().join("golden/lianyungang/2020-11"), &folder.path().join("2020-11"));
    // what is expected of the claims is no part of the bulletin
    fs::remove_file(folder.path().join("2020-11/claims.expected.csv")).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs `kaoping …` or `kaoping-replay …`.
fn run(folder: &Path, command: &str) -> Run {
    let words: Vec<&str> = command.split_whitespace().collect();
    if words[0] == "kaoping" {
        return kaoping(folder, &words[1..]);
    }
    assert_eq!(words[0], "kaoping-replay", "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_kaoping-replay")).args(&words[1..]).current_dir(folder).env("LC_ALL", "zh_CN.UTF-8").output().unwrap();
    Run { status: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}

/// The commands of a block, each with what is shown of it.
fn commands(block: &Block) -> Vec<(String, String)> {
    match block.info.as_str() {
        "console" => {
            block.text.split("$ ").skip(1).map(|part| part.split_once('\n').unwrap()).map(|(command, shown)| (command.to_owned(), shown.to_owned())).collect()
        }
        "sh" => block.text.replace("\\\n", " ").lines().map(|command| (command.to_owned(), "…\n".to_owned())).collect(),
        _ => Vec::new(),
    }
}

/// Carries out a block of lines that go and lines that come.
fn change(block: &Block, file: &Path) {
    let side = |mark: char| -> String { block.text.lines().filter_map(|line| line.strip_prefix(mark)).flat_map(|line| [line, "\n"]).collect() };
    let (old, held) = (side('-'), fs::read_to_string(file).unwrap());
    assert_eq!(held.matches(&old).count(), 1, "{}: {old}", block.line);
    fs::write(file, held.replacen(&old, &side('+'), 1)).unwrap();
}

/// Follows a chapter; all that was printed.
fn follow(chapter: &str, folder: &Path) -> String {
    let mut printed = String::new();
    for block in blocks(&text(chapter)) {
        for (command, shown) in commands(&block) {
            let run = run(folder, &command);
            let (shown, status) = match shown.trim_end().rsplit_once("exit status ") {
                Some((shown, status)) => (shown, status.parse().unwrap()),
                None => (shown.as_str(), 0),
            };
            let both = format!("{}{}", run.out, run.err);
            let as_shown = |printed: &str| agrees(shown.trim_end(), printed.trim_end());
            assert!(
                run.status == status && ((!run.out.is_empty() && as_shown(&run.out)) || as_shown(&both)),
                "{chapter}:{} {command}\nexit status {}\n{both}",
                block.line,
                run.status
            );
            printed.push_str(&both);
        }
        match block.info.split_once(' ') {
            Some(("csv", name)) => fs::write(folder.join(name), &block.text).unwrap(),
            Some(("diff", name)) => change(&block, &folder.join(name)),
            _ => {}
        }
    }
    printed
}

#[test]
fn the_chapter_is_followed_from_its_files_to_its_findings() {
    for chapter in CHAPTERS {
        let folder = had();
        let printed = follow(chapter, folder.path());
        // what stands as code in the list of findings was printed on the way
        let text = text(chapter);
        let findings = text.split("\n### ").find(|part| part.starts_with("查出了什么") || part.starts_with("What was found")).unwrap();
        let codes: Vec<&str> = findings.split('`').skip(1).step_by(2).collect();
        assert!(codes.len() >= 12, "{chapter}: {}", codes.len());
        let missing: Vec<&&str> = codes.iter().filter(|code| !printed.contains(**code)).collect();
        assert!(missing.is_empty(), "{chapter}: {missing:?}");
        // the files that it says are there are there, and so are those that it makes
        for name in text.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|line| line.split('`').next()) {
            assert!(!name.contains('/') || folder.path().join(name).exists(), "{chapter}: {name}");
        }
        assert!(folder.path().join("审阅.html").exists() && folder.path().join("2020-11.json").exists());
    }
}

#[test]
fn every_command_that_audits_is_on_the_way() {
    let verbs = ["score", "test", "reconcile", "infer-rounding", "invert", "claims", "whatif", "goal", "sensitivity", "report", "verify"];
    for chapter in CHAPTERS {
        let all: Vec<String> = blocks(&text(chapter)).iter().filter(|block| block.info == "console").flat_map(commands).map(|(command, _)| command).collect();
        for verb in verbs {
            assert!(all.iter().any(|command| command.starts_with(&format!("kaoping {verb} "))), "{chapter}: {verb}");
        }
        assert!(all.iter().any(|command| command.starts_with("kaoping-replay ")), "{chapter}");
    }
}

#[test]
fn both_chapters_have_the_same_commands() {
    let [zh, en] = CHAPTERS.map(|chapter| {
        let plain = |command: String| command.replace(" --lang en", "").split_whitespace().collect::<Vec<_>>().join(" ");
        blocks(&text(chapter))
            .iter()
            .map(|block| (block.info.clone(), commands(block).into_iter().map(|(command, _)| plain(command)).collect()))
            .collect::<Vec<(String, Vec<String>)>>()
    });
    assert_eq!(zh, en);
}
