//! Rates over few cases: what one case more or less would have done to a score.
//!
//! A rate is a quotient of two counts in one unit that stand in cells. One case is one in a count of the numerator. What it moves
//! is computed by the program itself, with that count one higher or one lower and all other cells as they are; a rate that was
//! given beside its counts is left out of both sides, so that it follows from them.

use rust_decimal::Decimal;

use crate::eval::domain::{Exact, Value};
use crate::eval::outcome::evaluate;
use crate::eval::{Evaluator, Until};
use crate::facts::Row;
use crate::plan::{FactId, ItemId, Plan, Program, Role, Step, StepId, closure};
use crate::quantity::Number;

/// A rate of a tier.
#[derive(Debug)]
pub(crate) struct Rate {
    /// The fact or value that it is, or the item whose formula holds it.
    pub(crate) role: Role,
    /// What it is divided by.
    pub(crate) divisor: FactId,
    /// The counts of which one case is one.
    cases: Vec<FactId>,
    /// The fact that may be given in the place of the quotient.
    given: Option<FactId>,
    /// The indicators that read it.
    pub(crate) items: Vec<ItemId>,
}

/// What a rate is made of in a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weight {
    /// The number of cases.
    pub(crate) cases: Decimal,
    /// The most that one case moves the score of each of [`Rate::items`]; none where that cannot be told.
    pub(crate) moves: Vec<Option<Decimal>>,
}

/// The rates that the indicators of a tier read.
pub(crate) fn rates(plan: &Plan, program: &Program) -> Vec<Rate> {
    let steps = program.steps.iter().enumerate();
    steps.filter_map(|(id, step)| if let Step::Over(a, b, _) = step { rate(plan, program, (id, *a, *b)) } else { None }).collect()
}

fn rate(plan: &Plan, program: &Program, (over, numerator, divisor): (StepId, StepId, StepId)) -> Option<Rate> {
    let below = counts(plan, program, divisor);
    let [divisor] = below.as_slice() else { return None };
    let unit = plan.facts.get(*divisor)?.unit();
    let of_unit = |fact: &FactId| *fact != *divisor && plan.facts.get(*fact).is_some_and(|fact| fact.unit() == unit);
    let cases: Vec<FactId> = counts(plan, program, numerator).into_iter().filter(of_unit).collect();
    let role = owner(program, over)?;
    let items = plan.indicators().filter_map(|(id, _)| {
        let score = program.items.get(id).copied().flatten()?.score;
        closure(&program.steps, [score]).contains(&over).then_some(id)
    });
    let items: Vec<ItemId> = items.collect();
    let given = if let Role::Derived(fact) = role { Some(fact) } else { None };
    (!cases.is_empty() && !items.is_empty()).then_some(Rate { role, divisor: *divisor, cases, given, items })
}

/// The counts that a step is made of: whole numbers in cells.
fn counts(plan: &Plan, program: &Program, step: StepId) -> Vec<FactId> {
    let mut found = Vec::new();
    for step in closure(&program.steps, [step]) {
        let Some(Step::Given(fact)) = program.steps.get(step) else { continue };
        let whole = plan.facts.get(*fact).is_some_and(|fact| fact.step == Decimal::ONE && fact.unit().is_some_and(|unit| !unit.is_percent()));
        if whole && !found.contains(fact) {
            found.push(*fact);
        }
    }
    found
}

/// The first step made of a quotient that has a name.
fn owner(program: &Program, over: StepId) -> Option<Role> {
    let mut made = vec![false; program.steps.len()];
    *made.get_mut(over)? = true;
    for (id, (step, info)) in program.steps.iter().zip(&program.infos).enumerate().skip(over) {
        let reads = id == over || crate::plan::operands(step).iter().any(|operand| made.get(*operand) == Some(&true));
        if !reads {
            continue;
        }
        if matches!(info.role, Role::Derived(_) | Role::Value(_) | Role::Item(_)) {
            return Some(info.role);
        }
        *made.get_mut(id)? = true;
    }
    None
}

/// Weighs the rates of one unit after another of a tier.
pub(crate) struct Scales<'p> {
    program: &'p Program,
    evaluator: Evaluator<'p, Exact>,
}

impl<'p> Scales<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Scales { program, evaluator: Evaluator::new(Exact, program) }
    }

    /// What a rate is made of in the unit of a row; none where its counts are not known.
    pub(crate) fn weigh(&mut self, rate: &Rate, row: &Row) -> Option<Weight> {
        let count = |row: &Row, fact: FactId| row.get(fact).and_then(|cell| cell.value.number().copied()?.decimal());
        let cases = count(row, rate.divisor)?;
        let mut plain = row.clone();
        plain.instead.clear();
        if let Some(slot) = rate.given.and_then(|given| plain.cells.get_mut(given)) {
            *slot = None;
        }
        let before = self.scores(rate, &plain);
        let mut moves: Vec<Option<Decimal>> = vec![None; rate.items.len()];
        for fact in &rate.cases {
            let Some(number) = count(&plain, *fact) else { continue };
            let beside = [number.checked_add(Decimal::ONE), number.checked_sub(Decimal::ONE)];
            for changed in beside.into_iter().flatten().filter(|changed| (Decimal::ZERO..=cases).contains(changed)) {
                let mut other = plain.clone();
                if let Some(Some(cell)) = other.cells.get_mut(*fact) {
                    cell.value = Value::Number(Number::from(changed));
                }
                let after = self.scores(rate, &other);
                for ((slot, before), after) in moves.iter_mut().zip(&before).zip(&after) {
                    let moved = before.zip(*after).and_then(|(before, after)| after.checked_sub(before)).map(|moved| moved.abs());
                    *slot = moved.into_iter().chain(*slot).max();
                }
            }
        }
        Some(Weight { cases, moves })
    }

    fn scores(&mut self, rate: &Rate, row: &Row) -> Vec<Option<Decimal>> {
        self.evaluator.start();
        evaluate(&mut self.evaluator, row, Until::Scores);
        let values = self.evaluator.values();
        let score = |item: &ItemId| {
            let score = self.program.items.get(*item).copied().flatten()?.score;
            values.get(score)?.number()?.decimal()
        };
        rate.items.iter().map(score).collect()
    }
}
