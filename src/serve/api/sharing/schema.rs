//! Offers of private bays, how they were used, and what they came to.
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

/// When a bay may be used by others: once, from `start` to `end`; or every week, on `days`, by the
/// wall clock of the offer's `time_zone`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::serve) enum Window {
    Once(Stretch),
    Weekly(Weekly),
}

/// Half-open: `end` is not in it.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Stretch {
    /// RFC 3339; or without an offset, by the wall clock of `time_zone`, where that time exists
    /// exactly once.
    pub(in crate::serve) start: String,
    pub(in crate::serve) end: String,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Weekly {
    /// mon, tue, wed, thu, fri, sat, sun; workday and dayoff: by the hub's calendar, Monday to Friday and the
    /// weekend where it names no other days.
    #[schema(value_type = Vec<String>)]
    pub(in crate::serve) days: Vec<&'static str>,
    /// `18:00`.
    pub(in crate::serve) from: String,
    /// `08:00`; not later than `from`: on the next day. `24:00` is the midnight that ends the day.
    pub(in crate::serve) to: String,
}

/// Limits of a stay; 0: none.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct OfferRules {
    pub(in crate::serve) max_height_cm: u16,
    /// Only for vehicles that charge.
    pub(in crate::serve) ev_only: bool,
    pub(in crate::serve) min_stay_min: u32,
    pub(in crate::serve) max_stay_min: u32,
    /// How long before its start a stay must be asked for.
    pub(in crate::serve) notice_min: u32,
    /// How long the bay is left alone after each stay.
    pub(in crate::serve) buffer_min: u32,
    /// Giving up a confirmed stay is free until so many minutes before its start.
    pub(in crate::serve) cancel_free_min: u32,
    /// What it costs later, until the start, per cent of the price; from the start on the whole price is
    /// due.
    pub(in crate::serve) cancel_fee_percent: u8,
    /// How long after its end a stay is charged for at most; then it is over.
    pub(in crate::serve) max_overstay_min: u32,
    /// Who departs early by the app's word gets back so much of the price of the time that is left, per
    /// cent.
    pub(in crate::serve) early_refund_percent: u8,
    /// What a `flexible` request pays less, per cent of the price.
    pub(in crate::serve) flexible_discount_percent: u8,
    /// How long after its start a driver is waited for, where a sensor watches the bay. Where none does,
    /// the bay is kept to the end unless the driver gives it up.
    pub(in crate::serve) grace_min: u32,
}

/// The same, each optional.
#[derive(ToSchema)]
pub(in crate::serve) struct OfferRulesAsked {
    #[schema(maximum = 1000)]
    max_height_cm: Option<u16>,
    ev_only: Option<bool>,
    #[schema(maximum = 527040)]
    min_stay_min: Option<u32>,
    #[schema(maximum = 527040)]
    max_stay_min: Option<u32>,
    #[schema(maximum = 10080)]
    notice_min: Option<u32>,
    #[schema(maximum = 1440)]
    buffer_min: Option<u32>,
    /// Absent when an offer is made: 0, free until the start.
    #[schema(maximum = 10080)]
    cancel_free_min: Option<u32>,
    /// Absent when an offer is made: 100.
    #[schema(maximum = 100)]
    cancel_fee_percent: Option<u8>,
    /// Absent when an offer is made: 120.
    #[schema(maximum = 1440)]
    max_overstay_min: Option<u32>,
    /// Absent when an offer is made: 0.
    #[schema(maximum = 100)]
    early_refund_percent: Option<u8>,
    /// Absent when an offer is made: 5.
    #[schema(maximum = 50)]
    flexible_discount_percent: Option<u8>,
    /// Absent when an offer is made: 15.
    #[schema(minimum = 5, maximum = 240)]
    grace_min: Option<u32>,
}

/// A bay to be put on offer, or a pool: so many places of a zone.
#[derive(ToSchema)]
pub(in crate::serve) struct OfferAsked {
    /// One of the partner's own. Or `zone` and `bays`.
    bay: Option<String>,
    /// Where the partner has bays, or whose places are its to offer.
    zone: Option<String>,
    /// How many of the zone's; whoever books gets one of them, none by name.
    #[schema(minimum = 1, maximum = 5000)]
    bays: Option<u32>,
    /// One at least. Those that meet or overlap are one; they are told as they were given.
    windows: Vec<Window>,
    /// Times when it is not on offer all the same.
    exceptions: Option<Vec<Stretch>>,
    /// An IANA name; absent: UTC.
    #[schema(example = "Asia/Singapore")]
    time_zone: Option<String>,
    /// One of the three prices is needed, and no more than one. A stay costs by the millisecond, rounded up to
    /// the minor unit at its end.
    #[schema(maximum = 100000000)]
    price_cents_per_hour: Option<u32>,
    /// A stay costs this, whatever its length.
    #[schema(maximum = 100000000)]
    price_cents_per_stay: Option<u32>,
    /// A stay of whole months by `time_zone` costs so many times this; each day more that has begun its part
    /// of the month that it is of, their sum rounded up.
    #[schema(maximum = 100000000)]
    price_cents_per_month: Option<u32>,
    /// ISO 4217; absent: the hub's own.
    #[schema(example = "SGD")]
    currency: Option<String>,
    rules: Option<OfferRulesAsked>,
    /// For the driver: how to find it, how to get in.
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

/// What is to be different; absent: as it is.
#[derive(ToSchema)]
pub(in crate::serve) struct OfferChanges {
    /// open or paused.
    state: Option<String>,
    /// Of a pool only. Who has no place any more where there are fewer gets another bay or the money back.
    #[schema(minimum = 1, maximum = 5000)]
    bays: Option<u32>,
    windows: Option<Vec<Window>>,
    exceptions: Option<Vec<Stretch>>,
    time_zone: Option<String>,
    /// One of the three prices at most: it takes the place of the one before, also of another kind.
    #[schema(maximum = 100000000)]
    price_cents_per_hour: Option<u32>,
    #[schema(maximum = 100000000)]
    price_cents_per_stay: Option<u32>,
    #[schema(maximum = 100000000)]
    price_cents_per_month: Option<u32>,
    currency: Option<String>,
    /// Those that are given change.
    rules: Option<OfferRulesAsked>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

/// A bay on offer, or a pool.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Offer {
    pub(in crate::serve) id: String,
    /// null: it is a pool.
    #[schema(required)]
    pub(in crate::serve) bay: Option<String>,
    /// Of a pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) zone: Option<String>,
    /// Of a pool: how many places of the zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) bays: Option<u32>,
    /// open, paused, withdrawn.
    #[schema(value_type = String)]
    pub(in crate::serve) state: &'static str,
    #[schema(value_type = String)]
    pub(in crate::serve) time_zone: &'static str,
    pub(in crate::serve) windows: Vec<Window>,
    pub(in crate::serve) exceptions: Vec<Stretch>,
    /// null: it has one of the other two.
    #[schema(required)]
    pub(in crate::serve) price_cents_per_hour: Option<u32>,
    /// Where that is its price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) price_cents_per_stay: Option<u32>,
    /// Where that is its price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) price_cents_per_month: Option<u32>,
    pub(in crate::serve) currency: String,
    pub(in crate::serve) rules: OfferRules,
    pub(in crate::serve) notes: String,
    /// For a calendar program, at this host: whoever has this address reads what is booked, without
    /// a key. Keep it secret; `POST /v1/offers/{offer}/calendar` makes another.
    pub(in crate::serve) calendar: String,
    #[schema(format = DateTime)]
    pub(in crate::serve) created_at: String,
    /// Grows with each change.
    pub(in crate::serve) version: i64,
}

/// An offer that has been changed.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct ChangedOffer {
    #[serde(flatten)]
    pub(in crate::serve) offer: Offer,
    /// What is booked and lies outside the offer as it is now, by start, 100 at most: it stands. To end it,
    /// cancel it. Of a pool also who has no place any more: that does not stand.
    pub(in crate::serve) affects: Vec<super::owned_schema::BriefBooking>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ChangeQuery {
    /// Tells what would become of the offer and what is booked, and changes nothing.
    #[param(default = false)]
    preview: Option<bool>,
}

/// A page of offers.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Offers {
    pub(in crate::serve) offers: Vec<Offer>,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct PageQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct SpanQuery {
    /// Absent: a week before `to`.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Absent: now.
    #[param(format = DateTime)]
    to: Option<String>,
}

/// How an offer was used, day by day of its own wall clock.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Utilisation {
    pub(in crate::serve) offer: String,
    #[schema(value_type = String)]
    pub(in crate::serve) time_zone: &'static str,
    pub(in crate::serve) currency: String,
    pub(in crate::serve) days: Vec<UtilisationDay>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct UtilisationDay {
    #[schema(format = Date)]
    pub(in crate::serve) date: String,
    /// From when the offer was made up to now, as the next two: by the windows as they are now, and
    /// what was booked besides.
    pub(in crate::serve) offered_s: u64,
    pub(in crate::serve) booked_s: u64,
    pub(in crate::serve) used_s: u64,
    /// Booked from now on.
    pub(in crate::serve) booked_ahead_s: u64,
    /// Used of offered; null: nothing was offered.
    #[schema(required)]
    pub(in crate::serve) utilisation: Option<f64>,
    pub(in crate::serve) bookings: u32,
    pub(in crate::serve) revenue_cents: i64,
}

/// What a partner's bays have brought, or its drivers owe, in a month.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct Settlement {
    pub(in crate::serve) partner: String,
    pub(in crate::serve) month: String,
    /// owner: of the bays; driver: of the apps that booked them.
    #[schema(value_type = String)]
    pub(in crate::serve) role: &'static str,
    /// By which clock the month is; null: each row by its offer's own.
    #[schema(required, value_type = Option<String>)]
    pub(in crate::serve) tz: Option<&'static str>,
    /// Of the whole month.
    pub(in crate::serve) totals: Vec<SettlementTotal>,
    pub(in crate::serve) rows: Vec<SettlementRow>,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct SettlementTotal {
    pub(in crate::serve) currency: String,
    pub(in crate::serve) amount_cents: i64,
    pub(in crate::serve) rows: i64,
}

/// A line of the ledger.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct SettlementRow {
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    pub(in crate::serve) reservation: String,
    /// null: a place of a pool.
    #[schema(required)]
    pub(in crate::serve) bay: Option<String>,
    /// The state it came to, or moved: what was given back for the bay before, and what is owed for the
    /// other, are two rows.
    pub(in crate::serve) event: String,
    /// driver, sensor, clock, hub, owner, authority.
    pub(in crate::serve) cause: String,
    /// What the driver owes the owner more from then on; below 0: less.
    pub(in crate::serve) amount_cents: i64,
    pub(in crate::serve) currency: String,
    /// The offer that it is owed for.
    pub(in crate::serve) offer: String,
    /// By that offer's own clock.
    #[schema(format = Date)]
    pub(in crate::serve) date: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct SettlementQuery {
    /// Of each row by its offer's own clock, or by `tz`.
    #[param(example = "2026-11")]
    month: String,
    /// The IANA name of a place: a row is of the month that it was there.
    #[param(example = "Asia/Singapore")]
    tz: Option<String>,
    /// owner or driver; absent: owner for a key with the scope share, else driver.
    role: Option<String>,
    /// How many rows at most.
    #[param(minimum = 1, maximum = 10000, default = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CalendarQuery {
    /// The secret of the offer's `calendar` address, in place of a key.
    token: Option<String>,
}
