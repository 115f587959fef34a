//! What was adjusted after appeals, and what moved by it: the results without and with the adjustments, side by side.

use indexmap::IndexMap;
use serde::Serialize;

use super::{IndicatorResult, Place, Places, Results, Span, State, UnitResult};
use crate::diag::CellPlace;
use crate::eval::domain::{Used, Value};
use crate::eval::trace::{Reach, Trace};
use crate::facts::Facts;
use crate::facts::adjustments::{Adjustment, Target, name, shown};
use crate::plan::{Plan, Role, Step, StepId};

/// One adjustment.
#[derive(Debug, Clone, Serialize)]
pub struct Adjusted {
    /// The unit.
    pub unit: String,
    /// Whether a fact or a score was changed.
    pub kind: AdjustedKind,
    /// The fact or item.
    pub name: String,
    /// The value before, as a table holds it; null where there was none.
    pub old: Option<String>,
    /// The value that stands instead; null where a fact is withdrawn.
    pub new: Option<String>,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// The day, as in `2020-12-15`.
    pub date: String,
    /// The table that says so.
    pub file: String,
    /// Its sheet; null where the table is no workbook.
    pub sheet: Option<String>,
    /// Its row, counted from 1 with the header.
    pub row: usize,
    /// The same place as messages name it.
    #[serde(skip)]
    pub(crate) place: CellPlace,
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AdjustedKind {
    /// The cell of a fact.
    Fact,
    /// The score of an indicator or section.
    Score,
}

/// A unit that stands elsewhere than without the adjustments, its own or those of others.
#[derive(Debug, Serialize)]
pub struct Moved {
    /// The unit.
    pub unit: String,
    /// Without the adjustments.
    pub before: Standing,
    /// With them.
    pub after: Standing,
    /// The indicators whose scores differ.
    pub indicators: IndexMap<String, MovedScore>,
}

/// Where a unit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Whether it has a total.
    pub status: State,
    /// What can become of it, where that is known in part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<State>,
    /// The total.
    pub total: Option<String>,
    /// Between which numbers the total lies, where it is known in part and can be a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// The place.
    pub rank: Option<Place>,
    /// Between which the place lies, where it is known in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_interval: Option<Places>,
    /// Whether the place may change.
    pub provisional: bool,
}

/// A score that moved; null where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedScore {
    /// Without the adjustments.
    pub before: Option<String>,
    /// With them.
    pub after: Option<String>,
    /// What is known of it without the adjustments, where that is known in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_in_part: Option<InPart>,
    /// What is known of it with them, where that is known in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_in_part: Option<InPart>,
}

/// What is known of a score that is known in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InPart {
    /// Between which numbers it lies, where it can be a number.
    pub interval: Option<Span>,
    /// What can become of it.
    pub possible: Vec<State>,
}

impl InPart {
    fn of(indicator: &IndicatorResult) -> Option<InPart> {
        let open = indicator.interval.is_some() || !indicator.possible.is_empty();
        open.then(|| InPart { interval: indicator.interval.clone(), possible: indicator.possible.clone() })
    }
}

/// The adjustments as results carry them.
pub(super) fn adjustments(plan: &Plan, facts: &Facts) -> Vec<Adjusted> {
    let all = facts.adjustments.as_ref().map(|adjustments| adjustments.all.as_slice()).unwrap_or_default();
    all.iter().map(|adjustment| record(plan, facts, adjustment)).collect()
}

/// One of them, by its number.
pub(crate) fn adjustment(plan: &Plan, facts: &Facts, index: usize) -> Option<Adjusted> {
    facts.adjustments.as_ref()?.all.get(index).map(|adjustment| record(plan, facts, adjustment))
}

fn record(plan: &Plan, facts: &Facts, adjustment: &Adjustment) -> Adjusted {
    let text = |value: Option<&Value>| value.map(|value| shown(plan, adjustment.target, Some(value), plan.lang));
    Adjusted {
        unit: facts.members.get(adjustment.member).map(|member| member.name.clone()).unwrap_or_default(),
        kind: if matches!(adjustment.target, Target::Fact(_)) { AdjustedKind::Fact } else { AdjustedKind::Score },
        name: name(plan, adjustment.target).to_owned(),
        old: text(adjustment.old.as_ref()),
        new: text(adjustment.new.as_ref()),
        reason: adjustment.reason.clone(),
        by: adjustment.by.clone(),
        date: adjustment.date.clone(),
        file: adjustment.place.file.clone(),
        sheet: adjustment.place.sheet.clone(),
        row: adjustment.place.row,
        place: CellPlace { column: String::new(), ..adjustment.place.clone() },
    }
}

/// The adjustments of a member that bear on a value, by their numbers.
pub(crate) fn bearing(trace: &Trace<'_>, root: StepId, facts: &Facts, member: usize) -> Vec<usize> {
    let Some(adjustments) = &facts.adjustments else { return Vec::new() };
    let mut own = adjustments.of(member).peekable();
    if own.peek().is_none() {
        return Vec::new();
    }
    let reach = trace.reach(root);
    let reached = || reach.iter().enumerate().filter(|(_, reach)| **reach != Reach::None).map(|(id, _)| id);
    let role = |id: StepId| trace.info(id).map(|info| info.role);
    let reads = |target: Target| match target {
        Target::Fact(fact) => reached().any(|id| {
            // a fact that was withdrawn is read where others stand in for it
            let given = if let Some(Step::OrElse(given, _)) = trace.step(id) { role(*given) } else { None };
            [role(id), given].contains(&Some(Role::Cell(fact)))
        }),
        Target::Item(item) => reached().any(|id| role(id) == Some(Role::Item(item)) && trace.used(id) == Used::Instead),
    };
    own.filter(|(_, adjustment)| reads(adjustment.target)).map(|(index, _)| index).collect()
}

/// The units that stand elsewhere, in the order of the results.
pub(crate) fn moved(before: &Results, after: &Results) -> Vec<Moved> {
    let found = after.units.iter().zip(&before.units).filter_map(|(after, before)| {
        let indicators: IndexMap<String, MovedScore> = after
            .indicators
            .iter()
            .filter_map(|(name, one)| {
                let before = before.indicators.get(name);
                let moved = MovedScore {
                    before: before.and_then(|one| one.score.clone()),
                    after: one.score.clone(),
                    before_in_part: before.and_then(InPart::of),
                    after_in_part: InPart::of(one),
                };
                (moved.before != moved.after || moved.before_in_part != moved.after_in_part).then(|| (name.clone(), moved))
            })
            .collect();
        let moved = Moved { unit: after.unit.clone(), before: standing(before), after: standing(after), indicators };
        (moved.before != moved.after || !moved.indicators.is_empty()).then_some(moved)
    });
    found.collect()
}

fn standing(unit: &UnitResult) -> Standing {
    Standing {
        status: unit.status,
        possible: unit.possible.clone(),
        total: unit.total.clone(),
        interval: unit.interval.clone(),
        rank: unit.rank,
        rank_interval: unit.rank_interval,
        provisional: unit.provisional,
    }
}
