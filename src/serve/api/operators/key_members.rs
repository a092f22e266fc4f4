//! What an administrator asks of keys and partners, read member by member.

use crate::domain::{Area, Millis, SourceKind, Standing};
use crate::partners::{KeyRequest, Scope, SourcePattern};
use crate::registry::area;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{says_json, whole};
use crate::serve::http::params::{quoted, unknown};
use axum::extract::Request;
use serde_json::{Map, Value};

/// A key with two hundred patterns is a fifth of this.
pub(in crate::serve) const MAX_BODY: usize = 64 * 1024;

/// The members of a JSON object, taken one by one; none is ignored.
pub(in crate::serve) struct Members(Map<String, Value>);

impl Members {
    pub(in crate::serve) async fn of(
        request: Request,
        known: &[&'static str],
    ) -> Result<Self, ApiError> {
        if !says_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        let body = whole(request, MAX_BODY).await?;
        let members: Map<String, Value> = serde_json::from_slice(&body)
            .map_err(|e| ApiError::malformed(format!("not a JSON object: {e}")))?;
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(unknown(name, known)),
            None => Ok(Self(members)),
        }
    }

    /// A string; `None` if it is absent or null.
    pub(in crate::serve) fn text(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, ApiError> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ApiError::bad(name, format!("{name} must be a string"))),
        }
    }

    pub(in crate::serve) fn needed(&mut self, name: &'static str) -> Result<String, ApiError> {
        self.text(name)?
            .ok_or_else(|| ApiError::bad(name, format!("{name} is needed")))
    }

    /// One of `words`; `None` if it is absent or null.
    pub(in crate::serve) fn word<T>(
        &mut self,
        name: &'static str,
        words: &[&str],
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(word) = self.text(name)? else {
            return Ok(None);
        };
        let not_one = || {
            let known = words.join(", ");
            ApiError::bad(
                name,
                format!("{name} must be one of {known}, not {}", quoted(&word)),
            )
        };
        parse(&word).map(Some).ok_or_else(not_one)
    }

    pub(in crate::serve) fn standing(&mut self) -> Result<Option<Standing>, ApiError> {
        self.word("standing", &Standing::NAMES, Standing::parse)
    }

    /// `None` if it is absent or null.
    pub(in crate::serve) fn area(&mut self) -> Result<Option<Area>, ApiError> {
        match self.0.remove("area") {
            None | Some(Value::Null) => Ok(None),
            Some(area) => area::read(area).map(Some).map_err(|e| ApiError::Unfit {
                field: "area",
                detail: format!("area: {e}"),
            }),
        }
    }

    /// As it is; `None` if it is absent or null.
    pub(in crate::serve) fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// `None` if it is absent or null.
    pub(in crate::serve) fn maybe_flag(
        &mut self,
        name: &'static str,
    ) -> Result<Option<bool>, ApiError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(ApiError::bad(name, format!("{name} must be true or false"))),
        }
    }

    /// A whole number within `range`; `None` if it is absent or null.
    pub(in crate::serve) fn whole(
        &mut self,
        name: &'static str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, ApiError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let number = value.as_u64().filter(|n| range.contains(n));
        number.map(Some).ok_or_else(|| {
            let most = range.end();
            let least = range.start();
            ApiError::bad(
                name,
                format!("{name} must be a whole number from {least} to {most}"),
            )
        })
    }

    /// Absent: false.
    pub(in crate::serve) fn flag(&mut self, name: &'static str) -> Result<bool, ApiError> {
        match self.0.remove(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(ApiError::bad(name, format!("{name} must be true or false"))),
        }
    }

    /// A list of strings, each read by `read`, which says why it cannot.
    fn list<T, C: FromIterator<T>>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<C, ApiError> {
        let items = match self.0.remove(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                return Err(ApiError::bad(
                    name,
                    format!("{name} must be a list of strings"),
                ));
            }
        };
        let one = |item: &Value| match item {
            Value::String(text) => read(text).map_err(|why| ApiError::bad(name, why)),
            _ => Err(ApiError::bad(
                name,
                format!("{name} must be a list of strings"),
            )),
        };
        items.iter().map(one).collect()
    }
}

/// What a new key is to be.
pub(in crate::serve) fn new_key(
    members: &mut Members,
    partner: String,
) -> Result<KeyRequest, ApiError> {
    let scope = |text: &str| {
        let known = Scope::ALL.map(Scope::name).join(", ");
        Scope::parse(text).ok_or_else(|| format!("scopes may be {known}, not {}", quoted(text)))
    };
    let source_kind = members.word("source_kind", &SourceKind::NAMES, SourceKind::parse)?;
    let expires_at = members.text("expires_at")?.map(|text| {
        Millis::parse(&text).ok_or_else(|| {
            let form = "expires_at must be a time such as 2026-11-23T02:00:00Z";
            ApiError::bad("expires_at", format!("{form}, not {}", quoted(&text)))
        })
    });
    Ok(KeyRequest {
        name: members.needed("name")?,
        partner,
        scopes: members.list("scopes", scope)?,
        sources: members.list("sources", SourcePattern::parse)?,
        source_kind,
        uplinks: members.flag("uplinks")?,
        area: members.area()?,
        standing: members.standing()?.unwrap_or(Standing::Unproven),
        expires_at: expires_at.transpose()?,
    })
}
