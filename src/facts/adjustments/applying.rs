//! Changes put in place: first those of facts, then those of scores, which are computed from them.

use std::collections::BTreeSet;

use super::super::check::show;
use super::super::grid::Form;
use super::super::{Cell, Facts, File};
use super::{Adjustment, Target, name, shown};
use crate::diag::{CellPlace, Code, Diagnostic, Lang, words};
use crate::eval::Until;
use crate::eval::domain::Value;
use crate::eval::outcome::{ItemStatus, Status, traced};
use crate::plan::{FactId, ItemId, Literal, Plan, Program, Role, Step, StepId};
use crate::quantity::{Number, Unit, round_to};

/// Changes the cells of facts.
pub(super) fn facts(facts: &mut Facts, all: &[Adjustment], plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
    let mut begun: BTreeSet<(usize, FactId)> = BTreeSet::new();
    for adjustment in all {
        let Target::Fact(fact) = adjustment.target else { continue };
        if begun.insert((adjustment.member, fact))
            && let Some(differs) = differs_from_cell(facts, adjustment, fact, plan)
        {
            diagnostics.push(differs);
            continue;
        }
        let (file, column) = (file(facts, adjustment), adjustment.column);
        let cell =
            |value| Cell { value, known: None, file, row: adjustment.place.row, column, provenance: None, basis: Some(adjustment.reason.as_str().into()) };
        let cell = adjustment.new.map(cell);
        if let Some(row) = facts.rows.get_mut(adjustment.member) {
            row.listed |= cell.is_some();
            if let Some(slot) = row.cells.get_mut(fact) {
                *slot = cell;
            }
        }
    }
}

/// The table of an adjustment among those of the facts, which it enters with the one column that is spoken of.
fn file(facts: &mut Facts, Adjustment { place, column, .. }: &Adjustment) -> usize {
    let is_it = |file: &File| file.path == place.file && file.sheet == place.sheet && file.headings.get(*column) == Some(&place.column);
    facts.files.iter().position(is_it).unwrap_or_else(|| {
        let form = match (&place.address, place.record) {
            (Some(_), _) => Form::Sheet,
            (None, true) => Form::Records,
            (None, false) => Form::Lines,
        };
        let headings = std::iter::repeat_n(String::new(), *column).chain([place.column.clone()]).collect();
        facts.files.push(File { path: place.file.clone(), sheet: place.sheet.clone(), form, headings });
        facts.files.len() - 1
    })
}

fn differs_from_cell(facts: &Facts, adjustment: &Adjustment, fact: FactId, plan: &Plan) -> Option<Diagnostic> {
    let row = facts.rows.get(adjustment.member)?;
    let cell = row.get(fact);
    let there = cell.map(|cell| cell.value);
    // what is stated to have been there says which value of a set it was
    let known = cell.and_then(|cell| cell.known.as_ref()).zip(adjustment.old.as_ref());
    if there == adjustment.old || known.is_some_and(|(known, old)| known.may_be(old)) {
        return None;
    }
    let declared = plan.facts.get(fact)?;
    // of a blank cell the default is its value
    let program = plan.programs.get(facts.members.get(adjustment.member)?.tier)?;
    let default = || program.facts.get(fact).copied().flatten().map(|step| traced(program, row, Until::Bounds).value(step));
    let there = if there.is_none() && declared.has_default && !declared.has_derivation { default() } else { there };
    if there == adjustment.old {
        return None;
    }
    let differs = differs(facts, adjustment, plan, there.as_ref());
    Some(match cell {
        Some(cell) => differs.at_cell(facts.place(cell), words!("这里是它", "it stands here")).help(help_correct()),
        None if declared.has_derivation && adjustment.old.is_some() => differs
            .at(declared.span, words!("它由其他数据推得", "it follows from other facts"))
            .help(words!("改正它所由来的数据,或把原值留空", "correct the facts that it follows from, or leave the old value blank")),
        None => differs.at(declared.span, words!("这一列在这里声明", "the column is declared here")).help(help_correct()),
    })
}

fn help_correct() -> crate::diag::Words {
    words!(
        "核对这是不是要改的那一期、那一格;原值照数据写,没有值就留空",
        "check that this is the period and the cell to be changed; write the old value as it stands, and leave it blank where there is none"
    )
}

/// The old value is not what is there.
fn differs(facts: &Facts, adjustment: &Adjustment, plan: &Plan, there: Option<&Value>) -> Diagnostic {
    let unit = facts.members.get(adjustment.member).map(|member| member.name.as_str()).unwrap_or_default();
    let label = name(plan, adjustment.target);
    let of = |value: Option<&Value>, lang| shown(plan, adjustment.target, value, lang);
    let (old, there_zh) = (of(adjustment.old.as_ref(), Lang::Zh), of(there, Lang::Zh));
    let (old_en, there_en) = (of(adjustment.old.as_ref(), Lang::En), of(there, Lang::En));
    Diagnostic::new(
        Code::AdjustedOld,
        words!("{unit}:「{label}」的原值写作 {old},实为 {there_zh}", "{unit}: the old value of {label} is given as {old_en}, and is {there_en}"),
    )
    .at_cell(CellPlace { column: String::new(), ..adjustment.place.clone() }, words!("这一行", "in this row"))
}

/// Puts scores in the place of those that are computed, the inner items before those that hold them.
pub(super) fn scores(facts: &mut Facts, all: &[Adjustment], plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
    let mut changes: Vec<(StepId, ItemId, &Adjustment)> = Vec::new();
    for adjustment in all {
        let Target::Item(item) = adjustment.target else { continue };
        let program = facts.members.get(adjustment.member).and_then(|member| plan.programs.get(member.tier));
        changes.extend(program.and_then(|program| program.items.get(item).copied().flatten()).map(|steps| (steps.score, item, adjustment)));
    }
    // a stable sort: changes of one score stay in their order
    changes.sort_by_key(|(step, ..)| *step);
    let mut begun: BTreeSet<(usize, StepId)> = BTreeSet::new();
    for (step, item, adjustment) in changes {
        let Some(program) = facts.members.get(adjustment.member).and_then(|member| plan.programs.get(member.tier)) else { continue };
        let change = Change { plan, program, step, item, adjustment };
        if begun.insert((adjustment.member, step)) {
            diagnostics.extend(change.differs(facts));
        }
        diagnostics.extend(change.out_of_bounds(facts));
        if let (Some(value), Some(row)) = (adjustment.new, facts.rows.get_mut(adjustment.member)) {
            row.instead.retain(|(other, _)| *other != step);
            row.instead.push((step, value));
        }
    }
}

/// A score that is changed.
struct Change<'a> {
    plan: &'a Plan,
    program: &'a Program,
    step: StepId,
    item: ItemId,
    adjustment: &'a Adjustment,
}

impl Change<'_> {
    /// Whether the old value is not the score as it is computed.
    fn differs(&self, facts: &Facts) -> Option<Diagnostic> {
        let row = facts.rows.get(self.adjustment.member)?;
        let outcome = traced(self.program, row, Until::Scores);
        if let (Status::Exempt(_), Some(member)) = (outcome.status, facts.members.get(self.adjustment.member)) {
            let unit = &member.name;
            return Some(
                Diagnostic::new(Code::AdjustedTarget, words!("{unit} 不参评,没有得分可改", "{unit} is exempt and has no score to change"))
                    .at_cell(self.adjustment.place.clone(), words!("", ""))
                    .help(words!("改正使它不参评的数据,或删去这一行", "correct the facts that exempt it, or remove the row")),
            );
        }
        if let (ItemStatus::NotApplicable, Some(member)) = (outcome.item(self.program, self.item), facts.members.get(self.adjustment.member)) {
            let (unit, name) = (&member.name, self.plan.items.get(self.item).map(|item| item.name.as_str()).unwrap_or_default());
            return Some(
                Diagnostic::new(
                    Code::AdjustedTarget,
                    words!("「{name}」不适用于 {unit},没有得分可改", "{name} does not apply to {unit} and has no score to change"),
                )
                .at_cell(self.adjustment.place.clone(), words!("", ""))
                .help(words!("改正决定它是否适用的数据,或删去这一行", "correct the facts that decide whether it applies, or remove the row")),
            );
        }
        let step = self.plan.items.get(self.item)?.step;
        // scores are printed, and so written down, on their step
        let computed = outcome.value(self.step).number().and_then(|score| round_to(score, step, self.plan.head.mode).ok());
        let computed = computed.map(|score| Value::Number(Number::from(score)));
        if computed == self.adjustment.old {
            return None;
        }
        let head = self.plan.items.get(self.item)?.head;
        Some(differs(facts, self.adjustment, self.plan, computed.as_ref()).at(head, words!("得分按这一项算出", "the score of this item")).help(words!(
            "原值照算得的得分写;数据已改正的,得分随之而变,不必再改",
            "write the score as it is computed; where its facts are corrected the score follows by itself"
        )))
    }

    /// Whether the score is missing, or not between the floor and the cap of its item.
    fn out_of_bounds(&self, facts: &Facts) -> Option<Diagnostic> {
        let item = self.plan.items.get(self.item)?;
        let at = self.adjustment.place.clone();
        let name = &item.name;
        let Some(number) = self.adjustment.new.as_ref().and_then(Value::number) else {
            return Some(
                Diagnostic::new(Code::BadAdjustment, words!("「{name}」没有写改成几分", "{name}: the score that holds is not stated"))
                    .at_cell(at, words!("这一格是空的", "this cell is blank"))
                    .help(words!(
                        "写上得分;得分作废须撤回数据,即把数据的 改为 留空",
                        "state the score; to withdraw one, withdraw its fact by leaving the new value blank"
                    )),
            );
        };
        let (least, most) = self.bounds(facts);
        let (below, above) = (least.filter(|least| number < least), most.filter(|most| number > most));
        let limit = below.or(above)?;
        let score = Unit::score();
        let show = |number: &Number, lang| show(number, Some(&score), item.step, lang);
        let (value, limit_zh) = (show(number, Lang::Zh), show(&limit, Lang::Zh));
        let (value_en, limit_en) = (show(number, Lang::En), show(&limit, Lang::En));
        let title = if below.is_some() {
            words!("「{name}」改为 {value},低于下限 {limit_zh}", "{name} is changed to {value_en}, below its floor of {limit_en}")
        } else {
            words!("「{name}」改为 {value},高于上限 {limit_zh}", "{name} is changed to {value_en}, above its limit of {limit_en}")
        };
        Some(
            Diagnostic::new(Code::AdjustedBounds, title)
                .at_cell(at, words!("", ""))
                .at(item.head, words!("范围由这里定", "the range comes from here"))
                .help(words!("更正这个得分;扣分项的得分是负数", "correct the score; that of a penalty is negative")),
        )
    }

    /// The floor and the cap, as the steps of the item state them for the unit.
    fn bounds(&self, facts: &Facts) -> (Option<Number>, Option<Number>) {
        let outcome = facts.rows.get(self.adjustment.member).map(|row| traced(self.program, row, Until::Scores));
        let literal = |step: &StepId| match self.program.steps.get(*step) {
            Some(Step::Constant(Literal::Number(value))) => Some(Number::from(*value)),
            _ => outcome.as_ref().and_then(|outcome| outcome.value(*step).number().copied()),
        };
        let full = self.program.items.get(self.item).copied().flatten().and_then(|steps| steps.full);
        let full = full.zip(outcome.as_ref()).and_then(|(full, outcome)| outcome.full(full)).map(Number::from);
        let (mut floor, mut cap) = (Some(Number::from(rust_decimal::Decimal::ZERO)), full);
        let mut negated = false;
        let mut cursor = self.step;
        loop {
            let role = self.program.infos.get(cursor).map(|info| info.role);
            cursor = match (self.program.steps.get(cursor), role) {
                (Some(Step::Negate(inner)), _) => {
                    negated = true;
                    *inner
                }
                (Some(Step::Same(inner) | Step::Round(inner, _, _) | Step::Choose(_, inner, _)), Some(Role::Item(_) | Role::ItemRound)) => *inner,
                (Some(Step::Cap(inner, limit)), Some(Role::ItemCap)) => {
                    cap = literal(limit).or(cap);
                    *inner
                }
                (Some(Step::Choose(_, _, otherwise)), Some(Role::Award)) => *otherwise,
                (Some(Step::Floor(_, limit)), Some(Role::ItemFloor)) => {
                    floor = literal(limit).or(floor);
                    break;
                }
                _ => break,
            };
        }
        let minus = |bound: Option<Number>| bound.map(|bound| bound.negated());
        if negated { (minus(cap), minus(floor)) } else { (floor, cap) }
    }
}
