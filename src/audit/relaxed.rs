//! Roundings before the last of a value, left out one by one.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::reconcile::Print;
use super::stand::{Case, Ground, Stand, unrounded};
use crate::eval::Rounding;
use crate::eval::domain::{Absence, Bounds, Hull, Value};
use crate::eval::trace::Trace;
use crate::plan::{FactId, Role, Step, StepId, closure};
use crate::quantity::{self, Number, TooLarge};

/// A rounding that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relaxed {
    pub(crate) kind: RelaxedKind,
    /// What is rounded.
    pub(crate) name: String,
    pub(crate) step: Decimal,
    /// Whether step and value are shares, to be shown in percent.
    pub(crate) percent: bool,
    /// Of a rounding inside a calculation: the facts of what is rounded.
    pub(crate) inner: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelaxedKind {
    /// The rules round it.
    Rule,
    /// A fact that is given as printed.
    Fact,
    /// A score that is known as printed.
    Part,
}

/// A rounding that can be left out, and how.
pub(super) struct Relaxation {
    how: How,
    pub(super) told: Relaxed,
    /// The last digit of what is rounded: what has few is least likely to have lost any.
    digits: u32,
}

enum How {
    Step(StepId),
    Fact(FactId, Hull),
    Part(StepId, Hull),
}

/// Every rounding before the last of a value.
pub(super) fn relaxations(case: &Case<'_>, ground: &Ground<'_>, root: StepId) -> Vec<Relaxation> {
    let trace = Trace { plan: case.plan, program: case.program, outcome: &ground.outcome };
    let reach = reach_above(&trace, root, ground);
    let own = own_roundings(case, root);
    let mut found = Vec::new();
    for id in closure(&case.program.steps, [root]) {
        if reach.get(id).is_none_or(|live| !live) {
            continue;
        }
        if let Some((item, value)) = ground.parts.get(&id) {
            let Some(item) = case.plan.items.get(*item) else { continue };
            if ground.blank.contains(&id) || !is_rounded(case, id) {
                continue;
            }
            let hull = unrounded(*value, item.step, case.plan.head.mode);
            let kept = [full_of(case, ground, id), floor_of(case, ground, id)];
            let hull = kept.into_iter().flatten().fold(hull, |hull, limits| hull.common(&limits).unwrap_or(hull));
            let told = Relaxed { kind: RelaxedKind::Part, name: item.name.clone(), step: item.step, percent: false, inner: Vec::new() };
            found.push(Relaxation { how: How::Part(id, hull), told, digits: value.normalize().scale() });
            continue;
        }
        match case.program.steps.get(id) {
            Some(Step::Round(operand, step, _)) if !own.contains(&id) && changes(case, *operand, *step) => {
                let info = case.program.infos.get(id);
                let percent = info.and_then(|info| info.unit.as_ref()).is_some_and(quantity::Unit::is_percent);
                let (name, inner) = (owner(case, id), inner_facts(case, id, *operand));
                let told = Relaxed { kind: RelaxedKind::Rule, name, step: *step, percent, inner };
                found.push(Relaxation { how: How::Step(id), told, digits: u32::MAX });
            }
            Some(Step::Given(fact)) => {
                let Value::Number(value) = trace.value(id) else { continue };
                let (Some((step, mode)), Some(value), Some(declared)) = (case.printed_with(*fact), value.decimal(), case.plan.facts.get(*fact)) else {
                    continue;
                };
                let hull = unrounded(value, step, mode);
                // nothing given is not less than nothing
                let least = Hull::new(value.is_zero().then_some(Number::ZERO), None);
                let hull = hull.common(&least).unwrap_or(hull);
                let Some(hull) = case.within(*fact, hull, &ground.outcome).numbers() else { continue };
                let percent = declared.unit().is_some_and(quantity::Unit::is_percent);
                let told = Relaxed { kind: RelaxedKind::Fact, name: declared.label().to_owned(), step, percent, inner: Vec::new() };
                found.push(Relaxation { how: How::Fact(*fact, hull), told, digits: value.normalize().scale() });
            }
            _ => {}
        }
    }
    found
}

/// Whether a rounding to that step can change a value: one that lies on a grid of the step keeps every digit.
fn changes(case: &Case<'_>, operand: StepId, step: Decimal) -> bool {
    case.program.infos.get(operand).and_then(|info| info.step).is_none_or(|grid| !quantity::on_grid(grid, step))
}

/// Whether anything that a score is made of is rounded: by the rules, or where it was printed.
fn is_rounded(case: &Case<'_>, score: StepId) -> bool {
    closure(&case.program.steps, [score]).into_iter().any(|id| match case.program.steps.get(id) {
        Some(Step::Round(operand, step, _)) => changes(case, *operand, *step),
        Some(Step::Given(fact)) => case.printed_with(*fact).is_some(),
        _ => false,
    })
}

/// What a score cannot fall below: a floor that nothing but roundings and caps come after.
fn floor_of(case: &Case<'_>, ground: &Ground<'_>, score: StepId) -> Option<Hull> {
    let mut step = score;
    loop {
        match case.program.steps.get(step)? {
            Step::Same(inner) | Step::Round(inner, ..) | Step::Cap(inner, _) => step = *inner,
            Step::Floor(_, least) => return ground.outcome.value(*least).number().map(|least| Hull::new(Some(*least), None)),
            _ => return None,
        }
    }
}

/// The facts of what is rounded inside a calculation; none where all of a value is.
fn inner_facts(case: &Case<'_>, id: StepId, operand: StepId) -> Vec<String> {
    let whole = |id: &StepId| {
        let above = |(_, step): &(usize, &Step)| crate::plan::operands(step).contains(id);
        case.program
            .steps
            .iter()
            .enumerate()
            .skip(id.saturating_add(1))
            .find(above)
            .is_none_or(|(_, step)| !matches!(step, Step::Sum(_) | Step::Times(..) | Step::Over(..)))
    };
    let is_named = case.program.infos.get(id).is_some_and(|info| matches!(info.role, Role::ItemRound | Role::Derived(_) | Role::Value(_)));
    if is_named || whole(&id) {
        return Vec::new();
    }
    let fact = |id: StepId| match case.program.steps.get(id) {
        Some(Step::Given(fact)) => case.plan.facts.get(*fact).map(|fact| fact.label().to_owned()),
        _ => None,
    };
    closure(&case.program.steps, [operand]).into_iter().filter_map(fact).collect()
}

/// Which steps bear on a value, those behind published parts left aside.
pub(super) fn reach_above(trace: &Trace<'_>, root: StepId, ground: &Ground<'_>) -> Vec<bool> {
    let mut live = vec![false; root.saturating_add(1)];
    let mut queue = vec![root];
    while let Some(id) = queue.pop() {
        let Some(slot) = live.get_mut(id).filter(|slot| !**slot) else { continue };
        *slot = true;
        if ground.parts.contains_key(&id) {
            continue;
        }
        // of what is known in part it is open where it comes from
        match trace.step(id).filter(|_| trace.value(id) == Value::Absent(Absence::Partly)) {
            Some(step) => queue.extend(crate::plan::operands(step)),
            None => queue.extend(trace.sources(id)),
        }
    }
    live
}

/// The marks that a published score keeps within.
pub(super) fn full_of(case: &Case<'_>, ground: &Ground<'_>, step: StepId) -> Option<Hull> {
    let steps = case.program.items.iter().flatten().find(|item| item.score == step)?;
    let full = ground.outcome.full(steps.full?)?;
    let top = Number::from(full);
    // of a penalty the cap is how much is taken off
    Some(if ground.outcome.value(step).number().is_some_and(|value| *value < Number::ZERO) {
        Hull::new(Some(top.negated()), Some(Number::ZERO))
    } else {
        Hull::new(None, Some(top))
    })
}

/// The last roundings of a value: nothing but bounds and choices stand behind them.
pub(super) fn own_roundings(case: &Case<'_>, root: StepId) -> BTreeSet<StepId> {
    let (mut own, mut queue) = (BTreeSet::new(), vec![root]);
    while let Some(id) = queue.pop() {
        match case.program.steps.get(id) {
            Some(Step::Round(..)) => drop(own.insert(id)),
            Some(Step::Same(a) | Step::Negate(a)) => queue.push(*a),
            Some(Step::Cap(a, b) | Step::Floor(a, b) | Step::OrElse(a, b) | Step::Choose(_, a, b)) => queue.extend([*a, *b]),
            _ => {}
        }
    }
    own
}

/// What a rounding rounds: the fact, value or item that it is part of.
fn owner(case: &Case<'_>, id: StepId) -> String {
    let mut step = id;
    loop {
        let next = case.program.steps.iter().enumerate().skip(step.saturating_add(1)).find(|(_, other)| crate::plan::operands(other).contains(&step));
        let Some((above, _)) = next else { break };
        let name = match case.program.infos.get(above).map(|info| info.role) {
            Some(Role::Fact(fact) | Role::Derived(fact)) => case.plan.facts.get(fact).map(|fact| fact.label().to_owned()),
            Some(Role::Value(value)) => case.plan.values.get(value).map(|value| value.name.clone()),
            Some(Role::Item(item)) => case.plan.items.get(item).map(|item| item.name.clone()),
            Some(Role::Total | Role::Computed) => Some(case.plan.total.name.clone()),
            _ => None,
        };
        if let Some(name) = name {
            return name;
        }
        step = above;
    }
    case.program.infos.get(id).map(|info| info.id.to_string()).unwrap_or_default()
}

pub(super) fn relaxed_stand<'a>(case: &Case<'_>, ground: &Ground<'a>, root: StepId, relaxed: &[&Relaxation]) -> Stand<'a> {
    let mut stand = ground.stand.clone();
    for own in own_roundings(case, root) {
        stand.rounding.insert(own, Rounding::LeftOut);
    }
    for one in relaxed {
        match one.how {
            How::Step(step) => drop(stand.rounding.insert(step, Rounding::Either)),
            How::Fact(fact, hull) => drop(stand.facts.insert(fact, Some(Bounds::between(hull.low, hull.high)))),
            How::Part(step, hull) => drop(stand.instead.insert(step, Bounds::between(hull.low, hull.high))),
        }
    }
    stand
}

/// What a value can be before its last rounding, with some roundings left out.
pub(super) fn loosened(case: &Case<'_>, ground: &Ground<'_>, root: StepId, relaxed: &[&Relaxation]) -> Option<Hull> {
    case.evaluate(&relaxed_stand(case, ground, root, relaxed), root).numbers()
}

/// Whether some number of a hull prints as that. Where the numbers that print as a part are meant, an end alone is none of them.
pub(super) fn covers(hull: &Hull, published: &Number, print: Print, relaxed: &[&Relaxation]) -> bool {
    let rounded = |end: &Number| quantity::rounded(end, print.step, print.mode).ok();
    if hull.point().as_ref().and_then(rounded) == Some(*published) {
        return true;
    }
    let open = relaxed.iter().any(|one| !matches!(one.how, How::Step(_)));
    let ends = [hull.low, hull.high].into_iter().flatten();
    if !open && ends.into_iter().any(|end| rounded(&end) == Some(*published)) {
        return true;
    }
    let Some(value) = published.decimal() else { return false };
    // a printed number off the grid comes of no rounding
    if !quantity::on_grid(value, print.step) {
        return false;
    }
    unrounded(value, print.step, print.mode).common(hull).is_some_and(|common| common.point().is_none())
}

/// The least and the most that a hull can print. An end that none of its numbers prints as gives way to the next one inward.
pub(super) fn in_print(hull: &Hull, print: Print, relaxed: &[&Relaxation]) -> Hull {
    let step = Number::from(print.step);
    let end = |end: Option<Number>, inward: fn(&Number, &Number) -> Result<Number, TooLarge>| {
        let rounded = end.and_then(|end| quantity::rounded(&end, print.step, print.mode).ok())?;
        if covers(hull, &rounded, print, relaxed) {
            return Some(rounded);
        }
        let next = inward(&rounded, &step).ok().filter(|next| covers(hull, next, print, relaxed));
        Some(next.unwrap_or(rounded))
    };
    Hull::new(end(hull.low, Number::plus), end(hull.high, Number::minus))
}

/// A set of roundings of which none can be spared.
pub(super) fn least(all: &[Relaxation], reaches: impl Fn(&[&Relaxation]) -> bool) -> Vec<&Relaxation> {
    let mut kept: Vec<&Relaxation> = all.iter().collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|index| all.get(*index).map(|one| one.digits));
    for index in order {
        let Some(one) = all.get(index) else { continue };
        let without: Vec<&Relaxation> = kept.iter().copied().filter(|other| !std::ptr::eq(*other, one)).collect();
        if reaches(&without) {
            kept = without;
        }
    }
    kept
}
