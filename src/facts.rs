//! Tables to typed facts, and the register of units.
//!
//! In: the bytes of tables, and the facts that a plan declares. Out: [`Facts`], every cell with its value, its place in the table
//! and its provenance; or the faults of the data, all of them. Never: a number read through a binary float, a unit dropped.

pub(crate) mod adjustments;
pub(crate) mod calendar;
pub(crate) mod changes;
pub(crate) mod check;
pub(crate) mod columns;
mod figure;
pub(crate) mod files;
mod gathering;
pub(crate) mod grid;
pub(crate) mod header;
pub(crate) mod ledger;
mod lines;
pub(crate) mod load;
mod moments;
pub(crate) mod named;
mod number;
mod partly;
pub(crate) mod past;
pub(crate) mod printed;
mod provenance;
mod records;
pub(crate) mod register;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod stray;
pub(crate) mod table;
mod units;
mod workbook;

use std::collections::BTreeMap;

use indexmap::IndexSet;
use serde::Serialize;

use self::adjustments::Adjustments;
use self::past::Past;
use crate::diag::{CellPlace, Diagnostic, Words, words};
use crate::eval::Cells;
use crate::eval::domain::{Absence, Bounds, Value};
use crate::eval::stages::{self, Members};
use crate::plan::{AttributeId, Fact, FactId, InputId, Name, Plan, RecordId, StepId, TierId};
use crate::source::FileRead;
use grid::Form;
use ledger::Ledger;

/// How a value came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provenance {
    /// 公布: printed.
    Published,
    /// 推得: the only value that fits what was printed.
    Derived,
    /// 代入: one of several that fit.
    Fitted,
    /// 评定: entered.
    Assessed,
    /// 缺省: by the default of the rules.
    Default,
}

/// A value with its place and provenance.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// 部分已知 where the cell holds a set.
    pub(crate) value: Value,
    /// What it can be, where the cell holds a set.
    pub(crate) known: Option<Box<Known>>,
    /// Which of the files of [`Facts`].
    pub(crate) file: usize,
    /// The row, counted from 1 with the header; of a JSON file the record.
    pub(crate) row: usize,
    /// Which heading of that file.
    pub(crate) column: usize,
    pub(crate) provenance: Option<Provenance>,
    /// What the provenance rests on, quoted.
    pub(crate) basis: Option<Box<str>>,
}

/// A fact of which it is known in part what it is.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// What it can be, as far as the bounds of other facts allow.
    pub(crate) bounds: Bounds,
    /// What it can be by its cell alone.
    pub(crate) stated: Bounds,
    /// The values, where the cell lists them.
    pub(crate) listed: Vec<Value>,
    /// The cell as it is written.
    pub(crate) written: String,
}

/// A table that was read: a file, or one sheet of a workbook.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) sheet: Option<String>,
    pub(crate) form: Form,
    pub(crate) headings: Vec<String>,
}

/// A unit that is scored.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) tier: TierId,
    /// The unit above, as a place among the members.
    pub(crate) parent: Option<usize>,
    /// The attributes that the rules read, as places in [`Facts::words`].
    pub(crate) attributes: Vec<Option<usize>>,
}

/// The facts of one period.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) files: Vec<File>,
    /// In the order of the register, or of the first file.
    pub(crate) members: Vec<Member>,
    /// The cells of each member by fact.
    pub(crate) rows: Vec<Row>,
    /// The records of each kind; none of a kind that no table holds.
    pub(crate) ledgers: Vec<Option<Ledger>>,
    /// Texts of records that the rules do not hold: symbols count on from those of the plan.
    pub(crate) texts: Vec<String>,
    /// What attributes say.
    pub(crate) words: IndexSet<String>,
    /// How units are called in the register by other names, without white space; empty where the rules name no unit.
    pub(crate) aliases: BTreeMap<String, String>,
    /// SHA-256 over the bytes of all files, sorted by path.
    pub(crate) sha256: String,
    /// Every file that was read, those of other periods behind those of this one.
    pub(crate) read: Vec<FileRead>,
    /// What was read of other periods.
    pub(crate) past: Past,
    /// What was corrected after appeals.
    pub(crate) adjustments: Option<Box<Adjustments>>,
}

/// The cells of one unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Whether a table has a row for the unit; a registered unit without one is 缺数据, whatever has a default.
    pub(crate) listed: bool,
    pub(crate) cells: Vec<Option<Cell>>,
    /// What was gathered for the unit from outside its row, by input.
    pub(crate) inputs: Vec<Option<Value>>,
    /// What can be gathered where that is known in part.
    pub(crate) bounds: Vec<(InputId, Bounds)>,
    /// Scores that stand instead of those that are computed, by their steps.
    pub(crate) instead: Vec<(StepId, Value)>,
}

impl Row {
    pub(crate) fn get(&self, fact: FactId) -> Option<&Cell> {
        self.cells.get(fact).and_then(Option::as_ref)
    }

    /// Whether a fact of the unit is known in part.
    pub(crate) fn is_partly_known(&self) -> bool {
        self.cells.iter().flatten().any(|cell| cell.known.is_some())
    }

    /// Whether something that the unit is scored by is known in part: a fact, or what was gathered.
    pub(crate) fn is_open(&self) -> bool {
        self.is_partly_known() || self.inputs.iter().flatten().any(|value| *value == Value::Absent(Absence::Partly))
    }

    /// What can be gathered from outside the row where not all of it is known.
    fn gathered(&self, input: InputId) -> Bounds {
        self.bounds.iter().find(|(other, _)| *other == input).map_or(Bounds::ANY, |(_, bounds)| *bounds)
    }
}

/// The cells of a unit with what can be of those that are known in part.
pub(crate) struct InPart<'r>(pub(crate) &'r Row);

impl Cells<Bounds> for InPart<'_> {
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        self.0.get(fact).map(|cell| cell.known.as_ref().map_or(Bounds::of(cell.value), |known| known.bounds))
    }

    fn input(&self, input: InputId) -> Option<Bounds> {
        let value = Cells::input(self.0, input)?;
        // what is gathered from what is known in part is anything that can be gathered
        Some(if value == Value::Absent(Absence::Partly) { self.0.gathered(input) } else { Bounds::of(value) })
    }

    fn instead(&self, step: StepId) -> Option<Bounds> {
        Cells::instead(self.0, step).map(Bounds::of)
    }

    fn is_adjusted(&self) -> bool {
        self.0.is_adjusted()
    }
}

impl Cells<Value> for Row {
    fn cell(&self, fact: FactId) -> Option<Value> {
        self.get(fact).map(|cell| cell.value)
    }

    fn input(&self, input: InputId) -> Option<Value> {
        self.inputs.get(input).copied().flatten()
    }

    fn instead(&self, step: StepId) -> Option<Value> {
        self.instead.iter().find(|(other, _)| *other == step).map(|(_, value)| *value)
    }

    fn is_adjusted(&self) -> bool {
        !self.instead.is_empty()
    }
}

impl Members for Facts {
    type Row<'r> = &'r Row;

    fn count(&self) -> usize {
        self.members.len()
    }

    fn tier(&self, member: usize) -> TierId {
        self.members.get(member).map_or(0, |member| member.tier)
    }

    fn is_listed(&self, member: usize) -> bool {
        self.rows.get(member).is_some_and(|row| row.listed)
    }

    fn parent(&self, member: usize) -> Option<usize> {
        self.members.get(member)?.parent
    }

    fn attribute(&self, member: usize, attribute: AttributeId) -> Option<usize> {
        self.members.get(member)?.attributes.get(attribute).copied().flatten()
    }

    fn is_one_of(&self, member: usize, names: &[Name]) -> bool {
        self.members.get(member).is_some_and(|member| named::is_one_of(&member.name, names, &self.aliases))
    }

    fn records(&self, member: usize, record: RecordId) -> Option<Vec<&[Value]>> {
        self.ledgers.get(record)?.as_ref().map(|ledger| ledger.of(member))
    }

    fn row(&self, member: usize) -> &Row {
        self.rows.get(member).unwrap_or(&NO_ROW)
    }

    fn put(&mut self, member: usize, input: InputId, value: Value) {
        if let Some(slot) = self.rows.get_mut(member).and_then(|row| row.inputs.get_mut(input)) {
            *slot = Some(value);
        }
    }
}

/// The row of no unit.
static NO_ROW: Row = Row { listed: false, cells: Vec::new(), inputs: Vec::new(), bounds: Vec::new(), instead: Vec::new() };

/// The value that a text gives a fact, as a cell would; or what is wrong with it.
pub(crate) fn value_of(plan: &Plan, fact: &Fact, text: &str) -> Result<Value, Words> {
    let mut diagnostics = Vec::new();
    let read = number::Reading { plan, fact, stated: None }.read(text, &CellPlace::default(), &mut diagnostics);
    read.ok_or_else(|| {
        let fault = diagnostics.into_iter().find(Diagnostic::is_error).map(|fault| fault.words);
        fault.unwrap_or_else(|| words!("读不懂「{text}」", "cannot read {text}"))
    })
}

impl Facts {
    /// Fills in what the rules read from outside the row of each unit; to be done again whenever a row is changed.
    pub(crate) fn gather(&mut self, plan: &Plan) {
        self.gather_once(plan);
        // a fact that is known in part and follows from what was gathered may be known better by it
        if partly::narrow_by_gathered(plan, self) {
            self.gather_once(plan);
        }
    }

    fn gather_once(&mut self, plan: &Plan) {
        for row in &mut self.rows {
            row.inputs.resize(plan.inputs.len(), None);
            for (slot, input) in row.inputs.iter_mut().zip(&plan.inputs) {
                // what is read of other periods does not change with a row of this one
                *slot = slot.filter(|_| input.earlier().is_some());
            }
        }
        stages::fill(plan, self);
        gathering::bound(plan, self);
    }

    /// Where a cell stands.
    pub(crate) fn place(&self, cell: &Cell) -> CellPlace {
        let Some(file) = self.files.get(cell.file) else { return CellPlace::default() };
        let heading = file.headings.get(cell.column).map(String::as_str).unwrap_or_default();
        grid::place(&file.path, file.sheet.as_deref(), file.form, (cell.row, cell.column), heading)
    }
}
