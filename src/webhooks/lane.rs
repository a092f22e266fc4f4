//! One endpoint's way out: what it is to be told goes out here and nowhere else.
//!
//! Promises: facts go one at a time, in order; a fact is noted as delivered before the next is sent, and
//! what was not noted (a kill between the two) is sent again under the same id. At most three messages are
//! under way (a fact and two states), of an endpoint that does not answer well one. Dropped, what is under way is cut off, and
//! comes again as above.

mod host;
mod permits;
mod stored;

pub(super) use host::{DeliveryLog, LaneHost};
pub(super) use permits::{AttemptPermits, PostStanding};

use super::event::{EventType, Events};
use super::fact;
use super::places::WatchedZones;
use super::retry;
use super::secret::SigningSecret;
use super::send::{Letter, PostReply};
use super::slots::{Attempted, StateMessage, ZoneRules, ZoneSlots};
use crate::domain::{Millis, ZoneIx};
use crate::live::{Dirty, ZoneFilter};
use crate::store::{self, DeliveryRow, DeliveryStatus, WebhookRow};
use std::sync::Arc;
use std::time::Duration;
use stored::StoredQueue;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// States under way to one endpoint; a fact goes beside them.
const STATES_AT_ONCE: usize = 2;

/// Changes are looked at so often at most: what comes together is one look.
const LOOK: Duration = Duration::from_millis(100);

/// Who takes longer does not answer well.
const SOON: Duration = Duration::from_secs(2);

/// However long nothing is due, the clock is asked again: it may have been set.
const AGAIN: Duration = Duration::from_secs(1);

/// What has come back.
enum CameBack {
    State(StateMessage, PostReply),
    Stored(Box<DeliveryRow>, PostReply),
}

/// See the module.
pub(super) struct EndpointLane {
    host: Arc<LaneHost>,
    /// As it is now: its secrets change while it runs.
    row: watch::Receiver<Arc<WebhookRow>>,
    /// Rung when there may be something new in the store.
    bell: Arc<Notify>,
    slots: ZoneSlots,
    dirty: Option<Dirty>,
    zones: WatchedZones,
    picture: u64,
    looked: Instant,
    stored: StoredQueue,
    standing: PostStanding,
    under_way: JoinSet<CameBack>,
    states_under_way: usize,
}

impl EndpointLane {
    pub(super) fn new(
        host: Arc<LaneHost>,
        row: watch::Receiver<Arc<WebhookRow>>,
        bell: Arc<Notify>,
    ) -> Self {
        let now = row.borrow().clone();
        let rules = ZoneRules::new(&Events::stored(&now.events), now.threshold);
        let zones = WatchedZones::stored(&now.places);
        let mut lane = Self {
            slots: ZoneSlots::new(rules, host.most.0),
            dirty: None,
            zones,
            picture: 0,
            looked: Instant::now(),
            stored: StoredQueue::default(),
            standing: PostStanding::New,
            under_way: JoinSet::new(),
            states_under_way: 0,
            host,
            row,
            bell,
        };
        if rules.wants_any() {
            lane.subscribe();
        }
        lane
    }

    fn subscribe(&mut self) {
        let city = self.host.registry.city();
        self.picture = city.picture();
        let filter = self.zones.filter(&self.host.registry);
        match self.host.live.feed().subscribe(&city, filter) {
            Ok(dirty) => self.dirty = Some(dirty),
            Err(e) => tracing::warn!(error = %e, "an endpoint of webhooks hears of no zones"),
        }
    }

    /// Tells until it is dropped, or the endpoint is disabled.
    pub(super) async fn run(mut self) {
        loop {
            self.look();
            self.begin_stored().await;
            self.begin_states().await;
            let due = self.due_in();
            let may_look = self.looked + LOOK;
            let dirty = self.dirty.as_mut();
            let changed = async {
                match dirty {
                    Some(dirty) => {
                        tokio::time::sleep_until(may_look).await;
                        dirty.wait().await;
                    }
                    None => std::future::pending().await,
                }
            };
            let came = tokio::select! {
                Some(done) = self.under_way.join_next(), if !self.under_way.is_empty() => done.ok(),
                () = changed => None,
                () = self.bell.notified() => {
                    self.stored.look_again();
                    None
                }
                () = due => None,
            };
            if let Some(done) = came
                && !self.came(done).await
            {
                return;
            }
        }
    }

    /// Takes in what has changed.
    fn look(&mut self) {
        let Some(dirty) = &mut self.dirty else { return };
        let registry = &self.host.registry;
        let city = registry.city();
        if city.picture() != self.picture {
            self.picture = city.picture();
            if let WatchedZones::Zones(_) = &self.zones
                && let ZoneFilter::Some(zones) = self.zones.filter(registry)
            {
                dirty.follow(zones);
            }
        }
        drop(city);
        let mut zones = Vec::new();
        dirty.take(&mut zones);
        if zones.is_empty() {
            return;
        }
        self.looked = Instant::now();
        let partner = self.row.borrow().partner.clone();
        for zone in zones {
            if self.zones.has(registry, zone) {
                let seen = self.host.look(&partner, zone);
                let now = self.host.clock.now();
                self.slots
                    .see(zone, seen.map(|seen| seen.figures).as_ref(), now);
            }
        }
    }

    /// Until something is due, or the clock is to be asked again.
    fn due_in(&self) -> impl Future<Output = ()> + use<> {
        let states = self.slots.next_at().filter(|_| self.may_send_state());
        let due = [states, self.stored.next_at()].into_iter().flatten().min();
        let now = self.host.clock.now();
        let wait = due.map(|due| Duration::from_millis(due.since(now)).min(AGAIN));
        async move {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        }
    }

    fn is_well(&self) -> bool {
        self.standing == PostStanding::Well
    }

    fn may_send_state(&self) -> bool {
        if self.is_well() {
            return self.states_under_way < STATES_AT_ONCE;
        }
        self.under_way.is_empty()
    }

    /// Sends states that are due, each read anew.
    async fn begin_states(&mut self) {
        while self.may_send_state() {
            let Some(zone) = self.slots.due(self.host.clock.now()) else {
                return;
            };
            let permit = self.host.permits.take(self.standing).await;
            let Some(message) = self.newest(zone) else {
                continue;
            };
            let body = fact::body(message.event.name(), message.at, &message.data);
            let letter = self.letter(&message.id, body);
            let post = self.post(letter);
            self.states_under_way += 1;
            self.under_way.spawn(async move {
                let reply = post.await;
                drop(permit);
                CameBack::State(message, reply)
            });
        }
    }

    /// What is to be said of a zone at this moment.
    fn newest(&mut self, zone: ZoneIx) -> Option<StateMessage> {
        let partner = self.row.borrow().partner.clone();
        let seen = self.host.look(&partner, zone);
        let now = self.host.clock.now();
        self.slots
            .see(zone, seen.as_ref().map(|seen| &seen.figures), now);
        self.slots.begin(zone, (&seen?.json, store::message()), now)
    }

    /// Sends the next row of the store, if it is due and none is under way.
    async fn begin_stored(&mut self) {
        if !self.is_well() && !self.under_way.is_empty() {
            return;
        }
        let id = self.row.borrow().id;
        let now = self.host.clock.now();
        let Some(row) = self.stored.due(&self.host.store, id, now).await else {
            return;
        };
        let permit = self.host.permits.take(self.standing).await;
        let body = fact::body(&row.kind, row.at, &fact::data(&row.kind, &row.data));
        let letter = self.letter(&row.message, body);
        let post = self.post(letter);
        self.under_way.spawn(async move {
            let reply = post.await;
            drop(permit);
            CameBack::Stored(Box::new(row), reply)
        });
    }

    fn letter(&self, id: &str, body: String) -> Letter {
        letter(&self.row.borrow(), id, body, self.host.clock.now())
    }

    fn post(&self, letter: Letter) -> impl Future<Output = PostReply> + Send + 'static {
        let host = self.host.clone();
        let row = self.row.borrow().clone();
        async move {
            let reply = host.poster.post(letter, host.clock.now()).await;
            host.attempted(&row.partner, &reply);
            reply
        }
    }

    /// Takes in what has come back; false: the endpoint is told nothing any more.
    async fn came(&mut self, done: CameBack) -> bool {
        let reply = match &done {
            CameBack::State(_, reply) | CameBack::Stored(_, reply) => reply.clone(),
        };
        let is_well = reply.why.is_none() && reply.took < SOON;
        self.standing = if is_well {
            PostStanding::Well
        } else {
            PostStanding::Failing
        };
        let is_last = match done {
            CameBack::State(message, reply) => self.state_came(message, &reply),
            CameBack::Stored(row, reply) => self.stored_came(*row, &reply).await,
        };
        let why = match reply.why {
            Some(why) if reply.status == Some(410) => format!("gone: {why}"),
            Some(why) if is_last => format!("ten attempts have failed; the last: {why}"),
            _ => return true,
        };
        self.disable(&why).await;
        false
    }

    /// Whether it was the last attempt.
    fn state_came(&mut self, message: StateMessage, reply: &PostReply) -> bool {
        self.states_under_way -= 1;
        let now = self.host.clock.now();
        let is_done = reply.why.is_none();
        let status = if is_done {
            DeliveryStatus::Delivered
        } else {
            DeliveryStatus::Failed
        };
        let row = DeliveryRow {
            id: 0,
            message: message.id.clone(),
            kind: message.event.name().to_owned(),
            at: message.at,
            data: message.data.clone(),
            is_fact: false,
            status,
            attempts: message.attempts + 1,
            next_at: Millis::NEVER,
            answered: reply.status,
            why: reply.why.clone(),
            done_at: Some(now),
        };
        self.host.log.add(self.row.borrow().id, row);
        let came = if is_done {
            Attempted::Taken
        } else {
            Attempted::Refused(rand::random(), reply.retry_after_ms)
        };
        !self.slots.done(message, came, now)
    }

    /// Whether it was the last attempt.
    async fn stored_came(&mut self, mut row: DeliveryRow, reply: &PostReply) -> bool {
        let now = self.host.clock.now();
        row.attempts += 1;
        row.answered = reply.status;
        row.why.clone_from(&reply.why);
        let mut is_last = false;
        if reply.why.is_none() {
            row.status = DeliveryStatus::Delivered;
            row.done_at = Some(now);
        } else {
            let wait = retry::wait_ms(row.attempts, rand::random(), reply.retry_after_ms);
            is_last = wait.is_none();
            row.next_at = now.plus(wait.unwrap_or_default());
        }
        let id = self.row.borrow().id;
        let most = self.host.most.1;
        self.stored.note(&self.host.store, row, (id, most)).await;
        is_last
    }

    async fn disable(&self, why: &str) {
        let row = self.row.borrow().clone();
        let at = self.host.clock.now();
        let notice = store::Notice {
            kind: EventType::WebhookDisabled.name(),
            once: None,
            at,
            data: serde_json::json!({"webhook": row.name, "url": row.url, "why": why}).to_string(),
        };
        let done = self.host.store.disable_webhook(&row, why, &notice).await;
        match done {
            Ok(_) => tracing::info!(webhook = row.name, why, "an endpoint is disabled"),
            // The next start finds it enabled, tries again and disables it then.
            Err(e) => tracing::warn!(webhook = row.name, error = %e, "an endpoint stays enabled"),
        }
        self.host.changed.notify_one();
    }
}

/// A message to an endpoint, to be signed by every secret that is good at `now`.
pub(super) fn letter(to: &WebhookRow, id: &str, body: String, now: Millis) -> Letter {
    let old = to.old_secret.as_ref().filter(|(_, until)| *until > now);
    let texts = std::iter::once(&to.secret).chain(old.map(|(secret, _)| secret));
    Letter {
        url: to.url.clone(),
        id: id.to_owned(),
        body,
        secrets: texts
            .filter_map(|text| SigningSecret::parse(text).ok())
            .collect(),
    }
}

#[cfg(test)]
mod tests;
