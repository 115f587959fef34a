//! The steps by which a period is scored, once a tier, as a receipt states them: enough to replay every one without the rules.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::value::{absent, constant, shown};
use crate::diag::Lang;
use crate::eval::Evaluator;
use crate::eval::domain::{Absence, Exact};
use crate::plan::{ClockKind, Fold, Info, Input, InputId, InputKind, Lapse, Plan, Precision, Program, Reading, Sign, Step, StepId, Ties, Who, operands};
use crate::quantity::{Mode, Unit, plain};
use crate::source::{Sources, Span};

/// How all units are scored and ranked.
#[derive(Debug, Serialize)]
pub(super) struct Programs<'p> {
    ranking: Ranking,
    inputs: Vec<Gathered<'p>>,
    tiers: Vec<Tier<'p>>,
}

#[derive(Debug, Serialize)]
struct Ranking {
    within_tier: bool,
    ties: &'static str,
    /// For each key, whether the highest comes first.
    descending: Vec<bool>,
}

/// What is read from outside the rows of units.
#[derive(Debug, Serialize)]
struct Gathered<'p> {
    input: InputId,
    means: &'p str,
    kind: &'static str,
    units: Option<OfUnits<'p>>,
}

/// How a value is made of those of other units, where that can be told by their tiers alone.
#[derive(Debug, Serialize)]
struct OfUnits<'p> {
    over: &'static str,
    fold: &'static str,
    ascending: bool,
    ties: &'static str,
    brought: BTreeMap<&'p str, Brought>,
}

#[derive(Debug, Serialize)]
struct Brought {
    values: Vec<StepId>,
    condition: Option<StepId>,
}

#[derive(Debug, Serialize)]
struct Tier<'p> {
    #[serde(rename = "tier")]
    name: &'p str,
    #[serde(flatten)]
    ends: Ends,
    /// How many steps lead to the exemptions: those of a unit that does not take part.
    exempt_end: StepId,
    steps: Vec<Line>,
}

/// Which steps results are made of.
#[derive(Debug, Serialize)]
struct Ends {
    /// The condition of each exemption.
    exempt: Vec<StepId>,
    total: StepId,
    /// Whether a veto ranks the unit after all others; null where none does.
    last: Option<StepId>,
    /// What units are ranked by.
    keys: Vec<StepId>,
    printed: Vec<Printed>,
}

/// A value that results print.
#[derive(Debug, Serialize)]
struct Printed {
    /// Where it stands in the results of a unit, as a JSON pointer.
    result: String,
    /// Where the ends of what it can be stand, if it is known in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    /// Null of an item that the tier does not have.
    step: Option<StepId>,
    /// How it is rounded for print, by size and mode; nothing of what is printed as it is.
    with: Vec<String>,
}

/// One step.
#[derive(Debug, Serialize)]
struct Line {
    step: StepId,
    op: &'static str,
    of: Vec<StepId>,
    /// What it rests on beside other steps: a number of the rules, a column, a size, a comparison, the signs of the terms of a sum.
    with: Vec<String>,
    means: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    at: String,
    /// What it comes to, where that is the same for every unit; the trace states the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// Where texts stand: the path of a file as a receipt names it, and a line.
pub(super) struct Places<'s> {
    sources: &'s Sources,
    inside: &'s dyn Fn(&str) -> String,
    /// By file its path, and where its lines end.
    files: std::cell::RefCell<BTreeMap<u32, (String, Vec<usize>)>>,
}

impl<'s> Places<'s> {
    pub(super) fn new(sources: &'s Sources, inside: &'s dyn Fn(&str) -> String) -> Self {
        Places { sources, inside, files: std::cell::RefCell::default() }
    }

    fn at(&self, span: Span) -> String {
        let span = self.sources.written(span);
        let mut files = self.files.borrow_mut();
        let (path, ends) = files.entry(span.file).or_insert_with(|| match self.sources.get(span.file) {
            Some(source) => ((self.inside)(&source.path), source.text.match_indices('\n').map(|(at, _)| at).collect()),
            None => (String::new(), Vec::new()),
        });
        let line = ends.partition_point(|end| *end < span.range().start) + 1;
        format!("{path}:{line}")
    }
}

/// The steps of every tier.
pub(super) fn programs<'p>(plan: &'p Plan, (varying, texts): (&'p [Vec<StepId>], &[String]), places: &Places<'_>) -> Programs<'p> {
    Programs {
        ranking: Ranking { within_tier: plan.ranking.within_tier, ties: ties(plan.ranking.ties), descending: plan.ranking.keys.clone() },
        inputs: plan.inputs.iter().enumerate().map(|(id, input)| gathered(plan, id, input)).collect(),
        tiers: plan.programs.iter().zip(varying).map(|(program, varying)| tier(plan, (program, varying), texts, places)).collect(),
    }
}

fn gathered<'p>(plan: &'p Plan, id: InputId, input: &'p Input) -> Gathered<'p> {
    let kind = match &input.kind {
        InputKind::Units(_) => "units",
        InputKind::Named(_) => "named",
        InputKind::Records(_) => "records",
        InputKind::Earlier(_) => "earlier",
    };
    Gathered { input: id, means: input.name.get(plan.lang), kind, units: of_units(plan, id, input) }
}

fn of_units<'p>(plan: &'p Plan, id: InputId, input: &Input) -> Option<OfUnits<'p>> {
    let InputKind::Units(units) = &input.kind else { return None };
    let over = match units.over.who {
        Who::Tier => "tier",
        Who::All => "all",
        Who::Same(_) | Who::Children => return None,
    };
    if units.over.group.is_some() || units.each.is_some() {
        return None;
    }
    let of = |program: &'p Program| {
        let brought = program.brought.get(id)?.as_ref()?;
        Some((program.tier.as_str(), Brought { values: brought.values.clone(), condition: brought.condition }))
    };
    Some(OfUnits { over, fold: fold(units.fold), ascending: units.ascending, ties: ties(units.ties), brought: plan.programs.iter().filter_map(of).collect() })
}

fn tier<'p>(plan: &'p Plan, (program, varying): (&'p Program, &'p [StepId]), texts: &[String], places: &Places<'_>) -> Tier<'p> {
    let evaluator = Evaluator::new(Exact, program);
    let values = evaluator.into_constants();
    let line = |(id, (step, info)): (StepId, (&Step, &Info))| {
        let (op, with) = operation(plan, step);
        let varies = varying.binary_search(&id).is_ok();
        Line {
            step: id,
            op,
            of: operands(step),
            with,
            means: info.id.to_string(),
            unit: info.unit.as_ref().map(|unit| in_words(unit, plan.lang)),
            at: places.at(info.span),
            value: if varies { None } else { values.get(id).map(|value| shown(value, plan, texts)) },
        }
    };
    Tier {
        name: &program.tier,
        ends: ends(plan, program),
        exempt_end: program.exempt_end,
        steps: program.steps.iter().zip(&program.infos).enumerate().map(line).collect(),
    }
}

fn in_words(unit: &Unit, lang: Lang) -> String {
    match lang {
        Lang::Zh => unit.to_string(),
        Lang::En => unit.in_english(),
    }
}

fn ends(plan: &Plan, program: &Program) -> Ends {
    // scores are rounded for print where they are not rounded as they are computed
    let rounding = |step: Decimal| match plan.head.precision {
        Precision::Shown => vec![plain(step), mode_name(plan.head.mode).to_owned()],
        Precision::Rounded => Vec::new(),
    };
    let mut printed = vec![
        Printed { result: "/total".to_owned(), interval: Some("/interval".to_owned()), step: Some(program.total), with: rounding(plan.head.step) },
        Printed { result: "/uncapped".to_owned(), interval: None, step: Some(program.uncapped), with: rounding(plan.head.step) },
    ];
    for (item, steps) in plan.items.iter().zip(&program.items) {
        let section = !item.children.is_empty();
        if !section && item.cycle != plan.cycle {
            continue;
        }
        let place = pointer(&[if section { "sections" } else { "indicators" }, &item.name]);
        let (result, interval) = (format!("{place}/score"), format!("{place}/interval"));
        // of several of one name results hold the last that the tier has
        let before = printed.iter().position(|other| other.result == result);
        match (before, steps) {
            (Some(_), None) => continue,
            (Some(before), Some(_)) => drop(printed.remove(before)),
            (None, _) => {}
        }
        printed.push(Printed { result, interval: Some(interval), step: steps.map(|steps| steps.score), with: rounding(item.step) });
    }
    let output = |id: &usize| {
        let (name, step) = (&plan.values.get(*id)?.name, program.values.get(*id).copied().flatten());
        let result = pointer(&["outputs", name]);
        Some(Printed { interval: Some(format!("{result}/interval")), result, step, with: Vec::new() })
    };
    printed.extend(plan.outputs.iter().filter_map(output));
    Ends { exempt: program.exemptions.iter().map(|(step, _)| *step).collect(), total: program.total, last: program.last, keys: program.keys.clone(), printed }
}

/// The way to a value (RFC 6901).
fn pointer(names: &[&str]) -> String {
    names.iter().flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")]).collect()
}

/// What a step does, and with what.
fn operation(plan: &Plan, step: &Step) -> (&'static str, Vec<String>) {
    let size = |size: &Decimal| plain(*size);
    match step {
        Step::Constant(literal) => ("constant", vec![constant(literal, plan)]),
        Step::Given(fact) => ("cell", plan.facts.get(*fact).map(|fact| fact.label().to_owned()).into_iter().collect()),
        Step::Input(input) => ("input", vec![input.to_string()]),
        Step::OrElse(..) => ("or_else", Vec::new()),
        Step::Same(_) => ("same", Vec::new()),
        Step::Sum(terms) => ("sum", terms.iter().map(|(sign, _)| sign_name(*sign).to_owned()).collect()),
        Step::Times(..) => ("times", Vec::new()),
        Step::Over(_, _, step) => ("over", step.iter().map(size).collect()),
        Step::Negate(_) => ("sum", vec![sign_name(Sign::Minus).to_owned()]),
        Step::Round(_, step, mode) => ("round", vec![size(step), mode_name(*mode).to_owned()]),
        Step::Cap(..) => ("cap", Vec::new()),
        Step::Floor(..) => ("floor", Vec::new()),
        Step::Call(call) => ("call", vec![call.function.name.clone(), call.function.script.script.sha256.clone()]),
        Step::Clock(clock, ..) => ("clock", clock_words(clock.kind).map(str::to_owned).to_vec()),
        Step::Steps(_, per, reading) => ("steps", vec![size(&per.size), reading_name(*reading).to_owned()]),
        Step::Compare(_, comparison, _) => ("compare", vec![comparison.sign().to_owned()]),
        Step::IsBlank(_) => ("is_blank", Vec::new()),
        Step::IsUndefined(_) => ("is_undefined", Vec::new()),
        Step::And(_) => ("and", Vec::new()),
        Step::Or(_) => ("or", Vec::new()),
        Step::Not(_) => ("not", Vec::new()),
        Step::Choose(..) => ("choose", Vec::new()),
        Step::Pending => ("constant", vec![absent(Absence::Pending)]),
        Step::NotApplicable => ("constant", vec![absent(Absence::NotApplicable)]),
        Step::NoRow => ("constant", vec![absent(Absence::NoRow)]),
    }
}

fn sign_name(sign: Sign) -> &'static str {
    match sign {
        Sign::Plus => "+",
        Sign::Minus => "-",
    }
}

fn ties(ties: Ties) -> &'static str {
    match ties {
        Ties::Skipping => "skipping",
        Ties::Dense => "dense",
        Ties::Shared => "shared",
    }
}

fn fold(fold: Fold) -> &'static str {
    match fold {
        Fold::Sum => "sum",
        Fold::Mean => "mean",
        Fold::WeightedMean => "weighted_mean",
        Fold::Best => "best",
        Fold::Lowest => "lowest",
        Fold::Median => "median",
        Fold::Count | Fold::Size => "count",
        Fold::Rank => "rank",
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::HalfUp => "half_up",
        Mode::HalfEven => "half_even",
        Mode::FromZero => "from_zero",
        Mode::ToZero => "to_zero",
    }
}

fn reading_name(reading: Reading) -> &'static str {
    match reading {
        Reading::ProRata => "pro_rata",
        Reading::Whole => "whole",
        Reading::Started => "started",
    }
}

fn clock_words(kind: ClockKind) -> [&'static str; 2] {
    let (way, lapse) = match kind {
        ClockKind::Between(lapse) => ("between", lapse),
        ClockKind::After(lapse) => ("after", lapse),
    };
    let lapse = match lapse {
        Lapse::Seconds => "seconds",
        Lapse::Minutes => "minutes",
        Lapse::Hours => "hours",
        Lapse::Days => "days",
        Lapse::WorkingHours => "working_hours",
        Lapse::WorkingDays => "working_days",
    };
    [way, lapse]
}
