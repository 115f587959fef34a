//! Bytes to a table of texts, with the row numbers that a user sees.

use csv::{ReaderBuilder, StringRecord};

use crate::diag::{CellPlace, Code, Diagnostic, words};
use crate::source::decode;

/// A table as it is written.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) path: String,
    /// The row of the headings.
    pub(crate) header: usize,
    /// Trimmed; without blank ones at the end.
    pub(crate) headings: Vec<String>,
    /// Rows that are not blank: the line in the file, counted from 1, and the trimmed cells.
    pub(crate) rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// Where a cell stands.
    pub(super) fn place(&self, row: usize, column: usize) -> CellPlace {
        CellPlace { file: self.path.clone(), row, column: self.headings.get(column).cloned().unwrap_or_default() }
    }

    /// Where a heading stands.
    pub(super) fn heading(&self, column: usize) -> CellPlace {
        self.place(self.header, column)
    }

    /// The column whose heading is one of these words.
    pub(crate) fn column(&self, words: &[&str]) -> Option<usize> {
        self.headings.iter().position(|heading| is_one_of(heading, words))
    }
}

/// A text without any white space, not even inside, and in small letters: as names and headings are compared.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !is_space(*letter)).flat_map(char::to_lowercase).collect()
}

/// Whether a heading or word is one of these.
pub(super) fn is_one_of(text: &str, words: &[&str]) -> bool {
    let text = squeezed(text);
    words.iter().any(|word| squeezed(word) == text)
}

/// Whether a heading holds what is not read: numbers of rows, remarks.
pub(super) fn is_ignored(heading: &str) -> bool {
    heading.starts_with(['#', '\u{FF03}']) || is_one_of(heading, &["序号", "备注", "说明", "附注", "no.", "no", "note", "remark"])
}

/// A text on one line and no longer than a message can bear.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 30;
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST).collect();
    if text.chars().count() > LONGEST { format!("{line}…") } else { line }
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200B}' | '\u{FEFF}')
}

fn trimmed(text: &str) -> &str {
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

/// A text as it was before [`guarded`].
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| looks_like_a_formula(rest)).unwrap_or(text)
}

/// Reads a table. What is wrong with single rows is reported and the rest returned; without headings there is no table.
pub(crate) fn read(path: &str, bytes: &[u8], diagnostics: &mut Vec<Diagnostic>) -> Option<Table> {
    let Ok(text) = decode(bytes) else {
        diagnostics.push(
            Diagnostic::new(Code::BadTable, words!("这不是文本文件", "this is not a text file"))
                .at_file(path, words!("既不是 UTF-8、UTF-16,也不是 GB18030", "neither UTF-8, UTF-16 nor GB18030"))
                .help(words!("在表格软件里另存为 CSV(UTF-8)", "save it as CSV (UTF-8) from the spreadsheet program")),
        );
        return None;
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let records = records(&text);
    let mut rows = records.rows.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    let Some((header, headings)) = rows.next() else {
        if let Some((row, _)) = records.open {
            let table = Table { path: path.to_owned(), header: row, headings: Vec::new(), rows: Vec::new() };
            diagnostics.push(open_quote(&table, row, 0));
            return None;
        }
        diagnostics.push(
            Diagnostic::new(Code::BadTable, words!("表格是空的", "the table is empty"))
                .at_file(path, words!("没有一行有内容", "no row holds anything"))
                .help(words!("第一行写列名,例如 单位,层级,办结率", "state the headings in the first row, as in: unit,tier,rate")),
        );
        return None;
    };
    let width = headings.len();
    let mut headings: Vec<String> = headings.iter().map(|heading| trimmed(heading.trim_matches(['"', '“', '”', '\''])).replace('\n', "")).collect();
    while headings.last().is_some_and(String::is_empty) {
        headings.pop();
    }
    let table = Table { path: path.to_owned(), header, headings, rows: rows.collect() };
    if let Some((row, column)) = records.open {
        diagnostics.push(open_quote(&table, row, column));
    }
    check_headings(&table, diagnostics);
    Some(check_rows(table, width, diagnostics))
}

/// The records of a text, and where a quotation begins that never ends.
struct Records {
    rows: Vec<(usize, Vec<String>)>,
    open: Option<(usize, usize)>,
}

fn records(text: &str) -> Records {
    // a quotation that is open at the end swallows the last record
    let closed = format!("{text}\n.\n");
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(closed.as_bytes());
    let mut found = Records { rows: Vec::new(), open: None };
    let (mut line, mut at) = (1, 0);
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        // blank lines before a record are read with it
        let rest = closed.get(start..).unwrap_or_default().trim_start_matches('\n');
        let start = closed.len() - rest.len();
        line += breaks(closed.get(at..start).unwrap_or_default());
        at = start;
        if at > text.len() {
            break;
        }
        if usize::try_from(reader.position().byte()).is_ok_and(|end| end >= closed.len()) {
            found.open = Some((line, record.len().saturating_sub(1)));
        } else {
            found.rows.push((line, record.iter().map(|cell| unguarded(trimmed(cell)).to_owned()).collect()));
        }
    }
    found
}

fn breaks(text: &str) -> usize {
    text.matches('\n').count()
}

/// Comma, tab or semicolon: whichever the line of the headings holds most of, outside quotations.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    for letter in text.trim_start_matches('\n').chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(char::from(*delimiter) == letter);
                }
            }
        }
    }
    // of several with one count the first
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

fn open_quote(table: &Table, row: usize, column: usize) -> Diagnostic {
    Diagnostic::new(Code::BadTable, words!("引号没有闭合,其后的内容都读不出", "a quotation never ends: what follows cannot be read"))
        .at_cell(table.place(row, column), words!("引号从这里开始", "it begins here"))
        .help(words!("补上右引号,或删去左引号;单元格里的引号写两次(\"\")", "close the quotation or remove it; a quote inside a cell is written twice (\"\")"))
}

fn check_headings(table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    for (column, heading) in table.headings.iter().enumerate() {
        let key = squeezed(heading);
        if !key.is_empty() && table.headings.iter().take(column).any(|other| squeezed(other) == key) {
            let number = column + 1;
            diagnostics.push(
                Diagnostic::new(Code::BadTable, words!("列名「{heading}」出现两次", "the heading {heading} stands twice"))
                    .at_cell(table.heading(column), words!("第 {number} 列又是它", "again in column {number}"))
                    .help(words!("删去或改名其中一列", "remove or rename one of the two columns")),
            );
        }
    }
}

/// Keeps the rows that fit their headings.
fn check_rows(mut table: Table, width: usize, diagnostics: &mut Vec<Diagnostic>) -> Table {
    let mut unnamed: Vec<usize> = Vec::new();
    let rows = std::mem::take(&mut table.rows);
    for (row, cells) in rows {
        let count = cells.len();
        if count > width {
            let headings = table.headings.len();
            diagnostics.push(
                Diagnostic::new(
                    Code::BadTable,
                    words!("这一行有 {count} 格,列名只有 {headings} 个", "the row has {count} cells and the table {headings} headings"),
                )
                .at_cell(CellPlace { file: table.path.clone(), row, column: String::new() }, words!("", ""))
                .help(words!("含逗号的单元格(如 1,881)要加引号,或去掉逗号", "quote a cell that holds a comma, such as 1,881, or leave the comma out")),
            );
            continue;
        }
        for (column, cell) in cells.iter().enumerate() {
            let named = table.headings.get(column).is_some_and(|heading| !heading.is_empty());
            if !named && !cell.is_empty() && !unnamed.contains(&column) {
                unnamed.push(column);
                diagnostics.push(no_heading(&table, row, column, cell));
            }
        }
        table.rows.push((row, cells));
    }
    table
}

fn no_heading(table: &Table, row: usize, column: usize, cell: &str) -> Diagnostic {
    let (number, cell) = (column + 1, excerpt(cell));
    Diagnostic::new(Code::BadTable, words!("第 {number} 列没有列名,却有内容「{cell}」", "column {number} has no heading and holds {cell}"))
        .at_cell(table.place(row, column), words!("", ""))
        .help(words!("在第一行写上这一列的列名,或清空这一列", "give the column a heading, or clear it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults(text: &str) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        read("表.csv", text.as_bytes(), &mut found);
        found
    }

    fn table(text: &str) -> Table {
        let mut found = Vec::new();
        let table = read("表.csv", text.as_bytes(), &mut found).unwrap();
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
            assert_eq!(read("表.csv", bytes, &mut Vec::new()).unwrap().headings, ["单位", "数"]);
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
            read("表.csv", &bytes, &mut Vec::new());
        }
    }
}
