//! One evaluator over a plan, generic over the domain of values.
//!
//! In: a program and the cells of one unit. Out: the value of every step ([`run`]), what becomes of the unit ([`outcome`]), and
//! from all units the places ([`rank`]). Never: IO, a clock, a random number; every evaluation ends, for a program has no loops.
//!
//! A domain says what a value is. [`Exact`](domain::Exact) holds the value alone; [`Traced`](domain::Traced) also which operands
//! it came from. Bounds, whole columns and query texts are further domains of the same walk.

pub(crate) mod domain;
pub(crate) mod outcome;
pub(crate) mod rank;
pub(crate) mod trace;

pub(crate) use crate::plan::operands;
use crate::plan::{FactId, Limit, Program, Sign, Step, StepId};
use domain::Domain;

/// The cells of one unit: what is known of a fact, or nothing.
pub(crate) trait Cells<C> {
    /// What is known of a fact.
    fn cell(&self, fact: FactId) -> Option<C>;
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
    /// How many of the steps that vary are done.
    done: usize,
}

impl<'p, D: Domain> Evaluator<'p, D> {
    pub(crate) fn new(domain: D, program: &'p Program) -> Self {
        let mut values = Vec::with_capacity(program.steps.len());
        let mut varying = program.varying.iter().copied().peekable();
        for (id, step) in program.steps.iter().enumerate() {
            let value = if varying.next_if_eq(&id).is_some() { domain.no_row() } else { evaluate(&domain, step, &Nothing, &values) };
            values.push(value);
        }
        Evaluator { domain, program, values, reached: 0, done: 0 }
    }

    pub(crate) fn program(&self) -> &'p Program {
        self.program
    }

    /// Leaves the unit at hand for another.
    pub(crate) fn start(&mut self) {
        (self.reached, self.done) = (0, 0);
    }

    /// Evaluates the steps that were not reached yet, each from those before it.
    pub(crate) fn run(&mut self, cells: &impl Cells<D::Cell>, until: Until) {
        self.reached = match until {
            Until::Exemptions => self.program.exempt_end,
            Until::Scores => self.program.score_end,
            Until::Bounds => self.program.steps.len(),
        };
        for id in self.program.varying.get(self.done..).unwrap_or_default() {
            let Some(step) = self.program.steps.get(*id).filter(|_| *id < self.reached) else { break };
            let value = evaluate(&self.domain, step, cells, &self.values);
            if let Some(slot) = self.values.get_mut(*id) {
                *slot = value;
            }
            self.done += 1;
        }
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

/// No cells: what a step is evaluated with that reads none.
struct Nothing;

impl<C> Cells<C> for Nothing {
    fn cell(&self, _: FactId) -> Option<C> {
        None
    }
}

/// Evaluates the steps of one unit.
pub(crate) fn run<D: Domain + Copy>(domain: &D, program: &Program, cells: &impl Cells<D::Cell>, until: Until, values: &mut Vec<D::Value>) {
    let mut evaluator = Evaluator::new(*domain, program);
    evaluator.run(cells, until);
    *values = evaluator.into_values();
}

#[inline]
fn evaluate<D: Domain>(domain: &D, step: &Step, cells: &impl Cells<D::Cell>, values: &[D::Value]) -> D::Value {
    // INVARIANT: operands stand before the step that reads them, so that every look-up finds its value.
    let of = |id: &StepId| values.get(*id);
    let value = match step {
        Step::Constant(literal) => Some(domain.constant(*literal)),
        Step::Given(fact) => Some(domain.given(cells.cell(*fact))),
        Step::OrElse(a, b) => of(a).zip(of(b)).map(|(a, b)| domain.or_else(a, b)),
        Step::Same(a) => of(a).map(|a| domain.same(a)),
        Step::Sum(terms) => sum(domain, terms, values),
        Step::Times(a, b) => of(a).zip(of(b)).map(|(a, b)| domain.times(a, b)),
        Step::Over(a, b, step) => of(a).zip(of(b)).map(|(a, b)| domain.over(a, b, *step)),
        Step::Negate(a) => of(a).map(|a| domain.negate(a)),
        Step::Round(a, step, mode) => of(a).map(|a| domain.round(a, *step, *mode)),
        Step::Cap(a, b) => of(a).zip(of(b)).map(|(a, b)| domain.cap(a, b)),
        Step::Floor(a, b) => of(a).zip(of(b)).map(|(a, b)| domain.floor(a, b)),
        Step::Steps(a, per, reading) => of(a).map(|a| domain.steps(a, per, *reading)),
        Step::Compare(a, comparison, b) => of(a).zip(of(b)).map(|(a, b)| domain.compare(a, *comparison, b)),
        Step::IsBlank(a) => of(a).map(|a| domain.is_blank(a)),
        Step::IsUndefined(a) => of(a).map(|a| domain.is_undefined(a)),
        Step::And(links) => fold(domain, links, values, D::and),
        Step::Or(links) => fold(domain, links, values, D::or),
        Step::Not(a) => of(a).map(|a| domain.not(a)),
        Step::Choose(condition, a, b) => of(condition).zip(of(a).zip(of(b))).map(|(condition, (a, b))| domain.choose(condition, a, b)),
        Step::Pending => Some(domain.pending()),
        Step::NoRow => Some(domain.no_row()),
    };
    value.unwrap_or_else(|| domain.no_row())
}

#[inline]
fn sum<D: Domain>(domain: &D, terms: &[(Sign, StepId)], values: &[D::Value]) -> Option<D::Value> {
    let ((sign, first), rest) = terms.split_first()?;
    let first = values.get(*first)?;
    let mut sum = if *sign == Sign::Plus { domain.same(first) } else { domain.negate(first) };
    for (sign, term) in rest {
        let term = values.get(*term)?;
        sum = if *sign == Sign::Plus { domain.plus(&sum, term) } else { domain.minus(&sum, term) };
    }
    Some(sum)
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
