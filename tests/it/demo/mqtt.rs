//! A lamp post: publishes at QoS 1 and knows whether it was acknowledged. By rumqttc, and by
//! `mosquitto_pub` where it is installed.

use super::hub::Hub;
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS,
};
use std::process::{Command, Output};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// Publishes one message and waits for its acknowledgement. `Err`: the connection was refused with
/// that code.
pub(super) async fn publish(
    hub: &Hub,
    password: &str,
    topic: &str,
    payload: &str,
) -> Result<(), ConnectReturnCode> {
    let (client, mut events) = client(hub, hub.source(), password);
    acked(hub, &client, &mut events, topic, payload).await
}

/// A client that is not connected yet.
pub(super) fn client(hub: &Hub, user: &str, password: &str) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(
        format!("it-{user}"),
        hub.mqtt.ip().to_string(),
        hub.mqtt.port(),
    );
    options.set_credentials(user, password);
    AsyncClient::new(options, 10)
}

/// Publishes one message and waits for its acknowledgement, connecting if need be.
pub(super) async fn acked(
    hub: &Hub,
    client: &AsyncClient,
    events: &mut EventLoop,
    topic: &str,
    payload: &str,
) -> Result<(), ConnectReturnCode> {
    client
        .publish(topic, QoS::AtLeastOnce, false, payload)
        .await
        .expect("room in its queue");
    let talk = async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::PubAck(_))) => return Ok(()),
                Ok(_) => {}
                Err(ConnectionError::ConnectionRefused(code)) => return Err(code),
                Err(e) => panic!("MQTT: {e}\n{}", hub.log()),
            }
        }
    };
    let outcome = tokio::time::timeout(PATIENCE, talk).await;
    outcome.unwrap_or_else(|_| panic!("neither acknowledged nor refused\n{}", hub.log()))
}

pub(super) fn topic(hub: &Hub) -> String {
    format!("bayhub/v1/{}/report", hub.source())
}

/// The flat form of a report: one bay.
pub(super) fn flat(bay: &str, state: &str) -> String {
    serde_json::json!({"bay": bay, "state": state}).to_string()
}

/// Runs `mosquitto_pub` as the README shows it. `None` where it is not installed, see [`peer`].
pub(super) fn mosquitto_pub(hub: &Hub, topic: &str, payload: &str) -> Option<Output> {
    let mut command = mosquitto("mosquitto_pub", hub);
    peer(command.args(["-q", "1", "-t", topic, "-m", payload]))
}

/// One of mosquitto's clients, ready to speak to the hub as the demo's source.
pub(super) fn mosquitto(program: &str, hub: &Hub) -> Command {
    let host = hub.mqtt.ip().to_string();
    let port = hub.mqtt.port().to_string();
    let mut command = Command::new(program);
    command.args([
        "-h",
        &host,
        "-p",
        &port,
        "-u",
        hub.source(),
        "-P",
        hub.key("report"),
    ]);
    command
}

/// Runs somebody else's program. `None` where it is not installed, which it says; with
/// `BAYHUB_REQUIRE_PEERS=1`, as in CI, that is a failure.
pub(crate) fn peer(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            missing(&command.get_program().to_string_lossy());
            None
        }
        Err(e) => panic!("{command:?}: {e}"),
    }
}

/// What a script of ours prints, which must have gone well.
pub(super) fn printed(hub: &Hub, output: &Output) -> serde_json::Value {
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        hub.log()
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Says that a test is skipped for want of `what`, or fails it.
pub(crate) fn missing(what: &str) {
    let required = std::env::var("BAYHUB_REQUIRE_PEERS").is_ok_and(|v| v == "1");
    assert!(
        !required,
        "{what} is not installed, and BAYHUB_REQUIRE_PEERS=1"
    );
    eprintln!("skipped: {what} not installed");
}
