//! Known places come out as they are known, what lies outside stays, and there and back is nothing.

use super::*;
use proptest::prelude::*;

fn at(lon: f64, lat: f64) -> LatLon {
    LatLon { lat, lon }
}

#[test]
fn known_places_come_out_as_other_programs_have_them() {
    let near = |got: LatLon, (lon, lat): (f64, f64), within: f64| {
        assert!(
            (got.lon - lon).abs() < within && (got.lat - lat).abs() < within,
            "{got:?}, not {lon} {lat}"
        );
    };
    for (wgs84, gcj02, bd09, within) in [
        (
            (121.4737, 31.2304),
            (121.478_223_059, 31.228_457_738),
            (121.484_781_469, 31.234_310_594),
            1e-9,
        ),
        (
            (121.4998, 31.2397),
            (121.504_232_754, 31.237_686_003),
            (121.510_841_997, 31.243_334_988),
            1e-9,
        ),
        (
            (121.397, 31.623),
            (121.401_685_26, 31.621_258_69),
            (121.408_223_99, 31.627_104_76),
            1e-8,
        ),
        (
            (116.3913, 39.9075),
            (116.397_541_182, 39.908_901_276),
            (116.403_913_944, 39.915_244_664),
            1e-9,
        ),
        (
            (114.0579, 22.5431),
            (114.063_013_999, 22.540_382_814),
            (114.069_563_987, 22.546_041_559),
            1e-9,
        ),
    ] {
        let place = at(wgs84.0, wgs84.1);
        near(Crs::Gcj02.from_wgs84(place), gcj02, within);
        near(Crs::Bd09.from_wgs84(place), bd09, within);
        near(
            Crs::Gcj02.to_wgs84(at(gcj02.0, gcj02.1)),
            wgs84,
            5.0 * within,
        );
        near(Crs::Bd09.to_wgs84(at(bd09.0, bd09.1)), wgs84, 5.0 * within);
    }
    let published = Crs::Gcj02.from_wgs84(at(116.404, 39.915));
    near(
        published,
        (116.410_244_499_169_38, 39.916_404_281_501_64),
        1e-13,
    );
}

#[test]
fn the_mainland_hong_kong_and_macao_are_moved() {
    for (name, lon, lat) in [
        ("Shanghai", 121.47, 31.23),
        ("Chongming", 121.4, 31.62),
        ("Shengsi", 122.45, 30.72),
        ("Beijing", 116.39, 39.91),
        ("Harbin", 126.63, 45.75),
        ("Heihe", 127.5, 50.245),
        ("Mohe", 122.54, 52.97),
        ("Fuyuan", 134.29, 48.36),
        ("Suifenhe", 131.15, 44.4),
        ("Hunchun", 130.37, 42.86),
        ("Dandong", 124.385, 40.13),
        ("Dalian", 121.61, 38.91),
        ("Weihai", 122.12, 37.51),
        ("Xiamen", 118.09, 24.48),
        ("Xiamen, the conference centre", 118.185, 24.47),
        ("Pingtan", 119.79, 25.5),
        ("Fuzhou", 119.3, 26.08),
        ("Nan'ao", 117.02, 23.42),
        ("Shenzhen", 114.06, 22.54),
        ("Hong Kong", 114.16, 22.28),
        ("Hong Kong, Stanley", 114.21, 22.22),
        ("Macao", 113.54, 22.19),
        ("Beihai, Weizhou", 109.11, 21.04),
        ("Haikou", 110.33, 20.03),
        ("Sanya", 109.51, 18.25),
        ("Dongxing", 107.965, 21.547),
        ("Pingxiang", 106.75, 22.1),
        ("Hekou", 103.95, 22.53),
        ("Jinghong", 100.79, 22.0),
        ("Ruili", 97.85, 24.013),
        ("Lhasa", 91.11, 29.65),
        ("Yadong", 88.91, 27.48),
        ("Kashgar", 75.99, 39.47),
        ("Tashkurgan", 75.23, 37.77),
        ("Yining", 81.32, 43.92),
        ("Tacheng", 82.98, 46.75),
        ("Alashankou", 82.57, 45.17),
        ("Urumqi", 87.6, 43.8),
        ("Manzhouli", 117.43, 49.59),
        ("Erenhot", 111.97, 43.65),
    ] {
        let place = at(lon, lat);
        let moved = Crs::Gcj02.from_wgs84(place).distance_m(place);
        assert!((100.0..900.0).contains(&moved), "{name}: {moved} m");
    }
}

#[test]
fn taiwan_and_abroad_stay_where_they_are() {
    for (name, lon, lat) in [
        ("Singapore", 103.85, 1.29),
        ("Seoul", 126.98, 37.57),
        ("Hanoi", 105.85, 21.03),
        ("Taipei", 121.56, 25.03),
        ("Kaohsiung", 120.3, 22.62),
        ("Penghu", 119.57, 23.57),
        ("Kinmen", 118.32, 24.43),
        ("Little Kinmen", 118.24, 24.43),
        ("Matsu", 119.94, 26.16),
        ("Vladivostok", 131.9, 43.12),
        ("Khabarovsk", 135.07, 48.48),
        ("Blagoveshchensk", 127.54, 50.27),
        ("Ulaanbaatar", 106.92, 47.92),
        ("Zamyn-Uud", 111.9, 43.72),
        ("Sinuiju", 124.4, 40.095),
        ("Pyongyang", 125.75, 39.03),
        ("Almaty", 76.95, 43.24),
        ("Bishkek", 74.6, 42.87),
        ("Osh", 72.8, 40.53),
        ("Islamabad", 73.05, 33.68),
        ("Leh", 77.58, 34.16),
        ("Kathmandu", 85.32, 27.71),
        ("Gangtok", 88.61, 27.33),
        ("Thimphu", 89.64, 27.47),
        ("Myitkyina", 97.4, 25.38),
        ("Muse", 97.9, 23.98),
        ("Lao Cai", 103.97, 22.48),
        ("Lang Son", 106.76, 21.85),
        ("Mong Cai", 107.97, 21.52),
        ("Tokyo", 139.77, 35.68),
        ("Manila", 120.98, 14.6),
        ("Naha", 127.68, 26.21),
        ("London", -0.12, 51.5),
    ] {
        let place = at(lon, lat);
        for crs in Crs::ALL {
            assert_eq!(crs.from_wgs84(place), place, "{name}");
            assert_eq!(crs.to_wgs84(place), place, "{name}");
        }
    }
}

#[test]
fn the_outline_lies_in_its_box_and_winds_once_around() {
    assert!(mainland::covers(at(105.0, 35.0)));
    for (lon, lat) in [(73.0, 35.0), (136.0, 35.0), (105.0, 17.0), (105.0, 54.0)] {
        assert!(!mainland::covers(at(lon, lat)));
    }
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_place_to_two_millimetres(
        lon in 74.0..134.0_f64, lat in 18.5..53.0_f64
    ) {
        let place = at(lon, lat);
        for crs in Crs::ALL {
            let there = crs.from_wgs84(place);
            let back = crs.to_wgs84(there);
            // Within the moved distance of the border it may be taken for the other side.
            let inland = [(-0.02, 0.0), (0.02, 0.0), (0.0, -0.02), (0.0, 0.02)];
            let clear = inland.iter().all(|(x, y)| {
                mainland::covers(at(lon + x, lat + y)) == mainland::covers(place)
            });
            let off = back.distance_m(place);
            prop_assert!(off < 0.002 || !clear, "{crs:?} {place:?}: {off} m");
            prop_assert!(there.distance_m(place) < 2_500.0);
        }
    }
}
