//! What is owed to the broker: acknowledgements, in the order of the messages, on the connection
//! they came by.
//!
//! Pure: no socket, no clock, no task. Promises: an acknowledgement comes out only once its batch
//! and every batch before it are durable, in receive order, once; and never after its connection
//! has ended. A packet id means one message on one connection and another on the next, so a late
//! acknowledgement would acknowledge what was never stored; the broker sends the old message again
//! anyway.

use std::collections::VecDeque;

/// One connection. Messages carry it, so that nothing of it is mistaken for its successor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Epoch(u64);

/// A batch whose acknowledgements are owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// See the module. Bounded by who fills it: the desk takes no more messages than the configured
/// `inflight`.
#[derive(Debug, Default)]
pub(super) struct AckLedger {
    epoch: u64,
    /// The ticket of the first entry of `owed`.
    first: u64,
    owed: VecDeque<DueAck>,
}

#[derive(Debug)]
struct DueAck {
    acks: Vec<u16>,
    durable: bool,
}

impl AckLedger {
    /// The connection that stands, or the next one.
    pub(super) const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// The connection has ended: what was owed on it can never be paid. Returns how many
    /// acknowledgements that was.
    pub(super) fn lost(&mut self) -> usize {
        self.epoch += 1;
        self.first += self.owed.len() as u64;
        self.owed.drain(..).map(|entry| entry.acks.len()).sum()
    }

    /// Notes a batch, in receive order; messages of ended connections in it are owed nothing.
    pub(super) fn owe(&mut self, received: impl Iterator<Item = (Epoch, u16)>) -> Ticket {
        let acks = received
            .filter(|(epoch, _)| *epoch == self.epoch())
            .map(|(_, id)| id)
            .collect();
        self.owed.push_back(DueAck {
            acks,
            durable: false,
        });
        Ticket(self.first + self.owed.len() as u64 - 1)
    }

    /// The batch is on disk: appends to `due` the packet ids that may be acknowledged now. Nothing
    /// for a ticket whose connection has ended, or that was settled before.
    pub(super) fn durable(&mut self, ticket: Ticket, due: &mut Vec<u16>) {
        let at = ticket
            .0
            .checked_sub(self.first)
            .and_then(|at| usize::try_from(at).ok());
        let Some(entry) = at.and_then(|at| self.owed.get_mut(at)) else {
            return;
        };
        entry.durable = true;
        while self.owed.front().is_some_and(|entry| entry.durable) {
            self.first += 1;
            due.extend(
                self.owed
                    .pop_front()
                    .into_iter()
                    .flat_map(|entry| entry.acks),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owe(ledger: &mut AckLedger, ids: &[u16]) -> Ticket {
        let epoch = ledger.epoch();
        ledger.owe(ids.iter().map(|id| (epoch, *id)))
    }

    fn durable(ledger: &mut AckLedger, ticket: Ticket) -> Vec<u16> {
        let mut due = Vec::new();
        ledger.durable(ticket, &mut due);
        due
    }

    #[test]
    fn acks_leave_in_the_order_of_the_messages_however_batches_become_durable() {
        let mut ledger = AckLedger::default();
        let a = owe(&mut ledger, &[1, 2]);
        let b = owe(&mut ledger, &[3]);
        let c = owe(&mut ledger, &[4, 1]);
        assert_eq!(durable(&mut ledger, c), [0_u16; 0]);
        assert_eq!(durable(&mut ledger, a), [1, 2]);
        assert_eq!(durable(&mut ledger, a), [0_u16; 0], "once");
        assert_eq!(durable(&mut ledger, b), [3, 4, 1]);
    }

    #[test]
    fn an_ack_of_an_ended_connection_is_never_paid_on_the_next() {
        let mut ledger = AckLedger::default();
        let old = owe(&mut ledger, &[1, 2]);
        let before = ledger.epoch();
        assert_eq!(ledger.lost(), 2);
        // The broker sends another message under the same packet id.
        let new = owe(&mut ledger, &[1]);
        assert_eq!(
            durable(&mut ledger, old),
            [0_u16; 0],
            "it would have acknowledged the new message 1, which is not durable"
        );
        assert_eq!(durable(&mut ledger, new), [1]);
        // What was read before the cut and reaches the desk after it is stored, but owed nothing.
        let now = ledger.epoch();
        let mixed = ledger.owe([(before, 7), (now, 8)].into_iter());
        assert_eq!(durable(&mut ledger, mixed), [8]);
    }

    #[test]
    fn a_batch_without_acks_keeps_its_turn_and_holds_up_nobody() {
        let mut ledger = AckLedger::default();
        let none = owe(&mut ledger, &[]);
        let some = owe(&mut ledger, &[5]);
        assert_eq!(durable(&mut ledger, some), [0_u16; 0]);
        assert_eq!(durable(&mut ledger, none), [5]);
    }

    #[derive(Clone, Debug)]
    enum Act {
        Receive(u8),
        Durable(usize),
        Lost,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![4 => (0..5_u8).prop_map(Act::Receive), 4 => any::<usize>().prop_map(Act::Durable), 1 => Just(Act::Lost)]
    }

    proptest! {
        /// Against a plain list of everything ever received: what is paid on a connection is always
        /// the next of what was received on it, and never anything that is not durable.
        #[test]
        fn whatever_happens_what_is_paid_is_the_next_owed_of_this_connection(acts in prop::collection::vec(act(), 0..200)) {
            let mut ledger = AckLedger::default();
            let mut all = Vec::new();
            let mut this = Vec::new();
            let mut paid = 0;
            let mut id = 0_u16;
            for act in acts {
                match act {
                    Act::Receive(n) => {
                        let ids: Vec<u16> = (0..n).map(|_| { id += 1; id }).collect();
                        let ticket = owe(&mut ledger, &ids);
                        this.extend(ids.iter().map(|id| (*id, ticket)));
                        all.push((ticket, false));
                    }
                    Act::Durable(at) if !all.is_empty() => {
                        let at = at % all.len();
                        all[at].1 = true;
                        for id in durable(&mut ledger, all[at].0) {
                            let (next, ticket) = this[paid];
                            prop_assert_eq!(id, next);
                            prop_assert!(all.iter().any(|(t, durable)| *t == ticket && *durable));
                            paid += 1;
                        }
                    }
                    Act::Durable(_) => {}
                    Act::Lost => {
                        ledger.lost();
                        (paid, this) = (0, Vec::new());
                    }
                }
            }
        }
    }
}
