//! `infer-rounding`: which conventions of rounding explain what was published.

use std::path::PathBuf;

use clap::ValueHint;

use super::edition::Standard;
use super::help::{Example, example};
use super::input::{load_policy, month};
use super::output::{Fault, deliver, print_diagnostics, say_written};
use super::{End, Format, Subject, progress, published};
use crate::audit::rounding::infer;
use crate::diag::{Lang, language_of, words};
use crate::report;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    #[command(flatten)]
    subject: Subject,
    /// 公布的得分、总分(XLSX、CSV、JSON),可写几次 / A published table of scores or totals (XLSX, CSV, JSON); may be repeated
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    published: Vec<PathBuf>,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[example(
    "kaoping infer-rounding policies/示例 --period 2024-01 --facts 数据.csv --published 公布.csv",
    "公布的得分是怎样取整的,别的办法各有什么反例",
    "How the published scores were rounded, and what speaks against every other way",
)];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let subject = &arguments.subject;
    let mut loaded = load_policy(arguments.standard.named(), subject.period.as_deref())?;
    let shown = lang.unwrap_or_else(|| language_of(&loaded.policy.sources, None));
    let speaking = |fault: Fault| fault.speaking(shown);
    if arguments.published.is_empty() {
        return Err(speaking(Fault::Words(words!("请用 --published 给出公布的表", "give a published table with --published"))));
    }
    let (_, facts) = month(&mut loaded, subject).map_err(speaking)?;
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, lang);
    let printed = published::read(&arguments.published, &loaded, &facts, shown).map_err(speaking)?;
    progress::begin(&words!("比较取整办法", "comparing conventions"));
    let found = infer(&loaded.plan, &facts, &printed, &progress::reached);
    let text = match arguments.format {
        Format::Text => report::inferred(&found, &loaded.plan, shown),
        Format::Json => format!("{:#}\n", report::inferred_as_json(&found, &loaded.plan, shown)),
    };
    let inputs: Vec<PathBuf> = loaded.inputs(subject).into_iter().chain(arguments.published.iter().cloned()).collect();
    deliver(text.as_bytes(), arguments.out.as_ref(), &inputs).map_err(speaking)?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(End::Answered)
}
