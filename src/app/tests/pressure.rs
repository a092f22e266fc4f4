//! Back-pressure through the wired chain: a stream that stands still stops the journal, and a full
//! inbox is what the doors then meet. What each door makes of it (wait, 429, shed) is tested at the
//! door.

use crate::clock::SystemClock;
use crate::domain::{
    Backing, BayIx, BayStatus, BayView, Claim, Millis, Observation, ReadModel, Receipt, SourceIx,
    SourceKind, Submission, ZoneIx, ZoneTally,
};
use crate::health::Health;
use crate::inbox::{InboxBounds, inbox};
use crate::journal::{self, Journal};
use crate::metrics::Metrics;
use crate::{stream, testing};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

/// Claims that the inbox has room for.
const INBOX: u32 = 1024;

/// A read model that blocks for as long as the test holds the lock.
#[derive(Default)]
struct Stuck(RwLock<()>);

impl ReadModel for Stuck {
    fn bays(&self, _: &[BayView]) {
        drop(self.0.read().unwrap());
    }
    fn zones(&self, _: &[(ZoneIx, ZoneTally)]) {
        drop(self.0.read().unwrap());
    }
}

fn claim(n: u64) -> Claim {
    Claim::Bay(Observation {
        at: Millis(1_795_402_800_000 + n),
        seq: n,
        bay: BayIx((n % 100) as u32),
        source: SourceIx(0),
        source_kind: SourceKind::Sensor,
        status: BayStatus::Vacant,
        confidence: 200,
        backing: Backing::default(),
    })
}

#[test]
fn a_stream_that_stands_still_fills_bounded_queues_and_acknowledges_nothing_more_until_it_moves() {
    const GROUP: usize = 64;
    let dir = tempfile::tempdir().unwrap();
    let registry = testing::city(10, 10);
    let model = Arc::new(Stuck::default());
    let metrics = Arc::new(Metrics::new());
    let config = journal::Config {
        group_claims: GROUP,
        ..journal::Config::default()
    };
    let journal = Journal::open(dir.path(), config, registry.clone()).unwrap();
    let settings = stream::Config {
        queue_batches: 4,
        ..stream::Config::default()
    };
    let (stream, mut feed) =
        stream::start(&settings, registry, model.clone(), metrics.clone(), 10).unwrap();
    while !stream.progress.settled() {
        std::thread::yield_now();
    }
    let held = model.0.write().unwrap();
    let (doors, inbox) = inbox(InboxBounds::of(INBOX), metrics.clone());
    let committed = Box::new(move |batch| feed.push(batch));
    let health = Arc::new(Health::default());
    let thread = journal
        .start(
            inbox,
            Arc::new(SystemClock),
            committed,
            metrics.clone(),
            health,
        )
        .unwrap();

    let acknowledged = Arc::new(AtomicU64::new(0));
    let mut taken = 0;
    let mut moved = Instant::now();
    // Full for good: no room has come for a while, long after the journal had time to take more.
    while moved.elapsed() < Duration::from_secs(2) {
        let count = acknowledged.clone();
        let receipt = Receipt::new(move || _ = count.fetch_add(1, SeqCst));
        if doors
            .try_send(
                0,
                Submission {
                    claims: vec![claim(taken)],
                    refusals: vec![],
                    receipt,
                },
            )
            .is_ok()
        {
            (taken, moved) = (taken + 1, Instant::now());
        } else {
            std::thread::yield_now();
        }
    }
    let told = acknowledged.load(SeqCst);
    let on_the_way = (GROUP * (settings.queue_batches + 3)) as u64;
    // What the worker has passed on before it blocked lies in timely's channel: at most what its
    // gate lets through.
    assert!(
        stream.progress.waiting() <= told + on_the_way,
        "{} {told}",
        stream.progress.waiting()
    );
    assert!(
        taken - told <= u64::from(INBOX) + on_the_way,
        "{taken} taken, {told} acknowledged"
    );
    assert!(told < taken, "something waits");
    assert!(
        metrics.journal_claims.get() <= told + GROUP as u64,
        "durable, but not told yet: one group"
    );

    drop(held);
    drop(doors);
    thread.join().unwrap();
    let progress = stream.progress.clone();
    stream.join().unwrap();
    assert_eq!(
        (acknowledged.load(SeqCst), progress.applied()),
        (taken, taken),
        "nothing was lost on the way"
    );
}
