//! Bytes to tables of texts, whatever their format, with the places that a user sees.

use std::collections::BTreeMap;

use super::grid::{self, CellFault, Form, Grid};
use super::{header, lines, records, workbook};
use crate::diag::{CellPlace, Code, Diagnostic, Words, closest, words};
use crate::source::decode;

/// A table as it is written.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) path: String,
    pub(crate) sheet: Option<String>,
    pub(crate) form: Form,
    /// The row of the headings, the lowest of several.
    pub(crate) header: usize,
    /// Trimmed; without blank ones at the end.
    pub(crate) headings: Vec<String>,
    /// The heading that spans each of them, without marks; blank where there is none.
    pub(crate) above: Vec<String>,
    /// Rows of units: their number as the user sees it, counted from 1, and the trimmed cells.
    pub(crate) rows: Vec<(usize, Vec<String>)>,
    /// Cells without a value, by row and column.
    pub(crate) faults: BTreeMap<(usize, usize), CellFault>,
    /// Rows that sum up others.
    pub(crate) sums: Vec<usize>,
}

impl Table {
    /// Where a cell stands.
    pub(crate) fn place(&self, row: usize, column: usize) -> CellPlace {
        let heading = self.headings.get(column).map(String::as_str).unwrap_or_default();
        grid::place(&self.path, self.sheet.as_deref(), self.form, (row, column), heading)
    }

    /// Where a row stands.
    pub(super) fn row_place(&self, row: usize) -> CellPlace {
        CellPlace { address: None, ..grid::place(&self.path, self.sheet.as_deref(), self.form, (row, 0), "") }
    }

    /// Where a heading stands.
    pub(super) fn heading(&self, column: usize) -> CellPlace {
        match self.form {
            // the keys of records are headings of no row
            Form::Records => self.place(self.rows.iter().find(|(_, cells)| cells.len() > column).map_or(1, |(row, _)| *row), column),
            _ => self.place(self.header, column),
        }
    }

    /// The column whose heading is one of these words.
    pub(crate) fn column(&self, words: &[&str]) -> Option<usize> {
        self.headings.iter().position(|heading| is_one_of(heading, words))
    }

    /// Says of every cell without a value what is wrong with it.
    pub(crate) fn report_faults(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.extend(self.faults.iter().map(|((row, column), fault)| fault.diagnostic(self.place(*row, *column))));
    }
}

/// A text without any white space, not even inside, and in small letters: as names and headings are compared.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !is_space(*letter)).flat_map(char::to_lowercase).collect()
}

/// Whether a heading or word is one of these.
pub(crate) fn is_one_of(text: &str, words: &[&str]) -> bool {
    let text = squeezed(text);
    words.iter().any(|word| squeezed(word) == text)
}

/// Whether a heading holds what is not read: numbers of rows, remarks.
pub(crate) fn is_ignored(heading: &str) -> bool {
    heading.starts_with(['#', '\u{FF03}']) || is_one_of(heading, &["序号", "备注", "说明", "附注", "no.", "no", "note", "remark"])
}

/// A text on one line and no longer than a message can bear.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 30;
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST).collect();
    if text.chars().count() > LONGEST { format!("{line}…") } else { line }
}

/// A heading without the marks, units and remarks in brackets at its end: 及时签收率(10), 数据质量(30)(只评估县区) or a number on a
/// line of its own.
pub(crate) fn bare(heading: &str) -> &str {
    let mut name = trimmed(heading);
    while let Some((rest, _)) = split_bracket(name).filter(|(rest, _)| !rest.is_empty()) {
        name = rest;
    }
    name
}

/// A heading without the brackets at its end, and what stands in them.
pub(crate) fn split_bracket(heading: &str) -> Option<(&str, &str)> {
    let inner = heading.strip_suffix([')', '\u{FF09}'])?;
    let open = inner.rfind(['(', '\u{FF08}'])?;
    let (name, inside) = inner.split_at_checked(open)?;
    Some((trimmed(name), trimmed(inside.trim_start_matches(['(', '\u{FF08}']))))
}

/// The number of marks that a text states, as in `10`, `10分` or `满分10分`.
pub(crate) fn marks(text: &str) -> Option<rust_decimal::Decimal> {
    let text = squeezed(text);
    let text = text.strip_prefix("满分").unwrap_or(&text).trim_start_matches([':', '\u{FF1A}']);
    let digits = text.strip_suffix("分").or_else(|| text.strip_suffix("points")).or_else(|| text.strip_suffix("marks")).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    rust_decimal::Decimal::from_str_exact(digits).ok()
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200B}' | '\u{FEFF}')
}

pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Whether a spreadsheet program would take a text for a formula, or took an apostrophe to be there so that it does not.
fn looks_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text for a table that is written: an apostrophe stands before what looks like a formula.
pub(crate) fn guarded(text: &str) -> String {
    if looks_like_a_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// A text as a cell of a CSV file that is written.
pub(crate) fn csv_cell(text: &str) -> String {
    let text = guarded(text);
    if text.contains([',', ';', '\t', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A text as it was before [`guarded`].
pub(super) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| looks_like_a_formula(rest)).unwrap_or(text)
}

/// Sheets of these names hold no facts.
const EXPLANATIONS: &[&str] = &["说明", "填表说明", "填报说明", "columns", "notes", "readme"];

/// Which sheets of workbooks are read, and which there were.
#[derive(Debug, Default)]
pub(crate) struct Sheets {
    /// Every sheet that is not hidden where none is named.
    wanted: Vec<String>,
    known: Vec<(String, String)>,
}

impl Sheets {
    /// Those of these names.
    pub(crate) fn named(wanted: &[String]) -> Self {
        Sheets { wanted: wanted.to_vec(), known: Vec::new() }
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.wanted.iter().any(|wanted| squeezed(wanted) == squeezed(name))
    }

    /// The sheets that were asked for and were in none of the files.
    pub(crate) fn missing(&self) -> Vec<Diagnostic> {
        let names = || self.known.iter().map(|(_, name)| name.as_str());
        let report = |wanted: &String| {
            let (list, list_en) = (names().collect::<Vec<_>>().join("、"), names().collect::<Vec<_>>().join(", "));
            let mut diagnostic = Diagnostic::new(Code::BadTable, words!("没有叫「{wanted}」的工作表", "there is no sheet {wanted}"));
            if let Some((path, _)) = self.known.first() {
                diagnostic = diagnostic.at_file(path, words!("", ""));
            }
            if let Some(near) = closest(wanted, names()) {
                diagnostic = diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?"));
            }
            if list.is_empty() {
                diagnostic.help(words!("--sheet 只用于 XLSX 工作簿", "--sheet is for XLSX workbooks"))
            } else {
                diagnostic.help(words!("工作表有:{list}", "the sheets are: {list_en}"))
            }
        };
        let is_missing = |wanted: &&String| !names().any(|known| squeezed(known) == squeezed(wanted));
        self.wanted.iter().filter(is_missing).map(report).collect()
    }
}

/// Reads the tables of a file: the only one of a text, of a workbook a table for each sheet that names units.
///
/// What is wrong with single rows is reported and the rest returned; a text without headings gives no table.
pub(crate) fn read(path: &str, bytes: &[u8], sheets: &mut Sheets, diagnostics: &mut Vec<Diagnostic>) -> Vec<Table> {
    let grids = grids(path, bytes, diagnostics);
    let [Grid { sheet: None, .. }] = grids.as_slice() else { return tables_of_sheets(path, grids, sheets, diagnostics) };
    grids.into_iter().filter_map(|grid| header::table(grid, diagnostics)).collect()
}

/// The grids of a file: the only one of a text, every sheet of a workbook, none of a file that cannot be read.
pub(crate) fn grids(path: &str, bytes: &[u8], diagnostics: &mut Vec<Diagnostic>) -> Vec<Grid> {
    if workbook::is_archive(bytes) {
        return workbook::read(path, bytes, &workbook::LIMITS).unwrap_or_else(|fault| {
            diagnostics.push(fault);
            Vec::new()
        });
    }
    if let Some(fault) = workbook::other_format(path, bytes) {
        diagnostics.push(fault);
        return Vec::new();
    }
    let Ok(text) = decode(bytes) else {
        diagnostics.push(
            Diagnostic::new(Code::BadTable, words!("这不是文本文件", "this is not a text file"))
                .at_file(path, words!("既不是 UTF-8、带字节序标记的 UTF-16,也不是 GB18030", "neither UTF-8, UTF-16 with a byte order mark, nor GB18030"))
                .help(words!("在表格软件里另存为 CSV(UTF-8)", "save it as CSV (UTF-8) from the spreadsheet program")),
        );
        return Vec::new();
    };
    if let Some(fault) = workbook::marked_up(path, &text) {
        diagnostics.push(fault);
        return Vec::new();
    }
    if records::is_json(path, &text) {
        return records::read(path, &text, diagnostics).into_iter().collect();
    }
    vec![lines::read(path, &text)]
}

/// Whether a file can be read and holds nothing.
pub(super) fn is_blank(path: &str, bytes: &[u8]) -> bool {
    let read = grids(path, bytes, &mut Vec::new());
    !read.is_empty() && read.iter().all(|grid| grid.rows.is_empty() && grid.open.is_none())
}

fn tables_of_sheets(path: &str, grids: Vec<Grid>, sheets: &mut Sheets, diagnostics: &mut Vec<Diagnostic>) -> Vec<Table> {
    let (mut tables, mut hidden, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for grid in grids {
        let name = grid.sheet.clone().unwrap_or_default();
        sheets.known.push((path.to_owned(), name.clone()));
        let wanted = sheets.is_wanted(&name);
        // spreadsheet programs put blank sheets into every workbook, and a template brings its explanations
        let is_nothing = grid.rows.is_empty() || is_one_of(&name, EXPLANATIONS);
        if !sheets.wanted.is_empty() && !wanted || sheets.wanted.is_empty() && is_nothing {
            continue;
        }
        if grid.hidden && !wanted {
            hidden.push(name);
        } else if header::find(&grid).is_none() {
            without.push(name);
        } else {
            tables.extend(header::table(grid, diagnostics));
        }
    }
    let is_picked = sheets.wanted.is_empty() || !without.is_empty();
    if tables.is_empty() && is_picked && sheets.known.iter().any(|(file, _)| file == path) {
        diagnostics.push(no_sheet(path, &without, &hidden));
        return tables;
    }
    let unread = |names: &[String], words: &Words| {
        let (list, list_en) = (names.join("、"), names.join(", "));
        let (zh, en) = (&words.zh, &words.en);
        Diagnostic::new(Code::SheetUnread, words!("工作表 {list} {zh},没有读", "not read: sheet {list_en}, {en}")).at_file(path, words!("", ""))
    };
    if !hidden.is_empty() {
        let diagnostic = unread(&hidden, &words!("是隐藏的", "which is hidden"));
        diagnostics.push(diagnostic.help(words!("要读就取消隐藏,或用 --sheet 写明", "unhide it if it is to be read, or name it with --sheet")));
    }
    if !without.is_empty() {
        let diagnostic = unread(&without, &words!("没有「单位」这一列", "which has no column unit"));
        diagnostics.push(
            diagnostic.help(words!(
                "要读就写上列名 单位;不是数据表就不必理会",
                "give it a column unit if it is to be read; if it holds no facts, nothing need be done"
            )),
        );
    }
    tables
}

fn no_sheet(path: &str, without: &[String], hidden: &[String]) -> Diagnostic {
    let shown = if without.is_empty() { hidden } else { without };
    let (list, list_en) = (shown.join("、"), shown.join(", "));
    let diagnostic = if !without.is_empty() {
        Diagnostic::new(Code::BadTable, words!("工作表 {list} 没有「单位」这一列", "no column unit in sheet {list_en}"))
            .help(words!("列名占一行(或上下两行),其中一列叫 单位", "the headings take one row, or two, and one of them is unit"))
    } else if !hidden.is_empty() {
        Diagnostic::new(Code::BadTable, words!("工作表 {list} 是隐藏的,没有别的表可读", "sheet {list_en} is hidden, and there is no other to read"))
            .help(words!("取消隐藏,或用 --sheet 写明", "unhide it, or name it with --sheet"))
    } else {
        Diagnostic::new(Code::BadTable, words!("工作簿是空的", "the workbook is empty"))
            .help(words!("第一行写列名,例如 单位,层级,办结率", "state the headings in the first row, as in: unit,tier,rate"))
    };
    diagnostic.at_file(path, words!("", ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults(text: &str) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        read("表.csv", text.as_bytes(), &mut Sheets::default(), &mut found);
        found
    }

    fn table(text: &str) -> Table {
        let mut found = Vec::new();
        let table = read("表.csv", text.as_bytes(), &mut Sheets::default(), &mut found).pop().unwrap();
        assert_eq!(found, []);
        table
    }

    fn is_bad_table(text: &str, row: Option<usize>) {
        let found = faults(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, Code::BadTable);
        assert!(!found[0].help.is_empty());
        let at = match &found[0].labels[0].place {
            crate::diag::Place::Cell(cell) => Some(cell.row),
            _ => None,
        };
        assert_eq!(at, row);
    }

    #[test]
    fn rows_are_numbered_by_their_line_in_the_file() {
        let table = table("\n单位,数\r\n\r\n甲,1\r\n,\r\n\"乙\r\n局\",2\r\n丙,\"3\"\n\n丁,4");
        assert_eq!(table.header, 2);
        let rows: Vec<(usize, &str)> = table.rows.iter().map(|(row, cells)| (*row, cells[0].as_str())).collect();
        assert_eq!(rows, [(4, "甲"), (6, "乙\n局"), (8, "丙"), (10, "丁")]);
    }

    #[test]
    fn commas_tabs_and_semicolons_separate() {
        for text in ["单位,数\n甲,1", "单位\t数\n甲\t1", "单位;数\n甲;1", "\"单位\";\"数\"\n甲;1"] {
            assert_eq!(table(text).headings, ["单位", "数"]);
            assert_eq!(table(text).rows, [(2, vec!["甲".to_owned(), "1".to_owned()])]);
        }
    }

    #[test]
    fn headings_and_cells_lose_the_white_space_around_them() {
        let table = table("\u{3000}单位 ,\u{a0}“数”\u{3000},,\n 甲\u{3000}, 1 ,,\n");
        assert_eq!(table.headings, ["单位", "数"]);
        assert_eq!(table.rows[0].1, ["甲", "1", "", ""]);
    }

    #[test]
    fn tables_in_gb18030_and_utf_16_read_alike() {
        let text = "单位,数\n甲,1\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [gb.as_ref(), &wide] {
            assert_eq!(read("表.csv", bytes, &mut Sheets::default(), &mut Vec::new())[0].headings, ["单位", "数"]);
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        is_bad_table("", None);
        is_bad_table("\n,,\n", None);
        is_bad_table("PK\0\0", None);
        is_bad_table("单位,数,数\n甲,1,2", Some(1));
        is_bad_table("单位,数\n甲,1,881\n", Some(2));
        is_bad_table("单位,数,\n甲,1,2\n", Some(2));
        is_bad_table("单位,数\n甲,1\n乙,\"2\n丙,3\n", Some(3));
        is_bad_table("单位,\"数\n甲,1\n", Some(1));
        is_bad_table("单位,数\n甲,\"", Some(2));
    }

    #[test]
    fn what_looks_like_a_formula_is_guarded_and_reads_back() {
        for text in ["=1+1", "+86", "-", "@甲", "'=1", "''@", "'甲", "甲", "", "'"] {
            let shown = guarded(text);
            assert!(!shown.starts_with(['=', '+', '-', '@']), "{shown}");
            assert_eq!(unguarded(&shown), text);
        }
        assert_eq!(guarded("甲"), "甲");
        assert_eq!(table("单位,数\n'=甲,-1").rows[0].1, ["=甲", "-1"]);
    }

    #[test]
    fn a_short_row_is_blank_at_its_end() {
        assert_eq!(table("单位,数,率\n甲,1").rows[0].1, ["甲", "1"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\PC\n\r\",;\t]{0,80}") {
            faults(&text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read("表.csv", &bytes, &mut Sheets::default(), &mut Vec::new());
        }
    }
}
