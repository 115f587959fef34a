//! Under which conditions an item applies, and whether they hold where its score is read.

use std::collections::BTreeSet;

use super::ranges::key;
use super::{Act, Expr, ExprKind, Item, ItemId, Name, Standard};

/// Conditions that are known to hold, each as a text that is the same for conditions that say the same.
pub(super) type Known = BTreeSet<String>;

/// The conditions that hold wherever an item is scored: its own and those of the items around it.
pub(super) fn conditions(standard: &Standard, item: &Item) -> Known {
    let mut known = Known::new();
    let mut cursor = Some(item);
    while let Some(item) = cursor {
        if let Some(when) = &item.when {
            learn(&mut known, when);
        }
        cursor = item.parent.and_then(|parent| standard.items.get(parent));
    }
    known
}

/// Adds what holds where a condition does.
pub(super) fn learn(known: &mut Known, condition: &Expr) {
    match &condition.kind {
        ExprKind::And(links) => links.iter().for_each(|link| learn(known, link)),
        _ => {
            known.insert(key(condition));
        }
    }
}

/// Whether an item applies to every unit of its tiers for which these conditions hold.
pub(super) fn is_sure(standard: &Standard, id: ItemId, known: &Known) -> bool {
    let Some(item) = standard.items.get(id) else { return true };
    conditions(standard, item).is_subset(known) && some_part_is_sure(standard, item, known)
}

/// An item of which all that is inside is out is out itself.
fn some_part_is_sure(standard: &Standard, item: &Item, known: &Known) -> bool {
    if !rests_on_parts(item) {
        return true;
    }
    item.children.iter().filter_map(|child| standard.items.get(*child)).any(|child| {
        let mut own = Known::new();
        if let Some(when) = &child.when {
            learn(&mut own, when);
        }
        own.is_subset(known) && some_part_is_sure(standard, child, known)
    })
}

/// Whether the score of an item is made of those of the items inside, and of nothing else.
pub(crate) fn rests_on_parts(item: &Item) -> bool {
    !item.children.is_empty() && !item.clauses.iter().any(|clause| matches!(clause.act, Act::Formula(_) | Act::Base(_)))
}

/// The units that the scopes of items name.
pub(super) fn named_units(items: &[Item]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for when in items.iter().filter_map(|item| item.when.as_ref()) {
        super::circle::visit(when, &mut |expr| {
            if let ExprKind::OneOf(list) = &expr.kind {
                names.extend(list.iter().map(|name| name.text.clone()));
            }
        });
    }
    names.into_iter().collect()
}

/// Whether an item can apply to the unit of that name, as far as 仅 and 除外 say; of no name to a unit that none of them names.
pub(super) fn can_apply(item: &Item, unit: Option<&str>) -> bool {
    item.when.as_ref().is_none_or(|when| holds(when, unit, true))
}

/// Whether it applies to that unit whatever its facts are.
pub(super) fn must_apply(item: &Item, unit: Option<&str>) -> bool {
    item.when.as_ref().is_none_or(|when| holds(when, unit, false))
}

/// Whether a condition holds for a unit; `unknown` is said of what depends on facts.
fn holds(condition: &Expr, unit: Option<&str>, unknown: bool) -> bool {
    let is_one = |names: &[Name]| unit.is_some_and(|unit| names.iter().any(|name| name.text == unit));
    match &condition.kind {
        ExprKind::And(links) => links.iter().all(|link| holds(link, unit, unknown)),
        ExprKind::OneOf(names) => is_one(names),
        ExprKind::Not(inner) => match &inner.kind {
            ExprKind::OneOf(names) => !is_one(names),
            _ => unknown,
        },
        _ => unknown,
    }
}
