//! The grammar's pairs to the tree. Both skins, full-width signs and digits end here.

use pest::Parser;
use pest::iterators::{Pair, Pairs};
use rust_decimal::Decimal;

use super::ast;
use super::tokens::Token;
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{Mode, Period, one_name};
use crate::source::{Span, offset};

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/kaoping.pest"]
    pub(in crate::syntax) struct Grammar;
}
pub(super) use grammar::{Grammar, Rule};

/// Where reading stopped and what could have stood there.
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) expected: Vec<Rule>,
}

/// Reads a whole text; the tokens are those of the same text.
pub(super) fn file(file: u32, text: &str, tokens: &[Token]) -> Result<(ast::File, Vec<Diagnostic>), Stop> {
    let pairs = Grammar::parse(Rule::file, text).map_err(|error| {
        let at = match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            pest::error::ErrorVariant::ParsingError { positives, .. } => positives,
            pest::error::ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Stop { at, expected }
    })?;
    let mut builder = Builder { place: Some(Place { file, ends: ends(text, tokens) }), faults: Vec::new() };
    let tree = builder.file(pairs);
    Ok((tree, builder.faults))
}

/// A text as the grammar sees it, read once for all that is asked of it.
pub(super) struct Reading<'t>(Pairs<'t, Rule>);

impl<'t> Reading<'t> {
    /// Nothing where the text cannot be read.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        Grammar::parse(Rule::file, text).ok().map(Reading)
    }

    /// The tree without any place, and with one name for a unit of several: two texts that say the same give equal trees.
    pub(super) fn meaning(&self) -> ast::File {
        Builder { place: None, faults: Vec::new() }.file(self.0.clone())
    }

    /// The statements of the outermost level.
    pub(super) fn statements(&self) -> impl Iterator<Item = P<'t>> {
        self.0.clone().flat_map(Pair::into_inner).filter(|pair| pair.as_rule() != Rule::EOI)
    }
}

/// Whether the whole of a text is one word or sign of that rule.
pub(super) fn is_one(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_span().end() == text.len()))
}

struct Builder {
    /// None where no places are kept.
    place: Option<Place>,
    faults: Vec<Diagnostic>,
}

/// What spans are made of.
struct Place {
    file: u32,
    /// Where the last word before each byte ends.
    ends: Vec<u32>,
}

/// For each byte of a text and for its end, where the last token ends that begins before it and is neither white space nor comment.
fn ends(text: &str, tokens: &[Token]) -> Vec<u32> {
    let mut ends = Vec::with_capacity(text.len() + 1);
    let mut last = 0;
    for token in tokens {
        ends.resize(token.start + 1, last);
        last = if token.is_significant() { offset(token.end) } else { last };
    }
    ends.resize(text.len() + 1, last);
    ends
}

/// Whether an operator makes a product.
fn is_factor(rule: Rule) -> bool {
    matches!(rule, Rule::op_times | Rule::op_over)
}

/// Which pairs are taken.
type Wanted<'i> = fn(&Pair<'i, Rule>) -> bool;

/// The inner pairs of a pair without its punctuation, taken by rule.
struct Inner<'i> {
    pairs: std::iter::Peekable<std::iter::Filter<Pairs<'i, Rule>, Wanted<'i>>>,
}

/// Punctuation has rules of its own only so that a message can say that it is missing.
fn is_word(pair: &Pair<'_, Rule>) -> bool {
    !matches!(pair.as_rule(), Rule::open | Rule::close | Rule::paren | Rule::unparen | Rule::colon | Rule::equals)
}

impl<'i> Inner<'i> {
    fn of(pair: Pair<'i, Rule>) -> Self {
        let wanted: Wanted<'i> = is_word;
        Inner { pairs: pair.into_inner().filter(wanted).peekable() }
    }

    fn take(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    fn has(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }

    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.next()
    }

    fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(Pair::as_rule)
    }

    fn all(&mut self, rule: Rule) -> Vec<Pair<'i, Rule>> {
        std::iter::from_fn(|| self.take(rule)).collect()
    }
}

/// A pair of the grammar.
pub(super) type P<'i> = Pair<'i, Rule>;

impl Builder {
    fn file(&mut self, pairs: Pairs<'_, Rule>) -> ast::File {
        ast::File { declarations: pairs.flat_map(Pair::into_inner).filter_map(|pair| self.top(pair)).collect() }
    }

    /// The bytes of a pair without the white space and comments that the grammar takes in behind it.
    fn span(&self, pair: &P<'_>) -> Span {
        let Some(place) = &self.place else { return Span { file: 0, start: 0, end: 0 } };
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        let last = place.ends.get(end).copied().unwrap_or(offset(end));
        Span { file: place.file, start: offset(start), end: last.min(offset(end)).max(offset(start)) }
    }

    fn name(&self, pair: &P<'_>) -> ast::Name {
        let text = pair.as_str();
        let text = text.strip_prefix('「').and_then(|text| text.strip_suffix('」')).unwrap_or(text);
        ast::Name { text: text.to_owned(), span: self.span(pair) }
    }

    fn unit(&self, pair: &P<'_>) -> ast::Name {
        let name = self.name(pair);
        match self.place {
            Some(_) => name,
            None => ast::Name { text: one_name(&name.text).to_owned(), ..name },
        }
    }

    /// A choice of a fact: 是 and 否 are words of a skin.
    fn choice(&self, pair: &P<'_>) -> ast::Name {
        let name = self.name(pair);
        match (&self.place, name.text.as_str()) {
            (None, "yes") => ast::Name { text: "是".to_owned(), ..name },
            (None, "no") => ast::Name { text: "否".to_owned(), ..name },
            _ => name,
        }
    }

    fn text(&self, pair: &P<'_>) -> ast::Text {
        let text = pair.as_str();
        let mut inner = text.chars();
        inner.next();
        inner.next_back();
        ast::Name { text: inner.as_str().to_owned(), span: self.span(pair) }
    }

    fn text_or_name(&self, pair: &P<'_>) -> ast::Name {
        if pair.as_rule() == Rule::text { self.text(pair) } else { self.name(pair) }
    }

    fn texts(&self, inner: &mut Inner<'_>) -> Vec<ast::Text> {
        inner.all(Rule::text).iter().map(|pair| self.text(pair)).collect()
    }

    fn names(&self, inner: &mut Inner<'_>) -> Vec<ast::Name> {
        inner.all(Rule::name).iter().map(|pair| self.name(pair)).collect()
    }

    fn notes(&self, inner: &mut Inner<'_>) -> Vec<ast::Note> {
        inner.all(Rule::note).into_iter().filter_map(|pair| self.note(pair)).collect()
    }

    fn note(&self, pair: P<'_>) -> Option<ast::Note> {
        let mut inner = Inner::of(pair);
        let kind = match inner.next()?.as_rule() {
            Rule::k_source => ast::NoteKind::Source,
            Rule::k_assumption => ast::NoteKind::Assumption,
            _ => ast::NoteKind::Remark,
        };
        Some(ast::Note { kind, text: self.text(&inner.next()?) })
    }

    fn number(&mut self, pair: &P<'_>) -> Decimal {
        let plain: String = pair.as_str().chars().filter_map(plain_digit).collect();
        Decimal::from_str_exact(&plain).unwrap_or_else(|_| {
            self.faults.push(
                Diagnostic::new(Code::LongNumber, words!("这个数的位数太多,最多 28 位", "this number has too many digits: 28 at most"))
                    .at(self.span(pair), words!("这里", "here"))
                    .help(words!("少写几位;除不尽的数写成除式,例如 2 / 3", "write fewer digits; a number without end is written as a quotient, as in 2 / 3")),
            );
            Decimal::ONE
        })
    }

    fn quantity(&mut self, pair: P<'_>) -> Option<ast::Quantity> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let negative = inner.has(Rule::sign);
        let mut value = self.number(&inner.next()?);
        if negative {
            value.set_sign_negative(!value.is_zero());
        }
        let unit = inner.take(Rule::unit).map(|pair| self.unit(&pair));
        Some(ast::Quantity { value, unit, span })
    }

    fn top(&mut self, pair: P<'_>) -> Option<ast::Declaration> {
        match pair.as_rule() {
            Rule::standard => self.standard(pair).map(ast::Declaration::Standard),
            Rule::amendment => Some(ast::Declaration::Amendment(ast::Amendment { words: super::outline::words(pair) })),
            Rule::declaration => {
                let pair = pair.into_inner().next()?;
                self.declaration(pair)
            }
            _ => None,
        }
    }

    fn declaration(&mut self, pair: P<'_>) -> Option<ast::Declaration> {
        Some(match pair.as_rule() {
            Rule::usage => {
                let mut inner = Inner::of(pair);
                inner.has(Rule::k_use);
                ast::Declaration::Use(self.text(&inner.next()?))
            }
            Rule::tier => ast::Declaration::Tier(self.tier(pair)?),
            Rule::fact => ast::Declaration::Fact(self.fact(pair)?),
            Rule::record => ast::Declaration::Record(self.record(pair)?),
            Rule::value | Rule::output => ast::Declaration::Value(self.value(pair)?),
            Rule::function => ast::Declaration::Function(self.function(pair)?),
            Rule::unit_declaration => ast::Declaration::Units(self.units(pair)),
            Rule::exemption => ast::Declaration::Exemption(self.exemption(pair)?),
            Rule::veto => ast::Declaration::Veto(self.veto(pair)?),
            Rule::total => ast::Declaration::Total(self.total(pair)?),
            Rule::ranking => ast::Declaration::Ranking(self.ranking(pair)?),
            Rule::list => ast::Declaration::List(self.list(pair)?),
            Rule::test_case => ast::Declaration::Case(self.case(pair)?),
            Rule::item => ast::Declaration::Item(self.item(pair)?),
            _ => ast::Declaration::Note,
        })
    }

    fn standard(&mut self, pair: P<'_>) -> Option<ast::Standard> {
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

    fn date(&self, pair: &P<'_>) -> ast::Date {
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
    fn time(&self, pair: &P<'_>) -> ast::Time {
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

    fn tier(&mut self, pair: P<'_>) -> Option<ast::Tier> {
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_tier);
        let name = self.name(&inner.next()?);
        inner.has(Rule::k_marks);
        let marks = self.expr(inner.next()?)?;
        let title = if inner.has(Rule::k_title) { inner.next().map(|pair| self.text(&pair)) } else { None };
        Some(ast::Tier { name, marks, title })
    }

    fn units(&mut self, pair: P<'_>) -> ast::Units {
        let mut inner = Inner::of(pair);
        inner.has(Rule::k_unit);
        let names = inner.all(Rule::unit_name).iter().map(|pair| self.unit(pair)).collect();
        ast::Units { names, whole: inner.has(Rule::k_whole) }
    }

    fn fact(&mut self, pair: P<'_>) -> Option<ast::Fact> {
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

    fn record(&mut self, pair: P<'_>) -> Option<ast::Record> {
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

    fn function(&mut self, pair: P<'_>) -> Option<ast::Function> {
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
    fn once(&mut self, part: &P<'_>, seen: &mut Vec<(Rule, Span)>) {
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

    fn value(&mut self, pair: P<'_>) -> Option<ast::Value> {
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

    fn exemption(&mut self, pair: P<'_>) -> Option<ast::Exemption> {
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

    fn veto(&mut self, pair: P<'_>) -> Option<ast::Veto> {
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

    fn scope(&mut self, pair: P<'_>) -> Option<ast::Scope> {
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

    fn total(&mut self, pair: P<'_>) -> Option<ast::Total> {
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

    fn ranking(&mut self, pair: P<'_>) -> Option<ast::Ranking> {
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

    fn list(&mut self, pair: P<'_>) -> Option<ast::List> {
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

    fn case(&mut self, pair: P<'_>) -> Option<ast::Case> {
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

    fn item(&mut self, pair: P<'_>) -> Option<ast::Item> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let kind = match inner.next()?.into_inner().next()?.as_rule() {
            Rule::k_section => ast::ItemKind::Section,
            Rule::k_indicator => ast::ItemKind::Indicator,
            Rule::k_bonus => ast::ItemKind::Bonus,
            _ => ast::ItemKind::Penalty,
        };
        let name = inner.next()?;
        let head = Span { end: self.span(&name).end, ..span };
        let name = self.name(&name);
        let mut parts = Vec::new();
        while let Some(pair) = inner.next() {
            match pair.as_rule() {
                Rule::attribute => parts.push(ast::Part::Attribute(self.attribute(pair)?)),
                Rule::note => parts.push(ast::Part::Note(self.note(pair)?)),
                _ => {
                    for statement in pair.into_inner().flat_map(Pair::into_inner) {
                        parts.push(self.part(statement)?);
                    }
                }
            }
        }
        Some(ast::Item { kind, name, head, parts, span })
    }

    fn part(&mut self, pair: P<'_>) -> Option<ast::Part> {
        Some(match pair.as_rule() {
            Rule::item => ast::Part::Item(self.item(pair)?),
            Rule::fact => ast::Part::Fact(self.fact(pair)?),
            Rule::value => ast::Part::Value(self.value(pair)?),
            Rule::attribute => ast::Part::Attribute(self.attribute(pair)?),
            Rule::formula => {
                let span = self.span(&pair);
                let mut inner = Inner::of(pair);
                inner.has(Rule::k_score);
                let expr = inner.next()?;
                let span = Span { end: self.span(&expr).end, ..span };
                let act = ast::Act::Formula(self.expr(expr)?);
                ast::Part::Clause(ast::Clause { condition: None, act, notes: self.notes(&mut inner), span })
            }
            Rule::clause => ast::Part::Clause(self.clause(pair)?),
            _ => ast::Part::Note(self.note(pair)?),
        })
    }

    fn attribute(&mut self, pair: P<'_>) -> Option<ast::Attribute> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let word = inner.next()?;
        let kind = match word.as_rule() {
            Rule::scope | Rule::scope_when => ast::AttributeKind::Scope(self.scope(word)?),
            Rule::k_marks => ast::AttributeKind::Marks(self.expr(inner.next()?)?),
            Rule::k_period => ast::AttributeKind::Cycle(cycle(&inner.next()?)),
            Rule::k_floor => ast::AttributeKind::Floor(self.expr(inner.next()?)?),
            Rule::k_cap => ast::AttributeKind::Cap(self.expr(inner.next()?)?),
            Rule::k_round_to => ast::AttributeKind::Round(self.quantity(inner.next()?)?),
            Rule::k_column => ast::AttributeKind::Columns(self.texts(&mut inner)),
            Rule::k_assessed => {
                inner.has(Rule::k_default);
                let default = inner.next().and_then(|pair| self.expr(pair));
                ast::AttributeKind::Assessed(default)
            }
            _ => {
                let reason = self.text(&inner.next()?);
                inner.has(Rule::k_stand_in);
                let stand_in = inner.next().and_then(|pair| self.expr(pair));
                ast::AttributeKind::Unknown(reason, stand_in)
            }
        };
        Some(ast::Attribute { kind, span })
    }

    fn clause(&mut self, pair: P<'_>) -> Option<ast::Clause> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let condition = if inner.has(Rule::k_when) { Some(self.expr(inner.next()?)?) } else { None };
        let act = inner.next()?;
        // the clause itself, without the notes behind it
        let span = Span { end: self.span(&act).end, ..span };
        let act = self.act(act)?;
        Some(ast::Clause { condition, act, notes: self.notes(&mut inner), span })
    }

    fn act(&mut self, pair: P<'_>) -> Option<ast::Act> {
        let mut inner = Inner::of(pair);
        let first = inner.next()?;
        Some(match first.as_rule() {
            Rule::k_award => ast::Act::Award(self.expr(inner.next()?)?),
            Rule::k_base => ast::Act::Base(self.expr(inner.next()?)?),
            Rule::joint => {
                let mut inner = Inner::of(first);
                inner.has(Rule::k_jointly);
                let limit = self.expr(inner.next()?)?;
                let clauses = inner.all(Rule::clause).into_iter().filter_map(|pair| self.clause(pair)).collect();
                ast::Act::Joint(limit, clauses)
            }
            _ => ast::Act::Move(Box::new(self.movement(first)?)),
        })
    }

    fn movement(&mut self, pair: P<'_>) -> Option<ast::Move> {
        let mut inner = Inner::of(pair);
        let measure = inner.take(Rule::measure).and_then(|pair| self.measure(pair));
        let deducts = inner.next()?.as_rule() == Rule::k_deduct;
        let amount = self.expr(inner.next()?)?;
        let (at_most, down_to_zero, reading, round) = (None, None, None, None);
        let mut movement = ast::Move { deducts, measure, amount, at_most, down_to_zero, reading, round, spill: Vec::new() };
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        for tail in inner.all(Rule::tail) {
            self.once(&tail, &mut seen);
            let span = self.span(&tail);
            let mut inner = Inner::of(tail);
            match inner.next()?.as_rule() {
                Rule::k_down_to_zero => movement.down_to_zero = Some(span),
                Rule::k_at_most => movement.at_most = Some(self.expr(inner.next()?)?),
                Rule::k_pro_rata => movement.reading = Some((ast::Reading::ProRata, span)),
                Rule::k_whole_steps => movement.reading = Some((ast::Reading::Whole, span)),
                Rule::k_started_steps => movement.reading = Some((ast::Reading::Started, span)),
                Rule::k_spill => movement.spill = inner.all(Rule::spill_target).into_iter().filter_map(|pair| self.spill(pair)).collect(),
                _ => movement.round = Some(self.quantity(inner.next()?)?),
            }
        }
        Some(movement)
    }

    fn spill(&self, pair: P<'_>) -> Option<ast::Spill> {
        let span = self.span(&pair);
        let target = pair.into_inner().next()?;
        Some(ast::Spill { item: (target.as_rule() == Rule::name).then(|| self.name(&target)), span })
    }

    fn measure(&mut self, pair: P<'_>) -> Option<ast::Measure> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let subject = self.expr(inner.next()?)?;
        let side = match inner.peek()? {
            Rule::k_below => Some(ast::Side::Below),
            Rule::k_above => Some(ast::Side::Above),
            _ => None,
        };
        let line = match side {
            Some(side) => {
                inner.next();
                Some((side, self.expr(inner.next()?)?))
            }
            None => None,
        };
        inner.has(Rule::k_per);
        let per = self.quantity(inner.next()?)?;
        Some(ast::Measure { subject, line, per, span })
    }

    // --- expressions ---

    fn expr(&mut self, pair: P<'_>) -> Option<ast::Expr> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        match rule {
            Rule::quantity | Rule::unsigned | Rule::plain => {
                let quantity = self.quantity(pair)?;
                return Some(ast::Expr { kind: ast::ExprKind::Quantity(quantity), span });
            }
            Rule::text_choice => return self.expr(pair.into_inner().next()?),
            _ => {}
        }
        let mut inner = Inner::of(pair.clone());
        let kind = match rule {
            Rule::expression => self.expression(&mut inner)?,
            Rule::condition => return self.condition(&mut inner, span),
            Rule::negation => {
                inner.has(Rule::k_not);
                ast::ExprKind::Not(Box::new(self.expr(inner.next()?)?))
            }
            Rule::test => return self.test(&mut inner, span),
            Rule::sum => return self.sum(&mut inner, span),
            Rule::negative => {
                inner.has(Rule::op_minus);
                ast::ExprKind::Negate(Box::new(self.expr(inner.next()?)?))
            }
            Rule::group => return self.expr(inner.next()?),
            Rule::text => ast::ExprKind::Text(self.text(&pair)),
            Rule::k_yes => ast::ExprKind::Flag(true),
            Rule::k_no => ast::ExprKind::Flag(false),
            Rule::k_marks => ast::ExprKind::Marks,
            Rule::k_total => ast::ExprKind::Total,
            Rule::k_not_eligible => ast::ExprKind::NotEligible,
            Rule::k_tier => ast::ExprKind::Tier,
            Rule::part => ast::ExprKind::Part(match inner.next()?.as_rule() {
                Rule::k_sum => ast::PartOf::All,
                Rule::k_basic => ast::PartOf::Basic,
                Rule::k_bonuses => ast::PartOf::Bonuses,
                _ => ast::PartOf::Penalties,
            }),
            Rule::score_of => {
                inner.has(Rule::k_score);
                ast::ExprKind::Score(self.name(&inner.next()?))
            }
            Rule::path => {
                let mut names = self.names(&mut inner).into_iter();
                ast::ExprKind::Path(names.next()?, names.next())
            }
            Rule::call => {
                let name = self.unit(&inner.next()?);
                let arguments = inner.all(Rule::argument).into_iter().map(|pair| self.expr(pair.into_inner().next()?));
                ast::ExprKind::Call(name, arguments.collect::<Option<_>>()?)
            }
            Rule::table => ast::ExprKind::Table(Box::new(self.table(&mut inner)?)),
            Rule::date_value => ast::ExprKind::Date(self.date(&pair)),
            Rule::time_value => ast::ExprKind::Time(self.time(&pair)),
            Rule::aggregate => ast::ExprKind::Aggregate(Box::new(self.aggregate(&mut inner)?)),
            Rule::earlier => ast::ExprKind::Earlier(Box::new(self.earlier(&mut inner)?)),
            _ => return None,
        };
        Some(match kind {
            ast::ExprKind::Adjusted(inner, adjustments) if adjustments.is_empty() => *inner,
            kind => ast::Expr { kind, span },
        })
    }

    fn expression(&mut self, inner: &mut Inner<'_>) -> Option<ast::ExprKind> {
        let condition = self.expr(inner.next()?)?;
        let mut adjustments = Vec::new();
        for pair in inner.all(Rule::adjustment) {
            let span = self.span(&pair);
            let mut inner = Inner::of(pair);
            let kind = match inner.next()?.as_rule() {
                Rule::k_round_to => {
                    let step = self.quantity(inner.next()?)?;
                    ast::AdjustmentKind::Round(step, inner.next().map(mode))
                }
                Rule::k_cap => ast::AdjustmentKind::Cap(self.expr(inner.next()?)?),
                _ => ast::AdjustmentKind::Floor(self.expr(inner.next()?)?),
            };
            adjustments.push(ast::Adjustment { kind, span });
        }
        Some(ast::ExprKind::Adjusted(Box::new(condition), adjustments))
    }

    /// Tests with 且 and 或 between them; 且 binds more closely.
    fn condition(&mut self, inner: &mut Inner<'_>, span: Span) -> Option<ast::Expr> {
        let first = self.conjunction(inner)?;
        if inner.peek().is_none() {
            return Some(first);
        }
        let mut links = vec![first];
        while inner.has(Rule::k_or) {
            links.push(self.conjunction(inner)?);
        }
        Some(ast::Expr { kind: ast::ExprKind::Or(links), span })
    }

    fn conjunction(&mut self, inner: &mut Inner<'_>) -> Option<ast::Expr> {
        let pair = inner.next()?;
        let mut span = self.span(&pair);
        let first = self.expr(pair)?;
        if inner.peek() != Some(Rule::k_and) {
            return Some(first);
        }
        let mut links = vec![first];
        while inner.has(Rule::k_and) {
            let pair = inner.next()?;
            span.end = self.span(&pair).end;
            links.push(self.expr(pair)?);
        }
        Some(ast::Expr { kind: ast::ExprKind::And(links), span })
    }

    fn test(&mut self, inner: &mut Inner<'_>, span: Span) -> Option<ast::Expr> {
        let subject = self.expr(inner.next()?)?;
        let Some(operator) = inner.next() else { return Some(subject) };
        let subject = Box::new(subject);
        let kind = match operator.as_rule() {
            Rule::k_is_blank => ast::ExprKind::IsBlank(subject),
            Rule::k_is_undefined => ast::ExprKind::IsUndefined(subject),
            Rule::k_among => {
                let patterns = inner.next()?.into_inner().filter_map(|pair| self.pattern(pair)).collect();
                ast::ExprKind::Among(subject, patterns)
            }
            _ => ast::ExprKind::Compare(subject, comparison(operator)?, Box::new(self.expr(inner.next()?)?)),
        };
        Some(ast::Expr { kind, span })
    }

    /// Operands with signs between them; × and ÷ bind more closely than + and -.
    fn sum(&mut self, inner: &mut Inner<'_>, span: Span) -> Option<ast::Expr> {
        let first = self.product(inner)?;
        if inner.peek().is_none() {
            return Some(first);
        }
        let mut terms = vec![(ast::Sign::Plus, first)];
        while let Some(operator) = inner.next() {
            let sign = if operator.as_rule() == Rule::op_plus { ast::Sign::Plus } else { ast::Sign::Minus };
            terms.push((sign, self.product(inner)?));
        }
        Some(ast::Expr { kind: ast::ExprKind::Sum(terms), span })
    }

    fn product(&mut self, inner: &mut Inner<'_>) -> Option<ast::Expr> {
        let pair = inner.next()?;
        let mut span = self.span(&pair);
        let first = self.expr(pair)?;
        if !inner.peek().is_some_and(is_factor) {
            return Some(first);
        }
        let mut factors = vec![(ast::Times::Times, first)];
        while let Some(operator) = inner.pairs.next_if(|pair| is_factor(pair.as_rule())) {
            let times = if operator.as_rule() == Rule::op_times { ast::Times::Times } else { ast::Times::Over };
            let pair = inner.next()?;
            span.end = self.span(&pair).end;
            factors.push((times, self.expr(pair)?));
        }
        Some(ast::Expr { kind: ast::ExprKind::Product(factors), span })
    }

    fn aggregate(&mut self, inner: &mut Inner<'_>) -> Option<ast::Aggregate> {
        let over = match inner.take(Rule::gathered) {
            Some(pair) => Some(self.gathered(pair)?),
            None => None,
        };
        let each = if inner.has(Rule::k_each) { inner.take(Rule::name).map(|pair| self.name(&pair)) } else { None };
        let fold_pair = inner.next()?;
        let (word, fold) = (self.span(&fold_pair), fold(fold_pair));
        let (arguments, direction, condition, ties_of) = (Vec::new(), None, None, None);
        let mut aggregate = ast::Aggregate { over, each, fold, arguments, direction, condition, ties: ties_of, word };
        while let Some(pair) = inner.next() {
            let rule = pair.as_rule();
            let mut inside = Inner::of(pair);
            match rule {
                Rule::fold_argument => {
                    aggregate.arguments.push(self.expr(inside.next()?)?);
                    if let Some(word) = inside.next() {
                        let direction = if word.as_rule() == Rule::k_ascending { ast::Direction::Ascending } else { ast::Direction::Descending };
                        aggregate.direction = Some((direction, self.span(&word)));
                    }
                }
                Rule::fold_where => {
                    inside.has(Rule::k_where);
                    aggregate.condition = Some(self.expr(inside.next()?)?);
                }
                _ => {
                    inside.has(Rule::k_ties);
                    aggregate.ties = inside.next().map(|pair| ties(&pair));
                }
            }
        }
        Some(aggregate)
    }

    fn gathered(&mut self, pair: P<'_>) -> Option<ast::Gathered> {
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let first = inner.next()?;
        let kind = match first.as_rule() {
            Rule::k_tier => ast::GatheredKind::Tier,
            Rule::k_all => ast::GatheredKind::All,
            Rule::k_same => ast::GatheredKind::Same(self.name(&inner.next()?)),
            Rule::k_children => ast::GatheredKind::Children,
            Rule::k_recent => ast::GatheredKind::Recent(self.quantity(inner.next()?)?),
            Rule::k_every => ast::GatheredKind::Every(cycle(&inner.next()?)),
            _ => ast::GatheredKind::Records(self.name(&first)),
        };
        Some(ast::Gathered { kind, span })
    }

    fn earlier(&mut self, inner: &mut Inner<'_>) -> Option<ast::Earlier> {
        let when = inner.next()?.as_rule();
        let expr = self.expr(inner.next()?)?;
        let past = inner.take(Rule::past);
        let initially = if inner.has(Rule::k_initially) { Some(self.expr(inner.next()?)?) } else { None };
        let stated = past.map(|pair| self.past(&pair));
        let when = match (when, stated) {
            (_, Some(stated)) => ast::When::Stated(stated),
            (Rule::k_previous, None) => ast::When::Previous,
            (Rule::k_last_year, None) => ast::When::LastYear,
            // 往期 without a period
            _ => return None,
        };
        Some(ast::Earlier { when, expr, initially })
    }

    /// A period by its name: a day that is written out stays one, and is none.
    fn past(&self, pair: &P<'_>) -> ast::Name {
        let plain: String = pair.as_str().trim().chars().map(|c| if c == '－' { '-' } else { plain_digit(c).unwrap_or(c) }).collect();
        let written = plain.as_str();
        let date = pair.clone().into_inner().next().filter(|inner| inner.as_rule() == Rule::date_value && !written.contains(['Q', 'q']));
        let digits = written.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
        let text = match date.map(|date| self.date(&date).iso) {
            Some(iso) if digits == 2 => iso.strip_suffix("-01").unwrap_or(&iso).to_owned(),
            Some(iso) => iso,
            None => written.to_uppercase(),
        };
        ast::Name { text, span: self.span(pair) }
    }

    fn table(&mut self, inner: &mut Inner<'_>) -> Option<ast::Table> {
        inner.has(Rule::k_by);
        let subject = match inner.take(Rule::the_period) {
            Some(pair) => ast::Expr { kind: ast::ExprKind::Period, span: self.span(&pair) },
            None => self.expr(inner.next()?)?,
        };
        let interpolated = inner.has(Rule::k_interpolated);
        let mut rows = Vec::new();
        for pair in inner.all(Rule::row) {
            let span = self.span(&pair);
            let mut inner = Inner::of(pair);
            let patterns = inner.next()?.into_inner().filter_map(|pair| self.pattern(pair)).collect();
            let result = self.expr(inner.next()?)?;
            rows.push(ast::Row { patterns, result, notes: self.notes(&mut inner), span });
        }
        Some(ast::Table { subject, interpolated, rows })
    }

    fn pattern(&mut self, pair: P<'_>) -> Option<ast::Pattern> {
        if pair.as_rule() != Rule::pattern {
            return None;
        }
        let span = self.span(&pair);
        let mut inner = Inner::of(pair);
        let first = inner.next()?;
        let kind = match first.as_rule() {
            Rule::interval => self.interval(first)?,
            Rule::comparison => ast::PatternKind::Compare(comparison(first)?, self.expr(inner.next()?)?),
            _ => ast::PatternKind::Value(self.expr(first)?),
        };
        Some(ast::Pattern { kind, span })
    }

    fn interval(&mut self, pair: P<'_>) -> Option<ast::PatternKind> {
        let mut inner = Inner::of(pair);
        let open = inner.next()?;
        let (low, high) = (self.expr(inner.next()?)?, self.expr(inner.next()?)?);
        let close = inner.next()?;
        let closed = |text: &str| matches!(text, "[" | "［" | "【" | "]" | "］" | "】");
        Some(ast::PatternKind::Interval(low, closed(open.as_str()), high, closed(close.as_str())))
    }
}

/// The ASCII form of a digit, point or sign; nothing for a thousands separator.
pub(super) fn plain_digit(c: char) -> Option<char> {
    match c {
        '０'..='９' => char::from_digit(u32::from(c).saturating_sub(u32::from('０')), 10),
        '．' => Some('.'),
        ',' | '，' => None,
        other => Some(other),
    }
}

fn cycle(pair: &P<'_>) -> ast::Cycle {
    match pair.clone().into_inner().next().map(|pair| pair.as_rule()) {
        Some(Rule::k_quarter) => ast::Cycle::Quarter,
        Some(Rule::k_year) => ast::Cycle::Year,
        _ => ast::Cycle::Month,
    }
}

fn ties(pair: &P<'_>) -> ast::Ties {
    match pair.clone().into_inner().next().map(|pair| pair.as_rule()) {
        Some(Rule::k_dense) => ast::Ties::Dense,
        Some(Rule::k_shared) => ast::Ties::Shared,
        _ => ast::Ties::Skipping,
    }
}

fn fold(pair: P<'_>) -> ast::Fold {
    match pair.into_inner().next().map(|pair| pair.as_rule()) {
        Some(Rule::k_weighted_mean) => ast::Fold::WeightedMean,
        Some(Rule::k_mean) => ast::Fold::Mean,
        Some(Rule::k_best) => ast::Fold::Best,
        Some(Rule::k_lowest) => ast::Fold::Lowest,
        Some(Rule::k_median) => ast::Fold::Median,
        Some(Rule::k_count) => ast::Fold::Count,
        Some(Rule::k_rank_of) => ast::Fold::Rank,
        Some(Rule::k_size) => ast::Fold::Size,
        _ => ast::Fold::Sum,
    }
}

fn mode(pair: P<'_>) -> Mode {
    match pair.into_inner().next().map(|pair| pair.as_rule()) {
        Some(Rule::k_half_even) => Mode::HalfEven,
        Some(Rule::k_away_from_zero) => Mode::FromZero,
        Some(Rule::k_toward_zero) => Mode::ToZero,
        _ => Mode::HalfUp,
    }
}

fn comparison(pair: P<'_>) -> Option<ast::Comparison> {
    Some(match pair.into_inner().next()?.as_rule() {
        Rule::op_ge | Rule::k_not_below => ast::Comparison::Ge,
        Rule::op_le | Rule::k_not_above => ast::Comparison::Le,
        Rule::op_ne => ast::Comparison::Ne,
        Rule::op_eq => ast::Comparison::Eq,
        Rule::op_gt | Rule::k_above => ast::Comparison::Gt,
        _ => ast::Comparison::Lt,
    })
}
