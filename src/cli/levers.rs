//! Which facts may change: those that the rules say, or those that the command line names.

use rust_decimal::Decimal;

use super::output::Fault;
use crate::audit::{Lever, Stuck, wanted};
use crate::diag::{closest, words};
use crate::facts::columns::{applying, facts_named};
use crate::facts::{Facts, Row};
use crate::plan::{Adjustable, FactId, Plan, Program, TierId};

/// The facts that may change, as they were named.
#[derive(Debug)]
pub(super) struct Named {
    facts: Vec<FactId>,
    adjustable: Adjustable,
}

/// Reads the facts that may change, each named once for a direction.
pub(super) fn parse_all(plan: &Plan, texts: &[String]) -> Result<Vec<Named>, Fault> {
    let mut found: Vec<Named> = Vec::new();
    for text in texts {
        let one = parse(plan, text)?;
        let again = |other: &&Named| {
            let (a, b) = (&one.adjustable, &other.adjustable);
            one.facts == other.facts && (a.down && b.down || a.up && b.up || a.cost != b.cost)
        };
        if found.iter().any(|other| again(&other)) {
            return Err(Fault::Words(words!(
                "--adjust 「{text}」:这项数据已经写过;向下和向上各写一次,代价相同",
                "--adjust {text}: the fact was named before; name it once down and once up at most, at the same cost"
            )));
        }
        found.push(one);
    }
    Ok(found)
}

/// Reads `超时件数:down`, `稿件:向上:3`, `退回`.
fn parse(plan: &Plan, text: &str) -> Result<Named, Fault> {
    let mut parts = text.split([':', '：']).map(str::trim);
    let name = parts.next().unwrap_or_default();
    let Some(facts) = facts_named(plan, name) else { return Err(no_fact(plan, name)) };
    let mut adjustable = Adjustable { down: true, up: true, cost: Decimal::ONE };
    let rest: Vec<&str> = parts.collect();
    let (direction, cost) = match rest.as_slice() {
        [] => (None, None),
        [one] if one.starts_with(|first: char| first.is_ascii_digit()) => (None, Some(*one)),
        [direction] => (Some(*direction), None),
        [direction, cost] => (Some(*direction), Some(*cost)),
        _ => return Err(malformed(text)),
    };
    match direction {
        None => {}
        Some("down" | "向下") => adjustable.up = false,
        Some("up" | "向上") => adjustable.down = false,
        Some(_) => return Err(malformed(text)),
    }
    if let Some(cost) = cost {
        adjustable.cost = Decimal::from_str_exact(cost).ok().filter(|cost| *cost > Decimal::ZERO).ok_or_else(|| malformed(text))?;
    }
    Ok(Named { facts, adjustable })
}

fn malformed(text: &str) -> Fault {
    Fault::Words(words!(
        "--adjust 「{text}」写得不对:写作 数据名:向下、数据名:向上 或 数据名,后面可再写代价(大于 0),如 超时件数:向下:3",
        "--adjust {text} is not understood: write FACT:down, FACT:up or FACT, with a cost above 0 behind it if need be, as in late:down:3"
    ))
}

/// Says that there is no fact of that name, with one that is near.
pub(super) fn no_fact(plan: &Plan, name: &str) -> Fault {
    let near = closest(name, plan.facts.iter().flat_map(|fact| [fact.label(), fact.name.as_str()]));
    let (near_zh, near_en) = near.map_or_else(Default::default, |near| (format!(",是不是「{near}」"), format!(", did you mean {near}")));
    Fault::Words(words!("没有叫「{name}」的数据{near_zh}", "there is no fact {name}{near_en}"))
}

/// The facts of a tier that may change: those named, else those that the rules say.
pub(super) fn of_tier(plan: &Plan, tier: TierId, named: &[Named]) -> Vec<(FactId, Adjustable)> {
    if named.is_empty() {
        return wanted(plan, tier);
    }
    let mut found: Vec<(FactId, Adjustable)> = Vec::new();
    for one in named {
        let Some(fact) = applying(plan, &one.facts, tier) else { continue };
        match found.iter_mut().find(|(other, _)| *other == fact) {
            Some((_, adjustable)) => {
                adjustable.down |= one.adjustable.down;
                adjustable.up |= one.adjustable.up;
            }
            None => found.push((fact, one.adjustable)),
        }
    }
    found
}

/// The levers of a unit, and the facts that cannot change for it.
pub(super) fn of_unit((plan, program): (&Plan, &Program), row: &Row, wanted: &[(FactId, Adjustable)]) -> (Vec<Lever>, Vec<(FactId, Stuck)>) {
    let (mut levers, mut stuck) = (Vec::new(), Vec::new());
    for (fact, adjustable) in wanted {
        match Lever::of((plan, program), row, (*fact, *adjustable)) {
            Ok(lever) => levers.push(lever),
            Err(why) => stuck.push((*fact, why)),
        }
    }
    (levers, stuck)
}

/// The facts of a unit that are whole numbers and known exactly.
pub(super) fn counts(plan: &Plan, facts: &Facts, member: usize) -> Vec<FactId> {
    let Some(row) = facts.rows.get(member) else { return Vec::new() };
    let whole = |fact: FactId| {
        plan.facts.get(fact).is_some_and(|fact| {
            fact.unit().is_some_and(|unit| !unit.is_percent() && !unit.is_moment()) && fact.step.fract().is_zero() && fact.assesses.is_none()
        })
    };
    (0..plan.facts.len()).filter(|fact| whole(*fact) && row.get(*fact).is_some_and(|cell| cell.known.is_none())).collect()
}
