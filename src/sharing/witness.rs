//! What drivers' apps say of their stays, told as reports of their bays: the live view, settlement
//! and history know a stay at a shared bay as they know any other.
//!
//! Promises: an arrival or departure is answered only once its report is on disk; said again, it is
//! the same report and changes nothing. It is told only where no sensor or gate has a word that
//! stands: that one sees it for itself, to the second, and two accounts of one stay would make it
//! two. Who arrives shows that the bay was vacant until then, who departs that it was taken until
//! then, so both ends of the stay are seen. Such a word ages, so for as long as the stay is booked
//! the hub says it again; where time alone ends the stay it says that nobody knows.

use super::ask::DeskError;
use super::booking::DriverAct;
use crate::domain::source::BOOKINGS;
use crate::domain::{
    Backing, BayIx, BayStatus, BayView, Claim, Millis, Observation, Receipt, Reservation,
    ReservationState, SourceIx, SourceKind, Submission,
};
use crate::inbox::{InboxSender, NotTaken};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::registry::city::City;
use std::sync::Arc;
use tokio::sync::oneshot;

/// How often stays are looked through for those that must be said again.
const LOOK_MS: u64 = 5_000;

/// Stays said again at a time; the others have their turn at the next look.
const MOST: usize = 1_000;

/// How long after an arrival or departure it may be told once more, for who has lost the answer.
const AGAIN_MS: u64 = 10 * 60_000;

/// See the module. Clones tell the same journal.
#[derive(Clone)]
pub struct Witness {
    /// The journal listens.
    pub inbox: InboxSender,
    pub registry: Arc<Registry>,
    pub live: Arc<Live>,
    pub metrics: Arc<Metrics>,
    /// After how long a silence nothing stands any more, where the zone does not say.
    pub stale_after_s: u32,
}

impl Witness {
    /// Tells what has become of a reservation at its driver's word, and waits until that is on
    /// disk.
    pub(super) async fn tell(
        &self,
        r: &Reservation,
        act: DriverAct,
        now: Millis,
    ) -> Result<(), DeskError> {
        let (of, said) = said(r, act, now);
        let Some(bay) = self.unwatched(of).filter(|_| !said.is_empty()) else {
            return Ok(());
        };
        let source = self.source().await?;
        let seq = if act == DriverAct::Depart { 2 } else { 1 };
        let claims: Vec<Claim> = said
            .into_iter()
            .map(|(at, status)| claim(source, bay, at, seq, status))
            .collect();
        let count = claims.len() as u64;
        let (told, stored) = oneshot::channel();
        // Who asked may have gone meanwhile.
        let receipt = Receipt::new(move || _ = told.send(()));
        self.inbox
            .try_send(
                0,
                Submission {
                    claims,
                    refusals: vec![],
                    receipt,
                },
            )
            .map_err(|e| match e {
                NotTaken::Full => DeskError::Busy,
                NotTaken::Gone => unstored(),
            })?;
        stored.await.map_err(|_| unstored())?;
        self.metrics.share.reports.inc_by(count);
        Ok(())
    }

    /// Says again of each stay that lasts that its bay is taken, before the last word of it lapses.
    pub(super) fn vouch(&self, stays: impl Iterator<Item = Reservation>, now: Millis) {
        // Unknown until the first arrival has been told.
        let Some((source, _)) = self.registry.source(BOOKINGS) else {
            return;
        };
        let due = stays.filter(|r| r.state == ReservationState::Active && now < r.free_at);
        let due = due.filter_map(|r| self.fading(&r.bay, now));
        let claims: Vec<Claim> = due
            .map(|bay| claim(source, bay, now, 1, BayStatus::Occupied))
            .take(MOST)
            .collect();
        if claims.is_empty() {
            return;
        }
        let count = claims.len() as u64;
        // A journal that is busy takes it at the next look.
        if self
            .inbox
            .try_send(
                0,
                Submission {
                    claims,
                    refusals: vec![],
                    receipt: Receipt::unwatched(),
                },
            )
            .is_ok()
        {
            self.metrics.share.reports.inc_by(count);
        }
    }

    /// Says how a bay is that nobody watches, without waiting: unknown, if the last word of it was the
    /// hub's own and its stay was ended by the clock.
    pub(super) fn say(&self, bay: &str, status: BayStatus, now: Millis) {
        let Some((source, _)) = self.registry.source(BOOKINGS) else {
            return;
        };
        let bay = if status == BayStatus::Unknown {
            let own = self.seen(bay).filter(|(_, view)| is_own(view));
            own.map(|(_, view)| view.bay)
        } else {
            self.unwatched(bay)
        };
        let Some(bay) = bay else { return };
        let claims = vec![claim(source, bay, now, 2, status)];
        // A journal that is busy does without: the word lapses by itself.
        if self
            .inbox
            .try_send(
                0,
                Submission {
                    claims,
                    refusals: vec![],
                    receipt: Receipt::unwatched(),
                },
            )
            .is_ok()
        {
            self.metrics.share.reports.inc();
        }
    }

    /// The bay, if the hub's own word of it is the last and a third of its time has gone by.
    fn fading(&self, bay: &str, now: Millis) -> Option<BayIx> {
        let (city, view) = self.seen(bay)?;
        let limit_s = city
            .zone(view.zone)
            .spec
            .stale_after_s
            .unwrap_or(self.stale_after_s);
        (is_own(&view) && now.since(view.observed_at) >= u64::from(limit_s) * 1000 / 3)
            .then_some(view.bay)
    }

    /// The bay, if nothing watches it all the time.
    fn unwatched(&self, bay: &str) -> Option<BayIx> {
        let (_, view) = self.seen(bay)?;
        let watched = view.status != BayStatus::Unknown && !view.source_kind.passes_by();
        (!watched).then_some(view.bay)
    }

    fn seen(&self, bay: &str) -> Option<(Arc<City>, BayView)> {
        // First the index, then the city: the other way round the city could be older than the
        // index.
        let bay = self.registry.bay(bay)?;
        let city = Arc::clone(&self.registry.city());
        let view = city.is_live(bay).then(|| self.live.bay(&city, bay))?;
        Some((city, view))
    }

    /// The hub's own source. The first time it is written down.
    async fn source(&self) -> Result<SourceIx, DeskError> {
        if let Some((source, _)) = self.registry.source(BOOKINGS) {
            return Ok(source);
        }
        let registry = self.registry.clone();
        let enrolled = tokio::task::spawn_blocking(move || {
            registry.enrol_source(BOOKINGS, SourceKind::Booking)
        })
        .await;
        let enrolled = enrolled.map_err(|e| DeskError::Unavailable(e.to_string()))?;
        enrolled.map_err(|e| DeskError::Unavailable(e.to_string()))
    }
}

/// Whether the last word of a bay was the hub's own, that it is taken.
fn is_own(view: &BayView) -> bool {
    view.source_kind == SourceKind::Booking && view.claimed == BayStatus::Occupied
}

/// What an event says of which bay, and when it was so; nothing, if nobody saw it or it is long ago.
fn said(r: &Reservation, act: DriverAct, now: Millis) -> (&str, Vec<(Millis, BayStatus)>) {
    let before = |at: Millis| Millis(at.0.saturating_sub(1));
    let vacant = BayStatus::Vacant;
    let taken = BayStatus::Occupied;
    let bay = match (&r.moved, act) {
        // He has another by now.
        (Some(moved), DriverAct::Taken) if r.state != ReservationState::Cancelled => &moved.from,
        _ => &r.bay,
    };
    let said = match (act, r.state, r.arrived_at, r.departed_at) {
        // The next must not be sent there.
        (DriverAct::Taken, ..) => vec![(now, taken)],
        (DriverAct::Arrive, ReservationState::Active, Some(at), _) => {
            vec![(before(at), vacant), (at, taken)]
        }
        // A stay that the clock has ended has its booked end for an end: nobody has seen that.
        (DriverAct::Depart, ReservationState::Completed, Some(since), Some(at))
            if at != r.span.end && at > since =>
        {
            vec![(before(at), taken), (at, vacant)]
        }
        _ => vec![],
    };
    let young = |(at, _): &(Millis, BayStatus)| now.since(*at) <= AGAIN_MS;
    (bay, said.into_iter().filter(young).collect())
}

fn claim(source: SourceIx, bay: BayIx, at: Millis, seq: u64, status: BayStatus) -> Claim {
    let source_kind = SourceKind::Booking;
    let confidence = source_kind.default_confidence();
    Claim::Bay(Observation {
        at,
        seq,
        bay,
        source,
        source_kind,
        status,
        confidence,
        backing: Backing::default(),
    })
}

fn unstored() -> DeskError {
    DeskError::Unavailable("it is booked so, but its report was not stored; say it again".into())
}

/// When stays were last looked through.
#[derive(Default)]
pub(super) struct Looked(Millis);

impl Looked {
    /// Whether it is time to look again; if so, this is the time.
    pub(super) fn is_due(&mut self, now: Millis) -> bool {
        let due = now.since(self.0) >= LOOK_MS;
        if due {
            self.0 = now;
        }
        due
    }
}
