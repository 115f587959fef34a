//! The headings of a table to the facts of the plan.

use rust_decimal::Decimal;

use super::number::is_unit;
use super::register::{TIER, UNIT};
use super::table::{Table, excerpt, is_ignored, is_one_of, squeezed};
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
        let column = match bind_one(heading, plan) {
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

fn bind_one(heading: &str, plan: &Plan) -> Bound {
    if is_one_of(heading, UNIT) {
        return Bound::Column(Column::Unit);
    }
    if is_one_of(heading, TIER) {
        return Bound::Column(Column::Tier);
    }
    if heading.is_empty() {
        return Bound::Column(Column::Ignored);
    }
    if let Some(facts) = facts_named(plan, heading) {
        return bind_facts(heading, facts, plan);
    }
    if let Some((name, unit)) = split_unit(heading)
        && let Some(facts) = facts_named(plan, name)
    {
        let wrong = facts.iter().filter_map(|fact| plan.facts.get(*fact)).find(|fact| !fact.unit().is_some_and(|wanted| is_unit(unit, wanted)));
        return match wrong {
            Some(fact) => Bound::Fault(wrong_unit(fact, unit), vec![fact.span]),
            None => match bind_facts(name, facts, plan) {
                Bound::Column(Column::Facts(facts, _)) => Bound::Column(Column::Facts(facts, Some(Unit::factor(unit)))),
                other => other,
            },
        };
    }
    if is_ignored(heading) { Bound::Column(Column::Ignored) } else { Bound::Unknown }
}

fn bind_facts(name: &str, facts: Vec<FactId>, plan: &Plan) -> Bound {
    let shared = (0..plan.programs.len()).any(|tier| facts.iter().filter(|fact| applies(plan, **fact, tier)).count() > 1);
    if !shared {
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
pub(super) fn facts_named(plan: &Plan, heading: &str) -> Option<Vec<FactId>> {
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

/// A heading without the unit in brackets at its end, and that unit.
pub(super) fn split_unit(heading: &str) -> Option<(&str, &str)> {
    let inner = heading.strip_suffix([')', '\u{FF09}'])?;
    let open = inner.rfind(['(', '\u{FF08}'])?;
    let (name, unit) = inner.split_at_checked(open)?;
    Some((name.trim_end(), unit.trim_start_matches(['(', '\u{FF08}']).trim()))
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
    let name = split_unit(heading).map_or(heading, |(name, _)| name);
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
