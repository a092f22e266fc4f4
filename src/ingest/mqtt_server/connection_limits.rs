//! Who is connected: room for each source, and the take-over of a client's older connection by its
//! newer one.
//!
//! Client ids are scoped by source, so nobody can end a stranger's connection by guessing its id.

use crate::domain::SourceIx;
use dashmap::{DashMap, Entry};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// Bounded by the server's limit of connections: one entry a connection at most, gone with it.
pub(super) struct ConnectionLimits {
    per_source: usize,
    inside: AtomicUsize,
    /// Of those inside, clients without a key.
    strangers: AtomicUsize,
    next: AtomicU64,
    taken: DashMap<SourceIx, usize, ahash::RandomState>,
    clients: DashMap<(SourceIx, Box<str>), Client, ahash::RandomState>,
}

/// Whether the house had room for a connection that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Free,
    /// It is heard only to be told so.
    None,
}

struct Client {
    /// Tells a connection from its successor under the same id.
    number: u64,
    kick: Arc<Notify>,
}

/// A connection's place; give it back with [`ConnectionLimits::leave`].
#[derive(Debug)]
pub(super) struct Seat {
    source: SourceIx,
    client_id: Option<Box<str>>,
    number: u64,
    /// Its client had an older connection, which has been told to go.
    pub(super) took_over: bool,
}

impl ConnectionLimits {
    pub(super) fn new(per_source: usize) -> Self {
        Self {
            per_source,
            inside: AtomicUsize::new(0),
            strangers: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            taken: DashMap::default(),
            clients: DashMap::default(),
        }
    }

    /// Takes one of `max` places in the house, if there is one; give it back with
    /// [`ConnectionLimits::exit`].
    pub(super) fn enter(&self, max: usize) -> Admission {
        if one_more(&self.inside, max) {
            Admission::Free
        } else {
            Admission::None
        }
    }

    pub(super) fn exit(&self) {
        self.inside.fetch_sub(1, Ordering::Relaxed);
    }

    /// Takes one of `max` places for clients without a key, if there is one; give it back with
    /// [`ConnectionLimits::exit_stranger`].
    pub(super) fn enter_stranger(&self, max: usize) -> bool {
        one_more(&self.strangers, max)
    }

    pub(super) fn exit_stranger(&self) {
        self.strangers.fetch_sub(1, Ordering::Relaxed);
    }

    /// `None`: the source has no room left. `kick` is notified when a newer connection takes this
    /// one's id; such a successor is always let in, because its predecessor leaves - else a source
    /// at its limit could not reconnect.
    pub(super) fn sit(
        &self,
        source: SourceIx,
        client_id: Option<&str>,
        kick: &Arc<Notify>,
    ) -> Option<Seat> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let client = Client {
            number,
            kick: Arc::clone(kick),
        };
        let mut seat = Seat {
            source,
            client_id: client_id.map(Into::into),
            number,
            took_over: false,
        };
        let Some(id) = client_id else {
            return self.room(source).then_some(seat);
        };
        match self.clients.entry((source, id.into())) {
            Entry::Occupied(mut older) => {
                older.insert(client).kick.notify_one();
                seat.took_over = true;
                *self.taken.entry(source).or_default() += 1;
            }
            Entry::Vacant(free) => {
                if !self.room(source) {
                    return None;
                }
                free.insert(client);
            }
        }
        Some(seat)
    }

    pub(super) fn leave(&self, seat: Seat) {
        if let Some(id) = seat.client_id {
            self.clients
                .remove_if(&(seat.source, id), |_, c| c.number == seat.number);
        }
        if let Entry::Occupied(mut n) = self.taken.entry(seat.source) {
            *n.get_mut() -= 1;
            if *n.get() == 0 {
                n.remove();
            }
        }
    }

    fn room(&self, source: SourceIx) -> bool {
        let mut n = self.taken.entry(source).or_default();
        let room = *n < self.per_source;
        *n += usize::from(room);
        room
    }
}

fn one_more(count: &AtomicUsize, max: usize) -> bool {
    let add = |n| (n < max).then_some(n + 1);
    count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: SourceIx = SourceIx(1);
    const BOB: SourceIx = SourceIx(2);

    fn kicked(n: &Notify) -> bool {
        use std::future::Future;
        let waker = std::task::Waker::noop();
        std::pin::pin!(n.notified())
            .poll(&mut std::task::Context::from_waker(waker))
            .is_ready()
    }

    #[test]
    fn the_newer_connection_takes_over_and_the_older_ones_leaving_does_not_unseat_it() {
        let seats = ConnectionLimits::new(9);
        let a = Arc::default();
        let b = Arc::default();
        let c = Arc::default();
        let older = seats.sit(ANN, Some("lamp"), &a).unwrap();
        let newer = seats.sit(ANN, Some("lamp"), &b).unwrap();
        assert!(kicked(&a) && !kicked(&b));
        seats.leave(older);
        let newest = seats.sit(ANN, Some("lamp"), &c).unwrap();
        assert!(
            kicked(&b),
            "the successor is still known after its predecessor left"
        );
        seats.leave(newer);
        seats.leave(newest);
        assert!(seats.clients.is_empty() && seats.taken.is_empty());
    }

    #[test]
    fn a_stranger_with_the_same_client_id_kicks_nobody() {
        let seats = ConnectionLimits::new(9);
        let a = Arc::default();
        let b = Arc::default();
        let _ann = seats.sit(ANN, Some("lamp"), &a).unwrap();
        let _bob = seats.sit(BOB, Some("lamp"), &b).unwrap();
        assert!(!kicked(&a) && !kicked(&b));
    }

    #[test]
    fn a_full_source_is_refused_but_may_reconnect_and_others_have_room() {
        let seats = ConnectionLimits::new(2);
        let k = Arc::default();
        let one = seats.sit(ANN, Some("1"), &k).unwrap();
        let two = seats.sit(ANN, None, &k).unwrap();
        assert!(seats.sit(ANN, Some("3"), &k).is_none() && seats.sit(ANN, None, &k).is_none());
        let again = seats.sit(ANN, Some("1"), &k).unwrap();
        let _bob = seats.sit(BOB, None, &k).unwrap();
        seats.leave(one);
        assert!(seats.sit(ANN, None, &k).is_none(), "two are still seated");
        seats.leave(two);
        assert!(seats.sit(ANN, Some("3"), &k).is_some());
        seats.leave(again);
    }
}
