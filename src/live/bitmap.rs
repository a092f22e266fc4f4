//! Which bays are vacant: one bit a bay for each kind, in index order, so that a grid cell is a few
//! words.
//!
//! Words are shared by bays of two zones and thus by two writers, so bits are turned by atomic
//! and/or. Readers load.

use crate::domain::{BayIx, BayKind};
use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

/// The vacant bits of one kind of bay.
pub(super) struct Bitmap(Box<[AtomicU64]>);

impl Bitmap {
    /// Bits for `capacity` bays, all clear, in zeroed pages that cost nothing until they are
    /// written.
    pub(super) fn new(capacity: u32) -> Self {
        Self(bytemuck::allocation::zeroed_slice_box(
            capacity.div_ceil(64) as usize,
        ))
    }

    /// One for each kind.
    pub(super) fn one_a_kind(capacity: u32) -> [Self; BayKind::COUNT] {
        std::array::from_fn(|_| Self::new(capacity))
    }

    /// Release: who sees the bit set sees the bay's word that set it, or a newer one.
    #[inline]
    pub(super) fn set(&self, bay: BayIx) {
        self.0[bay.at() / 64].fetch_or(1 << (bay.0 % 64), Release);
    }

    #[inline]
    pub(super) fn clear(&self, bay: BayIx) {
        self.0[bay.at() / 64].fetch_and(!(1 << (bay.0 % 64)), Release);
    }

    #[inline]
    pub(super) fn has(&self, bay: BayIx) -> bool {
        self.0
            .get(bay.at() / 64)
            .is_some_and(|word| word.load(Acquire) >> (bay.0 % 64) & 1 == 1)
    }

    /// How many bits of `range` are set here and in `other`, which is as long. Dear only where
    /// `other` has any there.
    pub(super) fn common(&self, other: &Self, range: Range<u32>) -> u32 {
        let mut count = 0;
        each_word(&range, self.0.len(), |at, mask| {
            let bits = other.0[at].load(Acquire) & mask;
            if bits != 0 {
                count += (bits & self.0[at].load(Acquire)).count_ones();
            }
        });
        count
    }

    /// Whether any bit of `range` is set.
    pub(super) fn any(&self, range: Range<u32>) -> bool {
        let mut any = false;
        each_word(&range, self.0.len(), |at, mask| {
            any |= self.0[at].load(Acquire) & mask != 0;
        });
        any
    }

    /// Calls `found` for every bit of `range`, in order.
    pub(super) fn for_each(&self, range: Range<u32>, mut found: impl FnMut(BayIx)) {
        each_word(&range, self.0.len(), |at, mask| {
            each_bit(at, self.0[at].load(Acquire) & mask, &mut found);
        });
    }

    /// The bits that are set here or in `more`, and not in `other`, which are as long.
    #[inline]
    pub(super) fn or_without<'a>(&'a self, more: &'a Self, other: &'a Self) -> Difference<'a> {
        Difference {
            set: &self.0,
            more: &more.0,
            unset: &other.0,
        }
    }
}

/// The bits of two maps but for those of a third.
#[derive(Clone, Copy)]
pub(super) struct Difference<'a> {
    set: &'a [AtomicU64],
    more: &'a [AtomicU64],
    unset: &'a [AtomicU64],
}

impl Difference<'_> {
    /// Calls `found` for every bit of `range`, in order. Bays beyond the capacity have no bit.
    #[inline]
    pub(super) fn for_each(&self, range: Range<u32>, mut found: impl FnMut(BayIx)) {
        each_word(&range, self.set.len(), |at, mask| {
            let mut bits = (self.set[at].load(Acquire) | self.more[at].load(Acquire)) & mask;
            // Most words have no vacant bay: those are not asked for another time.
            if bits != 0 {
                bits &= !self.unset[at].load(Acquire);
            }
            each_bit(at, bits, &mut found);
        });
    }
}

#[inline]
fn each_bit(at: usize, mut bits: u64, found: &mut impl FnMut(BayIx)) {
    while bits != 0 {
        found(BayIx(at as u32 * 64 + bits.trailing_zeros()));
        bits &= bits - 1;
    }
}

/// Calls `look` for each word that `range` touches, of `words` that there are, with the bits of the
/// range in it.
#[inline]
fn each_word(range: &Range<u32>, words: usize, mut look: impl FnMut(usize, u64)) {
    let end = range.end.min(words as u32 * 64);
    if range.start >= end {
        return;
    }
    let first = range.start / 64;
    let last = (end - 1) / 64;
    for at in first..=last {
        let mut mask = u64::MAX;
        if at == first {
            mask &= u64::MAX << (range.start % 64);
        }
        if at == last {
            mask &= u64::MAX >> (63 - (end - 1) % 64);
        }
        look(at as usize, mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_yields_exactly_its_set_bits() {
        let map = Bitmap::new(200);
        let none = Bitmap::new(200);
        let set: Vec<u32> = (0..200)
            .filter(|n| n % 7 == 0 || n % 64 == 63 || n % 64 == 0)
            .collect();
        for n in 0..200 {
            map.set(BayIx(n));
        }
        for n in (0..200).filter(|n| !set.contains(n)) {
            map.clear(BayIx(n));
        }
        for start in 0..200 {
            for end in start..=200 {
                let mut got = vec![];
                map.or_without(&none, &none)
                    .for_each(start..end, |bay| got.push(bay.0));
                let want: Vec<u32> = set
                    .iter()
                    .copied()
                    .filter(|n| (start..end).contains(n))
                    .collect();
                assert_eq!(got, want, "{start}..{end}");
            }
        }
    }

    #[test]
    fn what_is_set_in_the_other_is_left_out_until_it_is_cleared_there() {
        let map = Bitmap::new(200);
        let other = Bitmap::new(200);
        let none = Bitmap::new(200);
        (0..200).for_each(|n| map.set(BayIx(n)));
        other.set(BayIx(70));
        let found = || {
            let mut got = vec![];
            map.or_without(&none, &other)
                .for_each(69..72, |bay| got.push(bay.0));
            got
        };
        assert!(other.has(BayIx(70)) && !other.has(BayIx(71)) && !other.has(BayIx(10_000)));
        assert_eq!(found(), [69, 71]);
        other.clear(BayIx(70));
        assert_eq!(found(), [69, 70, 71]);
    }

    #[test]
    fn what_two_have_in_common_is_counted_within_the_range_only() {
        let map = Bitmap::new(200);
        let other = Bitmap::new(200);
        (0..200)
            .filter(|n| n % 2 == 0)
            .for_each(|n| map.set(BayIx(n)));
        (0..200)
            .filter(|n| n % 3 == 0)
            .for_each(|n| other.set(BayIx(n)));
        for start in 0..200 {
            for end in start..=205 {
                let want = (start..end.min(200)).filter(|n| n % 6 == 0).count() as u32;
                assert_eq!(map.common(&other, start..end), want, "{start}..{end}");
                let any = (start..end.min(200)).any(|n| n % 3 == 0);
                assert_eq!(other.any(start..end), any, "{start}..{end}");
            }
        }
    }

    #[test]
    fn a_range_beyond_the_capacity_is_cut_short() {
        let map = Bitmap::new(64);
        let none = Bitmap::new(64);
        map.set(BayIx(63));
        let mut got = vec![];
        map.or_without(&none, &none)
            .for_each(60..1000, |bay| got.push(bay.0));
        map.or_without(&none, &none)
            .for_each(64..1000, |bay| got.push(bay.0));
        assert_eq!(got, [63]);
    }
}
