//! `GET /v1/zones/{zone}/history`: how full a zone was, as settled, for apps.

use super::question::{AuthorityState, place, stretch};
use super::turnover::{discretion, settled};
use super::{render, schema};
use crate::domain::Calendar;
use crate::domain::turnover::HOUR_MS;
use crate::history::{Interval, Question};
use crate::serve::http::auth::Viewer;
use crate::serve::http::caller::Caller;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, IfNoneMatch};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::Eyes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest time of one question.
const MOST_MS: u64 = 31 * 24 * HOUR_MS;
/// That in quarters of an hour.
const MAX_LIMIT: usize = 3000;
const DEFAULT_LIMIT: usize = 1000;

const LENGTHS: [(&str, Interval); 3] = [
    ("15m", Interval::Quarter),
    ("1h", Interval::Hour),
    ("1d", Interval::Day(Calendar::UTC)),
];

pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(zone_history))
        .with_state(authority_state)
}

/// How full a zone was.
///
/// Rows start in `from`..`to`, by default the 24 hours that are settled last. What counts of the
/// whole zone tell is there some minutes later; of bays that speak for themselves days that are
/// over, in UTC, and not where so few visits would speak of single people (`suppressed`), as at
/// `/v1/turnover`. With the scope `monitor` all that is settled.
#[utoipa::path(
    get, path = "/v1/zones/{zone}/history", tag = "drivers", security((), ("key" = ["monitor"])),
    params(("zone" = String, Path, description = "The zone's id"), schema::HistoryQuery),
    responses(
        (status = 200, description = "A page of rows", body = schema::ZoneHistory),
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadParameter, problems::BadKey, problems::NoSuchZone, problems::Unreadable,
    )
)]
async fn zone_history(
    viewer: Viewer,
    caller: Caller,
    State(own): State<Arc<AuthorityState>>,
    Id(id): Id,
    held: IfNoneMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    let eyes = Eyes::of(&caller);
    let asked = HistoryQuestion::read(&own, &eyes, &id, uri.query())?;
    let authority_state = own.clone();
    let work = move || asked.answer(&own, (viewer, &eyes));
    let page = authority_state.work(work).await?;
    Ok(settled(page, "application/json", &held, &uri))
}

/// A question that makes sense.
struct HistoryQuestion {
    id: String,
    zone: u32,
    question: Question<'static>,
    interval: &'static str,
}

impl HistoryQuestion {
    fn read(
        own: &AuthorityState,
        eyes: &Eyes,
        id: &str,
        query: Option<&str>,
    ) -> Result<Self, ApiError> {
        let p = Params::read(query, &["interval", "from", "to", "limit", "cursor"])?;
        let found = own.registry.zone_called(id);
        let city = own.registry.city();
        let zone = found.map(|ix| city.zone(ix)).filter(|zone| !zone.removed);
        // A private zone is there for its owner and the authority alone.
        let zone = zone.filter(|zone| own.sees(eyes, &city, zone.number));
        let Some(zone) = zone else {
            let what = format!("there is no zone {}", quoted(id));
            return Err(ApiError::NotFound(what));
        };
        let of = |name: &str| LENGTHS.into_iter().find(|(n, _)| *n == name);
        let (name, interval) = p
            .one_of("interval", of, || LENGTHS.map(|(n, _)| n).join(", "))?
            .unwrap_or(LENGTHS[1]);
        let settled_to = own.history().settled_to();
        let (from, to) = stretch(&p, settled_to)?;
        let end = to.min(settled_to.max(from));
        if end.since(from) > MOST_MS {
            let why = "from and to may lie at most 31 days apart; without to, everything settled is meant";
            return Err(ApiError::bad("from", why));
        }
        let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
        Ok(Self {
            id: zone.spec.id.clone(),
            zone: zone.number,
            question: Question {
                zones: None,
                from,
                to,
                interval,
                place: place(&p)?,
                limit,
            },
            interval: name,
        })
    }

    /// The body, and the cursor of the next page.
    fn answer(
        &self,
        own: &AuthorityState,
        (viewer, eyes): (Viewer, &Eyes),
    ) -> Result<(Vec<u8>, Option<String>), ApiError> {
        let zones = [self.zone];
        let question = Question {
            zones: Some(&zones),
            ..self.question
        };
        let page = match discretion(viewer) {
            None => {
                let page = own.history().page(&question);
                page.map_err(|e| ApiError::Unavailable(e.to_string()))?
            }
            Some(least) => own.discreet(&question, least, eyes),
        };
        let next = page.next.map(|p| cursor::write_place(p.start.0, p.zone));
        let body = render::history_json(&self.id, &page, self.interval, next.as_deref());
        Ok((body, next))
    }
}
