//! Tables to facts: files joined by unit, every cell checked, nothing dropped in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rust_decimal::Decimal;

use super::columns::{Column, applying, bind};
use super::files::{Input, checksum};
use super::grid::Form;
use super::ledger::{self, Ledger, Texts};
use super::number::{Reading, with_unit};
use super::register::{self, Register, TIER, UNIT};
use super::stray::Content;
use super::table::{self, Sheets, Table, excerpt, squeezed};
use super::units::{Named, Units, given_by_register};
use super::{Cell, Facts, File, Row, named, partly, provenance, stray};
use crate::diag::{Code, Diagnostic, Help, words};
use crate::eval::domain::{Absence, Value};
use crate::plan::{CaseUnit, Fact, FactId, Literal, Plan, Record, RecordId, TierId, Type};
use crate::quantity::{Number, Unit};
use crate::source::{FileRead, Role};

/// A table of facts as far as its provenance refers to it.
pub(super) struct Sheet {
    pub(super) file: usize,
    pub(super) headings: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// The cells that are not blank, by member and column, and the fact of each that was kept.
    pub(super) given: BTreeMap<(usize, usize), Option<FactId>>,
    /// Units without white space whose rows were not read.
    pub(super) unread: BTreeSet<String>,
    /// Columns with cells of units that they do not apply to: the first row, and the units.
    misplaced: BTreeMap<usize, (usize, Vec<String>)>,
}

/// What tables of facts are read against.
#[derive(Clone, Copy)]
pub(crate) struct Known<'k> {
    pub(crate) plan: &'k Plan,
    pub(crate) register: Option<&'k Register>,
    pub(crate) period: Option<&'k str>,
}

/// The facts of one period; every fault of every file goes to `diagnostics`.
///
/// Members stand in the order of the register, those without a row included; without a register in the order of the files.
pub(crate) fn load(inputs: &[Input], sheets: &mut Sheets, known: &Known<'_>, diagnostics: &mut Vec<Diagnostic>) -> Facts {
    let Known { plan, register, period } = *known;
    let ledgers = plan.records.iter().map(|_| None).collect();
    let mut facts = Facts { sha256: checksum(inputs), read: read(plan, inputs), ledgers, ..Facts::default() };
    let units = Units::new(plan, register, period, &mut facts);
    let texts = Texts::new(plan);
    let mut loader = Loader { plan, units, facts, diagnostics, texts, ledgers: Vec::new(), has_tables: false };
    let copies = stray::copies(inputs);
    for (at, input) in inputs.iter().enumerate() {
        match copies.iter().find(|(copy, _)| *copy == at).and_then(|(_, original)| inputs.get(*original)) {
            // what is wrong in both need not be said of both
            Some(original) => loader.diagnostics.push(stray::named_as_a_copy(&input.path, &original.path)),
            None => loader.input(input, sheets),
        }
    }
    loader.read_ledgers();
    loader.diagnostics.extend(sheets.missing());
    loader.list_all_where_records_say_all();
    if register.is_none() {
        loader.diagnostics.extend(register::lacking(plan));
    }
    let Loader { units, mut facts, diagnostics, .. } = loader;
    given_by_register(&units, &mut facts);
    partly::narrow(plan, &mut facts, diagnostics);
    facts.aliases = named::aliases(plan, register);
    facts.gather(plan);
    facts
}

/// The files as what they are read for.
fn read(plan: &Plan, inputs: &[Input]) -> Vec<FileRead> {
    let records = |input: &Input| Path::new(&input.path).file_stem().is_some_and(|stem| ledger::of_name(plan, &stem.to_string_lossy()).is_some());
    let of = |input: &Input| {
        let own = FileRead::new(if records(input) { Role::Records } else { Role::Facts }, &input.path, &input.bytes);
        let beside = input.provenance.as_ref().map(|(path, bytes)| FileRead::new(Role::Provenance, path, bytes));
        std::iter::once(own).chain(beside).collect::<Vec<_>>()
    };
    inputs.iter().flat_map(of).collect()
}

/// The cells of a unit that a case in the rules gives; of facts with one name those of its tier.
pub(crate) fn one(plan: &Plan, tier: TierId, cells: &[(FactId, Literal)]) -> Row {
    let mut row = Row { listed: true, cells: vec![None; plan.facts.len()], inputs: Vec::new(), bounds: Vec::new(), instead: Vec::new() };
    for (fact, literal) in cells {
        let value = value_of(literal);
        let name = plan.facts.get(*fact).map(|fact| &fact.name);
        let namesakes: Vec<FactId> =
            std::iter::once(*fact).chain((0..plan.facts.len()).filter(|id| plan.facts.get(*id).map(|fact| &fact.name) == name)).collect();
        let fact = applying(plan, &namesakes, tier).unwrap_or(*fact);
        if let Some(slot) = row.cells.get_mut(fact) {
            *slot = Some(Cell { value, known: None, file: 0, row: 0, column: 0, provenance: None, basis: None });
        }
    }
    row
}

/// The records that the units of a case in the rules give; of a kind that none of them gives nothing is known.
pub(crate) fn records(plan: &Plan, units: &[CaseUnit]) -> Vec<Option<Ledger>> {
    let ledger = |(id, record): (RecordId, &Record)| {
        let mut ledger = None;
        for (member, unit) in units.iter().enumerate() {
            for given in unit.records.iter().filter(|given| given.record == id) {
                let value = |cell: &Option<Literal>| cell.as_ref().map_or(Value::Absent(Absence::Missing), value_of);
                ledger.get_or_insert_with(|| Ledger::new(record.fields.len())).push(member, given.cells.iter().map(value), (0, 0));
            }
        }
        ledger
    };
    plan.records.iter().enumerate().map(ledger).collect()
}

fn value_of(literal: &Literal) -> Value {
    match literal {
        Literal::Number(value) => Value::Number(Number::from(*value)),
        Literal::Truth(truth) => Value::Truth(*truth),
        Literal::Symbol(symbol) => Value::Symbol(*symbol),
    }
}

struct Loader<'a, 'd> {
    plan: &'a Plan,
    units: Units<'a>,
    facts: Facts,
    diagnostics: &'d mut Vec<Diagnostic>,
    texts: Texts,
    /// Tables of records that are still to be read.
    ledgers: Vec<(RecordId, usize, Table)>,
    /// Whether a table of facts was read.
    has_tables: bool,
}

impl Loader<'_, '_> {
    /// Reads a file: its tables of facts, then what it and the table beside it say of their provenance.
    fn input(&mut self, input: &Input, sheets: &mut Sheets) {
        let tables = table::read(&input.path, &input.bytes, sheets, self.diagnostics);
        let (mut provenances, tables): (Vec<Table>, Vec<Table>) =
            tables.into_iter().partition(|table| table.sheet.is_some() && provenance::is_provenance(table));
        let mut read = Vec::new();
        let of_file = Path::new(&input.path).file_stem().and_then(|stem| ledger::of_name(self.plan, &stem.to_string_lossy()));
        for table in tables {
            let file = self.facts.files.len();
            self.facts.files.push(File { path: table.path.clone(), sheet: table.sheet.clone(), form: table.form, headings: table.headings.clone() });
            let of_sheet = table.sheet.as_ref().and_then(|sheet| ledger::of_name(self.plan, sheet));
            match of_sheet.or(of_file) {
                Some(record) => self.ledgers.push((record, file, table)),
                None => read.extend(self.sheet(file, &table)),
            }
        }
        if let Some((path, bytes)) = &input.provenance {
            provenances.extend(table::read(path, bytes, &mut Sheets::default(), self.diagnostics));
        }
        // what rests on tables that were not read needs no further word
        if read.is_empty() {
            return;
        }
        for table in &provenances {
            provenance::apply(table, &read, &mut self.units, &mut self.facts, self.diagnostics);
        }
    }

    /// Reads the tables of records, when the tables of facts have said which units there are.
    fn read_ledgers(&mut self) {
        let ledgers = std::mem::take(&mut self.ledgers);
        let doubled = self.doubled(&ledgers);
        for (_, (record, file, table)) in ledgers.into_iter().enumerate().filter(|(at, _)| !doubled.contains(at)) {
            self.report_sums(&table);
            let Loader { plan, units, facts, diagnostics, texts, .. } = self;
            ledger::Reader { plan, record, file, table: &table, units, facts, diagnostics, texts }.read();
        }
    }

    /// Reports tables of records whose records another table has too, and returns their places; of two that are the same the later.
    fn doubled(&mut self, ledgers: &[(RecordId, usize, Table)]) -> BTreeSet<usize> {
        let mut doubled = BTreeSet::new();
        let contents: Vec<Content> = if ledgers.len() > 1 { ledgers.iter().map(|(.., table)| Content::of(table)).collect() } else { Vec::new() };
        let tables: Vec<(RecordId, (&Table, &Content))> =
            ledgers.iter().zip(&contents).map(|((record, _, table), content)| (*record, (table, content))).collect();
        for (at, (record, one)) in tables.iter().enumerate().rev() {
            let mut others = tables.iter().enumerate().filter(|(other, (kind, _))| *other != at && kind == record && !doubled.contains(other));
            if let Some(fault) = others.find_map(|(_, (_, other))| stray::same_records(*one, *other)) {
                self.diagnostics.push(fault);
                doubled.insert(at);
            }
        }
        doubled
    }

    /// Where nothing but records is given, a unit without any is one of which there are none.
    fn list_all_where_records_say_all(&mut self) {
        let only_records = !self.facts.ledgers.is_empty() && self.facts.ledgers.iter().any(Option::is_some) && !self.has_tables;
        if only_records {
            self.facts.rows.iter_mut().for_each(|row| row.listed = true);
        }
    }

    fn sheet(&mut self, file: usize, table: &Table) -> Option<Sheet> {
        self.has_tables = true;
        let columns = bind(table, self.plan, self.diagnostics);
        let unit = table.column(UNIT);
        let tier = table.column(TIER);
        if unit.is_none() {
            self.lacks(table, "单位", "unit");
        }
        if tier.is_none() && !self.units.has_register() {
            self.lacks(table, "层级", "tier");
        }
        let unit = unit?;
        let mut sheet = Sheet { file, headings: table.headings.clone(), columns, given: BTreeMap::new(), unread: BTreeSet::new(), misplaced: BTreeMap::new() };
        self.report_sums(table);
        self.report_results(table, &sheet);
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        for (row, cells) in &table.rows {
            if self.has_fault(table, (*row, unit)) || tier.is_some_and(|tier| self.has_fault(table, (*row, tier))) {
                continue;
            }
            let member = self.member(table, *row, cells, (unit, tier));
            let member = member.filter(|member| self.first_row(table, *row, unit, *member, &mut rows));
            if member.is_none() {
                sheet.unread.extend(cells.get(unit).map(|name| squeezed(name)));
            }
            for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                self.cell(table, &mut sheet, (*row, column, text), member);
            }
        }
        self.report_misplaced(table, &sheet);
        self.report_fractions(table, &sheet);
        Some(sheet)
    }

    fn lacks(&mut self, table: &Table, zh: &str, en: &str) {
        let help = if en == "tier" {
            words!(
                "加上 层级 一列,或在标准的文件夹里放一张单位名册(单位,层级)",
                "add a column {en}, or put a register of units (unit,tier) into the folder of the rules"
            )
        } else {
            words!(
                "第一行须是列名,其中一列叫 {zh};列与列以半角逗号分隔",
                "the first row holds the headings, one of them {en}; columns are parted by ASCII commas"
            )
        };
        self.diagnostics.push(
            Diagnostic::new(Code::BadTable, words!("表格没有「{zh}」这一列", "the table has no column {en}"))
                .at_cell(table.heading(0), words!("列名在这一行", "its headings stand in this row"))
                .help(help),
        );
    }

    fn member(&mut self, table: &Table, row: usize, cells: &[String], (unit, tier): (usize, Option<usize>)) -> Option<usize> {
        let text = |column: usize| cells.get(column).map(String::as_str).filter(|text| !text.is_empty()).map(|text| (column, text));
        let Some(name) = text(unit) else {
            self.diagnostics.push(
                Diagnostic::new(Code::BadTable, words!("这一行没有写单位", "this row names no unit"))
                    .at_cell(table.place(row, unit), words!("这一格是空的", "this cell is blank"))
                    .help(words!("补上单位,或删去这一行", "name the unit, or remove the row")),
            );
            return None;
        };
        match self.units.of_row(&Named { table, row, name, tier: tier.and_then(text) }, &mut self.facts) {
            Ok(member) => Some(member),
            Err(fault) => {
                self.diagnostics.extend(fault);
                None
            }
        }
    }

    /// Whether a cell has no value; that is reported.
    fn has_fault(&mut self, table: &Table, (row, column): (usize, usize)) -> bool {
        let Some(fault) = table.faults.get(&(row, column)) else { return false };
        self.diagnostics.push(fault.diagnostic(table.place(row, column)));
        true
    }

    /// Rows such as 合计 are computed from the others and are no units.
    fn report_sums(&mut self, table: &Table) {
        let Some(first) = table.sums.first() else { return };
        let count = table.sums.len();
        self.diagnostics.push(
            Diagnostic::new(Code::RowUnread, words!("合计、平均一类的行没有读({count} 行)", "rows that sum up or average the others are not read ({count})"))
                .at_cell(table.row_place(*first), words!("先是这一行", "the first is here"))
                .help(words!("若这是一个单位,给它起别的名称", "if this is a unit, give it another name")),
        );
    }

    /// Columns of totals and places are what the rules compute.
    fn report_results(&mut self, table: &Table, sheet: &Sheet) {
        let named = |(column, _): (usize, &Column)| table.headings.get(column).map(|heading| excerpt(heading));
        let names: Vec<String> = sheet.columns.iter().enumerate().filter(|(_, column)| **column == Column::Result).filter_map(named).collect();
        let Some(first) = sheet.columns.iter().position(|column| *column == Column::Result) else { return };
        let (list, list_en) = (names.join("、"), names.join(", "));
        self.diagnostics.push(
            Diagnostic::new(Code::RowUnread, words!("「{list}」是结果,没有读", "{list_en}: a result, not read"))
                .at_cell(table.heading(first), words!("", ""))
                .help(words!(
                    "总分和名次由规则算出;要核对印出的结果,用 kaoping test",
                    "totals and places follow from the rules; to compare printed results use kaoping test"
                )),
        );
    }

    /// Whether the member has no row in this file yet.
    fn first_row(&mut self, table: &Table, row: usize, unit: usize, member: usize, rows: &mut BTreeMap<usize, usize>) -> bool {
        let Some(first) = rows.get(&member).copied() else {
            rows.insert(member, row);
            if let Some(row) = self.facts.rows.get_mut(member) {
                row.listed = true;
            }
            return true;
        };
        let name = self.facts.members.get(member).map(|member| member.name.clone()).unwrap_or_default();
        self.diagnostics.push(
            Diagnostic::new(Code::DuplicateMember, words!("「{name}」有两行", "{name} has two rows"))
                .at_cell(table.place(row, unit), words!("又在这一行", "again in this row"))
                .at_cell(table.place(first, unit), words!("先在这一行", "first in this row"))
                .help(words!("合并或删去其中一行;名册里的别名指同一个单位", "merge or remove one of them; an alias in the register is the same unit")),
        );
        false
    }

    fn cell(&mut self, table: &Table, sheet: &mut Sheet, (row, column, text): (usize, usize, &str), member: Option<usize>) {
        let Some(Column::Facts(facts, stated)) = sheet.columns.get(column) else { return };
        if self.has_fault(table, (row, column)) {
            return;
        }
        let tier = member.and_then(|member| self.facts.members.get(member)).map(|member| member.tier);
        let fact = match (tier, facts.as_slice()) {
            (Some(tier), facts) => applying(self.plan, facts, tier),
            // the cell of an unknown unit is read for its faults
            (None, [only]) => Some(*only),
            (None, _) => return,
        };
        let mut known = None;
        let value = fact.and_then(|id| self.plan.facts.get(id)).and_then(|fact| {
            let reading = Reading { plan: self.plan, fact, stated: *stated };
            let Some((value, of)) = partly::content(&reading, text, &table.place(row, column), self.diagnostics) else {
                if table.form == Form::Sheet {
                    advise(fact, text, self.diagnostics);
                }
                return None;
            };
            known = of;
            Some(value)
        });
        let Some(member) = member else { return };
        sheet.given.insert((member, column), fact.filter(|_| value.is_some()));
        match (fact, value) {
            (None, _) => {
                let name = self.facts.members.get(member).map(|member| member.name.clone()).unwrap_or_default();
                sheet.misplaced.entry(column).or_insert_with(|| (row, Vec::new())).1.push(name);
            }
            (Some(fact), Some(value)) => self.keep(member, fact, Cell { value, known, file: sheet.file, row, column, provenance: None, basis: None }),
            (Some(_), None) => {}
        }
    }

    /// Enters a cell; where an earlier file has it, the two must agree.
    fn keep(&mut self, member: usize, fact: FactId, cell: Cell) {
        let Some(slot) = self.facts.rows.get_mut(member).and_then(|row| row.cells.get_mut(fact)) else { return };
        let Some(first) = slot else {
            *slot = Some(cell);
            return;
        };
        let declared = self.plan.facts.get(fact);
        if let Some(both) = declared.and_then(|fact| partly::agreed(fact, first, &cell)) {
            *slot = Some(both);
            return;
        }
        let first = first.clone();
        let ((one, one_en), (other, other_en)) = (self.shown(fact, &cell), self.shown(fact, &first));
        let name = self.facts.members.get(member).map(|member| member.name.as_str()).unwrap_or_default();
        let label = self.plan.facts.get(fact).map(Fact::label).unwrap_or_default();
        self.diagnostics.push(
            Diagnostic::new(Code::Disagree, words!("「{name}」的「{label}」在两份文件里不同", "two files differ on {label} of {name}"))
                .at_cell(self.facts.place(&cell), words!("这里是 {one}", "{one_en} here"))
                .at_cell(self.facts.place(&first), words!("这里是 {other}", "{other_en} here"))
                .help(words!("更正其中一处,或清空不作准的一格", "correct one of the two, or clear the cell that does not hold")),
        );
    }

    /// What a cell holds, in Chinese and in English.
    fn shown(&self, fact: FactId, cell: &Cell) -> (String, String) {
        let alike = |shown: String| (shown.clone(), shown);
        if let Some(known) = &cell.known {
            return alike(known.written.clone());
        }
        let kind = self.plan.facts.get(fact).map(|fact| &fact.kind);
        match (&cell.value, kind) {
            (Value::Truth(true), _) => ("是".to_owned(), "yes".to_owned()),
            (Value::Truth(false), _) => ("否".to_owned(), "no".to_owned()),
            (Value::Symbol(symbol), _) => alike(self.plan.symbols.get(*symbol).cloned().unwrap_or_default()),
            (value, Some(Type::Number(unit))) => value.decimal().map(|value| with_unit(value, unit)).unwrap_or_default(),
            _ => Default::default(),
        }
    }

    /// Columns in percent in which 0.985 seems to stand for 98.5%.
    fn report_fractions(&mut self, table: &Table, sheet: &Sheet) {
        let (percent, half, far) = (Decimal::new(1, 2), Decimal::new(5, 1), Decimal::from(20));
        let is_rate = |facts: &[FactId]| facts.iter().filter_map(|fact| self.plan.facts.get(*fact)).all(|fact| matches!(fact.unit(), Some(Unit::Rate)));
        for (column, _) in
            sheet.columns.iter().enumerate().filter(|(_, column)| matches!(column, Column::Facts(facts, Some(unit)) if *unit == percent && is_rate(facts)))
        {
            let bare = table.rows.iter().filter_map(|(row, cells)| Some((*row, cells.get(column)?, Decimal::from_str_exact(cells.get(column)?).ok()?)));
            // all of them within 1, or one of them among rates that are far larger
            let small = bare.clone().filter(|(_, _, value)| (Decimal::ZERO..=Decimal::ONE).contains(value)).count();
            let large = bare.clone().filter(|(_, _, value)| *value >= far).count();
            let all = bare.clone().count();
            if small < all && (small + large < all || large < small) {
                continue;
            }
            let Some((row, text, value)) = bare.clone().find(|(_, _, value)| *value >= half && *value < Decimal::ONE) else { continue };
            let (meant, _) = with_unit(value, &Unit::Rate);
            let found = if small == all {
                words!("这一列以 % 计,数却都不超过 1:「{text}」是 {text}%", "the column is in percent, and no number is above 1: {text} is {text}%")
            } else {
                words!("这一列以 % 计,其余的数都大得多:「{text}」是 {text}%", "the column is in percent, and the others are far larger: {text} is {text}%")
            };
            self.diagnostics.push(
                Diagnostic::new(Code::LikeFractions, found).at_cell(table.place(row, column), words!("先在这一行", "first in this row")).help(words!(
                    "若是 {meant},就填百分之几,或写上百分号;确实这么小就不必理会",
                    "if {meant} is meant, enter percent or write the sign; if the rates are that small, nothing need be done"
                )),
            );
        }
    }

    fn report_misplaced(&mut self, table: &Table, sheet: &Sheet) {
        const NAMED: usize = 3;
        for (column, (row, names)) in &sheet.misplaced {
            let heading = table.headings.get(*column).map(|heading| excerpt(heading)).unwrap_or_default();
            let named = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
            let (count, list, list_en) = (names.len(), named.join("、"), named.join(", "));
            let more = if count > NAMED { " …" } else { "" };
            self.diagnostics.push(
                Diagnostic::new(
                    Code::Unread,
                    words!(
                        "「{heading}」不适用于 {count} 个填了它的单位:{list}{more}",
                        "{heading} is given for units it does not apply to ({count}): {list_en}{more}"
                    ),
                )
                .at_cell(table.place(*row, *column), words!("先在这一行", "first in this row"))
                .help(words!(
                    "清空这些格;若本应适用,更正规则里的 适用 或单位的层级",
                    "clear these cells; if it should apply, correct its tiers in the rules or the tier of the unit"
                )),
            );
        }
    }
}

/// What can be done in a workbook about a rate without its sign, and about digits past the step.
fn advise(fact: &Fact, text: &str, diagnostics: &mut [Diagnostic]) {
    let Some(last) = diagnostics.last_mut() else { return };
    let digits = fact.step.normalize().scale();
    // what a time, a day, or a day before the first is read as
    let parts_time = |letter| matches!(letter, '-' | ':' | '#');
    let is_time =
        text.trim_start_matches('-').contains(parts_time) && text.chars().all(|letter| letter.is_ascii_digit() || parts_time(letter) || letter == ' ');
    // what binary arithmetic leaves where there should be 0
    let is_residue = text.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 15);
    let words = match last.code {
        Code::BadCell if is_time => words!(
            "这一格是日期或时间格式:改为常规格式,填数;时长按 1 天 = 24 小时换算",
            "the cell has the format of a date or time: give it the general one and enter a number; of a duration 1 stands for 24 hours"
        ),
        Code::BadCell if is_residue => words!("用公式算的,外面套上 ROUND(…, {digits})", "around a formula write ROUND(…, {digits})"),
        Code::TooFine => words!("用公式算的,外面套上 ROUND(…, {digits})", "around a formula write ROUND(…, {digits})"),
        Code::BadCell if fact.unit().is_some_and(Unit::is_percent) && text.parse::<Decimal>().is_ok() => {
            words!("或给这一列设百分比格式:那样 0.9315 就是 93.15%", "or give the column a percent format, in which 0.9315 is 93.15%")
        }
        _ => return,
    };
    last.help.push(Help { words, edit: None });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::CellPlace;
    use crate::facts::files::read;
    use crate::facts::samples::{self, brief};
    use crate::facts::{Provenance, register};
    use proptest::prelude::*;
    use rust_decimal_macros::dec;
    use std::fs;
    use std::path::Path;

    const REGISTER: &str = "单位,层级,别名,自,至\n东海县,县区,东海,,\n市教育局,部门,教育局,,\n旧局,部门,,,2020-10\n市体育局,部门,,,\n";

    fn input(path: &str, text: &str) -> Input {
        Input { path: path.to_owned(), bytes: text.as_bytes().to_vec(), provenance: None }
    }

    fn load_with(inputs: &[Input], register: Option<&str>) -> (Facts, Vec<Diagnostic>) {
        let plan = samples::plan();
        let mut found = Vec::new();
        let register = register.map(|text| register::load(&[("名册.csv".to_owned(), text.as_bytes().to_vec())], &plan, &mut found).unwrap());
        let known = Known { plan: &plan, register: register.as_ref(), period: Some("2020-11") };
        let facts = load(inputs, &mut Sheets::default(), &known, &mut found);
        (facts, found)
    }

    fn loaded(texts: &[&str]) -> (Facts, Vec<Diagnostic>) {
        let inputs: Vec<Input> = texts.iter().enumerate().map(|(file, text)| input(&format!("facts{file}.csv"), text)).collect();
        load_with(&inputs, Some(REGISTER))
    }

    fn faults(texts: &[&str]) -> Vec<(Code, usize, String)> {
        brief(&loaded(texts).1)
    }

    fn at(code: Code, row: usize, column: &str) -> Vec<(Code, usize, String)> {
        vec![(code, row, column.to_owned())]
    }

    fn fact(name: &str) -> FactId {
        samples::plan().facts.iter().position(|fact| fact.name == name || fact.columns.iter().any(|column| column == name)).unwrap()
    }

    fn decimal(facts: &Facts, member: usize, name: &str) -> Option<rust_decimal::Decimal> {
        facts.rows[member].get(fact(name)).and_then(|cell| cell.value.decimal())
    }

    fn names(facts: &Facts) -> Vec<&str> {
        facts.members.iter().map(|member| member.name.as_str()).collect()
    }

    fn all_words(found: &[Diagnostic]) -> String {
        found.iter().flat_map(|one| std::iter::once(one.words.zh.clone()).chain(one.help.iter().map(|help| help.words.zh.clone()))).collect()
    }

    #[test]
    fn members_follow_the_register_and_none_is_dropped() {
        let (facts, found) = loaded(&["单位,总工单数,回访满意率\n市体育局,\"1,881\",\n教\u{3000}育局,146件,98.5%\n"]);
        assert_eq!(found, []);
        assert_eq!(names(&facts), ["东海县", "市教育局", "市体育局"]);
        assert_eq!(facts.members.iter().map(|member| member.tier).collect::<Vec<_>>(), [0, 1, 1]);
        assert!(facts.rows[0].cells.iter().all(Option::is_none));
        assert_eq!(decimal(&facts, 1, "满意率"), Some(dec!(0.985)));
        assert_eq!(decimal(&facts, 2, "总工单数"), Some(dec!(1881)));
        assert_eq!(decimal(&facts, 2, "满意率"), None);
        let cell = facts.rows[1].get(fact("满意率")).unwrap();
        assert_eq!(facts.place(cell), CellPlace { file: "facts0.csv".to_owned(), row: 3, column: "回访满意率".to_owned(), ..CellPlace::default() });
    }

    #[test]
    fn without_a_register_the_tables_state_the_tiers() {
        let (facts, found) =
            load_with(&[input("a.csv", "单位,层级,总工单数\n乙,部门,1\n甲,县区,2\n"), input("b.csv", "unit,tier,用时\n丙,部门,1\n甲,县区,2.5 天\n")], None);
        assert_eq!(found, []);
        assert_eq!(names(&facts), ["乙", "甲", "丙"]);
        assert_eq!((decimal(&facts, 1, "总工单数"), decimal(&facts, 1, "用时")), (Some(dec!(2)), Some(dec!(2.5))));
        let fault = |texts: &[&str]| brief(&load_with(&texts.iter().map(|text| input("a.csv", text)).collect::<Vec<_>>(), None).1);
        assert_eq!(fault(&["单位,总工单数\n甲,1\n乙,2\n"]), at(Code::BadTable, 1, "单位"));
        assert_eq!(fault(&["单位,层级\n甲,县曲\n"]), at(Code::BadTable, 2, "层级"));
        assert_eq!(fault(&["单位,层级\n甲,\n"]), at(Code::BadTable, 2, "层级"));
        assert_eq!(fault(&["单位,层级\n甲,县区\n", "单位,层级\n甲,部门\n"]), at(Code::TierDisagrees, 2, "层级"));
        assert_eq!(fault(&["单位,层级\n甲,县区\n甲,县区\n"]), at(Code::DuplicateMember, 3, "单位"));
    }

    #[test]
    fn a_table_without_units_is_refused() {
        assert_eq!(faults(&["总工单数\n1\n"]), at(Code::BadTable, 1, "总工单数"));
        assert_eq!(faults(&["单位,总工单数\n,1\n"]), at(Code::BadTable, 2, "单位"));
        assert_eq!(faults(&[""]), at(Code::BadTable, 0, ""));
    }

    #[test]
    fn headings_are_columns_names_or_items_with_names() {
        let (facts, found) = loaded(&["序号,单位,满意率\u{FF08}%\u{FF09},总工单数(件),办理.超时数,#随便,备注,高出 (百分点)\n1,东海县,98.5,7,3,x,y,2\n"]);
        assert_eq!(found, []);
        assert_eq!(decimal(&facts, 0, "满意率"), Some(dec!(0.985)));
        assert_eq!(decimal(&facts, 0, "总工单数"), Some(dec!(7)));
        assert_eq!(decimal(&facts, 0, "办理超时"), Some(dec!(3)));
        assert_eq!(decimal(&facts, 0, "高出"), Some(dec!(0.02)));
    }

    #[test]
    fn unknown_headings_are_reported_with_what_is_free() {
        let (_, found) = loaded(&["单位,总工单,用时\n东海县,1,1\n"]);
        assert_eq!(brief(&found), at(Code::UnknownColumn, 1, "总工单"));
        let words = all_words(&found);
        assert!(words.contains("是不是「总工单数」") && words.contains("回访满意率") && !words.contains("用时"), "{words}");
        assert_eq!(faults(&["单位,总工单数(次)\n东海县,1\n"]), at(Code::UnknownColumn, 1, "总工单数(次)"));
        assert_eq!(faults(&["单位,等次(件)\n东海县,优\n"]), at(Code::UnknownColumn, 1, "等次(件)"));
        assert_eq!(faults(&["单位,满意率,回访满意率\n东海县,1%,2%\n"]), at(Code::UnknownColumn, 1, "回访满意率"));
        assert_eq!(faults(&["单位,超时数\n东海县,1\n"]), at(Code::UnknownColumn, 1, "超时数"));
        assert_eq!(faults(&["单位,unit\n东海县,1\n"]), at(Code::UnknownColumn, 1, "unit"));
    }

    #[test]
    fn headings_may_bear_marks_remarks_and_units_in_any_order() {
        let text = "附件\n单位,总工单数(10),满意率(%)(20分),\"用时\n5\",办理.超时数(含督办件、不含重办件),高出(满分5)(百分点)\n东海县,7,98.5,2,3,1\n";
        let (facts, found) = loaded(&[text]);
        assert_eq!(found, []);
        let values = ["总工单数", "满意率", "用时", "办理超时", "高出"].map(|name| decimal(&facts, 0, name));
        assert_eq!(values, [dec!(7), dec!(0.985), dec!(2), dec!(3), dec!(0.01)].map(Some));
    }

    #[test]
    fn the_heading_above_tells_facts_of_one_name_apart() {
        let (facts, found) = loaded(&["单位,办理(10),,知晓(10)\n,超时数,总工单数,超时数\n东海县,1,2,3\n"]);
        assert_eq!(found, []);
        let values = ["办理超时", "总工单数", "知晓超时"].map(|name| decimal(&facts, 0, name));
        assert_eq!(values, [dec!(1), dec!(2), dec!(3)].map(Some));
        // also where the table has only one of them
        let (facts, found) = loaded(&["单位,,知晓(10)\n,用时,超时数\n东海县,1,3\n"]);
        assert_eq!((brief(&found), decimal(&facts, 0, "知晓超时")), (Vec::new(), Some(dec!(3))));
    }

    #[test]
    fn fractions_in_a_column_in_percent_are_asked_about() {
        let of = |cells: [&str; 3]| {
            let [a, b, c] = cells;
            brief(&loaded(&[&format!("单位,回访满意率(%)\n东海县,{a}\n市教育局,{b}\n市体育局,{c}\n")]).1)
        };
        let asked = |row| at(Code::LikeFractions, row, "回访满意率(%)");
        assert_eq!(of(["0.98", "0.96", "1"]), asked(2));
        assert_eq!(of(["0", "", "0.96"]), asked(4));
        assert_eq!(of(["98%", "0.96", ""]), asked(3));
        assert_eq!(of(["98.5", "0.96", "97"]), asked(3));
        for cells in [
            ["0.98", "1.2", "0"],
            ["98.5", "0.96", "1.5"],
            ["98.5", "0.3", "97"],
            ["0.12", "0.3", "0"],
            ["98.5%", "0.96%", "1%"],
            ["1", "1", "0"],
            ["", "", ""],
        ] {
            assert_eq!(of(cells), [], "{cells:?}");
        }
        // what is entered is kept
        assert_eq!(decimal(&loaded(&["单位,回访满意率(%)\n东海县,0.98\n"]).0, 0, "满意率"), Some(dec!(0.0098)));
    }

    #[test]
    fn totals_places_and_sums_are_passed_over_with_a_warning() {
        let (facts, found) = loaded(&["单位,总工单数,总分,排名\n东海县,7,99,1\n合计,7,,\n"]);
        assert_eq!(brief(&found), [(Code::RowUnread, 3, String::new()), (Code::RowUnread, 1, "总分".to_owned())]);
        assert!(all_words(&found).contains("总分、排名"));
        assert_eq!((facts.members.len(), decimal(&facts, 0, "总工单数")), (3, Some(dec!(7))));
    }

    #[test]
    fn records_are_read_with_their_places() {
        let json = |text: &str| load_with(&[Input { bytes: text.as_bytes().to_vec(), ..input("facts.json", "") }], Some(REGISTER));
        let (facts, found) =
            json(r#"{"数据": [{"单位": "东海县", "总工单数": 12, "满意率": "98.5%", "已报送": true, "用时": 1.50}, {"单位": "教育局", "总工单数": null}]}"#);
        assert_eq!(found, []);
        let values = ["总工单数", "满意率", "用时"].map(|name| decimal(&facts, 0, name));
        assert_eq!(values, [dec!(12), dec!(0.985), dec!(1.5)].map(Some));
        assert_eq!((facts.rows[0].get(fact("已报送")).unwrap().value, decimal(&facts, 1, "总工单数")), (Value::Truth(true), None));
        let cell = facts.rows[0].get(fact("用时")).unwrap();
        assert_eq!(facts.place(cell).text(crate::diag::Lang::En), "facts.json record 1, column 用时");
        let fault = |text: &str| brief(&json(text).1);
        assert_eq!(fault("[{\"单位\": \"东海县\", \"总工单数\": [1]}]"), at(Code::BadTable, 1, "总工单数"));
        assert_eq!(fault("[{\"单位\": \"东海县\"}, {\"单位\": \"市教育局\", \"总工单数\": 1, \"总工单数\": 1}]"), at(Code::BadTable, 2, "总工单数"));
        // an exponent is a way of writing a number, whatever its length
        let (facts, found) = json("[{\"单位\": \"东海县\", \"总工单数\": 1.2e2, \"用时\": 150E-2}]");
        assert_eq!((brief(&found), decimal(&facts, 0, "总工单数"), decimal(&facts, 0, "用时")), (Vec::new(), Some(dec!(120)), Some(dec!(1.5))));
        assert_eq!(fault("[{\"单位\": \"东海县\", \"总工单数\": 1e999999999999}]"), at(Code::BadCell, 1, "总工单数"));
        // one key twice, however it is spaced, and another unit under the name of one
        assert_eq!(fault("[{\"单位\": \"东海县\", \"总工单数\": 1, \" 总工单数 \": 2}]"), at(Code::BadTable, 1, " 总工单数 "));
        assert_eq!(fault("{\"东海县\": {\"单位\": \"市教育局\", \"总工单数\": 1}}"), at(Code::BadTable, 1, "单位"));
        assert_eq!(fault("{\"东海县\": {\"单位\": \"东海 县\", \"总工单数\": 1}}"), []);
        assert!(all_words(&json(" \n").1).contains("表格是空的"));
        assert_eq!(fault("[{\"单位\": \"东海县\", \"无此项\": 1}]"), at(Code::UnknownColumn, 1, "无此项"));
        assert_eq!(fault("{\"东海县\": 1}"), at(Code::BadTable, 1, "东海县"));
        assert_eq!(fault("[{\"单位\": \"东海县\",}]"), at(Code::BadTable, 0, ""));
        assert_eq!(fault("[]"), at(Code::BadTable, 0, ""));
        assert_eq!(fault("3"), at(Code::BadTable, 0, ""));
        // a key of its own in every record does not make every record as wide as there are keys
        let keys: Vec<String> = (0..20_000).map(|number| format!("{{\"k{number}\": 1}}")).collect();
        assert_eq!(fault(&format!("[{}]", keys.join(","))), at(Code::TooLarge, 0, ""));
        assert_eq!(faults(&[&format!("单位{}\n", ",数".repeat(1000))]), at(Code::TooLarge, 0, ""));
    }

    #[test]
    fn units_outside_the_register_are_reported() {
        let (_, found) = loaded(&["单位,总工单数\n市教有局,1\n"]);
        assert_eq!(brief(&found), at(Code::UnknownMember, 2, "单位"));
        assert!(all_words(&found).contains("是不是「市教育局」"));
        let (facts, found) = loaded(&["单位,总工单数\n旧局,1\n"]);
        assert_eq!(brief(&found), at(Code::UnknownMember, 2, "单位"));
        assert!(all_words(&found).contains("2020-11"));
        assert_eq!(names(&facts), ["东海县", "市教育局", "市体育局"]);
    }

    #[test]
    fn a_unit_whose_row_in_the_register_is_at_fault_is_reported_once() {
        let (_, found) = load_with(&[input("a.csv", "单位,总工单数\n甲,1\n")], Some("单位,层级\n甲,部们\n"));
        assert_eq!(brief(&found), at(Code::BadRegister, 2, "层级"));
    }

    #[test]
    fn a_tier_in_the_facts_must_be_the_registers() {
        assert_eq!(faults(&["单位,层级\n东海县,部门\n市教育局,\n市体育局,部 门\n"]), at(Code::TierDisagrees, 2, "层级"));
    }

    #[test]
    fn a_unit_has_one_row_in_a_file() {
        let (_, found) = loaded(&["单位,总工单数\n东海县,1\n东海,1\n"]);
        assert_eq!(brief(&found), at(Code::DuplicateMember, 3, "单位"));
        assert_eq!(found[0].labels.len(), 2);
    }

    #[test]
    fn files_are_joined_and_must_agree() {
        let (facts, found) = loaded(&["单位,总工单数\n东海县,1\n", "单位,总工单数,用时\n东海,1.0,2\n"]);
        assert_eq!(found, []);
        assert_eq!((decimal(&facts, 0, "总工单数"), decimal(&facts, 0, "用时")), (Some(dec!(1)), Some(dec!(2))));
        let (_, found) = loaded(&["单位,总工单数\n东海县,1\n", "单位,总工单数\n东海县,2\n"]);
        assert_eq!(brief(&found), at(Code::Disagree, 2, "总工单数"));
        assert_eq!(found[0].labels.len(), 2);
    }

    #[test]
    fn a_cell_goes_to_the_item_of_its_tier() {
        let (facts, found) = loaded(&["单位,附加\n东海县,1\n市教育局,2\n"]);
        assert_eq!(found, []);
        assert_eq!((decimal(&facts, 0, "表扬"), decimal(&facts, 0, "奖励")), (Some(dec!(1)), None));
        assert_eq!((decimal(&facts, 1, "表扬"), decimal(&facts, 1, "奖励")), (None, Some(dec!(2))));
    }

    #[test]
    fn a_cell_of_an_item_that_does_not_apply_is_kept_out_with_a_warning() {
        let (facts, found) = loaded(&["单位,知晓超时\n东海县,1\n市教育局,2\n市体育局,3\n"]);
        assert_eq!(brief(&found), at(Code::Unread, 3, "知晓超时"));
        assert!(all_words(&found).contains("市教育局、市体育局"));
        assert_eq!((decimal(&facts, 0, "知晓超时"), decimal(&facts, 1, "知晓超时")), (Some(dec!(1)), None));
    }

    #[test]
    fn every_fault_of_every_file_is_reported() {
        let found = faults(&["单位,总工单数,无此列\n东海县,-,\n没有局,x,\n", "单位,回访满意率\n东海县,98.5\n"]);
        let codes: Vec<Code> = found.iter().map(|(code, _, _)| *code).collect();
        assert_eq!(codes, [Code::UnknownColumn, Code::BadCell, Code::UnknownMember, Code::BadCell, Code::BadCell]);
    }

    fn with_provenance(text: &str) -> (Facts, Vec<(Code, usize, String)>) {
        let facts = "单位,总工单数,回访满意率(%),备注,知晓超时\n东海县,1,,x,\n市教育局,x,90,,1\n没有局,1,,,\n";
        let input = Input { provenance: Some(("facts.来历.csv".to_owned(), text.as_bytes().to_vec())), ..input("facts.csv", facts) };
        let (facts, found) = load_with(&[input], Some(REGISTER));
        let found: Vec<Diagnostic> =
            found.into_iter().filter(|one| matches!(&one.labels[0].place, crate::diag::Place::Cell(cell) if cell.file == "facts.来历.csv")).collect();
        (facts, brief(&found))
    }

    #[test]
    fn provenance_comes_onto_its_cells() {
        let (facts, found) = with_provenance(
            "单位,列,来历,根据\n东海,总工单数,公布,第 1 页\n市教育局,回访满意率,fitted,\n市教育局,总工单数,公布,\n没有局,总工单数,公布,\n市教育局,知晓超时,公布,\n东海县,回访满意率,缺省,\n",
        );
        assert_eq!(found, []);
        let cell = facts.rows[0].get(fact("总工单数")).unwrap();
        assert_eq!((cell.provenance, cell.basis.as_deref()), (Some(Provenance::Published), Some("第 1 页")));
        let cell = facts.rows[1].get(fact("满意率")).unwrap();
        assert_eq!((cell.provenance, cell.basis.as_deref()), (Some(Provenance::Fitted), None));
    }

    #[test]
    fn faults_of_provenance_name_their_cells() {
        let fault = |row: &str| with_provenance(&format!("单位,列,来历,根据\n{row}\n")).1;
        assert_eq!(fault("东海县,总工单数,听说,"), at(Code::BadProvenance, 2, "来历"));
        assert_eq!(fault("东海省,总工单数,公布,"), at(Code::BadProvenance, 2, "单位"));
        assert_eq!(fault("东海县,总工单,公布,"), at(Code::BadProvenance, 2, "列"));
        assert_eq!(fault("东海县,备注,公布,"), at(Code::BadProvenance, 2, "列"));
        assert_eq!(fault("东海县,回访满意率,公布,"), at(Code::BadProvenance, 2, "列"));
        assert_eq!(fault("东海县,总工单数,公布,\n东海,总工单数,推得,"), at(Code::BadProvenance, 3, "列"));
        assert_eq!(fault("东海县,总工单数,缺省,"), at(Code::BadProvenance, 2, "来历"));
        assert_eq!(with_provenance("单位,列\n东海县,总工单数\n").1, at(Code::BadProvenance, 1, "单位"));
        assert_eq!(with_provenance("单位,列,来历,依剧\n东海县,总工单数,公布,x\n").1, at(Code::BadProvenance, 1, "依剧"));
    }

    /// The facts of the golden tables, without the rules that read them.
    fn golden_rules() -> String {
        let facts = [
            ("件", "总工单数 超时签收数 应办结数 超时办结数 回访数 不满意数"),
            ("%", "及时签收率 按时办结率 回访满意率"),
            ("次", "未及时回应次数 拨测扣分次数"),
            ("分", "知识库 实时归集数据稳定性 数据完整得分 内容完整得分 扣分项得分 工单抽检得分 数据及时得分 归集数据质量 服务知晓度 接通率 服务现场 信息采用"),
        ];
        let mut text = String::from(
            "标准 「样例」 {\n版本 \"1\"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号\n}\n层级 县区 满分 1 分\n层级 板块 满分 1 分\n层级 部门 满分 1 分\n指标 其他 满分 1 分 人工评定\n总分 = 合计\n排名 层级 依 总分 从高到低\n",
        );
        for (unit, names) in facts {
            text.extend(names.split(' ').map(|name| format!("数据 {name} : {unit}\n")));
        }
        text
    }

    #[test]
    fn the_golden_facts_load_without_a_diagnostic() {
        let plan = samples::plan_of(&golden_rules());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let register = root.join("policies/lianyungang/名册.csv");
        let mut found = Vec::new();
        let register = register::load(&[("名册.csv".to_owned(), fs::read(register).unwrap())], &plan, &mut found).unwrap();
        let inputs = read(&[root.join("golden/lianyungang/2020-11")], &[]).unwrap();
        let known = Known { plan: &plan, register: Some(&register), period: Some("2020-11") };
        let facts = load(&inputs, &mut Sheets::default(), &known, &mut found);
        assert_eq!(found, []);
        assert_eq!((facts.members.len(), facts.files.len()), (74, 1));
        let cells: Vec<&Cell> = facts.rows.iter().flat_map(|row| row.cells.iter().flatten()).collect();
        assert_eq!(cells.len(), 489);
        assert!(cells.iter().all(|cell| cell.provenance.is_some() && cell.basis.is_some()));
    }

    #[test]
    fn a_case_gives_cells_without_a_place() {
        let plan = samples::plan();
        let row = one(&plan, 1, &[(fact("总工单数"), Literal::Number(dec!(5))), (fact("已报送"), Literal::Truth(true)), (fact("等次"), Literal::Symbol(2))]);
        assert_eq!(row.get(fact("总工单数")).unwrap().value.decimal(), Some(dec!(5)));
        assert_eq!(row.get(fact("已报送")).unwrap().value, Value::Truth(true));
        assert_eq!(row.get(fact("等次")).unwrap().value, Value::Symbol(2));
        assert_eq!(row.get(fact("用时")).map(|cell| cell.row), None);
    }

    thread_local!(static PLAN: Plan = samples::plan());

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            facts in "[单位层级,总工单数满意率(%)\n\"东海县部门0-9.\\PC]{0,80}",
            rows in "[东海县市教育局,0-9.%件\n\"\\-]{0,80}",
            provenance in "[东海县,总工单数公布缺省\n\"]{0,60}",
        ) {
            PLAN.with(|plan| {
                let mut found = Vec::new();
                let register = register::load(&[("名册.csv".to_owned(), REGISTER.into())], plan, &mut found);
                let table = format!("单位,层级,总工单数,回访满意率,办理超时,知晓超时,附加,用时\n{rows}");
                let provenance = Some(("p.csv".to_owned(), format!("单位,列,来历\n{provenance}").into_bytes()));
                let inputs = [input("a.csv", &facts), Input { provenance, ..input("b.csv", &table) }];
                for register in [None, register.as_ref()] {
                    let known = Known { plan, register, period: Some("2020-11") };
                    let facts = load(&inputs, &mut Sheets::default(), &known, &mut found);
                    assert_eq!(facts.members.len(), facts.rows.len());
                    assert!(facts.files.len() <= 2);
                }
            });
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            PLAN.with(|plan| {
                let known = Known { plan, register: None, period: None };
                load(&[Input { path: String::new(), bytes, provenance: None }], &mut Sheets::default(), &known, &mut Vec::new())
            });
        }
    }
}
