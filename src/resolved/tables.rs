//! Tables: their rows are typed, and judged on the grid of the subject's step: no gap, no overlap, no row that nothing reaches.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::from_ast::Resolver;
use super::{Comparison, Expr, ExprKind, ItemId, Notes, Pattern, Row, Standard, Table, TierId, Type, constant, ranges};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{self, Mode, Number, Unit, round_to};
use crate::source::Span;
use crate::syntax::ast;

/// A row of which parts may have faults.
type HalfRow = (Option<Vec<Pattern>>, Option<Expr>, Notes, Span);

impl Resolver<'_> {
    /// A table: by tier, by choice, by bands of a number, or interpolated.
    pub(super) fn table(&mut self, table: &ast::Table, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        if matches!(table.subject.kind, ast::ExprKind::Tier) {
            return self.by_tier(table, owner, span);
        }
        if matches!(table.subject.kind, ast::ExprKind::Period) {
            return self.by_period(table, owner);
        }
        let subject = self.expr(&table.subject, owner);
        let mut rows: Vec<HalfRow> = Vec::new();
        let mut sound = true;
        let words = table.rows.iter().all(|row| self.is_word(&row.result, owner));
        if self.words_and_others(&table.rows, owner) {
            return None;
        }
        for row in &table.rows {
            // one faulty bound is reported; those after it are most likely wrong in the same way
            let read = |resolver: &mut Self, subject: &Expr, pattern: &ast::Pattern| match (&pattern.kind, table.interpolated) {
                (ast::PatternKind::Value(value), true) => resolver.anchor(value, subject, owner),
                _ => resolver.pattern(pattern, subject, owner),
            };
            let patterns = subject.as_ref().filter(|_| sound).and_then(|subject| row.patterns.iter().map(|pattern| read(self, subject, pattern)).collect());
            sound = patterns.is_some();
            let result = if words { self.word_or_expr(&row.result, owner) } else { self.expr(&row.result, owner) };
            rows.push((patterns, result, self.notes(&row.notes, ""), row.span));
        }
        let subject = subject?;
        let mut done: Vec<Row> = Vec::new();
        for (patterns, result, notes, span) in rows {
            done.push(Row { patterns: patterns?, result: result?, notes, span });
        }
        if let Some(position) = done.iter().position(|row| row.patterns.is_empty())
            && let Some(after) = done.get(position + 1)
        {
            self.report(
                Diagnostic::new(Code::Unreachable, words!("其余 之后的行轮不到", "rows after otherwise are never reached"))
                    .at(after.span, words!("轮不到", "never reached"))
                    .help(words!("移到 其余 之前", "move it before otherwise")),
            );
            return None;
        }
        let (ty, step) = self.joined(&mut done)?;
        if table.interpolated {
            return self.interpolated(subject, &done, ty, span);
        }
        Some(Expr { kind: ExprKind::Table(Box::new(Table { subject, rows: done })), ty, step, span })
    }

    /// One type and step for the results of all rows.
    pub(super) fn joined(&mut self, rows: &mut [Row]) -> Option<(Type, Option<Decimal>)> {
        let unit = rows
            .iter()
            .map(|row| &row.result)
            .find(|result| result.literal().is_none_or(|value| !value.is_zero()) || result.unit() != Some(&Unit::Number))
            .map(|result| result.ty.clone());
        let mut joined = unit.or_else(|| rows.first().map(|row| row.result.ty.clone()))?;
        let mut step = rows.first().and_then(|row| row.result.step);
        let mut faults = Vec::new();
        for row in rows.iter_mut() {
            if row.result.literal().is_some_and(|value| value.is_zero()) && row.result.unit() == Some(&Unit::Number) {
                row.result.ty = joined.clone();
            }
            joined = match (&joined, &row.result.ty) {
                (Type::Number(a), Type::Number(b)) if b.fits(a) => joined,
                (Type::Number(a), Type::Number(b)) if a.fits(b) => row.result.ty.clone(),
                (Type::Choice(a), Type::Choice(b)) => Type::Choice(a.union(b).copied().collect()),
                (a, b) if a == b => joined,
                _ => {
                    faults.push(row.result.clone());
                    joined
                }
            };
            step = match (step, row.result.step) {
                (Some(a), Some(b)) => Some(quantity::common_step(a, b)),
                _ => None,
            };
        }
        let first = rows.first()?.result.clone();
        for fault in &faults {
            self.mismatch(&first, fault, "各行", "rows");
        }
        faults.is_empty().then_some((joined, step))
    }

    fn by_tier(&mut self, table: &ast::Table, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let mut rows: Vec<Row> = Vec::new();
        let mut keys: Vec<Vec<TierId>> = Vec::new();
        let mut whole = true;
        let words = table.rows.iter().all(|row| self.is_word(&row.result, owner));
        for row in &table.rows {
            let result = if words { self.word_or_expr(&row.result, owner) } else { self.expr(&row.result, owner) };
            let mut tiers = Vec::new();
            for pattern in &row.patterns {
                let ast::PatternKind::Value(ast::Expr { kind: ast::ExprKind::Path(name, None), .. }) = &pattern.kind else {
                    self.report(
                        Diagnostic::new(Code::WrongType, words!("按 层级 的各行写层级的名称", "rows by tier begin with names of tiers"))
                            .at(pattern.span, words!("这不是层级", "not a tier"))
                            .help(words!("例如 按 层级 {{ 县区: 95%; 其余: 90% }}", "as in: by tier {{ county: 95%; otherwise: 90% }}")),
                    );
                    whole = false;
                    continue;
                };
                match self.tier(name) {
                    Some(tier) => tiers.push(tier),
                    None => whole = false,
                }
            }
            match result {
                Some(result) => rows.push(Row { patterns: Vec::new(), result, notes: Notes::default(), span: row.span }),
                None => whole = false,
            }
            keys.push(tiers);
        }
        if !whole {
            return None;
        }
        let (ty, step) = self.joined(&mut rows)?;
        let mut by_tier: IndexMap<TierId, Expr> = IndexMap::new();
        let mut otherwise = None;
        for ((row, tiers), tree) in rows.into_iter().zip(keys).zip(&table.rows) {
            if tree.patterns.is_empty() {
                otherwise = Some(Box::new(row.result));
                continue;
            }
            for tier in tiers {
                if let Some(first) = by_tier.get(&tier) {
                    let name = self.tiers.get(tier).map(|tier| tier.name.clone()).unwrap_or_default();
                    let first = first.span;
                    self.report(
                        Diagnostic::new(Code::TableOverlap, words!("「{name}」有两行", "two rows for {name}"))
                            .at(row.span, words!("这一行", "this row"))
                            .at(first, words!("和这一行", "and this one"))
                            .help(words!("删去其中一行", "remove one of them")),
                    );
                    return None;
                }
                by_tier.insert(tier, row.result.clone());
            }
        }
        let missing: Vec<&str> = self
            .tiers
            .iter()
            .enumerate()
            .filter(|(tier, _)| !by_tier.contains_key(tier) && self.applies(owner, *tier))
            .map(|(_, tier)| tier.name.as_str())
            .collect();
        if otherwise.is_none() && !missing.is_empty() {
            let (names, names_en) = (missing.join("、"), missing.join(", "));
            self.report(
                Diagnostic::new(Code::TableGap, words!("没有「{names}」的一行", "no row for {names_en}"))
                    .at(span, words!("这个表里", "in this table"))
                    .help(words!("补上一行,或写 其余: …", "add a row, or write otherwise: …")),
            );
            return None;
        }
        Some(Expr { kind: ExprKind::ByTier(by_tier, otherwise), ty, step, span })
    }

    /// An anchor: a number in the unit of the subject, which may be gathered, such as how many units there are.
    fn anchor(&mut self, tree: &ast::Expr, subject: &Expr, owner: Option<ItemId>) -> Option<Pattern> {
        let anchor = self.number(tree, owner)?;
        let (_, anchor) = self.same_unit(subject.clone(), anchor, "插值点", "anchors")?;
        Some(Pattern::Compare(Comparison::Eq, anchor))
    }

    fn applies(&self, owner: Option<ItemId>, tier: TierId) -> bool {
        owner.and_then(|owner| self.items.get(owner)).is_none_or(|item| item.tiers.contains(&tier))
    }

    fn interpolated(&mut self, subject: Expr, rows: &[Row], ty: Type, span: Span) -> Option<Expr> {
        let mut anchors: Vec<(Expr, Expr)> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let anchor = match row.patterns.as_slice() {
                [Pattern::Compare(Comparison::Eq, value)] if value.unit().is_some() => Some(value.clone()),
                _ => None,
            };
            let Some(anchor) = anchor else {
                self.report(
                    Diagnostic::new(Code::Anchors, words!("插值的每一行从一个数开始", "every row of an interpolation begins with one number"))
                        .at(row.span, words!("这一行不是", "this one does not"))
                        .help(words!("例如 80 秒: 10 分", "as in: 80 seconds: 10 points")),
                );
                return None;
            };
            if let (Some((before, _)), Some(earlier)) = (anchors.last(), index.checked_sub(1).and_then(|before| rows.get(before)))
                && let (Some(before), Some(here)) = (before.literal(), anchor.literal())
                && before >= here
            {
                self.report(
                    Diagnostic::new(Code::Anchors, words!("插值点须从小到大", "anchors must ascend"))
                        .at(row.span, words!("这一点不大于前一点", "not above the one before"))
                        .at(earlier.span, words!("前一点", "the one before"))
                        .help(words!("各点从小到大写,每点一次", "write the anchors from small to large, each once")),
                );
                return None;
            }
            anchors.push((anchor, row.result.clone()));
        }
        if anchors.len() < 2 {
            self.report(
                Diagnostic::new(Code::Anchors, words!("插值至少要两个点", "an interpolation needs two anchors at least"))
                    .at(span, words!("这里", "here"))
                    .help(words!("补上另一端的点", "add the anchor at the other end")),
            );
            return None;
        }
        Some(Expr { kind: ExprKind::Interpolated(Box::new(subject), anchors), ty, step: None, span })
    }
}

/// A cut of the number line: just before a value, or just after it.
type Cut = (Decimal, bool);

/// A stretch of the number line between two cuts; an end of `None` is unbounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    from: Option<Cut>,
    to: Option<Cut>,
}

impl Stretch {
    /// The values that satisfy a comparison with a constant; ≠ is two stretches and has none.
    pub(super) fn of_comparison(comparison: Comparison, value: Decimal) -> Option<Stretch> {
        Some(match comparison {
            Comparison::Eq => Stretch { from: Some((value, false)), to: Some((value, true)) },
            Comparison::Ge => Stretch { from: Some((value, false)), to: None },
            Comparison::Gt => Stretch { from: Some((value, true)), to: None },
            Comparison::Le => Stretch { from: None, to: Some((value, true)) },
            Comparison::Lt => Stretch { from: None, to: Some((value, false)) },
            Comparison::Ne => return None,
        })
    }

    /// All values that an expression can have in a tier, as far as declarations tell.
    pub(super) fn domain(standard: &Standard, expr: &Expr, tier: TierId) -> Stretch {
        let (low, high) = ranges::range(standard, expr, tier);
        Stretch { from: low.map(|low| (low, false)), to: high.map(|high| (high, true)) }
    }

    /// On the grid every cut is just before a multiple of the step.
    fn on_grid(self, step: Option<Decimal>) -> Stretch {
        let Some(step) = step else { return self };
        let snap = |cut: Option<Cut>| {
            let (value, after) = cut?;
            let down = round_to(&Number::from(value), step, Mode::ToZero).ok()?;
            let down = if down > value { Number::from(down).minus(&Number::from(step)).ok()?.decimal()? } else { down };
            let next = || Number::from(down).plus(&Number::from(step)).ok()?.decimal();
            Some((if down == value && !after { down } else { next()? }, false))
        };
        Stretch { from: snap(self.from), to: snap(self.to) }
    }

    fn is_empty(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from >= to)
    }

    fn meets(self, other: Stretch) -> Option<Cut> {
        let from = match (self.from, other.from) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let both = Stretch { from, to };
        if both.is_empty() { None } else { Some(from.or(to).unwrap_or((Decimal::ZERO, false))) }
    }

    /// What is left of it without `other`.
    fn without(self, other: Stretch) -> Vec<Stretch> {
        if self.meets(other).is_none() {
            return vec![self];
        }
        let before = Stretch { from: self.from, to: other.from };
        let after = Stretch { from: other.to, to: self.to };
        let mut left = Vec::new();
        if other.from.is_some() && !before.is_empty() {
            left.push(before);
        }
        if other.to.is_some() && !after.is_empty() {
            left.push(after);
        }
        left
    }
}

/// What is left of `wanted` when `taken` are removed, on the grid of `step`.
pub(super) fn remaining(wanted: Stretch, taken: &[Stretch], step: Option<Decimal>) -> Vec<Stretch> {
    let mut left = vec![wanted.on_grid(step)];
    left.retain(|stretch| !stretch.is_empty());
    for stretch in taken {
        left = left.into_iter().flat_map(|part| part.without(stretch.on_grid(step))).collect();
    }
    left
}

/// The stretch of a pattern in a tier.
fn stretch_of(standard: &Standard, pattern: &Pattern, tier: TierId) -> Option<Stretch> {
    match pattern {
        Pattern::Compare(comparison, value) => Stretch::of_comparison(*comparison, constant(standard, value, tier)?),
        Pattern::Interval(low, closed_low, high, closed_high) => {
            Some(Stretch { from: Some((constant(standard, low, tier)?, !closed_low)), to: Some((constant(standard, high, tier)?, *closed_high)) })
        }
    }
}

/// Judges one table for one tier; at most one fault a table.
pub(crate) fn check_table(standard: &Standard, table: &Table, tier: TierId) -> Option<Diagnostic> {
    let otherwise = table.rows.last().is_some_and(|row| row.patterns.is_empty());
    match &table.subject.ty {
        Type::Number(unit) => check_bands(standard, table, tier, otherwise, unit),
        Type::Truth => check_choices(standard, table, otherwise, &BTreeSet::from([0, 1])),
        Type::Choice(symbols) => check_choices(standard, table, otherwise, symbols),
        Type::Text => check_texts(table, otherwise),
    }
}

fn check_choices(standard: &Standard, table: &Table, otherwise: bool, all: &BTreeSet<usize>) -> Option<Diagnostic> {
    let mut seen: Vec<(usize, Span)> = Vec::new();
    for row in &table.rows {
        for pattern in &row.patterns {
            let Pattern::Compare(_, value) = pattern else { continue };
            let choice = match value.kind {
                ExprKind::Symbol(symbol) => symbol,
                ExprKind::Flag(flag) => usize::from(flag),
                _ => continue,
            };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == choice) {
                return Some(
                    Diagnostic::new(Code::TableOverlap, words!("同一选项有两行", "two rows for one choice"))
                        .at(row.span, words!("这一行", "this row"))
                        .at(*first, words!("和这一行", "and this one"))
                        .help(words!("删去其中一行", "remove one of them")),
                );
            }
            seen.push((choice, row.span));
        }
    }
    let missing: Vec<Words> =
        all.iter().filter(|choice| !seen.iter().any(|(seen, _)| seen == *choice)).map(|choice| choice_name(standard, &table.subject.ty, *choice)).collect();
    if otherwise && missing.is_empty() {
        return idle_otherwise(table);
    }
    if otherwise || missing.is_empty() {
        return None;
    }
    let (names, names_en) = (
        missing.iter().map(|name| name.zh.as_str()).collect::<Vec<_>>().join("、"),
        missing.iter().map(|name| name.en.as_str()).collect::<Vec<_>>().join(", "),
    );
    Some(
        Diagnostic::new(Code::TableGap, words!("选项「{names}」没有一行", "no row for the choice {names_en}"))
            .at(table.subject.span, words!("按它分档", "the table is by this"))
            .help(words!("补上一行,或写 其余: …", "add a row, or write otherwise: …")),
    )
}

/// There are more texts than rows can name.
fn check_texts(table: &Table, otherwise: bool) -> Option<Diagnostic> {
    (!otherwise).then(|| {
        Diagnostic::new(Code::TableGap, words!("别的文字没有一行", "no row for any other text"))
            .at(table.subject.span, words!("按它分档", "the table is by this"))
            .help(words!("补上一行 其余: …", "add a row otherwise: …"))
    })
}

fn idle_otherwise(table: &Table) -> Option<Diagnostic> {
    let last = table.rows.last()?;
    let first = table.rows.first()?;
    Some(
        Diagnostic::new(Code::Unreachable, words!("其余 永远轮不到", "otherwise is never reached"))
            .at(last.span, words!("轮不到", "never reached"))
            .at(first.span, words!("从这里起的各行已经包括了所有的值", "the rows from here on match every value"))
            .help(words!("删去 其余,或去掉多写的一行", "remove otherwise, or the row that is too many")),
    )
}

fn choice_name(standard: &Standard, ty: &Type, choice: usize) -> Words {
    match ty {
        Type::Truth if choice == 1 => words!("是", "yes"),
        Type::Truth => words!("否", "no"),
        _ => super::circle::same(standard.symbols.get(choice).map_or("", String::as_str)),
    }
}

fn check_bands(standard: &Standard, table: &Table, tier: TierId, otherwise: bool, unit: &Unit) -> Option<Diagnostic> {
    let step = table.subject.step;
    let domain = Stretch::domain(standard, &table.subject, tier);
    let mut taken: Vec<(Stretch, Span)> = Vec::new();
    for row in &table.rows {
        for pattern in &row.patterns {
            let stretch = stretch_of(standard, pattern, tier)?.on_grid(step);
            if stretch.is_empty() {
                return Some(
                    Diagnostic::new(Code::Unreachable, words!("这一行没有一个值能取到", "no value matches this row"))
                        .at(row.span, words!("下限不低于上限", "its lower bound is not below its upper one"))
                        .help(words!("更正两端的数,或删去这一行", "correct its bounds, or remove the row")),
                );
            }
            for (other, span) in &taken {
                if let Some(witness) = stretch.meets(*other) {
                    let (value, value_en) = show_cut(witness, unit);
                    return Some(
                        Diagnostic::new(Code::TableOverlap, words!("分档重叠:{value} 落在两行", "the bands overlap: {value_en} matches two rows"))
                            .at(row.span, words!("这一行", "this row"))
                            .at(*span, words!("和这一行", "and this one"))
                            .help(words!("把其中一端改为不含:≥ 改 >,≤ 改 <,] 改 )", "leave one end out: > for ≥, < for ≤, ) for ]")),
                    );
                }
            }
            taken.push((stretch, row.span));
        }
    }
    let stretches: Vec<Stretch> = taken.iter().map(|(stretch, _)| *stretch).collect();
    let gap = remaining(domain, &stretches, step).into_iter().next();
    if otherwise {
        let everything = Stretch { from: None, to: None };
        return remaining(everything, &stretches, step).is_empty().then(|| idle_otherwise(table)).flatten();
    }
    let gap = gap?;
    let (place, place_en) = match (gap.from, gap.to) {
        (Some(from), _) => show_cut(from, unit),
        (None, Some((to, _))) => (format!("< {}", show(to, unit, &unit.to_string())), format!("< {}", show(to, unit, &unit.in_english()))),
        (None, None) => ("…".to_owned(), "…".to_owned()),
    };
    Some(
        Diagnostic::new(Code::TableGap, words!("分档有空缺:{place} 不在任何一行", "the bands leave a gap: {place_en} matches no row"))
            .at(table.subject.span, words!("按它分档", "the table is by this"))
            .at(table.rows.first()?.span.to(table.rows.last()?.span), words!("这些行", "these rows"))
            .help(words!("补上一行,或写 其余: …", "add a row, or write otherwise: …")),
    )
}

/// A value at a cut, in Chinese and in English.
fn show_cut((value, after): Cut, unit: &Unit) -> (String, String) {
    let sign = if after { "> " } else { "" };
    (format!("{sign}{}", show(value, unit, &unit.to_string())), format!("{sign}{}", show(value, unit, &unit.in_english())))
}

fn show(value: Decimal, unit: &Unit, name: &str) -> String {
    if unit.is_percent() {
        let hundred = Number::from(value).times(&Number::from(Decimal::ONE_HUNDRED)).ok().and_then(|value| value.decimal());
        return format!("{}%", quantity::plain(hundred.unwrap_or(value)));
    }
    if let Some(shown) = quantity::moment::show(&Number::from(value), unit) {
        return shown;
    }
    match unit {
        Unit::Number | Unit::Quotient => quantity::plain(value),
        _ => format!("{} {name}", quantity::plain(value)),
    }
}
