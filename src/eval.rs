//! One evaluator over a plan, generic over the domain of values.
//!
//! In: a program and the cells of one unit. Out: the value of every step ([`run`]), what becomes of the unit ([`outcome`]), and
//! from all units the places ([`rank`]) and what they read of one another ([`stages`]). Never: IO, a clock, a random number; every evaluation ends, for a program has no loops.
//!
//! A domain says what a value is. [`Exact`](domain::Exact) holds the value alone; [`Traced`](domain::Traced) also which operands
//! it came from. Bounds, whole columns and query texts are further domains of the same walk.

pub(crate) mod call;
pub(crate) mod clock;
pub(crate) mod domain;
pub(crate) mod outcome;
pub(crate) mod rank;
pub(crate) mod stages;
pub(crate) mod trace;

pub(crate) use crate::plan::operands;
use crate::plan::{FactId, InputId, Limit, Program, Step, StepId};
use crate::quantity::Mode;
use domain::Domain;
use rust_decimal::Decimal;

/// The cells of one unit: what is known of a fact, or nothing.
pub(crate) trait Cells<C> {
    /// What is known of a fact.
    fn cell(&self, fact: FactId) -> Option<C>;

    /// What was gathered from outside the row.
    #[inline]
    fn input(&self, _: InputId) -> Option<C> {
        None
    }

    /// What stands instead of the value of a step.
    #[inline]
    fn instead(&self, _: StepId) -> Option<C> {
        None
    }

    /// How the value of a step is rounded, where that is not as the rules say.
    #[inline]
    fn rounding(&self, _: StepId) -> Option<Rounding> {
        None
    }

    /// Whether anything stands instead of the value of any step, or any is rounded otherwise.
    #[inline]
    fn is_adjusted(&self) -> bool {
        false
    }
}

/// How a value is rounded instead of as the rules say; of a step that rounds what is meant is its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    To(Decimal, Mode),
    /// Not at all.
    LeftOut,
    /// As the rules say or not at all: both are possible.
    Either,
}

impl<C, T: Cells<C>> Cells<C> for &T {
    #[inline]
    fn cell(&self, fact: FactId) -> Option<C> {
        (**self).cell(fact)
    }

    #[inline]
    fn input(&self, input: InputId) -> Option<C> {
        (**self).input(input)
    }

    #[inline]
    fn instead(&self, step: StepId) -> Option<C> {
        (**self).instead(step)
    }

    #[inline]
    fn rounding(&self, step: StepId) -> Option<Rounding> {
        (**self).rounding(step)
    }

    #[inline]
    fn is_adjusted(&self) -> bool {
        (**self).is_adjusted()
    }
}

/// How far a program is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Only the exemptions.
    Exemptions,
    /// Scores, total and keys.
    Scores,
    /// The bounds of facts as well.
    Bounds,
}

/// A program with the values of its steps for one unit after another.
///
/// What no fact bears on is evaluated once, for all of them.
#[derive(Debug)]
pub(crate) struct Evaluator<'p, D: Domain> {
    domain: D,
    program: &'p Program,
    /// A value for every step; those of the unit at hand up to `reached`.
    values: Vec<D::Value>,
    reached: StepId,
    /// The steps that vary.
    varying: Vec<(StepId, &'p Step)>,
    /// How many of them lead to the exemptions, to the scores as well, to the bounds as well.
    ends: [usize; 3],
    /// How many of them are done.
    done: usize,
}

impl<'p, D: Domain> Evaluator<'p, D> {
    pub(crate) fn new(domain: D, program: &'p Program) -> Self {
        let mut values = Vec::with_capacity(program.steps.len());
        let mut varying = program.varying.iter().copied().peekable();
        for (id, step) in program.steps.iter().enumerate() {
            let mut value = domain.no_row();
            if varying.next_if_eq(&id).is_none() {
                let _ = evaluate(&domain, step, &Nothing, &values, &mut value);
            }
            values.push(value);
        }
        let varying = program.varying.iter().filter_map(|id| Some((*id, program.steps.get(*id)?))).collect();
        Self::over(domain, program, values, varying)
    }

    /// For a unit of which some step is not what it comes to: nothing is known beforehand.
    fn adjusted(domain: D, program: &'p Program) -> Self {
        let values = program.steps.iter().map(|_| domain.no_row()).collect();
        Self::over(domain, program, values, program.steps.iter().enumerate().collect())
    }

    fn over(domain: D, program: &'p Program, values: Vec<D::Value>, varying: Vec<(StepId, &'p Step)>) -> Self {
        let ends = [program.exempt_end, program.score_end, program.steps.len()].map(|end| varying.partition_point(|(id, _)| *id < end));
        Evaluator { domain, program, values, reached: 0, varying, ends, done: 0 }
    }

    /// For some of the steps, which hold all that they read.
    pub(crate) fn of_steps(domain: D, program: &'p Program, steps: &[StepId]) -> Self {
        Self::new(domain, program).only(steps)
    }

    /// The same for a unit of which some step is not what it comes to.
    pub(crate) fn adjusted_steps(domain: D, program: &'p Program, steps: &[StepId]) -> Self {
        Self::adjusted(domain, program).only(steps)
    }

    fn only(mut self, steps: &[StepId]) -> Self {
        self.varying.retain(|(id, _)| steps.binary_search(id).is_ok());
        self.ends = [self.varying.len(); 3];
        self
    }

    /// For one unit.
    pub(crate) fn of(domain: D, program: &'p Program, cells: &impl Cells<D::Cell>) -> Self {
        if cells.is_adjusted() { Self::adjusted(domain, program) } else { Self::new(domain, program) }
    }

    pub(crate) fn program(&self) -> &'p Program {
        self.program
    }

    /// The values of all steps, of which those that vary mean nothing before a unit is evaluated.
    pub(crate) fn into_constants(self) -> Vec<D::Value> {
        self.values
    }

    /// Leaves the unit at hand for another.
    pub(crate) fn start(&mut self) {
        (self.reached, self.done) = (0, 0);
    }

    /// Evaluates the steps that were not reached yet, each from those before it.
    pub(crate) fn run(&mut self, cells: &impl Cells<D::Cell>, until: Until) {
        let [exemptions, scores, bounds] = self.ends;
        let (reached, end) = match until {
            Until::Exemptions => (self.program.exempt_end, exemptions),
            Until::Scores => (self.program.score_end, scores),
            Until::Bounds => (self.program.steps.len(), bounds),
        };
        self.reached = reached;
        for (id, step) in self.varying.get(self.done..end).unwrap_or_default() {
            if let Some((before, [value, ..])) = self.values.split_at_mut_checked(*id) {
                let _ = evaluate(&self.domain, step, cells, before, value);
                if let Some(rounding) = cells.rounding(*id) {
                    let operand = if let Step::Round(operand, ..) = step { before.get(*operand) } else { None };
                    *value = rounded_otherwise(&self.domain, rounding, operand.unwrap_or(value), value);
                }
                if let Some(cell) = cells.instead(*id) {
                    *value = self.domain.instead(cell);
                }
            }
        }
        self.done = self.done.max(end);
    }

    /// The values of the steps that were reached.
    pub(crate) fn values(&self) -> &[D::Value] {
        self.values.get(..self.reached).unwrap_or_default()
    }

    /// The same, as a list of its own.
    pub(crate) fn into_values(self) -> Vec<D::Value> {
        let mut values = self.values;
        values.truncate(self.reached);
        values
    }
}

/// What a value is, rounded otherwise than the rules say.
fn rounded_otherwise<D: Domain>(domain: &D, rounding: Rounding, operand: &D::Value, value: &D::Value) -> D::Value {
    match rounding {
        Rounding::To(step, mode) => domain.round(operand, step, mode),
        Rounding::LeftOut => operand.clone(),
        Rounding::Either => domain.either(operand, value),
    }
}

/// No cells: what a step is evaluated with that reads none.
struct Nothing;

impl<C> Cells<C> for Nothing {
    fn cell(&self, _: FactId) -> Option<C> {
        None
    }
}

/// Evaluates the steps of one unit.
pub(crate) fn run<D: Domain + Copy>(domain: &D, program: &Program, cells: &impl Cells<D::Cell>, until: Until, values: &mut Vec<D::Value>) {
    let mut evaluator = Evaluator::of(*domain, program, cells);
    evaluator.run(cells, until);
    *values = evaluator.into_values();
}

/// Puts the value of a step in its place. None where it reads a step that does not stand before it, which no program has.
///
/// Each arm fills the place itself: a value is large enough that one copy less shows.
#[inline]
pub(crate) fn evaluate<D: Domain>(domain: &D, step: &Step, cells: &impl Cells<D::Cell>, values: &[D::Value], value: &mut D::Value) -> Option<()> {
    let of = |id: &StepId| values.get(*id);
    match step {
        Step::Constant(literal) => *value = domain.constant(*literal),
        Step::Given(fact) => *value = domain.given(cells.cell(*fact)),
        Step::Input(input) => *value = domain.given(cells.input(*input)),
        Step::OrElse(a, b) => *value = domain.or_else(of(a)?, of(b)?),
        Step::Same(a) => *value = domain.same(of(a)?),
        Step::Sum(terms) => *value = domain.sum(terms, values)?,
        Step::Times(a, b) => *value = domain.times(of(a)?, of(b)?),
        Step::Over(a, b, step) => *value = domain.over(of(a)?, of(b)?, *step),
        Step::Negate(a) => *value = domain.negate(of(a)?),
        Step::Round(a, step, mode) => *value = domain.round(of(a)?, *step, *mode),
        Step::Cap(a, b) => *value = domain.cap(of(a)?, of(b)?),
        Step::Floor(a, b) => *value = domain.floor(of(a)?, of(b)?),
        Step::Call(call) => *value = domain.call(call, values)?,
        Step::Clock(clock, a, b) => *value = domain.clock(clock, of(a)?, of(b)?),
        Step::Steps(a, per, reading) => *value = domain.steps(of(a)?, per, *reading),
        Step::Compare(a, comparison, b) => *value = domain.compare(of(a)?, *comparison, of(b)?),
        Step::IsBlank(a) => *value = domain.is_blank(of(a)?),
        Step::IsUndefined(a) => *value = domain.is_undefined(of(a)?),
        Step::And(links) => *value = fold(domain, links, values, D::and)?,
        Step::Or(links) => *value = fold(domain, links, values, D::or)?,
        Step::Not(a) => *value = domain.not(of(a)?),
        Step::Choose(condition, a, b) => *value = domain.choose(of(condition)?, of(a)?, of(b)?),
        Step::Pending => *value = domain.pending(),
        Step::NotApplicable => *value = domain.not_applicable(),
        Step::NoRow => *value = domain.no_row(),
    }
    Some(())
}

fn fold<D: Domain>(domain: &D, links: &[StepId], values: &[D::Value], join: fn(&D, &D::Value, &D::Value) -> D::Value) -> Option<D::Value> {
    let mut links = links.iter().map(|link| values.get(*link));
    let first = links.next()??.clone();
    links.try_fold(first, |joined, link| Some(join(domain, &joined, link?)))
}

/// Whether a value keeps a limit.
pub(crate) fn keeps(side: Limit, value: &crate::quantity::Number, limit: &crate::quantity::Number) -> bool {
    match side {
        Limit::AtMost => value <= limit,
        Limit::AtLeast => value >= limit,
    }
}
