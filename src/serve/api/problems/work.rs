//! The list of work, one problem with all that belongs to it, and what is said of it.

use super::{Hand, ProblemsState, schema};
use crate::domain::problem::text;
use crate::domain::{LatLon, Millis, ProblemCode, ProblemState};
use crate::problems::{ProblemRow, ProblemSaid, ProblemWork};
use crate::serve::api::open311::{self, OpenSight};
use crate::serve::http::auth::KeyHolder;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::Eyes;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::Uri;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: u32 = 1000;
const DEFAULT_LIMIT: u32 = 100;

pub(super) fn routes() -> OpenApiRouter<Arc<ProblemsState>> {
    OpenApiRouter::new()
        .routes(routes!(list_problems))
        .routes(routes!(get_problem, patch_problem))
}

/// What is to be dealt with, by when it is due: what is late comes first.
///
/// A key with the scope `partner` sees what its partner is responsible for, and that of the authority's partner
/// what is late as well, with `overdue=true`; `admin` and `monitor` see all. Walk with `cursor` until `next` is null.
#[utoipa::path(
    get, path = "/v1/problems", tag = "problems",
    security(("key" = ["partner"]), ("key" = ["admin"]), ("key" = ["monitor"])),
    params(schema::WorkQuery),
    responses(
        (status = 200, description = "A page of problems", body = schema::ProblemList),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn list_problems(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<ProblemsState>>,
    uri: Uri,
) -> Result<Json<schema::ProblemList>, ApiError> {
    let hand = Hand::of(&grant)?;
    let known = &["state", "code", "overdue", "closed", "limit", "cursor"];
    let p = Params::read(uri.query(), known)?;
    let state = p.one_of("state", ProblemState::parse, ProblemState::list)?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let only_overdue = p.flag("overdue")?;
    let passed_to = own.problems.config().authority_partner.as_deref();
    let work = ProblemWork {
        partner: match hand {
            // What is late was passed to it, whosever it is.
            Hand::Operator(name) if only_overdue && passed_to == Some(name) => None,
            Hand::Operator(name) => Some(name.to_owned()),
            _ => None,
        },
        is_over: state.map_or(p.flag("closed")?, ProblemState::is_over),
        state,
        code: p.one_of("code", ProblemCode::parse, ProblemCode::list)?,
        only_overdue,
        after: p.text("cursor").map(after).transpose()?,
        limit: limit + 1,
    };
    let mut rows = own.problems.work(&work).await?;
    let at = |row: &ProblemRow| row.closed_at.unwrap_or(row.expected_at);
    let id = |row: &ProblemRow| format!("{}:{}", at(row).0, row.id);
    let next = cursor::page(&mut rows, limit as usize, id);
    Ok(Json(schema::ProblemList {
        at: own.reads.clock.now().to_string(),
        problems: rows.iter().map(|row| own.shown(hand, row)).collect(),
        next,
    }))
}

/// Where a page ended: a time and a number.
fn after(cursor: &str) -> Result<(Millis, i64), ApiError> {
    let text = cursor::read_text(cursor)?;
    let parts = text.split_once(':').ok_or_else(cursor::not_ours)?;
    let at = parts
        .0
        .parse::<u64>()
        .ok()
        .filter(|ms| i64::try_from(*ms).is_ok());
    let read = at.zip(parts.1.parse::<i64>().ok());
    read.map(|(at, id)| (Millis(at), id))
        .ok_or_else(cursor::not_ours)
}

/// One problem: what was said of it and, for who is responsible, how to reach who reported it.
///
/// Another's is not there.
#[utoipa::path(
    get, path = "/v1/problems/{problem}", tag = "problems",
    security(("key" = ["partner"]), ("key" = ["admin"]), ("key" = ["monitor"])),
    params(("problem" = String, Path, description = "The problem's id: that of the service request")),
    responses(
        (status = 200, description = "The problem", body = schema::ProblemDetail),
        problems::Keyed, problems::NoSuchProblem, problems::NotNow,
    )
)]
async fn get_problem(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<ProblemsState>>,
    Id(id): Id,
) -> Result<Json<schema::ProblemDetail>, ApiError> {
    let hand = Hand::of(&grant)?;
    let row = own.of(hand, &id).await?;
    Ok(Json(own.detail(hand, &row).await?))
}

/// Say what becomes of a problem: a state, a notice, or both.
///
/// open, acknowledged, in_progress, then resolved, rejected or duplicate; steps may be left out, none leads
/// back. Everybody reads the notice.
#[utoipa::path(
    patch, path = "/v1/problems/{problem}", tag = "problems",
    security(("key" = ["partner"]), ("key" = ["admin"])),
    params(("problem" = String, Path, description = "The problem's id: that of the service request")),
    request_body = schema::ProblemSays,
    responses(
        (status = 200, description = "So from now on, durably", body = schema::ProblemDetail),
        problems::BadField, problems::Keyed, problems::NoSuchProblem, problems::NotInThatState,
        problems::Over8KiB, problems::NotJson, problems::NotNow,
    )
)]
async fn patch_problem(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<ProblemsState>>,
    Id(id): Id,
    request: Request,
) -> Result<Json<schema::ProblemDetail>, ApiError> {
    let hand = Hand::of(&grant)?;
    let row = own.of(hand, &id).await?;
    if !hand.works_on(&row) {
        return Err(ApiError::Forbidden(
            "this key reads that problem: who is responsible for it, by a key of the scope partner, or an \
             administrator says what becomes of it"
                .to_owned(),
        ));
    }
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members).only(&["state", "notice", "duplicate_of"])?;
    let state = fields.text("state")?;
    let state = state.map(|word| {
        let known = ProblemState::list();
        ProblemState::parse(word)
            .ok_or_else(|| fields.bad("state", format_args!("must be one of {known}")))
    });
    let state = state.transpose()?;
    let notice = fields.text("notice")?;
    let notice = notice.map(|said| {
        text::plain(said, text::LONGEST_NOTICE).map_err(|why| fields.bad("notice", why))
    });
    let notice = notice.transpose()?.filter(|said| !said.is_empty());
    let other = fields.text("duplicate_of")?;
    let duplicate_of = other.map(|other| own.other(hand, &row, state, other));
    let duplicate_of = match duplicate_of {
        Some(other) => Some(other.await?),
        None => None,
    };
    if state == Some(ProblemState::Duplicate) && duplicate_of.is_none() {
        return Err(fields.bad("duplicate_of", "is needed with the state duplicate"));
    }
    if state.is_none() && notice.is_none() {
        return Err(fields.bad("state", "or notice is needed"));
    }
    let said = ProblemSaid {
        state,
        notice: notice.as_deref(),
        duplicate_of,
        author: &grant.partner,
    };
    let row = own.problems.say(row.id, said).await?;
    Ok(Json(own.detail(hand, &row).await?))
}

impl ProblemsState {
    /// A problem that is there for the caller.
    async fn of(&self, hand: Hand<'_>, name: &str) -> Result<ProblemRow, ApiError> {
        let none = || ApiError::NotFound(format!("you have no problem {}", quoted(name)));
        let id = open311::number(name).ok_or_else(none)?;
        let row = self.problems.problem(id).await.map_err(|e| match e {
            crate::problems::ProblemFault::NoSuch => none(),
            other => other.into(),
        })?;
        let passed_to = self.problems.config().authority_partner.as_deref();
        if hand.sees(&row, passed_to) {
            return Ok(row);
        }
        Err(none())
    }

    /// The problem of which one is a duplicate: another of the caller's.
    async fn other(
        &self,
        hand: Hand<'_>,
        row: &ProblemRow,
        state: Option<ProblemState>,
        name: &str,
    ) -> Result<i64, ApiError> {
        let bad = |why: &str| ApiError::bad("duplicate_of", format!("duplicate_of {why}"));
        if state != Some(ProblemState::Duplicate) {
            return Err(bad("is said with the state duplicate alone"));
        }
        let other = self.of(hand, name).await;
        let other = other.map_err(|_| bad("must be the id of another problem of yours"))?;
        if other.id == row.id {
            return Err(bad("must be another problem"));
        }
        if other.state == ProblemState::Duplicate {
            return Err(bad("is a duplicate itself: name the one that it repeats"));
        }
        Ok(other.id)
    }

    async fn detail(
        &self,
        hand: Hand<'_>,
        row: &ProblemRow,
    ) -> Result<schema::ProblemDetail, ApiError> {
        let (notices, reporters) = self.problems.behind(row.id).await?;
        let is_told = hand.is_responsible(row, &self.problems.config().authority);
        let history = notices.into_iter().map(|n| schema::ProblemNotice {
            at: n.at.to_string(),
            state: n.state.name(),
            notice: n.notice,
            by: n.author,
        });
        let reports = reporters.into_iter().filter(|_| is_told);
        let reports = reports.map(|r| schema::ProblemReport {
            at: r.at.to_string(),
            description: r.said,
            email: r.email,
            phone: r.phone,
            plate: r.plate,
            // Who deals with it is not to know who thought what of it.
            rating: r.stars.filter(|_| hand == Hand::Authority),
        });
        Ok(schema::ProblemDetail {
            problem: self.shown(hand, row),
            history: history.collect(),
            reports: reports.collect(),
        })
    }

    /// A problem; its words as they came for who is responsible, and for others as everybody reads them.
    fn shown(&self, hand: Hand<'_>, row: &ProblemRow) -> schema::ProblemShown {
        let is_told = hand.is_responsible(row, &self.problems.config().authority);
        let city = self.reads.registry.city();
        let sight = OpenSight::new(&self.reads, &city, &Eyes::All);
        let place = row.place_e7.map(LatLon::of_e7);
        schema::ProblemShown {
            id: row.id.to_string(),
            code: row.code.name(),
            state: row.state.name(),
            overdue: row.overdue_at.is_some(),
            operator: row.operator.clone(),
            bay: row.bay.clone(),
            zone: row.zone.clone(),
            address: sight.address(row),
            lat: place.map(|p| p.lat),
            lon: place.map(|p| p.lon),
            description: if is_told {
                row.description.clone()
            } else {
                text::public(&row.description)
            },
            media_url: row
                .media_url
                .clone()
                .filter(|url| is_told || text::is_public_url(url)),
            votes: row.votes,
            notice: row.notice.clone(),
            duplicate_of: row.duplicate_of.map(|id| id.to_string()),
            reported_at: row.created_at.to_string(),
            changed_at: row.changed_at.to_string(),
            expected_at: row.expected_at.to_string(),
            closed_at: row.closed_at.map(|at| at.to_string()),
        }
    }
}
