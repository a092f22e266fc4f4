//! The desk's door: commands go to its one task, questions straight to the store.

use super::actor::{BookingActor, BookingContext};
use super::ask::{Ask, DeskError, digest};
use super::booking::{DriverAct, calendar_token};
use super::commands::{Command, Reply};
use super::config::Config;
use super::drivers::Drivers;
use super::index::BookingIndex;
use super::notices::Notices;
use super::others;
use super::owners::Owners;
use super::reseat;
use super::statement::KnownTotals;
use super::witness::Witness;
use crate::domain::{
    Clock, ClosureBook, Millis, Offer, OfferState, Reservation, SelfNamed, Span, Workdays,
};
use crate::limits;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{DriverRef, Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

/// Bookings of one offer that are looked at for one answer; a bay has no more in a year.
const MOST_LOOKED_AT: u32 = 10_000;

/// What a desk works with.
pub struct DeskParts {
    pub store: Store,
    pub registry: Arc<Registry>,
    pub live: Arc<Live>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub witness: Witness,
    pub config: Config,
    pub limits: limits::Config,
    /// By which hours of workdays and days off are reckoned.
    pub workdays: Arc<Workdays>,
    /// Partners to whom an operator's name gives nothing.
    pub self_named: SelfNamed,
    /// What the authority has closed.
    pub closures: Arc<dyn ClosureBook>,
}

/// A handle; clones share one task. When the last is gone the task ends.
pub struct Desk {
    commands: mpsc::Sender<Command>,
    pub(super) store: Store,
    pub(super) owners: Arc<Owners>,
    registry: Arc<Registry>,
    live: Arc<Live>,
    pub(super) notices: Arc<Notices>,
    pub(super) clock: Arc<dyn Clock>,
    config: Config,
    witness: Witness,
    drivers: Drivers,
    pub(super) totals: KnownTotals,
    pub(super) workdays: Arc<Workdays>,
}

impl Desk {
    /// Reads offers and bookings from the store. The task that is returned beside the handle must
    /// be run.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(
        parts: DeskParts,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static), StoreError> {
        let DeskParts {
            store,
            registry,
            live,
            clock,
            metrics,
            witness,
            config,
            limits,
            workdays,
            self_named,
            closures,
        } = parts;
        let drivers = Drivers::new(&store.driver_secret(&rand::random()).await?);
        let owners = Arc::new(Owners::open(&store, registry.clone(), self_named).await?);
        let notices = Arc::<Notices>::default();
        // Before anything is read: what is changed meanwhile is read again.
        let mut work = store.work().await?;
        let others = work.change_mark().await?;
        work.commit().await?;
        let mut index = BookingIndex::new(store.standing_offers().await?, &registry);
        store.kept_each(|r| index.put(r)).await?;
        index.settle();
        let (commands, told) = mpsc::channel(config.queue);
        let desk = Self {
            commands,
            store: store.clone(),
            owners: owners.clone(),
            registry: registry.clone(),
            live: live.clone(),
            notices: notices.clone(),
            clock: clock.clone(),
            config: config.clone(),
            witness: witness.clone(),
            drivers,
            totals: KnownTotals::default(),
            workdays: workdays.clone(),
        };
        let listen = store
            .notices()
            .map(|n| others::listen(n, desk.commands.downgrade()));
        let ctx = BookingContext {
            store,
            registry,
            live,
            clock,
            metrics,
            witness,
            owners,
            notices,
            config,
            limits,
            workdays,
            closures,
        };
        let mut actor = BookingActor::new(ctx, index, others);
        actor.show();
        // It is large, and moved about until it runs.
        let task = Box::pin(async move {
            match listen {
                Some(listen) => tokio::select! { () = actor.run(told) => {}, () = listen => {} },
                None => actor.run(told).await,
            }
        });
        Ok((desk, task))
    }

    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What a driver of a partner's goes by here.
    #[must_use]
    pub fn driver_ref(&self, partner: &str, driver: &str) -> DriverRef {
        self.drivers.name(partner, driver)
    }

    /// A bay for a driver, held until it is confirmed or the hold expires.
    ///
    /// # Errors
    /// [`DeskError::NoMatch`] and the others.
    pub async fn ask(&self, ask: Ask) -> Result<Reservation, DeskError> {
        self.tell(|reply| Command::Ask(ask, None, reply)).await
    }

    /// What a driver's app says of one of its reservations. An arrival or departure that no sensor
    /// sees is on disk as a report too when this returns; if it fails after the reservation has
    /// changed, saying it again mends that.
    pub async fn step(
        &self,
        name: String,
        driver: Arc<str>,
        act: DriverAct,
    ) -> Result<Reservation, DeskError> {
        let done = self
            .tell(|reply| Command::Step {
                name,
                driver,
                act,
                reply,
            })
            .await?;
        self.witness.tell(&done, act, self.clock.now()).await?;
        Ok(done)
    }

    /// Puts a bay on offer; number, public id and version are given here.
    pub async fn add_offer(&self, offer: Offer) -> Result<Offer, DeskError> {
        self.tell(|reply| Command::AddOffer(offer, reply)).await
    }

    /// Changes an offer from the version it carries.
    pub async fn put_offer(&self, offer: Offer) -> Result<Offer, DeskError> {
        self.tell(|reply| Command::PutOffer(offer, reply)).await
    }

    /// Withdraws an offer for good. What is booked stands.
    pub async fn withdraw(&self, offer: Offer) -> Result<Offer, DeskError> {
        self.put_offer(Offer {
            state: OfferState::Withdrawn,
            ..offer
        })
        .await
    }

    /// Gives an offer's calendar another secret token; the one before opens nothing any more.
    pub async fn renew_calendar(&self, offer: Offer) -> Result<Offer, DeskError> {
        self.put_offer(Offer {
            calendar: calendar_token(),
            ..offer
        })
        .await
    }

    /// Does what is due by now. To be called every second or so.
    pub async fn tick(&self) -> Result<(), DeskError> {
        self.tell(Command::Tick).await
    }

    /// Looks for a better seating of those who may still be moved, and moves them. How many have
    /// moved.
    ///
    /// The plan is made away from the desk's task, which goes on meanwhile: parts that are stale by
    /// then are left out.
    pub async fn improve(&self) -> Result<usize, DeskError> {
        let known = self.tell(Command::Look).await?;
        let planned = tokio::task::spawn_blocking(|| known.plan()).await;
        let steps = planned.map_err(|e| DeskError::Unavailable(format!("the planner: {e}")))?;
        if steps.is_empty() {
            return Ok(0);
        }
        self.tell(|reply| Command::Carry(steps, reply)).await
    }

    pub(super) async fn tell<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> Result<T, DeskError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .try_send(command(reply))
            .map_err(|e| match e {
                TrySendError::Full(_) => DeskError::Busy,
                TrySendError::Closed(_) => stopping(),
            })?;
        answer.await.map_err(|_| stopping())?
    }

    /// The partner who may offer a bay; `None`: there is no such bay, or nobody may.
    #[must_use]
    pub fn owner(&self, bay: &str) -> Option<Arc<str>> {
        self.owners.owner(bay)
    }

    /// How many places of a zone the partner may offer, whatever is on offer there.
    #[must_use]
    pub fn places(&self, zone: &str, partner: &str) -> u32 {
        self.owners.places(zone, partner)
    }

    /// Whether there is a partner of that name, with keys or without.
    ///
    /// # Errors
    /// The store's.
    pub async fn knows_partner(&self, name: &str) -> Result<bool, DeskError> {
        Ok(self.store.has_partner(name).await?)
    }

    /// Records who owns a bay, or that its zone's operator does. If that is another than before, what
    /// the former owner has on offer there is withdrawn when this returns.
    pub async fn record_owner(&self, bay: &str, owner: Option<&str>) -> Result<(), DeskError> {
        self.store.record_owner(bay, owner).await?;
        self.owners.note(bay, owner);
        self.tell(Command::HandOver).await?;
        if let Some(bay) = self.registry.bay(bay) {
            // Who owns a bay sees it as it is: it may come into sight, or leave it.
            self.live.touch(self.registry.city().zone_of(bay));
        }
        Ok(())
    }

    /// A partner's offer.
    ///
    /// # Errors
    /// [`DeskError::NoSuch`] also for one that is somebody else's.
    pub async fn offer(&self, name: &str, owner: &str) -> Result<Offer, DeskError> {
        let offer = self.store.offer(name).await?;
        if *offer.owner == *owner {
            Ok(offer)
        } else {
            Err(DeskError::NoSuch)
        }
    }

    /// The offer, for whoever holds its calendar's token.
    ///
    /// # Errors
    /// [`DeskError::NoSuch`] also for another token.
    pub async fn offer_by_calendar(&self, name: &str, token: &str) -> Result<Offer, DeskError> {
        let offer = self.store.offer(name).await?;
        // Of digests, so that the time it takes says nothing of the token.
        let same =
            !token.is_empty() && digest(token.as_bytes()) == digest(offer.calendar.0.as_bytes());
        if same {
            Ok(offer)
        } else {
            Err(DeskError::NoSuch)
        }
    }

    /// A partner's offers by age, those withdrawn too.
    pub async fn offers(
        &self,
        owner: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Offer>, DeskError> {
        Ok(self.store.offers(owner, after, limit).await?)
    }

    /// A reservation, for the partner whose app asked for it.
    ///
    /// # Errors
    /// [`DeskError::NoSuch`] also for one that is somebody else's.
    pub async fn reservation(&self, name: &str, driver: &str) -> Result<Reservation, DeskError> {
        let r = self.store.reservation(name).await?;
        if *r.driver == *driver {
            Ok(r)
        } else {
            Err(DeskError::NoSuch)
        }
    }

    /// The number of the ledger's newest line, which a follower may begin after.
    pub async fn newest(&self) -> Result<i64, DeskError> {
        Ok(self.store.newest_line().await?)
    }

    /// What has been booked of an offer in some time, by start.
    pub async fn bookings(
        &self,
        offer: &Offer,
        span: Span,
        limit: u32,
    ) -> Result<Vec<Reservation>, DeskError> {
        Ok(self.store.bookings(offer.id, span, limit).await?)
    }

    /// What is booked from now on that the offer would not allow, by start, as many at most.
    pub async fn affected(
        &self,
        offer: &Offer,
        most: usize,
    ) -> Result<Vec<Reservation>, DeskError> {
        let now = self.clock.now();
        let coming = Span {
            start: now,
            end: Millis::MAX,
        };
        let mut booked = self.bookings(offer, coming, MOST_LOOKED_AT).await?;
        let longest = u64::from(offer.rules.max_stay_min) * 60_000;
        booked.retain(|r| r.state.holds());
        let unseated = reseat::beyond(offer, &booked);
        booked.retain(|r| {
            let fits = offer.hours.covers(r.span, &self.workdays)
                && (longest == 0 || r.span.ms() <= longest);
            unseated.contains(&r.id) || !(fits && offer.takes(&r.promise.vehicle))
        });
        booked.truncate(most);
        Ok(booked)
    }

    /// When each of those was last changed, by its number.
    pub async fn last_changes(
        &self,
        offer: &Offer,
        span: Span,
        limit: u32,
    ) -> Result<HashMap<i64, Millis>, DeskError> {
        Ok(self.store.last_changes(offer.id, span, limit).await?)
    }

    /// By which hours of workdays and days off are reckoned.
    #[must_use]
    pub fn workdays(&self) -> &Workdays {
        &self.workdays
    }

    #[must_use]
    pub fn now(&self) -> Millis {
        self.clock.now()
    }
}

fn stopping() -> DeskError {
    DeskError::Unavailable("the hub is stopping".into())
}
