//! What is declared outside the items: the head, tiers, facts, records, values, vetoes, the total, ranking, lists, cases.

use pest::iterators::Pair;

use super::super::ast;
use super::{Builder, Inner, P, Rule, cycle, mode, plain_digit, ties};
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::Period;
use crate::source::Span;

impl Builder {
    pub(super) fn standard(&mut self, pair: P<'_>) -> Option<ast::Standard> {
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_standard);
        let name = self.name(&inner.next()?);
        let headings = inner.all(Rule::heading).into_iter().filter_map(|pair| self.heading(pair)).collect();
        Some(ast::Standard { name, headings })
    }

    fn heading(&mut self, pair: P<'_>) -> Option<ast::Heading> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let first = inner.next()?;
        Some(match first.as_rule() {
            Rule::k_title => ast::Heading::Title(self.text(&inner.next()?)),
            Rule::k_version => ast::Heading::Version(self.text(&inner.next()?)),
            Rule::k_document => ast::Heading::Document(self.text(&inner.next()?)),
            Rule::k_effective => {
                let from = self.date(&inner.next()?);
                inner.has(Rule::k_until);
                ast::Heading::Effective(from, inner.take(Rule::date).map(|pair| self.last_day(&pair)))
            }
            Rule::k_period => ast::Heading::Cycle(cycle(&inner.next()?), span),
            Rule::k_rounding => ast::Heading::Rounding(mode(inner.next()?), span),
            Rule::k_score => {
                let precision = match inner.next()?.as_rule() {
                    Rule::k_show_to => ast::Precision::Shown,
                    _ => ast::Precision::Rounded,
                };
                ast::Heading::Scores(precision, self.quantity(inner.next()?)?)
            }
            Rule::k_ties => ast::Heading::Ties(ties(&inner.next()?), span),
            Rule::k_calendar => ast::Heading::Calendar(self.text(&inner.next()?)),
            _ => ast::Heading::Note,
        })
    }

    pub(super) fn date(&self, pair: &P<'_>) -> ast::Date {
        let plain: String = pair.as_str().chars().map(|c| if c == '－' { '-' } else { plain_digit(c).unwrap_or(c) }).collect();
        if let Some(quarter) = plain.split_once(['Q', 'q']).and_then(|_| Period::parse(&plain)) {
            return ast::Date { iso: quarter.first_day(), span: self.span(pair) };
        }
        let ascii: String = pair.as_str().chars().map(|c| plain_digit(c).filter(char::is_ascii_digit).unwrap_or('-')).collect();
        let mut parts = ascii.split('-').filter(|part| !part.is_empty());
        let mut part = || parts.next().map_or_else(|| "01".to_owned(), |part| format!("{part:0>2}"));
        ast::Date { iso: format!("{}-{}-{}", part(), part(), part()), span: self.span(pair) }
    }

    /// A day and its time, `2024年1月5日 9:00` too.
    pub(super) fn time(&self, pair: &P<'_>) -> ast::Time {
        let ascii: String = pair.as_str().chars().map(|c| plain_digit(c).filter(char::is_ascii_digit).unwrap_or(' ')).collect();
        let mut parts = ascii.split_whitespace();
        let mut part = || parts.next().map_or_else(|| "00".to_owned(), |part| format!("{part:0>2}"));
        ast::Time { iso: format!("{}-{}-{}T{}:{}:{}", part(), part(), part(), part(), part(), part()), span: self.span(pair) }
    }

    /// A date that ends something: where only a month or a year is written, its last day.
    fn last_day(&self, pair: &P<'_>) -> ast::Date {
        let mut date = self.date(pair);
        let written =
            pair.as_str().chars().map(|c| if c.is_ascii_digit() || plain_digit(c).is_some_and(|c| c.is_ascii_digit()) { '0' } else { '-' }).collect::<String>();
        let parts = written.split('-').filter(|part| !part.is_empty()).count();
        let first: Option<jiff::civil::Date> = date.iso.parse().ok();
        let last = match parts {
            1 => first.map(jiff::civil::Date::last_of_year),
            2 => first.map(jiff::civil::Date::last_of_month),
            _ => None,
        };
        if let Some(last) = last {
            date.iso = last.to_string();
        }
        date
    }

    pub(super) fn tier(&mut self, pair: P<'_>) -> Option<ast::Tier> {
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_tier);
        let name = self.name(&inner.next()?);
        inner.has(Rule::k_marks);
        let marks = self.expr(inner.next()?)?;
        let title = if inner.has(Rule::k_title) { inner.next().map(|pair| self.text(&pair)) } else { None };
        Some(ast::Tier { name, marks, title })
    }

    pub(super) fn units(&mut self, pair: P<'_>) -> ast::Units {
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_unit);
        let names = inner.all(Rule::unit_name).iter().map(|pair| self.unit(pair)).collect();
        ast::Units { names, whole: inner.has(Rule::k_whole) }
    }

    pub(super) fn fact(&mut self, pair: P<'_>) -> Option<ast::Fact> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_fact);
        let name = self.name(&inner.next()?);
        let kind = self.fact_kind(inner.next()?);
        let (columns, title, step, default, up_to, at_least, or_from) = (Vec::new(), None, None, None, None, None, None);
        let mut fact = ast::Fact { name, kind, columns, title, step, default, up_to, at_least, or_from, adjustable: None, notes: Vec::new(), span };
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        for attribute in inner.all(Rule::fact_attribute) {
            self.once(&attribute, &mut seen);
            self.fact_attribute(&mut fact, attribute)?;
        }
        fact.notes = self.notes(&mut inner);
        Some(fact)
    }

    fn fact_kind(&self, pair: P<'_>) -> ast::FactKind {
        let mut kind = Inner::of(pair);
        match kind.take(Rule::unit_name) {
            Some(unit) => ast::FactKind::Unit(self.unit(&unit)),
            None => ast::FactKind::Choice(kind.all(Rule::choice).iter().map(|pair| self.choice(pair)).collect()),
        }
    }

    pub(super) fn record(&mut self, pair: P<'_>) -> Option<ast::Record> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_record);
        let name = self.name(&inner.next()?);
        let unit = self.unit(&inner.next()?);
        let span = Span { end: unit.span.end, ..span };
        let mut record = ast::Record { name, unit, fields: Vec::new(), notes: self.notes(&mut inner), span };
        for part in inner.all(Rule::record_part).into_iter().flat_map(Pair::into_inner) {
            match part.as_rule() {
                Rule::field => record.fields.push(self.field(part)?),
                _ => record.notes.extend(self.note(part)),
            }
        }
        Some(record)
    }

    fn field(&mut self, pair: P<'_>) -> Option<ast::Field> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let name = self.name(&inner.next()?);
        let kind = self.fact_kind(inner.next()?);
        let (columns, title, step) = (Vec::new(), None, None);
        let mut field = ast::Field { name, kind, columns, title, step, nullable: false, private: false, notes: Vec::new(), span };
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        for attribute in inner.all(Rule::field_attribute) {
            self.once(&attribute, &mut seen);
            let mut inner = Inner::of(attribute);
            match inner.next()?.as_rule() {
                Rule::k_column => field.columns.extend(self.texts(&mut inner)),
                Rule::k_title => field.title = Some(self.text(&inner.next()?)),
                Rule::k_step => field.step = Some(self.quantity(inner.next()?)?),
                Rule::k_nullable => field.nullable = true,
                _ => field.private = true,
            }
        }
        field.notes = self.notes(&mut inner);
        Some(field)
    }

    pub(super) fn function(&mut self, pair: P<'_>) -> Option<ast::Function> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_function);
        let name = self.name(&inner.next()?);
        let parameters = inner.all(Rule::parameter).into_iter().filter_map(|pair| self.parameter(pair)).collect();
        let unit = self.unit(&inner.next()?);
        let interval = inner.next()?;
        let range = ast::Pattern { span: self.span(&interval), kind: self.interval(interval)? };
        let step = if inner.has(Rule::k_step) { Some(self.quantity(inner.next()?)?) } else { None };
        inner.has(Rule::k_rhai);
        let script = self.text(&inner.next()?);
        let span = Span { end: script.span.end, ..span };
        Some(ast::Function { name, parameters, unit, range, step, script, notes: self.notes(&mut inner), span })
    }

    fn parameter(&self, pair: P<'_>) -> Option<ast::Parameter> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let name = self.name(&inner.next()?);
        Some(ast::Parameter { name, kind: self.fact_kind(inner.next()?), span })
    }

    /// Reports a part that says again what one before it said; the readings of a step exclude each other.
    pub(super) fn once(&mut self, part: &P<'_>, seen: &mut Vec<(Rule, Span)>) {
        let span = self.span(part);
        let Some(word) = part.clone().into_inner().next() else { return };
        let rule = match word.as_rule() {
            Rule::k_whole_steps | Rule::k_started_steps => Rule::k_pro_rata,
            rule => rule,
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == rule) {
            let name = word.as_str();
            self.faults.push(
                Diagnostic::new(Code::Duplicate, words!("「{name}」这一层意思写了两次", "{name} says again what was said before"))
                    .at(span, words!("这里又写", "again here"))
                    .at(*first, words!("先写在这里", "first here"))
                    .help(words!("只留一处", "keep one of them")),
            );
        }
        seen.push((rule, span));
    }

    fn fact_attribute(&mut self, fact: &mut ast::Fact, pair: P<'_>) -> Option<()> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let word = inner.next()?;
        match word.as_rule() {
            Rule::k_column => fact.columns.extend(self.texts(&mut inner)),
            Rule::k_title => fact.title = Some(self.text(&inner.next()?)),
            Rule::k_step => fact.step = Some(self.quantity(inner.next()?)?),
            Rule::k_default => fact.default = Some(self.expr(inner.next()?)?),
            Rule::k_up_to => fact.up_to = Some(self.expr(inner.next()?)?),
            Rule::k_at_least => fact.at_least = Some(self.expr(inner.next()?)?),
            Rule::k_adjustable => {
                let down = inner.has(Rule::k_downward).then_some(ast::Leeway::Down);
                let direction = down.or_else(|| inner.has(Rule::k_upward).then_some(ast::Leeway::Up));
                let cost = if inner.has(Rule::k_cost) { Some(self.number(&inner.next()?)) } else { None };
                fact.adjustable = Some(ast::Adjustable { direction, cost, span });
            }
            _ => fact.or_from = Some(self.expr(inner.next()?)?),
        }
        Some(())
    }

    pub(super) fn value(&mut self, pair: P<'_>) -> Option<ast::Value> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let kind = match inner.next()?.as_rule() {
            Rule::k_param => ast::ValueKind::Param,
            Rule::k_output => ast::ValueKind::Output,
            _ => ast::ValueKind::Let,
        };
        let name = self.name(&inner.next()?);
        let expr = self.expr(inner.next()?)?;
        Some(ast::Value { kind, name, expr, notes: self.notes(&mut inner), span })
    }

    pub(super) fn exemption(&mut self, pair: P<'_>) -> Option<ast::Exemption> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_exempt);
        let scopes = self.scopes(&mut inner)?;
        inner.has(Rule::k_when);
        let condition = self.expr(inner.next()?)?;
        inner.has(Rule::k_reason);
        let reason = self.text(&inner.next()?);
        let span = Span { end: reason.span.end, ..span };
        Some(ast::Exemption { scopes, condition, reason, notes: self.notes(&mut inner), span })
    }

    pub(super) fn veto(&mut self, pair: P<'_>) -> Option<ast::Veto> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_veto);
        let scopes = self.scopes(&mut inner)?;
        inner.has(Rule::k_when);
        let condition = self.expr(inner.next()?)?;
        let mut effect = Inner::of(inner.next()?);
        let effect = match effect.next()?.as_rule() {
            Rule::k_total => ast::Effect::Total(self.quantity(effect.next()?)?),
            Rule::k_last => ast::Effect::Last,
            _ => ast::Effect::NotEligible,
        };
        inner.has(Rule::k_reason);
        let reason = self.text(&inner.next()?);
        let span = Span { end: reason.span.end, ..span };
        Some(ast::Veto { scopes, condition, effect, reason, notes: self.notes(&mut inner), span })
    }

    fn scopes(&mut self, inner: &mut Inner<'_>) -> Option<Vec<ast::Scope>> {
        inner.all(Rule::scope).into_iter().map(|pair| self.scope(pair)).collect()
    }

    pub(super) fn scope(&mut self, pair: P<'_>) -> Option<ast::Scope> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let kind = match inner.next()?.as_rule() {
            Rule::k_applies if inner.has(Rule::k_when) => ast::ScopeKind::When(self.expr(inner.next()?)?),
            Rule::k_applies => ast::ScopeKind::Tiers(self.names(&mut inner)),
            Rule::k_only => ast::ScopeKind::Only(self.texts(&mut inner)),
            _ => ast::ScopeKind::Except(self.texts(&mut inner)),
        };
        Some(ast::Scope { kind, span })
    }

    pub(super) fn total(&mut self, pair: P<'_>) -> Option<ast::Total> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_total);
        let cycle = inner.take(Rule::cycle).map(|pair| cycle(&pair));
        let marks = if inner.has(Rule::k_marks) { Some(self.expr(inner.next()?)?) } else { None };
        let expr = inner.next()?;
        let span = Span { end: self.span(&expr).end, ..span };
        let expr = self.expr(expr)?;
        inner.has(Rule::k_column);
        let columns = self.texts(&mut inner);
        Some(ast::Total { cycle, marks, expr, columns, notes: self.notes(&mut inner), span })
    }

    pub(super) fn ranking(&mut self, pair: P<'_>) -> Option<ast::Ranking> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_rank);
        let cycle = inner.take(Rule::cycle).map(|pair| cycle(&pair));
        let within_tier = Inner::of(inner.next()?).has(Rule::k_tier);
        let (mut keys, mut listed, mut chosen) = (Vec::new(), Vec::new(), None);
        let mut in_listed = false;
        while let Some(pair) = inner.next() {
            match pair.as_rule() {
                Rule::key if in_listed => listed.push(self.key(pair)?),
                Rule::key => keys.push(self.key(pair)?),
                Rule::ties => chosen = Some(ties(&pair)),
                Rule::k_listed_on => in_listed = true,
                _ => {}
            }
        }
        Some(ast::Ranking { cycle, within_tier, keys, ties: chosen, listed, span })
    }

    fn key(&mut self, pair: P<'_>) -> Option<ast::Key> {
        let mut inner = Inner::of(pair);
        let expr = self.expr(inner.next()?)?;
        Some(ast::Key { expr, descending: !inner.has(Rule::k_ascending) })
    }

    pub(super) fn list(&mut self, pair: P<'_>) -> Option<ast::List> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_list);
        let name = self.name(&inner.next()?);
        let over = self.gathered(inner.next()?)?;
        let condition = if inner.has(Rule::k_where) { Some(self.expr(inner.next()?)?) } else { None };
        let top = inner.next()?.as_rule() == Rule::k_top;
        let count = self.quantity(inner.next()?)?;
        let (mut keys, mut notes) = (Vec::new(), Vec::new());
        while let Some(pair) = inner.next() {
            match pair.as_rule() {
                Rule::key => keys.push(self.key(pair)?),
                Rule::note => notes.extend(self.note(pair)),
                _ => {}
            }
        }
        Some(ast::List { name, over, condition, top, count, keys, notes, span })
    }

    pub(super) fn case(&mut self, pair: P<'_>) -> Option<ast::Case> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_case);
        let name = self.text(&inner.next()?);
        let unit = if inner.has(Rule::k_unit) { inner.next().map(|pair| self.text_or_name(&pair)) } else { None };
        let tier = if inner.has(Rule::k_tier) { inner.next().map(|pair| self.name(&pair)) } else { None };
        let period = if inner.has(Rule::the_period) { inner.next().map(|pair| self.past(&pair)) } else { None };
        let units = if inner.peek() == Some(Rule::case_unit) {
            inner.all(Rule::case_unit).into_iter().map(|pair| self.case_unit(pair, tier.as_ref())).collect::<Option<_>>()?
        } else {
            let (given, records, expected) = self.bindings(&mut inner);
            vec![ast::CaseUnit { name: unit.clone().unwrap_or_else(|| name.clone()), tier, given, records, expected, span }]
        };
        Some(ast::Case { name, period, unit, units, span })
    }

    /// One of several units; its tier is that of the case where it states none.
    fn case_unit(&mut self, pair: P<'_>, tier: Option<&ast::Name>) -> Option<ast::CaseUnit> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_unit);
        let name = self.name(&inner.next()?);
        let own = if inner.has(Rule::k_tier) { inner.next().map(|pair| self.name(&pair)) } else { None };
        let (given, records, expected) = self.bindings(&mut inner);
        Some(ast::CaseUnit { name, tier: own.or_else(|| tier.cloned()), given, records, expected, span })
    }

    /// What is given, and what is expected.
    fn bindings(&mut self, inner: &mut Inner<'_>) -> (Vec<ast::Binding>, Vec<ast::CaseRecord>, Vec<ast::Binding>) {
        let (mut given, mut records, mut expected, mut in_expected) = (Vec::new(), Vec::new(), Vec::new(), false);
        while let Some(pair) = inner.next() {
            match pair.as_rule() {
                Rule::k_expect => in_expected = true,
                Rule::binding if in_expected => expected.extend(self.binding(pair)),
                Rule::binding => given.extend(self.binding(pair)),
                Rule::case_record => records.extend(self.case_record(pair)),
                _ => {}
            }
        }
        (given, records, expected)
    }

    fn case_record(&mut self, pair: P<'_>) -> Option<ast::CaseRecord> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let name = self.name(&inner.next()?);
        let fields = inner.all(Rule::binding).into_iter().filter_map(|pair| self.binding(pair)).collect();
        Some(ast::CaseRecord { name, fields, span })
    }

    fn binding(&mut self, pair: P<'_>) -> Option<ast::Binding> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let target = inner.next()?;
        let target = match target.as_rule() {
            Rule::k_total => ast::Target::Total,
            Rule::k_rank => ast::Target::Rank,
            Rule::earlier | Rule::aggregate => ast::Target::Earlier(self.expr(target)?),
            Rule::k_not_eligible => ast::Target::NotEligible,
            _ => {
                let mut names = self.names(&mut Inner::of(target)).into_iter();
                ast::Target::Path(names.next()?, names.next())
            }
        };
        let value = inner.next()?;
        let value = match value.as_rule() {
            Rule::k_exempt => ast::Bound::Exempt,
            Rule::k_missing => ast::Bound::Missing,
            Rule::k_not_applicable => ast::Bound::NotApplicable,
            Rule::k_unknown => ast::Bound::Pending,
            Rule::k_is_undefined => ast::Bound::Undefined,
            Rule::quantity => ast::Bound::Quantity(self.quantity(value)?),
            Rule::date_value => ast::Bound::Date(self.date(&value)),
            Rule::time_value => ast::Bound::Time(self.time(&value)),
            Rule::text => ast::Bound::Word(self.text(&value)),
            _ => ast::Bound::Word(self.choice(&value)),
        };
        Some(ast::Binding { target, value, span })
    }
}
