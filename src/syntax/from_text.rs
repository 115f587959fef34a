//! The grammar's pairs to the tree. Both skins, full-width signs and digits end here.

mod declaration;
mod expression;
mod item;

use pest::Parser;
use pest::iterators::{Pair, Pairs};
use rust_decimal::Decimal;

use super::ast;
use super::tokens::Token;
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{Mode, one_name};
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
