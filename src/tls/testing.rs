//! The other end of TLS, for the tests of all who listen: certificates, and a client that trusts one.

use super::TlsConfig;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// A certificate that a client trusts.
pub(crate) struct Trusted(CertificateDer<'static>);

/// Writes a new certificate and its key into `dir`; returns it for clients to trust.
pub(crate) fn certify(dir: &Path) -> Trusted {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    Trusted(made.cert.der().clone())
}

/// A listener on any port, with what [`certify`] wrote into `dir`.
pub(crate) fn config(dir: &Path) -> TlsConfig {
    TlsConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        cert: dir.join("cert.pem"),
        key: dir.join("key.pem"),
    }
}

/// A connection over TLS to who shows `trusted`; `offered` is what the client would speak (ALPN).
pub(crate) async fn dial(
    at: SocketAddr,
    trusted: &Trusted,
    offered: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.0.clone()).unwrap();
    let mut client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = offered.iter().map(|p| p.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(at).await?;
    TlsConnector::from(Arc::new(client))
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
}
