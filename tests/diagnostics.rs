//! What the program says of faults in rules and facts: one folder a case in `golden/diagnostics`.
//!
//! A case holds its rules (`规则.kp` or `rules.kp`; with tables in `policy/`), its facts if need be, the codes it is to report
//! (`expect`: written by hand, one a line, one root cause one code), the arguments where they are not `check RULES` (`args`),
//! and what was printed (`text.snap`).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Codes that no input can bring about: the period is refused in words without a code, and no number that a cell can hold
/// overflows unseen. A code leaves this list with its first case.
const WITHOUT_A_CASE: &[&str] = &[];

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/diagnostics");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn name(case: &Path) -> String {
    case.file_name().unwrap().to_string_lossy().into_owned()
}

fn kaoping(folder: &Path, arguments: &[String]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaoping"));
    command.args(arguments).current_dir(folder).env("LC_ALL", "C").env("COLUMNS", "120").output().unwrap()
}

/// What a case prints besides a result: messages and, of `check`, the report.
fn printed(case: &Path) -> String {
    let arguments: Vec<String> = match fs::read_to_string(case.join("args")) {
        Ok(text) => text.split_whitespace().map(str::to_owned).collect(),
        Err(_) => {
            let rules = ["规则.kp", "rules.kp"].into_iter().find(|file| case.join(file).exists());
            vec!["check".to_owned(), rules.unwrap_or_else(|| panic!("{}: neither rules nor args", name(case))).to_owned()]
        }
    };
    let output = kaoping(case, &arguments);
    let stdout = if arguments.first().is_some_and(|verb| verb == "check") { String::from_utf8(output.stdout).unwrap() } else { String::new() };
    let stderr = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = stderr.lines().map(str::trim_end).collect();
    format!("$ kaoping {}\n{stdout}{}\nexit status {}", arguments.join(" "), lines.join("\n"), output.status.code().unwrap())
}

/// The codes in a text, or in a JSON report, in order.
fn codes(text: &str) -> Vec<String> {
    let is_code = |code: &&str| code.starts_with(['K', 'W']) && code.len() == 5 && code.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    let between = |open: &'static str, close: char| text.split(open).skip(1).filter_map(move |rest| rest.split(close).next());
    between("[", ']').chain(between("\"code\": \"", '"')).filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_case_prints_what_was_accepted_and_reports_the_codes_it_is_to_report() {
    let mut wrong = Vec::new();
    insta::glob!("../golden/diagnostics", "*/expect", |path| {
        let case = path.parent().unwrap();
        let text = printed(case);
        let mut expected: Vec<String> = fs::read_to_string(path).unwrap().split_whitespace().map(str::to_owned).collect();
        let mut found = codes(&text);
        expected.sort();
        found.sort();
        if expected != found {
            wrong.push(format!("{}: expected {expected:?}, reported {found:?}", name(case)));
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(case);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        settings.remove_input_file();
        settings.bind(|| insta::assert_snapshot!("text", text));
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_has_its_snapshot_and_every_snapshot_its_case() {
    for case in cases() {
        for file in ["expect", "text.snap"] {
            assert!(case.join(file).is_file(), "{} lacks {file}", name(&case));
        }
        let inputs = fs::read_dir(&case)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir() || path.to_string_lossy().ends_with(".kp") || path.to_string_lossy().ends_with(".kp.md"))
            .count();
        assert!(inputs > 0, "{} has no rules", name(&case));
    }
}

#[test]
fn every_code_has_a_case() {
    let list = String::from_utf8(kaoping(Path::new("."), &["explain-code".to_owned()]).stdout).unwrap();
    let all: BTreeSet<String> = list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    let shown: BTreeSet<String> = cases().iter().flat_map(|case| codes(&fs::read_to_string(case.join("text.snap")).unwrap())).collect();
    let missing: Vec<&String> = all.difference(&shown).collect();
    assert_eq!(missing, WITHOUT_A_CASE);
    assert_eq!(shown.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new());
}
