//! Rows of CDS aggregates: hours of zones and of spaces.

use super::ids;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Basis, Calendar, Millis, Sums};
use crate::history::VisitRow;
use crate::serve::formats::text::Text;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The metrics of CDS that the hub has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CdsMetric {
    TotalSessions,
    TotalEvents,
    Turnover,
    AverageDwellTime,
    OccupancyPercent,
}

impl CdsMetric {
    pub(super) const ALL: [Self; 5] = [
        Self::TotalSessions,
        Self::TotalEvents,
        Self::Turnover,
        Self::AverageDwellTime,
        Self::OccupancyPercent,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::TotalSessions => "total_sessions",
            Self::TotalEvents => "total_events",
            Self::Turnover => "turnover",
            Self::AverageDwellTime => "average_dwell_time",
            Self::OccupancyPercent => "occupancy_percent",
        }
    }

    /// The value of an hour of a zone. Dwell times are minutes, as in the standard's examples. `None`:
    /// there was nothing to take a mean of.
    pub(super) fn of(self, sums: &Sums) -> Option<f64> {
        if sums.basis() == Basis::Count && self != Self::OccupancyPercent {
            return None;
        }
        let in_service = sums.in_service_ms();
        if in_service == 0 && sums.closed_ms == 0 {
            return None;
        }
        // The sources were silent for most of the hour. Of bays that are all closed nobody need be
        // heard.
        if sums.known_ms() * 2 < in_service {
            return Some(-1.0);
        }
        let per = |n: i64, of: i64| (of > 0).then(|| n as f64 / of as f64);
        match self {
            Self::TotalSessions | Self::Turnover => Some(sums.started as f64),
            Self::TotalEvents => Some((sums.started + sums.ended) as f64),
            Self::AverageDwellTime => per(sums.stay_ms, sums.ended).map(|ms| ms / 60_000.0),
            Self::OccupancyPercent => {
                per(sums.occupied_ms, sums.known_ms()).map(|share| share * 100.0)
            }
        }
    }
}

/// A table of rows.
pub(super) struct AggregateTable<'a> {
    text: Text,
    metrics: &'a [CdsMetric],
    calendar: Calendar,
}

impl<'a> AggregateTable<'a> {
    pub(super) fn new(metrics: &'a [CdsMetric], calendar: Calendar) -> Self {
        let mut text = Text::with_capacity(4096);
        text.raw("curb_place_type,curb_place_id,metric_type,date,hour,value\r\n");
        Self {
            text,
            metrics,
            calendar,
        }
    }

    /// An hour of a place, as far as `value` knows of each metric.
    pub(super) fn hour(
        &mut self,
        (place_type, id): (&'static str, Uuid),
        hour: Millis,
        value: impl Fn(CdsMetric) -> Option<f64>,
    ) {
        let wall = self.calendar.wall(hour);
        let date = format!(
            "{:04}-{:02}-{:02},{}",
            wall.year, wall.month, wall.day, wall.hour
        );
        for metric in self.metrics {
            let Some(value) = value(*metric) else {
                continue;
            };
            let t = &mut self.text;
            t.raw(place_type).raw(",");
            ids::cell(t, id);
            t.raw(",").raw(metric.name()).raw(",").raw(&date).raw(",");
            t.rounded(Some(value), 2).raw("\r\n");
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.text.0
    }
}

/// What the visits of a bay come to that ended in an hour: the hub knows of one when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SpaceHour {
    sessions: u32,
    events: u32,
    /// Of those with both ends seen.
    whole: u32,
    stay_ms: u64,
}

impl SpaceHour {
    fn add(&mut self, visit: &VisitRow) {
        self.sessions += 1;
        self.events += u32::from(visit.start_seen) + u32::from(visit.end_seen);
        if visit.start_seen && visit.end_seen {
            self.whole += 1;
            self.stay_ms += visit.end.since(visit.start);
        }
    }

    pub(super) fn value(self, metric: CdsMetric) -> Option<f64> {
        match metric {
            CdsMetric::TotalSessions | CdsMetric::Turnover => Some(self.sessions.into()),
            CdsMetric::TotalEvents => Some(self.events.into()),
            CdsMetric::AverageDwellTime => {
                (self.whole > 0).then(|| self.stay_ms as f64 / 60_000.0 / f64::from(self.whole))
            }
            // Between visits nobody knows here whether a bay was vacant or unheard.
            CdsMetric::OccupancyPercent => None,
        }
    }
}

/// The visits of an hour by bay.
pub(super) fn by_space<'v>(
    visits: impl Iterator<Item = &'v VisitRow>,
) -> BTreeMap<&'v str, SpaceHour> {
    let mut spaces: BTreeMap<&str, SpaceHour> = BTreeMap::new();
    for visit in visits {
        spaces.entry(&visit.bay).or_default().add(visit);
    }
    spaces
}

/// The start of the hour that `at` lies in.
pub(super) const fn hour_of(at: Millis) -> Millis {
    Millis(at.0 - at.0 % HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_is_no_silence() {
        let hour = HOUR_MS as i64;
        let closed = Sums {
            closed_ms: 10 * hour,
            ..Sums::default()
        };
        let of = |sums: &Sums| CdsMetric::ALL.map(|metric| metric.of(sums));
        assert_eq!(of(&closed), [Some(0.0), Some(0.0), Some(0.0), None, None]);
        let silent = Sums {
            closed_ms: 9 * hour,
            unknown_ms: hour,
            ..Sums::default()
        };
        assert_eq!(of(&silent), [Some(-1.0); 5]);
        assert_eq!(of(&Sums::default()), [None; 5]);
        let half = Sums {
            occupied_ms: hour,
            vacant_ms: 3 * hour,
            unknown_ms: 4 * hour,
            started: 2,
            ended: 1,
            stay_ms: 90_000,
            ..Sums::default()
        };
        let want = [Some(2.0), Some(3.0), Some(2.0), Some(1.5), Some(25.0)];
        assert_eq!(of(&half), want);
    }
}
