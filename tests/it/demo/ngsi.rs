//! NGSI-LD of the real process: entities are what the published schemas say, and subscribers end up with
//! what is so.

use super::http;
use super::hub::Hub;
use super::mqtt::missing;
use super::webhooks::{Receiver, call};
use crate::tidy::root;
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ENTITIES: &str = "/ngsi-ld/v1/entities";

/// All entities of a type, page by page.
async fn all(hub: &Hub, kind: &str) -> Vec<Value> {
    let mut found = Vec::new();
    loop {
        let offset = found.len();
        let query = format!("{ENTITIES}?type={kind}&options=keyValues&limit=1000&offset={offset}");
        let page = http::get(hub, &query).await;
        let page = page.as_array().expect("a list").clone();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

/// What is wrong with entities; `None` where that cannot be found out here.
fn faults(entities: &[Value]) -> Option<Vec<String>> {
    let schemas = root().join("../shared/schemas/smart-data-models");
    if !schemas.is_dir() {
        eprintln!("skipped: the schemas of Smart Data Models are not there");
        return None;
    }
    let script = root().join("tests/it/demo/smart_data_models.py");
    let child = Command::new("python3")
        .arg(script)
        .arg(schemas)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        missing("python3");
        return None;
    };
    let mut input = child.stdin.take().expect("piped");
    // One that is not installed has ended by now.
    let _ = input.write_all(json!(entities).to_string().as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("No module named") {
        missing("jsonschema (Python)");
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(serde_json::from_slice(&output.stdout).expect("a list"))
}

#[tokio::test]
async fn entities_of_a_running_city_are_what_their_published_schemas_say() {
    let hub = Hub::start(&["--bays", "1500"]);
    let waits = Instant::now();
    let mut entities = Vec::new();
    // Once the simulated town has said something of most of it.
    while waits.elapsed() < Duration::from_mins(1) {
        entities.clear();
        for kind in [
            "OnStreetParking",
            "OffStreetParking",
            "ParkingGroup",
            "ParkingSpot",
        ] {
            let some = all(&hub, kind).await;
            assert!(!some.is_empty(), "{kind}");
            entities.extend(some);
        }
        let is_live = |e: &&Value| e["availableSpotNumber"].is_number() || e["status"] == "free";
        if entities.iter().filter(is_live).count() > 300 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    if let Some(faults) = faults(&entities) {
        assert_eq!(faults, Vec::<String>::new(), "of {}", entities.len());
    }
    let mut broken = entities[0].clone();
    broken["category"] = json!(["none of the model's"]);
    if let Some(faults) = faults(&[broken]) {
        assert_eq!(faults.len(), 1, "what is wrong is found");
    }
}

/// What a bay was told to be, in order, with when it was observed.
fn told(receiver: &Receiver, id: &str) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for got in receiver.got() {
        let body: Value = serde_json::from_str(got["body"].as_str().expect("text")).expect("JSON");
        for entity in body["data"].as_array().expect("a list") {
            if entity["id"] == id {
                let status = &entity["status"];
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                told.push((text(&status["value"]), text(&status["observedAt"])));
            }
        }
    }
    told
}

fn now_ms() -> u128 {
    SystemClock.now().0.into()
}

/// RFC 3339 of today, by milliseconds since 1970.
fn rfc3339(ms: u128) -> String {
    let at = bayhub::domain::Millis(u64::try_from(ms).expect("soon"));
    at.to_string()
}

#[tokio::test]
async fn of_a_thousand_changes_of_a_bay_the_last_is_told_soon_and_nothing_older_after_it() {
    let hub = Hub::start(&["--bays", "200", "--no-sim"]);
    let spots = all(&hub, "ParkingSpot").await;
    let id = spots[0]["id"].as_str().expect("an id").to_owned();
    let bay = spots[0]["name"].as_str().expect("a name").to_owned();
    let receiver = Receiver::start(|_| Some(204)).await;
    let asked = json!({
        "type": "Subscription", "entities": [{"type": "ParkingSpot", "id": id}],
        "notification": {"endpoint": {"uri": receiver.url, "receiverInfo": [{"key": "X-City", "value": "yes"}]}},
    });
    let path = "/ngsi-ld/v1/subscriptions";
    call(&hub, "report", Method::POST, path, asked).await;
    receiver.until(1).await;
    let source = hub.ready["source"].as_str().expect("a source").to_owned();
    let began = now_ms() - 1_000;
    let last = rfc3339(began + 999);
    let hub_of = &hub;
    let mut posts = Vec::new();
    for n in 0..1_000_u128 {
        let state = match n {
            999 => "closed",
            n if n % 2 == 0 => "vacant",
            _ => "occupied",
        };
        let at = rfc3339(began + n);
        posts.push(json!({"source": source, "at": at, "seq": n, "bays": [{"bay": bay, "state": state, "confidence": 1}]}));
    }
    let sent = Instant::now();
    for some in posts.chunks(100) {
        let all = some.iter().map(|body| {
            let body = body.clone();
            call(hub_of, "report", Method::POST, "/v1/reports", body)
        });
        futures(all.collect()).await;
    }
    let all_sent = Instant::now();
    let waits = Instant::now();
    let wanted = ("closed".to_owned(), last);
    while told(&receiver, &id).last() != Some(&wanted) {
        let took = waits.elapsed();
        assert!(took < Duration::from_secs(20), "{:?}", told(&receiver, &id));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = all_sent.elapsed();
    eprintln!(
        "1,000 changes in {:?}, the last told after {took:?}",
        all_sent - sent
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let all = told(&receiver, &id);
    assert_eq!(all.last(), Some(&wanted));
    let times: Vec<&String> = all.iter().map(|(_, at)| at).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(receiver.got()[0]["headers"]["x-city"], "yes");
    let shown = call(&hub, "report", Method::GET, path, Value::Null).await;
    assert_eq!(shown[0]["status"], "active");
    assert_eq!(shown[0]["notification"]["timesSent"], receiver.got().len());
}

/// Makes calls, all at once.
async fn futures(calls: Vec<impl Future<Output = Value>>) {
    let mut waiting: Vec<_> = calls.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|cx| {
        waiting.retain_mut(|call| call.as_mut().poll(cx).is_pending());
        if waiting.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
