//! What fuzzers may call: one function for each kind of input that strangers control. Not part of
//! the API.
//!
//! Each takes any bytes and panics only where a promise is broken. `fuzz/` runs them under
//! libFuzzer for as long as one likes; the test suite runs each some thousand times from the same
//! seeds.

use crate::clock::ManualClock;
use crate::config;
use crate::domain::{
    BayKind, Door, LatLon, Millis, Parcel, Pass, Reason, SourceIx, SourceKind, Speaker, ZoneKind,
};
use crate::health::{Health, Part};
use crate::history::{self, Around, History, NothingSettled, Registered};
use crate::ingest::codec::device;
use crate::ingest::codec::{self, Codec};
use crate::ingest::gate::{self, Gate};
use crate::ingest::{mqtt_client, mqtt_server};
use crate::journal::{self, Journal};
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::partners::{Grant, Issuer, Keys, Scope};
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use crate::serve::{self, ReportDoor, Router};
use crate::sharing::{self, Desk};
use crate::store::{self, Store};
use crate::stream::Saved;
use std::sync::{Arc, LazyLock};
use tokio::sync::{mpsc, watch};

/// A kind of input: any bytes in, and a panic only where a promise is broken.
pub type Target = fn(&[u8]);

/// Every kind of input, by the name of its fuzz target and of its folder of seeds.
pub const TARGETS: [(&str, Target); 6] = [
    ("packets", mqtt_server::fuzzing::packets),
    ("payloads", payloads),
    ("topics", topics),
    ("queries", queries),
    ("config", configuration),
    ("files", files),
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
        name: "Toa Payoh \"12\"\n".into(),
        kind: ZoneKind::OnStreet,
        operator: "HDB".into(),
        capacity: 4,
        place,
        outline: vec![],
        stale_after_s: None,
    };
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: true,
        ev_charging: false,
        max_height_cm: 210,
        max_stay_min: 0,
        price_cents_per_hour: 120,
    };
    let bay = |n: u32| BaySpec {
        id: format!("Z{}-{n}", n % 2),
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
            refusal.payload.len() <= payload.len() && refusal.detail.len() < 4096,
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
            let keys = crate::partners::Config { keys: config.keys };
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
}

/// The whole API on a small town, and what it stands on.
struct Api {
    router: Router,
    key: String,
    runtime: tokio::runtime::Runtime,
    _stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Api {
    fn open() -> Self {
        Self::try_open().unwrap_or_else(|e| panic!("an API to ask: {e}"))
    }

    fn try_open() -> Result<Self, Box<dyn std::error::Error>> {
        let runtime = tokio::runtime::Runtime::new()?;
        let folder = tempfile::tempdir()?;
        let registry = town();
        let clock = Arc::new(ManualClock::at(NOW));
        let metrics = Arc::new(Metrics::new());
        let live = Arc::new(Live::new(
            &registry.city(),
            Room {
                spare_bays: 0,
                spare_zones: 0,
                subscribers: 8,
            },
        ));
        let journal = Journal::open(folder.path(), journal::Config::default(), registry.clone())?;
        let keys = Arc::new(Keys::default());
        let (key, digest) = Keys::mint(&mut rand::rng());
        let scopes = Scope::ALL.into_iter().collect();
        let pass = Pass::default();
        let source_kind = SourceKind::Sensor;
        let name = "fuzzer".into();
        let partner = "nobody".into();
        keys.insert(
            digest,
            Grant {
                name,
                partner,
                scopes,
                sources: vec![],
                source_kind,
                pass,
                uplinks: false,
            },
        );
        let store = runtime.block_on(Store::open(&store::Config::default(), folder.path()))?;
        let issuer = runtime.block_on(Issuer::open(
            store.clone(),
            keys.clone(),
            &[],
            clock.clone(),
        ))?;
        let health = Arc::new(Health::default());
        for part in Part::ALL {
            health.well(part);
        }
        let around = sharing::DeskParts {
            store,
            registry: registry.clone(),
            live: live.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            witness: sharing::Witness {
                inbox: mpsc::channel(1).0,
                registry: registry.clone(),
                live: live.clone(),
                metrics: metrics.clone(),
                stale_after_s: 900,
            },
            config: sharing::Config::default(),
        };
        let (desk, task) = runtime.block_on(Desk::open(around))?;
        runtime.spawn(task);
        let names = Arc::new(Registered::new(registry.clone(), folder.path()));
        let around = Around {
            names: names.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            health: health.clone(),
        };
        let handle = runtime.handle().clone();
        let settings = history::Config::default();
        let (history, _) = History::open(
            &settings,
            folder.path(),
            handle,
            Arc::new(NothingSettled),
            around,
        )?;
        let gate = Gate::new(
            registry.clone(),
            clock.clone(),
            metrics.clone(),
            gate::Config::default(),
        );
        let history = Arc::new(history);
        let authority = serve::Authority {
            history,
            names,
            calendar: settings.calendar(),
            ledger: gate.ledger(),
        };
        let (stop, closed) = watch::channel(false);
        let router = serve::router(serve::ApiParts {
            registry,
            live,
            keys,
            issuer: Arc::new(issuer),
            desk: Arc::new(desk),
            clock,
            health,
            metrics,
            reports: Arc::new(Nowhere),
            inbox: mpsc::channel(1).0,
            quarantine: journal.quarantine(),
            authority,
            on_change: Arc::new(|| {}),
            closed,
            config: serve::Config::default(),
        });
        Ok(Self {
            router,
            key: key.expose().to_owned(),
            runtime,
            _stop: stop,
            _folder: folder,
        })
    }
}
