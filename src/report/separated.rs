//! The results of a period as comma-separated values: one row a unit, as spreadsheet programs and `test` read it.
//!
//! The text is UTF-8 with a byte order mark. A text that a spreadsheet program would take for a formula has an apostrophe before
//! it, which [`crate::facts::table`] takes off again; numbers stay as they are, negative ones too.

use std::collections::BTreeSet;

use super::pick;
use super::value::state_word;
use super::view::{View, adjustment_text, in_part};
use crate::facts::table::guarded;
use crate::plan::Plan;
use crate::quantity;
use crate::results::{IndicatorResult, Span, State, UnitResult};

/// What is said of vetoes, where a standard has any.
const VETOES: [(&str, &str); 2] = [("否决", "vetoes"), ("可评优", "eligible")];

/// The whole table.
pub(crate) fn comma_separated(view: &View<'_>, plan: &Plan) -> String {
    let lang = view.lang;
    let mut listed: Vec<&str> = Vec::new();
    for label in view.tiers.iter().flat_map(|tier| &tier.listed).map(|listed| listed.label.as_str()) {
        if !listed.contains(&label) {
            listed.push(label);
        }
    }
    let mut header: Vec<String> = [("层级", "tier"), ("名次", "rank"), ("单位", "unit")].iter().map(|(zh, en)| pick(lang, zh, en).to_owned()).collect();
    header.extend(listed.iter().map(|label| (*label).to_owned()));
    header.extend(view.columns.iter().map(|column| column.name.to_owned()));
    header.push(view.total.to_owned());
    header.extend(view.outputs.iter().map(|name| (*name).to_owned()));
    if view.has_vetoes {
        header.extend(VETOES.iter().map(|(zh, en)| beside(pick(lang, zh, en), plan)));
    }
    let words = [("状态", "status"), ("原因", "reason"), ("暂定", "provisional"), ("假设", "assumptions"), ("调整", "adjustments"), ("变动", "moved")];
    header.extend(words.iter().map(|(zh, en)| beside(pick(lang, zh, en), plan)));
    header.extend((!view.results.lists.is_empty()).then(|| beside(view.lists_heading(), plan)));
    let mut text = String::from("\u{FEFF}");
    write_row(header.iter().map(|heading| guarded(heading)), &mut text);
    let mut units: Vec<&UnitResult> = view.results.units.iter().collect();
    units.sort_by_key(|unit| unit.listing);
    for unit in units {
        write_row(row(view, unit, &listed).into_iter(), &mut text);
    }
    text
}

fn row(view: &View<'_>, unit: &UnitResult, listed: &[&str]) -> Vec<String> {
    let lang = view.lang;
    let tier = view.tiers.iter().find(|tier| tier.name == unit.tier);
    let mut row = vec![guarded(&unit.tier), place(unit), guarded(&unit.unit)];
    row.extend(listed.iter().map(|label| {
        let key = tier.and_then(|tier| tier.listed.iter().find(|listed| listed.label == *label));
        key.map(|key| key.of(unit)).unwrap_or_default()
    }));
    // an item that does not apply is blank, as published tables leave it; what is missing or open says so
    let word = |(state, possible): (State, &[State]), interval: Option<&Span>| match state {
        State::Missing | State::Pending | State::Partly => in_part((state, possible), interval, lang),
        State::Scored | State::Exempt | State::NotApplicable => String::new(),
    };
    let absent = |one: &IndicatorResult| word((one.status, &one.possible), one.interval.as_ref());
    let score = |name: &str| unit.indicators.get(name).map(|one| one.score.clone().unwrap_or_else(|| absent(one))).unwrap_or_default();
    row.extend(view.columns.iter().map(|column| score(column.name)));
    row.push(unit.total.clone().unwrap_or_else(|| word((unit.status, &unit.possible), unit.interval.as_ref())));
    row.extend(view.outputs.iter().map(|name| guarded(&view.output(unit, name))));
    if view.has_vetoes {
        row.push(guarded(&view.vetoes_of(unit)));
        row.push(unit.eligible.map(|eligible| if eligible { pick(lang, "是", "yes") } else { pick(lang, "否", "no") }).unwrap_or_default().to_owned());
    }
    row.push(if unit.status == State::Scored { pick(lang, "得分", "scored").to_owned() } else { state_word(unit.status, lang).to_owned() });
    row.push(guarded(unit.reason.as_deref().unwrap_or_default()));
    row.push(if unit.provisional { pick(lang, "是", "yes").to_owned() } else { String::new() });
    let comma = pick(lang, ";", "; ");
    row.push(guarded(&unit.assumptions.join(comma)));
    let adjusted = unit.adjusted.iter().filter_map(|index| view.results.adjustments.get(*index)).map(|adjusted| adjustment_text(adjusted, lang));
    row.push(guarded(&adjusted.collect::<Vec<_>>().join(comma)));
    row.push(view.moved.get(unit.unit.as_str()).map(|moved| guarded(moved)).unwrap_or_default());
    if !view.results.lists.is_empty() {
        let on = view.results.lists.iter().filter(|list| list.units.iter().any(|listed| listed.unit == unit.unit));
        row.push(guarded(&on.map(|list| list.name.as_str()).collect::<Vec<_>>().join(comma)));
    }
    row
}

/// The place of a unit, or between which it lies.
fn place(unit: &UnitResult) -> String {
    unit.rank_interval.map_or_else(|| unit.rank.map(|place| quantity::plain(place.0)).unwrap_or_default(), |places| places.to_string())
}

/// A heading for what is no result; where the rules have an item or fact of that name, one that tables do not read.
fn beside(heading: &str, plan: &Plan) -> String {
    let items = plan.items.iter().flat_map(|item| std::iter::once(&item.name).chain(&item.columns));
    let facts = plan.facts.iter().flat_map(|fact| std::iter::once(&fact.name).chain(&fact.columns));
    let taken: BTreeSet<&str> = items.chain(facts).chain(&plan.total_columns).map(String::as_str).collect();
    if taken.contains(heading) { format!("#{heading}") } else { heading.to_owned() }
}

fn write_row(cells: impl Iterator<Item = String>, text: &mut String) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if cell.contains([',', ';', '\t', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push('\n');
}
