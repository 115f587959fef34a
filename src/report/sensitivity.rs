//! How far one case moves each score, as a table and as data.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::rows::Rows;
use super::{number_or_ends, pick, place_or_ends, places, print, printed, put};
use crate::audit::{Neighbour, Sensitivity, Stand};
use crate::diag::Lang;
use crate::eval::domain::Hull;
use crate::eval::domain::Value;
use crate::facts::Facts;
use crate::facts::adjustments::{Target, shown};
use crate::plan::{Limit, Plan};
use crate::quantity::Number;

/// What was found, the largest move first.
pub(crate) struct SensitivityReport<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) found: &'a [Sensitivity],
}

impl SensitivityReport<'_> {
    fn unit(&self, one: &Sensitivity) -> (&str, &str) {
        let member = self.facts.members.get(one.member);
        let tier = member.and_then(|member| self.plan.programs.get(member.tier)).map(|program| program.tier.as_str());
        (member.map(|member| member.name.as_str()).unwrap_or_default(), tier.unwrap_or_default())
    }

    fn label(&self, one: &Sensitivity) -> &str {
        self.plan.facts.get(one.fact).map(crate::plan::Fact::label).unwrap_or_default()
    }

    fn value(&self, one: &Sensitivity, value: Number, lang: Lang) -> String {
        shown(self.plan, Target::Fact(one.fact), Some(&Value::Number(value)), lang)
    }

    /// The fact that it is a part of, as 不大于 says, with its value for the unit.
    fn whole(&self, one: &Sensitivity, lang: Lang) -> Option<(&str, String)> {
        let member = self.facts.members.get(one.member)?;
        let bounds = &self.plan.programs.get(member.tier)?.bounds;
        let whole = bounds.iter().find(|bound| bound.fact == one.fact && bound.side == Limit::AtMost && bound.by.is_some())?.by?;
        let value = self.facts.rows.get(one.member)?.get(whole)?.value;
        Some((self.plan.facts.get(whole)?.label(), shown(self.plan, Target::Fact(whole), Some(&value), lang)))
    }

    /// The step in which an indicator prints.
    fn step(&self, one: &Sensitivity) -> Decimal {
        self.plan.items.get(one.item).map_or(self.plan.head.step, |item| item.step)
    }

    fn score(&self, one: &Sensitivity, score: Option<&Hull>) -> Option<String> {
        printed(self.plan, score?, self.step(one))
    }

    fn moves(&self, moves: Option<&Number>, step: Decimal) -> Option<String> {
        print(self.plan, moves?, step)
    }

    /// The facts of the unit that are known in part.
    pub(crate) fn partly_known(&self, one: &Sensitivity) -> impl Iterator<Item = &str> {
        let cells = self.facts.rows.get(one.member).map(|row| row.cells.as_slice()).unwrap_or_default();
        let partly = cells.iter().zip(&self.plan.facts).filter(|(cell, _)| cell.as_ref().is_some_and(|cell| cell.known.is_some()));
        partly.map(|(_, fact)| fact.label())
    }

    fn indicator(&self, one: &Sensitivity) -> &str {
        self.plan.items.get(one.item).map(|item| item.name.as_str()).unwrap_or_default()
    }
}

/// One row a unit, indicator and fact.
pub(crate) fn sensitivity_table(report: &SensitivityReport<'_>, lang: Lang) -> Rows {
    let headings = [
        ("单位", "unit"),
        ("指标", "indicator"),
        ("数据", "fact"),
        ("现值", "value"),
        ("少一步得分", "one fewer"),
        ("现得分", "score"),
        ("多一步得分", "one more"),
        ("最大变动", "moves"),
        ("总分变动", "total moves"),
        ("名次", "places"),
    ];
    let none = || "—".to_owned();
    let row = |one: &Sensitivity| {
        let beside = |neighbour: &Option<Neighbour>| {
            neighbour.as_ref().map_or_else(none, |neighbour| report.score(one, neighbour.stand.score.as_ref()).unwrap_or_else(none))
        };
        let place = |rank: Option<[Decimal; 2]>| rank.map_or_else(none, |rank| places(rank).to_string());
        let of = |neighbour: &Option<Neighbour>| neighbour.as_ref().map_or_else(none, |neighbour| place(neighbour.stand.rank));
        vec![
            report.unit(one).0.to_owned(),
            report.indicator(one).to_owned(),
            report.label(one).to_owned(),
            match (report.value(one, Number::from(one.value), lang), report.whole(one, lang)) {
                (value, Some((_, whole))) => format!("{value}/{whole}"),
                (value, None) => value,
            },
            beside(&one.fewer),
            report.score(one, one.stand.score.as_ref()).unwrap_or_else(none),
            beside(&one.more),
            report.moves(one.moves.as_ref(), report.step(one)).unwrap_or_else(none),
            report.moves(one.total_moves.as_ref(), report.plan.head.step).unwrap_or_else(none),
            format!("{}/{}/{}", of(&one.fewer), place(one.stand.rank), of(&one.more)),
        ]
    };
    Rows { headings: headings.iter().map(|(zh, en)| pick(lang, zh, en).to_owned()).collect(), cells: report.found.iter().map(row).collect(), words: 3 }
}

/// The same as data.
pub(crate) fn sensitivity_json(report: &SensitivityReport<'_>) -> Json {
    let lang = report.plan.lang;
    let one = |one: &Sensitivity| {
        let neighbour = |neighbour: &Neighbour| {
            let mut data = stand(report, one, &neighbour.stand);
            data.insert("value".to_owned(), json!(report.value(one, neighbour.value, lang)));
            data
        };
        let (unit, tier) = report.unit(one);
        let mut data = stand(report, one, &one.stand);
        let more = json!({
            "unit": unit, "tier": tier, "indicator": report.indicator(one), "fact": report.label(one),
            "value": report.value(one, Number::from(one.value), lang),
            "of": report.whole(one, lang).map(|(fact, value)| json!({ "fact": fact, "value": value })),
            "fewer": one.fewer.as_ref().map(neighbour), "more": one.more.as_ref().map(neighbour),
            "moves": report.moves(one.moves.as_ref(), report.step(one)), "total_moves": report.moves(one.total_moves.as_ref(), report.plan.head.step),
            "partly_known": report.partly_known(one).collect::<Vec<_>>(),
        });
        data.extend(more.as_object().cloned().unwrap_or_default());
        Json::Object(data)
    };
    Json::Array(report.found.iter().map(one).collect())
}

fn stand(report: &SensitivityReport<'_>, one: &Sensitivity, stand: &Stand) -> Map<String, Json> {
    let mut data = Map::new();
    let score = number_or_ends(report.plan, stand.score.as_ref(), report.step(one));
    let total = number_or_ends(report.plan, stand.total.as_ref(), report.plan.head.step);
    put(&mut data, ["score", "score_interval"], score);
    put(&mut data, ["total", "interval"], total);
    put(&mut data, ["rank", "rank_interval"], place_or_ends(stand.rank));
    data
}
