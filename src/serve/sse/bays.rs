//! What a client was last told of each bay it follows, so that of a changed zone only the changed
//! bays are sent, and of one that has left its sight that it is gone.
//!
//! Eight bytes a bay that was there at the start, by its place in the zone; more for one added since.
//! An index means the same bay for as long as the hub runs, so what is known outlasts changes of the
//! city.

use crate::domain::{BayIx, ZoneIx};
use crate::registry::city::City;
use crate::serve::formats::SeenBay;
use std::collections::BTreeMap;
use std::ops::Range;

/// Not told of, or gone.
const UNTOLD: u64 = 0;

/// Told of before the client came back, who knows as what. No event's word is even.
const TOLD_BEFORE: u64 = 2;

/// See the module.
#[derive(Default)]
pub(super) struct KnownBays {
    by_zone: BTreeMap<ZoneIx, ZoneWords>,
    /// In which zone, and from which of its bays on, telling was interrupted because the buffer was
    /// full.
    interrupted: Option<(ZoneIx, BayIx)>,
}

/// What was told of a zone's bays.
#[derive(Default)]
struct ZoneWords {
    /// The bays that were there at the start; a zone that is removed tells of none.
    range: Range<u32>,
    /// By place among these.
    first: Vec<u64>,
    later: BTreeMap<BayIx, u64>,
}

/// What is to be said of a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BayNews {
    Nothing,
    Changed,
    Gone,
}

impl KnownBays {
    /// Where to go on in that zone.
    pub(super) fn resume_at(&mut self, zone: ZoneIx) -> BayIx {
        self.interrupted
            .take()
            .filter(|(z, _)| *z == zone)
            .map_or(BayIx(0), |(_, at)| at)
    }

    pub(super) fn interrupt(&mut self, zone: ZoneIx, at: BayIx) {
        self.interrupted = Some((zone, at));
    }

    /// Where telling was interrupted means nothing any more.
    pub(super) fn start_over(&mut self) {
        self.interrupted = None;
    }

    /// Notes a bay of which the client was told before it came back.
    pub(super) fn told_before(&mut self, city: &City, zone: ZoneIx, bay: BayIx) {
        self.put(city, zone, bay, TOLD_BEFORE);
    }

    /// The bays of a zone from `from` on, ascending: those it has, and those that were told of and may
    /// have been removed.
    pub(super) fn bays(&self, city: &City, zone: ZoneIx, from: BayIx) -> Vec<BayIx> {
        let its = city.zone(zone);
        let words = self.by_zone.get(&zone);
        let first = words.map_or(&its.bays, |words| &words.range);
        let mut bays: Vec<BayIx> = first.clone().map(BayIx).collect();
        bays.extend(&its.later_bays);
        if let Some(words) = words {
            bays.extend(words.later.keys());
        }
        bays.retain(|bay| *bay >= from);
        bays.sort_unstable();
        bays.dedup();
        bays
    }

    /// Notes what is now told of a bay; `None`: it is not seen.
    pub(super) fn news(
        &mut self,
        city: &City,
        zone: ZoneIx,
        bay: BayIx,
        seen: Option<&SeenBay>,
    ) -> BayNews {
        let word = seen.map_or(UNTOLD, word);
        let old = self.put(city, zone, bay, word);
        match (old == word, word) {
            (true, _) => BayNews::Nothing,
            (false, UNTOLD) => BayNews::Gone,
            (false, _) => BayNews::Changed,
        }
    }

    /// Gives what stood there before.
    fn put(&mut self, city: &City, zone: ZoneIx, bay: BayIx, word: u64) -> u64 {
        let words = self.by_zone.entry(zone).or_insert_with(|| ZoneWords {
            range: city.zone(zone).bays.clone(),
            ..ZoneWords::default()
        });
        if words.range.contains(&bay.0) {
            let at = (bay.0 - words.range.start) as usize;
            if words.first.len() <= at && word != UNTOLD {
                words.first.resize(at + 1, UNTOLD);
            }
            let place = words.first.get_mut(at);
            place.map_or(UNTOLD, |place| std::mem::replace(place, word))
        } else if word == UNTOLD {
            words.later.remove(&bay).unwrap_or(UNTOLD)
        } else {
            words.later.insert(bay, word).unwrap_or(UNTOLD)
        }
    }

    /// The zone was removed, or has left sight: so have its bays.
    pub(super) fn forget(&mut self, zone: ZoneIx) {
        self.by_zone.remove(&zone);
    }
}

/// All that an event shows of a bay; never even. The time has 44 bits.
fn word(seen: &SeenBay) -> u64 {
    let view = &seen.view;
    let state = (view.status as u64) << 1
        | (view.claimed as u64) << 3
        | (view.source_kind as u64) << 5
        | u64::from(seen.reserved) << 7
        | u64::from(view.confidence) << 8
        | view.observed_at.0 << 16;
    let offer = seen.offer.as_ref().map_or(0, |offer| {
        ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one((offer, seen.as_offered))
    });
    1 | (state ^ offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayKind, BayStatus, BayView, Currency, Millis, Price, SourceKind};
    use crate::live::OpenOffer;

    fn never() -> SeenBay {
        let view = BayView {
            bay: BayIx(0),
            zone: ZoneIx(0),
            kind: BayKind::Car,
            status: BayStatus::Unknown,
            claimed: BayStatus::Unknown,
            confidence: 0,
            sure: true,
            source_kind: SourceKind::Sensor,
            observed_at: Millis::NEVER,
        };
        SeenBay {
            view,
            reserved: false,
            offer: None,
            as_offered: false,
            order: None,
        }
    }

    fn with(edit: impl FnOnce(&mut SeenBay)) -> SeenBay {
        let mut seen = never();
        edit(&mut seen);
        seen
    }

    fn offer(price_cents_per_hour: u32) -> OpenOffer {
        OpenOffer {
            name: "of_1".into(),
            price: Price::PerHour(price_cents_per_hour),
            currency: Currency::SGD,
            comparable: true,
            max_height_cm: 0,
            max_stay_min: 0,
            ev_only: false,
            until: Millis(9),
        }
    }

    #[test]
    fn any_difference_is_news_and_only_that() {
        let registry = crate::testing::city(1, 3);
        let city = registry.city();
        let mut known = KnownBays::default();
        let zone = ZoneIx(0);
        let bay = BayIx(1);
        for seen in [
            never(),
            with(|s| s.view.status = BayStatus::Vacant),
            with(|s| s.view.claimed = BayStatus::Vacant),
            with(|s| s.view.confidence = 255),
            with(|s| s.view.source_kind = SourceKind::Gate),
            with(|s| s.view.observed_at = Millis::MAX),
            with(|s| s.reserved = true),
            with(|s| s.offer = Some(offer(100))),
            with(|s| s.offer = Some(offer(101))),
        ] {
            let mut told = || known.news(&city, zone, bay, Some(&seen));
            assert_eq!(told(), BayNews::Changed, "{seen:?}");
            assert_eq!(told(), BayNews::Nothing, "{seen:?}");
        }
        assert_eq!(
            known.news(&city, zone, BayIx(0), Some(&never())),
            BayNews::Changed,
            "its neighbour was not told of"
        );
    }

    #[test]
    fn one_that_was_told_of_is_gone_once_and_one_that_was_not_never_is() {
        let registry = crate::testing::town().zone("Z0").bays(2).registry();
        registry.put_bays(vec![crate::testing::bay(0, 7)]).unwrap();
        let later = registry.bay("Z0-7").unwrap();
        let mut known = KnownBays::default();
        for bay in [BayIx(1), later] {
            let city = registry.city();
            let here = never();
            let mut told = |seen| known.news(&city, ZoneIx(0), bay, seen);
            assert_eq!(told(None), BayNews::Nothing);
            assert_eq!(told(Some(&here)), BayNews::Changed);
            assert_eq!([told(None), told(None)], [BayNews::Gone, BayNews::Nothing]);
            assert_eq!(told(Some(&here)), BayNews::Changed, "it is back");
        }
        registry.remove_bays(&["Z0-7".to_owned()]).unwrap();
        let city = registry.city();
        let left = known.bays(&city, ZoneIx(0), BayIx(1));
        assert_eq!(left, [BayIx(1), later], "also what was removed since");
    }
}
