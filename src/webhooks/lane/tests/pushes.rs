//! Pushes into a city's own context broker.

use super::subscriptions::{ToldNumbers, until};
use super::*;
use crate::webhooks::{EntityPush, Poster, PushConfig};
use std::collections::BTreeMap;

impl House {
    fn push(&self, receiver: &Receiver) -> JoinHandle<()> {
        let config = PushConfig {
            url: receiver.url.clone(),
            tenant: None,
            types: Vec::new(),
            context: "https://example.com/c".to_owned(),
            headers: BTreeMap::new(),
        };
        let poster = Arc::new(Poster::for_operator(None).unwrap());
        let mut all: Vec<EntityPush> = self.desk.pushes(&[config], &poster);
        let (close, closed) = watch::channel(false);
        tokio::spawn(async move {
            all.remove(0).run(closed).await;
            drop(close);
        })
    }

    fn numbers_of(&self, all: &[(u32, u64)]) -> ToldNumbers {
        let numbers = self.numbers();
        for (zone, n) in all {
            self.say(&numbers, ZoneIx(*zone), *n);
        }
        numbers
    }
}

fn bodies(receiver: &Receiver) -> Vec<String> {
    receiver.got().into_iter().map(|got| got.body).collect()
}

#[tokio::test]
async fn everything_is_pushed_at_a_start_and_then_what_changes() {
    let house = House::new().await;
    let numbers = house.numbers_of(&[(0, 1), (1, 1)]);
    let receiver = Receiver::start(|_| Behaviour::Status(204)).await;
    let push = house.push(&receiver);
    until("the first call", || !receiver.got().is_empty()).await;
    assert_eq!(
        bodies(&receiver),
        ["[{\"zone\":0,\"n\":1},{\"zone\":1,\"n\":1}]"]
    );
    house.say(&numbers, ZoneIx(0), 1);
    house.say(&numbers, ZoneIx(1), 2);
    house.say(&numbers, ZoneIx(1), 3);
    until("the second call", || receiver.got().len() > 1).await;
    assert_eq!(bodies(&receiver)[1..], ["[{\"zone\":1,\"n\":3}]"]);
    assert_eq!(house.metrics.webhooks.pushed.get(), 3);
    push.abort();
}

#[tokio::test]
async fn after_a_call_that_failed_everything_is_told_anew() {
    let house = House::new().await;
    let numbers = house.numbers_of(&[(0, 1), (1, 1)]);
    let receiver = Receiver::start(|n| Behaviour::Status(if n == 1 { 503 } else { 201 })).await;
    let push = house.push(&receiver);
    until("the first call", || !receiver.got().is_empty()).await;
    house.say(&numbers, ZoneIx(1), 2);
    until("the third call", || receiver.got().len() > 2).await;
    let told = bodies(&receiver);
    assert_eq!(told[1], "[{\"zone\":1,\"n\":2}]");
    assert_eq!(told[2], "[{\"zone\":0,\"n\":1},{\"zone\":1,\"n\":2}]");
    until("it is well", || {
        house.metrics.webhooks.push_failing.get() == 0
    })
    .await;
    push.abort();
}

#[tokio::test]
async fn what_nobody_knows_any_more_is_taken_back_or_the_entity_replaced() {
    let house = House::new().await;
    // Of a number that is 0 nothing is known.
    let numbers = house.numbers_of(&[(0, 0), (1, 1)]);
    let receiver = Receiver::start(|n| Behaviour::Status(if n == 1 { 404 } else { 204 })).await;
    let push = house.push(&receiver);
    until("three calls", || receiver.got().len() > 2).await;
    let told = bodies(&receiver);
    assert_eq!(told[0], "[{\"zone\":0,\"n\":0},{\"zone\":1,\"n\":1}]");
    assert_eq!(told[1], "[{\"gone\":0}]");
    assert_eq!(told[2], "[{\"zone\":0,\"n\":0}]");
    house.say(&numbers, ZoneIx(1), 0);
    until("two calls more", || receiver.got().len() > 4).await;
    assert_eq!(bodies(&receiver)[4], "[{\"gone\":1}]");
    push.abort();
}
