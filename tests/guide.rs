//! The guide, `docs/guide.md` and `docs/guide.zh.md`, is followed from an empty folder to its end.
//!
//! The blocks of a guide are carried out in their order in one folder, which is empty at first. A block ```` ```csv NAME ````,
//! ```` ```kp NAME ```` or ```` ```rhai NAME ```` writes that file; a block ```` ```diff NAME ```` changes it: its lines that begin with `-` or a
//! blank must stand there once, and give way to those that begin with `+` or a blank. Of a block ```` ```console ```` the lines that begin with `$ kaoping` are run,
//! and print the lines after them; `…` on a line of its own stands for any lines. A line `exit status N` ends what a command prints
//! that does not end with 0.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test reads its own files")]

#[path = "harness/markdown.rs"]
mod markdown;
#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use markdown::{Block, agrees, blocks};
use program::{kaoping_in, root};

const GUIDES: [(&str, &str); 2] = [("docs/guide.zh.md", "zh_CN.UTF-8"), ("docs/guide.md", "en_GB.UTF-8")];

fn guide(path: &str) -> Vec<Block> {
    blocks(&fs::read_to_string(root().join(path)).unwrap())
}

/// The words of a command; quotation marks hold a word with blanks together.
fn words(command: &str) -> Vec<String> {
    command
        .split('"')
        .enumerate()
        .flat_map(|(index, part)| if index % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() })
        .collect()
}

/// Carries out a block of lines that go and lines that come.
fn change(block: &Block, file: &Path, path: &str) {
    let side =
        |marks: [char; 2]| -> String { block.text.lines().filter(|line| line.starts_with(marks)).flat_map(|line| [line.get(1..).unwrap(), "\n"]).collect() };
    let (old, new) = (side(['-', ' ']), side(['+', ' ']));
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches(&old).count(), 1, "{path}:{}\n{old}\n{text}", block.line);
    fs::write(file, text.replacen(&old, &new, 1)).unwrap();
}

fn run(commands: &Block, folder: &Path, locale: &str, path: &str) -> usize {
    let mut count = 0;
    for command in commands.text.split("$ kaoping ").skip(1) {
        let (arguments, shown) = command.split_once('\n').unwrap();
        let words = words(arguments);
        let run = kaoping_in(folder, &words.iter().map(String::as_str).collect::<Vec<_>>(), &[("LC_ALL", locale)]);
        let printed = format!("{}{}", run.out, run.err);
        let (shown, status) = match shown.trim_end().rsplit_once("exit status ") {
            Some((shown, status)) => (shown, status.parse().unwrap()),
            None => (shown, 0),
        };
        assert!(agrees(shown, &printed) && run.status == status, "{path}:{} kaoping {arguments}\nexit status {}\n{printed}", commands.line, run.status);
        count += 1;
    }
    count
}

#[test]
fn the_guide_is_followed_from_an_empty_folder_to_its_end() {
    for (path, locale) in GUIDES {
        let folder = tempfile::tempdir().unwrap();
        let mut count = 0;
        for block in guide(path) {
            match block.info.split_once(' ') {
                None if block.info == "console" => count += run(&block, folder.path(), locale, path),
                None => {}
                Some(("diff", name)) => change(&block, &folder.path().join(name), path),
                Some((_, name)) => {
                    let file = folder.path().join(name);
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, &block.text).unwrap();
                }
            }
        }
        assert!(count >= 15, "{path}: {count} commands");
    }
}

#[test]
fn both_guides_take_the_same_steps() {
    let [zh, en] = GUIDES.map(|(path, _)| guide(path).iter().map(|block| block.info.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>());
    assert_eq!(zh, en);
}
