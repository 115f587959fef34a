//! 用例: facts that are given, results that are expected.

use super::Difference;
use crate::eval::Until;
use crate::eval::domain::TracedValue;
use crate::eval::domain::{Absence, Value};
use crate::eval::outcome::{ItemStatus, Outcome, Status, traced};
use crate::facts::register::Register;
use crate::facts::{Facts, Member, check, load, named, past};
use crate::plan::{Case, CaseUnit, Expected, Literal, Plan, Program, Target};
use crate::quantity::{Number, Unit};
use crate::results::Place;

/// What differs; empty where the case holds.
pub(crate) fn run(plan: &Plan, case: &Case, register: Option<&Register>) -> Vec<Difference> {
    let facts = facts(plan, case, register);
    let faults = check::check(plan, &facts).into_iter().filter(crate::diag::Diagnostic::is_error);
    let mut found: Vec<Difference> = faults
        .map(|fault| Difference { unit: case.name.clone(), column: "已知".to_owned(), expected: "合用的数据".to_owned(), computed: fault.words.zh })
        .collect();
    let ranked = case.units.iter().flat_map(|unit| &unit.expected).any(|(target, ..)| *target == Target::Rank);
    let results = ranked.then(|| crate::results::score(plan, &facts, "", "", &|_, _| {}));
    for (index, (unit, row)) in case.units.iter().zip(&facts.rows).enumerate() {
        let Some(program) = plan.programs.get(unit.tier) else { continue };
        let place = results.as_ref().and_then(|results| results.units.get(index)).and_then(|unit| unit.rank);
        let outcome = traced(program, row, Until::Bounds);
        let differs = unit.expected.iter().filter_map(|(target, expected, _)| difference(plan, (program, &outcome, place), *target, *expected));
        let name = if case.units.len() > 1 { format!("{} {}", case.name, unit.name) } else { case.name.clone() };
        found.extend(differs.map(|(column, expected, computed)| Difference { unit: name.clone(), column, expected, computed }));
    }
    found
}

/// The units of a case as tables and a register would give them.
fn facts(plan: &Plan, case: &Case, register: Option<&Register>) -> Facts {
    let mut facts = Facts { aliases: named::aliases(plan, register), ..Facts::default() };
    for unit in &case.units {
        let given: Vec<(usize, Literal)> = unit.given.iter().map(|(fact, value, _)| (*fact, *value)).collect();
        facts.rows.push(load::one(plan, unit.tier, &given));
        let mut attributes = vec![None; plan.attributes.len()];
        for (attribute, word) in &unit.attributes {
            if let Some(slot) = attributes.get_mut(*attribute) {
                *slot = Some(facts.words.insert_full(word.clone()).0);
            }
        }
        facts.members.push(Member { name: unit.name.clone(), tier: unit.tier, parent: unit.parent, attributes });
    }
    facts.ledgers = load::records(plan, &case.units);
    let stated = |unit: &CaseUnit| unit.earlier.iter().map(|(inputs, value, _)| (inputs.clone(), *value)).collect();
    past::fill_case(&mut facts, plan, &case.units.iter().map(stated).collect::<Vec<_>>());
    facts
}

/// Column, expected and computed, where they differ.
fn difference(
    plan: &Plan,
    (program, outcome, place): (&Program, &Outcome<TracedValue>, Option<Place>),
    target: Target,
    expected: Expected,
) -> Option<(String, String, String)> {
    let value = value_of(program, outcome, target).map(|value| match (target, value) {
        (Target::Rank, Value::Number(_)) => place.map_or(Value::Absent(Absence::Missing), |place| Value::Number(Number::from(place.0))),
        _ => value,
    });
    let computed = value.map_or_else(str::to_owned, |value| shown(plan, target, &value));
    // a fraction may be equal to a decimal and print otherwise
    let equal = matches!((value, expected), (Ok(Value::Number(number)), Expected::Value(Literal::Number(wanted))) if number == Number::from(wanted));
    let expected = shown_expected(plan, target, expected);
    (!equal && computed != expected).then(|| (name(plan, target), expected, computed))
}

/// The name of what a case speaks of.
fn name(plan: &Plan, target: Target) -> String {
    match target {
        Target::Total => "总分".to_owned(),
        Target::Rank => "排名".to_owned(),
        Target::NotEligible => "取消评优".to_owned(),
        Target::Item(id) => plan.items.get(id).map(|item| item.name.clone()).unwrap_or_default(),
        Target::Fact(id) => plan.facts.get(id).map(|fact| fact.name.clone()).unwrap_or_default(),
        Target::Value(id) => plan.values.get(id).map(|value| value.name.clone()).unwrap_or_default(),
    }
}

/// The value that a case speaks of, or the word for why there is none to speak of.
fn value_of(program: &Program, outcome: &Outcome<TracedValue>, target: Target) -> Result<Value, &'static str> {
    if let Status::Exempt(_) = outcome.status {
        return Err("不参评");
    }
    let missing = Value::Absent(Absence::Missing);
    let at = |step: Option<usize>| step.map_or(missing, |step| outcome.value(step));
    Ok(match target {
        // whether a unit is exempt may be unknown though its items add up
        Target::Total | Target::Rank => match (outcome.status, target) {
            (Status::Missing, _) => missing,
            (Status::Pending, _) => Value::Absent(Absence::Pending),
            (Status::Partly, _) => Value::Absent(Absence::Partly),
            (Status::NotApplicable, _) => return Err("不适用"),
            // its place among the units of the case takes the place of this
            (Status::Scored, Target::Rank) => Value::Number(Number::from(rust_decimal::Decimal::ONE)),
            _ => outcome.value(program.total),
        },
        Target::NotEligible => program.not_eligible.map_or(Value::Truth(false), |step| outcome.value(step)),
        Target::Item(id) => match outcome.item(program, id) {
            ItemStatus::NotApplicable => return Err("不适用"),
            _ => at(program.items.get(id).copied().flatten().map(|steps| steps.score)),
        },
        Target::Fact(id) => at(program.facts.get(id).copied().flatten()),
        Target::Value(id) => at(program.values.get(id).copied().flatten()),
    })
}

fn shown_expected(plan: &Plan, target: Target, expected: Expected) -> String {
    match expected {
        Expected::Exempt => "不参评".to_owned(),
        Expected::NotApplicable => "不适用".to_owned(),
        Expected::Missing => shown(plan, target, &Value::Absent(Absence::Missing)),
        Expected::Pending => shown(plan, target, &Value::Absent(Absence::Pending)),
        Expected::Undefined => shown(plan, target, &Value::Absent(Absence::Undefined)),
        Expected::Value(Literal::Number(value)) => shown(plan, target, &Value::Number(Number::from(value))),
        Expected::Value(Literal::Truth(truth)) => shown(plan, target, &Value::Truth(truth)),
        Expected::Value(Literal::Symbol(symbol)) => shown(plan, target, &Value::Symbol(symbol)),
    }
}

/// A value as cases are compared and printed: exact, with its unit.
fn shown(plan: &Plan, target: Target, value: &Value) -> String {
    let unit = match target {
        Target::Total | Target::Item(_) => Some(Unit::score()),
        Target::Fact(id) => plan.facts.get(id).and_then(|fact| fact.unit().cloned()),
        Target::Value(id) => plan
            .programs
            .iter()
            .find_map(|program| program.values.get(id).copied().flatten().and_then(|step| program.infos.get(step)))
            .and_then(|info| info.unit.clone()),
        Target::Rank | Target::NotEligible => None,
    };
    match value {
        Value::Number(number) => match number.decimal() {
            Some(decimal) => check::show(&Number::from(decimal.normalize()), unit.as_ref(), crate::quantity::written_step(decimal), plan.lang),
            None => {
                let (over, under) = number.parts();
                format!("{over}/{under}")
            }
        },
        Value::Truth(truth) => if *truth { "是" } else { "否" }.to_owned(),
        Value::Symbol(symbol) => plan.symbols.get(*symbol).cloned().unwrap_or_default(),
        Value::Absent(Absence::NotApplicable) => "不适用".to_owned(),
        Value::Absent(Absence::Missing) => "缺数据".to_owned(),
        Value::Absent(Absence::Pending) => "待定".to_owned(),
        Value::Absent(Absence::Undefined) => "无从计算".to_owned(),
        Value::Absent(_) => "算不出".to_owned(),
    }
}
