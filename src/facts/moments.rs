//! The text of a cell to a day or a time.
//!
//! Days are written with the year first, by any of the signs that people and spreadsheet programs part them with. What puts the
//! month or the day first is refused: 3/11/2020 is two days.

use crate::diag::{Diagnostic, Words, words};
use crate::quantity::Unit;
use crate::quantity::moment::{DAY, read_day};

use super::table::excerpt;

/// Why a text is no day or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    /// It is something else.
    Other,
    /// Day and month stand before the year.
    YearLast,
    /// A bare number, as spreadsheet programs count days.
    Serial,
    /// There is no such day.
    NoDay,
    /// There is no such time of day.
    NoTime,
    /// A part of a second.
    Fraction,
    /// A time where a day is wanted.
    TooFine,
    /// A time of day without its day.
    NoDate,
}

/// The number of the day or time that a text states.
pub(super) fn read(text: &str, unit: &Unit) -> Result<i64, Malformed> {
    let text = plain(text);
    let (day, seconds) = split(&text)?;
    let seconds = seconds.unwrap_or(0);
    match unit {
        Unit::Date if seconds == 0 => Ok(day),
        Unit::Date => Err(Malformed::TooFine),
        _ => day.checked_mul(DAY).and_then(|start| start.checked_add(seconds)).ok_or(Malformed::NoDay),
    }
}

/// In ASCII: full-width letters and signs, every kind of dash, blanks as one space.
fn plain(text: &str) -> String {
    let one = |letter: char| match letter {
        '\u{2212}' | '\u{FE63}' | '\u{2010}'..='\u{2015}' => '-',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter).saturating_sub(0xFEE0)).unwrap_or(letter),
        letter if letter.is_whitespace() => ' ',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(one).collect::<String>().split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The day, and the seconds of it where a time is stated.
fn split(text: &str) -> Result<(i64, Option<i64>), Malformed> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let end = text.find([' ', 't', '日']).unwrap_or(text.len());
    let (date, rest) = text.split_at_checked(end).ok_or(Malformed::Other)?;
    let rest = rest.trim_start_matches('日').trim_start_matches('t').trim();
    if date.contains(':') || date.contains('时') || date.contains('点') {
        return Err(Malformed::NoDate);
    }
    let parts: Vec<&str> = date.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let day = match parts.as_slice() {
        [year, month, day] if year.len() == 4 && [year, month, day].iter().all(|part| digits(part)) && month.len() <= 2 && day.len() <= 2 => {
            read_day(&format!("{year}-{month:0>2}-{day:0>2}")).ok_or(Malformed::NoDay)?
        }
        [all] if digits(all) && all.len() == 8 => {
            let (year, rest) = all.split_at_checked(4).ok_or(Malformed::Other)?;
            let (month, day) = rest.split_at_checked(2).ok_or(Malformed::Other)?;
            read_day(&format!("{year}-{month}-{day}")).ok_or(Malformed::NoDay)?
        }
        [first, second, last] if [first, second, last].iter().all(|part| digits(part)) && first.len() <= 2 => return Err(Malformed::YearLast),
        [number] | [number, _] if digits(number) && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => return Err(Malformed::Serial),
        _ => return Err(Malformed::Other),
    };
    if rest.is_empty() { Ok((day, None)) } else { Ok((day, Some(time_of_day(rest)?))) }
}

/// 8:30, 08:30:05, 8时30分, 下午3:30, 3:30 pm; the seconds of the day.
pub(super) fn time_of_day(text: &str) -> Result<i64, Malformed> {
    let mut text = text;
    let mut half = None;
    for (word, is_afternoon) in [("上午", false), ("早上", false), ("下午", true), ("晚上", true), ("am", false), ("pm", true)] {
        if let Some(rest) = text.strip_prefix(word).or_else(|| text.strip_suffix(word)) {
            (text, half) = (rest.trim(), Some(is_afternoon));
            break;
        }
    }
    let text = text.strip_suffix('秒').or_else(|| text.strip_suffix('分')).or_else(|| text.strip_suffix(['时', '点'])).unwrap_or(text);
    let mut parts = text.split([':', '时', '点', '分']).map(str::trim);
    let mut next = |most: i64| match parts.next() {
        None => Ok(None),
        Some(part) if (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()) => {
            part.parse().ok().filter(|number| *number <= most).map(Some).ok_or(Malformed::NoTime)
        }
        Some(part) => match part.split_once('.') {
            Some((whole, fraction)) if whole.len() <= 2 && fraction.bytes().all(|byte| byte == b'0') => {
                whole.parse().ok().filter(|number| *number <= most).map(Some).ok_or(Malformed::NoTime)
            }
            Some(_) => Err(Malformed::Fraction),
            None => Err(Malformed::Other),
        },
    };
    let hour: i64 = next(24)?.ok_or(Malformed::Other)?;
    let (minute, second) = (next(59)?, next(59)?.unwrap_or(0));
    // an hour alone is no time, unless it says so
    let minute = match minute {
        Some(minute) => minute,
        None if half.is_some() => 0,
        None => return Err(Malformed::Other),
    };
    if parts.next().is_some() {
        return Err(Malformed::Other);
    }
    let hour = match half {
        Some(_) if hour > 12 && half == Some(false) || hour > 23 => return Err(Malformed::NoTime),
        Some(true) if hour < 12 => hour.saturating_add(12),
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    if hour == 24 && (minute, second) != (0, 0) {
        return Err(Malformed::NoTime);
    }
    let minutes = hour.checked_mul(60).and_then(|minutes| minutes.checked_add(minute));
    minutes.and_then(|minutes| minutes.checked_mul(60)).and_then(|seconds| seconds.checked_add(second)).ok_or(Malformed::NoTime)
}

/// What is wrong, and what to do about it.
pub(super) fn fault(text: &str, unit: &Unit, malformed: Malformed) -> (Words, Words) {
    let shown = excerpt(text);
    let (wanted, wanted_en) = kind(unit);
    let example = if *unit == Unit::Date { "2020-11-03" } else { "2020-11-03 08:30" };
    let title = match malformed {
        Malformed::YearLast => words!("「{shown}」不知道哪个是月、哪个是日", "{shown} may be read as two days"),
        Malformed::NoDay => words!("「{shown}」不是日历上有的一天", "{shown} is no day of the calendar"),
        Malformed::NoTime => words!("「{shown}」里没有这个时刻", "{shown} holds no time of day"),
        Malformed::Fraction => words!("「{shown}」细过一秒", "{shown} is finer than a second"),
        Malformed::TooFine => words!("「{shown}」有时刻,这一列只要日期", "{shown} states a time of day, the column holds dates"),
        Malformed::NoDate => words!("「{shown}」只有时刻,没有日期", "{shown} states a time of day without its date"),
        Malformed::Serial | Malformed::Other => words!("「{shown}」不是{wanted}", "{shown} is not {wanted_en}"),
    };
    (title, help(malformed, example))
}

/// The same without the text of the cell.
pub(super) fn help(malformed: Malformed, example: &str) -> Words {
    match malformed {
        Malformed::YearLast => words!("先写年,例如 {example}", "write the year first, as in {example}"),
        Malformed::Serial => words!(
            "若是表格软件里日期的序号,把这一列设为日期格式再存;或写作 {example}",
            "if it is the serial number of a date, give the column a date format and save the file again; or write it like {example}"
        ),
        Malformed::Fraction => words!("去掉秒后面的小数", "leave out what is behind the seconds"),
        Malformed::TooFine => words!("只写日期,或在规则里把这一列声明为 时间", "write the date alone, or declare the column as a time in the rules"),
        _ => words!("写作 {example}", "write it like {example}"),
    }
}

pub(super) fn kind(unit: &Unit) -> (&'static str, &'static str) {
    if *unit == Unit::Date { ("日期", "a date") } else { ("时间", "a time") }
}

/// A cell that states no day or time.
pub(super) fn diagnostic(text: &str, unit: &Unit, malformed: Malformed) -> Diagnostic {
    let (title, help) = fault(text, unit, malformed);
    Diagnostic::new(crate::diag::Code::BadCell, title).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::moment::{show_day, show_time};
    use proptest::prelude::*;

    #[test]
    fn times_are_read_in_the_forms_that_people_and_programs_write() {
        for text in [
            "2020-11-03 08:30",
            "2020/11/3 8:30:00",
            "2020.11.3 8:30",
            "2020年11月3日 8:30",
            "2020年11月3日8时30分",
            "2020年11月3日 上午8:30",
            "2020-11-03T08:30:00",
            "2020-11-03 08:30:00.000",
            "20201103 08:30",
            "２０２０－１１－０３　０８：３０",
            "2020/11/3 8:30 AM",
            " 2020–11–03  8点30分 ",
        ] {
            assert_eq!(read(text, &Unit::Time).map(show_time).as_deref(), Ok("2020-11-03 08:30"), "{text}");
        }
        let at = |text: &str| read(text, &Unit::Time).map(show_time);
        assert_eq!(at("2020-11-03").as_deref(), Ok("2020-11-03 00:00"));
        assert_eq!(at("2020-11-03 24:00").as_deref(), Ok("2020-11-04 00:00"));
        assert_eq!(at("2020年11月3日 下午3时").as_deref(), Ok("2020-11-03 15:00"));
        assert_eq!(at("2020-11-03 12:05 am").as_deref(), Ok("2020-11-03 00:05"));
        assert_eq!(at("2020-11-03 12:05 pm").as_deref(), Ok("2020-11-03 12:05"));
        assert_eq!(at("2020-11-03 8:05:09").as_deref(), Ok("2020-11-03 08:05:09"));
        for text in ["2020-11-03", "2020/11/3", "2020年11月3日", "20201103", "2020-11-03 00:00:00"] {
            assert_eq!(read(text, &Unit::Date).map(show_day).as_deref(), Ok("2020-11-03"), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_or_may_be_two_is_refused() {
        for (text, fault) in [
            ("3/11/2020", Malformed::YearLast),
            ("03-11-20 8:30", Malformed::YearLast),
            ("44138", Malformed::Serial),
            ("44138.354167", Malformed::Serial),
            ("2020-13-01", Malformed::NoDay),
            ("2020-11-31", Malformed::NoDay),
            ("2020-11-03 25:00", Malformed::NoTime),
            ("2020-11-03 24:01", Malformed::NoTime),
            ("2020-11-03 8:60", Malformed::NoTime),
            ("2020-11-03 13:00 am", Malformed::NoTime),
            ("2020-11-03 08:30:00.5", Malformed::Fraction),
            ("08:30", Malformed::NoDate),
            ("11月3日", Malformed::Other),
            ("2020-11-03 8", Malformed::Other),
            ("2020-11-03 8:30:00:00", Malformed::Other),
            ("昨天", Malformed::Other),
            ("-", Malformed::Other),
            ("####", Malformed::Other),
        ] {
            assert_eq!(read(text, &Unit::Time), Err(fault), "{text}");
        }
        assert_eq!(read("2020-11-03 08:30", &Unit::Date), Err(Malformed::TooFine));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9年月日时分秒:/ .\\-t上下午\\PC]{0,30}") {
            let _ = read(&text, &Unit::Time);
            let _ = time_of_day(&text);
        }

        #[test]
        fn what_is_shown_is_read_back(time in -2_000_000_000_i64..8_000_000_000) {
            prop_assert_eq!(read(&show_time(time), &Unit::Time), Ok(time));
        }
    }
}
