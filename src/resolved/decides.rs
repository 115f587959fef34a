//! Whether every item's score is decided in every tier it applies to, and by clauses that can be reached.

use std::collections::BTreeSet;

use super::applies::Known;
use super::circle::{visit, visit_clause};
use super::from_ast::Damage;
use super::gather::fold_word;
use super::ranges::{Cause, Definedness, Gathered, key};
use super::tables::{Stretch, check_table, remaining};
use super::{Act, Clause, Expr, ExprKind, Fold, Input, InputKind, Item, ItemId, Standard, TierId, ValueId, Who, applies, constant};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::source::Span;

/// Checks all items, exemptions, the total and the ranking.
pub(super) fn check(standard: &Standard, damage: &Damage, found: &mut Vec<Diagnostic>) {
    check_tables(standard, found);
    for item in &standard.items {
        // of an item with a fault it is not known what decides it
        if damage.touches(item) {
            continue;
        }
        check_structure(standard, item, found);
        check_reached(standard, item, found);
        check_scopes(standard, item, found);
        check_defined(standard, item, found);
    }
    check_total(standard, found);
    check_common_scopes(standard, found);
}

// --- tables ---

fn check_tables(standard: &Standard, found: &mut Vec<Diagnostic>) {
    let all: BTreeSet<TierId> = (0..standard.tiers.len()).collect();
    let mut faults: Vec<Diagnostic> = Vec::new();
    let mut judge = |expr: &Expr, tiers: &BTreeSet<TierId>| {
        if let ExprKind::Table(table) = &expr.kind {
            faults.extend(tiers.iter().find_map(|tier| check_table(standard, table, *tier)));
        }
    };
    for item in &standard.items {
        item.when.iter().chain(&item.marks).for_each(|expr| visit(expr, &mut |expr| judge(expr, &item.tiers)));
        item.clauses.iter().for_each(|clause| visit_clause(clause, &mut |expr| judge(expr, &item.tiers)));
    }
    let of_facts = standard.facts.iter().flat_map(|fact| [&fact.or_from, &fact.up_to, &fact.at_least]).flatten();
    let keys = standard.ranking.keys.iter().chain(&standard.ranking.listed).map(|key| &key.expr);
    let keys = keys.chain(standard.inputs.iter().flat_map(Input::exprs));
    let exprs = standard.values.iter().map(|value| &value.expr).chain(of_facts).chain(keys);
    let conditions = standard.exemptions.iter().map(|exemption| &exemption.condition).chain(standard.vetoes.iter().map(|veto| &veto.condition));
    for expr in exprs.chain(conditions).chain([&standard.total.expr]) {
        visit(expr, &mut |expr| judge(expr, &all));
    }
    found.extend(faults);
}

// --- structure ---

fn moves(clauses: &[Clause]) -> impl Iterator<Item = bool> {
    let mut found = Vec::new();
    for clause in clauses {
        match &clause.act {
            Act::Move(movement) => found.push(movement.deducts),
            Act::Joint(_, inner) => found.extend(moves(inner)),
            _ => {}
        }
    }
    found.into_iter()
}

fn check_structure(standard: &Standard, item: &Item, found: &mut Vec<Diagnostic>) {
    let name = &item.name;
    let formulas: Vec<Span> = item.clauses.iter().filter(|clause| matches!(clause.act, Act::Formula(_))).map(|clause| clause.span).collect();
    let bases: Vec<Span> =
        item.clauses.iter().filter(|clause| matches!(clause.act, Act::Base(_)) && clause.condition.is_none()).map(|clause| clause.span).collect();
    let moving: Vec<Span> = item.clauses.iter().filter(|clause| matches!(clause.act, Act::Move(_) | Act::Joint(..))).map(|clause| clause.span).collect();
    check_sources(item, (&formulas, &bases, &moving), found);
    let unconditional = item.clauses.iter().any(|clause| clause.condition.is_none() && matches!(clause.act, Act::Award(_)));
    found.extend(item.clauses.iter().filter_map(check_joint));
    let directions: BTreeSet<bool> = moves(&item.clauses).collect();
    if item.is_base() && item.children.is_empty() && directions.len() == 2 && bases.is_empty() && !unconditional {
        found.push(
            Diagnostic::new(Code::NoBase, words!("「{name}」又扣又加,没有写从多少分起", "{name} deducts and adds, and states no base"))
                .at(item.head, words!("这一项", "this item"))
                .help(words!("写明 起评 … 分", "state it: base … points")),
        );
    }
    check_idle(item, &directions, &moving, bases.is_empty(), found);
    let decided = item.assessed.is_some()
        || item.pending.is_some()
        || !formulas.is_empty()
        || !directions.is_empty()
        || !bases.is_empty()
        || unconditional
        || !item.children.is_empty();
    let starts_at_zero = !item.is_base() && item.clauses.iter().any(|clause| matches!(clause.act, Act::Award(_)));
    if !decided && !starts_at_zero && !item.tiers.iter().all(|tier| awards_cover(standard, item, *tier)) {
        found.push(match item.clauses.last() {
            Some(clause) => Diagnostic::new(
                Code::NothingDecides,
                words!("条件都不成立时,没有一条定出「{name}」的得分", "nothing decides the score of {name} where no condition holds"),
            )
            .at(item.head, words!("这一项", "this item"))
            .at(clause.span, words!("这一条也不成立时没有规定", "nothing is said for when this does not hold either"))
            .help(words!("在最后加一条没有条件的,例如 得 0 分", "add a last clause without a condition, as in: award 0 points")),
            None => Diagnostic::new(Code::NothingDecides, words!("没有一条定出「{name}」的得分", "nothing decides the score of {name}"))
                .at(item.head, words!("这一项", "this item"))
                .help(words!(
                    "写一条 扣、加、得 或 得分 =;由人打分写 人工评定;办法未知写 待定 \"…\"",
                    "write a clause: deduct, add, award or score =; assessed by hand: assessed; not known: unknown \"…\""
                )),
        });
    }
}

/// Of the ways to decide a score an item has one, and once.
fn check_sources(item: &Item, (formulas, bases, moving): (&[Span], &[Span], &[Span]), found: &mut Vec<Diagnostic>) {
    let name = &item.name;
    let mut sources: Vec<(Span, &str, &str)> = Vec::new();
    if let Some(pending) = &item.pending {
        sources.push((pending.span, "待定", "unknown"));
    }
    if item.assessed.is_some() {
        sources.push((item.head, "人工评定", "assessed"));
    }
    if let Some(formula) = formulas.first() {
        sources.push((*formula, "得分 =", "score ="));
    }
    if let Some(base) = bases.first().or(moving.first()) {
        sources.push((*base, "扣、加或起评", "deduct, add or base"));
    }
    if !item.children.is_empty() && sources.len() == 1 && (item.assessed.is_some() || item.pending.is_some()) {
        sources.push((item.head, "下级各项", "the items inside"));
    }
    if let [(first, zh, en), (second, other_zh, other_en), ..] = sources.as_slice() {
        found.push(
            Diagnostic::new(
                Code::Conflict,
                words!(
                    "「{name}」既有「{zh}」又有「{other_zh}」,得分只能由一处定出",
                    "{name} has both “{en}” and “{other_en}”: only one of them can decide the score"
                ),
            )
            .at(*second, words!("{other_zh}", "{other_en}"))
            .at(*first, words!("{zh}", "{en}"))
            .help(words!("删去其中一种", "remove one of them")),
        );
    }
    for (list, zh, en) in [(formulas, "得分 =", "score ="), (bases, "起评", "base")] {
        if let [first, second, ..] = list {
            found.push(
                Diagnostic::new(Code::Conflict, words!("「{zh}」写了两次", "“{en}” stands twice"))
                    .at(*second, words!("又在这里", "again here"))
                    .at(*first, words!("先在这里", "first here"))
                    .help(words!("删去其中一处", "remove one of them")),
            );
        }
    }
}

/// A bonus that only deducts, and a penalty that only adds, stay at 0.
fn check_idle(item: &Item, directions: &BTreeSet<bool>, moving: &[Span], from_zero: bool, found: &mut Vec<Diagnostic>) {
    let idle = match item.kind {
        super::ItemKind::Bonus => Some(true),
        super::ItemKind::Penalty => Some(false),
        _ => None,
    };
    if let Some(wrong) = idle.filter(|wrong| from_zero && directions.len() == 1 && directions.contains(wrong) && item.children.is_empty()) {
        let (zh, en) = if wrong {
            ("加分项从 0 分起,只扣不加就总是 0 分", "a bonus starts at 0: where it only deducts it is always 0")
        } else {
            ("扣分项从 0 分起,只加不扣就总是 0 分", "a penalty starts at 0: where it only adds it is always 0")
        };
        if let Some(span) = moving.first() {
            found.push(
                Diagnostic::new(Code::NoEffect, words!("{zh}", "{en}"))
                    .at(*span, words!("这一条不起作用", "this clause has no effect"))
                    .at(item.head, words!("这一项", "this item"))
                    .help(words!("扣分项里写 扣,加分项里写 加", "write deduct in a penalty, add in a bonus")),
            );
        }
    }
}

/// A group under one limit deducts or adds, and does nothing else.
fn check_joint(clause: &Clause) -> Option<Diagnostic> {
    let Act::Joint(_, inner) = &clause.act else { return None };
    if let Some(other) = inner.iter().find(|clause| !matches!(clause.act, Act::Move(_) | Act::Joint(..))) {
        return Some(
            Diagnostic::new(Code::Conflict, words!("合计最多 里只能写 扣 或 加", "a group under one limit holds only clauses that deduct or add"))
                .at(other.span, words!("这一条不是", "this one does neither"))
                .help(words!("把它移到花括号外面", "move it out of the braces")),
        );
    }
    if let Some(fault) = inner.iter().find_map(check_joint) {
        return Some(fault);
    }
    let directions: BTreeSet<bool> = moves(inner).collect();
    (directions.len() > 1).then(|| {
        Diagnostic::new(Code::Conflict, words!("合计最多 里要么都是 扣,要么都是 加", "a group under one limit either deducts or adds"))
            .at(clause.span, words!("这一组又扣又加", "this group does both"))
            .help(words!("分成两组,各写各的 合计最多", "make two groups of it, each with its limit"))
    })
}

/// Whether the conditions of the awards on one number leave no case open.
fn awards_cover(standard: &Standard, item: &Item, tier: TierId) -> bool {
    let awards: Vec<(&Expr, Stretch)> = item.clauses.iter().filter_map(|clause| award_stretch(standard, clause, tier)).collect();
    let Some((subject, _)) = awards.first() else { return false };
    let name = key(subject);
    let stretches: Vec<Stretch> = awards.iter().filter(|(other, _)| key(other) == name).map(|(_, stretch)| *stretch).collect();
    remaining(Stretch::domain(standard, subject, tier), &stretches, subject.step).is_empty()
}

/// The number that the condition of an award is about, and the values for which it holds.
fn award_stretch<'c>(standard: &Standard, clause: &'c Clause, tier: TierId) -> Option<(&'c Expr, Stretch)> {
    let (Act::Award(_), Some(condition)) = (&clause.act, &clause.condition) else { return None };
    let ExprKind::Compare(subject, comparison, bound) = &condition.kind else { return None };
    let stretch = Stretch::of_comparison(*comparison, constant(standard, bound, tier)?)?;
    Some((subject, stretch))
}

// --- clauses that can be reached ---

fn check_reached(standard: &Standard, item: &Item, found: &mut Vec<Diagnostic>) {
    let mut final_award: Option<Span> = None;
    for clause in &item.clauses {
        if !matches!(clause.act, Act::Award(_)) {
            continue;
        }
        if let Some(before) = final_award {
            found.push(unreachable(clause.span, before, &every_case()));
            return;
        }
        if clause.condition.is_none() {
            final_award = Some(clause.span);
        }
    }
    if let Some(award) = final_award
        && let Some(other) = item.clauses.iter().find(|clause| !matches!(clause.act, Act::Award(_)))
    {
        found.push(unreachable(other.span, award, &every_case()));
        return;
    }
    for tier in &item.tiers {
        if check_covered(standard, item, *tier, found) {
            return;
        }
    }
}

fn every_case() -> Words {
    words!("这一条没有条件,所有情形都由它定了", "this clause has no condition and decides every case")
}

fn unreachable(span: Span, before: Span, why: &Words) -> Diagnostic {
    Diagnostic::new(Code::Unreachable, words!("这一条永远轮不到", "this clause is never reached"))
        .at(span, words!("轮不到", "never reached"))
        .at(before, why.clone())
        .help(words!("调换次序,或给前一条加上条件", "change their order, or give the first a condition"))
}

/// Awards whose condition on one number is covered by those before.
fn check_covered(standard: &Standard, item: &Item, tier: TierId, found: &mut Vec<Diagnostic>) -> bool {
    let mut seen: Vec<(String, Stretch, Span)> = Vec::new();
    for clause in &item.clauses {
        let Some((subject, stretch)) = award_stretch(standard, clause, tier) else { continue };
        let name = key(subject);
        let before: Vec<Stretch> = seen.iter().filter(|(other, _, _)| *other == name).map(|(_, stretch, _)| *stretch).collect();
        if !before.is_empty() && remaining(stretch, &before, subject.step).is_empty() {
            let first = seen.iter().find(|(other, _, _)| *other == name).map_or(clause.span, |(_, _, span)| *span);
            found.push(unreachable(clause.span, first, &words!("凡是它管的情形,这一条先成立", "wherever it holds, this one holds before it")));
            return true;
        }
        seen.push((name, stretch, clause.span));
    }
    false
}

// --- scopes ---

fn check_scopes(standard: &Standard, item: &Item, found: &mut Vec<Diagnostic>) {
    let mut seen = Narrower { known: applies::conditions(standard, item), ..Narrower::default() };
    item.when.iter().chain(&item.marks).for_each(|expr| visit(expr, &mut |expr| note_narrower(standard, expr, &item.tiers, &mut seen)));
    for clause in &item.clauses {
        note_narrower_in(standard, clause, &item.tiers, &mut seen);
    }
    report_narrower(standard, &seen, &item.tiers, item.head, found);
}

/// What is done under a condition is read where it holds only.
fn note_narrower_in(standard: &Standard, clause: &Clause, tiers: &BTreeSet<TierId>, seen: &mut Narrower) {
    let Some(condition) = &clause.condition else {
        visit_clause(clause, &mut |expr| note_narrower(standard, expr, tiers, seen));
        return;
    };
    visit(condition, &mut |expr| note_narrower(standard, expr, tiers, seen));
    // a named value may be read elsewhere without the condition
    let before = (seen.known.clone(), seen.values.clone());
    applies::learn(&mut seen.known, condition);
    visit_clause(clause, &mut |expr| note_narrower(standard, expr, tiers, seen));
    (seen.known, seen.values) = before;
}

/// The total, the keys of the ranking, outputs, exemptions and vetoes are read in every tier, or in those of their own scope.
fn check_common_scopes(standard: &Standard, found: &mut Vec<Diagnostic>) {
    let all: BTreeSet<TierId> = (0..standard.tiers.len()).collect();
    let keys = standard.ranking.keys.iter().chain(&standard.ranking.listed).map(|key| (&key.expr, &all, standard.ranking.span));
    let exemptions = standard.exemptions.iter().map(|exemption| (&exemption.condition, &exemption.tiers, exemption.span));
    let vetoes = standard.vetoes.iter().map(|veto| (&veto.condition, &veto.tiers, veto.span));
    let outputs = standard.values.iter().filter(|value| value.is_output).map(|value| (&value.expr, &all, value.span));
    let read = std::iter::once((&standard.total.expr, &all, standard.total.span)).chain(keys).chain(exemptions).chain(vetoes).chain(outputs);
    for (expr, tiers, span) in read {
        let mut seen = Narrower::default();
        visit(expr, &mut |expr| note_narrower(standard, expr, tiers, &mut seen));
        report_narrower(standard, &seen, tiers, span, found);
    }
}

/// The first name that does not apply where it is read, and the named values that were looked into.
#[derive(Default)]
struct Narrower {
    fault: Option<(Span, ItemId)>,
    /// Whether it applies to the tiers, but not to all of their units.
    some_units: bool,
    values: BTreeSet<ValueId>,
    /// The conditions that hold where it is read.
    known: Known,
}

/// Keeps the first name that does not apply to all of the tiers that read it, also inside named values.
fn note_narrower(standard: &Standard, expr: &Expr, tiers: &BTreeSet<TierId>, seen: &mut Narrower) {
    if seen.fault.is_some() {
        return;
    }
    let narrower = |owner: Option<ItemId>| owner.filter(|owner| standard.items.get(*owner).is_some_and(|owner| !tiers.is_subset(&owner.tiers)));
    let owner = match &expr.kind {
        ExprKind::Score(id) => {
            // an item of that name that applies is enough
            let name = standard.items.get(*id).map(|item| item.name.as_str());
            let all: BTreeSet<TierId> =
                standard.items.iter().filter(|other| Some(other.name.as_str()) == name).flat_map(|other| other.tiers.iter().copied()).collect();
            let named = || standard.items.iter().enumerate().filter(|(_, other)| Some(other.name.as_str()) == name && !other.tiers.is_disjoint(tiers));
            seen.some_units = tiers.is_subset(&all);
            let unsure = named().find(|(id, _)| !applies::is_sure(standard, *id, &seen.known)).map(|(id, _)| id);
            if seen.some_units { unsure } else { Some(*id) }
        }
        ExprKind::Input(id) => {
            if let Some(input) = standard.inputs.get(*id) {
                note_narrower_input(standard, input, tiers, seen);
            }
            None
        }
        ExprKind::Fact(id) => narrower(standard.facts.get(*id).and_then(|fact| fact.owner)),
        ExprKind::Value(id) => {
            let value = standard.values.get(*id);
            if let Some(value) = value.filter(|_| seen.values.insert(*id)) {
                visit(&value.expr, &mut |inner| note_narrower(standard, inner, tiers, seen));
            }
            narrower(value.and_then(|value| value.owner))
        }
        _ => None,
    };
    if let (Some(owner), None) = (owner, &seen.fault) {
        seen.fault = Some((expr.span, owner));
    }
}

/// What is gathered from the tier itself must apply to every tier that reads it; what is gathered from any tier, to one.
fn note_narrower_input(standard: &Standard, input: &Input, tiers: &BTreeSet<TierId>, seen: &mut Narrower) {
    // what did not apply in another period is one of the ways in which its value is absent
    if let InputKind::Earlier(_) = &input.kind {
        return;
    }
    let applies = |tier: &TierId| input.exprs().all(|expr| applies(standard, expr, *tier));
    let of_any = matches!(&input.kind, InputKind::Units(units) if units.over.who != Who::Tier);
    if !of_any && tiers.iter().all(applies) || of_any && (0..standard.tiers.len()).any(|tier| applies(&tier)) {
        return;
    }
    for expr in input.exprs() {
        visit(expr, &mut |inner| note_narrower(standard, inner, tiers, seen));
    }
}

fn report_narrower(standard: &Standard, seen: &Narrower, tiers: &BTreeSet<TierId>, reader: Span, found: &mut Vec<Diagnostic>) {
    let Some((span, owner)) = seen.fault else { return };
    let Some(owner) = standard.items.get(owner) else { return };
    if tiers.is_subset(&owner.tiers) || seen.some_units {
        let name = &owner.name;
        let when = owner.when.as_ref().map_or(owner.head, |when| when.span);
        found.push(
            Diagnostic::new(
                Code::ScopeMismatch,
                words!("「{name}」只适用于一部分单位,这里却总要用到它的得分", "{name} applies to some units only, and its score is read here for all"),
            )
            .at(span, words!("这里用到", "read here"))
            .at(when, words!("它的适用范围较窄", "its scope is narrower"))
            .at(reader, words!("用到它的适用范围较宽", "the scope of what reads it is wider"))
            .help(words!(
                "合计、基本分 略去不适用的项;要单独用到它,用的一项也写同样的 适用 当 …、仅 或 除外",
                "sum and basic leave out what does not apply; to read it by itself, give what reads it the same scope: applies to when …, only or except"
            )),
        );
        return;
    }
    let beyond: Vec<&str> = tiers.difference(&owner.tiers).filter_map(|tier| standard.tiers.get(*tier)).map(|tier| tier.name.as_str()).collect();
    let (name, tiers, tiers_en) = (&owner.name, beyond.join("、"), beyond.join(", "));
    found.push(
        Diagnostic::new(
            Code::ScopeMismatch,
            words!("「{name}」不适用于层级 {tiers},这里却要用到", "{name} does not apply to tier {tiers_en}, which reads it here"),
        )
        .at(span, words!("这里用到", "read here"))
        .at(owner.head, words!("它的适用范围较窄", "its scope is narrower"))
        .at(reader, words!("用到它的适用范围较宽", "the scope of what reads it is wider"))
        .help(words!("用 适用 使两者一致", "make the scopes agree: applies to …")),
    );
}

// --- quotients by 0 ---

/// What the exemptions of a tier make sure of.
fn after_exemptions(standard: &Standard, tier: TierId) -> Definedness {
    let mut known = Definedness::default();
    for exemption in standard.exemptions.iter().filter(|exemption| exemption.tiers.contains(&tier)) {
        known.learn_unless(standard, &exemption.condition);
    }
    known
}

fn check_defined(standard: &Standard, item: &Item, found: &mut Vec<Diagnostic>) {
    for tier in &item.tiers {
        let mut known = after_exemptions(standard, *tier);
        if let Some((read, divisor)) = undefined_scope(standard, item, *tier, &mut known) {
            found.push(undefined(read, divisor, item));
            return;
        }
        let awards = item.clauses.iter().filter(|clause| matches!(clause.act, Act::Award(_)));
        let others = item.clauses.iter().filter(|clause| !matches!(clause.act, Act::Award(_)));
        for clause in awards.chain(others) {
            if let Some((read, divisor)) = undefined_in(standard, clause, *tier, &known) {
                found.push(undefined(read, divisor, item));
                return;
            }
            if let (Act::Award(_), Some(condition)) = (&clause.act, &clause.condition) {
                known.learn_unless(standard, condition);
            }
        }
    }
}

/// The same of the scope and the marks of an item; what its scope and those of the items around it make sure of is learnt.
fn undefined_scope(standard: &Standard, item: &Item, tier: TierId, known: &mut Definedness) -> Option<(Span, Cause)> {
    let mut around = vec![item];
    while let Some(parent) = around.last().and_then(|item| item.parent).and_then(|parent| standard.items.get(parent)) {
        around.push(parent);
    }
    for outer in around.iter().skip(1).rev().filter_map(|outer| outer.when.as_ref()) {
        known.learn_if(standard, outer);
    }
    let when = item.when.as_ref().and_then(|when| Some((when.span, known.undefined(standard, when, tier)?)));
    item.when.iter().for_each(|when| known.learn_if(standard, when));
    when.or_else(|| item.marks.as_ref().and_then(|marks| Some((marks.span, known.undefined(standard, marks, tier)?))))
}

/// The expression of a clause that can be 无从计算, and what makes it so.
fn undefined_in(standard: &Standard, clause: &Clause, tier: TierId, known: &Definedness) -> Option<(Span, Cause)> {
    let mut inside = known.clone();
    let of = |known: &Definedness, expr: &Expr| known.undefined(standard, expr, tier).map(|divisor| (expr.span, divisor));
    if let Some(condition) = &clause.condition {
        // the parts of 且 are read from left to right
        let links: &[Expr] = match &condition.kind {
            ExprKind::And(links) | ExprKind::Or(links) => links,
            _ => std::slice::from_ref(condition),
        };
        let any = matches!(condition.kind, ExprKind::Or(_));
        let mut reading = inside.clone();
        for link in links {
            if let Some(fault) = of(&reading, link) {
                return Some(fault);
            }
            // where a part of 或 is true the others do not matter
            if any { reading.learn_unless(standard, link) } else { reading.learn_if(standard, link) }
        }
        if !any {
            inside = reading;
        }
    }
    match &clause.act {
        Act::Award(expr) | Act::Base(expr) | Act::Formula(expr) => of(&inside, expr),
        Act::Joint(limit, clauses) => of(&inside, limit).or_else(|| clauses.iter().find_map(|clause| undefined_in(standard, clause, tier, &inside))),
        Act::Move(movement) => {
            let measure = movement.measure.as_ref();
            let read = measure.and_then(|measure| of(&inside, &measure.subject).or_else(|| measure.line.as_ref().and_then(|(_, line)| of(&inside, line))));
            read.or_else(|| of(&inside, &movement.amount)).or_else(|| movement.at_most.as_ref().and_then(|limit| of(&inside, limit)))
        }
    }
}

fn undefined(read: Span, cause: Cause, item: &Item) -> Diagnostic {
    let name = &item.name;
    match cause {
        Cause::Divisor(divisor) => Diagnostic::new(
            Code::Undefined,
            words!("除数为 0 时「{name}」无从计算,而没有规定怎么办", "{name} cannot be computed where a divisor is 0, and nothing settles that"),
        )
        .at(read, words!("这里要用到商", "the quotient is read here"))
        .at(divisor, words!("它可能是 0", "this can be 0"))
        .help(words!(
            "在本项加一条,例如 当 … 无从计算 得 满分,或用 不参评 当 … = 0 排除",
            "settle it in the item, as in: when … is undefined award marks; or by: exempt when … = 0"
        )),
        Cause::Nothing(gathered, kind) => {
            let (said, here, [zh, en]) = (nothing(name, kind), nothing_here(kind), gathered_words(kind));
            Diagnostic::new(Code::Undefined, said)
                .at(gathered, here)
                .help(words!("在本项前面加一条,例如 当 {zh} 无从计算 得 0 分", "settle it before, in the item, as in: when {en} is undefined award 0 points"))
        }
        Cause::NoPeriod(read) => Diagnostic::new(
            Code::Undefined,
            words!(
                "往期没有可用的数时「{name}」无从计算,而没有规定怎么办",
                "{name} cannot be computed where no other period has a value, and nothing settles that"
            ),
        )
        .at(read, words!("可能尚无往期,或往期不参评", "there may be no period before, or the unit was exempt"))
        .help(words!(
            "在本项前面加一条,例如 当 近 3 期 平均(…) 无从计算 得 满分",
            "settle it before, in the item, as in: when recent 3 periods mean(…) is undefined award marks"
        )),
    }
}

/// What is said of an item that reads what may be made of nothing.
fn nothing(name: &str, kind: Gathered) -> Words {
    match kind {
        Gathered::Place(_) => words!(
            "所比的数无从计算的单位没有名次,「{name}」因此也无从计算,而没有规定怎么办",
            "a unit whose value cannot be computed has no place: then {name} cannot be computed, and nothing settles that"
        ),
        Gathered::Records(_) => {
            words!("没有可汇总的记录时「{name}」无从计算,而没有规定怎么办", "{name} cannot be computed where no record is gathered, and nothing settles that")
        }
        Gathered::Units(..) => {
            words!("没有可汇总的单位时「{name}」无从计算,而没有规定怎么办", "{name} cannot be computed where no unit is gathered, and nothing settles that")
        }
    }
}

fn nothing_here(kind: Gathered) -> Words {
    match kind {
        Gathered::Place(_) => words!("这个单位可能没有名次", "the unit may have no place"),
        Gathered::Records(_) => words!("这里可能一条也没有", "there may be no record here"),
        Gathered::Units(..) => words!("这里可能一家也没有", "there may be no unit here"),
    }
}

/// What is gathered, in both skins, as the rules write it.
fn gathered_words(kind: Gathered) -> [String; 2] {
    let range = |who: Who| match who {
        Who::Children => ("下级", "children"),
        Who::All => ("全体", "all"),
        Who::Tier => ("层级", "tier"),
        Who::Same(_) => ("同 …", "same …"),
    };
    let ((of_zh, of_en), fold) = match kind {
        Gathered::Place(of) => (range(of), Fold::Rank),
        Gathered::Units(of, fold) => (range(of), fold),
        Gathered::Records(fold) => (("…", "…"), fold),
    };
    let (zh, en) = fold_word(fold);
    [format!("{of_zh} {zh}(…)"), format!("{of_en} {en}(…)")]
}

fn check_total(standard: &Standard, found: &mut Vec<Diagnostic>) {
    // a unit of which no period counts has no result of a longer one
    if standard.cycle != standard.head.cycle {
        return;
    }
    let listed = standard.lists.iter().flat_map(|list| &list.keys);
    let keys = standard.ranking.keys.iter().chain(&standard.ranking.listed).chain(listed).map(|key| &key.expr);
    for expr in std::iter::once(&standard.total.expr).chain(keys) {
        for tier in 0..standard.tiers.len() {
            if let Some(cause) = after_exemptions(standard, tier).undefined(standard, expr, tier) {
                let fault = Diagnostic::new(
                    Code::Undefined,
                    words!("这里可能无从计算,而没有规定怎么办", "this may be impossible to compute, and nothing settles that"),
                );
                found.push(
                    match cause {
                        Cause::Divisor(divisor) => {
                            fault.at(expr.span, words!("这里要用到商", "the quotient is read here")).at(divisor, words!("它可能是 0", "this can be 0"))
                        }
                        Cause::Nothing(gathered, kind) => fault.at(gathered, nothing_here(kind)),
                        Cause::NoPeriod(read) => fault.at(read, words!("可能尚无往期,或往期不参评", "there may be no period before, or the unit was exempt")),
                    }
                    .help(words!("用 不参评 当 … = 0 排除,或写明除数 不小于 1", "rule it out by: exempt when … = 0, or state that the divisor is: at least 1")),
                );
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolved::Comparison;
    use rust_decimal::Decimal;

    #[test]
    fn bands_on_a_grid_leave_no_gap_between_neighbours() {
        let below = Stretch::of_comparison(Comparison::Le, Decimal::from(2)).unwrap();
        let above = Stretch::of_comparison(Comparison::Ge, Decimal::from(3)).unwrap();
        let all = Stretch::of_comparison(Comparison::Ge, Decimal::from(-5)).unwrap();
        assert!(remaining(all, &[below, above], Some(Decimal::ONE)).is_empty());
        assert!(!remaining(all, &[below, above], None).is_empty());
    }
}
