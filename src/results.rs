//! The results of one period: every unit with every indicator, sections, total and place.
//!
//! In: a plan, facts and a period. Out: [`Results`], which is the JSON contract of `schema/results.schema.json` as it stands.
//! Never: a value that depends on the order of evaluation, the clock or the machine; the same inputs give the same bytes.
//!
//! Decimals are texts padded to the step of the rules; what is not there is null; units stand in the order of the register,
//! indicators and sections in the order of the rules.

mod adjusted;
mod known;
mod lists;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

pub use self::adjusted::{Adjusted, AdjustedKind, InPart, Moved, MovedScore, Standing};
pub(crate) use self::adjusted::{adjustment, bearing, moved};
pub(crate) use self::known::{Known, evaluated, racer, racer_within};
pub use self::known::{Places, Span};
use self::lists::Candidates;
pub use self::lists::{ListResult, ListedUnit};
use crate::diag::Lang;
use crate::eval::Until;
use crate::eval::domain::{Absence, TracedValue, Value};
use crate::eval::outcome::{ItemStatus, Outcome, Status};
use crate::eval::rank::known::{self as in_part_places, Racer};
use crate::eval::rank::{Contestant, listing, places};
use crate::eval::stages::Left;
use crate::eval::trace::Trace;
use crate::facts::Facts;
use crate::facts::past::{Gave, Was};
use crate::plan::{Effect, ItemId, ItemKind, Made, MarkId, MarkKind, Plan, Program, Step, StepId, ValueId, When};
use crate::quantity::{self, Number, Unit, round_to};

/// The results of a period.
#[derive(Debug, Serialize)]
pub struct Results {
    /// Name and version of this program.
    pub engine: String,
    /// Which standard was applied.
    pub standard: StandardRef,
    /// The period, as in `2020-11`.
    pub period: String,
    /// SHA-256 of the tables of facts.
    pub facts_sha256: String,
    /// SHA-256 of the tables of adjustments; null where there are none.
    pub adjustments_sha256: Option<String>,
    /// Every unit.
    pub units: Vec<UnitResult>,
    /// The lists that the rules name, in their order.
    pub lists: Vec<ListResult>,
    /// What was adjusted after appeals, in the order of their dates.
    pub adjustments: Vec<Adjusted>,
    /// The units that stand elsewhere than without the adjustments; null where the facts without them cannot be scored.
    pub moved: Option<Vec<Moved>>,
    /// How many units of every tier take part, whatever is left of them in [`Results::units`].
    #[serde(skip)]
    pub(crate) taking_part: BTreeMap<String, usize>,
}

impl Results {
    /// Leaves only one unit, its adjustments and its move.
    pub(crate) fn only(&mut self, unit: &str) {
        self.units.retain(|one| one.unit == unit);
        for list in &mut self.lists {
            list.units.retain(|listed| listed.unit == unit);
            list.without.retain(|without| without == unit);
        }
        self.lists.retain(|list| !list.units.is_empty() || !list.without.is_empty());
        self.moved.iter_mut().for_each(|moved| moved.retain(|moved| moved.unit == unit));
        let own = |(_, adjusted): &(usize, &Adjusted)| adjusted.unit == unit;
        let places: BTreeMap<usize, usize> = self.adjustments.iter().enumerate().filter(own).map(|(before, _)| before).zip(0..).collect();
        self.adjustments.retain(|adjusted| adjusted.unit == unit);
        let moved = |adjusted: &mut Vec<usize>| *adjusted = adjusted.iter().filter_map(|before| places.get(before).copied()).collect();
        for one in &mut self.units {
            moved(&mut one.adjusted);
            one.indicators.values_mut().for_each(|indicator| moved(&mut indicator.adjusted));
            one.sections.values_mut().for_each(|section| moved(&mut section.adjusted));
        }
    }
}

/// Which standard, in which version, from which bytes.
#[derive(Debug, Clone, Serialize)]
pub struct StandardRef {
    /// The name in the rule file.
    pub id: String,
    /// The title, or the name where there is none.
    pub name: String,
    /// The version.
    pub version: String,
    /// SHA-256 over the sorted (path, bytes) of all files of the policy.
    pub sha256: String,
}

/// Whether a unit or an indicator has a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has.
    Scored,
    /// 不参评, of a unit.
    Exempt,
    /// 不适用, of an indicator, or of a unit to which no indicator applies.
    NotApplicable,
    /// 缺数据.
    Missing,
    /// 部分已知: between two numbers, or of one status or another.
    #[serde(rename = "partly_known")]
    Partly,
    /// 待定.
    Pending,
}

impl From<Status> for State {
    fn from(status: Status) -> Self {
        match status {
            Status::Scored => State::Scored,
            Status::Exempt(_) => State::Exempt,
            Status::Partly => State::Partly,
            Status::Pending => State::Pending,
            Status::NotApplicable => State::NotApplicable,
            Status::Missing | Status::Faulty(_) => State::Missing,
        }
    }
}

/// A place: whole, or half where ties share the mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub Decimal);

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match u32::try_from(self.0.normalize().mantissa()) {
            Ok(whole) if self.0.normalize().scale() == 0 => serializer.serialize_u32(whole),
            _ => serializer.serialize_str(&quantity::plain(self.0)),
        }
    }
}

/// One unit.
#[derive(Debug, Serialize)]
pub struct UnitResult {
    /// Its name in the register.
    pub unit: String,
    /// Its tier.
    pub tier: String,
    /// Whether it has a total.
    pub status: State,
    /// What can become of it, where that is known in part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<State>,
    /// Why it has none.
    pub reason: Option<String>,
    /// Every indicator of the standard.
    pub indicators: IndexMap<String, IndicatorResult>,
    /// Every item that holds others and applies to the tier.
    pub sections: IndexMap<String, SectionResult>,
    /// The sum before any cap.
    pub uncapped: Option<String>,
    /// The total.
    pub total: Option<String>,
    /// Between which numbers the total lies, where it is known in part and can be a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// The marks of the tier, without those of items that do not apply to the unit; null where that is not known.
    pub full: Option<String>,
    /// The place within the tier, or among all, as the rules say.
    pub rank: Option<Place>,
    /// Between which the place lies, where it is known in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_interval: Option<Places>,
    /// Whether the place, or what bounds it, may change: another unit has no total yet.
    pub provisional: bool,
    /// The vetoes that hold, and those of which it is not known.
    pub vetoes: Vec<VetoResult>,
    /// Whether no veto has taken the unit's eligibility for commendation; null where that is not known.
    pub eligible: Option<bool>,
    /// The further results that the standard defines; null where there is none.
    pub outputs: IndexMap<String, Option<Output>>,
    /// The assumptions that bear on the total; of one known in part, those that may.
    pub assumptions: Vec<String>,
    /// The adjustments of the unit, as places in [`Results::adjustments`].
    pub adjusted: Vec<usize>,
    /// Of a longer period: for each value that is made of its periods, what these gave.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub periods: IndexMap<String, Vec<PeriodResult>>,
    /// The values by which units are listed, for print.
    #[serde(skip)]
    pub(crate) listed: Vec<Option<Decimal>>,
    /// How many units of all tiers are listed before it.
    #[serde(skip)]
    pub(crate) listing: usize,
    /// Whether facts are missing for anything of its results: a score, the place, a veto, an output.
    #[serde(skip)]
    pub(crate) lacks_facts: bool,
}

/// What one period gives to the result of a longer one.
#[derive(Debug, Serialize)]
pub struct PeriodResult {
    /// The period.
    pub period: String,
    /// The version that was in force then; null where none was.
    pub version: Option<String>,
    /// The value, an exact decimal (rates and percentage points in percent); null where it does not count.
    pub value: Option<String>,
    /// Why it does not count, in the language of the rules.
    pub absent: Option<String>,
    /// Whether 其中 leaves it out, which goes without saying.
    #[serde(skip)]
    pub(crate) excluded: bool,
}

/// 一票否决 of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VetoResult {
    /// What it does.
    pub effect: VetoEffect,
    /// The most that the total then is.
    pub total: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether it holds; null where that is not known.
    pub holds: Option<bool>,
}

/// What a veto does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VetoEffect {
    /// 总分: the total is no more than a number of points.
    Total,
    /// 末位: the unit ranks after all others.
    Last,
    /// 取消评优.
    NotEligible,
}

/// 输出: a truth, or a word or number in print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Output {
    /// 是 or 否.
    Truth(bool),
    /// A word, or a number padded to its step; rates with their percent sign.
    Text(String),
    /// A number that is known in part.
    Between {
        /// Between which numbers it lies.
        interval: Span,
    },
}

/// One indicator of a unit.
#[derive(Debug, Serialize)]
pub struct IndicatorResult {
    /// Whether it counts toward the marks, adds to them or takes from them.
    pub kind: Kind,
    /// Whether it has a score.
    pub status: State,
    /// What can become of it, where that is known in part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<State>,
    /// The score; negative for what a penalty takes off.
    pub score: Option<String>,
    /// Between which numbers the score lies, where it is known in part and can be a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// Its marks, or the cap of a bonus or penalty that has one.
    pub full: Option<String>,
    /// The assumptions that bear on the score.
    pub assumptions: Vec<String>,
    /// The adjustments that bear on the score, as places in [`Results::adjustments`].
    pub adjusted: Vec<usize>,
}

/// What an indicator does to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Counts toward the marks.
    Base,
    /// 加分项.
    Bonus,
    /// 扣分项.
    Penalty,
}

/// One section of a unit.
#[derive(Debug, Serialize)]
pub struct SectionResult {
    /// The score.
    pub score: Option<String>,
    /// Between which numbers the score lies, where it is known in part and can be a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// Its marks, or the cap of a family that has one.
    pub full: Option<String>,
    /// The adjustments that bear on the score, as places in [`Results::adjustments`].
    pub adjusted: Vec<usize>,
}

/// Scores a period. The facts are those of [`crate::facts::check`] without a fault; where they were adjusted, with what moved by it.
///
/// `reached` is told how many units are scored, of all of them.
pub(crate) fn score(plan: &Plan, facts: &Facts, standard_sha256: &str, period: &str, reached: &dyn Fn(usize, usize)) -> Results {
    let mut results = score_once(plan, facts, standard_sha256, period, reached);
    if let Some(adjustments) = &facts.adjustments {
        let before = adjustments.before.as_ref().map(|before| score_once(plan, before, standard_sha256, period, reached));
        results.moved = before.map(|before| adjusted::moved(&before, &results));
        results.adjustments_sha256 = Some(adjustments.sha256.clone());
        results.adjustments = adjusted::adjustments(plan, facts);
    }
    results
}

/// After how many units it is said how many are done.
const TOLD_EVERY: usize = 256;

fn score_once(plan: &Plan, facts: &Facts, standard_sha256: &str, period: &str, reached: &dyn Fn(usize, usize)) -> Results {
    let mut units: Vec<UnitResult> = Vec::new();
    let mut contestants: Vec<Option<Contestant>> = Vec::new();
    let mut last: Vec<Option<bool>> = Vec::new();
    let mut racers: Vec<Option<Racer>> = Vec::new();
    let mut candidates = Candidates::new(plan);
    for (index, (member, row)) in facts.members.iter().zip(&facts.rows).enumerate() {
        if index % TOLD_EVERY == 0 {
            reached(index, facts.members.len());
        }
        let Some(program) = plan.programs.get(member.tier) else { continue };
        let (outcome, known) = evaluated(program, row, Until::Scores);
        candidates.add(plan, facts, index, (program, &outcome));
        let contestant = contestant(program, &outcome, &member.name).filter(|_| row.listed);
        racers.push(racer(program, &plan.ranking, &outcome, known.as_ref()).filter(|_| row.listed));
        contestants.push(contestant);
        last.push(ranks_last(program, &outcome).filter(|_| row.listed));
        let known = known.as_ref().filter(|_| row.listed);
        units.push(Scoring { plan, program, outcome: &outcome, known, listed: row.listed, facts, member: index }.unit(&member.name));
    }
    let tiers: Vec<usize> = facts.members.iter().map(|member| member.tier).collect();
    rank(plan, &tiers, &contestants, &mut units);
    rank_in_part(plan, &tiers, (&contestants, &racers), &mut units);
    mark_provisional(plan, &tiers, (&contestants, &last), &mut units);
    list(plan, &tiers, (&contestants, &racers), &mut units);
    let mut taking_part: BTreeMap<String, usize> = BTreeMap::new();
    for unit in units.iter().filter(|unit| unit.status != State::Exempt) {
        *taking_part.entry(unit.tier.clone()).or_default() += 1;
    }
    Results {
        engine: concat!("kaoping ", env!("CARGO_PKG_VERSION")).to_owned(),
        standard: StandardRef {
            id: plan.head.name.clone(),
            name: plan.head.title.clone().unwrap_or_else(|| plan.head.name.clone()),
            version: plan.head.version.clone(),
            sha256: standard_sha256.to_owned(),
        },
        period: period.to_owned(),
        facts_sha256: facts.sha256.clone(),
        adjustments_sha256: None,
        units,
        lists: candidates.lists(plan, facts),
        adjustments: Vec::new(),
        moved: Some(Vec::new()),
        taking_part,
    }
}

/// What a unit brings to the ranking, if it has a total.
pub(crate) fn contestant(program: &Program, outcome: &Outcome<TracedValue>, name: &str) -> Option<Contestant> {
    let values = |steps: &[StepId]| -> Vec<Value> { steps.iter().map(|step| outcome.value(*step)).collect() };
    let keys = values(&program.keys);
    let scored = outcome.status == Status::Scored && keys.iter().all(|key| key.absence().is_none());
    scored.then_some(())?;
    // of a unit of which it is not known whether it ranks last no place is known
    let last = ranks_last(program, outcome)?;
    Some(Contestant { last, keys, listed: values(&program.listed), name: name.to_owned() })
}

/// Whether a veto ranks a unit behind all that have none; none where that is not known.
fn ranks_last(program: &Program, outcome: &Outcome<TracedValue>) -> Option<bool> {
    match program.last.map_or(Value::Truth(false), |last| outcome.value(last)) {
        Value::Truth(last) => Some(last),
        _ => None,
    }
}

/// Gives places to units with a total.
fn rank(plan: &Plan, tiers: &[usize], contestants: &[Option<Contestant>], units: &mut [UnitResult]) {
    for group in groups(plan, tiers) {
        let racing: Vec<(usize, &Contestant)> = group.iter().filter_map(|index| Some((*index, contestants.get(*index)?.as_ref()?))).collect();
        let entries: Vec<&Contestant> = racing.iter().map(|(_, entry)| *entry).collect();
        for ((index, _), place) in racing.iter().zip(places(&plan.ranking, &entries)) {
            if let Some(unit) = units.get_mut(*index) {
                unit.rank = Some(Place(place));
            }
        }
    }
}

/// Gives bounds of places in groups with a unit whose total is known in part.
fn rank_in_part(plan: &Plan, tiers: &[usize], (contestants, racers): (&[Option<Contestant>], &[Option<Racer>]), units: &mut [UnitResult]) {
    for group in groups(plan, tiers) {
        let open = |index: &usize| matches!((contestants.get(*index), racers.get(*index)), (Some(None), Some(Some(_))));
        if !group.iter().any(open) {
            continue;
        }
        let racing: Vec<(usize, &Racer)> = group.iter().filter_map(|index| Some((*index, racers.get(*index)?.as_ref()?))).collect();
        let entries: Vec<&Racer> = racing.iter().map(|(_, racer)| *racer).collect();
        for ((index, _), [best, worst]) in racing.iter().zip(in_part_places::places(plan.ranking.ties, &entries)) {
            let Some(unit) = units.get_mut(*index) else { continue };
            let certain = best == worst && unit.status == State::Scored;
            unit.rank = certain.then_some(Place(best));
            unit.rank_interval = (!certain).then_some(Places { best: Place(best), worst: Place(worst) });
        }
    }
}

/// Marks the places, and the bounds of places, that may change by a total that another unit may yet come to; of every unit it is known
/// whether it ranks last, whatever its total, or not known.
fn mark_provisional(plan: &Plan, tiers: &[usize], (contestants, last): (&[Option<Contestant>], &[Option<bool>]), units: &mut [UnitResult]) {
    let ranks_last = |index: usize| last.get(index).copied().flatten();
    for group in groups(plan, tiers) {
        let waits = |index: &usize| !matches!(contestants.get(*index), Some(Some(_))) && units.get(*index).is_some_and(may_lack_total);
        let waiting: BTreeSet<usize> = group.iter().copied().filter(waits).collect();
        let waiting_before_last: BTreeSet<usize> = waiting.iter().copied().filter(|index| ranks_last(*index) != Some(true)).collect();
        for index in group {
            let Some(unit) = units.get_mut(index).filter(|unit| unit.rank.is_some() || unit.rank_interval.is_some()) else { continue };
            // whatever total a unit comes to that ranks last, it changes no place before those
            let bearing = if ranks_last(index) == Some(false) { &waiting_before_last } else { &waiting };
            unit.provisional = bearing.len() > usize::from(bearing.contains(&index));
        }
    }
}

/// Whether a unit without a place of its own may have no total for want of facts or of what is pending.
fn may_lack_total(unit: &UnitResult) -> bool {
    match unit.status {
        State::Exempt | State::NotApplicable => false,
        State::Partly => unit.possible.iter().any(|state| matches!(state, State::Missing | State::Pending)),
        State::Scored | State::Missing | State::Pending => true,
    }
}

/// The units that are ranked among one another, by their places.
fn groups(plan: &Plan, tiers: &[usize]) -> Vec<Vec<usize>> {
    if plan.ranking.within_tier {
        let of = |tier: usize| (0..tiers.len()).filter(|index| tiers.get(*index) == Some(&tier)).collect();
        (0..plan.programs.len()).map(of).collect()
    } else {
        vec![(0..tiers.len()).collect()]
    }
}

/// The order in which units are printed: by tier, each where it stands. A unit whose total is known in part stands at its place where
/// that is certain; those without one are behind the others as they stand.
fn list(plan: &Plan, tiers: &[usize], (contestants, racers): (&[Option<Contestant>], &[Option<Racer>]), units: &mut [UnitResult]) {
    let of_tier = |tier: usize| (0..units.len()).filter(move |index| tiers.get(*index) == Some(&tier));
    let contestant = |index: usize| contestants.get(index).and_then(Option::as_ref);
    let mut order: Vec<usize> = Vec::new();
    for tier in 0..plan.programs.len() {
        let mut exact: Vec<(usize, &Contestant)> = of_tier(tier).filter_map(|index| Some((index, contestant(index)?))).collect();
        exact.sort_by(|(_, a), (_, b)| listing(&plan.ranking, a, b));
        // in halves: a unit of which not all is known stands between two of which all is
        let mut slots: Vec<((usize, Option<Place>), usize)> = exact.iter().enumerate().map(|(slot, (index, _))| ((2 * slot + 1, None), *index)).collect();
        for index in of_tier(tier).filter(|index| contestant(*index).is_none()) {
            let certain = units.get(index).and_then(|unit| unit.rank_interval).filter(|places| places.best == places.worst);
            let racer = racers.get(index).and_then(Option::as_ref);
            let slot = certain.zip(racer).map(|(places, racer)| {
                let before = |(other, _): &&(usize, &Contestant)| racers.get(*other).and_then(Option::as_ref).is_some_and(|other| other.is_before(racer));
                (2 * exact.iter().filter(before).count(), Some(places.best))
            });
            slots.push((slot.unwrap_or((usize::MAX, None)), index));
        }
        slots.sort();
        order.extend(slots.into_iter().map(|(_, index)| index));
    }
    for (before, index) in order.into_iter().enumerate() {
        if let Some(unit) = units.get_mut(index) {
            unit.listing = before;
        }
    }
}

/// One unit being written down.
struct Scoring<'a> {
    plan: &'a Plan,
    program: &'a Program,
    outcome: &'a Outcome<TracedValue>,
    /// What can be of what is known in part.
    known: Option<&'a Known>,
    /// Whether a table of facts has a row for the unit.
    listed: bool,
    facts: &'a Facts,
    /// Which of the members of the facts.
    member: usize,
}

impl Scoring<'_> {
    fn unit(&self, name: &str) -> UnitResult {
        let trace = Trace { plan: self.plan, program: self.program, outcome: self.outcome };
        let status = if self.listed { State::from(self.outcome.status) } else { State::Missing };
        let evaluated = self.listed && status != State::Exempt;
        let scored = status == State::Scored;
        let possible = self.possible(status);
        let assumptions = if scored || possible.contains(&State::Scored) { texts(self.plan, &self.marks(&trace)) } else { Vec::new() };
        UnitResult {
            unit: name.to_owned(),
            tier: self.program.tier.clone(),
            status,
            possible,
            reason: self.reason(&trace),
            indicators: self.indicators(&trace),
            sections: self.sections(&trace),
            uncapped: if evaluated { self.print(self.program.uncapped, self.plan.head.step) } else { None },
            total: if scored { self.print(self.program.total, self.plan.head.step) } else { None },
            interval: if status == State::Partly { self.between(self.program.total, self.plan.head.step) } else { None },
            full: self.outcome.full(self.program.marks).map(|full| quantity::padded(full, self.plan.head.step)),
            rank: None,
            rank_interval: None,
            provisional: false,
            vetoes: if evaluated { self.vetoes() } else { Vec::new() },
            eligible: if evaluated { self.eligible() } else { None },
            outputs: self.outputs(evaluated),
            adjusted: self.facts.adjustments.iter().flat_map(|adjustments| adjustments.of(self.member)).map(|(index, _)| index).collect(),
            listed: self.program.listed.iter().map(|step| self.outcome.value(*step).decimal()).collect(),
            periods: self.periods(),
            listing: 0,
            lacks_facts: status == State::Missing || evaluated && self.lacks_facts(),
            assumptions,
        }
    }

    /// Whether facts are missing for a part of the results, the total left aside.
    fn lacks_facts(&self) -> bool {
        let program = self.program;
        let vetoes = program.vetoes.iter().map(|(condition, _)| *condition).chain(program.last).chain(program.not_eligible);
        let outputs = self.plan.outputs.iter().filter_map(|id| program.values.get(*id).copied().flatten());
        let missing = |step: StepId| self.outcome.value(step) == Value::Absent(Absence::Missing);
        let lacks = |id: ItemId| program.items.get(id).is_some_and(Option::is_some) && self.item(id).0 == State::Missing;
        program.keys.iter().copied().chain(vetoes).chain(outputs).any(missing) || (0..self.plan.items.len()).any(lacks)
    }

    /// The assumptions that bear on the total, the place or the eligibility.
    fn marks(&self, trace: &Trace<'_>) -> Vec<MarkId> {
        let mut marks = trace.marks(self.program.total);
        let vetoed = [self.program.last, self.program.not_eligible].into_iter().flatten();
        marks.extend(vetoed.filter(|step| self.outcome.value(*step) != Value::Truth(false)).flat_map(|step| trace.marks(step)));
        marks.sort_unstable();
        marks.dedup();
        marks
    }

    fn reason(&self, trace: &Trace<'_>) -> Option<String> {
        if !self.listed {
            return Some(not_listed(self.plan.lang).to_owned());
        }
        match self.outcome.status {
            Status::Scored => None,
            Status::NotApplicable => Some(no_item_applies(self.plan.lang).to_owned()),
            Status::Exempt(exemption) => self.plan.exemptions.get(exemption).map(|exemption| exemption.name.clone()),
            Status::Partly => Some(in_part(self.plan.lang).to_owned()),
            Status::Pending => {
                let marks = pending_texts(trace, self.program.total);
                Some(match self.plan.lang {
                    Lang::Zh => format!("待定 {}", marks.join("、")),
                    Lang::En => format!("pending {}", marks.join(", ")),
                })
            }
            Status::Missing | Status::Faulty(_) => Some(match self.plan.lang {
                Lang::Zh => format!("缺数据 {}", missing_facts(trace, (self.facts, self.member)).join("、")),
                Lang::En => format!("missing {}", missing_facts(trace, (self.facts, self.member)).join(", ")),
            }),
        }
    }

    /// What can become of the unit where that is known in part.
    fn possible(&self, status: State) -> Vec<State> {
        if status == State::Partly { self.known.map(|known| known.states(self.program)).unwrap_or_default() } else { Vec::new() }
    }

    /// Between which numbers a value lies, as they are printed.
    fn between(&self, step: StepId, grid: Decimal) -> Option<Span> {
        Some(Span::of(self.plan, &self.known?.bounds(step).numbers()?, grid))
    }

    /// What the periods that a longer one consists of give.
    fn periods(&self) -> IndexMap<String, Vec<PeriodResult>> {
        let mut found = IndexMap::new();
        for (id, input) in self.plan.inputs.iter().enumerate() {
            let every = input.earlier().is_some_and(|earlier| matches!((earlier.when, earlier.made), (When::Every(_), Made::Fold(_))));
            if !every {
                continue;
            }
            let Some(account) = self.facts.past.account(self.member, id) else { continue };
            let unit = self.program.steps.iter().position(|step| matches!(step, Step::Input(other) if *other == id));
            let unit = unit.and_then(|step| self.program.infos.get(step)).and_then(|info| info.unit.as_ref());
            let counted = |was: &Was| matches!(was.gave, Gave::Value(Value::Truth(true)));
            let of = |was: &Was| PeriodResult {
                period: was.period.to_string(),
                version: was.version.clone(),
                value: match was.gave {
                    Gave::Value(Value::Number(number)) => shown(&number, unit),
                    _ => counted(was).then(|| "1".to_owned()),
                },
                absent: was.gave.words().map(|words| words.get(self.plan.lang).to_owned()),
                excluded: matches!(was.gave, Gave::Left(Left::Excluded)),
            };
            found.insert(input.name.get(self.plan.lang).to_owned(), account.parts.iter().map(of).collect());
        }
        found
    }

    fn vetoes(&self) -> Vec<VetoResult> {
        let found = self.program.vetoes.iter().filter_map(|(condition, veto)| {
            let veto = self.plan.vetoes.get(*veto)?;
            let holds = match self.outcome.value(*condition) {
                Value::Truth(false) => return None,
                value => (value == Value::Truth(true)).then_some(true),
            };
            let (effect, total) = match veto.effect {
                Effect::Total(total) => (VetoEffect::Total, Some(quantity::padded(total, self.plan.head.step))),
                Effect::Last => (VetoEffect::Last, None),
                Effect::NotEligible => (VetoEffect::NotEligible, None),
            };
            Some(VetoResult { effect, total, reason: veto.reason.clone(), holds })
        });
        found.collect()
    }

    fn eligible(&self) -> Option<bool> {
        match self.program.not_eligible.map(|step| self.outcome.value(step)) {
            None => Some(true),
            Some(Value::Truth(lost)) => Some(!lost),
            Some(_) => None,
        }
    }

    fn outputs(&self, evaluated: bool) -> IndexMap<String, Option<Output>> {
        let output = |id: &ValueId| {
            let step = self.program.values.get(*id).copied().flatten().filter(|_| evaluated);
            let name = self.plan.values.get(*id).map(|value| value.name.clone()).unwrap_or_default();
            let shown = |step: StepId, value: &Value| output(self.plan, self.program, step, value);
            let value = step.and_then(|step| shown(step, &self.outcome.value(step)).or_else(|| self.output_in_part(step)));
            (name, value)
        };
        self.plan.outputs.iter().map(output).collect()
    }

    /// Between which numbers an output lies that is known in part.
    fn output_in_part(&self, step: StepId) -> Option<Output> {
        let known = self.known.filter(|_| self.outcome.value(step) == Value::Absent(Absence::Partly))?;
        let hull = known.bounds(step).numbers()?;
        let shown = |end: Option<Number>| match output(self.plan, self.program, step, &Value::Number(end?)) {
            Some(Output::Text(text)) => Some(text),
            _ => None,
        };
        Some(Output::Between { interval: Span { low: shown(hull.low), high: shown(hull.high) } })
    }

    fn indicators(&self, trace: &Trace<'_>) -> IndexMap<String, IndicatorResult> {
        let mut found: IndexMap<String, IndicatorResult> = IndexMap::new();
        for (id, item) in self.plan.indicators() {
            let applies = matches!(self.program.items.get(id), Some(Some(_)));
            if !applies && found.contains_key(&item.name) {
                continue;
            }
            let kind = match item.kind {
                ItemKind::Bonus => Kind::Bonus,
                ItemKind::Penalty => Kind::Penalty,
                ItemKind::Section | ItemKind::Indicator => Kind::Base,
            };
            let (status, score) = self.item(id);
            let assumptions = match self.program.items.get(id) {
                Some(Some(steps)) if self.listed && status != State::NotApplicable => texts(self.plan, &trace.marks(steps.score)),
                _ => Vec::new(),
            };
            let (full, adjusted) = (self.full(id), self.adjusted(trace, id));
            let (possible, interval) = self.item_in_part(id, status);
            found.insert(item.name.clone(), IndicatorResult { kind, status, possible, score, interval, full, assumptions, adjusted });
        }
        found
    }

    /// The adjustments that bear on the score of an item.
    fn adjusted(&self, trace: &Trace<'_>, id: ItemId) -> Vec<usize> {
        let steps = self.program.items.get(id).copied().flatten();
        steps.map(|steps| bearing(trace, steps.score, self.facts, self.member)).unwrap_or_default()
    }

    fn sections(&self, trace: &Trace<'_>) -> IndexMap<String, SectionResult> {
        let mut found = IndexMap::new();
        for (id, item) in self.plan.items.iter().enumerate().filter(|(_, item)| !item.children.is_empty()) {
            if matches!(self.program.items.get(id), Some(Some(_))) {
                let (status, score) = self.item(id);
                let (_, interval) = self.item_in_part(id, status);
                found.insert(item.name.clone(), SectionResult { score, interval, full: self.full(id), adjusted: self.adjusted(trace, id) });
            }
        }
        found
    }

    /// What can become of an item, and between which numbers its score lies, where it is known in part.
    fn item_in_part(&self, id: ItemId, status: State) -> (Vec<State>, Option<Span>) {
        let Some(known) = self.known.filter(|_| status == State::Partly) else { return (Vec::new(), None) };
        let Some(steps) = self.program.items.get(id).copied().flatten() else { return (Vec::new(), None) };
        let grid = self.plan.items.get(id).map_or(self.plan.head.step, |item| item.step);
        let mut states = known.states_of(steps.score);
        if known.may_be_exempt() && !states.contains(&State::NotApplicable) {
            states.push(State::NotApplicable);
        }
        (states, self.between(steps.score, grid))
    }

    fn item(&self, id: ItemId) -> (State, Option<String>) {
        if !self.listed && matches!(self.program.items.get(id), Some(Some(_))) {
            return (State::Missing, None);
        }
        match self.outcome.item(self.program, id) {
            ItemStatus::NotApplicable => (State::NotApplicable, None),
            // no item of an exempt unit applies
            _ if self.known.is_some_and(Known::may_be_exempt) => (State::Partly, None),
            ItemStatus::Scored => {
                let step = self.plan.items.get(id).map_or(self.plan.head.step, |item| item.step);
                let score = self.program.items.get(id).copied().flatten().and_then(|steps| self.print(steps.score, step));
                (State::Scored, score)
            }
            ItemStatus::Missing => (State::Missing, None),
            ItemStatus::Partly => (State::Partly, None),
            ItemStatus::Pending => (State::Pending, None),
        }
    }

    fn full(&self, id: ItemId) -> Option<String> {
        let step = self.plan.items.get(id).map_or(self.plan.head.step, |item| item.step);
        let full = self.program.items.get(id).copied().flatten().and_then(|steps| steps.full);
        full.filter(|_| self.item(id).0 != State::NotApplicable).and_then(|full| self.outcome.full(full)).map(|full| quantity::padded(full, step))
    }

    /// A score as it is printed: rounded to its step where the rules round for print only.
    fn print(&self, id: StepId, step: Decimal) -> Option<String> {
        let value = self.outcome.value(id);
        print(self.plan, value.number()?, step)
    }
}

/// An output in print; none where it is absent.
pub(crate) fn output(plan: &Plan, program: &Program, step: StepId, value: &Value) -> Option<Output> {
    let info = program.infos.get(step)?;
    Some(match value {
        Value::Truth(truth) => Output::Truth(*truth),
        Value::Symbol(symbol) => Output::Text(plan.symbols.get(*symbol)?.clone()),
        Value::Number(number) => {
            let percent = info.unit.as_ref().is_some_and(quantity::Unit::is_percent);
            let hundred = Number::from(Decimal::ONE_HUNDRED);
            let scaled = |number: &Number| if percent { number.times(&hundred).ok() } else { Some(*number) };
            let value = scaled(number)?.decimal()?;
            // points are printed as totals are
            let points = info.unit.as_ref() == Some(&quantity::Unit::score());
            let step = if points { Some(plan.head.step) } else { info.step.and_then(|step| scaled(&Number::from(step))?.decimal()) };
            let step = step.filter(|step| quantity::on_grid(value, *step));
            let digits = quantity::padded(value, step.unwrap_or_else(|| quantity::written_step(value)));
            Output::Text(if percent { format!("{digits}%") } else { digits })
        }
        Value::Absent(_) => return None,
    })
}

/// Why a unit has no one total of which the facts are known in part.
pub(crate) fn in_part(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "数据只知道范围",
        Lang::En => "facts are known within limits only",
    }
}

/// Why a unit has no total to which no item applies.
pub(crate) fn no_item_applies(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "各项均不适用",
        Lang::En => "no item applies",
    }
}

/// Why a registered unit has no score where no table has a row for it.
pub(crate) fn not_listed(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "数据表里没有这个单位",
        Lang::En => "no row in the tables of facts",
    }
}

/// A number as data: rates and percentage points in percent.
fn shown(number: &Number, unit: Option<&Unit>) -> Option<String> {
    let number = if unit.is_some_and(Unit::is_percent) { number.times(&Number::from(Decimal::ONE_HUNDRED)).ok()? } else { *number };
    number.decimal().map(quantity::plain)
}

/// A score in print.
pub(crate) fn print(plan: &Plan, value: &Number, step: Decimal) -> Option<String> {
    let step = value.decimal().map_or(step, |value| {
        if quantity::on_grid(value, step) || plan.head.precision == crate::plan::Precision::Shown { step } else { quantity::written_step(value) }
    });
    round_to(value, step, plan.head.mode).ok().map(|rounded| quantity::padded(rounded, step))
}

/// The names of the facts for want of which a unit has no total.
pub(crate) fn missing_facts(trace: &Trace<'_>, (facts, member): (&Facts, usize)) -> Vec<String> {
    missing_for(trace, trace.program.total, (facts, member))
}

/// The names of the facts for want of which a value is missing, with those that the exemptions want.
pub(crate) fn missing_for(trace: &Trace<'_>, root: StepId, (given, member): (&Facts, usize)) -> Vec<String> {
    let (mut facts, mut inputs) = trace.missing(root);
    if root == trace.program.total {
        for (condition, _) in &trace.program.exemptions {
            let (more, gathered) = trace.missing(*condition);
            facts.extend(more);
            inputs.extend(gathered);
        }
    }
    facts.sort_unstable();
    facts.dedup();
    inputs.sort_unstable();
    inputs.dedup();
    let facts = facts.iter().filter_map(|fact| trace.plan.facts.get(*fact)).map(|fact| fact.label().to_owned());
    let mut told: Vec<String> = facts.collect();
    for words in inputs.into_iter().flat_map(|input| given.past.wanting(trace.plan, member, input)) {
        if !told.contains(&words) {
            told.push(words);
        }
    }
    told
}

/// What is 待定 and leaves a value without a number, in words.
pub(crate) fn pending_texts(trace: &Trace<'_>, root: StepId) -> Vec<String> {
    let is_pending = |mark: &MarkId| trace.plan.marks.get(*mark).is_some_and(|mark| mark.kind == MarkKind::Pending);
    let marks: Vec<MarkId> = trace.marks(root).into_iter().filter(is_pending).collect();
    texts(trace.plan, &marks)
}

/// Assumptions in words: the item they stand in, and their text.
pub(crate) fn texts(plan: &Plan, marks: &[MarkId]) -> Vec<String> {
    marks.iter().filter_map(|mark| plan.marks.get(*mark)).map(|mark| format!("{}:{}", mark.owner, mark.text)).collect()
}
