//! The statements of a file as words with places: what amendments address, and what versions are compared by.
//!
//! In: a text without syntax faults. Out: its statements, each with its keyword, its name, its words in one skin and its parts. Two
//! statements that say the same have equal words whatever their layout and skin. Never: what a statement means.

use super::from_text::{P, Reading, Rule};
use super::print::compared;
pub(crate) use super::tokens::commented_lines;
use super::tokens::{Token, tokens};
use crate::source::{Span, offset};

/// A statement, or a part of one that an amendment can name.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// The rule of its keyword, as in `k_indicator`; `clause` for what has none of its own.
    pub(crate) kind: String,
    /// Its name without 「」, or the text of a case.
    pub(crate) name: Option<String>,
    pub(crate) name_span: Option<Span>,
    /// Its words without notes; of what has a block or parts, all of them.
    pub(crate) words: Vec<String>,
    /// From its first word to its last, notes and block included.
    pub(crate) span: Span,
    /// The same without the notes at its end.
    pub(crate) bare: Span,
    /// What stands behind the keyword and can be changed.
    pub(crate) value: Option<Value>,
    /// Between its braces.
    pub(crate) block: Option<Span>,
    /// Parts and statements inside, in order.
    pub(crate) inside: Vec<Statement>,
    /// The texts of its notes.
    pub(crate) notes: Vec<String>,
}

/// A value with its words.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) span: Span,
    pub(crate) words: Vec<String>,
}

/// 修订 as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Amendment {
    pub(crate) name: (String, Span),
    pub(crate) version: Option<(String, Span)>,
    pub(crate) based_on: Option<(String, Span)>,
    /// From and until, with the first and last day and the place of both.
    pub(crate) effective: Option<Span>,
    pub(crate) document: Option<(String, Span)>,
    /// Parts of the head or block that are said again, with where they were said first.
    pub(crate) again: Vec<(Span, Span)>,
    pub(crate) changes: Vec<Change>,
    /// From the keyword to the name.
    pub(crate) head: Span,
    pub(crate) span: Span,
}

/// One change of an amendment.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) kind: ChangeKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum ChangeKind {
    /// 新增, at the end or 置首.
    Insert { front: bool, what: Statement },
    /// 废止 of what has a name.
    RepealNamed(Named),
    /// 废止 of what is given in full.
    Repeal(Statement),
    /// 更名.
    Rename(Named, (String, Span)),
    /// 将 … 改为 ….
    Replace { old: Statement, new: Vec<Statement>, text: Span },
    /// A word or value: what stands there, and what takes its place.
    Become { kind: String, name: Option<(String, Span)>, old: Value, new: Value, notes: Vec<Span> },
    /// Changes inside something that has a name.
    Within(Named, Vec<Change>),
}

/// A keyword and a name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// A name where it stands, and in which role.
#[derive(Debug, Clone)]
pub(crate) struct Mention {
    pub(crate) name: String,
    /// The item that stands before it and a dot.
    pub(crate) of: Option<String>,
    /// The records that the aggregate around it gathers.
    pub(crate) among: Option<String>,
    pub(crate) role: Role,
    pub(crate) span: Span,
}

/// What a name is the name of, as far as its place tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// An item: in 得分(…), before a dot.
    Item,
    /// A fact, value or function.
    Value,
    /// A tier.
    Tier,
    /// A unit of measurement.
    Unit,
    /// What a case speaks of: an item, else a fact or value.
    Bound,
}

/// What a file holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(crate) statements: Vec<Statement>,
    pub(crate) amendments: Vec<Amendment>,
    /// Names that are read, not declared, outside amendments.
    pub(crate) mentions: Vec<Mention>,
}

/// The outline of a text; nothing where the text cannot be read.
pub(crate) fn outline(file: u32, text: &str) -> Option<Outline> {
    let reading = Reading::of(text)?;
    let reader = Reader { file, tokens: tokens(text) };
    let mut outline = Outline::default();
    for pair in reading.statements() {
        if pair.as_rule() == Rule::amendment {
            outline.amendments.push(reader.amendment(pair));
        } else {
            reader.mentions(pair.clone(), None, &mut outline.mentions);
            outline.statements.push(reader.statement(pair));
        }
    }
    Some(outline)
}

/// The words of a pair in one skin, without its notes.
pub(super) fn words(pair: P<'_>) -> Vec<String> {
    let mut found = Vec::new();
    collect(pair, &mut found);
    found
}

fn collect(pair: P<'_>, found: &mut Vec<String>) {
    let (rule, text) = (pair.as_rule(), pair.as_str());
    if rule == Rule::note {
        return;
    }
    let mut inner = pair.into_inner().peekable();
    if inner.peek().is_none() {
        let word = compared(rule, text.trim());
        found.push(match rule {
            Rule::number | Rule::plain_number => plain(&word),
            Rule::text => format!("\"{}\"", within_marks(text.trim())),
            _ => word.into_owned(),
        });
        return;
    }
    inner.for_each(|pair| collect(pair, found));
}

/// A number without separators and without zeros that say nothing.
fn plain(number: &str) -> String {
    let digits: String = number.chars().filter(|c| *c != ',').collect();
    match digits.parse::<rust_decimal::Decimal>() {
        Ok(value) => value.normalize().to_string(),
        Err(_) => digits,
    }
}

/// A text without the marks around it.
fn within_marks(text: &str) -> &str {
    let mut inner = text.chars();
    inner.next();
    inner.next_back();
    inner.as_str()
}

struct Reader {
    file: u32,
    tokens: Vec<Token>,
}

impl Reader {
    /// From a pair's first word to its last.
    fn span(&self, pair: &P<'_>) -> Span {
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        let after = self.tokens.partition_point(|token| token.start < end);
        let last = self.tokens.get(..after).and_then(|before| before.iter().rev().find(|token| token.is_significant()));
        let end = last.map_or(end, |token| token.end.min(end)).max(start);
        Span { file: self.file, start: offset(start), end: offset(end) }
    }

    fn spans(&self, pairs: &[P<'_>]) -> Option<Span> {
        Some(self.span(pairs.first()?).to(self.span(pairs.last()?)))
    }

    fn value(&self, pairs: &[P<'_>]) -> Option<Value> {
        Some(Value { span: self.spans(pairs)?, words: pairs.iter().cloned().flat_map(words).collect() })
    }

    fn named_text(&self, pair: &P<'_>) -> (String, Span) {
        (name_of(pair), self.span(pair))
    }

    fn statement(&self, pair: P<'_>) -> Statement {
        match pair.as_rule() {
            Rule::declaration | Rule::statement | Rule::fragment | Rule::record_part => match pair.clone().into_inner().next() {
                Some(inner) => self.statement(inner),
                None => self.plain(&pair),
            },
            Rule::attribute if pair.clone().into_inner().next().is_some_and(|first| matches!(first.as_rule(), Rule::scope | Rule::scope_when)) => {
                let scope = pair.clone().into_inner().next().unwrap_or(pair);
                self.plain(&scope)
            }
            _ => self.plain(&pair),
        }
    }

    /// A statement by its first keyword, with what can be changed inside it.
    fn plain(&self, pair: &P<'_>) -> Statement {
        let all: Vec<P<'_>> = pair.clone().into_inner().collect();
        let notes: Vec<String> = all.iter().filter(|pair| pair.as_rule() == Rule::note).map(|pair| words_of_note(pair.clone())).collect();
        let own: Vec<P<'_>> = all.into_iter().filter(|pair| pair.as_rule() != Rule::note).collect();
        let rule = pair.as_rule();
        let mut statement = Statement {
            kind: kind_of(rule, &own),
            name: None,
            name_span: None,
            words: words(pair.clone()),
            span: self.span(pair),
            bare: self.spans(&own).unwrap_or_else(|| self.span(pair)),
            value: None,
            block: None,
            inside: Vec::new(),
            notes,
        };
        match rule {
            Rule::item | Rule::standard | Rule::tier | Rule::fact | Rule::value | Rule::function | Rule::unit_declaration | Rule::test_case => {
                statement.name = own.get(1).map(name_of);
                statement.name_span = own.get(1).map(|name| self.span(name));
                self.parts(&mut statement, own.get(2..).unwrap_or_default());
            }
            Rule::note => statement.words = vec![words_of_note(pair.clone())],
            Rule::record | Rule::output | Rule::list => {
                statement.name = own.get(1).map(name_of);
                statement.name_span = own.get(1).map(|name| self.span(name));
                self.parts(&mut statement, own.get(2..).unwrap_or_default());
            }
            Rule::field => {
                statement.name = own.first().map(name_of);
                statement.name_span = own.first().map(|name| self.span(name));
            }
            // what speaks of a longer period, and under which condition an item applies, goes by its second word
            Rule::ranking => self.second(&mut statement, &own),
            Rule::scope_when => {
                self.second(&mut statement, &own);
                statement.value = self.value(own.get(2..).unwrap_or_default());
            }
            Rule::total | Rule::formula => {
                self.second(&mut statement, &own);
                let value: Vec<P<'_>> = own.iter().filter(|pair| pair.as_rule() == Rule::expression).cloned().collect();
                statement.value = self.value(&value);
                self.parts(&mut statement, own.get(3..).unwrap_or_default());
            }
            Rule::heading | Rule::attribute | Rule::fact_attribute | Rule::scope => {
                let behind = own.get(1..).unwrap_or_default();
                // what stands behind the second keyword is a part of its own
                let second = behind.iter().position(|pair| matches!(pair.as_rule(), Rule::k_default | Rule::k_stand_in)).unwrap_or(behind.len());
                let (first, rest) = behind.split_at_checked(second).unwrap_or((behind, &[]));
                statement.value = self.value(first);
                statement.inside.extend(self.part(rest));
            }
            Rule::clause => {
                let joint = own.last().and_then(|act| act.clone().into_inner().next()).filter(|first| first.as_rule() == Rule::joint);
                let clauses = joint.into_iter().flat_map(P::into_inner).filter(|pair| pair.as_rule() == Rule::clause);
                statement.inside.extend(clauses.map(|pair| self.statement(pair)));
                let act: Vec<P<'_>> = own.iter().filter(|pair| pair.as_rule() == Rule::act).cloned().flat_map(P::into_inner).collect();
                if own.len() == 1
                    && let [word, value] = act.as_slice()
                    && word.as_rule() == Rule::k_base
                {
                    "k_base".clone_into(&mut statement.kind);
                    statement.value = self.value(std::slice::from_ref(value));
                }
            }
            _ => {}
        }
        statement
    }

    /// The second word as a name, where it is one that tells two statements of one keyword apart.
    fn second(&self, statement: &mut Statement, own: &[P<'_>]) {
        if let Some(word) = own.get(1).filter(|word| matches!(word.as_rule(), Rule::cycle | Rule::k_when)) {
            statement.name = Some(words(word.clone()).concat());
            statement.name_span = Some(self.span(word));
        }
    }

    /// What stands behind the name of something.
    fn parts(&self, statement: &mut Statement, pairs: &[P<'_>]) {
        let mut index = 0;
        while let Some(pair) = pairs.get(index) {
            index += 1;
            match pair.as_rule() {
                Rule::attribute | Rule::fact_attribute | Rule::heading => statement.inside.push(self.statement(pair.clone())),
                Rule::body => {
                    let inner: Vec<P<'_>> = pair.clone().into_inner().collect();
                    self.block(statement, &inner);
                }
                Rule::open => {
                    self.block(statement, pairs.get(index - 1..).unwrap_or_default());
                    return;
                }
                Rule::expression => statement.value = self.value(std::slice::from_ref(pair)),
                Rule::k_marks | Rule::k_title | Rule::k_column | Rule::k_step => {
                    let more = pairs.get(index..).unwrap_or_default();
                    let length = more.iter().take_while(|pair| matches!(pair.as_rule(), Rule::sum | Rule::text | Rule::quantity)).count();
                    let end = index + length;
                    statement.inside.extend(self.part(pairs.get(index - 1..end).unwrap_or_default()));
                    index = end;
                }
                _ => {}
            }
        }
    }

    fn block(&self, statement: &mut Statement, pairs: &[P<'_>]) {
        if let [open, inside @ .., close] = pairs {
            statement.block = Some(Span { file: self.file, start: self.span(open).end, end: self.span(close).start });
            if statement.kind != "k_case" {
                let statements = inside.iter().filter(|pair| matches!(pair.as_rule(), Rule::statement | Rule::heading | Rule::record_part));
                statement.inside.extend(statements.map(|pair| self.statement(pair.clone())));
            }
        }
    }

    /// A keyword and its value as a part.
    fn part(&self, pairs: &[P<'_>]) -> Option<Statement> {
        let (word, behind) = pairs.split_first()?;
        let span = self.spans(pairs)?;
        Some(Statement {
            kind: format!("{:?}", word.as_rule()),
            name: None,
            name_span: None,
            words: pairs.iter().cloned().flat_map(words).collect(),
            span,
            bare: span,
            value: self.value(behind),
            block: None,
            inside: Vec::new(),
            notes: Vec::new(),
        })
    }

    // --- amendments ---

    fn amendment(&self, pair: P<'_>) -> Amendment {
        let span = self.span(&pair);
        let mut amendment = Amendment {
            name: (String::new(), span),
            version: None,
            based_on: None,
            effective: None,
            document: None,
            again: Vec::new(),
            changes: Vec::new(),
            head: span,
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => {
                    amendment.name = self.named_text(&inner);
                    amendment.head = Span { end: amendment.name.1.end, ..span };
                }
                Rule::amendment_part => self.amendment_part(&mut amendment, &inner),
                Rule::change => match inner.clone().into_inner().next() {
                    Some(document) if document.as_rule() == Rule::document => self.amendment_part(&mut amendment, &document),
                    _ => amendment.changes.extend(self.change(inner)),
                },
                _ => {}
            }
        }
        amendment
    }

    fn amendment_part(&self, amendment: &mut Amendment, pair: &P<'_>) {
        let inner: Vec<P<'_>> = pair.clone().into_inner().collect();
        let [word, behind @ ..] = inner.as_slice() else { return };
        let Some(first) = behind.first() else { return };
        let text = self.named_text(first);
        let place = text.1;
        let before = match word.as_rule() {
            Rule::k_version => amendment.version.replace(text).map(|(_, span)| span),
            Rule::k_based_on => amendment.based_on.replace(text).map(|(_, span)| span),
            Rule::k_document => amendment.document.replace(text).map(|(_, span)| span),
            Rule::k_effective => match self.spans(behind) {
                Some(span) => amendment.effective.replace(span),
                None => None,
            },
            _ => None,
        };
        amendment.again.extend(before.map(|before| (place, before)));
    }

    fn change(&self, pair: P<'_>) -> Option<Change> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        let parts: Vec<P<'_>> = inner.clone().into_inner().collect();
        let kind = match inner.as_rule() {
            Rule::insertion => {
                let front = parts.iter().any(|pair| pair.as_rule() == Rule::k_at_front);
                ChangeKind::Insert { front, what: self.statement(parts.last()?.clone()) }
            }
            Rule::repeal => match parts.last()? {
                named if named.as_rule() == Rule::named => ChangeKind::RepealNamed(self.named(named)?),
                fragment => ChangeKind::Repeal(self.statement(fragment.clone())),
            },
            Rule::renaming => ChangeKind::Rename(self.named(parts.get(1)?)?, self.named_text(parts.last()?)),
            Rule::replacement => {
                let at = parts.iter().position(|pair| pair.as_rule() == Rule::k_becomes)?;
                let fragments: Vec<&P<'_>> = parts.get(at..)?.iter().filter(|pair| pair.as_rule() == Rule::fragment).collect();
                let text = self.span(fragments.first()?).to(self.span(fragments.last()?));
                ChangeKind::Replace {
                    old: self.statement(parts.get(1)?.clone()),
                    new: fragments.into_iter().map(|pair| self.statement(pair.clone())).collect(),
                    text,
                }
            }
            Rule::within => {
                let changes = parts.iter().filter(|pair| pair.as_rule() == Rule::change).filter_map(|pair| self.change(pair.clone()));
                ChangeKind::Within(self.named(parts.first()?)?, changes.collect())
            }
            Rule::becoming => self.becoming(&parts)?,
            _ => return None,
        };
        Some(Change { kind, span })
    }

    fn named(&self, pair: &P<'_>) -> Option<Named> {
        let inner: Vec<P<'_>> = pair.clone().into_inner().collect();
        let [word, name] = inner.as_slice() else { return None };
        Some(Named { kind: kind_of(word.as_rule(), std::slice::from_ref(word)), name: name_of(name), span: self.span(pair) })
    }

    fn becoming(&self, parts: &[P<'_>]) -> Option<ChangeKind> {
        let notes = parts.iter().filter(|pair| pair.as_rule() == Rule::note).map(|pair| self.span(pair)).collect();
        let parts: Vec<P<'_>> = parts.iter().filter(|pair| pair.as_rule() != Rule::note).cloned().collect();
        let at = parts.iter().position(|pair| pair.as_rule() == Rule::k_becomes)?;
        let (before, after) = (parts.get(..at)?, parts.get(at + 1..)?);
        let (word, behind) = before.split_first()?;
        let is_second = |pair: &P<'_>| matches!(pair.as_rule(), Rule::cycle | Rule::k_when) && behind.len() > 1;
        let has_name = matches!(word.as_rule(), Rule::k_param | Rule::k_let | Rule::k_output) || behind.first().is_some_and(is_second);
        let name = behind.first().filter(|_| has_name).map(|name| match name.as_rule() {
            Rule::name => self.named_text(name),
            _ => (words(name.clone()).concat(), self.span(name)),
        });
        let behind = if has_name { behind.get(1..)? } else { behind };
        let after = if after.first().is_some_and(|word| word.as_rule() == Rule::k_when) { after.get(1..)? } else { after };
        Some(ChangeKind::Become { kind: format!("{:?}", word.as_rule()), name, old: self.value(behind)?, new: self.value(after)?, notes })
    }

    // --- names that are read ---

    fn mentions(&self, pair: P<'_>, outer: Option<Rule>, found: &mut Vec<Mention>) {
        let rule = pair.as_rule();
        let mut mention = |pair: &P<'_>, role| {
            let (name, span) = self.named_text(pair);
            found.push(Mention { name, of: None, among: None, role, span });
        };
        match rule {
            Rule::score_of | Rule::scope | Rule::call | Rule::aggregate | Rule::gathered | Rule::list_range | Rule::spill_target | Rule::case_record => {
                let role = match rule {
                    Rule::score_of | Rule::spill_target => Role::Item,
                    Rule::scope => Role::Tier,
                    _ => Role::Value,
                };
                pair.clone().into_inner().filter(|pair| pair.as_rule() == Rule::name).for_each(|pair| mention(&pair, role));
            }
            Rule::path | Rule::item_path => {
                let names: Vec<P<'_>> = pair.clone().into_inner().collect();
                match names.as_slice() {
                    [item, inner] => {
                        mention(item, Role::Item);
                        let (name, span) = self.named_text(inner);
                        found.push(Mention { name, of: Some(name_of(item)), among: None, role: Role::Value, span });
                    }
                    [one] => mention(
                        one,
                        match (rule, outer) {
                            (Rule::item_path, _) => Role::Bound,
                            (_, Some(Rule::patterns)) => Role::Tier,
                            _ => Role::Value,
                        },
                    ),
                    _ => {}
                }
                return;
            }
            Rule::test_case | Rule::case_unit => {
                let tier = pair.clone().into_inner().skip_while(|pair| pair.as_rule() != Rule::k_tier).nth(1);
                tier.iter().for_each(|pair| mention(pair, Role::Tier));
            }
            Rule::unit | Rule::unit_name if outer != Some(Rule::unit_declaration) => mention(&pair, Role::Unit),
            _ => {}
        }
        // the patterns of a table by tier are names of tiers
        let by_tier = rule == Rule::table
            && pair.clone().into_inner().nth(1).is_some_and(|subject| subject.as_str().trim() == "层级" || subject.as_str().trim() == "tier");
        let gathers = pair.clone().into_inner().next().filter(|first| rule == Rule::aggregate && first.as_rule() == Rule::gathered);
        let records = gathers.and_then(|gathered| gathered.into_inner().next()).filter(|first| first.as_rule() == Rule::name).map(|name| name_of(&name));
        let start = found.len();
        for inner in pair.into_inner() {
            let place = match (by_tier, inner.as_rule()) {
                (true, Rule::row) => Some(Rule::row),
                (false, Rule::patterns) if outer == Some(Rule::row) => Some(Rule::patterns),
                (_, Rule::pattern | Rule::sum | Rule::path) if outer == Some(Rule::patterns) => outer,
                _ => (rule == Rule::unit_declaration).then_some(rule),
            };
            self.mentions(inner, place, found);
        }
        if records.is_some() {
            found.iter_mut().skip(start + 1).filter(|mention| mention.among.is_none()).for_each(|mention| mention.among.clone_from(&records));
        }
    }
}

/// The name or text of a pair without its marks.
fn name_of(pair: &P<'_>) -> String {
    let text = pair.as_str().trim();
    if pair.as_rule() == Rule::text {
        return within_marks(text).to_owned();
    }
    text.strip_prefix('「').and_then(|text| text.strip_suffix('」')).unwrap_or(text).to_owned()
}

fn kind_of(rule: Rule, inner: &[P<'_>]) -> String {
    match rule {
        Rule::clause => return "clause".to_owned(),
        Rule::formula => return "formula".to_owned(),
        Rule::field => return "field".to_owned(),
        _ => {}
    }
    let Some(first) = inner.first() else { return format!("{rule:?}") };
    match (first.as_rule(), first.clone().into_inner().next()) {
        (Rule::kind, Some(word)) => format!("{:?}", word.as_rule()),
        (rule, _) => format!("{rule:?}"),
    }
}

fn words_of_note(pair: P<'_>) -> String {
    let parts: Vec<String> = pair.into_inner().flat_map(words).collect();
    parts.join(" ")
}

/// What the rule of a keyword is called in both skins.
pub(crate) fn called(kind: &str) -> (String, String) {
    match super::words::WORDS.iter().find(|word| word.rule == kind) {
        Some(word) => (word.zh.to_owned(), word.en.to_owned()),
        None if kind == "field" => ("字段".to_owned(), "field".to_owned()),
        None => ("条款".to_owned(), "clause".to_owned()),
    }
}

/// Where the words of a text stand, without the separators and brackets that a layout may add or leave out.
pub(crate) fn word_places(text: &str) -> Vec<std::ops::Range<usize>> {
    let Some(reading) = Reading::of(text) else { return Vec::new() };
    let mut found = Vec::new();
    let leaves = reading.statements().flat_map(|pair| pair.into_inner().flatten());
    for leaf in leaves {
        if leaf.clone().into_inner().next().is_none() {
            let start = leaf.as_span().start();
            found.push(start..start + leaf.as_str().trim_end().len());
        }
    }
    found
}
