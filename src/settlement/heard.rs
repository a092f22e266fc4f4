//! In which minutes of event time each sensor and gate was heard: one bit a minute for two days,
//! one table for all workers.
//!
//! What came in time is noted at once, so that by the time a minute is settled its bit has its final
//! value but for what comes late: see [`super::late_minutes`]. Ring of words: 48 minutes in the low bits, and above them which 48 minutes
//! those are, so that an old word is told from a new one and replaced whole. Memory: 512 bytes a
//! source, in pages of sixteen, from the first time one of them is heard.

use crate::domain::SourceIx;
use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Length of a minute, ms.
pub const MINUTE_MS: u64 = 60_000;
const WORDS: usize = 64;
const BITS: u32 = 48;
const MASK: u64 = (1 << BITS) - 1;
const PER_PAGE: usize = 16;

/// How far back the newest minute lets one look, in minutes: some 50 hours.
pub const REACH: u32 = (WORDS as u32 - 1) * BITS;

type HeardPage = Box<[AtomicU64]>;

/// See the module.
pub struct Heard {
    pages: Box<[OnceLock<HeardPage>]>,
    /// By source: one more than a minute in which it was heard, the one noted last; 0 for none.
    /// Most reports are of a minute that is noted already, and these lie closer together than the
    /// words.
    last: Box<[AtomicU32]>,
}

impl Heard {
    /// Room for `n` sources.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let pages: Box<[_]> = (0..n.div_ceil(PER_PAGE)).map(|_| OnceLock::new()).collect();
        let last = bytemuck::zeroed_slice_box(pages.len() * PER_PAGE);
        Self { pages, last }
    }

    /// The source was heard in that minute since 1970.
    #[inline]
    pub fn hear(&self, source: SourceIx, minute: u32) {
        let Some(last) = self.last.get(source.at()) else {
            return;
        };
        if last.load(Relaxed) != minute + 1 {
            self.hear_first(source, minute);
            last.store(minute + 1, Relaxed);
        }
    }

    /// Whether it is known to have been heard in that minute.
    pub(in crate::settlement) fn was_in(&self, source: SourceIx, minute: u32) -> bool {
        self.last_in(source, minute..=minute).is_some()
    }

    /// The same, for a minute that may be no newer than the one noted last.
    #[inline(never)]
    pub(in crate::settlement) fn hear_first(&self, source: SourceIx, minute: u32) {
        let Some(page) = self.pages.get(source.at() / PER_PAGE) else {
            return;
        };
        let page = page.get_or_init(|| bytemuck::zeroed_slice_box(PER_PAGE * WORDS));
        let tag = minute / BITS;
        let bit = 1 << (minute % BITS);
        let word = &page[place(source, tag)];
        let now = word.load(Relaxed);
        if now >> BITS != u64::from(tag) & 0xffff || now & bit == 0 {
            note(word, tag, bit);
        }
    }

    /// The last minute of the range in which it was heard.
    #[inline]
    #[must_use]
    pub fn last_in(&self, source: SourceIx, range: RangeInclusive<u32>) -> Option<u32> {
        let page = self.pages.get(source.at() / PER_PAGE)?.get()?;
        let (from, mut to) = range.into_inner();
        while to >= from {
            let tag = to / BITS;
            let bits = page[place(source, tag)].load(Relaxed);
            let mask = (1u64 << (to % BITS + 1)) - 1;
            if bits >> BITS == u64::from(tag) & 0xffff && bits & mask != 0 {
                let minute = tag * BITS + (bits & mask).ilog2();
                return (minute >= from).then_some(minute);
            }
            to = (tag * BITS).checked_sub(1)?;
        }
        None
    }

    /// For a checkpoint: the words of every page there is, and the first source of each.
    pub fn pages(&self) -> impl Iterator<Item = (u32, Vec<u64>)> {
        let there = self
            .pages
            .iter()
            .enumerate()
            .filter_map(|(at, page)| Some((at * PER_PAGE, page.get()?)));
        there.map(|(first, page)| (first as u32, page.iter().map(|w| w.load(Relaxed)).collect()))
    }

    /// Takes up a page of [`Heard::pages`].
    pub fn restore(&self, first: u32, words: &[u64]) {
        let Some(page) = self.pages.get(first as usize / PER_PAGE) else {
            return;
        };
        let page = page.get_or_init(|| bytemuck::zeroed_slice_box(PER_PAGE * WORDS));
        for (now, then) in page.iter().zip(words) {
            now.store(*then, Relaxed);
        }
    }

    /// Words in a page.
    pub const PAGE_WORDS: usize = PER_PAGE * WORDS;
}

#[inline]
fn place(source: SourceIx, tag: u32) -> usize {
    source.at() % PER_PAGE * WORDS + tag as usize % WORDS
}

/// Sets a bit of the word of that tag, unless the word is of newer minutes already.
#[cold]
fn note(word: &AtomicU64, tag: u32, bit: u64) {
    let tag = u64::from(tag) & 0xffff;
    // It only fails to change a word that is newer; the closure is called again when another worker
    // was faster.
    let _ = word.fetch_update(Relaxed, Relaxed, |now| match now >> BITS {
        same if same == tag => Some(now | bit),
        // A distance of more than half the ring of tags (three years) is one backwards.
        other if now & MASK == 0 || tag.wrapping_sub(other) & 0xffff < 0x8000 => {
            Some(tag << BITS | bit)
        }
        _ => None,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set_of_minutes_as_far_back_as_it_reaches(
            minutes in prop::collection::vec(0..REACH, 1..60),
            asked in prop::collection::vec((0..REACH, 0..REACH), 1..40),
        ) {
            let heard = Heard::new(20);
            let base = 29_923_380;
            let s = SourceIx(17);
            let set: BTreeSet<u32> = minutes.iter().map(|m| base + m).collect();
            set.iter().rev().for_each(|m| heard.hear(s, *m));
            for (from, len) in asked {
                let asked = base + from..=base + (from + len).min(REACH - 1);
                let want = set.range(asked.clone()).next_back().copied();
                prop_assert_eq!(heard.last_in(s, asked.clone()), want);
                prop_assert_eq!(heard.last_in(SourceIx(16), asked), None);
            }
        }
    }

    #[test]
    fn what_is_older_than_the_ring_gives_way_and_does_not_come_back() {
        let heard = Heard::new(1);
        let s = SourceIx(0);
        let old = 29_923_380;
        let new = 29_923_380 + WORDS as u32 * BITS;
        heard.hear(s, old);
        heard.hear(s, new);
        heard.hear(s, old);
        assert_eq!(heard.last_in(s, old..=old + 47), None);
        assert_eq!(heard.last_in(s, old..=new), Some(new));
        let other = Heard::new(1);
        heard
            .pages()
            .for_each(|(first, words)| other.restore(first, &words));
        assert_eq!(other.last_in(s, old..=new), Some(new));
    }
}
