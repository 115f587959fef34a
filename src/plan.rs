//! The standard as flat steps in dependency order.
//!
//! In: a resolved standard without faults. Out: a [`Plan`] with one program a tier, in which what depends on the tier only is
//! a constant already. Never: a fact. Every step has a stable id, a unit, the step of its values, its clause and its place in the
//! rule file, and the assumptions that it brings in; so bounds, columns and traces can be had from the same steps.

mod builder;
mod from_resolved;
mod inputs;
mod items;
mod scopes;
mod total;

pub(crate) use from_resolved::lower;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rust_decimal::Decimal;

use crate::calendar::Calendar;
use crate::diag::{Lang, Words};
use crate::extension;
use crate::quantity::{self, Mode, Number, Period, Unit};
pub(crate) use crate::resolved::{
    Adjustable, Attribute, AttributeId, Case, CaseUnit, ClockKind, Common, Comparison, Cycle, Dates, Effect, Expected, FactId, FieldId, Fold, Head, InForce,
    InputId, ItemId, ItemKind, Lapse, Literal, Made, Mark, MarkId, MarkKind, Name, Notes, Over, PARENT, Precision, Reading, RecordId, Side, Sign, Target,
    TierId, Ties, Type, ValueId, When, Who,
};
use crate::source::Span;

/// The number of a step in its program.
pub(crate) type StepId = usize;

/// A standard that can be evaluated.
#[derive(Debug)]
pub struct Plan {
    /// The language that the rules are written in, and results speak.
    pub(crate) lang: Lang,
    pub(crate) head: Head,
    pub(crate) facts: Vec<Fact>,
    pub(crate) records: Vec<Record>,
    /// What tells working time; it is read beside the rules, after the plan is made.
    pub(crate) calendar: Arc<OnceLock<Calendar>>,
    pub(crate) items: Vec<Item>,
    pub(crate) values: Vec<Named>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) exemptions: Vec<Named>,
    pub(crate) vetoes: Vec<Veto>,
    /// 输出, in the order of the rules.
    pub(crate) outputs: Vec<ValueId>,
    pub(crate) programs: Vec<Program>,
    /// What the programs read from outside the rows of their units.
    pub(crate) inputs: Vec<Input>,
    /// The inputs in the order in which they are filled.
    pub(crate) stages: Vec<Stage>,
    /// What the register must say of units, besides name and tier.
    pub(crate) attributes: Vec<Attribute>,
    /// Where the rules speak of the units below or above, if they do.
    pub(crate) parents: Option<Span>,
    pub(crate) ranking: Ranking,
    pub(crate) lists: Vec<List>,
    pub(crate) total: Named,
    pub(crate) total_columns: Vec<String>,
    pub(crate) cases: Vec<Case>,
    pub(crate) symbols: Vec<String>,
    /// The cycle of the periods that it scores.
    pub(crate) cycle: Cycle,
    /// The periods that it is the plan of.
    pub(crate) dates: Dates,
    /// Which rows of tables by period are in force then.
    pub(crate) in_force: Vec<InForce>,
}

impl Plan {
    /// The names of the tiers, in the order of the rules.
    pub fn tiers(&self) -> impl Iterator<Item = &str> {
        self.programs.iter().map(|program| program.tier.as_str())
    }

    /// The tier of that name.
    pub(crate) fn tier(&self, name: &str) -> Option<TierId> {
        self.programs.iter().position(|program| program.tier == name)
    }

    /// Items without items inside that take part in its results: what these call indicators.
    pub(crate) fn indicators(&self) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items.iter().enumerate().filter(|(_, item)| item.children.is_empty() && item.cycle == self.cycle)
    }

    /// Whether a result rests on some cell of the period itself.
    pub(crate) fn reads_cells(&self) -> bool {
        self.programs
            .iter()
            .any(|program| closure(&program.steps, program.results()).into_iter().any(|step| matches!(program.steps.get(step), Some(Step::Given(_)))))
    }
}

/// The plan of a period: the rules in force on its first day; of a longer period that they begin within, the first of it.
pub(crate) fn of_period<'p>(plans: impl Iterator<Item = &'p Plan> + Clone, period: Period) -> Option<&'p Plan> {
    let mut scoring = plans.filter(|plan| plan.cycle == period.cycle());
    let day = period.first_day();
    let within = |plan: &&Plan| plan.cycle != plan.head.cycle && plan.dates.hold_some(&day, &period.next().first_day());
    scoring.clone().find(|plan| plan.dates.hold(&day)).or_else(|| scoring.find(within))
}

/// Something with a name and a place in the rules.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// 一票否决.
#[derive(Debug)]
pub(crate) struct Veto {
    pub(crate) effect: Effect,
    pub(crate) reason: String,
}

/// A fact as tables must hold it.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: String,
    /// The item it is declared in, by path.
    pub(crate) owner: Option<ItemId>,
    pub(crate) kind: Type,
    pub(crate) columns: Vec<String>,
    pub(crate) title: Option<String>,
    /// The step of its values, of a number.
    pub(crate) step: Decimal,
    /// Whether a value is known where no cell holds one.
    pub(crate) has_default: bool,
    pub(crate) has_derivation: bool,
    /// 可调.
    pub(crate) adjustable: Option<Adjustable>,
    pub(crate) assesses: Option<ItemId>,
    pub(crate) span: Span,
}

impl Fact {
    /// How reports call it.
    pub(crate) fn label(&self) -> &str {
        self.columns.first().unwrap_or(&self.name)
    }

    /// The unit, of a number.
    pub(crate) fn unit(&self) -> Option<&Unit> {
        match &self.kind {
            Type::Number(unit) => Some(unit),
            _ => None,
        }
    }
}

/// A table of raw records as tables must hold it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) name: String,
    /// What one record is counted in.
    pub(crate) unit: Unit,
    pub(crate) fields: Vec<Field>,
    pub(crate) span: Span,
}

/// One column of a table of records.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name, type and columns: its cells are read like those of a fact.
    pub(crate) fact: Fact,
    /// Whether a cell may be blank.
    pub(crate) nullable: bool,
    /// Whether what the cells hold is not shown.
    pub(crate) private: bool,
}

#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    pub(crate) parent: Option<ItemId>,
    pub(crate) children: Vec<ItemId>,
    /// The cycle of the results that it takes part in.
    pub(crate) cycle: Cycle,
    /// Further headings under which published tables print it.
    pub(crate) columns: Vec<String>,
    /// The step of its scores in print.
    pub(crate) step: Decimal,
    pub(crate) head: Span,
}

impl Item {
    /// Whether it counts toward the marks.
    pub(crate) fn is_base(&self) -> bool {
        matches!(self.kind, ItemKind::Section | ItemKind::Indicator)
    }
}

#[derive(Debug)]
pub(crate) struct Ranking {
    pub(crate) within_tier: bool,
    pub(crate) ties: Ties,
    /// For each key, whether the highest comes first.
    pub(crate) keys: Vec<bool>,
    pub(crate) listed: Vec<bool>,
}

/// 名单: the first or the last of a range of units.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) who: Who,
    /// Whether it takes the first.
    pub(crate) top: bool,
    pub(crate) count: usize,
    /// For each key, whether the highest comes first.
    pub(crate) keys: Vec<bool>,
    /// Whether it goes by the total, so that units which a veto ranks last stand behind all others.
    pub(crate) by_total: bool,
}

/// What decides whether a unit is on a list.
#[derive(Debug)]
pub(crate) struct ListSteps {
    pub(crate) condition: Option<StepId>,
    pub(crate) keys: Vec<StepId>,
}

/// What is read from outside the row of a unit.
#[derive(Debug)]
pub(crate) struct Input {
    /// What it is called: `层级 平均(率)`.
    pub(crate) name: Words,
    pub(crate) kind: InputKind,
    pub(crate) span: Span,
    /// Every place that says the same.
    pub(crate) spans: Vec<Span>,
}

impl Input {
    /// What is read of other periods, if it is that.
    pub(crate) fn earlier(&self) -> Option<&Earlier> {
        match &self.kind {
            InputKind::Earlier(earlier) => Some(earlier),
            InputKind::Units(_) | InputKind::Records(_) | InputKind::Named(_) => None,
        }
    }
}

#[derive(Debug)]
pub(crate) enum InputKind {
    /// One value from the units of a range.
    Units(Units),
    /// Whether the unit is one of those, by name or alias.
    Named(Vec<Name>),
    /// One value from the records of the unit.
    Records(Records),
    /// What is read of other periods; what a unit had then stands in the program of its tier in the plan of that period.
    Earlier(Earlier),
}

/// An aggregate over records; how it is made of them stands in the program of each tier.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) record: RecordId,
    /// 逐: the records are grouped by this field.
    pub(crate) each: Option<FieldId>,
}

/// How an aggregate over records is made of them in a tier.
#[derive(Debug)]
pub(crate) struct OfRecords {
    /// Of all records, or of all groups.
    pub(crate) whole: RowProgram,
    /// Of the records of each group.
    pub(crate) inner: Vec<RowProgram>,
}

/// The steps that are evaluated for one record, or one group of records, after another: [`Step::Given`] is a field, [`Step::Input`]
/// what comes from around it.
#[derive(Debug)]
pub(crate) struct RowProgram {
    pub(crate) fold: Fold,
    pub(crate) steps: Vec<Step>,
    /// What its inputs are.
    pub(crate) around: Vec<Around>,
    pub(crate) arguments: Vec<StepId>,
    /// Whether the record counts.
    pub(crate) condition: Option<StepId>,
}

/// What a record is evaluated with beside its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// A step of the unit.
    Unit(StepId),
    /// What is made of the group.
    Inner(usize),
}

/// Something with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Read {
    Fact(String),
    Value(String),
    Item(String),
    Total,
}

#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) when: When,
    pub(crate) made: Made,
    /// 首期 by tier: the value where there is no such period.
    pub(crate) initially: Vec<Option<Literal>>,
    /// What is read, where it is one thing with a name: by that other versions know it.
    pub(crate) read: Option<Read>,
    /// Whether it rests on scores, of which a unit that does not take part has none.
    pub(crate) of_scores: bool,
}

/// An aggregate over units; what each of them brings to it stands in the program of its tier.
#[derive(Debug)]
pub(crate) struct Units {
    pub(crate) over: Over,
    /// 逐: one value for each group of members that have this in common.
    pub(crate) each: Option<Common>,
    pub(crate) fold: Fold,
    /// Of a rank: whether the lowest is first.
    pub(crate) ascending: bool,
    /// Of a rank: what becomes of equal values.
    pub(crate) ties: Ties,
}

impl Units {
    /// What decides to which group of units a member belongs.
    pub(crate) fn commons(&self) -> impl Iterator<Item = Common> + use<> {
        crate::resolved::commons(self.over, self.each)
    }
}

/// Inputs that are filled together, before all that read them.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) inputs: Vec<InputId>,
    /// Whether what is gathered from the units below rests on the same inputs of theirs: units are filled from the bottom up.
    pub(crate) upward: bool,
}

/// What a unit brings to an input.
#[derive(Debug, Clone)]
pub(crate) struct Brought {
    pub(crate) values: Vec<StepId>,
    /// Whether the unit counts.
    pub(crate) condition: Option<StepId>,
}

impl Brought {
    /// The steps that it is made of.
    pub(crate) fn steps(&self) -> impl Iterator<Item = StepId> {
        self.values.iter().chain(&self.condition).copied()
    }
}

/// The steps of one tier.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) tier: String,
    pub(crate) title: Option<String>,
    pub(crate) marks: Full,
    pub(crate) steps: Vec<Step>,
    /// The steps that some fact bears on, in order; what the others give is the same for every unit.
    pub(crate) varying: Vec<StepId>,
    /// What each step means; beside the steps, so that evaluation does not carry it along.
    pub(crate) infos: Vec<Info>,
    /// The condition of each exemption, and which it is; these steps come first.
    pub(crate) exemptions: Vec<(StepId, usize)>,
    /// Where the steps of the exemptions end.
    pub(crate) exempt_end: StepId,
    /// Where the steps end that scores and ranks need; behind them stand the bounds of facts.
    pub(crate) score_end: StepId,
    /// The score of each item; none where it does not apply.
    pub(crate) items: Vec<Option<ItemSteps>>,
    /// The step of each fact that is read.
    pub(crate) facts: Vec<Option<StepId>>,
    pub(crate) values: Vec<Option<StepId>>,
    /// The sum before any cap.
    pub(crate) uncapped: StepId,
    /// The total before any veto.
    pub(crate) computed: StepId,
    pub(crate) total: StepId,
    /// The condition of each veto of the tier, and which it is, in the order of the rules.
    pub(crate) vetoes: Vec<(StepId, usize)>,
    /// Whether the unit ranks after all others.
    pub(crate) last: Option<StepId>,
    /// Whether the unit may not be commended.
    pub(crate) not_eligible: Option<StepId>,
    /// What floors gave back and is deducted elsewhere.
    pub(crate) spills: Vec<Spill>,
    pub(crate) keys: Vec<StepId>,
    pub(crate) listed: Vec<StepId>,
    /// What puts a unit on each list; none where that does not apply to the tier.
    pub(crate) lists: Vec<Option<ListSteps>>,
    /// What a unit of the tier brings to each input; none where that does not apply to the tier.
    pub(crate) brought: Vec<Option<Brought>>,
    /// How each input that is made of records is made.
    pub(crate) of_records: Vec<Option<OfRecords>>,
    /// For each stage the steps that it needs, in order, with all that they read.
    pub(crate) stages: Vec<Vec<StepId>>,
    pub(crate) bounds: Vec<Bound>,
}

impl Program {
    /// The step of what has that name here.
    pub(crate) fn step_of(&self, plan: &Plan, read: &Read) -> Option<StepId> {
        match read {
            Read::Fact(name) => self.facts.iter().zip(&plan.facts).find_map(|(step, fact)| step.filter(|_| fact.name == *name)),
            Read::Value(name) => self.values.iter().zip(&plan.values).find_map(|(step, value)| step.filter(|_| value.name == *name)),
            Read::Item(name) => self.items.iter().zip(&plan.items).find_map(|(steps, item)| steps.filter(|_| item.name == *name)).map(|steps| steps.score),
            Read::Total => Some(self.total),
        }
    }

    /// The steps that results are made of.
    pub(crate) fn results(&self) -> Vec<StepId> {
        let items = self.items.iter().flatten().map(|item| item.score);
        let keys = self.keys.iter().chain(&self.listed).copied();
        items.chain([self.total, self.uncapped]).chain(keys).chain(self.exemptions.iter().map(|(condition, _)| *condition)).collect()
    }

    /// The steps behind what is said beside scores: marks, vetoes and outputs.
    pub(crate) fn beside(&self, outputs: &[ValueId]) -> Vec<StepId> {
        let varying = |full: &Full| if let Full::Varying { step, .. } = full { Some(*step) } else { None };
        let items = self.items.iter().flatten().flat_map(|item| item.scope.into_iter().chain(item.full.as_ref().and_then(varying)));
        let vetoes = self.vetoes.iter().map(|(condition, _)| *condition).chain(self.last).chain(self.not_eligible);
        let outputs = outputs.iter().filter_map(|output| self.values.get(*output).copied().flatten());
        items.chain(varying(&self.marks)).chain(vetoes).chain(outputs).collect()
    }
}

/// Points that the floor of an item gave back, to be deducted from another, or from the total.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spill {
    pub(crate) from: ItemId,
    pub(crate) to: Option<ItemId>,
    pub(crate) step: StepId,
}

/// Marks, or the cap of a bonus or penalty.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Full {
    /// The same for every unit of the tier.
    Fixed(Decimal),
    /// A step, and the most that it comes to.
    Varying { step: StepId, most: Decimal },
}

impl Full {
    /// The most that it comes to.
    pub(crate) fn most(&self) -> Decimal {
        match self {
            Full::Fixed(most) | Full::Varying { most, .. } => *most,
        }
    }
}

/// How an item is scored in a tier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemSteps {
    /// The score; negative for a penalty.
    pub(crate) score: StepId,
    /// Its marks, or the cap of a bonus or penalty that has one.
    pub(crate) full: Option<Full>,
    /// Whether it applies to a unit of the tier, where that is not so for all.
    pub(crate) scope: Option<StepId>,
}

/// A limit that a fact must keep.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) fact: FactId,
    pub(crate) side: Limit,
    pub(crate) limit: StepId,
    /// The fact that is the limit, if it is one alone.
    pub(crate) by: Option<FactId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    AtMost,
    AtLeast,
}

/// 函数: what a script computes.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    /// The step of its results.
    pub(crate) step: Decimal,
    pub(crate) script: Arc<extension::Function>,
    /// The words that choices are.
    pub(crate) symbols: Arc<[String]>,
    /// Where its range is declared.
    pub(crate) range: Span,
    pub(crate) span: Span,
}

/// One call of a function.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: Arc<Function>,
    pub(crate) arguments: Box<[StepId]>,
    pub(crate) range: Range,
}

/// An operation on days and times.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) kind: ClockKind,
    /// Whether the first operand is a date or a time.
    pub(crate) of: Unit,
    pub(crate) calendar: Arc<OnceLock<Calendar>>,
}

/// Where results lie; an end without a number is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    /// The least result, and whether it belongs.
    pub(crate) low: Option<(Decimal, bool)>,
    /// The greatest result, and whether it belongs.
    pub(crate) high: Option<(Decimal, bool)>,
}

impl Range {
    /// Whether a number lies in it.
    pub(crate) fn holds(&self, value: &Number) -> bool {
        let above = self.low.is_none_or(|(low, closed)| *value > Number::from(low) || closed && *value == Number::from(low));
        let below = self.high.is_none_or(|(high, closed)| *value < Number::from(high) || closed && *value == Number::from(high));
        above && below
    }
}

/// One operation.
#[derive(Debug)]
pub(crate) enum Step {
    Constant(Literal),
    /// The cell of a fact, 缺数据 where there is none.
    Given(FactId),
    /// What is gathered from outside the row of the unit: other units, records, other periods.
    Input(InputId),
    /// The first, unless it is 缺数据.
    OrElse(StepId, StepId),
    Same(StepId),
    Sum(Box<[(Sign, StepId)]>),
    Times(StepId, StepId),
    /// A quotient; where the step is known its digits end.
    Over(StepId, StepId, Option<Decimal>),
    Negate(StepId),
    Round(StepId, Decimal, Mode),
    Cap(StepId, StepId),
    Floor(StepId, StepId),
    /// An extension function of the steps that are its arguments.
    Call(Box<Call>),
    /// How long it is from one time to another, or what lies so long after one.
    Clock(Box<Clock>, StepId, StepId),
    /// How many steps of that size a measure has.
    Steps(StepId, Per, Reading),
    Compare(StepId, Comparison, StepId),
    IsBlank(StepId),
    IsUndefined(StepId),
    And(Box<[StepId]>),
    Or(Box<[StepId]>),
    Not(StepId),
    /// The second where the first is true, else the third.
    Choose(StepId, StepId, StepId),
    /// 待定 without a stand-in.
    Pending,
    /// 不适用.
    NotApplicable,
    /// No row of a table matches.
    NoRow,
}

/// The steps that a step reads, in order.
pub(crate) fn operands(step: &Step) -> Vec<StepId> {
    let mut found = Vec::new();
    each_operand(step, |operand| found.push(operand));
    found
}

/// Tells every step that a step reads, in order.
pub(crate) fn each_operand(step: &Step, mut tell: impl FnMut(StepId)) {
    match step {
        Step::Constant(_) | Step::Given(_) | Step::Input(_) | Step::Pending | Step::NotApplicable | Step::NoRow => {}
        Step::Same(a) | Step::Negate(a) | Step::Round(a, _, _) | Step::Steps(a, _, _) | Step::IsBlank(a) | Step::IsUndefined(a) | Step::Not(a) => tell(*a),
        Step::OrElse(a, b) | Step::Times(a, b) | Step::Over(a, b, _) | Step::Cap(a, b) | Step::Floor(a, b) | Step::Compare(a, _, b) | Step::Clock(_, a, b) => {
            tell(*a);
            tell(*b);
        }
        Step::Sum(terms) => terms.iter().for_each(|(_, term)| tell(*term)),
        Step::And(links) | Step::Or(links) => links.iter().for_each(|link| tell(*link)),
        Step::Call(call) => call.arguments.iter().for_each(|argument| tell(*argument)),
        Step::Choose(condition, a, b) => [*condition, *a, *b].into_iter().for_each(tell),
    }
}

/// Some steps and all that they read, in order.
pub(crate) fn closure(steps: &[Step], roots: impl IntoIterator<Item = StepId>) -> Vec<StepId> {
    let mut wanted = vec![false; steps.len()];
    for root in roots {
        if let Some(slot) = wanted.get_mut(root) {
            *slot = true;
        }
    }
    for (id, step) in steps.iter().enumerate().rev() {
        if wanted.get(id) != Some(&true) {
            continue;
        }
        each_operand(step, |operand| {
            if let Some(slot) = wanted.get_mut(operand) {
                *slot = true;
            }
        });
    }
    wanted.iter().enumerate().filter(|(_, wanted)| **wanted).map(|(id, _)| id).collect()
}

/// The steps that some fact bears on, or some step that is set by hand.
pub(crate) fn varying(steps: &[Step], by_hand: &BTreeSet<StepId>) -> Vec<StepId> {
    let mut varies = vec![false; steps.len()];
    let mut found = Vec::new();
    for (id, step) in steps.iter().enumerate() {
        let mut varying = matches!(step, Step::Given(_) | Step::Input(_)) || by_hand.contains(&id);
        each_operand(step, |operand| varying |= varies.get(operand) == Some(&true));
        if varying {
            found.push(id);
            if let Some(slot) = varies.get_mut(id) {
                *slot = true;
            }
        }
    }
    found
}

/// The size of the steps in which a measure is counted: 每 1 个百分点.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Per {
    pub(crate) size: Decimal,
    /// By what a measure is multiplied to count them, where the digits of that end.
    pub(crate) reciprocal: Option<Decimal>,
}

impl From<Decimal> for Per {
    fn from(size: Decimal) -> Self {
        Per { size, reciprocal: quantity::reciprocal(size) }
    }
}

impl From<Per> for Number {
    fn from(per: Per) -> Self {
        Number::from(per.size)
    }
}

/// The id of a step, stable across tiers and runs: the path of its item, what it does there, and which it is of those that do so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepName {
    owner: Arc<str>,
    role: &'static str,
    nth: u32,
}

impl StepName {
    /// The item that the step belongs to, without the path to it.
    pub(crate) fn item(&self) -> &str {
        self.owner.rsplit('/').next().unwrap_or_default()
    }
}

impl std::fmt::Display for StepName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.owner, self.role)?;
        if self.nth > 1 { write!(f, ".{}", self.nth) } else { Ok(()) }
    }
}

/// What a step means.
#[derive(Debug)]
pub(crate) struct Info {
    pub(crate) id: StepName,
    pub(crate) role: Role,
    pub(crate) unit: Option<Unit>,
    /// The step of its values; none for an exact fraction.
    pub(crate) step: Option<Decimal>,
    pub(crate) span: Span,
    /// The clause it comes from, if it comes from one.
    pub(crate) clause: Option<Span>,
    pub(crate) marks: Vec<MarkId>,
    /// 依据 of the clause or item that the step stands for.
    pub(crate) evidence: Vec<String>,
}

/// What a step does in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A number in the rules.
    Written,
    /// The cell of a fact.
    Cell(FactId),
    /// What is gathered from outside the row.
    Input(InputId),
    /// A fact, given or derived or by default.
    Fact(FactId),
    /// A fact as it follows from others.
    Derived(FactId),
    /// The default of a fact.
    Default(FactId),
    Value(ValueId),
    /// The score of an item.
    Item(ItemId),
    /// Where an item's score starts from.
    Base,
    /// How far a measure lies below or above its line.
    Distance(Side),
    /// How many steps that is.
    Steps,
    /// What a clause takes off or gives.
    Deduction,
    Addition,
    /// 最多 and 合计最多.
    AtMost,
    /// The condition of a clause.
    Condition,
    /// Whether an item applies.
    Scope,
    /// What an item brings to a sum: nothing where it does not apply.
    Part,
    /// The marks of an item, or of the tier.
    Marks(Option<ItemId>),
    /// What the floor of that item gave back.
    Spill(ItemId),
    /// The total before any veto.
    Computed,
    /// The condition of a veto.
    Veto(usize),
    /// What a veto makes of the total.
    Vetoed,
    /// 得.
    Award,
    /// 得分 =.
    Formula,
    /// The floor and cap of an item, and its rounding.
    ItemFloor,
    ItemCap,
    ItemRound,
    /// The sum of the items inside.
    Parts,
    Uncapped,
    Total,
    /// 暂按.
    StandIn,
    /// The result of an extension function.
    Call,
    /// What an operation on days and times gives.
    Clock,
    /// The largest or the smallest of several values.
    Extreme,
    Expression,
}

impl Role {
    /// What it is called in ids.
    fn name(self) -> &'static str {
        match self {
            Role::Written => "number",
            Role::Cell(_) => "cell",
            Role::Input(_) => "gathered",
            Role::Fact(_) => "fact",
            Role::Derived(_) => "derived",
            Role::Default(_) => "default",
            Role::Value(_) => "value",
            Role::Item(_) => "score",
            Role::Base => "base",
            Role::Distance(_) => "distance",
            Role::Steps => "steps",
            Role::Deduction => "deduction",
            Role::Addition => "addition",
            Role::AtMost => "at-most",
            Role::Condition => "condition",
            Role::Scope => "scope",
            Role::Part => "part",
            Role::Marks(_) => "marks",
            Role::Spill(_) => "spill",
            Role::Computed => "computed",
            Role::Veto(_) => "veto",
            Role::Vetoed => "vetoed",
            Role::Award => "award",
            Role::Formula => "formula",
            Role::ItemFloor => "floor",
            Role::ItemCap => "cap",
            Role::ItemRound => "round",
            Role::Parts => "parts",
            Role::Uncapped => "uncapped",
            Role::Total => "total",
            Role::StandIn => "stand-in",
            Role::Call => "call",
            Role::Clock => "clock",
            Role::Extreme => "extreme",
            Role::Expression => "expression",
        }
    }
}
