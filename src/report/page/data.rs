//! What the page holds as data: tiers, units, scores with their marks, and the derivation of every number.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;
use serde::Serialize;

use super::Subject;
use super::findings::{Findings, Verdict};
use super::pack::{Cut, Dictionary, Packed, Packer};
use super::place::{self, Standings};
use super::words::words;
use crate::audit::denominators::{Rate, Scales, Weight, rates};
use crate::audit::distribution::{Level, Range, distribution, level, level_beside_marks, range_of};
use crate::diag::Lang;
use crate::eval::Until;
use crate::eval::trace::Trace;
use crate::explain::{Case, Topic};
use crate::plan::{Plan, Program, Role};
use crate::quantity;
use crate::report::derivation::{Line, Passage, PassageKind, Told, told, told_of_step};
use crate::report::pick;
use crate::report::view::{View, in_part};
use crate::results::{IndicatorResult, Kind, State, UnitResult, evaluated};

/// Everything that the page draws from.
#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    lang: &'static str,
    words: IndexMap<&'static str, &'static str>,
    columns: Vec<ColumnData<'a>>,
    tiers: Vec<TierData<'a>>,
    units: Vec<UnitData<'a>>,
    verdicts: Vec<VerdictData<'a>>,
    /// Why verdicts are what they are, each reason once.
    reasons: IndexSet<&'a str>,
    #[serde(flatten)]
    dictionary: Dictionary,
}

#[derive(Debug, Serialize)]
struct ColumnData<'a> {
    name: &'a str,
    group: String,
    marks: Option<&'a str>,
}

/// A tier; a unit of it has a derivation for each column, the total, the place, each value it is listed by, and each output.
#[derive(Debug, Serialize)]
pub(super) struct TierData<'a> {
    pub(super) name: &'a str,
    pub(super) heading: String,
    listed: Vec<String>,
    outputs: Vec<&'a str>,
    columns: Vec<usize>,
    rates: Vec<RateData>,
    #[serde(skip)]
    pub(super) ranges: Vec<Range>,
    #[serde(skip)]
    program: usize,
}

#[derive(Debug, Serialize)]
struct RateData {
    name: String,
    divisor: String,
    /// The indicators that read it, as places in [`TierData::columns`].
    columns: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct UnitData<'a> {
    name: &'a str,
    tier: usize,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    rank: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    provisional: bool,
    total: String,
    /// The range of the distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    listed: Vec<String>,
    scores: Vec<String>,
    /// A letter for each score and one for the total.
    levels: String,
    /// Letters for each score and for the total.
    marks: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    vetoes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved: Option<&'a str>,
    /// For each rate of the tier the number of cases and what one of them moves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    weights: Vec<Option<(String, Vec<Option<String>>)>>,
    derivations: Vec<String>,
}

/// A verdict: the unit and its derivation, or their names where the page has none; what was published and computed; a letter; why.
#[derive(Debug, Serialize)]
struct VerdictData<'a>(Named<'a>, Named<'a>, &'a str, Option<&'a str>, char, usize);

/// Something on the page, or else a name.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Named<'a> {
    Here(usize),
    Called(&'a str),
}

impl<'a> Data<'a> {
    pub(super) fn new(view: &'a View<'a>, subject: &Subject<'a>, findings: &'a Findings, reached: &dyn Fn(usize, usize)) -> Self {
        let plan = subject.plan;
        let tiers: Vec<TierData<'a>> = (0..plan.programs.len()).filter_map(|program| tier(view, plan, program)).collect();
        let ordered = in_order(view, &tiers);
        let verdicts = by_cell(findings);
        let standings = Standings::new(view.results, plan.ranking.within_tier);
        let writer = Units { view, subject, tiers: &tiers, verdicts: &verdicts, standings: &standings };
        let mut packer = Packer::default();
        let packed = writer.derivations(&ordered, &mut packer, reached);
        let mut weighed = writer.weights(&ordered);
        let places = packer.kept_places();
        let mut units: Vec<UnitData<'a>> = Vec::new();
        for ((unit, tier), packed) in ordered.iter().zip(&packed) {
            let derivations = packed.iter().map(|packed| packer.kept(packed, &places)).collect();
            let weights = weighed.remove(unit.unit.as_str()).unwrap_or_default();
            units.push(writer.unit(unit, *tier, weights, derivations));
        }
        let mut reasons: IndexSet<&str> = IndexSet::new();
        let numbers: BTreeMap<&str, (usize, usize)> = units.iter().enumerate().map(|(number, unit)| (unit.name, (number, unit.tier))).collect();
        let verdicts = findings.cells.iter().map(|cell| {
            let unit = numbers.get(cell.unit.as_str()).copied();
            let topic = unit.and_then(|(_, tier)| topic(view, tiers.get(tier)?, &cell.column));
            VerdictData(
                unit.map_or(Named::Called(&cell.unit), |(number, _)| Named::Here(number)),
                topic.map_or(Named::Called(&cell.column), Named::Here),
                &cell.published,
                cell.computed.as_deref(),
                cell.verdict.letter(),
                reasons.insert_full(&cell.why).0,
            )
        });
        let verdicts = verdicts.collect();
        let column = |column: &'a crate::report::view::Column<'a>| ColumnData {
            name: column.name,
            group: column.groups.iter().map(|group| group.text(view.lang)).collect::<Vec<_>>().join(" / "),
            marks: column.marks.as_deref(),
        };
        Data {
            lang: pick(view.lang, "zh", "en"),
            words: words(view.lang),
            columns: view.columns.iter().map(column).collect(),
            tiers,
            units,
            verdicts,
            reasons,
            dictionary: packer.dictionary(),
        }
    }

    pub(super) fn tiers(&self) -> &[TierData<'a>] {
        &self.tiers
    }

    pub(super) fn count(&self) -> usize {
        self.units.len()
    }
}

fn tier<'a>(view: &View<'a>, plan: &'a Plan, number: usize) -> Option<TierData<'a>> {
    let program = plan.programs.get(number)?;
    let units = || view.results.units.iter().filter(|unit| unit.tier == program.tier);
    units().next()?;
    let shown = view.tiers.iter().find(|tier| tier.name == program.tier);
    let title = program.title.as_deref().unwrap_or(&program.tier);
    let totals: Vec<Decimal> = units().filter_map(|unit| unit.total.as_deref()?.parse().ok()).collect();
    let columns = shown.map(|tier| tier.columns.clone()).unwrap_or_default();
    Some(TierData {
        name: &program.tier,
        heading: shown.map_or_else(|| title.to_owned(), |tier| tier.heading(view.lang)),
        listed: shown.map(|tier| tier.listed.iter().map(|listed| listed.label.clone()).collect()).unwrap_or_default(),
        outputs: plan.outputs.iter().filter_map(|output| plan.values.get(*output)).map(|output| output.name.as_str()).collect(),
        rates: rates(plan, program).iter().map(|rate| rate_data(view, plan, rate, &columns)).collect(),
        columns,
        ranges: distribution(&totals),
        program: number,
    })
}

fn rate_data(view: &View<'_>, plan: &Plan, rate: &Rate, columns: &[usize]) -> RateData {
    let name = match rate.role {
        Role::Derived(fact) => plan.facts.get(fact).map(|fact| fact.label().to_owned()),
        Role::Value(value) => plan.values.get(value).map(|value| value.name.clone()),
        Role::Item(item) => plan.items.get(item).map(|item| item.name.clone()),
        _ => None,
    };
    let item = |item: &usize| {
        let name = plan.items.get(*item).map(|item| item.name.as_str());
        columns.iter().position(|column| view.columns.get(*column).map(|column| column.name) == name)
    };
    RateData {
        name: name.unwrap_or_default(),
        divisor: plan.facts.get(rate.divisor).map(|fact| fact.label().to_owned()).unwrap_or_default(),
        // an indicator without a column of its own is that of another tier
        columns: rate.items.iter().map(|one| item(one).unwrap_or(usize::MAX)).filter(|column| *column != usize::MAX).collect(),
    }
}

/// The units as the page lists them, each with its tier.
fn in_order<'a>(view: &View<'a>, tiers: &[TierData<'a>]) -> Vec<(&'a UnitResult, usize)> {
    let mut found: Vec<(&UnitResult, usize)> =
        view.results.units.iter().filter_map(|unit| Some((unit, tiers.iter().position(|tier| tier.name == unit.tier)?))).collect();
    found.sort_by_key(|(unit, tier)| (*tier, unit.status == State::Exempt, unit.listing));
    found
}

fn by_cell(findings: &Findings) -> BTreeMap<(&str, &str), Verdict> {
    findings.cells.iter().map(|cell| ((cell.unit.as_str(), cell.column.as_str()), cell.verdict)).collect()
}

/// Which derivation of a unit of the tier tells of a published column.
fn topic(view: &View<'_>, tier: &TierData<'_>, column: &str) -> Option<usize> {
    let of = |number: &usize| view.columns.get(*number).map(|column| column.name);
    let item = tier.columns.iter().position(|number| of(number) == Some(column));
    let after = tier.columns.len();
    item.or_else(|| (column == view.total).then_some(after))
        .or_else(|| (column == pick(view.lang, "名次", "rank")).then_some(after + 1))
        .or_else(|| tier.listed.iter().position(|listed| listed == column).map(|listed| after + 2 + listed))
        .or_else(|| tier.outputs.iter().position(|output| *output == column).map(|output| after + 2 + tier.listed.len() + output))
}

/// What units are written with.
struct Units<'w, 'a> {
    view: &'a View<'a>,
    subject: &'w Subject<'a>,
    tiers: &'w [TierData<'a>],
    verdicts: &'w BTreeMap<(&'a str, &'a str), Verdict>,
    standings: &'w Standings<'a>,
}

type Weights = Vec<Option<(String, Vec<Option<String>>)>>;

/// How many units are told before they are packed: what is told in full takes room.
const AT_ONCE: usize = 128;

impl<'a> Units<'_, 'a> {
    fn unit(&self, unit: &'a UnitResult, number: usize, weights: Weights, derivations: Vec<String>) -> UnitData<'a> {
        let view = self.view;
        let tier = self.tiers.get(number);
        let takes_part = unit.status != State::Exempt;
        let columns = tier.filter(|_| takes_part).into_iter().flat_map(|tier| &tier.columns).filter_map(|column| view.columns.get(*column));
        let indicators: Vec<(&str, Option<&IndicatorResult>)> = columns.map(|column| (column.name, unit.indicators.get(column.name))).collect();
        let score = |one: &IndicatorResult| one.score.clone().unwrap_or_else(|| in_part((one.status, &one.possible), one.interval.as_ref(), view.lang));
        let shown = view.tiers.iter().find(|tier| tier.name == unit.tier).filter(|_| takes_part);
        let place = unit.rank.map_or_else(|| "—".to_owned(), |place| quantity::plain(place.0));
        let total = unit.total.clone().unwrap_or_else(|| in_part((unit.status, &unit.possible), unit.interval.as_ref(), view.lang));
        UnitData {
            name: &unit.unit,
            tier: number,
            state: unit.status,
            reason: unit.reason.as_deref(),
            rank: unit.rank_interval.as_ref().map_or(place, ToString::to_string),
            provisional: unit.provisional,
            total,
            range: unit.total.as_deref().and_then(|total| total.parse().ok()).and_then(|total| range_of(&tier?.ranges, total)),
            listed: shown.map(|tier| tier.listed.iter().map(|listed| listed.of(unit)).collect()).unwrap_or_default(),
            scores: indicators.iter().map(|(_, one)| one.map(score).unwrap_or_default()).collect(),
            levels: indicators.iter().map(|(_, one)| one.and_then(level_of)).chain([total_level(unit)]).map(level_letter).collect(),
            marks: self.marks(unit, &indicators),
            outputs: if takes_part { view.outputs.iter().map(|name| view.output(unit, name)).collect() } else { Vec::new() },
            vetoes: view.vetoes_of(unit),
            moved: view.moved.get(unit.unit.as_str()).map(String::as_str),
            weights,
            derivations,
        }
    }

    /// Letters for what is to be known of each score, of the total and of the place.
    fn marks(&self, unit: &UnitResult, indicators: &[(&str, Option<&IndicatorResult>)]) -> Vec<String> {
        let letters = |signs: &[(char, bool)], column: &str| -> String {
            let signs = signs.iter().filter(|(_, applies)| *applies).map(|(letter, _)| *letter);
            signs.chain(self.verdict(&unit.unit, column).map(Verdict::letter)).collect()
        };
        let of_score = |(name, one): &(&str, Option<&IndicatorResult>)| {
            let signs = |one: &IndicatorResult| [('a', !one.assumptions.is_empty()), ('j', !one.adjusted.is_empty()), ('b', one.status == State::Partly)];
            one.map(|one| letters(&signs(one), name)).unwrap_or_default()
        };
        let of_total = [('a', !unit.assumptions.is_empty()), ('j', !unit.adjusted.is_empty()), ('b', unit.status == State::Partly)];
        let total = letters(&of_total, self.view.total);
        let place = letters(&[('b', unit.rank_interval.is_some())], pick(self.view.lang, "名次", "rank"));
        indicators.iter().map(of_score).chain([total, place]).collect()
    }

    fn verdict(&self, unit: &str, column: &str) -> Option<Verdict> {
        self.verdicts.get(&(unit, column)).copied()
    }

    /// The derivations of every unit, told by as many threads as there are and packed in order.
    fn derivations(&self, ordered: &[(&'a UnitResult, usize)], packer: &mut Packer, reached: &dyn Fn(usize, usize)) -> Vec<Vec<Packed>> {
        let members: BTreeMap<&str, usize> = self.subject.facts.members.iter().map(|member| member.name.as_str()).zip(0..).collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut found = Vec::new();
        for some in ordered.chunks(AT_ONCE) {
            reached(found.len(), ordered.len());
            let share = some.len().div_ceil(threads).max(1);
            let work = |part: &[(&'a UnitResult, usize)]| -> Vec<Vec<(Told, Cut)>> {
                part.iter().map(|(unit, tier)| members.get(unit.unit.as_str()).map(|member| self.told(unit, *tier, *member)).unwrap_or_default()).collect()
            };
            let told: Vec<Vec<(Told, Cut)>> = std::thread::scope(|scope| {
                let work = &work;
                let running: Vec<_> = some.chunks(share).map(|part| (part, scope.spawn(move || work(part)))).collect();
                running.into_iter().flat_map(|(part, thread)| thread.join().unwrap_or_else(|_| work(part))).collect()
            });
            for ((unit, _), told) in some.iter().zip(&told) {
                found.push(told.iter().map(|(told, cut)| packer.add(&unit.unit, told, *cut)).collect());
            }
        }
        found
    }

    /// The derivations of a unit, in the order of its tier.
    fn told(&self, unit: &UnitResult, tier: usize, member: usize) -> Vec<(Told, Cut)> {
        let Subject { plan, facts, sources } = *self.subject;
        let lang = self.view.lang;
        let (Some(tier), Some(row)) = (self.tiers.get(tier), facts.rows.get(member)) else { return Vec::new() };
        let Some(program) = plan.programs.get(tier.program) else { return Vec::new() };
        if !row.listed {
            let why = crate::results::not_listed(lang).to_owned();
            let count = tier.columns.len() + 2 + tier.listed.len() + tier.outputs.len();
            return (0..count).map(|_| (Told { head: unit.unit.clone(), sentence: why.clone(), passages: Vec::new() }, Cut::Whole)).collect();
        }
        let (outcome, _) = evaluated(program, row, Until::Scores);
        let trace = Trace { plan, program, outcome: &outcome };
        let case = Case { trace, facts, row, sources, unit: &unit.unit, member, period: &self.view.results.period };
        let exempt = unit.status == State::Exempt;
        let columns = if exempt { &[][..] } else { tier.columns.as_slice() };
        let mut found: Vec<(Told, Cut)> = Vec::new();
        for column in columns {
            let name = self.view.columns.get(*column).map_or("", |column| column.name);
            let topic = item(plan, program, name).map_or(Topic::Total, Topic::Item);
            found.push((told(&case, topic, lang), Cut::Whole));
        }
        found.push((told(&case, Topic::Total, lang), Cut::Fine));
        if exempt {
            return found;
        }
        found.push((place::told(self.view, &case, self.standings, unit), Cut::Fine));
        for (listed, label) in tier.listed.iter().enumerate() {
            let lines = self.listed(program, listed).map(|step| told_of_step(&case, step, lang)).unwrap_or_default();
            found.push((listing(&case, label, lines, lang), Cut::Whole));
        }
        found.extend(plan.outputs.iter().map(|output| (told(&case, Topic::Output(*output), lang), Cut::Fine)));
        found
    }

    /// The step of a value that units of the tier are listed by.
    fn listed(&self, program: &Program, listed: usize) -> Option<usize> {
        let tier = self.view.tiers.iter().find(|tier| tier.name == program.tier)?;
        program.listed.get(tier.listed.get(listed)?.key).copied()
    }

    /// What rates are made of, by unit.
    fn weights(&self, ordered: &[(&'a UnitResult, usize)]) -> BTreeMap<&'a str, Weights> {
        let Subject { plan, facts, .. } = *self.subject;
        let rows: BTreeMap<&str, usize> = facts.members.iter().map(|member| member.name.as_str()).zip(0..).collect();
        let mut found = BTreeMap::new();
        for (number, tier) in self.tiers.iter().enumerate() {
            let Some(program) = plan.programs.get(tier.program) else { continue };
            let rates = rates(plan, program);
            let mut scales = Scales::new(program);
            for (unit, _) in ordered.iter().filter(|(unit, tier)| *tier == number && unit.status != State::Exempt && !rates.is_empty()) {
                let Some(row) = rows.get(unit.unit.as_str()).and_then(|row| facts.rows.get(*row)).filter(|row| row.listed) else { continue };
                let weights: Weights = rates.iter().map(|rate| scales.weigh(rate, row).map(|weight| printed(plan, &weight))).collect();
                found.insert(unit.unit.as_str(), weights);
            }
        }
        found
    }
}

/// The indicator of that name that applies to the tier.
fn item(plan: &Plan, program: &Program, name: &str) -> Option<usize> {
    let applies = |id: &usize| matches!(program.items.get(*id), Some(Some(_)));
    plan.indicators().filter(|(_, item)| item.name == name).map(|(id, _)| id).find(applies)
}

fn printed(plan: &Plan, weight: &Weight) -> (String, Vec<Option<String>>) {
    let moves = weight.moves.iter().map(|moved| moved.map(|moved| quantity::padded(moved, plan.head.step)));
    (quantity::plain(weight.cases), moves.collect())
}

/// Where a value that units are listed by comes from.
fn listing(case: &Case<'_>, label: &str, lines: Vec<Line>, lang: Lang) -> Told {
    let tier = &case.trace.program.tier;
    let first = lines.first().map(|line| line.text.clone()).unwrap_or_default();
    let sentence = format!("{first}{}", pick(lang, "。", "."));
    let passages = vec![Passage { kind: PassageKind::Tree, heading: pick(lang, "由来", "Derivation"), lines }];
    Told { head: format!("{}({tier}) {}  {label}", case.unit, case.period), sentence, passages }
}

fn level_of(one: &IndicatorResult) -> Option<Level> {
    let score: Decimal = one.score.as_deref()?.parse().ok()?;
    Some(match one.kind {
        Kind::Base => level(score, one.full.as_deref().and_then(|full| full.parse().ok())),
        Kind::Bonus | Kind::Penalty => level_beside_marks(score),
    })
}

fn total_level(unit: &UnitResult) -> Option<Level> {
    let full = unit.full.as_deref().and_then(|full| full.parse().ok());
    Some(level(unit.total.as_deref()?.parse().ok()?, full))
}

fn level_letter(level: Option<Level>) -> char {
    match level {
        None => '-',
        Some(Level::None) => '0',
        Some(Level::BelowHalf) => '1',
        Some(Level::BelowEightTenths) => '2',
        Some(Level::BelowAll) => '3',
        Some(Level::Full) => '4',
        Some(Level::Added) => '5',
        Some(Level::Taken) => '6',
        Some(Level::Plain) => '7',
    }
}
