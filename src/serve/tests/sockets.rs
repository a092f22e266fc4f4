//! On real sockets: slow clients are let go, connections are bounded, a stop drains.

use super::Town;
use crate::limits::{self, Shares};
use crate::metrics::Metrics;
use crate::serve::{Entrance, ListenLimits, serve};
use crate::tls::Tls;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PATIENT: Duration = Duration::from_mins(10);

pub(super) async fn open(
    town: &Town,
    limits: ListenLimits,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    open_with(town, limits, None).await
}

/// The same, with TLS in front of it if there is any.
pub(super) async fn open_with(
    town: &Town,
    limits: ListenLimits,
    tls: Option<Arc<Tls>>,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(
        Arc::new(Entrance::new(limits, town.metrics.clone())),
        listener,
        tls,
        town.router.clone(),
        async { _ = stopped.await },
    ));
    (addr, stop, served)
}

pub(super) fn limits() -> ListenLimits {
    let metrics = Arc::new(Metrics::new());
    ListenLimits {
        max_connections: 100,
        header_timeout: PATIENT,
        write_timeout: PATIENT,
        drain_timeout: PATIENT,
        trusted_proxies: Vec::new().into(),
        shares: Shares::new(limits::Config::unbound(), metrics),
    }
}

const ASK: &[u8] = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

async fn ask(mut socket: TcpStream) -> String {
    socket.write_all(ASK).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    text
}

/// The clock is tokio's, stopped: it jumps to the next timer whenever everybody waits.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_ends_its_headers_is_let_go() {
    let town = Town::new();
    let brief = ListenLimits {
        header_timeout: Duration::from_secs(3),
        ..limits()
    };
    let (addr, _stop, _served) = open(&town, brief).await;
    let began = tokio::time::Instant::now();
    let mut slow = TcpStream::connect(addr).await.unwrap();
    slow.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    let mut idle = TcpStream::connect(addr).await.unwrap();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest).await;
    assert!(
        !String::from_utf8_lossy(&rest).contains("alive"),
        "no answer to half a question"
    );
    let _ = idle.read_to_end(&mut rest).await;
    // hyper has a limit of 30 s of its own; ours must be the one that ended it.
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?} on the stopped clock",
        began.elapsed()
    );
    assert!(
        ask(TcpStream::connect(addr).await.unwrap())
            .await
            .contains("{\"alive\":true}"),
        "others are served"
    );
}

/// On the stopped clock the slow client's time is up as soon as nothing else happens.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_let_go_while_others_are_served() {
    one_that_does_not_read(b"GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n").await;
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_read_its_websocket_is_let_go_as_well() {
    let upgrade = b"GET /v1/stream/ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let wish = br#"{"type":"subscribe","id":"a"}"#;
    // Final, text, masked by zeros.
    let head = [0x81, 0x80 | wish.len() as u8, 0, 0, 0, 0];
    one_that_does_not_read(&[&upgrade[..], &head, wish].concat()).await;
}

/// `asked`: what begins a stream of all zones.
async fn one_that_does_not_read(asked: &[u8]) {
    let town = Town::new();
    let feed = town.live.feed().clone();
    tokio::spawn(async move { feed.run(Duration::from_millis(1)).await });
    let ten = Duration::from_secs(10);
    let (addr, _stop, _served) = open(
        &town,
        ListenLimits {
            write_timeout: ten,
            ..limits()
        },
    )
    .await;
    let follow = async || {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut socket = socket.connect(addr).await.unwrap();
        socket.write_all(asked).await.unwrap();
        socket
    };
    let slow = follow().await;
    let mut reader = follow().await;
    let read = tokio::spawn(async move {
        let mut all = 0;
        let mut some = vec![0; 65536];
        while let Ok(n @ 1..) = reader.read(&mut some).await {
            all += n;
            if some[..n].windows(17).any(|w| w == b"\"occupied\":999999") {
                return all;
            }
        }
        panic!("ended after {all} bytes");
    });
    let mut n = 0;
    while town.metrics.http_slow_clients.get() == 0 {
        n += 1;
        assert!(n < 200_000, "still connected");
        for zone in ["EAST", "HE12", "TPY12"] {
            town.tally(
                zone,
                crate::domain::ZoneTally {
                    occupied: n,
                    capacity: n,
                    ..Default::default()
                },
            );
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(town.metrics.http_slow_clients.get(), 1);
    town.tally(
        "EAST",
        crate::domain::ZoneTally {
            occupied: 999_999,
            capacity: 999_999,
            ..Default::default()
        },
    );
    read.await.expect("the other reads on to the newest");
    while town.metrics.http_streams.get() > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    drop(slow);
}

#[tokio::test]
async fn a_connection_over_the_limit_waits_for_a_place() {
    let town = Town::new();
    let (addr, _stop, _served) = open(
        &town,
        ListenLimits {
            max_connections: 1,
            ..limits()
        },
    )
    .await;
    let mut first = TcpStream::connect(addr).await.unwrap();
    first
        .write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut some = [0; 12];
    first.read_exact(&mut some).await.unwrap();
    assert_eq!(&some, b"HTTP/1.1 200");
    let second = tokio::spawn(ask(TcpStream::connect(addr).await.unwrap()));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!second.is_finished(), "the only place is taken");
    drop(first);
    assert!(second.await.unwrap().contains("alive"));
}

#[tokio::test]
async fn a_stop_lets_open_requests_finish() {
    let (town, mut inbox) = Town::with_inbox(1);
    let (addr, stop, served) = open(&town, limits()).await;
    let body = r#"{"source":"lamp-1","bays":[{"bay":"EAST-1"}]}"#;
    let mut socket = TcpStream::connect(addr).await.unwrap();
    let head = format!(
        "POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        town.keys["report"],
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let submission = inbox.recv().await.unwrap();
    stop.send(()).unwrap();
    tokio::task::yield_now().await;
    submission.receipt.durable();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    assert!(
        text.starts_with("HTTP/1.1 202") && text.contains("\"accepted\":1"),
        "{text}"
    );
    served.await.unwrap();
    assert!(TcpStream::connect(addr).await.is_err(), "no new ones");
}
