//! Tables of raw records: every row a record, many rows a unit.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::moments;
use super::number::{Reading, is_unit};
use super::register::{TIER, UNIT};
use super::table::{Table, excerpt, is_ignored, is_one_of, split_bracket, squeezed};
use super::units::{Named, Units};
use super::{Facts, Known, grid, partly};
use crate::diag::{CellPlace, Code, Diagnostic, closest, words};
use crate::eval::domain::{Absence, Value};
use crate::plan::{Field, FieldId, Plan, Record, RecordId, Type};
use crate::quantity::Unit;

/// After so many faults a table is not read further: they have one cause.
const MOST_FAULTS: usize = 1_000;

/// The records of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    /// The fields of one record after another.
    values: Vec<Value>,
    /// What those can be whose cells hold sets, by their places among the values.
    known: BTreeMap<usize, Box<Known>>,
    width: usize,
    places: Vec<RowPlace>,
    /// The records of each member, in the order of the tables.
    by_member: BTreeMap<usize, Vec<usize>>,
}

/// The fields of a record, and what those can be whose cells hold sets.
struct Fields {
    values: Vec<Value>,
    known: Vec<(FieldId, Box<Known>)>,
}

/// Where a record stands.
#[derive(Debug, Clone)]
struct RowPlace {
    /// Which of the files of [`Facts`].
    file: usize,
    row: usize,
}

impl Ledger {
    pub(crate) fn new(width: usize) -> Self {
        Ledger { width, ..Ledger::default() }
    }

    /// The fields of the records of a member.
    pub(crate) fn of(&self, member: usize) -> Vec<&[Value]> {
        self.by_member.get(&member).into_iter().flatten().filter_map(|record| self.fields(*record)).collect()
    }

    /// The records of a member, by their numbers.
    pub(crate) fn numbers(&self, member: usize) -> &[usize] {
        self.by_member.get(&member).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn fields(&self, record: usize) -> Option<&[Value]> {
        self.values.get(record.checked_mul(self.width)?..)?.get(..self.width)
    }

    /// What a field can be, where its cell holds a set.
    pub(crate) fn known(&self, record: usize, field: FieldId) -> Option<&Known> {
        self.known.get(&record.checked_mul(self.width)?.checked_add(field)?).map(AsRef::as_ref)
    }

    /// Whether a cell of a record holds a set.
    pub(crate) fn is_in_part(&self, record: usize) -> bool {
        let Some(start) = record.checked_mul(self.width).filter(|_| !self.known.is_empty()) else { return false };
        self.known.range(start..start.saturating_add(self.width)).next().is_some()
    }

    /// Whether a record of a member is known in part.
    pub(crate) fn is_open(&self, member: usize) -> bool {
        !self.known.is_empty() && self.numbers(member).iter().any(|record| self.is_in_part(*record))
    }

    /// Adds a record of a member, of which some fields are known in part.
    fn push_in_part(&mut self, member: usize, Fields { values, known }: Fields, place: (usize, usize)) {
        let start = self.values.len();
        self.push(member, values, place);
        self.known.extend(known.into_iter().map(|(field, known)| (start + field, known)));
    }

    /// Adds a record of a member.
    pub(crate) fn push(&mut self, member: usize, fields: impl IntoIterator<Item = Value>, (file, row): (usize, usize)) {
        let end = self.values.len() + self.width;
        self.values.extend(fields);
        self.values.resize(end, Value::Absent(Absence::Missing));
        self.by_member.entry(member).or_default().push(self.places.len());
        self.places.push(RowPlace { file, row });
    }

    /// Where a record stands.
    pub(crate) fn place(&self, facts: &Facts, record: usize) -> CellPlace {
        let found = self.places.get(record).and_then(|place| Some((place, facts.files.get(place.file)?)));
        let Some((place, file)) = found else { return CellPlace::default() };
        CellPlace { address: None, ..grid::place(&file.path, file.sheet.as_deref(), file.form, (place.row, 0), "") }
    }
}

/// Whether a file or sheet of that name holds a record: it is named as the record, alone or with something behind, as in `来件-1`.
pub(crate) fn stands_for(name: &str, record: &str) -> bool {
    let (name, record) = (squeezed(name), squeezed(record));
    name.strip_prefix(&record)
        .is_some_and(|rest| rest.chars().next().is_none_or(|next| next.is_ascii_digit() || matches!(next, '-' | '_' | '.' | '(' | '（' | '—' | '·')))
}

/// The record that a file or sheet of that name holds; of several the one with the longest name.
pub(super) fn of_name(plan: &Plan, name: &str) -> Option<RecordId> {
    let named = plan.records.iter().enumerate().filter(|(_, record)| stands_for(name, &record.name));
    named.max_by_key(|(_, record)| record.name.chars().count()).map(|(id, _)| id)
}

/// What a column holds.
enum Column {
    /// A field; and what 1 without a unit is, where the heading states the unit.
    Field(usize, Option<Decimal>),
    Unit,
    Tier,
    Unread,
}

/// A table of records that is being read.
pub(super) struct Reader<'r, 'a> {
    pub(super) plan: &'a Plan,
    pub(super) record: RecordId,
    pub(super) file: usize,
    pub(super) table: &'r Table,
    pub(super) units: &'r mut Units<'a>,
    pub(super) facts: &'r mut Facts,
    pub(super) diagnostics: &'r mut Vec<Diagnostic>,
    /// Texts that the rules do not hold, by their symbols.
    pub(super) texts: &'r mut Texts,
}

/// The texts of records, each once.
#[derive(Debug, Default)]
pub(super) struct Texts {
    numbers: BTreeMap<String, usize>,
}

impl Texts {
    pub(super) fn new(plan: &Plan) -> Self {
        Texts { numbers: plan.symbols.iter().enumerate().map(|(number, text)| (text.clone(), number)).collect() }
    }

    fn number(&mut self, text: &str, facts: &mut Facts) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.numbers.len();
        self.numbers.insert(text.to_owned(), number);
        facts.texts.push(text.to_owned());
        number
    }
}

impl Reader<'_, '_> {
    pub(super) fn read(mut self) {
        let plan = self.plan;
        let Some(record) = plan.records.get(self.record) else { return };
        let columns = self.columns(record);
        let unit = columns.iter().position(|column| matches!(column, Column::Unit));
        let tier = columns.iter().position(|column| matches!(column, Column::Tier));
        let Some(unit) = unit else {
            self.diagnostics.push(
                Diagnostic::new(Code::BadTable, words!("表格没有「单位」这一列", "the table has no column unit"))
                    .at_cell(self.table.heading(0), words!("列名在这一行", "its headings stand in this row"))
                    .help(words!("一行一条记录,其中一列叫 单位", "a row is a record, and one of the headings is unit")),
            );
            return;
        };
        if tier.is_none() && !self.units.has_register() {
            self.report_unknown_tiers(unit);
        }
        let mut ledger = self.facts.ledgers.get_mut(self.record).and_then(Option::take).unwrap_or_else(|| Ledger::new(record.fields.len()));
        let mut seen: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        let before = self.diagnostics.len();
        for (row, cells) in &self.table.rows {
            if self.diagnostics.len() - before > MOST_FAULTS {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::BadTable,
                        words!("错误超过 {MOST_FAULTS} 处,后面的行没有读", "more than {MOST_FAULTS} faults: the rows that follow were not read"),
                    )
                    .at_cell(self.table.row_place(*row), words!("读到这一行", "read up to this row"))
                    .help(words!("多半是同一个原因,先改正前面的", "they most likely have one cause: correct the first")),
                );
                break;
            }
            let named = cells.get(unit).map_or("", String::as_str);
            let tier = tier.and_then(|tier| cells.get(tier).map(|text| (tier, text.as_str()))).filter(|(_, text)| !text.is_empty());
            let member = match seen.get(named) {
                Some(member) => *member,
                None => {
                    let member = self.member(*row, (unit, named), tier);
                    seen.insert(named, member);
                    member
                }
            };
            let fields = self.fields(record, &columns, *row, cells);
            if let (Some(member), Some(fields)) = (member, fields) {
                if let Some(row) = self.facts.rows.get_mut(member) {
                    row.listed = true;
                }
                ledger.push_in_part(member, fields, (self.file, *row));
            }
        }
        if let Some(slot) = self.facts.ledgers.get_mut(self.record) {
            *slot = Some(ledger);
        }
    }

    /// Reads a table whose rows are all records of one member; a column that is not declared stays unread.
    pub(super) fn read_all_of(mut self, member: usize) {
        let plan = self.plan;
        let Some(record) = plan.records.get(self.record) else { return };
        let mut taken = Vec::new();
        let columns: Vec<Column> = self
            .table
            .headings
            .iter()
            .map(|heading| match bind(record, heading).filter(|(field, _)| !taken.contains(field)) {
                Some((field, factor)) => {
                    taken.push(field);
                    Column::Field(field, factor)
                }
                None => Column::Unread,
            })
            .collect();
        let unread: Vec<usize> = columns.iter().enumerate().filter(|(_, column)| matches!(column, Column::Unread)).map(|(index, _)| index).collect();
        self.missing_columns(record, &columns, &unread);
        let mut ledger = Ledger::new(record.fields.len());
        let before = self.diagnostics.len();
        for (row, cells) in &self.table.rows {
            if self.diagnostics.len() - before > MOST_FAULTS {
                break;
            }
            if let Some(fields) = self.fields(record, &columns, *row, cells) {
                ledger.push_in_part(member, fields, (self.file, *row));
            }
        }
        if let Some(slot) = self.facts.ledgers.get_mut(self.record) {
            *slot = Some(ledger);
        }
    }

    fn member(&mut self, row: usize, (column, name): (usize, &str), tier: Option<(usize, &str)>) -> Option<usize> {
        if name.is_empty() {
            self.diagnostics.push(
                Diagnostic::new(Code::BadTable, words!("这一行没有写单位", "this row names no unit"))
                    .at_cell(self.table.place(row, column), words!("这一格是空的", "this cell is blank"))
                    .help(words!(
                        "补上单位,或删去这一行;别的没有写单位的行不再一一列出",
                        "name the unit, or remove the row; further rows without a unit are not listed"
                    )),
            );
            return None;
        }
        // a unit that another table names need not have its tier said again
        if let Some(member) = self.units.find(name).filter(|_| tier.is_none() && !self.units.has_register()) {
            return Some(member);
        }
        match self.units.of_row(&Named { table: self.table, row, name: (column, name), tier }, self.facts) {
            Ok(member) => Some(member),
            Err(fault) => {
                self.diagnostics.extend(fault);
                None
            }
        }
    }

    /// Units of which no table says the tier; the first of them stands for all.
    fn report_unknown_tiers(&mut self, unit: usize) {
        let names = self.table.rows.iter().filter_map(|(row, cells)| cells.get(unit).map(|name| (*row, name.as_str())));
        let Some((row, name)) = names.into_iter().find(|(_, name)| !name.is_empty() && self.units.find(name).is_none()) else { return };
        let name = excerpt(name);
        self.diagnostics.push(
            Diagnostic::new(Code::BadTable, words!("没有写「{name}」的层级", "the tier of {name} is not stated"))
                .at_cell(
                    self.table.place(row, unit),
                    words!("这张表没有 层级 一列,数据表里也没有这个单位", "this table has no column tier, and no table of facts names the unit"),
                )
                .help(words!(
                    "加上 层级 一列,或在标准的文件夹里放一张单位名册(单位,层级)",
                    "add a column tier, or put a register of units (unit,tier) into the folder of the rules"
                )),
        );
    }

    // --- headings ---

    fn columns(&mut self, record: &Record) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        let mut unread = Vec::new();
        for (index, heading) in self.table.headings.iter().enumerate() {
            let column = if is_one_of(heading, UNIT) {
                Column::Unit
            } else if let Some((field, factor)) = bind(record, heading) {
                let taken = columns.iter().position(|column| matches!(column, Column::Field(other, _) if *other == field));
                if let Some(first) = taken {
                    self.diagnostics.push(
                        Diagnostic::new(Code::UnknownColumn, words!("两列是同一项", "two columns hold one field"))
                            .at_cell(self.table.heading(index), words!("这一列", "this one"))
                            .at_cell(self.table.heading(first), words!("和这一列", "and this one"))
                            .help(words!("删去其中一列,或在列名前加 #", "remove one of them, or begin its heading with #")),
                    );
                    Column::Unread
                } else {
                    Column::Field(field, factor)
                }
            } else if is_one_of(heading, TIER) {
                Column::Tier
            } else {
                if !heading.is_empty() && !is_ignored(heading) {
                    unread.push(index);
                }
                Column::Unread
            };
            columns.push(column);
        }
        self.missing_columns(record, &columns, &unread);
        if !unread.is_empty() {
            let names: Vec<String> = unread.iter().filter_map(|index| self.table.headings.get(*index)).map(|heading| excerpt(heading)).collect();
            let (list, list_en, name) = (names.join("、"), names.join(", "), &record.name);
            self.diagnostics.push(
                Diagnostic::new(
                    Code::RowUnread,
                    words!("记录「{name}」没有声明的列,没有读:{list}", "not declared in the record {name} and not read: {list_en}"),
                )
                .at_cell(self.table.heading(unread.first().copied().unwrap_or(0)), words!("", ""))
                .help(words!("规则用得到的列写进 记录 的声明,其余不必理会", "declare what the rules need in the record; the rest may stay")),
            );
        }
        columns
    }

    fn missing_columns(&mut self, record: &Record, columns: &[Column], unread: &[usize]) {
        let has = |id: usize| columns.iter().any(|column| matches!(column, Column::Field(field, _) if *field == id));
        for (_, field) in record.fields.iter().enumerate().filter(|(id, _)| !has(*id)) {
            let label = field.fact.label();
            let others = unread.iter().filter_map(|index| self.table.headings.get(*index)).map(String::as_str);
            let mut diagnostic = Diagnostic::new(Code::BadTable, words!("表格没有「{label}」这一列", "the table has no column {label}"))
                .at_cell(self.table.heading(0), words!("列名在这一行", "its headings stand in this row"))
                .at(field.fact.span, words!("在这里声明", "declared here"));
            if let Some(near) = closest(label, others) {
                let near = excerpt(near);
                diagnostic = diagnostic.help(words!("是不是「{near}」这一列?", "is it the column {near}?"));
            }
            self.diagnostics.push(
                diagnostic.help(words!(
                    "补上这一列,或在规则里用 列 \"…\" 写明它在表里叫什么",
                    "add the column, or say in the rules how tables call it: column \"…\""
                )),
            );
        }
    }

    // --- cells ---

    /// The values of a row; none where one of them is at fault.
    fn fields(&mut self, record: &Record, columns: &[Column], row: usize, cells: &[String]) -> Option<Fields> {
        let mut fields = Fields { values: vec![Value::Absent(Absence::Missing); record.fields.len()], known: Vec::new() };
        let mut whole = true;
        for (column, holds) in columns.iter().enumerate() {
            let Column::Field(id, factor) = holds else { continue };
            let Some(field) = record.fields.get(*id) else { continue };
            let text = cells.get(column).map_or("", String::as_str);
            let content = self.content(field, *factor, (row, column), text);
            whole &= content.is_some();
            if let (Some((value, known)), Some(slot)) = (content, fields.values.get_mut(*id)) {
                *slot = value;
                fields.known.extend(known.map(|known| (*id, known)));
            }
        }
        whole.then_some(fields)
    }

    /// The value of a cell, and what it can be where it holds a set.
    fn content(&mut self, field: &Field, factor: Option<Decimal>, (row, column): (usize, usize), text: &str) -> Option<(Value, Option<Box<Known>>)> {
        let place = || self.table.place(row, column);
        if let Some(fault) = self.table.faults.get(&(row, column)) {
            let fault = if field.private { hidden(field, Code::NoValue, place()) } else { fault.diagnostic(place()) };
            self.diagnostics.push(fault);
            return None;
        }
        if text.is_empty() {
            if !field.nullable {
                let label = field.fact.label();
                self.diagnostics.push(
                    Diagnostic::new(Code::BlankField, words!("「{label}」这一格是空的", "the cell of {label} is blank"))
                        .at_cell(place(), words!("", ""))
                        .at(field.fact.span, words!("没有声明为 可空", "not declared as nullable"))
                        .help(words!("填上这一格;确实会没有的,在规则里写 可空", "fill it in; where there may be none, write nullable in the rules")),
                );
            }
            return field.nullable.then_some((Value::Absent(Absence::Missing), None));
        }
        if field.fact.kind == Type::Text && !partly::is_unknown(text) {
            return Some((Value::Symbol(self.texts.number(text, self.facts)), None));
        }
        let reading = Reading { plan: self.plan, fact: &field.fact, stated: factor };
        if !field.private {
            return partly::content(&reading, text, &place(), self.diagnostics);
        }
        // what such a cell holds is not quoted
        let mut faults = Vec::new();
        let value = partly::content(&reading, text, &place(), &mut faults);
        self.diagnostics.extend(faults.into_iter().filter(Diagnostic::is_error).map(|fault| hidden(field, fault.code, place())));
        value
    }
}

/// A fault of a cell that is not shown.
fn hidden(field: &Field, code: Code, place: CellPlace) -> Diagnostic {
    let label = field.fact.label();
    let (kind, kind_en) = wanted(field);
    if code == Code::TooFine {
        return Diagnostic::new(
            code,
            words!("「{label}」这一格的位数多于精度(隐私列,不引原文)", "the cell of {label} is finer than its step (private: not quoted)"),
        )
        .at_cell(place, words!("", ""))
        .at(field.fact.span, words!("这一列在这里声明", "the column is declared here"))
        .help(words!("在原表里核对这一格", "check the cell in the table itself"));
    }
    Diagnostic::new(code, words!("「{label}」这一格不是{kind}(隐私列,不引原文)", "the cell of {label} is not {kind_en} (private: not quoted)"))
        .at_cell(place, words!("", ""))
        .at(field.fact.span, words!("这一列在这里声明", "the column is declared here"))
        .help(words!("在原表里核对这一格", "check the cell in the table itself"))
}

fn wanted(field: &Field) -> (String, String) {
    match &field.fact.kind {
        Type::Number(unit) if unit.is_moment() => {
            let (zh, en) = moments::kind(unit);
            (zh.to_owned(), en.to_owned())
        }
        Type::Number(unit) => (format!("以 {unit} 计的数"), format!("a number in {}", unit.in_english())),
        Type::Truth => ("是或否".to_owned(), "yes or no".to_owned()),
        Type::Choice(_) => ("可选的词".to_owned(), "one of the choices".to_owned()),
        Type::Text => ("文字".to_owned(), "a text".to_owned()),
    }
}

/// The field of a heading: by its columns, else by its name; a unit may stand in brackets behind it.
fn bind(record: &Record, heading: &str) -> Option<(usize, Option<Decimal>)> {
    let named = |name: &str| {
        let wanted = squeezed(name);
        let by_column = record.fields.iter().position(|field| field.fact.columns.iter().any(|column| squeezed(column) == wanted));
        by_column.or_else(|| record.fields.iter().position(|field| squeezed(&field.fact.name) == wanted))
    };
    let (mut name, mut unit): (&str, Option<&str>) = (heading, None);
    loop {
        if let Some(id) = named(name) {
            let of = record.fields.get(id)?.fact.unit();
            let factor = unit.zip(of).filter(|(unit, of)| is_unit(unit, of)).map(|(unit, _)| Unit::factor(unit));
            return Some((id, factor));
        }
        let (rest, inside) = split_bracket(name).filter(|(rest, _)| !rest.is_empty())?;
        (name, unit) = (rest, Some(inside));
    }
}
