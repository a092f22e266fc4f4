//! How sources do, in the standard's words: one row a source.

use super::envelope::CdsPage;
use super::ids::{self, Urn};
use super::place::without;
use super::state::CdsState;
use super::visit_words::{month, source_type};
use super::{media, past_schema};
use crate::domain::{Millis, SourceIx};
use crate::serve::http::auth::Watcher;
use crate::serve::http::cursor;
use crate::serve::http::document::Validators;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

/// The most sources of a page.
const MOST: u32 = 10_000;

/// Curb status of CDS 1.1.
///
/// One row a source, in the order in which they were enrolled: `commissioned` while a key may speak for
/// it, `online` while it has been heard within its limit since the hub began. A device's id is that of
/// its source and this month. Which places a source watches is not kept by source: a question for one
/// place is 501.
#[utoipa::path(
    get, path = "/v1/cds/events/status", tag = "authority", security(("key" = ["monitor"])),
    params(past_schema::CurbStatusQuery),
    responses(
        (status = 200, description = "A page of sources", body = past_schema::CurbStatuses, content_type = media::JSON),
        (status = 304, description = "What the client holds is still so"),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::NotOffered,
        problems::NotNow,
    )
)]
pub(super) async fn event_status(
    _: Watcher,
    State(own): State<Arc<CdsState>>,
    held: Validators,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    media::check(&headers, media::JSON)?;
    let cds_state = own.clone();
    own.room
        .work(move || {
            let page = page(&cds_state, uri.query())?;
            Ok(cds_state.tell(&page, &uri, &held))
        })
        .await
}

fn page(own: &CdsState, query: Option<&str>) -> Result<CdsPage, ApiError> {
    let places = [
        "curb_area_id",
        "curb_zone_id",
        "curb_space_id",
        "curb_object_id",
    ];
    let known = [places[0], places[1], places[2], places[3], "cursor"];
    let p = Params::read(query, &known)?;
    if let Some(name) = places.into_iter().find(|name| p.text(name).is_some()) {
        without(&p, &["curb_area_id", "curb_object_id"])?;
        return Err(ApiError::NotOffered(format!(
            "{name}: the status of all sources is told, not by place"
        )));
    }
    let after = p.text("cursor").map(cursor::read).transpose()?;
    let first = after.map_or(0, |last| last.saturating_add(1));
    let count = own.reads.registry.source_count();
    let now = own.reads.clock.now();
    let month = month(now, own.publication.calendar);
    let limit_ms = u64::from(own.authority.authority.silent_after_s) * 1000;
    let patterns = own.reads.doorman.keys.report_sources();
    let end = count.min(first.saturating_add(MOST));
    let mut page = CdsPage::new("status");
    for source in (first..end).map(SourceIx) {
        let Some(id) = own.reads.registry.source_id(source) else {
            continue;
        };
        let Some((_, kind)) = own.reads.registry.source(&id) else {
            continue;
        };
        let heard_at = own
            .authority
            .ledger()
            .of(source)
            .unwrap_or_default()
            .heard_at;
        let is_online = heard_at != Millis::NEVER && now.since(heard_at) <= limit_ms;
        let is_commissioned = patterns.iter().any(|p| p.covers_source(&id));
        page.updated(heard_at);
        let t = page.item();
        t.raw("{\"data_source_device_id\":");
        ids::word(t, Urn::Source.of(&format!("{month}:{id}")));
        t.raw(",\"data_source_type\":").word(source_type(kind));
        t.raw(",\"sensor_status_is_commissioned\":")
            .flag(is_commissioned);
        t.raw(",\"sensor_status_is_online\":").flag(is_online);
        t.raw("}");
    }
    page.next = (end < count).then(|| cursor::write(end - 1));
    Ok(page)
}
