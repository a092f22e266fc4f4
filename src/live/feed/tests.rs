//! The feed: nothing last is lost, everything is bounded, whoever leaves leaves nothing behind.

use super::*;
use crate::domain::{ReadModel, ZoneTally};
use crate::live::{Live, Room};
use crate::registry::Registry;
use crate::testing;

const ZONES: u32 = 70;
const PACE: Duration = Duration::from_millis(1);

/// A city of [`ZONES`] zones without bays, and its live view.
fn hub(subscribers: usize) -> (Registry, Arc<Live>) {
    let registry = testing::town().zones(ZONES as usize, 0).build();
    let live = Live::new(
        &registry.city(),
        Room {
            spare_bays: 0,
            spare_zones: 10,
            subscribers,
        },
    );
    (registry, Arc::new(live))
}

/// A tally that can be told by its number.
fn nth(n: u32) -> ZoneTally {
    ZoneTally {
        occupied: n,
        capacity: n,
        ..ZoneTally::default()
    }
}

fn taken(dirty: &mut Dirty) -> Vec<u32> {
    let mut out = vec![];
    dirty.take(&mut out);
    out.into_iter().map(|z| z.0).collect()
}

#[test]
fn a_subscriber_begins_with_all_its_zones_and_then_hears_of_changes_to_them_only() {
    let (registry, live) = hub(9);
    let city = registry.city();
    let mut all = live.feed().subscribe(&city, ZoneFilter::All).unwrap();
    let named = [69, 3, 3, 64, ZONES, 9_999].map(ZoneIx).to_vec();
    let mut some = live
        .feed()
        .subscribe(&city, ZoneFilter::Some(named))
        .unwrap();
    let mut none = live
        .feed()
        .subscribe(&city, ZoneFilter::Some(vec![]))
        .unwrap();
    assert_eq!(taken(&mut all), (0..ZONES).collect::<Vec<_>>());
    assert_eq!(taken(&mut some), [3, 64, 69]);
    for z in [5, 64, 64, 3, 5] {
        live.zones(&[(ZoneIx(z), nth(1))]);
    }
    // A zone added since.
    live.zones(&[(ZoneIx(ZONES + 2), nth(1)), (ZoneIx(9_999), nth(1))]);
    live.feed().hand_on();
    assert_eq!(
        taken(&mut all),
        [3, 5, 64, ZONES + 2],
        "each once, however often it changed"
    );
    assert_eq!(taken(&mut some), [3, 64]);
    assert!(taken(&mut none).is_empty());
    live.feed().hand_on();
    assert!(taken(&mut all).is_empty() && taken(&mut some).is_empty());
}

#[test]
fn subscriptions_are_bounded_and_leave_nothing_behind() {
    let (registry, live) = hub(2);
    let city = registry.city();
    let one = live.feed().subscribe(&city, ZoneFilter::All).unwrap();
    let two = live
        .feed()
        .subscribe(&city, ZoneFilter::Some(vec![ZoneIx(1), ZoneIx(2)]))
        .unwrap();
    assert_eq!(
        live.feed().subscribe(&city, ZoneFilter::All).err(),
        Some(FeedError::Full(2))
    );
    assert_eq!(live.feed().subscribers(), 2);
    drop((one, two));
    assert_eq!(live.feed().subscribers(), 0);
    assert!(live.feed().by_zone.is_empty() && live.feed().to_all.is_empty());
    assert!(live.feed().subscribe(&city, ZoneFilter::All).is_ok());
}

#[test]
fn who_comes_back_is_told_what_changed_while_away() {
    let (registry, live) = hub(9);
    let feed = live.feed();
    live.zones(&[(ZoneIx(1), nth(1))]);
    assert!(
        !feed.changed.any(),
        "until somebody listens nothing is noted"
    );
    let mut dirty = feed.subscribe(&registry.city(), ZoneFilter::All).unwrap();
    live.zones(&[(ZoneIx(5), nth(1))]);
    feed.hand_on();
    let left_with = feed.version();
    assert_eq!(taken(&mut dirty).len(), ZONES as usize);
    drop(dirty);
    for zone in [3, 69, 3] {
        live.zones(&[(ZoneIx(zone), nth(2))]);
        feed.hand_on();
    }
    let missed: Vec<u32> = (0..ZONES)
        .filter(|z| feed.changed_at(ZoneIx(*z)) > left_with)
        .collect();
    assert_eq!(missed, [3, 69], "with nobody listening in between");
    assert_eq!(
        (feed.changed_at(ZoneIx(3)), feed.version()),
        (left_with + 3, left_with + 3)
    );
    assert_eq!(feed.changed_at(ZoneIx(9_999)), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_subscriber_ends_with_the_newest_however_close_together_changes_come() {
    const LAST: u32 = 30_000;
    let (registry, live) = hub(9);
    let pump = tokio::spawn({
        let feed = Arc::clone(live.feed());
        async move { feed.run(Duration::from_micros(50)).await }
    });
    let mut readers = vec![];
    for zones in [
        ZoneFilter::All,
        ZoneFilter::Some(vec![ZoneIx(7), ZoneIx(66)]),
        ZoneFilter::Some(vec![ZoneIx(66)]),
    ] {
        let mut dirty = live.feed().subscribe(&registry.city(), zones).unwrap();
        let live = Arc::clone(&live);
        // Reads only what it is told has changed, and stops at the last: if that word is lost it
        // waits for ever.
        readers.push(tokio::spawn(async move {
            let mut seen = 0;
            let mut changed = vec![];
            let mut wakes = 0;
            while seen < LAST {
                dirty.wait().await;
                wakes += 1;
                dirty.take(&mut changed);
                for zone in changed.drain(..).filter(|z| z.0 == 66) {
                    seen = live.zone(zone).occupied;
                }
            }
            wakes
        }));
    }
    let writer = Arc::clone(&live);
    tokio::task::spawn_blocking(move || {
        for n in 1..=LAST {
            writer.zones(&[(ZoneIx(66), nth(n)), (ZoneIx(7), nth(n))]);
        }
    });
    for reader in readers {
        let wakes = tokio::time::timeout(Duration::from_mins(1), reader)
            .await
            .expect("the last change was lost");
        assert!(wakes.unwrap() <= LAST, "changes melt together");
    }
    pump.abort();
}

#[tokio::test(start_paused = true)]
async fn a_waiter_sleeps_until_something_changes_and_may_be_cancelled() {
    let (registry, live) = hub(9);
    let feed = Arc::clone(live.feed());
    tokio::spawn(async move { feed.run(PACE).await });
    let mut dirty = live
        .feed()
        .subscribe(&registry.city(), ZoneFilter::Some(vec![ZoneIx(1)]))
        .unwrap();
    dirty.wait().await;
    assert_eq!(taken(&mut dirty), [1]);
    live.zones(&[(ZoneIx(2), nth(1))]);
    let minute = Duration::from_mins(1);
    assert!(
        tokio::time::timeout(minute, dirty.wait()).await.is_err(),
        "woken for a zone it did not ask for"
    );
    live.zones(&[(ZoneIx(1), nth(1))]);
    // Cancelled or not, the change stays until it is taken.
    let _ = tokio::time::timeout(PACE / 2, dirty.wait()).await;
    dirty.wait().await;
    dirty.wait().await;
    assert_eq!(taken(&mut dirty), [1]);
}

#[test]
fn a_subscriber_that_follows_others_hears_of_these_and_loses_nothing_it_had_not_taken() {
    let (registry, live) = hub(9);
    let three = [3, 5, 7].map(ZoneIx).to_vec();
    let mut dirty = live
        .feed()
        .subscribe(&registry.city(), ZoneFilter::Some(three))
        .unwrap();
    taken(&mut dirty);
    let tell = |zones: &[u32]| {
        let tallies: Vec<_> = zones.iter().map(|z| (ZoneIx(*z), nth(1))).collect();
        live.zones(&tallies);
        live.feed().hand_on();
    };
    tell(&[3, 5]);
    dirty.follow([69, 7, 5, 5, 9_999].map(ZoneIx).to_vec());
    assert_eq!(taken(&mut dirty), [5], "3 is followed no more");
    assert_eq!(dirty.zones().unwrap(), [5, 7, 69].map(ZoneIx));
    assert!(dirty.follows(ZoneIx(69)) && !dirty.follows(ZoneIx(3)));
    tell(&[3, 5, 7, 69]);
    assert_eq!(taken(&mut dirty), [5, 7, 69]);
    assert_eq!(live.feed().subscribers(), 1);
    drop(dirty);
    assert!(live.feed().by_zone.is_empty() && live.feed().subscribers() == 0);
}

#[tokio::test(start_paused = true)]
async fn who_asks_before_looking_hears_of_a_new_picture_of_the_city() {
    let (_, live) = hub(9);
    let feed = Arc::clone(live.feed());
    let running = Arc::clone(&feed);
    tokio::spawn(async move { running.run(PACE).await });
    let next = feed.next_city();
    feed.city_changed();
    feed.city_changed();
    tokio::time::sleep(10 * PACE).await;
    next.await;
    let quiet = tokio::time::timeout(10 * PACE, feed.next_city()).await;
    assert!(quiet.is_err(), "once");
}
