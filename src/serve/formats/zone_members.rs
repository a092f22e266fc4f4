//! Zones as JSON members, for JSON and GeoJSON alike: one, or a page of the feed. `GEO`: each is a
//! feature, its members are properties.

use super::text::Text;
use super::told::{Rendered, ZoneTold, ZonesTold, expected};
use crate::domain::{BayKind, Millis};

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
        .map(|z| z.tally.observed_at)
        .max()
        .unwrap_or(Millis::NEVER);
    t.raw(",\"last_updated\":")
        .time(newest)
        .raw(",\"ttl\":1,\"next\":");
    match told.next {
        Some(cursor) => t.word(cursor),
        None => t.raw("null"),
    };
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
    for (n, zone) in told.zones.iter().enumerate() {
        if n > 0 {
            t.raw(",");
        }
        one::<GEO>(&mut t, zone);
    }
    t.raw("]}");
    Rendered {
        body: t.0,
        steady_from,
    }
}

/// One zone alone.
pub(super) fn zone<const GEO: bool>(told: &ZoneTold<'_>) -> Rendered {
    let mut t = Text::with_capacity(ZONE_BYTES + 64);
    one::<GEO>(&mut t, told);
    Rendered {
        body: t.0,
        steady_from: 0,
    }
}

fn one<const GEO: bool>(t: &mut Text, shown: &ZoneTold<'_>) {
    let spec = &shown.zone.spec;
    let tally = &shown.tally;
    let lat = (spec.place.lat * 1e7).round() as i32;
    let lon = (spec.place.lon * 1e7).round() as i32;
    if GEO {
        t.raw("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[");
        t.e7(lon).raw(",").e7(lat).raw("]},\"properties\":");
    }
    t.raw("{\"zone\":")
        .word(&spec.id)
        .raw(",\"name\":")
        .string(&spec.name);
    t.raw(",\"kind\":")
        .word(spec.kind.name())
        .raw(",\"operator\":")
        .string(&spec.operator);
    t.raw(",\"lat\":").e7(lat).raw(",\"lon\":").e7(lon);
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
    t.raw(",\"accessible\":{\"capacity\":")
        .number(tally.accessible.into());
    t.raw(",\"vacant\":")
        .number(tally.accessible_vacant.into())
        .raw("}");
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
    t.raw(if GEO { "}}" } else { "}" });
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
