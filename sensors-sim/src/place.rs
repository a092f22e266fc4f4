//! Places in the simulated city: WGS 84 in whole 1e-7 degrees, metres for small steps, and the
//! island's outline.
//!
//! Whole numbers so that a written file reads back to exactly the same city. The outline is rough
//! (a few dozen points, some 300 m inside the real coast): it keeps car parks out of the sea, no
//! more.

/// A WGS 84 position in 1e-7 degrees (1.1 cm).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub lat_e7: i32,
    pub lon_e7: i32,
}

/// Metres per 1e-7 degree of latitude.
const M_PER_E7: f64 = 0.011_119_5;
/// What a degree of longitude is shorter by at 1.35 degrees north.
const LON_SHRINK: f64 = 0.999_72;

impl Place {
    /// From degrees; the caller vouches for the range (files are checked by the reader).
    #[must_use]
    pub fn from_degrees(lat: f64, lon: f64) -> Self {
        Self {
            lat_e7: (lat * 1e7).round() as i32,
            lon_e7: (lon * 1e7).round() as i32,
        }
    }

    /// Latitude in degrees.
    #[must_use]
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    /// The place `east` and `north` metres away: flat, good to centimetres within a few kilometres
    /// of Singapore.
    #[must_use]
    pub fn shifted(self, east: f64, north: f64) -> Self {
        Self {
            lat_e7: self.lat_e7 + (north / M_PER_E7).round() as i32,
            lon_e7: self.lon_e7 + (east / (M_PER_E7 * LON_SHRINK)).round() as i32,
        }
    }

    /// How many metres east and north of `origin` it lies: the other way round.
    #[must_use]
    pub fn metres_from(self, origin: Self) -> (f64, f64) {
        let north = f64::from(self.lat_e7 - origin.lat_e7) * M_PER_E7;
        let east = f64::from(self.lon_e7 - origin.lon_e7) * M_PER_E7 * LON_SHRINK;
        (east, north)
    }

    /// Whether it lies inside the rough outline of the main island or in one of three boxes on
    /// smaller ones.
    #[must_use]
    pub fn is_on_land(self) -> bool {
        let x = self.lon();
        let y = self.lat();
        let on_islet = ISLETS
            .iter()
            .any(|b| (b[0]..=b[2]).contains(&x) && (b[1]..=b[3]).contains(&y));
        on_islet || inside(&MAIN_ISLAND, x, y)
    }
}

/// Even-odd rule: a ray to the east crosses the ring an odd number of times.
fn inside(ring: &[(f64, f64)], x: f64, y: f64) -> bool {
    let mut odd = false;
    for (i, &(ax, ay)) in ring.iter().enumerate() {
        let (bx, by) = ring[(i + 1) % ring.len()];
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            odd = !odd;
        }
    }
    odd
}

/// West, south, east, north: Sentosa, Jurong Island, Pulau Ubin.
const ISLETS: [[f64; 4]; 3] = [
    [103.815, 1.245, 103.840, 1.256],
    [103.680, 1.257, 103.720, 1.282],
    [103.945, 1.402, 103.985, 1.416],
];

/// (longitude, latitude), from Tuas along the south coast and back along the Johor Strait.
const MAIN_ISLAND: [(f64, f64); 39] = [
    (103.620, 1.250),
    (103.645, 1.255),
    (103.650, 1.290),
    (103.675, 1.300),
    (103.710, 1.301),
    (103.745, 1.295),
    (103.765, 1.293),
    (103.790, 1.275),
    (103.820, 1.265),
    (103.845, 1.264),
    (103.855, 1.265),
    (103.870, 1.272),
    (103.885, 1.290),
    (103.915, 1.300),
    (103.945, 1.308),
    (103.975, 1.315),
    (104.000, 1.318),
    (104.030, 1.325),
    (104.033, 1.360),
    (104.010, 1.382),
    (103.990, 1.387),
    (103.960, 1.385),
    (103.940, 1.383),
    (103.925, 1.390),
    (103.915, 1.414),
    (103.895, 1.417),
    (103.870, 1.414),
    (103.858, 1.428),
    (103.842, 1.452),
    (103.820, 1.460),
    (103.800, 1.450),
    (103.775, 1.450),
    (103.740, 1.435),
    (103.700, 1.438),
    (103.670, 1.410),
    (103.655, 1.380),
    (103.642, 1.350),
    (103.628, 1.320),
    (103.617, 1.290),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sea_and_johor_are_not_land() {
        for (lat, lon) in [
            (1.20, 103.85),
            (1.48, 103.75),
            (1.30, 104.02),
            (1.27, 103.76),
        ] {
            assert!(!Place::from_degrees(lat, lon).is_on_land(), "{lat} {lon}");
        }
        assert!(Place::from_degrees(1.3521, 103.8198).is_on_land());
    }

    #[test]
    fn a_step_of_100_m_is_100_m() {
        let a = Place::from_degrees(1.35, 103.8);
        let b = a.shifted(0.0, 100.0);
        assert!(((b.lat() - a.lat()) * 111_195.0 - 100.0).abs() < 0.1);
        let (east, north) = a.shifted(-30.0, 40.0).metres_from(a);
        assert!((east + 30.0).abs() < 0.02 && (north - 40.0).abs() < 0.02);
    }
}
