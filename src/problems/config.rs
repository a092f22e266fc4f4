//! `[problems]` and `[[operators]]`: who is responsible for what people report, by when, and how much of
//! it there may be, each bound with its reason.

use crate::domain::ProblemCode;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

/// Characters of a name.
const LONGEST_NAME: usize = 64;

/// The longest deadline, minutes: a year.
const LONGEST_MIN: u32 = 365 * 24 * 60;

/// The `[problems]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who is responsible where no operator is, as everybody is told.
    pub authority: String,
    /// The partner whose keys work on those, and whose endpoints are told of what is overdue anywhere.
    /// Absent: administrators alone, and nobody.
    pub authority_partner: Option<String>,
    /// How whoever writes a client reaches people, for the discovery document.
    pub contact: String,
    /// Where the API is, from outside: `https://parking.city.example`. Absent: as it was asked for.
    pub url: Option<String>,
    /// Open problems, whoever reported them: a list of them is still made in milliseconds.
    pub open_in_all: u32,
    /// Of one address without a key (IPv6: of one /64): a household, or the phones behind one router.
    pub open_per_address: u32,
    /// Of one partner: a city's own app reports for everybody in it.
    pub open_per_partner: u32,
    /// Reports an hour of all who have no key.
    pub reports_per_hour: u32,
    /// The same of one address.
    pub reports_per_hour_per_address: u32,
    /// How long what is closed is kept, days.
    pub keep_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            authority: "authority".to_owned(),
            authority_partner: None,
            contact: "whoever runs this hub".to_owned(),
            url: None,
            open_in_all: 200_000,
            open_per_address: 50,
            open_per_partner: 50_000,
            reports_per_hour: 5_000,
            reports_per_hour_per_address: 60,
            keep_days: 365,
        }
    }
}

impl Config {
    /// Names of the settings, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> Vec<(&'static str, u64, RangeInclusive<u64>)> {
        let of = |name, n: u32, range| (name, u64::from(n), range);
        vec![
            of("problems.open_in_all", self.open_in_all, 1..=1_000_000),
            of(
                "problems.open_per_address",
                self.open_per_address,
                1..=1_000_000,
            ),
            of(
                "problems.open_per_partner",
                self.open_per_partner,
                1..=1_000_000,
            ),
            of(
                "problems.reports_per_hour",
                self.reports_per_hour,
                1..=1_000_000,
            ),
            of(
                "problems.reports_per_hour_per_address",
                self.reports_per_hour_per_address,
                1..=1_000_000,
            ),
            of("problems.keep_days", self.keep_days, 31..=3650),
        ]
    }

    /// What else makes no sense.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        faults.extend(name_fault("problems.authority", &self.authority));
        if let Some(partner) = &self.authority_partner {
            faults.extend(name_fault("problems.authority_partner", partner));
        }
        let is_address = |url: &String| {
            ["https://", "http://"].iter().any(|s| url.starts_with(s)) && !url.ends_with('/')
        };
        if self.url.as_ref().is_some_and(|url| !is_address(url)) {
            faults.push(
                "problems.url: begins with https:// or http:// and does not end with /".to_owned(),
            );
        }
        faults
    }

    /// What is wrong with the operators: each with itself, and that two have one name.
    #[must_use]
    pub fn operator_faults(&self, operators: &[OperatorConfig]) -> Vec<String> {
        let authority = &self.authority;
        let mut names = HashSet::new();
        let mut faults = Vec::new();
        for (nth, operator) in operators.iter().enumerate() {
            faults.extend(operator.faults(nth));
            let name = operator.name.trim().to_lowercase();
            if name == authority.trim().to_lowercase() {
                faults.push(format!(
                    "operators[{nth}].name: {:?} is what [problems] authority is called",
                    operator.name
                ));
            }
            if !names.insert(name) {
                let name = &operator.name;
                faults.push(format!("operators[{nth}].name: {name:?} is there twice"));
            }
        }
        faults
    }
}

/// One of `[[operators]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorConfig {
    /// As zones name it in `operator`.
    pub name: String,
    /// The partner whose keys work on its problems. Absent: the one of the same name.
    pub partner: Option<String>,
    /// Minutes by the service code, where they are not the usual ones.
    #[serde(default)]
    pub deadline_min: BTreeMap<String, u32>,
}

impl OperatorConfig {
    /// The partner's name.
    #[must_use]
    pub fn partner(&self) -> &str {
        self.partner.as_deref().unwrap_or(&self.name)
    }

    /// Minutes until a problem of that code is due.
    #[must_use]
    pub fn due_min(&self, code: ProblemCode) -> u32 {
        let own = self.deadline_min.get(code.name()).copied();
        own.unwrap_or(code.due_min())
    }

    fn faults(&self, nth: usize) -> Vec<String> {
        let key = |name: &str| format!("operators[{nth}].{name}");
        let mut faults = Vec::new();
        faults.extend(name_fault(&key("name"), &self.name));
        if let Some(partner) = &self.partner {
            faults.extend(name_fault(&key("partner"), partner));
        }
        for (code, minutes) in &self.deadline_min {
            if ProblemCode::parse(code).is_none() {
                let known = ProblemCode::NAMES.iter();
                let near =
                    known.max_by(|a, b| strsim::jaro(a, code).total_cmp(&strsim::jaro(b, code)));
                let near = near.copied().unwrap_or_default();
                faults.push(format!(
                    "{}: unknown service code {code:?}; did you mean {near}?",
                    key("deadline_min")
                ));
            }
            if !(1..=LONGEST_MIN).contains(minutes) {
                faults.push(format!(
                    "{}.{code}: must lie between 1 and {LONGEST_MIN}, not {minutes}",
                    key("deadline_min")
                ));
            }
        }
        faults
    }
}

fn name_fault(key: &str, name: &str) -> Option<String> {
    let long = name.chars().count();
    if name.trim() != name || name.is_empty() || name.chars().any(char::is_control) {
        return Some(format!(
            "{key}: must be a name without spaces around it, not {name:?}"
        ));
    }
    (long > LONGEST_NAME).then(|| format!("{key}: has {long} characters; {LONGEST_NAME} are taken"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(name: &str) -> OperatorConfig {
        OperatorConfig {
            name: name.to_owned(),
            partner: None,
            deadline_min: BTreeMap::new(),
        }
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_key() {
        let mut late = operator("hdb");
        late.deadline_min.insert("bay-blokked".to_owned(), 0);
        let all = [late, operator("HDB"), operator(" x"), operator("authority")];
        let own = Config {
            authority: "Authority".to_owned(),
            ..Config::default()
        };
        let faults = own.operator_faults(&all);
        for says in [
            "operators[0].deadline_min: unknown service code \"bay-blokked\"; did you mean bay-blocked?",
            "operators[0].deadline_min.bay-blokked: must lie between 1",
            "operators[1].name: \"HDB\" is there twice",
            "operators[2].name: must be a name without spaces",
            "operators[3].name: \"authority\" is what [problems] authority is called",
        ] {
            assert!(
                faults.iter().any(|f| f.contains(says)),
                "{says}: {faults:#?}"
            );
        }
        assert_eq!(faults.len(), 5);
        assert!(Config::default().faults().is_empty());
        let odd = Config {
            authority: String::new(),
            url: Some("city.example/".to_owned()),
            ..Config::default()
        };
        assert_eq!(odd.faults().len(), 2);
        for (name, n, range) in Config::default().bounds() {
            assert!(range.contains(&n), "{name}");
        }
    }

    #[test]
    fn an_operator_has_the_usual_deadlines_but_for_those_it_names() {
        let mut hdb = operator("hdb");
        hdb.deadline_min.insert("bay-blocked".to_owned(), 30);
        assert_eq!(hdb.due_min(ProblemCode::BayBlocked), 30);
        assert_eq!(hdb.due_min(ProblemCode::Surface), 2 * 24 * 60);
        assert_eq!(hdb.partner(), "hdb");
    }
}
