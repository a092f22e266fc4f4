//! What belief is compared with: the newest report, the sensor's word, and `Joint2`, a filter in
//! floating point that keeps four masses a bay and lets apps judge each other.

use super::world::{MEAN_STAY, MEAN_VACANCY, Report, Speaker, World};

/// A rule that says how likely a bay is occupied.
pub(crate) trait Rule {
    fn hear(&mut self, report: &Report);
    fn p_occupied(&self, bay: usize, t: f64) -> f64;
}

/// The newest report of anyone is right, to 0.95; or that of a sensor.
pub(crate) struct Newest {
    p: Vec<f64>,
    sensors_only: bool,
}

impl Newest {
    pub(crate) fn new(world: &World, sensors_only: bool) -> Self {
        let usual = MEAN_STAY / (MEAN_STAY + MEAN_VACANCY);
        Self {
            p: vec![usual; world.watched.len()],
            sensors_only,
        }
    }
}

impl Rule for Newest {
    fn hear(&mut self, report: &Report) {
        if !self.sensors_only || report.by == Speaker::Sensor {
            self.p[report.bay] = if report.occupied { 0.95 } else { 0.05 };
        }
    }

    fn p_occupied(&self, bay: usize, _: f64) -> f64 {
        self.p[bay]
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-4, 1.0 - 1e-4);
    (p / (1.0 - p)).ln()
}

#[derive(Clone, Copy)]
struct Masses {
    /// Of a sensor that works, and of one that is stuck or not there; by what the bay is.
    works: [f64; 2],
    stuck: [f64; 2],
    word: bool,
    heard: bool,
    t: f64,
    pool: f64,
    pool_t: f64,
}

impl Masses {
    fn normalise(&mut self) {
        let all: f64 = self.works.iter().chain(&self.stuck).sum();
        self.works
            .iter_mut()
            .chain(&mut self.stuck)
            .for_each(|m| *m /= all);
    }

    fn occupied(&self) -> f64 {
        self.works[1] + self.stuck[1]
    }
}

/// A report that the next evidence of another source judges.
#[derive(Clone, Copy)]
struct Pending {
    t: f64,
    who: Option<u32>,
    occupied: bool,
    before: f64,
}

pub(crate) struct Joint2 {
    bays: Vec<Masses>,
    pending: Vec<Option<Pending>>,
    /// Of each contributor: right of occupied, wrong of occupied, right of vacant, wrong of vacant.
    counts: Vec<[f64; 4]>,
    arrive: f64,
    leave: f64,
}

const ERRORS: f64 = 0.04;
const CAP_WITH_SENSOR: f64 = 1.0;
const CAP_WITHOUT: f64 = 2.0;

impl Joint2 {
    /// `quicker`: how many times too quick it takes the bays to be.
    pub(crate) fn new(world: &World, quicker: f64) -> Self {
        let arrive = quicker / MEAN_VACANCY;
        let leave = quicker / MEAN_STAY;
        let usual = arrive / (arrive + leave);
        let start = Masses {
            works: [0.0; 2],
            stuck: [1.0 - usual, usual],
            word: false,
            heard: false,
            t: 0.0,
            pool: 0.0,
            pool_t: 0.0,
        };
        Self {
            bays: vec![start; world.watched.len()],
            pending: vec![None; world.watched.len()],
            counts: vec![[2.0; 4]; World::contributors()],
            arrive,
            leave,
        }
    }

    fn leaving(&self, occupied: bool) -> f64 {
        if occupied { self.leave } else { self.arrive }
    }

    /// What is left of what was known, and what is usual.
    fn fading(&self, minutes: f64) -> (f64, f64) {
        let both = self.arrive + self.leave;
        ((-both * minutes).exp(), self.arrive / both)
    }

    fn advanced(&self, bay: usize, t: f64) -> Masses {
        let mut m = self.bays[bay];
        let minutes = (t - m.t).max(0.0);
        m.t = t;
        let (kept, usual) = self.fading(minutes);
        let stuck = m.stuck[0] + m.stuck[1];
        let occupied = stuck * usual + (m.stuck[1] - stuck * usual) * kept;
        m.stuck = [stuck - occupied, occupied];
        if m.heard {
            let get_stuck = 1.0 - (-minutes / 43_200.0).exp();
            let repaired = 1.0 - (-minutes / 360.0).exp();
            for x in 0..2 {
                let errs = (x == 1) != m.word;
                let turns = if errs { 1.0 - ERRORS } else { ERRORS } / 5.0;
                m.works[x] *= (-(self.leaving(x == 1) + turns) * minutes).exp();
                let goes = m.works[x] * get_stuck;
                let comes = m.stuck[x] * repaired;
                m.works[x] += comes - goes;
                m.stuck[x] += goes - comes;
            }
            m.normalise();
        }
        m
    }

    fn pool(&self, bay: usize, t: f64) -> f64 {
        let m = &self.bays[bay];
        m.pool * self.fading(t - m.pool_t).0
    }

    fn sensor(&mut self, bay: usize, t: f64, occupied: bool) {
        let mut m = self.advanced(bay, t);
        let before = logit(m.occupied());
        let new = usize::from(occupied);
        let old = 1 - new;
        let pool = self.pool(bay, t);
        let changed = m.heard && m.word != occupied;
        if !m.heard {
            for x in 0..2 {
                let fits = if x == new { 1.0 - ERRORS } else { ERRORS };
                m.works[x] = 0.99 * m.stuck[x] * fits;
                m.stuck[x] *= 0.005;
            }
        } else if changed {
            let right =
                m.works[old] * self.leaving(!occupied) + m.works[new] * (1.0 - ERRORS) / 5.0;
            let wrong = m.works[old] * ERRORS / 5.0 + m.works[new] * self.leaving(occupied);
            m.works[new] = right;
            m.works[old] = wrong;
            m.stuck.iter_mut().for_each(|s| *s /= 1440.0);
        }
        m.heard = true;
        m.word = occupied;
        m.normalise();
        m.pool = if changed { pool * 0.2 } else { pool };
        m.pool_t = t;
        self.bays[bay] = m;
        if changed {
            self.judge(bay, t, None, logit(m.occupied()) - before);
        }
    }

    fn weight(&self, who: u32, occupied: bool) -> f64 {
        let c = &self.counts[who as usize];
        let alpha = (c[0] / (c[0] + c[1])).clamp(0.03, 0.97);
        let beta = (c[2] / (c[2] + c[3])).clamp(0.03, 0.97);
        let weight = if occupied {
            (alpha / (1.0 - beta)).ln().max(0.0)
        } else {
            ((1.0 - alpha) / beta).ln().min(0.0)
        };
        // Never the contrary of what is said.
        weight
    }

    fn app(&mut self, bay: usize, t: f64, who: u32, occupied: bool) {
        let before = self.p_occupied(bay, t);
        let weight = self.weight(who, occupied);
        let mut m = self.advanced(bay, t);
        let cap = if m.heard {
            CAP_WITH_SENSOR
        } else {
            CAP_WITHOUT
        };
        let old = self.pool(bay, t);
        m.pool = (old + weight).clamp(-cap, cap);
        m.pool_t = t;
        let works = m.works[0] + m.works[1];
        let stuck = m.stuck[0] + m.stuck[1];
        if m.heard && weight != 0.0 && works > 1e-9 && stuck > 1e-9 {
            let factor = weight.clamp(-1.0, 1.0).exp();
            let of_working = (m.works[1] * factor + m.works[0]) / works;
            let of_stuck = (m.stuck[1] * factor + m.stuck[0]) / stuck;
            m.works.iter_mut().for_each(|mass| *mass *= of_working);
            m.stuck.iter_mut().for_each(|mass| *mass *= of_stuck);
            m.normalise();
        }
        self.bays[bay] = m;
        self.judge(bay, t, Some(who), m.pool - old);
        if self.pending[bay].is_none() {
            let who = Some(who);
            self.pending[bay] = Some(Pending {
                t,
                who,
                occupied,
                before,
            });
        }
    }

    fn judge(&mut self, bay: usize, t: f64, by: Option<u32>, evidence: f64) {
        let Some(pending) = self.pending[bay] else {
            return;
        };
        let minutes = t - pending.t;
        if pending.who == by || minutes <= 0.5 {
            return;
        }
        self.pending[bay] = None;
        if minutes >= 10.0 {
            return;
        }
        let (kept, usual) = self.fading(minutes);
        let of = |p: f64| {
            let yes = evidence.min(0.0).exp();
            let no = (-evidence).min(0.0).exp();
            p * yes + (1.0 - p) * no
        };
        let occupied = pending.before * of(usual + (1.0 - usual) * kept);
        let vacant = (1.0 - pending.before) * of(usual - usual * kept);
        let q = occupied / (occupied + vacant);
        let certain = (2.0 * q - 1.0).powi(2);
        if let (Some(who), true) = (pending.who, certain > 0.3) {
            let counts = &mut self.counts[who as usize];
            for count in counts.iter_mut() {
                *count = 1.0 + (*count - 1.0) * 0.985;
            }
            let (of_occupied, of_vacant) = if pending.occupied { (0, 3) } else { (1, 2) };
            counts[of_occupied] += q * certain;
            counts[of_vacant] += (1.0 - q) * certain;
        }
    }
}

impl Rule for Joint2 {
    fn hear(&mut self, report: &Report) {
        let Report {
            t,
            bay,
            by,
            occupied,
        } = *report;
        match by {
            Speaker::Sensor => self.sensor(bay, t, occupied),
            Speaker::Contributor(who) => self.app(bay, t, who, occupied),
        }
    }

    fn p_occupied(&self, bay: usize, t: f64) -> f64 {
        sigmoid(logit(self.advanced(bay, t).occupied()) + self.pool(bay, t))
    }
}
