//! The policies of public zones, by their UUIDs.

use super::envelope::CdsPage;
use super::place::is_now;
use super::state::CdsState;
use super::{ids, media, schema};
use crate::serve::http::auth::Reader;
use crate::serve::http::cursor;
use crate::serve::http::document::Validators;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

/// The most policies of a page; each takes some 300 bytes.
const MOST: usize = 5_000;

/// Curb policies of CDS 1.1.
///
/// One for each different set of terms that bays of public zones have. The same terms have the same id
/// for ever. A zone whose bays are not known has those of the zone.
#[utoipa::path(
    get, path = "/v1/cds/curbs/policies", tag = "city standards",
    params(schema::CurbPoliciesQuery),
    responses(
        (status = 200, description = "A page of policies", body = schema::CurbPolicies, content_type = media::JSON),
        (status = 304, description = "What the client holds is still so"),
        problems::BadParameter, problems::NotInThatFormat, problems::NotOffered, problems::NotNow,
    )
)]
pub(super) async fn policies(
    _: Reader,
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
    let p = Params::read(query, &["ids", "time", "cursor"])?;
    is_now(&p, own.reads.clock.now())?;
    let asked = p.text("ids").map(ids::list).transpose()?;
    let after = p.text("cursor").map(cursor::read_text).transpose()?;
    let after = after.map(|text| ids::parse(&text).ok_or_else(cursor::not_ours));
    let after = after.transpose()?;
    let city = own.reads.registry.city();
    let curbs = own.curbs.of(&city);
    let policies = curbs.policies().iter();
    let mut wanted = policies
        .filter(|policy| {
            asked
                .as_ref()
                .is_none_or(|asked| asked.contains(&policy.id))
        })
        .filter(|policy| after.is_none_or(|after| policy.id > after))
        .peekable();
    let mut page = CdsPage::new("policies");
    for policy in wanted.by_ref().take(MOST) {
        page.updated(policy.published);
        policy.terms.write(page.item(), policy.published);
        page.next = Some(cursor::write_text(&policy.id.to_string()));
    }
    if wanted.peek().is_none() {
        page.next = None;
    }
    let newest = city.zones().map(|(_, zone)| zone.dates.updated).max();
    page.updated(newest.unwrap_or_default());
    Ok(page)
}
