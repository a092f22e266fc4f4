//! What the counts of one kind of bay in one zone come to over time. Pure.
//!
//! A count holds from its time until the next of its kind of source, or until the zone's limit after
//! its time. A gate's that holds goes before a sensor's, and that one before an app's; one that says
//! that nothing is known goes before none. Where none holds, as many bays are unknown as were counted
//! last. From the hour of the first count on all of them are in service.

use super::count::{CountRecord, PLACES};
use crate::domain::closure::split_by_closings;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Closing, CountShares, CountedWindow};
use bytemuck::{Pod, Zeroable};
use std::collections::BTreeMap;

/// Where a walk through counts has come to. All zeroes: nothing was counted yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(in crate::settlement) struct Track {
    /// The newest of a gate, of a sensor and of an app, sized.
    pub(super) held: [CountRecord; PLACES],
    /// How many bays each of them has named last; 0: it has not. One is spare.
    pub(super) named: [u32; PLACES + 1],
}

/// What a walk depends on besides the counts.
#[derive(Clone, Copy)]
pub(super) struct CountRules<'a> {
    /// How long a count holds, ms.
    pub(super) limit: u64,
    /// When the whole zone is closed by order.
    pub(super) shut: &'a [Closing],
}

/// By number of the window since 1970.
#[derive(Debug, Default)]
pub(super) struct CountDeltas(pub(super) BTreeMap<u64, CountedWindow>);

impl CountDeltas {
    /// The bays were that from `from` to `to`, but for the time in which an order closed them all.
    fn spend_unless(&mut self, shut: &[Closing], shares: &CountShares, from: u64, to: u64) {
        let closed = CountShares {
            closed: shares.vacant + shares.occupied + shares.unknown + shares.closed,
            capacity: shares.capacity,
            ..CountShares::default()
        };
        split_by_closings(shut, from, to, |is_closed, from, to| {
            self.spend(if is_closed { &closed } else { shares }, from, to);
        });
    }

    /// The bays were that from `from` to `to`.
    fn spend(&mut self, shares: &CountShares, mut from: u64, to: u64) {
        while from < to {
            let n = from / WINDOW_MS;
            let end = to.min((n + 1) * WINDOW_MS);
            let ms = (end - from) as i64;
            let at_start = i64::from(from == n * WINDOW_MS);
            let [vacant, occupied, unknown, closed] = [
                shares.vacant,
                shares.occupied,
                shares.unknown,
                shares.closed,
            ]
            .map(i64::from);
            self.0.entry(n).or_default().add(&CountedWindow {
                occupied_ms: occupied * ms,
                vacant_ms: vacant * ms,
                unknown_ms: unknown * ms,
                closed_ms: closed * ms,
                occupied_at: occupied * at_start,
                vacant_at: vacant * at_start,
                unknown_at: unknown * at_start,
            });
            from = end;
        }
    }

    /// Takes back what another walk put down.
    pub(super) fn subtract(&mut self, other: &Self) {
        for (n, counted) in &other.0 {
            self.0.entry(*n).or_default().subtract(counted);
        }
        self.0.retain(|_, counted| !counted.is_zero());
    }
}

fn unknown(bays: u32) -> CountShares {
    CountShares {
        unknown: bays,
        capacity: bays,
        ..CountShares::default()
    }
}

impl Track {
    pub(in crate::settlement) fn held(&self) -> impl Iterator<Item = CountRecord> {
        self.held.into_iter()
    }

    /// The same of a zone by another name.
    pub(in crate::settlement) fn of(self, zone: u32) -> Self {
        let held = self.held.map(|c| if c.is_none() { c } else { c.of(zone) });
        Self { held, ..self }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.held.iter().any(|count| !count.is_none())
    }

    /// How many bays there are as far as that kind of source says, in the count or before it.
    pub(super) fn size(&mut self, count: CountRecord, registered: u32) -> Option<CountRecord> {
        let named = &mut self.named[count.place()];
        if let Some(capacity) = count.named() {
            *named = capacity;
        }
        let others = [registered, *named].into_iter().find(|n| *n > 0);
        count.sized(others)
    }

    /// As many as were counted last.
    fn last_capacity(&self) -> u32 {
        // The first of equals, as who goes before.
        let last = self.held.iter().rev().max_by_key(|count| count.at());
        last.map_or(0, CountRecord::capacity)
    }

    /// What holds at `at`, and until when at most.
    fn holds(&self, at: u64, limit: u64) -> (CountShares, u64) {
        let stands = |count: &&CountRecord| count.tells() && count.at() + limit > at;
        match self.held.iter().find(stands) {
            Some(count) => (count.shares(), count.at() + limit),
            None => (unknown(self.last_capacity()), u64::MAX),
        }
    }

    fn stand(&self, mut from: u64, to: u64, rules: CountRules<'_>, deltas: &mut CountDeltas) {
        while from < to {
            let (shares, until) = self.holds(from, rules.limit);
            deltas.spend_unless(rules.shut, &shares, from, to.min(until));
            from = until;
        }
    }

    /// Walks through counts, ordered and sized, of `from..to`.
    fn walk(
        &mut self,
        counts: &[CountRecord],
        (from, to): (u64, u64),
        rules: CountRules<'_>,
        deltas: &mut CountDeltas,
    ) {
        let mut now = from;
        for count in counts {
            if self.has_begun() {
                self.stand(now, count.at(), rules, deltas);
            } else {
                let hour = count.at() / HOUR_MS * HOUR_MS;
                let unknown = unknown(count.capacity());
                deltas.spend_unless(rules.shut, &unknown, hour, count.at());
            }
            now = count.at();
            self.held[count.place()] = *count;
        }
        if self.has_begun() {
            self.stand(now, to, rules, deltas);
        }
    }
}

/// A walk through time.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) deltas: CountDeltas,
    /// Where it stood at the start of each hour.
    pub(super) hours: BTreeMap<u64, Track>,
    /// Where it has come to.
    pub(super) track: Track,
}

impl Walked {
    /// From where `track` stands at `from` through counts, ordered and sized, of `from..to`.
    pub(super) fn new(
        track: Track,
        counts: &[CountRecord],
        (from, to): (u64, u64),
        rules: CountRules<'_>,
    ) -> Self {
        let mut walked = Self {
            track,
            ..Self::default()
        };
        let mut at = from;
        let mut rest = counts;
        while at < to {
            let hour = at / HOUR_MS * HOUR_MS;
            let end = to.min(hour + HOUR_MS);
            if at == hour && walked.track.has_begun() {
                walked.hours.insert(hour, walked.track);
            }
            let (now, later) = rest.split_at(rest.partition_point(|c| c.at() < end));
            walked.track.walk(now, (at, end), rules, &mut walked.deltas);
            (at, rest) = (end, later);
        }
        walked
    }
}
