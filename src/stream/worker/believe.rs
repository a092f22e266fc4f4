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
use crate::belief::contributors::WINDOW_S;
use crate::belief::{AppReport, AppSaid, Doubt, Feedback, Judges, LogOdds, Pools, Rates};
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
    /// By zone.
    rates: Vec<Rates>,
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
    pub(super) fn new(zones: usize, judges: Option<Arc<dyn Judges>>) -> Self {
        Self {
            rates: vec![Rates::default(); zones],
            pools: AHashMap::new(),
            judges,
        }
    }

    pub(super) fn make_room(&mut self, zones: usize) {
        self.rates.resize(zones, Rates::default());
    }

    pub(super) fn usual(&self, zone: ZoneIx) -> LogOdds {
        self.rates[zone.at()].usual()
    }

    /// The doubt of a bay after its watcher's word `o`, as of `at`; `cell` is as it was before.
    #[inline]
    pub(super) fn after(&mut self, cell: &BayState, o: &Observation, at: Millis) -> u32 {
        let Some(is) = occupied(o.status) else {
            return 0;
        };
        let rates = self.rates[cell.zone().at()];
        let doubt = Doubt::from_bits(cell.doubt);
        let t0 = seconds(cell.word.at());
        let t = seconds(at);
        match watched(&cell.word) {
            None => Doubt::first(is, rates).bits(),
            Some(was) if was == is => doubt.advance(is, rates, t0, t).bits(),
            Some(was) => {
                if cell.is_pooled()
                    && let Some(pools) = self.pools.get_mut(&o.bay.0)
                {
                    pools.after_change();
                }
                doubt.advance(was, rates, t0, t).change(is, rates).bits()
            }
        }
    }

    /// What is believed of a bay at `now`, `told` being what is told of it.
    pub(super) fn odds(&self, bay: BayIx, cell: &BayState, told: &Word, now: Millis) -> LogOdds {
        let rates = self.rates[cell.zone().at()];
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
            (None, _) => rates.usual(),
        };
        match self.pools.get(&bay.0).filter(|_| cell.is_pooled()) {
            Some(pools) => base.plus(pools.sum_at(sensor.is_some(), rates, seconds(now))),
            None => base,
        }
    }

    /// What is believed from the watcher alone, whose word stands in the cell.
    fn sensor(&self, cell: &BayState, is: bool, now: Millis) -> LogOdds {
        let rates = self.rates[cell.zone().at()];
        let doubt = Doubt::from_bits(cell.doubt);
        let then = doubt.advance(is, rates, seconds(cell.word.at()), seconds(now));
        let odds = then.read(is, rates);
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
        let rates = self.rates[cell.zone().at()];
        let sensor = watched(&cell.word);
        // Nothing is heard before what the bay's watcher said last.
        let at = at.max(cell.word.at());
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
        pools.relax(sensor.is_some(), rates, seconds(at));
        if pools.is_spent() {
            *pools = Pools::default();
        }
        pools.add(word, sensor.is_some(), rates, seconds(at));
        if let Some(is) = sensor {
            let said = AppSaid {
                occupied: says,
                weight,
            };
            let times = (seconds(cell.word.at()), seconds(at));
            let doubt = Doubt::from_bits(cell.doubt);
            cell.doubt = doubt.app_at(is, said, rates, times).bits();
        }
        cell.set_pooled(true);
        Heard::Pooled
    }

    /// Drops the evidence on a bay that says nothing any more; true if there was any. That does not
    /// show in what is believed later: it would be dropped with the next that comes.
    pub(super) fn drop_spent(&mut self, bay: BayIx, cell: &mut BayState, now: Millis) -> bool {
        let rates = self.rates[cell.zone().at()];
        let sensor = watched(&cell.word).is_some();
        let spent = self.pools.get_mut(&bay.0).is_none_or(|pools| {
            let mut then = *pools;
            then.relax(sensor, rates, seconds(now));
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
        let rates = self.rates[cell.zone().at()];
        pools.relax(watched(&cell.word).is_some(), rates, seconds(now));
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
        let rates = self.rates[cell.zone().at()];
        let doubt = Doubt::from_bits(cell.doubt);
        let then = doubt.advance(is, rates, seconds(cell.word.at()), seconds(now));
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
        pools.relax(true, self.rates[cell.zone().at()], seconds(now));
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
    const EVEN: i32 = 128;
    if confidence >= SURE {
        return weight;
    }
    let over = (i32::from(confidence) - EVEN).max(0);
    (i32::from(weight) * over / (i32::from(SURE) - EVEN)) as i8
}
