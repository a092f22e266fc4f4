//! The status: how full places are, and which spaces are occupied (`prk:ParkingStatusPublication`).
//!
//! Promises: what is stale has no occupancy and the status `unknown`; a place is full only where
//! nothing is vacant and nothing unknown; a space that is unknown or closed is left out, since the
//! standard has but occupied or not.

use super::table::TABLE;
use super::which::Which;
use super::xml::Xml;
use super::{DatexState, begin};
use crate::domain::{BayIx, BayStatus, Millis, ZoneIx};
use crate::registry::city::City;
use crate::serve::feed::CityFeed;
use crate::serve::formats::text::Text;
use crate::serve::formats::{BaysTold, SeenBay, ZoneTold};
use crate::serve::http::error::ApiError;
use crate::serve::sight::{Eyes, Sight};
use std::sync::Arc;

/// Taken shares from here on are almost full, in thousandths.
const ALMOST_FULL: u64 = 900;

/// What is told of.
pub(super) enum StatusRow {
    Place {
        zone: ZoneIx,
        observed: Millis,
        opening: &'static str,
        /// `None` while nothing is known.
        occupancy: Option<BaysTold>,
        status: Option<&'static str>,
    },
    Space {
        bay: BayIx,
        observed: Millis,
        occupied: bool,
    },
}

/// The share of what is known that is taken, in thousandths, rounded to the nearest.
fn taken(bays: &BaysTold) -> Option<u64> {
    let (taken, known) = bays.taken_of_known()?;
    Some((taken * 1000 + known / 2) / known)
}

/// The word of the standard for how full a place is.
fn status_of(bays: &BaysTold) -> Option<&'static str> {
    if bays.in_service == Some(0) {
        return None;
    }
    let is_almost = taken(bays).is_some_and(|taken| taken >= ALMOST_FULL);
    Some(match (bays.vacant, bays.is_full(), is_almost) {
        (None, ..) => "unknown",
        // Of a place without a size nobody knows how much is left of it.
        (Some(0), false, _) if bays.in_service.is_none() => "unknown",
        (_, true, _) => "full",
        (_, false, true) => "almostFull",
        (_, false, false) => "spacesAvailable",
    })
}

impl StatusRow {
    fn place(zone: ZoneIx, told: &ZoneTold<'_>) -> Self {
        let tally = &told.tally;
        let bays = told.known_bays();
        let is_live = told.is_live();
        let status = if is_live {
            status_of(&bays)
        } else {
            Some("unknown")
        };
        Self::Place {
            zone,
            observed: tally.observed_at,
            opening: match (is_live, bays.is_closed) {
                (false, _) => "statusUnknown",
                (true, true) => "temporarilyClosed",
                (true, false) => "open",
            },
            occupancy: is_live.then_some(bays),
            status,
        }
    }

    /// `None` for one of which nothing can be said there.
    fn space((bay, seen): (BayIx, SeenBay)) -> Option<Self> {
        let occupied = match seen.view.status {
            BayStatus::Vacant => seen.reserved,
            BayStatus::Occupied => true,
            // By its owner's word.
            BayStatus::Unknown if seen.as_offered => false,
            BayStatus::Unknown | BayStatus::Closed => return None,
        };
        Some(Self::Space {
            bay,
            observed: seen.view.observed_at,
            occupied,
        })
    }
}

/// The publication.
pub(super) fn feed(
    own: &Arc<DatexState>,
    which: &Which,
    now: Millis,
) -> Result<CityFeed<StatusRow>, ApiError> {
    let city = Arc::clone(&own.reads.registry.city());
    let atlas = own.reads.atlases.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let mut rows = Vec::new();
    for (zone, told) in which.zones(sight, &atlas)? {
        rows.push(StatusRow::place(zone, &told));
        rows.extend(which.bays(sight, zone).filter_map(StatusRow::space));
    }
    let datex_state = own.clone();
    let head = move |_| {
        let mut t = begin(&datex_state, "prk:ParkingStatusPublication", now);
        let target = [("targetClass", "prk:ParkingTable"), ("id", TABLE)];
        Xml::on(&mut t).empty("prk:parkingTableReference", &target);
        t.0
    };
    Ok(CityFeed {
        head: Box::new(head),
        rows,
        between: "\n",
        tail: "</d2:payload>",
        write: Box::new(move |t, row| write(t, &city, row)),
        none_is_nothing: true,
    })
}

fn write(t: &mut Text, city: &City, row: &StatusRow) {
    const NAME: &str = "prk:parkingStatusInformation";
    let mut x = Xml::on(t);
    match row {
        StatusRow::Place {
            zone,
            observed,
            opening,
            occupancy,
            status,
        } => {
            x.element(NAME, &[("xsi:type", "prk:PlaceStatus")], |x| {
                of(x, &city.zone(*zone).spec.id, *observed);
                x.raw("fac:openingStatus", opening);
                if let Some(occupancy) = occupancy {
                    told(x, occupancy);
                }
                if let Some(status) = status {
                    x.raw("prk:status", status);
                }
            });
        }
        StatusRow::Space {
            bay,
            observed,
            occupied,
        } => {
            x.element(NAME, &[("xsi:type", "prk:SpaceStatus")], |x| {
                of(x, city.bay_id(*bay), *observed);
                x.raw("prk:occupied", if *occupied { "true" } else { "false" });
            });
        }
    }
}

/// Of what it is, and when that was observed.
fn of(x: &mut Xml<'_>, id: &str, observed: Millis) {
    let target = [("targetClass", "fac:FacilityObject"), ("id", id)];
    x.empty("fac:reference", &target);
    if !observed.is_never() {
        x.raw("fac:lastUpdated", &observed.to_string());
    }
}

fn told(x: &mut Xml<'_>, occupancy: &BaysTold) {
    let is_told = occupancy.vacant.is_some() || occupancy.in_service.is_some();
    if !is_told {
        return;
    }
    if occupancy.unknown > 0 {
        x.raw("prk:blurredAvailability", "true");
    }
    x.element("prk:occupancy", &[], |x| {
        if let Some(in_service) = occupancy.in_service {
            x.number("prk:numberOfSpacesOverride", in_service);
        }
        if let Some(vacant) = occupancy.vacant {
            x.number("prk:numberOfVacantSpaces", vacant);
        }
        if let Some(occupied) = occupancy.occupied {
            x.number("prk:numberOfOccupiedSpaces", occupied);
        }
        if let Some(taken) = taken(occupancy) {
            x.raw("prk:occupancy", &format!("{}.{}", taken / 10, taken % 10));
        }
    });
}
