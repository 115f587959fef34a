//! A list of indicators: a row each, with section, marks and tiers.

use super::tree::{Kind, Node, insert, kind_of, parts, settle};
use super::{Outline, Tier, same, tidy};
use crate::diag::{Diagnostic, Lang};
use crate::facts::grid::Grid;
use crate::facts::header::SUMS;
use crate::facts::table::{bare, is_one_of, marks, split_bracket};

const SECTION: &[&str] = &["类", "类别", "大类", "一级指标", "考评类别", "section", "category"];
const INDICATOR: &[&str] = &["指标", "指标名称", "二级指标", "三级指标", "考评指标", "考核指标", "评估指标", "考评项目", "考核项目", "indicator"];
const MARKS: &[&str] = &["满分", "分值", "分数", "标准分", "满分值", "marks", "points"];
const TIER: &[&str] = &["层级", "适用层级", "适用", "适用范围", "适用对象", "考评对象", "考核对象", "tier", "tiers", "applies to"];
const REMARK: &[&str] =
    &["说明", "备注", "评分标准", "评分办法", "评分细则", "计分办法", "计分标准", "考评标准", "考核标准", "扣分标准", "remark", "note", "criteria"];
/// What is for every tier.
const ALL: &[&str] = &["全部", "所有", "全体", "各单位", "所有单位", "all"];

/// The list has its headings in one of so many rows.
const WITHIN: usize = 40;

/// What may stand before the word for marks and is no tier: 一级分值.
const NO_TIER: &[&str] = &["一级", "二级", "三级", "总", "标准", "指标", "一级指标", "二级指标", "三级指标", "项目", "大类", "类", "基准", "total", "full"];

/// Where the columns of a list are.
#[derive(Debug)]
pub(super) struct Columns {
    /// The row of the headings, and the last where there is one more beneath them.
    rows: (usize, usize),
    /// Each with the column of its own marks, where it has one.
    sections: Vec<(usize, Option<usize>)>,
    indicator: usize,
    /// One column for all, or one for each tier of that name.
    marks: Vec<(Option<String>, usize)>,
    tier: Option<usize>,
    remarks: Vec<usize>,
}

/// One indicator as it is written.
struct Row {
    number: usize,
    /// Names, and marks as they are written.
    sections: Vec<(String, String)>,
    name: String,
    marks: String,
    /// None where it applies to all.
    tiers: Vec<String>,
    remarks: Vec<String>,
}

/// Finds the headings of a list: one for indicators and one for marks.
pub(super) fn find(grid: &Grid) -> Option<Columns> {
    grid.rows.iter().take(WITHIN).find_map(|(row, cells)| {
        let all = |words: &[&str]| cells.iter().enumerate().filter(|(_, cell)| is_one_of(bare(cell), words)).map(|(column, _)| column).collect::<Vec<_>>();
        // of several levels of indicators the last is scored, those before it are sections
        let indicators = all(INDICATOR);
        let (indicator, levels) = indicators.split_last()?;
        let mut sections = all(SECTION);
        sections.extend(levels);
        sections.sort_unstable();
        let own = all(MARKS);
        let levels: Vec<usize> = sections.iter().copied().chain([*indicator]).collect();
        // what stands between a section and the next level are the marks of the section
        let between = |at: usize| levels.get(at).zip(levels.get(at + 1)).and_then(|(from, to)| own.iter().copied().find(|own| from < own && own < to));
        let sections: Vec<(usize, Option<usize>)> = sections.iter().enumerate().map(|(at, column)| (*column, between(at))).collect();
        let of_items: Vec<usize> = own.into_iter().filter(|own| !sections.iter().any(|(_, marks)| *marks == Some(*own))).collect();
        let bottom = bottom(grid, *row, *indicator, &of_items);
        let marks = marks_columns(grid, (*row, bottom), &of_items)?;
        Some(Columns { rows: (*row, bottom), sections, indicator: *indicator, marks, tier: all(TIER).first().copied(), remarks: all(REMARK) })
    })
}

/// The last row of the headings: that to which the one for indicators is merged, or the next where it names tiers under the marks.
fn bottom(grid: &Grid, row: usize, indicator: usize, own: &[usize]) -> usize {
    if let Some(merge) = grid.merge(row, indicator) {
        return merge.rows.1;
    }
    let names_tiers = |cells: &[String]| {
        let blank = |column: usize| cells.get(column).is_none_or(String::is_empty);
        (0..=indicator).all(blank) && own.first().is_some_and(|first| !blank(*first)) && cells.iter().all(|cell| marks(cell).is_none())
    };
    row.checked_add(1).filter(|below| grid.row(*below).is_some_and(names_tiers)).unwrap_or(row)
}

/// The columns of marks: under one heading, under one for each tier, or under one that spans those of the tiers.
fn marks_columns(grid: &Grid, (row, bottom): (usize, usize), own: &[usize]) -> Option<Vec<(Option<String>, usize)>> {
    let cells = grid.row(row)?;
    if let [first] = own {
        let width = grid.row(bottom).map_or(0, <[String]>::len);
        let reach = match grid.merge(row, *first) {
            Some(merge) => merge.columns.1 + 1,
            // where nothing is merged a heading reaches over the gaps at its right
            None => (first + 1..width).find(|column| cells.get(*column).is_some_and(|cell| !cell.is_empty())).unwrap_or(width),
        };
        let under: Vec<_> = (*first..reach).map(|column| (tidy(bare(grid.seen(bottom, column))), column)).filter(|(name, _)| !name.is_empty()).collect();
        let by_tier = bottom > row && under.len() > 1;
        return Some(if by_tier { under.into_iter().map(|(name, column)| (Some(name), column)).collect() } else { vec![(None, *first)] });
    }
    let inside = |column: usize| split_bracket(cells.get(column)?).map(|(_, inside)| tidy(inside)).filter(|name| !name.is_empty() && marks(name).is_none());
    let by_tier: Option<Vec<_>> = own.iter().map(|column| Some((Some(inside(*column)?), *column))).collect();
    match (by_tier, own.first()) {
        (Some(by_tier), Some(_)) => Some(by_tier),
        (_, Some(first)) => Some(vec![(None, *first)]),
        (_, None) => {
            let found: Vec<_> = cells.iter().enumerate().filter_map(|(column, cell)| Some((Some(tier_before_marks(cell)?), column))).collect();
            (found.len() > 1).then_some(found)
        }
    }
}

/// The tier of a heading such as 县区分值.
fn tier_before_marks(heading: &str) -> Option<String> {
    let heading = bare(heading);
    let name = MARKS.iter().find_map(|word| heading.strip_suffix(word)).map(tidy)?;
    (!name.is_empty() && !is_one_of(&name, NO_TIER)).then_some(name)
}

/// Reads the list.
pub(super) fn read(grid: &Grid, columns: &Columns, lang: Lang, diagnostics: &mut Vec<Diagnostic>) -> Outline {
    let mut outline = Outline { origin: origin(grid), title: title(grid, columns.rows.0), ..Outline::default() };
    let rows = rows(grid, columns);
    outline.tiers = tiers(columns, &rows, lang);
    for row in rows {
        enter(&mut outline, grid, columns, row);
    }
    settle(&mut outline, diagnostics);
    outline
}

fn rows(grid: &Grid, columns: &Columns) -> Vec<Row> {
    let bottom = columns.rows.1;
    // where nothing is merged, as in CSV, a section goes on until the next
    let merged = |column: usize| grid.merges.iter().any(|merge| merge.rows.0 > bottom && (merge.columns.0..=merge.columns.1).contains(&column));
    let carries = !columns.sections.iter().any(|(column, _)| merged(*column));
    let mut sections: Vec<(String, String)> = vec![Default::default(); columns.sections.len()];
    let mut found = Vec::new();
    for (number, cells) in grid.rows.iter().filter(|(row, _)| *row > bottom) {
        let seen = |column: usize| grid.seen(*number, column).to_owned();
        let name = seen(columns.indicator);
        if name.is_empty() || cells.iter().take(columns.indicator + 1).any(|cell| is_one_of(cell, SUMS)) {
            continue;
        }
        let mut changed = false;
        for (slot, (column, marks)) in sections.iter_mut().zip(&columns.sections) {
            let text = seen(*column);
            if !text.is_empty() || changed || !carries {
                changed |= slot.0 != text;
                *slot = (text, marks.map(seen).unwrap_or_default());
            }
        }
        let tiers = columns.tier.map(seen).map(|tiers| split(&tiers)).unwrap_or_default();
        let remarks: Vec<String> = columns.remarks.iter().map(|column| seen(*column)).filter(|text| !text.is_empty()).collect();
        for (tiers, marks) in marks_of(columns, tiers, &seen) {
            found.push(Row { number: *number, sections: sections.clone(), name: name.clone(), marks, tiers, remarks: remarks.clone() });
        }
    }
    found
}

/// The marks of an indicator, each with the tiers that have them.
fn marks_of(columns: &Columns, tiers: Vec<String>, seen: &dyn Fn(usize) -> String) -> Vec<(Vec<String>, String)> {
    let mut found: Vec<(Vec<String>, String)> = Vec::new();
    for (tier, column) in &columns.marks {
        let text = seen(*column);
        let Some(tier) = tier else { return vec![(tiers, text)] };
        let applies = tiers.is_empty() || tiers.iter().any(|other| same(other, tier));
        // a dash or a blank says that the tier does not have it
        let Some(own) = marks(&text).filter(|own| applies && !own.is_zero()) else { continue };
        match found.iter_mut().find(|(_, other)| marks(other) == Some(own)) {
            Some((tiers, _)) => tiers.push(tier.clone()),
            None => found.push((vec![tier.clone()], text)),
        }
    }
    if found.is_empty() { vec![(tiers, String::new())] } else { found }
}

/// Where a sheet is, in words.
pub(super) fn origin(grid: &Grid) -> String {
    let file = grid.path.rsplit(['/', '\\']).next().unwrap_or(&grid.path);
    match &grid.sheet {
        Some(sheet) => format!("{file}「{sheet}」"),
        None => file.to_owned(),
    }
}

/// The longest text that stands alone in a row above the headings.
pub(super) fn title(grid: &Grid, header: usize) -> Option<String> {
    let alone = |cells: &[String]| {
        let mut texts = cells.iter().filter(|cell| !cell.is_empty());
        texts.next().filter(|_| texts.next().is_none()).map(|text| tidy(text))
    };
    // the number of an enclosure is no title
    let is_title = |text: &String| text.strip_prefix("附件").is_none_or(|rest| rest.chars().count() > 3);
    grid.rows.iter().take_while(|(row, _)| *row < header).filter_map(|(_, cells)| alone(cells)).filter(is_title).max_by_key(|text| text.chars().count())
}

/// The tiers of a cell; none where it names all.
fn split(text: &str) -> Vec<String> {
    let names: Vec<String> = text.split(['、', ',', '\u{FF0C}', ';', '\u{FF1B}', '/', '\n']).map(tidy).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| is_one_of(name, ALL)) { Vec::new() } else { names }
}

/// The tiers in the order in which they are named; one more where something is for all and only one is named.
fn tiers(columns: &Columns, rows: &[Row], lang: Lang) -> Vec<Tier> {
    let mut names: Vec<String> = Vec::new();
    let of_columns = columns.marks.iter().filter_map(|(tier, _)| tier.as_ref());
    for name in of_columns.chain(rows.iter().flat_map(|row| &row.tiers)) {
        if !names.iter().any(|other| same(other, name)) {
            names.push(name.clone());
        }
    }
    let some_for_all = rows.iter().any(|row| row.tiers.is_empty());
    if names.is_empty() {
        names.push(one_tier(lang).to_owned());
    } else if names.len() == 1 && some_for_all {
        names.push(if lang == Lang::Zh { "其他单位" } else { "others" }.to_owned());
    }
    names.into_iter().map(|name| Tier { name, ..Tier::default() }).collect()
}

/// What the only tier is called where the sheet has no name for it.
pub(super) fn one_tier(lang: Lang) -> &'static str {
    if lang == Lang::Zh { "各单位" } else { "everyone" }
}

fn enter(outline: &mut Outline, grid: &Grid, columns: &Columns, row: Row) {
    let mut path: Vec<Node> = Vec::new();
    let mut kind = Kind::Base;
    for ((text, stated), (column, _)) in row.sections.iter().zip(&columns.sections).filter(|((text, _), _)| !text.is_empty()) {
        let (name, inside, remarks) = parts(text);
        let marks = inside.or_else(|| marks(stated));
        let own = kind_of(&name);
        if own != Kind::Base {
            kind = own;
        }
        // a family of bonuses without a cap of its own needs no level
        if own == Kind::Base || marks.is_some() {
            path.push(Node { kind, place: grid.place(row.number, *column, grid.seen(columns.rows.0, *column)), name, marks, remarks, ..Node::default() });
        }
    }
    let (name, own, mut remarks) = parts(&row.name);
    if kind == Kind::Base {
        kind = kind_of(&name);
    }
    remarks.extend(row.remarks);
    let tiers: Vec<usize> = row.tiers.iter().filter_map(|name| outline.tiers.iter().position(|tier| same(&tier.name, name))).collect();
    let tiers = if tiers.len() == outline.tiers.len() { Vec::new() } else { tiers };
    let place = grid.place(row.number, columns.indicator, grid.seen(columns.rows.0, columns.indicator));
    let leaf = Node { kind, name, marks: marks(&row.marks).or(own), remarks, tiers, place, ..Node::default() };
    insert(&mut outline.nodes, &path, leaf);
}
