//! `sensitivity`: how far one case more or fewer moves each score.

use std::path::PathBuf;

use clap::ValueHint;
use rust_decimal::Decimal;

use super::edition::Standard;
use super::explain::{find_item, find_unit};
use super::help::{Example, example};
use super::input::{Loaded, month, with_policy};
use super::output::{Fault, Tabular, deliver, print_diagnostics, say, say_written};
use super::{End, Subject, levers, progress};
use crate::audit::{Changing, Lever, Ranked, Sensitivity, sensitivity};
use crate::diag::{Lang, words};
use crate::explain::Topic;
use crate::facts::Facts;
use crate::plan::{Adjustable, FactId};
use crate::quantity::Number;
use crate::report::{self, SensitivityReport, Writing};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    #[command(flatten)]
    subject: Subject,
    /// 只看这个单位 / Only this unit
    #[arg(long, value_name = "单位 / UNIT")]
    unit: Option<String>,
    /// 只看这个指标 / Only this indicator
    #[arg(long, value_name = "指标 / INDICATOR")]
    indicator: Option<String>,
    /// 看哪些数据,可写几次;不写则是规则里 可调 的,没有就是各项整数 / The facts to look at, may be repeated; by default those that the rules call adjustable, else all whole numbers
    #[arg(long, value_name = "数据 / FACT")]
    adjust: Vec<String>,
    /// 只列最大变动不小于这么多分的 / Only moves of at least so many points
    #[arg(long, value_name = "分 / POINTS", allow_negative_numbers = true)]
    at_least: Option<String>,
    /// 输出格式:text(缺省)、md、csv、json / Format: text (the default), md, csv, json
    #[arg(long, value_enum, default_value = "text", value_name = "text|md|csv|json")]
    format: Tabular,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping sensitivity --period 2024-01 --facts 数据.csv", "一件之差动得最多的排在前面", "What one case moves, the largest move first"),
    example("kaoping sensitivity --period 2024-01 --facts 数据.csv --at-least 2", "只看动 2 分以上的", "Only moves of 2 points and more"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_policy((arguments.standard.named(), arguments.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, lang: Lang) -> Result<End, Fault> {
    let (_, facts) = month(loaded, &arguments.subject)?;
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(lang));
    let unit = arguments.unit.as_ref().map(|name| find_unit(loaded, &facts, name)).transpose()?;
    let named = levers::parse_all(&loaded.plan, &arguments.adjust)?;
    let least = arguments.at_least.as_deref().map(points).transpose()?;
    progress::begin(&words!("逐项增减", "one step at a time"));
    let ranked = Ranked::new(&loaded.plan, &facts);
    let mut found = Vec::new();
    for (member, one) in facts.members.iter().enumerate() {
        if unit.as_ref().is_none_or(|unit| one.name == *unit) {
            progress::reached(member, facts.members.len());
            found.extend(of_member(loaded, &facts, &ranked, member, &named));
        }
    }
    if let Some(name) = &arguments.indicator {
        let topic = find_item(&loaded.plan, &facts, unit.as_deref().unwrap_or_default(), name)?;
        let wanted = |one: &Sensitivity| match topic {
            Topic::Item(item) => one.item == item || loaded.plan.items.get(one.item).zip(loaded.plan.items.get(item)).is_some_and(|(a, b)| a.name == b.name),
            Topic::Total | Topic::Output(_) => true,
        };
        found.retain(wanted);
    }
    if let Some(least) = least {
        found.retain(|one| one.moves.is_some_and(|moves| moves >= Number::from(least)));
    }
    // a stable sort: equals stay in the order of the units
    found.sort_by_key(|one| std::cmp::Reverse(one.moves));
    let report = SensitivityReport { plan: &loaded.plan, facts: &facts, found: &found };
    let table = |writing| report::sensitivity_table(&report, lang).written(writing);
    let text = match arguments.format {
        Tabular::Text => table(Writing::Text),
        Tabular::Md => table(Writing::Md),
        Tabular::Csv => table(Writing::Csv),
        Tabular::Json => format!("{:#}\n", report::sensitivity_json(&report)),
    };
    if found.iter().any(|one| report.partly_known(one).next().is_some() && (one.moves.is_none() || one.total_moves.is_none())) {
        say(words!("变动写「—」的,得分或总分所依据的数据只部分已知,变动没有定数", "a move of — rests on facts that are known in part: it has no one value")
            .get(lang));
    }
    if found.is_empty() {
        say(words!("没有这样的变动", "nothing moves so far").get(lang));
    }
    deliver(text.as_bytes(), arguments.out.as_ref(), &loaded.inputs(&arguments.subject))?;
    say_written(arguments.out.as_deref(), "", "", lang);
    Ok(End::Answered)
}

/// The least move that is told.
fn points(text: &str) -> Result<Decimal, Fault> {
    let digits = text.trim().trim_end_matches("points").trim_end_matches('分').trim();
    let least = Decimal::from_str_exact(digits).ok().filter(|least| !least.is_sign_negative());
    least.ok_or_else(|| {
        Fault::Words(words!(
            "--at-least 是分数,不小于 0,如 --at-least 2,不能是「{text}」",
            "--at-least is a number of points, 0 or more, as in --at-least 2; it cannot be {text}"
        ))
    })
}

/// Every fact of a unit that may be looked at, one after another.
fn of_member(loaded: &Loaded, facts: &Facts, ranked: &Ranked<'_>, member: usize, named: &[levers::Named]) -> Vec<Sensitivity> {
    let plan = &loaded.plan;
    let (Some(one), Some(row)) = (facts.members.get(member), facts.rows.get(member)) else { return Vec::new() };
    let Some(program) = plan.programs.get(one.tier).filter(|_| row.listed) else { return Vec::new() };
    let both = Adjustable { down: true, up: true, cost: Decimal::ONE };
    let mut wanted: Vec<FactId> = levers::of_tier(plan, one.tier, named).into_iter().map(|(fact, _)| fact).collect();
    if named.is_empty() && plan.facts.iter().all(|fact| fact.adjustable.is_none()) {
        wanted = levers::counts(plan, facts, member);
    }
    let lever = |fact: FactId| Lever::of((plan, program), row, (fact, both)).ok();
    let rivals = ranked.beside(member);
    let stand = |lever: Lever| Changing::new((plan, facts), member, &rivals, vec![lever]);
    wanted.into_iter().filter_map(lever).filter_map(stand).flat_map(|stand| sensitivity(&stand, member)).collect()
}
