//! The hub's belief, wired as the hub wires it: a gate that looks weights up and writes them into
//! the report, a stream that follows them, and feedback by windows of ingest time.

use super::pace::Pace;
use super::rules::Rule;
use super::world::{MEAN_STAY, MEAN_VACANCY, Report, Speaker, World};
use bayhub::belief::contributors::WINDOW_S;
use bayhub::belief::{
    AppReport, Contributors, Doubt, Feedback, LogOdds, Pools, Pseudonym, Rates, StuckSigns, Windows,
};

/// Any time that is not near 0.
pub(crate) const START_S: u32 = 1_795_402_800;

#[derive(Clone, Copy, Default)]
struct Bay {
    doubt: Doubt,
    /// Up to when the doubt holds; 0 where no sensor was heard.
    t: u32,
    word: bool,
    pools: Pools,
}

pub(crate) struct Belief<'a> {
    world: &'a World,
    bays: Vec<Bay>,
    contributors: Contributors,
    judged: Windows,
    pace: Pace,
    window: u32,
}

pub(crate) fn seconds(minutes: f64) -> u32 {
    START_S + (minutes * 60.0) as u32
}

impl<'a> Belief<'a> {
    pub(crate) fn new(world: &'a World, quicker: f64) -> Self {
        let mean = |minutes: f64| (minutes * 60.0 / quicker) as u32;
        let rates = Rates::of_means(mean(MEAN_STAY), mean(MEAN_VACANCY));
        Self::at_pace(world, Pace::Assumed(rates))
    }

    pub(crate) fn at_pace(world: &'a World, pace: Pace) -> Self {
        Self {
            world,
            bays: vec![Bay::default(); world.watched.len()],
            contributors: Contributors::new(14),
            judged: Windows::default(),
            pace,
            window: 0,
        }
    }

    /// The gate: whether it counts, its slot and what it weighs.
    fn gate(&mut self, who: u32, said: bool, t: u32) -> (u32, i8) {
        let minute = t / 60;
        let name = Pseudonym::of(u64::from(who + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7);
        let slot = self.contributors.find_or_enrol(name, None, false, minute);
        match slot {
            Some(slot) if self.contributors.counts(slot, minute) => {
                (slot, self.contributors.weight(slot, said))
            }
            _ => (0, 0),
        }
    }

    fn sensor(&mut self, bay: usize, occupied: bool, t: u32) {
        let rates = self.pace.rates(t);
        let bay = &mut self.bays[bay];
        self.pace.relax(&mut bay.pools, bay.t != 0, t);
        if bay.t == 0 {
            bay.doubt = Doubt::first(occupied, rates);
        } else {
            bay.doubt = self.pace.advance(bay.doubt, bay.word, bay.t, t);
            if bay.word != occupied {
                bay.doubt = bay.doubt.change(occupied, rates);
                bay.pools.after_change();
            }
        }
        bay.word = occupied;
        bay.t = t;
    }

    fn app(&mut self, bay: usize, who: u32, said: bool, t: u32) {
        let (slot, weight) = self.gate(who, said, t);
        let partner = self.world.partner(who);
        let rates = self.pace.rates(t);
        let bay = &mut self.bays[bay];
        if bay.t != 0 {
            bay.doubt = self.pace.advance(bay.doubt, bay.word, bay.t, t);
            bay.t = t;
            let sensor = bay.doubt.read(bay.word, rates);
            if let Some(feedback) = Feedback::judge(slot, said, sensor) {
                self.judged.absorb(t / WINDOW_S, feedback);
            }
            bay.doubt = bay.doubt.app(bay.word, said, weight, rates);
        }
        let report = AppReport {
            partner,
            slot,
            weight,
            said,
        };
        self.pace.relax(&mut bay.pools, bay.t != 0, t);
        bay.pools.add(report, bay.t != 0, rates, t);
    }

    /// What is believed of that bay at that minute.
    pub(crate) fn odds(&self, bay: usize, t: f64) -> LogOdds {
        let t = seconds(t);
        let bay = &self.bays[bay];
        let rates = self.pace.rates(t);
        let mut pools = bay.pools;
        self.pace.relax(&mut pools, bay.t != 0, t);
        if bay.t == 0 {
            return rates.usual().plus(pools.sum());
        }
        let doubt = self.pace.advance(bay.doubt, bay.word, bay.t, t);
        doubt.read(bay.word, rates).plus(pools.sum())
    }
}

impl Belief<'_> {
    /// What the sensor of that bay says, what speaks for its being stuck besides a gate, and how many
    /// errors it begins per 10,000 min. `None` where there is no sensor.
    pub(crate) fn signs(&self, bay: usize, t: f64) -> Option<(bool, StuckSigns, u16)> {
        let t = seconds(t);
        let bay = &self.bays[bay];
        let doubt = self.pace.advance(bay.doubt, bay.word, bay.t, t);
        let mut pools = bay.pools;
        self.pace.relax(&mut pools, true, t);
        let signs = StuckSigns {
            p_stuck: doubt.p_stuck(),
            apps: pools.contradict(bay.word).is_some(),
            others_s: None,
        };
        (bay.t != 0).then_some((bay.word, signs, doubt.flicker_per_10_000_min()))
    }
}

impl Rule for Belief<'_> {
    fn hear(&mut self, report: &Report) {
        let t = seconds(report.t);
        let window = t / WINDOW_S;
        if window > self.window {
            for (_, slot, judged) in self.judged.take_through(window - 1).rows() {
                self.contributors.learn(slot, judged);
            }
            self.window = window;
        }
        match report.by {
            Speaker::Sensor => self.sensor(report.bay, report.occupied, t),
            Speaker::Contributor(who) => self.app(report.bay, who, report.occupied, t),
        }
    }

    fn p_occupied(&self, bay: usize, t: f64) -> f64 {
        f64::from(self.odds(bay, t).p_occupied_fine()) / 65_535.0
    }
}
