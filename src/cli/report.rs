//! `report`: the page of an audit, in which every number unfolds to where it came from.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

use super::help::{Example, example};
use super::input::{Loaded, month, with_policy};
use super::output::{Fault, deliver, names_a_page, print_diagnostics, say_written};
use super::published::{self, Asked};
use super::{End, progress};
use crate::audit::claims::Known;
use crate::audit::reconcile::reconcile;
use crate::diag::{Lang, words};
use crate::facts::Facts;
use crate::report::{self, ClaimsView, Extent, Findings, View};
use crate::results::{self, Results};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    asked: Asked,
    /// 断言文件,逐句核对后列在页上;可重复 / A file of claims, whose verdicts are listed; may be repeated
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    claims: Vec<PathBuf>,
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

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping report policies/示例 --period 2024-01 --facts 数据.csv --out 审阅.html",
        "一个网页:排名、分布、热力图;点任何一个数看由来",
        "One page: ranking, distribution, heat map; every number unfolds to where it came from",
    ),
    example(
        "kaoping report policies/示例 --period 2024-01 --facts 数据.csv --published 公布.csv --out 审阅.html",
        "并把公布的表逐格核对的结论标在页上",
        "With the verdict on every published cell marked on the page",
    ),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_policy((arguments.asked.standard.named(), arguments.asked.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, shown: Lang) -> Result<End, Fault> {
    let Format::Html = arguments.format;
    if let Some(out) = arguments.out.as_deref() {
        names_a_page(out)?;
    }
    let (period, facts) = month(loaded, &arguments.asked.subject)?;
    progress::begin(&words!("打分", "scoring"));
    let results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &progress::reached);
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(shown));
    progress::begin(&words!("写由来", "telling derivations"));
    let view = View::new(&loaded.plan, &results, shown, Extent::Every);
    let subject = report::Subject { plan: &loaded.plan, facts: &facts, sources: &loaded.policy.sources };
    let mut inputs = loaded.inputs(&arguments.asked.subject);
    let found = findings(arguments, (loaded, &facts, &results), shown, &mut inputs)?;
    let page = report::page(&view, &subject, &found, &progress::reached);
    deliver(page.as_bytes(), arguments.out.as_ref(), &inputs)?;
    say_written(arguments.out.as_deref(), "", "", shown);
    let lacking = results.units.iter().any(|unit| unit.lacks_facts);
    Ok(if lacking { End::FactsMissing } else { End::Answered })
}

/// What was found of a published month; the page has marks, a table and a list for it.
fn findings(arguments: &Arguments, (loaded, facts, results): (&Loaded, &Facts, &Results), lang: Lang, inputs: &mut Vec<PathBuf>) -> Result<Findings, Fault> {
    let mut found = Findings::default();
    if !arguments.asked.published.is_empty() {
        let printed = published::read(&arguments.asked.published, loaded, facts, lang)?;
        let reconciled = reconcile(&loaded.plan, facts, results, &printed, &progress::reached);
        found.cells = report::cells_found(&loaded.plan, &reconciled, &printed, lang);
        inputs.extend(arguments.asked.published.iter().cloned());
    }
    if !arguments.claims.is_empty() {
        let known = Known::month(&loaded.plan, facts, results);
        let mut of_files = Vec::new();
        for path in &arguments.claims {
            inputs.push(path.clone());
            of_files.push((path.display().to_string(), super::claims::judge(path, &known, Some(lang), inputs)?.0));
        }
        found.claims = report::claims_found(&ClaimsView::new(&of_files, lang), lang);
    }
    Ok(found)
}
