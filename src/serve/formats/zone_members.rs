//! Zones as JSON members, for JSON and GeoJSON alike: one, or a page of the feed. `GEO`: each is a
//! feature, its members are properties.

use super::geometry;
use super::kept_zone::{self, TextInputs};
use super::many_zones::{Rendered, ZoneOfMany, ZonesTold};
use super::text::Text;
use super::told::{BOOK, ZoneTold, expected};
use crate::domain::{BayKind, BaySubset, Millis, Price};
use crate::live::OpenPool;
use crate::serve::http::extract::hash_of;
use crate::serve::told_in::ToldIn;

/// What one zone takes, roughly; names may be longer.
const ZONE_BYTES: usize = 460;

/// One page of the feed.
pub(super) fn list<const GEO: bool>(told: &ZonesTold<'_>) -> Rendered {
    let mut t = Text::with_capacity(160 + told.zones.len() * ZONE_BYTES);
    t.raw(if GEO {
        "{\"type\":\"FeatureCollection\",\"at\":"
    } else {
        "{\"at\":"
    });
    t.time(told.at);
    let steady_from = t.0.len();
    let newest = told
        .zones
        .iter()
        .map(ZoneOfMany::observed_at)
        .max()
        .unwrap_or(Millis::NEVER);
    t.raw(",\"last_updated\":")
        .time(newest)
        .raw(",\"ttl\":1,\"next\":");
    match told.next {
        Some(cursor) => t.word(cursor),
        None => t.raw("null"),
    };
    geometry::crs(&mut t, told.told_in);
    if let Some(unknown) = told.unknown {
        t.raw(",\"unknown\":[");
        for (n, id) in unknown.iter().enumerate() {
            t.raw(if n > 0 { "," } else { "" }).string(id);
        }
        t.raw("]");
    }
    t.raw(if GEO {
        ",\"features\":["
    } else {
        ",\"zones\":["
    });
    // Of what comes before the zones, and of each.
    let mut tags = hash_of(&t.0[steady_from..]).to_le_bytes().to_vec();
    for (n, zone) in told.zones.iter().enumerate() {
        if n > 0 {
            t.raw(",");
        }
        let tag = match zone {
            ZoneOfMany::Kept(kept) => kept.add_to(&mut t),
            ZoneOfMany::Told(told) => add::<GEO>(&mut t, told, None),
        };
        tags.extend_from_slice(&tag.to_le_bytes());
    }
    t.raw("]}");
    Rendered {
        body: t.0,
        tag: hash_of(&tags),
    }
}

/// One zone alone.
pub(super) fn zone<const GEO: bool>(told: &ZoneTold<'_>) -> Rendered {
    let mut t = Text::with_capacity(ZONE_BYTES + 64);
    let tag = add::<GEO>(&mut t, told, Some(told.told_in));
    Rendered { body: t.0, tag }
}

/// One zone alone, as JSON, at the end of what is written already.
pub(in crate::serve) fn add_zone(out: &mut Vec<u8>, told: &ZoneTold<'_>) {
    let mut t = Text(std::mem::take(out));
    add::<false>(&mut t, told, Some(told.told_in));
    *out = t.0;
}

/// Adds one, as it was written last if that is still so; returns a number that changes with what is added.
/// `lone`: with the coordinates that it is told in.
fn add<const GEO: bool>(t: &mut Text, told: &ZoneTold<'_>, lone: Option<ToldIn>) -> u64 {
    let is_plain = told.pool.is_none() && told.order.is_none();
    let from = TextInputs {
        told_in: told.told_in,
        says_so: lone.is_some_and(|told_in| told_in.said().is_some()),
        credit: told.credit.as_ref(),
        observed_at: told.tally.observed_at,
    };
    let keep = told.keep.filter(|_| is_plain && !GEO);
    kept_zone::add(keep, t, from, |t| one::<GEO>(t, told, lone))
}

/// `lone`: with the coordinates that it is told in.
fn one<const GEO: bool>(t: &mut Text, shown: &ZoneTold<'_>, lone: Option<ToldIn>) {
    let spec = &shown.zone.spec;
    let tally = &shown.tally;
    if GEO && spec.outline.is_empty() {
        geometry::open_point(t, shown.place_e7(), lone);
    } else if GEO {
        geometry::open_outline(t, &spec.outline, shown.told_in, lone);
    }
    t.raw("{\"zone\":")
        .word(&spec.id)
        .raw(",\"name\":")
        .string(&spec.name);
    t.raw(",\"kind\":")
        .word(spec.kind.name())
        .raw(",\"operator\":")
        .string(&spec.operator);
    if let Some(whole) = shown.part_of {
        t.raw(",\"part_of\":").word(whole);
    }
    geometry::lat_lon(t, shown.place_e7());
    if let Some(told_in) = lone.filter(|_| !GEO) {
        geometry::crs(t, told_in);
    }
    t.raw(",\"capacity\":").number(tally.capacity.into());
    by_kind(
        t,
        ",\"capacity_by_kind\":{",
        &tally.capacity_by_kind,
        |kind| tally.capacity_by_kind[kind as usize] > 0,
    );
    by_kind(t, ",\"vacant\":{", &tally.vacant, |kind| shown.shows(kind));
    t.raw(",\"occupied\":").number(tally.occupied.into());
    t.raw(",\"unknown\":").number(tally.unknown.into());
    t.raw(",\"closed\":").number(tally.closed.into());
    t.raw(",\"reserved\":").number(tally.reserved.into());
    t.raw(",\"counted\":").flag(!tally.ever_counted.is_empty());
    some_bays(t, shown, 0);
    t.raw(",\"occupancy\":");
    match tally.occupancy() {
        Some(share) => t.share(share),
        None => t.raw("null"),
    };
    let expected = expected(tally);
    t.raw(",\"vacant_expected\":")
        .rounded(expected.map(|e| e.0), 1);
    t.raw(",\"vacant_p10\":")
        .rounded(expected.map(|e| f64::from(e.1)), 0);
    t.raw(",\"vacant_p90\":")
        .rounded(expected.map(|e| f64::from(e.2)), 0);
    t.raw(",\"observed_at\":").time(tally.observed_at);
    t.raw(",\"stale\":").flag(tally.stale);
    t.raw(",\"known_fraction\":");
    match tally.known_fraction() {
        Some(share) => t.share(share),
        None => t.raw("null"),
    };
    pool(t, shown.pool.as_ref());
    if let Some(order) = &shown.order {
        t.raw(",\"order\":").word(order);
    }
    t.attribution(shown.credit.as_deref());
    areas(t, &shown.areas);
    t.raw(if GEO { "}}" } else { "}" });
}

/// Places that can be booked, where there are some on offer.
pub(super) fn pool(t: &mut Text, pool: Option<&OpenPool>) {
    let Some(pool) = pool else { return };
    let offer = &pool.offer;
    t.raw(",\"pool\":{\"offer\":").word(&offer.name);
    t.raw(",\"bays\":").number(pool.places.into());
    t.raw(",\"free\":").number(pool.free().into());
    let (per, cents) = match offer.price {
        Price::PerHour(cents) => (",\"price_cents_per_hour\":", cents),
        Price::PerStay(cents) => (",\"price_cents_per_stay\":", cents),
        Price::PerMonth(cents) => (",\"price_cents_per_month\":", cents),
    };
    t.raw(per).number(cents.into());
    t.raw(",\"currency\":").word(offer.currency.code());
    t.raw(",\"until\":").time(offer.until);
    t.raw(",\"book\":").word(BOOK).raw("}");
}

/// Areas and floors, for those that have some.
fn areas(t: &mut Text, all: &[ZoneTold<'_>]) {
    for (n, area) in all.iter().enumerate() {
        let tally = &area.tally;
        t.raw(if n > 0 { "," } else { ",\"areas\":[" });
        t.raw("{\"zone\":").word(&area.zone.spec.id);
        t.raw(",\"name\":").string(&area.zone.spec.name);
        t.raw(",\"capacity\":").number(tally.capacity.into());
        by_kind(t, ",\"vacant\":{", &tally.vacant, |kind| area.shows(kind));
        t.raw(",\"unknown\":").number(tally.unknown.into());
        t.raw(",\"closed\":").number(tally.closed.into());
        some_bays(t, area, 1);
        t.raw(",\"observed_at\":").time(tally.observed_at);
        t.raw(",\"stale\":").flag(tally.stale).raw("}");
    }
    t.raw(if all.is_empty() { "" } else { "]" });
}

/// Those of its bays that are told apart, where they are at least so many.
fn some_bays(t: &mut Text, shown: &ZoneTold<'_>, least: u32) {
    for subset in BaySubset::ALL {
        let told = shown.some_bays(subset);
        if let Some((vacant, capacity)) = told.filter(|told| told.1 >= least) {
            t.raw(",").word(subset.name()).raw(":{\"capacity\":");
            t.number(capacity.into()).raw(",\"vacant\":");
            t.number(vacant.into()).raw("}");
        }
    }
}

/// A member of numbers by kind of bay, for the kinds that are told.
fn by_kind(
    t: &mut Text,
    member: &'static str,
    numbers: &[u32; BayKind::COUNT],
    told: impl Fn(BayKind) -> bool,
) {
    t.raw(member);
    let mut comma = "";
    for kind in BayKind::ALL.into_iter().filter(|kind| told(*kind)) {
        t.raw(comma).word(kind.name()).raw(":");
        t.number(numbers[kind as usize].into());
        comma = ",";
    }
    t.raw("}");
}
