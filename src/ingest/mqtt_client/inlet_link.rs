//! What an inlet and its desk share: the ledger of acknowledgements, and what is on its way between
//! them.

use super::ledger::{AckLedger, Epoch, Ticket};
use rumqttc::{AsyncClient, ClientError, Publish, QoS};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit};

/// A message on its way to the desk.
pub(super) struct Received {
    pub epoch: Epoch,
    pub publish: Publish,
    /// Its share of [`BYTES`].
    pub _room: OwnedSemaphorePermit,
}

/// What an inlet shares with its desk.
pub(super) struct InletLink {
    /// Held for the length of a few pushes, never over an await. An ack is queued under it, so that
    /// none of an ended connection is queued once `lost` has returned.
    pub(super) ledger: Mutex<AckLedger>,
    pub(super) client: AsyncClient,
    /// Rung by the desk: what it took cannot be stored, so the connection must end and the broker
    /// send it again.
    pub broken: Notify,
}

impl InletLink {
    pub(super) fn ledger(&self) -> MutexGuard<'_, AckLedger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn owe(&self, received: impl Iterator<Item = (Epoch, u16)>) -> Ticket {
        self.ledger().owe(received)
    }

    /// The batch is on disk: sends what may be acknowledged now.
    pub(super) fn settle(&self, ticket: Ticket) -> Result<(), ClientError> {
        let mut ledger = self.ledger();
        let mut due = Vec::new();
        ledger.durable(ticket, &mut due);
        let mut ack = Publish::new("", QoS::AtLeastOnce, Vec::new());
        due.into_iter().try_for_each(|id| {
            ack.pkid = id;
            self.client.try_ack(&ack)
        })
    }
}
