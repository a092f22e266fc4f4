//! Keys as the running hub and the command line have them: the configuration's, and the store's.

use super::Failure;
use super::folder::own_folder;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{Clock, SourceKind};
use crate::partners::{self, Issuer, KeyRequest, Keys, Scope, SourcePattern};
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the days of use are stored.
const SAVE_USES: Duration = Duration::from_mins(1);

/// The keys of the configuration, checked.
pub(super) fn of_config(config: &Config) -> Result<Keys, Failure> {
    partners::Config {
        keys: config.keys.clone(),
    }
    .keys()
    .map_err(|e| Failure::Config(e.to_string()))
}

/// Adds the store's keys to those of the configuration.
pub(super) async fn open(
    store: Store,
    config: &Config,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
) -> Result<Issuer, Failure> {
    Ok(Issuer::open(store, keys, &config.keys, clock).await?)
}

/// Stores the days of use now and then until the hub closes, and once more then.
pub(super) async fn keep_uses(issuer: Arc<Issuer>, mut closed: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(SAVE_USES);
    let mut open = true;
    while open {
        open = tokio::select! { _ = every.tick() => true, _ = closed.wait_for(|c| *c) => false };
        if let Err(e) = issuer.save_uses().await {
            tracing::warn!(
                error = %e, "on which days keys were used could not be stored; tried again later"
            );
        }
    }
}

/// What `bayhub key create` is told.
#[derive(clap::Args, Debug)]
pub struct NewKey {
    /// The key's own name, for logs and for revoking it.
    #[arg(long)]
    name: String,
    /// Who holds it; added if it is not there.
    #[arg(long)]
    partner: String,
    /// report, share, book, monitor or admin; may be given several times.
    #[arg(long = "scope", required = true, value_parser = scope)]
    scopes: Vec<Scope>,
    /// A source it may speak for, or a prefix of some ending in *; may be given several times.
    #[arg(long = "sources", value_parser = SourcePattern::parse)]
    sources: Vec<SourcePattern>,
    /// What those sources are: sensor, app or gate.
    #[arg(long, default_value = "sensor", value_parser = source_kind)]
    source_kind: SourceKind,
    /// Those sources are LoRaWAN network servers and may hand on the uplinks of devices in the
    /// registry.
    #[arg(long)]
    uplinks: bool,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text)
        .ok_or_else(|| format!("known are: {}", Scope::ALL.map(Scope::name).join(", ")))
}

fn source_kind(text: &str) -> Result<SourceKind, String> {
    SourceKind::parse(text).ok_or_else(|| {
        format!(
            "known are: {}",
            SourceKind::ALL.map(SourceKind::name).join(", ")
        )
    })
}

/// Makes a key while the hub does not run and prints it on stdout. This is how the first
/// administrator gets one.
///
/// # Errors
/// [`Failure::Unavailable`] while a hub uses the folder: it would not learn of the key.
pub fn create_key(config: &Config, new: NewKey) -> Result<(), Failure> {
    let keys = Arc::new(of_config(config)?);
    let _lock = own_folder(&config.data.path).map_err(|e| match e {
        Failure::Unavailable(why) => {
            Failure::Unavailable(format!("{why}; ask it for a key with POST /v1/admin/keys"))
        }
        other => other,
    })?;
    super::process::block_on(async {
        let store = Store::open(&config.store, &config.data.path).await?;
        let clock = Arc::new(SystemClock);
        store.ensure_partners(&[&new.partner], clock.now()).await?;
        let issuer = Issuer::open(store.clone(), keys, &config.keys, clock).await?;
        let name = new.name;
        let partner = new.partner;
        let sources = new.sources;
        let source_kind = new.source_kind;
        let scopes = new.scopes.into_iter().collect();
        let uplinks = new.uplinks;
        let expires_at = None;
        let (plain, _) = issuer
            .create(KeyRequest {
                name,
                partner,
                scopes,
                sources,
                source_kind,
                uplinks,
                expires_at,
            })
            .await?;
        println!("{}", plain.expose());
        store.close().await;
        Ok(())
    })
}
