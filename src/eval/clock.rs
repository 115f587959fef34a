//! Operations on days and times: how long it is from one to another, and what lies so long after one.

use rust_decimal::Decimal;

use super::domain::{Absence, Value};
use crate::calendar::Calendar;
use crate::plan::{Clock, ClockKind, Lapse};
use crate::quantity::moment::{DAY, day_and_seconds};
use crate::quantity::{Mode, Number, Unit, round_to};

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockFault {
    /// The calendar was not read.
    NoCalendar,
    /// A time outside the days that the calendar covers: a given one, or the one that would be the result.
    Outside(Option<i64>),
    /// A time that is no whole second, or a result that cannot be held.
    NoTime,
}

/// The result of an operation on two values, an absence where one of them is absent.
pub(crate) fn exact(clock: &Clock, a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Number(one), Value::Number(other)) => answer(clock, one, other).map_or(Value::Absent(Absence::Failed), Value::Number),
        _ => Value::Absent(a.absence().into_iter().chain(b.absence()).min().unwrap_or(Absence::NoRow)),
    }
}

/// The result of an operation.
///
/// # Errors
/// Where there is none.
pub(crate) fn answer(clock: &Clock, a: &Number, b: &Number) -> Result<Number, ClockFault> {
    match clock.kind {
        ClockKind::Between(lapse) => between(clock, lapse, a, b),
        ClockKind::After(lapse) => after(clock, lapse, a, b),
    }
}

fn between(clock: &Clock, lapse: Lapse, from: &Number, until: &Number) -> Result<Number, ClockFault> {
    match lapse {
        Lapse::WorkingHours => {
            let calendar = calendar(clock)?;
            let (from, until) = (whole(from)?, whole(until)?);
            let seconds = calendar.seconds_between(from, until).ok_or_else(|| outside(calendar, [from, until]))?;
            over(&number(seconds), 3600)
        }
        Lapse::WorkingDays => {
            let calendar = calendar(clock)?;
            let (from, until) = (day_of(clock, from)?, day_of(clock, until)?);
            let times = [from.saturating_mul(DAY), until.saturating_mul(DAY)];
            calendar.days_between(from, until).map(number).ok_or_else(|| outside(calendar, times))
        }
        _ => {
            let difference = until.minus(from).map_err(|_| ClockFault::NoTime)?;
            over(&difference, if clock.of == Unit::Date { 1 } else { length(lapse) })
        }
    }
}

fn after(clock: &Clock, lapse: Lapse, start: &Number, by: &Number) -> Result<Number, ClockFault> {
    match lapse {
        Lapse::WorkingHours => {
            let calendar = calendar(clock)?;
            let start = whole(start)?;
            let seconds = by.times(&number(3600)).map_err(|_| ClockFault::NoTime)?;
            let down = whole(&seconds.floor().map_err(|_| ClockFault::NoTime)?)?;
            let rest = seconds.minus(&number(down)).map_err(|_| ClockFault::NoTime)?;
            // inside a second that is worked, work and time pass alike
            let (whole, back) = if rest.is_zero() || down < 0 { (down, 0) } else { (down.saturating_add(1), 1) };
            let reached = calendar.after_seconds(start, whole).ok_or_else(|| outside(calendar, [start, start]))?;
            number(reached.saturating_sub(back)).plus(&rest).map_err(|_| ClockFault::NoTime)
        }
        Lapse::WorkingDays => {
            let calendar = calendar(clock)?;
            let (day, count) = (day_of(clock, start)?, whole(by)?);
            let time = day.saturating_mul(DAY);
            let reached = calendar.after_days(day, count).ok_or_else(|| outside(calendar, [time, time]))?;
            if clock.of == Unit::Date {
                return Ok(number(reached));
            }
            // at the same time of day
            let moved = reached.saturating_sub(day).saturating_mul(DAY);
            start.plus(&number(moved)).map_err(|_| ClockFault::NoTime)
        }
        _ => {
            let length = if clock.of == Unit::Date { 1 } else { length(lapse) };
            by.times(&number(length)).and_then(|by| start.plus(&by)).map_err(|_| ClockFault::NoTime)
        }
    }
}

fn calendar(clock: &Clock) -> Result<&Calendar, ClockFault> {
    clock.calendar.get().ok_or(ClockFault::NoCalendar)
}

/// Which of two times lies outside the calendar; none where it is the result that would.
fn outside(calendar: &Calendar, times: [i64; 2]) -> ClockFault {
    let (first, last) = calendar.covers();
    let end = last.saturating_add(1).saturating_mul(DAY);
    ClockFault::Outside(times.into_iter().find(|time| *time < first.saturating_mul(DAY) || *time > end))
}

/// The seconds of a unit of time.
fn length(lapse: Lapse) -> i64 {
    match lapse {
        Lapse::Seconds | Lapse::WorkingDays => 1,
        Lapse::Minutes => 60,
        Lapse::Hours | Lapse::WorkingHours => 3600,
        Lapse::Days => DAY,
    }
}

fn number(value: i64) -> Number {
    Number::from(Decimal::from(value))
}

fn over(value: &Number, by: i64) -> Result<Number, ClockFault> {
    value.over(&number(by)).ok().flatten().ok_or(ClockFault::NoTime)
}

fn whole(value: &Number) -> Result<i64, ClockFault> {
    let cut = round_to(value, Decimal::ONE, Mode::ToZero).ok().filter(|cut| Number::from(*cut) == *value);
    cut.and_then(|cut| i64::try_from(cut.normalize().mantissa()).ok().filter(|_| cut.normalize().scale() == 0)).ok_or(ClockFault::NoTime)
}

/// The day of a date, or of a time.
fn day_of(clock: &Clock, value: &Number) -> Result<i64, ClockFault> {
    let value = whole(value)?;
    Ok(if clock.of == Unit::Date { value } else { day_and_seconds(value).0 })
}
