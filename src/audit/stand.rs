//! A unit as it stands for one published cell: what stands instead of its facts and scores, and how values are rounded.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::printed::{Cell, Printed};
use crate::eval::domain::{Absence, Bounds, Hull, Interval, TracedValue, Value};
use crate::eval::outcome::{Outcome, traced};
use crate::eval::trace::{Reach, Trace};
use crate::eval::{Cells, Evaluator, Rounding, Until};
use crate::facts::{Facts, InPart, Provenance, Row};
use crate::plan::{FactId, InputId, ItemId, Limit, Plan, Program, Role, Step, StepId, Type, closure};
use crate::quantity::{Mode, Number, Unit, rounded};

/// What a unit is evaluated with.
#[derive(Debug, Clone)]
pub(crate) struct Stand<'a> {
    row: &'a Row,
    /// What is known of facts instead of their cells.
    pub(crate) facts: BTreeMap<FactId, Option<Bounds>>,
    /// What stands instead of the values of steps.
    pub(crate) instead: BTreeMap<StepId, Bounds>,
    pub(crate) rounding: BTreeMap<StepId, Rounding>,
}

impl Cells<Bounds> for Stand<'_> {
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        match self.facts.get(&fact) {
            Some(known) => *known,
            None => InPart(self.row).cell(fact),
        }
    }

    fn input(&self, input: InputId) -> Option<Bounds> {
        InPart(self.row).input(input)
    }

    fn instead(&self, step: StepId) -> Option<Bounds> {
        self.instead.get(&step).copied().or_else(|| InPart(self.row).instead(step))
    }

    fn rounding(&self, step: StepId) -> Option<Rounding> {
        self.rounding.get(&step).copied()
    }

    fn is_adjusted(&self) -> bool {
        true
    }
}

/// The row of a unit without the cells of some facts.
struct Without<'a> {
    row: &'a Row,
    facts: &'a BTreeSet<FactId>,
}

impl Cells<Value> for Without<'_> {
    fn cell(&self, fact: FactId) -> Option<Value> {
        if self.facts.contains(&fact) { None } else { self.row.cell(fact) }
    }

    fn input(&self, input: InputId) -> Option<Value> {
        self.row.input(input)
    }

    fn instead(&self, step: StepId) -> Option<Value> {
        self.row.instead(step)
    }

    fn is_adjusted(&self) -> bool {
        self.row.is_adjusted()
    }
}

/// A unit with all that was published of it.
pub(crate) struct Case<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: &'a Program,
    pub(crate) facts: &'a Facts,
    pub(crate) member: usize,
    row: &'a Row,
    printed: &'a Printed,
    /// The published scores, each with what it is made of.
    scores: Vec<Score>,
}

/// A published score of an item.
struct Score {
    table: usize,
    item: ItemId,
    step: StepId,
    value: Decimal,
    is_blank: bool,
    made_of: BTreeSet<StepId>,
}

/// What a published cell is held against.
pub(crate) struct Ground<'a> {
    pub(crate) stand: Stand<'a>,
    /// The trace of the unit, without the facts that are left out.
    pub(crate) outcome: Outcome<TracedValue>,
    /// Published scores that stand for what was fitted to them.
    pub(crate) parts: BTreeMap<StepId, (ItemId, Decimal)>,
    /// Those of them that are blank: nothing was given, which is no rounded number.
    pub(crate) blank: BTreeSet<StepId>,
    /// Facts that were fitted or derived, with no published value between them and the cell.
    pub(crate) open: BTreeSet<FactId>,
    /// Stand-ins for what the rules do not say, with no published value between them and the cell.
    pub(crate) pending: BTreeSet<StepId>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(plan: &'a Plan, facts: &'a Facts, printed: &'a Printed, member: usize) -> Option<Self> {
        let program = plan.programs.get(facts.members.get(member)?.tier)?;
        let mut case = Case { plan, program, facts, member, row: facts.rows.get(member)?, printed, scores: Vec::new() };
        case.scores = printed.of_member(member).filter_map(|cell| case.score(cell)).collect();
        Some(case)
    }

    fn score(&self, cell: &Cell) -> Option<Score> {
        let item = cell.item?;
        let step = self.program.items.get(item).copied().flatten()?.score;
        // where nothing was given or taken the cell is blank
        let value = if cell.printed.is_empty() && !self.plan.items.get(item)?.is_base() { Decimal::ZERO } else { cell.number()? };
        Some(Score {
            table: cell.table,
            item,
            step,
            value,
            is_blank: cell.printed.is_empty(),
            made_of: closure(&self.program.steps, [step]).into_iter().collect(),
        })
    }

    /// The unit as its facts say.
    pub(crate) fn plain(&self) -> Stand<'a> {
        Stand { row: self.row, facts: BTreeMap::new(), instead: BTreeMap::new(), rounding: BTreeMap::new() }
    }

    /// What can come of a step.
    pub(crate) fn evaluate(&self, stand: &Stand<'_>, root: StepId) -> Bounds {
        again(&mut self.evaluator(root), stand, root)
    }

    /// What evaluates a step for one stand after another.
    pub(crate) fn evaluator(&self, root: StepId) -> Evaluator<'a, Interval> {
        Evaluator::adjusted_steps(Interval, self.program, &closure(&self.program.steps, [root]))
    }

    /// What a cell with that root, in that table, is held against.
    ///
    /// A value that was fitted to a published one proves nothing of it, and is no more than that one where it bears on others: between a fitted fact and the
    /// cell the nearest published score stands; so it does for a fact that is known in part. A value that was entered as printed is left out where it follows from what the same table prints, and so is
    /// the print of what follows from counts: see [`Case::confirmed`].
    pub(crate) fn ground(&self, root: StepId, table: usize) -> Ground<'a> {
        let of_table = self.printed.facts_of(self.member, Some(table));
        let of_any = self.printed.facts_of(self.member, None);
        let mut left_out = self.confirmed();
        loop {
            let outcome = traced(self.program, &Without { row: self.row, facts: &left_out }, Until::Bounds);
            let trace = Trace { plan: self.plan, program: self.program, outcome: &outcome };
            let reach = self.reach(&trace, root);
            let (mut parts, mut open, mut pending) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
            let mut derived = None;
            for (id, _) in reach.iter().enumerate().filter(|(_, reach)| **reach != Reach::None) {
                let soft = match (trace.step(id), trace.info(id).map(|info| info.role)) {
                    // where a fact is known in part, a score of it in print says more
                    (Some(Step::Given(fact)), _) if self.is_in_part(*fact) => Soft::InPart,
                    (Some(Step::Given(fact)), _) => match self.soft(&trace, id, *fact) {
                        Some(soft) if !of_any.contains(fact) => soft,
                        _ => continue,
                    },
                    (_, Some(Role::StandIn)) => Soft::StandIn,
                    _ => continue,
                };
                let nearest = |table: Option<usize>| self.nearest(id, root, &reach, table);
                let follows = if let Soft::Fact { derived, .. } = soft { derived } else { None };
                let printed_beside = |derived: StepId| {
                    let reads = closure(&self.program.steps, [derived]).into_iter();
                    reads.filter_map(|step| self.program.steps.get(step)).any(|step| matches!(step, Step::Given(fact) if of_table.contains(fact)))
                };
                match (nearest(Some(table)), follows, nearest(None), soft) {
                    // a score that the facts refute stands for nothing
                    (own, _, any, Soft::InPart) => parts.extend(own.or(any).filter(|part| self.can_be(part)).map(|part| (part.step, (part.item, part.value)))),
                    (Some(part), ..) => drop(parts.insert(part.step, (part.item, part.value))),
                    (None, Some(step), ..) if printed_beside(step) => derived = derived.or(Some(soft)),
                    (None, _, Some(part), _) => drop(parts.insert(part.step, (part.item, part.value))),
                    (None, Some(_), None, _) => derived = derived.or(Some(soft)),
                    (None, None, None, Soft::Fact { fact, fitted: true, .. }) => drop(open.insert(fact)),
                    (None, None, None, Soft::Fact { .. }) => {}
                    (None, None, None, Soft::StandIn) => drop(pending.insert(id)),
                }
            }
            if let Some(Soft::Fact { fact, .. }) = derived
                && left_out.insert(fact)
            {
                continue;
            }
            let mut stand = self.plain();
            stand.facts = left_out.iter().map(|fact| (*fact, None)).collect();
            stand.instead = parts.iter().map(|(step, (_, value))| (*step, Bounds::of(Value::Number(Number::from(*value))))).collect();
            let blank = self.scores.iter().filter(|score| score.is_blank).map(|score| score.step).filter(|step| parts.contains_key(step)).collect();
            return Ground { stand, outcome, parts, blank, open, pending };
        }
    }

    /// The facts that are given as what follows, rounded, from facts that are known exactly. What they are before rounding is what follows, and nothing else
    /// that would print the same.
    fn confirmed(&self) -> BTreeSet<FactId> {
        let outcome = traced(self.program, self.row, Until::Bounds);
        let trace = Trace { plan: self.plan, program: self.program, outcome: &outcome };
        let mut found = BTreeSet::new();
        loop {
            let more = self.program.steps.iter().enumerate().find_map(|(id, step)| match step {
                Step::Given(fact) if !found.contains(fact) => {
                    let derived = trace.confirmation_of(id).filter(|derived| trace.value(*derived) == trace.value(id))?;
                    self.is_exact(&trace, derived, &found).then_some(*fact)
                }
                _ => None,
            });
            match more {
                Some(fact) => found.insert(fact),
                None => return found,
            };
        }
    }

    /// Whether a value rests on nothing but facts that were given and are no rounded print, or follow themselves from such.
    fn is_exact(&self, trace: &Trace<'_>, root: StepId, confirmed: &BTreeSet<FactId>) -> bool {
        let (mut met, mut queue) = (BTreeSet::new(), vec![root]);
        while let Some(id) = queue.pop() {
            if !met.insert(id) {
                continue;
            }
            if matches!(trace.info(id).map(|info| info.role), Some(Role::Default(_) | Role::StandIn)) {
                return false;
            }
            if let Some(Step::Given(fact)) = trace.step(id)
                && !confirmed.contains(fact)
            {
                let provenance = self.row.get(*fact).and_then(|cell| cell.provenance);
                let is_known = !matches!(provenance, Some(Provenance::Fitted | Provenance::Derived | Provenance::Default));
                if !is_known || self.printed_with(*fact).is_some() {
                    return false;
                }
            }
            queue.extend(trace.sources(id));
        }
        true
    }

    /// How steps bear on a value; where that is known in part, all that it may be made of does.
    pub(crate) fn reach(&self, trace: &Trace<'_>, root: StepId) -> Vec<Reach> {
        if trace.value(root) != Value::Absent(Absence::Partly) {
            return trace.reach(root);
        }
        let mut reach = vec![Reach::None; root.saturating_add(1)];
        for step in closure(&self.program.steps, [root]) {
            if let Some(slot) = reach.get_mut(step) {
                *slot = Reach::Live;
            }
        }
        reach
    }

    /// The facts that bear on a value and are known in part.
    pub(crate) fn in_part(&self, trace: &Trace<'_>, root: StepId) -> Vec<FactId> {
        let live = self.reach(trace, root).into_iter().enumerate().filter(|(_, reach)| *reach != Reach::None);
        let fact = |(id, _): (StepId, Reach)| match self.program.steps.get(id)? {
            Step::Given(fact) => self.is_in_part(*fact).then_some(*fact),
            _ => None,
        };
        live.filter_map(fact).collect()
    }

    /// Whether a published score lies in what the facts leave open.
    fn can_be(&self, score: &Score) -> bool {
        let Some(hull) = self.evaluate(&self.plain(), score.step).numbers() else { return false };
        let step = self.plan.items.get(score.item).map_or(self.plan.head.step, |item| item.step);
        let print = |end: Option<Number>| end.and_then(|end| rounded(&end, step, self.plan.head.mode).ok());
        let value = Number::from(score.value);
        print(hull.low).is_none_or(|low| low <= value) && print(hull.high).is_none_or(|high| value <= high)
    }

    fn is_in_part(&self, fact: FactId) -> bool {
        self.row.get(fact).is_some_and(|cell| cell.known.is_some())
    }

    /// A fact whose value may come from what was printed of scores.
    fn soft(&self, trace: &Trace<'_>, id: StepId, fact: FactId) -> Option<Soft> {
        let derived = trace.confirmation_of(id);
        match self.row.get(fact)?.provenance? {
            Provenance::Fitted | Provenance::Derived => Some(Soft::Fact { fact, derived, fitted: true }),
            Provenance::Assessed if derived.is_some() => Some(Soft::Fact { fact, derived, fitted: false }),
            Provenance::Published | Provenance::Assessed | Provenance::Default => None,
        }
    }

    /// The published score nearest to a step on the way to another.
    fn nearest(&self, from: StepId, root: StepId, reach: &[Reach], table: Option<usize>) -> Option<&Score> {
        let between = |score: &&Score| {
            let live = reach.get(score.step).is_some_and(|reach| *reach != Reach::None);
            score.step != root && live && score.made_of.contains(&from) && table.is_none_or(|table| score.table == table)
        };
        self.scores.iter().filter(between).min_by_key(|score| score.step)
    }

    /// Every published score of the unit instead of what is computed, those of the table first.
    pub(crate) fn as_printed(&self, root: StepId, table: usize) -> Stand<'a> {
        let mut stand = self.plain();
        let own = self.scores.iter().filter(|score| score.table == table);
        for score in own.chain(&self.scores).filter(|score| score.step != root) {
            stand.instead.entry(score.step).or_insert_with(|| Bounds::of(Value::Number(Number::from(score.value))));
        }
        stand
    }

    /// What a fact can be, between the bounds of the rules, when it is not known.
    pub(crate) fn anything(&self, fact: FactId, outcome: &Outcome<TracedValue>) -> Bounds {
        let declared = self.plan.facts.get(fact);
        match declared.map(|fact| &fact.kind) {
            Some(Type::Number(unit)) => {
                let low = unit.is_count().then_some(Number::ZERO);
                self.within(fact, Hull::new(low, None), outcome)
            }
            Some(Type::Truth) => Bounds::one_of(&[Value::Truth(false), Value::Truth(true)]),
            _ => Bounds::ANY,
        }
    }

    /// Numbers that a fact can be, as far as they keep its limits.
    pub(crate) fn within(&self, fact: FactId, hull: Hull, outcome: &Outcome<TracedValue>) -> Bounds {
        let mut found = hull;
        for bound in self.program.bounds.iter().filter(|bound| bound.fact == fact) {
            let Value::Number(limit) = outcome.value(bound.limit) else { continue };
            let limits = match bound.side {
                Limit::AtMost => Hull::new(None, Some(limit)),
                Limit::AtLeast => Hull::new(Some(limit), None),
            };
            found = found.common(&limits).unwrap_or(found);
        }
        Bounds::between(found.low, found.high)
    }

    /// The rounding that a fact which is given was printed with: that of its derivation, or of a score.
    pub(crate) fn printed_with(&self, fact: FactId) -> Option<(Decimal, Mode)> {
        let of_score = || {
            let declared = self.plan.facts.get(fact)?;
            (declared.unit() == Some(&Unit::score())).then_some((declared.step, self.plan.head.mode))
        };
        self.derived_with(fact).or_else(of_score)
    }

    /// The last rounding of the derivation of a fact.
    pub(crate) fn derived_with(&self, fact: FactId) -> Option<(Decimal, Mode)> {
        let mut step = self.program.infos.iter().position(|info| info.role == Role::Derived(fact))?;
        loop {
            match self.program.steps.get(step)? {
                Step::Same(inner) => step = *inner,
                Step::Round(_, step, mode) => return Some((*step, *mode)),
                _ => return None,
            }
        }
    }
}

/// What can come of a step, by an evaluator that may have served before.
pub(crate) fn again(evaluator: &mut Evaluator<'_, Interval>, stand: &Stand<'_>, root: StepId) -> Bounds {
    evaluator.start();
    evaluator.run(stand, Until::Bounds);
    evaluator.values().get(root).copied().unwrap_or(Bounds::ANY)
}

/// Where a value may come from what was printed of scores.
#[derive(Clone, Copy)]
enum Soft {
    Fact { fact: FactId, derived: Option<StepId>, fitted: bool },
    InPart,
    StandIn,
}

/// The numbers that print as a value.
pub(crate) fn unrounded(value: Decimal, step: Decimal, mode: Mode) -> Hull {
    let number = Number::from(value);
    let whole = Number::from(step);
    let half = whole.times(&Number::from(Decimal::new(5, 1))).ok();
    let (below, above) = match mode {
        Mode::HalfUp | Mode::HalfEven => (half, half),
        // what is cut off, or added, leads away from zero, or toward it
        Mode::ToZero if value.is_sign_negative() => (Some(whole), None),
        Mode::ToZero => (None, Some(whole)),
        Mode::FromZero if value.is_sign_negative() => (None, Some(whole)),
        Mode::FromZero => (Some(whole), None),
    };
    let end = |by: Option<Number>, apply: fn(&Number, &Number) -> Result<Number, crate::quantity::TooLarge>| match by {
        None => Some(number),
        Some(by) => apply(&number, &by).ok(),
    };
    Hull::new(end(below, Number::minus), end(above, Number::plus))
}
