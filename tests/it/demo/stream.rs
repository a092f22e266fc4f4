//! An app that follows the city live, through a report, a dropped connection, a stop of the hub,
//! and its restart.

use super::http::report;
use super::hub::Hub;
use serde_json::Value;
use std::time::Duration;

/// How long an event may take before the test gives up on it. Not a promise of the hub.
const PATIENCE: Duration = Duration::from_secs(30);

/// One event stream, as a browser reads it.
struct Follower {
    answer: reqwest::Response,
    text: String,
    /// What a browser would send as `Last-Event-ID`.
    id: String,
}

impl Follower {
    async fn open(hub: &Hub, query: &str, last_event_id: Option<&str>) -> Self {
        let client = crate::web::client().build().expect("a client");
        let mut request = client
            .get(format!("{}/v1/stream{query}", hub.http))
            .header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{query}");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            text: String::new(),
            id: last_event_id.unwrap_or_default().to_owned(),
        }
    }

    /// The next event and its data; `None` once the hub has ended the stream in good order.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|l| l.strip_prefix(name))
                        .map(str::to_owned)
                };
                let event = field("event: ");
                let id = field("id: ");
                let data = field("data: ");
                if let (Some(event), Some(id), Some(data)) = (event, id, data) {
                    self.id = id;
                    return Some((
                        event,
                        serde_json::from_str(&data).expect("JSON in one line"),
                    ));
                }
            }
            let more = tokio::time::timeout(PATIENCE, self.answer.chunk())
                .await
                .expect("the stream is silent");
            self.text += std::str::from_utf8(&more.expect("a sound body")?).expect("UTF-8");
        }
    }

    /// Reads on to the event of that name for which `wanted` holds.
    async fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (event, data) = self.next().await.expect("the stream goes on");
            if event == name && wanted(&data) {
                return data;
            }
        }
    }
}

#[tokio::test]
async fn a_report_reaches_a_follower_and_what_was_missed_comes_on_return() {
    let hub = Hub::start(&["--bays", "200", "--no-sim"]);
    let bay = hub.some_bay();
    let query = format!("?zones={}&bays=true", bay.zone);
    let mut follower = Follower::open(&hub, &query, None).await;
    follower
        .until("zone", |z| z["zone"] == bay.zone && z["occupied"] == 0)
        .await;
    assert_eq!(report(&hub, &bay.id, "occupied").await.status, 202);
    follower
        .until("bay", |b| b["bay"] == bay.id && b["state"] == "occupied")
        .await;
    follower.until("zone", |z| z["occupied"] == 1).await;
    let held = follower.id.clone();
    drop(follower);
    assert_eq!(report(&hub, &bay.id, "vacant").await.status, 202);
    super::http::until_state(&hub, &bay.id, "vacant").await;
    let mut back = Follower::open(&hub, &query, Some(&held)).await;
    back.until("bay", |b| b["bay"] == bay.id && b["state"] == "vacant")
        .await;
    back.until("zone", |z| z["vacant"]["car"] == 1).await;
    // All zones are another selection: what is known of one is nothing known of the others.
    let mut all = Follower::open(&hub, "", Some(&held)).await;
    let (event, why) = all.next().await.expect("that it begins anew");
    assert_eq!(
        (event.as_str(), &why["reason"]),
        ("resync", &Value::from("other_process"))
    );
    all.until("zone", |z| z["zone"] == bay.zone).await;
}

#[tokio::test]
async fn a_stop_ends_the_stream_and_a_restart_makes_followers_begin_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &["--bays", "200", "--no-sim"]);
    let bay = hub.some_bay();
    let query = format!("?zones={}", bay.zone);
    assert_eq!(report(&hub, &bay.id, "vacant").await.status, 202);
    let mut follower = Follower::open(&hub, &query, None).await;
    follower.until("zone", |z| z["vacant"]["car"] == 1).await;
    let exit = tokio::task::spawn_blocking(move || hub.stop());
    while follower.next().await.is_some() {}
    assert!(exit.await.expect("its exit").success());
    let hub = Hub::start_in(dir.path(), &["--bays", "200", "--no-sim"]);
    let mut back = Follower::open(&hub, &query, Some(&follower.id)).await;
    let (event, data) = back.next().await.expect("an event");
    assert_eq!(
        (event.as_str(), &data["reason"]),
        ("resync", &Value::from("other_process"))
    );
    let (event, zone) = back.next().await.expect("then everything");
    assert_eq!(
        (event.as_str(), &zone["vacant"]["car"]),
        ("zone", &Value::from(1)),
        "{zone}"
    );
}

#[tokio::test]
async fn messages_are_described() {
    let hub = Hub::start(&["--bays", "0"]);
    let document = super::http::get(&hub, "/v1/asyncapi.json").await;
    assert_eq!(document["asyncapi"], "3.0.0");
    let mut empty = Follower::open(&hub, "", None).await;
    let nothing = tokio::time::timeout(Duration::from_millis(300), empty.next()).await;
    assert!(
        nothing.is_err(),
        "an empty city has nothing to tell, and its stream stays open"
    );
}
