//! What those who reported think of how it was dealt with.

use super::{ProblemsState, schema};
use crate::serve::api::open311;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<ProblemsState>> {
    OpenApiRouter::new().routes(routes!(rate_problem))
}

/// Rate how a problem was dealt with, once. No key is needed.
///
/// With the token that the report was answered with, within 30 days after the problem was closed.
#[utoipa::path(
    post, path = "/v1/problems/{problem}/rating", tag = "problems",
    security(()),
    params(("problem" = String, Path, description = "The problem's id: that of the service request")),
    request_body = schema::RatingGiven,
    responses(
        (status = 204, description = "Rated, durably; the token is spent"),
        problems::BadField, problems::TokenNotGood, problems::NoSuchProblem, problems::NotClosedYet,
        problems::Over8KiB, problems::NotJson, problems::NotNow,
    )
)]
async fn rate_problem(
    State(own): State<Arc<ProblemsState>>,
    Id(name): Id,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let none = || ApiError::NotFound(format!("there is no problem {}", quoted(&name)));
    let id = open311::number(&name).ok_or_else(none)?;
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members).only(&["token", "rating"])?;
    let token = fields.needed("token")?;
    let stars = fields.whole("rating", 1..=5)?;
    let stars = stars.ok_or_else(|| fields.bad("rating", "is needed: 1 to 5"))?;
    // Whether there is such a problem is nothing that a token would have to open.
    own.problems.rate(id, token, stars as u8).await?;
    Ok(StatusCode::NO_CONTENT)
}
