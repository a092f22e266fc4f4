//! What IoT platforms push over HTTP: one call for each format of one ([`CODECS`]), made and described
//! of its row.
//!
//! Promises: 200 leaves the hub only once all of it is durable, and then whatever one message says: a
//! platform takes any other answer for a failure, pushes again, and after some of them drops
//! everybody's messages for a while. What is refused is listed, and kept in the quarantine. Only a
//! key that is not good, a signature that is not right, and a hub that cannot store are told by
//! another status. The key stands in the address (`http/address_key`).

use super::described::{accepted, message, operation, text};
use super::report::{MAX_BODY, ReportsState, Unheard};
use super::schema::{ProbeQuery, UplinkQuery};
use super::uplinks::source;
use crate::ingest::codec::{CODECS, Codec, Http, PlatformSignature};
use crate::partners::Grant;
use crate::serve::http::auth::Reporter;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use utoipa::IntoParams as _;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{
    Content, HttpMethod, Response as Described, ResponseBuilder, ResponsesBuilder,
};
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(state: Arc<ReportsState>) -> OpenApiRouter {
    let mut all = OpenApiRouter::new();
    for codec in CODECS.iter().copied() {
        let Some((http, platform)) = codec.http.and_then(|http| Some((http, http.platform?)))
        else {
            continue;
        };
        let mut calls =
            post(move |reporter, state, request| pushed(codec, http, reporter, state, request));
        let mut described = vec![(HttpMethod::Post, of_push(codec, &http))];
        if let Some(signed) = platform.signed {
            calls = calls.merge(get(
                move |reporter: Reporter, own: State<Arc<ReportsState>>, uri: Uri| {
                    std::future::ready(probed(signed, &reporter, &own, &uri))
                },
            ));
            described.push((HttpMethod::Get, of_probe(codec)));
        }
        all = all.route(http.path, calls);
        let paths = &mut all.get_openapi_mut().paths;
        for (method, operation) in described {
            paths.add_path_operation(http.path, vec![method], operation);
        }
    }
    all.layer(DefaultBodyLimit::max(MAX_BODY)).with_state(state)
}

/// A push's part of the OpenAPI document.
fn of_push(codec: &Codec, http: &Http) -> Operation {
    let (headline, rest) = http.about.split_once("\n\n").unwrap_or((http.about, ""));
    let responses = answers(
        "Durable; what was refused is listed",
        ("application/json", accepted()),
    )
    .responses_from_into_responses::<problems::Over256KiB>()
    .responses_from_into_responses::<problems::BusyNothingAccepted>()
    .responses_from_into_responses::<problems::NotStored>();
    operation(codec.name, headline, rest)
        .parameters(Some(UplinkQuery::into_params(|| Some(ParameterIn::Query))))
        .request_body(Some(message(codec)))
        .responses(responses.build())
        .build()
}

/// A probe's part of it.
fn of_probe(codec: &Codec) -> Operation {
    let headline = "Answer the platform's question whether it is heard.";
    let rest = "It wants `msg` back. The signature is checked where the hub knows the token.";
    let echo = ("text/plain", text());
    operation(&format!("{}_probe", codec.name), headline, rest)
        .parameters(Some(ProbeQuery::into_params(|| Some(ParameterIn::Query))))
        .responses(answers("`msg`", echo).build())
        .build()
}

fn answers(good: &str, (kind, content): (&str, Content)) -> ResponsesBuilder {
    let good: Described = ResponseBuilder::new()
        .description(good)
        .content(kind, content)
        .build();
    ResponsesBuilder::new()
        .response("200", good)
        .responses_from_into_responses::<problems::BadParameter>()
        .responses_from_into_responses::<problems::NoKey>()
        .responses_from_into_responses::<problems::NoUplinks>()
}

async fn pushed(
    codec: &'static Codec,
    http: Http,
    Reporter(grant): Reporter,
    State(own): State<Arc<ReportsState>>,
    request: Request,
) -> Result<Response, ApiError> {
    // Platforms put parameters of their own behind an address.
    let params = Params::among_others(request.uri().query(), &["source"])?;
    let source = source(&grant, params.text("source"))?;
    drop(params);
    own.take_push(&grant, codec, &http, &source, request).await
}

fn probed(
    signed: PlatformSignature,
    Reporter(grant): &Reporter,
    own: &ReportsState,
    uri: &Uri,
) -> Result<Response, ApiError> {
    let known = ["source", "msg", "nonce", "signature"];
    let params = Params::among_others(uri.query(), &known)?;
    source(grant, params.text("source"))?;
    let told = |name| params.text(name).unwrap_or_default();
    let msg = told("msg");
    if let Some(token) = &own.onenet_token
        && !(signed.probe)(msg, told("nonce"), told("signature"), token.expose())
    {
        return Err(unsigned());
    }
    // What somebody else wrote is a text to whoever reads it, and nobody's to keep.
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, msg.to_owned()).into_response())
}

fn unsigned() -> ApiError {
    ApiError::Forbidden("the signature is not of the token that the hub was told".to_owned())
}

impl ReportsState {
    async fn take_push(
        self: &Arc<Self>,
        grant: &Arc<Grant>,
        codec: &'static Codec,
        http: &Http,
        source: &str,
        request: Request,
    ) -> Result<Response, ApiError> {
        let body = self.body_of_any_type(grant, http.path, request).await?;
        let signed = http.platform.and_then(|platform| platform.signed);
        if let (Some(signed), Some(token)) = (signed, &self.onenet_token)
            && !(signed.body)(&body, token.expose())
        {
            let why = "the signature is missing or not of the token".to_owned();
            let reason = crate::domain::Reason::Forbidden;
            self.refuse(grant, http.path, reason, why, &body).await?;
            return Err(unsigned());
        }
        match self.speaker_named(grant, source).await {
            Ok(speaker) => {
                let answer = self.pass(&speaker, codec, http.path, &body).await?;
                Ok(answer.into_ok())
            }
            Err(Unheard {
                reason,
                problem,
                detail,
            }) => {
                if let Some(reason) = reason {
                    self.refuse(grant, http.path, reason, detail, &body).await?;
                }
                Err(problem)
            }
        }
    }
}
