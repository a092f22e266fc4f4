//! What drivers are told of a pool that is on offer.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use utoipa::ToSchema;

/// Places of a zone that can be booked: a pool on offer. Which bay it is then is whichever is free.
#[derive(ToSchema)]
pub(in crate::serve) struct PoolOnOffer {
    /// Its id.
    offer: String,
    /// How many there are.
    bays: u32,
    /// Of those, had by nobody now or soon.
    free: u32,
    /// One of the three.
    price_cents_per_hour: Option<u32>,
    price_cents_per_stay: Option<u32>,
    price_cents_per_month: Option<u32>,
    /// ISO 4217.
    currency: String,
    /// When it closes.
    #[schema(format = DateTime)]
    until: String,
    /// Where it is booked, with the zone's place for a place.
    book: String,
}
