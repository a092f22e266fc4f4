//! How a claim comes in: in time or late, and where its report waits until it is settled.

use super::Settle;
use super::counted::{CountRecord, WaitingCount};
use super::heard::MINUTE_MS;
use super::inbox::window_of;
use super::late_minutes::LateMinute;
use super::report::Report;
use super::shard::Late;
use crate::domain::{
    Claim, CountObservation, Millis, Observation, SourceIx, SourceKind, ZoneIx, shard_of,
};

impl Settle {
    /// One claim of a bay, in the order of commit.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "the hot path: a report that goes through memory on its way costs a wait"
    )]
    pub(crate) fn take(&mut self, o: &Observation, zone: ZoneIx, now: Millis) {
        let at = o.at.min(now);
        let heard = self.hear(o.source, o.source_kind, at, now);
        let Some(report) = Report::new(o, at) else {
            return;
        };
        let room = heard != Came::NoRoom && self.has_room(o.source);
        if room && heard == Came::InTime {
            self.wait(report, shard_of(zone));
        } else {
            self.take_late(report, zone, room, now);
        }
    }

    /// Until its window is settled; or the next window of its shard, if that is settled already.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as above")]
    pub(in crate::settlement) fn wait(&mut self, report: Report, shard: u32) {
        self.waiting += 1;
        if let Some(crowd) = &mut self.crowd {
            crowd.add(report.source());
        }
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
    fn take_late(&mut self, report: Report, zone: ZoneIx, room: bool, now: Millis) {
        let late = Late {
            ingest: now.0,
            report,
        };
        if room {
            self.waiting += 1;
            if let Some(crowd) = &mut self.crowd {
                crowd.add(report.source());
            }
            self.shards[shard_of(zone) as usize].late.push(late);
        } else {
            self.counts.late += 1;
            self.with_step(shard_of(zone), |step| step.aside(&late));
        }
    }

    /// A claim that is of no bay: a count, or that its source is there.
    #[inline]
    pub(crate) fn note(&mut self, claim: &Claim, now: Millis) {
        let heard = match claim {
            Claim::Bay(_) | Claim::Clock { .. } | Claim::Rates { .. } => return,
            Claim::Count(c) => self.take_count(c, now),
            Claim::Alive { source, at } => {
                self.hear(*source, SourceKind::Sensor, (*at).min(now), now)
            }
        };
        if heard == Came::NoRoom {
            self.counts.late += 1;
            self.counts.too_late += 1;
            // Whichever zones its source watches.
            if let Some((_, at)) = claim.said_by() {
                self.shared.recent.losses.note(None, at.min(now));
            }
        }
    }

    /// A count of a whole zone, in the order of commit: it waits with those of its shard.
    fn take_count(&mut self, c: &CountObservation, now: Millis) -> Came {
        let at = c.at.min(now);
        let heard = self.hear(c.source, c.source_kind, at, now);
        let Some(count) = CountRecord::new(c, at.0) else {
            return heard;
        };
        let shard = shard_of(c.zone);
        let ingest = now.0;
        let waiting = WaitingCount { ingest, count };
        if heard == Came::NoRoom {
            return heard;
        }
        if self.has_room(c.source) {
            self.waiting += 1;
            if let Some(crowd) = &mut self.crowd {
                crowd.add(c.source);
            }
            self.shards[shard as usize].counts.push(waiting);
        } else {
            self.counts.late += 1;
            self.with_step(shard, |step| step.count_aside(&waiting));
        }
        heard
    }

    /// Its source was heard at that time; how that came in.
    #[inline]
    fn hear(&self, source: SourceIx, kind: SourceKind, at: Millis, now: Millis) -> Came {
        let in_time = at.0 + self.shared.limits.lateness >= now.0;
        if !in_time {
            return self.hear_late(source, kind, at, now);
        }
        if !kind.passes_by() {
            self.shared.heard.hear(source, (at.0 / MINUTE_MS) as u32);
        }
        Came::InTime
    }

    #[cold]
    fn hear_late(&self, source: SourceIx, kind: SourceKind, at: Millis, now: Millis) -> Came {
        let limits = &self.shared.limits;
        if kind.passes_by() || at.0 + limits.amend < now.0 {
            return Came::Late;
        }
        let late = LateMinute {
            source: source.0,
            minute: (at.0 / MINUTE_MS) as u32,
            ingest: now.0,
        };
        let shared = &self.shared;
        if shared
            .late_minutes
            .note(late, &shared.heard, limits.max_waiting)
        {
            Came::Late
        } else {
            Came::NoRoom
        }
    }
}

/// How a claim came in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::settlement) enum Came {
    InTime,
    Late,
    /// Late, and there is no room for when its source was heard.
    NoRoom,
}
