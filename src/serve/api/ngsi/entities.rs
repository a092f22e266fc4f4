//! Entities: many by what is asked of them, and one by its id.

use super::NgsiState;
use super::asker::{NgsiAsker, context_link};
use super::entity::Candidate;
use super::fault::NgsiFault;
use super::look::EntityLook;
use super::schema;
use super::selection::{self, EntitySelection, PageWish};
use super::walk::{self, EntityPage};
use super::write::{EntityStyle, MediaForm};
use crate::serve::formats::text::Text;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, IfNoneMatch, tag_of};
use crate::serve::http::params::{Params, quoted};
use crate::serve::sight::Eyes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How many there are in all.
const COUNT: HeaderName = HeaderName::from_static("ngsild-results-count");

pub(super) fn routes() -> OpenApiRouter<Arc<NgsiState>> {
    OpenApiRouter::new()
        .routes(routes!(ngsi_entities))
        .routes(routes!(ngsi_entity))
}

/// Parking as entities of Smart Data Models, page by page.
///
/// Zones are `OnStreetParking` or `OffStreetParking`, the kinds of bay in them `ParkingGroup`, bays
/// `ParkingSpot`. One of `type`, `attrs`, `q`, `georel` and `id` is needed. While a zone is stale its
/// live attributes are absent. The next page stands in the header `Link`.
#[utoipa::path(
    get, path = "/ngsi-ld/v1/entities", tag = "brokers",
    params(schema::NgsiQuery),
    responses(
        schema::EntitiesAnswer,
        (status = 304, description = "What `If-None-Match` names is still so"),
        schema::BadRequestData, schema::NotAcceptable, schema::NoTenants,
    )
)]
async fn ngsi_entities(
    State(own): State<Arc<NgsiState>>,
    asker: Result<NgsiAsker, NgsiFault>,
    held: IfNoneMatch,
    uri: Uri,
) -> Result<Response, NgsiFault> {
    let asker = asker?;
    let (selection, wish) = selection::read(uri.query())?;
    let look = own.look.clone();
    let NgsiAsker {
        eyes,
        media,
        context,
    } = asker;
    let named = context.clone();
    let place = own.walks.clone().acquire_owned().await;
    let walked = tokio::task::spawn_blocking(move || {
        let page = page(&look, &eyes, &selection, (wish, media, &named));
        drop(place);
        page
    });
    let page = walked.await.map_err(|_| {
        let why = "the entities could not be read now".to_owned();
        NgsiFault::from(ApiError::Unavailable(why))
    })?;
    let mut headers = HeaderMap::new();
    if let Some(count) = page.count {
        headers.insert(COUNT, count.into());
    }
    link_pages(&mut headers, &uri, wish, page.more);
    Ok(told(page.body, headers, (media, &context), &held))
}

/// One entity.
///
/// By its URN; one that is not seen is one that is not there. With `attrs` it is told with these
/// alone, and is not found where it has none of them.
#[utoipa::path(
    get, path = "/ngsi-ld/v1/entities/{entity}", tag = "brokers",
    params(
        ("entity" = String, Path, description = "The entity's id: `urn:ngsi-ld:{type}:{id}`"),
        schema::NgsiFormQuery,
    ),
    responses(
        schema::EntityAnswer,
        (status = 304, description = "What `If-None-Match` names is still so"),
        schema::BadRequestData, schema::NoSuchEntity, schema::NotAcceptable, schema::NoTenants,
    )
)]
async fn ngsi_entity(
    State(own): State<Arc<NgsiState>>,
    asker: Result<NgsiAsker, NgsiFault>,
    held: IfNoneMatch,
    id: Result<Id, ApiError>,
    uri: Uri,
) -> Result<Response, NgsiFault> {
    let asker = asker?;
    let Id(id) = id?;
    let p = Params::read(uri.query(), &["attrs", "format", "options", "local"])?;
    p.flag("local")?;
    let attrs = p.text("attrs").map(selection::attrs).transpose()?;
    let (form, _) = selection::form(&p)?;
    let id = selection::uri("id", &id)?;
    let found = walk::find(&own.look.reads.registry, &id);
    let mut t = Text::with_capacity(2_048);
    let style = EntityStyle {
        form,
        media: asker.media,
        attrs: attrs.as_deref(),
        context: &asker.context,
    };
    let has_some = own.look.look(&asker.eyes, |maker| {
        let entity = found.and_then(|candidate| maker.make(candidate));
        let wanted = attrs.as_deref();
        let entity = entity.filter(|entity| {
            wanted.is_none_or(|wanted| wanted.iter().any(|term| entity.get(*term).is_some()))
        });
        entity.is_some_and(|entity| {
            style.entity(&mut t, &entity);
            true
        })
    });
    if !has_some {
        let why = format!("there is no entity {}", quoted(&id));
        return Err(ApiError::NotFound(why).into());
    }
    let as_asked = (asker.media, &*asker.context);
    Ok(told(t.0, HeaderMap::new(), as_asked, &held))
}

/// A page of what somebody sees.
fn page(
    look: &EntityLook,
    eyes: &Eyes,
    selection: &EntitySelection,
    (wish, media, context): (PageWish, MediaForm, &str),
) -> EntityPage {
    let find = |id: &str| walk::find(&look.reads.registry, id);
    // An index is looked up before the city.
    let found: Option<Vec<Candidate>> = selection
        .ids()
        .map(|ids| ids.into_iter().filter_map(find).collect());
    let style = EntityStyle {
        form: wish.form,
        media,
        attrs: selection.attrs.as_deref(),
        context,
    };
    look.look(eyes, |maker| {
        walk::page(maker, selection, (wish, style), found.as_deref())
    })
}

/// Adds the links to the pages beside this one.
pub(super) fn link_pages(headers: &mut HeaderMap, uri: &Uri, wish: PageWish, more: bool) {
    for (rel, page) in around(wish, more) {
        if let Some(link) = page_link(uri, rel, page) {
            headers.append(header::LINK, link);
        }
    }
}

/// Pages beside this one: their relation, where they begin and how long they are.
fn around(wish: PageWish, more: bool) -> impl Iterator<Item = (&'static str, (usize, usize))> {
    let PageWish { limit, offset, .. } = wish;
    let has_size = limit > 0;
    let next = (more && has_size).then_some(("next", (offset + limit, limit)));
    // The one before ends where this one begins.
    let before = limit.min(offset);
    let prev = (offset > 0 && has_size).then_some(("prev", (offset - before, before)));
    prev.into_iter().chain(next)
}

/// `Link: <...>; rel="next"`, the same question for another page.
fn page_link(uri: &Uri, rel: &str, (offset, limit): (usize, usize)) -> Option<HeaderValue> {
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let kept = asked.filter(|(name, _)| name != "offset" && name != "limit");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("limit", &limit.to_string())
        .append_pair("offset", &offset.to_string())
        .finish();
    let link = format!("<{}?{query}>; rel=\"{rel}\"", uri.path());
    HeaderValue::try_from(link).ok()
}

/// With an ETag that changes with the data, and the context.
fn told(
    body: Vec<u8>,
    mut headers: HeaderMap,
    (media, context): (MediaForm, &str),
    held: &IfNoneMatch,
) -> Response {
    let etag = tag_of(&body);
    let is_held = held.is(&etag);
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::ETAG, etag);
    if media != MediaForm::JsonLd
        && let Some(link) = context_link(context)
    {
        headers.append(header::LINK, link);
    }
    if is_held {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let media_type = HeaderValue::from_static(media.media_type());
    headers.insert(header::CONTENT_TYPE, media_type);
    (headers, body).into_response()
}
