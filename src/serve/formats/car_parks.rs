//! Car parks that count, beside the nearest vacant bays: as JSON members, for JSON and GeoJSON alike,
//! and as a table.

use super::text::Text;
use crate::domain::{BayKind, Millis};
use crate::history::csv::field;
use crate::live::ZoneHit;
use crate::registry::city::City;

/// What one takes, roughly; names may be longer.
pub(super) const BYTES: usize = 260;

/// One car park; `GEO`: as a feature. Its numbers are of bays of that kind.
pub(super) fn one<const GEO: bool>(t: &mut Text, city: &City, hit: &ZoneHit, kind: BayKind) {
    let spec = &city.zone(hit.zone).spec;
    let (lat, lon) = place_e7(hit, city);
    if GEO {
        t.raw("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[");
        t.e7(lon).raw(",").e7(lat).raw("]},\"properties\":");
    }
    t.raw("{\"zone\":").word(&spec.id);
    t.raw(",\"name\":").string(&spec.name);
    t.raw(",\"kind\":").word(spec.kind.name());
    t.raw(",\"lat\":").e7(lat).raw(",\"lon\":").e7(lon);
    t.raw(",\"distance_m\":").tenths(hit.distance_m.into());
    t.raw(",\"vacant\":")
        .number(hit.tally.vacant[kind as usize].into());
    t.raw(",\"capacity\":").whole(capacity(hit, kind));
    // Nothing is forecast of car parks yet.
    t.raw(",\"p_any_vacant\":null,\"observed_at\":")
        .time(hit.tally.observed_at);
    t.raw(",\"price_cents_per_hour\":")
        .whole(spec.price_cents_per_hour);
    t.raw(",\"max_height_cm\":")
        .whole(spec.max_height_cm.map(u32::from));
    t.raw(if GEO { "}}" } else { "}" });
}

/// A table of them with a head.
pub(super) fn table(city: &City, hits: &[ZoneHit], kind: BayKind) -> Vec<u8> {
    let mut t = Text::with_capacity(160 + hits.len() * BYTES / 2);
    t.raw("zone,name,kind,lat,lon,distance_m,vacant,capacity,p_any_vacant,observed_at,");
    t.raw("price_cents_per_hour,max_height_cm\r\n");
    for hit in hits {
        let spec = &city.zone(hit.zone).spec;
        let (lat, lon) = place_e7(hit, city);
        t.raw(&field(&spec.id)).raw(",").raw(&field(&spec.name));
        t.raw(",").raw(spec.kind.name());
        t.raw(",").e7(lat).raw(",").e7(lon);
        t.raw(",").tenths(hit.distance_m.into());
        t.raw(",").number(hit.tally.vacant[kind as usize].into());
        number(&mut t, capacity(hit, kind));
        t.raw(",,");
        t.0.extend_from_slice(&observed(hit.tally.observed_at));
        number(&mut t, spec.price_cents_per_hour);
        number(&mut t, spec.max_height_cm.map(u32::from));
        t.raw("\r\n");
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

/// Latitude, longitude.
fn place_e7(hit: &ZoneHit, city: &City) -> (i32, i32) {
    let place = city.zone(hit.zone).spec.place;
    let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
    (e7(place.lat), e7(place.lon))
}
