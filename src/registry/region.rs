//! Where a city lies, and what is said of a zone that cannot be part of it: a zone without bays has
//! nothing else to be held against.
//!
//! Promises: a box that is configured decides alone. Without one nothing is said of fewer than
//! [`FEWEST`] zones, and then only of one that is farther from the middle of all than [`FAR_M`] and
//! than [`TIMES`] what half of them are, and would not be with its axes swapped: a hub may serve two
//! cities, and the parts of a country's registry are no strays. Pure.

use super::reach::wrapped;
use crate::domain::{BBox, LatLon};

/// Fewer zones have no middle.
const FEWEST: usize = 3;

/// Nearer than this to the middle nothing is a stray, metres.
const FAR_M: f64 = 200_000.0;

/// Nor what is nearer than so many times the median distance.
const TIMES: f64 = 10.0;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Region {
    Unknown,
    Box(BBox),
    Around { middle: LatLon, most_m: f64 },
}

impl Region {
    /// The box, or else what the places of the city's zones say.
    pub(super) fn of(bbox: Option<BBox>, places: impl Iterator<Item = LatLon>) -> Self {
        if let Some(bbox) = bbox {
            return Self::Box(bbox);
        }
        let places: Vec<LatLon> = places.collect();
        if places.len() < FEWEST {
            return Self::Unknown;
        }
        let middle = LatLon {
            lat: median(places.iter().map(|p| p.lat)),
            lon: median_lon(&places),
        };
        let usual_m = median(places.iter().map(|p| p.distance_m(middle)));
        Self::Around {
            middle,
            most_m: FAR_M.max(TIMES * usual_m),
        }
    }

    /// What is wrong with a zone's place, if anything.
    pub(super) fn stray(&self, place: LatLon) -> Option<String> {
        if self.takes(place) {
            return None;
        }
        let swapped = LatLon::new(place.lon, place.lat).is_some_and(|p| self.takes(p));
        let swapped = if swapped {
            "; longitude and latitude look swapped: GeoJSON gives longitude first"
        } else {
            ""
        };
        match self {
            Self::Unknown => None,
            // Another city.
            Self::Around { .. } if swapped.is_empty() => None,
            Self::Box(bbox) => Some(format!(
                "lies {:.1} km outside the city's box, [registry] box = [{}, {}, {}, {}]{swapped}",
                to_box_m(place, bbox) / 1_000.0,
                bbox.west,
                bbox.south,
                bbox.east,
                bbox.north
            )),
            Self::Around { middle, most_m } => Some(format!(
                "lies {:.0} km from the middle of all zones (longitude {:.4}, latitude {:.4}), and \
                 {:.0} km is the most{swapped}; a city that is larger needs [registry] box = \
                 [west, south, east, north]",
                place.distance_m(*middle) / 1_000.0,
                middle.lon,
                middle.lat,
                most_m / 1_000.0
            )),
        }
    }

    fn takes(&self, place: LatLon) -> bool {
        match self {
            Self::Unknown => true,
            Self::Box(bbox) => bbox.contains(place),
            Self::Around { middle, most_m } => place.distance_m(*middle) <= *most_m,
        }
    }
}

/// From a place outside to the nearest of a box, metres.
fn to_box_m(place: LatLon, bbox: &BBox) -> f64 {
    let width = (bbox.east - bbox.west).rem_euclid(360.0);
    let east = (place.lon - bbox.west).rem_euclid(360.0);
    let lon = if east <= width {
        place.lon
    } else if east - width < 360.0 - east {
        bbox.east
    } else {
        bbox.west
    };
    let lat = place.lat.clamp(bbox.south, bbox.north);
    place.distance_m(LatLon { lat, lon })
}

/// The upper one of two; 0 of none.
fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    if all.is_empty() {
        return 0.0;
    }
    let half = all.len() / 2;
    *all.select_nth_unstable_by(half, f64::total_cmp).1
}

/// The same of longitudes, wherever they are cut.
fn median_lon(places: &[LatLon]) -> f64 {
    let seen_from =
        |from: f64| wrapped(from + median(places.iter().map(|p| wrapped(p.lon - from))));
    // As seen from a stray the city may be torn apart, but then the median is one of its edges.
    let first = places.first().map_or(0.0, |p| p.lon);
    seen_from(seen_from(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> LatLon {
        LatLon { lat, lon }
    }

    fn around(places: &[LatLon]) -> Region {
        Region::of(None, places.iter().copied())
    }

    #[test]
    fn a_zone_on_another_continent_is_told_how_far_and_that_it_looks_swapped() {
        let london = [
            at(51.5, -0.12),
            at(51.51, -0.1),
            at(-0.11, 51.49),
            at(51.48, -0.13),
        ];
        let region = around(&london);
        let said = region.stray(london[2]).unwrap();
        assert!(
            said.starts_with("lies 7") && said.contains("look swapped") && said.contains("200 km"),
            "{said}"
        );
        assert_eq!(region.stray(at(48.85, 2.35)), None, "another city: Paris");
        assert_eq!(region.stray(at(52.2, 0.12)), None, "Cambridge, 80 km");
    }

    #[test]
    fn of_fewer_than_three_zones_nothing_is_said() {
        assert_eq!(around(&[at(51.5, -0.12), at(-0.12, 51.5)]), Region::Unknown);
        assert_eq!(Region::Unknown.stray(at(0.0, 0.0)), None);
    }

    #[test]
    fn a_whole_countrys_zones_are_no_strays() {
        let germany = [
            at(52.5, 13.4),
            at(48.1, 11.6),
            at(53.6, 10.0),
            at(50.9, 7.0),
            at(50.1, 8.7),
            at(47.7, 9.2),
        ];
        let region = around(&germany);
        assert!(germany.iter().all(|p| region.stray(*p).is_none()));
        assert!(
            region
                .stray(at(13.4, 52.5))
                .unwrap()
                .contains("look swapped")
        );
    }

    #[test]
    fn a_box_decides_alone_and_may_cross_the_180th_meridian() {
        let fiji = BBox::new(176.0, -20.0, -178.0, -15.0).unwrap();
        let region = Region::of(Some(fiji), std::iter::empty());
        for inside in [at(-17.0, 177.0), at(-17.0, 180.0), at(-17.0, -179.0)] {
            assert_eq!(region.stray(inside), None);
        }
        let said = region.stray(at(-17.0, -177.0)).unwrap();
        assert!(
            said.starts_with("lies 106.3 km outside the city's box, [registry] box = [176, -20,"),
            "{said}"
        );
        assert!(region.stray(at(-17.0, 175.0)).unwrap().contains("106.3 km"));
        assert!(region.stray(at(-21.0, 178.0)).unwrap().contains("111.2 km"));
    }

    proptest! {
        /// The first of the zones may be the stray, and lie opposite of the city.
        #[test]
        fn the_middle_lies_in_the_city_wherever_that_is(
            lat in -80.0..80.0_f64, lon in -180.0..180.0_f64, stray in -180.0..180.0_f64, first in any::<bool>()
        ) {
            let mut places: Vec<_> =
                (0..9).map(|i| at(lat + f64::from(i % 3) / 100.0, wrapped(lon + f64::from(i / 3) / 100.0))).collect();
            places.insert(if first { 0 } else { 9 }, at(0.0, wrapped(lon + stray)));
            let Region::Around { middle, most_m } = around(&places) else { panic!("no middle") };
            prop_assert!(middle.distance_m(at(lat, lon)) < 5_000.0 && most_m <= 200_001.0, "{middle:?}");
        }
    }
}
