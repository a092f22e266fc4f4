//! What nobody should send to Open311: each gets a clear refusal in the standard's form, and nothing grows.

use super::open311::{post, refused, report};
use super::{Town, small_town};
use crate::long::setting;
use crate::problems::Config;
use serde_json::json;

const BAY: (&str, &str) = ("attribute[bay]", "TPY12-001");
const CODE: (&str, &str) = ("service_code", "surface");

/// Status, what is said, and what is sent.
type BadReport = (u16, &'static str, &'static [(&'static str, &'static str)]);

const BAD: &[BadReport] = &[
    (400, "service_code is needed", &[BAY]),
    (400, "service_code is needed", &[BAY, ("service_code", " ")]),
    (
        404,
        "no service_code \"potholes\"",
        &[BAY, ("service_code", "potholes")],
    ),
    (400, "where is it?", &[CODE]),
    (400, "where is it?", &[CODE, ("lat", ""), ("long", "")]),
    (400, "long is needed beside lat", &[CODE, ("lat", "1.3")]),
    (400, "lat is needed beside long", &[CODE, ("long", "103")]),
    (
        400,
        "lat must be a number",
        &[CODE, ("lat", "103.8"), ("long", "1.3")],
    ),
    (
        400,
        "lat must be a number",
        &[CODE, ("lat", "NaN"), ("long", "1")],
    ),
    (
        400,
        "long must be a number",
        &[CODE, ("lat", "1"), ("long", "1e400")],
    ),
    (
        400,
        "lat is given twice",
        &[CODE, ("lat", "1"), ("lat", "2"), ("long", "1")],
    ),
    (400, "is no bay here", &[CODE, ("attribute[bay]", "NOPE")]),
    (400, "is no zone here", &[CODE, ("attribute[zone]", "NOPE")]),
    (
        400,
        "is no bay or zone here",
        &[CODE, ("address_id", "NOPE")],
    ),
    (
        400,
        "no HTML",
        &[CODE, BAY, ("description", "<img src=x onerror=alert(1)>")],
    ),
    (400, "no HTML", &[CODE, ("address_string", "<b>here</b>")]),
    (
        400,
        "email must be",
        &[CODE, BAY, ("email", "me@x.example, you@x.example")],
    ),
    (400, "phone must be", &[CODE, BAY, ("phone", "call me")]),
    (
        400,
        "attribute[plate] must be",
        &[CODE, BAY, ("attribute[plate]", "<plate>")],
    ),
    (
        400,
        "media_url must be",
        &[CODE, BAY, ("media_url", "javascript:alert(1)")],
    ),
    (
        400,
        "attribute[seen] must be",
        &[CODE, BAY, ("attribute[seen]", "full")],
    ),
    (
        403,
        "this key is not good",
        &[CODE, BAY, ("api_key", "bh_live_none")],
    ),
    (
        403,
        "key of the sandbox",
        &[CODE, BAY, ("api_key", "bh_test_none")],
    ),
];

#[tokio::test]
async fn what_cannot_be_is_refused_by_name() {
    let town = Town::new();
    let long = "x".repeat(4001);
    let long = [CODE, BAY, ("description", &*long)];
    let told = refused(&post(&town, "json", &long).await, 400);
    assert!(told.contains("4001 characters"), "{told}");
    for (status, says, form) in BAD {
        let told = refused(&post(&town, "json", form).await, *status);
        assert!(told.contains(says), "{form:?}: {told}");
    }
    let bad = [
        ("authorization", "Bearer bh_live_none"),
        ("content-type", "application/json"),
    ];
    let body = json!({"service_code": "surface", "attribute": {"bay": "TPY12-001"}}).to_string();
    let told = town
        .call("POST", "/v1/open311/requests.json", &bad, body)
        .await;
    refused(&told, 403);
    assert_eq!(
        town.get("/v1/open311/requests.json").await.json(),
        json!([]),
        "nothing is kept"
    );
}

#[tokio::test]
async fn refusals_are_xml_where_xml_is_asked_for_and_every_layer_refuses_so() {
    let town = Town::new();
    let answer = post(&town, "xml", &[("service_code", "<&>")]).await;
    assert_eq!(answer.status.as_u16(), 404);
    assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
    let text = answer.text();
    assert!(
        text.contains("<errors><error><code>404</code><description>"),
        "{text}"
    );
    assert!(text.contains("&lt;&amp;&gt;"), "{text}");
    for (method, path, status) in [
        ("GET", "/v1/open311/requests/17.json", 404),
        ("GET", "/v1/open311/requests/017.json", 404),
        ("GET", "/v1/open311/requests/17", 404),
        ("GET", "/v1/open311/requests/17.pdf", 404),
        ("GET", "/v1/open311/requests/99999999999999999999.json", 404),
        ("GET", "/v1/open311/services/potholes.json", 404),
        ("GET", "/v1/open311/tokens/x.json", 404),
        ("GET", "/v1/open311/requests.json?page=0", 400),
        ("GET", "/v1/open311/requests.json?start_date=soon", 400),
        ("GET", "/v1/open311/updates.json", 404),
        ("DELETE", "/v1/open311/requests.json", 405),
        ("POST", "/v1/open311/requests.json", 415),
    ] {
        refused(&town.call(method, path, &[], "").await, status);
    }
}

#[tokio::test]
async fn a_body_too_long_and_xml_with_entities_are_not_read() {
    let town = Town::new();
    let big = "x".repeat(10 << 20);
    let says = refused(
        &post(&town, "json", &[CODE, BAY, ("description", &big)]).await,
        413,
    );
    assert!(says.contains("65536"), "{says}");
    let bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"lol\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
    for media_type in ["text/xml", "application/xml"] {
        let headers = [("content-type", media_type)];
        let answer = town
            .call("POST", "/v1/open311/requests.json", &headers, bomb)
            .await;
        refused(&answer, 415);
    }
    let says = refused(
        &post(&town, "json", &[CODE, BAY, ("description", bomb)]).await,
        400,
    );
    assert!(says.contains("no HTML"), "{says}");
}

/// `BAYHUB_SAME=10000` for thousands.
#[tokio::test]
async fn the_same_thousands_of_times_is_one_problem_with_as_many_votes() {
    let town = reporting(Config {
        reports_per_hour: 1_000_000,
        reports_per_hour_per_address: 1_000_000,
        ..Config::default()
    });
    let n = setting("BAYHUB_SAME", 300);
    let mut tokens = 0;
    let mut last = json!(null);
    for _ in 0..n {
        last = report(&town, &[CODE, BAY, ("email", "me@home.example")]).await;
        tokens += usize::from(last["rating_token"].is_string());
    }
    assert_eq!(last["votes"], n);
    assert_eq!(
        tokens, 3,
        "those of one address rate it three times at most"
    );
    let all = town.get("/v1/open311/requests.json").await.json();
    assert_eq!(all.as_array().unwrap().len(), 1);
    let path = format!(
        "/v1/problems/{}",
        last["service_request_id"].as_str().unwrap()
    );
    let detail = town.call_as("admin", "GET", &path, "").await.json();
    assert_eq!(
        detail["reports"].as_array().unwrap().len(),
        3,
        "and that is all that is kept"
    );
}

fn reporting(config: Config) -> Town {
    Town::reporting(small_town(), (config, Vec::new()))
}

#[tokio::test]
async fn who_floods_without_a_key_is_told_to_wait() {
    let town = reporting(Config {
        open_per_address: 2,
        reports_per_hour_per_address: 5,
        ..Config::default()
    });
    let at = |lat: &'static str| [CODE, ("lat", lat), ("long", "103.8")];
    for lat in ["1.1", "1.2"] {
        report(&town, &at(lat)).await;
    }
    let third = post(&town, "json", &at("1.3")).await;
    let says = refused(&third, 429);
    assert!(says.contains("2 open problems from one address"), "{says}");
    assert_eq!(third.header("retry-after"), "3600");
    report(&town, &at("1.1")).await;
    report(&town, &at("1.1")).await;
    let sixth = refused(&post(&town, "json", &at("1.1")).await, 429);
    assert!(
        sixth.contains("5 reports an hour from one address"),
        "{sixth}"
    );
    // Who shows a key is somebody else.
    let key = [("api_key", &*town.keys["report"])];
    report(&town, &[&at("1.4")[..], &key].concat()).await;
    town.clock.advance(3_600_000);
    report(&town, &at("1.1")).await;
}

#[tokio::test]
async fn all_together_have_a_bound_as_well() {
    let town = reporting(Config {
        open_in_all: 1,
        ..Config::default()
    });
    report(&town, &[CODE, BAY]).await;
    let key = ("api_key", &*town.keys["report"]);
    let other = [CODE, ("attribute[bay]", "EAST-1"), key];
    let says = refused(&post(&town, "json", &other).await, 429);
    assert!(says.contains("1 problems that are open"), "{says}");
    let text = String::from_utf8(town.metrics.render()).unwrap();
    assert!(
        text.contains("bayhub_problem_reports_refused_total 1"),
        "{text}"
    );
}
