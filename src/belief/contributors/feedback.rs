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
pub trait FeedbackSink: Send + Sync {
    /// Worker `worker` has judged all it ever will in the windows of ingest time up to `through`
    /// ([`WINDOW_S`](super::WINDOW_S)), and this is what was not handed in before.
    fn hand_in(&self, worker: u32, through: u32, windows: Windows);
}

/// What a window has shown of one contributor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Reports by what was said and by what was so, in 1/256: said occupied and so, said occupied
    /// and not so, said vacant and not so, said vacant and so.
    pub counts: [u32; 4],
    pub reports: u32,
    /// Of all reports, in 1/16.
    pub certainty: u32,
    /// Of what was right, in 1/256.
    pub right: u32,
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

    fn sum(&mut self, other: &Self) {
        let more = |count: &mut u32, by: u32| *count = count.saturating_add(by);
        let counts = self.counts.iter_mut().zip(other.counts);
        counts.for_each(|(count, by)| more(count, by));
        more(&mut self.reports, other.reports);
        more(&mut self.certainty, other.certainty);
        more(&mut self.right, other.right);
    }
}

/// What was judged in windows that are not applied yet: sums, so in whatever order and by however
/// many workers they were made, they come to the same. At most a row for each slot in each window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows(BTreeMap<(u32, u32), Judged>);

impl Windows {
    pub fn absorb(&mut self, window: u32, feedback: Feedback) {
        self.0
            .entry((window, feedback.slot))
            .or_default()
            .add(feedback);
    }

    /// Adds what another has, but for windows up to `applied`.
    pub fn merge(&mut self, other: &Self, applied: Option<u32>) {
        for (window, slot, judged) in other.rows() {
            if applied.is_none_or(|applied| window > applied) {
                self.0.entry((window, slot)).or_default().sum(judged);
            }
        }
    }

    /// All up to that window.
    #[must_use]
    pub fn take_through(&mut self, window: u32) -> Self {
        let open = match window.checked_add(1) {
            Some(next) => self.0.split_off(&(next, 0)),
            None => BTreeMap::new(),
        };
        Self(std::mem::replace(&mut self.0, open))
    }

    /// Window, slot and what was judged, in order of the first two.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (u32, u32, &Judged)> {
        let all = self.0.iter();
        all.map(|((window, slot), judged)| (*window, *slot, judged))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the disk: 36 bytes a row.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        for (window, slot, judged) in self.rows() {
            let [a, b, c, d] = judged.counts;
            let Judged {
                reports,
                certainty,
                right,
                ..
            } = *judged;
            for word in [window, slot, a, b, c, d, reports, certainty, right] {
                bytes.extend(word.to_le_bytes());
            }
        }
    }

    /// Adds what [`Self::write`] made. `None` if the bytes are not that.
    pub fn read(&mut self, mut bytes: &[u8]) -> Option<()> {
        let bytes = &mut bytes;
        while !bytes.is_empty() {
            let mut words = [0; 9];
            for word in &mut words {
                *word = u32::from_le_bytes(*take(bytes)?);
            }
            let [window, slot, a, b, c, d, reports, certainty, right] = words;
            let counts = [a, b, c, d];
            let judged = Judged {
                counts,
                reports,
                certainty,
                right,
            };
            self.0.entry((window, slot)).or_default().sum(&judged);
        }
        Some(())
    }
}
