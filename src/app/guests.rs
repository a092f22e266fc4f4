//! MQTT inside WebSockets: HTTP's requests for it are led to the MQTT server. HTTP listens while the
//! journal is replayed, MQTT only after it: until then this door is shut.

use crate::ingest::mqtt_server::{Door, GuestRefused, Guests};
use crate::serve::{MqttDoor, MqttPlace, MqttShut, WsLine};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// See the module.
#[derive(Default)]
pub(super) struct WebSocketDoor(OnceLock<Guests>);

impl WebSocketDoor {
    /// Opens it, once; the rest of the hub's life it leads to `door`.
    pub(super) fn open(&self, door: Arc<Door>, closed: watch::Receiver<bool>) -> Guests {
        self.0.get_or_init(|| Guests::new(door, closed)).clone()
    }
}

impl MqttDoor for WebSocketDoor {
    fn max_packet(&self) -> usize {
        self.0.get().map_or(0, Guests::max_packet)
    }

    fn admit(&self, from: IpAddr) -> Result<MqttPlace, MqttShut> {
        let guests = self.0.get().ok_or(MqttShut::Closed)?;
        let place = guests.admit(from).map_err(|refused| match refused {
            GuestRefused::Closing => MqttShut::Closed,
            GuestRefused::Full => MqttShut::Full,
            GuestRefused::TooFast => MqttShut::TooFast,
            GuestRefused::Share(taken) => MqttShut::Share(taken),
        })?;
        Ok(Box::new(move |line: WsLine| place.talk(line)))
    }
}
