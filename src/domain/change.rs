//! What the stream tells the read model: the state of a bay, the tally of a zone.

use super::{BayIx, BayKind, BayStatus, Millis, SourceKind, ZoneIx};

/// What is held true of one bay right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BayView {
    pub bay: BayIx,
    pub zone: ZoneIx,
    pub kind: BayKind,
    /// What may be served: `Unknown` when the claim has gone stale.
    pub status: BayStatus,
    /// What was last claimed, stale or not.
    pub claimed: BayStatus,
    /// In 1/255, of `claimed`.
    pub confidence: u8,
    /// Whether who claims it said to be sure enough for it to be more than a hint.
    pub sure: bool,
    pub source_kind: SourceKind,
    /// When it was observed; [`Millis::NEVER`] for a bay nobody has reported.
    pub observed_at: Millis,
}

/// What apps say of a bay, in sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppEvidence {
    /// When it was summed up.
    pub at: Millis,
    /// Log-odds of *occupied*, in 1/1,024 nat.
    pub log_odds: i16,
    /// Reports since it began; 255 and more.
    pub reports: u8,
    /// Contributors: at least so many.
    pub contributors: u8,
    /// Partners whose reports still count.
    pub partners: u8,
}

/// How many bays are vacant, as a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The expected number of vacant bays, in 1/256.
    pub vacant: u32,
    /// Its standard deviation, in 1/256.
    pub spread: u32,
}

impl Expected {
    /// The expected number, and between which numbers it lies four times in five; of `most` bays.
    #[must_use]
    pub fn range(self, most: u32) -> (f64, u32, u32) {
        // The tenth and ninetieth percentile of a normal distribution, rounded outwards.
        const TENTH: f64 = 1.2816;
        let most_f = f64::from(most);
        let mean = (f64::from(self.vacant) / 256.0).min(most_f);
        let off = TENTH * f64::from(self.spread) / 256.0;
        let low = (mean - off).floor().clamp(0.0, most_f);
        let high = (mean + off).ceil().clamp(0.0, most_f);
        (mean, low as u32, high as u32)
    }
}

/// The whole of a zone: its buckets sum to `capacity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneTally {
    pub vacant: [u32; BayKind::COUNT],
    pub occupied: u32,
    pub unknown: u32,
    pub closed: u32,
    /// Seen vacant, but kept for who has booked them: no bay of these is in `vacant`. The stream
    /// knows no bookings and leaves it 0; the read model puts it in for who is told what may be
    /// had.
    pub reserved: u32,
    pub capacity: u32,
    /// The newest observation any of its sources made; [`Millis::NEVER`] where there was none.
    pub observed_at: Millis,
    /// No source has a word that still stands: every bay counts as unknown.
    pub stale: bool,
    /// `None` where nothing is known.
    pub expected: Option<Expected>,
}

impl ZoneTally {
    /// Share of the known, open bays that are taken, 0..=1; `None` while nothing is known. A bay
    /// that waits for who has booked it is not taken yet.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        let known = self.vacant.iter().sum::<u32>() + self.reserved + self.occupied;
        (known > 0).then(|| f64::from(self.occupied) / f64::from(known))
    }
}

/// The read model as the stream sees it. Calls come from the one worker that owns the zone, so two
/// calls never race on the same zone or bay; readers look on at any time. Must not block.
pub trait ReadModel: Send + Sync {
    fn bays(&self, views: &[BayView]);
    fn zones(&self, tallies: &[(ZoneIx, ZoneTally)]);
    /// Evidence of apps, for the few bays that have any; `None` where there is none any more.
    fn apps(&self, _evidence: &[(BayIx, Option<AppEvidence>)]) {}
    /// What is usual for the bays of some zones from now on: log-odds of *occupied*, in 1/1,024 nat.
    fn usual(&self, _zones: &[(ZoneIx, i16)]) {}
}
