//! What differs between two versions: what changed in meaning, and what that does to a month.
//!
//! In: the texts of two versions, or the results of both. Out: one [`Change`] a statement that says something else, one [`Moved`] a
//! unit. Layout, skin, the order of declarations and the file in which they stand make no difference; nor do cases, sources and
//! remarks, the version's own name and its dates. Never: a judgement which of two is right.

mod matching;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::amended::Renamed;
use crate::diag::Lang;
use crate::results::{Place, Results, State};
use crate::source::{Sources, Span};
use crate::syntax;
use crate::syntax::outline::Outline;

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Inserted,
    Repealed,
    Changed,
    Renamed,
    /// It stands in another block.
    Moved,
    /// The same statements in an order that matters.
    Reordered,
}

/// A statement that says something else, or is in one version only.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Change {
    /// The way to it in the words of the Chinese skin; the same in every run, whatever else changes.
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// The names from the outermost to what it stands in, and the word of a part.
    pub(crate) path: Vec<String>,
    /// The same with keywords, in both skins.
    #[serde(skip)]
    pub(crate) way: (String, String),
    /// As written; null where it was not there.
    pub(crate) before: Option<String>,
    /// As written; null where it is no more.
    pub(crate) after: Option<String>,
    /// Where each was written.
    pub(crate) before_at: Option<String>,
    pub(crate) after_at: Option<String>,
}

/// A unit before and after.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Moved {
    pub(crate) unit: String,
    /// The total; null where there is none.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) rank_before: Option<Place>,
    pub(crate) rank_after: Option<Place>,
    /// Null where the unit is not in the register then.
    pub(crate) status_before: Option<State>,
    pub(crate) status_after: Option<State>,
}

impl Moved {
    /// Whether anything of it differs.
    pub(crate) fn moves(&self) -> bool {
        self.before != self.after || self.rank_before != self.rank_after || self.status_before != self.status_after
    }
}

/// What changed from one text, in which things have the names that lead to the other, to that other; in the order of the latter.
pub(crate) fn changes(old: &Renamed, sources: &Sources, new: &[Outline]) -> Vec<Change> {
    matching::compare((&old.sources, &old.outlines), (sources, new), &old.renames)
}

/// Every unit under both versions, in the order of the later results.
pub(crate) fn impact(old: &Results, new: &Results) -> Vec<Moved> {
    let before: BTreeMap<&str, _> = old.units.iter().map(|unit| (unit.unit.as_str(), unit)).collect();
    let known = |name: &str| new.units.iter().any(|unit| unit.unit == name);
    let of = |name: &str, after: Option<&crate::results::UnitResult>| {
        let before = before.get(name);
        Moved {
            unit: name.to_owned(),
            before: before.and_then(|unit| unit.total.clone()),
            after: after.and_then(|unit| unit.total.clone()),
            rank_before: before.and_then(|unit| unit.rank),
            rank_after: after.and_then(|unit| unit.rank),
            status_before: before.map(|unit| unit.status),
            status_after: after.map(|unit| unit.status),
        }
    };
    let gone = old.units.iter().filter(|unit| !known(&unit.unit));
    new.units.iter().map(|unit| of(&unit.unit, Some(unit))).chain(gone.map(|unit| of(&unit.unit, None))).collect()
}

/// A statement or part of one in the words of a language, on one line; what stands in a block is parted by semicolons.
pub(crate) fn spoken(text: &str, lang: Lang) -> String {
    let (Some((head, inside)), false) =
        (text.split_once(" { ").map(|(head, rest)| (head, rest.strip_suffix(" }").unwrap_or(rest))), text.contains(" 按 ") || text.contains(" by "))
    else {
        return spoken_whole(text, lang);
    };
    let parts: Vec<String> = parts(inside).iter().map(|part| spoken(part, lang)).collect();
    format!("{} {{ {} }}", spoken_whole(head, lang), parts.join("; "))
}

/// The statements of a block, which semicolons part outside quotation marks and brackets.
fn parts(inside: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut from, mut found) = (0_usize, false, 0, Vec::new());
    for (at, letter) in inside.char_indices() {
        match letter {
            '"' | '“' | '”' => quoted = !quoted,
            '{' | '(' if !quoted => depth += 1,
            '}' | ')' if !quoted => depth = depth.saturating_sub(1),
            ';' if !quoted && depth == 0 => {
                found.extend(inside.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    found.extend(inside.get(from..));
    found.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn spoken_whole(text: &str, lang: Lang) -> String {
    // a part can be laid out as what an amendment inserts
    let wrapped = format!("修订 x {{ 新增 {text} }}");
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Ok(printed) = syntax::print(&wrapped, syntax::Skin::Of(lang)) else { return one_line(text) };
    let printed = one_line(&printed);
    let inside = printed.split_once("{ ").and_then(|(_, rest)| rest.strip_suffix(" }"));
    inside.and_then(|inside| inside.strip_prefix("新增 ").or(inside.strip_prefix("insert "))).map_or_else(|| one_line(text), str::to_owned)
}

/// A stretch as it was written, on one line.
fn written(sources: &Sources, span: Span) -> String {
    sources.excerpt(span)
}
