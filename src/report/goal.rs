//! The least change that reaches a goal, in words and as data.

use std::fmt::Write;

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::value::absence_word;
use super::{number_or_ends, pick, place_or_ends, places, printed, put};
use crate::audit::{Aim, Binding, Goal, Lever, Shift, Standing, Stuck, Way};
use crate::diag::{Lang, number_of, words};
use crate::eval::domain::{Absence, Hull, Value};
use crate::facts::adjustments::{Target, shown};
use crate::plan::{FactId, Plan, Program, Role};
use crate::quantity::{self, Number};
use crate::results::print;
use crate::source::Sources;

/// A goal that was asked for, and what was found.
pub(crate) struct GoalReport<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: &'a Program,
    pub(crate) sources: &'a Sources,
    pub(crate) unit: &'a str,
    pub(crate) period: &'a str,
    pub(crate) aim: Aim,
    /// What is to be reached; of a place the place.
    pub(crate) target: Decimal,
    pub(crate) levers: &'a [Lever],
    /// Facts that were to change and cannot.
    pub(crate) stuck: &'a [(FactId, Stuck)],
    pub(crate) freed: &'a [FactId],
    pub(crate) held: &'a [FactId],
    /// How many others have no total yet.
    pub(crate) open: usize,
    /// The facts of the unit that are known in part, and how many others have a total that is.
    pub(crate) partly: &'a [FactId],
    pub(crate) in_part: usize,
    /// Whether what is reached is told by the bounds of what is known.
    pub(crate) by_bounds: bool,
    pub(crate) goal: &'a Goal,
}

impl GoalReport<'_> {
    fn label(&self, fact: FactId) -> &str {
        self.plan.facts.get(fact).map(crate::plan::Fact::label).unwrap_or_default()
    }

    fn fact(&self, fact: FactId, value: &Value, lang: Lang) -> String {
        shown(self.plan, Target::Fact(fact), Some(value), lang)
    }

    fn points(&self, value: Option<&Number>, lang: Lang) -> String {
        value.and_then(|value| print(self.plan, value, self.plan.head.step)).unwrap_or_else(|| pick(lang, "无", "none").to_owned())
    }

    fn value(&self, value: &Value, lang: Lang) -> String {
        match value {
            Value::Truth(true) => pick(lang, "成立", "true").to_owned(),
            Value::Truth(false) => pick(lang, "不成立", "false").to_owned(),
            Value::Absent(Absence::Partly) => absence_word(Absence::Partly, lang).to_owned(),
            other => self.points(other.number(), lang),
        }
    }

    /// A score or total; its ends where it is known in part.
    fn between(&self, value: Option<&Hull>, lang: Lang) -> String {
        value.and_then(|value| printed(self.plan, value, self.plan.head.step)).unwrap_or_else(|| pick(lang, "无", "none").to_owned())
    }

    /// Where a standing is as to what is aimed at.
    fn is(&self, standing: &Standing, lang: Lang) -> String {
        match self.aim {
            Aim::Total => self.between(standing.total.as_ref(), lang),
            Aim::Item(item) => self.between(standing.scores.get(item).copied().flatten().as_ref(), lang),
            Aim::Place => place(standing.rank, lang),
        }
    }

    /// What is aimed at: 总分, a place, an indicator.
    fn aimed(&self, lang: Lang) -> String {
        match self.aim {
            Aim::Total => pick(lang, "总分", "total").to_owned(),
            Aim::Place => pick(lang, "名次", "place").to_owned(),
            Aim::Item(item) => self.plan.items.get(item).map(|item| item.name.clone()).unwrap_or_default(),
        }
    }

    /// How far it gets, as it is printed; places as places.
    fn gets(&self, value: Option<&Number>, lang: Lang) -> String {
        match (self.aim, value) {
            (Aim::Place, Some(place)) => place.negated().decimal().map(quantity::plain).unwrap_or_default(),
            (_, value) => self.points(value, lang),
        }
    }
}

/// The whole answer in words.
pub(crate) fn goal_text(report: &GoalReport<'_>, lang: Lang) -> String {
    let mut text = String::new();
    let goal = report.goal;
    let (unit, aimed, target) = (report.unit, report.aimed(lang), quantity::plain(report.target));
    let is = report.is(&goal.before, lang);
    let sign = if report.aim == Aim::Place { "≤" } else { "≥" };
    let _ = writeln!(text, "{}", words!("{unit}:{aimed} 现为 {is},目标 {sign} {target}", "{unit}: {aimed} is {is}, the goal {sign} {target}").get(lang));
    match goal.ways.as_slice() {
        [] if goal.best.is_some() || goal.proved => out_of_reach(report, lang, &mut text),
        [] => {
            let (areas, areas_en) = (goal.areas, number_of(goal.areas, "area", "areas"));
            let _ = writeln!(
                text,
                "{}",
                words!(
                    "看了 {areas} 片改动,没有找到,也没有排除干净;用 --adjust 少放开几项数据再试",
                    "{areas_en} of changes examined, none reaches it and not all are ruled out: let fewer facts change with --adjust"
                )
                .get(lang)
            );
        }
        [only] if only.steps.iter().all(|steps| *steps == 0) => {
            let _ = writeln!(text, "{}", pick(lang, "已经达到,不用改动", "it is reached as it is"));
        }
        ways => {
            let cost = quantity::plain(goal.cost);
            let heading = words!("最小的改动(代价 {cost}):", "The least change (at a cost of {cost}):");
            let _ = writeln!(text, "\n{}", heading.get(lang));
            for (index, way) in ways.iter().enumerate() {
                if ways.len() > 1 {
                    let number = index + 1;
                    let _ = writeln!(text, "\n{}", words!("第 {number} 种", "way {number}").get(lang));
                }
                write_way(report, way, lang, &mut text);
            }
            if !goal.complete {
                let _ = writeln!(text, "{}", pick(lang, "代价相同的还有别的改动(--limit 可多列)", "other changes cost the same (--limit lists more)"));
            }
            let (areas, areas_en) = (goal.areas, number_of(goal.areas, "area", "areas"));
            let ruled_out = if report.by_bounds {
                words!(
                    "更省的改动,按已知的界限都不能保证达到(看了 {areas} 片改动)",
                    "of no cheaper change is it certain by the bounds of what is known ({areas_en} of changes examined)"
                )
            } else {
                words!(
                    "更省的改动都已排除(按区间上界看了 {areas} 片改动)",
                    "every cheaper change was ruled out ({areas_en} of changes examined by their bounds)"
                )
            };
            let _ = writeln!(text, "\n{}", ruled_out.get(lang));
        }
    }
    write_notes(report, lang, &mut text);
    text
}

fn write_way(report: &GoalReport<'_>, way: &Way, lang: Lang, text: &mut String) {
    for (lever, steps) in report.levers.iter().zip(&way.steps).filter(|(_, steps)| **steps != 0) {
        let (from, to) = ends(report, lever, *steps, lang);
        let _ = writeln!(text, "  {} {from} → {to}", report.label(lever.fact));
    }
    for line in moved(report, &report.goal.before, &way.after, lang) {
        let _ = writeln!(text, "  {line}");
    }
    for binding in &way.bindings {
        write_binding(report, binding, lang, text);
    }
}

fn ends(report: &GoalReport<'_>, lever: &Lever, steps: i64, lang: Lang) -> (String, String) {
    let show = |steps: i64| lever.at(steps).map(|value| report.fact(lever.fact, &Value::Number(value), lang)).unwrap_or_default();
    (show(0), show(steps))
}

/// What differs between two standings, a line each.
fn moved(report: &GoalReport<'_>, before: &Standing, after: &Standing, lang: Lang) -> Vec<String> {
    let indicators = report.plan.items.iter().enumerate().filter(|(_, item)| item.children.is_empty());
    let scores = |item: usize| (before.scores.get(item).copied().flatten(), after.scores.get(item).copied().flatten());
    let mut lines: Vec<String> = indicators
        .filter_map(|(id, item)| {
            let (before, after) = scores(id);
            (before != after).then(|| format!("{} {} → {}", item.name, report.between(before.as_ref(), lang), report.between(after.as_ref(), lang)))
        })
        .collect();
    if before.total != after.total {
        let (from, to) = (report.between(before.total.as_ref(), lang), report.between(after.total.as_ref(), lang));
        lines.push(format!("{} {from} → {to}", pick(lang, "总分", "total")));
    }
    if before.rank != after.rank {
        lines.push(format!("{} {} → {}", pick(lang, "名次", "place"), place(before.rank, lang), place(after.rank, lang)));
    }
    lines
}

fn place(rank: Option<[Decimal; 2]>, lang: Lang) -> String {
    rank.map_or_else(|| pick(lang, "无", "none").to_owned(), |rank| places(rank).to_string())
}

fn write_binding(report: &GoalReport<'_>, binding: &Binding, lang: Lang, text: &mut String) {
    let Some(lever) = report.levers.get(binding.lever) else { return };
    let show = |value: &Number| report.fact(lever.fact, &Value::Number(*value), lang);
    let (label, from, to) = (report.label(lever.fact), show(&binding.from), show(&binding.to));
    let follows = binding.follows.iter().map(|(fact, shift)| {
        let (label, from, to) = (report.label(*fact), report.fact(*fact, &shift.before, lang), report.fact(*fact, &shift.after, lang));
        match lang {
            Lang::Zh => format!(",{label} {from} → {to}"),
            Lang::En => format!(", {label} {from} → {to}"),
        }
    });
    let follows: String = follows.collect();
    let [short, full] = binding.total.each_ref().map(|total| report.between(total.as_ref(), lang));
    let line = words!("最后一步 {label} {from} → {to}{follows}:总分 {short} → {full}", "the last step, {label} {from} → {to}{follows}: total {short} → {full}");
    let _ = writeln!(text, "  {}", line.get(lang));
    for clause in &binding.clauses {
        let said = report.sources.excerpt(clause.clause);
        let item = clause.item.and_then(|item| report.plan.items.get(item)).map(|item| item.name.as_str()).unwrap_or_default();
        let mut does: Vec<String> = Vec::new();
        if let Some(shift) = &clause.condition {
            does.push(format!("{} {} → {}", pick(lang, "条件", "condition"), report.value(&shift.before, lang), report.value(&shift.after, lang)));
        }
        if let Some((role, shift)) = &clause.brings {
            let word = match role {
                Role::Deduction => pick(lang, "扣", "deducts"),
                Role::Addition => pick(lang, "加", "adds"),
                _ => pick(lang, "得", "awards"),
            };
            does.push(format!("{word} {} → {}", report.value(&shift.before, lang), report.value(&shift.after, lang)));
        }
        let does = does.join(pick(lang, ",", ", "));
        let line = words!("起作用的条款「{item}」{said}:{does}", "the clause that binds, {item}: {said}: {does}");
        let _ = writeln!(text, "    {}", line.get(lang));
    }
}

fn out_of_reach(report: &GoalReport<'_>, lang: Lang, text: &mut String) {
    let certain = if report.goal.proved { "" } else { pick(lang, "(未能证明)", " (not proved)") };
    let Some((most, way)) = &report.goal.best else {
        let none = if report.by_bounds {
            pick(lang, "放开的数据怎么改,都不能保证有得分", "however the facts that may change do, it is not certain that there is a score")
        } else {
            pick(lang, "放开的数据怎么改,都没有得分", "however the facts that may change do, there is no score")
        };
        let _ = writeln!(text, "{none}{certain}");
        return;
    };
    let (aimed, most) = (report.aimed(lang), report.gets(Some(most), lang));
    let line = if report.by_bounds {
        words!("不能保证达到:{aimed}最多能保证到 {most}{certain}", "not certain to be reached: {aimed} is certain to come to {most} at best{certain}")
    } else {
        words!("达不到:{aimed}最好到 {most}{certain}", "out of reach: {aimed} comes to {most} at best{certain}")
    };
    let _ = writeln!(text, "{}", line.get(lang));
    if let Some((way, cost)) = way {
        for (lever, steps) in report.levers.iter().zip(&way.steps).filter(|(_, steps)| **steps != 0) {
            let (from, to) = ends(report, lever, *steps, lang);
            let _ = writeln!(text, "  {} {from} → {to}", report.label(lever.fact));
        }
        let cost = quantity::plain(*cost);
        let _ = writeln!(text, "  {}", words!("代价 {cost}", "at a cost of {cost}").get(lang));
        let lost = lost(report, &way.after);
        if lost.is_empty() {
            let _ = writeln!(text, "  {}", pick(lang, "到那时各项都已满分", "every indicator has its marks then"));
        } else {
            let list: Vec<String> = lost.iter().map(|(name, score, full)| format!("{name} {score}/{full}")).collect();
            let (zh, en) = (list.join("、"), list.join(", "));
            let line = words!("到那时仍不满分的:{zh}", "below their marks even then: {en}");
            let _ = writeln!(text, "  {}", line.get(lang));
        }
    }
}

/// The indicators that are below their marks: what holds the rest back.
fn lost(report: &GoalReport<'_>, after: &Standing) -> Vec<(String, String, String)> {
    let items = report.plan.items.iter().enumerate().filter(|(_, item)| item.children.is_empty() && item.is_base());
    let below = items.filter_map(|(id, item)| {
        let steps = report.program.items.get(id).copied().flatten()?;
        let full = Number::from(steps.full?.most());
        let score = after.scores.get(id).copied().flatten()?;
        let below = score.low.is_none_or(|low| low < full);
        below.then(|| Some((item.name.clone(), printed(report.plan, &score, item.step)?, print(report.plan, &full, item.step)?))).flatten()
    });
    below.collect()
}

fn write_notes(report: &GoalReport<'_>, lang: Lang, text: &mut String) {
    if report.aim == Aim::Place {
        let open = report.open;
        let line = match open {
            0 => words!("其他单位的数据都不变", "the facts of all other units stay"),
            _ => words!(
                "其他单位的数据都不变;另有 {open} 家还没有总分,名次可能变动",
                "the facts of all other units stay; {open} have no total yet, so that places may change"
            ),
        };
        let _ = writeln!(text, "{}", line.get(lang));
    }
    write_partly(report, lang, text);
    for (fact, stuck) in report.stuck {
        let label = report.label(*fact);
        let _ = writeln!(text, "{}", stuck_words(label, *stuck).get(lang));
    }
    if !report.freed.is_empty() {
        let (zh, en) = names(report, report.freed);
        let _ = writeln!(
            text,
            "{}",
            words!("「{zh}」也直接给出,与推得的相同:改动之后随件数推算", "{en}: given as well, and the same as what follows; it follows the change").get(lang)
        );
    }
    if !report.held.is_empty() {
        let (zh, en) = names(report, report.held);
        let _ = writeln!(
            text,
            "{}",
            words!(
                "「{zh}」直接给出,与推得的不同:以给出的为准,改件数不影响它",
                "{en}: given, and not what follows: the given value stays, whatever the counts"
            )
            .get(lang)
        );
    }
}

/// What of that which the goal rests on is known in part: it is reached whatever that is.
fn write_partly(report: &GoalReport<'_>, lang: Lang, text: &mut String) {
    let (own, own_en) = names(report, report.partly);
    let mut known = Vec::new();
    if !report.partly.is_empty() {
        known.push(words!("这个单位的 {own}", "{own_en} of the unit"));
    }
    if report.aim == Aim::Place && report.in_part > 0 {
        let others = report.in_part;
        known.push(words!("另外 {others} 家的总分", "the totals of {others} others"));
    }
    if report.by_bounds && known.is_empty() {
        known.push(words!("从别的单位取来的数", "what is gathered from others"));
    }
    if known.is_empty() {
        return;
    }
    let (zh, en) = (
        known.iter().map(|words| words.zh.as_str()).collect::<Vec<_>>().join("、"),
        known.iter().map(|words| words.en.as_str()).collect::<Vec<_>>().join(" and "),
    );
    let line = words!("只部分已知:{zh};所说的「达到」是不论它们是多少都达到", "known in part: {en}; to reach the goal means to reach it whatever these are");
    let _ = writeln!(text, "{}", line.get(lang));
}

fn names(report: &GoalReport<'_>, facts: &[FactId]) -> (String, String) {
    let names: Vec<&str> = facts.iter().map(|fact| report.label(*fact)).collect();
    (names.join("、"), names.join(", "))
}

/// Why a fact cannot change.
pub(crate) fn stuck_words(label: &str, stuck: Stuck) -> crate::diag::Words {
    match stuck {
        Stuck::NotRead => words!("「{label}」不用于这个单位,没有放开", "{label} is not read for this unit and is left as it is"),
        Stuck::Unknown => {
            words!(
                "「{label}」没有数据(只公布了率也算没有),不能按它改",
                "{label} is not known for this unit (a published rate alone is no count) and cannot change"
            )
        }
        Stuck::Partly => words!("「{label}」只部分已知,先把它填成一个数才能改", "{label} is known in part and cannot change: fill in one number first"),
        Stuck::Follows => words!("「{label}」由其他数据推得,请改那些数据", "{label} follows from other facts: let those change"),
        Stuck::NoNumber => words!("「{label}」不是数,不能逐步改", "{label} is no number and has no steps"),
    }
}

fn stuck_word(stuck: Stuck) -> &'static str {
    match stuck {
        Stuck::NotRead => "not_read",
        Stuck::Unknown => "unknown",
        Stuck::Partly => "partly_known",
        Stuck::Follows => "follows",
        Stuck::NoNumber => "no_number",
    }
}

// --- as data ---

/// The whole answer as data.
pub(crate) fn goal_json(report: &GoalReport<'_>) -> Json {
    let goal = report.goal;
    let lang = report.plan.lang;
    let reached = !goal.ways.is_empty();
    let number = |value: Option<&Number>| value.map(|value| report.gets(Some(value), lang));
    let best = goal.best.as_ref().map(|(most, way)| {
        json!({
            "value": number(Some(most)),
            "cost": way.as_ref().map(|(_, cost)| quantity::plain(*cost)),
            "changes": way.as_ref().map(|(way, _)| changes(report, way)),
            "below_marks": way.as_ref().map(|(way, _)| lost(report, &way.after).into_iter().map(|(name, score, full)| json!({ "indicator": name, "score": score, "full": full })).collect::<Vec<_>>()),
        })
    });
    json!({
        "unit": report.unit,
        "period": report.period,
        "goal": { "of": match report.aim { Aim::Total => "total".to_owned(), Aim::Place => "rank".to_owned(), Aim::Item(_) => report.aimed(lang) }, "target": quantity::plain(report.target), "value_before": number(goal.before.reached(report.aim).as_ref()) },
        "reached": reached,
        "cost": reached.then(|| quantity::plain(goal.cost)),
        "ways": goal.ways.iter().map(|way| way_json(report, way)).collect::<Vec<_>>(),
        "complete": goal.complete,
        "proof": { "proved": goal.proved, "boxes": goal.areas, "by": if report.by_bounds { "bounds" } else { "exact" } },
        "without_total": report.open,
        "partly_known": report.partly.iter().map(|fact| report.label(*fact)).collect::<Vec<_>>(),
        "partly_known_others": report.in_part,
        "best": best,
        "before": standing(report, &goal.before),
        "cannot_change": report.stuck.iter().map(|(fact, stuck)| json!({ "fact": report.label(*fact), "why": stuck_word(*stuck) })).collect::<Vec<_>>(),
        "follows_instead_of_given": report.freed.iter().map(|fact| report.label(*fact)).collect::<Vec<_>>(),
        "given_stays": report.held.iter().map(|fact| report.label(*fact)).collect::<Vec<_>>(),
    })
}

fn changes(report: &GoalReport<'_>, way: &Way) -> Vec<Json> {
    let moving = report.levers.iter().zip(&way.steps).filter(|(_, steps)| **steps != 0);
    moving
        .map(|(lever, steps)| {
            let (from, to) = ends(report, lever, *steps, report.plan.lang);
            json!({ "fact": report.label(lever.fact), "from": from, "to": to, "steps": steps })
        })
        .collect()
}

fn standing(report: &GoalReport<'_>, standing: &Standing) -> Json {
    let score = |(item, score): (&crate::plan::Item, &Option<Hull>)| (item.name.clone(), one_or_ends(report.plan, score.as_ref(), item.step));
    let items =
        report.plan.items.iter().zip(&standing.scores).zip(&report.program.items).filter(|((item, _), applies)| item.children.is_empty() && applies.is_some());
    let indicators: Map<String, Json> = items.map(|(one, _)| score(one)).collect();
    let mut data = Map::new();
    put(&mut data, ["total", "interval"], number_or_ends(report.plan, standing.total.as_ref(), report.plan.head.step));
    put(&mut data, ["rank", "rank_interval"], place_or_ends(standing.rank));
    data.insert("indicators".to_owned(), Json::Object(indicators));
    Json::Object(data)
}

fn one_or_ends(plan: &Plan, value: Option<&Hull>, step: Decimal) -> Json {
    let (one, ends) = number_or_ends(plan, value, step);
    ends.map_or_else(|| json!(one), |interval| json!({ "interval": interval }))
}

fn way_json(report: &GoalReport<'_>, way: &Way) -> Json {
    let lang = report.plan.lang;
    let data = |value: &Value| match value {
        Value::Truth(truth) => json!(truth),
        other => json!(other.number().and_then(|value| print(report.plan, value, report.plan.head.step))),
    };
    let total = |total: &Option<Hull>| one_or_ends(report.plan, total.as_ref(), report.plan.head.step);
    let shift = |shift: &Shift| json!({ "before": data(&shift.before), "after": data(&shift.after) });
    let binding = |binding: &Binding| {
        let lever = report.levers.get(binding.lever)?;
        let show = |value: &Number| report.fact(lever.fact, &Value::Number(*value), lang);
        let clause = |clause: &crate::audit::BoundClause| {
            json!({
                "indicator": clause.item.and_then(|item| report.plan.items.get(item)).map(|item| item.name.as_str()),
                "clause": report.sources.excerpt(clause.clause),
                "at": report.sources.place(clause.clause),
                "condition": clause.condition.as_ref().map(shift),
                "gives": clause.brings.as_ref().map(|(_, gives)| shift(gives)),
                "score": clause.score.as_ref().map(shift),
            })
        };
        let follows = |(fact, shift): &(FactId, Shift)| json!({ "fact": report.label(*fact), "before": report.fact(*fact, &shift.before, lang), "after": report.fact(*fact, &shift.after, lang) });
        Some(json!({
            "fact": report.label(lever.fact), "from": show(&binding.from), "to": show(&binding.to),
            "follows": binding.follows.iter().map(follows).collect::<Vec<_>>(),
            "clauses": binding.clauses.iter().map(clause).collect::<Vec<_>>(),
            "total": { "before": total(&binding.total[0]), "after": total(&binding.total[1]) },
        }))
    };
    json!({ "changes": changes(report, way), "after": standing(report, &way.after), "binding": way.bindings.iter().filter_map(binding).collect::<Vec<_>>() })
}
