//! The cells of published tables, each with the unit and the value of the rules that it prints.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::facts::Facts;
use crate::facts::register::UNIT;
use crate::facts::table::{Table, bare, is_ignored};
use crate::golden::published::{Column, column, is_of_lists, item, lists_in, number};
use crate::plan::{FactId, ItemId, Plan, StepId};

/// One published cell.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Which of the tables.
    pub(crate) table: usize,
    /// The row as the user sees it.
    pub(crate) row: usize,
    /// The unit as the facts call it, or as printed where they have none of that name.
    pub(crate) unit: String,
    /// Its place among the members; none where the facts have no such unit.
    pub(crate) member: Option<usize>,
    /// The unit that a name which the facts do not have may stand for.
    pub(crate) near: Option<String>,
    /// The heading without its marks.
    pub(crate) column: String,
    pub(crate) shows: Column,
    /// The item that applies to the unit, of a column of items.
    pub(crate) item: Option<ItemId>,
    pub(crate) printed: String,
}

impl Cell {
    /// The number that it prints.
    pub(crate) fn number(&self) -> Option<Decimal> {
        number(&self.printed)
    }

    /// The step in the rules of what it prints; none of places, tiers and the like, and where nothing of that name applies to the unit.
    pub(crate) fn root(&self, plan: &Plan, facts: &Facts) -> Option<StepId> {
        let program = plan.programs.get(facts.members.get(self.member?)?.tier)?;
        match self.shows {
            Column::Total => Some(program.total),
            Column::Item => program.items.get(self.item?).copied().flatten().map(|steps| steps.score),
            Column::Fact(fact) => program.facts.get(fact).copied().flatten(),
            Column::Rank | Column::Tier | Column::Output(_) | Column::Eligible | Column::Listed(_) => None,
        }
    }
}

/// What was published.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    pub(crate) cells: Vec<Cell>,
    /// The tables by file and sheet.
    pub(crate) tables: Vec<(String, Option<String>)>,
    /// Tables without a column of units.
    pub(crate) unread: Vec<usize>,
    /// Columns that name nothing in the rules, by table.
    pub(crate) ignored: Vec<(usize, String)>,
}

/// A unit among the members, or else the name that may have been meant.
pub(crate) type Named = Result<usize, Option<String>>;

impl Printed {
    /// The cells of tables; what names a unit is found by `unit`. A blank cell is none, unless it is that of an item: it says that nothing was given.
    pub(crate) fn of(tables: &[Table], plan: &Plan, facts: &Facts, unit: &dyn Fn(&str) -> Named) -> Printed {
        let mut printed = Printed::default();
        for (index, table) in tables.iter().enumerate() {
            printed.tables.push((table.path.clone(), table.sheet.clone()));
            let Some(unit_column) = table.column(UNIT) else {
                printed.unread.push(index);
                continue;
            };
            let headings: Vec<&str> = table.headings.iter().map(|heading| bare(heading)).collect();
            let shown = |heading: &&str| if is_of_lists(heading) && !plan.lists.is_empty() { Some(Column::Listed(None)) } else { column(plan, heading) };
            let columns: Vec<Option<Column>> = headings.iter().map(shown).collect();
            for (place, (heading, shows)) in headings.iter().zip(&columns).enumerate() {
                if place != unit_column && shows.is_none() && !heading.is_empty() && !is_ignored(heading) {
                    printed.ignored.push((index, (*heading).to_owned()));
                }
            }
            for (row, cells) in table.rows.iter().filter(|(row, _)| !table.sums.contains(row)) {
                let name = cells.get(unit_column).map(String::as_str).unwrap_or_default();
                let found = unit(name);
                for (place, (heading, shows)) in headings.iter().zip(&columns).enumerate() {
                    let text = cells.get(place).map(|text| text.trim()).unwrap_or_default();
                    let Some(shows) = shows.filter(|shows| !text.is_empty() || *shows == Column::Item) else { continue };
                    let member = found.as_ref().ok().copied();
                    let known = member.and_then(|member| facts.members.get(member));
                    let program = known.and_then(|member| plan.programs.get(member.tier));
                    let parts = match shows {
                        Column::Listed(_) => lists_in(plan, text).into_iter().map(|(name, list)| (name, Column::Listed(list))).collect(),
                        shows => vec![(text, shows)],
                    };
                    printed.cells.extend(parts.into_iter().map(|(text, shows)| Cell {
                        table: index,
                        row: *row,
                        unit: known.map_or(name, |member| member.name.as_str()).to_owned(),
                        member,
                        near: found.as_ref().err().cloned().flatten(),
                        column: (*heading).to_owned(),
                        shows,
                        item: program.filter(|_| shows == Column::Item).and_then(|program| item(plan, program, heading)),
                        printed: text.to_owned(),
                    }));
                }
            }
        }
        printed
    }

    /// The cells of a unit.
    pub(crate) fn of_member(&self, member: usize) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.member == Some(member))
    }

    /// The facts of a unit that a table prints.
    pub(crate) fn facts_of(&self, member: usize, table: Option<usize>) -> BTreeSet<FactId> {
        let of_table = |cell: &&Cell| table.is_none_or(|table| cell.table == table);
        let fact = |cell: &Cell| if let Column::Fact(fact) = cell.shows { Some(fact) } else { None };
        self.of_member(member).filter(of_table).filter_map(fact).collect()
    }
}
