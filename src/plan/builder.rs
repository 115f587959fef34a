//! Adds steps to a program; units and steps of values follow from the operands.

use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::{Info, Literal, MarkId, Notes, Reading, Role, Step, StepId};
use crate::quantity::{self, Number, Unit};
use crate::source::Span;

/// Steps under construction.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) steps: Vec<Step>,
    pub(super) infos: Vec<Info>,
    /// The path of the item being lowered.
    pub(super) owner: String,
    pub(super) clause: Option<Span>,
    /// The steps of the numbers, truths and words of the rules, by where they stand.
    constants: IndexMap<Span, Vec<StepId>>,
    /// How often each id was asked for.
    names: IndexMap<String, u32>,
}

impl Builder {
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

    /// The id of a step: its owner, its role, and which of that role it is there.
    fn id(&mut self, role: Role) -> String {
        let name = match role {
            Role::Written => "number",
            Role::Cell(_) => "cell",
            Role::Input(_) => "gathered",
            Role::Fact(_) => "fact",
            Role::Derived(_) => "derived",
            Role::Default(_) => "default",
            Role::Value(_) => "value",
            Role::Item(_) => "score",
            Role::Base => "base",
            Role::Distance(_) => "distance",
            Role::Steps => "steps",
            Role::Deduction => "deduction",
            Role::Addition => "addition",
            Role::AtMost => "at-most",
            Role::Condition => "condition",
            Role::Scope => "scope",
            Role::Part => "part",
            Role::Marks(_) => "marks",
            Role::Spill(_) => "spill",
            Role::Computed => "computed",
            Role::Veto(_) => "veto",
            Role::Vetoed => "vetoed",
            Role::Award => "award",
            Role::Formula => "formula",
            Role::ItemFloor => "floor",
            Role::ItemCap => "cap",
            Role::ItemRound => "round",
            Role::Parts => "parts",
            Role::Uncapped => "uncapped",
            Role::Total => "total",
            Role::StandIn => "stand-in",
            Role::Call => "call",
            Role::Clock => "clock",
            Role::Extreme => "extreme",
            Role::Expression => "expression",
        };
        let id = [self.owner.as_str(), "#", name].concat();
        if let Some(count) = self.names.get_mut(&id) {
            *count += 1;
            return format!("{id}.{count}");
        }
        self.names.insert(id.clone(), 1);
        id
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
