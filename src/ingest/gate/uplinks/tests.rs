//! Uplinks at the gate: known devices become readings of their bays, copies are recognised, the
//! rest is refused.

use super::super::{Config, Gate};
use super::{PARTS, PER_PART, RecentUplinks, UplinkId};
use crate::clock::ManualClock;
use crate::domain::{
    Area, BayStatus, Claim, Door, IdPattern, KeyAccount, Millis, Parcel, Pass, Reason, Receipt,
    Remit, SharedRemit, SourceIx, SourceKind, Speaker,
};
use crate::ingest::codec::device::MODELS;
use crate::ingest::codec::{Codec, named};
use crate::metrics::Metrics;
use crate::registry::{DeviceSpec, Registry};
use serde_json::json;
use std::sync::Arc;

mod readings;

const NOW: Millis = Millis(1_795_402_800_000);
const EUI: &str = "0004a30b001c0530";

struct UplinkBench {
    gate: Gate,
    registry: Arc<Registry>,
    metrics: Arc<Metrics>,
    speaker: Speaker,
}

fn device(device: &str, bay: &str, model: &str) -> DeviceSpec {
    DeviceSpec {
        device: device.into(),
        bay: bay.into(),
        model: model.into(),
        ..DeviceSpec::default()
    }
}

fn bench() -> UplinkBench {
    let registry = Arc::new(super::super::tests::city().knowing(MODELS));
    let other = DeviceSpec {
        via: Some("network-2".into()),
        ..device("1111111111111111", "B", "decoded")
    };
    let devices = [
        device(EUI, "A", "bosch-tps110"),
        device("bay-1@park", "B", "decoded"),
        other,
    ];
    registry.put_devices(&devices).unwrap();
    let metrics = Arc::new(Metrics::new());
    let gate = Gate::new(
        registry.clone(),
        Arc::new(ManualClock::at(NOW)),
        metrics.clone(),
        Config::default(),
    );
    let source = SourceIx(9);
    let kind = SourceKind::Sensor;
    let pass = Pass::default();
    UplinkBench {
        gate,
        registry,
        metrics,
        speaker: Speaker {
            source,
            kind,
            id: "network-1".into(),
            pass,
            uplinks: true,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        },
    }
}

/// A ChirpStack event of the Bosch device; `data` is base64.
fn event(count: u32, port: u8, data: &str, seconds_ago: u64) -> String {
    let at = Millis(NOW.0 - seconds_ago * 1000).to_string();
    let copy = format!("copy-{count}-{seconds_ago}");
    json!({"deduplicationId": copy, "time": at, "deviceInfo": {"devEui": EUI},
        "fCnt": count, "fPort": port, "data": data})
    .to_string()
}

impl UplinkBench {
    fn take(&self, codec: &'static Codec, payload: &str) -> Parcel {
        let mut out = Parcel::default();
        self.gate.take(
            &self.speaker,
            Door::Mqtt,
            &"application/+/device/+/event/up",
            codec,
            payload.as_bytes(),
            &mut out,
        );
        out
    }

    fn chirpstack(&self, payload: &str) -> Parcel {
        self.take(named("chirpstack"), payload)
    }

    fn refused(&self, codec: &'static Codec, payload: &str) -> (Reason, String) {
        let out = self.take(codec, payload);
        assert!(
            out.claims.is_empty() && out.refusals.len() == 1,
            "{payload}: {out:?}"
        );
        let refusal = &out.refusals[0];
        assert_eq!(
            self.metrics.refused(Door::Mqtt, refusal.reason),
            1,
            "counted once"
        );
        (refusal.reason, refusal.detail.to_string())
    }
}

/// What the journal does with a parcel it could write.
fn store(parcel: Parcel) {
    parcel
        .into_submission(Receipt::unwatched())
        .receipt
        .durable();
}

#[test]
fn each_frame_of_a_sensor_is_a_reading_in_the_devices_own_name() {
    let b = bench();
    let own = b.registry.source("dev.0004a30b001c0530").unwrap().0;
    let bay = b.registry.bay("A").unwrap();
    let startup = "AAAAAAAAAAAAAAAAAAAAAAE=";
    for (count, port, data, want) in [
        (1, 1, "AA==", BayStatus::Vacant),
        (2, 2, "Af8=", BayStatus::Occupied),
        (3, 3, startup, BayStatus::Occupied),
    ] {
        let out = b.chirpstack(&event(count, port, data, 5));
        let [Claim::Bay(o)] = out.claims[..] else {
            panic!("{out:?}")
        };
        assert_eq!(
            (o.bay, o.source, o.status, o.seq),
            (bay, own, want, u64::from(count))
        );
        assert_eq!(
            (o.at, o.source_kind),
            (Millis(NOW.0 - 5000), SourceKind::Sensor)
        );
    }
}

#[test]
fn a_device_is_known_by_either_of_its_names() {
    let b = bench();
    let message = |ids: serde_json::Value| {
        json!({"end_device_ids": ids, "uplink_message": {"f_port": 1, "frm_payload": "AQ==",
            "decoded_payload": {"parking_status": 1}}})
        .to_string()
    };
    for (ids, bay) in [
        (
            json!({"device_id": "any", "dev_eui": "0004A30B001C0530"}),
            "A",
        ),
        (
            json!({"device_id": "bay-1", "application_ids": {"application_id": "park"}}),
            "B",
        ),
        (
            json!({"device_id": "bay-1", "application_ids": {"application_id": "park"}, "dev_eui": "99"}),
            "B",
        ),
    ] {
        let out = b.take(named("ttn"), &message(ids));
        let [Claim::Bay(o)] = out.claims[..] else {
            panic!("{out:?}")
        };
        assert_eq!(
            (o.bay, o.status, o.at),
            (b.registry.bay(bay).unwrap(), BayStatus::Occupied, NOW)
        );
    }
}

#[test]
fn a_frame_of_the_networks_own_proves_the_device_alive() {
    let b = bench();
    let own = b.registry.source("dev.0004a30b001c0530").unwrap().0;
    let out = b.chirpstack(&event(1, 0, "", 1));
    assert_eq!(
        out.claims,
        [Claim::Alive {
            source: own,
            at: Millis(NOW.0 - 1000)
        }]
    );
}

#[test]
fn each_wrong_uplink_has_its_reason() {
    let eui = |eui: &str, port: u8, data: &str| {
        json!({"deviceInfo": {"devEui": eui}, "fPort": port, "data": data}).to_string()
    };
    for (payload, reason, words) in [
        (
            eui("ffffffffffffffff", 1, "AQ=="),
            Reason::UnknownDevice,
            "ffffffffffffffff",
        ),
        (eui(EUI, 7, "AQ=="), Reason::Malformed, "not 7"),
        (eui(EUI, 1, ""), Reason::Malformed, EUI),
        (eui(EUI, 2, "AQID"), Reason::Malformed, "this has 3"),
        (
            eui("1111111111111111", 1, "AQ=="),
            Reason::Forbidden,
            "network-1",
        ),
        (event(1, 1, "AQ==", 90_000), Reason::TooOld, "90000 s"),
        ("{".into(), Reason::Malformed, "EOF"),
    ] {
        let (said, detail) = bench().refused(named("chirpstack"), &payload);
        assert_eq!(said, reason, "{payload}");
        assert!(detail.contains(words), "{detail}");
    }
    let b = bench();
    b.registry.remove_bays(&["A".into()]).unwrap();
    assert_eq!(
        b.refused(named("chirpstack"), &event(1, 1, "AQ==", 1)).0,
        Reason::UnknownBay
    );
}

#[test]
fn who_is_no_network_server_hands_on_nothing() {
    let mut b = bench();
    b.speaker.uplinks = false;
    assert_eq!(
        b.refused(named("chirpstack"), &event(1, 1, "AQ==", 1)).0,
        Reason::Forbidden
    );
}

#[test]
fn a_copy_of_what_is_durable_is_counted_and_not_taken_again() {
    let b = bench();
    store(b.chirpstack(&event(7, 1, "AQ==", 9)));
    let copy = b.chirpstack(&event(7, 1, "AQ==", 9));
    assert!(copy.is_empty(), "{copy:?}");
    assert_eq!(b.metrics.uplinks_duplicate.get(), 1);
}

#[test]
fn a_copy_of_what_is_not_yet_durable_is_taken() {
    let b = bench();
    let first = b.chirpstack(&event(7, 1, "AQ==", 9));
    assert_eq!(
        b.chirpstack(&event(7, 1, "AQ==", 9)).claims,
        first.claims,
        "under way is not durable"
    );
    drop(first);
    assert_eq!(
        b.chirpstack(&event(7, 1, "AQ==", 9)).claims.len(),
        1,
        "nor is what the journal gave up"
    );
    assert_eq!(b.metrics.uplinks_duplicate.get(), 0);
}

#[test]
fn a_device_that_starts_its_counter_anew_is_heard() {
    let b = bench();
    store(b.chirpstack(&event(0, 3, "AAAAAAAAAAAAAAAAAAAAAAE=", 60)));
    let again = b.chirpstack(&event(0, 3, "AAAAAAAAAAAAAAAAAAAAAAA=", 5));
    let [Claim::Bay(o)] = again.claims[..] else {
        panic!("{again:?}")
    };
    assert_eq!((o.at, o.status), (Millis(NOW.0 - 5000), BayStatus::Vacant));
}

#[test]
fn what_is_remembered_is_bounded_and_the_oldest_makes_room() {
    let recent = RecentUplinks::default();
    let key = |n: usize| UplinkId {
        source: SourceIx(n as u32),
        count: 0,
        mark: 0,
    };
    let many = 4 * PARTS * PER_PART;
    for n in 0..many {
        recent.note(key(n));
        recent.note(key(n));
    }
    let held = (0..many).filter(|n| recent.holds(key(*n))).count();
    assert_eq!(held, PARTS * PER_PART);
    assert!(recent.holds(key(many - 1)) && !recent.holds(key(0)));
}

#[test]
fn an_uplink_is_judged_by_the_zone_of_the_bay_that_its_device_watches() {
    let b = bench();
    let elsewhere = vec![IdPattern::parse("Y*").unwrap()];
    b.speaker.remit.change(Remit {
        area: Area::of(elsewhere, vec![]).unwrap(),
        ..Remit::default()
    });
    // A reading, and a frame that says only that the device is there.
    for uplink in [event(1, 1, "AQ==", 9), event(2, 0, "", 1)] {
        let out = b.chirpstack(&uplink);
        assert!(out.claims.is_empty(), "{out:?}");
        assert_eq!(out.refusals[0].reason, Reason::OutOfArea);
    }
    b.speaker.remit.change(Remit::default());
    assert_eq!(b.chirpstack(&event(1, 1, "AQ==", 9)).claims.len(), 1);
}
