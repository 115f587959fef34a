//! How far one step of a fact moves what rests on it.

use rust_decimal::Decimal;

use super::changing::{Changing, Standing};
use super::levers::{Lever, reads};
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
    pub(crate) score: Option<Number>,
    pub(crate) total: Option<Number>,
    pub(crate) rank: Option<Decimal>,
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
    pub(crate) score: Option<Number>,
    pub(crate) total: Option<Number>,
    pub(crate) rank: Option<Decimal>,
}

/// One step of one lever, which must be the only one, for every indicator that rests on it; of facts that may be known in part.
pub(crate) fn sensitivity(stand: &Changing<'_>, member: usize, partly: bool) -> Vec<Sensitivity> {
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
    indicators.filter(rests).map(|item| seen(lever, (member, item, partly), &now, (fewer.as_ref(), more.as_ref()))).collect()
}

type Beside<'s> = Option<&'s (Number, Standing)>;

fn seen(lever: &Lever, (member, item, partly): (usize, ItemId, bool), now: &Standing, (fewer, more): (Beside<'_>, Beside<'_>)) -> Sensitivity {
    let score = |standing: &Standing| standing.scores.get(item).copied().flatten();
    let neighbour = |(value, standing): &(Number, Standing)| Neighbour { value: *value, score: score(standing), total: standing.total, rank: standing.rank };
    let furthest = |of: &dyn Fn(&Standing) -> Option<Number>| {
        let from = of(now)?;
        let moved = |(_, beside): &(Number, Standing)| {
            let moved = of(beside)?.minus(&from).ok()?;
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
        score: score(now),
        total: now.total,
        rank: now.rank,
        fewer: fewer.map(neighbour),
        more: more.map(neighbour),
        moves: furthest(&score),
        total_moves: furthest(&|standing| standing.total),
    }
}
