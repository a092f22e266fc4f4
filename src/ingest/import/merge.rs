//! Runs merged: all their claims in order of time, equal ones one after the other.
//!
//! Memory: a block a run. Dear: a heap of as many as there are runs, some 100 ns a claim of a hundred.

use super::claim::PastClaim;
use super::run::RunReader;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;

/// See the module.
pub struct Merge {
    runs: Vec<RunReader>,
    heads: BinaryHeap<Reverse<(PastClaim, usize)>>,
}

impl Merge {
    /// Of these runs, which are told apart by their place.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn new(mut runs: Vec<RunReader>) -> io::Result<Self> {
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (place, run) in runs.iter_mut().enumerate() {
            if let Some(first) = run.take()? {
                heads.push(Reverse((first, place)));
            }
        }
        Ok(Self { runs, heads })
    }

    /// The next claim, and the place of its run. Of equal ones that of the first run comes first.
    ///
    /// # Errors
    /// When a run cannot be read or is damaged.
    pub fn take(&mut self) -> io::Result<Option<(PastClaim, usize)>> {
        let Some(mut head) = self.heads.peek_mut() else {
            return Ok(None);
        };
        let Reverse((claim, place)) = *head;
        match self.runs[place].take()? {
            Some(next) => head.0.0 = next,
            None => drop(PeekMut::pop(head)),
        }
        Ok(Some((claim, place)))
    }
}
