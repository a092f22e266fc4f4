//! TLS in front of the MQTT server: the certificate, its reload, and the handshake.
//!
//! Promises: a certificate that cannot be used never replaces one that can; connections that are
//! open keep theirs. The only door to rustls as a server. Its cryptography is ring's, which needs no
//! more than a C compiler to build.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};
use tokio_rustls::server::TlsStream;

/// `[mqtt.tls]` of the configuration file: a second listener.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Where to listen; 8883 is MQTT's own port for it.
    pub listen: SocketAddr,
    /// The certificate and what leads from it to its root, as PEM.
    pub cert: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
}

/// What is wrong with a certificate or its key; names the file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

/// The server's certificate as it is now.
pub struct Tls {
    config: TlsConfig,
    current: arc_swap::ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// A file that cannot be read, or the two do not belong together.
    pub fn open(config: TlsConfig) -> Result<Self, TlsError> {
        let current = read(&config)?;
        Ok(Self {
            config,
            current: arc_swap::ArcSwap::new(current),
        })
    }

    /// Reads both again, for connections from now on. On an error all stays as it was.
    ///
    /// # Errors
    /// As [`Tls::open`].
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.store(read(&self.config)?);
        Ok(())
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.current.load_full())
            .accept(stream)
            .await
    }
}

fn read(config: &TlsConfig) -> Result<Arc<ServerConfig>, TlsError> {
    let of =
        |path: &PathBuf, e: &dyn std::fmt::Display| TlsError(format!("{}: {e}", path.display()));
    let chain = CertificateDer::pem_file_iter(&config.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|e| of(&config.cert, &e))?;
    if chain.is_empty() {
        return Err(of(&config.cert, &"no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(|e| of(&config.key, &e))?;
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|b| b.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| of(&config.cert, &e))?;
    Ok(Arc::new(server))
}
