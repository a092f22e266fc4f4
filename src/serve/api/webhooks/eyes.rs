//! What partners' endpoints are told of zones: the same eyes as for those who read.

use crate::domain::{Millis, ZoneIx};
use crate::serve::formats::{JSON, ZoneTold};
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use crate::serve::told_in::ToldIn;
use crate::webhooks::{SeenZone, ZoneEyes, ZoneFigures};
use std::sync::Arc;

/// See the module.
pub(in crate::serve) struct SightOfZones(pub(in crate::serve) Arc<ReadState>);

/// One seed: a digest is held against another of the same process only.
const SEED: [u64; 4] = [1, 2, 3, 4];

impl ZoneEyes for SightOfZones {
    fn look(&self, partner: &str, zone: ZoneIx) -> Option<SeenZone> {
        let own = &self.0;
        let city = own.registry.city();
        let eyes = Eyes::Partner(partner.into());
        let sight = Sight::new(own, &city, &eyes).told_in(ToldIn::usual(own.public_crs));
        let atlas = own.atlases.of(&city);
        let mut told = sight.zone(&atlas, zone)?;
        let json = String::from_utf8((JSON.zone)(&told).body).ok()?;
        let tally = &told.tally;
        let mut figures = ZoneFigures {
            vacant: tally.vacant.iter().sum(),
            unknown: tally.unknown,
            capacity: tally.capacity,
            is_stale: tally.stale,
            digest: 0,
        };
        // When it was last heard of, and what is reckoned of it, are no changes of what it is.
        settle(&mut told);
        told.areas.iter_mut().for_each(settle);
        let [a, b, c, d] = SEED;
        let seeded = ahash::RandomState::with_seeds(a, b, c, d);
        figures.digest = seeded.hash_one((JSON.zone)(&told).body);
        Some(SeenZone { figures, json })
    }
}

fn settle(told: &mut ZoneTold<'_>) {
    told.tally.observed_at = Millis::NEVER;
    told.tally.expected = None;
    // Nobody else is told of it so.
    told.keep = None;
}
