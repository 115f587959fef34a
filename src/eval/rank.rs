//! Places: a step per tier, over the keys of all its units.

pub(crate) mod known;

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::domain::Value;
use crate::plan::{Ranking, Ties};

/// What a unit brings to the ranking.
#[derive(Debug)]
pub(crate) struct Contestant {
    /// A veto ranks it after all that have none.
    pub(crate) last: bool,
    pub(crate) keys: Vec<Value>,
    /// The keys by which units with equal places are listed.
    pub(crate) listed: Vec<Value>,
    /// The name, by which they are listed last of all.
    pub(crate) name: String,
}

/// The place of each contestant, in the order given: 1 is first; places may be halves where ties share the mean.
pub(crate) fn places(ranking: &Ranking, contestants: &[&Contestant]) -> Vec<Decimal> {
    places_by(contestants.len(), ranking.ties, |a, b| match (contestants.get(a), contestants.get(b)) {
        (Some(a), Some(b)) => a.last.cmp(&b.last).then_with(|| by(&a.keys, &b.keys, &ranking.keys)),
        _ => Ordering::Equal,
    })
}

/// The place of each of so many, of whom it is known which of two comes first.
pub(crate) fn places_by(count: usize, ties: Ties, order_of: impl Fn(usize, usize) -> Ordering) -> Vec<Decimal> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| order_of(*a, *b));
    let mut places = vec![Decimal::ONE; count];
    let (mut start, mut dense) = (0, 0_u32);
    while let Some(first) = order.get(start).copied() {
        let tied = order.iter().skip(start).take_while(|other| order_of(first, **other) == Ordering::Equal).count();
        dense += 1;
        let place = match ties {
            Ties::Skipping => Decimal::from(start + 1),
            Ties::Dense => Decimal::from(dense),
            // the mean of start + 1 .. start + tied
            Ties::Shared => Decimal::try_from_i128_with_scale(i128::try_from((start * 2 + 1 + tied) * 5).unwrap_or(0), 1).unwrap_or_default().normalize(),
        };
        for index in order.iter().skip(start).take(tied) {
            if let Some(slot) = places.get_mut(*index) {
                *slot = place;
            }
        }
        start += tied;
    }
    places
}

/// The order in which contestants are listed: by their keys, then by the list keys, then by name.
pub(crate) fn listing(ranking: &Ranking, a: &Contestant, b: &Contestant) -> Ordering {
    a.last
        .cmp(&b.last)
        .then_with(|| by(&a.keys, &b.keys, &ranking.keys))
        .then_with(|| by(&a.listed, &b.listed, &ranking.listed))
        .then_with(|| a.name.cmp(&b.name))
}

/// Which of two comes first, by one key after another.
pub(crate) fn by(a: &[Value], b: &[Value], descending: &[bool]) -> Ordering {
    for ((a, b), descending) in a.iter().zip(b).zip(descending) {
        let order = match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        let order = if *descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Number;
    use rust_decimal_macros::dec;

    fn contestants() -> Vec<Contestant> {
        let one = |total: i64, name: &str| Contestant {
            last: false,
            keys: vec![Value::Number(Number::from(Decimal::from(total)))],
            listed: Vec::new(),
            name: name.to_owned(),
        };
        vec![one(90, "甲"), one(100, "乙"), one(100, "丙"), one(80, "丁")]
    }

    #[test]
    fn those_that_a_veto_ranks_last_are_behind_all_others_and_in_the_order_of_their_keys() {
        let mut all = contestants();
        all[1].last = true;
        all[3].last = true;
        let ranking = Ranking { within_tier: true, ties: Ties::Skipping, keys: vec![true], listed: Vec::new() };
        // 丙 100, 甲 90, then 乙 100 and 丁 80
        assert_eq!(places(&ranking, &all.iter().collect::<Vec<_>>()), [dec!(2), dec!(3), dec!(1), dec!(4)]);
    }

    fn places_with(ties: Ties) -> Vec<Decimal> {
        let all = contestants();
        let ranking = Ranking { within_tier: true, ties, keys: vec![true], listed: Vec::new() };
        places(&ranking, &all.iter().collect::<Vec<_>>())
    }

    #[test]
    fn ties_skip_or_do_not_or_share_the_mean() {
        assert_eq!(places_with(Ties::Skipping), [dec!(3), dec!(1), dec!(1), dec!(4)]);
        assert_eq!(places_with(Ties::Dense), [dec!(2), dec!(1), dec!(1), dec!(3)]);
        assert_eq!(places_with(Ties::Shared), [dec!(3), dec!(1.5), dec!(1.5), dec!(4)]);
    }
}
