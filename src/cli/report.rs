//! `report`: the page of an audit, in which every number unfolds to where it came from.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};

use super::edition::Standard;
use super::help::{Example, example};
use super::input::{load_facts, load_policy, period};
use super::output::{Fault, deliver, print_diagnostics, say_written};
use super::{End, Subject, progress};
use crate::diag::{Lang, language_of, words};
use crate::report::{self, Extent, Findings, View};
use crate::results;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    #[command(flatten)]
    subject: Subject,
    /// 输出格式:html / Format: html
    #[arg(long, value_enum, default_value = "html", value_name = "html")]
    format: Format,
    /// 写到文件(.html);不写则打印 / Write to a file (.html); printed where it is left out
    #[arg(long, value_name = "文件.html / FILE.html", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
}

pub(super) const EXAMPLES: &[Example] = &[example(
    "kaoping report policies/示例 --period 2024-01 --facts 数据.csv --out 审阅.html",
    "一个网页:排名、分布、热力图;点任何一个数看由来",
    "One page: ranking, distribution, heat map; every number unfolds to where it came from",
)];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let Format::Html = arguments.format;
    let mut loaded = load_policy(arguments.standard.named(), arguments.subject.period.as_deref())?;
    let shown = lang.unwrap_or_else(|| language_of(&loaded.policy.sources, None));
    if arguments.subject.facts.is_empty() {
        return Err(Fault::Words(words!("请用 --facts 给出数据表", "give a table of facts with --facts")).speaking(shown));
    }
    if let Some(out) = arguments.out.as_deref() {
        names_a_page(out).map_err(|fault| fault.speaking(shown))?;
    }
    let period = period(&mut loaded, &arguments.subject).map_err(|fault| fault.speaking(shown))?;
    let facts = load_facts(&mut loaded, &arguments.subject, &period).map_err(|fault| fault.speaking(shown))?;
    progress::begin(&words!("打分", "scoring"));
    let results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &progress::reached);
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, lang);
    progress::begin(&words!("写由来", "telling derivations"));
    let view = View::new(&loaded.plan, &results, shown, Extent::Every);
    let subject = report::Subject { plan: &loaded.plan, facts: &facts, sources: &loaded.policy.sources };
    let page = report::page(&view, &subject, &findings(), &progress::reached);
    deliver(page.as_bytes(), arguments.out.as_ref(), &loaded.inputs(&arguments.subject)).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    let lacking = results.units.iter().any(|unit| unit.lacks_facts);
    Ok(if lacking { End::FactsMissing } else { End::Answered })
}

/// What was found of a published month; the page has marks, a table and a list for it. Without a published table nothing is.
fn findings() -> Findings {
    Findings::default()
}

/// A page has the ending of one: nothing else is written under the name of something else.
pub(super) fn names_a_page(out: &Path) -> Result<(), Fault> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if matches!(ending.as_deref(), Some("html" | "htm")) || out.exists() && !out.is_file() {
        return Ok(());
    }
    let (path, page) = (out.display(), out.with_extension("html"));
    let page = page.display();
    Err(Fault::Words(words!(
        "这里写的是网页,--out 要以 .html 或 .htm 结尾,不能是 {path}:请写 --out {page};要 PDF,用浏览器打开网页后打印",
        "this writes a page of HTML: --out ends in .html or .htm, not as {path} does. Write --out {page}; for a PDF open the page in a browser and print it"
    )))
}
