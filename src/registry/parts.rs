//! Areas and floors of a car park: zones that say which zone they are a part of.
//!
//! Promises: a part's zone is there, is no part itself, and has at most [`MOST`]; a part is as private
//! as its zone, so that whoever may not see the one does not see the other, and is put no farther
//! from it than a bay may lie. Dear: a pass over all
//! zones, made only where a change touches a part or a zone that has some.

use super::city::{City, ZoneSpec};
use super::reach::too_far;
use crate::domain::{ZoneIx, ZoneKind};
use ahash::AHashMap;

/// The most parts that a zone may have.
pub(super) const MOST: usize = 64;

/// What is wrong with a zone that has more.
pub(super) fn too_many(whole: &str) -> String {
    format!("part_of: zone {whole:?} has more than {MOST} parts")
}

/// What is wrong with a part of the zone that it calls `name`.
pub(super) fn wrong(part: &ZoneSpec, name: &str, whole: Option<&ZoneSpec>) -> Option<String> {
    let Some(whole) = whole else {
        let name: String = name.chars().take(80).collect();
        return Some(format!("part_of: unknown zone {name:?}"));
    };
    let is_private = |zone: &ZoneSpec| zone.kind == ZoneKind::Private;
    if whole.id == part.id {
        Some("part_of: a zone is no part of itself".into())
    } else if whole.part_of.is_some() {
        Some(format!("part_of: zone {:?} is itself a part", whole.id))
    } else if is_private(whole) != is_private(part) {
        Some(format!(
            "part_of: it and zone {:?} are both private or neither is",
            whole.id
        ))
    } else if is_private(whole) && whole.operator != part.operator {
        Some(format!(
            "part_of: it is private and has another operator than zone {:?}",
            whole.id
        ))
    } else {
        None
    }
}

/// What is wrong with the place of a part, if it lies far from its zone.
pub(super) fn stray(part: &ZoneSpec, whole: &ZoneSpec) -> Option<String> {
    too_far(part.place, whole).map(|what| format!("part_of: {what}"))
}

/// Lets zones and their parts know of each other, as their descriptions say; or tells what is wrong,
/// and with which part. `find` looks up what a part calls its zone.
pub(super) fn link(
    city: &mut City,
    find: impl Fn(&str) -> Option<ZoneIx>,
) -> Result<(), Vec<(ZoneIx, String)>> {
    let mut faults = Vec::new();
    let mut parts_of: AHashMap<ZoneIx, Vec<(u32, ZoneIx)>> = AHashMap::new();
    let mut whole_of: AHashMap<ZoneIx, ZoneIx> = AHashMap::new();
    for (part, zone) in city.zones() {
        let Some(name) = &zone.spec.part_of else {
            continue;
        };
        let whole = find(name).filter(|whole| !city.zone(*whole).removed);
        let spec = whole.map(|whole| &city.zone(whole).spec);
        let what = wrong(&zone.spec, name, spec);
        match (what, whole) {
            (None, Some(whole)) => {
                let parts = parts_of.entry(whole).or_default();
                parts.push((zone.number, part));
                whole_of.insert(part, whole);
                if parts.len() > MOST {
                    faults.push((part, too_many(name)));
                }
            }
            (what, _) => faults.push((part, what.unwrap_or_default())),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    for ix in (0..city.zone_count()).map(ZoneIx) {
        // In the order in which they were first heard of, which lasts.
        let mut parts = parts_of.remove(&ix).unwrap_or_default();
        parts.sort_unstable();
        let parts: Box<[ZoneIx]> = parts.into_iter().map(|(_, part)| part).collect();
        let whole = whole_of.get(&ix).copied();
        let zone = city.zone(ix);
        if zone.parts != parts || zone.part_of != whole {
            let zone = city.zone_mut(ix);
            (zone.parts, zone.part_of) = (parts, whole);
        }
    }
    Ok(())
}
