//! What a client was told of private zones that are somebody else's: so that it is told of offers
//! only, not of every vehicle, and learns when such a zone leaves its sight.
//!
//! A zone that is not seen is never named, but to who was told of it before: in this stream, or, as
//! it comes back, while everybody was. Dear: nothing; an entry a private zone.

use crate::domain::{ZoneIx, ZoneTally};
use crate::registry::city::City;
use crate::serve::formats::ZoneTold;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

/// See the module.
#[derive(Default)]
pub(super) struct PrivateZones {
    /// Private zones that were told of; with what was said, where that was by offers alone.
    told: BTreeMap<ZoneIx, Option<OfferFigures>>,
    /// Zones that were not seen when they were last looked at.
    unseen: BTreeSet<ZoneIx>,
}

struct OfferFigures {
    tally: ZoneTally,
    kinds: u8,
    city: Weak<City>,
}

impl PrivateZones {
    /// A zone that is seen. `shut`: by its offers alone. Whether there is anything new to say of it.
    pub(super) fn seen(
        &mut self,
        zone: ZoneIx,
        told: &ZoneTold<'_>,
        (is_private, shut): (bool, bool),
        city: &Arc<City>,
    ) -> bool {
        self.unseen.remove(&zone);
        if !is_private {
            self.told.remove(&zone);
            return true;
        }
        let said = OfferFigures {
            tally: told.tally,
            kinds: told.kinds,
            city: Arc::downgrade(city),
        };
        let same = |old: &OfferFigures| {
            (old.tally, old.kinds) == (said.tally, said.kinds)
                && std::ptr::eq(old.city.as_ptr(), Arc::as_ptr(city))
        };
        let before = self.told.get(&zone).and_then(Option::as_ref);
        if shut && before.is_some_and(same) {
            return false;
        }
        self.told.insert(zone, shut.then_some(said));
        true
    }

    /// A zone that is not seen, or not followed any more. Whether the client is to be told that it is
    /// gone: it was told of it in this stream, or has `known` it from elsewhere, and this is the first
    /// look at it since.
    pub(super) fn unseen(&mut self, zone: ZoneIx, known: bool) -> bool {
        let was_told = self.told.remove(&zone).is_some();
        let first = self.unseen.insert(zone);
        was_told || (first && known)
    }
}
