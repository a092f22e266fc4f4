//! What fuzzers may call: one function for each kind of input that strangers control. Not part of
//! the API.
//!
//! Each takes any bytes and panics only where a promise is broken. `fuzz/` runs them under libFuzzer
//! for as long as one likes; the test suite runs each some thousand times from the same seeds.

mod base;

use crate::clock::ManualClock;
use crate::config;
use crate::domain::{
    BayKind, Clock as _, Door, DropList, Excerpt, KeyAccount, LatLon, Millis, Parcel, Pass, Reason,
    Refusal, Refused, SharedRemit, SourceIx, SourceKind, Speaker, ZoneKind,
};
use crate::inbox::InboxSender;
use crate::ingest::codec::{self, Codec, device};
use crate::ingest::connector::{self, Feeds};
use crate::ingest::gate::{self, Gate};
use crate::ingest::{mqtt_client, mqtt_server};
use crate::journal::{self, Journal};
use crate::limits::{self, Limits};
use crate::metrics::Metrics;
use crate::orders::OrderDesk;
use crate::partners::{AdmissionDesk, AdmissionParts, ContributorDesk, Issuer, Keys, UsageBook};
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use crate::serve::{self, ReportDoor, Router};
use crate::sharing::Desk;
use crate::store::{self, Store};
use crate::stream::Saved;
use base::Base;
use std::sync::{Arc, LazyLock};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// A kind of input: any bytes in, and a panic only where a promise is broken.
pub type Target = fn(&[u8]);

/// Every kind of input, by the name of its fuzz target and of its folder of seeds.
pub const TARGETS: [(&str, Target); 8] = [
    ("packets", mqtt_server::fuzzing::packets),
    ("payloads", payloads),
    ("topics", topics),
    ("queries", queries),
    ("config", configuration),
    ("files", files),
    ("feeds", connector::fuzzing::answers),
    ("sockets", serve::fuzzing::said),
];

/// Hands `bytes` to the target of that name.
///
/// # Panics
/// If there is none, and where a promise is broken.
pub fn run(target: &str, bytes: &[u8]) {
    let known = TARGETS.iter().find(|(name, _)| *name == target);
    known.unwrap_or_else(|| panic!("no target {target:?}")).1(bytes);
}

const NOW: Millis = Millis(1_795_399_200_123);

fn town() -> Arc<Registry> {
    let place = LatLon {
        lat: 1.3343,
        lon: 103.8563,
    };
    let zone = |n: u32| ZoneSpec {
        id: format!("Z{n}"),
        aliases: vec![],
        name: "Toa Payoh \"12\"\n".into(),
        kind: ZoneKind::OnStreet,
        operator: "HDB".into(),
        capacity: 4,
        place,
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    };
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: true,
        ev_charging: false,
        max_height_cm: 210,
        max_stay_min: 0,
        price_cents_per_hour: Some(120),
    };
    let bay = |n: u32| BaySpec {
        id: format!("Z{}-{n}", n % 2),
        aliases: vec![],
        zone: format!("Z{}", n % 2),
        place,
        attrs,
    };
    let town = Registry::in_memory((0..2).map(zone).collect(), (0..8).map(bay).collect());
    Arc::new(
        town.unwrap_or_else(|e| panic!("a sound town: {e}"))
            .knowing(device::MODELS),
    )
}

/// The first byte says on what form of topic, the rest is the payload. It becomes claims, or
/// refusals that say why, or both; an uplink also nothing.
fn payloads(bytes: &[u8]) {
    static GATE: LazyLock<Gate> = LazyLock::new(|| {
        Gate::new(
            town(),
            Arc::new(ManualClock::at(NOW)),
            Arc::new(Metrics::new()),
            gate::Config::default(),
        )
    });
    let Some((form, payload)) = bytes.split_first() else {
        return;
    };
    let forms = codec::CODECS;
    let topic = forms[usize::from(*form) % forms.len()];
    let source = SourceIx(0);
    let kind = SourceKind::Sensor;
    let pass = Pass::default();
    let speaker = Speaker {
        source,
        kind,
        id: "lamp-1".into(),
        pass,
        uplinks: true,
        remit: SharedRemit::default(),
        account: KeyAccount::default(),
    };
    let mut out = Parcel::default();
    GATE.take(&speaker, Door::Mqtt, &"a place", topic, payload, &mut out);
    assert!(out.claims.len() <= gate::Config::default().max_bays);
    for refusal in &out.refusals {
        assert!(
            !refusal.detail.is_empty() && refusal.reason != Reason::Forbidden,
            "{refusal:?}"
        );
        assert!(
            refusal.payload.len() <= Excerpt::MAX_LEN && refusal.detail.len() < 4096,
            "{refusal:?}"
        );
    }
}

fn topics(bytes: &[u8]) {
    mqtt_server::fuzzing::topics(bytes);
    let topic = String::from_utf8_lossy(bytes);
    if let Some((source, form)) = mqtt_client::whose(&topic) {
        let end = format!("bayhub/v1/{source}/{}", form.name);
        assert!(
            topic == end || topic.ends_with(&format!("/{end}")),
            "{topic:?} is {source:?}'s"
        );
        assert!(!source.contains(['/', '+', '#', '$', '\0']), "{topic:?}");
    }
}

/// A path with its query, asked of the whole API by somebody who may read everything.
fn queries(bytes: &[u8]) {
    static API: LazyLock<Api> = LazyLock::new(Api::open);
    let target = String::from_utf8_lossy(bytes);
    API.runtime
        .block_on(serve::fuzzing::ask(API.router.clone(), &API.key, &target));
}

/// A file of settings: read, or refused with a reason.
fn configuration(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match config::parse(&text, &[]) {
        Ok(config) => {
            let keys = crate::partners::Config {
                keys: config.keys,
                sources_per_key: None,
            };
            assert!(keys.keys().is_ok() || keys.keys().is_err_and(|e| !e.to_string().is_empty()));
            assert!(
                mqtt_client::Config::fault_among(&config.brokers)
                    .is_none_or(|fault| !fault.is_empty())
            );
        }
        Err(e) => assert!(!e.to_string().trim().is_empty()),
    }
}

/// A segment, a checkpoint, and one block of a checkpoint whose first byte is its tag.
fn files(bytes: &[u8]) {
    journal::fuzzing::segment(bytes);
    journal::fuzzing::checkpoint(bytes);
    if let Some((tag, block)) = bytes.split_first() {
        let mut saved = Saved::default();
        let read = saved.read(u32::from(*tag) * 2, block);
        assert!(read.is_err() || saved.bays() * 24 <= block.len());
    }
}

/// Nothing is reported here: the rest of the hub is not behind it.
struct Nowhere;

impl ReportDoor for Nowhere {
    fn take(&self, _: &Speaker, _: &'static Codec, _: &str, _: &[u8]) -> Parcel {
        Parcel::default()
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        DropList::default().refusal(of)
    }
}

/// The whole API on a small town, and what it stands on.
struct Api {
    router: Router,
    key: String,
    runtime: Runtime,
    _stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Api {
    fn open() -> Self {
        Self::try_open().unwrap_or_else(|e| panic!("an API to ask: {e}"))
    }

    fn try_open() -> Result<Self, Box<dyn std::error::Error>> {
        let runtime = Runtime::new()?;
        let folder = tempfile::tempdir()?;
        let base = Base::new();
        let journal = Journal::open(
            folder.path(),
            journal::Config::default(),
            base.registry.clone(),
        )?;
        let keys = Arc::new(Keys::default());
        let key = serve::fuzzing::master_key(&keys);
        let store = runtime.block_on(Store::open(&store::Config::default(), folder.path()))?;
        let issuer = Issuer::open(store.clone(), keys.clone(), &[], base.clock.clone());
        let issuer = Arc::new(runtime.block_on(issuer)?);
        let clock = base.clock.clone() as Arc<_>;
        let known = (base.registry.clone(), clock, base.metrics.clone());
        let admission = AdmissionParts::usual(store.clone(), issuer.clone(), known);
        let usage = UsageBook::new(
            keys.clone(),
            store.clone(),
            base.clock.clone(),
            base.metrics.clone(),
            "fuzzing".to_owned(),
        );
        let webhooks = base.webhooks(store.clone())?;
        let orders = OrderDesk::usual(store.clone(), base.registry.clone(), base.clock.clone());
        let problems = base.problems(store.clone());
        let (desk, task) = runtime.block_on(Desk::open(base.around_desk(store)))?;
        runtime.spawn(task);
        let authority = base.authority(folder.path(), runtime.handle().clone())?;
        let (stop, closed) = watch::channel(false);
        let pseudonyms = folder.path().join("pseudonyms.json");
        let now = base.clock.now();
        let metrics = base.metrics.clone();
        let limits = Arc::new(Limits::new(&limits::Config::unbound(), &metrics));
        let contributors = ContributorDesk::open(&pseudonyms, None, 1, now, metrics)?;
        let router = serve::router(serve::ApiParts {
            audit: Arc::new(serve::fuzzing::NothingNoted),
            registry: base.registry,
            live: base.live,
            forecasts: Arc::default(),
            keys,
            issuer,
            admission: Arc::new(AdmissionDesk::new(admission)),
            sandbox: None,
            usage: Arc::new(usage),
            contributors: Arc::new(contributors),
            desk: Arc::new(desk),
            orders: Arc::new(orders),
            problems: Arc::new(problems),
            webhooks: Arc::new(webhooks),
            clock: base.clock,
            health: base.health,
            metrics: base.metrics,
            limits,
            reports: Arc::new(Nowhere),
            mqtt: Arc::new(serve::fuzzing::NoGuests),
            feeds: Arc::new(Feeds::none()),
            inbox: InboxSender::nowhere(),
            quarantine: journal.quarantine(),
            losses: Arc::new(serve::NoLosses),
            authority,
            on_change: Arc::new(|| {}),
            closed,
            config: serve::Config::default(),
        });
        Ok(Self {
            router,
            key,
            runtime,
            _stop: stop,
            _folder: folder,
        })
    }
}
