//! What was reported: the list, one request, and the id that a token stands for.

use super::OpenState;
use super::answer::OpenForm;
use super::refusals;
use super::schema;
use super::services::code_called;
use super::show::OpenSight;
use crate::domain::{Millis, ProblemCode};
use crate::problems::{ProblemFault, ProblemQuestion, ProblemRow};
use crate::serve::http::auth::Reader;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::language::{Language, preferred};
use crate::serve::http::params::{Params, quoted};
use crate::serve::sight::Eyes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const DAY_MS: u64 = 86_400_000;

/// The longest span of a list, as the standard has it.
const SPAN_MS: u64 = 90 * DAY_MS;

/// Requests of a page at most, as the standard has it, and pages.
const PAGE: u32 = 1000;

/// Ids that one list may name.
const IDS: usize = 100;

/// What is looked at.
const KNOWN: &[&str] = &[
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "status",
    "page",
    "page_size",
];

pub(super) fn routes() -> OpenApiRouter<Arc<OpenState>> {
    OpenApiRouter::new()
        .routes(routes!(requests))
        .routes(routes!(requests_xml))
        .routes(routes!(one))
        .routes(routes!(of_token))
}

/// What was reported, the newest first.
///
/// Of 90 days at most, and 1,000 a page. Problems of private bays are told to who sees the bay.
#[utoipa::path(
    get, path = "/v1/open311/requests.json", operation_id = "reported_problems", tag = "problems",
    params(schema::RequestsQuery),
    responses(
        (status = 200, description = "A page of requests", body = Vec<schema::ServiceRequest>),
        refusals::OpenBad, refusals::OpenNoSuch, refusals::OpenBusy, refusals::OpenNotNow,
    )
)]
async fn requests(
    _: Reader,
    State(own): State<Arc<OpenState>>,
    caller: Caller,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    own.list(OpenForm::Json, &caller, (&headers, &uri)).await
}

/// The same in XML.
///
/// As `requests.json`, without the members that the standard does not have.
#[utoipa::path(
    get, path = "/v1/open311/requests.xml", operation_id = "reported_problems_xml", tag = "problems",
    params(schema::RequestsQuery),
    responses(
        (status = 200, description = "A page of requests", body = serde_json::Value, content_type = "text/xml"),
        refusals::OpenBadXml, refusals::OpenNoSuchXml, refusals::OpenBusyXml, refusals::OpenNotNowXml,
    )
)]
async fn requests_xml(
    _: Reader,
    State(own): State<Arc<OpenState>>,
    caller: Caller,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    own.list(OpenForm::Xml, &caller, (&headers, &uri)).await
}

/// One request.
///
/// The path ends in `.json` or `.xml`. A list of one, as the standard has it.
#[utoipa::path(
    get, path = "/v1/open311/requests/{request}", operation_id = "reported_problem", tag = "problems",
    params(("request" = String, Path, description = "The request's id, and `.json` or `.xml`"), schema::OpenQuery),
    responses(
        (status = 200, description = "The request", content(
            (Vec<schema::ServiceRequest> = "application/json"), (serde_json::Value = "text/xml"))),
        refusals::OpenBad, refusals::OpenNoSuch, refusals::OpenBusy, refusals::OpenNotNow,
    )
)]
async fn one(
    _: Reader,
    State(own): State<Arc<OpenState>>,
    caller: Caller,
    Id(file): Id,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (name, form) = OpenForm::of(&file)?;
    let row = own.seen(&caller, name).await?;
    let told = own.told(&caller, &[row], preferred(&headers));
    Ok(form.answer(StatusCode::OK, ("service_requests", &told), true))
}

/// The request that a token stands for: here a token is the request's id.
///
/// Every service here answers with an id at once; this is for clients that ask all the same.
#[utoipa::path(
    get, path = "/v1/open311/tokens/{token}", operation_id = "request_of_token", tag = "problems",
    params(("token" = String, Path, description = "The token, and `.json` or `.xml`"), schema::OpenQuery),
    responses(
        (status = 200, description = "The request's id", content(
            (Vec<schema::RequestOfToken> = "application/json"), (serde_json::Value = "text/xml"))),
        refusals::OpenBad, refusals::OpenNoSuch, refusals::OpenBusy, refusals::OpenNotNow,
    )
)]
async fn of_token(
    _: Reader,
    State(own): State<Arc<OpenState>>,
    caller: Caller,
    Id(file): Id,
) -> Result<Response, ApiError> {
    let (name, form) = OpenForm::of(&file)?;
    let row = own.seen(&caller, name).await?;
    let told = json!([{"service_request_id": row.id.to_string(), "token": name}]);
    Ok(form.answer(StatusCode::OK, ("service_requests", &told), false))
}

fn no_such(name: &str) -> ApiError {
    ApiError::NotFound(format!("there is no request {}", quoted(name)))
}

/// The number that a request's id is. As it is written by us, and not otherwise.
pub(in crate::serve) fn number(name: &str) -> Option<i64> {
    let number = name.parse::<i64>().ok().filter(|n| *n > 0)?;
    (number.to_string() == name).then_some(number)
}

impl OpenState {
    /// A problem that the caller may see.
    async fn seen(&self, caller: &Caller, name: &str) -> Result<ProblemRow, ApiError> {
        let id = number(name).ok_or_else(|| no_such(name))?;
        let row = self.problems.problem(id).await.map_err(|e| match e {
            ProblemFault::NoSuch => no_such(name),
            other => other.into(),
        })?;
        let eyes = Eyes::of(caller);
        let city = self.reads.registry.city();
        let sight = OpenSight::new(&self.reads, &city, &eyes);
        if sight.sees(&row) {
            return Ok(row);
        }
        Err(no_such(name))
    }

    fn told(&self, caller: &Caller, rows: &[ProblemRow], language: Language) -> Value {
        let eyes = Eyes::of(caller);
        let city = self.reads.registry.city();
        let sight = OpenSight::new(&self.reads, &city, &eyes);
        let seen = rows.iter().filter(|row| sight.sees(row));
        seen.map(|row| sight.request(row, language)).collect()
    }

    async fn list(
        &self,
        form: OpenForm,
        caller: &Caller,
        (headers, uri): (&HeaderMap, &Uri),
    ) -> Result<Response, ApiError> {
        let asked = RequestsAsked::read(uri.query(), self.reads.clock.now())?;
        let rows = match asked {
            RequestsAsked::Named(ids) => {
                let mut rows = self.problems.named(&ids).await?;
                rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
                rows
            }
            RequestsAsked::Span(question) => {
                let eyes = Eyes::of(caller);
                let question = {
                    let city = self.reads.registry.city();
                    let sight = OpenSight::new(&self.reads, &city, &eyes);
                    ProblemQuestion {
                        seen_by: sight.problem_eyes(),
                        ..question
                    }
                };
                self.problems.problems(&question).await?
            }
        };
        let told = self.told(caller, &rows, preferred(headers));
        Ok(form.answer(StatusCode::OK, ("service_requests", &told), true))
    }
}

/// Which requests are asked for.
#[derive(Debug)]
enum RequestsAsked {
    Named(Vec<i64>),
    Span(ProblemQuestion),
}

impl RequestsAsked {
    /// What is not named here is not looked at, and what is empty is absent, as the standard says.
    fn read(query: Option<&str>, now: Millis) -> Result<Self, ApiError> {
        let p = Params::lenient(query, KNOWN);
        if let Some(ids) = p.text("service_request_id") {
            let names: Vec<&str> = ids.split(',').map(str::trim).collect();
            if names.len() > IDS {
                let n = names.len();
                return Err(bad(
                    "service_request_id",
                    &format!("names {n} ids; {IDS} are taken"),
                ));
            }
            return Ok(Self::Named(names.into_iter().filter_map(number).collect()));
        }
        let codes = p.text("service_code").map(codes_of).transpose()?;
        let limit = p.number("page_size", 1..=PAGE)?.unwrap_or(PAGE);
        let page = p.number("page", 1..=PAGE)?.unwrap_or(1);
        Ok(Self::Span(ProblemQuestion {
            span: span(p.time("start_date")?, p.time("end_date")?, now)?,
            codes,
            is_over: p.text("status").map_or(Ok(None), is_over)?,
            limit,
            offset: (page - 1) * limit,
            ..ProblemQuestion::default()
        }))
    }
}

fn bad(name: &'static str, why: &str) -> ApiError {
    ApiError::bad(name, format!("{name} {why}"))
}

/// What commas part, but for what is empty.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|w| !w.is_empty())
}

fn codes_of(text: &str) -> Result<Vec<ProblemCode>, ApiError> {
    let mut codes = Vec::new();
    for code in words(text) {
        let code = code_called(code)?;
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    Ok(codes)
}

/// `None`: both.
fn is_over(text: &str) -> Result<Option<bool>, ApiError> {
    let mut is = [false; 2];
    for word in words(text) {
        match word.to_ascii_lowercase().as_str() {
            "open" => is[0] = true,
            "closed" => is[1] = true,
            _ => return Err(bad("status", "must be open, closed, or both")),
        }
    }
    Ok((is[0] != is[1]).then_some(is[1]))
}

/// From when until when, 90 days at most.
fn span(
    start: Option<Millis>,
    end: Option<Millis>,
    now: Millis,
) -> Result<(Millis, Millis), ApiError> {
    let back = |end: Millis| Millis(end.0.saturating_sub(SPAN_MS));
    let (start, end) = match (start, end) {
        (None, None) => (back(now), now),
        (None, Some(end)) => (back(end), end),
        (Some(start), None) => (start, start.plus(SPAN_MS)),
        (Some(start), Some(end)) => (start, end),
    };
    if end < start {
        return Err(bad("end_date", "must not be before start_date"));
    }
    if end.since(start) > SPAN_MS {
        return Err(bad("end_date", "may be 90 days after start_date at most"));
    }
    // A second that is named is meant whole.
    Ok((start, end.plus(999)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_399_200_123);

    fn read(query: &str) -> Result<ProblemQuestion, ApiError> {
        match RequestsAsked::read(Some(query), NOW)? {
            RequestsAsked::Span(question) => Ok(question),
            RequestsAsked::Named(_) => unreachable!("it names none"),
        }
    }

    #[test]
    fn a_list_is_of_ninety_days_and_a_thousand_unless_it_says_less() {
        let all = read("jurisdiction_id=x&status=&page=&extensions=true").unwrap();
        assert_eq!(all.span.1.since(all.span.0), SPAN_MS + 999);
        assert_eq!((all.limit, all.offset, all.is_over), (1000, 0, None));
        let some =
            read("status=closed&service_code=surface,bay-blocked&page=3&page_size=10").unwrap();
        assert_eq!(
            (some.limit, some.offset, some.is_over),
            (10, 20, Some(true))
        );
        assert_eq!(
            some.codes.unwrap(),
            [ProblemCode::Surface, ProblemCode::BayBlocked]
        );
        assert_eq!(read("status=open,closed").unwrap().is_over, None);
        let start = read("start_date=2026-11-01T00:00:00Z").unwrap();
        assert!(start.span.1 > NOW, "until ninety days later");
        for bad in [
            "page=0",
            "page_size=1001",
            "page=1.5",
            "status=done",
            "start_date=yesterday",
            "start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z",
            "start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z",
            "service_code=potholes",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_as_we_write_them() {
        let named = RequestsAsked::read(Some("service_request_id=7, 9,07,x,-1&page=0"), NOW);
        let Ok(RequestsAsked::Named(ids)) = named else {
            panic!("{named:?}")
        };
        assert_eq!(ids, [7, 9]);
        let many = format!("service_request_id={}", "1,".repeat(101));
        assert!(RequestsAsked::read(Some(&many), NOW).is_err());
    }
}
