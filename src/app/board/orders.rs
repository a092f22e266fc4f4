//! The book of orders as MQTT subscribers and outside brokers see it.
//!
//! Promises: what stands comes first and then each change, an end with the message that clears what is
//! retained; a follower is a place in the picture's changes and has no queue. All in force stand in one
//! message of at most [`ACTIVE_BYTES`], the gravest first; how many it leaves out it says. Dear: that
//! message is made once a change, for all who follow.

use crate::domain::{Clock, OrderState};
use crate::ingest::board::{BeforeWatch, OrderBoard, OrderSaid, OrderTopic, OrderWatch};
use crate::orders::{OrderBook, OrderPicture, StandingOrder};
use std::cmp::Reverse;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Of the orders in the message of all in force: what a message to the hub may have as well.
const ACTIVE_BYTES: usize = 256 * 1024;

/// The least time between two of them for one follower.
const PACE: Duration = Duration::from_millis(500);

/// See the module; clones are one.
#[derive(Clone)]
pub(super) struct PublicOrders(Arc<OrdersInForce>);

struct OrdersInForce {
    book: Arc<OrderBook>,
    clock: Arc<dyn Clock>,
    newest: Mutex<ActiveText>,
}

/// All in force.
#[derive(Clone, Default)]
struct ActiveText {
    /// Up to which change of the book it tells.
    change: u64,
    /// Rises when it says something else.
    revision: u64,
    /// All of the payload that follows its time.
    rest: Arc<str>,
}

impl ActiveText {
    fn rest(picture: &OrderPicture) -> String {
        let active = picture.standing().filter(|o| o.state == OrderState::Active);
        let mut active: Vec<&StandingOrder> = active.collect();
        active.sort_by_key(|o| (Reverse(o.order.severity), o.order.issued_at, o.change));
        let mut rest = String::from(",\"orders\":[");
        let mut comma = "";
        let mut left_out = 0;
        for one in active {
            if rest.len() + one.told.len() > ACTIVE_BYTES {
                left_out += 1;
                continue;
            }
            rest += comma;
            rest += &one.told;
            comma = ",";
        }
        rest + &format!("],\"left_out\":{left_out}}}")
    }
}

impl PublicOrders {
    pub(super) fn new(book: Arc<OrderBook>, clock: Arc<dyn Clock>) -> Self {
        let empty = ActiveText {
            rest: ActiveText::rest(&OrderPicture::default()).into(),
            ..ActiveText::default()
        };
        Self(Arc::new(OrdersInForce {
            book,
            clock,
            newest: Mutex::new(empty),
        }))
    }

    /// All in force, at least as new as `picture`.
    fn active(&self, picture: &OrderPicture) -> ActiveText {
        let mut known = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if known.change < picture.newest() {
            let rest = ActiveText::rest(picture);
            known.change = picture.newest();
            if *known.rest != *rest {
                known.revision += 1;
                known.rest = rest.into();
            }
        }
        known.clone()
    }
}

impl OrderBoard for PublicOrders {
    fn knows(&self, name: &str) -> bool {
        self.0.book.picture().order(name).is_some()
    }

    fn watch(&self, before: BeforeWatch) -> Box<dyn OrderWatch> {
        // Before the picture is looked at: what changes in between rings.
        let changes = self.0.book.changes();
        let newest = self.0.book.picture().newest();
        Box::new(OrdersTold {
            own: self.clone(),
            changes,
            before,
            told: 0,
            ends_known: newest,
            stood: newest,
            clear: None,
            active: None,
            active_again: Instant::now(),
        })
    }
}

/// One follower's watch.
struct OrdersTold {
    own: PublicOrders,
    changes: watch::Receiver<u64>,
    before: BeforeWatch,
    /// Up to which change all was told.
    told: u64,
    /// Up to which change whoever follows need not be told that an order has ended.
    ends_known: u64,
    /// Up to which change what is told is what stood.
    stood: u64,
    /// An order whose end was told, and what is retained of it was not cleared yet.
    clear: Option<Arc<str>>,
    /// The revision of all in force that was told.
    active: Option<u64>,
    /// When the next may be told.
    active_again: Instant,
}

impl OrdersTold {
    /// The next order of which there is something to tell.
    fn next_order(&mut self, payload: &mut Vec<u8>) -> Option<OrderSaid> {
        let said = |name: &Arc<str>, current| OrderSaid {
            of: OrderTopic::One(name.clone()),
            current,
        };
        if let Some(name) = self.clear.take() {
            return Some(said(&name, false));
        }
        let known = self.own.0.book.picture();
        for one in known.since(self.told) {
            self.told = one.change;
            let name = &one.order.name;
            let has_ended = one.state == OrderState::Ended;
            if has_ended && one.change <= self.ends_known {
                match self.before {
                    BeforeWatch::Nothing => continue,
                    BeforeWatch::Retained => return Some(said(name, false)),
                }
            }
            if has_ended {
                self.clear = Some(name.clone());
            }
            payload.extend_from_slice(one.told.as_bytes());
            return Some(said(name, !has_ended && one.change <= self.stood));
        }
        self.told = known.newest();
        None
    }

    /// All in force, if that is not what was told.
    fn news(&self) -> Option<ActiveText> {
        let active = self.own.active(&self.own.0.book.picture());
        (self.active != Some(active.revision)).then_some(active)
    }

    fn next_active(&mut self, payload: &mut Vec<u8>) -> Option<OrderSaid> {
        let active = self.news()?;
        let current = self.active.is_none();
        let now = Instant::now();
        if !current && now < self.active_again {
            return None;
        }
        self.active = Some(active.revision);
        self.active_again = now + PACE;
        let at = self.own.0.clock.now();
        payload.extend_from_slice(format!("{{\"at\":\"{at}\"").as_bytes());
        payload.extend_from_slice(active.rest.as_bytes());
        let of = OrderTopic::Active;
        Some(OrderSaid { of, current })
    }

    /// Waits until [`OrderWatch::next`] may have something.
    async fn wait(&mut self) {
        loop {
            if self.clear.is_some() || self.own.0.book.picture().newest() > self.told {
                return;
            }
            let is_due = self.news().is_some();
            if is_due && (self.active.is_none() || self.active_again <= Instant::now()) {
                return;
            }
            let again = self.active_again;
            tokio::select! {
                rung = self.changes.changed() => if rung.is_err() {
                    std::future::pending::<()>().await;
                },
                () = sleep_until(again), if is_due => {}
            }
        }
    }
}

impl OrderWatch for OrdersTold {
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.wait())
    }

    fn next(&mut self, payload: &mut Vec<u8>) -> Option<OrderSaid> {
        self.next_order(payload)
            .or_else(|| self.next_active(payload))
    }

    fn again(&mut self) {
        self.ends_known = self.ends_known.max(self.told);
        self.stood = self.own.0.book.picture().newest();
        self.told = 0;
        self.active = None;
    }
}

#[cfg(test)]
mod tests;
