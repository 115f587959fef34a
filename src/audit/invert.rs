//! From a printed score back to the facts that can have printed it.
//!
//! In: a program, the row of a unit, a step and what it was printed as; which facts are free. Out: an [`Answer`]: all values of the
//! free facts with which the rules print just that, as boxes that are proven to be all; where there are none, what would have to be
//! given up for there to be some. A search by halves over the bounds of every step, helped by a walk from the score back to the facts.

mod model;
mod narrow;
mod room;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use rust_decimal::Decimal;

use self::model::{Model, Of};
use self::room::Room;
pub(crate) use self::room::Span;
pub(crate) use self::search::Open;
use self::search::{Bounded, Found, search};
use crate::diag::Diagnostic;
use crate::eval::domain::{Absence, Hull, Value};
use crate::facts::grid::Form;
use crate::facts::{Cell, Facts, File, Row, check};
use crate::plan::{FactId, InputId, InputKind, Limit, MarkId, MarkKind, Plan, Program, Role, Step, StepId};

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: &'a Program,
    pub(crate) row: &'a Row,
    /// The score.
    pub(crate) root: StepId,
    /// Its step in print.
    pub(crate) step: Decimal,
    /// What it was printed as.
    pub(crate) printed: Decimal,
    pub(crate) wishes: &'a Wishes,
}

/// Which facts are free, and within what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    /// Free whatever was printed of them.
    pub(crate) free: BTreeSet<FactId>,
    /// Held at a value, or at that of their cell; in the order in which that was asked for.
    pub(crate) fixed: IndexMap<FactId, Option<Value>>,
    pub(crate) max: BTreeMap<FactId, Decimal>,
    /// The most that any free count may be.
    pub(crate) max_of_all: Option<Decimal>,
}

/// What is left aside to see whether the score can come about without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Relaxed {
    /// The value of a fact.
    Fixed(FactId),
    /// What its cell says that it can be.
    Known(FactId),
    /// The most that it was said to be.
    Max(FactId),
    /// The most that any free count was said to be.
    MaxOfAll,
    /// The limit of a fact, by its place among the bounds of the program.
    Bound(usize),
    /// An exemption, by its place among those of the rules.
    Exemption(usize),
    /// A rounding.
    Rounding(StepId),
    /// A cap or floor.
    Clamp(StepId),
    /// That a fact follows from others.
    Derivation(FactId),
    /// What rests on an assumption.
    Assumed(StepId, MarkId),
}

/// The values that one fact may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The least and the greatest number; none where there is no end.
    pub(crate) numbers: Option<(Option<Value>, Option<Value>)>,
    pub(crate) others: Vec<Value>,
}

/// One thing, left aside, without which the score can come about.
#[derive(Debug)]
pub(crate) struct Drop {
    pub(crate) relaxed: Relaxed,
    /// The facts of one way for it to come about.
    pub(crate) example: Vec<(FactId, Value)>,
    /// What the step would come to that rests on the assumption, or the fact that no longer follows from others.
    pub(crate) instead: Option<Value>,
}

/// The values of a fact that follows from others, with which the score is printed.
#[derive(Debug)]
pub(crate) struct General {
    pub(crate) fact: FactId,
    /// From one value to another; all of them, where it is exact.
    pub(crate) ranges: Vec<(Option<Value>, Option<Value>)>,
    pub(crate) exact: bool,
    /// The quotient that it is made of, and between what that lies before it is rounded.
    pub(crate) quotient: Option<(StepId, Hull)>,
}

/// What can have printed a score.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Whether the boxes are all there is.
    pub(crate) complete: bool,
    pub(crate) open: Option<Open>,
    /// Whether no other facts print the score than those in the boxes.
    pub(crate) covered: bool,
    /// The facts that solutions tell: those that are free and those that are held, in the order of the rules.
    pub(crate) facts: Vec<FactId>,
    pub(crate) free: Vec<FactId>,
    /// What facts are held at.
    pub(crate) fixed: BTreeMap<FactId, Value>,
    /// What cells say that free facts can be, as it is written.
    pub(crate) within: BTreeMap<FactId, String>,
    /// Free facts without an upper bound.
    pub(crate) unbounded: Vec<FactId>,
    /// What is read from outside the row: held at what it is.
    pub(crate) held: Vec<InputId>,
    pub(crate) solutions: Vec<Vec<Value>>,
    /// How many there are; none where there is no end of them.
    pub(crate) count: Option<u64>,
    pub(crate) boxes: Vec<Vec<Extent>>,
    pub(crate) general: Vec<General>,
    pub(crate) drops: Vec<Drop>,
}

/// How hard a search tries: so many operations, and no more looks than that.
const WORK: usize = 4_000_000;
const LOOKS: usize = 200_000;
/// Solutions of a search without end.
const ENOUGH: u64 = 10;
/// How hard a search tries with one thing left aside.
const LOOKS_ASIDE: usize = 3_000;

/// How many looks a search has, the fewer the more steps each of them takes.
fn looks(model: &Model<'_>, most: usize) -> usize {
    WORK.checked_div(model.weight()).unwrap_or(most).min(most)
}

/// What the command line calls the facts that it fixes.
const FIXED: &str = "--fixed";

/// The limits that the facts of a unit break which are held, whatever the free ones are.
pub(crate) fn broken(plan: &Plan, facts: &Facts, member: usize, wishes: &Wishes) -> Vec<Diagnostic> {
    let (Some(one), Some(row)) = (facts.members.get(member), facts.rows.get(member)) else { return Vec::new() };
    let headings = plan.facts.iter().map(|fact| fact.name.clone()).collect();
    let mut held = Facts { files: facts.files.clone(), members: vec![one.clone()], ..Facts::default() };
    held.files.push(File { path: FIXED.to_owned(), sheet: None, form: Form::Lines, headings });
    let cell = |fact: FactId| -> Option<Cell> {
        let value = model::fixed_at(wishes, row, fact)?;
        let asked = wishes.fixed.get_full(&fact).filter(|(_, _, asked)| asked.is_some());
        match asked {
            Some((place, ..)) => Some(Cell { value, known: None, file: facts.files.len(), row: place + 1, column: fact, provenance: None, basis: None }),
            None => row.get(fact).cloned(),
        }
    };
    held.rows.push(Row { cells: (0..plan.facts.len()).map(cell).collect(), ..row.clone() });
    check::limits(plan, &held)
}

/// What can have printed the score, with at most so many solutions one by one.
pub(crate) fn invert(question: &Question<'_>, limit: usize) -> Answer {
    let mut model = Model::new(question, None);
    let bounded = Bounded { looks: looks(&model, LOOKS), enough: ENOUGH, first_only: false };
    let Found { boxes, open, all } = &search(&mut model, bounded);
    let facts = facts_of(&model);
    let count = boxes.iter().try_fold(0_u64, |sum, rooms| sum.checked_add(search::size(rooms)?));
    let none = boxes.is_empty() && open.is_none();
    let free: Vec<FactId> = facts.iter().copied().filter(|fact| place_of(&model, *fact).is_some()).collect();
    let general = general(question, &mut model);
    let tell = |rooms: &Vec<Room>| facts.iter().map(|fact| extent(&model, rooms, *fact)).collect();
    Answer {
        complete: open.is_none(),
        open: *open,
        covered: *all,
        solutions: solutions(&model, boxes, &facts, limit),
        count,
        boxes: boxes.iter().map(tell).collect(),
        unbounded: if *open == Some(Open::Endless) { unbounded(&mut model) } else { Vec::new() },
        free,
        fixed: model.fixed.clone(),
        within: model.within.clone(),
        held: model.held.iter().copied().filter(|input| !is_name(question.plan, *input)).collect(),
        general,
        drops: if none { drops(question, &model) } else { Vec::new() },
        facts,
    }
}

/// The facts that a solution tells: not those that follow from others.
fn facts_of(model: &Model<'_>) -> Vec<FactId> {
    let free = model.variables.iter().filter_map(|variable| if let Of::Fact(fact) = variable.of { Some(fact) } else { None });
    let mut facts: Vec<FactId> = free.chain(model.fixed.keys().copied()).filter(|fact| !model.followed.contains(fact)).collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}

fn place_of(model: &Model<'_>, fact: FactId) -> Option<usize> {
    model.variables.iter().position(|variable| variable.of == Of::Fact(fact))
}

/// The free facts of which there is no end even where the score is taken into account.
fn unbounded(model: &mut Model<'_>) -> Vec<FactId> {
    let mut rooms = model.rooms();
    let _ = model.look(&mut rooms);
    let endless = model.variables.iter().zip(&rooms).filter(|(_, room)| room.is_endless());
    let mut facts: Vec<FactId> = endless.filter_map(|(variable, _)| if let Of::Fact(fact) = variable.of { Some(fact) } else { None }).collect();
    facts.sort_unstable();
    facts
}

fn extent(model: &Model<'_>, rooms: &[Room], fact: FactId) -> Extent {
    let free = place_of(model, fact).and_then(|place| Some((model.variables.get(place)?, rooms.get(place)?)));
    match free {
        Some((variable, room)) => {
            let end = |end: Option<i64>| end.and_then(|end| room::value(end, variable.grid)).map(Value::Number);
            Extent { numbers: room.span.map(|Span { low, high }| (end(low), end(high))), others: room.others.clone() }
        }
        None => match model.fixed.get(&fact) {
            Some(number @ Value::Number(_)) => Extent { numbers: Some((Some(*number), Some(*number))), others: Vec::new() },
            Some(other) => Extent { numbers: None, others: vec![*other] },
            None => Extent { numbers: None, others: vec![Value::Absent(Absence::Missing)] },
        },
    }
}

/// Solutions one by one, box after box.
fn solutions(model: &Model<'_>, boxes: &[Vec<Room>], facts: &[FactId], limit: usize) -> Vec<Vec<Value>> {
    let mut found: Vec<Vec<Value>> = Vec::new();
    for rooms in boxes {
        let left = limit.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        let mut all: Vec<Vec<Value>> = vec![Vec::new()];
        for fact in facts {
            let values = match place_of(model, *fact).and_then(|place| Some((model.variables.get(place)?, rooms.get(place)?))) {
                Some((variable, room)) => room.values(variable.grid, left),
                None => vec![model.fixed.get(fact).copied().unwrap_or(Value::Absent(Absence::Missing))],
            };
            all = all.iter().flat_map(|so_far| values.iter().map(move |value| so_far.iter().copied().chain([*value]).collect())).take(left).collect();
        }
        found.extend(all);
    }
    found
}

/// Whether an input asks no more than which unit it is.
fn is_name(plan: &Plan, input: InputId) -> bool {
    plan.inputs.get(input).is_some_and(|input| matches!(input.kind, InputKind::Named(_)))
}

// --- the general form ---

/// The values of the facts next to the score that follow from others.
fn general(question: &Question<'_>, model: &mut Model<'_>) -> Vec<General> {
    let next: Vec<FactId> = next_derived(model);
    let mut rooms = model.rooms();
    // what the printed score demands of every step, over everything that facts may be
    let _ = model.look(&mut rooms);
    let mut found = Vec::new();
    for fact in next.iter().copied() {
        let Some(Some(step)) = question.program.facts.get(fact) else { continue };
        let exact = if next.len() == 1 { values_of(question, model, fact, *step) } else { None };
        let hull = model.wanted(*step).or_else(|| model.hull(*step));
        let outer = |hull: Hull| vec![(hull.low.map(Value::Number), hull.high.map(Value::Number))];
        let quotient = quotient_of(model, fact);
        found.push(General { fact, exact: exact.is_some(), ranges: exact.unwrap_or_else(|| hull.map(outer).unwrap_or_default()), quotient });
    }
    found
}

/// The derived facts that the score reads, not by way of others.
fn next_derived(model: &Model<'_>) -> Vec<FactId> {
    let (mut found, mut seen, mut ahead) = (Vec::new(), BTreeSet::new(), vec![model.root]);
    while let Some(step) = ahead.pop() {
        if !seen.insert(step) {
            continue;
        }
        let fact = model.program.facts.iter().position(|fact| *fact == Some(step)).filter(|fact| model.followed.contains(fact));
        match (fact, model.program.steps.get(step)) {
            (Some(fact), _) => found.push(fact),
            (None, Some(step)) => ahead.extend(crate::plan::operands(step)),
            (None, None) => {}
        }
    }
    found.sort_unstable();
    found
}

/// All values on its grid of the only derived fact, where the score rests on nothing else that is free.
fn values_of(question: &Question<'_>, model: &Model<'_>, fact: FactId, step: StepId) -> Option<Vec<(Option<Value>, Option<Value>)>> {
    let grid = model.plan.facts.get(fact)?.step;
    let within = model.derived(fact).and_then(|derived| model.hull(derived));
    let mut free = Wishes { free: BTreeSet::from([fact]), ..question.wishes.clone() };
    free.fixed.shift_remove(&fact);
    let mut direct = Model::new(&Question { wishes: &free, ..*question }, None);
    let [only] = direct.variables.as_mut_slice() else { return None };
    if let Some(hull) = within.or_else(|| model.hull(step)) {
        only.room.keep(&hull, grid);
    }
    let fixed = model.fixed.get(&fact).and_then(Value::number);
    if let Some(number) = fixed {
        only.room.keep(&Hull::of(*number), grid);
    }
    let bounded = Bounded { looks: looks(&direct, LOOKS_ASIDE), enough: u64::MAX, first_only: false };
    let found = search(&mut direct, bounded);
    if found.open == Some(Open::TooMany) {
        return None;
    }
    let end = |end: Option<i64>| end.and_then(|end| room::value(end, grid)).map(Value::Number);
    Some(found.boxes.iter().filter_map(|rooms| rooms.first()?.span).map(|Span { low, high }| (end(low), end(high))).collect())
}

/// The quotient nearest to a derived fact, and what it must lie between.
fn quotient_of(model: &Model<'_>, fact: FactId) -> Option<(StepId, Hull)> {
    let derived = model.derived(fact)?;
    let behind = crate::plan::closure(&model.program.steps, [derived]);
    let mut quotients = behind.into_iter().rev().filter(|step| matches!(model.program.steps.get(*step), Some(Step::Over(..))));
    let (first, other) = (quotients.next()?, quotients.next());
    if other.is_some() {
        return None;
    }
    model.wanted(first).filter(|hull| hull.low.is_some() && hull.high.is_some()).map(|hull| (first, hull))
}

// --- what would have to be given up ---

/// Everything that, left aside alone, lets the score come about.
fn drops(question: &Question<'_>, model: &Model<'_>) -> Vec<Drop> {
    let bounded = Bounded { looks: looks(model, LOOKS_ASIDE), enough: 1, first_only: true };
    let mut found = Vec::new();
    for relaxed in candidates(question, model) {
        let mut model = Model::new(question, Some(&relaxed));
        let Found { boxes, .. } = search(&mut model, bounded);
        let Some(rooms) = boxes.first() else { continue };
        let facts = facts_of(&model);
        let Some(first) = solutions(&model, &boxes, &facts, 1).into_iter().next() else { continue };
        let of_step = |step: StepId| {
            let place = model.variables.iter().position(|variable| variable.of == Of::Step(step))?;
            rooms.get(place)?.values(model.variables.get(place)?.grid, 1).into_iter().next()
        };
        let instead = match relaxed {
            Relaxed::Assumed(step, _) => of_step(step),
            _ => None,
        };
        found.push(Drop { relaxed, example: facts.into_iter().zip(first).collect(), instead });
    }
    found
}

/// What can be left aside, the facts first.
fn candidates(question: &Question<'_>, model: &Model<'_>) -> Vec<Relaxed> {
    let Question { plan, program, root, .. } = *question;
    let mut found: Vec<Relaxed> = model.fixed.keys().copied().map(Relaxed::Fixed).collect();
    found.extend(model.within.keys().copied().map(Relaxed::Known));
    let free = facts_of(model).into_iter().filter(|fact| place_of(model, *fact).is_some());
    let limited: Vec<FactId> = free.filter(|fact| question.wishes.max_of(plan, *fact).is_some()).collect();
    found.extend(limited.iter().copied().map(Relaxed::Max));
    if limited.iter().filter(|fact| !question.wishes.max.contains_key(*fact)).count() > 1 {
        found.push(Relaxed::MaxOfAll);
    }
    found.extend((0..program.bounds.len()).map(Relaxed::Bound));
    found.extend(program.exemptions.iter().map(|(_, index)| Relaxed::Exemption(*index)));
    let role = |step: StepId| program.infos.get(step).map(|info| info.role);
    for step in model.behind.iter().copied() {
        match (program.steps.get(step), role(step)) {
            (Some(Step::Round(..)), _) => found.push(Relaxed::Rounding(step)),
            (Some(Step::Cap(..) | Step::Floor(..)), Some(Role::ItemCap | Role::ItemFloor | Role::AtMost)) => found.push(Relaxed::Clamp(step)),
            _ => {}
        }
    }
    for step in model.behind.iter().copied().filter(|step| *step != root) {
        let Some(info) = program.infos.get(step) else { continue };
        let clause = matches!(info.role, Role::Deduction | Role::Addition | Role::Formula | Role::StandIn | Role::Value(_));
        let assumed = info.marks.iter().copied().find(|mark| plan.marks.get(*mark).is_some_and(|mark| mark.kind != MarkKind::Pending));
        if let (true, Some(mark), true) = (clause, assumed, info.unit.is_some()) {
            found.push(Relaxed::Assumed(step, mark));
        }
    }
    found.extend(model.followed.iter().copied().map(Relaxed::Derivation));
    found
}

/// Which side of a limit a bound is.
pub(crate) fn side_of(program: &Program, bound: usize) -> Option<(FactId, Limit, StepId)> {
    program.bounds.get(bound).map(|bound| (bound.fact, bound.side, bound.limit))
}

#[cfg(test)]
mod tests;
