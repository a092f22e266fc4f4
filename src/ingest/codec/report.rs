//! The hub's own report, as JSON: a batch of bays, or one bay given flat.
//!
//! `{"at":"...","seq":17,"bays":[{"bay":"TPY12-007","state":"occupied","confidence":0.98}]}` or
//! `{"bay":"...","state":"vacant","at":"...","seq":18}`. An item may carry its own `at` and `seq`,
//! and an app's `contributor`.
//! A feed of states says with `seen` when it last saw that all of it still is so, whatever the times
//! of the changes.
//! An empty `bays` says only that the source is there. Unknown members are ignored.
//!
//! A sound batch is read in one pass; only when an item is bad is the batch read again, item by
//! item, so that the good ones stand.

use super::fault::{lacks_a_member, none_of, reads};
use super::{BaySaid, Codec, Http, Malformed, Said, Sender, described, fault, time, time_in};
use crate::domain::{BayStatus, CONTRIBUTOR_LEN, Millis};
use crate::schema::BayState;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    bay: Cow<'a, str>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    confidence: Option<f64>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    seq: Option<u64>,
    #[serde(borrow)]
    contributor: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct ReportMessage<'a> {
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    #[serde(borrow)]
    seen: Option<Cow<'a, str>>,
    seq: Option<u64>,
    #[serde(borrow)]
    bays: Option<Vec<Item<'a>>>,
    #[serde(borrow)]
    bay: Option<Cow<'a, str>>,
    #[serde(borrow)]
    state: Option<Cow<'a, str>>,
    confidence: Option<f64>,
    #[serde(borrow)]
    contributor: Option<Cow<'a, str>>,
}

/// The same with its items unread.
#[derive(Deserialize)]
struct Loose<'a> {
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    #[serde(borrow)]
    seen: Option<Cow<'a, str>>,
    seq: Option<u64>,
    #[serde(borrow)]
    contributor: Option<Cow<'a, str>>,
    #[serde(borrow)]
    bays: Vec<&'a RawValue>,
}

/// What all items of a report have that do not say otherwise.
struct Common<'a> {
    at: Option<Millis>,
    seen: Option<Millis>,
    seq: u64,
    contributor: Option<Cow<'a, str>>,
}

pub static CODEC: Codec = Codec {
    name: "report",
    sender: Sender::Source,
    topic: "bayhub/v1/{source}/report",
    retained: false,
    http: Some(Http::of("/v1/reports", "Report the state of bays.")),
    items: "bays",
    title: "What a source saw of its bays",
    schema: described::<SourceReport>,
    decode,
};

/// What a source saw: `bays`, or one bay flat.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct SourceReport {
    /// When it was seen; absent: when it was received.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// A feed of states: when it was last seen that it still is so, where `at` is of the change.
    #[schema(format = DateTime)]
    seen: Option<String>,
    /// The source's own running number.
    seq: Option<u64>,
    /// Up to 1,000.
    #[schema(max_items = 1000)]
    bays: Option<Vec<SeenBay>>,
    /// In place of `bays`.
    bay: Option<String>,
    state: Option<BayState>,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// An app's: whom it speaks for, by its own opaque name. Hashed on arrival, never kept.
    #[schema(min_length = 1, max_length = 64)]
    contributor: Option<String>,
}

/// One bay of a report.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct SeenBay {
    bay: String,
    state: BayState,
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// Where it differs from the report's.
    #[schema(format = DateTime)]
    at: Option<String>,
    seq: Option<u64>,
    #[schema(min_length = 1, max_length = 64)]
    contributor: Option<String>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    // serde would read a list as the members in our order: a second format that nobody promised.
    if payload.trim_ascii_start().first() == Some(&b'[') {
        return Err(Malformed("a report is an object, not a list".into()));
    }
    let report: ReportMessage<'a> = match serde_json::from_slice(payload) {
        Ok(r) => r,
        Err(e) if e.is_data() => return item_by_item(payload, out, &e),
        Err(e) => return Err(whole_fault(payload, &e)),
    };
    let common = Common {
        at: time(report.at.as_deref())?,
        seen: time_in("seen", report.seen.as_deref())?,
        seq: report.seq.unwrap_or(0),
        contributor: named(report.contributor)?,
    };
    match (report.bays, report.bay, report.state) {
        (Some(items), None, None) if items.is_empty() => {
            out.push(Said::Present(common.seen.or(common.at)));
        }
        (Some(items), None, None) => {
            out.extend(
                items
                    .into_iter()
                    .map(|item| said(item, &common).unwrap_or_else(Said::Unreadable)),
            );
        }
        (None, Some(bay), Some(state)) => {
            let flat = Item {
                bay,
                state,
                confidence: report.confidence,
                at: None,
                seq: None,
                contributor: None,
            };
            out.push(said(flat, &common)?);
        }
        (Some(_), _, _) => {
            return Err(Malformed(
                "give either bays or a flat bay and state, not both".into(),
            ));
        }
        (None, None, _) => {
            return Err(Malformed(
                "missing field `bays` (or `bay` and `state`)".into(),
            ));
        }
        (None, Some(_), None) => return Err(Malformed("missing field `state`".into())),
    }
    Ok(())
}

/// The slow way, for a batch in which something has the wrong type.
fn item_by_item<'a>(
    payload: &'a [u8],
    out: &mut Vec<Said<'a>>,
    first: &serde_json::Error,
) -> Result<(), Malformed> {
    let loose: Loose<'a> = serde_json::from_slice(payload).map_err(|e| {
        if lacks_a_member(&e) {
            whole_fault(payload, first)
        } else {
            fault(payload, &e, reads!(Loose))
        }
    })?;
    let common = Common {
        at: time(loose.at.as_deref())?,
        seen: time_in("seen", loose.seen.as_deref())?,
        seq: loose.seq.unwrap_or(0),
        contributor: named(loose.contributor)?,
    };
    out.extend(loose.bays.into_iter().map(|raw| {
        let item = serde_json::from_str::<Item<'a>>(raw.get())
            .map_err(|e| fault(raw.get().as_bytes(), &e, reads!(Item)));
        item.and_then(|item| said(item, &common))
            .unwrap_or_else(Said::Unreadable)
    }));
    Ok(())
}

fn whole_fault(payload: &[u8], e: &serde_json::Error) -> Malformed {
    fault(payload, e, reads!(ReportMessage))
}

/// A contributor's name. What it is does not go into the error: it may be somebody's.
fn named(contributor: Option<Cow<'_, str>>) -> Result<Option<Cow<'_, str>>, Malformed> {
    let fits = |name: &str| (1..=CONTRIBUTOR_LEN).contains(&name.chars().count());
    match contributor {
        Some(name) if !fits(&name) => Err(Malformed(format!(
            "contributor: has {} characters; 1 to {CONTRIBUTOR_LEN} are taken",
            name.chars().count()
        ))),
        fine => Ok(fine),
    }
}

fn said<'a>(item: Item<'a>, common: &Common<'a>) -> Result<Said<'a>, Malformed> {
    const STATES: &str = "vacant, occupied, unknown, closed";
    let status =
        BayStatus::parse(&item.state).ok_or_else(|| none_of("state", Some(&item.state), STATES))?;
    let confidence = match item.confidence {
        Some(c) if !(0.0..=1.0).contains(&c) => {
            return Err(Malformed(format!("confidence: {c} is not within 0..1")));
        }
        c => c.map(|c| c as f32),
    };
    let at = time(item.at.as_deref())?.or(common.at);
    let contributor = named(item.contributor)?.or_else(|| common.contributor.clone());
    Ok(Said::Bay(BaySaid {
        bay: item.bay,
        status,
        confidence,
        at,
        seen: common.seen,
        seq: item.seq.unwrap_or(common.seq),
        contributor,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<Said<'_>>, Malformed> {
        let mut out = Vec::new();
        decode(json.as_bytes(), &mut out).map(|()| out)
    }

    fn bay<'a>(said: &'a Said<'a>) -> &'a BaySaid<'a> {
        match said {
            Said::Bay(b) => b,
            other => panic!("not a bay: {other:?}"),
        }
    }

    #[test]
    fn a_batch_shares_its_time_and_number() {
        let json = r#"{"at":"2026-11-23T02:00:00.123Z","seq":17,"site":"x",
            "bays":[{"bay":"A-1","state":"occupied","confidence":0.98},{"bay":"A-2","state":"vacant","seq":18}]}"#;
        let out = read(json).unwrap();
        let a = bay(&out[0]);
        let b = bay(&out[1]);
        assert_eq!((&*a.bay, a.status, a.seq), ("A-1", BayStatus::Occupied, 17));
        assert_eq!(a.confidence, Some(0.98));
        assert_eq!(a.at, Millis::parse("2026-11-23T02:00:00.123Z"));
        assert_eq!(
            (&*b.bay, b.status, b.seq, b.at),
            ("A-2", BayStatus::Vacant, 18, a.at)
        );
    }

    #[test]
    fn a_lone_bay_may_be_flat() {
        let out = read(r#"{"bay":"A-1","state":"closed"}"#).unwrap();
        assert_eq!(
            (bay(&out[0]).status, bay(&out[0]).at, bay(&out[0]).seq),
            (BayStatus::Closed, None, 0)
        );
    }

    #[test]
    fn one_bad_item_does_not_cost_the_others() {
        let out = read(
            r#"{"bays":[{"bay":"A"},{"bay":7,"state":"vacant"},{"bay":"B","state":"free"},
                {"bay":"C","state":"vacant","confidence":1.5},{"bay":"D","state":"vacant","at":"noon"},{"bay":"E","state":"vacant"}]}"#,
        )
        .unwrap();
        assert_eq!(out.len(), 6);
        let why: Vec<_> = out[..5]
            .iter()
            .map(|s| match s {
                Said::Unreadable(Malformed(m)) => m.clone(),
                s => panic!("{s:?}"),
            })
            .collect();
        for (text, names) in why
            .iter()
            .zip(["state", "bay: a string", "state", "confidence", "at"])
        {
            assert!(text.contains(names), "{text}");
        }
        assert_eq!(bay(&out[5]).bay, "E");
    }

    #[test]
    fn a_contributor_is_of_the_report_or_of_the_item() {
        let json = r#"{"contributor":"c-1","bays":[{"bay":"A","state":"vacant"},
            {"bay":"B","state":"vacant","contributor":"c-\u0032"}]}"#;
        let out = read(json).unwrap();
        let whose = |n: usize| bay(&out[n]).contributor.as_deref();
        assert_eq!((whose(0), whose(1)), (Some("c-1"), Some("c-2")));
        let flat = read(r#"{"contributor":"c","bay":"A","state":"vacant"}"#).unwrap();
        assert_eq!(bay(&flat[0]).contributor.as_deref(), Some("c"));
        let long = "\u{2603}".repeat(64);
        let name = format!(r#"{{"contributor":"{long}","bay":"A","state":"vacant"}}"#);
        assert!(read(&name).is_ok(), "characters, not bytes");
        for bad in [
            format!("\"{long}x\""),
            "\"\"".into(),
            "7".into(),
            "{}".into(),
        ] {
            let name = format!(r#"{{"contributor":{bad},"bay":"A","state":"vacant"}}"#);
            assert!(read(&name).is_err(), "{name}");
            let item = format!(
                r#"{{"bays":[{{"bay":"A","state":"vacant","contributor":{bad}}},
                {{"bay":"B","state":"vacant"}}]}}"#
            );
            let out = read(&item).unwrap();
            assert!(
                matches!(&out[..], [Said::Unreadable(why), Said::Bay(_)]
                if !why.0.contains('\u{2603}')),
                "{out:?}"
            );
        }
    }

    #[test]
    fn an_empty_batch_says_the_source_is_there_at_its_time() {
        assert_eq!(read(r#"{"bays":[]}"#).unwrap(), [Said::Present(None)]);
        let at = "2026-11-27T16:00:00.000Z";
        let buffered = format!(r#"{{"at":"{at}","bays":[]}}"#);
        let then = Millis::parse(at);
        assert_eq!(read(&buffered).unwrap(), [Said::Present(then)]);
    }

    #[test]
    fn what_is_no_report_is_refused_whole() {
        for bad in [
            "",
            "{",
            "[]",
            r#"[null,null,null,"A","vacant",null]"#,
            " [null,1,[]]",
            "null",
            "7",
            "\"x\"",
            "{}",
            "\u{0}",
            r#"{"bays":7}"#,
            r#"{"bays":{}}"#,
            r#"{"bay":"A"}"#,
            r#"{"state":"vacant"}"#,
            r#"{"bay":"A","state":"vacant","bays":[]}"#,
            r#"{"bay":"A","state":"vacant","at":7}"#,
            r#"{"bay":"A","state":"vacant","seq":-1}"#,
            r#"{"bay":"A","state":"vacant","at":"2026-11-23"}"#,
            r#"{"bay":"A","state":"VACANT"}"#,
            r#"{"bay":"A","state":"vacant"} x"#,
            r#"{"bay":"A","bay":"B","state":"vacant"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(
            decode(b"{\"bay\":\"\xff\",\"state\":\"vacant\"}", &mut Vec::new()).is_err(),
            "not UTF-8"
        );
        let deep = "[".repeat(100_000);
        assert!(
            read(&deep).is_err(),
            "deeply nested input must not exhaust the stack"
        );
    }
}
