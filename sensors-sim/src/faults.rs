//! What goes wrong between a sensor and the hub, each kind dialled on its own.
//!
//! [`Faults`] are the dials. [`Road`] is the part that messages travel: it loses, doubles, delays
//! and swaps them, and says when a connection breaks. Misreadings, stuck sensors and clock skew
//! happen in the sensor (`sim`).

use crate::message::Message;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Normal};
use std::collections::BTreeMap;

/// Most messages held back at a time. Beyond it nothing more is delayed: a message that would be
/// goes out at once.
pub(crate) const MAX_HELD: usize = 50_000;
/// The furthest a source's clock is off: within the 60 s that a hub lets a report be ahead.
pub(crate) const MAX_SKEW_MS: i64 = 45_000;

/// The dials. Shares are 0..=1. The default is mild: a well-kept city.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// Share of messages that are never sent.
    pub loss: f64,
    /// Share of messages that are sent a second time, unchanged.
    pub duplicate: f64,
    /// Share of messages that are held back for a random time.
    pub late: f64,
    /// The longest they are held back, s.
    pub late_max_s: f64,
    /// Share of messages that are sent after the source's next one.
    pub out_of_order: f64,
    /// Share of sensors that are stuck at any time.
    pub stuck: f64,
    /// How long a stuck sensor stays so, hours of simulated time.
    pub stuck_hours: f64,
    /// Share of readings that are wrong; a lamp post corrects itself at its next sample.
    pub misread: f64,
    /// Standard deviation of the sources' clocks, ms (each is off by its own constant, at most 45
    /// s).
    pub skew_ms: f64,
    /// How often each connection breaks.
    pub reconnects_per_hour: f64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            loss: 0.002,
            duplicate: 0.002,
            late: 0.005,
            late_max_s: 30.0,
            out_of_order: 0.005,
            stuck: 0.001,
            stuck_hours: 4.0,
            misread: 0.002,
            skew_ms: 200.0,
            reconnects_per_hour: 0.2,
        }
    }
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            loss: 0.0,
            duplicate: 0.0,
            late: 0.0,
            late_max_s: 0.0,
            out_of_order: 0.0,
            stuck: 0.0,
            stuck_hours: 4.0,
            misread: 0.0,
            skew_ms: 0.0,
            reconnects_per_hour: 0.0,
        }
    }

    /// A bad day: what a hub has to live through.
    #[must_use]
    pub const fn harsh() -> Self {
        Self {
            loss: 0.05,
            duplicate: 0.05,
            late: 0.05,
            late_max_s: 120.0,
            out_of_order: 0.05,
            stuck: 0.01,
            stuck_hours: 6.0,
            misread: 0.03,
            skew_ms: 5_000.0,
            reconnects_per_hour: 30.0,
        }
    }

    /// Says which dial is out of its range, if any.
    pub fn check(&self) -> Result<(), String> {
        let shares = [
            ("loss", self.loss),
            ("duplicate", self.duplicate),
            ("late", self.late),
            ("out-of-order", self.out_of_order),
            ("stuck", self.stuck),
            ("misread", self.misread),
        ];
        let amounts = [
            ("late-max-s", self.late_max_s),
            ("stuck-hours", self.stuck_hours),
            ("skew-ms", self.skew_ms),
            ("reconnects-per-hour", self.reconnects_per_hour),
        ];
        if let Some((name, v)) = shares.iter().find(|(_, v)| !(0.0..=1.0).contains(v)) {
            return Err(format!("{name} is a share between 0 and 1, not {v}"));
        }
        match amounts.iter().find(|(_, v)| !(v.is_finite() && *v >= 0.0)) {
            Some((name, v)) => Err(format!("{name} is an amount of 0 or more, not {v}")),
            None => Ok(()),
        }
    }
}

/// How often each fault has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    pub lost: u64,
    pub duplicated: u64,
    pub late: u64,
    pub swapped: u64,
    pub misread: u64,
    pub breaks: u64,
}

/// The way of messages from the sources to their connections.
pub(crate) struct Road {
    faults: Faults,
    rng: SmallRng,
    /// Its own, so that breaks do not depend on how often the road is asked for them.
    break_rng: SmallRng,
    /// Held back until their time (ms); the second number keeps the order among equals.
    held: BTreeMap<(u64, u64), Message>,
    held_so_far: u64,
    /// One message a source that waits for the next one of its source.
    swapped: Vec<Option<Message>>,
    next_break: u64,
    pub(crate) happened: Happened,
}

impl Road {
    pub(crate) fn new(faults: Faults, sources: usize, seed: u64, now: u64) -> Self {
        let mut road = Self {
            faults,
            rng: SmallRng::seed_from_u64(seed ^ 0xfa17),
            break_rng: SmallRng::seed_from_u64(seed ^ 0xb4ea),
            held: BTreeMap::new(),
            held_so_far: 0,
            swapped: vec![None; sources],
            next_break: u64::MAX,
            happened: Happened::default(),
        };
        road.plan_break(now);
        road
    }

    /// Each source's clock error, ms.
    pub(crate) fn skews(&mut self) -> Vec<i64> {
        let normal =
            Normal::new(0.0, self.faults.skew_ms).expect("checked: finite and not negative");
        (0..self.swapped.len())
            .map(|_| (normal.sample(&mut self.rng) as i64).clamp(-MAX_SKEW_MS, MAX_SKEW_MS))
            .collect()
    }

    /// Takes a message on its way; whatever is to be sent now is put into `out`.
    pub(crate) fn send(&mut self, now: u64, message: Message, out: &mut Vec<Message>) {
        if self.happens(self.faults.loss) {
            self.happened.lost += 1;
            return;
        }
        if self.happens(self.faults.duplicate) {
            self.happened.duplicated += 1;
            out.push(message.clone());
        }
        if self.happens(self.faults.late) && self.held.len() < MAX_HELD {
            self.happened.late += 1;
            let due = now + (self.rng.random::<f64>() * self.faults.late_max_s * 1000.0) as u64;
            self.held_so_far += 1;
            self.held.insert((due, self.held_so_far), message);
            return;
        }
        let link = message.link as usize;
        if self.swapped[link].is_none() && self.happens(self.faults.out_of_order) {
            self.happened.swapped += 1;
            self.swapped[link] = Some(message);
            return;
        }
        out.push(message);
        out.extend(self.swapped[link].take());
    }

    /// Puts into `out` what was held back until now.
    pub(crate) fn release(&mut self, now: u64, out: &mut Vec<Message>) {
        while let Some(first) = self.held.first_entry().filter(|e| e.key().0 <= now) {
            out.push(first.remove());
        }
    }

    /// Everything still under way, in order: for the end of a run.
    pub(crate) fn release_all(&mut self, out: &mut Vec<Message>) {
        out.extend(std::mem::take(&mut self.held).into_values());
        out.extend(self.swapped.iter_mut().filter_map(Option::take));
    }

    /// Positions of the connections that have broken by `now`.
    pub(crate) fn breaks(&mut self, now: u64, out: &mut Vec<u32>) {
        while self.next_break <= now {
            out.push(self.break_rng.random_range(0..self.swapped.len()) as u32);
            self.happened.breaks += 1;
            self.plan_break(self.next_break);
        }
    }

    fn plan_break(&mut self, after: u64) {
        let per_ms = self.faults.reconnects_per_hour * self.swapped.len() as f64 / 3_600_000.0;
        if per_ms <= 0.0 {
            self.next_break = u64::MAX;
            return;
        }
        let wait = -(1.0 - self.break_rng.random::<f64>()).ln() / per_ms;
        self.next_break = after.saturating_add((wait as u64).max(1));
    }

    fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.rng.random::<f64>() < share
    }
}
