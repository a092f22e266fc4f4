//! Cuts and kills in mid-stream: no report is lost, and none counts twice.
//!
//! Three of each, and a cut lasts a second; `BAYHUB_CUTS=20` and `BAYHUB_CUT_S=60` for as many and as
//! long as a bad day has.

use super::hub::{BAYS, Hub, Publisher};
use super::mosquitto::Mosquitto;
use super::relay::Relay;
use crate::long::{figure, setting};
use std::time::Duration;

#[tokio::test]
async fn cuts_in_mid_stream_lose_nothing() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let wire = Relay::to(broker.port).await;
    let hub = Hub::start(&format!("mqtt://127.0.0.1:{}", wire.port), "clients = 4\n").await;
    hub.until("broker_connected", 4).await;
    let mut publisher = Publisher::to(&broker);
    let cuts = setting("BAYHUB_CUTS", 3);
    let length = Duration::from_secs(setting("BAYHUB_CUT_S", 1));
    for n in 0..cuts {
        // Cut while reports are under way, whatever has become of them by then; more come while the
        // wire is down.
        publisher.part(0, 20 + 30 * (n as usize % 5)).await;
        wire.cut();
        publisher.round().await;
        tokio::time::sleep(length).await;
        assert_eq!(hub.metric("broker_connected", "").await, 0);
        wire.heal();
        publisher.part(BAYS / 2, BAYS).await;
        hub.until_as_published(&publisher).await;
    }
    assert!(hub.get("/readyz").await.is_some());
    figure(&format!(
        "{cuts} cuts from the broker, {} s each: every report of {BAYS} bays arrived",
        length.as_secs()
    ));
}

#[tokio::test]
async fn a_hub_killed_in_mid_stream_finds_the_rest_at_the_broker() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let mut hub = Hub::start(
        &format!("mqtt://127.0.0.1:{}", broker.port),
        "clients = 4\n",
    )
    .await;
    hub.until("broker_connected", 4).await;
    let mut publisher = Publisher::to(&broker);
    let times = setting("BAYHUB_CUTS", 3);
    for _ in 0..times {
        publisher.round().await;
        hub.kill();
        publisher.part(0, BAYS / 2).await;
        hub.restart().await;
        hub.until_as_published(&publisher).await;
    }
    figure(&format!(
        "{times} kills -9 of the hub, the rest waiting at the broker: every report arrived"
    ));
}

#[tokio::test]
async fn a_broker_killed_in_mid_stream_goes_on_where_its_file_ends() {
    kill_and_restart(1).await;
}

#[tokio::test]
async fn shared_subscriptions_that_a_killed_broker_forgot_are_made_again() {
    kill_and_restart(4).await;
}

async fn kill_and_restart(clients: u64) {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let wire = Relay::to(broker.port).await;
    let hub = Hub::start(
        &format!("mqtt://127.0.0.1:{}", wire.port),
        &format!("clients = {clients}\n"),
    )
    .await;
    hub.until("broker_connected", clients).await;
    let mut publisher = Publisher::to(&broker);
    let times = setting("BAYHUB_CUTS", 3);
    for _ in 0..times {
        // Half of it has arrived or is under way, half waits in the broker's sessions when it dies.
        publisher.part(0, BAYS / 2).await;
        wire.cut();
        hub.until("broker_connected", 0).await;
        publisher.round().await;
        broker.save();
        broker.kill();
        wire.heal();
        broker.restart();
        if clients > 1 {
            // mosquitto 2.0 does not write shared subscriptions to its file: what it is sent before
            // the hub is back is lost in it. The sessions it does write, with what waits in them.
            hub.until("broker_connected", clients).await;
        }
        publisher.part(0, BAYS / 3).await;
        hub.until_as_published(&publisher).await;
    }
    // A clean restart in the middle of delivery.
    publisher.round().await;
    broker.stop();
    broker.restart();
    hub.until_as_published(&publisher).await;
    figure(&format!(
        "{times} kills -9 of the broker, {clients} client(s): every report arrived"
    ));
}

#[tokio::test]
async fn a_broker_that_forgot_its_sessions_is_subscribed_to_again() {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let hub = Hub::start(
        &format!("mqtt://127.0.0.1:{}", broker.port),
        "clients = 2\n",
    )
    .await;
    hub.until("broker_connected", 2).await;
    let mut publisher = Publisher::to(&broker);
    publisher.round().await;
    hub.until_as_published(&publisher).await;
    broker.kill();
    broker.forget();
    hub.until("broker_connected", 0).await;
    broker.restart();
    hub.until("broker_connected", 2).await;
    publisher.round().await;
    hub.until_as_published(&publisher).await;
}
