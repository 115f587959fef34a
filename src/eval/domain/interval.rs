//! Bounds: for values that are known within limits, the limits of what follows.
//!
//! Sound, not tight: the exact result for any values inside the limits lies inside the result. What has no limits is `Any`.

use rust_decimal::Decimal;

use super::{Absence, Domain, Exact, Value};
use crate::eval::call::answer;
use crate::plan::{Call, Comparison, Literal, Per, Reading};
use crate::quantity::{Mode, Number};

/// The domain of bounds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Interval;

/// What a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// Between two numbers, both included.
    Between(Number, Number),
    /// One exact value that is no number, or an absence.
    One(Value),
    /// Anything.
    Any,
}

impl Bounds {
    /// Half a step around a number.
    pub(crate) fn around(value: &Number, step: Decimal) -> Bounds {
        let half = Number::from(step).times(&Number::from(Decimal::new(5, 1)));
        match half.and_then(|half| Ok((value.minus(&half)?, value.plus(&half)?))) {
            Ok((low, high)) => Bounds::Between(low, high),
            Err(_) => Bounds::Any,
        }
    }

    /// Exactly this.
    pub(crate) fn of(value: Value) -> Bounds {
        match value {
            Value::Number(number) => Bounds::Between(number, number),
            other => Bounds::One(other),
        }
    }

    /// The value, where it is known exactly.
    fn exact(&self) -> Option<Value> {
        match self {
            Bounds::Between(low, high) if low == high => Some(Value::Number(*low)),
            Bounds::One(value) => Some(*value),
            Bounds::Between(..) | Bounds::Any => None,
        }
    }

    /// Whether two can be the same number.
    pub(crate) fn meet(&self, other: &Bounds) -> bool {
        match (self, other) {
            (Bounds::Between(a, b), Bounds::Between(c, d)) => a <= d && c <= b,
            (Bounds::One(a), Bounds::One(b)) => a == b,
            (Bounds::Any, _) | (_, Bounds::Any) => true,
            _ => false,
        }
    }
}

/// Applies an operation to every pair of ends; right where it is monotone in each operand.
fn ends(a: &Bounds, b: &Bounds, apply: impl Fn(&Value, &Value) -> Value) -> Bounds {
    let pairs = |bounds: &Bounds| match bounds {
        Bounds::Between(low, high) => Some((Value::Number(*low), Value::Number(*high))),
        Bounds::One(value) => Some((*value, *value)),
        Bounds::Any => None,
    };
    let (Some((a, b)), Some((c, d))) = (pairs(a), pairs(b)) else { return Bounds::Any };
    let corners = [apply(&a, &c), apply(&a, &d), apply(&b, &c), apply(&b, &d)];
    let mut hull: Option<Bounds> = None;
    for corner in corners {
        hull = Some(match hull {
            None => Bounds::of(corner),
            Some(so_far) => join(&so_far, &Bounds::of(corner)),
        });
    }
    hull.unwrap_or(Bounds::Any)
}

/// The least bounds that hold both.
fn join(a: &Bounds, b: &Bounds) -> Bounds {
    match (a, b) {
        (Bounds::Between(a, b), Bounds::Between(c, d)) => Bounds::Between(*a.min(c), *b.max(d)),
        (a, b) if a == b => *a,
        _ => Bounds::Any,
    }
}

fn one(a: &Bounds, apply: impl Fn(&Value) -> Value) -> Bounds {
    ends(a, &Bounds::One(Value::Truth(true)), |a, _| apply(a))
}

impl Domain for Interval {
    type Value = Bounds;
    type Cell = Bounds;

    fn constant(&self, literal: Literal) -> Bounds {
        Bounds::of(Exact.constant(literal))
    }

    fn given(&self, cell: Option<Bounds>) -> Bounds {
        cell.unwrap_or(Bounds::One(Value::Absent(Absence::Missing)))
    }

    fn or_else(&self, first: &Bounds, second: &Bounds) -> Bounds {
        match first {
            Bounds::One(Value::Absent(Absence::Missing)) => *second,
            Bounds::Any => join(first, second),
            given => *given,
        }
    }

    fn same(&self, a: &Bounds) -> Bounds {
        *a
    }

    fn plus(&self, a: &Bounds, b: &Bounds) -> Bounds {
        ends(a, b, |a, b| Exact.plus(a, b))
    }

    fn minus(&self, a: &Bounds, b: &Bounds) -> Bounds {
        ends(a, b, |a, b| Exact.minus(a, b))
    }

    fn times(&self, a: &Bounds, b: &Bounds) -> Bounds {
        ends(a, b, |a, b| Exact.times(a, b))
    }

    fn over(&self, a: &Bounds, b: &Bounds, step: Option<Decimal>) -> Bounds {
        // a divisor that changes its sign leaves no bounds
        if let Bounds::Between(low, high) = b
            && low != high
            && *low <= Number::ZERO
            && *high >= Number::ZERO
        {
            return Bounds::Any;
        }
        ends(a, b, |a, b| Exact.over(a, b, step))
    }

    fn negate(&self, a: &Bounds) -> Bounds {
        one(a, |a| Exact.negate(a))
    }

    fn round(&self, a: &Bounds, step: Decimal, mode: Mode) -> Bounds {
        one(a, |a| Exact.round(a, step, mode))
    }

    fn cap(&self, a: &Bounds, b: &Bounds) -> Bounds {
        ends(a, b, |a, b| Exact.cap(a, b))
    }

    fn floor(&self, a: &Bounds, b: &Bounds) -> Bounds {
        ends(a, b, |a, b| Exact.floor(a, b))
    }

    /// Of what is known exactly the exact result; else anything in the range that the function declares.
    fn call(&self, call: &Call, values: &[Bounds]) -> Option<Bounds> {
        let arguments: Option<Vec<&Bounds>> = call.arguments.iter().map(|argument| values.get(*argument)).collect();
        let arguments = arguments?;
        if arguments.contains(&&Bounds::Any) {
            return Some(Bounds::Any);
        }
        let exact: Option<Vec<Value>> = arguments.iter().map(|argument| argument.exact()).collect();
        if let Some(exact) = exact {
            return Some(Bounds::of(answer(call, &exact).unwrap_or(Value::Absent(Absence::Failed))));
        }
        let absence = arguments.iter().filter_map(|argument| if let Bounds::One(value) = argument { value.absence() } else { None }).min();
        Some(match (absence, call.range.low, call.range.high) {
            (Some(absence), _, _) => Bounds::One(Value::Absent(absence)),
            (None, Some((low, _)), Some((high, _))) => Bounds::Between(Number::from(low), Number::from(high)),
            _ => Bounds::Any,
        })
    }

    fn steps(&self, a: &Bounds, per: &Per, reading: Reading) -> Bounds {
        one(a, |a| Exact.steps(a, per, reading))
    }

    fn compare(&self, a: &Bounds, comparison: Comparison, b: &Bounds) -> Bounds {
        if let (Bounds::Between(low, high), Bounds::Between(other_low, other_high)) = (a, b) {
            let apart = high < other_low || other_high < low;
            let points = low == high && other_low == other_high;
            if matches!(comparison, Comparison::Eq | Comparison::Ne) && !apart && !points {
                return Bounds::Any;
            }
        }
        ends(a, b, |a, b| Exact.compare(a, comparison, b))
    }

    fn is_blank(&self, a: &Bounds) -> Bounds {
        one(a, |a| Exact.is_blank(a))
    }

    fn is_undefined(&self, a: &Bounds) -> Bounds {
        one(a, |a| Exact.is_undefined(a))
    }

    fn and(&self, a: &Bounds, b: &Bounds) -> Bounds {
        let no = Bounds::One(Value::Truth(false));
        if *a == no || *b == no { no } else { ends(a, b, |a, b| Exact.and(a, b)) }
    }

    fn or(&self, a: &Bounds, b: &Bounds) -> Bounds {
        let yes = Bounds::One(Value::Truth(true));
        if *a == yes || *b == yes { yes } else { ends(a, b, |a, b| Exact.or(a, b)) }
    }

    fn not(&self, a: &Bounds) -> Bounds {
        one(a, |a| Exact.not(a))
    }

    fn choose(&self, condition: &Bounds, a: &Bounds, b: &Bounds) -> Bounds {
        match condition {
            Bounds::One(Value::Truth(true)) => *a,
            Bounds::One(Value::Truth(false)) => *b,
            Bounds::One(other) => Bounds::One(*other),
            _ => join(a, b),
        }
    }

    fn pending(&self) -> Bounds {
        Bounds::One(Exact.pending())
    }

    fn no_row(&self) -> Bounds {
        Bounds::One(Exact.no_row())
    }
}
