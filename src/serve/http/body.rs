//! Members of a JSON body, each refused by its full name: `windows[1].end`.
//!
//! Members that nobody asks for are ignored, as the contract says, but where a call names all it knows.

use super::error::ApiError;
use super::extract::{says_json, whole};
use super::params::{quoted, unknown};
use crate::domain::Millis;
use axum::body::Bytes;
use axum::extract::Request;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The longest body.
pub(in crate::serve) const MAX: usize = 64 * 1024;

/// Reads a body that must be a JSON object; its bytes too, for who compares them.
pub(in crate::serve) async fn object(
    request: Request,
) -> Result<(Map<String, Value>, Bytes), ApiError> {
    object_of(request, MAX).await
}

/// The same of a body of at most `most` bytes.
pub(in crate::serve) async fn object_of(
    request: Request,
    most: usize,
) -> Result<(Map<String, Value>, Bytes), ApiError> {
    if !says_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType("application/json"));
    }
    let bytes = whole(request, most).await?;
    let members = serde_json::from_slice(&bytes)
        .map_err(|e| ApiError::malformed(format!("not a JSON object: {e}")))?;
    Ok((members, bytes))
}

/// An object and where it stands.
#[derive(Clone, Copy)]
pub(in crate::serve) struct Fields<'v> {
    members: &'v Map<String, Value>,
    /// Whose members they are: a name and its place in a list.
    of: Option<(&'static str, Option<usize>)>,
}

impl<'v> Fields<'v> {
    pub(in crate::serve) const fn of(members: &'v Map<String, Value>) -> Self {
        Self { members, of: None }
    }

    /// Refuses members that are none of these.
    pub(in crate::serve) fn only(self, known: &[&'static str]) -> Result<Self, ApiError> {
        let mut names = self.members.keys();
        match names.find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(unknown(name, known)),
            None => Ok(self),
        }
    }

    /// A member's name from the top.
    pub(in crate::serve) fn name(&self, name: &str) -> String {
        match self.of {
            None => name.to_owned(),
            Some((of, None)) => format!("{of}.{name}"),
            Some((of, Some(at))) => format!("{of}[{at}].{name}"),
        }
    }

    pub(in crate::serve) fn bad(&self, name: &str, says: impl std::fmt::Display) -> ApiError {
        let name = self.name(name);
        let detail = format!("{name} {says}");
        ApiError::bad(name, detail)
    }

    /// Whether it is there and null.
    pub(in crate::serve) fn says_null(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(Value::is_null)
    }

    /// Absent and null are one.
    pub(in crate::serve) fn get(&self, name: &str) -> Option<&'v Value> {
        self.members.get(name).filter(|v| !v.is_null())
    }

    pub(in crate::serve) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(in crate::serve) fn text(&self, name: &str) -> Result<Option<&'v str>, ApiError> {
        self.get(name)
            .map(|v| v.as_str().ok_or_else(|| self.bad(name, "must be a string")))
            .transpose()
    }

    pub(in crate::serve) fn needed(&self, name: &str) -> Result<&'v str, ApiError> {
        self.text(name)?.ok_or_else(|| self.bad(name, "is needed"))
    }

    pub(in crate::serve) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.get(name)
            .map(|v| {
                v.as_bool()
                    .ok_or_else(|| self.bad(name, "must be true or false"))
            })
            .transpose()
    }

    /// A whole number within `range`.
    pub(in crate::serve) fn whole(
        &self,
        name: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        // 300.0 and 3e2 are whole numbers too, as JSON Schema has it and some encoders write them.
        let plain =
            |n: f64| (n.fract() == 0.0 && n >= 0.0 && n <= f64::from(u32::MAX)).then_some(n as u64);
        let number = value
            .as_u64()
            .or_else(|| value.as_f64().and_then(plain))
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| range.contains(n));
        number.map(Some).ok_or_else(|| {
            let low = range.start();
            let high = range.end();
            self.bad(
                name,
                format_args!(
                    "must be a whole number from {low} to {high}, not {}",
                    shown(value)
                ),
            )
        })
    }

    /// A number within `range` that must be there.
    pub(in crate::serve) fn degrees(&self, name: &str, most: f64) -> Result<f64, ApiError> {
        let value = self.get(name).ok_or_else(|| self.bad(name, "is needed"))?;
        let number = value.as_f64().filter(|n| n.abs() <= most);
        number.ok_or_else(|| {
            self.bad(
                name,
                format_args!(
                    "must be a number from -{most} to {most}, not {}",
                    shown(value)
                ),
            )
        })
    }

    /// A time in RFC 3339.
    pub(in crate::serve) fn time(&self, name: &str) -> Result<Option<Millis>, ApiError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        Millis::parse(text).map(Some).ok_or_else(|| {
            self.bad(
                name,
                format_args!(
                    "must be a time such as 2026-11-23T02:00:00Z, not {}",
                    quoted(text)
                ),
            )
        })
    }

    /// An object within.
    pub(in crate::serve) fn object(
        &self,
        name: &'static str,
    ) -> Result<Option<Fields<'v>>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let members = value
            .as_object()
            .ok_or_else(|| self.bad(name, "must be an object"))?;
        Ok(Some(Self {
            members,
            of: Some((name, None)),
        }))
    }

    /// A list of objects, `most` at most.
    pub(in crate::serve) fn objects(
        &self,
        name: &'static str,
        most: usize,
    ) -> Result<Option<Vec<Fields<'v>>>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let items = value
            .as_array()
            .ok_or_else(|| self.bad(name, "must be a list"))?;
        if items.len() > most {
            return Err(self.bad(
                name,
                format_args!("has {} items; at most {most} are taken", items.len()),
            ));
        }
        let one = |(at, item): (usize, &'v Value)| {
            let members = item
                .as_object()
                .ok_or_else(|| self.bad(&format!("{name}[{at}]"), "must be an object"))?;
            Ok(Self {
                members,
                of: Some((name, Some(at))),
            })
        };
        items
            .iter()
            .enumerate()
            .map(one)
            .collect::<Result<_, _>>()
            .map(Some)
    }
}

/// A caller's value, short enough to repeat.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => quoted(&other.to_string()).trim_matches('"').to_owned(),
    }
}
