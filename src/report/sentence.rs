//! The sentence that a bulletin would print about a score.

use super::pick;
use super::value::{show, show_bounds, unit_behind};
use crate::diag::Lang;
use crate::eval::domain::{Absence, Used, Value};
use crate::eval::outcome::Status;
use crate::eval::trace::Reach;
use crate::explain::{Case, Explanation, Sentence, Topic, side_words};
use crate::plan::{Effect, FactId, Role, Sign, Step, StepId, Veto};
use crate::quantity::{Number, Unit};
use crate::results::{State, missing_for, no_item_applies, not_listed, pending_texts};

/// The sentence in both languages.
pub(crate) fn sentence(case: &Case<'_>, topic: Topic) -> Sentence {
    Sentence { zh: Wording { case, lang: Lang::Zh }.sentence(topic), en: Wording { case, lang: Lang::En }.sentence(topic) }
}

/// The explanation of a topic, and where another score stands in its place that of the computed one.
pub(crate) fn explanation(case: &Case<'_>, topic: Topic) -> Explanation {
    if !case.row.listed {
        return without_row(case, topic);
    }
    let mut explanation = case.explain(topic, sentence(case, topic));
    explanation.computed = case.computed(topic).map(|outcome| Box::new(self::explanation(&case.with(&outcome), topic)));
    explanation
}

/// Of a unit for which no table has a row nothing was computed, whatever has a default.
fn without_row(case: &Case<'_>, topic: Topic) -> Explanation {
    let told = |lang| format!("{}{}", not_listed(lang), pick(lang, "。", "."));
    let explanation = case.explain(topic, Sentence { zh: told(Lang::Zh), en: told(Lang::En) });
    let status = if explanation.status == State::NotApplicable { State::NotApplicable } else { State::Missing };
    Explanation { status, score: None, steps: Vec::new(), assumptions: Vec::new(), ..explanation }
}

struct Wording<'a> {
    case: &'a Case<'a>,
    lang: Lang,
}

impl Wording<'_> {
    fn sentence(&self, topic: Topic) -> String {
        let lang = self.lang;
        let trace = &self.case.trace;
        if let Status::Exempt(exemption) = trace.outcome.status {
            let reason = self.case.plan().exemptions.get(exemption).map_or("", |exemption| exemption.name.as_str());
            return format!("{}{reason}{}", pick(lang, "不参评:", "Exempt: "), pick(lang, "。", "."));
        }
        let Some(root) = self.case.root(topic) else {
            return pick(lang, "本层级不适用。", "Does not apply to this tier.").to_owned();
        };
        let absent = trace.value(root).absence();
        let mut parts = match topic {
            Topic::Item(item) if trace.used(root) == Used::Instead => return self.adjusted(item, root),
            Topic::Output(_) if absent != Some(Absence::Missing) && absent != Some(Absence::Pending) => return self.output(root),
            _ if absent == Some(Absence::NotApplicable) => return self.not_applicable(topic, root),
            _ if absent.is_some() => Vec::new(),
            Topic::Item(item) if self.case.plan().items.get(item).is_some_and(|item| !item.children.is_empty()) => {
                let mut parts = self.remarkable(Some(item));
                parts.extend(self.arrived(Some(item)));
                parts.extend(self.spilled(item));
                parts
            }
            Topic::Item(item) => {
                let mut parts = self.reasons(root);
                parts.extend(self.arrived(Some(item)));
                parts.extend(self.spilled(item));
                parts
            }
            Topic::Total => self.total(),
            Topic::Output(_) => Vec::new(),
        };
        parts.push(self.result(root));
        let joined = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(pick(lang, ",", ", "));
        format!("{joined}{}", pick(lang, "。", "."))
    }

    /// `总分 93.5 分,等次为 优秀。`
    fn output(&self, root: StepId) -> String {
        let trace = &self.case.trace;
        let name = trace.info(root).and_then(|info| self.case.name(info.role)).unwrap_or_default();
        let mut parts = self.formula(root);
        let value = self.shown(root);
        parts.push(match self.lang {
            Lang::Zh => format!("{name}为 {value}"),
            Lang::En => format!("{name} is {value}"),
        });
        format!("{}{}", parts.join(pick(self.lang, ",", ", ")), pick(self.lang, "。", "."))
    }

    /// `不适用于本单位(适用 当 执法件数 > 0 件)。`
    fn not_applicable(&self, topic: Topic, root: StepId) -> String {
        let trace = &self.case.trace;
        if topic == Topic::Total {
            return format!("{}{}", no_item_applies(self.lang), pick(self.lang, "。", "."));
        }
        let condition = if let Some(Step::Choose(condition, ..)) = trace.step(root) { Some(*condition) } else { None };
        let scopes = condition.map(|condition| trace.scopes(condition)).unwrap_or_default();
        let mut told: Vec<String> = Vec::new();
        for scope in scopes.into_iter().filter(|scope| trace.value(*scope) == Value::Truth(false)) {
            let text = trace.info(scope).map(|info| self.case.sources.excerpt(info.span)).unwrap_or_default();
            if !told.contains(&text) {
                told.push(text);
            }
        }
        match self.lang {
            Lang::Zh => format!("不适用于本单位({})。", told.join("、")),
            Lang::En => format!("Does not apply to this unit ({}).", told.join(", ")),
        }
    }

    /// What the floor of an item gave back, and where it is deducted: `不足的 5 分从总分扣`.
    fn spilled(&self, item: usize) -> Vec<String> {
        let trace = &self.case.trace;
        let own = trace.program.spills.iter().filter(|spill| spill.from == item);
        let told = own.filter_map(|spill| {
            let points = trace.value(spill.step).number().copied().filter(|points| !points.is_zero())?;
            let to = match spill.to {
                Some(to) => self.case.plan().items.get(to)?.name.as_str(),
                None => pick(self.lang, "总分", "the total"),
            };
            Some(match self.lang {
                Lang::Zh => format!("不足的 {}从{to}扣", self.points(&points)),
                Lang::En => format!("the other {} are deducted from {to}", self.points(&points)),
            })
        });
        told.collect()
    }

    /// What floors of other items gave back and is deducted here: `「执法」不足的 5 分在此扣`.
    fn arrived(&self, to: Option<usize>) -> Vec<String> {
        let trace = &self.case.trace;
        let arrivals = trace.program.spills.iter().filter(|spill| spill.to == to);
        let told = arrivals.filter_map(|spill| {
            let points = trace.value(spill.step).number().copied().filter(|points| !points.is_zero())?;
            let from = &self.case.plan().items.get(spill.from)?.name;
            Some(match self.lang {
                Lang::Zh => format!("「{from}」扣不足的 {}在此扣", self.points(&points)),
                Lang::En => format!("{} left over from {from} are deducted here", self.points(&points)),
            })
        });
        told.collect()
    }

    /// `一票否决(发生重大事故)`, and what vetoes do besides to the place and to commendation.
    fn vetoes(&self) -> Vec<String> {
        let trace = &self.case.trace;
        let holding = trace.program.vetoes.iter().filter(|(condition, _)| trace.value(*condition) == Value::Truth(true));
        let told = holding.filter_map(|(_, veto)| {
            let Veto { effect, reason, .. } = self.case.plan().vetoes.get(*veto)?;
            Some(match (effect, self.lang) {
                (Effect::Total(_), Lang::Zh) => format!("一票否决({reason})"),
                (Effect::Total(_), Lang::En) => format!("vetoed ({reason})"),
                (Effect::Last, Lang::Zh) => format!("列末位({reason})"),
                (Effect::Last, Lang::En) => format!("ranked last ({reason})"),
                (Effect::NotEligible, Lang::Zh) => format!("取消评优({reason})"),
                (Effect::NotEligible, Lang::En) => format!("not eligible ({reason})"),
            })
        });
        told.collect()
    }

    /// `算得 0.00 分,调整为 12.5 分(申诉成立)。`
    fn adjusted(&self, item: usize, root: StepId) -> String {
        let reason = self.case.adjustments(Topic::Item(item)).into_iter().next_back().map(|adjusted| adjusted.reason).unwrap_or_default();
        let score = self.shown(root);
        match (self.lang, self.case.computed_score(item)) {
            (Lang::Zh, Some(computed)) => format!("算得 {computed} 分,调整为 {score}({reason})。"),
            (Lang::Zh, None) => format!("算不出得分,调整为 {score}({reason})。"),
            (Lang::En, Some(computed)) => {
                let unit = Unit::score().in_english_behind(&computed);
                format!("Computed as {computed} {unit}, adjusted to {score} ({reason}).")
            }
            (Lang::En, None) => format!("Not computed, adjusted to {score} ({reason})."),
        }
    }

    /// `得 1.45 分`, or why there is no score.
    fn result(&self, root: StepId) -> String {
        let lang = self.lang;
        let value = self.case.trace.value(root);
        match value {
            Value::Number(number) => match lang {
                Lang::Zh => format!("得 {}", self.points(&number)),
                Lang::En => format!("scores {}", self.points(&number)),
            },
            Value::Absent(Absence::Partly) => {
                let can_be = self.case.trace.bounds(root).map(|bounds| show_bounds(self.case.plan(), bounds, Some(&Unit::score()), lang)).unwrap_or_default();
                match lang {
                    Lang::Zh => format!("数据只知道范围,得分是 {can_be}"),
                    Lang::En => format!("facts are known within limits only, the score is {can_be}"),
                }
            }
            Value::Absent(_) => {
                let facts = missing_for(&self.case.trace, root, (self.case.facts, self.case.member)).join(pick(lang, "、", ", "));
                let pending = pending_texts(&self.case.trace, root).join(pick(lang, "、", ", "));
                match (lang, facts.is_empty()) {
                    (Lang::Zh, false) => format!("缺数据 {facts},没有得分"),
                    (Lang::En, false) => format!("{facts} missing, no score"),
                    (Lang::Zh, true) => format!("待定({pending}),没有得分"),
                    (Lang::En, true) => format!("pending ({pending}), no score"),
                }
            }
            _ => String::new(),
        }
    }

    fn points(&self, number: &Number) -> String {
        self.show(&Value::Number(*number), &Unit::score())
    }

    /// A value with a space before its unit, as sentences print it.
    fn show(&self, value: &Value, unit: &Unit) -> String {
        let plan = self.case.plan();
        let text = show(plan, value, Some(unit), self.lang);
        text.strip_suffix('%').map_or(text.clone(), |digits| format!("{digits} %"))
    }

    fn shown(&self, id: StepId) -> String {
        let unit = self.case.trace.info(id).and_then(|info| info.unit.clone()).unwrap_or(Unit::Number);
        self.show(&self.case.trace.value(id), &unit)
    }

    /// What decided the score of an item, in the order in which it was computed.
    fn reasons(&self, root: StepId) -> Vec<String> {
        let trace = &self.case.trace;
        let reach = trace.reach(root);
        let mut parts: Vec<String> = Vec::new();
        let mut told: Vec<FactId> = Vec::new();
        for (id, reach) in reach.iter().enumerate() {
            if *reach == Reach::None {
                continue;
            }
            let Some(info) = trace.info(id) else { continue };
            match info.role {
                Role::Distance(_) => parts.extend(self.distance(id, &mut told)),
                Role::Deduction | Role::Addition => parts.extend(self.movement(id, info.role == Role::Deduction, &mut told)),
                Role::Award => parts.extend(self.award(id)),
                Role::StandIn => parts.push(self.stand_in(id)),
                Role::Default(fact) if self.is_assessed(fact) => parts.push(pick(self.lang, "未填,按缺省", "not entered, by default").to_owned()),
                Role::Cell(fact) if self.is_assessed(fact) && trace.value(id).absence().is_none() => {
                    parts.push(pick(self.lang, "人工评定", "assessed by hand").to_owned());
                }
                Role::Formula => parts.extend(self.formula(id)),
                Role::ItemFloor if trace.used(id) == Used::Second => parts.push(self.floor(id)),
                Role::ItemCap if trace.used(id) == Used::Second => parts.push(format!("{}{}", pick(self.lang, "封顶 ", "capped at "), self.shown(id))),
                Role::Parts => parts.push(format!("{}{}", pick(self.lang, "各项合计 ", "the items add up to "), self.shown(id))),
                _ => {}
            }
        }
        parts
    }

    /// The outermost item from `parent` to below `within` whose score was adjusted, with its name and that score.
    fn replaced(&self, parent: Option<usize>, within: Option<usize>) -> Option<(usize, &str, String)> {
        let trace = &self.case.trace;
        let mut found = None;
        let mut cursor = parent.filter(|parent| Some(*parent) != within);
        while let Some(id) = cursor {
            let item = self.case.plan().items.get(id)?;
            let score = trace.program.items.get(id).copied().flatten().map(|steps| steps.score);
            if let Some(score) = score.filter(|score| trace.used(*score) == Used::Instead) {
                found = Some((id, item.name.as_str(), self.shown(score)));
            }
            cursor = item.parent.filter(|parent| Some(*parent) != within);
        }
        found
    }

    fn is_within(&self, item: usize, outer: usize) -> bool {
        let mut cursor = Some(item);
        while let Some(id) = cursor {
            if id == outer {
                return true;
            }
            cursor = self.case.plan().items.get(id).and_then(|item| item.parent);
        }
        false
    }

    fn is_assessed(&self, fact: FactId) -> bool {
        self.case.plan().facts.get(fact).is_some_and(|fact| fact.assesses.is_some())
    }

    /// `按时办结率 81.45 %,低于 95 % 13.55 个百分点`, after the counts that it comes from.
    fn distance(&self, id: StepId, told: &mut Vec<FactId>) -> Vec<String> {
        let trace = &self.case.trace;
        let (Some(Step::Floor(sum, _)), Some(Role::Distance(side))) = (trace.step(id), trace.info(id).map(|info| info.role)) else { return Vec::new() };
        let Some(Step::Sum(terms)) = trace.step(*sum) else { return Vec::new() };
        let term = |sign: Sign| terms.iter().find(|(other, _)| *other == sign).map(|(_, term)| *term);
        let (line, subject) = match side {
            crate::plan::Side::Below => (term(Sign::Plus), term(Sign::Minus)),
            crate::plan::Side::Above => (term(Sign::Minus), term(Sign::Plus)),
        };
        let (Some(line), Some(subject)) = (line, subject) else { return Vec::new() };
        let mut parts = self.subject(subject, told);
        let (zh, en) = side_words(side);
        let (line, zero) = (self.shown(line), trace.value(id).number().is_some_and(Number::is_zero));
        let distance = self.shown(id);
        parts.push(match (self.lang, zero) {
            (Lang::Zh, false) => format!("{zh} {line} {distance}"),
            (Lang::En, false) => format!("{distance} {en} {line}"),
            (Lang::Zh, true) => format!("不{zh} {line},不扣分"),
            (Lang::En, true) => format!("not {en} {line}, nothing deducted"),
        });
        parts
    }

    /// A measured value by name, after the counts that it was computed from.
    fn subject(&self, id: StepId, told: &mut Vec<FactId>) -> Vec<String> {
        let trace = &self.case.trace;
        let mut parts = Vec::new();
        let role = trace.info(id).map(|info| info.role);
        if let Some(Role::Fact(fact) | Role::Cell(fact)) = role {
            if told.contains(&fact) {
                return parts;
            }
            told.push(fact);
            // the counts are told where the value came from them, or agrees with them
            if let Some(Step::OrElse(_, derived)) = trace.step(id)
                && trace.value(*derived) == trace.value(id)
            {
                parts.extend(self.counts(*derived));
            }
        }
        let name = role.and_then(|role| self.case.name(role)).unwrap_or_default();
        parts.push(format!("{name} {}", self.shown(id)).trim().to_owned());
        parts
    }

    /// `124 件应办结工单中 23 件超时办结`: part and whole of a quotient.
    fn counts(&self, id: StepId) -> Option<String> {
        let trace = &self.case.trace;
        let mut queue = vec![id];
        while let Some(step) = queue.pop() {
            if let Some(Step::Over(part, whole, _)) = trace.step(step) {
                let (part, whole) = (self.count(*part)?, self.count(*whole)?);
                return Some(match self.lang {
                    Lang::Zh => format!("{whole}中 {part}"),
                    Lang::En => format!("of {whole}, {part}"),
                });
            }
            queue.extend(crate::eval::operands(trace.step(step)?));
        }
        None
    }

    /// `124 件应办结工单`: the count, its unit and the noun of its fact.
    fn count(&self, id: StepId) -> Option<String> {
        let trace = &self.case.trace;
        let info = trace.info(id)?;
        let (Role::Cell(fact) | Role::Fact(fact)) = info.role else { return None };
        let fact = self.case.plan().facts.get(fact)?;
        let digits = crate::quantity::plain(trace.value(id).decimal()?);
        let unit = info.unit.as_ref().map(|unit| unit_behind(&digits, unit, self.lang)).unwrap_or_default();
        let noun = fact.title.as_deref().unwrap_or(fact.label());
        Some(match self.lang {
            Lang::Zh => format!("{digits} {unit}{noun}"),
            Lang::En => format!("{digits} {unit} ({noun})"),
        })
    }

    fn movement(&self, id: StepId, deducts: bool, told: &mut Vec<FactId>) -> Vec<String> {
        let trace = &self.case.trace;
        let mut parts = Vec::new();
        if let (Some(Step::Choose(..)), Used::Second) = (trace.step(id), trace.used(id)) {
            return parts;
        }
        let measured = trace
            .reach(id)
            .iter()
            .enumerate()
            .any(|(step, reach)| *reach != Reach::None && matches!(trace.info(step).map(|info| info.role), Some(Role::Distance(_))));
        let zero = trace.value(id).number().is_some_and(Number::is_zero);
        if !measured {
            // occurrences: the count itself
            for (step, reach) in trace.reach(id).iter().enumerate() {
                if *reach != Reach::None
                    && matches!(trace.info(step).map(|info| info.role), Some(Role::Cell(_) | Role::Default(_)))
                    && trace.value(step).absence().is_none()
                {
                    parts.extend(self.occurrence(step, told));
                }
            }
            if zero {
                parts.push(pick(self.lang, if deducts { "不扣分" } else { "不加分" }, if deducts { "nothing deducted" } else { "nothing added" }).to_owned());
            }
        }
        if !zero && trace.value(id).absence().is_none() {
            let word = if deducts { pick(self.lang, "扣", "deducts") } else { pick(self.lang, "加", "adds") };
            parts.push(format!("{word} {}", self.shown(id)));
        }
        parts
    }

    fn occurrence(&self, id: StepId, told: &mut Vec<FactId>) -> Option<String> {
        let (Role::Cell(fact) | Role::Default(fact)) = self.case.trace.info(id)?.role else { return None };
        if told.contains(&fact) {
            return None;
        }
        told.push(fact);
        let name = self.case.plan().facts.get(fact)?.label();
        Some(format!("{name} {}", self.shown(id)))
    }

    fn award(&self, id: StepId) -> Option<String> {
        let trace = &self.case.trace;
        let info = trace.info(id)?;
        let taken = trace.used(id) == Used::First || matches!(trace.step(id), Some(Step::Same(_)));
        let clause = self.case.sources.excerpt(info.clause.unwrap_or(info.span));
        // an award without a condition is told by the facts that it went by
        if matches!(trace.step(id), Some(Step::Same(_))) {
            let mut told = Vec::new();
            let reach = trace.reach(id);
            let read = reach.iter().enumerate().filter(|(_, reach)| **reach != Reach::None).filter_map(|(step, _)| self.occurrence(step, &mut told));
            let read: Vec<String> = read.collect();
            if !read.is_empty() {
                return Some(read.join(pick(self.lang, ",", ", ")));
            }
        }
        taken.then(|| match self.lang {
            Lang::Zh => format!("按「{clause}」"),
            Lang::En => format!("by “{clause}”"),
        })
    }

    fn stand_in(&self, id: StepId) -> String {
        let marks = self.case.trace.info(id).map(|info| info.marks.clone()).unwrap_or_default();
        let reason = marks.first().and_then(|mark| self.case.plan().marks.get(*mark)).map(|mark| mark.text.clone()).unwrap_or_default();
        match (self.lang, self.case.trace.value(id).absence()) {
            (_, None) => reason,
            (_, Some(_)) => String::new(),
        }
    }

    /// The facts that a formula reads at first hand.
    fn formula(&self, id: StepId) -> Vec<String> {
        let trace = &self.case.trace;
        let mut parts = Vec::new();
        let mut queue = trace.sources(id);
        while let Some(step) = queue.pop() {
            match trace.info(step).map(|info| info.role) {
                Some(role @ (Role::Cell(_) | Role::Fact(_) | Role::Value(_) | Role::Item(_) | Role::Total)) => {
                    parts.push(format!("{} {}", self.case.name(role).unwrap_or_default(), self.shown(step)));
                }
                _ => queue.extend(trace.sources(step)),
            }
        }
        parts.reverse();
        parts.dedup();
        parts
    }

    fn floor(&self, id: StepId) -> String {
        let zero = self.case.trace.value(id).number().is_some_and(Number::is_zero);
        if zero { pick(self.lang, "扣完为止", "down to 0").to_owned() } else { format!("{}{}", pick(self.lang, "保底 ", "floor "), self.shown(id)) }
    }

    fn total(&self) -> Vec<String> {
        let trace = &self.case.trace;
        let mut parts = self.remarkable(None);
        parts.extend(self.arrived(None));
        let (uncapped, computed) = (trace.program.uncapped, trace.program.computed);
        if trace.value(uncapped) != trace.value(computed) && trace.value(uncapped).absence().is_none() {
            let marks = trace.outcome.full(trace.program.marks).map(|marks| self.points(&Number::from(marks))).unwrap_or_default();
            let (sum, capped) = (self.shown(uncapped), trace.value(uncapped).number() > trace.value(computed).number());
            parts.push(match (self.lang, capped) {
                (Lang::Zh, true) => format!("各项合计 {sum},满分 {marks}"),
                (Lang::En, true) => format!("the items add up to {sum}, the marks are {marks}"),
                (Lang::Zh, false) => format!("各项合计 {sum}"),
                (Lang::En, false) => format!("the items add up to {sum}"),
            });
        }
        if trace.value(trace.program.total) != trace.value(computed) && trace.value(uncapped) == trace.value(computed) {
            parts.push(match self.lang {
                Lang::Zh => format!("合计 {}", self.shown(computed)),
                Lang::En => format!("{} in all", self.shown(computed)),
            });
        }
        parts.extend(self.vetoes());
        parts
    }

    /// Of an item or the standard: the indicators below full marks, and the bonuses and penalties that are not 0. Where the score of
    /// what holds them was adjusted, that alone counts.
    fn remarkable(&self, within: Option<usize>) -> Vec<String> {
        let trace = &self.case.trace;
        let mut parts = Vec::new();
        let mut full = 0_usize;
        let mut replaced: Vec<usize> = Vec::new();
        for (id, item) in self.case.plan().indicators().filter(|(id, _)| within.is_none_or(|within| self.is_within(*id, within))) {
            let Some(Some(steps)) = trace.program.items.get(id) else { continue };
            if let Some((holder, name, score)) = self.replaced(item.parent, within) {
                if !replaced.contains(&holder) {
                    replaced.push(holder);
                    parts.push(match self.lang {
                        Lang::Zh => format!("{name} 调整为 {score}"),
                        Lang::En => format!("{name} adjusted to {score}"),
                    });
                }
                continue;
            }
            let Some(score) = trace.value(steps.score).number().copied() else {
                parts.push(format!("{} {}", item.name, show(self.case.plan(), &trace.value(steps.score), None, self.lang)));
                continue;
            };
            let plain = if item.is_base() {
                steps.full.and_then(|full| trace.outcome.full(full)).is_some_and(|full| score == Number::from(full))
            } else {
                score.is_zero()
            };
            if !plain {
                parts.push(format!("{} {}", item.name, self.points(&score)));
            } else if item.is_base() {
                full += 1;
            }
        }
        if full > 0 {
            parts.push(match (self.lang, parts.is_empty()) {
                (Lang::Zh, true) => "各项指标满分".to_owned(),
                (Lang::Zh, false) => "其余指标满分".to_owned(),
                (Lang::En, true) => "full marks for every indicator".to_owned(),
                (Lang::En, false) => "full marks for all others".to_owned(),
            });
        }
        parts
    }
}
