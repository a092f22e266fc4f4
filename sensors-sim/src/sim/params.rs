//! The simulator's parameters, their defaults and their ranges.

use crate::faults::Faults;
use crate::plan::PlanParams;

/// How the city is simulated.
#[derive(Clone, Debug)]
pub struct SimParams {
    /// How much faster than the wall clock the world runs; above 0.
    pub speed: f64,
    /// Wall-clock seconds between two looks of a lamp post; only changes are reported.
    pub sample_s: f64,
    /// Wall-clock seconds between two full reports of a lamp post, +-10 %.
    pub heartbeat_s: f64,
    /// Wall-clock seconds after which a gate reports even without a change.
    pub gate_beat_s: f64,
    /// Walks of app users a minute of simulated time, in the whole city; `None`: one for 1,000
    /// bays.
    pub app_walks_per_min: Option<f64>,
    /// Local hour at which the simulation starts; `None`: what it is now.
    pub start_hour: Option<f64>,
    pub faults: Faults,
    pub plan: PlanParams,
    pub seed: u64,
}

impl Default for SimParams {
    fn default() -> Self {
        Self {
            speed: 1.0,
            sample_s: 12.0,
            heartbeat_s: 300.0,
            gate_beat_s: 60.0,
            app_walks_per_min: None,
            start_hour: None,
            faults: Faults::default(),
            plan: PlanParams::default(),
            seed: 1,
        }
    }
}

impl SimParams {
    /// Says which parameter is out of its range, if any.
    pub fn check(&self) -> Result<(), String> {
        let positive = [
            ("speed", self.speed),
            ("sample-s", self.sample_s),
            ("heartbeat-s", self.heartbeat_s),
            ("gate-beat-s", self.gate_beat_s),
        ];
        if let Some((name, v)) = positive.iter().find(|(_, v)| !(0.001..=1e6).contains(v)) {
            return Err(format!(
                "{name} must lie between 0.001 and 1,000,000, not {v}"
            ));
        }
        if self.start_hour.is_some_and(|h| !(0.0..24.0).contains(&h)) {
            return Err("start-hour must lie between 0 and 24".into());
        }
        if self
            .app_walks_per_min
            .is_some_and(|w| !(0.0..=1e6).contains(&w))
        {
            return Err("app-walks-per-min must lie between 0 and 1,000,000".into());
        }
        self.faults.check()
    }
}
