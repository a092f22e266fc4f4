//! HTTP over TLS on real sockets: what is agreed on, and who never comes to terms.

use super::Town;
use super::sockets::{limits, open_with};
use crate::serve::ListenLimits;
use crate::tls::testing::{Trusted, certify, config, dial};
use crate::tls::{Protocol, Tls};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const ASK: &[u8] = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A certificate, its client's trust in it, and the folder that holds it.
fn tls() -> (Arc<Tls>, Trusted, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let trusted = certify(dir.path());
    let tls = Tls::open(config(dir.path()), Protocol::Http).unwrap();
    (Arc::new(tls), trusted, dir)
}

#[tokio::test]
async fn an_answer_over_tls_is_http_1_whatever_else_the_client_offers() {
    let town = Town::new();
    let (tls, trusted, _dir) = tls();
    let (at, _stop, _served) = open_with(&town, limits(), Some(tls)).await;
    for offered in [&["h2", "http/1.1"][..], &[]] {
        let mut socket = dial(at, &trusted, offered).await.unwrap();
        let agreed = socket.get_ref().1.alpn_protocol();
        assert_eq!(agreed, offered.last().map(|p| p.as_bytes()));
        socket.write_all(ASK).await.unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).await.unwrap();
        assert!(text.contains("{\"alive\":true}"), "{text}");
    }
    assert!(
        dial(at, &trusted, &["h2"]).await.is_err(),
        "who speaks nothing else learns it at once"
    );
}

#[tokio::test(start_paused = true)]
async fn who_never_comes_to_terms_is_let_go_counted_and_holds_no_place() {
    let town = Town::new();
    let (tls, trusted, _dir) = tls();
    let one = ListenLimits {
        max_connections: 1,
        header_timeout: Duration::from_secs(3),
        ..limits()
    };
    let (at, _stop, _served) = open_with(&town, one, Some(tls)).await;
    let mut plain = TcpStream::connect(at).await.unwrap();
    plain.write_all(ASK).await.unwrap();
    let mut heard = Vec::new();
    let _ = plain.read_to_end(&mut heard).await;
    assert!(!heard.starts_with(b"HTTP"), "{heard:?}");
    let mut silent = TcpStream::connect(at).await.unwrap();
    let _ = silent.read_to_end(&mut heard).await;
    assert_eq!(town.metrics.http_tls_failures.get(), 2);
    dial(at, &trusted, &[])
        .await
        .expect("the only place is free");
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_handshakes() {
    let town = Town::new();
    let (tls, _trusted, _dir) = tls();
    let (at, stop, served) = open_with(&town, limits(), Some(tls)).await;
    let mut silent = TcpStream::connect(at).await.unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let began = tokio::time::Instant::now();
    stop.send(()).unwrap();
    served.await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
}
