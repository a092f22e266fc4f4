//! What is held true of one zone: counters kept up as its bays change, and the counts of its gates.
//! Pure.
//!
//! Promise: the buckets of a tally always sum to the registry's capacity, and vacant is never more
//! than that, whatever a gate claims. What no one vouches for is `unknown`.

use crate::domain::{BayKind, BayStatus, BayView, CountObservation, Millis, SourceIx, ZoneTally};

const KINDS: usize = BayKind::COUNT;

/// A gate's count of one kind of bay. Default: none yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateCount {
    pub at: Millis,
    pub source: SourceIx,
    pub vacant: u32,
    pub capacity: u32,
    pub standing: bool,
}

impl GateCount {
    /// The newest stands; ties go to the higher source, so that order of arrival does not matter.
    /// Of one source's with one time the one acknowledged last stands.
    fn absorb(&mut self, c: &CountObservation) -> bool {
        let place = (c.at, c.source).cmp(&(self.at, self.source));
        let says_else = (c.vacant, c.capacity) != (self.vacant, self.capacity);
        let newer = place.is_gt() || place.is_eq() && says_else || self.at.is_never();
        if newer {
            *self = Self {
                at: c.at,
                source: c.source,
                vacant: c.vacant,
                capacity: c.capacity,
                standing: true,
            };
        }
        newer
    }
}

/// State of one zone.
#[derive(Clone, Debug, Default)]
pub struct ZoneCell {
    vacant: [u32; KINDS],
    occupied: [u32; KINDS],
    closed: [u32; KINDS],
    /// Bays whose last claim still stands.
    standing: u32,
    /// One per kind, made when the first count comes: most zones have none.
    gates: Option<Box<[GateCount; KINDS]>>,
    pub capacity: u32,
}

/// What every claim touches, apart from the rest so that all zones of a country fit in a core's
/// cache. 16 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ZonePulse {
    /// The newest observation of any of its sources.
    pub observed_at: Millis,
    /// Silence after which its sources' word lapses, s.
    pub stale_after_s: u32,
    /// Waiting to be told to the read model.
    pub dirty: bool,
}

impl ZoneCell {
    /// Moves one bay from what it was to what it is.
    #[inline]
    pub fn shift(&mut self, was: &BayView, was_standing: bool, is: &BayView, is_standing: bool) {
        self.bucket(was.kind, was.status, u32::wrapping_sub);
        self.bucket(is.kind, is.status, u32::wrapping_add);
        self.standing = self
            .standing
            .wrapping_add(u32::from(is_standing))
            .wrapping_sub(u32::from(was_standing));
    }

    #[inline]
    fn bucket(&mut self, kind: BayKind, status: BayStatus, step: fn(u32, u32) -> u32) {
        let k = kind as usize;
        let n = match status {
            BayStatus::Vacant => &mut self.vacant[k],
            BayStatus::Occupied => &mut self.occupied[k],
            BayStatus::Closed => &mut self.closed[k],
            BayStatus::Unknown => return,
        };
        *n = step(*n, 1);
    }

    /// A gate's count; false if something newer is known.
    pub fn count(&mut self, c: &CountObservation) -> bool {
        self.gates.get_or_insert_default()[c.kind as usize].absorb(c)
    }

    /// The counts there are, by kind of bay.
    pub(super) fn counted(&self) -> impl Iterator<Item = (BayKind, GateCount)> {
        let counts = self.gates().copied().zip(BayKind::ALL);
        counts
            .filter(|(count, _)| !count.at.is_never())
            .map(|(count, kind)| (kind, count))
    }

    /// Puts a count back as it was.
    pub(super) fn restore(&mut self, kind: BayKind, count: GateCount) {
        self.gates.get_or_insert_default()[kind as usize] = count;
    }

    /// Any bay or gate with a claim that could lapse.
    pub fn has_claims(&self) -> bool {
        self.standing > 0 || self.gates().any(|g| g.standing)
    }

    /// Nothing was counted after `now`.
    pub fn put_back(&mut self, now: Millis) {
        for g in self.gates.iter_mut().flat_map(|g| g.iter_mut()) {
            g.at = g.at.min(now);
        }
    }

    pub fn has_standing_bays(&self) -> bool {
        self.standing > 0
    }

    fn gates(&self) -> impl Iterator<Item = &GateCount> {
        self.gates.iter().flat_map(|g| g.iter())
    }

    /// Ends the word of the gates for whose time `silent(at)` holds; true if any did.
    pub fn lapse_gates(&mut self, silent: impl Fn(Millis) -> bool) -> bool {
        let mut any = false;
        for g in self.gates.iter_mut().flat_map(|g| g.iter_mut()) {
            if g.standing && silent(g.at) {
                (g.standing, any) = (false, true);
            }
        }
        any
    }

    /// What may be told. A standing gate count covers all bays of its kind, so it goes before
    /// theirs; it is cut to the room the registry leaves it.
    #[must_use]
    pub fn tally(&self, observed_at: Millis) -> ZoneTally {
        let gate = |k: usize| self.gates.as_ref().map(|g| g[k]).filter(|g| g.standing);
        let mut t = ZoneTally {
            capacity: self.capacity,
            observed_at,
            ..ZoneTally::default()
        };
        let mut room = self.capacity;
        let mut take = |n: u32| {
            let n = n.min(room);
            room -= n;
            n
        };
        for k in (0..KINDS).filter(|k| gate(*k).is_none()) {
            t.vacant[k] = take(self.vacant[k]);
            t.occupied += take(self.occupied[k]);
            t.closed += take(self.closed[k]);
        }
        for k in 0..KINDS {
            if let Some(g) = gate(k) {
                t.vacant[k] = take(g.vacant);
                t.occupied += take(g.capacity.saturating_sub(g.vacant));
            }
        }
        t.unknown = room;
        t.stale = !self.has_claims();
        t
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SourceKind, ZoneIx};

    fn count(at: u64, vacant: u32, capacity: u32) -> CountObservation {
        CountObservation {
            at: Millis(at),
            zone: ZoneIx(0),
            source: SourceIx(1),
            source_kind: SourceKind::Gate,
            kind: BayKind::Car,
            vacant,
            capacity,
        }
    }

    fn zone(capacity: u32) -> ZoneCell {
        ZoneCell {
            capacity,
            ..ZoneCell::default()
        }
    }

    fn sum(t: &ZoneTally) -> u32 {
        t.vacant.iter().sum::<u32>() + t.occupied + t.unknown + t.closed
    }

    #[test]
    fn a_zone_nobody_reported_is_unknown_and_stale() {
        let t = zone(40).tally(Millis(9));
        assert_eq!(
            (t.unknown, t.vacant[0], t.stale, t.occupancy()),
            (40, 0, true, None)
        );
    }

    #[test]
    fn a_gates_count_is_cut_to_the_registrys_capacity() {
        let mut z = zone(100);
        assert!(z.count(&count(5, 150, 300)));
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant[0], t.occupied, t.unknown, sum(&t)),
            (100, 0, 0, 100)
        );
        assert!(!z.count(&count(4, 1, 100)), "older");
        assert!(z.count(&count(6, 20, 90)));
        assert!(z.count(&count(6, 68, 90)), "of one time the last");
        assert!(!z.count(&count(6, 68, 90)), "a copy");
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant[0], t.occupied, t.unknown, t.stale),
            (68, 22, 10, false)
        );
    }

    #[test]
    fn a_silent_gate_lapses() {
        let mut z = zone(100);
        z.count(&count(5, 50, 100));
        assert!(!z.lapse_gates(|at| at.0 > 5));
        assert!(z.lapse_gates(|at| at.0 <= 5));
        let t = z.tally(Millis(9));
        assert_eq!((t.unknown, t.stale), (100, true));
    }

    #[test]
    fn a_gate_covers_its_kind_and_the_other_kinds_keep_their_bays() {
        let mut z = zone(20);
        let none = BayView {
            bay: crate::domain::BayIx(0),
            zone: ZoneIx(0),
            kind: BayKind::Car,
            status: BayStatus::Unknown,
            claimed: BayStatus::Unknown,
            confidence: 0,
            sure: true,
            source_kind: SourceKind::Sensor,
            observed_at: Millis::NEVER,
        };
        let free = BayView {
            status: BayStatus::Vacant,
            ..none
        };
        let bike = |v: BayView| BayView {
            kind: BayKind::Motorcycle,
            ..v
        };
        z.shift(&none, false, &free, true);
        z.shift(&bike(none), false, &bike(free), true);
        assert_eq!(z.tally(Millis(9)).vacant, [1, 1, 0, 0]);
        z.count(&count(9, 7, 12));
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant, t.occupied, t.unknown, sum(&t)),
            ([7, 1, 0, 0], 5, 7, 20)
        );
    }
}
