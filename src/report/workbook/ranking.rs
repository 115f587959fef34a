//! The ranking by tier, as a bulletin prints it, and beneath it the units that have no place.

use rust_xlsxwriter::XlsxError;

use super::style::Marks;
use super::{Drawing, Noted, Page, lines_in, width_for};
use crate::report::pick;
use crate::report::view::{Tier, in_part};
use crate::results::UnitResult;

pub(super) fn draw(drawing: &Drawing<'_>, page: &mut Page<'_>) -> Result<(), XlsxError> {
    let (view, styles) = (drawing.view, &drawing.styles);
    let lang = view.lang;
    drawing.set_up(page);
    let layout = Layout::new(drawing);
    for (column, width) in layout.widths.iter().enumerate() {
        page.width(column, *width)?;
    }
    let title = format!("{} {} {}", view.results.standard.name, view.period(), pick(lang, "得分及排名", "scores and places"));
    let width = layout.width();
    page.merged((0, 0), (0, layout.remark), &title, &styles.title)?;
    page.lines(0, lines_in(&title, width * 9 / 16) * 2)?;
    let mut header = vec![pick(lang, "名次", "rank"), pick(lang, "单位", "unit")];
    header.extend(&layout.listed);
    header.push(view.total);
    header.extend(&view.outputs);
    header.push(pick(lang, "备注", "remark"));
    for (column, heading) in header.iter().enumerate() {
        page.text((1, column), heading, &styles.head)?;
    }
    page.lines(1, 1)?;
    page.sheet.set_freeze_panes(2, 2)?.set_repeat_rows(1, 1)?;
    let mut row = 2;
    for tier in &view.tiers {
        for column in 0..=layout.remark {
            page.blank((row, column), &styles.band)?;
        }
        page.text((row, 0), &tier.heading(lang), &styles.band)?;
        page.lines(row, 1)?;
        row += 1;
        for unit in &tier.units {
            unit_row(drawing, page, &layout, (tier, unit), row)?;
            row += 1;
        }
    }
    let paragraphs = view.without_total.iter().map(|without| without.text(lang));
    let provisional = view.has_provisional.then(|| view.provisional_note().to_owned());
    for paragraph in paragraphs.chain(provisional) {
        page.merged((row, 0), (row, layout.remark), &paragraph, &styles.paragraph)?;
        page.lines(row, lines_in(&paragraph, width))?;
        row += 1;
    }
    Ok(())
}

/// Which column holds what.
struct Layout<'a> {
    /// The labels of what units are listed by, in any tier.
    listed: Vec<&'a str>,
    total: usize,
    remark: usize,
    /// Of every column, in characters.
    widths: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn new(drawing: &Drawing<'a>) -> Self {
        let mut listed: Vec<&str> = Vec::new();
        for label in drawing.view.tiers.iter().flat_map(|tier| &tier.listed).map(|listed| listed.label.as_str()) {
            if !listed.contains(&label) {
                listed.push(label);
            }
        }
        let names = drawing.view.tiers.iter().flat_map(|tier| &tier.units).map(|unit| unit.unit.as_str());
        let mut widths = vec![9, width_for(names, 24, 50)];
        widths.extend(listed.iter().map(|label| width_for(std::iter::once(*label), 12, 20)));
        let remarks: Vec<String> = drawing.view.tiers.iter().flat_map(|tier| &tier.units).map(|unit| remark(drawing, unit)).collect();
        widths.push(width_for(std::iter::once(drawing.view.total), 12, 20));
        for name in &drawing.view.outputs {
            let shown: Vec<String> = drawing.view.tiers.iter().flat_map(|tier| &tier.units).map(|unit| drawing.view.output(unit, name)).collect();
            widths.push(width_for(shown.iter().map(String::as_str).chain([*name]), 10, 24));
        }
        widths.push(width_for(remarks.iter().map(String::as_str), 26, 48));
        let total = listed.len() + 2;
        Layout { listed, total, remark: total + drawing.view.outputs.len() + 1, widths }
    }

    fn width(&self) -> usize {
        self.widths.iter().sum()
    }
}

fn unit_row(drawing: &Drawing<'_>, page: &mut Page<'_>, layout: &Layout<'_>, (tier, unit): (&Tier<'_>, &UnitResult), row: usize) -> Result<(), XlsxError> {
    let styles = &drawing.styles;
    place(drawing, page, unit, (row, 0))?;
    unit_name(drawing, page, unit, (row, layout.widths.get(1).copied().unwrap_or(1)))?;
    for (index, label) in layout.listed.iter().enumerate() {
        let listed = tier.listed.iter().find(|listed| listed.label == *label).map(|listed| listed.of(unit));
        let shown = listed.unwrap_or_default();
        if shown.is_empty() { page.blank((row, index + 2), &styles.text)? } else { page.number((row, index + 2), &shown, &styles.count(&shown))? }
    }
    total(drawing, page, unit, (row, layout.total))?;
    // where notes are many they stand in the annex only
    if drawing.noted == Noted::All {
        total_note(drawing, page, unit, (row, layout.total))?;
    }
    for (index, name) in drawing.view.outputs.iter().enumerate() {
        page.text((row, layout.total + index + 1), &drawing.view.output(unit, name), &styles.centred)?;
    }
    let remark = remark(drawing, unit);
    let lines = lines_in(&remark, layout.widths.last().copied().unwrap_or(1)).max(lines_in(&unit.unit, layout.widths.get(1).copied().unwrap_or(1)));
    if lines > 1 {
        page.lines(row, lines)?;
    }
    page.text((row, layout.remark), &remark, &styles.text)
}

/// What is to be said of a unit beside its place.
fn remark(drawing: &Drawing<'_>, unit: &UnitResult) -> String {
    let view = drawing.view;
    let mut remarks: Vec<&str> = unit.reason.as_deref().into_iter().collect();
    let vetoes = view.vetoes_of(unit);
    remarks.extend((!vetoes.is_empty()).then_some(vetoes.as_str()));
    remarks.extend(unit.provisional.then(|| pick(view.lang, "名次暂定", "provisional")));
    remarks.extend((!unit.adjusted.is_empty()).then(|| pick(view.lang, "已调整", "adjusted")));
    remarks.extend(view.moved.get(unit.unit.as_str()).map(String::as_str));
    remarks.join(pick(view.lang, ";", "; "))
}

/// The name of a unit; a long one makes its row taller.
pub(super) fn unit_name(drawing: &Drawing<'_>, page: &mut Page<'_>, unit: &UnitResult, (row, width): (usize, usize)) -> Result<(), XlsxError> {
    page.text((row, 1), &unit.unit, &drawing.styles.text)?;
    let lines = lines_in(&unit.unit, width);
    if lines > 1 { page.lines(row, lines) } else { Ok(()) }
}

/// The place of a unit, or a dash.
pub(super) fn place(drawing: &Drawing<'_>, page: &mut Page<'_>, unit: &UnitResult, at: (usize, usize)) -> Result<(), XlsxError> {
    if unit.rank_interval.is_some() {
        return page.text(at, &drawing.view.place(unit), &drawing.styles.centred);
    }
    let Some(place) = unit.rank else { return page.text(at, "—", &drawing.styles.centred) };
    let place = crate::quantity::plain(place.0);
    let mark = unit.provisional.then(|| drawing.view.provisional_mark());
    page.number(at, &place, &drawing.styles.place(&place, mark))
}

/// The derivation of a total.
pub(super) fn total_note(drawing: &Drawing<'_>, page: &mut Page<'_>, unit: &UnitResult, at: (usize, usize)) -> Result<(), XlsxError> {
    drawing.total_note(&unit.unit).map_or(Ok(()), |note| page.note(at, note, drawing.view.lang))
}

/// The total of a unit, or why there is none.
pub(super) fn total(drawing: &Drawing<'_>, page: &mut Page<'_>, unit: &UnitResult, at: (usize, usize)) -> Result<(), XlsxError> {
    match &unit.total {
        Some(total) => {
            let places = total.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            page.number(at, total, &drawing.styles.score(places, Marks { is_total: true, is_adjusted: !unit.adjusted.is_empty(), is_assumed: false }))
        }
        None => page.text(at, &in_part((unit.status, &unit.possible), unit.interval.as_ref(), drawing.view.lang), &drawing.styles.without),
    }
}
