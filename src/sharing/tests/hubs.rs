//! Two hubs on one PostgreSQL, each with a desk that knows only what it has seen itself.

use super::*;
use crate::domain::ReservationState;
use crate::store::tests::cluster::Cluster;

async fn hub(cluster: &Cluster, clock: &Arc<ManualClock>) -> DeskRig {
    let config = store::Config {
        url: Some(cluster.url("postgres")),
        ..store::Config::default()
    };
    let store = Store::open(&config, Path::new("")).await.unwrap();
    DeskRig::on(store, Matching::Batch, clock.clone()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_drivers_at_two_hubs_want_one_slot_and_one_gets_it() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let first = hub(&cluster, &clock).await;
    let offer = first.offer(0, 0, 600, |_| {}).await;
    let second = hub(&cluster, &clock).await;
    let tasks: Vec<_> = (0..1000_u64)
        .map(|n| {
            let desk = if n % 2 == 0 { &first } else { &second }.desk.clone();
            tokio::spawn(async move { desk.ask(ask(60 + n % 30, 120)).await })
        })
        .collect();
    let mut held = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(r) => held.push(r),
            Err(e) => assert_eq!(e, DeskError::NoMatch(Why::Full)),
        }
    }
    assert_eq!(held.len(), 1);

    // Whichever hub it was, the other may go on with it.
    for (hub, event, state) in [
        (&first, DriverAct::Confirm, ReservationState::Confirmed),
        (&second, DriverAct::Confirm, ReservationState::Confirmed),
        (&second, DriverAct::Cancel, ReservationState::Cancelled),
    ] {
        assert_eq!(hub.step(&held[0], event).await.unwrap().state, state);
    }
    first.at(1).await;
    first
        .hold(60, 120)
        .await
        .expect("it has read that the other hub let go of the bay");
    // Who owns a bay is known to both, as soon as the one that was told and at its next reading by
    // the other.
    second.desk.record_owner("P-3", Some("bmce")).await.unwrap();
    first.at(2).await;
    first.desk.tick().await.unwrap();
    assert_eq!(first.desk.owner("P-3").as_deref(), Some("bmce"));
    second.desk.record_owner("P-3", None).await.unwrap();
    assert_eq!(second.desk.owner("P-3").as_deref(), Some("acme"));
    // And a bay that one hub has withdrawn is given away by neither.
    second.desk.withdraw(offer).await.unwrap();
    assert!(matches!(
        first.hold(200, 260).await,
        Err(DeskError::NoMatch(_))
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hubs_that_are_asked_at_once_give_a_partner_one_share_and_a_driver_three() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let first = hub(&cluster, &clock).await;
    for bay in 0..6 {
        first.offer(bay, 0, 100_000, |_| {}).await;
    }
    let second = hub(&cluster, &clock).await;
    let driver = first.desk.driver_ref("app", "d-1");
    assert_eq!(driver, second.desk.driver_ref("app", "d-1"));
    let burst = async |from: u64, driver_ref: Option<[u8; 16]>| {
        let tasks: Vec<_> = (0..60_u64)
            .map(|n| {
                let desk = if n % 2 == 0 { &first } else { &second }.desk.clone();
                let at = from + 20 * n;
                let wish = Ask {
                    driver_ref,
                    ..ask(at, at + 20)
                };
                tokio::spawn(async move { desk.ask(wish).await })
            })
            .collect();
        let mut held = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => held += 1,
                Err(e) => assert!(matches!(e, DeskError::UsedUp(_)), "{e}"),
            }
        }
        held
    };
    assert_eq!(burst(1_000, Some(driver)).await, 3);
    assert_eq!(burst(10_000, None).await, 7);
    // What expires lowers the share at both, whichever of them has seen it.
    first.at(3).await;
    second.at(3).await;
    assert_eq!(burst(20_000, None).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hubs_remember_no_more_answers_of_a_partner_than_one() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let config = store::Config {
        url: Some(cluster.url("postgres")),
        ..store::Config::default()
    };
    let limits = limits::Config {
        idempotency_keys_per_partner: 5,
        ..limits::Config::default()
    };
    let mut hubs = Vec::new();
    for _ in 0..2 {
        let store = Store::open(&config, Path::new("")).await.unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        hubs.push(DeskRig::within(limits.clone(), store, Matching::FirstCome, clock).await);
    }
    let tasks: Vec<_> = (0..40_u64)
        .map(|n| {
            let key: Arc<str> = format!("k{}", n / 2).into();
            let wish = Ask {
                key: Some((key.clone(), said(key.as_bytes()))),
                ..ask(60, 120)
            };
            let desk = hubs[n as usize % 2].desk.clone();
            tokio::spawn(async move { desk.ask(wish).await })
        })
        .collect();
    let mut answered = 0;
    for task in tasks {
        match task.await.unwrap() {
            // Nothing is on offer: that is an answer too, and both hubs give it.
            Err(DeskError::NoMatch(_)) => answered += 1,
            Err(DeskError::UsedUp(u)) => assert_eq!((u.limit, u.used), (5, 5)),
            other => panic!("{other:?}"),
        }
    }
    assert!((5..=10).contains(&answered), "{answered}");
    let mut work = hubs[0].store.work().await.unwrap();
    assert_eq!(work.lock_partner("app").await, Ok(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_that_all_is_taken_while_another_hub_has_left_some() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let first = hub(&cluster, &clock).await;
    for bay in 0..6 {
        first.offer(bay, 0, 600, |_| {}).await;
    }
    let second = hub(&cluster, &clock).await;
    // One after the other, so that the second hub is wrong about each of them.
    for _ in 0..5 {
        first.book(60, 120).await;
    }
    let last = second.hold(60, 120).await.expect("the sixth bay");
    assert_eq!(
        first.hold(60, 120).await,
        Err(DeskError::NoMatch(Why::Full))
    );
    second.step(&last, DriverAct::Cancel).await.unwrap();
    let again = first.hold(60, 120).await.expect("it is free again");
    assert_eq!(again.bay, last.bay);
    // An offer that has just been made elsewhere is an offer.
    second
        .desk
        .step(again.name.to_string(), "app".into(), DriverAct::Confirm)
        .await
        .unwrap();
    let offers = second.desk.offers("acme", 0, 10).await.unwrap();
    let paused = second.desk.put_offer(Offer {
        state: OfferState::Paused,
        ..offers[0].clone()
    });
    let paused = paused.await.unwrap();
    assert!(matches!(first.hold(200, 260).await, Ok(r) if r.offer != paused.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_hub_does_is_known_without_a_tick() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let first = hub(&cluster, &clock).await;
    first.offer(0, 0, 600, |_| {}).await;
    first.sees(0, BayStatus::Vacant);
    let second = hub(&cluster, &clock).await;
    assert_eq!(first.nearby(), ["P-0"]);
    let held = second.hold(0, 60).await.unwrap();
    for (event, nearby) in [(None, 0), (Some(DriverAct::Cancel), 1)] {
        if let Some(event) = event {
            second.step(&held, event).await.unwrap();
        }
        let begun = std::time::Instant::now();
        while first.nearby().len() != nearby {
            assert!(begun.elapsed().as_secs() < 10, "a notice brings it at once");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hubs_give_no_more_places_of_a_pool_than_there_are_and_all_of_them() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let first = hub(&cluster, &clock).await;
    let pool = |places| Offer {
        pool: Some(crate::domain::Pool {
            zone: "P".into(),
            places,
        }),
        ..blank(0, 600)
    };
    let second = hub(&cluster, &clock).await;
    // Offered at once, both would be more than there are.
    let both = tokio::join!(
        first.desk.add_offer(pool(4)),
        second.desk.add_offer(pool(4))
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    let offer = both.0.or(both.1).unwrap();
    // Each from its own moment, so that seats must be changed for the last.
    let wants = |n: u64| {
        let start = 60 + n % 7 * 10;
        ask(start, start + 20)
    };
    let tasks: Vec<_> = (0..60_u64)
        .map(|n| {
            let desk = if n % 2 == 0 { &first } else { &second }.desk.clone();
            tokio::spawn(async move { desk.ask(wants(n)).await })
        })
        .collect();
    let mut held = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => held += 1,
            Err(DeskError::NoMatch(_) | DeskError::UsedUp(_)) => {}
            Err(e) => panic!("{e}"),
        }
    }
    let kept = first.store.kept().await.unwrap();
    assert_eq!(kept.len(), held);
    for at in (60..160).map(|minutes| NOW.plus(minutes * MINUTE)) {
        let there = kept.iter().filter(|r| r.kept().has(at));
        assert!(there.count() <= 4, "{at}");
    }
    // Fewer places, by the hub that did not make it: the other knows at its next look.
    let offer = second.desk.offer(&offer.name, "acme").await.unwrap();
    let fewer = Some(crate::domain::Pool {
        zone: "P".into(),
        places: 1,
    });
    let pool = second.desk.put_offer(Offer {
        pool: fewer,
        ..offer
    });
    pool.await.unwrap();
    first.at(1).await;
    let no = first.hold(70, 80).await.unwrap_err();
    assert!(matches!(no, DeskError::NoMatch(_) | DeskError::UsedUp(_)));
}
