//! What the gate lets through and what it turns away, with each reason counted.

use super::*;
use crate::clock::ManualClock;
use crate::domain::{
    Backing, BayStatus, CountWord, IdPattern, KeyAccount, Pass, Remit, SharedRemit, SourceIx,
    SourceKind,
};
use crate::ingest::codec::{Codec, named};
use crate::testing;

mod counts;
mod drops;
mod private;
mod usage;

const NOW: Millis = Millis(1_795_402_800_000);

pub(super) fn city() -> Registry {
    let zone = testing::town().zone("Z").capacity(10);
    zone.bay("A").bay("B").build()
}

struct GateBench {
    gate: Gate,
    metrics: Arc<Metrics>,
    speaker: Speaker,
}

fn bench(config: Config) -> GateBench {
    bench_in(city(), config)
}

fn bench_in(city: Registry, config: Config) -> GateBench {
    let metrics = Arc::new(Metrics::new());
    let gate = Gate::new(
        Arc::new(city),
        Arc::new(ManualClock::at(NOW)),
        metrics.clone(),
        config,
    );
    let source = SourceIx(3);
    let kind = SourceKind::Sensor;
    let speaker = Speaker {
        source,
        kind,
        id: "lamp-1".into(),
        pass: Pass::default(),
        uplinks: false,
        remit: SharedRemit::default(),
        account: KeyAccount::default(),
    };
    GateBench {
        gate,
        metrics,
        speaker,
    }
}

impl GateBench {
    fn take(&self, codec: &'static Codec, payload: &str) -> Parcel {
        let mut out = Parcel::default();
        self.gate.take(
            &self.speaker,
            Door::Mqtt,
            &"bayhub/v1/lamp-1/x",
            codec,
            payload.as_bytes(),
            &mut out,
        );
        out
    }

    fn refused(&self, payload: &str) -> Reason {
        let out = self.take(named("report"), payload);
        assert!(
            out.claims.is_empty() && out.refusals.len() == 1,
            "{payload}: {out:?}"
        );
        let reason = out.refusals[0].reason;
        assert_eq!(self.metrics.refused(Door::Mqtt, reason), 1, "counted once");
        reason
    }
}

fn at(ms: i64) -> String {
    let t = Millis((NOW.0 as i64 + ms) as u64);
    format!(r#"{{"bay":"A","state":"vacant","at":"{t}"}}"#)
}

#[test]
fn a_report_becomes_an_observation() {
    let out = bench(Config::default()).take(
        named("report"),
        r#"{"bay":"A","state":"occupied","confidence":0.5,"seq":9}"#,
    );
    let [Claim::Bay(o)] = out.claims[..] else {
        panic!("{out:?}")
    };
    assert_eq!(
        (o.at, o.seq, o.source, o.status, o.confidence),
        (NOW, 9, SourceIx(3), BayStatus::Occupied, 128)
    );
    assert!(out.refusals.is_empty());
}

#[test]
fn what_is_less_than_sure_is_never_rounded_up_to_it() {
    for (said, held) in [
        ("0.7999", 203),
        ("0.8", 204),
        ("0.797", 203),
        ("0.81", 207),
        ("0.9999", 255),
        ("0", 0),
    ] {
        let payload = format!(r#"{{"bay":"A","state":"vacant","confidence":{said}}}"#);
        let out = bench(Config::default()).take(named("report"), &payload);
        let [Claim::Bay(o)] = out.claims[..] else {
            panic!("{out:?}")
        };
        assert_eq!(o.confidence, held, "{said}");
    }
}

#[test]
fn each_wrong_report_has_its_reason() {
    let reasons = [
        ("{", Reason::Malformed),
        (r#"{"bay":"nowhere","state":"vacant"}"#, Reason::UnknownBay),
        (&at(60_001), Reason::TooFarInFuture),
        (&at(-86_400_001), Reason::TooOld),
    ];
    for (payload, reason) in reasons {
        assert_eq!(
            bench(Config::default()).refused(payload),
            reason,
            "{payload}"
        );
    }
    for edge in [60_000, -86_400_000] {
        assert_eq!(
            bench(Config::default())
                .take(named("report"), &at(edge))
                .claims
                .len(),
            1,
            "the limit itself passes"
        );
    }
}

#[test]
fn time_checks_can_be_turned_off() {
    let b = bench(Config {
        future_s: None,
        past_s: None,
        ..Config::default()
    });
    for ms in [90_000_000, -900_000_000] {
        assert_eq!(b.take(named("report"), &at(ms)).claims.len(), 1);
    }
}

#[test]
fn a_batch_is_refused_in_part_and_its_payload_kept_once() {
    let b = bench(Config::default());
    let out = b.take(
        named("report"),
        r#"{"bays":[{"bay":"A","state":"vacant"},{"bay":"X","state":"vacant"},{"bay":"B","state":"x"}]}"#,
    );
    assert_eq!(out.claims.len(), 1);
    let kept: Vec<_> = out
        .refusals
        .iter()
        .map(|r| (r.index, r.reason, r.payload.is_empty()))
        .collect();
    assert_eq!(
        kept,
        [
            (Some(1), Reason::UnknownBay, false),
            (Some(2), Reason::Malformed, true)
        ]
    );
}

#[test]
fn too_much_is_refused_whole() {
    let b = bench(Config {
        max_bays: 2,
        max_bytes: 200,
        ..Config::default()
    });
    let item = r#"{"bay":"A","state":"vacant"}"#;
    let three = format!(r#"{{"bays":[{item},{item},{item}]}}"#);
    assert_eq!(b.refused(&three), Reason::TooLarge);
    let b = bench(Config {
        max_bytes: 20,
        ..Config::default()
    });
    assert_eq!(b.refused(item), Reason::TooLarge);
}

#[test]
fn counts_and_status_pass_their_own_way() {
    let b = bench(Config::default());
    let out = b.take(named("count"), r#"{"zone":"Z","vacant":3,"capacity":10}"#);
    assert!(matches!(
        out.claims[..],
        [Claim::Count(CountObservation { word, .. })] if word == CountWord::vacant(3, 10)
    ));
    let out = b.take(named("count"), r#"{"zone":"Q","vacant":3,"capacity":10}"#);
    assert_eq!(out.refusals[0].reason, Reason::UnknownZone);
    let out = b.take(named("status"), r#"{"online":true}"#);
    assert!(matches!(
        out.claims[..],
        [Claim::Alive {
            source: SourceIx(3),
            ..
        }]
    ));
}

#[test]
fn an_empty_report_says_its_source_was_there_when_it_says() {
    let b = bench(Config::default());
    let then = Millis(NOW.0 - 3_600_000);
    for (payload, at) in [
        (r#"{"bays":[]}"#.to_owned(), NOW),
        (format!(r#"{{"at":"{then}","bays":[]}}"#), then),
    ] {
        let source = SourceIx(3);
        let out = b.take(named("report"), &payload);
        assert_eq!(out.claims, [Claim::Alive { source, at }]);
    }
    let old = Millis(NOW.0 - 86_400_001);
    let refused = b.refused(&format!(r#"{{"at":"{old}","bays":[]}}"#));
    assert_eq!(refused, Reason::TooOld);
}

#[test]
fn limits_are_read_with_off_and_nothing_else() {
    let c: Config = serde_json::from_str(r#"{"future_s":5,"past_s":"off"}"#).unwrap();
    assert_eq!((c.future_s, c.past_s, c.max_bays), (Some(5), None, 1000));
    assert!(serde_json::from_str::<Config>(r#"{"past_s":"never"}"#).is_err());
    assert!(serde_json::from_str::<Config>(r#"{"past_s":-1}"#).is_err());
}

#[test]
fn who_came_in_with_a_key_that_is_revoked_is_heard_no_more() {
    let bench = bench(Config::default());
    let report = r#"{"bay":"A","state":"vacant"}"#;
    assert_eq!(bench.take(named("report"), report).claims.len(), 1);
    bench.speaker.pass.withdraw();
    assert_eq!(bench.refused(report), Reason::Forbidden);
}

/// Only zone `A`, and whatever the operator `ura` has.
fn part() -> Area {
    let zones = vec![IdPattern::parse("A*").unwrap()];
    Area::of(zones, vec!["ura".to_owned()]).unwrap()
}

#[test]
fn what_is_said_of_a_zone_outside_the_area_is_refused_and_the_rest_is_taken() {
    let town = testing::town().zone("Z").capacity(10).bay("Z-1");
    let town = town.zone("AB").capacity(10).bay("A-1");
    let town = town.zone("U").operator("ura").capacity(10).bay("U-1");
    let b = bench_in(town.build(), Config::default());
    let area = part();
    let backing = Backing::default();
    b.speaker.remit.change(Remit {
        area,
        backing,
        ..Remit::default()
    });
    let three = r#"{"bays":[{"bay":"Z-1","state":"vacant"},{"bay":"A-1","state":"vacant"},
        {"bay":"U-1","state":"vacant"},{"bay":"nowhere","state":"vacant"}]}"#;
    let out = b.take(named("report"), three);
    let kept: Vec<_> = out.refusals.iter().map(|r| (r.index, r.reason)).collect();
    assert_eq!(
        kept,
        [(Some(0), Reason::OutOfArea), (Some(3), Reason::UnknownBay)]
    );
    assert!(out.claims.len() == 2 && out.refusals[0].detail.contains("\"Z\""));
    assert_eq!(b.metrics.refused(Door::Mqtt, Reason::OutOfArea), 1);
    for (zone, taken) in [("Z", false), ("AB", true), ("U", true)] {
        let count = format!(r#"{{"zone":"{zone}","vacant":1,"capacity":10}}"#);
        let out = b.take(named("count"), &count);
        assert_eq!(out.claims.len(), usize::from(taken), "{zone}: {out:?}");
    }
    // Given back, on the connection that is open.
    b.speaker.remit.change(Remit::default());
    assert_eq!(b.take(named("report"), three).claims.len(), 3);
}

#[test]
fn an_apps_word_carries_who_stands_behind_its_key_and_others_do_not() {
    let mut b = bench(Config::default());
    let backing = Backing::of_key(false, 9);
    let area = Area::All;
    b.speaker.remit.change(Remit {
        area,
        backing,
        ..Remit::default()
    });
    for (kind, want) in [
        (SourceKind::App, backing),
        (SourceKind::Sensor, Backing::default()),
        (SourceKind::Gate, Backing::default()),
    ] {
        b.speaker.kind = kind;
        let out = b.take(named("report"), r#"{"bay":"A","state":"vacant"}"#);
        let [Claim::Bay(o)] = out.claims[..] else {
            panic!("{out:?}")
        };
        assert_eq!(o.backing, want, "{kind:?}");
    }
}

#[test]
fn what_a_broker_had_kept_counts_only_by_its_own_time() {
    let b = bench(Config::default());
    let take = |codec: &'static Codec, payload: &str| {
        let mut out = Parcel::default();
        let payload = payload.as_bytes();
        b.gate
            .take_kept(&b.speaker, Door::Mqtt, &"t", codec, payload, &mut out);
        out
    };
    for (codec, timeless) in [
        ("report", r#"{"bay":"A","state":"vacant"}"#),
        ("report", r#"{"bays":[{"bay":"A","state":"vacant"}]}"#),
        ("report", r#"{"bays":[]}"#),
        ("count", r#"{"zone":"Z","vacant":3,"capacity":10}"#),
    ] {
        let out = take(named(codec), timeless);
        assert!(out.claims.is_empty(), "{timeless}");
        assert_eq!(out.refusals[0].reason, Reason::RetainedWithoutTime);
        assert_eq!(b.take(named(codec), timeless).claims.len(), 1, "said now");
    }
    let counted = b.metrics.refused(Door::Mqtt, Reason::RetainedWithoutTime);
    assert_eq!(counted, 4);
    let [Claim::Bay(o)] = take(named("report"), &at(-5000)).claims[..] else {
        panic!("its own time")
    };
    assert_eq!(o.at, Millis(NOW.0 - 5000));
    // A status is made to be kept.
    let alive = take(named("status"), r#"{"online":true}"#);
    assert_eq!(alive.claims.len(), 1);
}

#[test]
fn bays_and_zones_are_known_by_their_aliases_too() {
    let zone = crate::registry::city::ZoneSpec {
        aliases: vec!["P 12 (Nord)".into()],
        ..testing::zone(0, 10)
    };
    let bay = crate::registry::city::BaySpec {
        aliases: vec!["A/7".into()],
        ..testing::bay(0, 0)
    };
    let city = Registry::in_memory(vec![zone], vec![bay]).unwrap();
    let known = city.bay("Z0-0").unwrap();
    let bench = bench_in(city, Config::default());
    let out = bench.take(named("report"), r#"{"bay":"A/7","state":"vacant"}"#);
    assert!(matches!(&out.claims[..], [Claim::Bay(o)] if o.bay == known));
    let out = bench.take(
        named("count"),
        r#"{"zone":"P 12 (Nord)","vacant":3,"capacity":10}"#,
    );
    assert!(matches!(&out.claims[..], [Claim::Count(_)]), "{out:?}");
    assert_eq!(
        bench.refused(r#"{"bay":"A 7","state":"vacant"}"#),
        Reason::UnknownBay
    );
}
