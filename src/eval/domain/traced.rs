//! Exact values that remember which of their operands they came from.

use rust_decimal::Decimal;

use super::{Domain, Exact, Value};
use crate::plan::{Comparison, Literal, Reading};
use crate::quantity::Mode;

/// The domain of exact values with their origin. It computes nothing of its own: every value is that of [`Exact`].
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
}

/// A value and where it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TracedValue {
    pub(crate) value: Value,
    pub(crate) used: Used,
}

fn all(value: Value) -> TracedValue {
    TracedValue { value, used: Used::All }
}

/// The result of an operation that yields one of its two operands.
fn either(value: Value, first: &TracedValue, second: &TracedValue) -> TracedValue {
    let used = if value.absence().is_some() {
        Used::All
    } else if value == first.value {
        Used::First
    } else if value == second.value {
        Used::Second
    } else {
        Used::All
    };
    TracedValue { value, used }
}

impl Domain for Traced {
    type Value = TracedValue;
    type Cell = Value;

    fn constant(&self, literal: Literal) -> TracedValue {
        all(Exact.constant(literal))
    }

    fn given(&self, cell: Option<Value>) -> TracedValue {
        all(Exact.given(cell))
    }

    fn or_else(&self, first: &TracedValue, second: &TracedValue) -> TracedValue {
        let value = Exact.or_else(&first.value, &second.value);
        let blank = Exact.is_blank(&first.value) == Value::Truth(true);
        TracedValue { value, used: if blank { Used::Second } else { Used::First } }
    }

    fn same(&self, a: &TracedValue) -> TracedValue {
        all(a.value)
    }

    fn plus(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.plus(&a.value, &b.value))
    }

    fn minus(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.minus(&a.value, &b.value))
    }

    fn times(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.times(&a.value, &b.value))
    }

    fn over(&self, a: &TracedValue, b: &TracedValue, step: Option<Decimal>) -> TracedValue {
        all(Exact.over(&a.value, &b.value, step))
    }

    fn negate(&self, a: &TracedValue) -> TracedValue {
        all(Exact.negate(&a.value))
    }

    fn round(&self, a: &TracedValue, step: Decimal, mode: Mode) -> TracedValue {
        all(Exact.round(&a.value, step, mode))
    }

    fn cap(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        either(Exact.cap(&a.value, &b.value), a, b)
    }

    fn floor(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        either(Exact.floor(&a.value, &b.value), a, b)
    }

    fn steps(&self, a: &TracedValue, per: Decimal, reading: Reading) -> TracedValue {
        all(Exact.steps(&a.value, per, reading))
    }

    fn compare(&self, a: &TracedValue, comparison: Comparison, b: &TracedValue) -> TracedValue {
        all(Exact.compare(&a.value, comparison, &b.value))
    }

    fn is_blank(&self, a: &TracedValue) -> TracedValue {
        all(Exact.is_blank(&a.value))
    }

    fn is_undefined(&self, a: &TracedValue) -> TracedValue {
        all(Exact.is_undefined(&a.value))
    }

    fn and(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.and(&a.value, &b.value))
    }

    fn or(&self, a: &TracedValue, b: &TracedValue) -> TracedValue {
        all(Exact.or(&a.value, &b.value))
    }

    fn not(&self, a: &TracedValue) -> TracedValue {
        all(Exact.not(&a.value))
    }

    fn choose(&self, condition: &TracedValue, a: &TracedValue, b: &TracedValue) -> TracedValue {
        let value = Exact.choose(&condition.value, &a.value, &b.value);
        let used = match condition.value {
            Value::Truth(true) => Used::First,
            Value::Truth(false) => Used::Second,
            _ => Used::All,
        };
        TracedValue { value, used }
    }

    fn pending(&self) -> TracedValue {
        all(Exact.pending())
    }

    fn no_row(&self) -> TracedValue {
        all(Exact.no_row())
    }
}
