//! From work orders to the published month: orders are made up for November 2020 whose counts are the facts of the bulletin, and the
//! scores computed from them are those that were printed, all 1440.
//!
//! The orders are the same in every run. Their times and the limits they keep or break are set down here by hand, from the calendar of
//! `golden/records/lianyungang`: Monday to Friday, 08:30-12:00 and 14:30-18:00, two working hours to sign, five working days to close.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test reads and writes its own files"
)]

#[path = "harness/bulletin.rs"]
mod bulletin;
#[path = "harness/program.rs"]
mod program;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use bulletin::{compared, rows, units};
use program::{kaoping, root};
use serde_json::Value;

const POLICY: &str = "golden/records/lianyungang";

/// What the orders of a unit must count to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counts {
    orders: usize,
    signed_late: usize,
    unanswered: usize,
    due: usize,
    closed_late: usize,
    visited: usize,
    unsatisfied: usize,
}

/// So many of so many that the rest is that rate, in hundredths of a percent, rounded: the fewest there are.
fn parts(rate: usize, of: impl Iterator<Item = usize>) -> (usize, usize) {
    of.flat_map(|whole| (0..=whole).map(move |part| (whole, part)))
        .find(|(whole, part)| *whole > 0 && ((whole - part) * 20_000 + whole) / (2 * whole) == rate)
        .unwrap_or_else(|| panic!("no counts give {rate}"))
}

/// A rate such as `93.15%` in hundredths of a percent.
fn rate(text: &str) -> usize {
    let (whole, part) = text.trim_end_matches('%').split_once('.').unwrap_or((text.trim_end_matches('%'), ""));
    whole.parse::<usize>().unwrap() * 100 + format!("{part:0<2}").parse::<usize>().unwrap()
}

fn counts(row: &std::collections::BTreeMap<String, String>) -> Counts {
    let number = |column: &str| row[column].parse::<usize>().ok();
    // of the units without an order due only that is known
    let orders = number("总工单数").unwrap_or(1);
    let share = |whole: Option<usize>, part: Option<usize>, column: &str, most: usize| match (whole, part, row[column].as_str()) {
        (Some(whole), Some(part), _) => (whole, part),
        (_, _, "") => (0, 0),
        (Some(whole), None, text) => parts(rate(text), std::iter::once(whole)),
        (None, _, "100%") => (most.max(1), 0),
        (None, _, text) => parts(rate(text), 1..),
    };
    let (_, signed_late) = share(Some(orders), number("超时签收数"), "及时签收率", orders);
    let (due, closed_late) = share(number("应办结数"), number("超时办结数"), "按时办结率", orders * 3 / 4);
    let (visited, unsatisfied) = share(number("回访数"), number("不满意数"), "回访满意率", orders / 3);
    Counts { orders, signed_late, unanswered: number("未及时回应次数").unwrap_or(0), due, closed_late, visited, unsatisfied }
}

/// A time of November 2020, or of October for days below 1.
#[derive(Debug, Clone, Copy)]
struct Time {
    day: i64,
    minute: i64,
}

impl Time {
    fn later(self, days: i64, minute: i64) -> Time {
        Time { day: self.day + days, minute }
    }

    /// In one of the forms that exports have.
    fn text(self, form: usize) -> String {
        let Time { day, minute } = self;
        let (month, day) = match day {
            ..=0 => (10, day + 31),
            1..=30 => (11, day),
            _ => (12, day - 30),
        };
        let (hour, minute) = (minute / 60, minute % 60);
        match form % 3 {
            0 => format!("2020-{month:02}-{day:02} {hour:02}:{minute:02}"),
            1 => format!("2020/{month}/{day} {hour}:{minute:02}:00"),
            _ => format!("2020年{month}月{day}日 {hour:02}:{minute:02}"),
        }
    }
}

/// 0 for Sunday: the first of November 2020 was one.
fn weekday(day: i64) -> i64 {
    (day - 1).rem_euclid(7)
}

/// When an order is sent, and by when it must be signed and closed.
struct Limits {
    sent: Time,
    sign: Time,
    close: Time,
}

/// Orders of every kind in turn: within the day, over the lunch break, over the night, over the weekend, and sent on days off.
fn limits(day: i64, kind: usize) -> Limits {
    let sent = |minute| Time { day, minute };
    match (weekday(day), kind % 3) {
        (0, _) => Limits { sent: sent(7 * 60), sign: Time { day: day + 1, minute: 630 }, close: Time { day: day + 5, minute: 7 * 60 } },
        (6, _) => Limits { sent: sent(20 * 60), sign: Time { day: day + 2, minute: 630 }, close: Time { day: day + 6, minute: 20 * 60 } },
        (_, 0) => Limits { sent: sent(9 * 60), sign: sent(11 * 60), close: Time { day: day + 7, minute: 9 * 60 } },
        (_, 1) => Limits { sent: sent(11 * 60), sign: sent(15 * 60 + 30), close: Time { day: day + 7, minute: 11 * 60 } },
        (5, _) => Limits { sent: sent(17 * 60 + 30), sign: Time { day: day + 3, minute: 600 }, close: Time { day: day + 7, minute: 17 * 60 + 30 } },
        _ => Limits { sent: sent(17 * 60 + 30), sign: Time { day: day + 1, minute: 600 }, close: Time { day: day + 7, minute: 17 * 60 + 30 } },
    }
}

/// The orders of a unit as lines of a table.
fn orders(unit: &str, number: usize, counts: Counts) -> String {
    let mut text = String::new();
    let own_due = counts.due.min(counts.orders);
    let older_due = counts.due - own_due;
    let older = older_due + counts.visited.saturating_sub(counts.orders + older_due);
    for index in 0..counts.orders + older {
        let kind = number + index;
        let spread = i64::try_from(kind).unwrap();
        let day = if index < own_due {
            // due in November: sent by the 23rd
            1 + spread % 23
        } else if index < counts.orders {
            24 + spread % 7
        } else if index < counts.orders + older_due {
            // sent in October, due in November
            -5 + spread % 6
        } else {
            // sent and due in October
            -19 + spread % 5
        };
        let Limits { sent, sign, close } = limits(day, kind);
        // those at the limit are in time, those a minute past it are not
        let signed = match (index < counts.signed_late, kind % 4) {
            (true, 0) => String::new(),
            (true, _) => sign.later(0, sign.minute + 1).text(kind),
            (false, 0) => sign.text(kind),
            (false, _) => sent.later(0, sent.minute + 5).text(kind),
        };
        let is_due = index < own_due || (counts.orders..counts.orders + older_due).contains(&index);
        let due_before = if index < own_due { index } else { own_due + index.saturating_sub(counts.orders) };
        let closed = match (is_due && due_before < counts.closed_late, kind % 5) {
            (true, 0) => String::new(),
            (true, _) => close.later(0, close.minute + 1).text(kind),
            (false, 0) if !is_due => String::new(),
            (false, 1) => close.text(kind),
            (false, _) => sent.later(2, 10 * 60).text(kind),
        };
        let visit = match index {
            index if index >= counts.visited => "",
            index if index < counts.unsatisfied => "不满意",
            _ => "满意",
        };
        let unanswered = usize::from(index < counts.unanswered);
        let sent = sent.text(kind + 1);
        let _ = writeln!(text, "G{number:02}{index:06},{unit},{sent},{signed},{unanswered},{closed},{visit},张{}", index % 97);
    }
    text
}

/// Writes the orders of all units, and the facts that no order tells, into a folder.
fn write_month(folder: &Path) -> usize {
    let mut text = "工单号,单位,派发时间,签收时间,未及时回应,办结时间,回访结果,来电人\n".to_owned();
    let facts = rows("facts.csv");
    for (number, row) in facts.iter().enumerate() {
        text.push_str(&orders(&row["单位"], number, counts(row)));
    }
    fs::write(folder.join("工单.csv"), &text).unwrap();
    let counted = ["总工单数", "超时签收数", "及时签收率", "未及时回应次数", "应办结数", "超时办结数", "按时办结率", "回访数", "不满意数", "回访满意率"];
    let mut reader = csv::Reader::from_path(root().join("golden/lianyungang/2020-11/facts.csv")).unwrap();
    let headings: Vec<String> = reader.headers().unwrap().iter().filter(|heading| !counted.contains(heading)).map(str::to_owned).collect();
    let lines: Vec<String> = facts.iter().map(|row| headings.iter().map(|heading| row[heading].clone()).collect::<Vec<_>>().join(",")).collect();
    fs::write(folder.join("facts.csv"), format!("{}\n{}\n", headings.join(","), lines.join("\n"))).unwrap();
    text.lines().count() - 1
}

fn run(folder: &Path, arguments: &[&str]) -> program::Run {
    let mut all = vec![arguments[0], POLICY];
    all.extend(&arguments[1..]);
    all.extend(["--period", "2020-11", "--facts", folder.to_str().unwrap()]);
    kaoping(root(), &all)
}

#[test]
fn orders_give_the_facts_and_the_scores_of_the_published_month() {
    let folder = tempfile::tempdir().unwrap();
    let written = write_month(folder.path());
    assert!(written > 25_000, "{written}");
    let scored = run(folder.path(), &["score", "--format", "json"]);
    assert_eq!(scored.status, 0, "{}", scored.err);
    let results: Value = serde_json::from_str(&scored.out).unwrap();
    let (cells, differing) = compared(&results);
    assert_eq!(cells, 1440);
    assert_eq!(differing, [["赣榆区", "综合得分", "148.16", "\"148.17\""].map(str::to_owned)]);
    // and the units without a score are those of the bulletin
    let exempt = |reason: &str| units(&results).values().filter(|unit| unit["reason"] == reason).count();
    assert_eq!((exempt("本月无工单"), exempt("本月无应办结工单")), (10, 4));
    // no cell of an order stands in the results
    assert!(!scored.out.contains("G12000") && !scored.out.contains("张"), "{}", scored.out);
}

#[test]
fn a_count_is_traced_to_its_orders_and_private_columns_are_masked() {
    let folder = tempfile::tempdir().unwrap();
    write_month(folder.path());
    let explain = |more: &[&str]| {
        let mut arguments = vec!["explain", "--unit", "市教育局", "--indicator", "及时签收率"];
        arguments.extend(more);
        run(folder.path(), &arguments)
    };
    // 10 of 146 orders of the month are signed late; older orders are due in it
    let counts = counts(rows("facts.csv").iter().find(|row| row["单位"] == "市教育局").unwrap());
    assert_eq!((counts.orders, counts.signed_late, counts.due, counts.closed_late), (146, 10, 124, 23));
    let plain = explain(&[]).out;
    assert!(plain.contains("(工单 146 件中 10 件)"), "{plain}");
    assert!(!plain.contains("G12") && !plain.contains('张'), "{plain}");
    let shown = explain(&["--records"]).out;
    assert!(shown.contains("工单号 G12000000") && shown.contains("来电人 张0"), "{shown}");
    let masked = explain(&["--records", "--mask"]).out;
    assert!(masked.contains("工单号 ***") && !masked.contains("G12") && !masked.contains('张'), "{masked}");
    let listed: Value = serde_json::from_str(&explain(&["--records", "--mask", "--format", "json"]).out).unwrap();
    let late = listed["records"].as_array().unwrap().iter().find(|records| records["counted"] == 10).unwrap();
    assert_eq!((late["of"].as_u64(), late["rows"].as_array().unwrap().len()), (Some(146), 10));
    // one minute more makes one order late: 11 of 146, as if the fact had been entered
    let table = folder.path().join("工单.csv");
    let text = fs::read_to_string(&table).unwrap();
    let at_the_limit = text.lines().find(|line| line.starts_with("G12000012,")).unwrap();
    let fields: Vec<&str> = at_the_limit.split(',').collect();
    let late = at_the_limit.replace(fields[3], "2020-12-01 09:00");
    fs::write(&table, text.replace(at_the_limit, &late)).unwrap();
    let scored = run(folder.path(), &["score", "--format", "json"]);
    let results: Value = serde_json::from_str(&scored.out).unwrap();
    assert_eq!(units(&results)["市教育局"]["indicators"]["及时签收率"]["score"], "7.47");
}

#[test]
fn faults_of_orders_name_their_cells_twenty_of_a_kind() {
    let folder = tempfile::tempdir().unwrap();
    write_month(folder.path());
    let table = folder.path().join("工单.csv");
    let text = fs::read_to_string(&table).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // every order of a thousand has a day that may be two
    for line in &mut lines[1..1001] {
        let fields: Vec<&str> = line.split(',').collect();
        *line = [fields[0], fields[1], "3/11/2020 9:00"].iter().chain(&fields[3..]).copied().collect::<Vec<_>>().join(",");
    }
    fs::write(&table, lines.join("\n")).unwrap();
    let scored = run(folder.path(), &["score"]);
    assert_eq!(scored.status, 2, "{}", scored.err);
    assert_eq!(scored.err.matches("「3/11/2020 9:00」不知道哪个是月、哪个是日").count(), 20, "{}", scored.err);
    assert!(scored.err.contains("第 2 行「派发时间」列") && scored.err.contains("980"), "{}", scored.err);
}

/// The records of `golden/constructs/records`, as cells.
fn few() -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for name in ["来件.csv", "来件-2.csv"] {
        let mut reader = csv::Reader::from_path(root().join("golden/constructs/records/facts").join(name)).unwrap();
        let headings: Vec<String> = reader.headers().unwrap().iter().map(|heading| heading.trim_end_matches("(户)").to_owned()).collect();
        for row in reader.records() {
            let row = row.unwrap();
            let cell = |heading: &str| headings.iter().zip(&row).find(|(other, _)| *other == heading).unwrap().1.to_owned();
            rows.push(FEW.iter().map(|heading| cell(heading)).collect());
        }
    }
    rows
}

const FEW: [&str; 9] = ["单位", "层级", "编号", "派出时间", "签收时间", "类别", "街道", "评分", "户数"];

fn score_few(facts: &Path) -> Value {
    let arguments = ["score", "golden/constructs/records/zh", "--period", "2024-01", "--format", "json", "--facts", facts.to_str().unwrap()];
    let run = kaoping(root(), &arguments);
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn records_are_read_from_json_and_from_the_sheet_that_is_named_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let object = |row: &Vec<String>| -> Value { FEW.iter().zip(row).map(|(heading, cell)| ((*heading).to_owned(), Value::from(cell.as_str()))).collect() };
    let json = folder.path().join("来件.json");
    fs::write(&json, serde_json::to_string(&few().iter().map(object).collect::<Vec<Value>>()).unwrap()).unwrap();
    // times as a spreadsheet keeps them: days and parts of a day, with a format
    let mut book = rust_xlsxwriter::Workbook::new();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d h:mm");
    let sheet = book.add_worksheet().set_name("来件").unwrap();
    for (column, heading) in FEW.iter().enumerate() {
        sheet.write_string(0, u16::try_from(column).unwrap(), *heading).unwrap();
    }
    for (row, cells) in few().iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let (row, number) = (u32::try_from(row + 1).unwrap(), u16::try_from(column).unwrap());
            let digits: Vec<u32> = cell.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            match (FEW[column], digits.as_slice()) {
                ("派出时间" | "签收时间", [year, month, day, hour, minute, ..]) => {
                    let small = |number: &u32| u8::try_from(*number).unwrap();
                    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(u16::try_from(*year).unwrap(), small(month), small(day)).unwrap();
                    let time = date.and_hms(u16::try_from(*hour).unwrap(), small(minute), 0).unwrap();
                    sheet.write_datetime_with_format(row, number, &time, &format).unwrap();
                }
                ("评分" | "户数", [value]) => {
                    sheet.write_number(row, number, *value).unwrap();
                }
                _ => {
                    sheet.write_string(row, number, cell).unwrap();
                }
            }
        }
    }
    let workbook = folder.path().join("一月.xlsx");
    book.save(&workbook).unwrap();
    for facts in [json, workbook] {
        let results = score_few(&facts);
        let totals: Vec<&Value> = ["甲局", "乙局"].iter().map(|unit| &units(&results)[*unit]["total"]).collect();
        assert_eq!(totals, ["19.88", "18.00"], "{}", facts.display());
    }
}
