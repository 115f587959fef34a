//! Exact values that remember which of their operands they came from.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::exact::{bounded, sum};
use super::{Absence, Domain, Exact, Value};
use crate::eval::call;
use crate::plan::{Call, Clock, Comparison, Literal, Per, Reading, Sign, StepId};
use crate::quantity::Mode;

/// The domain of exact values with their origin. It computes nothing of its own: every value is that of [`Exact`], or one of the operands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traced;

/// Which operands of a step its value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Used {
    /// All of them.
    All,
    /// The first of two, the other had no effect: the value below its cap, the branch that was taken.
    First,
    /// The second of two: the bound that took effect, the branch otherwise.
    Second,
    /// None: something stands instead of what was computed.
    Instead,
}

/// A value and where it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TracedValue {
    pub(crate) value: Value,
    pub(crate) used: Used,
}

#[inline]
fn all(value: Value) -> TracedValue {
    TracedValue { value, used: Used::All }
}

/// A value that a bound may have replaced.
#[inline]
fn bounded_by(value: &TracedValue, bound: &TracedValue, where_it_is: Ordering, apply: impl FnOnce(&Value, &Value) -> Value) -> TracedValue {
    let (taken, used) = match bounded(&value.value, &bound.value, where_it_is) {
        Some(false) => (value, Used::First),
        Some(true) => (bound, Used::Second),
        None => return all(apply(&value.value, &bound.value)),
    };
    TracedValue { value: taken.value, used }
}

impl Domain for Traced {
    type Value = TracedValue;
    type Cell = Value;

    #[inline]
    fn constant(&self, literal: Literal) -> TracedValue {
        all(Exact.constant(literal))
    }

    #[inline]
    fn given(&self, cell: Option<Value>) -> TracedValue {
        all(Exact.given(cell))
    }

    #[inline]
    fn instead(&self, cell: Value) -> TracedValue {
        TracedValue { value: cell, used: Used::Instead }
    }

    #[inline]
    fn or_else(&self, first: &TracedValue, second: &TracedValue) -> TracedValue {
        let blank = matches!(first.value, Value::Absent(Absence::Missing));
        let (taken, used) = if blank { (second, Used::Second) } else { (first, Used::First) };
        TracedValue { value: taken.value, used }
    }

    #[inline]
    fn same(&self, a: &TracedValue) -> TracedValue {
        all(a.value)
    }

    #[inline]
    fn sum(&self, terms: &[(Sign, StepId)], values: &[TracedValue]) -> Option<TracedValue> {
        sum(terms, |id| values.get(id).map(|term| &term.value)).map(all)
    }

    #[inline]
    fn plus(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.plus(&a.value, &b.value))
    }

    #[inline]
    fn minus(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.minus(&a.value, &b.value))
    }

    #[inline]
    fn times(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.times(&a.value, &b.value))
    }

    #[inline]
    fn over(&self, a: &TracedValue, b: &TracedValue, step: Option<Decimal>) -> TracedValue {
        all(Exact.over(&a.value, &b.value, step))
    }

    #[inline]
    fn negate(&self, a: &TracedValue) -> TracedValue {
        all(Exact.negate(&a.value))
    }

    #[inline]
    fn round(&self, a: &TracedValue, step: Decimal, mode: Mode) -> TracedValue {
        all(Exact.round(&a.value, step, mode))
    }

    #[inline]
    fn cap(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        bounded_by(a, b, Ordering::Less, |a, b| Exact.cap(a, b))
    }

    #[inline]
    fn floor(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        bounded_by(a, b, Ordering::Greater, |a, b| Exact.floor(a, b))
    }

    #[cold]
    fn call(&self, call: &Call, values: &[TracedValue]) -> Option<TracedValue> {
        call::exact(call, |id| values.get(id).map(|value| &value.value)).map(all)
    }

    fn clock(&self, clock: &Clock, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.clock(clock, &a.value, &b.value))
    }

    #[inline]
    fn steps(&self, a: &TracedValue, per: &Per, reading: Reading) -> TracedValue {
        all(Exact.steps(&a.value, per, reading))
    }

    #[inline]
    fn compare(&self, a: &TracedValue, comparison: Comparison, b: &TracedValue) -> TracedValue {
        all(Exact.compare(&a.value, comparison, &b.value))
    }

    #[inline]
    fn is_blank(&self, a: &TracedValue) -> TracedValue {
        all(Exact.is_blank(&a.value))
    }

    #[inline]
    fn is_undefined(&self, a: &TracedValue) -> TracedValue {
        all(Exact.is_undefined(&a.value))
    }

    #[inline]
    fn and(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.and(&a.value, &b.value))
    }

    #[inline]
    fn or(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.or(&a.value, &b.value))
    }

    #[inline]
    fn not(&self, a: &TracedValue) -> TracedValue {
        all(Exact.not(&a.value))
    }

    #[inline]
    fn choose(&self, condition: &TracedValue, a: &TracedValue, b: &TracedValue) -> TracedValue {
        let value = Exact.choose(&condition.value, &a.value, &b.value);
        let used = match condition.value {
            Value::Truth(true) => Used::First,
            Value::Truth(false) => Used::Second,
            _ => Used::All,
        };
        TracedValue { value, used }
    }

    #[inline]
    fn pending(&self) -> TracedValue {
        all(Exact.pending())
    }

    #[inline]
    fn not_applicable(&self) -> TracedValue {
        all(Exact.not_applicable())
    }

    #[inline]
    fn no_row(&self) -> TracedValue {
        all(Exact.no_row())
    }
}
