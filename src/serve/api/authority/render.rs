//! Turnover: ratios of sums, taken at the very end, as JSON, CSV, and the rows of CDS.

use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Millis, Sums};
use crate::history::csv::field;
use crate::history::{FiguresPage, TurnoverRow};
use crate::serve::formats::text::Text;

/// Gives the id of the zone of that number to whom it is handed.
pub(in crate::serve) type ZoneIds<'a> = &'a mut dyn FnMut(u32, &mut dyn FnMut(&str));

/// What one row takes, roughly.
const ROW_BYTES: usize = 420;

/// The figures of a row, by their public names. `None`: there is nothing to say.
struct Figures {
    counts: [(&'static str, i64); 4],
    ratios: [(&'static str, Option<f64>, u32); 9],
}

impl Figures {
    fn of(sums: &Sums, from: Millis, to: Millis) -> Self {
        let per = |n: i64, of: i64| (of > 0).then(|| n as f64 / of as f64);
        let hours = to.since(from) as f64 / HOUR_MS as f64;
        let bay_hours = sums.in_service_ms() as f64 / HOUR_MS as f64;
        let stay = |q: f64| sums.stays.quantile_ms(q).map(|ms| ms as f64 / 1000.0);
        Self {
            counts: [
                ("visits", sums.started),
                ("visits_ended", sums.ended),
                ("short_stays", sums.short),
                ("censored_stays", sums.censored),
            ],
            ratios: [
                (
                    "turnover_per_bay_hour",
                    (bay_hours > 0.0).then(|| sums.started as f64 / bay_hours),
                    4,
                ),
                ("cds_turnover", Some(sums.started as f64 / hours), 4),
                (
                    "mean_stay_s",
                    per(sums.stay_ms, sums.ended).map(|ms| ms / 1000.0),
                    1,
                ),
                ("median_stay_s", stay(0.5), 0),
                ("p85_stay_s", stay(0.85), 0),
                ("occupancy", per(sums.occupied_ms, sums.known_ms()), 4),
                ("full_fraction", per(sums.full, sums.judged), 4),
                ("above_85_fraction", per(sums.crowded, sums.judged), 4),
                ("coverage", per(sums.known_ms(), sums.in_service_ms()), 4),
            ],
        }
    }
}

/// The answer as JSON. `id` gives a zone's id by its number; `detail`: whether to say which file is
/// at fault.
pub(in crate::serve) fn turnover_json(
    page: &FiguresPage,
    interval: &str,
    next: Option<&str>,
    detail: bool,
    id: ZoneIds<'_>,
) -> Vec<u8> {
    let mut t = Text::with_capacity(200 + page.rows.len() * ROW_BYTES);
    t.raw("{\"interval\":")
        .word(interval)
        .raw(",\"settled_to\":")
        .time(page.settled_to)
        .raw(",\"next\":");
    match next {
        Some(cursor) => t.word(cursor),
        None => t.raw("null"),
    };
    t.raw(",\"gaps\":[");
    for (n, (hour, gap)) in page.gaps.iter().enumerate() {
        t.raw(if n > 0 { "," } else { "" })
            .raw("{\"hour\":")
            .time(*hour)
            .raw(",\"reason\":")
            .word(gap.name());
        if detail {
            t.raw(",\"detail\":").string(&gap.to_string());
        }
        t.raw("}");
    }
    t.raw("],\"rows\":[");
    for (n, row) in page.rows.iter().enumerate() {
        t.raw(if n > 0 { ",{\"zone\":" } else { "{\"zone\":" });
        id(row.zone, &mut |id| _ = t.word(id));
        t.raw(",\"from\":")
            .time(row.from)
            .raw(",\"to\":")
            .time(row.to);
        t.raw(",\"complete\":")
            .flag(row.complete)
            .raw(",\"suppressed\":")
            .flag(row.sums.is_none());
        let figures = Figures::of(
            row.sums.as_ref().unwrap_or(&Sums::default()),
            row.from,
            row.to,
        );
        for (name, count) in figures.counts {
            t.raw(",").word(name).raw(":");
            if row.sums.is_some() {
                t.integer(count)
            } else {
                t.raw("null")
            };
        }
        for (name, ratio, places) in figures.ratios {
            t.raw(",")
                .word(name)
                .raw(":")
                .rounded(ratio.filter(|_| row.sums.is_some()), places);
        }
        t.raw("}");
    }
    t.raw("]}");
    t.0
}

/// The rows as CSV; nothing stands where there is nothing to say.
pub(in crate::serve) fn turnover_csv(rows: &[TurnoverRow], id: ZoneIds<'_>) -> Vec<u8> {
    let mut t = Text::with_capacity(200 + rows.len() * ROW_BYTES / 3);
    t.raw("zone,from,to,complete,suppressed");
    let names = Figures::of(&Sums::default(), Millis(0), Millis(HOUR_MS));
    names
        .counts
        .iter()
        .map(|c| c.0)
        .chain(names.ratios.iter().map(|r| r.0))
        .for_each(|n| _ = t.raw(",").raw(n));
    t.raw("\r\n");
    for row in rows {
        id(row.zone, &mut |id| _ = t.raw(&field(id)));
        for at in [row.from, row.to] {
            t.raw(",");
            t.0.extend_from_slice(&at.rfc3339());
        }
        t.raw(",")
            .flag(row.complete)
            .raw(",")
            .flag(row.sums.is_none());
        let figures = Figures::of(
            row.sums.as_ref().unwrap_or(&Sums::default()),
            row.from,
            row.to,
        );
        for (_, count) in figures.counts {
            t.raw(",");
            if row.sums.is_some() {
                t.integer(count);
            }
        }
        for (_, ratio, places) in figures.ratios {
            t.raw(",");
            if let Some(ratio) = ratio.filter(|_| row.sums.is_some()) {
                t.rounded(Some(ratio), places);
            }
        }
        t.raw("\r\n");
    }
    t.0
}

/// The metrics of CDS that the hub has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum CdsMetric {
    TotalSessions,
    TotalEvents,
    Turnover,
    AverageDwellTime,
    OccupancyPercent,
}

impl CdsMetric {
    pub(in crate::serve) const ALL: [Self; 5] = [
        Self::TotalSessions,
        Self::TotalEvents,
        Self::Turnover,
        Self::AverageDwellTime,
        Self::OccupancyPercent,
    ];

    pub(in crate::serve) const fn name(self) -> &'static str {
        match self {
            Self::TotalSessions => "total_sessions",
            Self::TotalEvents => "total_events",
            Self::Turnover => "turnover",
            Self::AverageDwellTime => "average_dwell_time",
            Self::OccupancyPercent => "occupancy_percent",
        }
    }

    /// The value of an hour. Dwell times are minutes, as in the standard's examples. `None`: there
    /// was nothing to take a mean of.
    fn of(self, sums: &Sums) -> Option<f64> {
        let per = |n: i64, of: i64| (of > 0).then(|| n as f64 / of as f64);
        // The sources were silent for most of the hour.
        if sums.known_ms() * 2 < sums.in_service_ms() || sums.in_service_ms() == 0 {
            return Some(-1.0);
        }
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

/// Rows of CDS aggregates: hours of zones.
pub(in crate::serve) fn cds_csv(
    rows: &[TurnoverRow],
    metrics: &[CdsMetric],
    calendar: Calendar,
    id: ZoneIds<'_>,
) -> Vec<u8> {
    let mut t = Text::with_capacity(100 + rows.len() * metrics.len() * 90);
    t.raw("curb_place_type,curb_place_id,metric_type,date,hour,value\r\n");
    for row in rows {
        let Some(sums) = &row.sums else { continue };
        let wall = calendar.wall(row.from);
        let date = format!(
            "{:04}-{:02}-{:02},{}",
            wall.year, wall.month, wall.day, wall.hour
        );
        for metric in metrics {
            let Some(value) = metric.of(sums) else {
                continue;
            };
            t.raw("zone,");
            id(row.zone, &mut |id| _ = t.raw(id));
            t.raw(",")
                .raw(metric.name())
                .raw(",")
                .raw(&date)
                .raw(",")
                .rounded(Some(value), 2)
                .raw("\r\n");
        }
    }
    t.0
}
