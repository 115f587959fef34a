//! Records of which it is not known whether they count, or with what: each is named.

use super::{Check, clock_fault, wider_calendar};
use crate::diag::{Code, Diagnostic, words};
use crate::eval::domain::{Absence, Value};
use crate::eval::stages::records::{RecordState, Tally, Where, tally};
use crate::plan::{Field, InputId, InputKind, Record, Records, RowProgram, Step, StepId, operands};

/// What is said of the open records of one unit; of many that are open alike the first are named and the rest counted.
pub(super) fn open(check: &Check<'_>, member: usize) -> Vec<Diagnostic> {
    let inputs = check.plan.inputs.iter().enumerate();
    let of_records = inputs.filter_map(|(id, input)| if let InputKind::Records(records) = &input.kind { Some((id, records)) } else { None });
    of_records.flat_map(|(id, records)| open_of(check, member, id, records)).collect()
}

fn open_of(check: &Check<'_>, member: usize, id: InputId, records: &Records) -> Vec<Diagnostic> {
    const NAMED: usize = 3;
    let Some(Some(Value::Absent(_))) = check.row.inputs.get(id) else { return Vec::new() };
    let Some(tally) = of_member(check, member, id, records) else { return Vec::new() };
    let Some(record) = check.plan.records.get(records.record) else { return Vec::new() };
    let mut found: Vec<Diagnostic> = Vec::new();
    for absence in [Absence::TooLarge, Absence::NoRow, Absence::Failed, Absence::Missing] {
        let open: Vec<(usize, Where)> = (0..)
            .zip(&tally.states)
            .filter_map(|(index, state)| match state {
                RecordState::Open(other, place) if *other == absence => Some((index, *place)),
                _ => None,
            })
            .collect();
        let Some((first, place)) = open.first().copied() else { continue };
        let mut diagnostic =
            if absence == Absence::Missing { blank(check, (member, id), records, first, place) } else { failed(check, (member, id), records, first, absence) };
        for (index, _) in open.iter().take(NAMED) {
            diagnostic = diagnostic.at_cell(place_of(check, member, records, *index), words!("这条记录", "this record"));
        }
        if open.len() > NAMED {
            let more = open.len().saturating_sub(NAMED);
            diagnostic = diagnostic.help(words!("这样的记录还有 {more} 条", "{more} further records are alike"));
        }
        found.push(declared(diagnostic, check, id, record));
    }
    found
}

fn declared(diagnostic: Diagnostic, check: &Check<'_>, id: InputId, record: &Record) -> Diagnostic {
    let span = check.plan.inputs.get(id).map_or(record.span, |input| input.span);
    diagnostic.at(span, words!("在这里算", "computed here"))
}

/// The records of a unit and what became of them.
fn of_member(check: &Check<'_>, member: usize, id: InputId, records: &Records) -> Option<Tally> {
    let made = check.program.of_records.get(id)?.as_ref()?;
    let found = check.facts.ledgers.get(records.record)?.as_ref()?.of(member);
    Some(tally(made, records.each, &found, |step| check.values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing))))
}

fn place_of(check: &Check<'_>, member: usize, records: &Records, index: usize) -> crate::diag::CellPlace {
    let ledger = check.facts.ledgers.get(records.record).and_then(Option::as_ref);
    let number = ledger.and_then(|ledger| ledger.numbers(member).get(index).copied());
    ledger.zip(number).map(|(ledger, number)| ledger.place(check.facts, number)).unwrap_or_default()
}

/// A blank cell leaves open whether a record counts.
fn blank(check: &Check<'_>, (member, id): (usize, InputId), records: &Records, index: usize, place: Where) -> Diagnostic {
    let unit = &check.member.name;
    let fields = blank_fields(check, (member, id), records, index);
    let names: Vec<&str> = fields.iter().map(|field| field.fact.label()).collect();
    let (list, list_en) = (names.join("、"), names.join(", "));
    let (title, help) = match place {
        Where::Condition => (
            words!("{unit}:有记录不知道该不该计入,「{list}」是空的", "{unit}: it is open whether a record counts: {list_en} is blank"),
            words!("在 其中 里写明空着时怎么算,例如 {list} 为空 或 …", "say behind where what holds then, as in: {list_en} is blank or …"),
        ),
        Where::Value | Where::Group => (
            words!("{unit}:计入的记录缺「{list}」", "{unit}: a record that counts lacks {list_en}"),
            words!("用 其中 非 ({list} 为空) 略去这样的记录,或补上这一格", "leave such records out: where not ({list_en} is blank), or fill in the cell"),
        ),
    };
    Diagnostic::new(Code::OpenRecord, title).help(help)
}

/// The fields of a record that are blank and bear on an aggregate.
fn blank_fields<'c>(check: &'c Check<'_>, (member, id): (usize, InputId), records: &Records, index: usize) -> Vec<&'c Field> {
    let Some(record) = check.plan.records.get(records.record) else { return Vec::new() };
    let Some(fields) = check.facts.ledgers.get(records.record).and_then(Option::as_ref).and_then(|ledger| ledger.fields(*ledger.numbers(member).get(index)?))
    else {
        return Vec::new();
    };
    let made = check.program.of_records.get(id).and_then(Option::as_ref);
    let programs = made.into_iter().flat_map(|made| std::iter::once(&made.whole).chain(&made.inner));
    let read = |field: usize| {
        let reads = |program: &RowProgram| program.steps.iter().any(|step| matches!(step, Step::Given(other) if *other == field));
        records.each == Some(field) || programs.clone().any(reads)
    };
    let is_blank = |field: usize| matches!(fields.get(field), Some(Value::Absent(_)));
    record.fields.iter().enumerate().filter(|(id, _)| is_blank(*id) && read(*id)).map(|(_, field)| field).collect()
}

/// A time outside the calendar, or a value that cannot be held.
fn failed(check: &Check<'_>, (member, id): (usize, InputId), records: &Records, index: usize, absence: Absence) -> Diagnostic {
    let unit = &check.member.name;
    let why = (absence == Absence::Failed).then(|| failed_clock(check, (member, id), records, index)).flatten();
    match (why, absence) {
        (Some((why, why_en)), _) => Diagnostic::new(Code::OutsideCalendar, words!("{unit}:{why}", "{unit}: {why_en}")).help(wider_calendar()),
        (None, Absence::TooLarge) => {
            Diagnostic::new(Code::Overflow, words!("{unit}:由记录算得的数位数太多", "{unit}: what is computed of a record has too many digits"))
                .help(words!("核对这条记录", "check the record"))
        }
        (None, Absence::NoRow) => {
            Diagnostic::new(Code::OutOfRange, words!("{unit}:记录里的值不在分档的任何一行", "{unit}: a value of the record matches no row of the table"))
                .help(words!("核对这条记录;值确实无误时补全规则", "check the record; if it is right, complete the rules"))
        }
        (None, _) => Diagnostic::new(Code::CallFailed, words!("{unit}:由这条记录算不出", "{unit}: a function fails for a record"))
            .help(words!("核对这条记录", "check the record")),
    }
}

/// Why an operation on times fails for a record; a time that must not be shown is not.
fn failed_clock(check: &Check<'_>, (member, id): (usize, InputId), records: &Records, index: usize) -> Option<(String, String)> {
    let record = check.plan.records.get(records.record)?;
    let ledger = check.facts.ledgers.get(records.record)?.as_ref()?;
    let fields = ledger.fields(*ledger.numbers(member).get(index)?)?;
    let made = check.program.of_records.get(id)?.as_ref()?;
    let around = |step: StepId| check.values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing));
    std::iter::once(&made.whole).chain(&made.inner).find_map(|program| {
        let values = crate::eval::stages::records::values(program, fields, around);
        let failing = |(at, step): (usize, &Step)| match step {
            Step::Clock(clock, a, b) if values.get(at) == Some(&Value::Absent(Absence::Failed)) => {
                let hidden = operands_of(program, at).into_iter().any(|field| record.fields.get(field).is_some_and(|field| field.private));
                let (zh, en) = clock_fault(clock, values.get(*a)?, values.get(*b)?)?;
                Some(if hidden {
                    ("时间不在日历的范围里(隐私列,不引原文)".to_owned(), "a time lies outside the calendar (private: not quoted)".to_owned())
                } else {
                    (zh, en)
                })
            }
            _ => None,
        };
        program.steps.iter().enumerate().find_map(failing)
    })
}

/// The fields that a step of a record reads.
fn operands_of(program: &RowProgram, root: StepId) -> Vec<usize> {
    let mut queue = vec![root];
    let mut found = Vec::new();
    while let Some(step) = queue.pop().and_then(|id| program.steps.get(id)) {
        if let Step::Given(field) = step {
            found.push(*field);
        }
        queue.extend(operands(step));
    }
    found
}
