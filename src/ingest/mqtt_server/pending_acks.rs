//! Acks that wait for the journal, in the order of their publishes.

use bytes::BytesMut;
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// The acks of one connection that may not be sent yet: one entry a submission, bounded by who
/// fills it.
#[derive(Default)]
pub(super) struct PendingAcks(VecDeque<PendingAck>);

struct PendingAck {
    durable: oneshot::Receiver<()>,
    acks: BytesMut,
    /// Messages that are settled by them.
    settles: u32,
}

/// A submission was dropped by the journal: it is not on disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotDurable;

impl PendingAcks {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `acks`, which settle `settles` messages, are due once `durable` fires.
    pub(super) fn push(&mut self, durable: oneshot::Receiver<()>, acks: BytesMut, settles: u32) {
        self.0.push_back(PendingAck {
            durable,
            acks,
            settles,
        });
    }

    /// Acks that wait for nothing of their own, only for their turn: into `out` if nothing is
    /// before them. Returns how many messages are settled at once.
    pub(super) fn queue(&mut self, acks: &BytesMut, settles: u32, out: &mut BytesMut) -> u32 {
        let Some(last) = self.0.back_mut() else {
            out.extend_from_slice(acks);
            return settles;
        };
        last.acks.extend_from_slice(acks);
        last.settles += settles;
        0
    }

    /// Waits for the oldest submission, then moves its acks to `out`, and those of all that are
    /// durable after it; adds to `settled` the messages they settle. Safe to cancel. Pends for ever
    /// when nothing is owed.
    pub(super) async fn settle(
        &mut self,
        out: &mut BytesMut,
        settled: &mut u32,
    ) -> Result<(), NotDurable> {
        let Some(oldest) = self.0.front_mut() else {
            return std::future::pending().await;
        };
        let mut fired = (&mut oldest.durable).await.map_err(|_| NotDurable);
        while fired.is_ok() {
            if let Some(entry) = self.0.pop_front() {
                out.extend_from_slice(&entry.acks);
                *settled += entry.settles;
            }
            match self.0.front_mut().map(|e| e.durable.try_recv()) {
                Some(Ok(())) => {}
                Some(Err(oneshot::error::TryRecvError::Closed)) => fired = Err(NotDurable),
                Some(Err(oneshot::error::TryRecvError::Empty)) | None => break,
            }
        }
        if self.0.is_empty() {
            self.0 = VecDeque::new(); // an idle connection keeps nothing
        }
        fired
    }
}
