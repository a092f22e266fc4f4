//! One booking app's side of what becomes of its reservations: first those that stand, then each
//! thing that happens.
//!
//! Ids are the numbers of the ledger's lines, so a client that comes back is told everything since,
//! in order, also by another hub on the same database and after a restart. Nothing is queued: the
//! next lines are read when the socket has room for them.

use super::body::{NextBytes, Telling};
use super::follower::{COMMENT, HEARTBEAT, PRELUDE};
use super::telling::json;
use super::{StreamShare, Streams};
use crate::domain::{Pass, Reservation};
use crate::limits::Owner;
use crate::partners::Grant;
use crate::serve::docs::schema::{OwnReady, ReservationEvent, Resync, ResyncReason};
use crate::serve::http::auth::Doorman;
use crate::serve::http::error::ApiError;
use crate::serve::state::SharingState;
use crate::serve::told_in::ToldIn;
use crate::sharing::{DeskError, Following, LedgerLine};
use axum::body::Body;
use axum::extract::FromRef;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Between two looks into the ledger: what happens meanwhile comes together.
const PACE: Duration = Duration::from_millis(50);

/// What the route needs.
pub(in crate::serve) struct ReservationStreams {
    pub(in crate::serve) sharing_state: Arc<SharingState>,
    pub(in crate::serve) streams: Arc<Streams>,
}

impl FromRef<Arc<ReservationStreams>> for Doorman {
    fn from_ref(own: &Arc<ReservationStreams>) -> Self {
        own.sharing_state.doorman.clone()
    }
}

impl ReservationStreams {
    /// Begins a stream for the holder of `grant`. `last_event_id` is what the client says it had
    /// last.
    ///
    /// # Errors
    /// `quota-exceeded` when the key has too many, `unavailable` when all have, the hub is stopping or the store is away.
    pub(in crate::serve) async fn follow(
        self: &Arc<Self>,
        grant: &Grant,
        last_event_id: Option<&str>,
        told_in: ToldIn,
    ) -> Result<Body, ApiError> {
        if *self.streams.closed.borrow() {
            return Err(ApiError::Unavailable("the hub is stopping".to_owned()));
        }
        let owner = Owner::Key(grant.account.number());
        let place = StreamShare::take(&self.streams, owner, 0)?;
        let desk = &self.sharing_state.desk;
        // Before what stands is read: what happens meanwhile is told after it.
        let newest = desk.newest().await?;
        let held = last_event_id
            .filter(|id| !id.is_empty())
            .map(|id| read(id).filter(|id| *id <= newest));
        let (phase, after) = match held {
            None => (ReservationPhase::Begin(None), newest),
            Some(None) => (
                ReservationPhase::Begin(Some(ResyncReason::UnknownId)),
                newest,
            ),
            Some(Some(after)) => (ReservationPhase::Resume, after),
        };
        let following =
            Following::new(desk.clone(), grant.partner.clone(), after).map_err(|e| match e {
                DeskError::Busy => {
                    ApiError::Unavailable("too many streams of this partner are open".to_owned())
                }
                other => other.into(),
            })?;
        let now = Instant::now();
        let teller = Teller {
            own: self.clone(),
            pass: grant.pass.clone(),
            following,
            phase,
            told_in,
            spoke: now,
            looked: now,
        };
        Ok(Body::new(super::body::Unfold::new(Box::new((
            place, teller,
        )))))
    }
}

/// Only what is written: one id has one form.
fn read(id: &str) -> Option<i64> {
    id.parse()
        .ok()
        .filter(|n: &i64| *n >= 0 && n.to_string() == id)
}

/// See the module.
struct Teller {
    own: Arc<ReservationStreams>,
    pass: Pass,
    following: Following,
    phase: ReservationPhase,
    told_in: ToldIn,
    spoke: Instant,
    looked: Instant,
}

enum ReservationPhase {
    /// Nothing has been sent; what stands comes first, after a word on why it comes anew.
    Begin(Option<ResyncReason>),
    /// Nothing has been sent; the client knows all up to its id.
    Resume,
    /// What stands, from this reservation on; how many were told.
    Standing(i64, u64),
    Follow,
}

impl Telling for (StreamShare, Teller) {
    fn step(mut self: Box<Self>) -> NextBytes<Self> {
        Box::pin(async move {
            let mut out = Vec::new();
            while out.is_empty() {
                if *self.1.own.streams.closed.borrow()
                    || !self.1.pass.is_good(self.1.following.now())
                {
                    return None;
                }
                if let Err(e) = self.1.go_on(&mut out).await {
                    // The client comes back with its last id, and by then the store may have.
                    tracing::debug!(error = %e, "a stream of reservations ends");
                    return None;
                }
            }
            self.1.spoke = Instant::now();
            Some((out.into(), self))
        })
    }
}

impl Teller {
    async fn go_on(&mut self, out: &mut Vec<u8>) -> Result<(), DeskError> {
        match self.phase {
            ReservationPhase::Begin(why) => {
                out.extend_from_slice(PRELUDE);
                if let Some(reason) = why {
                    self.open(out, "resync", None);
                    json(out, &Resync { reason });
                }
                self.phase = ReservationPhase::Standing(0, 0);
            }
            ReservationPhase::Resume => {
                out.extend_from_slice(PRELUDE);
                self.phase = ReservationPhase::Follow;
            }
            ReservationPhase::Standing(after, count) => {
                let page = self.following.standing(after).await?;
                for r in &page {
                    self.tell(
                        out,
                        "standing",
                        "hub",
                        self.following.now().to_string(),
                        r,
                        None,
                    );
                }
                let count = count + page.len() as u64;
                if let Some(last) = page.last() {
                    self.phase = ReservationPhase::Standing(last.id, count);
                    return Ok(());
                }
                // The first id: now the client knows everything.
                self.open(out, "ready", Some(self.following.last()));
                json(out, &OwnReady { standing: count });
                self.phase = ReservationPhase::Follow;
            }
            ReservationPhase::Follow => return self.follow(out).await,
        }
        Ok(())
    }

    async fn follow(&mut self, out: &mut Vec<u8>) -> Result<(), DeskError> {
        tokio::time::sleep_until(self.looked + PACE).await;
        self.looked = Instant::now();
        let before = self.following.last();
        let news = self.following.news().await?;
        if news.is_empty() {
            return self.wait(out).await;
        }
        // Of several things that happened to one, each is told with what it has become.
        let mut known: HashMap<String, Reservation> = HashMap::new();
        let mut last = before;
        for LedgerLine {
            id,
            at,
            reservation,
            event,
            cause,
            ..
        } in news
        {
            if !known.contains_key(&reservation) {
                let now = self.following.reservation(&reservation).await?;
                known.insert(reservation.clone(), now);
            }
            // Never backwards: a client that comes back must not be told from before.
            last = last.max(id);
            if let Some(r) = known.get(&reservation) {
                self.tell(out, &event, &cause, at.to_string(), r, Some(last));
            }
        }
        Ok(())
    }

    async fn wait(&mut self, out: &mut Vec<u8>) -> Result<(), DeskError> {
        let mut closed = self.own.streams.closed.clone();
        tokio::select! {
            biased;
            // A sender that is gone means the same.
            _ = closed.wait_for(|c| *c) => {}
            () = self.following.wait() => {}
            () = tokio::time::sleep_until(self.spoke + HEARTBEAT) => out.extend_from_slice(COMMENT),
        }
        Ok(())
    }

    fn tell(
        &self,
        out: &mut Vec<u8>,
        event: &str,
        cause: &str,
        at: String,
        r: &Reservation,
        id: Option<i64>,
    ) {
        self.open(out, "reservation", id);
        let event = event.to_owned();
        let cause = cause.to_owned();
        json(
            out,
            &ReservationEvent {
                event,
                at,
                cause,
                reservation: self.own.sharing_state.shown(r, self.told_in),
            },
        );
    }

    /// The lines before an event's data.
    fn open(&self, out: &mut Vec<u8>, event: &str, id: Option<i64>) {
        self.own.streams.metrics.http_stream_events.inc();
        // Writing to a Vec cannot fail.
        let _ = writeln!(out, "event: {event}");
        if let Some(id) = id {
            let _ = writeln!(out, "id: {id}");
        }
        out.extend_from_slice(b"data: ");
    }
}
