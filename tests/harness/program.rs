//! Runs the program as a user would, in a folder.

#![allow(clippy::expect_used, reason = "a test that cannot run its program has nothing to say")]
#![allow(dead_code, reason = "each test uses what it needs of this")]

use std::path::Path;
use std::process::Command;

/// What a run gave.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `kaoping` with these arguments in that folder, with no terminal and a fixed width.
pub(crate) fn kaoping(folder: &Path, arguments: &[&str]) -> Run {
    kaoping_in(folder, arguments, &[])
}

/// The same with variables of the environment set.
pub(crate) fn kaoping_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_kaoping"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "110")
        .env("LC_ALL", "zh_CN.UTF-8")
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts");
    Run {
        status: output.status.code().expect("no signal"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
