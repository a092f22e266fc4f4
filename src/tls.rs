//! TLS in front of a listener: the certificate, its reload, and the handshake.
//!
//! Promises: a certificate that cannot be used never replaces one that can; connections that are
//! open keep theirs. The only door to rustls as a server. Its cryptography is ring's, which needs no
//! more than a C compiler to build.

#[cfg(test)]
pub(crate) mod testing;

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

/// A connection after its handshake.
pub use tokio_rustls::server::TlsStream;

/// `[mqtt.tls]` and `[http.tls]` of the configuration file: a second listener.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Where to listen; 8883 is MQTT's own port for it, 443 is HTTP's.
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

/// What is spoken over a TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Mqtt,
    Http,
}

impl Protocol {
    /// Where its listener stands in the configuration.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt.tls",
            Self::Http => "http.tls",
        }
    }

    /// What is agreed on in the handshake with a client that asks (ALPN). Clients of MQTT ask
    /// rarely, and under several names: they are not held to any.
    fn names(self) -> Vec<Vec<u8>> {
        match self {
            Self::Mqtt => Vec::new(),
            Self::Http => vec![b"http/1.1".to_vec()],
        }
    }
}

/// The server's certificate as it is now.
pub struct Tls {
    config: TlsConfig,
    protocol: Protocol,
    current: arc_swap::ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// A file that cannot be read, or the two do not belong together.
    pub fn open(config: TlsConfig, protocol: Protocol) -> Result<Self, TlsError> {
        let current = read(&config, protocol)?;
        Ok(Self {
            config,
            protocol,
            current: arc_swap::ArcSwap::new(current),
        })
    }

    /// Reads both again, for connections from now on. On an error all stays as it was.
    ///
    /// # Errors
    /// As [`Tls::open`].
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.store(read(&self.config, self.protocol)?);
        Ok(())
    }

    /// What is spoken over it.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The handshake. It has no limit on time of its own.
    ///
    /// # Errors
    /// The peer does not speak TLS, or nothing that both do, or hangs up.
    pub async fn accept<S>(&self, stream: S) -> std::io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        TlsAcceptor::from(self.current.load_full())
            .accept(stream)
            .await
    }
}

fn read(config: &TlsConfig, protocol: Protocol) -> Result<Arc<ServerConfig>, TlsError> {
    let of =
        |path: &PathBuf, e: &dyn std::fmt::Display| TlsError(format!("{}: {e}", path.display()));
    let chain = CertificateDer::pem_file_iter(&config.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|e| of(&config.cert, &e))?;
    if chain.is_empty() {
        return Err(of(&config.cert, &"no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(|e| of(&config.key, &e))?;
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|b| b.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| {
            of(
                &config.cert,
                &format_args!("with {}: {e}", config.key.display()),
            )
        })?;
    server.alpn_protocols = protocol.names();
    Ok(Arc::new(server))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn refused(cert: &Path, key: &Path) -> String {
        let config = TlsConfig {
            cert: cert.into(),
            key: key.into(),
            ..testing::config(Path::new(""))
        };
        let opened = Tls::open(config, Protocol::Http);
        opened.err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_is_no_pair_is_refused_by_the_files_name() {
        let one = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        testing::certify(one.path());
        testing::certify(other.path());
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| one.path().join(name));
        assert_eq!(refused(&cert, &key), "");
        let says = refused(&cert, &other.path().join("key.pem"));
        assert!(
            says.contains("cert.pem") && says.contains("key.pem"),
            "{says}"
        );
        let gone = one.path().join("gone.pem");
        let empty = one.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        for bad in [&gone, &empty] {
            let named = bad.display().to_string();
            for says in [refused(bad, &key), refused(&cert, bad)] {
                assert!(says.contains(&named), "{named}: {says}");
            }
        }
        let says = refused(&key, &cert);
        assert!(says.contains("no certificate in it"), "{says}");
    }
}
