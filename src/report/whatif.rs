//! What changes where some facts are others, in words and as data.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::pick;
use super::rows::{Rows, Writing};
use super::view::{place_moved, score_moved, total_moved};
use crate::diag::{Lang, words};
use crate::facts::Facts;
use crate::facts::adjustments::{Target, shown};
use crate::facts::changes::{Changed, Content};
use crate::plan::{FactId, Plan};
use crate::results::{InPart, Moved};

/// Changes, and the units that move by them.
pub(crate) struct WhatifReport<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) period: &'a str,
    pub(crate) changes: &'a [Changed],
    pub(crate) moved: &'a [Moved],
    /// How many units there are.
    pub(crate) units: usize,
    /// Facts that were given and follow, and that were given and stay.
    pub(crate) freed: &'a [Freed],
    pub(crate) held: &'a [(usize, FactId)],
}

/// A fact that was given and follows.
pub(crate) struct Freed {
    pub(crate) member: usize,
    pub(crate) fact: FactId,
    /// The set that was given, as it is written, and whether what follows lies outside it; none where one value was given.
    pub(crate) set: Option<(String, bool)>,
}

impl WhatifReport<'_> {
    fn unit(&self, member: usize) -> &str {
        self.facts.members.get(member).map(|member| member.name.as_str()).unwrap_or_default()
    }

    fn label(&self, fact: FactId) -> &str {
        self.plan.facts.get(fact).map(crate::plan::Fact::label).unwrap_or_default()
    }

    fn ends(&self, change: &Changed, lang: Lang) -> (String, String) {
        let show = |content: Option<&Content>| match content.and_then(|content| content.known.as_ref()) {
            Some(known) => known.written.clone(),
            None => shown(self.plan, Target::Fact(change.fact), content.map(|content| &content.value), lang),
        };
        (show(change.old.as_ref()), show(change.new.as_ref()))
    }

    fn table(&self, lang: Lang) -> Rows {
        let headings = [("单位", "unit"), ("项目", "of"), ("原来", "before"), ("现在", "after")].iter().map(|(zh, en)| pick(lang, zh, en).to_owned()).collect();
        let mut rows = Vec::new();
        for moved in self.moved {
            let mut add = |of: &str, before: String, after: String| {
                if before != after {
                    rows.push(vec![moved.unit.clone(), of.to_owned(), before, after]);
                }
            };
            for (name, one) in &moved.indicators {
                let score = |exact: &Option<String>, open: &Option<InPart>| score_moved((exact.as_deref(), open.as_ref()), lang);
                add(name, score(&one.before, &one.before_in_part), score(&one.after, &one.after_in_part));
            }
            add(pick(lang, "总分", "total"), total_moved(&moved.before, lang), total_moved(&moved.after, lang));
            add(pick(lang, "名次", "place"), place_moved(&moved.before, lang), place_moved(&moved.after, lang));
        }
        Rows { headings, cells: rows, words: 2 }
    }
}

/// The changes, and every number that moves.
pub(crate) fn whatif_text(report: &WhatifReport<'_>, writing: Writing, lang: Lang) -> String {
    let table = report.table(lang);
    if writing == Writing::Csv {
        return table.written(writing);
    }
    let mut text = String::new();
    let bullet = if writing == Writing::Md { "- " } else { "  " };
    let _ = writeln!(text, "{}", pick(lang, "改动:", "Changed:"));
    if writing == Writing::Md {
        text.push('\n');
    }
    for change in report.changes {
        let (from, to) = report.ends(change, lang);
        let _ = writeln!(text, "{bullet}{} {} {from} → {to}", report.unit(change.member), report.label(change.fact));
    }
    let of = |pairs: &[(usize, FactId)]| -> (String, String) {
        let names: Vec<String> = pairs.iter().map(|(member, fact)| format!("{} {}", report.unit(*member), report.label(*fact))).collect();
        (names.join("、"), names.join(", "))
    };
    let exact: Vec<(usize, FactId)> = report.freed.iter().filter(|one| one.set.is_none()).map(|one| (one.member, one.fact)).collect();
    if !exact.is_empty() {
        let (zh, en) = of(&exact);
        let line = words!("{zh}:原也直接给出,与推得的相同,改为随之推算", "{en}: was given and the same as what follows; it follows the change");
        let _ = writeln!(text, "{bullet}{}", line.get(lang));
    }
    for (one, (set, outside)) in report.freed.iter().filter_map(|one| Some((one, one.set.as_ref()?))) {
        let (unit, label) = (report.unit(one.member), report.label(one.fact));
        let line = if *outside {
            words!(
                "{unit} {label}:原给出 {set},改为随之推算;推得的不在其内",
                "{unit} {label}: was given as {set}; it follows the change, and what follows lies outside"
            )
        } else {
            words!("{unit} {label}:原给出 {set},改为随之推算", "{unit} {label}: was given as {set}; it follows the change")
        };
        let _ = writeln!(text, "{bullet}{}", line.get(lang));
    }
    if !report.held.is_empty() {
        let (zh, en) = of(report.held);
        let line = words!("{zh}:直接给出,与推得的不同,仍以给出的为准", "{en}: is given and not what follows; the given value stays");
        let _ = writeln!(text, "{bullet}{}", line.get(lang));
    }
    let (count, all) = (report.moved.len(), report.units);
    let line = words!("{all} 家单位,{count} 家的得分、总分或名次有变化", "units: {all}, with another score, total or place: {count}");
    let _ = writeln!(text, "\n{}", line.get(lang));
    if !report.moved.is_empty() {
        let _ = write!(text, "\n{}", table.written(writing));
    }
    text
}

/// The same as data.
pub(crate) fn whatif_json(report: &WhatifReport<'_>) -> Json {
    let lang = report.plan.lang;
    let change = |change: &Changed| {
        let (from, to) = report.ends(change, lang);
        let (old, new) = (change.old.as_ref().map(|_| from), change.new.as_ref().map(|_| to));
        json!({ "unit": report.unit(change.member), "fact": report.label(change.fact), "old": old, "new": new })
    };
    let pairs = |pairs: &[(usize, FactId)]| -> Vec<Json> {
        pairs.iter().map(|(member, fact)| json!({ "unit": report.unit(*member), "fact": report.label(*fact) })).collect()
    };
    json!({
        "period": report.period,
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
        "moved": report.moved,
        "units": report.units,
        "follows_instead_of_given": report.freed.iter().map(|one| json!({ "unit": report.unit(one.member), "fact": report.label(one.fact) })).collect::<Vec<_>>(),
        "given_stays": pairs(report.held),
    })
}
