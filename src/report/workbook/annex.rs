//! The annex: every indicator of every unit that takes part, the sections over their indicators, a note on every score.

use std::collections::BTreeSet;

use rust_xlsxwriter::{ConditionalFormatFormula, Format, Formula, XlsxError};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Marks;
use super::{Drawing, Noted, Page, cell_name, column_number, lines_in, ranking, row_number, width_for};
use crate::diag::Lang;
use crate::report::pick;
use crate::report::view::{Column, Heading, Tier, in_part};
use crate::results::{Kind, State, UnitResult};

/// The columns before the first indicator: number and unit.
const BEFORE: usize = 2;
/// The least width of a score; its heading, in smaller letters, holds one more.
const SCORE: usize = 7;
/// The row of the first heading.
const TOP: usize = 2;

pub(super) fn draw(drawing: &Drawing<'_>, page: &mut Page<'_>) -> Result<(), XlsxError> {
    let (view, styles) = (drawing.view, &drawing.styles);
    let lang = view.lang;
    drawing.set_up(page);
    page.sheet.set_landscape();
    let total = BEFORE + view.columns.len();
    let last = total + 1;
    page.width(0, 5)?;
    let names = view.tiers.iter().flat_map(|tier| &tier.units).map(|unit| unit.unit.as_str());
    let unit_width = width_for(names, 14, 40);
    page.width(1, unit_width)?;
    for (index, column) in view.columns.iter().enumerate() {
        page.width(BEFORE + index, score_width(column.name))?;
    }
    page.width(total, 9)?;
    page.width(last, 7)?;
    let title = format!("{} {} {}", view.results.standard.name, view.period(), pick(lang, "综合得分表", "all scores"));
    page.merged((0, 0), (0, last), &title, &styles.title)?;
    page.lines(0, 2)?;
    page.merged((1, 0), (1, last), &legend(drawing), &styles.subtitle)?;
    let levels = header(drawing, page, total)?;
    let mut row = TOP + levels;
    page.sheet.set_freeze_panes(row_number(row)?, 2)?.set_repeat_rows(row_number(TOP)?, row_number(row.saturating_sub(1))?)?.set_repeat_columns(0, 1)?;
    let mut number: usize = 0;
    for tier in &view.tiers {
        for column in 0..=last {
            page.blank((row, column), &styles.band)?;
        }
        page.text((row, 0), &tier.heading(lang), &styles.band)?;
        row += 1;
        let first = row;
        // the annex stands in the order of the register, as the results do
        for unit in view.results.units.iter().filter(|unit| unit.tier == tier.name && unit.status != State::Exempt) {
            number += 1;
            page.number((row, 0), &number.to_string(), &styles.centred)?;
            ranking::unit_name(drawing, page, unit, (row, unit_width))?;
            for (index, column) in view.columns.iter().enumerate() {
                score(drawing, page, (unit, column), (row, BEFORE + index))?;
            }
            ranking::total(drawing, page, unit, (row, total))?;
            ranking::total_note(drawing, page, unit, (row, total))?;
            ranking::place(drawing, page, unit, (row, last))?;
            row += 1;
        }
        colour(drawing, page, tier, (first, row.saturating_sub(1)))?;
    }
    Ok(())
}

/// The width of a column of scores: a heading breaks between any two Han, and between other words only.
fn score_width(name: &str) -> usize {
    let words = name.split(|letter: char| letter.is_whitespace() || letter.width().unwrap_or(0) > 1);
    words.map(|word| word.width() + 2).max().unwrap_or(0).clamp(SCORE, 20)
}

fn legend(drawing: &Drawing<'_>) -> String {
    let lang = drawing.view.lang;
    let looks = pick(
        lang,
        "黄底低于满分,红底 0 分,灰底不适用,斜体依假设;",
        "yellow: below full marks; red: 0; grey: does not apply; italics: rests on an assumption; ",
    );
    let notes = match drawing.noted {
        Noted::All => pick(lang, "每个得分的由来见批注", "notes tell where each score comes from"),
        Noted::Remarkable => pick(
            lang,
            "得分很多,只有总分和不是满分的得分附批注,其余的由来见 kaoping explain",
            "of so many scores only totals and those without full marks have notes; kaoping explain tells of the others",
        ),
    };
    let adjusted =
        if drawing.view.results.adjustments.is_empty() { "" } else { pick(lang, "蓝框经申诉调整;", "blue frame: adjusted after an appeal; ") };
    format!("{looks}{adjusted}{notes}")
}

/// Draws the headings and says how many rows they take: sections over their indicators.
fn header(drawing: &Drawing<'_>, page: &mut Page<'_>, total: usize) -> Result<usize, XlsxError> {
    let (view, styles) = (drawing.view, &drawing.styles);
    let lang = view.lang;
    let depth = view.columns.iter().map(|column| column.groups.len()).max().unwrap_or(0);
    let bottom = TOP + depth;
    let alone = [(0, pick(lang, "序号", "no.")), (1, pick(lang, "单位", "unit")), (total, view.total), (total + 1, pick(lang, "名次", "rank"))];
    for (column, heading) in alone {
        page.merged((TOP, column), (bottom, column), heading, &styles.head)?;
    }
    let mut tallest = vec![1; depth + 1];
    for level in 0..depth {
        let mut start = 0;
        while let Some(column) = view.columns.get(start) {
            let path = column.groups.get(..=level);
            let alike = view.columns.iter().skip(start).take_while(|other| path.is_some() && other.groups.get(..=level) == path).count();
            if let Some(group) = column.groups.get(level) {
                let text = group_text(group, lang, alike);
                if let Some(lines) = tallest.get_mut(level) {
                    let width: usize = view.columns.iter().skip(start).take(alike).map(|column| score_width(column.name) + 1).sum();
                    *lines = lines_in(&text, width).max(*lines);
                }
                page.merged((TOP + level, BEFORE + start), (TOP + level, BEFORE + start + alike.max(1) - 1), &text, &styles.head)?;
            }
            start += alike.max(1);
        }
    }
    for (index, column) in view.columns.iter().enumerate() {
        let text = column_text(column, lang);
        // a heading that stands over several rows has room in all of them
        let rows = depth - column.groups.len() + 1;
        if let Some(lines) = tallest.last_mut() {
            *lines = lines_in(&text, score_width(column.name) + 1).saturating_sub(rows - 1).max(*lines);
        }
        page.merged((TOP + column.groups.len(), BEFORE + index), (bottom, BEFORE + index), &text, &styles.head)?;
    }
    for (level, lines) in tallest.iter().enumerate() {
        page.lines(TOP + level, *lines)?;
    }
    Ok(depth + 1)
}

/// The marks stand in a line of their own where there is one column only.
fn group_text(group: &Heading, lang: Lang, columns: usize) -> String {
    match &group.marks {
        Some(marks) if columns == 1 => format!("{}\n({marks})", group.name),
        _ => group.text(lang),
    }
}

fn column_text(column: &Column<'_>, lang: Lang) -> String {
    match &column.marks {
        Some(marks) => format!("{}\n({marks})", column.name),
        None => column.text(lang),
    }
}

fn score(drawing: &Drawing<'_>, page: &mut Page<'_>, (unit, column): (&UnitResult, &Column<'_>), at: (usize, usize)) -> Result<(), XlsxError> {
    let (view, styles) = (drawing.view, &drawing.styles);
    let Some(one) = unit.indicators.get(column.name) else { return page.blank(at, &styles.not_applicable) };
    match (&one.score, one.status) {
        (Some(score), _) => {
            let marks = Marks { is_assumed: !one.assumptions.is_empty(), is_adjusted: !one.adjusted.is_empty(), is_total: false };
            page.number(at, score, &styles.score(column.places, marks))?;
        }
        (None, State::NotApplicable) => return page.blank(at, &styles.not_applicable),
        (None, state) => page.text(at, &in_part((state, &one.possible), one.interval.as_ref(), view.lang), &styles.without)?,
    }
    drawing.note(&unit.unit, column.name).map_or(Ok(()), |note| page.note(at, note, view.lang))
}

/// The conditional colours of the rows of a tier.
fn colour(drawing: &Drawing<'_>, page: &mut Page<'_>, tier: &Tier<'_>, (first, last): (usize, usize)) -> Result<(), XlsxError> {
    let (view, styles) = (drawing.view, &drawing.styles);
    for index in &tier.columns {
        let Some(column) = view.columns.get(*index) else { continue };
        let at = BEFORE + index;
        let cell = cell_name(first, at);
        let fulls: BTreeSet<&str> = tier.units.iter().filter_map(|unit| unit.indicators.get(column.name)?.full.as_deref()).collect();
        let mut colours: Vec<(String, &Format)> = Vec::new();
        match column.kind {
            Kind::Base => {
                colours.push((format!("{cell}=0"), &styles.zero));
                // marks that differ from unit to unit have no rule for the whole column
                let full = fulls.first().filter(|_| fulls.len() == 1);
                colours.extend(full.map(|full| (format!("{cell}<{full}"), &styles.below)));
            }
            Kind::Bonus | Kind::Penalty => {
                colours.extend([(format!("{cell}=0"), &styles.idle), (format!("{cell}>0"), &styles.added), (format!("{cell}<0"), &styles.taken)]);
            }
        }
        for (condition, format) in colours {
            let rule = Formula::new(format!("AND(ISNUMBER({cell}),{condition})"));
            let colour = ConditionalFormatFormula::new().set_rule(rule).set_format(format).set_stop_if_true(true);
            page.sheet.add_conditional_format(row_number(first)?, column_number(at)?, row_number(last)?, column_number(at)?, &colour)?;
        }
        if column.kind == Kind::Base && fulls.len() > 1 {
            below_own_marks(drawing, page, column, (tier, first), at)?;
        }
    }
    Ok(())
}

/// The colour of scores below full marks where these differ from unit to unit: a rule a cell.
fn below_own_marks(drawing: &Drawing<'_>, page: &mut Page<'_>, column: &Column<'_>, (tier, first): (&Tier<'_>, usize), at: usize) -> Result<(), XlsxError> {
    let units = drawing.view.results.units.iter().filter(|unit| unit.tier == tier.name && unit.status != State::Exempt);
    for (row, unit) in (first..).zip(units) {
        let Some(full) = unit.indicators.get(column.name).and_then(|one| one.full.as_deref()) else { continue };
        let cell = cell_name(row, at);
        let rule = Formula::new(format!("AND(ISNUMBER({cell}),{cell}<{full})"));
        let colour = ConditionalFormatFormula::new().set_rule(rule).set_format(&drawing.styles.below).set_stop_if_true(true);
        page.sheet.add_conditional_format(row_number(row)?, column_number(at)?, row_number(row)?, column_number(at)?, &colour)?;
    }
    Ok(())
}
