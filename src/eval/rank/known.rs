//! Places of units whose keys are known in part.

use rust_decimal::Decimal;

use super::Contestant;
use crate::eval::domain::{End, Hull};
use crate::plan::{Ranking, Ties};
use crate::quantity::Number;

/// What a unit can bring to the ranking: the less a key, the earlier it stands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Racer {
    /// The keys of its best place, and of its worst: whether a veto ranks it last, then those of the ranking.
    best: Vec<End>,
    worst: Vec<End>,
    /// Whether it surely takes part.
    sure: bool,
}

impl Racer {
    /// One with such keys, each falling or rising; whether it can stand before those that a veto ranks last, and among them.
    pub(crate) fn new(sure: bool, [first, last]: [bool; 2], keys: impl Iterator<Item = Hull>, descending: &[bool]) -> Racer {
        let flag = |truth: bool| End::At(Number::from(if truth { Decimal::ONE } else { Decimal::ZERO }));
        let (mut best, mut worst) = (vec![flag(!first)], vec![flag(last)]);
        for (key, descending) in keys.zip(descending) {
            let key = if *descending { key.negated() } else { key };
            let [low, high] = key.ends();
            best.push(low);
            worst.push(high);
        }
        Racer { best, worst, sure }
    }

    /// One of which everything is known.
    pub(crate) fn exact(one: &Contestant, ranking: &Ranking) -> Racer {
        let keys = one.keys.iter().map(|key| key.number().map_or(Hull::ALL, |number| Hull::of(*number)));
        Racer::new(true, [!one.last, one.last], keys, &ranking.keys)
    }

    /// Whether it stands before another whatever becomes of both.
    pub(crate) fn is_before(&self, other: &Racer) -> bool {
        self.worst < other.best
    }

    /// The same, if it comes to its best.
    pub(crate) fn at_best(self) -> Racer {
        Racer { worst: self.best.clone(), ..self }
    }

    /// Whether it surely takes part.
    pub(crate) fn is_sure(&self) -> bool {
        self.sure
    }

    /// Whether all that it brings is known.
    pub(crate) fn is_point(&self) -> bool {
        self.best == self.worst
    }
}

/// The best and the worst place of each.
///
/// 1 and those that surely stand before it; 1 and those that can. Without gaps those count once that surely share a place; where
/// ties share the mean, those beside it count half.
pub(crate) fn places(ties: Ties, racers: &[&Racer]) -> Vec<[Decimal; 2]> {
    let field = Field::new(racers);
    racers.iter().map(|one| field.places(ties, one, true)).collect()
}

/// The keys of all, in order.
#[derive(Debug)]
pub(crate) struct Field<'r> {
    /// The best keys of all that can take part.
    best: Vec<&'r [End]>,
    /// The worst keys of those that surely do.
    worst: Vec<&'r [End]>,
    /// The keys of those of which they are known, each once; and of those among them that surely take part.
    points: Vec<&'r [End]>,
    sure_points: Vec<&'r [End]>,
    /// The best keys of those of which they are not.
    open: Vec<&'r [End]>,
}

impl<'r> Field<'r> {
    /// Of such units; quick where they stand in order.
    pub(crate) fn new(racers: &[&'r Racer]) -> Self {
        let sorted = |wanted: &dyn Fn(&Racer) -> bool, keys: &dyn Fn(&'r Racer) -> &'r [End]| {
            let mut found: Vec<&[End]> = racers.iter().copied().filter(|racer| wanted(racer)).map(keys).collect();
            found.sort();
            found
        };
        let once = |mut keys: Vec<&'r [End]>| {
            keys.dedup();
            keys
        };
        let (best, worst) = (|racer: &'r Racer| racer.best.as_slice(), |racer: &'r Racer| racer.worst.as_slice());
        Field {
            best: sorted(&|_| true, &best),
            worst: sorted(&|racer| racer.sure, &worst),
            points: once(sorted(&Racer::is_point, &best)),
            sure_points: once(sorted(&|racer| racer.sure && racer.is_point(), &best)),
            open: sorted(&|racer| !racer.is_point(), &best),
        }
    }

    /// The best and the worst place of one that joins these.
    pub(crate) fn places_of_another(&self, ties: Ties, one: &Racer) -> [Decimal; 2] {
        self.places(ties, one, false)
    }

    /// The best and the worst place of one, which may be one of these.
    fn places(&self, ties: Ties, one: &Racer, is_among: bool) -> [Decimal; 2] {
        let before = |keys: &[&[End]], limit: &[End]| keys.partition_point(|key| *key < limit);
        let beside = |keys: &[&[End]], limit: &[End]| keys.partition_point(|key| *key <= limit).saturating_sub(before(keys, limit));
        // itself is among those that can stand before its worst place
        let itself = usize::from(is_among && one.best < one.worst);
        let surely = before(&self.worst, &one.best);
        let can = before(&self.best, &one.worst).saturating_sub(itself);
        // in halves, so that a mean place is whole
        let (best, worst) = match ties {
            Ties::Skipping => (surely.saturating_mul(2), can.saturating_mul(2)),
            Ties::Dense => {
                let distinct = before(&self.sure_points, &one.best).max(usize::from(surely > 0));
                let all = before(&self.points, &one.worst).saturating_add(before(&self.open, &one.worst)).saturating_sub(itself);
                (distinct.saturating_mul(2), all.saturating_mul(2))
            }
            Ties::Shared => {
                // of those that can only share its worst place itself is one where it is known
                let sharing = beside(&self.best, &one.worst).saturating_sub(usize::from(is_among && one.is_point()));
                // those that surely stand no farther behind than its best place stand before it or share it
                let surely_sharing = beside(&self.worst, &one.best).saturating_sub(usize::from(is_among && one.sure && one.is_point()));
                (surely.saturating_mul(2).saturating_add(surely_sharing), can.saturating_mul(2).saturating_add(sharing))
            }
        };
        let place = |halves: usize| {
            let halves = i64::try_from(halves).unwrap_or(i64::MAX).saturating_add(2);
            Decimal::new(halves.saturating_mul(5), 1).normalize()
        };
        [place(best), place(worst)]
    }
}
