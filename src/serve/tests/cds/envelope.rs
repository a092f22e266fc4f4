//! What all answers of CDS share: versions, refusals, who publishes, and what is unchanged.

use super::super::places::small_town;
use super::super::{NOW, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::serve::{Config, PublisherConfig};

const ZONES: &str = "/v1/cds/curbs/zones";

#[tokio::test]
async fn who_publishes_it_and_in_what_money_is_said() {
    let plain = Town::new().get(ZONES).await.json();
    assert_eq!(
        (&plain["time_zone"], &plain["currency"]),
        (&"UTC".into(), &"SGD".into())
    );
    for absent in ["author", "license_url", "custom_attributes_dictionary"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
    let config = Config {
        publisher: PublisherConfig {
            name: "City of \"Ö\"".into(),
            license_url: "https://example.org/licence".into(),
            url: "https://hub.example.org/".into(),
        },
        ..Config::default()
    };
    assert_eq!(config.publisher.fault(), None);
    let town = Town::with(config, small_town(), None);
    let told = town.get(ZONES).await.json();
    assert_eq!(told["author"], "City of \"Ö\"");
    assert_eq!(told["license_url"], "https://example.org/licence");
    assert_eq!(
        told["custom_attributes_dictionary"],
        "https://hub.example.org/docs/formats/cds"
    );
}

#[test]
fn what_is_no_address_is_no_publisher() {
    for (license_url, url) in [
        ("ftp://x.org", ""),
        ("", "hub.example.org"),
        ("not one", ""),
    ] {
        let publisher = PublisherConfig {
            name: String::new(),
            license_url: license_url.into(),
            url: url.into(),
        };
        let fault = publisher.fault().unwrap();
        assert!(fault.starts_with("http.publisher."), "{fault}");
    }
}

#[tokio::test]
async fn only_another_version_is_refused() {
    let town = Town::new();
    for (accept, status) in [
        ("application/vnd.cds+json;version=1.1", 200),
        ("application/vnd.cds+json;version=1.0", 406),
        ("application/json", 200),
        ("text/html, */*;q=0", 200),
        ("application/vnd.cds+json;version=1.1;q=0", 200),
    ] {
        let answer = town.get_with(ZONES, &[("accept", accept)]).await;
        assert_eq!(answer.status.as_u16(), status, "{accept}");
        if status == 406 {
            let problem = answer.problem("not-acceptable");
            assert_eq!(problem["error"], "not_acceptable");
            let said = problem["error_description"].as_str().unwrap();
            assert!(said.contains("version=1.1"), "{said}");
        }
    }
}

#[tokio::test]
async fn what_is_not_offered_is_501_and_never_404() {
    let town = Town::new();
    for path in [
        "curbs/areas",
        "curbs/objects",
        "curbs/objects/0f6a052d-f934-4159-8da4-3135e453b968",
        "curbs/zones/0f6a052d-f934-4159-8da4-3135e453b968",
        "metrics/anything",
        "events/event",
    ] {
        let answer = town.get(&format!("/v1/cds/{path}")).await;
        let problem = answer.problem("not-offered");
        assert_eq!(answer.status.as_u16(), 501, "{path}");
        assert_eq!(problem["error"], "not_offered");
        assert_eq!(problem["error_details"], serde_json::json!([]));
    }
    for query in ["area=x", "time=1"] {
        let answer = town.get(&format!("{ZONES}?{query}")).await;
        answer.problem("not-offered");
    }
    let wrong = town.call_as("monitor", "DELETE", ZONES, "").await;
    assert_eq!(
        wrong.problem("method-not-allowed")["error"],
        "method_not_allowed"
    );
}

#[tokio::test]
async fn a_refusal_says_what_is_missing_and_what_is_bad() {
    let town = Town::new();
    for (query, error, detail) in [
        ("min_lat=1&min_lng=2&max_lat=3", "missing_param", "max_lng"),
        ("lat=1&lng=2", "missing_param", "radius"),
        ("lat=1&lng=2&radius=x", "bad_param", "radius"),
        ("min_lat=1&lat=2", "bad_param", "lat"),
        ("cursor=%00", "bad_param", "cursor"),
        ("cursor=AwAAAA", "bad_param", "cursor"),
        ("include_geometry=perhaps", "bad_param", "include_geometry"),
        ("what=1", "bad_param", "what"),
    ] {
        let problem = town
            .get(&format!("{ZONES}?{query}"))
            .await
            .problem("bad-parameter");
        assert_eq!(problem["error"], error, "{query}");
        assert_eq!(problem["error_details"][0], detail, "{query}");
        assert_eq!(problem["error_description"], problem["detail"], "{query}");
    }
    let chinese = [("accept-language", "zh")];
    let answer = town.get_with(&format!("{ZONES}?lat=1"), &chinese).await;
    assert_eq!(answer.problem("bad-parameter")["error"], "missing_param");
}

#[tokio::test]
async fn who_holds_it_is_told_so_until_it_changes() {
    let town = Town::new();
    town.turns("EAST-1", Vacant, Vacant);
    let path = "/v1/cds/curbs/spaces";
    town.get(path).await;
    town.clock.set(NOW.plus(5_000));
    let first = town.get(path).await;
    let tag = first.header("etag").to_owned();
    let since = first.header("last-modified").to_owned();
    for (name, value, status) in [
        ("if-none-match", &*tag, 304),
        ("if-none-match", "\"x\"", 200),
        ("if-modified-since", &since, 304),
        ("if-modified-since", "Mon, 01 Jan 2024 00:00:00 GMT", 200),
        ("if-modified-since", "yesterday", 200),
    ] {
        let again = town.get_with(path, &[(name, value)]).await;
        assert_eq!(again.status.as_u16(), status, "{name}: {value}");
        assert!(status == 200 || again.body.is_empty());
    }
    town.clock.set(NOW.plus(9_000));
    // A word that lapses has no time of its own.
    town.turns("EAST-1", Occupied, Occupied);
    let held = [("if-modified-since", &*since)];
    assert_eq!(town.get_with(path, &held).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_hub_that_wants_keys_wants_them_here() {
    let config = Config {
        public_reads: false,
        ..Config::default()
    };
    let town = Town::with(config, small_town(), None);
    let problem = town.get(ZONES).await.problem("unauthorized");
    assert_eq!(problem["error"], "unauthorized");
    let answer = town.call_as("book", "GET", ZONES, "").await;
    assert_eq!(answer.status.as_u16(), 200);
}
