//! The writer: nothing is acknowledged before it is durable, whatever the disk does; nothing is
//! lost or doubled.

use super::*;
use crate::domain::SHARDS;
use crate::inbox::{InboxBounds, inbox};
use tempfile::tempdir;

/// After each sync that succeeded its batch, then its receipts; a receipt only ever follows its own
/// batch.
fn assert_durable_first(trace: &[&str]) {
    let mut durable = false;
    let mut passed = false;
    for step in trace {
        match *step {
            "sync" => (durable, passed) = (true, false),
            "failed sync" => durable = false,
            "batch" => {
                assert!(durable && !passed, "{trace:?}");
                passed = true;
            }
            _ => assert!(durable && passed, "{trace:?}"),
        }
    }
}

#[test]
fn commits_in_order_and_acknowledges_only_what_is_durable() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    let receipts: Vec<_> = (0..500)
        .map(|n| running.send(claims(n * 3..n * 3 + 3), vec![]))
        .collect();
    for receipt in &receipts {
        acknowledged(receipt).unwrap();
    }
    let trace = running.trace.clone();
    assert_eq!(running.metrics.journal_claims.get(), 1500);
    let batches = running.stop();
    assert_eq!(flat(&batches), claims(0..1500));
    assert!(batches.is_sorted_by_key(|b| b.ingest_at));
    assert_durable_first(&trace.lock().unwrap());
    assert_eq!(flat(&read(dir.path(), small()).0), claims(0..1500));
}

#[test]
fn a_group_is_closed_at_its_limit() {
    let dir = tempdir().unwrap();
    let config = Config {
        group_claims: 10,
        ..small()
    };
    let disk = Arc::new(FaultyDisk::default());
    // While the first segment cannot be made, the inbox fills.
    disk.fresh.store(2, SeqCst);
    let running = Running::start(dir.path(), config, disk);
    let receipts: Vec<_> = (0..50)
        .map(|n| running.send(claims(n * 3..n * 3 + 3), vec![]))
        .collect();
    for receipt in &receipts {
        acknowledged(receipt).unwrap();
    }
    let batches = running.stop();
    assert!(
        batches.iter().all(|b| b.claims.len() <= 12),
        "the message that reaches the limit is taken whole"
    );
    assert_eq!(flat(&batches), claims(0..150));
}

#[test]
fn a_failing_disk_delays_receipts_and_then_nothing_is_lost_or_doubled() {
    for (writes, syncs, fresh) in [
        (1, 0, 0),
        (0, 1, 0),
        (0, 3, 0),
        (2, 2, 0),
        (1, 0, 2),
        (0, 2, 3),
    ] {
        let dir = tempdir().unwrap();
        let disk = Arc::new(FaultyDisk::default());
        let running = Running::start(dir.path(), small(), disk.clone());
        running.store(claims(0..5));
        // The fault counts are read by the writer in any order; what is promised holds for each.
        disk.fresh.store(fresh, SeqCst);
        disk.syncs.store(syncs, SeqCst);
        disk.writes.store(writes, SeqCst);
        running.store(claims(5..12));
        running.store(claims(12..20));
        assert_eq!(
            running.metrics.journal_errors.get(),
            (writes + syncs + fresh) as u64
        );
        assert!(
            running
                .health
                .reasons()
                .iter()
                .all(|(part, _)| *part != "journal"),
            "well again"
        );
        let trace = running.trace.clone();
        assert_eq!(flat(&running.stop()), claims(0..20));
        assert_durable_first(&trace.lock().unwrap());
        assert_eq!(
            flat(&read(dir.path(), small()).0),
            claims(0..20),
            "{writes} {syncs} {fresh}"
        );
    }
}

#[test]
fn while_the_disk_fails_the_hub_is_not_ready_says_why_and_still_tells_the_time() {
    let dir = tempdir().unwrap();
    let disk = Arc::new(FaultyDisk::default());
    let running = Running::start(dir.path(), small(), disk.clone());
    running.store(claims(0..1));
    disk.syncs.store(i32::MAX, SeqCst);
    disk.fresh.store(i32::MAX, SeqCst);
    let receipt = running.send(claims(1..2), vec![]);
    let why = loop {
        assert_eq!(
            running
                .beats
                .recv_timeout(Duration::from_mins(1))
                .map(|n| n > 1),
            Ok(false),
            "ticks go on"
        );
        if let Some((_, why)) = running
            .health
            .reasons()
            .into_iter()
            .find(|(p, why)| *p == "journal" && why.contains("space"))
        {
            break why;
        }
    };
    assert!(why.contains("no space left (planted)"), "{why}");
    assert!(receipt.try_recv().is_err());
    disk.fresh.store(0, SeqCst);
    disk.syncs.store(0, SeqCst);
    acknowledged(&receipt).unwrap();
    running.stop();
}

#[test]
fn what_cannot_be_stored_at_shutdown_is_given_up_without_a_receipt() {
    let dir = tempdir().unwrap();
    let disk = Arc::new(FaultyDisk::default());
    let running = Running::start(dir.path(), small(), disk.clone());
    running.store(claims(0..3));
    disk.writes.store(i32::MAX, SeqCst);
    let receipt = running.send(claims(3..6), vec![]);
    assert_eq!(flat(&running.stop()), claims(0..3));
    assert_eq!(receipt.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    assert_eq!(flat(&read(dir.path(), small()).0), claims(0..3));
}

#[test]
fn an_idle_journal_ticks_with_the_clock_and_never_back() {
    let dir = tempdir().unwrap();
    let journal = Journal::open(dir.path(), small(), Arc::new(BareTown::default())).unwrap();
    let (doors, inbox) = inbox(InboxBounds::of(1), Arc::new(Metrics::new()));
    let (tell, told) = mpsc::sync_channel(10_000);
    let clock = Arc::new(ManualClock::at(Millis(1000)));
    let committed =
        Box::new(move |b: Batch| tell.try_send((b.ingest_at, b.claims.len())).unwrap_or(()));
    let thread = journal
        .start(
            inbox,
            clock.clone(),
            committed,
            Arc::new(Metrics::new()),
            Arc::default(),
        )
        .unwrap();
    assert_eq!(told.recv().unwrap(), (Millis(1000), 0));
    clock.advance(500);
    while told.recv().unwrap() != (Millis(1500), 0) {}
    // Half a second is no step.
    clock.set(Millis(1000));
    for _ in 0..5 {
        assert_eq!(told.recv().unwrap(), (Millis(1500), 0));
    }
    // Every shard is told of a step, once.
    clock.set(Millis(10));
    while told.recv().unwrap() != (Millis(1500), SHARDS as usize) {}
    drop(doors);
    thread.join().unwrap();
    assert!(
        told.iter().all(|t| t == (Millis(1500), 0)),
        "the stream's end is dropped with the thread"
    );
}

#[test]
fn everything_handed_in_before_the_doors_close_is_stored() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    let receipts: Vec<_> = (0..60)
        .map(|n| running.send(vec![claim(n)], vec![]))
        .collect();
    assert_eq!(flat(&running.stop()), claims(0..60));
    assert!(receipts.iter().all(|r| r.try_recv().is_ok()));
}

#[test]
fn a_stream_that_is_full_holds_back_the_receipts_and_the_doors() {
    let dir = tempdir().unwrap();
    let journal = Journal::open(dir.path(), small(), Arc::new(BareTown::default())).unwrap();
    let (doors, inbox) = inbox(InboxBounds::of(2), Arc::new(Metrics::new()));
    let (to_stream, stream) = mpsc::sync_channel::<Batch>(0);
    let offered = Arc::new(AtomicBool::new(false));
    let offer = offered.clone();
    let committed = Box::new(move |b: Batch| {
        if !b.claims.is_empty() {
            offer.store(true, SeqCst);
            to_stream.send(b).unwrap();
        }
    });
    let clock = Arc::new(ManualClock::default());
    let thread = journal
        .start(
            inbox,
            clock,
            committed,
            Arc::new(Metrics::new()),
            Arc::default(),
        )
        .unwrap();
    let (done, durable) = mpsc::sync_channel(1);
    let receipt = Receipt::new(move || done.send(()).unwrap());
    let submission = |n, receipt| Submission {
        claims: vec![claim(n)],
        refusals: vec![],
        receipt,
    };
    doors.blocking_send(submission(0, receipt)).ok().unwrap();
    // The batch waits to be taken by the stream; until then its sender is not told.
    while !offered.load(SeqCst) {
        std::thread::yield_now();
    }
    assert!(durable.try_recv().is_err());
    // The writer now waits for the stream: two more fit into the inbox, then the doors must wait.
    let mut sent = 1;
    while doors
        .try_send(0, submission(sent, Receipt::unwatched()))
        .is_ok()
    {
        sent += 1;
    }
    assert_eq!(sent, 3);
    drop(doors);
    let got: Vec<_> = stream.iter().flat_map(|b| b.claims).collect();
    assert_eq!(got, claims(0..sent));
    acknowledged(&durable).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_message_with_nothing_in_it_is_acknowledged_too() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    acknowledged(&running.send(vec![], vec![])).unwrap();
    assert!(running.stop().is_empty());
}
