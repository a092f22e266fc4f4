//! Reporting: anybody may, with a key or without.

use super::OpenState;
use super::answer::OpenForm;
use super::ask::JudgedReport;
use super::form::ReportForm;
use super::refusals;
use super::schema;
use super::show::{OpenSight, seconds};
use crate::limits::Owner;
use crate::problems::{ProblemRow, ReportTaken};
use crate::serve::http::address::ClientAddress;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::sharing::DriverAct;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a problem may be rated with, for clients that read XML.
const RATING_TOKEN: HeaderName = HeaderName::from_static("rating-token");

pub(super) fn routes() -> OpenApiRouter<Arc<OpenState>> {
    OpenApiRouter::new()
        .routes(routes!(post_request))
        .routes(routes!(post_request_xml))
}

/// Report a problem. No key is needed.
///
/// A form as the standard has it, or JSON with the same members. It goes to who is responsible for the
/// place, with a deadline. What was reported already and is open is the same problem: the answer has its
/// id. With a key of the scope `report`, `sensor-wrong` of a bay is a report of the bay's state as well;
/// with the key that has booked it, and before the driver arrives, `shared-bay-taken` gets the driver
/// another bay, as `/v1/reservations/{reservation}/taken` does. 201 once it is on disk.
#[utoipa::path(
    post, path = "/v1/open311/requests.json", operation_id = "report_problem", tag = "problems",
    security((), ("key" = [])),
    request_body(content(
        (schema::ReportedJson = "application/json"),
        (schema::ReportedForm = "application/x-www-form-urlencoded"))),
    responses(
        (status = 201, description = "Taken, durably", body = Vec<schema::RequestTaken>),
        refusals::OpenBad, refusals::OpenNoKey, refusals::OpenNoSuch, refusals::OpenTooLarge,
        refusals::OpenNoForm, refusals::OpenBusy, refusals::OpenNotNow,
    )
)]
async fn post_request(
    State(own): State<Arc<OpenState>>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    own.take(OpenForm::Json, &caller, request).await
}

/// The same, answered in XML.
///
/// As `requests.json`. The rating's token is in the header `Rating-Token` alone, since the standard's XML
/// has no place for it.
#[utoipa::path(
    post, path = "/v1/open311/requests.xml", operation_id = "report_problem_xml", tag = "problems",
    security((), ("key" = [])),
    request_body(content(
        (schema::ReportedJson = "application/json"),
        (schema::ReportedForm = "application/x-www-form-urlencoded"))),
    responses(
        (status = 201, description = "Taken, durably", body = serde_json::Value, content_type = "text/xml"),
        refusals::OpenBadXml, refusals::OpenNoKeyXml, refusals::OpenNoSuchXml, refusals::OpenTooLargeXml,
        refusals::OpenNoFormXml, refusals::OpenBusyXml, refusals::OpenNotNowXml,
    )
)]
async fn post_request_xml(
    State(own): State<Arc<OpenState>>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    own.take(OpenForm::Xml, &caller, request).await
}

impl OpenState {
    async fn take(
        self: &Arc<Self>,
        answer: OpenForm,
        caller: &Caller,
        request: Request,
    ) -> Result<Response, ApiError> {
        let headers = request.headers();
        if caller.grant.is_none() && headers.contains_key(AUTHORIZATION) {
            // Who mistypes a key should learn that, and not report as nobody.
            self.reads.doorman.grant(headers)?;
        }
        // A key in hand does not make another sender of who floods.
        let known = request.extensions().get::<ClientAddress>();
        let origin = known.map_or(caller.owner, |c| Owner::of_address(c.0));
        let form = ReportForm::of(request).await?;
        let judged = JudgedReport::read(self, &form, (caller, origin)).await?;
        let taken = self.problems.report(judged.asked.clone()).await?;
        judged.tell_gate(self).await;
        let city = self.reads.registry.city().clone();
        let sight = OpenSight::new(&self.reads, &city, &judged.eyes);
        // Who may not see a problem is not told that others have reported it.
        let is_seen = taken.is_new || sight.sees(&taken.row);
        let votes = if is_seen { taken.row.votes } else { 1 };
        let mut notice = said_of(&taken.row, votes, sight.agency(&taken.row));
        self.tell_booking(&judged, &mut notice).await;
        Ok(answered(answer, &taken, (votes, &notice)))
    }

    /// Has another bay found for a booking, and says what has become of it.
    async fn tell_booking(&self, judged: &JudgedReport, says: &mut String) {
        let (Some(booked), Some(grant)) = (&judged.taken, &judged.grant) else {
            return;
        };
        let step = self
            .reads
            .desk
            .step(booked.clone(), grant.partner.clone(), DriverAct::Taken);
        let done = match step.await {
            Ok(r) if r.state.holds() => format!(" Reservation {booked} has another bay."),
            Ok(_) => format!(
                " No other bay is free: reservation {booked} is cancelled, and nothing owed."
            ),
            Err(why) => format!(" Reservation {booked} stays as it is: {why}."),
        };
        says.push_str(&done);
    }
}

/// Who deals with it and by when.
fn said_of(row: &ProblemRow, votes: i64, agency: &str) -> String {
    let due = seconds(row.expected_at);
    if votes <= 1 {
        return format!("{agency} is told of it, and is to deal with it by {due}.");
    }
    format!("It was reported already, {votes} times by now: {agency} is to deal with it by {due}.")
}

fn answered(form: OpenForm, taken: &ReportTaken, (votes, notice): (i64, &str)) -> Response {
    let id = taken.row.id.to_string();
    let told = json!([{
        "service_request_id": id, "service_notice": notice, "account_id": null,
        "rating_token": taken.token, "votes": votes,
    }]);
    let mut answer = form.answer(StatusCode::CREATED, ("service_requests", &told), false);
    let ending = match form {
        OpenForm::Json => "json",
        OpenForm::Xml => "xml",
    };
    let place = format!("/v1/open311/requests/{id}.{ending}");
    let headers = answer.headers_mut();
    let shown = taken.token.as_deref().map(HeaderValue::try_from);
    if let Some(Ok(mut shown)) = shown {
        shown.set_sensitive(true);
        headers.insert(RATING_TOKEN, shown);
    }
    if let Ok(place) = HeaderValue::try_from(place) {
        headers.insert(LOCATION, place);
    }
    answer
}
