//! In which coordinates a caller gives places and is told them: those of the parameter `crs`, else
//! the public ones of the configuration, else WGS 84.
//!
//! Promises: inside all is WGS 84, distances included; an answer in other coordinates, or where the
//! caller or the configuration names any, says which; an answer of a hub where nobody does is as it
//! always was.

use super::http::error::ApiError;
use super::http::params::Params;
use crate::domain::{BBox, Crs, LatLon};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

/// The parameter.
pub(in crate::serve) const CRS: &str = "crs";

/// The configuration's part, as the states of routes have it.
#[derive(Clone, Copy)]
pub(in crate::serve) struct PublicCrs(pub(in crate::serve) Option<Crs>);

/// For calls that leave other parameters to others.
impl<S> FromRequestParts<S> for ToldIn
where
    S: Send + Sync,
    PublicCrs: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let p = Params::among_others(parts.uri.query(), &[CRS])?;
        Self::asked(&p, PublicCrs::from_ref(state).0)
    }
}

/// How much wider a box is than what is looked at closely, degrees; places are moved by a hundredth.
const MARGIN: f64 = 0.03;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) struct ToldIn {
    crs: Crs,
    is_said: bool,
}

impl ToldIn {
    /// The one of who asks for none.
    pub(in crate::serve) fn usual(public: Option<Crs>) -> Self {
        Self {
            crs: public.unwrap_or_default(),
            is_said: public.is_some(),
        }
    }

    /// The one that is asked for. [`CRS`] is among the parameters that were read.
    ///
    /// # Errors
    /// Names all there are, for one that nobody knows.
    pub(in crate::serve) fn asked(p: &Params<'_>, public: Option<Crs>) -> Result<Self, ApiError> {
        let asked = p.one_of(CRS, Crs::parse, Crs::list)?;
        Ok(Self::usual(asked.or(public)))
    }

    /// The name, where it is to be said.
    pub(in crate::serve) fn said(self) -> Option<&'static str> {
        self.is_said.then(|| self.crs.name())
    }

    /// A place of ours as it is told.
    pub(in crate::serve) fn place(self, place: LatLon) -> LatLon {
        self.crs.from_wgs84(place)
    }

    /// The same of (latitude, longitude) in 1e-7 degrees.
    pub(in crate::serve) fn place_e7(self, place: (i32, i32)) -> (i32, i32) {
        if self.crs == Crs::Wgs84 {
            return place;
        }
        self.place(LatLon::of_e7(place)).e7()
    }

    /// A place that the caller gave, as one of ours.
    pub(in crate::serve) fn meant(self, place: LatLon) -> LatLon {
        self.crs.to_wgs84(place)
    }

    /// Whether a place of ours lies in a box that the caller gave.
    pub(in crate::serve) fn lies_in(self, place: LatLon, bbox: BBox) -> bool {
        // A box of theirs is none of ours; most places lie far from it and need no arithmetic.
        self.around(bbox).contains(place) && bbox.contains(self.place(place))
    }

    /// A box of ours that holds all places which lie in one that the caller gave.
    pub(in crate::serve) fn around(self, bbox: BBox) -> BBox {
        if self.crs == Crs::Wgs84 {
            return bbox;
        }
        BBox {
            west: bbox.west - MARGIN,
            south: bbox.south - MARGIN,
            east: bbox.east + MARGIN,
            north: bbox.north + MARGIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_holds_what_is_told_to_lie_in_it() {
        let read = |query| Params::read(Some(query), &[CRS]).unwrap();
        let gcj02 = ToldIn::asked(&read("crs=gcj02"), None).unwrap();
        let square = LatLon {
            lat: 31.2304,
            lon: 121.4737,
        };
        let LatLon { lat, lon } = gcj02.place(square);
        for (d_lat, d_lon, inside) in [
            (0.0, 0.0, true),
            (0.000_11, 0.0, false),
            (0.0, 0.000_11, false),
            (0.000_09, -0.000_09, true),
        ] {
            let south = lat + d_lat - 1e-4;
            let west = lon + d_lon - 1e-4;
            let bbox = BBox::new(west, south, west + 2e-4, south + 2e-4).unwrap();
            assert_eq!(gcj02.lies_in(square, bbox), inside, "{d_lat} {d_lon}");
        }
        let round = BBox::new(179.0, -20.0, -179.0, 20.0).unwrap();
        let fiji = LatLon {
            lat: -17.0,
            lon: 180.0,
        };
        assert!(gcj02.lies_in(fiji, round));
    }

    #[test]
    fn what_is_asked_goes_before_what_is_configured_and_each_is_said() {
        let asked = |query, public| {
            let p = Params::read(Some(query), &[CRS]).unwrap();
            ToldIn::asked(&p, public).map(ToldIn::said)
        };
        assert_eq!(asked("", None), Ok(None));
        assert_eq!(asked("", Some(Crs::Gcj02)), Ok(Some("gcj02")));
        assert_eq!(asked("crs=wgs84", None), Ok(Some("wgs84")));
        assert_eq!(asked("crs=bd09", Some(Crs::Gcj02)), Ok(Some("bd09")));
        let said = format!("{:?}", asked("crs=GCJ-02", None).unwrap_err());
        assert!(said.contains("wgs84, gcj02, bd09"), "{said}");
    }
}
