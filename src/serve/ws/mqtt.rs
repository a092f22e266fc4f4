//! `/mqtt`: MQTT 3.1.1 and 5 inside a WebSocket, for browsers and mini-programs, which open no other
//! sockets. What is said there is the MQTT server's business; this is how it gets to hear it.
//!
//! Promises: who there is no place for is told so by HTTP, before anything is promised; a place is
//! given back when the upgrade comes to nothing. The connection counts among MQTT's from the upgrade
//! on, and no longer among HTTP's.

use super::line::WsLine;
use super::upgrade::Upgrade;
use crate::limits::ShareTaken;
use crate::serve::http::address::ClientAddress;
use crate::serve::http::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Where it is, as clients of MQTT expect it.
pub(in crate::serve) const PATH: &str = "/mqtt";

/// The sub-protocol that MQTT is registered as, for both versions.
const PROTOCOL: &str = "mqtt";

/// What a message may be longer than the longest packet, so that small ones may ride with it.
const BESIDES: usize = 16 * 1024;

/// Takes connections that came by a WebSocket.
pub trait MqttDoor: Send + Sync {
    /// The longest packet, bytes.
    fn max_packet(&self) -> usize;

    /// A place for one who calls from that address.
    ///
    /// # Errors
    /// There is none.
    fn admit(&self, from: IpAddr) -> Result<MqttPlace, MqttShut>;
}

/// Takes the line once there is one; dropped unused, the place is given back.
pub type MqttPlace = Box<dyn FnOnce(WsLine) + Send>;

/// Why nobody is let in now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MqttShut {
    /// The hub is starting or stopping.
    Closed,
    /// All places are taken.
    Full,
    /// Too many connections come from that address.
    TooFast,
    /// The address has its share.
    Share(ShareTaken),
}

impl From<MqttShut> for ApiError {
    fn from(shut: MqttShut) -> Self {
        match shut {
            MqttShut::Closed => Self::Unavailable("the hub is starting or stopping".to_owned()),
            MqttShut::Full => Self::Unavailable("too many connections are open".to_owned()),
            MqttShut::TooFast => Self::Busy,
            MqttShut::Share(taken) => taken.into(),
        }
    }
}

pub(in crate::serve) fn routes(door: Arc<dyn MqttDoor>) -> Router {
    Router::new().route(PATH, get(mqtt)).with_state(door)
}

async fn mqtt(
    State(door): State<Arc<dyn MqttDoor>>,
    from: Option<Extension<ClientAddress>>,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.bounded(door.max_packet() + BESIDES);
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(ApiError::bad(
            "Sec-WebSocket-Protocol",
            "must offer the sub-protocol mqtt",
        ));
    }
    let from = from.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |from| from.0.0);
    let place = door.admit(from)?;
    Ok(upgrade.on_upgrade(async move |socket| place(WsLine::new(socket))))
}
