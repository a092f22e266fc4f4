//! What members of a feature may be: ids, texts, whole numbers, flags, kinds.
//!
//! Promise: a value is taken as it is meant or is a fault that shows it and says what to give; no
//! number is rounded to make an id.

use super::scalar::{Members, Scalar, Several};
use crate::domain::BayKind;
use std::borrow::Cow;

/// Up to here every whole number is one `f64` and no other.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// The id of a feature: the one of its properties, else its own member `id`, as RFC 7946 has it.
/// Many a tool numbers features by that member beside the city's own id.
pub(super) fn feature_id<'a>(outer: Scalar<'a>, inner: Scalar<'a>) -> Result<Cow<'a, str>, String> {
    if let Some(inner) = id("id", inner)? {
        return Ok(inner);
    }
    id("the feature's id", outer)?
        .ok_or_else(|| "has no \"id\", neither in its properties nor as a member of its own".into())
}

/// A string, or a whole number: 23 and 23.0 are "23".
pub(super) fn id<'a>(name: &str, value: Scalar<'a>) -> Result<Option<Cow<'a, str>>, String> {
    match value {
        Scalar::Missing => Ok(None),
        Scalar::Text(text) => Ok(Some(text)),
        Scalar::Number(n) if n.fract() == 0.0 && n.abs() <= EXACT => {
            Ok(Some(Cow::Owned((n as i64).to_string())))
        }
        Scalar::Number(n) => Err(format!(
            "{name} is the number {n}; give a string, or a whole number below 2^53"
        )),
        other => Err(format!(
            "{name} is {}; give a string or a whole number",
            shown(&other)
        )),
    }
}

/// Other names: strings or whole numbers, one or a list.
pub(super) fn aliases(given: Several<'_>) -> Result<Vec<String>, String> {
    let read = |one| match id("an alias", one) {
        Ok(alias) => alias.map(|alias| Ok(alias.into_owned())),
        Err(what) => Some(Err(what)),
    };
    given.0.into_iter().filter_map(read).collect()
}

pub(super) fn text<'a>(name: &str, value: Scalar<'a>) -> Result<Option<Cow<'a, str>>, String> {
    match value {
        Scalar::Missing => Ok(None),
        Scalar::Text(text) => Ok(Some(text)),
        other => Err(format!("{name} is {}; give a string", shown(&other))),
    }
}

/// 0 where it is missing. Tables put into GeoJSON often give numbers as strings: digits are taken.
pub(super) fn whole(name: &str, value: &Scalar<'_>, max: u32) -> Result<u32, String> {
    let wrong = |what: String| format!("{name} is {what}; give a whole number from 0 to {max}");
    match value {
        Scalar::Missing => Ok(0),
        Scalar::Number(n) if n.fract() == 0.0 && (0.0..=f64::from(max)).contains(n) => {
            Ok(*n as u32)
        }
        Scalar::Number(n) => Err(wrong(n.to_string())),
        // `parse` would take a sign.
        Scalar::Text(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits
            .parse()
            .ok()
            .filter(|n| *n <= max)
            .ok_or_else(|| wrong(shown(value))),
        other => Err(wrong(shown(other))),
    }
}

/// An object of whole numbers by kind of bay; 0 for kinds that it does not name.
pub(super) fn by_kind(
    name: &str,
    value: &Members<'_>,
    max: u32,
) -> Result<[u32; BayKind::COUNT], String> {
    let mut of = [0; BayKind::COUNT];
    match value {
        Members::Missing => {}
        Members::Object(members) => {
            for (kind, number) in members {
                let Some(known) = BayKind::parse(kind) else {
                    let kind = shown(&Scalar::Text(kind.clone()));
                    return Err(format!(
                        "{name}: unknown kind {kind}; known are {}",
                        BayKind::list()
                    ));
                };
                of[known as usize] = whole(&format!("{name}: {}", known.name()), number, max)?;
            }
        }
        Members::Other => return Err(format!("{name}: give an object, one number a kind")),
    }
    Ok(of)
}

pub(super) fn flag(name: &str, value: &Scalar<'_>) -> Result<bool, String> {
    match value {
        Scalar::Missing => Ok(false),
        Scalar::Bool(b) => Ok(*b),
        other => Err(format!("{name} is {}; give true or false", shown(other))),
    }
}

pub(super) fn kind<T>(
    value: Scalar<'_>,
    parse: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Result<Option<T>, String> {
    let Some(name) = text("kind", value)? else {
        return Ok(None);
    };
    match parse(&name) {
        Some(kind) => Ok(Some(kind)),
        None => Err(format!(
            "unknown kind {}; known are {}",
            shown(&Scalar::Text(name)),
            known.join(", ")
        )),
    }
}

/// For a fault's text.
pub(super) fn shown(value: &Scalar<'_>) -> String {
    match value {
        Scalar::Missing => "missing".into(),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Number(n) => format!("the number {n}"),
        Scalar::Text(text) => format!("the string {:?}", text.chars().take(40).collect::<String>()),
        Scalar::List => "a list".into(),
        Scalar::Object => "an object".into(),
    }
}
