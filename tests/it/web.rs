//! The HTTP client of every test: one that speaks to the hub alone, whatever the machine's
//! environment says of proxies.

/// Built with `--features s3`, the same client is the object store's and wants somebody to have
/// chosen who does its TLS, though no test here speaks any.
pub(crate) fn client() -> reqwest::ClientBuilder {
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
