//! Zones: one, or a page of the feed.

use super::text::Text;
use crate::domain::{BayKind, Millis, ZoneTally};
use crate::registry::city::Zone;
use crate::serve::http::negotiate::Format;

/// What one zone takes, roughly; names may be longer.
const ZONE_BYTES: usize = 360;

/// A zone and what to show of it.
pub(in crate::serve) struct Shown<'c> {
    pub(in crate::serve) zone: &'c Zone,
    pub(in crate::serve) tally: ZoneTally,
    /// Bit `k` is set when the zone has bays of kind `k`. None for one that is only counted.
    pub(in crate::serve) kinds: u8,
}

/// A body, and where in it the part begins that changes only with the data (for the ETag).
pub(in crate::serve) struct Rendered {
    pub(in crate::serve) body: Vec<u8>,
    pub(in crate::serve) steady_from: usize,
}

/// One page of the feed. `unknown`: ids that were asked for and are none of ours.
pub(in crate::serve) fn zone_list(
    zones: &[Shown<'_>],
    unknown: Option<&[&str]>,
    next: Option<&str>,
    at: Millis,
    format: Format,
) -> Rendered {
    let mut t = Text::with_capacity(160 + zones.len() * ZONE_BYTES);
    t.raw(match format {
        Format::Json => "{\"at\":",
        Format::GeoJson => "{\"type\":\"FeatureCollection\",\"at\":",
    });
    t.time(at);
    let steady_from = t.0.len();
    let newest = zones
        .iter()
        .map(|z| z.tally.observed_at)
        .max()
        .unwrap_or(Millis::NEVER);
    t.raw(",\"last_updated\":")
        .time(newest)
        .raw(",\"ttl\":1,\"next\":");
    match next {
        Some(cursor) => t.word(cursor),
        None => t.raw("null"),
    };
    if let Some(unknown) = unknown {
        t.raw(",\"unknown\":[");
        for (n, id) in unknown.iter().enumerate() {
            t.raw(if n > 0 { "," } else { "" }).string(id);
        }
        t.raw("]");
    }
    t.raw(match format {
        Format::Json => ",\"zones\":[",
        Format::GeoJson => ",\"features\":[",
    });
    for (n, zone) in zones.iter().enumerate() {
        if n > 0 {
            t.raw(",");
        }
        one(&mut t, zone, format);
    }
    t.raw("]}");
    Rendered {
        body: t.0,
        steady_from,
    }
}

/// One zone alone.
pub(in crate::serve) fn zone_one(zone: &Shown<'_>, format: Format) -> Rendered {
    let mut t = Text::with_capacity(ZONE_BYTES + 64);
    one(&mut t, zone, format);
    Rendered {
        body: t.0,
        steady_from: 0,
    }
}

fn one(t: &mut Text, shown: &Shown<'_>, format: Format) {
    let spec = &shown.zone.spec;
    let tally = &shown.tally;
    let lat = (spec.place.lat * 1e7).round() as i32;
    let lon = (spec.place.lon * 1e7).round() as i32;
    if format == Format::GeoJson {
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
    t.raw(",\"vacant\":{");
    let mut first = true;
    for kind in BayKind::ALL {
        if kinds_shown(shown) & (1 << kind as u8) != 0 {
            t.raw(if first { "" } else { "," })
                .word(kind.name())
                .raw(":");
            t.number(tally.vacant[kind as usize].into());
            first = false;
        }
    }
    t.raw("},\"occupied\":").number(tally.occupied.into());
    t.raw(",\"unknown\":").number(tally.unknown.into());
    t.raw(",\"closed\":").number(tally.closed.into());
    t.raw(",\"reserved\":").number(tally.reserved.into());
    t.raw(",\"occupancy\":");
    match tally.occupancy() {
        Some(share) => t.share(share),
        None => t.raw("null"),
    };
    t.raw(",\"observed_at\":").time(tally.observed_at);
    t.raw(",\"stale\":").flag(tally.stale);
    t.raw(if format == Format::GeoJson { "}}" } else { "}" });
}

/// The kinds to show a vacant count of: those the zone has bays of, and any that was counted. A
/// zone without bays whose count is zero shows `car`, so that "full" does not look like "not
/// counted".
fn kinds_shown(shown: &Shown<'_>) -> u8 {
    let counted = shown
        .tally
        .vacant
        .iter()
        .enumerate()
        .fold(0_u8, |mask, (k, n)| mask | u8::from(*n > 0) << k);
    match shown.kinds | counted {
        0 if !shown.tally.observed_at.is_never() => 1 << BayKind::Car as u8,
        mask => mask,
    }
}
