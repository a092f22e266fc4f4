//! A report, judged: every text by what may be kept of it, the place by what the caller sees.

use super::OpenState;
use super::evidence;
use super::form::{ReportForm, bad};
use super::place::ReportPlace;
use super::services::code_called;
use crate::domain::pool::bay_told;
use crate::domain::problem::text;
use crate::domain::{BayIx, BayStatus, ProblemCode, Reservation, ReservationState};
use crate::limits::Owner;
use crate::partners::{Grant, Scope};
use crate::problems::{ProblemAsked, ProblemContact};
use crate::serve::http::auth::Doorman;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::sight::Eyes;
use std::sync::Arc;

/// So long what is said of a reservation's bay again is the same word, ms.
const AGAIN_MS: u64 = 5 * 60_000;

/// What somebody reports, and what is to be done about it beside.
pub(super) struct JudgedReport {
    pub(super) asked: ProblemAsked,
    pub(super) grant: Option<Arc<Grant>>,
    /// The caller's.
    pub(super) eyes: Eyes,
    /// The bay, and what is seen there, if that is what it is about.
    pub(super) seen: Option<(String, BayStatus)>,
    /// The caller's own reservation whose bay is taken, while its driver has not arrived.
    pub(super) taken: Option<String>,
}

impl JudgedReport {
    pub(super) async fn read(
        own: &Arc<OpenState>,
        form: &ReportForm,
        (caller, origin): (&Caller, Owner),
    ) -> Result<Self, ApiError> {
        let code = form.text("service_code")?;
        let code = code.ok_or_else(|| bad("service_code", "is needed"))?;
        let code = code_called(code)?;
        let grant = granted(&own.reads.doorman, caller, form)?;
        let eyes = grant.as_deref().map_or(Eyes::Public, Eyes::granted);
        let booked = booked(own, form, grant.as_deref(), code).await?;
        let city = own.reads.registry.city().clone();
        let again = told_before(booked.as_ref(), form.text("attribute[bay]")?, own);
        let at = again.or_else(|| booked.as_ref().map(|r| &*r.bay));
        let place = ReportPlace::read(own, form, (&city, &eyes), at)?;
        let description = form.read("description", |said| text::plain(said, text::LONGEST))?;
        let contact = ProblemContact {
            email: form.read("email", text::mail)?,
            phone: form.read("phone", text::phone)?,
            plate: form.read("attribute[plate]", text::plate)?,
        };
        let seen = form.read("attribute[seen]", seen)?;
        let may_report = grant.as_ref().filter(|g| g.scopes.has(Scope::Report));
        // A key doubts the sensors of which it may speak.
        let is_its = |bay: &BayIx| {
            let spec = &city.zone(city.zone_of(*bay)).spec;
            may_report.is_some_and(|g| g.remit.now().area.has(&spec.id, &spec.operator))
        };
        let bay = place.bay.filter(|_| code == ProblemCode::SensorWrong);
        let wrong = bay.filter(is_its).map(|bay| city.bay_id(bay).to_owned());
        let is_early = |r: &Reservation| {
            matches!(
                r.state,
                ReservationState::Held | ReservationState::Confirmed
            )
        };
        let taken = booked.as_ref().filter(|r| is_early(r) && again.is_none());
        let pool = booked.as_ref().filter(|r| bay_told(&r.bay).is_none());
        let asked = ProblemAsked {
            code,
            bay: place.bay,
            zone: place.zone,
            place: place.point,
            address: place.address,
            reservation: pool.map(|r| r.name.to_string()),
            description: description.unwrap_or_default(),
            media_url: form.read("media_url", text::url)?,
            contact,
            reporter: grant.as_ref().map(|g| g.partner.clone()),
            origin,
            doubts: wrong.is_some(),
        };
        Ok(Self {
            asked,
            seen: wrong.map(|bay| (bay, seen.unwrap_or(BayStatus::Vacant))),
            taken: taken.map(|r| r.name.to_string()),
            grant,
            eyes,
        })
    }

    /// Does what a report of a wrong sensor does beside: its bay is reported as it is seen. What comes of
    /// that is for the gate to say; the problem is kept all the same.
    pub(super) async fn tell_gate(&self, own: &OpenState) {
        if let (Some((bay, seen)), Some(grant)) = (&self.seen, &self.grant) {
            evidence::tell(&own.reports, grant, bay, *seen).await;
        }
    }
}

/// The key in `Authorization` or, where there is none, in `api_key`.
fn granted(
    doorman: &Doorman,
    caller: &Caller,
    form: &ReportForm,
) -> Result<Option<Arc<Grant>>, ApiError> {
    if caller.grant.is_some() {
        return Ok(caller.grant.clone());
    }
    let Some(key) = form.text("api_key")? else {
        return Ok(None);
    };
    let grant = doorman.keys.grant(key, doorman.clock.now());
    let grant = grant.ok_or_else(|| ApiError::Unauthorized(doorman.no_good(key)))?;
    Ok(Some(grant))
}

/// The bay that was said to be taken a moment ago: its driver has another by now, and what is said again, as
/// after an answer that was lost, is said of that one. Who finds the new bay taken so soon names it.
fn told_before<'r>(
    booked: Option<&'r Reservation>,
    named: Option<&str>,
    own: &OpenState,
) -> Option<&'r str> {
    let r = booked.filter(|r| named != Some(&*r.bay))?;
    let moved = r.moved.as_ref().filter(|moved| moved.taken)?;
    let now = own.reads.clock.now();
    (now.since(moved.at) <= AGAIN_MS).then_some(&*moved.from)
}

fn seen(word: &str) -> Result<BayStatus, String> {
    match word {
        "vacant" => Ok(BayStatus::Vacant),
        "occupied" => Ok(BayStatus::Occupied),
        _ => Err("must be vacant or occupied".to_owned()),
    }
}

/// The caller's own reservation that is named. Who has no key for it names a bay or a place.
async fn booked(
    own: &OpenState,
    form: &ReportForm,
    grant: Option<&Grant>,
    code: ProblemCode,
) -> Result<Option<Reservation>, ApiError> {
    let name = form.text("attribute[reservation]")?;
    let grant = grant.filter(|g| g.scopes.has(Scope::Book));
    let (Some(name), Some(grant), ProblemCode::SharedBayTaken) = (name, grant, code) else {
        return Ok(None);
    };
    let found = own.reads.desk.reservation(name, &grant.partner).await;
    match found {
        Ok(reservation) => Ok(Some(reservation)),
        Err(crate::sharing::DeskError::NoSuch) => Err(bad(
            "attribute[reservation]",
            "is no reservation of this key's partner",
        )),
        Err(other) => Err(other.into()),
    }
}
