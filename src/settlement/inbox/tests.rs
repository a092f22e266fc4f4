//! What waits is settled once, in order, wherever it lies; and a checkpoint sees all of it.

use super::*;
use crate::domain::{Backing, BayStatus, Millis, Observation, SourceIx, SourceKind};
use crate::settlement::WaitingFiles;

fn report(seq: u64) -> Report {
    let o = Observation {
        at: Millis(seq),
        seq,
        bay: BayIx(1),
        source: SourceIx(2),
        source_kind: SourceKind::Sensor,
        status: BayStatus::Vacant,
        confidence: 255,
        backing: Backing::default(),
    };
    Report::new(&o, o.at).unwrap()
}

fn all(seen: &[SeenPage]) -> Vec<u64> {
    let reports = seen.iter().flat_map(SeenPage::reports);
    let mut all: Vec<u64> = reports.map(Report::at).collect();
    all.sort_unstable();
    all
}

#[test]
fn what_is_due_is_gathered_in_order_and_a_checkpoint_at_any_moment_sees_all_that_waits() {
    let city = crate::testing::city(1, 2).city();
    let mut inbox = Inbox::default();
    let many = 3 * PAGE as u64 + 5;
    for seq in 0..many {
        inbox.push(report(seq), (seq % 7) as u32, 10 + seq % 3);
    }
    assert_eq!(all(&inbox.freeze(0).0), (0..many).collect::<Vec<_>>());
    inbox.begin(11);
    assert_eq!(all(&inbox.freeze(0).0), (0..many).collect::<Vec<_>>());
    let mut got = Vec::new();
    for shard in 0..7 {
        assert_eq!(inbox.gather(shard, &city, &mut got), 0);
        assert_eq!(inbox.due(shard), got.len());
        let got: Vec<u64> = got.iter().map(Report::at).collect();
        assert_eq!(
            got,
            (0..many)
                .filter(|s| s % 3 == 0 && s % 7 == u64::from(shard))
                .collect::<Vec<_>>()
        );
    }
    let left: Vec<u64> = (0..many).filter(|s| s % 3 != 0 || s % 7 >= 3).collect();
    assert_eq!(
        all(&inbox.freeze(3).0),
        left,
        "shards 0, 1 and 2 are settled"
    );
    inbox.begin(12);
    assert_eq!(
        all(&inbox.freeze(0).0),
        (0..many).filter(|s| s % 3 != 0).collect::<Vec<_>>()
    );
}

#[test]
fn what_memory_is_not_meant_to_hold_goes_to_files_and_is_gathered_in_the_same_order() {
    let registry = crate::testing::city(1, 2);
    let dir = tempfile::tempdir().unwrap();
    let files = WaitingFiles::open(dir.path(), &[]).unwrap();
    let mut inbox = Inbox {
        overflow: Some(Overflow {
            hand: files.of_worker(0),
            above: 2 * PAGE,
            city: Arc::clone(&registry.city()),
            patient: true,
        }),
        ..Inbox::default()
    };
    let many = 50 * PAGE as u64;
    for seq in 0..many {
        inbox.push(report(seq), (seq % 7) as u32, 10 + seq % 3);
    }
    while inbox.held - inbox.asked > 2 * PAGE || inbox.asked > 0 {
        inbox.overflow();
    }
    let (seen, named) = inbox.freeze(0);
    assert_eq!(named.len(), 3, "a file a window");
    let in_memory = all(&seen).len();
    assert!(in_memory <= 2 * PAGE + 3 * PAGE, "{in_memory}");
    assert_eq!(in_memory + inbox.on_disk(), many as usize);
    for n in 11..14 {
        inbox.begin(n);
        let mut got = Vec::new();
        for shard in 0..7 {
            inbox.gather(shard, &registry.city(), &mut got);
            let got: Vec<u64> = got.iter().map(Report::at).collect();
            let want = (0..many).filter(|s| 10 + s % 3 + 1 == n && s % 7 == u64::from(shard));
            assert_eq!(got, want.collect::<Vec<_>>());
        }
        inbox.end();
    }
    assert_eq!((inbox.on_disk(), inbox.held), (0, 0));
}
