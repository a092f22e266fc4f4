//! A quiet day: reports in, availability out, strangers refused.

use super::hub::{BAYS, Hub, Publisher, send, zone_id};
use super::mosquitto::{Mosquitto, PATIENCE};
use serde_json::Value;
use std::process::Command;
use std::time::Instant;

#[tokio::test]
async fn four_clients_on_a_shared_subscription_get_every_report_once_and_acknowledge_it() {
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
    for _ in 0..3 {
        publisher.round().await;
    }
    hub.until_as_published(&publisher).await;
    hub.until("broker_messages_total", 3 * BAYS as u64).await;
    assert_eq!(
        hub.metric("reports_accepted_total", "").await,
        3 * BAYS as u64
    );
    assert_eq!(hub.metric("broker_redelivered_total", "").await, 0);
    // A clean stop leaves nothing unacknowledged, or it would come again now.
    hub.stop();
    hub.restart().await;
    hub.until("broker_connected", 4).await;
    publisher.round().await;
    hub.until_as_published(&publisher).await;
    hub.until("broker_messages_total", BAYS as u64).await;
    assert_eq!(hub.metric("broker_redelivered_total", "").await, 0);
}

#[tokio::test]
async fn a_broker_is_believed_for_its_own_sources_only() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let mut hub = Hub::start(
        &format!("mqtt://127.0.0.1:{}", broker.port),
        "clients = 1\ntopics = [\"#\"]\narea = { zones = [\"Z0\", \"Z1\"] }\n",
    )
    .await;
    hub.until("broker_connected", 1).await;
    let report = |bay: &str| format!("{{\"bay\":\"{bay}\",\"state\":\"vacant\"}}");
    let say = |topic: &str, bay: &str| (topic.to_owned(), report(bay));
    send(
        broker.port,
        &[
            say("bayhub/v1/stranger-1/report", "Z0-0"),
            say("bayhub/v1/lamp-1/other", "Z0-0"),
            say("bayhub/v1/lamp-1/report", "nobody-knows-me"),
            say("bayhub/v1/lamp-1/report", "Z2-2"),
            say("bayhub/v1/lamp-1/report", "Z1-1"),
        ],
    )
    .await;
    hub.until("broker_messages_total", 5).await;
    hub.until("journal_claims_total", 1).await;
    assert_eq!(
        hub.metric("reports_refused_total", "\"forbidden\"").await,
        2
    );
    assert_eq!(
        hub.metric("reports_refused_total", "\"unknown_bay\"").await,
        1
    );
    assert_eq!(
        hub.metric("reports_refused_total", "\"out_of_area\"").await,
        1,
        "and of its own zones"
    );
    assert!(
        hub.quarantined("stranger-1") && hub.quarantined("broker:city"),
        "kept, and acknowledged after that"
    );
    let stranger: Value =
        serde_json::from_str(&hub.get("/v1/bays/Z0-0").await.expect("a bay")).expect("JSON");
    assert_eq!(stranger["state"], "unknown");
    // Refused is final: nothing of it comes again. A killed hub may still owe the broker the last
    // acknowledgement; one that stops has paid.
    hub.stop();
    hub.restart().await;
    hub.until("broker_connected", 1).await;
    send(broker.port, &[say("bayhub/v1/lamp-1/report", "Z1-1")]).await;
    hub.until("broker_messages_total", 1).await;
}

#[tokio::test]
async fn availability_is_retained_at_the_broker_and_follows_the_reports() {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let url = format!("mqtt://127.0.0.1:{}", broker.port);
    let hub = Hub::start(&url, "clients = 1\npublish_availability = true\n").await;
    hub.until("broker_connected", 2).await;
    let mut publisher = Publisher::to(&broker);
    publisher.round().await;
    publisher.part(0, 70).await;
    until_retained(&broker, &publisher, &hub).await;
    // A broker that has forgotten everything is told everything.
    broker.kill();
    broker.forget();
    broker.restart();
    until_retained(&broker, &publisher, &hub).await;
    assert!(
        hub.get("/readyz").await.is_some(),
        "a broker that was away does not make the hub unready"
    );
}

/// Waits until a stranger who subscribes now is told what was published.
async fn until_retained(broker: &Mosquitto, publisher: &Publisher, hub: &Hub) {
    let end = Instant::now() + PATIENCE;
    loop {
        let out = broker.subscribe("bayhub/v1/zones/+/availability", 4).stdout;
        let told = String::from_utf8(out).expect("UTF-8");
        let right = |n: usize| {
            let zone = zone_id(n);
            let prefix = format!("1 bayhub/v1/zones/{}/availability ", zone_id(n));
            let payload = told.lines().find_map(|line| line.strip_prefix(&prefix))?;
            let shown: Value = serde_json::from_str(payload).ok()?;
            let vacant = publisher.vacant_in(&zone);
            (shown["vacant"]["car"] == vacant && shown["zone"] == *zone && shown["capacity"] == 50)
                .then_some(())
        };
        if (0..4).all(|n| right(n).is_some()) {
            return;
        }
        assert!(Instant::now() < end, "{told}\n{}", hub.log());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn mqtts_is_spoken_with_a_broker_whose_authority_is_named() {
    let mut tls_port = 0;
    let broker = Mosquitto::start_with(|dir| {
        tls_port = super::mosquitto::free_port();
        let file = |name: &str| dir.join(name).display().to_string();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
            ])
            .args([
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
            ])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", &file("key.pem"), "-out", &file("cert.pem")])
            .output();
        if !made.is_ok_and(|made| made.status.success()) {
            tls_port = 0;
            return String::new();
        }
        format!(
            "listener {tls_port} 127.0.0.1\ncertfile {}\nkeyfile {}\n",
            file("cert.pem"),
            file("key.pem")
        )
    });
    let Some(broker) = broker else { return };
    if tls_port == 0 {
        let required = std::env::var("BAYHUB_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(
            !required,
            "openssl is not installed, and BAYHUB_REQUIRE_PEERS=1"
        );
        return eprintln!("skipped: openssl not installed");
    }
    let ca = broker.file("cert.pem");
    let hub = Hub::start(
        &format!("mqtts://localhost:{tls_port}"),
        &format!("clients = 2\nca = \"{}\"\n", ca.display()),
    )
    .await;
    hub.until("broker_connected", 2).await;
    let mut publisher = Publisher::to(&broker);
    publisher.round().await;
    hub.until_as_published(&publisher).await;
    // One that another authority vouches for is not spoken with: the system's do not know this one.
    let wary = Hub::start(
        &format!("mqtts://localhost:{tls_port}"),
        "clients = 1\nclient_id_prefix = \"wary\"\n",
    )
    .await;
    while wary.metric("broker_connection_failures_total", "").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        wary.metric("broker_connected", "").await,
        0,
        "{}",
        wary.log()
    );
}
