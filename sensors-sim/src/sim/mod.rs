//! The simulator's core: a city lived through in steps, without sockets, files or a clock of its
//! own.
//!
//! [`Sim::step`] takes the time and gives what happened since the last step: messages to publish,
//! connections that break, true changes. The same parameters, seed and start time give the same
//! output however the steps are cut. The truth does not depend on the faults. What is dear: one
//! heap entry (16 bytes) a bay, and a byte of state.
//!
//! Two times run side by side. The world (arrivals, stays, walks, hours of the day) runs `speed`
//! times as fast as the wall clock; lamp posts and gates sample by the wall clock, and every `at`
//! is wall-clock time.

mod params;
mod reports;
#[cfg(test)]
mod tests;

pub use params::SimParams;

use crate::city::City;
use crate::demand::{DAY_MS, Profile, Use};
use crate::faults::{Happened, Road};
use crate::message::Message;
use crate::plan::Plan;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, LogNormal};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Singapore is eight hours ahead of UTC.
const UTC_OFFSET_MS: u64 = 8 * 3_600_000;
const OCCUPIED: u8 = 1;
/// What the lamp post last read of the bay.
const READ: u8 = 2;

/// A true change of one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// A bay of the city, or a number beyond for a lot of a zone that is only counted.
    pub lot: u32,
    pub occupied: bool,
    /// Wall-clock ms since 1970.
    pub at: u64,
}

/// What a step gives. The caller empties it.
#[derive(Debug, Default)]
pub struct Outbox {
    pub messages: Vec<Message>,
    /// Positions of sources whose connection breaks.
    pub breaks: Vec<u32>,
    pub truth: Vec<Change>,
}

struct ZoneState {
    used: Use,
    /// How sought after it is, as a factor on arrivals.
    appeal: f64,
    occupied: u32,
}

/// Something that will happen; the kind is in the top two bits, the position in the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Next(u32);

const LOT: u32 = 0;
const SAMPLE: u32 = 1;
const BEAT: u32 = 2;
const WALK: u32 = 3;

impl Next {
    const fn new(kind: u32, at: usize) -> Self {
        Self(kind << 30 | at as u32)
    }
}

/// A running city.
pub struct Sim {
    city: City,
    plan: Plan,
    params: SimParams,
    profiles: Vec<Profile>,
    zones: Vec<ZoneState>,
    lots: Vec<u8>,
    events: BinaryHeap<Reverse<(u64, Next)>>,
    /// Posts whose next look is already planned.
    look_planned: Vec<bool>,
    seqs: Vec<u64>,
    skews: Vec<i64>,
    road: Road,
    world: SmallRng,
    sensors: SmallRng,
    started: u64,
    /// The next post that has not filled the hub yet.
    fill_from: usize,
    /// The time that a fill is stamped with.
    fill_at: u64,
}

impl Sim {
    /// A city in the state that the time of day makes likely. `now` is ms since 1970. For 1.4
    /// million bays this takes about half a second. `params` have been checked by the caller.
    #[must_use]
    pub fn new(city: City, params: SimParams, now: u64) -> Self {
        let plan = Plan::new(&city, &params.plan);
        let mut road = Road::new(params.faults.clone(), plan.sources.len(), params.seed, now);
        let mut sim = Self {
            profiles: Profile::all(),
            zones: Vec::new(),
            lots: vec![0; plan.lots()],
            events: BinaryHeap::new(),
            look_planned: vec![false; plan.posts.len()],
            // From the clock, so that a second run's numbers follow on the first's.
            seqs: vec![now; plan.sources.len()],
            skews: road.skews(),
            road,
            world: SmallRng::seed_from_u64(params.seed ^ 0x3017),
            sensors: SmallRng::seed_from_u64(params.seed ^ 0x5e45),
            started: now,
            fill_from: 0,
            fill_at: now,
            city,
            plan,
            params,
        };
        sim.set_the_scene();
        sim
    }

    fn set_the_scene(&mut self) {
        let appeal = LogNormal::new(0.0, 0.3).expect("fixed, finite parameters");
        let day = self.day_ms(self.started);
        let world = &mut self.world;
        self.zones = self
            .city
            .zones
            .iter()
            .map(|z| ZoneState {
                used: Use::of(z.kind, &z.id),
                appeal: appeal.sample(world),
                occupied: 0,
            })
            .collect();
        let mut events = Vec::with_capacity(self.lots.len() + self.plan.posts.len() * 2 + 64);
        let parked: Vec<_> = self.profiles.iter().map(|p| p.parked_at(day)).collect();
        for (i, post) in self.plan.posts.iter().enumerate() {
            let zone = &mut self.zones[post.zone as usize];
            let profile = &self.profiles[zone.used as usize];
            let share = profile.occupancy(day, zone.appeal);
            for lot in post.first..post.first + post.len {
                let wait = if world.random::<f64>() < share {
                    self.lots[lot as usize] = OCCUPIED | READ;
                    zone.occupied += 1;
                    parked[zone.used as usize].rest(world)
                } else {
                    profile.next_try(zone.appeal, world)
                };
                events.push(Reverse((
                    self.started + (wait / self.params.speed) as u64,
                    Next::new(LOT, lot as usize),
                )));
            }
            // Beats start spread out, so that the whole city never reports at once.
            let every = if post.gate {
                self.params.gate_beat_s
            } else {
                self.params.heartbeat_s
            };
            let first = (self.sensors.random::<f64>() * every * 1000.0) as u64;
            events.push(Reverse((self.started + first, Next::new(BEAT, i))));
        }
        self.events = BinaryHeap::from(events);
        for app in self.plan.apps.clone() {
            self.plan_walk(app, self.started);
        }
    }

    /// Goes on at another speed from `now` on, to which it has been stepped: who is parked stays, and
    /// leaves so much sooner or later. All states are to be filled in anew, as they are by then.
    pub fn go_on(&mut self, speed: f64, now: u64) {
        let hour = self.day_ms(now) as f64 / 3_600_000.0;
        let ratio = self.params.speed / speed;
        let moved = |Reverse((at, next)): Reverse<(u64, Next)>| {
            let is_worlds = matches!(next.0 >> 30, LOT | WALK);
            let wait = at.saturating_sub(now);
            let wait = if is_worlds {
                (wait as f64 * ratio) as u64
            } else {
                wait
            };
            Reverse((now.saturating_add(wait), next))
        };
        self.events = std::mem::take(&mut self.events)
            .into_iter()
            .map(moved)
            .collect();
        self.params.start_hour = Some(hour);
        self.params.speed = speed;
        self.started = now;
        self.fill_at = now;
        self.fill_from = 0;
    }

    /// Everyone who publishes.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    #[must_use]
    pub const fn city(&self) -> &City {
        &self.city
    }

    /// How often each fault has happened so far.
    #[must_use]
    pub const fn happened(&self) -> Happened {
        self.road.happened
    }

    /// Bays and counted lots; how many of them are taken.
    #[must_use]
    pub fn occupied(&self) -> (u32, u32) {
        (
            self.zones.iter().map(|z| z.occupied).sum(),
            self.lots.len() as u32,
        )
    }

    /// True occupied lots of each zone, in the city's order.
    pub fn occupied_by_zone(&self) -> impl Iterator<Item = u32> + '_ {
        self.zones.iter().map(|z| z.occupied)
    }

    /// The true state of every lot at this moment.
    pub fn truth(&self) -> impl Iterator<Item = Change> + '_ {
        let at = self.started;
        self.lots.iter().zip(0..).map(move |(s, lot)| Change {
            lot,
            occupied: s & OCCUPIED != 0,
            at,
        })
    }

    /// Time of day in the simulated city, ms.
    fn day_ms(&self, wall: u64) -> u64 {
        let start = match self.params.start_hour {
            Some(h) => (h * 3_600_000.0) as u64,
            None => (self.started + UTC_OFFSET_MS) % DAY_MS,
        };
        (start + self.simulated(wall)) % DAY_MS
    }

    /// Simulated ms since the start.
    fn simulated(&self, wall: u64) -> u64 {
        (wall.saturating_sub(self.started) as f64 * self.params.speed) as u64
    }

    /// Lives through the time since the last step. `now` must not go back (it is no error, nothing
    /// happens then).
    pub fn step(&mut self, now: u64, out: &mut Outbox) {
        while let Some(&Reverse((at, next))) = self.events.peek() {
            if at > now {
                break;
            }
            self.events.pop();
            self.road.release(at, &mut out.messages);
            let position = next.0 & (u32::MAX >> 2);
            match next.0 >> 30 {
                LOT => self.turn(position, at, out),
                SAMPLE => self.look(position as usize, at, out),
                BEAT => self.beat(position as usize, at, out),
                _ => self.walk(position, at, out),
            }
        }
        self.road.release(now, &mut out.messages);
        self.road.breaks(now, &mut out.breaks);
    }

    /// Gives what is still held back: for the end of a run.
    pub fn finish(&mut self, out: &mut Vec<Message>) {
        self.road.release_all(out);
    }

    /// A car leaves, or one tries to come.
    fn turn(&mut self, lot: u32, at: u64, out: &mut Outbox) {
        let day = self.day_ms(at);
        let at_post = self.plan.post_of(lot);
        let zone = &mut self.zones[self.plan.posts[at_post].zone as usize];
        let profile = &self.profiles[zone.used as usize];
        let was_occupied = self.lots[lot as usize] & OCCUPIED != 0;
        let changed = was_occupied || profile.comes(day, &mut self.world);
        let wait = if changed && !was_occupied {
            profile.stay(&mut self.world)
        } else {
            profile.next_try(zone.appeal, &mut self.world)
        };
        // Never at once: at a great speed a stay may round to nothing, and time must go on.
        let wait = ((wait / self.params.speed) as u64).max(1);
        self.events.push(Reverse((
            at.saturating_add(wait),
            Next::new(LOT, lot as usize),
        )));
        if changed {
            self.lots[lot as usize] ^= OCCUPIED;
            zone.occupied = if was_occupied {
                zone.occupied - 1
            } else {
                zone.occupied + 1
            };
            out.truth.push(Change {
                lot,
                occupied: !was_occupied,
                at,
            });
            self.plan_look(at_post, at);
        }
    }

    /// At the post's own next sampling instant; each post has its own phase.
    fn plan_look(&mut self, post: usize, after: u64) {
        if std::mem::replace(&mut self.look_planned[post], true) {
            return;
        }
        let every = ((self.params.sample_s * 1000.0) as u64).max(1);
        let phase = (post as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) % every;
        let due = after + every - (after + phase) % every;
        self.events.push(Reverse((due, Next::new(SAMPLE, post))));
    }

    fn look(&mut self, at_post: usize, at: u64, out: &mut Outbox) {
        self.look_planned[at_post] = false;
        self.report(at_post, at, false, out);
    }

    fn beat(&mut self, at_post: usize, at: u64, out: &mut Outbox) {
        self.report(at_post, at, true, out);
        let every = if self.plan.posts[at_post].gate {
            self.params.gate_beat_s
        } else {
            self.params.heartbeat_s * self.sensors.random_range(0.9..1.1)
        };
        self.events.push(Reverse((
            at + ((every * 1000.0) as u64).max(1),
            Next::new(BEAT, at_post),
        )));
    }

    fn plan_walk(&mut self, app: u32, after: u64) {
        let per_min = self
            .params
            .app_walks_per_min
            .unwrap_or(self.city.bays.len() as f64 / 1000.0);
        let per_ms = per_min * self.params.speed / 60_000.0 / self.plan.apps.len() as f64;
        if per_ms > 0.0 {
            let wait = -(1.0 - self.sensors.random::<f64>()).ln() / per_ms;
            self.events.push(Reverse((
                after.saturating_add((wait as u64).max(1)),
                Next::new(WALK, app as usize),
            )));
        }
    }
}
