//! Subscriptions to the availability of zones and to orders of the authority: which filters are
//! served, and what is on its way to the client.
//!
//! Only filters that can match nothing but `bayhub/v1/zones/{zone}/availability`, or nothing but
//! `bayhub/v1/orders/{order}` and `bayhub/v1/orders/active`, are served. What is not acknowledged
//! holds up what follows; it is never sent again, since a newer state will come.

use super::{Open, SessionHost};
use crate::domain::{Availability, ZoneIx, id};
use crate::ingest::board::{OrderSaid, OrderTopic, Wanted};
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::read_batch::ReadBatch;
use crate::ingest::mqtt_server::wire::{
    self, Current, Filter, Grant, Outgoing, Qos, Reply, Subscribe, Voice,
};
use bytes::BytesMut;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Filters of one connection. More are better said with a wildcard.
pub(in super::super) const MAX_FILTERS: usize = 100;

/// Messages of QoS 1 on their way to one client.
const MAX_INFLIGHT: usize = 64;

/// What one client subscribed to.
#[derive(Default)]
pub(super) struct Subscriptions {
    list: Vec<Subscription>,
    /// Packet ids that wait for their PUBACK.
    inflight: BTreeSet<u16>,
    last_id: u16,
}

#[derive(Clone)]
struct Subscription {
    path: String,
    scope: Scope,
    qos: Qos,
    as_published: bool,
    /// It is shown what stands as well, and not changes alone.
    loud: bool,
}

#[derive(Clone, PartialEq, Eq)]
enum Scope {
    All,
    One(ZoneIx),
    Orders,
    Order(OrderTopic),
}

impl Scope {
    const fn is_of_orders(&self) -> bool {
        matches!(self, Self::Orders | Self::Order(_))
    }

    fn covers(&self, zone: ZoneIx) -> bool {
        *self == Self::All || *self == Self::One(zone)
    }

    fn covers_order(&self, topic: &OrderTopic) -> bool {
        match self {
            Self::Orders => true,
            Self::Order(one) => one == topic,
            Self::All | Self::One(_) => false,
        }
    }
}

/// One message for a subscriber, but for who hears it.
struct ShownMessage<'a> {
    topic: String,
    payload: &'a [u8],
    /// It answers a subscription.
    current: bool,
}

/// What became of a message for a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Delivered {
    Sent,
    /// Nobody here subscribes to it (any more).
    Unwanted,
    /// It is longer than what the client takes.
    TooLong,
}

impl Open {
    pub(super) fn subscribe(
        &mut self,
        s: Subscribe,
        batch: &mut ReadBatch,
        desk: &mut impl SessionHost,
    ) -> Result<(), Close> {
        if s.marked {
            return Err(Close::SubscriptionId);
        }
        let before = self.subscriptions.list.clone();
        for one in &mut self.subscriptions.list {
            // It is shown again whatever it asked for, since a change of it may be under way.
            one.loud = true;
        }
        let mut grants = Vec::with_capacity(s.filters.len());
        let mut to_orders = false;
        let mut to_zones = false;
        for mut filter in s.filters {
            // What a bridge is told its broker keeps for others, and it must hear what is cleared. In
            // 3.1.1 a filter cannot say so.
            filter.as_published |= self.bridge;
            let (grant, of_orders) = self.subscriptions.add(filter, desk);
            if let Grant::Yes(_) = grant {
                to_orders |= of_orders;
                to_zones |= !of_orders;
            }
            grants.push(grant);
        }
        let list = &self.subscriptions.list;
        let heard = |zone| list.iter().any(|s| s.loud && s.scope.covers(zone));
        if to_zones && !desk.watch(self.subscriptions.wanted(), &heard) {
            self.subscriptions.list = before;
            for grant in &mut grants {
                if matches!(grant, Grant::Yes(_)) {
                    *grant = Grant::Quota;
                }
            }
        } else if to_orders {
            desk.follow();
        }
        for grant in &grants {
            desk.declined(*grant);
        }
        batch.reply(Reply::SubAck(s.id, grants));
        Ok(())
    }

    pub(super) fn unsubscribe(
        &mut self,
        id: u16,
        paths: &[String],
        batch: &mut ReadBatch,
        desk: &mut impl SessionHost,
    ) {
        let list = &mut self.subscriptions.list;
        let mut remove = |path: &String| {
            let before = list.len();
            list.retain(|s| s.path != *path);
            list.len() < before
        };
        let were = paths.iter().map(&mut remove).collect();
        if list.iter().all(|s| s.scope.is_of_orders()) {
            desk.unwatch();
        }
        if !list.iter().any(|s| s.scope.is_of_orders()) {
            desk.unfollow();
        }
        batch.reply(Reply::UnsubAck(id, were));
    }

    /// A PUBACK. One for what was never sent is against the rules.
    pub(super) fn acked(&mut self, id: u16) -> Result<(), Close> {
        if self.subscriptions.inflight.remove(&id) {
            Ok(())
        } else {
            Err(Close::Unexpected)
        }
    }

    /// Whether one more message may be on its way.
    pub(super) fn has_room(&self) -> bool {
        self.subscriptions.inflight.len() < MAX_INFLIGHT.min(usize::from(self.receive_max))
    }

    /// Appends one zone's state to `out`, if it is subscribed to. `current`: it answers a
    /// subscription.
    pub(super) fn deliver(
        &mut self,
        voice: &Voice,
        (zone, id): (ZoneIx, &str),
        payload: &[u8],
        current: bool,
        out: &mut BytesMut,
    ) -> Delivered {
        let told = ShownMessage {
            topic: Availability::topic_of(id),
            payload,
            current,
        };
        let hears = |s: &Subscription| s.scope.covers(zone);
        self.subscriptions.send(voice, told, hears, out)
    }

    /// The same of orders.
    pub(super) fn deliver_order(
        &mut self,
        voice: &Voice,
        said: &OrderSaid,
        payload: &[u8],
        out: &mut BytesMut,
    ) -> Delivered {
        let told = ShownMessage {
            topic: said.of.path(),
            payload,
            current: said.current,
        };
        let hears = |s: &Subscription| s.scope.covers_order(&said.of) && (s.loud || !said.current);
        self.subscriptions.send(voice, told, hears, out)
    }
}

impl Subscriptions {
    /// Takes in one filter; says as well whether it is one of orders.
    fn add(&mut self, f: Filter, desk: &mut impl SessionHost) -> (Grant, bool) {
        let scope = match scope(&f.path, desk) {
            Ok(scope) => scope,
            Err(grant) => return (grant, false),
        };
        let of_orders = scope.is_of_orders();
        let qos = f.qos.min(Qos::One);
        let known = self.list.iter().position(|s| s.path == f.path);
        let one = Subscription {
            path: f.path,
            scope,
            qos,
            as_published: f.as_published,
            loud: f.current != Current::Never || known.is_some(),
        };
        match known {
            Some(at) => self.list[at] = one,
            None if self.list.len() < MAX_FILTERS => self.list.push(one),
            None => return (Grant::Quota, of_orders),
        }
        (Grant::Yes(qos), of_orders)
    }

    /// Appends a message to `out` by the best of those that hear it.
    fn send(
        &mut self,
        voice: &Voice,
        told: ShownMessage<'_>,
        hears: impl Fn(&Subscription) -> bool,
        out: &mut BytesMut,
    ) -> Delivered {
        let wanted = self.list.iter().filter(|s| hears(s));
        let Some(best) = wanted.max_by_key(|s| s.qos) else {
            return Delivered::Unwanted;
        };
        let id_given = if best.qos == Qos::Zero {
            0
        } else {
            next_id(self.last_id, &self.inflight)
        };
        let message = Outgoing {
            topic: told.topic,
            payload: told.payload,
            qos: best.qos,
            id: id_given,
            retain: told.current || best.as_published,
        };
        if !wire::publish(voice, message, out) {
            return Delivered::TooLong;
        }
        if id_given != 0 {
            self.last_id = id_given;
            self.inflight.insert(id_given);
        }
        Delivered::Sent
    }

    fn wanted(&self) -> Wanted {
        let zones = self.list.iter().filter(|s| !s.scope.is_of_orders());
        let one = |s: &Subscription| {
            if let Scope::One(zone) = s.scope {
                Some(zone)
            } else {
                None
            }
        };
        zones
            .map(one)
            .collect::<Option<Vec<_>>>()
            .map_or(Wanted::All, Wanted::These)
    }
}

/// What a filter stands for.
fn scope(path: &str, desk: &mut impl SessionHost) -> Result<Scope, Grant> {
    if path.starts_with("$share/") {
        return Err(Grant::Shared);
    }
    if let Some(name) = path.strip_prefix("bayhub/v1/orders/") {
        return order_scope(name, desk);
    }
    let rest = path
        .strip_prefix("bayhub/v1/zones/")
        .ok_or(Grant::Foreign)?;
    let (zone, last) = rest.split_once('/').unwrap_or((rest, ""));
    match (zone, last) {
        ("#", "") | ("+", "availability" | "+" | "#") if rest != "#/" => Ok(Scope::All),
        (zone, "availability" | "+" | "#") if id::is_valid(zone) => {
            desk.zone(zone).map(Scope::One).ok_or(Grant::Foreign)
        }
        _ => Err(Grant::Foreign),
    }
}

/// The orders that the last level of a filter stands for.
fn order_scope(name: &str, desk: &mut impl SessionHost) -> Result<Scope, Grant> {
    match name {
        "#" | "+" => Ok(Scope::Orders),
        "active" => Ok(Scope::Order(OrderTopic::Active)),
        name if id::is_valid(name) && desk.knows_order(name) => {
            let name: Arc<str> = name.into();
            Ok(Scope::Order(OrderTopic::One(name)))
        }
        _ => Err(Grant::Foreign),
    }
}

/// The packet id after `last` that is not in use; there always is one, as so few are.
fn next_id(last: u16, used: &BTreeSet<u16>) -> u16 {
    let after = |id: u16| if id == u16::MAX { 1 } else { id + 1 };
    let mut id = after(last);
    while used.contains(&id) {
        id = after(id);
    }
    id
}
