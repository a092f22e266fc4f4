//! What stands at a member of a row, whatever the format, and what it can be read as.
//!
//! Promise: no value is too odd: what is no finite whole number, no id, no time is said so, and with
//! no more of it than an error text should carry.

use crate::domain::{BayStatus, Reason};
pub(super) use crate::ingest::codec::cut;
use serde_json::{Number, Value};
use std::borrow::Cow;

/// Why a row, or a part of it, is not taken.
pub(super) type RowRefusal = (Reason, String);

/// The value of a member.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field<'a> {
    /// There is none, or null.
    Missing,
    Bool(bool),
    Number(&'a Number),
    Text(Cow<'a, str>),
    /// An object or a list.
    Other,
}

/// What is told by a member that should be a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum BaysTold {
    Not,
    Number(f64),
}

impl<'a> From<&'a Value> for Field<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Bool(b) => Self::Bool(*b),
            Value::Number(n) => Self::Number(n),
            Value::String(s) => Self::Text(s.as_str().into()),
            Value::Array(_) | Value::Object(_) => Self::Other,
        }
    }
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl Field<'_> {
    /// As a text, without the spaces around it: a number or word as it is written; `None` for an
    /// object, a list, an empty text and what is missing.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        let text = match self {
            Self::Missing | Self::Other => return None,
            Self::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
            Self::Number(n) => Cow::Owned(n.to_string()),
            Self::Text(text) => Cow::Borrowed(text.trim()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// As a number of its own, such as a coordinate.
    pub(super) fn number(&self) -> Option<f64> {
        let n = match self {
            Self::Number(n) => n.as_f64(),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        n.filter(|n: &f64| n.is_finite())
    }

    /// As a number of bays; what is among `not_told` (in lower case) is none.
    pub(super) fn bays(&self, name: &str, not_told: &[Box<str>]) -> Result<BaysTold, String> {
        if matches!(self, Self::Missing) {
            return Ok(BaysTold::Not);
        }
        let bad = |what: &str| format!("{name}: {what}");
        let Some(text) = self.text() else {
            return match self {
                Self::Text(_) => Ok(BaysTold::Not),
                _ => Err(bad("a number is wanted, not an object or a list")),
            };
        };
        if not_told.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Ok(BaysTold::Not);
        }
        let n = self
            .number()
            .ok_or_else(|| bad(&format!("{:?} is no number", cut(&text))))?;
        if n.fract() == 0.0 {
            Ok(BaysTold::Number(n))
        } else {
            Err(bad(&format!("{n} is no whole number")))
        }
    }

    /// What it is, for an error text.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Missing => "nothing".into(),
            Self::Other => "an object or a list".into(),
            other => format!("{:?}", cut(&other.text().unwrap_or_default())),
        }
    }

    pub(super) fn is_missing(&self) -> bool {
        self.text().is_none() && !matches!(self, Self::Other)
    }
}

/// Words of a feed, each list for one of ours; upper and lower case are the same.
#[derive(Debug)]
pub(super) struct Words<T>(Vec<(Box<str>, T)>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Words<T> {
    pub(super) fn add(&mut self, word: &str, meaning: T) {
        self.0.push((word.trim().to_lowercase().into(), meaning));
    }

    /// What a word means; `None`: it is in no list.
    pub(super) fn meaning(&self, word: &str) -> Option<T> {
        let same = |own: &str| {
            if word.is_ascii() {
                word.eq_ignore_ascii_case(own)
            } else {
                word.to_lowercase() == own
            }
        };
        self.0.iter().find(|(own, _)| same(own)).map(|(_, t)| *t)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words, for an error text.
    pub(super) fn list(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(|(word, _)| &**word).collect();
        words.join(", ")
    }
}

/// What a word of `state` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StateWord {
    Open,
    Closed,
    Unknown,
    /// Of a bay.
    Bay(BayStatus),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_come_as_numbers_texts_and_floats() {
        let words: Vec<Box<str>> = ["--", "-1"].map(Into::into).into();
        for (value, want) in [
            (json!(42), Ok(BaysTold::Number(42.0))),
            (json!("42"), Ok(BaysTold::Number(42.0))),
            (json!(" 42.0 "), Ok(BaysTold::Number(42.0))),
            (json!(42.0), Ok(BaysTold::Number(42.0))),
            (json!(-3), Ok(BaysTold::Number(-3.0))),
            (json!(null), Ok(BaysTold::Not)),
            (json!(""), Ok(BaysTold::Not)),
            (json!("--"), Ok(BaysTold::Not)),
            (json!(-1), Ok(BaysTold::Not)),
            (json!(4.5), Err("vacant: 4.5 is no whole number".to_owned())),
            (json!("NaN"), Err("vacant: \"NaN\" is no number".to_owned())),
            (
                json!("1e999"),
                Err("vacant: \"1e999\" is no number".to_owned()),
            ),
            (
                json!([]),
                Err("vacant: a number is wanted, not an object or a list".to_owned()),
            ),
        ] {
            assert_eq!(Field::from(&value).bays("vacant", &words), want, "{value}");
        }
        let long = "x".repeat(5000);
        assert!(Field::from(&*long).bays("v", &words).unwrap_err().len() < 100);
    }

    #[test]
    fn words_are_the_same_in_any_case() {
        let mut words = Words::default();
        words.add("GESTÖRT", StateWord::Unknown);
        words.add(" zu", StateWord::Closed);
        assert_eq!(words.meaning("gestört"), Some(StateWord::Unknown));
        assert_eq!(words.meaning("Zu"), Some(StateWord::Closed));
        assert_eq!(words.meaning("auf"), None);
        assert_eq!(words.list(), "gestört, zu");
    }
}
