//! What is made of the values gathered: exact, and without rounding.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::super::domain::{Absence, Value};
use super::super::rank::places_by;
use crate::plan::{Fold, Units};
use crate::quantity::{Number, TooLarge};

/// A unit that counts, with its value and the weight of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) member: usize,
    pub(crate) value: Value,
    pub(crate) weight: Value,
}

/// The value of those that count; 无从计算 where a value cannot be made of none.
pub(crate) fn fold(fold: Fold, counted: &[Counted]) -> Value {
    let numbers = || counted.iter().filter_map(|one| one.value.number());
    let count = || i64::try_from(counted.len()).map_or(Number::ZERO, |count| Number::from(Decimal::from(count)));
    let found = match fold {
        Fold::Count | Fold::Size => Ok(Some(count())),
        Fold::Sum => sum(numbers()).map(Some),
        Fold::Mean => sum(numbers()).and_then(|sum| sum.over(&count())),
        Fold::WeightedMean => weighted_mean(counted),
        Fold::Best => Ok(numbers().max().copied()),
        Fold::Lowest => Ok(numbers().min().copied()),
        Fold::Median => median(numbers().copied().collect()),
        // a place is each unit's own
        Fold::Rank => Ok(None),
    };
    match found {
        Ok(Some(number)) => Value::Number(number),
        Ok(None) => Value::Absent(Absence::Undefined),
        Err(TooLarge) => Value::Absent(Absence::TooLarge),
    }
}

fn sum<'n>(mut numbers: impl Iterator<Item = &'n Number>) -> Result<Number, TooLarge> {
    numbers.try_fold(Number::ZERO, |sum, number| sum.plus(number))
}

fn weighted_mean(counted: &[Counted]) -> Result<Option<Number>, TooLarge> {
    let (mut sum, mut weights) = (Number::ZERO, Number::ZERO);
    for one in counted {
        if let (Some(value), Some(weight)) = (one.value.number(), one.weight.number()) {
            sum = sum.plus(&value.times(weight)?)?;
            weights = weights.plus(weight)?;
        }
    }
    sum.over(&weights)
}

/// The middle one, or the mean of the two in the middle.
fn median(mut numbers: Vec<Number>) -> Result<Option<Number>, TooLarge> {
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    let Some(upper) = numbers.get(middle) else { return Ok(None) };
    if numbers.len() % 2 == 1 {
        return Ok(Some(*upper));
    }
    let lower = middle.checked_sub(1).and_then(|lower| numbers.get(lower)).unwrap_or(upper);
    lower.plus(upper)?.over(&Number::from(Decimal::TWO))
}

/// The places of those that count.
pub(crate) fn placed(units: &Units, counted: &[Counted]) -> impl Iterator<Item = Value> {
    let order = |a: usize, b: usize| match (counted.get(a).and_then(|one| one.value.number()), counted.get(b).and_then(|one| one.value.number())) {
        (Some(a), Some(b)) if units.ascending => a.cmp(b),
        (Some(a), Some(b)) => b.cmp(a),
        _ => Ordering::Equal,
    };
    places_by(counted.len(), units.ties, order).into_iter().map(|place| Value::Number(Number::from(place)))
}
