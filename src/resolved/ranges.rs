//! What is known of a value before any fact is read: the range it lies in, and whether it can be 无从计算.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rust_decimal::Decimal;

use super::constant::number;
use super::marks::least as least_marks;
use super::scope::applies;
use super::{
    Comparison, Earlier, Expr, ExprKind, Extreme, FactId, Fold, Input, InputKind, Made, Pattern, Sign, Standard, TierId, Times, Type, Units, ValueId, Who,
    function, most,
};
use crate::quantity::{Mode, Number, TooLarge, Unit, round_to};
use crate::source::Span;

/// The least and the greatest value, exactly; nothing where there is no bound.
type Range = (Option<Number>, Option<Number>);

const NOTHING_KNOWN: Range = (None, None);

const ONE: Decimal = Decimal::ONE;

/// The least and greatest value that an expression can have in a tier, as far as declarations tell; rates of which nothing more
/// is declared lie between 0 and 100 %. A bound that is no decimal is moved outward, by less than a step that no value has.
pub(super) fn range(standard: &Standard, expr: &Expr, tier: TierId) -> (Option<Decimal>, Option<Decimal>) {
    let (low, high) = exact_range(standard, expr, tier);
    let outward =
        |bound: Number, away: bool| bound.decimal().or_else(|| round_to(&bound, Decimal::new(1, 12), if away { Mode::FromZero } else { Mode::ToZero }).ok());
    (low.and_then(|low| outward(low, low < Number::ZERO)), high.and_then(|high| outward(high, high > Number::ZERO)))
}

fn exact_range(standard: &Standard, expr: &Expr, tier: TierId) -> Range {
    Ranges { standard, tier, values: &RefCell::default(), depth: 0 }.of(expr)
}

struct Ranges<'s> {
    standard: &'s Standard,
    tier: TierId,
    /// The ranges of named values that were found, each looked for once.
    values: &'s RefCell<BTreeMap<ValueId, Range>>,
    depth: usize,
}

impl Ranges<'_> {
    fn of(&self, expr: &Expr) -> Range {
        if self.depth > 4000 {
            return NOTHING_KNOWN;
        }
        let deeper = Ranges { depth: self.depth + 1, ..*self };
        match &expr.kind {
            ExprKind::Constant(value) => point(*value),
            ExprKind::Fact(id) => deeper.fact(*id),
            ExprKind::Value(id) => {
                let known = self.values.borrow().get(id).copied();
                known.unwrap_or_else(|| {
                    // what is carried over reads itself, of another period
                    self.values.borrow_mut().insert(*id, NOTHING_KNOWN);
                    let range = self.standard.values.get(*id).map_or(NOTHING_KNOWN, |value| deeper.of(&value.expr));
                    self.values.borrow_mut().insert(*id, range);
                    range
                })
            }
            ExprKind::Call(id, _) => {
                self.standard.functions.get(*id).map_or(NOTHING_KNOWN, |called| exactly(function::bounds(self.standard, called, self.tier)))
            }
            ExprKind::Sum(terms) => terms.iter().fold(point(Decimal::ZERO), |(low, high), (sign, term)| {
                let (a, b) = if *sign == Sign::Plus { deeper.of(term) } else { negated(deeper.of(term)) };
                (both(low, a, Number::plus), both(high, b, Number::plus))
            }),
            ExprKind::Product(factors) => deeper.product(factors),
            ExprKind::Negate(inner) => negated(deeper.of(inner)),
            ExprKind::Round(inner, step, mode) => {
                // no mode of rounding turns two values round
                let rounded = |bound: Option<Number>| bound.and_then(|bound| round_to(&bound, *step, *mode).ok()).map(Number::from);
                let (low, high) = deeper.of(inner);
                (rounded(low), rounded(high))
            }
            ExprKind::Extreme(extreme, parts) => {
                let ranges: Vec<Range> = parts.iter().map(|part| deeper.of(part)).collect();
                let least_of = |ends: &mut dyn Iterator<Item = Option<Number>>| ends.flatten().min();
                let all = |ends: &mut dyn Iterator<Item = Option<Number>>| ends.collect::<Option<Vec<Number>>>();
                let (mut lows, mut highs) = (ranges.iter().map(|range| range.0), ranges.iter().map(|range| range.1));
                match extreme {
                    Extreme::Largest => (lows.flatten().max(), all(&mut highs).and_then(|highs| highs.into_iter().max())),
                    Extreme::Smallest => (all(&mut lows).and_then(|lows| lows.into_iter().min()), least_of(&mut highs)),
                }
            }
            ExprKind::Input(id) => self.standard.inputs.get(*id).map_or(NOTHING_KNOWN, |input| deeper.gathered(input)),
            ExprKind::Field(_) | ExprKind::Inner(_) => match expr.unit() {
                Some(unit) if unit.is_count() => NOT_NEGATIVE,
                Some(Unit::Rate) => share(),
                _ => NOTHING_KNOWN,
            },
            ExprKind::Cap(value, limit) => {
                let ((low, high), (_, top)) = (deeper.of(value), deeper.of(limit));
                (low, least(high, top))
            }
            ExprKind::Floor(value, limit) => {
                let ((low, high), (bottom, _)) = (deeper.of(value), deeper.of(limit));
                (low.max(bottom), high)
            }
            ExprKind::Table(table) => hull(table.rows.iter().map(|row| deeper.of(&row.result))),
            ExprKind::Marks(owner) if self.standard.marks_vary(*owner) => {
                (least_marks(self.standard, *owner, self.tier).map(Number::from), number(self.standard, expr, self.tier))
            }
            _ => {
                let value = number(self.standard, expr, self.tier);
                (value, value)
            }
        }
    }

    /// The range of what is gathered, whichever tier it comes from.
    fn gathered(&self, input: &Input) -> Range {
        match &input.kind {
            InputKind::Records(records) => {
                let Some(argument) = records.whole.arguments.first() else { return NOT_NEGATIVE };
                let (low, high) = self.of(argument);
                match records.whole.fold {
                    Fold::Sum => (low.filter(not_negative).map(|_| Number::ZERO), None),
                    _ => (low, high),
                }
            }
            InputKind::Units(units) => {
                let tiers = match units.over.who {
                    Who::Tier => self.tier..self.tier + 1,
                    Who::All | Who::Same(_) | Who::Children => 0..self.standard.tiers.len(),
                };
                let Some(argument) = units.arguments.first() else {
                    return (Some(if units.holds_reader() { Number::from(ONE) } else { Number::ZERO }), None);
                };
                if units.fold == Fold::Rank {
                    return (Some(Number::from(ONE)), None);
                }
                let ranges = tiers.filter(|tier| applies(self.standard, argument, *tier));
                let ranges: Vec<Range> = ranges.map(|tier| Ranges { tier, values: &RefCell::default(), ..*self }.of(argument)).collect();
                let low = ranges.iter().map(|range| range.0).collect::<Option<Vec<Number>>>().and_then(|lows| lows.into_iter().min());
                let high = ranges.iter().map(|range| range.1).collect::<Option<Vec<Number>>>().and_then(|highs| highs.into_iter().max());
                match units.fold {
                    Fold::Sum => (low.filter(not_negative).map(|_| Number::ZERO), None),
                    _ => (low, high),
                }
            }
            InputKind::Earlier(earlier) => self.earlier(earlier),
        }
    }

    /// Of another period only what a unit of measurement implies is known, for the rules then may have had other limits.
    fn earlier(&self, earlier: &Earlier) -> Range {
        let Some(argument) = earlier.arguments.first() else { return NOT_NEGATIVE };
        let (low, high) = self.of(argument);
        let initially = earlier.initially.as_ref().and_then(|initially| number(self.standard, initially, self.tier));
        let not_negative = low.as_ref().is_some_and(not_negative) && initially.as_ref().is_none_or(not_negative);
        let one = Number::from(ONE);
        let part = argument.unit() == Some(&Unit::Rate) && high == Some(one) && initially.is_none_or(|value| value <= one);
        (not_negative.then_some(Number::ZERO), (part && earlier.made != Made::Fold(Fold::Sum)).then_some(one))
    }

    fn fact(&self, id: FactId) -> Range {
        let Some(fact) = self.standard.facts.get(id) else { return (None, None) };
        let bound = |bound: &Option<Expr>| bound.as_ref().and_then(|bound| number(self.standard, bound, self.tier));
        let (mut low, mut high) = (bound(&fact.at_least), bound(&fact.up_to));
        if let Type::Number(unit) = &fact.kind {
            if unit.is_count() || fact.assesses.is_some() {
                low = low.or(Some(Number::ZERO));
            }
            if *unit == Unit::Rate && low.is_none() && high.is_none() {
                return share();
            }
        }
        if high.is_none()
            && let Some(item) = fact.assesses.and_then(|item| self.standard.items.get(item))
        {
            high = item.marks.as_ref().or(item.cap.as_ref()).and_then(|marks| most(self.standard, marks, self.tier)).map(Number::from);
        }
        (low, high)
    }

    fn product(&self, factors: &[(Times, Expr)]) -> Range {
        if let [(_, part), (Times::Over, whole)] = factors
            && self.is_part_of(part, whole)
        {
            return share();
        }
        factors.iter().fold(point(ONE), |range, (times, factor)| {
            let factor = self.of(factor);
            product(range, if *times == Times::Times { factor } else { reciprocal(factor) })
        })
    }

    /// Whether the first is a fact that is declared to be 不大于 the second.
    fn is_part_of(&self, part: &Expr, whole: &Expr) -> bool {
        let (ExprKind::Fact(part), ExprKind::Fact(whole)) = (&part.kind, &whole.kind) else { return false };
        let bound = self.standard.facts.get(*part).and_then(|fact| fact.up_to.as_ref());
        matches!(bound, Some(Expr { kind: ExprKind::Fact(bound), .. }) if bound == whole)
    }
}

const NOT_NEGATIVE: Range = (Some(Number::ZERO), None);

fn point(value: Decimal) -> Range {
    exactly((Some(value), Some(value)))
}

/// From 0 to 100 %.
fn share() -> Range {
    (Some(Number::ZERO), Some(Number::from(ONE)))
}

fn exactly((low, high): (Option<Decimal>, Option<Decimal>)) -> Range {
    (low.map(Number::from), high.map(Number::from))
}

fn not_negative(value: &Number) -> bool {
    *value >= Number::ZERO
}

/// The least range that holds all of them.
fn hull(ranges: impl Iterator<Item = Range>) -> Range {
    let joined = ranges.reduce(|(low, high), (a, b)| (low.zip(a).map(|(a, b)| a.min(b)), high.zip(b).map(|(a, b)| a.max(b))));
    joined.unwrap_or(NOTHING_KNOWN)
}

fn negated((low, high): Range) -> Range {
    (high.map(|high| high.negated()), low.map(|low| low.negated()))
}

fn both(a: Option<Number>, b: Option<Number>, join: fn(&Number, &Number) -> Result<Number, TooLarge>) -> Option<Number> {
    join(&a?, &b?).ok()
}

fn least(a: Option<Number>, b: Option<Number>) -> Option<Number> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn product((a, b): Range, (c, d): Range) -> Range {
    if a.as_ref().is_some_and(not_negative) && c.as_ref().is_some_and(not_negative) {
        return (both(a, c, Number::times).or(Some(Number::ZERO)), both(b, d, Number::times));
    }
    let corners: Option<Vec<Number>> = [(a, c), (a, d), (b, c), (b, d)].into_iter().map(|(a, b)| both(a, b, Number::times)).collect();
    corners.map_or(NOTHING_KNOWN, |corners| (corners.iter().min().copied(), corners.iter().max().copied()))
}

/// The range of 1 over a value that is not 0.
fn reciprocal((low, high): Range) -> Range {
    let over = |bound: Option<Number>| bound.and_then(|bound| Number::from(ONE).over(&bound).ok().flatten());
    match (low, high) {
        (Some(low), high) if not_negative(&low) => (over(high).or(Some(Number::ZERO)), over(Some(low))),
        (low, Some(high)) if high <= Number::ZERO => (over(Some(high)), over(low).or(Some(Number::ZERO))),
        _ => NOTHING_KNOWN,
    }
}

/// What makes an expression 无从计算.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause {
    /// This divisor can be 0.
    Divisor(Span),
    /// There may be nothing that this can be gathered from.
    Nothing(Span, Gathered),
    /// There may be no other period that this is read of.
    NoPeriod(Span),
}

/// What may turn out to be made of nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Gathered {
    /// A place: that of a unit whose value is 无从计算.
    Place(Who),
    /// Something of units.
    Units(Who, Fold),
    /// Something of the records of the unit.
    Records(Fold),
}

impl Gathered {
    fn of(kind: &InputKind) -> Option<Gathered> {
        match kind {
            InputKind::Units(units) if units.fold == Fold::Rank => Some(Gathered::Place(units.over.who)),
            InputKind::Units(units) => Some(Gathered::Units(units.over.who, units.fold)),
            InputKind::Records(records) => Some(Gathered::Records(records.whole.fold)),
            InputKind::Earlier(_) => None,
        }
    }
}

/// What conditions before an expression have made sure of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Definedness {
    /// Expressions that are not 0.
    nonzero: BTreeSet<String>,
    /// Expressions that are not 无从计算.
    defined: BTreeSet<String>,
}

impl Definedness {
    /// Learns what holds where a condition does not hold, being known.
    pub(crate) fn learn_unless(&mut self, standard: &Standard, condition: &Expr) {
        match &condition.kind {
            ExprKind::Or(links) => links.iter().for_each(|link| self.learn_unless(standard, link)),
            ExprKind::Not(inner) => self.learn_if(standard, inner),
            ExprKind::IsUndefined(inner) => {
                self.defined.insert(key(inner));
            }
            ExprKind::Compare(a, Comparison::Eq, b) if is_everywhere(standard, b, Number::is_zero) => {
                self.nonzero.insert(key(a));
            }
            // what is not below something positive is not 0
            ExprKind::Compare(a, Comparison::Lt, b) if is_everywhere(standard, b, |value| *value > Number::ZERO) => {
                self.nonzero.insert(key(a));
            }
            ExprKind::Compare(a, Comparison::Le, b) if is_everywhere(standard, b, not_negative) => {
                self.nonzero.insert(key(a));
            }
            _ => {}
        }
    }

    /// Learns what holds where a condition holds.
    pub(crate) fn learn_if(&mut self, standard: &Standard, condition: &Expr) {
        match &condition.kind {
            ExprKind::And(links) => links.iter().for_each(|link| self.learn_if(standard, link)),
            ExprKind::Not(inner) => self.learn_unless(standard, inner),
            ExprKind::Compare(a, Comparison::Ne, b) if is_everywhere(standard, b, Number::is_zero) => {
                self.nonzero.insert(key(a));
            }
            ExprKind::Compare(a, Comparison::Gt, b) if is_everywhere(standard, b, not_negative) => {
                self.nonzero.insert(key(a));
            }
            ExprKind::Compare(a, Comparison::Ge, b) if is_everywhere(standard, b, |value| *value > Number::ZERO) => {
                self.nonzero.insert(key(a));
            }
            _ => {}
        }
    }

    /// Through what an expression can be 无从计算 in a tier, if it can.
    pub(crate) fn undefined(&self, standard: &Standard, expr: &Expr, tier: TierId) -> Option<Cause> {
        Search { known: self, standard, tier, defined: RefCell::default() }.find(expr, 0)
    }
}

/// Whether something holds of the value of a constant in every tier.
fn is_everywhere(standard: &Standard, expr: &Expr, holds: fn(&Number) -> bool) -> bool {
    match expr.literal() {
        Some(value) => holds(&Number::from(value)),
        None => !standard.tiers.is_empty() && (0..standard.tiers.len()).all(|tier| number(standard, expr, tier).is_some_and(|value| holds(&value))),
    }
}

struct Search<'s> {
    known: &'s Definedness,
    standard: &'s Standard,
    tier: TierId,
    /// Named values that were found to be defined, each looked at once.
    defined: RefCell<BTreeSet<ValueId>>,
}

impl Search<'_> {
    fn find(&self, expr: &Expr, depth: usize) -> Option<Cause> {
        let fixed = matches!(expr.kind, ExprKind::Constant(_) | ExprKind::Flag(_) | ExprKind::Symbol(_) | ExprKind::Marks(_));
        if fixed || depth > 400 || !self.known.defined.is_empty() && self.known.defined.contains(&key(expr)) {
            return None;
        }
        let find = |expr: &Expr| self.find(expr, depth + 1);
        match &expr.kind {
            ExprKind::Fact(id) => find(self.standard.facts.get(*id)?.or_from.as_ref()?),
            ExprKind::Value(id) if self.defined.borrow().contains(id) => None,
            ExprKind::Value(id) => {
                let found = find(&self.standard.values.get(*id)?.expr);
                if found.is_none() {
                    self.defined.borrow_mut().insert(*id);
                }
                found
            }
            ExprKind::Sum(terms) => terms.iter().find_map(|(_, term)| find(term)),
            ExprKind::Product(factors) => factors.iter().find_map(|(times, factor)| {
                find(factor).or_else(|| (*times == Times::Over && self.can_be_zero(factor)).then_some(Cause::Divisor(factor.span)))
            }),
            ExprKind::Negate(inner) | ExprKind::Round(inner, _, _) | ExprKind::Not(inner) => find(inner),
            ExprKind::Cap(a, b) | ExprKind::Floor(a, b) | ExprKind::Compare(a, _, b) => find(a).or_else(|| find(b)),
            ExprKind::Clock(clock) => find(&clock.a).or_else(|| find(&clock.b)),
            ExprKind::And(links) | ExprKind::Or(links) | ExprKind::Call(_, links) | ExprKind::Extreme(_, links) => links.iter().find_map(find),
            ExprKind::Input(id) => {
                let input = self.standard.inputs.get(*id)?;
                let cause = Gathered::of(&input.kind).map_or(Cause::NoPeriod(expr.span), |kind| Cause::Nothing(expr.span, kind));
                self.nothing_gathered(input, depth).then_some(cause)
            }
            ExprKind::ByTier(rows, otherwise) => find(rows.get(&self.tier).or(otherwise.as_deref())?),
            ExprKind::Table(table) => find(&table.subject).or_else(|| table.rows.iter().find_map(|row| find(&row.result))),
            ExprKind::Interpolated(subject, anchors) => {
                find(subject).or_else(|| anchors.iter().find_map(|(anchor, result)| find(anchor).or_else(|| find(result))))
            }
            ExprKind::Among(subject, _) => find(subject),
            _ => None,
        }
    }

    /// Whether an input can be 无从计算: nothing may be left to make a value of, or nothing but weights of 0.
    fn nothing_gathered(&self, input: &Input, depth: usize) -> bool {
        match &input.kind {
            // a unit may have no record
            InputKind::Records(records) => !matches!(records.whole.fold, Fold::Sum | Fold::Count | Fold::Size),
            InputKind::Units(units) => {
                let mut parts = units.arguments.iter();
                match units.fold {
                    Fold::Sum | Fold::Count | Fold::Size => false,
                    Fold::WeightedMean if units.arguments.get(1).is_none_or(|weight| self.can_be_zero(weight)) => true,
                    _ => {
                        !units.holds_reader()
                            || parts.any(|part| self.find(part, depth + 1).is_some() || units.over.who != Who::Tier && !applies(self.standard, part, self.tier))
                    }
                }
            }
            InputKind::Earlier(earlier) => match earlier.made {
                Made::Fold(Fold::Sum | Fold::Count) | Made::ExemptThroughout => false,
                // periods before the first and those without the unit are left out, be they all
                Made::Fold(_) => true,
                Made::Itself => earlier.arguments.iter().any(|part| {
                    let exempt = || self.standard.exemptions.iter().any(|exemption| exemption.tiers.contains(&self.tier));
                    self.find(part, depth + 1).is_some() || exempt() && super::reads_scores(self.standard, part)
                }),
            },
        }
    }

    fn can_be_zero(&self, divisor: &Expr) -> bool {
        if self.known.nonzero.contains(&key(divisor)) {
            return false;
        }
        let (low, high) = exact_range(self.standard, divisor, self.tier);
        let not_negative = |expr: &Expr| exact_range(self.standard, expr, self.tier).0.as_ref().is_some_and(not_negative);
        if let ExprKind::Sum(terms) = &divisor.kind
            && terms.iter().all(|(sign, term)| *sign == Sign::Plus && not_negative(term))
            && terms.iter().any(|(_, term)| !self.can_be_zero(term))
        {
            return false;
        }
        if let ExprKind::Input(id) = divisor.kind
            && let Some(Input { kind: InputKind::Units(units), .. }) = self.standard.inputs.get(id)
            && let (Fold::Best, true, [own]) = (units.fold, units.holds_reader(), units.arguments.as_slice())
        {
            // the best is no less than that of the unit itself
            return !not_negative(own) || self.can_be_zero(own);
        }
        let positive = low.is_some_and(|low| low > Number::ZERO);
        let negative = high.is_some_and(|high| high < Number::ZERO);
        !positive && !negative
    }
}

/// A text that is the same for expressions that say the same.
pub(super) fn key(expr: &Expr) -> String {
    let mut text = String::new();
    write_key(expr, &mut text);
    text
}

#[expect(clippy::too_many_lines, reason = "one arm a kind of expression")]
fn write_key(expr: &Expr, text: &mut String) {
    let list = |text: &mut String, name: &str, parts: &[&Expr]| {
        let _ = write!(text, "{name}(");
        for part in parts {
            write_key(part, text);
            text.push(',');
        }
        text.push(')');
    };
    match &expr.kind {
        ExprKind::Constant(value) => {
            let _ = write!(text, "{}", value.normalize());
        }
        ExprKind::Flag(flag) => {
            let _ = write!(text, "{flag}");
        }
        ExprKind::Symbol(id) => {
            let _ = write!(text, "s{id}");
        }
        ExprKind::Fact(id) => {
            let _ = write!(text, "f{id}");
        }
        ExprKind::Value(id) => {
            let _ = write!(text, "v{id}");
        }
        ExprKind::Call(id, arguments) => list(text, &format!("c{id}"), &arguments.iter().collect::<Vec<_>>()),
        ExprKind::Clock(clock) => list(text, &format!("{:?}", clock.kind), &[&clock.a, &clock.b]),
        ExprKind::Input(id) => {
            let _ = write!(text, "g{id}");
        }
        ExprKind::Field(id) => {
            let _ = write!(text, "l{id}");
        }
        ExprKind::Inner(id) => {
            let _ = write!(text, "n{id}");
        }
        ExprKind::Extreme(extreme, parts) => list(text, &format!("{extreme:?}"), &parts.iter().collect::<Vec<_>>()),
        ExprKind::Marks(item) => {
            let _ = write!(text, "m{item:?}");
        }
        ExprKind::Part(part, item) => {
            let _ = write!(text, "p{part:?}{item:?}");
        }
        ExprKind::Score(item) => {
            let _ = write!(text, "i{item}");
        }
        ExprKind::Total => text.push_str("total"),
        ExprKind::NotEligible => text.push_str("eligible"),
        ExprKind::OneOf(names) => {
            text.push('u');
            for name in names {
                let _ = write!(text, "{:?}", name.text);
            }
        }
        ExprKind::Sum(terms) => {
            for (sign, term) in terms {
                let _ = write!(text, "{sign:?}");
                list(text, "", &[term]);
            }
        }
        ExprKind::Product(factors) => {
            for (times, factor) in factors {
                let _ = write!(text, "{times:?}");
                list(text, "", &[factor]);
            }
        }
        ExprKind::Negate(inner) => list(text, "neg", &[inner]),
        ExprKind::Round(inner, step, mode) => {
            let _ = write!(text, "r{}{mode:?}", step.normalize());
            list(text, "", &[inner]);
        }
        ExprKind::Cap(a, b) => list(text, "cap", &[a, b]),
        ExprKind::Floor(a, b) => list(text, "floor", &[a, b]),
        ExprKind::Compare(a, comparison, b) => {
            let _ = write!(text, "{comparison:?}");
            list(text, "", &[a, b]);
        }
        ExprKind::IsBlank(inner) => list(text, "blank", &[inner]),
        ExprKind::IsUndefined(inner) => list(text, "undefined", &[inner]),
        ExprKind::And(links) => list(text, "and", &links.iter().collect::<Vec<_>>()),
        ExprKind::Or(links) => list(text, "or", &links.iter().collect::<Vec<_>>()),
        ExprKind::Not(inner) => list(text, "not", &[inner]),
        ExprKind::ByTier(rows, otherwise) => {
            for (tier, row) in rows {
                let _ = write!(text, "t{tier}");
                list(text, "", &[row]);
            }
            list(text, "else", &otherwise.as_deref().into_iter().collect::<Vec<_>>());
        }
        ExprKind::Table(table) => {
            list(text, "table", &[&table.subject]);
            for row in &table.rows {
                row.patterns.iter().for_each(|pattern| write_pattern(pattern, text));
                list(text, ":", &[&row.result]);
            }
        }
        ExprKind::Interpolated(subject, anchors) => {
            list(text, "line", &[subject]);
            for (anchor, result) in anchors {
                list(text, ":", &[anchor, result]);
            }
        }
        ExprKind::Among(subject, patterns) => {
            list(text, "among", &[subject]);
            patterns.iter().for_each(|pattern| write_pattern(pattern, text));
        }
    }
}

/// A text that is the same for inputs that say the same.
pub(super) fn input_key(kind: &InputKind) -> String {
    match kind {
        InputKind::Records(records) => {
            let mut text = format!("R{}{:?}", records.record, records.each);
            for gathering in std::iter::once(&records.whole).chain(&records.inner) {
                let _ = write!(text, ";{:?}", gathering.fold);
                for argument in &gathering.arguments {
                    text.push(',');
                    write_key(argument, &mut text);
                }
                if let Some(condition) = &gathering.condition {
                    text.push('|');
                    write_key(condition, &mut text);
                }
            }
            text
        }
        InputKind::Units(Units { over, each, fold, arguments, condition, ascending, ties }) => {
            let mut text = format!("{over:?}{each:?}{fold:?}");
            if *fold == Fold::Rank {
                let _ = write!(text, "{ascending}{ties:?}");
            }
            for argument in arguments {
                text.push(',');
                write_key(argument, &mut text);
            }
            if let Some(condition) = condition {
                text.push('|');
                write_key(condition, &mut text);
            }
            text
        }
        InputKind::Earlier(earlier) => earlier_key(earlier, earlier.initially.as_ref()),
    }
}

/// A text that is the same for what reads the same of the same periods.
pub(super) fn earlier_key(Earlier { when, made, arguments, condition, .. }: &Earlier, initially: Option<&Expr>) -> String {
    let mut text = format!("{when:?}{made:?}");
    for part in arguments.iter().chain(condition).chain(initially) {
        text.push(',');
        write_key(part, &mut text);
    }
    text
}

fn write_pattern(pattern: &Pattern, text: &mut String) {
    match pattern {
        Pattern::Compare(comparison, value) => {
            let _ = write!(text, "{comparison:?}");
            write_key(value, text);
        }
        Pattern::Interval(low, closed_low, high, closed_high) => {
            let _ = write!(text, "i{closed_low}{closed_high}");
            write_key(low, text);
            write_key(high, text);
        }
    }
}
