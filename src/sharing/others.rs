//! What other hubs on the same database have done: the rows that have changed, taken into the index.
//!
//! Promises: a notice of theirs is followed by a look at once, and a look comes every few seconds
//! whether or not there was one; before a driver is told that all bays are taken, what others have
//! changed is looked at too. Dear: what was changed since the last look, not the book. A row is taken in
//! only if it is newer than what is known.

use super::actor::BookingActor;
use super::commands::Command;
use crate::domain::Millis;
use crate::store::{ChangedOffer, ChangedReservation, Changes, StoreError, StoreNotices, Work};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How often what other hubs have done is read even if they have said nothing.
const LOOK_MS: u64 = 5_000;

/// How long after a notice it is looked, so that those of a moment are one look.
const GATHER: Duration = Duration::from_millis(20);

impl BookingActor {
    /// Looks, if it is time to.
    pub(super) async fn follow_others(&mut self, now: Millis) -> Result<(), StoreError> {
        let last = self.read_others;
        if self.ctx.store.shares_waits() || (now >= last && now.since(last) < LOOK_MS) {
            return Ok(());
        }
        self.read_others = now;
        self.catch_up_now().await.map(drop)
    }

    /// As [`BookingActor::catch_up`], in a transaction of its own.
    pub(super) async fn catch_up_now(&mut self) -> Result<bool, StoreError> {
        if self.ctx.store.shares_waits() {
            return Ok(false);
        }
        let mut work = self.ctx.store.work().await?;
        let changed = self.catch_up(&mut work).await?;
        work.commit().await?;
        Ok(changed)
    }

    /// Takes in what others have changed; whether there was anything.
    pub(super) async fn catch_up(&mut self, work: &mut Work) -> Result<bool, StoreError> {
        let (changes, mark) = work.changes(self.others).await?;
        let Changes {
            reservations,
            offers,
            owners,
        } = changes;
        let is_news = |r: &&ChangedReservation| match self.index.version(r.id) {
            Some(known) => known < r.version,
            None => r.keeps,
        };
        let rows: Vec<i64> = reservations.iter().filter(is_news).map(|r| r.id).collect();
        let is_news = |o: &&ChangedOffer| match self.index.offer(o.id) {
            Some(known) => known.offer.version < o.version,
            None => o.stands,
        };
        let offers: Vec<i64> = offers.iter().filter(is_news).map(|o| o.id).collect();
        let is_any = !rows.is_empty() || !offers.is_empty();
        for r in work.reservations(&rows).await? {
            self.index.put(r);
        }
        for offer in work.offers_of(&offers).await? {
            self.index.put_offer(offer, &self.ctx.registry);
        }
        // Whoever follows looks for himself what it was.
        for r in &reservations {
            self.ctx.notices.ring(&r.driver);
        }
        if owners {
            self.ctx.owners.read(&self.ctx.store).await?;
        }
        self.others = mark;
        Ok(is_any)
    }
}

/// Tells the desk's task of notices, for as long as there is a desk.
pub(super) async fn listen(mut notices: StoreNotices, desk: mpsc::WeakSender<Command>) {
    loop {
        notices.heard().await;
        tokio::time::sleep(GATHER).await;
        notices.forget();
        let Some(desk) = desk.upgrade() else { return };
        let (reply, done) = oneshot::channel();
        // Where too much waits it is found at the next look.
        if desk.try_send(Command::Others(reply)).is_ok() {
            drop(desk);
            // One at a time.
            let _ = done.await;
        }
    }
}
