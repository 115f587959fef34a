//! The ranking of a period as a table that fits its terminal.

use std::fmt::Write;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use unicode_width::UnicodeWidthStr;

use super::pick;
use super::view::{Tier, View};

/// How a table is to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// The columns of the terminal.
    pub(crate) width: usize,
    pub(crate) fold: Fold,
}

/// Which columns are drawn together into one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Those in which every unit has full marks, or a bonus or penalty of 0.
    FullMarks,
    /// None.
    Nothing,
}

impl Fold {
    /// The columns of a tier that are drawn together, and those that are shown.
    pub(super) fn part(self, view: &View<'_>, tier: &Tier<'_>) -> (Vec<usize>, Vec<usize>) {
        tier.columns.iter().partition(|column| self == Fold::FullMarks && view.is_plain(tier, **column))
    }
}

/// The whole report: the ranking by tier, units without a total, assumptions.
pub(crate) fn table(view: &View<'_>, look: &Look) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", view.title());
    for tier in &view.tiers {
        write_tier(view, tier, look, &mut text);
    }
    for (heading, units) in view.lists() {
        text.push('\n');
        write_wrapped(&format!("{heading}{}{units}", pick(view.lang, ":", ": ")), "", look, &mut text);
    }
    for without in &view.without_total {
        text.push('\n');
        write_wrapped(&without.text(view.lang), "", look, &mut text);
    }
    if view.vetoes().next().is_some() {
        let _ = writeln!(text, "\n{}", view.vetoes_heading());
    }
    for (unit, vetoes) in view.vetoes() {
        write_wrapped(&format!("{unit}{}{vetoes}", pick(view.lang, ":", ": ")), "  ", look, &mut text);
    }
    if view.has_provisional {
        let _ = writeln!(text, "\n{}", view.provisional_note());
    }
    let periods = view.periods();
    if !periods.is_empty() {
        let _ = writeln!(text, "\n{}", view.periods_heading());
    }
    periods.iter().for_each(|line| write_wrapped(line, "  ", look, &mut text));
    if view.has_adjustments() {
        let _ = writeln!(text, "\n{}", view.adjustments_heading());
        view.adjustments().for_each(|adjustment| write_wrapped(&adjustment, "  ", look, &mut text));
        let _ = writeln!(text, "\n{}", view.moved_heading());
    }
    for (unit, moved) in &view.moved {
        write_wrapped(&format!("{unit}{}{moved}", pick(view.lang, ":", ": ")), "  ", look, &mut text);
    }
    if !view.assumptions.is_empty() {
        let _ = writeln!(text, "\n{}", view.assumptions_heading());
    }
    for assumption in &view.assumptions {
        write_wrapped(&view.assumption(assumption), "  ", look, &mut text);
    }
    text
}

fn write_tier(view: &View<'_>, tier: &Tier<'_>, look: &Look, text: &mut String) {
    let lang = view.lang;
    let _ = writeln!(text, "\n{}", tier.heading(lang));
    let (folded, shown) = look.fold.part(view, tier);
    let shown: Vec<&str> = shown.iter().filter_map(|column| view.columns.get(*column)).map(|column| column.name).collect();
    let mut rows = vec![vec![pick(lang, "名次", "rank").to_owned(), pick(lang, "单位", "unit").to_owned()]];
    if let Some(header) = rows.first_mut() {
        header.extend(tier.listed.iter().map(|listed| listed.label.clone()));
        header.extend(shown.iter().map(|name| (*name).to_owned()));
        header.push(view.total.to_owned());
        header.extend(view.outputs.iter().map(|name| (*name).to_owned()));
    }
    for unit in &tier.units {
        let mut row = vec![view.place(unit), unit.unit.clone()];
        row.extend(tier.listed.iter().map(|listed| listed.of(unit)));
        row.extend(shown.iter().map(|name| view.score(unit, name)));
        row.push(view.total_of(unit));
        row.extend(view.outputs.iter().map(|name| view.output(unit, name)));
        rows.push(row);
    }
    let least = least(&rows);
    for (index, part) in parts(&least, look).into_iter().enumerate() {
        text.push_str(if index > 0 { "\n" } else { "" });
        write_part(&rows, &part, &least, look, text);
    }
    for told in view.folded(tier, &folded) {
        write_wrapped(&told, "  ", look, text);
    }
}

/// The space on both sides of a cell.
const PADDING: usize = 2;
/// What of the name of a unit stays on one line in any case.
const NAME: usize = 12;

/// The least width of every column, with its padding: a heading and the name of a unit may break over lines, a number never.
fn least(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.first().map(Vec::len).unwrap_or_default();
    // the heading of places is no longer than a place
    let widest = |column: usize| rows.iter().skip(usize::from(column > 0)).filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    (0..columns).map(|column| if column == 1 { widest(column).min(NAME) } else { widest(column).max(PADDING) } + PADDING).collect()
}

/// The columns in parts, each of which fits beside place and unit; all of them in one where they were asked for.
fn parts(least: &[usize], look: &Look) -> Vec<Vec<usize>> {
    let beside: usize = least.iter().take(2).sum();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut used = beside;
    for (column, least) in least.iter().enumerate().skip(2) {
        match parts.last_mut() {
            Some(part) if look.fold == Fold::Nothing || used + least <= look.width => part.push(column),
            _ => {
                parts.push(vec![0, 1, column]);
                used = beside;
            }
        }
        used += least;
    }
    parts
}

/// Some columns as a table.
fn write_part(rows: &[Vec<String>], part: &[usize], least: &[usize], look: &Look, text: &mut String) {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    // every column was asked for: then the lines are as long as they are
    if look.fold == Fold::FullMarks {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    }
    let cells = |row: &Vec<String>| part.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect::<Vec<_>>();
    let mut all = rows.iter().map(cells);
    table.set_header(all.next().unwrap_or_default());
    table.add_rows(all);
    for (index, column) in table.column_iter_mut().enumerate() {
        if index != 1 {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let least = part.get(index).and_then(|column| least.get(*column)).and_then(|least| u16::try_from(*least).ok());
        if let Some(least) = least.filter(|_| look.fold == Fold::FullMarks) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// Writes a paragraph of any length within the width, its further lines indented.
fn write_wrapped(paragraph: &str, indent: &str, look: &Look, text: &mut String) {
    let further = format!("{indent}  ");
    let options = textwrap::Options::new(look.width).initial_indent(indent).subsequent_indent(&further);
    for line in textwrap::wrap(paragraph, options) {
        let _ = writeln!(text, "{line}");
    }
}
