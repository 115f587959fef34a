//! The table beside a table of facts that says how each value came to be known.

use std::collections::BTreeMap;

use super::columns::Column;
use super::load::Sheet;
use super::register::UNIT;
use super::table::{Table, bare, excerpt, is_ignored, is_one_of, squeezed};
use super::units::Units;
use super::{Facts, Provenance};
use crate::diag::{Code, Diagnostic, Words, closest, words};

const COLUMN: &[&str] = &["列", "column"];
const PROVENANCE: &[&str] = &["来历", "provenance"];
const BASIS: &[&str] = &["根据", "basis"];
const WORDS: &[(&[&str], Provenance)] = &[
    (&["公布", "published"], Provenance::Published),
    (&["推得", "derived"], Provenance::Derived),
    (&["代入", "fitted"], Provenance::Fitted),
    (&["评定", "assessed"], Provenance::Assessed),
    (&["缺省", "default"], Provenance::Default),
];

/// Whether a table says of cells how they came to be known.
pub(super) fn is_provenance(table: &Table) -> bool {
    [UNIT, COLUMN, PROVENANCE].iter().all(|words| table.column(words).is_some())
}

/// Writes what the table says onto the cells of the sheets.
pub(super) fn apply(table: &Table, sheets: &[Sheet], units: &mut Units<'_>, facts: &mut Facts, diagnostics: &mut Vec<Diagnostic>) {
    table.report_faults(diagnostics);
    check_headings(table, diagnostics);
    let [Some(unit), Some(column), Some(word)] = [UNIT, COLUMN, PROVENANCE].map(|words| table.column(words)) else {
        diagnostics.push(
            fault(words!("来历表要有 单位、列、来历 三列", "a table of provenance has the columns unit, column, provenance"))
                .at_cell(table.heading(0), words!("这一行缺其中的列", "this row lacks one of them"))
                .help(words!("第一行写 单位,列,来历,根据", "let the first row be unit,column,provenance,basis")),
        );
        return;
    };
    let basis = table.column(BASIS);
    let mut reader = Reader { table, sheets, units, facts, diagnostics, at: [unit, column, word], seen: BTreeMap::new() };
    for (row, cells) in &table.rows {
        let text = |column: usize| cells.get(column).map(String::as_str).unwrap_or_default();
        reader.row(*row, [text(unit), text(column), text(word)], basis.map(text));
    }
}

fn fault(title: Words) -> Diagnostic {
    Diagnostic::new(Code::BadProvenance, title)
}

fn check_headings(table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    let known = [UNIT, COLUMN, PROVENANCE, BASIS];
    for (column, heading) in table.headings.iter().enumerate() {
        if heading.is_empty() || is_ignored(heading) || known.iter().any(|words| is_one_of(heading, words)) {
            continue;
        }
        let diagnostic =
            fault(words!("来历表没有「{heading}」这一列", "a table of provenance has no column {heading}")).at_cell(table.heading(column), words!("", ""));
        let diagnostic = match closest(heading, known.iter().copied().flatten().copied()) {
            Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
            None => diagnostic,
        };
        diagnostics.push(diagnostic.help(words!("来历表的列:单位、列、来历、根据", "its columns are unit, column, provenance, basis")));
    }
}

struct Reader<'r, 'u> {
    table: &'r Table,
    sheets: &'r [Sheet],
    units: &'r mut Units<'u>,
    facts: &'r mut Facts,
    diagnostics: &'r mut Vec<Diagnostic>,
    /// The columns of unit, column and provenance.
    at: [usize; 3],
    /// The row of each cell that was spoken of, by member, sheet and column.
    seen: BTreeMap<(usize, usize, usize), usize>,
}

impl Reader<'_, '_> {
    fn row(&mut self, row: usize, [unit, column, word]: [&str; 3], basis: Option<&str>) {
        let [at_unit, at_column, at_word] = self.at;
        let provenance = self.provenance(row, at_word, word);
        let member = self.member(row, at_unit, unit);
        let place = self.heading(row, at_column, column, member);
        let (Some(provenance), Some(member), Some((sheet, heading))) = (provenance, member, place) else { return };
        if let Some(first) = self.seen.insert((member, sheet, heading), row) {
            self.diagnostics.push(
                fault(words!("同一格的来历写了两次", "the provenance of one cell stands twice"))
                    .at_cell(self.table.place(row, at_column), words!("又在这一行", "again in this row"))
                    .at_cell(self.table.place(first, at_column), words!("先在这一行", "first in this row"))
                    .help(words!("删去其中一行", "remove one of the rows")),
            );
            return;
        }
        let Some(sheet) = self.sheets.get(sheet) else { return };
        let given = sheet.given.get(&(member, heading)).copied();
        match (given, provenance) {
            // the default stands in for a blank cell
            (None, Provenance::Default) => {}
            (None, _) => self.blank(row, at_column, [unit, column]),
            (Some(_), Provenance::Default) => self.given_default(row, at_word, [unit, column]),
            // a cell that was not kept has its own diagnostic
            (Some(fact), _) => {
                let cell = fact.and_then(|fact| self.facts.rows.get_mut(member)?.cells.get_mut(fact)?.as_mut());
                if let Some(cell) = cell.filter(|cell| cell.file == sheet.file || cell.provenance.is_none()) {
                    cell.provenance = Some(provenance);
                    cell.basis = basis.filter(|basis| !basis.is_empty()).map(Box::from);
                }
            }
        }
    }

    fn provenance(&mut self, row: usize, at: usize, word: &str) -> Option<Provenance> {
        let found = WORDS.iter().find(|(words, _)| is_one_of(word, words)).map(|(_, provenance)| *provenance);
        if found.is_none() {
            let shown = excerpt(word);
            self.diagnostics.push(
                fault(words!("不认识的来历「{shown}」", "unknown provenance {shown}"))
                    .at_cell(self.table.place(row, at), words!("", ""))
                    .help(words!("来历有:公布、推得、代入、评定、缺省", "it is one of: published, derived, fitted, assessed, default")),
            );
        }
        found
    }

    fn member(&mut self, row: usize, at: usize, unit: &str) -> Option<usize> {
        let found = self.units.find(unit);
        // a unit whose own row is at fault has its diagnostic there
        if found.is_none() && !self.sheets.iter().any(|sheet| sheet.unread.contains(&squeezed(unit))) {
            let near = self.units.nearest(unit);
            let shown = excerpt(unit);
            let diagnostic =
                fault(words!("数据里没有「{shown}」这个单位", "the facts have no unit {shown}")).at_cell(self.table.place(row, at), words!("", ""));
            self.suggest(diagnostic, near, &words!("更正单位,或删去这一行", "correct the unit, or remove the row"));
        }
        found
    }

    /// The sheet and column of that heading; of several sheets with it the one in which the unit has a value.
    fn heading(&mut self, row: usize, at: usize, column: &str, member: Option<usize>) -> Option<(usize, usize)> {
        let wanted = squeezed(column);
        let sheets = self.sheets;
        let found: Vec<(usize, usize, &Column)> = sheets
            .iter()
            .enumerate()
            .filter_map(|(index, sheet)| {
                let headings = || sheet.headings.iter().enumerate();
                let exact = headings().find(|(_, heading)| squeezed(heading) == wanted);
                let heading = exact.or_else(|| headings().find(|(_, heading)| squeezed(bare(heading)) == wanted))?.0;
                Some((index, heading, sheet.columns.get(heading)?))
            })
            .collect();
        let facts: Vec<(usize, usize)> =
            found.iter().filter(|(_, _, column)| matches!(column, Column::Facts(..))).map(|(sheet, heading, _)| (*sheet, *heading)).collect();
        let gives =
            |place: &&(usize, usize)| member.is_some_and(|member| sheets.get(place.0).is_some_and(|sheet| sheet.given.contains_key(&(member, place.1))));
        if let Some(place) = facts.iter().find(gives).or(facts.first()) {
            return Some(*place);
        }
        if found.iter().any(|(_, _, column)| matches!(column, Column::Faulty)) {
            return None;
        }
        let holds_facts = |sheet: &Sheet, index: usize| matches!(sheet.columns.get(index), Some(Column::Facts(..)));
        let headings = sheets
            .iter()
            .flat_map(|sheet| sheet.headings.iter().enumerate().filter(|(index, _)| holds_facts(sheet, *index)).map(|(_, heading)| heading.as_str()));
        let near = closest(column, headings).map(str::to_owned);
        let shown = excerpt(column);
        let diagnostic = fault(words!("数据里没有「{shown}」这一列", "the facts have no column {shown}")).at_cell(self.table.place(row, at), words!("", ""));
        self.suggest(diagnostic, near, &words!("照数据表的列名写,或删去这一行", "write the heading as in the table of facts, or remove the row"));
        None
    }

    fn suggest(&mut self, diagnostic: Diagnostic, near: Option<String>, help: &Words) {
        let diagnostic = match near {
            Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
            None => diagnostic,
        };
        self.diagnostics.push(diagnostic.help(help.clone()));
    }

    fn blank(&mut self, row: usize, at: usize, [unit, column]: [&str; 2]) {
        let (unit, column) = (excerpt(unit), excerpt(column));
        self.diagnostics.push(
            fault(words!("「{unit}」的「{column}」是空的,没有来历可言", "{column} of {unit} is blank and has no provenance"))
                .at_cell(self.table.place(row, at), words!("", ""))
                .help(words!("填上数据,或删去这一行", "enter the value, or remove the row")),
        );
    }

    fn given_default(&mut self, row: usize, at: usize, [unit, column]: [&str; 2]) {
        let (unit, column) = (excerpt(unit), excerpt(column));
        self.diagnostics.push(
            fault(words!("「{unit}」的「{column}」已填了值,来历不能是 缺省", "{column} of {unit} is given and cannot be a default"))
                .at_cell(self.table.place(row, at), words!("", ""))
                .help(words!("改写实际的来历;若用规则的缺省值,把数据留空", "state where it came from; to use the default of the rules leave the cell blank")),
        );
    }
}
