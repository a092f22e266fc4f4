//! Words of those who pass by, while somebody of a higher rank has spoken of the bay. Pure.
//!
//! Promises: at most one word for each bay and rank, the newest; none once it has lapsed (an older
//! one would have lapsed as well, so nothing old can come back); never more than `most`, and what
//! finds no room is counted. Dear: 24 bytes and a hash a word, for bays that are watched *and* passed
//! by; none for others.

use super::word::{Beside, Rank, Word};
use crate::domain::{BayIx, BayKind, Millis, Observation};
use ahash::AHashMap;

/// See the module.
pub struct Passing {
    words: AHashMap<u64, Word>,
    most: usize,
}

const fn key(bay: BayIx, rank: Rank) -> u64 {
    (bay.0 as u64) << 2 | rank as u64
}

const fn bay_of(key: u64) -> BayIx {
    BayIx((key >> 2) as u32)
}

/// What became of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Yes,
    /// A newer one of its rank was there, or this very one.
    Superseded,
    /// There is no room for more.
    Full,
}

impl Passing {
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            words: AHashMap::new(),
            most,
        }
    }

    /// Takes what `o` says, in that rank, as of `at`, of a bay of that kind. One that would have lapsed already is not for here.
    pub fn take(&mut self, (rank, kind): (Rank, BayKind), o: &Observation, at: u64) -> Kept {
        let room = self.words.len() < self.most;
        let key = key(o.bay, rank);
        match self.words.get_mut(&key) {
            Some(word) => match word.beside(o, at) {
                Beside::Older => return Kept::Superseded,
                beside => word.take(o, at, beside),
            },
            None if room => {
                let mut word = Word::none(kind);
                word.take(o, at, Beside::Newer);
                self.words.insert(key, word);
            }
            None => return Kept::Full,
        }
        Kept::Yes
    }

    /// Puts a word aside that was there before somebody of a higher rank spoke, or that was saved.
    pub fn put(&mut self, bay: BayIx, word: Word) -> bool {
        let room = self.words.len() < self.most;
        if room {
            self.words.insert(key(bay, word.rank()), word);
        }
        room
    }

    #[must_use]
    pub fn get(&self, bay: BayIx, rank: Rank) -> Option<&Word> {
        self.words.get(&key(bay, rank))
    }

    /// The word of the highest rank that says a state.
    #[must_use]
    pub fn best(&self, bay: BayIx) -> Option<Word> {
        Rank::PASSING
            .iter()
            .filter_map(|rank| self.words.get(&key(bay, *rank)))
            .find(|word| word.knows())
            .copied()
    }

    /// Whether any word of that bay is here.
    #[must_use]
    pub fn any(&self, bay: BayIx) -> bool {
        let mut ranks = Rank::PASSING.iter();
        ranks.any(|rank| self.words.contains_key(&key(bay, *rank)))
    }

    /// Those for which `lapsed` holds, in order of bay and rank.
    #[must_use]
    pub fn lapsed(&self, lapsed: impl Fn(BayIx, &Word) -> bool) -> Vec<(BayIx, Rank)> {
        let mut gone: Vec<_> = self
            .words
            .iter()
            .filter(|(key, word)| lapsed(bay_of(**key), word))
            .map(|(key, word)| (bay_of(*key), word.rank()))
            .collect();
        gone.sort_unstable();
        gone
    }

    pub fn remove(&mut self, bay: BayIx, rank: Rank) {
        self.words.remove(&key(bay, rank));
    }

    /// Nothing was said after `now`.
    pub fn put_back(&mut self, now: Millis) {
        for word in self.words.values_mut() {
            word.put_back(now);
        }
    }

    /// Forgets all of a bay.
    pub fn forget(&mut self, bay: BayIx) {
        for rank in Rank::PASSING {
            self.words.remove(&key(bay, rank));
        }
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (BayIx, Word)> {
        self.words.iter().map(|(key, word)| (bay_of(*key), *word))
    }
}
