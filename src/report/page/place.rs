//! How a place came about: the keys of the unit, the rules of the ranking, and who stands beside it.

use std::collections::BTreeMap;

use crate::diag::Lang;
use crate::explain::Case;
use crate::quantity;
use crate::report::derivation::{Line, Passage, PassageKind, Told, told_of_step};
use crate::report::pick;
use crate::report::view::View;
use crate::results::{Results, UnitResult};

/// How many units of one place are named.
const NAMED: usize = 5;

/// The units with a place, group by group, in the order of their places.
pub(super) struct Standings<'a> {
    within_tier: bool,
    groups: BTreeMap<&'a str, Vec<&'a UnitResult>>,
}

impl<'a> Standings<'a> {
    pub(super) fn new(results: &'a Results, within_tier: bool) -> Self {
        let mut groups: BTreeMap<&str, Vec<&UnitResult>> = BTreeMap::new();
        for unit in results.units.iter().filter(|unit| unit.rank.is_some()) {
            groups.entry(if within_tier { &unit.tier } else { "" }).or_default().push(unit);
        }
        for group in groups.values_mut() {
            group.sort_by_key(|unit| (unit.rank, unit.listing));
        }
        Standings { within_tier, groups }
    }

    /// Those before the place of a unit, on it, and behind it.
    fn beside(&self, unit: &UnitResult) -> [&[&'a UnitResult]; 3] {
        let group = self.groups.get(if self.within_tier { unit.tier.as_str() } else { "" }).map(Vec::as_slice).unwrap_or_default();
        let from = group.partition_point(|other| other.rank < unit.rank);
        let to = group.partition_point(|other| other.rank <= unit.rank);
        [group.get(..from), group.get(from..to), group.get(to..)].map(Option::unwrap_or_default)
    }
}

pub(super) fn told(view: &View<'_>, case: &Case<'_>, standings: &Standings<'_>, unit: &UnitResult) -> Told {
    let lang = view.lang;
    let (place, word) = (view.place(unit), pick(lang, "名次", "rank"));
    let head = format!("{}({}) {}  {word}  {place}", unit.unit, unit.tier, view.results.period);
    if let Some(places) = &unit.rank_interval {
        let sentence = match lang {
            Lang::Zh if places.best == places.worst => format!("数据部分已知,不论是几,名次都是 {places}。"),
            Lang::En if places.best == places.worst => format!("Facts are known in part: whatever they are, the rank is {places}."),
            Lang::Zh => format!("数据部分已知,名次在 {places} 之间。"),
            Lang::En => format!("Facts are known in part: the rank lies in {places}."),
        };
        let note = unit.provisional.then(|| Line::of(view.provisional_note()));
        let passages = note.map(|note| Passage { kind: PassageKind::Tree, heading: pick(lang, "由来", "Derivation"), lines: vec![note] });
        return Told { head, sentence, passages: passages.into_iter().collect() };
    }
    if unit.rank.is_none() {
        return Told { head, sentence: pick(lang, "没有总分,不排名。", "Without a total there is no place.").to_owned(), passages: Vec::new() };
    }
    let [before, on, behind] = standings.beside(unit);
    let count = before.len() + on.len() + behind.len();
    let total = unit.total.as_deref().unwrap_or_default();
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
    if let Some(before) = before.last() {
        add(Line::of(format!("{}{colon}{}", pick(lang, "前一名", "the place before"), shown(before))));
    }
    let equal: Vec<&str> = on.iter().filter(|other| other.unit != unit.unit).map(|other| other.unit.as_str()).collect();
    if !equal.is_empty() {
        let names = equal.iter().take(NAMED).copied().collect::<Vec<_>>().join(pick(lang, "、", ", "));
        let (more, count) = (if equal.len() > NAMED { "…" } else { "" }, equal.len());
        add(Line::of(match lang {
            Lang::Zh => format!("同名次的另有 {count} 家:{names}{more}"),
            Lang::En => format!("as many others on the same place: {count} ({names}{more})"),
        }));
    }
    if let Some(after) = behind.first() {
        add(Line::of(format!("{}{colon}{}", pick(lang, "后一名", "the place after"), shown(after))));
    }
    if unit.provisional {
        add(Line::of(view.provisional_note()));
    }
    Told { head, sentence, passages: vec![Passage { kind: PassageKind::Tree, heading: pick(lang, "由来", "Derivation"), lines }] }
}
