//! A city of 3,000 bays for half a day: what the rule pays whom, and why two simpler ones must not
//! be built.
//!
//! 70 % of the bays have a sensor, which speaks when something changes and is dark 15 % of the time;
//! what it saw then is delivered later, so it is settled, but nobody knew it. The hub believes what
//! sensors told it, less the longer that is ago. Stays of 60 minutes on average, 30
//! between two.

use super::{
    CreditDay, CreditSample, CreditWord, ONE, anchored, claimed, credit_of, factor_of, is_doubted,
    is_open, settle_day, worth,
};
use crate::domain::Millis;
use std::collections::BTreeMap;

const BAYS: usize = 3000;
const MINUTES: u64 = 12 * 60;
const STAY: f64 = 60.0;
const FREE: f64 = 30.0;
const SEEDS: [u64; 3] = [1, 2, 3];

/// Partners, by number.
const HONEST: u16 = 70;
const HONEST_SMALL: u16 = 71;
const BOASTING: u16 = 72;
const RANDOM: u16 = 73;
const ECHO: u16 = 74;
const COLLUDERS: [u16; 2] = [75, 76];

/// What each does: partner, reports a minute, and how often it is right.
const PARTNERS: [(u16, u64, f64); 4] = [
    (HONEST, 60, 0.95),
    (HONEST_SMALL, 15, 0.95),
    (BOASTING, 60, 0.75),
    (RANDOM, 60, 0.5),
];

/// SplitMix64: the same numbers for ever.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn is(&mut self, chance: f64) -> bool {
        self.part() < chance
    }

    /// Until something happens that does so every `mean`.
    fn until(&mut self, mean: f64) -> f64 {
        -mean * self.part().max(1e-12).ln()
    }
}

/// One bay's day.
struct SimulatedBay {
    sensed: bool,
    first_vacant: bool,
    /// Minutes at which it changed.
    changes: Vec<f64>,
    /// From when to when its sensor was dark.
    dark: Vec<(f64, f64)>,
}

impl SimulatedBay {
    fn new(dice: &mut Dice) -> Self {
        let first_vacant = dice.is(FREE / (FREE + STAY));
        let mut now = -90.0;
        let mut vacant = first_vacant;
        let mut changes = Vec::new();
        while now < MINUTES as f64 {
            now += dice.until(if vacant { FREE } else { STAY });
            vacant = !vacant;
            changes.push(now);
        }
        let mut now = dice.until(680.0);
        let mut dark = Vec::new();
        while now < MINUTES as f64 {
            let end = now + dice.until(120.0);
            dark.push((now, end));
            now = end + dice.until(680.0);
        }
        let sensed = dice.is(0.7);
        Self {
            sensed,
            first_vacant,
            changes,
            dark,
        }
    }

    fn vacant(&self, at: f64) -> bool {
        let changed = self.changes.partition_point(|c| *c <= at);
        self.first_vacant == changed.is_multiple_of(2)
    }

    /// P(vacant) as the hub has it.
    fn believed(&self, at: f64) -> u16 {
        let usual = FREE / (FREE + STAY);
        let dark = self.dark.iter().find(|d| (d.0..d.1).contains(&at));
        let p = match dark {
            _ if !self.sensed => usual,
            None => [0.02, 0.98][usize::from(self.vacant(at))],
            Some((since, _)) => {
                let last = [0.02, 0.98][usize::from(self.vacant(*since))];
                usual + (last - usual) * (-(at - since) * (1.0 / STAY + 1.0 / FREE)).exp()
            }
        };
        (p * 65_535.0) as u16
    }
}

/// Everything that was said, in order of time; `at` in minutes.
struct SaidThen {
    at: f64,
    bay: usize,
    sample: CreditSample,
}

struct Simulated {
    bays: Vec<SimulatedBay>,
    said: Vec<SaidThen>,
}

impl Simulated {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let bays: Vec<SimulatedBay> = (0..BAYS).map(|_| SimulatedBay::new(&mut dice)).collect();
        let mut own = Self {
            bays,
            said: Vec::new(),
        };
        for minute in 0..MINUTES {
            for (partner, reports, right) in PARTNERS {
                for _ in 0..reports {
                    let (bay, at) = own.somewhere(minute, &mut dice);
                    let vacant = own.bays[bay].vacant(at) == dice.is(right);
                    let sure = if partner == BOASTING { 230 } else { 242 };
                    own.say((at, bay), partner, claimed(!vacant, sure));
                }
            }
            for _ in 0..60 {
                let (bay, at) = own.somewhere(minute, &mut dice);
                let vacant = own.bays[bay].believed(at) > 32_767;
                own.say((at, bay), ECHO, claimed(!vacant, 230));
            }
            own.collude(minute, &mut dice);
        }
        own.said.sort_by(|a, b| a.at.total_cmp(&b.at));
        own
    }

    fn somewhere(&self, minute: u64, dice: &mut Dice) -> (usize, f64) {
        (
            dice.next() as usize % self.bays.len(),
            minute as f64 + dice.part(),
        )
    }

    /// Both say the same of bays without a sensor, one right after the other, whatever is there.
    fn collude(&mut self, minute: u64, dice: &mut Dice) {
        let (bay, at) = self.somewhere(minute, dice);
        if self.bays[bay].sensed {
            return;
        }
        let lie = claimed(dice.is(0.5), 242);
        for (after, partner) in [0.0, 1.0].into_iter().zip(COLLUDERS) {
            self.say((at + after, bay), partner, lie);
        }
    }

    fn say(&mut self, (at, bay): (f64, usize), partner: u16, p1: u16) {
        let there = &self.bays[bay];
        let ms = Millis((at * 60_000.0) as u64);
        let p0 = there.believed(at);
        let mut sample = CreditSample::new((bay as u32, ms), partner, (p0, p1));
        if is_open(p0) {
            sample = sample.counting();
        }
        if there.sensed {
            let seen = if there.vacant(at) {
                CreditWord::Vacant
            } else {
                CreditWord::Occupied
            };
            sample = sample.settled(seen);
        }
        self.said.push(SaidThen { at, bay, sample });
    }

    /// By the rule: the day before showed of everybody what this one does.
    fn credits(&self) -> BTreeMap<u16, i64> {
        let mut all: Vec<_> = self.said.iter().map(|s| s.sample).collect();
        let shown = settle_day(&mut all, |_| false);
        let is_anchored = |p: u16| shown.get(&p).is_some_and(|d| anchored(&d.watched));
        let days: BTreeMap<u16, CreditDay<u16>> = settle_day(&mut all, is_anchored);
        let credits = days.iter();
        credits.map(|(p, day)| (*p, credit_of(day))).collect()
    }

    /// A rule that must not be built: `y` is the next word of anybody else within 15 minutes, a sensor's
    /// included, which speaks when something changes.
    fn by_next_word(&self, partner: u16) -> i64 {
        let mut of_bay = vec![Vec::new(); BAYS];
        for s in &self.said {
            of_bay[s.bay].push(s);
        }
        let mut sum = 0;
        for s in self.said.iter().filter(|s| s.sample.partner() == partner) {
            if !s.sample.counts() {
                continue;
            }
            let bay = &self.bays[s.bay];
            let from = of_bay[s.bay].partition_point(|o| o.at <= s.at);
            let mut others = of_bay[s.bay][from..].iter();
            // Others that are neither this one's nor honest: the rule cannot tell who is.
            let friend = COLLUDERS.contains(&partner);
            let other = others.find(|o| friend && o.sample.partner() != partner);
            let other = other.map(|o| (o.at, o.sample.says_vacant()));
            let change = bay
                .changes
                .iter()
                .find(|c| **c > s.at)
                .filter(|_| bay.sensed);
            let change = change.map(|c| (*c, bay.vacant(*c)));
            let next = [other, change].into_iter().flatten();
            let next = next.min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, vacant)) = next.filter(|n| n.0 - s.at <= 15.0) {
                sum += worth(s.sample.p0(), s.sample.p1(), vacant);
            }
        }
        sum
    }

    /// Another: all bays count, also those that a sensor tells of.
    fn by_all_bays(&self, partner: u16) -> i64 {
        let said = self.said.iter().map(|s| &s.sample);
        let of = said.filter(|s| s.partner() == partner);
        let settled = of.filter_map(|s| Some((s, s.word().vacant()?)));
        settled.map(|(s, y)| worth(s.p0(), s.p1(), y)).sum()
    }
}

#[test]
fn the_rule_pays_who_tells_the_truth_and_nobody_else() {
    for seed in SEEDS {
        let credits = Simulated::new(seed).credits();
        let told: Vec<_> = credits.iter().map(|(p, c)| (p, c / ONE)).collect();
        let factor = |p: u16| f64::from(factor_of(credits[&p])) / 1000.0;
        println!("seed {seed}: {told:?}");
        assert!((7.0..8.0).contains(&factor(HONEST)), "{seed} {told:?}");
        assert!(
            (2.5..3.3).contains(&factor(HONEST_SMALL)),
            "{seed} {told:?}"
        );
        for nobody in [BOASTING, RANDOM, ECHO, COLLUDERS[0], COLLUDERS[1]] {
            assert!(factor(nobody) < 1.1, "{seed} {nobody} {told:?}");
        }
        assert!(credits[&ECHO] / ONE < -200, "{seed} {told:?}");
        assert!(is_doubted(credits[&RANDOM]), "{seed} {told:?}");
    }
}

#[test]
fn simpler_rules_punish_the_honest_and_pay_who_vouch_for_each_other() {
    for seed in SEEDS {
        let simulated = Simulated::new(seed);
        let next = |p| simulated.by_next_word(p) / ONE;
        let honest = next(HONEST);
        let colluder = next(COLLUDERS[0]);
        println!("seed {seed}: next word: honest {honest}, colluder {colluder}");
        assert!(honest < -100 && colluder > 0, "{seed} {honest} {colluder}");
        let all = simulated.by_all_bays(HONEST) / ONE;
        println!("seed {seed}: all bays: honest {all}");
        assert!(all < -100, "{seed} {all}");
    }
}
