//! Replays a receipt with an arithmetic of its own: exact fractions of whole numbers, and nothing of the program that made it.
//!
//! In: a receipt, whose format docs/audit.md describes. Out: every step of the trace that does not come to what is recorded, every
//! result that its steps do not give, and what was not checked. It reads no rules and no tables: that the steps are those of the rules and
//! the cells those of the tables is what `kaoping verify` finds out.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of one file prints where it finds")]
#![expect(clippy::arithmetic_side_effects, reason = "whole numbers of any length do not overflow")]
#![expect(clippy::struct_field_names, reason = "fields are named as in the receipt")]

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use num_bigint::BigInt;
use num_rational::BigRational as Number;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

// --- what a receipt holds; what is looked at once stays JSON ---

#[derive(Deserialize)]
struct Receipt {
    format: String,
    period: String,
    files: Vec<Json>,
    hashes: Json,
    results: Json,
    programs: Programs,
    trace: Vec<Row>,
    sha256: String,
}

#[derive(Deserialize)]
struct Programs {
    ranking: Json,
    inputs: Vec<Json>,
    tiers: Vec<Tier>,
}

#[derive(Deserialize)]
struct Tier {
    tier: String,
    exempt: Vec<usize>,
    exempt_end: usize,
    total: usize,
    last: Option<usize>,
    keys: Vec<usize>,
    printed: Vec<Printed>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Printed {
    result: String,
    interval: Option<String>,
    step: Option<usize>,
    with: Vec<String>,
}

#[derive(Deserialize)]
struct Step {
    step: usize,
    op: String,
    of: Vec<usize>,
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
    instead: Vec<usize>,
    values: Vec<Value>,
}

// --- values ---

/// Written `7.5` or `22/7`, `true`, `=word`, `!missing`, and `?8..12` where it is known in part: what it can be, numbers first.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
enum Value {
    Number(Number),
    Truth(bool),
    Word(String),
    Absent(Absence),
    Within(String),
}

/// Why there is no value; the first of several wins. The first is what this program cannot tell, the last what only a total can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Absence {
    #[serde(skip_deserializing)]
    Untold,
    TooLarge,
    NoRow,
    Failed,
    NotApplicable,
    Missing,
    PartlyKnown,
    Pending,
    Undefined,
    #[serde(skip_deserializing)]
    Exempt,
}

use Absence::{Exempt, Missing, NotApplicable, PartlyKnown, Pending, TooLarge, Undefined, Untold};
use Value::{Absent, Truth, Within, Word};

impl TryFrom<String> for Value {
    type Error = String;

    fn try_from(text: String) -> Result<Value, String> {
        let read = match text.split_at_checked(1) {
            Some(("=", word)) => Some(Word(word.to_owned())),
            Some(("?", all)) => Some(Within(all.to_owned())),
            Some(("!", why)) => serde_json::from_value(why.into()).ok().map(Absent),
            _ => number(&text).map(Value::Number).or_else(|| text.parse().ok().map(Truth)),
        };
        read.ok_or(text)
    }
}

impl Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => formatter.write_str(&decimal(number)),
            Truth(truth) => truth.fmt(formatter),
            Word(word) => write!(formatter, "={word}"),
            Within(all) => write!(formatter, "?{all}"),
            Absent(absence) => formatter.write_str("!").and_then(|()| absence.serialize(formatter)),
        }
    }
}

impl Value {
    fn number(&self) -> Option<&Number> {
        if let Value::Number(number) = self { Some(number) } else { None }
    }

    fn absence(&self) -> Option<Absence> {
        match self {
            Absent(absence) => Some(*absence),
            Within(_) => Some(PartlyKnown),
            Value::Number(_) | Truth(_) | Word(_) => None,
        }
    }

    fn is_open(&self) -> bool {
        self.absence() == Some(PartlyKnown)
    }

    /// The least and the greatest number that it can be, if it can be one; an end may be missing.
    fn ends(&self) -> Option<[Value; 2]> {
        let end = |text: &str| Value::try_from(text.to_owned()).unwrap_or(Absent(Untold));
        match self {
            Value::Number(_) => Some([self.clone(), self.clone()]),
            Within(all) => all.split(" | ").next()?.split_once("..").map(|(low, high)| [low, high].map(end)),
            Truth(_) | Word(_) | Absent(_) => None,
        }
    }
}

/// A decimal, or a fraction of two.
fn number(text: &str) -> Option<Number> {
    if let Some((over, under)) = text.split_once('/') {
        return quotient(&number(over)?, &number(under)?);
    }
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{places}").parse().ok()?;
    let unit = u32::try_from(places.len()).ok()?;
    let number = if unit == 0 { Number::from(digits) } else { Number::new(digits, BigInt::from(10).pow(unit)) };
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')).then_some(number)
}

/// A number as a decimal where it ends, as a fraction where it does not.
fn decimal(number: &Number) -> String {
    let scaled = |places: usize| (0..places).fold(number.clone(), |number, _| number * whole(10));
    let Some(places) = (0..30).find(|places| scaled(*places).is_integer()) else { return number.to_string() };
    let mut digits = format!("{:0>1$}", scaled(places).numer().magnitude(), places + 1);
    if places > 0 {
        digits.insert(digits.len() - places, '.');
    }
    if *number < whole(0) { format!("-{digits}") } else { digits }
}

fn whole(number: usize) -> Number {
    Number::from(BigInt::from(number))
}

fn quotient(over: &Number, under: &Number) -> Option<Number> {
    (*under != whole(0)).then(|| over / under)
}

// --- steps ---

/// What has no value where an operand has none, but for what is said below.
const STRICT: [&str; 14] = ["and", "or", "not", "compare", "is_undefined", "sum", "times", "over", "cap", "floor", "round", "steps", "call", "clock"];

/// What an operation comes to; none where that does not follow from its operands.
fn evaluate(op: &str, with: &[String], of: &[&Value]) -> Option<Value> {
    let absent = of.iter().filter_map(|value| value.absence()).min();
    Some(match (op, of) {
        _ if absent == Some(Untold) => return None,
        // what may have a value though an operand has none
        ("or_else", [Absent(Missing), a]) | ("or_else" | "same", [a, ..]) => (*a).clone(),
        ("choose", [Truth(true), a, _] | [Truth(false), _, a]) => (*a).clone(),
        ("choose", [condition, _, _]) => Absent(condition.absence()?),
        ("is_blank", [a]) => Truth(**a == Absent(Missing)),
        ("is_undefined", [Absent(Undefined)]) => Truth(true),
        ("and", all) if all.contains(&&Truth(false)) => Truth(false),
        ("or", all) if all.contains(&&Truth(true)) => Truth(true),
        // what has none then
        _ if absent.is_some() => Absent(absent.filter(|_| STRICT.contains(&op))?),
        ("constant", []) => Value::try_from(with.first()?.clone()).ok()?,
        ("is_undefined", [_]) => Truth(false),
        ("and" | "or", _) => Truth(op == "and"),
        ("not", [Truth(truth)]) => Truth(!truth),
        ("compare", [a, b]) => Truth(match with.first()?.as_str() {
            "=" => a == b,
            "≠" => a != b,
            "≥" => a.number()? >= b.number()?,
            ">" => a.number()? > b.number()?,
            "≤" => a.number()? <= b.number()?,
            "<" => a.number()? < b.number()?,
            _ => return None,
        }),
        ("over", [_, Value::Number(b)]) if *b == whole(0) => Absent(Undefined),
        _ => Value::Number(calculate(op, with, &of.iter().map(|value| value.number()).collect::<Option<Vec<_>>>()?)?),
    })
}

/// The same of numbers.
fn calculate(op: &str, with: &[String], of: &[&Number]) -> Option<Number> {
    let size = || number(with.first()?);
    match (op, of) {
        ("sum", _) => {
            let signed = with.iter().zip(of).map(|(sign, term)| if sign == "-" { -*term } else { (*term).clone() });
            (with.len() == of.len()).then(|| signed.sum())
        }
        ("times", [a, b]) => Some(*a * *b),
        // where a step is stated the digits end on it
        ("over", [a, b]) => quotient(a, b).filter(|found| with.is_empty() || size().is_some_and(|size| (found / size).is_integer())),
        ("cap", [a, b]) => Some((*a).min(*b).clone()),
        ("floor", [a, b]) => Some((*a).max(*b).clone()),
        ("steps", [a]) => counted(quotient(a, &size()?)?, with.get(1)?),
        ("round", [a]) => Some(counted(quotient(a, &size()?)?, with.get(1)?)? * size()?),
        _ => None,
    }
}

/// So many steps, those that are not whole as it is said.
fn counted(steps: Number, mode: &str) -> Option<Number> {
    Some(match mode {
        "pro_rata" => steps,
        "whole" => steps.floor(),
        "started" => steps.ceil(),
        "to_zero" => steps.trunc(),
        "from_zero" if steps < whole(0) => steps.floor(),
        "from_zero" => steps.ceil(),
        // half of an even number is whole, and half of what lies halfway a quarter away from it
        "half_even" if *steps.denom() == BigInt::from(2) => (steps / whole(2)).round() * whole(2),
        "half_even" | "half_up" => steps.round(),
        _ => return None,
    })
}

// --- what is found ---

/// A text in Chinese and in English.
type Words = [&'static str; 2];

/// What no receipt tells, or this program does not look at.
const NEVER: [Words; 3] = [
    ["步骤是否就是规则所写,格子是否就是表里所写(kaoping verify)", "whether steps are those of the rules, and cells those of the tables (kaoping verify)"],
    ["签名、上一份收据、行尾(kaoping verify)", "the signature, the receipts before, the ends of lines (kaoping verify)"],
    ["满分、各项状态、资格、名单、各种文字、调整、各期明细", "full marks, states of indicators, eligibility, lists, words, adjustments, single periods"],
];

#[derive(Default)]
struct Found<'r> {
    /// Where something does not agree, what is recorded, and what it comes to.
    faults: Vec<[String; 3]>,
    /// What was taken as it is stated, by its name where it has one, and how often.
    stated: BTreeMap<(Words, &'r str), usize>,
    replayed: usize,
}

impl<'r> Found<'r> {
    fn state(&mut self, what: Words, name: &'r str) {
        *self.stated.entry((what, name)).or_default() += 1;
    }

    fn fault(&mut self, place: impl Display, recorded: impl Display, found: impl Display) {
        self.faults.push([place.to_string(), recorded.to_string(), found.to_string()]);
    }

    fn agree<T: PartialEq<U> + Display, U: Display + ?Sized>(&mut self, place: impl Display, recorded: &T, found: &U) {
        if recorded != found {
            self.fault(place, recorded, found);
        }
    }

    fn replay(&mut self, place: impl Display, recorded: &Value, found: &Value) {
        self.replayed += 1;
        self.agree(place, recorded, found);
    }

    /// One step: its recorded value, and what its operands give.
    fn step(&mut self, unit: &str, step: &Step, recorded: &Value, values: &[Value]) {
        let of: Vec<&Value> = step.of.iter().map(|id| values.get(*id).filter(|_| *id < step.step).unwrap_or(&Absent(Untold))).collect();
        let found = evaluate(&step.op, &step.with, &of).unwrap_or(Absent(Untold));
        match (step.op.as_str(), &found) {
            ("cell", Absent(Untold)) => self.state(["表里的格(由 kaoping verify 核对)", "cells of the tables (kaoping verify reads them)"], ""),
            ("call", Absent(Untold)) => self.state(["脚本的结果", "results of scripts"], ""),
            ("clock", Absent(Untold)) => self.state(["日历与时间的结果", "results of calendars and times"], ""),
            // compared with what the units bring, where that can be told
            ("input", Absent(Untold)) => {}
            _ if of.iter().any(|value| value.is_open()) => self.state(["由部分已知的值得出的步骤", "steps from values that are known in part"], ""),
            // here numbers have as many digits as they need
            (_, Value::Number(_)) if *recorded == Absent(TooLarge) => self.state(["位数超出程序所能表示", "numbers too large for the program"], ""),
            (op, _) => self.replay(format_args!("{unit} #{} {} ({op}) {}", step.step, step.means, step.at), recorded, &found),
        }
    }
}

// --- units ---

/// A unit with what results print of it and the values of its steps.
struct Member<'r> {
    row: &'r Row,
    tier: &'r Tier,
    printed: &'r Json,
    values: Vec<Value>,
    /// Whether an exemption holds.
    exempt: Value,
    /// Its total, or why it has none.
    total: Value,
}

impl<'r> Member<'r> {
    /// Every step of a unit replayed.
    fn replayed(row: &'r Row, (tier, constants): &(&'r Tier, Vec<Value>), printed: &'r Json, found: &mut Found<'r>) -> Self {
        let mut unit = Member { row, tier, printed, values: constants.clone(), exempt: Truth(false), total: Absent(Missing) };
        let varying = || tier.steps.iter().filter(|step| step.value.is_none());
        for (step, value) in varying().zip(&row.values) {
            if row.instead.contains(&step.step) {
                found.state(["调整后的得分(由 kaoping verify 核对)", "adjusted scores (kaoping verify reads them)"], "");
            } else {
                found.step(&row.unit, step, value, &unit.values);
            }
            unit.values.get_mut(step.step).into_iter().for_each(|slot| slot.clone_from(value));
        }
        let conditions: Vec<&Value> = tier.exempt.iter().map(|step| unit.at(*step)).collect();
        // one that is known in part may hold, whatever is missing elsewhere
        let open = conditions.iter().any(|condition| condition.is_open()) && !conditions.contains(&&Truth(true));
        unit.exempt = if open { Absent(PartlyKnown) } else { evaluate("or", &[], &conditions).unwrap_or(Absent(Untold)) };
        unit.total = match &unit.exempt {
            _ if !row.listed => Absent(Missing),
            Truth(true) => Absent(Exempt),
            Truth(false) => unit.at(tier.total).clone(),
            open => open.clone(),
        };
        let stated = varying().filter(|step| unit.exempt != Truth(true) || step.step < tier.exempt_end).count();
        found.agree(format_args!("{} values", row.unit), &row.values.len(), &stated);
        unit
    }

    fn at(&self, step: usize) -> &Value {
        self.values.get(step).unwrap_or(&Absent(Untold))
    }

    fn status(&self) -> &'static str {
        match self.total.absence() {
            None => "scored",
            Some(Exempt) => "exempt",
            Some(Pending) => "pending",
            Some(NotApplicable) => "not_applicable",
            Some(PartlyKnown) => "partly_known",
            Some(_) => "missing",
        }
    }

    /// Whether a veto ranks it behind all others.
    fn last(&self) -> &Value {
        self.tier.last.map_or(&Truth(false), |step| self.at(step))
    }

    /// Whether its place rests on what is known in part.
    fn is_open(&self) -> bool {
        let mut steps = self.tier.last.iter().chain(&self.tier.keys).chain(&self.tier.exempt).chain([&self.tier.total]);
        self.exempt != Truth(true) && steps.any(|step| self.at(*step).is_open())
    }

    /// What it ranks by, if it has a place: the lowest stands first.
    fn keys(&self, descending: &Json) -> Option<Vec<Number>> {
        let last = if let Truth(last) = self.last() { Some(whole(usize::from(*last))) } else { None };
        let key = |(at, step): (usize, &usize)| self.at(*step).number().map(|key| if descending[at] == true { -key } else { key.clone() });
        [last].into_iter().chain(self.tier.keys.iter().enumerate().map(key)).collect::<Option<_>>().filter(|_| self.status() == "scored")
    }

    /// What it brings to others, a value and its weight: nothing where it is left out, or why that is open.
    fn part(&self, brought: &Json) -> Result<Option<Vec<&Number>>, Absence> {
        let at = |step: &Json| Some(self.at(usize::try_from(step.as_u64()?).ok()?));
        let left = |absence: Option<Absence>| matches!(absence, Some(Undefined | NotApplicable));
        let condition = at(&brought["condition"]).unwrap_or(&Truth(true));
        if brought.is_null() || self.exempt == Truth(true) || *condition == Truth(false) || left(condition.absence()) {
            return Ok(None);
        }
        let values: Vec<&Value> = brought["values"].as_array().into_iter().flatten().filter_map(at).collect();
        let open = [&self.exempt, condition].into_iter().filter_map(Value::absence).min();
        let absent = values.iter().filter_map(|value| if self.row.listed { value.absence() } else { Some(Missing) }).min();
        match open.into_iter().chain(absent).min() {
            None => Ok(Some(values.into_iter().filter_map(Value::number).collect())),
            absence if open.is_none() && left(absence) => Ok(None),
            Some(absence) => Err(absence),
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

/// The places of those that have keys.
fn places(keys: &[Option<Vec<Number>>], ties: &Json) -> BTreeMap<usize, Value> {
    let mut ordered: BTreeMap<&Vec<Number>, Vec<usize>> = BTreeMap::new();
    for (at, keys) in keys.iter().enumerate() {
        keys.iter().for_each(|keys| ordered.entry(keys).or_default().push(at));
    }
    let mut places = BTreeMap::new();
    for (before, tied) in ordered.values().enumerate() {
        let place = match ties.as_str() {
            Some("dense") => Value::Number(whole(before + 1)),
            Some("shared") => Value::Number(whole(places.len() * 2 + 1 + tied.len()) / whole(2)),
            Some("skipping") => Value::Number(whole(places.len() + 1)),
            _ => Absent(Untold),
        };
        places.extend(tied.iter().map(|at| (*at, place.clone())));
    }
    places
}

/// The value that is made of those that count, each with its weight.
fn folded(fold: &Json, counted: &[&Vec<&Number>]) -> Value {
    let mut values: Vec<&Number> = counted.iter().filter_map(|values| values.first().copied()).collect();
    values.sort_unstable();
    let (count, sum) = (whole(counted.len()), values.iter().copied().sum());
    let found = match fold.as_str() {
        Some("count") => Some(count),
        Some("sum") => Some(sum),
        Some("mean") => quotient(&sum, &count),
        Some("weighted_mean") => {
            let weighted: Vec<_> = counted.iter().filter_map(|values| values.first().zip(values.get(1))).collect();
            quotient(&weighted.iter().map(|(value, weight)| **value * **weight).sum(), &weighted.iter().map(|(_, weight)| **weight).sum())
        }
        Some("best") => values.last().copied().cloned(),
        Some("lowest") => values.first().copied().cloned(),
        Some("median") => values.get((values.len().max(1) - 1) / 2).zip(values.get(values.len() / 2)).map(|(a, b)| (*a + *b) / whole(2)),
        _ => return Absent(Untold),
    };
    found.map_or(Absent(Undefined), Value::Number)
}

/// Compares what units read of one another with what they bring.
fn gathered<'r>(input: &'r Json, members: &[Member<'r>], found: &mut Found<'r>) {
    let (means, number, units) = (input["means"].as_str().unwrap_or_default(), input["input"].to_string(), &input["units"]);
    let reading = |tier: &Tier| tier.steps.iter().position(|step| step.op == "input" && step.with.first() == Some(&number));
    for group in groups(members, units["over"] == "tier") {
        let parts: Vec<_> = group.iter().map(|member| member.part(units["brought"].get(&member.row.tier).unwrap_or(&Json::Null))).collect();
        let counted: Vec<&Vec<&Number>> = parts.iter().flatten().flatten().collect();
        let open = parts.iter().filter_map(|part| part.as_ref().err()).min();
        let of_all = open.map_or_else(|| folded(&units["fold"], &counted), |absence| Absent(*absence));
        let key = |value: &&Number| if units["ascending"] == true { (*value).clone() } else { -*value };
        let keys: Vec<_> = parts.iter().map(|part| Some(part.as_ref().ok()?.as_ref()?.iter().map(key).collect())).collect();
        let places = places(&keys, &units["ties"]);
        let in_part = group.iter().any(|member| member.values.iter().any(Value::is_open));
        for (at, (member, part)) in group.iter().zip(&parts).enumerate() {
            let value = match part {
                _ if units["fold"] != "rank" => of_all.clone(),
                Err(absence) => Absent(*absence),
                Ok(_) => places.get(&at).cloned().unwrap_or(Absent(Undefined)),
            };
            match reading(member.tier).map(|step| (step, member.at(step))) {
                None => {}
                Some((_, recorded)) if *recorded == Absent(Untold) => {}
                _ if units.is_null() => found.state(["来自别处的值:", "values from elsewhere: "], means),
                Some((_, recorded)) if in_part && (recorded.is_open() || value.is_open()) => {
                    found.state(["从部分已知的单位取来的值", "values from units that are known in part"], "");
                }
                Some((step, recorded)) => found.replay(format_args!("{} #{step} {means}", member.row.unit), recorded, &value),
            }
        }
    }
}

// --- results ---

/// Whether what is printed is what a value prints as; nothing is printed of what is no value.
fn prints(with: &[String], value: &Value, printed: &Json) -> bool {
    match value {
        Absent(_) | Within(_) => printed.is_null(),
        Truth(truth) => printed == truth,
        Word(word) => printed == word,
        Value::Number(value) => {
            let text = printed.as_str().unwrap_or_default();
            let shown = text.strip_suffix('%').map_or_else(|| number(text), |percent| Some(number(percent)? / whole(100)));
            shown.is_some() && shown == if with.is_empty() { Some(value.clone()) } else { calculate("round", with, &[value]) }
        }
    }
}

/// What results print of a unit: scores, totals and outputs, as one value or by its ends.
fn results(member: &Member<'_>, found: &mut Found<'_>) {
    let (name, unit) = (&member.row.unit, member.printed);
    found.agree(format_args!("{name} unit"), &unit["unit"], name);
    found.agree(format_args!("{name} tier"), &unit["tier"], &member.row.tier);
    match member.status() {
        "partly_known" => found.state(["部分已知的单位可能的状态", "what can become of units that are known in part"], ""),
        status => found.agree(format_args!("{name} status"), &unit["status"], status),
    }
    for Printed { result, interval, step, with } in &member.tier.printed {
        let shows = if result == "/total" { matches!(member.status(), "scored" | "partly_known") } else { member.row.listed && member.exempt != Truth(true) };
        let value = step.filter(|_| shows).map_or(&Absent(Untold), |step| member.at(step));
        let at = |pointer: &String| unit.pointer(pointer).unwrap_or(&Json::Null);
        let (recorded, ends) = (at(result), interval.as_ref().map_or(&Json::Null, at));
        let right = match (value.ends(), ends) {
            (Some(values), Json::Array(ends)) => {
                !recorded.is_string() && ends.len() == 2 && values.iter().zip(ends).all(|(value, printed)| prints(with, value, printed))
            }
            (Some(_), Json::Null) if interval.is_some() && value.is_open() => false,
            _ => ends.is_null() && prints(with, value, recorded),
        };
        if !right {
            found.fault(format_args!("{name} {result}"), if ends.is_null() { recorded } else { ends }, value);
        }
    }
}

fn ranks(ranking: &Json, members: &[Member<'_>], found: &mut Found<'_>) {
    for group in groups(members, ranking["within_tier"] == true) {
        if group.iter().any(|member| member.is_open()) {
            group.iter().for_each(|_| found.state(["有单位部分已知时的名次", "places beside units that are known in part"], ""));
            continue;
        }
        let keys: Vec<_> = group.iter().map(|member| member.keys(&ranking["descending"])).collect();
        let places = places(&keys, &ranking["ties"]);
        let waits = |(member, keys): &(&&Member<'_>, &Option<_>)| keys.is_none() && !matches!(member.status(), "exempt" | "not_applicable");
        let waiting: Vec<_> = group.iter().zip(&keys).filter(waits).collect();
        for (at, member) in group.iter().enumerate() {
            let (name, rank, place) = (&member.row.unit, member.printed["rank"].to_string(), places.get(&at));
            let recorded = number(rank.trim_matches('"')).map_or(Absent(Untold), Value::Number);
            found.agree(format_args!("{name} rank {rank}"), &recorded, place.unwrap_or(&Absent(Untold)));
            // one that ranks last whatever it comes to changes no place before those that do
            let bears = |(other, _): &(&&Member<'_>, _)| *member.last() == Truth(true) || !other.row.listed || *other.last() != Truth(true);
            found.agree(format_args!("{name} provisional"), &member.printed["provisional"], &(place.is_some() && waiting.iter().any(bears)));
        }
    }
}

// --- the whole ---

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The hashes that a receipt states of itself and of files.
fn hashes(text: &str, receipt: &Receipt, root: Option<&Path>, found: &mut Found<'_>) {
    let section = |from: &str, to: &str| text.rsplit_once(to)?.0.split_once(from).map(|(_, section)| sha256(section.as_bytes()));
    found.agree("format", &receipt.format, "kaoping-receipt 1");
    let body = text.rfind("\n\"sha256\": ").and_then(|at| text.get(..=at)).unwrap_or_default();
    found.agree("sha256", &receipt.sha256, &sha256(body.as_bytes()));
    for (name, next) in [("results", "programs"), ("programs", "trace"), ("trace", "sha256")] {
        let hash = section(&format!("\n\"{name}\": "), &format!(",\n\"{next}\": "));
        found.agree(format_args!("hashes/{name}"), receipt.hashes.get(name).unwrap_or(&Json::Null), &hash.unwrap_or_default());
    }
    match root {
        None => found.state(["文件的散列(--root 文件夹 可核对)", "hashes of the files (give --root FOLDER)"], ""),
        Some(root) => receipt.files.iter().for_each(|file| {
            let path = file["path"].as_str().unwrap_or_default();
            let hash = std::fs::read(root.join(path)).map(|bytes| sha256(&bytes));
            found.agree(path, &file["sha256"], &hash.unwrap_or_default());
        }),
    }
}

fn replay<'r>(receipt: &'r Receipt, found: &mut Found<'r>) {
    let Programs { ranking, inputs, tiers } = &receipt.programs;
    let mut constants = BTreeMap::new();
    for tier in tiers {
        let values: Vec<Value> = tier.steps.iter().map(|step| step.value.clone().unwrap_or(Absent(Untold))).collect();
        for (at, step) in tier.steps.iter().enumerate() {
            found.agree(format_args!("{} step", tier.tier), &step.step, &at);
            step.value.iter().for_each(|value| found.step(&tier.tier, step, value, &values));
        }
        constants.insert(&tier.tier, (tier, values));
    }
    let units = receipt.results.get("units").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    found.agree("units", &units.len(), &receipt.trace.len());
    let mut members = Vec::with_capacity(units.len());
    for (row, printed) in receipt.trace.iter().zip(units) {
        match constants.get(&row.tier) {
            Some(tier) => members.push(Member::replayed(row, tier, printed, found)),
            None => found.fault(&row.unit, &row.tier, ""),
        }
    }
    inputs.iter().for_each(|input| gathered(input, &members, found));
    members.iter().for_each(|member| results(member, found));
    ranks(ranking, &members, found);
}

/// The text of a receipt and what it holds, or why it is none and, by line and byte, where.
fn read(path: &Path) -> Result<(String, Receipt), (String, Words)> {
    let file = std::fs::read(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => ["没有这个文件", "there is no such file"],
        ErrorKind::IsADirectory => ["这是一个文件夹,请给收据文件", "this is a folder: name a receipt"],
        _ => ["读不了这个文件", "this file cannot be read"],
    });
    let text = file.and_then(|bytes| String::from_utf8(bytes).map_err(|_| ["不是收据(不是 UTF-8 文本)", "no receipt (no text in UTF-8)"]));
    let text = text.map_err(|why| (path.display().to_string(), why))?.replace("\r\n", "\n");
    let none = ["不是收据,或者断在、改坏在这里;请重新取一份", "no receipt, or it breaks off or is damaged here: get it again"];
    let receipt = serde_json::from_str(&text).map_err(|fault| (format!("{}:{}:{}", path.display(), fault.line(), fault.column()), none))?;
    Ok((text, receipt))
}

/// 用精确的分数把收据里的每一步另算一遍 / Replays every step of a receipt with exact fractions
#[derive(Parser)]
#[command(name = "kaoping-replay", version)]
struct Arguments {
    /// 收据 / The receipt
    #[arg(value_name = "收据|RECEIPT")]
    receipt: PathBuf,
    /// 收据里的路径从这个文件夹算起,核对文件的散列 / The folder from which the paths in the receipt start: files are hashed
    #[arg(long, value_name = "文件夹|FOLDER")]
    root: Option<PathBuf>,
    /// 语言 / The language
    #[arg(long, value_parser = ["zh", "en"])]
    lang: Option<String>,
}

fn main() -> ExitCode {
    let Arguments { receipt: path, root, lang } = Arguments::try_parse().unwrap_or_else(|error| {
        if error.use_stderr() {
            eprintln!("参数有误 / the arguments are wrong");
        }
        error.exit()
    });
    let of_system = || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|lang| !lang.is_empty()));
    let zh = lang.or_else(of_system).is_none_or(|lang| ["zh", "C", "POSIX"].iter().any(|name| lang.starts_with(name)));
    let pick = |[chinese, english]: Words| if zh { chinese } else { english };
    let read = match root.as_deref().filter(|root| !root.is_dir()) {
        Some(root) => Err((root.display().to_string(), ["没有这个文件夹", "there is no such folder"])),
        None => read(&path),
    };
    let (text, receipt) = match read {
        Ok(read) => read,
        Err((place, why)) => {
            eprintln!("{place}: {}", pick(why));
            return ExitCode::from(2);
        }
    };
    let mut found = Found::default();
    hashes(&text, &receipt, root.as_deref(), &mut found);
    replay(&receipt, &mut found);
    let (path, period, units, steps, faults) = (path.display(), &receipt.period, receipt.trace.len(), found.replayed, found.faults.len());
    if zh {
        println!("{path}: {period},{units} 个单位,重算 {steps} 步,{faults} 处不符");
    } else {
        println!("{path}: {period}, {units} units, {steps} steps replayed, {faults} do not agree");
    }
    for [place, recorded, comes] in &found.faults {
        let [recorded, comes] = [recorded, comes].map(|text| match text.trim_matches('"') {
            "" | "null" | "!untold" => pick(["没有", "nothing"]),
            text => text,
        });
        println!("  {place}: {} {recorded}{} {comes}", pick(["记的是", "recorded"]), pick([",算出来是", ", it comes to"]));
    }
    println!("{}", pick(["没有核对的:", "not checked:"]));
    found.stated.iter().for_each(|((what, name), count)| println!("  {}{name} × {count}", pick(*what)));
    NEVER.iter().for_each(|never| println!("  {}", pick(*never)));
    ExitCode::from(u8::from(faults > 0))
}
