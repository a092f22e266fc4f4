//! The end that the journal's thread holds: batches in, dealt out to the workers' queues.

use super::super::progress::Progress;
use super::super::rates::RateSchedule;
use crate::domain::{Batch, Claim};
use crate::settlement::SettlementShared;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use timely::scheduling::SyncActivator;

/// A worker's queue, and what wakes it.
pub(super) type WorkerQueue = (mpsc::SyncSender<Batch>, SyncActivator);

/// Hands batches to the workers, in commit order, from one thread. Dropping it ends the stream once
/// it has drained.
pub struct Feed {
    pub(super) workers: Vec<WorkerQueue>,
    pub(super) next: usize,
    pub(super) progress: Arc<Progress>,
    pub(super) settle: Option<Arc<SettlementShared>>,
    pub(super) rates: Arc<RateSchedule>,
}

impl Feed {
    /// Hands one batch to one worker and a tick of the same time to the others; waits while their
    /// queues are full.
    pub fn push(&mut self, batch: Batch) {
        if let Some(settle) = &self.settle {
            settle.begin(batch.ingest_at);
        }
        let table = |claim: &Claim| match claim {
            Claim::Rates { table } => Some(*table),
            _ => None,
        };
        if let Some(number) = batch.claims.iter().rev().find_map(table) {
            let frontier = self.progress.frontier();
            self.rates.say(batch.ingest_at, number, frontier);
        }
        self.progress
            .fed
            .fetch_add(batch.claims.len() as u64, Ordering::Release);
        let n = self.workers.len();
        let chosen = self.next;
        self.next = (chosen + 1) % n;
        for other in (0..n).filter(|i| *i != chosen) {
            self.send(
                other,
                Batch {
                    ingest_at: batch.ingest_at,
                    claims: Vec::new(),
                },
            );
        }
        self.send(chosen, batch);
    }

    fn send(&self, worker: usize, batch: Batch) {
        let (tx, wake) = &self.workers[worker];
        // A worker that is gone has panicked, and the panic hook is ending the process.
        let _ = tx.send(batch);
        let _ = wake.activate();
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        for (tx, wake) in self.workers.drain(..) {
            drop(tx);
            let _ = wake.activate();
        }
    }
}
