//! `invert`: from a printed score to the facts that can have printed it.

use std::path::PathBuf;

use clap::ValueHint;
use rust_decimal::Decimal;
use serde_json::json;

use super::explain::{find_item, find_unit};
use super::help::{Example, example};
use super::input::{Loaded, bytes_of, month, with_policy};
use super::output::{Fault, deliver, print_diagnostics, say, say_written};
use super::{End, Format, Subject};
use crate::audit::invert::{Question, Wishes, broken, invert};
use crate::diag::{self, Lang, Words, closest, words};
use crate::eval::domain::Value;
use crate::explain::Topic;
use crate::facts::register::UNIT;
use crate::facts::table::{self, Sheets, Table, bare, squeezed};
use crate::facts::{Facts, Member, Row, value_of};
use crate::plan::{FactId, ItemId, Plan, Program, Step, StepId};
use crate::report::{Inverted, inversions};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 标准的文件或文件夹;policies/ 下只有一个时可不写 / The policy, a file or folder; may be left out where policies/ holds one only
    #[arg(value_name = "标准 / POLICY", value_hint = ValueHint::AnyPath)]
    policy: Option<PathBuf>,
    #[command(flatten)]
    subject: Subject,
    /// 只求这个单位;不写则求公布表里的每个单位 / This unit only; every unit of the published tables where it is left out
    #[arg(long, value_name = "单位 / UNIT")]
    unit: Option<String>,
    /// 只求这个指标;不写则求每个既非满分也非零分的指标 / This indicator only; every one printed neither in full nor as 0 where it is left out
    #[arg(long, value_name = "指标 / INDICATOR")]
    indicator: Option<String>,
    /// 印出的得分;不写则取自公布表 / The score as it was printed; taken from the published tables where it is left out
    #[arg(long, value_name = "得分 / SCORE", allow_hyphen_values = true)]
    score: Option<String>,
    /// 公布的得分表,可写几次 / A published table of scores; may be repeated
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::AnyPath)]
    published: Vec<PathBuf>,
    /// 待求的数据,即使是公布的;可写几次 / A fact that is free although it was published; may be repeated
    #[arg(long, value_name = "数据 / FACT")]
    free: Vec<String>,
    /// 固定的数据,取这个值或表里的值;可写几次 / A fact that is fixed, at that value or at that of the table; may be repeated
    #[arg(long, value_name = "数据[=值] / FACT[=VALUE]")]
    fixed: Vec<String>,
    /// 一项数据的上限,或所有待求件数的上限;可写几次 / The most that a fact may be, or any free count; may be repeated
    #[arg(long, value_name = "[数据=]上限 / [FACT=]N", allow_negative_numbers = true)]
    max: Vec<String>,
    /// 最多逐一列出这么多组,0 则一组也不列;此外只给范围 / List so many sets of facts one by one, with 0 none; of the others ranges only
    #[arg(long, value_name = "组数 / N", default_value_t = 1000, allow_negative_numbers = true)]
    limit: usize,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping invert policies/示例 --period 2024-01 --facts 数据.csv --unit 甲县 --indicator 按时办结 --score 7.50 --max 500",
        "哪些数据印得出这个分",
        "Which facts can have printed this score",
    ),
    example(
        "kaoping invert policies/示例 --period 2024-01 --facts 数据.csv --unit 乙县 --indicator 按时办结 --score 7.50 --format json",
        "同上,供程序读取",
        "The same for a program",
    ),
];

/// A score that was printed for an item, or for the total, of a unit.
struct Printed {
    member: usize,
    /// None: the total.
    item: Option<ItemId>,
    text: String,
}

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_policy((arguments.policy.as_deref(), arguments.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, lang: Lang) -> Result<End, Fault> {
    let subject = &arguments.subject;
    if arguments.score.is_some() && (arguments.unit.is_none() || arguments.indicator.is_none()) {
        return Err(Fault::Words(words!(
            "--score 是一格的得分,请用 --unit 和 --indicator 写明是哪一格",
            "--score is of one cell: name it with --unit and --indicator"
        )));
    }
    if arguments.score.is_none() && arguments.published.is_empty() {
        return Err(Fault::Words(words!(
            "请写明印出的得分:一格用 --score 8.15,一张公布的表用 --published 文件",
            "say what was printed: --score 8.15 for one cell, --published FILE for a published table"
        )));
    }
    let (period, facts) = month(loaded, subject)?;
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(lang));
    let wishes = wishes(&loaded.plan, arguments)?;
    let cells = printed(arguments, loaded, &facts, lang)?;
    if let [only] = cells.as_slice()
        && let faults = broken(&loaded.plan, &facts, only.member, &wishes)
        && !faults.is_empty()
    {
        return Err(Fault::Diagnostics(faults, Box::new(loaded.policy.sources.clone())));
    }
    let inverted: Vec<Inverted<'_>> = cells.iter().filter_map(|cell| inverted(cell, (loaded, &facts), (&period, &wishes), arguments.limit)).collect();
    if let ([cell], [only]) = (cells.as_slice(), inverted.as_slice()) {
        idle(cell, only, &wishes, lang);
    }
    let one = arguments.unit.is_some() && arguments.indicator.is_some();
    let text = match (arguments.format, inverted.as_slice()) {
        (Format::Json, [only]) if one => format!("{:#}\n", only.to_json(lang)),
        (Format::Json, all) => {
            let cells: Vec<_> = all.iter().map(|cell| cell.to_json_of_cell(lang)).collect();
            format!("{:#}\n", json!({ "cells": cells }))
        }
        (Format::Text, [only]) => only.text(lang),
        (Format::Text, all) => inversions(all, lang),
    };
    let inputs: Vec<PathBuf> = loaded.inputs(subject).into_iter().chain(arguments.published.iter().cloned()).collect();
    deliver(text.as_bytes(), arguments.out.as_ref(), &inputs)?;
    say_written(arguments.out.as_deref(), "", "", lang);
    Ok(End::Answered)
}

/// Says which wishes have no effect: of facts that the score does not rest on, the most of what is not free, what no table states.
fn idle(cell: &Printed, inverted: &Inverted<'_>, wishes: &Wishes, lang: Lang) {
    let Ok(answer) = &inverted.answer else { return };
    let program = inverted.program;
    let root = cell.item.map_or(Some(program.total), |item| program.items.get(item).copied().flatten().map(|steps| steps.score));
    let behind = crate::plan::closure(&program.steps, root);
    let rests_on = |fact: FactId| behind.iter().any(|step| matches!(program.steps.get(*step), Some(Step::Given(of)) if *of == fact));
    let mut named: Vec<FactId> = wishes.free.iter().chain(wishes.fixed.keys()).chain(wishes.max.keys()).copied().collect();
    named.sort_unstable();
    named.dedup();
    for fact in named {
        let (name, indicator) = (inverted.plan.facts.get(fact).map_or("", |fact| fact.name.as_str()), inverted.indicator);
        let said = if !rests_on(fact) {
            words!("注意:「{indicator}」不由「{name}」算得,对它的要求没有用", "note: {indicator} does not rest on {name}: what is asked of it has no effect")
        } else if wishes.max.contains_key(&fact) && !answer.free.contains(&fact) {
            words!(
                "注意:「{name}」不是待求的,--max 对它没有用;要求它,请加 --free {name}",
                "note: {name} is not free, and its --max has no effect: to free it add --free {name}"
            )
        } else if wishes.fixed.get(&fact) == Some(&None) && !answer.fixed.contains_key(&fact) {
            words!(
                "注意:表里没有写「{name}」是多少,没有固定;要固定,写 --fixed {name}=值",
                "note: no table says what {name} is, and it is not fixed: write --fixed {name}=VALUE"
            )
        } else {
            continue;
        };
        say(said.get(lang));
    }
}

/// What can have printed one cell; none where there is no such unit.
fn inverted<'a>(cell: &'a Printed, (loaded, facts): (&'a Loaded, &'a Facts), (period, wishes): (&'a str, &Wishes), limit: usize) -> Option<Inverted<'a>> {
    let plan = &loaded.plan;
    let (member, row) = (facts.members.get(cell.member)?, facts.rows.get(cell.member)?);
    let program = plan.programs.get(member.tier)?;
    let (indicator, step) = match cell.item {
        Some(item) => plan.items.get(item).map(|item| (item.name.as_str(), item.step))?,
        None => (plan.total.name.as_str(), plan.head.step),
    };
    let held = |asked| broken(plan, facts, cell.member, wishes).into_iter().next().map_or(Ok(asked), |fault| Err(fault.words));
    let answer = question(plan, (program, row), cell, step).and_then(held).map(|(root, printed)| {
        let question = Question { plan, program, row, root, step, printed, wishes };
        invert(&question, limit)
    });
    // no printed score has more digits than what its step leaves
    let finer = number(&cell.text).filter(|printed| !crate::quantity::on_grid(*printed, step)).map(|_| step);
    Some(Inverted { plan, program, sources: &loaded.policy.sources, unit: &member.name, period, indicator, score: &cell.text, finer, answer })
}

/// The step and the number that are asked about, or why they cannot be.
fn question(plan: &Plan, (program, row): (&Program, &Row), cell: &Printed, step: Decimal) -> Result<(StepId, Decimal), Words> {
    let name = cell.item.and_then(|item| plan.items.get(item)).map_or(plan.total.name.as_str(), |item| item.name.as_str());
    let root = match cell.item {
        Some(item) => program.items.get(item).copied().flatten().map(|steps| steps.score),
        None => Some(program.total),
    };
    let tier = &program.tier;
    let root = root.ok_or_else(|| words!("「{name}」不适用于{tier}", "{name} does not apply to {tier}"))?;
    let behind = crate::plan::closure(&program.steps, [root]);
    if row.instead.iter().any(|(step, _)| behind.binary_search(step).is_ok()) {
        return Err(words!("「{name}」是调整过的得分,不由数据算得,无从反推", "{name} was adjusted by hand and does not follow from facts"));
    }
    let text = &cell.text;
    let printed = number(text).ok_or_else(|| {
        let example = crate::quantity::padded(Decimal::ONE_HUNDRED, step);
        words!("「{text}」不是得分,应是一个数,如 {example}", "{text} is no score: a number is expected, as in {example}")
    })?;
    Ok((root, printed))
}

/// The number of a printed score.
fn number(text: &str) -> Option<Decimal> {
    let digits = digits(text).replace('\u{2212}', "-");
    Decimal::from_str_exact(digits.strip_prefix('+').unwrap_or(&digits)).ok()
}

/// A printed score without its unit, in ASCII.
fn digits(text: &str) -> String {
    let ascii = |sign: char| match sign {
        '\u{FF10}'..='\u{FF19}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF0E}' => char::from_u32(u32::from(sign).saturating_sub(0xFEE0)).unwrap_or(sign),
        other => other,
    };
    let text: String = squeezed(text).chars().map(ascii).collect();
    ["分", "points", "point"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(&text).to_owned()
}

/// The most that any free count may be.
fn most(text: &str) -> Result<Decimal, Fault> {
    let whole = number(text).filter(|most| most.fract().is_zero() && !most.is_sign_negative());
    whole.ok_or_else(|| {
        Fault::Words(words!(
            "--max 是件数的上限,要一个不小于 0 的整数,如 --max 500;某一项数据的上限写作 --max 数据=500。不能是「{text}」",
            "--max is the most that any count may be, a whole number of 0 or more, as in --max 500; of one fact it is --max FACT=500. It cannot be {text}"
        ))
    })
}

// --- which facts are free ---

fn wishes(plan: &Plan, arguments: &Arguments) -> Result<Wishes, Fault> {
    let mut wishes = Wishes::default();
    for name in &arguments.free {
        wishes.free.insert(fact(plan, name)?);
    }
    for text in &arguments.fixed {
        let (name, value) = match text.split_once(['=', '\u{FF1D}']) {
            Some((name, value)) => (name, Some(value)),
            None => (text.as_str(), None),
        };
        let fact = fact(plan, name)?;
        if wishes.free.contains(&fact) {
            return Err(Fault::Words(words!("「{name}」不能又待求又固定", "{name} cannot be both free and fixed")));
        }
        if let Some(set) =
            value.map(str::trim).filter(|value| value.starts_with(['[', '［', '【', '(', '（', '{', '｛', '≥', '≤', '<', '>', '＜', '＞', '?', '？']))
        {
            return Err(Fault::Words(words!(
                "--fixed 固定在一个值上,不能是「{set}」这样的范围;范围写在数据表的那一格里,上限也可用 --max {name}=…",
                "--fixed holds a fact at one value, not at a set like {set}: write a set into the cell of the facts, or its end as --max {name}=…"
            )));
        }
        let asked = value.map(|value| read(plan, fact, value)).transpose()?;
        if wishes.fixed.insert(fact, asked).is_some() {
            let all: Vec<&str> = arguments.fixed.iter().map(String::as_str).filter(|text| text.split(['=', '\u{FF1D}']).next() == Some(name)).collect();
            let (zh, en) = (all.join("、"), all.join(", "));
            return Err(Fault::Words(words!("「{name}」固定了两次:{zh};只写一次", "{name} is fixed twice: {en}; fix it once")));
        }
    }
    for text in &arguments.max {
        match text.split_once(['=', '\u{FF1D}']) {
            Some((name, most)) => {
                let fact = fact(plan, name)?;
                let highest = read(plan, fact, most)?
                    .decimal()
                    .ok_or_else(|| Fault::Words(words!("「{name}」不是数,没有上限", "{name} is no number and has no maximum")))?;
                if wishes.max.insert(fact, highest).is_some() {
                    return Err(Fault::Words(words!("「{name}」的上限写了两次,只写一次", "the most of {name} is given twice: give it once")));
                }
            }
            None => {
                if wishes.max_of_all.replace(most(text)?).is_some() {
                    return Err(Fault::Words(words!("各项的上限 --max 写了两次,只写一次", "--max of all of them is given twice: give it once")));
                }
            }
        }
    }
    Ok(wishes)
}

fn read(plan: &Plan, fact: FactId, text: &str) -> Result<Value, Fault> {
    let Some(declared) = plan.facts.get(fact) else { return Err(Fault::Closed) };
    value_of(plan, declared, text.trim()).map_err(|why| {
        let (name, zh, en) = (&declared.name, &why.zh, &why.en);
        Fault::Words(words!("「{name}」:{zh}", "{name}: {en}"))
    })
}

/// The fact of that name or heading.
fn fact(plan: &Plan, name: &str) -> Result<FactId, Fault> {
    let name = name.trim();
    let found =
        plan.facts.iter().position(|fact| fact.name == name).or_else(|| plan.facts.iter().position(|fact| fact.columns.iter().any(|column| column == name)));
    found.ok_or_else(|| {
        let near = closest(name, plan.facts.iter().map(|fact| fact.name.as_str()));
        Fault::Words(match near {
            Some(near) => words!("没有数据「{name}」,是不是「{near}」", "there is no fact {name}, did you mean {near}"),
            None => words!("没有数据「{name}」", "there is no fact {name}"),
        })
    })
}

// --- which cells ---

/// The printed cells that are asked about.
fn printed(arguments: &Arguments, loaded: &Loaded, facts: &Facts, lang: Lang) -> Result<Vec<Printed>, Fault> {
    let unit = arguments.unit.as_ref().map(|unit| find_unit(loaded, facts, unit)).transpose()?;
    let member = unit.as_ref().and_then(|unit| facts.members.iter().position(|member| member.name == *unit));
    let any = facts.members.first().map(|member| member.name.clone()).unwrap_or_default();
    let topic = arguments.indicator.as_ref().map(|name| find_item(&loaded.plan, facts, unit.as_ref().unwrap_or(&any), name)).transpose()?;
    if let Some(Topic::Output(_)) = topic {
        return Err(Fault::Words(words!("只能由得分反推,不能由输出反推", "only scores can be inverted, not outputs")));
    }
    let asked = topic.map(|topic| if let Topic::Item(item) = topic { Some(item) } else { None });
    if let (Some(score), Some(member), Some(item)) = (&arguments.score, member, asked) {
        if number(score).is_none() {
            return Err(Fault::Words(words!("--score「{score}」不是一个数,应如 --score 8.15", "--score {score} is no number, as in --score 8.15")));
        }
        return Ok(vec![Printed { member, item, text: digits(score) }]);
    }
    let tables = tables(&arguments.published)?;
    let mut found = Vec::new();
    for table in &tables {
        of_table(table, (loaded, facts), (member, asked), lang, &mut found);
    }
    if found.is_empty() {
        return Err(Fault::Words(match (&unit, &arguments.indicator) {
            (Some(unit), Some(indicator)) => {
                words!(
                    "公布的表里没有「{unit}」的「{indicator}」这一格,可用 --score 写明",
                    "the published tables have no cell of {indicator} for {unit}: give it with --score"
                )
            }
            _ => words!(
                "公布的表里没有既非满分也非零分的指标:表头要有「单位」和指标的名称",
                "the published tables print no indicator that is neither full nor 0: they must have a column unit and columns named like indicators"
            ),
        }));
    }
    Ok(found)
}

/// The cells of one table: those that are asked for by name, else those printed neither in full nor as 0.
fn of_table(table: &Table, (loaded, facts): (&Loaded, &Facts), (unit, asked): (Option<usize>, Option<Option<ItemId>>), lang: Lang, found: &mut Vec<Printed>) {
    let plan = &loaded.plan;
    let Some(unit_column) = table.column(UNIT) else { return };
    let mut unknown = Vec::new();
    for (_, row) in &table.rows {
        let name = row.get(unit_column).map(|name| name.trim()).unwrap_or_default();
        let Ok(known) = find_unit(loaded, facts, name) else {
            unknown.push(name);
            continue;
        };
        let Some(member) = facts.members.iter().position(|member| member.name == known).filter(|member| unit.is_none_or(|unit| unit == *member)) else {
            continue;
        };
        for (heading, text) in table.headings.iter().zip(row) {
            let Some(item) = facts.members.get(member).and_then(|member| column(plan, member, bare(heading))) else { continue };
            let wanted = match asked {
                Some(asked) => item == asked && !text.trim().is_empty(),
                None => facts.members.get(member).is_some_and(|member| is_partial(plan, member, item, text)),
            };
            // what is no score is told as it stands
            let text = if number(text).is_some() { digits(text) } else { text.trim().to_owned() };
            let known = found.iter().any(|other: &Printed| other.member == member && other.item == item && other.text == text);
            if wanted && !known {
                found.push(Printed { member, item, text });
            }
        }
    }
    if !unknown.is_empty() && unit.is_none() {
        let (path, names, names_en) = (&table.path, unknown.join("、"), unknown.join(", "));
        say(words!("{path}:没有这些单位的数据,没有求:{names}", "{path}: no facts of these units, left out: {names_en}").get(lang));
    }
}

/// What a heading prints for a unit: an item that applies to it, or the total.
fn column(plan: &Plan, member: &Member, heading: &str) -> Option<Option<ItemId>> {
    let program = plan.programs.get(member.tier)?;
    let named = |item: &crate::plan::Item| item.name == heading || item.columns.iter().any(|column| column == heading);
    let item = plan.items.iter().enumerate().find(|(id, item)| named(item) && matches!(program.items.get(*id), Some(Some(_)))).map(|(id, _)| id);
    let total = heading == plan.total.name || heading == "total" || plan.total_columns.iter().any(|column| column == heading);
    item.map(Some).or(total.then_some(None))
}

/// Whether an indicator is printed neither in full nor as 0 nor not at all.
fn is_partial(plan: &Plan, member: &Member, item: Option<ItemId>, text: &str) -> bool {
    let Some(item) = item.filter(|item| plan.items.get(*item).is_some_and(|item| item.children.is_empty())) else { return false };
    let Some(score) = number(text).filter(|score| !score.is_zero()) else { return false };
    let full = plan.programs.get(member.tier).and_then(|program| program.items.get(item).copied().flatten()).and_then(|steps| steps.full);
    full.is_none_or(|full| full.most() != score)
}

fn tables(paths: &[PathBuf]) -> Result<Vec<Table>, Fault> {
    let mut found = Vec::new();
    for path in paths {
        let bytes = bytes_of(path)?;
        let mut faults = Vec::new();
        let read = table::read(&path.display().to_string(), &bytes, &mut Sheets::default(), &mut faults);
        read.iter().for_each(|table| table.report_faults(&mut faults));
        if read.is_empty() || diag::any_error(&faults) {
            return Err(Fault::Diagnostics(faults, Box::default()));
        }
        found.extend(read);
    }
    Ok(found)
}
