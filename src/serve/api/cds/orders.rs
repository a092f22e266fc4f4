//! Orders of the authority as policies of CDS: nobody may park, or stop, while one is in force.
//!
//! Promises: a policy is a version of an order, so what an id stands for is the same for ever; it goes
//! before every ordinary one. Only zones that are closed as a whole have it: of single bays the spaces say
//! that they are not available. An exercise closes nothing, and is none.

use super::ids::{self, Urn};
use crate::domain::{Millis, Order, OrderKind, OrderState, ZoneIx};
use crate::orders::{OrderPicture, StandingOrder};
use crate::serve::formats::text::Text;
use ahash::AHashMap;
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use uuid::Uuid;

/// Priorities are below this; those of ordinary policies are not.
pub(super) const ORDINARY: u64 = 1 << 30;

/// The policy of one version of an order.
pub(super) struct OrderPolicy {
    pub(super) id: Uuid,
    pub(super) order: Arc<Order>,
}

/// Of the newest picture of orders.
#[derive(Default)]
pub(super) struct OrderPolicyPictures(ArcSwapOption<OrderPolicies>);

impl OrderPolicyPictures {
    /// Those of `known`.
    pub(super) fn of(&self, known: &Arc<OrderPicture>) -> Arc<OrderPolicies> {
        let kept = self.0.load_full();
        if let Some(kept) = kept.filter(|kept| Arc::ptr_eq(&kept.known, known)) {
            return kept;
        }
        let made = Arc::new(OrderPolicies::new(known));
        self.0.store(Some(made.clone()));
        made
    }
}

/// Those of a picture, and whom they concern.
pub(super) struct OrderPolicies {
    known: Arc<OrderPicture>,
    /// By UUID.
    pub(super) all: Vec<OrderPolicy>,
    /// Of zones that are closed as a whole, places in `all`.
    whole: AHashMap<ZoneIx, Vec<u32>>,
    /// Of zones of which anything is closed, the orders' places in the picture.
    closing: AHashMap<ZoneIx, Vec<u32>>,
}

impl OrderPolicies {
    fn new(known: &Arc<OrderPicture>) -> Self {
        let mut own = Self {
            known: known.clone(),
            all: Vec::new(),
            whole: AHashMap::new(),
            closing: AHashMap::new(),
        };
        let closes = |one: &StandingOrder| one.state != OrderState::Ended && !one.order.exercise;
        let mut closing: Vec<(Uuid, &StandingOrder)> = Vec::new();
        for (at, one) in (0..).zip(&known.orders).filter(|(_, one)| closes(one)) {
            for zone in one.zones.iter() {
                own.closing.entry(*zone).or_default().push(at);
            }
            if !one.whole.is_empty() {
                closing.push((id(&one.order), one));
            }
        }
        closing.sort_unstable_by_key(|(id, _)| *id);
        for (at, (id, one)) in (0..).zip(closing) {
            for zone in one.whole.iter() {
                own.whole.entry(*zone).or_default().push(at);
            }
            let order = one.order.clone();
            own.all.push(OrderPolicy { id, order });
        }
        own
    }

    /// Those of a zone.
    pub(super) fn of_zone(&self, zone: ZoneIx) -> impl Iterator<Item = &OrderPolicy> {
        let places = self.whole.get(&zone).into_iter().flatten();
        places.filter_map(|at| self.all.get(*at as usize))
    }

    /// The names of orders that close anything of a zone.
    pub(super) fn names(&self, zone: ZoneIx) -> impl Iterator<Item = &str> {
        let places = self.closing.get(&zone).into_iter().flatten();
        let orders = places.filter_map(|at| self.known.orders.get(*at as usize));
        orders.map(|one| &*one.order.name)
    }

    /// When an order was last written down.
    pub(super) fn newest(&self) -> Millis {
        let changed = self.known.orders.iter().map(|one| one.order.changed_at);
        changed.max().unwrap_or_default()
    }
}

/// Of `order:ID:VERSION`.
fn id(order: &Order) -> Uuid {
    Urn::Policy.of(&format!("order:{}:{}", order.name, order.version))
}

impl OrderPolicy {
    /// From 1: no two of a zone are the same but by a chance of one in a billion, since nothing but its
    /// id may tell a policy's number.
    fn priority(&self) -> u64 {
        let bits = (self.id.as_u128() >> 98) as u64;
        1 + bits % (ORDINARY - 1)
    }

    /// The policy as the standard has it.
    pub(super) fn write(&self, t: &mut Text) {
        let order = &*self.order;
        t.raw("{\"curb_policy_id\":");
        ids::word(t, self.id);
        t.raw(",\"name\":").word(order.kind.name());
        let reason = order.reason.get("en");
        if let Some(reason) = reason.or_else(|| order.reason.values().next()) {
            t.raw(",\"description\":").string(reason);
        }
        t.raw(",\"published_date\":").number(order.changed_at.0);
        t.raw(",\"priority\":").number(self.priority());
        let activity = match order.kind {
            OrderKind::NoStopping => "no stopping",
            OrderKind::Closure | OrderKind::Event | OrderKind::Works | OrderKind::Emergency => {
                "no parking"
            }
        };
        t.raw(",\"rules\":[{\"activity\":").word(activity);
        t.raw("}],\"time_spans\":[{\"start_date\":")
            .number(order.from.0);
        if let Some(end) = order.end() {
            t.raw(",\"end_date\":").number(end.0);
        }
        t.raw("}]}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::tests::order;

    fn written(order: Order) -> serde_json::Value {
        let mut t = Text::with_capacity(0);
        let id = id(&order);
        let order = Arc::new(order);
        OrderPolicy { id, order }.write(&mut t);
        serde_json::from_slice(&t.0).unwrap()
    }

    #[test]
    fn a_version_of_an_order_is_a_policy_of_its_own_that_goes_before_ordinary_ones() {
        let mut first = order("or_1", 1_000);
        first.to = Some(Millis(9_000));
        let told = written(first.clone());
        // uuid.uuid5(uuid.NAMESPACE_URL, "urn:bayhub:policy:order:or_1:1")
        let named = "6e20bb36-2598-54c9-8009-58c40b5a36a2";
        assert_eq!(told["curb_policy_id"], named);
        assert_eq!(
            told["rules"],
            serde_json::json!([{"activity": "no parking"}])
        );
        let span = serde_json::json!([{"start_date": 1_000, "end_date": 9_000}]);
        assert_eq!(
            (&told["time_spans"], &told["description"]),
            (&span, &"burst main".into())
        );
        assert_eq!(told["published_date"], 1_000);
        let priority = told["priority"].as_u64().unwrap();
        assert!((1..ORDINARY).contains(&priority));
        let mut second = first;
        (second.version, second.to, second.kind) = (2, None, OrderKind::NoStopping);
        let again = written(second);
        assert_ne!(again["curb_policy_id"], told["curb_policy_id"]);
        assert_ne!(again["priority"], told["priority"]);
        assert_eq!(again["rules"][0]["activity"], "no stopping");
        assert_eq!(
            again["time_spans"],
            serde_json::json!([{"start_date": 1_000}])
        );
    }
}
