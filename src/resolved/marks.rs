//! Marks by tier: those of the children make those of the parent, and bounds lie on the grid that scores are rounded to.
//!
//! Marks that depend on facts count with their largest row, an item that is for some units only counts in full.

use rust_decimal::Decimal;

use super::from_ast::Damage;
use super::{Act, Clause, Expr, ExprKind, Fact, Item, ItemId, ItemKind, Precision, Standard, TierId, applies, constant, decides, most};
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{self, Number};
use crate::source::Span;

/// Checks every tier.
pub(super) fn check(standard: &Standard, damage: &Damage, found: &mut Vec<Diagnostic>) {
    let before = found.len();
    for item in standard.items.iter().filter(|item| !item.children.is_empty() || !damage.touches(item)) {
        check_item(standard, item, damage, found);
    }
    if found.len() == before && !damage.marks {
        check_sums(standard, found);
    }
    for fact in &standard.facts {
        found.extend(check_default(standard, fact));
    }
    decides::check(standard, damage, found);
}

/// The marks of an item in a tier: those written, else the sum of its children's; none for bonuses and penalties.
pub(crate) fn marks_in(standard: &Standard, id: ItemId, tier: TierId) -> Option<Decimal> {
    let item = standard.items.get(id)?;
    if !item.is_base() || !item.tiers.contains(&tier) {
        return None;
    }
    match &item.marks {
        Some(marks) => most(standard, marks, tier),
        None if item.children.is_empty() => None,
        None => Some(fullest(standard, &item.children, tier)),
    }
}

/// The least marks that an item of the tier, or the standard, can have for a unit to which it applies.
pub(super) fn least(standard: &Standard, owner: Option<ItemId>, tier: TierId) -> Option<Decimal> {
    let item = owner.and_then(|owner| standard.items.get(owner));
    if let Some(marks) = item.and_then(|item| item.marks.as_ref()).filter(|marks| constant(standard, marks, tier).is_none()) {
        return rows_of(marks).into_iter().map(|row| constant(standard, row, tier)).collect::<Option<Vec<_>>>()?.into_iter().min();
    }
    let children = match item {
        Some(item) if item.children.is_empty() => return marks_in(standard, owner?, tier),
        Some(item) => &item.children,
        None => &standard.roots,
    };
    let base: Vec<(&Item, Decimal)> = children
        .iter()
        .filter_map(|id| Some((standard.items.get(*id)?, *id)))
        .filter(|(item, _)| item.is_base() && item.tiers.contains(&tier))
        .filter_map(|(item, id)| Some((item, least(standard, Some(id), tier)?)))
        .collect();
    let one = base.iter().map(|(_, least)| *least).min().unwrap_or_default();
    let for_unit = |unit: Option<&str>| {
        let sure = base
            .iter()
            .filter(|(item, _)| applies::must_apply(item, unit) && (!item.varies || !item.children.iter().all(|child| is_limited(standard, *child))));
        let sum = sure.fold(Number::ZERO, |sum, (_, least)| sum.plus(&Number::from(*least)).unwrap_or(sum));
        // where nothing is sure, something applies all the same: else the whole does not
        sum.decimal().unwrap_or_default().max(one)
    };
    standard.named_units.iter().map(|unit| for_unit(Some(unit))).chain([for_unit(None)]).min()
}

fn is_limited(standard: &Standard, id: ItemId) -> bool {
    standard.items.get(id).is_none_or(|item| item.when.is_some() || !item.children.is_empty() && item.children.iter().all(|child| is_limited(standard, *child)))
}

/// The marks of items added up, for the unit that most of them apply to: what is for some units only counts in full, but not what 仅 and 除外 keep apart.
fn fullest(standard: &Standard, items: &[ItemId], tier: TierId) -> Decimal {
    let units = standard.named_units.iter().map(|unit| Some(unit.as_str())).chain([None]);
    units.map(|unit| sum(standard, items, tier, unit)).max().unwrap_or_default()
}

fn sum(standard: &Standard, items: &[ItemId], tier: TierId, unit: Option<&str>) -> Decimal {
    let marks = items.iter().filter_map(|id| {
        let item = standard.items.get(*id).filter(|item| applies::can_apply(item, unit))?;
        if item.marks.is_none() && !item.children.is_empty() && item.is_base() && item.tiers.contains(&tier) {
            return Some(sum(standard, &item.children, tier, unit));
        }
        marks_in(standard, *id, tier)
    });
    let total = marks.fold(Number::ZERO, |sum, marks| sum.plus(&Number::from(marks)).unwrap_or(sum));
    total.decimal().unwrap_or_default()
}

fn check_item(standard: &Standard, item: &Item, damage: &Damage, found: &mut Vec<Diagnostic>) {
    if !damage.marks && item.is_base() && item.marks.is_none() && item.children.is_empty() {
        let name = &item.name;
        found.push(
            Diagnostic::new(Code::MissingPart, words!("「{name}」没有写满分", "{name} states no marks"))
                .at(item.head, words!("这一项", "this item"))
                .help(words!("在名称后写 满分 … 分", "write after its name: marks … points")),
        );
    }
    let step = item.round.unwrap_or(standard.head.step);
    let default = item.assessed.and_then(|fact| standard.facts.get(fact)).and_then(|fact| fact.default.as_ref());
    let stand_in = item.pending.as_ref().and_then(|pending| pending.stand_in.as_ref());
    let marks = item.marks.as_ref().into_iter().flat_map(rows_of).map(|row| (("满分", "marks"), Some(row)));
    let own =
        [(("保底", "floor"), item.floor.as_ref()), (("封顶", "cap"), item.cap.as_ref()), (("缺省", "default"), default), (("暂按", "stand-in"), stand_in)];
    let limits = item.clauses.iter().flat_map(limits_of).map(|limit| (("最多", "limit"), Some(limit)));
    let starts = item.clauses.iter().flat_map(awards_of).map(|(what, award)| (what, Some(award)));
    for (what, bound) in marks.chain(own).chain(limits).chain(starts) {
        let Some(bound) = bound else { continue };
        if check_bound(standard, item, (what, bound), step, found) {
            return;
        }
    }
}

/// The marks that are written down: one number, or one a row.
fn rows_of(marks: &Expr) -> Vec<&Expr> {
    match &marks.kind {
        ExprKind::Table(table) => table.rows.iter().flat_map(|row| rows_of(&row.result)).collect(),
        _ => vec![marks],
    }
}

/// The points that 得 and 起评 write down, in rows of tables too.
fn awards_of(clause: &Clause) -> Vec<((&'static str, &'static str), &Expr)> {
    let (what, expr) = match &clause.act {
        Act::Award(expr) => (("得", "award"), expr),
        Act::Base(expr) => (("起评", "base"), expr),
        _ => return Vec::new(),
    };
    match &expr.kind {
        ExprKind::Constant(_) => vec![(what, expr)],
        ExprKind::Table(table) => table.rows.iter().map(|row| &row.result).filter(|result| result.literal().is_some()).map(|result| (what, result)).collect(),
        ExprKind::Interpolated(_, anchors) => {
            anchors.iter().map(|(_, result)| result).filter(|result| result.literal().is_some()).map(|result| (what, result)).collect()
        }
        _ => Vec::new(),
    }
}

/// A default that the bounds of its own fact refuse.
fn check_default(standard: &Standard, fact: &Fact) -> Option<Diagnostic> {
    let default = fact.default.as_ref()?;
    let counts = matches!(&fact.kind, super::Type::Number(unit) if unit.is_count());
    if let Some(value) = default.literal().filter(|value| counts && value.is_sign_negative() && !value.is_zero()) {
        let shown = quantity::plain(value);
        return Some(
            Diagnostic::new(Code::BadCount, words!("缺省值 {shown}:件数不能为负", "the default is {shown}: a count is never negative"))
                .at(default.span, words!("缺省值", "the default"))
                .help(words!("改成 0 以上的整数", "make it a whole number from 0 up")),
        );
    }
    for tier in 0..standard.tiers.len() {
        let value = constant(standard, default, tier)?;
        let outside = |bound: &Option<Expr>, above: bool| {
            let bound = bound.as_ref()?;
            let limit = constant(standard, bound, tier)?;
            (if above { value > limit } else { value < limit }).then_some(bound.span)
        };
        if let Some(bound) = outside(&fact.up_to, true).or_else(|| outside(&fact.at_least, false)) {
            let name = &fact.name;
            return Some(
                Diagnostic::new(Code::Conflict, words!("「{name}」的缺省值在它自己的范围之外", "the default of {name} lies outside its own range"))
                    .at(default.span, words!("缺省值", "the default"))
                    .at(bound, words!("范围", "the range"))
                    .help(words!("改其中一个", "change one of the two")),
            );
        }
    }
    None
}

/// 最多 and 合计最多 of a clause.
fn limits_of(clause: &Clause) -> Vec<&Expr> {
    match &clause.act {
        Act::Move(movement) => movement.at_most.iter().collect(),
        Act::Joint(limit, inner) => std::iter::once(limit).chain(inner.iter().flat_map(limits_of)).collect(),
        _ => Vec::new(),
    }
}

fn check_bound(standard: &Standard, item: &Item, ((what, what_en), bound): ((&str, &str), &Expr), step: Decimal, found: &mut Vec<Diagnostic>) -> bool {
    for tier in &item.tiers {
        let Some(value) = constant(standard, bound, *tier) else { continue };
        let (shown, grid) = (quantity::plain(value), quantity::plain(step));
        if standard.head.precision == Precision::Rounded && !matches!(what, "得" | "起评") && !quantity::on_grid(value, step) {
            found.push(
                Diagnostic::new(
                    Code::OffGrid,
                    words!(
                        "{what} {shown} 分不是取整步长 {grid} 分的整倍数",
                        "a {what_en} of {shown} points is no multiple of the rounding step of {grid} points"
                    ),
                )
                .at(bound.span, words!("这里", "here"))
                .at(standard.head.span, words!("得分的步长在这个标准的抬头里", "the step of scores is in the head of this standard"))
                .help(words!("改成步长的整倍数,或把步长改细", "make it a multiple of the step, or the step finer")),
            );
            return true;
        }
        let top = item.cap.as_ref().or(item.marks.as_ref());
        let limit = top.and_then(|top| most(standard, top, *tier));
        let above = limit.is_some_and(|limit| matches!(what, "保底" | "缺省" | "暂按" | "得" | "起评") && value > limit);
        if above || value.is_sign_negative() && !value.is_zero() {
            let title = match limit.filter(|limit| !limit.is_sign_negative()) {
                Some(limit) => {
                    let top = quantity::plain(limit);
                    words!("{what} {shown} 分不在 0 至 {top} 分之内", "a {what_en} of {shown} points is not between 0 and {top} points")
                }
                None => words!("{what} {shown} 分不能为负", "a {what_en} of {shown} points is negative"),
            };
            let diagnostic = Diagnostic::new(Code::Conflict, title).at(bound.span, words!("这里", "here"));
            let diagnostic = diagnostic.help(words!("更正这个数,或放宽上限", "correct it, or raise the upper limit"));
            found.push(match top.filter(|top| top.span != bound.span) {
                Some(top) => diagnostic.at(top.span, words!("上限写在这里", "the upper limit stands here")),
                None => diagnostic,
            });
            return true;
        }
    }
    false
}

fn check_sums(standard: &Standard, found: &mut Vec<Diagnostic>) {
    let all: Vec<TierId> = (0..standard.tiers.len()).collect();
    let roots = |tier: TierId| standard.tiers.get(tier).map(|tier| (tier.marks, tier.span));
    // the marks of a longer period are those of what its total is made of
    if standard.cycle == standard.head.cycle {
        check_parent(standard, None, &all, &standard.roots, &roots, found);
    }
    for item in &standard.items {
        let Some(marks) = item.marks.as_ref().filter(|_| item.is_base() && !item.children.is_empty()) else { continue };
        let tiers: Vec<TierId> = item.tiers.iter().copied().collect();
        let of = |tier: TierId| most(standard, marks, tier).map(|value| (value, marks.span));
        check_parent(standard, Some(item), &tiers, &item.children, &of, found);
    }
}

/// One fault for all tiers in which the children make the same wrong sum.
fn check_parent(
    standard: &Standard,
    parent: Option<&Item>,
    tiers: &[TierId],
    children: &[ItemId],
    marks: &dyn Fn(TierId) -> Option<(Decimal, Span)>,
    found: &mut Vec<Diagnostic>,
) {
    let mut wrong: Vec<(Decimal, Decimal, Span, Vec<TierId>)> = Vec::new();
    for tier in tiers {
        let Some((whole, span)) = marks(*tier) else { continue };
        let parts = fullest(standard, children, *tier);
        if parts == whole {
            continue;
        }
        match wrong.iter_mut().find(|(a, b, at, _)| *a == whole && *b == parts && *at == span) {
            Some((_, _, _, tiers)) => tiers.push(*tier),
            None => wrong.push((whole, parts, span, vec![*tier])),
        }
    }
    for (whole, parts, span, tiers) in wrong {
        let names: Vec<&str> = tiers.iter().filter_map(|tier| standard.tiers.get(*tier)).map(|tier| tier.name.as_str()).collect();
        let (names, names_en, whole, parts) = (names.join("、"), names.join(", "), quantity::plain(whole), quantity::plain(parts));
        let title = match parent {
            Some(item) => {
                let ((kind, kind_en), name) = (if item.kind == ItemKind::Section { ("类", "section") } else { ("指标", "indicator") }, &item.name);
                words!(
                    "{kind} {name}({names}):满分 {whole} 分,各项合计 {parts} 分",
                    "{kind_en} {name} ({names_en}): marks {whole} points, the items add up to {parts}"
                )
            }
            None => words!("层级 {names}:满分 {whole} 分,各项合计 {parts} 分", "tier {names_en}: marks {whole} points, the items add up to {parts}"),
        };
        let mut diagnostic = Diagnostic::new(Code::MarksSum, title).at(span, words!("满分 {whole} 分写在这里", "marks of {whole} points stated here"));
        for child in children.iter().take(12) {
            let marks = tiers.first().and_then(|tier| marks_in(standard, *child, *tier));
            if let (Some(marks), Some(item)) = (marks, standard.items.get(*child)) {
                let marks = quantity::plain(marks);
                diagnostic = diagnostic.at(item.head, words!("{marks} 分", "{marks} points"));
            }
        }
        found.push(diagnostic.help(words!("改其中一项的满分,或检查 适用 的层级", "change the marks of an item, or check which tiers it applies to")));
    }
}
