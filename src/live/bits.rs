//! A set of small numbers that many threads add to and one empties, without locks. One bit a
//! number.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

/// Numbers from 0 to a fixed length, exclusive.
pub(super) struct DirtyBits {
    words: Box<[AtomicU64]>,
    len: u32,
}

impl DirtyBits {
    pub(super) fn new(len: u32) -> Self {
        Self {
            words: bytemuck::allocation::zeroed_slice_box(len.div_ceil(64) as usize),
            len,
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Adds a number; true if it was not there. One that is out of range is not added.
    ///
    /// Always a read-modify-write, though a load would often show the bit set already: `take` would
    /// then not be ordered after what the caller stored before, and its reader could miss the
    /// newest state for good.
    #[inline]
    pub(super) fn set(&self, number: u32) -> bool {
        let bit = 1 << (number % 64);
        number < self.len && self.words[number as usize / 64].fetch_or(bit, AcqRel) & bit == 0
    }

    /// Adds the numbers below `count`.
    pub(super) fn set_first(&self, count: u32) {
        let count = count.min(self.len);
        for (at, word) in (0..count.div_ceil(64)).zip(&self.words) {
            let here = (count - at * 64).min(64);
            word.fetch_or(u64::MAX >> (64 - here), AcqRel);
        }
    }

    pub(super) fn any(&self) -> bool {
        self.words.iter().any(|w| w.load(Acquire) != 0)
    }

    /// Empties the set, calling `each` for what was in it, ascending. A number added meanwhile is
    /// either seen now or stays for the next call.
    pub(super) fn take(&self, mut each: impl FnMut(u32)) {
        for (at, word) in (0_u32..).zip(&self.words) {
            // Most words of a quiet set are empty; a plain look keeps their cache lines shared. One
            // that is set just after it stays for the next call, and whoever set it rings after
            // this call has begun.
            if word.load(Relaxed) == 0 {
                continue;
            }
            let mut bits = word.swap(0, AcqRel);
            while bits != 0 {
                each(at * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_once_what_was_added() {
        let set = DirtyBits::new(130);
        assert!(!set.any());
        for n in [129, 0, 64, 63, 0] {
            set.set(n);
        }
        assert!(!set.set(0), "already there");
        assert!(!set.set(130), "out of range");
        let mut got = vec![];
        set.take(|n| got.push(n));
        assert_eq!(got, [0, 63, 64, 129]);
        assert!(!set.any());
    }

    #[test]
    fn the_first_are_those_and_no_more() {
        for count in [0, 1, 63, 64, 65, 128, 130, 200] {
            let set = DirtyBits::new(130);
            set.set_first(count);
            let mut got = vec![];
            set.take(|n| got.push(n));
            assert_eq!(got, (0..count.min(130)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_number_added_while_the_set_is_emptied_is_not_lost() {
        const ROUNDS: u64 = 300_000;
        let set = DirtyBits::new(64);
        // What each number stands for: its newest state, stored before it is added.
        let state: [AtomicU64; 64] = std::array::from_fn(|_| AtomicU64::new(0));
        let writers = std::sync::atomic::AtomicUsize::new(2);
        let added = AtomicU64::new(0);
        let mut taken = 0;
        let mut seen = [0; 64];
        std::thread::scope(|s| {
            for half in 0..2 {
                let set = &set;
                let state = &state;
                let writers = &writers;
                let added = &added;
                s.spawn(move || {
                    for n in 1..=ROUNDS {
                        let number = half * 32 + n % 32;
                        state[number as usize].store(n, Relaxed);
                        added.fetch_add(u64::from(set.set(number as u32)), Relaxed);
                    }
                    writers.fetch_sub(1, AcqRel);
                });
            }
            loop {
                let last_look = writers.load(Acquire) == 0;
                set.take(|n| {
                    seen[n as usize] = state[n as usize].load(Relaxed);
                    taken += 1;
                });
                if last_look {
                    break;
                }
            }
        });
        assert_eq!(
            taken,
            added.into_inner(),
            "what was new when added is taken once"
        );
        assert_eq!(
            seen,
            state.map(AtomicU64::into_inner),
            "the newest of some number was never read"
        );
    }
}
