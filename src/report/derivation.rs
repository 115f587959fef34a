//! A derivation as text: the equation first, then the tree down to clauses and cells.

mod equation;
mod tree;

use std::collections::BTreeSet;
use std::fmt::Write;

use super::value::{show, show_bounds, unit_behind};
use super::{pick, sentence::sentence, view::adjustment_text};
use crate::diag::Lang;
use crate::eval::domain::{Used, Value};
use crate::eval::outcome::Status;
use crate::eval::trace::Trace;
use crate::explain::{Case, Topic, side_words};
use crate::plan::{MarkId, Role, Step, StepId};
use crate::quantity::Unit;
use crate::results::texts;

/// A derivation as it is told: every format is written from it.
#[derive(Debug)]
pub(crate) struct Told {
    /// Unit, tier, period, what is explained and its score.
    pub(crate) head: String,
    pub(crate) sentence: String,
    pub(crate) passages: Vec<Passage>,
}

/// Lines under a heading.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) kind: PassageKind,
    pub(crate) heading: &'static str,
    pub(crate) lines: Vec<Line>,
}

/// What a passage holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PassageKind {
    /// Where the rules say to whom an item applies; its lines go on from the sentence.
    Scope,
    Adjustments,
    /// The sentence of the score in whose place another stands.
    Before,
    Equation,
    /// The steps, each beneath what was made of it.
    Tree,
    Assumptions,
}

/// One line.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// Beneath how many others it hangs.
    pub(crate) depth: usize,
    pub(crate) text: String,
    /// The clause or cell, in brackets.
    pub(crate) place: String,
    /// What the provenance of the cell rests on, with the bracket that ends its place.
    pub(crate) basis: String,
    /// The assumptions that it brings in, and whether what is beneath it was told before.
    pub(crate) marks: String,
    /// Whether it is the score of an item.
    pub(crate) is_item: bool,
}

impl Line {
    /// A line of text alone.
    pub(crate) fn of(text: impl Into<String>) -> Self {
        Line { text: text.into(), ..Line::default() }
    }

    /// The whole line.
    pub(crate) fn shown(&self) -> String {
        format!("{} {}{}{}", self.text, self.place, self.basis, self.marks).trim().to_owned()
    }
}

/// The whole text of one derivation.
pub(crate) fn derivation(case: &Case<'_>, topic: Topic, lang: Lang) -> String {
    let told = told(case, topic, lang);
    let mut text = format!("{}\n{}\n", told.head, told.sentence);
    for passage in &told.passages {
        let _ = match passage.kind {
            PassageKind::Scope => Ok(()),
            _ => writeln!(text, "\n{}", passage.heading),
        };
        match passage.kind {
            PassageKind::Tree => draw(&passage.lines, &mut text),
            _ => passage.lines.iter().for_each(|line| {
                let _ = writeln!(text, "  {}", line.shown());
            }),
        }
    }
    text
}

/// A tree in signs that every font has.
fn draw(lines: &[Line], text: &mut String) {
    // from the last line up: at which depths something follows
    let mut follows: Vec<bool> = Vec::new();
    let mut drawn: Vec<String> = Vec::new();
    for line in lines.iter().rev() {
        follows.resize(line.depth + 1, false);
        let outer = follows.iter().take(line.depth).skip(1).map(|follows| if *follows { "|   " } else { "    " });
        let own = match follows.last() {
            _ if line.depth == 0 => "",
            Some(true) => "|-- ",
            _ => "`-- ",
        };
        drawn.push(outer.chain([own]).collect::<String>() + line.shown().as_str());
        if let Some(slot) = follows.last_mut() {
            *slot = true;
        }
    }
    for line in drawn.iter().rev() {
        let _ = writeln!(text, "{line}");
    }
}

/// A derivation as it is told.
pub(crate) fn told(case: &Case<'_>, topic: Topic, lang: Lang) -> Told {
    let writer = Writer::new(case, topic, lang);
    let mut told = writer.head(topic);
    let Some(root) = case.root(topic) else {
        if let Some(place) = case.scope_place(topic) {
            let line = Line { text: pick(lang, "适用范围写在", "its scope stands in").to_owned(), place: format!("[{place}]"), ..Line::default() };
            told.passages.push(Passage { kind: PassageKind::Scope, heading: "", lines: vec![line] });
        }
        return told;
    };
    told.passages.extend(writer.told_adjustments());
    match case.computed(topic) {
        Some(outcome) => {
            let computed = case.with(&outcome);
            let before = sentence(&computed, topic);
            let line = Line::of(if lang == Lang::Zh { before.zh } else { before.en });
            told.passages.push(Passage { kind: PassageKind::Before, heading: pick(lang, "调整前", "Before this adjustment"), lines: vec![line] });
            told.passages.extend(Writer::new(&computed, topic, lang).body_of(root));
        }
        None => told.passages.extend(writer.body_of(root)),
    }
    told
}

/// Where a value by which units are listed comes from: its tree alone.
pub(crate) fn told_of_step(case: &Case<'_>, step: StepId, lang: Lang) -> Vec<Line> {
    let mut lines = Vec::new();
    Writer::new(case, Topic::Total, lang).tree(step, 0, &mut BTreeSet::new(), &mut lines);
    lines
}

/// A derivation as it fits beside a score: the sentence, the equation, the clauses and the cells.
///
/// Of a total the clauses and cells are left out: they stand beside the items.
pub(crate) fn brief(case: &Case<'_>, topic: Topic, lang: Lang) -> String {
    let sentence = sentence(case, topic);
    let mut lines = vec![if lang == Lang::Zh { sentence.zh } else { sentence.en }];
    let Some(root) = case.root(topic).filter(|_| !matches!(case.trace.outcome.status, Status::Exempt(_))) else {
        lines.extend(case.scope_place(topic));
        return lines.join("\n");
    };
    lines.extend(case.adjustments(topic).iter().map(|adjusted| adjustment_text(adjusted, lang)));
    let outcome = case.computed(topic);
    let computed = outcome.as_ref().map(|outcome| case.with(outcome));
    let writer = Writer::new(computed.as_ref().unwrap_or(case), topic, lang);
    if computed.is_some() {
        lines.push(pick(lang, "调整前的算式:", "Before the adjustment:").to_owned());
    }
    let equation = writer.equation(root);
    let equation_says_more = equation.len() > 1 || equation.first().is_some_and(|line| line.matches(" = ").count() > 1);
    if equation_says_more {
        lines.extend(equation);
    }
    if let Topic::Item(item) = topic {
        let places = writer.places(root);
        // what was entered by hand or left to its default has no clause of its own
        let head = case.plan().items.get(item).filter(|_| places.is_empty()).map(|item| writer.clause(item.head));
        lines.extend(places.into_iter().chain(head));
    }
    for mark in texts(case.plan(), &writer.decisive) {
        lines.push(format!("{} {mark}", pick(lang, "假设", "assumption")));
    }
    lines.join("\n")
}

struct Writer<'a> {
    case: &'a Case<'a>,
    topic: Topic,
    lang: Lang,
    /// The assumptions that bear on the score.
    decisive: Vec<MarkId>,
}

impl<'a> Writer<'a> {
    fn new(case: &'a Case<'a>, topic: Topic, lang: Lang) -> Self {
        Writer { case, topic, lang, decisive: case.root(topic).map(|root| case.trace.marks(root)).unwrap_or_default() }
    }

    /// What was adjusted after appeals and bears on the topic.
    fn told_adjustments(&self) -> Option<Passage> {
        let adjustments = self.case.adjustments(self.topic);
        let lines: Vec<Line> = adjustments.iter().map(|adjusted| Line::of(adjustment_text(adjusted, self.lang))).collect();
        (!lines.is_empty()).then(|| Passage { kind: PassageKind::Adjustments, heading: pick(self.lang, "调整", "Adjustments"), lines })
    }

    /// Equation, tree and assumptions.
    fn body_of(&self, root: StepId) -> Vec<Passage> {
        let lang = self.lang;
        let mut passages = Vec::new();
        let mut add = |kind, heading, lines: Vec<Line>| {
            if !lines.is_empty() {
                passages.push(Passage { kind, heading, lines });
            }
        };
        let mut tree = Vec::new();
        if let Status::Exempt(exemption) = self.case.trace.outcome.status {
            let span = self.case.plan().exemptions.get(exemption).map(|exemption| exemption.span);
            let place = span.map(|span| self.clause(span)).unwrap_or_default();
            tree.push(Line { text: pick(lang, "不参评", "exempt").to_owned(), place, ..Line::default() });
            self.tree(root, 1, &mut BTreeSet::new(), &mut tree);
            add(PassageKind::Tree, pick(lang, "由来", "Derivation"), tree);
            return passages;
        }
        add(PassageKind::Equation, pick(lang, "算式", "Equation"), self.equation(root).into_iter().map(Line::of).collect());
        self.tree(root, 0, &mut BTreeSet::new(), &mut tree);
        if self.topic == Topic::Total {
            tree.push(Line::of(pick(
                lang,
                "(得满分的各项和 0 分的加分、扣分项只列一行;加 --indicator 可看任何一项的由来)",
                "(items with full marks, and bonuses and penalties of 0, stand in one line; --indicator shows where any of them comes from)",
            )));
        }
        add(PassageKind::Tree, pick(lang, "由来", "Derivation"), tree);
        let marks = texts(self.case.plan(), &self.decisive).into_iter().map(Line::of).collect();
        add(PassageKind::Assumptions, pick(lang, "所依的假设与未定之处", "Assumptions and open points"), marks);
        passages
    }

    fn head(&self, topic: Topic) -> Told {
        let (case, lang) = (self.case, self.lang);
        let explanation = case.summary(topic, sentence(case, topic));
        let name = explanation.indicator.clone().unwrap_or_else(|| pick(lang, "总分", "total").to_owned());
        let (unit, tier, period) = (&explanation.unit, &explanation.tier, &explanation.period);
        let score = match (&explanation.score, &explanation.full) {
            (Some(_), _) if matches!(topic, Topic::Output(_)) => case.root(topic).map(|root| self.shown(root)).unwrap_or_default(),
            (Some(score), Some(full)) => format!("{score} / {full} {}", pick(lang, "分", "points")),
            (Some(score), None) => format!("{score} {}", unit_behind(score, &Unit::score(), lang)),
            (None, _) => case
                .root(topic)
                .filter(|root| case.trace.bounds(*root).is_some())
                .map_or_else(|| super::value::state_word(explanation.status, lang).to_owned(), |root| self.shown(root)),
        };
        Told {
            head: format!("{unit}({tier}) {period}  {name}  {score}"),
            sentence: if lang == Lang::Zh { explanation.sentence.zh } else { explanation.sentence.en },
            passages: Vec::new(),
        }
    }

    // --- what a step shows as ---

    fn shown(&self, id: StepId) -> String {
        let info = self.case.trace.info(id);
        let unit = info.and_then(|info| info.unit.as_ref());
        match self.case.trace.bounds(id) {
            Some(bounds) => show_bounds(self.case.plan(), bounds, unit, self.lang),
            None => show(self.case.plan(), &self.case.trace.value(id), unit, self.lang),
        }
    }

    /// The step that a step merely repeats: a name for it, a bound without effect, the given one of two.
    fn behind(&self, id: StepId) -> StepId {
        let trace = &self.case.trace;
        match (trace.step(id), trace.used(id)) {
            (Some(Step::Same(a)), _) if !self.is_named(id) => self.behind(*a),
            (Some(Step::Cap(a, _) | Step::Floor(a, _)), Used::First | Used::All) if self.is_silent(id) => self.behind(*a),
            // a rounding that changed nothing
            (Some(Step::Round(a, _, _)), _) if trace.value(*a) == trace.value(id) && trace.value(*a).number().is_some() => self.behind(*a),
            (Some(Step::OrElse(a, _)), Used::First) => self.behind(*a),
            (Some(Step::OrElse(_, b)), Used::Second) => self.behind(*b),
            // what does not apply is told by its item
            (Some(Step::Choose(_, a, _)), Used::First | Used::Second) if trace.info(id).is_some_and(|info| info.role == Role::Part) => self.behind(*a),
            (Some(Step::Choose(_, a, _)), Used::First) if !self.is_named(id) => self.behind(*a),
            (Some(Step::Choose(_, _, b)), Used::Second) if !self.is_named(id) || trace.info(id).is_some_and(|info| info.role == Role::Award) => self.behind(*b),
            _ => id,
        }
    }

    /// A bound that had no effect.
    fn is_silent(&self, id: StepId) -> bool {
        let trace = &self.case.trace;
        let whole = matches!(trace.info(id).map(|info| info.role), Some(Role::Distance(_) | Role::Extreme));
        !whole && trace.used(id) != Used::Second
    }

    /// Whether a step has a name of its own, so that its value stands for it.
    fn is_named(&self, id: StepId) -> bool {
        match self.case.trace.info(id).map(|info| info.role) {
            None | Some(Role::Expression | Role::Written | Role::Fact(_) | Role::Steps | Role::Extreme | Role::Part | Role::Vetoed) => false,
            Some(Role::Computed) => self.is_vetoed(),
            Some(_) => true,
        }
    }

    /// Whether a veto made the total another.
    fn is_vetoed(&self) -> bool {
        let trace = &self.case.trace;
        trace.value(trace.program.total) != trace.value(trace.program.computed)
    }

    fn label(&self, id: StepId) -> String {
        let lang = self.lang;
        let Some(info) = self.case.trace.info(id) else { return String::new() };
        let name = self.case.name(info.role);
        match info.role {
            Role::Distance(side) => {
                let (zh, en) = side_words(side);
                let (line, subject) = self.distance_parts(id);
                match lang {
                    Lang::Zh => format!("{subject} {zh} {line}"),
                    Lang::En => format!("{subject} {en} {line}"),
                }
            }
            Role::Steps => pick(lang, "步数", "steps").to_owned(),
            Role::Deduction => pick(lang, "扣", "deduct").to_owned(),
            Role::Addition => pick(lang, "加", "add").to_owned(),
            Role::AtMost => pick(lang, "最多", "at most").to_owned(),
            Role::Condition => pick(lang, "条件", "condition").to_owned(),
            Role::Award => pick(lang, "得", "award").to_owned(),
            Role::Formula => pick(lang, "得分", "score").to_owned(),
            Role::Base => pick(lang, "起评", "base").to_owned(),
            Role::ItemFloor => pick(lang, "保底", "floor").to_owned(),
            Role::ItemCap => pick(lang, "封顶", "cap").to_owned(),
            Role::ItemRound => pick(lang, "取整", "rounded").to_owned(),
            Role::Parts => {
                let owner = info.id.item();
                format!("{owner} {}", pick(lang, "合计", "sum"))
            }
            Role::Uncapped => pick(lang, "合计", "sum").to_owned(),
            // without a stand-in the value itself says that it is open
            Role::StandIn if self.case.trace.value(id).absence().is_some() => String::new(),
            Role::StandIn => pick(lang, "待定,暂按", "unknown, stand in").to_owned(),
            Role::Call => self.call(id),
            Role::Derived(_) if given_beside(&self.case.trace, id).is_some() => {
                let same = given_beside(&self.case.trace, id) == Some(self.case.trace.value(id));
                let word = if same { pick(lang, "推算相合:", "confirmed by") } else { pick(lang, "推算不同:", "differs from") };
                format!("{word} {}", name.unwrap_or_default())
            }
            Role::Default(_) => format!("{} {}", name.unwrap_or_default(), pick(lang, "(缺省)", "(default)")),
            Role::Total => pick(lang, "总分", "total").to_owned(),
            Role::Computed => pick(lang, "否决前的总分", "total before vetoes").to_owned(),
            Role::Marks(None) => pick(lang, "满分", "marks").to_owned(),
            Role::Marks(Some(item)) => {
                let name = self.case.plan().items.get(item).map(|item| item.name.as_str()).unwrap_or_default();
                format!("{name} {}", pick(lang, "满分", "marks"))
            }
            Role::Spill(item) => {
                let name = self.case.plan().items.get(item).map(|item| item.name.as_str()).unwrap_or_default();
                match lang {
                    Lang::Zh => format!("{name} 扣不足,转扣"),
                    Lang::En => format!("carried over from {name}"),
                }
            }
            _ => name.unwrap_or_default(),
        }
    }

    /// A call with the values of its arguments.
    fn call(&self, id: StepId) -> String {
        let Some(Step::Call(call)) = self.case.trace.step(id) else { return String::new() };
        let arguments: Vec<String> = call.arguments.iter().map(|argument| self.shown(*argument)).collect();
        format!("{}({})", call.function.name, arguments.join(", "))
    }

    /// The line and the name of what is measured against it.
    fn distance_parts(&self, id: StepId) -> (String, String) {
        let trace = &self.case.trace;
        let Some(Step::Floor(sum, _)) = trace.step(id) else { return Default::default() };
        let Some(Step::Sum(terms)) = trace.step(*sum) else { return Default::default() };
        let role = trace.info(id).map(|info| info.role);
        let below = matches!(role, Some(Role::Distance(crate::plan::Side::Below)));
        let at = |index: usize| terms.get(index).map(|(_, term)| *term);
        let (line, subject) = if below { (at(0), at(1)) } else { (at(1), at(0)) };
        let name = subject.and_then(|subject| trace.info(subject)).and_then(|info| self.case.name(info.role)).unwrap_or_default();
        (line.map(|line| self.shown(line)).unwrap_or_default(), name)
    }
}

/// The value that is given where a step is how the same fact follows from others.
fn given_beside(trace: &Trace<'_>, id: StepId) -> Option<Value> {
    let given = trace.program.steps.iter().zip(0..).find_map(|(step, or_else)| match step {
        Step::OrElse(given, derived) if *derived == id && trace.used(or_else) == Used::First => Some(*given),
        _ => None,
    })?;
    trace.value(id).number().map(|_| trace.value(given))
}
