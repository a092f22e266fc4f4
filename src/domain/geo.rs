//! Places: WGS 84 points, boxes, and distances that are right to a decimetre at city scale.

/// Mean Earth radius, metres (IUGG).
const EARTH_M: f64 = 6_371_008.8;

/// Metres per degree of latitude.
pub const M_PER_DEG: f64 = EARTH_M * std::f64::consts::PI / 180.0;

/// A WGS 84 position in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatLon {
    pub lat: f64,
    pub lon: f64,
}

impl LatLon {
    /// `None` unless latitude is within +-90 and longitude within +-180.
    #[must_use]
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon))
            .then_some(Self { lat, lon })
    }

    /// (latitude, longitude) in 1e-7 degrees (1.1 cm), rounded: as places are kept and told.
    #[must_use]
    pub fn e7(self) -> (i32, i32) {
        // 180 degrees are 1.8e9: it fits.
        let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        (e7(self.lat), e7(self.lon))
    }

    /// The inverse of [`Self::e7`].
    #[must_use]
    pub fn of_e7((lat, lon): (i32, i32)) -> Self {
        Self {
            lat: f64::from(lat) / 1e7,
            lon: f64::from(lon) / 1e7,
        }
    }

    /// Great-circle distance in metres (haversine).
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        let a = self.lat.to_radians();
        let b = other.lat.to_radians();
        let dlat = (b - a) / 2.0;
        let dlon = (other.lon - self.lon).to_radians() / 2.0;
        let h = dlat.sin().powi(2) + a.cos() * b.cos() * dlon.sin().powi(2);
        2.0 * EARTH_M * h.sqrt().min(1.0).asin()
    }
}

/// A box `west, south, east, north` in degrees. `west > east` means it crosses the 180th meridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BBox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl BBox {
    /// `None` for impossible corners or south above north.
    #[must_use]
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Option<Self> {
        LatLon::new(south, west)?;
        LatLon::new(north, east)?;
        (south <= north).then_some(Self {
            west,
            south,
            east,
            north,
        })
    }

    #[must_use]
    pub fn contains(&self, p: LatLon) -> bool {
        let lon = if self.west <= self.east {
            (self.west..=self.east).contains(&p.lon)
        } else {
            p.lon >= self.west || p.lon <= self.east
        };
        lon && (self.south..=self.north).contains(&p.lat)
    }
}

/// Whether a point is inside the first ring and in none of the holes.
#[must_use]
pub fn is_within(rings: &[Vec<LatLon>], at: LatLon) -> bool {
    // A ray to the east crosses an odd number of all edges.
    let crossings = rings.iter().flat_map(|ring| edges(ring)).filter(|(a, b)| {
        let spans = (a.lat > at.lat) != (b.lat > at.lat);
        spans && at.lon < (b.lon - a.lon) * (at.lat - a.lat) / (b.lat - a.lat) + a.lon
    });
    crossings.count() % 2 == 1
}

/// The edges of a ring that ends where it begins.
pub fn edges(ring: &[LatLon]) -> impl Iterator<Item = (LatLon, LatLon)> + '_ {
    ring.windows(2).map(|pair| (pair[0], pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_distances_hold() {
        // Raffles Place MRT to Toa Payoh MRT: 5.53 km by any map.
        let a = LatLon::new(1.2830, 103.8513).unwrap();
        let b = LatLon::new(1.3327, 103.8474).unwrap();
        assert!(
            (a.distance_m(b) - 5_543.0).abs() < 15.0,
            "{}",
            a.distance_m(b)
        );
        assert!(a.distance_m(a) < 1e-6);
        let w = LatLon::new(0.0, 179.999).unwrap();
        let e = LatLon::new(0.0, -179.999).unwrap();
        assert!(
            (w.distance_m(e) - 222.4).abs() < 0.5,
            "across the date line"
        );
    }

    #[test]
    fn impossible_places_are_refused() {
        for (lat, lon) in [
            (91.0, 0.0),
            (0.0, 181.0),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert!(LatLon::new(lat, lon).is_none());
        }
        assert!(
            BBox::new(103.0, 1.4, 104.0, 1.2).is_none(),
            "south above north"
        );
    }

    #[test]
    fn a_box_may_cross_the_date_line() {
        let b = BBox::new(179.0, -1.0, -179.0, 1.0).unwrap();
        assert!(
            b.contains(LatLon {
                lat: 0.0,
                lon: 179.5
            }) && b.contains(LatLon {
                lat: 0.0,
                lon: -179.5
            })
        );
        assert!(!b.contains(LatLon { lat: 0.0, lon: 0.0 }));
    }
}
