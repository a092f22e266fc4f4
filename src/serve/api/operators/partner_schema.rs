//! Partners and who wants to be one, as asked for and as shown.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use super::key_schema::{KeyArea, KeyScope};
use crate::schema::{SourceKind, Standing};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// A partner to be added.
#[derive(ToSchema)]
pub(in crate::serve) struct PartnerAsked {
    /// `[A-Za-z0-9._:-]`, up to 64 characters.
    name: String,
}

/// An organisation that may hold keys.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Partner {
    pub(in crate::serve) name: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) created_at: String,
    #[schema(value_type = PartnerState)]
    pub(in crate::serve) state: &'static str,
    /// Whether what an operator of its name has is its own. Not so of who has signed up, until you say so.
    pub(in crate::serve) linked: bool,
    /// What the keys that it makes by itself may be good for.
    #[schema(value_type = PartnerGranted)]
    pub(in crate::serve) may_grant: Value,
    /// null: nobody has said.
    #[schema(required)]
    pub(in crate::serve) contact: Option<String>,
}

/// Whether a partner's keys are good.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum PartnerState {
    Admitted,
    Suspended,
}

/// What the keys that a partner makes by itself may be good for. What is left out is as usual: reports of
/// apps, for sources that begin with its name and a colon, offers, bookings, everywhere.
#[derive(ToSchema)]
pub(in crate::serve) struct PartnerGranted {
    /// All but admin.
    scopes: Option<Vec<KeyScope>>,
    source_kinds: Option<Vec<SourceKind>>,
    /// Ids, or prefixes ending in `*`.
    sources: Option<Vec<String>>,
    area: Option<KeyArea>,
    uplinks: Option<bool>,
    standing: Option<Standing>,
}

/// A page of partners, and those who want to be one.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct PartnerList {
    pub(in crate::serve) partners: Vec<Partner>,
    /// On the first page: as many as `limit`, those that wait for a decision first.
    pub(in crate::serve) signups: Vec<Signup>,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct PartnersQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// What is to change of a partner; what is left out stays. One at least.
#[derive(ToSchema)]
pub(in crate::serve) struct PartnerChanged {
    /// suspended: no key of its is good.
    state: Option<PartnerState>,
    linked: Option<bool>,
    grants: Option<PartnerGranted>,
}

/// A partner as it is now.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct PartnerNow {
    #[serde(flatten)]
    pub(in crate::serve) partner: Partner,
    /// Its keys of the configuration, which is alone to take them back, by name.
    pub(in crate::serve) keys_of_configuration: Vec<String>,
}

/// Who wants to be a partner.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Signup {
    pub(in crate::serve) id: String,
    /// What it calls itself.
    pub(in crate::serve) name: String,
    pub(in crate::serve) contact: String,
    /// In its own words; not from anybody you know.
    pub(in crate::serve) wants: String,
    #[schema(value_type = SignupStateShown)]
    pub(in crate::serve) state: &'static str,
    /// What the name could be taken for, so that the hub admits nobody of it by itself; null: nothing.
    #[schema(required)]
    pub(in crate::serve) like: Option<&'static str>,
    /// The partner that it was admitted as; null: none yet.
    #[schema(required)]
    pub(in crate::serve) partner: Option<String>,
    /// The one-time secret that proves the address and fetches the key, where nobody has sent it: pass it on
    /// to `contact`, and to nobody else. null: it was sent, or there is none.
    #[schema(required)]
    pub(in crate::serve) token: Option<String>,
    #[schema(format = DateTime)]
    pub(in crate::serve) created_at: String,
    /// When the address was proven; null: not yet.
    #[schema(required, format = DateTime)]
    pub(in crate::serve) confirmed_at: Option<String>,
    /// When it is forgotten.
    #[schema(format = DateTime)]
    pub(in crate::serve) expires_at: String,
}

/// How far a sign-up has come.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", as = SignupState)]
pub(in crate::serve) enum SignupStateShown {
    Asked,
    Confirmed,
    Admitted,
    Refused,
}

/// What you say of a sign-up.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", as = Verdict)]
pub(in crate::serve) enum VerdictAsked {
    Admitted,
    Refused,
}

/// A decision.
#[derive(ToSchema)]
pub(in crate::serve) struct SignupDecided {
    state: VerdictAsked,
    /// Whom it speaks for: a partner that is there, or a new one. It owns what an operator of that very name
    /// has. Absent: what it calls itself, and it owns nothing by that name.
    partner: Option<String>,
    grants: Option<PartnerGranted>,
}
