//! Bays as JSON members, for JSON and GeoJSON alike: the list a driver gets, and one bay with what is
//! known of it and why. `GEO`: each is a feature, its members are properties.

use super::car_parks;
use super::evidence;
use super::geometry;
use super::text::Text;
use super::told::{BOOK, BayTold, NearbyTold, SeenBay};
use crate::domain::{BayView, Price};
use crate::live::OpenOffer;
use crate::prefetch::prefetch;
use crate::registry::city::{BayAttrs, City, ZoneSpec};
use crate::serve::told_in::ToldIn;
use std::ops::Range;

/// What one bay of a list takes at most, roughly.
const BAY_BYTES: usize = 530;

/// The answer to "nearby".
pub(super) fn nearby<const GEO: bool>(told: &NearbyTold<'_>) -> Vec<u8> {
    let zones = told.zones.len() * car_parks::BYTES;
    let mut t = Text::with_capacity(64 + told.bays.len() * BAY_BYTES + zones);
    t.raw(if GEO {
        "{\"type\":\"FeatureCollection\",\"at\":"
    } else {
        "{\"at\":"
    });
    t.time(told.at);
    geometry::crs(&mut t, told.told_in);
    if told.wanted.bays() {
        t.raw(",\"p_any_vacant\":");
        t.share_if_known(told.p_any_vacant());
    }
    if GEO {
        t.raw(",\"features\":[");
        near_bays::<GEO>(&mut t, told);
        t.raw(if told.bays.is_empty() || told.zones.is_empty() {
            ""
        } else {
            ","
        });
        near_zones::<GEO>(&mut t, told);
        t.raw("]");
    } else {
        if told.wanted.bays() {
            t.raw(",\"bays\":[");
            near_bays::<GEO>(&mut t, told);
            t.raw("]");
        }
        if told.wanted.zones() {
            t.raw(",\"zones\":[");
            near_zones::<GEO>(&mut t, told);
            t.raw("]");
        }
    }
    if let Some(next) = &told.next {
        t.raw(",\"next_nearest\":");
        t.raw(match (GEO, next.zones.is_empty()) {
            (true, _) => "",
            (false, true) => "{\"bay\":",
            (false, false) => "{\"zone\":",
        });
        near_bays::<GEO>(&mut t, next);
        near_zones::<GEO>(&mut t, next);
        t.raw(if GEO { "" } else { "}" });
    }
    t.raw("}");
    t.0
}

fn near_zones<const GEO: bool>(t: &mut Text, told: &NearbyTold<'_>) {
    for (n, hit) in told.zones.iter().enumerate() {
        t.raw(if n == 0 { "" } else { "," });
        car_parks::one::<GEO>(t, told, hit);
    }
}

fn near_bays<const GEO: bool>(t: &mut Text, told: &NearbyTold<'_>) {
    // All are looked up before the first is written: among a million bays each look-up waits for
    // memory, and these wait together; first for the zones, then for the ids that lead from there.
    for (seen, _) in &told.bays {
        prefetch(
            std::slice::from_ref(&told.city.zone(seen.view.zone).spec.id),
            0,
        );
    }
    let mut rows: Vec<(ShownBay<'_>, f32)> = Vec::with_capacity(told.bays.len());
    rows.extend(
        told.bays
            .iter()
            .map(|(seen, distance_m)| (ShownBay::of(told.city, seen, told.told_in), *distance_m)),
    );
    let mut tail = Tail::default();
    for (n, (row, distance_m)) in rows.iter().enumerate() {
        t.raw(if n == 0 { "" } else { "," });
        let on_arrival = told.p_vacant_on_arrival(row.seen);
        one_found::<GEO>(t, row, *distance_m, on_arrival);
        tail.add(t, &row.attrs);
        offered(t, row.seen.offer.as_ref());
        t.attribution(told.credit(row.seen.view.zone).as_deref());
        t.raw(if GEO { "}}" } else { "}" });
    }
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
    seen: &'c SeenBay,
    place_e7: (i32, i32),
    attrs: BayAttrs,
    id: &'c str,
    zone: &'c ZoneSpec,
}

impl<'c> ShownBay<'c> {
    fn of(city: &'c City, seen: &'c SeenBay, told_in: ToldIn) -> Self {
        let view = &seen.view;
        let id = city.bay_id(view.bay);
        let zone = &city.zone(view.zone).spec;
        prefetch(id.as_bytes(), 0);
        prefetch(zone.id.as_bytes(), 0);
        prefetch(zone.name.as_bytes(), 0);
        Self {
            seen,
            place_e7: told_in.place_e7(city.place_e7(view.bay)),
            attrs: seen.attrs(city),
            id,
            zone,
        }
    }
}

/// All but the attributes and the end.
fn one_found<const GEO: bool>(
    t: &mut Text,
    row: &ShownBay<'_>,
    distance_m: f32,
    on_arrival: Option<f64>,
) {
    open::<GEO>(t, row, None);
    let p = row.seen.p_vacant();
    t.raw(",\"distance_m\":").tenths(distance_m.into());
    // Also where nobody looks and the owner says so.
    t.raw(",\"state\":\"vacant\",\"p_vacant\":");
    t.share_if_known(p);
    t.raw(",\"p_vacant_on_arrival\":");
    t.share_if_known(on_arrival);
    observed(t, &row.seen.view);
}

/// What it takes to have a private bay that is on offer.
fn offered(t: &mut Text, offer: Option<&OpenOffer>) {
    if let Some(offer) = offer {
        match offer.price {
            Price::PerHour(_) => {}
            Price::PerStay(cents) => {
                t.raw(",\"price_cents_per_stay\":").number(cents.into());
            }
            Price::PerMonth(cents) => {
                t.raw(",\"price_cents_per_month\":").number(cents.into());
            }
        }
        t.raw(",\"offer\":").word(&offer.name);
        t.raw(",\"currency\":").word(offer.currency.code());
        t.raw(",\"book\":").word(BOOK);
    }
}

/// One bay, with what is known of it and why.
pub(super) fn bay<const GEO: bool>(told: &BayTold<'_>) -> Vec<u8> {
    let mut t = Text::with_capacity(BAY_BYTES + 128);
    let row = ShownBay::of(told.city, &told.seen, told.told_in);
    open::<GEO>(&mut t, &row, Some(told.told_in));
    t.raw(",\"at\":").time(told.at);
    state(&mut t, &told.seen);
    if let Some(claimed) = told.claimed_state() {
        t.raw(",\"claimed_state\":").word(claimed.name());
    }
    t.raw(",\"why\":").word(told.why());
    order(&mut t, told.seen.order.as_deref());
    observed(&mut t, &told.seen.view);
    evidence::list(&mut t, told);
    attributes(&mut t, &row.attrs);
    offered(&mut t, told.seen.offer.as_ref());
    t.attribution(told.credit.as_deref());
    t.raw(if GEO { "}}" } else { "}" });
    t.0
}

/// The part of [`bay`] that changes, appended to `out`: for streams, whose clients know the rest. Of
/// a private bay on offer also what it costs.
pub(in crate::serve) fn bay_brief(out: &mut Vec<u8>, city: &City, seen: &SeenBay) {
    let mut t = Text(std::mem::take(out));
    let view = &seen.view;
    t.raw("{\"bay\":").word(city.bay_id(view.bay));
    t.raw(",\"zone\":")
        .word(&city.zone(city.zone_of(view.bay)).spec.id);
    state(&mut t, seen);
    order(&mut t, seen.order.as_deref());
    observed(&mut t, view);
    if let Some(offer) = &seen.offer {
        t.raw(",\"price_cents_per_hour\":")
            .whole(offer.price.per_hour());
    }
    offered(&mut t, seen.offer.as_ref());
    t.raw("}");
    *out = t.0;
}

/// The order that closes it.
fn order(t: &mut Text, name: Option<&str>) {
    if let Some(name) = name {
        t.raw(",\"order\":").word(name);
    }
}

fn state(t: &mut Text, seen: &SeenBay) {
    t.raw(",\"state\":").word(seen.state());
    t.raw(",\"reserved\":").flag(seen.reserved);
    t.raw(",\"p_vacant\":");
    t.share_if_known(seen.p_vacant());
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
fn open<const GEO: bool>(t: &mut Text, row: &ShownBay<'_>, lone: Option<ToldIn>) {
    if GEO {
        geometry::open_point(t, row.place_e7, lone);
    }
    t.raw("{\"bay\":")
        .word(row.id)
        .raw(",\"zone\":")
        .word(&row.zone.id);
    t.raw(",\"zone_kind\":").word(row.zone.kind.name());
    t.raw(",\"zone_name\":").string(&row.zone.name);
    geometry::lat_lon(t, row.place_e7);
    if let Some(told_in) = lone.filter(|_| !GEO) {
        geometry::crs(t, told_in);
    }
}

fn attributes(t: &mut Text, attrs: &BayAttrs) {
    t.raw(",\"kind\":").word(attrs.kind.name());
    t.raw(",\"accessible\":").flag(attrs.accessible);
    t.raw(",\"ev_charging\":").flag(attrs.ev_charging);
    t.raw(",\"price_cents_per_hour\":")
        .whole(attrs.price_cents_per_hour);
    t.raw(",\"max_height_cm\":")
        .limit(attrs.max_height_cm.into());
    t.raw(",\"max_stay_min\":").limit(attrs.max_stay_min.into());
}
