//! CSV (RFC 4180) with a head, for spreadsheets: a row a bay or zone, nothing where nothing is known.
//!
//! What JSON says of a page and not of its rows is not in it: where to go on stands in the header
//! `Link`, ids that are none of ours simply have no row. A zone's vacant bays have a column each
//! kind.

use super::car_parks;
use super::geometry;
use super::told::{BOOK, SeenBay, expected};
use super::{
    AnswerKind, BayTold, Format, Lists, NearbyTold, Rendered, ZoneOfMany, ZoneTold, ZonesTold,
};
use crate::domain::{BayKind, BayView, Millis};
use crate::history::csv::field;
use crate::registry::city::City;
use crate::serve::formats::text::Text;
use crate::serve::told_in::ToldIn;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

pub(super) static FORMAT: Format = Format {
    name: "csv",
    media_type: "text/csv",
    content_type: "text/csv; charset=utf-8",
    lists: Lists::OneOf,
    nearby,
    bay,
    zones,
    zone,
    keeps: false,
    schema: |_: AnswerKind| {
        RefOr::from(Schema::from(ObjectBuilder::new().schema_type(Type::String)))
    },
};

/// What one row takes, roughly.
const ROW_BYTES: usize = 180;

/// The columns that bays have in every answer, behind its own.
const ATTRIBUTES: &str = "kind,accessible,ev_charging,price_cents_per_hour,max_height_cm,max_stay_min,\
     zone_kind,zone_name,offer,currency,book,attribution";

fn nearby(told: &NearbyTold<'_>) -> Vec<u8> {
    if !told.wanted.bays() {
        return car_parks::table(told);
    }
    let mut t = Text::with_capacity(256 + told.bays.len() * ROW_BYTES);
    t.raw(
        "bay,zone,lat,lon,distance_m,state,p_vacant,p_vacant_on_arrival,observed_at,source_kind,",
    );
    t.raw(ATTRIBUTES);
    geometry::end_of_head(&mut t, told.told_in);
    for (seen, distance_m) in &told.bays {
        let p = seen.p_vacant();
        place(&mut t, told.city, &seen.view, told.told_in);
        t.raw(",").tenths((*distance_m).into());
        t.raw(",vacant");
        share(&mut t, p);
        share(&mut t, told.p_vacant_on_arrival(seen));
        observed(&mut t, &seen.view);
        attributes(&mut t, told.city, seen);
        t.credited(told.credit(seen.view.zone).as_deref());
        geometry::end_of_row(&mut t, told.told_in);
    }
    t.0
}

fn bay(told: &BayTold<'_>) -> Vec<u8> {
    let mut t = Text::with_capacity(256 + ROW_BYTES);
    let seen = &told.seen;
    t.raw("bay,zone,lat,lon,at,state,reserved,p_vacant,claimed_state,why,observed_at,source_kind,");
    t.raw(ATTRIBUTES);
    geometry::end_of_head(&mut t, told.told_in);
    place(&mut t, told.city, &seen.view, told.told_in);
    time(&mut t, told.at);
    t.raw(",").raw(seen.state());
    t.raw(",").flag(seen.reserved);
    share(&mut t, seen.p_vacant());
    t.raw(",");
    t.raw(told.claimed_state().map_or("", |claimed| claimed.name()));
    t.raw(",").raw(told.why());
    observed(&mut t, &seen.view);
    attributes(&mut t, told.city, seen);
    t.credited(told.credit.as_deref());
    geometry::end_of_row(&mut t, told.told_in);
    t.0
}

/// A comma and a share; nothing where none is known.
fn share(t: &mut Text, p: Option<f64>) {
    t.raw(",");
    if let Some(p) = p {
        t.share(p);
    }
}

/// Id, zone and place.
fn place(t: &mut Text, city: &City, view: &BayView, told_in: ToldIn) {
    let (lat, lon) = told_in.place_e7(city.place_e7(view.bay));
    t.raw(&field(city.bay_id(view.bay)));
    t.raw(",").raw(&field(&city.zone(view.zone).spec.id));
    t.raw(",").e7(lat).raw(",").e7(lon);
}

/// When and by whom, if ever.
fn observed(t: &mut Text, view: &BayView) {
    time(t, view.observed_at);
    t.raw(",");
    if !view.observed_at.is_never() {
        t.raw(view.source_kind.name());
    }
}

/// What it is built for and allowed for, and whose it is.
fn attributes(t: &mut Text, city: &City, seen: &SeenBay) {
    let attrs = seen.attrs(city);
    t.raw(",").raw(attrs.kind.name());
    t.raw(",").flag(attrs.accessible);
    t.raw(",").flag(attrs.ev_charging);
    t.raw(",");
    if let Some(price) = attrs.price_cents_per_hour {
        t.number(price.into());
    }
    for limit in [u32::from(attrs.max_height_cm), attrs.max_stay_min] {
        t.raw(",");
        // How the registry writes "no limit".
        if limit != 0 {
            t.number(limit.into());
        }
    }
    let zone = &city.zone(seen.view.zone).spec;
    t.raw(",").raw(zone.kind.name());
    t.raw(",").raw(&field(&zone.name));
    match &seen.offer {
        Some(offer) => {
            t.raw(",").raw(&offer.name);
            t.raw(",").raw(offer.currency.code());
            t.raw(",").raw(BOOK);
        }
        None => drop(t.raw(",,,")),
    }
}

/// A comma and a time; nothing for never.
fn time(t: &mut Text, at: Millis) {
    t.raw(",");
    if !at.is_never() {
        t.0.extend_from_slice(&at.rfc3339());
    }
}

fn zones(told: &ZonesTold<'_>) -> Rendered {
    let zones = told.zones.iter().filter_map(|zone| match zone {
        ZoneOfMany::Told(told) => Some(&**told),
        ZoneOfMany::Kept(_) => None,
    });
    table(zones, told.told_in)
}

fn zone(told: &ZoneTold<'_>) -> Rendered {
    table(std::iter::once(told), told.told_in)
}

/// Nothing in it says when it was asked for, so all of it is steady.
fn table<'z>(zones: impl Iterator<Item = &'z ZoneTold<'z>>, told_in: ToldIn) -> Rendered {
    let rows = zones.size_hint().1.unwrap_or(0);
    let mut t = Text::with_capacity(256 + rows * ROW_BYTES);
    t.raw("zone,name,kind,operator,lat,lon,capacity");
    for kind in BayKind::NAMES {
        t.raw(",vacant_").raw(kind);
    }
    t.raw(",occupied,unknown,closed,reserved,occupancy,observed_at,stale,vacant_expected,vacant_p10,vacant_p90,known_fraction,");
    t.raw("attribution");
    geometry::end_of_head(&mut t, told_in);
    for told in zones {
        row(&mut t, told);
    }
    Rendered::steady(t.0)
}

fn row(t: &mut Text, told: &ZoneTold<'_>) {
    let spec = &told.zone.spec;
    let tally = &told.tally;
    let (lat, lon) = told.place_e7();
    t.raw(&field(&spec.id)).raw(",").raw(&field(&spec.name));
    t.raw(",").raw(spec.kind.name());
    t.raw(",").raw(&field(&spec.operator));
    t.raw(",").e7(lat).raw(",").e7(lon);
    t.raw(",").number(tally.capacity.into());
    for kind in BayKind::ALL {
        t.raw(",");
        if told.shows(kind) {
            t.number(tally.vacant[kind as usize].into());
        }
    }
    for n in [tally.occupied, tally.unknown, tally.closed, tally.reserved] {
        t.raw(",").number(n.into());
    }
    t.raw(",");
    if let Some(share) = tally.occupancy() {
        t.share(share);
    }
    time(t, tally.observed_at);
    t.raw(",").flag(tally.stale);
    match expected(tally) {
        Some((mean, low, high)) => {
            t.raw(",").rounded(Some(mean), 1);
            t.raw(",").number(low.into()).raw(",").number(high.into());
        }
        None => drop(t.raw(",,,")),
    }
    t.raw(",");
    if let Some(share) = tally.known_fraction() {
        t.share(share);
    }
    t.credited(told.credit.as_deref());
    geometry::end_of_row(t, told.told_in);
}
