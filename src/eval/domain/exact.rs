//! Exact values: numbers without rounding, three-valued truth, absences.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::{Absence, Domain, Value};
use crate::plan::{Comparison, Literal, Reading};
use crate::quantity::{Mode, Number, TooLarge, round_to};

/// The domain of exact values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Exact;

/// The absence of two operands, the graver first.
fn absent(a: &Value, b: &Value) -> Value {
    match (a.absence(), b.absence()) {
        (Some(a), Some(b)) => Value::Absent(a.min(b)),
        (Some(a), None) | (None, Some(a)) => Value::Absent(a),
        // INVARIANT: the check has seen to the types, so that operands are numbers or absent.
        (None, None) => Value::Absent(Absence::NoRow),
    }
}

fn held(result: Result<Number, TooLarge>) -> Value {
    result.map_or(Value::Absent(Absence::TooLarge), Value::Number)
}

#[inline]
fn arithmetic(a: &Value, b: &Value, apply: fn(&Number, &Number) -> Result<Number, TooLarge>) -> Value {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => held(apply(a, b)),
        _ => absent(a, b),
    }
}

fn holds(order: Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Eq => order == Ordering::Equal,
        Comparison::Ne => order != Ordering::Equal,
        Comparison::Ge => order != Ordering::Less,
        Comparison::Gt => order == Ordering::Greater,
        Comparison::Le => order != Ordering::Greater,
        Comparison::Lt => order == Ordering::Less,
    }
}

impl Domain for Exact {
    type Value = Value;
    type Cell = Value;

    fn constant(&self, literal: Literal) -> Value {
        match literal {
            Literal::Number(value) => Value::Number(Number::from(value)),
            Literal::Truth(truth) => Value::Truth(truth),
            Literal::Symbol(symbol) => Value::Symbol(symbol),
        }
    }

    fn given(&self, cell: Option<Value>) -> Value {
        cell.unwrap_or(Value::Absent(Absence::Missing))
    }

    fn or_else(&self, first: &Value, second: &Value) -> Value {
        match first {
            Value::Absent(Absence::Missing) => *second,
            given => *given,
        }
    }

    fn same(&self, a: &Value) -> Value {
        *a
    }

    fn plus(&self, a: &Value, b: &Value) -> Value {
        arithmetic(a, b, Number::plus)
    }

    fn minus(&self, a: &Value, b: &Value) -> Value {
        arithmetic(a, b, Number::minus)
    }

    fn times(&self, a: &Value, b: &Value) -> Value {
        arithmetic(a, b, Number::times)
    }

    fn over(&self, a: &Value, b: &Value, step: Option<Decimal>) -> Value {
        let (Value::Number(over), Value::Number(under)) = (a, b) else { return absent(a, b) };
        match (over.over(under), step) {
            (Err(TooLarge), _) => Value::Absent(Absence::TooLarge),
            (Ok(None), _) => Value::Absent(Absence::Undefined),
            (Ok(Some(quotient)), None) => Value::Number(quotient),
            // the digits end on the step, so that nothing is lost
            (Ok(Some(quotient)), Some(step)) => held(round_to(&quotient, step, Mode::ToZero).map(Number::from)),
        }
    }

    fn negate(&self, a: &Value) -> Value {
        a.number().map_or(*a, |a| Value::Number(a.negated()))
    }

    fn round(&self, a: &Value, step: Decimal, mode: Mode) -> Value {
        a.number().map_or(*a, |a| held(round_to(a, step, mode).map(Number::from)))
    }

    fn cap(&self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Number(x), Value::Number(y)) => if y < x { *b } else { *a },
            _ => absent(a, b),
        }
    }

    fn floor(&self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Number(x), Value::Number(y)) => if y > x { *b } else { *a },
            _ => absent(a, b),
        }
    }

    fn steps(&self, a: &Value, per: Decimal, reading: Reading) -> Value {
        let Value::Number(measure) = a else { return *a };
        let reciprocal = if reading == Reading::ProRata { crate::quantity::reciprocal(per) } else { None };
        if let Some(reciprocal) = reciprocal {
            return held(measure.times(&Number::from(reciprocal)));
        }
        match measure.over(&Number::from(per)) {
            Ok(Some(steps)) => held(match reading {
                Reading::ProRata => Ok(steps),
                Reading::Whole => steps.floor(),
                Reading::Started => steps.ceiling(),
            }),
            Ok(None) => Value::Absent(Absence::Undefined),
            Err(TooLarge) => Value::Absent(Absence::TooLarge),
        }
    }

    fn compare(&self, a: &Value, comparison: Comparison, b: &Value) -> Value {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => Value::Truth(holds(a.cmp(b), comparison)),
            (Value::Truth(a), Value::Truth(b)) => Value::Truth(holds(a.cmp(b), comparison)),
            (Value::Symbol(a), Value::Symbol(b)) => Value::Truth(holds(a.cmp(b), comparison)),
            _ => absent(a, b),
        }
    }

    fn is_blank(&self, a: &Value) -> Value {
        Value::Truth(*a == Value::Absent(Absence::Missing))
    }

    fn is_undefined(&self, a: &Value) -> Value {
        match a {
            Value::Absent(Absence::Undefined) => Value::Truth(true),
            Value::Absent(_) => *a,
            _ => Value::Truth(false),
        }
    }

    fn and(&self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Truth(false), _) | (_, Value::Truth(false)) => Value::Truth(false),
            (Value::Truth(true), Value::Truth(true)) => Value::Truth(true),
            _ => absent(a, b),
        }
    }

    fn or(&self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Truth(true), _) | (_, Value::Truth(true)) => Value::Truth(true),
            (Value::Truth(false), Value::Truth(false)) => Value::Truth(false),
            _ => absent(a, b),
        }
    }

    fn not(&self, a: &Value) -> Value {
        match a {
            Value::Truth(truth) => Value::Truth(!truth),
            other => *other,
        }
    }

    fn choose(&self, condition: &Value, a: &Value, b: &Value) -> Value {
        match condition {
            Value::Truth(true) => *a,
            Value::Truth(false) => *b,
            other => absent(other, other),
        }
    }

    fn pending(&self) -> Value {
        Value::Absent(Absence::Pending)
    }

    fn no_row(&self) -> Value {
        Value::Absent(Absence::NoRow)
    }
}
