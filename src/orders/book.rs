//! Where the picture of all orders stands, and who follows it.
//!
//! Promises: readers wait for nobody; a version that is put is in the picture before it is answered; what
//! closes before [`ClosureBook::open_from`] stays. Dear: a new picture is made under a lock that readers
//! do not take.

use super::picture::{KNOWN_MS, OrderPicture, picture};
use super::places::{OrderPlaces, Versions};
use crate::domain::{Clock, ClosureBook, Closures, Millis, Order};
use crate::registry::Registry;
use arc_swap::{ArcSwap, Guard};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What pictures are made of.
#[derive(Default)]
struct OrdersHeld {
    versions: Versions,
    places: OrderPlaces,
}

/// See the module.
pub struct OrderBook {
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    held: Mutex<OrdersHeld>,
    picture: ArcSwap<OrderPicture>,
    /// Of the closures.
    version: AtomicU64,
    /// From when on an order is being written down; `u64::MAX`: none is.
    open_from: AtomicU64,
    changed: watch::Sender<u64>,
}

impl OrderBook {
    /// Without orders.
    #[must_use]
    pub fn new(registry: Arc<Registry>, clock: Arc<dyn Clock>) -> Self {
        let empty = OrderPicture {
            next: Millis::MAX,
            city: registry.city().picture(),
            ..OrderPicture::default()
        };
        Self {
            registry,
            clock,
            held: Mutex::default(),
            picture: ArcSwap::from_pointee(empty),
            version: AtomicU64::new(0),
            open_from: AtomicU64::new(u64::MAX),
            changed: watch::channel(0).0,
        }
    }

    /// Whose city it is of, and by which clock.
    pub(super) fn by(&self) -> (Arc<Registry>, Arc<dyn Clock>) {
        (self.registry.clone(), self.clock.clone())
    }

    /// What stands now.
    #[must_use]
    pub fn picture(&self) -> Guard<Arc<OrderPicture>> {
        self.picture.load()
    }

    /// All versions of an order, by number.
    #[must_use]
    pub fn versions(&self, name: &str) -> Vec<Arc<Order>> {
        self.lock().versions.get(name).cloned().unwrap_or_default()
    }

    /// Rings when anything is told of any order; holds the newest change.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Takes in versions that are on disk.
    pub(super) fn put(&self, orders: impl IntoIterator<Item = Order>) {
        let mut held = self.lock();
        for order in orders {
            let of = held.versions.entry(order.name.clone()).or_default();
            let at = of.partition_point(|v| v.version < order.version);
            if of.get(at).is_some_and(|v| v.version == order.version) {
                of[at] = Arc::new(order);
            } else {
                of.insert(at, Arc::new(order));
            }
        }
        self.make(&mut held);
    }

    /// Makes the picture anew if time or the city have changed what it says.
    pub(super) fn follow(&self) {
        let now = self.clock.now();
        let is_old = {
            let known = self.picture.load();
            now >= known.next || known.city != self.registry.city().picture()
        };
        if is_old {
            self.make(&mut self.lock());
        }
    }

    /// For tests: a version as if it were on disk.
    #[cfg(test)]
    pub(crate) fn hold(&self, order: Order) {
        self.put([order]);
    }

    fn make(&self, held: &mut OrdersHeld) {
        let OrdersHeld { versions, places } = held;
        let now = self.clock.now();
        versions.retain(|_, of| {
            let last = of.last().and_then(|order| order.end());
            last.is_none_or(|end| now.since(end) < KNOWN_MS)
        });
        let before = self.picture.load_full();
        let city = self.registry.city().clone();
        places.find(versions, &self.registry, &city);
        let next = picture(versions, places, &before, now);
        let is_news = next.change != before.change;
        let closes_else = *next.closures != *before.closures;
        let change = next.change;
        self.picture.store(Arc::new(next));
        if closes_else || before.city != city.picture() {
            self.version.fetch_add(1, Ordering::Release);
        }
        if is_news {
            self.changed.send_replace(change);
        }
    }

    /// An order is being written down: it may close from now on. Ended by dropping.
    pub(super) fn open(&self) -> OpenTime<'_> {
        // Before the clock is read: who asks for this first and reads frontiers later sees one of both.
        self.open_from.store(0, Ordering::SeqCst);
        let now = self.clock.now();
        self.open_from.store(now.0, Ordering::SeqCst);
        OpenTime {
            book: self,
            at: now,
        }
    }

    /// How many orders have not ended.
    #[must_use]
    pub fn standing(&self) -> usize {
        self.picture.load().standing().count()
    }

    /// For tests: how often an order was looked for in the city.
    #[cfg(test)]
    pub(super) fn looked(&self) -> usize {
        self.lock().places.looked
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, OrdersHeld> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time that an order may still close is held open.
pub(super) struct OpenTime<'a> {
    book: &'a OrderBook,
    /// What is written down has an effect from here on.
    pub(super) at: Millis,
}

impl Drop for OpenTime<'_> {
    fn drop(&mut self) {
        self.book.open_from.store(u64::MAX, Ordering::SeqCst);
    }
}

impl ClosureBook for OrderBook {
    fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn closures(&self) -> Arc<Closures> {
        self.picture.load().closures.clone()
    }

    fn open_from(&self) -> Millis {
        Millis(self.open_from.load(Ordering::SeqCst))
    }
}
