//! Claims: the sentences of a bulletin, each bound to a query over tables.
//!
//! In: a claims file, the text that it quotes, the tables that it names, and what is known of a month. Out: [`Claims`], a verdict on
//! every sentence with what the tables say, and the claims that contradict each other. Never: a name that is guessed, a table that
//! is completed; what the tables leave open stays open.

mod contradict;
mod explain;
mod given;
mod judge;
mod model;
mod parse;
mod terms;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use self::contradict::contradictions;
use self::explain::explain;
use self::given::{Given, facts_of, results_of};
use self::judge::Judge;
use self::model::{Model, Placed, joined, model};
use self::parse::{Origin, Tree, Word, parse};
use self::terms::Figure;
use super::relaxed::Relaxed;
use crate::diag::{self, CellPlace, Code, Diagnostic, Words, number_of, words};
use crate::eval::domain::Absence;
use crate::facts::table::{Table, squeezed};
use crate::facts::{Facts, printed};
use crate::plan::{Plan, RecordId};
use crate::quantity::{Mode, Number, Unit};
use crate::results::Results;
use crate::source::{Sources, Span};

/// The verdicts on the claims of a file.
#[derive(Debug)]
pub(crate) struct Claims {
    /// In the order of the file.
    pub(crate) claims: Vec<Claim>,
    pub(crate) contradictions: Vec<Contradiction>,
}

/// A sentence and what became of it.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Its name, or the line and which of its claims it is, as in `15.2`.
    pub(crate) id: String,
    /// The line of the text.
    pub(crate) line: usize,
    /// The words of the sentence.
    pub(crate) text: String,
    pub(crate) verdict: Verdict,
    pub(crate) found: Found,
    pub(crate) evidence: Evidence,
    /// Units of which the number that is printed comes about where these are not rounded first.
    pub(crate) explained: Vec<(String, Vec<Relaxed>)>,
}

/// What it is worth that a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// What it was held against is of another origin; or it does not hold.
    Own,
    /// It was held against what was copied from print: from this very sentence, or as a fact that is entered as published.
    Copied,
    /// It was held against what rests on facts that were found by what is printed: so many of the rows.
    Fitted { rows: usize, of: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// 成立.
    Holds,
    /// 不成立.
    Fails,
    /// 无从核.
    Unknown,
}

/// A value with what is needed to show it.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    Number(Number, Option<Unit>),
    Truth(bool),
    Word(String),
    Absent(Absence),
}

/// What the tables say.
#[derive(Debug)]
pub(crate) enum Found {
    /// A number that is printed: what it comes to, under which other rounding that would be printed, and how far it is from that.
    Value {
        found: Shown,
        under: Option<Mode>,
        off: Option<Off>,
    },
    /// A condition, with its two sides where it compares, and the table of which only a part already decides it.
    Truth {
        sides: Option<(Shown, Shown)>,
        partial: Option<String>,
    },
    List(Box<Listed>),
    Values {
        count: usize,
        wrong: Vec<Wrong>,
        strangers: Vec<Stranger>,
        open: Vec<String>,
    },
    Rows {
        checked: usize,
        failing: Vec<(String, Option<(Shown, Shown)>)>,
        open: Vec<String>,
    },
    Unknown(Why),
}

/// How far a number is from the one that is printed.
#[derive(Debug)]
pub(crate) struct Off {
    /// Whether it is more.
    pub(crate) more: bool,
    pub(crate) by: Shown,
}

/// A name with the value by which it is listed.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) name: String,
    pub(crate) value: Option<Shown>,
}

/// A value that is not as printed.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    pub(crate) stated: Shown,
    pub(crate) found: Shown,
    pub(crate) under: Option<Mode>,
}

/// A name that no row has, and the nearest that one has.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) name: String,
    pub(crate) near: Option<String>,
}

/// How many a sentence says there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) stated: usize,
    pub(crate) found: usize,
    /// How many it names, where it claims to name all.
    pub(crate) named: Option<usize>,
}

/// A list against the rows of its table.
#[derive(Debug)]
pub(crate) struct Listed {
    /// How many rows are on it.
    pub(crate) count: usize,
    /// Rows that are on it and are not named.
    pub(crate) missing: Vec<Cell>,
    /// Names that are not on it.
    pub(crate) surplus: Vec<Cell>,
    pub(crate) strangers: Vec<Stranger>,
    pub(crate) wrong: Vec<Wrong>,
    /// Rows of which it is not known whether they are on it, or with what.
    pub(crate) open: Vec<String>,
    pub(crate) counted: Option<Count>,
    /// The table of which only some rows are published.
    pub(crate) partial: Option<String>,
}

/// Why nothing can be said.
#[derive(Debug)]
pub(crate) enum Why {
    /// The claims file says so.
    Stated(String),
    /// The table is made of a policy and facts, which were not given.
    NoPolicy(String),
    /// Only some rows of the table are published; what those come to.
    Partial {
        table: String,
        shown: Option<Shown>,
    },
    /// A value is absent.
    Absent(Absence),
    NoRow {
        table: String,
        stranger: Stranger,
    },
}

/// Claims that cannot all be true.
#[derive(Debug)]
pub(crate) struct Contradiction {
    /// By their places among the claims.
    pub(crate) claims: Vec<usize>,
    /// What claims state, each with the claim.
    pub(crate) stated: Vec<(usize, Shown)>,
    /// Names that one has and the other has not.
    pub(crate) names: Vec<String>,
    /// Whether the numbers are terms of one equation; else they are stated of one thing.
    pub(crate) sum: bool,
}

/// A claims file that was read, before its tables are.
pub(crate) struct Draft {
    tree: Tree,
}

/// What is known beside the files that a claims file names.
#[derive(Default)]
pub(crate) struct Known<'k> {
    facts: Option<Given>,
    results: Option<Given>,
    /// The rounding of the standard.
    mode: Option<Mode>,
    month: Option<Month<'k>>,
}

/// A month that was scored.
#[derive(Clone, Copy)]
struct Month<'k> {
    plan: &'k Plan,
    facts: &'k Facts,
    results: &'k Results,
}

impl<'k> Known<'k> {
    /// A policy alone.
    pub(crate) fn policy(plan: &Plan) -> Known<'static> {
        Known { mode: Some(plan.head.mode), ..Known::default() }
    }

    /// A policy with the facts of a month and what it makes of them.
    pub(crate) fn month(plan: &'k Plan, facts: &'k Facts, results: &'k Results) -> Self {
        Known {
            facts: Some(facts_of(plan, facts)),
            results: Some(results_of(plan, facts, results)),
            mode: Some(plan.head.mode),
            month: Some(Month { plan, facts, results }),
        }
    }
}

/// The files that a claims file names, by the name that it gives them: the path as it is shown, and the bytes.
pub(crate) type Files = BTreeMap<String, (String, Vec<u8>)>;

/// Reads a claims file.
pub(crate) fn read(sources: &Sources, file: u32, diagnostics: &mut Vec<Diagnostic>) -> Draft {
    let tree = parse(sources, file, diagnostics);
    if tree.text.is_none() && !diag::any_error(diagnostics) {
        let start = Span { file, start: 0, end: 0 };
        diagnostics.push(
            Diagnostic::new(Code::BadClaim, words!("断言文件没有写明通报的正文", "the claims file names no text"))
                .at(start, words!("这里", "here"))
                .help(words!("加一行:通报 \"bulletin.txt\"", "add a line: bulletin \"bulletin.txt\"")),
        );
    }
    Draft { tree }
}

impl Draft {
    /// The files that it names, each with the place.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, Span)> {
        let tables = self.tree.tables.iter().filter_map(|table| match &table.origin {
            Origin::File(word) => Some(word),
            Origin::Facts | Origin::Results | Origin::Numbers { .. } => None,
        });
        self.tree.text.iter().chain(tables).map(|word| (word.text.as_str(), word.span))
    }
}

/// A file that cannot be read.
pub(crate) fn unreadable(file: &str, span: Span, cause: &Words) -> Diagnostic {
    let Words { zh, en } = cause;
    Diagnostic::new(Code::ClaimFile, words!("读不了 {file}:{zh}", "cannot read {file}: {en}"))
        .at(span, words!("在这里写明", "named here"))
        .help(words!("文件的位置从断言文件所在的文件夹算起", "paths begin at the folder of the claims file"))
}

/// The verdicts on the claims of a file; none where something is at fault.
pub(crate) fn judge(sources: &mut Sources, draft: &Draft, files: &Files, known: &Known<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Claims> {
    let tree = &draft.tree;
    quotations(tree, files, diagnostics);
    let mode = known.mode.unwrap_or(Mode::HalfUp);
    let given = [known.facts.as_ref(), known.results.as_ref()];
    let model = model(sources, tree, given, mode, diagnostics)?;
    let tables = tables(tree, &model, files, given, diagnostics);
    let facts = printed::read(&model.plan, "通报", &tables, diagnostics);
    if diag::any_error(diagnostics) {
        return None;
    }
    let judge = Judge::new(&model, &facts, mode)?;
    let mut of_line: BTreeMap<usize, usize> = BTreeMap::new();
    let mut claims = Vec::new();
    for (claim, asked) in tree.claims.iter().zip(&model.asked) {
        let line = claim.line.0;
        let number = of_line.entry(line).or_default();
        *number += 1;
        let id = claim.name.as_ref().map_or_else(|| format!("{line}.{number}"), |name| name.text.clone());
        let (verdict, found) = judge.judge(claim, asked);
        let evidence = if verdict == Verdict::Holds { judge.evidence(claim, asked) } else { Evidence::Own };
        claims.push(Claim { id, line, text: claim.quotation.text.clone(), verdict, found, evidence, explained: Vec::new() });
    }
    if let Some(month) = known.month {
        let printed: Vec<Table> = tables.into_iter().filter(|(record, _)| model.is_printed(*record)).map(|(_, table)| table).collect();
        explain(&mut claims, &model, &printed, month);
    }
    Some(Claims { claims, contradictions: contradictions(sources, tree, &model) })
}

/// Every quotation stands in its line, and no name stands for two claims.
fn quotations(tree: &Tree, files: &Files, diagnostics: &mut Vec<Diagnostic>) {
    let mut named: BTreeMap<&str, Span> = BTreeMap::new();
    for name in tree.claims.iter().filter_map(|claim| claim.name.as_ref()) {
        let text = &name.text;
        if let Some(first) = named.insert(text, name.span) {
            diagnostics.push(
                Diagnostic::new(Code::Duplicate, words!("「{text}」声明了两次", "{text} is declared twice"))
                    .at(name.span, words!("这里", "here"))
                    .at(first, words!("先在这里声明", "first declared here"))
                    .help(words!("删去或改名其中一个", "remove or rename one of them")),
            );
        }
    }
    let Some((file, (_, bytes))) = tree.text.as_ref().and_then(|word| Some((word, files.get(&word.text)?))) else { return };
    let Ok(text) = crate::source::decode(bytes) else {
        diagnostics.push(unreadable(&file.text, file.span, &words!("不是文本", "it is no text")));
        return;
    };
    let lines: Vec<String> = text.lines().map(squeezed).collect();
    for (copied, span) in tree.tables.iter().flat_map(|table| &table.copied) {
        diagnostics.extend(beyond(copied, *span, (&file.text, lines.len())));
    }
    for claim in &tree.claims {
        let (line, span) = claim.line;
        let wanted = squeezed(&claim.quotation.text);
        if line.checked_sub(1).and_then(|line| lines.get(line)).is_some_and(|line| !wanted.is_empty() && line.contains(&wanted)) {
            continue;
        }
        let elsewhere = lines.iter().position(|line| !wanted.is_empty() && line.contains(&wanted)).map(|line| line + 1);
        diagnostics.push(misquoted(&claim.quotation, (line, span), elsewhere, (&file.text, lines.len())));
    }
}

/// A table cannot have been copied from lines that the text does not have.
fn beyond(copied: &RangeInclusive<usize>, span: Span, (file, count): (&str, usize)) -> Option<Diagnostic> {
    let (first, last) = (copied.start(), copied.end());
    let lines = number_of(count, "line", "lines");
    let fault = if first > last {
        words!("第 {first} 行在第 {last} 行之后", "line {first} stands behind line {last}")
    } else if *first == 0 || *last > count {
        let beyond = if *first == 0 { first } else { last };
        words!("{file} 没有第 {beyond} 行", "{file} has no line {beyond}")
    } else {
        return None;
    };
    Some(
        Diagnostic::new(Code::NotQuoted, fault)
            .at(span, words!("照录自这里", "copied from here"))
            .help(words!("改正行号:从 1 数起,正文共 {count} 行", "correct the line: they count from 1, and the text has {lines}")),
    )
}

fn misquoted(quotation: &Word, (line, span): (usize, Span), elsewhere: Option<usize>, (file, count): (&str, usize)) -> Diagnostic {
    let text: String = quotation.text.chars().take(30).collect();
    let fault = Diagnostic::new(Code::NotQuoted, words!("{file} 第 {line} 行里没有「{text}」", "line {line} of {file} does not hold “{text}”"))
        .at(quotation.span, words!("引文", "the quotation"))
        .at(span, words!("写的是这一行", "the line that is named"));
    let lines = number_of(count, "line", "lines");
    match elsewhere {
        Some(other) => fault.fix(words!("它在第 {other} 行", "it stands in line {other}"), span, other.to_string()),
        None => fault.help(words!(
            "照抄正文(空白不计),或改正行号;正文共 {count} 行",
            "copy the words of the text (blanks apart), or correct the line; the text has {lines}"
        )),
    }
}

// --- tables ---

/// The tables as the model wants them: names by their aliases resolved, keys once each, columns of other tables beside their own.
fn tables(tree: &Tree, model: &Model, files: &Files, given: [Option<&Given>; 2], diagnostics: &mut Vec<Diagnostic>) -> Vec<(RecordId, Table)> {
    let mut read: Vec<Option<Table>> = Vec::new();
    let [facts, results] = given;
    for (declared, table) in tree.tables.iter().zip(&model.tables) {
        let found = match &declared.origin {
            Origin::File(word) => files.get(&word.text).and_then(|(path, bytes)| printed::table(path, bytes, declared.sheet.as_deref(), diagnostics)),
            Origin::Numbers { numbers, unit } => Some(counted(numbers.clone(), unit, table)),
            Origin::Facts => facts.map(|given| made(given, &table.name)),
            Origin::Results => results.map(|given| made(given, &table.name)),
        };
        read.push(found.map(|mut found| {
            keyed(&mut found, model, table, diagnostics);
            found
        }));
    }
    let columns: Vec<Vec<Vec<String>>> =
        model.tables.iter().map(|table| table.joins.iter().map(|join| joined_cells(model, &read, table, join)).collect()).collect();
    for ((table, found), columns) in model.tables.iter().zip(&mut read).zip(columns) {
        let Some(found) = found else { continue };
        for ((other, name), cells) in table.joins.iter().zip(columns) {
            let other = model.tables.get(*other).map(|other| other.name.as_str()).unwrap_or_default();
            let width = found.headings.len();
            found.headings.push(joined(other, name));
            for ((_, row), cell) in found.rows.iter_mut().zip(cells) {
                row.resize(width, String::new());
                row.push(cell);
            }
        }
    }
    for (table, found) in model.tables.iter().zip(&mut read) {
        for placed in &table.places {
            if let Some(found) = found {
                place(model, table, found, placed);
            }
        }
    }
    let record = |table: &model::Table| model.plan.records.iter().position(|record| record.name == table.name);
    model.tables.iter().zip(read).filter_map(|(table, found)| Some((record(table)?, found?))).collect()
}

/// A row for every whole number of a range.
fn counted(numbers: RangeInclusive<usize>, unit: &str, table: &model::Table) -> Table {
    let rows = numbers.enumerate().map(|(row, number)| (row + 2, vec![format!("{number} {unit}")])).collect();
    Table { path: table.name.clone(), header: 1, headings: vec![table.key.clone()], rows, ..Table::default() }
}

fn made(given: &Given, name: &str) -> Table {
    let headings = given.columns.iter().map(|column| column.name.clone()).collect();
    Table {
        path: name.to_owned(),
        header: 1,
        headings,
        rows: given.rows.iter().cloned().enumerate().map(|(row, cells)| (row + 2, cells)).collect(),
        ..Table::default()
    }
}

/// The column of a table that holds a field.
fn column_of(model: &Model, table: &model::Table, found: &Table, name: &str) -> Option<usize> {
    let record = model.plan.records.iter().find(|record| record.name == table.name)?;
    let field = record.fields.iter().find(|field| field.fact.name == name)?;
    let is = |wanted: &str| found.headings.iter().position(|heading| squeezed(heading) == squeezed(wanted));
    field.fact.columns.iter().find_map(|column| is(column)).or_else(|| is(name))
}

/// Resolves the aliases of the keys; a key that is blank or stands twice is a fault.
fn keyed(found: &mut Table, model: &Model, table: &model::Table, diagnostics: &mut Vec<Diagnostic>) {
    let Some(key) = column_of(model, table, found, &table.key) else { return };
    let mut seen: BTreeMap<String, CellPlace> = BTreeMap::new();
    let places: Vec<CellPlace> = found.rows.iter().map(|(row, _)| found.place(*row, key)).collect();
    for ((_, cells), place) in found.rows.iter_mut().zip(places) {
        let Some(cell) = cells.get_mut(key) else { continue };
        if let Some(name) = model.aliases.get(&squeezed(cell)) {
            cell.clone_from(name);
        }
        let (name, text) = (&table.name, cell.clone());
        let fault = if text.is_empty() {
            Diagnostic::new(Code::BadKey, words!("表「{name}」的一行没有键", "a row of the table {name} has no key"))
                .at_cell(place, words!("这一格是空的", "this cell is blank"))
        } else if let Some(first) = seen.insert(squeezed(&text), place.clone()) {
            Diagnostic::new(Code::BadKey, words!("表「{name}」里「{text}」出现两次", "{text} stands twice in the table {name}"))
                .at_cell(place, words!("这里", "here"))
                .at_cell(first, words!("和这里", "and here"))
        } else {
            continue;
        };
        diagnostics.push(fault.help(words!(
            "键一行一个,不空不重;写明另一列作键,或改正表",
            "every row has a key of its own: name another column as the key, or correct the table"
        )));
    }
}

/// Adds the place of every row by a column: 1 and as many as come before it, of those that have another column in common.
fn place(model: &Model, table: &model::Table, found: &mut Table, placed: &Placed) {
    let by = column_of(model, table, found, &placed.by);
    let same = placed.same.as_ref().and_then(|same| column_of(model, table, found, same));
    let of = |cells: &[String]| {
        let value = by.and_then(|by| cells.get(by)).and_then(|cell| Figure::read(cell)).map(|figure| figure.value);
        (same.and_then(|same| cells.get(same)).cloned().unwrap_or_default(), value)
    };
    let rows: Vec<(String, Option<Number>)> = found.rows.iter().map(|(_, cells)| of(cells)).collect();
    let width = found.headings.len();
    found.headings.push(placed.name());
    for ((_, cells), (group, value)) in found.rows.iter_mut().zip(&rows) {
        let before = |(other, number): &&(String, Option<Number>)| {
            other == group && number.zip(*value).is_some_and(|(one, own)| if placed.descending { one > own } else { one < own })
        };
        let cell = value.map(|_| (rows.iter().filter(before).count() + 1).to_string());
        cells.resize(width, String::new());
        cells.push(cell.unwrap_or_default());
    }
}

/// The cells of a column of another table, for each row of one.
fn joined_cells(model: &Model, read: &[Option<Table>], table: &model::Table, (other, name): &(usize, String)) -> Vec<String> {
    let own = model.tables.iter().position(|one| one.name == table.name).and_then(|index| read.get(index)).and_then(Option::as_ref);
    let Some(own) = own else { return Vec::new() };
    let cells = || -> Option<BTreeMap<String, String>> {
        let (declared, found) = (model.tables.get(*other)?, read.get(*other)?.as_ref()?);
        let (key, column) = (column_of(model, declared, found, &declared.key)?, column_of(model, declared, found, name)?);
        Some(found.rows.iter().filter_map(|(_, cells)| Some((squeezed(cells.get(key)?), cells.get(column).cloned().unwrap_or_default()))).collect())
    };
    let cells = cells().unwrap_or_default();
    let key = column_of(model, table, own, &table.key);
    own.rows.iter().map(|(_, row)| key.and_then(|key| row.get(key)).and_then(|name| cells.get(&squeezed(name))).cloned().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The faults of a claims file that quotes `甲县 98 分。乙县 97.5 分。`, of two lines, and reads one table.
    fn answer(text: &str) -> (Option<Claims>, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let file = sources.add("通报.claims", text);
        let mut found = Vec::new();
        let draft = read(&sources, file, &mut found);
        let files = [("文", "甲县 98 分。\n乙县 97.5 分。\n"), ("表", "单位,得分\n甲县,98\n乙县,97.5\n")];
        let files: Files = files.into_iter().map(|(name, text)| (name.to_owned(), (name.to_owned(), text.as_bytes().to_vec()))).collect();
        let claims = judge(&mut sources, &draft, &files, &Known::default(), &mut found);
        (claims, found)
    }

    const HEAD: &str = "通报 \"文\"\n表 得分表 : 家 来自 \"表\" 键 单位 { 单位 : 文字  得分 : 分 }\n";

    #[test]
    fn a_claim_is_answered() {
        let (claims, found) = answer(&format!("{HEAD}断言 \"甲县 98 分\" 行 1 {{ 得分表(\"甲县\").得分 = 98 分 }}"));
        assert_eq!(found, []);
        assert_eq!(claims.unwrap().claims[0].verdict, Verdict::Holds);
    }

    #[test]
    fn a_table_may_be_another_one_or_whole_numbers() {
        let of = |table: &str, query: &str| {
            let (claims, found) = answer(&format!("{HEAD}表 另 : 项 来自 {table}\n断言 \"甲县 98 分\" 行 1 {{ {query} }}"));
            (claims.map(|claims| (claims.claims[0].verdict, claims.claims[0].evidence)), found.iter().map(|fault| fault.code).collect::<Vec<_>>())
        };
        let holds = (Some((Verdict::Holds, Evidence::Own)), Vec::new());
        assert_eq!(of("得分表", "另(\"甲县\").得分 = 98 分"), holds);
        assert_eq!(of("得分表 键 单位 照录 行 1", "另(\"甲县\").得分 = 98 分"), (Some((Verdict::Holds, Evidence::Copied)), Vec::new()));
        assert_eq!(of("得分表 照录 行 2", "另(\"甲县\").得分 = 98 分"), holds);
        assert_eq!(of("得分表 照录 行 2 至 3", "另(\"甲县\").得分 = 98 分"), (None, vec![Code::NotQuoted]));
        assert_eq!(of("得分表 不全", "另 计数() = 3 项"), (Some((Verdict::Unknown, Evidence::Own)), Vec::new()));
        assert_eq!(of("得分表 不全", "另 最高(得分) = 97 分").0, Some((Verdict::Fails, Evidence::Own)));
        // what a part has may still be what is printed of the whole
        assert_eq!(of("得分表 不全", "另 最低(得分) = 98 分").0, Some((Verdict::Unknown, Evidence::Own)));
        assert_eq!(of("得分表 不全", "另 最低(得分) = 98.0 分").0, Some((Verdict::Fails, Evidence::Own)));
        assert_eq!(of("得分表 不全", "另 最低(得分) = 97 分").0, Some((Verdict::Unknown, Evidence::Own)));
        assert_eq!(of("2 件 至 4 件 键 几", "另 合计(几) = 9 件"), holds);
        assert_eq!(of("4 件 至 2 件 键 几", "另 计数() = 0 项"), holds);
        // that the claim then names no table comes behind it
        let fault = |table: &str| of(table, "另 计数() = 3 项").1.first().copied();
        assert_eq!(fault("得分标 不全"), Some(Code::UnknownTable));
        for table in ["1 件 至 999999999 件 键 几", "1 至 9 键 几", "1 件 9 件 键 几", "得分表 照录 1", "得分表 照录 行 1 至"] {
            assert_eq!(fault(table), Some(Code::BadClaim), "{table}");
        }
    }

    #[test]
    fn an_expression_cannot_declare_anything() {
        let (claims, found) = answer(&format!("{HEAD}断言 \"甲县 98 分\" 行 1 {{ 得分表 计数() = 2 家 输出 多 = 1 件 }}"));
        assert!(claims.is_none());
        assert_eq!(found.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::Unexpected]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,120}") {
            answer(&text);
            answer(&format!("{HEAD}断言 \"甲县\" 行 1 {{ {text} }}"));
        }

        #[test]
        fn no_order_of_its_words_makes_it_panic(picks in proptest::collection::vec(0_usize..63, 0..40)) {
            let words = [
                "断言", "通报", "表", "别名", "约束", "照录", "至", "得分标", "名单", "值", "逐行", "无从核", "行", "键", "来自", "不全", "共", "等", "工作表", "数据", "总分", "单位", "得分表", "得分",
                "甲县", "乙县", "\"甲县\"", "\"文\"", "\"表\"", "{", "}", "(", ")", ":", "=", "、", ",", ".", "+", "-", "/", "×", "98 分", "1", "2 家", "50%", "其中", "前", "后", "依", "合计",
                "计数", "最高", "名次", "同", "全体", "且", "非", "为空", "取整到", "0.01 分", "claim", "list",
            ];
            let text: Vec<&str> = picks.iter().map(|pick| words[*pick]).collect();
            answer(&text.join(" "));
            answer(&format!("{HEAD}断言 \"甲县\" 行 1 {{ {} }}", text.join(" ")));
        }
    }
}
