//! The one place where what went wrong becomes an HTTP answer: RFC 9457 `application/problem+json`.
//!
//! Promises: every refusal of this API has this form, with a `type` that never changes its meaning.
//! Rooms further in know no status codes; their errors are turned here.

use super::spent::Quota;
use crate::domain::{Reason, Span};
use crate::partners::Denied;
use crate::sharing::Why;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Why a request gets no answer of its own kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum ApiError {
    /// A query parameter or path segment that cannot be.
    BadParameter {
        field: Cow<'static, str>,
        detail: String,
    },
    /// A body that cannot be read, or was refused as a whole.
    Malformed {
        reason: Reason,
        detail: String,
    },
    /// A body that reads well but contradicts itself or the registry; one message each.
    Contradiction(Vec<String>),
    /// The same of one member, by its name.
    Unfit {
        field: &'static str,
        detail: String,
    },
    /// No key where one is needed, or one that is not known.
    Unauthorized(&'static str),
    /// A good key that does not reach this far.
    Forbidden(String),
    NotFound(String),
    /// The same of something that a member of the body names.
    NoSuch {
        field: &'static str,
        detail: String,
    },
    /// No bay suits the request; perhaps where there will be room instead.
    NoMatch(Why, Option<Box<Value>>),
    /// No offer has all the times of a season; those that are missing, and why each.
    NoSeason(Why, Vec<(Span, Why)>),
    /// The key of an earlier request with another body.
    KeyReused,
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// None of what the client accepts; names what is offered.
    NotAcceptable(&'static str),
    MethodNotAllowed,
    /// A standard has it, this hub has not; says what there is.
    NotOffered(String),
    /// Not a WebSocket where only such are answered; says what is missing.
    UpgradeRequired(String),
    /// The body is of another type; names the one expected.
    UnsupportedMediaType(&'static str),
    /// The body is packed in a way that is not known.
    UnsupportedEncoding,
    /// In the way of what is there.
    Conflict(String),
    /// The live view has room for no more bays.
    RegistryFull(String),
    /// Too much at once; nothing was accepted. Come back in a second.
    Busy,
    /// More than the caller's part of what all share; nothing was done.
    QuotaExceeded(Quota),
    /// Cannot be done now, through no fault of the caller's.
    Unavailable(String),
}

/// Slug, status, title and what the type means: the list behind `/problems/{slug}`.
pub(in crate::serve) const PROBLEMS: [(&str, StatusCode, &str, &str); 19] = [
    (
        "bad-parameter",
        StatusCode::BAD_REQUEST,
        "A parameter cannot be",
        "`field` names it, `detail` says what is allowed.",
    ),
    (
        "malformed",
        StatusCode::BAD_REQUEST,
        "The body was refused",
        "`reason` is the counted reason, `detail` says where.",
    ),
    (
        "contradiction",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The change does not fit",
        "`errors` lists every fault, `field` names the member where it is one; nothing was changed.",
    ),
    (
        "unauthorized",
        StatusCode::UNAUTHORIZED,
        "A key is needed",
        "Send `Authorization: Bearer bh_...` with a key that is good.",
    ),
    (
        "forbidden",
        StatusCode::FORBIDDEN,
        "The key does not reach this far",
        "The key is good but lacks the scope or the source.",
    ),
    (
        "not-found",
        StatusCode::NOT_FOUND,
        "There is no such thing",
        "The path or the id in it is not known.",
    ),
    (
        "too-large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is too large",
        "`detail` names the limit; send several smaller ones.",
    ),
    (
        "not-acceptable",
        StatusCode::NOT_ACCEPTABLE,
        "Not in that format",
        "`detail` lists the formats this answer comes in.",
    ),
    (
        "method-not-allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "Not with that method",
        "The header `Allow` lists the methods.",
    ),
    (
        "not-offered",
        StatusCode::NOT_IMPLEMENTED,
        "The standard has it, this hub has not",
        "`detail` says what there is.",
    ),
    (
        "upgrade-required",
        StatusCode::UPGRADE_REQUIRED,
        "Only as a WebSocket",
        "Open it as a WebSocket; `detail` says what the request lacks.",
    ),
    (
        "unsupported-media-type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Not that type of body",
        "`detail` names the type expected.",
    ),
    (
        "conflict",
        StatusCode::CONFLICT,
        "Something is in the way",
        "`detail` says what; nothing was changed.",
    ),
    (
        "no-match",
        StatusCode::CONFLICT,
        "No bay suits",
        "`reason` is the first thing none passes: walk, vehicle, price, window, full.",
    ),
    (
        "idempotency-key-reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The Idempotency-Key is taken",
        "It came with another body before; use a new one for a new request.",
    ),
    (
        "registry-full",
        StatusCode::INSUFFICIENT_STORAGE,
        "No room for more bays",
        "The hub must be restarted with room for more.",
    ),
    (
        "busy",
        StatusCode::TOO_MANY_REQUESTS,
        "Too much at once",
        "Nothing was accepted; `Retry-After` says when to try again.",
    ),
    (
        "quota-exceeded",
        StatusCode::TOO_MANY_REQUESTS,
        "Your part of it is used up",
        "`share` or `class` names what of, `limit` and `used` count it; nothing was done. \
         `Retry-After` says when there is some of it again.",
    ),
    (
        "unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "Not now",
        "Nothing was promised; send it again.",
    ),
];

impl ApiError {
    pub(in crate::serve) fn bad(
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self::BadParameter {
            field: field.into(),
            detail: detail.into(),
        }
    }

    /// There is nothing at the path.
    pub(in crate::serve) fn no_such_path() -> Self {
        Self::NotFound(
            "there is nothing at this path; /v1/openapi.json lists what there is".to_owned(),
        )
    }

    pub(in crate::serve) fn malformed(detail: impl Into<String>) -> Self {
        Self::Malformed {
            reason: Reason::Malformed,
            detail: detail.into(),
        }
    }

    /// As which it is answered.
    pub(in crate::serve) fn status(&self) -> StatusCode {
        describe(self.slug()).map_or(StatusCode::INTERNAL_SERVER_ERROR, |(status, ..)| status)
    }

    pub(super) const fn slug(&self) -> &'static str {
        match self {
            Self::BadParameter { .. } => "bad-parameter",
            Self::Malformed { .. } => "malformed",
            Self::Contradiction(_) | Self::Unfit { .. } => "contradiction",
            Self::Unauthorized(_) => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) | Self::NoSuch { .. } => "not-found",
            Self::NoMatch(..) | Self::NoSeason(..) => "no-match",
            Self::KeyReused => "idempotency-key-reused",
            Self::TooLarge(_) => "too-large",
            Self::NotAcceptable(_) => "not-acceptable",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotOffered(_) => "not-offered",
            Self::UpgradeRequired(_) => "upgrade-required",
            Self::UnsupportedMediaType(_) | Self::UnsupportedEncoding => "unsupported-media-type",
            Self::Conflict(_) => "conflict",
            Self::RegistryFull(_) => "registry-full",
            Self::Busy => "busy",
            Self::QuotaExceeded(_) => "quota-exceeded",
            Self::Unavailable(_) => "unavailable",
        }
    }

    pub(super) fn detail(&self) -> String {
        match self {
            Self::BadParameter { detail, .. }
            | Self::Malformed { detail, .. }
            | Self::Unfit { detail, .. }
            | Self::NoSuch { detail, .. }
            | Self::QuotaExceeded(Quota { detail, .. }) => detail.clone(),
            Self::NoMatch(why, _) | Self::NoSeason(why, _) => why.says().to_owned(),
            Self::KeyReused => {
                "an earlier request with this Idempotency-Key asked for something else".to_owned()
            }
            Self::Contradiction(errors) => {
                format!(
                    "{} fault(s); the first: {}",
                    errors.len(),
                    errors.first().map_or("", |e| e)
                )
            }
            Self::Unauthorized(why) => (*why).to_owned(),
            Self::Forbidden(why)
            | Self::NotFound(why)
            | Self::Conflict(why)
            | Self::RegistryFull(why)
            | Self::NotOffered(why)
            | Self::UpgradeRequired(why)
            | Self::Unavailable(why) => why.clone(),
            Self::TooLarge(limit) => format!("the body may have at most {limit} bytes"),
            Self::NotAcceptable(offered) => format!("this answer comes as {offered}"),
            Self::MethodNotAllowed => "the header Allow lists the methods of this path".to_owned(),
            Self::UnsupportedMediaType(expected) => {
                format!("the body must be {expected}; say so in Content-Type")
            }
            Self::UnsupportedEncoding => {
                "the body must be as it is or packed by gzip, once; say so in Content-Encoding"
                    .to_owned()
            }
            Self::Busy => {
                "too much is waiting to be stored; nothing of this was accepted".to_owned()
            }
        }
    }

    pub(super) fn more(&self) -> Map<String, Value> {
        let mut more = Map::new();
        match self {
            Self::BadParameter { field, .. } => _ = more.insert("field".to_owned(), json!(field)),
            Self::NoSuch { field, .. } => _ = more.insert("field".to_owned(), json!(field)),
            Self::NoMatch(why, room) => {
                more.insert("reason".to_owned(), json!(why.name()));
                if let Some(room) = room {
                    more.insert("nearest_room".to_owned(), (**room).clone());
                }
            }
            Self::NoSeason(why, misses) => {
                let miss = |(time, why): &(Span, Why)| {
                    json!({
                        "start": time.start.to_string(), "end": time.end.to_string(), "reason": why.name(),
                    })
                };
                let misses: Vec<Value> = misses.iter().map(miss).collect();
                more.insert("reason".to_owned(), json!(why.name()));
                more.insert("misses".to_owned(), json!(misses));
            }
            Self::Malformed { reason, .. } => {
                _ = more.insert("reason".to_owned(), json!(reason.name()));
            }
            Self::Contradiction(errors) => _ = more.insert("errors".to_owned(), json!(errors)),
            Self::Unfit { field, detail } => {
                more.insert("field".to_owned(), json!(field));
                more.insert("errors".to_owned(), json!([detail]));
            }
            Self::QuotaExceeded(quota) => {
                more.insert(quota.member.to_owned(), json!(quota.name));
                more.insert("limit".to_owned(), json!(quota.limit));
                more.insert("used".to_owned(), json!(quota.used));
            }
            _ => {}
        }
        more
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::BadKey => Self::Unauthorized("this key is not known"),
            Denied::NotAllowed | Denied::UnknownSource => Self::Forbidden(denied.to_string()),
            Denied::Full(_) => Self::Unavailable(denied.to_string()),
            Denied::TooMany(limit) => Self::QuotaExceeded(Quota {
                member: "share",
                name: "sources",
                detail: denied.to_string(),
                limit: limit.into(),
                used: limit.into(),
                // Nothing frees a source: an operator raises the limit.
                retry_after_s: 3600,
            }),
        }
    }
}

/// The description of a problem type: status, title and meaning.
pub(in crate::serve) fn describe(slug: &str) -> Option<(StatusCode, &'static str, &'static str)> {
    PROBLEMS
        .iter()
        .find(|p| p.0 == slug)
        .map(|p| (p.1, p.2, p.3))
}
