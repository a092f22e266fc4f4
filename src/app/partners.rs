//! Keys as the running hub and the command line have them: the configuration's, and the store's.

use super::checkpoints::FoundCheckpoint;
use super::folder::own_folder;
use super::manifest::Opening;
use super::sandbox::settings;
use super::{Failure, Shared, usage};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{Area, Clock, IdPattern, SourceKind, Standing};
use crate::partners::{
    self, AdmissionDesk, AdmissionParts, ContributorDesk, Issuer, KeyRequest, Keys, Scope,
    SourcePattern, UsageBook,
};
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often the days of use are stored.
const SAVE_USES: Duration = Duration::from_mins(1);

/// How often it is looked whether contributors need new pseudonyms.
const RENEW: Duration = Duration::from_hours(1);

/// How often it is looked whether sign-ups are over.
const FORGET: Duration = Duration::from_mins(1);

/// The keys of the configuration, checked.
pub(super) fn of_config(config: &Config) -> Result<Keys, Failure> {
    partners::Config {
        keys: config.keys.clone(),
        sources_per_key: config
            .limits
            .shares
            .then_some(config.limits.sources_per_key),
    }
    .keys()
    .map_err(|e| Failure::Config(e.to_string()))
}

/// Finds what is wrong with the keys of the sandbox's configuration.
pub(super) fn check_sandbox(config: &Config) -> Result<(), Failure> {
    if config.sandbox.enabled {
        of_config(&settings::of(config)).map_err(|e| Failure::Config(format!("sandbox.{e}")))?;
    }
    Ok(())
}

/// Says which keys, brokers and feeds may speak of every zone only because nobody has said otherwise.
pub(super) fn warn_of_areas(config: &Config) {
    let keys = config.keys.iter().filter(|k| k.lacks_area());
    let brokers = config.brokers.iter().filter(|b| b.area.is_none());
    let feeds = config.feeds.iter().filter(|f| f.area.is_none());
    let lacking = keys.map(|k| ("keys", &k.name));
    let lacking = lacking.chain(brokers.map(|b| ("brokers", &b.name)));
    for (table, name) in lacking.chain(feeds.map(|f| ("feeds", &f.name))) {
        tracing::warn!(
            "{table}: {name:?} has no area, so it may speak of every zone: name its zones or operators, or say \
             area = \"all\""
        );
    }
}

/// The contributors' desk as the checkpoint left it.
pub(super) fn contributors(
    config: &Config,
    checkpoint: &FoundCheckpoint,
    shared: &Shared,
) -> Result<ContributorDesk, Failure> {
    let keys = config.data.path.join("pseudonyms.json");
    let saved = checkpoint.contributors.as_deref();
    let workers = config.stream.hands();
    let now = shared.clock.now();
    ContributorDesk::open(&keys, saved, workers, now, shared.metrics.clone())
        .map_err(|e| Failure::Internal(e.to_string()))
}

/// Renews the pseudonyms' key in time, until the hub closes.
async fn keep_pseudonyms(
    desk: Arc<ContributorDesk>,
    shared: Shared,
    closed: watch::Receiver<bool>,
) {
    let mut every = tokio::time::interval(RENEW);
    let renewing = async {
        loop {
            every.tick().await;
            let renewed = tokio::task::block_in_place(|| desk.renew(shared.clock.now()));
            if let Err(e) = renewed {
                tracing::warn!(error = %e, "contributors keep their old pseudonyms; tried again later");
            }
        }
    };
    tokio::select! { () = renewing => {}, () = super::process::closing(closed) => {} }
}

/// Adds the store's keys to those of the configuration.
pub(super) async fn open(
    store: Store,
    config: &Config,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
) -> Result<Issuer, Failure> {
    let issuer = Issuer::open(store, keys, &config.keys, clock).await?;
    Ok(issuer.of_space(config.registry.realm.into()))
}

/// The desk that makes partners of strangers, and its letters.
pub(super) fn admission(
    config: &Config,
    shared: &Shared,
    store: Store,
    issuer: Arc<Issuer>,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Arc<AdmissionDesk> {
    let mut own = config.partners.clone();
    own.reserved.extend(super::problems::names(config));
    let courier = super::mail::open(&config.mail, store.clone(), closed, tasks);
    let desk = Arc::new(AdmissionDesk::new(AdmissionParts {
        config: own,
        store,
        issuer,
        registry: shared.registry.clone(),
        clock: shared.clock.clone(),
        metrics: shared.metrics.clone(),
        courier,
    }));
    tasks.spawn(forget_signups(desk.clone(), closed.clone()));
    desk
}

/// Forgets sign-ups whose time is over, until the hub closes.
async fn forget_signups(desk: Arc<AdmissionDesk>, closed: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(FORGET);
    let forgetting = async {
        loop {
            every.tick().await;
            if let Err(e) = desk.expire().await {
                tracing::warn!(error = %e, "sign-ups that are over are kept; tried again later");
            }
        }
    };
    tokio::select! { () = forgetting => {}, () = super::process::closing(closed) => {} }
}

/// Keeps what is known of partners, their keys and what these are used for, until the hub closes.
pub(super) fn keep(
    (issuer, usage, contributors): (Arc<Issuer>, &Arc<UsageBook>, Arc<ContributorDesk>),
    shared: &Shared,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) {
    tasks.spawn(keep_uses(issuer, closed.clone()));
    let clock = shared.clock.clone();
    tasks.spawn(usage::keep(usage.clone(), clock, closed.clone()));
    tasks.spawn(keep_pseudonyms(
        contributors,
        shared.clone(),
        closed.clone(),
    ));
}

/// Stores the days of use now and then until the hub closes, and once more then; forgets dead keys.
async fn keep_uses(issuer: Arc<Issuer>, mut closed: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(SAVE_USES);
    let mut open = true;
    while open {
        open = tokio::select! { _ = every.tick() => true, _ = closed.wait_for(|c| *c) => false };
        if let Err(e) = issuer.save_uses().await {
            tracing::warn!(
                error = %e, "on which days keys were used could not be stored; tried again later"
            );
        }
        if let Err(e) = issuer.prune().await {
            tracing::warn!(error = %e, "keys that are good no more are kept; tried again later");
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
    /// report, share, book, monitor, admin or partner; may be given several times.
    #[arg(long = "scope", required = true, value_parser = scope)]
    scopes: Vec<Scope>,
    /// A source it may speak for, or a prefix of some ending in *; may be given several times.
    #[arg(long = "sources", value_parser = SourcePattern::parse)]
    sources: Vec<SourcePattern>,
    /// What those sources are: sensor, app or gate; needed with the scope report.
    #[arg(long, value_parser = source_kind)]
    source_kind: Option<SourceKind>,
    /// Those sources are LoRaWAN network servers and may hand on the uplinks of devices in the
    /// registry.
    #[arg(long)]
    uplinks: bool,
    /// Of which zones they may speak: ids, prefixes ending in *, operator:NAME, or all; commas
    /// between, or given several times. Needed with the scope report.
    #[arg(long = "area", value_delimiter = ',', value_parser = area_name)]
    area: Vec<AreaName>,
    /// How far what they say is trusted: trusted or unproven. For apps only.
    #[arg(long, default_value = "unproven", value_parser = standing)]
    standing: Standing,
    /// A key of the sandbox: bh_test_..., good there and nowhere else.
    #[arg(long)]
    sandbox: bool,
}

/// One name of an area on the command line.
#[derive(Clone, Debug)]
enum AreaName {
    All,
    Zones(IdPattern),
    Operator(String),
}

fn area_name(text: &str) -> Result<AreaName, String> {
    match text.split_once(':') {
        Some(("operator", name)) => Ok(AreaName::Operator(name.to_owned())),
        _ if text == "all" => Ok(AreaName::All),
        _ => IdPattern::parse(text).map(AreaName::Zones),
    }
}

/// `None`: nothing was said of it.
fn area(names: &[AreaName]) -> Result<Option<Area>, Failure> {
    let mut zones = Vec::new();
    let mut operators = Vec::new();
    for name in names {
        match name {
            AreaName::All if names.len() == 1 => return Ok(Some(Area::All)),
            AreaName::All => {
                let why = "--area: all has no other names beside it";
                return Err(Failure::Config(why.to_owned()));
            }
            AreaName::Zones(pattern) => zones.push(pattern.clone()),
            AreaName::Operator(name) => operators.push(name.clone()),
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    Area::of(zones, operators)
        .map(Some)
        .map_err(|e| Failure::Config(format!("--area: {e}")))
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text)
        .ok_or_else(|| format!("known are: {}", Scope::ALL.map(Scope::name).join(", ")))
}

fn standing(text: &str) -> Result<Standing, String> {
    Standing::parse(text).ok_or_else(|| format!("known are: {}", Standing::list()))
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
    let area = area(&new.area)?;
    let beside = new.sandbox.then(|| settings::of(config));
    let config = beside.as_ref().unwrap_or(config);
    let keys = Arc::new(of_config(config)?);
    let _lock = own_folder(&config.data.path).map_err(|e| match e {
        Failure::Unavailable(why) => {
            Failure::Unavailable(format!("{why}; ask it for a key with POST /v1/admin/keys"))
        }
        other => other,
    })?;
    // A database made anew in the place of one that is missing would be no good afterwards.
    let clock = Arc::new(SystemClock);
    let mut opening = Opening::look(config, Vec::new(), clock)?;
    super::process::block_on(async {
        let store = Store::open(&config.store, &config.data.path).await?;
        opening.store(&store).await?;
        let clock = Arc::new(SystemClock);
        store.ensure_partners(&[&new.partner], clock.now()).await?;
        let issuer = open(store.clone(), config, keys, clock).await?;
        let name = new.name;
        let partner = new.partner;
        let sources = new.sources;
        let source_kind = new.source_kind;
        let scopes = new.scopes.into_iter().collect();
        let uplinks = new.uplinks;
        let standing = new.standing;
        let expires_at = None;
        let (plain, _) = issuer
            .create(KeyRequest {
                name,
                partner,
                scopes,
                sources,
                source_kind,
                uplinks,
                area,
                standing,
                expires_at,
            })
            .await?;
        println!("{}", plain.expose());
        store.close().await;
        Ok(())
    })
}
