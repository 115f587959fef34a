//! The trace of one unit as data: which steps a value came from, and what they bring in.

use super::domain::{Absence, Bounds, TracedValue, Used, Value};
use super::operands;
use super::outcome::Outcome;
use crate::plan::{FactId, Info, InputId, MarkId, MarkKind, Plan, Program, Role, Step, StepId};

/// The evaluated steps of one unit, with the plan they belong to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: &'a Program,
    pub(crate) outcome: &'a Outcome<TracedValue>,
}

/// How a step bears on a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Not at all: a branch that was not taken.
    None,
    /// It was read, and what it gave was nothing: a deduction of 0.
    Idle,
    /// It made the result what it is.
    Live,
}

/// Where a fact that was read came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A cell of a table.
    Cell(FactId),
    /// The default of the rules.
    Default(FactId),
}

impl<'a> Trace<'a> {
    /// What a step can be, where it is known in part.
    pub(crate) fn bounds(&self, id: StepId) -> Option<&'a Bounds> {
        self.outcome.bounds.get(id).filter(|_| self.value(id) == Value::Absent(Absence::Partly))
    }

    pub(crate) fn step(&self, id: StepId) -> Option<&'a Step> {
        self.program.steps.get(id)
    }

    pub(crate) fn info(&self, id: StepId) -> Option<&'a Info> {
        self.program.infos.get(id)
    }

    pub(crate) fn value(&self, id: StepId) -> Value {
        self.outcome.value(id)
    }

    pub(crate) fn used(&self, id: StepId) -> Used {
        self.outcome.values.get(id).map_or(Used::All, |value| value.used)
    }

    /// The steps that a step's value came from, without branches not taken.
    pub(crate) fn sources(&self, id: StepId) -> Vec<StepId> {
        let Some(step) = self.step(id) else { return Vec::new() };
        match (step, self.used(id)) {
            (_, Used::Instead) => Vec::new(),
            (Step::OrElse(a, _), Used::First) => vec![*a],
            (Step::OrElse(_, b), Used::Second) => vec![*b],
            (Step::Choose(condition, a, _), Used::First) => vec![*condition, *a],
            (Step::Choose(condition, _, b), Used::Second) => vec![*condition, *b],
            (Step::Choose(condition, _, _), Used::All) => vec![*condition],
            _ => operands(step),
        }
    }

    /// How a fact that is given also follows from others: the derivation beside the cell, which need not agree to the last digit.
    pub(crate) fn confirmation_of(&self, cell: StepId) -> Option<StepId> {
        self.program.steps.iter().enumerate().find_map(|(id, step)| match step {
            Step::OrElse(given, derived) if *given == cell && self.used(id) == Used::First => {
                let follows = matches!(self.info(*derived).map(|info| info.role), Some(Role::Derived(_)));
                (follows && self.value(*derived).number().is_some()).then_some(*derived)
            }
            _ => None,
        })
    }

    /// The derivations that stand beside given facts which a value was read from.
    pub(crate) fn confirmations(&self, root: StepId) -> Vec<StepId> {
        let reach = self.reach(root);
        let cells = reach.iter().enumerate().filter(|(id, reach)| **reach != Reach::None && matches!(self.step(*id), Some(Step::Given(_))));
        cells.filter_map(|(id, _)| self.confirmation_of(id)).collect()
    }

    /// How every step up to `root` bears on its value.
    pub(crate) fn reach(&self, root: StepId) -> Vec<Reach> {
        self.reach_by(root, |id| self.sources(id))
    }

    /// The steps that a step's value came from, or may have come from where it is known in part which branch is taken.
    fn possible_sources(&self, id: StepId) -> Vec<StepId> {
        match self.step(id) {
            Some(step) if self.is_open_choice(id) => operands(step),
            _ => self.sources(id),
        }
    }

    /// Whether either branch of a choice may be taken.
    fn is_open_choice(&self, id: StepId) -> bool {
        matches!(self.step(id), Some(Step::Choose(condition, ..)) if self.used(id) == Used::All && self.value(*condition) == Value::Absent(Absence::Partly))
    }

    fn reach_by(&self, root: StepId, sources: impl Fn(StepId) -> Vec<StepId>) -> Vec<Reach> {
        let mut reach = vec![Reach::None; root.saturating_add(1)];
        if let Some(slot) = reach.get_mut(root) {
            *slot = if self.is_idle(root) { Reach::Idle } else { Reach::Live };
        }
        for id in (0..=root).rev() {
            let here = reach.get(id).copied().unwrap_or(Reach::None);
            if here == Reach::None {
                continue;
            }
            let sum = matches!(self.step(id), Some(Step::Sum(_)));
            for source in sources(id) {
                let carried = if sum && self.is_idle(source) { Reach::Idle } else { here };
                if let Some(slot) = reach.get_mut(source) {
                    *slot = carried.max(*slot);
                }
            }
        }
        reach
    }

    /// A term of 0 adds nothing, unless it is the score of an indicator: that 0 is a result.
    fn is_idle(&self, term: StepId) -> bool {
        let zero = self.value(term).number().is_some_and(crate::quantity::Number::is_zero);
        let base = matches!(self.info(term).map(|info| info.role), Some(Role::Item(item)) if self.plan.items.get(item).is_some_and(crate::plan::Item::is_base));
        zero && !base
    }

    /// The conditions of some role that a condition is made of, in order.
    pub(crate) fn conditions(&self, id: StepId, wanted: fn(Role) -> bool) -> Vec<StepId> {
        match (self.info(id).map(|info| info.role), self.step(id)) {
            (Some(role), _) if wanted(role) => vec![id],
            (_, Some(Step::And(links) | Step::Or(links))) => links.iter().flat_map(|link| self.conditions(*link, wanted)).collect(),
            _ => Vec::new(),
        }
    }

    /// What decided whether an item applies: where it does its own scope and those around it, where not those that are to blame.
    pub(crate) fn scopes(&self, id: StepId) -> Vec<StepId> {
        let holds = |id: StepId| self.value(id) == Value::Truth(true);
        let mut found = Vec::new();
        match (self.info(id).map(|info| info.role), self.step(id)) {
            (Some(Role::Scope), _) => found.push(id),
            (_, Some(Step::And(links))) => {
                for link in links.iter().filter(|link| holds(id) || !holds(**link)) {
                    found.extend(self.scopes(*link));
                }
            }
            (_, Some(Step::Or(links))) if !holds(id) => found.extend(links.iter().flat_map(|link| self.scopes(*link))),
            _ => {}
        }
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|scope| seen.insert(*scope));
        found
    }

    /// The assumptions that bear on a value: those of clauses that contributed or whose branch was taken, and every stand-in for
    /// what is not known. Where facts are known in part, those that may bear on it.
    pub(crate) fn marks(&self, root: StepId) -> Vec<MarkId> {
        let mut marks = Vec::new();
        for (id, reach) in self.reach_by(root, |id| self.possible_sources(id)).into_iter().enumerate() {
            let Some(info) = self.info(id).filter(|info| reach != Reach::None && !info.marks.is_empty()) else { continue };
            if self.used(id) == Used::Instead || matches!(info.role, Role::Veto(_)) && self.value(id) == Value::Truth(false) {
                continue;
            }
            let not_taken = matches!(self.step(id), Some(Step::Choose(..))) && self.used(id) != Used::First && !self.is_open_choice(id);
            for mark in &info.marks {
                let kind = self.plan.marks.get(*mark).map(|mark| mark.kind);
                let decisive = kind != Some(MarkKind::Assumption) || reach == Reach::Live && !not_taken;
                if decisive && !marks.contains(mark) {
                    marks.push(*mark);
                }
            }
        }
        marks.sort_unstable();
        marks
    }

    /// The facts that were read for a value, each with where it came from.
    pub(crate) fn facts(&self, root: StepId) -> Vec<Source> {
        let reach = self.reach(root);
        let mut found = Vec::new();
        for (id, reach) in reach.into_iter().enumerate() {
            if reach == Reach::None {
                continue;
            }
            let source = match self.info(id).map(|info| info.role) {
                Some(Role::Cell(fact)) if self.value(id).absence().is_none() => Source::Cell(fact),
                Some(Role::Default(fact)) => Source::Default(fact),
                _ => continue,
            };
            if !found.contains(&source) {
                found.push(source);
            }
        }
        found
    }

    /// Whether some cell that a step reads is given.
    fn has_part(&self, root: StepId) -> bool {
        let mut queue = vec![root];
        while let Some(id) = queue.pop() {
            let Some(step) = self.step(id) else { continue };
            if matches!(step, Step::Given(_)) && self.value(id).absence().is_none() {
                return true;
            }
            queue.extend(operands(step));
        }
        false
    }

    /// The facts for want of which a value is 缺数据, in the order of the rules, and what was gathered in vain.
    pub(crate) fn missing(&self, root: StepId) -> (Vec<FactId>, Vec<InputId>) {
        let missing = |id: StepId| self.value(id) == Value::Absent(Absence::Missing);
        let mut guilty = vec![false; root.saturating_add(1)];
        if let Some(slot) = guilty.get_mut(root) {
            *slot = missing(root);
        }
        let (mut facts, mut inputs) = (Vec::new(), Vec::new());
        for id in (0..=root).rev() {
            if !guilty.get(id).copied().unwrap_or(false) {
                continue;
            }
            match self.info(id).map(|info| info.role) {
                Some(Role::Cell(fact)) => facts.push(fact),
                Some(Role::Input(input)) => inputs.push(input),
                _ => {}
            }
            let Some(step) = self.step(id) else { continue };
            let sources = match step {
                // of a fact that could be given or derived: what the derivation lacks, if it has a part; else the fact itself
                Step::OrElse(_, b) if self.has_part(*b) => vec![*b],
                Step::OrElse(a, _) => vec![*a],
                _ => self.sources(id),
            };
            for source in sources {
                if missing(source)
                    && let Some(slot) = guilty.get_mut(source)
                {
                    *slot = true;
                }
            }
        }
        facts.sort_unstable();
        inputs.sort_unstable();
        (facts, inputs)
    }
}
