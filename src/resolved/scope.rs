//! Tiers, and to which of them and to which of their units something applies.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::circle::visit;
use super::expr::{truth, with_suggestion};
use super::from_ast::Resolver;
use super::{Expr, ExprKind, InputKind, ItemId, Standard, Tier, TierId, Who};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::source::Span;
use crate::syntax::ast;

/// Whether an expression reads the record, or the group of records, at hand.
pub(crate) fn reads_row(expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| found |= matches!(part.kind, ExprKind::Field(_) | ExprKind::Inner(_)));
    found
}

/// Whether everything that an expression reads applies to a tier.
pub(crate) fn applies(standard: &Standard, expr: &Expr, tier: TierId) -> bool {
    let owned = |owner: Option<ItemId>| owner.and_then(|owner| standard.items.get(owner)).is_none_or(|owner| owner.tiers.contains(&tier));
    let mut whole = true;
    visit(expr, &mut |part| {
        whole &= match &part.kind {
            ExprKind::Score(id) => {
                let name = standard.items.get(*id).map(|item| item.name.as_str());
                standard.items.iter().any(|item| Some(item.name.as_str()) == name && item.tiers.contains(&tier))
            }
            ExprKind::Fact(id) => owned(standard.facts.get(*id).and_then(|fact| fact.owner)),
            ExprKind::Value(id) => standard.values.get(*id).is_some_and(|value| owned(value.owner) && applies(standard, &value.expr, tier)),
            ExprKind::Part(_, owner) | ExprKind::Marks(owner) => owned(*owner),
            ExprKind::ByTier(rows, otherwise) => otherwise.is_some() || rows.contains_key(&tier),
            ExprKind::Input(id) => standard.inputs.get(*id).is_some_and(|input| match &input.kind {
                InputKind::Units(units) if units.over.who == Who::Tier => input.exprs().all(|expr| applies(standard, expr, tier)),
                InputKind::Units(_) => true,
                InputKind::Records(_) => input.exprs().all(|expr| applies(standard, expr, tier)),
                // what did not apply to the tier then gives no value, and that is one of its ways to be absent
                InputKind::Earlier(_) => true,
            }),
            _ => true,
        };
    });
    whole
}

impl Resolver<'_> {
    pub(super) fn declare_tiers(&mut self, trees: &[&ast::Tier]) {
        for tree in trees {
            if let Some(first) = self.tiers.iter().find(|tier| tier.name == tree.name.text) {
                let first = first.span;
                self.twice(&tree.name.text, tree.name.span, first);
                continue;
            }
            let marks = match &tree.marks.kind {
                kind if is_written(kind) => self.amount(&tree.marks, None).and_then(|marks| marks.literal()),
                _ => {
                    self.report(
                        Diagnostic::new(Code::NotConstant, words!("层级的满分写一个数", "the marks of a tier are one number"))
                            .at(tree.marks.span, words!("这里", "here"))
                            .help(words!(
                                "例如 100 分,或 按 期 {{ ≥ 2022-07: 100 分; 其余: 90 分 }}",
                                "as in 100 points, or: by period {{ ≥ 2022-07: 100 points; otherwise: 90 points }}"
                            )),
                    );
                    None
                }
            };
            self.unsure |= marks.is_none();
            let title = tree.title.as_ref().map(|title| title.text.clone());
            self.tiers.push(Tier { name: tree.name.text.clone(), title, marks: marks.unwrap_or(Decimal::ONE_HUNDRED), span: tree.name.span });
        }
    }

    /// The tier of that name.
    pub(super) fn tier(&mut self, name: &ast::Name) -> Option<TierId> {
        let found = self.tiers.iter().position(|tier| tier.name == name.text);
        self.unsure |= found.is_none();
        // where no tier is declared at all, that is said of the standard
        if found.is_none() && !self.tiers.is_empty() && !self.lost.contains(&name.text) {
            let names: Vec<String> = self.tiers.iter().map(|tier| tier.name.clone()).collect();
            let near = crate::diag::closest(&name.text, names.iter().map(String::as_str)).map(str::to_owned);
            let (text, known, known_en) = (&name.text, names.join("、"), names.join(", "));
            let diagnostic =
                Diagnostic::new(Code::UnknownTier, words!("没有「{text}」这个层级", "there is no tier {text}")).at(name.span, words!("这里", "here"));
            let diagnostic = with_suggestion(diagnostic, name.span, near);
            self.report(diagnostic.help(words!("声明了的层级有:{known}", "the tiers are: {known_en}")));
        }
        found
    }

    pub(super) fn all_tiers(&self) -> BTreeSet<TierId> {
        (0..self.tiers.len()).collect()
    }

    /// The tiers that scopes name; all where none does.
    pub(super) fn scope_tiers<'s>(&mut self, scopes: impl IntoIterator<Item = &'s ast::Scope>) -> BTreeSet<TierId> {
        let named = scopes.into_iter().find_map(|scope| match &scope.kind {
            ast::ScopeKind::Tiers(tiers) => Some(tiers),
            _ => None,
        });
        match named {
            Some(names) => names.iter().filter_map(|name| self.tier(name)).collect(),
            None => self.all_tiers(),
        }
    }

    /// For which units of those tiers: what 适用 当, 仅 and 除外 say together. Nothing inside where they do not limit; nothing at all where one of them has a fault.
    pub(super) fn scope_condition<'s>(&mut self, scopes: impl IntoIterator<Item = &'s ast::Scope>, owner: Option<ItemId>) -> Option<Option<Expr>> {
        let mut links = Vec::new();
        let mut sound = true;
        let mut first: Vec<(std::mem::Discriminant<ast::ScopeKind>, Span)> = Vec::new();
        for scope in scopes {
            let kind = std::mem::discriminant(&scope.kind);
            if let Some((_, before)) = first.iter().find(|(other, _)| *other == kind) {
                let before = *before;
                self.again(&scope_word(&scope.kind), scope.span, before);
                continue;
            }
            first.push((kind, scope.span));
            let one_of = |names: &[ast::Text]| truth(ExprKind::OneOf(names.to_vec()), scope.span);
            match &scope.kind {
                ast::ScopeKind::Tiers(_) => {}
                ast::ScopeKind::When(condition) => match self.condition(condition, owner) {
                    Some(condition) => links.push(Expr { span: scope.span, ..condition }),
                    None => sound = false,
                },
                ast::ScopeKind::Only(names) => links.push(one_of(names)),
                ast::ScopeKind::Except(names) => links.push(truth(ExprKind::Not(Box::new(one_of(names))), scope.span)),
            }
        }
        sound.then(|| joined(links))
    }

    /// The tiers that an item applies to, within those of its parent.
    pub(super) fn item_scope(&mut self, tree: &ast::Item, parent: Option<ItemId>) -> BTreeSet<TierId> {
        let scopes: Vec<&ast::Scope> = scopes_of(tree).collect();
        let own = self.scope_tiers(scopes.iter().copied());
        match parent.and_then(|parent| self.items.get(parent)) {
            Some(outer) => own.intersection(&outer.tiers).copied().collect(),
            None => own,
        }
    }

    /// Whether the marks of an item, or of the standard, may differ from unit to unit of a tier.
    pub(super) fn marks_vary(&self, owner: Option<ItemId>) -> bool {
        match owner {
            Some(item) => self.items.get(item).is_some_and(|item| item.varies),
            None => self.items.iter().zip(&self.item_trees).any(|(item, tree)| item.parent.is_none() && item.is_base() && (item.varies || is_limited(tree))),
        }
    }
}

/// What an item says of its scope.
pub(super) fn scopes_of(tree: &ast::Item) -> impl Iterator<Item = &ast::Scope> {
    tree.parts.iter().filter_map(|part| match part {
        ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Scope(scope), .. }) => Some(scope),
        _ => None,
    })
}

/// Whether an item is for some of the units of its tiers only.
fn is_limited(tree: &ast::Item) -> bool {
    scopes_of(tree).any(|scope| !matches!(scope.kind, ast::ScopeKind::Tiers(_)))
}

/// Whether the marks of an item may differ from unit to unit: they are a table of facts, or something inside is for some units only.
pub(super) fn varies(tree: &ast::Item) -> bool {
    let own = tree.parts.iter().any(|part| match part {
        ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Marks(marks), .. }) => is_table_of_facts(marks),
        _ => false,
    });
    let base = |kind: ast::ItemKind| matches!(kind, ast::ItemKind::Section | ast::ItemKind::Indicator);
    own || tree.parts.iter().any(|part| matches!(part, ast::Part::Item(child) if base(child.kind) && (varies(child) || is_limited(child))))
}

fn is_table_of_facts(marks: &ast::Expr) -> bool {
    match &marks.kind {
        ast::ExprKind::Table(table) => !matches!(table.subject.kind, ast::ExprKind::Tier) || table.rows.iter().any(|row| is_table_of_facts(&row.result)),
        _ => false,
    }
}

/// Conditions that must all hold, as one; none of none.
pub(super) fn joined(mut links: Vec<Expr>) -> Option<Expr> {
    let (first, last) = (links.first()?.span, links.last()?.span);
    if links.len() == 1 { links.pop() } else { Some(truth(ExprKind::And(links), first.to(last))) }
}

pub(super) fn scope_word(kind: &ast::ScopeKind) -> Words {
    match kind {
        ast::ScopeKind::Tiers(_) => words!("适用", "applies to"),
        ast::ScopeKind::When(_) => words!("适用 当", "applies to when"),
        ast::ScopeKind::Only(_) => words!("仅", "only"),
        ast::ScopeKind::Except(_) => words!("除外", "except"),
    }
}

/// One number, or one a period.
fn is_written(kind: &ast::ExprKind) -> bool {
    match kind {
        ast::ExprKind::Quantity(_) => true,
        ast::ExprKind::Table(table) => {
            matches!(table.subject.kind, ast::ExprKind::Period) && table.rows.iter().all(|row| matches!(row.result.kind, ast::ExprKind::Quantity(_)))
        }
        _ => false,
    }
}
