//! TLS to a broker, or to a feed's server: rustls with ring, TLS 1.2 and 1.3, the server's
//! certificate always checked.
//!
//! Not native-tls: it would bring the system's OpenSSL as a second TLS to keep patched, and a build
//! that needs its headers. rumqttc names an old rustls-webpki beside the one that rustls uses; it
//! takes an error type from it and verifies nothing with it.

use rustls_native_certs::load_native_certs;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The settings of a broker's connections, which trust the authorities in the file `ca`, or the
/// system's.
pub(super) fn settings(ca: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    settings_as(ca, None)
}

/// The same of a client that shows a certificate of its own: `shown` is its file and its key's.
pub(crate) fn settings_as(
    ca: Option<&Path>,
    shown: Option<(&Path, &Path)>,
) -> Result<Arc<ClientConfig>, String> {
    let roots = ca.map_or_else(system, file)?;
    let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS: {e}"))?;
    let trusting = versions.with_root_certificates(roots);
    let Some((certificate, key)) = shown else {
        return Ok(Arc::new(trusting.with_no_client_auth()));
    };
    let fail = |name: &str, file: &Path, e: &dyn std::fmt::Display| {
        format!("{name}: {}: {e}", file.display())
    };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(|e| fail("client_certificate", certificate, &e))?;
    let held = PrivateKeyDer::from_pem_file(key).map_err(|e| fail("client_key", key, &e))?;
    let settings = trusting.with_client_auth_cert(chain, held);
    settings
        .map(Arc::new)
        .map_err(|e| fail("client_key", key, &e))
}

fn file(ca: &Path) -> Result<RootCertStore, String> {
    let fail = |e: &dyn std::fmt::Display| format!("ca: {}: {e}", ca.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(|e| fail(&e))? {
        roots
            .add(certificate.map_err(|e| fail(&e))?)
            .map_err(|e| fail(&e))?;
    }
    if roots.is_empty() {
        Err(fail(&"no certificate in it"))
    } else {
        Ok(roots)
    }
}

/// One authority that cannot be read is none to trust; the others stand.
fn system() -> Result<RootCertStore, String> {
    let found = load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(format!(
            "ca: this system has no certificate authorities to trust {:?}",
            found.errors
        ));
    }
    Ok(roots)
}
