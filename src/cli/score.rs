//! `score`: a period's scores and places.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};

use super::edition::Standard;
use super::help::{Example, example};
use super::input::{Loaded, month, policy_path, with_policy};
use super::output::{Fault, deliver, is_terminal, print, print_diagnostics, say_written, width};
use super::receipt::Ready;
use super::{End, Subject, progress, receipt};
use crate::diag::{Lang, words};
use crate::facts::Facts;
use crate::report::{self, Extent, Fold, View};
use crate::results::{self, Results};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    #[command(flatten)]
    subject: Subject,
    /// 只看这个单位 / Only this unit
    #[arg(long, value_name = "单位 / UNIT")]
    unit: Option<String>,
    /// 各列全部列出,满分的也列 / Show every column, those with full marks too
    #[arg(long)]
    wide: bool,
    /// 输出格式:text、md、csv、xlsx、json;不写则随 --out 的后缀 / Format: text, md, csv, xlsx, json; by default that of the ending of --out, else text
    #[arg(long, value_enum, value_name = "text|md|csv|xlsx|json")]
    format: Option<Format>,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    receipt: receipt::Wanted,
}

/// The format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Md,
    Csv,
    Xlsx,
    Json,
    /// Written by another command, which is said.
    #[value(hide = true)]
    Html,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping score policies/示例 --period 2024-01 --facts 数据.csv", "给 2024 年 1 月打分、排名", "Score and rank January 2024"),
    example("kaoping score --period 2024-01 --facts golden/示例/2024-01 --wide", "数据在一个文件夹里;各列全部列出", "The facts of a folder; every column"),
    example("kaoping score --period 2024-01 --facts 数据.csv --out 结果.xlsx", "结果存成工作簿", "Write the results to a workbook"),
    example("kaoping score --period 2024-01 --facts 数据.csv --unit 甲县 --format md", "一个单位,Markdown 格式", "One unit, as Markdown"),
    example(
        "kaoping score --period 2024-01 --facts 数据.csv --receipt 收据.json",
        "另写一份收据,日后可以核对",
        "Write a receipt as well, to be verified later",
    ),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_policy((arguments.standard.named(), arguments.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, shown: Lang) -> Result<End, Fault> {
    if arguments.subject.facts.is_empty() {
        return needs(loaded, shown);
    }
    let format = format(arguments)?;
    arguments.receipt.apart_from(arguments.out.as_ref())?;
    let (period, facts) = month(loaded, &arguments.subject)?;
    progress::begin(&words!("打分", "scoring"));
    let mut results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &progress::reached);
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(shown));
    let policy = policy_path(arguments.standard.named())?;
    let receipt = arguments.receipt.of(loaded, (&facts, &results), &policy, &arguments.subject)?;
    if let Some(name) = &arguments.unit {
        let known = super::explain::find_unit(loaded, &facts, name)?;
        results.only(&known);
    }
    progress::begin(&words!("排版", "laying out"));
    let extent = if arguments.unit.is_some() { Extent::OneUnit } else { Extent::Every };
    let asked = Asked { format, lang: shown, wide: arguments.wide, extent };
    let bytes = written(loaded, &facts, &results, &asked)?;
    deliver(&bytes, arguments.out.as_ref(), &loaded.inputs(&arguments.subject))?;
    receipt.as_ref().map_or(Ok(()), Ready::write)?;
    let lacking: Vec<&str> = results.units.iter().filter(|unit| unit.lacks_facts).map(|unit| unit.unit.as_str()).collect();
    let (zh, en) = match lacking.as_slice() {
        [] => (String::new(), String::new()),
        units => {
            let (count, zh, en) = (units.len(), few(units, "、"), few(units, ", "));
            (format!(";注意:{count} 家缺数据({zh})"), format!("; note that facts are missing of {count} ({en})"))
        }
    };
    say_written(arguments.out.as_deref(), &zh, &en, shown);
    Ok(if lacking.is_empty() { End::Answered } else { End::FactsMissing })
}

/// The first of some names.
fn few(names: &[&str], separator: &str) -> String {
    const FEW: usize = 5;
    let more = if names.len() > FEW { "…" } else { "" };
    format!("{}{more}", names.iter().take(FEW).copied().collect::<Vec<_>>().join(separator))
}

/// How the results are to be written.
struct Asked {
    format: Format,
    lang: Lang,
    wide: bool,
    extent: Extent,
}

fn written(loaded: &Loaded, facts: &Facts, results: &Results, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let fold = if asked.wide { Fold::Nothing } else { Fold::FullMarks };
    let view = View::new(&loaded.plan, results, asked.lang, asked.extent);
    let text = match asked.format {
        Format::Html => String::new(),
        Format::Json => serde_json::to_string_pretty(&results).map(|text| text + "\n").unwrap_or_default(),
        Format::Text => report::table(&view, &report::Look { width: width(), fold }),
        Format::Md => report::markdown(&view, fold),
        Format::Csv => report::comma_separated(&view, &loaded.plan),
        Format::Xlsx => {
            let derivations = report::Derivations { plan: &loaded.plan, facts, sources: &loaded.policy.sources };
            return report::workbook(&view, &derivations)
                .map_err(|cause| Fault::Words(words!("这些结果放不进一个工作簿:{cause}", "the results do not fit into a workbook: {cause}")));
        }
    };
    Ok(text.into_bytes())
}

/// The format that is asked for, or else that of the ending of the file.
fn format(arguments: &Arguments) -> Result<Format, Fault> {
    let format = match (arguments.format, &arguments.out) {
        (Some(format), _) => format,
        (None, Some(path)) => ending(path)?,
        (None, None) => Format::Text,
    };
    if format == Format::Html {
        return Err(Fault::Words(words!(
            "网页由 kaoping report 写:排名、分布、热力图,点任何一个数看由来。请把 score 换成 report,其余参数照旧",
            "a page is what kaoping report writes: ranking, distribution, heat map, and every number unfolds to where it came from. Write report in place of score, the other arguments stay"
        )));
    }
    if format == Format::Xlsx && arguments.out.is_none() && is_terminal() {
        return Err(Fault::Words(words!(
            "XLSX 不是文字,不能显示在终端上;请用 --out 结果.xlsx 写到文件",
            "XLSX is no text for a terminal: write it to a file with --out results.xlsx"
        )));
    }
    Ok(format)
}

fn ending(path: &Path) -> Result<Format, Fault> {
    let Some(ending) = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()) else { return Ok(Format::Text) };
    match ending.as_str() {
        "txt" | "text" => Ok(Format::Text),
        "md" | "markdown" => Ok(Format::Md),
        "csv" => Ok(Format::Csv),
        "xlsx" => Ok(Format::Xlsx),
        "json" => Ok(Format::Json),
        "html" | "htm" => Ok(Format::Html),
        _ => Err(Fault::Words(words!(
            "不知道 .{ending} 是什么格式;请用 --format 写明,或把文件名的后缀写成 .txt、.md、.csv、.xlsx 或 .json",
            "no format goes by .{ending}: name one with --format, or let the file end in .txt, .md, .csv, .xlsx or .json"
        ))),
    }
}

/// Says which facts the standard needs.
fn needs(loaded: &Loaded, lang: Lang) -> Result<End, Fault> {
    print(&report::needs(&loaded.plan, lang))?;
    Err(Fault::Words(words!("请用 --facts 给出数据表,上面列出了它的列", "give a table of facts with --facts; its columns are listed above")))
}
