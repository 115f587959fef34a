//! An empty table of facts: the columns that a standard needs, what may stand in each, and the units that fill it in.

mod workbook;

use std::fmt::Write;

use rust_decimal::Decimal;

use super::pick;
use super::value::{unit_behind, unit_word};
use crate::diag::Lang;
use crate::facts::columns::{applying, headings, is_read};
use crate::facts::table::csv_cell;
use crate::plan::{Fact, FactId, Field, Limit, Plan, Step, StepId, TierId, Type, operands};
use crate::quantity::{self, Number, Unit};
use crate::source::{Sources, Span};

/// What a template is made for.
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) sources: &'a Sources,
    /// The units of the register in their order; none where there is no register.
    pub(crate) units: Option<Vec<(String, TierId)>>,
    pub(crate) period: Option<&'a str>,
    pub(crate) lang: Lang,
}

/// An empty table of facts.
pub(crate) struct Template<'a> {
    subject: Subject<'a>,
    columns: Vec<Column>,
}

/// One column to be filled in.
struct Column {
    heading: String,
    unit: String,
    step: String,
    entry: Entry,
    /// For each tier whether it has the column, and the constant limits there, as they are entered.
    tiers: Vec<Option<Range>>,
    /// Limits by other columns, in words.
    limits: Vec<String>,
    blank: &'static str,
    /// Whether the cell may stay blank without the unit missing a fact.
    optional: bool,
    /// The clauses that read it: place and text.
    clauses: Vec<(String, String)>,
    /// What those are founded on.
    evidence: Vec<String>,
}

/// What is entered.
enum Entry {
    Whole,
    Number,
    /// A number of percent or percentage points.
    Percent,
    Words(Vec<String>),
}

/// Between what a number lies, where the rules say so.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Range {
    from: Option<Decimal>,
    to: Option<Decimal>,
}

impl<'a> Template<'a> {
    pub(crate) fn new(subject: Subject<'a>) -> Self {
        let columns = headings(subject.plan, subject.lang).into_iter().filter_map(|(heading, facts)| column(&subject, heading, &facts)).collect();
        Template { subject, columns }
    }

    /// As CSV, for any program: a header and a row for each unit; no name is a formula there.
    pub(crate) fn to_csv(&self) -> String {
        let [unit, tier] = self.first_headings();
        let headings = [unit, tier].into_iter().chain(self.columns.iter().map(|column| column.heading.as_str()));
        // spreadsheet programs know UTF-8 by its mark
        let mut text = format!("\u{FEFF}{}\n", headings.map(csv_cell).collect::<Vec<_>>().join(","));
        let blanks = ",".repeat(self.columns.len());
        for (unit, tier) in self.subject.units.iter().flatten() {
            let _ = writeln!(text, "{},{}{blanks}", csv_cell(unit), csv_cell(self.tier(*tier)));
        }
        text
    }

    /// As a workbook with a sheet of explanations; the same bytes whenever it is made.
    ///
    /// # Errors
    /// What the writer of workbooks says.
    pub(crate) fn to_workbook(&self) -> Result<Vec<u8>, String> {
        workbook::write(self).map_err(|fault| fault.to_string())
    }

    fn first_headings(&self) -> [&'static str; 2] {
        [pick(self.subject.lang, "单位", "unit"), pick(self.subject.lang, "层级", "tier")]
    }

    fn tier(&self, tier: TierId) -> &str {
        self.subject.plan.programs.get(tier).map(|program| program.tier.as_str()).unwrap_or_default()
    }
}

fn column(subject: &Subject<'_>, heading: String, facts: &[FactId]) -> Option<Column> {
    let Subject { plan, lang, .. } = *subject;
    let fact = plan.facts.get(*facts.first()?)?;
    let tiers = (0..plan.programs.len()).map(|tier| {
        let fact = applying(plan, facts, tier).filter(|fact| is_read(plan, *fact, tier))?;
        Some(range(plan, fact, tier))
    });
    let all = || facts.iter().filter_map(|fact| plan.facts.get(*fact));
    let (clauses, evidence) = readers(subject, facts);
    Some(Column {
        heading,
        unit: match &fact.kind {
            Type::Number(unit) => unit_word(unit, lang),
            Type::Truth | Type::Choice(_) | Type::Text => String::new(),
        },
        step: step(fact, lang),
        entry: entry(plan, fact, lang),
        tiers: tiers.collect(),
        limits: limits(subject, facts),
        blank: blank(all(), lang),
        optional: all().all(|fact| fact.has_default || fact.has_derivation),
        clauses,
        evidence,
    })
}

fn entry(plan: &Plan, fact: &Fact, lang: Lang) -> Entry {
    match &fact.kind {
        Type::Number(unit) if unit.is_percent() => Entry::Percent,
        Type::Number(unit) if unit.is_count() && fact.step == Decimal::ONE => Entry::Whole,
        Type::Number(_) | Type::Text => Entry::Number,
        Type::Truth => Entry::Words(vec![pick(lang, "是", "yes").to_owned(), pick(lang, "否", "no").to_owned()]),
        Type::Choice(symbols) => Entry::Words(symbols.iter().filter_map(|symbol| plan.symbols.get(*symbol)).cloned().collect()),
    }
}

/// What is said of a field of a record: its column, what to write, the unit, the step, and what a blank cell means.
fn field(subject: &Subject<'_>, field: &Field) -> [String; 5] {
    let Subject { plan, lang, .. } = *subject;
    let fact = &field.fact;
    let label = if field.private { format!("{}{}", fact.label(), pick(lang, "(隐私)", " (private)")) } else { fact.label().to_owned() };
    let what = match (&fact.kind, entry(plan, fact, lang)) {
        (Type::Text, _) => pick(lang, "填文字", "a text").to_owned(),
        (Type::Number(Unit::Date), _) => pick(lang, "填日期,如 2024-01-05", "a date, as in 2024-01-05").to_owned(),
        (Type::Number(Unit::Time), _) => pick(lang, "填时间,如 2024-01-05 09:30", "a time, as in 2024-01-05 09:30").to_owned(),
        (_, Entry::Whole) => pick(lang, "填整数", "a whole number").to_owned(),
        (_, Entry::Number) => pick(lang, "填数", "a number").to_owned(),
        (_, Entry::Percent) => pick(lang, "填 93.15 或 93.15%", "write 93.15 or 93.15%").to_owned(),
        (_, Entry::Words(words)) => match lang {
            Lang::Zh => format!("填 {}", words.join("、")),
            Lang::En => format!("one of {}", words.join(", ")),
        },
    };
    let moment = fact.unit().is_some_and(Unit::is_moment);
    let unit = fact.unit().filter(|_| !moment).map(|unit| unit_word(unit, lang)).unwrap_or_default();
    let step = if moment { String::new() } else { step(fact, lang) };
    let blank = if field.nullable { pick(lang, "可以空着", "may stay blank") } else { pick(lang, "不能空着", "must not be blank") };
    [label, what, unit, step, blank.to_owned()]
}

/// The constant limits of a fact in a tier, in the unit of its column.
fn range(plan: &Plan, fact: FactId, tier: TierId) -> Range {
    let mut range = Range::default();
    let Some((program, declared)) = plan.programs.get(tier).zip(plan.facts.get(fact)) else { return range };
    let unit = declared.unit();
    let entered = |value: Decimal| if unit.is_some_and(Unit::is_percent) { hundredfold(value) } else { Some(value) };
    match unit {
        Some(Unit::Rate | Unit::Complement) => range = Range { from: Some(Decimal::ZERO), to: Some(Decimal::ONE_HUNDRED) },
        Some(unit) if unit.is_count() => range.from = Some(Decimal::ZERO),
        _ => {}
    }
    for bound in program.bounds.iter().filter(|bound| bound.fact == fact) {
        let Some(limit) = constant(&program.steps, bound.limit).and_then(entered) else { continue };
        match bound.side {
            Limit::AtLeast => range.from = Some(range.from.map_or(limit, |from| from.max(limit))),
            Limit::AtMost => range.to = Some(range.to.map_or(limit, |to| to.min(limit))),
        }
    }
    range
}

fn constant(steps: &[Step], id: StepId) -> Option<Decimal> {
    match steps.get(id)? {
        Step::Constant(crate::plan::Literal::Number(value)) => Some(*value),
        Step::Same(inner) if *inner < id => constant(steps, *inner),
        _ => None,
    }
}

fn hundredfold(value: Decimal) -> Option<Decimal> {
    Number::from(value).times(&Number::from(Decimal::ONE_HUNDRED)).ok()?.decimal()
}

/// Limits that are other columns or are computed from them.
fn limits(subject: &Subject<'_>, facts: &[FactId]) -> Vec<String> {
    let Subject { plan, lang, .. } = *subject;
    let mut found = Vec::new();
    for program in &plan.programs {
        for bound in program.bounds.iter().filter(|bound| facts.contains(&bound.fact) && constant(&program.steps, bound.limit).is_none()) {
            let limit = match bound.by.and_then(|by| plan.facts.get(by)) {
                Some(other) => other.label().to_owned(),
                None => program.infos.get(bound.limit).map(|info| subject.sources.excerpt(info.span)).unwrap_or_default(),
            };
            let text = match (bound.side, lang) {
                (Limit::AtMost, Lang::Zh) => format!("不大于 {limit}"),
                (Limit::AtMost, Lang::En) => format!("at most {limit}"),
                (Limit::AtLeast, Lang::Zh) => format!("不小于 {limit}"),
                (Limit::AtLeast, Lang::En) => format!("at least {limit}"),
            };
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

fn step(fact: &Fact, lang: Lang) -> String {
    let Some(unit) = fact.unit() else { return String::new() };
    // that a count is whole is said already
    if unit.is_count() && fact.step == Decimal::ONE {
        return String::new();
    }
    let step = if unit.is_percent() { hundredfold(fact.step).unwrap_or(fact.step) } else { fact.step };
    let digits = quantity::plain(step);
    format!("{digits} {}", unit_behind(&digits, unit, lang)).trim_end().to_owned()
}

fn blank<'f>(mut facts: impl Iterator<Item = &'f Fact> + Clone, lang: Lang) -> &'static str {
    if facts.clone().all(|fact| fact.has_derivation) {
        pick(lang, "由其他各列推得,可以空着", "follows from other columns, and may stay blank")
    } else if facts.all(|fact| fact.has_default || fact.has_derivation) {
        pick(lang, "按规则的缺省值,可以空着", "takes the default of the rules, and may stay blank")
    } else {
        pick(lang, "缺数据,用到它的得分算不出", "missing: scores that read it cannot be computed")
    }
}

/// The clauses that read a fact by name, with what they are founded on.
fn readers(subject: &Subject<'_>, facts: &[FactId]) -> (Vec<(String, String)>, Vec<String>) {
    let Subject { plan, sources, .. } = *subject;
    let mut spans: Vec<Span> = Vec::new();
    let mut evidence: Vec<String> = Vec::new();
    for program in &plan.programs {
        let of: Vec<StepId> = facts.iter().filter_map(|fact| program.facts.get(*fact).copied().flatten()).collect();
        let declared: Vec<Span> = facts.iter().filter_map(|fact| plan.facts.get(*fact)).map(|fact| fact.span).collect();
        for (step, info) in program.steps.iter().zip(&program.infos).take(program.score_end) {
            let reads = operands(step).iter().any(|operand| of.contains(operand));
            if let Some(clause) = info.clause.filter(|clause| reads && !declared.contains(clause)) {
                spans.push(clause);
            }
        }
        let marked = |clause: &Option<Span>| clause.is_some_and(|clause| spans.contains(&clause));
        evidence.extend(program.infos.iter().filter(|info| marked(&info.clause)).flat_map(|info| info.evidence.iter().cloned()));
    }
    // a score that is entered has no clause: its item says so
    let assessed = facts.iter().filter_map(|fact| plan.items.get(plan.facts.get(*fact)?.assesses?));
    spans.extend(assessed.map(|item| item.head));
    spans.sort_unstable();
    spans.dedup();
    let mut seen = Vec::new();
    evidence.retain(|text| {
        !seen.contains(text) && {
            seen.push(text.clone());
            true
        }
    });
    (spans.into_iter().map(|span| (short(&sources.place(span)), sources.excerpt(span))).collect(), evidence)
}

/// A place without the folders of its file.
fn short(place: &str) -> String {
    place.rsplit(['/', '\\']).next().unwrap_or(place).to_owned()
}
