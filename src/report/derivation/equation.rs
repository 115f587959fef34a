//! The equation of a derivation: a line for every step with a name, each after those it reads.

use std::fmt::Write;

use super::super::pick;
use super::super::value::{mode_word, show};
use super::{Writer, given_beside};
use crate::diag::Lang;
use crate::eval::domain::{Used, Value};
use crate::eval::trace::Reach;
use crate::explain::Topic;
use crate::plan::{Clock, ClockKind, InputKind, Role, Sign, Step, StepId};
use crate::quantity::{Number, Unit};

impl Writer<'_> {
    /// One line for every step with a name, each after those it reads.
    pub(super) fn equation(&self, root: StepId) -> Vec<String> {
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
    pub(super) fn places(&self, root: StepId) -> Vec<String> {
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
    pub(super) fn adjusted(&self, id: StepId) -> String {
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
    pub(super) fn body(&self, id: StepId) -> String {
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

    pub(super) fn is_leaf(&self, id: StepId) -> bool {
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

    pub(super) fn formula(&self, id: StepId) -> String {
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
    pub(super) fn named_units(&self, id: StepId) -> Option<String> {
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
    pub(super) fn is_left_out(&self, term: StepId) -> bool {
        let trace = &self.case.trace;
        trace.info(term).is_some_and(|info| info.role == Role::Part) && trace.used(term) == Used::Second
    }
}
