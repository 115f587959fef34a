//! `doc`: a standard as one page of HTML.

use std::path::PathBuf;

use clap::ValueHint;

use super::End;
use super::edition::Edition;
use super::help::{Example, example};
use super::input::files_of;
use super::output::{Fault, deliver, names_a_page, print_diagnostics, say_written};
use crate::diag::{Lang, language_of};
use crate::difference::changes;
use crate::document::{Revision, Subject, page};
use crate::engine::{Version, Versions};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    edition: Edition,
    /// 写到文件(.html);不写则打印 / Write to a file (.html); printed where it is left out
    #[arg(long, value_name = "文件.html / FILE.html", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping doc policies/示例 --out 标准.html",
        "标准的正文、规则、分值表和数据表,一个网页,可打印",
        "The text, rules, marks and facts of a standard: one page, to be read or printed",
    ),
    example(
        "kaoping doc policies/示例 --period 2024-01 --out 标准.html",
        "分值和各表取 2024 年 1 月施行的版本",
        "With the marks and tables of the version in force in January 2024",
    ),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let (policy, compiled) = arguments.edition.standard.read()?;
    let sources = &policy.sources;
    let shown = lang.unwrap_or_else(|| language_of(sources, None));
    if let Some(out) = arguments.out.as_deref() {
        names_a_page(out).map_err(|fault| fault.speaking(shown))?;
    }
    let (version, plan) = arguments.edition.of(&policy, &compiled, shown)?;
    print_diagnostics(&compiled.diagnostics, sources, lang);
    let revisions: Vec<Revision<'_>> = compiled.versions.iter().filter_map(|version| revision(&compiled, version)).collect();
    let subject = Subject {
        plan,
        files: compiled.texts_of(version),
        based_on: version.based_on.as_deref(),
        revisions: &revisions,
        sources,
        sha256: &policy.sha256,
        lang: shown,
    };
    deliver(page(&subject).as_bytes(), arguments.out.as_ref(), &files_of(&policy)).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(End::Answered)
}

/// What a version changes of the one that it amends.
fn revision<'v>(compiled: &Versions, version: &'v Version) -> Option<Revision<'v>> {
    let based_on = version.based_on.as_deref()?;
    let base = compiled.versions.iter().find(|base| base.name == based_on)?;
    let renamed = compiled.renamed(base, compiled, version);
    let changes = changes(&renamed, compiled.sources(), &compiled.outlines(version));
    Some(Revision { head: &version.plan.head, based_on, changes })
}
