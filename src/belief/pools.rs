//! What apps have said of one bay: a bounded pool of evidence for each partner.

use super::odds::{self, LogOdds};
use super::rates::Rates;
use super::tables::{self, ONE};

/// Partners whose evidence on one bay is told apart; with more, the weakest is let go.
const PARTNERS: usize = 4;

/// How far apps move what is believed of a bay, together: 2.0 nat.
const CAP: i32 = 2 * LogOdds::NAT as i32;

/// How far one partner's do where at least three have a say: 0.8 of it. At 0.6 those who attack by
/// one partner of five would do 1 % less harm, and every bay without a sensor would be known worse.
const CAP_OF_ONE: i32 = CAP * 8 / 10;

/// Below 0.05 nat a pool says nothing.
const SPENT: u16 = 51;

/// A sum that is nearer to 0 fades as the state does: there the two ways are the same.
const LEVEL: i32 = 16;

/// Evidence fades at absolute instants so many seconds apart. Were it at each report, a stream of
/// small ones would keep all from fading: each stretch would round to nothing.
const QUANTUM_S: u32 = 8;

/// App evidence on one bay, for those bays that have any: 20 bytes. It is evidence beside the
/// sensor's ([`Doubt`](super::Doubt)), or beside what is usual where none serves the bay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pools {
    /// When it was last added to, absolute seconds.
    t: u32,
    /// Towards *occupied*, as of `t`. 0: nobody's.
    odds: [i16; PARTNERS],
    partners: [u8; PARTNERS],
    /// A bit for each contributor, by its hash.
    heard: u16,
    reports: u8,
    spare: u8,
}

/// One report of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppReport {
    /// Its partner's number.
    pub partner: u8,
    /// Its contributor's slot in the table; 0 for none.
    pub slot: u32,
    /// In 1/8 nat, towards what it says; not above 0 moves nothing.
    pub weight: i8,
    /// Whether it says *occupied*.
    pub said: bool,
}

impl Pools {
    /// Adds a report that came at `t` (absolute seconds). One that is older than the newest counts
    /// as of that one's time. Whether a sensor serves the bay decides how evidence fades.
    pub fn add(&mut self, word: AppReport, sensor: bool, rates: Rates, t: u32) {
        self.relax(sensor, rates, t);
        self.reports = self.reports.saturating_add(1);
        self.heard |= 1 << (word.slot.wrapping_mul(0x9e37_79b1) >> 28);
        if word.weight <= 0 {
            return;
        }
        let units = i32::from(word.weight) * (i32::from(LogOdds::NAT) / 8);
        let units = if word.said { units } else { -units };
        let Some(at) = self.place(word.partner, units) else {
            return;
        };
        self.partners[at] = word.partner;
        self.odds[at] = (i32::from(self.odds[at]) + units).clamp(-CAP, CAP) as i16;
    }

    /// The partner's own pool, an empty one, or that of the weakest if it is weaker than what is to
    /// come; it is emptied.
    fn place(&mut self, partner: u8, units: i32) -> Option<usize> {
        let own = (0..PARTNERS).find(|at| self.odds[*at] != 0 && self.partners[*at] == partner);
        if own.is_some() {
            return own;
        }
        let weakest = (0..PARTNERS).min_by_key(|at| self.odds[*at].unsigned_abs())?;
        if i32::from(self.odds[weakest]).abs() >= units.abs() {
            return None;
        }
        self.odds[weakest] = 0;
        Some(weakest)
    }

    /// Lets evidence fade until `t`. With a sensor each pool fades as the bay's state does. Without,
    /// what all of them make of the bay's probability leads back to what is usual, and each keeps
    /// its share of the rest. (Were each led back by itself, all together would fade too slowly or
    /// too quickly: Brier .0006 worse without sensors.)
    pub fn relax(&mut self, sensor: bool, rates: Rates, t: u32) {
        if t <= self.t {
            return;
        }
        let quanta = t / QUANTUM_S - self.t / QUANTUM_S;
        self.t = t;
        if quanta == 0 {
            return;
        }
        let kept = tables::exp2(rates.fading(quanta.saturating_mul(QUANTUM_S)));
        let all = i32::from(self.sum().0);
        let (now, all) = if sensor || all.abs() < LEVEL {
            (kept as i64, ONE as i64)
        } else {
            (relaxed(all, kept, rates), i64::from(all))
        };
        for odds in &mut self.odds {
            // Towards 0, so that the last units fade too.
            *odds = (i64::from(*odds) * now / all) as i16;
        }
    }

    /// The sensor's word has changed: what was said before is a fifth as good.
    pub fn after_change(&mut self) {
        self.odds.iter_mut().for_each(|odds| *odds /= 5);
    }

    /// Evidence of all, as of the time that it was last relaxed to.
    #[must_use]
    pub fn sum(&self) -> LogOdds {
        let cap = if self.partners() >= 3 {
            CAP_OF_ONE
        } else {
            CAP
        };
        let all = self.odds.iter().map(|o| i32::from(*o).clamp(-cap, cap));
        LogOdds(all.sum::<i32>().clamp(-CAP, CAP) as i16)
    }

    /// The same at `t`, without a change of what is stored.
    #[must_use]
    pub fn sum_at(mut self, sensor: bool, rates: Rates, t: u32) -> LogOdds {
        self.relax(sensor, rates, t);
        self.sum()
    }

    /// When it was last added to or relaxed to, absolute seconds.
    #[must_use]
    pub const fn t(&self) -> u32 {
        self.t
    }

    /// Partners whose evidence still says something.
    #[must_use]
    pub fn partners(&self) -> u8 {
        self.odds
            .iter()
            .filter(|o| o.unsigned_abs() >= SPENT)
            .count() as u8
    }

    /// Those of them whose evidence says so.
    #[must_use]
    pub fn partners_saying(&self, occupied: bool) -> u8 {
        let saying = |odds: &&i16| (**odds > 0) == occupied && odds.unsigned_abs() >= SPENT;
        self.odds.iter().filter(saying).count() as u8
    }

    /// Contributors heard since the evidence began: at least so many, at most 16.
    #[must_use]
    pub const fn contributors(&self) -> u8 {
        self.heard.count_ones() as u8
    }

    /// Reports since the evidence began; 255 and more.
    #[must_use]
    pub const fn reports(&self) -> u8 {
        self.reports
    }

    /// Whether nothing of it says anything any more.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.partners() == 0
    }

    /// Whether nothing is left of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.odds == [0; PARTNERS]
    }

    /// For the disk, little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 20] {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&self.t.to_le_bytes());
        for (at, odds) in self.odds.iter().enumerate() {
            bytes[4 + 2 * at..6 + 2 * at].copy_from_slice(&odds.to_le_bytes());
        }
        bytes[12..16].copy_from_slice(&self.partners);
        bytes[16..18].copy_from_slice(&self.heard.to_le_bytes());
        bytes[18] = self.reports;
        bytes[19] = self.spare;
        bytes
    }

    /// The inverse of [`Self::to_bytes`]. Any bytes are pools: what is off the scale counts as its
    /// end.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        let pair = |at: usize| [bytes[at], bytes[at + 1]];
        let odds = |at: usize| i16::from_le_bytes(pair(4 + 2 * at));
        Self {
            t: u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
            odds: std::array::from_fn(|at| odds(at).clamp(-CAP as i16, CAP as i16)),
            partners: std::array::from_fn(|at| bytes[12 + at]),
            heard: u16::from_le_bytes(pair(16)),
            reports: bytes[18],
            spare: bytes[19],
        }
    }
}

/// Evidence beside what is usual, not 0, after a share `kept` (32 bits after the point) of the
/// difference between the two probabilities is left.
fn relaxed(evidence: i32, kept: u64, rates: Rates) -> i64 {
    let usual = rates.usual();
    let p = odds::sigmoid(usual.plus(LogOdds::of_wide(evidence)).octaves());
    let pi = odds::sigmoid(usual.octaves());
    let left = ((i128::from(p) - i128::from(pi)) * i128::from(kept) / i128::from(ONE)) as i64;
    // Both there and back, so that nothing is left of no difference.
    let back = |p: u64| i64::from(LogOdds::from_octaves(odds::logit(p)).0);
    let now = back((pi as i64 + left) as u64) - back(pi);
    // Rounding must not keep it up, nor turn it round.
    let most = i64::from(evidence.abs()) - 1;
    if evidence > 0 {
        now.clamp(0, most)
    } else {
        now.clamp(-most, 0)
    }
}

#[cfg(test)]
mod tests;
