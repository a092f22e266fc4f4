//! MQTT inside WebSockets at `/mqtt` of the HTTP listener, on the real process: by hand, frame by
//! frame, and by other people's clients (MQTT.js in Node, Paho in Python).

use super::http::until_state;
use super::hub::{Feature, Hub};
use super::mqtt::{flat, missing, peer, printed, topic};
use rumqttc::mqttbytes::{QoS, v4};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Response};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, HandshakeError, Message, WebSocket, client};

const PATIENCE: Duration = Duration::from_secs(30);

fn quiet_hub() -> (Hub, Feature) {
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    let bay = hub.some_bay();
    (hub, bay)
}

type Socket = WebSocket<TcpStream>;

/// An open one, and the answer that opened it.
type Opened = (Socket, Response<Option<Vec<u8>>>);

/// A WebSocket at `/mqtt`, or the answer that it is none.
fn open(hub: &Hub, protocols: &str) -> Result<Opened, Error> {
    let at = hub.http.trim_start_matches("http://");
    let stream = TcpStream::connect(at).expect("the hub listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let mut request = format!("ws://{at}/mqtt").into_client_request()?;
    if !protocols.is_empty() {
        let offered = HeaderValue::from_str(protocols).expect("a header");
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", offered);
    }
    client(request, stream).map_err(|e| match e {
        HandshakeError::Failure(e) => e,
        HandshakeError::Interrupted(_) => panic!("no answer in {PATIENCE:?}\n{}", hub.log()),
    })
}

fn opened(hub: &Hub) -> Socket {
    open(hub, "mqtt").expect("a WebSocket").0
}

fn wire(packet: &v4::Packet) -> Vec<u8> {
    let mut out = bytes::BytesMut::new();
    packet.write(&mut out, usize::MAX).expect("a packet");
    out.to_vec()
}

fn hello(login: Option<(&str, &str)>) -> Vec<u8> {
    let mut connect = v4::Connect::new("it-ws");
    if let Some((user, key)) = login {
        connect.set_login(user, key);
    }
    wire(&v4::Packet::Connect(connect))
}

fn as_source(hub: &Hub) -> Vec<u8> {
    hello(Some((hub.source(), hub.key("report"))))
}

fn report(hub: &Hub, bay: &str, state: &str, id: u16) -> Vec<u8> {
    let mut publish = v4::Publish::new(topic(hub), QoS::AtLeastOnce, flat(bay, state));
    publish.pkid = id;
    wire(&v4::Packet::Publish(publish))
}

fn send(socket: &mut Socket, bytes: &[u8]) {
    socket
        .send(Message::binary(bytes.to_vec()))
        .expect("it takes it");
}

/// What comes next, which must be these bytes, in whatever frames.
fn hear(socket: &mut Socket, bytes: &[u8]) {
    let mut got = Vec::new();
    while got.len() < bytes.len() {
        match socket.read().expect("more") {
            Message::Binary(more) => got.extend_from_slice(&more),
            other => panic!("{other:?} after {got:x?}"),
        }
    }
    assert_eq!(got, bytes);
}

/// Reads to the end, whose reason must be this.
fn hear_the_end(socket: &mut Socket, code: CloseCode) {
    loop {
        match socket.read() {
            Ok(Message::Close(Some(frame))) => return assert_eq!(frame.code, code, "{frame:?}"),
            Ok(Message::Binary(_)) => {}
            other => panic!("{other:?}, not a close frame"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_begin_and_end_anywhere_in_the_messages_that_carry_them() {
    let (hub, bay) = quiet_hub();
    let (mut socket, answer) = open(&hub, "chat, mqtt").expect("a WebSocket");
    assert_eq!(answer.headers()["sec-websocket-protocol"], "mqtt");
    let both = [as_source(&hub), report(&hub, &bay.id, "occupied", 7)].concat();
    send(&mut socket, &both);
    hear(&mut socket, &[0x20, 2, 0, 0, 0x40, 2, 0, 7]);
    until_state(&hub, &bay.id, "occupied").await;
    for byte in report(&hub, &bay.id, "vacant", 8) {
        send(&mut socket, &[byte]);
    }
    hear(&mut socket, &[0x40, 2, 0, 8]);
    until_state(&hub, &bay.id, "vacant").await;
    socket.send(Message::Ping("here?".into())).expect("sent");
    let pong = socket.read().expect("an answer");
    assert_eq!(pong, Message::Pong("here?".into()));
    send(&mut socket, &[0xe0, 0]);
    hear_the_end(&mut socket, CloseCode::Normal);
}

#[test]
fn a_stranger_follows_what_anybody_may_see_and_says_nothing() {
    let (hub, bay) = quiet_hub();
    let mut socket = opened(&hub);
    send(&mut socket, &hello(None));
    hear(&mut socket, &[0x20, 2, 0, 0]);
    let all = "bayhub/v1/zones/+/availability";
    let mut wanted = v4::Subscribe::new(all, QoS::AtMostOnce);
    wanted.pkid = 1;
    send(&mut socket, &wire(&v4::Packet::Subscribe(wanted)));
    let mut heard = bytes::BytesMut::new();
    let mut zones = Vec::new();
    while zones.len() < hub.features("zones.geojson").len() {
        let Message::Binary(more) = socket.read().expect("more") else {
            panic!("not binary")
        };
        heard.extend_from_slice(&more);
        while let Ok(packet) = v4::Packet::read(&mut heard, 1 << 20) {
            if let v4::Packet::Publish(p) = packet {
                let told: Value = serde_json::from_slice(&p.payload).expect("JSON");
                zones.push(told["zone"].as_str().expect("a zone").to_owned());
            }
        }
    }
    assert!(zones.contains(&bay.zone), "{zones:?}");
    let mut forged = v4::Publish::new(topic(&hub), QoS::AtLeastOnce, flat(&bay.id, "vacant"));
    forged.pkid = 2;
    send(&mut socket, &wire(&v4::Packet::Publish(forged)));
    hear_the_end(&mut socket, CloseCode::Normal);
}

#[test]
fn what_is_no_mqtt_is_refused_and_told_why() {
    let (hub, _) = quiet_hub();
    for (protocols, status) in [("", 400), ("chat", 400), ("mqttv3.1", 400)] {
        let Err(Error::Http(answer)) = open(&hub, protocols).map(drop) else {
            panic!("{protocols:?} was let in")
        };
        assert_eq!(answer.status(), status, "{protocols:?}");
    }
    let mut socket = opened(&hub);
    socket.send(Message::text("hello")).expect("sent");
    hear_the_end(&mut socket, CloseCode::Unsupported);
    let mut socket = opened(&hub);
    // The hub may end it before all of it is sent.
    let _ = socket.send(Message::binary(vec![0; 600_000]));
    match socket.read() {
        Ok(Message::Close(Some(frame))) => assert_eq!(frame.code, CloseCode::Protocol),
        Err(Error::Io(_) | Error::Protocol(_)) => {}
        other => panic!("{other:?}"),
    }
    let mut socket = opened(&hub);
    send(&mut socket, b"GET / HTTP/1.1\r\n\r\n");
    hear_the_end(&mut socket, CloseCode::Normal);
}

#[tokio::test]
async fn a_request_that_is_no_websocket_is_a_problem() {
    let (hub, _) = quiet_hub();
    let client = crate::web::client().build().expect("a client");
    let answer = client.get(format!("{}/mqtt", hub.http)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 426);
    assert_eq!(answer.headers()["upgrade"], "websocket");
    let problem: Value = answer.json().await.expect("JSON");
    assert_eq!(problem["type"], "/problems/upgrade-required", "{problem}");
}

#[test]
fn a_stop_ends_sockets_in_time_and_a_clean_one_waits_for_none() {
    let (hub, bay) = quiet_hub();
    let mut speaking = opened(&hub);
    send(&mut speaking, &as_source(&hub));
    hear(&mut speaking, &[0x20, 2, 0, 0]);
    send(&mut speaking, &report(&hub, &bay.id, "occupied", 7));
    hear(&mut speaking, &[0x40, 2, 0, 7]);
    let silent = opened(&hub);
    let end = std::thread::spawn(move || {
        hear_the_end(&mut speaking, CloseCode::Normal);
        drop(silent);
    });
    assert!(hub.stop().success());
    end.join().expect("a close frame");
}

/// Node's `mqtt`, where it is installed.
fn mqtt_js(hub: &Hub, bay: &Feature, version: u8) -> Option<Value> {
    let root = if let Ok(folder) = std::env::var("BAYHUB_NODE_PEERS") {
        format!("{folder}/node_modules")
    } else {
        let root = peer(Command::new("npm").args(["root", "--global"]))?;
        String::from_utf8_lossy(&root.stdout).trim().to_owned()
    };
    if !std::path::Path::new(&root).join("mqtt").is_dir() {
        missing("mqtt (npm install --global mqtt)");
        return None;
    }
    let mut command = Command::new("node");
    command.env("NODE_PATH", root);
    command.arg(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/demo/follow_zone.cjs"
    ));
    let version = version.to_string();
    let own = [hub.source(), hub.key("report"), &bay.id, &bay.zone];
    let output = peer(command.args([&*hub.http, &version]).args(own))?;
    Some(printed(hub, &output))
}

#[test]
fn mqtt_js_reports_and_follows_a_zone_in_both_versions() {
    let (hub, bay) = quiet_hub();
    for version in [4, 5] {
        let Some(told) = mqtt_js(&hub, &bay, version) else {
            return;
        };
        assert_eq!(told["acked"], json!([0, 1, 2]), "{version}: {told}");
        assert_eq!(told["first"]["retain"], true, "{version}: {told}");
        assert_eq!(told["change"]["payload"]["zone"], bay.zone, "{told}");
        assert_eq!(told["stranger"]["payload"]["zone"], bay.zone, "{told}");
        let refused = told["foreign"].as_str().expect("a text");
        assert!(refused.contains("Subscribe error"), "{version}: {told}");
    }
}

/// Frames are read and written by a library that would log them.
#[tokio::test(flavor = "multi_thread")]
async fn no_key_that_is_shown_inside_a_socket_is_in_the_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let loud = [("RUST_LOG", "trace")];
    let hub = Hub::start_with(dir.path(), &["--bays", "20", "--no-sim"], &loud);
    let mut socket = opened(&hub);
    send(&mut socket, &as_source(&hub));
    hear(&mut socket, &[0x20, 2, 0, 0]);
    let key = hub.key("report");
    let ask = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                     "params": {"name": "zone", "arguments": {"zone": key}}});
    let client = crate::web::client().build().expect("a client");
    let asked = client.post(format!("{}/mcp", hub.http)).bearer_auth(key);
    let asked = asked.header("accept", "application/json, text/event-stream");
    let answer = asked.json(&ask).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let bytes = key.bytes();
    let hex = bytes.fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    let log = hub.log();
    assert!(log.contains("DEBUG"), "it is loud");
    let own = |line: &&str| line.contains(key) || line.contains(&hex);
    let told: Vec<&str> = log.lines().filter(own).collect();
    assert!(told.is_empty(), "{told:#?}");
}
