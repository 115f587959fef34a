//! Help, errors of the command line, completions and manual pages speak one language, and every example in them runs.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{kaoping, kaoping_in, root};

/// The names of all commands, as the help lists them.
fn verbs() -> Vec<String> {
    let help = kaoping(root(), &["--help", "--lang", "en"]).out;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

fn is_han(letter: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&letter)
}

/// Words that are the same in both languages: names of programs, formats and options.
fn is_name(word: &str) -> bool {
    const NAMES: &[&str] = &[
        "kaoping",
        "zh",
        "en",
        "text",
        "json",
        "CSV",
        "JSON",
        "XLSX",
        "UTF",
        "csv",
        "md",
        "xlsx",
        "html",
        "policies",
        "golden",
        "facts",
        "bash",
        "zsh",
        "fish",
        "powershell",
        "elvish",
        "Q4",
        "K0302",
        "fmt",
        "check",
        "test",
        "fails",
        "man",
        "rhai",
        "kp",
        "pub",
        "adjustments",
        "DIR",
        "inconsistent",
        "rounding",
        "unknown",
        "h",
        "V",
    ];
    NAMES.contains(&word) || verbs().iter().any(|verb| verb.split('-').any(|part| part == word))
}

#[test]
fn chinese_help_holds_no_english_word_and_english_help_no_chinese_one() {
    let mut pages = vec![vec!["--help".to_owned()]];
    pages.extend(verbs().iter().map(|verb| vec!["help".to_owned(), verb.clone()]));
    assert!(pages.len() > 8);
    for page in pages {
        let arguments = |lang: &'static str| -> Vec<String> { page.iter().cloned().chain(["--lang".to_owned(), lang.to_owned()]).collect() };
        let run = |lang| kaoping(root(), &arguments(lang).iter().map(String::as_str).collect::<Vec<_>>());
        let (zh, en) = (run("zh"), run("en"));
        assert_eq!((zh.status, en.status), (0, 0), "{page:?}");
        let (above, examples) = zh.out.split_once("例(文件和单位换成自己的):\n").unwrap();
        assert!(examples.contains("    $ kaoping "), "{page:?}");
        for line in above.lines() {
            let options: Vec<&str> = line.split(|letter: char| letter == ' ' || is_han(letter)).filter(|part| part.starts_with("--")).collect();
            let words = line.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.starts_with(|letter: char| letter.is_ascii_alphabetic()));
            for word in words.filter(|word| !options.iter().any(|option| option.contains(word))) {
                assert!(is_name(word), "{page:?}: {word} in {line}");
            }
        }
        let (above, examples) = en.out.split_once("Examples, with files and units of your own in their place:\n").unwrap();
        assert!(!above.chars().any(is_han), "{page:?}: {above}");
        for line in examples.lines().filter(|line| !line.trim_start().starts_with("$ ")) {
            assert!(!line.chars().any(is_han), "{page:?}: {line}");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

#[test]
fn every_example_runs_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("golden/help/sample"), folder.path());
    let mut run = 0;
    for verb in verbs() {
        let help = kaoping_in(root(), &["help", &verb], &[("COLUMNS", "1000")]).out;
        for command in help.lines().filter_map(|line| line.strip_prefix("    $ kaoping ")) {
            let command = command.split(" > ").next().unwrap();
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let found = kaoping(folder.path(), &arguments);
            assert_eq!(found.status, 0, "{command}\n{}{}", found.out, found.err);
            run += 1;
        }
    }
    assert!(run >= 15, "{run}");
}

#[test]
fn errors_of_the_command_line_speak_the_language_asked_for() {
    let cases: [(&[&str], &str, &str); 8] = [
        (&["scroe"], "没有「scroe」这个命令;是不是「score」?", "there is no command scroe; did you mean score?"),
        (&["score", "--perod", "2020-11"], "多出或不认识的参数「--perod」;是不是「--period」?", "unexpected argument --perod; did you mean --period?"),
        (&["explain-code", "--format", "xml"], "多出或不认识的参数「--format」", "unexpected argument --format"),
        (&["check", "--format", "xml"], "--format 不能是「xml」,可以是 text、json", "--format cannot be xml: choose one of text, json"),
        (&["score", "--period"], "--period 后面要写一个值", "--period needs a value"),
        (&["score", "--unit", "a", "--unit", "b"], "--unit 只能写一次", "--unit is given twice"),
        (&["completions"], "还要写明 <程序>", "<SHELL> is needed"),
        (&["help", "scroe"], "没有「scroe」这个命令,是不是「score」?", "there is no command scroe; did you mean score?"),
    ];
    for (arguments, zh, en) in cases {
        for (lang, wanted) in [("zh", zh), ("en", en)] {
            let run = kaoping(root(), &[arguments, &["--lang", lang]].concat());
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
            assert!(run.err.contains(wanted), "{arguments:?}: {}", run.err);
            assert!(lang == "zh" || !run.err.chars().any(is_han), "{}", run.err);
        }
    }
}

#[test]
fn the_locale_decides_where_no_language_is_asked_for() {
    for (locale, wanted) in [("zh_CN.UTF-8", "用法:"), ("en_GB.UTF-8", "Usage:"), ("de_DE.UTF-8", "Usage:"), ("C", "用法:")] {
        assert!(kaoping_in(root(), &["--help"], &[("LC_ALL", locale)]).out.contains(wanted), "{locale}");
    }
}

#[test]
fn without_a_command_the_help_is_shown_and_nothing_was_answered() {
    let run = kaoping(root(), &[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("命令:\n  new"));
}

#[test]
fn every_shell_gets_a_script_that_knows_the_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = kaoping(root(), &["completions", shell]).out;
        for part in ["explain-code", "period", "indicator"] {
            assert!(script.contains(part), "{shell}: {part}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, heading) in [("zh", ".SH 选项"), ("en", ".SH OPTIONS")] {
        let out = folder.path().join(format!("手册 {lang}"));
        let run = kaoping(folder.path(), &["man", "--lang", lang, "--out", out.to_str().unwrap()]);
        assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.err);
        let mut expected: Vec<String> = verbs().iter().map(|verb| format!("kaoping-{verb}.1")).collect();
        expected.push("kaoping.1".to_owned());
        expected.sort();
        let mut found: Vec<String> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        found.sort();
        assert_eq!(found, expected);
        for page in found {
            let text = fs::read_to_string(out.join(&page)).unwrap();
            assert!(text.contains(heading) && text.contains("$ kaoping "), "{page}");
        }
    }
}
