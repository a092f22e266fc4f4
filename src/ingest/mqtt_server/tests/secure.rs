//! TLS on real sockets: a whole conversation, the certificate's reload, and lines that never become
//! TLS.

use super::fakes::{MINE, hello, publish};
use super::house::{EVER, EndpointHouse};
use crate::ingest::mqtt_server::{Config, Tls, TlsConfig};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Writes a new certificate and its key into `dir`; returns it for clients to trust.
fn certify(dir: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

fn config(dir: &Path) -> TlsConfig {
    let listen = "127.0.0.1:0".parse().unwrap();
    TlsConfig {
        listen,
        cert: dir.join("cert.pem"),
        key: dir.join("key.pem"),
    }
}

async fn dial(
    house: &EndpointHouse,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(house.addr).await?;
    TlsConnector::from(Arc::new(client))
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
}

async fn hear(line: &mut TlsStream<TcpStream>, bytes: &[u8]) {
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
    let mut house = EndpointHouse::secure(
        Config::default(),
        Arc::new(Tls::open(config(dir.path())).unwrap()),
    )
    .await;
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
    let tls = Arc::new(Tls::open(config(dir.path())).unwrap());
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
async fn a_key_of_another_certificate_is_refused() {
    let one = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    certify(one.path());
    certify(other.path());
    let mixed = TlsConfig {
        key: other.path().join("key.pem"),
        ..config(one.path())
    };
    assert!(Tls::open(mixed).is_err());
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
    let house =
        EndpointHouse::secure(limits, Arc::new(Tls::open(config(dir.path())).unwrap())).await;
    let mut plain = house.knock().await;
    plain.say(&hello("c")).await;
    house.ended("tls_handshake", 1).await;
    let _silent = house.knock().await;
    house.ended("tls_handshake", 2).await;
    let mut lamp = dial(&house, &trusted).await.unwrap();
    lamp.write_all(&hello("c")).await.unwrap();
    hear(&mut lamp, &[0x20, 2, 0, 0]).await;
}
