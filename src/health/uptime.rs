//! How long each part of the hub has been well, day by day, and when each door last took something.
//!
//! Promises: only what was looked at is counted: of the time in which no hub ran nothing is said. Days are
//! UTC's; the last 90 are kept. A part that is not ready yet counts as not well.

use crate::domain::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many days are kept.
const DAYS: usize = 90;

/// Between two looks that lie further apart nobody looked.
const LONGEST_MS: u64 = 60_000;

/// What was seen of a part on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartDay {
    pub up_ms: u64,
    pub down_ms: u64,
}

/// By day (`2026-11-29`), by the part's name.
pub type Days = BTreeMap<String, BTreeMap<String, PartDay>>;

/// What a door has taken since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoorSeen {
    /// Reports, one a bay or zone.
    pub accepted: u64,
    /// When it was last seen to have taken more than before.
    pub heard_at: Option<Millis>,
}

/// The record. Reading takes a short lock.
#[derive(Debug, Default)]
pub struct Uptime(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    days: Days,
    doors: BTreeMap<&'static str, DoorSeen>,
    /// The first look of this process, and the last.
    looks: Option<(Millis, Millis)>,
}

impl Uptime {
    /// Takes over what an earlier process has kept in `file`; nothing where there is none.
    ///
    /// # Errors
    /// Where the file cannot be read, or is none of these; then nothing is taken over.
    pub fn load(&self, file: &Path) -> io::Result<()> {
        let text = match std::fs::read(file) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        self.seen().days = serde_json::from_slice(&text)?;
        Ok(())
    }

    /// Writes it to `file`, which is whole or as it was.
    ///
    /// # Errors
    /// Of the file system.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let text = serde_json::to_vec(&self.seen().days)?;
        let new = file.with_extension("json.new");
        std::fs::write(&new, text)?;
        std::fs::rename(&new, file)
    }

    /// A look at `now`: which of `parts` are well, and how much each door has taken so far.
    pub fn look(&self, now: Millis, parts: &[(&'static str, bool)], doors: &[(&'static str, u64)]) {
        let mut seen = self.seen();
        for (door, accepted) in doors {
            let of = seen.doors.entry(door).or_default();
            if *accepted > of.accepted {
                of.heard_at = Some(now);
            }
            of.accepted = *accepted;
        }
        let before = seen.looks;
        seen.looks = Some((before.map_or(now, |(first, _)| first), now));
        let passed = before.map_or(0, |(_, last)| now.0.saturating_sub(last.0));
        if passed == 0 || passed > LONGEST_MS {
            return;
        }
        let day = now.to_string()[..10].to_owned();
        let of_day = seen.days.entry(day).or_default();
        for (part, well) in parts {
            let part = of_day.entry((*part).to_owned()).or_default();
            let time = if *well {
                &mut part.up_ms
            } else {
                &mut part.down_ms
            };
            *time += passed;
        }
        while seen.days.len() > DAYS {
            seen.days.pop_first();
        }
    }

    /// All days there are, the oldest first.
    #[must_use]
    pub fn days(&self) -> Days {
        self.seen().days.clone()
    }

    /// When this process looked first, and last.
    #[must_use]
    pub fn looks(&self) -> Option<(Millis, Millis)> {
        self.seen().looks
    }

    /// What each door has taken, by its name.
    #[must_use]
    pub fn doors(&self) -> Vec<(&'static str, DoorSeen)> {
        self.seen()
            .doors
            .iter()
            .map(|(door, of)| (*door, *of))
            .collect()
    }

    fn seen(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T00:00:00Z
    const MIDNIGHT: u64 = 1_795_392_000_000;

    #[test]
    fn only_time_that_was_looked_at_counts_and_a_restart_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("uptime.json");
        let uptime = Uptime::default();
        uptime.load(&file).unwrap();
        let at = |s: u64| Millis(MIDNIGHT + s * 1000);
        uptime.look(at(0), &[("stream", true)], &[("http", 0)]);
        uptime.look(at(10), &[("stream", true)], &[("http", 4)]);
        uptime.look(at(20), &[("stream", false)], &[("http", 4)]);
        // Nobody looked for an hour.
        uptime.look(at(3620), &[("stream", true)], &[("http", 9)]);
        let want = PartDay {
            up_ms: 10_000,
            down_ms: 10_000,
        };
        assert_eq!(uptime.days()["2026-11-23"]["stream"], want);
        let heard = DoorSeen {
            accepted: 9,
            heard_at: Some(at(3620)),
        };
        assert_eq!(uptime.doors(), [("http", heard)]);
        uptime.save(&file).unwrap();
        let next = Uptime::default();
        next.load(&file).unwrap();
        next.look(at(7200), &[("stream", true)], &[]);
        next.look(at(7210), &[("stream", true)], &[]);
        let want = PartDay {
            up_ms: 20_000,
            ..want
        };
        assert_eq!(next.days()["2026-11-23"]["stream"], want);
        std::fs::write(&file, "[").unwrap();
        assert!(Uptime::default().load(&file).is_err());
    }

    #[test]
    fn ninety_days_are_kept() {
        let uptime = Uptime::default();
        for day in 0..100 {
            for s in [0, 10] {
                let at = Millis(MIDNIGHT + day * 86_400_000 + s * 1000);
                uptime.look(at, &[("mqtt", true)], &[]);
            }
        }
        let days = uptime.days();
        assert_eq!(
            (days.len(), days.keys().next().unwrap().as_str()),
            (90, "2026-12-03")
        );
    }
}
