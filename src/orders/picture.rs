//! All orders of now, and what they close. Made anew when one changes, when time makes one begin or end,
//! and when the city changes; then replaced whole.

use super::places::{OrderPlaces, Versions};
use super::told::told;
use crate::domain::closure::{Closing, Closures};
use crate::domain::order::CONFIRM_MS;
use crate::domain::{Confirmation, Millis, Order, OrderState, ZoneIx};
use ahash::AHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long an order that has ended is known in memory, ms: longer than anything can amend.
pub(super) const KNOWN_MS: u64 = 35 * 86_400_000;

/// An order and what is told of it.
#[derive(Clone, Debug)]
pub struct StandingOrder {
    pub order: Arc<Order>,
    /// As it was when the picture was made.
    pub state: OrderState,
    /// JSON, of that moment.
    pub told: Arc<str>,
    /// Rises with each change of what is told, of any order.
    pub change: u64,
    /// Zones that it concerns, or did in an earlier version.
    pub zones: Arc<[ZoneIx]>,
    /// Zones that it is about as a whole.
    pub whole: Arc<[ZoneIx]>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OrderPicture {
    /// By change, rising.
    pub orders: Vec<StandingOrder>,
    pub(super) by_name: AHashMap<Arc<str>, usize>,
    /// By rank, as closures name them.
    pub(super) ranked: Vec<Arc<Order>>,
    pub closures: Arc<Closures>,
    /// When it says something else, if nothing else happens.
    pub(super) next: Millis,
    /// The picture of the city that it is of.
    pub(super) city: u64,
    pub(super) change: u64,
    /// Rises with each picture.
    pub(super) made: u64,
}

impl OrderPicture {
    /// One order.
    #[must_use]
    pub fn order(&self, name: &str) -> Option<&StandingOrder> {
        self.by_name.get(name).map(|at| &self.orders[*at])
    }

    /// Which order it is that closes.
    #[must_use]
    pub fn closing(&self, closing: Closing) -> Option<&Arc<Order>> {
        self.ranked.get(closing.order as usize)
    }

    /// Those that have not ended, by change.
    pub fn standing(&self) -> impl Iterator<Item = &StandingOrder> {
        let stands = |o: &&StandingOrder| o.state != OrderState::Ended;
        self.orders.iter().filter(stands)
    }

    /// What has changed after that change, rising.
    #[must_use]
    pub fn since(&self, change: u64) -> &[StandingOrder] {
        let from = self.orders.partition_point(|o| o.change <= change);
        &self.orders[from..]
    }

    /// The newest change there is.
    #[must_use]
    pub const fn newest(&self) -> u64 {
        self.change
    }
}

/// The picture at `now`, after another; `places`: of all these versions.
pub(super) fn picture(
    versions: &Versions,
    places: &OrderPlaces,
    before: &OrderPicture,
    now: Millis,
) -> OrderPicture {
    let mut ranked: Vec<&Vec<Arc<Order>>> = versions.values().filter(|v| !v.is_empty()).collect();
    let newest = |v: &Vec<Arc<Order>>| v.last().cloned();
    ranked.sort_by_key(|v| {
        let last = newest(v);
        last.map(|o| (std::cmp::Reverse(o.severity), o.issued_at, o.name.clone()))
    });
    let mut closed = Vec::new();
    let mut orders = Vec::new();
    let mut change = before.change;
    let mut next = Millis::MAX;
    for (rank, versions) in (0..).zip(&ranked) {
        let Some(order) = newest(versions) else {
            continue;
        };
        let mut zones = BTreeSet::new();
        let mut whole = BTreeSet::new();
        for ((at, version), place) in versions.iter().enumerate().zip(places.of(&order.name)) {
            let after = versions.get(at + 1).map(|v| v.changed_at);
            zones.extend(place.zones());
            if let Some(span) = version.closes(after) {
                closed.extend(place.closed(Closing {
                    span,
                    order: rank,
                    affects: version.affects,
                }));
            }
            whole.clone_from(&place.whole);
        }
        next = next.min(next_moment(&order, now));
        let told = told(&order, now).to_string();
        let old = before.order(&order.name).filter(|old| *old.told == *told);
        let zones: Vec<ZoneIx> = zones.into_iter().collect();
        orders.push(StandingOrder {
            state: order.state(now),
            told: told.into(),
            change: old.map_or(0, |old| old.change),
            zones: zones.into(),
            whole: whole.into_iter().collect(),
            order,
        });
    }
    for order in orders.iter_mut().filter(|o| o.change == 0) {
        change += 1;
        order.change = change;
    }
    let ranked = orders.iter().map(|o| o.order.clone()).collect();
    orders.sort_by_key(|o| o.change);
    let names = orders.iter().enumerate();
    OrderPicture {
        by_name: names.map(|(at, o)| (o.order.name.clone(), at)).collect(),
        orders,
        ranked,
        closures: Arc::new(Closures::new(closed)),
        next,
        city: places.city(),
        change,
        made: before.made + 1,
    }
}

/// When what is told of an order changes by itself.
fn next_moment(order: &Order, now: Millis) -> Millis {
    let waits = order.confirmation(now) == Some(Confirmation::Pending);
    let second = waits.then(|| order.declared_at.plus(CONFIRM_MS));
    let moments = [Some(order.from), order.end(), second];
    let ahead = moments.into_iter().flatten().filter(|at| *at > now);
    ahead.min().unwrap_or(Millis::MAX)
}
