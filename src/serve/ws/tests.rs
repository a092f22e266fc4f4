//! Peers that ping and do not read: what a socket holds for them is bounded, and what they were owed
//! comes once they read.

use super::{MqttDoor, MqttPlace, MqttShut, WsLine, mqtt_routes};
use crate::serve::tests::Town;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// What lies between the two ends, bytes each way.
const PIPE: usize = 4096;

/// Of a ping, and of its pong, which is not masked.
const PAYLOAD: usize = 125;
const PONG: usize = 2 + PAYLOAD;

/// A hub that took so much would take anything.
const FAR_TOO_MUCH: usize = 2 * 1024 * 1024;

/// Reads what is said and says nothing.
struct Listener;

impl MqttDoor for Listener {
    fn max_packet(&self) -> usize {
        1024
    }

    fn admit(&self, _: IpAddr) -> Result<MqttPlace, MqttShut> {
        Ok(Box::new(|mut line: WsLine| {
            tokio::spawn(async move { while line.read_u8().await.is_ok() {} });
        }))
    }
}

/// A ping of the longest kind, masked by zeros.
fn ping() -> Vec<u8> {
    let mut frame = vec![0x89, 0x80 | PAYLOAD as u8, 0, 0, 0, 0];
    frame.resize(6 + PAYLOAD, b'p');
    frame
}

/// An open socket, as the bytes that go either way.
async fn opened(router: Router, path: &str, protocol: Option<&str>) -> DuplexStream {
    let (own, hubs) = tokio::io::duplex(PIPE);
    let service = TowerToHyperService::new(router);
    let served = http1::Builder::new().serve_connection(TokioIo::new(hubs), service);
    tokio::spawn(served.with_upgrades());
    let mut request = format!("ws://hub{path}").into_client_request().unwrap();
    if let Some(protocol) = protocol {
        let name = "sec-websocket-protocol";
        request
            .headers_mut()
            .insert(name, protocol.parse().unwrap());
    }
    let (socket, _) = client_async(request, own).await.unwrap();
    socket.into_inner()
}

/// Pings until nothing more is taken, then reads what is owed.
async fn floods(mut socket: DuplexStream) {
    let ping = ping();
    let mut taken = 0;
    while taken < FAR_TOO_MUCH {
        let rest = &ping[taken % ping.len()..];
        let some = tokio::time::timeout(Duration::from_millis(300), socket.write(rest)).await;
        let Ok(some) = some else { break };
        taken += some.unwrap();
    }
    assert!(taken < 64 * 1024, "{taken} bytes of pings and no end");
    let mut pongs = vec![0; taken / ping.len() * PONG];
    let read = tokio::time::timeout(Duration::from_mins(1), socket.read_exact(&mut pongs)).await;
    read.expect("in time").unwrap();
    assert!(pongs.chunks(PONG).all(|pong| pong[0] == 0x8a), "{pongs:?}");
    // And it is heard as before.
    let one = &ping[taken % ping.len()..];
    socket.write_all(one).await.unwrap();
    let read = tokio::time::timeout(
        Duration::from_mins(1),
        socket.read_exact(&mut pongs[..PONG]),
    );
    read.await.expect("in time").unwrap();
}

#[tokio::test]
async fn who_pings_a_live_stream_and_does_not_read_is_read_no_more_until_it_does() {
    let town = Town::new();
    floods(opened(town.router.clone(), super::STREAM_PATH, None).await).await;
}

#[tokio::test]
async fn who_pings_an_mqtt_socket_and_does_not_read_is_read_no_more_until_it_does() {
    let router = mqtt_routes(Arc::new(Listener));
    floods(opened(router, super::MQTT_PATH, Some("mqtt")).await).await;
}
