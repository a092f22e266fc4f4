//! Uplinks of LoRaWAN devices over HTTP, as network servers' own integrations post them. 202 means
//! durable.
//!
//! The key says that its sources are network servers (`uplinks = true`). Which one speaks is the
//! `source` of the query, or the only one that the key covers. What a device said wrongly is
//! refused item by item with 202: a network server that is answered with an error may give up on
//! all its devices.

use super::partner_reports::{MAX_BODY, ReportsState, Unheard};
use super::schema;
use crate::domain::{Reason, Topic};
use crate::partners::{Grant, SourcePattern};
use crate::serve::http::auth::Reporter;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{says_json, whole};
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(in crate::serve) fn routes(desk: Arc<ReportsState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(chirpstack))
        .routes(routes!(ttn))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(desk)
}

/// Hand on a device's uplink from ChirpStack v4.
///
/// The address for its HTTP integration, with JSON as its encoding. Events other than `up` are
/// accepted and ignored.
#[utoipa::path(
    post, path = "/v1/uplinks/chirpstack", tag = "data partners", security(("key" = ["report"])),
    params(schema::UplinkQuery, schema::EventQuery),
    request_body(content = Object, description = "A JSON event of ChirpStack v4"),
    responses(
        (status = 202, description = "Durable; what was refused is listed", body = schema::Accepted),
        (status = 204, description = "No uplink: nothing to do"),
        problems::BadReport, problems::NoKey, problems::NoUplinks, problems::Over256KiB,
        problems::NotJson, problems::BusyNothingAccepted, problems::NotStored,
    )
)]
async fn chirpstack(
    Reporter(grant): Reporter,
    State(own): State<Arc<ReportsState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let params = Params::read(request.uri().query(), &["event", "source"])?;
    let source = source(&grant, params.text("source"))?;
    if params.text("event").is_some_and(|event| event != "up") {
        own.metrics.uplinks_ignored.inc();
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    drop(params);
    own.hand_on(
        &grant,
        Topic::ChirpStack,
        "/v1/uplinks/chirpstack",
        &source,
        request,
    )
    .await
}

/// Hand on a device's uplink from The Things Stack.
///
/// The address for its webhook, with JSON as its format and uplink messages enabled.
#[utoipa::path(
    post, path = "/v1/uplinks/ttn", tag = "data partners", security(("key" = ["report"])),
    params(schema::UplinkQuery),
    request_body(content = Object, description = "An uplink message of The Things Stack v3"),
    responses(
        (status = 202, description = "Durable; what was refused is listed", body = schema::Accepted),
        problems::BadReport, problems::NoKey, problems::NoUplinks, problems::Over256KiB,
        problems::NotJson, problems::BusyNothingAccepted, problems::NotStored,
    )
)]
async fn ttn(
    Reporter(grant): Reporter,
    State(own): State<Arc<ReportsState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let source = source(
        &grant,
        Params::read(request.uri().query(), &["source"])?.text("source"),
    )?;
    own.hand_on(&grant, Topic::Ttn, "/v1/uplinks/ttn", &source, request)
        .await
}

/// Which network server speaks.
fn source(grant: &Grant, asked: Option<&str>) -> Result<String, ApiError> {
    if !grant.uplinks {
        let why = "this call needs a key for network servers: one made with `uplinks` true";
        return Err(ApiError::Forbidden(why.to_owned()));
    }
    match (asked, &grant.sources[..]) {
        (Some(asked), _) => Ok(asked.to_owned()),
        (None, [SourcePattern::Exact(only)]) => Ok(only.to_string()),
        _ => Err(ApiError::bad(
            "source",
            "source is needed: the key covers more than one, so say which you are",
        )),
    }
}

impl ReportsState {
    async fn hand_on(
        self: &Arc<Self>,
        grant: &Arc<Grant>,
        topic: Topic,
        place: &'static str,
        source: &str,
        request: Request,
    ) -> Result<Response, ApiError> {
        if !says_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        let body = match whole(request, MAX_BODY).await {
            Ok(body) => body,
            Err(ApiError::TooLarge(limit)) => {
                let detail = format!("the body has more than {limit} bytes");
                self.refuse(grant, place, Reason::TooLarge, detail, &[])
                    .await?;
                return Err(ApiError::TooLarge(limit));
            }
            Err(other) => return Err(other),
        };
        match self.speaker_named(grant, source).await {
            Ok(speaker) => self.pass(&speaker, topic, place, &body).await,
            Err(Unheard {
                reason,
                problem,
                detail,
            }) => {
                if let Some(reason) = reason {
                    self.refuse(grant, place, reason, detail, &body).await?;
                }
                Err(problem)
            }
        }
    }
}
