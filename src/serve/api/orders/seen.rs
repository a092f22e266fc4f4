//! Where an order is, as far as everybody may see it: for faces that tell places.
//!
//! Promise: of a private bay or zone only what is on offer is located; what is not seen is left out here,
//! and is told by the ids that the order names, if at all.

use crate::domain::{BayIx, OrderTarget, ZoneIx};
use crate::serve::sight::Sight;
use crate::serve::state::ReadState;
use std::sync::Arc;

/// Bays of an order that are told by their places; the zones of more are told instead.
const BAYS: usize = 100;

/// A place of an order.
pub(in crate::serve::api) enum OrderSpot {
    Zone(ZoneIx),
    Bay(BayIx),
}

/// Where what an order names is; of an area the order says it itself.
pub(in crate::serve::api) fn spots(
    own: &ReadState,
    sight: Sight<'_>,
    target: &OrderTarget,
) -> Vec<OrderSpot> {
    let atlas = own.atlases.of(&own.registry.city());
    let is_seen =
        |zone: &ZoneIx| zone.0 < sight.city.zone_count() && sight.zone(&atlas, *zone).is_some();
    let bay = |id: &Arc<str>| {
        let bay = own.registry.bay(id)?;
        let known = bay.0 < sight.city.bay_slots() && sight.city.is_live(bay);
        known.then_some(bay)
    };
    match target {
        OrderTarget::Area(_) => Vec::new(),
        OrderTarget::Zones(ids) => {
            let zones = ids.iter().filter_map(|id| own.registry.zone(id));
            zones.filter(is_seen).map(OrderSpot::Zone).collect()
        }
        OrderTarget::Bays(ids) if ids.len() > BAYS => {
            let bays = ids.iter().filter_map(bay);
            let mut zones: Vec<ZoneIx> = bays.map(|bay| sight.city.zone_of(bay)).collect();
            zones.sort_unstable();
            zones.dedup();
            let zones = zones.into_iter().filter(is_seen);
            zones.map(OrderSpot::Zone).collect()
        }
        OrderTarget::Bays(ids) => {
            let bays = ids.iter().filter_map(bay);
            let seen = bays.filter(|bay| sight.bay(*bay).is_some());
            seen.map(OrderSpot::Bay).collect()
        }
    }
}

/// What an order names, for who may not see where it is: the first ids, `most` of them.
pub(in crate::serve::api) fn named(ids: &[Arc<str>], most: usize) -> String {
    let more = if ids.len() > most { ", ..." } else { "" };
    let ids: Vec<&str> = ids.iter().take(most).map(|id| &**id).collect();
    format!("{}{more}", ids.join(", "))
}
