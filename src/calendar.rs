//! Working time: the hours of the week, holidays, and days worked instead of them.
//!
//! In: what a calendar states, as [`Stated`]. Out: how much of the time between two moments is worked, and the moment by which so
//! much was. Never: a time outside the days that the calendar covers, a fraction of a second, a time zone.
//!
//! Days are numbered as in [`quantity::moment`](crate::quantity), times are seconds of that count.

use std::collections::BTreeMap;

use crate::quantity::moment::{DAY, day_and_seconds};

/// The stretches of a day that are worked, in seconds of the day: ascending, apart, none empty.
pub(crate) type Hours = Vec<(i64, i64)>;

/// What a calendar states.
#[derive(Debug, Default)]
pub(crate) struct Stated {
    /// The first and the last day.
    pub(crate) days: (i64, i64),
    /// The hours of a weekday, 0 for Monday, from one day to another; a later entry holds before an earlier one.
    pub(crate) weekly: Vec<Weekly>,
    /// Days of their own: none for a holiday, hours for a day that is worked.
    pub(crate) days_off: BTreeMap<i64, Special>,
}

/// The hours of a weekday.
#[derive(Debug)]
pub(crate) struct Weekly {
    pub(crate) weekday: i64,
    pub(crate) days: (i64, i64),
    pub(crate) hours: Hours,
}

/// What is special about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Special {
    /// Nobody works.
    Holiday,
    /// It is worked as the first working day of its week is.
    Worked,
    /// It is worked in these hours.
    Hours(Hours),
}

/// The weekday of a day, 0 for Monday.
pub(crate) fn weekday(day: i64) -> i64 {
    // 1970-01-01 was a Thursday
    day.saturating_add(3).rem_euclid(7)
}

/// One day of the calendar.
#[derive(Debug, Clone, Copy)]
struct Day {
    /// Seconds worked on all days before it.
    before: i64,
    /// Working days before it.
    working_days: i64,
    /// Which of the patterns of hours it has.
    pattern: usize,
}

/// A calendar that counts.
#[derive(Debug)]
pub(crate) struct Calendar {
    first: i64,
    /// Every day from the first to the last, and the day after.
    days: Vec<Day>,
    patterns: Vec<Hours>,
}

impl Calendar {
    /// Counts what is stated. None where the last day is before the first.
    pub(crate) fn new(stated: &Stated) -> Option<Calendar> {
        let (first, last) = stated.days;
        let mut calendar = Calendar { first, days: Vec::new(), patterns: Vec::new() };
        let (mut before, mut working_days) = (0_i64, 0_i64);
        for day in first..=last.checked_add(1)? {
            let hours = if day > last { Hours::new() } else { stated.hours(day) };
            let worked: i64 = hours.iter().map(|(from, until)| until.saturating_sub(*from)).sum();
            let known = calendar.patterns.iter().position(|pattern| *pattern == hours);
            let pattern = known.unwrap_or_else(|| {
                calendar.patterns.push(hours);
                calendar.patterns.len() - 1
            });
            calendar.days.push(Day { before, working_days, pattern });
            before = before.checked_add(worked)?;
            working_days = working_days.checked_add(i64::from(worked > 0))?;
        }
        (last >= first).then_some(calendar)
    }

    /// The first and the last day.
    pub(crate) fn covers(&self) -> (i64, i64) {
        let count = i64::try_from(self.days.len()).unwrap_or(i64::MAX);
        (self.first, self.first.saturating_add(count).saturating_sub(2))
    }

    fn day(&self, day: i64) -> Option<&Day> {
        self.days.get(usize::try_from(day.checked_sub(self.first)?).ok()?)
    }

    fn hours(&self, day: &Day) -> &[(i64, i64)] {
        self.patterns.get(day.pattern).map_or(&[], Vec::as_slice)
    }

    /// The seconds worked from the beginning of the calendar to a time; none outside it.
    fn worked(&self, time: i64) -> Option<i64> {
        let (number, seconds) = day_and_seconds(time);
        // the moment at which the last day ends still belongs to the calendar
        let day = self.day(number).filter(|_| number <= self.covers().1 || seconds == 0)?;
        let part: i64 = self.hours(day).iter().map(|(from, until)| seconds.min(*until).saturating_sub(*from).max(0)).sum();
        day.before.checked_add(part)
    }

    /// The seconds worked from one time to another, negative where the other is earlier; none outside the calendar.
    pub(crate) fn seconds_between(&self, from: i64, until: i64) -> Option<i64> {
        self.worked(until)?.checked_sub(self.worked(from)?)
    }

    /// The earliest time by which so many seconds were worked since a time; for a negative number the latest from which so many are
    /// worked until it; for 0 the time itself. None where it lies outside the calendar.
    pub(crate) fn after_seconds(&self, time: i64, seconds: i64) -> Option<i64> {
        let wanted = self.worked(time)?.checked_add(seconds)?;
        if seconds == 0 {
            return Some(time);
        }
        // forward the end of a stretch is reached, backward the beginning of one
        let forward = seconds > 0;
        let index = if forward { self.days.partition_point(|day| day.before < wanted) } else { self.days.partition_point(|day| day.before <= wanted) };
        let index = index.checked_sub(1)?;
        let day = self.days.get(index)?;
        let mut left = wanted.checked_sub(day.before)?;
        let start = self.first.checked_add(i64::try_from(index).ok()?)?.checked_mul(DAY)?;
        for (from, until) in self.hours(day) {
            let length = until.saturating_sub(*from);
            if if forward { left <= length } else { left < length } {
                return start.checked_add(*from)?.checked_add(left);
            }
            left = left.saturating_sub(length);
        }
        None
    }

    /// The working days after one day up to another, negative where the other is earlier: the day that is counted from does not
    /// count. None outside the calendar.
    pub(crate) fn days_between(&self, from: i64, until: i64) -> Option<i64> {
        let up_to = |day: i64| self.day(day).filter(|_| day <= self.covers().1).and_then(|_| self.day(day.checked_add(1)?)).map(|next| next.working_days);
        up_to(until)?.checked_sub(up_to(from)?)
    }

    /// The so-many-th working day after a day, or before it for a negative number; for 0 the day itself. None outside the calendar.
    pub(crate) fn after_days(&self, day: i64, count: i64) -> Option<i64> {
        let (first, last) = self.covers();
        if count == 0 {
            return (first..=last).contains(&day).then_some(day);
        }
        let here = self.day(day).filter(|_| day <= last)?;
        // working days are numbered from 0 by those before them
        let wanted =
            if count > 0 { self.day(day.checked_add(1)?)?.working_days.checked_add(count)?.checked_sub(1)? } else { here.working_days.checked_add(count)? };
        let index = self.days.partition_point(|day| day.working_days <= wanted).checked_sub(1)?;
        let found = first.checked_add(i64::try_from(index).ok()?)?;
        (wanted >= 0 && found <= last).then_some(found)
    }
}

impl Stated {
    /// The hours of a day.
    fn hours(&self, day: i64) -> Hours {
        match self.days_off.get(&day) {
            Some(Special::Holiday) => Hours::new(),
            Some(Special::Hours(hours)) => hours.clone(),
            Some(Special::Worked) => {
                let monday = day.saturating_sub(weekday(day));
                (0..7).find_map(|weekday| self.usual(weekday, monday.saturating_add(weekday))).unwrap_or_default()
            }
            None => self.usual(weekday(day), day).unwrap_or_default(),
        }
    }

    /// The hours of a weekday, if it is worked.
    fn usual(&self, weekday: i64, day: i64) -> Option<Hours> {
        let holds = |weekly: &&Weekly| weekly.weekday == weekday && (weekly.days.0..=weekly.days.1).contains(&day);
        self.weekly.iter().rev().find(holds).map(|weekly| weekly.hours.clone()).filter(|hours| !hours.is_empty())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::arithmetic_side_effects, reason = "days and seconds of small calendars")]

    use super::*;
    use crate::quantity::moment::{read_day, read_time, show_day, show_time};
    use proptest::prelude::*;

    const OFFICE: [(i64, i64); 2] = [(9 * 3600, 12 * 3600), (13 * 3600 + 1800, 17 * 3600 + 1800)];

    fn day(iso: &str) -> i64 {
        read_day(iso).unwrap()
    }

    /// Monday to Friday 09:00-12:00 and 13:30-17:30 in 2024; New Year off, and from 10 to 17 February, Sunday 4 February worked.
    fn office() -> Calendar {
        let days = (day("2024-01-01"), day("2024-12-31"));
        let weekly = (0..5).map(|weekday| Weekly { weekday, days, hours: OFFICE.to_vec() }).collect();
        let mut days_off: BTreeMap<i64, Special> = (day("2024-02-10")..=day("2024-02-17")).map(|day| (day, Special::Holiday)).collect();
        days_off.insert(day("2024-01-01"), Special::Holiday);
        days_off.insert(day("2024-02-04"), Special::Worked);
        Calendar::new(&Stated { days, weekly, days_off }).unwrap()
    }

    fn time(text: &str) -> i64 {
        read_time(&text.replace(' ', "T")).unwrap()
    }

    fn minutes(from: &str, until: &str) -> Option<i64> {
        office().seconds_between(time(from), time(until)).map(|seconds| seconds / 60)
    }

    fn after(from: &str, minutes: i64) -> Option<String> {
        office().after_seconds(time(from), minutes * 60).map(show_time)
    }

    #[test]
    fn working_time_leaves_out_nights_lunch_weekends_and_holidays() {
        // Friday 5 January
        assert_eq!(minutes("2024-01-05 09:00:00", "2024-01-05 10:30:00"), Some(90));
        assert_eq!(minutes("2024-01-05 11:30:00", "2024-01-05 14:00:00"), Some(60));
        assert_eq!(minutes("2024-01-05 07:00:00", "2024-01-05 23:00:00"), Some(420));
        assert_eq!(minutes("2024-01-05 17:00:00", "2024-01-08 09:30:00"), Some(60));
        assert_eq!(minutes("2024-01-06 10:00:00", "2024-01-07 10:00:00"), Some(0));
        assert_eq!(minutes("2024-01-08 09:30:00", "2024-01-05 17:00:00"), Some(-60));
        // Sunday 4 February is worked, 10 to 17 February are not, the 18th is a Sunday
        assert_eq!(minutes("2024-02-04 00:00:00", "2024-02-05 00:00:00"), Some(420));
        assert_eq!(minutes("2024-02-09 17:00:00", "2024-02-19 09:10:00"), Some(40));
        // the end of the last day belongs to the calendar, what is before and after it does not
        assert_eq!(minutes("2024-12-31 17:00:00", "2025-01-01 00:00:00"), Some(30));
        assert_eq!(minutes("2024-12-31 17:00:00", "2025-01-01 00:00:01"), None);
        assert_eq!(minutes("2023-12-31 23:59:59", "2024-01-02 00:00:00"), None);
    }

    #[test]
    fn a_time_is_found_by_the_working_time_up_to_it() {
        let found = |from, minutes| after(from, minutes).unwrap();
        assert_eq!(found("2024-01-05 16:00:00", 120), "2024-01-08 09:30");
        assert_eq!(found("2024-01-05 16:00:00", 90), "2024-01-05 17:30");
        assert_eq!(found("2024-01-05 11:00:00", 60), "2024-01-05 12:00");
        assert_eq!(found("2024-01-05 11:00:00", 61), "2024-01-05 13:31");
        assert_eq!(found("2024-01-06 10:00:00", 1), "2024-01-08 09:01");
        assert_eq!(found("2024-01-06 10:00:00", 0), "2024-01-06 10:00");
        assert_eq!(found("2024-01-08 09:30:00", -60), "2024-01-05 17:00");
        assert_eq!(found("2024-01-08 09:30:00", -30), "2024-01-08 09:00");
        assert_eq!(found("2024-02-09 17:00:00", 40), "2024-02-19 09:10");
        assert_eq!(after("2024-12-31 17:00:00", 31), None);
        assert_eq!(after("2024-01-02 09:30:00", -31), None);
    }

    #[test]
    fn working_days_are_counted_without_the_first() {
        let office = office();
        let between = |from: &str, until: &str| office.days_between(day(from), day(until));
        assert_eq!(between("2024-01-05", "2024-01-05"), Some(0));
        assert_eq!(between("2024-01-05", "2024-01-08"), Some(1));
        assert_eq!(between("2024-01-06", "2024-01-08"), Some(1));
        assert_eq!(between("2024-01-08", "2024-01-05"), Some(-1));
        // 4 February is worked, and so are 5 to 9
        assert_eq!(between("2024-02-02", "2024-02-19"), Some(7));
        assert_eq!(between("2024-12-30", "2025-01-01"), None);
        let after = |from: &str, count| office.after_days(day(from), count).map(show_day);
        assert_eq!(after("2024-01-05", 3).as_deref(), Some("2024-01-10"));
        assert_eq!(after("2024-01-06", 1).as_deref(), Some("2024-01-08"));
        assert_eq!(after("2024-01-06", 0).as_deref(), Some("2024-01-06"));
        assert_eq!(after("2024-01-08", -1).as_deref(), Some("2024-01-05"));
        assert_eq!(after("2024-02-03", 7).as_deref(), Some("2024-02-19"));
        assert_eq!(after("2024-12-31", 1), None);
        assert_eq!(after("2024-01-02", -1), None);
        assert_eq!(after("2025-01-01", 0), None);
    }

    #[test]
    fn a_later_entry_of_hours_holds_and_a_day_may_have_its_own() {
        let days = (day("2024-06-03"), day("2024-06-16"));
        let summer = (day("2024-06-10"), day("2024-06-16"));
        let entry = |days, hours: &[(i64, i64)]| Weekly { weekday: 0, days, hours: hours.to_vec() };
        let special = Special::Hours(vec![(0, DAY)]);
        let stated = Stated { days, weekly: vec![entry(days, &OFFICE), entry(summer, &[(0, 3600)])], days_off: BTreeMap::from([(day("2024-06-04"), special)]) };
        let calendar = Calendar::new(&stated).unwrap();
        let worked = |iso: &str| calendar.seconds_between(day(iso) * DAY, (day(iso) + 1) * DAY).unwrap();
        assert_eq!([worked("2024-06-03"), worked("2024-06-04"), worked("2024-06-05"), worked("2024-06-10")], [7 * 3600, DAY, 0, 3600]);
        assert!(Calendar::new(&Stated { days: (5, 4), ..Stated::default() }).is_none());
    }

    // --- against a walk second by second ---

    /// A short calendar of odd hours, all in few seconds so that every one can be walked: a day is worked in stretches of up to a minute.
    fn odd() -> impl Strategy<Value = Stated> {
        let hours = proptest::collection::vec((0_i64..86_300, 1_i64..90), 0..4).prop_map(|stretches| {
            let mut hours = Hours::new();
            for (from, length) in stretches.into_iter().collect::<BTreeMap<i64, i64>>() {
                if hours.last().is_none_or(|(_, until)| *until < from) {
                    hours.push((from, from + length));
                }
            }
            hours
        });
        let special = prop_oneof![Just(Special::Holiday), Just(Special::Worked), hours.clone().prop_map(Special::Hours)];
        (1_i64..9, proptest::collection::vec((0_i64..7, 0_i64..9, 0_i64..9, hours), 0..9), proptest::collection::btree_map(0_i64..9, special, 0..4)).prop_map(
            |(count, weekly, days_off)| {
                let weekly = weekly.into_iter().map(|(weekday, a, b, hours)| Weekly { weekday, days: (a.min(b), a.max(b)), hours });
                Stated { days: (0, count), weekly: weekly.collect(), days_off }
            },
        )
    }

    /// Whether the second that begins at a time is worked, straight from what is stated.
    fn is_worked(stated: &Stated, time: i64) -> bool {
        let (number, seconds) = (time / DAY, time % DAY);
        let usual = |day: i64| {
            let mut found: Option<&Hours> = None;
            for weekly in &stated.weekly {
                if weekly.weekday == (day + 3) % 7 && weekly.days.0 <= day && day <= weekly.days.1 {
                    found = Some(&weekly.hours);
                }
            }
            found.cloned().unwrap_or_default()
        };
        let hours = match stated.days_off.get(&number) {
            Some(Special::Holiday) => Hours::new(),
            Some(Special::Hours(hours)) => hours.clone(),
            Some(Special::Worked) => (0..7).map(|index| usual(number - (number + 3) % 7 + index)).find(|hours| !hours.is_empty()).unwrap_or_default(),
            None => usual(number),
        };
        hours.iter().any(|(from, until)| *from <= seconds && seconds < *until)
    }

    fn walked(stated: &Stated, from: i64, until: i64) -> i64 {
        let count = |a: i64, b: i64| i64::try_from((a..b).filter(|second| is_worked(stated, *second)).count()).unwrap();
        if from <= until { count(from, until) } else { -count(until, from) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn working_time_is_that_of_a_walk(stated in odd(), a in 0_i64..9 * DAY, b in 0_i64..9 * DAY) {
            let calendar = Calendar::new(&stated).unwrap();
            let end = (stated.days.1 + 1) * DAY;
            let wanted = (a <= end && b <= end).then(|| walked(&stated, a, b));
            prop_assert_eq!(calendar.seconds_between(a, b), wanted);
        }

        #[test]
        fn a_time_after_so_much_work_is_that_of_a_walk(stated in odd(), from in 0_i64..9 * DAY, seconds in -120_i64..120) {
            let calendar = Calendar::new(&stated).unwrap();
            let end = (stated.days.1 + 1) * DAY;
            let mut wanted = (from <= end).then_some(from);
            let mut left = seconds;
            while let Some(time) = wanted.filter(|_| left != 0) {
                // a step over a second that is worked is one second of work
                let (next, second) = if left > 0 { (time + 1, time) } else { (time - 1, time - 1) };
                if is_worked(&stated, second) && second >= 0 && second < end {
                    left -= left.signum();
                }
                wanted = (0..=end).contains(&next).then_some(next);
            }
            prop_assert_eq!(calendar.after_seconds(from, seconds), wanted);
        }

        #[test]
        fn working_days_are_those_of_a_walk(stated in odd(), from in 0_i64..10, until in 0_i64..10, count in -6_i64..6) {
            let calendar = Calendar::new(&stated).unwrap();
            let worked = |day: i64| walked(&stated, day * DAY, (day + 1) * DAY) > 0;
            let last = stated.days.1;
            let inside = from <= last && until <= last;
            let count_of = |a: i64, b: i64| i64::try_from((a + 1..=b).filter(|day| worked(*day)).count()).unwrap();
            let wanted = inside.then(|| if from <= until { count_of(from, until) } else { -count_of(until, from) });
            prop_assert_eq!(calendar.days_between(from, until), wanted);
            let mut reached = (from <= last).then_some(from);
            let mut left = count;
            while let Some(day) = reached.filter(|_| left != 0) {
                let next = day + left.signum();
                reached = (0..=last).contains(&next).then_some(next);
                if reached.is_some() && worked(next) {
                    left -= left.signum();
                }
            }
            prop_assert_eq!(calendar.after_days(from, count), reached);
        }
    }
}
