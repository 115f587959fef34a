//! Facts and results as tables: a row for every unit.

use super::model::{Given, GivenColumn, RANK};
use crate::eval::domain::{Absence, Exact, Value};
use crate::eval::{self, Until};
use crate::facts::{Facts, Provenance};
use crate::plan::{Fact, Plan, Type};
use crate::quantity::{self, BUILT_IN, Number, Unit, moment};
use crate::results::Results;

/// The columns that name a unit.
const UNIT: &str = "单位";
const TIER: &str = "层级";

/// What is known of the units of a month. A value that was put in because it fits what was printed (代入) is not known, and
/// neither is what rests on it.
pub(crate) fn facts_of(plan: &Plan, facts: &Facts) -> Given {
    let mut known = facts.clone();
    for cell in known.rows.iter_mut().flat_map(|row| &mut row.cells).flatten() {
        if cell.provenance == Some(Provenance::Fitted) {
            // not missing, so that no default and no derivation stands in for it
            cell.value = Value::Absent(Absence::Pending);
        }
    }
    known.gather(plan);
    let mut names: Vec<&str> = Vec::new();
    for fact in &plan.facts {
        if !names.contains(&fact.name.as_str()) {
            names.push(&fact.name);
        }
    }
    let of = |name: &str| plan.facts.iter().enumerate().filter(move |(_, fact)| fact.name == name).collect::<Vec<_>>();
    let mut given = Given { columns: naming(), rows: Vec::new() };
    given.columns.extend(names.iter().filter_map(|name| plan.facts.iter().find(|fact| fact.name == *name)).map(|fact| column(plan, fact)));
    let mut values = Vec::new();
    for (member, row) in known.members.iter().zip(&known.rows) {
        let Some(program) = plan.programs.get(member.tier) else { continue };
        eval::run(&Exact, program, row, Until::Bounds, &mut values);
        let mut cells = vec![member.name.clone(), program.tier.clone()];
        for name in &names {
            let found = of(name).into_iter().find_map(|(id, fact)| {
                let read = program.facts.get(id).copied().flatten().and_then(|step| values.get(step)).copied();
                let value = read.or_else(|| row.get(id).map(|cell| cell.value))?;
                text(plan, fact, &value)
            });
            cells.push(found.unwrap_or_default());
        }
        given.rows.push(cells);
    }
    given
}

/// What the standard makes of them: total, place and the score of every item.
pub(crate) fn results_of(plan: &Plan, results: &Results) -> Given {
    let mut given = Given { columns: naming(), rows: Vec::new() };
    let score = |name: &str| GivenColumn { name: name.to_owned(), kind: "分 精度 0.000001 分 可空".to_owned(), unit: None };
    let mut items: Vec<&str> = Vec::new();
    for item in &plan.items {
        if !items.contains(&item.name.as_str()) {
            items.push(&item.name);
        }
    }
    given.columns.push(score("总分"));
    given.columns.push(GivenColumn { name: "排名".to_owned(), kind: format!("「{RANK}」 精度 0.5 「{RANK}」 可空"), unit: Some(RANK.to_owned()) });
    given.columns.extend(items.iter().map(|name| score(name)));
    for unit in &results.units {
        let mut cells = vec![unit.unit.clone(), unit.tier.clone(), unit.total.clone().unwrap_or_default()];
        // a place that may change is not known
        cells.push(unit.rank.filter(|_| !unit.provisional).map(|rank| quantity::plain(rank.0)).unwrap_or_default());
        for name in &items {
            let indicator = unit.indicators.get(*name).and_then(|indicator| indicator.score.clone());
            let section = || unit.sections.get(*name).and_then(|section| section.score.clone());
            cells.push(indicator.or_else(section).unwrap_or_default());
        }
        given.rows.push(cells);
    }
    given
}

fn naming() -> Vec<GivenColumn> {
    [UNIT, TIER].map(|name| GivenColumn { name: name.to_owned(), kind: "文字".to_owned(), unit: None }).into()
}

fn column(plan: &Plan, fact: &Fact) -> GivenColumn {
    let name = fact.name.clone();
    let (kind, unit) = match &fact.kind {
        Type::Number(unit) if unit.is_moment() => (unit.to_string(), None),
        Type::Number(unit) => {
            let declared = Some(unit.to_string()).filter(|name| !unit.is_percent() && !BUILT_IN.iter().any(|(zh, _)| zh == name));
            (format!("「{unit}」 精度 {}", written(fact.step, unit)), declared)
        }
        Type::Truth => ("{是, 否}".to_owned(), None),
        Type::Choice(symbols) => {
            let names: Vec<String> = symbols.iter().filter_map(|symbol| plan.symbols.get(*symbol)).map(|name| format!("「{name}」")).collect();
            (format!("{{{}}}", names.join(", ")), None)
        }
        Type::Text => ("文字".to_owned(), None),
    };
    GivenColumn { name, kind: format!("{kind} 可空"), unit }
}

/// A value as the cell of a table holds it; nothing where it is not known.
fn text(plan: &Plan, fact: &Fact, value: &Value) -> Option<String> {
    match (value, &fact.kind) {
        (Value::Number(number), Type::Number(unit)) if unit.is_moment() => moment::show(number, unit),
        (Value::Number(number), Type::Number(unit)) => number.decimal().map(|decimal| written(decimal, unit)),
        (Value::Truth(truth), _) => Some(if *truth { "是" } else { "否" }.to_owned()),
        (Value::Symbol(symbol), _) => plan.symbols.get(*symbol).cloned(),
        _ => None,
    }
}

/// A quantity as the rules write it.
fn written(value: rust_decimal::Decimal, unit: &Unit) -> String {
    let hundred = || Number::from(value).times(&Number::from(rust_decimal::Decimal::ONE_HUNDRED)).ok().and_then(|value| value.decimal()).unwrap_or(value);
    match unit {
        Unit::Points => format!("{} 百分点", quantity::plain(hundred())),
        unit if unit.is_percent() => format!("{}%", quantity::plain(hundred())),
        unit => format!("{} {unit}", quantity::plain(value)),
    }
}
