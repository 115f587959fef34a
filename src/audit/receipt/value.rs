//! How a receipt writes values: one text each, by whose first character it is told what they are.

use crate::eval::domain::{Absence, Value};
use crate::plan::{Literal, Plan};
use crate::quantity::{Number, plain};

/// A number as a decimal or as the fraction of two, a truth as itself, a word behind `=`, the reason why there is no value behind `!`.
pub(super) fn shown(value: &Value, plan: &Plan, texts: &[String]) -> String {
    match value {
        Value::Number(number) => number_shown(number),
        Value::Truth(truth) => truth.to_string(),
        Value::Symbol(symbol) => {
            let word = plan.symbols.get(*symbol).or_else(|| texts.get(symbol.checked_sub(plan.symbols.len())?));
            format!("={}", word.map_or("", String::as_str))
        }
        Value::Absent(absence) => format!("!{}", absence_name(*absence)),
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
