//! What was imported, beside what the hub has told of the same hour: in its files, and in its memory.

use crate::domain::{Millis, Tally, WindowRow};
use crate::history::archive::{Archive, Gap};
use crate::history::cells::{Cells, ZoneFigures, fine_cells};
use crate::history::files::read_corrected;
use std::collections::{BTreeMap, BTreeSet};

impl Archive {
    /// Cells out of the stream's memory, with what was imported of the same hour, by the rule that the
    /// files follow an hour later.
    pub(in crate::history) fn beside(
        &self,
        cells: Cells,
        (hour, fine): (Millis, bool),
        zones: Option<&[u32]>,
        work: &mut u64,
    ) -> Result<Cells, Gap> {
        let Some(entry) = self.imported(hour)? else {
            return Ok(cells);
        };
        let changes = read_corrected(self.whole(&entry)?).map_err(|e| Gap::Damaged {
            file: entry.file.clone(),
            why: e.to_string(),
        })?;
        let mut known: BTreeMap<u32, bool> = BTreeMap::new();
        for cell in cells.iter() {
            *known.entry(cell.zone).or_default() |= cell.sums.known_ms() > 0;
        }
        let counts = |zone: &u32| match known.get(zone) {
            None => true,
            Some(known) => !known && changes.contains(zone),
        };
        // What it is a difference to stands in the hour's own file.
        let mut rows = self.windows(std::slice::from_ref(&entry), hour, zones, work)?;
        rows.retain(|row| counts(&row.zone));
        if rows.iter().any(|row| changes.contains(&row.zone)) {
            let imported: BTreeSet<u32> = rows.iter().map(|row| row.zone).collect();
            rows = self.windows(&self.entries(hour)?, hour, zones, work)?;
            rows.retain(|row| imported.contains(&row.zone));
        }
        let taken: BTreeSet<u32> = rows.iter().map(|row| row.zone).collect();
        let own = cells.iter().filter(|cell| !taken.contains(&cell.zone));
        let mut all: Vec<ZoneFigures> = own.cloned().collect();
        if fine {
            all.extend(fine_cells(&rows).iter().cloned());
        } else {
            all.extend(hour_cells(&rows, hour));
        }
        all.sort_by_key(|cell| (cell.from, cell.zone));
        Ok(all.into())
    }

    /// What the hub itself has told of an hour, corrections worked in.
    pub(super) fn told_by_hub(&self, hour: Millis) -> Result<Vec<WindowRow>, Gap> {
        let mut of = match self.entries_of(hour) {
            Err(Gap::NoFile) => return Ok(Vec::new()),
            of => of?,
        };
        of.retain(|e| !e.imported);
        self.windows(&of, hour, None, &mut 0)
    }
}

/// A cell a zone, of all its windows of an hour.
fn hour_cells(rows: &[WindowRow], hour: Millis) -> Vec<ZoneFigures> {
    let mut tally = Tally::default();
    let of_zones = rows.chunk_by(|a, b| a.zone == b.zone);
    let cell = |of_zone: &[WindowRow]| {
        for row in of_zone {
            tally.add_window(&row.window);
        }
        ZoneFigures {
            zone: of_zone[0].zone,
            from: hour,
            sums: tally.take(),
        }
    };
    of_zones.map(cell).collect()
}
