//! Which sources are suspected, and on how many bays each has the word: found anew in every round.
//!
//! Promises: what is told of a source ends within two rounds of its reasons; the number of suspicions
//! held is bounded, and what finds no room is counted. None of it is part of a checkpoint: it is
//! found again. Dear: a round looks at each bay's source and P(stuck); 8 bytes a source are kept, and
//! some 60 a suspect.

use super::super::fuse::BayState;
use super::super::word::{Rank, Word};
use super::Worker;
use super::believe::Watcher;
use crate::belief::{StuckSigns, gate_contradicts, is_beyond_suspicion, is_flickering};
use crate::domain::{
    BayIx, DoubtedBays, Doubtful, Millis, ReadModel, SourceIx, StuckWhy, Suspect, Suspicion,
    WordsMoved, ZoneIx,
};
use ahash::AHashMap;
use std::sync::Arc;

/// Suspicions that all workers hold together, and as many silent sources.
const MOST: usize = 1 << 16;

/// Where what source is suspected of what.
type SuspectKey = (BayIx, SourceIx, Suspicion);

/// A suspicion, or what may become one.
#[derive(Clone, Copy)]
struct HeldSuspicion {
    /// As told. `None`: somebody contradicts, but not for long enough yet.
    told: Option<Doubtful>,
    since: Millis,
    /// Since when a gate or another sensor contradicts without a break.
    others_since: Option<Millis>,
    /// In which round it was looked at.
    round: u32,
}

/// What was counted in this round, and what was told after the last.
#[derive(Clone, Copy, Default)]
struct Counted {
    now: u32,
    told: u32,
}

impl Counted {
    /// By how much to move what was told; begins anew.
    const fn turn(&mut self) -> i32 {
        let moved = self.now.wrapping_sub(self.told).cast_signed();
        self.told = self.now;
        self.now = 0;
        moved
    }
}

/// See the module.
pub(super) struct Suspects {
    held: AHashMap<SuspectKey, HeldSuspicion>,
    /// Bays by source.
    bays: Vec<Counted>,
    /// What has lapsed, by source that is silent.
    lapsed: AHashMap<SourceIx, Counted>,
    news: Vec<Suspect>,
    /// As it was at the end of the last round.
    doubted: Arc<DoubtedBays>,
    round: u32,
    most: usize,
    no_room: u64,
}

impl Suspects {
    /// One worker's of so many.
    pub(super) fn new(peers: u32) -> Self {
        Self {
            held: AHashMap::new(),
            bays: Vec::new(),
            lapsed: AHashMap::new(),
            news: Vec::new(),
            doubted: Arc::default(),
            round: 0,
            most: MOST / peers.max(1) as usize,
            no_room: 0,
        }
    }

    /// How many found no room since this was last asked.
    pub(super) fn no_room(&mut self) -> u64 {
        std::mem::take(&mut self.no_room)
    }

    #[inline]
    fn has_word(&mut self, source: SourceIx) {
        if self.bays.len() <= source.at() {
            self.bays.resize(source.at() + 1, Counted::default());
        }
        self.bays[source.at()].now += 1;
    }

    fn has_lapsed(&mut self, source: SourceIx) {
        if let Some(counted) = self.lapsed.get_mut(&source) {
            counted.now += 1;
        } else if self.lapsed.len() < self.most {
            let first = Counted { now: 1, told: 0 };
            self.lapsed.insert(source, first);
        } else {
            self.no_room += 1;
        }
    }

    fn hold(&mut self, key: SuspectKey, new: HeldSuspicion) {
        let old = self.held.get(&key).copied();
        if old.is_none() && self.held.len() >= self.most {
            self.no_room += 1;
            return;
        }
        if old.and_then(|old| old.told) != new.told {
            self.tell(key, &new, true);
        }
        self.held.insert(key, new);
    }

    /// Holds a watcher of a bay of which people say that it is wrong.
    fn reported(&mut self, bay: BayIx, source: SourceIx, now: Millis) {
        let Some(partners) = self.doubted.get(&bay).copied() else {
            return;
        };
        let key = (bay, source, Suspicion::Reported);
        let since = self.held.get(&key).map_or(now, |held| held.since);
        let new = HeldSuspicion {
            told: Some(Doubtful::Reported { partners }),
            since,
            others_since: None,
            round: self.round,
        };
        self.hold(key, new);
    }

    fn tell(&mut self, (bay, source, _): SuspectKey, held: &HeldSuspicion, holds: bool) {
        if let Some(doubtful) = held.told {
            self.news.push(Suspect {
                source,
                bay,
                doubtful,
                since: held.since,
                holds,
            });
        }
    }

    /// All bays have been looked at: tells what has changed, and begins anew.
    pub(super) fn end_round(&mut self, model: &dyn ReadModel, heard: impl Fn(SourceIx) -> Millis) {
        let round = self.round;
        let over: Vec<_> = (self.held.iter())
            .filter(|(_, held)| held.round != round)
            .map(|(key, held)| (*key, *held))
            .collect();
        for (key, held) in over {
            self.tell(key, &held, false);
            self.held.remove(&key);
        }
        self.round = round.wrapping_add(1);
        self.doubted = model.doubted();
        let moved = |source, bays, lapsed, heard_at| WordsMoved {
            source,
            bays,
            lapsed,
            heard_at,
        };
        let mut all = Vec::new();
        for (counted, n) in self.bays.iter_mut().zip(0..) {
            if counted.now != counted.told {
                all.push(moved(SourceIx(n), counted.turn(), 0, Millis::NEVER));
            }
            counted.now = 0;
        }
        for (source, counted) in &mut self.lapsed {
            all.push(moved(*source, 0, counted.turn(), heard(*source)));
        }
        self.lapsed.retain(|_, counted| counted.told > 0);
        if !self.news.is_empty() {
            model.suspects(&std::mem::take(&mut self.news));
        }
        if !all.is_empty() {
            model.words(&all);
        }
    }
}

impl Worker {
    /// Counts a bay for its source, and looks whether that is to be suspected there.
    pub(super) fn suspect(&mut self, bay: BayIx, z: ZoneIx, now: Millis) {
        let cell = &self.cells[bay.at()];
        let source = cell.word.source();
        if cell.word.is_none() {
            return;
        }
        if cell.word.rank() != Rank::Watcher {
            // What passes by serves no bay once its word is gone.
            if cell.word.standing() {
                self.suspects.has_word(source);
            }
            return;
        }
        self.suspects.has_word(source);
        if !cell.word.standing() {
            if self.is_gone(z, source, now) {
                self.suspects.has_lapsed(source);
            }
            return;
        }
        self.suspects.reported(bay, source, now);
        let Some(beliefs) = &self.beliefs else { return };
        let newest = self.cells[bay.at()];
        let twins: Vec<BayState> = if newest.has_lower() {
            let twins = beliefs.twins.beside(bay, source, now);
            twins.map(|twin| twin.in_place_of(&newest)).collect()
        } else {
            Vec::new()
        };
        for twin in &twins {
            self.suspects.has_word(twin.word.source());
            self.suspects.reported(bay, twin.word.source(), now);
        }
        for at in 0..=twins.len() {
            let cell = at.checked_sub(1).map_or(&newest, |at| &twins[at]);
            let others = std::iter::once(&newest).chain(&twins);
            let said = cell.word.status().occupied();
            let contradicts = |other: &BayState| {
                let both = said.zip(other.word.status().occupied());
                both.is_some_and(|(this, that)| this != that)
            };
            let twin = others.into_iter().any(contradicts);
            self.suspect_watcher(bay, cell, twin, now);
        }
    }

    /// One watcher of a bay, whose word is in `cell`; `twin`: another one contradicts it.
    fn suspect_watcher(&mut self, bay: BayIx, cell: &BayState, twin: bool, now: Millis) {
        let Some(beliefs) = &self.beliefs else { return };
        let Some(watcher) = beliefs.watcher(cell, now) else {
            return;
        };
        if is_beyond_suspicion(watcher.p_stuck, watcher.errors) {
            return;
        }
        self.suspects
            .flickering((bay, cell.word.source()), watcher, now);
        let counted = self.zones[cell.zone().at()].counted_and_seen(cell.word.bay_kind());
        let gate = counted.filter(|c| gate_contradicts(watcher.occupied, c.0, c.1, c.2));
        let signs = Contradiction {
            apps: beliefs.contradict(bay, cell, now),
            gate: gate.map(|(counted, seen, _)| (counted, seen)),
            twin,
        };
        self.suspects.stuck(bay, &cell.word, (watcher, signs), now);
    }

    /// Counts of the zone whose source is gone.
    pub(super) fn suspect_gates(&mut self, z: ZoneIx, now: Millis) {
        let lapsed = self.zones[z.at()]
            .counted()
            .filter(|(_, count)| !count.standing && !count.source_kind.passes_by());
        for source in lapsed.map(|(_, count)| count.source).collect::<Vec<_>>() {
            if self.is_gone(z, source, now) {
                self.suspects.has_lapsed(source);
            }
        }
    }

    /// Whether a source has been silent for longer than that zone allows.
    fn is_gone(&self, z: ZoneIx, source: SourceIx, now: Millis) -> bool {
        let limit = u64::from(self.pulses[z.at()].stale_after_s) * 1000;
        now.since(self.seen.last(source)) > limit
    }
}

/// Who contradicts a watcher, at one moment.
#[derive(Clone, Copy)]
struct Contradiction {
    /// Contributors and partners, if enough.
    apps: Option<(u8, u8)>,
    /// How many vacant bays a gate counts, and how many the sensors say are.
    gate: Option<(u32, u32)>,
    twin: bool,
}

impl Suspects {
    fn flickering(&mut self, (bay, source): (BayIx, SourceIx), watcher: Watcher, now: Millis) {
        let key = (bay, source, Suspicion::Flickering);
        let before = self.held.get(&key);
        if !is_flickering(watcher.errors, before.is_some()) {
            return;
        }
        let doubtful = Doubtful::Flickering {
            per_10_000_min: watcher.errors,
        };
        let new = HeldSuspicion {
            told: Some(doubtful),
            since: before.map_or(now, |held| held.since),
            others_since: None,
            round: self.round,
        };
        self.hold(key, new);
    }

    fn stuck(
        &mut self,
        bay: BayIx,
        word: &Word,
        (watcher, by): (Watcher, Contradiction),
        now: Millis,
    ) {
        let key = (bay, word.source(), Suspicion::Stuck);
        let before = self.held.get(&key).copied();
        let told = before.and_then(|held| held.told);
        let others = by.gate.is_some() || by.twin;
        let others_since = others.then(|| before.and_then(|held| held.others_since).unwrap_or(now));
        let signs = StuckSigns {
            p_stuck: watcher.p_stuck,
            apps: by.apps.is_some(),
            others_s: others_since.map(|since| now.since(since) / 1000),
        };
        let doubtful = signs.is_stuck(told.is_some()).then(|| {
            // Who contradicted once is not forgotten when the evidence has faded.
            let old = match told {
                Some(Doubtful::Stuck(why)) => (why.apps, why.gate, why.twin),
                _ => (None, None, false),
            };
            let lasting = signs.is_contradicted();
            Doubtful::Stuck(StuckWhy {
                p_stuck: watcher.p_stuck,
                said: word.status(),
                apps: by.apps.or(old.0),
                gate: by.gate.filter(|_| lasting).or(old.1),
                twin: by.twin && lasting || old.2,
            })
        });
        if doubtful.is_none() && !(signs.is_likely() && others) {
            return;
        }
        let since = before.filter(|_| told.is_some()).map_or(now, |b| b.since);
        let new = HeldSuspicion {
            told: doubtful,
            since,
            others_since,
            round: self.round,
        };
        self.hold(key, new);
    }
}
