//! Units of which the facts are known in part: what their scores, totals and places can be.
//!
//! In: a plan, facts of which some cells hold sets, and what of every unit follows exactly. Out: bounds of what does not. Never: a
//! bound that any facts inside the sets exceed.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{Place, State};
use crate::eval::domain::{Absence, Bounds, End, Hull, Interval, TracedValue, Value};
use crate::eval::outcome::{Outcome, Status, traced};
use crate::eval::rank::Contestant;
use crate::eval::{Until, run};
use crate::facts::{InPart, Row};
use crate::plan::{Program, Ranking, StepId, Ties};
use crate::quantity::{self, Number};

/// From one number to another, each a decimal as text; null where there is no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The least that it can be.
    pub low: Option<String>,
    /// The most that it can be.
    pub high: Option<String>,
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [&self.low, &self.high].serialize(serializer)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => write!(formatter, "[{low}, {high}]"),
            (Some(low), None) => write!(formatter, "≥{low}"),
            (None, Some(high)) => write!(formatter, "≤{high}"),
            (None, None) => formatter.write_str("?"),
        }
    }
}

/// What a place can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// The best that it can be.
    pub best: Place,
    /// The worst that it can be.
    pub worst: Place,
}

impl fmt::Display for Places {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}, {}]", quantity::plain(self.best.0), quantity::plain(self.worst.0))
    }
}

impl Serialize for Places {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.best, self.worst].serialize(serializer)
    }
}

/// Evaluates one unit, and where facts are known in part what can become of it; a value that is the same whatever they are is
/// exact.
pub(crate) fn evaluated(program: &Program, row: &Row, until: Until) -> (Outcome<TracedValue>, Option<Known>) {
    let mut outcome = traced(program, row, until);
    let known = Known::of(program, row, &outcome, until);
    if let Some(known) = &known {
        known.settle(program, &mut outcome);
        outcome.bounds.clone_from(&known.values);
    }
    (outcome, known)
}

/// What can become of a unit.
pub(crate) struct Known {
    /// The bounds of every step.
    values: Vec<Bounds>,
    /// Whether it may be exempt.
    may_be_exempt: bool,
}

impl Known {
    /// Of a unit; none where everything follows exactly.
    fn of(program: &Program, row: &Row, outcome: &Outcome<TracedValue>, until: Until) -> Option<Known> {
        let partly = outcome.values.iter().any(|value| value.value == Value::Absent(Absence::Partly));
        let open = partly || outcome.status == Status::Partly;
        (open && !matches!(outcome.status, Status::Exempt(_))).then(|| Known::evaluated(program, row, until))
    }

    /// Of a unit, whatever is known of it.
    pub(crate) fn evaluated(program: &Program, row: &Row, until: Until) -> Known {
        let mut values = Vec::new();
        run(&Interval, program, &InPart(row), until, &mut values);
        let open = |condition: &StepId| values.get(*condition).is_none_or(|truth| *truth != Bounds::Exactly(Value::Truth(false)));
        let may_be_exempt = program.exemptions.iter().any(|(condition, _)| open(condition));
        Known { values, may_be_exempt }
    }

    /// Puts in the values that are the same whatever the facts are.
    fn settle(&self, program: &Program, outcome: &mut Outcome<TracedValue>) {
        for (value, bounds) in outcome.values.iter_mut().zip(&self.values) {
            if let (Value::Absent(Absence::Partly), Bounds::Exactly(settled)) = (&value.value, bounds) {
                value.value = *settled;
            }
        }
        if outcome.status != Status::Partly || self.may_be_exempt {
            return;
        }
        outcome.status = match outcome.value(program.total) {
            Value::Number(_) => Status::Scored,
            Value::Absent(Absence::Missing | Absence::Undefined) => Status::Missing,
            Value::Absent(Absence::Pending) => Status::Pending,
            Value::Absent(Absence::NotApplicable) => Status::NotApplicable,
            _ => Status::Partly,
        };
    }

    /// The bounds of a step.
    pub(crate) fn bounds(&self, step: StepId) -> Bounds {
        self.values.get(step).copied().unwrap_or(Bounds::ANY)
    }

    /// What can become of the unit.
    pub(super) fn states(&self, program: &Program) -> Vec<State> {
        let mut found = self.states_of(program.total);
        if self.may_be_exempt {
            found.push(State::Exempt);
        }
        found
    }

    /// What can become of an item.
    pub(super) fn states_of(&self, step: StepId) -> Vec<State> {
        let bounds = self.bounds(step);
        let mut found = Vec::new();
        if bounds.numbers().is_some() {
            found.push(State::Scored);
        }
        let absent = [
            (State::Missing, [Absence::Missing, Absence::Undefined, Absence::Partly].as_slice()),
            (State::Pending, &[Absence::Pending]),
            (State::NotApplicable, &[Absence::NotApplicable]),
        ];
        found.extend(absent.into_iter().filter(|(_, absences)| absences.iter().any(|absence| bounds.can_be_absent(*absence))).map(|(state, _)| state));
        found
    }

    /// What the unit brings to the ranking; none where it surely has no total.
    pub(super) fn racer(&self, program: &Program, ranking: &Ranking) -> Option<Racer> {
        self.bounds(program.total).numbers()?;
        let only_numbers = |bounds: &Bounds| bounds.absences().next().is_none();
        let keys: Vec<Bounds> = program.keys.iter().map(|key| self.bounds(*key)).collect();
        let sure = !self.may_be_exempt && keys.iter().chain([&self.bounds(program.total)]).all(only_numbers);
        let last = program.last.map_or(Bounds::of(Value::Truth(false)), |last| self.bounds(last));
        let last = [last.can_be(false) || last.absences().next().is_some(), last.can_be(true) || last.absences().next().is_some()];
        Some(Racer::new(sure, last, keys.iter().map(|key| key.numbers().unwrap_or(Hull::ALL)), &ranking.keys))
    }
}

/// What a unit can bring to the ranking: the less a key, the earlier it stands.
#[derive(Debug)]
pub(super) struct Racer {
    /// Whether it surely takes part.
    sure: bool,
    /// The keys of its best place, and of its worst: whether a veto ranks it last, then those of the ranking.
    best: Vec<End>,
    worst: Vec<End>,
}

impl Racer {
    fn new(sure: bool, [first, last]: [bool; 2], keys: impl Iterator<Item = Hull>, descending: &[bool]) -> Racer {
        let flag = |truth: bool| End::At(Number::from(if truth { Decimal::ONE } else { Decimal::ZERO }));
        let (mut best, mut worst) = (vec![flag(!first)], vec![flag(last)]);
        for (key, descending) in keys.zip(descending) {
            let key = if *descending { key.negated() } else { key };
            let [low, high] = key.ends();
            best.push(low);
            worst.push(high);
        }
        Racer { sure, best, worst }
    }

    /// One of which everything is known.
    pub(super) fn exact(one: &Contestant, ranking: &Ranking) -> Racer {
        let keys = one.keys.iter().map(|key| key.number().map_or(Hull::ALL, |number| Hull::of(*number)));
        Racer::new(true, [!one.last, one.last], keys, &ranking.keys)
    }

    fn is_point(&self) -> bool {
        self.best == self.worst
    }
}

/// The best and the worst place of each.
///
/// 1 and those that surely stand before it; 1 and those that can. Without gaps those count once that surely share a place; where
/// ties share the mean, those beside it count half.
pub(super) fn places(ranking: &Ranking, racers: &[&Racer]) -> Vec<Places> {
    let field = Field::new(racers);
    racers.iter().map(|one| field.places(ranking.ties, one)).collect()
}

/// The keys of all, in order.
struct Field<'r> {
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
    fn new(racers: &[&'r Racer]) -> Self {
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

    fn places(&self, ties: Ties, one: &Racer) -> Places {
        let before = |keys: &[&[End]], limit: &[End]| keys.partition_point(|key| *key < limit);
        let beside = |keys: &[&[End]], limit: &[End]| keys.partition_point(|key| *key <= limit).saturating_sub(before(keys, limit));
        // itself is among those that can stand before its worst place
        let itself = usize::from(one.best < one.worst);
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
                let sharing = beside(&self.best, &one.worst).saturating_sub(usize::from(one.is_point()));
                // those that surely stand no farther behind than its best place stand before it or share it
                let surely_sharing = beside(&self.worst, &one.best).saturating_sub(usize::from(one.sure && one.is_point()));
                (surely.saturating_mul(2).saturating_add(surely_sharing), can.saturating_mul(2).saturating_add(sharing))
            }
        };
        let place = |halves: usize| {
            let halves = i64::try_from(halves).unwrap_or(i64::MAX).saturating_add(2);
            Place(Decimal::new(halves.saturating_mul(5), 1).normalize())
        };
        Places { best: place(best), worst: place(worst) }
    }
}
