//! A partner as it sees itself, and what it asks.

#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::schema::SourceKind;
use crate::serve::api::operators::schema::{
    KeyArea, KeyScope, KeyShown, PartnerGranted, PartnerState, SignupStateShown,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Who the key is of.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct PartnerMe {
    pub(in crate::serve) name: String,
    #[schema(value_type = PartnerState)]
    pub(in crate::serve) state: &'static str,
    /// Whether what an operator of your name has is your own; an administrator says so.
    pub(in crate::serve) linked: bool,
    /// How strangers become partners here.
    #[schema(value_type = AdmissionRule)]
    pub(in crate::serve) admission: &'static str,
    /// What the keys that you make by yourself may be good for.
    #[schema(value_type = PartnerGranted)]
    pub(in crate::serve) may_grant: Value,
    /// Your credit has fallen so low that reports of your apps weigh as if they were made with confidence
    /// 0.5: see `/v1/partners/me/credit`.
    pub(in crate::serve) doubted: bool,
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

/// How strangers become partners: by proving an address, by an administrator's word, or not at all.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum AdmissionRule {
    Open,
    Approve,
    Closed,
}

/// Who you are and what you want.
#[derive(ToSchema)]
pub(in crate::serve) struct SignupAsked {
    /// 3 to 40 of a-z, 0-9 and single hyphens, beginning with a letter; it is part of the ids of your sources.
    #[schema(
        pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        min_length = 3,
        max_length = 40
    )]
    name: String,
    /// The address of a mailbox that you read.
    #[schema(max_length = 254)]
    contact: String,
    /// What you are up to, in a line; administrators read it.
    #[schema(max_length = 500)]
    wants: Option<String>,
}

/// How far it has come.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct SignupTold {
    pub(in crate::serve) name: String,
    #[schema(value_type = SignupStateShown)]
    pub(in crate::serve) state: &'static str,
    /// Why the hub does not admit you by itself where it admits others; null: it admits nobody.
    #[schema(required)]
    pub(in crate::serve) because: Option<String>,
    /// Until when the token is good; null: there is none.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) expires_at: Option<String>,
}

/// A one-time token.
#[derive(ToSchema)]
pub(in crate::serve) struct TokenGiven {
    /// bh_link_ and 43 characters.
    token: String,
}

/// Your first key.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct FirstKey {
    #[schema(value_type = PartnerState)]
    pub(in crate::serve) state: &'static str,
    /// bh_live_ and 43 characters. Not shown again.
    pub(in crate::serve) key: String,
    #[serde(flatten)]
    pub(in crate::serve) made: KeyShown,
}

/// A key of your own to be made.
#[derive(ToSchema)]
pub(in crate::serve) struct OwnKeyAsked {
    /// `[A-Za-z0-9._:-]`; your partner's name and a colon are put before it. One key has it, for as long
    /// as that is listed.
    name: String,
    /// One at least, of those granted.
    scopes: Vec<KeyScope>,
    /// The sources it may speak for; absent: those granted.
    sources: Option<Vec<String>>,
    /// Absent: the first that is granted, app as a rule.
    source_kind: Option<SourceKind>,
    uplinks: Option<bool>,
    /// Absent: as granted.
    area: Option<KeyArea>,
    /// When it ends; absent: when it is revoked.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// A key of the sandbox, a simulated city to try things out; absent: false.
    sandbox: Option<bool>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct OwnKeysQuery {
    /// The sandbox's instead.
    #[param(default = false)]
    sandbox: Option<bool>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// How a key is to be changed for a new one.
#[derive(ToSchema)]
pub(in crate::serve) struct RotationAsked {
    /// How long the old one is good still, s.
    #[schema(minimum = 0, maximum = 2_592_000, default = 86_400)]
    overlap_s: Option<u32>,
}

/// The new key, this once.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct KeyRotated {
    /// The old one's id.
    pub(in crate::serve) replaces: String,
    /// Until when the old one is good.
    #[schema(format = DateTime)]
    pub(in crate::serve) replaced_until: String,
    /// Not shown again.
    pub(in crate::serve) key: String,
    #[serde(flatten)]
    pub(in crate::serve) made: KeyShown,
}
