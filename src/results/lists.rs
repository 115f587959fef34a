//! 名单: the first or the last of a range of units, with all who tie with the last of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Place, ranks_last};
use crate::eval::domain::{TracedValue, Value};
use crate::eval::outcome::{Outcome, Status};
use crate::eval::rank::{by, places_by};
use crate::facts::Facts;
use crate::plan::{Common, List, Plan, Program, StepId, Ties, Who};
use crate::quantity::{self, Number};

/// One list.
#[derive(Debug, Serialize)]
pub struct ListResult {
    /// Its name in the rules.
    pub name: String,
    /// The tier, or what its units have in common; null for a list of all units.
    pub within: Option<String>,
    /// Whether it takes the first, or the last.
    pub top: bool,
    /// How many it takes.
    pub count: usize,
    /// The units on it: the first, or of the last the very last, before the others.
    pub units: Vec<ListedUnit>,
    /// Units that may belong on it and have no total yet.
    pub without: Vec<String>,
}

/// A unit on a list.
#[derive(Debug, Serialize)]
pub struct ListedUnit {
    /// Its name.
    pub unit: String,
    /// Its place, counted from the end that the list takes.
    pub place: Place,
    /// The values that it was placed by; rates in percent.
    pub keys: Vec<String>,
}

/// What a unit has to do with a list.
struct Candidate {
    /// Which of the tiers or groups it is in.
    group: (usize, Option<String>),
    member: usize,
    /// A veto ranks it behind all that have none, where the list goes by the total.
    last: bool,
    /// What it is placed by; none where it has no total yet, or where it is not known whether it ranks last.
    keys: Option<Vec<Value>>,
}

/// The units of a period, as far as they may be on lists.
#[derive(Default)]
pub(super) struct Candidates(Vec<Vec<Candidate>>);

impl Candidates {
    pub(super) fn new(plan: &Plan) -> Self {
        Candidates(plan.lists.iter().map(|_| Vec::new()).collect())
    }

    /// Takes in a unit that was evaluated.
    pub(super) fn add(&mut self, plan: &Plan, facts: &Facts, member: usize, (program, outcome): (&Program, &Outcome<TracedValue>)) {
        if matches!(outcome.status, Status::Exempt(_)) {
            return;
        }
        let listed = facts.rows.get(member).is_some_and(|row| row.listed);
        for ((list, steps), candidates) in plan.lists.iter().zip(&program.lists).zip(&mut self.0) {
            let Some(steps) = steps else { continue };
            let condition = steps.condition.map(|condition| outcome.value(condition));
            if condition == Some(Value::Truth(false)) {
                continue;
            }
            let Some(group) = group(plan, facts, member, (program, outcome), list) else { continue };
            let keys: Vec<Value> = steps.keys.iter().map(|key| outcome.value(*key)).collect();
            let last = if list.by_total { ranks_last(program, outcome) } else { Some(false) };
            let known = listed && outcome.status == Status::Scored && condition.is_none_or(|condition| condition == Value::Truth(true)) && last.is_some();
            let keys = Some(keys).filter(|keys| known && keys.iter().all(|key| key.absence().is_none()));
            candidates.push(Candidate { group, member, last: last == Some(true), keys });
        }
    }

    /// The lists, each group of each in the order of the rules.
    pub(super) fn lists(&self, plan: &Plan, facts: &Facts) -> Vec<ListResult> {
        let mut found = Vec::new();
        for (number, (list, candidates)) in plan.lists.iter().zip(&self.0).enumerate() {
            let mut groups: BTreeMap<usize, Vec<&Candidate>> = BTreeMap::new();
            for candidate in candidates {
                groups.entry(candidate.group.0).or_default().push(candidate);
            }
            found.extend(groups.values().map(|group| of_group(plan, facts, (number, list), group)));
        }
        found
    }
}

fn of_group(plan: &Plan, facts: &Facts, (number, list): (usize, &List), group: &[&Candidate]) -> ListResult {
    let name = |candidate: &Candidate| facts.members.get(candidate.member).map(|member| member.name.clone()).unwrap_or_default();
    let placed: Vec<(&Candidate, &[Value])> = group.iter().filter_map(|candidate| Some((*candidate, candidate.keys.as_deref()?))).collect();
    let keys = |index: usize| placed.get(index).map(|(_, keys)| *keys).unwrap_or_default();
    let last = |index: usize| placed.get(index).is_some_and(|(candidate, _)| candidate.last);
    // behind all others is where the lowest totals are
    let lowest_first = list.keys.first() == Some(&false);
    let order = |a: usize, b: usize| {
        let behind = if lowest_first { last(b).cmp(&last(a)) } else { last(a).cmp(&last(b)) };
        let order = behind.then_with(|| by(keys(a), keys(b), &list.keys));
        if list.top { order } else { order.reverse() }
    };
    // all who tie with the last are in: nobody is left out for whom fewer than so many stand before
    let places = places_by(placed.len(), Ties::Skipping, order);
    let mut units: Vec<(&Candidate, Place)> = placed.iter().map(|(candidate, _)| *candidate).zip(places.into_iter().map(Place)).collect();
    units.retain(|(_, place)| place.0 <= rust_decimal::Decimal::from(list.count));
    units.sort_by_key(|(candidate, place)| (*place, candidate.member));
    let listed = |(candidate, place): &(&Candidate, Place)| {
        let steps = facts.members.get(candidate.member).and_then(|member| plan.programs.get(member.tier)).and_then(|program| {
            let steps = program.lists.get(number)?.as_ref()?;
            Some((program, steps))
        });
        let keys = candidate.keys.iter().flatten().zip(steps.map(|(_, steps)| steps.keys.as_slice()).unwrap_or_default());
        let keys = keys.map(|(value, step)| steps.map(|(program, _)| shown(program, *step, value)).unwrap_or_default());
        ListedUnit { unit: name(candidate), place: *place, keys: keys.collect() }
    };
    ListResult {
        name: list.name.clone(),
        within: group.first().and_then(|candidate| candidate.group.1.clone()),
        top: list.top,
        count: list.count,
        units: units.iter().map(listed).collect(),
        without: group.iter().filter(|candidate| candidate.keys.is_none()).map(|candidate| name(candidate)).collect(),
    }
}

/// The tier or group that a unit is in; none where it is in no group.
fn group(plan: &Plan, facts: &Facts, member: usize, (program, outcome): (&Program, &Outcome<TracedValue>), list: &List) -> Option<(usize, Option<String>)> {
    let unit = facts.members.get(member)?;
    match list.who {
        Who::All | Who::Children => Some((0, None)),
        Who::Tier => Some((unit.tier, Some(program.tier.clone()))),
        Who::Same(Common::Parent) => unit.parent.map(|parent| (parent, facts.members.get(parent).map(|parent| parent.name.clone()))),
        Who::Same(Common::Attribute(attribute)) => {
            let word = unit.attributes.get(attribute).copied().flatten()?;
            Some((word, facts.words.get_index(word).cloned()))
        }
        Who::Same(Common::Fact(fact)) => match outcome.value(program.facts.get(fact).copied().flatten()?) {
            Value::Symbol(symbol) => Some((symbol, plan.symbols.get(symbol).cloned())),
            Value::Truth(truth) => Some((usize::from(truth), Some(if truth { "是" } else { "否" }.to_owned()))),
            _ => None,
        },
    }
}

/// A value that a unit was placed by.
fn shown(program: &Program, step: StepId, value: &Value) -> String {
    let percent = program.infos.get(step).and_then(|info| info.unit.as_ref()).is_some_and(quantity::Unit::is_percent);
    let number =
        value.number().map(|number| if percent { number.times(&Number::from(rust_decimal::Decimal::ONE_HUNDRED)).unwrap_or(*number) } else { *number });
    number.and_then(|number| number.decimal()).map(quantity::plain).unwrap_or_default()
}
