//! What administrators did, and what strangers tried: the audit log, read back.

use super::schema::{AuditQuery, AuditTrail};
use crate::serve::http::audit::shown;
use crate::serve::http::auth::{Admin, Doorman};
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::{AuditLog, AuditQuestion, NoteKind, NotePlace};
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::Uri;
use std::io;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How many calls are told at once.
const LIMIT: usize = 50;
const MOST: usize = 500;

/// What this route needs.
pub(in crate::serve) struct AuditState {
    doorman: Doorman,
    log: Arc<dyn AuditLog>,
}

impl AuditState {
    pub(in crate::serve) fn new(doorman: Doorman, log: Arc<dyn AuditLog>) -> Self {
        Self { doorman, log }
    }
}

impl FromRef<Arc<AuditState>> for Doorman {
    fn from_ref(audit_state: &Arc<AuditState>) -> Self {
        audit_state.doorman.clone()
    }
}

pub(in crate::serve) fn routes(audit_state: Arc<AuditState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_audit))
        .with_state(audit_state)
}

/// What administrators did, newest first.
///
/// Calls that may have changed something, below `/v1/admin`, of the quarantine, of signing up and of partners' own keys, with who made
/// them and what came of it; never a key, never a body. The next page is asked for with `before` =
/// `next`. What is kept is bounded, so what is old may be gone. A call of the last moment may be missing.
#[utoipa::path(
    get, path = "/v1/admin/audit", tag = "operators", security(("key" = ["admin"])),
    params(AuditQuery),
    responses(
        (status = 200, description = "Calls, newest first", body = AuditTrail),
        problems::BadParameter, problems::Keyed, problems::Unreadable,
    )
)]
async fn get_audit(
    _: Admin,
    State(own): State<Arc<AuditState>>,
    uri: Uri,
) -> Result<Json<AuditTrail>, ApiError> {
    let asked = question(uri.query())?;
    let log = own.log.clone();
    let read = tokio::task::spawn_blocking(move || log.read(&asked)).await;
    let read = read.map_err(io::Error::other).and_then(|read| read);
    let (mut calls, next) =
        read.map_err(|e| ApiError::Unavailable(format!("the audit log cannot be read now: {e}")))?;
    for call in &mut calls {
        // Also of what an older hub noted.
        call.path = shown(&call.path);
    }
    let next = next.map(|place| cursor::write_place(place.file, place.at));
    Ok(Json(AuditTrail { calls, next }))
}

fn question(query: Option<&str>) -> Result<AuditQuestion, ApiError> {
    let p = Params::read(query, &["limit", "before", "reads", "strangers"])?;
    let before = p.text("before").map(|text| {
        let (file, at) = cursor::read_place(text).map_err(|_| {
            ApiError::bad(
                "before",
                "before must be the `next` of an earlier answer, unchanged",
            )
        })?;
        Ok::<_, ApiError>(NotePlace { file, at })
    });
    let kind = match (p.flag("strangers")?, p.flag("reads")?) {
        (false, false) => NoteKind::Act,
        (false, true) => NoteKind::Look,
        (true, false) => NoteKind::Stranger,
        (true, true) => {
            let why =
                "reads tells of who has a key, and strangers of who has none: ask for one of them";
            return Err(ApiError::bad("reads", why));
        }
    };
    Ok(AuditQuestion {
        kind,
        before: before.transpose()?,
        limit: p.number("limit", 1..=MOST)?.unwrap_or(LIMIT),
    })
}
