//! Facts and results as tables: a row for every unit.

use std::collections::BTreeMap;

use super::model::RANK;
use crate::audit::reconcile::entered;
use crate::eval::domain::{Absence, Traced, Value};
use crate::eval::outcome::{Outcome, Status, traced};
use crate::eval::trace::{Reach, Trace};
use crate::eval::{self, Until};
use crate::facts::table::squeezed;
use crate::facts::{Facts, Provenance, Row};
use crate::plan::{Fact, Plan, Step, StepId, Type};
use crate::quantity::{self, BUILT_IN, Number, Unit, moment};
use crate::results::Results;

/// The columns that name a unit.
const UNIT: &str = "单位";
const TIER: &str = "层级";

/// A table whose columns are known without a declaration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) columns: Vec<GivenColumn>,
    /// The cells of a row by column; blank where nothing is known.
    pub(crate) rows: Vec<Vec<String>>,
    /// How cells came to be known that agree with print for that reason alone, by row and column.
    pub(crate) standing: BTreeMap<(usize, usize), Standing>,
}

/// Why a cell that agrees with what is printed is no evidence of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was entered as it is printed.
    Copied,
    /// It rests on facts that were found by what is printed (代入, 推得).
    Fitted,
}

#[derive(Debug, Clone)]
pub(crate) struct GivenColumn {
    pub(crate) name: String,
    /// Its type and what belongs to that, in the words of the rules.
    pub(crate) kind: String,
    /// The units of its type that the rules declare themselves.
    pub(crate) unit: Option<String>,
}

/// The cells of a given table that prove nothing, by what names the row and the column.
pub(super) fn standing(given: Option<&Given>, key: &str, canonical: &dyn Fn(&str) -> String) -> BTreeMap<(String, String), Standing> {
    let of = |given: &Given| {
        let key = given.columns.iter().position(|column| column.name == key)?;
        let cell = |((row, column), standing): (&(usize, usize), &Standing)| {
            Some(((squeezed(&canonical(given.rows.get(*row)?.get(key)?)), given.columns.get(*column)?.name.clone()), *standing))
        };
        Some(given.standing.iter().filter_map(cell).collect())
    };
    given.and_then(of).unwrap_or_default()
}

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
    let mut given = Given { columns: naming(), ..Given::default() };
    given.columns.extend(names.iter().filter_map(|name| plan.facts.iter().find(|fact| fact.name == *name)).map(|fact| column(plan, fact)));
    for (member, row) in known.members.iter().zip(&known.rows) {
        let Some(program) = plan.programs.get(member.tier) else { continue };
        // the facts of an exempt unit are known as well
        let mut outcome = Outcome { status: Status::Scored, values: Vec::new(), bounds: Vec::new() };
        eval::run(&Traced, program, row, Until::Bounds, &mut outcome.values);
        let trace = Trace { plan, program, outcome: &outcome };
        let mut cells = vec![member.name.clone(), program.tier.clone()];
        for name in &names {
            let found = of(name).into_iter().find_map(|(id, fact)| {
                let step = program.facts.get(id).copied().flatten();
                let read = step.and_then(|step| outcome.values.get(step)).map(|value| value.value);
                let value = read.or_else(|| row.get(id).map(|cell| cell.value))?;
                let standing = match row.get(id) {
                    Some(cell) => cell.provenance.map(|provenance| if provenance == Provenance::Derived { Standing::Fitted } else { Standing::Copied }),
                    None => step.filter(|step| is_fitted(&trace, row, *step)).map(|_| Standing::Fitted),
                };
                Some((text(plan, fact, &value)?, standing))
            });
            let (cell, standing) = found.unwrap_or_default();
            given.stands(cells.len(), standing);
            cells.push(cell);
        }
        given.rows.push(cells);
    }
    given
}

/// Whether a value rests on facts that were found by what is printed.
fn is_fitted(trace: &Trace<'_>, row: &Row, root: StepId) -> bool {
    let fitted = |(id, reach): (StepId, Reach)| match trace.step(id) {
        Some(Step::Given(fact)) if reach != Reach::None => {
            matches!(row.get(*fact).and_then(|cell| cell.provenance), Some(Provenance::Fitted | Provenance::Derived))
        }
        _ => false,
    };
    trace.reach(root).into_iter().enumerate().any(fitted)
}

impl Given {
    /// What is known of a cell of the row that is being made.
    fn stands(&mut self, column: usize, standing: Option<Standing>) {
        if let Some(standing) = standing {
            self.standing.insert((self.rows.len(), column), standing);
        }
    }
}

/// What the standard makes of them: total, place and the score of every item.
pub(crate) fn results_of(plan: &Plan, facts: &Facts, results: &Results) -> Given {
    let mut given = Given { columns: naming(), ..Given::default() };
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
    // a place rests on the totals of all
    let mut places: Vec<&str> = Vec::new();
    for unit in &results.units {
        let mut cells = vec![unit.unit.clone(), unit.tier.clone(), unit.total.clone().unwrap_or_default()];
        // a place that may change is not known
        cells.push(unit.rank.filter(|_| !unit.provisional).map(|rank| quantity::plain(rank.0)).unwrap_or_default());
        for name in &items {
            let indicator = unit.indicators.get(*name).and_then(|indicator| indicator.score.clone());
            let section = || unit.sections.get(*name).and_then(|section| section.score.clone());
            cells.push(indicator.or_else(section).unwrap_or_default());
        }
        let standings = standings(plan, facts, &unit.unit, &items);
        if standings.first() == Some(&Some(Standing::Fitted)) {
            places.push(&unit.tier);
        }
        for (place, standing) in standings.into_iter().enumerate() {
            // behind the unit and its tier the total, the place, and the items
            given.stands(if place == 0 { 2 } else { place + 3 }, standing);
        }
        given.rows.push(cells);
    }
    let fitted = results.units.iter().enumerate().filter(|(_, unit)| places.contains(&unit.tier.as_str()));
    given.standing.extend(fitted.map(|(row, _)| ((row, 3), Standing::Fitted)));
    given
}

/// How the total of a unit, and then its items, came about.
fn standings(plan: &Plan, facts: &Facts, unit: &str, items: &[&str]) -> Vec<Option<Standing>> {
    let found = || {
        let member = facts.members.iter().position(|member| member.name == unit)?;
        Some((plan.programs.get(facts.members.get(member)?.tier)?, facts.rows.get(member)?))
    };
    let Some((program, row)) = found() else { return Vec::new() };
    let outcome = traced(program, row, Until::Scores);
    let trace = Trace { plan, program, outcome: &outcome };
    let score = |name: &&str| {
        let is_called =
            |(id, item): (usize, &crate::plan::Item)| program.items.get(id).copied().flatten().filter(|_| item.name == **name).map(|steps| steps.score);
        let step = plan.items.iter().enumerate().find_map(is_called)?;
        if is_fitted(&trace, row, step) {
            return Some(Standing::Fitted);
        }
        entered(&trace, row, step, &|label| label == *name).map(|_| Standing::Copied)
    };
    let total = is_fitted(&trace, row, program.total).then_some(Standing::Fitted);
    std::iter::once(total).chain(items.iter().map(score)).collect()
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
