//! Replays a receipt with an arithmetic of its own: exact fractions of whole numbers, and nothing of the program that made it.
//!
//! In: a receipt, whose format docs/audit.md describes. Out: every step of the trace that does not come to what is recorded, every
//! result that its steps do not give, and what was not checked. It reads no rules and no tables: that the steps are those of the rules and
//! the cells those of the tables is what `kaoping verify` finds out.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of one file prints where it finds")]
#![expect(clippy::arithmetic_side_effects, reason = "whole numbers of any length do not overflow")]

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Display};
use std::io::ErrorKind;
use std::process::ExitCode;

use num_bigint::BigInt;
use num_rational::BigRational as Number;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

// --- what a receipt holds; what is looked at once stays JSON ---

#[derive(Deserialize)]
struct Receipt {
    format: String,
    period: String,
    hashes: Json,
    results: Json,
    programs: Programs,
    trace: Vec<Row>,
    sha256: String,
}

#[derive(Deserialize)]
struct Programs {
    print: Json,
    ranking: Json,
    inputs: Vec<Json>,
    tiers: Vec<Tier>,
}

#[derive(Deserialize)]
struct Tier {
    tier: String,
    exempt: Vec<usize>,
    total: usize,
    /// The first is whether a veto ranks the unit last; none: it does not.
    keys: Vec<Option<usize>>,
    printed: Vec<Printed>,
    varying: Vec<usize>,
    exempt_end: usize,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Printed {
    result: String,
    interval: Option<String>,
    step: Option<usize>,
    to: Option<Value>,
}

#[derive(Deserialize)]
struct Step {
    step: usize,
    op: String,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    means: String,
    at: String,
    value: Option<Value>,
}

#[derive(Deserialize)]
struct Row {
    unit: String,
    tier: String,
    listed: bool,
    #[serde(default)]
    instead: BTreeMap<usize, Value>,
    values: Vec<Value>,
}

// --- values ---

#[derive(Debug, Clone, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
enum Value {
    Number(Number),
    Truth(bool),
    Word(String),
    Absent(Absence),
    /// Known in part: what it can be, numbers first, as `low..high`.
    Within(String),
}

/// Why there is no value; the first of several wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Absence {
    TooLarge,
    NoRow,
    Failed,
    NotApplicable,
    Missing,
    PartlyKnown,
    Pending,
    Undefined,
}

impl TryFrom<String> for Value {
    type Error = String;

    fn try_from(text: String) -> Result<Value, String> {
        let (first, rest) = text.split_at_checked(1).unwrap_or_default();
        let read = match first {
            "=" => Some(Value::Word(rest.to_owned())),
            "?" => Some(Value::Within(rest.to_owned())),
            "!" => serde_json::from_value(rest.into()).ok().map(Value::Absent),
            "t" | "f" => text.parse().ok().map(Value::Truth),
            _ => match text.split_once('/') {
                Some((over, under)) => decimal(over).zip(decimal(under)).and_then(|(over, under)| quotient(&over, &under)),
                None => decimal(&text),
            }
            .map(Value::Number),
        };
        read.ok_or(text)
    }
}

impl Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => Display::fmt(number, formatter),
            other => Debug::fmt(other, formatter),
        }
    }
}

impl Value {
    fn number(&self) -> Option<&Number> {
        if let Value::Number(number) = self { Some(number) } else { None }
    }

    fn absence(&self) -> Option<Absence> {
        match self {
            Value::Absent(absence) => Some(*absence),
            Value::Within(_) => Some(Absence::PartlyKnown),
            Value::Number(_) | Value::Truth(_) | Value::Word(_) => None,
        }
    }

    fn is_open(&self) -> bool {
        self.absence() == Some(Absence::PartlyKnown)
    }

    /// The least and the greatest number that it can be, if it can be one; an end may be missing.
    fn ends(&self) -> Option<[Option<Value>; 2]> {
        match self {
            Value::Number(_) => Some([Some(self.clone()), Some(self.clone())]),
            Value::Within(all) => all.split(" | ").next()?.split_once("..").map(|(low, high)| [low, high].map(|end| Value::try_from(end.to_owned()).ok())),
            Value::Truth(_) | Value::Word(_) | Value::Absent(_) => None,
        }
    }
}

/// A decimal as a fraction of whole numbers.
fn decimal(text: &str) -> Option<Number> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{places}").parse().ok()?;
    let unit = BigInt::from(10).pow(u32::try_from(places.len()).ok()?);
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')).then(|| Number::new(digits, unit))
}

fn whole(number: usize) -> Number {
    Number::from(BigInt::from(number))
}

fn quotient(over: &Number, under: &Number) -> Option<Number> {
    (*under != whole(0)).then(|| over / under)
}

/// The multiple of a step that a number rounds to.
fn rounded(number: &Number, step: &Number, mode: &str) -> Option<Number> {
    let steps = quotient(number, step)?;
    let steps = match mode {
        "to_zero" => steps.trunc(),
        "from_zero" if steps < whole(0) => steps.floor(),
        "from_zero" => steps.ceil(),
        // half of an even number is whole, and half of what lies halfway a quarter away from it
        "half_even" if *steps.denom() == BigInt::from(2) => (steps / whole(2)).round() * whole(2),
        "half_even" | "half_up" => steps.round(),
        _ => return None,
    };
    Some(steps * step)
}

// --- steps ---

/// What an operation comes to; none where that cannot be told from its operands, each with whether a minus stands before it.
fn evaluate(op: &str, with: &[String], operands: &[(bool, &Value)]) -> Option<Value> {
    let values: Vec<&Value> = operands.iter().map(|(_, value)| *value).collect();
    let absent = values.iter().filter_map(|value| value.absence()).min();
    let number = |at: usize| values.get(at)?.number();
    let size = || decimal(with.first()?);
    let found = match (op, values.as_slice()) {
        // what may have a value though an operand has none
        ("constant", []) => Value::try_from(with.first()?.clone()).ok()?,
        ("pending", []) => Value::Absent(Absence::Pending),
        ("not_applicable", []) => Value::Absent(Absence::NotApplicable),
        ("no_row", []) => Value::Absent(Absence::NoRow),
        ("or_else", [Value::Absent(Absence::Missing), a]) | ("or_else" | "same", [a, ..]) => (*a).clone(),
        ("is_blank", [a]) => Value::Truth(**a == Value::Absent(Absence::Missing)),
        ("is_undefined", [Value::Absent(Absence::Undefined)]) => Value::Truth(true),
        ("choose", [Value::Truth(true), a, _] | [Value::Truth(false), _, a]) => (*a).clone(),
        ("choose", [condition, _, _]) => Value::Absent(condition.absence()?),
        ("and", all) if all.contains(&&Value::Truth(false)) => Value::Truth(false),
        ("or", all) if all.contains(&&Value::Truth(true)) => Value::Truth(true),
        // what has none then
        _ if absent.is_some() => Value::Absent(absent?),
        ("is_undefined", [_]) => Value::Truth(false),
        ("and" | "or", _) => Value::Truth(op == "and"),
        ("not", [Value::Truth(truth)]) => Value::Truth(!truth),
        ("compare", [a, b]) => Value::Truth(compared(a, with.first()?, b)?),
        ("over", [_, b]) if b.number() == Some(&whole(0)) => Value::Absent(Absence::Undefined),
        // numbers
        ("over", [_, _]) => {
            let found = quotient(number(0)?, number(1)?)?;
            // where a step is stated the digits end on it
            let ends = with.is_empty() || quotient(&found, &size()?)?.is_integer();
            ends.then_some(Value::Number(found))?
        }
        ("sum", _) => {
            let term = |(minus, value): &(bool, &Value)| value.number().map(|term| if *minus { -term } else { term.clone() });
            Value::Number(operands.iter().map(term).sum::<Option<Number>>()?)
        }
        ("times", [_, _]) => Value::Number(number(0)? * number(1)?),
        ("negate", [_]) => Value::Number(-number(0)?.clone()),
        ("cap", [_, _]) => Value::Number(number(0)?.min(number(1)?).clone()),
        ("floor", [_, _]) => Value::Number(number(0)?.max(number(1)?).clone()),
        ("round", [_]) => Value::Number(rounded(number(0)?, &size()?, with.get(1)?)?),
        ("steps", [_]) => {
            let steps = quotient(number(0)?, &size()?)?;
            Value::Number(match with.get(1)?.as_str() {
                "pro_rata" => steps,
                "whole" => steps.floor(),
                "started" => steps.ceil(),
                _ => return None,
            })
        }
        _ => return None,
    };
    Some(found)
}

fn compared(a: &Value, sign: &str, b: &Value) -> Option<bool> {
    // of words it can only be told whether they are the same
    let alike = std::mem::discriminant(a) == std::mem::discriminant(b) && (!matches!(a, Value::Word(_)) || matches!(sign, "=" | "≠"));
    let order = a.partial_cmp(b).filter(|_| alike)?;
    Some(match sign {
        "=" => order.is_eq(),
        "≠" => order.is_ne(),
        "≥" => order.is_ge(),
        ">" => order.is_gt(),
        "≤" => order.is_le(),
        "<" => order.is_lt(),
        _ => return None,
    })
}

// --- what is found ---

#[derive(Default)]
struct Found {
    zh: bool,
    faults: Vec<String>,
    /// What was taken as it is stated, and how often.
    stated: BTreeMap<String, usize>,
    replayed: usize,
}

impl Found {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.zh { zh } else { en }
    }

    fn state(&mut self, zh: &str, en: &str) {
        *self.stated.entry(self.pick(zh, en).to_owned()).or_default() += 1;
    }

    fn fault(&mut self, place: &str, recorded: impl Display, found: impl Display) {
        let (says, comes) = (self.pick("记的是", "recorded"), self.pick("算出来是", "it comes to"));
        self.faults.push(format!("{place}: {says} {recorded}, {comes} {found}"));
    }

    fn agree<T: PartialEq<U> + Debug, U: Debug>(&mut self, place: &str, recorded: &T, found: &U) {
        if recorded != found {
            self.fault(place, format!("{recorded:?}"), format!("{found:?}"));
        }
    }

    fn value(&mut self, place: impl Fn() -> String, recorded: &Value, found: Option<&Value>) {
        match found {
            Some(found) if found == recorded => self.replayed += 1,
            Some(found) => self.fault(&place(), recorded, found),
            None => self.fault(&place(), recorded, self.pick("无法重算", "nothing that can be told").to_owned()),
        }
    }

    /// One step: its recorded value, and what its operands give.
    fn step(&mut self, unit: &str, step: &Step, recorded: &Value, values: &[Option<Value>]) {
        let operand = |of: &String| {
            let id: usize = of.trim_start_matches(['+', '-']).parse().ok().filter(|id| *id < step.step)?;
            Some((of.starts_with('-'), values.get(id)?.as_ref()?))
        };
        let operands: Option<Vec<_>> = step.of.iter().map(operand).collect();
        let in_part = operands.iter().flatten().any(|(_, value)| value.is_open());
        let found = operands.and_then(|operands| evaluate(&step.op, &step.with, &operands));
        match (step.op.as_str(), &found) {
            ("cell", _) => self.state("表里的格(由 kaoping verify 核对)", "cells of the tables (kaoping verify reads them)"),
            // compared with what the units bring, where that can be told
            ("input", _) => {}
            ("call", None) => self.state("脚本的结果", "results of scripts"),
            ("clock", None) => self.state("日历与时间的结果", "results of calendars and times"),
            _ if in_part => self.state("由部分已知的值得出的步骤", "steps from values that are known in part"),
            // here numbers have as many digits as they need
            (_, Some(Value::Number(_))) if *recorded == Value::Absent(Absence::TooLarge) => {
                self.state("位数超出程序所能表示", "numbers too large for the program")
            }
            _ => self.value(|| format!("{unit} #{} {} ({}) {}", step.step, step.means, step.op, step.at), recorded, found.as_ref()),
        }
    }
}

// --- units ---

/// A unit with the values of its steps.
struct Member<'r> {
    row: &'r Row,
    tier: &'r Tier,
    values: Vec<Option<Value>>,
}

impl<'r> Member<'r> {
    /// The values of a unit, each replayed.
    fn replayed(row: &'r Row, tier: &'r Tier, constants: &[Option<Value>], found: &mut Found) -> Self {
        let all: Vec<usize> = (0..tier.steps.len()).collect();
        let (stated, values) = if row.instead.is_empty() { (&tier.varying, constants.to_vec()) } else { (&all, vec![None; all.len()]) };
        let mut member = Member { row, tier, values };
        for ((id, value), step) in stated.iter().zip(&row.values).filter_map(|(id, value)| Some(((id, value), tier.steps.get(*id)?))) {
            match row.instead.get(id) {
                Some(other) => found.agree(&format!("{} #{id} {}", row.unit, step.means), value, other),
                None => found.step(&row.unit, step, value, &member.values),
            }
            if let Some(slot) = member.values.get_mut(*id) {
                *slot = Some(value.clone());
            }
        }
        let until = if member.exempt() == Ok(true) { tier.exempt_end } else { all.len() };
        found.agree(&format!("{} values", row.unit), &row.values.len(), &stated.iter().filter(|id| **id < until).count());
        member
    }

    fn at(&self, step: usize) -> Option<&Value> {
        self.values.get(step).and_then(Option::as_ref)
    }

    /// Whether an exemption holds, or why that is not known.
    fn exempt(&self) -> Result<bool, Absence> {
        let conditions = || self.tier.exempt.iter().filter_map(|step| self.at(*step));
        if conditions().any(|condition| *condition == Value::Truth(true)) {
            return Ok(true);
        }
        // one that is known in part may hold, whatever is missing elsewhere
        let open = conditions().filter_map(Value::absence).min_by_key(|absence| (*absence != Absence::PartlyKnown, *absence));
        open.map_or(Ok(false), Err)
    }

    fn status(&self) -> &'static str {
        let absence = match self.exempt() {
            _ if !self.row.listed => Some(Absence::Missing),
            Ok(true) => return "exempt",
            Err(absence) => Some(absence),
            Ok(false) => self.at(self.tier.total).and_then(Value::absence),
        };
        match absence {
            None => "scored",
            Some(Absence::Pending) => "pending",
            Some(Absence::NotApplicable) => "not_applicable",
            Some(Absence::PartlyKnown) => "partly_known",
            Some(_) => "missing",
        }
    }

    /// What it ranks by; none of what is not known.
    fn keys(&self) -> impl Iterator<Item = Option<&Value>> {
        self.tier.keys.iter().map(|step| step.map_or(Some(&Value::Truth(false)), |step| self.at(step)).filter(|key| key.absence().is_none()))
    }

    /// The same, if it has a place.
    fn place(&self) -> Option<Vec<&Value>> {
        self.keys().collect::<Option<_>>().filter(|_| self.status() == "scored")
    }

    /// Whether its place rests on what is known in part.
    fn is_open(&self) -> bool {
        let mut steps = self.tier.keys.iter().flatten().chain(&self.tier.exempt).chain([&self.tier.total]);
        self.status() != "exempt" && steps.any(|step| self.at(*step).is_some_and(Value::is_open))
    }

    /// What it brings to others, a value and its weight: nothing where it is left out, or why that is open.
    fn part(&self, brought: &Json) -> Result<Option<Vec<&Number>>, Absence> {
        let at = |step: &Json| self.at(usize::try_from(step.as_u64()?).ok()?);
        let left = |absence: Option<Absence>| matches!(absence, Some(Absence::Undefined | Absence::NotApplicable));
        let condition = at(&brought["condition"]);
        if brought.is_null() || self.exempt() == Ok(true) || condition == Some(&Value::Truth(false)) || left(condition.and_then(Value::absence)) {
            return Ok(None);
        }
        let values: Vec<&Value> = brought["values"].as_array().into_iter().flatten().filter_map(at).collect();
        let open = || self.exempt().err().into_iter().chain(condition.and_then(Value::absence));
        let missing = !self.row.listed && !values.is_empty();
        let absent = || values.iter().filter_map(|value| if missing { Some(Absence::Missing) } else { value.absence() });
        match open().chain(absent()).min() {
            Some(absence) if open().next().is_none() && left(Some(absence)) => Ok(None),
            Some(absence) => Err(absence),
            None => Ok(Some(values.into_iter().filter_map(Value::number).collect())),
        }
    }
}

// --- what is gathered from other units ---

/// Compares what units read of one another with what they bring.
fn gathered(input: &Json, members: &[Member<'_>], found: &mut Found) {
    let (means, fold, number) = (input["means"].as_str().unwrap_or_default(), input["fold"].as_str(), input["input"].to_string());
    let reading = |tier: &Tier| tier.steps.iter().position(|step| step.op == "input" && step.with.first() == Some(&number));
    for group in groups(members, input["over"] == "tier") {
        let parts: Vec<_> = group.iter().map(|member| member.part(&input["brought"][&member.row.tier])).collect();
        let counted: Vec<&Vec<&Number>> = parts.iter().flatten().flatten().collect();
        let open = parts.iter().filter_map(|part| part.as_ref().err()).min();
        let in_part = group.iter().any(|member| member.values.iter().flatten().any(|value| value.is_open()));
        let of_all = open.map_or_else(|| folded(fold?, &counted), |absence| Some(Value::Absent(*absence)));
        let ascending = input["ascending"] == true;
        let order = |a: usize, b: usize| {
            let order = counted.get(a).cmp(&counted.get(b));
            if ascending { order } else { order.reverse() }
        };
        let mut places = places(counted.len(), &input["ties"], order).into_iter();
        for (member, part) in group.iter().zip(&parts) {
            let value = match part {
                _ if fold != Some("rank") => of_all.clone(),
                Err(absence) => Some(Value::Absent(*absence)),
                Ok(None) => Some(Value::Absent(Absence::Undefined)),
                Ok(Some(_)) => places.next().map(Value::Number),
            };
            match reading(member.tier).and_then(|step| Some((step, member.at(step)?))) {
                None => {}
                Some(_) if fold.is_none() => found.state(&format!("来自别处的值:{means}"), &format!("values from elsewhere: {means}")),
                Some((_, recorded)) if in_part && [Some(recorded), value.as_ref()].into_iter().flatten().any(Value::is_open) => {
                    found.state("从部分已知的单位取来的值", "values from units that are known in part")
                }
                Some((step, recorded)) => found.value(|| format!("{} #{step} {means}", member.row.unit), recorded, value.as_ref()),
            }
        }
    }
}

/// The units of each tier, or all of them.
fn groups<'g, 'r>(members: &'g [Member<'r>], by_tier: bool) -> impl Iterator<Item = Vec<&'g Member<'r>>> {
    let mut groups: BTreeMap<&str, Vec<&Member<'r>>> = BTreeMap::new();
    for member in members {
        groups.entry(if by_tier { &member.row.tier } else { "" }).or_default().push(member);
    }
    groups.into_values()
}

/// The value that is made of those that count, each with its weight.
fn folded(fold: &str, counted: &[&Vec<&Number>]) -> Option<Value> {
    let mut values: Vec<&Number> = counted.iter().filter_map(|values| values.first().copied()).collect();
    values.sort_unstable();
    let (count, sum) = (whole(counted.len()), values.iter().copied().sum::<Number>());
    let found = match fold {
        "count" => Some(count),
        "sum" => Some(sum),
        "mean" => quotient(&sum, &count),
        "best" => values.last().copied().cloned(),
        "lowest" => values.first().copied().cloned(),
        "median" => {
            let middle = values.get(values.len().saturating_sub(1) / 2).zip(values.get(values.len() / 2));
            middle.map(|(low, high)| (*low + *high) / whole(2))
        }
        "weighted_mean" => {
            let weighted: Vec<_> = counted.iter().filter_map(|values| values.first().zip(values.get(1))).collect();
            quotient(&weighted.iter().map(|(value, weight)| **value * **weight).sum(), &weighted.iter().map(|(_, weight)| **weight).sum())
        }
        _ => return None,
    };
    Some(found.map_or(Value::Absent(Absence::Undefined), Value::Number))
}

/// The places of so many, whose order is known.
fn places(count: usize, ties: &Json, order: impl Fn(usize, usize) -> Ordering) -> Vec<Number> {
    let mut sorted: Vec<usize> = (0..count).collect();
    sorted.sort_by(|a, b| order(*a, *b));
    let mut places = vec![whole(0); count];
    let mut start = 0;
    for (before, tied) in sorted.chunk_by(|a, b| order(*a, *b).is_eq()).enumerate() {
        let place = match ties.as_str() {
            Some("dense") => whole(before + 1),
            Some("shared") => whole(start * 2 + 1 + tied.len()) / whole(2),
            _ => whole(start + 1),
        };
        for at in tied {
            places.get_mut(*at).into_iter().for_each(|slot| slot.clone_from(&place));
        }
        start += tied.len();
    }
    places
}

// --- results ---

/// Whether what is printed is what a value prints as; nothing is printed of what is no value.
fn prints(print: &Json, to: Option<&Value>, value: Option<&Value>, printed: &Json) -> bool {
    let text = printed.as_str().unwrap_or_default();
    match value {
        None | Some(Value::Absent(_) | Value::Within(_)) => printed.is_null(),
        Some(Value::Truth(truth)) => printed == truth,
        Some(Value::Word(word)) => printed == word,
        Some(Value::Number(number)) => {
            let shown = decimal(text.trim_end_matches('%')).map(|shown| if text.ends_with('%') { shown / whole(100) } else { shown });
            let rounded = to.and_then(|to| rounded(number, to.number()?, print["mode"].as_str()?));
            shown.is_some() && (shown == rounded || print["only"] == false && shown.as_ref() == Some(number))
        }
    }
}

/// What results print of a unit: scores, totals and outputs, as one value or by its ends.
fn results(print: &Json, unit: &Json, member: &Member<'_>, found: &mut Found) {
    let (name, status) = (&member.row.unit, member.status());
    found.agree(&format!("{name} unit"), &unit["unit"], name);
    found.agree(&format!("{name} tier"), &unit["tier"], &member.row.tier);
    match status {
        "partly_known" => found.state("部分已知的单位可能的状态", "what can become of units that are known in part"),
        _ => found.agree(&format!("{name} status"), &unit["status"], &status),
    }
    for Printed { result, interval, step, to } in &member.tier.printed {
        let shows = if result == "/total" { matches!(status, "scored" | "partly_known") } else { member.row.listed && status != "exempt" };
        let value = step.and_then(|step| member.at(step)).filter(|_| shows);
        let recorded = unit.pointer(result).unwrap_or(&Json::Null);
        let (has_ends, interval) = (interval.is_some(), interval.as_ref().and_then(|interval| unit.pointer(interval)).unwrap_or(&Json::Null));
        let right = match (value.and_then(Value::ends), interval) {
            (Some([low, high]), Json::Array(ends)) => {
                !recorded.is_string() && ends.len() == 2 && [low, high].iter().zip(ends).all(|(end, printed)| prints(print, to.as_ref(), end.as_ref(), printed))
            }
            (Some(_), Json::Null) if has_ends && value.is_some_and(Value::is_open) => false,
            _ => interval.is_null() && prints(print, to.as_ref(), value, recorded),
        };
        if !right {
            let comes = value.map_or_else(|| "-".to_owned(), Value::to_string);
            found.fault(&format!("{name} {result}"), if interval.is_null() { recorded } else { interval }, comes);
        }
    }
}

fn ranks(ranking: &Json, units: &[Json], members: &[Member<'_>], found: &mut Found) {
    let recorded: BTreeMap<&str, &Json> = members.iter().map(|member| member.row.unit.as_str()).zip(units).collect();
    let descending: Vec<bool> = ranking["descending"].as_array().into_iter().flatten().map(|down| *down == true).collect();
    for group in groups(members, ranking["within_tier"] == true) {
        if group.iter().any(|member| member.is_open()) {
            group.iter().for_each(|_| found.state("有单位部分已知时的名次", "places beside units that are known in part"));
            continue;
        }
        let racing: Vec<Vec<&Value>> = group.iter().filter_map(|member| member.place()).collect();
        let waiting = group.iter().filter(|member| member.place().is_none() && !matches!(member.status(), "exempt" | "not_applicable"));
        // one that ranks last whatever it comes to changes no place before those that do
        let (last, any): (Vec<&Member<'_>>, Vec<_>) = waiting.partition(|member| member.row.listed && member.keys().next() == Some(Some(&Value::Truth(true))));
        let order = |a: usize, b: usize| {
            let keys = racing.get(a).into_iter().flatten().zip(racing.get(b).into_iter().flatten()).zip(&descending);
            let orders = keys.map(|((a, b), down)| if *down { b.partial_cmp(a) } else { a.partial_cmp(b) });
            orders.flatten().fold(Ordering::Equal, Ordering::then)
        };
        let mut places = places(racing.len(), &ranking["ties"], order).into_iter();
        for member in group {
            let (name, keys) = (&member.row.unit, member.place());
            let is_last = keys.as_ref().is_some_and(|keys| keys.first() == Some(&&Value::Truth(true)));
            let open = keys.is_some() && (!any.is_empty() || is_last && !last.is_empty());
            let unit = recorded.get(name.as_str()).copied().unwrap_or(&Json::Null);
            let rank = unit["rank"].as_str().map_or_else(|| unit["rank"].to_string(), str::to_owned);
            found.agree(&format!("{name} rank {rank}"), &decimal(&rank), &keys.and_then(|_| places.next()));
            found.agree(&format!("{name} provisional"), &unit["provisional"], &open);
        }
    }
}

// --- the whole ---

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn replay(text: &str, receipt: &Receipt, found: &mut Found) {
    let between = |from: &str, to: &str| text.rsplit_once(to).and_then(|(before, _)| before.split_once(from)).map(|(_, section)| section).unwrap_or_default();
    found.agree("format", &receipt.format, &"kaoping-receipt 1");
    let body = text.rfind("\n\"sha256\": ").and_then(|at| text.get(..=at)).unwrap_or_default();
    found.agree("sha256", &receipt.sha256, &sha256(body));
    for (name, next) in [("results", "programs"), ("programs", "trace"), ("trace", "sha256")] {
        let section = between(&format!("\n\"{name}\": "), &format!(",\n\"{next}\": "));
        found.agree(&format!("hashes/{name}"), &receipt.hashes[name], &sha256(section));
    }
    let mut constants: BTreeMap<&str, (&Tier, Vec<Option<Value>>)> = BTreeMap::new();
    for tier in &receipt.programs.tiers {
        let mut values: Vec<Option<Value>> = Vec::with_capacity(tier.steps.len());
        for (at, step) in tier.steps.iter().enumerate() {
            found.agree(&format!("{} step", tier.tier), &step.step, &at);
            match &step.value {
                Some(value) => found.step(&tier.tier, step, value, &values),
                None => found.agree(&format!("{} #{at} {} varying", tier.tier, step.means), &tier.varying.binary_search(&at).is_ok(), &true),
            }
            values.push(step.value.clone());
        }
        constants.insert(&tier.tier, (tier, values));
    }
    let mut members = Vec::with_capacity(receipt.trace.len());
    for row in &receipt.trace {
        match constants.get(row.tier.as_str()) {
            Some((tier, values)) => members.push(Member::replayed(row, tier, values, found)),
            None => found.fault(&row.unit, &row.tier, "-"),
        }
    }
    receipt.programs.inputs.iter().for_each(|input| gathered(input, &members, found));
    let units = receipt.results["units"].as_array().map(Vec::as_slice).unwrap_or_default();
    found.agree("units", &units.len(), &members.len());
    units.iter().zip(&members).for_each(|(unit, member)| results(&receipt.programs.print, unit, member, found));
    ranks(&receipt.programs.ranking, units, &members, found);
}

/// A receipt, or why it is none.
fn read(path: &str, found: &mut Found) -> Result<Receipt, String> {
    let text = std::fs::read(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => found.pick("没有这个文件", "there is no such file").to_owned(),
        ErrorKind::PermissionDenied => found.pick("没有读它的权限", "it may not be read").to_owned(),
        ErrorKind::IsADirectory => found.pick("这是一个文件夹,请给收据文件", "this is a folder: name a receipt").to_owned(),
        _ => format!("{} {}", found.pick("读不了,系统错误", "it cannot be read, error of the system"), cause.raw_os_error().unwrap_or_default()),
    })?;
    let text = String::from_utf8(text).map_err(|_| found.pick("不是收据(不是 UTF-8 文本)", "no receipt (no text in UTF-8)").to_owned())?;
    let receipt: Receipt = serde_json::from_str(&text).map_err(|fault| {
        let why = match fault.classify() {
            Category::Eof => found.pick("文件到这里断了", "the file breaks off here"),
            Category::Syntax | Category::Io => found.pick("不是合法的 JSON", "this is not JSON"),
            Category::Data => found.pick("不是收据该有的内容", "this is not what a receipt holds"),
        };
        let (line, column) = (fault.line(), fault.column());
        let place = if found.zh { format!("第 {line} 行第 {column} 个字节") } else { format!("line {line}, byte {column}") };
        let advice = found.pick("收据由 kaoping score --receipt 写出,请重新取一份", "receipts are written by kaoping score --receipt: get it again");
        format!("{place}: {why}; {advice}")
    })?;
    replay(&text, &receipt, found);
    Ok(receipt)
}

/// What no receipt tells, or this program does not look at.
const NEVER: [[&str; 2]; 3] = [
    [
        "步骤是否就是规则所写,格子和文件是否就是原来的(kaoping verify)",
        "whether the steps are those of the rules, the cells those of the tables, the files as they were (kaoping verify)",
    ],
    ["签名、上一份收据(kaoping verify)", "the signature and the receipts before (kaoping verify)"],
    [
        "满分、各项状态、资格、名单、各种文字、调整前后、各期明细",
        "full marks, states of indicators, eligibility, lists, words, what adjustments moved, single periods",
    ],
];

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let named = arguments.iter().position(|argument| argument == "--lang").map(|at| arguments.drain(at..arguments.len().min(at + 2)).collect());
    let lang = named.map_or_else(|| std::env::var("LANG").unwrap_or_default(), |named: Vec<String>| named.concat());
    let mut found = Found { zh: !lang.trim_start_matches("--lang").starts_with("en"), ..Found::default() };
    let [path] = arguments.as_slice() else {
        eprintln!("kaoping-replay {} [--lang zh|en]", found.pick("收据", "RECEIPT"));
        return ExitCode::from(2);
    };
    let receipt = match read(path, &mut found) {
        Ok(receipt) => receipt,
        Err(cause) => {
            eprintln!("{path}: {cause}");
            return ExitCode::from(2);
        }
    };
    let (period, units, steps, faults) = (receipt.period, receipt.trace.len(), found.replayed, found.faults.len());
    if found.zh {
        println!("{path}: {period},{units} 个单位,重算 {steps} 步,{faults} 处不符");
    } else {
        println!("{path}: {period}, {units} units, {steps} steps replayed, {faults} do not agree");
    }
    found.faults.iter().for_each(|fault| println!("  {fault}"));
    println!("{}", found.pick("没有核对的:", "not checked:"));
    found.stated.iter().for_each(|(what, count)| println!("  {what} × {count}"));
    NEVER.iter().for_each(|[zh, en]| println!("  {}", found.pick(zh, en)));
    if faults == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
