//! Areas and floors in a change: what a part calls its zone, also where both come with it, and how far
//! from it a part may lie.
//!
//! Promise: whichever of a batch comes first, a part finds its zone by the names it would have in the
//! city's file, and keeps its id. Dear: nothing where no zone of the batch is a part.

use super::Draft;
use crate::domain::ZoneIx;
use crate::registry::city::ZoneSpec;
use crate::registry::names::{NameBook, settled};
use crate::registry::parts;
use ahash::{AHashMap, AHashSet};
use std::borrow::Cow;

/// What the zones of a batch are called once it is taken.
#[derive(Default)]
pub(super) struct BatchNames {
    ids: AHashSet<String>,
    /// Alias to id.
    id_of: AHashMap<String, String>,
}

impl BatchNames {
    /// Nothing where no part asks. What is wrong with a name is told when its zone is put.
    pub(super) fn of(zones: &[ZoneSpec], known: &NameBook<ZoneIx>) -> Self {
        let mut all = Self::default();
        if zones.iter().all(|zone| zone.part_of.is_none()) {
            return all;
        }
        for zone in zones {
            let Ok((id, aliases)) = settled(Cow::Borrowed(&zone.id), zone.aliases.clone()) else {
                continue;
            };
            let (id, aliases) = known.meant(id.into_owned(), aliases);
            for alias in aliases {
                all.id_of.entry(alias).or_insert_with(|| id.clone());
            }
            all.ids.insert(id);
        }
        all
    }

    /// Whose id or alias a name is: an id goes first, and a name of the batch before those of before.
    fn id(&self, name: &str, known: &NameBook<ZoneIx>) -> Option<String> {
        if self.ids.contains(name) || known.get(name).is_some() {
            return Some(name.to_owned());
        }
        let new = self.id_of.get(name).cloned();
        new.or_else(|| known.alias(name).map(|id| id.to_string()))
    }
}

impl Draft<'_> {
    /// A part keeps the id of its zone: an alias may pass to another.
    pub(super) fn name_whole(&self, part: &mut ZoneSpec) {
        if let Some(name) = &mut part.part_of
            && let Some(id) = self.called.id(name, self.zones)
        {
            *name = id;
        }
    }

    /// Whether it is a part of a zone, or has parts.
    pub(super) fn is_linked(&self, zone: ZoneIx) -> bool {
        let zone = self.city.zone(zone);
        zone.part_of.is_some() || !zone.parts.is_empty()
    }

    /// Zones and their parts know of each other as they are now; those that were put must lie near
    /// each other.
    pub(super) fn relink(&mut self) {
        if self.relinked.is_empty() {
            return;
        }
        let new: AHashMap<&str, ZoneIx> = (self.zone_moves.iter())
            .filter_map(|(id, ix)| Some((&**id, (*ix)?)))
            .collect();
        let find = |name: &str| new.get(name).copied().or_else(|| self.zones.called(name));
        let linked = parts::link(&mut self.city, find);
        for (part, what) in linked.err().unwrap_or_else(|| self.strays()) {
            // One that is not in the batch itself no longer suits what is.
            let own = self.relinked.get(&part);
            let at = own.or_else(|| self.relinked.values().min());
            let at = at.copied().unwrap_or(0);
            let id = self.city.zone(part).spec.id.clone();
            self.fault(at, &id, &what);
        }
    }

    fn strays(&self) -> Vec<(ZoneIx, String)> {
        let stray = |part: &ZoneIx| {
            let zone = self.city.zone(*part);
            let whole = &self.city.zone(zone.part_of?).spec;
            Some((*part, parts::stray(&zone.spec, whole)?))
        };
        self.placed.iter().filter_map(stray).collect()
    }
}
