//! A fresh demo begins with a settled past, made by the simulator through the hub's own doors.

use super::http::{call, get};
use super::hub::{Hub, bayhub};
use reqwest::Method;
use serde_json::Value;
use std::net::TcpListener;

async fn hours(hub: &Hub) -> Vec<Value> {
    let key = hub.key("monitor");
    let path = "/v1/turnover?interval=1h&limit=20000";
    let told = call(hub, Method::GET, path, Some(key), None).await;
    told.json["rows"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn a_fresh_demo_has_settled_hours_from_the_start_and_goes_on_where_they_end() {
    let own = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(own.path(), &["--bays", "300", "--past", "3"]);
    let rows = hours(&hub).await;
    let whole = |row: &&Value| row["complete"] == true && row["coverage"] == 1.0;
    let whole: Vec<&Value> = rows.iter().filter(whole).collect();
    assert!(!whole.is_empty(), "{rows:?}");
    let visits = whole.iter().filter_map(|r| r["visits"].as_u64());
    assert!(visits.sum::<u64>() > 0, "{whole:?}");
    let log = hub.log();
    assert!(hub.exports().starts_with("export REPORT_KEY=bh_"), "{log}");
    assert!(log.contains("the past is simulated"), "{log}");
    // The city of now is the one that has lived: as many are parked as were at the end.
    let zones = get(&hub, "/v1/zones?limit=1000").await;
    let zones = zones["zones"].as_array().expect("zones");
    assert!(zones.iter().any(|z| z["occupied"].as_u64() > Some(0)));
    hub.stop();
    // What forecasts are worth can be asked of the folder alone.
    let data = own.path().join("data").to_string_lossy().into_owned();
    for more in [&[][..], &["--csv"]] {
        let check = [&["forecast", "check", "--data", &data], more].concat();
        let told = bayhub(&check).output().expect("it runs");
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.status.success(), "{told:?}");
        let head = if more.is_empty() {
            "hours of history of"
        } else {
            "zone,ahead_min,judged"
        };
        assert!(text.contains(head), "{text}");
    }

    let again = Hub::start_in(own.path(), &["--bays", "300", "--past", "3"]);
    let log = again.log();
    assert_eq!(log.matches("simulating the past").count(), 1, "{log}");
    let kept = hours(&again).await;
    assert!(kept.len() >= rows.len(), "{kept:?}");
}

#[tokio::test]
async fn a_city_without_bays_or_traffic_or_past_begins_now() {
    for args in [
        ["--bays", "0", "--past", "3"].as_slice(),
        &["--bays", "100", "--no-sim", "--past", "3"],
        &["--bays", "100", "--past", "0"],
    ] {
        let hub = Hub::start(args);
        assert_eq!(hours(&hub).await, [Value::Null; 0], "{args:?}");
        assert!(!hub.log().contains("simulating the past"), "{args:?}");
    }
}

#[test]
fn a_taken_port_is_found_out_before_the_past_and_leaves_a_fresh_folder() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().to_string_lossy();
    let args = ["demo", "--bays", "300", "--data", &data, "--http", &address];
    let said = bayhub(&args).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains(&address), "{stderr}");
    assert!(!dir.path().join("journal").exists(), "{stderr}");
}
