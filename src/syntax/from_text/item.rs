//! Items: attributes, clauses and what these do.

use pest::iterators::Pair;

use super::super::ast;
use super::{Builder, Inner, P, Rule, cycle};
use crate::source::Span;

impl Builder {
    pub(super) fn item(&mut self, pair: P<'_>) -> Option<ast::Item> {
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
}
