//! The zones' tallies: written by one worker each, read whole by anyone, without locks.
//!
//! Promises: a reader gets a tally that was written as one, never half of two. Each row holds two
//! copies: the writer fills the one nobody is sent to and then turns the version, so a reader waits
//! for nobody, not even for a writer that was interrupted half-way (on a two-core machine a plain
//! seqlock's reader would spin a whole time slice there). A reader tries again only when a newer
//! tally was published during its read. Dear: nothing; a read is some twenty loads.

use crate::domain::{BayKind, BaySubset, Expected, KindSet, Millis, ZoneIx, ZoneTally};
use crate::prefetch::{prefetch, prefetch_whole};
use bytemuck::Zeroable;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64, fence};

/// One copy of a tally. All zero reads as: capacity 0, never observed, stale.
#[derive(Zeroable)]
#[repr(C)]
struct Copy {
    observed_at: AtomicU64,
    vacant: [AtomicU32; BayKind::COUNT],
    occupied: AtomicU32,
    unknown: AtomicU32,
    closed: AtomicU32,
    capacity: [AtomicU32; BayKind::COUNT],
    /// From the lowest byte on: not stale (this way round so that a row nobody has written is
    /// stale) and, from bit 4 on, kinds that are counted as closed; kinds that a count tells; that
    /// were ever counted; whose capacity nobody says.
    flags: AtomicU32,
    /// One more than the expected number of vacant bays, in 1/256; 0: none is known.
    expected: AtomicU32,
    spread: AtomicU32,
    /// Of some bays: one more than are vacant (0: nobody counts them), and of how many.
    subsets: [[AtomicU32; 2]; BaySubset::COUNT],
}

impl Copy {
    fn put(&self, tally: &ZoneTally) {
        self.observed_at.store(tally.observed_at.0, Relaxed);
        for (to, n) in self.vacant.iter().zip(tally.vacant) {
            to.store(n, Relaxed);
        }
        self.occupied.store(tally.occupied, Relaxed);
        self.unknown.store(tally.unknown, Relaxed);
        self.closed.store(tally.closed, Relaxed);
        for (to, n) in self.capacity.iter().zip(tally.capacity_by_kind) {
            to.store(n, Relaxed);
        }
        let flags = u32::from_le_bytes([
            u8::from(!tally.stale) | tally.closed_kinds.bits() << 4,
            tally.counted.bits(),
            tally.ever_counted.bits(),
            tally.unsized_kinds.bits(),
        ]);
        self.flags.store(flags, Relaxed);
        let expected = tally.expected.map_or((0, 0), |e| (e.vacant + 1, e.spread));
        self.expected.store(expected.0, Relaxed);
        self.spread.store(expected.1, Relaxed);
        for ([vacant, capacity], told) in self.subsets.iter().zip(tally.subsets) {
            let (more, of) = told.map_or((0, 0), |(vacant, of)| (vacant + 1, of));
            vacant.store(more, Relaxed);
            capacity.store(of, Relaxed);
        }
    }

    fn get(&self) -> ZoneTally {
        let capacity_by_kind: [u32; BayKind::COUNT] =
            std::array::from_fn(|kind| self.capacity[kind].load(Relaxed));
        let flags = self.flags.load(Relaxed).to_le_bytes();
        let [fresh, counted, ever_counted, unsized_kinds] = flags;
        ZoneTally {
            vacant: std::array::from_fn(|kind| self.vacant[kind].load(Relaxed)),
            occupied: self.occupied.load(Relaxed),
            unknown: self.unknown.load(Relaxed),
            closed: self.closed.load(Relaxed),
            reserved: 0,
            accessible: 0,
            accessible_vacant: 0,
            subsets: std::array::from_fn(|n| {
                let [vacant, capacity] = &self.subsets[n];
                let vacant = vacant.load(Relaxed).checked_sub(1)?;
                Some((vacant, capacity.load(Relaxed)))
            }),
            capacity: capacity_by_kind.iter().sum(),
            capacity_by_kind,
            counted: KindSet::from_bits(counted),
            ever_counted: KindSet::from_bits(ever_counted),
            unsized_kinds: KindSet::from_bits(unsized_kinds),
            observed_at: Millis(self.observed_at.load(Relaxed)),
            closed_kinds: KindSet::from_bits(fresh >> 4),
            stale: fresh & 1 == 0,
            expected: match self.expected.load(Relaxed) {
                0 => None,
                more => Some(Expected {
                    vacant: more - 1,
                    spread: self.spread.load(Relaxed),
                }),
            },
        }
    }
}

/// A zone's two copies; `copies[version & 1]` is the one to read. Three cache lines, and no more.
#[derive(Zeroable)]
#[repr(C, align(64))]
struct TallyCopies {
    copies: [Copy; 2],
    version: AtomicU32,
    /// How often something beside the tally has changed what is told of the zone.
    beside: AtomicU32,
    _pad: [u32; 2],
}

/// All rows, by [`ZoneIx`]; 192 bytes each, touched only when written.
pub(super) struct Tallies(Box<[TallyCopies]>);

impl Tallies {
    /// Rows for `capacity` zones, in zeroed pages that cost nothing until they are written.
    pub(super) fn new(capacity: u32) -> Self {
        Self(bytemuck::allocation::zeroed_slice_box(capacity as usize))
    }

    pub(super) fn capacity(&self) -> u32 {
        self.0.len() as u32
    }

    /// Asks the processor for what [`Self::get`] reads.
    #[inline]
    pub(super) fn ask_for(&self, zone: ZoneIx) {
        if let Some(row) = self.0.get(zone.at()) {
            prefetch_whole(row);
        }
    }

    /// Asks the processor for what [`Self::stamp`] reads.
    #[inline]
    pub(super) fn ask_for_stamp(&self, zone: ZoneIx) {
        if let Some(row) = self.0.get(zone.at()) {
            prefetch(std::slice::from_ref(&row.version), 0);
        }
    }

    /// Publishes `tally`; false for a zone beyond the capacity. To be called by one thread at a
    /// time for a zone: two at once would mix their buckets (though nothing worse).
    pub(super) fn put(&self, zone: ZoneIx, tally: &ZoneTally) -> bool {
        let Some(row) = self.0.get(zone.at()) else {
            return false;
        };
        let version = row.version.load(Relaxed);
        // The copy written now is the one that version - 1 sent readers to. A late one among them
        // that sees any of these stores must also see that the version has moved on: the fence
        // orders our last turn of it before them, and pairs with the reader's.
        fence(Release);
        row.copies[(version.wrapping_add(1) & 1) as usize].put(tally);
        // Release: who reads this version reads the copy as it was filled above.
        row.version.store(version.wrapping_add(1), Release);
        true
    }

    /// To be called when something beside the tally has changed what is told of the zone, and can be seen.
    pub(super) fn touch(&self, zone: ZoneIx) {
        if let Some(row) = self.0.get(zone.at()) {
            row.beside.fetch_add(1, Release);
        }
    }

    /// Another number whenever a tally was put or something beside it changed: read before what is told, and
    /// the same after it, what is told is still so. 0 for a zone beyond the capacity.
    #[inline]
    pub(super) fn stamp(&self, zone: ZoneIx) -> u64 {
        self.0.get(zone.at()).map_or(0, |row| {
            let version = row.version.load(Acquire);
            u64::from(version) << 32 | u64::from(row.beside.load(Acquire))
        })
    }

    /// The newest tally published; `None` for a zone beyond the capacity.
    pub(super) fn get(&self, zone: ZoneIx) -> Option<ZoneTally> {
        let row = self.0.get(zone.at())?;
        loop {
            let before = row.version.load(Acquire);
            let tally = row.copies[(before & 1) as usize].get();
            // If any load above saw the tally after next, this fence makes the version's turn
            // visible below. (A version would have to turn 2^32 times during one read to fool
            // this.)
            fence(Acquire);
            if row.version.load(Relaxed) == before {
                return Some(tally);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::long::cases;

    /// A tally in which every field follows from `n`, and the buckets sum to the capacity.
    fn nth(n: u32) -> ZoneTally {
        ZoneTally {
            vacant: [n, n + 1, n + 2, n + 3],
            occupied: n + 4,
            unknown: n + 5,
            closed: n + 6,
            reserved: 0,
            accessible: 0,
            accessible_vacant: 0,
            subsets: [None, Some((n, 2 * n)), Some((0, n))],
            capacity: 7 * n + 21,
            capacity_by_kind: [n, 2 * n, 4 * n, 21],
            counted: KindSet::from_bits(n as u8),
            ever_counted: KindSet::from_bits((n >> 1) as u8),
            unsized_kinds: KindSet::from_bits((n >> 2) as u8),
            closed_kinds: KindSet::from_bits((n >> 3) as u8),
            observed_at: Millis(u64::from(n) << 20),
            stale: n % 2 == 1,
            expected: (!n.is_multiple_of(3)).then_some(Expected {
                vacant: n,
                spread: n + 1,
            }),
        }
    }

    #[test]
    fn what_is_put_is_got_and_what_was_never_put_is_stale() {
        let rows = Tallies::new(2);
        assert_eq!(
            rows.get(ZoneIx(1)),
            Some(ZoneTally {
                stale: true,
                ..ZoneTally::default()
            })
        );
        for n in 0..5 {
            assert!(rows.put(ZoneIx(0), &nth(n)));
            assert_eq!(rows.get(ZoneIx(0)), Some(nth(n)));
        }
        assert!(!rows.put(ZoneIx(2), &nth(1)), "beyond the capacity");
        assert_eq!(rows.get(ZoneIx(2)), None);
    }

    #[test]
    fn readers_never_see_half_of_two_tallies_and_never_an_older_one() {
        let enough = cases(4_000);
        let rows = Tallies::new(1);
        rows.put(ZoneIx(0), &nth(0));
        let reading = AtomicU32::new(2);
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let mut last = 0;
                    let mut changes = 0;
                    // Until it has met enough of the writer's changes, or a wrong one.
                    let wrong = loop {
                        let got = rows.get(ZoneIx(0)).unwrap();
                        let n = got.vacant[0];
                        changes += u32::from(n != last);
                        if got != nth(n) || n < last {
                            break Some((last, got));
                        }
                        if changes > enough {
                            break None;
                        }
                        last = n;
                    };
                    reading.fetch_sub(1, Relaxed);
                    assert_eq!(
                        wrong, None,
                        "never written, or older than what was read before"
                    );
                });
            }
            let mut n = 0;
            while reading.load(Relaxed) > 0 {
                n += 1;
                rows.put(ZoneIx(0), &nth(n));
            }
        });
    }
}
