//! Conventions of rounding that explain what was published, in words.

use std::fmt::Write;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::pick;
use crate::audit::rounding::{Convention, Given, Inferred, Judged, Kept, Unread, Witness};
use crate::diag::{Lang, number_of, words};
use crate::plan::Plan;
use crate::quantity::{self, Mode, Number, Unit};

/// The conventions that explain every cell, and the smallest witness against each other one.
pub(crate) fn inferred(found: &Inferred, plan: &Plan, lang: Lang) -> String {
    let mut text = String::new();
    let (cells, fitted) = (found.cells, found.fitted);
    let (scores, rest) = (number_of(cells, "score or total", "scores and totals"), if fitted == 1 { "rests" } else { "rest" });
    let _ = writeln!(
        text,
        "{}",
        words!(
            "{cells} 格得分、总分里有取整可比,其中 {fitted} 格所依的数据是照印出的值定的",
            "{scores} with roundings to compare; {fitted} of them {rest} on facts that were fitted to what was printed"
        )
        .get(lang)
    );
    if !found.unread.is_empty() {
        let _ = writeln!(text, "{}", pick(lang, "这些格不是数,没有用上:", "these cells are no numbers, and were left out:"));
        for Unread { file, row, unit, column, published } in &found.unread {
            let said = words!("{file} 第 {row} 行 {unit} {column}:{published}", "{file} row {row}, {unit}, {column}: {published}");
            let _ = writeln!(text, "  {}", said.get(lang));
        }
    }
    if cells == 0 {
        let none = pick(
            lang,
            "没有一格分得出取整办法:要有得分或总分,所依的数据也要知道",
            "no cell tells conventions apart: scores or totals are wanted, and the facts behind them",
        );
        let _ = writeln!(text, "\n{none}");
        return text;
    }
    let survivors: Vec<&Judged> = found.survivors().collect();
    let heading = match survivors.len() {
        0 => words!("没有一种取整办法说得通所有的格", "no convention explains every cell"),
        1 => words!("只有这一种取整办法说得通", "one convention alone explains every cell"),
        _ => words!("这些取整办法都说得通,这些格分不出它们", "these conventions explain every cell and are not distinguished by these cells"),
    };
    let _ = writeln!(text, "\n{}", heading.get(lang));
    for judged in &survivors {
        let _ = writeln!(text, "  {}", named(judged, found, lang));
    }
    let others: Vec<&Judged> = found.conventions.iter().filter(|judged| judged.refuting > 0).collect();
    if !others.is_empty() {
        let _ = writeln!(text, "\n{}", pick(lang, "其余的各有反例(最小的一个)", "the others, each with the smallest witness against it"));
    }
    for judged in others {
        let (name, refuting) = (named(judged, found, lang), judged.refuting);
        let differ = if refuting == 1 { "1 cell differs".to_owned() } else { format!("{refuting} cells differ") };
        let witness = judged.witness.as_ref().map(|witness| witness_words(witness, plan, lang)).unwrap_or_default();
        let _ = writeln!(text, "  {}", words!("{name}:{refuting} 格不合;{witness}", "{name}: {differ}; {witness}").get(lang));
    }
    if !found.by_none.is_empty() {
        let _ = writeln!(text, "\n{}", pick(lang, "哪一种都说不通的格", "cells that no convention explains"));
        for witness in &found.by_none {
            let _ = writeln!(text, "  {}", witness_words(witness, plan, lang));
        }
    }
    text
}

/// The same as data.
pub(crate) fn inferred_as_json(found: &Inferred, plan: &Plan, lang: Lang) -> Value {
    let convention = |judged: &Judged| {
        let Judged { convention, explained, refuting, witness, stated } = judged;
        json!({
            "convention": named(judged, found, lang), "before": before_words(convention, found), "scores": scores_words(convention.scores, found),
            "mode": convention.mode, "stated": stated, "explained": explained, "refuting": refuting, "survives": *refuting == 0,
            "witness": witness.as_ref().map(|witness| witness_as_json(witness, plan)),
        })
    };
    let survivors: Vec<Value> = found.survivors().map(convention).collect();
    let refuted: Vec<Value> = found.conventions.iter().filter(|judged| judged.refuting > 0).map(convention).collect();
    json!({
        "cells": found.cells, "fitted": found.fitted, "survivors": survivors, "refuted": refuted,
        "unread": found.unread.iter().map(unread_as_json).collect::<Vec<_>>(),
        "explained_by_none": found.by_none.iter().map(|witness| witness_as_json(witness, plan)).collect::<Vec<_>>(),
    })
}

fn unread_as_json(unread: &Unread) -> Value {
    let Unread { file, row, unit, column, published } = unread;
    json!({ "file": file, "row": row, "unit": unit, "column": column, "published": published })
}

fn witness_as_json(witness: &Witness, plan: &Plan) -> Value {
    let fact = |given: &Given| {
        let (name, value) = given_words(given, plan);
        json!({ "fact": name, "value": value })
    };
    let part = |(name, value): &(String, Decimal)| json!({ "score": name, "value": quantity::plain(*value) });
    let (low, high) = &witness.computed;
    json!({
        "unit": witness.unit, "column": witness.column, "published": witness.published,
        "computed": if low == high { json!(low) } else { json!([low, high]) },
        "facts": witness.facts.iter().map(fact).collect::<Vec<_>>(), "parts": witness.parts.iter().map(part).collect::<Vec<_>>(), "fitted": witness.fitted,
    })
}

fn witness_words(witness: &Witness, plan: &Plan, lang: Lang) -> String {
    const FEW: usize = 6;
    let Witness { unit, column, published, computed: (low, high), facts, parts, fitted } = witness;
    let end = |end: &Option<String>| end.clone().unwrap_or_else(|| "…".to_owned());
    let computed = if low == high { end(low) } else { format!("[{}, {}]", end(low), end(high)) };
    let facts = facts.iter().map(|given| {
        let (name, value) = given_words(given, plan);
        format!("{name} {value}")
    });
    let parts = parts.iter().map(|(name, value)| format!("{name} {}", quantity::plain(*value)));
    let all: Vec<String> = facts.chain(parts).collect();
    let more = if all.len() > FEW { pick(lang, "等", " and others") } else { "" };
    let of = all.iter().take(FEW).map(String::as_str).collect::<Vec<_>>().join(pick(lang, "、", ", "));
    let condition = if *fitted { pick(lang, "(所依的数据是代入的)", " (if the fitted facts are right)") } else { "" };
    words!(
        "{unit} {column}:由 {of}{more} 得 {computed},公布 {published}{condition}",
        "{unit}, {column}: {of}{more} give {computed}, published {published}{condition}"
    )
    .get(lang)
    .to_owned()
}

fn given_words(given: &Given, plan: &Plan) -> (String, String) {
    let Some(fact) = plan.facts.get(given.fact) else { return Default::default() };
    let percent = fact.unit().is_some_and(Unit::is_percent);
    let value = if percent { given.value.times(&Number::from(Decimal::ONE_HUNDRED)).ok() } else { Some(given.value) };
    let value = value.and_then(|value| value.decimal()).map(quantity::plain).unwrap_or_default();
    (fact.label().to_owned(), if percent { value + "%" } else { value })
}

// --- names of conventions ---

fn mode_words(mode: Mode, lang: Lang) -> &'static str {
    match mode {
        Mode::HalfUp => pick(lang, "四舍五入", "half up"),
        Mode::HalfEven => pick(lang, "四舍六入", "half to even"),
        Mode::FromZero => pick(lang, "进一", "away from zero"),
        Mode::ToZero => pick(lang, "去尾", "toward zero"),
    }
}

/// The steps of what is rounded before the scores; none where it is not rounded.
fn before_words(convention: &Convention, found: &Inferred) -> Option<String> {
    let Some(Kept::To(times)) = convention.before else { return None };
    let step = |(step, percent): &(Decimal, bool)| {
        let step = step.checked_mul(times).unwrap_or(*step);
        if *percent { quantity::plain(step.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(step)) + "%" } else { quantity::plain(step) }
    };
    Some(found.steps_before.iter().map(step).collect::<Vec<_>>().join(", "))
}

fn scores_words(kept: Kept, found: &Inferred) -> Option<String> {
    match kept {
        Kept::LeftOut => None,
        Kept::To(times) => found.step_of_scores.checked_mul(times).map(quantity::plain),
    }
}

fn named(judged: &Judged, found: &Inferred, lang: Lang) -> String {
    let convention = &judged.convention;
    let mode = convention.mode.map_or_else(|| pick(lang, "各按标准所写的方式", "each the way that the standard says of it"), |mode| mode_words(mode, lang));
    let before = match (convention.before, before_words(convention, found)) {
        (None, _) => words!("", ""),
        (Some(_), Some(steps)) => words!("率等先取整到 {steps},", "rates and the like rounded to {steps} first, "),
        (Some(_), None) => words!("率等不先取整,", "rates and the like not rounded, "),
    };
    let scores = match scores_words(convention.scores, found) {
        Some(step) => words!("各项得分取整到 {step} 再合计", "scores rounded to {step} before they are added up"),
        None => words!("各项得分不取整就合计,印出时才取整", "scores added up unrounded, and rounded for print only"),
    };
    let stated = if judged.stated { pick(lang, "(标准如此)", " (as the standard says)") } else { "" };
    let (before, scores) = (before.get(lang), scores.get(lang));
    words!("{mode}:{before}{scores}{stated}", "{mode}: {before}{scores}{stated}").get(lang).to_owned()
}
