//! HTTP over TLS as an operator has it: what `check-config` says of certificates, and their renewal
//! while the hub runs.

use super::exits::{config, end_of};
use super::hub::Hub;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// A new certificate for `localhost` in `dir`.
fn certify(dir: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("a certificate");
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).expect("a file");
    made.cert.der().clone()
}

/// A configuration with both listeners on those files.
fn secured(dir: &Path) -> PathBuf {
    let files = format!(
        "listen = \"127.0.0.1:0\"\ncert = \"{0}/cert.pem\"\nkey = \"{0}/key.pem\"\n",
        dir.display()
    );
    let data = dir.join("data").display().to_string();
    let more = format!(
        "[http.tls]\n{files}[mqtt]\nlisten = \"127.0.0.1:0\"\n[mqtt.tls]\n{files}[data]\npath = {data:?}\n"
    );
    config(dir, &more)
}

/// TLS to who trusts that certificate alone.
async fn connect(
    at: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(at).await?;
    TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await
}

/// What `GET /livez` answers over TLS to who trusts that certificate alone.
async fn ask(at: SocketAddr, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    let mut stream = connect(at, trusted).await?;
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

/// Where the log says it listens, after `what`.
fn address(hub: &Hub, what: &str) -> SocketAddr {
    let log = hub.log();
    let at = log
        .split_once(what)
        .and_then(|(_, rest)| rest.split_whitespace().next());
    let at = at.unwrap_or_else(|| panic!("no {what} in:\n{log}"));
    at.trim_matches('"').parse().expect("an address")
}

async fn until_logged(hub: &Hub, what: &str, times: usize) {
    let end = Instant::now() + Duration::from_secs(30);
    while hub.log().matches(what).count() < times {
        assert!(
            Instant::now() < end,
            "not {times} x {what:?}:\n{}",
            hub.log()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn mqtt_inside_a_websocket_comes_over_tls_as_well() {
    let dir = tempfile::tempdir().expect("a folder");
    let trusted = certify(dir.path());
    let hub = Hub::run(dir.path(), &secured(dir.path()), Value::Null);
    let line = connect(address(&hub, " https="), &trusted).await;
    let mut line = line.expect("a connection");
    let upgrade = "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    line.write_all(upgrade.as_bytes()).await.expect("sent");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(line.read_u8().await.expect("an answer"));
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    // As RFC 6455 has it for that key.
    assert!(head.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
    assert!(head.contains("sec-websocket-protocol: mqtt"), "{head}");
    let hello = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00";
    // Final, binary, masked by zeros.
    let frame = [&[0x82, 0x80 | hello.len() as u8, 0, 0, 0, 0], &hello[..]].concat();
    line.write_all(&frame).await.expect("sent");
    let mut said = [0; 6];
    line.read_exact(&mut said).await.expect("an answer");
    assert_eq!(said, [0x82, 4, 0x20, 2, 0, 0], "let in");
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_from_the_hangup_on_and_a_bad_one_never() {
    let dir = tempfile::tempdir().expect("a folder");
    let old = certify(dir.path());
    let hub = Hub::run(dir.path(), &secured(dir.path()), Value::Null);
    let hangup = || {
        let pid = Pid::from_raw(hub.pid() as i32).expect("a pid");
        kill_process(pid, Signal::HUP).expect("it runs");
    };
    let https = address(&hub, " https=");
    let alive = |said: String| assert!(said.contains("{\"alive\":true}"), "{said}");
    alive(ask(https, &old).await.expect("an answer"));
    let new = certify(dir.path());
    hangup();
    until_logged(&hub, "certificate read again", 2).await;
    alive(ask(https, &new).await.expect("an answer"));
    assert!(ask(https, &old).await.is_err());
    std::fs::write(dir.path().join("key.pem"), "").expect("a file");
    hangup();
    until_logged(&hub, "certificate not replaced", 2).await;
    for table in ["http.tls", "mqtt.tls"] {
        assert!(hub.log().contains(table), "{}", hub.log());
    }
    alive(ask(https, &new).await.expect("an answer"));
    assert_eq!(hub.stop().code(), Some(0));
}

#[test]
fn a_certificate_that_cannot_be_used_ends_with_2_and_names_table_and_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = secured(dir.path());
    let path = path.to_string_lossy();
    let cert = dir.path().join("cert.pem");
    let spoil = |what: &str| match what {
        "missing" => std::fs::remove_file(&cert).expect("it is there"),
        "empty" => std::fs::write(&cert, "").expect("a file"),
        _ => {
            // Another certificate than the key's.
            let key = std::fs::read(dir.path().join("key.pem")).expect("it is there");
            certify(dir.path());
            std::fs::write(dir.path().join("key.pem"), key).expect("a file");
        }
    };
    for what in ["missing", "empty", "another's"] {
        certify(dir.path());
        assert_eq!(end_of(&["check-config", "--config", &path], &[]).0, Some(0));
        spoil(what);
        for command in ["check-config", "run"] {
            let (code, stderr) = end_of(&[command, "--config", &path], &[]);
            assert_eq!(code, Some(2), "{command}, {what}: {stderr}");
            let named = format!("http.tls: {}", cert.display());
            assert!(stderr.contains(&named), "{command}, {what}: {stderr}");
        }
    }
}
