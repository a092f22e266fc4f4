//! `bayhub credit check`: works out every day of credit that is kept once more, of what lies beside the
//! history, and says whether it comes to the same, to the bit.
//!
//! Promises: nothing is changed, and a hub may run. Each day is worked out of its own samples and of
//! what the days before came to here, as far as those are kept; of older ones what the store says.

use super::folder;
use crate::app::Failure;
use crate::app::manifest::Manifest;
use crate::config::Config;
use crate::domain::Millis;
use crate::domain::credit::{CREDIT_DAYS, CreditSample};
use crate::partners::credit::files::CreditFiles;
use crate::partners::credit::{DAY_MS, Watched, watched_of, work_out};
use crate::store::{CreditRow, CreditSampleRow, Store};
use std::fmt::Display;
use std::io::Write as _;

/// Works everything out again and prints a line a day.
///
/// # Errors
/// [`Failure::Config`] where there is no day to check, [`Failure::Unavailable`] for what cannot be read,
/// [`Failure::Unwell`] where a day comes to something else.
pub fn check(config: &Config) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::Internal(e.to_string()))?;
    runtime.block_on(check_all(config))
}

fn away(e: &dyn Display) -> Failure {
    Failure::Unavailable(e.to_string())
}

async fn check_all(config: &Config) -> Result<(), Failure> {
    let dir = folder(&config.data.path);
    let files = CreditFiles::look(&dir);
    let days = files.settled_days().unwrap_or_default();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        let why = format!("{}: no day of credit is settled here yet", dir.display());
        return Err(Failure::Config(why));
    };
    let manifest = Manifest::read(&config.data.path)?;
    let manifest = manifest.ok_or_else(|| away(&"the folder has no manifest"))?;
    let hub = manifest.map_err(|e| away(&e))?.hub_name();
    let store = Store::open(&config.store, &config.data.path).await?;
    let range = (first.saturating_sub(CREDIT_DAYS), last + 1);
    let rows = store.credit_days(Some(&hub), None, range).await?;
    let mut told = CreditRecheck {
        shown: watched_of(&rows),
        rows,
        differ: 0,
    };
    let mut out = std::io::stdout().lock();
    for day in &days {
        let samples = store.credit_samples_of(&hub, *day).await?;
        let line = told.day(&files, *day, &samples);
        writeln!(out, "{line}").map_err(|e| Failure::Internal(e.to_string()))?;
    }
    store.close().await;
    if told.differ > 0 {
        let why = format!(
            "{} of {} days come to something else",
            told.differ,
            days.len()
        );
        return Err(Failure::Unwell(why));
    }
    Ok(())
}

/// What the store says, and what was found.
struct CreditRecheck {
    rows: Vec<CreditRow>,
    /// What watchers have shown: of days that were worked out, as they came out.
    shown: Watched,
    differ: u32,
}

impl CreditRecheck {
    /// What there is to say of a day.
    fn day(&mut self, files: &CreditFiles, day: u64, samples: &[CreditSampleRow]) -> String {
        let date = Millis(day * DAY_MS).to_string();
        let date = &date[..10];
        let kept = match files.read_settled(day) {
            Ok(kept) => kept,
            Err(e) => {
                self.differ += 1;
                return format!("{date}  cannot be read: {e}");
            }
        };
        let mut again = kept.samples.clone();
        let partners = kept.head.partners.clone();
        // Bays are told by their names, which only a running hub knows.
        let nameless = |_| String::new();
        let (head, worth) = work_out((day, partners), &mut again, &self.shown, nameless);
        let samples = samples.iter().cloned().map(|row| CreditSampleRow {
            bay: String::new(),
            ..row
        });
        let samples: Vec<_> = samples.collect();
        let in_order = again == kept.samples;
        let rows: Vec<_> = self.rows.iter().filter(|r| r.day == day).cloned().collect();
        let same = in_order && head == kept.head && worth.rows == rows && worth.samples == samples;
        self.shown.retain(|(of, _), _| *of != day);
        self.shown.extend(watched_of(&worth.rows));
        let partners = head.partners.len();
        let n = again.iter().filter(|s: &&CreditSample| s.counts()).count();
        if same {
            return format!("{date}  {n} reports of {partners} partners: the same");
        }
        self.differ += 1;
        let what = [
            (!in_order, "the order of reports"),
            (head != kept.head, "who was anchored"),
            (worth.rows != rows, "what reports were worth"),
            (worth.samples != samples, "the samples"),
        ];
        let what: Vec<_> = what.iter().filter(|w| w.0).map(|w| w.1).collect();
        format!(
            "{date}  {n} reports of {partners} partners: DIFFERENT: {}",
            what.join(", ")
        )
    }
}
