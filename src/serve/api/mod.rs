//! The API by audience: routes, what they are asked and answer (`schema`), and how answers are
//! written, of one audience in one folder. A handler's arguments say who may call it.
//!
//! Most answers are written by hand and not from their `schema`; a test holds every member of one
//! against the other. A field's docstring is what `/v1/openapi.json` says of it.

pub(super) mod authority;
pub(super) mod booking;
pub(super) mod cds;
pub(super) mod compat;
pub(super) mod datex2;
pub(super) mod drivers;
pub(super) mod ngsi;
pub(super) mod open311;
pub(super) mod operators;
pub(super) mod orders;
pub(super) mod partners;
pub(super) mod problems;
pub(super) mod reports;
pub(super) mod schema;
pub(super) mod sharing;
pub(super) mod webhooks;
