//! Where a unit stands after a change of its facts, and where at best after any change of an area. The facts of all others stay.

use rust_decimal::Decimal;

use super::area::Area;
use super::goal::Aim;
use super::levers::{Lever, freed, reads};
use super::rivals::{Ranked, Rivals};
use crate::eval::domain::{Absence, Bounds, Exact, Hull, Interval, TracedValue, Value};
use crate::eval::outcome::{Outcome, Status, evaluate, traced};
use crate::eval::rank::known::Racer;
use crate::eval::{Cells, Evaluator, Until, keeps};
use crate::facts::{Facts, InPart, Row};
use crate::plan::{Around, Bound, Common, FactId, InputId, InputKind, ItemId, Limit, Plan, Program, Step, StepId, closure};
use crate::quantity::Number;
use crate::results::{Known, evaluated, racer, racer_within};

/// A unit whose facts may change.
pub(crate) struct Changing<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: &'a Program,
    facts: &'a Facts,
    member: usize,
    /// Its facts, without those that are to follow from what changes.
    row: Row,
    pub(crate) levers: Vec<Lever>,
    /// Facts that are given though they also follow from levers: where both say the same they follow, else what is given stays.
    pub(crate) freed: Vec<FactId>,
    pub(crate) held: Vec<FactId>,
    /// The inputs that a lever bears on.
    gathered: Vec<bool>,
    /// The units that it is ranked among; they stay where nothing is gathered.
    pub(crate) rivals: &'a Rivals<'a>,
    exact: Evaluator<'a, Exact>,
    bounds: Evaluator<'a, Interval>,
}

/// The most that can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Upper {
    Nothing,
    UpTo(Number),
    Anything,
}

/// Where a unit stands: from the least to the most that can be where facts are known in part. None where there may be no value.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) total: Option<Hull>,
    /// The best place and the worst.
    pub(crate) rank: Option<[Decimal; 2]>,
    /// The score of every item.
    pub(crate) scores: Vec<Option<Hull>>,
}

impl Standing {
    /// What is reached whatever the facts known in part are, the more the better.
    pub(crate) fn reached(&self, aim: Aim) -> Option<Number> {
        match aim {
            Aim::Total => self.total?.low,
            Aim::Item(item) => self.scores.get(item).copied().flatten()?.low,
            Aim::Place => self.rank.map(|[_, worst]| Number::from(worst).negated()),
        }
    }
}

impl<'a> Changing<'a> {
    /// A member whose facts these are, and those that it is ranked among; none where it has no row.
    pub(crate) fn new((plan, facts): (&'a Plan, &'a Facts), member: usize, rivals: &'a Rivals<'a>, levers: Vec<Lever>) -> Option<Changing<'a>> {
        let tier = facts.members.get(member)?.tier;
        let program = plan.programs.get(tier)?;
        let mut row = facts.rows.get(member).filter(|row| row.listed)?.clone();
        let changing: Vec<FactId> = levers.iter().map(|lever| lever.fact).collect();
        let (freed, held) = freed(program, &mut row, &changing);
        let mut own: Vec<FactId> = changing;
        own.extend(&freed);
        let gathered = gathered(plan, program, &own);
        let exact = Evaluator::of(Exact, program, &row);
        let bounds = Evaluator::of(Interval, program, &Within { row: &row, levers: &[], area: &[], gathered: &[] });
        Some(Changing { plan, program, facts, member, row, levers, freed, held, gathered, rivals, exact, bounds })
    }

    /// Whether something that it is scored by is known in part.
    pub(crate) fn is_open(&self) -> bool {
        self.row.is_open()
    }

    /// Whether what other units bring to it, or it to them, changes with a lever.
    fn bears_on_others(&self) -> bool {
        self.gathered.contains(&true)
    }

    /// The facts of all units after a change.
    fn changed(&self, steps: &[i64]) -> Facts {
        let mut facts = self.facts.clone();
        if let Some(row) = facts.rows.get_mut(self.member) {
            *row = self.with(steps);
        }
        facts.gather(self.plan);
        facts
    }

    /// Its own facts after a change.
    fn with(&self, steps: &[i64]) -> Row {
        let mut row = self.row.clone();
        for (lever, steps) in self.levers.iter().zip(steps).filter(|(_, steps)| **steps != 0) {
            if let Some(slot) = row.cells.get_mut(lever.fact) {
                let value = lever.at(*steps).map_or(Value::Absent(Absence::TooLarge), Value::Number);
                let cell = slot.take().unwrap_or(crate::facts::Cell { value, known: None, file: 0, row: 0, column: 0, provenance: None, basis: None });
                *slot = Some(crate::facts::Cell { value, ..cell });
            }
        }
        row
    }

    /// What comes of a change; none where it breaks a limit of a fact.
    fn came(&self, steps: &[i64]) -> Option<Came> {
        let of = (self.plan, self.program);
        let everyone = self.bears_on_others().then(|| self.changed(steps));
        let own = match &everyone {
            Some(facts) => Some(facts.rows.get(self.member)?.clone()),
            None => self.row.is_open().then(|| self.with(steps)),
        };
        let cells = Changed { row: &self.row, levers: &self.levers, steps };
        let (outcome, known) = match &own {
            Some(row) => evaluated(self.program, row, Until::Bounds),
            None => (traced(self.program, &cells, Until::Bounds), None),
        };
        let kept = match own.as_ref().zip(known.as_ref()) {
            // what may keep a limit is not ruled out
            Some((row, _)) => !self.program.bounds.iter().any(|bound| breaks(of, bound, &InPart(row), &outcome.bounds)),
            None => keeps_limits(of, &cells, |step| Some(outcome.value(step))),
        };
        kept.then_some(Came { everyone, outcome, known })
    }

    /// What comes of a change, with where every value came from; none where it breaks a limit of a fact.
    pub(super) fn traced(&self, steps: &[i64]) -> Option<Outcome<TracedValue>> {
        Some(self.came(steps)?.outcome)
    }

    /// Where the unit stands after a change; none where it breaks a limit.
    pub(crate) fn standing(&self, steps: &[i64]) -> Option<Standing> {
        let came = self.came(steps)?;
        let exempt = matches!(came.outcome.status, Status::Exempt(_));
        let score = |item: ItemId| self.program.items.get(item).copied().flatten().and_then(|item| came.number(item.score)).filter(|_| !exempt);
        Some(Standing {
            total: came.number(self.program.total).filter(|_| matches!(came.outcome.status, Status::Scored | Status::Partly)),
            rank: self.place(&came),
            scores: (0..self.plan.items.len()).map(score).collect(),
        })
    }

    fn place(&self, came: &Came) -> Option<[Decimal; 2]> {
        let own = racer(self.program, &self.plan.ranking, &came.outcome, came.known.as_ref()).filter(Racer::is_sure)?;
        Some(match &came.everyone {
            Some(facts) => Ranked::new(self.plan, facts).beside(self.member).place(&own),
            None => self.rivals.place(&own),
        })
    }

    /// What is aimed at after a change, whatever the facts known in part are, the more the better; none where there is none or a limit is
    /// broken.
    pub(super) fn reached(&mut self, steps: &[i64], aim: Aim) -> Option<Number> {
        if aim == Aim::Place || self.bears_on_others() || self.row.is_open() {
            return self.standing(steps)?.reached(aim);
        }
        let cells = Changed { row: &self.row, levers: &self.levers, steps };
        let status = evaluate(&mut self.exact, &cells, Until::Bounds);
        let values = self.exact.values();
        if matches!(status, Status::Exempt(_)) || !keeps_limits((self.plan, self.program), &cells, |step| values.get(step).copied()) {
            return None;
        }
        match aim {
            Aim::Total if status != Status::Scored => None,
            Aim::Total | Aim::Place => values.get(self.program.total)?.number().copied(),
            Aim::Item(item) => values.get(self.program.items.get(item).copied().flatten()?.score)?.number().copied(),
        }
    }

    /// The most that any change of an area can reach.
    pub(super) fn upper(&mut self, area: &Area, aim: Aim) -> Upper {
        let cells = Within { row: &self.row, levers: &self.levers, area: &area.0, gathered: &self.gathered };
        self.bounds.start();
        self.bounds.run(&cells, Until::Bounds);
        let values = self.bounds.values();
        let exempt = |(condition, _): &(StepId, usize)| values.get(*condition).and_then(Bounds::exact) == Some(Value::Truth(true));
        let breaks = |bound: &Bound| breaks((self.plan, self.program), bound, &cells, values);
        if self.program.exemptions.iter().any(exempt) || self.program.bounds.iter().any(breaks) {
            return Upper::Nothing;
        }
        let most = |step: StepId| match values.get(step).and_then(Bounds::numbers) {
            None => Upper::Nothing,
            Some(hull) => hull.high.map_or(Upper::Anything, Upper::UpTo),
        };
        match aim {
            Aim::Total => most(self.program.total),
            Aim::Item(item) => self.program.items.get(item).copied().flatten().map_or(Upper::Nothing, |item| most(item.score)),
            Aim::Place if most(self.program.total) == Upper::Nothing => Upper::Nothing,
            Aim::Place => self.best_place(values),
        }
    }

    /// The best place that bounds of the keys leave open, for certain whatever the others come to.
    fn best_place(&self, values: &[Bounds]) -> Upper {
        if self.bears_on_others() {
            return Upper::UpTo(Number::from(Decimal::NEGATIVE_ONE));
        }
        let bounds = |step: StepId| values.get(step).copied().unwrap_or(Bounds::ANY);
        match racer_within(self.program, &self.plan.ranking, bounds, true) {
            Some(own) => Upper::UpTo(Number::from(self.rivals.place(&own.at_best())[1]).negated()),
            None => Upper::Nothing,
        }
    }
}

/// What comes of a change.
struct Came {
    /// The facts of all units, where it bears on others.
    everyone: Option<Facts>,
    outcome: Outcome<TracedValue>,
    /// What of the unit is known in part.
    known: Option<Known>,
}

impl Came {
    /// The numbers that a value can be; none where it may be none.
    fn number(&self, step: StepId) -> Option<Hull> {
        match &self.known {
            Some(known) => known.surely(step),
            None => self.outcome.value(step).number().copied().map(Hull::of),
        }
    }
}

/// The inputs that facts of a unit bear on: by what it brings to them itself, or by others that do.
fn gathered(plan: &Plan, own: &Program, facts: &[FactId]) -> Vec<bool> {
    let exempting = reads(own, own.exemptions.iter().map(|(condition, _)| *condition), facts);
    let mut found: Vec<bool> = plan.inputs.iter().map(|input| exempting && matches!(input.kind, InputKind::Units(_))).collect();
    loop {
        let before = found.clone();
        for (id, input) in plan.inputs.iter().enumerate() {
            let bears = |program: &Program| {
                let roots = roots(program, id, &input.kind);
                let through = closure(&program.steps, roots.iter().copied());
                let through = through.into_iter().any(|step| matches!(program.steps.get(step), Some(Step::Input(other)) if before.get(*other) == Some(&true)));
                through || std::ptr::eq(program, own) && reads(program, roots, facts)
            };
            if let Some(slot) = found.get_mut(id).filter(|slot| !**slot) {
                *slot = plan.programs.iter().any(bears);
            }
        }
        if found == before {
            return found;
        }
    }
}

/// The steps that say what a unit brings to an input, and where it belongs.
fn roots(program: &Program, id: InputId, kind: &InputKind) -> Vec<StepId> {
    match kind {
        InputKind::Units(units) => {
            let brought = program.brought.get(id).and_then(Option::as_ref);
            let groups = units.commons().filter_map(|common| if let Common::Fact(fact) = common { program.facts.get(fact).copied().flatten() } else { None });
            brought.into_iter().flat_map(crate::plan::Brought::steps).chain(groups).collect()
        }
        InputKind::Records(_) => {
            let made = program.of_records.get(id).and_then(Option::as_ref);
            let around = made.into_iter().flat_map(|made| std::iter::once(&made.whole).chain(&made.inner)).flat_map(|row| &row.around);
            around.filter_map(|around| if let Around::Unit(step) = around { Some(*step) } else { None }).collect()
        }
        InputKind::Earlier(_) | InputKind::Named(_) => Vec::new(),
    }
}

/// The value that a limit is held against: that of a cell, or of the default.
fn limited<C, V>(
    (plan, program): (&Plan, &Program),
    bound: &Bound,
    cell: Option<C>,
    value: impl FnOnce(C) -> V,
    of: impl FnOnce(StepId) -> Option<V>,
) -> Option<V> {
    match cell {
        Some(cell) => Some(value(cell)),
        None => plan
            .facts
            .get(bound.fact)
            .filter(|fact| fact.has_default && !fact.has_derivation)
            .and_then(|_| of(program.facts.get(bound.fact).copied().flatten()?)),
    }
}

/// Whether every fact keeps its limits.
fn keeps_limits(of: (&Plan, &Program), cells: &impl Cells<Value>, value: impl Fn(StepId) -> Option<Value>) -> bool {
    of.1.bounds.iter().all(|bound| {
        let limited = limited(of, bound, cells.cell(bound.fact), |cell| cell, &value);
        match (limited, value(bound.limit)) {
            (Some(Value::Number(limited)), Some(Value::Number(limit))) => keeps(bound.side, &limited, &limit),
            _ => true,
        }
    })
}

/// Whether a limit is broken for certain.
fn breaks(of: (&Plan, &Program), bound: &Bound, cells: &impl Cells<Bounds>, values: &[Bounds]) -> bool {
    let limited = limited(of, bound, cells.cell(bound.fact), |cell| cell, |step| values.get(step).copied());
    let (Some(limited), Some(limit)) = (limited, values.get(bound.limit)) else { return false };
    let only_numbers = |bounds: &Bounds| bounds.absences().next().is_none();
    match (limited.numbers(), limit.numbers()) {
        (Some(value), Some(top)) if only_numbers(&limited) && only_numbers(limit) => match bound.side {
            Limit::AtMost => matches!((value.low, top.high), (Some(value), Some(top)) if value > top),
            Limit::AtLeast => matches!((value.high, top.low), (Some(value), Some(top)) if value < top),
        },
        _ => false,
    }
}

/// The cells of a unit after a change.
struct Changed<'s> {
    row: &'s Row,
    levers: &'s [Lever],
    steps: &'s [i64],
}

impl Cells<Value> for Changed<'_> {
    fn cell(&self, fact: FactId) -> Option<Value> {
        match self.levers.iter().zip(self.steps).find(|(lever, steps)| lever.fact == fact && **steps != 0) {
            Some((lever, steps)) => Some(lever.at(*steps).map_or(Value::Absent(Absence::TooLarge), Value::Number)),
            None => self.row.cell(fact),
        }
    }

    fn input(&self, input: InputId) -> Option<Value> {
        Cells::input(self.row, input)
    }

    fn instead(&self, step: StepId) -> Option<Value> {
        Cells::instead(self.row, step)
    }

    fn is_adjusted(&self) -> bool {
        Cells::<Value>::is_adjusted(self.row)
    }
}

/// The cells of a unit after any change of an area.
struct Within<'s> {
    row: &'s Row,
    levers: &'s [Lever],
    area: &'s [(i64, i64)],
    gathered: &'s [bool],
}

impl Cells<Bounds> for Within<'_> {
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        match self.levers.iter().zip(self.area).find(|(lever, _)| lever.fact == fact) {
            Some((_, (0, 0))) | None => InPart(self.row).cell(fact),
            Some((lever, (low, high))) => {
                let whole = lever.step.fract().is_zero() && lever.value.fract().is_zero();
                let between = if whole { Bounds::whole_between } else { Bounds::between };
                let changed = between(lever.at(*low), lever.at(*high));
                // a fact that is there by its default is blank as long as it does not change
                let blank = self.row.get(fact).is_none() && *low <= 0 && 0 <= *high;
                Some(if blank { changed.join(&Bounds::of(Value::Absent(Absence::Missing))) } else { changed })
            }
        }
    }

    fn input(&self, input: InputId) -> Option<Bounds> {
        if self.gathered.get(input) == Some(&true) {
            return Some(Bounds::ANY);
        }
        InPart(self.row).input(input)
    }

    fn instead(&self, step: StepId) -> Option<Bounds> {
        InPart(self.row).instead(step)
    }

    fn is_adjusted(&self) -> bool {
        InPart(self.row).is_adjusted()
    }
}
