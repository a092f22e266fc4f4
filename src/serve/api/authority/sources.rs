//! How each source does: when it was last heard, how late it is, what was taken of it and what
//! refused, on how many bays it has the word, and what it is suspected of.
//!
//! Who watches over the city sees all; a partner sees its own, and of the others not that they are
//! there. Why a source is suspected is told in numbers: no contributor is ever named.

use super::question::AuthorityState;
use super::{schema, sources_csv};
use crate::domain::{Doubtful, Millis, SourceIx, Suspicion};
use crate::ingest::gate::Sent;
use crate::live::{Dead, SuspectAt, Suspected};
use crate::partners::SourcePattern;
use crate::registry::city::City;
use crate::serve::http::auth::Overseer;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::negotiate::{by_accept, csv, takes_csv};
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::State;
use axum::http::header::LINK;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Bays at which a source is suspected that its row tells.
const BAYS_TOLD: usize = 20;

/// Sources that are looked at for a page, however few of them are told.
const LOOKED_AT: u32 = 20_000;

pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sources))
        .with_state(authority_state)
}

/// Every source, in the order in which they were enrolled, and how it does.
///
/// Counts begin when the hub was started (`since`). Walk with `cursor` until `next` is null; a page
/// may end early, even without sources. A key with the scope `report` or `partner` sees the sources
/// of its own partner. `Accept: text/csv` gives a row each; the next page is then in `Link`.
#[utoipa::path(
    get, path = "/v1/sources", tag = "authority",
    security(
        ("key" = ["monitor"]), ("key" = ["admin"]), ("key" = ["report"]), ("key" = ["partner"])
    ),
    params(schema::SourcesQuery),
    responses(
        (status = 200, description = "A page of sources", content(
            (schema::Sources = "application/json"), (String = "text/csv"))),
        problems::BadParameter, problems::Keyed, problems::NoSuchSource, problems::NotInThatFormat,
    )
)]
async fn sources(
    overseer: Overseer,
    State(own): State<Arc<AuthorityState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let as_csv = takes_csv(&headers)?;
    let p = Params::read(uri.query(), &["source", "suspect", "limit", "cursor"])?;
    let may_speak_for = match &overseer {
        Overseer::Every => vec![],
        Overseer::Own(grant) => own.doorman.keys.sources_of(&grant.partner),
    };
    let page = Page {
        now: own.doorman.clock.now(),
        city: own.registry.city().clone(),
        own: &own,
        overseer,
        may_speak_for,
        as_csv,
        uri: &uri,
        suspects_only: p.flag("suspect")?,
    };
    let limit = p.number("limit", 1..=1000_usize)?.unwrap_or(100);
    if let Some(id) = p.text("source") {
        let known = own.registry.source(id).map(|(source, _)| source);
        let row = known.and_then(|source| page.visible(source));
        let row = row.ok_or_else(|| ApiError::NotFound("no such source has ever spoken".into()))?;
        let shown = page.wanted(&row).then(|| page.show(&row));
        return Ok(page.answer(shown.as_slice(), None));
    }
    let first = p
        .text("cursor")
        .map(cursor::read)
        .transpose()?
        .map_or(0, |last| last.saturating_add(1));
    let (shown, next) = page.walk(first, limit);
    Ok(page.answer(&shown, next.as_deref()))
}

/// A source that the caller may see.
struct Row {
    source: SourceIx,
    id: Arc<str>,
    sent: Sent,
    suspected: Suspected,
}

struct Page<'a> {
    own: &'a AuthorityState,
    overseer: Overseer,
    /// Of an own partner.
    may_speak_for: Vec<SourcePattern>,
    as_csv: bool,
    uri: &'a Uri,
    suspects_only: bool,
    now: Millis,
    city: Arc<City>,
}

impl Page<'_> {
    fn answer(&self, shown: &[Value], next: Option<&str>) -> Response {
        let mut answer = by_accept(if self.as_csv {
            csv(sources_csv::lines(shown))
        } else {
            let since = self.own.ledger().since().to_string();
            let at = self.now.to_string();
            Json(json!({"at": at, "since": since, "next": next, "sources": shown})).into_response()
        });
        let headers = answer.headers_mut();
        if let Some(link) = next.and_then(|next| cursor::link(self.uri, next)) {
            headers.insert(LINK, link);
        }
        answer
    }

    /// At most `limit` sources from number `first` on, and where to go on.
    fn walk(&self, first: u32, limit: usize) -> (Vec<Value>, Option<String>) {
        let count = self.own.registry.source_count();
        let mut shown = Vec::new();
        let mut from = first;
        for _ in 0..LOOKED_AT {
            let Some(source) = self.next(from).filter(|source| source.0 < count) else {
                return (shown, None);
            };
            from = source.0 + 1;
            let row = self.visible(source).filter(|row| self.wanted(row));
            shown.extend(row.map(|row| self.show(&row)));
            if shown.len() == limit {
                break;
            }
        }
        let more = self.next(from).is_some_and(|source| source.0 < count);
        (shown, more.then(|| cursor::write(from - 1)))
    }

    fn next(&self, from: u32) -> Option<SourceIx> {
        if self.suspects_only {
            self.own.live.next_suspect(SourceIx(from))
        } else {
            Some(SourceIx(from))
        }
    }

    /// `None`: there is no such source as far as the caller is concerned.
    fn visible(&self, source: SourceIx) -> Option<Row> {
        let id = self.own.registry.source_id(source)?;
        let sent = self.own.ledger().of(source).unwrap_or_default();
        if let Overseer::Own(grant) = &self.overseer {
            let own = match &sent.partner {
                Some(partner) => *partner == grant.partner,
                // Not heard since the start: whoever may speak for it.
                None => self.may_speak_for.iter().any(|p| p.covers_source(&id)),
            };
            if !own {
                return None;
            }
        }
        Some(Row {
            source,
            id,
            sent,
            suspected: self.own.live.suspected(source, BAYS_TOLD),
        })
    }

    fn wanted(&self, row: &Row) -> bool {
        !self.suspects_only || row.suspected.total > 0
    }

    fn health(&self, row: &Row) -> schema::SourceHealth {
        let heard_at = row.sent.heard_at;
        let limit = u64::from(self.own.authority.silent_after_s) * 1000;
        if row.suspected.total > 0 {
            schema::SourceHealth::Suspect
        } else if heard_at.is_never() {
            schema::SourceHealth::Unheard
        } else if self.now.since(heard_at) > limit {
            schema::SourceHealth::Silent
        } else {
            schema::SourceHealth::Good
        }
    }

    fn show(&self, row: &Row) -> Value {
        let Row { id, sent, .. } = row;
        let kind = self.own.registry.source(id).map(|(_, kind)| kind.name());
        let at = |t: Millis| (!t.is_never()).then(|| t.to_string());
        let age = |t: Millis| (!t.is_never()).then(|| self.now.since(t) as f64 / 1000.0);
        let refused: Map<String, Value> = sent
            .refused
            .iter()
            .map(|(why, n)| (why.name().to_owned(), json!(n)))
            .collect();
        let lag = sent.heard_at.since(sent.observed_at) as f64 / 1000.0;
        let dead = row.suspected.dead.iter().map(|dead| self.dead(*dead));
        let bays = row.suspected.at.iter().map(|one| self.suspect(one));
        let mut shown = json!({
            "source": **id, "kind": kind, "partner": sent.partner.as_deref(),
            "health": self.health(row).name(), "online": sent.online,
            "heard_at": at(sent.heard_at), "silent_s": age(sent.heard_at),
            "observed_at": at(sent.observed_at), "lag_s": (sent.accepted > 0).then_some(lag),
            "accepted": sent.accepted, "refused": refused,
            "counts_clamped": sent.clamped, "counts_of_other_capacity": sent.other_capacity,
            "bays": self.own.live.bays_of(row.source),
            "suspect": dead.chain(bays).collect::<Vec<_>>(),
            "suspect_total": row.suspected.total,
        });
        if let Some(feed) = self.feed(row.source) {
            shown["feed"] = feed;
        }
        shown
    }

    /// Of a feed of the configuration: how asking it does. Its address may hold a key, and is not told.
    fn feed(&self, source: SourceIx) -> Option<Value> {
        let feed = self.own.feeds.of_source(source)?;
        let held = feed.standing().now();
        let at = |t: Option<Millis>| t.map(|t| t.to_string());
        let error = held.last_failure.as_ref().map(|(when, failure)| {
            let why = [failure.fault.name(), &failure.why];
            json!({"at": when.to_string(), "fault": why[0], "why": why[1]})
        });
        Some(json!({
            "name": feed.config().name, "answered_at": at(held.answered_at),
            "next_poll_at": at(held.next_poll), "failing_since": at(held.failing_since),
            "last_error": error, "hours_off": held.hours_off, "places_left_out": held.left_out,
        }))
    }

    fn dead(&self, dead: Dead) -> Value {
        let silent = self.now.since(dead.since) / 1000;
        json!({
            "reason": Suspicion::Dead.name(), "bay": null, "since": dead.since.to_string(),
            "why": [
                format!("silent for {silent} s"),
                format!("its word has lapsed on {} bays or counts", dead.lapsed),
            ],
        })
    }

    fn suspect(&self, one: &SuspectAt) -> Value {
        // The stream may know a newer picture of the city for a moment.
        let known = one.bay.0 < self.city.bay_slots();
        let bay = known.then(|| self.city.bay_id(one.bay));
        json!({
            "reason": one.doubtful.suspicion().name(), "bay": bay,
            "since": one.since.to_string(), "why": why(&one.doubtful),
        })
    }
}

/// The reasons, each a phrase.
fn why(doubtful: &Doubtful) -> Vec<String> {
    match doubtful {
        Doubtful::Flickering { per_10_000_min } => {
            let rate = f64::from(*per_10_000_min) / 10_000.0;
            vec![format!("errors begin {rate:.3} times a minute")]
        }
        Doubtful::Reported { partners } => {
            vec![format!(
                "people of {partners} partners have reported within a day that it is wrong"
            )]
        }
        Doubtful::Stuck(why) => {
            let said = why.said.name();
            let p = format!("p_stuck {:.2}", f64::from(why.p_stuck) / 255.0);
            let apps = why.apps.map(|(contributors, partners)| {
                format!(
                    "{contributors} contributors of {partners} partners contradict what it says: {said}"
                )
            });
            let gate = why.gate.map(|(counted, seen)| {
                format!(
                    "a gate counts {counted} vacant where the sensors say {seen}; it says {said}"
                )
            });
            let twin = why
                .twin
                .then(|| "another sensor of the bay contradicts it".to_owned());
            let who = apps.into_iter().chain(gate).chain(twin);
            std::iter::once(p).chain(who).collect()
        }
    }
}
