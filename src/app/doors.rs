//! The last phase of a start: the doors for reports open. MQTT has three: plain, TLS and WebSockets.

use super::certificates::{self, Secured};
use super::services::Services;
use super::sockets::{address, listen};
use super::{Failure, Shared, adapters, board, brokers, feeds};
use crate::config::Config;
use crate::health::Part;
use crate::ingest::mqtt_server;
use crate::partners::Keys;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Opens the doors for reports: the hub's own MQTT server, with and without TLS, and the clients of
/// outside brokers. Returns where MQTT over TLS listens, if it does.
pub(super) async fn open(
    config: &Config,
    shared: &Shared,
    keys: Arc<Keys>,
    services: Services,
    (mqtt, mqtts): (TcpListener, Option<Secured>),
    (closed, tasks): (&watch::Receiver<bool>, &mut JoinSet<()>),
) -> Result<Option<SocketAddr>, Failure> {
    let Services {
        gate,
        feeds,
        guests,
        inbox,
    } = services;
    let intake = adapters::intake(gate);
    let board = board::board(shared);
    brokers::start(config, shared, &intake, &board, &inbox, closed, tasks)?;
    feeds::start(&feeds, closed, tasks)?;
    let door = Arc::new(mqtt_server::Door::new(
        config.mqtt.clone(),
        adapters::keeper(keys, shared, config.http.public_reads),
        intake,
        board,
        inbox,
        shared.metrics.clone(),
        shared.limits.clone(),
    ));
    tasks.spawn(mqtt_server::serve(mqtt, door.clone(), closed.clone()));
    tasks.spawn(guests.open(door.clone(), closed.clone()).serve());
    let listening = match mqtts {
        Some(secured) => Some(secure(secured, door, tasks, closed).await?),
        None => None,
    };
    shared.health.well(Part::Mqtt);
    Ok(listening)
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
