//! Curb zones: public zones as they are, private ones by what is on offer there.
//!
//! The walk is that of `/v1/zones`: by the zones' stable numbers, so that cursors last, an area or
//! floor with the car park it belongs to, and everything through [`Sight`] with the public's eyes,
//! whoever asks. Round a place it is by distance.

use super::curbs::Curbs;
use super::envelope::CdsPage;
use super::orders::OrderPolicies;
use super::place::{Ground, is_now, with_geometry, without};
use super::state::CdsState;
use super::{ids, media, schema};
use crate::domain::{Millis, ZoneIx};
use crate::live::is_private;
use crate::registry::city::City;
use crate::serve::atlas::Atlas;
use crate::serve::formats::text::Text;
use crate::serve::formats::{BaysTold, ZoneTold};
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
use uuid::Uuid;

/// The most zones of a page, and the length from which on it takes no more.
const MOST: usize = 2_000;
const FULL_BYTES: usize = 8 << 20;

/// Curb zones of CDS 1.1.
///
/// Zones as everybody may see them, whoever asks; page by page, to `links.next`. What nobody knows now
/// is absent. `radius` is in centimetres, and the nearest come first.
#[utoipa::path(
    get, path = "/v1/cds/curbs/zones", tag = "city standards",
    params(schema::CurbZonesQuery),
    responses(
        (status = 200, description = "A page of zones", body = schema::CurbZones, content_type = media::JSON),
        (status = 304, description = "What the client holds is still so"),
        problems::BadParameter, problems::NotInThatFormat, problems::NotOffered, problems::NotNow,
    )
)]
pub(super) async fn curb_zones(
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
    let known = Ground::and(["area", "time", "include_geometry", "cursor"]);
    let p = Params::read(query, &known)?;
    without(&p, &["area"])?;
    let now = own.reads.clock.now();
    let shown = ShownCurbs {
        is_now: is_now(&p, now)?,
        with_geometry: with_geometry(&p)?,
        orders: own.orders.of(&own.reads.orders.book().picture()),
        base: own.publication.base(),
    };
    let ground = Ground::read(&p)?;
    let city = own.reads.registry.city();
    let atlas = own.reads.atlases.of(&city);
    let curbs = own.curbs.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let mut page = CdsPage::new("zones");
    let wanted = ZoneWalk::of(&ground, &city, &atlas, p.text("cursor"))?;
    let mut last = None;
    let mut written = 0;
    for (place, zone) in wanted.zones {
        let meets = match &ground {
            Ground::Box(bbox) => curbs.shape(zone).extent.meets(bbox),
            Ground::Everywhere | Ground::Circle { .. } => true,
        };
        // Its whole tells of it.
        if !meets || sight.whole(zone).is_some() {
            continue;
        }
        let Some(told) = sight.zone(&atlas, zone) else {
            continue;
        };
        if written == MOST || page.items.0.len() >= FULL_BYTES {
            page.next = last;
            break;
        }
        shown.zone(&mut page, &curbs, (zone, &told), is_private(&city, zone));
        written += 1;
        last = Some(place.cursor());
    }
    Ok(page)
}

/// Where in a walk a zone stands.
#[derive(Clone, Copy)]
enum WalkPlace {
    Number(u32),
    /// Millimetres from the middle.
    Distance(u64, u32),
}

impl WalkPlace {
    fn cursor(self) -> String {
        match self {
            Self::Number(number) => cursor::write(number),
            Self::Distance(mm, number) => cursor::write_place(mm, number),
        }
    }
}

/// The zones of a question from its cursor on, in their order.
struct ZoneWalk {
    zones: Vec<(WalkPlace, ZoneIx)>,
}

impl ZoneWalk {
    fn of(
        ground: &Ground,
        city: &City,
        atlas: &Atlas,
        after: Option<&str>,
    ) -> Result<Self, ApiError> {
        let Ground::Circle { .. } = ground else {
            let after = after.map(cursor::read).transpose()?;
            let zones = atlas.after(after).iter();
            let zones = zones.map(|(number, zone)| (WalkPlace::Number(*number), *zone));
            return Ok(Self {
                zones: zones.collect(),
            });
        };
        let after = after.map(cursor::read_place).transpose()?;
        let near = nearest(ground, city).into_iter();
        let later = near.filter(|(mm, number, _)| after.is_none_or(|a| a < (*mm, *number)));
        let zones = later.map(|(mm, number, zone)| (WalkPlace::Distance(mm, number), zone));
        Ok(Self {
            zones: zones.collect(),
        })
    }
}

/// The zones of a circle: millimetres from its middle, number and index, nearest first. None for other
/// ground.
pub(super) fn nearest(ground: &Ground, city: &City) -> Vec<(u64, u32, ZoneIx)> {
    let Ground::Circle { centre, radius_m } = *ground else {
        return Vec::new();
    };
    let mut near: Vec<(u64, u32, ZoneIx)> = Vec::new();
    for (ix, zone) in city.zones() {
        let far_m = zone.spec.place.distance_m(centre);
        if far_m <= radius_m {
            near.push(((far_m * 1000.0) as u64, zone.number, ix));
        }
    }
    near.sort_unstable_by_key(|(mm, number, _)| (*mm, *number));
    near
}

/// What is told of each.
struct ShownCurbs<'a> {
    is_now: bool,
    with_geometry: bool,
    orders: Arc<OrderPolicies>,
    /// Where the hub is found from outside; empty: nobody says.
    base: &'a str,
}

impl ShownCurbs<'_> {
    fn zone(
        &self,
        page: &mut CdsPage,
        curbs: &Curbs,
        told: (ZoneIx, &ZoneTold<'_>),
        private: bool,
    ) {
        let (ix, told) = told;
        let ids = curbs.ids(ix);
        let dates = told.zone.dates;
        let spec = &told.zone.spec;
        page.updated(dates.updated.max(told.tally.observed_at));
        let t = page.item();
        t.raw("{\"curb_zone_id\":");
        ids::word(t, ids.zone);
        if self.with_geometry {
            t.raw(",\"geometry\":");
            t.0.extend_from_slice(&curbs.shape(ix).json);
        }
        t.raw(",\"curb_policy_ids\":");
        let ordered = self.orders.of_zone(ix).map(|policy| policy.id);
        list(t, ids.policies.iter().copied().chain(ordered));
        t.raw(",\"published_date\":").number(dates.published.0);
        t.raw(",\"last_updated_date\":").number(dates.updated.0);
        t.raw(",\"start_date\":").number(dates.published.0);
        t.raw(",\"name\":").string(&spec.name);
        t.raw(",\"user_zone_id\":").word(&spec.id);
        if !spec.operator.is_empty() {
            t.raw(",\"owner_name\":").string(&spec.operator);
        }
        let jurisdiction = if private { "private" } else { "public" };
        t.raw(",\"jurisdiction_type\":").word(jurisdiction);
        let bays = told.known_bays();
        if let Some(capacity) = bays.capacity.or(private.then_some(told.tally.capacity)) {
            t.raw(",\"num_spaces\":").number(capacity.into());
        }
        if self.is_now {
            available(t, told, &bays, private);
        }
        if !ids.spaces.is_empty() {
            t.raw(",\"curb_space_ids\":");
            list(t, ids.spaces.iter().copied());
        }
        self.references(t, ix);
        t.raw("}");
    }

    /// The orders that close anything of a zone; the standard wants whole addresses.
    fn references(&self, t: &mut Text, zone: ZoneIx) {
        if self.base.is_empty() {
            return;
        }
        let mut before = ",\"external_references\":[";
        for name in self.orders.names(zone) {
            let address = format!("{}/v1/orders/{name}", self.base);
            t.raw(before).raw("{\"reference_url\":").string(&address);
            t.raw(",\"name\":\"bayhub\",\"public\":true,\"identifier_name\":\"id\",\"ids\":[");
            t.word(name).raw("]}");
            before = ",";
        }
        t.raw(if before == "," { "]" } else { "" });
    }
}

/// Whether one may park there, and in how many spaces. Of a stale zone nobody knows; what is unknown
/// is no vacant space.
fn available(t: &mut Text, told: &ZoneTold<'_>, bays: &BaysTold, private: bool) {
    let at = told.tally.observed_at;
    let is_known = told.is_live() && at != Millis::NEVER;
    // What is not on offer is nobody's to use.
    let (is_open, vacant) = match (private, is_known) {
        (true, _) => {
            let on_offer = told.tally.vacant.iter().sum::<u32>();
            (on_offer > 0, Some(on_offer))
        }
        (false, true) => (!bays.is_closed, bays.vacant),
        (false, false) => return,
    };
    t.raw(",\"available\":").flag(is_open);
    if let Some(vacant) = vacant {
        t.raw(",\"available_spaces\":").number(vacant.into());
    }
    if at != Millis::NEVER {
        t.raw(",\"availability_time\":").number(at.0);
    }
}

fn list(t: &mut Text, ids: impl Iterator<Item = Uuid>) {
    t.raw("[");
    for (n, id) in ids.enumerate() {
        t.raw(if n > 0 { "," } else { "" });
        ids::word(t, id);
    }
    t.raw("]");
}
