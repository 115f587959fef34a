//! `reconcile`: published tables against the standard and the facts, a verdict for every cell.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

use super::help::{Example, example};
use super::input::Loaded;
use super::output::{Fault, Tabular, deliver, say_written};
use super::published::{Asked, Held, with_published};
use super::{End, progress};
use crate::audit::reconcile::{Reconciled, Verdict, reconcile};
use crate::diag::{Lang, words};
use crate::{report, results};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    asked: Asked,
    /// 只核对这个单位 / Only this unit
    #[arg(long, value_name = "单位 / UNIT")]
    unit: Option<String>,
    /// 有这些结论时以 1 结束,用逗号隔开 / End with 1 where there are such verdicts, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "inconsistent|rounding|unknown")]
    fail_on: Vec<FailOn>,
    /// 输出格式:text(缺省)、md、csv、json / Format: text (the default), md, csv, json
    #[arg(long, value_enum, default_value = "text", value_name = "text|md|csv|json")]
    format: Tabular,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

/// The verdicts that a run may end with 1 for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Inconsistent,
    Rounding,
    Unknown,
}

impl From<FailOn> for Verdict {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Inconsistent => Verdict::Inconsistent,
            FailOn::Rounding => Verdict::Rounding,
            FailOn::Unknown => Verdict::Unknown,
        }
    }
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping reconcile policies/示例 --period 2024-01 --facts 数据.csv --published 公布.csv",
        "公布的表逐格核对",
        "Hold a published table against the rules, cell by cell",
    ),
    example(
        "kaoping reconcile --period 2024-01 --facts 数据.csv --published 公布.csv --fail-on inconsistent --format json",
        "供程序读取;有不可释的就以 1 结束",
        "For a program, which ends with 1 where a cell cannot be explained",
    ),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_published(&arguments.asked, lang, |loaded, held, shown| answer(arguments, loaded, held, shown))
}

fn answer(arguments: &Arguments, loaded: &Loaded, held: Held, shown: Lang) -> Result<End, Fault> {
    let Held { period, facts, mut printed, inputs } = held;
    let results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &|_, _| {});
    progress::begin(&words!("核对", "reconciling"));
    let unit = arguments.unit.as_ref().map(|name| super::explain::find_unit(loaded, &facts, name)).transpose()?;
    let mut found = reconcile(&loaded.plan, &facts, &results, &printed, &progress::reached);
    if let Some(unit) = unit {
        found.cells.retain(|cell| cell.unit == unit);
        printed.cells.retain(|cell| cell.unit == unit);
    }
    let text = match arguments.format {
        Tabular::Text => report::reconciled(&found, &printed, shown),
        Tabular::Md => report::reconciled_in_markdown(&found, &printed, shown),
        Tabular::Csv => report::reconciled_as_csv(&found, &printed, shown),
        Tabular::Json => format!("{:#}\n", report::reconciled_as_json(&found, &printed, shown)),
    };
    deliver(text.as_bytes(), arguments.out.as_ref(), &inputs)?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(if fails(arguments, &found) { End::FaultFound } else { End::Answered })
}

fn fails(arguments: &Arguments, found: &Reconciled) -> bool {
    arguments.fail_on.iter().any(|verdict| found.has((*verdict).into()))
}
