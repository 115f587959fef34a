//! Exact values: numbers without rounding, three-valued truth, absences.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::{Absence, Domain, Value};
use crate::eval::{call, clock};
use crate::plan::{Call, Clock, Comparison, Literal, Per, Reading, Sign, StepId};
use crate::quantity::{Mode, Number, SmallSum, TooLarge, rounded};

/// The domain of exact values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Exact;

/// The absence of two operands, the graver first.
#[cold]
fn absent(a: &Value, b: &Value) -> Value {
    match (a.absence(), b.absence()) {
        (Some(a), Some(b)) => Value::Absent(a.min(b)),
        (Some(a), None) | (None, Some(a)) => Value::Absent(a),
        // INVARIANT: the check has seen to the types, so that operands are numbers or absent.
        (None, None) => Value::Absent(Absence::NoRow),
    }
}

#[inline]
fn held(result: Result<Number, TooLarge>) -> Value {
    result.map_or(Value::Absent(Absence::TooLarge), Value::Number)
}

#[inline]
fn arithmetic(a: &Value, b: &Value, apply: impl FnOnce(&Number, &Number) -> Result<Number, TooLarge>) -> Value {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => held(apply(a, b)),
        _ => absent(a, b),
    }
}

/// The terms added up: at once where they are numbers of few digits, else one by one.
#[inline]
pub(super) fn sum<'v>(terms: &[(Sign, StepId)], of: impl Fn(StepId) -> Option<&'v Value> + Copy) -> Option<Value> {
    let add = |sum: SmallSum, (sign, term): &(Sign, StepId)| {
        let term = of(*term)?.number()?;
        if *sign == Sign::Plus { sum.plus(term) } else { sum.minus(term) }
    };
    match terms.iter().try_fold(SmallSum::default(), add) {
        Some(sum) => Some(Value::Number(sum.number())),
        None => sum_one_by_one(terms, of),
    }
}

#[inline(never)]
fn sum_one_by_one<'v>(terms: &[(Sign, StepId)], of: impl Fn(StepId) -> Option<&'v Value>) -> Option<Value> {
    let ((sign, first), rest) = terms.split_first()?;
    let first = *of(*first)?;
    let mut sum = if *sign == Sign::Plus { first } else { Exact.negate(&first) };
    for (sign, term) in rest {
        let term = of(*term)?;
        sum = if *sign == Sign::Plus { Exact.plus(&sum, term) } else { Exact.minus(&sum, term) };
    }
    Some(sum)
}

/// Whether a bound takes effect on a value: where it is less, or greater, than the value. None where one of them is no number.
#[inline]
pub(super) fn bounded(value: &Value, bound: &Value, where_it_is: Ordering) -> Option<bool> {
    match (value, bound) {
        (Value::Number(value), Value::Number(bound)) => Some(bound.cmp(value) == where_it_is),
        _ => None,
    }
}

#[inline]
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

    #[inline]
    fn constant(&self, literal: Literal) -> Value {
        match literal {
            Literal::Number(value) => Value::Number(Number::from(value)),
            Literal::Truth(truth) => Value::Truth(truth),
            Literal::Symbol(symbol) => Value::Symbol(symbol),
        }
    }

    #[inline]
    fn given(&self, cell: Option<Value>) -> Value {
        cell.unwrap_or(Value::Absent(Absence::Missing))
    }

    #[inline]
    fn or_else(&self, first: &Value, second: &Value) -> Value {
        *if matches!(first, Value::Absent(Absence::Missing)) { second } else { first }
    }

    #[inline]
    fn same(&self, a: &Value) -> Value {
        *a
    }

    #[inline]
    fn sum(&self, terms: &[(Sign, StepId)], values: &[Value]) -> Option<Value> {
        sum(terms, |id| values.get(id))
    }

    #[inline]
    fn plus(&self, a: &Value, b: &Value) -> Value {
        arithmetic(a, b, Number::plus)
    }

    #[inline]
    fn minus(&self, a: &Value, b: &Value) -> Value {
        arithmetic(a, b, Number::minus)
    }

    #[inline]
    fn times(&self, a: &Value, b: &Value) -> Value {
        arithmetic(a, b, Number::times)
    }

    #[inline]
    fn over(&self, a: &Value, b: &Value, step: Option<Decimal>) -> Value {
        let (Value::Number(over), Value::Number(under)) = (a, b) else { return absent(a, b) };
        match (over.over(under), step) {
            (Err(TooLarge), _) => Value::Absent(Absence::TooLarge),
            (Ok(None), _) => Value::Absent(Absence::Undefined),
            (Ok(Some(quotient)), None) => Value::Number(quotient),
            // the digits end on the step, so that nothing is lost
            (Ok(Some(quotient)), Some(step)) => held(rounded(&quotient, step, Mode::ToZero)),
        }
    }

    #[inline]
    fn negate(&self, a: &Value) -> Value {
        a.number().map_or(*a, |a| Value::Number(a.negated()))
    }

    #[inline]
    fn round(&self, a: &Value, step: Decimal, mode: Mode) -> Value {
        a.number().map_or(*a, |a| held(rounded(a, step, mode)))
    }

    #[inline]
    fn cap(&self, a: &Value, b: &Value) -> Value {
        match bounded(a, b, Ordering::Less) {
            Some(bound) => *if bound { b } else { a },
            None => absent(a, b),
        }
    }

    #[inline]
    fn floor(&self, a: &Value, b: &Value) -> Value {
        match bounded(a, b, Ordering::Greater) {
            Some(bound) => *if bound { b } else { a },
            None => absent(a, b),
        }
    }

    fn call(&self, call: &Call, values: &[Value]) -> Option<Value> {
        call::exact(call, |id| values.get(id))
    }

    fn clock(&self, clock: &Clock, a: &Value, b: &Value) -> Value {
        clock::exact(clock, a, b)
    }

    #[inline]
    fn steps(&self, a: &Value, per: &Per, reading: Reading) -> Value {
        let Value::Number(measure) = a else { return *a };
        if let (Reading::ProRata, Some(reciprocal)) = (reading, per.reciprocal) {
            return held(measure.times(&Number::from(reciprocal)));
        }
        match measure.over(&Number::from(per.size)) {
            Ok(Some(steps)) => held(match reading {
                Reading::ProRata => Ok(steps),
                Reading::Whole => steps.floor(),
                Reading::Started => steps.ceiling(),
            }),
            Ok(None) => Value::Absent(Absence::Undefined),
            Err(TooLarge) => Value::Absent(Absence::TooLarge),
        }
    }

    #[inline]
    fn compare(&self, a: &Value, comparison: Comparison, b: &Value) -> Value {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => Value::Truth(holds(a.cmp(b), comparison)),
            (Value::Truth(a), Value::Truth(b)) => Value::Truth(holds(a.cmp(b), comparison)),
            (Value::Symbol(a), Value::Symbol(b)) => Value::Truth(holds(a.cmp(b), comparison)),
            _ => absent(a, b),
        }
    }

    #[inline]
    fn is_blank(&self, a: &Value) -> Value {
        Value::Truth(*a == Value::Absent(Absence::Missing))
    }

    #[inline]
    fn is_undefined(&self, a: &Value) -> Value {
        match a {
            Value::Absent(Absence::Undefined) => Value::Truth(true),
            Value::Absent(_) => *a,
            _ => Value::Truth(false),
        }
    }

    #[inline]
    fn and(&self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Truth(false), _) | (_, Value::Truth(false)) => Value::Truth(false),
            (Value::Truth(true), Value::Truth(true)) => Value::Truth(true),
            _ => absent(a, b),
        }
    }

    #[inline]
    fn or(&self, a: &Value, b: &Value) -> Value {
        match (a, b) {
            (Value::Truth(true), _) | (_, Value::Truth(true)) => Value::Truth(true),
            (Value::Truth(false), Value::Truth(false)) => Value::Truth(false),
            _ => absent(a, b),
        }
    }

    #[inline]
    fn not(&self, a: &Value) -> Value {
        match a {
            Value::Truth(truth) => Value::Truth(!truth),
            other => *other,
        }
    }

    #[inline]
    fn choose(&self, condition: &Value, a: &Value, b: &Value) -> Value {
        match condition {
            Value::Truth(true) => *a,
            Value::Truth(false) => *b,
            other => absent(other, other),
        }
    }

    #[inline]
    fn pending(&self) -> Value {
        Value::Absent(Absence::Pending)
    }

    #[inline]
    fn not_applicable(&self) -> Value {
        Value::Absent(Absence::NotApplicable)
    }

    #[inline]
    fn no_row(&self) -> Value {
        Value::Absent(Absence::NoRow)
    }
}
