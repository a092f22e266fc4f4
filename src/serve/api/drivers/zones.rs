//! Zones: a feed that is walked page by page or asked for by id, and one zone.

use super::schema;
use crate::domain::{BayKind, OrderState, ZoneIx, ZoneKind};
use crate::live::is_private;
use crate::registry::city::Zone;
use crate::serve::api::schema::CrsQuery;
use crate::serve::formats::{
    Asked, Format, Rendered, ZoneAnswer, ZoneOfMany, ZonesAnswer, ZonesTold,
};
use crate::serve::http::auth::Reader;
use crate::serve::http::caller::Caller;
use crate::serve::http::cursor::{self, link};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{self, Id, IfNoneMatch};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use crate::serve::told_in::{CRS, ToldIn};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashSet;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The most ids of one question.
const MAX_IDS: usize = 500;
/// The most zones of one page, and how many without a `limit`.
const MAX_LIMIT: usize = 1000;
const DEFAULT_LIMIT: usize = 100;

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<ReadState>> {
    OpenApiRouter::new()
        .routes(routes!(zones))
        .routes(routes!(zone))
}

/// `kind` means what the zone is (`on_street`) or what it has bays for (`car`); no name is both.
#[derive(Clone, Copy)]
enum OfKind {
    Zone(ZoneKind),
    Bay(BayKind),
}

impl OfKind {
    fn parse(name: &str) -> Option<Self> {
        ZoneKind::parse(name)
            .map(Self::Zone)
            .or_else(|| BayKind::parse(name).map(Self::Bay))
    }

    fn takes(self, zone: &Zone, bay_kinds: u8) -> bool {
        match self {
            Self::Zone(kind) => zone.spec.kind == kind,
            Self::Bay(kind) => bay_kinds & (1 << kind as u8) != 0,
        }
    }
}

/// Zones with what is vacant in them, by stable number: page by page, within a box, or by id.
///
/// Walk with `cursor` until `next` is null (in any format: until there is no `Link` to the next).
/// Zones added meanwhile come at the end; none is sent twice. Areas and floors of a car park stand in
/// its `areas` and are no zones of their own here, but where `ids` names them.
#[utoipa::path(
    get, path = "/v1/zones", tag = "drivers",
    params(schema::ZonesQuery),
    responses(
        ZonesAnswer,
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadParameter, problems::NotInThatFormat,
    )
)]
async fn zones(
    _: Reader,
    caller: Caller,
    State(own): State<Arc<ReadState>>,
    Asked(format): Asked,
    held: IfNoneMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    let known = ["ids", "bbox", "kind", "limit", "cursor", CRS];
    let p = Params::read(uri.query(), &known)?;
    let told_in = ToldIn::asked(&p, own.public_crs)?;
    let eyes = Eyes::of(&caller);
    let Some(ids) = p.text("ids") else {
        let (rendered, next) = page(&own, &p, (&eyes, told_in), format)?;
        let link = next.and_then(|next| link(&uri, &next));
        return Ok(with_alert(&own, feed(rendered, link, &held, format)));
    };
    let others = ["bbox", "kind", "limit", "cursor"];
    if let Some(other) = others.into_iter().find(|n| p.text(n).is_some()) {
        return Err(ApiError::bad(
            other,
            format!("{other} cannot be given together with ids"),
        ));
    }
    let rendered = by_id(&own, ids, (&eyes, told_in), format)?;
    Ok(with_alert(&own, feed(rendered, None, &held, format)))
}

/// Says where orders of the authority are read, while any is in force.
fn with_alert(own: &ReadState, mut answer: Response) -> Response {
    const ALERT: HeaderValue = HeaderValue::from_static("</v1/orders?active=true>; rel=\"alert\"");
    let known = own.orders.book().picture();
    let mut standing = known.standing();
    if standing.any(|one| one.state == OrderState::Active) {
        answer.headers_mut().append(header::LINK, ALERT);
    }
    answer
}

fn by_id(
    own: &ReadState,
    ids: &str,
    (eyes, told_in): (&Eyes, ToldIn),
    format: &Format,
) -> Result<Rendered, ApiError> {
    let mut asked = HashSet::new();
    let ids: Vec<&str> = ids.split(',').filter(|id| asked.insert(*id)).collect();
    if ids.len() > MAX_IDS {
        return Err(ApiError::bad(
            "ids",
            format!(
                "ids may name at most {MAX_IDS} zones, these are {}",
                ids.len()
            ),
        ));
    }
    if ids.iter().any(|id| id.is_empty()) {
        return Err(ApiError::bad(
            "ids",
            "ids are zone ids with a comma between each two; one of these is empty",
        ));
    }
    let find = |id: &&str| own.registry.zone_called(id);
    let found: Vec<Option<ZoneIx>> = ids.iter().map(find).collect();
    let city = own.registry.city();
    let atlas = own.atlases.of(&city);
    let mut shown = Vec::with_capacity(ids.len());
    let mut unknown = Vec::new();
    let sight = Sight::new(own, &city, eyes).told_in(told_in);
    // By two of its names a zone is one.
    let mut told = HashSet::new();
    for (id, zone) in ids.iter().zip(found) {
        let look = |zone| Some((zone, sight.one_of_many(&atlas, zone, format.keeps)?));
        match zone.and_then(look) {
            Some((zone, _)) if !told.insert(zone) => {}
            Some((_, zone)) => shown.push(zone),
            None => unknown.push(*id),
        }
    }
    Ok((format.zones)(&ZonesTold {
        zones: shown,
        unknown: Some(&unknown),
        next: None,
        at: own.clock.now(),
        told_in,
    }))
}

/// A page, and where to go on.
fn page(
    own: &ReadState,
    p: &Params<'_>,
    (eyes, told_in): (&Eyes, ToldIn),
    format: &Format,
) -> Result<(Rendered, Option<String>), ApiError> {
    let bbox = p.bbox("bbox")?;
    let kinds = || format!("{}, {}", ZoneKind::list(), BayKind::list());
    let kind = p.one_of("kind", OfKind::parse, kinds)?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let after = p.text("cursor").map(cursor::read).transpose()?;
    let city = own.registry.city();
    let atlas = own.atlases.of(&city);
    let sight = Sight::new(own, &city, eyes).told_in(told_in);
    let of_box = bbox.map(|bbox| atlas.around(told_in.around(bbox), after));
    let candidates = of_box.as_deref().unwrap_or_else(|| atlas.after(after));
    let is_wanted = |ix: ZoneIx| {
        let zone = city.zone(ix);
        let is_there = bbox.is_none_or(|b| told_in.lies_in(zone.spec.place, b));
        // Of a private zone only the kinds that are on offer are known, after a look.
        let may_be =
            |kind: OfKind| is_private(&city, ix) || kind.takes(zone, atlas.kinds_with_parts(ix));
        is_there && kind.is_none_or(may_be)
    };
    let mut wanted = sight
        .asked_ahead(&atlas, candidates)
        .filter_map(|(number, ix)| {
            if (bbox.is_some() || kind.is_some()) && !is_wanted(*ix) {
                return None;
            }
            if let Some(kept) = sight.kept(&atlas, *ix, format.keeps) {
                return Some((*number, ZoneOfMany::Kept(kept)));
            }
            // Its zone tells of it.
            if sight.whole(*ix).is_some() {
                return None;
            }
            let told = sight.zone(&atlas, *ix)?;
            let takes = |kind: OfKind| kind.takes(city.zone(*ix), told.kinds);
            let is_taken = kind.is_none_or(takes);
            is_taken.then(|| (*number, ZoneOfMany::Told(Box::new(told))))
        });
    let mut shown = Vec::with_capacity(limit);
    let mut last = 0;
    for (number, told) in wanted.by_ref().take(limit) {
        shown.push(told);
        last = number;
    }
    // Looking one further tells whether another page would be empty.
    let next = wanted.next().map(|_| cursor::write(last));
    let rendered = (format.zones)(&ZonesTold {
        zones: shown,
        unknown: None,
        next: next.as_deref(),
        at: own.clock.now(),
        told_in,
    });
    Ok((rendered, next))
}

/// One zone with what is vacant in it.
///
/// The same members as in the list. It changes with its tally: ask with `If-None-Match`, or follow it by
/// `/v1/stream`.
#[utoipa::path(
    get, path = "/v1/zones/{zone}", tag = "drivers",
    params(("zone" = String, Path, description = "The zone's id"), CrsQuery),
    responses(
        ZoneAnswer,
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadParameter, problems::NoSuchZone, problems::NotInThatFormat,
    )
)]
async fn zone(
    _: Reader,
    caller: Caller,
    State(own): State<Arc<ReadState>>,
    Asked(format): Asked,
    held: IfNoneMatch,
    Id(id): Id,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &[CRS])?;
    let told_in = ToldIn::asked(&p, own.public_crs)?;
    let found = own.registry.zone_called(&id);
    let city = own.registry.city();
    let atlas = own.atlases.of(&city);
    let eyes = Eyes::of(&caller);
    let sight = Sight::new(&own, &city, &eyes).told_in(told_in);
    let told = found
        .and_then(|zone| sight.zone(&atlas, zone))
        .ok_or_else(|| ApiError::NotFound(format!("there is no zone {}", quoted(&id))))?;
    let rendered = (format.zone)(&told);
    Ok(feed(rendered, None, &held, format))
}

/// With an ETag that changes with the data, not with the time of asking.
fn feed(
    rendered: Rendered,
    next: Option<HeaderValue>,
    held: &IfNoneMatch,
    format: &Format,
) -> Response {
    let etag = extract::named(rendered.tag);
    let is_held = held.is(&etag);
    let headers = [
        (header::VARY, HeaderValue::from_static("accept")),
        (header::ETAG, etag),
    ];
    if is_held {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let of_type = [(header::CONTENT_TYPE, format.header())];
    let next = next.map(|link| [(header::LINK, link)]);
    (headers, of_type, next, rendered.body).into_response()
}
