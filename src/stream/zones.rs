//! What is held true of one zone: counters kept up as its bays change, and the counts of whole zones
//! that gates, sensors and apps make. Pure.
//!
//! Promise: the buckets of a tally always sum to the registry's capacity, and vacant is never more
//! than that, whatever a gate claims. What no one vouches for is `unknown`.

use super::counts::{APP, GATE, GateCount, KindCounts, SENSOR, place};
use super::likely::Likely;
use crate::domain::{BayKind, BayStatus, BayView, CountObservation, Expected, Millis, ZoneTally};

const KINDS: usize = BayKind::COUNT;

/// State of one zone.
#[derive(Clone, Debug, Default)]
pub struct ZoneCell {
    vacant: [u32; KINDS],
    occupied: [u32; KINDS],
    closed: [u32; KINDS],
    /// By kind of bay.
    likely: [Likely; KINDS],
    /// Bays whose last claim still stands.
    standing: u32,
    /// One per kind, made when the first count comes: most zones have none.
    gates: Option<Box<[KindCounts; KINDS]>>,
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
        self.likely[was.kind as usize].remove(was);
        self.likely[is.kind as usize].add(is);
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

    /// A count, and whether it is young enough to stand; false if something newer is known of its
    /// kind of source.
    pub fn count(&mut self, c: &CountObservation, stands: bool) -> bool {
        let of_kind = &mut self.gates.get_or_insert_default()[c.kind as usize];
        of_kind[place(c.source_kind)].absorb(c, stands)
    }

    /// The counts there are, by kind of bay.
    pub(super) fn counted(&self) -> impl Iterator<Item = (BayKind, GateCount)> {
        let kinds = self.gates.iter().flat_map(|g| g.iter().zip(BayKind::ALL));
        kinds.flat_map(|(counts, kind)| {
            let known = counts.iter().filter(|count| !count.at.is_never());
            known.map(move |count| (kind, *count))
        })
    }

    /// How many bays of that kind a gate counts to be vacant, how many their own words say are, and of
    /// how many: where a gate's count stands and each bay that it counts has a word of its own.
    pub(super) fn counted_and_seen(&self, kind: BayKind) -> Option<(u32, u32, u32)> {
        let k = kind as usize;
        let count = self.gates.as_ref().map(|g| &g[k][GATE])?;
        // A gate does not see which bays are closed.
        let bays = self.vacant[k] + self.occupied[k];
        let comparable = count.standing && count.capacity == bays && self.closed[k] == 0;
        comparable.then_some((count.vacant, self.vacant[k], bays))
    }

    /// Puts a count back as it was.
    pub(super) fn restore(&mut self, kind: BayKind, count: GateCount) {
        let of_kind = &mut self.gates.get_or_insert_default()[kind as usize];
        of_kind[place(count.source_kind)] = count;
    }

    /// Any bay or gate with a claim that could lapse.
    pub fn has_claims(&self) -> bool {
        self.standing > 0 || self.gates().any(|g| g.standing)
    }

    /// Nothing was counted after `now`.
    pub fn put_back(&mut self, now: Millis) {
        let counts = self.gates.iter_mut().flat_map(|kinds| kinds.iter_mut());
        for count in counts.flat_map(|by_source| by_source.iter_mut()) {
            count.at = count.at.min(now);
        }
    }

    pub fn has_standing_bays(&self) -> bool {
        self.standing > 0
    }

    fn gates(&self) -> impl Iterator<Item = &GateCount> {
        self.gates.iter().flat_map(|g| g.iter().flatten())
    }

    /// Ends the word of the counts for whose time `silent(at)` holds; true if any did.
    pub fn lapse_gates(&mut self, silent: impl Fn(Millis) -> bool) -> bool {
        let mut any = false;
        for g in self.gates.iter_mut().flat_map(|g| g.iter_mut().flatten()) {
            if g.standing && silent(g.at) {
                (g.standing, any) = (false, true);
            }
        }
        any
    }

    /// The counts of a kind of bay that stand: that of who watches (a gate's before a sensor's), or
    /// else an app's.
    fn standing_counts(&self, k: usize) -> (Option<&GateCount>, Option<&GateCount>) {
        let of = |place: usize| {
            self.gates
                .as_ref()
                .map(|g| &g[k][place])
                .filter(|g| g.standing)
        };
        match of(GATE).or_else(|| of(SENSOR)) {
            None => (None, of(APP)),
            watcher => (watcher, None),
        }
    }

    /// What may be told. A standing count of who watches covers all bays of its kind, so it goes
    /// before theirs; an app's goes behind them and says only of the rest what they are. Each is
    /// cut to the room the registry leaves it.
    #[must_use]
    pub fn tally(&self, observed_at: Millis) -> ZoneTally {
        let counts: [_; KINDS] = std::array::from_fn(|k| self.standing_counts(k));
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
        for k in (0..KINDS).filter(|k| counts[*k].0.is_none()) {
            t.vacant[k] = take(self.vacant[k]);
            t.occupied += take(self.occupied[k]);
            t.closed += take(self.closed[k]);
        }
        for (k, (watcher, app)) in counts.into_iter().enumerate() {
            if let Some(g) = watcher {
                t.vacant[k] = take(g.vacant);
                t.occupied += take(g.capacity.saturating_sub(g.vacant));
            }
            if let Some(g) = app {
                let said = self.vacant[k] + self.occupied[k] + self.closed[k];
                let rest = g.capacity.saturating_sub(said);
                let vacant = g.vacant.saturating_sub(self.vacant[k]).min(rest);
                t.vacant[k] += take(vacant);
                t.occupied += take(rest - vacant);
            }
        }
        t.unknown = room;
        t.stale = !self.has_claims();
        t
    }

    /// How many bays are vacant, as far as that is believed: a standing count is taken as it is, bays
    /// that somebody speaks of by what is believed of each, all others by what is usual
    /// (P(vacant), 1/65,535). `None` while nobody has a word that stands.
    #[must_use]
    pub fn expected(&self, t: &ZoneTally, usual: u32) -> Option<Expected> {
        if t.stale {
            return None;
        }
        let usual = f64::from(usual) / 65_535.0;
        let unknown = f64::from(t.unknown);
        let mut vacant = unknown * usual;
        let mut variance = unknown * usual * (1.0 - usual);
        for k in 0..KINDS {
            if let (None, None) = self.standing_counts(k) {
                vacant += self.likely[k].mean();
                variance += self.likely[k].variance();
            } else {
                vacant += f64::from(t.vacant[k]);
            }
        }
        let open = f64::from(t.capacity - t.closed.min(t.capacity));
        Some(Expected {
            vacant: (vacant.min(open) * 256.0) as u32,
            spread: (variance.max(0.0).sqrt() * 256.0) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SourceIx, SourceKind, ZoneIx};

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
        assert!(z.count(&count(5, 150, 300), true));
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant[0], t.occupied, t.unknown, sum(&t)),
            (100, 0, 0, 100)
        );
        assert!(!z.count(&count(4, 1, 100), true), "older");
        assert!(z.count(&count(6, 20, 90), true));
        assert!(z.count(&count(6, 68, 90), true), "of one time the last");
        assert!(!z.count(&count(6, 68, 90), true), "a copy");
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant[0], t.occupied, t.unknown, t.stale),
            (68, 22, 10, false)
        );
    }

    #[test]
    fn a_silent_gate_lapses() {
        let mut z = zone(100);
        z.count(&count(5, 50, 100), true);
        assert!(!z.lapse_gates(|at| at.0 > 5));
        assert!(z.lapse_gates(|at| at.0 <= 5));
        let t = z.tally(Millis(9));
        assert_eq!((t.unknown, t.stale), (100, true));
    }

    #[test]
    fn a_gate_covers_its_kind_and_the_other_kinds_keep_their_bays() {
        let mut z = zone(20);
        let free = BayView {
            status: BayStatus::Vacant,
            ..NOBODY
        };
        let bike = |v: BayView| BayView {
            kind: BayKind::Motorcycle,
            ..v
        };
        z.shift(&NOBODY, false, &free, true);
        z.shift(&bike(NOBODY), false, &bike(free), true);
        assert_eq!(z.tally(Millis(9)).vacant, [1, 1, 0, 0]);
        z.count(&count(9, 7, 12), true);
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant, t.occupied, t.unknown, sum(&t)),
            ([7, 1, 0, 0], 5, 7, 20)
        );
    }

    fn by(source_kind: SourceKind, c: CountObservation) -> CountObservation {
        CountObservation { source_kind, ..c }
    }

    const NOBODY: BayView = BayView {
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

    /// Bays of the zone that somebody says are so.
    fn say(z: &mut ZoneCell, status: BayStatus, bays: u32) {
        for _ in 0..bays {
            z.shift(&NOBODY, false, &BayView { status, ..NOBODY }, true);
        }
    }

    #[test]
    fn a_gates_count_that_stands_is_replaced_by_a_gates_only_in_whatever_order() {
        let words = [
            by(SourceKind::Gate, count(5, 30, 100)),
            by(SourceKind::Sensor, count(7, 20, 100)),
            by(SourceKind::App, count(9, 0, 100)),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
            let mut z = zone(100);
            assert!(order.iter().all(|&n| z.count(&words[n], true)));
            assert_eq!(z.tally(Millis(9)).vacant[0], 30);
            // Once it lapses the others are there; the sensor watches.
            assert!(z.lapse_gates(|at| at.0 == 5));
            assert_eq!(z.tally(Millis(9)).vacant[0], 20);
            assert!(z.lapse_gates(|at| at.0 == 7));
            let t = z.tally(Millis(9));
            assert_eq!((t.vacant[0], t.occupied), (0, 100));
            z.count(&by(SourceKind::Gate, count(8, 44, 100)), true);
            assert_eq!(z.tally(Millis(9)).vacant[0], 44);
        }
    }

    #[test]
    fn an_apps_count_says_only_what_no_bay_does() {
        let full = by(SourceKind::App, count(9, 0, 12));
        let empty = by(SourceKind::App, count(9, 12, 12));
        let tally = |known: u32, c: &CountObservation| {
            let mut z = zone(12);
            say(&mut z, BayStatus::Vacant, known - 2);
            say(&mut z, BayStatus::Occupied, 2);
            z.count(c, true);
            let t = z.tally(Millis(9));
            (t.vacant[0], t.occupied, t.unknown)
        };
        // All bays are watched: whatever the app says is nothing.
        assert_eq!(
            (tally(12, &full), tally(12, &empty)),
            ((10, 2, 0), (10, 2, 0))
        );
        assert_eq!((tally(6, &full), tally(6, &empty)), ((4, 8, 0), (10, 2, 0)));
        let some = by(SourceKind::App, count(9, 7, 10));
        assert_eq!(
            tally(6, &some),
            (7, 3, 2),
            "seven in all, of ten that it knows"
        );
        let mut z = zone(12);
        z.count(&some, true);
        let t = z.tally(Millis(9));
        assert_eq!(
            (t.vacant[0], t.occupied, t.unknown),
            (7, 3, 2),
            "nobody else says anything"
        );
    }

    #[test]
    fn a_count_that_is_too_old_when_it_comes_never_stands() {
        let mut z = zone(100);
        assert!(z.count(&count(5, 50, 100), false));
        let t = z.tally(Millis(9));
        assert_eq!((t.unknown, t.stale, z.has_claims()), (100, true, false));
        assert!(z.count(&count(6, 50, 100), true) && !z.count(&count(5, 1, 100), true));
        assert_eq!(z.tally(Millis(9)).vacant[0], 50);
    }
}
