//! Sources by id and by number. Look-ups take no lock that an enrolment holds while it waits for
//! the disk.

use super::faults::invalid_id;
use super::identities::Identities;
use super::{Ids, RegistryError};
use crate::domain::{SourceIx, SourceKind, id};
use ahash::{AHashMap, AHashSet};
use partner_numbers::PartnerNumbers;
use std::sync::{Arc, PoisonError, RwLock};

mod partner_numbers;

/// Sources a hub will enrol; beyond this, enrolment is an error. At some 150 bytes each: every
/// device is one.
pub const MAX_SOURCES: u32 = 200_000 + super::MAX_DEVICES as u32;

/// A source that has a number now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    pub source: SourceIx,
    /// It had none before.
    pub is_new: bool,
}

pub(super) struct Sources {
    by_id: Ids<(SourceIx, SourceKind)>,
    /// Grows only; written for the length of a push.
    by_number: RwLock<Vec<Arc<str>>>,
    pub(super) max: u32,
    /// Who speaks for them, as far as reports are credited to anybody.
    partners: PartnerNumbers,
}

impl Sources {
    /// In the order of their numbers.
    pub(super) fn new(known: &[(&str, SourceKind)]) -> Self {
        let sources = Self {
            by_id: Ids::default(),
            by_number: RwLock::new(Vec::new()),
            max: MAX_SOURCES,
            partners: PartnerNumbers::default(),
        };
        for &(id, kind) in known {
            sources.set(id, kind);
        }
        sources
    }

    pub(super) fn get(&self, id: &str) -> Option<(SourceIx, SourceKind)> {
        self.by_id.get(id).map(|known| *known)
    }

    pub(super) fn id(&self, source: SourceIx) -> Option<Arc<str>> {
        self.by_number
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(source.at())
            .cloned()
    }

    pub(super) fn count(&self) -> u32 {
        self.by_number
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .len() as u32
    }

    pub(super) fn count_of(&self, is: impl Fn(&str) -> bool) -> u32 {
        let known = self
            .by_number
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        known.iter().filter(|id| is(id)).count() as u32
    }

    /// Their numbers, when all are known with these kinds.
    pub(super) fn all_known(&self, all: &[(&str, SourceKind)]) -> Option<Vec<SourceIx>> {
        all.iter()
            .map(|&(id, kind)| {
                self.get(id)
                    .filter(|known| known.1 == kind)
                    .map(|known| known.0)
            })
            .collect()
    }

    /// The caller holds the one lock of `identities`, so two enrolments never cross.
    pub(super) fn enrol(
        &self,
        all: &[(&str, SourceKind)],
        identities: &mut Identities,
    ) -> Result<Vec<SourceIx>, RegistryError> {
        if let Some((bad, _)) = all.iter().find(|(id, _)| !id::is_valid(id)) {
            return Err(bad_id(bad));
        }
        let fresh: AHashSet<&str> = all
            .iter()
            .map(|&(id, _)| id)
            .filter(|id| self.get(id).is_none())
            .collect();
        if self.count() as usize + fresh.len() > self.max as usize {
            return Err(self.full());
        }
        for &(id, kind) in all {
            if self.get(id).is_none_or(|known| known.1 != kind) {
                identities.source(id, kind);
            }
        }
        identities.commit()?;
        Ok(all.iter().map(|&(id, kind)| self.set(id, kind)).collect())
    }

    /// Of sources that come each by itself, what becomes of each, with one wait for the disk. As with
    /// [`Sources::enrol`]; what is wrong with one is no fault of the others.
    pub(super) fn enrol_each(
        &self,
        all: &[(Arc<str>, SourceKind)],
        identities: &mut Identities,
    ) -> Vec<Result<Enrolled, RegistryError>> {
        let mut left = self.max.saturating_sub(self.count());
        let mut here: AHashMap<&str, SourceKind> = AHashMap::new();
        let mut judge = |id: &str| {
            if !id::is_valid(id) {
                return Err(bad_id(id));
            }
            left = left.checked_sub(1).ok_or_else(|| self.full())?;
            Ok(())
        };
        let mut judged = Vec::with_capacity(all.len());
        for (id, kind) in all {
            let known = here.get(&**id).copied();
            let known = known.or_else(|| self.get(id).map(|known| known.1));
            let may = if known.is_none() { judge(id) } else { Ok(()) };
            if may.is_ok() && known != Some(*kind) {
                identities.source(id, *kind);
                here.insert(id, *kind);
            }
            judged.push(may.map(|()| known.is_none()));
        }
        let written = identities.commit();
        let enrolled = judged.into_iter().zip(all).map(|(judged, (id, kind))| {
            let is_new = judged?;
            if here.contains_key(&**id)
                && let Err(e) = &written
            {
                return Err(RegistryError(e.0.clone()));
            }
            let source = self.set(id, *kind);
            Ok(Enrolled { source, is_new })
        });
        enrolled.collect()
    }

    fn full(&self) -> RegistryError {
        RegistryError(format!(
            "{} sources are enrolled: no more than {} are taken",
            self.count(),
            self.max
        ))
    }

    fn set(&self, id: &str, kind: SourceKind) -> SourceIx {
        let known = self.by_id.get(id).map(|known| known.0);
        if let Some(source) = known {
            self.by_id.insert(Arc::from(id), (source, kind));
            return source;
        }
        let id: Arc<str> = Arc::from(id);
        let source = {
            let mut ids = self
                .by_number
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            ids.push(Arc::clone(&id));
            SourceIx(ids.len() as u32 - 1)
        };
        self.by_id.insert(id, (source, kind));
        source
    }
}

fn bad_id(id: &str) -> RegistryError {
    let shown: String = id.chars().take(80).collect();
    RegistryError(format!("source {shown:?}: {}", invalid_id()))
}
