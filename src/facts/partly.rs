//! Cells that hold a set: `≥95%`, `[3,8]`, `{0,5}`, `?`.
//!
//! In: the text of such a cell, and the bounds that the rules set to its fact. Out: what the fact can be. Never: a number that the
//! cell or the rules exclude; a set that nothing is left of is a fault of the data.

use super::check::{Printed, agreeing, show};
use super::number::Reading;
use super::table::excerpt;
use super::{Cell, Facts, Known, Provenance};
use crate::diag::{CellPlace, Code, Diagnostic, Lang, words};
use crate::eval::domain::{Absence, Bounds, Hull, Interval, Value};
use crate::eval::{Until, run};
use crate::plan::{Bound, Fact, FactId, Limit, Plan, Program, Role, Step, StepId, Type, closure};
use crate::quantity::Number;
use rust_decimal::Decimal;

/// Signs that begin a comparison, with the one they stand for.
const COMPARISONS: [(&str, Sign); 16] = [
    (">=", Sign::AtLeast),
    ("\u{FF1E}\u{FF1D}", Sign::AtLeast),
    ("≥", Sign::AtLeast),
    ("≧", Sign::AtLeast),
    ("<=", Sign::AtMost),
    ("\u{FF1C}\u{FF1D}", Sign::AtMost),
    ("≤", Sign::AtMost),
    ("≦", Sign::AtMost),
    (">", Sign::Above),
    ("\u{FF1E}", Sign::Above),
    ("<", Sign::Below),
    ("\u{FF1C}", Sign::Below),
    ("不低于", Sign::AtLeast),
    ("不高于", Sign::AtMost),
    ("高于", Sign::Above),
    ("低于", Sign::Below),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// How a set is written.
#[derive(Debug, PartialEq, Eq)]
enum Written<'t> {
    /// `?`
    Anything,
    /// `≥95%`
    Compared(Sign, &'t str),
    /// `[3,8)`, with whether each end is in it.
    Between(&'t str, bool, &'t str, bool),
    /// `{0,5}`
    Listed(Vec<&'t str>),
    /// It begins like one and goes on otherwise.
    Malformed,
}

/// The set that a text writes; none where it is one value.
fn written(text: &str) -> Option<Written<'_>> {
    let found = form(text)?;
    // nothing is no value, and a set holds no sets
    let is_one = |part: &&str| !part.is_empty() && form(part).is_none();
    let whole = match &found {
        Written::Compared(_, part) => is_one(part),
        Written::Between(low, _, high, _) => is_one(low) && is_one(high),
        Written::Listed(parts) => parts.iter().all(is_one),
        Written::Anything | Written::Malformed => true,
    };
    Some(if whole { found } else { Written::Malformed })
}

/// How a text that is not one value is put together.
fn form(text: &str) -> Option<Written<'_>> {
    if matches!(text, "?" | "\u{FF1F}") {
        return Some(Written::Anything);
    }
    if let Some((sign, rest)) = COMPARISONS.iter().find_map(|(sign, means)| Some((means, text.strip_prefix(sign)?))) {
        return Some(Written::Compared(*sign, rest.trim()));
    }
    let inside = |open: &[char], close: &[char]| text.strip_prefix(open)?.strip_suffix(close);
    if text.starts_with(['{', '\u{FF5B}']) {
        return Some(match inside(&['{', '\u{FF5B}'], &['}', '\u{FF5D}']) {
            Some(list) => Written::Listed(list.split(SEPARATORS).map(str::trim).collect()),
            None => Written::Malformed,
        });
    }
    let open = text.starts_with(['[', '\u{FF3B}', '【', '(', '\u{FF08}']);
    if !open || !text.contains(SEPARATORS) {
        // (5) is written for -5 elsewhere, and is no set
        return None;
    }
    let Some(within) = inside(&['[', '\u{FF3B}', '【', '(', '\u{FF08}'], &[']', '\u{FF3D}', '】', ')', '\u{FF09}']) else { return Some(Written::Malformed) };
    let mut ends = within.split(SEPARATORS).map(str::trim);
    Some(match (ends.next(), ends.next(), ends.next()) {
        (Some(low), Some(high), None) => Written::Between(low, text.starts_with(['[', '\u{FF3B}', '【']), high, text.ends_with([']', '\u{FF3D}', '】'])),
        _ => Written::Malformed,
    })
}

const SEPARATORS: [char; 4] = [',', '\u{FF0C}', '、', ';'];

/// Whether a cell says that there is a value and nobody knows which.
pub(super) fn is_unknown(text: &str) -> bool {
    written(text) == Some(Written::Anything)
}

/// Whether a cell holds a set.
fn is_set(text: &str) -> bool {
    written(text).is_some()
}

/// The value of a cell that is not blank, and what it can be where it holds a set; or none and the reason why.
pub(super) fn content(reading: &Reading<'_>, text: &str, place: &CellPlace, diagnostics: &mut Vec<Diagnostic>) -> Option<(Value, Option<Box<Known>>)> {
    if !is_set(text) {
        return reading.read(text, place, diagnostics).map(|value| (value, None));
    }
    let known = read(reading, text, place, diagnostics)?;
    Some(match known.bounds.exact() {
        Some(value) => (value, None),
        None => (Value::Absent(Absence::Partly), Some(Box::new(known))),
    })
}

/// What the fact of a cell that holds a set can be, or none and the reason why.
fn read(reading: &Reading<'_>, text: &str, place: &CellPlace, diagnostics: &mut Vec<Diagnostic>) -> Option<Known> {
    let fact = reading.fact;
    let mut one = |part: &str| reading.read(part, place, diagnostics);
    let (bounds, listed) = match written(text)? {
        Written::Anything => (anything(fact), Vec::new()),
        Written::Compared(sign, part) => {
            let Value::Number(end) = one(part)? else { return fail(text, place, diagnostics) };
            let (low, high) = match sign {
                Sign::AtLeast => (Some(end), None),
                Sign::Above => (Some(past(&end, fact, false)), None),
                Sign::AtMost => (None, Some(end)),
                Sign::Below => (None, Some(past(&end, fact, true))),
            };
            (between(fact, low, high)?, Vec::new())
        }
        Written::Between(low, closed_low, high, closed_high) => {
            let (Value::Number(low), Value::Number(high)) = (one(low)?, one(high)?) else { return fail(text, place, diagnostics) };
            let least = if closed_low { low } else { past(&low, fact, false) };
            let most = if closed_high { high } else { past(&high, fact, true) };
            if most < least {
                return empty(text, place, high < low, diagnostics);
            }
            (between(fact, Some(least), Some(most))?, Vec::new())
        }
        Written::Listed(parts) => {
            let values: Option<Vec<Value>> = parts.iter().map(|part| one(part)).collect();
            let values = values?;
            (of_listed(fact, &values)?, values)
        }
        Written::Malformed => return fail(text, place, diagnostics),
    };
    Some(Known { bounds, stated: bounds, listed, written: text.to_owned() })
}

fn fail(text: &str, place: &CellPlace, diagnostics: &mut Vec<Diagnostic>) -> Option<Known> {
    let shown = excerpt(text);
    diagnostics.push(
        Diagnostic::new(Code::BadSet, words!("「{shown}」不是一个范围", "{shown} is no set of values")).at_cell(place.clone(), words!("", "")).help(words!(
            "写成 ≥95%、<3、[3,8](含两端)、(3,8](不含 3)、{{0,5}}(其中之一)或 ?(不知道);千位不要加逗号",
            "write ≥95%, <3, [3,8] with both ends, (3,8] without 3, {{0,5}} for one of these, or ? for unknown; no commas inside numbers"
        )),
    );
    None
}

fn empty(text: &str, place: &CellPlace, is_reversed: bool, diagnostics: &mut Vec<Diagnostic>) -> Option<Known> {
    let shown = excerpt(text);
    let advice = if is_reversed {
        words!("先写小的一端,再写大的一端", "write the smaller end first")
    } else {
        words!(
            "圆括号不含那一端,两端之间再没有这个数据可取的值;含两端的写方括号,如 [3,4]",
            "a round bracket leaves its end out, and the fact can take no value between these: with both ends write square brackets, as in [3,4]"
        )
    };
    diagnostics
        .push(Diagnostic::new(Code::BadSet, words!("「{shown}」里一个值也没有", "{shown} holds no value")).at_cell(place.clone(), words!("", "")).help(advice));
    None
}

/// The next value of a fact after an end that is not in the set.
fn past(end: &Number, fact: &Fact, down: bool) -> Number {
    if fact.unit().is_some_and(crate::quantity::Unit::is_moment) {
        return *end;
    }
    let step = Number::from(fact.step);
    if down { end.minus(&step) } else { end.plus(&step) }.unwrap_or(*end)
}

/// Numbers of a fact between two ends: counts are whole and not negative.
fn between(fact: &Fact, low: Option<Number>, high: Option<Number>) -> Option<Bounds> {
    let unit = fact.unit()?;
    let low = if unit.is_count() { Some(low.map_or(Number::ZERO, |low| low.max(Number::ZERO))) } else { low };
    let whole = unit.is_count() && fact.step == Decimal::ONE;
    Some(if whole { Bounds::whole_between(low, high) } else { Bounds::between(low, high) })
}

fn of_listed(fact: &Fact, values: &[Value]) -> Option<Bounds> {
    let bounds = Bounds::one_of(values);
    match (bounds.exact(), bounds.numbers()) {
        (None, Some(hull)) => between(fact, hull.low, hull.high),
        _ => Some(bounds),
    }
}

/// Whatever a fact can be.
fn anything(fact: &Fact) -> Bounds {
    match &fact.kind {
        Type::Number(_) => between(fact, None, None).unwrap_or(Bounds::ANY),
        Type::Truth => Bounds::one_of(&[Value::Truth(false), Value::Truth(true)]),
        Type::Choice(choices) => Bounds::one_of(&choices.iter().map(|choice| Value::Symbol(*choice)).collect::<Vec<_>>()),
        Type::Text => Bounds::any_word(),
    }
}

/// What two cells of one fact say together; none where both cannot be.
pub(super) fn agreed(fact: &Fact, first: &Cell, other: &Cell) -> Option<Cell> {
    match (&first.known, &other.known) {
        (None, None) => (first.value == other.value).then(|| first.clone()),
        (Some(known), None) => known.may_be(&other.value).then(|| other.clone()),
        (None, Some(known)) => known.may_be(&first.value).then(|| first.clone()),
        (Some(one), Some(two)) => {
            let listed: Vec<Value> = match (one.listed.as_slice(), two.listed.as_slice()) {
                ([], listed) => listed.iter().filter(|value| one.may_be(value)).copied().collect(),
                (listed, _) => listed.iter().filter(|value| two.may_be(value)).copied().collect(),
            };
            let bounds = if one.listed.is_empty() && two.listed.is_empty() {
                one.stated.common(&two.stated)?
            } else {
                (!listed.is_empty()).then(|| of_listed(fact, &listed)).flatten()?
            };
            if let Some(value) = bounds.exact() {
                return Some(Cell { value, known: None, ..first.clone() });
            }
            let written = match [bounds == one.stated, bounds == two.stated] {
                [true, _] => one.written.clone(),
                [false, true] => two.written.clone(),
                [false, false] => format!("{} {}", one.written, two.written),
            };
            Some(Cell { known: Some(Box::new(Known { bounds, stated: bounds, listed, written })), ..first.clone() })
        }
    }
}

impl Known {
    /// Whether the cell leaves it open that it is this.
    pub(crate) fn may_be(&self, value: &Value) -> bool {
        if self.listed.is_empty() { self.stated.holds(value) } else { self.listed.contains(value) }
    }
}

/// Narrows what is known in part by the bounds that the rules set, and by what it follows from; what the bounds leave nothing of is
/// reported. To be done again whenever a cell is changed, before anything is gathered.
pub(super) fn narrow(plan: &Plan, facts: &mut Facts, diagnostics: &mut Vec<Diagnostic>) {
    for member in 0..facts.members.len() {
        let Some(program) = facts.members.get(member).and_then(|member| plan.programs.get(member.tier)) else { continue };
        let Some(row) = facts.rows.get_mut(member).filter(|row| row.is_partly_known()) else { continue };
        // what was gathered before the change says nothing after it
        let of_period = row.inputs.iter_mut().zip(&plan.inputs).filter(|(_, input)| input.earlier().is_none());
        of_period.for_each(|(slot, _)| *slot = None);
        // a limit that was corrected may leave more than it did
        row.cells.iter_mut().flatten().filter_map(|cell| cell.known.as_mut()).for_each(|known| known.bounds = known.stated);
        diagnostics.extend(narrow_one(plan, facts, (member, program)));
    }
}

fn narrow_one(plan: &Plan, facts: &mut Facts, (member, program): (usize, &Program)) -> Option<Diagnostic> {
    // a bound may rest on a fact that another bound narrows, or what others say of it
    for _ in 0..=program.bounds.len() {
        let mut changed = narrowed_by_others(plan, facts, (member, program));
        for bound in &program.bounds {
            let left = match narrowed(facts, member, program, bound) {
                Narrowed::Left => Some(false),
                Narrowed::To(fact, hull) => keep(plan, facts, member, (fact, &hull)),
                Narrowed::Empty => None,
            };
            match left {
                Some(other) => changed |= other,
                None => return Some(nothing_left(plan, facts, member, bound)),
            }
        }
        if !changed {
            break;
        }
    }
    None
}

/// Narrows the facts known in part that also follow from what was gathered; whether any is narrower.
pub(super) fn narrow_by_gathered(plan: &Plan, facts: &mut Facts) -> bool {
    let mut changed = false;
    for member in 0..facts.members.len() {
        let program = facts.members.get(member).and_then(|member| plan.programs.get(member.tier));
        changed |= program.is_some_and(|program| narrowed_by_others(plan, facts, (member, program)));
    }
    changed
}

/// Narrows the facts of a unit that are known in part by what they follow from, to the values that may be given beside it without a
/// fault; whether any is narrower. What nothing is left of is reported with what is given exactly.
fn narrowed_by_others(plan: &Plan, facts: &mut Facts, (member, program): (usize, &Program)) -> bool {
    let Some(row) = facts.rows.get(member).filter(|row| row.is_partly_known()) else { return false };
    let derivation = |step: &Step| match step {
        Step::OrElse(_, derived) => match program.infos.get(*derived)?.role {
            Role::Derived(fact) => Some((fact, *derived)),
            _ => None,
        },
        _ => None,
    };
    let of = |(fact, derived): (FactId, StepId)| row.get(fact).filter(|cell| cell.known.is_some()).map(|cell| (fact, derived, cell));
    let given: Vec<(FactId, StepId, &Cell)> = program.steps.iter().filter_map(derivation).filter_map(of).collect();
    if given.is_empty() {
        return false;
    }
    let mut values = Vec::new();
    run(&Interval, program, &Printed { plan, row }, Until::Bounds, &mut values);
    let narrower = |(fact, derived, cell): &(FactId, StepId, &Cell)| {
        let follows = values.get(*derived).filter(|follows| follows.absences().all(is_fault))?;
        let agreeing = agreeing(plan.facts.get(*fact)?, cell, &follows.numbers()?)?;
        let own = cell.known.as_ref()?.bounds.numbers()?;
        own.common(&agreeing).filter(|found| *found != own).map(|found| (*fact, found))
    };
    // what only one value fits of those that the scores leave open is no fact
    let is_fitted = |derived: StepId| {
        let reads = closure(&program.steps, [derived]);
        let cells = reads.into_iter().filter_map(|step| if let Some(Step::Given(fact)) = program.steps.get(step) { row.get(*fact) } else { None });
        cells.into_iter().any(|cell| matches!(cell.provenance, Some(Provenance::Fitted | Provenance::Derived)))
    };
    let found: Vec<(FactId, Hull)> = given.iter().filter(|(_, derived, _)| !is_fitted(*derived)).filter_map(narrower).collect();
    let mut changed = false;
    for (fact, hull) in found {
        changed |= keep(plan, facts, member, (fact, &hull)).unwrap_or(false);
    }
    changed
}

/// What a fact that is given beside it cannot come from: to be divided by 0, and faults.
fn is_fault(absence: Absence) -> bool {
    matches!(absence, Absence::Undefined | Absence::TooLarge | Absence::NoRow | Absence::Failed)
}

enum Narrowed {
    Left,
    To(FactId, Hull),
    Empty,
}

/// What a bound leaves of the fact that it is set to, or of the fact that sets it.
fn narrowed(facts: &Facts, member: usize, program: &Program, bound: &Bound) -> Narrowed {
    let Some(row) = facts.rows.get(member) else { return Narrowed::Left };
    let mut values = Vec::new();
    run(&Interval, program, &super::InPart(row), Until::Bounds, &mut values);
    let of = |fact: FactId| row.get(fact).map(|cell| cell.known.as_ref().map_or(Bounds::of(cell.value), |known| known.bounds));
    let Some(own) = of(bound.fact).and_then(|bounds| bounds.numbers()) else { return Narrowed::Left };
    // a limit that may not be there may bound nothing
    let limit = values.get(bound.limit).filter(|limit: &&Bounds| limit.absences().next().is_none());
    let Some(limit) = limit.and_then(Bounds::numbers) else { return Narrowed::Left };
    let (own_allowed, limit_allowed) = match bound.side {
        Limit::AtMost => (Hull::new(None, limit.high), Hull::new(own.low, None)),
        Limit::AtLeast => (Hull::new(limit.low, None), Hull::new(None, own.high)),
    };
    let Some(found) = own.common(&own_allowed) else { return Narrowed::Empty };
    if row.get(bound.fact).is_some_and(|cell| cell.known.is_some()) && found != own {
        return Narrowed::To(bound.fact, found);
    }
    // a limit that is itself a fact known in part
    if let Some(by) = bound.by
        && let Some(other) = of(by).and_then(|bounds| bounds.numbers())
        && row.get(by).is_some_and(|cell| cell.known.is_some())
        && other == limit
    {
        return match other.common(&limit_allowed) {
            None => Narrowed::Empty,
            Some(found) if found != other => Narrowed::To(by, found),
            Some(_) => Narrowed::Left,
        };
    }
    Narrowed::Left
}

/// Puts a narrower set into a cell; whether it is another, and none where it is empty.
fn keep(plan: &Plan, facts: &mut Facts, member: usize, (fact, hull): (FactId, &Hull)) -> Option<bool> {
    let cell = facts.rows.get_mut(member).and_then(|row| row.cells.get_mut(fact)).and_then(Option::as_mut);
    let (Some(known), Some(declared)) = (cell.and_then(|cell| cell.known.as_mut()), plan.facts.get(fact)) else { return Some(false) };
    let bounds = if known.listed.is_empty() {
        between(declared, hull.low, hull.high)
    } else {
        let left: Vec<Value> = known.listed.iter().filter(|value| value.number().is_some_and(|number| hull.holds(number))).copied().collect();
        if left.is_empty() {
            return None;
        }
        of_listed(declared, &left)
    };
    let Some(bounds) = bounds else { return Some(false) };
    let changed = known.bounds != bounds;
    known.bounds = bounds;
    Some(changed)
}

fn nothing_left(plan: &Plan, facts: &Facts, member: usize, bound: &Bound) -> Diagnostic {
    let unit = facts.members.get(member).map(|member| member.name.clone()).unwrap_or_default();
    let label = plan.facts.get(bound.fact).map(|fact| fact.label().to_owned()).unwrap_or_default();
    let mut diagnostic = Diagnostic::new(
        Code::BadSet,
        words!("{unit}:「{label}」可能的值都不合规则的界限", "{unit}: none of the values that {label} can have keeps to the limits of the rules"),
    );
    let row = facts.rows.get(member);
    for fact in [Some(bound.fact), bound.by].into_iter().flatten() {
        if let (Some(cell), Some(declared)) = (row.and_then(|row| row.get(fact)), plan.facts.get(fact)) {
            let is = |lang: Lang| match (&cell.known, cell.value.number()) {
                (Some(known), _) => known.written.clone(),
                (None, Some(number)) => show(number, declared.unit(), declared.step, lang),
                (None, None) => String::new(),
            };
            let (zh, en) = (is(Lang::Zh), is(Lang::En));
            diagnostic = diagnostic.at_cell(facts.place(cell), words!("是 {zh}", "is {en}"));
        }
    }
    if let Some(declared) = plan.facts.get(bound.fact) {
        diagnostic = diagnostic.at(declared.span, words!("界限由这里定", "the limits come from here"));
    }
    diagnostic.help(words!("核对这些格,改正填错的一格", "check these cells and correct the wrong one"))
}
