//! One world, and what all rules make of it.

use super::ours::Belief;
use super::rules::{Joint2, Newest};
use super::score::{Score, score};
use super::world::{Params, World};
use std::fmt;

/// Scores in one world.
pub(crate) struct Trial {
    /// The newest report of anyone.
    pub(crate) newest: Score,
    /// The newest report of a sensor.
    pub(crate) sensor: Score,
    pub(crate) joint: Score,
    pub(crate) ours: Score,
}

/// In that world, with rates that are `quicker` times the true ones.
pub(crate) fn trial(params: Params, quicker: f64) -> Trial {
    let world = World::new(params);
    Trial {
        newest: score(&world, &mut Newest::new(&world, false)),
        sensor: score(&world, &mut Newest::new(&world, true)),
        joint: score(&world, &mut Joint2::new(&world, quicker)),
        ours: score(&world, &mut Belief::new(&world, quicker)),
    }
}

impl fmt::Display for Trial {
    /// Brier with sensors, without, and where attacked with the F1 of "vacant"; of the sensor's
    /// word, `Joint2` and belief.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = [
            ("sensor", &self.sensor),
            ("Joint2", &self.joint),
            ("belief", &self.ours),
        ];
        for (at, (name, score)) in rules.into_iter().enumerate() {
            write!(
                f,
                "{}{name} {:.4} {:.4} {:.4}/{:.3}",
                if at == 0 { "" } else { " | " },
                score.sensored.brier(),
                score.unsensored.brier(),
                score.attacked.brier(),
                score.attacked.f1(),
            )?;
        }
        write!(
            f,
            " | F1 without a sensor: newest {:.3}, belief {:.3}",
            self.newest.unsensored.f1(),
            self.ours.unsensored.f1_one_third(),
        )
    }
}
