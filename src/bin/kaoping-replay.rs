//! Replays a receipt with an arithmetic of its own: exact fractions of whole numbers, and nothing of the program that made it.
//!
//! In: a receipt, whose format docs/audit.md describes. Out: every step of the trace that does not come to what is recorded, every
//! result that its steps do not give, and what was not checked. It reads no rules and no tables: that the steps are those of the rules and
//! the cells those of the tables is what `kaoping verify` finds out.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of one file prints where it finds")]
#![expect(clippy::arithmetic_side_effects, reason = "whole numbers of any length do not overflow")]
#![expect(clippy::struct_field_names, clippy::format_collect, reason = "fields are named as in the receipt; a digest is short")]

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::process::ExitCode;

use num_bigint::BigInt;
use num_rational::BigRational;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Receipt<'t> {
    format: String,
    period: String,
    files: Vec<File>,
    hashes: BTreeMap<String, Option<String>>,
    #[serde(borrow)]
    results: &'t RawValue,
    #[serde(borrow)]
    programs: &'t RawValue,
    #[serde(borrow)]
    trace: &'t RawValue,
    sha256: String,
}

#[derive(Deserialize)]
struct File {
    path: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Results {
    units: Vec<Json>,
}

#[derive(Deserialize)]
struct Programs {
    print: Print,
    ranking: Ranking,
    inputs: Vec<Input>,
    tiers: Vec<Tier>,
}

#[derive(Deserialize)]
struct Print {
    mode: String,
    only: bool,
}

#[derive(Deserialize)]
struct Ranking {
    within_tier: bool,
    ties: String,
    descending: Vec<bool>,
}

#[derive(Deserialize)]
struct Input {
    input: usize,
    means: String,
    over: Option<String>,
    fold: Option<String>,
    ascending: Option<bool>,
    ties: Option<String>,
    brought: Option<BTreeMap<String, Brought>>,
}

#[derive(Deserialize)]
struct Brought {
    values: Vec<usize>,
    condition: Option<usize>,
}

#[derive(Deserialize)]
struct Tier {
    tier: String,
    ends: Ends,
    varying: Vec<usize>,
    exempt_end: usize,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Ends {
    exempt: Vec<Exempt>,
    total: usize,
    last: Option<usize>,
    keys: Vec<usize>,
    printed: Vec<Printed>,
}

#[derive(Deserialize)]
struct Exempt {
    step: usize,
}

#[derive(Deserialize)]
struct Printed {
    result: Vec<String>,
    step: usize,
    to: Option<String>,
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
    value: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    unit: String,
    tier: String,
    listed: bool,
    #[serde(default)]
    instead: Vec<String>,
    values: Vec<String>,
}

/// A value; a fraction that a division left is told from a decimal, for it is printed in another way.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(BigRational),
    Fraction(BigRational),
    Truth(bool),
    Word(String),
    /// By its place in [`ABSENCES`].
    Absent(usize),
}

/// Why there is no value; the first of several wins.
const ABSENCES: [&str; 8] = ["too_large", "no_row", "failed", "not_applicable", "missing", "partly_known", "pending", "undefined"];
const TOO_LARGE: usize = 0;
const NO_ROW: usize = 1;
const NOT_APPLICABLE: usize = 3;
const MISSING: usize = 4;
const PARTLY: usize = 5;
const PENDING: usize = 6;
const UNDEFINED: usize = 7;

impl Value {
    fn read(text: &str) -> Option<Value> {
        if let Some(word) = text.strip_prefix('=') {
            return Some(Value::Word(word.to_owned()));
        }
        if let Some(name) = text.strip_prefix('!') {
            return ABSENCES.iter().position(|absence| *absence == name).map(Value::Absent);
        }
        match (text, text.split_once('/')) {
            ("true", _) => Some(Value::Truth(true)),
            ("false", _) => Some(Value::Truth(false)),
            (_, None) => decimal(text).map(Value::Number),
            (_, Some((over, under))) => quotient(&decimal(over)?, &decimal(under)?).map(Value::Fraction),
        }
    }

    fn number(&self) -> Option<&BigRational> {
        match self {
            Value::Number(number) | Value::Fraction(number) => Some(number),
            _ => None,
        }
    }

    fn absence(&self) -> Option<usize> {
        if let Value::Absent(absence) = self { Some(*absence) } else { None }
    }

    /// The same, however a number is written.
    fn same(&self, other: &Value) -> bool {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a == b,
            _ => self == other,
        }
    }
}

/// A decimal as a fraction of whole numbers.
fn decimal(text: &str) -> Option<BigRational> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(places) || !plain(whole.strip_prefix('-').unwrap_or(whole)) {
        return None;
    }
    let digits: BigInt = format!("{whole}{places}").parse().ok()?;
    if places.is_empty() {
        return Some(BigRational::from(digits));
    }
    Some(BigRational::new(digits, BigInt::from(10).pow(u32::try_from(places.len()).ok()?)))
}

fn whole(number: usize) -> BigRational {
    BigRational::from(BigInt::from(number))
}

fn zero() -> BigRational {
    whole(0)
}

fn quotient(over: &BigRational, under: &BigRational) -> Option<BigRational> {
    (*under != zero()).then(|| over / under)
}

/// The multiple of a step that a number rounds to.
fn rounded(number: &BigRational, step: &BigRational, mode: &str) -> Option<BigRational> {
    let steps = quotient(number, step)?;
    let (down, negative) = (steps.trunc(), steps < zero());
    let rest = &steps - &down;
    let rest = if negative { -rest } else { rest };
    let half = BigRational::new(BigInt::from(1), BigInt::from(2));
    let odd = down.to_integer().bit(0);
    let on = match mode {
        "to_zero" => false,
        "from_zero" => rest > zero(),
        "half_up" => rest >= half,
        "half_even" => rest > half || rest == half && odd,
        _ => return None,
    };
    let one = BigRational::from(BigInt::from(i32::from(on)));
    Some((if negative { down - one } else { down + one }) * step)
}

// --- steps ---

/// What a step comes to; none where that cannot be told from its operands.
fn evaluate(step: &Step, operands: &[(bool, &Value)]) -> Option<Value> {
    let values: Vec<&Value> = operands.iter().map(|(_, value)| *value).collect();
    let absent = values.iter().filter_map(|value| value.absence()).min().map(Value::Absent);
    let with = |at: usize| step.with.get(at).map(String::as_str);
    let numbers = || values.iter().map(|value| value.number()).collect::<Option<Vec<_>>>();
    match (step.op.as_str(), values.as_slice()) {
        ("constant", []) => Value::read(with(0)?),
        ("pending", []) => Some(Value::Absent(PENDING)),
        ("not_applicable", []) => Some(Value::Absent(NOT_APPLICABLE)),
        ("no_row", []) => Some(Value::Absent(NO_ROW)),
        ("same", [a]) => Some((*a).clone()),
        ("or_else", [a, b]) => Some(if a.absence() == Some(MISSING) { (*b).clone() } else { (*a).clone() }),
        ("is_blank", [a]) => Some(Value::Truth(a.absence() == Some(MISSING))),
        ("is_undefined", [a]) => Some(if a.absence().is_none_or(|absence| absence == UNDEFINED) { Value::Truth(a.absence().is_some()) } else { (*a).clone() }),
        ("and", [_, ..]) => Some(joined(&values, false, absent)),
        ("or", [_, ..]) => Some(joined(&values, true, absent)),
        ("choose", [condition, a, b]) => match condition {
            Value::Truth(true) => Some((*a).clone()),
            Value::Truth(false) => Some((*b).clone()),
            other => other.absence().map(Value::Absent),
        },
        _ if absent.is_some() => absent,
        ("not", [Value::Truth(truth)]) => Some(Value::Truth(!truth)),
        ("compare", [a, b]) => compared(a, with(0)?, b).map(Value::Truth),
        ("sum", [_, ..]) => {
            let terms = operands.iter().map(|(minus, value)| Some((*minus, value.number()?)));
            let terms: Vec<(bool, &BigRational)> = terms.collect::<Option<_>>()?;
            Some(Value::Number(terms.iter().fold(zero(), |sum, (minus, term)| if *minus { sum - *term } else { sum + *term })))
        }
        ("times", [_, _]) => numbers()?.into_iter().cloned().reduce(|a, b| a * b).map(Value::Number),
        ("over", [_, _]) => over(numbers()?.as_slice(), with(0)),
        ("negate", [_]) => numbers()?.first().map(|a| Value::Number(-(*a).clone())),
        ("cap", [_, _]) => numbers()?.into_iter().min().cloned().map(Value::Number),
        ("floor", [_, _]) => numbers()?.into_iter().max().cloned().map(Value::Number),
        ("round", [_]) => rounded(numbers()?.first()?, &decimal(with(0)?)?, with(1)?).map(Value::Number),
        ("steps", [_]) => {
            let steps = quotient(numbers()?.first()?, &decimal(with(0)?)?)?;
            Some(Value::Number(match with(1)? {
                "pro_rata" => steps,
                "whole" => steps.floor(),
                "started" => steps.ceil(),
                _ => return None,
            }))
        }
        _ => None,
    }
}

fn joined(values: &[&Value], decides: bool, absent: Option<Value>) -> Value {
    if values.contains(&&Value::Truth(decides)) { Value::Truth(decides) } else { absent.unwrap_or(Value::Truth(!decides)) }
}

fn over(numbers: &[&BigRational], step: Option<&str>) -> Option<Value> {
    let [a, b] = numbers else { return None };
    let Some(found) = quotient(a, b) else { return Some(Value::Absent(UNDEFINED)) };
    // where a step is stated the digits end on it
    let ends = step.is_none_or(|step| decimal(step).and_then(|step| quotient(&found, &step)).is_some_and(|steps| steps.is_integer()));
    ends.then_some(Value::Number(found))
}

fn compared(a: &Value, sign: &str, b: &Value) -> Option<bool> {
    let order = match (a, b, a.number().zip(b.number())) {
        (_, _, Some((a, b))) => a.cmp(b),
        (Value::Truth(a), Value::Truth(b), _) => a.cmp(b),
        (Value::Word(a), Value::Word(b), _) if matches!(sign, "=" | "≠") => a.cmp(b),
        _ => return None,
    };
    Some(match sign {
        "=" => order == Ordering::Equal,
        "≠" => order != Ordering::Equal,
        "≥" => order != Ordering::Less,
        ">" => order == Ordering::Greater,
        "≤" => order != Ordering::Greater,
        "<" => order == Ordering::Less,
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

    fn fault(&mut self, place: &str, recorded: &str, found: &str) {
        let (says, comes) = (self.pick("记的是", "recorded"), self.pick("算出来是", "it comes to"));
        self.faults.push(format!("{place}: {says} {recorded}, {comes} {found}"));
    }

    fn state(&mut self, zh: &str, en: &str) {
        *self.stated.entry(self.pick(zh, en).to_owned()).or_default() += 1;
    }

    fn agree<T: PartialEq + std::fmt::Debug>(&mut self, place: &str, recorded: &T, found: &T) {
        if recorded != found {
            self.fault(place, &format!("{recorded:?}"), &format!("{found:?}"));
        }
    }

    /// One step: its recorded value, and what its operands give.
    fn step(&mut self, unit: &str, step: &Step, recorded: &Value, values: &[Option<Value>]) {
        let place = || format!("{unit} #{} {} ({}) {}", step.step, step.means, step.op, step.at);
        let mut operands = Vec::with_capacity(step.of.len());
        for of in &step.of {
            let id: Option<usize> = of.trim_start_matches(['+', '-']).parse().ok().filter(|id| *id < step.step);
            let Some(value) = id.and_then(|id| values.get(id)).and_then(Option::as_ref) else {
                return self.fault(&place(), of, self.pick("没有这个操作数", "no such operand").to_owned().as_str());
            };
            operands.push((of.starts_with('-'), value));
        }
        match step.op.as_str() {
            "cell" => return self.state("表里的格(由 kaoping verify 核对)", "cells of the tables (kaoping verify reads them)"),
            // compared with what the units bring, where that can be told
            "input" => return,
            _ => {}
        }
        match evaluate(step, &operands) {
            // here numbers have as many digits as they need
            Some(Value::Number(_)) if *recorded == Value::Absent(TOO_LARGE) => self.state("位数超出程序所能表示", "numbers too large for the program"),
            Some(found) if found.same(recorded) => self.replayed += 1,
            Some(found) => self.fault(&place(), &told(recorded), &told(&found)),
            None if step.op == "call" => self.state("脚本的结果", "results of scripts"),
            None if step.op == "clock" => self.state("日历与时间的结果", "results of calendars and times"),
            None => self.fault(&place(), &told(recorded), self.pick("无法重算", "nothing that can be told").to_owned().as_str()),
        }
    }
}

fn told(value: &Value) -> String {
    match value {
        Value::Number(number) | Value::Fraction(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
        Value::Word(word) => format!("={word}"),
        Value::Absent(absence) => format!("!{}", ABSENCES.get(*absence).unwrap_or(&"")),
    }
}

/// A unit with the values of its steps.
struct Member<'r> {
    row: &'r Row,
    tier: &'r Tier,
    values: Vec<Option<Value>>,
}

impl Member<'_> {
    fn at(&self, step: usize) -> Option<&Value> {
        self.values.get(step).and_then(Option::as_ref)
    }

    /// Whether an exemption holds, or why that is not known.
    fn exempt(&self) -> Result<bool, usize> {
        let conditions: Vec<Option<&Value>> = self.tier.ends.exempt.iter().map(|exempt| self.at(exempt.step)).collect();
        if conditions.contains(&Some(&Value::Truth(true))) {
            return Ok(true);
        }
        conditions.iter().filter_map(|value| value.and_then(Value::absence)).min().map_or(Ok(false), Err)
    }

    fn status(&self) -> &'static str {
        let absence = match self.exempt() {
            _ if !self.row.listed => return "missing",
            Ok(true) => return "exempt",
            Err(absence) => Some(absence),
            Ok(false) => self.at(self.tier.ends.total).and_then(Value::absence),
        };
        match absence {
            None => "scored",
            Some(PENDING) => "pending",
            Some(NOT_APPLICABLE) => "not_applicable",
            Some(PARTLY) => "partly_known",
            Some(_) => "missing",
        }
    }

    /// Whether a veto ranks it last; none where that is not known.
    fn last(&self) -> Option<bool> {
        match self.tier.ends.last.map(|step| self.at(step)) {
            None => Some(false),
            Some(Some(Value::Truth(last))) => Some(*last),
            Some(_) => None,
        }
    }

    /// Whether it ranks last, and its keys, if it has a place.
    fn keys(&self) -> Option<(bool, Vec<Option<&BigRational>>)> {
        let last = self.last()?;
        let keys: Vec<&Value> = self.tier.ends.keys.iter().map(|step| self.at(*step)).collect::<Option<_>>()?;
        let ranked = self.status() == "scored" && keys.iter().all(|key| key.absence().is_none());
        ranked.then(|| (last, keys.into_iter().map(Value::number).collect()))
    }
}

/// The values of a unit, each replayed.
fn member<'r>(row: &'r Row, tier: &'r Tier, constants: &[Option<Value>], found: &mut Found) -> Member<'r> {
    let all: Vec<usize> = (0..tier.steps.len()).collect();
    let stated: &[usize] = if row.instead.is_empty() { &tier.varying } else { &all };
    let instead: BTreeMap<&str, &str> = row.instead.chunks(2).filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str()))).collect();
    let mut member = Member { row, tier, values: if row.instead.is_empty() { constants.to_vec() } else { vec![None; all.len()] } };
    for (id, text) in stated.iter().zip(&row.values) {
        let (Some(step), Some(value)) = (tier.steps.get(*id), Value::read(text)) else {
            found.fault(&format!("{} #{id}", row.unit), text, found.pick("不是值", "no value").to_owned().as_str());
            continue;
        };
        match instead.get(id.to_string().as_str()) {
            Some(other) => found.agree(&format!("{} #{id} {}", row.unit, step.means), &text.as_str(), other),
            None => found.step(&row.unit, step, &value, &member.values),
        }
        if let Some(slot) = member.values.get_mut(*id) {
            *slot = Some(value);
        }
    }
    let until = stated.iter().filter(|id| member.exempt() != Ok(true) || **id < tier.exempt_end).count();
    found.agree(&format!("{} values", row.unit), &row.values.len(), &until);
    member
}

// --- what is gathered from other units ---

/// What a unit brings: nothing, a reason why that is open, or a value with its weight.
enum Part<'m> {
    Left,
    Open(usize),
    Counted(Option<&'m Value>, Option<&'m Value>),
}

fn part<'m>(member: &'m Member<'_>, brought: Option<&Brought>) -> Part<'m> {
    let (Some(brought), exempt) = (brought, member.exempt()) else { return Part::Left };
    if exempt == Ok(true) {
        return Part::Left;
    }
    let mut open = exempt.err();
    match brought.condition.and_then(|step| member.at(step)) {
        Some(Value::Truth(false) | Value::Absent(UNDEFINED | NOT_APPLICABLE)) => return Part::Left,
        Some(Value::Absent(absence)) => open = Some(open.map_or(*absence, |other| other.min(*absence))),
        _ => {}
    }
    let values: Vec<Option<&Value>> = brought.values.iter().map(|step| member.at(*step)).collect();
    let absent = values.iter().filter_map(|value| value.and_then(Value::absence)).min();
    let absent = if member.row.listed || values.is_empty() { absent } else { Some(MISSING) };
    match (open, absent) {
        (None, Some(UNDEFINED | NOT_APPLICABLE)) => Part::Left,
        (None, None) => Part::Counted(values.first().copied().flatten(), values.get(1).copied().flatten()),
        (a, b) => Part::Open(a.into_iter().chain(b).min().unwrap_or(MISSING)),
    }
}

/// The value that is made of those that count.
fn folded(fold: &str, counted: &[(Option<&BigRational>, Option<&BigRational>)]) -> Option<Value> {
    let mut values: Vec<&BigRational> = counted.iter().filter_map(|(value, _)| *value).collect();
    values.sort_unstable();
    let sum = || values.iter().fold(zero(), |sum, value| sum + *value);
    let found = match fold {
        "count" => Some(whole(counted.len())),
        "sum" => Some(sum()),
        "mean" => quotient(&sum(), &whole(counted.len())),
        "best" => values.last().copied().cloned(),
        "lowest" => values.first().copied().cloned(),
        "median" => {
            let (low, high) = (values.get(values.len().saturating_sub(1) / 2), values.get(values.len() / 2));
            low.zip(high).map(|(low, high)| (*low + *high) / whole(2))
        }
        "weighted_mean" => {
            let weighted = counted.iter().filter_map(|(value, weight)| value.zip(*weight));
            let (sum, weights) = weighted.fold((zero(), zero()), |(sum, weights), (value, weight)| (sum + value * weight, weights + weight));
            quotient(&sum, &weights)
        }
        _ => return None,
    };
    Some(found.map_or(Value::Absent(UNDEFINED), Value::Number))
}

/// Compares what units read of one another with what they bring.
fn gathered(input: &Input, members: &[Member<'_>], found: &mut Found) {
    let reading = |member: &Member<'_>| {
        let step = member.tier.steps.iter().position(|step| step.op == "input" && step.with.first() == Some(&input.input.to_string()))?;
        member.at(step).map(|value| (step, value.clone()))
    };
    let (Some(over), Some(fold), Some(brought)) = (&input.over, &input.fold, &input.brought) else {
        let zh = format!("来自别处的值:{}", input.means);
        let en = format!("values from elsewhere: {}", input.means);
        members.iter().filter(|member| reading(member).is_some()).for_each(|_| found.state(&zh, &en));
        return;
    };
    let mut groups: BTreeMap<&str, Vec<&Member<'_>>> = BTreeMap::new();
    for member in members {
        groups.entry(if over == "tier" { &member.row.tier } else { "" }).or_default().push(member);
    }
    for group in groups.values() {
        let parts: Vec<Part<'_>> = group.iter().map(|member| part(member, brought.get(&member.row.tier))).collect();
        let mut counted = Vec::new();
        let mut open: Option<usize> = None;
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Left => {}
                Part::Open(absence) => open = Some(open.map_or(*absence, |other| other.min(*absence))),
                Part::Counted(value, weight) => counted.push((at, value.and_then(Value::number), weight.and_then(Value::number))),
            }
        }
        let of_all = open.map(Value::Absent).or_else(|| folded(fold, &counted.iter().map(|(_, value, weight)| (*value, *weight)).collect::<Vec<_>>()));
        let order = |a: &usize, b: &usize| {
            let (a, b) = (counted.get(*a).and_then(|one| one.1), counted.get(*b).and_then(|one| one.1));
            if input.ascending == Some(true) { a.cmp(&b) } else { b.cmp(&a) }
        };
        let places = if fold == "rank" { places(counted.len(), input.ties.as_deref().unwrap_or_default(), order) } else { Vec::new() };
        for (at, (member, part)) in group.iter().zip(&parts).enumerate() {
            let Some((step, recorded)) = reading(member) else { continue };
            let own = || counted.iter().position(|(other, ..)| *other == at).and_then(|place| places.get(place)).cloned().map(Value::Number);
            let value = match (fold.as_str(), part) {
                ("rank", Part::Open(absence)) => Some(Value::Absent(*absence)),
                ("rank", Part::Left) => Some(Value::Absent(UNDEFINED)),
                ("rank", Part::Counted(..)) => own(),
                _ => of_all.clone(),
            };
            match value {
                Some(value) if value.same(&recorded) => found.replayed += 1,
                value => found.fault(&format!("{} #{step} {}", member.row.unit, input.means), &told(&recorded), &value.as_ref().map(told).unwrap_or_default()),
            }
        }
    }
}

/// The places of so many, whose order is known.
fn places(count: usize, ties: &str, order: impl Fn(&usize, &usize) -> Ordering) -> Vec<BigRational> {
    let mut sorted: Vec<usize> = (0..count).collect();
    sorted.sort_by(&order);
    let mut places = vec![zero(); count];
    let (mut start, mut dense) = (0, 0);
    while let Some(first) = sorted.get(start) {
        let tied: Vec<usize> = sorted.iter().skip(start).take_while(|other| order(first, other) == Ordering::Equal).copied().collect();
        dense += 1;
        let twice = match ties {
            "dense" => dense * 2,
            "shared" => start * 2 + 1 + tied.len(),
            _ => (start + 1) * 2,
        };
        for at in &tied {
            if let Some(place) = places.get_mut(*at) {
                *place = BigRational::new(BigInt::from(twice), BigInt::from(2));
            }
        }
        start += tied.len();
    }
    places
}

// --- results ---

/// Whether what is printed is what a value prints as; nothing is printed of what is no value.
fn prints(print: &Print, to: Option<&str>, value: Option<&Value>, printed: &Json) -> bool {
    match (value, printed) {
        (None | Some(Value::Absent(_)), printed) => printed.is_null(),
        (Some(Value::Truth(truth)), printed) => printed.as_bool() == Some(*truth),
        (Some(Value::Word(word)), printed) => printed.as_str() == Some(word),
        (Some(Value::Fraction(_)), Json::Null) => to.is_none(),
        (Some(value), printed) => {
            let text = printed.as_str().unwrap_or_default();
            let shown = decimal(text.trim_end_matches('%'));
            let found = match (to.and_then(decimal), value) {
                (Some(to), Value::Fraction(number)) => rounded(number, &to, &print.mode),
                (Some(to), Value::Number(number)) if print.only => rounded(number, &to, &print.mode),
                (_, value) => value.number().map(|number| if text.ends_with('%') { number * whole(100) } else { number.clone() }),
            };
            found.is_some() && found == shown
        }
    }
}

fn results(programs: &Programs, unit: &Json, member: &Member<'_>, found: &mut Found) {
    let (name, status) = (&member.row.unit, member.status());
    let in_part = |found: &mut Found| found.state("部分已知的结果的上下限", "bounds of what is known in part");
    for (field, is) in [("unit", name.as_str()), ("tier", &member.row.tier), ("status", status)] {
        if is == "partly_known" {
            in_part(found);
            continue;
        }
        found.agree(&format!("{name} {field}"), &unit.get(field).and_then(Json::as_str), &Some(is));
    }
    for printed in &member.tier.ends.printed {
        let total = printed.result.first().is_some_and(|first| first == "total");
        let shows = if total { status == "scored" } else { member.row.listed && status != "exempt" };
        let recorded = printed.result.iter().try_fold(unit, |json, name| json.get(name)).unwrap_or(&Json::Null);
        let value = member.at(printed.step).filter(|_| shows || status == "partly_known");
        if status == "partly_known" && value.and_then(Value::absence) == Some(PARTLY) {
            in_part(found);
            continue;
        }
        if !prints(&programs.print, printed.to.as_deref(), value, recorded) {
            found.fault(&format!("{name} {}", printed.result.join("/")), &recorded.to_string(), &value.map_or_else(|| "-".to_owned(), told));
        }
    }
    // what the tier does not have has no score
    let known = |name: &String| {
        member.tier.ends.printed.iter().any(|printed| printed.result.first().is_some_and(|first| first == "indicators") && printed.result.get(1) == Some(name))
    };
    let others = unit.get("indicators").and_then(Json::as_object).into_iter().flatten().filter(|(item, _)| !known(item));
    for (item, scored) in others.filter(|(_, scored)| scored.get("score") != Some(&Json::Null)) {
        found.fault(&format!("{name} {item}"), &scored.to_string(), "-");
    }
}

fn ranks(programs: &Programs, units: &[Json], members: &[Member<'_>], found: &mut Found) {
    let mut groups: BTreeMap<&str, Vec<(&Json, &Member<'_>)>> = BTreeMap::new();
    for (unit, member) in units.iter().zip(members) {
        groups.entry(if programs.ranking.within_tier { &member.row.tier } else { "" }).or_default().push((unit, member));
    }
    for group in groups.values() {
        let keys: Vec<_> = group.iter().map(|(_, member)| member.keys()).collect();
        if group.iter().any(|(_, member)| member.status() == "partly_known") {
            found.state("有单位部分已知时的名次", "places beside units that are known in part");
            continue;
        }
        let racing: Vec<&(bool, Vec<Option<&BigRational>>)> = keys.iter().flatten().collect();
        let waiting = group.iter().zip(&keys).filter(|((_, member), keys)| keys.is_none() && !matches!(member.status(), "exempt" | "not_applicable"));
        // one that ranks last whatever it comes to changes no place before those that do
        let waiting: Vec<bool> = waiting.map(|((_, member), _)| member.row.listed && member.last() == Some(true)).collect();
        let order = |a: &usize, b: &usize| {
            let (Some((last_a, a)), Some((last_b, b))) = (racing.get(*a), racing.get(*b)) else { return Ordering::Equal };
            let mut keys = a.iter().zip(b).zip(&programs.ranking.descending).map(|((a, b), down)| if *down { b.cmp(a) } else { a.cmp(b) });
            last_a.cmp(last_b).then_with(|| keys.find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal))
        };
        let mut places = places(racing.len(), &programs.ranking.ties, order).into_iter();
        let open = |keys: &Option<(bool, Vec<Option<&BigRational>>)>| waiting.iter().any(|last| !last || keys.as_ref().is_some_and(|(last, _)| *last));
        for ((unit, member), keys) in group.iter().zip(&keys) {
            let place = keys.as_ref().and_then(|_| places.next());
            let recorded = unit.get("rank").unwrap_or(&Json::Null);
            let rank = recorded.as_str().map_or_else(|| recorded.to_string(), str::to_owned);
            found.agree(&format!("{} rank {rank}", member.row.unit), &decimal(&rank), &place);
            found.agree(&format!("{} provisional", member.row.unit), &unit.get("provisional").and_then(Json::as_bool), &Some(place.is_some() && open(keys)));
        }
    }
}

// --- the whole ---

fn sha256(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn replay(text: &str, root: Option<&str>, found: &mut Found) -> serde_json::Result<(String, usize)> {
    let receipt: Receipt<'_> = serde_json::from_str(text)?;
    found.agree("format", &receipt.format.as_str(), &"kaoping-receipt 1");
    let body = text.rfind("\n\"sha256\": ").and_then(|at| text.get(..=at)).unwrap_or(text);
    found.agree("sha256", &receipt.sha256, &sha256(body.as_bytes()));
    for (name, section) in [("results", receipt.results), ("programs", receipt.programs), ("trace", receipt.trace)] {
        found.agree(&format!("hashes/{name}"), &receipt.hashes.get(name).cloned().flatten(), &Some(sha256(section.get().as_bytes())));
    }
    match root {
        Some(root) => receipt.files.iter().for_each(|file| {
            let bytes = bytes_of(std::path::Path::new(root).join(&file.path)).ok();
            found.agree(&file.path, &Some(file.sha256.clone()), &bytes.map(|bytes| sha256(&bytes)));
        }),
        None => found.state("文件的散列(--root 文件夹 可核对)", "hashes of the files (give --root FOLDER)"),
    }
    let results: Results = serde_json::from_str(receipt.results.get())?;
    let programs: Programs = serde_json::from_str(receipt.programs.get())?;
    let rows: Vec<Row> = serde_json::from_str(receipt.trace.get())?;
    let mut constants: BTreeMap<&str, (&Tier, Vec<Option<Value>>)> = BTreeMap::new();
    for tier in &programs.tiers {
        let mut values: Vec<Option<Value>> = Vec::with_capacity(tier.steps.len());
        for (at, step) in tier.steps.iter().enumerate() {
            found.agree(&format!("{} step", tier.tier), &step.step, &at);
            let value = step.value.as_deref().and_then(Value::read);
            found.agree(&format!("{} #{at} {}", tier.tier, step.means), &value.is_none(), &tier.varying.binary_search(&at).is_ok());
            if let Some(value) = &value {
                found.step(&tier.tier, step, value, &values);
            }
            values.push(value);
        }
        constants.insert(&tier.tier, (tier, values));
    }
    let mut members = Vec::with_capacity(rows.len());
    for row in &rows {
        match constants.get(row.tier.as_str()) {
            Some((tier, values)) => members.push(member(row, tier, values, found)),
            None => found.fault(&row.unit, &row.tier, "-"),
        }
    }
    for input in &programs.inputs {
        gathered(input, &members, found);
    }
    found.agree("units", &results.units.len(), &members.len());
    for (unit, member) in results.units.iter().zip(&members) {
        self::results(&programs, unit, member, found);
    }
    ranks(&programs, &results.units, &members, found);
    Ok((receipt.period, members.len()))
}

/// What is larger is no receipt and no file of one; a device may have no end.
const LARGEST: u64 = 512 << 20;

fn bytes_of(path: impl AsRef<std::path::Path>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(std::fs::File::open(path)?, LARGEST + 1), &mut bytes)?;
    let whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST);
    if whole { Ok(bytes) } else { Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "> 512 MB")) }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1)).cloned();
    let lang = after("--lang").or_else(|| std::env::var("LANG").ok()).unwrap_or_default();
    let mut found = Found { zh: !lang.starts_with("en"), ..Found::default() };
    let options: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let values = [after("--lang"), after("--root")];
    let Some(path) = options.into_iter().find(|path| !values.iter().flatten().any(|value| value == *path)) else {
        eprintln!("kaoping-replay {} [--root {}] [--lang zh|en]", found.pick("收据", "RECEIPT"), found.pick("文件夹", "FOLDER"));
        return ExitCode::from(2);
    };
    let read = bytes_of(path).map_err(|cause| cause.to_string()).and_then(|bytes| String::from_utf8(bytes).map_err(|cause| cause.to_string()));
    let answer = read.and_then(|text| replay(&text, after("--root").as_deref(), &mut found).map_err(|cause| cause.to_string()));
    let (period, units) = match answer {
        Ok(answer) => answer,
        Err(cause) => {
            eprintln!("{path}: {}: {cause}", found.pick("读不出来", "cannot be read"));
            return ExitCode::from(2);
        }
    };
    let (replayed, faults) = (found.replayed, found.faults.len());
    let said = if found.zh {
        format!("{path}: {period},{units} 个单位,重算 {replayed} 步,{faults} 处不符")
    } else {
        format!("{path}: {period}, {units} units, {replayed} steps replayed, {faults} do not agree")
    };
    println!("{said}");
    found.faults.iter().for_each(|fault| println!("  {fault}"));
    println!("{}", found.pick("没有核对的:", "not checked:"));
    found.stated.iter().for_each(|(what, count)| println!("  {what} × {count}"));
    let never = [
        (
            "步骤是否就是规则所写,格子是否就是表里所写(kaoping verify)",
            "whether the steps are those of the rules, and the cells those of the tables (kaoping verify)",
        ),
        ("签名、上一份收据(kaoping verify)", "the signature and the receipts before (kaoping verify)"),
        (
            "满分、各项状态、资格、名单、各种文字、调整前后、各期明细",
            "full marks, states of indicators, eligibility, lists, words, what adjustments moved, single periods",
        ),
    ];
    never.iter().for_each(|(zh, en)| println!("  {}", found.pick(zh, en)));
    if found.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
