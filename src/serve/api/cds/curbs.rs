//! What of zones and bays changes only with the registry: their UUIDs, the ground that they cover,
//! and the terms on which they may be used.
//!
//! Promises: of a private zone's bays nothing is in here but that an outline was given. Worked out
//! zone by zone when it is first asked for, and kept until the picture of the city changes. Dear: the
//! first answer over a whole city (a hash a bay), and 16 bytes a bay kept.

use super::ids::Urn;
use super::policies::Terms;
use super::shape::{self, Shape};
use crate::domain::{BayIx, Millis, ZoneIx};
use crate::live::is_private;
use crate::registry::city::City;
use arc_swap::ArcSwapOption;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// The newest picture's.
#[derive(Default)]
pub(super) struct CurbPictures(ArcSwapOption<Curbs>);

/// See the module.
pub(super) struct Curbs {
    city: Arc<City>,
    zones: Box<[CurbZone]>,
    policies: OnceLock<Box<[CurbPolicy]>>,
}

#[derive(Default)]
struct CurbZone {
    shape: OnceLock<Shape>,
    ids: OnceLock<CurbIds>,
}

/// A zone's UUIDs.
pub(super) struct CurbIds {
    pub(super) zone: Uuid,
    /// Of its bays, and those of its areas and floors, in the order of [`bays`].
    pub(super) spaces: Box<[Uuid]>,
    pub(super) policies: Box<[Uuid]>,
}

/// A policy in use.
pub(super) struct CurbPolicy {
    pub(super) id: Uuid,
    pub(super) terms: Terms,
    /// When the first of the zones that have it entered the registry.
    pub(super) published: Millis,
}

impl CurbPictures {
    /// Those of `city`.
    pub(super) fn of(&self, city: &Arc<City>) -> Arc<Curbs> {
        let kept = self.0.load_full();
        if let Some(kept) = kept.filter(|kept| Arc::ptr_eq(&kept.city, city)) {
            return kept;
        }
        let zones = (0..city.zone_count()).map(|_| CurbZone::default());
        let made = Arc::new(Curbs {
            zones: zones.collect(),
            city: Arc::clone(city),
            policies: OnceLock::new(),
        });
        self.0.store(Some(Arc::clone(&made)));
        made
    }
}

/// The bays that everybody may see of a zone, and of its areas and floors.
pub(super) fn bays(city: &City, zone: ZoneIx) -> impl Iterator<Item = BayIx> + '_ {
    let parts = city.zone(zone).parts.iter().copied();
    std::iter::once(zone)
        .chain(parts)
        .filter(|zone| !is_private(city, *zone))
        .flat_map(|zone| city.bays_of(zone))
        .filter(|bay| !city.is_private(*bay))
}

impl Curbs {
    pub(super) fn shape(&self, zone: ZoneIx) -> &Shape {
        self.zones[zone.at()].shape.get_or_init(|| {
            let spec = &self.city.zone(zone).spec;
            let places = bays(&self.city, zone).map(|bay| self.city.place_e7(bay));
            shape::of_zone(&spec.outline, spec.place, places)
        })
    }

    pub(super) fn ids(&self, zone: ZoneIx) -> &CurbIds {
        self.zones[zone.at()].ids.get_or_init(|| {
            let city = &self.city;
            let spaces = bays(city, zone).map(|bay| Urn::Bay.of(city.bay_id(bay)));
            CurbIds {
                zone: Urn::Zone.of(&city.zone(zone).spec.id),
                spaces: spaces.collect(),
                policies: terms(city, zone).into_iter().map(Terms::id).collect(),
            }
        })
    }

    /// By their UUIDs.
    pub(super) fn policies(&self) -> &[CurbPolicy] {
        self.policies.get_or_init(|| {
            let city = &self.city;
            let mut first: BTreeMap<Terms, Millis> = BTreeMap::new();
            for (ix, zone) in city.zones() {
                for terms in terms(city, ix) {
                    let since = zone.dates.published;
                    let known = first.entry(terms).or_insert(since);
                    *known = since.min(*known);
                }
            }
            let policies = first.into_iter().map(|(terms, published)| CurbPolicy {
                id: terms.id(),
                terms,
                published,
            });
            let mut policies: Vec<CurbPolicy> = policies.collect();
            policies.sort_unstable_by_key(|policy| policy.id);
            policies.into()
        })
    }

    /// The zone of that UUID, wherever it is private or not.
    pub(super) fn zone(&self, id: Uuid) -> Option<ZoneIx> {
        let mut zones = self.city.zones();
        let found = zones.find(|(_, zone)| Urn::Zone.of(&zone.spec.id) == id);
        found.map(|(ix, _)| ix)
    }

    /// The bay of that UUID. Dear: looks at all.
    pub(super) fn space(&self, id: Uuid) -> Option<BayIx> {
        let mut bays = self.city.bays_after(None);
        let found = bays.find(|(_, bay)| Urn::Bay.of(self.city.bay_id(*bay)) == id);
        found.map(|(_, bay)| bay)
    }
}

/// On what terms a zone may be used: those of its bays, or its own where none are known. None for a
/// private one, whose offers say theirs.
fn terms(city: &City, ix: ZoneIx) -> Vec<Terms> {
    if is_private(city, ix) {
        return Vec::new();
    }
    let mut found: Vec<Terms> = Vec::new();
    for bay in bays(city, ix) {
        let terms = Terms::of_bay(city.attrs(bay));
        // Neighbours mostly have the same.
        if found.last() != Some(&terms) && !found.contains(&terms) {
            found.push(terms);
        }
    }
    if found.is_empty() {
        found.extend(Terms::of_zone(city.zone(ix)));
    }
    found.sort_unstable();
    found
}
