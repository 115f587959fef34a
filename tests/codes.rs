//! `docs/codes` holds what `kaoping explain-code --out docs/codes` writes.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use program::{kaoping, root};

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_pages_in_the_docs_are_those_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("代码");
    let run = kaoping(root(), &["explain-code", "--out", out.to_str().unwrap()]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let (written, kept) = (files(&out), files(&root().join("docs/codes")));
    assert!(written.len() > 110);
    assert_eq!(written.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    for (name, page) in written {
        assert!(kept.get(&name) == Some(&page), "docs/codes/{name} is out of date: cargo run -- explain-code --out docs/codes");
    }
}

#[test]
fn every_page_about_rules_shows_what_the_program_says_of_its_example() {
    let mut shown = 0;
    for (name, page) in files(&root().join("docs/codes")) {
        // what is said of data takes tables, which the pages of calls and facts do not hold whole
        if name.starts_with("README") || !page.contains("```kp\n") {
            continue;
        }
        let code = name.split('.').next().unwrap();
        let said = page.split("```text\n").nth(1).unwrap_or_else(|| panic!("{name} shows no message"));
        assert!(said.contains(&format!("[{code}]")), "{name}");
        shown += 1;
    }
    assert!(shown > 80, "{shown}");
}
