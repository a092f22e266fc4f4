//! The policies of public zones, and of the orders that close zones, by their UUIDs.

use super::curbs::CurbPolicy;
use super::envelope::CdsPage;
use super::orders::OrderPolicy;
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
use uuid::Uuid;

/// The most policies of a page; each takes some 300 bytes.
const MOST: usize = 5_000;

/// Curb policies of CDS 1.1.
///
/// One for each different set of terms that bays of public zones have. The same terms have the same id
/// for ever. A zone whose bays are not known has those of the zone. And one for each order of the authority
/// that closes a whole zone now or will: it goes before the others, and each version of it has an id.
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
    let orders = own.orders.of(&own.reads.orders.book().picture());
    let ordinary = curbs.policies().iter().map(ListedPolicy::Ordinary);
    let ordered = orders.all.iter().map(ListedPolicy::Ordered);
    let mut policies: Vec<ListedPolicy<'_>> = ordinary.chain(ordered).collect();
    policies.sort_by_key(ListedPolicy::id);
    let mut wanted = policies
        .iter()
        .filter(|policy| {
            asked
                .as_ref()
                .is_none_or(|asked| asked.contains(&policy.id()))
        })
        .filter(|policy| after.is_none_or(|after| policy.id() > after))
        .peekable();
    let mut page = CdsPage::new("policies");
    for policy in wanted.by_ref().take(MOST) {
        policy.write(&mut page);
        page.next = Some(cursor::write_text(&policy.id().to_string()));
    }
    if wanted.peek().is_none() {
        page.next = None;
    }
    page.updated(orders.newest());
    let newest = city.zones().map(|(_, zone)| zone.dates.updated).max();
    page.updated(newest.unwrap_or_default());
    Ok(page)
}

/// A policy of either kind.
enum ListedPolicy<'a> {
    Ordinary(&'a CurbPolicy),
    Ordered(&'a OrderPolicy),
}

impl ListedPolicy<'_> {
    const fn id(&self) -> Uuid {
        match self {
            Self::Ordinary(policy) => policy.id,
            Self::Ordered(policy) => policy.id,
        }
    }

    fn write(&self, page: &mut CdsPage) {
        match self {
            Self::Ordinary(policy) => {
                page.updated(policy.published);
                policy.terms.write(page.item(), policy.published);
            }
            Self::Ordered(policy) => policy.write(page.item()),
        }
    }
}
