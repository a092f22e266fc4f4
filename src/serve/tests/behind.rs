//! What stands behind the router in these tests: keys of every scope, and a store with an issuer
//! and a desk on it.

use super::STORES;
use crate::clock::ManualClock;
use crate::domain::{Area, Clock as _, KeyAccount, Pass, SharedRemit, SourceKind, Standing};
use crate::inbox::InboxSender;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::orders::OrderDesk;
use crate::partners::{
    self, AdmissionConfig, AdmissionDesk, AdmissionParts, ContributorDesk, Grant, Issuer,
    KeyConfig, Keys, Scope, SourcePattern, UsageBook,
};
use crate::problems::{self, OperatorConfig, ProblemDesk, ProblemDeskParts};
use crate::registry::Registry;
use crate::sharing::{self, Desk, Witness};
use crate::store::{self, Store};
use crate::webhooks::WebhookDesk;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// What stands behind the routes.
pub(super) type Behind = (
    Arc<Issuer>,
    Arc<Desk>,
    Arc<AdmissionDesk>,
    Arc<UsageBook>,
    Arc<WebhookDesk>,
    Arc<OrderDesk>,
    Arc<ProblemDesk>,
);

/// Who is responsible for problems, and how many there may be.
pub(super) type Reporting = (problems::Config, Vec<OperatorConfig>);

/// Opened on a runtime of its own, so that a town is built without waiting. One key is the
/// configuration's.
pub(super) fn behind(
    dir: &Path,
    keys: Arc<Keys>,
    clock: Arc<ManualClock>,
    registry: &Arc<Registry>,
    live: &Arc<Live>,
    metrics: &Arc<Metrics>,
    (inbox, admitting, reporting): (InboxSender, AdmissionConfig, Reporting),
) -> Behind {
    let (opened, open) = std::sync::mpsc::sync_channel(1);
    let dir = dir.to_owned();
    let registry = registry.clone();
    let live = live.clone();
    let metrics = metrics.clone();
    STORES.spawn(async move {
        let fixed = KeyConfig {
            name: "fixed".into(),
            partner: "lta".into(),
            sha256: Keys::digest("bh_fixed"),
            scopes: vec![Scope::Monitor],
            sources: vec![],
            source_kind: SourceKind::Sensor,
            uplinks: false,
            area: None,
            standing: Standing::Trusted,
        };
        let store = Store::open(&store::Config::default(), &dir).await.unwrap();
        let usage = UsageBook::new(
            keys.clone(),
            store.clone(),
            clock.clone(),
            metrics.clone(),
            "town".to_owned(),
        );
        let issuer = Issuer::open(store.clone(), keys, &[fixed], clock.clone())
            .await
            .unwrap();
        let issuer = Arc::new(issuer);
        let known = (registry.clone(), clock.clone() as Arc<_>, metrics.clone());
        let admission = AdmissionDesk::new(AdmissionParts {
            config: admitting,
            ..AdmissionParts::usual(store.clone(), issuer.clone(), known)
        });
        // Of the second keys.
        store.ensure_partners(&["ura"], clock.now()).await.unwrap();
        let config = sharing::Config::default();
        let city = (registry.clone(), live.clone());
        let webhooks =
            WebhookDesk::silent(store.clone(), city, clock.clone(), metrics.clone()).unwrap();
        let city = (registry.clone(), live.clone());
        let around = (clock.clone() as Arc<_>, metrics.clone());
        let named = issuer.self_named().clone();
        let usual = ProblemDeskParts::usual(store.clone(), named, city, around);
        let reported = reported(usual, reporting);
        let witness = Witness {
            inbox,
            registry: registry.clone(),
            live: live.clone(),
            metrics: metrics.clone(),
            stale_after_s: 900,
        };
        let orders = OrderDesk::usual(store.clone(), registry.clone(), clock.clone());
        let parts = sharing::DeskParts {
            store,
            registry,
            live,
            clock,
            metrics,
            witness,
            config,
            limits: crate::limits::Config::default(),
            workdays: Arc::default(),
            self_named: issuer.self_named().clone(),
            closures: orders.book().clone(),
        };
        let (desk, task) = Desk::open(parts).await.unwrap();
        let desk = followed(desk, &reported);
        let made = (
            issuer,
            desk,
            Arc::new(admission),
            Arc::new(usage),
            Arc::new(webhooks),
            Arc::new(orders),
            reported,
        );
        opened.send(made).unwrap();
        task.await;
    });
    open.recv().unwrap()
}

fn reported(usual: ProblemDeskParts, (config, operators): Reporting) -> Arc<ProblemDesk> {
    Arc::new(ProblemDesk::new(ProblemDeskParts {
        config,
        operators,
        ..usual
    }))
}

/// Of nobody yet.
pub(super) fn contributors(
    dir: &Path,
    clock: &ManualClock,
    metrics: &Arc<Metrics>,
) -> Arc<ContributorDesk> {
    let keys = dir.join("pseudonyms.json");
    let desk = ContributorDesk::open(&keys, None, 1, clock.now(), metrics.clone());
    Arc::new(desk.unwrap())
}

pub(super) fn small_journal() -> crate::journal::Config {
    crate::journal::Config {
        segment_bytes: 16 << 20,
        ..crate::journal::Config::default()
    }
}

/// Of every zone.
fn remit_of(partner: &str) -> SharedRemit {
    SharedRemit::new(partners::remit(Area::All, Standing::Trusted, partner))
}

pub(super) fn keys() -> (Keys, HashMap<&'static str, String>) {
    let keys = Keys::default();
    let mut plain = HashMap::new();
    for scope in Scope::ALL {
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert(
            digest,
            Grant {
                name: format!("key-{}", scope.name()).into(),
                partner: "lta".into(),
                scopes: [scope].into_iter().collect(),
                sources: vec![SourcePattern::parse("lamp-*").unwrap()],
                source_kind: SourceKind::Sensor,
                pass: Pass::default(),
                uplinks: false,
                remit: remit_of("lta"),
                account: KeyAccount::default(),
            },
        );
        plain.insert(scope.name(), key.expose().to_owned());
    }
    // Another business, another app, another authority.
    let others = [
        ("share2", Scope::Share),
        ("book2", Scope::Book),
        ("order2", Scope::Order),
    ];
    for (name, scope) in others {
        let (key, digest) = Keys::mint(&mut rand::rng());
        let grant = Grant {
            name: name.into(),
            partner: "ura".into(),
            scopes: [scope].into_iter().collect(),
            sources: vec![],
            source_kind: SourceKind::Sensor,
            pass: Pass::default(),
            uplinks: false,
            remit: remit_of("ura"),
            account: KeyAccount::default(),
        };
        keys.insert(digest, grant);
        plain.insert(name, key.expose().to_owned());
    }
    for (name, source) in [("network", "network-1"), ("networks", "network-*")] {
        let (key, digest) = Keys::mint(&mut rand::rng());
        let grant = Grant {
            name: name.into(),
            partner: "lora".into(),
            scopes: [Scope::Report].into_iter().collect(),
            sources: vec![SourcePattern::parse(source).unwrap()],
            source_kind: SourceKind::Sensor,
            pass: Pass::default(),
            uplinks: true,
            remit: remit_of("lora"),
            account: KeyAccount::default(),
        };
        keys.insert(digest, grant);
        plain.insert(name, key.expose().to_owned());
    }
    (keys, plain)
}

/// Whose bays are is asked of the desk, as in the hub.
fn followed(desk: Desk, problems: &ProblemDesk) -> Arc<Desk> {
    let desk = Arc::new(desk);
    problems.follow_owners(desk.clone());
    desk
}
