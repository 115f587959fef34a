//! A JSON file to a grid: a list of records, or an object with a record for each unit.
//!
//! A number keeps the text that it has in the file; no float is made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::figure::Figure;
use super::grid::{Form, Grid};
use super::header::{WIDEST, too_wide};
use super::register::UNIT;
use super::table::{excerpt, is_one_of, squeezed, trimmed};
use crate::diag::{CellPlace, Code, Diagnostic, Words, words};

/// The keys under which the records may stand.
const FACTS: [&str; 2] = ["facts", "数据"];

/// The cells of all records, counted up to the last one of each.
const CELLS: usize = 5_000_000;

/// The entries of an object as they are written, a key that stands twice included.
struct Entries(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// Whether a text is JSON rather than a table of lines.
pub(super) fn is_json(path: &str, text: &str) -> bool {
    let ending = std::path::Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    ending || trimmed(text).starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Reads the records; what is wrong with single ones is reported and the rest returned.
pub(super) fn read(path: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Grid> {
    let before = diagnostics.len();
    let mut reader = Reader {
        path,
        grid: Grid { path: path.to_owned(), form: Form::Records, ..Grid::default() },
        columns: BTreeMap::new(),
        headings: Vec::new(),
        is_too_large: false,
        cells: 0,
        diagnostics,
    };
    if trimmed(text).is_empty() {
        return Some(reader.grid);
    }
    match serde_json::from_str::<Box<RawValue>>(text) {
        Ok(value) => reader.top(&value)?,
        Err(fault) => {
            let (line, column) = (fault.line(), fault.column());
            reader.report(
                words!("第 {line} 行第 {column} 个字符处不是合法的 JSON", "this is not JSON at line {line}, character {column}"),
                words!("补上缺的引号、逗号或括号;数不加引号也可以", "add the quotation mark, comma or bracket that is missing there"),
            );
            return None;
        }
    }
    let Reader { mut grid, headings, is_too_large, .. } = reader;
    if is_too_large {
        return None;
    }
    if headings.is_empty() {
        // records that are none have been reported
        return (before == diagnostics.len()).then_some(grid);
    }
    grid.rows.insert(0, (0, headings));
    Some(grid)
}

struct Reader<'r> {
    path: &'r str,
    grid: Grid,
    columns: BTreeMap<String, usize>,
    headings: Vec<String>,
    is_too_large: bool,
    /// The cells of all records, counted up to the last one of each.
    cells: usize,
    diagnostics: &'r mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, title: Words, help: Words) {
        self.diagnostics.push(Diagnostic::new(Code::BadTable, title).at_file(self.path, words!("", "")).help(help));
    }

    fn report_at(&mut self, title: Words, record: usize, key: &str, help: Words) {
        let place = CellPlace { file: self.path.to_owned(), row: record, column: key.to_owned(), record: true, ..CellPlace::default() };
        self.diagnostics.push(Diagnostic::new(Code::BadTable, title).at_cell(place, words!("", "")).help(help));
    }

    fn top(&mut self, value: &RawValue) -> Option<()> {
        if value.get().starts_with('[') {
            self.list(value)
        } else if value.get().starts_with('{') {
            let Entries(entries) = serde_json::from_str(value.get()).ok()?;
            match entries.iter().position(|(key, value)| FACTS.contains(&key.as_str()) && value.get().starts_with('[')) {
                Some(at) => {
                    self.unread(&entries, at);
                    entries.get(at).and_then(|(_, list)| self.list(list))
                }
                None => {
                    self.by_unit(&entries);
                    Some(())
                }
            }
        } else {
            self.report(
                words!("不是一列记录", "this is no list of records"),
                words!("写作 [{{\"单位\": \"甲\", \"件数\": 3}}, …]", "write it as [{{\"unit\": \"North\", \"orders\": 3}}, …]"),
            );
            None
        }
    }

    /// What stands beside the records of an object.
    fn unread(&mut self, entries: &[(String, Box<RawValue>)], at: usize) {
        let others: Vec<&str> = entries.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, (key, _))| key.as_str()).collect();
        if !others.is_empty() {
            let (list, list_en) = (others.join("、"), others.join(", "));
            self.diagnostics.push(
                Diagnostic::new(Code::RowUnread, words!("记录以外的内容没有读:{list}", "what stands beside the records is not read: {list_en}"))
                    .at_file(self.path, words!("", ""))
                    .help(words!("要计分的写进记录里", "put what is to count into the records")),
            );
        }
    }

    fn list(&mut self, list: &RawValue) -> Option<()> {
        let records: Vec<Box<RawValue>> = serde_json::from_str(list.get()).ok()?;
        for (index, record) in records.iter().enumerate() {
            self.record(index + 1, None, record);
        }
        Some(())
    }

    fn by_unit(&mut self, entries: &[(String, Box<RawValue>)]) {
        for (index, (unit, record)) in entries.iter().enumerate() {
            self.record(index + 1, Some(unit), record);
        }
    }

    fn column(&mut self, key: &str) -> usize {
        if let Some(column) = self.columns.get(key) {
            return *column;
        }
        let column = self.headings.len();
        self.headings.push(key.to_owned());
        self.columns.insert(key.to_owned(), column);
        column
    }

    fn record(&mut self, number: usize, unit: Option<&str>, record: &RawValue) {
        let Ok(Entries(entries)) = serde_json::from_str(record.get()) else {
            let found = excerpt(record.get());
            self.report_at(
                words!("「{found}」不是一条记录", "{found} is no record"),
                number,
                unit.unwrap_or_default(),
                words!("一条记录写作 {{\"单位\": \"甲\", \"件数\": 3}}", "a record is written {{\"unit\": \"North\", \"orders\": 3}}"),
            );
            return;
        };
        if self.is_too_large || entries.len() > WIDEST || self.headings.len() > WIDEST {
            // said once, and nothing more of the file is read
            if !std::mem::replace(&mut self.is_too_large, true) {
                self.diagnostics.push(too_wide(self.path));
            }
            return;
        }
        let mut cells: Vec<String> = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        // under the name of the unit a record may name it again, not another
        let repeats = |key: &str, value: &RawValue| {
            let own = unit.filter(|_| is_one_of(key, UNIT));
            own.is_some_and(|unit| text(value).is_some_and(|text| squeezed(&text) == squeezed(unit)))
        };
        let mut put = |column: usize, text: String| {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(slot) = cells.get_mut(column) {
                *slot = text;
            }
        };
        if let Some(unit) = unit {
            let heading = UNIT.first().copied().unwrap_or_default();
            put(self.column(heading), trimmed(unit).to_owned());
            seen.insert(heading);
        }
        for (key, value) in &entries {
            if repeats(key, value) {
                continue;
            }
            if !seen.insert(trimmed(key)) {
                self.report_at(
                    words!("「{key}」在一条记录里出现两次", "{key} stands twice in one record"),
                    number,
                    key,
                    words!("删去其中一个", "remove one of the two"),
                );
                continue;
            }
            let column = self.column(trimmed(key));
            match text(value) {
                Some(text) => put(column, trimmed(&text).to_owned()),
                None => {
                    let found = excerpt(value.get());
                    self.report_at(
                        words!("「{key}」的值是 {found},不是数、文字或是否", "{key} is {found}: neither a number, a text nor a truth"),
                        number,
                        key,
                        words!("一格只写一个值;不知道就写 null 或略去", "a cell has one value; leave it out, or write null, where it is not known"),
                    );
                }
            }
        }
        self.cells += cells.len();
        if self.cells > CELLS {
            if !std::mem::replace(&mut self.is_too_large, true) {
                self.diagnostics.push(too_many(self.path));
            }
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            self.grid.rows.push((number, cells));
        }
    }
}

fn too_many(path: &str) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, words!("记录里的格超过 {CELLS} 个", "the records have more than {CELLS} cells"))
        .at_file(path, words!("", ""))
        .help(words!("分成几个文件", "split the file"))
}

/// The text of a value; none of a list or an object.
fn text(value: &RawValue) -> Option<String> {
    match value.get() {
        "null" => Some(String::new()),
        "true" => Some("是".to_owned()),
        "false" => Some("否".to_owned()),
        quoted if quoted.starts_with('"') => serde_json::from_str(quoted).ok(),
        nested if nested.starts_with(['{', '[']) => None,
        number => Some(plain(number)),
    }
}

/// A number without its exponent; one that is out of all measure as it is written.
fn plain(number: &str) -> String {
    let figure = number.contains(['e', 'E']).then(|| Figure::exact(number)).flatten();
    figure.map_or_else(|| number.to_owned(), |figure| figure.text())
}
