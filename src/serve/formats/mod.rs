//! Bays and zones as bytes. Written straight into one buffer, with ids and names borrowed from the
//! city: an answer of twenty bays costs one allocation. The tests compare every one with a plain
//! `serde_json::json!` of the same data.

mod bays;
pub(super) mod text;
mod zones;

pub(super) use bays::{bay, bay_brief, found};
pub(super) use zones::{Rendered, Shown, zone_list, zone_one};
