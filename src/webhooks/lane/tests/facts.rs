//! Facts: in order, none dropped, none under two ids.

use super::*;
use crate::domain::UsageKind;
use crate::store::{DeliveryStatus, NewKey};
use std::collections::HashSet;

fn ids(receiver: &Receiver) -> HashSet<String> {
    receiver.got().into_iter().map(|got| got.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_are_told_in_order_and_one_that_is_refused_holds_up_the_next() {
    let house = House::new().await;
    let receiver = Receiver::start(|nth| Behaviour::Status(if nth == 1 { 500 } else { 200 })).await;
    let hook = house.hook(&receiver.url, &["partner.*"]).await;
    for what in 0..5 {
        house.happens(&[&hook], what).await;
    }
    until("the second is refused", async || receiver.got().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(whats(&receiver), [0, 1], "nothing overtakes");
    let waits = house.log(&hook).await;
    let refused = &waits[3];
    assert_eq!((refused.attempts, refused.answered), (1, Some(500)));
    assert_eq!(refused.why.as_deref(), Some("it answered 500"));
    assert!((4_000..=6_000).contains(&refused.next_at.since(NOW)));
    house.clock.advance(6_000);
    until("all are told", async || receiver.got().len() == 6).await;
    assert_eq!(whats(&receiver), [0, 1, 1, 2, 3, 4]);
    assert_eq!(ids(&receiver).len(), 5, "the same id again");
    until("all are noted", async || {
        let log = house.log(&hook).await;
        log.iter()
            .all(|row| row.status == DeliveryStatus::Delivered)
    })
    .await;
    assert_eq!(house.metrics.webhooks.attempts("delivered"), 5);
    assert_eq!(house.metrics.webhooks.attempts("refused"), 1);
    let mut used = [UsageKind::WebhooksDelivered, UsageKind::WebhooksFailed].map(|kind| (kind, 0));
    let counted = house.keys.webhooks_of(PARTNER);
    counted.usage().take(|kind, n| {
        // By the thread that counted it, so in parts.
        let found = used.iter_mut().find(|(known, _)| *known == kind);
        found.expect("nothing else is counted").1 += n;
    });
    let want = [
        (UsageKind::WebhooksDelivered, 5),
        (UsageKind::WebhooksFailed, 1),
    ];
    assert_eq!(used, want);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_a_fact_is_told_under_the_id_that_it_had() {
    let house = House::new().await;
    let receiver = Receiver::start(|nth| match nth {
        0 => Behaviour::Hang,
        _ => Behaviour::Status(200),
    })
    .await;
    let hook = house.hook(&receiver.url, &["partner.*"]).await;
    house.happens(&[&hook], 7).await;
    until("it is under way", async || receiver.got().len() == 1).await;
    // As a kill does: nothing is said, nothing is noted.
    house.running.abort();
    let House { folder, store, .. } = house;
    store.close().await;
    let next = House::on(folder, NOW.plus(1)).await;
    until("it is told", async || receiver.got().len() == 2).await;
    assert_eq!(ids(&receiver).len(), 1, "{:?}", receiver.got());
    until("it is noted", async || {
        next.log(&hook).await[0].status == DeliveryStatus::Delivered
    })
    .await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.got().len(), 2, "and never again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_gone_is_disabled_and_the_partners_other_endpoint_is_told() {
    let house = House::new().await;
    let gone = Receiver::start(|_| Behaviour::Status(410)).await;
    let other = Receiver::start(|_| Behaviour::Status(200)).await;
    let first = house.hook(&gone.url, &["partner.*"]).await;
    let second = house.hook(&other.url, &["zone.full"]).await;
    house.happens(&[&first], 1).await;
    until("it is disabled", async || {
        !house.shown(&first).await.is_enabled
    })
    .await;
    until("the other is told", async || other.got().len() == 1).await;
    let body: serde_json::Value = serde_json::from_str(&other.got()[0].body).unwrap();
    assert_eq!(body["type"], "partner.webhook_disabled");
    assert_eq!(body["data"]["webhook"], *first.id);
    let (why, _) = house.shown(&first).await.disabled.unwrap();
    assert!(why.contains("410"), "{why}");
    assert!(house.shown(&second).await.is_enabled);
    house.clock.advance(3_600_000);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(gone.got().len(), 1, "it is told nothing more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ten_attempts_an_endpoint_is_disabled_and_enabled_again_told_what_has_waited() {
    let house = House::new().await;
    let receiver = Receiver::start(|nth| Behaviour::Status(if nth < 10 { 503 } else { 200 })).await;
    let hook = house.hook(&receiver.url, &["partner.*"]).await;
    house.happens(&[&hook], 1).await;
    house.happens(&[&hook], 2).await;
    for nth in 1..=10 {
        until("it is tried", async || receiver.got().len() == nth).await;
        until("it is noted", async || {
            house.log(&hook).await[1].attempts == nth as u32
        })
        .await;
        house.clock.advance(30 * 3_600_000);
    }
    until("it is disabled", async || {
        !house.shown(&hook).await.is_enabled
    })
    .await;
    let change = EndpointChange {
        is_enabled: Some(true),
        ..EndpointChange::default()
    };
    let scopes = crate::partners::Scope::ALL.into_iter().collect();
    let changed = house.desk.change((PARTNER, scopes), &hook.id, change);
    assert!(changed.await.unwrap().is_enabled);
    until("both are told", async || receiver.got().len() == 12).await;
    assert_eq!(whats(&receiver)[9..], [1, 1, 2]);
    assert_eq!(ids(&receiver).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_is_told_again_by_its_id_and_two_secrets_sign_for_a_day() {
    let house = House::new().await;
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let hook = house.hook(&receiver.url, &["partner.*"]).await;
    let scopes = crate::partners::Scope::ALL.into_iter().collect();
    for what in 0..3 {
        house.happens(&[&hook], what).await;
    }
    until("all are told", async || receiver.got().len() == 3).await;
    until("all are noted", async || {
        let log = house.log(&hook).await;
        log.iter()
            .all(|row| row.status == DeliveryStatus::Delivered)
    })
    .await;
    let of = (PARTNER, scopes);
    let (_, until_at) = house
        .desk
        .rotate(of, &hook.id, (None, false))
        .await
        .unwrap();
    assert_eq!(until_at, NOW.plus(24 * 3_600_000));
    let middle = house.log(&hook).await[1].id;
    house.desk.resend(of, &hook.id, middle).await.unwrap();
    until("it is told again", async || receiver.got().len() == 4).await;
    assert_eq!(whats(&receiver)[3], 1);
    assert_eq!(receiver.got()[3].id, receiver.got()[1].id);
    assert_eq!(receiver.got()[3].signature.split(' ').count(), 2);
    house.clock.advance(24 * 3_600_000);
    until("it is noted", async || {
        house.log(&hook).await[1].status == DeliveryStatus::Delivered
    })
    .await;
    assert_eq!(house.desk.replay(of, &hook.id, NOW).await, Ok(3));
    until("all are told again", async || receiver.got().len() == 7).await;
    assert_eq!(whats(&receiver)[4..], [0, 1, 2]);
    assert_eq!(receiver.got()[6].signature.split(' ').count(), 1);
    assert_eq!(ids(&receiver).len(), 3);
    assert!(house.close.send(true).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_a_key_ends_is_told_once_to_those_who_want_to_know() {
    let house = House::new().await;
    house.store.add_partner(PARTNER, NOW).await.unwrap();
    let key = NewKey {
        partner: PARTNER,
        name: "lamps",
        digest: [7; 32],
        scopes: "report",
        sources: "",
        source_kind: "sensor",
        uplinks: false,
        area: "\"all\"",
        standing: "unproven",
        created_at: NOW,
        expires_at: Some(NOW.plus(3_600_000)),
    };
    house.store.add_key(&key).await.unwrap();
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let _hook = house.hook(&receiver.url, &["key.expiring"]).await;
    until("it is told", async || receiver.got().len() == 1).await;
    let deaf = Receiver::start(|_| Behaviour::Status(200)).await;
    let _deaf = house.hook(&deaf.url, &["source.silent"]).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!((receiver.got().len(), deaf.got().len()), (1, 0));
    let body: serde_json::Value = serde_json::from_str(&receiver.got()[0].body).unwrap();
    assert_eq!(
        (&body["type"], &body["data"]["name"]),
        (&"key.expiring".into(), &"lamps".into())
    );
}
