//! Car parks that count, beside the nearest vacant bays: as JSON members, for JSON and GeoJSON alike,
//! and as a table.

use super::geometry;
use super::text::Text;
use super::told::NearbyTold;
use super::zone_members;
use crate::domain::{BayKind, Millis};
use crate::history::csv::field;
use crate::live::ZoneHit;

/// What one takes, roughly; names may be longer.
pub(super) const BYTES: usize = 260;

/// One car park; `GEO`: as a feature. Its numbers are of bays of the kind that was asked for.
pub(super) fn one<const GEO: bool>(t: &mut Text, told: &NearbyTold<'_>, hit: &ZoneHit) {
    let kind = told.kind;
    let spec = &told.city.zone(hit.zone).spec;
    let place = told.told_in.place_e7(spec.place.e7());
    if GEO {
        geometry::open_point(t, place, None);
    }
    t.raw("{\"zone\":").word(&spec.id);
    t.raw(",\"name\":").string(&spec.name);
    t.raw(",\"kind\":").word(spec.kind.name());
    geometry::lat_lon(t, place);
    t.raw(",\"distance_m\":").tenths(hit.distance_m.into());
    t.raw(",\"vacant\":")
        .number(hit.tally.vacant[kind as usize].into());
    t.raw(",\"capacity\":").whole(capacity(hit, kind));
    t.raw(",\"p_any_vacant\":");
    t.share_if_known(told.p_room(hit.zone, capacity(hit, kind)));
    t.raw(",\"observed_at\":").time(hit.tally.observed_at);
    t.raw(",\"price_cents_per_hour\":")
        .whole(spec.price_cents_per_hour);
    t.raw(",\"max_height_cm\":")
        .whole(spec.max_height_cm.map(u32::from));
    zone_members::pool(t, hit.pool.as_ref());
    t.attribution(told.credit(hit.zone).as_deref());
    t.raw(if GEO { "}}" } else { "}" });
}

/// A table of them with a head.
pub(super) fn table(told: &NearbyTold<'_>) -> Vec<u8> {
    let NearbyTold {
        city,
        told_in,
        zones: ref hits,
        kind,
        ..
    } = *told;
    let mut t = Text::with_capacity(160 + hits.len() * BYTES / 2);
    t.raw("zone,name,kind,lat,lon,distance_m,vacant,capacity,p_any_vacant,observed_at,");
    t.raw("price_cents_per_hour,max_height_cm,attribution");
    geometry::end_of_head(&mut t, told_in);
    for hit in hits {
        let spec = &city.zone(hit.zone).spec;
        let (lat, lon) = told_in.place_e7(spec.place.e7());
        t.raw(&field(&spec.id)).raw(",").raw(&field(&spec.name));
        t.raw(",").raw(spec.kind.name());
        t.raw(",").e7(lat).raw(",").e7(lon);
        t.raw(",").tenths(hit.distance_m.into());
        t.raw(",").number(hit.tally.vacant[kind as usize].into());
        number(&mut t, capacity(hit, kind));
        t.raw(",");
        if let Some(p) = told.p_room(hit.zone, capacity(hit, kind)) {
            t.share(p);
        }
        t.raw(",");
        t.0.extend_from_slice(&observed(hit.tally.observed_at));
        number(&mut t, spec.price_cents_per_hour);
        number(&mut t, spec.max_height_cm.map(u32::from));
        t.credited(told.credit(hit.zone).as_deref());
        geometry::end_of_row(&mut t, told_in);
    }
    t.0
}

/// A comma and a number; nothing for none.
fn number(t: &mut Text, n: Option<u32>) {
    t.raw(",");
    if let Some(n) = n {
        t.number(n.into());
    }
}

fn observed(at: Millis) -> Vec<u8> {
    if at.is_never() {
        Vec::new()
    } else {
        at.rfc3339().to_vec()
    }
}

/// `None` where nobody has said it.
fn capacity(hit: &ZoneHit, kind: BayKind) -> Option<u32> {
    let is_said = !hit.tally.unsized_kinds.has(kind);
    is_said.then(|| hit.tally.capacity_by_kind[kind as usize])
}
