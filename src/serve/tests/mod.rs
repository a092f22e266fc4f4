//! The API as its callers see it: each file a behaviour, all through the whole router on a small
//! town in memory.

mod access;
mod admin;
mod bays;
mod behind;
mod devices;
mod document;
mod formats;
mod keys;
mod nearby;
mod operators;
mod own_stream;
mod quarantine;
mod reports;
mod reserved;
mod sharing;
mod sharing_bad;
mod sockets;
mod sources;
mod stream;
mod turnover;
mod uplinks;
mod zones;

use super::{ApiParts, Config, ReportDoor, router};
use crate::clock::ManualClock;
use crate::domain::{
    BayIx, BayKind, BayStatus, BayView, Claim, CountObservation, Door, LatLon, Millis, Observation,
    Parcel, ReadModel as _, Reason, Refusal, SourceKind, Speaker, Submission, ZoneIx, ZoneKind,
    ZoneTally,
};
use crate::health::{Health, Part};
use crate::ingest::codec::{self, Codec};
use crate::journal::Journal;
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tower::ServiceExt as _;

/// 2026-11-23T02:00:00.123Z
pub(super) const NOW: Millis = Millis(1_795_399_200_123);

/// A hub's API with everything behind it but MQTT and the stream, whose part the test plays.
pub(super) struct Town {
    pub(super) router: Router,
    pub(super) registry: Arc<Registry>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) health: Arc<Health>,
    pub(super) metrics: Arc<Metrics>,
    /// What the stream remembers of what it has settled.
    pub(super) memory: Arc<turnover::Memory>,
    /// A key by the scope it has.
    pub(super) keys: HashMap<&'static str, String>,
    /// How often a change was told of.
    pub(super) changes: Arc<AtomicU32>,
    /// Says that the hub stops.
    pub(super) close: watch::Sender<bool>,
    _journal: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Asserts that this is a problem of that type, and gives it.
    #[track_caller]
    pub(super) fn problem(&self, slug: &str) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{problem}");
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{problem}"
        );
        problem
    }
}

/// Takes what the gate takes, as far as these tests go.
pub(super) struct Gate(Arc<Registry>, Arc<Metrics>);

impl ReportDoor for Gate {
    fn take(&self, speaker: &Speaker, codec: &'static Codec, place: &str, body: &[u8]) -> Parcel {
        if *codec != codec::REPORT {
            return self.uplink(speaker, place, body);
        }
        let report: Value = serde_json::from_slice(body).unwrap();
        let refuse = |reason: Reason, index: Option<u32>| {
            self.1.refuse(Door::Http, reason);
            Refusal {
                reason,
                door: Door::Http,
                source: (&*speaker.id).into(),
                topic: "/v1/reports".into(),
                index,
                detail: format!("{index:?}").into(),
                payload: Refusal::excerpt(body),
            }
        };
        let mut parcel = Parcel::default();
        let Some(bays) = report["bays"].as_array() else {
            parcel.refusals.push(refuse(Reason::Malformed, None));
            return parcel;
        };
        for (index, bay) in bays.iter().enumerate() {
            match self.0.bay(bay["bay"].as_str().unwrap()) {
                Some(bay) => parcel.claims.push(Claim::Bay(Observation {
                    at: NOW,
                    seq: 0,
                    bay,
                    source: speaker.source,
                    source_kind: speaker.kind,
                    status: BayStatus::Vacant,
                    confidence: 247,
                })),
                None => parcel
                    .refusals
                    .push(refuse(Reason::UnknownBay, Some(index as u32))),
            }
        }
        parcel
    }
}

impl Gate {
    /// Takes an uplink of `dev` and refuses any other.
    fn uplink(&self, speaker: &Speaker, place: &str, body: &[u8]) -> Parcel {
        assert!(speaker.uplinks);
        let known = String::from_utf8_lossy(body).contains("\"dev\"");
        let mut parcel = Parcel::default();
        if known {
            parcel.claims.push(Claim::Count(CountObservation {
                at: NOW,
                zone: ZoneIx(0),
                source: speaker.source,
                kind: BayKind::Car,
                vacant: 0,
                capacity: 0,
            }));
            return parcel;
        }
        self.1.refuse(Door::Http, Reason::UnknownDevice);
        parcel.refusals.push(Refusal {
            reason: Reason::UnknownDevice,
            door: Door::Http,
            source: (&*speaker.id).into(),
            topic: place.into(),
            index: Some(0),
            detail: "who?".into(),
            payload: Refusal::excerpt(body),
        });
        parcel
    }
}

pub(super) fn at(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}

fn zone(id: &str, name: &str, kind: ZoneKind, place: LatLon, capacity: u32) -> ZoneSpec {
    let id = id.to_owned();
    let name = name.to_owned();
    let operator = "HDB \"north\"".to_owned();
    ZoneSpec {
        id,
        name,
        kind,
        operator,
        capacity,
        place,
        outline: vec![],
        stale_after_s: None,
    }
}

fn bay(id: &str, zone: &str, place: LatLon, edit: impl FnOnce(&mut BayAttrs)) -> BaySpec {
    let mut attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: 120,
    };
    edit(&mut attrs);
    BaySpec {
        id: id.into(),
        zone: zone.into(),
        place,
        attrs,
    }
}

/// Four bays each some 111 m further north than the one before, one of them for motorcycles, and
/// two zones more.
fn small_town() -> Registry {
    let centre = at(1.3327, 103.8474);
    let north = |n: f64| at(1.3327 + n / 1000.0, 103.8474);
    Registry::in_memory(
        vec![
            zone(
                "TPY12",
                "Toa Payoh \"12\"\n大巴窑",
                ZoneKind::OnStreet,
                centre,
                0,
            ),
            zone(
                "HE12",
                "Hougang",
                ZoneKind::OffStreet,
                at(1.37, 103.89),
                105,
            ),
            zone("EAST", "East", ZoneKind::Private, at(1.32, 103.95), 0),
        ],
        vec![
            bay("TPY12-001", "TPY12", north(0.0), |a| a.max_height_cm = 210),
            bay("TPY12-002", "TPY12", north(1.0), |a| {
                (a.accessible, a.max_stay_min) = (true, 120);
            }),
            bay("TPY12-003", "TPY12", north(2.0), |a| {
                (a.ev_charging, a.price_cents_per_hour) = (true, 240);
            }),
            bay("TPY12-004", "TPY12", north(3.0), |a| {
                a.kind = BayKind::Motorcycle;
            }),
            bay("EAST-1", "EAST", at(1.32, 103.95), |_| {}),
        ],
    )
    .unwrap()
    .knowing(&["bosch-tps110", "decoded"])
}

impl Town {
    /// With a journal that stores what it gets.
    pub(super) fn new() -> Self {
        Self::with(Config::default(), small_town(), None)
    }

    /// With an inbox that the test itself listens to.
    pub(super) fn with_inbox(room: usize) -> (Self, mpsc::Receiver<Submission>) {
        let (inbox, submissions) = mpsc::channel(room);
        (
            Self::with(Config::default(), small_town(), Some(inbox)),
            submissions,
        )
    }

    pub(super) fn with(
        config: Config,
        registry: Registry,
        inbox: Option<mpsc::Sender<Submission>>,
    ) -> Self {
        let registry = Arc::new(registry);
        let room = Room {
            spare_bays: 3,
            spare_zones: 1,
            subscribers: 8,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        let clock = Arc::new(ManualClock::at(NOW));
        let health = Arc::new(Health::default());
        let metrics = Arc::new(Metrics::new());
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path(), behind::small_journal(), registry.clone()).unwrap();
        let quarantine = journal.quarantine();
        let inbox = inbox.unwrap_or_else(|| {
            let (inbox, submissions) = mpsc::channel(16);
            journal
                .start(
                    submissions,
                    clock.clone(),
                    Box::new(|_| {}),
                    metrics.clone(),
                    health.clone(),
                )
                .unwrap();
            inbox
        });
        let (keys, plain) = behind::keys();
        let keys = Arc::new(keys);
        let changes = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&changes);
        let (close, closed) = watch::channel(false);
        let memory = Arc::new(turnover::Memory::default());
        let authority = turnover::authority(dir.path(), &registry, &memory, (&clock, &metrics));
        let (issuer, desk) = behind::behind(
            dir.path(),
            keys.clone(),
            clock.clone(),
            &registry,
            &live,
            &metrics,
            inbox.clone(),
        );
        let router = router(ApiParts {
            registry: registry.clone(),
            live: live.clone(),
            issuer,
            desk,
            keys,
            clock: clock.clone(),
            health: health.clone(),
            metrics: metrics.clone(),
            reports: Arc::new(Gate(registry.clone(), metrics.clone())),
            inbox,
            quarantine,
            authority,
            on_change: Arc::new(move || _ = told.fetch_add(1, Ordering::Relaxed)),
            config,
            closed,
        });
        Self {
            router,
            registry,
            live,
            clock,
            health,
            metrics,
            memory,
            keys: plain,
            changes,
            close,
            _journal: dir,
        }
    }

    /// Plays the stream: a bay is now so, as claimed a minute ago.
    pub(super) fn turns(&self, bay: &str, status: BayStatus, claimed: BayStatus) -> BayIx {
        let bay = self.registry.bay(bay).unwrap();
        let city = self.registry.city();
        self.live.bays(&[BayView {
            bay,
            zone: city.zone_of(bay),
            kind: city.attrs(bay).kind,
            status,
            claimed,
            confidence: 247,
            source_kind: SourceKind::Sensor,
            observed_at: Millis(NOW.0 - 60_000),
        }]);
        // As the stream does: a zone's tally is told after its bays, and that is what wakes
        // subscribers.
        let zone = city.zone_of(bay);
        self.live.zones(&[(zone, self.live.zone(zone))]);
        bay
    }

    pub(super) fn tally(&self, zone: &str, tally: ZoneTally) {
        self.live
            .zones(&[(self.registry.zone(zone).unwrap(), tally)]);
    }

    /// The journal says so itself; the others have no say here.
    pub(super) fn all_well(&self) {
        for part in Part::ALL {
            self.health.well(part);
        }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("GET", path, headers, Body::empty()).await
    }

    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// With the key of that scope and a JSON body.
    pub(super) async fn call_as(
        &self,
        scope: &str,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let key = format!("Bearer {}", self.keys[scope]);
        self.call(
            method,
            path,
            &[
                ("authorization", &key),
                ("content-type", "application/json"),
            ],
            body,
        )
        .await
    }
}

/// Stores and histories are opened on a runtime of their own.
static STORES: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
