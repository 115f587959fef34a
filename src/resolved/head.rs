//! The head, the total, the ranking, the exemptions and the cases.

use rust_decimal::Decimal;

use super::from_ast::{Named, Once, Resolver, in_unit, named_unit};
use super::{
    Case, CaseRecord, CaseUnit, Effect, Exemption, Expected, Expr, ExprKind, FactId, Fold, Head, InputKind, Key, List, Literal, Ranking, Target, TierId, Ties,
    Total, Type, Veto, Who,
};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{self, Mode, Period, Unit};
use crate::source::Span;
use crate::syntax::{HEADING, ast};

/// A part that every standard has once.
struct Part {
    keyword: &'static str,
    name: Words,
    /// How to add it.
    add: Words,
}

impl<'a> Resolver<'a> {
    pub(super) fn head(&mut self, once: &Once<'a>) -> Option<Head> {
        let spans: Vec<Span> = once.standards.iter().map(|standard| standard.name.span).collect();
        let add = words!("补上抬头,例如 标准 名称 {{ 版本 \"…\" 周期 月 … }}", "add the head, as in: standard name {{ version \"…\" cycle month … }}");
        self.only_one(once, &spans, &Part { keyword: "k_standard", name: words!("标准", "standard"), add });
        let tree = *once.standards.first()?;
        let (mut cycle, mut mode, mut scores, mut ties) = (None, None, None, None);
        let mut version = None;
        let mut head = Head {
            name: tree.name.text.clone(),
            title: None,
            version: String::new(),
            document: None,
            effective: None,
            cycle: ast::Cycle::Month,
            mode: Mode::HalfUp,
            precision: ast::Precision::Rounded,
            step: Decimal::new(1, 2),
            ties: Ties::Skipping,
            calendar: None,
            span: tree.name.span,
        };
        let mut first: Vec<(std::mem::Discriminant<ast::Heading>, Span)> = Vec::new();
        for heading in &tree.headings {
            let kind = std::mem::discriminant(heading);
            match (heading.span(), first.iter().find(|(other, _)| *other == kind)) {
                (Some(span), Some((_, before))) => {
                    let before = *before;
                    self.again(&heading_word(heading), span, before);
                    continue;
                }
                (Some(span), None) => first.push((kind, span)),
                (None, _) => {}
            }
            match heading {
                ast::Heading::Title(title) => head.title = Some(title.text.clone()),
                ast::Heading::Version(text) => version = Some(text.text.clone()),
                ast::Heading::Document(text) => head.document = Some(text.text.clone()),
                ast::Heading::Effective(from, until) => head.effective = Some(self.effective(from, until.as_ref())),
                ast::Heading::Cycle(found, _) => cycle = Some(*found),
                ast::Heading::Rounding(found, _) => mode = Some(*found),
                ast::Heading::Scores(precision, step) => scores = Some((*precision, step)),
                ast::Heading::Ties(found, _) => ties = Some(*found),
                ast::Heading::Calendar(file) => head.calendar = Some((file.text.clone(), file.span)),
                ast::Heading::Note => {}
            }
        }
        head.cycle = self.heading(cycle, head.cycle, tree, &words!("周期 月", "cycle month"));
        head.mode = self.heading(mode, head.mode, tree, &words!("舍入 四舍五入", "rounding half up"));
        head.ties = self.heading(ties, head.ties, tree, &words!("并列 跳号", "ties skipping"));
        head.version = self.heading(version, String::new(), tree, &words!("版本 \"…\"", "version \"…\""));
        let scores = self.heading(scores.map(Some), None, tree, &words!("得分 取整到 0.01 分", "score round to 0.01 points"));
        if let Some((precision, step)) = scores {
            head.precision = precision;
            if let Some(step) = self.score_grid(step) {
                head.step = step;
            }
        }
        if once.tiers.is_empty() && !self.lost.contains("k_tier") {
            self.report(
                Diagnostic::new(Code::MissingPart, words!("标准没有声明层级", "the standard declares no tier"))
                    .at(tree.name.span, words!("这个标准", "this standard"))
                    .help(words!(
                        "只有一类单位时也要写,例如 层级 单位 满分 100 分",
                        "one is needed even where all units are alike, as in: tier 「unit」 marks 100 points"
                    )),
            );
        }
        self.check_first_day(&head, tree);
        self.has_calendar = head.calendar.is_some();
        self.setting.begin(&head);
        (self.step, self.mode, self.precision, self.ties) = (head.step, head.mode, head.precision, head.ties);
        Some(head)
    }

    /// A version begins with a period, so that no period has two versions.
    fn check_first_day(&mut self, head: &Head, tree: &ast::Standard) {
        if let (Some((from, _)), Some(ast::Heading::Effective(date, _))) =
            (&head.effective, tree.headings.iter().find(|heading| matches!(heading, ast::Heading::Effective(..))))
            && is_date(from)
            && Period::beginning(from, head.cycle).is_none()
        {
            self.report(
                Diagnostic::new(Code::BadDate, words!("施行日须是一个周期的第一天", "a version begins on the first day of a period"))
                    .at(date.span, words!("这一天在周期中间", "this day is within a period"))
                    .help(words!("改成期初的那一天", "write the day on which the period begins")),
            );
        }
    }

    fn heading<T>(&mut self, found: Option<T>, otherwise: T, tree: &ast::Standard, example: &Words) -> T {
        found.unwrap_or_else(|| {
            if self.lost.contains(HEADING) {
                return otherwise;
            }
            let (zh, en) = (&example.zh, &example.en);
            self.report(
                Diagnostic::new(Code::MissingPart, words!("标准的抬头里没有写「{zh}」一类的一行", "the head of the standard lacks a line like: {en}"))
                    .at(tree.name.span, words!("这个标准", "this standard"))
                    .help(words!("在花括号里写明,例如 {zh}", "state it between the braces, as in: {en}")),
            );
            otherwise
        })
    }

    fn effective(&mut self, from: &ast::Date, until: Option<&ast::Date>) -> (String, Option<String>) {
        for date in std::iter::once(from).chain(until) {
            if !is_date(&date.iso) {
                let iso = &date.iso;
                self.report(
                    Diagnostic::new(Code::BadDate, words!("没有 {iso} 这一天", "there is no day {iso}"))
                        .at(date.span, words!("这里", "here"))
                        .help(words!("写日历上有的一天", "write a day of the calendar")),
                );
            }
        }
        if let Some(until) = until.filter(|until| until.iso < from.iso) {
            self.report(
                Diagnostic::new(Code::BadDate, words!("终止日早于施行日", "it ends before it begins"))
                    .at(until.span, words!("终止", "the end"))
                    .at(from.span, words!("施行", "the beginning"))
                    .help(words!("更正其中一个日期", "correct one of the two dates")),
            );
        }
        (from.iso.clone(), until.map(|until| until.iso.clone()))
    }

    /// Reports a part that is missing, unless its keyword stands in what could not be read, or that stands twice.
    fn only_one(&mut self, once: &Once<'a>, spans: &[Span], part: &Part) {
        let (zh, en) = (&part.name.zh, &part.name.en);
        match spans {
            [] if self.lost.contains(part.keyword) => {}
            [] => {
                let diagnostic = Diagnostic::new(Code::MissingPart, words!("规则里没有写 {zh}", "the rules state no {en}")).help(part.add.clone());
                match once.standards.first() {
                    Some(standard) => self.report(diagnostic.at(standard.name.span, words!("这个标准", "this standard"))),
                    None if part.keyword == "k_standard" => self.report(diagnostic),
                    // where there is no standard at all, that is fault enough
                    None => {}
                }
            }
            [first, second, ..] => {
                let diagnostic = Diagnostic::new(Code::Duplicate, words!("「{zh}」写了不止一次", "{en} stands more than once"))
                    .at(*second, words!("这里又写了一次", "again here"))
                    .at(*first, words!("先写在这里", "first here"))
                    .help(words!("一个文件夹是一个标准;删去一处,或分到另一个文件夹", "a folder is one standard: remove one, or move it to another folder"));
                self.report(diagnostic);
            }
            _ => {}
        }
    }

    pub(super) fn total(&mut self, once: &Once<'a>) -> Option<Total> {
        let own: Vec<&ast::Total> = once.totals.iter().copied().filter(|total| total.cycle.is_none()).collect();
        let spans: Vec<Span> = own.iter().map(|total| total.span).collect();
        let add = words!("补上一行,例如 总分 = 合计 封顶 满分 取整到 0.01 分", "add a line, as in: total = sum cap marks round to 0.01 points");
        self.only_one(once, &spans, &Part { keyword: "k_total", name: words!("总分", "total"), add });
        let tree = *own.first()?;
        if let Some(marks) = &tree.marks {
            self.report(
                Diagnostic::new(Code::Conflict, words!("每期总分的满分是层级的满分", "the marks of the total of each period are those of the tier"))
                    .at(marks.span, words!("这里又写了一次", "stated again here"))
                    .help(words!("删去它;满分写在 层级 … 满分 … 分", "remove it: marks stand in: tier … marks … points")),
            );
        }
        let expr = self.amount(&tree.expr, None)?;
        self.must_be_rounded(&expr, &words!("总分", "the total"));
        let notes = self.notes(&tree.notes, "总分");
        Some(Total { expr, columns: tree.columns.iter().map(|column| column.text.clone()).collect(), notes, span: tree.span })
    }

    /// Reports an exact fraction that would leave its expression.
    pub(super) fn must_be_rounded(&mut self, expr: &Expr, what: &Words) {
        if expr.step.is_some() || expr.unit().is_none() {
            return;
        }
        let (zh, en) = (&what.zh, &what.en);
        let (step, step_en) = match expr.unit() {
            Some(unit) if unit.is_percent() => ("0.01%".to_owned(), "0.01%".to_owned()),
            Some(unit @ Unit::Named(_)) => (format!("0.01 {unit}"), format!("0.01 {}", unit.in_english())),
            _ => ("0.01".to_owned(), "0.01".to_owned()),
        };
        let title = match expr.kind {
            ExprKind::Input(_) => words!("汇总得的数没有取整就成了{zh}", "what was gathered becomes {en} without rounding"),
            _ => words!("除得的数没有取整就成了{zh}", "an unrounded quotient becomes {en}"),
        };
        let diagnostic = Diagnostic::new(Code::Unrounded, title)
            .at(expr.span, words!("除不尽时位数没有尽头", "its digits need not end"))
            .help(words!("在末尾写 取整到 {step}", "write at its end: round to {step_en}"));
        self.report(diagnostic);
    }

    pub(super) fn ranking(&mut self, once: &Once<'a>, ties: Option<Ties>) -> Option<Ranking> {
        let own: Vec<&ast::Ranking> = once.rankings.iter().copied().filter(|ranking| ranking.cycle.is_none()).collect();
        let spans: Vec<Span> = own.iter().map(|ranking| ranking.span).collect();
        let add = words!("补上一行,例如 排名 层级 依 总分", "add a line, as in: rank tier on total");
        self.only_one(once, &spans, &Part { keyword: "k_rank", name: words!("排名", "rank"), add });
        self.ranking_of(own.first()?, ties)
    }

    pub(super) fn ranking_of(&mut self, tree: &ast::Ranking, ties: Option<Ties>) -> Option<Ranking> {
        let keys = self.keys(&tree.keys);
        let listed = self.keys(&tree.listed);
        Some(Ranking { within_tier: tree.within_tier, keys: keys?, ties: tree.ties.or(ties).unwrap_or(Ties::Skipping), listed: listed?, span: tree.span })
    }

    fn keys(&mut self, keys: &[ast::Key]) -> Option<Vec<Key>> {
        let found: Vec<Option<Key>> = keys
            .iter()
            .map(|key| {
                let expr = self.number(&key.expr, None)?;
                self.must_be_rounded(&expr, &words!("排名的依据", "a key of the ranking"));
                self.check_place(key, &expr);
                Some(Key { expr, descending: key.descending })
            })
            .collect();
        found.into_iter().collect()
    }

    /// The first place has the lowest number: places from high to low put the last before all others.
    fn check_place(&mut self, key: &ast::Key, expr: &Expr) {
        let input = if let ExprKind::Input(id) = expr.kind { self.inputs.get(id) } else { None };
        if key.descending && matches!(input.map(|input| &input.kind), Some(InputKind::Units(units)) if units.fold == Fold::Rank) {
            self.report(
                Diagnostic::new(Code::Conflict, words!("名次从高到低,末名就排在最前", "ranks from high to low put the last before all others"))
                    .at(expr.span, words!("第一名的名次是 1", "the first has rank 1"))
                    .help(words!("写明 从低到高,或直接依所比的数排", "write ascending behind it, or rank by the value itself")),
            );
        }
    }

    pub(super) fn exemption(&mut self, tree: &ast::Exemption) -> Option<Exemption> {
        let (tiers, condition) = self.scoped(&tree.scopes, &tree.condition)?;
        let notes = self.notes(&tree.notes, &tree.reason.text);
        Some(Exemption { tiers, condition, reason: tree.reason.text.clone(), notes, span: tree.span })
    }

    pub(super) fn veto(&mut self, tree: &ast::Veto) -> Option<Veto> {
        let scoped = self.scoped(&tree.scopes, &tree.condition);
        let effect = match &tree.effect {
            ast::Effect::Total(quantity) => self.score_of_veto(quantity).map(Effect::Total),
            ast::Effect::Last => Some(Effect::Last),
            ast::Effect::NotEligible => Some(Effect::NotEligible),
        };
        let ((tiers, condition), effect) = (scoped?, effect?);
        let notes = self.notes(&tree.notes, &tree.reason.text);
        Some(Veto { tiers, condition, effect, reason: tree.reason.text.clone(), notes, span: tree.span })
    }

    /// The tiers of some scopes, and a condition that holds for no unit which they leave out.
    fn scoped(&mut self, scopes: &[ast::Scope], condition: &ast::Expr) -> Option<(std::collections::BTreeSet<TierId>, Expr)> {
        let tiers = self.scope_tiers(scopes);
        let limits = self.scope_condition(scopes, None);
        let condition = self.condition(condition, None);
        let (limits, condition) = (limits?, condition?);
        Some((tiers, super::scope::joined(limits.into_iter().chain([condition]).collect())?))
    }

    /// The total that a veto leaves: points on the grid of totals.
    fn score_of_veto(&mut self, quantity: &ast::Quantity) -> Option<Decimal> {
        let tree = ast::Expr { kind: ast::ExprKind::Quantity(quantity.clone()), span: quantity.span };
        let value = self.amount(&tree, None)?.literal()?;
        if !quantity::on_grid(value, self.step) {
            let (shown, grid) = (quantity::plain(value), quantity::plain(self.step));
            self.report(
                Diagnostic::new(
                    Code::OffGrid,
                    words!("总分 {shown} 分不是取整步长 {grid} 分的整倍数", "a total of {shown} points is no multiple of the rounding step of {grid} points"),
                )
                .at(quantity.span, words!("这里", "here"))
                .help(words!("改成步长的整倍数,或把步长改细", "make it a multiple of the step, or the step finer")),
            );
        }
        Some(value)
    }

    // --- cases ---

    pub(super) fn case(&mut self, tree: &ast::Case) -> Option<Case> {
        let mut units: Vec<CaseUnit> = Vec::new();
        for unit in &tree.units {
            if let Some(position) = tree.units.iter().position(|other| other.name.text == unit.name.text)
                && let Some(first) = tree.units.get(position).filter(|first| first.name.span != unit.name.span)
            {
                self.twice(&unit.name.text, unit.name.span, first.name.span);
                continue;
            }
            units.push(self.case_unit(unit, tree)?);
        }
        if !tree.units.iter().any(|unit| !unit.expected.is_empty()) {
            self.report(
                Diagnostic::new(Code::MissingPart, words!("用例没有写应得什么", "the case expects nothing"))
                    .at(tree.name.span, words!("这个用例", "this case"))
                    .help(words!("给一个单位写上 应得 总分 = … 分", "state it of one unit: expect total = … points")),
            );
            return None;
        }
        let period = match &tree.period {
            Some(name) => Some(self.case_period(name)?),
            None => None,
        };
        Some(Case { name: tree.name.text.clone(), unit: tree.unit.clone(), units, period, span: tree.span })
    }

    fn case_unit(&mut self, tree: &ast::CaseUnit, case: &ast::Case) -> Option<CaseUnit> {
        let tier = match (&tree.tier, self.tiers.len()) {
            (Some(name), _) => self.tier(name)?,
            (None, 1) => 0,
            (None, _) => {
                self.report(
                    Diagnostic::new(Code::MissingPart, words!("用例没有写明层级", "the case names no tier"))
                        .at(tree.name.span, if case.units.len() > 1 { words!("这个单位", "this unit") } else { words!("这个用例", "this case") })
                        .help(words!("写作 用例 \"…\" 层级 …", "write: case \"…\" tier …")),
                );
                return None;
            }
        };
        let mut unit = CaseUnit {
            name: tree.name.text.clone(),
            tier,
            given: Vec::new(),
            records: Vec::new(),
            earlier: Vec::new(),
            attributes: Vec::new(),
            parent: None,
            expected: Vec::new(),
        };
        for binding in &tree.given {
            if let ast::Target::Earlier(expr) = &binding.target {
                unit.earlier.extend(self.given_earlier(expr, binding));
                continue;
            }
            if self.attribute_given(binding, case, &mut unit) {
                continue;
            }
            if let Some((fact, value)) = self.given(binding) {
                if let Some((_, _, first)) = unit.given.iter().find(|(other, _, _): &&(FactId, Literal, Span)| *other == fact) {
                    let first = *first;
                    self.twice(&tree.name.text, binding.span, first);
                    continue;
                }
                unit.given.push((fact, value, binding.span));
            }
        }
        for binding in &tree.expected {
            if let Some((target, value)) = self.expected(binding, tier) {
                unit.expected.push((target, value, binding.span));
            }
        }
        unit.records = tree.records.iter().filter_map(|record| self.case_record(record)).collect();
        Some(unit)
    }

    fn case_record(&mut self, tree: &ast::CaseRecord) -> Option<CaseRecord> {
        let text = &tree.name.text;
        let Some((Named::Record(id), _)) = self.names.get(&(None, text.clone())).copied() else {
            if !self.lost.contains(text) {
                let near = crate::diag::closest(text, self.records.iter().map(|record| record.name.as_str())).map(str::to_owned);
                let diagnostic = Diagnostic::new(Code::UnknownName, words!("没有声明记录「{text}」", "no record {text} is declared"))
                    .at(tree.name.span, words!("没有这种记录", "no such record"));
                self.report(super::expr::with_suggestion(diagnostic, tree.name.span, near));
            }
            return None;
        };
        let width = self.records.get(id)?.fields.len();
        let mut cells = vec![None; width];
        for binding in &tree.fields {
            let ast::Target::Path(name, None) = &binding.target else {
                self.unknown_field(id, binding.span, "");
                continue;
            };
            let found = self.records.get(id).and_then(|record| record.fields.iter().position(|field| field.name == name.text));
            let Some(at) = found else {
                self.unknown_field(id, name.span, &name.text);
                continue;
            };
            let kind = self.records.get(id)?.fields.get(at)?.kind.clone();
            let value = self.bound(&binding.value, &kind, binding.span);
            if let Some(slot) = cells.get_mut(at) {
                if slot.is_some() {
                    self.twice(&name.text, binding.span, tree.span);
                }
                *slot = value;
            }
        }
        Some(CaseRecord { record: id, cells })
    }

    fn unknown_field(&mut self, record: usize, span: Span, text: &str) {
        let Some(record) = self.records.get(record) else { return };
        let (name, declared) = (record.name.clone(), record.span);
        let near = crate::diag::closest(text, record.fields.iter().map(|field| field.name.as_str())).map(str::to_owned);
        let diagnostic = Diagnostic::new(Code::UnknownName, words!("记录「{name}」没有「{text}」这一列", "the record {name} has no field {text}"))
            .at(span, words!("这里", "here"))
            .at(declared, words!("在这里声明", "declared here"));
        self.report(super::expr::with_suggestion(diagnostic, span, near));
    }

    /// What the register would say of a unit: its attributes and the unit above it.
    fn attribute_given(&mut self, binding: &ast::Binding, case: &ast::Case, unit: &mut CaseUnit) -> bool {
        let (ast::Target::Path(name, None), ast::Bound::Word(word)) = (&binding.target, &binding.value) else { return false };
        if self.lookup(name, None).is_some() {
            return false;
        }
        if let Some(attribute) = self.attributes.iter().position(|attribute| attribute.name == name.text) {
            unit.attributes.push((attribute, word.text.clone()));
            return true;
        }
        if !super::gather::PARENT.contains(&name.text.as_str()) {
            return false;
        }
        unit.parent = case.units.iter().position(|other| other.name.text == word.text);
        if unit.parent.is_none() || word.text == unit.name {
            let text = &word.text;
            let near = crate::diag::closest(text, case.units.iter().map(|unit| unit.name.text.as_str())).map(str::to_owned);
            let diagnostic = Diagnostic::new(Code::UnknownName, words!("用例里没有上级「{text}」", "the case has no unit {text} to stand above"))
                .at(word.span, words!("这里", "here"));
            self.report(
                super::expr::with_suggestion(diagnostic, word.span, near).help(words!("写同一用例里别的单位的名称", "name another unit of the same case")),
            );
        }
        true
    }

    // --- lists ---

    pub(super) fn lists(&mut self, trees: &[&ast::List]) -> Vec<List> {
        let mut found: Vec<List> = Vec::new();
        for tree in trees {
            if let Some(first) = trees.iter().find(|other| other.name.text == tree.name.text).filter(|first| first.span != tree.span) {
                self.twice(&tree.name.text, tree.name.span, first.name.span);
                continue;
            }
            found.extend(self.list(tree));
        }
        found
    }

    fn list(&mut self, tree: &ast::List) -> Option<List> {
        let who = match &tree.over.kind {
            ast::GatheredKind::Tier => Who::Tier,
            ast::GatheredKind::Same(name) => Who::Same(self.common(name, None)?),
            _ => Who::All,
        };
        let condition = tree.condition.as_ref().map(|condition| self.condition(condition, None));
        let keys = self.keys(&tree.keys);
        let (written, offices) = (self.quantity(&tree.count)?, Unit::named(super::gather::OFFICES));
        let count = written.literal().filter(|_| written.unit().is_some_and(|unit| *unit == offices || *unit == Unit::Number));
        let count = count.filter(|count| count.scale() == 0).and_then(|count| usize::try_from(count.mantissa()).ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.report(
                Diagnostic::new(Code::WrongType, words!("名单取几家,写一个整数", "a list takes a whole number of units"))
                    .at(tree.count.span, words!("这里", "here"))
                    .help(words!("例如 前 5 家", "as in: top 5 offices")),
            );
        }
        let condition = match condition {
            Some(condition) => Some(condition?),
            None => None,
        };
        self.notes(&tree.notes, &tree.name.text);
        Some(List { name: tree.name.text.clone(), who, condition, top: tree.top, count: count?, keys: keys? })
    }

    fn given(&mut self, binding: &ast::Binding) -> Option<(FactId, Literal)> {
        let target = self.target(&binding.target, true, None)?;
        let Target::Fact(fact) = target else {
            self.report(
                Diagnostic::new(Code::WrongKind, words!("已知 之后写数据", "given names facts"))
                    .at(binding.span, words!("这不是数据", "this is not a fact"))
                    .help(words!("写数据的名称和数,要核对的结果写在 应得 之后", "name a fact and its value; what is to be checked stands behind expect")),
            );
            return None;
        };
        let (kind, step, span) = self.facts.get(fact).map(|fact| (fact.kind.clone(), fact.step, fact.span))?;
        let value = self.bound(&binding.value, &kind, binding.span)?;
        if let (Literal::Number(number), Type::Number(unit)) = (value, &kind) {
            let negative = number.is_sign_negative() && !number.is_zero();
            if unit.is_count() && (negative || !crate::quantity::on_grid(number, step)) {
                self.report(
                    Diagnostic::new(Code::BadCount, words!("件数不能为负,也不能有小数", "a count is whole and not negative"))
                        .at(binding.span, words!("已知的这个数", "this given number"))
                        .at(span, words!("在这里声明", "declared here"))
                        .help(words!("改成 0 以上的整数", "make it a whole number from 0 up")),
                );
                return None;
            }
            if !crate::quantity::on_grid(number, step) {
                self.report(
                    Diagnostic::new(Code::TooFine, words!("已知的数比数据的精度细", "the given number is finer than the step of its fact"))
                        .at(binding.span, words!("位数太多", "too many digits"))
                        .at(span, words!("精度由这里定", "the step comes from here"))
                        .help(words!("按精度取整后再写", "round it to that step")),
                );
                return None;
            }
        }
        Some((fact, value))
    }

    fn expected(&mut self, binding: &ast::Binding, tier: TierId) -> Option<(Target, Expected)> {
        let target = self.target(&binding.target, false, Some(tier))?;
        let expected = match &binding.value {
            ast::Bound::Exempt => Expected::Exempt,
            ast::Bound::Missing => Expected::Missing,
            ast::Bound::NotApplicable => Expected::NotApplicable,
            ast::Bound::Pending => Expected::Pending,
            ast::Bound::Undefined => Expected::Undefined,
            value => {
                let kind = match target {
                    Target::Total | Target::Item(_) => Type::Number(Unit::score()),
                    Target::Rank => Type::Number(Unit::Number),
                    Target::NotEligible => Type::Truth,
                    Target::Fact(fact) => self.facts.get(fact)?.kind.clone(),
                    Target::Value(value) => self.value_expr(value)?.ty.clone(),
                };
                Expected::Value(self.bound(value, &kind, binding.span)?)
            }
        };
        Some((target, expected))
    }

    /// What a case speaks of: facts first or items first.
    fn target(&mut self, target: &ast::Target, facts_first: bool, tier: Option<TierId>) -> Option<Target> {
        let (name, inner) = match target {
            ast::Target::Total => return Some(Target::Total),
            ast::Target::Rank => return Some(Target::Rank),
            ast::Target::Earlier(expr) => {
                self.report(
                    Diagnostic::new(Code::WrongKind, words!("往期的数写在 已知 之后", "what other periods give stands behind given"))
                        .at(expr.span, words!("这里", "here"))
                        .help(words!("移到 已知 那一行", "move it to the line that begins with given")),
                );
                return None;
            }
            ast::Target::NotEligible => return Some(Target::NotEligible),
            ast::Target::Path(name, inner) => (name, inner),
        };
        if let Some(inner) = inner {
            let found = self.items.iter().position(|item| item.name == name.text).and_then(|item| self.names.get(&(Some(item), inner.text.clone())));
            return match found {
                Some((named, _)) => of_named(*named).or_else(|| self.unknown_target(inner)),
                None => self.unknown_target(inner),
            };
        }
        let item = self
            .items
            .iter()
            .position(|item| item.name == name.text && tier.is_none_or(|tier| item.tiers.contains(&tier)))
            .or_else(|| self.items.iter().position(|item| item.name == name.text));
        let fact = self.names.iter().find(|((_, text), _)| *text == name.text).and_then(|(_, (named, _))| of_named(*named));
        let assessed = item.and_then(|item| self.items.get(item)).and_then(|item| item.assessed).map(Target::Fact);
        let found = if facts_first { fact.or(assessed).or(item.map(Target::Item)) } else { item.map(Target::Item).or(fact) };
        found.or_else(|| self.unknown_target(name))
    }

    fn unknown_target(&mut self, name: &ast::Name) -> Option<Target> {
        if !self.lost.contains(&name.text) {
            let known: Vec<String> = self.items.iter().map(|item| item.name.clone()).chain(self.names.keys().map(|(_, name)| name.clone())).collect();
            let near = crate::diag::closest(&name.text, known.iter().map(String::as_str)).map(str::to_owned);
            let text = &name.text;
            let diagnostic = Diagnostic::new(Code::UnknownName, words!("没有声明「{text}」", "{text} is not declared"))
                .at(name.span, words!("没有这个名称", "no such name"));
            self.report(super::expr::with_suggestion(diagnostic, name.span, near));
        }
        None
    }

    /// What other periods give to a case: the inputs that are read so, whatever they say of the first period.
    fn given_earlier(&mut self, tree: &ast::Expr, binding: &ast::Binding) -> Option<(Vec<super::InputId>, Literal, Span)> {
        let expr = self.expr(tree, None)?;
        let inputs = if let super::ExprKind::Input(id) = expr.kind { self.same_earlier(id) } else { Vec::new() };
        if inputs.is_empty() {
            self.report(
                Diagnostic::new(Code::WrongKind, words!("没有一条这样读往期的数", "no clause reads other periods so"))
                    .at(tree.span, words!("这里", "here"))
                    .help(words!("照规则里的写法写,例如 上期(案件)", "write it as the rules do, as in: previous(cases)")),
            );
            return None;
        }
        let value = self.bound(&binding.value, &expr.ty, binding.span)?;
        Some((inputs, value, binding.span))
    }

    fn bound(&mut self, bound: &ast::Bound, kind: &Type, span: Span) -> Option<Literal> {
        match (bound, kind) {
            (ast::Bound::Quantity(quantity), Type::Number(unit)) => {
                let expr = self.quantity(quantity)?;
                let value = expr.literal()?;
                let fits = expr.unit().is_some_and(|given| given.fits(unit) || unit.fits(given)) || value.is_zero() && quantity.unit.is_none();
                if !fits {
                    let ((given, given_en), unit_en) = (named_unit(&expr), unit.in_english());
                    let fault = Diagnostic::new(Code::UnitMismatch, words!("这里应以 {unit} 计,写的是{given}", "{unit_en} needed here, this is {given_en}"));
                    let (here, here_en) = in_unit(&expr);
                    let value = quantity::plain(quantity.value);
                    let gap = if unit.is_percent() { "" } else { " " };
                    let help = match unit {
                        Unit::Date => words!("例如 2024-01-05", "as in 2024-01-05"),
                        Unit::Time => words!("例如 2024-01-05 09:30", "as in 2024-01-05 09:30"),
                        _ => words!("例如 {value}{gap}{unit}", "as in {value}{gap}{unit_en}"),
                    };
                    self.report(fault.at(quantity.span, words!("{here}", "{here_en}")).help(help));
                    return None;
                }
                Some(Literal::Number(value))
            }
            (ast::Bound::Date(date), Type::Number(Unit::Date)) => self.moment(&date.iso, Unit::Date, span)?.literal().map(Literal::Number),
            (ast::Bound::Time(time), Type::Number(Unit::Time)) => self.moment(&time.iso, Unit::Time, span)?.literal().map(Literal::Number),
            (ast::Bound::Word(word), Type::Text) => Some(Literal::Symbol(self.symbols.insert_full(word.text.clone()).0)),
            (ast::Bound::Word(word), Type::Truth) => match word.text.as_str() {
                "是" | "yes" => Some(Literal::Truth(true)),
                "否" | "no" => Some(Literal::Truth(false)),
                _ => self.bad_value(span),
            },
            (ast::Bound::Word(word), Type::Choice(symbols)) => match self.symbols.get_index_of(&word.text).filter(|symbol| symbols.contains(symbol)) {
                Some(symbol) => Some(Literal::Symbol(symbol)),
                None => self.bad_value(span),
            },
            _ => self.bad_value(span),
        }
    }

    fn bad_value(&mut self, span: Span) -> Option<Literal> {
        self.report(
            Diagnostic::new(Code::WrongType, words!("这个值与它的种类不合", "this value is not of the right kind"))
                .at(span, words!("这里", "here"))
                .help(words!("数据和得分写数带单位,选项写声明过的选项", "a fact or score takes a number with its unit, a choice one of those declared")),
        );
        None
    }
}

/// The word that a line of the head begins with.
fn heading_word(heading: &ast::Heading) -> Words {
    match heading {
        ast::Heading::Title(_) => words!("名称", "title"),
        ast::Heading::Version(_) => words!("版本", "version"),
        ast::Heading::Document(_) => words!("文号", "document"),
        ast::Heading::Effective(..) => words!("施行", "effective"),
        ast::Heading::Cycle(..) => words!("周期", "cycle"),
        ast::Heading::Rounding(..) => words!("舍入", "rounding"),
        ast::Heading::Scores(..) => words!("得分", "score"),
        ast::Heading::Ties(..) => words!("并列", "ties"),
        ast::Heading::Calendar(_) => words!("日历", "calendar"),
        ast::Heading::Note => words!("说明", "remark"),
    }
}

/// What a case may speak of: of a function only what it is called for.
fn of_named(named: Named) -> Option<Target> {
    match named {
        Named::Fact(fact) => Some(Target::Fact(fact)),
        Named::Value(value) => Some(Target::Value(value)),
        Named::Function(_) | Named::Record(_) => None,
    }
}

/// Whether a text like `2020-02-30` names a day.
pub(super) fn is_date(iso: &str) -> bool {
    iso.parse::<jiff::civil::Date>().is_ok()
}
