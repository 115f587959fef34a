//! A table of scores whose own headings name the indicators and their marks.

use super::list::{origin, title};
use super::tiers::{self, Scored};
use super::tree::{Kind, Node, insert, kind_of, parts, settle};
use super::{Outline, Total};
use crate::diag::{Diagnostic, Lang};
use crate::facts::grid::Grid;
use crate::facts::header::{self, Header, find, levels};
use crate::facts::register::{TIER, UNIT};
use crate::facts::table::{is_ignored, is_one_of};

/// What totals and places are called.
const TOTALS: &[&str] = &["总分", "综合得分", "总得分", "得分", "合计", "合计得分", "总成绩", "综合成绩", "考评得分", "考核得分", "total", "total score"];
const PLACES: &[&str] = &["排名", "名次", "位次", "排序", "rank", "place"];

/// Whether a grid has a column of units, and headings with marks.
pub(super) fn is_outline(grid: &Grid) -> bool {
    let Some(header) = find(grid) else { return false };
    columns(grid, header).any(|(_, levels)| levels.iter().any(|heading| parts(heading).1.is_some()))
}

/// The columns of indicators, each with its headings from the outermost.
fn columns(grid: &Grid, header: Header) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let in_header = (header.rows.0..=header.rows.1).filter_map(|row| grid.row(row)).map(<[String]>::len).max().unwrap_or(0);
    let is_other = |heading: &str| {
        let name = parts(heading).0;
        [UNIT, TIER, TOTALS, PLACES].iter().any(|words| is_one_of(&name, words)) || is_ignored(&name)
    };
    (0..in_header).map(move |column| (column, levels(grid, header, column))).filter(move |(_, levels)| levels.last().is_some_and(|heading| !is_other(heading)))
}

/// Reads the headings, and the units in the rows below; none where the headings are no table.
pub(super) fn read(grid: Grid, lang: Lang, diagnostics: &mut Vec<Diagnostic>) -> Option<Outline> {
    let header = find(&grid)?;
    let mut outline = Outline { origin: origin(&grid), title: title(&grid, header.rows.0), ..Outline::default() };
    let mut scored = Vec::new();
    for (column, levels) in columns(&grid, header) {
        let Some((path, leaf)) = nodes(&grid, header, column, &levels) else { continue };
        scored.push(Scored { column, outer: path.first().unwrap_or(&leaf).name.clone(), kind: leaf.kind });
        insert(&mut outline.nodes, &path, leaf);
    }
    // what is wrong with the rows is said where they are read as facts
    let table = header::table(grid, &mut Vec::new())?;
    let total = table.headings.iter().position(|heading| is_one_of(&parts(heading).0, TOTALS));
    let column = total.and_then(|total| table.headings.get(total)).map(|heading| parts(heading).0);
    outline.total = Total { column, ..Total::default() };
    tiers::assign(&mut outline, &table, &scored, lang);
    settle(&mut outline, diagnostics);
    tiers::compare_totals(&mut outline, &table, &scored, total);
    Some(outline)
}

/// The sections of a column and its indicator.
fn nodes(grid: &Grid, header: Header, column: usize, levels: &[&str]) -> Option<(Vec<Node>, Node)> {
    let (last, above) = levels.split_last()?;
    let mut path = Vec::new();
    let mut kind = Kind::Base;
    for (depth, text) in above.iter().enumerate() {
        let (name, marks, remarks) = parts(text);
        let own = kind_of(&name);
        if own != Kind::Base {
            kind = own;
        }
        // a family of bonuses without a cap of its own needs no level
        if own == Kind::Base || marks.is_some() {
            let row = header.rows.0 + depth;
            let first = grid.merge(row, column).map_or(column, |merge| merge.columns.0);
            path.push(Node { kind, place: grid.place(row, first, &name), name, marks, remarks, ..Node::default() });
        }
    }
    let (name, marks, remarks) = parts(last);
    if kind == Kind::Base {
        kind = kind_of(&name);
    }
    let place = grid.place(header.rows.1, column, &name);
    Some((path, Node { kind, name, marks, remarks, place, ..Node::default() }))
}
