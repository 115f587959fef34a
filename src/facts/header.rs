//! A grid to a table: the rows of headings are found, and what is no row of a unit is passed over.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{CellFault, Form, Grid, Merge};
use super::register::{TIER, UNIT};
use super::table::{Table, bare, excerpt, is_ignored, is_one_of, squeezed, trimmed};
use crate::diag::{CellPlace, Code, Diagnostic, number_of, words};

/// The headings begin in one of so many rows with content.
const WITHIN: usize = 40;
/// A table has at most so many columns.
pub(super) const WIDEST: usize = 1_000;
/// Headings take at most so many rows.
const LEVELS: usize = 5;

/// Rows that sum the others up.
pub(crate) const SUMS: &[&str] = &[
    "合计",
    "总计",
    "小计",
    "共计",
    "平均",
    "平均值",
    "平均分",
    "平均得分",
    "均值",
    "最高",
    "最高分",
    "最低",
    "最低分",
    "total",
    "subtotal",
    "sum",
    "average",
    "mean",
    "maximum",
    "minimum",
];

/// How a note at the foot of a table begins, before a colon.
const NOTES: &[&str] = &[
    "注",
    "备注",
    "附注",
    "说明",
    "附",
    "填表说明",
    "填报说明",
    "填表人",
    "填报人",
    "制表人",
    "制表",
    "制表单位",
    "填报单位",
    "填表单位",
    "审核",
    "审核人",
    "复核",
    "复核人",
    "负责人",
    "单位负责人",
    "分管领导",
    "联系人",
    "联系电话",
    "电话",
    "日期",
    "填表日期",
    "填报日期",
    "制表日期",
    "填表时间",
    "填报时间",
    "数据来源",
    "来源",
    "note",
    "notes",
    "remark",
    "remarks",
    "source",
    "prepared by",
    "checked by",
    "date",
];

/// Where the headings of a grid stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The first and the last of their rows, by number.
    pub(crate) rows: (usize, usize),
    /// The column of units.
    pub(crate) unit: usize,
}

/// Finds the headings by the one for units; none where no row has it.
pub(crate) fn find(grid: &Grid) -> Option<Header> {
    let (index, unit) = grid.rows.iter().take(WITHIN).enumerate().find_map(|(index, (_, cells))| {
        let unit = cells.iter().position(|cell| is_one_of(cell, UNIT))?;
        Some((index, unit))
    })?;
    let number = grid.rows.get(index)?.0;
    let bottom = match grid.merge(number, unit) {
        Some(merge) => merge.rows.1.min(number + LEVELS),
        None => grid
            .rows
            .get(index + 1)
            .filter(|(below, cells)| *below <= number + LEVELS && fills_gaps(grid, number, cells, unit))
            .map_or(number, |(below, _)| *below),
    };
    let above = index.checked_sub(1).and_then(|above| grid.rows.get(above)).map(|(above, _)| *above);
    let top = above.filter(|above| bottom == number && above + LEVELS >= number && lies_over(grid, *above, unit)).unwrap_or(number);
    Some(Header { rows: (top, bottom), unit })
}

/// Whether a row holds the headings under those that span several columns: texts exactly where the row above shows gaps.
fn fills_gaps(grid: &Grid, above: usize, cells: &[String], unit: usize) -> bool {
    let Some(first) = grid.row(above) else { return false };
    let gaps: BTreeSet<usize> = (0..cells.len()).filter(|column| first.get(*column).is_none_or(String::is_empty)).collect();
    let is_number = |text: &str| text.trim_end_matches(['%', '\u{FF05}']).parse::<rust_decimal::Decimal>().is_ok();
    let is_blank = |column: usize| cells.get(column).is_none_or(String::is_empty);
    !gaps.is_empty() && is_blank(unit) && gaps.iter().all(|column| !is_blank(*column)) && cells.iter().all(|cell| !is_number(cell))
}

/// Whether the row above the one of units holds headings that span several columns.
fn lies_over(grid: &Grid, above: usize, unit: usize) -> bool {
    let spans = |merge: &&Merge| merge.rows == (above, above) && merge.columns.1 > merge.columns.0;
    let mut spanning = grid.merges.iter().filter(spans).peekable();
    spanning.peek().is_some() && spanning.all(|merge| !(merge.columns.0..=merge.columns.1).contains(&unit))
}

/// The headings of a column, from the outermost to its own.
pub(crate) fn levels(grid: &Grid, header: Header, column: usize) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let (top, bottom) = header.rows;
    for row in top..=bottom {
        let mut text = grid.seen(row, column);
        // where nothing is merged a heading reaches over the gaps at its right
        let own = |row: usize, column: usize| grid.row(row).and_then(|cells| cells.get(column)).is_some_and(|cell| !cell.is_empty());
        if text.is_empty() && row < bottom && grid.merges.is_empty() && own(bottom, column) {
            text = (0..column).rev().map(|left| grid.seen(row, left)).find(|text| !text.is_empty()).unwrap_or_default();
        }
        if !text.is_empty() && found.last() != Some(&text) {
            found.push(text);
        }
    }
    found
}

/// The table of a grid; its headings are in the first row where none is for units.
pub(crate) fn table(grid: Grid, diagnostics: &mut Vec<Diagnostic>) -> Option<Table> {
    let found = find(&grid);
    let Some(first) = grid.rows.first().map(|(row, _)| *row) else {
        empty(&grid, diagnostics);
        return None;
    };
    let header = found.unwrap_or(Header { rows: (first, first), unit: usize::MAX });
    let width = (header.rows.0..=header.rows.1).filter_map(|row| grid.row(row)).map(<[String]>::len).max().unwrap_or(0);
    let reach = grid.merges.iter().filter(|merge| merge.rows.0 >= header.rows.0 && merge.rows.1 <= header.rows.1).map(|merge| merge.columns.1 + 1).max();
    let width = width.max(reach.unwrap_or(0).min(WIDEST));
    if width > WIDEST {
        diagnostics.push(too_wide(&grid.path));
        return None;
    }
    let mut table = Table { path: grid.path.clone(), sheet: grid.sheet.clone(), form: grid.form, header: header.rows.1, ..Table::default() };
    for column in 0..width {
        let levels: Vec<String> = levels(&grid, header, column).into_iter().map(clean).collect();
        let above = levels.len().checked_sub(2).and_then(|above| levels.get(above)).map(|above| bare(above).to_owned());
        table.headings.push(levels.last().cloned().unwrap_or_default());
        table.above.push(above.unwrap_or_default());
    }
    while table.headings.last().is_some_and(String::is_empty) {
        table.headings.pop();
    }
    qualify(&mut table);
    if let Some((row, column)) = grid.open {
        diagnostics.push(open_quote(&table, row, column));
    }
    check_headings(&table, diagnostics);
    Some(body(grid, header, table, width, diagnostics))
}

fn clean(heading: &str) -> String {
    trimmed(heading.trim_matches(['"', '“', '”', '\''])).replace(['\n', '\r'], "")
}

/// A heading that stands under several others is named with the one above it.
fn qualify(table: &mut Table) {
    let keys: Vec<String> = table.headings.iter().map(|heading| squeezed(heading)).collect();
    for (column, key) in keys.iter().enumerate() {
        let Some(above) = table.above.get(column).filter(|above| !above.is_empty()) else { continue };
        let twice = keys.iter().enumerate().any(|(other, otherwise)| other != column && otherwise == key && table.above.get(other) != Some(above));
        if twice && let Some(heading) = table.headings.get_mut(column) {
            *heading = format!("{above}.{heading}");
        }
    }
}

fn empty(grid: &Grid, diagnostics: &mut Vec<Diagnostic>) {
    if let Some((row, column)) = grid.open {
        let table = Table { path: grid.path.clone(), ..Table::default() };
        diagnostics.push(open_quote(&table, row, column));
        return;
    }
    diagnostics.push(blank(&grid.path).help(words!("第一行写列名,例如 单位,层级,办结率", "state the headings in the first row, as in: unit,tier,rate")));
}

/// That a table holds nothing.
pub(super) fn blank(path: &str) -> Diagnostic {
    Diagnostic::new(Code::BadTable, words!("表格是空的", "the table is empty")).at_file(path, words!("没有一行有内容", "no row holds anything"))
}

/// More columns than a table of facts can have.
pub(super) fn too_wide(path: &str) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, words!("列超过 {WIDEST} 个", "there are more than {WIDEST} columns"))
        .at_file(path, words!("", ""))
        .help(words!("只留评分要用的列", "keep the columns that scoring needs"))
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

/// Rows that are no rows of units, by their content.
struct Passed {
    /// Everything at or above the headings, which a printed table repeats on each page.
    repeated: BTreeSet<Vec<String>>,
    sums: BTreeSet<String>,
    notes: BTreeSet<String>,
    unit: usize,
    /// A note has begun, which may go on over several rows.
    in_note: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Unit,
    Sum,
    Note,
}

fn texts(cells: &[String]) -> Vec<String> {
    cells.iter().filter(|cell| !cell.is_empty()).map(|cell| squeezed(cell)).collect()
}

impl Passed {
    fn new(grid: &Grid, header: Header) -> Self {
        let all = |words: &[&str]| words.iter().map(|word| squeezed(word)).collect();
        let above = grid.rows.iter().take_while(|(row, _)| *row <= header.rows.1);
        Passed { repeated: above.map(|(_, cells)| texts(cells)).collect(), sums: all(SUMS), notes: all(NOTES), unit: header.unit, in_note: false }
    }

    fn is_repeated(&self, cells: &[String]) -> bool {
        let Some(first) = cells.iter().find(|cell| !cell.is_empty()).map(|cell| squeezed(cell)) else { return false };
        self.repeated.iter().any(|row| row.first() == Some(&first)) && self.repeated.contains(&texts(cells))
    }

    fn kind(&mut self, cells: &[String]) -> Kind {
        if self.is_repeated(cells) {
            return Kind::Note;
        }
        if cells.iter().take(self.unit.saturating_add(1)).any(|cell| !cell.is_empty() && self.sums.contains(&squeezed(cell))) {
            return Kind::Sum;
        }
        let is_note = |cell: &String| cell.split_once([':', '\u{FF1A}']).is_some_and(|(head, _)| self.notes.contains(&squeezed(head)));
        // what follows a note goes on with it, if no unit is named like that
        let goes_on =
            |cell: &String| cell.is_empty() || cell.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '(' | '\u{FF08}' | '*' | '※'));
        let mut filled = cells.iter().filter(|cell| !cell.is_empty());
        let alone = || filled.clone().count() == 1 && cells.get(self.unit).is_none_or(goes_on);
        self.in_note = self.in_note && alone() || filled.all(is_note);
        if self.in_note { Kind::Note } else { Kind::Unit }
    }
}

/// Keeps the rows of units, and what the cells of merged columns say to each of them.
fn body(grid: Grid, header: Header, mut table: Table, width: usize, diagnostics: &mut Vec<Diagnostic>) -> Table {
    let bottom = header.rows.1;
    let mut passed = Passed::new(&grid, header);
    let by_unit = header.unit != usize::MAX;
    let mut left_out: BTreeSet<usize> = BTreeSet::new();
    let mut unnamed: Vec<usize> = Vec::new();
    let mut banners: Vec<(usize, String)> = Vec::new();
    if by_unit {
        for (row, cells) in grid.rows.iter().filter(|(row, _)| *row > bottom) {
            match passed.kind(cells) {
                Kind::Unit => match banner(&grid, &table, header.unit, (*row, cells)) {
                    Some(text) => banners.push((*row, excerpt(text))),
                    None => continue,
                },
                Kind::Sum => table.sums.push(*row),
                Kind::Note => {}
            }
            left_out.insert(*row);
        }
    }
    diagnostics.extend(unread_banners(&table, &banners));
    let Grid { rows, merges, faults, form, .. } = grid;
    let mut rows: BTreeMap<usize, Vec<String>> = rows.into_iter().filter(|(row, _)| *row > bottom).collect();
    rows.retain(|row, _| !left_out.contains(row));
    table.faults = faults.into_iter().filter(|((row, _), _)| *row > bottom && !left_out.contains(row)).collect();
    for merge in merges.iter().filter(|merge| merge.rows.0 > bottom && !left_out.contains(&merge.rows.0)) {
        spread(merge, &mut table, &mut rows);
    }
    for (row, cells) in rows {
        if form == Form::Lines && cells.len() > width {
            diagnostics.push(too_long(table.row_place(row), cells.len(), table.headings.len()));
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

/// The words of a row that only heads those below it, such as 一、县区: they stand alone, before the column of units or merged over
/// several columns. A number is never such a heading, nor is a name in the column of units that is not merged over all the others.
fn banner<'g>(grid: &'g Grid, table: &Table, unit: usize, (row, cells): (usize, &'g [String])) -> Option<&'g str> {
    let mut filled = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let (column, text) = filled.next().filter(|_| filled.next().is_none())?;
    if grid.form == Form::Records || begins_a_number(text) || grid.faults.contains_key(&(row, column)) {
        return None;
    }
    let is_read = |heading: &String| !heading.is_empty() && !is_ignored(heading);
    let last = table.headings.iter().rposition(is_read).unwrap_or(0);
    let heads = match grid.merge(row, column) {
        // a tier that is merged downwards is that of its rows
        Some(merge) if merge.rows.0 < merge.rows.1 => merge.columns.0 <= unit && merge.columns.1 >= last,
        Some(merge) if column == unit => merge.columns.1 > unit && merge.columns.1 >= last,
        Some(merge) => column < unit || merge.columns.0 < merge.columns.1,
        None => column < unit,
    };
    heads.then_some(text.as_str())
}

/// Whether a text begins like a number, and not like the first of a list: 1、县区.
fn begins_a_number(text: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit() || ('\u{FF10}'..='\u{FF19}').contains(&letter);
    let rest = text.trim_start_matches(['+', '-', '.', '\u{2212}', '\u{FF0B}', '\u{FF0D}']);
    rest.starts_with(is_digit) && !rest.trim_start_matches(is_digit).starts_with('、')
}

fn unread_banners(table: &Table, banners: &[(usize, String)]) -> Option<Diagnostic> {
    const SHOWN: usize = 5;
    let count = banners.len();
    let title = words!("标题一类的行没有读({count} 行)", "rows that only head others are not read ({count})");
    let labelled = banners
        .iter()
        .take(SHOWN)
        .fold(Diagnostic::new(Code::RowUnread, title), |diagnostic, (row, text)| diagnostic.at_cell(table.row_place(*row), words!("「{text}」", "{text}")));
    (count > 0).then(|| {
        labelled.help(words!(
            "若这一行是一个单位,把它的名称写在单位一列里,不与别的列合并",
            "if such a row is a unit, write its name into the column of units and unmerge it"
        ))
    })
}

/// A tier that is merged downwards is that of every row; of any other merged cell it is not known whose value it is.
fn spread(merge: &Merge, table: &mut Table, rows: &mut BTreeMap<usize, Vec<String>>) {
    let (row, column) = (merge.rows.0, merge.columns.0);
    let text = rows.get(&row).and_then(|cells| cells.get(column)).cloned().unwrap_or_default();
    let read = (column..=merge.columns.1).any(|column| table.headings.get(column).is_some_and(|heading| !heading.is_empty() && !is_ignored(heading)));
    if text.is_empty() || !read {
        return;
    }
    if merge.columns.1 == column && table.headings.get(column).is_some_and(|heading| is_one_of(heading, TIER)) {
        for (_, cells) in rows.range_mut(row..=merge.rows.1) {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                cell.clone_from(&text);
            }
        }
        return;
    }
    table.faults.insert((row, column), CellFault::Merged(merge.address()));
}

/// A row of a text with more cells than there are headings: whether they are shifted nobody knows.
pub(super) fn too_long(place: CellPlace, count: usize, headings: usize) -> Diagnostic {
    let (cells_en, headings_en) = (number_of(count, "cell", "cells"), number_of(headings, "heading", "headings"));
    Diagnostic::new(Code::BadTable, words!("这一行有 {count} 格,列名只有 {headings} 个", "the row has {cells_en} and the table {headings_en}"))
        .at_cell(place, words!("", ""))
        .help(words!("含逗号的单元格(如 1,881)要加引号,或去掉逗号", "quote a cell that holds a comma, such as 1,881, or leave the comma out"))
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
    use crate::facts::table::{Sheets, read};
    use std::path::Path;

    fn tables(text: &str) -> (Table, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let table = read("表.csv", text.as_bytes(), &mut Sheets::default(), &mut found).pop().unwrap();
        (table, found)
    }

    fn names(table: &Table) -> Vec<&str> {
        table.rows.iter().map(|(_, cells)| cells.first().map(String::as_str).unwrap_or_default()).collect()
    }

    /// A sheet of these rows, counted from 1, with merges.
    fn sheet(rows: &[&[&str]], merges: &[[(usize, usize); 2]]) -> (Table, Vec<Diagnostic>) {
        let rows = rows.iter().enumerate().map(|(row, cells)| (row + 1, cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()));
        let rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
        let merges = merges.iter().map(|[rows, columns]| Merge { rows: *rows, columns: *columns }).collect();
        let mut found = Vec::new();
        let grid = Grid { path: "表.xlsx".to_owned(), sheet: Some("甲".to_owned()), form: Form::Sheet, rows, merges, ..Grid::default() };
        let table = table(grid, &mut found).unwrap();
        (table, found)
    }

    #[test]
    fn titles_above_the_headings_are_passed_over() {
        let (table, found) = tables("附件1,,\n11月得分表,,\n填报单位:政务办,,11月\n\n单位,数,率\n甲,1,2\n");
        assert_eq!(found, []);
        assert_eq!((table.header, table.headings.as_slice(), table.rows.len()), (5, ["单位", "数", "率"].map(str::to_owned).as_slice(), 1));
        // without a heading for units the first row has the headings
        assert_eq!(tables("名称,数\n甲,1\n").0.headings, ["名称", "数"]);
    }

    #[test]
    fn headings_of_two_rows_are_read_by_the_lower() {
        let text = "序号,单位,质效(55),,储备,合计\n,,签收率(10),办结率,库,\n1,甲,1,2,3,4\n";
        let (table, found) = tables(text);
        assert_eq!(found, []);
        assert_eq!(table.headings, ["序号", "单位", "签收率(10)", "办结率", "库", "合计"]);
        assert_eq!(table.above, ["", "", "质效", "质效", "储备", ""]);
        assert_eq!((table.header, table.rows.len()), (2, 1));
        let rows: [&[&str]; 4] = [&["得分表"], &["序号", "单位", "质效(55)", "", "信息\n(5)"], &["", "", "签收率", "办结率"], &["1", "甲", "1", "2", "3"]];
        let merges = [[(1, 1), (0, 4)], [(2, 3), (0, 0)], [(2, 3), (1, 1)], [(2, 2), (2, 3)], [(2, 3), (4, 4)]];
        let (table, found) = sheet(&rows, &merges);
        assert_eq!(found, []);
        assert_eq!(table.headings, ["序号", "单位", "签收率", "办结率", "信息(5)"]);
        assert_eq!(table.above, ["", "", "质效", "质效", ""]);
        // the spanning headings may stand above the one for units too
        let rows: [&[&str]; 4] = [&["得分表"], &["", "", "质效", "", ""], &["序号", "单位", "签收率", "办结率", "信息"], &["1", "甲", "1", "2", "3"]];
        let (table, _) = sheet(&rows, &[[(1, 1), (0, 4)], [(2, 2), (2, 3)]]);
        assert_eq!(table.above, ["", "", "质效", "质效", ""]);
        assert_eq!(table.rows.len(), 1);
    }

    #[test]
    fn a_heading_under_two_others_is_named_with_them() {
        let (table, found) = tables("单位,县,,市,\n,率,数,率,数量\n甲,1,2,3,4\n");
        assert_eq!(found, []);
        assert_eq!(table.headings, ["单位", "县.率", "数", "市.率", "数量"]);
        assert_eq!(tables("单位,县,\n,率,率\n甲,1,2\n").1.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::BadTable]);
    }

    #[test]
    fn a_row_of_data_is_no_row_of_headings() {
        // a column without a heading is a fault, and its cells are no headings
        let (table, found) = tables("单位,数,\n,1,2\n");
        assert_eq!((table.header, found.len()), (1, 1));
        let (table, _) = tables("单位,数,\n甲,1,x\n");
        assert_eq!((table.header, table.rows.len()), (1, 1));
    }

    #[test]
    fn notes_sums_and_repeated_headings_are_no_units() {
        let text = "11月得分表,\n单位,数\n甲,1\n11月得分表,\n单 位,数\n乙,2\n合计,3\n平均,1.5\n注:甲区含开发区,\n2.乙县 1 家,\n填表人:张,审核:李\n";
        let (table, found) = tables(text);
        assert_eq!(found, []);
        assert_eq!(names(&table), ["甲", "乙"]);
        assert_eq!(table.sums, [7, 8]);
        // a unit without facts is a unit, also at the foot
        assert_eq!(names(&tables("单位,数\n甲,1\n乙,\n").0), ["甲", "乙"]);
        // a sum in a column before that of the units, and a note that is merged over the table
        let rows: [&[&str]; 4] = [&["序号", "单位", "数"], &["1", "甲", "3"], &["合计", "", "3"], &["备注:略"]];
        let (table, found) = sheet(&rows, &[[(3, 3), (0, 1)], [(4, 4), (0, 2)]]);
        assert_eq!((found.len(), table.rows.len(), table.sums.as_slice(), table.faults.len()), (0, 1, [3].as_slice(), 0));
    }

    #[test]
    fn rows_that_only_head_others_are_passed_over_and_named() {
        let rows: [&[&str]; 7] = [
            &["序号", "单位", "数", "率", "备注"],
            &["一、县区"],
            &["1", "甲", "1", "2"],
            &["", "市各部门及单位(满分100分)"],
            &["2", "乙", "3", "4"],
            &["", "", "二、其他"],
            &["3", "丙", "5", "6"],
        ];
        let (table, found) = sheet(&rows, &[[(2, 2), (0, 4)], [(4, 4), (1, 3)], [(6, 6), (2, 3)]]);
        assert_eq!(table.rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [3, 5, 7]);
        assert!(table.faults.is_empty());
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.code, one.words.en.as_str()), (Code::RowUnread, "rows that only head others are not read (3)"));
        let said: Vec<&str> = one.labels.iter().map(|label| label.words.en.as_str()).collect();
        assert_eq!(said, ["一、县区", "市各部门及单位(满分100分)", "二、其他"]);
        // in the lines of a text nothing is merged
        let (table, found) = tables("序号,单位,数\n一、县区,,\n1,甲,1\n2、部门,,\n2,乙,2\n");
        assert_eq!((table.rows.len(), found.len(), found[0].labels.len()), (2, 1, 2));
    }

    #[test]
    fn a_row_of_data_heads_nothing() {
        // a second cell, a number, a value beside the units, and a unit without facts
        for text in ["序号,单位,数\n县区,,5\n", "序号,单位,数\n3,,\n", "数,单位\n12件,\n", "数,单位\n-0.5,\n", "单位,数\n,是\n", "单位,数\n甲,\n"]
        {
            let (table, found) = tables(text);
            assert_eq!((table.rows.len(), found.len()), (1, 0), "{text}");
        }
        let json = "[{\"类别\": \"县区\"}, {\"单位\": \"甲\", \"数\": 1}]";
        assert_eq!(tables(json).0.rows.len(), 2);
        // a unit that is merged with some of its facts, a number over several columns, a formula that failed
        let head: &[&str] = &["单位", "数", "率"];
        for (row, columns) in [(["甲", "", ""], (0, 1)), (["5", "", ""], (0, 2)), (["", "0.5", ""], (1, 2))] {
            let (table, found) = sheet(&[head, &row], &[[(2, 2), columns]]);
            assert_eq!((table.rows.len(), table.faults.len(), found.len()), (1, 1, 0), "{row:?}");
        }
        let rows = vec![(1, vec!["序号".to_owned(), "单位".to_owned()]), (2, vec!["#DIV/0!".to_owned()])];
        let faults = BTreeMap::from([((2, 0), CellFault::Error("#DIV/0!".to_owned()))]);
        let mut found = Vec::new();
        assert_eq!(super::table(Grid { rows, faults, ..Grid::default() }, &mut found).unwrap().faults.len(), 1);
        // the tier of the rows below it, merged downwards
        let rows: [&[&str]; 4] = [&["层级", "单位", "数"], &["县"], &["", "甲", "1"], &["", "乙", "2"]];
        let (table, found) = sheet(&rows, &[[(2, 4), (0, 0)]]);
        assert_eq!((names(&table), found.len()), (vec!["县", "县", "县"], 0));
    }

    #[test]
    fn a_merged_tier_is_that_of_all_its_rows_and_a_merged_value_is_nobodys() {
        let rows: [&[&str]; 4] = [&["层级", "单位", "数", "备注"], &["县", "甲", "1", "略"], &["", "乙", "2"], &["市", "丙", "3"]];
        let (table, found) = sheet(&rows, &[[(2, 3), (0, 0)], [(2, 4), (3, 3)]]);
        assert_eq!((found.len(), table.faults.len()), (0, 0));
        assert_eq!(names(&table), ["县", "县", "市"]);
        let (table, _) = sheet(&rows, &[[(2, 4), (0, 0)], [(3, 4), (2, 2)], [(2, 2), (1, 2)]]);
        assert_eq!(names(&table), ["县", "县", "县"]);
        let faults: Vec<(usize, usize)> = table.faults.keys().copied().collect();
        assert_eq!(faults, [(2, 1), (3, 2)]);
        assert_eq!(table.place(3, 2).text(crate::diag::Lang::Zh), "表.xlsx「甲」表 C3「数」列");
        assert_eq!(table.place(3, 2).text(crate::diag::Lang::En), "表.xlsx sheet 甲 C3, column 数");
    }

    #[test]
    fn the_printed_annex_is_read_cell_by_cell() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        let bytes = std::fs::read(root.join("golden/workbooks/annex.xlsx")).unwrap();
        let tables = read("annex.xlsx", &bytes, &mut Sheets::default(), &mut found);
        assert_eq!(found, []);
        let [table] = tables.as_slice() else { panic!("{} tables", tables.len()) };
        let printed = std::fs::read_to_string(root.join("golden/lianyungang/2020-11/annex.csv")).unwrap();
        let mut lines = printed.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let headings: Vec<String> = table.headings.iter().map(|heading| squeezed(bare(heading))).collect();
        assert_eq!(headings, lines.next().unwrap());
        assert_eq!(table.headings.get(4).map(String::as_str), Some("及时签收率(10)"));
        let above: Vec<&str> = table.above.iter().map(String::as_str).collect();
        assert_eq!(&above[..10], ["", "", "工作网络", "工作网络", "办件质效", "办件质效", "办件质效", "办件质效", "知识储备", "知识储备"]);
        assert_eq!((above[10], above[12], above[17], above[23], above[24]), ("", "数据质量", "扣分项", "加分项", ""));
        let mut cells = 0;
        for (line, (row, texts)) in lines.by_ref().zip(&table.rows) {
            for (column, printed) in line.iter().enumerate() {
                let text = texts.get(column).map(String::as_str).unwrap_or_default();
                let number = |text: &str| text.parse::<rust_decimal::Decimal>().ok().map(|number| number.normalize());
                assert!(text == *printed || number(text).is_some() && number(text) == number(printed), "row {row} column {column}: {text} {printed}");
                cells += 1;
            }
        }
        assert_eq!((cells, table.rows.len(), lines.count()), (60 * 25, 60, 0));
    }
}
