//! Feeds that are sent here: whatever their senders send, however they prove who they are, and
//! answered as they insist on.
//!
//! Promises: the answer that a sender takes for "it was stored" is sent only once it was; a secret in
//! an address is compared in constant time and noted nowhere; what is pushed is limited as all other
//! reports are.

use super::report::ReportsState;
use super::report_answer::ReportAnswer;
use super::schema::{Accepted, PushQuery};
use crate::domain::{Door, Reason, Refused, Speaker, UsageKind};
use crate::ingest::connector::{Auth, Delivery, FeedAnswer, Feeds, Knock, PushReply, RunningFeed};
use crate::partners::Keys;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, whole};
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use std::borrow::Cow;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest body: all car parks of a city at once.
const MAX_BODY: usize = 1024 * 1024;

/// What these routes need.
pub(in crate::serve) struct PushState {
    pub(in crate::serve) reports: Arc<ReportsState>,
    pub(in crate::serve) feeds: Arc<Feeds>,
}

pub(in crate::serve) fn routes(state: Arc<PushState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(push, handshake))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(state)
}

/// A body that was let in.
struct Pushed<'a> {
    feed: &'a Arc<RunningFeed>,
    speaker: Speaker,
    place: &'a str,
    content_type: Option<&'a str>,
    body: Cow<'a, [u8]>,
}

/// Send what a feed of the configuration says: its mapping reads it.
///
/// The body is what the mapping was written for: JSON, a form, CSV, XML, of at most 1 MiB. How the
/// sender is known, and the answer it is given once all is on disk, stand in the configuration
/// (`[feeds.push]`): a key with the scope `report` that covers `pull:{feed}`, or a way of the
/// sender's own, which needs no key of the hub. Without a configured answer it is as of
/// `/v1/reports`.
#[utoipa::path(
    post, path = "/v1/push/{feed}", tag = "data partners", security(("key" = ["report"]), ()),
    params(("feed" = String, Path, description = "The feed's name"), PushQuery),
    request_body(content = String, content_type = "*/*", description = "As the feed's mapping reads it"),
    responses(
        (status = 200, description = "Durable, answered as the configuration says"),
        (status = 202, description = "Durable; what was refused is listed", body = Accepted),
        problems::BadReport, problems::NotTheSender, problems::NoSource, problems::NoSuchFeed,
        problems::Over1MiB, problems::BusyNothingAccepted, problems::NotStored,
    )
)]
async fn push(
    State(own): State<Arc<PushState>>,
    Id(name): Id,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let (feed, auth) = own.pushed(&name)?;
    let place = format!("/v1/push/{name}");
    let body = whole(request, MAX_BODY)
        .await
        .inspect_err(|_| count(feed, "too_large"))?;
    let query = uri.query().unwrap_or_default();
    let let_in = own.let_in((feed, auth), &headers, query, &body);
    let (speaker, read) = let_in.inspect_err(|_| count(feed, "denied"))?;
    let pushed = Pushed {
        feed,
        speaker,
        place: &place,
        content_type: text(&headers, CONTENT_TYPE.as_str()),
        body: read,
    };
    own.take(pushed).await
}

/// Ask whether this is the receiver of a feed, as OneNET does before it sends anything.
///
/// It echoes `msg`. Only a feed whose configuration names such a sender answers.
#[utoipa::path(
    get, path = "/v1/push/{feed}", tag = "data partners", security(()),
    params(("feed" = String, Path, description = "The feed's name"), PushQuery),
    responses(
        (status = 200, description = "The text that was sent as `msg`", body = String,
            content_type = "text/plain"),
        problems::NotTheSender, problems::NoSuchFeed,
    )
)]
async fn handshake(
    State(own): State<Arc<PushState>>,
    Id(name): Id,
    uri: Uri,
) -> Result<String, ApiError> {
    let (feed, auth) = own.pushed(&name)?;
    let told = auth.handshake(uri.query().unwrap_or_default());
    told.ok_or(NOT_THE_SENDER)
        .inspect_err(|_| count(feed, "denied"))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

const NOT_THE_SENDER: ApiError =
    ApiError::Unauthorized("this is not how the sender of this feed is known");

fn count(feed: &RunningFeed, outcome: &str) {
    feed.count_push(outcome);
}

impl PushState {
    /// A feed that is pushed. Whether there is one that is not, is nobody's business.
    fn pushed(&self, name: &str) -> Result<(&Arc<RunningFeed>, &Auth), ApiError> {
        let feed = self.feeds.named(name);
        let found = feed.and_then(|feed| Some((feed, feed.auth()?)));
        found.ok_or_else(|| ApiError::NotFound(format!("no feed {} is pushed here", quoted(name))))
    }

    /// Who speaks, and what the feed's body is.
    fn let_in<'b>(
        &self,
        (feed, auth): (&RunningFeed, &Auth),
        headers: &HeaderMap,
        query: &str,
        body: &'b [u8],
    ) -> Result<(Speaker, Cow<'b, [u8]>), ApiError> {
        let own = feed.speaker();
        if !matches!(auth, Auth::Bearer) {
            let header = |name: &str| text(headers, name);
            let header = &header;
            let body = auth.admits(&Knock {
                query,
                header,
                body,
            });
            let body = body.ok_or(NOT_THE_SENDER)?;
            return Ok((own.clone(), body));
        }
        let grant = self.reports.doorman.grant(headers)?;
        if !Keys::may_speak_for(&grant, &own.id) {
            let why = format!("the key may not speak for {}", quoted(&own.id));
            return Err(ApiError::Forbidden(why));
        }
        // The feed's source, by the key: as long as that is good, of its area, of its share.
        let speaker = Speaker {
            pass: grant.pass.clone(),
            remit: grant.remit.clone(),
            account: grant.account.clone(),
            ..own.clone()
        };
        Ok((speaker, Cow::Borrowed(body)))
    }

    async fn take(&self, pushed: Pushed<'_>) -> Result<Response, ApiError> {
        let feed = pushed.feed;
        let paced = self.reports.pace(&pushed.speaker, 0, 0);
        paced.inspect_err(|_| {
            count(feed, "busy");
            self.reports.metrics.quota.refused("reports");
        })?;
        let answer = match read(&pushed).await {
            Ok(answer) => answer,
            Err(detail) => return self.refuse(&pushed, detail).await,
        };
        let by = Delivery {
            speaker: &pushed.speaker,
            door: Door::Http,
            place: pushed.place,
            told_at: None,
            area: feed.config().area.as_ref(),
            keeps_all: true,
        };
        let (parcel, _) = feed.take(answer.rows.into_iter(), &by);
        // On credit: what is owed after this is asked for before the next.
        let _ = self.reports.pace(&pushed.speaker, 1, parcel.reports());
        let told = ReportAnswer::of(&parcel);
        if !parcel.is_empty() {
            let stored = self
                .reports
                .store(pushed.speaker.account.number(), parcel)
                .await;
            stored.inspect_err(|_| count(feed, "not_stored"))?;
        }
        count(feed, "taken");
        feed.heard(self.reports.doorman.clock.now(), true);
        match reply(feed) {
            Some(reply) => Ok(reply),
            None => told.into_answer(),
        }
    }

    /// Keeps a body that is no such answer, and says so, to who can bear it.
    async fn refuse(&self, pushed: &Pushed<'_>, detail: String) -> Result<Response, ApiError> {
        let Pushed { feed, speaker, .. } = pushed;
        count(feed, Reason::Malformed.name());
        let account = &speaker.account;
        account.count(UsageKind::Refused(Reason::Malformed), 1);
        let remit = speaker.remit.now();
        let by_key = account.number() > 0;
        let refused = Refused {
            reason: Reason::Malformed,
            door: Door::Http,
            source: &speaker.id,
            key: account.number(),
            partner: if by_key { &remit.partner } else { "" },
            topic: pushed.place,
            index: None,
            detail: detail.clone(),
            payload: &pushed.body,
        };
        self.reports.keep_refusal(refused).await?;
        let insists = feed
            .config()
            .push
            .as_ref()
            .is_some_and(|push| push.reply.always);
        match reply(feed).filter(|_| insists) {
            Some(reply) => Ok(reply),
            None => Err(ApiError::Malformed {
                reason: Reason::Malformed,
                detail,
            }),
        }
    }
}

/// What a body says. Read where that may take a while.
async fn read(pushed: &Pushed<'_>) -> Result<FeedAnswer, String> {
    let feed = pushed.feed.clone();
    let body = Bytes::copy_from_slice(&pushed.body);
    let content_type = pushed.content_type.map(str::to_owned);
    let reading = tokio::task::spawn_blocking(move || {
        let answer = feed.read(&body, content_type.as_deref())?;
        feed.make_zones(&answer)?;
        Ok(answer)
    });
    match reading.await {
        Ok(read) => read.map_err(|failure: crate::ingest::connector::fetch::Failure| failure.why),
        Err(e) => Err(e.to_string()),
    }
}

/// The answer that the sender insists on, where one is configured.
fn reply(feed: &RunningFeed) -> Option<Response> {
    let PushReply {
        status,
        body,
        content_type,
        ..
    } = &feed.config().push.as_ref()?.reply;
    if body.is_empty() && *status == StatusCode::ACCEPTED.as_u16() {
        return None;
    }
    let status = StatusCode::from_u16(*status).ok()?;
    let usual = if body.starts_with(['{', '[']) {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    };
    let content_type = content_type.clone().unwrap_or_else(|| usual.to_owned());
    let headers = [(CONTENT_TYPE, content_type)];
    Some((status, headers, Body::from(body.clone())).into_response())
}
