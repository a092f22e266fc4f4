//! A problem as everybody may read it, and whether somebody may.
//!
//! Promises: of a private bay or zone it is told to who may see that now, to whom it is reported to and to
//! the partner that reported it; what is private now, or was when it was reported, is private. Texts are
//! told without addresses and telephone numbers of people.

use super::words::words;
use crate::domain::problem::text::{is_public_url, public};
use crate::domain::{LatLon, Millis, ProblemState};
use crate::live::is_private;
use crate::problems::{ProblemEyes, ProblemRow};
use crate::registry::city::City;
use crate::serve::http::language::Language;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use serde_json::{Value, json};

/// Who reads problems.
pub(in crate::serve) struct OpenSight<'a> {
    reads: &'a ReadState,
    city: &'a City,
    eyes: &'a Eyes,
}

impl<'a> OpenSight<'a> {
    pub(in crate::serve) const fn new(
        reads: &'a ReadState,
        city: &'a City,
        eyes: &'a Eyes,
    ) -> Self {
        Self { reads, city, eyes }
    }

    /// Whose problems of private zones to look for at all.
    pub(super) fn problem_eyes(&self) -> ProblemEyes {
        match self.eyes {
            Eyes::Public => ProblemEyes::Public,
            Eyes::Partner(name) => ProblemEyes::Partner(name.to_string()),
            Eyes::All => ProblemEyes::All,
        }
    }

    /// Whether a problem is seen.
    pub(in crate::serve) fn sees(&self, row: &ProblemRow) -> bool {
        let own = match self.eyes {
            Eyes::All => return true,
            Eyes::Public => false,
            Eyes::Partner(name) => {
                let named = [&row.partner, &row.reporter];
                named.into_iter().flatten().any(|own| **own == **name)
            }
        };
        own || self.is_in_sight(row)
    }

    fn is_in_sight(&self, row: &ProblemRow) -> bool {
        let registry = &self.reads.registry;
        let sight = Sight::new(self.reads, self.city, self.eyes);
        let known = row.bay.as_deref().and_then(|bay| registry.bay(bay));
        if let Some(bay) = known.filter(|bay| self.city.is_live(*bay)) {
            let private = row.is_private || self.city.is_private(bay);
            return !private || sight.bay(bay).is_some();
        }
        let zone = row.zone.as_deref().and_then(|zone| registry.zone(zone));
        match zone.filter(|zone| !self.city.zone(*zone).removed) {
            Some(zone) if is_private(self.city, zone) => !sight.is_shut(zone),
            _ => !row.is_private,
        }
    }

    /// Where it is, in words: what somebody wrote, or what the bay and zone are called.
    pub(in crate::serve) fn address(&self, row: &ProblemRow) -> Option<String> {
        if let Some(words) = &row.address {
            return Some(public(words));
        }
        let id = row.zone.as_deref()?;
        let zone = self.reads.registry.zone(id);
        let name = zone.map_or(id, |zone| &*self.city.zone(zone).spec.name);
        let name = if name.is_empty() { id } else { name };
        Some(match &row.bay {
            Some(bay) => format!("{bay}, {name}"),
            None => name.to_owned(),
        })
    }

    /// Who is responsible, as the reader is told: whose a private bay is nobody else's business.
    pub(super) fn agency<'r>(&self, row: &'r ProblemRow) -> &'r str {
        let is_owners = row.is_private && row.partner.as_deref() == Some(&*row.operator);
        let is_told = match self.eyes {
            Eyes::All => true,
            Eyes::Public => false,
            Eyes::Partner(name) => **name == *row.operator,
        };
        if is_owners && !is_told {
            return "the owner";
        }
        &row.operator
    }

    /// A problem with the standard's members.
    pub(super) fn request(&self, row: &ProblemRow, language: Language) -> Value {
        let place = row.place_e7.map(LatLon::of_e7);
        let status = if row.closed_at.is_some() {
            "closed"
        } else {
            "open"
        };
        let due = format!(
            "{} is to deal with it by {}.",
            self.agency(row),
            seconds(row.expected_at)
        );
        json!({
            "service_request_id": row.id.to_string(),
            "status": status,
            "status_notes": status_notes(row),
            "service_name": words(row.code, language).name,
            "service_code": row.code.name(),
            "description": public(&row.description),
            "agency_responsible": self.agency(row),
            "service_notice": row.closed_at.is_none().then_some(due),
            "requested_datetime": seconds(row.created_at),
            "updated_datetime": seconds(row.changed_at),
            "expected_datetime": seconds(row.expected_at),
            "address": self.address(row),
            "address_id": row.bay.as_ref().or(row.zone.as_ref()),
            "zipcode": null,
            "lat": place.map(|p| p.lat),
            "long": place.map(|p| p.lon),
            "media_url": row.media_url.as_ref().filter(|url| is_public_url(url)),
            "extended_attributes": {
                "state": row.state.name(), "votes": row.votes,
                "overdue": row.overdue_at.is_some(),
                "bay": row.bay, "zone": row.zone,
            },
        })
    }
}

/// The operator's word, or what has become of it.
fn status_notes(row: &ProblemRow) -> Option<String> {
    let state = match row.state {
        ProblemState::Open => None,
        ProblemState::InProgress => Some("in progress".to_owned()),
        other => Some(other.name().to_owned()),
    };
    row.notice.as_deref().map(public).or(state)
}

/// A time as the standard writes it, without milliseconds.
pub(super) fn seconds(at: Millis) -> String {
    let text = at.to_string();
    let whole = text.split('.').next().unwrap_or_default();
    format!("{whole}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_whole_seconds() {
        assert_eq!(seconds(Millis(1_795_399_200_123)), "2026-11-23T02:00:00Z");
    }
}
