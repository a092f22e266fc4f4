//! What the sources say: lamp posts, gates and app users, with the errors of their readings.

use super::{OCCUPIED, Outbox, READ, Sim};
use crate::message::{Batch, Message, count};
use crate::plan::Post;
use rand::RngExt;

/// What a lamp post says of its own readings.
const SURE: f64 = 0.98;

impl Sim {
    /// The state of the bays of the next source that has not told it yet, stamped with the start
    /// time (or that of [`Self::go_on`]) and spared from faults. False when all have. To be called
    /// until then, before the first step.
    pub fn fill(&mut self, out: &mut Vec<Message>) -> bool {
        let Some(link) = self.plan.posts.get(self.fill_from).map(|p| p.link) else {
            return false;
        };
        let mut batch = self.batch(link, self.fill_at);
        while let Some(post) = self
            .plan
            .posts
            .get(self.fill_from)
            .copied()
            .filter(|p| p.link == link)
        {
            if post.gate {
                out.push(self.counted(post, self.fill_at, false));
            }
            for lot in (post.first..post.first + post.len).filter(|_| !post.gate) {
                if batch.is_full() {
                    out.push(
                        std::mem::replace(&mut batch, self.batch(link, self.fill_at))
                            .finish(link, false),
                    );
                }
                batch.bay(
                    self.city.bay_id(lot),
                    self.lots[lot as usize] & READ != 0,
                    SURE,
                );
            }
            self.fill_from += 1;
        }
        if !batch.is_empty() {
            out.push(batch.finish(link, false));
        }
        true
    }

    /// A lamp post reports what has changed, or all it sees; a gate its count.
    pub(super) fn report(&mut self, at_post: usize, at: u64, all: bool, out: &mut Outbox) {
        let post = self.plan.posts[at_post];
        if post.gate {
            let message = self.counted(post, at, true);
            self.road.send(at, message, &mut out.messages);
            return;
        }
        let mut batch = self.batch(post.link, at);
        let mut look_again = false;
        for lot in post.first..post.first + post.len {
            let state = self.lots[lot as usize];
            let before = state & READ != 0;
            let mut read = if self.is_stuck(lot, at) {
                before
            } else {
                state & OCCUPIED != 0
            };
            if self.params.faults.misread > 0.0
                && self.sensors.random::<f64>() < self.params.faults.misread
            {
                self.road.happened.misread += 1;
                read = !read;
                look_again = true;
            }
            if all || read != before {
                batch.bay(self.city.bay_id(lot), read, SURE);
            }
            self.lots[lot as usize] = state & OCCUPIED | if read { READ } else { 0 };
        }
        if look_again {
            self.plan_look(at_post, at);
        }
        if !batch.is_empty() {
            self.road
                .send(at, batch.finish(post.link, false), &mut out.messages);
        }
    }

    /// Each sensor's life is cut into spells of `stuck_hours`; a hash decides in which of them it
    /// is stuck.
    fn is_stuck(&self, lot: u32, at: u64) -> bool {
        let faults = &self.params.faults;
        if faults.stuck <= 0.0 {
            return false;
        }
        let own = mix(u64::from(lot) ^ self.params.seed << 32);
        let spell = ((faults.stuck_hours * 3_600_000.0) as u64).max(1);
        let number = (self.simulated(at) + own % spell) / spell;
        (mix(own ^ number) >> 11) as f64 / (1u64 << 53) as f64 <= faults.stuck
    }

    fn counted(&mut self, post: Post, at: u64, may_err: bool) -> Message {
        let z = &self.city.zones[post.zone as usize];
        let mut vacant = z.capacity - self.zones[post.zone as usize].occupied;
        if may_err
            && self.params.faults.misread > 0.0
            && self.sensors.random::<f64>() < self.params.faults.misread
        {
            self.road.happened.misread += 1;
            vacant = if vacant == 0 { 1 } else { vacant - 1 };
        }
        count(
            post.link,
            &z.id,
            vacant,
            z.capacity,
            self.stamp(post.link, at),
        )
    }

    /// An app user passes a few bays and says what is seen, not always rightly.
    pub(super) fn walk(&mut self, app: u32, at: u64, out: &mut Outbox) {
        self.plan_walk(app, at);
        let first = self.sensors.random_range(0..self.city.bays.len() as u32);
        let zone = self.plan.posts[self.plan.post_of(first)].zone;
        let end =
            (first + self.sensors.random_range(1..=6)).min(self.city.zones[zone as usize].bays.end);
        let mut batch = self.batch(app, at);
        for lot in first..end {
            let confidence = self.sensors.random_range(0.8..0.97);
            // As sure as they are, so often they are right.
            let right = self.sensors.random::<f64>() < confidence;
            let occupied = self.lots[lot as usize] & OCCUPIED != 0;
            batch.bay(self.city.bay_id(lot), occupied == right, confidence);
        }
        self.road
            .send(at, batch.finish(app, true), &mut out.messages);
    }

    fn batch(&mut self, link: u32, at: u64) -> Batch {
        self.seqs[link as usize] += 1;
        Batch::new(self.stamp(link, at), self.seqs[link as usize])
    }

    /// The source's own idea of `at`.
    fn stamp(&self, link: u32, at: u64) -> u64 {
        at.saturating_add_signed(self.skews[link as usize])
    }
}

/// SplitMix64's finisher: spreads near numbers far apart.
fn mix(n: u64) -> u64 {
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}
