//! A plain table in every format: text, Markdown, comma-separated values.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use crate::facts::table::csv_cell;

/// Headings and rows of one width.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) headings: Vec<String>,
    pub(crate) cells: Vec<Vec<String>>,
    /// The columns of words; the others hold numbers.
    pub(crate) words: usize,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    Text,
    Md,
    Csv,
}

impl Rows {
    pub(crate) fn written(&self, writing: Writing) -> String {
        match writing {
            Writing::Text => self.text(),
            Writing::Md => self.markdown(),
            Writing::Csv => self.comma_separated(),
        }
    }

    fn text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(&self.headings);
        for row in &self.cells {
            table.add_row(row);
        }
        for column in table.column_iter_mut().skip(self.words) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let mut text = String::new();
        for line in table.lines() {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        let cells = |row: &[String]| row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(text, "| {} |", cells(&self.headings));
        let rule = |index: usize| if index < self.words { "---" } else { "---:" };
        let _ = writeln!(text, "| {} |", (0..self.headings.len()).map(rule).collect::<Vec<_>>().join(" | "));
        for row in &self.cells {
            let _ = writeln!(text, "| {} |", cells(row));
        }
        text
    }

    fn comma_separated(&self) -> String {
        // a negative number is no formula
        let cell = |(index, cell): (usize, &String)| if index < self.words || cell.starts_with('[') { csv_cell(cell) } else { cell.clone() };
        let line = |row: &[String]| row.iter().enumerate().map(cell).collect::<Vec<_>>().join(",");
        let mut text = String::from("\u{FEFF}");
        for row in std::iter::once(&self.headings).chain(&self.cells) {
            text.push_str(&line(row));
            text.push('\n');
        }
        text
    }
}
