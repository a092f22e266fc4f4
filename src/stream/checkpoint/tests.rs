//! Cuts are exact, blocks read back as they were written, and a stream that goes on from one ends
//! where it would have.

use super::*;
use crate::domain::{
    Backing, Batch, BayIx, BayKind, BayStatus, BaySubset, Claim, CountObservation, CountOf,
    CountState, CountWord, Observation, SourceKind,
};
use crate::long::cases;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::stream::{Config, Feed, Stream, resume};
use crate::testing::{self, Remembered};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

const T0: u64 = 1_795_402_800_000;
const LONG: Duration = Duration::from_mins(1);

fn batches(n: u64) -> Vec<Batch> {
    let claim = |i: u64| {
        let at = Millis(T0 + i * 7 % 5000);
        let source = SourceIx((i % 13) as u32);
        match i % 10 {
            8 => Claim::Count(CountObservation {
                trusted: true,
                at,
                zone: ZoneIx((i % 60) as u32),
                source,
                source_kind: SourceKind::ALL[(i % 3) as usize],
                kind: BayKind::ALL[(i % 4) as usize],
                subset: None,
                word: CountWord::vacant((i % 9) as u32, 9),
            }),
            9 => Claim::Alive { source, at },
            _ => Claim::Bay(Observation {
                at,
                seq: i,
                bay: BayIx((i * 2_654_435_761 % 1200) as u32),
                source,
                source_kind: SourceKind::ALL[(i % 2) as usize],
                status: BayStatus::ALL[(i * 31 % 4) as usize],
                confidence: 210,
                backing: Backing::default(),
            }),
        }
    };
    // Several batches share a millisecond, as they do under load.
    let batch = |b: u64| Batch {
        ingest_at: Millis(T0 + 10_000 + b / 3),
        claims: (b * 50..b * 50 + 50).map(claim).collect(),
    };
    (0..n).map(batch).collect()
}

struct CheckpointRig {
    registry: Arc<Registry>,
    model: Arc<Remembered>,
    stream: Stream,
    feed: Feed,
}

impl CheckpointRig {
    fn push(&mut self, batches: &[Batch]) {
        for b in batches {
            self.feed.push(b.clone());
        }
    }
}

fn rig(workers: usize, saved: Saved) -> CheckpointRig {
    let registry = testing::city(60, 20);
    let model = Arc::new(Remembered::default());
    for i in 0..13 {
        registry
            .enrol_source(&format!("s{i}"), SourceKind::Sensor)
            .unwrap();
    }
    let config = Config {
        workers,
        queue_batches: 2,
        ..Config::default()
    };
    let (stream, feed) = resume(
        &config,
        registry.clone(),
        model.clone(),
        Arc::new(Metrics::new()),
        100,
        saved,
        None,
    )
    .unwrap();
    CheckpointRig {
        registry,
        model,
        stream,
        feed,
    }
}

/// The state the cut under way finds, in a fixed order.
fn collect(stream: &Stream) -> Saved {
    let mut saved = Saved::default();
    for _ in 0..stream.cuts.workers() {
        let part = stream
            .cuts
            .collect(LONG)
            .expect("each worker makes its part");
        part.copied
            .blocks(|tag, bytes| saved.read(tag, bytes))
            .unwrap();
        stream.cuts.give_back(part);
    }
    stream.cuts.over();
    saved.cells.sort_by_key(|c| c.bay);
    saved.zones.sort_by_key(|z| z.zone);
    saved
        .gates
        .sort_by_key(|g| (g.zone, g.kind & 0xff, g.standing >> COUNTED_BY));
    saved
}

/// What the stream has told after `batches`.
fn end_of(mut rig: CheckpointRig, batches: &[Batch]) -> Arc<Remembered> {
    rig.push(batches);
    drop(rig.feed);
    rig.stream.join().unwrap();
    rig.model
}

/// Feeds `before`, asks for a cut, and feeds `after` without waiting for it.
fn cut_between(rig: &mut CheckpointRig, before: &[Batch], after: &[Batch]) -> Saved {
    rig.push(before);
    assert!(
        rig.stream
            .cuts
            .ask(before.last().unwrap().ingest_at.plus(1))
    );
    rig.push(after);
    collect(&rig.stream)
}

/// `all`, and the same with a gap of one ms after the first `n`, as the journal makes it.
fn gap_after(n: usize) -> Vec<Batch> {
    let mut all = batches(300);
    for b in &mut all[n..] {
        b.ingest_at = b.ingest_at.plus(1);
    }
    all
}

#[test]
fn a_cut_holds_all_before_it_and_nothing_after() {
    for (workers, n) in [(1, 1), (1, 100), (1, 299), (2, 100), (3, 200)] {
        let all = gap_after(n);
        let mut one = rig(workers, Saved::default());
        let busy = cut_between(&mut one, &all[..n], &all[n..]);
        let mut other = rig(1, Saved::default());
        let tick = Batch {
            ingest_at: all[n - 1].ingest_at.plus(1),
            claims: vec![],
        };
        let quiet = cut_between(&mut other, &all[..n], &[tick]);
        assert_eq!(busy.cells, quiet.cells, "{workers} workers, {n} batches");
        assert_eq!((&busy.zones, &busy.gates), (&quiet.zones, &quiet.gates));
        if workers == 1 {
            assert_eq!(busy.seen, quiet.seen);
        }
        assert!(!busy.cells.is_empty());
    }
}

#[test]
fn a_stream_that_goes_on_from_a_cut_ends_as_if_never_interrupted() {
    let all = gap_after(150);
    let whole = end_of(rig(1, Saved::default()), &all);
    for (before, after) in [(1, 1), (2, 1), (1, 3)] {
        let saved = cut_between(&mut rig(before, Saved::default()), &all[..150], &all[150..]);
        let resumed = end_of(rig(after, saved), &all[150..]);
        assert_eq!(
            *whole.bays.lock().unwrap(),
            *resumed.bays.lock().unwrap(),
            "{before} -> {after} workers"
        );
        assert_eq!(*whole.zones.lock().unwrap(), *resumed.zones.lock().unwrap());
    }
}

#[test]
fn what_a_start_finds_is_told_before_any_claim_comes() {
    let all = batches(300);
    let mut first = rig(1, Saved::default());
    let saved = cut_between(
        &mut first,
        &all,
        &[Batch {
            ingest_at: Millis(T0 + 20_000),
            claims: vec![],
        }],
    );
    let told = end_of(first, &[]);
    let resumed = rig(2, saved);
    while !resumed.stream.progress.settled() {
        std::thread::yield_now();
    }
    let known = |m: &Remembered| {
        m.bays
            .lock()
            .unwrap()
            .clone()
            .into_iter()
            .filter(|(_, v)| !v.observed_at.is_never())
            .collect::<Vec<_>>()
    };
    assert_eq!(known(&told), known(&resumed.model));
    assert_eq!(
        *told.zones.lock().unwrap(),
        *resumed.model.zones.lock().unwrap()
    );
}

#[test]
fn one_cut_at_a_time_and_the_last_when_the_feed_has_ended() {
    let mut r = rig(2, Saved::default());
    r.feed.push(batches(1).remove(0));
    assert!(r.stream.cuts.ask(Millis(T0 + 20_000)));
    assert!(!r.stream.cuts.ask(Millis(T0 + 20_001)));
    drop(r.feed);
    assert!(!collect(&r.stream).cells.is_empty());
    assert!(r.stream.cuts.ask(Millis(T0 + 20_002)));
    r.stream.join().unwrap();
}

#[test]
fn a_bay_that_is_gone_is_left_out_and_the_others_find_their_places() {
    let all = batches(100);
    let mut first = rig(1, Saved::default());
    let saved = cut_between(
        &mut first,
        &all,
        &[Batch {
            ingest_at: Millis(T0 + 20_000),
            claims: vec![],
        }],
    );
    let fresh = rig(1, Saved::default());
    fresh.registry.remove_bays(&["Z0-0".into()]).unwrap();
    let gone = first.registry.bay("Z0-0").unwrap();
    let registry = fresh.registry.clone();
    let model = Arc::new(Remembered::default());
    let (stream, feed) = resume(
        &Config::default(),
        registry,
        model.clone(),
        Arc::new(Metrics::new()),
        100,
        saved,
        None,
    )
    .unwrap();
    drop(feed);
    stream.join().unwrap();
    let bays = model.bays.lock().unwrap();
    assert!(bays.get(&gone).is_none_or(|v| v.observed_at.is_never()));
    assert!(bays.len() > 900, "{}", bays.len());
}

const HEAVY: CountedBays = CountedBays::Kind(BayKind::Heavy);

#[test]
fn what_a_count_is_of_survives_a_checkpoint() {
    let kinds = BayKind::ALL.into_iter().map(CountedBays::Kind);
    let subsets = BaySubset::ALL.into_iter();
    let all = kinds.chain(subsets.flat_map(|s| BayKind::ALL.map(|k| CountedBays::Subset(s, k))));
    for of in all.clone() {
        assert_eq!(CountedBays::from_code(of.code()), Some(of));
    }
    assert_eq!(CountedBays::from_code(all.count() as u8), None);
}

#[test]
fn a_count_keeps_who_made_it_and_an_old_one_is_a_gates() {
    let made = |source_kind| GateCount {
        at: Millis(T0),
        source: SourceIx(3),
        source_kind,
        word: CountWord::vacant(4, 9),
        named: Some(9),
        standing: true,
        error: CountError::from_bits(0xff_fffe),
    };
    for kind in SourceKind::ALL {
        let kept = KeptGate::new(7, HEAVY, &made(kind));
        assert_eq!(kept.count(), Some((HEAVY, made(kind))));
    }
    for (capacity, named) in [(None, Some(9)), (None, None), (Some(0), Some(0))] {
        let count = GateCount {
            word: CountWord {
                state: CountState::Closed,
                of: CountOf::Occupied,
                number: 4,
                capacity,
            },
            named,
            ..made(SourceKind::Sensor)
        };
        let kept = KeptGate::new(7, HEAVY, &count);
        assert_eq!(kept.count(), Some((HEAVY, count)));
    }
    let new = GateCount {
        error: CountError::default(),
        ..made(SourceKind::Gate)
    };
    let gate = KeptGate::new(7, CountedBays::Kind(BayKind::Car), &new);
    let as_first = (gate.kind, gate.standing);
    assert_eq!(as_first, (0, 1), "as it was written when there was no kind");
    let odd = KeptGate {
        standing: 3 << COUNTED_BY,
        ..gate
    };
    assert_eq!(odd.count(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(1000)))]
    #[test]
    fn no_bytes_make_it_panic(tag in prop_oneof![0..400u32, 1024..1030u32, 2048..2310u32], bytes in prop::collection::vec(any::<u8>(), 0..200), small in any::<bool>()) {
        let mut bytes = bytes;
        if small {
            // Counts that may even come out right.
            bytes.iter_mut().take(12).enumerate().filter(|(i, _)| i % 4 != 0).for_each(|(_, b)| *b = 0);
        }
        // The counts a gate record may hold are read here too.
        let mut saved = Saved::default();
        let _ = saved.read(tag, &bytes);
        assert!(saved.gates.iter().filter_map(KeptGate::count).count() <= saved.gates.len());
    }
}
