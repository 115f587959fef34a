//! Expressions and the tables in them.

use super::super::ast;
use super::{Builder, Inner, P, Rule, comparison, cycle, is_factor, mode, plain_digit, ties};
use crate::source::Span;

impl Builder {
    pub(super) fn expr(&mut self, pair: P<'_>) -> Option<ast::Expr> {
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

    pub(super) fn gathered(&mut self, pair: P<'_>) -> Option<ast::Gathered> {
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
    pub(super) fn past(&self, pair: &P<'_>) -> ast::Name {
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

    pub(super) fn interval(&mut self, pair: P<'_>) -> Option<ast::PatternKind> {
        let mut inner = Inner::of(pair);
        let open = inner.next()?;
        let (low, high) = (self.expr(inner.next()?)?, self.expr(inner.next()?)?);
        let close = inner.next()?;
        let closed = |text: &str| matches!(text, "[" | "［" | "【" | "]" | "］" | "】");
        Some(ast::PatternKind::Interval(low, closed(open.as_str()), high, closed(close.as_str())))
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
