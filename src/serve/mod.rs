//! The HTTP API: what drivers' apps, data partners, businesses, the authority and operators call.
//!
//! Promises: every refusal is `application/problem+json`; nothing a caller sends grows memory
//! without bound (bodies, connections and the inbox are all limited); a report is answered 202 only
//! once it is durable; reads never wait for a writer. `/v1/openapi.json` is made from the handlers,
//! so it cannot forget one.
//!
//! The path of a request: `http::listen` (sockets, TLS, `http::address`) -> `http::measure` (time
//! limit, metrics, who may keep the answer, what is packed; `http::audit` for administrators' calls)
//! -> a handler in `api`, by audience (who may, what is asked) -> `formats` or the audience's own
//! rendering (bytes), or `http::error` (problems). A stream's answer is a body that never ends:
//! `sse`; one that becomes a WebSocket goes on in `ws`. `docs` is what the hub says of itself.

mod api;
mod atlas;
mod config;
mod docs;
mod feed;
mod formats;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod mcp;
mod page;
mod publisher;
mod router;
mod sandbox;
mod sight;
mod sse;
mod state;
#[cfg(test)]
mod tests;
mod told_in;
mod ws;

pub use api::operators::{LossDoor, LossTold, NoLosses};
pub use api::reports::ReportDoor;
pub use axum::Router;
pub use config::{AdminConfig, Config, PlatformToken};
pub use http::audit::{AdminCall, AuditLog, AuditQuestion, NoteKind, NotePage, NotePlace};
pub use http::listen::{Entrance, ListenLimits, serve};
pub use http::proxies::Block;
pub use page::WebConfig;
pub use publisher::PublisherConfig;
pub use router::router;
pub use sandbox::{Answerer, SandboxApi};
pub use ws::{MqttDoor, MqttPlace, MqttShut, WsLine};

use crate::domain::{Calendar, Clock};
use crate::forecast::Forecasts;
use crate::health::Health;
use crate::history::{History, Names};
use crate::inbox::InboxSender;
use crate::ingest::connector::Feeds;
use crate::ingest::gate::{DeviceHealths, Ledger};
use crate::journal::Quarantine;
use crate::limits::Limits;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::orders::OrderDesk;
use crate::partners::{AdmissionDesk, ContributorDesk, Issuer, Keys, SandboxIssuer, UsageBook};
use crate::problems::ProblemDesk;
use crate::registry::Registry;
use crate::sharing::Desk;
use crate::webhooks::WebhookDesk;
use std::sync::Arc;
use tokio::sync::watch;

/// Called after the registry has changed.
pub type OnChange = Arc<dyn Fn() + Send + Sync>;

/// What the API is made of; every part is shared with the rest of the hub.
pub struct ApiParts {
    pub registry: Arc<Registry>,
    pub live: Arc<Live>,
    /// What is expected of zones and bays.
    pub forecasts: Arc<Forecasts>,
    pub keys: Arc<Keys>,
    pub issuer: Arc<Issuer>,
    /// Makes partners of strangers.
    pub admission: Arc<AdmissionDesk>,
    /// Makes keys of the sandbox, where there is one.
    pub sandbox: Option<Arc<SandboxIssuer>>,
    /// Knows what each partner has made of the hub.
    pub usage: Arc<UsageBook>,
    /// Knows what apps' contributors are worth.
    pub contributors: Arc<ContributorDesk>,
    /// Books shared bays.
    pub desk: Arc<Desk>,
    /// Issues orders of the authority, and knows them.
    pub orders: Arc<OrderDesk>,
    /// Knows what people have reported.
    pub problems: Arc<ProblemDesk>,
    /// Keeps partners' endpoints.
    pub webhooks: Arc<WebhookDesk>,
    pub clock: Arc<dyn Clock>,
    pub health: Arc<Health>,
    pub metrics: Arc<Metrics>,
    pub limits: Arc<Limits>,
    /// Turns the body of a report into claims and refusals: the gate. It counts what it takes and
    /// refuses.
    pub reports: Arc<dyn ReportDoor>,
    /// Takes MQTT that comes inside WebSockets.
    pub mqtt: Arc<dyn MqttDoor>,
    /// The feeds of the configuration.
    pub feeds: Arc<Feeds>,
    /// The journal listens at the other end; full means busy, closed means the hub is stopping.
    pub inbox: InboxSender,
    pub quarantine: Quarantine,
    /// What of the data folder is lost.
    pub losses: Arc<dyn LossDoor>,
    pub authority: Authority,
    /// Is told of every call that only an administrator may make.
    pub audit: Arc<dyn AuditLog>,
    /// Called after each change of zones or bays, on a thread that may block, so that the stream
    /// learns of it.
    pub on_change: OnChange,
    /// Turns true when the hub stops: streams end at once, everything else may finish.
    pub closed: watch::Receiver<bool>,
    pub config: Config,
}

/// What the authority's questions are answered from.
#[derive(Clone)]
pub struct Authority {
    pub history: Arc<History>,
    /// The ids of zones, also of those that are gone.
    pub names: Arc<dyn Names>,
    /// Whose days are meant where a question does not say.
    pub calendar: Calendar,
    pub ledger: Arc<Ledger>,
    /// How well devices are.
    pub healths: Arc<DeviceHealths>,
    /// Silence after which a source is called silent, where no zone says otherwise, s.
    pub silent_after_s: u32,
}
