//! A partner as it sees itself.

use crate::schema::SourceKind;
use crate::serve::api::operators::schema::{KeyArea, KeyScope};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Who the key is of.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct PartnerMe {
    pub(in crate::serve) name: String,
    /// The key of this call.
    pub(in crate::serve) key: HeldKey,
}

/// A key as its holder sees it.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct HeldKey {
    pub(in crate::serve) name: String,
    #[schema(value_type = Vec<KeyScope>)]
    pub(in crate::serve) scopes: Vec<&'static str>,
    /// The sources it may speak for, as ids or prefixes ending in `*`.
    pub(in crate::serve) sources: Vec<String>,
    #[schema(value_type = SourceKind)]
    pub(in crate::serve) source_kind: &'static str,
    pub(in crate::serve) uplinks: bool,
    #[schema(value_type = KeyArea)]
    pub(in crate::serve) area: Value,
    /// null: never.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) expires_at: Option<String>,
}
