//! A device's uplink as ChirpStack v4 hands it on: its JSON `up` event.
//!
//! `time` is the gateway's clock, which may never have been set; `nsTime` in `rxInfo` is when the
//! network server had it from each gateway, and is believed before it. `fCnt` orders what one device
//! says. Members at their default may be missing altogether. What radios say never costs a reading.

use super::device::{DeviceHealth, dbm, tenths};
use super::fault::reads;
use super::{Codec, Http, Malformed, Said, Sender, Uplink, bytes, clocks, described, fault};
use crate::domain::Millis;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChirpstackEvent<'a> {
    #[serde(borrow)]
    deduplication_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    device_info: DeviceInfo<'a>,
    #[serde(default)]
    f_cnt: u32,
    f_port: Option<u8>,
    #[serde(borrow)]
    data: Option<Cow<'a, str>>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    rx_info: Option<&'a RawValue>,
}

/// How one gateway heard it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RxInfo<'a> {
    #[serde(borrow)]
    ns_time: Option<Cow<'a, str>>,
    rssi: Option<f64>,
    snr: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceInfo<'a> {
    #[serde(borrow)]
    dev_eui: Cow<'a, str>,
}

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "chirpstack",
    sender: Sender::NetworkServer,
    topic: "application/{application}/device/{device}/event/up",
    retained: false,
    http: Some(Http {
        path: "/v1/uplinks/chirpstack",
        about: "Hand on a device's uplink from ChirpStack v4.\n\nThe address for its HTTP \
                integration, with JSON as its encoding. Events other than `up` are accepted and \
                ignored.",
        event: Some("up"),
        platform: None,
    }),
    items: "uplinks",
    title: "An uplink of ChirpStack v4",
    schema: described::<ChirpstackUplink>,
    decode,
};

/// What the hub reads of an uplink of ChirpStack v4; the rest of it is ignored.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
#[schema(rename_all = "camelCase")]
struct ChirpstackUplink {
    /// The same for copies of one uplink.
    deduplication_id: Option<String>,
    /// When it was received, by the gateway's clock.
    #[schema(format = DateTime)]
    time: Option<String>,
    device_info: ChirpstackDevice,
    f_cnt: Option<u32>,
    f_port: Option<u8>,
    /// The frame, in base64.
    data: Option<String>,
    /// What the network server decoded.
    #[schema(value_type = Option<Object>)]
    object: Option<()>,
    rx_info: Option<Vec<ChirpstackReception>>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
#[schema(rename_all = "camelCase")]
struct ChirpstackReception {
    /// When the network server had it from this gateway; believed before `time`.
    #[schema(format = DateTime)]
    ns_time: Option<String>,
    /// dBm.
    rssi: Option<f64>,
    /// dB.
    snr: Option<f64>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
#[schema(rename_all = "camelCase")]
struct ChirpstackDevice {
    dev_eui: String,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    let event: ChirpstackEvent<'a> =
        serde_json::from_slice(payload).map_err(|e| fault(payload, &e, reads!(ChirpstackEvent)))?;
    let time = clocks::rfc3339("time", event.time.as_deref())?;
    let (ns_time, health) = heard(event.rx_info);
    out.push(Said::Uplink(Uplink {
        devices: vec![event.device_info.dev_eui.to_ascii_lowercase()],
        times: [ns_time, time],
        count: event.f_cnt,
        copy: event.deduplication_id,
        port: event.f_port.unwrap_or(0),
        payload: bytes("data", event.data.as_deref())?,
        object: event.object.map(|object| object.get().into()),
        health,
        simulated: false,
    }));
    Ok(())
}

/// When the network server first had it, and how well the nearest gateway heard it.
fn heard(rx_info: Option<&RawValue>) -> (Option<Millis>, DeviceHealth) {
    let all: Vec<RxInfo<'_>> = rx_info
        .and_then(|all| serde_json::from_str(all.get()).ok())
        .unwrap_or_default();
    let times = all
        .iter()
        .filter_map(|one| clocks::rfc3339("nsTime", one.ns_time.as_deref()).ok()?);
    let first = times.min();
    let strength = |one: &RxInfo<'_>| one.rssi.unwrap_or(f64::MIN);
    let best = all
        .iter()
        .max_by(|a, b| strength(a).total_cmp(&strength(b)));
    let health = DeviceHealth {
        rssi_dbm: best.and_then(|one| dbm(one.rssi?)),
        snr_ddb: best.and_then(|one| tenths(one.snr?)),
        ..DeviceHealth::default()
    };
    (first, health)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;

    const UP: &str = include_str!("golden/chirpstack-up.json");

    fn read(json: &str) -> Result<Uplink<'_>, Malformed> {
        let mut out = Vec::new();
        decode(json.as_bytes(), &mut out)?;
        match out.pop() {
            Some(Said::Uplink(uplink)) => Ok(uplink),
            other => panic!("no uplink: {other:?}"),
        }
    }

    #[test]
    fn an_event_is_read_as_the_server_writes_it() {
        let up = read(UP).unwrap();
        assert_eq!(
            up.devices,
            ["0004a30b001c0530"],
            "in lower case, as the registry keeps it"
        );
        assert_eq!((up.port, &*up.payload, up.count), (2, &[1, 255][..], 4711));
        assert_eq!(
            up.times[1],
            Millis::parse("2026-11-23T02:00:00.123Z"),
            "nanoseconds and an offset"
        );
        assert_eq!(
            up.copy.as_deref(),
            Some("3ac7e3c4-4401-4b8d-9386-a5c902f9202d")
        );
        assert!(up.object.is_some_and(|o| o.contains("occupied")));
    }

    #[test]
    fn the_servers_clock_goes_before_the_gateways_and_the_nearest_gateway_tells_the_signal() {
        let event = |rx: &str| {
            format!(
                r#"{{"deviceInfo":{{"devEui":"0102030405060708"}},
                    "time":"1980-01-21T23:17:20.234+00:00","rxInfo":{rx}}}"#
            )
        };
        let two = event(
            r#"[{"gatewayId":"a","nsTime":"2026-11-23T02:00:01.5+00:00","rssi":-97,"snr":-2.5},
                {"gatewayId":"b","nsTime":"2026-11-23T02:00:01Z","rssi":-60,"snr":9.75}]"#,
        );
        let up = read(&two).unwrap();
        assert_eq!(up.times, [Millis::parse("2026-11-23T02:00:01Z"), None]);
        assert_eq!(
            (up.health.rssi_dbm, up.health.snr_ddb),
            (Some(-60), Some(98))
        );
        for odd in [
            "null",
            "[]",
            "7",
            r#"[{"nsTime":7}]"#,
            r#"[{"nsTime":"noon","snr":null}]"#,
        ] {
            let odd = event(odd);
            let up = read(&odd).unwrap();
            assert_eq!(
                (up.times, up.health),
                ([None; 2], DeviceHealth::default()),
                "{odd}"
            );
        }
    }

    #[test]
    fn what_is_at_its_default_may_be_missing() {
        let up = read(r#"{"deviceInfo":{"devEui":"0102030405060708"},"object":null}"#).unwrap();
        assert_eq!(
            (up.port, up.count, up.times, up.copy),
            (0, 0, [None; 2], None)
        );
        assert!(up.payload.is_empty() && up.object.is_none());
    }

    #[test]
    fn what_is_no_uplink_is_refused_with_the_member_at_fault() {
        for (bad, names) in [
            ("{}", "deviceInfo"),
            (r#"{"deviceInfo":{}}"#, "devEui"),
            (r#"{"deviceInfo":{"devEui":"x"},"time":"noon"}"#, "time"),
            (r#"{"deviceInfo":{"devEui":"x"},"data":"!"}"#, "data"),
            (
                r#"{"deviceInfo":{"devEui":"x"},"fPort":256}"#,
                "fPort: a whole",
            ),
            (
                r#"{"deviceInfo":{"devEui":"x"},"fCnt":-1}"#,
                "fCnt: a whole",
            ),
            ("[]", "devEui"),
        ] {
            let said = read(bad).map(|_| ()).unwrap_err().0;
            assert!(said.contains(names) || bad == "[]", "{bad}: {said}");
        }
    }
}
