//! How scores are spread: ranges of equal width, and how near a score comes to its marks.

use rust_decimal::Decimal;

use crate::quantity::{Mode, Number, TooLarge, round_to};

/// The most ranges that a distribution has.
const MOST: usize = 12;

/// Scores from one bound up to the next, which is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: Decimal,
    pub(crate) to: Decimal,
    pub(crate) count: usize,
}

/// The ranges that the scores lie in, the lowest first, empty ones between them as well; their width is 1, 2 or 5 of some decimal
/// place, the least that needs no more than twelve.
pub(crate) fn distribution(scores: &[Decimal]) -> Vec<Range> {
    let (Some(least), Some(most)) = (scores.iter().min(), scores.iter().max()) else { return Vec::new() };
    widths().find_map(|width| ranges(scores, (*least, *most), width).ok().flatten()).unwrap_or_default()
}

/// The range that a score lies in.
pub(crate) fn range_of(ranges: &[Range], score: Decimal) -> Option<usize> {
    ranges.iter().position(|range| range.from <= score && score < range.to)
}

/// 0.01, 0.02, 0.05, 0.1 and so on.
fn widths() -> impl Iterator<Item = Decimal> {
    let places = (0..=2_u32).rev().map(|scale| Decimal::new(1, scale)).chain((1..=18_u32).filter_map(|power| 10_i64.checked_pow(power).map(Decimal::from)));
    places.flat_map(|place| [1, 2, 5].map(|times| place.checked_mul(Decimal::from(times)).unwrap_or(place)))
}

/// The ranges of that width; none where they are too many.
fn ranges(scores: &[Decimal], (least, most): (Decimal, Decimal), width: Decimal) -> Result<Option<Vec<Range>>, TooLarge> {
    let mut from = below(least, width)?;
    let mut found = Vec::new();
    while from <= most {
        if found.len() == MOST {
            return Ok(None);
        }
        let to = from.checked_add(width).ok_or(TooLarge)?;
        found.push(Range { from, to, count: scores.iter().filter(|score| (from..to).contains(*score)).count() });
        from = to;
    }
    Ok(Some(found))
}

/// The largest multiple of a width that is not above a value.
fn below(value: Decimal, width: Decimal) -> Result<Decimal, TooLarge> {
    let toward_zero = round_to(&Number::from(value), width, Mode::ToZero)?;
    if toward_zero <= value { Ok(toward_zero) } else { toward_zero.checked_sub(width).ok_or(TooLarge) }
}

/// How near a score comes to its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Nothing, or less.
    None,
    BelowHalf,
    BelowEightTenths,
    BelowAll,
    Full,
    /// A bonus that gives something.
    Added,
    /// A penalty that takes something.
    Taken,
    /// A bonus or penalty of 0, a score without marks.
    Plain,
}

/// The level of a score that counts toward marks.
pub(crate) fn level(score: Decimal, full: Option<Decimal>) -> Level {
    let Some(full) = full.filter(|full| *full > Decimal::ZERO) else { return Level::Plain };
    let least = |hundredths: i64| full.checked_mul(Decimal::new(hundredths, 2)).is_some_and(|least| score >= least);
    match score {
        score if score <= Decimal::ZERO => Level::None,
        _ if least(100) => Level::Full,
        _ if least(80) => Level::BelowAll,
        _ if least(50) => Level::BelowEightTenths,
        _ => Level::BelowHalf,
    }
}

/// The level of a bonus or a penalty.
pub(crate) fn level_beside_marks(score: Decimal) -> Level {
    match score {
        score if score > Decimal::ZERO => Level::Added,
        score if score < Decimal::ZERO => Level::Taken,
        _ => Level::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal_macros::dec;

    fn told(scores: &[Decimal]) -> Vec<(String, usize)> {
        distribution(scores).iter().map(|range| (format!("{}..{}", range.from.normalize(), range.to.normalize()), range.count)).collect()
    }

    #[test]
    fn ranges_hold_every_score_once_and_are_twelve_at_most() {
        // from 80 to 100: widths of 1 would need 21 ranges, of 2 eleven
        let scores = [dec!(100), dec!(100), dec!(99.99), dec!(80), dec!(84.6)];
        let ranges = told(&scores);
        assert_eq!(ranges.len(), 11);
        assert_eq!(ranges.first(), Some(&("80..82".to_owned(), 1)));
        assert_eq!(ranges.get(2), Some(&("84..86".to_owned(), 1)));
        assert_eq!(ranges.last(), Some(&("100..102".to_owned(), 2)));
        assert_eq!(ranges.iter().map(|(_, count)| count).sum::<usize>(), scores.len());
        assert_eq!(range_of(&distribution(&scores), dec!(99.99)), Some(9));
    }

    #[test]
    fn scores_below_zero_all_alike_or_none_have_ranges_too() {
        assert_eq!(told(&[dec!(-1.5), dec!(0.4)]).first(), Some(&("-1.6..-1.4".to_owned(), 1)));
        assert_eq!(told(&[dec!(3)]), [("3..3.01".to_owned(), 1)]);
        assert_eq!(told(&[]), []);
    }

    #[test]
    fn levels_stand_on_their_bounds() {
        let of_ten = |score| level(score, Some(dec!(10)));
        assert_eq!([dec!(-1), dec!(0)].map(of_ten), [Level::None; 2]);
        assert_eq!(
            [dec!(4.99), dec!(5), dec!(7.99), dec!(8), dec!(9.99), dec!(10), dec!(11)].map(of_ten),
            [Level::BelowHalf, Level::BelowEightTenths, Level::BelowEightTenths, Level::BelowAll, Level::BelowAll, Level::Full, Level::Full]
        );
        assert_eq!(level(dec!(1), None), Level::Plain);
        assert_eq!([dec!(1), dec!(0), dec!(-1)].map(level_beside_marks), [Level::Added, Level::Plain, Level::Taken]);
    }
}
