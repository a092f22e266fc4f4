//! A vector of which a copy can be taken a little at a time, while it changes.
//!
//! Promise: a copy has every item as it was when the copy was begun. An item that is about to change before
//! its turn has come is copied first, with its neighbours. Dear: while a copy is under way, the first change
//! of each [`BLOCK`] items copies them; at other times a change costs one look at a pointer.

use std::ops::{Deref, Index, IndexMut};

/// Items that are copied together: few enough that a change waits for some hundred nanoseconds at most.
const BLOCK: usize = 64;

/// Items that one word of the marks is of.
const WORD: usize = BLOCK * 64;

/// See the module. As a slice it is read; it is changed by index.
pub(crate) struct SnapshotVec<T> {
    items: Vec<T>,
    under_way: Option<Box<Copying<T>>>,
}

/// A copy that is under way.
struct Copying<T> {
    /// As long as the items were when it began.
    to: Vec<T>,
    /// A bit a block: it has been copied.
    done: Vec<u64>,
    /// All words before this one are done.
    next: usize,
}

impl<T: Copy + Default> From<Vec<T>> for SnapshotVec<T> {
    fn from(items: Vec<T>) -> Self {
        Self {
            items,
            under_way: None,
        }
    }
}

impl<T: Copy + Default> SnapshotVec<T> {
    /// As [`Vec::resize`]. What is new is not part of a copy that is under way.
    ///
    /// # Panics
    /// When that is shorter than it was.
    pub(crate) fn grow(&mut self, len: usize) {
        assert!(len >= self.items.len(), "items are there for good");
        self.items.resize(len, T::default());
    }

    /// Begins a copy into `to`, whose memory is used again; one that was under way is given up.
    pub(crate) fn begin(&mut self, mut to: Vec<T>) {
        to.resize(self.items.len(), T::default());
        let blocks = self.items.len().div_ceil(BLOCK);
        self.under_way = Some(Box::new(Copying {
            to,
            done: vec![0; blocks.div_ceil(64)],
            next: 0,
        }));
    }

    /// Whether a copy is under way.
    pub(crate) fn is_copying(&self) -> bool {
        self.under_way.is_some()
    }

    /// Goes on with the copy: takes what it does off `work`, which is in items. The copy once it is whole,
    /// and `None` before and after that.
    pub(crate) fn go_on(&mut self, work: &mut usize) -> Option<Vec<T>> {
        let copying = self.under_way.as_mut()?;
        while copying.next < copying.done.len() {
            if *work == 0 {
                return None;
            }
            copying.word(&self.items);
            *work = work.saturating_sub(WORD);
        }
        self.under_way.take().map(|copying| copying.to)
    }

    #[cold]
    #[inline(never)]
    fn keep(&mut self, at: usize) {
        if let Some(copying) = &mut self.under_way {
            copying.keep(&self.items, at);
        }
    }
}

impl<T: Copy> Copying<T> {
    /// Copies the block of an item, if that is not done yet.
    fn keep(&mut self, items: &[T], at: usize) {
        let block = at / BLOCK;
        let Some(word) = self.done.get_mut(block / 64) else {
            return;
        };
        let bit = 1 << (block % 64);
        if *word & bit == 0 {
            *word |= bit;
            self.copy(items, block * BLOCK, BLOCK);
        }
    }

    /// Copies what is not done yet of the next word's blocks.
    fn word(&mut self, items: &[T]) {
        let at = self.next;
        self.next += 1;
        let done = std::mem::replace(&mut self.done[at], u64::MAX);
        if done == 0 {
            return self.copy(items, at * WORD, WORD);
        }
        for block in (0..64).filter(|block| done >> block & 1 == 0) {
            self.copy(items, at * WORD + block * BLOCK, BLOCK);
        }
    }

    fn copy(&mut self, items: &[T], from: usize, len: usize) {
        let end = (from + len).min(self.to.len());
        if from < end {
            self.to[from..end].copy_from_slice(&items[from..end]);
        }
    }
}

impl<T> Deref for SnapshotVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> Index<usize> for SnapshotVec<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.items[at]
    }
}

impl<T: Copy + Default> IndexMut<usize> for SnapshotVec<T> {
    #[inline]
    fn index_mut(&mut self, at: usize) -> &mut T {
        if self.under_way.is_some() {
            self.keep(at);
        }
        &mut self.items[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Act {
        Change(usize, u32),
        Grow(usize),
        Begin,
        GoOn(usize),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            8 => (any::<usize>(), any::<u32>()).prop_map(|(at, n)| Act::Change(at, n)),
            1 => (0..500_usize).prop_map(Act::Grow),
            1 => Just(Act::Begin),
            4 => (0..3 * WORD).prop_map(Act::GoOn),
        ]
    }

    proptest! {
        #[test]
        fn a_copy_is_what_was_there_when_it_was_begun(
            len in 0..20_000_usize,
            acts in proptest::collection::vec(act(), 1..200),
        ) {
            let mut own: SnapshotVec<u32> = (0..len as u32).collect::<Vec<_>>().into();
            let mut want: Option<Vec<u32>> = None;
            let mut memory = Vec::new();
            for act in acts {
                match act {
                    Act::Change(at, n) if !own.is_empty() => {
                        let at = at % own.len();
                        own[at] = n;
                        prop_assert_eq!(own[at], n);
                    }
                    Act::Change(..) => {}
                    Act::Grow(by) => own.grow(own.len() + by),
                    Act::Begin => {
                        want = Some(own.to_vec());
                        own.begin(std::mem::take(&mut memory));
                    }
                    Act::GoOn(mut work) => {
                        if let Some(got) = own.go_on(&mut work) {
                            prop_assert_eq!(Some(got.clone()), want.take());
                            memory = got;
                        }
                    }
                }
            }
            let got = own.go_on(&mut { usize::MAX });
            prop_assert_eq!(got, want);
        }
    }

    #[test]
    fn a_copy_takes_as_many_turns_as_its_length_asks_for() {
        let mut own = SnapshotVec::from(vec![7_u8; 10 * WORD]);
        own.begin(Vec::new());
        let mut turns = 1;
        while own.go_on(&mut { WORD }).is_none() {
            turns += 1;
        }
        assert_eq!(turns, 10);
        assert!(own.go_on(&mut { WORD }).is_none(), "it was handed over");
    }
}
