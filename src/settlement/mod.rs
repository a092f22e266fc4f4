//! Settlement: the same claims once more, in order of event time, for figures that do not depend on
//! how they arrived.
//!
//! Claims wait, page by page, until no more can come in time for their window of five minutes
//! (`inbox`), in memory and, when they are many, in files ([`waiting_files`]). Then the window is
//! settled, shard by shard: reports that are due are gathered from its pages and walked through in
//! order of bay and time ([`timeline`]), the zones' bays are brought to the window's end (`walk`), and
//! what that came to is added to the zones' windows ([`recent`]). What comes later still amends (`amend`), for as long as the configuration says.
//! Told hours and corrections leave by `handover`.
//!
//! Promises: what is settled is a function of the set of claims that came in time, of the set that
//! came late, and of the bays' service; not of duplicates, batches, workers or restarts, nor of order
//! (but where one source says two things with one `at` and `seq`: then the last acknowledged stands).
//! Time that an order closes counts as closed, whatever is reported of it. The watermark is the frontier of what all workers have applied, less the lateness, in whole
//! windows; whether a claim is late is decided by the ingest time of its own batch. A source is heard
//! in the minutes of all its claims, of late ones too: what is delivered within the time of
//! amendments comes to the same as if it had come in time.
//!
//! Dear: each report comes from memory three times more, and after a start, an amendment, a change of
//! the registry, or when a word may have lapsed, all bays of a zone are looked at; so it is done a
//! few shards at a time while the stream is live. Bounded: what waits, by [`Config::max_waiting`] and,
//! in memory, by [`Config::max_in_memory`]; a report beyond that is kept aside and counted.

mod amend;
mod amendment_files;
mod amendment_log;
pub mod beneath;
mod bytes;
mod chains;
mod clerk;
pub mod config;
pub mod corrections;
mod counted;
mod credit;
mod crowd;
pub mod deltas;
mod handover;
pub mod heard;
mod inbox;
mod intake;
pub mod late_minutes;
mod losses;
pub mod recent;
pub mod report;
pub mod saved;
mod service;
mod shard;
mod shared;
mod step;
pub mod timeline;
mod unkept;
pub mod waiting_files;
mod walk;

pub use self::handover::Handed;
pub use amendment_files::{AmendmentFiles, KeptAside};
pub use config::{Config, SettlementLimits};
pub use credit::Sampled;
pub use shared::SettlementShared;
pub use step::SettledCounts;
pub use unkept::Unkept;
pub use waiting_files::{WaitingFiles, WaitingLength};

use self::amendment_log::Records;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{AmendmentLog, BayIx, Closures, Millis, SHARDS, ZoneIx, owner, shard_of};
use crate::registry::city::City;
use crate::snapshot_vec::SnapshotVec;
use beneath::AllBeneath;
use chains::Chains;
use crowd::Crowd;
use inbox::{Inbox, Overflow, window_of};
use late_minutes::{Hearing, KnownLate};
use report::Report;
use service::serving_since;
use shard::{Late, Shard};
use std::sync::Arc;
use step::WindowStep;
use timeline::BayTimeline;
use walk::{Trail, ZoneQuiet};

/// Work done in one go while the stream is live, in reports and bays: a few ms.
pub const A_LITTLE: usize = 1 << 16;

/// Tells cities apart whose zones are dealt out to shards in different ways.
#[must_use]
pub fn generation(city: &City) -> u32 {
    let numbers = (0..city.zone_count()).map(|z| city.zone(ZoneIx(z)).number);
    // FNV-1a.
    numbers
        .flat_map(u32::to_le_bytes)
        .fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
}

/// One worker's part of the settlement.
pub struct Settle {
    place: (u32, u32),
    pub(in crate::settlement) shared: Arc<SettlementShared>,
    kept: Box<dyn AmendmentLog>,
    city: Arc<City>,
    cells: SnapshotVec<BayTimeline>,
    beneath: AllBeneath,
    chains: Chains,
    /// What a step keeps; empty between steps.
    records: Records,
    trail: Trail,
    /// By zone.
    still: Vec<ZoneQuiet>,
    shards: Vec<Shard>,
    inbox: Inbox,
    /// The window being settled ends here, and the shards before `next` are done with it. 0: none.
    to: u64,
    next: u32,
    /// What is known in that window of minutes that came late, and of what is closed by order.
    known_late: KnownLate,
    closures: Arc<Closures>,
    /// No shard is settled further than that.
    reached: u64,
    waiting: usize,
    /// Whose they are, while there are many; and how many there may be before that is asked.
    crowd: Option<Crowd>,
    uncrowded: usize,
    /// A shard's reports while it is settled.
    due: Vec<Report>,
    offered: handover::Offered,
    credit: credit::CreditTap,
    counts: SettledCounts,
    late: Vec<Late>,
}

impl Settle {
    /// For worker `place.0` of `place.1`.
    #[must_use]
    pub fn new(
        place: (u32, u32),
        city: &Arc<City>,
        shared: Arc<SettlementShared>,
        kept: Box<dyn AmendmentLog>,
    ) -> Self {
        let limits = &shared.limits.clone();
        let mut settle = Self {
            place,
            shared,
            kept,
            city: city.clone(),
            cells: bytemuck::zeroed_vec(city.bay_slots() as usize).into(),
            beneath: AllBeneath::default(),
            chains: Chains::new(city.bay_slots() as usize),
            records: Records::default(),
            trail: Trail::default(),
            still: Vec::new(),
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            inbox: Inbox::default(),
            to: 0,
            next: 0,
            known_late: KnownLate::default(),
            closures: Arc::default(),
            reached: 0,
            waiting: 0,
            crowd: None,
            uncrowded: limits.uncrowded(),
            due: Vec::new(),
            offered: handover::Offered::default(),
            credit: credit::CreditTap::default(),
            counts: SettledCounts::default(),
            late: Vec::new(),
        };
        for bay in (0..city.bay_slots())
            .map(BayIx)
            .filter(|b| !serving_since(city, limits, *b).is_never())
        {
            settle.cells[bay.at()] = BayTimeline::serving_since(serving_since(city, limits, bay).0);
        }
        settle.make_rows();
        settle
    }

    /// Has what memory is not meant to hold go to files.
    #[must_use]
    pub(crate) fn overflowing_to(mut self, files: &WaitingFiles) -> Self {
        self.inbox.overflow = Some(Overflow {
            hand: files.of_worker(self.place.0),
            above: files.above(self.shared.limits.max_in_memory),
            city: self.city.clone(),
            patient: false,
        });
        self
    }

    /// The shards of this worker that have zones.
    fn owned(&self) -> impl Iterator<Item = u32> + use<> {
        let (me, peers) = self.place;
        let zones = self.city.zone_count();
        (0..SHARDS).filter(move |s| owner(*s, peers) == me && s * 8 < zones)
    }

    /// Settles what can be: everything of batches before `frontier` has been applied by every
    /// worker. Stops after about `work` reports and bays. True: there is more to do.
    pub(crate) fn settle(&mut self, frontier: Millis, work: usize) -> bool {
        self.hand_over();
        let from = self.shared.from();
        if from == 0 {
            return false;
        }
        // An order that is being written down may close time from then on.
        let open = self.shared.closures.open_from();
        let certain = frontier.min(open).0;
        let end = certain.saturating_sub(self.shared.limits.lateness) / WINDOW_MS * WINDOW_MS;
        let mut done = 0;
        loop {
            if self.to == 0 && !self.begin_window(from, end) {
                return false;
            }
            while self.next < SHARDS {
                if self.is_due(self.next) {
                    if done >= work {
                        return true;
                    }
                    done += self.step(self.next, from);
                }
                self.next += 1;
            }
            self.forget();
            self.inbox.end();
            self.to = 0;
            self.hand_over();
        }
    }

    /// The next window that all owned shards are to settle, if it ends by `end` and its results
    /// will find room.
    fn begin_window(&mut self, from: u64, end: u64) -> bool {
        let least = self
            .owned()
            .map(|s| self.shards[s as usize].swept.max(from))
            .min();
        let Some(to) = least.map(|l| l + WINDOW_MS).filter(|to| *to <= end) else {
            return false;
        };
        if !self.make_room() {
            return false;
        }
        self.keep_credit();
        (self.to, self.next, self.reached) = (to, 0, self.reached.max(to));
        self.inbox.begin(window_of(to));
        self.closures = self.shared.closures.closures();
        let lateness = self.shared.limits.lateness;
        let minutes = &self.shared.late_minutes;
        minutes.fold(&self.shared.heard, self.shared.recent.swept() + lateness);
        self.known_late =
            minutes.known(&self.shared.heard, to - WINDOW_MS + lateness, to + lateness);
        let city = &self.city;
        let shard = |bay| shard_of(city.zone_of(BayIx(bay)));
        self.known_late.look_for(self.beneath.overtaken(), shard);
        true
    }

    /// Whether a shard has still to be brought to the end of the window under way.
    fn is_due(&self, s: u32) -> bool {
        let ours = owner(s, self.place.1) == self.place.0 && s * 8 < self.city.zone_count();
        ours && self.shards[s as usize].swept < self.to
    }

    fn step(&mut self, s: u32, from: u64) -> usize {
        let to = self.to;
        if self.shards[s as usize].swept == 0 {
            self.shared.recent.change(s, |rows| {
                rows.0.iter_mut().for_each(|z| z.swept = z.swept.max(from));
                (from, ())
            });
        }
        let mut due = std::mem::take(&mut self.due);
        let waited = self.inbox.due(s);
        let unread = self.inbox.gather(s, &self.city, &mut due);
        let mut late = std::mem::take(&mut self.late);
        self.shards[s as usize].take_late(to + self.shared.limits.lateness, &mut late);
        let came = to + self.shared.limits.lateness;
        let counts = self.shards[s as usize].take_counts(to, came);
        self.waiting -= waited + late.len() + counts.len();
        let gone = due.iter().chain(late.iter().map(|l| &l.report));
        let counted = counts.iter().map(|w| w.count.source());
        Self::thin_out(&mut self.crowd, gone.map(Report::source).chain(counted));
        self.disperse();
        self.shards[s as usize].swept = to;
        let mixed = self.inbox.is_mixed();
        let work = self.with_step(s, |step| {
            step.note_unread(to, unread);
            step.run(to, &due, mixed, &late, &counts)
        });
        (self.late, self.due) = (late, due);
        work + self.judge_credit(s)
    }

    /// Lends out what a shard is made of.
    fn with_step<T>(&mut self, s: u32, act: impl FnOnce(&mut WindowStep<'_>) -> T) -> T {
        let Self {
            shared,
            kept,
            city,
            cells,
            beneath,
            chains,
            records,
            trail,
            still,
            shards,
            known_late,
            closures,
            counts,
            ..
        } = self;
        let state = &mut shards[s as usize];
        shared.recent.change(s, |rows| {
            let mut step = WindowStep {
                shard: s,
                city,
                hearing: Hearing {
                    heard: &shared.heard,
                    late: known_late,
                    before: false,
                },
                limits: &shared.limits,
                closures,
                cells,
                beneath,
                rows,
                out: Arc::make_mut(&mut state.out),
                kept: &mut **kept,
                chains,
                records,
                trail,
                still,
                open: &mut state.open,
                tracks: &mut state.tracks,
                counts,
                losses: &shared.recent.losses,
            };
            let result = act(&mut step);
            (state.swept, result)
        })
    }

    /// Lets go of kept reports that nothing can amend any more, and of words that have lapsed
    /// unheard.
    fn forget(&mut self) {
        if self.to.is_multiple_of(HOUR_MS) {
            let limits = &self.shared.limits;
            let needed = self
                .to
                .saturating_sub(limits.amend + limits.max_age + 2 * HOUR_MS);
            self.kept.forget(Millis(needed / HOUR_MS * HOUR_MS));
            let least = self.owned().map(|s| self.shards[s as usize].swept).min();
            let lapsed = least.unwrap_or_default().saturating_sub(limits.max_age);
            self.beneath.forget(lapsed, needed);
        }
    }

    /// What was done since this was last asked.
    pub(crate) fn counts(&mut self) -> SettledCounts {
        std::mem::take(&mut self.counts)
    }
}
