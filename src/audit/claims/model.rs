//! A claims file as a standard of its own: every table is a record of the one unit that is scored, the bulletin, and every query an
//! output of it. So the expressions, aggregates, units and absences are those of the rules, and so is the evaluator.
//!
//! What is written beside the grammar of the rules is put into it here: `附表("甲").得分` is the row of a key, `附表.得分` inside the
//! rows of another table the row with the same key, and a column may be called as a keyword is.

mod bind;
mod expression;
mod standard;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use self::bind::Binder;
pub(super) use self::standard::{RANK, joined, span_of};
use super::given::{Given, Standing};
use super::parse::{Stretch, Tree, Word};
use crate::diag::{self, Diagnostic};
use crate::facts::table::squeezed;
use crate::plan::{Plan, RecordId};
use crate::quantity::Mode;
use crate::source::{Sources, Span};

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// From the colon on.
    Written(Stretch),
    Made(String),
}

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those of a file.
    Printed,
    Facts,
    /// What the standard makes of the facts.
    Computed,
    Numbers,
}

#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) columns: Vec<Column>,
    /// Columns of other tables that are read by the key of this one: the table and the name.
    pub(super) joins: Vec<(usize, String)>,
    /// Places of the rows by one of its columns.
    pub(super) places: Vec<Placed>,
    pub(super) key: String,
    pub(super) partial: bool,
    /// The lines of the text that it was copied from.
    pub(super) copied: Vec<RangeInclusive<usize>>,
    pub(super) rows: Rows,
    /// Cells that prove nothing, by the key and the column.
    standing: BTreeMap<(String, String), Standing>,
    /// Whether its rows are there.
    pub(super) known: bool,
    pub(super) span: Span,
}

impl Table {
    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether it was copied from a line of the text.
    pub(super) fn is_copied_from(&self, line: usize) -> bool {
        self.copied.iter().any(|lines| lines.contains(&line))
    }

    /// Whether a cell that agrees with print proves nothing.
    pub(super) fn standing(&self, key: &str, column: &str) -> Option<Standing> {
        self.standing.get(&(squeezed(key), column.to_owned())).copied()
    }
}

/// A column that holds the place of each row: among all, or among those that have another column in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) same: Option<String>,
    pub(super) by: String,
    pub(super) descending: bool,
}

impl Placed {
    /// What the column is called.
    pub(super) fn name(&self) -> String {
        let Placed { same, by, descending } = self;
        let order = if *descending { "从高到低" } else { "从低到高" };
        same.as_ref().map_or_else(|| format!("名次·{by}·{order}"), |same| format!("名次·{by}·{order}·{same}"))
    }
}

/// A part of an expression as the rules have it.
#[derive(Debug, Clone)]
enum Part {
    Copy(Span),
    /// What stands instead of something that was written.
    Sign(String, Span),
}

/// An expression, and what it rests on.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    parts: Vec<Part>,
    pub(super) reads: Reads,
}

/// What an expression rests on besides its own row.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads {
    /// Every table of which it reads anything.
    pub(super) tables: Vec<usize>,
    /// Those over whose rows it gathers.
    pub(super) gathered: Vec<usize>,
    /// Single rows: the table and the key.
    pub(super) rows: Vec<(usize, Word)>,
    pub(super) cells: Vec<CellOf>,
}

/// A column of a table in one row, or in any.
#[derive(Debug, Clone)]
pub(super) struct CellOf {
    pub(super) table: usize,
    pub(super) key: Option<String>,
    pub(super) column: String,
}

/// The outputs that answer a query, by their names.
#[derive(Debug)]
pub(super) enum Made {
    /// The comparison with a printed number, where that is what it is.
    Holds {
        output: String,
        stated: Option<String>,
    },
    List {
        table: usize,
        holds: String,
        key: Option<String>,
        values: Vec<Option<(String, String)>>,
    },
    Values {
        table: usize,
        values: Vec<(String, String)>,
    },
    Rows {
        table: usize,
        condition: Option<String>,
        holds: String,
    },
    /// It is not evaluated.
    Nothing,
}

/// A query that is made, and what it rests on.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) made: Made,
    pub(super) reads: Reads,
    /// The cells that it holds, as they stand, against what is printed or against each other; none where it computes anything.
    pub(super) bare: Vec<CellOf>,
}

/// A claims file, ready to be evaluated.
pub(super) struct Model {
    pub(super) tables: Vec<Table>,
    pub(super) asked: Vec<Asked>,
    /// The other names of what tables name, squeezed, with the name that stands for them.
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) plan: Plan,
}

impl Model {
    /// The name that stands for one, without its blanks.
    pub(super) fn canonical(&self, name: &str) -> String {
        self.aliases.get(&squeezed(name)).map_or_else(|| squeezed(name), |name| squeezed(name))
    }

    /// Whether the rows of a record were read from a file.
    pub(super) fn is_printed(&self, record: RecordId) -> bool {
        let name = self.plan.records.get(record).map(|record| &record.name);
        self.tables.iter().any(|table| Some(&table.name) == name && table.rows == Rows::Printed)
    }
}

/// Binds a tree to its tables and compiles it; none where there is a fault.
pub(super) fn model(sources: &mut Sources, tree: &Tree, given: [Option<&Given>; 2], mode: Mode, diagnostics: &mut Vec<Diagnostic>) -> Option<Model> {
    let mut binder = Binder::new(sources, tree, diagnostics);
    binder.alias();
    for table in &tree.tables {
        binder.declare(table, given);
    }
    let asked: Vec<Asked> = tree.claims.iter().enumerate().map(|(number, claim)| binder.ask(number + 1, &claim.query)).collect();
    for (number, constraint) in tree.constraints.iter().enumerate() {
        let made = binder.expression(constraint, None);
        binder.output(&format!("约束·{}", number + 1), made);
    }
    let Binder { tables, aliases, outputs, .. } = binder;
    if diag::any_error(diagnostics) {
        return None;
    }
    let spliced = standard::rules(sources, tree, &tables, &outputs, (&standard::given_units(given), mode));
    let plan = standard::compile(sources, tree.file, spliced, diagnostics)?;
    Some(Model { tables, asked, aliases, plan })
}

impl Reads {
    fn add(&mut self, other: &Reads) {
        self.tables.extend(&other.tables);
        self.gathered.extend(&other.gathered);
        self.rows.extend(other.rows.iter().cloned());
        self.cells.extend(other.cells.iter().cloned());
    }
}
