//! The coordinates that maps of mainland China use, from and to WGS 84. Pure.
//!
//! GCJ-02 moves places by some 500 m and BD-09 by a kilometre, by formulas that are public knowledge.
//! Promises: the moving is done in the mainland, Hong Kong and Macao only (`mainland`), as map
//! makers do; elsewhere places stay as they are. There and back is within two millimetres. Near the
//! border itself, within the moved distance, it may not be.

mod mainland;

use super::geo::LatLon;
use super::vocabulary::vocabulary;
use std::f64::consts::PI;

vocabulary! {
    /// In which coordinates places are given.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    #[repr(u8)]
    pub enum Crs {
        /// What satellites give, and the hub keeps.
        #[default]
        Wgs84 = 0 => "wgs84",
        /// Amap, Tencent, WeChat.
        Gcj02 = 1 => "gcj02",
        /// Baidu.
        Bd09 = 2 => "bd09",
    }
}

impl Crs {
    /// A place of WGS 84 in these coordinates.
    #[must_use]
    pub fn from_wgs84(self, place: LatLon) -> LatLon {
        if self == Self::Wgs84 || !mainland::covers(place) {
            return place;
        }
        self.moved(place)
    }

    /// The inverse.
    #[must_use]
    pub fn to_wgs84(self, place: LatLon) -> LatLon {
        if self == Self::Wgs84 {
            return place;
        }
        let back = self.moved_back(place);
        if mainland::covers(back) { back } else { place }
    }

    fn moved(self, place: LatLon) -> LatLon {
        match self {
            Self::Wgs84 => place,
            Self::Gcj02 => to_gcj02(place),
            Self::Bd09 => to_bd09(to_gcj02(place)),
        }
    }

    fn moved_back(self, place: LatLon) -> LatLon {
        match self {
            Self::Wgs84 => place,
            Self::Gcj02 => fixpoint(place, to_gcj02),
            Self::Bd09 => fixpoint(fixpoint(place, to_bd09), to_gcj02),
        }
    }
}

/// What `moves` makes this place of. One step of the iteration is what most programs do, and up to
/// 2.2 m off; two are 8 mm, the third is below what the hub keeps.
fn fixpoint(place: LatLon, moves: impl Fn(LatLon) -> LatLon) -> LatLon {
    let mut guess = place;
    for _ in 0..3 {
        let there = moves(guess);
        guess.lat += place.lat - there.lat;
        guess.lon += place.lon - there.lon;
    }
    guess
}

/// Krasovsky's ellipsoid: its long axis in metres, its eccentricity squared.
const AXIS_M: f64 = 6_378_245.0;
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

fn to_gcj02(place: LatLon) -> LatLon {
    let x = place.lon - 105.0;
    let y = place.lat - 35.0;
    let waves = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + swell(y, 20.0, (40.0, 3.0), (160.0, 12.0), (320.0, 30.0));
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + swell(x, 20.0, (40.0, 3.0), (150.0, 12.0), (300.0, 30.0));
    let phi = place.lat.to_radians();
    let bulge = 1.0 - ECCENTRICITY_2 * phi.sin() * phi.sin();
    let meridian_m = AXIS_M * (1.0 - ECCENTRICITY_2) / (bulge * bulge.sqrt());
    let parallel_m = AXIS_M / bulge.sqrt() * phi.cos();
    LatLon {
        lat: place.lat + (north / meridian_m).to_degrees(),
        lon: place.lon + (east / parallel_m).to_degrees(),
    }
}

/// Waves of these heights, each with its length, and a first one of length 1.
fn swell(at: f64, first: f64, a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> f64 {
    let wave = |(height, length): (f64, f64)| height * (at / length * PI).sin();
    (wave((first, 1.0)) + wave(a)) * 2.0 / 3.0 + (wave(b) + wave(c)) * 2.0 / 3.0
}

/// From GCJ-02.
fn to_bd09(LatLon { lat, lon }: LatLon) -> LatLon {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let far = lon.hypot(lat) + 0.000_02 * (lat * TURN).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * TURN).cos();
    LatLon {
        lat: far * angle.sin() + 0.006,
        lon: far * angle.cos() + 0.0065,
    }
}

#[cfg(test)]
mod tests;
