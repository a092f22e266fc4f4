//! Turnover: how the bays of each zone turned over, by five minutes, hours or days.

use super::question::{AuthorityState, place, stretch};
use super::{render, schema};
use crate::domain::Calendar;
use crate::history::{ExportError, FiguresPage, Interval, Question};
use crate::serve::http::auth::Viewer;
use crate::serve::http::caller::Caller;
use crate::serve::http::cursor::{self, link};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{IfNoneMatch, tag_of};
use crate::serve::http::negotiate::choose;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::Eyes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The most rows of a page: a day of every zone of a whole country.
const MAX_LIMIT: usize = 20_000;
const DEFAULT_LIMIT: usize = 1000;

/// Fewer visits than this are told to nobody but the authority.
const LEAST_FOR_PARTNERS: i64 = 5;
const LEAST_FOR_ALL: i64 = 10;

const FORMATS: [&str; 3] = ["application/json", "text/csv", PARQUET];
const PARQUET: &str = "application/vnd.apache.parquet";

/// Parquet is a file and no page: it goes on over pages, each a turn of its own among all who ask, up to
/// so many rows or turns.
const MOST_FILE_ROWS: usize = 100_000;
const MOST_TURNS: usize = 32;
const ROWS_A_TURN: usize = if cfg!(test) { 20 } else { 5_000 };

pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(turnover))
        .with_state(authority_state)
}

/// How each zone's bays turned over.
///
/// Rows start in `from`..`to`, by time and then by zone. Go on with `cursor` until `next` is null;
/// a page may end early, even without rows. With the scope `monitor` all settled figures are told.
/// Without it days that are over, in UTC, and what fewer than five visits (without a key: ten)
/// speak of is null and `suppressed`, and whatever would give it away; what is told by counts of
/// whole zones (`basis`) speaks of no visit: it is told as soon as it is settled. Zones that are
/// private, or gone, are not told of, but a private one to who owns all its bays. CSV and Parquet
/// have the same rows and columns; where the next page is then stands in the header `Link`.
#[utoipa::path(
    get, path = "/v1/turnover", tag = "authority", security((), ("key" = ["monitor"])),
    params(schema::TurnoverQuery),
    responses(
        (status = 200, description = "A page of figures", content(
            (schema::TurnoverPage = "application/json"), (String = "text/csv"),
            (inline(schema::TurnoverFile) = "application/vnd.apache.parquet"))),
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadParameter, problems::BadKey, problems::NoSuchZone, problems::NotInThatFormat,
        problems::Unreadable,
    )
)]
async fn turnover(
    viewer: Viewer,
    caller: Caller,
    State(own): State<Arc<AuthorityState>>,
    headers: HeaderMap,
    held: IfNoneMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    const TAKEN: &str = "application/json, text/csv or application/vnd.apache.parquet";
    let format = choose(&headers, FORMATS).ok_or(ApiError::NotAcceptable(TAKEN))?;
    let eyes = Eyes::of(&caller);
    let asked = TurnoverQuestion::read(&own, (viewer, &eyes), uri.query())?;
    let authority_state = own.clone();
    let (body, next) = if FORMATS[format] == PARQUET {
        asked.file(&own, viewer, eyes).await?
    } else {
        let work = move || asked.answer(&own, (viewer, &eyes), format);
        authority_state.work(work).await?
    };
    let content_type = ["application/json", "text/csv; charset=utf-8", PARQUET][format];
    let mut answer = settled((body, next), content_type, &held, &uri);
    let vary = HeaderValue::from_static("accept");
    answer.headers_mut().insert(VARY, vary);
    Ok(answer)
}

/// A page of what is settled, or 304 to who holds it; `next` is the cursor of the one after.
pub(super) fn settled(
    (body, next): (Vec<u8>, Option<String>),
    content_type: &'static str,
    held: &IfNoneMatch,
    uri: &Uri,
) -> Response {
    let etag = tag_of(&body);
    let mut answer = if held.is(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into_response()
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(ETAG, etag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=10"));
    if let Some(link) = next.and_then(|next| link(uri, &next)) {
        headers.insert(LINK, link);
    }
    answer
}

/// How many visits a cell must be of to be told; `None`: any is.
pub(super) const fn discretion(viewer: Viewer) -> Option<i64> {
    match viewer {
        Viewer::Monitor => None,
        Viewer::Known => Some(LEAST_FOR_PARTNERS),
        Viewer::Public => Some(LEAST_FOR_ALL),
    }
}

/// A question that makes sense.
struct TurnoverQuestion {
    zones: Option<Vec<u32>>,
    question: Question<'static>,
    interval: &'static str,
    /// The rows of a file at most.
    most: usize,
}

impl TurnoverQuestion {
    fn read(
        own: &AuthorityState,
        (viewer, eyes): (Viewer, &Eyes),
        query: Option<&str>,
    ) -> Result<Self, ApiError> {
        let p = Params::read(
            query,
            &[
                "zone", "bbox", "from", "to", "interval", "tz", "limit", "cursor",
            ],
        )?;
        let zones = own.zones(&p, eyes)?;
        let calendar = match p.text("tz") {
            None if viewer == Viewer::Monitor => own.calendar(),
            None => Calendar::UTC,
            Some(name) => Calendar::parse(name).ok_or_else(|| {
                let said = quoted(name);
                ApiError::bad(
                    "tz",
                    format!(
                        "tz must be the IANA name of a place, such as Asia/Singapore, not {said}"
                    ),
                )
            })?,
        };
        let lengths = [
            ("5m", Interval::FiveMinutes),
            ("1h", Interval::Hour),
            ("1d", Interval::Day(calendar)),
        ];
        let of = |name: &str| lengths.into_iter().find(|(n, _)| *n == name);
        let (name, interval) = p
            .one_of("interval", of, || "5m, 1h, 1d".to_owned())?
            .unwrap_or(lengths[1]);
        if viewer != Viewer::Monitor && calendar != Calendar::UTC {
            let why = "days of another place than UTC are told to keys with the scope monitor only: two kinds of day \
                       could be subtracted from each other";
            return Err(ApiError::bad("tz", why));
        }
        let (from, to) = stretch(&p, own.history().settled_to())?;
        let limit = p.number("limit", 1..=MAX_LIMIT)?;
        let question = Question {
            zones: None,
            from,
            to,
            interval,
            place: place(&p)?,
            limit: limit.unwrap_or(DEFAULT_LIMIT),
        };
        Ok(Self {
            zones,
            question,
            interval: name,
            most: limit.unwrap_or(MOST_FILE_ROWS),
        })
    }

    fn page(
        &self,
        own: &AuthorityState,
        (viewer, eyes): (Viewer, &Eyes),
    ) -> Result<FiguresPage, ApiError> {
        let question = Question {
            zones: self.zones.as_deref(),
            ..self.question
        };
        match discretion(viewer) {
            None => {
                let page = own.history().page(&question);
                page.map_err(|e| ApiError::bad("tz", e.to_string()))
            }
            Some(least) => Ok(own.discreet(&question, least, eyes)),
        }
    }

    /// Pages as one file of Parquet, and the cursor of where it ends: held are the file so far and the
    /// rows of a page.
    async fn file(
        mut self,
        own: &Arc<AuthorityState>,
        viewer: Viewer,
        eyes: Eyes,
    ) -> Result<(Vec<u8>, Option<String>), ApiError> {
        let failed = |e: ExportError| ApiError::Unavailable(e.to_string());
        let mut file = render::turnover_file().map_err(failed)?;
        let mut room = (self.most, eyes);
        for _ in 0..MOST_TURNS {
            self.question.limit = room.0.min(ROWS_A_TURN);
            let state = own.clone();
            let work = move || {
                let page = self.page(&state, (viewer, &room.1))?;
                let city = state.registry.city();
                let id = &mut |number, each: &mut dyn FnMut(&str)| state.id(&city, number, each);
                render::turnover_group(&mut file, &page.rows, id).map_err(failed)?;
                room.0 = room.0.saturating_sub(page.rows.len());
                self.question.place = page.next;
                Ok((self, file, room))
            };
            (self, file, room) = own.work(work).await?;
            if self.question.place.is_none() || room.0 == 0 {
                break;
            }
        }
        let next = self
            .question
            .place
            .map(|p| cursor::write_place(p.start.0, p.zone));
        Ok((file.finish().map_err(failed)?, next))
    }

    /// The body, and the cursor of the next page.
    fn answer(
        &self,
        own: &AuthorityState,
        (viewer, eyes): (Viewer, &Eyes),
        format: usize,
    ) -> Result<(Vec<u8>, Option<String>), ApiError> {
        let city = own.registry.city();
        let page = self.page(own, (viewer, eyes))?;
        let next = page.next.map(|p| cursor::write_place(p.start.0, p.zone));
        let id = &mut |number, each: &mut dyn FnMut(&str)| own.id(&city, number, each);
        let body = match format {
            0 => render::turnover_json(
                &page,
                self.interval,
                next.as_deref(),
                viewer == Viewer::Monitor,
                id,
            ),
            _ => render::turnover_csv(&page.rows, id),
        };
        Ok((body, next))
    }
}
