//! How a claim comes in: in time or late, and where its report waits until it is settled.

use super::Settle;
use super::heard::MINUTE_MS;
use super::inbox::window_of;
use super::report::Report;
use super::shard::Late;
use crate::domain::{Claim, Millis, Observation, SourceIx, SourceKind, ZoneIx, shard_of};

impl Settle {
    /// One claim of a bay, in the order of commit.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "the hot path: a report that goes through memory on its way costs a wait"
    )]
    pub(crate) fn take(&mut self, o: &Observation, zone: ZoneIx, now: Millis) {
        let at = o.at.min(now);
        let in_time = self.hear(o.source, o.source_kind, at, now);
        let Some(report) = Report::new(o, at) else {
            return;
        };
        if in_time && self.waiting < self.shared.limits.max_waiting {
            self.wait(report, shard_of(zone));
        } else {
            self.take_late(report, zone, now);
        }
    }

    /// Until its window is settled; or the next window of its shard, if that is settled already.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as above")]
    pub(in crate::settlement) fn wait(&mut self, report: Report, shard: u32) {
        self.waiting += 1;
        if report.at() < self.reached {
            self.wait_longer(report, shard);
        } else {
            self.inbox.push(report, shard, window_of(report.at()));
        }
    }

    #[cold]
    fn wait_longer(&mut self, report: Report, shard: u32) {
        let own = window_of(report.at());
        let next = window_of(self.shards[shard as usize].swept.max(self.to));
        if own < next {
            self.inbox.push_older(report, shard, next);
        } else {
            self.inbox.push(report, shard, own);
        }
    }

    #[cold]
    fn take_late(&mut self, report: Report, zone: ZoneIx, now: Millis) {
        let late = Late {
            ingest: now.0,
            report,
        };
        if self.waiting < self.shared.limits.max_waiting {
            self.waiting += 1;
            self.shards[shard_of(zone) as usize].late.push(late);
        } else {
            self.counts.late += 1;
            self.with_step(shard_of(zone), |step| step.aside(&late));
        }
    }

    /// A claim that is of no bay: its source is there.
    #[inline]
    pub(crate) fn note(&self, claim: &Claim, now: Millis) {
        match claim {
            Claim::Bay(_) | Claim::Clock { .. } => {}
            Claim::Count(c) => drop(self.hear(c.source, SourceKind::Gate, c.at.min(now), now)),
            Claim::Alive { source, at } => {
                let _ = self.hear(*source, SourceKind::Sensor, (*at).min(now), now);
            }
        }
    }

    /// Whether it came in time; if so, its source was heard then.
    #[inline]
    fn hear(&self, source: SourceIx, kind: SourceKind, at: Millis, now: Millis) -> bool {
        let in_time = at.0 + self.shared.limits.lateness >= now.0;
        if in_time && !kind.passes_by() {
            self.shared.heard.hear(source, (at.0 / MINUTE_MS) as u32);
        }
        in_time
    }
}
