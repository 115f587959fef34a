//! Tables as they were printed: every row a record of the one thing that printed them.

use super::grid::Form;
use super::header::too_long;
use super::ledger::{Reader, Texts};
use super::table::{Table, grids};
use super::units::Units;
use super::{Facts, File, Member, Row};
use crate::diag::{Code, Diagnostic, words};
use crate::plan::{Plan, RecordId};

/// The table of a file, or of one of its sheets; its headings are in the first row that is not blank.
pub(crate) fn table(path: &str, bytes: &[u8], sheet: Option<&str>, diagnostics: &mut Vec<Diagnostic>) -> Option<Table> {
    let before = diagnostics.len();
    let mut grids = grids(path, bytes, diagnostics);
    match sheet {
        Some(name) => grids.retain(|grid| grid.sheet.as_deref() == Some(name)),
        None => grids.retain(|grid| !grid.hidden),
    }
    let Some(mut grid) = grids.into_iter().find(|grid| !grid.rows.is_empty()) else {
        if diagnostics.len() == before {
            diagnostics.push(Diagnostic::new(Code::BadTable, words!("这里没有表", "there is no table here")).at_file(path, words!("", "")).help(words!(
                "第一行写列名,下面一行一条;工作簿写对工作表的名字",
                "put the headings into the first row; of a workbook name a sheet that is there"
            )));
        }
        return None;
    };
    let (header, headings) = grid.rows.remove(0);
    let width = headings.len();
    let mut table = Table { path: path.to_owned(), sheet: grid.sheet, form: grid.form, header, headings, faults: grid.faults, ..Table::default() };
    for (row, mut cells) in grid.rows {
        if grid.form == Form::Lines && cells.len() > width {
            diagnostics.push(too_long(table.row_place(row), cells.len(), width));
            continue;
        }
        cells.resize(width.max(cells.len()), String::new());
        table.rows.push((row, cells));
    }
    Some(table)
}

/// The tables as the records of one member of the first tier.
pub(crate) fn read(plan: &Plan, name: &str, tables: &[(RecordId, Table)], diagnostics: &mut Vec<Diagnostic>) -> Facts {
    let mut facts = Facts { ledgers: plan.records.iter().map(|_| None).collect(), ..Facts::default() };
    facts.members.push(Member { name: name.to_owned(), tier: 0, parent: None, attributes: Vec::new() });
    facts.rows.push(Row { listed: true, cells: vec![None; plan.facts.len()], ..Row::default() });
    let mut texts = Texts::new(plan);
    let mut units = Units::new(plan, None, None, &mut facts);
    for (record, table) in tables {
        let file = facts.files.len();
        facts.files.push(File { path: table.path.clone(), sheet: table.sheet.clone(), form: table.form, headings: table.headings.clone() });
        let (facts, texts, units) = (&mut facts, &mut texts, &mut units);
        Reader { plan, record: *record, file, table, units, facts, diagnostics, texts }.read_all_of(0);
    }
    facts.gather(plan);
    facts
}
