//! Bays: the list a driver gets, and one bay with what is known of it and why.

use super::text::Text;
use crate::domain::{BayStatus, BayView, Millis};
use crate::forecast::p_vacant_after;
use crate::prefetch::prefetch;
use crate::registry::city::{BayAttrs, City};
use crate::serve::http::negotiate::Format;
use std::ops::Range;

/// What one bay of a list takes at most, roughly.
const BAY_BYTES: usize = 460;

/// The answer to "nearby": bays with their distance in metres, nearest first. `ahead_ms` is how far
/// off the arrival is.
pub(in crate::serve) fn found(
    city: &City,
    bays: impl ExactSizeIterator<Item = (BayView, f32)>,
    at: Millis,
    ahead_ms: u64,
    format: Format,
) -> Vec<u8> {
    let mut t = Text::with_capacity(64 + bays.len() * BAY_BYTES);
    match format {
        Format::Json => t.raw("{\"at\":").time(at).raw(",\"bays\":["),
        Format::GeoJson => t
            .raw("{\"type\":\"FeatureCollection\",\"at\":")
            .time(at)
            .raw(",\"features\":["),
    };
    // All are looked up before the first is written: among a million bays each look-up waits for
    // memory, and these wait together; first for the zones, then for the ids that lead from there.
    let mut found: Vec<(BayView, f32)> = Vec::with_capacity(bays.len());
    // Between the query and this look a bay may have been taken: it is left out, not shown as
    // vacant.
    found.extend(bays.filter(|(view, _)| view.status == BayStatus::Vacant));
    for (view, _) in &found {
        prefetch(std::slice::from_ref(&city.zone(view.zone).spec.id), 0);
    }
    let mut rows: Vec<(ShownBay<'_>, f32)> = Vec::with_capacity(found.len());
    rows.extend(
        found
            .into_iter()
            .map(|(view, distance_m)| (ShownBay::of(city, view), distance_m)),
    );
    let mut tail = Tail::default();
    for (n, (row, distance_m)) in rows.iter().enumerate() {
        t.raw(if n == 0 { "" } else { "," });
        one_found(&mut t, row, *distance_m, ahead_ms, format);
        tail.add(&mut t, &row.attrs);
        t.raw(if format == Format::GeoJson { "}}" } else { "}" });
    }
    t.raw("]}");
    t.0
}

/// The attributes written last, and where: neighbours mostly have the same.
#[derive(Default)]
struct Tail(Option<(BayAttrs, Range<usize>)>);

impl Tail {
    fn add(&mut self, t: &mut Text, attrs: &BayAttrs) {
        match &self.0 {
            Some((written, at)) if written == attrs => t.0.extend_from_within(at.clone()),
            _ => {
                let start = t.0.len();
                attributes(t, attrs);
                self.0 = Some((*attrs, start..t.0.len()));
            }
        }
    }
}

/// What is written of one bay.
struct ShownBay<'c> {
    view: BayView,
    place_e7: (i32, i32),
    attrs: BayAttrs,
    id: &'c str,
    zone: &'c str,
}

impl<'c> ShownBay<'c> {
    fn of(city: &'c City, view: BayView) -> Self {
        let id = city.bay_id(view.bay);
        let zone = &city.zone(view.zone).spec.id;
        prefetch(id.as_bytes(), 0);
        prefetch(zone.as_bytes(), 0);
        Self {
            view,
            place_e7: city.place_e7(view.bay),
            attrs: city.attrs(view.bay),
            id,
            zone,
        }
    }
}

/// All but the attributes and the end.
fn one_found(t: &mut Text, row: &ShownBay<'_>, distance_m: f32, ahead_ms: u64, format: Format) {
    open(t, row, format);
    let view = &row.view;
    let p = f64::from(view.confidence) / 255.0;
    t.raw(",\"distance_m\":").tenths(distance_m.into());
    t.raw(",\"state\":").word(view.status.name());
    t.raw(",\"p_vacant\":").share(p);
    t.raw(",\"p_vacant_on_arrival\":").share(if ahead_ms == 0 {
        p
    } else {
        p_vacant_after(p, ahead_ms)
    });
    t.raw(",\"observed_at\":").time(view.observed_at);
    t.raw(",\"source_kind\":").word(view.source_kind.name());
}

/// One bay, with what is known of it and why. `reserved`: it is kept for who has booked it.
pub(in crate::serve) fn bay(
    city: &City,
    view: &BayView,
    reserved: bool,
    at: Millis,
    format: Format,
) -> Vec<u8> {
    let mut t = Text::with_capacity(BAY_BYTES + 128);
    let row = ShownBay::of(city, *view);
    open(&mut t, &row, format);
    let never = view.observed_at.is_never();
    // What may be served differs from what was claimed only when the claim no longer stands.
    let stale = !never && view.status != view.claimed;
    let kept = is_kept(view, reserved);
    t.raw(",\"at\":").time(at);
    state(&mut t, view, reserved);
    if stale || kept {
        t.raw(",\"claimed_state\":").word(view.claimed.name());
    }
    t.raw(",\"why\":").word(if kept {
        "reserved"
    } else if never {
        "never_reported"
    } else if stale {
        "stale"
    } else {
        "reported"
    });
    observed(&mut t, view);
    attributes(&mut t, &row.attrs);
    t.raw(if format == Format::GeoJson { "}}" } else { "}" });
    t.0
}

/// The part of [`bay`] that changes, appended to `out`: for streams, whose clients know the rest.
pub(in crate::serve) fn bay_brief(out: &mut Vec<u8>, city: &City, view: &BayView, reserved: bool) {
    let mut t = Text(std::mem::take(out));
    t.raw("{\"bay\":").word(city.bay_id(view.bay));
    t.raw(",\"zone\":")
        .word(&city.zone(city.zone_of(view.bay)).spec.id);
    state(&mut t, view, reserved);
    observed(&mut t, view);
    t.raw("}");
    *out = t.0;
}

/// Whether it stands empty for somebody: to anybody else it is not vacant.
fn is_kept(view: &BayView, reserved: bool) -> bool {
    reserved && view.status == BayStatus::Vacant
}

fn state(t: &mut Text, view: &BayView, reserved: bool) {
    let kept = is_kept(view, reserved);
    t.raw(",\"state\":")
        .word(if kept { "reserved" } else { view.status.name() });
    t.raw(",\"reserved\":").flag(reserved);
    t.raw(",\"p_vacant\":");
    match view.status {
        _ if kept => t.raw("0"),
        BayStatus::Vacant => t.share(f64::from(view.confidence) / 255.0),
        BayStatus::Occupied => t.share(1.0 - f64::from(view.confidence) / 255.0),
        BayStatus::Closed => t.raw("0"),
        BayStatus::Unknown => t.raw("null"),
    };
}

fn observed(t: &mut Text, view: &BayView) {
    t.raw(",\"observed_at\":").time(view.observed_at);
    t.raw(",\"source_kind\":");
    if view.observed_at.is_never() {
        t.raw("null");
    } else {
        t.word(view.source_kind.name());
    }
}

/// Up to and including the place: in GeoJSON that is the geometry, and the rest are properties.
fn open(t: &mut Text, row: &ShownBay<'_>, format: Format) {
    let (lat, lon) = row.place_e7;
    if format == Format::GeoJson {
        t.raw("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[");
        t.e7(lon).raw(",").e7(lat).raw("]},\"properties\":");
    }
    t.raw("{\"bay\":")
        .word(row.id)
        .raw(",\"zone\":")
        .word(row.zone);
    t.raw(",\"lat\":").e7(lat).raw(",\"lon\":").e7(lon);
}

fn attributes(t: &mut Text, attrs: &BayAttrs) {
    t.raw(",\"kind\":").word(attrs.kind.name());
    t.raw(",\"accessible\":").flag(attrs.accessible);
    t.raw(",\"ev_charging\":").flag(attrs.ev_charging);
    t.raw(",\"price_cents_per_hour\":")
        .number(attrs.price_cents_per_hour.into());
    t.raw(",\"max_height_cm\":")
        .limit(attrs.max_height_cm.into());
    t.raw(",\"max_stay_min\":").limit(attrs.max_stay_min.into());
}
