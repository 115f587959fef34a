//! How a receipt writes values: one text each, by whose first character it is told what they are.

use crate::eval::domain::{Absence, Bounds, Hull, Value};
use crate::plan::{Literal, Plan};
use crate::quantity::{Number, plain};

/// What a value can be that is known in part, behind `?`: numbers as `low..high`, an end that is not there left out, and the rest as it is shown,
/// with ` | ` in between; nothing of what can be anything.
pub(super) fn possible(bounds: &Bounds, plan: &Plan, texts: &[String]) -> String {
    if *bounds == Bounds::ANY {
        return "?".to_owned();
    }
    let numbers = bounds.numbers().map(|hull| range_shown(&hull));
    let truths = [false, true].into_iter().filter(|truth| bounds.can_be(*truth)).map(Value::Truth);
    let words = bounds.words(plan.symbols.len().saturating_add(texts.len())).map(Value::Symbol);
    let absences = bounds.absences().map(Value::Absent);
    let others = truths.chain(words).chain(absences).map(|value| shown(&value, plan, texts));
    format!("?{}", numbers.into_iter().chain(others).collect::<Vec<_>>().join(" | "))
}

fn range_shown(hull: &Hull) -> String {
    let end = |end: Option<Number>| end.map(|end| number_shown(&end)).unwrap_or_default();
    format!("{}..{}", end(hull.low), end(hull.high))
}

/// A number as a decimal or as the fraction of two, a truth as itself, a word behind `=`, the reason why there is no value behind `!`.
pub(super) fn shown(value: &Value, plan: &Plan, texts: &[String]) -> String {
    match value {
        Value::Number(number) => number_shown(number),
        Value::Truth(truth) => truth.to_string(),
        Value::Symbol(symbol) => {
            let word = plan.symbols.get(*symbol).or_else(|| texts.get(symbol.checked_sub(plan.symbols.len())?));
            format!("={}", word.map_or("", String::as_str))
        }
        Value::Absent(absence) => absent(*absence),
    }
}

/// A constant of the rules.
pub(super) fn constant(literal: &Literal, plan: &Plan) -> String {
    match literal {
        Literal::Number(number) => plain(*number),
        Literal::Truth(truth) => truth.to_string(),
        Literal::Symbol(symbol) => format!("={}", plan.symbols.get(*symbol).map_or("", String::as_str)),
    }
}

fn number_shown(number: &Number) -> String {
    match number.decimal() {
        Some(decimal) => plain(decimal),
        None => {
            let (over, under) = number.parts();
            format!("{}/{}", plain(over), plain(under))
        }
    }
}

/// Why there is no value.
pub(super) fn absent(absence: Absence) -> String {
    format!("!{}", absence_name(absence))
}

/// In the order in which one wins over another.
fn absence_name(absence: Absence) -> &'static str {
    match absence {
        Absence::TooLarge => "too_large",
        Absence::NoRow => "no_row",
        Absence::Failed => "failed",
        Absence::NotApplicable => "not_applicable",
        Absence::Missing => "missing",
        Absence::Partly => "partly_known",
        Absence::Pending => "pending",
        Absence::Undefined => "undefined",
    }
}
