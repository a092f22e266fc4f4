//! The desk's one task: takes what has gathered, does it in one transaction, and answers once that
//! is on disk.
//!
//! What is known in memory follows each command as it is done, so that the next of the group sees
//! it; when the transaction fails, all of it is read again from the store. SQLite shares a wait for
//! the disk among a group; PostgreSQL gets one command at a time, since two hubs whose groups lock
//! the same rows in another order would block each other.

use super::ask::DeskError;
use super::commands::Command;
use super::commands::Reply;
use super::config::{Config, Matching};
use super::eyes::Eyes;
use super::improve::LOOKS_A_TICK;
use super::index::BookingIndex;
use super::lost::Lost;
use super::notices::Notices;
use super::openings::Openings;
use super::owners::Owners;
use super::search::View;
use super::witness::Witness;
use crate::domain::{BayIx, BayStatus, Clock, Millis};
use crate::limits;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{Store, StoreError, UseRecord, Work};
use ahash::AHashSet;
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
}

pub(super) struct BookingActor {
    pub(super) ctx: BookingContext,
    /// What is known of offers and bookings.
    pub(super) index: BookingIndex,
    /// What is in the index is not as it is in the store: read it again before anything else.
    pub(super) dirty: bool,
    /// Bays whose bit is set in the live view.
    pub(super) reserved: AHashSet<BayIx>,
    /// Which offers the live view shows.
    openings: Openings,
    /// What is seen of booked bays.
    pub(super) eyes: Eyes,
    /// Bays that are not whose they were.
    pub(super) lost: Lost,
    pub(super) last: super::deadlines::Last,
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
    pub(super) fn new(ctx: BookingContext, index: BookingIndex) -> Self {
        Self {
            since: ctx.clock.now(),
            made: BTreeMap::new(),
            openings: Openings::new(ctx.config.currency),
            ctx,
            index,
            dirty: false,
            reserved: AHashSet::new(),
            eyes: Eyes::default(),
            lost: Lost::default(),
            last: super::deadlines::Last::default(),
            to_say: Vec::new(),
            looks_left: LOOKS_A_TICK,
        }
    }

    /// Runs until every handle is gone.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut group = Vec::with_capacity(GROUP);
        while commands.recv_many(&mut group, GROUP).await > 0 {
            self.index.follow(&self.ctx.registry);
            let now = self.ctx.clock.now();
            self.lost.look(&mut self.index, &self.ctx.owners, now);
            if self.ctx.config.matching == Matching::Batch {
                self.let_bid(&mut group);
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
    }

    async fn serve(&mut self, group: Vec<Command>) {
        let mut waiting = Vec::with_capacity(group.len());
        let mut left = group.into_iter();
        let done = self.in_one(&mut left, &mut waiting).await;
        let failure = done.err().map(|e| {
            tracing::warn!(
                error = %e, "the desk could not store what it did; nothing of it has happened"
            );
            self.dirty = true;
            self.made.clear();
            DeskError::Unavailable(format!("the store cannot do it now: {e}"))
        });
        // Before the answers: who is told that a bay is booked sees it booked. Also when nothing
        // was stored, since time goes on.
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
        for answer in waiting {
            answer(failure.clone());
        }
        for command in left {
            command.refuse(failure.clone().unwrap_or(DeskError::Busy));
        }
    }

    async fn in_one(
        &mut self,
        group: &mut impl Iterator<Item = Command>,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), StoreError> {
        if self.dirty {
            self.reload().await?;
        }
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
                    own.hand_over(work, own.ctx.clock.now()).await
                })
                .await
            }
            Command::Tick(reply) => {
                self.fenced(work, reply, waiting, async |own, work| own.tick(work).await)
                    .await
            }
        }
    }

    /// Does one command so that one which fails leaves nothing behind, and queues its answer.
    async fn fenced<T: Send + 'static>(
        &mut self,
        work: &mut Work,
        reply: Reply<T>,
        waiting: &mut Vec<Waiting>,
        act: impl AsyncFnOnce(&mut Self, &mut Work) -> Result<T, Failed>,
    ) -> Result<(), StoreError> {
        work.mark().await?;
        let done = act(self, work).await;
        let noted = self.store_use(work).await;
        let outcome = match noted.map_err(Failed::Store).and(done) {
            Ok(done) => {
                work.keep().await?;
                Ok(done)
            }
            // An answer like any other, with what was stored on the way.
            Err(Failed::No(why)) => {
                work.keep().await?;
                Err(why)
            }
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

    async fn reload(&mut self) -> Result<(), StoreError> {
        let offers = self.ctx.store.standing_offers().await?;
        let kept = self.ctx.store.kept().await?;
        let old = std::mem::replace(
            &mut self.index,
            BookingIndex::new(offers, kept, &self.ctx.registry),
        );
        self.index.learn_from(old);
        // What another hub has done since, and whom for, is not known: whoever follows looks for
        // himself.
        self.ctx.notices.ring_all();
        self.ctx.owners.read(&self.ctx.store).await?;
        self.dirty = false;
        Ok(())
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            index: &self.index,
            live: &self.ctx.live,
            now: self.ctx.clock.now(),
            longest_ms: self.ctx.config.longest_stay_ms(),
        }
    }

    /// Keeps the live view in step: a bay that is booked for now, or soon, is not shown as vacant
    /// to others, and a private bay only while its offer is open.
    pub(super) fn show(&mut self) {
        let opened = self.openings.news(&mut self.index, self.ctx.clock.now());
        let due = self.index.due(
            self.ctx.clock.now(),
            super::deadlines::LEAD_MS,
            &self.ctx.registry,
        );
        // After the indices: the other way round the city could be older than one of them.
        let city = self.ctx.registry.city();
        // Booked before offers open, open before bookings end: no bay is shown for a moment that
        // somebody has.
        due.difference(&self.reserved)
            .for_each(|bay| self.ctx.live.reserve(&city, *bay, true));
        for (bay, offer) in opened {
            self.ctx.live.open_offer(&city, bay, offer);
        }
        self.reserved
            .difference(&due)
            .for_each(|bay| self.ctx.live.reserve(&city, *bay, false));
        self.reserved = due;
        self.ctx
            .metrics
            .share
            .offers
            .set(self.index.offers() as i64);
        self.ctx.metrics.share.kept.set(self.index.booked() as i64);
        self.ctx.metrics.share.holds.set(self.index.holds() as i64);
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
