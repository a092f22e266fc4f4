//! Zone events that many clients share: written once a change, copied to each.
//!
//! A fixed number of places, each for the zones whose index falls on it; a zone that finds another
//! in its place writes over it. What is kept is checked against the tally and the city it was made
//! from, so it can never be out of date.

use crate::domain::{ZoneIx, ZoneTally};
use crate::registry::city::City;
use crate::serve::atlas::Atlas;
use crate::serve::formats::{JSON, ZoneTold};
use crate::serve::told_in::ToldIn;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Half a megabyte when all are taken; a city with more zones shares the places.
const PLACES: usize = 1024;

/// See the module.
pub(super) struct Cache(Box<[Mutex<Option<CachedEvent>>]>);

struct CachedEvent {
    zone: ZoneIx,
    tally: ZoneTally,
    /// Weak, so that an old picture is not kept alive by an event that nobody asks for.
    city: Weak<City>,
    told_in: ToldIn,
    json: Vec<u8>,
}

impl Default for Cache {
    fn default() -> Self {
        Self((0..PLACES).map(|_| Mutex::new(None)).collect())
    }
}

impl Cache {
    /// Appends the zone's JSON, as `GET /v1/zones/{zone}` has it. It is neither a part of another nor
    /// has parts, nor a pool that is open, no order closes any of it, and nobody is to be named beside it.
    pub(super) fn zone(
        &self,
        out: &mut Vec<u8>,
        city: &Arc<City>,
        atlas: &Atlas,
        (zone, tally): (ZoneIx, ZoneTally),
        told_in: ToldIn,
    ) {
        let mut place = self.0[zone.at() % PLACES]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fits = |k: &&CachedEvent| {
            let same = k.zone == zone && k.tally == tally && k.told_in == told_in;
            same && std::ptr::eq(k.city.as_ptr(), Arc::as_ptr(city))
        };
        if let Some(kept) = place.as_ref().filter(fits) {
            return out.extend_from_slice(&kept.json);
        }
        let told = ZoneTold {
            zone: city.zone(zone),
            tally,
            kinds: atlas.kinds(zone),
            told_in,
            part_of: None,
            pool: None,
            credit: None,
            order: None,
            areas: Vec::new(),
        };
        let json = (JSON.zone)(&told).body;
        out.extend_from_slice(&json);
        *place = Some(CachedEvent {
            zone,
            tally,
            city: Arc::downgrade(city),
            told_in,
            json,
        });
    }
}
