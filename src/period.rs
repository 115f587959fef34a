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
    let example = example(head.cycle);
    let text = text.trim().to_ascii_uppercase();
    let Some(period) = Period::parse(&text) else {
        let fault = Diagnostic::new(Code::BadPeriod, words!("「{text}」不是期别", "{text} is no period"));
        return Err(fault.help(words!("写成 {example} 的样子", "write it as in {example}")));
    };
    if !cycles.contains(&period.cycle()) {
        let examples: Vec<&str> = cycles.iter().map(|cycle| self::example(*cycle)).collect();
        let (examples, examples_en) = (examples.join("、"), examples.join(", "));
        let fault = Diagnostic::new(Code::BadPeriod, words!("{text} 与这个标准的周期不合", "{text} does not go with the cycle of this standard"));
        return Err(fault
            .at(head.span, words!("周期写在这个标准的抬头里", "the cycle stands in the head of this standard"))
            .help(words!("写成 {examples} 的样子", "write it as in {examples_en}")));
    }
    if let Some((from, until)) = &head.effective {
        let (version, shown) = (&head.version, until.as_deref().unwrap_or("…"));
        // a version begins with a period, and the last may be cut short; of a longer period some of it will do
        let (first, next) = (period.first_day(), period.next().first_day());
        let dates = Dates::of(head);
        if !(if period.cycle() == head.cycle { dates.hold(&first) } else { dates.hold_some(&first, &next) }) {
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
