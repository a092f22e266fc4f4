//! Where and when a question of CDS is about: a box, a circle, or everywhere; now, or later.

use crate::domain::{BBox, LatLon, Millis};
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;

/// The parameters of a box, and of a circle.
const CORNERS: [&str; 4] = ["min_lat", "min_lng", "max_lat", "max_lng"];
const CIRCLE: [&str; 3] = ["lat", "lng", "radius"];

/// Clocks of clients may be off by so much, ms: a time as near as this is now.
const NOW_MS: u64 = 60_000;

/// Where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ground {
    Everywhere,
    Box(BBox),
    /// What is nearer goes first.
    Circle {
        centre: LatLon,
        radius_m: f64,
    },
}

impl Ground {
    /// The names of all its parameters, and of others.
    pub(super) fn and<const N: usize>(others: [&'static str; N]) -> Vec<&'static str> {
        let own = CORNERS.into_iter().chain(CIRCLE);
        own.chain(others).collect()
    }

    /// # Errors
    /// Part of a box or circle, both, or numbers that cannot be.
    pub(super) fn read(p: &Params<'_>) -> Result<Self, ApiError> {
        let any = |names: &[&'static str]| names.iter().copied().find(|n| p.text(n).is_some());
        let lat = -90.0..=90.0;
        let lon = -180.0..=180.0;
        match (any(&CORNERS), any(&CIRCLE)) {
            (None, None) => Ok(Self::Everywhere),
            (Some(_), Some(of_circle)) => Err(ApiError::bad(
                of_circle,
                "a box and a circle cannot be given together",
            )),
            (Some(_), None) => {
                let south = p.needed("min_lat", lat.clone())?;
                let north = p.needed("max_lat", lat)?;
                let west = p.needed("min_lng", lon.clone())?;
                let east = p.needed("max_lng", lon)?;
                let bbox = BBox::new(west, south, east, north);
                bbox.map(Self::Box)
                    .ok_or_else(|| ApiError::bad("max_lat", "max_lat must not lie below min_lat"))
            }
            (None, Some(_)) => {
                let centre = LatLon {
                    lat: p.needed("lat", lat)?,
                    lon: p.needed("lng", lon)?,
                };
                // Centimetres: as far as the other side of the Earth.
                let radius_m = p.needed("radius", 0.0..=2.1e9)? / 100.0;
                Ok(Self::Circle { centre, radius_m })
            }
        }
    }
}

/// Whether what is asked for is how it is now, or will be: then nobody knows how full it is.
///
/// # Errors
/// 501 for what is over.
pub(super) fn is_now(p: &Params<'_>, now: Millis) -> Result<bool, ApiError> {
    let Some(time) = p.number::<u64>("time", 0..=Millis::MAX.0)? else {
        return Ok(true);
    };
    if time.saturating_add(NOW_MS) < now.0 {
        return Err(ApiError::NotOffered(
            "how it was at a time that is over is not told here; metrics and events tell of the past"
                .to_owned(),
        ));
    }
    Ok(time <= now.0.saturating_add(NOW_MS))
}

/// `include_geometry`; true where it is not given.
///
/// # Errors
/// For what is neither true nor false.
pub(super) fn with_geometry(p: &Params<'_>) -> Result<bool, ApiError> {
    Ok(p.text("include_geometry").is_none() || p.flag("include_geometry")?)
}

/// What is asked of places that there are none of here.
///
/// # Errors
/// 501 where it is asked for.
pub(super) fn without(p: &Params<'_>, names: &[&'static str]) -> Result<(), ApiError> {
    match names.iter().find(|name| p.text(name).is_some()) {
        None => Ok(()),
        Some(name) => Err(ApiError::NotOffered(format!(
            "{name}: there are no curb areas and no curb objects here, but zones and spaces"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Ground, ApiError> {
        Ground::read(&Params::read(Some(query), &Ground::and([])).unwrap())
    }

    #[test]
    fn a_box_is_whole_and_a_radius_is_centimetres() {
        assert_eq!(read(""), Ok(Ground::Everywhere));
        let bbox = BBox::new(103.0, 1.0, 104.0, 2.0).unwrap();
        assert_eq!(
            read("min_lat=1&min_lng=103&max_lat=2&max_lng=104"),
            Ok(Ground::Box(bbox))
        );
        let centre = LatLon { lat: 1.0, lon: 2.0 };
        let radius_m = 250.0;
        assert_eq!(
            read("lat=1&lng=2&radius=25000"),
            Ok(Ground::Circle { centre, radius_m })
        );
        for bad in [
            "min_lat=1",
            "min_lat=1&min_lng=103&max_lat=2",
            "lat=1&lng=2",
            "radius=1",
            "lat=1&lng=2&radius=-1",
            "lat=91&lng=2&radius=1",
            "lat=NaN&lng=2&radius=1",
            "min_lat=2&min_lng=103&max_lat=1&max_lng=104",
            "min_lat=1&min_lng=103&max_lat=2&max_lng=104&lat=1&lng=2&radius=1",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_past_is_not_offered_and_the_future_is_not_now() {
        let now = Millis(1_000_000_000);
        let at = |time: u64| {
            let query = format!("time={time}");
            is_now(&Params::read(Some(&query), &["time"]).unwrap(), now)
        };
        assert_eq!(at(now.0), Ok(true));
        assert_eq!(at(now.0 - NOW_MS), Ok(true));
        assert_eq!(at(now.0 + NOW_MS + 1), Ok(false));
        assert!(matches!(
            at(now.0 - NOW_MS - 1),
            Err(ApiError::NotOffered(_))
        ));
    }
}
