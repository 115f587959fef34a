//! Tables, aliases and queries of a claims file, bound to one another.

use std::collections::BTreeMap;

use super::super::given::{Given, standing};
use super::super::parse::{ListTree, Origin, Printed, Query, Stretch, TableTree, Tree, Word, inside_marks, unquoted};
use super::super::terms;
use super::expression::{bracketed, equal};
use super::{Asked, CellOf, Column, Expression, Kind, Made, Part, Reads, Rows, Table, span_of};
use crate::diag::{Code, Diagnostic, closest, words};
use crate::facts::table::squeezed;
use crate::source::{Sources, Span};
use crate::syntax::PieceKind;

pub(super) struct Binder<'b> {
    pub(super) sources: &'b Sources,
    pub(super) tree: &'b Tree,
    pub(super) tables: Vec<Table>,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) diagnostics: &'b mut Vec<Diagnostic>,
    pub(super) outputs: Vec<(String, Expression)>,
}

impl<'b> Binder<'b> {
    pub(super) fn new(sources: &'b Sources, tree: &'b Tree, diagnostics: &'b mut Vec<Diagnostic>) -> Self {
        Binder { sources, tree, tables: Vec::new(), aliases: BTreeMap::new(), diagnostics, outputs: Vec::new() }
    }
}

impl Binder<'_> {
    pub(super) fn text(&self, at: usize) -> &str {
        self.sources.text(span_of(self.tree, &(at..at + 1)))
    }

    pub(super) fn kind(&self, at: usize) -> Option<PieceKind> {
        self.tree.pieces.get(at).map(|piece| piece.kind)
    }

    /// The next piece that says something, of those before an end.
    pub(super) fn next(&self, at: usize, end: usize) -> Option<usize> {
        (at + 1..end).find(|at| !matches!(self.kind(*at), Some(PieceKind::Blank | PieceKind::Comment)))
    }

    // --- aliases and tables ---

    pub(super) fn alias(&mut self) {
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
    pub(super) fn canonical(&self, name: &str) -> String {
        self.aliases.get(&squeezed(name)).cloned().unwrap_or_else(|| name.to_owned())
    }

    pub(super) fn declare(&mut self, tree: &TableTree, given: [Option<&Given>; 2]) {
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
        let (partial, copied) = (tree.partial, tree.copied.iter().map(|(lines, _)| lines.clone()).collect());
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

    pub(super) fn table(&mut self, name: &Word) -> Option<usize> {
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

    pub(super) fn ask(&mut self, number: usize, query: &Query) -> Asked {
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
        let reader = terms::Reader::new(self.tree, self.sources);
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
                let stated = terms::split(self.tree, self.sources, stretch).map(|(_, value)| self.sources.text(span_of(self.tree, &value)).to_owned());
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
    pub(super) fn output(&mut self, name: &str, expression: Expression) -> String {
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
}

fn made(given: Option<&Given>) -> Vec<Column> {
    let columns = given.into_iter().flat_map(|given| &given.columns);
    columns.map(|column| Column { name: column.name.clone(), kind: Kind::Made(column.kind.clone()) }).collect()
}

pub(super) fn unknown_column(table: &Table, column: &str, span: Span) -> Diagnostic {
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
