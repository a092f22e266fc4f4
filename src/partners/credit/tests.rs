//! The desk: days settled once, whatever a crash cuts off, and worked out again to the same.

use super::*;
use crate::domain::credit::{CreditWord, ONE, claimed};
use crate::domain::turnover::HOUR_MS;
use crate::store;
use crate::testing;
use std::fs;
use std::path::Path;

/// 2026-11-23.
const DAY: u64 = 20_780;
const LAG: u64 = 24 * HOUR_MS;

async fn desk(folder: &Path, registry: &Arc<Registry>) -> CreditDesk {
    let config = store::Config::default();
    let parts = CreditParts {
        dir: folder.join("credit"),
        registry: registry.clone(),
        store: Store::open(&config, folder).await.unwrap(),
        hub: "hub".to_owned(),
        lag_ms: LAG,
        board: Arc::default(),
        metrics: Arc::new(Metrics::new()),
    };
    CreditDesk::open(parts).unwrap()
}

fn town() -> Arc<Registry> {
    let registry = testing::town().zone("A").capacity(4).build();
    for name in ["acme", "other"] {
        registry.number_partner(name).unwrap();
    }
    Arc::new(registry)
}

/// Of `acme` (64), each of a minute of its own; whether it is right.
fn said(day: u64, n: u64, right: bool) -> CreditSample {
    let at = Millis(day * DAY_MS + n * 6 * 60_000);
    let word = if right {
        CreditWord::Vacant
    } else {
        CreditWord::Occupied
    };
    let sample = CreditSample::new((0, at), 64, (20_000, claimed(false, 242)));
    sample.counting().settled(word)
}

/// A day of 240 reports, of which one in `wrong` is wrong.
fn day(desk: &CreditDesk, day: u64, wrong: u64) {
    for n in 0..240 {
        let at = Millis((day * 24 + n / 10) * HOUR_MS);
        desk.credited(at, (n % 10) as u32, vec![said(day, n, n % wrong != 0)]);
    }
}

/// When a day is to be settled.
fn due(day: u64) -> Millis {
    Millis((day + 1) * DAY_MS + LAG)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_settled_when_nothing_amends_it_and_raises_the_quota() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &town()).await;
    day(&desk, DAY, 20);
    let early = Millis(due(DAY).0 - 1);
    assert_eq!(desk.settle_due(early, early).await.unwrap(), 0);
    assert_eq!(desk.parts.board.factor("acme"), 1000);
    assert_eq!(desk.settle_due(due(DAY), due(DAY)).await.unwrap(), 1);
    let standing = desk.parts.board.of("acme");
    let worth = |right| crate::domain::credit::worth(20_000, claimed(false, 242), right);
    let want = 228 * worth(true) + 12 * worth(false);
    assert_eq!(standing.credit, want);
    assert_eq!(standing.factor, 1000 + (want * 1000 / (100 * ONE)) as u32);
    assert!(standing.factor > 1500 && !standing.doubted);
    let told = CreditBook::new(desk.parts.store.clone(), desk.parts.board.clone());
    let told = told.of("acme", due(DAY)).await.unwrap();
    assert_eq!(
        (told.days[0].counted, told.days[0].settled.right),
        (240, 228)
    );
    assert_eq!(told.samples.len(), 100);
    assert!(told.samples.iter().any(|s| s.vacant == Some(false)));
    assert_eq!(told.days[0].factor, standing.factor);
    // 28 days later that day counts no more.
    let later = due(DAY + 28);
    desk.settle_due(later, later).await.unwrap();
    assert_eq!(desk.parts.board.factor("acme"), 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_moment_leaves_a_day_that_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let registry = town();
    let first = desk(folder.path(), &registry).await;
    day(&first, DAY, 20);
    first.sync().unwrap();
    // Half a block: the machine died while it was written.
    let open = folder.path().join("credit/2026-11-23.open");
    let mut bytes = fs::read(&open).unwrap();
    let half = bytes[..30].to_vec();
    bytes.extend(half);
    fs::write(&open, bytes).unwrap();
    let again = desk(folder.path(), &registry).await;
    // The stream goes back to before some of it, and says it again.
    day(&again, DAY, 20);
    again.sync().unwrap();
    let before = fs::read(&open).unwrap();
    again.settle_due(due(DAY), due(DAY)).await.unwrap();
    let want = again.parts.board.of("acme");
    assert!(want.factor > 1500);
    let rows = again
        .parts
        .store
        .credit_days(None, None, (0, u64::MAX >> 1))
        .await
        .unwrap();
    assert_eq!(rows[0].counted, 240);
    // It had died before the day's rows were written, or its open file removed.
    fs::write(&open, before).unwrap();
    let third = desk(folder.path(), &registry).await;
    assert_eq!(third.settle_due(due(DAY), due(DAY)).await.unwrap(), 1);
    assert_eq!(third.parts.board.of("acme"), want);
    let same = third
        .parts
        .store
        .credit_days(None, None, (0, u64::MAX >> 1))
        .await
        .unwrap();
    assert_eq!(same, rows);
    // What is said again of a day that is done is nothing new, also after a start.
    let last = desk(folder.path(), &registry).await;
    day(&last, DAY, 2);
    assert_eq!(last.settle_due(due(DAY), due(DAY)).await.unwrap(), 0);
    assert_eq!(last.parts.board.of("acme"), want);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_right_on_the_days_before_judges_others_and_who_is_wrong_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &town()).await;
    day(&desk, DAY, 20);
    // Nobody watches these bays; `other` (65) speaks, and then `acme`.
    let on = |day: u64, bay: u32, after: u64, partner: u16, occupied: bool| {
        let at = Millis(day * DAY_MS + after);
        CreditSample::new((bay, at), partner, (20_000, claimed(occupied, 242))).counting()
    };
    for n in 0..4 {
        let both = |day| vec![on(day, n, 0, 65, false), on(day, n, 60_000, 64, false)];
        desk.credited(Millis(DAY * DAY_MS), 50 + n, both(DAY));
        desk.credited(Millis((DAY + 1) * DAY_MS), 50 + n, both(DAY + 1));
    }
    for n in 0..480 {
        let after = n / 2 * 6 * 60_000;
        let wrong = on(DAY + 1, 8 + n as u32 % 2, after, 65, false).settled(CreditWord::Occupied);
        desk.credited(Millis((DAY + 1) * DAY_MS), 100 + n as u32, vec![wrong]);
    }
    desk.settle_due(due(DAY + 1), due(DAY + 1)).await.unwrap();
    let days = desk
        .parts
        .store
        .credit_days(None, Some("other"), (DAY, DAY + 2))
        .await
        .unwrap();
    let judged: Vec<_> = days
        .iter()
        .map(|d| (d.day - DAY, &*d.judge, d.settled, d.right))
        .collect();
    // On its first day nobody had shown that acme may judge; on the second it did.
    assert_eq!(judged, [(0, "", 0, 0), (1, "", 480, 0), (1, "acme", 4, 4)]);
    assert!(desk.parts.board.doubts("other") && !desk.parts.board.doubts("acme"));
    assert_eq!(desk.parts.board.factor("other"), 1000);
    let kept = CreditFiles::look(&folder.path().join("credit"));
    let settled = kept.read_settled(DAY + 1).unwrap();
    assert_eq!(settled.head.anchored, [64].into());
    // Worked out again of what is kept, it comes to the same.
    let before = desk
        .parts
        .store
        .credit_days(None, None, (0, DAY + 1))
        .await
        .unwrap();
    let partners = settled.head.partners.clone();
    let mut samples = settled.samples.clone();
    let bay = |n: u32| n.to_string();
    let (head, worth) = work_out((DAY + 1, partners), &mut samples, &watched_of(&before), bay);
    let all = desk
        .parts
        .store
        .credit_days(None, None, (DAY + 1, DAY + 2))
        .await
        .unwrap();
    assert_eq!((head, worth.rows), (settled.head, all));
    assert_eq!(samples, settled.samples);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_damaged_is_told_and_a_day_that_is_late_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &town()).await;
    day(&desk, DAY, 20);
    desk.settle_due(due(DAY), due(DAY)).await.unwrap();
    let path = folder.path().join("credit/2026-11-23.day");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let e = desk.files.read_settled(DAY).unwrap_err().to_string();
    assert!(e.contains("2026-11-23.day: is damaged"), "{e}");
    assert_eq!(desk.overdue(due(DAY), Millis(due(DAY + 1).0 + 7000)), 7);
    assert_eq!(desk.overdue(due(DAY), due(DAY)), 0);
}
