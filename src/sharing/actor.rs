//! The desk's one task: takes what has gathered, does it in one transaction, and answers once that
//! is on disk.
//!
//! What is known in memory follows each command as it is done, so that the next of the group sees
//! it; when the transaction fails, what it has touched is read again from the store. SQLite shares a wait for
//! the disk among a group; PostgreSQL gets one command at a time, since two hubs whose groups lock
//! the same rows in another order would block each other.

use super::ask::DeskError;
use super::commands::Command;
use super::commands::Reply;
use super::config::{Config, Matching};
use super::eyes::Eyes;
use super::improve::LOOKS_A_TICK;
use super::index::{BookingIndex, Reserved, Unsure};
use super::lost::Lost;
use super::notices::Notices;
use super::openings::Openings;
use super::owners::Owners;
use super::search::View;
use super::witness::Witness;
use crate::domain::{BayStatus, Clock, ClosureBook, Millis, Workdays, ZoneIx};
use crate::limits;
use crate::live::{Live, OpenOffer};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{ChangeMark, Store, StoreError, UseRecord, Work};
use ahash::AHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Commands that share one wait for the disk at most.
const GROUP: usize = 64;

/// An answer that waits for the commit: told `None` then, or why there was none.
type Waiting = Box<dyn FnOnce(Option<DeskError>) + Send>;

/// What the task works with; none of it changes.
pub(super) struct BookingContext {
    pub(super) store: Store,
    pub(super) registry: Arc<Registry>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) witness: Witness,
    pub(super) owners: Arc<Owners>,
    pub(super) notices: Arc<Notices>,
    pub(super) config: Config,
    pub(super) limits: limits::Config,
    pub(super) workdays: Arc<Workdays>,
    pub(super) closures: Arc<dyn ClosureBook>,
}

pub(super) struct BookingActor {
    pub(super) ctx: BookingContext,
    /// What is known of offers and bookings.
    pub(super) index: BookingIndex,
    /// What was put into the index and may not be in the store.
    unsure: Unsure,
    /// Which bays the live view shows as kept.
    pub(super) reserved: Reserved,
    /// Which offers the live view shows.
    pub(super) openings: Openings,
    /// Pools that the live view shows, by number of the offer.
    pub(super) pools: AHashMap<i64, (ZoneIx, OpenOffer)>,
    /// What is seen of booked bays.
    pub(super) eyes: Eyes,
    /// Bays that are not whose they were.
    pub(super) lost: Lost,
    pub(super) last: super::tick::Last,
    /// How far what other hubs have changed has been read, and when it was last looked at.
    pub(super) others: ChangeMark,
    pub(super) read_others: Millis,
    /// By number of the reservation: for what could not be done, when it is tried again.
    pub(super) aside: AHashMap<i64, super::tick::Aside>,
    /// Who waits until all that is due has been done.
    ticking: Vec<Reply<()>>,
    /// What this transaction shows of bays that nobody watches.
    pub(super) to_say: Vec<(Arc<str>, BayStatus)>,
    /// How many bookings may still be looked at to make room before the next tick.
    pub(super) looks_left: u32,
    /// When this task began.
    pub(super) since: Millis,
    /// What partners have made of their holds in this command.
    pub(super) made: BTreeMap<Arc<str>, UseRecord>,
}

impl BookingActor {
    /// `others`: from where on what other hubs change is not in the index.
    pub(super) fn new(ctx: BookingContext, index: BookingIndex, others: ChangeMark) -> Self {
        Self {
            since: ctx.clock.now(),
            made: BTreeMap::new(),
            openings: Openings::new(ctx.config.currency, ctx.workdays.clone()),
            ctx,
            index,
            unsure: Unsure::default(),
            reserved: Reserved::default(),
            pools: AHashMap::new(),
            eyes: Eyes::default(),
            lost: Lost::default(),
            last: super::tick::Last::default(),
            others,
            read_others: Millis::NEVER,
            aside: AHashMap::new(),
            ticking: Vec::new(),
            to_say: Vec::new(),
            looks_left: LOOKS_A_TICK,
        }
    }

    /// Runs until every handle is gone.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut group = Vec::with_capacity(GROUP);
        while commands.recv_many(&mut group, GROUP).await > 0 {
            self.take(&mut group).await;
            let mut first = true;
            while !self.ticking.is_empty() {
                self.tick(std::mem::take(&mut first)).await;
                // Between two slices of what is due, whoever has come meanwhile.
                while group.len() < GROUP
                    && let Ok(next) = commands.try_recv()
                {
                    group.push(next);
                }
                self.take(&mut group).await;
            }
        }
    }

    async fn take(&mut self, group: &mut Vec<Command>) {
        self.index.follow(&self.ctx.registry);
        let now = self.ctx.clock.now();
        if self.index.shut.look(&*self.ctx.closures, now) {
            self.index.closed_else();
        }
        self.lost.look(&mut self.index, &self.ctx.owners, now);
        let ticks = group.extract_if(.., |c| matches!(c, Command::Tick(_)));
        self.ticking.extend(ticks.filter_map(|c| match c {
            Command::Tick(reply) => Some(reply),
            _ => None,
        }));
        if self.ctx.config.matching == Matching::Batch {
            self.let_bid(group);
        }
        let most = if self.ctx.store.shares_waits() {
            GROUP
        } else {
            1
        };
        while !group.is_empty() {
            let part: Vec<Command> = group.drain(..most.min(group.len())).collect();
            self.serve(part).await;
        }
    }

    /// One slice of what is due; who waits for it is answered when there is no more.
    async fn tick(&mut self, first: bool) {
        let done = self.do_what_is_due(first).await;
        let more = *done.as_ref().unwrap_or(&false);
        let failure = self.settle(done.map(drop));
        if !more {
            for reply in std::mem::take(&mut self.ticking) {
                // Who asked may have gone.
                let _ = reply.send(failure.clone().map_or(Ok(()), Err));
            }
        }
    }

    async fn do_what_is_due(&mut self, first: bool) -> Result<bool, StoreError> {
        self.mend().await?;
        if first {
            self.follow_others(self.ctx.clock.now()).await?;
        }
        self.slice(first).await
    }

    async fn serve(&mut self, group: Vec<Command>) {
        let mut waiting = Vec::with_capacity(group.len());
        let mut left = group.into_iter();
        let done = self.in_one(&mut left, &mut waiting).await;
        let failure = self.settle(done);
        for answer in waiting {
            answer(failure.clone());
        }
        for command in left {
            command.refuse(failure.clone().unwrap_or(DeskError::Busy));
        }
    }

    /// After a transaction, before anybody is answered: who is told that a bay is booked sees it
    /// booked. Why nothing of it has happened, if so.
    fn settle(&mut self, done: Result<(), StoreError>) -> Option<DeskError> {
        let put = self.index.take_unsure();
        let failure = done.err().map(|e| {
            tracing::warn!(
                error = %e, "the desk could not store what it did; nothing of it has happened"
            );
            self.unsure.reservations.extend(put.reservations);
            self.unsure.offers.extend(put.offers);
            self.made.clear();
            DeskError::Unavailable(format!("the store cannot do it now: {e}"))
        });
        // Also when nothing was stored, since time goes on.
        self.show();
        let touched = self.index.take_touched();
        let to_say = std::mem::take(&mut self.to_say);
        if failure.is_none() {
            touched
                .iter()
                .for_each(|driver| self.ctx.notices.ring(driver));
            for (bay, status) in to_say {
                self.ctx.witness.say(&bay, status, self.ctx.clock.now());
            }
        }
        failure
    }

    async fn in_one(
        &mut self,
        group: &mut impl Iterator<Item = Command>,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), StoreError> {
        self.mend().await?;
        let mut work = self.ctx.store.work().await?;
        for command in group {
            self.carry_out(&mut work, command, waiting).await?;
        }
        work.commit().await
    }

    async fn carry_out(
        &mut self,
        work: &mut Work,
        command: Command,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), StoreError> {
        match command {
            Command::Ask(ask, won, reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.ask(work, &ask, won).await
                })
                .await
            }
            Command::Season(what, reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.season(work, what).await
                })
                .await
            }
            Command::Step {
                name,
                driver,
                act,
                reply,
            } => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.drive(work, &name, &driver, act).await
                })
                .await
            }
            Command::OwnerCancel(name, offer, reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.cancel_by_owner(work, &name, offer).await
                })
                .await
            }
            Command::AddOffer(offer, reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.add_offer(work, &offer).await
                })
                .await
            }
            Command::PutOffer(offer, reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.put_offer(work, &offer).await
                })
                .await
            }
            Command::Look(reply) => {
                self.fenced(work, reply, waiting, async |own, _| Ok(own.snapshot()))
                    .await
            }
            Command::Carry(steps, reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    own.carry(work, steps).await
                })
                .await
            }
            Command::HandOver(reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    Ok(own.hand_over(work, own.ctx.clock.now()).await?)
                })
                .await
            }
            Command::Others(reply) => {
                self.fenced(work, reply, waiting, async |own, work| {
                    Ok(own.catch_up(work).await.map(drop)?)
                })
                .await
            }
            // Taken out of the group before.
            Command::Tick(reply) => {
                self.ticking.push(reply);
                Ok(())
            }
        }
    }

    /// Does one command, and queues its answer. One that the store fails fails its whole group.
    async fn fenced<T: Send + 'static>(
        &mut self,
        work: &mut Work,
        reply: Reply<T>,
        waiting: &mut Vec<Waiting>,
        act: impl AsyncFnOnce(&mut Self, &mut Work) -> Result<T, Failed>,
    ) -> Result<(), StoreError> {
        let done = act(self, work).await;
        let noted = self.store_use(work).await;
        let outcome = match noted.map_err(Failed::Store).and(done) {
            Ok(done) => Ok(done),
            // An answer like any other, with what was stored on the way.
            Err(Failed::No(why)) => Err(why),
            Err(Failed::Store(e)) => {
                // What others of the group have seen in memory may rest on it: none of it happens.
                waiting.push(Box::new(move |failure| {
                    _ = reply.send(Err(failure.unwrap_or(DeskError::Busy)));
                }));
                return Err(e);
            }
        };
        waiting.push(Box::new(move |failure| {
            // Who asked may have gone.
            let _ = reply.send(failure.map_or(outcome, Err));
        }));
        Ok(())
    }

    /// After a transaction has failed, reads again what it had touched.
    async fn mend(&mut self) -> Result<(), StoreError> {
        let Unsure {
            reservations,
            offers,
        } = &self.unsure;
        if reservations.is_empty() && offers.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = reservations.iter().copied().collect();
        let found = self.ctx.store.reservations(&ids).await?;
        let offer_ids: Vec<i64> = offers.iter().copied().collect();
        let offers = self.ctx.store.offers_of(&offer_ids).await?;
        for id in ids {
            self.index.forget(id);
        }
        for r in found {
            self.index.put(r);
        }
        for id in offer_ids {
            self.index.forget_offer(id);
        }
        for offer in offers {
            self.index.put_offer(offer, &self.ctx.registry);
        }
        // Read from the store, all of it.
        self.index.take_unsure();
        self.unsure = Unsure::default();
        Ok(())
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            index: &self.index,
            live: &self.ctx.live,
            now: self.ctx.clock.now(),
            longest_ms: self.ctx.config.longest_stay_ms(),
            workdays: &self.ctx.workdays,
        }
    }
}

/// Why a command has not been done: the answer is no, or the store failed.
pub(super) enum Failed {
    No(DeskError),
    Store(StoreError),
}

impl From<StoreError> for Failed {
    fn from(e: StoreError) -> Self {
        Self::Store(e)
    }
}

impl From<DeskError> for Failed {
    fn from(e: DeskError) -> Self {
        Self::No(e)
    }
}
