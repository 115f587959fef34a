//! What differs between two versions, in words.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use indexmap::IndexMap;

use super::pick;
use crate::diag::{Lang, words};
use crate::difference::{Change, Kind, Moved, spoken};
use crate::quantity;
use crate::results::{Place, State};

/// Texts longer than this are cut where they are only inserted or repealed.
const LONGEST: usize = 160;

/// Every change under the block that it stands in, and the units that it moves.
pub(crate) fn differences((old, new): (&str, &str), changes: &[Change], impact: Option<&[Moved]>, lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{old} → {new}");
    if changes.is_empty() {
        let _ = writeln!(text, "\n{}", pick(lang, "意思上没有差别", "nothing differs in meaning"));
    }
    for (way, sentences) in by_block(changes, lang) {
        let _ = writeln!(text, "\n{way}");
        for sentence in sentences {
            let _ = writeln!(text, "  {sentence}");
        }
    }
    if let Some(impact) = impact {
        write_impact(impact, lang, &mut text);
    }
    text
}

/// Changes in words, under the way to the block that they stand in.
pub(crate) fn by_block(changes: &[Change], lang: Lang) -> IndexMap<&str, Vec<String>> {
    let mut blocks: IndexMap<&str, Vec<String>> = IndexMap::new();
    for change in changes {
        let way = pick(lang, &change.way.0, &change.way.1);
        blocks.entry(if way.is_empty() { pick(lang, "全文", "the text") } else { way }).or_default().push(sentence(change, lang));
    }
    blocks
}

fn sentence(change: &Change, lang: Lang) -> String {
    let one = |text: &Option<String>| {
        let said = text.as_deref().map(|text| spoken(text, lang)).unwrap_or_default();
        if said.chars().count() > LONGEST { said.chars().take(LONGEST - 1).chain(['…']).collect() } else { said }
    };
    let (before, after) = (one(&change.before), one(&change.after));
    let said = match change.kind {
        Kind::Inserted => words!("新增 {after}", "inserted: {after}"),
        Kind::Repealed => words!("废止 {before}", "repealed: {before}"),
        Kind::Renamed => words!("更名 {before} 改为 {after}", "renamed: {before} becomes {after}"),
        Kind::Moved => words!("移动 {before} 改为 {after}", "moved: {before} becomes {after}"),
        Kind::Reordered => words!("次序 {before} 改为 {after}", "order: {before} becomes {after}"),
        Kind::Changed => {
            let after = without_keyword(&before, &after);
            words!("{before} 改为 {after}", "{before} becomes {after}")
        }
    };
    said.get(lang).to_owned()
}

/// The text after a change without the words that both begin with, of what is short: 满分 15 分 改为 20 分.
fn without_keyword(before: &str, after: &str) -> String {
    const SHORT: usize = 5;
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split(' ').collect(), after.split(' ').collect());
    let common = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = new.get(common..).unwrap_or_default();
    if old.len() > SHORT || new.len() > SHORT || rest.is_empty() || common >= old.len() { after.to_owned() } else { rest.join(" ") }
}

fn write_impact(impact: &[Moved], lang: Lang, text: &mut String) {
    let moving: Vec<&Moved> = impact.iter().filter(|unit| unit.moves()).collect();
    let (all, count) = (impact.len(), moving.len());
    let _ = writeln!(
        text,
        "\n{}",
        words!("{all} 家单位,{count} 家的得分、名次或状态有变化", "units: {all}, with another score, place or status: {count}").get(lang)
    );
    if moving.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["单位", "原得分", "现得分", "原名次", "现名次"],
        Lang::En => ["unit", "score before", "after", "place before", "after"],
    });
    for unit in moving {
        let score = |total: &Option<String>, status: Option<State>| total.clone().unwrap_or_else(|| state(status, lang).to_owned());
        let place = |place: Option<Place>| place.map(|place| quantity::plain(place.0)).unwrap_or_default();
        table.add_row([
            unit.unit.clone(),
            score(&unit.before, unit.status_before),
            score(&unit.after, unit.status_after),
            place(unit.rank_before),
            place(unit.rank_after),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn state(status: Option<State>, lang: Lang) -> &'static str {
    match status {
        None => pick(lang, "不在册", "not listed"),
        Some(State::Scored) => "",
        Some(State::Exempt) => pick(lang, "不参评", "exempt"),
        Some(State::NotApplicable) => pick(lang, "不适用", "not applicable"),
        Some(State::Missing) => pick(lang, "缺数据", "missing"),
        Some(State::Partly) => pick(lang, "部分已知", "partly known"),
        Some(State::Pending) => pick(lang, "待定", "pending"),
    }
}
