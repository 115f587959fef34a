//! `man`: the manual pages, one a command.

use std::path::PathBuf;

use clap::{Command, ValueHint};
use clap_mangen::Man;

use super::End;
use super::help::{self, Example, example};
use super::output::{Fault, deliver, made};
use crate::diag::{Lang, words};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 命令;不写则是整个程序 / The command; the program as a whole where it is left out
    #[arg(value_name = "命令 / COMMAND", conflicts_with = "out")]
    command: Option<String>,
    /// 把所有命令的手册页写到这个文件夹 / Write the pages of all commands into this folder
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping man --out man1", "写出全部手册页,其后可用 man -M . kaoping", "Write all pages; man -M . kaoping shows them then"),
    example("kaoping man score", "显示 score 的手册页源文", "Print the source of the page of score"),
];

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<End, Fault> {
    let command = help::command(lang);
    let Some(folder) = &arguments.out else {
        let named = arguments.command.as_deref().filter(|name| *name != command.get_name());
        let wanted = match named {
            Some(name) => help::inner(&command, name)?,
            None => &command,
        };
        deliver(&page(wanted, lang)?, None, &[])?;
        return Ok(End::Answered);
    };
    made(folder)?;
    for wanted in std::iter::once(&command).chain(command.get_subcommands()) {
        let name = if wanted.get_name() == command.get_name() { wanted.get_name().to_owned() } else { format!("kaoping-{}", wanted.get_name()) };
        deliver(&page(wanted, lang)?, Some(&folder.join(format!("{name}.1"))), &[])?;
    }
    Ok(End::Answered)
}

/// The headings that every page has, in both languages.
const HEADINGS: [(&str, &str); 6] =
    [("NAME", "名称"), ("SYNOPSIS", "用法"), ("DESCRIPTION", "说明"), ("OPTIONS", "选项"), ("SUBCOMMANDS", "命令"), ("EXTRA", "例")];

fn page(command: &Command, lang: Lang) -> Result<Vec<u8>, Fault> {
    // the pages of all commands lie side by side
    let name = if command.get_name() == "kaoping" { "kaoping".to_owned() } else { format!("kaoping-{}", command.get_name()) };
    let page = Man::new(command.clone().name(name).version(env!("CARGO_PKG_VERSION")));
    let mut source = Vec::new();
    let written = page
        .render_title(&mut source)
        .and_then(|()| page.render_name_section(&mut source))
        .and_then(|()| page.render_synopsis_section(&mut source))
        .and_then(|()| page.render_description_section(&mut source))
        .and_then(|()| page.render_options_section(&mut source))
        .and_then(|()| if command.get_subcommands().next().is_some() { page.render_subcommands_section(&mut source) } else { Ok(()) })
        .and_then(|()| page.render_extra_section(&mut source));
    written.map_err(|cause| Fault::Words(words!("手册页写不出:{cause}", "the page cannot be written: {cause}")))?;
    let mut text = String::from_utf8_lossy(&source).into_owned();
    for (en, zh) in HEADINGS {
        let (en, heading) = (
            format!(".SH {en}\n"),
            if lang == Lang::Zh {
                zh
            } else if en == "EXTRA" {
                "EXAMPLES"
            } else {
                en
            },
        );
        text = text.replace(&en, &format!(".SH {heading}\n"));
    }
    Ok(text.into_bytes())
}
