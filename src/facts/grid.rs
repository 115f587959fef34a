//! What every table is at first, whatever its file: rows of texts, numbered as a user sees them, with merges and cells without a value.

use std::collections::BTreeMap;

use crate::diag::{CellPlace, Code, Diagnostic, words};

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// Lines of a text file.
    #[default]
    Lines,
    /// Rows of a sheet.
    Sheet,
    /// Records of a JSON file.
    Records,
}

/// Rows of texts.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub(crate) path: String,
    pub(crate) sheet: Option<String>,
    pub(crate) form: Form,
    pub(crate) hidden: bool,
    /// Rows that are not blank: their number, counted from 1, and their trimmed cells.
    pub(crate) rows: Vec<(usize, Vec<String>)>,
    /// Stretches of more than one cell.
    pub(crate) merges: Vec<Merge>,
    /// By row and column.
    pub(crate) faults: BTreeMap<(usize, usize), CellFault>,
    /// Where a quotation begins that never ends.
    pub(super) open: Option<(usize, usize)>,
}

/// Cells drawn as one; the text is that of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    /// The first and the last row, counted from 1.
    pub(crate) rows: (usize, usize),
    /// The first and the last column, counted from 0.
    pub(crate) columns: (usize, usize),
}

/// Why a cell has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CellFault {
    /// A formula whose result is not in the file.
    NoResult,
    /// The error that a formula came to, such as `#DIV/0!`.
    Error(String),
    /// A number with a part that is set above or below the line; the text without that.
    Raised(String),
    /// It is merged with others, so that it is not known of which row or column it is the value.
    Merged(String),
}

impl Merge {
    pub(super) fn holds(&self, row: usize, column: usize) -> bool {
        (self.rows.0..=self.rows.1).contains(&row) && (self.columns.0..=self.columns.1).contains(&column)
    }

    /// The stretch as a spreadsheet writes it, as in `A3:B4`.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", address(self.rows.0, self.columns.0), address(self.rows.1, self.columns.1))
    }
}

impl Grid {
    /// The cells of a row; none where it is blank.
    pub(crate) fn row(&self, number: usize) -> Option<&[String]> {
        let index = self.rows.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.rows.get(index).map(|(_, cells)| cells.as_slice())
    }

    /// The text that is seen at a cell: that of the first of merged cells.
    pub(crate) fn seen(&self, row: usize, column: usize) -> &str {
        let (row, column) = self.merge(row, column).map_or((row, column), |merge| (merge.rows.0, merge.columns.0));
        self.row(row).and_then(|cells| cells.get(column)).map(String::as_str).unwrap_or_default()
    }

    /// Where a cell stands.
    pub(crate) fn place(&self, row: usize, column: usize, heading: &str) -> CellPlace {
        place(&self.path, self.sheet.as_deref(), self.form, (row, column), heading)
    }

    pub(crate) fn merge(&self, row: usize, column: usize) -> Option<&Merge> {
        self.merges.iter().find(|merge| merge.holds(row, column))
    }
}

/// Where a cell of a table stands.
pub(super) fn place(path: &str, sheet: Option<&str>, form: Form, (row, column): (usize, usize), heading: &str) -> CellPlace {
    CellPlace {
        file: path.to_owned(),
        sheet: sheet.map(str::to_owned),
        row,
        column: heading.to_owned(),
        address: (form == Form::Sheet).then(|| address(row, column)),
        record: form == Form::Records,
    }
}

/// A cell as a spreadsheet names it, as in `C14`.
pub(super) fn address(row: usize, column: usize) -> String {
    format!("{}{row}", letters(column))
}

/// A column as a spreadsheet names it: A to Z, AA to ZZ and so on.
pub(super) fn letters(column: usize) -> String {
    const ALPHABET: [char; 26] =
        ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z'];
    let mut name = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        name.extend(ALPHABET.get((rest - 1) % ALPHABET.len()));
        rest = (rest - 1) / ALPHABET.len();
    }
    name.chars().rev().collect()
}

impl CellFault {
    /// What is wrong with the cell.
    pub(super) fn diagnostic(&self, place: CellPlace) -> Diagnostic {
        match self {
            CellFault::NoResult => Diagnostic::new(Code::NoValue, words!("公式没有存下结果", "the result of this formula is not in the file"))
                .at_cell(place, words!("", ""))
                .help(words!(
                    "在表格软件里打开、保存一次,再读;或把公式换成数",
                    "open and save the file in a spreadsheet program; or replace the formula by its value"
                )),
            CellFault::Error(error) => Diagnostic::new(Code::NoValue, words!("公式算出的是错误 {error}", "the formula came to the error {error}"))
                .at_cell(place, words!("", ""))
                .help(words!("改正公式;没有值的格留空", "correct the formula; leave a cell without a value blank")),
            CellFault::Raised(text) => Diagnostic::new(
                Code::NoValue,
                words!("这个数带有上标或下标,连起来成了「{text}」", "this number has a superscript or subscript, which would make it {text}"),
            )
            .at_cell(place, words!("", ""))
            .help(words!("删去上标、下标,只留数;注释写进备注列", "leave the bare number in the cell, and put the note into a column of remarks")),
            CellFault::Merged(range) => Diagnostic::new(
                Code::NoValue,
                words!("{range} 合并成了一格,不知道是哪一格的值", "{range} are merged, so that it is not known whose value this is"),
            )
            .at_cell(place, words!("", ""))
            .help(words!("取消合并,每一格各填各的", "unmerge the cells and fill in each")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let names = [0, 25, 26, 51, 52, 701, 702, 16383].map(letters);
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }
}
