//! Reading the quarantine: filters, pages, and what is no question.

use super::Town;
use serde_json::json;

#[tokio::test]
async fn refusals_are_read_newest_first_in_pages() {
    let town = Town::new();
    for n in 0..5 {
        let body = json!({"source": "lamp-1", "bays": [{"bay": format!("nope-{n}")}]}).to_string();
        assert_eq!(
            town.call_as("report", "POST", "/v1/reports", body)
                .await
                .status
                .as_u16(),
            202
        );
    }
    town.call_as("report", "POST", "/v1/reports", "{")
        .await
        .problem("malformed");
    let read = async |query: &str| {
        town.call_as("admin", "GET", &format!("/v1/quarantine{query}"), "")
            .await
            .json()
    };
    let all = read("").await;
    assert_eq!(
        (all["refused"].as_array().unwrap().len(), &all["next"]),
        (6, &json!(null))
    );
    assert_eq!(all["refused"][0]["reason"], "malformed", "the newest first");
    assert!(
        all["refused"][1]["payload"]
            .as_str()
            .unwrap()
            .contains("nope-4")
    );
    assert_eq!(
        read("?reason=unknown_bay").await["refused"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(
        read("?source=key-report").await["refused"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let page = read("?limit=4").await;
    let rest = read(&format!("?limit=4&before={}", page["next"])).await;
    assert_eq!(
        (rest["refused"].as_array().unwrap().len(), &rest["next"]),
        (2, &json!(null))
    );
    for (query, field) in [
        ("limit=0", "limit"),
        ("reason=why", "reason"),
        ("before=-1", "before"),
        ("form=1", "form"),
    ] {
        let answer = town
            .call_as("admin", "GET", &format!("/v1/quarantine?{query}"), "")
            .await;
        assert_eq!(answer.problem("bad-parameter")["field"], field);
    }
}
