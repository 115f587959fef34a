//! `score`: a period's scores and places.

use std::path::PathBuf;

use clap::ValueHint;

use super::help::{Example, example};
use super::input::{Loaded, load_facts, load_policy, period};
use super::output::{Fault, deliver, print, print_diagnostics, width};
use super::{End, Format, Subject};
use crate::diag::{Lang, language_of, words};
use crate::report::{self, Fold};
use crate::results::{self, State};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 标准:规则文件或文件夹;policies/ 下只有一个时可不写 / The policy, a rule file or folder; may be left out where policies/ holds just one
    #[arg(value_name = "标准 / POLICY", value_hint = ValueHint::AnyPath)]
    policy: Option<PathBuf>,
    #[command(flatten)]
    subject: Subject,
    /// 只看这个单位 / Only this unit
    #[arg(long, value_name = "单位 / UNIT")]
    unit: Option<String>,
    /// 各列全部列出,满分的也列 / Show every column, those with full marks too
    #[arg(long)]
    wide: bool,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping score policies/示例 --period 2024-01 --facts 数据.csv", "给 2024 年 1 月打分、排名", "Score and rank January 2024"),
    example("kaoping score --period 2024-01 --facts golden/示例/2024-01 --wide", "数据在一个文件夹里;各列全部列出", "The facts of a folder; every column"),
    example("kaoping score --period 2024-01 --facts 数据.csv --format json --out 结果.json", "结果存成文件", "Write the results to a file"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let mut loaded = load_policy(arguments.policy.as_deref())?;
    let shown = lang.unwrap_or_else(|| language_of(&loaded.policy.sources, None));
    if arguments.subject.facts.is_empty() {
        return needs(&loaded, shown).map_err(|fault| fault.speaking(shown));
    }
    let period = period(&loaded, &arguments.subject).map_err(|fault| fault.speaking(shown))?;
    let facts = load_facts(&mut loaded, &arguments.subject, &period).map_err(|fault| fault.speaking(shown))?;
    let mut results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period);
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, lang);
    if let Some(name) = &arguments.unit {
        let known = super::explain::find_unit(&loaded, &facts, name).map_err(|fault| fault.speaking(shown))?;
        results.units.retain(|unit| unit.unit == known);
    }
    let missing = results.units.iter().any(|unit| unit.status == State::Missing);
    let text = match arguments.format {
        Format::Json => serde_json::to_string_pretty(&results).map(|text| text + "\n").unwrap_or_default(),
        Format::Text => {
            let fold = if arguments.wide { Fold::Nothing } else { Fold::FullMarks };
            report::table(&loaded.plan, &facts, &results, &report::Look { lang: shown, width: width(), fold })
        }
    };
    deliver(text.as_bytes(), arguments.out.as_ref(), &loaded.inputs(&arguments.subject)).map_err(|fault| fault.speaking(shown))?;
    Ok(if missing { End::FactsMissing } else { End::Answered })
}

/// Says which facts the standard needs.
fn needs(loaded: &Loaded, lang: Lang) -> Result<End, Fault> {
    print(&report::needs(&loaded.plan, lang))?;
    Err(Fault::Words(words!("请用 --facts 给出数据表,上面列出了它的列", "give a table of facts with --facts; its columns are listed above")))
}
