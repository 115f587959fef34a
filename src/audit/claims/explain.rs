//! Numbers that a claim prints and the standard does not compute, which come about where a rounding is left out: `reconcile`, over the tables of the
//! claims file.

use std::collections::BTreeSet;

use super::model::{Asked, Made, Model, Rows};
use super::terms::Figure;
use super::{Claim, Found, Month, Shown, Verdict};
use crate::audit::printed::Printed;
use crate::audit::reconcile::{self, Checked, Why, reconcile};
use crate::audit::relaxed::Relaxed;
use crate::facts::table::Table;
use crate::golden::published::number;
use crate::quantity::Number;

/// A number that was held against another one, and whose it is.
struct Apart {
    claim: usize,
    unit: String,
    numbers: [Number; 2],
}

/// Says of claims that fail which of their numbers a rounding explains.
pub(super) fn explain(claims: &mut [Claim], model: &Model, tables: &[Table], month: Month<'_>) {
    let apart: Vec<Apart> = claims.iter().zip(&model.asked).enumerate().flat_map(|(claim, (found, asked))| of_claim(claim, found, asked, model)).collect();
    if apart.is_empty() {
        return;
    }
    let units: BTreeSet<String> = apart.iter().map(|one| model.canonical(&one.unit)).collect();
    let named = |name: &str| month.facts.members.iter().position(|member| model.canonical(&member.name) == model.canonical(name)).ok_or(None);
    let mut printed = Printed::of(tables, month.plan, month.facts, &named);
    printed.cells.retain(|cell| units.contains(&model.canonical(&cell.unit)));
    let found = reconcile(month.plan, month.facts, month.results, &printed, &|_, _| {});
    for one in apart {
        let Some(roundings) = found.cells.iter().find_map(|cell| explained(cell, &one, model)) else { continue };
        if let Some(claim) = claims.get_mut(one.claim) {
            claim.explained.push((one.unit, roundings));
        }
    }
}

/// The numbers of a claim that fails which are not those that the standard makes of the facts.
fn of_claim(claim: usize, found: &Claim, asked: &Asked, model: &Model) -> Vec<Apart> {
    let is_computed = |table: &usize| model.tables.get(*table).is_some_and(|table| table.rows == Rows::Computed);
    if found.verdict != Verdict::Fails || !asked.bare.iter().any(|cell| is_computed(&cell.table)) {
        return Vec::new();
    }
    let apart = |unit: &str, one: &Shown, other: &Shown| match (one, other) {
        (Shown::Number(one, _), Shown::Number(other, _)) => Some(Apart { claim, unit: unit.to_owned(), numbers: [*one, *other] }),
        _ => None,
    };
    match &found.found {
        Found::Rows { failing, .. } => failing.iter().filter_map(|(unit, sides)| sides.as_ref().and_then(|(one, other)| apart(unit, one, other))).collect(),
        Found::Values { wrong, .. } => wrong.iter().filter_map(|wrong| apart(&wrong.name, &wrong.stated, &wrong.found)).collect(),
        Found::Value { found, .. } => {
            let Made::Holds { stated: Some(stated), .. } = &asked.made else { return Vec::new() };
            let unit = asked.bare.iter().find_map(|cell| cell.key.as_deref());
            let stated = Figure::read(stated).map(|figure| Shown::Number(figure.value, figure.unit));
            unit.zip(stated).and_then(|(unit, stated)| apart(unit, &stated, found)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The roundings that explain those two numbers, where the cell is of them.
fn explained(cell: &Checked, apart: &Apart, model: &Model) -> Option<Vec<Relaxed>> {
    let Why::Roundings(roundings) = &cell.why else { return None };
    let mut numbers = [&cell.published, cell.computed.as_ref()?].map(|text| number(text).map(Number::from));
    let same = |numbers: &[Option<Number>; 2]| numbers.iter().zip(&apart.numbers).all(|(one, other)| *one == Some(*other));
    let matches = same(&numbers) || {
        numbers.reverse();
        same(&numbers)
    };
    (matches && cell.verdict == reconcile::Verdict::Rounding && model.canonical(&cell.unit) == model.canonical(&apart.unit)).then(|| roundings.clone())
}
