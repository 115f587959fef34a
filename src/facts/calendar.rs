//! The table of a calendar: what days it covers, the hours of the week, holidays, and days worked instead.

use std::collections::BTreeMap;
use std::path::Path;

use super::grid::Grid;
use super::moments::{self, time_of_day};
use super::table::{excerpt, grids, is_ignored, is_one_of, squeezed};
use crate::calendar::{Calendar, Hours, Special, Stated, Weekly};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::plan::Plan;
use crate::quantity::Unit;
use crate::quantity::moment::{DAY, show_clock, show_day};

const KIND: &[&str] = &["类别", "kind"];
const DAYS: &[&str] = &["日期", "days", "date", "dates"];
const HOURS: &[&str] = &["时间", "hours", "time"];
const COVERS: &[&str] = &["范围", "有效", "有效期", "range"];
const WORKING_HOURS: &[&str] = &["工作时间", "上班时间", "作息", "hours"];
const HOLIDAY: &[&str] = &["休息", "放假", "假日", "节假日", "holiday"];
const WORKED: &[&str] = &["上班", "调休上班", "调休", "补班", "workday"];
const WEEKDAYS: [[&str; 5]; 7] = [
    ["周一", "星期一", "礼拜一", "mon", "monday"],
    ["周二", "星期二", "礼拜二", "tue", "tuesday"],
    ["周三", "星期三", "礼拜三", "wed", "wednesday"],
    ["周四", "星期四", "礼拜四", "thu", "thursday"],
    ["周五", "星期五", "礼拜五", "fri", "friday"],
    ["周六", "星期六", "礼拜六", "sat", "saturday"],
    ["周日", "星期日", "星期天", "sun", "sunday"],
];
/// A calendar covers at most so many days.
const LONGEST: i64 = 366 * 200;

/// Whether a table beside the rules is the calendar that they name.
pub(crate) fn is_calendar(plan: &Plan, path: &str) -> bool {
    plan.head.calendar.as_ref().is_some_and(|(name, _)| Path::new(path).file_name().is_some_and(|file| file.to_string_lossy() == name.as_str()))
}

/// Reads the calendar that the rules name, and gives it to the plan.
pub(crate) fn load(tables: &[(String, Vec<u8>)], plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
    let Some((name, span)) = &plan.head.calendar else { return };
    let Some((path, bytes)) = tables.iter().find(|(path, _)| is_calendar(plan, path)) else {
        let near = crate::diag::closest(name, tables.iter().filter_map(|(path, _)| Path::new(path).file_name()?.to_str())).map(str::to_owned);
        let diagnostic =
            fault(words!("标准的文件夹里没有日历「{name}」", "there is no calendar {name} beside the rules")).at(*span, words!("这里写的表", "named here"));
        let diagnostic = match near {
            Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
            None => diagnostic,
        };
        diagnostics.push(
            diagnostic.help(words!(
                "把它(.csv 或 .xlsx)放在规则文件旁边,不放在子文件夹里",
                "put it (.csv or .xlsx) beside the rule file, not into a folder of its own"
            )),
        );
        return;
    };
    let before = diagnostics.len();
    let read = grids(path, bytes, diagnostics);
    let Some(grid) = read.into_iter().find(|grid| !grid.hidden && !grid.rows.is_empty()) else {
        if diagnostics.len() == before {
            diagnostics.push(fault(words!("日历是空的", "the calendar is empty")).at_file(path.clone(), words!("", "")).help(example()));
        }
        return;
    };
    let stated =
        Reader { grid: &grid, columns: [None; 3], stated: Stated::default(), covers: None, special: BTreeMap::new(), hours: Vec::new(), diagnostics }.run();
    if let Some(calendar) = stated.and_then(|stated| Calendar::new(&stated)) {
        let _ = plan.calendar.set(calendar);
    }
}

fn fault(title: Words) -> Diagnostic {
    Diagnostic::new(Code::BadCalendar, title)
}

fn example() -> Words {
    words!(
        "第一行写「类别,日期,时间」,以下各行如「范围,2024-01-01 至 2024-12-31」、「工作时间,周一至周五,09:00-12:00 13:30-17:30」、「休息,2024-10-01 至 2024-10-07」、「上班,2024-10-12」",
        "write the headings “kind,days,hours”, then rows such as “range,2024-01-01 to 2024-12-31”, “hours,Mon to Fri,09:00-12:00 13:30-17:30”, “holiday,2024-10-01 to 2024-10-07”, “workday,2024-10-12”"
    )
}

/// Weekdays, the first and last day from and until which they have hours, and the hours.
type StatedHours = (Vec<i64>, Option<(i64, i64)>, Hours);

struct Reader<'r> {
    grid: &'r Grid,
    /// Kind, days and hours.
    columns: [Option<usize>; 3],
    stated: Stated,
    /// The row that says which days it covers.
    covers: Option<usize>,
    /// The rows of holidays and of days worked instead.
    special: BTreeMap<i64, usize>,
    hours: Vec<StatedHours>,
    diagnostics: &'r mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn run(mut self) -> Option<Stated> {
        let before = self.diagnostics.len();
        let (first, headings) = self.grid.rows.first()?;
        for (column, heading) in headings.iter().enumerate() {
            let known = [KIND, DAYS, HOURS].iter().position(|words| is_one_of(heading, words));
            match known.and_then(|known| self.columns.get_mut(known)) {
                Some(slot) => *slot = slot.or(Some(column)),
                None if heading.is_empty() || is_ignored(heading) => {}
                None => {
                    let shown = excerpt(heading);
                    self.report(
                        *first,
                        column,
                        words!("日历里没有「{shown}」这一列", "a calendar has no column {shown}"),
                        words!("日历的列:类别、日期、时间、说明", "its columns are kind, days, hours, note"),
                    );
                }
            }
        }
        if self.columns.iter().take(2).any(Option::is_none) {
            // a table without its headings has not so many wrong ones
            self.diagnostics.truncate(before);
            self.report(*first, 0, words!("日历要有 类别 和 日期 两列", "a calendar has columns kind and days"), example());
            return None;
        }
        for (row, cells) in self.grid.rows.iter().skip(1) {
            self.row(*row, cells);
        }
        let unread = self.diagnostics.len() > before;
        if self.covers.is_none() && !unread {
            self.report(
                *first,
                0,
                words!("日历没有写明管哪些天", "the calendar does not say which days it covers"),
                words!("加一行,例如 范围,2024-01-01 至 2024-12-31", "add a row, as in: range,2024-01-01 to 2024-12-31"),
            );
        }
        if self.hours.is_empty() && !unread {
            self.report(
                *first,
                0,
                words!("日历没有写明工作时间", "the calendar states no working hours"),
                words!("加一行,例如 工作时间,周一至周五,09:00-12:00 13:30-17:30", "add a row, as in: hours,Mon to Fri,09:00-12:00 13:30-17:30"),
            );
        }
        let all = self.stated.days;
        for (weekdays, days, hours) in std::mem::take(&mut self.hours) {
            let weekly = |weekday| Weekly { weekday, days: days.unwrap_or(all), hours: hours.clone() };
            self.stated.weekly.extend(weekdays.into_iter().map(weekly));
        }
        self.special_days_inside();
        (self.diagnostics.len() == before).then_some(self.stated)
    }

    /// A holiday outside the days that are covered is most likely of another year.
    fn special_days_inside(&mut self) {
        if self.covers.is_none() {
            return;
        }
        let (first, last) = self.stated.days;
        let outside = self.special.iter().find(|(day, _)| !(first..=last).contains(*day)).map(|(day, row)| (*day, *row));
        if let Some((day, row)) = outside {
            let (day, first, last) = (show_day(day), show_day(first), show_day(last));
            let column = self.columns.get(1).copied().flatten().unwrap_or(0);
            self.report(
                row,
                column,
                words!("{day} 不在日历的范围 {first} 至 {last} 里", "{day} is outside the days {first} to {last} that the calendar covers"),
                words!("更正这一天,或放宽范围", "correct the day, or let the calendar cover more"),
            );
        }
    }

    fn report(&mut self, row: usize, column: usize, title: Words, help: Words) {
        let heading = self.grid.rows.first().and_then(|(_, headings)| headings.get(column)).map(String::as_str).unwrap_or_default();
        self.diagnostics.push(fault(title).at_cell(self.grid.place(row, column, heading), words!("", "")).help(help));
    }

    fn row(&mut self, row: usize, cells: &[String]) {
        let columns = self.columns;
        let cell = |which: usize| columns.get(which).copied().flatten().and_then(|column| cells.get(column)).map_or("", String::as_str);
        let at = |which: usize| columns.get(which).copied().flatten().unwrap_or(0);
        let (kind, days, hours) = (cell(0), cell(1), cell(2));
        if let Some(fault) =
            self.grid.faults.iter().find(|((at, _), _)| *at == row).map(|((_, column), fault)| fault.diagnostic(self.grid.place(row, *column, "")))
        {
            self.diagnostics.push(fault);
            return;
        }
        if is_one_of(kind, WORKING_HOURS) {
            return self.working_hours(row, (at(1), days), (at(2), hours));
        }
        let known = [COVERS, HOLIDAY, WORKED].iter().position(|words| is_one_of(kind, words));
        let Some(known) = known else {
            let shown = excerpt(kind);
            return self.report(
                row,
                at(0),
                words!("日历里没有「{shown}」这种类别", "a calendar has no kind {shown}"),
                words!("类别:范围、工作时间、休息、上班", "the kinds are range, hours, holiday, workday"),
            );
        };
        let Some((first, last)) = stretch(days).filter(|(first, last)| last.saturating_sub(*first) < LONGEST) else { return self.no_days(row, at(1), days) };
        if known == 0 {
            if let Some(before) = self.covers {
                return self.report(
                    row,
                    at(0),
                    words!("范围写了两次,先在第 {before} 行", "the range is stated twice, first in row {before}"),
                    words!("只留一行", "keep one of them"),
                );
            }
            self.covers = Some(row);
            self.stated.days = (first, last);
            return;
        }
        let special = match (known, hours.is_empty()) {
            (1, true) => Special::Holiday,
            (1, false) => {
                return self.report(
                    row,
                    at(2),
                    words!("休息的日子不写时间", "a holiday has no hours"),
                    words!("清空这一格;只休半天的写作 上班,并写明上班的时间", "clear the cell; of half a holiday write workday with its hours"),
                );
            }
            (_, true) => Special::Worked,
            (_, false) => match stretches(hours) {
                Ok(hours) => Special::Hours(hours),
                Err(problem) => return self.no_hours(row, at(2), hours, problem),
            },
        };
        for day in first..=last {
            self.special.entry(day).or_insert(row);
            if self.stated.days_off.insert(day, special.clone()).is_some_and(|before| before != special) {
                let day = show_day(day);
                self.report(
                    row,
                    at(1),
                    words!("{day} 前面已经写过,两处不一", "{day} was stated before, and otherwise"),
                    words!("只留一处", "keep one of them"),
                );
                break;
            }
        }
    }

    /// The hours of some weekdays, from and until a day where that is stated.
    fn working_hours(&mut self, row: usize, (at_days, days): (usize, &str), (at_hours, hours): (usize, &str)) {
        let Some((weekdays, rest)) = weekdays(days) else {
            let shown = excerpt(days);
            return self.report(
                row,
                at_days,
                words!("「{shown}」不是星期几", "{shown} names no weekdays"),
                words!("例如 周一至周五、周六,可接着写起止日", "as in Mon to Fri, or Sat; the first and last day may follow"),
            );
        };
        let until = if rest.is_empty() { Some(None) } else { stretch(rest).map(Some) };
        let Some(until) = until else { return self.no_days(row, at_days, rest) };
        match stretches(hours) {
            Ok(hours) => self.hours.push((weekdays, until, hours)),
            Err(problem) => self.no_hours(row, at_hours, hours, problem),
        }
    }

    fn no_days(&mut self, row: usize, column: usize, text: &str) {
        let shown = excerpt(text);
        self.report(
            row,
            column,
            words!("「{shown}」不是日子", "{shown} names no days"),
            words!("写一天 2024-10-01,或起止 2024-10-01 至 2024-10-07,年写在前面", "write a day as in 2024-10-01, or 2024-10-01 to 2024-10-07, the year first"),
        );
    }

    fn no_hours(&mut self, row: usize, column: usize, text: &str, problem: NoHours) {
        let shown = excerpt(text);
        let help = words!("例如 09:00-12:00 13:30-17:30,过了零点的分成两天写", "as in 09:00-12:00 13:30-17:30; what goes past midnight is stated for two days");
        let title = match problem {
            NoHours::Unreadable => words!("「{shown}」不是工作时间", "{shown} states no working hours"),
            NoHours::Backward => words!("「{shown}」里有一段止在起之前", "in {shown} a stretch ends before it begins"),
            NoHours::Overlap(at) => {
                let at = show_clock(at);
                words!("「{shown}」里有两段在 {at} 重叠", "in {shown} two stretches overlap at {at}")
            }
        };
        self.report(row, column, title, help);
    }
}

/// The first and the last day of a stretch, or the only one twice.
fn stretch(text: &str) -> Option<(i64, i64)> {
    let day = |text: &str| moments::read(text.trim(), &Unit::Date).ok();
    if let Some(one) = day(text) {
        return Some((one, one));
    }
    let parted = ["至", "到", "~", "～", " to ", "—", "–"].iter().find_map(|sign| text.split_once(sign)).or_else(|| text.split_once(" - "));
    let (first, last) = parted?;
    // 2024-10-01 至 7 and 2024-10-01 至 10-07 leave out what is the same
    let first = day(first)?;
    let shown = show_day(first);
    let (year, month) = (shown.get(..4)?, shown.get(..7)?);
    let last = last.trim();
    let last = day(last)
        .or_else(|| day(&format!("{year}-{}", last.trim_start_matches('0'))))
        .or_else(|| day(&format!("{year}年{last}")))
        .or_else(|| day(&format!("{month}-{last}")))?;
    (first <= last).then_some((first, last))
}

/// The weekdays that a text begins with, and what follows them.
fn weekdays(text: &str) -> Option<(Vec<i64>, &str)> {
    let mut rest = text.trim();
    let mut found: Vec<i64> = Vec::new();
    if let Some(behind) = ["每天", "每日", "every day", "daily"].iter().find_map(|word| rest.strip_prefix(word)) {
        return Some(((0..7).collect(), behind.trim()));
    }
    while let Some((first, behind)) = weekday(rest) {
        rest = behind.trim_start();
        let to = ["至", "到", "-", "~", "～", "to ", "—", "–"].iter().find_map(|sign| rest.strip_prefix(sign));
        let (last, behind) = match to {
            Some(behind) => weekday(behind.trim_start())?,
            None => (first, rest),
        };
        let count = last.saturating_sub(first).rem_euclid(7);
        found.extend((0..=count).map(|step| first.saturating_add(step).rem_euclid(7)));
        rest = behind.trim_start_matches([' ', '、', ',', '，', ';', '；']);
    }
    (!found.is_empty()).then_some((found, rest.trim()))
}

/// The weekday that a text begins with, the longest name of it.
fn weekday(text: &str) -> Option<(i64, &str)> {
    let names = WEEKDAYS.iter().enumerate().flat_map(|(number, names)| names.iter().map(move |name| (number, *name)));
    let (number, name) = names.filter(|(_, name)| text.get(..name.len()).is_some_and(|start| squeezed(start) == *name)).max_by_key(|(_, name)| name.len())?;
    Some((i64::try_from(number).ok()?, text.get(name.len()..)?))
}

/// Why hours cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoHours {
    Unreadable,
    Backward,
    Overlap(i64),
}

/// 09:00-12:00 13:30-17:30, in order.
fn stretches(text: &str) -> Result<Hours, NoHours> {
    let plain: String = text.chars().map(|letter| if matches!(letter, '：') { ':' } else { letter }).collect();
    let joined = ["至", "到", "~", "～", "—", "–", " to "].iter().fold(plain, |text, sign| text.replace(sign, "-"));
    let joined = joined.replace(" -", "-").replace("- ", "-");
    let mut hours: BTreeMap<i64, i64> = BTreeMap::new();
    for part in joined.split([' ', ',', '，', '、', ';', '；', '\u{3000}', '\n']).filter(|part| !part.is_empty()) {
        let (from, until) = part.split_once('-').ok_or(NoHours::Unreadable)?;
        let read = |text: &str| time_of_day(text.trim()).map_err(|_| NoHours::Unreadable);
        let (from, until) = (read(from)?, read(until)?);
        if from >= until || until > DAY {
            return Err(NoHours::Backward);
        }
        if hours.insert(from, until).is_some() {
            return Err(NoHours::Overlap(from));
        }
    }
    let hours: Hours = hours.into_iter().collect();
    if let Some([_, (from, _)]) =
        hours.windows(2).find(|pair| matches!(pair, [(_, until), (from, _)] if from < until)).and_then(|pair| <&[(i64, i64); 2]>::try_from(pair).ok())
    {
        return Err(NoHours::Overlap(*from));
    }
    if hours.is_empty() { Err(NoHours::Unreadable) } else { Ok(hours) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_named_alone_and_in_stretches() {
        assert_eq!(weekdays("周一至周五"), Some(((0..5).collect(), "")));
        assert_eq!(weekdays("Mon to Fri"), Some(((0..5).collect(), "")));
        assert_eq!(weekdays("Monday-Wednesday, Sat"), Some((vec![0, 1, 2, 5], "")));
        assert_eq!(weekdays("周六、周日"), Some((vec![5, 6], "")));
        assert_eq!(weekdays("周五至周一"), Some((vec![4, 5, 6, 0], "")));
        assert_eq!(weekdays("每天"), Some(((0..7).collect(), "")));
        assert_eq!(weekdays("周一至周五 2024-05-01 至 2024-09-30"), Some(((0..5).collect(), "2024-05-01 至 2024-09-30")));
        assert_eq!(weekdays("五月"), None);
    }

    #[test]
    fn stretches_of_days_may_leave_out_the_year() {
        let day = |text: &str| crate::quantity::moment::read_day(text).unwrap();
        let october = Some((day("2024-10-01"), day("2024-10-07")));
        for text in
            ["2024-10-01 至 2024-10-07", "2024年10月1日至7日", "2024/10/1~10/7", "2024-10-01 to 2024-10-07", "2024-10-01 - 2024-10-07", "2024-10-01 至 10月7日"]
        {
            assert_eq!(stretch(text), october, "{text}");
        }
        assert_eq!(stretch("2024-10-07 至 2024-10-01"), None);
        assert_eq!(stretch("10-01"), None);
    }

    #[test]
    fn hours_are_in_order_and_apart() {
        let day = |a: i64, b: i64| (a * 60, b * 60);
        assert_eq!(stretches("09:00-12:00 13:30-17:30"), Ok(vec![day(540, 720), day(810, 1050)]));
        assert_eq!(stretches("13:30至17:30、9：00～12：00"), Ok(vec![day(540, 720), day(810, 1050)]));
        assert_eq!(stretches("00:00-24:00"), Ok(vec![(0, DAY)]));
        assert_eq!(stretches("22:00-06:00"), Err(NoHours::Backward));
        assert_eq!(stretches("09:00-12:00 11:00-13:00"), Err(NoHours::Overlap(11 * 3600)));
        assert_eq!(stretches("9-12"), Err(NoHours::Unreadable));
        assert_eq!(stretches(""), Err(NoHours::Unreadable));
    }
}
