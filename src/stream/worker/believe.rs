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
use super::super::word::{Beside, Rank, Word};
use super::tilts::Tilts;
use super::twins::{Twin, Twins};
use crate::belief::contributors::WINDOW_S;
use crate::belief::{AppReport, AppSaid, Doubt, Feedback, LogOdds, Pools, Rates, Windows};
use crate::domain::observation::SURE;
use crate::domain::{AppEvidence, BayIx, Millis, Observation, SourceIx, SourceKind, ZoneIx};
use ahash::AHashMap;

/// Bays with evidence that a worker keeps: some 50 MB.
const MOST_POOLED: usize = 1 << 20;

/// Bays with several watchers that a worker keeps the others' words of: some 30 MB with two each.
const MOST_TWINS: usize = 1 << 18;

/// What the hub's own word of a booked stay is worth: 0.95.
const BOOKED: LogOdds = LogOdds(3015);

/// See the module.
pub(super) struct Beliefs {
    /// By zone.
    rates: Vec<Rates>,
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
    pub(super) fn new(zones: usize) -> Self {
        Self {
            rates: vec![Rates::default(); zones],
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

    pub(super) fn make_room(&mut self, zones: usize) {
        self.rates.resize(zones, Rates::default());
    }

    pub(super) fn usual(&self, zone: ZoneIx) -> LogOdds {
        self.rates[zone.at()].usual()
    }

    /// What is left of a count's news so many seconds later.
    pub(super) fn left(&self, zone: ZoneIx, news: i64, seconds: u32) -> i64 {
        self.rates[zone.at()].left(news, seconds)
    }

    /// The doubt of a bay after its watcher's word `o`, as of `at`; `cell` is as it was before.
    #[inline]
    pub(super) fn after(&mut self, cell: &BayState, o: &Observation, at: Millis) -> u32 {
        let Some(is) = o.status.occupied() else {
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
        let rates = self.rates[cell.zone().at()];
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
            (None, _) => rates.usual(),
        };
        match self.pools.get(&bay.0).filter(|_| cell.is_pooled()) {
            Some(pools) => base.plus(pools.sum_at(sensor.is_some(), rates, seconds(now))),
            None => base,
        }
    }

    /// What is believed from all who watch, the cell's word being the newest and saying `is`: the mean
    /// of what each comes to.
    fn watchers(&self, bay: BayIx, cell: &BayState, is: bool, now: Millis) -> LogOdds {
        let newest = self.sensor(cell, is, now);
        if !cell.has_lower() {
            return newest;
        }
        let mut sum = i32::from(newest.0);
        let mut all = 1;
        for twin in self.twins.beside(bay, cell.word.source(), now) {
            if let Some(is) = watched(&twin.word) {
                sum += i32::from(self.sensor(&twin.in_place_of(cell), is, now).0);
                all += 1;
            }
        }
        LogOdds((sum / all) as i16)
    }

    /// Another watcher than the cell's speaks last: its own word and doubt take the cell's place.
    pub(super) fn change_watcher(&mut self, bay: BayIx, cell: &mut BayState, to: SourceIx) -> bool {
        let own = self.twins.get(bay, to);
        let mut kept = true;
        if cell.word.standing() {
            let before = self.twins.get(bay, cell.word.source());
            kept = self.twins.put(bay, Twin::of(cell).aside(before));
            cell.set_lower(true);
        }
        let new = own.unwrap_or(Twin {
            word: Word::none(cell.word.bay_kind()),
            doubt: 0,
        });
        *cell = new.in_place_of(cell);
        kept
    }

    /// An older word than the newest, of another watcher: true if it is that one's newest. `None`:
    /// there is no room for it.
    pub(super) fn hear_twin(
        &mut self,
        cell: &BayState,
        o: &Observation,
        at: Millis,
    ) -> Option<bool> {
        let known = self.twins.get(o.bay, o.source);
        let own = known.unwrap_or(Twin {
            word: Word::none(cell.word.bay_kind()),
            doubt: 0,
        });
        let beside = own.word.beside(o, at.0);
        if beside == Beside::Older {
            return Some(false);
        }
        let mut before = own.in_place_of(cell);
        before.doubt = self.after(&before, o, at);
        before.word.take(o, at.0, beside);
        let twin = Twin::of(&before).aside(known);
        self.twins.put(o.bay, twin).then_some(true)
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
        let Some(says) = o.status.occupied() else {
            return Heard::Nothing;
        };
        let rates = self.rates[cell.zone().at()];
        let sensor = watched(&cell.word);
        // Nothing is heard before what the bay's watcher said last.
        let at = at.max(cell.word.at());
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
