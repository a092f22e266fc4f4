//! Areas and floors: what they say of the car park that they are parts of, and who is told.
//!
//! Promises: what is counted of a kind of bay in the car park as a whole goes before what its parts
//! say of that kind, and the two are never added to each other. Kinds that nobody counts in the whole
//! are the sum of its parts; the sum is as old as the oldest of what it is made of, and bays that no
//! part has are unknown. Dear: a car park of which some kinds are counted while its floors watch bays
//! of others has those looked at one by one; most zones have no parts.

use super::Live;
use crate::domain::{BayKind, BayStatus, BaySubset, Expected, KindSet, Millis, ZoneIx, ZoneTally};
use crate::registry::city::City;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// By zone: one more than the index of the zone that it is a part of; 0: it is none.
pub(super) struct Wholes(Box<[AtomicU32]>);

impl Wholes {
    pub(super) fn new(zones: u32) -> Self {
        Self(bytemuck::allocation::zeroed_slice_box(zones as usize))
    }

    #[inline]
    pub(super) fn of(&self, part: ZoneIx) -> Option<ZoneIx> {
        let word = self.0.get(part.at())?.load(Relaxed);
        word.checked_sub(1).map(ZoneIx)
    }
}

impl Live {
    /// Takes from the city which zones are parts of others: who follows a whole is told of its
    /// parts. To be called by whoever has changed that, one at a time.
    pub fn link_parts(&self, city: &City) {
        for (zone, word) in (0..city.zone_count()).zip(&self.wholes.0) {
            let whole = city.zone(ZoneIx(zone)).part_of;
            word.store(whole.map_or(0, |whole| whole.0 + 1), Relaxed);
        }
    }

    /// Zones have changed: who follows them, or what they are parts of, is to look.
    pub(super) fn mark(&self, zones: impl Iterator<Item = ZoneIx> + Clone) {
        self.feed.mark(zones.clone());
        let mut wholes = zones.filter_map(|zone| self.wholes.of(zone)).peekable();
        if wholes.peek().is_some() {
            self.feed.mark(wholes);
        }
    }

    /// The newest tally of a zone ([`Live::zone`]), or that of its parts where no count of
    /// the whole stands.
    ///
    /// # Panics
    /// For a zone this city does not have.
    #[must_use]
    pub fn with_parts(&self, city: &City, zone: ZoneIx) -> ZoneTally {
        self.or_parts(city, zone, self.zone(zone), |part| Some(self.zone(part)))
    }

    /// A zone's own tally with that of its parts, of those kinds that it does not count itself.
    /// `tally`: what is told of a part, if anything.
    pub(super) fn or_parts(
        &self,
        city: &City,
        zone: ZoneIx,
        own: ZoneTally,
        tally: impl Fn(ZoneIx) -> Option<ZoneTally>,
    ) -> ZoneTally {
        let parts = &city.zone(zone).parts;
        if parts.is_empty() {
            return own;
        }
        let mut bays = [0; BayKind::COUNT];
        for bay in city.bays_of(zone) {
            bays[city.attrs(bay).kind as usize] += 1;
        }
        let mut all = SumOfParts::new(own, bays, self.usually_vacant(zone));
        for part in parts {
            if let Some(tally) = tally(*part) {
                all.add_some_bays(&tally);
                let p = self.usually_vacant(*part);
                all.add(&self.uncounted(city, *part, tally, (own.counted, p)), p);
            }
        }
        all.tally()
    }

    /// How likely a bay of the zone is vacant of which nobody says anything.
    fn usually_vacant(&self, zone: ZoneIx) -> f64 {
        let odds = f64::from(self.usual(zone).unwrap_or_default()) / 1_024.0;
        1.0 / (1.0 + odds.exp())
    }

    /// What a part says of kinds that the whole does not count. `p`: how likely its bays are vacant.
    fn uncounted(
        &self,
        city: &City,
        part: ZoneIx,
        told: ZoneTally,
        (counted, p): (KindSet, f64),
    ) -> ZoneTally {
        let has = |k: usize| told.capacity_by_kind[k] > 0 || told.vacant[k] > 0;
        let is_counted = |k: usize| counted.bits() & 1 << k != 0;
        if !(0..BayKind::COUNT).any(|k| has(k) && is_counted(k)) {
            return told;
        }
        let others = |kinds: KindSet| KindSet::from_bits(kinds.bits() & !counted.bits());
        let mut rest = ZoneTally {
            counted: others(told.counted),
            ever_counted: others(told.ever_counted),
            unsized_kinds: others(told.unsized_kinds),
            closed_kinds: others(told.closed_kinds),
            observed_at: told.observed_at,
            stale: true,
            ..ZoneTally::default()
        };
        for kind in BayKind::ALL {
            let k = kind as usize;
            if has(k) && !is_counted(k) {
                rest.stale = told.stale;
                self.add_kind(city, part, (&told, kind), &mut rest);
            }
        }
        let belief = belief(&rest, p);
        rest.expected = told.expected.map(|_| Expected::of(belief.0, belief.1));
        rest
    }

    /// Adds what is told of one kind of bay of a part.
    fn add_kind(
        &self,
        city: &City,
        part: ZoneIx,
        (told, kind): (&ZoneTally, BayKind),
        rest: &mut ZoneTally,
    ) {
        let k = kind as usize;
        rest.vacant[k] = told.vacant[k];
        rest.capacity_by_kind[k] = told.capacity_by_kind[k];
        let mut left = told.capacity_by_kind[k].saturating_sub(told.vacant[k]);
        let mut some = |bucket: &mut u32, n: u32, most: u32| {
            let n = n.min(most).min(left);
            *bucket += n;
            left -= n;
        };
        if told.closed_kinds.has(kind) {
            some(&mut rest.closed, told.closed, told.closed);
        } else if told.counted.has(kind) {
            some(&mut rest.occupied, told.occupied, told.occupied);
        } else if !told.stale {
            // One total is told of all kinds.
            let of_kind = |bay: &_| city.attrs(*bay).kind == kind;
            let mut occupied = 0;
            let mut closed = 0;
            let mut reserved = 0;
            for bay in city.bays_of(part).filter(of_kind) {
                match self.bay(city, bay).status {
                    BayStatus::Occupied => occupied += 1,
                    BayStatus::Closed => closed += 1,
                    BayStatus::Vacant => reserved += u32::from(self.is_reserved(bay)),
                    BayStatus::Unknown => {}
                }
            }
            some(&mut rest.reserved, reserved, told.reserved);
            some(&mut rest.occupied, occupied, told.occupied);
            some(&mut rest.closed, closed, told.closed);
        }
        rest.unknown += left;
    }
}

/// How many bays are vacant, mean and variance, where those that are unknown are so with `p` each.
fn belief(tally: &ZoneTally, p: f64) -> (f64, f64) {
    if let Some(expected) = tally.expected {
        let spread = f64::from(expected.spread) / 256.0;
        return (f64::from(expected.vacant) / 256.0, spread * spread);
    }
    let unknown = f64::from(tally.unknown);
    let known = tally.vacant.iter().sum::<u32>() + tally.reserved;
    (f64::from(known) + unknown * p, unknown * p * (1.0 - p))
}

/// The sum in the making.
struct SumOfParts {
    own: ZoneTally,
    sum: ZoneTally,
    /// The parts' bays.
    parts: [u32; BayKind::COUNT],
    /// Its own bays.
    bays: [u32; BayKind::COUNT],
    /// What parts say of how many bays, all kinds.
    said: u32,
    mean: f64,
    variance: f64,
    /// How likely a bay of which nobody speaks is vacant.
    p: f64,
    /// Whether anybody expects anything.
    expects: bool,
    /// Kinds, as bits, of which some bays of parts are not closed.
    open: u8,
    /// Accessible bays, vacant and all, where no count tells of such.
    beside: (u32, u32),
}

impl SumOfParts {
    fn new(own: ZoneTally, bays: [u32; BayKind::COUNT], p: f64) -> Self {
        let mut sum = own;
        let says = !own.counted.is_empty() || bays != [0; BayKind::COUNT];
        if !says {
            // That a count was withdrawn says nothing of how many.
            sum.vacant = [0; BayKind::COUNT];
            (sum.occupied, sum.closed, sum.reserved) = (0, 0, 0);
            sum.unknown = sum.capacity_by_kind.iter().sum();
            sum.expected = None;
        }
        if own.stale || !says {
            sum.observed_at = Millis::NEVER;
        }
        let (mean, variance) = belief(&sum, p);
        let mut open = 0;
        for (k, n) in bays.iter().enumerate() {
            open |= u8::from(*n > 0) << k;
        }
        Self {
            own,
            sum,
            parts: [0; BayKind::COUNT],
            bays,
            said: 0,
            mean,
            variance,
            p,
            expects: own.expected.is_some(),
            open,
            beside: (own.accessible_vacant, own.accessible),
        }
    }

    fn add(&mut self, part: &ZoneTally, p: f64) {
        let all = &mut self.sum;
        for k in 0..BayKind::COUNT {
            all.vacant[k] += part.vacant[k];
            self.parts[k] += part.capacity_by_kind[k];
            let is_open = part.capacity_by_kind[k] > 0 && part.closed_kinds.bits() & 1 << k == 0;
            self.open |= u8::from(is_open) << k;
        }
        all.occupied += part.occupied;
        all.closed += part.closed;
        all.reserved += part.reserved;
        self.said += part.vacant.iter().sum::<u32>() + part.occupied + part.closed + part.reserved;
        let union = |a: KindSet, b: KindSet| KindSet::from_bits(a.bits() | b.bits());
        all.counted = union(all.counted, part.counted);
        all.ever_counted = union(all.ever_counted, part.ever_counted);
        all.unsized_kinds = union(all.unsized_kinds, part.unsized_kinds);
        all.closed_kinds = union(all.closed_kinds, part.closed_kinds);
        let (mean, variance) = belief(part, p);
        self.mean += mean;
        self.variance += variance;
        self.expects |= part.expected.is_some();
        let is_older = all.observed_at.is_never() || part.observed_at < all.observed_at;
        if !part.stale && !part.observed_at.is_never() && is_older {
            all.observed_at = part.observed_at;
        }
        all.stale &= part.stale;
    }

    /// Accessible bays and the like are told of whole zones: those of the parts, where the whole
    /// does not count them itself.
    fn add_some_bays(&mut self, part: &ZoneTally) {
        let all = &mut self.sum;
        all.accessible += part.accessible;
        all.accessible_vacant += part.accessible_vacant;
        if part.subsets[BaySubset::Accessible as usize].is_none() {
            self.beside.0 += part.accessible_vacant;
            self.beside.1 += part.accessible;
        }
        for (n, (sum, some)) in all.subsets.iter_mut().zip(part.subsets).enumerate() {
            if let (None, Some((vacant, of))) = (self.own.subsets[n], some) {
                let (had, had_of) = sum.unwrap_or_default();
                *sum = Some((had + vacant, had_of + of));
            }
        }
    }

    /// Of as many bays as are registered or known, whichever is more; what nobody speaks of is
    /// unknown, and vacant as usual.
    fn tally(self) -> ZoneTally {
        let Self { own, mut sum, .. } = self;
        let mut unspoken = 0_i64;
        let mut more = 0_i64;
        for k in 0..BayKind::COUNT {
            let had = own.capacity_by_kind[k];
            let has = had.max(self.parts[k] + if self.parts[k] > 0 { self.bays[k] } else { 0 });
            sum.capacity_by_kind[k] = has;
            more += i64::from(has - had);
            unspoken += i64::from(has) - i64::from(had) - i64::from(self.parts[k]);
        }
        sum.capacity = sum.capacity_by_kind.iter().sum();
        let unknown = i64::from(sum.unknown) + more - i64::from(self.said);
        sum.unknown = unknown.max(0) as u32;
        let by_parts = sum.closed_kinds.bits() & !own.counted.bits() & !self.open;
        let by_count = own.closed_kinds.bits() & own.counted.bits();
        sum.closed_kinds = KindSet::from_bits(by_parts | by_count);
        self.clip_some_bays(&mut sum);
        if sum.observed_at.is_never() {
            sum.observed_at = own.observed_at;
        }
        let unspoken = unspoken as f64;
        let p = self.p;
        let expected = Expected::of(
            self.mean + unspoken * p,
            self.variance + unspoken * p * (1.0 - p),
        );
        sum.expected = (self.expects && !sum.stale).then_some(expected);
        sum
    }

    /// Some bays of the parts are a part of what is told of all.
    fn clip_some_bays(&self, sum: &mut ZoneTally) {
        let accessible = BaySubset::Accessible as usize;
        let own = self.own.subsets;
        if let (None, Some((vacant, of))) = (own[accessible], &mut sum.subsets[accessible]) {
            *vacant += self.beside.0;
            *of += self.beside.1;
        }
        // Which kinds they are of is not told.
        let closed = self.own.closed_kinds.bits() & self.own.counted.bits() != 0;
        let most = if closed { 0 } else { sum.vacant.iter().sum() };
        for (some, own) in sum.subsets.iter_mut().zip(own) {
            if let (None, Some((vacant, _))) = (own, some) {
                *vacant = (*vacant).min(most);
            }
        }
    }
}

#[cfg(test)]
mod tests;
