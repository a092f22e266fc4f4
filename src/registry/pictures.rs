//! Pictures of the city by number, and what happened to a zone in which: so that who was told of one
//! picture can tell what has come, gone and left sight up to another, without holding the first.
//!
//! Promises: numbers rise by one with each change since the start, and mean nothing to another process.
//! Dear: a change looks at every zone's pointer, and at the bays of the zones that it touched; kept is
//! a line a zone that was ever changed.

use super::city::{City, Zone};
use crate::domain::{ZoneIx, ZoneKind};
use std::sync::Arc;

/// The number of the last picture in which each of these happened to a zone; 0: never since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZonePast {
    /// It was added.
    pub came: u64,
    /// It was put to another place.
    pub moved: u64,
    /// Bays of it were removed, moved within it or to another zone, or may have left sight since it
    /// became private.
    pub lost: u64,
    /// Everybody had seen it, and does no more: it was removed, or is private and has no bays.
    pub hidden: u64,
    /// It was removed, whoever saw it.
    pub removed: u64,
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use crate::testing;

    fn past(registry: &Registry, zone: &str, since: u64) -> (Vec<u32>, ZonePast) {
        let zone = registry.zone(zone).unwrap();
        let city = registry.city();
        let changed = city.changed_since(since).map(|z| z.0).collect();
        (changed, city.zone(zone).past)
    }

    #[test]
    fn a_zone_knows_in_which_picture_it_came_moved_lost_a_bay_and_went_out_of_sight() {
        let registry = testing::town()
            .zone("Z0")
            .bays(2)
            .zone("Z1")
            .bays(1)
            .build();
        assert_eq!(past(&registry, "Z0", 0), (vec![], ZonePast::default()));
        registry.put_bays(vec![testing::bay(0, 7)]).unwrap();
        assert_eq!(past(&registry, "Z0", 0), (vec![0], ZonePast::default()));
        registry.remove_bays(&["Z0-1".to_owned()]).unwrap();
        let lost = ZonePast {
            lost: 2,
            ..ZonePast::default()
        };
        assert_eq!(past(&registry, "Z0", 1), (vec![0], lost));
        assert_eq!(past(&registry, "Z1", 2), (vec![], ZonePast::default()));

        let mut spec = testing::zone(5, 9);
        registry.put_zones(vec![spec.clone()]).unwrap();
        assert_eq!(past(&registry, "Z5", 2).1.came, 3);
        spec.place.lat += 0.0001;
        registry.put_zones(vec![spec.clone()]).unwrap();
        assert_eq!(past(&registry, "Z5", 2).1.moved, 4);
        spec.kind = ZoneKind::Private;
        registry.put_zones(vec![spec]).unwrap();
        let all = ZonePast {
            came: 3,
            moved: 4,
            lost: 5,
            hidden: 5,
            removed: 0,
        };
        assert_eq!(past(&registry, "Z5", 4), (vec![2], all));
        let there = registry.city().picture();
        registry.remove_bays(&["Z1-0".to_owned()]).unwrap();
        registry.remove_zone("Z1").unwrap();
        let city = registry.city();
        assert_eq!(city.picture(), there + 2);
        let gone = city.zone(ZoneIx(1)).past;
        assert_eq!((gone.lost, gone.hidden, gone.removed), (6, 7, 7));
        let order: Vec<_> = city.changed_since(0).map(|z| z.0).collect();
        assert_eq!(order, [0, 2, 1], "each once, the last changed last");
    }
}
