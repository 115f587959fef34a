//! Published tables against the standard and the facts: a verdict for every cell.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::printed::{Cell, Printed};
use super::relaxed::{Relaxation, Relaxed, covers, in_print, least, loosened, relaxations, relaxed_stand};
use super::stand::{Case, Ground};
use crate::eval::domain::{Absence, Bounds, Hull, Value};
use crate::eval::rank::{Contestant, places};
use crate::eval::trace::{Reach, Trace};
use crate::facts::{Facts, Provenance, Row};
use crate::golden::published::{Column, number, span, truth};
use crate::plan::{FactId, Plan, Role, Step, StepId};
use crate::quantity::{self, Mode, Number, round_to};
use crate::results::{self, Output, Results, State, UnitResult};

/// Whether a published cell can be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// 一致.
    Consistent,
    /// 舍入可释: it comes about where roundings before the last are left out.
    Rounding,
    /// 不可释.
    Inconsistent,
    /// 无从核.
    Unknown,
}

/// A fact that was fitted, with what that rests on.
#[derive(Debug, Clone)]
pub(crate) struct Fitted {
    pub(crate) fact: String,
    pub(crate) provenance: Option<Provenance>,
    pub(crate) basis: Option<String>,
}

/// What a verdict rests on.
#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// The computed value is the printed one.
    Equal,
    /// So it is with these scores as they are printed, for facts behind them were fitted to them, or are known in part.
    EqualByParts { parts: Vec<String>, in_part: bool },
    /// So it is because the fact was entered as this very cell prints it, or stands by default: no evidence.
    Copied(Provenance),
    /// The tier is one that the facts give: no evidence.
    Given,
    /// Whether the unit is on a list; the totals that units still lack which may belong on it.
    Listed { on: bool, without: Vec<String> },
    /// The rules name no such list.
    NoList,
    /// What is computed lies in the range that is printed.
    Within,
    /// A blank cell: nothing was given, or it does not apply.
    Blank,
    /// What is printed says in words why there is no value.
    Said,
    /// The value rests on facts that were fitted to this cell, or to one that no table holds.
    Fitted(Vec<Fitted>),
    /// Facts are known in part, and the printed value is possible.
    InPart(Vec<String>),
    /// Facts are missing.
    Missing(Vec<String>),
    /// The rules do not say how these come about.
    Pending(Vec<String>),
    /// Where these roundings are left out the printed value is reached.
    Roundings(Vec<Relaxed>),
    /// No rounding leads there.
    Apart,
    /// No rounding leads there, though it follows from the scores as printed; these are printed otherwise than computed.
    AddsUp(Vec<String>),
    /// The unit or the item has no value, whatever the facts: the reason.
    Nothing(State, Option<String>),
    /// The facts have no such unit; a name that may be meant.
    NoUnit(Option<String>),
    /// A place, by the totals as computed and as published.
    Place { computed: Option<Decimal>, by_totals: Option<Decimal>, complete: bool, provisional: bool },
    /// What is printed is no number.
    NoNumber,
}

/// A cell with its verdict.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) table: usize,
    /// None of what no row prints.
    pub(crate) row: Option<usize>,
    pub(crate) unit: String,
    pub(crate) column: String,
    pub(crate) published: String,
    pub(crate) computed: Option<String>,
    pub(crate) verdict: Verdict,
    /// What it can be: where roundings are left out, or as far as the facts are known.
    pub(crate) interval: Option<(Option<String>, Option<String>)>,
    pub(crate) why: Why,
}

/// Every published cell.
#[derive(Debug)]
pub(crate) struct Reconciled {
    pub(crate) cells: Vec<Checked>,
}

impl Reconciled {
    /// How many cells have each verdict.
    pub(crate) fn counts(&self) -> BTreeMap<Verdict, usize> {
        let mut counts = BTreeMap::new();
        for cell in &self.cells {
            *counts.entry(cell.verdict).or_insert(0) += 1;
        }
        counts
    }

    /// How many cells agree with nothing but themselves.
    pub(crate) fn copied(&self) -> usize {
        self.cells.iter().filter(|cell| matches!(cell.why, Why::Copied(_) | Why::Given)).count()
    }

    /// Whether any cell has that verdict.
    pub(crate) fn has(&self, verdict: Verdict) -> bool {
        self.cells.iter().any(|cell| cell.verdict == verdict)
    }
}

/// Holds every published cell against the standard and the facts.
pub(crate) fn reconcile(plan: &Plan, facts: &Facts, results: &Results, printed: &Printed, reached: &dyn Fn(usize, usize)) -> Reconciled {
    let mut cases: BTreeMap<usize, Case<'_>> = BTreeMap::new();
    let mut checked: Vec<Option<Checked>> = Vec::new();
    let reconciling = Reconciling { plan, facts, results, printed };
    for (done, cell) in printed.cells.iter().enumerate() {
        reached(done, printed.cells.len());
        let case = cell.member.and_then(|member| {
            if let Entry::Vacant(place) = cases.entry(member) {
                place.insert(Case::new(plan, facts, printed, member)?);
            }
            cases.get(&member)
        });
        checked.push(if cell.shows == Column::Rank { None } else { Some(reconciling.cell(cell, case)) });
    }
    // places need the verdicts of the totals
    let totals: Vec<(usize, Verdict)> = printed
        .cells
        .iter()
        .zip(&checked)
        .filter(|(cell, _)| cell.shows == Column::Total)
        .filter_map(|(cell, checked)| Some((cell.member?, checked.as_ref()?.verdict)))
        .collect();
    let places = printed.cells.iter().zip(checked).map(|(cell, done)| done.unwrap_or_else(|| reconciling.place(cell, &cases, &totals)));
    Reconciled { cells: places.chain(reconciling.left_out()).collect() }
}

/// Where a value is a fact and nothing else: how that came to be what is printed of the value, which may be called as the fact is.
pub(super) fn entered(trace: &Trace<'_>, row: &Row, root: StepId, is_called: &dyn Fn(&str) -> bool) -> Option<Provenance> {
    let mut step = root;
    loop {
        if matches!(trace.info(step).map(|info| info.role), Some(Role::Default(_))) {
            return Some(Provenance::Default);
        }
        step = match trace.step(step)? {
            Step::Given(fact) => {
                let provenance = row.get(*fact)?.provenance?;
                let own = is_called(trace.plan.facts.get(*fact)?.label());
                return (matches!(provenance, Provenance::Assessed | Provenance::Default) || provenance == Provenance::Published && own).then_some(provenance);
            }
            Step::Same(inner) | Step::Round(inner, ..) | Step::Cap(inner, _) | Step::Floor(inner, _) => *inner,
            Step::Choose(..) | Step::OrElse(..) => *trace.sources(step).last()?,
            _ => return None,
        };
        if trace.value(step) != trace.value(root) {
            return None;
        }
    }
}

struct Reconciling<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    results: &'a Results,
    printed: &'a Printed,
}

/// What is found of a cell.
struct Found {
    computed: Option<String>,
    verdict: Verdict,
    interval: Option<Hull>,
    why: Why,
}

impl Found {
    fn of(verdict: Verdict, why: Why) -> Found {
        Found { computed: None, verdict, interval: None, why }
    }

    /// What is found of that cell.
    fn told(self, cell: &Cell, interval: Option<(Option<String>, Option<String>)>) -> Checked {
        let Found { computed, verdict, why, .. } = self;
        let (unit, column, published) = (cell.unit.clone(), cell.column.clone(), cell.printed.clone());
        Checked { table: cell.table, row: Some(cell.row), unit, column, published, computed, verdict, interval, why }
    }
}

/// How a value is printed.
#[derive(Clone, Copy)]
pub(super) struct Print {
    pub(super) step: Decimal,
    pub(super) mode: Mode,
    /// By how much the printed number is larger: a hundred times, of a share in percent.
    percent: bool,
}

impl Print {
    fn shown(self, number: &Number) -> Option<String> {
        let number = if self.percent { number.times(&Number::from(Decimal::ONE_HUNDRED)).ok()? } else { *number };
        let step = if self.percent { self.step.checked_mul(Decimal::ONE_HUNDRED)? } else { self.step };
        let text = round_to(&number, step, self.mode).ok().map(|rounded| quantity::padded(rounded, step))?;
        Some(if self.percent { format!("{text}%") } else { text })
    }
}

impl Reconciling<'_> {
    fn cell(&self, cell: &Cell, case: Option<&Case<'_>>) -> Checked {
        let found = self.found(cell, case);
        let print = self.print(cell);
        let interval = found.interval.map(|hull| {
            let end = |end: Option<Number>| end.and_then(|end| print.shown(&end));
            (end(hull.low), end(hull.high))
        });
        found.told(cell, interval)
    }

    fn print(&self, cell: &Cell) -> Print {
        let (step, percent) = match (cell.shows, cell.item.and_then(|item| self.plan.items.get(item))) {
            (Column::Item, Some(item)) => (item.step, false),
            (Column::Fact(fact), _) => {
                let fact = self.plan.facts.get(fact);
                let percent = fact.and_then(|fact| fact.unit()).is_some_and(quantity::Unit::is_percent);
                (fact.map_or(self.plan.head.step, |fact| fact.step), percent)
            }
            _ => (self.plan.head.step, false),
        };
        Print { step, mode: self.plan.head.mode, percent }
    }

    fn unit(&self, cell: &Cell) -> Option<&UnitResult> {
        let name = &self.facts.members.get(cell.member?)?.name;
        self.results.units.iter().find(|unit| unit.unit == *name)
    }

    fn found(&self, cell: &Cell, case: Option<&Case<'_>>) -> Found {
        let (Some(case), Some(unit)) = (case, self.unit(cell)) else { return Found::of(Verdict::Unknown, Why::NoUnit(cell.near.clone())) };
        match cell.shows {
            Column::Tier => match Self::text(cell, Some(unit.tier.clone())) {
                same @ Found { verdict: Verdict::Consistent, .. } => Found { why: Why::Given, ..same },
                other => other,
            },
            Column::Listed(list) => self.listed(list, &unit.unit),
            Column::Eligible => Self::text(cell, unit.eligible.map(|eligible| if eligible { "是" } else { "否" }.to_owned())),
            Column::Output(output) => {
                let output = unit.outputs.get_index(output).and_then(|(_, output)| output.as_ref());
                if let Some(Output::Between { interval }) = output {
                    let (low, high) = (interval.low.as_deref().and_then(number), interval.high.as_deref().and_then(number));
                    let within = cell.number().is_some_and(|value| low.is_none_or(|low| low <= value) && high.is_none_or(|high| value <= high));
                    return if within { Found::of(Verdict::Unknown, Why::InPart(Vec::new())) } else { Found::of(Verdict::Inconsistent, Why::Apart) };
                }
                Self::text(
                    cell,
                    output.and_then(|output| match output {
                        Output::Text(text) => Some(text.clone()),
                        Output::Truth(truth) => Some(if *truth { "是" } else { "否" }.to_owned()),
                        Output::Between { .. } => None,
                    }),
                )
            }
            Column::Item | Column::Total | Column::Fact(_) | Column::Rank => self.value(cell, case, unit),
        }
    }

    /// A list that a table says a unit is on.
    fn listed(&self, list: Option<usize>, unit: &str) -> Found {
        let Some(list) = list.and_then(|list| self.plan.lists.get(list)) else { return Found::of(Verdict::Unknown, Why::NoList) };
        let groups = self.results.lists.iter().filter(|group| group.name == list.name);
        let on = |group: &results::ListResult| group.units.iter().any(|listed| listed.unit == unit);
        let around = groups.clone().find(|group| on(group) || group.without.iter().any(|other| other == unit));
        // of units without a total it is not known whom they leave out
        let without = match around {
            Some(group) => group.without.clone(),
            None => groups.clone().flat_map(|group| group.without.iter().cloned()).collect(),
        };
        let on = around.is_some_and(on);
        let verdict = match (on, without.is_empty()) {
            (true, true) => Verdict::Consistent,
            (false, true) => Verdict::Inconsistent,
            (false, false) if !without.iter().any(|other| other == unit) => Verdict::Inconsistent,
            _ => Verdict::Unknown,
        };
        Found { computed: on.then(|| list.name.clone()), ..Found::of(verdict, Why::Listed { on, without }) }
    }

    /// The units that belong on a list of which a table prints others, and not them.
    fn left_out(&self) -> Vec<Checked> {
        let mut found = Vec::new();
        let mut told: BTreeSet<(usize, usize)> = BTreeSet::new();
        for cell in &self.printed.cells {
            let Column::Listed(Some(list)) = cell.shows else { continue };
            if !told.insert((cell.table, list)) {
                continue;
            }
            let printed = |unit: &str| {
                self.printed.cells.iter().any(|other| (other.table, other.shows, other.unit.as_str()) == (cell.table, Column::Listed(Some(list)), unit))
            };
            let name = self.plan.lists.get(list).map(|list| list.name.as_str()).unwrap_or_default();
            for group in self.results.lists.iter().filter(|group| group.name == name) {
                for listed in group.units.iter().filter(|listed| !printed(&listed.unit)) {
                    found.push(Checked {
                        table: cell.table,
                        row: None,
                        unit: listed.unit.clone(),
                        column: cell.column.clone(),
                        published: String::new(),
                        computed: Some(name.to_owned()),
                        verdict: if group.without.is_empty() { Verdict::Inconsistent } else { Verdict::Unknown },
                        interval: None,
                        why: Why::Listed { on: true, without: group.without.clone() },
                    });
                }
            }
        }
        found
    }

    /// A cell of words, or of a number that is held against its text.
    fn text(cell: &Cell, computed: Option<String>) -> Found {
        let same = computed.as_ref().is_some_and(|computed| {
            *computed == cell.printed
                || truth(computed).is_some() && truth(computed) == truth(&cell.printed)
                || number(computed).is_some() && number(computed) == number(&cell.printed)
        });
        let (verdict, why) = match (&computed, same) {
            (_, true) => (Verdict::Consistent, Why::Equal),
            (Some(_), false) => (Verdict::Inconsistent, Why::Apart),
            (None, false) => (Verdict::Unknown, Why::Missing(Vec::new())),
        };
        Found { computed, ..Found::of(verdict, why) }
    }

    /// A cell of a number that the rules compute.
    fn value(&self, cell: &Cell, case: &Case<'_>, unit: &UnitResult) -> Found {
        let status = self.status(cell, unit);
        if said(status, &cell.printed) {
            return Found::of(Verdict::Consistent, Why::Said);
        }
        let is_fact = matches!(cell.shows, Column::Fact(_));
        let Some(root) = cell.root(self.plan, self.facts).filter(|_| is_fact || !matches!(unit.status, State::Exempt)) else {
            let reason = unit.reason.clone().filter(|_| unit.status == State::Exempt);
            return match cell.printed.is_empty() {
                true => Found::of(Verdict::Consistent, Why::Blank),
                false if is_fact => Found::of(Verdict::Unknown, Why::Missing(vec![cell.column.clone()])),
                false => Found::of(Verdict::Inconsistent, Why::Nothing(if reason.is_some() { State::Exempt } else { State::NotApplicable }, reason)),
            };
        };
        let ground = case.ground(root, cell.table);
        let print = self.print(cell);
        let exact = case.evaluate(&ground.stand, root).exact();
        let computed = exact.as_ref().and_then(Value::number).copied();
        let shown = computed.and_then(|number| self.shown(&number, print));
        let found = if cell.printed.is_empty() {
            let found = blank(exact);
            match found.why {
                Why::Blank if self.is_by_default(case, &ground, root) => Found { why: Why::Copied(Provenance::Default), ..found },
                _ => found,
            }
        } else {
            match (cell.number(), exact) {
                (None, _) => match span(&cell.printed) {
                    Some(range) => ranged(range, case.evaluate(&ground.stand, root).numbers().map(|hull| in_print(&hull, print, &[])), print),
                    None => Found::of(Verdict::Inconsistent, Why::NoNumber),
                },
                (Some(published), Some(Value::Number(_))) if shown.as_deref().and_then(number) == Some(published.normalize()) => {
                    self.equal(cell, case, &ground, root)
                }
                (Some(published), Some(Value::Absent(Absence::NotApplicable))) => {
                    let (verdict, why) =
                        if published.is_zero() { (Verdict::Consistent, Why::Blank) } else { (Verdict::Inconsistent, Why::Nothing(State::NotApplicable, None)) };
                    Found::of(verdict, why)
                }
                (Some(published), _) => self.apart(cell, case, &ground, (root, scaled(published, print), print)),
            }
        };
        let interval = found.interval.or(computed.map(Hull::of));
        Found { computed: shown.or(found.computed), interval, ..found }
    }

    /// A value in print: of what is not rounded for print only, with all its digits.
    fn shown(&self, number: &Number, print: Print) -> Option<String> {
        if print.percent { print.shown(number) } else { results::print(self.plan, number, print.step) }
    }

    fn status(&self, cell: &Cell, unit: &UnitResult) -> Option<State> {
        match cell.shows {
            Column::Total => Some(unit.status),
            Column::Item => unit.indicators.get(&self.plan.items.get(cell.item?)?.name).map(|indicator| indicator.status),
            _ => None,
        }
    }

    /// A cell that prints what is computed.
    fn equal(&self, cell: &Cell, case: &Case<'_>, ground: &Ground<'_>, root: StepId) -> Found {
        if let Column::Fact(fact) = cell.shows {
            // what a table prints of a fact is the fact, unless that was fitted
            let fitted = case.facts.rows.get(case.member).and_then(|row| row.get(fact)).and_then(|cell| cell.provenance);
            if matches!(fitted, Some(Provenance::Fitted | Provenance::Derived)) {
                return Found::of(Verdict::Unknown, Why::Fitted(self.fitted(case, [fact])));
            }
            return Found::of(Verdict::Consistent, fitted.map_or(Why::Equal, Why::Copied));
        }
        if !ground.open.is_empty() {
            // of what the fitted facts bear on, as far as it was reached
            let trace = Trace { plan: self.plan, program: case.program, outcome: &ground.outcome };
            let live = trace.reach(root);
            let bears = |fact: &FactId| {
                let given = case.program.steps.iter().position(|step| matches!(step, Step::Given(other) if other == fact));
                given.and_then(|given| live.get(given)).is_some_and(|reach| *reach != Reach::None)
            };
            let open: Vec<FactId> = ground.open.iter().copied().filter(bears).collect();
            return Found::of(Verdict::Unknown, Why::Fitted(self.fitted(case, open)));
        }
        let parts: Vec<String> = ground.parts.values().filter_map(|(item, _)| Some(self.plan.items.get(*item)?.name.clone())).collect();
        let why = match self.copied(cell, case, ground, root) {
            Some(provenance) => Why::Copied(provenance),
            None if parts.is_empty() => Why::Equal,
            None => {
                let trace = Trace { plan: self.plan, program: case.program, outcome: &ground.outcome };
                Why::EqualByParts { parts, in_part: !case.in_part(&trace, root).is_empty() }
            }
        };
        Found::of(Verdict::Consistent, why)
    }

    /// Where the score of an item is a fact and nothing else: how that came to be what the column prints.
    fn copied(&self, cell: &Cell, case: &Case<'_>, ground: &Ground<'_>, root: StepId) -> Option<Provenance> {
        let trace = Trace { plan: self.plan, program: case.program, outcome: &ground.outcome };
        let item = cell.item.and_then(|item| self.plan.items.get(item)).map(|item| item.name.as_str());
        entered(&trace, case.facts.rows.get(case.member)?, root, &|label| label == cell.column || item == Some(label))
    }

    /// Whether a value rests on defaults or stand-ins of the rules, and on nothing that was given.
    fn is_by_default(&self, case: &Case<'_>, ground: &Ground<'_>, root: StepId) -> bool {
        let trace = Trace { plan: self.plan, program: case.program, outcome: &ground.outcome };
        let provenance = |fact: FactId| case.facts.rows.get(case.member).and_then(|row| row.get(fact)).and_then(|cell| cell.provenance);
        let (mut met, mut queue, mut by_default) = (BTreeSet::new(), vec![root], false);
        while let Some(id) = queue.pop() {
            if !met.insert(id) {
                continue;
            }
            match (trace.info(id).map(|info| info.role), trace.step(id)) {
                (Some(Role::Default(_) | Role::StandIn), _) => by_default = true,
                (_, Some(Step::Given(fact))) if provenance(*fact) == Some(Provenance::Default) => by_default = true,
                (_, Some(Step::Given(_))) => return false,
                _ => queue.extend(trace.sources(id)),
            }
        }
        by_default
    }

    fn fitted(&self, case: &Case<'_>, facts: impl IntoIterator<Item = FactId>) -> Vec<Fitted> {
        let of = |fact: FactId| {
            let cell = case.facts.rows.get(case.member)?.get(fact);
            Some(Fitted {
                fact: self.plan.facts.get(fact)?.label().to_owned(),
                provenance: cell.and_then(|cell| cell.provenance),
                basis: cell.and_then(|cell| cell.basis.as_deref()).map(str::to_owned),
            })
        };
        facts.into_iter().filter_map(of).collect()
    }

    /// A cell that prints something else than what is computed, or of which nothing is computed.
    fn apart(&self, cell: &Cell, case: &Case<'_>, ground: &Ground<'_>, (root, published, print): (StepId, Option<Number>, Print)) -> Found {
        let Some(published) = published else { return Found::of(Verdict::Inconsistent, Why::NoNumber) };
        let trace = Trace { plan: self.plan, program: case.program, outcome: &ground.outcome };
        let missing: BTreeSet<FactId> = trace.missing(root).0.into_iter().collect();
        let is_leaf = cell.item.and_then(|item| self.plan.items.get(item)).is_some_and(|item| item.children.is_empty());
        // a fact that was fitted to this cell would give what it prints
        let open: Vec<FactId> = if is_leaf || matches!(cell.shows, Column::Fact(_)) { Vec::new() } else { ground.open.iter().copied().collect() };
        let all = relaxations(case, ground, root);
        let every: Vec<&Relaxation> = all.iter().collect();
        let reached = |relaxed: &[&Relaxation]| {
            let hull = loosened(case, ground, root, relaxed);
            (hull.is_some_and(|hull| covers(&hull, &published, print, relaxed)), hull)
        };
        let (by_rounding, hull) = reached(&every);
        let interval = hull.map(|hull| in_print(&hull, print, &every));
        if by_rounding && open.is_empty() && missing.is_empty() && ground.stand_is_exact(case, root) {
            let needed = least(&all, |relaxed| reached(relaxed).0);
            return Found { interval, ..Found::of(Verdict::Rounding, Why::Roundings(needed.into_iter().map(|one| one.told.clone()).collect())) };
        }
        let in_part = case.in_part(&trace, root);
        if by_rounding && open.is_empty() && missing.is_empty() && !in_part.is_empty() {
            let names = in_part.iter().filter_map(|fact| Some(self.plan.facts.get(*fact)?.label().to_owned())).collect();
            return Found { interval, ..Found::of(Verdict::Unknown, Why::InPart(names)) };
        }
        if open.is_empty() && missing.is_empty() && ground.pending.is_empty() && trace.value(root).absence().is_none() {
            return Found { interval, ..Found::of(Verdict::Inconsistent, self.adds_up(cell, case, root, print)) };
        }
        let mut stand = relaxed_stand(case, ground, root, &every);
        for fact in open.iter().chain(&missing) {
            stand.facts.insert(*fact, Some(case.anything(*fact, &ground.outcome)));
        }
        let unsaid = case.program.steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Pending)).map(|(id, _)| id);
        for step in ground.pending.iter().copied().chain(unsaid) {
            stand.instead.insert(step, Bounds::between(None, None));
        }
        let wide = case.evaluate(&stand, root).numbers();
        let interval = wide.map(|hull| in_print(&hull, print, &every)).or(interval);
        let possible = wide.is_none_or(|hull| covers(&hull, &published, print, &every));
        if !possible {
            return Found { interval, ..Found::of(Verdict::Inconsistent, self.adds_up(cell, case, root, print)) };
        }
        let why = if !missing.is_empty() {
            Why::Missing(missing.iter().filter_map(|fact| Some(self.plan.facts.get(*fact)?.label().to_owned())).collect())
        } else if !open.is_empty() {
            Why::Fitted(self.fitted(case, open))
        } else {
            match results::texts(self.plan, &trace.marks(root)) {
                // what was gathered from others is known in part
                marks if marks.is_empty() => Why::InPart(Vec::new()),
                marks => Why::Pending(marks),
            }
        };
        Found { interval, ..Found::of(Verdict::Unknown, why) }
    }

    /// Whether the cell follows from the scores as printed, of which then some are not as computed.
    fn adds_up(&self, cell: &Cell, case: &Case<'_>, root: StepId, print: Print) -> Why {
        let by_print = case.evaluate(&case.as_printed(root, cell.table), root);
        let same = by_print.exact().as_ref().and_then(Value::number).and_then(|value| self.shown(value, print)).as_deref().and_then(number) == cell.number();
        if !same {
            return Why::Apart;
        }
        let plain = case.plain();
        let differs = |other: &&Cell| {
            let Some(step) = other.root(self.plan, self.facts).filter(|step| *step != root && other.shows == Column::Item) else { return false };
            let print = self.print(other);
            let computed = case.evaluate(&plain, step).exact().as_ref().and_then(Value::number).and_then(|value| self.shown(value, print));
            computed.as_deref().and_then(number) != other.number() && !other.printed.is_empty()
        };
        let off: BTreeSet<String> = self.printed.of_member(case.member).filter(differs).map(|other| other.column.clone()).collect();
        if off.is_empty() { Why::Apart } else { Why::AddsUp(off.into_iter().collect()) }
    }

    // --- places ---

    fn place(&self, cell: &Cell, cases: &BTreeMap<usize, Case<'_>>, totals: &[(usize, Verdict)]) -> Checked {
        let unit = self.unit(cell);
        let computed = unit.and_then(|unit| unit.rank).map(|place| place.0);
        let provisional = unit.is_some_and(|unit| unit.provisional);
        let by_published = cell.member.and_then(|member| self.by_totals(member, cell.table, cases));
        let (by_totals, complete) = (by_published.map(|(place, _)| place), by_published.is_some_and(|(_, complete)| complete));
        let published = cell.number();
        let why = Why::Place { computed, by_totals, complete, provisional };
        let rounding = totals.iter().any(|(_, verdict)| *verdict == Verdict::Rounding);
        let own = cell.member.and_then(|member| totals.iter().filter(|(other, _)| *other == member).map(|(_, verdict)| *verdict).max());
        let open = || {
            let case = cases.get(&cell.member?)?;
            let ground = case.ground(case.program.total, cell.table);
            (!ground.open.is_empty()).then(|| self.fitted(case, ground.open))
        };
        let found = match (unit, published, computed) {
            (None, ..) => Found::of(Verdict::Unknown, Why::NoUnit(cell.near.clone())),
            (Some(_), None, _) => Found::of(Verdict::Inconsistent, Why::NoNumber),
            (Some(_), Some(published), _) if by_totals == Some(published.normalize()) => match computed {
                // where a total differs by roundings only, so does the place
                Some(computed) if computed.normalize() != published.normalize() && rounding => Found::of(Verdict::Rounding, why),
                Some(computed) if computed.normalize() != published.normalize() && own != Some(Verdict::Unknown) && !provisional => {
                    Found::of(Verdict::Inconsistent, why)
                }
                _ => Found::of(Verdict::Consistent, why),
            },
            (Some(_), Some(published), Some(computed)) if computed.normalize() == published.normalize() && !provisional => match open() {
                Some(fitted) if by_totals.is_none() => Found::of(Verdict::Unknown, Why::Fitted(fitted)),
                _ => Found::of(Verdict::Consistent, why),
            },
            (Some(_), Some(_), Some(_)) if !provisional => Found::of(Verdict::Inconsistent, why),
            (Some(unit), Some(_), None) if unit.status == State::Exempt => Found::of(Verdict::Inconsistent, Why::Nothing(unit.status, unit.reason.clone())),
            (Some(unit), Some(published), None)
                if !provisional && unit.rank_interval.is_some_and(|places| published < places.best.0 || places.worst.0 < published) =>
            {
                Found::of(Verdict::Inconsistent, why)
            }
            // of units that are not printed it is not known whether they stand before
            (Some(_), Some(published), _) if by_totals.is_some_and(|place| complete || published < place) => Found::of(Verdict::Inconsistent, why),
            _ => Found::of(Verdict::Unknown, why),
        };
        Found { computed: computed.map(quantity::plain), ..found }.told(cell, None)
    }

    /// The place by the published totals, and whether every unit that can take part has one.
    fn by_totals(&self, member: usize, table: usize, cases: &BTreeMap<usize, Case<'_>>) -> Option<(Decimal, bool)> {
        let tier = self.facts.members.get(member)?.tier;
        let within = self.plan.ranking.within_tier;
        let mut contestants = Vec::new();
        let (mut own, mut complete) = (None, true);
        for (index, other) in self.facts.members.iter().enumerate().filter(|(_, other)| !within || other.tier == tier) {
            let unit = self.results.units.iter().find(|unit| unit.unit == other.name)?;
            let Some(total) = self.total(index, table) else {
                complete &= unit.status == State::Exempt;
                continue;
            };
            let case = cases.get(&index)?;
            let by_total = Value::Number(Number::from(total));
            let key = |step: &StepId| if same_as(case, *step, case.program.total) { Some(by_total) } else { case.evaluate(&case.plain(), *step).exact() };
            let keys: Option<Vec<Value>> = case.program.keys.iter().map(key).collect();
            let last = unit.vetoes.iter().any(|veto| veto.holds == Some(true) && veto.effect == results::VetoEffect::Last);
            if index == member {
                own = Some(contestants.len());
            }
            contestants.push(Contestant { last, keys: keys?, listed: Vec::new(), name: other.name.clone() });
        }
        let all: Vec<&Contestant> = contestants.iter().collect();
        places(&self.plan.ranking, &all).get(own?).map(|place| (place.normalize(), complete))
    }

    /// The published total of a unit: that of the table, or else of any.
    fn total(&self, member: usize, table: usize) -> Option<Decimal> {
        let mut totals: Vec<&Cell> = self.printed.of_member(member).filter(|cell| cell.shows == Column::Total).collect();
        totals.sort_by_key(|cell| cell.table != table);
        totals.first().and_then(|cell| cell.number())
    }
}

/// Whether a step is another one under a further name.
fn same_as(case: &Case<'_>, step: StepId, other: StepId) -> bool {
    let mut step = step;
    loop {
        if step == other {
            return true;
        }
        match case.program.steps.get(step) {
            Some(Step::Same(inner)) => step = *inner,
            _ => return false,
        }
    }
}

/// Whether a text says in words why there is no value.
fn said(status: Option<State>, printed: &str) -> bool {
    ABSENT.iter().any(|(state, words)| Some(*state) == status && words.contains(&printed))
}

/// What tables print where there is no value.
const ABSENT: [(State, [&str; 2]); 4] = [
    (State::Missing, ["缺数据", "missing"]),
    (State::Pending, ["待定", "pending"]),
    (State::Exempt, ["不参评", "exempt"]),
    (State::NotApplicable, ["不适用", "n/a"]),
];

/// Whether a printed text says that there is no value, whatever the reason.
pub(super) fn says_why(printed: &str) -> bool {
    ABSENT.iter().any(|(_, words)| words.contains(&printed))
}

/// A blank cell: of what does not apply, or comes to nothing.
fn blank(exact: Option<Value>) -> Found {
    match exact {
        Some(Value::Number(value)) if value.is_zero() => Found::of(Verdict::Consistent, Why::Blank),
        Some(Value::Absent(Absence::NotApplicable)) => Found::of(Verdict::Consistent, Why::Blank),
        Some(Value::Number(_)) => Found::of(Verdict::Inconsistent, Why::Apart),
        _ => Found::of(Verdict::Unknown, Why::Missing(Vec::new())),
    }
}

/// A cell that prints a range, by what the value can be.
fn ranged([low, high]: [Option<Decimal>; 2], hull: Option<Hull>, print: Print) -> Found {
    let Some(hull) = hull else { return Found::of(Verdict::Unknown, Why::Missing(Vec::new())) };
    let end = |end: Option<Number>| end.and_then(|end| print.shown(&end)).as_deref().and_then(number);
    let (least, most) = (end(hull.low), end(hull.high));
    let below = |a: Option<Decimal>, b: Option<Decimal>| matches!((a, b), (Some(a), Some(b)) if a < b);
    let inside = low.is_none_or(|low| least.is_some_and(|least| low <= least)) && high.is_none_or(|high| most.is_some_and(|most| most <= high));
    let (verdict, why) = match (inside, below(most, low) || below(high, least)) {
        (true, _) => (Verdict::Consistent, Why::Within),
        (false, true) => (Verdict::Inconsistent, Why::Apart),
        (false, false) => (Verdict::Unknown, Why::InPart(Vec::new())),
    };
    Found { interval: Some(hull), ..Found::of(verdict, why) }
}

/// What is printed, as the rules have it.
fn scaled(published: Decimal, print: Print) -> Option<Number> {
    let published = Number::from(published);
    if print.percent { published.over(&Number::from(Decimal::ONE_HUNDRED)).ok().flatten() } else { Some(published) }
}

impl Ground<'_> {
    /// Whether the value is known exactly, roundings aside.
    fn stand_is_exact(&self, case: &Case<'_>, root: StepId) -> bool {
        matches!(case.evaluate(&self.stand, root), Bounds::Exactly(Value::Number(_)))
    }
}
