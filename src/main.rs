//! The command line; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kaoping::cli::run(std::env::args_os())
}
