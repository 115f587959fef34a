//! Tells the program from which sources it is built: receipts carry that.
//!
//! The hash is over the sources and not over the program, so that anyone who has them comes to the same one, on whatever machine.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What decides how a score comes about.
const SOURCES: &[&str] = &["Cargo.lock", "build.rs", "grammar", "src"];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    for name in SOURCES {
        println!("cargo::rerun-if-changed={name}");
        gather(&root.join(name), name, &mut files);
    }
    files.sort();
    let mut hash = Sha256::new();
    for (name, path) in files {
        let mut bytes = fs::read(&path).unwrap_or_default();
        // a checkout may end its lines in two ways
        bytes.retain(|byte| *byte != b'\r');
        for part in [name.as_bytes(), &bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    let hex = hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // writing to memory does not fail
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    println!("cargo::rustc-env=KAOPING_SOURCES_SHA256={hex}");
}

/// The files of a folder, each with its path inside the project.
fn gather(path: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(path) else {
        files.push((name.to_owned(), path.to_path_buf()));
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        gather(&entry.path(), &format!("{name}/{}", entry.file_name().to_string_lossy()), files);
    }
}
