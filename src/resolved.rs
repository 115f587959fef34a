//! The tree with its names bound, its units checked and its marks added up.
//!
//! In: one tree a file. Out: one [`Standard`], in which every name is a number into a list, every expression has a type and a
//! step, and every tier's marks are known; or the faults, all of them. Never: a value computed from facts.

mod applies;
mod carried;
mod circle;
mod clock;
mod constant;
mod dated;
mod decides;
mod earlier;
mod expr;
mod from_ast;
mod function;
mod gather;
mod head;
mod items;
mod longer;
mod marks;
mod ranges;
mod record;
mod scope;
mod spill;
mod tables;

pub(crate) use applies::rests_on_parts;
pub(crate) use constant::{constant, most, reads_varying_marks};
pub(crate) use dated::{Dates, InForce, resolve};
pub(crate) use earlier::{Earlier, Made, When, initial, reads_scores};
pub(crate) use gather::{PARENT, input_name};
pub(crate) use marks::marks_in;
pub(crate) use scope::{applies, reads_row};
pub(crate) use spill::incoming;

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;

use crate::extension;
use crate::quantity::{Mode, Period, Unit};
use crate::source::Span;
pub(crate) use crate::syntax::ast::{Comparison, ItemKind, Name, PartOf, Precision, Reading, Side, Sign, Times};
pub(crate) use crate::syntax::ast::{Cycle, Fold, Ties};

/// The place of a tier in its list.
pub(crate) type TierId = usize;
/// The place of a fact in its list.
pub(crate) type FactId = usize;
/// The place of a named value in its list.
pub(crate) type ValueId = usize;
/// The place of an extension function in its list.
pub(crate) type FunctionId = usize;
/// The place of an item in its list.
pub(crate) type ItemId = usize;
/// The place of a table of records in its list.
pub(crate) type RecordId = usize;
/// The place of a field in its record.
pub(crate) type FieldId = usize;
/// The place of an assumption in its list.
pub(crate) type MarkId = usize;
/// The place of an input in its list.
pub(crate) type InputId = usize;
/// The place of an attribute of units in its list.
pub(crate) type AttributeId = usize;

/// A whole standard.
#[derive(Debug)]
pub(crate) struct Standard {
    pub(crate) head: Head,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) values: Vec<Value>,
    pub(crate) functions: Vec<Function>,
    pub(crate) records: Vec<Record>,
    /// What the programs of units read from outside their own rows.
    pub(crate) inputs: Vec<Input>,
    /// What the register says of units, besides name and tier.
    pub(crate) attributes: Vec<Attribute>,
    /// Where the rules speak of the units below or above, if they do.
    pub(crate) parents: Option<Span>,
    /// Parents before their children.
    pub(crate) items: Vec<Item>,
    pub(crate) roots: Vec<ItemId>,
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) vetoes: Vec<Veto>,
    pub(crate) total: Total,
    pub(crate) ranking: Ranking,
    pub(crate) lists: Vec<List>,
    pub(crate) cases: Vec<Case>,
    pub(crate) marks: Vec<Mark>,
    /// The words that facts of choice and outputs may hold.
    pub(crate) symbols: Vec<String>,
    /// The cycle of the periods that are scored by it.
    pub(crate) cycle: Cycle,
    /// The periods for which it is resolved: all its dates, or those between two changes of its tables by period.
    pub(crate) dates: Dates,
    /// Which rows of tables by period are in force then.
    pub(crate) in_force: Vec<InForce>,
    /// The units that the scopes of items name.
    pub(crate) named_units: Vec<String>,
    /// The ways that points take which floors give back.
    pub(crate) ways: Vec<spill::Way>,
}

impl Standard {
    /// The item of the same name as that one that applies to a tier.
    pub(crate) fn applying(&self, id: ItemId, tier: TierId) -> Option<ItemId> {
        let name = self.items.get(id).map(|item| item.name.as_str());
        self.items.iter().position(|item| Some(item.name.as_str()) == name && item.tiers.contains(&tier))
    }

    /// Whether the marks of an item, or of the standard, may differ from unit to unit of a tier.
    pub(crate) fn marks_vary(&self, owner: Option<ItemId>) -> bool {
        match owner {
            Some(item) => self.items.get(item).is_some_and(|item| item.varies),
            // those of a longer period are stated
            None if self.cycle != self.head.cycle => false,
            None => self.roots.iter().filter_map(|root| self.items.get(*root)).any(|item| item.is_base() && (item.varies || item.when.is_some())),
        }
    }
}

/// What the head of the standard says.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) version: String,
    pub(crate) document: Option<String>,
    /// First and last day, as in `2020-01-01`.
    pub(crate) effective: Option<(String, Option<String>)>,
    pub(crate) cycle: Cycle,
    pub(crate) mode: Mode,
    pub(crate) precision: Precision,
    /// The step of scores.
    pub(crate) step: Decimal,
    pub(crate) ties: Ties,
    /// The file of the calendar, and where it is named.
    pub(crate) calendar: Option<(String, Span)>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Tier {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) marks: Decimal,
    pub(crate) span: Span,
}

/// What kind of value an expression has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Number(Unit),
    Truth,
    /// One of these symbols; a literal has one.
    Choice(BTreeSet<usize>),
    /// Any text, kept as a symbol.
    Text,
}

#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: String,
    /// The item it is declared in.
    pub(crate) owner: Option<ItemId>,
    pub(crate) kind: Type,
    /// The headings under which tables hold it; the first is how reports call it.
    pub(crate) columns: Vec<String>,
    /// The noun that sentences use.
    pub(crate) title: Option<String>,
    /// The step of its values, of a number.
    pub(crate) step: Decimal,
    pub(crate) default: Option<Expr>,
    pub(crate) up_to: Option<Expr>,
    pub(crate) at_least: Option<Expr>,
    pub(crate) or_from: Option<Expr>,
    /// A score that is assessed by hand: from 0 to the marks of this item.
    pub(crate) assesses: Option<ItemId>,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

/// The step of a value without a place of its own, for a type that is no number.
pub(crate) const NO_STEP: Decimal = Decimal::ONE;

#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) owner: Option<ItemId>,
    /// 输出: a result beside the total.
    pub(crate) is_output: bool,
    pub(crate) expr: Expr,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

/// 记录: a table of raw records, many of a unit.
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
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// The headings under which tables hold it; the first is how reports call it.
    pub(crate) columns: Vec<String>,
    pub(crate) title: Option<String>,
    /// The step of its values, of a number.
    pub(crate) step: Decimal,
    /// Whether a cell may be blank.
    pub(crate) nullable: bool,
    /// Whether what the cells hold is not shown.
    pub(crate) private: bool,
    pub(crate) span: Span,
}

/// 函数: a formula that a script computes.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The unit of its results.
    pub(crate) unit: Unit,
    pub(crate) range: Range,
    /// The step of its results.
    pub(crate) step: Decimal,
    /// What computes it.
    pub(crate) script: Arc<extension::Function>,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

/// Where the results of a function lie.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) low: Expr,
    /// Whether `low` belongs to it.
    pub(crate) closed_low: bool,
    pub(crate) high: Expr,
    pub(crate) closed_high: bool,
    pub(crate) span: Span,
}

/// 依据, 假设 and 说明.
#[derive(Debug, Default, Clone)]
pub(crate) struct Notes {
    pub(crate) sources: Vec<String>,
    pub(crate) assumptions: Vec<MarkId>,
    pub(crate) remarks: Vec<String>,
}

/// Something that is not known and on which results depend.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) text: String,
    pub(crate) kind: MarkKind,
    /// The item, fact or value it stands in.
    pub(crate) owner: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// 假设.
    Assumption,
    /// 待定 with 暂按.
    StandIn,
    /// 待定 without.
    Pending,
}

#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    /// The names from the root to it.
    pub(crate) path: Vec<String>,
    pub(crate) parent: Option<ItemId>,
    pub(crate) children: Vec<ItemId>,
    /// The longer period whose result it takes part in; it counts toward that alone.
    pub(crate) cycle: Option<Cycle>,
    /// The tiers it applies to: those written, within those of its parent.
    pub(crate) tiers: BTreeSet<TierId>,
    /// 适用 当, 仅, 除外: for which units of these tiers, within those of its parent; none where for all.
    pub(crate) when: Option<Expr>,
    /// Constant, or a table whose rows are.
    pub(crate) marks: Option<Expr>,
    /// Whether its marks may differ from unit to unit of a tier.
    pub(crate) varies: bool,
    pub(crate) floor: Option<Expr>,
    pub(crate) cap: Option<Expr>,
    /// 取整到 of its own.
    pub(crate) round: Option<Decimal>,
    pub(crate) assessed: Option<FactId>,
    pub(crate) pending: Option<Pending>,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) columns: Vec<String>,
    pub(crate) notes: Notes,
    /// Kind and name.
    pub(crate) head: Span,
    pub(crate) span: Span,
}

impl Item {
    /// Whether it counts toward the marks: not a bonus, not a penalty.
    pub(crate) fn is_base(&self) -> bool {
        matches!(self.kind, ItemKind::Section | ItemKind::Indicator)
    }
}

#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) stand_in: Option<Expr>,
    pub(crate) mark: MarkId,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Clause {
    pub(crate) condition: Option<Expr>,
    pub(crate) act: Act,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Act {
    Award(Expr),
    Base(Expr),
    Formula(Expr),
    Joint(Expr, Vec<Clause>),
    Move(Box<Move>),
}

#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) deducts: bool,
    pub(crate) measure: Option<Measure>,
    pub(crate) amount: Expr,
    pub(crate) at_most: Option<Expr>,
    pub(crate) round: Option<Decimal>,
    /// 不足从: what takes, one after the other, the part of the points that the floor gives back.
    pub(crate) spill: Vec<Spill>,
}

/// Where points go that a floor gives back: to an item, or to the total.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spill {
    /// Of several items of that name the one that applies to the tier.
    pub(crate) item: Option<ItemId>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Measure {
    pub(crate) subject: Expr,
    pub(crate) line: Option<(Side, Expr)>,
    /// The size of a step, greater than 0, in the unit of the measure.
    pub(crate) per: Decimal,
    pub(crate) per_unit: Unit,
    pub(crate) reading: Reading,
    pub(crate) span: Span,
}

/// What is read from outside the row of a unit, such as one value made of those of many units.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) kind: InputKind,
    pub(crate) span: Span,
    /// Every place that says the same.
    pub(crate) spans: Vec<Span>,
}

#[derive(Debug)]
pub(crate) enum InputKind {
    /// One value from the units of a range.
    Units(Units),
    /// One value from the records of the unit.
    Records(Records),
    /// What is read of other periods.
    Earlier(Earlier),
}

impl Input {
    /// What is evaluated for every unit before the input can be filled.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let exprs: Vec<&Expr> = match &self.kind {
            InputKind::Units(units) => units.arguments.iter().chain(&units.condition).collect(),
            InputKind::Records(records) => records.exprs().collect(),
            InputKind::Earlier(earlier) => earlier.arguments.iter().chain(&earlier.condition).collect(),
        };
        exprs.into_iter()
    }
}

/// An aggregate over the records of a unit; inside it names are first those of the fields, then those of the unit.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) record: RecordId,
    /// 逐: the records are grouped by this field, and the whole is made of what each group gives.
    pub(crate) each: Option<FieldId>,
    /// What is made of all records, or of all groups.
    pub(crate) whole: Gathering,
    /// What is made of the records of each group.
    pub(crate) inner: Vec<Gathering>,
}

impl Records {
    fn exprs(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.whole).chain(&self.inner).flat_map(|gathering| gathering.arguments.iter().chain(&gathering.condition))
    }
}

/// One value from those of many.
#[derive(Debug)]
pub(crate) struct Gathering {
    pub(crate) fold: Fold,
    pub(crate) arguments: Vec<Expr>,
    /// 其中: which count.
    pub(crate) condition: Option<Expr>,
}

/// An aggregate over units; inside it names are those of each member.
#[derive(Debug)]
pub(crate) struct Units {
    pub(crate) over: Over,
    /// 逐: one value for each group of members that have this in common.
    pub(crate) each: Option<Common>,
    pub(crate) fold: Fold,
    pub(crate) arguments: Vec<Expr>,
    /// 其中: which members count.
    pub(crate) condition: Option<Expr>,
    /// Of a rank: whether the lowest is first.
    pub(crate) ascending: bool,
    /// Of a rank: what becomes of equal values.
    pub(crate) ties: Ties,
}

impl Units {
    /// Whether a unit that reads it is always among those that count, as far as its own value is known.
    pub(crate) fn holds_reader(&self) -> bool {
        self.over.who != Who::Children && self.condition.is_none() && self.each.is_none()
    }

    /// What decides to which group of units a member belongs.
    pub(crate) fn commons(&self) -> impl Iterator<Item = Common> + use<> {
        commons(self.over, self.each)
    }
}

/// What decides to which group of units a member belongs.
pub(crate) fn commons(over: Over, each: Option<Common>) -> impl Iterator<Item = Common> + use<> {
    let same = if let Who::Same(common) = over.who { Some(common) } else { None };
    same.into_iter().chain(over.group).chain(each)
}

/// Which units are gathered for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over {
    pub(crate) who: Who,
    /// Inside an aggregate over groups: only those of the unit's own group.
    pub(crate) group: Option<Common>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// 层级: those of its tier.
    Tier,
    /// 全体: all.
    All,
    /// 同: those that have this in common with it.
    Same(Common),
    /// 下级: those below it.
    Children,
}

/// What units can have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Common {
    /// A fact that is a choice.
    Fact(FactId),
    Attribute(AttributeId),
    /// The unit above.
    Parent,
}

/// A column of the register.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    /// Where the rules read it.
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Exemption {
    pub(crate) tiers: BTreeSet<TierId>,
    pub(crate) condition: Expr,
    pub(crate) reason: String,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

/// 一票否决.
#[derive(Debug)]
pub(crate) struct Veto {
    pub(crate) tiers: BTreeSet<TierId>,
    pub(crate) condition: Expr,
    pub(crate) effect: Effect,
    pub(crate) reason: String,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

/// What a veto does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The total is no more than this.
    Total(Decimal),
    /// The unit ranks after all others.
    Last,
    /// The unit may not be commended.
    NotEligible,
}

#[derive(Debug)]
pub(crate) struct Total {
    pub(crate) expr: Expr,
    pub(crate) columns: Vec<String>,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Ranking {
    pub(crate) within_tier: bool,
    pub(crate) keys: Vec<Key>,
    pub(crate) ties: Ties,
    pub(crate) listed: Vec<Key>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
}

/// 名单: the first or the last of a range of units, with all who tie with the last of them.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) who: Who,
    /// 其中: which units can be on it.
    pub(crate) condition: Option<Expr>,
    /// Whether it takes the first.
    pub(crate) top: bool,
    pub(crate) count: usize,
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The unit that it speaks of, where the rules name units.
    pub(crate) unit: Option<Name>,
    pub(crate) units: Vec<CaseUnit>,
    /// The period that it is about; none where it is about the latest.
    pub(crate) period: Option<Period>,
    pub(crate) span: Span,
}

/// A unit of a case.
#[derive(Debug)]
pub(crate) struct CaseUnit {
    pub(crate) name: String,
    pub(crate) tier: TierId,
    pub(crate) given: Vec<(FactId, Literal, Span)>,
    /// The records that it gives.
    pub(crate) records: Vec<CaseRecord>,
    /// What other periods give, each by the inputs that it is.
    pub(crate) earlier: Vec<(Vec<InputId>, Literal, Span)>,
    pub(crate) attributes: Vec<(AttributeId, String)>,
    /// The unit above, as a place among the units of the case.
    pub(crate) parent: Option<usize>,
    pub(crate) expected: Vec<(Target, Expected, Span)>,
}

/// A record that a case gives: its fields, in their order, as far as they are not blank.
#[derive(Debug)]
pub(crate) struct CaseRecord {
    pub(crate) record: RecordId,
    pub(crate) cells: Vec<Option<Literal>>,
}

/// What a case speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Total,
    Rank,
    /// 取消评优.
    NotEligible,
    Item(ItemId),
    Fact(FactId),
    Value(ValueId),
}

/// A value that is written down, in the representation of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literal {
    Number(Decimal),
    Truth(bool),
    Symbol(usize),
}

/// What a case expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Value(Literal),
    Exempt,
    Missing,
    NotApplicable,
    Pending,
    Undefined,
}

/// An expression with its type and the step of its values; a step of `None` is an exact fraction.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) ty: Type,
    pub(crate) step: Option<Decimal>,
    pub(crate) span: Span,
}

impl Expr {
    /// The unit, of a number.
    pub(crate) fn unit(&self) -> Option<&Unit> {
        match &self.ty {
            Type::Number(unit) => Some(unit),
            _ => None,
        }
    }

    /// The number that is written here.
    pub(crate) fn literal(&self) -> Option<Decimal> {
        match self.kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// A number: rates and percentage points as fractions of 1.
    Constant(Decimal),
    Flag(bool),
    Symbol(usize),
    Fact(FactId),
    Value(ValueId),
    /// An extension function of its arguments.
    Call(FunctionId, Vec<Expr>),
    /// How long it is from one time to another, or what lies so long after one.
    Clock(Box<Clock>),
    /// What is gathered from outside the row.
    Input(InputId),
    /// A field of the record at hand.
    Field(FieldId),
    /// What is made of the group of records at hand.
    Inner(usize),
    /// The largest or the smallest of several values.
    Extreme(Extreme, Vec<Expr>),
    /// The marks of an item, or of the tier.
    Marks(Option<ItemId>),
    /// The sum of the children of an item, or of the standard.
    Part(PartOf, Option<ItemId>),
    Score(ItemId),
    Total,
    /// 取消评优: whether a veto has taken the unit's eligibility.
    NotEligible,
    /// Whether the unit is one of these, by name or alias.
    OneOf(Vec<Name>),
    Sum(Vec<(Sign, Expr)>),
    Product(Vec<(Times, Expr)>),
    Negate(Box<Expr>),
    Round(Box<Expr>, Decimal, Mode),
    Cap(Box<Expr>, Box<Expr>),
    Floor(Box<Expr>, Box<Expr>),
    Compare(Box<Expr>, Comparison, Box<Expr>),
    IsBlank(Box<Expr>),
    IsUndefined(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// A value by tier; a tier that no row names takes the last, if there is one.
    ByTier(IndexMap<TierId, Expr>, Option<Box<Expr>>),
    /// Rows with their conditions on the subject; the last has none if it is 其余.
    Table(Box<Table>),
    /// Linear between anchors, constant outside.
    Interpolated(Box<Expr>, Vec<(Expr, Expr)>),
    Among(Box<Expr>, Vec<Pattern>),
}

/// An operation on days and times.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    pub(crate) kind: ClockKind,
    pub(crate) a: Expr,
    pub(crate) b: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockKind {
    /// From the first to the second.
    Between(Lapse),
    /// The second after the first.
    After(Lapse),
}

/// In what the time between two moments is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lapse {
    Seconds,
    Minutes,
    Hours,
    Days,
    WorkingHours,
    WorkingDays,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extreme {
    Largest,
    Smallest,
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) subject: Expr,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Empty for 其余.
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) result: Expr,
    pub(crate) notes: Notes,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Compare(Comparison, Expr),
    /// Lower bound, whether it belongs, upper bound, whether it belongs.
    Interval(Expr, bool, Expr, bool),
}
