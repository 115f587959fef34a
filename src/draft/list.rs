//! A list of indicators: a row each, with section, marks and tiers.

use super::tree::{Kind, Node, insert, kind_of, parts, settle};
use super::{Outline, Tier, same, tidy};
use crate::diag::{Diagnostic, Lang};
use crate::facts::grid::Grid;
use crate::facts::header::SUMS;
use crate::facts::table::{bare, is_one_of, marks};

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

/// Where the columns of a list are.
#[derive(Debug)]
pub(super) struct Columns {
    row: usize,
    sections: Vec<usize>,
    indicator: usize,
    marks: usize,
    tier: Option<usize>,
    remarks: Vec<usize>,
}

/// One indicator as it is written.
struct Row {
    number: usize,
    sections: Vec<String>,
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
        Some(Columns { row: *row, sections, indicator: *indicator, marks: *all(MARKS).first()?, tier: all(TIER).first().copied(), remarks: all(REMARK) })
    })
}

/// Reads the list.
pub(super) fn read(grid: &Grid, columns: &Columns, lang: Lang, diagnostics: &mut Vec<Diagnostic>) -> Outline {
    let mut outline = Outline { origin: origin(grid), title: title(grid, columns.row), ..Outline::default() };
    let rows = rows(grid, columns);
    outline.tiers = tiers(&rows, lang);
    for row in rows {
        enter(&mut outline, grid, columns, row);
    }
    settle(&mut outline, diagnostics);
    outline
}

fn rows(grid: &Grid, columns: &Columns) -> Vec<Row> {
    // where nothing is merged, as in CSV, a section goes on until the next
    let carries = grid.merges.is_empty();
    let mut sections: Vec<String> = vec![String::new(); columns.sections.len()];
    let mut found = Vec::new();
    for (number, cells) in grid.rows.iter().filter(|(row, _)| *row > columns.row) {
        let seen = |column: usize| grid.seen(*number, column).to_owned();
        let name = seen(columns.indicator);
        if name.is_empty() || cells.iter().take(columns.indicator + 1).any(|cell| is_one_of(cell, SUMS)) {
            continue;
        }
        let mut changed = false;
        for (slot, column) in sections.iter_mut().zip(&columns.sections) {
            let text = seen(*column);
            if !text.is_empty() || changed || !carries {
                changed |= *slot != text;
                *slot = text;
            }
        }
        found.push(Row {
            number: *number,
            sections: sections.clone(),
            name,
            marks: seen(columns.marks),
            tiers: columns.tier.map(seen).map(|tiers| split(&tiers)).unwrap_or_default(),
            remarks: columns.remarks.iter().map(|column| seen(*column)).filter(|text| !text.is_empty()).collect(),
        });
    }
    found
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
fn tiers(rows: &[Row], lang: Lang) -> Vec<Tier> {
    let mut names: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|row| &row.tiers) {
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
    for (text, column) in row.sections.iter().zip(&columns.sections).filter(|(text, _)| !text.is_empty()) {
        let (name, marks, remarks) = parts(text);
        let own = kind_of(&name);
        if own != Kind::Base {
            kind = own;
        }
        // a family of bonuses without a cap of its own needs no level
        if own == Kind::Base || marks.is_some() {
            path.push(Node { kind, place: grid.place(row.number, *column, grid.seen(columns.row, *column)), name, marks, remarks, ..Node::default() });
        }
    }
    let (name, own, mut remarks) = parts(&row.name);
    if kind == Kind::Base {
        kind = kind_of(&name);
    }
    remarks.extend(row.remarks);
    let tiers: Vec<usize> = row.tiers.iter().filter_map(|name| outline.tiers.iter().position(|tier| same(&tier.name, name))).collect();
    let tiers = if tiers.len() == outline.tiers.len() { Vec::new() } else { tiers };
    let place = grid.place(row.number, columns.indicator, grid.seen(columns.row, columns.indicator));
    let leaf = Node { kind, name, marks: marks(&row.marks).or(own), remarks, tiers, place, ..Node::default() };
    insert(&mut outline.nodes, &path, leaf);
}
