//! Numbers with their units, in both languages.

use rust_decimal::Decimal;

use super::pick;
use crate::diag::Lang;
use crate::eval::domain::{Absence, Bounds, Value};
use crate::facts::Provenance;
use crate::plan::Plan;
use crate::quantity::{self, BUILT_IN, Mode, Number, Unit, round_to};
use crate::results::State;

/// A value with its unit; of a fraction the first digits.
pub(super) fn show(plan: &Plan, value: &Value, unit: Option<&Unit>, lang: Lang) -> String {
    match value {
        Value::Number(number) => show_number(number, unit, lang),
        Value::Truth(true) => pick(lang, "是", "yes").to_owned(),
        Value::Truth(false) => pick(lang, "否", "no").to_owned(),
        Value::Symbol(symbol) => plan.symbols.get(*symbol).cloned().unwrap_or_default(),
        Value::Absent(absence) => absence_word(*absence, lang).to_owned(),
    }
}

/// What a value can be: numbers in between, and whatever else.
pub(super) fn show_bounds(plan: &Plan, bounds: &Bounds, unit: Option<&Unit>, lang: Lang) -> String {
    let shown = |value: &Value| show(plan, value, unit, lang);
    let numbers = bounds.numbers().map(|hull| match (hull.low, hull.high) {
        (Some(low), Some(high)) => format!("[{}, {}]", shown(&Value::Number(low)), shown(&Value::Number(high))),
        (Some(low), None) => format!("≥{}", shown(&Value::Number(low))),
        (None, Some(high)) => format!("≤{}", shown(&Value::Number(high))),
        (None, None) => "?".to_owned(),
    });
    let truths = [false, true].into_iter().filter(|truth| bounds.can_be(*truth)).map(|truth| shown(&Value::Truth(truth)));
    let words = bounds.words(plan.symbols.len()).map(|word| shown(&Value::Symbol(word)));
    let absences = bounds.absences().map(|absence| absence_word(absence, lang).to_owned());
    let all: Vec<String> = numbers.into_iter().chain(truths).chain(words).chain(absences).collect();
    all.join(pick(lang, "或", " or "))
}

/// Why there is no value, in words.
pub(super) fn absence_word(absence: Absence, lang: Lang) -> &'static str {
    match absence {
        Absence::TooLarge => pick(lang, "数太大", "too large"),
        Absence::NoRow => pick(lang, "没有一行相合", "no row matches"),
        Absence::Failed => pick(lang, "函数出错", "the function fails"),
        Absence::NotApplicable => pick(lang, "不适用", "n/a"),
        Absence::Missing => pick(lang, "缺数据", "missing"),
        Absence::Partly => pick(lang, "部分已知", "partly known"),
        Absence::Pending => pick(lang, "待定", "pending"),
        Absence::Undefined => pick(lang, "无从计算", "undefined"),
    }
}

/// A number with its unit; of a fraction the first digits.
pub(super) fn show_number(number: &Number, unit: Option<&Unit>, lang: Lang) -> String {
    if let Some(shown) = unit.and_then(|unit| quantity::moment::show(number, unit)) {
        return shown;
    }
    let percent = unit.is_some_and(Unit::is_percent);
    let hundred = |number: &Number| number.times(&Number::from(Decimal::ONE_HUNDRED)).unwrap_or(*number);
    let number = if percent { hundred(number) } else { *number };
    let digits = match number.decimal() {
        Some(decimal) => quantity::plain(decimal),
        None => match round_to(&number, Decimal::new(1, 4), Mode::ToZero) {
            Ok(cut) if Number::from(cut) == number => quantity::plain(cut),
            Ok(cut) => format!("{}…", quantity::plain(cut)),
            Err(_) => String::new(),
        },
    };
    match unit {
        None | Some(Unit::Number | Unit::Quotient) => digits,
        Some(Unit::Points) => format!("{digits} {}", pick(lang, "个百分点", "pp")),
        Some(unit) if unit.is_percent() => format!("{digits}%"),
        Some(unit) => format!("{digits} {}", unit_behind(&digits, unit, lang)),
    }
}

/// A unit behind a number in the language: of one thing in the singular.
pub(super) fn unit_behind(digits: &str, unit: &Unit, lang: Lang) -> String {
    let behind = unit.in_english_behind(digits);
    if lang == Lang::En && behind != unit.in_english() { behind } else { unit_word(unit, lang) }
}

/// A unit in the language: the built-in ones have names in both.
pub(super) fn unit_word(unit: &Unit, lang: Lang) -> String {
    let name = unit.to_string();
    match lang {
        Lang::Zh => name,
        Lang::En => BUILT_IN.iter().find(|(zh, _)| *zh == name).map_or(name, |(_, en)| (*en).to_owned()),
    }
}

/// 公布, 推得, 代入, 评定, 缺省.
pub(crate) fn provenance_word(provenance: Provenance, lang: Lang) -> &'static str {
    match provenance {
        Provenance::Published => pick(lang, "公布", "published"),
        Provenance::Derived => pick(lang, "推得", "derived"),
        Provenance::Fitted => pick(lang, "代入", "fitted"),
        Provenance::Assessed => pick(lang, "评定", "assessed"),
        Provenance::Default => pick(lang, "缺省", "default"),
    }
}

/// Whether a unit or an indicator has a score, in words; nothing where it has.
pub(super) fn state_word(state: State, lang: Lang) -> &'static str {
    match state {
        State::Scored => "",
        State::Exempt => pick(lang, "不参评", "exempt"),
        State::NotApplicable => pick(lang, "不适用", "n/a"),
        State::Missing => pick(lang, "缺数据", "missing"),
        State::Partly => pick(lang, "部分已知", "partly known"),
        State::Pending => pick(lang, "待定", "pending"),
    }
}

/// A rounding mode in words.
pub(super) fn mode_word(mode: Mode, lang: Lang) -> &'static str {
    match mode {
        Mode::HalfUp => pick(lang, "四舍五入", "half up"),
        Mode::HalfEven => pick(lang, "四舍六入", "half even"),
        Mode::FromZero => pick(lang, "进一", "away from zero"),
        Mode::ToZero => pick(lang, "去尾", "toward zero"),
    }
}
