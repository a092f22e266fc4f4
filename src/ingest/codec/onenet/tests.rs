//! OneNET's pushes: of the platform of today, of the older suite, and how they are signed.

use super::*;
use serde_json::json;

const TOKEN: &str = "tok-1";
const NONCE: &str = "xyz98765";

fn all(push: &Value) -> Result<Vec<Said<'static>>, Malformed> {
    let mut out = Vec::new();
    decode(push.to_string().leak().as_bytes(), &mut out).map(|()| out)
}

fn ups(push: &Value) -> Vec<Uplink<'static>> {
    let said = all(push).unwrap().into_iter().map(|said| match said {
        Said::Uplink(up) => up,
        other => panic!("{push}: {other:?}"),
    });
    said.collect()
}

fn notify(data: &Value) -> Value {
    json!({"productId": "aB3dE5", "deviceName": "bay_7", "deviceId": "99", "imei": "864016059485616",
        "messageType": "notify", "notifyType": "property", "data": data})
}

fn push(msg: &Value) -> Value {
    json!({"msg": msg.to_string(), "nonce": NONCE, "signature": "x", "time": 1_700_000_000_000_u64,
        "id": "c4fc"})
}

#[test]
fn a_property_is_of_the_platforms_time_and_read_by_its_values() {
    let params = json!({"3_0_20": {"value": 1, "time": 1_700_000_051_000_u64}, "bat": {"value": "3.6"}, "raw": 7});
    let said = push(&notify(
        &json!({"id": "1", "version": "1.0", "params": params}),
    ));
    let [up] = &ups(&said)[..] else { panic!() };
    assert_eq!(
        up.devices,
        ["imei:864016059485616", "aB3dE5/bay_7", "aB3dE5/99"]
    );
    assert_eq!(
        up.times,
        [
            Some(Millis(1_700_000_000_000)),
            Some(Millis(1_700_000_051_000))
        ]
    );
    let object: Value = serde_json::from_str(up.object.as_deref().unwrap()).unwrap();
    assert_eq!(object, json!({"3_0_20": 1, "bat": "3.6", "raw": 7}));
    let mut again = said.clone();
    (again["time"], again["nonce"]) = (json!(1_700_000_600_000_u64), json!("other"));
    assert_eq!(ups(&again)[0].copy, up.copy, "pushed again later");
    let mut event = notify(&json!({"params": {"left": {"value": {"state": 0}}}}));
    event["notifyType"] = "event".into();
    assert_eq!(
        ups(&push(&event))[0].object.as_deref(),
        Some(r#"{"left":{"state":0}}"#)
    );
}

#[test]
fn the_older_suites_points_of_one_device_and_time_are_one_reading() {
    let point = |dev: u32, stream: &str, at: u64, value: Value| {
        json!({"type": 1, "dev_id": dev, "ds_id": stream, "at": at, "value": value,
            "imei": "864016059485616", "login_type": 10})
    };
    let msg = json!([
        point(7, "3200_0_5500", 1_700_000_000_000, json!(1)),
        point(7, "3316_0_5700", 1_700_000_000_000, json!(3.6)),
        point(7, "3200_0_5500", 1_700_000_009_000, json!("{\"lot\":0}")),
    ]);
    let said = json!({"msg": msg, "msg_signature": "x", "nonce": "abc"});
    let [first, second] = &ups(&said)[..] else {
        panic!()
    };
    assert_eq!(first.devices, ["imei:864016059485616", "onenet/7"]);
    let object: Value = serde_json::from_str(first.object.as_deref().unwrap()).unwrap();
    assert_eq!(object, json!({"3200_0_5500": 1, "3316_0_5700": 3.6}));
    assert_eq!(second.times, [Some(Millis(1_700_000_009_000)), None]);
    assert_eq!(
        second.object.as_deref(),
        Some(r#"{"3200_0_5500":{"lot":0}}"#)
    );
    assert_ne!(first.copy, second.copy);
    let single = json!({"msg": {"type": 2, "dev_id": 7, "status": 1, "login_type": 10, "at": 1}});
    assert_eq!(all(&single).unwrap(), [Said::Nothing]);
}

#[test]
fn messages_of_a_devices_life_are_nothing_to_do_and_what_cannot_be_read_is_refused() {
    let mut online = notify(&json!({"status": "online"}));
    online["messageType"] = "lifeCycle".into();
    assert_eq!(all(&push(&online)).unwrap(), [Said::Nothing]);
    assert_eq!(all(&push(&notify(&json!({})))).unwrap(), [Said::Nothing]);
    let mut nobody = notify(&json!({"params": {}}));
    for name in ["imei", "deviceName", "deviceId"] {
        nobody.as_object_mut().unwrap().remove(name);
    }
    for (bad, words) in [
        (json!({}), "msg: a string"),
        (json!({"msg": 7}), "msg: a string"),
        (json!({"msg": "AbCdEf=="}), "encrypted"),
        (json!({"msg": "[7]"}), "msg: an object"),
        (push(&json!({})), "messageType"),
        (push(&nobody), "imei"),
        (json!({"msg": {"type": 1, "ds_id": "x"}}), "dev_id"),
        (json!({"msg": {"type": 1, "dev_id": 7}}), "ds_id"),
    ] {
        let said = all(&bad).unwrap_err().0;
        assert!(said.contains(words), "{bad}: {said}");
    }
}

#[test]
fn a_signature_is_of_token_nonce_and_message_as_it_came() {
    let vector = "jh+OTHs2YFi0As0YVx73cQ==";
    assert!(probe("hello", NONCE, vector, TOKEN));
    assert!(
        probe("hello", NONCE, "jh OTHs2YFi0As0YVx73cQ==", TOKEN),
        "read from an address"
    );
    for (msg, nonce, signature, token) in [
        ("hello!", NONCE, vector, TOKEN),
        ("hello", "xyz98764", vector, TOKEN),
        ("hello", NONCE, vector, "tok-2"),
        ("hello", NONCE, "", TOKEN),
        ("hello", NONCE, "jh+OTHs2YFi0As0YVx73", TOKEN),
        ("hello", NONCE, "no base64", TOKEN),
    ] {
        assert!(
            !probe(msg, nonce, signature, token),
            "{msg} {nonce} {signature}"
        );
    }
    let signed = |name: &str, msg: &str| {
        format!(r#"{{"msg":{msg},"nonce":"{NONCE}","{name}":"{vector}","id":"1"}}"#)
    };
    assert!(body(signed("signature", r#""hello""#).as_bytes(), TOKEN));
    assert!(
        body(signed("msg_signature", r#""\u0068ello""#).as_bytes(), TOKEN),
        "unescaped"
    );
    assert!(!body(signed("sig", r#""hello""#).as_bytes(), TOKEN));
    assert!(!body(b"7", TOKEN));
    let raw = r#"{"type":1, "dev_id":7}"#;
    let made = Md5::new()
        .chain_update(TOKEN)
        .chain_update(NONCE)
        .chain_update(raw)
        .finalize();
    let older = format!(
        r#"{{"msg":{raw},"nonce":"{NONCE}","msg_signature":"{}"}}"#,
        STANDARD.encode(made)
    );
    assert!(
        body(older.as_bytes(), TOKEN),
        "an object is signed with its spaces"
    );
}
