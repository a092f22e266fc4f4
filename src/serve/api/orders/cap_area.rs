//! Where an order is, in the words of CAP 1.2.
//!
//! Promises: nothing is located that everybody may not see; what is not seen is told by the ids that the
//! order names. CAP's polygons have no holes: that parts are excepted stands in `areaDesc`, for people, and
//! where they are in parameters `excepted`, for programs.

use super::seen::{OrderSpot, named, spots};
use crate::domain::order::Rings;
use crate::domain::{LatLon, Order, OrderTarget};
use crate::registry::city::{City, Zone};
use crate::serve::api::datex2::xml::Xml;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use ahash::AHashSet;
use std::fmt::Write as _;

/// Bays that an `areaDesc` names.
const NAMED: usize = 100;

/// Around a bay, and around a zone without an outline, km.
const BAY_KM: f64 = 0.01;
const ZONE_KM: f64 = 0.1;

/// What the outlines of holes are called.
const EXCEPTED: &str = "excepted";

/// An `area`.
pub(super) struct CapArea<'a> {
    name: String,
    rings: &'a [Rings],
    circles: Vec<String>,
    /// The id of the zone that it is.
    zone: Option<&'a str>,
}

impl<'a> CapArea<'a> {
    /// What has no place that may be told.
    fn named(name: String, zone: Option<&'a str>) -> Self {
        Self {
            name,
            rings: &[],
            circles: Vec::new(),
            zone,
        }
    }

    fn of_zone(zone: &'a Zone) -> Self {
        let spec = &zone.spec;
        let name = if spec.name.is_empty() {
            &spec.id
        } else {
            &spec.name
        };
        let around = || circle(spec.place, ZONE_KM);
        Self {
            name: name.clone(),
            rings: &spec.outline,
            circles: spec.outline.is_empty().then(around).into_iter().collect(),
            zone: Some(&spec.id),
        }
    }

    fn holes(&self) -> impl Iterator<Item = &'a Vec<LatLon>> + use<'a> {
        self.rings.iter().flat_map(|rings| rings.iter().skip(1))
    }

    /// With words for what is not part of it.
    fn told(&self) -> String {
        let name = &self.name;
        match self.holes().count() {
            0 => name.clone(),
            1 => format!("{name}, except one part within it"),
            many => format!("{name}, except {many} parts within it"),
        }
    }
}

/// Where an order is, as everybody may see it.
pub(super) fn areas<'a>(order: &'a Order, own: &'a ReadState, city: &'a City) -> Vec<CapArea<'a>> {
    let seen = spots(own, Sight::new(own, city, &Eyes::Public), &order.target);
    let zones = seen.iter().filter_map(|spot| match spot {
        OrderSpot::Zone(zone) => Some(city.zone(*zone)),
        OrderSpot::Bay(_) => None,
    });
    let circles = seen.iter().filter_map(|spot| match spot {
        OrderSpot::Bay(bay) => Some(circle(city.place(*bay), BAY_KM)),
        OrderSpot::Zone(_) => None,
    });
    match &order.target {
        OrderTarget::Area(parts) => vec![CapArea {
            rings: parts,
            ..CapArea::named("the area of the order".to_owned(), None)
        }],
        OrderTarget::Zones(ids) => {
            let told: AHashSet<&str> = zones.clone().map(|zone| &*zone.spec.id).collect();
            let hidden = ids.iter().filter(|id| !told.contains(&***id));
            let named = hidden.map(|id| CapArea::named(id.to_string(), Some(id)));
            zones.map(CapArea::of_zone).chain(named).collect()
        }
        OrderTarget::Bays(ids) => {
            // Of many only the zones are located; that there are others is told in any case.
            let bays = CapArea {
                circles: circles.collect(),
                ..CapArea::named(format!("bays {}", named(ids, NAMED)), None)
            };
            [bays]
                .into_iter()
                .chain(zones.map(CapArea::of_zone))
                .collect()
        }
    }
}

/// The last members of an `info`: what is excepted, then the areas.
pub(super) fn write_areas(x: &mut Xml<'_>, areas: &[CapArea<'_>]) {
    for hole in areas.iter().flat_map(CapArea::holes) {
        x.element("parameter", &[], |x| {
            x.raw("valueName", EXCEPTED);
            x.raw("value", &polygon(hole));
        });
    }
    for area in areas {
        x.element("area", &[], |x| {
            x.text("areaDesc", &area.told());
            for ring in area.rings.iter().filter_map(|rings| rings.first()) {
                x.raw("polygon", &polygon(ring));
            }
            for circle in &area.circles {
                x.raw("circle", circle);
            }
            if let Some(zone) = area.zone {
                x.element("geocode", &[], |x| {
                    x.text("valueName", "zone");
                    x.text("value", zone);
                });
            }
        });
    }
}

fn polygon(ring: &[LatLon]) -> String {
    let mut text = String::with_capacity(ring.len() * 22);
    for at in ring {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{:.6},{:.6}", at.lat, at.lon);
    }
    text
}

fn circle(at: LatLon, km: f64) -> String {
    format!("{:.6},{:.6} {km}", at.lat, at.lon)
}
