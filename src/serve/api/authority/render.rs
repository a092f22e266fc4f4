//! Turnover: ratios of sums, taken at the very end, as JSON, CSV and Parquet.

use crate::domain::turnover::HOUR_MS;
use crate::domain::{Basis, Millis, Sums};
use crate::history::csv::field;
use crate::history::{ExportError, FiguresPage, ToldColumn, ToldFile, ToldKind, TurnoverRow};
use crate::serve::formats::text::Text;

/// Gives the id of the zone of that number to whom it is handed.
pub(in crate::serve) type ZoneIds<'a> = &'a mut dyn FnMut(u32, &mut dyn FnMut(&str));

/// The figures that counts give as well.
const OCCUPANCY: [&str; 4] = [
    "occupancy",
    "full_fraction",
    "above_85_fraction",
    "coverage",
];

/// What one row takes, roughly.
const ROW_BYTES: usize = 420;

/// The figures of a row, by their public names. `None`: there is nothing to say, or nobody saw it.
struct Figures {
    counts: [(&'static str, Option<i64>); 4],
    ratios: [(&'static str, Option<f64>, u32); 9],
}

impl Figures {
    /// Of what was withheld, there is nothing.
    fn of(row: &TurnoverRow) -> Self {
        let nothing = Sums::default();
        let sums = row.sums.as_ref().unwrap_or(&nothing);
        // Who counts a whole zone sees no single stay.
        let sees_visits = row.sums.is_some() && sums.basis() == Basis::Bays;
        let seen = |n: i64| sees_visits.then_some(n);
        let per = |n: i64, of: i64| (of > 0).then(|| n as f64 / of as f64);
        let hours = row.to.since(row.from) as f64 / HOUR_MS as f64;
        let bay_hours = sums.bays_in_service_ms() as f64 / HOUR_MS as f64;
        let stay = |q: f64| sums.stays.quantile_ms(q).map(|ms| ms as f64 / 1000.0);
        Self {
            counts: [
                ("visits", seen(sums.started)),
                ("visits_ended", seen(sums.ended)),
                ("short_stays", seen(sums.short)),
                ("censored_stays", seen(sums.censored)),
            ],
            ratios: [
                (
                    "turnover_per_bay_hour",
                    (bay_hours > 0.0).then(|| sums.started as f64 / bay_hours),
                    4,
                ),
                (
                    "cds_turnover",
                    seen(sums.started).map(|n| n as f64 / hours),
                    4,
                ),
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

impl Figures {
    /// All of them, without figures.
    fn names() -> Self {
        Self::of(&TurnoverRow {
            zone: 0,
            from: Millis(0),
            to: Millis(HOUR_MS),
            complete: false,
            sums: None,
        })
    }
}

fn basis(row: &TurnoverRow) -> Basis {
    row.sums.as_ref().map(Sums::basis).unwrap_or_default()
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
        let figures = Figures::of(row);
        for (name, count) in figures.counts {
            t.raw(",").word(name).raw(":");
            match count {
                Some(count) => t.integer(count),
                None => t.raw("null"),
            };
        }
        for (name, ratio, places) in figures.ratios {
            t.raw(",").word(name).raw(":").rounded(ratio, places);
        }
        t.raw(",\"basis\":").word(basis(row).name()).raw("}");
    }
    t.raw("]}");
    t.0
}

/// A zone's history as JSON: of the figures those that every zone has.
pub(in crate::serve) fn history_json(
    zone: &str,
    page: &FiguresPage,
    interval: &str,
    next: Option<&str>,
) -> Vec<u8> {
    let mut t = Text::with_capacity(200 + page.rows.len() * ROW_BYTES / 2);
    t.raw("{\"zone\":").word(zone);
    t.raw(",\"interval\":").word(interval);
    t.raw(",\"settled_to\":").time(page.settled_to);
    t.raw(",\"next\":");
    match next {
        Some(cursor) => t.word(cursor),
        None => t.raw("null"),
    };
    t.raw(",\"rows\":[");
    for (n, row) in page.rows.iter().enumerate() {
        t.raw(if n > 0 { ",{\"from\":" } else { "{\"from\":" });
        t.time(row.from).raw(",\"to\":").time(row.to);
        let figures = Figures::of(row).ratios.into_iter();
        for (name, ratio, places) in figures.filter(|f| OCCUPANCY.contains(&f.0)) {
            t.raw(",").word(name).raw(":").rounded(ratio, places);
        }
        t.raw(",\"basis\":").word(basis(row).name());
        t.raw(",\"complete\":").flag(row.complete);
        t.raw(",\"suppressed\":").flag(row.sums.is_none()).raw("}");
    }
    t.raw("]}");
    t.0
}

/// The rows as CSV; nothing stands where there is nothing to say.
pub(in crate::serve) fn turnover_csv(rows: &[TurnoverRow], id: ZoneIds<'_>) -> Vec<u8> {
    let mut t = Text::with_capacity(200 + rows.len() * ROW_BYTES / 3);
    t.raw("zone,from,to,complete,suppressed");
    let names = Figures::names();
    names
        .counts
        .iter()
        .map(|c| c.0)
        .chain(names.ratios.iter().map(|r| r.0))
        .for_each(|n| _ = t.raw(",").raw(n));
    t.raw(",basis\r\n");
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
        let figures = Figures::of(row);
        for (_, count) in figures.counts {
            t.raw(",");
            if let Some(count) = count {
                t.integer(count);
            }
        }
        for (_, ratio, places) in figures.ratios {
            t.raw(",");
            if ratio.is_some() {
                t.rounded(ratio, places);
            }
        }
        t.raw(",").raw(basis(row).name()).raw("\r\n");
    }
    t.0
}

/// A file of Parquet with no rows yet: its columns are those of the CSV.
pub(in crate::serve) fn turnover_file() -> Result<ToldFile, ExportError> {
    let names = Figures::names();
    let mut columns = vec![
        ("zone", ToldKind::Text),
        ("from", ToldKind::Time),
        ("to", ToldKind::Time),
        ("complete", ToldKind::Flag),
        ("suppressed", ToldKind::Flag),
    ];
    columns.extend(names.counts.map(|(name, _)| (name, ToldKind::Count)));
    columns.extend(names.ratios.map(|(name, ..)| (name, ToldKind::Ratio)));
    columns.push(("basis", ToldKind::Text));
    ToldFile::new(&columns)
}

/// The rows as a group of such a file; the same figures as the CSV has, as far behind the point.
pub(in crate::serve) fn turnover_group(
    file: &mut ToldFile,
    rows: &[TurnoverRow],
    id: ZoneIds<'_>,
) -> Result<(), ExportError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut zones = Vec::with_capacity(rows.len());
    for row in rows {
        id(row.zone, &mut |id| zones.push(id.as_bytes().to_vec()));
    }
    let figures: Vec<Figures> = rows.iter().map(Figures::of).collect();
    let names = Figures::names();
    let mut columns = vec![
        ToldColumn::Text(zones),
        ToldColumn::Time(rows.iter().map(|r| r.from).collect()),
        ToldColumn::Time(rows.iter().map(|r| r.to).collect()),
        ToldColumn::Flag(rows.iter().map(|r| r.complete).collect()),
        ToldColumn::Flag(rows.iter().map(|r| r.sums.is_none()).collect()),
    ];
    let count = |n: usize| figures.iter().map(|f| f.counts[n].1).collect();
    columns.extend((0..names.counts.len()).map(|n| ToldColumn::Count(count(n))));
    let ratio = |n: usize| figures.iter().map(|f| short(f.ratios[n])).collect();
    columns.extend((0..names.ratios.len()).map(|n| ToldColumn::Ratio(ratio(n))));
    let told = rows.iter().map(|r| basis(r).name().as_bytes().to_vec());
    columns.push(ToldColumn::Text(told.collect()));
    file.group(columns)
}

/// A ratio with as many decimals as it is told with.
fn short((_, ratio, places): (&str, Option<f64>, u32)) -> Option<f64> {
    let scale = f64::from(10_u32.pow(places));
    let told = ratio.filter(|n| n.is_finite());
    told.map(|n| (n * scale).round() / scale)
}
