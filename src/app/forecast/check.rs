//! `bayhub forecast check`: what forecasts are worth on a hub's own history.
//!
//! Promises: nothing is changed, and a hub may run; each forecast that is judged was made of what was
//! settled before it, in order, as a hub that had run then would have made it.

use super::learn::{LearntZones, learn_hour};
use crate::app::history::time;
use crate::app::{Failure, workdays};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Millis, Workdays};
use crate::forecast::{City, Score, Scores, Wall};
use crate::history::{self, FullnessByZone, Past};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be judged.
#[derive(clap::Args)]
pub struct Checked {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the history lies, if not in the folder: `history.url` of the configuration.
    #[arg(long, value_name = "URL", default_value = "")]
    history: String,
    /// Judge forecasts for times from this on; without it all. What was before is learnt from all the same.
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Millis>,
    /// Before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Millis>,
    /// By whose clock the half-hours of the week are meant: `history.time_zone` of the configuration.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = place)]
    time_zone: Calendar,
    /// The calendar of workdays and days off: `calendar.file` of the configuration.
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// A line for each zone and time ahead, as CSV, instead of the table.
    #[arg(long)]
    csv: bool,
}

fn place(text: &str) -> Result<Calendar, String> {
    Calendar::parse(text).ok_or_else(|| "must be a time zone such as Asia/Singapore".to_owned())
}

/// Judges and prints.
///
/// # Errors
/// [`Failure::Config`] for what is not there, [`Failure::Unavailable`] for a store that cannot be
/// reached.
pub fn check(options: &Checked) -> Result<(), Failure> {
    if let (Some(from), Some(to)) = (options.from, options.to)
        && from >= to
    {
        return Err(Failure::Config("--from: must be before --to".to_owned()));
    }
    if options.history.is_empty() && !options.data.join("history").is_dir() {
        let folder = options.data.join("history");
        let why = format!("{}: there is no history here yet", folder.display());
        return Err(Failure::Config(why));
    }
    let workdays = match &options.calendar {
        None => Workdays::default(),
        Some(path) => workdays::of_file("--calendar", path)?,
    };
    let config = history::Config {
        url: options.history.clone(),
        ..history::Config::default()
    };
    let away = |e: &dyn std::fmt::Display| Failure::Unavailable(e.to_string());
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::Internal(e.to_string()))?;
    let past = Past::open(&config, &options.data, runtime.handle().clone());
    let past = past.map_err(|e| away(&e))?;
    let all = Millis::NEVER..options.to.unwrap_or(Millis::MAX);
    let names = past.zones(all.clone()).map_err(|e| away(&e))?;
    let mut trial = Trial {
        wall: Wall::new(options.time_zone, workdays),
        zones: LearntZones::alike(names.keys().copied()),
        city: City::default(),
        from: options.from.unwrap_or(Millis::NEVER),
        all: Scores::default(),
        each: BTreeMap::new(),
    };
    let mut read = 0_u32;
    let mut unread = 0_u32;
    for hour in past.hours(all).map_err(|e| away(&e))? {
        match past.fullness(hour) {
            Ok(full) => {
                trial.hour(hour, &full);
                read += 1;
            }
            Err(gap) => {
                eprintln!("bayhub: {gap}: left out");
                unread += 1;
            }
        }
    }
    if read + unread == 0 {
        let why = "no hour of history lies where it was looked for: --history, --data, --to";
        return Err(Failure::Config(why.to_owned()));
    }
    let told = if options.csv {
        trial.csv(&names)
    } else {
        trial.table(read, unread)
    };
    let mut out = std::io::stdout().lock();
    out.write_all(told.as_bytes())
        .map_err(|e| Failure::Internal(e.to_string()))
}

/// A city that learns and is judged.
struct Trial {
    wall: Wall,
    zones: LearntZones,
    city: City,
    from: Millis,
    all: Scores,
    each: BTreeMap<u32, Scores>,
}

impl Trial {
    fn hour(&mut self, hour: Millis, full: &FullnessByZone) {
        let Self {
            wall,
            zones,
            city,
            all,
            each,
            ..
        } = self;
        // Hours before are learnt from and not judged; an hour that `from` lies in counts as a whole.
        let judged = hour.plus(HOUR_MS) > self.from;
        learn_hour(city, wall, zones, hour, full, &mut |came| {
            if judged {
                all.add(&came);
                each.entry(came.number).or_default().add(&came);
            }
        });
    }

    fn table(&self, read: u32, unread: u32) -> String {
        let mut out = format!(
            "{read} hours of history of {} zones, {unread} unread; mean absolute error of the share occupied\n\
             ahead    judged  persistence  profile  formula  forecast  p10-p90 holds  width\n",
            self.zones.len()
        );
        for s in self.all.means() {
            let line = format!(
                "{:>3} min {:>8}  {:>11.4}  {:>7.4}  {:>7.4}  {:>8.4}  {:>12.1}%  {:>5.3}\n",
                s.ahead * 30,
                s.judged,
                s.persistence,
                s.profile,
                s.formula,
                s.forecast,
                100.0 * s.covered,
                s.width
            );
            out.push_str(&line);
        }
        if self.all.means().next().is_none() {
            out.push_str("nothing to judge: a profile needs the same half-hour of a week before\n");
        }
        out
    }

    fn csv(&self, names: &BTreeMap<u32, Arc<str>>) -> String {
        let mut out = String::from(
            "zone,ahead_min,judged,persistence,profile,formula,forecast,covered,width\n",
        );
        let mut line = |zone: &str, s: &Score| {
            let written = writeln!(
                out,
                "{},{},{},{:.5},{:.5},{:.5},{:.5},{:.4},{:.4}",
                history::csv::field(zone),
                s.ahead * 30,
                s.judged,
                s.persistence,
                s.profile,
                s.formula,
                s.forecast,
                s.covered,
                s.width
            );
            // A string takes all.
            debug_assert!(written.is_ok());
        };
        for (number, scores) in &self.each {
            let name = names.get(number).map_or("", |name| name);
            scores.means().for_each(|s| line(name, &s));
        }
        out
    }
}
