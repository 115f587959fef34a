//! Days and times as numbers: a day is the number of days since 1970-01-01, a time the number of seconds since that day began.
//!
//! There are no time zones: a time is what the clock on the wall showed, and every day has 86,400 seconds.

use jiff::civil::{Date, DateTime};

use super::{Number, Unit};

/// The seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// The first day of all.
fn epoch() -> Option<Date> {
    Date::new(1970, 1, 1).ok()
}

/// The number of a day.
pub(crate) fn number_of_day(date: Date) -> Option<i64> {
    Some(i64::from(epoch()?.until(date).ok()?.get_days()))
}

/// The day of a number.
pub(crate) fn day(number: i64) -> Option<Date> {
    epoch()?.checked_add(jiff::Span::new().try_days(number).ok()?).ok()
}

/// The number of a time; a fraction of a second is not kept.
pub(crate) fn number_of_time(time: DateTime) -> Option<i64> {
    let clock = time.time();
    let minutes = i64::from(clock.hour()).checked_mul(60)?.checked_add(i64::from(clock.minute()))?;
    let seconds = minutes.checked_mul(60)?.checked_add(i64::from(clock.second()))?;
    number_of_day(time.date())?.checked_mul(DAY)?.checked_add(seconds)
}

/// The number of a day as the rules write it, as in `2020-01-01`.
pub(crate) fn read_day(iso: &str) -> Option<i64> {
    number_of_day(iso.parse().ok()?)
}

/// The number of a time as the rules write it, as in `2020-01-01T08:30:00`.
pub(crate) fn read_time(iso: &str) -> Option<i64> {
    number_of_time(iso.parse().ok()?)
}

/// The day that a time belongs to, and the seconds of it that have passed.
pub(crate) fn day_and_seconds(time: i64) -> (i64, i64) {
    (time.div_euclid(DAY), time.rem_euclid(DAY))
}

/// A time of day, as in `08:30`, and `08:30:05` where there are seconds.
pub(crate) fn show_clock(seconds: i64) -> String {
    let (minutes, second) = (seconds.div_euclid(60), seconds.rem_euclid(60));
    let (hour, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

/// A day as text; of one that no calendar has its number.
pub(crate) fn show_day(number: i64) -> String {
    day(number).map_or_else(|| number.to_string(), |day| day.to_string())
}

/// A time as text, as in `2020-11-03 08:30`.
pub(crate) fn show_time(number: i64) -> String {
    let (day, seconds) = day_and_seconds(number);
    format!("{} {}", show_day(day), show_clock(seconds))
}

/// A day or a time as text; none of a number that is neither.
pub(crate) fn show(value: &Number, unit: &Unit) -> Option<String> {
    let whole = |value: &Number| value.decimal().filter(|value| value.normalize().scale() == 0).and_then(|value| value.normalize().mantissa().try_into().ok());
    match unit {
        Unit::Date => Some(show_day(whole(value)?)),
        Unit::Time => Some(show_time(whole(value)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_have_numbers_and_come_back() {
        assert_eq!(read_day("1970-01-01"), Some(0));
        assert_eq!(read_day("2020-11-03"), Some(18_569));
        assert_eq!(read_day("1969-12-31"), Some(-1));
        assert_eq!(read_time("2020-11-03T08:30:05"), Some(18_569 * DAY + 30_605));
        assert_eq!(show_time(18_569 * DAY + 30_605), "2020-11-03 08:30:05");
        assert_eq!(show_time(-60), "1969-12-31 23:59");
        assert_eq!(show_day(18_569), "2020-11-03");
        assert_eq!(read_day("2020-02-30"), None);
        assert_eq!(show_day(99_999_999_999), "99999999999");
    }
}
