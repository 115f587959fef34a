//! From a printed score to the facts behind it, as data and in words.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::pick;
use super::value::show;
use crate::audit::invert::{Answer, Drop, Extent, General, Open, Relaxed, side_of};
use crate::diag::{Lang, Words, number_of, words};
use crate::eval::domain::{Hull, Value};
use crate::plan::{FactId, Limit, Plan, Program, Step, StepId};
use crate::quantity::{self, Mode, Number, Unit, moment, round_to};
use crate::source::Sources;

/// A printed cell, and what can have printed it or why that is not asked.
pub(crate) struct Inverted<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: &'a Program,
    pub(crate) sources: &'a Sources,
    pub(crate) unit: &'a str,
    pub(crate) period: &'a str,
    /// The indicator, or the name of the total.
    pub(crate) indicator: &'a str,
    /// The score as it was printed.
    pub(crate) score: &'a str,
    /// The step of scores in print, where that score is finer.
    pub(crate) finer: Option<Decimal>,
    pub(crate) answer: Result<Answer, Words>,
}

/// The most rows that a text shows.
const ROWS: usize = 20;

impl Inverted<'_> {
    fn name(&self, fact: FactId) -> &str {
        self.plan.facts.get(fact).map_or("", |fact| fact.name.as_str())
    }

    fn unit_of(&self, fact: FactId) -> Option<&Unit> {
        self.plan.facts.get(fact).and_then(|fact| fact.unit())
    }

    /// A value of a fact as a cell of a table would hold it.
    fn cell(&self, fact: FactId, value: &Value, lang: Lang) -> String {
        let unit = self.unit_of(fact);
        match value {
            Value::Number(number) => figure(number, unit),
            other => show(self.plan, other, None, lang),
        }
    }

    fn with_unit(&self, fact: FactId, value: &Value, lang: Lang) -> String {
        show(self.plan, value, self.unit_of(fact), lang)
    }

    fn map<'v>(&self, values: impl Iterator<Item = (FactId, &'v Value)>, lang: Lang) -> Json {
        Json::Object(values.map(|(fact, value)| (self.name(fact).to_owned(), json!(self.cell(fact, value, lang)))).collect())
    }

    fn names(&self, facts: &[FactId]) -> Vec<&str> {
        facts.iter().map(|fact| self.name(*fact)).collect()
    }

    // --- as data ---

    /// The answer alone.
    pub(crate) fn to_json(&self, lang: Lang) -> Json {
        let answer = match &self.answer {
            Ok(answer) => answer,
            Err(why) => return json!({ "complete": false, "refused": why.get(lang), "solutions": [], "drop": [] }),
        };
        let solution = |values: &Vec<Value>| self.map(answer.facts.iter().copied().zip(values), lang);
        let range = |extents: &Vec<Extent>| -> Json {
            Json::Object(
                answer.facts.iter().zip(extents).map(|(fact, extent)| (self.name(*fact).to_owned(), self.extent_as_data(*fact, extent, lang))).collect(),
            )
        };
        let mut report = Map::new();
        report.insert("complete".to_owned(), json!(answer.complete));
        report.insert("solutions".to_owned(), answer.solutions.iter().map(solution).collect());
        report.insert("drop".to_owned(), answer.drops.iter().map(|drop| self.drop_as_data(drop, lang)).collect());
        report.insert("count".to_owned(), json!(answer.count));
        report.insert("ranges".to_owned(), answer.boxes.iter().map(range).collect());
        report.insert("ranges_are_all".to_owned(), json!(answer.covered));
        report.insert("free".to_owned(), json!(self.names(&answer.free)));
        report.insert("fixed".to_owned(), self.map(answer.fixed.iter().map(|(fact, value)| (*fact, value)), lang));
        let within = answer.within.iter().map(|(fact, written)| (self.name(*fact).to_owned(), json!(written)));
        report.insert("within".to_owned(), Json::Object(within.collect()));
        report.insert("unbounded".to_owned(), json!(self.names(&answer.unbounded)));
        report.insert("stopped".to_owned(), json!(answer.open.map(|open| if open == Open::Endless { "unbounded" } else { "too_many" })));
        report.insert("general".to_owned(), answer.general.iter().map(|general| self.general_as_data(general, lang)).collect());
        report.insert("held".to_owned(), json!(self.held(answer, lang)));
        report.insert("because".to_owned(), json!(self.because(answer).map(|why| why.get(lang).to_owned())));
        Json::Object(report)
    }

    /// The answer with the cell that it is about.
    pub(crate) fn to_json_of_cell(&self, lang: Lang) -> Json {
        let mut report = Map::new();
        report.insert("unit".to_owned(), json!(self.unit));
        report.insert("indicator".to_owned(), json!(self.indicator));
        report.insert("score".to_owned(), json!(self.score));
        if let Json::Object(answer) = self.to_json(lang) {
            report.extend(answer);
        }
        Json::Object(report)
    }

    fn extent_as_data(&self, fact: FactId, extent: &Extent, lang: Lang) -> Json {
        let end = |end: &Option<Value>| end.as_ref().map(|end| self.cell(fact, end, lang));
        match (&extent.numbers, extent.others.as_slice()) {
            (Some((from, to)), _) => json!({ "from": end(from), "to": end(to) }),
            (None, others) => others.iter().map(|other| json!(self.cell(fact, other, lang))).collect(),
        }
    }

    fn general_as_data(&self, general: &General, lang: Lang) -> Json {
        let end = |end: &Option<Value>| end.as_ref().map(|end| self.cell(general.fact, end, lang));
        let ranges: Vec<Json> = general.ranges.iter().map(|(from, to)| json!({ "from": end(from), "to": end(to) })).collect();
        let quotient = general.quotient.map(|(step, hull)| {
            let end = |end: Option<Number>| end.map(|end| share(&end));
            json!({ "of": self.excerpt(step), "from": end(hull.low), "to": end(hull.high) })
        });
        json!({ "fact": self.name(general.fact), "ranges": ranges, "exact": general.exact, "quotient": quotient })
    }

    fn drop_as_data(&self, drop: &Drop, lang: Lang) -> Json {
        let (kind, what) = self.relaxed(&drop.relaxed, lang);
        let mut report = Map::new();
        report.insert("kind".to_owned(), json!(kind));
        report.insert("what".to_owned(), json!(what));
        report.insert("example".to_owned(), self.map(drop.example.iter().map(|(fact, value)| (*fact, value)), lang));
        if let Some(instead) = &drop.instead {
            report.insert("instead".to_owned(), json!(show(self.plan, instead, Some(&Unit::score()), lang)));
        }
        Json::Object(report)
    }

    fn held(&self, answer: &Answer, lang: Lang) -> Vec<String> {
        answer.held.iter().filter_map(|input| self.plan.inputs.get(*input)).map(|input| input.name.get(lang).to_owned()).collect()
    }

    /// What the rules say where a step comes from.
    fn excerpt(&self, step: StepId) -> String {
        self.program.infos.get(step).map(|info| self.sources.excerpt(info.span)).unwrap_or_default()
    }

    // --- what is left aside ---

    /// What was left aside: its kind, and in words.
    fn relaxed(&self, relaxed: &Relaxed, lang: Lang) -> (&'static str, String) {
        let owner = |step: StepId| {
            let id = self.program.infos.get(step).map(|info| info.id.to_string()).unwrap_or_default();
            id.split('#').next().unwrap_or_default().to_owned()
        };
        match relaxed {
            Relaxed::Fixed(fact) => {
                let held = self.answer.as_ref().ok().and_then(|answer| answer.fixed.get(fact));
                let value = held.map(|value| self.with_unit(*fact, value, lang)).unwrap_or_default();
                ("fixed", format!("{} = {value}", self.name(*fact)))
            }
            Relaxed::Known(fact) => {
                let written = self.answer.as_ref().ok().and_then(|answer| answer.within.get(fact)).map(String::as_str).unwrap_or_default();
                ("known", format!("{} {written}", self.name(*fact)))
            }
            Relaxed::Max(fact) => {
                let name = self.name(*fact);
                ("max", words!("「{name}」的上限 --max", "--max of {name}").get(lang).to_owned())
            }
            Relaxed::MaxOfAll => ("max", words!("各项的上限 --max", "--max of all of them").get(lang).to_owned()),
            Relaxed::Bound(bound) => ("bound", self.bound(*bound, lang)),
            Relaxed::Exemption(index) => {
                let reason = self.plan.exemptions.get(*index).map(|one| one.name.as_str()).unwrap_or_default();
                ("exemption", words!("不参评:{reason}", "exemption: {reason}").get(lang).to_owned())
            }
            Relaxed::Rounding(step) => {
                let (owner, size) = (owner(*step), self.step_size(*step, lang));
                ("rounding", words!("「{owner}」取整到 {size}", "{owner} round to {size}").get(lang).to_owned())
            }
            Relaxed::Clamp(step) => {
                let owner = owner(*step);
                if matches!(self.program.steps.get(*step), Some(Step::Floor(..))) {
                    ("floor", words!("「{owner}」的保底(扣完为止)", "the floor of {owner}").get(lang).to_owned())
                } else {
                    ("cap", words!("「{owner}」的封顶", "the cap of {owner}").get(lang).to_owned())
                }
            }
            Relaxed::Derivation(fact) => {
                let name = self.name(*fact);
                ("derivation", words!("「{name}」由其他数据推算", "{name} follows from other facts").get(lang).to_owned())
            }
            Relaxed::Assumed(_, mark) => {
                let mark = self.plan.marks.get(*mark);
                ("assumption", mark.map(|mark| format!("{}:{}", mark.owner, mark.text)).unwrap_or_default())
            }
        }
    }

    fn bound(&self, bound: usize, lang: Lang) -> String {
        let Some((fact, side, limit)) = side_of(self.program, bound) else { return String::new() };
        let (name, limit) = (self.name(fact), self.excerpt(limit));
        match side {
            Limit::AtMost => words!("「{name}」不大于 {limit}", "{name} at most {limit}"),
            Limit::AtLeast => words!("「{name}」不小于 {limit}", "{name} at least {limit}"),
        }
        .get(lang)
        .to_owned()
    }

    fn step_size(&self, step: StepId, lang: Lang) -> String {
        let Some(Step::Round(_, size, _)) = self.program.steps.get(step) else { return String::new() };
        let unit = self.program.infos.get(step).and_then(|info| info.unit.as_ref());
        show(self.plan, &Value::Number(Number::from(*size)), unit, lang)
    }

    // --- in words ---

    /// What can have printed one cell.
    pub(crate) fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        let (unit, tier, period, indicator) = (self.unit, &self.program.tier, self.period, self.indicator);
        let score = self.score;
        let points = Unit::score().in_english_behind(score);
        let line = words!("{unit}({tier}) {period}  {indicator}  印作 {score} 分", "{unit} ({tier}) {period}  {indicator}  printed as {score} {points}");
        let _ = writeln!(text, "{}", line.get(lang));
        match &self.answer {
            Ok(answer) => self.write_answer(answer, lang, &mut text),
            Err(why) => {
                let _ = writeln!(text, "{}", why.get(lang));
            }
        }
        text
    }

    fn write_answer(&self, answer: &Answer, lang: Lang, text: &mut String) {
        let list = |facts: &[FactId]| self.names(facts).join(pick(lang, "、", ", "));
        if !answer.fixed.is_empty() {
            let held: Vec<String> = answer.fixed.iter().map(|(fact, value)| format!("{} = {}", self.name(*fact), self.with_unit(*fact, value, lang))).collect();
            let (held, held_en) = (held.join("、"), held.join(", "));
            let _ = writeln!(text, "{}", words!("固定:{held}", "fixed: {held_en}").get(lang));
        }
        let free = if answer.free.is_empty() { pick(lang, "没有", "nothing").to_owned() } else { list(&answer.free) };
        let _ = writeln!(text, "{}", words!("待求:{free}", "free: {free}").get(lang));
        let within: Vec<String> = answer.within.iter().map(|(fact, written)| format!("{} {written}", self.name(*fact))).collect();
        if !within.is_empty() {
            let (within, within_en) = (within.join("、"), within.join(", "));
            let _ = writeln!(text, "{}", words!("部分已知:{within}", "known in part: {within_en}").get(lang));
        }
        let held = self.held(answer, lang).join(pick(lang, "、", ", "));
        if !held.is_empty() {
            let said = words!("照算得的值固定(来自其他单位、明细或期别):{held}", "held at what they come to (from other units, records or periods): {held}");
            let _ = writeln!(text, "{}", said.get(lang));
        }
        let _ = writeln!(text);
        self.write_solutions(answer, lang, text);
        for general in &answer.general {
            self.write_general(general, answer, lang, text);
        }
        self.write_drops(answer, lang, text);
    }

    /// Why no facts print the score, where that is plain from the score itself.
    fn because(&self, answer: &Answer) -> Option<Words> {
        let step = quantity::plain(self.finer.filter(|_| answer.count == Some(0))?);
        let (score, indicator) = (self.score, self.indicator);
        Some(words!(
            "「{indicator}」印到 {step} 分,{score} 比这更细:没有一个印出的得分是这样的",
            "{indicator} is printed to {step} points, and {score} is finer: no printed score looks like that"
        ))
    }

    fn write_solutions(&self, answer: &Answer, lang: Lang, text: &mut String) {
        let unbounded = self.names(&answer.unbounded).join(pick(lang, "、", ", "));
        let smallest = answer.count.map(|count| if count == 1 { "smallest".to_owned() } else { format!("{count} smallest") }).unwrap_or_default();
        let were = if answer.count == Some(1) { "was" } else { "were" };
        let said = match (answer.count, answer.open) {
            (Some(0), None) => words!("没有数据印得出这个分:在这些界限之内已证明不可能", "no facts print this score: proven impossible within these bounds"),
            (Some(0), Some(_)) => words!("还没有找到印得出这个分的数据,但没有找遍", "none found that print this score, but not everything was looked at"),
            (Some(1), None) => words!("1 组数据印得出这个分,已证明没有别的:", "1 set of facts prints this score, proven to be all:"),
            (Some(count), None) => words!("{count} 组数据印得出这个分,已证明没有别的:", "{count} sets of facts print this score, proven to be all:"),
            (Some(count), Some(Open::Endless)) => words!(
                "印得出这个分的数据没有尽头,因为「{unbounded}」没有上限;最小的 {count} 组(写 --max 数据=上限 可以求全):",
                "there is no end of facts that print this score, for {unbounded} has no upper bound; the {smallest} (--max FACT=N makes it complete):"
            ),
            (Some(count), Some(Open::TooMany)) => words!(
                "数据太多,没有找遍;已找到 {count} 组(用 --fixed 或 --max 缩小范围):",
                "too many to look at all; {count} {were} found (narrow it with --fixed or --max):"
            ),
            (None, _) if answer.covered => {
                words!("印得出这个分的数据没有尽头,全在这些范围里:", "there is no end of facts that print this score; all of them lie in these ranges:")
            }
            (None, _) => words!("印得出这个分的数据没有尽头,例如:", "there is no end of facts that print this score, among them:"),
        };
        let _ = writeln!(text, "{}", said.get(lang));
        if let Some(because) = self.because(answer) {
            let _ = writeln!(text, "{}", because.get(lang));
        }
        if answer.boxes.is_empty() || answer.facts.is_empty() {
            return;
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(answer.facts.iter().map(|fact| self.name(*fact)));
        for extents in answer.boxes.iter().take(ROWS) {
            table.add_row(answer.facts.iter().zip(extents).map(|(fact, extent)| self.extent(*fact, extent, lang)));
        }
        write_table(&mut table, text);
        if let Some(more) = answer.boxes.len().checked_sub(ROWS).filter(|more| *more > 0) {
            let rows = number_of(more, "row", "rows");
            let _ = writeln!(text, "  {}", words!("……另有 {more} 行,--format json 列出", "… and {rows} more, listed by --format json").get(lang));
        }
    }

    fn extent(&self, fact: FactId, extent: &Extent, lang: Lang) -> String {
        let numbers = extent.numbers.as_ref().map(|(from, to)| self.range(fact, from.as_ref(), to.as_ref(), lang));
        let others = extent.others.iter().map(|other| self.with_unit(fact, other, lang));
        numbers.into_iter().chain(others).collect::<Vec<_>>().join(pick(lang, "、", ", "))
    }

    /// A range of numbers with the unit.
    fn range(&self, fact: FactId, from: Option<&Value>, to: Option<&Value>, lang: Lang) -> String {
        let bare = |value: &Value| self.cell(fact, value, lang);
        let whole = |value: &Value| self.with_unit(fact, value, lang);
        match (from, to) {
            (Some(from), Some(to)) if from == to => whole(from),
            (Some(from), Some(to)) => {
                let (from, to) = (bare(from), whole(to));
                words!("{from} 至 {to}", "{from} to {to}").get(lang).to_owned()
            }
            (Some(from), None) => format!("≥ {}", whole(from)),
            (None, Some(to)) => format!("≤ {}", whole(to)),
            (None, None) => pick(lang, "任何数", "any number").to_owned(),
        }
    }

    fn write_general(&self, general: &General, answer: &Answer, lang: Lang, text: &mut String) {
        let name = self.name(general.fact);
        if general.ranges.is_empty() {
            let said = words!("在这些界限之内没有一个「{name}」印得出这个分", "within these bounds no {name} prints this score");
            let _ = writeln!(text, "{}", said.get(lang));
            return;
        }
        let ranges: Vec<String> = general.ranges.iter().take(ROWS).map(|(from, to)| self.range(general.fact, from.as_ref(), to.as_ref(), lang)).collect();
        let ranges = ranges.join(pick(lang, "、", ", "));
        // what nothing comes to is not said to be so
        let impossible = answer.count == Some(0) && answer.open.is_none();
        let said = match (impossible, general.exact) {
            (false, true) => words!("「{name}」只能是 {ranges}", "{name} can only be {ranges}"),
            (false, false) => words!("「{name}」在 {ranges} 之内", "{name} lies within {ranges}"),
            (true, true) => words!("要印出这个分,「{name}」须是 {ranges}", "to print this score, {name} would have to be {ranges}"),
            (true, false) => words!("要印出这个分,「{name}」须在 {ranges} 之内", "to print this score, {name} would have to lie within {ranges}"),
        };
        let _ = writeln!(text, "{}", said.get(lang));
        if let Some((step, Hull { low: Some(low), high: Some(high), .. })) = general.quotient {
            let (of, low, high) = (self.excerpt(step), share(&low), share(&high));
            let _ = writeln!(text, "{}", words!("也就是 {of} 在 {low} 与 {high} 之间", "that is, {of} lies between {low} and {high}").get(lang));
        }
    }

    fn write_drops(&self, answer: &Answer, lang: Lang, text: &mut String) {
        if answer.count != Some(0) || answer.open.is_some() {
            return;
        }
        let said = if answer.drops.is_empty() {
            words!("单独放开哪一条都不够", "giving up any one thing alone is not enough")
        } else {
            words!("单独放开下面任何一条,就有可能:", "giving up any one of these alone makes it possible:")
        };
        let _ = writeln!(text, "{}", said.get(lang));
        for drop in &answer.drops {
            let (kind, what) = self.relaxed(&drop.relaxed, lang);
            let kind = kind_word(kind, lang);
            let example: Vec<String> =
                drop.example.iter().map(|(fact, value)| format!("{} = {}", self.name(*fact), self.with_unit(*fact, value, lang))).collect();
            let instead = drop.instead.as_ref().map(|instead| {
                let value = show(self.plan, instead, Some(&Unit::score()), lang);
                words!("该条须得 {value}", "it would have to come to {value}").get(lang).to_owned()
            });
            let example = instead.into_iter().chain(example).collect::<Vec<_>>().join(pick(lang, ",", ", "));
            let _ = writeln!(text, "  {}", words!("{kind}:{what}。例如 {example}", "{kind}: {what}; for example {example}").get(lang));
        }
    }
}

fn kind_word(kind: &str, lang: Lang) -> &'static str {
    match kind {
        "fixed" => pick(lang, "固定的数据", "fixed fact"),
        "known" => pick(lang, "部分已知的数据", "partly known fact"),
        "max" => pick(lang, "给定的上限", "given maximum"),
        "bound" => pick(lang, "数据的界限", "limit of a fact"),
        "exemption" => pick(lang, "不参评", "exemption"),
        "rounding" => pick(lang, "取整", "rounding"),
        "cap" => pick(lang, "封顶", "cap"),
        "floor" => pick(lang, "保底", "floor"),
        "derivation" => pick(lang, "推算", "derivation"),
        _ => pick(lang, "假设", "assumption"),
    }
}

/// A number without its unit, a rate in percent.
fn figure(number: &Number, unit: Option<&Unit>) -> String {
    if let Some(shown) = unit.and_then(|unit| moment::show(number, unit)) {
        return shown;
    }
    if unit.is_some_and(Unit::is_percent) {
        let points = unit == Some(&Unit::Points);
        let shown = share(number);
        return if points { shown.trim_end_matches('%').to_owned() } else { shown };
    }
    number.decimal().map_or_else(|| fraction(number), quantity::plain)
}

/// A quotient in percent.
fn share(number: &Number) -> String {
    let percent = number.times(&Number::from(rust_decimal::Decimal::ONE_HUNDRED)).unwrap_or(*number);
    format!("{}%", percent.decimal().map_or_else(|| fraction(&percent), quantity::plain))
}

/// A number that no decimal holds, or one whose digits end though it came of a division.
fn fraction(number: &Number) -> String {
    match round_to(number, rust_decimal::Decimal::new(1, 9), Mode::ToZero) {
        Ok(cut) if Number::from(cut) == *number => quantity::plain(cut),
        _ => {
            let (over, under) = number.parts();
            format!("{over}/{under}")
        }
    }
}

fn write_table(table: &mut Table, text: &mut String) {
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.lines() {
        let _ = writeln!(text, "  {}", line.trim_end());
    }
}

/// What can have printed each of several cells, a line a cell.
pub(crate) fn inversions(cells: &[Inverted<'_>], lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["单位", "指标", "印作", "组数", "找遍", "数据"],
        Lang::En => ["unit", "indicator", "printed", "sets", "complete", "facts"],
    });
    for cell in cells {
        let row = [cell.unit.to_owned(), cell.indicator.to_owned(), cell.score.to_owned()];
        table.add_row(row.into_iter().chain(cell.columns(lang)));
    }
    for column in table.column_iter_mut().skip(2).take(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = String::new();
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let answers = || cells.iter().filter_map(|cell| cell.answer.as_ref().ok());
    let (all, complete) = (cells.len(), answers().filter(|answer| answer.complete).count());
    let unique = answers().filter(|answer| answer.complete && answer.count == Some(1)).count();
    let impossible = answers().filter(|answer| answer.complete && answer.count == Some(0)).count();
    let (cells, has) = (number_of(all, "cell", "cells"), if unique == 1 { "has" } else { "have" });
    let said = words!(
        "{all} 格:{complete} 格找遍,其中 {unique} 格只有一组数据,{impossible} 格没有数据印得出",
        "{cells}: {complete} complete, of which {unique} {has} one set of facts only and {impossible} none"
    );
    let _ = writeln!(text, "\n{}", said.get(lang));
    text
}

impl Inverted<'_> {
    /// How many sets of facts, whether they are all, and what they are, for one line.
    fn columns(&self, lang: Lang) -> [String; 3] {
        let answer = match &self.answer {
            Ok(answer) => answer,
            Err(why) => return [String::new(), pick(lang, "没有求", "not asked").to_owned(), why.get(lang).to_owned()],
        };
        let complete = if answer.complete { pick(lang, "是", "yes") } else { pick(lang, "否", "no") };
        let count = match (answer.count, answer.complete) {
            (Some(count), true) => count.to_string(),
            (Some(count), false) => format!("≥ {count}"),
            (None, _) => "∞".to_owned(),
        };
        [count, complete.to_owned(), self.in_one_line(answer, lang)]
    }

    fn in_one_line(&self, answer: &Answer, lang: Lang) -> String {
        let comma = pick(lang, ",", ", ");
        if let (Some(extents), true) = (answer.boxes.first(), answer.boxes.len() == 1) {
            return answer
                .facts
                .iter()
                .zip(extents)
                .map(|(fact, extent)| format!("{} {}", self.name(*fact), self.extent(*fact, extent, lang)))
                .collect::<Vec<_>>()
                .join(comma);
        }
        if answer.boxes.is_empty() {
            let kinds: Vec<String> = answer.drops.iter().map(|drop| self.relaxed(&drop.relaxed, lang).1).collect();
            let Some(first) = kinds.first() else { return String::new() };
            let more = kinds.len().saturating_sub(1);
            return if more == 0 {
                words!("放开 {first} 才有可能", "possible without: {first}")
            } else {
                let others = if more == 1 { "one other".to_owned() } else { format!("one of {more} others") };
                words!("放开 {first} 才有可能(或另外 {more} 条之一)", "possible without: {first} (or {others})")
            }
            .get(lang)
            .to_owned();
        }
        let general = answer.general.iter().map(|general| {
            let ranges: Vec<String> = general.ranges.iter().map(|(from, to)| self.range(general.fact, from.as_ref(), to.as_ref(), lang)).collect();
            format!("{} {}", self.name(general.fact), ranges.join(pick(lang, "、", ", ")))
        });
        let first = answer.solutions.first().map(|first| {
            let told = answer.facts.iter().zip(first).map(|(fact, value)| format!("{} {}", self.name(*fact), self.with_unit(*fact, value, lang)));
            let told = told.collect::<Vec<_>>().join(comma);
            words!("如 {told}", "as {told}").get(lang).to_owned()
        });
        general.chain(first).collect::<Vec<_>>().join(pick(lang, ";", "; "))
    }
}
