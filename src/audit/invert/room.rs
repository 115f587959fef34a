//! What a fact may still be: a stretch of numbers on its grid, and single values beside it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::eval::domain::{Bounds, Hull, Value};
use crate::quantity::Number;

/// Further than this a stretch goes on without end.
const FURTHEST: i64 = 1_000_000_000_000_000;

/// Numbers of steps from one to another, both included; without end where an end is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) low: Option<i64>,
    pub(crate) high: Option<i64>,
}

impl Span {
    /// How many there are; none where there is no end.
    pub(crate) fn size(&self) -> Option<u64> {
        let (low, high) = (self.low?, self.high?);
        high.checked_sub(low)?.checked_add(1).and_then(|size| u64::try_from(size).ok())
    }
}

/// Everything that one fact may still be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) span: Option<Span>,
    pub(crate) others: Vec<Value>,
}

/// The number of whole steps at or above an end, or at or below it.
fn steps(end: &Number, grid: &Number, up: bool) -> Option<i64> {
    let steps = end.over(grid).ok()??;
    let whole = if up { steps.ceiling() } else { steps.floor() }.ok()?.decimal()?;
    whole.to_i64().or(Some(if whole > Decimal::ZERO { i64::MAX } else { i64::MIN }))
}

/// The value of a number of steps.
pub(crate) fn value(steps: i64, grid: Decimal) -> Option<Number> {
    Number::from(Decimal::from(steps)).times(&Number::from(grid)).ok()
}

impl Room {
    pub(crate) fn of_numbers(low: Option<i64>, high: Option<i64>) -> Room {
        Room { span: Some(Span { low, high }), others: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.span.is_none() && self.others.is_empty()
    }

    /// How many values there are; none where there is no end of them.
    pub(crate) fn size(&self) -> Option<u64> {
        let numbers = self.span.map_or(Some(0), |span| span.size())?;
        numbers.checked_add(u64::try_from(self.others.len()).ok()?)
    }

    /// What an evaluation over bounds is told of it.
    pub(crate) fn bounds(&self, grid: Decimal) -> Bounds {
        let numbers = self.span.map(|span| {
            let end = |end: Option<i64>| end.and_then(|end| value(end, grid));
            let whole = grid.fract().is_zero();
            if whole { Bounds::whole_between(end(span.low), end(span.high)) } else { Bounds::between(end(span.low), end(span.high)) }
        });
        match numbers {
            Some(numbers) if self.others.is_empty() => numbers,
            Some(numbers) => numbers.join(&Bounds::one_of(&self.others)),
            None => Bounds::one_of(&self.others),
        }
    }

    /// Keeps the numbers that lie in a hull, and nothing else; says whether anything went.
    pub(crate) fn keep(&mut self, hull: &Hull, grid: Decimal) -> bool {
        let before = self.clone();
        self.others.retain(|other| other.number().is_some_and(|number| hull.holds(number)));
        let grid = Number::from(grid);
        if let Some(span) = self.span {
            // an end too far away to be counted is no end
            let low = hull.low.and_then(|low| steps(&low, &grid, true)).filter(|low| *low > -FURTHEST).map(|low| low.min(FURTHEST));
            let high = hull.high.and_then(|high| steps(&high, &grid, false)).filter(|high| *high < FURTHEST).map(|high| high.max(-FURTHEST));
            let low = span.low.max(low);
            let high = match (span.high, high) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, None) | (None, one) => one,
            };
            let empty = matches!((low, high), (Some(low), Some(high)) if low > high);
            self.span = (!empty).then_some(Span { low, high });
        }
        *self != before
    }

    /// Two parts that together are the room, the part of the lesser values first; none where there is but one value.
    pub(crate) fn halves(&self) -> Option<(Room, Room)> {
        let numbers = |low: Option<i64>, high: Option<i64>| Room::of_numbers(low, high);
        match (self.span, self.others.as_slice()) {
            (Some(span), [_, ..]) => Some((Room { span: Some(span), others: Vec::new() }, Room { span: None, others: self.others.clone() })),
            (None, [first, rest @ ..]) if !rest.is_empty() => Some((Room { span: None, others: vec![*first] }, Room { span: None, others: rest.to_vec() })),
            (Some(Span { low, high }), []) => {
                let cut = match (low, high) {
                    (Some(low), Some(high)) if low >= high => return None,
                    (Some(low), Some(high)) => low.checked_add(high.checked_sub(low)?.checked_div(2)?)?,
                    (Some(low), None) => low.checked_add(low.checked_abs()?.max(15))?,
                    (None, Some(high)) => high.checked_sub(high.checked_abs()?.max(15))?.checked_sub(1)?,
                    (None, None) => 0,
                };
                let next = cut.checked_add(1)?;
                Some((numbers(low, Some(cut)), numbers(Some(next), high)))
            }
            _ => None,
        }
    }

    /// Whether it goes on without end.
    pub(crate) fn is_endless(&self) -> bool {
        self.span.is_some_and(|span| span.low.is_none() || span.high.is_none())
    }

    /// The values, the least first, as far as they are counted and no more than so many.
    pub(crate) fn values(&self, grid: Decimal, most: usize) -> Vec<Value> {
        let numbers = self.span.into_iter().flat_map(|span| {
            let from = span.low.or(span.high).unwrap_or(0);
            let to = span.high.unwrap_or(i64::MAX);
            (from..=to).filter_map(move |steps| value(steps, grid)).map(Value::Number)
        });
        numbers.chain(self.others.iter().copied()).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_on_the_grid_and_parted_without_loss() {
        let hundredth = Decimal::new(1, 2);
        let mut room = Room::of_numbers(Some(0), None);
        let end = |text: &str| Some(Number::from(Decimal::from_str_exact(text).unwrap()));
        assert!(room.keep(&Hull::new(end("0.123"), end("0.158")), hundredth));
        assert_eq!(room.span, Some(Span { low: Some(13), high: Some(15) }));
        let (first, second) = room.halves().unwrap();
        assert_eq!((first.span, second.span), (Some(Span { low: Some(13), high: Some(14) }), Some(Span { low: Some(15), high: Some(15) })));
        assert!(second.halves().is_none());
        assert!(room.keep(&Hull::new(end("0.2"), None), hundredth) && room.is_empty());
        let endless = Room::of_numbers(None, None);
        let (below, above) = endless.halves().unwrap();
        assert_eq!((below.span.unwrap().high, above.span.unwrap().low), (Some(0), Some(1)));
    }
}
