//! What is gathered from units, or made of records, that are known in part: bounds of aggregates.
//!
//! In: facts that were gathered as far as they are known exactly. Out: for every unit that reads of something known in part, what it
//! can read. Never: a value that any facts inside the sets exceed.

mod records;

use std::collections::BTreeMap;

use super::{Facts, InPart};
use crate::eval::domain::{Absence, Bounds, Hull, Interval, Value};
use crate::eval::rank::known::{Racer, places};
use crate::eval::stages::{self, Brought, Group, Left, Part};
use crate::eval::{Until, run};
use crate::plan::{Fold, InputId, InputKind, Plan, Units};
use crate::quantity::{Number, TooLarge};
use rust_decimal::Decimal;

/// Replaces what was gathered by its bounds, wherever a unit known in part bears on it.
pub(super) fn bound(plan: &Plan, facts: &mut Facts) {
    facts.rows.iter_mut().for_each(|row| row.bounds.clear());
    // what other periods give may be known in part where nothing of this one is
    let of_records = |member: usize| facts.ledgers.iter().flatten().any(|ledger| ledger.is_open(member));
    let mut affected: Vec<bool> = facts.rows.iter().enumerate().map(|(member, row)| row.is_open() || of_records(member)).collect();
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
                Some(InputKind::Records(of)) => {
                    let open = (0..facts.rows.len()).filter(|member| affected.get(*member) == Some(&true) && is_open(facts, *member, *id));
                    found.extend(open.filter_map(|member| Some((member, *id, records::of_member(plan, facts, member, (*id, of))?))));
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

/// Whether what was made of records is absent, and may be so only because a field or a fact beside them is known in part.
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

/// What one of many brings, by its condition and its values.
#[derive(Debug)]
struct Brings {
    /// Whether it can count, and with what.
    with: Option<(Hull, Hull)>,
    /// Whether it surely does.
    sure: bool,
    /// By what it can leave the whole open.
    open: Vec<Absence>,
    /// Whether it surely does that.
    lacking: bool,
}

impl Brings {
    /// By some absences a unit, or a record, is left out; by others the whole is open.
    fn new(condition: Option<Bounds>, values: impl Iterator<Item = Bounds>, leaves_out: impl Fn(Absence) -> bool) -> Brings {
        let condition = condition.unwrap_or(Bounds::Exactly(Value::Truth(true)));
        let (can, mut sure) = (condition.can_be(true), condition == Bounds::Exactly(Value::Truth(true)));
        let mut open: Vec<Absence> = condition.absences().filter(|absence| !leaves_out(*absence)).collect();
        if !can && open.is_empty() {
            // what is left out is asked for nothing more
            return Brings { with: None, sure: false, open, lacking: false };
        }
        let may_be_out = condition.can_be(false) || condition.absences().any(&leaves_out);
        let mut never = false;
        let mut hulls = values.map(|bounds| {
            let absences: Vec<Absence> = bounds.absences().collect();
            sure &= absences.is_empty();
            never |= bounds.numbers().is_none() && !absences.iter().any(|absence| leaves_out(*absence));
            open.extend(absences.into_iter().filter(|absence| !leaves_out(*absence)));
            bounds.numbers()
        });
        let one = Hull::of(Number::from(Decimal::ONE));
        let with = match (hulls.next(), hulls.next()) {
            (None, _) => Some((one, one)),
            (Some(value), None) => value.map(|value| (value, one)),
            (Some(value), Some(weight)) => value.zip(weight),
        };
        drop(hulls);
        Brings { with: with.filter(|_| can), sure, open, lacking: !may_be_out && (!can || never) }
    }
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
            // of what is only counted, and of what has no weight, each is one
            let hull = |value: Value| Hull::of(value.number().copied().unwrap_or_else(|| Number::from(Decimal::ONE)));
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
    // what a unit brings may be computed behind its scores
    run(&Interval, program, &InPart(row), Until::Bounds, &mut values);
    let at = |step: usize| values.get(step).copied().unwrap_or(Bounds::ANY);
    let Some(Some(brought)) = program.brought.get(id) else { return };
    let group = match one.group {
        Group::Open(_) => None,
        Group::Nowhere => return,
        group @ Group::Known(..) => Some(group),
    };
    let leaves_out = |absence: Absence| matches!(absence, Absence::Undefined | Absence::NotApplicable);
    let Brings { mut with, mut sure, mut open, mut lacking } = Brings::new(brought.condition.map(at), brought.values.iter().map(|step| at(*step)), leaves_out);
    if !row.listed {
        open.push(Absence::Missing);
        with = None;
    }
    for (exemption, _) in &program.exemptions {
        let exempt = at(*exemption);
        with = with.filter(|_| exempt.can_be(false));
        sure &= exempt == Bounds::Exactly(Value::Truth(false));
        lacking &= exempt == Bounds::Exactly(Value::Truth(false));
        open.extend(exempt.absences().filter(|absence| !leaves_out(*absence)));
    }
    gathered.open.extend(open.into_iter().map(|absence| (group, absence, lacking && row.listed)));
    if let Some((value, weight)) = with {
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
        let open = self.open.iter().filter(|(open, ..)| open.is_none_or(|other| other == group));
        whole(units.fold, &self.within(group), open.map(|(_, absence, sure)| (*absence, *sure)))
    }
}

/// What can be made of those that count, and of what may leave the whole open, or surely does.
fn whole(fold: Fold, all: &[Can], open: impl Iterator<Item = (Absence, bool)> + Clone) -> Bounds {
    let mut open_by = |absence: Absence| Bounds::of(Value::Absent(absence)).possible();
    // of several absences the gravest holds
    let surely = open.clone().filter(|(_, sure)| *sure).map(|(absence, _)| absence).min();
    let mut found = surely.map_or_else(|| made(fold, all).possible(), &mut open_by);
    let others = open.map(|(absence, _)| absence).filter(|absence| surely.is_none_or(|surely| *absence < surely));
    others.for_each(|absence| found.admit(&Value::Absent(absence)));
    found.settled()
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
        Fold::Sum => {
            let sum = sum();
            return if sum.is_whole() { Bounds::whole_between(sum.low, sum.high) } else { Bounds::between(sum.low, sum.high) };
        }
        Fold::WeightedMean if all.iter().any(|can| can.weight.low.is_none_or(|low| low < Number::ZERO)) => Some(Hull::ALL),
        Fold::Mean | Fold::WeightedMean => mean(all).or(values),
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

/// The least mean and the greatest, of weights that are known; none where they are not, or nothing can have any.
fn mean(all: &[Can]) -> Option<Hull> {
    let weights: Vec<Number> = all.iter().map(|can| can.weight.point()).collect::<Option<_>>()?;
    let of = |end: fn(&Hull) -> Option<Number>| -> Option<Vec<(Number, Number, bool)>> {
        all.iter().zip(&weights).map(|(can, weight)| Some((end(&can.value)?, *weight, can.sure))).collect()
    };
    if weights.iter().all(Number::is_zero) {
        return None;
    }
    let high = of(|value| value.high).and_then(|all| greatest_mean(all).ok().flatten());
    let low = of(|value| value.negated().high).and_then(|all| greatest_mean(all).ok().flatten()).map(|low| low.negated());
    Some(Hull::new(low, high))
}

/// The greatest mean of values with their weights: those that surely count, and of the others all that raise it.
fn greatest_mean(all: Vec<(Number, Number, bool)>) -> Result<Option<Number>, TooLarge> {
    let (sure, mut others): (Vec<_>, Vec<_>) = all.into_iter().filter(|(_, weight, _)| !weight.is_zero()).partition(|(.., sure)| *sure);
    others.sort_unstable_by(|(a, ..), (b, ..)| b.cmp(a));
    let (mut sum, mut weights) = (Number::ZERO, Number::ZERO);
    for (value, weight, sure) in sure.into_iter().chain(others) {
        if sure || weights.is_zero() || value.times(&weights)? > sum {
            sum = sum.plus(&value.times(&weight)?)?;
            weights = weights.plus(&weight)?;
        }
    }
    sum.over(&weights)
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
