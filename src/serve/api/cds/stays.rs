//! A walk over settled visits, hour by hour: what events, sessions and the figures of spaces are made
//! of.
//!
//! A visit belongs to the hour that its end lies in: that is when it is settled. One walk decodes no
//! more than so many visits, and then says where to go on. Dear: an hour of a busy city (some 100 ms
//! for 100,000 visits).

use super::place::Ground;
use super::span::PastSpan;
use super::state::CdsState;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{LatLon, Millis};
use crate::history::{Gap, VisitRow};
use crate::registry::city::City;
use crate::serve::http::error::ApiError;

/// Visits that are decoded for one answer; the hour under way is finished.
const DECODED: usize = 200_000;

/// Hours that are looked at for one answer, though there be nothing in them.
const LOOKED_AT: usize = 24 * 31;

/// See the module.
pub(super) struct StayWalk<'a> {
    own: &'a CdsState,
    from: Millis,
    to: Millis,
    /// The hour to begin with, of which so many are told already.
    after: Option<(Millis, usize)>,
}

impl<'a> StayWalk<'a> {
    /// The settled hours of a span, from where a cursor has come to on.
    pub(super) fn over(own: &'a CdsState, span: PastSpan, after: Option<(Millis, usize)>) -> Self {
        let (from, to) = span.hours(own.settled());
        let from = from.max(own.authority.history().first_hour());
        Self {
            own,
            from,
            to,
            after,
        }
    }

    /// Hands each hour and its visits to `each`, the oldest first, for as long as that says so. The
    /// hour at which to go on.
    pub(super) fn by_hour(
        &self,
        mut each: impl FnMut(Millis, &[VisitRow]) -> bool,
    ) -> Result<Option<Millis>, ApiError> {
        let mut decoded = 0;
        let mut hour = self
            .after
            .map_or(self.from, |(hour, _)| hour.max(self.from));
        for _ in 0..LOOKED_AT {
            if hour >= self.to {
                return Ok(None);
            }
            let visits = self.visits(hour)?;
            decoded += visits.len();
            let goes_on = each(hour, &visits);
            hour = hour.plus(HOUR_MS);
            if !goes_on || decoded >= DECODED {
                break;
            }
        }
        Ok((hour < self.to).then_some(hour))
    }

    /// Hands each visit to `each`, newest hour first where `newest_first`, and within an hour by end
    /// and bay the same way, for as long as that says so. Where to go on: an hour, and how many of it
    /// were told.
    pub(super) fn one_by_one(
        &self,
        newest_first: bool,
        mut each: impl FnMut(&VisitRow) -> bool,
    ) -> Result<Option<(Millis, usize)>, ApiError> {
        let mut decoded = 0;
        let mut hours = Vec::new();
        let mut hour = self.from;
        while hour < self.to {
            hours.push(hour);
            hour = hour.plus(HOUR_MS);
        }
        if newest_first {
            hours.reverse();
        }
        let mut told = 0;
        if let Some((at, of_it)) = self.after {
            hours.retain(|hour| {
                if newest_first {
                    *hour <= at
                } else {
                    *hour >= at
                }
            });
            told = if hours.first() == Some(&at) { of_it } else { 0 };
        }
        for (n, hour) in hours.iter().enumerate() {
            if n == LOOKED_AT || decoded >= DECODED {
                return Ok(Some((*hour, 0)));
            }
            let mut visits = self.visits(*hour)?;
            decoded += visits.len();
            if newest_first {
                visits.reverse();
            }
            for (at, visit) in visits.iter().enumerate().skip(told) {
                if !each(visit) {
                    return Ok(Some((*hour, at)));
                }
            }
            told = 0;
        }
        Ok(None)
    }

    fn visits(&self, hour: Millis) -> Result<Vec<VisitRow>, ApiError> {
        let visits = self.own.authority.history().visits(hour);
        visits.map_err(|gap: Gap| ApiError::Unavailable(gap.to_string()))
    }
}

/// Where a visit was, as long as its bay is there.
pub(super) fn place_of(city: &City, visit: &VisitRow) -> Option<LatLon> {
    let bay = city.bay_numbered(visit.bay_number);
    bay.map(|bay| city.place(bay))
}

/// Whether it was on that ground; one whose bay is gone was nowhere but everywhere.
pub(super) fn lies_in(city: &City, ground: &Ground, visit: &VisitRow) -> bool {
    let place = place_of(city, visit);
    match ground {
        Ground::Everywhere => true,
        Ground::Box(bbox) => place.is_some_and(|place| bbox.contains(place)),
        Ground::Circle { centre, radius_m } => {
            place.is_some_and(|place| place.distance_m(*centre) <= *radius_m)
        }
    }
}
