//! What the city looks like depends on the reports, not on how they came: once, three times, in any
//! order.

use crate::clock::SystemClock;
use crate::domain::{
    Backing, BayIx, BayKind, BayStatus, BayView, Claim, CountObservation, CountWord, Millis,
    Observation, Receipt, SourceIx, SourceKind, Submission, ZoneIx, ZoneTally,
};
use crate::health::Health;
use crate::inbox::{InboxBounds, inbox};
use crate::journal::{Config, Journal};
use crate::long::cases;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::stream;
use crate::testing::{self, Remembered};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const T0: u64 = 1_795_402_800_000;
const ZONES: u32 = 20;
const BAYS: u32 = 600;

fn reports(rng: &mut StdRng) -> Vec<Claim> {
    let one = |n: u64, rng: &mut StdRng| {
        let at = Millis(T0 + rng.random_range(0..60_000));
        let source = SourceIx(rng.random_range(0..40));
        match rng.random_range(0..10) {
            0 => Claim::Alive { source, at },
            1 => {
                let zone = ZoneIx(rng.random_range(0..ZONES));
                let vacant = rng.random_range(0..40);
                Claim::Count(CountObservation {
                    trusted: true,
                    at,
                    zone,
                    source,
                    source_kind: SourceKind::Gate,
                    kind: BayKind::Motorcycle,
                    subset: None,
                    word: CountWord::vacant(vacant, 40),
                })
            }
            _ => Claim::Bay(Observation {
                at,
                seq: n,
                bay: BayIx(rng.random_range(0..BAYS)),
                source,
                source_kind: SourceKind::ALL[rng.random_range(0..3)],
                status: BayStatus::ALL[rng.random_range(0..4)],
                confidence: rng.random(),
                backing: Backing::from_parts(rng.random(), rng.random()),
            }),
        }
    };
    (0..8000).map(|n| one(n, rng)).collect()
}

/// Has a journal store `claims`, in submissions of every size.
fn store(dir: &Path, registry: &Arc<Registry>, claims: &[Claim], rng: &mut StdRng) {
    let config = Config {
        segment_bytes: 64 << 10,
        ..Config::default()
    };
    let journal = Journal::open(dir, config, registry.clone()).unwrap();
    let metrics = Arc::new(Metrics::new());
    let (doors, inbox) = inbox(InboxBounds::of(1024), metrics.clone());
    let health = Arc::new(Health::default());
    let thread = journal
        .start(
            inbox,
            Arc::new(SystemClock),
            Box::new(drop),
            metrics,
            health,
        )
        .unwrap();
    let mut rest = claims;
    while !rest.is_empty() {
        let (some, after) = rest.split_at(rng.random_range(1..=200).min(rest.len()));
        let receipt = Receipt::unwatched();
        doors
            .blocking_send(Submission {
                claims: some.to_vec(),
                refusals: vec![],
                receipt,
            })
            .unwrap();
        rest = after;
    }
    drop(doors);
    thread.join().unwrap();
}

type Seen = (BTreeMap<BayIx, BayView>, BTreeMap<ZoneIx, ZoneTally>);

/// What a stream makes of the journal in `dir`, replayed that often in a row.
fn replayed(dir: &Path, registry: &Arc<Registry>, workers: usize, times: u32) -> Seen {
    let journal = Journal::open(dir, Config::default(), registry.clone()).unwrap();
    let model = Arc::new(Remembered::default());
    let config = stream::Config {
        workers,
        ..stream::Config::default()
    };
    let (stream, mut feed) = stream::start(
        &config,
        registry.clone(),
        model.clone(),
        Arc::new(Metrics::new()),
        100,
    )
    .unwrap();
    for _ in 0..times {
        journal.replay(|batch| feed.push(batch)).unwrap();
    }
    drop(feed);
    stream.join().unwrap();
    (
        std::mem::take(&mut model.bays.lock().unwrap()),
        std::mem::take(&mut model.zones.lock().unwrap()),
    )
}

#[test]
fn three_replays_and_three_copies_in_any_order_show_the_same_city_as_one() {
    let mut rng = StdRng::seed_from_u64(4);
    let registry = testing::city(ZONES as usize, (BAYS / ZONES) as usize);
    let claims = reports(&mut rng);
    let straight = tempfile::tempdir().unwrap();
    store(straight.path(), &registry, &claims, &mut rng);
    let once = replayed(straight.path(), &registry, 1, 1);
    assert!(
        once.0.len() > 500 && once.1.len() == ZONES as usize,
        "most bays were reported"
    );
    assert!(
        replayed(straight.path(), &registry, 1, 3) == once,
        "three times in a row"
    );
    for round in 0..cases(3) as usize {
        let workers = 1 + round % 3;
        let mut thrice = claims.repeat(3);
        let dir = tempfile::tempdir().unwrap();
        thrice.shuffle(&mut rng);
        store(dir.path(), &registry, &thrice, &mut rng);
        assert!(
            replayed(dir.path(), &registry, workers, 1) == once,
            "shuffled, {workers} workers"
        );
    }
}
