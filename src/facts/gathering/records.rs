//! What is made of the records of one unit, of which some cells hold sets.
//!
//! Of each record it is asked whether it counts, surely or perhaps, and between which numbers it brings something. A record whose
//! group is not known counts perhaps in each that it may be in, and perhaps in one of its own.

use std::collections::BTreeMap;

use super::{Brings, Can, whole};
use crate::eval::domain::{Absence, Bounds, Interval, Value};
use crate::eval::stages::records::{Key, Rows};
use crate::eval::{Until, run};
use crate::facts::ledger::Ledger;
use crate::facts::{Facts, InPart};
use crate::plan::{Around, Field, FieldId, InputId, OfRecords, Plan, Records, RowProgram, StepId, Type};

/// What an aggregate over the records of a unit can come to; none where nothing of it rests on what is known in part.
pub(super) fn of_member(plan: &Plan, facts: &Facts, member: usize, (id, records): (InputId, &Records)) -> Option<Bounds> {
    let row = facts.rows.get(member).filter(|row| row.listed)?;
    let program = plan.programs.get(facts.members.get(member)?.tier)?;
    let made = program.of_records.get(id)?.as_ref()?;
    let ledger = facts.ledgers.get(records.record)?.as_ref()?;
    let mut values = Vec::new();
    run(&Interval, program, &InPart(row), Until::Bounds, &mut values);
    let unit = |step: StepId| values.get(step).copied().unwrap_or(Bounds::ANY);
    let numbers = ledger.numbers(member).iter().copied();
    Some(match records.each {
        None => of_all(&made.whole, ledger, numbers.map(|number| (number, true)), |around| of_unit(around, &unit)),
        Some(key) => {
            let field = plan.records.get(records.record)?.fields.get(key)?;
            Grouping { made, key, field, ledger, unit: &unit }.of_all(numbers)
        }
    })
}

fn of_unit(around: Around, unit: &dyn Fn(StepId) -> Bounds) -> Bounds {
    match around {
        Around::Unit(step) => unit(step),
        // INVARIANT: only what is made of groups reads what is made of a group.
        Around::Inner(_) => Bounds::ANY,
    }
}

/// What a field of a record can be.
fn field_of(ledger: &Ledger, record: usize, field: FieldId) -> Option<Bounds> {
    let value = ledger.fields(record)?.get(field)?;
    Some(ledger.known(record, field).map_or(Bounds::of(*value), |known| known.bounds))
}

/// By 无从计算 a record is left out.
fn leaves_out(absence: Absence) -> bool {
    absence == Absence::Undefined
}

/// Those that count, or may, and what may leave the whole open.
#[derive(Default)]
struct Counting {
    all: Vec<Can>,
    open: Vec<(Absence, bool)>,
}

impl Counting {
    /// Takes one record, or one group, that surely is there or not.
    fn take(&mut self, member: usize, brings: Brings, is_there: bool) {
        let Brings { with, sure, open, lacking } = brings;
        self.open.extend(open.into_iter().map(|absence| (absence, lacking && is_there)));
        self.all.extend(with.map(|(value, weight)| Can { member, group: None, sure: sure && is_there, value, weight }));
    }
}

/// What a record, or a group, brings, whose fields are these.
fn brings(rows: &mut Rows<'_, Interval>, field: impl Fn(FieldId) -> Option<Bounds>) -> Brings {
    rows.run(field);
    Brings::new(rows.condition().copied(), rows.arguments().copied(), leaves_out)
}

/// What is made of records, each with whether it surely is one of them.
fn of_all(program: &RowProgram, ledger: &Ledger, records: impl Iterator<Item = (usize, bool)>, around: impl Fn(Around) -> Bounds) -> Bounds {
    let mut rows = Rows::new(Interval, program, around);
    let mut counting = Counting::default();
    for (record, is_there) in records {
        counting.take(record, brings(&mut rows, |field| field_of(ledger, record, field)), is_there);
    }
    whole(program.fold, &counting.all, counting.open.iter().copied())
}

/// Records by a field of theirs.
struct Grouping<'g> {
    made: &'g OfRecords,
    key: FieldId,
    field: &'g Field,
    ledger: &'g Ledger,
    unit: &'g dyn Fn(StepId) -> Bounds,
}

impl Grouping<'_> {
    fn of_all(&self, records: impl Iterator<Item = usize>) -> Bounds {
        let mut counting = Counting::default();
        let mut groups: BTreeMap<Key, Vec<(usize, bool)>> = BTreeMap::new();
        let mut floating = Vec::new();
        for record in records {
            match Key::of(self.ledger.fields(record).and_then(|fields| fields.get(self.key))) {
                Ok(key) => groups.entry(key).or_default().push((record, true)),
                Err(_) if self.ledger.known(record, self.key).is_some() => floating.push(record),
                // a record of no known group leaves open what every group comes to
                Err(absence) => counting.open.push((absence, true)),
            }
        }
        let own = floating.iter().filter(|record| self.may_be_alone(**record, &groups)).count();
        for (key, members) in &mut groups {
            members.extend(floating.iter().filter(|record| self.may_be(**record, &key.value())).map(|record| (*record, false)));
        }
        for (place, (key, members)) in groups.iter().enumerate() {
            counting.take(place, self.group(Bounds::of(key.value()), members), true);
        }
        // as many groups more as there are records that may be in one of their own, each of any of these
        let members: Vec<(usize, bool)> = floating.iter().map(|record| (*record, false)).collect();
        let keys = floating.iter().filter_map(|record| field_of(self.ledger, *record, self.key)).reduce(|a, b| a.join(&b));
        for place in 0..own {
            counting.take(groups.len().saturating_add(place), self.group(keys.unwrap_or(Bounds::ANY), &members), false);
        }
        whole(self.made.whole.fold, &counting.all, counting.open.iter().copied())
    }

    /// Whether a record can be in the group of that key.
    fn may_be(&self, record: usize, key: &Value) -> bool {
        self.ledger.known(record, self.key).is_some_and(|known| known.may_be(key))
    }

    /// Whether a record can be in a group that none is surely in.
    fn may_be_alone(&self, record: usize, groups: &BTreeMap<Key, Vec<(usize, bool)>>) -> bool {
        let listed = self.ledger.known(record, self.key).map(|known| known.listed.as_slice()).unwrap_or_default();
        let all: Vec<Value> = match &self.field.fact.kind {
            _ if !listed.is_empty() => listed.to_vec(),
            Type::Truth => vec![Value::Truth(false), Value::Truth(true)],
            Type::Choice(choices) => choices.iter().map(|choice| Value::Symbol(*choice)).collect(),
            Type::Number(_) | Type::Text => return true,
        };
        all.iter().any(|value| Key::of(Some(value)).is_ok_and(|key| !groups.contains_key(&key)))
    }

    /// What a group brings.
    fn group(&self, key: Bounds, members: &[(usize, bool)]) -> Brings {
        let of_inner = |program: &RowProgram| of_all(program, self.ledger, members.iter().copied(), |around| of_unit(around, self.unit));
        let inner: Vec<Bounds> = self.made.inner.iter().map(of_inner).collect();
        let around = |around: Around| match around {
            Around::Inner(id) => inner.get(id).copied().unwrap_or(Bounds::ANY),
            Around::Unit(step) => (self.unit)(step),
        };
        // of a group nothing is read but what its records have in common
        brings(&mut Rows::new(Interval, &self.made.whole, around), |field| (field == self.key).then_some(key))
    }
}
