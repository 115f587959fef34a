//! [`Unit`]: what a number measures, and what an operation makes of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use rust_decimal::Decimal;

/// The unit of a number.
///
/// Rates and percentage points are kept as fractions of 1: 95 % is 0.95, 1 个百分点 is 0.01.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 数: a number without a unit.
    Number,
    /// A number divided by a number: a number, and a rate where one is wanted.
    Quotient,
    /// %: a share of something.
    Rate,
    /// 1 − a rate: the rate of the rest, and a distance in percentage points where one is wanted.
    Complement,
    /// 百分点: a difference of rates.
    Points,
    /// 日期: a day.
    Date,
    /// 时间: a day and the time of day.
    Time,
    /// 件, 分, 分/件 and so on: named units with their exponents, none of which is 0.
    Named(Arc<BTreeMap<String, i8>>),
}

/// Why an operation has no unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitFault {
    /// The two sides have units that do not go together.
    Differ,
    /// The exponents of a compound unit grow past all use.
    TooCompound,
}

/// The name of the unit in which scores are kept.
const SCORE: &str = "分";

impl Unit {
    /// A unit of one name; the built-in ones in both skins give the same unit.
    #[must_use]
    pub fn named(name: &str) -> Unit {
        match name {
            "%" | "％" | "‰" => Unit::Rate,
            "百分点" | "个百分点" | "pp" => Unit::Points,
            "日期" | "date" => Unit::Date,
            "时间" | "time" => Unit::Time,
            _ => Unit::Named(Arc::new(BTreeMap::from([(canonical(name).to_owned(), 1)]))),
        }
    }

    /// 分.
    #[must_use]
    pub fn score() -> Unit {
        static UNIT: LazyLock<Unit> = LazyLock::new(|| Unit::named(SCORE));
        UNIT.clone()
    }

    /// What one of this unit is as a number: 0.01 for % and 百分点, 0.001 for ‰, otherwise 1.
    #[must_use]
    pub fn factor(name: &str) -> Decimal {
        match name {
            "‰" => Decimal::new(1, 3),
            "%" | "％" | "百分点" | "个百分点" | "pp" => Decimal::new(1, 2),
            _ => Decimal::ONE,
        }
    }

    /// The step of values whose declaration states none: 1 for count words, 0.01 for 分, 0.01 % for rates.
    #[must_use]
    pub fn default_step(&self) -> Option<Decimal> {
        match self {
            Unit::Rate | Unit::Complement | Unit::Points => Some(Decimal::new(1, 4)),
            Unit::Number | Unit::Quotient => None,
            // a day and a second
            Unit::Date | Unit::Time => Some(Decimal::ONE),
            Unit::Named(_) => {
                let name = self.single()?;
                match name {
                    SCORE => Some(Decimal::new(1, 2)),
                    _ => COUNT_WORDS.contains(&name).then_some(Decimal::ONE),
                }
            }
        }
    }

    /// Whether values are counts of things: whole and not negative.
    #[must_use]
    pub fn is_count(&self) -> bool {
        self.single().is_some_and(|name| COUNT_WORDS.contains(&name))
    }

    /// Whether it is % or may stand for it.
    #[must_use]
    pub fn is_rate(&self) -> bool {
        matches!(self, Unit::Rate | Unit::Complement | Unit::Quotient)
    }

    /// Whether it is kept as a fraction of 1 and shown with a percent sign or as percentage points.
    #[must_use]
    pub fn is_percent(&self) -> bool {
        matches!(self, Unit::Rate | Unit::Complement | Unit::Points)
    }

    /// Whether it is a day or a time, which has no multiples.
    #[must_use]
    pub fn is_moment(&self) -> bool {
        matches!(self, Unit::Date | Unit::Time)
    }

    fn single(&self) -> Option<&str> {
        match self {
            Unit::Named(parts) if parts.len() == 1 => parts.iter().next().filter(|(_, power)| **power == 1).map(|(name, _)| name.as_str()),
            _ => None,
        }
    }

    /// Whether a value of this unit may stand where `wanted` is asked for.
    #[must_use]
    pub fn fits(&self, wanted: &Unit) -> bool {
        self == wanted
            || matches!(
                (self, wanted),
                (Unit::Quotient, Unit::Number | Unit::Rate)
                    | (Unit::Complement, Unit::Rate | Unit::Points)
                    | (Unit::Number, Unit::Quotient)
                    | (Unit::Rate, Unit::Complement | Unit::Quotient)
            )
    }

    /// The unit of `self + other`.
    ///
    /// # Errors
    /// [`UnitFault::Differ`] where the two have none.
    pub fn plus(&self, other: &Unit) -> Result<Unit, UnitFault> {
        match (self, other) {
            (Unit::Date | Unit::Time, Unit::Date | Unit::Time) => Err(UnitFault::Differ),
            (Unit::Date, b) | (b, Unit::Date) if b.single() == Some(DAYS) => Ok(Unit::Date),
            (Unit::Time, b) | (b, Unit::Time) if b.single() == Some(SECONDS) => Ok(Unit::Time),
            (Unit::Points, Unit::Points) => Ok(Unit::Points),
            (a, Unit::Points) | (Unit::Points, a) if a.is_rate() => Ok(Unit::Rate),
            (a, b) if a.is_rate() && b.is_rate() && (a.is_percent() || b.is_percent()) => Ok(Unit::Rate),
            (Unit::Number | Unit::Quotient, Unit::Number | Unit::Quotient) => Ok(Unit::Number),
            (a, b) if a == b => Ok(a.clone()),
            _ => Err(UnitFault::Differ),
        }
    }

    /// The unit of `self - other`; `one` says that `self` is the literal 1 or 100 %.
    ///
    /// # Errors
    /// [`UnitFault::Differ`] where the two have none.
    pub fn minus(&self, other: &Unit, one: Whole) -> Result<Unit, UnitFault> {
        match (self, other) {
            // 1 − a / b of plain numbers is what the quotient is: a number, and a rate where one is wanted
            (Unit::Number, Unit::Quotient) if one == Whole::Yes => Ok(Unit::Quotient),
            (Unit::Number | Unit::Rate, b) if one == Whole::Yes && b.is_rate() => Ok(Unit::Complement),
            (Unit::Date, Unit::Date) => Ok(Unit::named(DAYS)),
            (Unit::Time, Unit::Time) => Ok(Unit::named(SECONDS)),
            (_, Unit::Date | Unit::Time) => Err(UnitFault::Differ),
            (Unit::Points, Unit::Points) => Ok(Unit::Points),
            (a, Unit::Points) if a.is_rate() => Ok(Unit::Rate),
            (a, b) if a.is_rate() && b.is_rate() && (a.is_percent() || b.is_percent()) => Ok(Unit::Points),
            _ => self.plus(other),
        }
    }

    /// The unit of `self × other`.
    ///
    /// # Errors
    /// [`UnitFault::TooCompound`] where exponents run away, [`UnitFault::Differ`] for points times points.
    pub fn times(&self, other: &Unit) -> Result<Unit, UnitFault> {
        match (self, other) {
            (Unit::Date | Unit::Time, _) | (_, Unit::Date | Unit::Time) => Err(UnitFault::Differ),
            (Unit::Named(a), Unit::Named(b)) => compound(a, b, 1),
            (Unit::Named(_), Unit::Points) | (Unit::Points, Unit::Named(_) | Unit::Points) => Err(UnitFault::Differ),
            (Unit::Named(_), _) => Ok(self.clone()),
            (_, Unit::Named(_)) => Ok(other.clone()),
            (Unit::Points, _) | (_, Unit::Points) => Ok(Unit::Points),
            (a, b) if a.is_percent() || b.is_percent() => Ok(Unit::Rate),
            (Unit::Number, Unit::Number) => Ok(Unit::Number),
            _ => Ok(Unit::Quotient),
        }
    }

    /// The unit of `self / other`.
    ///
    /// # Errors
    /// [`UnitFault::TooCompound`] where exponents run away, [`UnitFault::Differ`] for a unit over percentage points.
    pub fn over(&self, other: &Unit) -> Result<Unit, UnitFault> {
        match (self, other) {
            (Unit::Date | Unit::Time, _) | (_, Unit::Date | Unit::Time) => Err(UnitFault::Differ),
            (Unit::Named(a), Unit::Named(b)) if a == b => Ok(Unit::Rate),
            (Unit::Named(a), Unit::Named(b)) => compound(a, b, -1),
            (Unit::Number | Unit::Quotient, Unit::Named(b)) => compound(&BTreeMap::new(), b, -1),
            (Unit::Points, Unit::Points) => Ok(Unit::Number),
            (Unit::Points, Unit::Number | Unit::Quotient) => Ok(Unit::Points),
            (Unit::Points, b) if b.is_rate() => Ok(Unit::Rate),
            (_, Unit::Points) | (Unit::Points | Unit::Rate | Unit::Complement, Unit::Named(_)) => Err(UnitFault::Differ),
            (Unit::Named(_), _) => Ok(self.clone()),
            (Unit::Number, Unit::Number) => Ok(Unit::Quotient),
            (a, Unit::Number) => Ok(a.clone()),
            (_, b) if b.is_percent() => Ok(Unit::Rate),
            _ => Ok(Unit::Quotient),
        }
    }
}

/// Whether a number is the literal 1 or 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// It is.
    Yes,
    /// It is not, or not literally.
    No,
}

fn compound(a: &BTreeMap<String, i8>, b: &BTreeMap<String, i8>, sign: i8) -> Result<Unit, UnitFault> {
    let mut parts = a.clone();
    for (name, power) in b {
        let power = power.checked_mul(sign).ok_or(UnitFault::TooCompound)?;
        let sum = parts.get(name).copied().unwrap_or(0).checked_add(power).ok_or(UnitFault::TooCompound)?;
        if sum == 0 {
            parts.remove(name);
        } else {
            parts.insert(name.clone(), sum);
        }
    }
    Ok(if parts.is_empty() { Unit::Rate } else { Unit::Named(Arc::new(parts)) })
}

/// The units in which days and times differ.
const DAYS: &str = "天";
const SECONDS: &str = "秒";

/// What facts and fields hold that is counted in no unit, in Chinese and in English.
pub(crate) const TYPES: &[(&str, &str)] = &[("文字", "text"), ("日期", "date"), ("时间", "time")];

/// Units that count things: whole and never negative.
const COUNT_WORDS: &[&str] = &["件", "次", "人", "户", "个", "起", "条", "家", "项", "期"];

/// Every unit that is known without a declaration, in Chinese and in English.
pub(crate) const BUILT_IN: &[(&str, &str)] = &[
    ("个百分点", "pp"),
    ("百分点", "pp"),
    ("工作小时", "workhours"),
    ("工作日", "workdays"),
    ("万元", "wan"),
    ("小时", "hours"),
    ("分钟", "minutes"),
    ("个月", "months"),
    ("天", "days"),
    ("个", "pieces"),
    ("元", "yuan"),
    ("户", "households"),
    ("期", "periods"),
    ("次", "times"),
    ("人", "persons"),
    ("秒", "seconds"),
    ("起", "incidents"),
    ("条", "entries"),
    ("分", "points"),
    ("家", "offices"),
    ("年", "years"),
    ("件", "cases"),
    ("项", "items"),
];

/// The one name of a unit that has several; the name itself where it has one.
pub(crate) fn one_name(name: &str) -> &str {
    match name {
        "％" => "%",
        "个百分点" | "pp" => "百分点",
        _ => canonical(name),
    }
}

/// The Chinese name of a built-in unit, or the name itself.
fn canonical(name: &str) -> &str {
    BUILT_IN.iter().chain(TYPES).find(|(_, english)| *english == name).map_or(name, |(chinese, _)| chinese)
}

impl Unit {
    /// The unit in English: the built-in ones have names in both languages.
    #[must_use]
    pub fn in_english(&self) -> String {
        match self {
            Unit::Number | Unit::Quotient => "a number".to_owned(),
            Unit::Points => "percentage points".to_owned(),
            Unit::Date => "date".to_owned(),
            Unit::Time => "time".to_owned(),
            _ => {
                // a compound is names with signs between them, perhaps with exponents
                let name = self.to_string();
                let english = |name: &str| BUILT_IN.iter().find(|(chinese, _)| *chinese == name).map_or(name.to_owned(), |(_, english)| (*english).to_owned());
                let parts = name.split_inclusive(['/', '×', '^']).map(|part| match part.strip_suffix(['/', '×', '^']) {
                    Some(bare) => format!("{}{}", english(bare), part.get(bare.len()..).unwrap_or_default()),
                    None => english(part),
                });
                parts.collect()
            }
        }
    }
}

impl Unit {
    /// The unit in English behind the digits of a number: of 1 a built-in unit stands in the singular, of 1.00 it does not.
    #[must_use]
    pub fn in_english_behind(&self, digits: &str) -> String {
        let name = self.in_english();
        if !matches!(digits, "1" | "-1") || !BUILT_IN.iter().any(|(_, english)| *english == name) {
            return name;
        }
        match name.as_str() {
            "entries" => "entry".to_owned(),
            plural => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unit::Number | Unit::Quotient => f.write_str("数"),
            Unit::Rate | Unit::Complement => f.write_str("%"),
            Unit::Points => f.write_str("百分点"),
            Unit::Date => f.write_str("日期"),
            Unit::Time => f.write_str("时间"),
            Unit::Named(parts) => {
                let side = |wanted: fn(i8) -> bool| -> String {
                    let names: Vec<String> = parts
                        .iter()
                        .filter(|(_, power)| wanted(**power))
                        .map(|(name, power)| match power.unsigned_abs() {
                            1 => name.clone(),
                            more => format!("{name}^{more}"),
                        })
                        .collect();
                    names.join("×")
                };
                let (over, under) = (side(|power| power > 0), side(|power| power < 0));
                match (over.is_empty(), under.is_empty()) {
                    (false, true) => f.write_str(&over),
                    (true, _) => write!(f, "1/{under}"),
                    (false, false) => write!(f, "{over}/{under}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_one_thing_a_unit_stands_in_the_singular() {
        let told = |unit: &str, digits| Unit::named(unit).in_english_behind(digits);
        assert_eq!(["件", "分", "次", "条", "家", "户"].map(|unit| told(unit, "1")), ["case", "point", "time", "entry", "office", "household"]);
        assert_eq!([told("分", "-1"), told("分", "1.00"), told("分", "2"), told("元", "1"), told("亩", "1")], ["point", "points", "points", "yuan", "亩"]);
    }

    #[test]
    fn each_part_of_a_compound_is_named_in_english() {
        let (case, point, person) = (Unit::named("件"), Unit::score(), Unit::named("人"));
        let square = person.times(&person).unwrap();
        let told = [case.times(&point).unwrap(), point.over(&case).unwrap(), square.over(&Unit::named("亩")).unwrap()].map(|unit| unit.in_english());
        assert_eq!(told, ["cases×points", "points/cases", "persons^2/亩"]);
    }

    fn unit() -> impl Strategy<Value = Unit> {
        let named = prop_oneof![Just("件"), Just("次"), Just("分"), Just("人")];
        let simple = prop_oneof![
            Just(Unit::Number),
            Just(Unit::Quotient),
            Just(Unit::Rate),
            Just(Unit::Complement),
            Just(Unit::Points),
            Just(Unit::Date),
            Just(Unit::Time),
            named.clone().prop_map(Unit::named)
        ];
        let compound = (named.clone(), named).prop_filter_map("compound", |(a, b)| Unit::named(a).over(&Unit::named(b)).ok());
        prop_oneof![4 => simple, 1 => compound]
    }

    #[test]
    fn rates_points_and_counts_keep_to_the_table_of_the_language() {
        let (rate, points, count, score) = (Unit::Rate, Unit::Points, Unit::named("件"), Unit::score());
        assert_eq!(rate.minus(&rate, Whole::No), Ok(Unit::Points));
        assert_eq!(Unit::Number.minus(&rate, Whole::Yes), Ok(Unit::Complement));
        let rest = Unit::Number.minus(&Unit::Quotient, Whole::Yes).unwrap();
        assert_eq!((rest.fits(&rate), rest.fits(&Unit::Number), rest.plus(&Unit::Number)), (true, true, Ok(Unit::Number)));
        assert_eq!(rate.plus(&points), Ok(Unit::Rate));
        assert_eq!(count.over(&count), Ok(Unit::Rate));
        assert_eq!(score.times(&rate), Ok(score.clone()));
        assert_eq!(points.over(&points), Ok(Unit::Number));
        assert_eq!(count.plus(&score), Err(UnitFault::Differ));
        assert_eq!(rate.plus(&count), Err(UnitFault::Differ));
        let (days, seconds) = (Unit::named("天"), Unit::named("秒"));
        assert_eq!(Unit::Date.minus(&Unit::Date, Whole::No), Ok(days.clone()));
        assert_eq!(Unit::Time.minus(&Unit::Time, Whole::No), Ok(seconds.clone()));
        assert_eq!(Unit::Date.minus(&days, Whole::No), Ok(Unit::Date));
        assert_eq!(seconds.plus(&Unit::Time), Ok(Unit::Time));
        assert_eq!(days.minus(&Unit::Date, Whole::No), Err(UnitFault::Differ));
        assert_eq!(Unit::Date.plus(&seconds), Err(UnitFault::Differ));
        assert_eq!(Unit::Time.plus(&Unit::Date), Err(UnitFault::Differ));
        assert_eq!(score.times(&score).and_then(|square| square.over(&score)), Ok(score));
    }

    proptest! {
        #[test]
        fn sums_and_products_do_not_depend_on_the_order(a in unit(), b in unit()) {
            prop_assert_eq!(a.plus(&b), b.plus(&a));
            prop_assert_eq!(a.times(&b), b.times(&a));
        }

        #[test]
        fn what_is_multiplied_and_divided_by_a_named_unit_fits_again(a in unit(), name in prop_oneof![Just("件"), Just("次"), Just("分")]) {
            let by = Unit::named(name);
            if let Ok(product) = a.times(&by) {
                let back = product.over(&by).unwrap();
                // named units cancel to a share of something
                prop_assert!(back.fits(&a) || a.fits(&back) || !matches!(a, Unit::Named(_)), "{a} {back}");
            }
        }

        #[test]
        fn a_sum_has_the_kind_of_its_parts(a in unit(), b in unit()) {
            if let Ok(sum) = a.plus(&b) {
                prop_assert_eq!(matches!(sum, Unit::Named(_)), matches!(a, Unit::Named(_)));
                prop_assert_eq!(matches!(sum, Unit::Named(_)), matches!(b, Unit::Named(_)));
            }
        }
    }
}
