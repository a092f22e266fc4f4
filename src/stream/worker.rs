//! One worker's state: the bays and zones of its shards, and what claims do to them. Pure; no
//! clock, no threads.
//!
//! Promises: a bay's state is a function of the set of claims made of it (and, where one source says
//! two things with one `at` and `seq`, of which came last); a zone's counters always equal the sum
//! of its bays; a source that is silent for longer than a zone's limit is no longer believed there.
//! Dear: each claim touches the state of one bay at random, so states are prefetched over the batch;
//! a change of the registry walks all bays.

use super::fuse::{BayState, Told};
use super::passing::Passing;
use super::rates::RateSchedule;
use super::seen::SourcesSeen;
use super::worker_copy::WorkerCopy;
use super::zones::{ZoneCell, ZonePulse};
use crate::belief::FeedbackSink;
use crate::domain::{
    AmendmentLog, AppEvidence, BayIx, BayKind, BayView, Claim, CountEvidence, Millis, ReadModel,
    Staleness, ZoneIx, ZoneTally, owner, shard_of,
};
use crate::prefetch::prefetch;
use crate::registry::Registry;
use crate::registry::city::City;
use crate::settlement::{self, Settle, WaitingFiles};
use crate::snapshot_vec::SnapshotVec;
use believe::{Beliefs, last_window_before};
use clock::StreamClock;
use pace::Pace;
use round::Round;
use shut::Shut;
use std::sync::Arc;
use suspects::Suspects;
use sweep::Swept;

/// How far ahead a batch's states are asked for: memory's latency by the work of a claim.
const AHEAD: usize = 16;

/// Words of passers-by of watched bays that a worker keeps: some 50 MB.
const MOST_PASSING: usize = 1 << 20;

/// Views told at a time.
const VIEWS: usize = 512;

/// What has been done since it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub claims: u64,
    pub superseded: u64,
    /// By a watcher's word that stands, or too weak to be a state.
    pub outranked: u64,
    pub lapsed: u64,
    /// For which there was no room.
    pub shed: u64,
    /// Suspicions for which there was no room, in each round.
    pub suspects_shed: u64,
    /// Reports that partners' credit is worked out of, and those for which there was no room.
    pub sampled: u64,
    pub samples_shed: u64,
}

/// See the module.
pub struct Worker {
    me: u32,
    peers: u32,
    registry: Arc<Registry>,
    city: Arc<City>,
    cells: SnapshotVec<BayState>,
    /// A copy that is under way, but for its cells.
    copying: Option<WorkerCopy>,
    passing: Passing,
    /// `None`: the newest word is all that is told.
    beliefs: Option<Beliefs>,
    rates: Arc<RateSchedule>,
    /// Who learns what sensors show of contributors.
    feedback: Option<Arc<dyn FeedbackSink>>,
    /// Windows of ingest time, up to which that was told.
    told_through: Option<u32>,
    round: Round,
    suspects: Suspects,
    shut: Shut,
    zones: Vec<ZoneCell>,
    pulses: Vec<ZonePulse>,
    seen: Arc<SourcesSeen>,
    model: Arc<dyn ReadModel>,
    staleness: Staleness,
    swept: Swept,
    clock: StreamClock,
    dirty: Vec<ZoneIx>,
    views: Vec<BayView>,
    evidence: Vec<(BayIx, Option<AppEvidence>)>,
    counts: Vec<(ZoneIx, BayKind, Option<CountEvidence>)>,
    tallies: Vec<(ZoneIx, ZoneTally)>,
    done: Done,
    settle: Option<Settle>,
}

impl Worker {
    #[must_use]
    pub fn new(
        (me, peers): (u32, u32),
        registry: Arc<Registry>,
        seen: Arc<SourcesSeen>,
        model: Arc<dyn ReadModel>,
        staleness: Staleness,
    ) -> Self {
        let city = registry.city().clone();
        let mut worker = Self {
            me,
            peers,
            registry,
            // Zeroed by the allocator, so pages of other workers' shards are never touched.
            cells: bytemuck::zeroed_vec(city.bay_slots() as usize).into(),
            copying: None,
            passing: Passing::new(MOST_PASSING),
            beliefs: None,
            rates: Arc::new(RateSchedule::new(None, 0)),
            feedback: None,
            told_through: None,
            round: Round::default(),
            suspects: Suspects::new(peers),
            shut: Shut::default(),
            zones: vec![ZoneCell::default(); city.zone_count() as usize],
            pulses: vec![ZonePulse::default(); city.zone_count() as usize],
            city: city.clone(),
            seen,
            model,
            staleness,
            swept: Swept::default(),
            clock: StreamClock::default(),
            dirty: Vec::new(),
            views: Vec::with_capacity(VIEWS),
            evidence: Vec::new(),
            counts: Vec::new(),
            tallies: Vec::new(),
            done: Done::default(),
            settle: None,
        };
        worker.place_all(&city);
        worker
    }

    /// Goes by the rates that are in force then: call it before [`Self::believing`].
    #[must_use]
    pub fn at_rates(mut self, rates: Arc<RateSchedule>) -> Self {
        self.rates = rates;
        self
    }

    /// Also forms a belief of each bay, and tells `feedback` what that shows of contributors.
    #[must_use]
    pub fn believing(mut self, feedback: Option<Arc<dyn FeedbackSink>>) -> Self {
        let pace = Pace::new(self.rates.clone(), &self.city);
        self.beliefs = Some(Beliefs::new(pace));
        self.feedback = feedback;
        self
    }

    /// Hands in what sensors have shown of contributors in windows of ingest time that ended by
    /// `reached`. All claims of batches before that must have been applied.
    pub fn hand_in(&mut self, reached: Millis) {
        let Some(beliefs) = &mut self.beliefs else {
            return;
        };
        let Some(through) = last_window_before(reached) else {
            return;
        };
        if self.told_through.is_some_and(|told| told >= through) {
            return;
        }
        self.told_through = Some(through);
        let windows = beliefs.judged_through(through);
        if let Some(feedback) = &self.feedback {
            feedback.hand_in(self.me, through, windows);
        }
    }

    /// Also settles what it is told; what waits and memory is not meant to hold goes to `waiting`.
    #[must_use]
    pub fn settling(
        mut self,
        shared: Arc<settlement::SettlementShared>,
        kept: Box<dyn AmendmentLog>,
        waiting: Option<&WaitingFiles>,
    ) -> Self {
        let settle = Settle::new((self.me, self.peers), &self.city, shared, kept);
        self.settle = Some(match waiting {
            Some(files) => settle.overflowing_to(files),
            None => settle,
        });
        self
    }

    /// See `Settle::settle`; false too when nothing is to be settled at all.
    pub fn settle(&mut self, frontier: Millis, work: usize) -> bool {
        self.settle
            .as_mut()
            .is_some_and(|s| s.settle(frontier, work))
    }

    /// What the settlement did since this was last asked.
    pub fn settled(&mut self) -> settlement::SettledCounts {
        self.settle.as_mut().map(Settle::counts).unwrap_or_default()
    }

    fn owns(&self, zone: ZoneIx) -> bool {
        self.peers == 1 || owner(shard_of(zone), self.peers) == self.me
    }

    /// Gives every zone and bay of a first picture its place.
    fn place_all(&mut self, city: &City) {
        for z in (0..city.zone_count())
            .map(ZoneIx)
            .filter(|z| self.owns(*z))
            .collect::<Vec<_>>()
        {
            self.describe(city, z);
            for bay in city.bays_of(z) {
                self.cells[bay.at()] = BayState::vacated(z, city.attrs(bay).kind);
            }
        }
    }

    fn describe(&mut self, city: &City, z: ZoneIx) {
        let spec = &city.zone(z).spec;
        self.zones[z.at()].register(city.zone(z).capacity_by_kind);
        self.pulses[z.at()].stale_after_s = spec.stale_after_s.unwrap_or(self.staleness.default_s);
        mark(&mut self.pulses[z.at()], z, &mut self.dirty);
    }

    /// Takes up what has changed in the registry, if anything has.
    #[inline]
    fn look_at_registry(&mut self) {
        if !Arc::ptr_eq(&self.city, &self.registry.city()) {
            let city = self.registry.city().clone();
            self.take_up(&city);
        }
    }

    /// Takes up run-time changes of the registry: new bays and zones, retired bays, other
    /// capacities.
    fn take_up(&mut self, city: &Arc<City>) {
        self.cells.grow(city.bay_slots() as usize);
        self.zones
            .resize(city.zone_count() as usize, ZoneCell::default());
        self.pulses
            .resize(city.zone_count() as usize, ZonePulse::default());
        if let Some(beliefs) = &mut self.beliefs {
            beliefs.pace().make_room(city);
            beliefs.tilts.doubt_all();
        }
        // Of the other zones there is nothing new to tell.
        for z in city.changed_since(self.city.picture()) {
            if self.owns(z) {
                self.describe(city, z);
            }
        }
        self.city = city.clone();
        // Of new zones too, and of those that are now of another kind.
        self.tell_usual(false);
        for bay in (0..city.bay_slots()).map(BayIx) {
            let z = city.zone_of(bay);
            let kind = city.attrs(bay).kind;
            let live = city.is_live(bay);
            if !self.owns(z) {
                continue;
            }
            let cell = self.cells[bay.at()];
            let placed = cell.zone() == z && cell.word.bay_kind() == kind;
            if !(placed && live) {
                self.open_again(bay, z);
            }
            let told = self.told(bay);
            if placed && (live || !told.word.standing()) {
                continue;
            }
            // A retired bay, or one that is now of another kind: nothing is known of it any more.
            let new = BayState::vacated(z, kind);
            if told.word.standing() {
                self.replace(bay, z, told, Told::of(&new));
            }
            self.passing.forget(bay);
            if let Some(beliefs) = &mut self.beliefs {
                beliefs.twins.forget(bay);
                if cell.is_pooled() {
                    beliefs.forget(bay);
                    self.evidence.push((bay, None));
                }
            }
            self.cells[bay.at()] = new;
        }
        if let Some(settle) = &mut self.settle {
            settle.take_up(city);
        }
    }

    /// Applies claims in their order of commit. `ingest` is the ingest time of their batch.
    pub fn apply(&mut self, claims: &[Claim], ingest: Millis) {
        self.look_at_registry();
        self.turn(ingest);
        let mut now = self.clock.at(ingest);
        // All are heard first: a batch that speaks of an old time before a new one is of a source
        // that is heard now.
        for claim in claims {
            if let Some((source, at)) = claim.heard() {
                self.seen.hear(self.me, source, at.min(now));
            } else if let Claim::Clock { behind_ms, .. } = claim {
                self.set_clock(*behind_ms, ingest);
                now = self.clock.at(ingest);
            }
        }
        for (i, claim) in claims.iter().enumerate() {
            if let Some(Claim::Bay(next)) = claims.get(i + AHEAD) {
                prefetch(&self.cells, next.bay.at());
            }
            match claim {
                Claim::Bay(o) => {
                    self.observe(o, now, ingest);
                    if let (Some(settle), Some(cell)) =
                        (&mut self.settle, self.cells.get(o.bay.at()))
                    {
                        settle.take(o, cell.zone(), ingest);
                    }
                }
                Claim::Count(c) => match c.subset {
                    None => self.take_count(c, now),
                    Some(subset) => self.take_subset(subset, c, now),
                },
                Claim::Alive { .. } | Claim::Clock { .. } | Claim::Rates { .. } => {}
            }
            if let (Some(settle), Claim::Count(_) | Claim::Alive { .. }) = (&mut self.settle, claim)
            {
                settle.note(claim, ingest);
            }
        }
        self.done.claims += claims.len() as u64;
    }

    /// Tells the read model what has changed, and the caller what was done since the last call.
    pub fn publish(&mut self) -> Done {
        if !self.views.is_empty() {
            self.model.bays(&self.views);
            self.views.clear();
        }
        if !self.evidence.is_empty() {
            self.model.apps(&self.evidence);
            self.evidence.clear();
        }
        if !self.counts.is_empty() {
            self.model.counts(&self.counts);
            self.counts.clear();
        }
        for z in self.dirty.drain(..) {
            let pulse = &mut self.pulses[z.at()];
            pulse.dirty = false;
            let mut tally = self.zones[z.at()].tally(pulse.observed_at);
            if let Some(beliefs) = &self.beliefs {
                let usual = 65_535 - u32::from(beliefs.usual(z).p_occupied_fine());
                tally.expected = self.zones[z.at()].expected(&tally, usual);
            }
            self.tallies.push((z, self.shut.tally(z, tally)));
            // At the start every zone is dirty: a list of all would stay allocated.
            if self.tallies.len() == VIEWS {
                self.model.zones(&self.tallies);
                self.tallies.clear();
            }
        }
        if !self.tallies.is_empty() {
            self.model.zones(&self.tallies);
            self.tallies.clear();
        }
        std::mem::take(&mut self.done)
    }
}

#[inline]
fn mark(pulse: &mut ZonePulse, z: ZoneIx, dirty: &mut Vec<ZoneIx>) {
    if !pulse.dirty {
        pulse.dirty = true;
        dirty.push(z);
    }
}

mod believe;
mod clock;
mod counted;
mod credit;
mod observe;
mod pace;
mod round;
mod shut;
mod state;
mod suspects;
mod sweep;
#[cfg(test)]
mod tests;
mod tilts;
mod turn;
mod twins;
mod watchers;
