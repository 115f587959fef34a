//! The ranking of a period as a table that fits its terminal.

use std::cmp::Ordering;
use std::fmt::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indexmap::IndexMap;

use super::pick;
use crate::diag::Lang;
use crate::eval::Until;
use crate::eval::domain::Value;
use crate::eval::outcome::traced;
use crate::eval::rank::{Contestant, listing};
use crate::facts::Facts;
use crate::plan::{Plan, Program, Role};
use crate::quantity;
use crate::results::{Kind, Results, State, UnitResult, contestant, texts};

/// How a table is to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) lang: Lang,
    /// The columns of the terminal.
    pub(crate) width: usize,
    pub(crate) fold: Fold,
}

/// Which columns are drawn together into one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Those in which every unit has full marks, or a bonus or penalty of 0.
    FullMarks,
    /// None.
    Nothing,
}

/// The whole report: the ranking by tier, units without a total, assumptions.
pub(crate) fn table(plan: &Plan, facts: &Facts, results: &Results, look: &Look) -> String {
    let mut text = String::new();
    let (name, version, period) = (&results.standard.name, &results.standard.version, &results.period);
    let _ = writeln!(text, "{name}  {version}  {period}");
    let entries = entries(plan, facts);
    let racing = |unit: &UnitResult| entries.get(unit.unit.as_str()).and_then(|entry| entry.contestant.as_ref());
    for program in &plan.programs {
        let mut units: Vec<&UnitResult> = results.units.iter().filter(|unit| unit.tier == program.tier && unit.status != State::Exempt).collect();
        if units.is_empty() {
            continue;
        }
        units.sort_by(|a, b| match (racing(a), racing(b)) {
            (Some(a), Some(b)) => listing(&plan.ranking, a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
        write_tier(&Tables { plan, program, entries: &entries }, &units, look, &mut text);
    }
    write_without_total(results, look, &mut text);
    write_assumptions(plan, results, look, &mut text);
    text
}

/// What a unit brings to a table besides its results.
struct Entry {
    /// Its keys, if it has a total.
    contestant: Option<Contestant>,
    /// The values by which units are listed, also where it has none.
    listed: Vec<Value>,
}

/// What every unit brings, by name.
fn entries<'f>(plan: &Plan, facts: &'f Facts) -> IndexMap<&'f str, Entry> {
    let mut found = IndexMap::new();
    for (member, row) in facts.members.iter().zip(&facts.rows) {
        if let Some(program) = plan.programs.get(member.tier) {
            let outcome = traced(program, row, Until::Scores);
            let listed = program.listed.iter().map(|step| outcome.value(*step)).collect();
            found.insert(member.name.as_str(), Entry { contestant: contestant(program, &outcome, &member.name).filter(|_| row.listed), listed });
        }
    }
    found
}

/// What the table of a tier is made from.
struct Tables<'a> {
    plan: &'a Plan,
    program: &'a Program,
    entries: &'a IndexMap<&'a str, Entry>,
}

fn write_tier(tables: &Tables<'_>, units: &[&UnitResult], look: &Look, text: &mut String) {
    let Tables { plan, program, entries } = *tables;
    let lang = look.lang;
    let title = program.title.as_deref().unwrap_or(&program.tier);
    let (marks, count) = (quantity::plain(program.marks), units.len());
    let _ = match lang {
        Lang::Zh => writeln!(text, "\n{title}(满分 {marks} 分,{count} 家)"),
        Lang::En => writeln!(text, "\n{title} (marks {marks}, units {count})"),
    };
    let names: Vec<&str> = plan.indicators().filter(|(id, _)| matches!(program.items.get(*id), Some(Some(_)))).map(|(_, item)| item.name.as_str()).collect();
    let (folded, shown): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| look.fold == Fold::FullMarks && units.iter().all(|unit| is_full(unit, name)));
    let listed: Vec<(usize, String)> =
        program.listed.iter().enumerate().filter_map(|(index, step)| label(plan, program, *step).map(|label| (index, label))).collect();
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    // every column was asked for: then the lines are as long as they are
    if look.fold == Fold::FullMarks {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    }
    let mut header = vec![pick(lang, "名次", "rank").to_owned(), pick(lang, "单位", "unit").to_owned()];
    header.extend(listed.iter().map(|(_, label)| label.clone()));
    header.extend(shown.iter().map(|name| (*name).to_owned()));
    header.push(pick(lang, "总分", "total").to_owned());
    table.set_header(&header);
    for unit in units {
        let mut row = vec![rank(unit, lang), unit.unit.clone()];
        for (index, _) in &listed {
            let value = entries.get(unit.unit.as_str()).and_then(|entry| entry.listed.get(*index)).and_then(Value::decimal);
            row.push(value.map(quantity::plain).unwrap_or_default());
        }
        row.extend(shown.iter().map(|name| {
            unit.indicators.get(*name).map(|one| one.score.clone().unwrap_or_else(|| state_word(one.status, lang).to_owned())).unwrap_or_default()
        }));
        row.push(unit.total.clone().unwrap_or_else(|| state_word(unit.status, lang).to_owned()));
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index != 1 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    write_folded(units, &folded, look, text);
}

fn rank(unit: &UnitResult, lang: Lang) -> String {
    let Some(place) = unit.rank else { return "—".to_owned() };
    let place = quantity::plain(place.0);
    if unit.provisional { format!("{place}{}", pick(lang, "(暂)", "?")) } else { place }
}

fn label(plan: &Plan, program: &Program, step: usize) -> Option<String> {
    match program.infos.get(step)?.role {
        Role::Cell(fact) | Role::Fact(fact) => plan.facts.get(fact).map(|fact| fact.label().to_owned()),
        Role::Value(value) => plan.values.get(value).map(|value| value.name.clone()),
        Role::Item(_) | Role::Total => None,
        _ => Some(String::new()),
    }
}

/// Whether nothing is to be seen in a cell: full marks, or a bonus or penalty of 0.
fn is_full(unit: &UnitResult, name: &str) -> bool {
    unit.indicators.get(name).is_some_and(|one| match one.kind {
        Kind::Base => one.score.is_some() && one.score == one.full,
        Kind::Bonus | Kind::Penalty => one.score.as_deref().is_some_and(|score| score.chars().all(|c| matches!(c, '0' | '.'))),
    })
}

/// Writes a paragraph of any length within the width, its further lines indented.
fn write_wrapped(paragraph: &str, indent: &str, look: &Look, text: &mut String) {
    let further = format!("{indent}  ");
    let options = textwrap::Options::new(look.width).initial_indent(indent).subsequent_indent(&further);
    for line in textwrap::wrap(paragraph, options) {
        let _ = writeln!(text, "{line}");
    }
}

fn write_folded(units: &[&UnitResult], folded: &[&str], look: &Look, text: &mut String) {
    let lang = look.lang;
    let Some(first) = units.first() else { return };
    let of = |name: &&&str| first.indicators.get(**name);
    let full: Vec<String> = folded
        .iter()
        .filter(|name| of(name).is_some_and(|one| one.kind == Kind::Base))
        .map(|name| format!("{name} {}", of(&name).and_then(|one| one.full.clone()).unwrap_or_default()))
        .collect();
    let zero: Vec<String> = folded.iter().filter(|name| of(name).is_some_and(|one| one.kind != Kind::Base)).map(|name| (*name).to_owned()).collect();
    if !full.is_empty() {
        write_wrapped(&format!("{}{}", pick(lang, "各家均为满分:", "full marks for all: "), full.join(pick(lang, "、", ", "))), "  ", look, text);
    }
    if !zero.is_empty() {
        write_wrapped(&format!("{}{}", pick(lang, "各家均为 0 分:", "0 for all: "), zero.join(pick(lang, "、", ", "))), "  ", look, text);
    }
}

pub(super) fn state_word(state: State, lang: Lang) -> &'static str {
    match state {
        State::Scored => "",
        State::Exempt => pick(lang, "不参评", "exempt"),
        State::NotApplicable => pick(lang, "不适用", "n/a"),
        State::Missing => pick(lang, "缺数据", "missing"),
        State::Pending => pick(lang, "待定", "pending"),
    }
}

fn write_without_total(results: &Results, look: &Look, text: &mut String) {
    let lang = look.lang;
    for state in [State::Exempt, State::Missing, State::Pending] {
        let mut reasons: IndexMap<(&str, &str), Vec<&str>> = IndexMap::new();
        for unit in results.units.iter().filter(|unit| unit.status == state) {
            reasons.entry((&unit.tier, unit.reason.as_deref().unwrap_or(""))).or_default().push(&unit.unit);
        }
        for ((tier, reason), units) in reasons {
            let (word, count, names) = (state_word(state, lang), units.len(), units.join(pick(lang, "、", ", ")));
            let paragraph = match lang {
                Lang::Zh => format!("{word}({tier},{reason},{count} 家):{names}"),
                Lang::En => format!("{word} ({tier}, {reason}, units {count}): {names}"),
            };
            text.push('\n');
            write_wrapped(&paragraph, "", look, text);
        }
    }
    if results.units.iter().any(|unit| unit.provisional) {
        let _ = writeln!(
            text,
            "\n{}",
            pick(lang, "标(暂)的名次是暂定的:同组还有单位没有总分。", "Places marked ? are provisional: units of the same group have no total yet.")
        );
    }
}

fn write_assumptions(plan: &Plan, results: &Results, look: &Look, text: &mut String) {
    let lang = look.lang;
    // all that the standard leaves open, also what bears on no score this time
    let all = texts(plan, &(0..plan.marks.len()).collect::<Vec<_>>());
    let mut counts: IndexMap<&str, usize> = all.iter().map(|text| (text.as_str(), 0)).collect();
    for unit in &results.units {
        for assumption in &unit.assumptions {
            *counts.entry(assumption).or_insert(0) += 1;
        }
    }
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{}",
        pick(
            lang,
            "标准里的假设与未定之处,和得分有赖于它的家数:",
            "Assumptions and open points of the standard, with the number of units whose scores rest on them:"
        )
    );
    for (assumption, count) in counts {
        let paragraph = match lang {
            Lang::Zh => format!("{assumption}({count} 家)"),
            Lang::En => format!("{assumption} (units {count})"),
        };
        write_wrapped(&paragraph, "  ", look, text);
    }
}
