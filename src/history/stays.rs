//! Single visits out of the files, an hour at a time: what was told of the hour and what corrections
//! made of it since.
//!
//! A visit belongs to the hour that its end lies in, and is told with it. Dear: a file of a busy hour;
//! call where blocking is allowed.

use super::History;
use super::archive::{AMENDED_FOR_MS, Archive, Gap};
use super::catalogue::{Class, ManifestFile};
use super::visits::VisitRow;
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use ahash::AHashMap;

impl History {
    /// The visits that ended in the hour that begins at `hour`, by end and bay; those that a late
    /// report made have `amended_at`. Empty where nothing is written of it (yet, or any more).
    ///
    /// # Errors
    /// A store that does not answer, a file that is damaged.
    pub fn visits(&self, hour: Millis) -> Result<Vec<VisitRow>, Gap> {
        self.archive.visits_in(hour)
    }

    /// The first hour of which anything is written; never, where there is none or the store does not
    /// answer.
    pub fn first_hour(&self) -> Millis {
        let first = self.catalogue.first_hour().ok().flatten();
        first.unwrap_or(Millis::NEVER)
    }
}

impl Archive {
    fn visits_in(&self, hour: Millis) -> Result<Vec<VisitRow>, Gap> {
        let end = hour.plus(HOUR_MS);
        let files = self.files(Class::Visits, hour, end)?;
        let of_hour = |e: &&ManifestFile| !e.correction && e.hour == hour;
        let corrects = |e: &&ManifestFile| e.correction && e.hour < end.plus(AMENDED_FOR_MS);
        let mut changes: AHashMap<VisitRow, (i32, Option<Millis>)> = AHashMap::new();
        for entry in files.iter().filter(corrects) {
            let rows = self.visits_of(entry)?.into_iter();
            for row in rows.filter(|row| row.end >= hour && row.end < end) {
                let VisitRow {
                    count, amended_at, ..
                } = row;
                let plain = VisitRow {
                    count: 1,
                    amended_at: None,
                    ..row
                };
                let (sum, at) = changes.entry(plain).or_default();
                *sum += count;
                *at = amended_at.max(*at);
            }
        }
        let mut visits = Vec::new();
        for entry in files.iter().filter(of_hour) {
            visits.extend(self.visits_of(entry)?);
        }
        visits.retain(|visit| match changes.get_mut(visit) {
            Some((sum, _)) if *sum < 0 => {
                *sum += 1;
                false
            }
            _ => true,
        });
        let made = changes.into_iter().filter(|(_, (sum, _))| *sum > 0);
        visits.extend(made.map(|(visit, (_, amended_at))| VisitRow {
            amended_at,
            ..visit
        }));
        visits.sort_unstable_by_key(|v| (v.end, v.bay_number, v.start));
        Ok(visits)
    }
}
