//! Sources by id and by number. Look-ups take no lock that an enrolment holds while it waits for
//! the disk.

use super::faults::invalid_id;
use super::identities::Identities;
use super::{Ids, RegistryError};
use crate::domain::{SourceIx, SourceKind, id};
use ahash::AHashSet;
use partner_numbers::PartnerNumbers;
use std::sync::{Arc, PoisonError, RwLock};

mod partner_numbers;

/// Sources a hub will enrol; beyond this, enrolment is an error. At some 150 bytes each: every
/// device is one.
pub const MAX_SOURCES: u32 = 200_000 + super::MAX_DEVICES as u32;

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
            let shown: String = bad.chars().take(80).collect();
            return Err(RegistryError(format!("source {shown:?}: {}", invalid_id())));
        }
        let fresh: AHashSet<&str> = all
            .iter()
            .map(|&(id, _)| id)
            .filter(|id| self.get(id).is_none())
            .collect();
        if self.count() as usize + fresh.len() > self.max as usize {
            return Err(RegistryError(format!(
                "{} sources are enrolled: no more than {} are taken",
                self.count(),
                self.max
            )));
        }
        for &(id, kind) in all {
            if self.get(id).is_none_or(|known| known.1 != kind) {
                identities.source(id, kind);
            }
        }
        identities.commit()?;
        Ok(all.iter().map(|&(id, kind)| self.set(id, kind)).collect())
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
