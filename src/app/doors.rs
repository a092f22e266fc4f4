//! The last phase of a start: the doors for reports open. And how they see the rest: who may speak
//! (keys), and what was said (gate); adapters only, no rule lives here.

use super::foundation::{address, listen};
use super::services::Services;
use super::{Failure, Shared, board, brokers, process};
use crate::config::Config;
use crate::domain::{Clock, Door, Parcel, Speaker};
use crate::health::Part;
use crate::ingest::codec::Codec;
use crate::ingest::gate::Gate;
use crate::ingest::mqtt_server::{self, Doorkeeper, Intake};
use crate::partners::{self, Keys};
use crate::registry::Registry;
use crate::serve::ReportDoor;
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
    (mqtt, mqtts): (TcpListener, Option<(SocketAddr, Arc<mqtt_server::Tls>)>),
    (closed, tasks): (&watch::Receiver<bool>, &mut JoinSet<()>),
) -> Result<Option<SocketAddr>, Failure> {
    let Services { gate, inbox } = services;
    let intake = intake(gate);
    let board = board::board(shared);
    brokers::start(config, shared, &intake, &board, &inbox, closed, tasks)?;
    let door = Arc::new(mqtt_server::Door::new(
        config.mqtt.clone(),
        keeper(keys, shared),
        intake,
        board,
        inbox,
        shared.metrics.clone(),
    ));
    tasks.spawn(mqtt_server::serve(mqtt, door.clone(), closed.clone()));
    let listening = match mqtts {
        Some((at, tls)) => Some(secure(at, tls, door, tasks, closed).await?),
        None => None,
    };
    shared.health.well(Part::Mqtt);
    Ok(listening)
}

/// MQTT over TLS beside the plain listener, its certificate read again on SIGHUP.
async fn secure(
    at: SocketAddr,
    tls: Arc<mqtt_server::Tls>,
    door: Arc<mqtt_server::Door>,
    tasks: &mut JoinSet<()>,
    closed: &watch::Receiver<bool>,
) -> Result<SocketAddr, Failure> {
    let listener = listen("mqtt.tls", at).await?;
    let at = address(&listener)?;
    tasks.spawn(process::reload_on_hangup(tls.clone(), closed.clone())?);
    tasks.spawn(mqtt_server::serve_tls(listener, tls, door, closed.clone()));
    tracing::info!(mqtts = %at, "MQTT over TLS");
    Ok(at)
}

pub(super) fn gate(shared: &Shared, config: &Config) -> Arc<Gate> {
    let registry = shared.registry.clone();
    let clock = shared.clock.clone();
    let metrics = shared.metrics.clone();
    Arc::new(Gate::new(registry, clock, metrics, config.gate.clone()))
}

/// The MQTT door's keeper: a source's key is its password.
fn keeper(keys: Arc<Keys>, shared: &Shared) -> Arc<dyn Doorkeeper> {
    Arc::new(KeyDoorkeeper {
        keys,
        registry: shared.registry.clone(),
        clock: shared.clock.clone(),
    })
}

/// The second MQTT listener's address and certificate, where there is one.
pub(super) fn tls(config: &Config) -> Result<Option<(SocketAddr, Arc<mqtt_server::Tls>)>, Failure> {
    let Some(tls) = &config.mqtt.tls else {
        return Ok(None);
    };
    let opened = mqtt_server::Tls::open(tls.clone())
        .map_err(|e| Failure::Config(format!("mqtt.tls: {e}")))?;
    Ok(Some((tls.listen, Arc::new(opened))))
}

struct KeyDoorkeeper {
    keys: Arc<Keys>,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
}

impl Doorkeeper for KeyDoorkeeper {
    fn admit(&self, user: &str, password: &[u8]) -> Result<Speaker, mqtt_server::Denied> {
        let password =
            std::str::from_utf8(password).map_err(|_| mqtt_server::Denied::BadCredentials)?;
        // A source that is new is written to disk before it speaks; that happens once in its life.
        let now = self.clock.now();
        let said = tokio::task::block_in_place(|| {
            partners::authenticate(&self.keys, &self.registry, user, password, now)
        });
        match said {
            Ok(speaker) => Ok(speaker),
            Err(partners::Denied::BadKey | partners::Denied::UnknownSource) => {
                Err(mqtt_server::Denied::BadCredentials)
            }
            Err(e @ partners::Denied::Full(_)) => {
                // A sender that is told "not authorised" may never come back.
                tracing::warn!(source = user, error = %e, "a source could not be enrolled");
                Err(mqtt_server::Denied::NotNow)
            }
            Err(partners::Denied::NotAllowed) => Err(mqtt_server::Denied::NotAuthorised),
        }
    }
}

/// The gate as the MQTT door sees it.
fn intake(gate: Arc<Gate>) -> Arc<dyn Intake> {
    Arc::new(ByMqtt(gate))
}

struct ByMqtt(Arc<Gate>);

impl Intake for ByMqtt {
    fn take(&self, speaker: &Speaker, codec: &'static Codec, payload: &[u8], out: &mut Parcel) {
        let place = ShownTopic { speaker, codec };
        self.0
            .take(speaker, Door::Mqtt, &place, codec, payload, out);
    }
}

/// The gate as `POST /v1/reports` sees it.
pub(super) fn reports(gate: Arc<Gate>) -> Arc<dyn ReportDoor> {
    Arc::new(ByHttp(gate))
}

struct ByHttp(Arc<Gate>);

impl ReportDoor for ByHttp {
    fn take(&self, speaker: &Speaker, codec: &'static Codec, place: &str, body: &[u8]) -> Parcel {
        let mut out = Parcel::default();
        self.0
            .take(speaker, Door::Http, &place, codec, body, &mut out);
        out
    }
}

/// The topic's form, written out only when something is refused.
struct ShownTopic<'a> {
    speaker: &'a Speaker,
    codec: &'static Codec,
}

impl std::fmt::Display for ShownTopic<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.codec.write_topic(&self.speaker.id, f)
    }
}
