//! A partner's lines of the ledger in a month, page by page, and what all of them add up to.
//!
//! Promises: the pages of one listing and its totals are of the same lines, whatever is written
//! meanwhile: those up to the newest of when it began. What they add up to is found once a listing, and
//! remembered for its other pages; a hub that does not remember adds up the same lines again.

use super::ask::DeskError;
use super::desk::Desk;
use crate::store::{LedgerLine, LedgerPage, LedgerPeriod, Party, Total};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Listings whose totals are remembered: a few hundred bytes each.
const MOST: usize = 256;

/// Where a page goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementPage {
    /// Day and number of the last line before it.
    pub after: (i64, i64),
    /// The newest line of the listing.
    pub newest: i64,
}

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub lines: Vec<LedgerLine>,
    /// Of the whole listing, by currency.
    pub totals: Vec<Total>,
    /// `None`: there is no further page.
    pub next: Option<StatementPage>,
}

/// Whose listing of which time, up to which line.
type Listing = (Party, String, LedgerPeriod, i64);

/// What listings add up to, the newest last.
#[derive(Default)]
pub(super) struct KnownTotals(Mutex<VecDeque<(Listing, Vec<Total>)>>);

impl KnownTotals {
    fn of(&self, listing: &Listing) -> Option<Vec<Total>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().rev().find(|(of, _)| of == listing);
        found.map(|(_, totals)| totals.clone())
    }

    fn note(&self, listing: Listing, totals: Vec<Total>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == MOST {
            known.pop_front();
        }
        known.push_back((listing, totals));
    }
}

impl Desk {
    /// A page of a partner's lines by day and number, of `limit` at most; `page`: `None` is the first.
    pub async fn statement(
        &self,
        of: (Party, &str),
        period: &LedgerPeriod,
        page: Option<StatementPage>,
        limit: u32,
    ) -> Result<Statement, DeskError> {
        let newest = self.store.newest_line().await?;
        let page = page.map_or(
            StatementPage {
                after: (i64::MIN, 0),
                newest,
            },
            // Lines that are not there yet are in no sum that is remembered.
            |page| StatementPage {
                newest: page.newest.min(newest),
                ..page
            },
        );
        // One further tells whether another page would be empty.
        let further = LedgerPage {
            after: page.after,
            newest: page.newest,
            limit: limit.saturating_add(1),
        };
        let mut lines = self.store.ledger(of, period, further).await?;
        let more = lines.len() > limit as usize;
        lines.truncate(limit as usize);
        let last = lines.last().filter(|_| more);
        let next = last.map(|line| StatementPage {
            after: (line.day, line.id),
            newest: page.newest,
        });
        let totals = self.totals(of, period, page.newest).await?;
        Ok(Statement {
            lines,
            totals,
            next,
        })
    }

    async fn totals(
        &self,
        of: (Party, &str),
        period: &LedgerPeriod,
        newest: i64,
    ) -> Result<Vec<Total>, DeskError> {
        let listing = (of.0, of.1.to_owned(), period.clone(), newest);
        if let Some(known) = self.totals.of(&listing) {
            return Ok(known);
        }
        let totals = self.store.totals(of, period, newest).await?;
        self.totals.note(listing, totals.clone());
        Ok(totals)
    }
}
