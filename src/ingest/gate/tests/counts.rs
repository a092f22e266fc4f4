//! Counts and state feeds: what cannot be is taken as what is nearest, and that is counted; what has
//! not changed for long is as good as new where its source vouches for it.

use super::*;
use crate::domain::Refusal;

#[test]
fn odd_counts_are_taken_and_counted_for_their_source() {
    let b = bench(Config::default());
    let zone = |rest: &str| b.take(named("count"), &format!("{{\"zone\":\"Z\",{rest}}}"));
    for (rest, clamped, other) in [
        (r#""vacant":3,"capacity":10"#, 0, 0),
        (r#""vacant":3"#, 0, 0),
        (r#""vacant":11"#, 1, 0),
        (r#""vacant":-1,"capacity":10"#, 2, 0),
        (r#""vacant":13,"capacity":12"#, 3, 1),
        (r#""vacant":3,"capacity":9,"kind":"heavy""#, 3, 1),
    ] {
        let out = zone(rest);
        assert_eq!((out.claims.len(), out.refusals.len()), (1, 0), "{rest}");
        let sent = b.gate.ledger().of(SourceIx(3)).unwrap();
        assert_eq!(
            (sent.clamped, sent.other_capacity),
            (clamped, other),
            "{rest}"
        );
        let clamped_in_all = b.metrics.counts_clamped.get();
        let other_in_all = b.metrics.count_capacity_mismatches.get();
        assert_eq!((clamped_in_all, other_in_all), (clamped, other), "{rest}");
    }
}

#[test]
fn a_list_of_counts_passes_item_by_item() {
    let b = bench(Config::default());
    let text = r#"{"counts":[{"zone":"Z","vacant":3},{"zone":"Q","vacant":3},{"zone":"Z"}]}"#;
    let out = b.take(named("count"), text);
    let why: Vec<_> = (out.refusals.iter()).map(|r| (r.index, r.reason)).collect();
    assert_eq!(out.claims.len(), 1);
    assert_eq!(
        why,
        [(Some(1), Reason::UnknownZone), (Some(2), Reason::Malformed)]
    );
}

fn seen(at: i64, seen: i64) -> String {
    let time = |ms: i64| Millis(NOW.0.strict_add_signed(ms)).to_string();
    format!(
        r#"{{"at":"{}","seen":"{}","bays":[{{"bay":"A","state":"occupied"}},{{"bay":"B","state":"vacant"}}]}}"#,
        time(at),
        time(seen)
    )
}

#[test]
fn what_a_source_vouches_for_now_is_not_too_old_however_long_ago_it_changed() {
    const HOUR: i64 = 3_600_000;
    for (at, is_at) in [
        (-70 * HOUR, -5_000),
        (-HOUR, -HOUR),
        (-24 * HOUR, -24 * HOUR),
    ] {
        let out = bench(Config::default()).take(named("report"), &seen(at, -5_000));
        let [Claim::Bay(a), Claim::Bay(b), Claim::Alive { at: alive, .. }] = out.claims[..] else {
            panic!("{out:?}")
        };
        let want = Millis(NOW.0.strict_add_signed(is_at));
        assert_eq!((a.at, b.at, alive), (want, want, Millis(NOW.0 - 5_000)));
        assert_eq!(out.reports(), 2, "a sign of life is no report");
    }
}

#[test]
fn nobody_vouches_for_a_time_that_cannot_be() {
    for (at, when, reason) in [
        (0, 60_001, Reason::TooFarInFuture),
        (-90_000_000, -86_400_001, Reason::TooOld),
        (-1_000, -2_000, Reason::Malformed),
    ] {
        let out = bench(Config::default()).take(named("report"), &seen(at, when));
        assert!(out.claims.is_empty(), "{out:?}");
        let says = |r: &Refusal| r.reason == reason && r.detail.starts_with("seen: ");
        assert!(out.refusals.iter().all(says), "{out:?}");
    }
}

#[test]
fn an_app_that_passes_by_vouches_for_nothing_but_its_words() {
    let mut b = bench(Config::default());
    b.speaker.kind = SourceKind::App;
    let out = b.take(named("report"), &seen(-1_000, 0));
    assert_eq!(out.claims.len(), 2, "{out:?}");
}

#[test]
fn too_much_for_a_message_is_told_by_what_it_has_too_much_of() {
    let config = Config {
        max_bays: 1,
        ..Config::default()
    };
    let b = bench(config);
    for (codec, text, why) in [
        (
            "count",
            r#"{"counts":[{"zone":"Z","vacant":1},{"zone":"Z","vacant":2}]}"#,
            "2 counts; at most 1 are taken in a message",
        ),
        (
            "report",
            r#"{"bays":[{"bay":"A","state":"vacant"},{"bay":"B","state":"vacant"}]}"#,
            "2 bays; at most 1 are taken in a message",
        ),
    ] {
        let out = b.take(named(codec), text);
        let told: Vec<_> = out.refusals.iter().map(|r| &*r.detail).collect();
        assert_eq!(told, [why]);
    }
}
