//! 按 期: a table by period is the one row that is in force. A standard is resolved once for every stretch of time in which no such
//! table changes.

use std::collections::BTreeSet;

use super::from_ast::{self, Resolver};
use super::head::is_date;
use super::{Comparison, Expr, Head, ItemId, Notes, Row, Standard};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::extension::Scripts;
use crate::quantity::{Cycle, Period};
use crate::source::Span;
use crate::syntax::{Parsed, ast};

/// Periods by the days on which they begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    /// The first of these days, as in `2022-07-01`; none where there is no first.
    pub(crate) first: Option<String>,
    /// The first day behind them.
    pub(crate) end: Option<String>,
}

impl Dates {
    /// The days from one on, up to another.
    fn between(first: Option<&str>, end: Option<&str>) -> Dates {
        Dates { first: first.map(str::to_owned), end: end.map(str::to_owned) }
    }

    /// The days on which a standard is in force.
    pub(crate) fn of(head: &Head) -> Dates {
        let Some((from, until)) = &head.effective else { return Dates::default() };
        let end = until.as_deref().and_then(|until| until.parse::<jiff::civil::Date>().ok()).and_then(|until| until.tomorrow().ok());
        Dates { first: Some(from.clone()), end: end.map(|end| end.to_string()) }
    }

    /// Whether a day is one of them.
    pub(crate) fn hold(&self, day: &str) -> bool {
        self.first.as_deref().is_none_or(|first| first <= day) && self.end.as_deref().is_none_or(|end| day < end)
    }

    /// Those that are also of others.
    pub(crate) fn within(&self, other: &Dates) -> Dates {
        let end = match (&self.end, &other.end) {
            (Some(one), Some(other)) => Some(one.min(other).clone()),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        Dates { first: self.first.clone().max(other.first.clone()), end }
    }

    /// Whether some day from one on, up to another, is one of them.
    pub(crate) fn hold_some(&self, from: &str, end: &str) -> bool {
        self.first.as_deref().is_none_or(|first| first < end) && self.end.as_deref().is_none_or(|own| from < own)
    }

    /// A day that is one of them and of the others, if there is one.
    fn meet(&self, other: &Dates) -> Option<String> {
        let first = self.first.clone().max(other.first.clone());
        let day = first.unwrap_or_default();
        (self.hold(&day) && other.hold(&day)).then_some(day)
    }

    /// Cut at days.
    fn cut(&self, days: &BTreeSet<String>) -> Vec<Dates> {
        let inner = days.iter().filter(|day| self.hold(day) && self.first.as_ref() != Some(day));
        let bounds: Vec<Option<&str>> =
            std::iter::once(self.first.as_deref()).chain(inner.map(|day| Some(day.as_str()))).chain([self.end.as_deref()]).collect();
        bounds.windows(2).filter_map(|pair| if let [first, end] = pair { Some(Dates::between(*first, *end)) } else { None }).collect()
    }

    /// The periods of which these are the first days, in words.
    pub(crate) fn words(&self, cycle: Cycle) -> Words {
        let begins = |day: &String| Period::beginning(day, cycle);
        let name = |period: Option<Period>, day: &String| period.map_or_else(|| day.clone(), |period| period.to_string());
        let first = self.first.as_ref().map(|day| name(begins(day), day));
        let last = self.end.as_ref().map(|day| name(begins(day).and_then(|period| period.back(1)), day));
        match (first, last) {
            (Some(first), Some(last)) if first == last => words!("{first}", "{first}"),
            (Some(first), Some(last)) => words!("{first} 至 {last}", "{first} to {last}"),
            (Some(first), None) => words!("{first} 起", "from {first}"),
            (None, Some(last)) => words!("{last} 及以前", "up to {last}"),
            (None, None) => words!("各期", "every period"),
        }
    }
}

/// The row of a table by period that is in force.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    pub(crate) row: Span,
    pub(crate) notes: Notes,
}

/// The periods for which a standard is resolved.
#[derive(Debug, Clone, Default)]
pub(super) struct Setting {
    cycle: Option<Cycle>,
    longer: Option<Cycle>,
    total_of: Option<Cycle>,
    /// The cycles of the totals of longer periods.
    longer_totals: BTreeSet<Cycle>,
    /// All periods of the standard.
    whole: Dates,
    /// Those among which no table by period changes; none where it is not known yet what changes.
    stretch: Option<Dates>,
    /// The days on which a table changes.
    changes: BTreeSet<String>,
}

impl Setting {
    /// Learns what the head says.
    pub(super) fn begin(&mut self, head: &Head) {
        self.cycle = Some(head.cycle);
        self.whole = Dates::of(head);
    }

    /// Whether what takes part in the result of a longer period, or else in that of every period, is scored.
    pub(super) fn scores(&self, cycle: Option<Cycle>) -> bool {
        self.longer == cycle
    }

    /// The cycle of the results that are resolved, if they are those of a longer period.
    pub(super) fn longer(&self) -> Option<Cycle> {
        self.longer
    }

    /// Resolves a total in the context of its cycle.
    pub(super) fn in_total_of(&mut self, cycle: Option<Cycle>) {
        self.total_of = cycle;
        self.longer_totals.extend(cycle);
    }

    /// The cycle of the total that is being resolved, if it is that of a longer period.
    pub(super) fn total_of(&self) -> Option<Cycle> {
        self.total_of
    }

    pub(super) fn cycle(&self) -> Cycle {
        self.cycle.unwrap_or(Cycle::Month)
    }

    /// The periods that are resolved for.
    pub(super) fn dates(&self) -> Dates {
        self.stretch.clone().unwrap_or_else(|| self.whole.clone())
    }
}

/// Resolves all files of a policy: the standard of every stretch of time, in order; every fault goes to `diagnostics` once.
pub(crate) fn resolve(parsed: &Parsed, scripts: &Scripts<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Standard> {
    let mut setting = Setting::default();
    let mut found = Vec::new();
    let only = from_ast::resolve_for(&mut setting, parsed, scripts, &mut found);
    let stretches = setting.whole.cut(&setting.changes);
    if stretches.len() < 2 && setting.longer_totals.is_empty() {
        diagnostics.append(&mut found);
        return only.into_iter().collect();
    }
    let mut standards = Vec::new();
    let mut by_stretch: Vec<(Dates, Vec<Diagnostic>)> = Vec::new();
    // those of the standard's own cycle last: of them the last is in force in the end
    let cycles: Vec<Option<Cycle>> = setting.longer_totals.iter().copied().map(Some).chain([None]).collect();
    for longer in cycles {
        for dates in &stretches {
            let mut setting = Setting { stretch: Some(dates.clone()), longer, ..Setting::default() };
            let mut found = Vec::new();
            standards.extend(from_ast::resolve_for(&mut setting, parsed, scripts, &mut found));
            by_stretch.push((dates.clone(), found));
        }
    }
    diagnostics.extend(merged(&by_stretch, &stretches, setting.cycle()));
    standards
}

/// What is found for every stretch, once; what is found for some, with the periods that it holds for.
fn merged(by_stretch: &[(Dates, Vec<Diagnostic>)], stretches: &[Dates], cycle: Cycle) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    for (at, (_, found)) in by_stretch.iter().enumerate() {
        for diagnostic in found {
            if by_stretch.iter().take(at).any(|(_, earlier)| earlier.contains(diagnostic)) {
                continue;
            }
            let holding = || by_stretch.iter().filter(|(_, found)| found.contains(diagnostic)).map(|(dates, _)| dates);
            let holds: Vec<&Dates> = stretches.iter().filter(|dates| holding().any(|other| other == *dates)).collect();
            // what is not read in one run may be read in another
            if diagnostic.code == Code::Unused && holding().count() < by_stretch.len() {
                continue;
            }
            if holds.len() == stretches.len() {
                all.push(diagnostic.clone());
            } else {
                let mut labelled = diagnostic.clone();
                let periods = holds.iter().map(|dates| dates.words(cycle)).collect::<Vec<_>>();
                let (zh, en) = (
                    periods.iter().map(|words| words.zh.as_str()).collect::<Vec<_>>().join("、"),
                    periods.iter().map(|words| words.en.as_str()).collect::<Vec<_>>().join(", "),
                );
                let (title, title_en) = (&diagnostic.words.zh, &diagnostic.words.en);
                labelled.words = words!("{title}({zh})", "{title_en} ({en})");
                all.push(labelled);
            }
        }
    }
    all
}

impl Resolver<'_> {
    /// 按 期: the row that is in force, of rows of one unit.
    pub(super) fn by_period(&mut self, table: &ast::Table, owner: Option<ItemId>) -> Option<Expr> {
        if table.interpolated {
            self.report(
                Diagnostic::new(Code::WrongType, words!("按 期 取一行,不插值", "a table by period takes a row and is not interpolated"))
                    .at(table.subject.span, words!("这里", "here"))
                    .help(words!("删去 插值", "remove: interpolated")),
            );
            return None;
        }
        let mut rows: Vec<Row> = Vec::new();
        let mut dates: Vec<Vec<Dates>> = Vec::new();
        let mut whole = true;
        for row in &table.rows {
            let bounds: Option<Vec<Dates>> = row.patterns.iter().map(|pattern| self.dates_of(pattern)).collect();
            let (result, notes) = (self.expr(&row.result, owner), self.notes(&row.notes, ""));
            match (bounds, result) {
                (Some(bounds), Some(result)) => {
                    rows.push(Row { patterns: Vec::new(), result, notes, span: row.span });
                    dates.push(bounds);
                }
                _ => whole = false,
            }
        }
        if !whole {
            return None;
        }
        self.setting.changes.extend(dates.iter().flatten().flat_map(|dates| [&dates.first, &dates.end]).flatten().cloned());
        if let Some(fault) = check(&rows, &dates, &self.setting.whole, (self.setting.cycle(), table.subject.span)) {
            self.report(fault);
            return None;
        }
        let (ty, _) = self.joined(&mut rows)?;
        let day = self.setting.dates().first.unwrap_or_default();
        let holds = |bounds: &Vec<Dates>| bounds.iter().any(|dates| dates.hold(&day));
        let at = dates.iter().position(holds).or_else(|| dates.iter().position(Vec::is_empty))?;
        let Row { mut result, notes, span: row, .. } = rows.into_iter().nth(at)?;
        self.in_force.push(InForce { row, notes });
        result.ty = ty;
        Some(result)
    }

    /// The days of a row.
    fn dates_of(&mut self, pattern: &ast::Pattern) -> Option<Dates> {
        let (low, high) = match &pattern.kind {
            ast::PatternKind::Value(day) => {
                let (first, next) = self.bound_of(day)?;
                (Some(first), Some(next))
            }
            ast::PatternKind::Compare(comparison, day) => {
                let (first, next) = self.bound_of(day)?;
                match comparison {
                    Comparison::Eq => (Some(first), Some(next)),
                    Comparison::Ge => (Some(first), None),
                    Comparison::Gt => (Some(next), None),
                    Comparison::Lt => (None, Some(first)),
                    Comparison::Le => (None, Some(next)),
                    Comparison::Ne => {
                        self.report(
                            Diagnostic::new(Code::WrongType, words!("期 的各行不用 ≠", "rows by period do not use ≠"))
                                .at(pattern.span, words!("这一行", "this row"))
                                .help(words!("写 其余: …", "write: otherwise: …")),
                        );
                        return None;
                    }
                }
            }
            ast::PatternKind::Interval(low, closed_low, high, closed_high) => {
                let (low, high) = (self.bound_of(low), self.bound_of(high));
                let ((low, behind_low), (high, behind_high)) = (low?, high?);
                (Some(if *closed_low { low } else { behind_low }), Some(if *closed_high { behind_high } else { high }))
            }
        };
        if let (Some(from), Some(to)) = (&low, &high)
            && from >= to
        {
            self.report(
                Diagnostic::new(Code::Unreachable, words!("没有一期落在这一行", "no period matches this row"))
                    .at(pattern.span, words!("止于起之前", "it ends before it begins"))
                    .help(words!("更正两端的日期", "correct its bounds")),
            );
            return None;
        }
        Some(Dates { first: low, end: high })
    }

    /// The first day of the period that a bound names, and of the one behind it.
    fn bound_of(&mut self, tree: &ast::Expr) -> Option<(String, String)> {
        let cycle = self.setting.cycle();
        let day = match &tree.kind {
            ast::ExprKind::Date(date) => Some(date.iso.clone()),
            // a year is a number like any other where it stands alone
            ast::ExprKind::Quantity(year) if year.unit.is_none() => {
                Period::parse(&crate::quantity::plain(year.value)).filter(|period| period.cycle() == Cycle::Year).map(Period::first_day)
            }
            _ => None,
        };
        let example = Period::beginning("2022-07-01", cycle).or_else(|| Period::parse("2022")).map(|period| period.to_string()).unwrap_or_default();
        let Some(day) = day else {
            let fault = Diagnostic::new(Code::WrongType, words!("按 期 的各行从日期开始", "rows by period begin with dates"))
                .at(tree.span, words!("这不是日期", "not a date"));
            self.report(match month_meant(tree) {
                Some(month) => fault.fix(words!("月份写作", "a month is written"), tree.span, month),
                None => fault.help(words!("例如 ≥ {example}: …;其余: …", "as in: ≥ {example}: …; otherwise: …")),
            });
            return None;
        };
        let Some(period) = Period::beginning(&day, cycle) else {
            let (title, help) = if is_date(&day) {
                (
                    words!("{day} 不是一期的第一天", "{day} is not the first day of a period"),
                    words!("规则按期起用:写一期的第一天,例如 {example}", "what is in force changes with a period: write its first day, as in {example}"),
                )
            } else {
                (words!("没有 {day} 这一天", "there is no day {day}"), words!("写日历上有的一天", "write a day of the calendar"))
            };
            self.report(Diagnostic::new(Code::BadDate, title).at(tree.span, words!("这里", "here")).help(help));
            return None;
        };
        Some((day, period.next().first_day()))
    }

    /// The period that a case speaks of.
    pub(super) fn case_period(&mut self, name: &ast::Name) -> Option<Period> {
        let cycle = self.setting.cycle();
        let period = Period::parse(&name.text).filter(|period| period.cycle() == cycle);
        if period.is_none_or(|period| !self.setting.whole.hold(&period.first_day())) {
            let (text, dates) = (&name.text, self.setting.whole.words(cycle));
            let (zh, en) = (dates.zh, dates.en);
            let title = match period {
                Some(_) => words!("{text} 不在这个标准的施行期之内", "{text} is not within the dates of this standard"),
                None => words!("{text} 不是这个标准的一期", "{text} is no period of this standard"),
            };
            self.report(
                Diagnostic::new(Code::BadDate, title)
                    .at(name.span, words!("这里", "here"))
                    .help(words!("这个标准的期别:{zh}", "the periods of this standard: {en}")),
            );
            return None;
        }
        period
    }
}

/// Whether the rows hold every period of the standard, and none twice; one fault a table.
fn check(rows: &[Row], dates: &[Vec<Dates>], whole: &Dates, (cycle, subject): (Cycle, Span)) -> Option<Diagnostic> {
    let all = || rows.iter().zip(dates).flat_map(|(row, dates)| dates.iter().map(move |dates| (row, dates)));
    for (index, (row, one)) in all().enumerate() {
        if let Some((other, day)) = all().take(index).find_map(|(row, other)| Some((row, one.meet(other)?))) {
            let day = Period::beginning(&day, cycle).map_or(day, |period| period.to_string());
            return Some(
                Diagnostic::new(Code::TableOverlap, words!("分档重叠:{day} 落在两行", "the rows overlap: {day} matches two"))
                    .at(row.span, words!("这一行", "this row"))
                    .at(other.span, words!("和这一行", "and this one"))
                    .help(words!("把其中一端改为不含:≥ 改 >,≤ 改 <,] 改 )", "leave one end out: > for ≥, < for ≤, ) for ]")),
            );
        }
    }
    let changes: BTreeSet<String> = all().flat_map(|(_, dates)| [dates.first.clone(), dates.end.clone()]).flatten().collect();
    let held = |stretch: &Dates| all().any(|(_, dates)| dates.hold(stretch.first.as_deref().unwrap_or_default()));
    let otherwise = dates.iter().position(Vec::is_empty);
    let (first, last) = (rows.first()?, rows.last()?);
    if let Some(at) = otherwise {
        if let Some(after) = rows.get(at + 1) {
            return Some(
                Diagnostic::new(Code::Unreachable, words!("其余 之后的行轮不到", "rows after otherwise are never reached"))
                    .at(after.span, words!("轮不到", "never reached"))
                    .help(words!("移到 其余 之前", "move it before otherwise")),
            );
        }
        return Dates::default().cut(&changes).iter().all(held).then(|| {
            Diagnostic::new(Code::Unreachable, words!("其余 永远轮不到", "otherwise is never reached"))
                .at(last.span, words!("轮不到", "never reached"))
                .at(first.span, words!("从这里起的各行已经包括了所有的期", "the rows from here on match every period"))
                .help(words!("删去 其余,或去掉多写的一行", "remove otherwise, or the row that is too many"))
        });
    }
    let gap = whole.cut(&changes).into_iter().find(|stretch| !held(stretch))?;
    let Words { zh, en } = gap.words(cycle);
    Some(
        Diagnostic::new(Code::TableGap, words!("分档有空缺:{zh} 不在任何一行", "the rows leave a gap: no row for periods {en}"))
            .at(subject, words!("按它分档", "the table is by this"))
            .at(first.span.to(last.span), words!("这些行", "these rows"))
            .help(words!("补上一行,或写 其余: …", "add a row, or write otherwise: …")),
    )
}

/// The month that was meant by what reads as a calculation: 2022-7, 2022/7, 202207.
fn month_meant(tree: &ast::Expr) -> Option<String> {
    let whole = |tree: &ast::Expr| match &tree.kind {
        ast::ExprKind::Quantity(quantity) if quantity.unit.is_none() => Some(crate::quantity::plain(quantity.value)),
        _ => None,
    };
    let (year, month) = match &tree.kind {
        ast::ExprKind::Sum(terms) => match terms.as_slice() {
            [(_, year), (ast::Sign::Minus, month)] => (whole(year)?, whole(month)?),
            _ => return None,
        },
        ast::ExprKind::Product(factors) => match factors.as_slice() {
            [(_, year), (ast::Times::Over, month)] => (whole(year)?, whole(month)?),
            _ => return None,
        },
        _ => {
            let digits = whole(tree)?;
            let (year, month) = digits.split_at_checked(4)?;
            (year.to_owned(), month.trim_start_matches('.').to_owned())
        }
    };
    let written = format!("{year}-{month:0>2}");
    Period::parse(&written).filter(|period| period.cycle() == Cycle::Month).map(|_| written)
}
