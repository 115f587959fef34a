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

/// Evaluates the steps that are not in `values` yet, each from those before it.
pub(crate) fn run<D: Domain>(domain: &D, program: &Program, cells: &impl Cells<D::Cell>, until: Until, values: &mut Vec<D::Value>) {
    let end = match until {
        Until::Exemptions => program.exempt_end,
        Until::Scores => program.score_end,
        Until::Bounds => program.steps.len(),
    };
    let start = values.len();
    values.reserve(end.saturating_sub(start));
    for step in program.steps.get(start..end).unwrap_or_default() {
        let value = evaluate(domain, step, cells, values);
        values.push(value);
    }
}

#[inline]
fn evaluate<D: Domain>(domain: &D, step: &Step, cells: &impl Cells<D::Cell>, values: &[D::Value]) -> D::Value {
    // INVARIANT: operands stand before the step that reads them, so that every look-up finds its value.
    let of = |id: StepId| values.get(id);
    let one = |a: StepId, apply: fn(&D, &D::Value) -> D::Value| of(a).map(|a| apply(domain, a));
    let two = |a: StepId, b: StepId, apply: fn(&D, &D::Value, &D::Value) -> D::Value| of(a).zip(of(b)).map(|(a, b)| apply(domain, a, b));
    let value = match step {
        Step::Constant(literal) => Some(domain.constant(*literal)),
        Step::Given(fact) => Some(domain.given(cells.cell(*fact))),
        Step::OrElse(a, b) => two(*a, *b, D::or_else),
        Step::Same(a) => one(*a, D::same),
        Step::Sum(terms) => {
            let mut terms = terms.iter();
            let first = terms.next().and_then(|(sign, term)| of(*term).map(|term| if *sign == Sign::Plus { domain.same(term) } else { domain.negate(term) }));
            terms.fold(first, |sum, (sign, term)| {
                let (sum, term) = (sum?, of(*term)?);
                Some(if *sign == Sign::Plus { domain.plus(&sum, term) } else { domain.minus(&sum, term) })
            })
        }
        Step::Times(a, b) => two(*a, *b, D::times),
        Step::Over(a, b, step) => of(*a).zip(of(*b)).map(|(a, b)| domain.over(a, b, *step)),
        Step::Negate(a) => one(*a, D::negate),
        Step::Round(a, step, mode) => of(*a).map(|a| domain.round(a, *step, *mode)),
        Step::Cap(a, b) => two(*a, *b, D::cap),
        Step::Floor(a, b) => two(*a, *b, D::floor),
        Step::Steps(a, per, reading) => of(*a).map(|a| domain.steps(a, *per, *reading)),
        Step::Compare(a, comparison, b) => of(*a).zip(of(*b)).map(|(a, b)| domain.compare(a, *comparison, b)),
        Step::IsBlank(a) => one(*a, D::is_blank),
        Step::IsUndefined(a) => one(*a, D::is_undefined),
        Step::And(links) => fold(domain, links, values, D::and),
        Step::Or(links) => fold(domain, links, values, D::or),
        Step::Not(a) => one(*a, D::not),
        Step::Choose(condition, a, b) => of(*condition).zip(of(*a).zip(of(*b))).map(|(condition, (a, b))| domain.choose(condition, a, b)),
        Step::Pending => Some(domain.pending()),
        Step::NoRow => Some(domain.no_row()),
    };
    value.unwrap_or_else(|| domain.no_row())
}

fn fold<D: Domain>(domain: &D, links: &[StepId], values: &[D::Value], join: fn(&D, &D::Value, &D::Value) -> D::Value) -> Option<D::Value> {
    let mut links = links.iter().map(|link| values.get(*link));
    let first = links.next()??.clone();
    links.try_fold(first, |joined, link| Some(join(domain, &joined, link?)))
}

/// The steps that a step reads, in order.
pub(crate) fn operands(step: &Step) -> Vec<StepId> {
    match step {
        Step::Constant(_) | Step::Given(_) | Step::Pending | Step::NoRow => Vec::new(),
        Step::Same(a) | Step::Negate(a) | Step::Round(a, _, _) | Step::Steps(a, _, _) | Step::IsBlank(a) | Step::IsUndefined(a) | Step::Not(a) => vec![*a],
        Step::OrElse(a, b) | Step::Times(a, b) | Step::Over(a, b, _) | Step::Cap(a, b) | Step::Floor(a, b) | Step::Compare(a, _, b) => vec![*a, *b],
        Step::Sum(terms) => terms.iter().map(|(_, term)| *term).collect(),
        Step::And(links) | Step::Or(links) => links.to_vec(),
        Step::Choose(condition, a, b) => vec![*condition, *a, *b],
    }
}

/// Whether a value keeps a limit.
pub(crate) fn keeps(side: Limit, value: &crate::quantity::Number, limit: &crate::quantity::Number) -> bool {
    match side {
        Limit::AtMost => value <= limit,
        Limit::AtLeast => value >= limit,
    }
}
