//! The tree of a derivation: what a value was made of, down to clauses and cells.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::super::gathered::lines as of_units;
use super::super::pick;
use super::super::records::counted;
use super::super::value::{absence_word, provenance_word, show};
use super::{Line, Writer};
use crate::diag::Lang;
use crate::eval::domain::{Used, Value};
use crate::explain::Topic;
use crate::facts::past::{Account, Gave};
use crate::plan::{MarkId, Role, Step, StepId};
use crate::quantity::Number;
use crate::results::texts;

impl Writer<'_> {
    /// A line for a step, and what it was made of below it; what stands elsewhere already is not unfolded again.
    pub(super) fn tree(&self, id: StepId, depth: usize, seen: &mut BTreeSet<StepId>, lines: &mut Vec<Line>) {
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
    pub(super) fn is_folded(&self, id: StepId) -> bool {
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

    pub(super) fn clause(&self, span: crate::source::Span) -> String {
        let mut excerpt: String = self.case.sources.excerpt(span);
        if excerpt.chars().count() > 60 {
            excerpt = excerpt.chars().take(58).collect::<String>() + "…";
        }
        format!("[{} {excerpt}]", self.case.sources.place(span))
    }

    pub(super) fn cell(&self, fact: usize) -> String {
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
        // the rows of a table have what they read below them
        let facts = self.condition_values(condition, !of_table);
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
        let values = self.condition_values(condition, true);
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

    /// The named values that a condition compared, cells that are known in part with where they stand.
    fn condition_values(&self, condition: StepId, with_cells: bool) -> Vec<String> {
        let trace = &self.case.trace;
        let mut found = Vec::new();
        let mut queue = trace.sources(condition);
        while let Some(step) = queue.pop() {
            let role = trace.info(step).map(|info| info.role);
            match role {
                Some(Role::Input(_)) if self.named_units(step).is_some() => {}
                Some(Role::Cell(_) | Role::Input(_) | Role::Fact(_) | Role::Derived(_) | Role::Value(_) | Role::Item(_)) => {
                    let name = role.and_then(|role| self.case.name(role)).unwrap_or_default();
                    let cell = match role {
                        Some(Role::Cell(fact) | Role::Fact(fact)) if with_cells && trace.bounds(step).is_some() && self.case.cell(fact).is_some() => {
                            format!(" {}", self.cell(fact))
                        }
                        _ => String::new(),
                    };
                    let shown = format!("{name} {}{cell}", self.shown(step));
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
