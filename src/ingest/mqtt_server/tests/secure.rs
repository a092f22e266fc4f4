//! TLS on real sockets: a whole conversation, the certificate's reload, and lines that never become
//! TLS.

use super::fakes::{MINE, hello, publish};
use super::house::{EVER, EndpointHouse};
use crate::ingest::mqtt_server::Config;
use crate::tls::testing::{self, Trusted, certify, config};
use crate::tls::{Protocol, Tls};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// The hub's certificate in `dir`.
fn tls(dir: &Path) -> Arc<Tls> {
    Arc::new(Tls::open(config(dir), Protocol::Mqtt).unwrap())
}

async fn dial(
    house: &EndpointHouse,
    trusted: &Trusted,
) -> std::io::Result<impl AsyncRead + AsyncWrite + Unpin + use<>> {
    testing::dial(house.addr, trusted, &[]).await
}

async fn hear(line: &mut (impl AsyncRead + Unpin), bytes: &[u8]) {
    let mut got = vec![0; bytes.len()];
    timeout(EVER, line.read_exact(&mut got))
        .await
        .expect("bytes in time")
        .expect("bytes");
    assert_eq!(got, bytes);
}

#[tokio::test]
async fn a_report_over_tls_is_acknowledged_when_durable() {
    let dir = tempfile::tempdir().unwrap();
    let trusted = certify(dir.path());
    let mut house = EndpointHouse::secure(Config::default(), tls(dir.path())).await;
    let mut lamp = dial(&house, &trusted).await.unwrap();
    lamp.write_all(&[hello("c"), publish(MINE, 1, 7, b"70")].concat())
        .await
        .unwrap();
    hear(&mut lamp, &[0x20, 2, 0, 0]).await;
    house.next().await.receipt.durable();
    hear(&mut lamp, &[0x40, 2, 0, 7]).await;
}

#[tokio::test]
async fn a_new_certificate_counts_from_its_reload_and_a_bad_one_never() {
    let dir = tempfile::tempdir().unwrap();
    let old = certify(dir.path());
    let tls = tls(dir.path());
    let house = EndpointHouse::secure(Config::default(), tls.clone()).await;
    let mut before = dial(&house, &old).await.unwrap();
    let new = certify(dir.path());
    assert!(dial(&house, &new).await.is_err(), "not yet");
    tls.reload().unwrap();
    dial(&house, &new).await.unwrap();
    assert!(dial(&house, &old).await.is_err());
    for (file, bytes) in [
        ("cert.pem", "no certificate"),
        ("key.pem", ""),
        ("cert.pem", ""),
    ] {
        std::fs::write(dir.path().join(file), bytes).unwrap();
        let e = tls.reload().unwrap_err().to_string();
        assert!(e.contains(".pem"), "{e}");
        dial(&house, &new).await.unwrap();
    }
    before.write_all(&hello("c")).await.unwrap();
    hear(&mut before, &[0x20, 2, 0, 0]).await;
}

#[tokio::test]
async fn who_does_not_speak_tls_is_dropped_counted_and_holds_no_place() {
    let dir = tempfile::tempdir().unwrap();
    let trusted = certify(dir.path());
    let limits = Config {
        max_connections: 1,
        connect_timeout_s: 1,
        ..Config::default()
    };
    let house = EndpointHouse::secure(limits, tls(dir.path())).await;
    let mut plain = house.knock().await;
    plain.say(&hello("c")).await;
    house.ended("tls_handshake", 1).await;
    let _silent = house.knock().await;
    house.ended("tls_handshake", 2).await;
    let mut lamp = dial(&house, &trusted).await.unwrap();
    lamp.write_all(&hello("c")).await.unwrap();
    hear(&mut lamp, &[0x20, 2, 0, 0]).await;
}
