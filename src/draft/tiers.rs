//! Which unit is in which tier, and how its total comes about, from the scores in a table.

use rust_decimal::Decimal;

use super::list::one_tier;
use super::tree::Kind;
use super::{Outline, Tier, same, tidy};
use crate::diag::Lang;
use crate::facts::register::{TIER, UNIT};
use crate::facts::table::Table;

/// Units of more kinds than this differ by chance.
const MOST: usize = 6;

/// A column of scores.
pub(super) struct Scored {
    pub(super) column: usize,
    /// The outermost item it belongs to: that applies to a unit as a whole or not at all.
    pub(super) outer: String,
    pub(super) kind: Kind,
}

/// The outermost items of base marks, and for each row in which of them there is a score.
fn filled(table: &Table, scored: &[Scored]) -> (Vec<String>, Vec<Vec<bool>>) {
    let base = || scored.iter().filter(|one| one.kind == Kind::Base);
    let mut outer: Vec<String> = Vec::new();
    for one in base() {
        if !outer.contains(&one.outer) {
            outer.push(one.outer.clone());
        }
    }
    let has = |cells: &[String], name: &String| base().any(|one| one.outer == *name && cells.get(one.column).is_some_and(|text| !text.is_empty()));
    let rows = table.rows.iter().map(|(_, cells)| outer.iter().map(|name| has(cells, name)).collect()).collect();
    (outer, rows)
}

/// Puts the units into tiers: those that the table names, or else by what they have scores in.
pub(super) fn assign(outline: &mut Outline, table: &Table, scored: &[Scored], lang: Lang) {
    let (outer, filled) = filled(table, scored);
    let texts = |column: usize| table.rows.iter().map(|(_, cells)| cells.get(column).map(|text| tidy(text)).unwrap_or_default()).collect::<Vec<_>>();
    let named = table.column(TIER).map(texts).filter(|tiers| tiers.iter().any(|tier| !tier.is_empty()));
    let tier_of = match named {
        Some(names) => by_name(outline, &names, lang),
        None => by_kind(outline, &filled, lang),
    };
    if outline.tiers.is_empty() {
        outline.tiers.push(Tier { name: one_tier(lang).to_owned(), ..Tier::default() });
    }
    restrict(outline, &outer, &filled, &tier_of);
    for (name, tier) in table.column(UNIT).map(texts).unwrap_or_default().into_iter().zip(tier_of) {
        outline.units.push((name, tier));
    }
}

fn by_name(outline: &mut Outline, names: &[String], lang: Lang) -> Vec<usize> {
    let mut tier_of = Vec::new();
    for name in names {
        let name = if name.is_empty() { one_tier(lang) } else { name };
        let known = outline.tiers.iter().position(|tier| same(&tier.name, name));
        tier_of.push(known.unwrap_or(outline.tiers.len()));
        if known.is_none() {
            outline.tiers.push(Tier { name: name.to_owned(), ..Tier::default() });
        }
    }
    tier_of
}

/// Units that have scores in the same items are of one kind.
fn by_kind(outline: &mut Outline, filled: &[Vec<bool>], lang: Lang) -> Vec<usize> {
    let mut kinds: Vec<&Vec<bool>> = Vec::new();
    // a unit without any score was not assessed, and tells nothing
    for has in filled.iter().filter(|has| has.contains(&true)) {
        if !kinds.contains(&has) {
            kinds.push(has);
        }
    }
    if !(2..=MOST).contains(&kinds.len()) {
        return vec![0; filled.len()];
    }
    outline.tiers = (0..kinds.len()).map(|number| Tier { name: group(number, lang), ..Tier::default() }).collect();
    outline.guess = true;
    filled.iter().map(|has| kinds.iter().position(|kind| *kind == has).unwrap_or(kinds.len() - 1)).collect()
}

fn group(number: usize, lang: Lang) -> String {
    const NUMBERS: [&str; MOST] = ["一", "二", "三", "四", "五", "六"];
    const LETTERS: [&str; MOST] = ["A", "B", "C", "D", "E", "F"];
    let pick = |words: [&'static str; MOST]| words.get(number).copied().unwrap_or_default();
    match lang {
        Lang::Zh => format!("第{}组", pick(NUMBERS)),
        Lang::En => format!("group {}", pick(LETTERS)),
    }
}

/// What no unit of a tier has a score in does not apply to it.
fn restrict(outline: &mut Outline, outer: &[String], filled: &[Vec<bool>], tier_of: &[usize]) {
    let tiers = outline.tiers.len();
    for node in outline.nodes.iter_mut().filter(|node| node.kind == Kind::Base) {
        let Some(at) = outer.iter().position(|name| *name == node.name) else { continue };
        let scored = |tier: usize| filled.iter().zip(tier_of).any(|(has, of)| *of == tier && has.get(at) == Some(&true));
        let of: Vec<usize> = (0..tiers).filter(|tier| scored(*tier)).collect();
        if !of.is_empty() && of.len() < tiers {
            node.tiers = of;
        }
    }
}

/// Whether printed totals are the sum of the scores, or the sum cut at the marks.
pub(super) fn compare_totals(outline: &mut Outline, table: &Table, scored: &[Scored], total: Option<usize>) {
    let Some(total) = total else { return };
    let number = |cells: &[String], column: usize| cells.get(column).and_then(|text| Decimal::from_str_exact(text).ok());
    for ((_, cells), (name, tier)) in table.rows.iter().zip(outline.units.clone()) {
        let Some(printed) = number(cells, total) else { continue };
        let signed = |one: &Scored| {
            let value = number(cells, one.column)?;
            Some(if one.kind == Kind::Penalty { (value.abs(), true) } else { (value, false) })
        };
        let mut scores = scored.iter().filter_map(signed);
        let plain = scores.try_fold(Decimal::ZERO, |sum, (value, minus)| if minus { sum.checked_sub(value) } else { sum.checked_add(value) });
        let Some(plain) = plain else { continue };
        let cut = outline.tiers.get(tier).map_or(plain, |tier| plain.min(tier.marks));
        outline.total.printed += 1;
        outline.total.plain += usize::from(plain == printed);
        outline.total.capped += usize::from(cut == printed);
        if plain != printed && cut != printed {
            outline.total.odd.push(name);
        }
    }
}
