//! Uplinks of LoRaWAN devices over HTTP, as network servers' own integrations post them. 202 means
//! durable.
//!
//! One call for each format of a network server ([`CODECS`]), made and described of its row. The
//! key says that its sources are network servers (`uplinks = true`). Which one speaks is the
//! `source` of the query, or the only one that the key covers. What a device said wrongly is
//! refused item by item with 202: a network server that is answered with an error may give up on
//! all its devices.

use super::described::{accepted, message, operation};
use super::report::{MAX_BODY, ReportsState, Unheard};
use super::schema::{EventQuery, UplinkQuery};
use crate::ingest::codec::{CODECS, Codec, Http, Sender};
use crate::partners::{Grant, SourcePattern};
use crate::serve::http::auth::Reporter;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use std::sync::Arc;
use utoipa::IntoParams as _;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{HttpMethod, ResponseBuilder, ResponsesBuilder};
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(state: Arc<ReportsState>) -> OpenApiRouter {
    let mut all = OpenApiRouter::new();
    for codec in CODECS.iter().copied() {
        let own = |http: &Http| codec.sender == Sender::NetworkServer && http.platform.is_none();
        let Some(http) = codec.http.filter(own) else {
            continue;
        };
        let call =
            post(move |reporter, state, request| uplink(codec, http, reporter, state, request));
        all = all.route(http.path, call);
        let paths = &mut all.get_openapi_mut().paths;
        paths.add_path_operation(http.path, vec![HttpMethod::Post], described(codec, &http));
    }
    all.layer(DefaultBodyLimit::max(MAX_BODY)).with_state(state)
}

/// The call's part of the OpenAPI document.
fn described(codec: &Codec, http: &Http) -> Operation {
    let (headline, rest) = http.about.split_once("\n\n").unwrap_or((http.about, ""));
    let query = || Some(ParameterIn::Query);
    let mut parameters = UplinkQuery::into_params(query);
    let durable = ResponseBuilder::new()
        .description("Durable; what was refused is listed")
        .content("application/json", accepted());
    let mut responses = ResponsesBuilder::new().response("202", durable.build());
    let nothing =
        ResponseBuilder::new().description("No uplink, or a simulated one: nothing to do");
    responses = responses.response("204", nothing.build());
    if http.event.is_some() {
        parameters.extend(EventQuery::into_params(query));
    }
    let responses = responses
        .responses_from_into_responses::<problems::BadReport>()
        .responses_from_into_responses::<problems::NoKey>()
        .responses_from_into_responses::<problems::NoUplinks>()
        .responses_from_into_responses::<problems::Over256KiB>()
        .responses_from_into_responses::<problems::NotJson>()
        .responses_from_into_responses::<problems::BusyNothingAccepted>()
        .responses_from_into_responses::<problems::NotStored>();
    operation(codec.name, headline, rest)
        .parameters(Some(parameters))
        .request_body(Some(message(codec)))
        .responses(responses.build())
        .build()
}

async fn uplink(
    codec: &'static Codec,
    http: Http,
    Reporter(grant): Reporter,
    State(own): State<Arc<ReportsState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let known: &[&str] = match http.event {
        Some(_) => &["event", "source"],
        None => &["source"],
    };
    let params = Params::read(request.uri().query(), known)?;
    let source = source(&grant, params.text("source"))?;
    if http.event.is_some()
        && params
            .text("event")
            .is_some_and(|event| Some(event) != http.event)
    {
        own.metrics.uplinks_ignored.inc();
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    drop(params);
    own.hand_on(&grant, codec, http.path, &source, request)
        .await
}

/// Which network server speaks.
pub(super) fn source(grant: &Grant, asked: Option<&str>) -> Result<String, ApiError> {
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
        codec: &'static Codec,
        place: &'static str,
        source: &str,
        request: Request,
    ) -> Result<Response, ApiError> {
        let body = self.body(grant, place, request).await?;
        match self.speaker_named(grant, source).await {
            Ok(speaker) => {
                let answer = self.pass(&speaker, codec, place, &body).await?;
                answer.into_answer()
            }
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
