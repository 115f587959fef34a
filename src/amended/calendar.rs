//! The calendar of versions: every day from the first on has exactly one.

use std::cmp::Ordering;

use super::Version;
use crate::diag::{Code, Diagnostic, words};
use crate::source::Span;

/// When a version is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// First day, as in `2020-01-01`.
    pub(crate) from: String,
    /// Last day, if one is stated.
    pub(crate) until: Option<String>,
}

/// The order of versions by their first days, and the last day of each: the day before the next begins, where none is stated. Overlaps
/// and holes are faults.
pub(crate) fn calendar(versions: &[(&Version, Term)], diagnostics: &mut Vec<Diagnostic>) -> Vec<(usize, Term)> {
    let mut order: Vec<(usize, Term)> = versions.iter().map(|(_, term)| term.clone()).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.from.cmp(&b.from));
    for index in 1..order.len() {
        let (Some((earlier, before)), Some((later, next))) = (order.get(index - 1).cloned(), order.get(index).cloned()) else { continue };
        let Some(last) = eve(&next.from) else { continue };
        let names = |index: usize| versions.get(index).map(|(version, _)| (version.name.clone(), version.effective)).unwrap_or_default();
        let (a, b) = (names(earlier), names(later));
        match before.until {
            _ if before.from == next.from => diagnostics.push(same_day(&next.from, (&a.0, a.1), (&b.0, b.1))),
            None => {
                if let Some((_, term)) = order.get_mut(index - 1) {
                    term.until = Some(last);
                }
            }
            Some(until) if until != last => {
                let gap = Gap { until: &until, from: &next.from, last: &last };
                diagnostics.push(apart(&gap, (&a.0, a.1), (&b.0, b.1)));
            }
            Some(_) => {}
        }
    }
    order
}

/// The day before.
fn eve(day: &str) -> Option<String> {
    day.parse::<jiff::civil::Date>().ok()?.yesterday().ok().map(|day| day.to_string())
}

/// The last day of a version, the first of the next, and the day before that.
struct Gap<'a> {
    until: &'a str,
    from: &'a str,
    last: &'a str,
}

fn placed(fault: Diagnostic, (a, first): (&str, Option<Span>), (b, second): (&str, Option<Span>)) -> Diagnostic {
    let fault = match second {
        Some(span) => fault.at(span, words!("版本「{b}」", "version {b}")),
        None => fault,
    };
    match first {
        Some(span) => fault.at(span, words!("版本「{a}」", "version {a}")),
        None => fault,
    }
}

fn same_day(day: &str, first: (&str, Option<Span>), second: (&str, Option<Span>)) -> Diagnostic {
    let (a, b) = (first.0, second.0);
    placed(Diagnostic::new(Code::Calendar, words!("版本「{a}」和「{b}」都自 {day} 起施行", "versions {a} and {b} are both in force from {day}")), first, second)
        .help(words!("改正其中一个的施行日期", "correct the date of one of them"))
}

fn apart(gap: &Gap<'_>, first: (&str, Option<Span>), second: (&str, Option<Span>)) -> Diagnostic {
    let (a, b) = (first.0, second.0);
    let Gap { until, from, last } = gap;
    let said = match until.cmp(last) {
        Ordering::Greater => {
            words!("版本「{a}」施行至 {until},而「{b}」自 {from} 起已经施行", "version {a} is in force until {until}, and {b} is already in force from {from}")
        }
        _ => words!(
            "版本「{a}」施行至 {until},「{b}」自 {from} 起施行,中间没有版本",
            "version {a} is in force until {until}, {b} from {from}: between them there is none"
        ),
    };
    placed(Diagnostic::new(Code::Calendar, said), first, second).help(words!(
        "把「{a}」的终止日改为 {last},或删去终止日:不写则到下一个版本施行的前一天为止",
        "let {a} end on {last}, or leave its end out: then it ends the day before the next begins"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str) -> Version {
        Version {
            name: name.to_owned(),
            based_on: None,
            stated: Vec::new(),
            files: Vec::new(),
            amendment: None,
            effective: None,
            repealed: Vec::new(),
            renames: Vec::new(),
        }
    }

    fn term(from: &str, until: Option<&str>) -> Term {
        Term { from: from.to_owned(), until: until.map(str::to_owned) }
    }

    fn run(terms: &[Term]) -> (Vec<(usize, Term)>, Vec<String>) {
        let versions: Vec<Version> = ["甲", "乙", "丙"].iter().map(|name| version(name)).collect();
        let mut found = Vec::new();
        let order = calendar(&versions.iter().zip(terms.iter().cloned()).collect::<Vec<_>>(), &mut found);
        (order, found.into_iter().map(|fault| fault.words.zh).collect())
    }

    #[test]
    fn a_version_ends_the_day_before_the_next_begins() {
        let (order, found) = run(&[term("2022-01-01", None), term("2020-01-01", None), term("2020-03-01", Some("2021-12-31"))]);
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(order, [(1, term("2020-01-01", Some("2020-02-29"))), (2, term("2020-03-01", Some("2021-12-31"))), (0, term("2022-01-01", None))]);
    }

    #[test]
    fn overlaps_holes_and_one_day_for_two_are_faults() {
        assert_eq!(run(&[term("2020-01-01", Some("2020-12-31")), term("2020-12-01", None)]).1.len(), 1);
        assert_eq!(run(&[term("2020-01-01", Some("2020-11-30")), term("2021-01-01", None)]).1.len(), 1);
        assert_eq!(run(&[term("2020-01-01", None), term("2020-01-01", None)]).1.len(), 1);
        assert_eq!(run(&[term("2020-01-01", Some("2020-11-30")), term("2020-12-01", None)]).1.len(), 0);
    }
}
