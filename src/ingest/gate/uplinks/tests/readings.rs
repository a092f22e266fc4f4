//! What uplinks say and when, whatever their gateways' clocks say; and what is nothing to do.

use super::{EUI, NOW, bench};
use crate::domain::{Claim, Millis, Reason};
use crate::ingest::codec::named;
use serde_json::json;

#[test]
fn a_clock_that_was_never_set_or_runs_ahead_is_not_believed_while_another_is() {
    let b = bench();
    let seconds = |s: i64| Millis((NOW.0 as i64 + s * 1000) as u64).to_string();
    let said = |count: u32, time: &str, rx: &str| {
        let rx: serde_json::Value = serde_json::from_str(rx).unwrap();
        json!({"time": time, "deviceInfo": {"devEui": EUI}, "fCnt": count, "fPort": 1,
            "data": "AQ==", "rxInfo": rx})
        .to_string()
    };
    let server = format!(r#"[{{"nsTime":"{}"}}]"#, seconds(-3));
    let server_ahead = format!(r#"[{{"nsTime":"{}"}}]"#, seconds(7200));
    let gps_epoch = "1980-01-21T23:17:20.234+00:00";
    for (time, rx, ago) in [
        (gps_epoch, &*server, 3),
        (&*seconds(1800), &server, 3),
        // A gateway that was offline keeps what it heard: the server is believed all the same.
        (&*seconds(-900), &server, 3),
        ("0001-01-01T00:00:00Z", "[]", 0),
        (gps_epoch, "[]", 0),
        (&*seconds(1800), "[]", 0),
        (&*seconds(8 * 3600), &server_ahead, 0),
        (&*seconds(-9), &server_ahead, 9),
        (&*seconds(-9), "[]", 9),
        (&*seconds(30), "[]", -30),
    ] {
        let out = b.chirpstack(&said(1, time, rx));
        let [Claim::Bay(o)] = out.claims[..] else {
            panic!("{time} {rx}: {out:?}")
        };
        assert_eq!(
            o.at,
            Millis((NOW.0 as i64 - ago * 1000) as u64),
            "{time} {rx}"
        );
    }
    let old = said(
        1,
        &seconds(0),
        &format!(r#"[{{"nsTime":"{}"}}]"#, seconds(-90_000)),
    );
    assert_eq!(b.refused(named("chirpstack"), &old).0, Reason::TooOld);
}

#[test]
fn an_uplink_without_a_state_proves_the_device_alive_and_is_counted_as_ignored() {
    let b = bench();
    let source = b.registry.device("bay-1@park").unwrap().source;
    for (n, object) in [
        json!({"type": "user_registration", "occupied": null, "tag_id": "A1"}),
        json!({"type": "debug", "bytes": [1], "battery": 9}),
        json!({}),
    ]
    .into_iter()
    .enumerate()
    {
        let up = json!({"end_device_ids": {"device_id": "bay-1", "application_ids": {"application_id": "park"}},
            "uplink_message": {"f_port": 10, "f_cnt": n, "frm_payload": "CQ==", "decoded_payload": object}});
        let out = b.take(named("ttn"), &up.to_string());
        assert_eq!(out.claims, [Claim::Alive { source, at: NOW }], "{object}");
        assert!(out.refusals.is_empty());
        assert_eq!(b.metrics.uplinks_ignored.get(), n as u64 + 1);
    }
    let told = b.gate.healths().of(source).unwrap();
    assert_eq!(
        (told.heard_at, told.health.battery_percent),
        (NOW, Some(9)),
        "what a later frame does not tell stays"
    );
    let unheard = b.registry.device(EUI).unwrap().source;
    assert_eq!(b.gate.healths().of(unheard), None);
}

#[test]
fn what_is_no_uplink_or_only_simulated_is_nothing_to_do_unless_it_is_asked_for() {
    let mut b = bench();
    let ids = json!({"device_id": "x", "dev_eui": EUI});
    let joined =
        json!({"end_device_ids": ids, "join_accept": {"session_key_id": "AQ=="}}).to_string();
    let tried = json!({"end_device_ids": ids, "simulated": true,
        "uplink_message": {"f_port": 1, "frm_payload": "AQ=="}})
    .to_string();
    for (n, message) in [&joined, &tried].into_iter().enumerate() {
        let out = b.take(named("ttn"), message);
        assert!(out.is_empty() && out.ignored == 1, "{message}: {out:?}");
        assert_eq!(b.metrics.uplinks_ignored.get(), n as u64 + 1);
    }
    b.gate.config.simulated_uplinks = true;
    assert_eq!(b.take(named("ttn"), &tried).claims.len(), 1);
    assert!(b.take(named("ttn"), &joined).is_empty());
}
