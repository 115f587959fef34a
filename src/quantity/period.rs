//! Months, quarters and years: which comes before which, and which lie within which.

use std::fmt;

/// How often units are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cycle {
    Month,
    Quarter,
    Year,
}

impl Cycle {
    /// How many of them a year has.
    pub(crate) fn a_year(self) -> u32 {
        match self {
            Cycle::Month => 12,
            Cycle::Quarter => 4,
            Cycle::Year => 1,
        }
    }
}

/// One month, quarter or year; those of one cycle are in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Period {
    cycle: Cycle,
    /// How many periods of the cycle lie between it and the first of the year 0.
    count: u32,
}

impl Period {
    /// The period that a text such as `2020-11`, `2020-Q4` or `2020` names.
    pub(crate) fn parse(text: &str) -> Option<Period> {
        let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
        let number = |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let year = number(year).filter(|_| year.len() == 4)?;
        match rest {
            None => Some(Period::of(Cycle::Year, year, 1)),
            Some(quarter) if quarter.starts_with(['Q', 'q']) => {
                number(quarter.get(1..)?).filter(|quarter| (1..=4).contains(quarter)).map(|part| Period::of(Cycle::Quarter, year, part))
            }
            Some(month) => number(month).filter(|part| month.len() == 2 && (1..=12).contains(part)).map(|part| Period::of(Cycle::Month, year, part)),
        }
    }

    /// The period that the name of a folder is: also `2020年11月`, `2020年第4季度`, `2020年`.
    pub(crate) fn of_folder(name: &str) -> Option<Period> {
        if let Some(period) = Period::parse(name) {
            return Some(period);
        }
        let (year, rest) = name.split_once('年')?;
        let written = match rest {
            "" => year.to_owned(),
            rest => match rest.strip_suffix('月') {
                Some(month) => format!("{year}-{month:0>2}"),
                None => {
                    let quarter = rest.strip_suffix("季度").or_else(|| rest.strip_suffix('季'))?;
                    let quarter = quarter.strip_prefix('第').unwrap_or(quarter);
                    let digit = ["一", "二", "三", "四"].iter().position(|digit| *digit == quarter).map(|place| (place + 1).to_string());
                    format!("{year}-Q{}", digit.as_deref().unwrap_or(quarter))
                }
            },
        };
        Period::parse(&written)
    }

    fn of(cycle: Cycle, year: u32, part: u32) -> Period {
        Period { cycle, count: (year * cycle.a_year() + part).saturating_sub(1) }
    }

    /// The period of a cycle that begins on a day such as `2020-11-01`.
    pub(crate) fn beginning(day: &str, cycle: Cycle) -> Option<Period> {
        let month = day.strip_suffix("-01").and_then(Period::parse).filter(|month| month.cycle == Cycle::Month)?;
        let period = month.within(cycle);
        (period.first_day() == day).then_some(period)
    }

    pub(crate) fn cycle(self) -> Cycle {
        self.cycle
    }

    /// Its year, and which of the year it is.
    fn parts(self) -> (u32, u32) {
        (self.count / self.cycle.a_year(), self.count % self.cycle.a_year() + 1)
    }

    /// Its first day, as in `2020-11-01`.
    pub(crate) fn first_day(self) -> String {
        let (year, part) = self.parts();
        let month = (part - 1) * (12 / self.cycle.a_year()) + 1;
        format!("{year:04}-{month:02}-01")
    }

    /// So many periods earlier; none before the year 0.
    pub(crate) fn back(self, periods: u32) -> Option<Period> {
        Some(Period { count: self.count.checked_sub(periods)?, ..self })
    }

    /// The same period so many years earlier.
    pub(crate) fn years_back(self, years: u32) -> Option<Period> {
        self.back(years.checked_mul(self.cycle.a_year())?)
    }

    /// The period behind it.
    pub(crate) fn next(self) -> Period {
        Period { count: self.count.saturating_add(1), ..self }
    }

    /// The period of a cycle, not shorter, that it lies in; of a shorter cycle the first that lies in it.
    pub(crate) fn within(self, cycle: Cycle) -> Period {
        let (year, part) = self.parts();
        let months = 12 / self.cycle.a_year();
        let month = (part - 1) * months;
        Period { cycle, count: year * cycle.a_year() + month / (12 / cycle.a_year()) }
    }

    /// The periods of a shorter cycle that lie in it, in order; itself where it is of that cycle.
    pub(crate) fn each(self, cycle: Cycle) -> Vec<Period> {
        let many = cycle.a_year() / self.cycle.a_year();
        let first = self.within(cycle);
        (0..many).map(|behind| Period { cycle, count: first.count.saturating_add(behind) }).collect()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, part) = self.parts();
        match self.cycle {
            Cycle::Month => write!(out, "{year:04}-{part:02}"),
            Cycle::Quarter => write!(out, "{year:04}-Q{part}"),
            Cycle::Year => write!(out, "{year:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn periods_are_months_quarters_or_years() {
        for text in ["2020-11", "2020-Q4", "2020", "0001-01"] {
            assert_eq!(period(text).to_string(), text);
        }
        for bad in ["2020-13", "2020-1", "202O-11", "2020-11-01", "20-11", "", "2020-Q5", "2020-+1", "2020-Q", "2020-"] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn folders_are_named_as_people_name_months() {
        for (name, text) in [("2020-11", "2020-11"), ("2020年11月", "2020-11"), ("2020年1月", "2020-01"), ("2020年", "2020"), ("2020年第4季度", "2020-Q4")]
        {
            assert_eq!(Period::of_folder(name), Some(period(text)), "{name}");
        }
        assert_eq!(Period::of_folder("2020年四季度"), Some(period("2020-Q4")));
        for bad in ["2020年13月", "11月", "2020年底", "数据"] {
            assert_eq!(Period::of_folder(bad), None, "{bad}");
        }
    }

    #[test]
    fn earlier_periods_cross_the_turn_of_the_year() {
        let back = |text: &str, periods: u32| period(text).back(periods).map(|period| period.to_string());
        assert_eq!(back("2020-01", 1).as_deref(), Some("2019-12"));
        assert_eq!(back("2020-Q1", 2).as_deref(), Some("2019-Q3"));
        assert_eq!(back("2020", 3).as_deref(), Some("2017"));
        assert_eq!(back("0001-01", 14), None);
        assert_eq!(period("2020-02").years_back(3).map(|period| period.to_string()).as_deref(), Some("2017-02"));
        assert_eq!(period("2019-Q4").next().to_string(), "2020-Q1");
    }

    #[test]
    fn a_year_has_its_months_and_quarters() {
        let each = |text: &str, cycle: Cycle| period(text).each(cycle).iter().map(Period::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(each("2020-Q4", Cycle::Month), "2020-10 2020-11 2020-12");
        assert_eq!(each("2020", Cycle::Quarter), "2020-Q1 2020-Q2 2020-Q3 2020-Q4");
        assert_eq!(period("2020").each(Cycle::Month).len(), 12);
        assert_eq!(each("2020-11", Cycle::Month), "2020-11");
        assert_eq!(period("2020-11").within(Cycle::Quarter).to_string(), "2020-Q4");
        assert_eq!(period("2020-11").within(Cycle::Year).to_string(), "2020");
    }

    #[test]
    fn a_period_begins_on_its_first_day() {
        assert_eq!(period("2020-Q4").first_day(), "2020-10-01");
        assert_eq!(Period::beginning("2020-10-01", Cycle::Quarter), Some(period("2020-Q4")));
        assert_eq!(Period::beginning("2020-11-01", Cycle::Quarter), None);
        assert_eq!(Period::beginning("2020-11-15", Cycle::Month), None);
        assert_eq!(Period::beginning("2020-01-01", Cycle::Year), Some(period("2020")));
    }
}
