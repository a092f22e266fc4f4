//! The read model: what is held true right now, written by the stream, read by every query.
//!
//! Promises: readers take no lock and wait for nobody; a bay's state and a zone's tally are each
//! read whole; a bay that ceases to be vacant is out of the next query. All memory is laid out at
//! creation (8.5 bytes a bay, some 100 a zone) with room for bays and zones added later: what lies
//! beyond that room is counted, logged once and otherwise left out, so whoever adds bays asks
//! [`Live::bay_capacity`] first. Not promised: that a bay found by [`Live::nearest`] is still
//! vacant when [`Live::bay`] is read a moment later.
//!
//! `words` one word a bay - `bitmap` vacant bits - `tallies` zone rows - `nearest` and
//! `words` one word a bay - `bitmap` vacant bits - `tallies` zone rows - `nearest` and
//! `nearest_zones` (`zone_places`) the queries - `feed` who is told - `had` what of a zone may be
//! had - `offers`, `pools`, `private` what others see of private bays - `parts` areas and floors - `sources`
//! who has how many bays, and who is suspected: that one has a lock,
//! and is for operators.

mod bitmap;
mod bits;
mod feed;
mod had;
mod nearest;
mod nearest_zones;
mod offers;
mod parts;
mod pools;
mod private;
mod sources;
mod tallies;
#[cfg(test)]
mod tests;
mod words;
mod zone_places;

pub use feed::{Dirty, Feed, FeedError, ZoneFilter};
pub use nearest::{Hit, Query};
pub use nearest_zones::ZoneHit;
pub use offers::{OpenOffer, OpenPool};
pub use private::{PublicZone, is_private};
pub use sources::{Dead, SuspectAt, Suspected};
pub use zone_places::ZonePlaces;

use crate::domain::{
    AppEvidence, BayIx, BayKind, BayView, CountEvidence, DoubtedBays, ReadModel, SourceIx, Suspect,
    Suspicion, WordsMoved, ZoneIx, ZoneTally,
};
use crate::prefetch::{prefetch, prefetch_whole};
use crate::registry::city::City;
use arc_swap::ArcSwap;
use bitmap::Bitmap;
use dashmap::DashMap;
use nearest_zones::CountedKinds;
use offers::OpenOffers;
use parts::Wholes;
use pools::OpenPools;
use sources::SourceTable;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU16, AtomicU64};
use tallies::Tallies;

/// How many views ahead a word is asked for: bays are reported in no order, so each word is a cache
/// miss otherwise.
const AHEAD: usize = 32;

/// The live state of a city.
pub struct Live {
    words: Box<[AtomicU64]>,
    vacant: [Bitmap; BayKind::COUNT],
    /// Bays that are kept for who has booked them, whatever a sensor sees.
    reserved: Bitmap,
    /// Offers that are open now.
    offers: OpenOffers,
    /// Pools that are open now.
    pools: OpenPools,
    /// Zones that everybody once saw and later did not.
    left: DashMap<ZoneIx, (), ahash::RandomState>,
    tallies: Tallies,
    counted: CountedKinds,
    wholes: Wholes,
    /// By zone: log-odds of *occupied* of a bay of which nobody says anything, 2^15 more; 0: not told.
    usual: Box<[AtomicU16]>,
    /// What apps say, of the few bays of which they say anything.
    apps: DashMap<BayIx, AppEvidence, ahash::RandomState>,
    /// What counts say of bays that nobody watches, of the few zones with a good one.
    counts: DashMap<(ZoneIx, u8), CountEvidence, ahash::RandomState>,
    sources: SourceTable,
    /// Bays whose sensors people say are wrong.
    doubted: ArcSwap<DoubtedBays>,
    feed: Arc<Feed>,
    /// Writes that found no room.
    left_out: AtomicU64,
}

/// How much may be added while the hub runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bays (and bays moved) at run time. Costs address space, and memory only once used.
    pub spare_bays: u32,
    pub spare_zones: u32,
    /// Subscriptions to the change feed at a time.
    pub subscribers: usize,
}

impl Live {
    /// A view in which nothing has been reported: every bay unknown, every zone stale.
    #[must_use]
    pub fn new(city: &City, room: Room) -> Self {
        let bays = city.bay_slots().saturating_add(room.spare_bays);
        let tallies = Tallies::new(city.zone_count().saturating_add(room.spare_zones));
        for zone in (0..city.zone_count()).map(ZoneIx) {
            let zone_is = city.zone(zone);
            tallies.put(
                zone,
                &ZoneTally {
                    capacity: zone_is.capacity(),
                    capacity_by_kind: zone_is.capacity_by_kind,
                    unknown: zone_is.capacity(),
                    stale: true,
                    ..ZoneTally::default()
                },
            );
        }
        let live = Self {
            words: bytemuck::allocation::zeroed_slice_box(bays as usize),
            vacant: Bitmap::one_a_kind(bays),
            reserved: Bitmap::new(bays),
            offers: OpenOffers::new(bays),
            pools: OpenPools::default(),
            left: DashMap::default(),
            feed: Arc::new(Feed::new(tallies.capacity(), room.subscribers)),
            usual: bytemuck::allocation::zeroed_slice_box(tallies.capacity() as usize),
            counted: CountedKinds::new(tallies.capacity()),
            wholes: Wholes::new(tallies.capacity()),
            tallies,
            apps: DashMap::default(),
            counts: DashMap::default(),
            sources: SourceTable::default(),
            doubted: ArcSwap::default(),
            left_out: AtomicU64::new(0),
        };
        live.link_parts(city);
        live
    }

    /// Bay indices up to this, exclusive, have a place here.
    pub fn bay_capacity(&self) -> u32 {
        self.words.len() as u32
    }

    /// Zone indices up to this, exclusive, have a place here.
    pub fn zone_capacity(&self) -> u32 {
        self.tallies.capacity()
    }

    /// How many writes found no room. Anything but 0 is a fault in whoever adds bays.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Relaxed)
    }

    /// What is held true of a bay; one that was never reported, or has no room here, is unknown.
    ///
    /// # Panics
    /// For a bay this city does not have.
    #[inline]
    pub fn bay(&self, city: &City, bay: BayIx) -> BayView {
        let word = self.words.get(bay.at()).map_or(0, |w| w.load(Relaxed));
        words::unpack(word, bay, city.zone_of(bay), city.attrs(bay).kind)
    }

    /// What apps say of a bay, beside whoever watches it.
    #[must_use]
    pub fn apps_say(&self, bay: BayIx) -> Option<AppEvidence> {
        self.apps.get(&bay).map(|evidence| *evidence)
    }

    /// What a count says of those bays of a zone and kind that nobody watches.
    #[must_use]
    pub fn count_says(&self, zone: ZoneIx, kind: BayKind) -> Option<CountEvidence> {
        let evidence = self.counts.get(&(zone, kind as u8));
        evidence.map(|evidence| *evidence)
    }

    /// On how many bays a source has the word; the round of the stream that counts them takes 15 s.
    #[must_use]
    pub fn bays_of(&self, source: SourceIx) -> u32 {
        self.sources.bays(source)
    }

    /// What a source is suspected of, at no more than `most` bays.
    #[must_use]
    pub fn suspected(&self, source: SourceIx, most: usize) -> Suspected {
        self.sources.suspected(source, most)
    }

    /// The first source from `from` on that is suspected of anything.
    #[must_use]
    pub fn next_suspect(&self, from: SourceIx) -> Option<SourceIx> {
        self.sources.next_suspect(from)
    }

    /// The sensors of these bays are said to be wrong, and of no others; the stream's next round
    /// suspects whoever watches them.
    pub fn doubt(&self, bays: DoubtedBays) {
        self.doubted.store(Arc::new(bays));
    }

    /// How many sources are suspected of each, in the order of [`Suspicion::ALL`].
    #[must_use]
    pub fn suspect_counts(&self) -> [u32; Suspicion::COUNT] {
        self.sources.count()
    }

    /// What is usual for the bays of a zone, if the stream has told it: log-odds of *occupied*, in
    /// 1/1,024 nat.
    #[must_use]
    pub fn usual(&self, zone: ZoneIx) -> Option<i16> {
        let word = self.usual.get(zone.at())?.load(Relaxed);
        (word != 0).then(|| (word ^ 0x8000).cast_signed())
    }

    /// Asks the processor for what [`Live::bay`] reads.
    #[inline]
    pub fn ask_for(&self, city: &City, bay: BayIx) {
        prefetch(&self.words, bay.at());
        city.ask_for(bay);
    }

    /// Another number whenever what is told of a zone alone may have changed: its tally, bookings of its
    /// bays, offers, pools. What depends on the time of asking has no say in it.
    pub fn zone_stamp(&self, zone: ZoneIx) -> u64 {
        self.tallies.stamp(zone)
    }

    /// Asks the processor for that.
    pub fn ask_for_stamp(&self, zone: ZoneIx) {
        self.tallies.ask_for_stamp(zone);
    }

    /// Asks the processor for what is read of a zone.
    fn ask_for_zone(&self, city: &City, zone: ZoneIx) {
        self.tallies.ask_for(zone);
        prefetch_whole(city.zone(zone));
    }

    /// The newest tally of a zone, as the stream tells it: bookings play no part. Before its first
    /// report a zone that was there at creation is stale with all its bays unknown; one added later
    /// is stale with a capacity of 0 until the stream has told of it. One that has no room here
    /// stays so.
    pub fn zone(&self, zone: ZoneIx) -> ZoneTally {
        self.tallies.get(zone).unwrap_or(ZoneTally {
            stale: true,
            ..ZoneTally::default()
        })
    }

    /// Replaces `out` by the nearest vacant bays that suit the query and everybody may see, nearest
    /// first, ties by index. Give the same vector again and again: it is not allocated anew.
    pub fn nearest(&self, city: &City, query: &Query, out: &mut Vec<Hit>) {
        self.nearest_to(city, query, &|_| false, out);
    }

    /// The same for a caller who knows of those private bays for which `own` says so, on offer or
    /// not. It is asked only of these.
    pub fn nearest_to(
        &self,
        city: &City,
        query: &Query,
        own: &dyn Fn(BayIx) -> bool,
        out: &mut Vec<Hit>,
    ) {
        let vacant = &self.vacant[query.kind as usize];
        let bits = vacant.or_without(&self.offers.bits, &self.reserved);
        let takes = |bay| self.takes(city, query, bay, own);
        nearest::nearest((&bits, &takes), city, query, out);
    }

    /// The nearest zones of which a count says that there is room for the kind of bay, and that suit
    /// as far as they tell; and those of which a pool is open. `places` are the city's.
    pub fn nearest_zones(&self, city: &City, places: &ZonePlaces, query: &Query) -> Vec<ZoneHit> {
        let ask_for = |zone| self.ask_for_zone(city, zone);
        let may_be_had = |zone| self.on_offer(city, zone);
        let look = (ask_for, may_be_had);
        let hits = nearest_zones::nearest_zones(&self.counted, (city, places), query, look);
        self.with_pools(city, query, hits)
    }

    /// Who is told of changes. [`Feed::run`] must be running for anybody to hear.
    pub fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    #[inline]
    fn put(&self, view: &BayView) -> bool {
        let Some(word) = self.words.get(view.bay.at()) else {
            return false;
        };
        let new = words::pack(view);
        // A bay has one writer, so nothing comes between this load and the store.
        let old = word.load(Relaxed);
        let was = words::vacant_in(old);
        let is = words::vacant_in(new);
        if let Some(kind) = was.filter(|_| was != is) {
            self.vacant[kind].clear(view.bay);
        }
        word.store(new, Release);
        if let Some(kind) = is.filter(|_| was != is) {
            self.vacant[kind].set(view.bay);
        }
        true
    }

    #[cold]
    fn no_room(&self, what: &str, count: u64) {
        if self.left_out.fetch_add(count, Relaxed) == 0 {
            tracing::error!(
                what,
                count,
                "beyond the live view's room: left out of every answer until a restart"
            );
        }
    }
}

impl ReadModel for Live {
    fn bays(&self, views: &[BayView]) {
        let mut missed = 0_u64;
        for (i, view) in views.iter().enumerate() {
            if let Some(next) = views.get(i + AHEAD) {
                prefetch(&self.words, next.bay.at());
            }
            missed += u64::from(!self.put(view));
        }
        if missed > 0 {
            self.no_room("bays", missed);
        }
        // Subscribers are told with the zones: a zone's tally follows its bays in the same turn of
        // the stream.
    }

    fn zones(&self, tallies: &[(ZoneIx, ZoneTally)]) {
        for (zone, tally) in tallies {
            self.counted.put(*zone, tally);
        }
        let missed = tallies
            .iter()
            .filter(|(zone, tally)| !self.tallies.put(*zone, tally))
            .count();
        if missed > 0 {
            self.no_room("zones", missed as u64);
        }
        self.mark(tallies.iter().map(|(zone, _)| *zone));
    }

    fn usual(&self, zones: &[(ZoneIx, i16)]) {
        for (zone, odds) in zones {
            // One beyond the room is told of with its tally.
            if let Some(word) = self.usual.get(zone.at()) {
                word.store(odds.cast_unsigned() ^ 0x8000, Relaxed);
            }
        }
    }

    fn apps(&self, evidence: &[(BayIx, Option<AppEvidence>)]) {
        for (bay, evidence) in evidence {
            match evidence {
                Some(evidence) => drop(self.apps.insert(*bay, *evidence)),
                None => drop(self.apps.remove(bay)),
            }
        }
    }

    fn counts(&self, evidence: &[(ZoneIx, BayKind, Option<CountEvidence>)]) {
        for (zone, kind, evidence) in evidence {
            let key = (*zone, *kind as u8);
            match evidence {
                Some(evidence) => drop(self.counts.insert(key, *evidence)),
                None => drop(self.counts.remove(&key)),
            }
        }
    }

    fn suspects(&self, news: &[Suspect]) {
        self.sources.suspect(news);
    }

    fn doubted(&self) -> Arc<DoubtedBays> {
        self.doubted.load_full()
    }

    fn words(&self, moved: &[WordsMoved]) {
        self.sources.moved(moved);
    }
}
