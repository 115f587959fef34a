//! What the scores rest on: standard, version and hashes, the rules of rounding and ranking, assumptions, units without a total.

use rust_xlsxwriter::{Format, FormatAlign, XlsxError};

use super::style::Marks;
use super::{Drawing, Page, lines_in, width_for};
use crate::diag::Lang;
use crate::report::pick;
use crate::report::value::state_word;
use crate::report::view::adjustment_text;

/// The width of the second column.
const TEXT: usize = 96;

pub(super) fn draw(drawing: &Drawing<'_>, page: &mut Page<'_>) -> Result<(), XlsxError> {
    let view = drawing.view;
    let lang = view.lang;
    drawing.set_up(page);
    let pairs = |pairs: &[(&'static str, String)]| -> Vec<(String, String)> { pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect() };
    let mut sections = vec![(pick(lang, "出处", "Provenance"), pairs(&view.provenance())), (pick(lang, "规则", "Rules"), pairs(&view.rules))];
    let tiers = view.tiers.iter().map(|tier| (tier.name.to_owned(), tier.heading(lang))).collect();
    sections.push((pick(lang, "层级", "Tiers"), tiers));
    if !view.results.lists.is_empty() {
        sections.push((view.lists_heading(), view.lists().collect()));
    }
    if !view.without_total.is_empty() || view.has_provisional {
        let mut told: Vec<(String, String)> =
            view.without_total.iter().map(|without| (state_word(without.state, lang).to_owned(), without.text(lang))).collect();
        told.extend(view.has_provisional.then(|| (String::new(), view.provisional_note().to_owned())));
        sections.push((pick(lang, "没有总分的单位", "Units without a total"), told));
    }
    if view.vetoes().next().is_some() {
        sections.push((pick(lang, "一票否决", "Vetoes"), view.vetoes().map(|(unit, vetoes)| (unit.to_owned(), vetoes)).collect()));
    }
    if view.has_adjustments() {
        let mut told: Vec<(String, String)> =
            view.results.adjustments.iter().map(|adjusted| (adjusted.unit.clone(), adjustment_text(adjusted, lang))).collect();
        if told.is_empty() {
            told.push((String::new(), view.adjustments_heading().to_owned()));
        }
        sections.push((pick(lang, "申诉后的调整", "Adjustments after appeals"), told));
        sections.push((view.moved_heading(), view.moved.iter().map(|(unit, moved)| ((*unit).to_owned(), moved.clone())).collect()));
    }
    if !view.assumptions.is_empty() {
        let count = |count: usize| if lang == Lang::Zh { format!("{count} 家") } else { format!("units {count}") };
        let told = view.assumptions.iter().map(|(text, units)| (count(*units), text.clone())).collect();
        sections.push((view.assumptions_heading(), told));
    }
    let labels = sections.iter().flat_map(|(_, pairs)| pairs).map(|(label, _)| label.as_str());
    page.width(0, width_for(labels, 16, 30))?;
    page.width(1, TEXT)?;
    page.merged((0, 0), (0, 1), &format!("{} {}", view.results.standard.name, view.period()), &drawing.styles.title)?;
    page.lines(0, 2)?;
    let mut row = 1;
    for (heading, pairs) in &sections {
        row = section(drawing, page, heading, row)?;
        for (label, text) in pairs {
            page.text((row, 0), label, &drawing.styles.label)?;
            page.text((row, 1), text, &drawing.styles.wrapped)?;
            page.lines(row, lines_in(text, TEXT))?;
            row += 1;
        }
        row += 1;
    }
    legend(drawing, page, row)
}

/// A heading over both columns.
fn section(drawing: &Drawing<'_>, page: &mut Page<'_>, heading: &str, row: usize) -> Result<usize, XlsxError> {
    page.text((row, 0), heading, &drawing.styles.heading)?;
    page.blank((row, 1), &drawing.styles.heading)?;
    page.lines(row, 1)?;
    Ok(row + 1)
}

/// What the looks of a cell say.
fn legend(drawing: &Drawing<'_>, page: &mut Page<'_>, row: usize) -> Result<(), XlsxError> {
    let (lang, styles) = (drawing.view.lang, &drawing.styles);
    let score = styles.score(2, Marks::default());
    let with = |look: &Format| score.clone().merge(look);
    let looks = [
        ("8.15", with(&styles.below), pick(lang, "低于满分", "below full marks")),
        ("0", with(&styles.zero), pick(lang, "0 分", "0 points")),
        ("5", with(&styles.added), pick(lang, "加分", "added")),
        ("-2", with(&styles.taken), pick(lang, "扣分", "taken off")),
        ("0", with(&styles.idle), pick(lang, "没有加分或扣分", "nothing added or taken off")),
        ("", styles.not_applicable.clone(), pick(lang, "不适用于该层级或该单位", "does not apply to the tier or the unit")),
        (
            "10",
            styles.score(2, Marks { is_assumed: true, ..Marks::default() }),
            pick(lang, "得分依据一条假设或未定之处,见批注", "rests on an assumption or an open point: see the note"),
        ),
        (
            "10",
            styles.score(2, Marks { is_adjusted: true, ..Marks::default() }),
            pick(lang, "申诉后调整过,或由调整过的数据算出", "adjusted after an appeal, or computed from what was"),
        ),
        ("3", styles.place("3", Some(drawing.view.provisional_mark())), pick(lang, "名次暂定", "provisional place")),
    ];
    let top = section(drawing, page, pick(lang, "图例", "Legend"), row)?;
    for (row, (example, format, meaning)) in (top..).zip(looks) {
        if example.is_empty() {
            page.blank((row, 0), &format)?;
        } else {
            page.number((row, 0), example, &format)?;
        }
        page.text((row, 1), meaning, &styles.wrapped.clone().set_indent(1).set_align(FormatAlign::VerticalCenter))?;
        page.lines(row, 1)?;
    }
    Ok(())
}
