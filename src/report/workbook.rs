//! The results of a period as a workbook: the ranking, the annex with a note on every score, and what it all rests on.
//!
//! The same results give the same bytes. Every text is written as a text, whatever it begins with; there are no formulas.

mod about;
mod annex;
mod ranking;
mod style;

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Note, Workbook, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use self::style::Styles;
use super::derivation::brief;
use super::pick;
use super::view::{View, is_full};
use crate::diag::Lang;
use crate::eval::Until;
use crate::eval::trace::Trace;
use crate::explain::{Case, Topic};
use crate::facts::Facts;
use crate::plan::Plan;
use crate::results::evaluated;
use crate::source::Sources;

/// What the notes tell the derivations of the scores from.
#[derive(Clone, Copy)]
pub(crate) struct Derivations<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) sources: &'a Sources,
}

/// Why results do not fit into a workbook: more units or indicators than a sheet has rows or columns.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unwritable(#[from] XlsxError);

/// The bytes of the workbook.
///
/// # Errors
/// Where a sheet has not rows or columns enough.
pub(crate) fn workbook(view: &View<'_>, derivations: &Derivations<'_>) -> Result<Vec<u8>, Unwritable> {
    let mut book = Workbook::new();
    // the date is that of no day: the bytes depend on nothing but the results
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(cut(&view.title(), 255)).set_author(&view.results.engine).set_creation_datetime(&created));
    let scores: usize = view.tiers.iter().map(|tier| tier.units.len() * (tier.columns.len() + 2)).sum();
    let noted = if scores <= MANY { Noted::All } else { Noted::Remarkable };
    let drawing = Drawing { view, styles: Styles::new(view.lang), noted, notes: notes(view, derivations, noted) };
    ranking::draw(&drawing, &mut Page { sheet: book.add_worksheet().set_name(pick(view.lang, "排名", "Ranking"))? })?;
    annex::draw(&drawing, &mut Page { sheet: book.add_worksheet().set_name(pick(view.lang, "附表", "Annex"))? })?;
    about::draw(&drawing, &mut Page { sheet: book.add_worksheet().set_name(pick(view.lang, "说明", "Notes"))? })?;
    Ok(book.save_to_buffer()?)
}

/// Spreadsheet programs take minutes to open a sheet with many more notes than this.
const MANY: usize = 20_000;

/// Which scores have a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    All,
    /// Totals, and what is neither full marks nor a bonus or penalty of 0.
    Remarkable,
}

/// What the sheets are drawn from.
struct Drawing<'a> {
    view: &'a View<'a>,
    styles: Styles,
    noted: Noted,
    notes: BTreeMap<&'a str, UnitNotes<'a>>,
}

/// The notes on the scores of a unit.
struct UnitNotes<'a> {
    total: String,
    items: BTreeMap<&'a str, String>,
}

impl Drawing<'_> {
    fn note(&self, unit: &str, item: &str) -> Option<&str> {
        self.notes.get(unit)?.items.get(item).map(String::as_str)
    }

    fn total_note(&self, unit: &str) -> Option<&str> {
        self.notes.get(unit).map(|notes| notes.total.as_str())
    }

    /// Page and print set-up that all sheets share.
    fn set_up(&self, page: &mut Page<'_>) {
        let lang = self.view.lang;
        // a header holds 255 characters, its marks and doubled ampersands among them
        let title = cut(&line(&self.view.title()), 100).replace('&', "&&");
        page.sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_header(format!("&R&8{title}"));
        page.sheet.set_footer(pick(lang, "&C&8第 &P 页,共 &N 页", "&C&8page &P of &N"));
        page.sheet.set_print_center_horizontally(true).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    }
}

/// The notes on the scores of every unit that has a row in the tables.
fn notes<'a>(view: &'a View<'a>, derivations: &Derivations<'a>, noted: Noted) -> BTreeMap<&'a str, UnitNotes<'a>> {
    let Derivations { plan, facts, sources } = *derivations;
    let wanted: BTreeMap<&str, &crate::results::UnitResult> = view.tiers.iter().flat_map(|tier| &tier.units).map(|unit| (unit.unit.as_str(), *unit)).collect();
    let mut found = BTreeMap::new();
    for (index, (member, row)) in facts.members.iter().zip(&facts.rows).enumerate().filter(|(_, (_, row))| row.listed) {
        let (Some(program), Some(unit)) = (plan.programs.get(member.tier), wanted.get(member.name.as_str())) else { continue };
        let (outcome, _) = evaluated(program, row, Until::Scores);
        let trace = Trace { plan, program, outcome: &outcome };
        let case = Case { trace, facts, row, sources, unit: &member.name, member: index, period: &view.results.period };
        let mut items = BTreeMap::new();
        let applies = |id: usize| matches!(program.items.get(id), Some(Some(_)));
        let has_note = |name: &str| noted == Noted::All || !is_full(unit, name);
        for (id, item) in plan.indicators().filter(|(id, item)| applies(*id) && has_note(&item.name)) {
            items.entry(item.name.as_str()).or_insert_with(|| brief(&case, Topic::Item(id), view.lang));
        }
        found.insert(unit.unit.as_str(), UnitNotes { total: brief(&case, Topic::Total, view.lang), items });
    }
    found
}

/// A sheet being drawn; rows and columns are counted from 0.
struct Page<'s> {
    sheet: &'s mut Worksheet,
}

/// The most that a cell holds.
const LONGEST: usize = 32_000;

impl Page<'_> {
    fn text(&mut self, (row, column): (usize, usize), text: &str, format: &Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(row_number(row)?, column_number(column)?, cell_text(text), format)?;
        Ok(())
    }

    /// A decimal as a number; as a text where a spreadsheet cannot hold all of its digits.
    fn number(&mut self, (row, column): (usize, usize), decimal: &str, format: &Format) -> Result<(), XlsxError> {
        let (at_row, at_column) = (row_number(row)?, column_number(column)?);
        let digits = decimal.chars().filter(char::is_ascii_digit).skip_while(|digit| *digit == '0').count();
        #[expect(clippy::disallowed_types, reason = "the cells of a spreadsheet are binary floats, which hold 15 digits")]
        let number = if digits <= 15 { decimal.parse::<f64>().ok() } else { None };
        match number {
            Some(number) => self.sheet.write_number_with_format(at_row, at_column, number, format)?,
            None => self.sheet.write_string_with_format(at_row, at_column, decimal, format)?,
        };
        Ok(())
    }

    fn blank(&mut self, (row, column): (usize, usize), format: &Format) -> Result<(), XlsxError> {
        self.sheet.write_blank(row_number(row)?, column_number(column)?, format)?;
        Ok(())
    }

    /// One text over several cells.
    fn merged(&mut self, first: (usize, usize), last: (usize, usize), text: &str, format: &Format) -> Result<(), XlsxError> {
        if first == last {
            return self.text(first, text, format);
        }
        let text = cell_text(text);
        self.sheet.merge_range(row_number(first.0)?, column_number(first.1)?, row_number(last.0)?, column_number(last.1)?, &text, format)?;
        Ok(())
    }

    /// A note of the size of its text.
    fn note(&mut self, (row, column): (usize, usize), text: &str, lang: Lang) -> Result<(), XlsxError> {
        const COLUMNS: usize = 64;
        const TALLEST: u32 = 560;
        let mut text = text.to_owned();
        if text.encode_utf16().count() > LONGEST {
            text = cut(&text, LONGEST / 2) + pick(lang, "\n……全文见 kaoping explain", "\n… the whole of it: kaoping explain");
        }
        let lines: usize = text.lines().map(|line| line.width().div_ceil(COLUMNS).max(1)).sum();
        let height = u32::try_from(lines).unwrap_or(u32::MAX).saturating_mul(15).saturating_add(14).min(TALLEST);
        let note = Note::new(text).add_author_prefix(false).set_width(410).set_height(height).set_font_name(Styles::font(lang)).set_font_size(9);
        self.sheet.insert_note(row_number(row)?, column_number(column)?, &note)?;
        Ok(())
    }

    fn width(&mut self, column: usize, width: usize) -> Result<(), XlsxError> {
        self.sheet.set_column_width(column_number(column)?, u32::try_from(width).unwrap_or(u32::MAX))?;
        Ok(())
    }

    /// A row as tall as so many lines.
    fn lines(&mut self, row: usize, lines: usize) -> Result<(), XlsxError> {
        // no row is taller than 409 points
        let height = u32::try_from(lines.max(1)).unwrap_or(u32::MAX).saturating_mul(13).saturating_add(5).min(409);
        self.sheet.set_row_height(row_number(row)?, height)?;
        Ok(())
    }
}

fn row_number(row: usize) -> Result<u32, XlsxError> {
    u32::try_from(row).map_err(|_| XlsxError::RowColumnLimitError)
}

fn column_number(column: usize) -> Result<u16, XlsxError> {
    u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)
}

/// A cell and its range as formulas of conditional formats name them, as in `AB12`.
fn cell_name(row: usize, column: usize) -> String {
    rust_xlsxwriter::utility::row_col_to_cell(u32::try_from(row).unwrap_or(u32::MAX), u16::try_from(column).unwrap_or(u16::MAX))
}

/// A text as a cell holds it.
fn cell_text(text: &str) -> String {
    cut(&text.replace("\r\n", "\n").replace('\r', "\n"), LONGEST)
}

/// A text on one line.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The beginning of a text, of no more than so many UTF-16 units.
fn cut(text: &str, longest: usize) -> String {
    if text.encode_utf16().count() <= longest {
        return text.to_owned();
    }
    let mut length = 1;
    let fits = |letter: &char| {
        length += letter.len_utf16();
        length <= longest
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// How many lines a text takes in a column of that width.
fn lines_in(text: &str, width: usize) -> usize {
    text.lines().map(|line| line.width().div_ceil(width.max(1)).max(1)).sum::<usize>().max(1)
}

/// The width of a column for these texts, between bounds.
fn width_for<'t>(texts: impl Iterator<Item = &'t str>, least: usize, most: usize) -> usize {
    let longest = texts.flat_map(str::lines).map(UnicodeWidthStr::width).max().unwrap_or(0);
    (longest + 2).clamp(least, most)
}
