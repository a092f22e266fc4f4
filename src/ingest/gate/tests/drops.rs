//! Plates and phones: what is dropped costs no report anything, and is told by no refusal.

use super::*;
use crate::domain::DropList;
use crate::ingest::codec::MEMBERS;

#[test]
fn a_good_report_is_taken_as_if_what_is_dropped_were_not_there_and_that_is_counted() {
    let b = bench(Config::default());
    let plain = b.take(
        named("report"),
        r#"{"bays":[{"bay":"A","state":"vacant"}]}"#,
    );
    for with in [
        r#"{"bays":[{"bay":"A","state":"vacant","plate":"SGX1234A"}],"phone":{"plate":[1]}}"#,
        r#"{"pl\u0061te":7,"bays":[{"bay":"A","state":"vacant"}],"PlateImage":"/9j/4AAQSkZJRg"}"#,
        r#"{"idCardNo":[[{"x":"S1234567A"}]],"bays":[{"state":"vacant","mobile":"","bay":"A"}]}"#,
    ] {
        let out = b.take(named("report"), with);
        assert_eq!(format!("{:?}", out.claims), format!("{:?}", plain.claims));
        assert!(out.refusals.is_empty(), "{out:?}");
    }
    assert_eq!(b.metrics.dropped_members.get(), 6);
    let uplink = include_str!("../../codec/golden/ttn-up.json");
    b.take(
        named("ttn"),
        &uplink.replacen('{', r#"{"phone":"+6591234567","#, 1),
    );
    b.take(
        named("count"),
        r#"{"zone":"Z","vacant":1,"capacity":10,"image":"x"}"#,
    );
    b.take(named("status"), r#"{"online":true,"plate":"x"}"#);
    assert_eq!(b.metrics.dropped_members.get(), 9);
}

#[test]
fn no_refusal_tells_a_dropped_value_whatever_the_payload_is() {
    const SECRET: &str = "SGX1234A";
    let b = bench(Config::default());
    let forms = [
        r#"{"bay":"NOWHERE","state":"vacant","plate":"SECRET"}"#,
        r#"{"bay":"A","state":"free","Plate_No":["SECRET",{"n":"SECRET"}]}"#,
        r#"{"bays":[{"bay":"X","state":"vacant","pl\u0061te":"SECRET"},{"bay":"Y","state":"vacant"}]}"#,
        r#"{"bay":"A","state":"vacant","seq":-1,"meta":{"a":[{"plate":"SECRET"}]}}"#,
        r#"{"bay":"A","plate":"SECRET","plate":"SECRET"}"#,
        r#"{"bay":"{\"plate\":\"SECRET\"}","state":"vacant"}"#,
        r#"{"bay":"A","state":"plate=SECRET"}"#,
        r#"{"bay":"A","state":"vacant","at":"phone: SECRET"}"#,
        r#"{"bay":"A","state":"vacant","confidence":"plate SECRET"}"#,
        r#"{"bay":"A","state":"vacant","plate":"SEC"#,
        r#"{"objectJSON":"{\"plate\":\"SECRET\"}"}"#,
        "plate=SECRET&bay=A",
        "bay,plate\nA,SECRET",
        "<up><plate>SECRET</plate></up>",
    ];
    for codec in crate::ingest::codec::CODECS {
        for form in forms {
            let payload = form.replace("SECRET", SECRET);
            let out = b.take(codec, &payload);
            assert!(!out.refusals.is_empty(), "{payload}");
            for refusal in out.refusals {
                let kept = String::from_utf8_lossy(&refusal.payload).into_owned();
                let told = format!("{kept} {} {}", refusal.detail, refusal.topic);
                assert!(
                    !told.contains("SGX") && !told.contains("SEC"),
                    "{payload}: {told}"
                );
            }
        }
    }
}

#[test]
fn a_list_of_ones_own_takes_the_usual_ones_place_and_an_empty_one_drops_nothing() {
    let with = |names: &[&str], payload: &str| {
        let b = bench(Config {
            drop: DropList::new(names, MEMBERS).unwrap(),
            ..Config::default()
        });
        let out = b.take(named("report"), payload);
        (
            String::from_utf8_lossy(&out.refusals[0].payload).into_owned(),
            b.metrics.dropped_members.get(),
        )
    };
    let payload = r#"{"bay":"X","state":"vacant","plate":"S","VRN":"T"}"#;
    assert_eq!(with(&[], payload), (payload.to_owned(), 0));
    let hidden = r#"{"bay":"X","state":"vacant","plate":"S","VRN":"(hidden)"}"#;
    assert_eq!(with(&["vrn"], payload), (hidden.to_owned(), 1));
}
