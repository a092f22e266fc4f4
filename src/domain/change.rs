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
}
