//! Statements beneath one another: blank lines, comments, and columns where neighbours are alike.

use super::doc::{Doc, width};
use super::statement::{Join, Statement};
use super::{INDENT, WIDTH};
use crate::syntax::from_text::Rule;

type Docs<'t> = Vec<Doc<'t>>;

/// Cells that differ by more than this are not brought into a column.
const WIDEST_PADDING: usize = 24;

/// Statements on lines of their own; those that follow each other without a blank line or comment and fit on a line have their
/// parts in columns.
pub(super) fn docs(statements: Vec<Statement<'_>>, depth: usize) -> Docs<'_> {
    let mut docs = Vec::new();
    let mut row_run: Vec<(Statement<'_>, Row)> = Vec::new();
    for statement in statements {
        let row = Row::of(&statement, depth);
        let joins = statement.joins(row_run.last().map(|(statement, _)| statement));
        if !joins || row.is_none() {
            docs.extend(rows(std::mem::take(&mut row_run), depth));
        }
        match row {
            Some(row) => row_run.push((statement, row)),
            None => docs.extend(broken(statement)),
        }
    }
    docs.extend(rows(row_run, depth));
    docs
}

/// What stands before a statement, up to its line.
fn lead<'t>(statement: &Statement<'t>) -> Docs<'t> {
    let mut docs = Vec::new();
    docs.extend(statement.kept_apart.then_some(Doc::Sign(";")));
    docs.extend(statement.gap.docs());
    docs.push(Doc::Hard);
    docs
}

/// A statement, broken where it does not fit.
fn broken(statement: Statement<'_>) -> Docs<'_> {
    let mut docs = lead(&statement);
    let mut head = Vec::new();
    for (index, (join, part)) in statement.parts.into_iter().enumerate() {
        match join {
            _ if index == 0 => head.extend(part),
            Join::Close => {
                head.push(Doc::word(" "));
                head.extend(part);
            }
            Join::Wide => head.push(beneath(Doc::Line("  "), part)),
            Join::Space => head.push(beneath(Doc::Line(" "), part)),
            Join::Comma(space) => {
                head.push(Doc::Sign(","));
                head.push(Doc::Group(vec![beneath(Doc::Line(space), part)]));
            }
        }
    }
    if statement.block.is_some() {
        // a head of several lines has its brace on one of its own, apart from what is inside
        head.push(Doc::Line(" "));
    }
    let head = Doc::Group(head);
    let mut notes = statement.notes.into_iter();
    match (statement.block, notes.len()) {
        (None, 1) => docs.push(Doc::Group(std::iter::once(head).chain(notes.map(|note| beneath(Doc::Line("  "), note))).collect())),
        (block, _) => {
            docs.push(head);
            docs.extend(block.unwrap_or_default());
            docs.extend(notes.by_ref().map(|note| beneath(Doc::Hard, note)));
        }
    }
    docs
}

/// A part on an indented line of its own, if the line breaks.
fn beneath<'t>(line: Doc<'t>, part: Docs<'t>) -> Doc<'t> {
    Doc::Nest(std::iter::once(line).chain(part).collect())
}

/// A statement on one line, in cells.
struct Row<'t> {
    cells: Vec<Cell>,
    comment: Option<&'t str>,
}

struct Cell {
    text: String,
    /// What stands between it and the next.
    behind: &'static str,
}

impl<'t> Row<'t> {
    /// The statement as a row, if it is of a kind that is set in columns and fits on a line.
    fn of(statement: &Statement<'t>, depth: usize) -> Option<Self> {
        let in_columns = matches!(statement.rule, Rule::tier | Rule::fact | Rule::field | Rule::value | Rule::item | Rule::unit_declaration);
        if !in_columns || statement.block.is_some() || statement.notes.len() > 1 {
            return None;
        }
        let parts = statement.parts.iter().map(|(join, part)| (*join, part)).chain(statement.notes.iter().map(|note| (Join::Wide, note)));
        let mut row = Row { cells: Vec::new(), comment: None };
        for (join, part) in parts {
            let (text, comment) = Doc::on_one_line(part)?;
            match (row.cells.last_mut(), row.comment) {
                (_, Some(_)) => return None,
                (Some(before), None) => before.behind = if join == Join::Wide { "  " } else { " " },
                (None, None) => {}
            }
            row.comment = comment;
            row.cells.push(Cell { text, behind: "" });
        }
        (depth * INDENT + row.width() <= WIDTH).then_some(row)
    }

    fn width(&self) -> usize {
        self.cells.iter().map(|cell| width(&cell.text) + cell.behind.len()).sum()
    }

    fn has_next(&self, column: usize) -> bool {
        column + 1 < self.cells.len()
    }

    fn cell_width(&self, column: usize) -> usize {
        self.cells.get(column).map_or(0, |cell| width(&cell.text))
    }
}

/// A run of rows, in columns unless a line grew too wide.
fn rows<'t>(run: Vec<(Statement<'t>, Row<'t>)>, depth: usize) -> Docs<'t> {
    let (statements, rows): (Vec<_>, Vec<_>) = run.into_iter().unzip();
    let plain: Vec<Vec<usize>> = rows.iter().map(|row: &Row<'_>| vec![0; row.cells.len()]).collect();
    let padding = padding(&rows);
    let widest = rows.iter().zip(&padding).map(|(row, padding)| row.width() + padding.iter().sum::<usize>()).max().unwrap_or(0);
    let padding = if depth * INDENT + widest <= WIDTH { padding } else { plain };
    let mut docs = Vec::new();
    for ((statement, row), padding) in statements.iter().zip(rows).zip(padding) {
        docs.extend(lead(statement));
        let mut line = String::new();
        for (cell, padding) in row.cells.iter().zip(padding) {
            line.push_str(&cell.text);
            line.extend(std::iter::repeat_n(' ', padding));
            line.push_str(cell.behind);
        }
        docs.push(Doc::Text(line.into()));
        docs.extend(row.comment.map(Doc::Trailing));
    }
    docs
}

/// How many blanks each cell takes to stand in a column with those of its neighbours that have a cell behind them too.
fn padding(rows: &[Row<'_>]) -> Vec<Vec<usize>> {
    let mut padding: Vec<Vec<usize>> = rows.iter().map(|row| vec![0; row.cells.len()]).collect();
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    for column in 0..columns {
        let mut from = 0;
        for block in rows.chunk_by(|a, b| a.has_next(column) == b.has_next(column)) {
            let widths = block.iter().map(|row| row.cell_width(column));
            let (most, least) = (widths.clone().max().unwrap_or(0), widths.min().unwrap_or(0));
            if block.first().is_some_and(|row| row.has_next(column)) && most - least <= WIDEST_PADDING {
                for (row, padding) in block.iter().zip(padding.iter_mut().skip(from)) {
                    if let Some(padding) = padding.get_mut(column) {
                        *padding = most - row.cell_width(column);
                    }
                }
            }
            from += block.len();
        }
    }
    padding
}
