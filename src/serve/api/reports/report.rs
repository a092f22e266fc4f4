//! Reports over HTTP: the same gate, the same journal and the same promise as over MQTT. 202 means
//! durable.

use super::report_answer::ReportAnswer;
use super::schema;
use crate::domain::{Door, Parcel, Reason, Receipt, Refusal, Refused, Speaker, UsageKind};
use crate::inbox::{InboxSender, NotTaken};
use crate::ingest::codec::{self, Codec};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::partners::{self, Denied, Grant};
use crate::registry::Registry;
use crate::serve::PlatformToken;
use crate::serve::http::auth::{Doorman, Reporter};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{says_json, whole};
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use crate::serve::http::spent::Quota;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::response::Response;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;
use tokio::sync::oneshot;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest body, as over MQTT.
pub(in crate::serve) const MAX_BODY: usize = 256 * 1024;

/// Turns the body of a report into claims and refusals, and counts both. Must not block.
pub trait ReportDoor: Send + Sync {
    /// `place` is the path it was posted to.
    fn take(&self, speaker: &Speaker, codec: &'static Codec, place: &str, body: &[u8]) -> Parcel;

    /// What may be kept and told of what the call refuses by itself. Does not count the refusal.
    fn refusal(&self, of: Refused<'_>) -> Refusal;
}

/// What this route and that of uplinks need.
pub(in crate::serve) struct ReportsState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) registry: Arc<Registry>,
    pub(in crate::serve) door: Arc<dyn ReportDoor>,
    /// The journal listens. Full: busy. Closed: stopping.
    pub(in crate::serve) inbox: InboxSender,
    pub(in crate::serve) metrics: Arc<Metrics>,
    pub(in crate::serve) limits: Arc<Limits>,
    /// What OneNET signs with, where the operator has said it.
    pub(in crate::serve) onenet_token: Option<PlatformToken>,
}

impl FromRef<Arc<ReportsState>> for Doorman {
    fn from_ref(desk: &Arc<ReportsState>) -> Self {
        desk.doorman.clone()
    }
}

pub(in crate::serve) fn routes(desk: Arc<ReportsState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(report))
        .routes(routes!(counts))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(desk)
}

/// The part of a body that says who speaks; the gate reads the rest.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Who<'b> {
    #[serde(borrow)]
    source: Option<Cow<'b, str>>,
}

/// Report the state of bays.
///
/// The body is a report as over MQTT, with `source`: a batch, or one bay flat. What is refused is
/// listed and kept in the quarantine; the rest is accepted. The answer comes once all of it is on
/// disk.
#[utoipa::path(
    post, path = "/v1/reports", tag = "data partners", security(("key" = ["report"])),
    request_body = schema::Report,
    responses(
        (status = 202, description = "Durable; what was refused is listed", body = schema::Accepted),
        problems::BadReport, problems::NoKey, problems::NoSource, problems::Over256KiB,
        problems::NotJson, problems::BusyNothingAccepted, problems::NotStored,
    )
)]
async fn report(
    Reporter(grant): Reporter,
    State(own): State<Arc<ReportsState>>,
    request: Request,
) -> Result<Response, ApiError> {
    own.take(&grant, request, "/v1/reports", &codec::REPORT)
        .await
}

/// Report how many bays of zones are vacant or occupied.
///
/// For gates and car parks that only count. The body is a count as over MQTT, with `source`: a list,
/// or one zone flat. Numbers below 0 or above the capacity are taken as what is nearest. What is
/// refused is listed and kept in the quarantine; the rest is accepted. The answer comes once all of
/// it is on disk.
#[utoipa::path(
    post, path = "/v1/counts", tag = "data partners", security(("key" = ["report"])),
    request_body = schema::Counts,
    responses(
        (status = 202, description = "Durable; what was refused is listed", body = schema::Accepted),
        problems::BadReport, problems::NoKey, problems::NoSource, problems::Over256KiB,
        problems::NotJson, problems::BusyNothingAccepted, problems::NotStored,
    )
)]
async fn counts(
    Reporter(grant): Reporter,
    State(own): State<Arc<ReportsState>>,
    request: Request,
) -> Result<Response, ApiError> {
    own.take(&grant, request, "/v1/counts", &codec::COUNT).await
}

/// Why nobody is let speak: for the caller, and for the quarantine where there is a counted reason.
pub(in crate::serve) struct Unheard {
    pub(in crate::serve) reason: Option<Reason>,
    pub(in crate::serve) problem: ApiError,
    pub(in crate::serve) detail: String,
}

impl Unheard {
    fn malformed(detail: String) -> Self {
        Self {
            reason: Some(Reason::Malformed),
            problem: ApiError::malformed(detail.clone()),
            detail,
        }
    }
}

impl ReportsState {
    /// A body that was posted to `place` by the holder of `grant`.
    async fn take(
        self: &Arc<Self>,
        grant: &Arc<Grant>,
        request: Request,
        place: &str,
        codec: &'static Codec,
    ) -> Result<Response, ApiError> {
        let body = self.body(grant, place, request).await?;
        let speaker = match self.speaker(grant, codec, &body).await {
            Ok(speaker) => speaker,
            Err(Unheard {
                reason: Some(reason),
                problem,
                detail,
            }) => {
                self.refuse(grant, place, reason, detail, &body).await?;
                return Err(problem);
            }
            Err(Unheard { problem, .. }) => return Err(problem),
        };
        let answer = self.pass(&speaker, codec, place, &body).await?;
        answer.into_answer()
    }

    /// The whole of a body, as JSON; one that is too long is counted and kept as a refusal.
    pub(in crate::serve) async fn body(
        &self,
        grant: &Grant,
        place: &str,
        request: Request,
    ) -> Result<Bytes, ApiError> {
        if !says_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        self.body_of_any_type(grant, place, request).await
    }

    /// The same of who may call it what it likes.
    pub(super) async fn body_of_any_type(
        &self,
        grant: &Grant,
        place: &str,
        request: Request,
    ) -> Result<Bytes, ApiError> {
        let read = whole(request, MAX_BODY).await;
        if let Err(ApiError::TooLarge(limit)) = &read {
            let detail = format!("the body has more than {limit} bytes");
            self.refuse(grant, place, Reason::TooLarge, detail, &[])
                .await?;
        }
        read
    }

    /// Who speaks in `body`, if the holder of `grant` may speak so.
    async fn speaker(
        self: &Arc<Self>,
        grant: &Arc<Grant>,
        codec: &Codec,
        body: &Bytes,
    ) -> Result<Speaker, Unheard> {
        if body.trim_ascii_start().first() == Some(&b'[') {
            let items = codec.items;
            let why = format!("an object with `source` and `{items}` is wanted, not a list");
            return Err(Unheard::malformed(why));
        }
        let who: Who<'_> = serde_json::from_slice(body).map_err(|e| {
            let read = |text: &str| serde_json::from_str::<Who<'_>>(text).err();
            Unheard::malformed(codec::fault(body, &e, read).0)
        })?;
        let Some(source) = who.source else {
            return Err(Unheard::malformed("the body names no `source`".to_owned()));
        };
        self.speaker_named(grant, &source).await
    }

    /// The speaker for `source`, if the holder of `grant` may be it.
    pub(in crate::serve) async fn speaker_named(
        self: &Arc<Self>,
        grant: &Arc<Grant>,
        source: &str,
    ) -> Result<Speaker, Unheard> {
        let source: Arc<str> = source.into();
        let known = self
            .registry
            .source(&source)
            .is_some_and(|(_, kind)| kind == grant.source_kind);
        let asked = if known {
            partners::speaker(grant, &self.registry, &source)
        } else {
            // Enrolment waits for the disk.
            let own = Arc::clone(self);
            let grant = Arc::clone(grant);
            let source = Arc::clone(&source);
            tokio::task::spawn_blocking(move || partners::speaker(&grant, &own.registry, &source))
                .await
                .unwrap_or_else(|e| Err(Denied::Full(e.to_string())))
        };
        match asked {
            Ok((number, kind)) => Ok(Speaker {
                source: number,
                kind,
                id: source,
                pass: grant.pass.clone(),
                uplinks: grant.uplinks,
                remit: grant.remit.clone(),
                account: grant.account.clone(),
            }),
            Err(denied) => {
                let reason = match denied {
                    Denied::Full(_) | Denied::TooMany(_) => None,
                    Denied::UnknownSource => Some(Reason::UnknownSource),
                    Denied::BadKey | Denied::NotAllowed => Some(Reason::Forbidden),
                };
                let detail = format!("as {}: {denied}", quoted(&source));
                Err(Unheard {
                    reason,
                    problem: denied.into(),
                    detail,
                })
            }
        }
    }

    /// Lets a body through the gate and answers once what came of it is on disk.
    pub(super) async fn pass(
        &self,
        speaker: &Speaker,
        codec: &'static Codec,
        place: &str,
        body: &[u8],
    ) -> Result<ReportAnswer, ApiError> {
        self.pace(speaker, 0, 0)
            .inspect_err(|_| self.metrics.quota.refused("reports"))?;
        let parcel = self.door.take(speaker, codec, place, body);
        // On credit: what is owed after this is asked for before the next.
        let _ = self.pace(speaker, 1, parcel.reports());
        let answer = ReportAnswer::of(&parcel);
        if !parcel.is_empty() {
            self.store(speaker.account.number(), parcel).await?;
        }
        Ok(answer)
    }

    /// The same for who does not answer with what came of it.
    pub(in crate::serve) async fn tell(
        &self,
        speaker: &Speaker,
        codec: &'static Codec,
        (place, body): (&str, &[u8]),
    ) -> Result<(), ApiError> {
        self.pass(speaker, codec, place, body).await.map(drop)
    }

    /// Charges what was sent; an error when more is owed than may be.
    pub(super) fn pace(
        &self,
        speaker: &Speaker,
        messages: u64,
        reports: u64,
    ) -> Result<(), ApiError> {
        // Who comes by no key, as who pushes a feed may, has a share alone.
        let alone = u32::MAX - speaker.source.0;
        let key = Some(speaker.account.number()).filter(|n| *n > 0);
        let key = key.unwrap_or(alone);
        let pace = &self.limits.pace;
        let Some(owed) = pace.charge(speaker.source, key, messages, reports) else {
            return Ok(());
        };
        Err(ApiError::QuotaExceeded(Quota {
            member: "class",
            name: owed.limit,
            detail: "more was sent than may be in a second; nothing of this was accepted"
                .to_owned(),
            limit: owed.per_s.into(),
            used: owed.per_s.into(),
            retry_after_s: owed.wait.as_secs() + 1,
        }))
    }

    /// Counts one refusal of a whole message and makes it durable.
    pub(in crate::serve) async fn refuse(
        &self,
        grant: &Grant,
        place: &str,
        reason: Reason,
        detail: String,
        body: &[u8],
    ) -> Result<(), ApiError> {
        grant.account.count(UsageKind::Refused(reason), 1);
        self.keep_refusal(Refused {
            reason,
            door: Door::Http,
            // The key's name: who it really was, whatever the body says.
            source: &grant.name,
            key: grant.account.number(),
            partner: &grant.partner,
            topic: place,
            index: None,
            detail,
            payload: body,
        })
        .await
    }

    /// The same, whoever it is of.
    pub(super) async fn keep_refusal(&self, of: Refused<'_>) -> Result<(), ApiError> {
        self.metrics.refuse(of.door, of.reason);
        let refusal = self.door.refusal(of);
        let key = refusal.key;
        let parcel = Parcel {
            refusals: vec![refusal],
            ..Parcel::default()
        };
        self.store(key, parcel).await
    }

    /// Hands a parcel to the journal and waits until it is on disk. `key`: the account it came by; 0:
    /// none's.
    pub(super) async fn store(&self, key: u32, parcel: Parcel) -> Result<(), ApiError> {
        let (told, stored) = oneshot::channel();
        // The caller may have hung up meanwhile: then nobody listens, which is no fault.
        let receipt = Receipt::new(move || _ = told.send(()));
        self.inbox
            .try_send(key, parcel.into_submission(receipt))
            .map_err(|e| match e {
                NotTaken::Full => ApiError::Busy,
                NotTaken::Gone => {
                    ApiError::Unavailable("the hub is stopping; send it again".to_owned())
                }
            })?;
        stored
            .await
            .map_err(|_| ApiError::Unavailable("it was not stored; send it again".to_owned()))
    }
}
