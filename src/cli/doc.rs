//! `doc`: a standard as one page of HTML.

use std::path::PathBuf;

use clap::ValueHint;

use super::End;
use super::help::{Example, example};
use super::input::load_policy;
use super::output::{Fault, deliver, print_diagnostics, say_written};
use crate::diag::{Lang, language_of};
use crate::document::{Subject, page};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 标准:规则文件或文件夹;policies/ 下只有一个时可不写 / The policy, a rule file or folder; may be left out where policies/ holds just one
    #[arg(value_name = "标准 / POLICY", value_hint = ValueHint::AnyPath)]
    policy: Option<PathBuf>,
    /// 期别:分值和数据表取那时施行的版本 / The period: marks and facts are those of the version in force then
    #[arg(long, value_name = "期别 / PERIOD")]
    period: Option<String>,
    /// 写到文件;不写则打印 / Write to a file; printed where it is left out
    #[arg(long, value_name = "文件.html / FILE.html", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[example(
    "kaoping doc policies/示例 --out 标准.html",
    "标准的正文、规则、分值表和数据表,一个网页,可打印",
    "The text, rules, marks and facts of a standard: one page, to be read or printed",
)];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let loaded = load_policy(arguments.policy.as_deref(), arguments.period.as_deref())?;
    let sources = &loaded.policy.sources;
    let shown = lang.unwrap_or_else(|| language_of(sources, None));
    print_diagnostics(&loaded.warnings, sources, lang);
    let html = page(&Subject { plan: &loaded.plan, sources, sha256: &loaded.policy.sha256, lang: shown });
    let inputs: Vec<PathBuf> = sources.all().map(|(_, source)| PathBuf::from(&source.path)).chain(loaded.policy.table_paths()).collect();
    deliver(html.as_bytes(), arguments.out.as_ref(), &inputs).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(End::Answered)
}
