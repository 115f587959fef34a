//! How a place came about: the keys of the unit, the rules of the ranking, and who stands beside it.

use crate::diag::Lang;
use crate::explain::Case;
use crate::quantity;
use crate::report::derivation::{Line, Passage, PassageKind, Told, told_of_step};
use crate::report::pick;
use crate::report::view::View;
use crate::results::UnitResult;

/// How many units of one place are named.
const NAMED: usize = 5;

pub(super) fn told(view: &View<'_>, case: &Case<'_>, unit: &UnitResult) -> Told {
    let lang = view.lang;
    let (place, word) = (view.place(unit), pick(lang, "名次", "rank"));
    let head = format!("{}({}) {}  {word}  {place}", unit.unit, unit.tier, view.results.period);
    let Some(rank) = unit.rank else {
        return Told { head, sentence: pick(lang, "没有总分,不排名。", "Without a total there is no place.").to_owned(), passages: Vec::new() };
    };
    let ranked = |other: &&UnitResult| other.rank.is_some() && (!case.plan().ranking.within_tier || other.tier == unit.tier);
    let others: Vec<&UnitResult> = view.results.units.iter().filter(ranked).collect();
    let (count, total) = (others.len(), unit.total.as_deref().unwrap_or_default());
    let sentence = match lang {
        Lang::Zh => format!("{} {total},{count} 家中列第 {place}。", view.total),
        Lang::En => format!("{} {total}, rank {place} of {count}.", view.total),
    };
    let mut lines: Vec<Line> = vec![Line::of(format!("{word} {place}"))];
    let mut add = |line: Line| lines.push(Line { depth: 1, ..line });
    for key in &case.trace.program.keys {
        told_of_step(case, *key, lang).into_iter().take(1).for_each(&mut add);
    }
    let rules = [pick(lang, "排名", "ranking"), pick(lang, "并列", "ties")];
    for (name, rule) in view.rules.iter().filter(|(name, _)| rules.contains(name)) {
        add(Line::of(format!("{name}{}{rule}", pick(lang, ":", ": "))));
    }
    let shown = |other: &UnitResult| {
        let (total, place) = (other.total.as_deref().unwrap_or_default(), other.rank.map(|rank| quantity::plain(rank.0)).unwrap_or_default());
        match lang {
            Lang::Zh => format!("{} {total}(第 {place})", other.unit),
            Lang::En => format!("{} {total} (rank {place})", other.unit),
        }
    };
    let colon = pick(lang, ":", ": ");
    if let Some(before) = others.iter().filter(|other| other.rank < unit.rank).max_by_key(|other| (other.rank, std::cmp::Reverse(other.listing))) {
        add(Line::of(format!("{}{colon}{}", pick(lang, "前一名", "the place before"), shown(before))));
    }
    let equal: Vec<&str> = others.iter().filter(|other| other.rank == Some(rank) && other.unit != unit.unit).map(|other| other.unit.as_str()).collect();
    if !equal.is_empty() {
        let names = equal.iter().take(NAMED).copied().collect::<Vec<_>>().join(pick(lang, "、", ", "));
        let (more, count) = (if equal.len() > NAMED { "…" } else { "" }, equal.len());
        add(Line::of(match lang {
            Lang::Zh => format!("同名次的另有 {count} 家:{names}{more}"),
            Lang::En => format!("as many others on the same place: {count} ({names}{more})"),
        }));
    }
    if let Some(after) = others.iter().filter(|other| other.rank > unit.rank).min_by_key(|other| (other.rank, other.listing)) {
        add(Line::of(format!("{}{colon}{}", pick(lang, "后一名", "the place after"), shown(after))));
    }
    if unit.provisional {
        add(Line::of(view.provisional_note()));
    }
    Told { head, sentence, passages: vec![Passage { kind: PassageKind::Tree, heading: pick(lang, "由来", "Derivation"), lines }] }
}
