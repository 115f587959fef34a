//! What becomes of a unit: exempt, scored, or without a total and why.

use rust_decimal::Decimal;

use super::domain::{Absence, Bounds, Domain, Traced, TracedValue, Value};
use super::{Cells, Evaluator, Until};
use crate::plan::{Full, ItemId, Program, StepId};

/// Whether a unit has a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Scored,
    /// 不参评, by which exemption.
    Exempt(usize),
    /// 缺数据.
    Missing,
    /// 部分已知.
    Partly,
    /// 待定.
    Pending,
    /// No item applies.
    NotApplicable,
    /// A result that cannot be held, a value that no row of a table matches, a script that fails: the step where.
    Faulty(StepId),
}

/// What became of one unit.
#[derive(Debug)]
pub(crate) struct Outcome<V> {
    pub(crate) status: Status,
    /// The value of every step that was evaluated.
    pub(crate) values: Vec<V>,
    /// What every step can be, where facts are known in part; else empty.
    pub(crate) bounds: Vec<Bounds>,
}

/// How a domain's value is seen as an exact one.
pub(crate) trait AsExact {
    /// The exact value.
    fn exact(&self) -> &Value;
}

impl AsExact for Value {
    #[inline]
    fn exact(&self) -> &Value {
        self
    }
}

impl AsExact for TracedValue {
    #[inline]
    fn exact(&self) -> &Value {
        &self.value
    }
}

/// Evaluates one unit, and keeps where every value came from.
pub(crate) fn traced(program: &Program, cells: &impl Cells<Value>, until: Until) -> Outcome<TracedValue> {
    let mut evaluator = Evaluator::of(Traced, program, cells);
    let status = evaluate(&mut evaluator, cells, until);
    Outcome { status, values: evaluator.into_values(), bounds: Vec::new() }
}

/// Evaluates one unit with an evaluator that may have served for others.
pub(crate) fn evaluate<D: Domain>(evaluator: &mut Evaluator<'_, D>, cells: &impl Cells<D::Cell>, until: Until) -> Status
where
    D::Value: AsExact,
{
    let program = evaluator.program();
    let unknown = match participation(evaluator, cells) {
        Participation::Exempt(exemption) => return Status::Exempt(exemption),
        Participation::Unknown(absence) => Some(absence),
        Participation::Yes => None,
    };
    evaluator.run(cells, until);
    let values = evaluator.values();
    let total = values.get(program.total).map(AsExact::exact);
    match unknown.or(total.and_then(Value::absence)) {
        None => Status::Scored,
        Some(Absence::Missing | Absence::Undefined) => Status::Missing,
        Some(Absence::Partly) => Status::Partly,
        Some(Absence::Pending) => Status::Pending,
        Some(Absence::NotApplicable) => Status::NotApplicable,
        Some(absence @ (Absence::TooLarge | Absence::NoRow | Absence::Failed)) => {
            let guilty = values.iter().position(|value| *value.exact() == Value::Absent(absence));
            Status::Faulty(guilty.unwrap_or(program.total))
        }
    }
}

/// Whether a unit takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Participation {
    Yes,
    /// 不参评, by which exemption.
    Exempt(usize),
    Unknown(Absence),
}

/// Evaluates the exemptions alone. The first that is true gives the reason, even if an earlier one is unknown.
pub(crate) fn participation<D: Domain>(evaluator: &mut Evaluator<'_, D>, cells: &impl Cells<D::Cell>) -> Participation
where
    D::Value: AsExact,
{
    let program = evaluator.program();
    evaluator.start();
    evaluator.run(cells, Until::Exemptions);
    let mut unknown: Option<Absence> = None;
    for (condition, exemption) in &program.exemptions {
        match evaluator.values().get(*condition).map(AsExact::exact) {
            Some(Value::Truth(true)) => return Participation::Exempt(*exemption),
            // one that is known in part may be true, whatever is missing elsewhere
            Some(Value::Absent(Absence::Partly)) => unknown = Some(Absence::Partly),
            Some(Value::Absent(absence)) if unknown != Some(Absence::Partly) => unknown = Some(unknown.map_or(*absence, |other| other.min(*absence))),
            _ => {}
        }
    }
    unknown.map_or(Participation::Yes, Participation::Unknown)
}

/// Whether an item of a unit has a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemStatus {
    Scored,
    NotApplicable,
    Missing,
    Partly,
    Pending,
}

impl<V: AsExact> Outcome<V> {
    /// The exact value of a step; 缺数据 where it was not reached.
    pub(crate) fn value(&self, step: StepId) -> Value {
        self.values.get(step).map_or(Value::Absent(Absence::Missing), |value| *value.exact())
    }

    /// The marks of an item or of the tier for this unit; none where they are not known.
    pub(crate) fn full(&self, full: Full) -> Option<Decimal> {
        match full {
            Full::Fixed(full) => Some(full),
            Full::Varying { step, .. } => self.value(step).decimal(),
        }
    }

    /// What became of an item.
    pub(crate) fn item(&self, program: &Program, item: ItemId) -> ItemStatus {
        let Some(Some(steps)) = program.items.get(item) else { return ItemStatus::NotApplicable };
        if let Status::Exempt(_) = self.status {
            return ItemStatus::NotApplicable;
        }
        match self.value(steps.score) {
            Value::Number(_) => ItemStatus::Scored,
            Value::Absent(Absence::Partly) => ItemStatus::Partly,
            Value::Absent(Absence::Pending) => ItemStatus::Pending,
            Value::Absent(Absence::NotApplicable) => ItemStatus::NotApplicable,
            _ => ItemStatus::Missing,
        }
    }
}
