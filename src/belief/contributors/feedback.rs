//! What sensors show of reports, added up per window of ingest time.

use super::take;
use crate::belief::LogOdds;
use std::collections::BTreeMap;

/// Certainty that is worth nothing: (2q - 1)^2 up to 0.3, in 1/65,536.
const TOO_LITTLE: u64 = 19_661;

/// One report, judged by what is believed from the sensor alone at its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// The contributor's.
    pub slot: u32,
    /// Whether it said *occupied*.
    pub said: bool,
    /// How likely that was so: P(occupied), in 1/16.
    pub q: u8,
    /// How much it counts, in 1/16.
    pub w: u8,
}

impl Feedback {
    /// Of a report on a bay that a sensor serves; `sensor` is what is believed from that alone.
    /// `None` where that is not certain enough, or where the report is of no contributor (slot 0).
    #[must_use]
    pub fn judge(slot: u32, said: bool, sensor: LogOdds) -> Option<Self> {
        let p = u64::from(sensor.p_occupied_fine());
        let certainty = (2 * p).abs_diff(65_535).pow(2) >> 16;
        (slot != 0 && certainty > TOO_LITTLE).then(|| Self {
            slot,
            said,
            q: ((p * 16 + (1 << 15)) >> 16) as u8,
            w: ((certainty * 16 + (1 << 15)) >> 16) as u8,
        })
    }
}

/// Who learns what sensors show of contributors. Called by each stream worker on its own thread:
/// must not block for long.
pub trait Judges: Send + Sync {
    /// In that window of ingest time ([`WINDOW_S`](super::WINDOW_S)).
    fn judged(&self, window: u32, feedback: Feedback);
}

/// What a window has shown of one contributor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Judged {
    /// As an account's counts, in 1/256.
    pub(super) counts: [u32; 4],
    pub(super) reports: u32,
    /// Of all reports, in 1/16.
    pub(super) certainty: u32,
    /// Of what was right, in 1/256.
    pub(super) right: u32,
}

impl Judged {
    fn add(&mut self, feedback: Feedback) {
        let w = u32::from(feedback.w.min(16));
        let q = u32::from(feedback.q.min(16));
        let occupied = q * w;
        let vacant = (16 - q) * w;
        let (at, right) = if feedback.said {
            (0, occupied)
        } else {
            (2, vacant)
        };
        let more = |count: &mut u32, by: u32| *count = count.saturating_add(by);
        more(&mut self.counts[at], occupied);
        more(&mut self.counts[at + 1], vacant);
        more(&mut self.right, right);
        more(&mut self.certainty, w);
        more(&mut self.reports, 1);
    }
}

/// The windows that may still be judged in. At most a row for each slot in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows(BTreeMap<(u32, u32), Judged>);

impl Windows {
    pub(super) fn absorb(&mut self, window: u32, feedback: Feedback) {
        self.0
            .entry((window, feedback.slot))
            .or_default()
            .add(feedback);
    }

    /// All up to that window, by window and slot.
    pub(super) fn take_through(&mut self, window: u32) -> impl Iterator<Item = (u32, Judged)> {
        let open = match window.checked_add(1) {
            Some(next) => self.0.split_off(&(next, 0)),
            None => BTreeMap::new(),
        };
        let closed = std::mem::replace(&mut self.0, open);
        closed.into_iter().map(|((_, slot), judged)| (slot, judged))
    }

    #[cfg(test)]
    pub(super) fn rows(&self) -> usize {
        self.0.len()
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend((self.0.len() as u64).to_le_bytes());
        for ((window, slot), judged) in &self.0 {
            let [a, b, c, d] = judged.counts;
            let Judged {
                reports,
                certainty,
                right,
                ..
            } = *judged;
            for word in [*window, *slot, a, b, c, d, reports, certainty, right] {
                bytes.extend(word.to_le_bytes());
            }
        }
    }

    pub(super) fn read(bytes: &mut &[u8], slots: u32) -> Option<Self> {
        let rows = u64::from_le_bytes(*take(bytes)?);
        let mut windows = BTreeMap::new();
        for _ in 0..rows {
            let mut words = [0; 9];
            for word in &mut words {
                *word = u32::from_le_bytes(*take(bytes)?);
            }
            let [window, slot, a, b, c, d, reports, certainty, right] = words;
            if slot >= slots {
                return None;
            }
            let counts = [a, b, c, d];
            let judged = Judged {
                counts,
                reports,
                certainty,
                right,
            };
            windows.insert((window, slot), judged);
        }
        Some(Self(windows))
    }
}
