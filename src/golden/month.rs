//! A published month: facts, the published tables beside them, and the differences that are known.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;

use super::Difference;
use super::published::{self, Column, number, span, truth};
use crate::diag::{Lang, words};
use crate::eval::Until;
use crate::eval::domain::{Absence, TracedValue, Value};
use crate::eval::outcome::Outcome;
use crate::eval::trace::{Source, Trace};
use crate::facts::register::UNIT;
use crate::facts::table::{Table, bare};
use crate::facts::{Facts, Provenance};
use crate::plan::{ItemId, MarkKind, Plan, Program, StepId};
use crate::quantity::Number;
use crate::results::{ListResult, Output, Place, Results, State, UnitResult, evaluated};

/// A difference that is known, with both values and why.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) unit: String,
    pub(crate) column: String,
    pub(crate) published: String,
    pub(crate) computed: String,
    pub(crate) reason: String,
}

/// What the agreement of a published cell rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// Facts that were printed, and nothing else.
    Published,
    /// Printed facts, and an assumption or an open point of the rules.
    Assumed,
    /// A default of the rules: nothing is known of the unit.
    Default,
    /// A value that was entered as printed.
    Entered,
    /// Facts that were fitted to printed scores: no evidence at all.
    Fitted,
    /// A fact without a provenance.
    Unstated,
    /// An empty cell: the indicator does not apply, or nothing was given or taken.
    Blank,
}

/// What came of a month.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Cells that were compared.
    pub(crate) cells: usize,
    /// Those of them that print a score, a total or a place.
    pub(crate) results: usize,
    pub(crate) differences: Vec<Difference>,
    /// Known differences that occurred.
    pub(crate) known: Vec<Known>,
    /// The cells in which they did: a value may be printed in two tables.
    pub(crate) known_cells: usize,
    /// Known differences that do not occur any more: a fault.
    pub(crate) stale: Vec<Known>,
    /// For each published column, how many of its cells rest on what.
    pub(crate) evidence: IndexMap<String, BTreeMap<Evidence, usize>>,
    /// Columns that name nothing in the rules.
    pub(crate) ignored: Vec<String>,
}

/// Compares the results of a month with its published tables.
pub(crate) fn compare(plan: &Plan, facts: &Facts, results: &Results, tables: &[Table], known: &[Known]) -> Report {
    let mut report = Report::default();
    let comparison = Comparison { plan, facts, results };
    for table in tables {
        comparison.table(table, known, &mut report);
    }
    let occurred = |known: &Known| report.known.iter().any(|other| other.unit == known.unit && other.column == known.column);
    let stale = known.iter().filter(|known| !occurred(known)).cloned().collect();
    report.stale = stale;
    report
}

/// A published cell.
struct Cell<'a> {
    unit: &'a UnitResult,
    heading: &'a str,
    column: Column,
    printed: &'a str,
}

/// The units of published lists.
struct Lists<'t> {
    path: &'t str,
    units: IndexMap<&'t str, IndexSet<&'t str>>,
    /// Whether they stand in the order of the list.
    ordered: bool,
}

impl<'t> Lists<'t> {
    /// Of a table with a row for every unit of every list.
    fn in_order(table: &'t Table, columns: (usize, usize)) -> Self {
        let whole = |names: &'t str| vec![names];
        Lists { path: &table.path, units: Lists::gathered(table, columns, whole), ordered: true }
    }

    /// Of a table with a row for every unit, and in it the names of its lists.
    fn beside_scores(table: &'t Table, columns: (usize, usize)) -> Self {
        let each = |names: &'t str| published::names_in(names).collect();
        Lists { path: &table.path, units: Lists::gathered(table, columns, each), ordered: false }
    }

    fn gathered(table: &'t Table, (list_column, unit_column): (usize, usize), names: impl Fn(&'t str) -> Vec<&'t str>) -> IndexMap<&'t str, IndexSet<&'t str>> {
        let mut found: IndexMap<&str, IndexSet<&str>> = IndexMap::new();
        for (_, row) in &table.rows {
            let cell = |column: usize| row.get(column).map(|cell| cell.trim()).unwrap_or_default();
            for name in names(cell(list_column)) {
                found.entry(name).or_default().insert(cell(unit_column));
            }
        }
        found
    }
}

struct Comparison<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    results: &'a Results,
}

impl Comparison<'_> {
    fn table(&self, table: &Table, known: &[Known], report: &mut Report) {
        let Some(unit_column) = table.column(UNIT) else { return };
        // a printed heading may bear its marks
        let headings: Vec<&str> = table.headings.iter().map(|heading| bare(heading)).collect();
        let columns: Vec<Option<Column>> = headings.iter().map(|heading| published::column(self.plan, heading)).collect();
        let list_column = headings.iter().position(|heading| published::is_of_lists(heading));
        // a table of scores may say of each unit which lists it is on
        let of_scores = columns.iter().flatten().any(|column| !matches!(column, Column::Rank | Column::Tier | Column::Fact(_)));
        match list_column {
            Some(list_column) if of_scores => self.lists(&Lists::beside_scores(table, (list_column, unit_column)), known, report),
            Some(list_column) => return self.lists(&Lists::in_order(table, (list_column, unit_column)), known, report),
            None => {}
        }
        for (index, heading) in headings.iter().enumerate() {
            if index != unit_column
                && Some(index) != list_column
                && matches!(columns.get(index), Some(None))
                && !report.ignored.iter().any(|ignored| ignored == heading)
            {
                report.ignored.push((*heading).to_owned());
            }
        }
        for (_, row) in &table.rows {
            let name = row.get(unit_column).map(String::as_str).unwrap_or_default();
            let Some(unit) = self.results.units.iter().find(|unit| unit.unit == name) else {
                report.differences.push(Difference {
                    unit: name.to_owned(),
                    column: table.path.clone(),
                    expected: "有这个单位".to_owned(),
                    computed: "结果里没有".to_owned(),
                });
                continue;
            };
            for (index, (heading, column)) in headings.iter().copied().zip(&columns).enumerate() {
                let printed = row.get(index).map(String::as_str).unwrap_or_default();
                if let Some(column) = column {
                    let cell = Cell { unit, heading, column: *column, printed: printed.trim() };
                    self.cell(&cell, known, report);
                }
            }
        }
    }

    fn cell(&self, cell: &Cell<'_>, known: &[Known], report: &mut Report) {
        let Cell { unit, heading, column, printed } = *cell;
        let item = if column == Column::Item { self.item(unit, heading) } else { None };
        let computed = self.computed(unit, column, item);
        if printed.is_empty() && column != Column::Item {
            return;
        }
        report.cells += 1;
        report.results += usize::from(!matches!(column, Column::Fact(_) | Column::Tier));
        let agrees = match (&computed, printed.is_empty()) {
            (None, true) => true,
            // an empty cell of an indicator says that it does not apply, or that nothing was given or taken
            (Some(computed), true) => number(computed).is_some_and(|value| value.is_zero()),
            (Some(computed), false) if matches!(column, Column::Tier | Column::Output(_)) && computed == printed => true,
            (Some(computed), false) if matches!(column, Column::Output(_) | Column::Eligible) && truth(computed).is_some() => truth(computed) == truth(printed),
            (Some(_), false) if column == Column::Tier => false,
            (Some(computed), false) if span(computed).is_some() => {
                span(computed) == span(printed) || self.absence(unit, column, item).is_some_and(|(zh, en)| printed == zh || printed == en)
            }
            (Some(computed), false) => number(computed).is_some() && number(computed) == number(printed),
            // a table may say in words that there is no score
            (None, false) => self.absence(unit, column, item).is_some_and(|(zh, en)| printed == zh || printed == en),
        };
        let shown = computed.unwrap_or_else(|| state(unit).to_owned());
        if agrees {
            let evidence = if printed.is_empty() { Evidence::Blank } else { self.evidence(unit, column, item) };
            // a fact that is printed again is no result, and so is the tier
            if !matches!(column, Column::Tier | Column::Fact(_)) {
                *report.evidence.entry(heading.to_owned()).or_default().entry(evidence).or_insert(0) += 1;
            }
            return;
        }
        let same = |a: &str, b: &str| a == b || number(a).is_some() && number(a) == number(b);
        match known.iter().find(|known| known.unit == unit.unit && known.column == heading && same(&known.published, printed) && same(&known.computed, &shown))
        {
            Some(known) => {
                report.known_cells += 1;
                report.known.push(known.clone());
            }
            // a table may print one value under two headings
            None if known.iter().any(|known| {
                known.unit == unit.unit
                    && same(&known.published, printed)
                    && same(&known.computed, &shown)
                    && published::column(self.plan, &known.column) == Some(column)
            }) =>
            {
                report.known_cells += 1;
            }
            None => report.differences.push(Difference {
                unit: unit.unit.clone(),
                column: heading.to_owned(),
                expected: if printed.is_empty() { "(空)".to_owned() } else { printed.to_owned() },
                computed: shown,
            }),
        }
    }

    /// Why a score is missing or open, in the words of both languages.
    fn absence(&self, unit: &UnitResult, column: Column, item: Option<ItemId>) -> Option<(&'static str, &'static str)> {
        let state = match column {
            Column::Total => unit.status,
            Column::Item => match unit.indicators.get(&self.plan.items.get(item?)?.name) {
                Some(indicator) => indicator.status,
                None => self.of_section(unit, item?)?,
            },
            _ => return None,
        };
        match state {
            State::Missing => Some(("缺数据", "missing")),
            State::Partly => Some(("部分已知", "partly known")),
            State::Pending => Some(("待定", "pending")),
            State::Exempt => Some(("不参评", "exempt")),
            State::NotApplicable => Some(("不适用", "n/a")),
            State::Scored => None,
        }
    }

    /// What became of an item that holds others.
    fn of_section(&self, unit: &UnitResult, item: ItemId) -> Option<State> {
        if unit.status == State::Exempt {
            return Some(State::Exempt);
        }
        let (program, outcome) = self.outcome(unit)?;
        let Some(steps) = program.items.get(item)?.as_ref() else { return Some(State::NotApplicable) };
        match outcome.value(steps.score) {
            Value::Absent(Absence::NotApplicable) => Some(State::NotApplicable),
            Value::Absent(Absence::Missing) => Some(State::Missing),
            Value::Absent(Absence::Partly) => Some(State::Partly),
            Value::Absent(Absence::Pending) => Some(State::Pending),
            _ => None,
        }
    }

    /// Compares the lists that a table names with those of the rules: who is on one, and in what order within a tier or group.
    fn lists(&self, published: &Lists<'_>, known: &[Known], report: &mut Report) {
        let lang = self.plan.lang;
        for (name, units) in &published.units {
            let name = *name;
            if !self.plan.lists.iter().any(|list| list.name == name) {
                let expected = words!("有这个名单", "a list of this name").get(lang).to_owned();
                let computed = words!("规则里没有", "none in the rules").get(lang).to_owned();
                report.differences.push(Difference { unit: name.to_owned(), column: published.path.to_owned(), expected, computed });
                continue;
            }
            let groups: Vec<&ListResult> = self.results.lists.iter().filter(|list| list.name == name).collect();
            let listed: Vec<&str> = groups.iter().flat_map(|list| &list.units).map(|listed| listed.unit.as_str()).collect();
            let moved: IndexMap<&str, (usize, usize)> =
                if published.ordered { groups.iter().flat_map(|list| moved(units, list)).collect() } else { IndexMap::new() };
            let either: IndexSet<&str> = units.iter().chain(&listed).copied().collect();
            for unit in either {
                report.cells += 1;
                report.results += 1;
                let (expected, computed) = match (units.contains(&unit), listed.contains(&unit), moved.get(unit)) {
                    (true, true, None) => {
                        let evidence = self.evidence_of_list(unit, name);
                        *report.evidence.entry(name.to_owned()).or_default().entry(evidence).or_insert(0) += 1;
                        continue;
                    }
                    (_, _, Some((printed, placed))) => (standing(*printed, lang), standing(*placed, lang)),
                    (expected, computed, None) => (on_the_list(expected, lang), on_the_list(computed, lang)),
                };
                let is_known = |known: &&Known| known.unit == unit && known.column == name && known.published == expected && known.computed == computed;
                match known.iter().find(is_known) {
                    Some(known) => {
                        report.known_cells += 1;
                        report.known.push(known.clone());
                    }
                    None => report.differences.push(Difference { unit: unit.to_owned(), column: name.to_owned(), expected, computed }),
                }
            }
        }
    }

    /// The weakest thing that the place of a unit on a list rests on.
    fn evidence_of_list(&self, unit: &str, name: &str) -> Evidence {
        let found = self.results.units.iter().find(|found| found.unit == unit).and_then(|unit| {
            let (program, outcome) = self.outcome(unit)?;
            let number = self.plan.lists.iter().position(|list| list.name == name)?;
            let steps = program.lists.get(number)?.as_ref()?;
            let trace = Trace { plan: self.plan, program, outcome: &outcome };
            steps.condition.iter().chain(&steps.keys).map(|step| self.rests_on(unit, &trace, *step)).max()
        });
        found.unwrap_or(Evidence::Unstated)
    }

    fn program(&self, unit: &UnitResult) -> Option<&Program> {
        self.plan.programs.iter().find(|program| program.tier == unit.tier)
    }

    /// The item of a heading that applies to the unit.
    fn item(&self, unit: &UnitResult, heading: &str) -> Option<ItemId> {
        published::item(self.plan, self.program(unit)?, heading)
    }

    fn computed(&self, unit: &UnitResult, column: Column, item: Option<ItemId>) -> Option<String> {
        match column {
            Column::Total => unit.total.clone().or_else(|| unit.interval.as_ref().map(ToString::to_string)),
            Column::Rank => unit.rank.map(|place| crate::quantity::plain(place.0)).or_else(|| unit.rank_interval.map(|places| places.to_string())),
            Column::Tier => Some(unit.tier.clone()),
            Column::Output(output) => match unit.outputs.get_index(output)?.1.as_ref()? {
                Output::Text(text) => Some(text.clone()),
                Output::Truth(truth) => Some(if *truth { "是" } else { "否" }.to_owned()),
                Output::Between { interval } => Some(interval.to_string()),
            },
            Column::Eligible => unit.eligible.map(|eligible| if eligible { "是" } else { "否" }.to_owned()),
            // lists are compared as a whole
            Column::Listed(_) => None,
            Column::Item => {
                let name = &self.plan.items.get(item?)?.name;
                let indicator = unit.indicators.get(name).map(|one| (&one.score, &one.interval));
                let (score, interval) = indicator.or_else(|| unit.sections.get(name).map(|one| (&one.score, &one.interval)))?;
                score.clone().or_else(|| interval.as_ref().map(ToString::to_string))
            }
            Column::Fact(fact) => {
                let (program, outcome) = self.outcome(unit)?;
                let step = program.facts.get(fact).copied().flatten()?;
                let value = outcome.value(step).decimal()?;
                let percent = self.plan.facts.get(fact)?.unit().is_some_and(crate::quantity::Unit::is_percent);
                let value = if percent { Number::from(value).times(&Number::from(Decimal::ONE_HUNDRED)).ok()?.decimal()? } else { value };
                Some(if percent { format!("{}%", crate::quantity::plain(value)) } else { crate::quantity::plain(value) })
            }
        }
    }

    fn outcome(&self, unit: &UnitResult) -> Option<(&Program, Outcome<TracedValue>)> {
        let index = self.facts.members.iter().position(|member| member.name == unit.unit)?;
        let program = self.program(unit)?;
        Some((program, evaluated(program, self.facts.rows.get(index)?, Until::Bounds).0))
    }

    fn evidence(&self, unit: &UnitResult, column: Column, item: Option<ItemId>) -> Evidence {
        let found = self.outcome(unit).and_then(|(program, outcome)| {
            let root = match column {
                Column::Item => program.items.get(item?).copied().flatten()?.score,
                Column::Fact(fact) => program.facts.get(fact).copied().flatten()?,
                Column::Output(output) => program.values.get(*self.plan.outputs.get(output)?).copied().flatten()?,
                Column::Eligible => program.not_eligible?,
                _ => program.total,
            };
            Some(self.rests_on(unit, &Trace { plan: self.plan, program, outcome: &outcome }, root))
        });
        found.unwrap_or(Evidence::Unstated)
    }

    /// The weakest thing that a value rests on.
    fn rests_on(&self, unit: &UnitResult, trace: &Trace<'_>, root: StepId) -> Evidence {
        let index = self.facts.members.iter().position(|member| member.name == unit.unit);
        let row = index.and_then(|index| self.facts.rows.get(index));
        let mut weakest = Evidence::Published;
        for source in trace.facts(root) {
            let of = match source {
                Source::Default(_) => Evidence::Default,
                Source::Cell(fact) => match row.and_then(|row| row.get(fact)).and_then(|cell| cell.provenance) {
                    Some(Provenance::Published) => Evidence::Published,
                    Some(Provenance::Assessed) => Evidence::Entered,
                    Some(Provenance::Derived | Provenance::Fitted) => Evidence::Fitted,
                    Some(Provenance::Default) => Evidence::Default,
                    None => Evidence::Unstated,
                },
            };
            weakest = weakest.max(of);
        }
        let assumed = trace.marks(root).iter().filter_map(|mark| self.plan.marks.get(*mark)).any(|mark| mark.kind != MarkKind::Pending);
        if assumed { weakest.max(Evidence::Assumed) } else { weakest }
    }
}

/// The units that stand elsewhere on a printed list than on that of the rules, with both positions, counted among the units that are on both. Units that
/// share a place may be printed in any order, and a list of the last from either end.
fn moved<'a>(printed: &IndexSet<&'a str>, list: &ListResult) -> Vec<(&'a str, (usize, usize))> {
    let place = |unit: &str| list.units.iter().find(|listed| listed.unit == unit).map(|listed| listed.place);
    let printed: Vec<(&'a str, Place)> = printed.iter().filter_map(|unit| Some((*unit, place(unit)?))).collect();
    let mut ordered = printed.clone();
    // a stable sort keeps those that share a place as they are printed
    match (printed.first(), printed.last()) {
        (Some((_, first)), Some((_, last))) if !list.top && first > last => ordered.sort_by_key(|(_, place)| std::cmp::Reverse(*place)),
        _ => ordered.sort_by_key(|(_, place)| *place),
    }
    let position = |unit: &str| ordered.iter().position(|(other, _)| *other == unit);
    let moved = printed.iter().enumerate().filter_map(|(at, (unit, _))| Some((*unit, (at, position(unit)?))));
    moved.filter(|(_, (at, position))| at != position).collect()
}

/// Whether a unit is on a list, in words.
fn on_the_list(on: bool, lang: Lang) -> String {
    if on { words!("在名单上", "on the list") } else { words!("不在名单上", "not on the list") }.get(lang).to_owned()
}

/// A position on a list, in words.
fn standing(position: usize, lang: Lang) -> String {
    let number = position.saturating_add(1);
    words!("第 {number} 位", "number {number}").get(lang).to_owned()
}

fn state(unit: &UnitResult) -> &'static str {
    match unit.status {
        State::Exempt => "不参评",
        State::Missing => "缺数据",
        State::Partly => "部分已知",
        State::Pending => "待定",
        State::Scored | State::NotApplicable => "不适用",
    }
}
