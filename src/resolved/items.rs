//! Facts, items and clauses: what each of them says, resolved.

use rust_decimal::Decimal;

use super::constant::said_of_variable;
use super::from_ast::{Resolver, shown};
use super::{Act, Clause, Expr, ExprKind, ItemId, Measure, Move, Notes, Pending, Reading, Spill, Type};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{self, Unit, Whole};
use crate::source::Span;
use crate::syntax::ast;

impl<'a> Resolver<'a> {
    // --- facts ---

    pub(super) fn resolve_facts(&mut self) {
        for id in 0..self.facts.len() {
            let Some(Some(tree)) = self.fact_trees.get(id).copied() else { continue };
            let Some((kind, owner, step)) = self.facts.get(id).map(|fact| (fact.kind.clone(), fact.owner, fact.step)) else { continue };
            let default = self.fact_part(tree.default.as_ref(), &kind, owner, tree);
            let up_to = self.fact_part(tree.up_to.as_ref(), &kind, owner, tree);
            let at_least = self.fact_part(tree.at_least.as_ref(), &kind, owner, tree);
            let or_from = self.fact_part(tree.or_from.as_ref(), &kind, owner, tree);
            if let Some(default) = &default {
                self.must_be_constant(default, tree);
                self.must_lie_on(default, step, tree);
            }
            if let Some(or_from) = &or_from {
                self.must_be_rounded(or_from, &words!("数据", "a fact"));
                self.must_lie_on(or_from, step, tree);
            }
            if let Some(fact) = self.facts.get_mut(id) {
                (fact.default, fact.up_to, fact.at_least, fact.or_from) = (default, up_to, at_least, or_from);
            }
        }
    }

    fn fact_part(&mut self, part: Option<&ast::Expr>, kind: &Type, owner: Option<ItemId>, tree: &ast::Fact) -> Option<Expr> {
        let mut expr = self.expr(part?, owner)?;
        let fits = match (&expr.ty, kind) {
            (Type::Number(given), Type::Number(wanted)) => given.fits(wanted) || expr.literal().is_some_and(|value| value.is_zero()) && *given == Unit::Number,
            (Type::Truth, Type::Truth) => true,
            (Type::Choice(given), Type::Choice(wanted)) => given.is_subset(wanted),
            _ => false,
        };
        if !fits {
            let given = shown(&expr);
            let wanted = match kind {
                Type::Number(unit) => unit.to_string(),
                _ => "选项".to_owned(),
            };
            let given_en = super::from_ast::shown_english(&expr);
            let wanted_en = match kind {
                Type::Number(unit) => unit.in_english(),
                _ => "a choice".to_owned(),
            };
            let mut diagnostic =
                Diagnostic::new(Code::UnitMismatch, words!("这里应以 {wanted} 计,写的以 {given} 计", "{wanted_en} needed here, this is in {given_en}"))
                    .at(expr.span, words!("以 {given} 计", "in {given_en}"))
                    .at(tree.name.span, words!("声明为 {wanted}", "declared in {wanted_en}"));
            if let Some(span) = self.origin(&expr) {
                diagnostic = diagnostic.at(span, words!("在这里声明为 {given}", "declared in {given_en} here"));
            }
            let diagnostic = diagnostic.help(words!("改用以 {wanted} 计的数", "use a number in {wanted_en}"));
            self.report(diagnostic);
            return None;
        }
        expr.ty = kind.clone();
        Some(expr)
    }

    fn must_be_constant(&mut self, expr: &Expr, tree: &ast::Fact) {
        if !self.is_constant(expr) {
            self.report(
                Diagnostic::new(Code::NotConstant, words!("缺省值须为定值", "a default must be a constant"))
                    .at(expr.span, said_of_variable(expr))
                    .at(tree.name.span, words!("这项数据的缺省", "the default of this fact"))
                    .help(words!("写一个数;由别的数据推得的写 或由 …", "state a number; what follows from other facts stands behind: or from …")),
            );
        }
    }

    /// Reports a value that is finer than the fact it becomes.
    fn must_lie_on(&mut self, expr: &Expr, step: Decimal, tree: &ast::Fact) {
        if let Some(fine) = expr.step.filter(|_| expr.unit().is_some())
            && !quantity::on_grid(fine, step)
        {
            self.report(
                Diagnostic::new(Code::Unrounded, words!("推得的数比数据的精度细", "the value is finer than the step of the fact"))
                    .at(expr.span, words!("这个算式", "this formula"))
                    .at(tree.name.span, words!("这项数据的精度较粗", "the step of this fact is coarser"))
                    .help(words!("在算式末尾写 取整到 …,步长与数据的精度相同", "round it at its end to the step of the fact")),
            );
        }
    }

    // --- items ---

    pub(super) fn resolve_items(&mut self) {
        for id in 0..self.items.len() {
            if let Some(tree) = self.item_trees.get(id).copied() {
                self.resolve_item(id, tree);
            }
        }
    }

    fn resolve_item(&mut self, id: ItemId, tree: &'a ast::Item) {
        let mut first: Vec<(std::mem::Discriminant<ast::AttributeKind>, Span)> = Vec::new();
        self.resolve_scope(id, tree);
        let mut notes: Vec<ast::Note> = Vec::new();
        let mut clauses = Vec::new();
        for part in &tree.parts {
            match part {
                ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Scope(_), .. }) => {}
                ast::Part::Attribute(attribute) => {
                    let kind = std::mem::discriminant(&attribute.kind);
                    if let Some((_, span)) = first.iter().find(|(other, _)| *other == kind) {
                        let span = *span;
                        self.again(&attribute_word(&attribute.kind), attribute.span, span);
                        continue;
                    }
                    first.push((kind, attribute.span));
                    self.attribute(id, attribute);
                }
                ast::Part::Clause(clause) => clauses.extend(self.clause(clause, id)),
                ast::Part::Note(note) => notes.push(note.clone()),
                ast::Part::Item(_) | ast::Part::Fact(_) | ast::Part::Value(_) => {}
            }
        }
        let notes = self.notes(&notes, &tree.name.text);
        if let Some(item) = self.items.get_mut(id) {
            item.notes = notes;
            item.clauses = clauses;
        }
    }

    /// For which units it is, beside its tiers.
    fn resolve_scope(&mut self, id: ItemId, tree: &ast::Item) {
        match self.scope_condition(super::scope::scopes_of(tree), Some(id)) {
            Some(when) => self.with_item(id, |item| item.when = when),
            None => {
                self.unsure = true;
                self.damaged.insert(tree.head);
            }
        }
    }

    fn attribute(&mut self, id: ItemId, attribute: &ast::Attribute) {
        match &attribute.kind {
            ast::AttributeKind::Scope(_) | ast::AttributeKind::Columns(_) | ast::AttributeKind::Cycle(_) => {}
            ast::AttributeKind::Marks(expr) => {
                self.within_marks = Some(id);
                let marks = self.amount(expr, Some(id)).filter(|marks| self.constant_rows(marks));
                self.within_marks = None;
                self.unsure |= marks.is_none();
                self.with_item(id, |item| item.marks = marks);
            }
            ast::AttributeKind::Floor(expr) => {
                let floor = self.amount(expr, Some(id)).filter(|floor| self.constant_amount(floor));
                self.with_item(id, |item| item.floor = floor);
            }
            ast::AttributeKind::Cap(expr) => {
                let cap = self.amount(expr, Some(id)).filter(|cap| self.constant_amount(cap));
                self.with_item(id, |item| item.cap = cap);
            }
            ast::AttributeKind::Round(step) => {
                let size = self.score_grid(step);
                self.with_item(id, |item| item.round = size);
            }
            ast::AttributeKind::Assessed(default) => {
                let default = default.as_ref().and_then(|default| self.amount(default, Some(id))).filter(|default| self.constant_amount(default));
                let fact = self.items.get(id).and_then(|item| item.assessed);
                if let Some(fact) = fact.and_then(|fact| self.facts.get_mut(fact)) {
                    fact.default = default;
                }
            }
            ast::AttributeKind::Unknown(reason, stand_in) => {
                let kind = if stand_in.is_some() { super::MarkKind::StandIn } else { super::MarkKind::Pending };
                let stand_in = stand_in.as_ref().and_then(|stand_in| self.amount(stand_in, Some(id))).filter(|stand_in| self.constant_amount(stand_in));
                let owner = self.items.get(id).map(|item| item.name.clone()).unwrap_or_default();
                let text = match stand_in.as_ref().and_then(Expr::literal) {
                    Some(value) if self.spelled(attribute.span, "zh", "en") == "en" => format!("{}, stand-in {} points", reason.text, quantity::plain(value)),
                    Some(value) => format!("{},暂按 {} 分", reason.text, quantity::plain(value)),
                    None => reason.text.clone(),
                };
                let mark = self.mark(text, kind, &owner);
                self.with_item(id, |item| item.pending = Some(Pending { stand_in, mark, span: attribute.span }));
            }
        }
    }

    /// The step of a rounding of points.
    pub(super) fn score_grid(&mut self, step: &ast::Quantity) -> Option<Decimal> {
        let expr = self.quantity(step)?;
        let size = expr.literal()?;
        if expr.unit() != Some(&Unit::score()) {
            let (unit, unit_en) = (shown(&expr), super::from_ast::shown_english(&expr));
            self.report(
                Diagnostic::new(Code::UnitMismatch, words!("这里取整的是分,步长却以 {unit} 计", "points are rounded here, the step is in {unit_en}"))
                    .at(step.span, words!("这里", "here"))
                    .help(words!("以分计,例如 0.01 分", "state it in points, as in 0.01 points")),
            );
            return None;
        }
        if size <= Decimal::ZERO {
            self.report(
                Diagnostic::new(Code::OffGrid, words!("取整的步长须大于 0", "the step must be greater than 0"))
                    .at(step.span, words!("这里", "here"))
                    .help(words!("例如 0.01 分", "as in 0.01 points")),
            );
            return None;
        }
        Some(size)
    }

    fn with_item(&mut self, id: ItemId, change: impl FnOnce(&mut super::Item)) {
        if let Some(item) = self.items.get_mut(id) {
            change(item);
        }
    }

    pub(super) fn constant_amount(&mut self, expr: &Expr) -> bool {
        let constant = self.is_constant(expr);
        if !constant {
            self.report(
                Diagnostic::new(
                    Code::NotConstant,
                    words!(
                        "满分、封顶、保底、缺省、暂按须为定值,可按层级分列",
                        "marks, caps, floors, defaults and stand-ins must be constants, by tier if need be"
                    ),
                )
                .at(expr.span, said_of_variable(expr))
                .help(words!("随数据变化的分数写成条款,例如 得分 = …", "points that depend on facts belong into a clause, as in: score = …")),
            );
        }
        constant
    }

    /// Marks may depend on facts as a table does whose rows are constants: then the greatest of them counts where marks are added up.
    fn constant_rows(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Table(table) => table.rows.iter().all(|row| self.constant_rows(&row.result)),
            _ => self.constant_amount(expr),
        }
    }

    // --- clauses ---

    fn clause(&mut self, tree: &ast::Clause, owner: ItemId) -> Option<Clause> {
        let clause = self.resolve_clause(tree, owner);
        if clause.is_none() {
            self.damaged.extend(self.items.get(owner).map(|item| item.head));
        }
        clause
    }

    fn resolve_clause(&mut self, tree: &ast::Clause, owner: ItemId) -> Option<Clause> {
        let condition = match &tree.condition {
            Some(condition) => match self.condition(condition, Some(owner)) {
                Some(condition) => Some(condition),
                None => {
                    // the act is looked at all the same, for faults of its own
                    self.act(&tree.act, owner);
                    return None;
                }
            },
            None => None,
        };
        let act = self.act(&tree.act, owner)?;
        let name = self.items.get(owner).map(|item| item.name.clone()).unwrap_or_default();
        let notes: Notes = self.notes(&tree.notes, &name);
        Some(Clause { condition, act, notes, span: tree.span })
    }

    fn act(&mut self, act: &ast::Act, owner: ItemId) -> Option<Act> {
        Some(match act {
            ast::Act::Award(expr) => Act::Award(self.amount(expr, Some(owner))?),
            ast::Act::Base(expr) => Act::Base(self.amount(expr, Some(owner))?),
            ast::Act::Formula(expr) => Act::Formula(self.amount(expr, Some(owner))?),
            ast::Act::Joint(limit, clauses) => {
                let limit = self.amount(limit, Some(owner));
                let clauses = clauses.iter().filter_map(|clause| self.clause(clause, owner)).collect();
                Act::Joint(limit?, clauses)
            }
            ast::Act::Move(movement) => Act::Move(Box::new(self.movement(movement, owner)?)),
        })
    }

    fn movement(&mut self, tree: &ast::Move, owner: ItemId) -> Option<Move> {
        let measure = tree.measure.as_ref().map(|measure| self.measure(measure, tree, owner));
        let amount = self.amount(&tree.amount, Some(owner));
        let at_most = tree.at_most.as_ref().map(|limit| self.amount(limit, Some(owner)));
        let round = tree.round.as_ref().map(|step| self.score_grid(step));
        let (measure, amount, at_most, round) = (transpose(measure)?, amount?, transpose(at_most)?, transpose(round)?);
        if amount.literal().is_some_and(|value| value.is_zero()) {
            self.report(
                Diagnostic::new(Code::NoEffect, words!("扣或加 0 分,这一条不起作用", "0 points: the clause changes nothing"))
                    .at(amount.span, words!("这里是 0", "this is 0"))
                    .help(words!("写上分数,或删去这一条", "state the points, or remove the clause")),
            );
        }
        if amount.literal().is_some_and(|value| value.is_sign_negative() && !value.is_zero()) {
            self.report(
                Diagnostic::new(Code::Conflict, words!("扣、加的分数不能为负", "the points of a clause must not be negative"))
                    .at(amount.span, words!("这里为负", "this is negative"))
                    .help(words!("要加分写 加,要扣分写 扣", "to add write add, to deduct write deduct")),
            );
        }
        if let Some(span) = tree.down_to_zero.filter(|_| !tree.deducts) {
            self.report(
                Diagnostic::new(Code::Conflict, words!("扣完为止 只用于 扣", "down to 0 goes with deduct only"))
                    .at(span, words!("这一条是 加", "this clause adds"))
                    .help(words!("删去它;要限住加的分,写 最多 … 分", "remove it; to limit what is added write: at most … points")),
            );
        }
        let spill = tree.spill.iter().map(|target| self.spill(target)).collect::<Option<Vec<_>>>()?;
        Some(Move { deducts: tree.deducts, measure, amount, at_most, round, spill })
    }

    fn spill(&mut self, tree: &ast::Spill) -> Option<Spill> {
        let item = match &tree.item {
            Some(name) => Some(self.item_named(name)?),
            None => None,
        };
        Some(Spill { item, span: tree.span })
    }

    fn measure(&mut self, tree: &ast::Measure, movement: &ast::Move, owner: ItemId) -> Option<Measure> {
        let subject = self.number(&tree.subject, Some(owner));
        let line = tree.line.as_ref().map(|(side, line)| self.number(line, Some(owner)).map(|line| (*side, line)));
        let per = self.quantity(&tree.per);
        let (subject, line, per) = (subject?, transpose(line)?, per?);
        let unit = match &line {
            None => subject.unit()?.clone(),
            Some((_, line)) => {
                let joined = line.unit()?.minus(subject.unit()?, Whole::No);
                let fits = line.unit()?.fits(subject.unit()?) || subject.unit()?.fits(line.unit()?);
                match joined {
                    Ok(unit) if fits => unit,
                    _ => {
                        self.mismatch(&subject, line, "高低", "distance");
                        return None;
                    }
                }
            }
        };
        let per_unit = per.unit()?.clone();
        if unit == Unit::Points && per_unit.is_percent() && per_unit != Unit::Points {
            self.percent_step(tree, &subject);
            return None;
        }
        if !(per_unit.fits(&unit) || unit.fits(&per_unit)) {
            let (wanted, given) = (unit.to_string(), shown(&per));
            let (wanted_en, given_en) = (unit.in_english(), super::from_ast::shown_english(&per));
            let mut diagnostic = Diagnostic::new(
                Code::UnitMismatch,
                words!("每一步以 {given} 计,量以 {wanted} 计", "the step is in {given_en}, what it measures is in {wanted_en}"),
            )
            .at(per.span, words!("以 {given} 计", "in {given_en}"))
            .at(subject.span, words!("以 {wanted} 计", "in {wanted_en}"));
            if let Some(span) = self.origin(&subject) {
                diagnostic = diagnostic.at(span, words!("在这里声明", "declared here"));
            }
            let diagnostic = diagnostic.help(words!("每 之后也以 {wanted} 计", "state the step in {wanted_en} too"));
            self.report(diagnostic);
            return None;
        }
        let size = per.literal()?;
        if size <= Decimal::ZERO {
            self.report(
                Diagnostic::new(Code::NoEffect, words!("每一步须大于 0", "a step must be greater than 0"))
                    .at(per.span, words!("这里", "here"))
                    .help(words!("写明每多少算一步,例如 每 1 …", "state how much a step is, as in: per 1 …")),
            );
            return None;
        }
        let reading = self.reading(movement, &unit, size, &subject, tree)?;
        Some(Measure { subject, line, per: size, per_unit, reading, span: tree.span })
    }

    /// 按比例 is the rule for rates and for single steps; every other step must say what an incomplete one counts for.
    fn reading(&mut self, movement: &ast::Move, unit: &Unit, size: Decimal, subject: &Expr, tree: &ast::Measure) -> Option<Reading> {
        if let Some((reading, _)) = movement.reading {
            return Some(reading);
        }
        let whole = size == Decimal::ONE && subject.step.is_some_and(|step| step == Decimal::ONE);
        if unit.is_percent() || whole || size == Decimal::ONE {
            return Some(Reading::ProRata);
        }
        let (per, unit_en) = (quantity::plain(size), unit.in_english());
        self.report(
            Diagnostic::new(
                Code::StepReading,
                words!("每 {per} {unit} 一步,不足一步怎么计没有写明", "a step is {per} {unit_en}: what does an incomplete step count for?"),
            )
            .at(tree.per.span, words!("这一步不是 1", "this step is not 1"))
            .help(words!("在后面写 按比例、不足不计 或 不足按整计", "write: pro rata, whole steps only, or started steps count")),
        );
        None
    }

    fn percent_step(&mut self, tree: &ast::Measure, subject: &Expr) {
        let size = quantity::plain(tree.per.value);
        let unit = shown(subject);
        self.report(
            Diagnostic::new(
                Code::PercentStep,
                words!("两个率之差以百分点计,不能写 每 {size}%", "the difference of two rates is in percentage points, not per {size} %"),
            )
            .at(tree.per.span, words!("这里以 % 计", "in %"))
            .at(tree.subject.span, words!("{unit} 减 {unit} 得百分点", "{unit} less {unit} gives percentage points"))
            .fix(
                words!("若指相差的百分点,写", "for points of difference write"),
                tree.per.span,
                format!("{size} {}", self.spelled(tree.per.span, "个百分点", "pp")),
            )
            .help(words!("若指相对变化,先除:(本期 - 上期) / 上期 每 {size}%", "for relative change divide first: (now - before) / before per {size}%")),
        );
    }
}

/// The word that an attribute begins with.
fn attribute_word(kind: &ast::AttributeKind) -> Words {
    match kind {
        ast::AttributeKind::Marks(_) => words!("满分", "marks"),
        ast::AttributeKind::Scope(_) => words!("适用", "applies to"),
        ast::AttributeKind::Floor(_) => words!("保底", "floor"),
        ast::AttributeKind::Cap(_) => words!("封顶", "cap"),
        ast::AttributeKind::Round(_) => words!("取整到", "round to"),
        ast::AttributeKind::Assessed(_) => words!("人工评定", "assessed"),
        ast::AttributeKind::Unknown(..) => words!("待定", "unknown"),
        ast::AttributeKind::Columns(_) => words!("列", "column"),
        ast::AttributeKind::Cycle(_) => words!("周期", "cycle"),
    }
}

/// What is there but could not be resolved makes the whole fail.
fn transpose<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(inner) => inner.map(Some),
    }
}
