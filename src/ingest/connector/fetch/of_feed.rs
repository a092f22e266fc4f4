//! Who asks for a feed of the configuration.

use super::{Asking, Fetcher};
use crate::ingest::connector::FeedConfig;
use crate::ingest::mqtt_client::tls;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::ClientConfig;

impl Fetcher {
    /// Who asks for a feed. `usual`: the settings of TLS of those that have none of their own, once
    /// they are made.
    ///
    /// # Errors
    /// Names the feed and the key that cannot be used.
    pub fn of_feed(
        config: &FeedConfig,
        usual: &mut Option<Arc<ClientConfig>>,
    ) -> Result<Self, String> {
        let says = |what: String| format!("feeds: {:?}: {what}", config.name);
        let mut asking = Asking {
            allow_private: config.allow_private,
            contact: config.contact.clone(),
            ..Asking::default()
        };
        for (name, value) in &config.headers {
            let value = value
                .expose()
                .map_err(|e| says(format!("headers: {name}: {e}")))?;
            asking.header(name, &value).map_err(says)?;
        }
        let ca = config.ca.as_deref();
        let shown = config
            .client_certificate
            .as_deref()
            .zip(config.client_key.as_deref());
        let tls = settings(ca, shown, usual).map_err(says)?;
        Fetcher::new(asking, &tls).map_err(says)
    }
}

fn settings(
    ca: Option<&Path>,
    shown: Option<(&Path, &Path)>,
    usual: &mut Option<Arc<ClientConfig>>,
) -> Result<Arc<ClientConfig>, String> {
    if ca.is_some() || shown.is_some() {
        return tls::settings_as(ca, shown);
    }
    if let Some(usual) = usual {
        return Ok(usual.clone());
    }
    let made = tls::settings_as(None, None)?;
    *usual = Some(made.clone());
    Ok(made)
}
