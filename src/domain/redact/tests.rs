//! No value of a dropped member is told, whatever the payload is; what else there is stays.

use super::*;
use crate::domain::{Door, Reason, Refused};
use proptest::prelude::*;

const READ: &[&str] = &["source", "bay", "state"];

fn list() -> DropList {
    DropList::usual(READ)
}

fn shown(payload: &str) -> String {
    String::from_utf8(list().excerpt(payload.as_bytes()).to_vec()).unwrap()
}

#[test]
fn the_value_of_a_dropped_member_is_gone_whatever_it_is_and_the_rest_is_as_it_came() {
    for (payload, wanted) in [
        (r#"{"plate":"me","a":1}"#, r#"{"plate":"(hidden)","a":1}"#),
        (
            r#"{ "Plate_No" : "m\"e" , "a":[ 1 , -2.5e3,true]}"#,
            r#"{ "Plate_No" : "(hidden)" , "a":[ 1 , -2.5e3,true]}"#,
        ),
        (r#"{"phone":7}"#, r#"{"phone":"(hidden)"}"#),
        (
            r#"{"frontImage":{"x":["}"]},"b":2}"#,
            r#"{"frontImage":"(hidden)","b":2}"#,
        ),
        (
            r#"[{"mobile":null},{"plate":[1,{"plate":2}]}]"#,
            r#"[{"mobile":"(hidden)"},{"plate":"(hidden)"}]"#,
        ),
        (r#"{"pl\u0061te":"me"}"#, r#"{"pl\u0061te":"(hidden)"}"#),
        (
            r#"{"plate":"me","plate":"you"}"#,
            r#"{"plate":"(hidden)","plate":"(hidden)"}"#,
        ),
        (r#"{"p\late":"me"}"#, r#"{"p\late":"(hidden)"}"#),
        (r#"{"contributor":"me"}"#, r#"{"contributor":"(hidden)"}"#),
        (r#"{"a":"template","b":"x"}"#, r#"{"a":"template","b":"x"}"#),
        ("no json at all: +6591", "no json at all: +6591"),
        (
            r#"{"source":"phone-7","bay":"plate"}"#,
            r#"{"source":"phone-7","bay":"plate"}"#,
        ),
        ("\u{feff}{\"plate\":1}", "\u{feff}{\"plate\":\"(hidden)\"}"),
    ] {
        assert_eq!(shown(payload), wanted);
    }
}

#[test]
fn json_within_a_text_is_hidden_with_the_text() {
    for (payload, wanted) in [
        (
            r#"{"objectJSON":"{\"plate\":\"me\"}","fPort":2}"#,
            r#"{"objectJSON":"(hidden)","fPort":2}"#,
        ),
        (
            r#"{"a":"{\"b\":\"{\\\"pl\\\\u0061te\\\":\\\"me\\\"}\"}"}"#,
            r#"{"a":"(hidden)"}"#,
        ),
        (r#"{"state":"my plate=me"}"#, r#"{"state":"(hidden)"}"#),
        (r#"{"note":"x\nplate;me"}"#, r#"{"note":"(hidden)"}"#),
        (
            r#"{"plate=me&x":1,"a":2}"#,
            r#"{"(hidden)":"(hidden)","a":2}"#,
        ),
        (r#"{"u":"/?pl%61te=me"}"#, r#"{"u":"(hidden)"}"#),
    ] {
        assert_eq!(shown(payload), wanted);
    }
}

#[test]
fn where_a_name_is_a_value_nobody_knows_what_is_whose() {
    for payload in [
        r#"{"v":"me","n":"plate"}"#,
        r#"{"state":"plate=me"}"#,
        r#"{"head":["bay","plate_no"],"rows":[["A-1","me"]]}"#,
        &format!(r#"[{{"v":"me","x":"{}","n":"phone"}}]"#, "y".repeat(2000)),
    ] {
        assert_eq!(shown(payload), "(hidden)");
    }
}

#[test]
fn what_is_no_json_tells_nothing_where_a_name_stands_in_it() {
    for payload in [
        "plate=me&bay=A-1",
        "bay;plate\nA-1;me",
        "<r><plate>me</plate></r>",
        "me is the plate",
    ] {
        assert_eq!(shown(payload), "(hidden)".to_owned(), "{payload}");
    }
    for (payload, wanted) in [
        (r#"{"plate":me,"a":1}"#, r#"{"plate":"(hidden)"(hidden)"#),
        ("{'plate':'me'}", "{(hidden)"),
        ("{plate:\"me\"}", "{(hidden)"),
        (r#"{"a":1}{"plate":"me"}"#, r#"{"a":1}(hidden)"#),
        (r#"{"plate":"m"e","a":1}"#, r#"{"plate":"(hidden)"(hidden)"#),
        (r#"{"a":1,,"phone":"me"}"#, r#"{"a":1,(hidden)"#),
    ] {
        assert_eq!(shown(payload), wanted);
    }
    let latin = list().excerpt(b"{\"plate\":\"m\xe9\",\"a\":\"\xe9\"}");
    assert_eq!(&*latin, b"{\"plate\":\"(hidden)\",\"a\":\"\xe9\"}");
    let cbor = list().excerpt(b"\xa1eplatebme");
    assert_eq!(&*cbor, b"(hidden)");
}

#[test]
fn no_more_is_kept_than_fits_and_long_values_do_not_hide_what_follows() {
    let long = format!(r#"{{"plate":"{}","a":1}}"#, "m".repeat(5000));
    assert_eq!(shown(&long), r#"{"plate":"(hidden)","a":1}"#);
    assert_eq!(shown(&"x".repeat(5000)).len(), Excerpt::MAX_LEN);
    let deep = "[".repeat(300_000);
    assert_eq!(shown(&deep).len(), Excerpt::MAX_LEN);
}

#[test]
fn members_are_counted_once_with_all_that_is_in_them() {
    for (payload, n) in [
        (r#"{"plate":{"phone":1},"a":[{"MOBILE":[{"plate":1}]}]}"#, 2),
        (r#"{"pl\u0061te":1,"plate":2}"#, 2),
        (r#"{"a":"plate","contributor":"plate"}"#, 0),
        (r#"{"a":1}"#, 0),
    ] {
        assert_eq!(list().count(payload.as_bytes()), n, "{payload}");
    }
}

#[test]
fn a_refusals_words_and_topic_repeat_nothing_either() {
    let refusal = |topic: &str, detail: String| {
        list().refusal(Refused {
            reason: Reason::Forbidden,
            door: Door::Mqtt,
            source: "phone-7",
            key: 0,
            partner: "",
            topic,
            index: None,
            detail,
            payload: b"",
        })
    };
    let echo = |value: &str| refusal("t", format!("state: {value:?} is none of them")).detail;
    assert_eq!(
        &*echo("{\"plate\":\"me\"}"),
        "state: \"(hidden)\" is none of them"
    );
    assert_eq!(&*echo("plate me"), "state: \"(hidden)\" is none of them");
    assert_eq!(&*echo("free"), "state: \"free\" is none of them");
    assert_eq!(&*echo("mobile-3"), "state: \"mobile-3\" is none of them");
    let topic = |topic: &str| refusal(topic, String::new()).topic;
    assert_eq!(&*topic("city/plate/me/x"), "city/(hidden)");
    assert_eq!(&*topic("city/plate=me"), "city/(hidden)");
    assert_eq!(&*topic("bayhub/v1/phone-7/rpt"), "bayhub/v1/phone-7/rpt");
}

/// JSON with `SECRET` as, or within, the value of each dropped member, and nowhere else.
fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("plate".to_owned()),
        Just("pLATE_no".to_owned()),
        Just("pl\\u0061te".to_owned()),
        Just("\\u0070hone".to_owned()),
        Just("rearImage".to_owned()),
    ];
    let secret = prop_oneof![
        Just("\"SECRET\"".to_owned()),
        Just("[1,\"SECRET\",{\"a\":\"x]SECRET\"}]".to_owned()),
        Just("{\"b\":\"}\\\"SECRET\",\"plate\":[\"SECRET\"]}".to_owned()),
    ];
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("null".to_owned()),
        Just("\"a \\\" , : { b\"".to_owned()),
        (name.clone(), secret.clone()).prop_map(|(n, s)| format!("{{\"{n}\":{s}}}")),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(" ,"))),
            prop::collection::vec((prop::option::of(name.clone()), inner.clone()), 0..4).prop_map(
                |v| {
                    let members = v
                        .into_iter()
                        .enumerate()
                        .map(|(i, (name, value))| match name {
                            Some(name) => format!("\"{name}\" : \"SECRET\",\"m{i}\":{value}"),
                            None => format!("\"m{i}\":{value}"),
                        });
                    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
                }
            ),
            inner.prop_map(|text| format!("{{\"text\":{text:?}}}")),
        ]
    })
}

proptest! {
    #[test]
    fn no_secret_survives_whatever_is_torn_off_or_put_between(
        text in json(),
        cut in 0.0..=1.0_f64,
        put in prop::option::of((0.0..1.0_f64, "[\"{}:,\\[\\]\\\\x= ]{1,3}")),
    ) {
        let mut text = text;
        if let Some((at, what)) = put {
            // Between two members, values or brackets: not in a name, which would be another.
            let places: Vec<usize> = text.match_indices([',', '{', '[']).map(|(i, _)| i).collect();
            if let Some(place) = places.get((at * places.len() as f64) as usize) {
                text.insert_str(place + 1, &what);
            }
        }
        let end = (text.len() as f64 * cut) as usize;
        let kept = list().excerpt(&text.as_bytes()[..end]);
        let kept = String::from_utf8_lossy(&kept).into_owned();
        for n in 3..=6 {
            prop_assert!(!kept.contains(&"SECRET"[..n]), "{text}\n{kept}");
        }
    }

    #[test]
    fn what_names_nothing_is_kept_as_it_came(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        if !list().mentions_hidden(&bytes) {
            let kept = list().excerpt(&bytes);
            prop_assert_eq!(&*kept, &bytes[..bytes.len().min(Excerpt::MAX_LEN)]);
        }
    }
}

#[test]
fn a_dropped_name_as_a_value_hides_all_where_another_member_may_hold_what_it_names() {
    for payload in [
        r#"{"bay":"nope","kind":"plate","value":"SECRET"}"#,
        r#"{"bay":"nope","value":"SECRET","kind":"plate_no"}"#,
        r#"{"bay":"plate","state":"vacant","value":"SECRET"}"#,
        r#"{"name":"car-plate","value":"SECRET"}"#,
        r#"{"x":[{"bay":"phone"},{"v":"SECRET"}]"#,
    ] {
        let shown = list().excerpt(payload.as_bytes());
        let shown = String::from_utf8_lossy(&shown);
        assert!(!shown.contains("SECRET"), "{payload}: {shown}");
    }
    // An id that begins like one is no name where nothing else is told.
    let plain = r#"{"source":"phone-7","bay":"plate-3","state":"vacant"}"#;
    assert_eq!(&*list().excerpt(plain.as_bytes()), plain.as_bytes());
}
