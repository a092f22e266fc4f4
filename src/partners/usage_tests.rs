//! Usage from the counters to what is told.

use super::issuer_tests::{KeyHouse, NOW, ask, configured, house};
use super::*;
use crate::clock::ManualClock;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{CallClass, CallOutcome, Millis, Usage, UsageKind};
use crate::metrics::Metrics;
use std::sync::Arc;

const READ: UsageKind = UsageKind::Calls(CallClass::Read, CallOutcome::Done);

fn asked(partner: Option<&str>) -> UsageAsk {
    UsageAsk {
        partner: partner.map(str::to_owned),
        from: Millis(NOW.0 - 50 * HOUR_MS),
        to: Millis(NOW.0 + 50 * HOUR_MS),
        hours: 1,
        after: None,
        limit: 1000,
    }
}

fn sum(page: &UsagePage) -> u64 {
    let counts = page.rows.iter().flat_map(|row| &row.counts);
    counts.map(|(_, n)| n).sum()
}

struct Counting {
    house: KeyHouse,
    clock: Arc<ManualClock>,
    metrics: Arc<Metrics>,
    book: UsageBook,
    _folder: tempfile::TempDir,
}

impl Counting {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixed = [configured("root", "bh_root")];
        let house = house(folder.path(), &fixed).await.unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let metrics = Arc::new(Metrics::new());
        let of = (house.keys.clone(), house.store.clone());
        let book = UsageBook::new(of.0, of.1, clock.clone(), metrics.clone(), "run".into());
        Self {
            house,
            clock,
            metrics,
            book,
            _folder: folder,
        }
    }

    fn count(&self, key: &str, n: u64) {
        let grant = self.house.keys.grant(key, NOW).unwrap();
        grant.account.count(READ, n);
    }
}

#[tokio::test]
async fn what_is_counted_is_told_by_key_and_the_configurations_keys_too() {
    let all = Counting::begin().await;
    let (key, info) = all.house.issuer.create(ask("lamps")).await.unwrap();
    all.count(key.expose(), 2);
    all.count("bh_root", 3);
    assert_eq!(all.book.read(&asked(Some("lta"))).await.unwrap().rows, []);
    all.book.flush().await.unwrap();
    all.count(key.expose(), 5);
    all.book.flush().await.unwrap();
    all.book.flush().await.unwrap();
    let page = all.book.read(&asked(Some("lta"))).await.unwrap();
    let told = page
        .rows
        .iter()
        .map(|r| (r.key.clone().unwrap(), r.counts.clone()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ((info.id.to_string(), "lamps".into()), vec![(READ, 7)]),
            (("config:root".into(), "root".into()), vec![(READ, 3)]),
        ]
    );
    assert_eq!(page.rows[0].to.since(page.rows[0].from), HOUR_MS);
    let as_one = all.book.read(&asked(None)).await.unwrap();
    assert_eq!((as_one.rows.len(), sum(&as_one)), (1, 10));
    assert_eq!(as_one.rows[0].key, None);
    assert_eq!(all.book.read(&asked(Some("ura"))).await.unwrap().rows, []);
}

#[tokio::test]
async fn a_key_that_is_revoked_is_counted_to_the_last() {
    let all = Counting::begin().await;
    let (key, info) = all.house.issuer.create(ask("lamps")).await.unwrap();
    let held = all.house.keys.grant(key.expose(), NOW).unwrap();
    all.count(key.expose(), 1);
    all.house.issuer.revoke(&info.id).await.unwrap();
    all.book.flush().await.unwrap();
    held.account.count(READ, 1);
    drop(held);
    all.book.flush().await.unwrap();
    assert_eq!(sum(&all.book.read(&asked(Some("lta"))).await.unwrap()), 2);
}

#[tokio::test]
async fn what_a_store_that_is_away_did_not_take_is_written_once_when_it_is_back() {
    let all = Counting::begin().await;
    all.count("bh_root", 1);
    all.house.store.hide_usage().await;
    assert!(all.book.flush().await.is_err());
    all.count("bh_root", 10);
    assert!(all.book.flush().await.is_err());
    assert_eq!(all.metrics.quota.usage_failures.get(), 2);
    all.house.store.show_usage().await;
    all.book.flush().await.unwrap();
    assert_eq!(sum(&all.book.read(&asked(None)).await.unwrap()), 11);
    assert_eq!(all.metrics.quota.usage_dropped.get(), 0);
}

#[tokio::test]
async fn a_clock_that_jumps_moves_counts_to_another_hour_and_loses_none() {
    let all = Counting::begin().await;
    for (n, hours) in [(1, 0), (10, 3), (100, -5)] {
        let at = NOW.0.checked_add_signed(hours * HOUR_MS as i64).unwrap();
        all.clock.set(Millis(at));
        all.count("bh_root", n);
        all.book.flush().await.unwrap();
        all.book.forget().await.unwrap();
    }
    let page = all.book.read(&asked(Some("lta"))).await.unwrap();
    let told: Vec<u64> = page.rows.iter().map(|r| r.counts[0].1).collect();
    assert_eq!(told, [100, 1, 10], "by the hours as the clock told them");
}

#[tokio::test]
async fn of_keys_without_number_a_hundred_are_told_apart_and_nothing_is_lost() {
    const KEYS: u64 = 260;
    let all = Counting::begin().await;
    for n in 0..KEYS {
        let (key, info) = all
            .house
            .issuer
            .create(ask(&format!("k{n}")))
            .await
            .unwrap();
        all.count(key.expose(), 1);
        all.house.issuer.revoke(&info.id).await.unwrap();
        if n % 50 == 0 {
            all.book.flush().await.unwrap();
        }
    }
    all.book.flush().await.unwrap();
    let page = all.book.read(&asked(Some("lta"))).await.unwrap();
    assert_eq!(sum(&page), KEYS);
    assert_eq!(page.rows.len(), 101);
    let others = page.rows.last().unwrap();
    assert_eq!(others.key, Some((OTHERS.into(), OTHERS.into())));
    assert_eq!(others.counts, [(READ, KEYS - 100)]);
    // In pages, none twice and none left out.
    let mut after = None;
    let mut walked = 0;
    loop {
        let part = UsageAsk {
            limit: 33,
            after,
            ..asked(Some("lta"))
        };
        let page = all.book.read(&part).await.unwrap();
        walked += sum(&page);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(walked, KEYS);
}

#[test]
fn what_many_threads_add_while_another_takes_out_is_taken_out_exactly_once() {
    const EACH: u64 = 20_000;
    let usage = Usage::default();
    let mut taken = 0;
    let more = std::thread::scope(|s| {
        let adding: Vec<_> = (0..6)
            .map(|_| s.spawn(|| (0..EACH).for_each(|_| usage.add(UsageKind::MqttMessages, 1))))
            .collect();
        let mut taken = 0;
        while adding.iter().any(|t| !t.is_finished()) {
            usage.take(|_, n| taken += n);
        }
        taken
    });
    taken += more;
    usage.take(|kind, n| {
        assert_eq!(kind, UsageKind::MqttMessages);
        taken += n;
    });
    assert_eq!(taken, 6 * EACH);
    usage.take(|_, _| panic!("there is nothing more"));
}
