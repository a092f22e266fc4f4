//! What somebody reports, and what makes it the same as what another has reported. Pure.

use crate::domain::{BayIx, LatLon, ProblemCode, ZoneIx, ZoneKind};
use crate::limits::Owner;
use crate::registry::city::ZoneSpec;
use crate::store::ProblemContact;
use std::sync::Arc;

/// What somebody reports. Texts have been judged.
#[derive(Clone, Debug)]
pub struct ProblemAsked {
    pub code: ProblemCode,
    pub bay: Option<BayIx>,
    pub zone: Option<ZoneIx>,
    pub place: Option<LatLon>,
    pub address: Option<String>,
    /// What was booked, where that is what it is about.
    pub reservation: Option<String>,
    pub description: String,
    pub media_url: Option<String>,
    pub contact: ProblemContact,
    /// The partner whose key it is.
    pub reporter: Option<Arc<str>>,
    /// Where it comes from.
    pub origin: Owner,
    /// Whether the word counts against a sensor.
    pub doubts: bool,
}

impl ProblemAsked {
    /// What makes it the same as another: the booking or the bay, else the zone with the place to some ten
    /// metres, the zone, or the address as it reads. What its owner reports of a private zone is never the
    /// same as what others do: neither would be told of what the other one is. `owner`: whose the place is, if
    /// it is private.
    pub(super) fn spot(
        &self,
        bay: Option<&str>,
        zone: Option<&ZoneSpec>,
        owner: Option<&Arc<str>>,
    ) -> String {
        let is_private = zone.is_some_and(|zone| zone.kind == ZoneKind::Private);
        let is_own = owner.is_some() && owner == self.reporter.as_ref();
        let whose = if is_private && is_own { "own:" } else { "" };
        let place = self.place_of(bay, zone.map(|zone| &*zone.id));
        format!("{whose}{place}")
    }

    fn place_of(&self, bay: Option<&str>, zone: Option<&str>) -> String {
        if let Some(bay) = bay {
            return format!("bay:{bay}");
        }
        if let Some(reservation) = &self.reservation {
            return format!("reservation:{reservation}");
        }
        match (self.place, zone, &self.address) {
            (Some(place), ..) => {
                let (lat, lon) = place.e7();
                let zone = zone.unwrap_or_default();
                format!(
                    "at:{},{}:{zone}",
                    lat.div_euclid(1000),
                    lon.div_euclid(1000)
                )
            }
            (None, Some(zone), _) => format!("zone:{zone}"),
            (None, None, address) => {
                let words = address.as_deref().unwrap_or_default().to_lowercase();
                let words: Vec<&str> = words.split_whitespace().collect();
                format!("address:{}", words.join(" "))
            }
        }
    }
}
