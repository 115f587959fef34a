//! What is made of the records of one unit: of all of them, or of each group and then of the groups.

use std::collections::BTreeMap;

use super::super::domain::{Absence, Domain, Exact, Value};
use super::super::{Cells, evaluate};
use super::fold::{Counted, fold};
use crate::plan::{Around, FactId, FieldId, InputId, OfRecords, RowProgram, StepId};
use crate::quantity::Number;

/// What an aggregate over records comes to, and what became of each of them.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) value: Value,
    /// In the order of the records.
    pub(crate) states: Vec<RecordState>,
    /// The groups, and how many of them count; none where the records are not grouped.
    pub(crate) groups: Option<(usize, usize)>,
}

/// Whether a record counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordState {
    Counted,
    /// 其中 does not hold, for the record or for its group.
    Excluded,
    /// 无从计算.
    Undefined,
    /// Whether it counts, or with what, is not known.
    Open(Absence, Where),
}

/// What of a record is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// Whether it counts.
    Condition,
    /// What it counts with.
    Value,
    /// To which group it belongs.
    Group,
}

/// Makes an aggregate of the records of a unit, whose steps have these values.
pub(crate) fn tally(made: &OfRecords, each: Option<FieldId>, records: &[&[Value]], unit: impl Fn(StepId) -> Value) -> Tally {
    match each {
        None => plain(&made.whole, records, &unit),
        Some(key) => grouped(made, key, records, &unit),
    }
}

/// A record, or the key of a group, with what is around it.
struct Row<'r, C, F> {
    field: F,
    around: &'r [C],
}

impl<C: Copy, F: Fn(FieldId) -> Option<C>> Cells<C> for Row<'_, C, F> {
    fn cell(&self, field: FactId) -> Option<C> {
        (self.field)(field)
    }

    fn input(&self, input: InputId) -> Option<C> {
        self.around.get(input).copied()
    }
}

/// The steps of a record, with room for their values.
pub(crate) struct Rows<'p, D: Domain> {
    domain: D,
    program: &'p RowProgram,
    values: Vec<D::Value>,
    around: Vec<D::Cell>,
}

impl<'p, D: Domain> Rows<'p, D>
where
    D::Cell: Copy,
{
    pub(crate) fn new(domain: D, program: &'p RowProgram, around: impl Fn(Around) -> D::Cell) -> Self {
        let values = program.steps.iter().map(|_| domain.no_row()).collect();
        Rows { domain, program, values, around: program.around.iter().map(|one| around(*one)).collect() }
    }

    /// Evaluates the steps for a record.
    pub(crate) fn run(&mut self, field: impl Fn(FieldId) -> Option<D::Cell>) {
        let row = Row { field, around: &self.around };
        for (id, step) in self.program.steps.iter().enumerate() {
            if let Some((before, [value, ..])) = self.values.split_at_mut_checked(id) {
                let _ = evaluate(&self.domain, step, &row, before, value);
            }
        }
    }

    /// Whether the record that was evaluated counts; none where nothing is said of that.
    pub(crate) fn condition(&self) -> Option<&D::Value> {
        self.program.condition.and_then(|step| self.values.get(step))
    }

    /// What it counts with: its value, and the weight of that.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &D::Value> {
        self.program.arguments.iter().filter_map(|step| self.values.get(*step))
    }
}

impl Rows<'_, Exact> {
    /// What a record comes to: its value and its weight where it counts.
    fn of(&mut self, fields: &[Value]) -> (RecordState, Value, Value) {
        self.run(|field| fields.get(field).copied());
        let one = Value::Truth(true);
        let open = match self.condition() {
            Some(Value::Truth(false)) => return (RecordState::Excluded, one, one),
            Some(Value::Absent(Absence::Undefined)) => return (RecordState::Undefined, one, one),
            Some(Value::Absent(absence)) => Some((*absence, Where::Condition)),
            _ => None,
        };
        let mut parts = self.arguments().copied();
        let (value, weight) = (parts.next(), parts.next());
        let absent = [value, weight].into_iter().flatten().filter_map(|part| part.absence()).min();
        let state = match (open, absent) {
            (None, None) => RecordState::Counted,
            (None, Some(Absence::Undefined)) => RecordState::Undefined,
            (None, Some(absence)) => RecordState::Open(absence, Where::Value),
            (Some((absence, place)), _) => RecordState::Open(absence, place),
        };
        (state, value.unwrap_or(one), weight.unwrap_or(one))
    }
}

/// Those that count, what became of all, and why the whole is not known.
struct Folded {
    counted: Vec<Counted>,
    states: Vec<RecordState>,
    open: Option<Absence>,
}

fn folded<'r>(rows: &mut Rows<'_, Exact>, records: impl Iterator<Item = &'r [Value]>) -> Folded {
    let mut folded = Folded { counted: Vec::new(), states: Vec::new(), open: None };
    for (member, fields) in records.enumerate() {
        let (state, value, weight) = rows.of(fields);
        match state {
            RecordState::Counted => folded.counted.push(Counted { member, value, weight }),
            RecordState::Open(absence, _) => folded.open = Some(folded.open.map_or(absence, |open| open.min(absence))),
            RecordState::Excluded | RecordState::Undefined => {}
        }
        folded.states.push(state);
    }
    folded
}

impl Folded {
    fn value(&self, program: &RowProgram) -> Value {
        self.open.map_or_else(|| fold(program.fold, &self.counted), Value::Absent)
    }
}

fn plain(program: &RowProgram, records: &[&[Value]], unit: &impl Fn(StepId) -> Value) -> Tally {
    let mut rows = Rows::new(Exact, program, |around| of_unit(around, unit));
    let folded = folded(&mut rows, records.iter().copied());
    Tally { value: folded.value(program), states: folded.states, groups: None }
}

fn of_unit(around: Around, unit: &impl Fn(StepId) -> Value) -> Value {
    match around {
        Around::Unit(step) => unit(step),
        // INVARIANT: only what is made of groups reads what is made of a group.
        Around::Inner(_) => Value::Absent(Absence::Missing),
    }
}

/// By what records are grouped.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Number(Number),
    Truth(bool),
    Symbol(usize),
}

impl Key {
    /// By what a record with such a value is grouped; why that is not known.
    pub(crate) fn of(value: Option<&Value>) -> Result<Key, Absence> {
        match value {
            Some(Value::Number(number)) => Ok(Key::Number(*number)),
            Some(Value::Truth(truth)) => Ok(Key::Truth(*truth)),
            Some(Value::Symbol(symbol)) => Ok(Key::Symbol(*symbol)),
            Some(Value::Absent(absence)) => Err(*absence),
            None => Err(Absence::Missing),
        }
    }

    pub(crate) fn value(&self) -> Value {
        match self {
            Key::Number(number) => Value::Number(*number),
            Key::Truth(truth) => Value::Truth(*truth),
            Key::Symbol(symbol) => Value::Symbol(*symbol),
        }
    }
}

fn grouped(made: &OfRecords, each: FieldId, records: &[&[Value]], unit: &impl Fn(StepId) -> Value) -> Tally {
    let mut states = vec![RecordState::Excluded; records.len()];
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    let mut unplaced = None;
    for (index, fields) in records.iter().enumerate() {
        let key = match Key::of(fields.get(each)) {
            Ok(key) => key,
            Err(absence) => {
                // a record of no known group leaves open what every group comes to
                if let Some(slot) = states.get_mut(index) {
                    *slot = RecordState::Open(absence, Where::Group);
                }
                unplaced = Some(unplaced.map_or(absence, |other: Absence| other.min(absence)));
                continue;
            }
        };
        groups.entry(key).or_default().push(index);
    }
    let mut inner: Vec<Rows<'_, Exact>> = made.inner.iter().map(|program| Rows::new(Exact, program, |around| of_unit(around, unit))).collect();
    let (mut counted, mut open, mut counting) = (Vec::new(), unplaced, 0);
    for (group, members) in groups.values().enumerate() {
        let of_group = || members.iter().filter_map(|index| records.get(*index).copied());
        let parts: Vec<Folded> = inner.iter_mut().map(|rows| folded(rows, of_group())).collect();
        let values: Vec<Value> = parts.iter().zip(&made.inner).map(|(part, program)| part.value(program)).collect();
        let around = |around: Around| match around {
            Around::Inner(id) => values.get(id).copied().unwrap_or(Value::Absent(Absence::Missing)),
            Around::Unit(step) => unit(step),
        };
        let (state, value, weight) = Rows::new(Exact, &made.whole, around).of(of_group().next().unwrap_or_default());
        match state {
            RecordState::Counted => {
                counting += 1;
                counted.push(Counted { member: group, value, weight });
            }
            RecordState::Open(absence, _) => open = Some(open.map_or(absence, |open: Absence| open.min(absence))),
            RecordState::Excluded | RecordState::Undefined => {}
        }
        for (place, index) in members.iter().enumerate() {
            if let Some(slot) = states.get_mut(*index) {
                *slot = of_member(state, parts.iter().filter_map(|part| part.states.get(place).copied()));
            }
        }
    }
    let value = open.map_or_else(|| fold(made.whole.fold, &counted), Value::Absent);
    Tally { value, states, groups: Some((groups.len(), counting)) }
}

/// What became of a record of a group: what became of the group, unless nothing that is made of the group takes it in.
fn of_member(group: RecordState, parts: impl Iterator<Item = RecordState>) -> RecordState {
    let parts: Vec<RecordState> = parts.collect();
    let open = parts.iter().copied().find(|part| matches!(part, RecordState::Open(..)));
    match (group, open) {
        (RecordState::Excluded | RecordState::Undefined, _) => group,
        (_, Some(open)) => open,
        (RecordState::Open(..), None) => group,
        (RecordState::Counted, None) if parts.is_empty() || parts.contains(&RecordState::Counted) => RecordState::Counted,
        (RecordState::Counted, None) => parts.first().copied().unwrap_or(RecordState::Counted),
    }
}

/// The values of the steps of one record.
pub(crate) fn values(program: &RowProgram, fields: &[Value], unit: impl Fn(StepId) -> Value) -> Vec<Value> {
    let mut rows = Rows::new(Exact, program, |around| of_unit(around, &unit));
    rows.of(fields);
    rows.values
}
