//! One sheet: its cells as they come, and which of them are merged.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quick_xml::events::{BytesStart, Event};

use super::package::{Flow, Package, attribute, collect};
use super::parts::{Format, RichText, SheetPart, TextReader, is_true};
use super::{Limits, damaged, past};
use crate::diag::{Diagnostic, words};
use crate::facts::figure::Figure;
use crate::facts::grid::{CellFault, Form, Grid, Merge, letters};
use crate::facts::table::trimmed;

/// What the cells of all sheets refer to.
pub(super) struct Context<'c> {
    pub(super) path: &'c str,
    pub(super) limits: &'c Limits,
    pub(super) strings: &'c [RichText],
    pub(super) formats: &'c [Format],
    pub(super) from_1904: bool,
}

/// The rows and columns that a sheet can have.
const ROWS: usize = 1_048_576;
const COLUMNS: usize = 16_384;

/// A cell that is being read.
#[derive(Debug, Default)]
struct Open {
    row: usize,
    column: usize,
    kind: String,
    style: usize,
    formula: bool,
    /// Between the tags of the value.
    in_value: bool,
    /// Between the tags of what a later version of the format adds to a cell.
    in_extension: bool,
    value: String,
    inline: Option<RichText>,
}

struct Reader<'c> {
    context: &'c Context<'c>,
    part: &'c SheetPart,
    /// Where the next row and cell stand if they do not say so.
    next: (usize, usize),
    open: Option<Open>,
    texts: TextReader,
    rows: BTreeMap<usize, BTreeMap<usize, String>>,
    bytes: usize,
    /// The cells with content of this sheet and those before it.
    filled: &'c mut usize,
    grid: Grid,
}

/// Reads a sheet, and counts its cells with content.
pub(super) fn read(package: &mut Package<'_>, part: &SheetPart, context: &Context<'_>, filled: &mut usize) -> Result<Grid, Diagnostic> {
    let grid = Grid { path: context.path.to_owned(), sheet: Some(part.name.clone()), form: Form::Sheet, hidden: part.hidden, ..Grid::default() };
    let mut reader = Reader { context, part, next: (1, 0), open: None, texts: TextReader::default(), rows: BTreeMap::new(), bytes: 0, filled, grid };
    if !package.each(&part.part, |event| reader.event(&event).map(|()| Flow::On))? {
        return Err(damaged(context.path, &part.part, "missing"));
    }
    reader.finish()
}

impl Reader<'_> {
    fn event(&mut self, event: &Event<'_>) -> Result<(), Diagnostic> {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "row" => {
                    if let Some(row) = attribute(element, "r").and_then(|row| row.parse().ok()) {
                        self.next = (row, 0);
                    }
                    self.next.1 = 0;
                }
                "c" => self.open = Some(self.begin(element)),
                "mergeCell" => self.merge(element)?,
                "extLst" => self.within(|cell| cell.in_extension = true),
                "f" => self.within(|cell| cell.formula |= !cell.in_extension),
                "v" => self.within(|cell| cell.in_value = !cell.in_extension),
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "row" => self.next = (self.next.0.saturating_add(1), 0),
                "v" => self.within(|cell| cell.in_value = false),
                "extLst" => self.within(|cell| cell.in_extension = false),
                "c" => {
                    if let Some(cell) = self.open.take() {
                        self.end(cell)?;
                    }
                }
                _ => {}
            },
            other => self.within(|cell| {
                if cell.in_value {
                    collect(other, &mut cell.value);
                }
            }),
        }
        if let Some(cell) = &mut self.open
            && let Some(text) = self.texts.take(event, "is")
        {
            cell.inline = Some(text);
        }
        Ok(())
    }

    fn within(&mut self, change: impl FnOnce(&mut Open)) {
        if let Some(cell) = &mut self.open {
            change(cell);
        }
    }

    fn begin(&self, element: &BytesStart<'_>) -> Open {
        let (row, column) = attribute(element, "r").and_then(|text| position(&text)).unwrap_or(self.next);
        Open {
            row,
            column,
            kind: attribute(element, "t").unwrap_or_default(),
            style: attribute(element, "s").and_then(|style| style.parse().ok()).unwrap_or(0),
            ..Open::default()
        }
    }

    fn merge(&mut self, element: &BytesStart<'_>) -> Result<(), Diagnostic> {
        let Some(merge) = attribute(element, "ref").and_then(|range| stretch(&range)) else { return Ok(()) };
        self.grid.merges.push(merge);
        let (sheet, most) = (&self.part.name, self.context.limits.merges);
        if self.grid.merges.len() > most {
            return Err(past(
                self.context.path,
                words!("「{sheet}」表的合并单元格超过 {most} 处", "sheet {sheet} has more than {most} merged stretches"),
                words!("取消数据区的合并,每格各填各的", "unmerge the cells of the data and fill in each"),
            ));
        }
        Ok(())
    }

    /// Enters a cell that holds something.
    fn end(&mut self, cell: Open) -> Result<(), Diagnostic> {
        let (row, column) = (cell.row, cell.column);
        self.next = (row, column.saturating_add(1));
        let text = match self.text(cell)? {
            Ok(text) => text,
            Err(fault) => {
                self.grid.faults.insert((row, column), fault.clone());
                // what is seen in the cell
                match fault {
                    CellFault::Error(text) | CellFault::Raised(text) => text,
                    _ => "=".to_owned(),
                }
            }
        };
        let text = trimmed(&text);
        if text.is_empty() {
            return Ok(());
        }
        let Limits { rows, columns, text: bytes, .. } = *self.context.limits;
        let (path, sheet) = (self.context.path, &self.part.name);
        let name = letters(column);
        if column >= columns {
            return Err(past(
                path,
                words!("「{sheet}」表在 {name}{row} 还有内容,限 {columns} 列", "sheet {sheet} has content in {name}{row}, the limit is {columns} columns"),
                words!("删去数据右侧多余的内容,或分成几张表", "delete what stands beside the data, or split the table"),
            ));
        }
        *self.filled += 1;
        if *self.filled > self.context.limits.cells {
            return Err(self.too_many_cells());
        }
        self.bytes += text.len();
        self.rows.entry(row).or_default().insert(column, text.to_owned());
        if self.rows.len() > rows {
            return Err(past(
                path,
                words!("「{sheet}」表有内容的行超过 {rows} 行", "sheet {sheet} has more than {rows} rows with content"),
                words!("删去多余的行,或分成几个文件", "delete the rows that are not needed, or split the file"),
            ));
        }
        if self.bytes > bytes {
            let megabytes = bytes >> 20;
            return Err(past(
                path,
                words!("「{sheet}」表的文字超过 {megabytes} MB", "sheet {sheet} holds more than {megabytes} MB of text"),
                words!("只留评分要用的列", "keep the columns that scoring needs"),
            ));
        }
        Ok(())
    }

    /// The text of a cell, or why it has none.
    fn text(&self, cell: Open) -> Result<Result<String, CellFault>, Diagnostic> {
        let Open { kind, value, formula, inline, row, column, style, .. } = cell;
        let odd = |why: &str| damaged(self.context.path, &self.part.name, &format!("{}{row}: {why}", letters(column)));
        if row == 0 || row > ROWS || column >= COLUMNS {
            return Err(odd("no such cell"));
        }
        if let Some(text) = inline {
            return Ok(level(&text));
        }
        // a formula may come to an empty text, and says then that it is one
        if formula && value.is_empty() && kind != "str" {
            return Ok(Err(CellFault::NoResult));
        }
        Ok(match kind.as_str() {
            "s" if value.trim().is_empty() => Ok(String::new()),
            "s" => {
                let text = value.trim().parse().ok().and_then(|index: usize| self.context.strings.get(index));
                level(text.ok_or_else(|| odd("no such shared text"))?)
            }
            "b" => Ok(if value.is_empty() {
                ""
            } else if is_true(value.trim()) {
                "是"
            } else {
                "否"
            }
            .to_owned()),
            "e" => Err(CellFault::Error(value)),
            "str" | "inlineStr" => Ok(value),
            "d" => Ok(value.trim_end_matches("T00:00:00").replace('T', " ")),
            _ => Ok(self.number(&value, style)),
        })
    }

    fn number(&self, value: &str, style: usize) -> String {
        let Some(figure) = Figure::parse(value) else { return value.to_owned() };
        match self.context.formats.get(style).copied().unwrap_or(Format::Plain) {
            Format::Plain => figure.text(),
            Format::Percent => format!("{}%", figure.hundredfold().text()),
            // before the first day there is, a spreadsheet shows such signs
            Format::Date => date(&figure, self.context.from_1904).unwrap_or_else(|| "####".to_owned()),
        }
    }

    fn too_many_cells(&self) -> Diagnostic {
        let (sheet, limit) = (&self.part.name, self.context.limits.cells);
        past(
            self.context.path,
            words!("读到「{sheet}」表,单元格超过 {limit} 个", "up to sheet {sheet} there are more than {limit} cells"),
            words!("删去数据右侧和下方多余的内容,或分成几个文件", "delete what stands beside and below the data, or split the file"),
        )
    }

    fn finish(mut self) -> Result<Grid, Diagnostic> {
        let mut cells: usize = 0;
        for (row, texts) in std::mem::take(&mut self.rows) {
            let width = texts.last_key_value().map_or(0, |(column, _)| column + 1);
            cells += width;
            if cells > self.context.limits.cells {
                return Err(self.too_many_cells());
            }
            let mut line = vec![String::new(); width];
            for (column, text) in texts {
                if let Some(slot) = line.get_mut(column) {
                    *slot = text;
                }
            }
            self.grid.rows.push((row, line));
        }
        Ok(self.grid)
    }
}

/// The text of a cell; of a number with digits above or below the line, such as 1², it is not known which digits belong to it.
fn level(text: &RichText) -> Result<String, CellFault> {
    /// What may stand behind a number: its unit.
    const LONGEST_UNIT: usize = 3;
    let RichText { text, is_raised } = text;
    let rest = trimmed(text).trim_start_matches(['+', '-']);
    let unit = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '\u{FF10}'..='\u{FF19}'));
    let is_number = unit.len() < rest.len() && unit.chars().count() <= LONGEST_UNIT;
    if *is_raised && is_number { Err(CellFault::Raised(text.clone())) } else { Ok(text.clone()) }
}

/// A day, and the time of day where there is one, counted in days from the end of 1899 or the beginning of 1904; less than a day is a time.
fn date(figure: &Figure, from_1904: bool) -> Option<String> {
    let (days, seconds) = figure.days_and_seconds()?;
    // the 29th of February 1900, which never was, is day 60 of the older count
    let first = if from_1904 {
        Date::new(1904, 1, 1)
    } else if days < 60 {
        Date::new(1899, 12, 31)
    } else {
        Date::new(1899, 12, 30)
    };
    let (hours, minutes, seconds) = (seconds.checked_div(3600)?, seconds.checked_rem(3600)?.checked_div(60)?, seconds.checked_rem(60)?);
    let time = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if days == 0 && !from_1904 {
        return Some(time);
    }
    let day = first.ok()?.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(if (hours, minutes, seconds) == (0, 0, 0) { day.to_string() } else { format!("{day} {time}") })
}

/// A position such as `C14` as row and column.
fn position(text: &str) -> Option<(usize, usize)> {
    let text = text.trim().replace('$', "");
    let digits = text.find(|letter: char| letter.is_ascii_digit())?;
    let (name, row) = text.split_at_checked(digits)?;
    let mut column: usize = 0;
    for letter in name.bytes() {
        let value = usize::from(letter.to_ascii_uppercase().checked_sub(b'A').filter(|value| *value < 26)?);
        column = column.checked_mul(26)?.checked_add(value)?.checked_add(1)?;
    }
    Some((row.parse().ok()?, column.checked_sub(1)?))
}

/// A stretch such as `A1:B2`; none of a single cell.
fn stretch(text: &str) -> Option<Merge> {
    let (from, to) = text.split_once(':')?;
    let (from, to) = (position(from)?, position(to)?);
    let merge = Merge { rows: (from.0.min(to.0), from.0.max(to.0)), columns: (from.1.min(to.1), from.1.max(to.1)) };
    (from != to).then_some(merge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read() {
        assert_eq!(position("A1"), Some((1, 0)));
        assert_eq!(position("$XFD$1048576"), Some((1_048_576, 16_383)));
        for other in ["", "A", "1", "é1", "A1B", "A-1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA1"] {
            assert_eq!(position(other), None, "{other}");
        }
        assert_eq!(stretch("B2:A1"), Some(Merge { rows: (1, 2), columns: (0, 1) }));
        assert_eq!(stretch("A1:A1"), None);
    }

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        let shown = |text: &str, from_1904| date(&Figure::parse(text).unwrap(), from_1904);
        assert_eq!(shown("44136", false).as_deref(), Some("2020-11-01"));
        assert_eq!(shown("42674", true).as_deref(), Some("2020-11-01"));
        assert_eq!(shown("1", false).as_deref(), Some("1900-01-01"));
        assert_eq!(shown("61", false).as_deref(), Some("1900-03-01"));
        assert_eq!(shown("44136.5", false).as_deref(), Some("2020-11-01 12:00:00"));
        // never the bare number: 12 hours are no half of one
        assert_eq!(shown("0.5", false).as_deref(), Some("12:00:00"));
        assert_eq!(shown("0", false).as_deref(), Some("00:00:00"));
        assert_eq!(shown("1.5", false).as_deref(), Some("1900-01-01 12:00:00"));
        assert_eq!(shown("-0.5", false), None);
        assert_eq!(shown("9999999", false), None);
    }
}
