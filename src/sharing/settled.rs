//! A partner's ledger of some time: page by page, and what all of it adds up to.
//!
//! Promises: what it adds up to is worked out for the first page, and is the same on all pages of one
//! walk; a page costs its own lines, whatever comes before it. Dear: the sum, which looks at an index
//! of all lines of that time.

use super::ask::DeskError;
use super::desk::Desk;
use crate::domain::{Millis, Span};
use crate::store::{LedgerLine, Party, Total};
use ahash::AHashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a sum stands for the pages that follow.
const STANDS_MS: u64 = 10 * 60_000;

/// Sums that are remembered; beyond that those of other walks are worked out again.
const MOST: usize = 1_000;

/// Whose, on which side of the ledger, and when.
type Walk = (Arc<str>, Party, Span);

/// What was worked out for the first page of each walk, and when.
#[derive(Default)]
pub(super) struct Totals(Mutex<AHashMap<Walk, (Millis, Vec<Total>)>>);

impl Totals {
    fn of(&self, walk: &Walk, now: Millis) -> Option<Vec<Total>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, totals) = known.get(walk)?;
        (now >= *at && now.since(*at) < STANDS_MS).then(|| totals.clone())
    }

    fn note(&self, walk: Walk, now: Millis, totals: Vec<Total>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(walk, (now, totals));
    }
}

impl Desk {
    /// A page of a partner's ledger by time, and what all of it adds up to. `after`: time and number of
    /// the line before; `None`: the first page.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] as the store has it.
    pub async fn settlement(
        &self,
        of: (Party, &str),
        span: Span,
        after: Option<(Millis, i64)>,
        limit: u32,
    ) -> Result<(Vec<LedgerLine>, Vec<Total>), DeskError> {
        let walk: Walk = (of.1.into(), of.0, span);
        let now = self.clock.now();
        let known = after.and_then(|_| self.totals.of(&walk, now));
        let totals = if let Some(totals) = known {
            totals
        } else {
            let totals = self.store.totals(of, span).await?;
            self.totals.note(walk, now, totals.clone());
            totals
        };
        let after = after.unwrap_or((Millis(0), i64::MIN));
        Ok((self.store.ledger(of, span, after, limit).await?, totals))
    }
}
