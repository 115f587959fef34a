//! Expressions: names bound, units checked, steps followed.

use rust_decimal::Decimal;

use super::constant::said_of_variable;
use super::from_ast::{Named, Resolver, Wording, in_unit, named_unit, short_unit, shown, shown_english};
use super::{Expr, ExprKind, Fold, InputKind, ItemId, Lapse, Pattern, Sign, Times, Type};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{self, Number, Unit, UnitFault, Whole};
use crate::source::Span;
use crate::syntax::ast;

impl Resolver<'_> {
    /// Resolves an expression that stands in `owner`, or in no item. What is wrong is reported; then there is no expression.
    pub(super) fn expr(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        let span = tree.span;
        match &tree.kind {
            ast::ExprKind::Quantity(quantity) => self.quantity(quantity),
            ast::ExprKind::Text(text) => self.symbol(text),
            ast::ExprKind::Flag(flag) => Some(Expr { kind: ExprKind::Flag(*flag), ty: Type::Truth, step: None, span }),
            ast::ExprKind::Marks => self.marks_of(owner, span),
            ast::ExprKind::Total => Some(Self::points(ExprKind::Total, Some(self.step), span)),
            ast::ExprKind::NotEligible => self.not_eligible(span),
            ast::ExprKind::Tier => {
                self.report(
                    Diagnostic::new(Code::WrongType, words!("层级不能比较,也不能计算", "the tier is not compared or calculated with"))
                        .at(span, words!("这里", "here"))
                        .help(words!(
                            "各层级不同的写 按 层级 {{ … }};只用于某个层级的项写 适用",
                            "by tier {{ … }} says what differs by tier; applies to says which tiers an item is for"
                        )),
                );
                None
            }
            // only a table by period has it, and resolves its rows itself
            ast::ExprKind::Period => None,
            ast::ExprKind::Part(part) => {
                let step = self.score_step();
                Some(Self::points(ExprKind::Part(*part, owner), step, span))
            }
            ast::ExprKind::Score(name) => self.score(name, span),
            ast::ExprKind::Path(name, None) => self.name(name, owner),
            ast::ExprKind::Path(item, Some(name)) => self.inner_name(item, name, span),
            ast::ExprKind::Call(name, arguments) => self.call(name, arguments, owner, span),
            ast::ExprKind::Date(date) => self.moment(&date.iso, Unit::Date, span),
            ast::ExprKind::Time(time) => self.moment(&time.iso, Unit::Time, span),
            ast::ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, owner, span),
            ast::ExprKind::Earlier(earlier) => self.earlier(earlier, owner, span),
            ast::ExprKind::Table(table) => self.table(table, owner, span),
            ast::ExprKind::Sum(terms) => self.sum(terms, owner, span),
            ast::ExprKind::Product(factors) => self.product(factors, owner, span),
            ast::ExprKind::Negate(inner) => {
                let inner = self.number(inner, owner)?;
                let (ty, step) = (inner.ty.clone(), inner.step);
                Some(match inner.literal() {
                    Some(value) => Expr { kind: ExprKind::Constant(Number::from(value).negated().decimal()?), ty, step, span },
                    None => Expr { kind: ExprKind::Negate(Box::new(inner)), ty, step, span },
                })
            }
            ast::ExprKind::Compare(left, comparison, right) => self.compare(left, *comparison, right, owner, span),
            ast::ExprKind::IsBlank(inner) => self.test(inner, owner, span, ExprKind::IsBlank),
            ast::ExprKind::IsUndefined(inner) => self.test(inner, owner, span, ExprKind::IsUndefined),
            ast::ExprKind::Among(subject, patterns) => {
                let subject = self.expr(subject, owner)?;
                let patterns = patterns.iter().filter_map(|pattern| self.pattern(pattern, &subject, owner)).collect();
                Some(truth(ExprKind::Among(Box::new(subject), patterns), span))
            }
            ast::ExprKind::And(links) => Some(truth(ExprKind::And(self.conditions(links, owner)?), span)),
            ast::ExprKind::Or(links) => Some(truth(ExprKind::Or(self.conditions(links, owner)?), span)),
            ast::ExprKind::Not(inner) => Some(truth(ExprKind::Not(Box::new(self.condition(inner, owner)?)), span)),
            ast::ExprKind::Adjusted(inner, adjustments) => self.adjusted(inner, adjustments, owner),
        }
    }

    fn points(kind: ExprKind, step: Option<Decimal>, span: Span) -> Expr {
        Expr { kind, ty: Type::Number(Unit::score()), step, span }
    }

    /// The step of an item's score; none where scores are rounded for print only.
    pub(super) fn score_step(&self) -> Option<Decimal> {
        (self.precision == ast::Precision::Rounded).then_some(self.step)
    }

    pub(super) fn quantity(&mut self, quantity: &ast::Quantity) -> Option<Expr> {
        let span = quantity.span;
        let (unit, factor) = match &quantity.unit {
            None => (Unit::Number, Decimal::ONE),
            Some(name) => (self.unit(name)?, Unit::factor(&name.text)),
        };
        let value = Number::from(quantity.value).times(&Number::from(factor)).ok().and_then(|value| value.decimal())?;
        let step = Some(quantity::written_step(value));
        Some(Expr { kind: ExprKind::Constant(value.normalize()), ty: Type::Number(unit), step, span })
    }

    fn symbol(&mut self, text: &ast::Text) -> Option<Expr> {
        if let Some(symbol) = self.symbols.get_index_of(&text.text) {
            return Some(Expr { kind: ExprKind::Symbol(symbol), ty: Type::Choice([symbol].into()), step: None, span: text.span });
        }
        let name = &text.text;
        self.report(
            Diagnostic::new(Code::UnknownName, words!("没有一项数据有「{name}」这个选项", "no fact has {name} as one of its choices"))
                .at(text.span, words!("这里", "here"))
                .help(words!("选项与声明的一字不差,例如 数据 等次 : {{优, 良}}", "write a choice as it is declared, as in: fact grade : {{good, fair}}")),
        );
        None
    }

    fn not_eligible(&mut self, span: Span) -> Option<Expr> {
        if self.can_lose_eligibility || self.lost.contains("k_veto") {
            return Some(truth(ExprKind::NotEligible, span));
        }
        self.report(
            Diagnostic::new(Code::MissingPart, words!("没有一条一票否决写了取消评优", "no veto of the standard says: not eligible"))
                .at(span, words!("这里要用到", "read here"))
                .help(words!("先写明:一票否决 当 …,取消评优,原因 \"…\"", "state it: veto when …, not eligible, reason \"…\"")),
        );
        None
    }

    fn marks_of(&mut self, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let owner = match owner {
            Some(item) if self.within_marks == Some(item) => self.items.get(item).and_then(|item| item.parent),
            owner => owner,
        };
        if let Some(item) = owner.and_then(|owner| self.item_trees.get(owner)) {
            let has_marks = item.parts.iter().any(|part| matches!(part, ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Marks(_), .. })));
            if !has_marks {
                let head = item.head;
                self.report(
                    Diagnostic::new(Code::MissingPart, words!("本项没有写满分", "the item states no marks"))
                        .at(span, words!("这里要用到", "needed here"))
                        .at(head, words!("在这里写 满分 … 分", "state them here: marks … points")),
                );
                return None;
            }
        }
        Some(Self::points(ExprKind::Marks(owner), Some(self.step), span))
    }

    fn score(&mut self, name: &ast::Name, span: Span) -> Option<Expr> {
        let id = self.item_named(name)?;
        let step = self.items.get(id).and_then(|_| self.score_step());
        Some(Self::points(ExprKind::Score(id), step, span))
    }

    pub(super) fn item_named(&mut self, name: &ast::Name) -> Option<ItemId> {
        let found = self.items.iter().position(|item| item.name == name.text);
        if found.is_none() && !self.lost.contains(&name.text) {
            let near = crate::diag::closest(&name.text, self.items.iter().map(|item| item.name.as_str())).map(str::to_owned);
            let text = &name.text;
            let diagnostic =
                Diagnostic::new(Code::UnknownName, words!("没有「{text}」这个指标", "there is no item {text}")).at(name.span, words!("这里", "here"));
            self.report(with_suggestion(diagnostic, name.span, near));
        }
        found
    }

    /// What a name stands for in an item or around it, and where it is declared.
    pub(super) fn lookup(&self, name: &ast::Name, owner: Option<ItemId>) -> Option<(Named, Span)> {
        let mut scope = owner;
        loop {
            if let Some(found) = self.names.get(&(scope, name.text.clone())) {
                return Some(*found);
            }
            scope = self.items.get(scope?).and_then(|item| item.parent);
        }
    }

    fn name(&mut self, name: &ast::Name, owner: Option<ItemId>) -> Option<Expr> {
        if let Some(found) = self.field_named(name) {
            return found;
        }
        if let Some((named, _)) = self.lookup(name, owner) {
            return self.named(named, name.span);
        }
        if let Some(symbol) = self.symbols.get_index_of(&name.text) {
            return Some(Expr { kind: ExprKind::Symbol(symbol), ty: Type::Choice([symbol].into()), step: None, span: name.span });
        }
        if !self.lost.contains(&name.text) {
            self.unknown(name, owner);
        }
        None
    }

    fn unknown(&mut self, name: &ast::Name, owner: Option<ItemId>) {
        let text = &name.text;
        let holder = self.names.keys().find(|(item, inner)| inner == text && item.is_some()).and_then(|(item, _)| *item).and_then(|item| self.items.get(item));
        if let Some(item) = holder {
            let path = format!("{}.{text}", item.name);
            let diagnostic = Diagnostic::new(Code::UnknownName, words!("「{text}」是另一项里面的名称", "{text} is a name inside another item"))
                .at(name.span, words!("这里", "here"))
                .fix(words!("写明在哪一项里", "say in which item"), name.span, path);
            self.report(diagnostic);
            return;
        }
        if let Some(item) = self.items.iter().find(|item| item.name == *text) {
            let head = item.head;
            let diagnostic = Diagnostic::new(Code::WrongKind, words!("「{text}」是指标,不是数据", "{text} is an item, not a fact"))
                .at(name.span, words!("这里要一个数", "a number is needed here"))
                .at(head, words!("在这里声明", "declared here"))
                .fix(words!("它的得分写作", "its score is written"), name.span, format!("{}({text})", self.spelled(name.span, "得分", "score")));
            self.report(diagnostic);
            return;
        }
        if matches!(text.as_str(), "期" | "period") {
            self.report(
                Diagnostic::new(Code::WrongType, words!("期 不能比较,也不能计算", "the period is not compared or calculated with"))
                    .at(name.span, words!("这里", "here"))
                    .help(words!("各期不同的写 按 期 {{ ≥ 2022-07: …; 其余: … }}", "by period {{ ≥ 2022-07: …; otherwise: … }} says what differs by period")),
            );
            return;
        }
        if let Some(percent) = text.strip_prefix("百分之").and_then(crate::syntax::in_digits) {
            self.report(
                Diagnostic::new(Code::UnknownName, words!("没有声明「{text}」", "{text} is not declared"))
                    .at(name.span, words!("没有这个名称", "no such name"))
                    .fix(words!("百分数用数字写", "write the percentage in digits"), name.span, format!("{percent}%")),
            );
            return;
        }
        if let Some(quantity) = crate::syntax::quantity_in_words(text) {
            self.report(
                Diagnostic::new(Code::UnknownName, words!("没有声明「{text}」", "{text} is not declared"))
                    .at(name.span, words!("没有这个名称", "no such name"))
                    .fix(words!("数用数字写,后面写单位", "write numbers in digits, and units behind them"), name.span, quantity),
            );
            return;
        }
        if let Some(parts) = glued(text, &|part| self.is_declared(&ast::Name { text: part.to_owned(), span: name.span }, owner)) {
            let spaced = parts.join(" ");
            self.report(
                Diagnostic::new(Code::RunTogether, words!("「{text}」连成了一个词,没有这个名称", "{text} is one word, and no such name is declared"))
                    .at(name.span, words!("应读作 {spaced}", "reads as {spaced}"))
                    .fix(words!("在词与词之间加空格", "put spaces between the words"), name.span, spaced),
            );
            return;
        }
        let visible = self.names.keys().filter(|(item, _)| item.is_none() || self.encloses(*item, owner)).map(|(_, name)| name.as_str());
        let fields = self.inside_fields();
        let known: Vec<&str> = visible.chain(fields.iter().map(String::as_str)).collect();
        let near = crate::diag::closest(text, known.iter().copied()).map(str::to_owned);
        let opposite = crate::diag::opposite(text, known.iter().copied().filter(|known| self.is_truth(known, owner))).map(str::to_owned);
        let diagnostic =
            Diagnostic::new(Code::UnknownName, words!("没有声明「{text}」", "{text} is not declared")).at(name.span, words!("没有这个名称", "no such name"));
        if let Some(opposite) = opposite.filter(|_| near.is_none()) {
            let negated = format!("{} {opposite}", self.spelled(name.span, "非", "not"));
            self.report(diagnostic.fix(words!("「{opposite}」的反面写作", "the opposite of {opposite} is written"), name.span, negated));
            return;
        }
        let diagnostic = if near.is_none() {
            diagnostic.help(words!("先声明:数据 {text} : 单位,或 令 {text} = …", "declare it: fact {text} : unit, or let {text} = …"))
        } else {
            diagnostic
        };
        self.report(with_suggestion(diagnostic, name.span, near));
    }

    /// Whether a name that can be read in `owner` is yes or no, as far as it is resolved.
    fn is_truth(&self, name: &str, owner: Option<ItemId>) -> bool {
        let mut scope = owner;
        let named = loop {
            if let Some((named, _)) = self.names.get(&(scope, name.to_owned())) {
                break Some(*named);
            }
            match scope {
                Some(item) => scope = self.items.get(item).and_then(|item| item.parent),
                None => break None,
            }
        };
        match named {
            Some(Named::Fact(id)) => self.facts.get(id).is_some_and(|fact| fact.kind == Type::Truth),
            Some(Named::Value(id)) => match self.values.get(id) {
                Some(super::from_ast::Slot::Done(value)) => value.expr.ty == Type::Truth,
                _ => false,
            },
            Some(_) => false,
            // a field of the record at hand
            None => true,
        }
    }

    fn encloses(&self, outer: Option<ItemId>, inner: Option<ItemId>) -> bool {
        let mut scope = inner;
        while let Some(item) = scope {
            if outer == Some(item) {
                return true;
            }
            scope = self.items.get(item).and_then(|item| item.parent);
        }
        false
    }

    fn inner_name(&mut self, item: &ast::Name, name: &ast::Name, span: Span) -> Option<Expr> {
        let id = self.item_named(item)?;
        let candidates: Vec<ItemId> = self.items.iter().enumerate().filter(|(_, other)| other.name == item.text).map(|(id, _)| id).collect();
        let found = candidates.iter().find_map(|id| self.names.get(&(Some(*id), name.text.clone())));
        if let Some((named, _)) = found {
            return self.named(*named, span);
        }
        if !self.lost.contains(&name.text) {
            let near =
                crate::diag::closest(&name.text, self.names.keys().filter(|(owner, _)| *owner == Some(id)).map(|(_, name)| name.as_str())).map(str::to_owned);
            let (item, text) = (&item.text, &name.text);
            let diagnostic =
                Diagnostic::new(Code::UnknownName, words!("「{item}」里没有「{text}」", "there is no {text} in {item}")).at(name.span, words!("这里", "here"));
            self.report(with_suggestion(diagnostic, name.span, near));
        }
        None
    }

    fn named(&mut self, named: Named, span: Span) -> Option<Expr> {
        match named {
            Named::Fact(id) => {
                let fact = self.facts.get(id)?;
                Some(Expr { kind: ExprKind::Fact(id), ty: fact.kind.clone(), step: Some(fact.step), span })
            }
            Named::Value(id) => {
                let (ty, step) = self.value_expr(id).map(|expr| (expr.ty.clone(), expr.step))?;
                Some(Expr { kind: ExprKind::Value(id), ty, step, span })
            }
            Named::Function(id) => {
                self.not_called(id, span);
                None
            }
            Named::Record(id) => {
                self.not_counted(id, span);
                None
            }
        }
    }

    // --- conditions ---

    pub(super) fn condition(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        let expr = self.expr(tree, owner)?;
        if expr.ty == Type::Truth {
            return Some(expr);
        }
        let (unit, unit_en) = (shown(&expr), shown_english(&expr));
        self.report(
            Diagnostic::new(Code::WrongType, words!("这里要一个条件,写的是一个值(单位 {unit})", "a condition is needed here, this is a value in {unit_en}"))
                .at(expr.span, words!("不是条件", "not a condition"))
                .help(words!("写成比较,例如 ≥ 95%、低于 60%、无从计算", "compare it, as in: ≥ 95%, below 60%, is undefined")),
        );
        None
    }

    /// An expression that stands beside another; beside a choice a name is one of its choices.
    pub(super) fn beside(&mut self, tree: &ast::Expr, owner: Option<ItemId>, other: Option<&Type>) -> Option<Expr> {
        if let (Some(Type::Choice(choices)), ast::ExprKind::Path(name, None)) = (other, &tree.kind)
            && !self.is_declared(name, owner)
            && !self.lost.contains(&name.text)
            && !self.symbols.get_index_of(&name.text).is_some_and(|symbol| choices.contains(&symbol))
        {
            let known: Vec<String> = choices.iter().filter_map(|symbol| self.symbols.get_index(*symbol)).cloned().collect();
            let near = crate::diag::closest(&name.text, known.iter().map(String::as_str)).map(str::to_owned);
            let (text, list, list_en) = (&name.text, known.join("、"), known.join(", "));
            let diagnostic =
                Diagnostic::new(Code::UnknownName, words!("没有「{text}」这个选项", "there is no choice {text}")).at(name.span, words!("这里", "here"));
            self.report(with_suggestion(diagnostic, name.span, near).help(words!("选项有:{list}", "the choices are: {list_en}")));
            return None;
        }
        if let (Some(Type::Text), ast::ExprKind::Text(text)) = (other, &tree.kind) {
            let symbol = self.symbols.insert_full(text.text.clone()).0;
            return Some(Expr { kind: ExprKind::Symbol(symbol), ty: Type::Text, step: None, span: text.span });
        }
        if let (Some(Type::Text), ast::ExprKind::Path(name, None)) = (other, &tree.kind)
            && !self.is_declared(name, owner)
            && !self.lost.contains(&name.text)
        {
            let text = &name.text;
            self.report(
                Diagnostic::new(Code::UnknownName, words!("没有声明「{text}」", "{text} is not declared"))
                    .at(name.span, words!("没有这个名称", "no such name"))
                    .fix(words!("文字写在引号里", "a text stands in quotation marks"), name.span, format!("\"{text}\"")),
            );
            return None;
        }
        self.expr(tree, owner)
    }

    /// Whether a fact or value of that name can be read in `owner`.
    fn is_declared(&self, name: &ast::Name, owner: Option<ItemId>) -> bool {
        self.lookup(name, owner).is_some() || self.field(name).is_some()
    }

    fn conditions(&mut self, links: &[ast::Expr], owner: Option<ItemId>) -> Option<Vec<Expr>> {
        let found: Vec<Option<Expr>> = links.iter().map(|link| self.condition(link, owner)).collect();
        found.into_iter().collect()
    }

    fn test(&mut self, inner: &ast::Expr, owner: Option<ItemId>, span: Span, make: fn(Box<Expr>) -> ExprKind) -> Option<Expr> {
        Some(truth(make(Box::new(self.expr(inner, owner)?)), span))
    }

    fn compare(&mut self, left: &ast::Expr, comparison: ast::Comparison, right: &ast::Expr, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        if let Some(tier) = [left, right].into_iter().find(|side| matches!(side.kind, ast::ExprKind::Tier)) {
            return self.expr(tier, owner);
        }
        let left = self.expr(left, owner);
        let right = self.beside(right, owner, left.as_ref().map(|left| &left.ty));
        let (left, right) = (left?, right?);
        let (left, right) = self.same_unit(left, right, "比较", "comparison")?;
        if left.unit().is_none() && !matches!(comparison, ast::Comparison::Eq | ast::Comparison::Ne) {
            self.report(
                Diagnostic::new(Code::WrongType, words!("选项没有大小,只能用 = 和 ≠ 比较", "choices have no order and compare by = and ≠ only"))
                    .at(span, words!("这里", "here"))
                    .help(words!("几个选项一起写 属于 {{ …、… }}", "several choices: among {{ …, … }}")),
            );
            return None;
        }
        Some(truth(ExprKind::Compare(Box::new(left), comparison, Box::new(right)), span))
    }

    /// Both sides in one unit; a bare 0 takes the unit of the other.
    pub(super) fn same_unit(&mut self, mut left: Expr, mut right: Expr, zh: &str, en: &str) -> Option<(Expr, Expr)> {
        for (a, b) in [(0, 1), (1, 0)] {
            let (this, other) = if (a, b) == (0, 1) { (&mut left, &right) } else { (&mut right, &left) };
            if this.literal().is_some_and(|value| value.is_zero()) && this.unit() == Some(&Unit::Number) && other.unit().is_some() {
                this.ty = other.ty.clone();
            }
        }
        let fits = match (&left.ty, &right.ty) {
            (Type::Number(a), Type::Number(b)) => a.fits(b) || b.fits(a) || self.is_place_among(&left, &right) || self.is_place_among(&right, &left),
            (Type::Truth, Type::Truth) => true,
            (Type::Choice(a), Type::Choice(b)) => !a.is_disjoint(b),
            (Type::Text, Type::Text) => true,
            _ => false,
        };
        if fits {
            return Some((left, right));
        }
        self.mismatch(&left, &right, zh, en);
        None
    }

    /// Whether the first is a place and the second says how many units there are.
    fn is_place_among(&self, place: &Expr, count: &Expr) -> bool {
        let value = |id: usize| match self.values.get(id) {
            Some(super::from_ast::Slot::Done(value)) => Some(&value.expr),
            _ => None,
        };
        let inner = if let ExprKind::Value(id) = place.kind { value(id) } else { Some(place) };
        let input = inner.and_then(|inner| if let ExprKind::Input(id) = inner.kind { self.inputs.get(id) } else { None });
        let rank = matches!(input.map(|input| &input.kind), Some(InputKind::Units(units)) if units.fold == Fold::Rank);
        rank && count.unit() == Some(&Unit::named(super::gather::OFFICES))
    }

    /// Reports that two expressions have units that do not go together, with both places and where the units come from.
    pub(super) fn mismatch(&mut self, left: &Expr, right: &Expr, zh: &str, en: &str) {
        let ((a, a_en), (b, b_en)) = (short_unit(left), short_unit(right));
        // of two there are sides, of several there are not
        let said = if matches!(en, "rows" | "values") {
            words!("{zh}的单位不同:{a} 与 {b}", "the {en} differ in unit: {a_en} and {b_en}")
        } else {
            words!("{zh}的两边单位不同:{a} 与 {b}", "the two sides of the {en} differ in unit: {a_en} and {b_en}")
        };
        let mut diagnostic = Diagnostic::new(Code::UnitMismatch, said).at(right.span, said_of(right)).at(left.span, said_of(left));
        for expr in [left, right] {
            if let Some(span) = self.origin(expr) {
                let (unit, unit_en) = (shown(expr), shown_english(expr));
                diagnostic = diagnostic.at(span, words!("在这里声明为 {unit}", "declared in {unit_en} here"));
            }
        }
        let percent = |expr: &Expr| expr.unit().is_some_and(Unit::is_percent);
        let mut fixed = false;
        for (number, rate) in [(left, right), (right, left)] {
            if number.unit() == Some(&Unit::Number)
                && percent(rate)
                && let Some(value) = number.literal()
            {
                // 0.98 beside a rate most likely means 98 %
                let share = value > Decimal::ZERO && value <= Decimal::ONE;
                let value = if share {
                    Number::from(value).times(&Number::from(Decimal::ONE_HUNDRED)).ok().and_then(|value| value.decimal()).unwrap_or(value)
                } else {
                    value
                };
                let value = quantity::plain(value);
                let unit = if rate.unit() == Some(&Unit::Points) { self.spelled(number.span, " 个百分点", " pp") } else { "%" };
                diagnostic = diagnostic.fix(words!("写上单位", "write the unit"), number.span, format!("{value}{unit}"));
                fixed = true;
            }
        }
        for (number, other) in [(left, right), (right, left)] {
            if let (Some(Unit::Number), Some(value), "comparison" | "values", false) = (number.unit(), number.literal(), en, fixed || percent(other))
                && other.unit().is_some_and(|unit| !unit.is_moment())
            {
                let (unit, unit_en) = (shown(other), shown_english(other));
                let unit = self.spelled(number.span, &unit, &unit_en);
                diagnostic = diagnostic.fix(words!("写上单位", "write the unit"), number.span, format!("{} {unit}", quantity::plain(value)));
                fixed = true;
            }
        }
        for (time, date) in [(left, right), (right, left)] {
            if let (Some(Unit::Time), Some(Unit::Date), Some(day)) = (time.unit(), date.unit(), date.literal())
                && let Some(day) = quantity::moment::show(&Number::from(day), &Unit::Date)
            {
                diagnostic = diagnostic.fix(words!("写明时刻", "state the time of day"), date.span, format!("{day} 00:00"));
                fixed = true;
            }
        }
        for (month, other) in [(left, right), (right, left)] {
            if let (Some(Unit::Date), Some(_), false) = (month.unit(), month.literal(), other.unit().is_some_and(Unit::is_moment)) {
                diagnostic = diagnostic.help(words!(
                    "2022-07 这样写的是月份,只与日期相比、相减,或写在 按 期、往期 里;要相减,减号两边加空格,例如 2022 - 7",
                    "what is written like 2022-07 is a month: it is compared with dates and subtracted from them, or stands in: by period, in period; a \
                     difference has spaces around its sign, as in 2022 - 7"
                ));
                fixed = true;
            }
        }
        // 90%-95% in a table is meant as a stretch, and read as a difference
        let range = en == "table" && matches!(right.kind, ExprKind::Sum(_));
        self.report(match (fixed, range, en) {
            (true, ..) => diagnostic,
            (_, true, _) => diagnostic.help(words!("一段写成区间,例如 [90%, 95%]", "a stretch is an interval, as in [90%, 95%]")),
            (.., "rows" | "values") => diagnostic.help(words!("都用同一个单位", "use one unit for all of them")),
            _ => diagnostic.help(words!("两边改用同一个单位", "use one unit on both sides")),
        });
    }

    /// Where a name was declared.
    pub(super) fn origin(&self, expr: &Expr) -> Option<Span> {
        match expr.kind {
            ExprKind::Fact(id) => self.facts.get(id).map(|fact| fact.span),
            ExprKind::Call(id, _) => self.functions.get(id).map(|function| function.unit_span),
            _ => None,
        }
    }

    // --- arithmetic ---

    /// An expression that is a number.
    pub(super) fn number(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        let expr = self.expr(tree, owner)?;
        if expr.unit().is_some() {
            return Some(expr);
        }
        let help = if expr.ty == Type::Truth {
            words!("按是、否取数的写 按 … {{ 是: …; 否: … }}", "to choose a number by yes or no write: by … {{ yes: …; no: … }}")
        } else {
            words!("按选项取数的写 按 … {{ 选项: …; 其余: … }}", "to choose a number by a choice write: by … {{ choice: …; otherwise: … }}")
        };
        self.report(
            Diagnostic::new(Code::WrongType, words!("这里要一个数", "a number is needed here")).at(expr.span, words!("这不是数", "not a number")).help(help),
        );
        None
    }

    fn sum(&mut self, terms: &[(Sign, ast::Expr)], owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let found: Vec<(Sign, Option<Expr>)> = terms.iter().map(|(sign, term)| (*sign, self.number(term, owner))).collect();
        let mut done: Vec<(Sign, Expr)> = Vec::new();
        let mut total: Option<(Unit, Option<Decimal>)> = None;
        for (index, (sign, term)) in found.into_iter().enumerate() {
            let mut term = term?;
            if let Some((unit, _)) = total.as_ref().filter(|(unit, _)| unit.is_moment())
                && term.unit().is_some_and(|by| Lapse::of_unit(by).is_some())
            {
                let start = self.so_far(&mut done, unit.clone(), span)?;
                let span = start.span.to(term.span);
                let moved = self.after(start, (sign, term), span)?;
                total = Some((moved.unit()?.clone(), moved.step));
                done.push((Sign::Plus, moved));
                continue;
            }
            if let (Some((Unit::Time, _)), Sign::Minus, Some(Unit::Time)) = (&total, sign, term.unit()) {
                let before = done.pop()?.1;
                self.times_subtracted(&before, &term);
                return None;
            }
            if let Some((unit, step)) = total {
                if term.literal().is_some_and(|value| value.is_zero()) && term.unit() == Some(&Unit::Number) {
                    term.ty = Type::Number(unit.clone());
                }
                let first = done.first().map(|(_, first)| first);
                let one = if index == 1 && first.and_then(Expr::literal) == Some(Decimal::ONE) { Whole::Yes } else { Whole::No };
                let other = term.unit()?;
                let joined = if sign == Sign::Plus { unit.plus(other) } else { unit.minus(other, one) };
                let Ok(joined) = joined else {
                    let before = Expr { kind: done.pop()?.1.kind, ty: Type::Number(unit), step, span: first_span(&done, span, terms) };
                    self.mismatch(&before, &term, "加减", "sum");
                    return None;
                };
                let step = match (step, term.step) {
                    (Some(a), Some(b)) => Some(quantity::common_step(a, b)),
                    _ => None,
                };
                total = Some((joined, step));
            } else {
                total = Some((term.unit()?.clone(), term.step));
            }
            done.push((sign, term));
        }
        let (unit, step) = total?;
        Some(Expr { kind: ExprKind::Sum(done), ty: Type::Number(unit), step, span })
    }

    /// The terms so far as one expression, taken from their list.
    #[expect(clippy::unused_self, reason = "a part of the sum at hand")]
    fn so_far(&self, done: &mut Vec<(Sign, Expr)>, unit: Unit, span: Span) -> Option<Expr> {
        let terms = std::mem::take(done);
        let step =
            terms.iter().try_fold(Decimal::ZERO, |step, (_, term)| Some(if step.is_zero() { term.step? } else { quantity::common_step(step, term.step?) }));
        let whole = terms.first()?.1.span.to(terms.last()?.1.span);
        match <[(Sign, Expr); 1]>::try_from(terms) {
            Ok([(_, only)]) => Some(only),
            Err(terms) => Some(Expr { kind: ExprKind::Sum(terms), ty: Type::Number(unit), step, span: Span { file: span.file, ..whole } }),
        }
    }

    fn product(&mut self, factors: &[(Times, ast::Expr)], owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let found: Vec<(Times, Option<Expr>)> = factors.iter().map(|(times, factor)| (*times, self.number(factor, owner))).collect();
        let mut done: Vec<(Times, Expr)> = Vec::new();
        let mut total: Option<(Unit, Option<Decimal>)> = None;
        for (times, factor) in found {
            let factor = factor?;
            if times == Times::Over && factor.literal().is_some_and(|value| value.is_zero()) {
                self.report(
                    Diagnostic::new(Code::Undefined, words!("除以 0", "division by 0"))
                        .at(factor.span, words!("除数是 0", "the divisor is 0"))
                        .help(words!("更正除数", "correct the divisor")),
                );
                return None;
            }
            total = Some(match total {
                None => (factor.unit()?.clone(), factor.step),
                Some((unit, step)) => {
                    let other = factor.unit()?;
                    let joined = if times == Times::Times { unit.times(other) } else { unit.over(other) };
                    match joined {
                        Ok(joined) => (joined, product_step(times, step, &factor)),
                        Err(fault) => {
                            self.no_product(fault, &unit, &factor, span);
                            return None;
                        }
                    }
                }
            });
            done.push((times, factor));
        }
        let (unit, step) = total?;
        Some(Expr { kind: ExprKind::Product(done), ty: Type::Number(unit), step, span })
    }

    fn no_product(&mut self, fault: UnitFault, unit: &Unit, factor: &Expr, span: Span) {
        let (other, other_en, unit_en) = (shown(factor), shown_english(factor), unit.in_english());
        let diagnostic = match fault {
            UnitFault::Differ => {
                Diagnostic::new(Code::UnitMismatch, words!("{unit} 与 {other} 不能相乘除", "{unit_en} and {other_en} do not multiply or divide"))
            }
            UnitFault::TooCompound => Diagnostic::new(Code::UnitMismatch, words!("单位乘得太复杂", "the compound unit grows past all use")),
        };
        let diagnostic = diagnostic
            .at(factor.span, words!("这里以 {other} 计", "in {other_en}"))
            .at(span, words!("在这个算式里", "in this formula"))
            .help(words!("百分点之间相除得数;率乘分得分", "percentage points divide by each other; a rate times points gives points"));
        self.report(diagnostic);
    }

    fn adjusted(&mut self, inner: &ast::Expr, adjustments: &[ast::Adjustment], owner: Option<ItemId>) -> Option<Expr> {
        let mut value = self.number(inner, owner)?;
        for adjustment in adjustments {
            let span = value.span.to(adjustment.span);
            value = match &adjustment.kind {
                ast::AdjustmentKind::Round(step, mode) => self.rounded(value, step, mode.unwrap_or(self.mode), span)?,
                ast::AdjustmentKind::Cap(limit) => self.clamped(value, limit, owner, span, ExprKind::Cap)?,
                ast::AdjustmentKind::Floor(limit) => self.clamped(value, limit, owner, span, ExprKind::Floor)?,
            };
        }
        Some(value)
    }

    fn rounded(&mut self, value: Expr, step: &ast::Quantity, mode: quantity::Mode, span: Span) -> Option<Expr> {
        let step = self.quantity(step)?;
        let (size, unit) = (step.literal()?, step.unit()?.clone());
        if size <= Decimal::ZERO {
            self.report(
                Diagnostic::new(Code::OffGrid, words!("取整的步长须大于 0", "the step must be greater than 0"))
                    .at(step.span, words!("这里", "here"))
                    .help(words!("写要取到的一格,例如 0.01%", "state what to round to, as in 0.01%")),
            );
            return None;
        }
        let fits = value.unit().is_some_and(|of| of.fits(&unit) || unit.fits(of));
        if !fits {
            self.mismatch(&value, &step, "取整", "rounding");
            return None;
        }
        Some(Expr { kind: ExprKind::Round(Box::new(value), size, mode), ty: Type::Number(unit), step: Some(size), span })
    }

    fn clamped(&mut self, value: Expr, limit: &ast::Expr, owner: Option<ItemId>, span: Span, make: fn(Box<Expr>, Box<Expr>) -> ExprKind) -> Option<Expr> {
        let limit = self.number(limit, owner)?;
        let (value, limit) = self.same_unit(value, limit, "封顶或保底", "clamp")?;
        let step = match (value.step, limit.step) {
            (Some(a), Some(b)) => Some(quantity::common_step(a, b)),
            _ => None,
        };
        let ty = value.ty.clone();
        Some(Expr { kind: make(Box::new(value), Box::new(limit)), ty, step, span })
    }

    pub(super) fn pattern(&mut self, pattern: &ast::Pattern, subject: &Expr, owner: Option<ItemId>) -> Option<Pattern> {
        let bound = |resolver: &mut Self, tree: &ast::Expr| {
            let value = resolver.beside(tree, owner, Some(&subject.ty))?;
            let (_, value) = resolver.same_unit(subject.clone(), value, "分档", "table")?;
            let constant = match &value.kind {
                ExprKind::Symbol(_) | ExprKind::Flag(_) => true,
                _ => resolver.is_constant(&value),
            };
            if constant && resolver.reads_varying_marks(&value) {
                resolver.report(
                    Diagnostic::new(
                        Code::NotConstant,
                        words!("满分因单位而异,不能作分档的界限", "the marks differ from unit to unit: they cannot bound a table"),
                    )
                    .at(value.span, words!("这里", "here"))
                    .help(words!("先除以满分,例如 按 总分 / 满分 {{ ≥ 90%: … }}", "divide by the marks first, as in: by total / marks {{ ≥ 90%: … }}")),
                );
                return None;
            }
            if !constant {
                resolver.report(
                    Diagnostic::new(Code::NotConstant, words!("分档的界限须为定值", "the bounds of a table must be constants"))
                        .at(value.span, said_of_variable(&value))
                        .help(words!(
                            "随数据变化的界限写成条件,例如 当 … ≥ … 得 …",
                            "a bound that depends on facts belongs into a condition, as in: when … ≥ … award …"
                        )),
                );
                return None;
            }
            Some(value)
        };
        match &pattern.kind {
            ast::PatternKind::Value(value) => Some(Pattern::Compare(ast::Comparison::Eq, bound(self, value)?)),
            ast::PatternKind::Compare(comparison, value) => Some(Pattern::Compare(*comparison, bound(self, value)?)),
            ast::PatternKind::Interval(low, closed_low, high, closed_high) => {
                let (low, high) = (bound(self, low), bound(self, high));
                Some(Pattern::Interval(low?, *closed_low, high?, *closed_high))
            }
        }
    }

    /// Whether an expression reads marks that may differ from unit to unit of a tier.
    fn reads_varying_marks(&self, expr: &Expr) -> bool {
        let mut varies = false;
        super::circle::visit(expr, &mut |part| {
            varies |= match part.kind {
                ExprKind::Marks(owner) => self.marks_vary(owner),
                ExprKind::Value(id) => matches!(self.values.get(id), Some(super::from_ast::Slot::Done(value)) if self.reads_varying_marks(&value.expr)),
                _ => false,
            };
        });
        varies
    }

    /// Whether an expression can be a word that an output is free to use, or a table of such.
    pub(super) fn is_word(&self, tree: &ast::Expr, owner: Option<ItemId>) -> bool {
        match &tree.kind {
            ast::ExprKind::Text(_) => true,
            ast::ExprKind::Path(name, None) => !self.is_declared(name, owner),
            ast::ExprKind::Table(table) => table.rows.iter().all(|row| self.is_word(&row.result, owner)),
            _ => false,
        }
    }

    /// An expression; of an output perhaps a word that is declared by being used.
    pub(super) fn word_or_expr(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        if self.words == Wording::Free && self.is_word(tree, owner) {
            match &tree.kind {
                ast::ExprKind::Text(name) | ast::ExprKind::Path(name, None) => {
                    self.symbols.insert(name.text.clone());
                }
                _ => {}
            }
        }
        self.expr(tree, owner)
    }

    /// Reports rows of an output of which some are words and others are not.
    pub(super) fn words_and_others(&mut self, rows: &[ast::Row], owner: Option<ItemId>) -> bool {
        let word = rows.iter().map(|row| &row.result).find(|result| matches!(result.kind, ast::ExprKind::Text(_)));
        let other = rows.iter().map(|row| &row.result).find(|result| !self.is_word(result, owner));
        let (true, Some(word), Some(other)) = (self.words == Wording::Free, word, other) else { return false };
        self.report(
            Diagnostic::new(Code::WrongType, words!("各行有的是词,有的不是", "some rows are words, others are not"))
                .at(word.span, words!("这是词", "a word"))
                .at(other.span, words!("这不是词", "not a word"))
                .help(words!("各行都写词,或都写数", "let all rows be words, or all numbers")),
        );
        true
    }

    /// Whether an expression reads no fact.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        super::constant::is_constant(expr, &|value| matches!(self.values.get(value), Some(super::from_ast::Slot::Done(value)) if self.is_constant(&value.expr)))
    }

    /// An amount of points.
    pub(super) fn amount(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        let mut expr = self.number(tree, owner)?;
        if expr.literal().is_some_and(|value| value.is_zero()) {
            expr.ty = Type::Number(Unit::score());
        }
        if expr.unit() == Some(&Unit::score()) {
            return Some(expr);
        }
        let (unit, unit_en) = (shown(&expr), shown_english(&expr));
        let (given, given_en) = named_unit(&expr);
        let mut diagnostic = Diagnostic::new(Code::UnitMismatch, words!("这里应以 分 计,写的是{given}", "points are needed here, this is {given_en}"))
            .at(expr.span, said_of(&expr));
        if let Some(span) = self.origin(&expr) {
            diagnostic = diagnostic.at(span, words!("在这里声明为 {unit}", "declared in {unit_en} here"));
        }
        if let (Some(value), Some(Unit::Number)) = (expr.literal(), expr.unit()) {
            let value = quantity::plain(value);
            let points = self.spelled(expr.span, "分", "points");
            diagnostic = diagnostic.fix(words!("写上单位", "write the unit"), expr.span, format!("{value} {points}"));
        } else {
            diagnostic = diagnostic.help(words!("折算成分,例如 × 满分,或写 每 … 扣 … 分", "turn it into points, as in: × marks, or: per … deduct … points"));
        }
        self.report(diagnostic);
        None
    }
}

/// Names with 且, 或 and 非 between and before them that were written as one word: its words, if it consists of such.
fn glued(text: &str, known: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
    let name = |part: &str| known(part) || matches!(part, "是" | "否" | "yes" | "no");
    let tested = |part: &str| -> Option<Vec<String>> {
        if name(part) {
            return Some(vec![part.to_owned()]);
        }
        let word = ["非", "not"].into_iter().find(|word| part.strip_prefix(word).is_some_and(&name))?;
        Some(vec![word.to_owned(), part.strip_prefix(word)?.to_owned()])
    };
    let (mut words, mut rest) = (Vec::new(), text);
    while let Some((at, link)) = first_link(rest, &|part| tested(part).is_some()) {
        words.extend(tested(rest.get(..at)?)?);
        words.push(link.to_owned());
        rest = rest.get(at + link.len()..)?;
    }
    words.extend(tested(rest)?);
    (words.len() > 2).then_some(words)
}

/// The first 且 or 或 that stands behind what is tested.
fn first_link<'t>(text: &'t str, tested: &dyn Fn(&str) -> bool) -> Option<(usize, &'t str)> {
    let links = ["且", "或", "and", "or"].into_iter().flat_map(|link| text.match_indices(link));
    links.filter(|(at, _)| text.get(..*at).is_some_and(tested)).min_by_key(|(at, _)| *at)
}

fn first_span(done: &[(Sign, Expr)], span: Span, terms: &[(Sign, ast::Expr)]) -> Span {
    let start = terms.first().map_or(span, |(_, first)| first.span);
    let end = terms.get(done.len()).map_or(span, |(_, last)| last.span);
    start.to(end)
}

/// What is said at an expression of its unit.
pub(super) fn said_of(expr: &Expr) -> Words {
    let (zh, en) = in_unit(expr);
    words!("{zh}", "{en}")
}

pub(super) fn truth(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, ty: Type::Truth, step: None, span }
}

/// The step of a product or quotient; none where a division leaves an exact fraction.
fn product_step(times: Times, step: Option<Decimal>, factor: &Expr) -> Option<Decimal> {
    let other = match (times, factor.literal()) {
        (Times::Times, Some(value)) if !value.is_zero() => value.abs(),
        (Times::Times, _) => factor.step?,
        (Times::Over, Some(value)) => quantity::reciprocal(value)?.abs(),
        (Times::Over, None) => return None,
    };
    Number::from(step?).times(&Number::from(other)).ok()?.decimal()
}

pub(super) fn with_suggestion(diagnostic: Diagnostic, span: Span, near: Option<String>) -> Diagnostic {
    match near {
        Some(near) => diagnostic.fix(words!("是不是「{near}」?", "did you mean {near}?"), span, near),
        None => diagnostic,
    }
}
