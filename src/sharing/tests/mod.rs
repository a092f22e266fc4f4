//! The desk on a small town, a real store and a clock that the test turns.

mod books;
mod cancelling;
mod gone;
mod hubs;
mod index;
mod kill;
mod leaving;
mod model;
mod money;
mod moves;
mod notices;
mod openings;
mod ordered;
mod pools;
mod pools_offered;
mod prices;
mod resold;
mod seasons;
mod shares;
mod standing;
mod time;
mod utilisation;
mod witness;
mod workdays;

use super::*;
use crate::clock::ManualClock;
use crate::domain::offer::{CalendarToken, Hours};
use crate::domain::{
    BayKind, BayStatus, BayView, Claim, Clock as _, Currency, LatLon, Millis, Observation, Offer,
    OfferState, Price, ReadModel as _, Reservation, Rules, SelfNamed, SourceKind, Span, Submission,
    TimeZone, Vehicle, Workdays, ZoneKind,
};
use crate::inbox::{InboxBounds, InboxSender, inbox};
use crate::limits;
use crate::live::{Live, Query, Room};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{self, Store};
use crate::testing;
use crate::testing::ManualClosures;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// 2026-11-23T02:00:00.123Z
const NOW: Millis = Millis(1_795_399_200_123);
const MINUTE: u64 = 60_000;

/// A desk for `P-0` to `P-5`, private bays of `acme`, each some 100 m further north than the one
/// before; and for `Q`, a private car park of three places that only counts, beside `P-2`.
struct DeskRig {
    desk: Arc<Desk>,
    clock: Arc<ManualClock>,
    live: Arc<Live>,
    registry: Arc<Registry>,
    store: Store,
    metrics: Arc<Metrics>,
    /// What the journal was told, in order.
    told: Arc<Mutex<Vec<Observation>>>,
    /// What the authority has closed.
    closures: Arc<ManualClosures>,
}

/// What a request of these bytes says, of which nobody knows the meaning.
fn said(bytes: &[u8]) -> Said {
    Said {
        meaning: digest(bytes),
        bytes: digest(bytes),
    }
}

fn north(n: u32) -> LatLon {
    LatLon {
        lat: 1.3 + 0.0009 * f64::from(n),
        lon: 103.8,
    }
}

fn town() -> Arc<Registry> {
    let zone = testing::town().zone("P").kind(ZoneKind::Private);
    let town = (0..6).fold(zone.operator("acme"), |town, n| {
        town.bay_at(&format!("P-{n}"), north(n))
    });
    let counted = town.zone("Q").kind(ZoneKind::Private).operator("acme");
    counted.capacity(3).at(north(2)).registry()
}

impl DeskRig {
    async fn new(folder: &Path, matching: Matching) -> Self {
        let store = Store::open(&store::Config::default(), folder)
            .await
            .unwrap();
        Self::on(store, matching, Arc::new(ManualClock::at(NOW))).await
    }

    async fn on(store: Store, matching: Matching, clock: Arc<ManualClock>) -> Self {
        Self::within(limits::Config::default(), store, matching, clock).await
    }

    /// By a calendar of its own.
    async fn by(calendar: &str, folder: &Path) -> Self {
        let store = Store::open(&store::Config::default(), folder)
            .await
            .unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let workdays = Arc::new(Workdays::parse(calendar).unwrap());
        let limits = limits::Config::default();
        Self::made(limits, store, Matching::Batch, clock, workdays).await
    }

    /// With other shares than usual.
    async fn within(
        limits: limits::Config,
        store: Store,
        matching: Matching,
        clock: Arc<ManualClock>,
    ) -> Self {
        Self::made(limits, store, matching, clock, Arc::default()).await
    }

    async fn made(
        limits: limits::Config,
        store: Store,
        matching: Matching,
        clock: Arc<ManualClock>,
        workdays: Arc<Workdays>,
    ) -> Self {
        let registry = town();
        let live = Arc::new(Live::new(
            &registry.city(),
            Room {
                spare_bays: 0,
                spare_zones: 0,
                subscribers: 1,
            },
        ));
        let metrics = Arc::new(Metrics::new());
        let config = Config {
            matching,
            ..Config::default()
        };
        let (inbox, told) = journal();
        let closures = Arc::<ManualClosures>::default();
        let witness = Witness {
            inbox,
            registry: registry.clone(),
            live: live.clone(),
            metrics: metrics.clone(),
            stale_after_s: 900,
        };
        let parts = DeskParts {
            store: store.clone(),
            registry: registry.clone(),
            live: live.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            witness,
            config,
            limits,
            workdays,
            self_named: SelfNamed::default(),
            closures: closures.clone(),
        };
        let (desk, task) = Desk::open(parts).await.unwrap();
        tokio::spawn(task);
        Self {
            desk: Arc::new(desk),
            clock,
            live,
            registry,
            store,
            metrics,
            told,
            closures,
        }
    }

    /// For another desk on the same store.
    fn parts(&self, matching: Matching) -> DeskParts {
        let registry = self.registry.clone();
        let live = self.live.clone();
        let metrics = self.metrics.clone();
        let inbox = journal().0;
        let witness = Witness {
            inbox,
            registry,
            live,
            metrics,
            stale_after_s: 900,
        };
        DeskParts {
            store: self.store.clone(),
            registry: self.registry.clone(),
            live: self.live.clone(),
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            witness,
            config: Config {
                matching,
                ..Config::default()
            },
            limits: limits::Config::default(),
            workdays: Arc::default(),
            self_named: SelfNamed::default(),
            closures: self.closures.clone(),
        }
    }

    /// Puts a bay on offer between two minutes from [`NOW`].
    async fn offer(&self, bay: u32, from: u64, to: u64, edit: impl FnOnce(&mut Offer)) -> Offer {
        let mut offer = blank(from, to);
        offer.bay = format!("P-{bay}").into();
        edit(&mut offer);
        self.desk.add_offer(offer).await.unwrap()
    }

    async fn hold(&self, from: u64, to: u64) -> Result<Reservation, DeskError> {
        self.desk.ask(ask(from, to)).await
    }

    /// A hold that is confirmed at once.
    async fn book(&self, from: u64, to: u64) -> Reservation {
        let held = self.hold(from, to).await.unwrap();
        self.step(&held, DriverAct::Confirm).await.unwrap()
    }

    /// The same, of who may be moved.
    async fn book_flexible(&self, from: u64, to: u64) -> Reservation {
        let held = self.desk.ask(flexible(from, to)).await.unwrap();
        self.step(&held, DriverAct::Confirm).await.unwrap()
    }

    async fn step(&self, r: &Reservation, act: DriverAct) -> Result<Reservation, DeskError> {
        self.desk.step(r.name.to_string(), "app".into(), act).await
    }

    async fn now(&self, r: &Reservation) -> Reservation {
        self.desk.reservation(&r.name, "app").await.unwrap()
    }

    /// Turns the clock to so many minutes from [`NOW`] and does what is due.
    async fn at(&self, minutes: u64) {
        self.clock.set(NOW.plus(minutes * MINUTE));
        self.desk.tick().await.unwrap();
    }

    /// A sensor sees the bay so, now.
    fn sees(&self, bay: u32, status: BayStatus) {
        self.is_said(bay, status, SourceKind::Sensor);
    }

    /// The stream tells the live view so, now.
    fn is_said(&self, bay: u32, status: BayStatus, source_kind: SourceKind) {
        let ix = self.registry.bay(&format!("P-{bay}")).unwrap();
        let city = self.registry.city();
        self.live.bays(&[BayView {
            bay: ix,
            zone: city.zone_of(ix),
            kind: BayKind::Car,
            status,
            claimed: status,
            confidence: 250,
            sure: true,
            source_kind,
            observed_at: self.clock.now(),
        }]);
    }

    /// What a driver who books nothing finds vacant.
    fn nearby(&self) -> Vec<String> {
        let city = self.registry.city();
        let mut hits = Vec::new();
        let query = Query {
            at: self.clock.now(),
            ..Query::at(north(0))
        };
        self.live.nearest(&city, &query, &mut hits);
        hits.iter()
            .map(|h| city.bay_id(h.bay).to_string())
            .collect()
    }

    async fn events(&self, r: &Reservation) -> Vec<(String, String, i64)> {
        let history = self.store.history(&r.name).await.unwrap();
        history
            .into_iter()
            .map(|e| (e.event, e.cause, e.amount_cents))
            .collect()
    }
}

/// A journal that stores all it gets, and remembers it.
fn journal() -> (InboxSender, Arc<Mutex<Vec<Observation>>>) {
    let (inbox, mut submissions) = inbox(InboxBounds::of(1024), Arc::new(Metrics::new()));
    let told = Arc::<Mutex<Vec<Observation>>>::default();
    let remembered = told.clone();
    tokio::spawn(async move {
        while let Some(Submission {
            claims, receipt, ..
        }) = submissions.recv().await
        {
            remembered
                .lock()
                .unwrap()
                .extend(claims.iter().filter_map(|c| match c {
                    Claim::Bay(o) => Some(*o),
                    _ => None,
                }));
            receipt.durable();
        }
    });
    (inbox, told)
}

fn span(from: u64, to: u64) -> Span {
    Span::new(NOW.plus(from * MINUTE), NOW.plus(to * MINUTE)).unwrap()
}

/// An offer of nothing yet, for three an hour, between two minutes from [`NOW`].
fn blank(from: u64, to: u64) -> Offer {
    let hours = Hours {
        zone: TimeZone::UTC,
        once: vec![span(from, to)],
        weekly: vec![],
        closed: vec![],
    };
    Offer {
        id: 0,
        name: "".into(),
        bay: "".into(),
        pool: None,
        owner: "acme".into(),
        state: OfferState::Open,
        hours,
        price: Price::PerHour(300),
        currency: Currency::SGD,
        rules: Rules::default(),
        notes: String::new(),
        calendar: CalendarToken("".into()),
        created_at: NOW,
        version: 0,
    }
}

/// For a car that wants to stand beside `P-0`.
fn ask(from: u64, to: u64) -> Ask {
    Ask {
        driver: "app".into(),
        driver_ref: None,
        place: north(0),
        span: span(from, to),
        max_walk_m: 1000,
        max_price_cents: None,
        currency: Currency::SGD,
        vehicle: Vehicle {
            kind: BayKind::Car,
            height_cm: None,
            ev: false,
            accessible: false,
        },
        flexible: false,
        key: None,
    }
}

/// The same, of who may be moved.
fn flexible(from: u64, to: u64) -> Ask {
    Ask {
        flexible: true,
        ..ask(from, to)
    }
}

fn named(event: &str, cause: &str, cents: i64) -> (String, String, i64) {
    (event.to_owned(), cause.to_owned(), cents)
}
