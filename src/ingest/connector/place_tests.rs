//! Coordinates against reference values and an independent formula.

use super::*;

/// 1 cm, in m.
const CM: f64 = 0.01;

fn off_m(crs: &str, (x, y): (f64, f64), (lon, lat): (f64, f64)) -> f64 {
    let place = Projection::named(crs).unwrap().place(x, y).unwrap();
    place.distance_m(LatLon { lat, lon })
}

#[test]
fn projected_places_are_within_a_centimetre_of_reference_values() {
    for (crs, from, to) in [
        (
            "EPSG:3414",
            (30_314.793_6, 31_490.494_2),
            (103.854_118_050, 1.301_063_272),
        ),
        (
            "svy21",
            (33_758.414_3, 33_695.519_8),
            (103.885_060_948, 1.321_004_290),
        ),
        (
            "EPSG:3414",
            (28_001.642, 38_744.572),
            (103.833_333_333, 1.366_666_667),
        ),
        (
            "EPSG:25832",
            (512_345.6, 5_403_210.9),
            (9.168_055_335, 48.781_775_684),
        ),
        (
            "urn:ogc:def:crs:EPSG::25832",
            (512_345.6, 5_403_210.9),
            (9.168_055_335, 48.781_775_684),
        ),
        (
            "EPSG:4326",
            (103.854_118, 1.301_063),
            (103.854_118, 1.301_063),
        ),
    ] {
        let off = off_m(crs, from, to);
        assert!(off < CM, "{crs} {from:?}: {off} m");
    }
}

#[test]
fn chinese_coordinates_are_the_domains() {
    let square = (121.4737, 31.2304);
    assert!(off_m("gcj02", (121.478_223_059, 31.228_457_738), square) < CM);
    assert!(off_m("BD-09", (121.484_781_469, 31.234_310_594), square) < CM);
}

#[test]
fn what_is_no_system_or_no_place_is_said() {
    for bad in ["", "EPSG:99999", "EPSG:", "utm", "EPSG:3414x"] {
        assert!(
            Projection::named(bad).is_err_and(|e| e.contains("crs")),
            "{bad:?}"
        );
    }
    let plain = Projection::default();
    assert!(
        plain
            .place(1.3, 103.8)
            .is_err_and(|e| e.contains("no place"))
    );
    assert!(plain.place(f64::NAN, 1.0).is_err());
    let svy21 = Projection::named("EPSG:3414").unwrap();
    assert!(svy21.place(1e300, 1e300).is_err());
}

#[test]
fn swapped_axes_land_far_from_the_city_and_the_hint_says_so() {
    let city = BBox::new(103.6, 1.2, 104.0, 1.5).unwrap();
    let singapore = LatLon {
        lat: 1.3,
        lon: 103.85,
    };
    assert_eq!(implausible(singapore, city), None);
    assert_eq!(
        implausible(
            LatLon {
                lat: 1.6,
                lon: 104.2
            },
            city
        ),
        None,
        "a suburb"
    );
    // UTM 48 with the axes the other way round.
    let x = Projection::named("EPSG:3414")
        .unwrap()
        .place(38_744.0, 28_001.0)
        .unwrap();
    assert_eq!(
        implausible(x, city),
        None,
        "SVY21 swapped stays within the island's surroundings"
    );
    let swapped = LatLon {
        lat: 13.85,
        lon: 1.3,
    };
    assert!(implausible(swapped, city).is_some_and(|e| e.contains("axes")));
    let berlin = BBox::new(13.1, 52.3, 13.8, 52.7).unwrap();
    let swapped = LatLon {
        lat: 13.4,
        lon: 52.5,
    };
    assert!(implausible(swapped, berlin).is_some_and(|e| e.contains("the other way round")));
}

/// The inverse transverse Mercator series of Snyder (1987), eq. 8-17 to 8-25: another way than the
/// crate's, good to millimetres this near to the central meridian.
#[allow(clippy::many_single_char_names, reason = "as the formula has them")]
fn by_snyder(x: f64, y: f64) -> LatLon {
    let a = 6_378_137.0_f64;
    let f = 1.0 / 298.257_223_563_f64;
    let e2: f64 = f * (2.0 - f);
    let ep2: f64 = e2 / (1.0 - e2);
    let lat0 = 1.366_666_666_666_67_f64.to_radians();
    let lon0 = 103.833_333_333_333_f64.to_radians();
    let arc = |phi: f64| {
        a * ((1.0 - e2 / 4.0 - 3.0 * e2.powi(2) / 64.0 - 5.0 * e2.powi(3) / 256.0) * phi
            - (3.0 * e2 / 8.0 + 3.0 * e2.powi(2) / 32.0 + 45.0 * e2.powi(3) / 1024.0)
                * (2.0 * phi).sin()
            + (15.0 * e2.powi(2) / 256.0 + 45.0 * e2.powi(3) / 1024.0) * (4.0 * phi).sin()
            - 35.0 * e2.powi(3) / 3072.0 * (6.0 * phi).sin())
    };
    let m = arc(lat0) + y - 38_744.572;
    let mu = m / (a * (1.0 - e2 / 4.0 - 3.0 * e2.powi(2) / 64.0 - 5.0 * e2.powi(3) / 256.0));
    let e1 = (1.0 - (1.0 - e2).sqrt()) / (1.0 + (1.0 - e2).sqrt());
    let phi1 = mu
        + (3.0 * e1 / 2.0 - 27.0 * e1.powi(3) / 32.0) * (2.0 * mu).sin()
        + (21.0 * e1.powi(2) / 16.0) * (4.0 * mu).sin()
        + (151.0 * e1.powi(3) / 96.0) * (6.0 * mu).sin();
    let c1 = ep2 * phi1.cos().powi(2);
    let t1 = phi1.tan().powi(2);
    let bulge = 1.0 - e2 * phi1.sin().powi(2);
    let n1 = a / bulge.sqrt();
    let r1 = a * (1.0 - e2) / bulge.powf(1.5);
    let d = (x - 28_001.642) / n1;
    let lat = phi1
        - n1 * phi1.tan() / r1
            * (d.powi(2) / 2.0
                - (5.0 + 3.0 * t1 + 10.0 * c1 - 4.0 * c1.powi(2) - 9.0 * ep2) * d.powi(4) / 24.0);
    let lon = lon0 + (d - (1.0 + 2.0 * t1 + c1) * d.powi(3) / 6.0) / phi1.cos();
    LatLon {
        lat: lat.to_degrees(),
        lon: lon.to_degrees(),
    }
}

#[test]
fn the_whole_island_is_within_a_centimetre_of_an_independent_formula() {
    let svy21 = Projection::named("EPSG:3414").unwrap();
    let mut worst: f64 = 0.0;
    for i in 0..50 {
        for j in 0..30 {
            let x = 2_000.0 + f64::from(i) * 1000.0;
            let y = 22_000.0 + f64::from(j) * 1000.0;
            worst = worst.max(svy21.place(x, y).unwrap().distance_m(by_snyder(x, y)));
        }
    }
    assert!(worst < CM, "{worst} m");
}

#[test]
fn every_public_car_park_of_singapore_is_within_a_centimetre_where_the_file_is_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let Ok(text) = std::fs::read_to_string(format!("{folder}/hdb-carpark-information.csv")) else {
        return;
    };
    let svy21 = Projection::named("EPSG:3414").unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let mut read = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let x = row[2].parse().unwrap();
        let y = row[3].parse().unwrap();
        let place = svy21.place(x, y).unwrap();
        let off = place.distance_m(by_snyder(x, y));
        assert!(off < CM, "{}: {off} m", &row[0]);
        read += 1;
    }
    assert!(read > 2000, "{read} car parks");
}
