//! Which days are worked on in the hub's city: Monday to Friday, but for those a calendar names.
//!
//! Public holidays fall on working days, and in some places (mainland China) days of a weekend are worked in
//! their stead. A calendar is a text of lines `date,workday` or `date,dayoff`, each perhaps with a name behind
//! another comma; lines that are empty or begin with `#` say nothing, nor does a first line that begins with
//! `date`. Promise: what the text says twice, or does not say rightly, is refused by its line.

use super::TimeZone;
use std::collections::BTreeMap;

/// Days that differ from their day of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workdays {
    /// By the number of the day since 1970: whether it is worked on, and the line that says so.
    said: BTreeMap<i64, (bool, usize)>,
}

/// What a calendar cannot say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {what}")]
pub struct CalendarFault {
    /// The first is 1.
    pub line: usize,
    pub what: String,
}

impl Workdays {
    /// Reads a calendar.
    ///
    /// # Errors
    /// The first line that cannot be: a date that is none, a word that is unknown, a day that was named before.
    pub fn parse(text: &str) -> Result<Self, CalendarFault> {
        let mut said = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, row) in (1..).zip(text.lines()) {
            let row = row.trim();
            let (date, rest) = row.split_once(',').unwrap_or((row, ""));
            let date = date.trim();
            if row.is_empty() || row.starts_with('#') || (line == 1 && date == "date") {
                continue;
            }
            let fault = |what: String| Err(CalendarFault { line, what });
            let Some(day) = TimeZone::day_named(date) else {
                return fault(format!("{date:?} is no date such as 2026-10-01"));
            };
            let works = match rest.split(',').next().unwrap_or_default().trim() {
                "workday" => true,
                "dayoff" => false,
                word => return fault(format!("{date} is workday or dayoff, not {word:?}")),
            };
            if let Some((_, before)) = said.insert(day, (works, line)) {
                return fault(format!("{date} stands in line {before} already"));
            }
        }
        Ok(Self { said })
    }

    /// How many days it names.
    #[must_use]
    pub fn named(&self) -> usize {
        self.said.len()
    }

    /// Of a day by its number since 1970, which was a Thursday.
    #[must_use]
    pub fn is_workday(&self, day: i64) -> bool {
        let weekday = (day + 3).rem_euclid(7);
        self.said.get(&day).map_or(weekday < 5, |(works, _)| *works)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn works(calendar: &Workdays, date: &str) -> bool {
        calendar.is_workday(TimeZone::day_named(date).unwrap())
    }

    #[test]
    fn without_a_calendar_monday_to_friday_are_worked_on() {
        let plain = Workdays::default();
        let days: Vec<bool> = (23..30)
            .map(|day| works(&plain, &format!("2026-11-{day}")))
            .collect();
        assert_eq!(days, [true, true, true, true, true, false, false]);
    }

    #[test]
    fn a_calendar_says_which_days_differ_and_the_others_stay_as_they_are() {
        let text = "\u{feff}date,kind,name\r\n# National day\r\n2026-10-01,dayoff,National Day, first\r\n\
            2026-10-02,dayoff\r\n\r\n2026-10-10 , workday ,in its stead\r\n2026-10-05,workday\r\n";
        let calendar = Workdays::parse(text).unwrap();
        assert_eq!(calendar.named(), 4);
        for (date, worked) in [
            ("2026-09-30", true),
            ("2026-10-01", false),
            ("2026-10-02", false),
            ("2026-10-03", false),
            ("2026-10-05", true),
            ("2026-10-10", true),
            ("2026-10-11", false),
            ("2027-10-01", true),
        ] {
            assert_eq!(works(&calendar, date), worked, "{date}");
        }
        assert_eq!(Workdays::parse(""), Ok(Workdays::default()));
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_line() {
        for (text, line, says) in [
            (
                "2026-10-01,dayoff\n2026-10-02,workday\n2026-10-01,dayoff\n",
                3,
                "line 1",
            ),
            (
                "2026-10-01,dayoff\n2026-10-01,workday\n",
                2,
                "2026-10-01 stands",
            ),
            ("2026-02-29,dayoff\n", 1, "no date"),
            ("\n2026-2-03,dayoff\n", 2, "no date"),
            ("2026-13-01,dayoff", 1, "no date"),
            ("01/10/2026,dayoff", 1, "no date"),
            ("+026-10-01,dayoff", 1, "no date"),
            ("2026-10-01,holiday", 1, "\"holiday\""),
            ("2026-10-01,Workday", 1, "\"Workday\""),
            ("2026-10-01", 1, "\"\""),
            ("2026-10-01;dayoff", 1, "no date"),
            ("2026-10-01,workday\ndate,workday\n", 2, "no date"),
        ] {
            let fault = Workdays::parse(text).unwrap_err();
            assert_eq!(fault.line, line, "{text:?}");
            assert!(fault.what.contains(says), "{text:?}: {fault}");
        }
    }
}
