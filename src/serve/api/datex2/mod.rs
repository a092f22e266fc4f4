//! DATEX II, version 3.6: parking as publications in XML, a table of what there is and a status of how
//! it is, and the authority's orders as situations.
//!
//! Promises: what is sent is valid by the schemas of the version; the city is told as everybody sees
//! it; what is stale has no numbers. A publication of no places would not be valid: it is 204, without
//! a body.

mod schema;
mod situations;
mod status;
mod table;
mod which;
pub(in crate::serve::api) mod xml;

use self::which::Which;
use self::xml::Xml;
use crate::domain::Millis;
use crate::serve::PublisherConfig;
use crate::serve::feed::{FeedDesk, Sent};
use crate::serve::formats::text::Text;
use crate::serve::http::auth::{Doorman, Reader};
use crate::serve::http::error::ApiError;
use crate::serve::http::modified::HeldAnswer;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::state::ReadState;
use axum::extract::{FromRef, State};
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Namespaces of a payload.
const NAMESPACES: [(&str, &str); 6] = [
    ("xmlns:d2", "http://datex2.eu/schema/3/d2Payload"),
    ("xmlns:com", "http://datex2.eu/schema/3/common"),
    ("xmlns:fac", "http://datex2.eu/schema/3/facilities"),
    ("xmlns:loc", "http://datex2.eu/schema/3/locationReferencing"),
    ("xmlns:prk", "http://datex2.eu/schema/3/parking"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
];

/// Of situations besides.
const OF_SITUATIONS: (&str, &str) = ("xmlns:sit", "http://datex2.eu/schema/3/situation");

const MEDIA_TYPE: &str = "application/xml; charset=utf-8";

/// What these routes need.
pub(in crate::serve) struct DatexState {
    pub(in crate::serve) reads: Arc<ReadState>,
    pub(in crate::serve) desk: FeedDesk,
    pub(in crate::serve) publisher: PublisherConfig,
}

impl FromRef<Arc<DatexState>> for Doorman {
    fn from_ref(own: &Arc<DatexState>) -> Self {
        own.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(datex_state: Arc<DatexState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(parking_table))
        .routes(routes!(parking_status))
        .routes(routes!(situations_of_orders))
        .with_state(datex_state)
}

/// The parking table of DATEX II: which places there are.
///
/// A `ParkingTablePublication` of version 3.6, in which a zone is a `Place` and, with `spaces=true`, a bay
/// a `Space`. Versions are hashes of what is told. `If-Modified-Since` is answered as well as
/// `If-None-Match`. Nothing to tell of is 204.
#[utoipa::path(
    get, path = "/v1/datex2/parking-table.xml", tag = "city standards",
    params(schema::PublicationQuery),
    responses(
        (status = 200, description = "The publication", body = serde_json::Value, content_type = "application/xml"),
        (status = 204, description = "No such zones"),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
        problems::BadParameter,
    )
)]
async fn parking_table(
    _: Reader,
    State(own): State<Arc<DatexState>>,
    held: HeldAnswer,
    uri: Uri,
) -> Result<Response, ApiError> {
    let which = Which::read(&own, uri.query())?;
    let now = own.reads.clock.now();
    let sent = Sent {
        media_type: MEDIA_TYPE,
        keep: "max-age=300",
    };
    let datex_state = own.clone();
    let make = move || table::feed(&own, &which, now);
    let question = (&uri, &held);
    datex_state.desk.answer(question, sent, now, make).await
}

/// The parking status of DATEX II: how full places are.
///
/// A `ParkingStatusPublication` of version 3.6. A zone that is stale has no `occupancy` and the status
/// `unknown`. With `spaces=true` the bays that are known to be occupied or vacant are told as well; a
/// bay that is kept for who has booked it is occupied. Nothing to tell of is 204.
#[utoipa::path(
    get, path = "/v1/datex2/parking-status.xml", tag = "city standards",
    params(schema::PublicationQuery),
    responses(
        (status = 200, description = "The publication", body = serde_json::Value, content_type = "application/xml"),
        (status = 204, description = "No such zones"),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
        problems::BadParameter,
    )
)]
async fn parking_status(
    _: Reader,
    State(own): State<Arc<DatexState>>,
    held: HeldAnswer,
    uri: Uri,
) -> Result<Response, ApiError> {
    let which = Which::read(&own, uri.query())?;
    let now = own.reads.clock.now();
    let sent = Sent {
        media_type: MEDIA_TYPE,
        keep: "max-age=30",
    };
    let datex_state = own.clone();
    let make = move || status::feed(&own, &which, now);
    let question = (&uri, &held);
    datex_state.desk.answer(question, sent, now, make).await
}

/// The situations of DATEX II: orders of the authority that have not ended.
///
/// A `SituationPublication` of version 3.6. An order is a `Situation` with one
/// `RoadOrCarriagewayOrLaneManagement`, of type `parkingProhibitionInOperation` or, of kind `no_stopping`,
/// `waitingProhibitionInOperation`; its version is the order's. An exercise has the status
/// `securityExercise`. Without orders the publication has no situation.
#[utoipa::path(
    get, path = "/v1/datex2/situations.xml", tag = "city standards",
    responses(
        (status = 200, description = "The publication", body = serde_json::Value, content_type = "application/xml"),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
        problems::BadParameter,
    )
)]
async fn situations_of_orders(
    _: Reader,
    State(own): State<Arc<DatexState>>,
    held: HeldAnswer,
    uri: Uri,
) -> Result<Response, ApiError> {
    Params::read(uri.query(), &[])?;
    let now = own.reads.clock.now();
    let sent = Sent {
        media_type: MEDIA_TYPE,
        keep: "max-age=10",
    };
    let datex_state = own.clone();
    let make = move || Ok(situations::feed(&own, now));
    let question = (&uri, &held);
    datex_state.desk.answer(question, sent, now, make).await
}

/// A payload up to and including who publishes it.
fn begin(own: &DatexState, of_type: &str, now: Millis) -> Text {
    let mut t = Text::with_capacity(1024);
    t.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut attributes = NAMESPACES.to_vec();
    if of_type.starts_with("sit:") {
        attributes.push(OF_SITUATIONS);
    }
    let publisher = &own.publisher;
    attributes.extend([
        ("xsi:type", of_type),
        ("lang", &publisher.language),
        ("modelBaseVersion", "3"),
    ]);
    let mut x = Xml::on(&mut t);
    x.open("d2:payload", &attributes);
    x.raw("com:publicationTime", &now.to_string());
    x.element("com:publicationCreator", &[], |x| {
        x.text("com:country", &publisher.country);
        x.text("com:nationalIdentifier", &publisher.national_identifier);
    });
    t
}
