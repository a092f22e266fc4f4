//! The history in the hub: opened at start, its figures beside the live ones as gauges, exported
//! from the command line.

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, RecentTurnover, ZoneKind};
use crate::health::Part;
use crate::history::{
    self, Around, Class, Export, ExportError, Format, History, Keeper, Lately, Names,
    RecentFigures, Registered,
};
use crate::serve::Authority;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// What the wiring holds of it.
pub(super) struct Opened {
    pub(super) history: Arc<History>,
    pub(super) keeper: Arc<Keeper>,
    pub(super) names: Arc<dyn Names>,
    pub(super) lately: Arc<Lately>,
    pub(super) thread: JoinHandle<()>,
}

/// How often the gauges of turnover are worked out: what is settled changes every five minutes.
const GAUGES: Duration = Duration::from_secs(15);

/// Opens the files and starts the thread that writes them.
pub(super) fn open(config: &Config, shared: &Shared) -> Result<Opened, Failure> {
    let lately = Arc::new(Lately::new(shared.registry.clone(), shared.clock.clone()));
    let names: Arc<dyn Names> =
        Arc::new(Registered::new(shared.registry.clone(), &config.data.path));
    let around = Around {
        names: names.clone(),
        clock: shared.clock.clone(),
        metrics: shared.metrics.clone(),
        health: shared.health.clone(),
    };
    let runtime = tokio::runtime::Handle::current();
    let (history, keeper) = History::open(
        &config.history,
        &config.data.path,
        runtime,
        lately.clone(),
        around,
    )
    .map_err(|e| Failure::Unavailable(format!("history: {e}")))?;
    let thread = History::keep(&keeper).map_err(|e| Failure::thread(&e))?;
    Ok(Opened {
        history: Arc::new(history),
        keeper,
        names,
        lately,
        thread,
    })
}

impl Opened {
    /// What the routes are given; `turnover` is what the stream remembers.
    pub(super) fn authority(
        &self,
        config: &Config,
        gate: &crate::ingest::gate::Gate,
        turnover: Option<Arc<dyn RecentTurnover>>,
    ) -> Authority {
        if let Some(turnover) = turnover {
            self.lately.remember(turnover);
        }
        Authority {
            history: self.history.clone(),
            names: self.names.clone(),
            calendar: config.history.calendar(),
            ledger: gate.ledger(),
            healths: gate.healths(),
            silent_after_s: config.stream.stale_after_s,
        }
    }
}

/// Keeps the gauges by kind of zone: how full they are now, and how they turned over in the newest
/// settled hour.
/// Says at `/readyz` what the last day's figures lack.
fn note_losses(recent: &dyn RecentFigures, shared: &Shared) {
    let now = shared.clock.now();
    let lost = recent.lost_hours(Millis(now.0.saturating_sub(24 * HOUR_MS)), now);
    let reports: u64 = lost.iter().map(|(_, n)| n).sum();
    if reports == 0 {
        shared.health.no_note(Part::History);
        return;
    }
    let note = format!(
        "{reports} acknowledged reports of the last day settled nothing, for they were too late or more than \
         there is room for: hours of their zones are not complete (gaps at /v1/turnover)"
    );
    shared.health.note(Part::History, note);
}

pub(super) async fn keep_gauges(
    recent: Arc<Lately>,
    shared: Shared,
    mut closed: watch::Receiver<bool>,
) {
    let mut every = tokio::time::interval(GAUGES);
    loop {
        tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
        occupancy(&shared);
        tokio::task::block_in_place(|| turnover(&*recent, &shared));
        note_losses(&*recent, &shared);
    }
}

/// Of the zones of one kind.
#[derive(Clone, Copy, Default)]
struct Bays {
    occupied: u64,
    known: u64,
    in_service: u64,
}

fn occupancy(shared: &Shared) {
    let city = shared.registry.city();
    let mut all = [Bays::default(); ZoneKind::ALL.len()];
    for (ix, zone) in city.zones() {
        // What is private is nobody's business, and /metrics may be read by anybody.
        // An area or floor is counted with its car park.
        if zone.spec.kind == ZoneKind::Private || zone.part_of.is_some() {
            continue;
        }
        let tally = shared.live.with_parts(&city, ix);
        let vacant: u64 = tally.vacant.iter().map(|n| u64::from(*n)).sum();
        let bays = &mut all[zone.spec.kind as usize];
        bays.occupied += u64::from(tally.occupied);
        bays.known += u64::from(tally.occupied) + vacant;
        bays.in_service += u64::from(tally.capacity.saturating_sub(tally.closed));
    }
    let metrics = &shared.metrics;
    for kind in ZoneKind::ALL {
        let bays = all[kind as usize];
        let known = bays.known.min(bays.in_service);
        for (ratio, part, of) in [
            (&metrics.occupancy, bays.occupied, bays.known),
            (&metrics.known, known, bays.in_service),
        ] {
            if of > 0 {
                let ratio = ratio.with_label_values(&[kind.name()]);
                ratio.set(part as f64 / of as f64);
            }
        }
    }
}

fn turnover(recent: &dyn RecentFigures, shared: &Shared) {
    let newest = Millis(recent.settled_to().0 / HOUR_MS * HOUR_MS)
        .0
        .checked_sub(HOUR_MS);
    let Some(cells) = newest.and_then(|hour| recent.cells(Millis(hour), false)) else {
        return;
    };
    let city = shared.registry.city();
    let mut done = [(0_i64, 0_i64); ZoneKind::ALL.len()];
    for cell in cells.iter() {
        let Some(zone) = city.zone_numbered(cell.zone) else {
            continue;
        };
        let kind = city.zone(zone).spec.kind;
        if kind == ZoneKind::Private {
            continue;
        }
        let (visits, bay_ms) = &mut done[kind as usize];
        *visits += cell.sums.started;
        *bay_ms += cell.sums.bays_in_service_ms();
    }
    for kind in ZoneKind::ALL {
        let (visits, bay_ms) = done[kind as usize];
        if bay_ms > 0 {
            let per_bay_hour = visits as f64 * HOUR_MS as f64 / bay_ms as f64;
            shared
                .metrics
                .turnover
                .with_label_values(&[kind.name()])
                .set(per_bay_hour);
        }
    }
}

/// What `bayhub export` is told.
#[derive(clap::Args, Debug)]
pub struct Exported {
    /// The data folder; a hub may run on it.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the history lies if not in the data folder: a folder, or s3://bucket/prefix.
    #[arg(long, value_name = "URL", default_value = "")]
    history: String,
    /// Turnover by five minutes, or single visits.
    #[arg(long, value_name = "WHAT", value_parser = ["turnover", "visits"])]
    what: String,
    /// From this time on (turnover: of the window's start; visits: of the end), such as
    /// 2026-11-27T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Millis,
    /// Before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Millis,
    /// One zone's id; without it all zones.
    #[arg(long, value_name = "ID")]
    zone: Option<String>,
    /// The form of the file.
    #[arg(
        long, value_name = "FORMAT", default_value = "parquet", value_parser = ["parquet", "csv"]
    )]
    format: String,
    /// The file to write; one that is there is replaced.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A time of a command line.
pub(super) fn time(text: &str) -> Result<Millis, String> {
    Millis::parse(text).ok_or_else(|| "must be a time such as 2026-11-27T00:00:00Z".to_owned())
}

/// Writes a stretch of history to a file, corrections worked in.
///
/// # Errors
/// [`Failure::Config`] for what is not there or damaged, [`Failure::Unavailable`] for a store that
/// cannot be reached.
pub fn export(options: &Exported) -> Result<(), Failure> {
    let config = history::Config {
        url: options.history.clone(),
        ..history::Config::default()
    };
    if options.history.is_empty() && !options.data.join("history").is_dir() {
        let folder = options.data.join("history");
        return Err(Failure::Config(format!(
            "{}: there is no history here yet",
            folder.display()
        )));
    }
    let class = if options.what == "visits" {
        Class::Visits
    } else {
        Class::Turnover
    };
    let format = if options.format == "csv" {
        Format::Csv
    } else {
        Format::Parquet
    };
    let export = Export {
        class,
        from: options.from,
        to: options.to,
        zone: options.zone.clone(),
        format,
    };
    let folder = options
        .out
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(std::path::Path::new("."));
    let output =
        |e: std::io::Error| Failure::Config(format!("--out: {}: {e}", options.out.display()));
    // Whole or not there: a half-written file would be taken for a quiet day.
    let draft = tempfile::NamedTempFile::new_in(folder).map_err(output)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::Internal(e.to_string()))?;
    let file: File = draft.reopen().map_err(output)?;
    let rows = export
        .write(
            &config,
            &options.data,
            runtime.handle().clone(),
            BufWriter::new(file),
        )
        .map_err(|e| match e {
            ExportError::Store(e) => Failure::Unavailable(e.to_string()),
            e => Failure::Config(e.to_string()),
        })?;
    let draft = draft.persist(&options.out).map_err(|e| output(e.error))?;
    draft.sync_all().map_err(output)?;
    println!(
        "{rows} rows of {} in {}",
        class.name(),
        options.out.display()
    );
    Ok(())
}
