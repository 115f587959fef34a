//! Facts of a unit that may change, by whole steps.

use rust_decimal::Decimal;

use crate::eval::domain::{Absence, Bounds, Interval, Value};
use crate::eval::outcome::traced;
use crate::eval::{Until, run};
use crate::facts::{InPart, Row};
use crate::plan::{Adjustable, FactId, Plan, Program, Role, Step, StepId, TierId, closure};
use crate::quantity::Number;

/// No fact goes further than so many steps; more than that nobody counts.
const FURTHEST: i64 = 1_000_000_000;

/// A fact of a unit that may change.
#[derive(Debug, Clone)]
pub(crate) struct Lever {
    pub(crate) fact: FactId,
    /// What it is.
    pub(crate) value: Decimal,
    /// By how much it changes at least.
    pub(crate) step: Decimal,
    /// The least and the greatest number of steps by which it may change.
    pub(crate) least: i64,
    pub(crate) most: i64,
    /// What one step costs.
    pub(crate) cost: Decimal,
}

/// Why a fact of a unit cannot change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// Nothing that applies to the unit reads it.
    NotRead,
    /// It is not known.
    Unknown,
    /// It is known in part.
    Partly,
    /// It follows from these others, which are known.
    Follows,
    /// It is no number.
    NoNumber,
}

impl Lever {
    /// A fact as it stands in a row, or why it cannot change.
    pub(crate) fn of((plan, program): (&Plan, &Program), row: &Row, (fact, adjustable): (FactId, Adjustable)) -> Result<Lever, Stuck> {
        let declared = plan.facts.get(fact).ok_or(Stuck::NotRead)?;
        let step = program.facts.get(fact).copied().flatten().ok_or(Stuck::NotRead)?;
        declared.unit().ok_or(Stuck::NoNumber)?;
        let outcome = traced(program, row, Until::Bounds);
        let derivation = derivation(program, fact);
        if derivation.is_some_and(|derived| outcome.value(derived).number().is_some()) {
            return Err(Stuck::Follows);
        }
        let value = outcome.value(step);
        let value = value.decimal().ok_or(if value.absence() == Some(Absence::Partly) { Stuck::Partly } else { Stuck::Unknown })?;
        let steps_to_zero = Number::from(value).over(&Number::from(declared.step)).ok().flatten().and_then(|steps| steps.floor().ok()?.decimal());
        let to_zero = steps_to_zero.and_then(|steps| i64::try_from(steps.mantissa()).ok().filter(|_| steps.scale() == 0)).unwrap_or(0);
        let least = if adjustable.down { to_zero.clamp(0, FURTHEST).saturating_neg() } else { 0 };
        let most = if adjustable.up { FURTHEST } else { 0 };
        Ok(Lever { fact, value, step: declared.step, least, most, cost: adjustable.cost })
    }

    /// The value after so many steps; none where it cannot be held.
    pub(crate) fn at(&self, steps: i64) -> Option<Number> {
        let moved = Number::from(self.step).times(&Number::from(Decimal::from(steps))).ok()?;
        Number::from(self.value).plus(&moved).ok()
    }
}

/// The step that derives a fact from others.
fn derivation(program: &Program, fact: FactId) -> Option<StepId> {
    program.steps.iter().find_map(|step| match step {
        Step::OrElse(_, derived) if program.infos.get(*derived).is_some_and(|info| info.role == Role::Derived(fact)) => Some(*derived),
        _ => None,
    })
}

/// Whether some steps read one of these facts.
pub(super) fn reads(program: &Program, roots: impl IntoIterator<Item = StepId>, facts: &[FactId]) -> bool {
    closure(&program.steps, roots).into_iter().any(|step| matches!(program.steps.get(step), Some(Step::Given(fact)) if facts.contains(fact)))
}

/// Takes the facts out of a row that are given though they also follow from facts that are to change: they are to follow. Where what is
/// given is not what follows it stays. A set that what follows can lie in is the same; one that stays is what was written, not what it was
/// narrowed to by what changes. Gives back which were taken out, and which stay.
pub(crate) fn freed(program: &Program, row: &mut Row, changing: &[FactId]) -> (Vec<FactId>, Vec<FactId>) {
    let outcome = traced(program, row, Until::Bounds);
    let mut possible = Vec::new();
    if row.is_partly_known() {
        run(&Interval, program, &InPart(row), Until::Bounds, &mut possible);
    }
    let (mut freed, mut held) = (Vec::new(), Vec::new());
    for (fact, slot) in row.cells.iter_mut().enumerate() {
        let Some(cell) = slot.as_mut().filter(|_| !changing.contains(&fact)) else { continue };
        let Some(derived) = derivation(program, fact).filter(|derived| reads(program, [*derived], changing)) else { continue };
        let follows = outcome.value(derived);
        let same = match &mut cell.known {
            Some(known) => {
                known.bounds = known.stated;
                possible.get(derived).is_some_and(|follows| known.stated.common(follows).is_some())
            }
            None => follows == cell.value,
        };
        if same {
            freed.push(fact);
            *slot = None;
        } else if follows.number().is_some() || follows == UNDEFINED {
            held.push(fact);
        }
    }
    (freed, held)
}

/// Whether what a fact that was taken out comes to lies outside a set.
pub(crate) fn is_outside(program: &Program, row: &Row, fact: FactId, set: &Bounds) -> bool {
    let mut possible = Vec::new();
    run(&Interval, program, &InPart(row), Until::Bounds, &mut possible);
    let follows = derivation(program, fact).and_then(|derived| possible.get(derived));
    follows.is_some_and(|follows| follows.common(set).is_none())
}

/// The facts of a row that are given and are not what follows from others.
pub(crate) fn apart(program: &Program, row: &Row) -> Vec<FactId> {
    let outcome = traced(program, row, Until::Bounds);
    let differs = |fact: &FactId| {
        let follows = derivation(program, *fact).map(|derived| outcome.value(derived));
        row.get(*fact).zip(follows).is_some_and(|(cell, follows)| {
            let same = cell.known.as_ref().map_or(follows == cell.value, |known| known.may_be(&follows));
            !same && (follows.number().is_some() || follows == UNDEFINED)
        })
    };
    (0..row.cells.len()).filter(differs).collect()
}

const UNDEFINED: Value = Value::Absent(Absence::Undefined);

/// The facts of a tier that the rules say may change.
pub(crate) fn wanted(plan: &Plan, tier: TierId) -> Vec<(FactId, Adjustable)> {
    let read = |fact: &FactId| plan.programs.get(tier).and_then(|program| program.facts.get(*fact)).is_some_and(Option::is_some);
    plan.facts.iter().enumerate().filter_map(|(id, fact)| Some((id, fact.adjustable?))).filter(|(id, _)| read(id)).collect()
}
