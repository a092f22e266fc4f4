//! Reports over HTTP: accepted only when durable, refused with a counted reason, and never silently
//! dropped.

use super::Town;
use crate::domain::{Claim, Door, Reason, Submission};
use crate::inbox::{InboxBounds, inbox};
use serde_json::{Value, json};

fn report(bays: &[&str]) -> String {
    let bays: Vec<Value> = bays
        .iter()
        .map(|b| json!({"bay": b, "state": "vacant"}))
        .collect();
    json!({"source": "lamp-1", "bays": bays}).to_string()
}

#[tokio::test]
async fn what_is_known_is_accepted_and_the_rest_is_listed() {
    let town = Town::new();
    let answer = town
        .call_as(
            "report",
            "POST",
            "/v1/reports",
            report(&["TPY12-001", "nope", "TPY12-002"]),
        )
        .await;
    assert_eq!(answer.status.as_u16(), 202);
    assert_eq!(
        answer.json(),
        json!({"accepted": 2, "refused": [{"index": 1, "reason": "unknown_bay", "detail": "Some(1)"}]})
    );
    assert!(
        town.registry.source("lamp-1").is_some(),
        "a covered source is enrolled"
    );
}

#[tokio::test]
async fn no_answer_comes_before_it_is_durable() {
    let (town, mut inbox) = Town::with_inbox(1);
    let answer = town.call_as("report", "POST", "/v1/reports", report(&["TPY12-001"]));
    tokio::pin!(answer);
    let submission = tokio::select! {
        early = &mut answer => panic!("answered before it was stored: {early:?}"),
        submission = inbox.recv() => submission.unwrap(),
    };
    assert!(matches!(submission.claims[..], [Claim::Bay(_)]));
    for _ in 0..10 {
        tokio::task::yield_now().await;
        assert!(polled(answer.as_mut()).await.is_none(), "not yet stored");
    }
    submission.receipt.durable();
    assert_eq!(answer.await.status.as_u16(), 202);
}

/// The answer, if it is there already.
async fn polled<T>(mut f: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    std::future::poll_fn(|cx| match f.as_mut().poll(cx) {
        std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

#[tokio::test]
async fn what_could_not_be_stored_is_unavailable() {
    let (town, mut inbox) = Town::with_inbox(1);
    let (answer, ()) = tokio::join!(
        town.call_as("report", "POST", "/v1/reports", report(&["TPY12-001"])),
        async {
            drop(inbox.recv().await.unwrap().receipt);
        }
    );
    assert!(
        answer.problem("unavailable")["detail"]
            .as_str()
            .unwrap()
            .contains("send it again")
    );
    drop(inbox);
    town.call_as("report", "POST", "/v1/reports", report(&["TPY12-001"]))
        .await
        .problem("unavailable");
}

#[tokio::test]
async fn a_full_inbox_is_busy_and_takes_nothing() {
    let (inbox, mut submissions) = inbox(
        InboxBounds::of(1),
        std::sync::Arc::new(crate::metrics::Metrics::new()),
    );
    let filler = || Submission {
        claims: vec![],
        refusals: vec![],
        receipt: crate::domain::Receipt::unwatched(),
    };
    inbox.try_send(0, filler()).unwrap();
    let town = Town::with(
        crate::serve::Config::default(),
        super::small_town(),
        Some(inbox),
    );
    let answer = town
        .call_as("report", "POST", "/v1/reports", report(&["TPY12-001"]))
        .await;
    answer.problem("busy");
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (429, "1")
    );
    assert!(submissions.take().unwrap().claims.is_empty());
    assert!(submissions.take().is_none(), "nothing of it was queued");
}

#[tokio::test]
async fn a_refused_body_is_counted_kept_and_told() {
    for (body, slug, reason) in [
        ("{", "malformed", Reason::Malformed),
        ("", "malformed", Reason::Malformed),
        ("[1]", "malformed", Reason::Malformed),
        (r#"{"bays":[]}"#, "malformed", Reason::Malformed),
        (r#"{"source":7}"#, "malformed", Reason::Malformed),
        (
            r#"{"source":"lamp-1","source":"lamp-2"}"#,
            "malformed",
            Reason::Malformed,
        ),
        (r#"{"source":"lamp-1"}"#, "malformed", Reason::Malformed),
        (
            r#"{"source":"gate-1","bays":[]}"#,
            "forbidden",
            Reason::Forbidden,
        ),
        (r#"{"source":"lamp-","bays":[]}"#, "", Reason::Forbidden),
        (
            r#"{"source":"lamp-/+","bays":[]}"#,
            "forbidden",
            Reason::UnknownSource,
        ),
    ] {
        let town = Town::new();
        let answer = town.call_as("report", "POST", "/v1/reports", body).await;
        if slug.is_empty() {
            assert_eq!(answer.status.as_u16(), 202, "the bare prefix is covered");
            continue;
        }
        answer.problem(slug);
        assert_eq!(town.metrics.refused(Door::Http, reason), 1, "{body}");
        let kept = town
            .call_as("admin", "GET", "/v1/quarantine", "")
            .await
            .json();
        let kept = &kept["refused"][0];
        assert_eq!(
            (&kept["reason"], &kept["door"]),
            (&json!(reason.name()), &json!("http")),
            "{body}"
        );
        assert_eq!(kept["payload"], *body);
        assert!(
            kept["source"] == "key-report" || kept["source"] == "lamp-1",
            "the authenticated name: {kept}"
        );
    }
}

#[tokio::test]
async fn what_is_refused_says_what_was_wanted_at_that_call() {
    let town = Town::new();
    for (path, body, why) in [
        (
            "/v1/counts",
            "[]",
            "an object with `source` and `counts` is wanted, not a list",
        ),
        (
            "/v1/reports",
            " [\"lamp-1\"]",
            "an object with `source` and `bays` is wanted, not a list",
        ),
        ("/v1/counts", "7", "an object is wanted, not an integer"),
        (
            "/v1/counts",
            r#"{"source":7}"#,
            "source: a string is wanted, not an integer",
        ),
        (
            "/v1/reports",
            "{\"source\"",
            "not JSON: EOF while parsing an object at line 1 column 9",
        ),
    ] {
        let answer = town.call_as("report", "POST", path, body).await;
        answer.problem("malformed");
        assert_eq!(answer.json()["detail"], why, "{body}");
    }
}

#[tokio::test]
async fn a_refusal_that_cannot_be_kept_is_not_answered_as_kept() {
    let (town, inbox) = Town::with_inbox(1);
    drop(inbox);
    town.call_as("report", "POST", "/v1/reports", "{")
        .await
        .problem("unavailable");
}

#[tokio::test]
async fn size_and_type_are_limited() {
    let town = Town::new();
    let large = format!(
        "{{\"source\":\"lamp-1\",\"bays\":[],\"x\":\"{}\"}}",
        "x".repeat(256 * 1024)
    );
    town.call_as("report", "POST", "/v1/reports", large)
        .await
        .problem("too-large");
    assert_eq!(town.metrics.refused(Door::Http, Reason::TooLarge), 1);
    let fits = format!(
        "{{\"source\":\"lamp-1\",\"bays\":[],\"x\":\"{}\"}}",
        "x".repeat(255 * 1024)
    );
    assert_eq!(
        town.call_as("report", "POST", "/v1/reports", fits)
            .await
            .status
            .as_u16(),
        202
    );
    let key = format!("Bearer {}", town.keys["report"]);
    for typed in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "json",
    ] {
        let headers = [("authorization", key.as_str()), ("content-type", typed)];
        town.call("POST", "/v1/reports", &headers, "{}")
            .await
            .problem("unsupported-media-type");
    }
    town.call("POST", "/v1/reports", &[("authorization", &key)], "{}")
        .await
        .problem("unsupported-media-type");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let (inbox, _never_read) = inbox(
        InboxBounds::of(1),
        std::sync::Arc::new(crate::metrics::Metrics::new()),
    );
    let at_once = crate::serve::Config {
        request_timeout_s: 0,
        ..crate::serve::Config::default()
    };
    let town = Town::with(at_once, super::small_town(), Some(inbox));
    let answer = town
        .call_as("report", "POST", "/v1/reports", report(&["TPY12-001"]))
        .await;
    assert!(
        answer.problem("unavailable")["detail"]
            .as_str()
            .unwrap()
            .contains("not known")
    );
}
