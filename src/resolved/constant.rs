//! Values that are the same for every unit of a tier.

use rust_decimal::Decimal;

use super::circle::visit;
use super::{Expr, ExprKind, Extreme, Sign, Standard, TierId, Times, ValueId};
use crate::diag::{Words, words};
use crate::quantity::{Number, round_to};

/// Whether an expression reads nothing but numbers that are written down; `known` says which named values are constants.
pub(super) fn is_constant(expr: &Expr, known: &dyn Fn(ValueId) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Flag(_) | ExprKind::Symbol(_) | ExprKind::Marks(_) => true,
        ExprKind::Value(id) => known(*id),
        ExprKind::Sum(terms) => terms.iter().all(|(_, term)| is_constant(term, known)),
        ExprKind::Product(factors) => factors.iter().all(|(_, factor)| is_constant(factor, known)),
        ExprKind::Negate(inner) | ExprKind::Round(inner, _, _) => is_constant(inner, known),
        ExprKind::Cap(a, b) | ExprKind::Floor(a, b) => is_constant(a, known) && is_constant(b, known),
        ExprKind::Extreme(_, values) => values.iter().all(|value| is_constant(value, known)),
        ExprKind::ByTier(rows, otherwise) => rows.values().chain(otherwise.as_deref()).all(|row| is_constant(row, known)),
        _ => false,
    }
}

/// What makes an expression no constant.
pub(super) fn said_of_variable(expr: &Expr) -> Words {
    let mut calls = false;
    visit(expr, &mut |part| calls |= matches!(part.kind, ExprKind::Call(..)));
    if calls { words!("函数的结果不作定值", "the result of a function is no constant") } else { words!("这里用到了数据", "this reads facts") }
}

/// The value of an expression in a tier, if it is the same for all its units.
pub(crate) fn constant(standard: &Standard, expr: &Expr, tier: TierId) -> Option<Decimal> {
    number(standard, expr, tier)?.decimal()
}

/// Whether an expression reads marks that may differ from unit to unit of a tier.
pub(crate) fn reads_varying_marks(standard: &Standard, expr: &Expr) -> bool {
    let mut varies = false;
    visit(expr, &mut |part| {
        varies |= match part.kind {
            ExprKind::Marks(owner) => standard.marks_vary(owner),
            ExprKind::Value(id) => standard.values.get(id).is_some_and(|value| reads_varying_marks(standard, &value.expr)),
            _ => false,
        };
    });
    varies
}

/// The greatest value that marks can have in a tier: of a table that of its largest row.
pub(crate) fn most(standard: &Standard, expr: &Expr, tier: TierId) -> Option<Decimal> {
    match &expr.kind {
        ExprKind::Table(table) => {
            let rows: Option<Vec<Decimal>> = table.rows.iter().map(|row| most(standard, &row.result, tier)).collect();
            rows?.into_iter().max()
        }
        ExprKind::ByTier(rows, otherwise) => most(standard, rows.get(&tier).or(otherwise.as_deref())?, tier),
        _ => constant(standard, expr, tier),
    }
}

/// The same exactly, also where it is no decimal.
pub(super) fn number(standard: &Standard, expr: &Expr, tier: TierId) -> Option<Number> {
    let of = |expr: &Expr| number(standard, expr, tier);
    match &expr.kind {
        ExprKind::Constant(value) => Some(Number::from(*value)),
        ExprKind::Value(id) => of(&standard.values.get(*id)?.expr),
        ExprKind::Marks(None) => standard.tiers.get(tier).map(|tier| Number::from(tier.marks)),
        ExprKind::Marks(Some(item)) => most(standard, standard.items.get(*item)?.marks.as_ref()?, tier).map(Number::from),
        ExprKind::Sum(terms) => terms.iter().try_fold(Number::ZERO, |sum, (sign, term)| {
            let term = of(term)?;
            if *sign == Sign::Plus { sum.plus(&term).ok() } else { sum.minus(&term).ok() }
        }),
        ExprKind::Product(factors) => factors.iter().try_fold(Number::from(Decimal::ONE), |product, (times, factor)| {
            let factor = of(factor)?;
            if *times == Times::Times { product.times(&factor).ok() } else { product.over(&factor).ok()? }
        }),
        ExprKind::Negate(inner) => Some(of(inner)?.negated()),
        ExprKind::Round(inner, step, mode) => Some(Number::from(round_to(&of(inner)?, *step, *mode).ok()?)),
        ExprKind::Cap(value, limit) => Some(of(value)?.min(of(limit)?)),
        ExprKind::Floor(value, limit) => Some(of(value)?.max(of(limit)?)),
        ExprKind::Extreme(extreme, values) => {
            let values: Option<Vec<Number>> = values.iter().map(of).collect();
            if *extreme == Extreme::Largest { values?.into_iter().max() } else { values?.into_iter().min() }
        }
        ExprKind::ByTier(rows, otherwise) => of(rows.get(&tier).or(otherwise.as_deref())?),
        _ => None,
    }
}
