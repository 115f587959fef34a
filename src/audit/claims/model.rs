//! A claims file as a standard of its own: every table is a record of the one unit that is scored, the bulletin, and every query an
//! output of it. So the expressions, aggregates, units and absences are those of the rules, and so is the evaluator.
//!
//! What is written beside the grammar of the rules is put into it here: `附表("甲").得分` is the row of a key, `附表.得分` inside the
//! rows of another table the row with the same key, and a column may be called as a keyword is.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::given::{Given, Standing, standing};
use super::parse::{ListTree, Origin, Printed, Query, Stretch, TableTree, Tree, Word, inside_marks, unquoted};
use crate::diag::{self, Code, Diagnostic, Lang, closest, words};
use crate::extension::Scripts;
use crate::facts::table::squeezed;
use crate::plan::{self, Plan, RecordId};
use crate::quantity::Mode;
use crate::source::{Sources, Span, Spliced, offset};
use crate::syntax::PieceKind;
use crate::{resolved, syntax};

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
    let mut binder = Binder { sources, tree, tables: Vec::new(), aliases: BTreeMap::new(), diagnostics, outputs: Vec::new() };
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
    let spliced = rules(sources, tree, &tables, &outputs, (&given_units(given), mode));
    let plan = compile(sources, tree.file, spliced, diagnostics)?;
    Some(Model { tables, asked, aliases, plan })
}

fn compile(sources: &mut Sources, claims: u32, spliced: Spliced, diagnostics: &mut Vec<Diagnostic>) -> Option<Plan> {
    let path = sources.get(claims).map(|source| source.path.clone()).unwrap_or_default();
    let file = sources.add_spliced(path, spliced);
    let parsed = syntax::parse_files(sources, &[file]);
    let mut found = parsed.diagnostics.clone();
    let standards = if parsed.unreadable { Vec::new() } else { resolved::resolve(&parsed, &Scripts::compile(sources, &mut found), &mut found) };
    let faults = found.iter().filter(|fault| fault.is_error()).map(|fault| fault.written(sources));
    let before = diagnostics.len();
    for fault in faults {
        if !diagnostics.contains(&fault) {
            diagnostics.push(fault);
        }
    }
    if diagnostics.len() > before {
        return None;
    }
    standards.into_iter().next().map(|standard| plan::lower(standard, Lang::Zh))
}

/// The units that the rules behind given tables declare, as declarations.
fn given_units(given: [Option<&Given>; 2]) -> Vec<String> {
    let mut units: Vec<String> = given.into_iter().flatten().flat_map(|given| &given.columns).filter_map(|column| column.unit.clone()).collect();
    units.sort();
    units.dedup();
    units
}

/// What stands for the unit of places in given columns.
pub(super) const RANK: &str = "{rank}";

/// The unit of places: in the language of the claims.
fn rank_unit(sources: &Sources, tree: &Tree) -> &'static str {
    let english = tree.claims.first().is_some_and(|claim| {
        let line = sources.text(Span { file: tree.file, start: 0, end: claim.quotation.span.start });
        line.trim_end().ends_with("claim") || line.lines().next_back().is_some_and(|line| line.trim_start().starts_with("claim"))
    });
    if english { "places" } else { "位" }
}

/// The standard that a claims file comes to.
fn rules(sources: &Sources, tree: &Tree, tables: &[Table], outputs: &[(String, Expression)], (units, mode): (&[String], Mode)) -> Spliced {
    let start = Span { file: tree.file, start: 0, end: 0 };
    let mode = match mode {
        Mode::HalfUp => "四舍五入",
        Mode::HalfEven => "四舍六入",
        Mode::FromZero => "进一",
        Mode::ToZero => "去尾",
    };
    let mut text = Spliced::default();
    text.sign(&format!("标准 「断言」 {{ 版本 \"1\" 周期 月 舍入 {mode} 得分 取整到 0.01 分 并列 跳号 }}\n层级 「通报」 满分 1 分\n"), start);
    let declared: Vec<String> = tree.units.iter().flat_map(|stretch| names_in(sources, tree, stretch)).collect();
    let rank = rank_unit(sources, tree);
    let placed = tables.iter().any(|table| !table.places.is_empty());
    let needed = units.iter().map(|unit| if unit == RANK { rank } else { unit.as_str() }).chain(placed.then_some(rank));
    let needed: std::collections::BTreeSet<&str> = needed.filter(|unit| !declared.iter().any(|declared| declared == unit)).collect();
    for unit in needed {
        text.sign(&format!("单位 「{unit}」 整数\n"), start);
    }
    for stretch in &tree.units {
        text.copy(sources, span_of(tree, stretch));
        text.sign("\n", start);
    }
    for table in tables.iter().filter(|table| table.known) {
        text.sign(&format!("记录 「{}」 : 「{}」 {{\n", table.name, table.unit), table.span);
        for column in &table.columns {
            field(sources, tree, &mut text, &column.name, (column, table.span));
        }
        for (other, name) in &table.joins {
            let Some(other) = tables.get(*other) else { continue };
            if let Some(column) = other.column(name) {
                field(sources, tree, &mut text, &joined(&other.name, name), (column, table.span));
                // given columns that may be blank say so already
                if !matches!(&column.kind, Kind::Made(kind) if kind.ends_with("可空")) {
                    text.sign(" 可空\n", table.span);
                }
            }
        }
        for placed in &table.places {
            text.sign(&format!("「{}」 : 「{rank}」 可空\n", placed.name()), table.span);
        }
        text.sign("}\n", table.span);
    }
    for (name, expression) in outputs {
        let span = expression.parts.first().map_or(start, |part| match part {
            Part::Copy(span) | Part::Sign(_, span) => *span,
        });
        text.sign(&format!("输出 「{name}」 = "), span);
        for part in &expression.parts {
            match part {
                Part::Copy(span) => text.copy(sources, *span),
                Part::Sign(sign, span) => text.sign(sign, *span),
            }
        }
        text.sign("\n", span);
    }
    text.sign("指标 「断言」 满分 1 分 { 得 1 分 }\n总分 = 合计\n排名 层级 依 总分\n", start);
    text
}

/// What a column of another table is called in the rows of one.
pub(super) fn joined(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

fn field(sources: &Sources, tree: &Tree, text: &mut Spliced, name: &str, (column, span): (&Column, Span)) {
    text.sign(&format!("「{name}」 "), span);
    match &column.kind {
        Kind::Written(stretch) => {
            // a column that is read from another table has the heading of its own name
            let is_own = column.name == name;
            let stretch = if is_own { stretch.clone() } else { without_headings(tree, stretch) };
            text.copy(sources, span_of(tree, &stretch));
        }
        Kind::Made(kind) => text.sign(&format!(": {}", kind.replace(RANK, rank_unit(sources, tree))), span),
    }
    text.sign("\n", span);
}

/// The pieces of a declaration up to 列, 名称 or 可空.
fn without_headings(tree: &Tree, stretch: &Stretch) -> Stretch {
    let is_end =
        |at: &usize| matches!(tree.pieces.get(*at).map(|piece| piece.kind), Some(PieceKind::Keyword("k_column" | "k_title" | "k_nullable" | "k_private")));
    let end = stretch.clone().find(is_end).unwrap_or(stretch.end);
    stretch.start..end
}

fn names_in(sources: &Sources, tree: &Tree, stretch: &Stretch) -> Vec<String> {
    let text = |at: usize| sources.text(span_of(tree, &(at..at + 1)));
    stretch.clone().filter(|at| tree.pieces.get(*at).is_some_and(|piece| piece.kind == PieceKind::Name)).map(|at| unquoted(text(at)).to_owned()).collect()
}

/// The text of some pieces.
pub(super) fn span_of(tree: &Tree, stretch: &Stretch) -> Span {
    let first = tree.pieces.get(stretch.start).map_or(0, |piece| piece.range.start);
    let last = stretch.end.checked_sub(1).and_then(|last| tree.pieces.get(last)).map_or(first, |piece| piece.range.end);
    Span { file: tree.file, start: offset(first), end: offset(last.max(first)) }
}

struct Binder<'b> {
    sources: &'b Sources,
    tree: &'b Tree,
    tables: Vec<Table>,
    aliases: BTreeMap<String, String>,
    diagnostics: &'b mut Vec<Diagnostic>,
    outputs: Vec<(String, Expression)>,
}

impl Binder<'_> {
    fn text(&self, at: usize) -> &str {
        self.sources.text(span_of(self.tree, &(at..at + 1)))
    }

    fn kind(&self, at: usize) -> Option<PieceKind> {
        self.tree.pieces.get(at).map(|piece| piece.kind)
    }

    /// The next piece that says something, of those before an end.
    fn next(&self, at: usize, end: usize) -> Option<usize> {
        (at + 1..end).find(|at| !matches!(self.kind(*at), Some(PieceKind::Blank | PieceKind::Comment)))
    }

    // --- aliases and tables ---

    fn alias(&mut self) {
        for alias in &self.tree.aliases {
            for other in &alias.others {
                let (key, name) = (squeezed(&other.text), &alias.name.text);
                // blanks make no other name
                if key == squeezed(name) {
                    continue;
                }
                let former = self.aliases.insert(key, name.clone());
                if let Some(former) = former.filter(|former| former != name) {
                    let text = &other.text;
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::BadAlias,
                            words!("「{text}」是两个名字的别名:「{former}」和「{name}」", "{text} is an alias of both {former} and {name}"),
                        )
                        .at(other.span, words!("这里", "here"))
                        .help(words!("一种写法只归一个名字", "let it stand for one of them")),
                    );
                }
            }
        }
        for alias in &self.tree.aliases {
            if let Some(name) = self.aliases.get(&squeezed(&alias.name.text)) {
                let (name, text) = (name.clone(), &alias.name.text);
                self.diagnostics.push(
                    Diagnostic::new(Code::BadAlias, words!("「{text}」自己是「{name}」的别名", "{text} is itself an alias of {name}"))
                        .at(alias.name.span, words!("这里", "here"))
                        .help(words!("都写成「{name}」的别名", "write them all as aliases of {name}")),
                );
            }
        }
    }

    /// The name that stands for one.
    fn canonical(&self, name: &str) -> String {
        self.aliases.get(&squeezed(name)).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn declare(&mut self, tree: &TableTree, given: [Option<&Given>; 2]) {
        if let Some(first) = self.tables.iter().find(|table| table.name == tree.name.text) {
            let name = &tree.name.text;
            self.diagnostics.push(
                Diagnostic::new(Code::Duplicate, words!("「{name}」声明了两次", "{name} is declared twice"))
                    .at(tree.name.span, words!("这里", "here"))
                    .at(first.span, words!("先在这里声明", "first declared here"))
                    .help(words!("删去或改名其中一个", "remove or rename one of them")),
            );
            return;
        }
        let [facts, results] = given;
        let (name, unit, key) = (tree.name.text.clone(), tree.unit.text.clone(), tree.key.text.clone());
        let of = |given: Option<&Given>| (made(given), given.is_some(), standing(given, &key, &|name| self.canonical(name)));
        let ((columns, known, standing), rows) = match &tree.origin {
            Origin::File(_) => ((self.columns(tree.fields.as_ref().unwrap_or(&(0..0))), true, BTreeMap::new()), Rows::Printed),
            Origin::Numbers { unit, .. } => {
                ((vec![Column { name: key.clone(), kind: Kind::Made(format!("「{unit}」")) }], true, BTreeMap::new()), Rows::Numbers)
            }
            Origin::Facts => (of(facts), Rows::Facts),
            Origin::Results => (of(results), Rows::Computed),
        };
        let (partial, copied) = (tree.partial, tree.copied.clone());
        let (joins, places, span) = (Vec::new(), Vec::new(), tree.name.span);
        let table = Table { name, unit, columns, joins, places, key, partial, copied, rows, standing, known, span };
        if table.known && table.column(&table.key).is_none() {
            self.unknown_column(&table, &tree.key.text, tree.key.span);
        }
        self.tables.push(table);
    }

    /// The columns between braces: each begins with its name and a colon.
    fn columns(&self, fields: &Stretch) -> Vec<Column> {
        let mut heads: Vec<(usize, usize)> = Vec::new();
        let mut depth = 0_usize;
        for at in fields.clone() {
            match self.text(at) {
                "{" | "｛" => depth += 1,
                "}" | "｝" => depth = depth.saturating_sub(1),
                _ => {}
            }
            let is_name = depth == 0 && matches!(self.kind(at), Some(PieceKind::Name | PieceKind::Keyword(_)));
            if let Some(colon) = self.next(at, fields.end).filter(|colon| is_name && matches!(self.text(*colon), ":" | "：")) {
                heads.push((at, colon));
            }
        }
        let ends = heads.iter().skip(1).map(|(name, _)| *name).chain([fields.end]).collect::<Vec<_>>();
        let column = |((name, colon), end): (&(usize, usize), usize)| Column { name: unquoted(self.text(*name)).to_owned(), kind: Kind::Written(*colon..end) };
        heads.iter().zip(ends).map(column).collect()
    }

    fn table(&mut self, name: &Word) -> Option<usize> {
        let found = self.tables.iter().position(|table| table.name == name.text);
        if found.is_none() {
            let text = &name.text;
            let fault = Diagnostic::new(Code::UnknownTable, words!("没有声明表「{text}」", "no table {text} is declared"))
                .at(name.span, words!("没有这张表", "no such table"));
            let near = closest(text, self.tables.iter().map(|table| table.name.as_str()));
            self.diagnostics.push(match near {
                Some(near) => fault.fix(words!("是不是「{near}」?", "did you mean {near}?"), name.span, near),
                None => fault.help(words!(
                    "先声明:表 {text} : 家 来自 \"文件.csv\" 键 单位 {{ … }}",
                    "declare it: table {text} : offices from \"file.csv\" key unit {{ … }}"
                )),
            });
        }
        found
    }

    fn unknown_column(&mut self, table: &Table, column: &str, span: Span) {
        let fault = unknown_column(table, column, span);
        self.diagnostics.push(fault);
    }

    // --- queries ---

    fn ask(&mut self, number: usize, query: &Query) -> Asked {
        let mut reads = Reads::default();
        let made = self.made(number, query, &mut reads);
        let known = reads.tables.iter().all(|table| self.tables.get(*table).is_some_and(|table| table.known));
        if !known {
            let own = format!("断言·{number}·");
            self.outputs.retain(|(name, _)| !name.starts_with(&own));
            return Asked { made: Made::Nothing, reads, bare: Vec::new() };
        }
        Asked { made: made.unwrap_or(Made::Nothing), reads, bare: self.bare(query) }
    }

    /// The cells that a query holds as they stand.
    fn bare(&self, query: &Query) -> Vec<CellOf> {
        let reader = super::terms::Reader::new(self.tree, self.sources);
        let table = |name: &Word| self.tables.iter().position(|table| table.name == name.text);
        let equation = |stretch: &Stretch, here: Option<usize>| {
            let (left, right) = reader.equation(stretch)?;
            let side = |side: &Stretch| if reader.quantity(side).is_some() { Some(None) } else { self.cell(side, here).map(Some) };
            Some([side(&left)?, side(&right)?].into_iter().flatten().collect())
        };
        let found = match query {
            Query::Holds(stretch) => equation(stretch, None),
            Query::Rows { table: name, holds, .. } => equation(holds, table(name)),
            Query::Values { table: name, expression, .. } => self.cell(expression, table(name)).map(|cell| vec![cell]),
            // an order is found by comparing; the values beside the names are cells
            Query::List(list) => list
                .cut
                .as_ref()
                .filter(|_| list.names.iter().any(|printed| printed.value.is_some()))
                .and_then(|cut| self.cell(&cut.key, table(&list.table)).map(|cell| vec![cell])),
            Query::Unknown(_) => None,
        };
        found.unwrap_or_default()
    }

    /// A stretch that is a cell and nothing else: `得分`, `附表.得分` or `附表("甲").得分`.
    fn cell(&self, stretch: &Stretch, here: Option<usize>) -> Option<CellOf> {
        let end = stretch.end;
        let first = stretch.clone().find(|at| !matches!(self.kind(*at), Some(PieceKind::Blank | PieceKind::Comment)))?;
        let ends = |next: usize| next >= end || self.next(next - 1, end).is_none();
        let name = unquoted(self.text(first));
        let table = self.tables.iter().position(|table| table.name == name);
        if let Some((key, column, next)) = self.row_of(first, end) {
            return Some(CellOf { table: table?, key: Some(key.text), column: column.text }).filter(|_| ends(next));
        }
        if let Some((column, next)) = self.dotted(first, end) {
            return Some(CellOf { table: table?, key: None, column: column.text }).filter(|_| ends(next));
        }
        let here = here.filter(|here| self.tables.get(*here).is_some_and(|table| table.column(name).is_some()))?;
        Some(CellOf { table: here, key: None, column: name.to_owned() }).filter(|_| ends(first + 1))
    }

    fn made(&mut self, number: usize, query: &Query, reads: &mut Reads) -> Option<Made> {
        let name = |part: &str| format!("断言·{number}·{part}");
        match query {
            Query::Unknown(_) => Some(Made::Nothing),
            Query::Holds(stretch) => {
                let expression = self.expression(stretch, None);
                reads.add(&expression.reads);
                let stated = super::terms::split(self.tree, self.sources, stretch).map(|(_, value)| self.sources.text(span_of(self.tree, &value)).to_owned());
                Some(Made::Holds { output: self.output(&name(""), bracketed(expression)), stated })
            }
            Query::List(list) => self.list(&name, list, reads),
            Query::Values { table, expression, names } => {
                let table = self.table(table)?;
                reads.tables.push(table);
                let expression = self.expression(expression, Some(table));
                reads.add(&expression.reads);
                let mut values = Vec::new();
                for (index, printed) in names.iter().enumerate() {
                    let Some(value) = &printed.value else {
                        self.no_value(printed);
                        continue;
                    };
                    let output = self.of_rows(&name(&format!("{}", index + 1)), table, equal(&expression, self.copied(value)));
                    values.push((output, self.sources.text(span_of(self.tree, value)).to_owned()));
                }
                Some(Made::Values { table, values })
            }
            Query::Rows { table, condition, holds } => {
                let table = self.table(table)?;
                reads.tables.push(table);
                let condition = condition.as_ref().map(|condition| {
                    let condition = self.expression(condition, Some(table));
                    reads.add(&condition.reads);
                    self.of_rows(&name("其中"), table, condition)
                });
                let holds = self.expression(holds, Some(table));
                reads.add(&holds.reads);
                Some(Made::Rows { table, condition, holds: self.of_rows(&name(""), table, holds) })
            }
        }
    }

    fn list(&mut self, name: &dyn Fn(&str) -> String, list: &ListTree, reads: &mut Reads) -> Option<Made> {
        let table = self.table(&list.table)?;
        reads.tables.push(table);
        let condition = match &list.condition {
            Some(condition) => self.expression(condition, Some(table)),
            // the key is text, and equal to itself
            None => self.every_row(table),
        };
        reads.add(&condition.reads);
        let holds = self.of_rows(&name(""), table, condition);
        let (mut key, mut values) = (None, vec![None; list.names.len()]);
        match &list.cut {
            Some(cut) => {
                let expression = self.expression(&cut.key, Some(table));
                reads.add(&expression.reads);
                for (index, (printed, slot)) in list.names.iter().zip(&mut values).enumerate() {
                    if let Some(value) = &printed.value {
                        let output = self.of_rows(&name(&format!("{}", index + 1)), table, equal(&expression, self.copied(value)));
                        *slot = Some((output, self.sources.text(span_of(self.tree, value)).to_owned()));
                    }
                }
                let itself = bracketed(expression.clone());
                key = Some(self.of_rows(&name("依"), table, equal(&expression, itself)));
            }
            None => {
                if let Some(printed) = list.names.iter().find(|printed| printed.value.is_some()) {
                    let text = &printed.name.text;
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::BadClaim,
                            words!("「{text}」后面有数,名单却没有写依什么", "{text} has a value, and the list does not say of what"),
                        )
                        .at(printed.name.span, words!("这里", "here"))
                        .help(words!("写明:前 5 家 依 件数;只核几个数用 值", "say it: top 5 offices on orders; for single values write values")),
                    );
                }
            }
        }
        Some(Made::List { table, holds, key, values })
    }

    fn no_value(&mut self, printed: &Printed) {
        let text = &printed.name.text;
        self.diagnostics.push(
            Diagnostic::new(Code::BadClaim, words!("「{text}」后面没有数", "{text} has no value"))
                .at(printed.name.span, words!("这里", "here"))
                .help(words!("每个名字后面写通报印出的数:{text} 98 分", "write behind every name what is printed: {text} 98 points")),
        );
    }

    fn every_row(&self, table: usize) -> Expression {
        let Some(table) = self.tables.get(table) else { return Expression::default() };
        let key = &table.key;
        Expression { parts: vec![Part::Sign(format!("「{key}」 = 「{key}」"), table.span)], reads: Reads::default() }
    }

    /// Adds an output, and says by which name it is known.
    fn output(&mut self, name: &str, expression: Expression) -> String {
        self.outputs.push((name.to_owned(), expression));
        name.to_owned()
    }

    /// An output whose steps are evaluated for every row of a table.
    fn of_rows(&mut self, name: &str, table: usize, condition: Expression) -> String {
        let Some(found) = self.tables.get(table) else { return name.to_owned() };
        let (span, of) = (found.span, found.name.clone());
        let condition = bracketed(condition);
        let mut parts = vec![Part::Sign(format!("「{of}」 计数(其中 "), span)];
        parts.extend(condition.parts);
        parts.push(Part::Sign(") ≥ 0".to_owned(), span));
        self.output(name, Expression { parts, reads: condition.reads })
    }

    fn copied(&self, stretch: &Stretch) -> Expression {
        let text = stretch.clone().find(|at| self.kind(*at) == Some(PieceKind::Text));
        let part = match text {
            Some(at) => {
                let canonical = self.canonical(inside_marks(self.text(at)));
                Part::Sign(format!("“{canonical}”"), span_of(self.tree, stretch))
            }
            None => Part::Copy(span_of(self.tree, stretch)),
        };
        Expression { parts: vec![part], reads: Reads::default() }
    }

    // --- expressions ---

    /// An expression as the rules have it. In the rows of a table names are first those of its columns.
    fn expression(&mut self, stretch: &Stretch, context: Option<usize>) -> Expression {
        let mut made = Expression::default();
        // of which table the rows are spoken of, by bracket
        let mut around = vec![context];
        let mut gathering = None;
        let mut at = stretch.start;
        while at < stretch.end {
            let here = around.last().copied().flatten();
            let (kind, text) = (self.kind(at), self.text(at).to_owned());
            let span = span_of(self.tree, &(at..at + 1));
            match (kind, text.as_str()) {
                (Some(PieceKind::Sign), "(" | "（") => {
                    around.push(gathering.take().or(here));
                    made.parts.push(Part::Copy(span));
                }
                (Some(PieceKind::Sign), ")" | "）") => {
                    around.pop();
                    made.parts.push(Part::Copy(span));
                }
                (Some(PieceKind::Text), text) => {
                    let inner = inside_marks(text);
                    let canonical = self.canonical(inner);
                    made.parts.push(if canonical == inner { Part::Copy(span) } else { Part::Sign(format!("“{canonical}”"), span) });
                }
                (Some(PieceKind::Name | PieceKind::Keyword(_)), _) => {
                    at = self.name(&mut made, (at, stretch.end), here, &mut gathering);
                    continue;
                }
                _ => made.parts.push(Part::Copy(span)),
            }
            at += 1;
        }
        made
    }

    /// A name, with what belongs to it; the piece that follows.
    fn name(&mut self, made: &mut Expression, (at, end): (usize, usize), here: Option<usize>, gathering: &mut Option<usize>) -> usize {
        let name = unquoted(self.text(at)).to_owned();
        let span = span_of(self.tree, &(at..at + 1));
        let quoted = Part::Sign(format!("「{name}」"), span);
        let is_keyword = matches!(self.kind(at), Some(PieceKind::Keyword(_)));
        if let Some(table) = self.tables.iter().position(|table| table.name == name).filter(|_| !is_keyword || self.speaks_of_rows(at, end)) {
            made.reads.tables.push(table);
            if let Some((word, column, next)) = self.row_of(at, end) {
                made.parts.push(Part::Sign(self.row(table, &word, &column), span_of(self.tree, &(at..next))));
                made.reads.cells.push(CellOf { table, key: Some(word.text.clone()), column: column.text });
                made.reads.rows.push((table, word));
                return next;
            }
            if let Some((column, next)) = self.dotted(at, end) {
                made.parts.push(Part::Sign(self.join(here, table, &column), span_of(self.tree, &(at..next))));
                made.reads.cells.push(CellOf { table, key: None, column: column.text });
                return next;
            }
            *gathering = Some(table);
            made.reads.gathered.push(table);
            made.parts.push(quoted);
            return at + 1;
        }
        if let Some((table, placed, next)) = here.and_then(|table| self.placed(table, (at, end))) {
            made.parts.push(Part::Sign(format!("「{}」", placed.name()), span_of(self.tree, &(at..next))));
            made.reads.cells.push(CellOf { table, key: None, column: placed.by.clone() });
            if let Some(table) = self.tables.get_mut(table).filter(|table| !table.places.contains(&placed)) {
                table.places.push(placed);
            }
            made.reads.gathered.push(table);
            return next;
        }
        if !is_keyword && self.speaks_of_rows(at, end) {
            let _ = self.table(&Word { text: name.clone(), span });
        }
        let column_of = here.filter(|here| self.tables.get(*here).is_some_and(|table| table.column(&name).is_some()));
        let expressive = matches!(self.kind(at), Some(PieceKind::Keyword(rule)) if EXPRESSIVE.contains(&rule));
        let Some(table) = column_of.filter(|_| !expressive) else {
            made.parts.push(Part::Copy(span));
            return at + 1;
        };
        made.parts.push(quoted);
        made.reads.cells.push(CellOf { table, key: None, column: name });
        at + 1
    }

    /// Whether what follows a name is a column of it.
    fn is_table_here(&self, at: usize, end: usize) -> bool {
        self.dotted(at, end).is_some() || self.row_of(at, end).is_some()
    }

    /// Whether what follows a name is said of the rows of a table only.
    fn speaks_of_rows(&self, at: usize, end: usize) -> bool {
        let gathers = self.next(at, end).is_some_and(|next| matches!(self.kind(next), Some(PieceKind::Keyword(rule)) if GATHERING.contains(&rule)));
        gathers || self.is_table_here(at, end)
    }

    /// `("甲").得分` behind a table: the key, the column, and what follows.
    fn row_of(&self, at: usize, end: usize) -> Option<(Word, Word, usize)> {
        let open = self.next(at, end).filter(|open| matches!(self.text(*open), "(" | "（"))?;
        let key = self.next(open, end).filter(|key| self.kind(*key) == Some(PieceKind::Text))?;
        let close = self.next(key, end).filter(|close| matches!(self.text(*close), ")" | "）"))?;
        let (column, next) = self.dotted(close, end)?;
        let text = self.canonical(inside_marks(self.text(key)));
        Some((Word { text, span: span_of(self.tree, &(key..key + 1)) }, column, next))
    }

    /// `.得分` behind something.
    fn dotted(&self, at: usize, end: usize) -> Option<(Word, usize)> {
        let dot = self.next(at, end).filter(|dot| self.text(*dot) == ".")?;
        let column = self.next(dot, end).filter(|column| matches!(self.kind(*column), Some(PieceKind::Name | PieceKind::Keyword(_))))?;
        Some((Word { text: unquoted(self.text(column)).to_owned(), span: span_of(self.tree, &(column..column + 1)) }, column + 1))
    }

    /// `同 层级 名次(得分)` or `全体 名次(得分)` in the rows of a table: the place by a column, and what follows.
    fn placed(&mut self, table: usize, (at, end): (usize, usize)) -> Option<(usize, Placed, usize)> {
        let is = |at: usize, rule: &str| matches!(self.kind(at), Some(PieceKind::Keyword(found)) if found == rule);
        let (same, before) = match self.kind(at) {
            Some(PieceKind::Keyword("k_same")) => {
                let same = self.next(at, end)?;
                (Some(same), same)
            }
            Some(PieceKind::Keyword("k_all")) => (None, at),
            _ => return None,
        };
        let word = self.next(before, end).filter(|word| is(*word, "k_rank_of"))?;
        let open = self.next(word, end).filter(|open| matches!(self.text(*open), "(" | "（"))?;
        let by = self.next(open, end)?;
        let after = self.next(by, end)?;
        let ascending = is(after, "k_ascending");
        let close = if ascending || is(after, "k_descending") { self.next(after, end)? } else { after };
        if !matches!(self.text(close), ")" | "）") {
            return None;
        }
        for column in same.into_iter().chain([by]) {
            let (name, span) = (unquoted(self.text(column)).to_owned(), span_of(self.tree, &(column..column + 1)));
            let fault = self.tables.get(table).filter(|table| table.known && table.column(&name).is_none()).map(|table| unknown_column(table, &name, span));
            self.diagnostics.extend(fault);
        }
        let text = |at: usize| unquoted(self.text(at)).to_owned();
        Some((table, Placed { same: same.map(text), by: text(by), descending: !ascending }, close + 1))
    }

    /// The cell of one row: the highest of those with that key, of which there is one.
    fn row(&mut self, table: usize, key: &Word, column: &Word) -> String {
        let Some(found) = self.tables.get(table) else { return String::new() };
        let (name, by, text, of) = (&found.name, &found.key, &key.text, &column.text);
        let made = format!("「{name}」 最高(「{of}」 其中 「{by}」 = “{text}”)");
        if found.known && found.column(&column.text).is_none() {
            let fault = unknown_column(found, &column.text, column.span);
            self.diagnostics.push(fault);
        }
        made
    }

    /// A column of another table in the rows of one.
    fn join(&mut self, here: Option<usize>, table: usize, column: &Word) -> String {
        let Some(other) = self.tables.get(table) else { return String::new() };
        let (name, of) = (&other.name, &column.text);
        if other.known && other.column(of).is_none() {
            let fault = unknown_column(other, of, column.span);
            self.diagnostics.push(fault);
            return format!("「{of}」");
        }
        let Some(here) = here else {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::BadClaim,
                    words!("「{name}.{of}」不在一行里,不知道是哪一行的", "{name}.{of} stands in no row: it is open of which row it is"),
                )
                .at(column.span, words!("这里", "here"))
                .help(words!("写明哪一行:{name}(\"…\").{of};或合计:{name} 合计({of})", "name the row: {name}(\"…\").{of}; or gather: {name} sum({of})")),
            );
            return format!("「{of}」");
        };
        if here == table {
            return format!("「{of}」");
        }
        let (made, join) = (format!("「{}」", joined(name, of)), (table, of.clone()));
        if let Some(reader) = self.tables.get_mut(here).filter(|reader| !reader.joins.contains(&join)) {
            reader.joins.push(join);
        }
        made
    }
}

impl Reads {
    fn add(&mut self, other: &Reads) {
        self.tables.extend(&other.tables);
        self.gathered.extend(&other.gathered);
        self.rows.extend(other.rows.iter().cloned());
        self.cells.extend(other.cells.iter().cloned());
    }
}

/// Keywords with which rows are gathered.
const GATHERING: &[&str] = &["k_sum", "k_mean", "k_weighted_mean", "k_best", "k_lowest", "k_median", "k_count", "k_each"];

/// Keywords that say something in an expression: a column that is called so stands between 「」.
const EXPRESSIVE: &[&str] = &[
    "k_sum",
    "k_mean",
    "k_weighted_mean",
    "k_best",
    "k_lowest",
    "k_median",
    "k_count",
    "k_rank_of",
    "k_size",
    "k_where",
    "k_each",
    "k_and",
    "k_or",
    "k_not",
    "k_among",
    "k_is_blank",
    "k_is_undefined",
    "k_below",
    "k_above",
    "k_not_below",
    "k_not_above",
    "k_round_to",
    "k_cap",
    "k_floor",
    "k_by",
    "k_otherwise",
    "k_interpolated",
    "k_yes",
    "k_no",
    "k_half_up",
    "k_half_even",
    "k_away_from_zero",
    "k_toward_zero",
    "k_ascending",
    "k_descending",
    "k_ties",
];

fn bracketed(expression: Expression) -> Expression {
    let Some(span) = expression.parts.first().map(|part| match part {
        Part::Copy(span) | Part::Sign(_, span) => *span,
    }) else {
        return expression;
    };
    let mut parts = vec![Part::Sign("(".to_owned(), span)];
    parts.extend(expression.parts);
    parts.push(Part::Sign(")".to_owned(), span));
    Expression { parts, reads: expression.reads }
}

fn equal(one: &Expression, other: Expression) -> Expression {
    let one = bracketed(one.clone());
    let span = other.parts.first().map(|part| match part {
        Part::Copy(span) | Part::Sign(_, span) => *span,
    });
    let mut parts = one.parts;
    parts.extend(span.map(|span| Part::Sign(" = ".to_owned(), span)));
    parts.extend(other.parts);
    Expression { parts, reads: one.reads }
}

fn made(given: Option<&Given>) -> Vec<Column> {
    let columns = given.into_iter().flat_map(|given| &given.columns);
    columns.map(|column| Column { name: column.name.clone(), kind: Kind::Made(column.kind.clone()) }).collect()
}

fn unknown_column(table: &Table, column: &str, span: Span) -> Diagnostic {
    let name = &table.name;
    let fault = Diagnostic::new(Code::UnknownTableColumn, words!("表「{name}」没有「{column}」这一列", "the table {name} has no column {column}"))
        .at(span, words!("没有这一列", "no such column"))
        .at(table.span, words!("在这里声明", "declared here"));
    match closest(column, table.columns.iter().map(|column| column.name.as_str())) {
        Some(near) => fault.fix(words!("是不是「{near}」?", "did you mean {near}?"), span, near),
        None => {
            let list: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).take(12).collect();
            let (list, list_en) = (list.join("、"), list.join(", "));
            fault.help(words!("它的列有:{list}", "its columns are: {list_en}"))
        }
    }
}
