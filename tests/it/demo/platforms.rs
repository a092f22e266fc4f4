//! Parking sensors behind IoT platforms, on a real process: as China Telecom's CTWing, China Mobile's
//! OneNET and Huawei Cloud's IoTDA push them.

use super::http::{Answer, call, get, until_state};
use super::hub::Hub;
use super::small_town::SmallTown;
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;

const PLATFORM: &str = "bh_platform";
const ADMIN: &str = "bh_admin";
const IMEI: &str = "864016059485616";

fn town(dir: &Path) -> Hub {
    let devices = json!([
        {"device": format!("imei:{IMEI}"), "bay": "Z-1", "model": "decoded", "state": "parking_state",
            "occupied": [1], "vacant": [0]},
        {"device": "aB3dE5/bay_7", "bay": "Z-2", "model": "decoded", "state": "3200_0_5500"},
        {"device": "64abc/64abc_n1", "bay": "Z-3", "model": "decoded", "state": "Parking.occupied"},
        {"device": "15080293/raw-1", "bay": "Z-4", "model": "libelium-parking"},
    ]);
    let reports = "sources = [\"iot-1\"]\nuplinks = true\narea = \"all\"\n";
    let town = SmallTown {
        place: [121.4737, 31.2304],
        bays: 4,
        devices,
        http: "onenet_token = \"tok-1\"\n",
        keys: &[(PLATFORM, "report", reports), (ADMIN, "admin", "")],
        speaks: ["iot-1", PLATFORM, ADMIN],
    };
    town.run(dir)
}

async fn push(hub: &Hub, platform: &str, body: &Value) -> Answer {
    let path = format!("/v1/uplinks/{platform}?key={PLATFORM}");
    call(hub, Method::POST, &path, None, Some(body)).await
}

fn now() -> u64 {
    SystemClock.now().0
}

#[tokio::test]
async fn a_sensor_behind_ctwing_is_seen_at_the_platforms_time_and_counted_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = town(dir.path());
    let at = now() - 5_000;
    let report = |state: u8, at: u64| {
        json!({"messageType": "dataReport", "deviceId": "d1", "productId": "15080293", "IMEI": IMEI,
            "timestamp": at, "protocol": "lwm2m",
            "payload": {"parking_state": state, "ptime": (at + 51_000) / 1000, "battery_voltage": 3.57}})
    };
    for n in 0..3 {
        let told = push(&hub, "ctwing", &report(1, at)).await;
        let accepted = json!(u8::from(n == 0));
        assert_eq!(
            (told.status, &told.json["accepted"]),
            (StatusCode::OK, &accepted),
            "{}",
            told.text
        );
    }
    until_state(&hub, "Z-1", "occupied").await;
    let seen = get(&hub, "/v1/bays/Z-1").await["observed_at"].to_string();
    assert_eq!(
        seen.trim_matches('"'),
        bayhub::domain::Millis(at).to_string()
    );
    let mut again = report(0, at);
    again["messageType"] = "dataReportTupUnion".into();
    for ignored in [
        &again,
        &report(2, now()),
        &json!({"messageType": "commandResponse"}),
    ] {
        let told = push(&hub, "ctwing", ignored).await;
        assert_eq!(
            (told.status, &told.json["accepted"]),
            (StatusCode::OK, &json!(0))
        );
    }
    assert_eq!(get(&hub, "/v1/bays/Z-1").await["state"], "occupied");
    // Its health is told, and a device whose battery is low is found.
    let own = format!("/v1/admin/devices/imei:{IMEI}");
    let told = call(&hub, Method::GET, &own, Some(ADMIN), None).await.json;
    assert_eq!(
        (
            &told["state"],
            &told["health"]["battery_v"],
            &told["health"]["battery_low"]
        ),
        (&json!("parking_state"), &json!(3.57), &Value::Null),
        "{told}"
    );
    // What passes through is read by the device's own model: 0x01 is a vacant bay's keep-alive.
    let through = json!({"messageType": "dataReport", "deviceId": "raw-1", "productId": "15080293",
        "timestamp": now(), "payload": {"APPdata": "ARQWABHzWhCV87U="}});
    assert_eq!(push(&hub, "ctwing", &through).await.json["accepted"], 1);
    until_state(&hub, "Z-4", "vacant").await;
    let low = "/v1/admin/devices?low_battery=true";
    let none = call(&hub, Method::GET, low, Some(ADMIN), None).await.json;
    assert_eq!(none, json!({"devices": [], "next": null}));
    // The same frame with the bit that says so.
    let mut empty = through.clone();
    (empty["timestamp"], empty["payload"]) = (json!(now()), json!({"APPdata": "QRQWABHzWhCV87U="}));
    assert_eq!(push(&hub, "ctwing", &empty).await.json["accepted"], 1);
    let found = call(&hub, Method::GET, low, Some(ADMIN), None).await.json;
    assert_eq!(
        found["devices"].as_array().map(Vec::len),
        Some(1),
        "{found}"
    );
    assert_eq!(found["devices"][0]["device"], "15080293/raw-1");
    assert_eq!(found["devices"][0]["health"]["temperature_c"], 17.0);
    let metrics = call(&hub, Method::GET, "/metrics", None, None).await.text;
    assert!(
        metrics.contains("bayhub_devices_low_battery 1"),
        "{metrics}"
    );
    let path = "/v1/admin/devices/15080293%2Fraw-1";
    let gone = call(&hub, Method::DELETE, path, Some(ADMIN), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    let gone = call(&hub, Method::GET, path, Some(ADMIN), None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sensor_behind_onenet_is_believed_by_its_signature_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = town(dir.path());
    // md5 of tok-1, xyz98765 and the message, made elsewhere.
    let probe = format!(
        "/v1/uplinks/onenet?key={PLATFORM}?msg=hello&nonce=xyz98765&signature=jh%2BOTHs2YFi0As0YVx73cQ%3D%3D"
    );
    let echo = call(&hub, Method::GET, &probe, None, None).await;
    assert_eq!((echo.status, &*echo.text), (StatusCode::OK, "hello"));
    let forged = json!({"msg": "{\"productId\":\"aB3dE5\",\"deviceName\":\"bay_7\"}", "nonce": "xyz98765",
        "signature": "jh+OTHs2YFi0As0YVx73cQ==", "id": "1"});
    assert_eq!(
        push(&hub, "onenet", &forged).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(get(&hub, "/v1/bays/Z-2").await["state"], "unknown");
}

#[tokio::test]
async fn a_sensor_behind_iotda_is_seen_and_its_key_stands_in_no_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = town(dir.path());
    let time = SystemClock.now().to_string();
    let report = |occupied: &str| {
        json!({"resource": "device.property", "event": "report", "event_time_ms": time, "request_id": "7",
            "notify_data": {"header": {"product_id": "64abc", "device_id": "64abc_n1", "node_id": "n1"},
            "body": {"services": [{"service_id": "Parking", "properties": {"occupied": occupied},
                "event_time": "20151212T121212Z"}]}}})
    };
    let told = push(&hub, "iotda", &report("1")).await;
    assert_eq!(
        (told.status, &told.json["accepted"]),
        (StatusCode::OK, &json!(1)),
        "{}",
        told.text
    );
    until_state(&hub, "Z-3", "occupied").await;
    let told = push(&hub, "iotda", &report("perhaps")).await;
    assert_eq!(told.status, StatusCode::OK);
    assert!(told.text.contains("perhaps"), "{}", told.text);
    let wrong = "/v1/uplinks/iotda?key=bh_wrong";
    let told = call(&hub, Method::POST, wrong, None, Some(&report("1"))).await;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED);
    let kept = call(&hub, Method::GET, "/v1/quarantine", Some(ADMIN), None).await;
    let log = hub.log();
    for text in [&kept.text, &told.text, &log] {
        assert!(
            !text.contains("key=bh_") && !text.contains("bh_wrong"),
            "{text}"
        );
    }
}
