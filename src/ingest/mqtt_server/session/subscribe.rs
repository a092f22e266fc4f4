//! Subscriptions to the availability of zones: which filters are served, and what is on its way to
//! the client.
//!
//! Only filters that can match nothing but `bayhub/v1/zones/{zone}/availability` are served. What
//! is not acknowledged holds up what follows; it is never sent again, since a newer state will
//! come.

use super::{Open, SessionHost};
use crate::domain::Availability;
use crate::domain::{ZoneIx, id};
use crate::ingest::board::Wanted;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::read_batch::ReadBatch;
use crate::ingest::mqtt_server::wire::{
    self, Current, Filter, Grant, Outgoing, Qos, Reply, Subscribe, Voice,
};
use bytes::BytesMut;
use std::collections::BTreeSet;

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
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    One(ZoneIx),
}

impl Scope {
    fn covers(self, zone: ZoneIx) -> bool {
        self == Self::All || self == Self::One(zone)
    }
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
        let mut loud = before.clone();
        let mut grants = Vec::with_capacity(s.filters.len());
        for filter in s.filters {
            grants.push(self.subscriptions.add(filter, &mut loud, desk));
        }
        if grants.iter().any(|g| matches!(g, Grant::Yes(_))) {
            let heard = |zone| loud.iter().any(|s| s.scope.covers(zone));
            if !desk.watch(self.subscriptions.wanted(), &heard) {
                self.subscriptions.list = before;
                for grant in &mut grants {
                    *grant = if matches!(grant, Grant::Yes(_)) {
                        Grant::Quota
                    } else {
                        *grant
                    };
                }
            }
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
        if list.is_empty() {
            desk.unwatch();
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
        let subs = &mut self.subscriptions;
        let wanted = subs.list.iter().filter(|s| s.scope.covers(zone));
        let Some(best) = wanted.max_by_key(|s| s.qos) else {
            return Delivered::Unwanted;
        };
        let id_given = if best.qos == Qos::Zero {
            0
        } else {
            next_id(subs.last_id, &subs.inflight)
        };
        let message = Outgoing {
            topic: Availability::topic_of(id),
            payload,
            qos: best.qos,
            id: id_given,
            retain: current || best.as_published,
        };
        if !wire::publish(voice, message, out) {
            return Delivered::TooLong;
        }
        if id_given != 0 {
            subs.last_id = id_given;
            subs.inflight.insert(id_given);
        }
        Delivered::Sent
    }
}

impl Subscriptions {
    /// Takes in one filter. `loud` collects what is to be shown as it stands now: a subscription
    /// that was there before is shown again whatever it asks for, since a change of it may be under
    /// way.
    fn add(
        &mut self,
        f: Filter,
        loud: &mut Vec<Subscription>,
        desk: &mut impl SessionHost,
    ) -> Grant {
        let scope = match scope(&f.path, desk) {
            Ok(scope) => scope,
            Err(grant) => return grant,
        };
        let qos = f.qos.min(Qos::One);
        let one = Subscription {
            path: f.path,
            scope,
            qos,
            as_published: f.as_published,
        };
        if f.current != Current::Never {
            loud.push(one.clone());
        }
        match self.list.iter().position(|s| s.path == one.path) {
            Some(at) => self.list[at] = one,
            None if self.list.len() < MAX_FILTERS => self.list.push(one),
            None => return Grant::Quota,
        }
        Grant::Yes(qos)
    }

    fn wanted(&self) -> Wanted {
        let one = |s: &Subscription| {
            if let Scope::One(zone) = s.scope {
                Some(zone)
            } else {
                None
            }
        };
        self.list
            .iter()
            .map(one)
            .collect::<Option<Vec<_>>>()
            .map_or(Wanted::All, Wanted::These)
    }
}

/// The zones that a filter stands for.
fn scope(path: &str, desk: &mut impl SessionHost) -> Result<Scope, Grant> {
    if path.starts_with("$share/") {
        return Err(Grant::Shared);
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

/// The packet id after `last` that is not in use; there always is one, as so few are.
fn next_id(last: u16, used: &BTreeSet<u16>) -> u16 {
    let after = |id: u16| if id == u16::MAX { 1 } else { id + 1 };
    let mut id = after(last);
    while used.contains(&id) {
        id = after(id);
    }
    id
}
