//! What comes in: reports, counts, uplinks. The gate is played: it takes an uplink of `dev`.

use super::{Call, Shown};
use serde_json::{Value, json};

const AT: &str = "2026-11-23T02:00:00Z";

pub(super) async fn show(shown: &mut Shown) {
    let report = json!({"source": "lamp-1", "at": AT, "bays": [
        {"bay": "TPY12-001", "state": "vacant", "confidence": 0.95}, {"bay": "TPY12-009", "state": "occupied"},
    ]});
    let call = Call::new("post /v1/reports", "report", "/v1/reports");
    shown.show(call.with(report)).await;
    // The gate that is played here takes a count as an uplink.
    let count = json!({"source": "network-1", "counts": [
        {"zone": "HE12", "at": AT, "kind": "car", "capacity": 105, "vacant": 31},
    ], "dev": "dev"});
    let call = Call::new("post /v1/counts", "network", "/v1/counts");
    shown.show(call.with(count)).await;
    let body = &mut shown.all["post /v1/counts"]["body"]["application/json"];
    body.as_object_mut().unwrap().remove("dev");
    for (name, body) in uplinks() {
        let of = format!("post /v1/uplinks/{name}");
        let event = if name == "chirpstack" {
            "event=up&"
        } else {
            ""
        };
        let path = format!("/v1/uplinks/{name}?{event}source=network-1");
        shown
            .show(Call::new(&of, "network", &path).with(body))
            .await;
    }
    let probe = "/v1/uplinks/onenet?source=network-1&msg=hello";
    let call = Call::new("get /v1/uplinks/onenet", "network", probe);
    shown.show(call).await;
    let path = "/v1/contributions/mine";
    shown
        .show(Call::new("get /v1/contributions/mine", "report", path))
        .await;
}

/// As each network server and platform sends one.
fn uplinks() -> [(&'static str, Value); 5] {
    [
        (
            "chirpstack",
            json!({"deviceInfo": {"devEui": "0102030405060708", "deviceName": "dev"},
                "time": AT, "fPort": 1, "fCnt": 7, "data": "AQ=="}),
        ),
        (
            "ttn",
            json!({"end_device_ids": {"device_id": "dev", "dev_eui": "0102030405060708"},
                "uplink_message": {"f_port": 1, "f_cnt": 7, "frm_payload": "AQ==", "received_at": AT}}),
        ),
        (
            "ctwing",
            json!({"messageType": "dataReport", "deviceId": "dev", "productId": "15080293",
                "timestamp": 1_795_399_200_000_u64, "payload": {"APPdata": "AQ=="}}),
        ),
        (
            "onenet",
            json!({"msg": {"at": 1_795_399_200_000_u64, "imei": "864016059485616", "type": 1,
                "ds_id": "3200_0_5750", "value": "01", "dev_name": "dev"}}),
        ),
        (
            "iotda",
            json!({"resource": "device.message", "event": "report", "event_time": "20261123T020000Z",
                "notify_data": {"header": {"device_id": "dev", "node_id": "864016059485616"},
                    "body": {"topic": "up", "content": "AQ=="}}}),
        ),
    ]
}
