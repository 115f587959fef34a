//! Stages: what programs read from outside the rows of their units is filled in, before they are evaluated as a whole.
//!
//! In: a plan and the rows of all units. Out: the value of every input of every unit, put into its row. Never: a step that no
//! input needs; which units take part is settled first, by the exemptions alone.

mod fold;
pub(crate) mod records;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::fold::Counted;
pub(crate) use self::fold::fold;
use self::fold::placed;
use self::records::tally;
use super::domain::{Absence, Exact, Value};
use super::outcome::{Participation, participation};
use super::{Cells, Evaluator, Until};
use crate::plan::{
    self, AttributeId, Common, FactId, Fold, InputId, InputKind, Name, Plan, Program, RecordId, Records, Stage, StepId, TierId, Units, Who, closure,
};

/// The units of a period, as far as they bring something to one another.
pub(crate) trait Members {
    /// The cells of a unit.
    type Row<'r>: Cells<Value>
    where
        Self: 'r;

    /// How many there are.
    fn count(&self) -> usize;
    fn tier(&self, member: usize) -> TierId;
    /// Whether anything at all is known of the unit.
    fn is_listed(&self, member: usize) -> bool;
    /// The unit above.
    fn parent(&self, member: usize) -> Option<usize>;
    /// An attribute, by a number that is the same for those who have it in common.
    fn attribute(&self, member: usize, attribute: AttributeId) -> Option<usize>;
    /// Whether the unit is one of those, by name or alias.
    fn is_one_of(&self, member: usize, names: &[Name]) -> bool;
    fn row(&self, member: usize) -> Self::Row<'_>;
    /// The records of a unit, each by its fields; none where no table holds such records at all.
    fn records(&self, _member: usize, _record: RecordId) -> Option<Vec<&[Value]>> {
        None
    }
    /// Puts the value of an input into the row of a unit.
    fn put(&mut self, member: usize, input: InputId, value: Value);
}

/// Fills every input of every unit, stage by stage.
pub(crate) fn fill<M: Members>(plan: &Plan, members: &mut M) {
    named(plan, members);
    let mut taking_part = None;
    for (number, stage) in plan.stages.iter().enumerate() {
        let taking_part = taking_part.get_or_insert_with(|| participations(plan, members));
        if stage.upward {
            upward(plan, members, taking_part, (number, stage));
            continue;
        }
        let brought = brought(plan, members, taking_part, (number, stage));
        for (id, brought) in stage.inputs.iter().zip(&brought) {
            match plan.inputs.get(*id).map(|input| &input.kind) {
                Some(InputKind::Units(units)) => gather(units, brought, |member, value| members.put(member, *id, value)),
                // those of other periods were filled in before, those of records follow
                Some(InputKind::Earlier(_) | InputKind::Records(_) | InputKind::Named(_)) | None => {}
            }
        }
        of_records(plan, members, (number, stage));
    }
}

/// Puts what is made of the records of every unit into its row.
fn of_records<M: Members>(plan: &Plan, members: &mut M, (number, stage): (usize, &Stage)) {
    let kinds = stage.inputs.iter().filter_map(|id| match &plan.inputs.get(*id)?.kind {
        InputKind::Records(records) => Some((*id, records)),
        InputKind::Units(_) | InputKind::Earlier(_) | InputKind::Named(_) => None,
    });
    let inputs: Vec<(InputId, &Records)> = kinds.collect();
    if inputs.is_empty() {
        return;
    }
    let mut bringing = Bringing::new(plan, number);
    for member in 0..members.count() {
        let values = bringing.values(members, member);
        let Some(evaluator) = bringing.evaluators.get(members.tier(member)) else { continue };
        let values = match &values {
            Values::Shared => evaluator.values(),
            Values::Own(own) => own,
        };
        let of_unit = |step: StepId| values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing));
        let made = |(id, records): &(InputId, &Records)| {
            let found = members.records(member, records.record).filter(|_| members.is_listed(member));
            let made = evaluator.program().of_records.get(*id).and_then(Option::as_ref);
            let value = match (found, made) {
                (Some(found), Some(made)) => tally(made, records.each, &found, of_unit).value,
                _ => Value::Absent(Absence::Missing),
            };
            (*id, value)
        };
        let found: Vec<(InputId, Value)> = inputs.iter().map(made).collect();
        for (id, value) in found {
            members.put(member, id, value);
        }
    }
}

/// Says of every unit whether it is one of those that the rules name; exemptions may ask.
fn named<M: Members>(plan: &Plan, members: &mut M) {
    for (id, input) in plan.inputs.iter().enumerate() {
        let InputKind::Named(names) = &input.kind else { continue };
        for member in 0..members.count() {
            let value = Value::Truth(members.is_one_of(member, names));
            members.put(member, id, value);
        }
    }
}

/// What all units bring to one input whose stages are filled.
pub(crate) fn account<M: Members>(plan: &Plan, members: &M, input: InputId) -> Vec<Brought> {
    let taking_part = participations(plan, members);
    let stage = plan.stages.iter().enumerate().find(|(_, stage)| stage.inputs.contains(&input));
    let Some((number, stage)) = stage else { return Vec::new() };
    let one = Stage { inputs: vec![input], upward: stage.upward };
    brought(plan, members, &taking_part, (number, &one)).pop().unwrap_or_default()
}

/// What every unit has in this period of what is read by another: steps of the program of its tier. Where that rests on no score it is
/// there also for units that do not take part.
pub(crate) fn had<M: Members>(plan: &Plan, members: &M, of_tier: &dyn Fn(&Program) -> Option<plan::Brought>, of_all: bool) -> Vec<Part> {
    let taking_part = if of_all { Vec::new() } else { participations(plan, members) };
    let brought: Vec<Option<plan::Brought>> = plan.programs.iter().map(of_tier).collect();
    let needed = |(program, brought): (&Program, &Option<plan::Brought>)| closure(&program.steps, brought.iter().flat_map(plan::Brought::steps));
    let needed: Vec<Vec<StepId>> = plan.programs.iter().zip(&brought).map(needed).collect();
    let mut bringing = Bringing::of_steps(plan, &needed);
    let of = |member: usize| {
        let values = bringing.values(members, member);
        let tier = members.tier(member);
        let Some(evaluator) = bringing.evaluators.get(tier) else { return Part::Left(Left::NotApplicable) };
        let values = match &values {
            Values::Shared => evaluator.values(),
            Values::Own(own) => own,
        };
        part((brought.get(tier).and_then(Option::as_ref), values), taking_part.get(member), members.is_listed(member))
    };
    (0..members.count()).map(of).collect()
}

/// Whether each unit takes part.
fn participations<M: Members>(plan: &Plan, members: &M) -> Vec<Participation> {
    let mut evaluators: Vec<Evaluator<'_, Exact>> = plan.programs.iter().map(|program| Evaluator::new(Exact, program)).collect();
    let of = |member: usize| {
        let Some(evaluator) = evaluators.get_mut(members.tier(member)) else { return Participation::Unknown(Absence::Missing) };
        if evaluator.program().exemptions.is_empty() {
            return Participation::Yes;
        }
        if !members.is_listed(member) {
            return Participation::Unknown(Absence::Missing);
        }
        participation(evaluator, &members.row(member))
    };
    (0..members.count()).map(of).collect()
}

// --- what a unit brings ---

/// What a unit brings to an aggregate, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brought {
    pub(crate) part: Part,
    /// The group of units that it is one of.
    pub(crate) group: Group,
    /// The group whose value it reads.
    pub(crate) read: Group,
    /// 逐: what the members of a part of the group have in common.
    pub(crate) each: Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A value with its weight.
    Counted(Value, Value),
    Left(Left),
    /// Whether it counts, or with what, is not known.
    Open(Absence),
}

/// Why a unit does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    /// 不参评.
    Exempt,
    /// 不适用: what is gathered does not apply to its tier.
    NotApplicable,
    /// 无从计算.
    Undefined,
    /// 其中 does not hold.
    Excluded,
}

/// The group of units that one belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Known(usize, usize),
    /// It has no such attribute.
    Nowhere,
    Open(Absence),
}

/// What all units bring to each input of a stage, by input.
fn brought<M: Members>(plan: &Plan, members: &M, taking_part: &[Participation], (number, stage): (usize, &Stage)) -> Vec<Vec<Brought>> {
    let mut bringing = Bringing::new(plan, number);
    let mut found: Vec<Vec<Brought>> = stage.inputs.iter().map(|_| Vec::with_capacity(members.count())).collect();
    for member in 0..members.count() {
        let values = bringing.values(members, member);
        for (id, list) in stage.inputs.iter().zip(&mut found) {
            list.push(bringing.of(members, (member, taking_part.get(member)), *id, &values));
        }
    }
    found
}

/// The steps that a stage needs, evaluated for one unit after another.
struct Bringing<'p> {
    plan: &'p Plan,
    evaluators: Vec<Evaluator<'p, Exact>>,
    /// The steps by tier.
    steps: Vec<&'p [StepId]>,
}

/// The values of a unit: those of the evaluator of its tier, or its own where something stands instead of a step.
enum Values {
    Shared,
    Own(Vec<Value>),
}

impl<'p> Bringing<'p> {
    fn new(plan: &'p Plan, stage: usize) -> Self {
        let steps: Vec<&[StepId]> = plan.programs.iter().map(|program| program.stages.get(stage).map(Vec::as_slice).unwrap_or_default()).collect();
        let evaluators = plan.programs.iter().zip(&steps).map(|(program, steps)| Evaluator::of_steps(Exact, program, steps)).collect();
        Bringing { plan, evaluators, steps }
    }

    fn of_steps(plan: &'p Plan, needed: &'p [Vec<StepId>]) -> Self {
        let steps: Vec<&[StepId]> = needed.iter().map(Vec::as_slice).collect();
        let evaluators = plan.programs.iter().zip(&steps).map(|(program, steps)| Evaluator::of_steps(Exact, program, steps)).collect();
        Bringing { plan, evaluators, steps }
    }

    fn values<M: Members>(&mut self, members: &M, member: usize) -> Values {
        let row = members.row(member);
        let Some(evaluator) = self.evaluators.get_mut(members.tier(member)) else { return Values::Own(Vec::new()) };
        let program = evaluator.program();
        if members.is_listed(member) && !row.is_adjusted() {
            evaluator.start();
            evaluator.run(&row, Until::Bounds);
            return Values::Shared;
        }
        let steps = self.steps.get(members.tier(member)).copied().unwrap_or_default();
        let mut own = Evaluator::adjusted_steps(Exact, program, steps);
        if members.is_listed(member) {
            own.run(&row, Until::Bounds);
        } else {
            own.run(&Unlisted { row, program }, Until::Bounds);
        }
        Values::Own(own.into_values())
    }

    fn of<M: Members>(&self, members: &M, (member, takes_part): (usize, Option<&Participation>), id: InputId, values: &Values) -> Brought {
        let tier = members.tier(member);
        let nothing = Brought { part: Part::Left(Left::NotApplicable), group: Group::Nowhere, read: Group::Nowhere, each: Group::Nowhere };
        let (Some(evaluator), Some(input)) = (self.evaluators.get(tier), self.plan.inputs.get(id)) else { return nothing };
        let InputKind::Units(units) = &input.kind else { return nothing };
        let program = evaluator.program();
        let values = match values {
            Values::Shared => evaluator.values(),
            Values::Own(own) => own,
        };
        let common = |common: Common| match common {
            Common::Fact(fact) => chosen(program, fact, values),
            Common::Attribute(attribute) => members.attribute(member, attribute).map_or(Group::Nowhere, |value| Group::Known(value, 0)),
            Common::Parent => members.parent(member).map_or(Group::Nowhere, |parent| Group::Known(parent, 0)),
        };
        let (group, read) = match units.over.who {
            Who::Tier => (Group::Known(tier, 0), Group::Known(tier, 0)),
            Who::All => (Group::Known(0, 0), Group::Known(0, 0)),
            Who::Same(same) => (common(same), common(same)),
            Who::Children => (common(Common::Parent), Group::Known(member, 0)),
        };
        let (group, read) = match units.over.group.map(common) {
            Some(inner) => (within(group, inner), within(group, inner)),
            None => (group, read),
        };
        let each = units.each.map_or(Group::Nowhere, common);
        let part = part((program.brought.get(id).and_then(Option::as_ref), values), takes_part, members.is_listed(member));
        Brought { part, group, read, each }
    }
}

/// What a unit brings, by the steps of its tier.
fn part((brought, values): (Option<&plan::Brought>, &[Value]), takes_part: Option<&Participation>, listed: bool) -> Part {
    if let Some(Participation::Exempt(_)) = takes_part {
        return Part::Left(Left::Exempt);
    }
    let Some(brought) = brought else { return Part::Left(Left::NotApplicable) };
    let at = |step: StepId| values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing));
    let unknown = match takes_part {
        Some(Participation::Unknown(absence)) => Some(*absence),
        _ => None,
    };
    let condition = brought.condition.map(at);
    let mut open = unknown;
    match condition {
        Some(Value::Truth(false)) => return Part::Left(Left::Excluded),
        Some(Value::Absent(Absence::Undefined)) => return Part::Left(Left::Undefined),
        Some(Value::Absent(Absence::NotApplicable)) => return Part::Left(Left::NotApplicable),
        Some(Value::Absent(absence)) => open = Some(open.map_or(absence, |other| other.min(absence))),
        _ => {}
    }
    let mut parts = brought.values.iter().map(|step| at(*step));
    let (value, weight) = (parts.next(), parts.next());
    let absences = [value, weight].into_iter().flatten().filter_map(|part| part.absence());
    let value_open = absences.min();
    // of a unit of which nothing is known no value is known either
    let value_open = if listed || brought.values.is_empty() { value_open } else { Some(Absence::Missing) };
    match (open, value_open) {
        (None, Some(Absence::Undefined)) => Part::Left(Left::Undefined),
        (None, Some(Absence::NotApplicable)) => Part::Left(Left::NotApplicable),
        (None, None) => {
            let one = Value::Truth(true);
            Part::Counted(value.unwrap_or(one), weight.unwrap_or(one))
        }
        (a, b) => Part::Open(a.into_iter().chain(b).min().unwrap_or(Absence::Missing)),
    }
}

/// The choice of a fact as a group.
fn chosen(program: &Program, fact: FactId, values: &[Value]) -> Group {
    let step = program.facts.get(fact).copied().flatten();
    match step.and_then(|step| values.get(step)) {
        Some(Value::Symbol(symbol)) => Group::Known(*symbol, 0),
        Some(Value::Truth(truth)) => Group::Known(usize::from(*truth), 0),
        Some(Value::Absent(absence)) => Group::Open(*absence),
        // a fact that does not apply to the tier puts its units into no group
        _ => Group::Nowhere,
    }
}

/// A group inside another.
fn within(outer: Group, inner: Group) -> Group {
    match (outer, inner) {
        (Group::Known(outer, _), Group::Known(inner, _)) => Group::Known(outer, inner + 1),
        (Group::Open(a), Group::Open(b)) => Group::Open(a.min(b)),
        (Group::Open(absence), _) | (_, Group::Open(absence)) => Group::Open(absence),
        _ => Group::Nowhere,
    }
}

/// The cells of a unit of which no table has a row: no default fills them.
struct Unlisted<'p, R> {
    row: R,
    program: &'p Program,
}

impl<R: Cells<Value>> Cells<Value> for Unlisted<'_, R> {
    fn cell(&self, _: FactId) -> Option<Value> {
        None
    }

    fn input(&self, input: InputId) -> Option<Value> {
        self.row.input(input)
    }

    fn instead(&self, step: StepId) -> Option<Value> {
        self.program.facts.contains(&Some(step)).then_some(Value::Absent(Absence::Missing))
    }

    fn is_adjusted(&self) -> bool {
        true
    }
}

// --- what is made of it ---

/// The members of every group that count, and whether something of it is not known.
#[derive(Default)]
struct Groups {
    counted: BTreeMap<Group, Vec<Counted>>,
    open: BTreeMap<Group, Absence>,
    /// What makes every group open: a unit of which it is not known where it belongs.
    everywhere: Option<Absence>,
}

fn groups(units: &Units, brought: &[Brought]) -> Groups {
    let mut groups = Groups::default();
    let mut seen: BTreeSet<(Group, Group)> = BTreeSet::new();
    for (member, one) in brought.iter().enumerate() {
        if let Part::Left(_) = one.part {
            continue;
        }
        if let Group::Open(absence) = one.group {
            groups.everywhere = Some(groups.everywhere.map_or(absence, |other| other.min(absence)));
            continue;
        }
        if one.group == Group::Nowhere {
            continue;
        }
        if units.each.is_some() {
            match one.each {
                Group::Open(absence) => {
                    groups.open.entry(one.group).and_modify(|open| *open = absence.min(*open)).or_insert(absence);
                    continue;
                }
                // the values of a group are those of any of its members
                each if each == Group::Nowhere || !seen.insert((one.group, each)) => continue,
                _ => {}
            }
        }
        match one.part {
            Part::Counted(value, weight) => groups.counted.entry(one.group).or_default().push(Counted { member, value, weight }),
            Part::Open(absence) => {
                groups.open.entry(one.group).and_modify(|open| *open = absence.min(*open)).or_insert(absence);
            }
            Part::Left(_) => {}
        }
    }
    groups
}

/// Puts the value of an aggregate into the row of every unit that reads it.
fn gather(units: &Units, brought: &[Brought], mut put: impl FnMut(usize, Value)) {
    let groups = groups(units, brought);
    if units.fold == Fold::Rank {
        return rank(units, &groups, brought, put);
    }
    let mut values: BTreeMap<Group, Value> = BTreeMap::new();
    for (member, one) in brought.iter().enumerate() {
        let value = match one.read {
            Group::Known(..) => *values.entry(one.read).or_insert_with(|| {
                let counted = groups.counted.get(&one.read).map(Vec::as_slice).unwrap_or_default();
                match groups.open.get(&one.read).copied().into_iter().chain(groups.everywhere).min() {
                    Some(absence) => Value::Absent(absence),
                    None => fold(units.fold, counted),
                }
            }),
            Group::Nowhere => Value::Absent(Absence::Missing),
            Group::Open(absence) => Value::Absent(absence),
        };
        put(member, value);
    }
}

/// The place of every unit among those of its group that have a value; one without a value of its own has none.
fn rank(units: &Units, groups: &Groups, brought: &[Brought], mut put: impl FnMut(usize, Value)) {
    for (member, one) in brought.iter().enumerate() {
        let absence = match (one.part, one.group) {
            (Part::Open(absence), _) | (_, Group::Open(absence)) => absence,
            (_, Group::Nowhere) => Absence::Missing,
            _ => Absence::Undefined,
        };
        put(member, Value::Absent(absence));
    }
    for counted in groups.counted.values() {
        for (one, place) in counted.iter().zip(placed(units, counted)) {
            put(one.member, place);
        }
    }
}

/// Fills inputs that rest on the same inputs of the units below: from the bottom up, each unit once all below it are filled.
fn upward<M: Members>(plan: &Plan, members: &mut M, taking_part: &[Participation], (number, stage): (usize, &Stage)) {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); members.count()];
    for member in 0..members.count() {
        if let Some(list) = members.parent(member).and_then(|parent| below.get_mut(parent)) {
            list.push(member);
        }
    }
    let mut waiting: Vec<usize> = below.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(member, _)| member).collect();
    let mut bringing = Bringing::new(plan, number);
    let mut brought: BTreeMap<(usize, InputId), Brought> = BTreeMap::new();
    // a unit that stands above itself never comes up; that is a fault of the register
    while let Some(member) = ready.pop() {
        for id in &stage.inputs {
            let Some(InputKind::Units(units)) = plan.inputs.get(*id).map(|input| &input.kind) else { continue };
            let of_below = below.get(member).into_iter().flatten();
            // only what those below bring: its own group is the one that it reads
            let mut own: Vec<Brought> = of_below.filter_map(|child| brought.remove(&(*child, *id))).collect();
            let read = Group::Known(member, 0);
            own.push(Brought { part: Part::Left(Left::Excluded), group: Group::Nowhere, read, each: Group::Nowhere });
            let last = own.len() - 1;
            gather(units, &own, |index, value| {
                if index == last {
                    members.put(member, *id, value);
                }
            });
        }
        let values = bringing.values(members, member);
        for id in &stage.inputs {
            brought.insert((member, *id), bringing.of(members, (member, taking_part.get(member)), *id, &values));
        }
        if let Some(parent) = members.parent(member)
            && let Some(count) = waiting.get_mut(parent)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                ready.push(parent);
            }
        }
    }
}
