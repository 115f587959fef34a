//! Periods: a month, a quarter or a year, and whether a standard is in force then.

use crate::diag::{Code, Diagnostic, words};
use crate::plan::{Cycle, Head};

/// A period of each kind, for messages.
pub(crate) fn example(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Month => "2020-11",
        Cycle::Quarter => "2020-Q4",
        Cycle::Year => "2020",
    }
}

/// First and last month of a period; `None` where the text is none.
pub(crate) fn months(text: &str) -> Option<((u32, u32), (u32, u32))> {
    let (year, rest) = match text.split_once('-') {
        Some((year, rest)) => (year, Some(rest)),
        None => (text, None),
    };
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: u32 = year.parse().ok()?;
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match rest {
        None => Some(((year, 1), (year, 12))),
        Some(quarter) if quarter.starts_with(['Q', 'q']) => {
            let quarter = number(quarter.get(1..)?).filter(|quarter| (1..=4).contains(quarter))?;
            Some(((year, quarter * 3 - 2), (year, quarter * 3)))
        }
        Some(month) => {
            let month = number(month).filter(|number| month.len() == 2 && (1..=12).contains(number))?;
            Some(((year, month), (year, month)))
        }
    }
}

/// The period in the form that results carry; it must be of the standard's cycle and within its dates.
pub(crate) fn read(text: &str, head: &Head) -> Result<String, Diagnostic> {
    let text = named(text, head)?;
    let Some((first, last)) = months(&text) else { return Ok(text) };
    if let Some((from, until)) = &head.effective {
        let day = |(year, month): (u32, u32), day: &str| format!("{year:04}-{month:02}-{day}");
        let (version, shown) = (&head.version, until.as_deref().unwrap_or("…"));
        if day(last, "31") < *from || until.as_ref().is_some_and(|until| day(first, "01") > *until) {
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

/// The period in the form that results carry, of the standard's cycle, whether or not the standard is in force then.
pub(crate) fn named(text: &str, head: &Head) -> Result<String, Diagnostic> {
    let example = example(head.cycle);
    let text = text.trim().to_ascii_uppercase();
    let kind = match text.split_once('-') {
        None => Cycle::Year,
        Some((_, rest)) if rest.starts_with('Q') => Cycle::Quarter,
        Some(_) => Cycle::Month,
    };
    if months(&text).is_none() {
        let fault = Diagnostic::new(Code::BadPeriod, words!("「{text}」不是期别", "{text} is no period"));
        return Err(fault.help(words!("写成 {example} 的样子", "write it as in {example}")));
    }
    if kind != head.cycle {
        let fault = Diagnostic::new(Code::BadPeriod, words!("{text} 与这个标准的周期不合", "{text} does not go with the cycle of this standard"));
        return Err(fault
            .at(head.span, words!("周期写在这个标准的抬头里", "the cycle stands in the head of this standard"))
            .help(words!("写成 {example} 的样子", "write it as in {example}")));
    }
    Ok(text)
}

/// The version that is in force in a period: its place in the list. Where the text is no period, or there is one version only, that
/// is said when the period is read.
pub(crate) fn version_in_force(text: &str, heads: &[&Head]) -> Result<usize, Box<Diagnostic>> {
    let newest = heads.len().saturating_sub(1);
    let Some((first, _)) = months(&text.trim().to_ascii_uppercase()) else { return Ok(newest) };
    let first = format!("{:04}-{:02}-01", first.0, first.1);
    let covers = |head: &&Head| {
        let Some((from, until)) = &head.effective else { return true };
        *from <= first && until.as_ref().is_none_or(|until| first <= *until)
    };
    match heads.iter().position(covers) {
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

#[cfg(test)]
mod tests {
    use super::months;

    #[test]
    fn periods_are_months_quarters_or_years() {
        assert_eq!(months("2020-11"), Some(((2020, 11), (2020, 11))));
        assert_eq!(months("2020-Q4"), Some(((2020, 10), (2020, 12))));
        assert_eq!(months("2020"), Some(((2020, 1), (2020, 12))));
        for bad in ["2020-13", "2020-1", "202O-11", "2020-11-01", "20-11", "", "2020-Q5", "2020-+1"] {
            assert_eq!(months(bad), None, "{bad}");
        }
    }
}
