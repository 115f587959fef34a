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
    /// How far the score moves at most, and the total.
    pub(crate) moves: Number,
    pub(crate) total_moves: Number,
}

/// Where a step leads.
#[derive(Debug)]
pub(crate) struct Neighbour {
    pub(crate) value: Number,
    pub(crate) score: Option<Number>,
    pub(crate) total: Option<Number>,
    pub(crate) rank: Option<Decimal>,
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
    indicators.filter(rests).map(|item| seen(lever, (member, item), &now, (fewer.as_ref(), more.as_ref()))).collect()
}

type Beside<'s> = Option<&'s (Number, Standing)>;

fn seen(lever: &Lever, (member, item): (usize, ItemId), now: &Standing, (fewer, more): (Beside<'_>, Beside<'_>)) -> Sensitivity {
    let score = |standing: &Standing| standing.scores.get(item).copied().flatten();
    let neighbour = |(value, standing): &(Number, Standing)| Neighbour { value: *value, score: score(standing), total: standing.total, rank: standing.rank };
    let furthest = |of: &dyn Fn(&Standing) -> Option<Number>| {
        let moved = |beside: Beside<'_>| {
            let moved = of(&beside?.1)?.minus(&of(now)?).ok()?;
            Some(if moved < Number::ZERO { moved.negated() } else { moved })
        };
        moved(fewer).max(moved(more)).unwrap_or(Number::ZERO)
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
