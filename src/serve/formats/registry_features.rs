//! Zones and bays as the registry has them: GeoJSON features in the form that calls which change them
//! take, so that what was read can be put back. In WGS 84; what was never said is left out.

use super::geometry;
use super::text::Text;
use crate::domain::{BayIx, BayKind};
use crate::registry::city::{BayAttrs, City, ZoneSpec};
use crate::serve::told_in::ToldIn;

use std::sync::Arc;

/// A zone's feature, appended.
pub(in crate::serve) fn zone(t: &mut Text, spec: &ZoneSpec, aliases: &[Arc<str>]) {
    let plain = ToldIn::default();
    if spec.outline.is_empty() {
        geometry::open_point(t, spec.place.e7(), None);
    } else {
        geometry::open_outline(t, &spec.outline, plain, None);
    }
    named(t, &spec.id, aliases);
    t.raw(",\"name\":").string(&spec.name);
    t.raw(",\"kind\":").word(spec.kind.name());
    if !spec.operator.is_empty() {
        t.raw(",\"operator\":").string(&spec.operator);
    }
    said(t, ",\"capacity\":", spec.capacity);
    if spec.capacity_by_kind.iter().any(|n| *n > 0) {
        t.raw(",\"capacity_by_kind\":{");
        let mut comma = "";
        for kind in BayKind::ALL {
            let n = spec.capacity_by_kind[kind as usize];
            if n > 0 {
                t.raw(comma).word(kind.name()).raw(":").number(n.into());
                comma = ",";
            }
        }
        t.raw("}");
    }
    price(t, spec.price_cents_per_hour);
    said(
        t,
        ",\"max_height_cm\":",
        spec.max_height_cm.map_or(0, u32::from),
    );
    said(t, ",\"stale_after_s\":", spec.stale_after_s.unwrap_or(0));
    if let Some(whole) = &spec.part_of {
        t.raw(",\"part_of\":").string(whole);
    }
    t.raw("}}");
}

/// A bay's feature, appended.
pub(in crate::serve) fn bay(t: &mut Text, city: &City, bay: BayIx, aliases: &[Arc<str>]) {
    geometry::open_point(t, city.place_e7(bay), None);
    named(t, city.bay_id(bay), aliases);
    t.raw(",\"zone\":")
        .word(&city.zone(city.zone_of(bay)).spec.id);
    let BayAttrs {
        kind,
        accessible,
        ev_charging,
        max_height_cm,
        max_stay_min,
        price_cents_per_hour,
    } = city.attrs(bay);
    t.raw(",\"kind\":").word(kind.name());
    t.raw(",\"accessible\":").flag(accessible);
    t.raw(",\"ev_charging\":").flag(ev_charging);
    said(t, ",\"max_height_cm\":", max_height_cm.into());
    said(t, ",\"max_stay_min\":", max_stay_min);
    price(t, price_cents_per_hour);
    t.raw("}}");
}

fn named(t: &mut Text, id: &str, aliases: &[Arc<str>]) {
    t.raw("{\"id\":").word(id);
    if !aliases.is_empty() {
        t.raw(",\"aliases\":[");
        for (n, alias) in aliases.iter().enumerate() {
            t.raw(if n > 0 { "," } else { "" }).string(alias);
        }
        t.raw("]");
    }
}

/// A number that is said by being above 0.
fn said(t: &mut Text, member: &'static str, n: u32) {
    if n > 0 {
        t.raw(member).number(n.into());
    }
}

fn price(t: &mut Text, cents: Option<u32>) {
    if let Some(cents) = cents {
        t.raw(",\"price_cents_per_hour\":").number(cents.into());
    }
}
