//! Files and calls that give places as maps of mainland China have them.

use super::city::ZoneSpec;
use super::tests_files::CityFolder;
use super::*;
use crate::domain::LatLon;

/// People's Square, Shanghai.
const PLACE: LatLon = LatLon {
    lat: 31.2304,
    lon: 121.4737,
};

/// A collection of one feature there, in these coordinates, and more members before and after it.
fn square(crs: Crs, properties: &str, before: &str, after: &str) -> String {
    let LatLon { lat, lon } = crs.from_wgs84(PLACE);
    let feature = format!(
        r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{lon},{lat}]}},"properties":{properties}}}"#
    );
    format!(r#"{{"type":"FeatureCollection",{before}"features":[{feature}]{after}}}"#)
}

fn folder(crs: Crs, before: &str, after: &str) -> CityFolder {
    let folder = CityFolder::new(&[], &[]);
    let zones = square(crs, r#"{"id":"z"}"#, before, after);
    folder.put("zones.geojson", &zones);
    let bays = square(crs, r#"{"id":"b","zone":"z"}"#, before, after);
    folder.put("bays.geojson", &bays);
    folder
}

fn check(r: &Registry) {
    let city = r.city();
    let bay = city.place(r.bay("b").unwrap());
    let zone = city.zone(r.zone("z").unwrap()).spec.place;
    assert!(bay.distance_m(PLACE) < 0.02, "{bay:?}");
    assert!(zone.distance_m(PLACE) < 0.02, "{zone:?}");
}

#[test]
fn a_file_says_in_which_coordinates_it_is_wherever_it_says_so() {
    for crs in Crs::ALL {
        let member = format!(r#""crs":"{crs}""#);
        for folder in [
            folder(crs, &format!("{member},"), ""),
            folder(crs, "", &format!(",{member}")),
            // Where head and tail do not tell where the features are.
            folder(
                crs,
                "",
                &format!(r#","more":"{}",{member}"#, "x".repeat(70_000)),
            ),
        ] {
            check(&folder.open().unwrap());
        }
    }
    let old = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"#;
    check(&folder(Crs::Wgs84, old, "").open().unwrap());
}

#[test]
fn what_is_configured_counts_where_a_file_says_nothing_and_for_calls_too() {
    let reading = Reading {
        crs: Crs::Bd09,
        ..Reading::default()
    };
    let r = folder(Crs::Bd09, "", "").open_as(reading).unwrap();
    check(&r);
    assert_eq!(r.usual_crs(), Crs::Bd09);
    let said = r#""crs":"wgs84","#;
    check(&folder(Crs::Wgs84, said, "").open_as(reading).unwrap());
}

#[test]
fn a_call_says_in_which_coordinates_its_outline_is() {
    let ring: Vec<_> = [(0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.0)]
        .map(|(lat, lon)| LatLon {
            lat: PLACE.lat + lat,
            lon: PLACE.lon + lon,
        })
        .to_vec();
    let corners: Vec<_> = ring
        .iter()
        .map(|p| Crs::Gcj02.from_wgs84(*p))
        .map(|p| format!("[{},{}]", p.lon, p.lat))
        .collect();
    let text = format!(
        r#"{{"type":"Feature","crs":"gcj02","properties":{{"id":"z"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
        corners.join(",")
    );
    let zones: Vec<ZoneSpec> = geojson::parse_zones(text.as_bytes(), Crs::Wgs84).unwrap();
    for (got, want) in zones[0].outline[0][0].iter().zip(&ring) {
        assert!(got.distance_m(*want) < 0.001);
    }
    let bays = square(
        Crs::Bd09,
        r#"{"id":"b","zone":"z"}"#,
        r#""crs":"bd09","#,
        "",
    );
    let bays = geojson::parse_bays(bays.as_bytes(), Crs::Wgs84).unwrap();
    assert!(bays[0].place.distance_m(PLACE) < 0.001);
}

#[test]
fn coordinates_that_nobody_knows_are_a_fault_that_names_those_that_are() {
    let place = folder(Crs::Wgs84, r#""crs":"GCJ-02","#, "");
    let said = place.open().err().unwrap().0;
    assert!(
        said.contains("zones.geojson: unknown crs \"GCJ-02\"; known are wgs84, gcj02, bd09"),
        "{said}"
    );
    let text = square(Crs::Wgs84, "{}", r#""crs":7,"#, "");
    let said = geojson::parse_bays(text.as_bytes(), Crs::Wgs84)
        .unwrap_err()
        .0;
    assert!(
        said.starts_with("bays: crs is the number 7; give one of wgs84"),
        "{said}"
    );
}
