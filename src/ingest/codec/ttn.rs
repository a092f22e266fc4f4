//! A device's uplink as The Things Stack hands it on, by MQTT or webhook.
//!
//! A device has two names here: its DevEUI and `{device_id}@{application_id}`; the registry may
//! know either. `received_at` is when the network had it. Numbers that are 0 are left out by the
//! server.

use super::fault::reads;
use super::{Codec, Http, Malformed, Said, Sender, Uplink, bytes, described, fault, time_in};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Deserialize)]
struct TtnEvent<'a> {
    #[serde(borrow)]
    end_device_ids: DeviceIds<'a>,
    #[serde(borrow)]
    received_at: Option<Cow<'a, str>>,
    #[serde(borrow)]
    uplink_message: UplinkMessage<'a>,
}

#[derive(Deserialize)]
struct DeviceIds<'a> {
    #[serde(borrow)]
    device_id: Cow<'a, str>,
    #[serde(borrow)]
    application_ids: Option<ApplicationIds<'a>>,
    #[serde(borrow)]
    dev_eui: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct ApplicationIds<'a> {
    #[serde(borrow)]
    application_id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct UplinkMessage<'a> {
    #[serde(default)]
    f_port: u8,
    #[serde(default)]
    f_cnt: u32,
    #[serde(borrow)]
    frm_payload: Option<Cow<'a, str>>,
    #[serde(borrow)]
    decoded_payload: Option<&'a RawValue>,
    #[serde(borrow)]
    received_at: Option<Cow<'a, str>>,
}

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "ttn",
    sender: Sender::NetworkServer,
    topic: "v3/{application}/devices/{device}/up",
    retained: false,
    http: Some(Http {
        path: "/v1/uplinks/ttn",
        about: "Hand on a device's uplink from The Things Stack.\n\nThe address for its webhook, \
                with JSON as its format and uplink messages enabled.",
        event: None,
    }),
    items: "uplinks",
    title: "An uplink of The Things Stack",
    schema: described::<TtnUplink>,
    decode,
};

/// What the hub reads of an uplink of The Things Stack; the rest of it is ignored.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct TtnUplink {
    end_device_ids: TtnDevice,
    #[schema(format = DateTime)]
    received_at: Option<String>,
    uplink_message: TtnFrame,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct TtnDevice {
    device_id: String,
    dev_eui: Option<String>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct TtnFrame {
    f_cnt: Option<u32>,
    f_port: Option<u8>,
    /// The frame, in base64.
    frm_payload: Option<String>,
    /// What the network server decoded.
    #[schema(value_type = Option<Object>)]
    decoded_payload: Option<()>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    let message: TtnEvent<'a> =
        serde_json::from_slice(payload).map_err(|e| fault(payload, &e, reads!(TtnEvent)))?;
    let ids = message.end_device_ids;
    let up = message.uplink_message;
    let eui = ids.dev_eui.map(|eui| eui.to_ascii_lowercase());
    let name = ids
        .application_ids
        .map(|app| format!("{}@{}", ids.device_id, app.application_id));
    let at = time_in(
        "received_at",
        message.received_at.or(up.received_at).as_deref(),
    )?;
    out.push(Said::Uplink(Uplink {
        devices: eui.into_iter().chain(name).collect(),
        at,
        count: up.f_cnt,
        copy: None,
        port: up.f_port,
        payload: bytes("frm_payload", up.frm_payload.as_deref())?,
        object: up.decoded_payload.map(RawValue::get),
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;

    const UP: &str = include_str!("golden/ttn-up.json");

    fn read(json: &str) -> Result<Uplink<'_>, Malformed> {
        let mut out = Vec::new();
        decode(json.as_bytes(), &mut out)?;
        match out.pop() {
            Some(Said::Uplink(uplink)) => Ok(uplink),
            other => panic!("no uplink: {other:?}"),
        }
    }

    #[test]
    fn a_message_is_read_as_the_server_writes_it() {
        let up = read(UP).unwrap();
        assert_eq!(up.devices, ["0004a30b001c0530", "bay-007@toa-payoh"]);
        assert_eq!((up.port, &*up.payload, up.count), (1, &[1][..], 42));
        assert_eq!(up.at, Millis::parse("2026-11-23T02:00:00.123Z"));
        assert!(up.object.is_some_and(|o| o.contains("occupied")));
    }

    #[test]
    fn zeroes_are_left_out_and_the_inner_time_stands_in() {
        let up = read(
            r#"{"end_device_ids":{"device_id":"d","application_ids":{"application_id":"a"}},
                "uplink_message":{"frm_payload":"","received_at":"2026-11-23T02:00:00Z"}}"#,
        )
        .unwrap();
        assert_eq!(
            (&*up.devices, up.port, up.count),
            (&["d@a".to_owned()][..], 0, 0)
        );
        assert_eq!(up.at, Millis::parse("2026-11-23T02:00:00Z"));
    }

    #[test]
    fn what_is_no_uplink_is_refused_with_the_member_at_fault() {
        let ids = r#""end_device_ids":{"device_id":"d"}"#;
        for (bad, names) in [
            ("{}".to_owned(), "end_device_ids"),
            (format!("{{{ids},\"join_accept\":{{}}}}"), "uplink_message"),
            (
                format!("{{{ids},\"uplink_message\":{{}},\"received_at\":\"x\"}}"),
                "received_at",
            ),
            (
                format!("{{{ids},\"uplink_message\":{{\"frm_payload\":\"AQ\"}}}}"),
                "frm_payload",
            ),
            (
                format!("{{{ids},\"uplink_message\":{{\"f_port\":-1}}}}"),
                "uplink_message: f_port: a whole",
            ),
        ] {
            let said = read(&bad).map(|_| ()).unwrap_err().0;
            assert!(said.contains(names), "{bad}: {said}");
        }
    }
}
