//! How far one step of a fact moves what rests on it.

use rust_decimal::Decimal;

use super::changing::{Changing, Standing};
use super::levers::{Lever, reads};
use crate::eval::domain::Hull;
use crate::plan::{FactId, ItemId};
use crate::quantity::Number;

/// One step of one fact of a unit, seen from one indicator.
#[derive(Debug)]
pub(crate) struct Sensitivity {
    pub(crate) member: usize,
    pub(crate) fact: FactId,
    /// What the fact is.
    pub(crate) value: Decimal,
    /// The indicator that rests on it.
    pub(crate) item: ItemId,
    pub(crate) stand: Stand,
    /// One step less; none where the fact cannot be less.
    pub(crate) fewer: Option<Neighbour>,
    /// One step more.
    pub(crate) more: Option<Neighbour>,
    /// How far the score moves at most, and the total; none where that has no one value.
    pub(crate) moves: Option<Number>,
    pub(crate) total_moves: Option<Number>,
}

/// Where a step leads.
#[derive(Debug)]
pub(crate) struct Neighbour {
    pub(crate) value: Number,
    pub(crate) stand: Stand,
}

/// Where the unit stands, seen from one indicator: from the least to the most that can be where facts are known in part.
#[derive(Debug)]
pub(crate) struct Stand {
    pub(crate) score: Option<Hull>,
    pub(crate) total: Option<Hull>,
    /// The best place and the worst.
    pub(crate) rank: Option<[Decimal; 2]>,
}

/// One step of one lever, which must be the only one, for every indicator that rests on it.
pub(crate) fn sensitivity(stand: &Changing<'_>, member: usize) -> Vec<Sensitivity> {
    let (Some(lever), Some(now)) = (stand.levers.first(), stand.standing(&[0])) else { return Vec::new() };
    let after = |steps: i64| {
        let allowed = lever.least <= steps && steps <= lever.most;
        allowed.then(|| stand.standing(&[steps])).flatten().and_then(|standing| Some((lever.at(steps)?, standing)))
    };
    let (fewer, more) = (after(-1), after(1));
    let indicators = stand.plan.indicators().map(|(item, _)| item);
    let rests = |item: &ItemId| {
        let steps = stand.program.items.get(*item).copied().flatten();
        // what follows from the fact is read in its place
        steps.is_some_and(|steps| reads(stand.program, [steps.score], &[lever.fact]))
    };
    indicators.filter(rests).map(|item| seen(lever, (member, item, stand.is_open()), &now, (fewer.as_ref(), more.as_ref()))).collect()
}

type Beside<'s> = Option<&'s (Number, Standing)>;

fn seen(lever: &Lever, (member, item, partly): (usize, ItemId, bool), now: &Standing, (fewer, more): (Beside<'_>, Beside<'_>)) -> Sensitivity {
    let score = |standing: &Standing| standing.scores.get(item).copied().flatten();
    let stand = |standing: &Standing| Stand { score: score(standing), total: standing.total, rank: standing.rank };
    let neighbour = |(value, standing): &(Number, Standing)| Neighbour { value: *value, stand: stand(standing) };
    let furthest = |of: &dyn Fn(&Standing) -> Option<Hull>| {
        let from = of(now)?.point()?;
        let moved = |(_, beside): &(Number, Standing)| {
            let moved = of(beside)?.point()?.minus(&from).ok()?;
            Some(if moved < Number::ZERO { moved.negated() } else { moved })
        };
        let all: Vec<Option<Number>> = [fewer, more].into_iter().flatten().map(moved).collect();
        // beside what is known in part the greatest of the others says nothing
        let unknown = all.iter().any(Option::is_none) && partly;
        if all.is_empty() { Some(Number::ZERO) } else { all.into_iter().max().flatten().filter(|_| !unknown) }
    };
    Sensitivity {
        member,
        fact: lever.fact,
        value: lever.value,
        item,
        stand: stand(now),
        fewer: fewer.map(neighbour),
        more: more.map(neighbour),
        moves: furthest(&score),
        total_moves: furthest(&|standing| standing.total),
    }
}
