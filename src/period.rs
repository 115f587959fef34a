//! Periods: a month, a quarter or a year, and whether a standard is in force then.

use crate::diag::{Code, Diagnostic, words};
use crate::plan::{Cycle, Dates, Head};
use crate::quantity::Period;

/// A period of each kind, for messages.
pub(crate) fn example(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Month => "2020-11",
        Cycle::Quarter => "2020-Q4",
        Cycle::Year => "2020",
    }
}

/// The period in the form that results carry; it must be of a cycle that the standard scores and within its dates.
pub(crate) fn read(text: &str, head: &Head, cycles: &[Cycle]) -> Result<String, Diagnostic> {
    let text = named(text, head, cycles)?;
    let Some(period) = Period::parse(&text) else { return Ok(text) };
    if let Some((from, until)) = &head.effective {
        let (version, shown) = (&head.version, until.as_deref().unwrap_or("…"));
        if !is_in_force(head, period) {
            let fault = Diagnostic::new(
                Code::BadPeriod,
                words!("{text} 不在版本「{version}」的施行期 {from} 至 {shown} 之内", "{text} lies outside the dates of version {version}: {from} to {shown}"),
            );
            return Err(fault
                .at(head.span, words!("施行日期写在这个标准的抬头里", "the dates stand in the head of this standard"))
                .help(words!("换一个期别,或用那时施行的标准", "name another period, or the standard in force then")));
        }
    }
    Ok(text)
}

/// Whether a version is in force on the first day of a period; of a longer one than it scores, on some day of it.
fn is_in_force(head: &Head, period: Period) -> bool {
    let (first, next, dates) = (period.first_day(), period.next().first_day(), Dates::of(head));
    if period.cycle() == head.cycle { dates.hold(&first) } else { dates.hold_some(&first, &next) }
}

/// The period in the form that results carry, of a cycle that the standard scores, whether or not the standard is in force then.
pub(crate) fn named(text: &str, head: &Head, cycles: &[Cycle]) -> Result<String, Diagnostic> {
    let examples: Vec<&str> = cycles.iter().map(|cycle| self::example(*cycle)).collect();
    let (examples, examples_en) = (examples.join("、"), examples.join(", "));
    let text = text.trim();
    let carried = text.to_ascii_uppercase();
    let Some(period) = Period::parse(&carried) else {
        let fault = Diagnostic::new(Code::BadPeriod, words!("「{text}」不是期别", "{text} is no period"));
        return Err(fault.help(words!("写成 {examples} 的样子", "write it as in {examples_en}")));
    };
    if !cycles.contains(&period.cycle()) {
        let fault = Diagnostic::new(Code::BadPeriod, words!("{text} 与这个标准的周期不合", "{text} does not go with the cycle of this standard"));
        return Err(fault
            .at(head.span, words!("周期写在这个标准的抬头里", "the cycle stands in the head of this standard"))
            .help(words!("写成 {examples} 的样子", "write it as in {examples_en}")));
    }
    Ok(carried)
}

/// The version that is in force in a period: its place in the list. Where the text is no period, or there is one version only, that
/// is said when the period is read.
pub(crate) fn version_in_force(text: &str, heads: &[&Head]) -> Result<usize, Box<Diagnostic>> {
    let newest = heads.len().saturating_sub(1);
    let Some(period) = Period::parse(&text.trim().to_ascii_uppercase()) else { return Ok(newest) };
    // a longer period is scored by the rules with which it begins
    match heads.iter().position(|head| Dates::of(head).hold(&period.first_day())).or_else(|| heads.iter().position(|head| is_in_force(head, period))) {
        Some(index) => Ok(index),
        None if heads.len() < 2 => Ok(newest),
        None => {
            let mut fault = Diagnostic::new(Code::BadPeriod, words!("{text} 没有施行的版本", "no version is in force in {text}"));
            let mut list = (Vec::new(), Vec::new());
            for Head { version, effective, .. } in heads {
                let Some((from, until)) = effective else { continue };
                let (zh, en) = until.as_ref().map_or((" 起".to_owned(), " on".to_owned()), |until| (format!(" 至 {until}"), format!(" to {until}")));
                list.0.push(format!("「{version}」{from}{zh}"));
                list.1.push(format!("{version}, {from}{en}"));
            }
            let (list, list_en) = (list.0.join(";"), list.1.join("; "));
            fault = fault.help(words!("版本有:{list}", "the versions are: {list_en}"));
            Err(Box::new(fault))
        }
    }
}
