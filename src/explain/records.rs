//! The records behind a number: how many there are and count, and each of them where that is asked for.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Case, Topic};
use crate::diag::{CellPlace, Lang};
use crate::eval::Until;
use crate::eval::domain::{Absence, Exact, Value};
use crate::eval::stages::records::{RecordState, Tally, tally};
use crate::eval::trace::Reach;
use crate::facts::check::show;
use crate::plan::{Field, InputId, InputKind, Record, Role, StepId};

/// How many records stand behind a number.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RecordsCount {
    /// The kind of records.
    pub(crate) record: String,
    /// What one of them is counted in.
    pub(crate) unit: String,
    /// How many the unit has.
    pub(crate) of: usize,
    /// How many count.
    pub(crate) counted: usize,
    /// How many are left out because their value is 无从计算.
    pub(crate) undefined: usize,
    /// Of how many it is open whether they count, or with what.
    pub(crate) open: usize,
    /// The groups that count, where records are grouped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) groups: Option<usize>,
}

/// The records behind one step.
#[derive(Debug, Serialize)]
pub(crate) struct RecordsView {
    /// The step, by its id.
    pub(crate) step: String,
    /// As the rules say it.
    pub(crate) rule: String,
    #[serde(flatten)]
    pub(crate) count: RecordsCount,
    /// Those that count, and those of which that is open.
    pub(crate) rows: Vec<RecordView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RecordView {
    #[serde(flatten)]
    pub(crate) place: CellPlace,
    /// `counted`, `undefined` or `unknown`.
    pub(crate) state: &'static str,
    /// What its cells hold, by field; null where one is blank.
    pub(crate) fields: IndexMap<String, Option<String>>,
}

/// Whether what private fields hold is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Private {
    Shown,
    Masked,
}

/// What stands instead of a private cell.
const MASK: &str = "***";

impl Case<'_> {
    /// The records that an input is made of, and what became of each.
    fn tally(&self, input: InputId) -> Option<(&Record, Tally)> {
        let InputKind::Records(records) = &self.plan().inputs.get(input)?.kind else { return None };
        let program = self.trace.program;
        let made = program.of_records.get(input)?.as_ref()?;
        let found = self.facts.ledgers.get(records.record)?.as_ref()?.of(self.member);
        let mut values = Vec::new();
        crate::eval::run(&Exact, program, self.row, Until::Bounds, &mut values);
        let of_unit = |step: StepId| values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing));
        Some((self.plan().records.get(records.record)?, tally(made, records.each, &found, of_unit)))
    }

    /// How many records stand behind a step.
    pub(crate) fn records_behind(&self, id: StepId) -> Option<RecordsCount> {
        let Role::Input(input) = self.trace.info(id)?.role else { return None };
        let (record, tally) = self.tally(input)?;
        Some(count(record, &tally))
    }

    /// The records behind every step that bears on a topic.
    pub(crate) fn records(&self, topic: Topic, private: Private, lang: Lang) -> Vec<RecordsView> {
        let Some(root) = self.root(topic) else { return Vec::new() };
        let mut reached: Vec<bool> = self.trace.reach(root).iter().map(|reach| *reach != Reach::None).collect();
        for derivation in self.trace.confirmations(root) {
            for (slot, reach) in reached.iter_mut().zip(self.trace.reach(derivation)) {
                *slot |= reach != Reach::None;
            }
        }
        let steps = reached.iter().enumerate().filter(|(_, reached)| **reached).map(|(id, _)| id);
        steps.filter_map(|id| self.records_of(id, private, lang)).collect()
    }

    fn records_of(&self, id: StepId, private: Private, lang: Lang) -> Option<RecordsView> {
        let info = self.trace.info(id)?;
        let Role::Input(input) = info.role else { return None };
        let (record, tally) = self.tally(input)?;
        let InputKind::Records(records) = &self.plan().inputs.get(input)?.kind else { return None };
        let ledger = self.facts.ledgers.get(records.record)?.as_ref()?;
        let rows = ledger.numbers(self.member).iter().zip(&tally.states).filter_map(|(number, state)| {
            let state = match state {
                RecordState::Counted => "counted",
                RecordState::Undefined => "undefined",
                RecordState::Open(..) => "unknown",
                RecordState::Excluded => return None,
            };
            let cells = ledger.fields(*number)?;
            let field = |((id, field), value): ((usize, &Field), &Value)| {
                let shown = match ledger.known(*number, id) {
                    _ if field.private && private == Private::Masked => Some(MASK.to_owned()),
                    Some(known) => Some(known.written.clone()),
                    None => self.cell_of_record(field, value, lang),
                };
                (field.fact.label().to_owned(), shown)
            };
            let fields = record.fields.iter().enumerate().zip(cells).map(field).collect();
            Some(RecordView { place: ledger.place(self.facts, *number), state, fields })
        });
        let rows: Vec<RecordView> = rows.collect();
        let rule = self.plan().inputs.get(input).map(|input| self.sources.excerpt(input.span)).unwrap_or_default();
        Some(RecordsView { step: info.id.to_string(), rule, count: count(record, &tally), rows })
    }

    /// What a cell of a record holds; nothing where it is blank.
    fn cell_of_record(&self, field: &Field, value: &Value, lang: Lang) -> Option<String> {
        match value {
            Value::Number(number) => Some(show(number, field.fact.unit(), field.fact.step, lang)),
            Value::Truth(truth) => Some(
                match (truth, lang) {
                    (true, Lang::Zh) => "是",
                    (false, Lang::Zh) => "否",
                    (true, Lang::En) => "yes",
                    (false, Lang::En) => "no",
                }
                .to_owned(),
            ),
            Value::Symbol(symbol) => {
                let known = &self.plan().symbols;
                known.get(*symbol).or_else(|| self.facts.texts.get(symbol.checked_sub(known.len())?)).cloned()
            }
            Value::Absent(_) => None,
        }
    }
}

fn count(record: &Record, tally: &Tally) -> RecordsCount {
    let of = |wanted: fn(&RecordState) -> bool| tally.states.iter().filter(|state| wanted(state)).count();
    RecordsCount {
        record: record.name.clone(),
        unit: record.unit.to_string(),
        of: tally.states.len(),
        counted: of(|state| *state == RecordState::Counted),
        undefined: of(|state| *state == RecordState::Undefined),
        open: of(|state| matches!(state, RecordState::Open(..))),
        groups: tally.groups.map(|(_, counting)| counting),
    }
}
