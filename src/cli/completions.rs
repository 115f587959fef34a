//! `completions`: a script that lets a shell complete commands and options.

use clap_complete::Shell;

use super::End;
use super::help::{self, Example, example};
use super::output::{Fault, deliver};
use crate::diag::Lang;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 命令行程序:bash、zsh、fish、powershell、elvish / The shell: bash, zsh, fish, powershell, elvish
    #[arg(value_enum, value_name = "程序 / SHELL")]
    shell: Shell,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping completions bash > kaoping.bash", "存成文件,在 ~/.bashrc 里写 source kaoping.bash", "Save it, and source it in ~/.bashrc"),
    example("kaoping completions powershell > kaoping.ps1", "Windows 上在 $PROFILE 里执行它", "On Windows run it in $PROFILE"),
];

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<End, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut help::command(lang), "kaoping", &mut script);
    deliver(&script, None, &[])?;
    Ok(End::Answered)
}
