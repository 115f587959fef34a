//! Adds steps to a program; units and steps of values follow from the operands.

use std::mem::Discriminant;
use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::{Info, Literal, MarkId, Notes, Reading, Role, Step, StepId, StepName};
use crate::quantity::{self, Number, Unit};
use crate::source::Span;

/// Steps under construction.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) steps: Vec<Step>,
    pub(super) infos: Vec<Info>,
    /// How often each owner was asked for an id of each role.
    names: IndexMap<Arc<str>, Vec<(Discriminant<Role>, u32)>>,
    /// The path of the item being lowered, by its place there.
    owner: Option<usize>,
    pub(super) clause: Option<Span>,
    /// The steps of the numbers, truths and words of the rules, by where they stand.
    constants: IndexMap<Span, Vec<StepId>>,
}

impl Builder {
    /// Room for so many steps.
    pub(super) fn of(steps: usize) -> Self {
        Builder { steps: Vec::with_capacity(steps), infos: Vec::with_capacity(steps), ..Builder::default() }
    }

    pub(super) fn push(&mut self, step: Step, role: Role, unit: Option<Unit>, span: Span) -> StepId {
        let grid = self.grid(&step);
        let id = self.steps.len();
        let name = self.id(role);
        self.steps.push(step);
        self.infos.push(Info { id: name, role, unit, step: grid, span, clause: self.clause, marks: Vec::new(), evidence: Vec::new() });
        id
    }

    /// What a clause, item, fact or value notes about itself.
    pub(super) fn note(&mut self, step: StepId, notes: &Notes) {
        self.mark(step, &notes.assumptions);
        if let Some(info) = self.infos.get_mut(step) {
            info.evidence.extend_from_slice(&notes.sources);
        }
    }

    pub(super) fn mark(&mut self, step: StepId, marks: &[MarkId]) {
        if let Some(info) = self.infos.get_mut(step) {
            info.marks.extend_from_slice(marks);
        }
    }

    pub(super) fn constant(&mut self, value: Literal, unit: Option<Unit>, span: Span) -> StepId {
        let says = |step: &&StepId| {
            matches!(self.steps.get(**step), Some(Step::Constant(other)) if *other == value) && self.infos.get(**step).is_some_and(|info| info.unit == unit)
        };
        if let Some(step) = self.constants.get(&span).and_then(|here| here.iter().find(says)) {
            return *step;
        }
        let step = self.push(Step::Constant(value), Role::Written, unit, span);
        self.constants.entry(span).or_default().push(step);
        step
    }

    pub(super) fn points(&mut self, value: Decimal, span: Span) -> StepId {
        self.constant(Literal::Number(value), Some(Unit::score()), span)
    }

    pub(super) fn grid_of(&self, step: StepId) -> Option<Decimal> {
        self.infos.get(step).and_then(|info| info.step)
    }

    pub(super) fn written(&self, step: StepId) -> Option<Decimal> {
        match self.steps.get(step) {
            Some(Step::Constant(Literal::Number(value))) => Some(*value),
            _ => None,
        }
    }

    /// Names the owner of the steps to come, and gives what names that of those before.
    pub(super) fn turn_to(&mut self, owner: &str) -> Option<usize> {
        let place = self.names.get_index_of(owner).unwrap_or_else(|| self.names.insert_full(owner.into(), Vec::new()).0);
        self.owner.replace(place)
    }

    pub(super) fn turn_back(&mut self, owner: Option<usize>) {
        self.owner = owner;
    }

    /// The id of a step: its owner, its role, and which of that role it is there.
    fn id(&mut self, role: Role) -> StepName {
        if self.owner.is_none() {
            self.turn_to("");
        }
        let place = self.owner.unwrap_or_default();
        let kind = std::mem::discriminant(&role);
        let Some((owner, counts)) = self.names.get_index_mut(place) else { return StepName { owner: "".into(), role: role.name(), nth: 1 } };
        let nth = match counts.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                counts.push((kind, 1));
                1
            }
        };
        StepName { owner: Arc::clone(owner), role: role.name(), nth }
    }

    /// The grid on which the values of a step lie, as far as it follows from the operands.
    fn grid(&self, step: &Step) -> Option<Decimal> {
        let of = |id: StepId| self.grid_of(id);
        let common = |a: Option<Decimal>, b: Option<Decimal>| Some(quantity::common_step(a?, b?));
        let product = |a: Option<Decimal>, b: Option<Decimal>| Number::from(a?).times(&Number::from(b?)).ok()?.decimal();
        match step {
            Step::Constant(Literal::Number(value)) => Some(quantity::written_step(*value)),
            Step::Sum(terms) => {
                let mut terms = terms.iter().map(|(_, term)| of(*term));
                let first = terms.next()?;
                terms.fold(first, common)
            }
            Step::Times(a, b) => product(self.multiplier(*a), self.multiplier(*b)),
            Step::Over(_, _, step) => *step,
            Step::Round(_, step, _) => Some(*step),
            Step::Call(call) => Some(call.function.step),
            Step::Same(a) | Step::Negate(a) => of(*a),
            Step::Cap(a, b) | Step::Floor(a, b) | Step::OrElse(a, b) | Step::Choose(_, a, b) => match (self.steps.get(*a), self.steps.get(*b)) {
                (Some(Step::NoRow | Step::Pending | Step::NotApplicable), _) => of(*b),
                (_, Some(Step::NoRow | Step::Pending | Step::NotApplicable)) => of(*a),
                _ => common(of(*a), of(*b)),
            },
            Step::Steps(measure, per, Reading::ProRata) => product(of(*measure), per.reciprocal),
            Step::Steps(_, _, _) => Some(Decimal::ONE),
            _ => None,
        }
    }

    /// What multiplying by a step does to a grid: a written number scales it, everything else refines it.
    fn multiplier(&self, step: StepId) -> Option<Decimal> {
        match self.written(step) {
            Some(value) if !value.is_zero() => Some(value.abs()),
            _ => self.grid_of(step),
        }
    }
}
