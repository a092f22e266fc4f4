//! What the registry holds, page by page, in the form in which it is put.
//!
//! Pages go by stable number: what is added while somebody walks comes at the end. A bay that is moved
//! has a new number, so it may come twice, never not at all.

use super::registry::RegistryState;
use super::schema;
use crate::domain::{BBox, Crs};
use crate::serve::api::schema::FeatureCollection;
use crate::serve::formats::registry_features;
use crate::serve::formats::text::Text;
use crate::serve::http::auth::Admin;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The most features of one page, and how many without a `limit`.
const MAX_PAGE: usize = 10_000;
const DEFAULT_PAGE: usize = 1_000;

pub(super) fn routes(registry_state: Arc<RegistryState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_zones))
        .routes(routes!(list_bays))
        .with_state(registry_state)
}

/// Which of them, and where to go on.
struct ListingPage {
    limit: usize,
    after: Option<u32>,
    bbox: Option<BBox>,
}

impl ListingPage {
    fn read(p: &Params<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            limit: p.number("limit", 1..=MAX_PAGE)?.unwrap_or(DEFAULT_PAGE),
            after: p.text("cursor").map(cursor::read).transpose()?,
            bbox: p.bbox("bbox")?,
        })
    }

    /// A collection of the first of `all`, each written by `one`, with where to go on.
    fn collect<Ix>(
        &self,
        usual: Crs,
        mut all: impl Iterator<Item = (u32, Ix)>,
        mut one: impl FnMut(&mut Text, Ix),
    ) -> Response {
        let mut t = Text::with_capacity(1024);
        t.raw("{\"type\":\"FeatureCollection\"");
        if usual != Crs::Wgs84 {
            // Put back without it, it would be taken for what the configuration says.
            t.raw(",\"crs\":").word(Crs::Wgs84.name());
        }
        t.raw(",\"features\":[");
        let mut last = None;
        for (number, ix) in all.by_ref().take(self.limit) {
            t.raw(if last.is_some() { "," } else { "" });
            one(&mut t, ix);
            last = Some(number);
        }
        t.raw("],\"next\":");
        // Looking one further tells whether another page would be empty.
        match last.filter(|_| all.next().is_some()) {
            Some(last) => t.word(&cursor::write(last)),
            None => t.raw("null"),
        };
        t.raw("}");
        ([(header::CONTENT_TYPE, "application/geo+json")], t.0).into_response()
    }
}

/// The zones that there are, as they can be put.
///
/// Page by page by `cursor`, until `next` is null; what is added meanwhile comes at the end. A page can be sent
/// back by `PUT` as it is.
#[utoipa::path(
    get, path = "/v1/admin/zones", tag = "operators", security(("key" = ["admin"])),
    params(schema::ListedZonesQuery),
    responses(
        (status = 200, description = "A page of zones, with `next`", body = FeatureCollection, content_type = "application/geo+json"),
        problems::BadParameter, problems::Keyed,
    )
)]
async fn list_zones(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["bbox", "limit", "cursor"])?;
    let page = ListingPage::read(&p)?;
    let city = own.registry.city();
    let within = |zone| {
        page.bbox
            .is_none_or(|b| b.contains(city.zone(zone).spec.place))
    };
    let all = city.zones_after(page.after);
    let all = all.filter(|(_, zone)| within(*zone));
    Ok(page.collect(own.registry.usual_crs(), all, |t, zone| {
        let spec = &city.zone(zone).spec;
        registry_features::zone(t, spec, &own.registry.zone_aliases(&spec.id));
    }))
}

/// The bays that there are, as they can be put.
///
/// Page by page by `cursor`, until `next` is null; what is added meanwhile comes at the end. A page can be sent
/// back by `PUT` as it is.
#[utoipa::path(
    get, path = "/v1/admin/bays", tag = "operators", security(("key" = ["admin"])),
    params(schema::ListedBaysQuery),
    responses(
        (status = 200, description = "A page of bays, with `next`", body = FeatureCollection, content_type = "application/geo+json"),
        problems::BadParameter, problems::Keyed, problems::NoSuchZone,
    )
)]
async fn list_bays(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["zone", "bbox", "limit", "cursor"])?;
    let page = ListingPage::read(&p)?;
    let zone = p.text("zone").map(|id| {
        let found = own.registry.zone_called(id);
        found.ok_or_else(|| ApiError::NotFound(format!("there is no zone {}", quoted(id))))
    });
    let zone = zone.transpose()?;
    let city = own.registry.city();
    let within = |bay| page.bbox.is_none_or(|b| b.contains(city.place(bay)));
    let one = |t: &mut Text, bay| {
        let aliases = own.registry.bay_aliases(city.bay_id(bay));
        registry_features::bay(t, &city, bay, &aliases);
    };
    let usual = own.registry.usual_crs();
    let Some(zone) = zone else {
        let all = city.bays_after(page.after);
        return Ok(page.collect(usual, all.filter(|(_, bay)| within(*bay)), one));
    };
    let of_zone = city.bays_of(zone).map(|bay| (city.bay_number(bay), bay));
    let mut all: Vec<_> = of_zone
        .filter(|(number, bay)| page.after.is_none_or(|after| *number > after) && within(*bay))
        .collect();
    all.sort_unstable();
    Ok(page.collect(usual, all.into_iter(), one))
}
