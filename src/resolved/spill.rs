//! 不足从: where points go that a floor gives back, and whether they can go there.

use std::collections::BTreeSet;

use super::circle::visit;
use super::{Act, Clause, Expr, ExprKind, Item, ItemId, ItemKind, Move, PartOf, Spill, Standard, TierId, ValueId, applies};
use crate::diag::{Code, Diagnostic, words};

/// One stretch of the way that points take: from an item to another, or to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(super) from: ItemId,
    pub(super) to: Option<ItemId>,
}

/// Every such stretch, in the order of the rules.
pub(super) fn ways(items: &[Item]) -> Vec<Way> {
    let mut found = Vec::new();
    for (id, item) in items.iter().enumerate() {
        for movement in item.clauses.iter().filter_map(spilling) {
            let mut from = Some(id);
            for spill in &movement.spill {
                let Some(start) = from else { break };
                let way = Way { from: start, to: spill.item };
                if !found.contains(&way) {
                    found.push(way);
                }
                from = spill.item;
            }
        }
    }
    found
}

/// The items that can send points to another one, or to the total, in a tier.
pub(crate) fn incoming(standard: &Standard, to: Option<ItemId>, tier: TierId) -> Vec<ItemId> {
    let applying = |id: ItemId| standard.applying(id, tier);
    let mut found = Vec::new();
    for way in standard.ways.iter().filter(|way| way.to.and_then(applying) == to && way.to.is_some() == to.is_some()) {
        found.extend(applying(way.from).filter(|from| !found.contains(from)));
    }
    found
}

fn spilling(clause: &Clause) -> Option<&Move> {
    match &clause.act {
        Act::Move(movement) if !movement.spill.is_empty() => Some(movement),
        _ => None,
    }
}

/// Reports what cannot spill, and what cannot be spilled to.
pub(super) fn check(standard: &Standard, found: &mut Vec<Diagnostic>) {
    // what is scored in no tier takes part in the result of another cycle
    for item in standard.items.iter().filter(|item| !item.tiers.is_empty()) {
        for clause in &item.clauses {
            found.extend(check_clause(standard, item, clause));
        }
    }
}

fn conflict(clause: &Clause, title: crate::diag::Words, help: crate::diag::Words) -> Diagnostic {
    Diagnostic::new(Code::Conflict, title).at(clause.span, words!("这一条", "this clause")).help(help)
}

fn check_clause(standard: &Standard, item: &Item, clause: &Clause) -> Option<Diagnostic> {
    if let Act::Joint(_, inner) = &clause.act {
        let spilling = inner.iter().find(|clause| spilling(clause).is_some())?;
        return Some(conflict(
            spilling,
            words!("合计最多 里的条款不能 不足从 别处", "a clause of a group under one limit cannot spill"),
            words!("把它移到花括号外面", "move it out of the braces"),
        ));
    }
    let movement = spilling(clause)?;
    if !movement.deducts {
        return Some(conflict(clause, words!("不足从 只用于 扣", "spill to goes with deduct only"), words!("删去 不足从", "remove spill to")));
    }
    if item.kind == ItemKind::Penalty {
        return Some(conflict(
            clause,
            words!("扣分项没有扣完的时候,不足从 不起作用", "a penalty has no floor that could give points back"),
            words!("删去 不足从,或把这一条写进有满分的指标", "remove spill to, or move the clause into an item with marks"),
        ));
    }
    movement.spill.iter().enumerate().find_map(|(index, spill)| check_target(standard, (item, clause), &movement.spill, index, spill))
}

fn check_target(standard: &Standard, (item, clause): (&Item, &Clause), all: &[Spill], index: usize, spill: &Spill) -> Option<Diagnostic> {
    let before = all.get(..index).unwrap_or_default();
    if let Some(first) = before.iter().find(|other| other.item == spill.item) {
        return Some(
            Diagnostic::new(Code::Duplicate, words!("不足从 同一处写了两次", "points spill to one place twice"))
                .at(spill.span, words!("又写一次", "again here"))
                .at(first.span, words!("先写在这里", "first here"))
                .help(words!("删去一处", "remove one of them")),
        );
    }
    let Some(id) = spill.item else {
        if let Some(after) = all.get(index + 1) {
            return Some(
                Diagnostic::new(Code::Conflict, words!("总分 之后没有别处可扣", "there is nothing behind the total to spill to"))
                    .at(after.span, words!("轮不到", "never reached"))
                    .at(spill.span, words!("先从总分扣了", "the total takes all of it"))
                    .help(words!("把 总分 写在最后", "write total last")),
            );
        }
        // of a longer period the total takes what the shorter ones come to
        if item.cycle.unwrap_or(standard.head.cycle) != standard.cycle {
            return None;
        }
        let mut values = BTreeSet::new();
        return (!reads_base(standard, &standard.total.expr, &mut values)).then(|| {
            Diagnostic::new(
                Code::Conflict,
                words!("总分没有用到 合计 或 基本分,不足的分无处可扣", "the total reads neither sum nor basic: there is nothing to deduct from"),
            )
            .at(spill.span, words!("要从总分扣", "to be deducted from the total"))
            .at(standard.total.span, words!("总分的算式", "the formula of the total"))
            .help(words!("总分里用 合计 或 基本分,或写明从哪一项扣", "let the total read sum or basic, or name the item to deduct from"))
        });
    };
    let target = standard.items.get(id)?;
    let (from, to) = (&item.name, &target.name);
    let decided = target.assessed.is_some() || target.pending.is_some() || target.clauses.iter().any(|clause| matches!(clause.act, Act::Formula(_)));
    if decided {
        return Some(
            Diagnostic::new(
                Code::Conflict,
                words!("「{to}」的得分由别的办法定出,不能再扣", "the score of {to} is decided otherwise: nothing is deducted there"),
            )
            .at(spill.span, words!("要从它扣", "to be deducted there"))
            .at(target.head, words!("它的得分是评定的、待定的或由算式定出", "its score is assessed, unknown or a formula"))
            .help(words!("换一项,或写 不足从 总分", "name another item, or write: spill to total")),
        );
    }
    let tiers: BTreeSet<TierId> = standard.items.iter().filter(|other| other.name == *to).flat_map(|other| other.tiers.iter().copied()).collect();
    let mut known = applies::conditions(standard, item);
    known.extend(clause.condition.iter().flat_map(|condition| {
        let mut own = applies::Known::new();
        applies::learn(&mut own, condition);
        own
    }));
    if item.tiers.is_subset(&tiers) && applies::is_sure(standard, id, &known) {
        return None;
    }
    Some(
        Diagnostic::new(
            Code::ScopeMismatch,
            words!(
                "「{to}」的适用范围比「{from}」窄,不足的分无处可扣",
                "the scope of {to} is narrower than that of {from}: there may be nothing to deduct from"
            ),
        )
        .at(spill.span, words!("要从它扣", "to be deducted there"))
        .at(target.head, words!("它的适用范围较窄", "its scope is narrower"))
        .at(item.head, words!("这一项的适用范围较宽", "the scope of this one is wider"))
        .help(words!("用 适用 使两者一致,或写 不足从 总分", "make the scopes agree, or write: spill to total")),
    )
}

/// Whether an expression reads the sum of all items or of the basic ones, also inside named values.
fn reads_base(standard: &Standard, expr: &Expr, values: &mut BTreeSet<ValueId>) -> bool {
    let (mut found, mut inside) = (false, Vec::new());
    visit(expr, &mut |part| match part.kind {
        ExprKind::Part(PartOf::All | PartOf::Basic, None) => found = true,
        ExprKind::Value(id) => inside.push(id),
        _ => {}
    });
    found || inside.into_iter().any(|id| values.insert(id) && standard.values.get(id).is_some_and(|value| reads_base(standard, &value.expr, values)))
}
