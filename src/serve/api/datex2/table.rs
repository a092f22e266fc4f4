//! The table: what places and spaces there are (`prk:ParkingTablePublication`).

use super::which::Which;
use super::xml::Xml;
use super::{DatexState, begin};
use crate::domain::{BayIx, Millis, SourceKind, ZoneIx, ZoneKind};
use crate::registry::city::{BayAttrs, City, Polygon};
use crate::serve::feed::CityFeed;
use crate::serve::formats::text::Text;
use crate::serve::formats::{SeenBay, ZoneTold, beside};
use crate::serve::http::error::ApiError;
use crate::serve::sight::{Eyes, Sight};
use std::sync::Arc;

/// The table's id: there is one.
pub(super) const TABLE: &str = "parking-table";

/// Where a place or space is.
const LOCATION: &str = "fac:locationReference";

/// What is told of.
pub(super) enum TableRow {
    Place {
        zone: ZoneIx,
        /// `None`: nobody says how many.
        capacity: Option<u32>,
    },
    Space {
        bay: BayIx,
        parent: ZoneIx,
        attrs: BayAttrs,
        detection: Option<&'static str>,
    },
}

impl TableRow {
    fn place(zone: ZoneIx, told: &ZoneTold<'_>) -> Self {
        let capacity = told.known_bays().capacity;
        Self::Place { zone, capacity }
    }

    fn space((bay, seen): (BayIx, SeenBay), parent: ZoneIx, city: &City) -> Self {
        let by = match seen.view.source_kind {
            SourceKind::Sensor => "spaceSensor",
            SourceKind::App | SourceKind::Booking => "userDeclaration",
            SourceKind::Gate => "balancing",
        };
        Self::Space {
            bay,
            parent,
            attrs: seen.attrs(city),
            detection: (!seen.view.observed_at.is_never()).then_some(by),
        }
    }
}

/// The publication.
pub(super) fn feed(
    own: &Arc<DatexState>,
    which: &Which,
    now: Millis,
) -> Result<CityFeed<TableRow>, ApiError> {
    let city = Arc::clone(&own.reads.registry.city());
    let atlas = own.reads.atlases.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let mut rows = Vec::new();
    for (zone, told) in which.zones(sight, &atlas)? {
        rows.push(TableRow::place(zone, &told));
        let bays = which.bays(sight, zone);
        rows.extend(bays.map(|seen| TableRow::space(seen, zone, &city)));
    }
    let datex_state = own.clone();
    let head = move |since: Millis| {
        let mut t = begin(&datex_state, "prk:ParkingTablePublication", now);
        let mut x = Xml::on(&mut t);
        let since = since.to_string();
        x.open("prk:parkingTable", &[("id", TABLE), ("version", &since)]);
        x.raw("prk:versionTime", &since);
        t.0
    };
    let language = own.publisher.language.clone();
    Ok(CityFeed {
        head: Box::new(head),
        rows,
        between: "\n",
        tail: "</prk:parkingTable></d2:payload>",
        write: Box::new(move |t, row| write(t, &city, row, &language)),
        none_is_nothing: true,
    })
}

/// A version is the hash of what is told: another text is another version.
fn write(t: &mut Text, city: &City, row: &TableRow, language: &str) {
    let mut inner = Text::with_capacity(1024);
    let mut x = Xml::on(&mut inner);
    let (of_type, id) = match row {
        TableRow::Place { zone, capacity } => {
            place(&mut x, city, *zone, *capacity, language);
            ("prk:Place", &*city.zone(*zone).spec.id)
        }
        TableRow::Space {
            bay,
            parent,
            attrs,
            detection,
        } => {
            let parent = &city.zone(*parent).spec.id;
            let place_e7 = city.place_e7(*bay);
            space(&mut x, parent, place_e7, attrs, *detection);
            ("prk:Space", city.bay_id(*bay))
        }
    };
    let version = ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(&inner.0);
    let version = format!("{version:016x}");
    let attributes = [("xsi:type", of_type), ("id", id), ("version", &version)];
    Xml::on(t).open("prk:hierarchyElementGeneral", &attributes);
    t.0.extend_from_slice(&inner.0);
    t.raw("</prk:hierarchyElementGeneral>");
}

fn place(x: &mut Xml<'_>, city: &City, zone: ZoneIx, capacity: Option<u32>, language: &str) {
    let spec = &city.zone(zone).spec;
    x.named("fac:name", &spec.name, language);
    let updated = city.zone(zone).dates.updated;
    if !updated.is_never() {
        x.raw("fac:lastUpdated", &updated.to_string());
    }
    if spec.outline.is_empty() {
        point(x, LOCATION, spec.place.e7());
    } else {
        area(x, LOCATION, &spec.outline, Some(spec.place.e7()));
    }
    if !spec.operator.is_empty() {
        let attributes = [
            ("xsi:type", "fac:OrganisationSpecification"),
            ("id", &*spec.operator),
            ("version", "1"),
        ];
        x.element("fac:operator", &attributes, |x| {
            x.named("fac:name", &spec.operator, language);
            x.element("fac:organisationUnit", &[], |x| {
                x.named("fac:name", &spec.operator, language);
            });
        });
    }
    x.raw("prk:layer", "0");
    x.raw("prk:type", "place");
    if let Some(capacity) = capacity {
        x.element("prk:supply", &[], |x| {
            x.number("prk:quantity", capacity);
            x.raw("prk:viewType", "spaceView");
        });
    }
    x.element("prk:commonComponents", &[], |x| {
        x.element("prk:characteristics", &[], |x| {
            let structure = match spec.kind {
                ZoneKind::OnStreet => "onStreet",
                ZoneKind::OffStreet | ZoneKind::Private => "offStreetSurface",
            };
            let is_open = spec.kind != ZoneKind::Private;
            x.raw("prk:structureType", structure);
            x.raw("prk:openToPublic", if is_open { "true" } else { "false" });
            if let Some(capacity) = capacity {
                x.number("prk:spacesTotal", capacity);
            }
        });
    });
}

fn space(
    x: &mut Xml<'_>,
    parent: &str,
    place_e7: (i32, i32),
    attrs: &BayAttrs,
    detection: Option<&str>,
) {
    if attrs.accessible {
        x.raw("fac:accessibility", "disabilityAccessible");
    }
    point(x, LOCATION, place_e7);
    x.raw("prk:layer", "1");
    x.raw("prk:type", "space");
    let target = [("targetClass", "fac:FacilityObject"), ("id", parent)];
    x.empty("prk:parentId", &target);
    if detection.is_none() && attrs.max_stay_min == 0 && attrs.max_height_cm == 0 {
        return;
    }
    x.element("prk:additionalCharacteristics", &[], |x| {
        if let Some(detection) = detection {
            x.raw("prk:occupancyDetection", detection);
        }
        if attrs.max_stay_min > 0 {
            let seconds = u64::from(attrs.max_stay_min) * 60;
            x.element("prk:assignment", &[], |x| {
                x.raw("prk:maximumParkingDuration", &seconds.to_string());
            });
        }
        if attrs.max_height_cm > 0 {
            let metres = f64::from(attrs.max_height_cm) / 100.0;
            x.element("prk:maximumParkingSpaceDimension", &[], |x| {
                x.raw("fac:height", &metres.to_string());
            });
        }
    });
}

/// Degrees as text.
fn degrees(e7: i32) -> String {
    let mut t = Text::with_capacity(12);
    t.e7(e7);
    String::from_utf8(t.0).unwrap_or_default()
}

fn coordinates(x: &mut Xml<'_>, name: &'static str, (lat, lon): (i32, i32)) {
    x.element(name, &[], |x| {
        x.raw("loc:latitude", &degrees(lat));
        x.raw("loc:longitude", &degrees(lon));
    });
}

/// A point, as a location of that name.
pub(super) fn point(x: &mut Xml<'_>, name: &'static str, place_e7: (i32, i32)) {
    let of_type = [("xsi:type", "loc:PointLocation")];
    x.element(name, &of_type, |x| {
        x.element("loc:pointByCoordinates", &[], |x| {
            coordinates(x, "loc:pointCoordinates", place_e7);
        });
    });
}

/// An area, as a location of that name.
pub(super) fn area(
    x: &mut Xml<'_>,
    name: &'static str,
    outline: &[Polygon],
    shown_at: Option<(i32, i32)>,
) {
    let of_type = [("xsi:type", "loc:AreaLocation")];
    x.element(name, &of_type, |x| {
        if let Some(shown_at) = shown_at {
            coordinates(x, "loc:coordinatesForDisplay", shown_at);
        }
        x.element("loc:gmlMultiPolygon", &[], |x| {
            for rings in outline {
                x.element("loc:gmlPolygon", &[], |x| {
                    for (n, ring) in rings.iter().enumerate() {
                        let name = if n == 0 {
                            "loc:exterior"
                        } else {
                            "loc:interior"
                        };
                        x.element(name, &[("srsName", "EPSG:4326")], |x| {
                            let first = ring.first().map_or(0, |corner| corner.e7().1);
                            let mut corners = Text::with_capacity(ring.len() * 24);
                            for (n, corner) in ring.iter().enumerate() {
                                let (lat, lon) = corner.e7();
                                corners.raw(if n > 0 { " " } else { "" });
                                corners.e7(lat).raw(" ").e7(beside(lon, first));
                            }
                            x.raw("loc:posList", &String::from_utf8_lossy(&corners.0));
                        });
                    }
                });
            }
        });
    });
}
