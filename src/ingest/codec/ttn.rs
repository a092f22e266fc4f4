//! A device's uplink as The Things Stack hands it on, by MQTT or webhook.
//!
//! A device has two names here: its DevEUI and `{device_id}@{application_id}`; the registry may
//! know either. `received_at` is when the network had it; what gateways say of the time is not read.
//! Numbers that are 0 are left out by the server. Other messages than uplinks (that a device joined,
//! that it was answered, where it is) are nothing to do: an answer of error to several of them would
//! switch the whole webhook off.

use super::device::{DeviceHealth, dbm, tenths};
use super::fault::reads;
use super::{Codec, Http, Malformed, Said, Sender, Uplink, bytes, clocks, described, fault};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Deserialize)]
struct TtnEvent<'a> {
    #[serde(borrow)]
    end_device_ids: DeviceIds<'a>,
    #[serde(borrow)]
    received_at: Option<Cow<'a, str>>,
    #[serde(borrow)]
    uplink_message: Option<UplinkMessage<'a>>,
    #[serde(default)]
    simulated: bool,
}

/// What else The Things Stack sends, by the member that holds it.
const OTHERS: [&str; 13] = [
    "uplink_normalized",
    "join_accept",
    "downlink_ack",
    "downlink_nack",
    "downlink_sent",
    "downlink_failed",
    "downlink_queued",
    "downlink_queue_invalidated",
    "location_solved",
    "service_data",
    "end_device_created",
    "end_device_updated",
    "end_device_deleted",
];

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
    #[serde(borrow)]
    rx_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    last_battery_percentage: Option<&'a RawValue>,
}

/// How one gateway heard it.
#[derive(Deserialize)]
struct GatewayMetadata {
    rssi: Option<f64>,
    snr: Option<f64>,
}

#[derive(Deserialize)]
struct LastBattery {
    value: Option<f64>,
}

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "ttn",
    sender: Sender::NetworkServer,
    topic: "v3/{application}/devices/{device}/up",
    retained: false,
    http: Some(Http {
        path: "/v1/uplinks/ttn",
        about: "Hand on a device's uplink from The Things Stack.\n\nThe address for its webhook, \
                with JSON as its format and uplink messages enabled; others are accepted and \
                ignored. So are simulated ones, unless the hub is set to take them.",
        event: None,
        platform: None,
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
    /// Absent in other messages, which are ignored.
    uplink_message: Option<TtnFrame>,
    /// Somebody tries out; ignored unless the hub is set to take it.
    simulated: Option<bool>,
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
    rx_metadata: Option<Vec<TtnReception>>,
    last_battery_percentage: Option<TtnBattery>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct TtnReception {
    /// dBm.
    rssi: Option<f64>,
    /// dB.
    snr: Option<f64>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct TtnBattery {
    /// Of full charge, %.
    value: Option<f64>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    let message: TtnEvent<'a> =
        serde_json::from_slice(payload).map_err(|e| fault(payload, &e, reads!(TtnEvent)))?;
    let Some(up) = message.uplink_message else {
        if !is_other(payload) {
            return Err(Malformed("missing field `uplink_message`".to_owned()));
        }
        out.push(Said::Nothing);
        return Ok(());
    };
    let ids = message.end_device_ids;
    let eui = ids.dev_eui.map(|eui| eui.to_ascii_lowercase());
    let name = ids
        .application_ids
        .map(|app| format!("{}@{}", ids.device_id, app.application_id));
    let times = [
        clocks::rfc3339("received_at", message.received_at.as_deref())?,
        clocks::rfc3339("received_at", up.received_at.as_deref())?,
    ];
    out.push(Said::Uplink(Uplink {
        devices: eui.into_iter().chain(name).collect(),
        times,
        count: up.f_cnt,
        copy: None,
        port: up.f_port,
        payload: bytes("frm_payload", up.frm_payload.as_deref())?,
        object: up.decoded_payload.map(|object| object.get().into()),
        health: health(up.rx_metadata, up.last_battery_percentage),
        simulated: message.simulated,
    }));
    Ok(())
}

/// Whether it is one of [`OTHERS`].
fn is_other(payload: &[u8]) -> bool {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(payload).unwrap_or_default();
    OTHERS.iter().any(|name| members.contains_key(*name))
}

/// How well the nearest gateway heard it, and what the device last answered of its battery.
fn health(rx_metadata: Option<&RawValue>, battery: Option<&RawValue>) -> DeviceHealth {
    let all: Vec<GatewayMetadata> = rx_metadata
        .and_then(|all| serde_json::from_str(all.get()).ok())
        .unwrap_or_default();
    let strength = |one: &GatewayMetadata| one.rssi.unwrap_or(f64::MIN);
    let best = all
        .iter()
        .max_by(|a, b| strength(a).total_cmp(&strength(b)));
    let share = battery
        .and_then(|one| serde_json::from_str::<LastBattery>(one.get()).ok())
        .and_then(|battery| battery.value)
        .filter(|share| (0.0..=100.0).contains(share));
    DeviceHealth {
        rssi_dbm: best.and_then(|one| dbm(one.rssi?)),
        snr_ddb: best.and_then(|one| tenths(one.snr?)),
        battery_percent: share.map(|share| share.round() as u8),
        ..DeviceHealth::default()
    }
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
        assert_eq!(up.times[0], Millis::parse("2026-11-23T02:00:00.123Z"));
        assert!(!up.simulated);
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
        assert_eq!(up.times, [None, Millis::parse("2026-11-23T02:00:00Z")]);
    }

    #[test]
    fn every_other_message_of_the_stack_is_nothing_to_do() {
        for name in OTHERS {
            let json = format!(r#"{{"end_device_ids":{{"device_id":"d"}},"{name}":{{"x":[1]}}}}"#);
            let mut out = Vec::new();
            decode(json.as_bytes(), &mut out).unwrap();
            assert_eq!(out, [Said::Nothing], "{name}");
        }
    }

    #[test]
    fn signal_and_battery_are_told_beside_the_frame_and_so_is_that_it_is_simulated() {
        let up = read(
            r#"{"end_device_ids":{"device_id":"d"},"received_at":"0001-01-01T00:00:00Z","simulated":true,
                "uplink_message":{"received_at":"2026-11-23T02:00:00Z",
                "rx_metadata":[{"rssi":-110,"snr":-7},{"rssi":-71,"snr":8.25,"time":"1980-01-06T00:00:00Z"}],
                "last_battery_percentage":{"f_cnt":4,"value":11.9}}}"#,
        )
        .unwrap();
        assert_eq!(up.times, [None, Millis::parse("2026-11-23T02:00:00Z")]);
        assert!(up.simulated);
        let health = up.health;
        assert_eq!(
            (health.rssi_dbm, health.snr_ddb, health.battery_percent),
            (Some(-71), Some(83), Some(12))
        );
        for odd in [
            r#""rx_metadata":7"#,
            r#""last_battery_percentage":{"value":"full"}"#,
            r#""rx_metadata":null"#,
        ] {
            let json =
                format!(r#"{{"end_device_ids":{{"device_id":"d"}},"uplink_message":{{{odd}}}}}"#);
            assert_eq!(
                read(&json).unwrap().health,
                DeviceHealth::default(),
                "{odd}"
            );
        }
    }

    #[test]
    fn what_is_no_uplink_is_refused_with_the_member_at_fault() {
        let ids = r#""end_device_ids":{"device_id":"d"}"#;
        for (bad, names) in [
            ("{}".to_owned(), "end_device_ids"),
            (format!("{{{ids},\"uplink\":{{}}}}"), "uplink_message"),
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
