//! Crowds and bad manners: many idle streams, clients that dawdle, clients that send too much.
//! Nobody else notices.
//!
//! `BAYHUB_STREAMS=10000` for more than the usual number of idle streams.

use super::http::{report, status, until_state};
use super::hub::Hub;
use super::mqtt;
use crate::long::{figure, setting};
use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

const PATIENCE: Duration = Duration::from_mins(1);

/// What an idle stream may cost the hub, in bytes; a debug build's tasks are larger than a
/// release's.
const EACH: u64 = if cfg!(debug_assertions) {
    40_000
} else {
    20_000
};

/// What threads and allocators may take besides.
const BESIDES: u64 = 16 << 20;

/// Sockets for everybody; the hub inherits it.
fn many_sockets() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )
    .expect("descriptors");
}

fn http(hub: &Hub) -> SocketAddr {
    hub.http
        .trim_start_matches("http://")
        .parse()
        .expect("an address")
}

fn resident(hub: &Hub) -> u64 {
    let path = format!("/proc/{}/statm", hub.pid());
    let text = std::fs::read_to_string(path).expect("a process");
    text.split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok())
        .expect("pages")
        * 4096
}

/// Sends `request`; the connection, once `until` has come back on it.
async fn open(at: SocketAddr, request: &[u8], until: &str) -> TcpStream {
    let mut socket = TcpStream::connect(at).await.expect("a connection");
    socket.write_all(request).await.expect("it is read");
    read_until(&mut socket, until).await;
    socket
}

async fn read_until(socket: &mut TcpStream, until: &str) {
    let mut text = Vec::new();
    let heard = async {
        while !String::from_utf8_lossy(&text).contains(until) {
            let n = socket.read_buf(&mut text).await.expect("an answer");
            assert!(n > 0, "it ended after {:?}", String::from_utf8_lossy(&text));
        }
    };
    let came = tokio::time::timeout(PATIENCE, heard).await;
    assert!(
        came.is_ok(),
        "no {until:?} in {:?}",
        String::from_utf8_lossy(&text)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_idle_streams_costs_little_and_hears_what_happens() {
    many_sockets();
    let own = tempfile::tempdir().expect("a folder");
    // One address asks for all of them.
    let unshared = [("BAYHUB__LIMITS__SHARES", "false")];
    let hub = Hub::start_with(own.path(), &["--bays", "100", "--no-sim"], &unshared);
    let bay = hub.some_bay();
    let streams = setting("BAYHUB_STREAMS", 400);
    let ask = format!(
        "GET /v1/stream?zones={} HTTP/1.1\r\nHost: it\r\nAccept: text/event-stream\r\n\r\n",
        bay.zone
    );
    let mut few = Vec::new();
    for _ in 0..20 {
        few.push(open(http(&hub), ask.as_bytes(), "data: ").await);
    }
    let before = resident(&hub);
    for _ in 0..streams {
        few.push(open(http(&hub), ask.as_bytes(), "data: ").await);
    }
    let grown = resident(&hub).saturating_sub(before);
    assert!(
        grown <= EACH * streams + BESIDES,
        "{streams} idle streams took {grown} bytes"
    );
    figure(&format!(
        "{streams} idle streams: {} bytes each",
        grown / streams
    ));
    assert_eq!(
        report(&hub, &bay.id, "occupied").await.status,
        StatusCode::ACCEPTED
    );
    for socket in &mut few {
        read_until(socket, "\"occupied\":1").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_oversized_clients_harm_nobody_else() {
    const CLIENTS: usize = 150;
    many_sockets();
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    let bay = hub.some_bay().id;
    assert_eq!(
        report(&hub, &bay, "occupied").await.status,
        StatusCode::ACCEPTED
    );
    let before = resident(&hub);
    // Half a head, half a body, half a packet: none of them ever goes on.
    let key = hub.key("report");
    let half_body = format!(
        "POST /v1/reports HTTP/1.1\r\nHost: it\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: 200000\r\n\r\n{}",
        " ".repeat(50_000)
    );
    let halves: [(SocketAddr, &[u8]); 3] = [
        (http(&hub), b"GET /livez HTTP/1.1\r\nHost: i"),
        (http(&hub), half_body.as_bytes()),
        (hub.mqtt, b"\x10\x7f\0\x04MQ"),
    ];
    let mut slow = Vec::new();
    for (at, half) in (0..CLIENTS).flat_map(|_| halves) {
        let mut socket = TcpStream::connect(at).await.expect("a connection");
        socket.write_all(half).await.expect("it is read");
        slow.push(socket);
    }
    let body = format!(
        r#"{{"source":"{}","bays":[{}]}}"#,
        hub.source(),
        " ".repeat(300 << 10)
    );
    let post = crate::web::client()
        .build()
        .expect("a client")
        .post(format!("{}/v1/reports", hub.http));
    let post = post
        .bearer_auth(key)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await;
    assert_eq!(
        post.expect("an answer").status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    // A packet that says it is 256 MB long ends its connection before any of that is read.
    let mut endless = TcpStream::connect(hub.mqtt).await.expect("a connection");
    endless
        .write_all(b"\x10\xff\xff\xff\x7f")
        .await
        .expect("it is read");
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, endless.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "still open");

    assert_eq!(
        report(&hub, &bay, "vacant").await.status,
        StatusCode::ACCEPTED
    );
    until_state(&hub, &bay, "vacant").await;
    assert_eq!(status(&hub, "/readyz").await, StatusCode::OK);
    let grown = resident(&hub).saturating_sub(before);
    // The half bodies lie in the hub, each within the limit of a body.
    let most = (CLIENTS * (256 << 10)) as u64 + BESIDES;
    assert!(
        grown <= most,
        "{} slow clients took {grown} bytes",
        slow.len()
    );
}

/// Strangers open what the descriptors allow and never finish a question: sensors come in, the
/// journal goes on, and readers are served again once the strangers are gone.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_take_neither_the_journals_descriptors_nor_the_sensors() {
    const DESCRIPTORS: u32 = 300;
    many_sockets();
    let hub = Hub::start_with_descriptors(DESCRIPTORS, &["--bays", "100", "--no-sim"]);
    let bays = hub.features("bays.geojson");
    let mut halves = Vec::new();
    for at in [http(&hub), hub.mqtt] {
        for _ in 0..DESCRIPTORS {
            let socket = TcpSocket::new_v4().expect("a socket");
            // Another address than the sensor's, which is the system's choice.
            socket.bind(([127, 0, 0, 2], 0).into()).expect("an address");
            let mut socket = socket.connect(at).await.expect("a connection");
            // It may be closed already.
            let _ = socket.write_all(b"\x10").await;
            halves.push(socket);
        }
    }
    let held = format!("/proc/{}/fd", hub.pid());
    let held = std::fs::read_dir(held).expect("a process").count();
    assert!(held + 32 < DESCRIPTORS as usize, "{held} are taken");
    let (client, mut events) = mqtt::client(&hub, hub.source(), hub.key("report"));
    for bay in &bays {
        let payload = mqtt::flat(&bay.id, "occupied");
        let topic = mqtt::topic(&hub);
        let acked = mqtt::acked(&hub, &client, &mut events, &topic, &payload);
        acked.await.expect("a good key");
    }
    drop(halves);
    until_state(&hub, &bays[99].id, "occupied").await;
    assert_eq!(status(&hub, "/readyz").await, StatusCode::OK);
}
