//! Query parameters, read strictly: what a driver asked for is either honoured or refused, never
//! ignored.
//!
//! A misspelt `max_height_cm` that is dropped sends a van into a car park it cannot enter, so an
//! unknown parameter is an error that names the nearest known one; so are a repeated and an empty
//! one.

use super::error::ApiError;
use crate::domain::{BBox, Millis};
use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The parameters of one request, each at most once.
#[derive(Debug)]
pub(in crate::serve) struct Params<'q> {
    pairs: Vec<(&'static str, Cow<'q, str>)>,
}

impl<'q> Params<'q> {
    /// Reads a raw query string in which only `known` names may appear.
    pub(in crate::serve) fn read(
        query: Option<&'q str>,
        known: &[&'static str],
    ) -> Result<Self, ApiError> {
        Self::read_or(query, known, |name| Err(unknown(name, known)))
    }

    /// The same for an address that other people's programs put parameters of their own on; those
    /// are nobody's wish, and ignored.
    pub(in crate::serve) fn among_others(
        query: Option<&'q str>,
        known: &[&'static str],
    ) -> Result<Self, ApiError> {
        Self::read_or(query, known, |_| Ok(()))
    }

    /// The same by the rules of a standard that takes whatever it is sent: names that it does not know are
    /// nobody's wish, what is empty is absent, and what is said more than once is a list, with commas.
    pub(in crate::serve) fn lenient(query: Option<&'q str>, known: &[&'static str]) -> Self {
        let mut pairs: Vec<(&'static str, Cow<'q, str>)> = Vec::with_capacity(known.len());
        for (name, value) in form_urlencoded::parse(query.unwrap_or("").as_bytes()) {
            let value = value.trim();
            let own = known.iter().find(|k| **k == name);
            let Some(own) = own.filter(|_| !value.is_empty()) else {
                continue;
            };
            match pairs.iter_mut().find(|(n, _)| n == own) {
                Some((_, said)) => said.to_mut().extend([",", value]),
                None => pairs.push((own, Cow::Owned(value.to_owned()))),
            }
        }
        Self { pairs }
    }

    fn read_or(
        query: Option<&'q str>,
        known: &[&'static str],
        foreign: impl Fn(&str) -> Result<(), ApiError>,
    ) -> Result<Self, ApiError> {
        let mut pairs: Vec<(&'static str, Cow<'q, str>)> = Vec::with_capacity(known.len());
        for (name, value) in form_urlencoded::parse(query.unwrap_or("").as_bytes()) {
            let Some(own) = known.iter().find(|k| **k == name) else {
                foreign(&name)?;
                continue;
            };
            if pairs.iter().any(|(n, _)| n == own) {
                return Err(ApiError::bad(*own, format!("{own} is given twice")));
            }
            if value.is_empty() {
                return Err(ApiError::bad(
                    *own,
                    format!("{own} is empty; leave it out instead"),
                ));
            }
            pairs.push((own, value));
        }
        Ok(Self { pairs })
    }

    pub(in crate::serve) fn text(&self, name: &'static str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| &**v)
    }

    /// A number within `range`. NaN and the infinities lie in no range.
    pub(in crate::serve) fn number<T>(
        &self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Result<Option<T>, ApiError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        within(name, text, range).map(Some)
    }

    /// The same for one that must be there.
    pub(in crate::serve) fn needed<T>(
        &self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Result<T, ApiError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else {
            let (low, high) = range.into_inner();
            return Err(ApiError::bad(
                name,
                format!("{name} is needed: a number from {low} to {high}"),
            ));
        };
        within(name, text, range)
    }

    /// `true` or `false`; false when absent.
    pub(in crate::serve) fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(ApiError::bad(
                name,
                format!("{name} must be true or false, not {}", quoted(other)),
            )),
        }
    }

    /// One of a list of names; the list is made only to be told.
    pub(in crate::serve) fn one_of<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        names: impl FnOnce() -> String,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        parse(text).map(Some).ok_or_else(|| {
            ApiError::bad(
                name,
                format!("{name} must be one of {}, not {}", names(), quoted(text)),
            )
        })
    }

    /// A box: west, south, east, north.
    pub(in crate::serve) fn bbox(&self, name: &'static str) -> Result<Option<BBox>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let numbers: Option<Vec<f64>> = text.split(',').map(|n| n.parse().ok()).collect();
        let bbox = match numbers.as_deref() {
            Some(&[west, south, east, north]) => BBox::new(west, south, east, north),
            _ => None,
        };
        bbox.map(Some).ok_or_else(|| {
            let form = "must be west,south,east,north in degrees (longitudes -180 to 180, latitudes -90 to 90, south not \
                        above north)";
            ApiError::bad(name, format!("{name} {form}, not {}", quoted(text)))
        })
    }

    /// A time in RFC 3339.
    pub(in crate::serve) fn time(&self, name: &'static str) -> Result<Option<Millis>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        Millis::parse(text).map(Some).ok_or_else(|| {
            // A query turns + into a space; the commonest way to get an offset wrong.
            let hint = if text.contains(' ') {
                "; in a query a + must be written %2B"
            } else {
                ""
            };
            ApiError::bad(
                name,
                format!(
                    "{name} must be a time such as 2026-11-23T02:00:00Z, not {}{hint}",
                    quoted(text)
                ),
            )
        })
    }
}

fn within<T>(name: &'static str, text: &str, range: RangeInclusive<T>) -> Result<T, ApiError>
where
    T: FromStr + PartialOrd + Display,
{
    text.parse()
        .ok()
        .filter(|n| range.contains(n))
        .ok_or_else(|| {
            let whole = if std::any::type_name::<T>().starts_with('f') {
                "number"
            } else {
                "whole number"
            };
            let (low, high) = range.into_inner();
            ApiError::bad(
                name,
                format!(
                    "{name} must be a {whole} from {low} to {high}, not {}",
                    quoted(text)
                ),
            )
        })
}

pub(in crate::serve) fn unknown(name: &str, known: &[&'static str]) -> ApiError {
    let shown = quoted(name);
    // Long names would cost time to compare, and are no misspellings.
    let nearest = (name.len() <= 64)
        .then(|| known.iter().min_by_key(|k| strsim::osa_distance(k, name)))
        .flatten();
    let detail = match nearest {
        Some(nearest) => {
            format!(
                "there is no parameter {shown}; the nearest is `{nearest}`, and all are: {}",
                known.join(", ")
            )
        }
        None => format!(
            "there is no parameter {shown} here; known are: {}",
            known.join(", ")
        ),
    };
    ApiError::bad(name.chars().take(64).collect::<String>(), detail)
}

/// A caller's text, short enough to repeat.
pub(in crate::serve) fn quoted(text: &str) -> String {
    match text.char_indices().nth(48) {
        Some((at, _)) => format!("{:?}...", &text[..at]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["lat", "min_height_cm", "limit", "arrive_at"];

    fn detail(query: &str, ask: impl Fn(&Params<'_>) -> Option<ApiError>) -> String {
        let e = Params::read(Some(query), KNOWN)
            .map_or_else(Some, |p| ask(&p))
            .expect("an error");
        format!("{e:?}")
    }

    #[test]
    fn what_is_misspelt_is_refused_with_the_nearest_name() {
        let said = detail("lat=1&min_hight_cm=210", |_| None);
        assert!(
            said.contains("`min_height_cm`") && said.contains("min_hight_cm"),
            "{said}"
        );
        assert!(detail(&format!("{}=1", "x".repeat(100_000)), |_| None).len() < 500);
    }

    #[test]
    fn what_is_given_twice_or_empty_is_refused() {
        assert!(detail("lat=1&lat=1", |_| None).contains("twice"));
        assert!(detail("lat=", |_| None).contains("empty"));
        assert!(detail("lat", |_| None).contains("empty"));
    }

    #[test]
    fn among_others_only_its_own_are_read_and_those_as_strictly() {
        let read = |query| Params::among_others(Some(query), KNOWN);
        let p = read("utm_source=x&lat=1&utm_source=y&fbclid=").unwrap();
        assert_eq!((p.text("lat"), p.text("limit")), (Some("1"), None));
        assert!(read("x=1&lat=1&lat=2").is_err() && read("x=1&lat=").is_err());
    }

    #[test]
    fn a_lenient_reader_joins_what_is_repeated_and_passes_over_what_is_empty_or_foreign() {
        let p = Params::lenient(Some("x=1&lat= 1.5 &limit=&limit=2&limit=+&limit=3"), KNOWN);
        assert_eq!((p.text("lat"), p.text("limit")), (Some("1.5"), Some("2,3")));
        assert_eq!(p.number("lat", -90.0..=90.0), Ok(Some(1.5)));
        assert!(p.number("limit", 1..=9_u32).is_err(), "of a list no number");
        assert_eq!(p.time("arrive_at"), Ok(None));
    }

    #[test]
    fn numbers_keep_to_their_range() {
        for bad in ["nan", "inf", "-inf", "90.1", "1e99", "one", " 1", "0x1"] {
            let said = detail(&format!("lat={bad}"), |p| {
                p.number("lat", -90.0..=90.0).err()
            });
            assert!(said.contains("from -90 to 90"), "{bad}: {said}");
        }
        for bad in ["0", "201", "-1", "2.5", "99999999999999999999"] {
            assert!(
                detail(&format!("limit={bad}"), |p| p
                    .number("limit", 1..=200_u32)
                    .err())
                .contains("1 to 200")
            );
        }
        let p = Params::read(Some("lat=1.5&limit=200"), KNOWN).unwrap();
        assert_eq!(p.number("lat", -90.0..=90.0), Ok(Some(1.5)));
        assert_eq!(p.number("limit", 1..=200_u32), Ok(Some(200)));
        assert_eq!(p.number("min_height_cm", 1..=1000_u16), Ok(None));
    }

    #[test]
    fn a_time_with_a_bare_plus_gets_a_hint() {
        let said = detail("arrive_at=2026-11-23T02:00:00+08:00", |p| {
            p.time("arrive_at").err()
        });
        assert!(said.contains("%2B"), "{said}");
        let p = Params::read(Some("arrive_at=2026-11-23T10:00:00%2B08:00"), KNOWN).unwrap();
        assert_eq!(
            p.time("arrive_at").unwrap(),
            Millis::parse("2026-11-23T02:00:00Z")
        );
    }
}
