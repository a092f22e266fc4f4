//! `CarParkAvailabilityv2` of LTA DataMall: a row a car park and lot type, 500 at a time.

use super::lots::{LOT_TYPES, by_kind};
use super::refusal::{RefusalShape, refused};
use super::{CompatState, called, schema};
use crate::domain::ZoneIx;
use crate::serve::feed::{CityFeed, Sent, each_zone};
use crate::serve::http::auth::KeyHolder;
use crate::serve::http::error::ApiError;
use crate::serve::http::modified::HeldAnswer;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Aliases of zones that are their ids there begin so.
const ALIAS: &str = "datamall:";

/// Rows of an answer.
const PAGE: usize = 500;

const HEAD: &[u8] = b"{\"odata.metadata\":\"$metadata#CarParkAvailability\",\"value\":[";

const SENT: Sent = Sent {
    media_type: "application/json",
    keep: "private, max-age=60",
};

pub(super) fn routes() -> OpenApiRouter<Arc<CompatState>> {
    OpenApiRouter::new().routes(routes!(datamall_availability))
}

/// Car parks with available lots, as LTA DataMall tells them.
///
/// In the place of `https://datamall2.mytransport.sg/ltaodataservice/CarParkAvailabilityv2`: a row a car
/// park and lot type, 500 an answer; `$skip` goes on, and an answer without rows is the end. The key goes
/// into the header `AccountKey`, as there, or into `Authorization`: any good key of this hub. Car parks
/// that are stale have no row. What is refused has `fault` beside a problem's members.
#[utoipa::path(
    get, path = "/v1/compat/datamall/ltaodataservice/CarParkAvailabilityv2", tag = "city standards",
    security(("key" = [])),
    params(schema::CarParkAvailabilityV2Query, schema::AccountKeyHeader),
    responses(
        (status = 200, description = "Up to 500 rows", body = schema::CarParkAvailabilityV2),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
        problems::BadParameter, problems::NoKey,
    )
)]
async fn datamall_availability(
    holder: Result<KeyHolder, ApiError>,
    State(own): State<Arc<CompatState>>,
    held: HeldAnswer,
    uri: Uri,
) -> Response {
    let answer = async {
        holder?;
        let p = Params::read(uri.query(), &["$skip"])?;
        let skip = p.number("$skip", 0..=u32::MAX)?.unwrap_or(0) as usize;
        let now = own.reads.clock.now();
        let compat_state = own.clone();
        let make = move || Ok(feed(own, skip));
        compat_state
            .desk
            .answer((&uri, &held), SENT, now, make)
            .await
    };
    answer
        .await
        .unwrap_or_else(|e| refused(e, RefusalShape::DataMall))
}

/// A car park's lots of one type.
struct LotRow {
    zone: ZoneIx,
    letter: &'static str,
    vacant: u32,
}

fn feed(own: Arc<CompatState>, skip: usize) -> CityFeed<LotRow> {
    let city = Arc::clone(&own.reads.registry.city());
    let atlas = own.reads.atlases.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let all = each_zone(sight, &atlas).flat_map(|(zone, told)| {
        let lots = by_kind(sight, zone, &told);
        LOT_TYPES.into_iter().filter_map(move |(kind, letter)| {
            let vacant = lots[kind as usize]?.vacant?;
            Some(LotRow {
                zone,
                letter,
                vacant,
            })
        })
    });
    let rows = all.skip(skip).take(PAGE).collect();
    CityFeed {
        head: Box::new(|_| HEAD.to_vec()),
        rows,
        between: ",",
        tail: "]}",
        write: Box::new(move |t, row: &LotRow| {
            let spec = &city.zone(row.zone).spec;
            t.raw("{\"CarParkID\":");
            match called(&own.reads, &spec.id, ALIAS) {
                Some(id) => t.string(&id),
                None => t.word(&spec.id),
            };
            let (lat, lon) = spec.place.e7();
            t.raw(",\"Area\":\"\",\"Development\":").string(&spec.name);
            t.raw(",\"Location\":\"").e7(lat).raw(" ").e7(lon);
            t.raw("\",\"AvailableLots\":").number(row.vacant.into());
            t.raw(",\"LotType\":\"").raw(row.letter);
            t.raw("\",\"Agency\":").string(&spec.operator).raw("}");
        }),
        none_is_nothing: false,
    }
}
