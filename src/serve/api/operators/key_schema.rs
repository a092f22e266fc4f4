//! Keys, as asked for and as shown.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::schema::{SourceKind, Standing};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// What a key may be used for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum KeyScope {
    Report,
    Share,
    Book,
    Monitor,
    Admin,
    Partner,
    Order,
}

/// Of which zones a key's sources may speak. A zone is inside if one of `zones` covers it or if its
/// operator is one of `operators`.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[serde(untagged)]
pub(in crate::serve) enum KeyArea {
    Everywhere(Everywhere),
    Named(NamedArea),
}

/// Every zone.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum Everywhere {
    All,
}

/// One name at least, and up to 100 together.
#[derive(ToSchema)]
pub(in crate::serve) struct NamedArea {
    /// Ids of zones, or prefixes ending in `*`.
    zones: Option<Vec<String>>,
    /// Operators of zones, as the registry names them.
    operators: Option<Vec<String>>,
}

/// A key to be made.
#[derive(ToSchema)]
pub(in crate::serve) struct KeyAsked {
    /// Unique among all keys there ever were; `[A-Za-z0-9._:-]`, up to 64 characters.
    name: String,
    /// The partner who holds it.
    partner: String,
    /// One at least.
    scopes: Vec<KeyScope>,
    /// The sources it may speak for, as ids or prefixes ending in `*`; needed with the scope
    /// report.
    sources: Option<Vec<String>>,
    /// What those sources are; needed with the scope report.
    source_kind: Option<SourceKind>,
    /// Those sources are LoRaWAN network servers and may hand on the uplinks of devices in the
    /// registry; absent: false.
    uplinks: Option<bool>,
    /// Needed with the scope report.
    area: Option<KeyArea>,
    /// Absent: unproven.
    standing: Option<Standing>,
    /// When it ends; absent: when it is revoked.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// What is to change of a key; what is left out stays. One at least.
#[derive(ToSchema)]
pub(in crate::serve) struct KeyChanged {
    area: Option<KeyArea>,
    standing: Option<Standing>,
}

/// A key, without its text.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct KeyShown {
    pub(in crate::serve) id: String,
    pub(in crate::serve) name: String,
    pub(in crate::serve) partner: String,
    #[schema(value_type = Vec<KeyScope>)]
    pub(in crate::serve) scopes: Vec<&'static str>,
    pub(in crate::serve) sources: Vec<String>,
    #[schema(value_type = SourceKind)]
    pub(in crate::serve) source_kind: &'static str,
    pub(in crate::serve) uplinks: bool,
    #[schema(value_type = KeyArea)]
    pub(in crate::serve) area: Value,
    #[schema(value_type = Standing)]
    pub(in crate::serve) standing: &'static str,
    /// config: of the hub's configuration, which alone can take it back; store: made while it ran.
    pub(in crate::serve) origin: &'static str,
    /// null: in the configuration.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) created_at: Option<String>,
    /// null: never.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) expires_at: Option<String>,
    /// null: it is not.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) revoked_at: Option<String>,
    /// The day, in UTC; null: never, or not known.
    #[schema(required, format = Date)]
    pub(in crate::serve) last_used_day: Option<String>,
}

/// A new key with its text, this once.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct KeyMade {
    /// bh_live_ and 43 characters. Not shown again.
    pub(in crate::serve) key: String,
    #[serde(flatten)]
    pub(in crate::serve) made: KeyShown,
}

/// A page of keys.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct KeyList {
    pub(in crate::serve) keys: Vec<KeyShown>,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct KeysQuery {
    /// Only this partner's.
    partner: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}
