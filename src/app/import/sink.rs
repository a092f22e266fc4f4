//! Where the hours of a stretch come together: parts of workers in, whole hours out, in their order.

use crate::domain::{Corrections, Millis, SettledHour, SettledSink};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

/// Takes what the workers have settled, puts the parts of an hour together and hands it on.
pub(super) struct PastSink {
    parts: Mutex<BTreeMap<Millis, BTreeMap<u32, Arc<SettledHour>>>>,
    to: mpsc::SyncSender<SettledHour>,
    /// Start of the last hour that was handed on, ms.
    last: AtomicU64,
    failed: AtomicU64,
}

impl PastSink {
    pub(super) fn new(to: mpsc::SyncSender<SettledHour>) -> Self {
        Self {
            parts: Mutex::default(),
            to,
            last: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    /// Whether nobody takes any more, or something came that cannot be: what is in order is not late.
    pub(super) fn failed(&self) -> bool {
        self.failed.load(Ordering::Acquire) > 0
    }

    fn fail(&self) {
        self.failed.store(1, Ordering::Release);
    }
}

impl SettledSink for PastSink {
    fn try_hour(&self, part: u32, parts: u32, hour: &Arc<SettledHour>) -> bool {
        let mut all = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let there = all.entry(hour.hour).or_default();
        there.insert(part, hour.clone());
        if there.len() < parts as usize {
            return true;
        }
        let mut whole = SettledHour {
            hour: hour.hour,
            ..SettledHour::default()
        };
        for part in there.values() {
            whole.windows.extend_from_slice(&part.windows);
            whole.visits.extend_from_slice(&part.visits);
        }
        // Which part had which zones must not show.
        whole.windows.sort_by_key(|r| (r.zone, r.from));
        whole.visits.sort_by_key(|v| (v.end, v.bay, v.start));
        match self.to.try_send(whole) {
            Ok(()) => {
                all.remove(&hour.hour);
                self.last.store(hour.hour.0, Ordering::Release);
                true
            }
            Err(mpsc::TrySendError::Full(_)) => {
                there.remove(&part);
                false
            }
            Err(mpsc::TrySendError::Disconnected(_)) => {
                self.fail();
                true
            }
        }
    }

    fn try_corrections(&self, _: u32, _: u32, corrections: &Arc<Corrections>) -> bool {
        if !corrections.windows.is_empty() || !corrections.visits.is_empty() {
            self.fail();
        }
        true
    }

    fn given_up(&self, _: Millis, _: bool) {
        self.fail();
    }
}
