//! One worker's state: the bays and zones of its shards, and what claims do to them. Pure; no
//! clock, no threads.
//!
//! Promises: a bay's state is a function of the set of claims made of it (and, where one source says
//! two things with one `at` and `seq`, of which came last); a zone's counters always equal the sum
//! of its bays; a source that is silent for longer than a zone's limit is no longer believed there.
//! Dear: each claim touches the state of one bay at random, so states are prefetched over the batch;
//! a change of the registry walks all bays.

use super::fuse::{BayState, Fused};
use super::seen::SourcesSeen;
use super::zones::{ZoneCell, ZonePulse};
use crate::domain::{
    AmendmentLog, BayIx, BayView, Claim, CountObservation, Millis, Observation, ReadModel,
    SourceIx, SourceKind, Staleness, ZoneIx, ZoneTally, owner, shard_of,
};
use crate::prefetch::prefetch;
use crate::registry::Registry;
use crate::registry::city::City;
use crate::settlement::{self, Settle};
use std::sync::Arc;

/// How far ahead a batch's states are asked for: about the memory latency divided by the work per
/// claim.
const AHEAD: usize = 16;

/// Views told to the read model at a time.
const VIEWS: usize = 512;

/// What has been done since it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub claims: u64,
    pub superseded: u64,
    /// By a watcher's word that stands, or too weak to be a state.
    pub outranked: u64,
    pub lapsed: u64,
}

/// See the module.
pub struct Worker {
    me: u32,
    peers: u32,
    registry: Arc<Registry>,
    city: Arc<City>,
    cells: Vec<BayState>,
    zones: Vec<ZoneCell>,
    pulses: Vec<ZonePulse>,
    seen: Arc<SourcesSeen>,
    model: Arc<dyn ReadModel>,
    staleness: Staleness,
    swept_at: Millis,
    dirty: Vec<ZoneIx>,
    views: Vec<BayView>,
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
            cells: bytemuck::zeroed_vec(city.bay_slots() as usize),
            zones: vec![ZoneCell::default(); city.zone_count() as usize],
            pulses: vec![ZonePulse::default(); city.zone_count() as usize],
            city: city.clone(),
            seen,
            model,
            staleness,
            swept_at: Millis::NEVER,
            dirty: Vec::new(),
            views: Vec::with_capacity(VIEWS),
            tallies: Vec::new(),
            done: Done::default(),
            settle: None,
        };
        worker.place_all(&city);
        worker
    }

    /// Also settles what it is told.
    #[must_use]
    pub fn settling(
        mut self,
        shared: Arc<settlement::SettlementShared>,
        kept: Box<dyn AmendmentLog>,
    ) -> Self {
        self.settle = Some(Settle::new((self.me, self.peers), &self.city, shared, kept));
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
        self.zones[z.at()].capacity = spec.capacity;
        self.pulses[z.at()].stale_after_s = spec.stale_after_s.unwrap_or(self.staleness.default_s);
        mark(&mut self.pulses[z.at()], z, &mut self.dirty);
    }

    /// Takes up run-time changes of the registry: new bays and zones, retired bays, other
    /// capacities.
    fn take_up(&mut self, city: &Arc<City>) {
        self.cells
            .resize(city.bay_slots() as usize, BayState::default());
        self.zones
            .resize(city.zone_count() as usize, ZoneCell::default());
        self.pulses
            .resize(city.zone_count() as usize, ZonePulse::default());
        self.city = city.clone();
        for z in (0..city.zone_count())
            .map(ZoneIx)
            .filter(|z| self.owns(*z))
            .collect::<Vec<_>>()
        {
            self.describe(city, z);
        }
        for bay in (0..city.bay_slots()).map(BayIx) {
            let z = city.zone_of(bay);
            let kind = city.attrs(bay).kind;
            let live = city.is_live(bay);
            if !self.owns(z) {
                continue;
            }
            let old = self.cells[bay.at()];
            let placed = old.zone() == z && old.kind() == kind;
            if placed && (live || !old.standing()) {
                continue;
            }
            // A retired bay, or one that is now of another kind: nothing is known of it any more.
            let new = BayState::vacated(z, kind);
            if old.standing() {
                self.replace(bay, old, new);
            }
            self.cells[bay.at()] = new;
        }
        if let Some(settle) = &mut self.settle {
            settle.take_up(city);
        }
    }

    /// Applies claims in their order of commit. `now` is the ingest time of their batch.
    pub fn apply(&mut self, claims: &[Claim], now: Millis) {
        if !Arc::ptr_eq(&self.city, &self.registry.city()) {
            let city = self.registry.city().clone();
            self.take_up(&city);
        }
        // All are heard first: a batch that speaks of an old time before a new one is of a source
        // that is heard now.
        for claim in claims {
            let (source, at) = claim.heard();
            self.seen.hear(self.me, source, at.min(now));
        }
        for (i, claim) in claims.iter().enumerate() {
            if let Some(Claim::Bay(next)) = claims.get(i + AHEAD) {
                prefetch(&self.cells, next.bay.at());
            }
            match claim {
                Claim::Bay(o) => {
                    self.observe(o, now);
                    if let (Some(settle), Some(cell)) =
                        (&mut self.settle, self.cells.get(o.bay.at()))
                    {
                        settle.take(o, cell.zone(), now);
                    }
                }
                Claim::Count(c) => {
                    if let (Some(zone), Some(pulse)) = (
                        self.zones.get_mut(c.zone.at()),
                        self.pulses.get_mut(c.zone.at()),
                    ) {
                        // A clock that is ahead gains nothing.
                        let at = c.at.min(now);
                        pulse.observed_at = pulse.observed_at.max(at);
                        let news = zone.count(&CountObservation { at, ..*c });
                        self.done.superseded += u64::from(!news);
                        mark(pulse, c.zone, &mut self.dirty);
                    }
                }
                Claim::Alive { .. } => {}
            }
            if let (Some(settle), Claim::Count(_) | Claim::Alive { .. }) = (&mut self.settle, claim)
            {
                settle.note(claim, now);
            }
        }
        self.done.claims += claims.len() as u64;
    }

    #[inline]
    fn observe(&mut self, o: &Observation, now: Millis) {
        let Some(cell) = self.cells.get_mut(o.bay.at()) else {
            return;
        };
        let old = *cell;
        let at = o.at.min(now);
        let pulse = &mut self.pulses[cell.zone().at()];
        let limit = pulse.stale_after_s;
        let stands = !silent(
            &self.seen,
            &self.staleness,
            limit,
            (o.source_kind, o.source, at),
            now,
        );
        // Only rank asks whether the word that is there still stands.
        let holds = old.standing()
            && (old.source_kind().passes_by() == o.source_kind.passes_by()
                || !silent(&self.seen, &self.staleness, limit, old.word(), now));
        match cell.absorb(o, now, holds, stands) {
            Fused::Taken => {}
            Fused::Superseded => {
                self.done.superseded += 1;
                return;
            }
            Fused::Outranked => {
                self.done.outranked += 1;
                return;
            }
        }
        pulse.observed_at = pulse.observed_at.max(at);
        if !stands {
            cell.lapse();
        }
        let new = *cell;
        self.replace(o.bay, old, new);
    }

    /// Brings the zone's counters and the read model from `old` to `new`.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "the hot path; outlined it costs a tenth of the throughput"
    )]
    fn replace(&mut self, bay: BayIx, old: BayState, new: BayState) {
        let is = new.view(bay);
        // Most reports say what was known already: they move no counter.
        if old.status() != new.status()
            || old.standing() != new.standing()
            || old.kind() != new.kind()
        {
            self.zones[is.zone.at()].shift(&old.view(bay), old.standing(), &is, new.standing());
        }
        mark(&mut self.pulses[is.zone.at()], is.zone, &mut self.dirty);
        self.views.push(is);
        if self.views.len() == VIEWS {
            self.tell_bays();
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_bays(&mut self) {
        self.model.bays(&self.views);
        self.views.clear();
    }

    /// Looks for claims that have lapsed by `now`, if it is time to. Call on ticks, not during a
    /// replay.
    pub fn tick(&mut self, now: Millis) {
        if now.since(self.swept_at) < self.staleness.sweep_ms {
            return;
        }
        self.swept_at = now;
        for z in (0..self.zones.len() as u32).map(ZoneIx) {
            let zone = &mut self.zones[z.at()];
            if !zone.has_claims() {
                continue;
            }
            let limit = self.pulses[z.at()].stale_after_s;
            // A count ages by its own time: that its source is heard says nothing of the cars.
            let gone = |at: Millis| now.since(at) > u64::from(limit) * 1000;
            if zone.lapse_gates(gone) {
                mark(&mut self.pulses[z.at()], z, &mut self.dirty);
            }
            if zone.has_standing_bays() {
                self.sweep(z, limit, now);
            }
        }
    }

    fn sweep(&mut self, z: ZoneIx, limit: u32, now: Millis) {
        let city = self.city.clone();
        for bay in city.bays_of(z) {
            let old = self.cells[bay.at()];
            if old.standing() && silent(&self.seen, &self.staleness, limit, old.word(), now) {
                self.cells[bay.at()].lapse();
                self.replace(bay, old, self.cells[bay.at()]);
                self.done.lapsed += 1;
            }
        }
    }

    /// Tells the read model what has changed, and the caller what was done since the last call.
    pub fn publish(&mut self) -> Done {
        if !self.views.is_empty() {
            self.model.bays(&self.views);
            self.views.clear();
        }
        for z in self.dirty.drain(..) {
            let pulse = &mut self.pulses[z.at()];
            pulse.dirty = false;
            self.tallies
                .push((z, self.zones[z.at()].tally(pulse.observed_at)));
            // At the start every zone is dirty: a list of all of them would stay allocated for
            // ever.
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

/// Whether a word of that kind, source and time has lapsed: its source silent for too long, or the
/// claim itself too old. An app passes by, so its reports age one by one; a sensor that is heard at
/// all vouches for all its bays.
#[inline]
fn silent(
    seen: &SourcesSeen,
    staleness: &Staleness,
    limit_s: u32,
    (kind, source, at): (SourceKind, SourceIx, Millis),
    now: Millis,
) -> bool {
    let age = now.since(at);
    let limit = u64::from(limit_s) * 1000;
    age > staleness.max_age_ms
        || age > limit && (kind.passes_by() || now.since(seen.last(source)) > limit)
}

#[inline]
fn mark(pulse: &mut ZonePulse, z: ZoneIx, dirty: &mut Vec<ZoneIx>) {
    if !pulse.dirty {
        pulse.dirty = true;
        dirty.push(z);
    }
}

mod state;
#[cfg(test)]
mod tests;
