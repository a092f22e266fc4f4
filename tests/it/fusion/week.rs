//! Which sensors are suspected, beside which are ill: a week of each world, with an exact gate at
//! zones of twenty bays (it counts those with a sensor).

use super::ours::Belief;
use super::rules::Rule as _;
use super::world::{Nature, Params, World, at};
use bayhub::belief::{StuckSigns, gate_contradicts, is_flickering};
use std::fmt;

const ZONE: usize = 20;
const BAYS: usize = 600;
const WEEK_H: f64 = 168.0;
const WARM_UP: f64 = 720.0;
const STEP: f64 = 5.0;
/// A sensor that errs for less of the time is a healthy one.
const FLICKERS: f64 = 0.1;

/// Alarms that began, how many of them were right, and how many sensors there were to be found.
#[derive(Clone, Copy, Default)]
pub(crate) struct Alarms {
    all: f64,
    right: f64,
    ill: f64,
    healthy: f64,
}

impl Alarms {
    pub(crate) fn precision(&self) -> f64 {
        self.right / self.all
    }

    pub(crate) fn recall(&self) -> f64 {
        self.right / self.ill
    }

    /// Healthy sensors that were called ill within the week.
    pub(crate) fn false_share(&self) -> f64 {
        (self.all - self.right) / self.healthy
    }
}

impl fmt::Display for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} alarms, precision {:.2}, recall {:.2}, of the healthy {:.3}",
            self.all,
            self.precision(),
            self.recall(),
            self.false_share()
        )
    }
}

/// What is known of a bay's sensor as an alarm goes on.
#[derive(Clone, Copy, Default)]
struct Watched {
    gate_since: Option<f64>,
    stuck: bool,
    flickering: bool,
    flickered: bool,
}

/// A week of one world.
#[derive(Default)]
pub(crate) struct Week {
    pub(crate) stuck: Alarms,
    pub(crate) flickering: Alarms,
}

impl Week {
    /// Looks at the sensors of a zone.
    fn look(
        &mut self,
        world: &World,
        belief: &Belief<'_>,
        bays: &mut [Watched],
        from: usize,
        t: f64,
    ) {
        let own = (from..from + ZONE).filter(|bay| world.watched[*bay]);
        let occupied = |bay: usize| at(&world.truth[bay], t);
        let seen = own
            .clone()
            .filter(|bay| belief.signs(*bay, t).is_some_and(|(word, ..)| !word));
        let seen = seen.count() as u32;
        let counted = own.clone().filter(|bay| !occupied(*bay)).count() as u32;
        let of = own.clone().count() as u32;
        for bay in own {
            let Some((says, signs, errors)) = belief.signs(bay, t) else {
                continue;
            };
            let now = &mut bays[bay];
            let ill = &world.ills[bay];
            now.gate_since =
                gate_contradicts(says, counted, seen, of).then(|| now.gate_since.unwrap_or(t));
            let signs = StuckSigns {
                others_s: now.gate_since.map(|since| ((t - since) * 60.0) as u64),
                ..signs
            };
            let stuck = signs.is_stuck(now.stuck);
            if stuck && !now.stuck {
                self.stuck.all += 1.0;
                self.stuck.right += f64::from(u8::from(ill.stuck.contains(&t)));
            }
            now.stuck = stuck;
            now.flickering = is_flickering(errors, now.flickering);
            if now.flickering && !now.flickered {
                now.flickered = true;
                self.flickering.all += 1.0;
                self.flickering.right += f64::from(u8::from(ill.errs >= FLICKERS));
            }
        }
    }

    pub(crate) fn of(nature: Nature, seed: u64) -> Self {
        let params = Params {
            hours: WEEK_H,
            nature,
            ..Params::plain(BAYS, seed)
        };
        let world = World::new(params);
        let mut belief = Belief::new(&world, 1.0);
        let mut week = Self::default();
        for (ill, _) in world.ills.iter().zip(&world.watched).filter(|(_, w)| **w) {
            let sticks = (WARM_UP..world.minutes).contains(&ill.stuck.start);
            week.stuck.ill += f64::from(u8::from(sticks));
            week.stuck.healthy += f64::from(u8::from(!sticks));
            week.flickering.ill += f64::from(u8::from(ill.errs >= FLICKERS));
            week.flickering.healthy += f64::from(u8::from(ill.errs < FLICKERS));
        }
        let mut bays = vec![Watched::default(); BAYS];
        let mut reports = world.reports.iter().peekable();
        let mut t = WARM_UP;
        while t < world.minutes {
            while let Some(report) = reports.next_if(|report| report.t <= t) {
                belief.hear(report);
            }
            for from in (0..BAYS).step_by(ZONE) {
                week.look(&world, &belief, &mut bays, from, t);
            }
            t += STEP;
        }
        week
    }
}
