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
use crate::belief::contributors::WINDOW_S;
use crate::belief::{AppReport, AppSaid, Doubt, Feedback, Judges, LogOdds, Pools};
use crate::domain::observation::SURE;
use crate::domain::{AppEvidence, BayIx, BayStatus, Millis, Observation, SourceKind, ZoneIx};
use ahash::AHashMap;
use std::sync::Arc;

/// Bays with evidence that a worker keeps: some 50 MB.
const MOST_POOLED: usize = 1 << 20;

/// What the hub's own word of a booked stay is worth: 0.95.
const BOOKED: LogOdds = LogOdds(3015);

/// See the module.
pub(super) struct Beliefs {
    pace: Pace,
    pools: AHashMap<u32, Pools>,
    judges: Option<Arc<dyn Judges>>,
}

/// What a status says of a car.
pub(super) const fn occupied(status: BayStatus) -> Option<bool> {
    match status {
        BayStatus::Occupied => Some(true),
        BayStatus::Vacant => Some(false),
        BayStatus::Unknown | BayStatus::Closed => None,
    }
}

/// Absolute seconds.
const fn seconds(at: Millis) -> u32 {
    let s = at.0 / 1000;
    if s > u32::MAX as u64 {
        u32::MAX
    } else {
        s as u32
    }
}

/// Whether the word is a watcher's, stands, and says so.
fn watched(word: &Word) -> Option<bool> {
    if word.rank() == Rank::Watcher {
        occupied(word.status())
    } else {
        None
    }
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
    pub(super) fn new(pace: Pace, judges: Option<Arc<dyn Judges>>) -> Self {
        Self {
            pace,
            pools: AHashMap::new(),
            judges,
        }
    }

    pub(super) const fn pace(&mut self) -> &mut Pace {
        &mut self.pace
    }

    /// What is believed now of a bay that nobody has told anything of.
    pub(super) fn usual(&self, zone: ZoneIx) -> LogOdds {
        self.pace.now(zone).usual()
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

    /// The doubt of a bay after its watcher's word `o`, as of `at`; `cell` is as it was before.
    #[inline]
    pub(super) fn after(&mut self, cell: &BayState, o: &Observation, at: Millis) -> u32 {
        let Some(is) = occupied(o.status) else {
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

    /// What is believed of a bay at `now`, `told` being what is told of it.
    pub(super) fn odds(&self, bay: BayIx, cell: &BayState, told: &Word, now: Millis) -> LogOdds {
        let sensor = watched(told);
        let base = match (sensor, occupied(told.status())) {
            (Some(is), _) => self.sensor(cell, is, now),
            (None, Some(is)) if told.rank() == Rank::Booking => {
                if is {
                    BOOKED
                } else {
                    LogOdds(-BOOKED.0)
                }
            }
            (None, _) => self.pace.rates(cell.zone(), seconds(now)).usual(),
        };
        match self.pools.get(&bay.0).filter(|_| cell.is_pooled()) {
            Some(pools) => {
                let mut then = *pools;
                let whose = (cell.zone(), sensor.is_some());
                self.pace.relax(&mut then, whose, seconds(now));
                base.plus(then.sum())
            }
            None => base,
        }
    }

    /// What is believed from the watcher alone, whose word stands in the cell.
    fn sensor(&self, cell: &BayState, is: bool, now: Millis) -> LogOdds {
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
        let Some(says) = occupied(o.status) else {
            return Heard::Nothing;
        };
        let sensor = watched(&cell.word);
        // Nothing is heard before what the bay's watcher said last.
        let at = at.max(cell.word.at());
        let whose = (cell.zone(), sensor.is_some());
        let rates = self.pace.rates(cell.zone(), seconds(at));
        if let (Some(is), Some(judges)) = (sensor, &self.judges) {
            let odds = self.sensor(cell, is, at);
            if let Some(feedback) = Feedback::judge(o.backing.slot(), says, odds) {
                judges.judged(seconds(ingest) / WINDOW_S, feedback);
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
    const EVEN: i32 = 128;
    if confidence >= SURE {
        return weight;
    }
    let over = (i32::from(confidence) - EVEN).max(0);
    (i32::from(weight) * over / (i32::from(SURE) - EVEN)) as i8
}
