//! What whoever posts reports or uplinks is told of them.

use super::schema;
use crate::domain::{Parcel, Reason, Refusal};
use crate::serve::http::error::ApiError;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

/// What the caller is told once the parcel is durable.
pub(super) enum ReportAnswer {
    Taken {
        accepted: usize,
        refused: Vec<schema::Refused>,
    },
    /// There was nothing to do.
    Nothing,
    /// Refused as a whole.
    None { reason: Reason, detail: String },
}

impl ReportAnswer {
    pub(super) fn of(parcel: &Parcel) -> Self {
        if parcel.ignored > 0 && parcel.is_empty() {
            return Self::Nothing;
        }
        let accepted = parcel.claims.iter().filter(|c| c.is_report()).count();
        let whole = |r: &&Refusal| {
            r.index.is_none() && matches!(r.reason, Reason::Malformed | Reason::TooLarge)
        };
        if let Some(r) = parcel.refusals.iter().find(whole).filter(|_| accepted == 0) {
            return Self::None {
                reason: r.reason,
                detail: r.detail.to_string(),
            };
        }
        let refused = parcel.refusals.iter().map(|r| schema::Refused {
            // A lone bay given flat has no list to be in: it is the first and only.
            index: r.index.unwrap_or(0),
            reason: r.reason.name().to_owned(),
            detail: r.detail.to_string(),
        });
        Self::Taken {
            accepted,
            refused: refused.collect(),
        }
    }

    /// The same with 200, whatever it was: for who takes anything else for a failure.
    pub(super) fn into_ok(self) -> Response {
        let (accepted, refused) = match self {
            Self::Taken { accepted, refused } => (accepted, refused),
            Self::Nothing => (0, Vec::new()),
            Self::None { reason, detail } => {
                let refused = schema::Refused {
                    index: 0,
                    reason: reason.name().to_owned(),
                    detail,
                };
                (0, vec![refused])
            }
        };
        axum::Json(schema::Accepted { accepted, refused }).into_response()
    }

    pub(super) fn into_answer(self) -> Result<Response, ApiError> {
        match self {
            Self::Taken { accepted, refused } => Ok((
                StatusCode::ACCEPTED,
                axum::Json(schema::Accepted { accepted, refused }),
            )
                .into_response()),
            Self::Nothing => Ok(StatusCode::NO_CONTENT.into_response()),
            Self::None { reason, detail } => Err(ApiError::Malformed { reason, detail }),
        }
    }
}
