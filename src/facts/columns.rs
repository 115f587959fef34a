//! The headings of a table to the facts of the plan.

use rust_decimal::Decimal;

use super::number::is_unit;
use super::register::{TIER, UNIT};
use super::table::{Table, excerpt, is_ignored, is_one_of, marks, split_bracket, squeezed};
use crate::diag::{Code, Diagnostic, Lang, closest, words};
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

/// The columns of a table that holds every fact that is read, in the order of the rules: each heading, with its unit, is read back as
/// the facts beside it.
pub(crate) fn headings(plan: &Plan, lang: Lang) -> Vec<(String, Vec<FactId>)> {
    let mut found: Vec<(String, Vec<FactId>)> = Vec::new();
    for (id, fact) in plan.facts.iter().enumerate().filter(|(id, _)| (0..plan.programs.len()).any(|tier| is_read(plan, *id, tier))) {
        if found.iter().any(|(_, facts)| facts.contains(&id)) {
            continue;
        }
        let one_unit = |facts: &[FactId]| facts.iter().filter_map(|other| plan.facts.get(*other)).all(|other| other.kind == fact.kind);
        let by_label = facts_named(plan, fact.label()).filter(|facts| facts.contains(&id) && one_unit(facts) && !is_shared(plan, facts));
        let (name, facts) = match by_label {
            Some(facts) => (fact.label().to_owned(), facts),
            None => (full_name(plan, fact).unwrap_or_else(|| fact.name.clone()), vec![id]),
        };
        found.push((with_unit(&name, fact, lang), facts));
    }
    found
}

/// Whether the scores or places of a tier depend on a fact.
pub(crate) fn is_read(plan: &Plan, fact: FactId, tier: TierId) -> bool {
    let Some(program) = plan.programs.get(tier) else { return false };
    program.facts.get(fact).is_some_and(|step| step.is_some_and(|step| step < program.score_end))
}

fn with_unit(name: &str, fact: &Fact, lang: Lang) -> String {
    let Some(unit) = fact.unit() else { return name.to_owned() };
    let word = match unit {
        Unit::Points if lang == Lang::En => "pp".to_owned(),
        // a compound of several words is known by its Chinese name only
        unit if lang == Lang::En && is_unit(&unit.in_english(), unit) => unit.in_english(),
        unit => unit.to_string(),
    };
    if is_unit(&word, unit) { format!("{name}({word})") } else { name.to_owned() }
}

/// Which of the facts of a column applies to a tier.
pub(crate) fn applying(plan: &Plan, facts: &[FactId], tier: TierId) -> Option<FactId> {
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

pub(super) enum Bound {
    Column(Column),
    Unknown,
    /// And where the facts are declared.
    Fault(Diagnostic, Vec<Span>),
}

pub(super) fn bind_one(heading: &str, above: &str, plan: &Plan) -> Bound {
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
pub(crate) fn facts_named(plan: &Plan, heading: &str) -> Option<Vec<FactId>> {
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
            let wanted_en = wanted.in_english();
            Diagnostic::new(Code::UnknownColumn, words!("「{label}」以 {wanted} 计,列名里写的是 {unit}", "{label} is in {wanted_en}, its heading says {unit}"))
                .help(words!(
                    "换算成 {wanted} 再填,列名里写 {wanted} 或不写单位",
                    "convert the column to {wanted_en}, and write {wanted_en} or no unit in the heading"
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::samples;

    #[test]
    fn headings_that_are_written_are_read_back() {
        let plan = samples::plan();
        for lang in [Lang::Zh, Lang::En] {
            let written = headings(&plan, lang);
            let table = Table { headings: written.iter().map(|(heading, _)| heading.clone()).collect(), ..Table::default() };
            let mut found = Vec::new();
            let read = bind(&table, &plan, &mut found);
            assert_eq!(found, []);
            for ((heading, facts), column) in written.iter().zip(read) {
                assert!(matches!(&column, Column::Facts(read, _) if read == facts), "{heading}: {column:?}");
            }
        }
        let names: Vec<String> = headings(&plan, Lang::Zh).into_iter().map(|(heading, _)| heading).collect();
        assert_eq!(
            names,
            ["总工单数(件)", "回访满意率(%)", "高出(百分点)", "用时(天)", "设备(台)", "样本(样)", "已报送", "等次", "办理超时(件)", "知晓超时(件)", "附加(分)"]
        );
    }
}
