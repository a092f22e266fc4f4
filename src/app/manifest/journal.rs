//! The journal and its checkpoints at a start: they must go together, and be this folder's.

use super::file::JournalKnown;
use super::{Failure, Finding, LossKind, Opening};
use crate::app::Shared;
use crate::app::checkpoints::{self, FoundCheckpoint, SeenCheckpoint};
use crate::config::Config;
use crate::journal::{self, Expected, Journal, Position};
use std::path::Path;

impl Opening {
    /// Opens the journal and the newest checkpoint that goes with it.
    pub(in crate::app) fn journal(
        &mut self,
        config: &Config,
        shared: &Shared,
    ) -> Result<(Journal, FoundCheckpoint), Failure> {
        let folder = self.data.join("checkpoints");
        let (ours, foreign): (Vec<_>, Vec<_>) = checkpoints::look(&folder)
            .map_err(|e| self.fail(&e))?
            .into_iter()
            .partition(|c| c.folder.is_none_or(|id| id == self.folder()));
        self.give_up_foreign(&foreign)?;
        let newest = ours.first().map(|c| c.cut).unwrap_or_default();
        let dir = self.data.join("journal");
        let limits = &config.limits;
        let share = |per_cent| if limits.shares { per_cent } else { 100 };
        let settings = journal::Config {
            inbox_percent_per_key: share(limits.inbox_percent_per_key),
            quarantine_percent_per_key: share(limits.quarantine_percent_per_key),
            ..config.journal.clone()
        };
        let open = |expected| {
            let registry = shared.registry.clone();
            Journal::open_expecting(&dir, settings.clone(), registry, expected)
        };
        let mut journal = match open(self.expected()) {
            Err(e) if e.is_loss() => {
                self.give_up_journal(e.to_string(), newest.position)?;
                open(self.expected())?
            }
            opened => opened?,
        };
        let damaged = self.damage(&dir, newest.position)?;
        let ahead = (newest.position > journal.end()).then(|| {
            let file = ours.first().map_or(&*folder, |c| &*c.path);
            format!(
                "{} is ahead of the journal, of which something is missing",
                file.display()
            )
        });
        if let Some(why) = damaged.or(ahead) {
            drop(journal);
            self.give_up_journal(why, newest.position)?;
            journal = open(self.expected())?;
        }
        if self.found
            && journal.starts_after(newest.position)
            && let Some(first) = journal.first_segment()
        {
            drop(journal);
            self.give_up_beginning(first, newest.at.0)?;
            journal = open(self.expected())?;
        }
        let found = checkpoints::find(&folder, &journal)?;
        Ok((journal, found))
    }

    fn give_up_foreign(&mut self, foreign: &[SeenCheckpoint]) -> Result<(), Failure> {
        let finding = |c: &SeenCheckpoint| {
            let why = format!("{} belongs to another data folder", c.path.display());
            Finding::new(LossKind::Checkpoints, why)
        };
        self.judge(foreign.iter().map(finding).collect())?;
        let to = self.lost().join("checkpoints");
        let moved = foreign.iter().try_for_each(|c| {
            std::fs::create_dir_all(&to)?;
            std::fs::rename(&c.path, to.join(c.path.file_name().unwrap_or_default()))
        });
        moved.map_err(|e| self.fail(&e))
    }

    /// Damage that a replay from `from` would meet; looked for only where it would be accepted, since
    /// it reads the whole journal.
    fn damage(&self, dir: &Path, from: Position) -> Result<Option<String>, Failure> {
        if !self.accepted.contains(&LossKind::Journal) {
            return Ok(None);
        }
        let all = journal::survey(dir).map_err(|e| self.fail(&e))?;
        let mut later = all.iter().filter(|s| s.sequence >= from.segment);
        Ok(later.find_map(|s| Some(format!("{}: {}", s.path.display(), s.fault.as_ref()?))))
    }

    /// Goes on from the checkpoint at `from` with what segments follow it.
    fn give_up_journal(&mut self, why: String, from: Position) -> Result<(), Failure> {
        self.judge(vec![Finding::new(LossKind::Journal, why)])?;
        let dir = self.data.join("journal");
        let to = self.lost().join("journal");
        let done = journal::salvage(&dir, from, &self.expected(), &to);
        let done = done.map_err(|e| self.fail(&e))?;
        self.manifest.journal = JournalKnown {
            first: done.first,
            segment: done.first,
            bytes: 0,
        };
        tracing::warn!(
            segments_kept = done.kept, set_aside = done.aside, to = %to.display(),
            "the journal goes on from a checkpoint without what is lost"
        );
        self.write()
    }

    /// Goes on though nothing stands for what came before segment `first`.
    fn give_up_beginning(&mut self, first: u64, checkpoint: u64) -> Result<(), Failure> {
        let found = if self.manifest.checkpoint > checkpoint {
            let name = format!("checkpoint-{:016x}.bin", self.manifest.checkpoint);
            let why = format!("checkpoints/{name} or a later one is missing or damaged");
            Finding::new(LossKind::Checkpoints, why)
        } else {
            let path = self
                .data
                .join("journal")
                .join(journal::segment_name(first - 1));
            let why = format!("{} is missing", path.display());
            Finding::new(LossKind::Journal, why)
        };
        self.judge(vec![found])?;
        self.manifest.journal.first = first;
        self.write()
    }

    fn expected(&self) -> Expected {
        let JournalKnown {
            first,
            segment,
            bytes,
        } = self.manifest.journal;
        let known = Position {
            segment,
            offset: bytes,
        };
        Expected {
            folder: self.folder(),
            first,
            known,
        }
    }
}
