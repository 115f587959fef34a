//! Sections and indicators as a sheet names them, and their marks.

use rust_decimal::Decimal;

use super::{Outline, same, tidy};
use crate::diag::{CellPlace, Code, Diagnostic, words};
use crate::facts::table::{marks, split_bracket};
use crate::quantity;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// A section or an indicator.
    #[default]
    Base,
    Bonus,
    Penalty,
}

/// A section, or an indicator where nothing stands inside.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The heading under which a table has it, where it is not the name.
    pub(super) column: Option<String>,
    pub(super) marks: Option<Decimal>,
    /// What the sheet says besides.
    pub(super) remarks: Vec<String>,
    /// The tiers it applies to; all where there are none.
    pub(super) tiers: Vec<usize>,
    pub(super) children: Vec<Node>,
    pub(super) place: CellPlace,
    /// Marks that do not add up, as the sheet has them.
    pub(super) stated: Option<Decimal>,
    /// Whether the marks are what was left of those of the section.
    pub(super) is_rest: bool,
}

const BONUSES: &[&str] = &["加分项", "加分", "加分因素", "加分指标", "bonus", "bonuses"];
const PENALTIES: &[&str] = &["扣分项", "扣分", "扣分因素", "扣分指标", "penalty", "penalties", "deductions"];

/// A heading taken apart: its name, the marks behind it, and what else stands in brackets.
pub(super) fn parts(heading: &str) -> (String, Option<Decimal>, Vec<String>) {
    let (mut name, mut found, mut remarks) = (heading.trim(), None, Vec::new());
    while let Some((rest, inside)) = split_bracket(name).filter(|(rest, _)| !rest.is_empty()) {
        match marks(inside) {
            Some(marks) if found.is_none() => found = Some(marks),
            _ => remarks.insert(0, tidy(inside)),
        }
        name = rest;
    }
    // print has marks on a line of their own, or behind the last character
    if found.is_none()
        && let Some((rest, tail)) = split_digits(name)
    {
        found = marks(tail);
        name = rest;
    }
    (tidy(name), found, remarks)
}

/// A name and the digits behind it: 机构设置4.
fn split_digits(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_suffix('分').unwrap_or(name).trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let tail = name.get(rest.len()..).filter(|tail| tail.starts_with(|letter: char| letter.is_ascii_digit()))?;
    let parted = rest.ends_with(char::is_whitespace) || rest.chars().next_back().is_some_and(|letter| !letter.is_ascii());
    (parted && !rest.trim().is_empty()).then_some((rest, tail))
}

/// What a heading says of the kind of what stands under it.
pub(super) fn kind_of(name: &str) -> Kind {
    let is = |words: &[&str]| words.iter().any(|word| same(name, word));
    if is(BONUSES) {
        Kind::Bonus
    } else if is(PENALTIES) {
        Kind::Penalty
    } else {
        Kind::Base
    }
}

/// Puts an indicator under the sections of that path, which are made where they are not there yet.
pub(super) fn insert(nodes: &mut Vec<Node>, path: &[Node], leaf: Node) {
    let Some((first, rest)) = path.split_first() else {
        nodes.push(leaf);
        return;
    };
    let at = nodes.iter().position(|node| node.kind == first.kind && same(&node.name, &first.name) && !node.children.is_empty());
    let index = at.unwrap_or_else(|| {
        nodes.push(first.clone());
        nodes.len() - 1
    });
    if let Some(section) = nodes.get_mut(index) {
        insert(&mut section.children, rest, leaf);
    }
}

/// Everything that is scored, in order.
pub(super) fn leaves<'n>(nodes: &'n [Node], found: &mut Vec<&'n Node>) {
    for node in nodes {
        if node.children.is_empty() {
            found.push(node);
        } else {
            leaves(&node.children, found);
        }
    }
}

/// The marks of what applies to a tier; none where they cannot be held.
fn sum(nodes: &[Node], tier: usize) -> Option<Decimal> {
    let in_tier = |node: &&Node| node.kind == Kind::Base && (node.tiers.is_empty() || node.tiers.contains(&tier));
    nodes.iter().filter(in_tier).try_fold(Decimal::ZERO, |total, node| {
        let own = if node.children.is_empty() { node.marks.unwrap_or_default() } else { sum(&node.children, tier)? };
        total.checked_add(own)
    })
}

/// Marks that follow, names that are unique, tiers where they are shared, and the marks of the tiers.
pub(super) fn settle(outline: &mut Outline, diagnostics: &mut Vec<Diagnostic>) {
    let mut nodes = std::mem::take(&mut outline.nodes);
    for node in &mut nodes {
        fill_rest(node);
        draw_tiers(node);
    }
    prune(&mut nodes, diagnostics);
    for node in &mut nodes {
        collapse(node);
        check_marks(node, outline.tiers.len(), diagnostics);
    }
    let mut names = Names { all: Vec::new(), taken: Vec::new() };
    collect_names(&nodes, &[], &mut names.all);
    names.rename(&mut nodes, None, &[]);
    for (index, tier) in outline.tiers.iter_mut().enumerate() {
        tier.marks = sum(&nodes, index).unwrap_or_default();
    }
    // a tier in which nothing is scored is none
    if outline.tiers.iter().all(|tier| tier.marks.is_zero()) {
        nodes.clear();
    }
    outline.nodes = nodes;
}

/// The marks that a section states and its indicators leave to the only one without any.
fn fill_rest(node: &mut Node) {
    node.children.iter_mut().for_each(fill_rest);
    let (Some(whole), Kind::Base) = (node.marks, node.kind) else { return };
    let known = node.children.iter().filter_map(|child| child.marks).try_fold(Decimal::ZERO, Decimal::checked_add);
    let mut open = node.children.iter_mut().filter(|child| child.marks.is_none() && child.children.is_empty());
    if let (Some(only), None) = (open.next(), open.next())
        && let Some(rest) = known.and_then(|known| whole.checked_sub(known)).filter(|rest| *rest > Decimal::ZERO)
    {
        only.marks = Some(rest);
        only.is_rest = true;
    }
}

/// Tiers that all parts of a section share are those of the section.
fn draw_tiers(node: &mut Node) {
    node.children.iter_mut().for_each(draw_tiers);
    let Some(first) = node.children.first().map(|child| child.tiers.clone()).filter(|tiers| !tiers.is_empty()) else { return };
    if node.tiers.is_empty() && node.children.iter().all(|child| child.tiers == first) {
        node.tiers = first;
        node.children.iter_mut().for_each(|child| child.tiers.clear());
    }
}

/// Indicators without marks are left out, and that is said.
fn prune(nodes: &mut Vec<Node>, diagnostics: &mut Vec<Diagnostic>) {
    nodes.retain_mut(|node| {
        if !node.children.is_empty() {
            prune(&mut node.children, diagnostics);
            return !node.children.is_empty();
        }
        let scored = node.kind != Kind::Base || node.marks.is_some_and(|marks| marks > Decimal::ZERO);
        if !scored {
            let name = &node.name;
            diagnostics.push(
                Diagnostic::new(Code::RowUnread, words!("「{name}」没有分值,没有写进规则", "{name} has no marks and is not in the rules"))
                    .at_cell(node.place.clone(), words!("", ""))
                    .help(words!(
                        "是指标就写上分值,如 {name}(10);是数据就在规则里声明",
                        "state the marks of an indicator, as in {name}(10); declare a fact in the rules"
                    )),
            );
        }
        scored
    });
}

/// A section with one indicator of its own name is that indicator.
fn collapse(node: &mut Node) {
    node.children.iter_mut().for_each(collapse);
    if let [only] = node.children.as_slice()
        && only.children.is_empty()
        && same(&only.name, &node.name)
    {
        let mut only = only.clone();
        only.remarks.splice(0..0, node.remarks.drain(..));
        if only.tiers.is_empty() {
            only.tiers = std::mem::take(&mut node.tiers);
        }
        *node = only;
    }
}

/// A section has the marks of its parts; where the sheet says otherwise, that is reported and kept as a remark.
fn check_marks(node: &mut Node, tiers: usize, diagnostics: &mut Vec<Diagnostic>) {
    node.children.iter_mut().for_each(|child| check_marks(child, tiers, diagnostics));
    if node.children.is_empty() || node.kind != Kind::Base {
        return;
    }
    let applies = |tier: &usize| node.tiers.is_empty() || node.tiers.contains(tier);
    let mut sums: Vec<Decimal> = (0..tiers).filter(applies).filter_map(|tier| sum(&node.children, tier)).collect();
    sums.sort_unstable();
    sums.dedup();
    let found = if let [one] = sums.as_slice() { Some(*one) } else { None };
    let Some(stated) = std::mem::replace(&mut node.marks, found) else { return };
    if found == Some(stated) {
        return;
    }
    node.stated = Some(stated);
    let (name, stated) = (&node.name, quantity::plain(stated));
    let found = sums.iter().map(|sum| quantity::plain(*sum)).collect::<Vec<_>>();
    let (list, list_en) = (found.join(" 或 "), found.join(" or "));
    diagnostics.push(
        Diagnostic::new(
            Code::SheetMarks,
            words!("「{name}」写的是 {stated} 分,其中各项合计 {list} 分", "{name} has {stated} marks, its parts add up to {list_en}"),
        )
        .at_cell(node.place.clone(), words!("", ""))
        .help(words!("规则里按各项合计写;请核对表里的分值", "the rules have the sum of the parts; check the marks in the sheet")),
    );
}

/// The name of every item with the tiers it applies to; all where there are none.
fn collect_names(nodes: &[Node], within: &[usize], names: &mut Vec<(String, Vec<usize>)>) {
    for node in nodes {
        let tiers = if node.tiers.is_empty() { within } else { &node.tiers };
        names.push((node.name.clone(), tiers.to_vec()));
        collect_names(&node.children, tiers, names);
    }
}

/// Whether some tier has both.
fn meet(a: &[usize], b: &[usize]) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|tier| b.contains(tier))
}

/// What the names of items are told apart by.
struct Names {
    all: Vec<(String, Vec<usize>)>,
    taken: Vec<(String, Vec<usize>)>,
}

impl Names {
    /// Indicators of one name in one tier get the name of their section, and a number where that is one too.
    fn rename(&mut self, nodes: &mut [Node], above: Option<&str>, within: &[usize]) {
        for node in nodes {
            let own = node.name.clone();
            let tiers = if node.tiers.is_empty() { within.to_vec() } else { node.tiers.clone() };
            let twins = self.all.iter().filter(|(name, of)| same(name, &own) && meet(of, &tiers)).count();
            if let (Some(above), true) = (above, twins > 1 && node.children.is_empty()) {
                node.column = Some(format!("{above}.{own}"));
                node.name = format!("{above}·{own}");
            }
            let wanted = node.name.clone();
            let mut number: usize = 2;
            while self.taken.iter().any(|(name, of)| same(name, &node.name) && meet(of, &tiers)) {
                node.name = format!("{wanted}·{number}");
                node.column = None;
                number += 1;
            }
            self.taken.push((node.name.clone(), tiers.clone()));
            self.rename(&mut node.children, Some(&own), &tiers);
        }
    }
}
