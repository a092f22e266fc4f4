//! What a client was last told of each bay it follows, so that of a changed zone only the changed
//! bays are sent.
//!
//! Eight bytes a bay, in the order of the city's list. When the city changes the list may, so all
//! is forgotten then and the zones' bays are told anew as they change: registry changes are rare.

use crate::domain::{BayView, ZoneIx};
use crate::registry::city::City;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// See the module.
#[derive(Default)]
pub(super) struct KnownBays {
    city: Weak<City>,
    by_zone: BTreeMap<ZoneIx, Vec<u64>>,
    /// In which zone, and from which of its bays on, telling was interrupted because the buffer was
    /// full.
    interrupted: Option<(ZoneIx, usize)>,
}

impl KnownBays {
    /// Forgets everything if `city` is another picture than last time.
    pub(super) fn see(&mut self, city: &Arc<City>) {
        if !std::ptr::eq(self.city.as_ptr(), Arc::as_ptr(city)) {
            *self = Self {
                city: Arc::downgrade(city),
                ..Self::default()
            };
        }
    }

    /// Where to go on in that zone.
    pub(super) fn resume_at(&mut self, zone: ZoneIx) -> usize {
        self.interrupted
            .take()
            .filter(|(z, _)| *z == zone)
            .map_or(0, |(_, at)| at)
    }

    pub(super) fn interrupt(&mut self, zone: ZoneIx, at: usize) {
        self.interrupted = Some((zone, at));
    }

    /// Notes what is now told of the zone's bay at position `at`; false if that was told before.
    pub(super) fn news(&mut self, zone: ZoneIx, at: usize, view: &BayView, reserved: bool) -> bool {
        let words = self.by_zone.entry(zone).or_default();
        let word = word(view, reserved);
        if words.get(at) == Some(&word) {
            return false;
        }
        if words.len() <= at {
            // 0 is no bay's word: see there.
            words.resize(at + 1, 0);
        }
        words[at] = word;
        true
    }
}

/// All that an event shows of a bay, never 0. The time has 44 bits.
fn word(view: &BayView, reserved: bool) -> u64 {
    1 | (view.status as u64) << 1
        | (view.claimed as u64) << 3
        | (view.source_kind as u64) << 5
        | u64::from(reserved) << 7
        | u64::from(view.confidence) << 8
        | view.observed_at.0 << 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayIx, BayKind, BayStatus, Millis, SourceKind};

    #[test]
    fn any_difference_is_news_and_only_that() {
        let mut known = KnownBays::default();
        let zone = ZoneIx(1);
        let kind = BayKind::Car;
        let never = BayView {
            bay: BayIx(0),
            zone,
            kind,
            status: BayStatus::Unknown,
            claimed: BayStatus::Unknown,
            confidence: 0,
            sure: true,
            source_kind: SourceKind::Sensor,
            observed_at: Millis::NEVER,
        };
        for view in [
            never,
            BayView {
                status: BayStatus::Vacant,
                ..never
            },
            BayView {
                claimed: BayStatus::Vacant,
                ..never
            },
            BayView {
                confidence: 255,
                ..never
            },
            BayView {
                source_kind: SourceKind::Gate,
                ..never
            },
            BayView {
                observed_at: Millis::MAX,
                ..never
            },
        ] {
            assert!(known.news(zone, 7, &view, false), "{view:?}");
            assert!(!known.news(zone, 7, &view, false), "{view:?}");
            assert!(known.news(zone, 7, &view, true), "{view:?}, reserved");
            assert!(!known.news(zone, 7, &view, true), "{view:?}, reserved");
        }
        assert!(
            known.news(zone, 6, &never, false),
            "its neighbour was not told of"
        );
    }
}
