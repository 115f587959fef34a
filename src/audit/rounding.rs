//! Which conventions of rounding explain what was published, and the smallest witness against each other one.
//!
//! A convention says how values before the scores are rounded (rates, most often), how the scores are before they are added up, and which way. Totals, and
//! scores in print, are rounded to the steps of the rules in any case. What is only known as printed is the numbers that print so: what these leave open
//! refutes nothing.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::printed::{Cell, Printed};
use super::reconcile::says_why;
use super::relaxed::{full_of, own_roundings, reach_above};
use super::stand::{Case, Ground, Stand, again, unrounded};
use crate::eval::Rounding;
use crate::eval::domain::{Bounds, Value};
use crate::eval::trace::Trace;
use crate::facts::Facts;
use crate::golden::published::Column;
use crate::plan::{FactId, ItemId, Plan, Role, Step, StepId, closure};
use crate::quantity::{self, Mode, Number};

/// How the values of one stage are rounded: to a multiple of the steps of the rules, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    LeftOut,
    To(Decimal),
}

/// A convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Convention {
    /// Values before the scores; none where the rules round none.
    pub(crate) before: Option<Kept>,
    /// Scores before they are added up.
    pub(crate) scores: Kept,
    /// Which way all is rounded; none where each is rounded the way that the rules say of it, and these differ.
    pub(crate) mode: Option<Mode>,
}

/// A fact of a witness.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) fact: FactId,
    pub(crate) value: Number,
}

/// A cell that a convention does not explain.
#[derive(Debug, Clone)]
pub(crate) struct Witness {
    pub(crate) unit: String,
    pub(crate) column: String,
    pub(crate) published: String,
    /// What the convention prints, from one number to another where it is not known exactly.
    pub(crate) computed: (Option<String>, Option<String>),
    pub(crate) facts: Vec<Given>,
    /// Published scores that the value is made of.
    pub(crate) parts: Vec<(String, Decimal)>,
    /// Whether the facts were fitted to what was printed: it refutes the convention only if they are right.
    pub(crate) fitted: bool,
}

/// What came of a convention.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) convention: Convention,
    /// How many cells it explains, and how many it does not.
    pub(crate) explained: usize,
    pub(crate) refuting: usize,
    pub(crate) witness: Option<Witness>,
    /// Whether the standard says so.
    pub(crate) stated: bool,
}

/// A published score or total that is no number.
#[derive(Debug, Clone)]
pub(crate) struct Unread {
    pub(crate) file: String,
    pub(crate) row: usize,
    pub(crate) unit: String,
    pub(crate) column: String,
    pub(crate) published: String,
}

/// What the published cells say of rounding.
#[derive(Debug)]
pub(crate) struct Inferred {
    /// Every convention: those that explain most first.
    pub(crate) conventions: Vec<Judged>,
    /// How many cells were held against each.
    pub(crate) cells: usize,
    /// How many of these rest on facts that were fitted.
    pub(crate) fitted: usize,
    /// Cells that no convention explains.
    pub(crate) by_none: Vec<Witness>,
    /// Scores and totals that were not held against any, for they print no number.
    pub(crate) unread: Vec<Unread>,
    /// The steps of what is rounded before the scores, and whether they are shares.
    pub(crate) steps_before: Vec<(Decimal, bool)>,
    pub(crate) step_of_scores: Decimal,
}

impl Inferred {
    /// The conventions that explain every cell that any explains.
    pub(crate) fn survivors(&self) -> impl Iterator<Item = &Judged> {
        self.conventions.iter().filter(|judged| judged.refuting == 0)
    }
}

/// The roundings of a program.
struct Roundings {
    before: Vec<Rounded>,
    scores: Vec<Rounded>,
    total: Vec<Rounded>,
}

/// A value that is rounded, as the rules say.
#[derive(Debug, Clone, Copy)]
struct Rounded {
    id: StepId,
    step: Decimal,
    mode: Mode,
}

/// A published cell that may tell conventions apart.
struct Evidence<'a> {
    cell: &'a Cell,
    case: usize,
    root: StepId,
    ground: Ground<'a>,
    published: Number,
    step: Decimal,
    fitted: bool,
    facts: Vec<Given>,
}

const MODES: [Mode; 4] = [Mode::HalfUp, Mode::HalfEven, Mode::FromZero, Mode::ToZero];

/// Holds every published score and total against every convention.
pub(crate) fn infer(plan: &Plan, facts: &Facts, printed: &Printed, reached: &dyn Fn(usize, usize)) -> Inferred {
    let cases: Vec<Option<Case<'_>>> = (0..facts.members.len()).map(|member| Case::new(plan, facts, printed, member)).collect();
    let evidence: Vec<Evidence<'_>> = printed.cells.iter().filter_map(|cell| evidence(plan, facts, cell, &cases)).collect();
    let roundings: Vec<Option<Roundings>> = cases.iter().map(|case| case.as_ref().map(roundings)).collect();
    let conventions = conventions(plan, &roundings);
    let mut failing: Vec<Vec<(usize, Witness)>> = conventions.iter().map(|_| Vec::new()).collect();
    for (number, one) in evidence.iter().enumerate() {
        reached(number, evidence.len());
        let (Some(Some(case)), Some(Some(roundings))) = (cases.get(one.case), roundings.get(one.case)) else { continue };
        let mut evaluator = case.evaluator(one.root);
        for (convention, failing) in conventions.iter().zip(&mut failing) {
            let stand = stand(case, one, roundings, convention);
            let found = again(&mut evaluator, &stand, one.root);
            if let Some(witness) = against(plan, case, one, convention, &found) {
                failing.push((number, witness));
            }
        }
    }
    let by_none: BTreeSet<usize> =
        (0..evidence.len()).filter(|number| failing.iter().all(|failing| failing.iter().any(|(other, _)| other == number))).collect();
    let own = Convention {
        before: roundings.iter().flatten().any(|roundings| !roundings.before.is_empty()).then_some(Kept::To(Decimal::ONE)),
        scores: if plan.head.precision == crate::plan::Precision::Shown { Kept::LeftOut } else { Kept::To(Decimal::ONE) },
        mode: (!differ(plan, &roundings)).then_some(plan.head.mode),
    };
    let mut told = Vec::new();
    let mut judged: Vec<Judged> = Vec::new();
    for (convention, failing) in conventions.into_iter().zip(failing) {
        if told.is_empty() {
            told = failing.iter().filter(|(number, _)| by_none.contains(number)).map(|(_, witness)| witness.clone()).collect();
        }
        let left: Vec<Witness> = failing.into_iter().filter(|(number, _)| !by_none.contains(number)).map(|(_, witness)| witness).collect();
        let refuting = left.len();
        let witness = left.into_iter().min_by_key(size);
        let explained = evidence.len().saturating_sub(by_none.len()).saturating_sub(refuting);
        judged.push(Judged { convention, explained, refuting, witness, stated: convention == own });
    }
    judged.sort_by_key(|judged| judged.refuting);
    let mut steps_before: Vec<(Decimal, bool)> = cases.iter().flatten().zip(roundings.iter().flatten()).flat_map(|(case, all)| steps(case, all)).collect();
    steps_before.sort_unstable();
    steps_before.dedup();
    let fitted = evidence.iter().filter(|one| one.fitted).count();
    Inferred { conventions: judged, cells: evidence.len(), fitted, by_none: told, unread: unread(printed), steps_before, step_of_scores: plan.head.step }
}

/// A range or any other text in the place of a score; that there is none, and why, is no number that was not read.
fn unread(printed: &Printed) -> Vec<Unread> {
    let scores = printed.cells.iter().filter(|cell| matches!(cell.shows, Column::Item | Column::Total));
    let texts = scores.filter(|cell| !cell.printed.is_empty() && cell.number().is_none() && !says_why(&cell.printed));
    let told = texts.map(|cell| Unread {
        file: printed.tables.get(cell.table).map(|(path, _)| path.clone()).unwrap_or_default(),
        row: cell.row,
        unit: cell.unit.clone(),
        column: cell.column.clone(),
        published: cell.printed.clone(),
    });
    told.collect()
}

fn steps(case: &Case<'_>, roundings: &Roundings) -> Vec<(Decimal, bool)> {
    let percent = |id: StepId| case.program.infos.get(id).and_then(|info| info.unit.as_ref()).is_some_and(quantity::Unit::is_percent);
    roundings.before.iter().map(|one| (one.step.normalize(), percent(one.id))).collect()
}

/// How small a witness is: what is certain first, then few facts, then small ones.
fn size(witness: &Witness) -> (bool, usize, Number) {
    let sum = witness.facts.iter().try_fold(Number::ZERO, |sum, given| {
        let value = if given.value < Number::ZERO { given.value.negated() } else { given.value };
        sum.plus(&value)
    });
    (witness.fitted, witness.facts.len().saturating_add(witness.parts.len()), sum.unwrap_or(Number::ZERO))
}

/// Every convention that is asked about: each stage left out or to a tenth, one, ten or a hundred times the step of the rules.
fn conventions(plan: &Plan, roundings: &[Option<Roundings>]) -> Vec<Convention> {
    let kept: Vec<Kept> = std::iter::once(Kept::LeftOut).chain([1, 10, 100, 1000].map(|tenths| Kept::To(Decimal::new(tenths, 1).normalize()))).collect();
    let has_before = roundings.iter().flatten().any(|roundings| !roundings.before.is_empty());
    let before: Vec<Option<Kept>> = if has_before { kept.iter().copied().map(Some).collect() } else { vec![None] };
    // the way of the rules first
    let mut modes = MODES.to_vec();
    modes.sort_by_key(|mode| *mode != plan.head.mode);
    let mut found = Vec::new();
    for mode in differ(plan, roundings).then_some(None).into_iter().chain(modes.into_iter().map(Some)) {
        for before in &before {
            for scores in &kept {
                found.push(Convention { before: *before, scores: *scores, mode });
            }
        }
    }
    found
}

/// Whether the rules round some values another way than others.
fn differ(plan: &Plan, roundings: &[Option<Roundings>]) -> bool {
    let all = roundings.iter().flatten().flat_map(|all| [&all.before, &all.scores, &all.total]).flatten();
    all.into_iter().any(|one| one.mode != plan.head.mode)
}

fn roundings(case: &Case<'_>) -> Roundings {
    let program = case.program;
    let mut found = Roundings { before: Vec::new(), scores: Vec::new(), total: Vec::new() };
    let mut of_scores = BTreeSet::new();
    for (id, steps) in program.items.iter().enumerate().filter_map(|(id, steps)| Some((id, steps.as_ref()?))) {
        let own = own_roundings(case, steps.score);
        // where the rules round for nothing, for the digits end there anyway, another convention may not
        if own.is_empty() && is_leaf(case.plan, id) {
            let step = case.plan.items.get(id).map_or(case.plan.head.step, |item| item.step);
            found.scores.push(Rounded { id: steps.score, step, mode: case.plan.head.mode });
        }
        of_scores.extend(own);
    }
    let of_total = own_roundings(case, program.total);
    for (id, step) in program.steps.iter().enumerate() {
        let Step::Round(_, step, mode) = step else { continue };
        let stage = match (of_scores.contains(&id), of_total.contains(&id)) {
            (true, _) => &mut found.scores,
            (false, true) => &mut found.total,
            (false, false) => &mut found.before,
        };
        stage.push(Rounded { id, step: *step, mode: *mode });
    }
    found
}

fn is_leaf(plan: &Plan, item: ItemId) -> bool {
    plan.items.get(item).is_some_and(|item| item.children.is_empty())
}

/// A score or total with something in it that is rounded.
fn evidence<'a>(plan: &Plan, facts: &Facts, cell: &'a Cell, cases: &'a [Option<Case<'a>>]) -> Option<Evidence<'a>> {
    let step = match cell.shows {
        Column::Item => plan.items.get(cell.item?)?.step,
        Column::Total => plan.head.step,
        _ => return None,
    };
    let (root, published, member) = (cell.root(plan, facts)?, Number::from(cell.number()?), cell.member?);
    let case = cases.get(member)?.as_ref()?;
    let ground = case.ground(root, cell.table);
    let trace = Trace { plan, program: case.program, outcome: &ground.outcome };
    let live = reach_above(&trace, root, &ground);
    let is_rounded = closure(&case.program.steps, [root]).into_iter().any(|id| {
        let given = |fact: &FactId| case.printed_with(*fact).is_some();
        live.get(id) == Some(&true) && matches!(case.program.steps.get(id), Some(Step::Round(..)))
            || matches!(case.program.steps.get(id), Some(Step::Given(fact)) if given(fact))
    });
    if !is_rounded || case.evaluate(&ground.stand, root).exact()?.number().is_none() {
        return None;
    }
    let given = |(id, _): (StepId, &bool)| match case.program.steps.get(id)? {
        Step::Given(fact) => Some(Given { fact: *fact, value: *trace.value(id).number()? }),
        _ => None,
    };
    let facts = live.iter().enumerate().filter(|(_, live)| **live).filter_map(given).collect();
    let fitted = !ground.open.is_empty();
    Some(Evidence { cell, case: member, root, published, step, fitted, facts, ground })
}

/// The unit of a cell under a convention.
fn stand<'a>(case: &Case<'_>, one: &Evidence<'a>, roundings: &Roundings, convention: &Convention) -> Stand<'a> {
    let mut stand = one.ground.stand.clone();
    let mut round = |all: &[Rounded], kept: Kept| {
        for Rounded { id, step, mode } in all {
            let mode = convention.mode.unwrap_or(*mode);
            let how = match kept {
                Kept::LeftOut => Rounding::LeftOut,
                Kept::To(times) => step.checked_mul(times).map_or(Rounding::LeftOut, |step| Rounding::To(step, mode)),
            };
            // a step that rounds nothing by itself is left as it is
            if how != Rounding::LeftOut || matches!(case.program.steps.get(*id), Some(Step::Round(..))) {
                stand.rounding.insert(*id, how);
            }
        }
    };
    let before = convention.before.unwrap_or(Kept::To(Decimal::ONE));
    round(&roundings.before, before);
    round(&roundings.scores, convention.scores);
    round(&roundings.total, Kept::To(Decimal::ONE));
    for given in &one.facts {
        let (derived, printed) = (case.derived_with(given.fact), case.printed_with(given.fact));
        let (Some((step, _)), Some(value)) = (printed, given.value.decimal()) else { continue };
        let kept = if derived.is_some() { before } else { convention.scores };
        let mode = convention.mode.or(derived.map(|(_, mode)| mode)).unwrap_or(case.plan.head.mode);
        if loses_digits(kept) {
            let bounds = case.within(given.fact, unrounded(value, step, mode), &one.ground.outcome);
            stand.facts.insert(given.fact, Some(bounds));
        }
        // what is given as printed is rounded as its derivation would be
        if let (Some(_), Kept::To(times)) = (derived, before)
            && let (Some(id), Some(step)) = (case.program.infos.iter().position(|info| info.role == Role::Fact(given.fact)), step.checked_mul(times))
        {
            stand.rounding.insert(id, Rounding::To(step, mode));
        }
    }
    for (id, (item, value)) in &one.ground.parts {
        let Some(item) = case.plan.items.get(*item).filter(|_| loses_digits(convention.scores)) else { continue };
        let hull = unrounded(*value, item.step, convention.mode.unwrap_or(case.plan.head.mode));
        let hull = full_of(case, &one.ground, *id).and_then(|full| hull.common(&full)).unwrap_or(hull);
        stand.instead.insert(*id, Bounds::between(hull.low, hull.high));
    }
    stand
}

/// Whether what is printed to the step of the rules has lost digits that a convention keeps.
fn loses_digits(kept: Kept) -> bool {
    match kept {
        Kept::LeftOut => true,
        Kept::To(times) => times < Decimal::ONE,
    }
}

/// The cell as a witness, where the convention does not print it.
fn against(plan: &Plan, case: &Case<'_>, one: &Evidence<'_>, convention: &Convention, found: &Bounds) -> Option<Witness> {
    let print = |end: &Number| quantity::rounded(end, one.step, convention.mode.unwrap_or(plan.head.mode)).ok();
    let hull = found.numbers()?;
    let (low, high) = (hull.low.as_ref().and_then(print), hull.high.as_ref().and_then(print));
    if low.is_none_or(|low| low <= one.published) && high.is_none_or(|high| one.published <= high) {
        return None;
    }
    let shown = |end: Option<Number>| end.and_then(|end| end.decimal()).map(|end| quantity::padded(end, one.step));
    Some(Witness {
        unit: one.cell.unit.clone(),
        column: one.cell.column.clone(),
        published: one.cell.printed.clone(),
        computed: (shown(low), shown(high)),
        facts: one.facts.clone(),
        parts: one.ground.parts.iter().filter_map(|(_, (item, value))| Some((plan.items.get(*item)?.name.clone(), *value))).collect(),
        fitted: one.fitted,
    })
    .filter(|_| matches!(case.evaluate(&one.ground.stand, one.root), Bounds::Exactly(Value::Number(_))))
}
