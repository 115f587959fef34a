//! Queries as their words: whether two are the same, and which terms a sum has.

use std::fmt::Write;
use std::ops::Range;

use rust_decimal::Decimal;

use super::parse::{Stretch, Tree, inside_marks, unquoted};
use crate::facts::table::squeezed;
use crate::plan::Comparison;
use crate::quantity::{Number, Unit, one_name};
use crate::source::Sources;
use crate::syntax::PieceKind;

/// Reads the pieces of a tree.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    tree: &'t Tree,
    sources: &'t Sources,
}

/// A sum: each term with its sign.
pub(super) type Terms = Vec<(bool, Stretch)>;

impl<'t> Reader<'t> {
    pub(super) fn new(tree: &'t Tree, sources: &'t Sources) -> Self {
        Reader { tree, sources }
    }

    pub(super) fn text(&self, at: usize) -> &'t str {
        let range = self.tree.pieces.get(at).map_or(0..0, |piece| piece.range.clone());
        self.sources.get(self.tree.file).and_then(|source| source.text.get(range)).unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<PieceKind> {
        self.tree.pieces.get(at).map(|piece| piece.kind)
    }

    fn says(&self, at: usize) -> bool {
        !matches!(self.kind(at), Some(PieceKind::Blank | PieceKind::Comment))
    }

    /// The pieces that stand outside of all brackets.
    fn outside(&self, stretch: &Stretch) -> Vec<usize> {
        let mut depth = 0_usize;
        let mut found = Vec::new();
        for at in stretch.clone().filter(|at| self.says(*at)) {
            match self.text(at) {
                "(" | "（" | "[" | "［" | "{" | "｛" => depth += 1,
                ")" | "）" | "]" | "］" | "}" | "｝" => depth = depth.saturating_sub(1),
                _ if depth == 0 => found.push(at),
                _ => {}
            }
        }
        found
    }

    fn is_comparison(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(PieceKind::Sign) => matches!(self.text(at), "=" | "＝" | "≠" | "≥" | "≤" | "≧" | "≦" | ">" | "<" | "＞" | "＜" | "!"),
            Some(PieceKind::Keyword(rule)) => matches!(rule, "k_below" | "k_above" | "k_not_below" | "k_not_above"),
            _ => false,
        }
    }

    /// The two sides of an equation; none of what is another condition.
    pub(super) fn equation(&self, stretch: &Stretch) -> Option<(Stretch, Stretch)> {
        self.relation(stretch).filter(|(_, comparison, _)| *comparison == Comparison::Eq).map(|(left, _, right)| (left, right))
    }

    /// The two sides of a comparison; none of what is another condition, or several.
    pub(super) fn relation(&self, stretch: &Stretch) -> Option<(Stretch, Comparison, Stretch)> {
        let outside = self.outside(stretch);
        let other = |at: &usize| matches!(self.kind(*at), Some(PieceKind::Keyword("k_and" | "k_or" | "k_not" | "k_among" | "k_is_blank" | "k_is_undefined")));
        let signs: Vec<usize> = outside.iter().copied().filter(|at| self.is_comparison(*at)).collect();
        let (first, last) = (*signs.first()?, *signs.last()?);
        let comparison = self.comparison(first..last + 1)?;
        (!outside.iter().any(other)).then_some((stretch.start..first, comparison, last + 1..stretch.end))
    }

    /// A sign of a comparison, or the word for it.
    fn comparison(&self, stretch: Stretch) -> Option<Comparison> {
        match self.kind(stretch.start) {
            Some(PieceKind::Keyword("k_below")) if stretch.len() == 1 => Some(Comparison::Lt),
            Some(PieceKind::Keyword("k_above")) if stretch.len() == 1 => Some(Comparison::Gt),
            Some(PieceKind::Keyword("k_not_below")) if stretch.len() == 1 => Some(Comparison::Ge),
            Some(PieceKind::Keyword("k_not_above")) if stretch.len() == 1 => Some(Comparison::Le),
            _ => match stretch.flat_map(|at| self.text(at).chars()).map(ascii).collect::<String>().as_str() {
                "=" | "==" => Some(Comparison::Eq),
                "≠" | "!=" => Some(Comparison::Ne),
                "≥" | "≧" | ">=" => Some(Comparison::Ge),
                "≤" | "≦" | "<=" => Some(Comparison::Le),
                ">" => Some(Comparison::Gt),
                "<" => Some(Comparison::Lt),
                _ => None,
            },
        }
    }

    /// A quantity that stands alone, with its sign.
    pub(super) fn quantity(&self, stretch: &Stretch) -> Option<Stretch> {
        let says: Vec<usize> = stretch.clone().filter(|at| self.says(*at)).collect();
        match says.as_slice() {
            [at] if self.kind(*at) == Some(PieceKind::Quantity) => Some(*at..*at + 1),
            [sign, at] if matches!(self.text(*sign), "-" | "－" | "−") && self.kind(*at) == Some(PieceKind::Quantity) => Some(*sign..*at + 1),
            _ => None,
        }
    }

    /// The terms of a sum. What is rounded or clamped is one term.
    pub(super) fn terms(&self, stretch: &Stretch) -> Terms {
        let outside = self.outside(stretch);
        let adjusted = |at: &usize| matches!(self.kind(*at), Some(PieceKind::Keyword("k_round_to" | "k_cap" | "k_floor")));
        if outside.iter().any(adjusted) {
            return vec![(true, stretch.clone())];
        }
        let mut terms = Terms::new();
        let (mut start, mut plus) = (stretch.start, true);
        for at in outside {
            let sign = match self.text(at) {
                "+" | "＋" => true,
                "-" | "－" | "−" => false,
                _ => continue,
            };
            // a sign before the first term, or behind × and /
            if (start..at).any(|at| self.says(at)) && !self.is_factor_before(at, stretch) {
                terms.push((plus, start..at));
                (start, plus) = (at + 1, sign);
            } else if !(start..at).any(|at| self.says(at)) {
                (start, plus) = (at + 1, sign == plus);
            }
        }
        terms.push((plus, start..stretch.end));
        terms
    }

    fn is_factor_before(&self, at: usize, stretch: &Range<usize>) -> bool {
        let before = (stretch.start..at).rev().find(|at| self.says(*at));
        before.is_some_and(|at| matches!(self.text(at), "×" | "*" | "＊" | "/" | "／" | "÷"))
    }

    /// A query in words that are the same for every way of writing it, as far as spelling goes.
    pub(super) fn key(&self, stretch: &Stretch, canonical: &dyn Fn(&str) -> String) -> String {
        let mut key = String::new();
        for at in stretch.clone().filter(|at| self.says(*at)) {
            let text = self.text(at);
            match self.kind(at) {
                Some(PieceKind::Keyword(rule)) => _ = write!(key, " {rule} "),
                Some(PieceKind::Name) => _ = write!(key, "「{}」", unquoted(text)),
                Some(PieceKind::Text) => _ = write!(key, "“{}”", canonical(inside_marks(text))),
                Some(PieceKind::Quantity) => key.push_str(&squeezed(text)),
                _ => key.extend(text.chars().map(|sign| if sign == '−' { '-' } else { ascii(sign) })),
            }
        }
        key
    }
}

/// The expression and the printed number that it is compared with, where a condition is just that.
pub(super) fn split(tree: &Tree, sources: &Sources, stretch: &Stretch) -> Option<(Stretch, Stretch)> {
    let reader = Reader::new(tree, sources);
    let (left, right) = reader.equation(stretch)?;
    let value = reader.quantity(&right)?;
    Some((left, value))
}

/// A number as it is printed.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    /// Rates as fractions of 1.
    pub(super) value: Number,
    /// The last place that is printed.
    pub(super) step: Decimal,
    pub(super) unit: Option<Unit>,
}

impl Figure {
    /// A number with its unit; none where that is no number.
    pub(super) fn read(text: &str) -> Option<Figure> {
        let plain: String = text.chars().map(ascii).filter(|sign| !sign.is_whitespace()).collect();
        let (negative, rest) = plain.strip_prefix(['-', '−']).map_or((false, plain.as_str()), |rest| (true, rest));
        let end = rest.find(|sign: char| !sign.is_ascii_digit() && !matches!(sign, '.' | ',')).unwrap_or(rest.len());
        let (digits, unit) = rest.split_at_checked(end)?;
        let digits = digits.replace(',', "");
        let unit = unquoted(unit);
        let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
        let factor = Number::from(Unit::factor(one_name(unit)));
        let of = |decimal: Decimal| Number::from(decimal).times(&factor).ok().and_then(|number| number.decimal());
        let value = Number::from(of(Decimal::from_str_exact(&digits).ok()?)?);
        let step = of(Decimal::try_from_i128_with_scale(1, u32::try_from(places).ok()?).ok()?)?;
        let unit = (!unit.is_empty()).then(|| Unit::named(one_name(unit)));
        Some(Figure { value: if negative { value.negated() } else { value }, step, unit })
    }

    /// How far the number that was printed may lie from it: half of the last place, nothing for what is counted.
    pub(super) fn tolerance(&self) -> Number {
        if self.unit.as_ref().is_some_and(Unit::is_count) {
            return Number::ZERO;
        }
        Number::from(self.step).over(&Number::from(Decimal::TWO)).ok().flatten().unwrap_or(Number::ZERO)
    }
}

/// A sign as ASCII has it.
fn ascii(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign).saturating_sub(0xfee0)).unwrap_or(sign),
        sign => sign,
    }
}
