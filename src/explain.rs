//! How a score came about, as data: every step that bears on it, with its place in the rules and in the tables.
//!
//! In: the trace of one unit. Out: an [`Explanation`], which is JSON as it stands; `report` renders the same trace as text.
//! Never: a number of its own; every value is that of the evaluation.

mod gathered;
mod records;

use serde::Serialize;

use self::gathered::GatheredView;
pub(crate) use self::gathered::{Gathered, NAMED, Within};
pub(crate) use self::records::{Private, RecordView, RecordsCount, RecordsView};
use crate::diag::CellPlace;
use crate::eval::Until;
use crate::eval::domain::{Absence, TracedValue, Used, Value};
use crate::eval::outcome::{Outcome, Status};
use crate::eval::trace::{Reach, Trace};
use crate::facts::adjustments::Target;
use crate::facts::past::{Account, Gave, Was};
use crate::facts::{Facts, Provenance, Row};
use crate::plan::{FactId, InForce, ItemId, Plan, Reading, Role, Side, Step, StepId, ValueId};
use crate::quantity::{self, Mode, Unit};
use crate::results::{Adjusted, Output, State, adjustment, bearing, texts};
use crate::source::{Sources, Span};

/// What is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The total.
    Total,
    /// One item.
    Item(ItemId),
    /// A further result that the standard defines.
    Output(ValueId),
}

/// Everything that an explanation speaks of.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) trace: Trace<'a>,
    pub(crate) facts: &'a Facts,
    pub(crate) row: &'a Row,
    pub(crate) sources: &'a Sources,
    pub(crate) unit: &'a str,
    /// Which of the members of the facts the unit is.
    pub(crate) member: usize,
    pub(crate) period: &'a str,
}

/// The derivation of one score.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    pub(crate) unit: String,
    pub(crate) tier: String,
    pub(crate) period: String,
    /// The item or output, or null for the total.
    pub(crate) indicator: Option<String>,
    pub(crate) status: State,
    pub(crate) score: Option<String>,
    pub(crate) full: Option<String>,
    /// The sentence that a bulletin would print.
    pub(crate) sentence: Sentence,
    /// The steps that bear on the score, each after those it reads.
    pub(crate) steps: Vec<StepView>,
    pub(crate) assumptions: Vec<String>,
    /// What was adjusted after appeals and bears on the score.
    pub(crate) adjustments: Vec<Adjusted>,
    /// The records behind it, where they are asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) records: Vec<RecordsView>,
    /// How the score was computed in whose place another stands; null where none does.
    pub(crate) computed: Option<Box<Explanation>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Sentence {
    pub(crate) zh: String,
    pub(crate) en: String,
}

/// One step of a derivation.
#[derive(Debug, Serialize)]
pub(crate) struct StepView {
    /// Stable across tiers, units and runs.
    pub(crate) id: String,
    /// The operation.
    pub(crate) does: &'static str,
    /// The fact, value or item that it is.
    pub(crate) name: Option<String>,
    /// The steps that it came from.
    pub(crate) from: Vec<String>,
    /// The steps that it could have come from and did not.
    pub(crate) not_taken: Vec<String>,
    /// An exact decimal (rates and percentage points in percent), a fraction `a/b`, a truth or a word; null where it is absent.
    pub(crate) value: Option<String>,
    pub(crate) unit: Option<String>,
    /// Why there is no value.
    pub(crate) absent: Option<&'static str>,
    /// Between which numbers it lies, as [`StepView::value`], where it is known in part; null: no end on that side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<[Option<String>; 2]>,
    /// Whether the result came from it, or it confirms a fact that is given.
    pub(crate) bears: &'static str,
    /// For a rounding: mode and step; for a bound: whether it took effect.
    pub(crate) effect: Option<String>,
    pub(crate) rule: RulePlace,
    /// The clause it belongs to.
    pub(crate) clause: Option<RulePlace>,
    /// The row of a table by period that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_force: Option<RulePlace>,
    pub(crate) cell: Option<CellView>,
    /// How many records it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<RecordsCount>,
    /// What other periods gave, of a value that is read of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) periods: Vec<PeriodView>,
    /// The script that computed it, of an extension function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<CallView>,
    /// The units that it was gathered from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gathered: Option<GatheredView>,
    pub(crate) assumptions: Vec<String>,
    /// What the clause or item is founded on, as the rules quote it.
    pub(crate) evidence: Vec<String>,
}

/// A place in a rule file, with its text.
#[derive(Debug, Serialize)]
pub(crate) struct RulePlace {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A cell of a table.
#[derive(Debug, Serialize)]
pub(crate) struct CellView {
    #[serde(flatten)]
    pub(crate) place: CellPlace,
    pub(crate) provenance: Option<Provenance>,
    pub(crate) basis: Option<String>,
}

/// What another period gave.
#[derive(Debug, Serialize)]
pub(crate) struct PeriodView {
    pub(crate) period: String,
    /// The version that was in force then.
    pub(crate) version: Option<String>,
    /// As in [`StepView::value`]; null where there is none.
    pub(crate) value: Option<String>,
    /// Why there is none, or why it does not count, in the language of the rules.
    pub(crate) absent: Option<String>,
    pub(crate) cell: Option<CellPlace>,
}

/// A function in its script.
#[derive(Debug, Serialize)]
pub(crate) struct CallView {
    pub(crate) function: String,
    pub(crate) script: String,
    /// The line on which the script defines it.
    pub(crate) line: usize,
    /// SHA-256 of the bytes of the script.
    pub(crate) sha256: String,
}

impl Case<'_> {
    pub(crate) fn plan(&self) -> &Plan {
        self.trace.plan
    }

    /// The step that a topic ends in; none for an item that does not apply.
    pub(crate) fn root(&self, topic: Topic) -> Option<StepId> {
        if let Status::Exempt(exemption) = self.trace.outcome.status {
            return self.trace.program.exemptions.iter().find(|(_, other)| *other == exemption).map(|(condition, _)| *condition);
        }
        match topic {
            Topic::Total => Some(self.trace.program.total),
            Topic::Item(item) => self.trace.program.items.get(item).copied().flatten().map(|steps| steps.score),
            Topic::Output(output) => self.trace.program.values.get(output).copied().flatten(),
        }
    }

    /// Where the rules say to which tiers an item applies.
    pub(crate) fn scope_place(&self, topic: Topic) -> Option<String> {
        let Topic::Item(item) = topic else { return None };
        let mut item = self.plan().items.get(item)?;
        // the outermost item that does not apply has the scope
        while let Some(parent) = item.parent.filter(|parent| !matches!(self.trace.program.items.get(*parent), Some(Some(_)))) {
            item = self.plan().items.get(parent)?;
        }
        Some(format!("{} {}", self.sources.place(item.head), self.sources.excerpt(item.head)))
    }

    /// The explanation of a topic as data; the sentence is added by the caller, which knows how to word it.
    pub(crate) fn explain(&self, topic: Topic, sentence: Sentence) -> Explanation {
        let root = self.root(topic);
        let scored = root.filter(|_| !matches!(self.trace.outcome.status, Status::Exempt(_)));
        Explanation {
            steps: root.map(|root| self.steps(root)).unwrap_or_default(),
            assumptions: scored.map(|root| texts(self.plan(), &self.trace.marks(root))).unwrap_or_default(),
            adjustments: self.adjustments(topic),
            ..self.summary(topic, sentence)
        }
    }

    /// The explanation without what bears on it.
    pub(crate) fn summary(&self, topic: Topic, sentence: Sentence) -> Explanation {
        let plan = self.plan();
        let root = self.root(topic);
        let scored = root.filter(|_| !matches!(self.trace.outcome.status, Status::Exempt(_)));
        let item = match topic {
            Topic::Total | Topic::Output(_) => None,
            Topic::Item(item) => plan.items.get(item),
        };
        let output = if let Topic::Output(output) = topic { plan.values.get(output) } else { None };
        let step = item.map_or(plan.head.step, |item| item.step);
        let full = match topic {
            Topic::Total => Some(self.trace.program.marks),
            Topic::Item(item) => self.trace.program.items.get(item).copied().flatten().and_then(|steps| steps.full),
            Topic::Output(_) => None,
        };
        Explanation {
            unit: self.unit.to_owned(),
            tier: self.trace.program.tier.clone(),
            period: self.period.to_owned(),
            indicator: item.map(|item| item.name.clone()).or_else(|| output.map(|output| output.name.clone())),
            status: self.state(topic),
            score: scored.and_then(|root| match topic {
                Topic::Output(_) => self.output(root),
                _ => crate::results::print(plan, self.trace.value(root).number()?, step),
            }),
            full: full.and_then(|full| self.trace.outcome.full(full)).map(|full| quantity::padded(full, step)),
            sentence,
            steps: Vec::new(),
            assumptions: Vec::new(),
            adjustments: Vec::new(),
            records: Vec::new(),
            computed: None,
        }
    }

    /// An output in print, a truth in the words of the rules.
    fn output(&self, root: StepId) -> Option<String> {
        match crate::results::output(self.plan(), self.trace.program, root, &self.trace.value(root))? {
            Output::Text(text) => Some(text),
            Output::Truth(truth) => Some(truth.to_string()),
            Output::Between { interval } => Some(interval.to_string()),
        }
    }

    /// What was adjusted after appeals and bears on a topic.
    pub(crate) fn adjustments(&self, topic: Topic) -> Vec<Adjusted> {
        let Some(root) = self.root(topic) else { return Vec::new() };
        let bearing = bearing(&self.trace, root, self.facts, self.member);
        bearing.into_iter().filter_map(|index| adjustment(self.plan(), self.facts, index)).collect()
    }

    /// The score of an item as it was computed, where another stands in its place.
    pub(crate) fn computed_score(&self, item: ItemId) -> Option<String> {
        let adjustments = self.facts.adjustments.as_ref()?;
        let (_, first) = adjustments.of(self.member).find(|(_, adjustment)| adjustment.target == Target::Item(item))?;
        let step = self.plan().items.get(item)?.step;
        first.old.as_ref()?.number().and_then(|old| crate::results::print(self.plan(), old, step))
    }

    /// The evaluation without the score that stands in the place of a topic's own; none where nothing does.
    pub(crate) fn computed(&self, topic: Topic) -> Option<Outcome<TracedValue>> {
        let root = self.root(topic).filter(|root| self.trace.used(*root) == Used::Instead)?;
        let mut row = self.row.clone();
        row.instead.retain(|(step, _)| *step != root);
        Some(crate::results::evaluated(self.trace.program, &row, Until::Scores).0)
    }

    /// The same case by another evaluation.
    pub(crate) fn with<'o>(&'o self, outcome: &'o Outcome<TracedValue>) -> Case<'o> {
        Case { trace: Trace { outcome, ..self.trace }, ..*self }
    }

    /// Whether the topic has a score.
    pub(crate) fn state(&self, topic: Topic) -> State {
        if let Status::Exempt(_) = self.trace.outcome.status {
            return State::Exempt;
        }
        match self.root(topic).map(|root| self.trace.value(root)) {
            None => State::NotApplicable,
            Some(Value::Absent(Absence::Pending)) => State::Pending,
            Some(Value::Absent(Absence::Partly)) => State::Partly,
            Some(Value::Absent(Absence::NotApplicable)) => State::NotApplicable,
            Some(Value::Absent(_)) => State::Missing,
            Some(_) => State::Scored,
        }
    }

    /// Between which numbers a step lies that is known in part.
    fn interval(&self, id: StepId) -> Option<[Option<String>; 2]> {
        let hull = self.trace.bounds(id)?.numbers()?;
        let unit = self.trace.info(id).and_then(|info| info.unit.as_ref());
        Some([hull.low, hull.high].map(|end| exact(self.plan(), &Value::Number(end?), unit)))
    }

    fn steps(&self, root: StepId) -> Vec<StepView> {
        let mut reached: Vec<bool> = self.trace.reach(root).iter().map(|reach| *reach != Reach::None).collect();
        let mut confirming = vec![false; reached.len()];
        for derivation in self.trace.confirmations(root) {
            for (id, reach) in self.trace.reach(derivation).into_iter().enumerate() {
                if let (true, Some(false), Some(slot)) = (reach != Reach::None, reached.get(id), confirming.get_mut(id)) {
                    *slot = true;
                }
            }
        }
        for (slot, confirms) in reached.iter_mut().zip(&confirming) {
            *slot |= confirms;
        }
        let wanted = reached.iter().enumerate().filter(|(_, reached)| **reached);
        wanted.filter_map(|(id, _)| self.view(id, confirming.get(id) == Some(&true))).collect()
    }

    fn view(&self, id: StepId, confirms: bool) -> Option<StepView> {
        let (step, info) = (self.trace.step(id)?, self.trace.info(id)?);
        let name = |id: &StepId| self.trace.info(*id).map(|info| info.id.to_string());
        let from = self.trace.sources(id);
        let not_taken: Vec<StepId> = crate::eval::operands(step).into_iter().filter(|operand| !from.contains(operand)).collect();
        let value = self.trace.value(id);
        Some(StepView {
            id: info.id.to_string(),
            does: operation(step),
            name: self.name(info.role),
            from: from.iter().filter_map(name).collect(),
            not_taken: not_taken.iter().filter_map(name).collect(),
            value: self.exact(id),
            unit: info.unit.as_ref().map(Unit::to_string),
            absent: value.absence().map(absence_name),
            interval: self.interval(id),
            bears: if confirms { "confirmation" } else { "result" },
            effect: self.effect(id),
            rule: self.rule(info.span),
            clause: info.clause.map(|clause| self.rule(clause)),
            in_force: self.in_force(info.span).map(|row| self.rule(row.row)),
            cell: if let Role::Cell(fact) = info.role { self.cell(fact) } else { None },
            records: self.records_behind(id),
            periods: self.account(info.role).map(|account| account.parts.iter().map(|was| self.period(was, info.unit.as_ref())).collect()).unwrap_or_default(),
            call: self.call(id),
            gathered: self.gathered(id).map(|gathered| gathered.view(self.plan())),
            assumptions: texts(self.plan(), &info.marks),
            evidence: info.evidence.clone(),
        })
    }

    /// The fact, value or item that a step is.
    pub(crate) fn name(&self, role: Role) -> Option<String> {
        let plan = self.plan();
        match role {
            Role::Cell(fact) | Role::Fact(fact) | Role::Derived(fact) | Role::Default(fact) => plan.facts.get(fact).map(|fact| fact.label().to_owned()),
            Role::Value(value) => plan.values.get(value).map(|value| value.name.clone()),
            Role::Item(item) => plan.items.get(item).map(|item| item.name.clone()),
            Role::Total => Some(plan.total.name.clone()),
            Role::Input(input) => plan.inputs.get(input).map(|input| self.sources.excerpt(input.span)),
            _ => None,
        }
    }

    /// How a value that is read of other periods came about.
    pub(crate) fn account(&self, role: Role) -> Option<&Account> {
        let Role::Input(input) = role else { return None };
        self.facts.past.account(self.member, input)
    }

    fn period(&self, was: &Was, unit: Option<&Unit>) -> PeriodView {
        PeriodView {
            period: was.period.to_string(),
            version: was.version.clone(),
            value: if let Gave::Value(value) = was.gave { exact(self.plan(), &value, unit) } else { None },
            absent: was.gave.words().map(|words| words.get(self.plan().lang).to_owned()),
            cell: was.cell.clone(),
        }
    }

    fn exact(&self, id: StepId) -> Option<String> {
        exact(self.plan(), &self.trace.value(id), self.trace.info(id).and_then(|info| info.unit.as_ref()))
    }

    /// What a step was gathered from, if it was.
    pub(crate) fn gathered(&self, id: StepId) -> Option<Gathered> {
        let Step::Input(input) = self.trace.step(id)? else { return None };
        gathered::gathered(self, *input)
    }

    fn effect(&self, id: StepId) -> Option<String> {
        match (self.trace.step(id)?, self.trace.used(id)) {
            (_, Used::Instead) => Some("adjusted".to_owned()),
            (Step::Cap(..) | Step::Floor(..), Used::Second) => Some("took effect".to_owned()),
            (Step::Cap(..) | Step::Floor(..), _) => Some("no effect".to_owned()),
            (Step::Round(_, step, mode), _) => Some(format!("{} to {}", mode_name(*mode), quantity::plain(*step))),
            (Step::Steps(_, per, reading), _) => Some(format!("{} per {}", reading_name(*reading), quantity::plain(per.size))),
            (Step::OrElse(..), Used::First) => Some("given".to_owned()),
            (Step::OrElse(..), _) => Some("not given".to_owned()),
            _ => None,
        }
    }

    /// The innermost row of a table by period that a place lies in.
    pub(crate) fn in_force(&self, span: Span) -> Option<&InForce> {
        self.plan().in_force.iter().filter(|row| row.row.holds(span)).min_by_key(|row| row.row.end.saturating_sub(row.row.start))
    }

    /// A place in the rules.
    pub(crate) fn rule(&self, span: Span) -> RulePlace {
        let source = self.sources.get(span.file);
        RulePlace {
            file: source.map(|source| source.path.clone()).unwrap_or_default(),
            line: source.map_or(0, |source| source.line_column(crate::source::position(span.start)).line),
            text: self.sources.excerpt(span),
        }
    }

    /// The script behind a step that calls a function.
    pub(crate) fn call(&self, id: StepId) -> Option<CallView> {
        let Step::Call(call) = self.trace.step(id)? else { return None };
        let function = &call.function;
        let RulePlace { file, line, .. } = self.rule(function.script.at);
        Some(CallView { function: function.name.clone(), script: file, line, sha256: function.script.script.sha256.clone() })
    }

    /// The cell of a fact.
    pub(crate) fn cell(&self, fact: FactId) -> Option<CellView> {
        let cell = self.row.get(fact)?;
        let place = self.facts.place(cell);
        Some(CellView { place, provenance: cell.provenance, basis: cell.basis.as_deref().map(str::to_owned) })
    }
}

/// An exact value: a decimal, rates in percent, or a fraction `a/b`; none where it is absent.
fn exact(plan: &Plan, value: &Value, unit: Option<&Unit>) -> Option<String> {
    match value {
        Value::Number(number) => {
            if let Some(shown) = unit.and_then(|unit| quantity::moment::show(number, unit)) {
                return Some(shown);
            }
            let percent = unit.is_some_and(Unit::is_percent);
            let number = if percent { number.times(&rust_decimal::Decimal::ONE_HUNDRED.into()).unwrap_or(*number) } else { *number };
            Some(match number.decimal() {
                Some(decimal) => quantity::plain(decimal),
                None => {
                    let (over, under) = number.parts();
                    format!("{}/{}", quantity::plain(over), quantity::plain(under))
                }
            })
        }
        Value::Truth(truth) => Some(truth.to_string()),
        Value::Symbol(symbol) => plan.symbols.get(*symbol).cloned(),
        Value::Absent(_) => None,
    }
}

fn operation(step: &Step) -> &'static str {
    match step {
        Step::Constant(_) => "written",
        Step::Given(_) => "cell",
        Step::Input(_) => "gathered",
        Step::OrElse(..) => "or else",
        Step::Same(_) => "same",
        Step::Sum(_) => "sum",
        Step::Times(..) => "times",
        Step::Over(..) => "over",
        Step::Negate(_) => "negate",
        Step::Round(..) => "round",
        Step::Cap(..) => "cap",
        Step::Floor(..) => "floor",
        Step::Call(_) => "call",
        Step::Clock(..) => "clock",
        Step::Steps(..) => "steps",
        Step::Compare(..) => "compare",
        Step::IsBlank(_) => "is blank",
        Step::IsUndefined(_) => "is undefined",
        Step::And(_) => "and",
        Step::Or(_) => "or",
        Step::Not(_) => "not",
        Step::Choose(..) => "choose",
        Step::Pending => "pending",
        Step::NotApplicable => "not applicable",
        Step::NoRow => "no row",
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::HalfUp => "half up",
        Mode::HalfEven => "half even",
        Mode::FromZero => "away from zero",
        Mode::ToZero => "toward zero",
    }
}

fn reading_name(reading: Reading) -> &'static str {
    match reading {
        Reading::ProRata => "pro rata",
        Reading::Whole => "whole steps only",
        Reading::Started => "started steps count",
    }
}

pub(crate) fn absence_name(absence: Absence) -> &'static str {
    match absence {
        Absence::TooLarge => "too large",
        Absence::NoRow => "no row",
        Absence::Failed => "failed",
        Absence::NotApplicable => "not applicable",
        Absence::Missing => "missing",
        Absence::Partly => "partly known",
        Absence::Pending => "pending",
        Absence::Undefined => "undefined",
    }
}

/// What a side of a line is called.
pub(crate) fn side_words(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::Below => ("低于", "below"),
        Side::Above => ("高于", "above"),
    }
}
