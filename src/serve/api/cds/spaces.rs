//! Curb spaces: the bays of public zones, each as it is now. Bays of private zones are never here, on
//! offer or not.

use super::envelope::CdsPage;
use super::ids::{self, Urn};
use super::place::{Ground, is_now, with_geometry, without};
use super::shape::{self, SPACE_M};
use super::state::CdsState;
use super::{curbs, media, schema};
use crate::domain::{BayIx, BayStatus, LatLon, ZoneIx};
use crate::live::is_private;
use crate::registry::city::City;
use crate::serve::formats::SeenBay;
use crate::serve::http::auth::Reader;
use crate::serve::http::cursor;
use crate::serve::http::document::Validators;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

/// The most spaces of a page; each takes some 550 bytes.
const MOST: usize = 10_000;

/// Curb spaces of CDS 1.1.
///
/// The bays of public zones; page by page, to `links.next`. `available` is absent while nobody knows.
/// Nobody says how a bay lies: its `geometry` is 5.0 by 2.5 metres round its point, along the meridian,
/// and says so in `custom_attributes`.
#[utoipa::path(
    get, path = "/v1/cds/curbs/spaces", tag = "city standards",
    params(schema::CurbSpacesQuery),
    responses(
        (status = 200, description = "A page of spaces", body = schema::CurbSpaces, content_type = media::JSON),
        (status = 304, description = "What the client holds is still so"),
        problems::BadParameter, problems::NotInThatFormat, problems::NotOffered, problems::NotNow,
    )
)]
pub(super) async fn spaces(
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
    let known = Ground::and(["zone", "object", "time", "include_geometry", "cursor"]);
    let p = Params::read(query, &known)?;
    without(&p, &["object"])?;
    let now = is_now(&p, own.reads.clock.now())?;
    let with_geometry = with_geometry(&p)?;
    let ground = Ground::read(&p)?;
    let city = own.reads.registry.city();
    let zone = match ids::param(&p, "zone")? {
        None => None,
        Some(id) => {
            let zone = own.curbs.of(&city).zone(id);
            match zone.filter(|zone| !is_private(&city, *zone)) {
                Some(zone) => Some(zone),
                // One that is not there has no spaces.
                None => return Ok(CdsPage::new("spaces")),
            }
        }
    };
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let mut page = CdsPage::new("spaces");
    let (walk, by_distance) = walk(&city, zone, &ground, p.text("cursor"))?;
    let mut last = None;
    for (n, (place, bay)) in walk.into_iter().enumerate() {
        if n == MOST {
            page.next = last;
            break;
        }
        let (mm, number) = place;
        last = Some(if by_distance {
            cursor::write_place(mm, number)
        } else {
            cursor::write(number)
        });
        if let Some(seen) = sight.bay(bay) {
            space(&mut page, &city, &seen, (now, with_geometry));
        }
    }
    Ok(page)
}

/// A bay of a walk: millimetres from the middle of a circle, and its number.
type Walked = ((u64, u32), BayIx);

/// The bays of a question from its cursor on, one more than fits a page, and whether they go by
/// distance.
fn walk(
    city: &City,
    zone: Option<ZoneIx>,
    ground: &Ground,
    after: Option<&str>,
) -> Result<(Vec<Walked>, bool), ApiError> {
    let is_meant = |bay: &BayIx| !city.is_private(*bay) && city.is_live(*bay);
    let numbered = |bay: BayIx| (city.bay_number(bay), bay);
    let Ground::Circle { centre, radius_m } = *ground else {
        let after = after.map(cursor::read).transpose()?;
        let lies = |bay: &BayIx| match ground {
            Ground::Box(bbox) => bbox.contains(city.place(*bay)),
            _ => true,
        };
        let walked = |(number, bay): (u32, BayIx)| ((0, number), bay);
        let bays: Vec<Walked> = match zone {
            None => {
                let bays = city.bays_after(after);
                let bays = bays.filter(|(_, bay)| is_meant(bay) && lies(bay));
                bays.take(MOST + 1).map(walked).collect()
            }
            Some(zone) => {
                let mut bays: Vec<(u32, BayIx)> = curbs::bays(city, zone)
                    .filter(lies)
                    .map(numbered)
                    .filter(|(number, _)| after.is_none_or(|after| *number > after))
                    .collect();
                bays.sort_unstable();
                bays.into_iter().map(walked).collect()
            }
        };
        return Ok((bays, false));
    };
    let after = after.map(cursor::read_place).transpose()?;
    let near = |bay: BayIx| -> Option<Walked> {
        let far_m = Some(far_m(city, bay, centre)).filter(|far| *far <= radius_m)?;
        let at = ((far_m * 1000.0) as u64, city.bay_number(bay));
        after.is_none_or(|after| at > after).then_some((at, bay))
    };
    let mut bays: Vec<Walked> = if let Some(zone) = zone {
        curbs::bays(city, zone).filter_map(near).collect()
    } else {
        let all = city.bays_after(None).map(|(_, bay)| bay);
        all.filter(is_meant).filter_map(near).collect()
    };
    // No more than a page is put in order.
    if bays.len() > MOST + 1 {
        bays.select_nth_unstable(MOST);
        bays.truncate(MOST + 1);
    }
    bays.sort_unstable();
    Ok((bays, true))
}

fn far_m(city: &City, bay: BayIx, centre: LatLon) -> f64 {
    city.place(bay).distance_m(centre)
}

fn space(page: &mut CdsPage, city: &City, seen: &SeenBay, (now, with_geometry): (bool, bool)) {
    let view = &seen.view;
    let zone = city.zone(view.zone);
    let whole = zone.part_of.map_or(zone, |whole| city.zone(whole));
    let since = city.serving_since(view.bay);
    let published = since.max(zone.dates.published);
    page.updated(view.observed_at.max(zone.dates.updated));
    let t = page.item();
    t.raw("{\"curb_space_id\":");
    ids::word(t, Urn::Bay.of(city.bay_id(view.bay)));
    if with_geometry {
        t.raw(",\"geometry\":");
        shape::of_space(t, city.place_e7(view.bay));
        t.raw(",\"custom_attributes\":{\"geometry\":\"nominal\"}");
    }
    t.raw(",\"name\":").word(city.bay_id(view.bay));
    t.raw(",\"published_date\":").number(published.0);
    t.raw(",\"last_updated_date\":")
        .number(published.max(zone.dates.updated).0);
    t.raw(",\"curb_zone_id\":");
    ids::word(t, Urn::Zone.of(&whole.spec.id));
    t.raw(",\"length\":").number((SPACE_M.0 * 100.0) as u64);
    t.raw(",\"width\":").number((SPACE_M.1 * 100.0) as u64);
    if now && view.status != BayStatus::Unknown {
        let is_vacant = view.status == BayStatus::Vacant && !seen.reserved;
        t.raw(",\"available\":").flag(is_vacant);
        t.raw(",\"availability_time\":").number(view.observed_at.0);
    }
    t.raw("}");
}
