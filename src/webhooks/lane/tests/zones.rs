//! States: the newest, and nothing older after it.

use super::*;

/// The digests that were told, in order.
fn told(receiver: &Receiver) -> Vec<u64> {
    let seen = |body: &str| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body["data"]["zone"]["seen"].as_u64().unwrap()
    };
    receiver.got().iter().map(|got| seen(&got.body)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_changes_in_a_second_the_newest_comes_and_nothing_older_after_it() {
    let house = House::new().await;
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let _hook = house.hook(&receiver.url, &["zone.changed"]).await;
    let zone = ZoneIx(1);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let begun = Instant::now();
    for digest in 1..=1_000 {
        house.paint(zone, 5, digest);
        house.clock.advance(1);
        tokio::time::sleep_until((begun + Duration::from_millis(digest)).into()).await;
    }
    let last = Instant::now();
    let took = begun.elapsed();
    while told(&receiver).last() != Some(&1_000) {
        assert!(
            last.elapsed() < Duration::from_secs(2),
            "{:?}",
            told(&receiver)
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
        house.clock.advance(10);
    }
    let waited = last.elapsed();
    println!(
        "1,000 changes in {took:?}: the newest after {waited:?}, {:?}",
        told(&receiver)
    );
    for _ in 0..50 {
        house.clock.advance(500);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let all = told(&receiver);
    assert!(all.is_sorted() && all.len() <= 2, "{all:?}");
    let body: serde_json::Value =
        serde_json::from_str(&receiver.got().last().unwrap().body).unwrap();
    assert_eq!(body["type"], "zone.changed");
    assert!(body["data"]["skipped"].as_u64().unwrap() > 0, "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_hears_of_its_own_zones_only() {
    let house = House::new().await;
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let name = |zone| house.registry.city().zone(ZoneIx(zone)).spec.id.clone();
    let asked = NewEndpoint {
        partner: PARTNER.into(),
        scopes: std::iter::empty().collect(),
        url: receiver.url.clone(),
        events: Events::read(["zone.full", "zone.available"]).unwrap(),
        zones: WatchedZones::Zones(vec![name(2)]),
        threshold: Some(3),
        secret: None,
    };
    for zone in 0..4 {
        house.paint(ZoneIx(zone), 0, 100 + u64::from(zone));
    }
    house.desk.create(asked).await.unwrap();
    until("it is told", async || told(&receiver) == [102]).await;
    house.clock.advance(20_000);
    for zone in 0..4 {
        house.paint(ZoneIx(zone), 4, 200 + u64::from(zone));
    }
    until("it is told", async || told(&receiver) == [102, 202]).await;
    assert!(receiver.got()[0].body.contains("\"type\":\"zone.full\""));
    assert!(
        receiver.got()[1]
            .body
            .contains("\"type\":\"zone.available\"")
    );
}
