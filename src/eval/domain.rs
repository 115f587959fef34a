//! What a value is, and what every operation makes of it.

mod exact;
mod interval;
mod traced;

pub(crate) use exact::Exact;
pub(crate) use interval::{Bounds, End, Hull, Interval};
pub(crate) use traced::{Traced, TracedValue, Used};

use rust_decimal::Decimal;

use crate::plan::{Call, Clock, Comparison, Literal, Per, Reading, Sign, StepId};
use crate::quantity::{Mode, Number};

/// Why there is no value; of several the first in this list wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Absence {
    /// The exact result cannot be held. A fault of the data, never a result.
    TooLarge,
    /// No row of a table matches. A fault of the data, never a result.
    NoRow,
    /// An extension function fails. A fault of the data, never a result.
    Failed,
    /// 不适用, of an item.
    NotApplicable,
    /// 缺数据.
    Missing,
    /// 部分已知: known within limits, which [`Interval`] follows.
    Partly,
    /// 待定.
    Pending,
    /// 无从计算.
    Undefined,
}

/// An exact value, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    Number(Number),
    Truth(bool),
    Symbol(usize),
    Absent(Absence),
}

impl Value {
    /// The number, if it is one.
    #[inline]
    pub(crate) fn number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The decimal, if it is a number that no division left a fraction of.
    #[inline]
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        self.number().and_then(Number::decimal)
    }

    /// The absence, if it is one.
    #[inline]
    pub(crate) fn absence(&self) -> Option<Absence> {
        match self {
            Value::Absent(absence) => Some(*absence),
            _ => None,
        }
    }
}

/// The operations of the plan over one kind of values. Each is total: what cannot be computed is an absence.
pub(crate) trait Domain {
    /// A value of every type, or an absence.
    type Value: Clone;
    /// What a cell holds.
    type Cell;

    /// A number, truth or word that the rules write.
    fn constant(&self, literal: Literal) -> Self::Value;
    /// The cell of a fact; 缺数据 where there is none.
    fn given(&self, cell: Option<Self::Cell>) -> Self::Value;
    /// What stands instead of a value that was computed.
    fn instead(&self, cell: Self::Cell) -> Self::Value {
        self.given(Some(cell))
    }
    /// The first, unless it is 缺数据.
    fn or_else(&self, first: &Self::Value, second: &Self::Value) -> Self::Value;
    /// The value itself.
    fn same(&self, a: &Self::Value) -> Self::Value;
    /// The terms added up in order, each with its sign. None where one of them is not there.
    fn sum(&self, terms: &[(Sign, StepId)], values: &[Self::Value]) -> Option<Self::Value> {
        let ((sign, first), rest) = terms.split_first()?;
        let first = values.get(*first)?;
        let mut sum = if *sign == Sign::Plus { self.same(first) } else { self.negate(first) };
        for (sign, term) in rest {
            let term = values.get(*term)?;
            sum = if *sign == Sign::Plus { self.plus(&sum, term) } else { self.minus(&sum, term) };
        }
        Some(sum)
    }
    fn plus(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn minus(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn times(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// 无从计算 where the divisor is 0; where the step is known, the digits of the quotient end on it.
    fn over(&self, a: &Self::Value, b: &Self::Value, step: Option<Decimal>) -> Self::Value;
    fn negate(&self, a: &Self::Value) -> Self::Value;
    fn round(&self, a: &Self::Value, step: Decimal, mode: Mode) -> Self::Value;
    /// One of the two, it is not known which; where a value is but one thing, the second.
    fn either(&self, _: &Self::Value, second: &Self::Value) -> Self::Value {
        second.clone()
    }
    /// The smaller of the two.
    fn cap(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// The larger of the two.
    fn floor(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// An extension function; absent where an argument is. None where one of them is not there.
    fn call(&self, call: &Call, values: &[Self::Value]) -> Option<Self::Value>;
    /// An operation on days and times.
    fn clock(&self, clock: &Clock, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// The number of steps of that size in a measure.
    fn steps(&self, a: &Self::Value, per: &Per, reading: Reading) -> Self::Value;
    fn compare(&self, a: &Self::Value, comparison: Comparison, b: &Self::Value) -> Self::Value;
    /// Whether it is 缺数据; never absent itself.
    fn is_blank(&self, a: &Self::Value) -> Self::Value;
    /// Whether it is 无从计算.
    fn is_undefined(&self, a: &Self::Value) -> Self::Value;
    fn and(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn or(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn not(&self, a: &Self::Value) -> Self::Value;
    /// `a` where the condition is true, `b` where it is false, the absence of the condition where it is absent.
    fn choose(&self, condition: &Self::Value, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// 待定.
    fn pending(&self) -> Self::Value;
    /// 不适用.
    fn not_applicable(&self) -> Self::Value;
    /// No row of a table.
    fn no_row(&self) -> Self::Value;
}
