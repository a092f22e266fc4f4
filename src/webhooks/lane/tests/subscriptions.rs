//! Subscriptions of context brokers: the newest comes, and nothing older after it.

use super::*;
use crate::store::SubscriptionRow;
use crate::webhooks::{
    EntityEyes, EntityWatch, NewSubscription, SeenEntity, SubscriptionState, WebhookFault,
};
use serde_json::Value;

/// A number a zone, which is what is told of it.
#[derive(Clone, Default)]
pub(super) struct ToldNumbers(Arc<Mutex<HashMap<ZoneIx, u64>>>);

impl EntityEyes for ToldNumbers {
    fn watch(&self, _: &SubscriptionRow) -> Result<Box<dyn EntityWatch>, String> {
        Ok(Box::new(self.clone()))
    }

    fn watch_public(&self, _: &[String]) -> Result<Box<dyn EntityWatch>, String> {
        Ok(Box::new(self.clone()))
    }
}

impl EntityWatch for ToldNumbers {
    fn zones(&self) -> Option<Vec<ZoneIx>> {
        None
    }

    fn look(&self, zone: ZoneIx, each: &mut dyn FnMut(SeenEntity<'_>)) {
        let Some(n) = self.0.lock().unwrap().get(&zone).copied() else {
            return;
        };
        let json = format!("{{\"zone\":{},\"n\":{n}}}", zone.0);
        let gone = format!("{{\"gone\":{}}}", zone.0);
        each(SeenEntity {
            key: zone.0.into(),
            digest: n,
            json: json.as_bytes(),
            nulls: if n == 0 { gone.as_bytes() } else { b"" },
        });
    }

    fn notification(&self, id: &str, entities: &[u8], _: Millis) -> Vec<u8> {
        let data = std::str::from_utf8(entities).unwrap();
        format!("{{\"id\":\"{id}\",\"data\":[{data}]}}").into_bytes()
    }

    fn headers(&self) -> Vec<(String, String)> {
        vec![("content-type".to_owned(), "application/json".to_owned())]
    }
}

fn asked(url: &str) -> NewSubscription {
    NewSubscription {
        name: Some("urn:x:y".to_owned()),
        body: "{}".to_owned(),
        url: url.to_owned(),
        headers: vec![("x-whose".to_owned(), "city".to_owned())],
        pace_s: 0,
        every_s: None,
        is_active: true,
        expires_at: None,
    }
}

impl House {
    pub(super) fn numbers(&self) -> ToldNumbers {
        let numbers = ToldNumbers::default();
        self.desk.see_entities_with(Arc::new(numbers.clone()));
        numbers
    }

    pub(super) fn say(&self, numbers: &ToldNumbers, zone: ZoneIx, n: u64) {
        numbers.0.lock().unwrap().insert(zone, n);
        self.live.zones(&[(zone, self.live.zone(zone))]);
    }
}

/// All numbers that a zone was told with, in order.
fn told(receiver: &Receiver, zone: u64) -> Vec<u64> {
    let mut told = Vec::new();
    for got in receiver.got() {
        let body: Value = serde_json::from_str(&got.body).unwrap();
        for one in body["data"].as_array().unwrap() {
            if one["zone"] == zone {
                told.push(one["n"].as_u64().unwrap());
            }
        }
    }
    told
}

pub(super) async fn until(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn of_a_thousand_changes_in_a_second_the_last_comes_soon_and_nothing_older_after_it() {
    let house = House::new().await;
    let numbers = house.numbers();
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    house
        .desk
        .subscribe(PARTNER, asked(&receiver.url))
        .await
        .unwrap();
    let zone = ZoneIx(1);
    house.say(&numbers, zone, 0);
    until("the first", || !told(&receiver, 1).is_empty()).await;
    for n in 1..=1_000 {
        house.say(&numbers, zone, n);
        tokio::time::sleep(Duration::from_micros(900)).await;
    }
    let last = Instant::now();
    until("the last", || told(&receiver, 1).last() == Some(&1_000)).await;
    let took = last.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    tokio::time::sleep(Duration::from_millis(600)).await;
    let all = told(&receiver, 1);
    assert!(all.is_sorted() && all.last() == Some(&1_000), "{all:?}");
    // Close together they melt into some.
    assert!(all.len() < 100, "{}", all.len());
    let row = house.desk.subscription(PARTNER, "urn:x:y").await.unwrap();
    assert_eq!(row.told.times_sent as usize, receiver.got().len());
    assert!(row.told.last_success.is_some() && row.told.last_failure.is_none());
}

#[tokio::test]
async fn what_is_not_taken_is_told_again_as_it_is_then() {
    let house = House::new().await;
    let numbers = house.numbers();
    let receiver = Receiver::start(|n| Behaviour::Status(if n < 2 { 500 } else { 200 })).await;
    house.say(&numbers, ZoneIx(0), 1);
    house
        .desk
        .subscribe(PARTNER, asked(&receiver.url))
        .await
        .unwrap();
    until("an attempt", || !receiver.got().is_empty()).await;
    house.say(&numbers, ZoneIx(0), 2);
    until("three attempts", || receiver.got().len() >= 3).await;
    assert_eq!(told(&receiver, 0), [1, 2, 2]);
    let row = house.desk.subscription(PARTNER, "urn:x:y").await.unwrap();
    assert_eq!((row.told.times_sent, row.told.times_failed), (3, 2));
}

#[tokio::test]
async fn one_that_is_paused_gone_or_expired_is_told_nothing() {
    let house = House::new().await;
    let numbers = house.numbers();
    let receiver = Receiver::start(|_| Behaviour::Status(410)).await;
    house.say(&numbers, ZoneIx(0), 1);
    let paused = NewSubscription {
        is_active: false,
        ..asked(&receiver.url)
    };
    let paused = house.desk.subscribe(PARTNER, paused).await.unwrap();
    assert_eq!(
        SubscriptionState::of(&paused, NOW),
        SubscriptionState::Paused
    );
    let expired = NewSubscription {
        name: None,
        expires_at: Some(Millis(NOW.0 - 1)),
        ..asked(&receiver.url)
    };
    let expired = house.desk.subscribe(PARTNER, expired).await.unwrap();
    assert_eq!(
        SubscriptionState::of(&expired, NOW),
        SubscriptionState::Expired
    );
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(receiver.got().is_empty());
    house
        .desk
        .resubscribe(&paused, asked(&receiver.url))
        .await
        .unwrap();
    until("the answer that it is gone", || !receiver.got().is_empty()).await;
    let begun = Instant::now();
    loop {
        let row = house.desk.subscription(PARTNER, "urn:x:y").await.unwrap();
        if !row.is_active {
            assert!(row.why.unwrap().starts_with("gone"));
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn each_partner_has_names_and_a_bound_of_its_own() {
    let house = House::new().await;
    house.numbers();
    let url = "https://example.com/n";
    house.desk.subscribe(PARTNER, asked(url)).await.unwrap();
    let again = house.desk.subscribe(PARTNER, asked(url)).await;
    assert_eq!(again.unwrap_err(), WebhookFault::Taken);
    house.desk.subscribe("other", asked(url)).await.unwrap();
    house.desk.unsubscribe("other", "urn:x:y").await.unwrap();
    let gone = house.desk.subscription("other", "urn:x:y").await;
    assert_eq!(gone.unwrap_err(), WebhookFault::NoSuch);
    for _ in 1..10 {
        let name = None;
        house
            .desk
            .subscribe(PARTNER, NewSubscription { name, ..asked(url) })
            .await
            .unwrap();
    }
    let name = None;
    let one_more = house
        .desk
        .subscribe(PARTNER, NewSubscription { name, ..asked(url) })
        .await;
    assert_eq!(one_more.unwrap_err(), WebhookFault::Full(10));
    for inner in [
        "https://10.0.0.1/",
        "https://0xa9fea9fe/x",
        "http://example.com/",
    ] {
        let refused = house.desk.subscribe("third", asked(inner)).await;
        let is_named = matches!(
            refused,
            Err(WebhookFault::Unfit("notification.endpoint.uri", _))
        );
        assert!(is_named, "{inner}: {refused:?}");
    }
}
