//! Who is told that something has become of a driver's reservations, and what it was: the ledger's
//! lines, in order.
//!
//! Promises: a follower is woken after the commit of whatever this hub does, and finds it in the
//! ledger then; what another hub on the same database has done is found when the desk next reads
//! it. Nothing is queued: the ledger is the queue, and a follower knows which line it has told
//! last. That outlives the connection and the hub.

use super::ask::DeskError;
use super::booking::MOVED;
use super::desk::Desk;
use crate::domain::{Millis, Reservation};
use crate::store::LedgerLine;
use ahash::AHashSet;
use dashmap::DashMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::watch;

/// Followers of one partner at a time.
const MOST: usize = 32;

/// Lines read at a time.
const PAGE: u32 = 100;

/// Where several hubs write, a line may be committed after later ones: so many are looked through
/// again, as long as they are this young.
const OVERLAP: i64 = 64;
const YOUNG_MS: u64 = 15_000;

/// One bell a driver that somebody follows.
#[derive(Default)]
pub(super) struct Notices(DashMap<Arc<str>, watch::Sender<()>, ahash::RandomState>);

impl Notices {
    pub(super) fn ring(&self, driver: &str) {
        if let Some(bell) = self.0.get(driver) {
            bell.send_replace(());
        }
    }

    fn listen(&self, driver: &Arc<str>) -> Option<watch::Receiver<()>> {
        let bell = self
            .0
            .entry(driver.clone())
            .or_insert_with(|| watch::channel(()).0);
        (bell.receiver_count() < MOST).then(|| bell.subscribe())
    }
}

/// One follower of a driver's reservations. Dropping it ends that.
pub struct Following {
    desk: Arc<Desk>,
    driver: Arc<str>,
    /// `None` only while it is dropped.
    bell: Option<watch::Receiver<()>>,
    /// The line that was told last.
    after: i64,
    /// Lines that were told and may be read again.
    told: BTreeSet<i64>,
}

impl Following {
    /// Follows from the line of that number on, exclusive. At most 32 at a time for one driver.
    ///
    /// # Errors
    /// [`DeskError::Busy`] beyond that.
    pub fn new(desk: Arc<Desk>, driver: Arc<str>, after: i64) -> Result<Self, DeskError> {
        let bell = desk.notices.listen(&driver).ok_or(DeskError::Busy)?;
        Ok(Self {
            desk,
            driver,
            bell: Some(bell),
            after,
            told: BTreeSet::new(),
        })
    }

    /// The number of the line that was told last.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.after
    }

    /// Waits until something may have happened since the last [`Following::news`]. Safe to cancel.
    pub async fn wait(&mut self) {
        let Some(bell) = &mut self.bell else { return };
        // The other end is in the desk, which this holds.
        let _ = bell.changed().await;
    }

    /// The next lines, oldest first; none when all are told. Of a move that is two lines, one that is
    /// given back and one that is owed, the latter.
    pub async fn news(&mut self) -> Result<Vec<LedgerLine>, DeskError> {
        if let Some(bell) = &mut self.bell {
            // Before the look: what happens after it rings again.
            bell.borrow_and_update();
        }
        let store = &self.desk.store;
        let now = self.desk.now();
        let overlap = if store.shares_waits() { 0 } else { OVERLAP };
        let from = self.after - overlap;
        let page = PAGE + overlap as u32;
        let mut news = store.happened(&self.driver, from, page).await?;
        if news.len() == page as usize && news.last().is_some_and(|e| e.event == MOVED) {
            // The other line of this move may be the next.
            news.pop();
        }
        news.retain(|e| {
            e.id > self.after || (now.since(e.at) <= YOUNG_MS && !self.told.contains(&e.id))
        });
        self.after = news.iter().map(|e| e.id).fold(self.after, i64::max);
        if overlap > 0 {
            self.told.extend(news.iter().map(|e| e.id));
            self.told = self.told.split_off(&(self.after - overlap));
        }
        once_a_move(&mut news);
        Ok(news)
    }

    /// Up to a hundred of the driver's reservations that keep a bay, from that number on,
    /// exclusive.
    pub async fn standing(&self, after: i64) -> Result<Vec<Reservation>, DeskError> {
        Ok(self.desk.store.kept_by(&self.driver, after, PAGE).await?)
    }

    /// One of the driver's reservations as it is now.
    pub async fn reservation(&self, name: &str) -> Result<Reservation, DeskError> {
        self.desk.reservation(name, &self.driver).await
    }

    #[must_use]
    pub fn now(&self) -> Millis {
        self.desk.now()
    }
}

/// Leaves out the first of two lines that are one move.
fn once_a_move(news: &mut Vec<LedgerLine>) {
    let mut owed: AHashSet<(String, Millis)> = AHashSet::new();
    let mut keep: Vec<bool> = news
        .iter()
        .rev()
        .map(|e| e.event != MOVED || owed.insert((e.reservation.clone(), e.at)))
        .collect();
    keep.reverse();
    let mut keep = keep.into_iter();
    news.retain(|_| keep.next().unwrap_or(true));
}

impl Drop for Following {
    fn drop(&mut self) {
        // The last one takes the bell with it, or partners that are gone would leave theirs behind.
        self.desk.notices.0.remove_if_mut(&self.driver, |_, bell| {
            self.bell = None;
            bell.receiver_count() == 0
        });
    }
}
