//! What if: facts changed at will, cell by cell.
//!
//! In: facts, and changes as they were typed or stand in a table of units, columns and values. Out: the facts with the changes in place, gathered and to be
//! checked again. Never: a value that a cell could not hold.

use std::collections::BTreeMap;

use super::columns::{applying, facts_named};
use super::files::Input;
use super::grid::Form;
use super::number::Reading;
use super::register::{Register, UNIT};
use super::table::{self, Sheets, squeezed};
use super::{Cell, Facts, File, Known, partly};
use crate::diag::{CellPlace, Code, Diagnostic, closest, words};
use crate::eval::domain::Value;
use crate::plan::{FactId, Plan};

const COLUMN: &[&str] = &["列", "数据", "column", "fact"];
const VALUE: &[&str] = &["值", "改为", "value", "new"];

/// A change as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The unit; every unit that has a row where it is none.
    pub(crate) unit: Option<String>,
    pub(crate) column: String,
    /// The value; blank to take it out.
    pub(crate) value: String,
    pub(crate) place: CellPlace,
}

/// A cell that was changed.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) member: usize,
    pub(crate) fact: FactId,
    pub(crate) old: Option<Content>,
    pub(crate) new: Option<Content>,
}

/// What a cell holds: a value, and what it can be where that is known in part.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) value: Value,
    pub(crate) known: Option<Box<Known>>,
}

/// What the command line calls its own changes: of one unit, and of all.
const TYPED: [&str; 2] = ["--set", "--set-all"];

/// `单位.列=值`, or `列=值` for all units; none where it has not that form.
pub(crate) fn typed(text: &str, number: usize, of_all: bool, plan: &Plan) -> Option<Written> {
    let (target, value) = text.split_once(['=', '＝']).map(|(target, value)| (target.trim(), value.trim()))?;
    let [of_one, all] = TYPED;
    let option = if of_all { all } else { of_one };
    let place = CellPlace { file: option.to_owned(), row: number, column: target.to_owned(), ..CellPlace::default() };
    if of_all {
        return (!target.is_empty()).then(|| Written { unit: None, column: target.to_owned(), value: value.to_owned(), place });
    }
    // names of units and columns may hold points themselves
    let parts: Vec<(&str, &str)> = target.match_indices('.').filter_map(|(at, _)| Some((target.get(..at)?, target.get(at + 1..)?))).collect();
    let (unit, column) = parts.iter().find(|(_, column)| facts_named(plan, column).is_some()).or(parts.last()).copied()?;
    let (unit, column) = (unit.trim(), column.trim());
    (!unit.is_empty() && !column.is_empty()).then(|| Written { unit: Some(unit.to_owned()), column: column.to_owned(), value: value.to_owned(), place })
}

/// The rows of tables of changes: unit, column, value.
pub(crate) fn in_tables(inputs: &[Input], diagnostics: &mut Vec<Diagnostic>) -> Vec<Written> {
    let mut found = Vec::new();
    for input in inputs {
        for table in table::read(&input.path, &input.bytes, &mut Sheets::default(), diagnostics) {
            table.report_faults(diagnostics);
            let (Some(unit), Some(column), Some(value)) = (table.column(UNIT), table.column(COLUMN), table.column(VALUE)) else {
                diagnostics.push(
                    Diagnostic::new(Code::UnknownColumn, words!("改动表要有 单位、列、值 三列", "a table of changes has the columns unit, column, value"))
                        .at_cell(CellPlace { column: String::new(), ..table.heading(0) }, words!("列名在这一行", "its headings stand in this row"))
                        .help(words!("第一行写 单位,列,值", "let the first row be unit,column,value")),
                );
                continue;
            };
            for (row, cells) in &table.rows {
                let text = |index: usize| cells.get(index).cloned().unwrap_or_default();
                let place = table.place(*row, value);
                // sheets and records leave out what is blank; a line of text has every separator
                if cells.len() <= value && place.address.is_none() && !place.record {
                    diagnostics.push(cut_off(place));
                    continue;
                }
                found.push(Written { unit: Some(text(unit)), column: text(column), value: text(value), place });
            }
        }
    }
    found
}

/// What is changed, without doing it.
pub(crate) fn resolve(
    written: &[Written],
    facts: &Facts,
    plan: &Plan,
    register: Option<&Register>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(Changed, CellPlace)> {
    let mut found: Vec<(Changed, CellPlace)> = Vec::new();
    // what is said of one unit goes before what is said of all
    let (of_all, of_one): (Vec<&Written>, Vec<&Written>) = written.iter().partition(|one| one.unit.is_none());
    let mut decided: BTreeMap<(bool, usize, FactId), &Written> = BTreeMap::new();
    for one in of_all.into_iter().chain(of_one) {
        let members: Vec<usize> = match &one.unit {
            None => (0..facts.members.len()).filter(|member| facts.rows.get(*member).is_some_and(|row| row.listed)).collect(),
            Some(unit) => match member(unit, facts, register) {
                Some(member) => vec![member],
                None => {
                    diagnostics.push(no_unit(unit, facts, register, one));
                    continue;
                }
            },
        };
        let Some(named) = facts_named(plan, &one.column) else {
            diagnostics.push(no_column(plan, one));
            continue;
        };
        let mut told = false;
        for member in members {
            let Some(fact) = facts.members.get(member).and_then(|member| applying(plan, &named, member.tier)) else {
                if one.unit.is_some() {
                    diagnostics.push(not_applying(one));
                }
                continue;
            };
            let Some(declared) = plan.facts.get(fact) else { continue };
            if let Some(first) = decided.insert((one.unit.is_none(), member, fact), one) {
                if !told {
                    diagnostics.push(twice(first, one));
                }
                told = true;
                continue;
            }
            let (reading, mut said) = (Reading { plan, fact: declared, stated: None }, Vec::new());
            let new = if one.value.is_empty() { None } else { partly::content(&reading, &one.value, &one.place, &mut said) };
            let new = new.map(|(value, known)| Content { value, known });
            // of all units the same is said once
            said.retain(|fault| !diagnostics.contains(fault));
            diagnostics.extend(said);
            if new.is_none() && !one.value.is_empty() {
                continue;
            }
            let old = facts.rows.get(member).and_then(|row| row.get(fact)).map(|cell| Content { value: cell.value, known: cell.known.clone() });
            found.retain(|(other, _)| (other.member, other.fact) != (member, fact));
            found.push((Changed { member, fact, old, new }, one.place.clone()));
        }
    }
    found
}

/// Puts the changes in place; of what is known in part nothing may be left that the limits of the rules allow.
pub(crate) fn apply(facts: &mut Facts, changes: &[(Changed, CellPlace)], plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
    for (change, place) in changes {
        let form = if place.address.is_some() {
            Form::Sheet
        } else if place.record {
            Form::Records
        } else {
            Form::Lines
        };
        let file = File { path: place.file.clone(), sheet: place.sheet.clone(), form, headings: vec![place.column.clone()] };
        facts.files.push(file);
        let file = facts.files.len() - 1;
        if let Some(row) = facts.rows.get_mut(change.member) {
            row.listed |= change.new.is_some();
            if let Some(slot) = row.cells.get_mut(change.fact) {
                let cell = |Content { value, known }| Cell { value, known, file, row: place.row, column: 0, provenance: None, basis: None };
                *slot = change.new.clone().map(cell);
            }
        }
    }
    partly::narrow(plan, facts, diagnostics);
    facts.gather(plan);
}

fn member(unit: &str, facts: &Facts, register: Option<&Register>) -> Option<usize> {
    let registered = register.and_then(|register| register.find(unit).and_then(|id| register.members.get(id))).map(|entry| entry.name.as_str());
    let wanted = squeezed(registered.unwrap_or(unit));
    facts.members.iter().position(|member| squeezed(&member.name) == wanted)
}

fn no_unit(unit: &str, facts: &Facts, register: Option<&Register>, one: &Written) -> Diagnostic {
    let names = facts.members.iter().map(|member| member.name.as_str());
    let near = closest(unit, names.chain(register.iter().flat_map(|register| register.names())));
    let diagnostic = Diagnostic::new(Code::AdjustedTarget, words!("数据里没有「{unit}」这个单位", "the facts have no unit {unit}"))
        .at_cell(one.place.clone(), words!("", ""));
    match near {
        Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
        None => diagnostic.help(words!("更正名称;写作 单位.列=值", "correct the name; write UNIT.COLUMN=VALUE")),
    }
}

fn no_column(plan: &Plan, one: &Written) -> Diagnostic {
    let column = &one.column;
    let diagnostic =
        Diagnostic::new(Code::AdjustedTarget, words!("没有叫「{column}」的数据", "there is no fact {column}")).at_cell(one.place.clone(), words!("", ""));
    match closest(column, plan.facts.iter().flat_map(|fact| [fact.label(), fact.name.as_str()])) {
        Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
        None => diagnostic.help(words!("写数据表里的列名", "write the heading of a column of facts")),
    }
}

fn twice(first: &Written, one: &Written) -> Diagnostic {
    let told = |one: &Written, blank: &str| if one.value.is_empty() { blank.to_owned() } else { one.value.clone() };
    let unit = |all: &str| one.unit.clone().unwrap_or_else(|| all.to_owned());
    let column = &one.column;
    let zh = format!("{} 的「{column}」改了两次:{},{}", unit("各单位"), told(first, "去掉"), told(one, "去掉"));
    let en = format!("{} {column} is changed twice: {}, {}", unit("every unit"), told(first, "taken out"), told(one, "taken out"));
    Diagnostic::new(Code::AdjustedTarget, words!("{zh}", "{en}"))
        .at_cell(one.place.clone(), words!("", ""))
        .help(words!("一格只写一次", "write every cell once"))
}

fn cut_off(place: CellPlace) -> Diagnostic {
    Diagnostic::new(Code::AdjustedTarget, words!("这一行没有「值」这一格,是不是没写完", "this row has no cell of the value: it seems cut off"))
        .at_cell(place, words!("", ""))
        .help(words!("写上要改成的值;要去掉这一格,就写上列,值留空", "write the value; to take the fact out, write the cell and leave it blank"))
}

fn not_applying(one: &Written) -> Diagnostic {
    let (unit, column) = (one.unit.as_deref().unwrap_or_default(), &one.column);
    Diagnostic::new(Code::AdjustedTarget, words!("「{column}」不适用于 {unit}", "{column} does not apply to {unit}"))
        .at_cell(one.place.clone(), words!("", ""))
        .help(words!("换一项数据,或换一个单位", "name another fact, or another unit"))
}
