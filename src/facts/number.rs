//! The text of a cell to the value of its fact.

use rust_decimal::Decimal;

use super::moments;
use super::table::{excerpt, squeezed};
use crate::diag::{CellPlace, Code, Diagnostic, Label, Place, Words, closest, words};
use crate::eval::domain::Value;
use crate::plan::{Fact, Plan, Type};
use crate::quantity::{self, BUILT_IN, Number, Unit, moment};

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'p> {
    pub(super) plan: &'p Plan,
    pub(super) fact: &'p Fact,
    /// What 1 without a unit is as a number, where the heading states the unit.
    pub(super) stated: Option<Decimal>,
}

/// A number as it is written.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    /// Sign, digits and point in ASCII.
    digits: String,
    /// The text after the digits.
    suffix: String,
}

/// Why a text is no number.
#[derive(Debug, PartialEq, Eq)]
enum Malformed {
    /// It is something else.
    Other,
    /// Commas that do not part thousands.
    Grouping,
}

impl Reading<'_> {
    /// The value of a cell that is not blank, or none and the reason why.
    pub(super) fn read(&self, text: &str, place: &CellPlace, diagnostics: &mut Vec<Diagnostic>) -> Option<Value> {
        let read = match &self.fact.kind {
            Type::Number(unit) if unit.is_moment() => {
                let read = moments::read(text, unit).map_err(|malformed| self.declared(moments::diagnostic(text, unit, malformed)));
                read.map(|number| Value::Number(Number::from(Decimal::from(number))))
            }
            Type::Number(unit) => {
                let value = self.number(text, unit);
                let value = value.and_then(|value| self.check(value, unit).map(|()| value).map_err(|fault| self.declared(fault)));
                if let Ok(value) = value
                    && let Some(odd) = odd_rate(value, unit)
                {
                    diagnostics.push(odd.at_cell(place.clone(), words!("", "")));
                }
                value.map(|value| Value::Number(Number::from(value)))
            }
            // INVARIANT: texts are read where tables of records are
            Type::Text => return None,
            Type::Truth => truth(text),
            Type::Choice(_) => self.choice(text).map_err(|fault| self.declared(fault)),
        };
        match read {
            Ok(value) => Some(value),
            Err(mut fault) => {
                fault.labels.insert(0, Label { place: Place::Cell(place.clone()), words: words!("", "") });
                diagnostics.push(fault);
                None
            }
        }
    }

    /// Adds the place that the expectation comes from.
    fn declared(&self, fault: Diagnostic) -> Diagnostic {
        fault.at(self.fact.span, words!("这一列在这里声明", "the column is declared here"))
    }

    fn number(&self, text: &str, unit: &Unit) -> Result<Decimal, Diagnostic> {
        let written = parse(text).map_err(|malformed| unreadable(text, unit, &malformed))?;
        let Ok(mut value) = Decimal::from_str_exact(&written.digits) else { return Err(too_long(text)) };
        if value.is_zero() {
            value.set_sign_positive(true);
        }
        let factor = if written.suffix.is_empty() {
            match self.stated {
                Some(factor) => factor,
                None if unit.is_percent() => return Err(bare(value, unit)),
                None => Decimal::ONE,
            }
        } else if is_unit(&written.suffix, unit) {
            Unit::factor(&written.suffix)
        } else if looks_like_unit(&written.suffix) {
            return Err(self.declared(other_unit(text, &written.suffix, unit)));
        } else {
            return Err(unreadable(text, unit, &Malformed::Other));
        };
        let value = Number::from(value).times(&Number::from(factor)).ok().and_then(|value| value.decimal());
        value.ok_or_else(|| too_long(text))
    }

    fn check(&self, value: Decimal, unit: &Unit) -> Result<(), Diagnostic> {
        let (shown, shown_en) = with_unit(value, unit);
        let on_step = quantity::on_grid(value, self.fact.step);
        if unit.is_count() && value < Decimal::ZERO {
            return Err(Diagnostic::new(Code::BadCount, words!("{unit}数不会是负的:「{shown}」", "a count is never negative: {shown_en}"))
                .help(words!("更正这个数;不知道就留空", "correct the number; leave the cell blank if it is not known")));
        }
        if on_step {
            return Ok(());
        }
        if self.counts(unit) {
            return Err(Diagnostic::new(Code::BadCount, words!("{unit}数须为整数:「{shown}」", "a count is a whole number: {shown_en}"))
                .help(words!("更正这个数;若确有小数,在规则里写明 精度", "correct the number; if fractions do occur, state the step in the rules")));
        }
        let (step, step_en) = with_unit(self.fact.step, unit);
        Err(Diagnostic::new(Code::TooFine, words!("「{shown}」比精度 {step} 更细", "{shown_en} is finer than the step of {step_en}"))
            .help(words!("按 {step} 取整后填写,或在规则里把这项数据的 精度 写细", "round it to {step_en}, or state a finer step for the fact in the rules")))
    }

    /// Whether values are whole numbers of things.
    fn counts(&self, unit: &Unit) -> bool {
        // a unit that the rules declare as whole has the step 1
        let declared = matches!(unit, Unit::Named(_)) && !BUILT_IN.iter().any(|(name, _)| Unit::named(name) == *unit);
        self.fact.step == Decimal::ONE && (unit.is_count() || declared)
    }

    fn choice(&self, text: &str) -> Result<Value, Diagnostic> {
        let Type::Choice(symbols) = &self.fact.kind else { return truth(text) };
        let names = || symbols.iter().filter_map(|symbol| self.plan.symbols.get(*symbol).map(|name| (*symbol, name.as_str())));
        let wanted = squeezed(text);
        if let Some((symbol, _)) = names().find(|(_, name)| squeezed(name) == wanted) {
            return Ok(Value::Symbol(symbol));
        }
        let known = names().map(|(_, name)| name).collect::<Vec<_>>();
        let (list, list_en) = (known.join("、"), known.join(", "));
        let shown = excerpt(text);
        let fault = Diagnostic::new(Code::BadCell, words!("「{shown}」不在可选的值里", "{shown} is not among the choices"))
            .help(words!("可选:{list}", "choose one of: {list_en}"));
        Err(match closest(text, names().map(|(_, name)| name)) {
            Some(near) => fault.help(words!("是不是「{near}」?", "did you mean {near}?")),
            None => fault,
        })
    }
}

fn truth(text: &str) -> Result<Value, Diagnostic> {
    match squeezed(text).as_str() {
        "是" | "yes" => Ok(Value::Truth(true)),
        "否" | "no" => Ok(Value::Truth(false)),
        _ => {
            let shown = excerpt(text);
            Err(Diagnostic::new(Code::BadCell, words!("「{shown}」既不是「是」也不是「否」", "{shown} is neither yes nor no"))
                .help(words!("填 是 或 否;不知道就留空", "write yes or no; leave the cell blank if it is not known")))
        }
    }
}

// --- reading ---

/// Splits a text into a number and what stands behind it.
fn parse(text: &str) -> Result<Written, Malformed> {
    let text: String = text.chars().map(half_width).collect();
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.trim_start();
    let end = rest.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, ',' | '.'))).unwrap_or(rest.len());
    let (number, suffix) = rest.split_at_checked(end).ok_or(Malformed::Other)?;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !fraction.is_none_or(is_digits) || !whole.split(',').all(is_digits) {
        return Err(if is_digits(&whole.replace(',', "")) && fraction.is_none_or(|fraction| is_digits(&fraction.replace(',', ""))) {
            Malformed::Grouping
        } else {
            Malformed::Other
        });
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    if whole.contains(',') && (first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(Malformed::Grouping);
    }
    let point = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    Ok(Written { digits: format!("{sign}{}{point}", whole.replace(',', "")), suffix: suffix.trim().to_owned() })
}

/// A full-width digit, letter or sign in ASCII, and every minus sign as the ASCII one.
fn half_width(letter: char) -> char {
    match letter {
        '\u{2212}' | '\u{FE63}' | '\u{2012}' | '\u{2013}' => '-',
        // the full-width forms of ASCII stand in its order
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter).saturating_sub(0xFEE0)).unwrap_or(letter),
        other => other,
    }
}

/// Whether a word is the name of that unit.
pub(super) fn is_unit(word: &str, unit: &Unit) -> bool {
    !word.is_empty() && (Unit::named(word) == *unit || unit.to_string() == word)
}

fn looks_like_unit(suffix: &str) -> bool {
    suffix.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '%' | '‰' | '/' | '×'))
}

/// A number as its cell is written, in Chinese and in English.
pub(super) fn with_unit(value: Decimal, unit: &Unit) -> (String, String) {
    let alike = |shown: String| (shown.clone(), shown);
    if let Some(shown) = moment::show(&Number::from(value), unit) {
        return alike(shown);
    }
    if !unit.is_percent() {
        let value = quantity::plain(value);
        return if matches!(unit, Unit::Named(_)) { (format!("{value} {unit}"), format!("{value} {}", unit.in_english_behind(&value))) } else { alike(value) };
    }
    let hundredfold = Number::from(value).times(&Number::from(Decimal::ONE_HUNDRED)).ok().and_then(|value| value.decimal());
    let Some(shown) = hundredfold.map(quantity::plain) else { return alike(quantity::plain(value)) };
    if *unit == Unit::Points { (format!("{shown} 个百分点"), format!("{shown} pp")) } else { alike(format!("{shown}%")) }
}

// --- faults ---

fn bad_cell(title: Words, help: Words) -> Diagnostic {
    Diagnostic::new(Code::BadCell, title).help(help)
}

fn unreadable(text: &str, unit: &Unit, malformed: &Malformed) -> Diagnostic {
    let shown = excerpt(text);
    match malformed {
        Malformed::Grouping => bad_cell(
            words!("「{shown}」的逗号不是每三位一个", "the commas of {shown} do not part groups of three"),
            words!("去掉逗号,或写作 1,881 的样子;小数点用 .", "leave the commas out, or write it like 1,881; the decimal point is ."),
        ),
        Malformed::Other if is_scientific(text) => bad_cell(
            words!("「{shown}」是科学记数,位数已经丢了", "{shown} is in scientific notation: digits are lost"),
            words!(
                "在表格软件里把这一列设为数值格式,再存为 CSV;或写全这个数",
                "give the column a number format and save the CSV again, or write the number out"
            ),
        ),
        Malformed::Other => {
            let (example, example_en) = with_unit(if unit.is_percent() { Decimal::new(985, 3) } else { Decimal::from(146) }, unit);
            bad_cell(
                words!("「{shown}」不是数", "{shown} is not a number"),
                words!(
                    "不知道就留空;知道就写数,例如 {example};只知道范围的写 ≥{example}、[最小,最大] 或 ?",
                    "leave the cell blank if it is not known, else write a number such as {example_en}; of what is known within limits ≥{example_en}, [least,most] or ?"
                ),
            )
        }
    }
}

/// Whether a text is like 1E+05.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['e', 'E']) else { return false };
    let digits = exponent.trim_start_matches(['+', '-']);
    mantissa.parse::<Decimal>().is_ok() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn too_long(text: &str) -> Diagnostic {
    let shown = excerpt(text);
    bad_cell(words!("「{shown}」位数太多", "{shown} has too many digits"), words!("最多 28 位数字", "at most 28 digits can be kept"))
}

fn other_unit(text: &str, suffix: &str, unit: &Unit) -> Diagnostic {
    let (shown, suffix, unit_en) = (excerpt(text), excerpt(suffix), unit.in_english());
    bad_cell(
        words!("「{shown}」以 {suffix} 计,这一列以 {unit} 计", "{shown} is in {suffix}, the column is in {unit_en}"),
        words!("换算成 {unit} 再填,或更正单位", "convert it to {unit_en}, or correct the unit"),
    )
}

fn bare(value: Decimal, unit: &Unit) -> Diagnostic {
    let plain = quantity::plain(value);
    let ((as_percent, percent_en), (as_fraction, fraction_en)) = (with_unit(hundredth(value), unit), with_unit(value, unit));
    let title = words!("「{plain}」没有写单位:是 {as_percent},还是 {as_fraction}?", "{plain} bears no unit: is it {percent_en} or {fraction_en}?");
    if (Decimal::NEGATIVE_ONE..=Decimal::ONE).contains(&value) {
        return bad_cell(title, words!("写明单位:{as_fraction} 或 {as_percent}", "state the unit: {fraction_en} or {percent_en}"));
    }
    let (heading, heading_en) = if *unit == Unit::Points { ("(百分点)", "(pp)") } else { ("(%)", "(%)") };
    bad_cell(
        title,
        words!(
            "写明单位,例如 {as_percent};整列都不带单位的,在列名后写{heading}",
            "state the unit, as in {percent_en}; where the whole column bears none, write {heading_en} behind its heading"
        ),
    )
}

/// A number read as percent.
fn hundredth(value: Decimal) -> Decimal {
    Number::from(value).times(&Number::from(Decimal::new(1, 2))).ok().and_then(|value| value.decimal()).unwrap_or(value)
}

fn odd_rate(value: Decimal, unit: &Unit) -> Option<Diagnostic> {
    let odd = matches!(unit, Unit::Rate | Unit::Complement) && !(Decimal::ZERO..=Decimal::ONE).contains(&value);
    let (shown, _) = with_unit(value, unit);
    odd.then(|| {
        Diagnostic::new(Code::OddRate, words!("率为 {shown},不在 0 至 100% 之内", "a rate of {shown} is outside 0 to 100 %"))
            .help(words!("核对这个数;若确实如此,不必理会", "check the number; if it is right, nothing need be done"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::samples;
    use proptest::prelude::*;
    use rust_decimal_macros::dec;

    fn read_stated(fact: &str, text: &str, stated: Option<Decimal>) -> (Option<Value>, Vec<Diagnostic>) {
        let plan = samples::plan();
        let fact = plan.facts.iter().find(|one| one.name == fact).unwrap();
        let mut found = Vec::new();
        let place = CellPlace { file: "表.csv".to_owned(), row: 2, column: fact.label().to_owned(), ..CellPlace::default() };
        let value = Reading { plan: &plan, fact, stated }.read(text, &place, &mut found);
        samples::brief(&found);
        (value, found)
    }

    fn number(fact: &str, text: &str) -> Decimal {
        let (value, found) = read_stated(fact, text, None);
        assert_eq!(found, []);
        value.unwrap().decimal().unwrap()
    }

    fn fault(fact: &str, text: &str) -> (Code, String) {
        let (value, found) = read_stated(fact, text, None);
        assert_eq!(value, None, "{text}");
        assert_eq!(found.len(), 1, "{text}");
        let help: Vec<&str> = found[0].help.iter().map(|help| help.words.zh.as_str()).collect();
        (found[0].code, format!("{} {}", found[0].words.zh, help.join(" ")))
    }

    #[test]
    fn thousands_separators_and_full_width_digits_count() {
        for text in [
            "1881",
            "1,881",
            "1\u{FF0C}881",
            "\u{FF11}\u{FF18}\u{FF18}\u{FF11}",
            "1881 件",
            "1881件",
            "1881\u{3000}件",
            " +1881 ",
            "\u{FF0B}1881",
            "1881cases",
            "1881.0",
            "1881\u{FF0E}0",
        ] {
            assert_eq!(number("总工单数", text), dec!(1881), "{text}");
        }
        assert_eq!(number("总工单数", "1,234,567"), dec!(1234567));
        assert_eq!(number("总工单数", "-0"), dec!(0));
        assert_eq!(number("用时", "-1.5天"), dec!(-1.5));
        assert_eq!(number("用时", "\u{2212}1.5 天"), dec!(-1.5));
        assert_eq!(number("用时", "\u{FF0D}1.5 天"), dec!(-1.5));
    }

    #[test]
    fn rates_are_divided_exactly() {
        assert_eq!(number("满意率", "98.50%"), dec!(0.985));
        assert_eq!(number("满意率", "98.5 %"), dec!(0.985));
        assert_eq!(number("满意率", "98.5\u{FF05}"), dec!(0.985));
        assert_eq!(number("满意率", "985‰"), dec!(0.985));
        assert_eq!(number("高出", "2.5个百分点"), dec!(0.025));
        assert_eq!(number("高出", "-2.5 百分点"), dec!(-0.025));
    }

    #[test]
    fn what_a_spreadsheet_shows_in_scientific_notation_is_not_guessed_at() {
        for text in ["1E+05", "1.23e-7", "1e5"] {
            let (code, words) = fault("总工单数", text);
            assert!(code == Code::BadCell && words.contains("科学记数"), "{words}");
        }
        for text in ["e5", "1e", "E+05", "5 ea"] {
            assert!(!fault("总工单数", text).1.contains("科学记数"), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_a_rate_only_where_the_heading_says_so() {
        let (code, words) = fault("满意率", "98.5");
        assert_eq!(code, Code::BadCell);
        assert!(words.contains("98.5%") && words.contains("9850%"), "{words}");
        assert_eq!(fault("高出", "2").0, Code::BadCell);
        let (value, found) = read_stated("满意率", "98.5", Some(dec!(0.01)));
        assert_eq!((value, found), (Some(Value::Number(Number::from(dec!(0.985)))), Vec::new()));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "-", "无", "N/A", "=A1+B1", "2020-11", "1e5", "1,88", "1881,000", ",1", "1,,2", "1.", ".5", "1.2.3", "1.5,000", "约5", "5-6", "1 881", "--1",
            "1_000", "٣", "Ⅳ",
        ] {
            assert_eq!(fault("总工单数", text).0, Code::BadCell, "{text}");
        }
        assert!(fault("总工单数", "-").1.contains("留空"));
        assert!(fault("总工单数", "1,88").1.contains("三位"));
        assert_eq!(fault("总工单数", &"9".repeat(40)).0, Code::BadCell);
        assert_eq!(fault("满意率", &format!("0.{}%", "1".repeat(28))).0, Code::BadCell);
    }

    #[test]
    fn a_unit_that_is_not_the_facts_is_named() {
        let (code, words) = fault("总工单数", "146次");
        assert_eq!(code, Code::BadCell);
        assert!(words.contains('次') && words.contains('件'), "{words}");
        assert_eq!(fault("总工单数", "5%").0, Code::BadCell);
        assert_eq!(fault("满意率", "5百分点").0, Code::BadCell);
        assert_eq!(fault("高出", "5%").0, Code::BadCell);
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        assert_eq!(fault("总工单数", "-1").0, Code::BadCount);
        assert_eq!(fault("总工单数", "1.5").0, Code::BadCount);
        assert_eq!(fault("设备", "1.5").0, Code::BadCount);
    }

    #[test]
    fn digits_past_the_step_are_refused() {
        let (code, words) = fault("用时", "1.2");
        assert_eq!(code, Code::TooFine);
        assert!(words.contains("0.5 天"), "{words}");
        let (code, words) = fault("满意率", "98.555%");
        assert_eq!(code, Code::TooFine);
        assert!(words.contains("0.01%"), "{words}");
    }

    #[test]
    fn a_rate_outside_its_range_is_kept_with_a_warning() {
        for text in ["100.01%", "-1%"] {
            let (value, found) = read_stated("满意率", text, None);
            assert!(value.is_some());
            assert_eq!(found[0].code, Code::OddRate);
        }
        assert_eq!(number("满意率", "100%"), dec!(1));
    }

    #[test]
    fn truths_and_choices_are_read_by_name() {
        let value = |fact: &str, text: &str| read_stated(fact, text, None).0;
        assert_eq!(value("已报送", "是"), Some(Value::Truth(true)));
        assert_eq!(value("已报送", "NO"), Some(Value::Truth(false)));
        assert_eq!(fault("已报送", "1").0, Code::BadCell);
        assert_eq!(value("等次", "良"), Some(Value::Symbol(1)));
        let (code, words) = fault("等次", "中");
        assert_eq!(code, Code::BadCell);
        assert!(words.contains("优、良、差"), "{words}");
    }

    proptest! {
        #[test]
        fn an_integer_reads_back_however_it_is_grouped(value in 0_u64..10_000_000_000) {
            let digits = value.to_string();
            let mut grouped = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            prop_assert_eq!(parse(&grouped), Ok(Written { digits, suffix: String::new() }));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9.,+%件 \\-\u{2212}\u{FF10}-\u{FF19}\u{FF05}\\PC]{0,40}") {
            let _ = parse(&text);
        }
    }
}
