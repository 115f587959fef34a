//! What every format of the results shows: one model, built once; after it nothing is computed.

use indexmap::IndexMap;

use super::pick;
use super::value::{mode_word, state_word};
use crate::diag::Lang;
use crate::plan::{ItemId, ItemKind, Plan, Precision, Program, Role, Ties};
use crate::quantity::{self, Unit};
use crate::results::{
    Adjusted, InPart, IndicatorResult, Kind, ListResult, ListedUnit, Moved, Output, PeriodResult, Places, Results, Span, Standing, State, UnitResult,
    VetoEffect, VetoResult, texts,
};

/// Of which units results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Every,
    OneUnit,
}

/// The results of a period as they are printed.
pub(crate) struct View<'a> {
    pub(crate) lang: Lang,
    pub(crate) results: &'a Results,
    extent: Extent,
    /// The number or name of the document, if the standard states one.
    pub(crate) document: Option<&'a str>,
    /// How published tables head the total.
    pub(crate) total: &'a str,
    /// Every indicator, in the order of the rules.
    pub(crate) columns: Vec<Column<'a>>,
    /// The further results that the standard defines.
    pub(crate) outputs: Vec<&'a str>,
    /// Whether the standard has vetoes.
    pub(crate) has_vetoes: bool,
    /// The tiers that have a unit which takes part.
    pub(crate) tiers: Vec<Tier<'a>>,
    pub(crate) without_total: Vec<WithoutTotal<'a>>,
    /// Whether the place of any unit is provisional.
    pub(crate) has_provisional: bool,
    /// All that the standard leaves open, with the number of units whose totals rest on it.
    pub(crate) assumptions: Vec<(String, usize)>,
    /// How the standard rounds, ranks and lists, as name and words.
    pub(crate) rules: Vec<(&'static str, String)>,
    /// What moved by the adjustments, by unit: of what, from where to where.
    pub(crate) moved: IndexMap<&'a str, String>,
}

/// An indicator as a column.
#[derive(Debug)]
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    /// The items that it stands in, the outermost first.
    pub(crate) groups: Vec<Heading>,
    /// Its marks; of several tiers that differ all of them.
    pub(crate) marks: Option<String>,
    pub(crate) kind: Kind,
    /// The decimal places of its scores.
    pub(crate) places: usize,
}

/// A section as a heading over its indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) name: String,
    pub(crate) marks: Option<String>,
}

impl Heading {
    /// `办件质效(55)`.
    pub(crate) fn text(&self, lang: Lang) -> String {
        headed(&self.name, self.marks.as_deref(), lang)
    }
}

impl Column<'_> {
    /// `及时签收率(10)`.
    pub(crate) fn text(&self, lang: Lang) -> String {
        headed(self.name, self.marks.as_deref(), lang)
    }
}

fn headed(name: &str, marks: Option<&str>, lang: Lang) -> String {
    match (marks, lang) {
        (None, _) => name.to_owned(),
        (Some(marks), Lang::Zh) => format!("{name}({marks})"),
        (Some(marks), Lang::En) => format!("{name} ({marks})"),
    }
}

/// The units of a tier that take part.
pub(crate) struct Tier<'a> {
    pub(crate) name: &'a str,
    pub(crate) title: &'a str,
    pub(crate) marks: String,
    /// What units are listed by, besides the total.
    pub(crate) listed: Vec<Listed>,
    /// The indicators that apply, as places in [`View::columns`].
    pub(crate) columns: Vec<usize>,
    /// In the order of the ranking; those without a total last.
    pub(crate) units: Vec<&'a UnitResult>,
    /// How many take part, whether they are shown or not.
    pub(crate) taking_part: usize,
}

/// A value by which units are listed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Which of the keys.
    pub(crate) key: usize,
    pub(crate) label: String,
}

impl Listed {
    /// The value of a unit, in print.
    pub(crate) fn of(&self, unit: &UnitResult) -> String {
        unit.listed.get(self.key).copied().flatten().map(quantity::plain).unwrap_or_default()
    }
}

impl Tier<'_> {
    /// `各县、赣榆区(满分 150 分,4 家)`; of a part of the units, `各县、赣榆区(满分 150 分,4 家之 1)`.
    pub(crate) fn heading(&self, lang: Lang) -> String {
        let (title, marks, count, shown) = (self.title, &self.marks, self.taking_part, self.units.len());
        match (lang, shown < count) {
            (Lang::Zh, false) => format!("{title}(满分 {marks} 分,{count} 家)"),
            (Lang::Zh, true) => format!("{title}(满分 {marks} 分,{count} 家之 {shown})"),
            (Lang::En, false) => format!("{title} (marks {marks}, units {count})"),
            (Lang::En, true) => format!("{title} (marks {marks}, {shown} of {count} units)"),
        }
    }
}

/// Units without a total for one reason.
#[derive(Debug)]
pub(crate) struct WithoutTotal<'a> {
    pub(crate) state: State,
    pub(crate) tier: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) units: Vec<&'a str>,
    extent: Extent,
}

impl WithoutTotal<'_> {
    /// `不参评(部门,本月无工单,10 家):…`.
    pub(crate) fn text(&self, lang: Lang) -> String {
        let (word, tier, reason, count) = (state_word(self.state, lang), self.tier, self.reason, self.units.len());
        let names = self.units.join(pick(lang, "、", ", "));
        match (lang, self.extent) {
            (Lang::Zh, Extent::Every) => format!("{word}({tier},{reason},{count} 家):{names}"),
            (Lang::En, Extent::Every) => format!("{word} ({tier}, {reason}, units {count}): {names}"),
            // of how many it is true is not known of one unit
            (Lang::Zh, Extent::OneUnit) => format!("{word}({tier},{reason}):{names}"),
            (Lang::En, Extent::OneUnit) => format!("{word} ({tier}, {reason}): {names}"),
        }
    }
}

impl<'a> View<'a> {
    /// The view of results that were computed by that plan.
    pub(crate) fn new(plan: &'a Plan, results: &'a Results, lang: Lang, extent: Extent) -> Self {
        let columns = columns(plan, lang);
        let tiers = plan.programs.iter().filter_map(|program| tier(plan, program, results, &columns)).collect();
        View {
            lang,
            results,
            extent,
            document: plan.head.document.as_deref(),
            total: plan.total_columns.first().map_or(pick(lang, "总分", "total"), String::as_str),
            columns,
            outputs: plan.outputs.iter().filter_map(|output| plan.values.get(*output)).map(|output| output.name.as_str()).collect(),
            has_vetoes: !plan.vetoes.is_empty(),
            tiers,
            without_total: without_total(results, extent),
            has_provisional: results.units.iter().any(|unit| unit.provisional),
            assumptions: assumptions(plan, results),
            rules: rules(plan, lang),
            moved: results.moved.iter().flatten().map(|moved| (moved.unit.as_str(), moved_text(moved, lang))).collect(),
        }
    }

    /// The period as a heading names it: `2020年11月`.
    pub(crate) fn period(&self) -> String {
        let period = &self.results.period;
        match (self.lang, period.split_once('-')) {
            (Lang::En, _) => period.clone(),
            (Lang::Zh, None) => format!("{period}年"),
            (Lang::Zh, Some((year, part))) => match part.strip_prefix('Q') {
                Some(quarter) => format!("{year}年第{quarter}季度"),
                None => format!("{year}年{}月", part.trim_start_matches('0')),
            },
        }
    }

    /// `名称  版本  期别`.
    pub(crate) fn title(&self) -> String {
        format!("{}  {}  {}", self.results.standard.name, self.results.standard.version, self.results.period)
    }

    /// What marks a place as provisional.
    pub(crate) fn provisional_mark(&self) -> &'static str {
        provisional_mark(self.lang)
    }

    /// The place of a unit in print.
    pub(crate) fn place(&self, unit: &UnitResult) -> String {
        let between = unit.rank_interval.as_ref().map(Places::to_string);
        let Some(place) = between.or_else(|| unit.rank.map(|place| quantity::plain(place.0))) else { return "—".to_owned() };
        if unit.provisional { format!("{place}{}", self.provisional_mark()) } else { place }
    }

    /// What it means that a place is provisional.
    pub(crate) fn provisional_note(&self) -> &'static str {
        pick(self.lang, "标(暂)的名次是暂定的:同组还有单位没有总分。", "Places marked ? are provisional: units of the same group have no total yet.")
    }

    /// An indicator of a unit in print: the score, or why there is none.
    pub(crate) fn score(&self, unit: &UnitResult, name: &str) -> String {
        let shown = |one: &IndicatorResult| {
            let score = one.score.clone().unwrap_or_else(|| in_part((one.status, &one.possible), one.interval.as_ref(), self.lang));
            marked(score, &one.adjusted)
        };
        unit.indicators.get(name).map(shown).unwrap_or_default()
    }

    /// The total of a unit in print, or why there is none.
    pub(crate) fn total_of(&self, unit: &UnitResult) -> String {
        let total = unit.total.clone().unwrap_or_else(|| in_part((unit.status, &unit.possible), unit.interval.as_ref(), self.lang));
        marked(total, &unit.adjusted)
    }

    /// A further result of a unit in print; nothing where there is none.
    pub(crate) fn output(&self, unit: &UnitResult, name: &str) -> String {
        match unit.outputs.get(name) {
            Some(Some(Output::Truth(true))) => pick(self.lang, "是", "yes").to_owned(),
            Some(Some(Output::Truth(false))) => pick(self.lang, "否", "no").to_owned(),
            Some(Some(Output::Text(text))) => text.clone(),
            Some(Some(Output::Between { interval })) => interval.to_string(),
            _ => String::new(),
        }
    }

    /// The vetoes of units, each with what it does.
    pub(crate) fn vetoes(&self) -> impl Iterator<Item = (&str, String)> {
        self.results.units.iter().filter(|unit| !unit.vetoes.is_empty()).map(|unit| (unit.unit.as_str(), self.vetoes_of(unit)))
    }

    /// The vetoes of a unit: `发生重大事故(总分至多 0.00 分);瞒报(取消评优)`.
    pub(crate) fn vetoes_of(&self, unit: &UnitResult) -> String {
        let told: Vec<String> = unit.vetoes.iter().map(|veto| veto_text(veto, self.lang)).collect();
        told.join(pick(self.lang, ";", "; "))
    }

    /// What stands over the vetoes.
    pub(crate) fn vetoes_heading(&self) -> &'static str {
        pick(self.lang, "一票否决:", "Vetoes:")
    }

    /// The adjustments in words.
    pub(crate) fn adjustments(&self) -> impl Iterator<Item = String> {
        self.results.adjustments.iter().map(|adjusted| format!("{}{}{}", adjusted.unit, pick(self.lang, ":", ": "), adjustment_text(adjusted, self.lang)))
    }

    /// Of a longer period: what its periods gave to each value that is made of them, unit by unit.
    pub(crate) fn periods(&self) -> Vec<String> {
        let lang = self.lang;
        let mut lines = Vec::new();
        for (unit, (name, periods)) in self.results.units.iter().flat_map(|unit| unit.periods.iter().map(move |one| (unit, one))) {
            let of_version = |one: &&PeriodResult| one.value.is_some() || one.version.is_some();
            let told = periods.iter().filter(of_version).filter(|one| !one.excluded);
            let said = |one: &PeriodResult| one.value.as_ref().or(one.absent.as_ref()).map(|said| format!("{} {said}", one.period));
            let told: Vec<String> = told.filter_map(said).collect();
            if !periods.iter().any(|one| of_version(&one)) || unit.status == State::Exempt {
                continue;
            }
            let list = if told.is_empty() { pick(lang, "无", "none").to_owned() } else { told.join(pick(lang, "、", ", ")) };
            lines.push(format!("{}  {name}{}{list}", unit.unit, pick(lang, ":", ": ")));
        }
        lines
    }

    /// What stands over them.
    pub(crate) fn periods_heading(&self) -> &'static str {
        pick(self.lang, "由各期得出:", "From the periods:")
    }

    /// Whether there is anything to be said of adjustments.
    pub(crate) fn has_adjustments(&self) -> bool {
        !self.results.adjustments.is_empty() || !self.moved.is_empty()
    }

    /// What stands over the adjustments.
    pub(crate) fn adjustments_heading(&self) -> &'static str {
        if self.results.adjustments.is_empty() {
            return pick(self.lang, "申诉后的调整都是别的单位的。", "The adjustments after appeals are all of other units.");
        }
        pick(self.lang, "申诉后的调整,标 * 的得分与总分由此改变:", "Adjustments after appeals; scores and totals marked * rest on them:")
    }

    /// What stands over what moved, or says why nothing can be told of it.
    pub(crate) fn moved_heading(&self) -> &'static str {
        match (&self.results.moved, self.lang) {
            (Some(moved), Lang::Zh) if moved.is_empty() && self.extent == Extent::OneUnit => "调整后该单位的得分与名次没有变动。",
            (Some(moved), Lang::En) if moved.is_empty() && self.extent == Extent::OneUnit => "No score of the unit and not its place moved by the adjustments.",
            (None, Lang::Zh) => "调整前的数据有误,不能与调整前比较。",
            (None, Lang::En) => "The facts before the adjustments have faults: there is nothing to compare with.",
            (Some(moved), Lang::Zh) if moved.is_empty() => "调整后得分与名次都没有变动。",
            (Some(moved), Lang::En) if moved.is_empty() => "No score and no place moved by the adjustments.",
            (Some(_), Lang::Zh) => "调整引起的变动(调整前 → 调整后):",
            (Some(_), Lang::En) => "What moved by the adjustments (before → after):",
        }
    }

    /// The lists that the rules name, each as its heading and who is on it.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (String, String)> {
        self.results.lists.iter().map(|list| (list_heading(list, self.lang), list_text(list, self.lang)))
    }

    /// What stands over the lists.
    pub(crate) fn lists_heading(&self) -> &'static str {
        pick(self.lang, "名单", "Lists")
    }

    /// Whether every unit of a tier has full marks, or 0 of a bonus or penalty: a column with nothing to be seen.
    pub(crate) fn is_plain(&self, tier: &Tier<'_>, column: usize) -> bool {
        self.columns.get(column).is_some_and(|column| tier.units.iter().all(|unit| is_full(unit, column.name)))
    }

    /// What is said of the columns with nothing to be seen.
    pub(crate) fn folded(&self, tier: &Tier<'_>, folded: &[usize]) -> Vec<String> {
        let lang = self.lang;
        let Some(first) = tier.units.first() else { return Vec::new() };
        let columns = || folded.iter().filter_map(|column| self.columns.get(*column));
        let full_marks = |name: &str| first.indicators.get(name).and_then(|one| one.full.clone()).unwrap_or_default();
        let full: Vec<String> =
            columns().filter(|column| column.kind == Kind::Base).map(|column| format!("{} {}", column.name, full_marks(column.name))).collect();
        let zero: Vec<&str> = columns().filter(|column| column.kind != Kind::Base).map(|column| column.name).collect();
        let comma = pick(lang, "、", ", ");
        let all = self.extent == Extent::Every;
        let mut told = Vec::new();
        if !full.is_empty() {
            let words = if all { pick(lang, "各家均为满分:", "full marks for all: ") } else { pick(lang, "满分:", "full marks: ") };
            told.push(format!("{words}{}", full.join(comma)));
        }
        if !zero.is_empty() {
            let words = if all { pick(lang, "各家均为 0 分:", "0 for all: ") } else { pick(lang, "0 分:", "0 points: ") };
            told.push(format!("{words}{}", zero.join(comma)));
        }
        told
    }

    /// What stands over the assumptions.
    pub(crate) fn assumptions_heading(&self) -> &'static str {
        pick(
            self.lang,
            "标准里的假设与未定之处,和得分有赖于它的家数:",
            "Assumptions and open points of the standard, with the number of units whose scores rest on them:",
        )
    }

    /// An assumption with the number of units that rest on it.
    pub(crate) fn assumption(&self, (assumption, count): &(String, usize)) -> String {
        match self.lang {
            Lang::Zh => format!("{assumption}({count} 家)"),
            Lang::En => format!("{assumption} (units {count})"),
        }
    }

    /// What the results were computed from and by, as name and value.
    pub(crate) fn provenance(&self) -> Vec<(&'static str, String)> {
        let (lang, results) = (self.lang, self.results);
        let mut found = vec![
            (pick(lang, "标准", "standard"), results.standard.name.clone()),
            (pick(lang, "代号", "name in the rules"), results.standard.id.clone()),
            (pick(lang, "版本", "version"), results.standard.version.clone()),
        ];
        found.extend(self.document.map(|document| (pick(lang, "文号", "document"), document.to_owned())));
        found.push((pick(lang, "期别", "period"), results.period.clone()));
        found.push((pick(lang, "计算程序", "computed by"), results.engine.clone()));
        found.push((pick(lang, "标准 SHA-256", "standard SHA-256"), results.standard.sha256.clone()));
        found.push((pick(lang, "数据 SHA-256", "facts SHA-256"), results.facts_sha256.clone()));
        found.extend(results.adjustments_sha256.clone().map(|sha256| (pick(lang, "调整 SHA-256", "adjustments SHA-256"), sha256)));
        found
    }
}

/// `红榜(县区,前 5 家)`.
fn list_heading(list: &ListResult, lang: Lang) -> String {
    let (name, count) = (&list.name, list.count);
    let within = list.within.as_ref().map(|within| format!("{within}{}", pick(lang, ",", ", "))).unwrap_or_default();
    match (lang, list.top) {
        (Lang::Zh, true) => format!("{name}({within}前 {count} 家)"),
        (Lang::Zh, false) => format!("{name}({within}后 {count} 家)"),
        (Lang::En, true) => format!("{name} ({within}top {count})"),
        (Lang::En, false) => format!("{name} ({within}bottom {count})"),
    }
}

/// `甲 96.5、乙 95、丙 95(并列)`, and who is not on it for want of a total.
fn list_text(list: &ListResult, lang: Lang) -> String {
    let ties = |place| list.units.iter().filter(|other| other.place == place).count() > 1;
    let unit = |listed: &ListedUnit| {
        let tied = if ties(listed.place) { pick(lang, "(并列)", " (tied)") } else { "" };
        format!("{} {}{tied}", listed.unit, listed.keys.first().map(String::as_str).unwrap_or_default())
    };
    let comma = pick(lang, "、", ", ");
    let mut text = list.units.iter().map(unit).collect::<Vec<_>>().join(comma);
    if list.units.is_empty() {
        text.push_str(pick(lang, "无", "none"));
    }
    if !list.without.is_empty() {
        let names = list.without.join(comma);
        text.push_str(pick(lang, ";没有总分、未列入:", "; not listed for want of a total: "));
        text.push_str(&names);
    }
    text
}

/// What stands where there is no one score: the numbers it lies between and whatever else can become of it, or why there is none.
pub(crate) fn in_part((state, possible): (State, &[State]), interval: Option<&Span>, lang: Lang) -> String {
    let others = possible.iter().filter(|state| **state != State::Scored).map(|state| state_word(*state, lang).to_owned());
    let numbers = interval.map(|span| match (&span.low, &span.high) {
        // a score that is known where there is one
        (Some(low), Some(high)) if low == high => low.clone(),
        _ => span.to_string(),
    });
    let all: Vec<String> = numbers.into_iter().chain(others).collect();
    if all.is_empty() { state_word(state, lang).to_owned() } else { all.join(pick(lang, "或", " or ")) }
}

/// A score or total in print, marked where something was adjusted.
fn marked(text: String, adjusted: &[usize]) -> String {
    if adjusted.is_empty() { text } else { text + "*" }
}

fn veto_text(veto: &VetoResult, lang: Lang) -> String {
    let reason = &veto.reason;
    let effect = match (veto.effect, &veto.total, lang) {
        (VetoEffect::Total, Some(total), Lang::Zh) => format!("总分至多 {total} 分"),
        (VetoEffect::Total, Some(total), Lang::En) => format!("total at most {total} {}", Unit::score().in_english_behind(total)),
        (VetoEffect::Total, None, _) => String::new(),
        (VetoEffect::Last, _, lang) => pick(lang, "列末位", "ranks last").to_owned(),
        (VetoEffect::NotEligible, _, lang) => pick(lang, "取消评优", "not eligible").to_owned(),
    };
    match (veto.holds, lang) {
        (Some(_), Lang::Zh) => format!("{reason}({effect})"),
        (Some(_), Lang::En) => format!("{reason} ({effect})"),
        (None, Lang::Zh) => format!("{reason}({effect},是否成立未定)"),
        (None, Lang::En) => format!("{reason} ({effect}; not known whether it holds)"),
    }
}

/// `超时签收数 10 件 改为 11 件,申诉成立(张三,2020-12-15)[调整.csv 第 2 行]`.
pub(super) fn adjustment_text(adjusted: &Adjusted, lang: Lang) -> String {
    let Adjusted { name, old, new, reason, by, date, place, .. } = adjusted;
    let place = place.text(lang);
    let what = match (lang, old, new) {
        (Lang::Zh, Some(old), Some(new)) => format!("{name} {old} 改为 {new}"),
        (Lang::Zh, None, Some(new)) => format!("{name} 补为 {new}"),
        (Lang::Zh, Some(old), None) => format!("{name} {old} 撤回"),
        (Lang::En, Some(old), Some(new)) => format!("{name} {old} changed to {new}"),
        (Lang::En, None, Some(new)) => format!("{name} set to {new}"),
        (Lang::En, Some(old), None) => format!("{name} {old} withdrawn"),
        (_, None, None) => name.clone(),
    };
    match lang {
        Lang::Zh => format!("{what},{reason}({by},{date})[{place}]"),
        Lang::En => format!("{what}, {reason} ({by}, {date}) [{place}]"),
    }
}

/// What marks a place as provisional.
fn provisional_mark(lang: Lang) -> &'static str {
    pick(lang, "(暂)", "?")
}

/// A score that moved: the one number, or what is known of it.
pub(super) fn score_moved((exact, open): (Option<&str>, Option<&InPart>), lang: Lang) -> String {
    let known = || open.map_or_else(|| "—".to_owned(), |open| in_part((State::Partly, &open.possible), open.interval.as_ref(), lang));
    exact.map_or_else(known, str::to_owned)
}

/// The total where a unit stands, or what is known of it.
pub(super) fn total_moved(one: &Standing, lang: Lang) -> String {
    one.total.clone().unwrap_or_else(|| in_part((one.status, &one.possible), one.interval.as_ref(), lang))
}

/// The place where a unit stands, or between which places, marked where it is provisional.
pub(super) fn place_moved(one: &Standing, lang: Lang) -> String {
    let between = || one.rank_interval.as_ref().map_or_else(|| "—".to_owned(), Places::to_string);
    let place = one.rank.map_or_else(between, |place| quantity::plain(place.0));
    if one.provisional { format!("{place}{}", provisional_mark(lang)) } else { place }
}

/// `及时签收率 8.15 → 7.47,总分 84.60 → 83.92,名次 49 → 50`.
fn moved_text(moved: &Moved, lang: Lang) -> String {
    let score = |exact: &Option<String>, open: &Option<InPart>| score_moved((exact.as_deref(), open.as_ref()), lang);
    // of a unit that enters or leaves every indicator moves, from nothing or to nothing
    let passes = [&moved.before, &moved.after].iter().any(|one| one.status == State::Exempt);
    let told = moved.indicators.iter().filter(|_| !passes);
    let mut parts: Vec<String> =
        told.map(|(name, one)| format!("{name} {} → {}", score(&one.before, &one.before_in_part), score(&one.after, &one.after_in_part))).collect();
    let total = |one: &Standing| total_moved(one, lang);
    let place = |one: &Standing| place_moved(one, lang);
    for (word, before, after) in
        [(pick(lang, "总分", "total"), total(&moved.before), total(&moved.after)), (pick(lang, "名次", "rank"), place(&moved.before), place(&moved.after))]
    {
        if before != after {
            parts.push(format!("{word} {before} → {after}"));
        }
    }
    parts.join(pick(lang, ",", ", "))
}

/// Whether nothing is to be seen in a cell: full marks, or a bonus or penalty of 0.
pub(super) fn is_full(unit: &UnitResult, name: &str) -> bool {
    unit.indicators.get(name).is_some_and(|one| {
        one.adjusted.is_empty()
            && match one.kind {
                Kind::Base => one.score.is_some() && one.score == one.full,
                Kind::Bonus | Kind::Penalty => one.score.as_deref().is_some_and(|score| score.chars().all(|c| matches!(c, '0' | '.'))),
            }
    })
}

fn columns(plan: &Plan, lang: Lang) -> Vec<Column<'_>> {
    let mut found: IndexMap<&str, Column<'_>> = IndexMap::new();
    for (_, item) in plan.indicators() {
        let kind = match item.kind {
            ItemKind::Bonus => Kind::Bonus,
            ItemKind::Penalty => Kind::Penalty,
            ItemKind::Section | ItemKind::Indicator => Kind::Base,
        };
        found.entry(&item.name).or_insert_with(|| Column {
            name: &item.name,
            groups: groups(plan, item.parent, kind, lang),
            marks: if kind == Kind::Base { marks(plan, &item.name) } else { None },
            kind,
            places: usize::try_from(item.step.normalize().scale()).unwrap_or(0),
        });
    }
    found.into_values().collect()
}

/// The items that an indicator stands in; what adds and takes off without one stands under a word for its kind.
fn groups(plan: &Plan, parent: Option<ItemId>, kind: Kind, lang: Lang) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut cursor = parent.and_then(|parent| plan.items.get(parent));
    while let Some(item) = cursor {
        let marks = if item.is_base() { marks(plan, &item.name) } else { None };
        found.push(Heading { name: item.name.clone(), marks });
        cursor = item.parent.and_then(|parent| plan.items.get(parent));
    }
    found.reverse();
    let word = match kind {
        Kind::Base => None,
        Kind::Bonus => Some(pick(lang, "加分项", "bonuses")),
        Kind::Penalty => Some(pick(lang, "扣分项", "penalties")),
    };
    if let (true, Some(word)) = (found.is_empty(), word) {
        found.push(Heading { name: word.to_owned(), marks: None });
    }
    found
}

/// The marks of the items of that name; where tiers differ, in their order.
fn marks(plan: &Plan, name: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for program in &plan.programs {
        for (id, _) in plan.items.iter().enumerate().filter(|(_, item)| item.name == name) {
            let full = program.items.get(id).copied().flatten().and_then(|steps| steps.full).map(|full| quantity::plain(full.most()));
            found.extend(full.filter(|full| !found.contains(full)));
        }
    }
    (!found.is_empty()).then(|| found.join("/"))
}

fn tier<'a>(plan: &'a Plan, program: &'a Program, results: &'a Results, columns: &[Column<'_>]) -> Option<Tier<'a>> {
    let mut units: Vec<&UnitResult> = results.units.iter().filter(|unit| unit.tier == program.tier && unit.status != State::Exempt).collect();
    units.sort_by_key(|unit| unit.listing);
    let applies = |name: &str| plan.indicators().any(|(id, item)| item.name == name && matches!(program.items.get(id), Some(Some(_))));
    let listed = |(key, step): (usize, &usize)| label(plan, program, *step).map(|label| Listed { key, label });
    (!units.is_empty()).then(|| Tier {
        name: &program.tier,
        title: program.title.as_deref().unwrap_or(&program.tier),
        marks: quantity::plain(program.marks.most()),
        listed: program.listed.iter().enumerate().filter_map(listed).collect(),
        columns: (0..columns.len()).filter(|index| columns.get(*index).is_some_and(|column| applies(column.name))).collect(),
        taking_part: results.taking_part.get(&program.tier).copied().unwrap_or(units.len()),
        units,
    })
}

fn label(plan: &Plan, program: &Program, step: usize) -> Option<String> {
    match program.infos.get(step)?.role {
        Role::Cell(fact) | Role::Fact(fact) => plan.facts.get(fact).map(|fact| fact.label().to_owned()),
        Role::Value(value) => plan.values.get(value).map(|value| value.name.clone()),
        Role::Item(_) | Role::Total => None,
        _ => Some(String::new()),
    }
}

fn without_total(results: &Results, extent: Extent) -> Vec<WithoutTotal<'_>> {
    let mut found: Vec<WithoutTotal<'_>> = Vec::new();
    for state in [State::Exempt, State::NotApplicable, State::Missing, State::Partly, State::Pending] {
        let mut reasons: IndexMap<(&str, &str), Vec<&str>> = IndexMap::new();
        for unit in results.units.iter().filter(|unit| unit.status == state) {
            reasons.entry((&unit.tier, unit.reason.as_deref().unwrap_or(""))).or_default().push(&unit.unit);
        }
        found.extend(reasons.into_iter().map(|((tier, reason), units)| WithoutTotal { state, tier, reason, units, extent }));
    }
    found
}

/// All that the standard leaves open, also what bears on no score this time.
fn assumptions(plan: &Plan, results: &Results) -> Vec<(String, usize)> {
    let all = texts(plan, &(0..plan.marks.len()).collect::<Vec<_>>());
    let mut counts: IndexMap<String, usize> = all.into_iter().map(|text| (text, 0)).collect();
    for assumption in results.units.iter().flat_map(|unit| &unit.assumptions) {
        *counts.entry(assumption.clone()).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn rules(plan: &Plan, lang: Lang) -> Vec<(&'static str, String)> {
    let head = &plan.head;
    let step = quantity::plain(head.step);
    let mut found = Vec::new();
    if let Some((from, until)) = &head.effective {
        let until = until.as_deref().unwrap_or("…");
        found.push((pick(lang, "施行", "effective"), format!("{from} – {until}")));
    }
    found.push((pick(lang, "舍入", "rounding"), mode_word(head.mode, lang).to_owned()));
    let precision = match (head.precision, lang) {
        (Precision::Rounded, Lang::Zh) => format!("各项取整到 {step} 分后再合计"),
        (Precision::Rounded, Lang::En) => format!("every indicator is rounded to {step} {} before it is added", Unit::score().in_english_behind(&step)),
        (Precision::Shown, Lang::Zh) => format!("各项按精确值合计,印出时取整到 {step} 分"),
        (Precision::Shown, Lang::En) => format!("exact scores are added and rounded to {step} {} in print", Unit::score().in_english_behind(&step)),
    };
    found.push((pick(lang, "得分", "scores"), precision));
    let ties = match plan.ranking.ties {
        Ties::Skipping => pick(lang, "并列跳号(1、1、3)", "skipping (1, 1, 3)"),
        Ties::Dense => pick(lang, "并列不跳号(1、1、2)", "dense (1, 1, 2)"),
        Ties::Shared => pick(lang, "并列平分名次(1.5、1.5、3)", "shared (1.5, 1.5, 3)"),
    };
    found.push((pick(lang, "并列", "ties"), ties.to_owned()));
    let among =
        if plan.ranking.within_tier { pick(lang, "各层级分别排名", "within each tier") } else { pick(lang, "全体一起排名", "all units together") };
    found.push((pick(lang, "排名", "ranking"), among.to_owned()));
    found
}
