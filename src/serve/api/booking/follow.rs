//! A booking app follows what becomes of its reservations.

use super::schema;
use crate::serve::http::auth::Booker;
use crate::serve::http::error::ApiError;
use crate::serve::http::events::{LAST_ID, LAST_ID_ALIAS, events, last_event_id};
use crate::serve::http::negotiate;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::sse::ReservationStreams;
use crate::serve::told_in::{CRS, ToldIn};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A booking app's own reservations.
pub(in crate::serve) fn routes(own: Arc<ReservationStreams>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(own_reservations))
        .with_state(own)
}

/// What becomes of your reservations, by Server-Sent Events.
///
/// First those that stand (`reservation` with the `event` `standing`), then `ready`, then a
/// `reservation` for each thing that happens to one: `held`, `confirmed`, `moved` (it has another
/// bay), `active`, `completed`, `cancelled`, `expired`, `no_show`; `cause` says whose doing it was,
/// and `reservation` is as it is now. A client that comes back with the `id` it read last is told
/// everything since, also after a restart; `resync` where the id is none of ours, followed by all
/// that stand. With several hubs on one database an event may come twice. A comment is sent every
/// 15 s of silence. At most 32 at a time for one partner.
#[utoipa::path(
    get, path = "/v1/reservations/stream", operation_id = "follow_reservations", tag = "booking", security(("key" = ["book"])),
    params(schema::OwnStreamQuery),
    responses(
        (status = 200, description = "Events, until the client or the hub ends it", body = String, content_type = "text/event-stream"),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat,
        problems::TooManyStreamsOrNotNow,
    )
)]
async fn own_reservations(
    Booker(grant): Booker,
    State(own): State<Arc<ReservationStreams>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    negotiate::takes_events(&headers)?;
    let p = Params::read(uri.query(), &[CRS, LAST_ID, LAST_ID_ALIAS])?;
    let told_in = ToldIn::asked(&p, own.sharing_state.public_crs)?;
    Ok(events(
        own.follow(&grant, last_event_id(&headers, &p)?, told_in)
            .await?,
    ))
}
