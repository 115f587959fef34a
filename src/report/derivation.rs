//! A derivation as text: the equation first, then the tree down to clauses and cells.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::gathered::lines as of_units;
use super::records::counted;
use super::value::{absence_word, mode_word, provenance_word, show, show_bounds, unit_behind};
use super::{pick, sentence::sentence, view::adjustment_text};
use crate::diag::Lang;
use crate::eval::domain::{Used, Value};
use crate::eval::outcome::Status;
use crate::eval::trace::{Reach, Trace};
use crate::explain::{Case, Topic, side_words};
use crate::facts::past::{Account, Gave};
use crate::plan::{Clock, ClockKind, InputKind, MarkId, Role, Sign, Step, StepId};
use crate::quantity::{Number, Unit};
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

    // --- the equation ---

    /// One line for every step with a name, each after those it reads.
    fn equation(&self, root: StepId) -> Vec<String> {
        let trace = &self.case.trace;
        let reach = trace.reach(root);
        let agreeing: Vec<StepId> = trace.confirmations(root);
        let mut lines = Vec::new();
        for (id, reach) in reach.iter().enumerate() {
            let read = *reach != Reach::None || agreeing.contains(&id);
            if !read || !self.has_line(id, root) || trace.value(id).absence().is_some() {
                continue;
            }
            let body = self.body(id);
            let value = self.shown(id);
            let label = self.label(id);
            if self.case.trace.info(id).is_some_and(|info| info.role == Role::Formula) && body == value {
                continue;
            }
            let label = if self.topic == Topic::Total { self.with_owner(id, label) } else { label };
            if trace.used(id) == Used::Instead {
                lines.push(format!("{label} = {value}{}", self.adjusted(id)));
                continue;
            }
            let (label, value) = match trace.info(id).and_then(|info| self.case.name(info.role)).filter(|_| agreeing.contains(&id)) {
                Some(name) if given_beside(trace, id) == Some(trace.value(id)) => {
                    (name, format!("{value}{}", pick(self.lang, "(与给出的相合)", " (agrees with what is given)")))
                }
                Some(name) => (name, format!("{value}{}", pick(self.lang, "(与给出的不同,按给出的算)", " (differs from what is given, which counts)"))),
                None => (label, value),
            };
            lines.push(if body == value || body.is_empty() { format!("{label} = {value}") } else { format!("{label} = {body} = {value}") });
        }
        lines
    }

    /// The clauses and the cells that a value came from, each once.
    fn places(&self, root: StepId) -> Vec<String> {
        let trace = &self.case.trace;
        let mut read: Vec<bool> = trace.reach(root).iter().map(|reach| *reach != Reach::None).collect();
        for derived in trace.confirmations(root) {
            for (slot, reach) in read.iter_mut().zip(trace.reach(derived)) {
                *slot |= reach != Reach::None;
            }
        }
        let (mut clauses, mut cells) = (Vec::new(), Vec::new());
        for (id, info) in trace.program.infos.iter().enumerate().filter(|(id, _)| read.get(*id) == Some(&true)) {
            let (list, place) = match info.role {
                Role::Cell(fact) if trace.value(id).absence().is_none() => (&mut cells, self.cell(fact)),
                Role::Deduction | Role::Addition | Role::Award | Role::Formula | Role::Base | Role::StandIn if trace.used(id) != Used::Second => {
                    (&mut clauses, self.clause(info.clause.unwrap_or(info.span)))
                }
                _ => continue,
            };
            if !list.contains(&place) {
                list.push(place);
            }
        }
        clauses.append(&mut cells);
        clauses
    }

    /// What is said of a score that stands in the place of a computed one.
    fn adjusted(&self, id: StepId) -> String {
        let Some(Role::Item(item)) = self.case.trace.info(id).map(|info| info.role) else { return String::new() };
        match (self.case.computed_score(item), self.lang) {
            (Some(computed), Lang::Zh) => format!("(算得 {computed} 分,已调整)"),
            (Some(computed), Lang::En) => format!(" (computed as {computed} {}, adjusted)", Unit::score().in_english_behind(&computed)),
            (None, lang) => pick(lang, "(已调整)", " (adjusted)").to_owned(),
        }
    }

    /// A label that says nothing of its item, with the item before it.
    fn with_owner(&self, id: StepId, label: String) -> String {
        let Some(info) = self.case.trace.info(id) else { return label };
        let nameless = matches!(
            info.role,
            Role::Deduction | Role::Addition | Role::AtMost | Role::Award | Role::Formula | Role::Base | Role::ItemFloor | Role::ItemCap | Role::ItemRound
        );
        let owner = info.id.item();
        if nameless && !owner.is_empty() { format!("{owner} {label}") } else { label }
    }

    fn has_line(&self, id: StepId, root: StepId) -> bool {
        let trace = &self.case.trace;
        let Some(info) = trace.info(id) else { return false };
        if let Topic::Output(_) = self.topic {
            return matches!(info.role, Role::Value(_)) && id != root || id == root && self.body(id) != self.shown(id);
        }
        match info.role {
            Role::Derived(_) | Role::Value(_) | Role::Distance(_) | Role::Formula | Role::AtMost | Role::Call => true,
            Role::Marks(_) => !self.is_leaf(self.behind_marks(id)),
            Role::Computed => self.is_vetoed(),
            Role::Deduction | Role::Addition | Role::Spill(_) => trace.value(id).number().is_none_or(|value| !value.is_zero()),
            Role::ItemFloor | Role::ItemCap => trace.used(id) == Used::Second,
            Role::Award => trace.used(id) == Used::First || matches!(trace.step(id), Some(Step::Same(_))),
            Role::ItemRound => self.is_rounded(id),
            Role::Item(item) => {
                let leaf = self.case.plan().items.get(item).is_some_and(|item| item.children.is_empty());
                id == root || self.topic == Topic::Total && leaf && !self.is_folded(id)
            }
            Role::Total => id == root,
            Role::Uncapped | Role::Parts => true,
            _ => false,
        }
    }

    /// What stands behind marks: a number that is written, or a sum.
    fn behind_marks(&self, id: StepId) -> StepId {
        match self.case.trace.step(id) {
            Some(Step::Same(a)) => self.behind(*a),
            _ => id,
        }
    }

    /// Whether a rounding changed the value.
    fn is_rounded(&self, id: StepId) -> bool {
        let trace = &self.case.trace;
        matches!(trace.step(id), Some(Step::Round(inner, _, _)) if trace.value(*inner) != trace.value(id))
    }

    /// The operation of a step over the values it read.
    fn body(&self, id: StepId) -> String {
        let trace = &self.case.trace;
        match (trace.step(id), trace.used(id)) {
            (Some(Step::Same(a)), _) => self.operand_body(*a),
            (Some(Step::Choose(_, a, _)), Used::First) => self.operand_body(*a),
            (Some(Step::Choose(_, _, b)), Used::Second) => self.operand_body(*b),
            (Some(Step::Floor(sum, zero)), used) if matches!(trace.info(id).map(|info| info.role), Some(Role::Distance(_))) => {
                let body = self.formula(*sum);
                if used == Used::Second { format!("max({body}, {})", self.shown(*zero)) } else { body }
            }
            (Some(Step::Floor(a, b)), Used::Second) => format!("max({}, {})", self.operand(*a), self.operand(*b)),
            (Some(Step::Cap(a, b)), Used::Second) => format!("min({}, {})", self.operand(*a), self.operand(*b)),
            _ => self.formula(id),
        }
    }

    fn operand_body(&self, id: StepId) -> String {
        let behind = self.behind(id);
        if self.is_named(behind) || self.is_leaf(behind) { self.shown(behind) } else { self.formula(behind) }
    }

    fn is_leaf(&self, id: StepId) -> bool {
        matches!(self.case.trace.step(id), Some(Step::Constant(_) | Step::Given(_) | Step::Input(_) | Step::Pending | Step::NoRow) | None)
    }

    fn operand(&self, id: StepId) -> String {
        let behind = self.behind(id);
        if self.is_named(behind) || self.is_leaf(behind) {
            return self.shown(behind);
        }
        match self.case.trace.step(behind) {
            Some(Step::Sum(_) | Step::Choose(..) | Step::Round(..)) => format!("({})", self.formula(behind)),
            _ => self.formula(behind),
        }
    }

    /// The name of what a step is, or its formula.
    fn name_of(&self, id: StepId) -> String {
        let behind = self.behind(id);
        let named = |id: StepId| self.case.trace.info(id).and_then(|info| self.case.name(info.role));
        named(behind).or_else(|| named(id)).unwrap_or_else(|| self.operand(behind))
    }

    /// A name with its value, as conditions show what they compared.
    fn named_operand(&self, id: StepId) -> String {
        let behind = self.behind(id);
        match self.case.trace.info(behind).and_then(|info| self.case.name(info.role)) {
            Some(name) => format!("{name} {}", self.shown(behind)),
            None => self.operand(behind),
        }
    }

    fn formula(&self, id: StepId) -> String {
        let lang = self.lang;
        match self.case.trace.step(id) {
            Some(Step::Sum(terms)) => self.sum(terms),
            Some(Step::Times(a, b)) => format!("{} × {}", self.operand(*a), self.operand(*b)),
            Some(Step::Clock(clock, a, b)) => self.clock(clock, *a, *b),
            Some(Step::Over(a, b, _)) => format!("{} / {}", self.operand(*a), self.operand(*b)),
            Some(Step::Steps(a, per, _)) => {
                let unit = self.case.trace.info(*a).and_then(|info| info.unit.clone());
                format!("{} / {}", self.operand(*a), show(self.case.plan(), &Value::Number(Number::from(*per)), unit.as_ref(), lang))
            }
            Some(Step::Compare(a, comparison, b)) => format!("{} {} {}", self.named_operand(*a), comparison.sign(), self.named_operand(*b)),
            Some(Step::Input(_)) => self.named_units(id).unwrap_or_else(|| self.shown(id)),
            Some(Step::IsUndefined(a)) => format!("{} {}", self.name_of(*a), pick(lang, "无从计算", "is undefined")),
            Some(Step::IsBlank(a)) => format!("{} {}", self.name_of(*a), pick(lang, "为空", "is blank")),
            Some(Step::Negate(a)) if self.case.trace.value(*a).number().is_some_and(Number::is_zero) => self.operand(*a),
            Some(Step::Negate(a)) => format!("-{}", self.operand(*a)),
            Some(Step::Round(a, step, mode)) => {
                let unit = self.case.trace.info(id).and_then(|info| info.unit.clone());
                let step = show(self.case.plan(), &Value::Number(Number::from(*step)), unit.as_ref(), lang);
                let (inner, exact) = (self.operand_body(*a), self.shown(*a));
                let exact = if inner == exact { String::new() } else { format!(" = {exact}") };
                match lang {
                    Lang::Zh => format!("{inner}{exact} 取整到 {step}({})", mode_word(*mode, lang)),
                    Lang::En => format!("{inner}{exact} rounded to {step} ({})", mode_word(*mode, lang)),
                }
            }
            Some(Step::Cap(a, b)) => format!("min({}, {})", self.operand(*a), self.operand(*b)),
            Some(Step::Floor(a, b)) => format!("max({}, {})", self.operand(*a), self.operand(*b)),
            _ => self.shown(id),
        }
    }

    /// `单位是 甲局、乙局`, of a step that says so.
    fn named_units(&self, id: StepId) -> Option<String> {
        let Some(Role::Input(input)) = self.case.trace.info(id).map(|info| info.role) else { return None };
        let input = self.case.plan().inputs.get(input)?;
        matches!(input.kind, InputKind::Named(_)).then(|| input.name.get(self.lang).to_owned())
    }

    /// 小时(从, 至), or a time and what is added to it.
    fn clock(&self, clock: &Clock, a: StepId, b: StepId) -> String {
        match clock.kind {
            ClockKind::Between(lapse) => {
                let unit = lapse.unit();
                let name = pick(self.lang, &unit.to_string(), &unit.in_english()).to_owned();
                format!("{name}({}, {})", self.named_operand(a), self.named_operand(b))
            }
            ClockKind::After(_) => {
                let by = self.operand(b);
                match by.strip_prefix('-') {
                    Some(by) => format!("{} - {by}", self.named_operand(a)),
                    None => format!("{} + {by}", self.named_operand(a)),
                }
            }
        }
    }

    /// A sum; more than four terms are drawn together, terms of 0 are left out.
    fn sum(&self, terms: &[(Sign, StepId)]) -> String {
        let trace = &self.case.trace;
        let zero = |step: &StepId| {
            let role = trace.info(*step).map(|info| info.role);
            let idle = match role {
                Some(Role::Item(item)) => !self.case.plan().items.get(item).is_some_and(crate::plan::Item::is_base),
                Some(Role::Deduction | Role::Addition | Role::Spill(_)) => true,
                _ => false,
            };
            idle && trace.value(*step).number().is_some_and(Number::is_zero)
        };
        let applying: Vec<&(Sign, StepId)> = terms.iter().filter(|(_, step)| !self.is_left_out(*step)).collect();
        let shown: Vec<&(Sign, StepId)> =
            applying.into_iter().enumerate().filter(|(index, (_, step))| *index == 0 || !zero(step)).map(|(_, term)| term).collect();
        let mut text = String::new();
        for (index, (sign, step)) in shown.iter().enumerate() {
            let operand = self.operand(*step);
            let operand = if operand.starts_with('-') && index > 0 { format!("({operand})") } else { operand };
            let sign = match (index, sign) {
                (0, Sign::Plus) => "",
                (0, Sign::Minus) => "-",
                (_, Sign::Plus) => " + ",
                (_, Sign::Minus) => " - ",
            };
            let _ = write!(text, "{sign}{operand}");
        }
        text
    }

    /// Whether a term of a sum is that of an item that does not apply.
    fn is_left_out(&self, term: StepId) -> bool {
        let trace = &self.case.trace;
        trace.info(term).is_some_and(|info| info.role == Role::Part) && trace.used(term) == Used::Second
    }

    // --- the tree ---

    fn tree(&self, id: StepId, depth: usize, seen: &mut BTreeSet<StepId>, lines: &mut Vec<Line>) {
        let here = self.behind(id);
        let mut line = Line { depth, ..self.line(here) };
        let again = !seen.insert(here);
        if again {
            let _ = write!(line.marks, " {}", pick(self.lang, "(见上)", "(see above)"));
        }
        lines.push(line);
        if again || self.is_folded(here) {
            return;
        }
        let mut children: Vec<Child> = self.children(here);
        if let Some(gathered) = self.case.gathered(here) {
            children.extend(of_units(self.case.plan(), &gathered, self.lang).into_iter().map(Child::Words));
        }
        children.dedup();
        if self.topic == Topic::Total {
            children.retain(|child| !matches!(child, Child::Words(words) if words.starts_with('(')));
        }
        for child in children {
            match child {
                Child::Step(step) => self.tree(step, depth + 1, seen, lines),
                Child::Words(words) => lines.push(Line { depth: depth + 1, ..Line::of(words) }),
            }
        }
    }

    /// In the derivation of a total an item with full marks, a bonus or a penalty of 0 stays one line.
    fn is_folded(&self, id: StepId) -> bool {
        let trace = &self.case.trace;
        let role = trace.info(id).map(|info| info.role);
        // an output is told by the scores that it reads
        if let (Topic::Output(_), Some(Role::Item(_) | Role::Total)) = (self.topic, role) {
            return true;
        }
        let (Topic::Total, Some(Role::Item(item))) = (self.topic, role) else { return false };
        let Some(declared) = self.case.plan().items.get(item) else { return false };
        let Some(number) = trace.value(id).number().copied() else { return false };
        let full = trace.program.items.get(item).copied().flatten().and_then(|steps| steps.full);
        if declared.is_base() { full.and_then(|full| trace.outcome.full(full)).is_some_and(|full| number == Number::from(full)) } else { number.is_zero() }
    }

    fn line(&self, id: StepId) -> Line {
        let trace = &self.case.trace;
        let Some(info) = trace.info(id) else { return Line::default() };
        if let (Role::Veto(_), Some(word)) = (info.role, self.veto_word(id)) {
            return Line::of(format!("{word}: {}{}", self.clause(info.span), self.values_in_brackets(id)));
        }
        if let Value::Truth(truth) = trace.value(id)
            && !self.is_leaf(id)
            && !matches!(info.role, Role::Default(_) | Role::Value(_))
        {
            let word =
                if truth { pick(self.lang, "条件成立", "the condition holds") } else { pick(self.lang, "条件不成立", "the condition does not hold") };
            return Line::of(format!("{word}: {}", self.formula(id)));
        }
        let value = self.shown(id);
        let label = self.label(id);
        let instead = trace.used(id) == Used::Instead;
        let body = if self.is_leaf(id) || instead { String::new() } else { self.body(id) };
        let value = if instead { format!("{value}{}", self.adjusted(id)) } else { value };
        let body = if body == value || body.is_empty() { String::new() } else { format!(" = {body}") };
        let mut basis = String::new();
        let place = match info.role {
            Role::Cell(fact) => {
                let (place, quoted) = self.cell_and_basis(fact);
                basis = quoted;
                place
            }
            Role::Marks(Some(_)) => format!("[{}]", self.case.sources.place(info.span)),
            Role::Deduction | Role::Addition | Role::Award | Role::Formula | Role::Base | Role::StandIn => {
                info.clause.or(Some(info.span)).map(|span| self.clause(span)).unwrap_or_default()
            }
            Role::Derived(_) | Role::Value(_) | Role::Total | Role::Computed | Role::Default(_) => self.clause(info.span),
            Role::Item(_) => format!("[{}]", self.case.sources.place(info.span)),
            Role::Input(_) => self.case.records_behind(id).map(|count| format!("({})", counted(&count, self.lang))).unwrap_or_default(),
            Role::Call => format!("{} {}", self.clause(info.span), self.script(id)).trim().to_owned(),
            _ => String::new(),
        };
        let marks: Vec<MarkId> = info.marks.iter().copied().filter(|mark| self.decisive.contains(mark)).collect();
        let marks = texts(self.case.plan(), &marks);
        let marks = if marks.is_empty() || matches!(info.role, Role::StandIn) {
            String::new()
        } else {
            format!(" {}:{}", pick(self.lang, "假设", "assumption"), marks.join(";"))
        };
        let is_item = matches!(info.role, Role::Item(_));
        Line { text: format!("{label} {value}{body}").trim().to_owned(), place, basis, marks, depth: 0, is_item }
    }

    /// The script of a call with its digest.
    fn script(&self, id: StepId) -> String {
        let word = pick(self.lang, "脚本", "script");
        self.case.call(id).map(|call| format!("[{word} {}:{} sha256 {}]", call.script, call.line, call.sha256)).unwrap_or_default()
    }

    fn clause(&self, span: crate::source::Span) -> String {
        let mut excerpt: String = self.case.sources.excerpt(span);
        if excerpt.chars().count() > 60 {
            excerpt = excerpt.chars().take(58).collect::<String>() + "…";
        }
        format!("[{} {excerpt}]", self.case.sources.place(span))
    }

    fn cell(&self, fact: usize) -> String {
        let (place, basis) = self.cell_and_basis(fact);
        place + basis.as_str()
    }

    /// A cell in brackets, in two parts: where it stands, and what its provenance rests on.
    fn cell_and_basis(&self, fact: usize) -> (String, String) {
        let Some(cell) = self.case.cell(fact) else {
            let column = self.case.plan().facts.get(fact).map(|fact| fact.label().to_owned()).unwrap_or_default();
            let blank = match self.lang {
                Lang::Zh => format!("[数据表「{column}」列没有填]"),
                Lang::En => format!("[column {column} is blank]"),
            };
            return (blank, String::new());
        };
        let provenance = cell.provenance.map(|provenance| format!(" {}", provenance_word(provenance, self.lang))).unwrap_or_default();
        let place = format!("[{}{provenance}", cell.place.text(self.lang));
        match cell.basis {
            Some(basis) => (place, format!(" {basis}]")),
            None => (place + "]", String::new()),
        }
    }

    fn children(&self, id: StepId) -> Vec<Child> {
        let trace = &self.case.trace;
        let mut found = Vec::new();
        // expressions are drawn into the line of the step that they belong to; what is named inside them becomes its children
        let mut queue = vec![id];
        while let Some(cursor) = queue.pop() {
            let mut sources = trace.sources(cursor);
            if let Some(Step::Choose(condition, _, _)) = trace.step(cursor) {
                found.extend(self.condition(cursor, *condition));
                sources.retain(|source| source != condition);
            }
            sources.reverse();
            for source in sources {
                let role = trace.info(source).map(|info| info.role);
                let idle = matches!(role, Some(Role::Spill(_))) && trace.value(source).number().is_some_and(Number::is_zero);
                let marks = self.is_left_out(source) && !matches!(trace.info(self.behind(source)).map(|info| info.role), Some(Role::Item(_)));
                if idle || marks {
                    continue;
                }
                let behind = self.behind(source);
                self.skipped(source, &mut found);
                if matches!(trace.step(behind), Some(Step::Constant(_))) {
                    let row = trace.info(behind).and_then(|info| self.case.in_force(info.span)).map(|row| self.row_in_force(row.row));
                    found.extend(row.filter(|row| !found.contains(row)));
                    continue;
                }
                if self.is_named(behind) || self.is_leaf(behind) {
                    found.push(Child::Step(behind));
                } else {
                    queue.push(behind);
                }
            }
        }
        // found from the back to the front
        found.reverse();
        if let Some(account) = trace.info(id).and_then(|info| self.case.account(info.role)) {
            found.extend(self.periods(id, account).into_iter().map(Child::Words));
        }
        // what the clause is founded on
        if let Some(info) = trace.info(id).filter(|info| !info.evidence.is_empty()) {
            let word = pick(self.lang, "依据", "source");
            found.push(Child::Words(format!("({word}: {})", info.evidence.join(";"))));
        }
        // a given fact that others confirm
        found.extend(trace.confirmation_of(id).map(Child::Step));
        found
    }

    /// What each of the other periods gave, and by which rules.
    fn periods(&self, id: StepId, account: &Account) -> Vec<String> {
        let unit = self.case.trace.info(id).and_then(|info| info.unit.as_ref());
        let mut lines: Vec<String> = Vec::new();
        // many a period in a row may lie outside the dates of the rules
        for alike in account.parts.chunk_by(|a, b| a.gave == Gave::NotInForce && b.gave == Gave::NotInForce) {
            let (Some(was), Some(last)) = (alike.first(), alike.last()) else { continue };
            let gave = match was.gave {
                Gave::Value(Value::Truth(true)) if unit.is_some() => pick(self.lang, "计入", "counted").to_owned(),
                Gave::Value(value) => show(self.case.plan(), &value, unit, self.lang),
                gave => gave.words().map(|words| words.get(self.lang).to_owned()).unwrap_or_default(),
            };
            let version = was.version.as_ref().map(|version| format!(" {} {version}", pick(self.lang, "版本", "version"))).unwrap_or_default();
            let cell = was.cell.as_ref().map(|cell| format!(" [{}]", cell.text(self.lang))).unwrap_or_default();
            let until = if alike.len() > 1 { format!(" {} {}", pick(self.lang, "至", "to"), last.period) } else { String::new() };
            lines.push(format!("{}{until} {gave}{cell}{version}", was.period));
        }
        if account.initially {
            lines.push(pick(self.lang, "取首期的值", "the value of the first period").to_owned());
        }
        lines
    }

    /// The row of a table by period that a number stands in.
    fn row_in_force(&self, row: crate::source::Span) -> Child {
        let period = self.case.period;
        let word = match self.lang {
            Lang::Zh => format!("{period} 用这一行"),
            Lang::En => format!("in force in {period}"),
        };
        Child::Words(format!("{word}: {}", self.clause(row)))
    }

    /// Branches and bounds that had no effect between a step and what stands behind it.
    fn skipped(&self, id: StepId, found: &mut Vec<Child>) {
        let trace = &self.case.trace;
        let lang = self.lang;
        if trace.info(id).is_some_and(|info| info.role == Role::Part) {
            return;
        }
        let next = match (trace.step(id), trace.used(id)) {
            (Some(Step::Choose(condition, a, b)), Used::First | Used::Second) => {
                found.extend(self.condition(id, *condition));
                if trace.used(id) == Used::First { *a } else { *b }
            }
            (Some(Step::Cap(a, limit) | Step::Floor(a, limit)), _) if self.is_silent(id) => {
                if trace.value(id).absence().is_some() {
                    return self.skipped(*a, found);
                }
                let word = match trace.step(id) {
                    Some(Step::Cap(..)) => pick(lang, "封顶", "cap"),
                    _ => pick(lang, "保底", "floor"),
                };
                found.push(Child::Words(format!("({word} {} {})", self.shown(*limit), pick(lang, "未起作用", "had no effect"))));
                *a
            }
            (Some(Step::Same(a)), _) if !self.is_named(id) => *a,
            _ => return,
        };
        self.skipped(next, found);
    }

    /// What a condition was, and what was not taken because of it; of a table only the row that was taken.
    fn condition(&self, choose: StepId, condition: StepId) -> Vec<Child> {
        let trace = &self.case.trace;
        let lang = self.lang;
        let Some(info) = trace.info(choose) else { return Vec::new() };
        match info.role {
            Role::Item(_) => return self.scope(condition),
            Role::Vetoed => return self.vetoes(condition),
            _ => {}
        }
        let of_table = info.role == Role::Expression;
        let clause = self.clause(if of_table { info.span } else { info.clause.unwrap_or(info.span) });
        let last = matches!(trace.step(choose), Some(Step::Choose(_, _, rest)) if !matches!(trace.step(*rest), Some(Step::Choose(..))));
        let outcome = match (trace.value(condition), of_table) {
            (Value::Truth(true), true) => format!("{}: {clause}", pick(lang, "取这一行", "this row")),
            (Value::Truth(false), true) if last => pick(lang, "取 其余", "otherwise").to_owned(),
            (Value::Truth(false), true) => return Vec::new(),
            (Value::Truth(true), false) => format!("{}: {clause}", pick(lang, "条件成立", "the condition holds")),
            (Value::Truth(false), false) => format!("{}: {clause}", pick(lang, "条件不成立,未取", "the condition does not hold, not taken")),
            (Value::Absent(absence), _) => format!("{}: {clause}", absence_word(absence, lang)),
            _ => return Vec::new(),
        };
        let facts: Vec<String> = self.condition_values(condition);
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(pick(lang, ",", ", "))) };
        // children are collected from the back to the front
        let steps = self.condition_steps(condition).into_iter();
        // a condition tells the values that it read; where those are of other periods, also which; of what was gathered in vain, from whom
        let in_vain = |step: &StepId| matches!(trace.step(*step), Some(Step::Input(_))) && trace.value(*step).absence().is_some();
        let read = |step: &StepId| of_table || in_vain(step) || trace.info(*step).is_some_and(|info| self.case.account(info.role).is_some());
        let mut told: Vec<Child> = steps.filter(read).map(Child::Step).collect();
        told.push(Child::Words(format!("{outcome}{facts}")));
        told
    }

    /// Whether an item applies, as its scope and those around it say.
    fn scope(&self, condition: StepId) -> Vec<Child> {
        let trace = &self.case.trace;
        let told = trace.scopes(condition).into_iter().filter_map(|scope| {
            let word = match trace.value(scope) {
                Value::Truth(true) => pick(self.lang, "适用", "applies"),
                Value::Truth(false) => pick(self.lang, "不适用", "does not apply"),
                Value::Absent(absence) => absence_word(absence, self.lang),
                _ => return None,
            };
            Some(Child::Words(format!("{word}: {}{}", self.clause(trace.info(scope)?.span), self.values_in_brackets(scope))))
        });
        // children are collected from the back to the front
        let mut told: Vec<Child> = told.collect();
        told.reverse();
        told
    }

    /// Vetoes of one total, each with what became of it.
    fn vetoes(&self, condition: StepId) -> Vec<Child> {
        let trace = &self.case.trace;
        let told = trace.conditions(condition, |role| matches!(role, Role::Veto(_))).into_iter().filter_map(|veto| {
            let word = self.veto_word(veto)?;
            Some(Child::Words(format!("{word}: {}{}", self.clause(trace.info(veto)?.span), self.values_in_brackets(veto))))
        });
        let mut told: Vec<Child> = told.collect();
        told.reverse();
        if self.is_vetoed() && trace.value(condition) == Value::Truth(true) {
            told.push(Child::Step(trace.program.computed));
        }
        told
    }

    /// What became of a veto.
    fn veto_word(&self, veto: StepId) -> Option<&'static str> {
        match self.case.trace.value(veto) {
            Value::Truth(true) => Some(pick(self.lang, "一票否决", "vetoed")),
            Value::Truth(false) => Some(pick(self.lang, "否决的条件不成立", "the condition of the veto does not hold")),
            Value::Absent(absence) => Some(absence_word(absence, self.lang)),
            _ => None,
        }
    }

    fn values_in_brackets(&self, condition: StepId) -> String {
        let values = self.condition_values(condition);
        if values.is_empty() { String::new() } else { format!(" ({})", values.join(pick(self.lang, ",", ", "))) }
    }

    /// The named steps that a condition read.
    fn condition_steps(&self, condition: StepId) -> Vec<StepId> {
        let trace = &self.case.trace;
        let mut found = Vec::new();
        let mut queue = trace.sources(condition);
        while let Some(step) = queue.pop() {
            let behind = self.behind(step);
            let truth = trace.info(behind).is_some_and(|info| info.role == Role::Condition);
            let named = !truth && (self.is_named(behind) || matches!(trace.step(behind), Some(Step::Given(_) | Step::Input(_))));
            if !named {
                queue.extend(trace.sources(behind));
            } else if !found.contains(&behind) {
                found.push(behind);
            }
        }
        found
    }

    /// The named values that a condition compared.
    fn condition_values(&self, condition: StepId) -> Vec<String> {
        let trace = &self.case.trace;
        let mut found = Vec::new();
        let mut queue = trace.sources(condition);
        while let Some(step) = queue.pop() {
            let role = trace.info(step).map(|info| info.role);
            match role {
                Some(Role::Input(_)) if self.named_units(step).is_some() => {}
                Some(Role::Cell(_) | Role::Input(_) | Role::Fact(_) | Role::Derived(_) | Role::Value(_) | Role::Item(_)) => {
                    let shown = format!("{} {}", role.and_then(|role| self.case.name(role)).unwrap_or_default(), self.shown(step));
                    if !found.contains(&shown) {
                        found.push(shown);
                    }
                }
                Some(Role::Computed | Role::Total) => {
                    let shown = format!("{} {}", self.label(step), self.shown(step));
                    if !found.contains(&shown) {
                        found.push(shown);
                    }
                }
                Some(Role::Call) => {
                    let shown = format!("{} {}", self.call(step), self.shown(step));
                    if !found.contains(&shown) {
                        found.push(shown);
                    }
                }
                _ => queue.extend(trace.sources(step)),
            }
        }
        found
    }
}

/// What hangs below a line of the tree.
#[derive(Debug, Clone, PartialEq)]
enum Child {
    Step(StepId),
    Words(String),
}

/// The value that is given where a step is how the same fact follows from others.
fn given_beside(trace: &Trace<'_>, id: StepId) -> Option<Value> {
    let given = trace.program.steps.iter().zip(0..).find_map(|(step, or_else)| match step {
        Step::OrElse(given, derived) if *derived == id && trace.used(or_else) == Used::First => Some(*given),
        _ => None,
    })?;
    trace.value(id).number().map(|_| trace.value(given))
}
