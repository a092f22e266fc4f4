//! Webhooks, as asked for and as shown.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]
#![allow(
    clippy::unreadable_literal,
    reason = "numbers as utoipa's attributes take them"
)]

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// An endpoint to be made.
#[derive(ToSchema)]
pub(in crate::serve) struct WebhookAsked {
    /// https, at an address that is reached from everywhere, port 443 or from 1024 on.
    #[schema(max_length = 2048, example = "https://example.com/hooks/bayhub")]
    url: String,
    /// Types, or families such as `zone.*`: zone.full, zone.available, zone.stale, zone.changed (any
    /// key); reservation.*, offer.* (book or share); source.* (report); key.*, partner.* (partner).
    #[schema(min_items = 1, max_items = 64, example = json!(["zone.full", "reservation.*"]))]
    events: Vec<String>,
    /// Of which zones, by id; absent, and without `bbox`: all.
    #[schema(max_items = 1000)]
    zones: Option<Vec<String>>,
    /// Of the zones in a box: west, south, east, north, WGS 84 degrees. Not together with `zones`.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<Vec<f64>>,
    /// From how many vacant bays on a zone that was full is available again; absent: 2. Of a zone with
    /// fewer bays: all of them.
    #[schema(minimum = 1, maximum = 100000)]
    threshold: Option<u32>,
    /// `whsec_` and base64 of 24 to 64 bytes; absent: the hub makes one.
    secret: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(ToSchema)]
pub(in crate::serve) struct WebhookChanged {
    #[schema(max_length = 2048, example = "https://example.com/hooks/bayhub")]
    url: Option<String>,
    #[schema(min_items = 1, max_items = 64, example = json!(["zone.full"]))]
    events: Option<Vec<String>>,
    #[schema(max_items = 1000)]
    zones: Option<Vec<String>>,
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<Vec<f64>>,
    #[schema(minimum = 1, maximum = 100000)]
    threshold: Option<u32>,
    /// true: tell it again, and what has waited first; false: tell it nothing.
    enabled: Option<bool>,
}

/// An endpoint.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Webhook {
    pub(in crate::serve) id: String,
    pub(in crate::serve) url: String,
    pub(in crate::serve) events: Vec<String>,
    /// Absent: all, or those in `bbox`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) zones: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) bbox: Option<[f64; 4]>,
    pub(in crate::serve) threshold: u32,
    /// enabled; disabled: it is told nothing, `disabled_reason` says why.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
    /// null: it is enabled.
    #[schema(required)]
    pub(in crate::serve) disabled_reason: Option<String>,
    /// null: it is enabled.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) disabled_at: Option<String>,
    /// Until when the secret before the last rotation signs too; null: none does.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) old_secret_until: Option<String>,
    #[schema(format = DateTime)]
    pub(in crate::serve) created_at: String,
}

/// A new endpoint with its secret, this once.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct WebhookMade {
    /// Every message is signed with it. Not shown again.
    pub(in crate::serve) secret: String,
    #[serde(flatten)]
    pub(in crate::serve) made: Webhook,
}

/// All endpoints that the key may see.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Webhooks {
    pub(in crate::serve) webhooks: Vec<Webhook>,
}

/// The secret to come.
#[derive(ToSchema)]
pub(in crate::serve) struct SecretAsked {
    /// `whsec_` and base64 of 24 to 64 bytes; absent: the hub makes one.
    secret: Option<String>,
    /// true: also while the secret before the one that signs does so too, which then ends at once.
    now: Option<bool>,
}

/// Another secret, this once.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct SecretMade {
    pub(in crate::serve) secret: String,
    /// The one before signs too until then: a day.
    #[schema(format = DateTime)]
    pub(in crate::serve) old_secret_until: String,
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct WebhookTried {
    pub(in crate::serve) delivered: bool,
    /// The endpoint's answer; null: there was none.
    #[schema(required)]
    pub(in crate::serve) answered: Option<u16>,
    /// Why it was not delivered; null: it was.
    #[schema(required)]
    pub(in crate::serve) reason: Option<String>,
    pub(in crate::serve) took_ms: u64,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct DeliveriesQuery {
    /// Those that are so: pending, delivered, failed.
    status: Option<String>,
    /// Of what has happened since.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// At most so many; absent: 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the answer before.
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ReplayQuery {
    /// Facts that have happened since.
    #[param(value_type = String, format = DateTime)]
    since: String,
}

/// A message and what has become of it.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Delivery {
    pub(in crate::serve) id: String,
    /// The header `webhook-id` of each attempt.
    pub(in crate::serve) webhook_id: String,
    pub(in crate::serve) r#type: String,
    /// When it happened, or was seen.
    #[schema(format = DateTime)]
    pub(in crate::serve) timestamp: String,
    /// pending: it waits; delivered; failed: an attempt to tell a state, which is told anew as it is
    /// then.
    #[schema(value_type = String)]
    pub(in crate::serve) status: &'static str,
    pub(in crate::serve) attempts: u32,
    /// The last answer; null: there was none.
    #[schema(required)]
    pub(in crate::serve) answered: Option<u16>,
    /// Why the last attempt failed; null: it did not.
    #[schema(required)]
    pub(in crate::serve) reason: Option<String>,
    /// Not tried again before; null: as soon as it is its turn, or never.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) next_attempt_at: Option<String>,
    /// null: it waits.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) done_at: Option<String>,
}

/// A page, the newest first.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Deliveries {
    pub(in crate::serve) deliveries: Vec<Delivery>,
    /// Of the next page; null: this is the last.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

/// What is told again.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Replayed {
    /// So many facts, in their order, each under its own id.
    pub(in crate::serve) queued: u64,
}
