//! What is gathered from units whose facts are known in part: bounds of aggregates.
//!
//! In: facts that were gathered as far as they are known exactly. Out: for every unit that reads of one known in part, what it can
//! read. Never: a value that any facts inside the sets exceed.

use std::collections::BTreeMap;

use super::{Facts, InPart};
use crate::eval::domain::{Absence, Bounds, Hull, Interval, Value};
use crate::eval::rank::known::{Racer, places};
use crate::eval::stages::{self, Brought, Group, Left, Part};
use crate::eval::{Until, run};
use crate::plan::{Fold, InputId, InputKind, Plan, Units};
use crate::quantity::Number;
use rust_decimal::Decimal;

/// Replaces what was gathered by its bounds, wherever a unit known in part bears on it.
pub(super) fn bound(plan: &Plan, facts: &mut Facts) {
    facts.rows.iter_mut().for_each(|row| row.bounds.clear());
    // what other periods give may be known in part where nothing of this one is
    let mut affected: Vec<bool> = facts.rows.iter().map(super::Row::is_open).collect();
    if !affected.contains(&true) {
        return;
    }
    for stage in &plan.stages {
        let mut found: Vec<(usize, InputId, Bounds)> = Vec::new();
        for id in &stage.inputs {
            match plan.inputs.get(*id).map(|input| &input.kind) {
                // what rests on itself further down is bounded by nothing but its kind
                Some(InputKind::Units(_)) if stage.upward => found.extend((0..facts.rows.len()).map(|member| (member, *id, Bounds::ANY))),
                Some(InputKind::Units(units)) => {
                    let gathered = of_units(plan, facts, &affected, (*id, units));
                    found.extend(gathered.into_iter().map(|(member, bounds)| (member, *id, bounds)));
                }
                Some(InputKind::Records(_)) => {
                    let open = (0..facts.rows.len()).filter(|member| affected.get(*member) == Some(&true) && is_open(facts, *member, *id));
                    found.extend(open.map(|member| (member, *id, Bounds::ANY)));
                }
                Some(InputKind::Named(_) | InputKind::Earlier(_)) | None => {}
            }
        }
        for (member, id, bounds) in found {
            let exact = bounds.exact();
            let Some(row) = facts.rows.get_mut(member) else { continue };
            if let Some(slot) = row.inputs.get_mut(id) {
                *slot = Some(exact.unwrap_or(Value::Absent(Absence::Partly)));
            }
            if exact.is_none() {
                row.bounds.push((id, bounds));
                if let Some(slot) = affected.get_mut(member) {
                    *slot = true;
                }
            }
        }
    }
}

/// Whether what was made of records is absent, and may be so only because a fact beside them is known in part.
fn is_open(facts: &Facts, member: usize, id: InputId) -> bool {
    let value = facts.rows.get(member).and_then(|row| row.inputs.get(id).copied().flatten());
    value.is_some_and(|value| value.absence().is_some())
}

/// What a unit can bring.
#[derive(Debug, Clone, Copy)]
struct Can {
    member: usize,
    /// The group that it counts in; none where that is not known.
    group: Option<Group>,
    /// Whether it surely counts.
    sure: bool,
    value: Hull,
    weight: Hull,
}

/// What counts in a group, and what may.
#[derive(Debug, Default)]
struct Gathered {
    all: Vec<Can>,
    /// Groups, or all, of which something may be missing, and whether it surely is.
    open: Vec<(Option<Group>, Absence, bool)>,
}

fn of_units(plan: &Plan, facts: &Facts, affected: &[bool], (id, units): (InputId, &Units)) -> Vec<(usize, Bounds)> {
    let exact = stages::account(plan, facts, id);
    let mut gathered = Gathered::default();
    for (member, one) in exact.iter().enumerate() {
        if affected.get(member) == Some(&true) {
            in_part(plan, facts, (member, one), id, &mut gathered);
        } else {
            known(member, one, &mut gathered);
        }
    }
    let touches = |group: Group| {
        let of = |other: Option<Group>| other.is_none_or(|other| other == group);
        gathered.all.iter().any(|can| affected.get(can.member) == Some(&true) && of(can.group))
            || gathered.open.iter().any(|(open, _, sure)| !sure && of(*open))
    };
    let mut found = Vec::new();
    let mut of_groups: BTreeMap<Group, Option<Bounds>> = BTreeMap::new();
    let mut places: BTreeMap<Group, BTreeMap<usize, Bounds>> = BTreeMap::new();
    for (member, one) in exact.iter().enumerate() {
        match one.read {
            Group::Known(..) if units.fold == Fold::Rank && touches(one.read) => {
                let of_group = places.entry(one.read).or_insert_with(|| gathered.places(units, one.read));
                match of_group.get(&member) {
                    Some(bounds) => found.push((member, *bounds)),
                    None if affected.get(member) == Some(&true) => found.push((member, Bounds::ANY)),
                    // one that does not count has no place, whatever the others are
                    None => {}
                }
            }
            Group::Known(..) => {
                let made = || touches(one.read).then(|| if units.each.is_some() { Bounds::ANY } else { gathered.fold(units, one.read) });
                found.extend(of_groups.entry(one.read).or_insert_with(made).map(|bounds| (member, bounds)));
            }
            Group::Open(_) if affected.get(member) == Some(&true) => found.push((member, Bounds::ANY)),
            _ => {}
        }
    }
    found
}

/// What a unit brings of which everything is known.
fn known(member: usize, one: &Brought, gathered: &mut Gathered) {
    let group = match one.group {
        Group::Open(absence) => {
            if !matches!(one.part, Part::Left(_)) {
                gathered.open.push((None, absence, true));
            }
            return;
        }
        group => group,
    };
    match one.part {
        Part::Counted(value, weight) => {
            let hull = |value: Value| value.number().map_or(Hull::of(Number::ZERO), |number| Hull::of(*number));
            gathered.all.push(Can { member, group: Some(group), sure: true, value: hull(value), weight: hull(weight) });
        }
        Part::Open(absence) => gathered.open.push((Some(group), absence, true)),
        Part::Left(_) => {}
    }
}

/// What a unit can bring of which something is known in part.
fn in_part(plan: &Plan, facts: &Facts, (member, one): (usize, &Brought), id: InputId, gathered: &mut Gathered) {
    let (Some(row), Some(tier)) = (facts.rows.get(member), facts.members.get(member).map(|member| member.tier)) else { return };
    let Some(program) = plan.programs.get(tier) else { return };
    // what does not apply, or is surely exempt, brings nothing whatever the facts are
    if matches!(one.part, Part::Left(Left::Exempt | Left::NotApplicable)) && program.brought.get(id).is_none_or(Option::is_none) {
        return;
    }
    let mut values: Vec<Bounds> = Vec::new();
    run(&Interval, program, &InPart(row), Until::Scores, &mut values);
    let at = |step: usize| values.get(step).copied().unwrap_or(Bounds::ANY);
    let Some(Some(brought)) = program.brought.get(id) else { return };
    let group = match one.group {
        Group::Open(_) => None,
        Group::Nowhere => return,
        group @ Group::Known(..) => Some(group),
    };
    let (mut can, mut sure) = (row.listed, true);
    let mut open: Vec<Absence> = if row.listed { Vec::new() } else { vec![Absence::Missing] };
    for (exemption, _) in &program.exemptions {
        let exempt = at(*exemption);
        can &= exempt.can_be(false);
        sure &= exempt == Bounds::Exactly(Value::Truth(false));
        open.extend(exempt.absences());
    }
    if let Some(condition) = brought.condition.map(at) {
        can &= condition.can_be(true);
        sure &= condition == Bounds::Exactly(Value::Truth(true));
        open.extend(condition.absences());
    }
    let mut hulls = brought.values.iter().map(|step| {
        let bounds = at(*step);
        open.extend(bounds.absences());
        sure &= bounds.absences().next().is_none();
        bounds.numbers()
    });
    let one_thing = Hull::of(Number::from(Decimal::ONE));
    let (value, weight) = match (hulls.next(), hulls.next()) {
        (None, _) => (Some(one_thing), Some(one_thing)),
        (Some(value), None) => (value, Some(one_thing)),
        (Some(value), Some(weight)) => (value, weight),
    };
    drop(hulls);
    // 无从计算 and 不适用 leave it out, the others leave the whole open
    for absence in open.into_iter().filter(|absence| !matches!(absence, Absence::Undefined | Absence::NotApplicable)) {
        gathered.open.push((group, absence, !can && row.listed && sure));
    }
    if let (true, Some(value), Some(weight)) = (can, value, weight) {
        gathered.all.push(Can { member, group, sure: sure && group.is_some(), value, weight });
    }
}

impl Gathered {
    /// Those that count in a group, or may.
    fn within(&self, group: Group) -> Vec<Can> {
        self.all.iter().filter(|can| can.group.is_none_or(|other| other == group)).copied().collect()
    }

    /// What can be made of a group.
    fn fold(&self, units: &Units, group: Group) -> Bounds {
        let all = self.within(group);
        let open = || self.open.iter().filter(|(open, ..)| open.is_none_or(|other| other == group));
        if let Some(absence) = open().filter(|(.., sure)| *sure).map(|(_, absence, _)| *absence).min()
            && open().all(|(.., sure)| *sure)
        {
            return Bounds::of(Value::Absent(absence));
        }
        let mut found = made(units.fold, &all).possible();
        open().for_each(|(_, absence, _)| found.admit(&Value::Absent(*absence)));
        found.settled()
    }
}

impl Gathered {
    /// The places that the units of a group can have among those that count.
    fn places(&self, units: &Units, group: Group) -> BTreeMap<usize, Bounds> {
        let all = self.within(group);
        let racer = |can: &Can| Racer::new(can.sure, [true, false], std::iter::once(can.value), &[!units.ascending]);
        let racers: Vec<Racer> = all.iter().map(racer).collect();
        let found = places(units.ties, &racers.iter().collect::<Vec<_>>());
        let of = |(can, [best, worst]): (&Can, &[Decimal; 2])| {
            let mut bounds = Bounds::between(Some(Number::from(*best)), Some(Number::from(*worst))).possible();
            if !can.sure {
                [Absence::Missing, Absence::Pending, Absence::Undefined].iter().for_each(|absence| bounds.admit(&Value::Absent(*absence)));
            }
            (can.member, bounds.settled())
        };
        all.iter().zip(&found).map(of).collect()
    }
}

/// What can be made of those that count, and of those that may.
fn made(fold: Fold, all: &[Can]) -> Bounds {
    let sure: Vec<&Can> = all.iter().filter(|can| can.sure).collect();
    let values = all.iter().map(|can| can.value).reduce(|a, b| a.with(&b));
    let count = |count: usize| Some(Number::from(Decimal::from(count)));
    let sum = || {
        let zero = Hull::of(Number::ZERO);
        all.iter().map(|can| if can.sure { can.value } else { can.value.with(&zero) }).fold(zero, |sum, value| sum.plus(&value))
    };
    let certain = sure.len() == all.len();
    let numbers = match fold {
        Fold::Count | Fold::Size => return Bounds::whole_between(count(sure.len()), count(all.len())),
        Fold::Sum => return Bounds::between(sum().low, sum().high),
        Fold::Mean if certain && !all.is_empty() => sum().over(&Hull::of(Number::from(Decimal::from(all.len())))),
        Fold::WeightedMean if all.iter().any(|can| can.weight.low.is_none_or(|low| low < Number::ZERO)) => Some(Hull::ALL),
        Fold::Mean | Fold::WeightedMean => values,
        Fold::Best => extreme(&sure, all, false),
        Fold::Lowest => extreme(&sure, all, true),
        Fold::Median if certain && !all.is_empty() => Some(middle(all)),
        Fold::Median | Fold::Rank => values,
    };
    let mut found = numbers.map_or(Bounds::of(Value::Absent(Absence::Undefined)), |hull| Bounds::between(hull.low, hull.high)).possible();
    let weightless = fold == Fold::WeightedMean && !sure.iter().any(|can| can.weight.low.is_some_and(|low| low > Number::ZERO));
    if sure.is_empty() || weightless {
        found.admit(&Value::Absent(Absence::Undefined));
    }
    found.settled()
}

/// The most, or the least, of those that count.
fn extreme(sure: &[&Can], all: &[Can], least: bool) -> Option<Hull> {
    let turned = |hull: &Hull| if least { hull.negated() } else { *hull };
    let high = all.iter().map(|can| turned(&can.value)).reduce(|a, b| a.with(&b))?.high;
    let low = match sure.iter().map(|can| turned(&can.value)).reduce(|a, b| a.greatest(&b)) {
        Some(sure) => sure.low,
        None => all.iter().map(|can| turned(&can.value)).reduce(|a, b| a.with(&b))?.low,
    };
    Some(turned(&Hull::new(low, high)))
}

/// The median of the least values, and of the greatest.
fn middle(all: &[Can]) -> Hull {
    let median = |ends: Vec<Option<Number>>| -> Option<Number> {
        let counted: Option<Vec<stages::Counted>> =
            ends.into_iter().map(|end| end.map(|end| stages::Counted { member: 0, value: Value::Number(end), weight: Value::Truth(true) })).collect();
        stages::fold(Fold::Median, &counted?).number().copied()
    };
    let low = median(all.iter().map(|can| can.value.low).collect());
    Hull::new(low, median(all.iter().map(|can| can.value.high).collect()))
}
