//! Units of which the facts are known in part: what their scores, totals and places can be.
//!
//! In: a plan, facts of which some cells hold sets, and what of every unit follows exactly. Out: bounds of what does not. Never: a
//! bound that any facts inside the sets exceed.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{Place, State, contestant, print};
use crate::eval::domain::{Absence, Bounds, Hull, Interval, TracedValue, Used, Value};
use crate::eval::outcome::{Outcome, Status, traced};
use crate::eval::rank::known::Racer;
use crate::eval::{Cells, Until, run};
use crate::facts::{InPart, Row};
use crate::plan::{FactId, InputId, Limit, Plan, Program, Ranking, Step, StepId};
use crate::quantity::{self, Number};

/// From one number to another, each a decimal as text; null where there is no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The least that it can be.
    pub low: Option<String>,
    /// The most that it can be.
    pub high: Option<String>,
}

impl Span {
    /// Numbers, as they are printed.
    pub(crate) fn of(plan: &Plan, hull: &Hull, step: Decimal) -> Span {
        let shown = |end: Option<Number>| end.and_then(|end| print(plan, &end, step));
        Span { low: shown(hull.low), high: shown(hull.high) }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [&self.low, &self.high].serialize(serializer)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => write!(formatter, "[{low}, {high}]"),
            (Some(low), None) => write!(formatter, "≥{low}"),
            (None, Some(high)) => write!(formatter, "≤{high}"),
            (None, None) => formatter.write_str("?"),
        }
    }
}

/// What a place can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// The best that it can be.
    pub best: Place,
    /// The worst that it can be.
    pub worst: Place,
}

impl fmt::Display for Places {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (best, worst) = (quantity::plain(self.best.0), quantity::plain(self.worst.0));
        if best == worst { formatter.write_str(&best) } else { write!(formatter, "[{best}, {worst}]") }
    }
}

impl Serialize for Places {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.best, self.worst].serialize(serializer)
    }
}

/// Evaluates one unit, and where facts are known in part what can become of it; a value that is the same whatever they are is
/// exact.
pub(crate) fn evaluated(program: &Program, row: &Row, until: Until) -> (Outcome<TracedValue>, Option<Known>) {
    let mut outcome = traced(program, row, until);
    let known = Known::of(program, row, &outcome, until);
    if let Some(known) = &known {
        known.settle(program, &mut outcome);
        outcome.bounds.clone_from(&known.values);
    }
    (outcome, known)
}

/// So many divisors are taken apart.
const MOST_SPLIT: usize = 2;

/// The facts known in part that something is divided by and that may be 0: as 0, and as more.
fn divisors(program: &Program, row: &Row) -> Vec<(FactId, [Bounds; 2])> {
    let zero = Bounds::of(Value::Number(Number::ZERO));
    let mut found: Vec<(FactId, [Bounds; 2])> = Vec::new();
    for step in &program.steps {
        let Step::Over(_, divisor, _) = step else { continue };
        let fact = match program.steps.get(*divisor) {
            Some(Step::Given(fact)) => Some(*fact),
            _ => program.facts.iter().position(|step| *step == Some(*divisor)),
        };
        let Some(fact) = fact.filter(|fact| found.iter().all(|(other, _)| other != fact)) else { continue };
        let Some(known) = row.get(fact).and_then(|cell| cell.known.as_ref()) else { continue };
        let Some(hull) = known.bounds.numbers().filter(|hull| hull.low == Some(Number::ZERO) && hull.is_whole()) else { continue };
        let one = Number::from(Decimal::ONE);
        let least = known.listed.iter().filter_map(Value::number).filter(|value| !value.is_zero()).min().copied().unwrap_or(one);
        found.push((fact, [zero, Bounds::whole_between(Some(least), hull.high)]));
    }
    found
}

/// The cells of a unit, some of them taken to be one of the things that they can be.
struct Case<'r> {
    row: &'r Row,
    taken: &'r [(FactId, Bounds)],
}

impl Cells<Bounds> for Case<'_> {
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        let taken = self.taken.iter().find(|(other, _)| *other == fact).map(|(_, bounds)| *bounds);
        taken.or_else(|| InPart(self.row).cell(fact))
    }

    fn input(&self, input: InputId) -> Option<Bounds> {
        InPart(self.row).input(input)
    }

    fn instead(&self, step: StepId) -> Option<Bounds> {
        InPart(self.row).instead(step)
    }

    fn is_adjusted(&self) -> bool {
        InPart(self.row).is_adjusted()
    }
}

/// Whether a case keeps to the limits that the rules set between its facts.
fn keeps_limits(program: &Program, row: &Row, case: &[(FactId, Bounds)]) -> bool {
    let cells = Case { row, taken: case };
    program.bounds.iter().all(|bound| {
        let other = bound.by.and_then(|by| cells.cell(by)).and_then(|bounds| bounds.numbers());
        let own = cells.cell(bound.fact).and_then(|bounds| bounds.numbers());
        match (own, other, bound.side) {
            (Some(own), Some(limit), Limit::AtMost) => !limit.is_below(&own),
            (Some(own), Some(limit), Limit::AtLeast) => !own.is_below(&limit),
            _ => true,
        }
    })
}

/// What can become of a unit.
pub(crate) struct Known {
    /// The bounds of every step.
    values: Vec<Bounds>,
    /// Whether it may take part.
    may_take_part: bool,
    /// What else can become of it.
    otherwise: Vec<State>,
}

impl Known {
    /// Of a unit; none where everything follows exactly.
    fn of(program: &Program, row: &Row, outcome: &Outcome<TracedValue>, until: Until) -> Option<Known> {
        (row.is_open() && !matches!(outcome.status, Status::Exempt(_))).then(|| Known::evaluated(program, row, until))
    }

    /// Of a unit, whatever is known of it. Divisors that may be 0 are taken as 0 and as more, one after the other: what stands
    /// behind a quotient and what stands behind none are seldom to be told from both at once.
    pub(crate) fn evaluated(program: &Program, row: &Row, until: Until) -> Known {
        let mut cases: Vec<Vec<(FactId, Bounds)>> = vec![Vec::new()];
        for (fact, zero_and_more) in divisors(program, row).into_iter().take(MOST_SPLIT) {
            let split = cases.iter().flat_map(|case| zero_and_more.iter().map(move |part| [case.as_slice(), &[(fact, *part)]].concat()));
            cases = split.collect();
        }
        let possible = cases.iter().filter(|case| keeps_limits(program, row, case));
        let known = possible.map(|case| Known::of_case(program, &Case { row, taken: case }, until));
        known.reduce(Known::or).unwrap_or_else(|| Known::of_case(program, &Case { row, taken: &[] }, until))
    }

    /// Of one case or another.
    fn or(self, other: Known) -> Known {
        let mut otherwise = self.otherwise;
        otherwise.extend(other.otherwise);
        // of a unit that is exempt nothing is computed
        let values = match (self.may_take_part, other.may_take_part) {
            (true, false) => self.values,
            (false, true) => other.values,
            _ => self.values.iter().zip(&other.values).map(|(one, other)| one.join(other)).collect(),
        };
        Known { values, may_take_part: self.may_take_part || other.may_take_part, otherwise }
    }

    fn of_case(program: &Program, cells: &Case<'_>, until: Until) -> Known {
        let mut values = Vec::new();
        run(&Interval, program, cells, until, &mut values);
        let (mut otherwise, mut may_take_part) = (Vec::new(), true);
        for condition in program.exemptions.iter().map(|(condition, _)| values.get(*condition).copied().unwrap_or(Bounds::ANY)) {
            otherwise.extend(condition.can_be(true).then_some(State::Exempt));
            otherwise.extend(absent_states(&condition));
            may_take_part &= condition.can_be(false);
        }
        Known { values, may_take_part, otherwise }
    }

    /// Puts in the values that are the same whatever the facts are. An absence may be none: what is missing beside a condition that
    /// is known in part is not read where that is false.
    fn settle(&self, program: &Program, outcome: &mut Outcome<TracedValue>) {
        for (value, bounds) in outcome.values.iter_mut().zip(&self.values) {
            if value.value.absence().is_some() {
                value.value = bounds.exact().unwrap_or(Value::Absent(Absence::Partly));
            }
        }
        for (step, value) in program.steps.iter().zip(&mut outcome.values).filter(|(_, value)| value.used == Used::All) {
            value.used = self.used(step);
        }
        outcome.status = match self.states(program).as_slice() {
            [State::Scored] if self.bounds(program.total).exact().is_some() => Status::Scored,
            [State::Missing] if !matches!(outcome.status, Status::Faulty(_)) => Status::Missing,
            [State::Missing] => outcome.status,
            [State::Pending] => Status::Pending,
            [State::NotApplicable] => Status::NotApplicable,
            _ => Status::Partly,
        };
    }

    /// Which of its operands a step comes from whatever the facts are.
    fn used(&self, step: &Step) -> Used {
        match step {
            Step::Choose(condition, ..) => match self.bounds(*condition).exact() {
                Some(Value::Truth(true)) => Used::First,
                Some(Value::Truth(false)) => Used::Second,
                _ => Used::All,
            },
            Step::OrElse(first, _) => match self.bounds(*first) {
                Bounds::Exactly(Value::Absent(Absence::Missing)) => Used::Second,
                first if !first.can_be_absent(Absence::Missing) => Used::First,
                _ => Used::All,
            },
            _ => Used::All,
        }
    }

    /// The bounds of a step.
    pub(crate) fn bounds(&self, step: StepId) -> Bounds {
        self.values.get(step).copied().unwrap_or(Bounds::ANY)
    }

    /// Whether the unit may be exempt.
    pub(super) fn may_be_exempt(&self) -> bool {
        self.otherwise.contains(&State::Exempt)
    }

    /// What can become of the unit.
    pub(super) fn states(&self, program: &Program) -> Vec<State> {
        let mut found = if self.may_take_part { self.states_of(program.total) } else { Vec::new() };
        for state in &self.otherwise {
            if !found.contains(state) {
                found.push(*state);
            }
        }
        found
    }

    /// What can become of an item.
    pub(super) fn states_of(&self, step: StepId) -> Vec<State> {
        let bounds = self.bounds(step);
        let mut found = Vec::new();
        if bounds.numbers().is_some() {
            found.push(State::Scored);
        }
        found.extend(absent_states(&bounds));
        found
    }

    /// The numbers that a value can be, where it surely is one of a unit that surely takes part.
    pub(crate) fn surely(&self, step: StepId) -> Option<Hull> {
        let bounds = self.bounds(step);
        bounds.numbers().filter(|_| self.otherwise.is_empty() && bounds.absences().next().is_none())
    }

    /// What the unit brings to the ranking; none where it surely has no total.
    fn racer(&self, program: &Program, ranking: &Ranking) -> Option<Racer> {
        let racer = racer_within(program, ranking, |step| self.bounds(step), self.otherwise.is_empty());
        racer.filter(|_| self.may_take_part)
    }
}

/// What a unit brings to the ranking, by its exact total, else by what is known of it; none where it surely has no total.
pub(crate) fn racer(program: &Program, ranking: &Ranking, outcome: &Outcome<TracedValue>, known: Option<&Known>) -> Option<Racer> {
    let exact = contestant(program, outcome, "").map(|exact| Racer::exact(&exact, ranking));
    exact.or_else(|| known?.racer(program, ranking))
}

/// What a unit brings to the ranking within bounds of its values; none where it surely has no total.
pub(crate) fn racer_within(program: &Program, ranking: &Ranking, bounds: impl Fn(StepId) -> Bounds, takes_part: bool) -> Option<Racer> {
    let total = bounds(program.total);
    total.numbers()?;
    let only_numbers = |bounds: &Bounds| bounds.absences().next().is_none();
    let keys: Vec<Bounds> = program.keys.iter().map(|key| bounds(*key)).collect();
    let sure = takes_part && keys.iter().chain([&total]).all(only_numbers);
    let last = program.last.map_or(Bounds::of(Value::Truth(false)), bounds);
    let last = [last.can_be(false) || last.absences().next().is_some(), last.can_be(true) || last.absences().next().is_some()];
    Some(Racer::new(sure, last, keys.iter().map(|key| key.numbers().unwrap_or(Hull::ALL)), &ranking.keys))
}

/// What the absences of a value make of the unit or the item.
fn absent_states(bounds: &Bounds) -> impl Iterator<Item = State> {
    let absent = [
        (State::Missing, [Absence::Missing, Absence::Undefined, Absence::Partly].as_slice()),
        (State::Pending, &[Absence::Pending]),
        (State::NotApplicable, &[Absence::NotApplicable]),
    ];
    let bounds = *bounds;
    absent.into_iter().filter(move |(_, absences)| absences.iter().any(|absence| bounds.can_be_absent(*absence))).map(|(state, _)| state)
}
