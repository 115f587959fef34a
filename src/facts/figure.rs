//! The number of a spreadsheet cell as the text its author meant.
//!
//! A workbook keeps a number as the decimal digits of a binary float: 0.1 + 0.2 stands there as `0.30000000000000004`. A spreadsheet
//! shows at most 15 significant digits, and of every decimal of that length those digits give the float back; so the text is
//! rounded to 15 of them, digit by digit, and no float is ever made of it.

/// The significant digits that a spreadsheet keeps.
const DIGITS: usize = 15;
/// Powers of ten past this are no number of anybody's facts.
const LARGEST_POWER: i32 = 40;

/// A number as digits and the place of its point: 0.digits × 10^power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figure {
    negative: bool,
    /// Without zeros at either end; empty for 0.
    digits: Vec<u8>,
    power: i32,
}

impl Figure {
    /// Reads what stands in a `<v>` element, such as `146`, `9.3149999999999997E-2`.
    pub(super) fn parse(text: &str) -> Option<Figure> {
        Figure::of(text).map(Figure::rounded).filter(Figure::is_within)
    }

    /// Reads a number with every digit that it is written with.
    pub(super) fn exact(text: &str) -> Option<Figure> {
        Figure::of(text).map(Figure::without_zeros).filter(Figure::is_within)
    }

    fn is_within(&self) -> bool {
        self.digits.is_empty() || self.power.abs() <= LARGEST_POWER
    }

    fn of(text: &str) -> Option<Figure> {
        let text = text.trim();
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = all.iter().take_while(|digit| **digit == b'0').count();
        let power = exponent.checked_add(i32::try_from(whole.len()).ok()?)?.checked_sub(i32::try_from(zeros).ok()?)?;
        Some(Figure { negative, digits: all.get(zeros..)?.to_vec(), power })
    }

    /// To 15 digits, halves away from zero.
    fn rounded(mut self) -> Figure {
        let up = self.digits.get(DIGITS).is_some_and(|digit| *digit >= b'5');
        self.digits.truncate(DIGITS);
        if up {
            while self.digits.last() == Some(&b'9') {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(digit) => *digit = digit.saturating_add(1),
                None => {
                    self.digits.push(b'1');
                    self.power = self.power.saturating_add(1);
                }
            }
        }
        self.without_zeros()
    }

    fn without_zeros(mut self) -> Figure {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.negative = false;
        }
        self
    }

    /// A hundred times the number.
    pub(super) fn hundredfold(mut self) -> Figure {
        self.power = self.power.saturating_add(2);
        self
    }

    /// Whole days, and the seconds that are left of the last; none where it is negative or no time at all.
    pub(super) fn days_and_seconds(&self) -> Option<(i64, i64)> {
        if self.negative {
            return None;
        }
        let text = self.text();
        let (days, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let days: i64 = days.parse().ok().filter(|days| (0..=2_958_465).contains(days))?;
        let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
        let seconds = fraction.parse::<i64>().ok()?.checked_mul(86_400)?.checked_add(500_000_000)?.checked_div(1_000_000_000)?;
        Some((days, seconds))
    }

    /// In plain digits, without an exponent.
    pub(super) fn text(&self) -> String {
        let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
        let digits: String = self.digits.iter().copied().map(char::from).collect();
        let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
        let sign = if self.negative { "-" } else { "" };
        if digits.is_empty() {
            return "0".to_owned();
        }
        if self.power <= 0 {
            return format!("{sign}0.{}{digits}", zeros(self.power.saturating_neg()));
        }
        if self.power >= length {
            return format!("{sign}{digits}{}", zeros(self.power.saturating_sub(length)));
        }
        let (whole, fraction) = digits.split_at_checked(usize::try_from(self.power).unwrap_or(0)).unwrap_or((&digits, ""));
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_types, reason = "the floats that spreadsheets write are made here, to be read back as text")]

    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        Figure::parse(text).map(|figure| figure.text())
    }

    #[test]
    fn numbers_are_read_by_their_shortest_text() {
        for (stored, meant) in [
            ("146", "146"),
            ("0.30000000000000004", "0.3"),
            ("9.3149999999999997E-2", "0.09315"),
            ("0.92149999999999999", "0.9215"),
            ("1E+3", "1000"),
            ("-1.5", "-1.5"),
            ("0", "0"),
            ("-0.0", "0"),
            ("1E-12", "0.000000000001"),
            ("99.999999999999999", "100"),
            ("123456789012345678", "123456789012346000"),
            ("10761", "10761"),
            (" 5 ", "5"),
        ] {
            assert_eq!(read(stored).as_deref(), Some(meant), "{stored}");
        }
        for other in ["", "x", "1.2.3", "1e", "e5", "1E400", "NaN", "1,000"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn a_hundredfold_moves_the_point() {
        assert_eq!(Figure::parse("0.93149999999999999").unwrap().hundredfold().text(), "93.15");
        assert_eq!(Figure::parse("1").unwrap().hundredfold().text(), "100");
        assert_eq!(Figure::parse("0").unwrap().hundredfold().text(), "0");
    }

    #[test]
    fn a_time_falls_into_days_and_seconds() {
        assert_eq!(Figure::parse("44136").unwrap().days_and_seconds(), Some((44136, 0)));
        assert_eq!(Figure::parse("44136.354166666664").unwrap().days_and_seconds(), Some((44136, 30600)));
        assert_eq!(Figure::parse("-1").unwrap().days_and_seconds(), None);
        assert_eq!(Figure::parse("-0.5").unwrap().days_and_seconds(), None);
    }

    #[test]
    fn an_exact_number_keeps_every_digit() {
        let read = |text: &str| Figure::exact(text).map(|figure| figure.text());
        for (written, meant) in [
            ("1.5e3", "1500"),
            ("1.23456789012345678901E-5", "0.0000123456789012345678901"),
            ("-12345678901234567890e0", "-12345678901234567890"),
            ("-0.0e9", "0"),
            ("10E+1", "100"),
        ] {
            assert_eq!(read(written).as_deref(), Some(meant), "{written}");
        }
        assert_eq!(read("1e999999999999"), None);
        assert_eq!(read("1e41"), None);
    }

    proptest! {
        /// Whatever decimal of up to 15 digits an author types, the float that stands for it, written with 17 digits, reads as it.
        #[test]
        fn every_decimal_of_fifteen_digits_comes_back(digits in 0_u64..1_000_000_000_000_000, places in 0_usize..12) {
            let typed = format!("{digits:0width$}", width = places + 1);
            let (whole, fraction) = typed.split_at(typed.len() - places);
            let typed = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
            let float: f64 = typed.parse().unwrap();
            let meant = if typed.contains('.') { typed.trim_end_matches('0').trim_end_matches('.') } else { &typed };
            let stored = format!("{float:.16e}");
            prop_assert_eq!(read(&stored), Some(meant.to_owned()));
            prop_assert_eq!(read(&float.to_string()), Some(meant.to_owned()));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.eE\\PC]{0,40}") {
            let _ = Figure::parse(&text).map(|figure| (figure.text(), figure.days_and_seconds(), figure.hundredfold().text()));
        }
    }
}
