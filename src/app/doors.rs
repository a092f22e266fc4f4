//! The last phase of a start: the doors for reports open. MQTT has three: plain, TLS and WebSockets.

use super::certificates::{self, Secured};
use super::services::Services;
use super::sockets::{address, listen};
use super::{Failure, Shared, adapters, board, brokers, feeds};
use crate::config::Config;
use crate::health::Part;
use crate::ingest::mqtt_server::{self, SandboxDoor};
use crate::partners::Keys;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where MQTT is heard, with and without TLS, and the sandbox's door behind it.
pub(super) type MqttFront = (TcpListener, Option<Secured>, Option<Arc<SandboxDoor>>);

/// Opens the doors for reports: the hub's own MQTT server, with and without TLS, and the clients of
/// outside brokers. Returns the server's, and where MQTT over TLS listens, if it does.
pub(super) async fn open(
    config: &Config,
    shared: &Shared,
    keys: Arc<Keys>,
    services: &Services,
    front: Option<MqttFront>,
    (closed, tasks): (&watch::Receiver<bool>, &mut JoinSet<()>),
) -> Result<(Arc<mqtt_server::Door>, Option<SocketAddr>), Failure> {
    let feeds = services.feeds.clone();
    let gate = services.gate.clone();
    let inbox = services.inbox.clone();
    let guests = services.guests.clone();
    let intake = adapters::intake(gate);
    let boards = board::boards(shared);
    brokers::start(config, shared, &intake, &boards, &inbox, closed, tasks)?;
    feeds::start(&feeds, closed, tasks)?;
    let (listeners, sandbox) = match front {
        Some((mqtt, mqtts, sandbox)) => (Some((mqtt, mqtts)), sandbox),
        None => (None, None),
    };
    let door = mqtt_server::Door::new(
        config.mqtt.clone(),
        adapters::keeper(keys, shared, config.http.public_reads),
        intake,
        boards,
        inbox,
        shared.metrics.clone(),
        shared.limits.clone(),
    );
    let door = Arc::new(door.before(sandbox));
    let mut listening = None;
    if let Some((mqtt, mqtts)) = listeners {
        tasks.spawn(mqtt_server::serve(mqtt, door.clone(), closed.clone()));
        if let Some(secured) = mqtts {
            listening = Some(secure(secured, door.clone(), tasks, closed).await?);
        }
    }
    tasks.spawn(guests.open(door.clone(), closed.clone()).serve());
    shared.health.well(Part::Mqtt);
    Ok((door, listening))
}

/// MQTT over TLS beside the plain listener, its certificate read again on SIGHUP.
async fn secure(
    (at, tls): Secured,
    door: Arc<mqtt_server::Door>,
    tasks: &mut JoinSet<()>,
    closed: &watch::Receiver<bool>,
) -> Result<SocketAddr, Failure> {
    let listener = listen("mqtt.tls", at).await?;
    let at = address(&listener)?;
    certificates::follow(&tls, closed, tasks)?;
    tasks.spawn(mqtt_server::serve_tls(listener, tls, door, closed.clone()));
    Ok(at)
}
