//! Pictures of the city by number, and what happened to a zone in which: so that who was told of one
//! picture can tell what has come, gone and left sight up to another, without holding the first.
//!
//! Promises: numbers rise by one with each change since the start, and mean nothing to another process.
//! Dear: a change looks at every zone's pointer, and at the bays of the zones that it touched; kept is
//! a line a zone that was ever changed.

use super::city::{City, Zone};
use crate::domain::{ZoneIx, ZoneKind};
use std::sync::Arc;

impl City {
    /// Which picture this is: how many changes were made since the start.
    pub fn picture(&self) -> u64 {
        self.picture
    }

    /// Zones of which anything was changed in pictures later than that, by the picture in which they
    /// last were.
    pub fn changed_since(&self, picture: u64) -> impl Iterator<Item = ZoneIx> + '_ {
        let from = self.changed.partition_point(|(at, _)| *at <= picture);
        self.changed[from..].iter().map(|(_, zone)| *zone)
    }

    /// Makes this the picture that comes after `before`, of which it is a changed copy.
    pub(super) fn succeed(&mut self, before: &Self) {
        let picture = before.picture + 1;
        self.picture = picture;
        let mut touched = Vec::new();
        for at in 0..self.zone_count() {
            let zone = ZoneIx(at);
            let old = before.zones.get(zone.at());
            if old.is_some_and(|old| Arc::ptr_eq(old, &self.zones[zone.at()])) {
                continue;
            }
            touched.push(zone);
            let now = self.zone(zone);
            let mut past = now.past;
            if let Some(old) = old {
                let lost = before.bays_of(zone).any(|bay| !self.is_live(bay));
                let closed = is_private(now) && !is_private(old);
                let everybody = before.is_seen_by_all(zone) && !self.is_seen_by_all(zone);
                for (happened, when) in [
                    (now.spec.place != old.spec.place, &mut past.moved),
                    (lost || closed, &mut past.lost),
                    (everybody, &mut past.hidden),
                    (now.removed && !old.removed, &mut past.removed),
                ] {
                    if happened {
                        *when = picture;
                    }
                }
            } else {
                past.came = picture;
            }
            self.zone_mut(zone).past = past;
        }
        self.changed
            .retain(|(_, zone)| touched.binary_search(zone).is_err());
        self.changed
            .extend(touched.into_iter().map(|zone| (picture, zone)));
    }

    fn is_seen_by_all(&self, zone: ZoneIx) -> bool {
        let its = self.zone(zone);
        !its.removed && (!is_private(its) || self.bays_of(zone).next().is_some())
    }
}

fn is_private(zone: &Zone) -> bool {
    zone.spec.kind == ZoneKind::Private
}
