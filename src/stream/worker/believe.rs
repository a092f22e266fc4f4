//! What is believed of the bays of a worker, beside their words: how far watchers are doubted, and
//! what apps say.
//!
//! A belief is written by reports only, and by all that it depends on in the journal: so a replay, a
//! restart or another number of workers ends in the same bits. What is shown of it is read out when a
//! word changes, when an app is heard, and for every bay once in [`ROUND_MS`].
//!
//! Dear: apps' evidence is a hash map of 24 bytes an entry, for the bays that have any; a read-out
//! costs two logarithms from tables, so a word that is only repeated is not read out.

use super::super::fuse::BayState;
use super::super::word::{Rank, Word};
use super::pace::Pace;
use super::tilts::Tilts;
use super::twins::Twins;
use crate::belief::contributors::WINDOW_S;
use crate::belief::{AppReport, AppSaid, Doubt, Feedback, LogOdds, Pools, Windows};
use crate::domain::observation::{EVEN, SURE};
use crate::domain::{AppEvidence, BayIx, Millis, Observation, SourceKind, ZoneIx};
use ahash::AHashMap;

/// Bays with evidence that a worker keeps: some 50 MB.
const MOST_POOLED: usize = 1 << 20;

/// Bays with several watchers that a worker keeps the others' words of: some 30 MB with two each.
const MOST_TWINS: usize = 1 << 18;

/// What the hub's own word of a booked stay is worth: 0.95.
const BOOKED: LogOdds = LogOdds(3015);

/// See the module.
pub(super) struct Beliefs {
    pace: Pace,
    pools: AHashMap<u32, Pools>,
    /// What sensors have shown of contributors since that was last handed in.
    judged: Windows,
    /// What counts say of bays that nobody watches.
    pub(super) tilts: Tilts,
    /// Who else watches.
    pub(super) twins: Twins,
}

/// Absolute seconds.
pub(super) const fn seconds(at: Millis) -> u32 {
    let s = at.0 / 1000;
    if s > u32::MAX as u64 {
        u32::MAX
    } else {
        s as u32
    }
}

/// The newest window of ingest time that has ended by then.
pub(super) const fn last_window_before(reached: Millis) -> Option<u32> {
    (seconds(reached) / WINDOW_S).checked_sub(1)
}

/// Whether the word is a watcher's, stands, and says so.
pub(super) fn watched(word: &Word) -> Option<bool> {
    if word.rank() == Rank::Watcher {
        word.status().occupied()
    } else {
        None
    }
}

/// A bay's watcher, as it is doubted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watcher {
    /// What it says.
    pub(super) occupied: bool,
    /// P(it is stuck), in 1/255.
    pub(super) p_stuck: u8,
    /// That it begins, per 10,000 min.
    pub(super) errors: u16,
}

/// What became of an app's evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It weighs nothing.
    Nothing,
    Pooled,
    /// There is no room for more.
    Full,
}

impl Beliefs {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            pools: AHashMap::new(),
            judged: Windows::default(),
            tilts: Tilts::default(),
            twins: Twins::new(MOST_TWINS),
        }
    }

    /// Takes out what was judged in windows of ingest time up to that one.
    pub(super) fn judged_through(&mut self, window: u32) -> Windows {
        self.judged.take_through(window)
    }

    /// What was judged and not handed in.
    pub(super) const fn judged(&self) -> &Windows {
        &self.judged
    }

    /// Takes over what a run before had judged and not handed in.
    pub(super) fn restore_judged(&mut self, judged: &Windows) {
        self.judged.merge(judged, None);
    }

    pub(super) const fn pace(&mut self) -> &mut Pace {
        &mut self.pace
    }

    /// What is believed of a bay that nobody has told anything of, in the half-hour that is laid out.
    pub(super) fn usual(&self, zone: ZoneIx) -> LogOdds {
        self.pace.now(zone).usual()
    }

    /// The same at `now`.
    pub(super) fn usual_at(&self, zone: ZoneIx, now: Millis) -> LogOdds {
        self.pace.rates(zone, seconds(now)).usual()
    }

    /// Brings all evidence up to `at`, by the rates that were in force until then. `of` knows the
    /// cells.
    pub(super) fn relax_all<'a>(&mut self, at: Millis, of: impl Fn(BayIx) -> &'a BayState) {
        for (bay, pools) in &mut self.pools {
            let cell = of(BayIx(*bay));
            let whose = (cell.zone(), watched(&cell.word).is_some());
            self.pace.relax(pools, whose, seconds(at));
        }
    }

    /// What is left at `now` of the news of a count of `at`.
    pub(super) fn left(&self, zone: ZoneIx, news: i64, (at, now): (Millis, Millis)) -> i64 {
        self.pace.left(zone, news, seconds(at), seconds(now))
    }

    /// The doubt of a bay after its watcher's word `o`, as of `at`; `cell` is as it was before.
    #[inline]
    pub(super) fn after(&mut self, cell: &BayState, o: &Observation, at: Millis) -> u32 {
        let Some(is) = o.status.occupied() else {
            return 0;
        };
        let zone = cell.zone();
        let doubt = Doubt::from_bits(cell.doubt);
        let t0 = seconds(cell.word.at());
        let t = seconds(at);
        match watched(&cell.word) {
            None => Doubt::first(is, self.pace.rates(zone, t)).bits(),
            Some(was) if was == is => self.pace.advance(doubt, (zone, is), t0, t).bits(),
            Some(was) => {
                if cell.is_pooled()
                    && let Some(pools) = self.pools.get_mut(&o.bay.0)
                {
                    pools.after_change();
                }
                let then = self.pace.advance(doubt, (zone, was), t0, t);
                then.change(is, self.pace.rates(zone, t)).bits()
            }
        }
    }

    /// What is believed of a bay at `now`, `told` being what is told of it. Where nobody watches it a
    /// count of its zone has a say.
    pub(super) fn odds(&self, bay: BayIx, cell: &BayState, told: &Word, now: Millis) -> LogOdds {
        let alone = self.odds_alone(bay, cell, told, now);
        if watched(told).is_some() {
            alone
        } else {
            alone.plus(self.tilts.shift(cell.zone(), told.bay_kind()))
        }
    }

    /// The same without any count.
    pub(super) fn odds_alone(
        &self,
        bay: BayIx,
        cell: &BayState,
        told: &Word,
        now: Millis,
    ) -> LogOdds {
        let sensor = watched(told);
        let base = match (sensor, told.status().occupied()) {
            (Some(is), _) => self.watchers(bay, cell, is, now),
            (None, Some(is)) if told.rank() == Rank::Booking => {
                if is {
                    BOOKED
                } else {
                    LogOdds(-BOOKED.0)
                }
            }
            (None, _) => self.usual_at(cell.zone(), now),
        };
        match self.pools.get(&bay.0).filter(|_| cell.is_pooled()) {
            Some(pools) => {
                let mut then = *pools;
                let whose = (cell.zone(), sensor.is_some());
                self.pace.relax(&mut then, whose, seconds(now));
                // Whether what is spent was dropped meanwhile must not show.
                if then.is_spent() {
                    base
                } else {
                    base.plus(then.sum())
                }
            }
            None => base,
        }
    }

    /// What is believed from the watcher alone, whose word stands in the cell.
    pub(super) fn sensor(&self, cell: &BayState, is: bool, now: Millis) -> LogOdds {
        let doubt = Doubt::from_bits(cell.doubt);
        let t0 = seconds(cell.word.at());
        let t = seconds(now);
        let then = self.pace.advance(doubt, (cell.zone(), is), t0, t);
        let odds = then.read(is, self.pace.rates(cell.zone(), t));
        let said = cell.word.confidence();
        // Who says to be less sure than sensors are is not believed further.
        if said < SourceKind::Sensor.default_confidence() {
            odds.within(LogOdds::of_confidence(said))
        } else {
            odds
        }
    }

    /// Takes an app's evidence, as of `at`; it came in at `ingest`.
    pub(super) fn hear(
        &mut self,
        cell: &mut BayState,
        o: &Observation,
        (at, ingest): (Millis, Millis),
    ) -> Heard {
        let Some(says) = o.status.occupied() else {
            return Heard::Nothing;
        };
        let sensor = watched(&cell.word);
        // Nothing is heard before what the bay's watcher said last.
        let at = at.max(cell.word.at());
        let whose = (cell.zone(), sensor.is_some());
        let rates = self.pace.rates(cell.zone(), seconds(at));
        if let Some(is) = sensor {
            let odds = self.watchers(o.bay, cell, is, at);
            if let Some(feedback) = Feedback::judge(o.backing.slot(), says, odds) {
                self.judged.absorb(seconds(ingest) / WINDOW_S, feedback);
            }
        }
        let weight = weighed(o.backing.weight(), o.confidence);
        if weight <= 0 {
            return Heard::Nothing;
        }
        if self.pools.len() >= MOST_POOLED && !self.pools.contains_key(&o.bay.0) {
            return Heard::Full;
        }
        let word = AppReport {
            partner: o.backing.partner(),
            slot: o.backing.slot(),
            weight,
            said: says,
        };
        let pools = self.pools.entry(o.bay.0).or_default();
        // What says nothing any more may have been dropped meanwhile: that must not show.
        self.pace.relax(pools, whose, seconds(at));
        if pools.is_spent() {
            *pools = Pools::default();
        }
        pools.add(word, sensor.is_some(), rates, seconds(at));
        if let Some(is) = sensor {
            let said = AppSaid {
                occupied: says,
                weight,
            };
            let t0 = seconds(cell.word.at());
            let t = seconds(at);
            let doubt = Doubt::from_bits(cell.doubt);
            let then = self.pace.advance(doubt, (cell.zone(), is), t0, t);
            cell.doubt = doubt.app_at(then, is, said, rates).bits();
        }
        cell.set_pooled(true);
        Heard::Pooled
    }

    /// Drops the evidence on a bay that says nothing any more; true if there was any. That does not
    /// show in what is believed later: it would be dropped with the next that comes.
    pub(super) fn drop_spent(&mut self, bay: BayIx, cell: &mut BayState, now: Millis) -> bool {
        let whose = (cell.zone(), watched(&cell.word).is_some());
        let spent = self.pools.get(&bay.0).is_none_or(|pools| {
            let mut then = *pools;
            self.pace.relax(&mut then, whose, seconds(now));
            then.is_spent()
        });
        if spent {
            self.pools.remove(&bay.0);
            cell.set_pooled(false);
        }
        spent
    }

    /// What apps say of a bay, as of `now`.
    pub(super) fn evidence(&self, bay: BayIx, cell: &BayState, now: Millis) -> Option<AppEvidence> {
        let mut pools = *self.pools.get(&bay.0).filter(|_| cell.is_pooled())?;
        let whose = (cell.zone(), watched(&cell.word).is_some());
        self.pace.relax(&mut pools, whose, seconds(now));
        Some(AppEvidence {
            at: now,
            log_odds: pools.sum().0,
            reports: pools.reports(),
            contributors: pools.contributors(),
            partners: pools.partners(),
        })
    }

    /// How the watcher of a bay does, whose word stands in the cell; `None` if it knows nothing.
    #[inline]
    pub(super) fn watcher(&self, cell: &BayState, now: Millis) -> Option<Watcher> {
        let is = watched(&cell.word)?;
        let doubt = Doubt::from_bits(cell.doubt);
        let t0 = seconds(cell.word.at());
        let t = seconds(now);
        let then = self.pace.advance(doubt, (cell.zone(), is), t0, t);
        Some(Watcher {
            occupied: is,
            p_stuck: then.p_stuck(),
            errors: then.flicker_per_10_000_min(),
        })
    }

    /// How many contributors, of how many partners, contradict that watcher, if enough do.
    pub(super) fn contradict(&self, bay: BayIx, cell: &BayState, now: Millis) -> Option<(u8, u8)> {
        let is = watched(&cell.word)?;
        let mut pools = *self.pools.get(&bay.0).filter(|_| cell.is_pooled())?;
        self.pace
            .relax(&mut pools, (cell.zone(), true), seconds(now));
        pools.contradict(is)
    }

    pub(super) fn forget(&mut self, bay: BayIx) {
        self.pools.remove(&bay.0);
    }

    /// For a checkpoint.
    pub(super) fn pools(&self) -> impl Iterator<Item = (BayIx, [u8; 20])> {
        let all = self.pools.iter();
        all.map(|(bay, pools)| (BayIx(*bay), pools.to_bytes()))
    }

    pub(super) fn restore(&mut self, bay: BayIx, cell: &mut BayState, bytes: [u8; 20]) {
        self.pools.insert(bay.0, Pools::from_bytes(bytes));
        cell.set_pooled(true);
    }
}

/// A weight, of somebody who is that sure: in full from 0.8 on, nothing at a half and below.
fn weighed(weight: i8, confidence: u8) -> i8 {
    let even = i32::from(EVEN);
    if confidence >= SURE {
        return weight;
    }
    let over = (i32::from(confidence) - even).max(0);
    (i32::from(weight) * over / (i32::from(SURE) - even)) as i8
}
