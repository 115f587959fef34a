//! Bounds: for values that are known within limits, the limits of what follows.
//!
//! Sound, not tight: the exact result for any values inside the limits lies inside the result. What has no limits is `Any`.

use rust_decimal::Decimal;

use super::{Absence, Domain, Exact, Value};
use crate::eval::call::answer;
use crate::plan::{Call, Clock, Comparison, Literal, Per, Reading};
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

    fn clock(&self, clock: &Clock, a: &Bounds, b: &Bounds) -> Bounds {
        // time, and time worked, grow with the later moment and shrink with the earlier one
        ends(a, b, |a, b| Exact.clock(clock, a, b))
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

    fn not_applicable(&self) -> Bounds {
        Bounds::One(Exact.not_applicable())
    }

    fn no_row(&self) -> Bounds {
        Bounds::One(Exact.no_row())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Cells, Until, run};
    use crate::plan::{FactId, Plan};
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn plan() -> &'static Plan {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| {
            let mut sources = crate::source::Sources::default();
            sources.add(
                "规则.kp",
                r#"
                标准 「例」 { 版本 "1"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号 }
                层级 部门 满分 10 分
                函数 f(量: 件, 率: %) : 分 [0, 10) = rhai "f.rhai"
                数据 件数 : 件
                数据 满意率 : %
                指标 办理 满分 10 分 { 得分 = 满分 - f(件数, 满意率) / 2 }
                总分 = 合计
                排名 层级 依 总分
                "#,
            );
            sources.add_script("f.rhai", "fn f(a, b) { round((a * b) % 9, 0.01) }");
            crate::engine::compile(&sources).plan.unwrap()
        })
    }

    struct Row<C>([Option<C>; 2]);

    impl<C: Copy> Cells<C> for Row<C> {
        fn cell(&self, fact: FactId) -> Option<C> {
            self.0[fact]
        }
    }

    fn total<D: Domain + Copy>(domain: D, row: &impl Cells<D::Cell>) -> D::Value {
        let program = &plan().programs[0];
        let mut values = Vec::new();
        run(&domain, program, row, Until::Scores, &mut values);
        values[program.total].clone()
    }

    proptest! {
        #[test]
        fn what_a_call_gives_lies_within_its_bounds(counts in (0_i64..500, 0_i64..500), at in 0_i64..500, rate in 0_i64..=10000, width in 0_i64..300) {
            let number = |value: i64, scale: u32| Number::from(Decimal::new(value, scale));
            let (low, high) = (counts.0.min(counts.1), counts.0.max(counts.1));
            let (count, rate) = (number(at.clamp(low, high), 0), number(rate, 4));
            let exact = total(Exact, &Row([Some(Value::Number(count)), Some(Value::Number(rate))]));
            let wide = Bounds::Between(rate.minus(&number(width, 4)).unwrap(), rate.plus(&number(width, 4)).unwrap());
            let bounds = total(Interval, &Row([Some(Bounds::Between(number(low, 0), number(high, 0))), Some(wide)]));
            prop_assert!(bounds.meet(&Bounds::of(exact)), "{exact:?} {bounds:?}");
            // what is known exactly is computed exactly
            let points = total(Interval, &Row([Some(Bounds::of(Value::Number(count))), Some(Bounds::of(Value::Number(rate)))]));
            prop_assert_eq!(points, Bounds::of(exact));
        }
    }

    #[test]
    fn an_absent_argument_is_an_absent_result_and_anything_stays_anything() {
        let count = Bounds::Between(Number::ZERO, Number::from(Decimal::TEN));
        assert_eq!(total(Interval, &Row([Some(count), None])), Bounds::One(Value::Absent(Absence::Missing)));
        assert_eq!(total(Interval, &Row([Some(count), Some(Bounds::Any)])), Bounds::Any);
        // 10 - 10 / 2 to 10 - 0 / 2, the range that the function declares
        let rate = Bounds::Between(Number::ZERO, Number::from(Decimal::ONE));
        assert_eq!(total(Interval, &Row([Some(count), Some(rate)])), Bounds::Between(Number::from(Decimal::from(5)), Number::from(Decimal::TEN)));
    }
}
