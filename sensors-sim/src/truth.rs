//! The ground-truth log: JSON lines, one for each lot at the start and one for each true change.
//!
//! `{"bay":"TPY012-007","state":"occupied","at":"..."}`; a lot of a zone that is only counted has
//! no id of its own and is written as `{"zone":"TPY014","lot":12,"state":...}`. Buffered; the log
//! stops for good when the next line would pass its size limit or the disk refuses it. What is not
//! written is counted, and said once.

use crate::city::City;
use crate::message::{rfc3339, state_name};
use crate::plan::Plan;
use crate::sim::Change;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// An open log.
pub struct TruthLog {
    /// `None` once it is full or broken.
    out: Option<BufWriter<File>>,
    left: u64,
    skipped: u64,
    /// Changes come in time order: the same millisecond is written out once.
    at: (u64, String),
}

impl TruthLog {
    /// Starts the file anew.
    pub fn create(file: &Path, max_bytes: u64) -> io::Result<Self> {
        let out = Some(BufWriter::with_capacity(1 << 16, File::create(file)?));
        Ok(Self {
            out,
            left: max_bytes,
            skipped: 0,
            at: (0, rfc3339(0)),
        })
    }

    /// Writes changes in the order given.
    pub fn write(&mut self, city: &City, plan: &Plan, changes: impl Iterator<Item = Change>) {
        for change in changes {
            if self.out.is_none() {
                self.skipped += 1;
                continue;
            }
            let line = self.line(city, plan, change);
            self.put(&line);
        }
    }

    fn line(&mut self, city: &City, plan: &Plan, change: Change) -> String {
        if self.at.0 != change.at {
            self.at = (change.at, rfc3339(change.at));
        }
        let state = state_name(change.occupied);
        let at = &self.at.1;
        if (change.lot as usize) < city.bays.len() {
            return format!(
                "{{\"bay\":\"{}\",\"state\":\"{state}\",\"at\":\"{at}\"}}\n",
                city.bay_id(change.lot)
            );
        }
        let post = &plan.posts[plan.post_of(change.lot)];
        let zone = &city.zones[post.zone as usize].id;
        let lot = change.lot - post.first + 1;
        format!("{{\"zone\":\"{zone}\",\"lot\":{lot},\"state\":\"{state}\",\"at\":\"{at}\"}}\n")
    }

    fn put(&mut self, line: &str) {
        let Some(out) = &mut self.out else { return };
        if line.len() as u64 > self.left {
            tracing::warn!(
                "the truth log has reached its size limit; later changes are only counted"
            );
        } else if let Err(error) = out.write_all(line.as_bytes()) {
            tracing::warn!(
                %error, "the truth log cannot be written; later changes are only counted"
            );
        } else {
            self.left -= line.len() as u64;
            return;
        }
        self.skipped += 1;
        self.flush();
        self.out = None;
    }

    /// Lets readers see what has been written so far.
    pub fn flush(&mut self) {
        let failed = self.out.as_mut().and_then(|out| out.flush().err());
        if let Some(error) = failed {
            tracing::warn!(
                %error, "the truth log cannot be written; later changes are only counted"
            );
            self.out = None;
        }
    }

    /// Lines that were not written.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }
}
