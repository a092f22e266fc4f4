//! What China Telecom's CTWing (AEP) pushes of its NB-IoT devices, by HTTP.
//!
//! A device has two names here: `imei:{IMEI}` and `{productId}/{deviceId}`; the registry may know
//! either. `timestamp` is the platform's clock; what the payload says of time is the device's, which
//! in the only public sample runs 51 s ahead, and is not read. `dataReport` and `eventReport` tell
//! readings; `dataReportTupUnion` repeats in a batch what was pushed singly, and all else is of the
//! platform: nothing to do. The platform takes any answer but 200 for a failure, and drops messages
//! for a minute after many of them.
//!
//! After the platform's help (message push) as public notes tell it, and a public sample of a parking
//! sensor.

use super::platform::{JsonMembers, each, fill, lacks, mark, names, needed, text, time};
use super::{Codec, Http, Malformed, Platform, Said, Sender, Uplink, described};
use utoipa::ToSchema;

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "ctwing",
    sender: Sender::NetworkServer,
    topic: "uplinks/ctwing/{device}",
    retained: false,
    http: Some(Http {
        path: "/v1/uplinks/ctwing",
        about: "Hand on what a device reported to China Telecom's CTWing.\n\nThe address for its \
                message push, with `?key=` and a key for network servers. Always answered 200 \
                once it is durable. Messages other than `dataReport` and `eventReport` are \
                accepted and ignored.",
        event: None,
        platform: Some(Platform { signed: None }),
    }),
    items: "messages",
    title: "A message of CTWing",
    schema: described::<CtwingMessage>,
    decode,
};

/// What the hub reads of a message of CTWing; the rest of it is ignored.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
#[schema(rename_all = "camelCase")]
struct CtwingMessage {
    /// `dataReport`, `eventReport`, or what is ignored.
    message_type: String,
    product_id: Option<String>,
    device_id: Option<String>,
    #[schema(rename = "IMEI")]
    imei: Option<String>,
    /// When the platform had it, ms.
    timestamp: Option<u64>,
    /// Of a `dataReport`: what the device's decoder made of it, or `APPdata` in base64.
    #[schema(value_type = Option<Object>)]
    payload: Option<()>,
    /// Of an `eventReport`.
    #[schema(value_type = Option<Object>)]
    event_content: Option<()>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    each(payload, out, |message, out| {
        out.push(read(message)?);
        Ok(())
    })
}

fn read<'a>(message: &JsonMembers) -> Result<Said<'a>, Malformed> {
    let kind = needed(message, "messageType")?;
    let field = match &*kind {
        "dataReport" => "payload",
        "eventReport" => "eventContent",
        _ => return Ok(Said::Nothing),
    };
    let product = text(message, &["productId"]);
    let devices = names(
        text(message, &["IMEI", "imei"]),
        product.as_deref(),
        &[text(message, &["deviceId"])],
    );
    if devices.is_empty() {
        return Err(lacks("IMEI", "that, or productId and deviceId,"));
    }
    let said = message.get(field).unwrap_or(&serde_json::Value::Null);
    let at = time(message, "timestamp");
    let stamp = at.map(|at| at.to_string()).unwrap_or_default();
    let mut up = Uplink {
        devices,
        times: [at, None],
        copy: at.map(|_| mark(&[&stamp, &kind, &said.to_string()])),
        ..Uplink::default()
    };
    fill(&mut up, field, said)?;
    Ok(Said::Uplink(up))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;
    use serde_json::json;

    fn all(json: &serde_json::Value) -> Result<Vec<Said<'static>>, Malformed> {
        let mut out = Vec::new();
        let text = json.to_string().leak();
        decode(text.as_bytes(), &mut out).map(|()| out)
    }

    fn one(json: &serde_json::Value) -> Uplink<'static> {
        match all(json).unwrap().pop() {
            Some(Said::Uplink(up)) => up,
            other => panic!("{json}: {other:?}"),
        }
    }

    fn report() -> serde_json::Value {
        json!({"messageType": "dataReport", "deviceId": "0123456789abcdef0123456789abcdef",
            "productId": "15080293", "tenantId": "2000001", "IMEI": "864016059485616", "IMSI": "undefined",
            "topic": "v1/up/ad19", "timestamp": 1_700_000_000_000_u64, "serviceId": 1, "protocol": "lwm2m",
            "upPacketSN": -1, "upDataSN": -1, "deviceType": "", "assocAssetId": "",
            "payload": {"parking_state": 1, "mag_id": 7, "ptime": 1_700_000_051, "battery_voltage": 3.57}})
    }

    #[test]
    fn a_report_is_of_the_platforms_time_and_of_either_name() {
        let up = one(&report());
        assert_eq!(
            up.devices,
            [
                "imei:864016059485616",
                "15080293/0123456789abcdef0123456789abcdef"
            ]
        );
        assert_eq!(
            up.times,
            [Some(Millis(1_700_000_000_000)), None],
            "not ptime"
        );
        let object: serde_json::Value = serde_json::from_str(&up.object.unwrap()).unwrap();
        assert_eq!(object["parking_state"], 1);
        let mut other = report();
        (other["productId"], other["timestamp"]) = (json!(15_080_293), json!("1700000000000"));
        other.as_object_mut().unwrap().remove("IMEI");
        let up = one(&other);
        assert_eq!(up.devices, ["15080293/0123456789abcdef0123456789abcdef"]);
        assert_eq!(up.times[0], Some(Millis(1_700_000_000_000)));
    }

    #[test]
    fn what_passes_through_the_platform_is_bytes_or_the_devices_own_json() {
        let mut through = report();
        through["payload"] = json!({"APPdata": "AQID"});
        let up = one(&through);
        assert_eq!((&*up.payload, up.object), (&[1, 2, 3][..], None));
        through["payload"] = json!("{\"parking_state\":0}");
        assert_eq!(
            one(&through).object.as_deref(),
            Some("{\"parking_state\":0}")
        );
        through["payload"] = json!({"APPdata": "!"});
        assert!(all(&through).unwrap_err().0.contains("APPdata: not base64"));
        let mut event = report();
        event["messageType"] = "eventReport".into();
        event["eventContent"] = json!({"parking_state": 0});
        assert_eq!(one(&event).object.as_deref(), Some("{\"parking_state\":0}"));
    }

    #[test]
    fn a_message_that_is_pushed_again_has_the_same_mark_and_another_has_not() {
        let mut other = report();
        other["payload"]["parking_state"] = 0.into();
        assert_eq!(one(&report()).copy, one(&report()).copy);
        assert_ne!(one(&report()).copy, one(&other).copy);
    }

    #[test]
    fn what_repeats_or_is_of_the_platform_is_nothing_to_do() {
        for kind in [
            "dataReportTupUnion",
            "commandResponse",
            "deviceOnlineOfflineReport",
            "anything",
        ] {
            let mut other = report();
            other["messageType"] = kind.into();
            assert_eq!(all(&other).unwrap(), [Said::Nothing], "{kind}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_costs_no_other_of_its_list() {
        for (bad, words) in [
            (json!([]), "an object is wanted"),
            (json!(7), "an object is wanted"),
            (json!({}), "messageType: a string"),
            (json!({"messageType": "dataReport"}), "IMEI: "),
            (
                json!({"messageType": "dataReport", "IMEI": "86401605948561"}),
                "IMEI: ",
            ),
            (
                json!({"messageType": "dataReport", "IMEI": "864016059485616", "payload": 7}),
                "payload: ",
            ),
        ] {
            let said = all(&bad).unwrap_err().0;
            assert!(said.contains(words), "{bad}: {said}");
        }
        let two = all(&json!([7, report()])).unwrap();
        assert!(
            matches!(two[..], [Said::Unreadable(_), Said::Uplink(_)]),
            "{two:?}"
        );
    }
}
