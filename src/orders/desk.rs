//! Issues, changes, confirms and ends orders: one at a time.
//!
//! Promises: what is answered with success is on disk and in the picture; a request that is sent twice
//! with one key issues one order; where it is not known whether the store has kept a version, the store
//! is asked until it says, and time that the version may close is not settled before.

use super::book::OrderBook;
use super::draft::{OrderChange, OrderDraft, OrderFault, VERSIONS, begins, check};
use super::{record, told};
use crate::domain::public_name::public_name;
use crate::domain::{Clock, Millis, Order, OrderKind, OrderState, Severity};
use crate::health::Health;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{OrderKept, OrderRequest, OrderRow, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Orders that have not ended, of all, and of one partner.
const MOST: usize = 10_000;
const OF_PARTNER: usize = 5_000;

/// Versions that a start reads at most.
const READ: u32 = 200_000;

/// How soon the store is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// Who signs: a key.
#[derive(Clone, Debug)]
pub struct Signer {
    pub partner: Arc<str>,
    /// The key's own name.
    pub key: Arc<str>,
    /// May change what others have issued.
    pub is_admin: bool,
}

impl Signer {
    /// Which key it is, among all.
    fn name(&self) -> String {
        format!("{}/{}", self.partner, self.key)
    }
}

/// An order that was issued, and what it closes.
#[derive(Clone, Debug)]
pub struct Issued {
    pub order: Arc<Order>,
    /// Zones as a whole, and bays in all.
    pub closes: (usize, usize),
    /// The same request came before.
    pub is_known: bool,
}

/// See the module.
pub struct OrderDesk {
    pub(super) store: Store,
    pub(super) book: Arc<OrderBook>,
    registry: Arc<Registry>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    turn: Mutex<()>,
    /// The picture whose orders were counted last.
    pub(super) counted: std::sync::Mutex<Option<u64>>,
}

impl OrderDesk {
    /// Knows no orders yet.
    #[must_use]
    pub fn new(
        store: Store,
        book: Arc<OrderBook>,
        (metrics, health): (Arc<Metrics>, Arc<Health>),
    ) -> Self {
        let (registry, clock) = book.by();
        Self {
            store,
            book,
            registry,
            clock,
            metrics,
            health,
            turn: Mutex::new(()),
            counted: std::sync::Mutex::default(),
        }
    }

    /// With a book of its own, and counted nowhere: for who only asks.
    #[must_use]
    pub fn usual(store: Store, registry: Arc<Registry>, clock: Arc<dyn Clock>) -> Self {
        let book = Arc::new(OrderBook::new(registry, clock));
        Self::new(store, book, (Arc::new(Metrics::new()), Arc::default()))
    }

    /// Reads what orders there are into the book.
    ///
    /// # Errors
    /// When the store cannot say.
    pub async fn read(&self) -> Result<(), StoreError> {
        // One that was never ended is as old as it is.
        let rows = self.store.order_versions(Millis::NEVER, READ).await?;
        self.take_in(&rows);
        Ok(())
    }

    fn take_in(&self, rows: &[OrderRow]) {
        let read = |row: &OrderRow| {
            let order = record::read(row);
            let fault = |e: &String| tracing::error!(error = e, "an order cannot be read");
            order.inspect_err(fault).ok()
        };
        self.book.put(rows.iter().filter_map(read));
        self.gauge();
    }

    /// All orders as they are now.
    #[must_use]
    pub const fn book(&self) -> &Arc<OrderBook> {
        &self.book
    }

    /// Issues an order.
    ///
    /// # Errors
    /// [`OrderFault`]; of [`OrderFault::Unavailable`] it is not known whether it was issued.
    pub async fn issue(
        &self,
        draft: OrderDraft,
        by: &Signer,
        request: Option<OrderRequest>,
    ) -> Result<Issued, OrderFault> {
        let _turn = self.turn.lock().await;
        self.has_room(&by.partner)?;
        let opened = self.book.open();
        let now = opened.at;
        let of_kind = match draft.kind {
            OrderKind::Emergency => Severity::Emergency,
            _ => Severity::Warning,
        };
        let order = Order {
            name: public_name("or", rand::random()).into(),
            version: 1,
            kind: draft.kind,
            target: draft.target,
            from: begins(draft.from, now)?,
            to: draft.to,
            reason: draft.reason,
            instruction: draft.instruction,
            cause: draft.cause,
            severity: draft.severity.unwrap_or(of_kind),
            affects: draft.affects,
            exercise: draft.exercise,
            issued_by: by.partner.clone(),
            issued_with: by.name().into(),
            issued_at: now,
            declared_at: now,
            confirmed_at: None,
            ended_at: None,
            changed_at: now,
        };
        let issued = self.keep(order, "issued", by, request).await;
        drop(opened);
        issued
    }

    /// Changes an order: another version of it.
    ///
    /// # Errors
    /// [`OrderFault`].
    pub async fn amend(
        &self,
        name: &str,
        change: OrderChange,
        by: &Signer,
    ) -> Result<Issued, OrderFault> {
        self.next_version(name, "changed", by, |old, now| {
            may_change(old, by)?;
            let mut next = change.on(old, now)?;
            if next.severity > old.severity {
                next.issued_with = by.name().into();
            }
            Ok(next)
        })
        .await
    }

    /// Ends an order now; one that has ended stays as it is.
    ///
    /// # Errors
    /// [`OrderFault`].
    pub async fn end(&self, name: &str, by: &Signer) -> Result<Issued, OrderFault> {
        self.next_version(name, "ended", by, |old, now| {
            may_change(old, by)?;
            let ended_at = Some(now);
            Ok(Order {
                ended_at,
                ..old.clone()
            })
        })
        .await
    }

    /// Says with a second key that an emergency is one.
    ///
    /// # Errors
    /// [`OrderFault`].
    pub async fn confirm(&self, name: &str, by: &Signer) -> Result<Issued, OrderFault> {
        self.next_version(name, "confirmed", by, |old, now| {
            if old.confirmation(now).is_none() {
                return Err(OrderFault::NoNeed);
            }
            if *old.issued_with == *by.name() {
                return Err(OrderFault::SameKey);
            }
            let confirmed_at = old.confirmed_at.or(Some(now));
            Ok(Order {
                confirmed_at,
                ..old.clone()
            })
        })
        .await
    }

    async fn next_version(
        &self,
        name: &str,
        event: &'static str,
        by: &Signer,
        change: impl FnOnce(&Order, Millis) -> Result<Order, OrderFault>,
    ) -> Result<Issued, OrderFault> {
        let _turn = self.turn.lock().await;
        let old = {
            let known = self.book.picture();
            known.order(name).map(|known| known.order.clone())
        };
        let old = old.ok_or(OrderFault::NoSuch)?;
        let opened = self.book.open();
        let now = opened.at.max(old.changed_at);
        if old.state(now) == OrderState::Ended {
            return Err(OrderFault::Ended);
        }
        if old.version >= VERSIONS {
            return Err(OrderFault::TooMany(format!(
                "an order has {VERSIONS} versions at most"
            )));
        }
        let next = Order {
            version: old.version + 1,
            changed_at: now,
            ..change(&old, now)?
        };
        let kept = self.keep(next, event, by, None).await;
        drop(opened);
        kept
    }

    /// Writes a version down and takes it into the picture.
    async fn keep(
        &self,
        order: Order,
        event: &str,
        by: &Signer,
        request: Option<OrderRequest>,
    ) -> Result<Issued, OrderFault> {
        let now = order.changed_at;
        let city = self.registry.city().clone();
        // What was there when it was issued may have gone meanwhile: that it is ended must not fail.
        let closes = match check(&order, (&self.registry, &city), now) {
            Ok(_) if order.exercise => (0, 0),
            Ok(place) => place.count(&city),
            Err(_) if event == "ended" || event == "confirmed" => (0, 0),
            Err(fault) => return Err(fault),
        };
        let row = OrderRow {
            name: order.name.to_string(),
            version: order.version,
            event: event.to_owned(),
            partner: by.partner.to_string(),
            changed_at: now,
            body: record::body(&order),
            told: told(&order, now).to_string(),
        };
        match self.store.add_order_version(&row, request.as_ref()).await {
            Ok(OrderKept::Kept) => {}
            Ok(OrderKept::KeyReused) => return Err(OrderFault::KeyReused),
            Ok(OrderKept::Before(name)) => return self.known(&name, &city),
            Err(StoreError::Taken) => {
                // Another hub was faster: what it has made of it is read.
                self.read_again(&row.name).await;
                return Err(OrderFault::Unavailable(
                    "it has changed meanwhile; try again".into(),
                ));
            }
            Err(e) => {
                self.read_again(&row.name).await;
                return Err(e.into());
            }
        }
        self.take_in(&[row]);
        self.metrics
            .orders
            .written
            .with_label_values(&[event])
            .inc();
        let order = Arc::new(order);
        let is_known = false;
        Ok(Issued {
            order,
            closes,
            is_known,
        })
    }

    fn known(&self, name: &str, city: &crate::registry::city::City) -> Result<Issued, OrderFault> {
        let order = {
            let known = self.book.picture();
            known.order(name).map(|known| known.order.clone())
        };
        let order = order.ok_or(OrderFault::NoSuch)?;
        let (place, _) = super::place::OrderPlace::found(&order.target, &self.registry, city);
        let closes = place.count(city);
        let is_known = true;
        Ok(Issued {
            order,
            closes,
            is_known,
        })
    }

    /// Asks the store what it has of an order, until it says.
    async fn read_again(&self, name: &str) {
        loop {
            match self.store.order(name).await {
                Ok(rows) => return self.take_in(&rows),
                Err(e) => {
                    tracing::warn!(error = %e, "whether an order is written down is not known yet");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    fn has_room(&self, partner: &str) -> Result<(), OrderFault> {
        let known = self.book.picture();
        if known.standing().count() >= MOST {
            let why = format!("{MOST} orders have not ended: no more can be issued");
            return Err(OrderFault::TooMany(why));
        }
        let own = known.standing().filter(|o| *o.order.issued_by == *partner);
        if own.count() >= OF_PARTNER {
            let why = format!("{OF_PARTNER} orders of yours have not ended: end some first");
            return Err(OrderFault::TooMany(why));
        }
        Ok(())
    }
}

fn may_change(order: &Order, by: &Signer) -> Result<(), OrderFault> {
    if by.is_admin || *order.issued_by == *by.partner {
        Ok(())
    } else {
        Err(OrderFault::NotYours)
    }
}
