//! How sources do, as the authority and operators are told.

use super::Town;
use crate::domain::SourceKind;
use serde_json::json;

#[tokio::test]
async fn sources_are_listed_for_those_who_watch_over_them() {
    let town = Town::new();
    let sources = [
        ("lamp-1", SourceKind::Sensor),
        ("app-1", SourceKind::App),
        ("gate-1", SourceKind::Gate),
    ];
    town.registry.enrol_sources(&sources).unwrap();
    let page = town
        .call_as("monitor", "GET", "/v1/sources?limit=2", "")
        .await
        .json();
    let names = |page: &serde_json::Value| -> Vec<String> {
        page["sources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["source"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&page), ["lamp-1", "app-1"]);
    let next = format!("/v1/sources?cursor={}", page["next"].as_str().unwrap());
    let rest = town.call_as("admin", "GET", &next, "").await.json();
    assert_eq!(
        (names(&rest), &rest["next"]),
        (vec!["gate-1".to_owned()], &json!(null))
    );
    assert_eq!(
        page["sources"][0],
        json!({"source": "lamp-1", "kind": "sensor", "online": null, "heard_at": null, "silent_s": null,
               "observed_at": null, "lag_s": null, "accepted": 0, "refused": {}})
    );
    let one = town
        .call_as("monitor", "GET", "/v1/sources?source=app-1", "")
        .await
        .json();
    assert_eq!(names(&one), ["app-1"]);
    town.call_as("monitor", "GET", "/v1/sources?source=nobody", "")
        .await
        .problem("not-found");
    town.call_as("book", "GET", "/v1/sources", "")
        .await
        .problem("forbidden");
    town.get("/v1/sources").await.problem("unauthorized");
}
