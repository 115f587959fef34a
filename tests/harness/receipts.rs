//! Receipts: made in a folder that may be touched, verified, replayed, and touched as somebody would who knows how hashes are made.

#![allow(dead_code, reason = "each test uses what it needs of this")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test reads its own files")]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::{Run, kaoping, root};

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &there);
        } else {
            fs::copy(&path, &there).unwrap();
        }
    }
}

/// A folder with copies of what a case needs.
pub(crate) fn folder(copies: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in copies {
        let (from, to) = (root().join(from), folder.path().join(to));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    folder
}

pub(crate) fn replay(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_kaoping-replay")).args(arguments).current_dir(folder).env("LANG", "en_US.UTF-8").output().unwrap();
    Run { status: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}

/// Scores with a receipt; the arguments name policy, period and facts.
pub(crate) fn score(folder: &Path, arguments: &[&str], receipt: &str) -> Run {
    kaoping(folder, &[&["score"], arguments, &["--out", "out.txt", "--receipt", receipt]].concat())
}

pub(crate) fn verify(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let run = kaoping(folder, &[&["verify"], arguments, &["--format", "json", "--lang", "en"]].concat());
    (run.status, serde_json::from_str(&run.out).unwrap_or(Value::Null))
}

/// The kinds and places of what was found.
pub(crate) fn found(answer: &Value) -> Vec<(String, String)> {
    let of = |finding: &Value| (finding["kind"].as_str().unwrap().to_owned(), finding["place"].as_str().unwrap().to_owned());
    answer["findings"].as_array().unwrap().iter().map(of).collect()
}

pub(crate) fn names(answer: &Value, kind: &str, place: &str) -> bool {
    found(answer).iter().any(|(found_kind, found_place)| found_kind == kind && found_place.contains(place))
}

pub(crate) fn sha256(text: &[u8]) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// A receipt whose hashes fit its text again, as somebody would leave it who knows how they are made.
pub(crate) fn rehashed(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, next) in [("results", "\",\n\"programs\": "), ("programs", ",\n\"trace\": "), ("trace", ",\n\"sha256\": ")] {
        let next = next.trim_start_matches('"');
        let start = text.find(&format!("\n\"{name}\": ")).unwrap() + name.len() + 5;
        let end = start + text[start..].find(next).unwrap();
        let hash = sha256(&text.as_bytes()[start..end]);
        let at = text.find(&format!("\n \"{name}\":\"")).unwrap() + name.len() + 6;
        text.replace_range(at..at + 64, &hash);
    }
    let at = text.rfind("\n\"sha256\": ").unwrap() + 1;
    let hash = sha256(&text.as_bytes()[..at]);
    text.replace_range(at + 11..at + 75, &hash);
    text
}

pub(crate) const STANDARD: [(&str, &str); 2] = [("policies/lianyungang", "rules"), ("golden/lianyungang/2020-11", "facts/2020-11")];

pub(crate) fn month<'a>(period: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["rules", "--period", period, "--facts", "facts/2020-11/facts.csv"], more].concat()
}
