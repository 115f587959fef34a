//! The clauses that bind: what the last step of a change does that one step less does not.

use std::collections::BTreeMap;

use super::changing::Changing;
use crate::eval::domain::{Hull, Value};
use crate::eval::trace::{Reach, Trace};
use crate::plan::{FactId, ItemId, Role, Step, StepId, closure};
use crate::quantity::Number;
use crate::source::Span;

/// The last step of one lever.
#[derive(Debug)]
pub(crate) struct Binding {
    /// Which of the levers.
    pub(crate) lever: usize,
    /// Its values before and after its last step.
    pub(crate) from: Number,
    pub(crate) to: Number,
    /// The facts that follow and change with it.
    pub(crate) follows: Vec<(FactId, Shift)>,
    pub(crate) clauses: Vec<BoundClause>,
    /// The total before and after that step; its ends where it is known in part.
    pub(crate) total: [Option<Hull>; 2],
}

/// A value before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// A clause that gives something else.
#[derive(Debug)]
pub(crate) struct BoundClause {
    /// The item that it stands in.
    pub(crate) item: Option<ItemId>,
    pub(crate) clause: Span,
    /// Its condition, where that turns.
    pub(crate) condition: Option<Shift>,
    /// What it takes off, gives or awards.
    pub(crate) brings: Option<(Role, Shift)>,
    /// The score of the item.
    pub(crate) score: Option<Shift>,
}

/// What the last step of every lever that changes does.
pub(super) fn bindings(stand: &Changing<'_>, steps: &[i64]) -> Vec<Binding> {
    let moved = steps.iter().enumerate().filter(|(_, steps)| **steps != 0);
    moved.filter_map(|(lever, _)| binding(stand, steps, lever)).collect()
}

fn binding(stand: &Changing<'_>, steps: &[i64], lever: usize) -> Option<Binding> {
    let mut less = steps.to_vec();
    let slot = less.get_mut(lever)?;
    let last = *slot;
    *slot = last.saturating_sub(last.signum());
    let before_last = *slot;
    let moving = stand.levers.get(lever)?;
    let (before, after) = (stand.traced(&less)?, stand.traced(steps)?);
    let (plan, program) = (stand.plan, stand.program);
    let total = [&before, &after].map(|outcome| match outcome.bounds.get(program.total) {
        Some(bounds) => bounds.numbers(),
        None => outcome.value(program.total).number().copied().map(Hull::of),
    });
    let shift = |step: StepId| Shift { before: before.value(step), after: after.value(step) };
    let turns = |step: StepId| before.value(step) != after.value(step);
    let reach = |outcome| Trace { plan, program, outcome }.reach(program.total);
    let (reach_before, reach_after) = (reach(&before), reach(&after));
    let bears = |step: StepId| [&reach_before, &reach_after].iter().any(|reach| reach.get(step).is_some_and(|reach| *reach > Reach::None));
    let facts = program.facts.iter().enumerate().filter_map(|(fact, step)| Some((fact, (*step)?)));
    let follows = facts.filter(|(fact, step)| *fact != moving.fact && turns(*step)).map(|(fact, step)| (fact, shift(step))).collect();
    let mut clauses: BTreeMap<Span, BoundClause> = BTreeMap::new();
    for (step, info) in program.infos.iter().enumerate() {
        let Some(clause) = info.clause.filter(|_| turns(step) && bears(step)) else { continue };
        // a score that is awarded on a condition is chosen over what else decides: where that never holds, the clause does nothing
        let idle = |step: &Step| matches!(step, Step::Choose(condition, _, _) if ![&before, &after].iter().any(|outcome| holds(outcome.value(*condition))));
        let brings = matches!(info.role, Role::Deduction | Role::Addition | Role::Award | Role::Formula | Role::Vetoed)
            && !(info.role == Role::Award && program.steps.get(step).is_some_and(idle));
        let condition = matches!(info.role, Role::Condition | Role::Veto(_));
        if !brings && !condition {
            continue;
        }
        let item = item_of(stand, step);
        let score = item.and_then(|item| program.items.get(item).copied().flatten()).map(|item| shift(item.score));
        let entry = clauses.entry(clause).or_insert(BoundClause { item, clause, condition: None, brings: None, score });
        if condition && entry.condition.is_none() {
            entry.condition = Some(shift(step));
        }
        if brings {
            entry.brings = Some((info.role, shift(step)));
        }
    }
    let clauses = clauses.into_values().collect();
    Some(Binding { lever, from: moving.at(before_last)?, to: moving.at(last)?, follows, clauses, total })
}

fn holds(value: Value) -> bool {
    value == Value::Truth(true)
}

/// The innermost item that reads a step.
fn item_of(stand: &Changing<'_>, step: StepId) -> Option<ItemId> {
    let program = stand.program;
    let items = program.items.iter().enumerate().filter_map(|(item, steps)| Some((item, (*steps)?.score)));
    let reading = items.filter(|(_, score)| *score >= step && closure(&program.steps, [*score]).binary_search(&step).is_ok());
    // an item stands before those that hold it
    reading.min_by_key(|(_, score)| *score).map(|(item, _)| item)
}
