//! The tree of a rule file: what was written, in the order in which it was written, with the place of every part.
//!
//! Nothing is bound or checked here, and both skins give the same tree.

use rust_decimal::Decimal;

pub(crate) use crate::quantity::Cycle;
use crate::quantity::Mode;
use crate::source::Span;

/// A name without its 「」.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A text between quotation marks, or a name where either may stand.
pub(crate) type Text = Name;

/// A number with the unit that is written beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) value: Decimal,
    pub(crate) unit: Option<Name>,
    pub(crate) span: Span,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct File {
    pub(crate) declarations: Vec<Declaration>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Declaration {
    Standard(Standard),
    /// 引用: the path of another rule file.
    Use(Text),
    Tier(Tier),
    Units(Units),
    Fact(Fact),
    Record(Record),
    Value(Value),
    Function(Function),
    Exemption(Exemption),
    Veto(Veto),
    Item(Item),
    Total(Total),
    Ranking(Ranking),
    List(List),
    Case(Case),
    Amendment(Amendment),
    Note,
}

/// 修订: its words in one skin. What it changes is read from its text, see `outline`.
#[derive(Debug, PartialEq)]
pub(crate) struct Amendment {
    pub(crate) words: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Standard {
    pub(crate) name: Name,
    pub(crate) headings: Vec<Heading>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Heading {
    Title(Text),
    Version(Text),
    Document(Text),
    Effective(Date, Option<Date>),
    Cycle(Cycle, Span),
    Rounding(Mode, Span),
    Scores(Precision, Quantity),
    Ties(Ties, Span),
    Calendar(Text),
    Note,
}

impl Heading {
    /// Where it stands; a note has none that matters, for there may be several.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Heading::Title(text) | Heading::Version(text) | Heading::Document(text) | Heading::Calendar(text) => Some(text.span),
            Heading::Effective(from, _) => Some(from.span),
            Heading::Cycle(_, span) | Heading::Rounding(_, span) | Heading::Ties(_, span) => Some(*span),
            Heading::Scores(_, step) => Some(step.span),
            Heading::Note => None,
        }
    }
}

/// What becomes of an indicator's score before it is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// 取整到: it is rounded, and the sum takes the rounded score.
    Rounded,
    /// 显示到: it is rounded for print only.
    Shown,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Date {
    /// As in `2020-01-01`; month and day 1 where they are not written.
    pub(crate) iso: String,
    pub(crate) span: Span,
}

/// A day with the time of day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Time {
    /// As in `2020-01-01T08:30:00`.
    pub(crate) iso: String,
    pub(crate) span: Span,
}

/// The places of units with equal keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ties {
    /// 跳号: 1, 1, 3.
    Skipping,
    /// 不跳号: 1, 1, 2.
    Dense,
    /// 平分: 1.5, 1.5, 3.
    Shared,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoteKind {
    Source,
    Assumption,
    Remark,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    pub(crate) text: Text,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Tier {
    pub(crate) name: Name,
    pub(crate) marks: Expr,
    pub(crate) title: Option<Text>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Units {
    pub(crate) names: Vec<Name>,
    pub(crate) whole: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) name: Name,
    pub(crate) kind: FactKind,
    pub(crate) columns: Vec<Text>,
    pub(crate) title: Option<Text>,
    pub(crate) step: Option<Quantity>,
    pub(crate) default: Option<Expr>,
    pub(crate) up_to: Option<Expr>,
    pub(crate) at_least: Option<Expr>,
    pub(crate) or_from: Option<Expr>,
    pub(crate) adjustable: Option<Adjustable>,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

/// 可调: the fact may change where a goal is to be reached.
#[derive(Debug, PartialEq)]
pub(crate) struct Adjustable {
    /// Down or up only; both where it does not say.
    pub(crate) direction: Option<Leeway>,
    /// What one step costs.
    pub(crate) cost: Option<Decimal>,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leeway {
    Down,
    Up,
}

/// 记录: a table of raw records, many of a unit.
#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) name: Name,
    /// What one record is counted in.
    pub(crate) unit: Name,
    pub(crate) fields: Vec<Field>,
    pub(crate) notes: Vec<Note>,
    /// Name and unit.
    pub(crate) span: Span,
}

/// One column of a table of records.
#[derive(Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: Name,
    pub(crate) kind: FactKind,
    pub(crate) columns: Vec<Text>,
    pub(crate) title: Option<Text>,
    pub(crate) step: Option<Quantity>,
    /// 可空: a cell may be blank.
    pub(crate) nullable: bool,
    /// 隐私: what the cells hold is not shown.
    pub(crate) private: bool,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum FactKind {
    Unit(Name),
    Choice(Vec<Name>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Param,
    Let,
    /// 输出: a result beside the total.
    Output,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) kind: ValueKind,
    pub(crate) name: Name,
    pub(crate) expr: Expr,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

/// 函数: a formula that a script computes.
#[derive(Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) parameters: Vec<Parameter>,
    /// The unit of its results.
    pub(crate) unit: Name,
    /// The interval in which its results lie.
    pub(crate) range: Pattern,
    pub(crate) step: Option<Quantity>,
    pub(crate) script: Text,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    pub(crate) kind: FactKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Exemption {
    pub(crate) scopes: Vec<Scope>,
    pub(crate) condition: Expr,
    pub(crate) reason: Text,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

/// To what something applies.
#[derive(Debug, PartialEq)]
pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum ScopeKind {
    /// 适用: these tiers.
    Tiers(Vec<Name>),
    /// 适用 当: the units for which this holds; of items only.
    When(Expr),
    /// 仅: these units.
    Only(Vec<Text>),
    /// 除外: all units but these.
    Except(Vec<Text>),
}

/// 一票否决: what a unit's total, place or eligibility come to where something has happened.
#[derive(Debug, PartialEq)]
pub(crate) struct Veto {
    pub(crate) scopes: Vec<Scope>,
    pub(crate) condition: Expr,
    pub(crate) effect: Effect,
    pub(crate) reason: Text,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Effect {
    /// 总分: the total is no more than this.
    Total(Quantity),
    /// 末位: the unit ranks after all others.
    Last,
    /// 取消评优.
    NotEligible,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Total {
    /// Of a longer period than the standard scores.
    pub(crate) cycle: Option<Cycle>,
    /// The marks of a longer period.
    pub(crate) marks: Option<Expr>,
    pub(crate) expr: Expr,
    pub(crate) columns: Vec<Text>,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Ranking {
    /// Of a longer period than the standard scores.
    pub(crate) cycle: Option<Cycle>,
    /// Within each tier, or among all units.
    pub(crate) within_tier: bool,
    pub(crate) keys: Vec<Key>,
    pub(crate) ties: Option<Ties>,
    pub(crate) listed: Vec<Key>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
}

/// 名单: the first or the last of a range of units.
#[derive(Debug, PartialEq)]
pub(crate) struct List {
    pub(crate) name: Name,
    pub(crate) over: Gathered,
    /// 其中: which units can be on it.
    pub(crate) condition: Option<Expr>,
    /// Whether it takes the first.
    pub(crate) top: bool,
    pub(crate) count: Quantity,
    pub(crate) keys: Vec<Key>,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Case {
    pub(crate) name: Text,
    /// The period of which it speaks, as in `2020-11`, `2020-Q4` or `2020`.
    pub(crate) period: Option<Name>,
    /// The unit that it speaks of, where the rules name units.
    pub(crate) unit: Option<Name>,
    /// One that is called as the case is, or several, each with a name of its own.
    pub(crate) units: Vec<CaseUnit>,
    pub(crate) span: Span,
}

/// A unit of a case.
#[derive(Debug, PartialEq)]
pub(crate) struct CaseUnit {
    pub(crate) name: Name,
    pub(crate) tier: Option<Name>,
    pub(crate) given: Vec<Binding>,
    pub(crate) records: Vec<CaseRecord>,
    pub(crate) expected: Vec<Binding>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Binding {
    pub(crate) target: Target,
    pub(crate) value: Bound,
    pub(crate) span: Span,
}

/// A record that a case gives.
#[derive(Debug, PartialEq)]
pub(crate) struct CaseRecord {
    pub(crate) name: Name,
    pub(crate) fields: Vec<Binding>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Target {
    Total,
    Rank,
    /// What is read of other periods.
    Earlier(Expr),
    /// 取消评优.
    NotEligible,
    Path(Name, Option<Name>),
}

#[derive(Debug, PartialEq)]
pub(crate) enum Bound {
    Exempt,
    Missing,
    NotApplicable,
    Pending,
    Undefined,
    Quantity(Quantity),
    Word(Name),
    Date(Date),
    Time(Time),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ItemKind {
    Section,
    Indicator,
    Bonus,
    Penalty,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: Name,
    pub(crate) head: Span,
    pub(crate) parts: Vec<Part>,
    pub(crate) span: Span,
}

/// A part of an item, in its head or in its block.
#[expect(clippy::large_enum_variant, reason = "a node is made once and read by reference")]
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Item(Item),
    Fact(Fact),
    Value(Value),
    Attribute(Attribute),
    Clause(Clause),
    Note(Note),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Attribute {
    pub(crate) kind: AttributeKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum AttributeKind {
    Marks(Expr),
    Scope(Scope),
    /// 周期 年: it takes part in the result of a longer period only.
    Cycle(Cycle),
    Floor(Expr),
    Cap(Expr),
    Round(Quantity),
    Assessed(Option<Expr>),
    Unknown(Text, Option<Expr>),
    Columns(Vec<Text>),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) condition: Option<Expr>,
    pub(crate) act: Act,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Act {
    Award(Expr),
    Base(Expr),
    Formula(Expr),
    Joint(Expr, Vec<Clause>),
    Move(Box<Move>),
}

/// 扣 or 加, so many points for every step of a measure.
#[derive(Debug, PartialEq)]
pub(crate) struct Move {
    pub(crate) deducts: bool,
    pub(crate) measure: Option<Measure>,
    pub(crate) amount: Expr,
    pub(crate) at_most: Option<Expr>,
    pub(crate) down_to_zero: Option<Span>,
    pub(crate) reading: Option<(Reading, Span)>,
    pub(crate) round: Option<Quantity>,
    /// 不足从: what takes the part of the points that the floor gives back, one after the other.
    pub(crate) spill: Vec<Spill>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Spill {
    /// An item; none for the total.
    pub(crate) item: Option<Name>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Measure {
    pub(crate) subject: Expr,
    pub(crate) line: Option<(Side, Expr)>,
    pub(crate) per: Quantity,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Above,
}

/// What an incomplete step counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// 按比例: its share.
    ProRata,
    /// 不足不计: nothing.
    Whole,
    /// 不足按整计: a whole step.
    Started,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum ExprKind {
    Quantity(Quantity),
    Text(Text),
    Flag(bool),
    Marks,
    Total,
    /// 取消评优: whether a veto has taken the unit's eligibility.
    NotEligible,
    Tier,
    /// 期, by which a table chooses.
    Period,
    Part(PartOf),
    Score(Name),
    Path(Name, Option<Name>),
    /// A function with its arguments.
    Call(Name, Vec<Expr>),
    Date(Date),
    Time(Time),
    Aggregate(Box<Aggregate>),
    Earlier(Box<Earlier>),
    Table(Box<Table>),
    Sum(Vec<(Sign, Expr)>),
    Product(Vec<(Times, Expr)>),
    Negate(Box<Expr>),
    Compare(Box<Expr>, Comparison, Box<Expr>),
    IsBlank(Box<Expr>),
    IsUndefined(Box<Expr>),
    Among(Box<Expr>, Vec<Pattern>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Adjusted(Box<Expr>, Vec<Adjustment>),
}

impl Expr {
    /// The expressions that stand in it, in order, one level down.
    pub(crate) fn inside(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Quantity(_)
            | ExprKind::Text(_)
            | ExprKind::Flag(_)
            | ExprKind::Marks
            | ExprKind::Total
            | ExprKind::NotEligible
            | ExprKind::Tier
            | ExprKind::Period
            | ExprKind::Part(_)
            | ExprKind::Score(_)
            | ExprKind::Path(..)
            | ExprKind::Date(_)
            | ExprKind::Time(_) => Vec::new(),
            ExprKind::Call(_, parts) | ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().collect(),
            ExprKind::Aggregate(aggregate) => aggregate.arguments.iter().chain(&aggregate.condition).collect(),
            ExprKind::Earlier(earlier) => std::iter::once(&earlier.expr).chain(&earlier.initially).collect(),
            ExprKind::Table(table) => {
                let rows = table.rows.iter().flat_map(|row| row.patterns.iter().flat_map(Pattern::inside).chain([&row.result]));
                std::iter::once(&table.subject).chain(rows).collect()
            }
            ExprKind::Sum(terms) => terms.iter().map(|(_, term)| term).collect(),
            ExprKind::Product(factors) => factors.iter().map(|(_, factor)| factor).collect(),
            ExprKind::Negate(inner) | ExprKind::IsBlank(inner) | ExprKind::IsUndefined(inner) | ExprKind::Not(inner) => vec![inner],
            ExprKind::Compare(a, _, b) => vec![a, b],
            ExprKind::Among(inner, patterns) => std::iter::once(&**inner).chain(patterns.iter().flat_map(Pattern::inside)).collect(),
            ExprKind::Adjusted(inner, adjustments) => {
                let bounds = adjustments.iter().filter_map(|adjustment| match &adjustment.kind {
                    AdjustmentKind::Cap(bound) | AdjustmentKind::Floor(bound) => Some(bound),
                    AdjustmentKind::Round(..) => None,
                });
                std::iter::once(&**inner).chain(bounds).collect()
            }
        }
    }
}

impl Pattern {
    fn inside(&self) -> Vec<&Expr> {
        match &self.kind {
            PatternKind::Value(value) | PatternKind::Compare(_, value) => vec![value],
            PatternKind::Interval(low, _, high, _) => vec![low, high],
        }
    }
}

/// One value from many: of units, of records, of periods, or of the members of a group.
#[derive(Debug, PartialEq)]
pub(crate) struct Aggregate {
    /// What is gathered; inside an aggregate over groups nothing, which is the group; else nothing with several arguments.
    pub(crate) over: Option<Gathered>,
    /// 逐: what the members are grouped by.
    pub(crate) each: Option<Name>,
    pub(crate) fold: Fold,
    pub(crate) arguments: Vec<Expr>,
    /// Of a rank: which comes first.
    pub(crate) direction: Option<(Direction, Span)>,
    /// 其中: which members count.
    pub(crate) condition: Option<Expr>,
    /// Of a rank: what becomes of equal values.
    pub(crate) ties: Option<Ties>,
    /// The fold's word.
    pub(crate) word: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Gathered {
    pub(crate) kind: GatheredKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum GatheredKind {
    /// 层级: the units of the tier.
    Tier,
    /// 全体: all units.
    All,
    /// 同 县: the units that have this attribute in common.
    Same(Name),
    /// 下级: the units below.
    Children,
    /// 近 3 年: so many periods before this one.
    Recent(Quantity),
    /// 各 月: every month of the period.
    Every(Cycle),
    /// A table of records.
    Records(Name),
}

/// What is made of the values gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Sum,
    Mean,
    WeightedMean,
    Best,
    Lowest,
    Median,
    Count,
    Rank,
    /// 家数.
    Size,
}

/// Which of several values comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// 从低到高.
    Ascending,
    /// 从高到低.
    Descending,
}

/// A value of another period.
#[derive(Debug, PartialEq)]
pub(crate) struct Earlier {
    pub(crate) when: When,
    pub(crate) expr: Expr,
    /// 首期: the value where there is no such period.
    pub(crate) initially: Option<Expr>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum When {
    /// 上期.
    Previous,
    /// 同期: the same period of the year before.
    LastYear,
    /// 往期: a period by name, as in `2019-12`, `2019-Q4` or `2019`.
    Stated(Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartOf {
    /// 合计.
    All,
    /// 基本分.
    Basic,
    /// 加分合计.
    Bonuses,
    /// 扣分合计.
    Penalties,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    Times,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Ge,
    Gt,
    Le,
    Lt,
}

impl Comparison {
    /// The sign of one character.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Ne => "≠",
            Comparison::Ge => "≥",
            Comparison::Gt => ">",
            Comparison::Le => "≤",
            Comparison::Lt => "<",
        }
    }
}

#[derive(Debug, PartialEq)]
pub(crate) struct Adjustment {
    pub(crate) kind: AdjustmentKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum AdjustmentKind {
    Round(Quantity, Option<Mode>),
    Cap(Expr),
    Floor(Expr),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) subject: Expr,
    pub(crate) interpolated: bool,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    /// Empty for 其余.
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) result: Expr,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Pattern {
    pub(crate) kind: PatternKind,
    pub(crate) span: Span,
}

#[derive(Debug, PartialEq)]
pub(crate) enum PatternKind {
    Value(Expr),
    Compare(Comparison, Expr),
    /// Lower bound, whether it belongs to the interval, upper bound, whether it belongs.
    Interval(Expr, bool, Expr, bool),
}
