//! The headings of a table to the facts of the plan.

use rust_decimal::Decimal;

use super::number::is_unit;
use super::register::{TIER, UNIT};
use super::table::{Table, excerpt, is_ignored, is_one_of, marks, split_bracket, squeezed};
use crate::diag::{Code, Diagnostic, closest, words};
use crate::plan::{Fact, FactId, Plan, TierId, Type};
use crate::quantity::Unit;
use crate::source::Span;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Unit,
    Tier,
    /// Remarks and the like.
    Ignored,
    /// A total or a place, which is computed and not given.
    Result,
    /// Its heading is at fault.
    Faulty,
    /// A fact, or several of which no tier has two; and what 1 without a unit is, where the heading states the unit.
    Facts(Vec<FactId>, Option<Decimal>),
}

/// The column of each heading.
pub(super) fn bind(table: &Table, plan: &Plan, diagnostics: &mut Vec<Diagnostic>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut unknown = Vec::new();
    for (index, heading) in table.headings.iter().enumerate() {
        let above = table.above.get(index).map(String::as_str).unwrap_or_default();
        let column = match bind_one(heading, above, plan) {
            Bound::Column(column) => column,
            Bound::Unknown => {
                unknown.push(index);
                Column::Faulty
            }
            Bound::Fault(fault, declared) => {
                let fault = fault.at_cell(table.heading(index), words!("", ""));
                diagnostics.push(declared.into_iter().fold(fault, |fault, span| fault.at(span, words!("在这里声明", "declared here"))));
                Column::Faulty
            }
        };
        match columns.iter().position(|other| overlap(other, &column)) {
            // one heading twice is a fault of the table already
            Some(first) if table.headings.get(first).is_some_and(|first| squeezed(first) == squeezed(heading)) => columns.push(Column::Faulty),
            Some(first) => {
                diagnostics.push(
                    Diagnostic::new(Code::UnknownColumn, words!("两列是同一项数据", "two columns hold one fact"))
                        .at_cell(table.heading(index), words!("这一列", "this one"))
                        .at_cell(table.heading(first), words!("和这一列", "and this one"))
                        .help(words!("删去其中一列", "remove one of them")),
                );
                columns.push(Column::Faulty);
            }
            None => columns.push(column),
        }
    }
    for index in unknown {
        diagnostics.push(unknown_heading(table, index, &columns, plan));
    }
    columns
}

/// Which of the facts of a column applies to a tier.
pub(super) fn applying(plan: &Plan, facts: &[FactId], tier: TierId) -> Option<FactId> {
    facts.iter().copied().find(|fact| applies(plan, *fact, tier))
}

fn applies(plan: &Plan, fact: FactId, tier: TierId) -> bool {
    let Some(owner) = plan.facts.get(fact).and_then(|fact| fact.owner) else { return true };
    plan.programs.get(tier).and_then(|program| program.items.get(owner)).is_some_and(Option::is_some)
}

fn overlap(a: &Column, b: &Column) -> bool {
    match (a, b) {
        (Column::Unit, Column::Unit) | (Column::Tier, Column::Tier) => true,
        (Column::Facts(a, _), Column::Facts(b, _)) => a.iter().any(|fact| b.contains(fact)),
        _ => false,
    }
}

enum Bound {
    Column(Column),
    Unknown,
    /// And where the facts are declared.
    Fault(Diagnostic, Vec<Span>),
}

fn bind_one(heading: &str, above: &str, plan: &Plan) -> Bound {
    if is_one_of(heading, UNIT) {
        return Bound::Column(Column::Unit);
    }
    if is_one_of(heading, TIER) {
        return Bound::Column(Column::Tier);
    }
    if heading.is_empty() {
        return Bound::Column(Column::Ignored);
    }
    // marks and remarks stand in brackets behind a name, and behind them or before them its unit
    let mut name = heading;
    let mut unit = None;
    loop {
        if let Some(facts) = facts_under(plan, above, name) {
            return bind_stated(name, facts, unit, plan);
        }
        let Some((rest, inside)) = split_bracket(name).filter(|(rest, _)| !rest.is_empty()) else { break };
        if marks(inside).is_none() && !is_remark(inside) {
            unit = Some(inside);
        }
        name = rest;
    }
    if let Some(facts) = without_digits(name).and_then(|name| facts_under(plan, above, name)) {
        return bind_stated(name, facts, unit, plan);
    }
    if is_ignored(heading) {
        Bound::Column(Column::Ignored)
    } else if is_result(name, plan) {
        Bound::Column(Column::Result)
    } else {
        Bound::Unknown
    }
}

/// Whether what stands in brackets is more than a unit: it has signs in it, or is a sentence.
fn is_remark(inside: &str) -> bool {
    const LONGEST_UNIT: usize = 8;
    inside.chars().count() > LONGEST_UNIT || inside.chars().any(|letter| matches!(letter, ',' | '\u{FF0C}' | '、' | ':' | '\u{FF1A}' | '。' | ';' | '\u{FF1B}'))
}

/// A name without the marks that a printed heading has on a line of its own: 机构设置4.
fn without_digits(heading: &str) -> Option<&str> {
    let name = heading.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.').trim_end();
    (name.len() < heading.len() && name.chars().next_back().is_some_and(|letter| !letter.is_ascii())).then_some(name)
}

/// Whether a heading names the total or the places.
fn is_result(name: &str, plan: &Plan) -> bool {
    const RESULTS: &[&str] = &["总分", "total", "排名", "名次", "位次", "rank"];
    let totals = std::iter::once(&plan.total.name).chain(&plan.total_columns);
    is_one_of(name, RESULTS) || totals.map(String::as_str).any(|total| is_one_of(name, &[total]))
}

fn bind_stated(name: &str, facts: Vec<FactId>, unit: Option<&str>, plan: &Plan) -> Bound {
    let Some(unit) = unit else { return bind_facts(name, facts, plan) };
    let wrong = facts.iter().filter_map(|fact| plan.facts.get(*fact)).find(|fact| !fact.unit().is_some_and(|wanted| is_unit(unit, wanted)));
    match wrong {
        Some(fact) => Bound::Fault(wrong_unit(fact, unit), vec![fact.span]),
        None => match bind_facts(name, facts, plan) {
            Bound::Column(Column::Facts(facts, _)) => Bound::Column(Column::Facts(facts, Some(Unit::factor(unit)))),
            other => other,
        },
    }
}

/// The facts of a heading; those that the heading above it tells from others of the same name.
fn facts_under(plan: &Plan, above: &str, heading: &str) -> Option<Vec<FactId>> {
    let found = facts_named(plan, heading);
    let shared = found.as_ref().is_some_and(|facts| is_shared(plan, facts));
    if above.is_empty() || found.is_some() && !shared {
        return found;
    }
    facts_named(plan, &format!("{above}.{heading}")).or(found)
}

fn is_shared(plan: &Plan, facts: &[FactId]) -> bool {
    (0..plan.programs.len()).any(|tier| facts.iter().filter(|fact| applies(plan, **fact, tier)).count() > 1)
}

fn bind_facts(name: &str, facts: Vec<FactId>, plan: &Plan) -> Bound {
    if !is_shared(plan, &facts) {
        return Bound::Column(Column::Facts(facts, None));
    }
    let name = excerpt(name);
    let facts: Vec<&Fact> = facts.iter().filter_map(|fact| plan.facts.get(*fact)).collect();
    let names = facts.iter().filter_map(|fact| full_name(plan, fact)).collect::<Vec<_>>();
    let (list, list_en) = (names.join("、"), names.join(", "));
    Bound::Fault(
        Diagnostic::new(Code::UnknownColumn, words!("「{name}」可以指几项数据", "{name} may mean several facts"))
            .help(words!("连同所在的项一起写:{list}", "name the item too: {list_en}")),
        facts.iter().map(|fact| fact.span).collect(),
    )
}

/// The facts with that column; else with that name; else with that name behind the name of their item.
fn facts_named(plan: &Plan, heading: &str) -> Option<Vec<FactId>> {
    let wanted = squeezed(heading);
    let with = |matches: &dyn Fn(&Fact) -> bool| {
        let found: Vec<FactId> = plan.facts.iter().enumerate().filter(|(_, fact)| matches(fact)).map(|(id, _)| id).collect();
        (!found.is_empty()).then_some(found)
    };
    with(&|fact| fact.columns.iter().any(|column| squeezed(column) == wanted))
        .or_else(|| with(&|fact| squeezed(&fact.name) == wanted))
        .or_else(|| with(&|fact| full_name(plan, fact).is_some_and(|name| squeezed(&name) == wanted)))
}

fn full_name(plan: &Plan, fact: &Fact) -> Option<String> {
    let item = plan.items.get(fact.owner?)?;
    Some(format!("{}.{}", item.name, fact.name))
}

fn wrong_unit(fact: &Fact, unit: &str) -> Diagnostic {
    let (label, unit) = (fact.label(), excerpt(unit));
    match &fact.kind {
        Type::Number(wanted) => {
            Diagnostic::new(Code::UnknownColumn, words!("「{label}」以 {wanted} 计,列名里写的是 {unit}", "{label} is in {wanted}, its heading says {unit}"))
                .help(words!(
                    "换算成 {wanted} 再填,列名里写 {wanted} 或不写单位",
                    "convert the column to {wanted}, and write {wanted} or no unit in the heading"
                ))
        }
        _ => Diagnostic::new(
            Code::UnknownColumn,
            words!("「{label}」不是数,列名里却写了单位 {unit}", "{label} is no number, its heading states the unit {unit}"),
        )
        .help(words!("删去列名里的单位", "remove the unit from the heading")),
    }
}

fn unknown_heading(table: &Table, index: usize, columns: &[Column], plan: &Plan) -> Diagnostic {
    const LONGEST: usize = 30;
    let heading = table.headings.get(index).map(String::as_str).unwrap_or_default();
    let taken = |id: FactId| columns.iter().any(|column| matches!(column, Column::Facts(facts, _) if facts.contains(&id)));
    let mut free: Vec<&str> = Vec::new();
    for (_, fact) in plan.facts.iter().enumerate().filter(|(id, _)| !taken(*id)) {
        if !free.contains(&fact.label()) {
            free.push(fact.label());
        }
    }
    let shown = excerpt(heading);
    let mut diagnostic =
        Diagnostic::new(Code::UnknownColumn, words!("不认识的列「{shown}」", "unknown column {shown}")).at_cell(table.heading(index), words!("", ""));
    let name = split_bracket(heading).map_or(heading, |(name, _)| name);
    let reserved = [(UNIT, Column::Unit), (TIER, Column::Tier)];
    let reserved = reserved.iter().filter(|(_, column)| !columns.contains(column)).flat_map(|(words, _)| words.iter().copied());
    let near = closest(name, free.iter().copied().chain(reserved)).or_else(|| closest(name, plan.facts.iter().map(|fact| fact.name.as_str())));
    if let Some(near) = near {
        diagnostic = diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?"));
    }
    let more = if free.len() > LONGEST { " …" } else { "" };
    let names = free.iter().take(LONGEST).copied().collect::<Vec<_>>();
    let (list, list_en) = (names.join("、"), names.join(", "));
    if list.is_empty() {
        diagnostic.help(words!("每项数据都有了列;不用的列删去,或在列名前加 #", "every fact has its column; remove this one, or begin its heading with #"))
    } else {
        diagnostic.help(words!(
            "还可以有的列:{list}{more};不用的列在列名前加 #",
            "columns still free: {list_en}{more}; begin the heading of a column that is not to be read with #"
        ))
    }
}
