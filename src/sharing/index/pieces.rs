//! Tables that are copied by the piece: a copy of one shares all its pieces, and whoever changes it
//! then makes a new one of that piece only.
//!
//! For a plan that is made away from the desk's task, which goes on meanwhile. Dear: the first change
//! of a piece after a copy was made costs a copy of the piece, some tens of rows.

use ahash::{AHashMap, RandomState};
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

/// Rows of a piece.
const ROWS: usize = 32;

/// Pieces of a table by key.
const PIECES: usize = 512;

/// Rows by their number, from 0 on. None is ever taken out.
#[derive(Clone)]
pub(super) struct Rows<T>(Vec<Arc<Vec<T>>>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Rows<T> {
    pub(super) fn len(&self) -> usize {
        let full = self.0.len().saturating_sub(1) * ROWS;
        full + self.0.last().map_or(0, |last| last.len())
    }

    /// Its number.
    pub(super) fn push(&mut self, row: T) -> usize {
        let number = self.len();
        match self.0.last_mut() {
            Some(last) if last.len() < ROWS => Arc::make_mut(last).push(row),
            _ => {
                let mut piece = Vec::with_capacity(ROWS);
                piece.push(row);
                self.0.push(Arc::new(piece));
            }
        }
        number
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.0.get(number / ROWS)?.get(number % ROWS)
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        Arc::make_mut(self.0.get_mut(number / ROWS)?).get_mut(number % ROWS)
    }
}

/// Values by key.
#[derive(Clone)]
pub(in crate::sharing) struct Keyed<K, V> {
    pieces: Vec<Arc<AHashMap<K, V>>>,
    /// Tells which piece: another one than the pieces' own, or each would be filled unevenly.
    by: RandomState,
    len: usize,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self {
            pieces: vec![Arc::default(); PIECES],
            by: RandomState::new(),
            len: 0,
        }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Keyed<K, V> {
    pub(in crate::sharing) const fn len(&self) -> usize {
        self.len
    }

    fn at<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        (self.by.hash_one(key) as usize) % PIECES
    }

    pub(in crate::sharing) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.pieces[self.at(key)].get(key)
    }

    /// What it was before.
    pub(in crate::sharing) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let at = self.at(&key);
        let old = Arc::make_mut(&mut self.pieces[at]).insert(key, value);
        self.len += usize::from(old.is_none());
        old
    }

    pub(in crate::sharing) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let at = self.at(key);
        if !self.pieces[at].contains_key(key) {
            return None;
        }
        let old = Arc::make_mut(&mut self.pieces[at]).remove(key);
        self.len -= usize::from(old.is_some());
        old
    }

    pub(in crate::sharing) fn keys(&self) -> impl Iterator<Item = &K> {
        self.pieces.iter().flat_map(|piece| piece.keys())
    }
}

impl<K: Hash + Eq + Clone, V: Clone + Default> Keyed<K, V> {
    /// The value of a key, made if there is none, for changing.
    pub(in crate::sharing) fn entry(&mut self, key: K) -> &mut V {
        let at = self.at(&key);
        let piece = Arc::make_mut(&mut self.pieces[at]);
        if !piece.contains_key(&key) {
            self.len += 1;
        }
        piece.entry(key).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_stays_as_it_was_whatever_becomes_of_the_other() {
        let mut rows = Rows::default();
        let mut keyed = Keyed::default();
        for n in 0..1_000_usize {
            assert_eq!(rows.push(n), n);
            assert_eq!(keyed.insert(n, n), None);
        }
        let old_rows = rows.clone();
        let old_keyed = keyed.clone();
        *rows.get_mut(700).unwrap() = 7;
        keyed.remove(&700);
        *keyed.entry(2_000) = 1;
        assert_eq!((rows.get(700), rows.len()), (Some(&7), 1_000));
        assert_eq!((old_rows.get(700), old_rows.get(1_000)), (Some(&700), None));
        assert_eq!((keyed.get(&700), keyed.len()), (None, 1_000));
        assert_eq!(
            (old_keyed.get(&700), old_keyed.get(&2_000)),
            (Some(&700), None)
        );
        assert_eq!(old_keyed.keys().count(), 1_000);
    }
}
