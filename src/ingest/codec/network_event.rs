//! What LoRaWAN network servers publish by MQTT beside uplinks: that a device joined, that it was
//! answered, where it is. Whoever subscribes to all of a network server gets it too.
//!
//! Promise: it is acknowledged and counted, and nothing is done about it, whatever it says.

use super::{Codec, Sender, covers, described};
use utoipa::ToSchema;

/// Reads anything, as nothing.
pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "event",
    sender: Sender::NetworkServer,
    topic: "application/{application}/device/{device}/event/{event}",
    retained: false,
    http: None,
    items: "events",
    title: "Another event of a network server",
    schema: described::<NetworkEvent>,
    decode: |_, out| {
        out.push(super::Said::Nothing);
        Ok(())
    },
};

/// An event that is no uplink.
#[derive(ToSchema)]
struct NetworkEvent {}

/// Where they are published.
const TOPICS: [&str; 17] = [
    "application/{application}/device/{device}/event/ack",
    "application/{application}/device/{device}/event/integration",
    "application/{application}/device/{device}/event/join",
    "application/{application}/device/{device}/event/location",
    "application/{application}/device/{device}/event/log",
    "application/{application}/device/{device}/event/status",
    "application/{application}/device/{device}/event/txack",
    "v3/{application}/devices/{device}/down/ack",
    "v3/{application}/devices/{device}/down/failed",
    "v3/{application}/devices/{device}/down/nack",
    "v3/{application}/devices/{device}/down/queued",
    "v3/{application}/devices/{device}/down/sent",
    "v3/{application}/devices/{device}/down/queue/invalidated",
    "v3/{application}/devices/{device}/join",
    "v3/{application}/devices/{device}/location/solved",
    "v3/{application}/devices/{device}/service/data",
    "v3/{application}/devices/{device}/up/normalized",
];

/// Whether it is published on `topic`.
pub(super) fn is_on(topic: &str) -> bool {
    TOPICS.iter().any(|pattern| covers(pattern, topic))
}
