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
/// and holes are faults, and so is an amendment in force before what it amends.
pub(crate) fn calendar(versions: &[(&Version, Term)], diagnostics: &mut Vec<Diagnostic>) -> Vec<(usize, Term)> {
    let mut order: Vec<(usize, Term)> = versions.iter().map(|(_, term)| term.clone()).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.from.cmp(&b.from));
    for index in 1..order.len() {
        let (Some((earlier, before)), Some((later, next))) = (order.get(index - 1).cloned(), order.get(index).cloned()) else { continue };
        let Some(last) = eve(&next.from) else { continue };
        let names = |index: usize| versions.get(index).map(|(version, _)| (version.name.clone(), version.effective)).unwrap_or_default();
        let (a, b) = (names(earlier), names(later));
        // where an amendment comes first, its dates say nothing of those after it
        if ahead(versions, earlier).is_some() {
            continue;
        }
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
    for (index, (version, term)) in versions.iter().enumerate() {
        if let Some((base, begins)) = ahead(versions, index) {
            diagnostics.push(too_early((version, &term.from), (base, &begins.from)));
        }
    }
    order
}

/// What a version amends, where that is in force later only.
fn ahead<'a>(versions: &'a [(&'a Version, Term)], index: usize) -> Option<(&'a Version, &'a Term)> {
    let (version, term) = versions.get(index)?;
    let based_on = version.based_on.as_ref()?;
    let (base, begins) = versions.iter().find(|(other, _)| other.name == *based_on)?;
    (term.from < begins.from).then_some((*base, begins))
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

fn too_early((version, from): (&Version, &str), (base, begins): (&Version, &str)) -> Diagnostic {
    let (a, b) = (&version.name, &base.name);
    let said = words!(
        "修订「{a}」自 {from} 起施行,而它所修订的「{b}」自 {begins} 起才施行",
        "amendment {a} is in force from {from}, and what it amends, {b}, only from {begins}"
    );
    placed(Diagnostic::new(Code::Calendar, said), (b, base.effective), (a, version.effective)).help(words!(
        "把「{a}」的施行日写在 {begins} 之后;要改的若是更早的版本,改正 基于",
        "let {a} be in force from a day after {begins}; where an earlier version is meant, correct its: based on"
    ))
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
    fn an_amendment_is_in_force_after_what_it_amends() {
        let mut versions: Vec<Version> = ["甲", "乙", "丙"].iter().map(|name| version(name)).collect();
        versions[1].based_on = Some("甲".to_owned());
        versions[2].based_on = Some("乙".to_owned());
        let run = |terms: [Term; 3]| {
            let mut found = Vec::new();
            calendar(&versions.iter().zip(terms).collect::<Vec<_>>(), &mut found);
            found.into_iter().map(|fault| fault.words.zh).collect::<Vec<_>>()
        };
        assert_eq!(run([term("2020-01-01", None), term("2021-01-01", None), term("2022-01-01", None)]), Vec::<String>::new());
        let before_the_standard = ["修订「乙」自 2019-01-01 起施行,而它所修订的「甲」自 2020-01-01 起才施行"];
        assert_eq!(run([term("2020-01-01", None), term("2019-01-01", None), term("2022-01-01", None)]), before_the_standard);
        assert_eq!(run([term("2020-01-01", None), term("2019-01-01", Some("2020-06-30")), term("2022-01-01", None)]), before_the_standard);
        let between = ["修订「丙」自 2020-06-01 起施行,而它所修订的「乙」自 2021-01-01 起才施行"];
        assert_eq!(run([term("2020-01-01", None), term("2021-01-01", None), term("2020-06-01", None)]), between);
    }

    #[test]
    fn overlaps_holes_and_one_day_for_two_are_faults() {
        assert_eq!(run(&[term("2020-01-01", Some("2020-12-31")), term("2020-12-01", None)]).1.len(), 1);
        assert_eq!(run(&[term("2020-01-01", Some("2020-11-30")), term("2021-01-01", None)]).1.len(), 1);
        assert_eq!(run(&[term("2020-01-01", None), term("2020-01-01", None)]).1.len(), 1);
        assert_eq!(run(&[term("2020-01-01", Some("2020-11-30")), term("2020-12-01", None)]).1.len(), 0);
    }
}
