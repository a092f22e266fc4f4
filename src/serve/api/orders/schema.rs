//! Orders as they are asked for and told.

#![allow(
    dead_code,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// An order to be issued.
#[derive(ToSchema)]
pub(in crate::serve) struct OrderAsked {
    kind: CityOrderKind,
    target: OrderTargetShown,
    /// Now, if it is not said. A start up to ten minutes past is now.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Until it is ended, if it is not said or null.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// Why, by language: `{"zh": "...", "en": "..."}`. A text alone is English.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    reason: Option<BTreeMap<String, String>>,
    /// What to do, likewise.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    instruction: Option<BTreeMap<String, String>>,
    /// What has led to it, for the record.
    #[schema(max_length = 1000)]
    cause: Option<String>,
    /// `emergency` for that kind, else `warning`, if it is not said.
    severity: Option<CityOrderSeverity>,
    affects: Option<CityOrderAffects>,
    /// Reaches everybody and closes nothing.
    #[schema(default = false)]
    exercise: Option<bool>,
}

/// What is to be another; what is not said stays.
#[derive(ToSchema)]
pub(in crate::serve) struct OrderChanged {
    kind: Option<CityOrderKind>,
    target: Option<OrderTargetShown>,
    /// Only before it has begun.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// null: until it is ended.
    #[schema(format = DateTime)]
    to: Option<String>,
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    reason: Option<BTreeMap<String, String>>,
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    instruction: Option<BTreeMap<String, String>>,
    #[schema(max_length = 1000)]
    cause: Option<String>,
    severity: Option<CityOrderSeverity>,
    affects: Option<CityOrderAffects>,
}

/// What it is about: exactly one of the members.
#[derive(ToSchema)]
pub(in crate::serve) struct OrderTargetShown {
    /// Ids of zones; their areas and floors are meant too.
    #[schema(required = false, max_items = 1000)]
    zones: Vec<String>,
    #[schema(required = false, max_items = 10000)]
    bays: Vec<String>,
    /// A GeoJSON `Polygon` or `MultiPolygon` in WGS 84, of 1,000 corners at most.
    #[schema(required = false, value_type = Object)]
    polygon: serde_json::Value,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum CityOrderKind {
    Closure,
    NoStopping,
    Event,
    Works,
    Emergency,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum CityOrderSeverity {
    Info,
    Warning,
    Emergency,
}

/// `new_arrivals`: who stands there may stay. `all`: who stands there is to leave.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum CityOrderAffects {
    NewArrivals,
    All,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::serve) enum CityOrderState {
    Planned,
    Active,
    Ended,
}

/// An order, as everybody may read it.
#[derive(ToSchema)]
pub(in crate::serve) struct CityOrder {
    id: String,
    /// From 1; each change makes the next.
    version: u32,
    kind: CityOrderKind,
    state: CityOrderState,
    severity: CityOrderSeverity,
    affects: CityOrderAffects,
    /// Closes nothing: it is being practised.
    exercise: bool,
    target: OrderTargetShown,
    #[schema(format = DateTime)]
    from: String,
    /// null: until it is ended.
    #[schema(required, format = DateTime)]
    to: Option<String>,
    reason: BTreeMap<String, String>,
    instruction: BTreeMap<String, String>,
    #[schema(required)]
    cause: Option<String>,
    /// Of an emergency: `pending`, `confirmed` by a second key, or `unconfirmed` after ten minutes; of
    /// all others null.
    #[schema(required)]
    confirmation: Option<String>,
    /// The partner that issued it.
    issued_by: String,
    #[schema(format = DateTime)]
    issued_at: String,
    /// When this version was written down: it has no effect before.
    #[schema(format = DateTime)]
    changed_at: String,
    #[schema(required, format = DateTime)]
    ended_at: Option<String>,
    /// To who writes it: what it closes.
    #[schema(required = false)]
    closes: OrderCloses,
}

#[derive(ToSchema)]
pub(in crate::serve) struct OrderCloses {
    /// As a whole.
    zones: u32,
    /// In all, those of the zones among them.
    bays: u32,
}

/// Orders, those that changed last first.
#[derive(ToSchema)]
pub(in crate::serve) struct CityOrders {
    orders: Vec<CityOrder>,
    /// For `cursor`; null: no more.
    #[schema(required)]
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct OrdersQuery {
    /// `true`: only those in force now. `false`: only the others, those that ended within five weeks among them.
    active: Option<bool>,
    /// Only those of which anything lies in the box: west,south,east,north.
    #[param(example = "103.8,1.3,103.9,1.4")]
    bbox: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}
