//! A month of operators and partners, as it is told.

use super::Town;
use crate::partners::{QualityOf, QualitySample};
use serde_json::{Value, json};

const PATH: &str = "/v1/quality";

async fn looked(town: &Town) {
    let sample = |connected, online| QualitySample {
        members: 4,
        connected,
        watched: 10,
        online,
    };
    for n in [5, 10] {
        let found = [
            ((QualityOf::Operator, "hdb".to_owned()), sample(2, n)),
            ((QualityOf::Partner, "lta".to_owned()), sample(3, n)),
            ((QualityOf::Partner, "ura".to_owned()), sample(4, 10)),
        ];
        town.usage.observe(found.into()).await;
    }
    town.usage.flush().await.unwrap();
}

async fn told(town: &Town, key: &str, query: &str) -> Value {
    let answer = town
        .call_as(key, "GET", &format!("{PATH}{query}"), "")
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_month_is_told_as_ratios_of_what_was_seen_and_what_came() {
    let town = Town::new();
    let mut bays = vec![json!({"bay": "EAST-1"}); 9];
    bays.push(json!({"bay": "NOPE"}));
    let body = json!({"source": "lamp-1", "bays": bays}).to_string();
    town.call_as("report", "POST", "/v1/reports", body).await;
    looked(&town).await;
    let month = told(&town, "monitor", "").await;
    assert_eq!(
        (&month["month"], &month["by"]),
        (&json!("2026-11"), &json!("partner"))
    );
    let lta = json!({
        "name": "lta", "samples": 2, "members": 4.0, "connected": 0.75, "online": 0.75,
        "accepted": 9, "late": 0.0, "refused": 0.1,
    });
    let ura = json!({
        "name": "ura", "samples": 2, "members": 4.0, "connected": 1.0, "online": 1.0,
        "accepted": 0, "late": null, "refused": null,
    });
    assert_eq!(month["rows"], json!([lta, ura]));
    let operators = told(&town, "admin", "?by=operator&month=2026-11").await;
    let hdb = json!({
        "name": "hdb", "samples": 2, "members": 4.0, "connected": 0.5, "online": 0.75,
        "accepted": null, "late": null, "refused": null,
    });
    assert_eq!(operators["rows"], json!([hdb]));
    let key = format!("Bearer {}", town.keys["monitor"]);
    let headers = [("authorization", &*key), ("accept", "text/csv")];
    let csv = town
        .get_with(&format!("{PATH}?by=operator"), &headers)
        .await;
    assert_eq!(
        String::from_utf8(csv.body).unwrap(),
        "month,by,name,samples,members,connected,online,accepted,late,refused\r\n\
         2026-11,operator,hdb,2,4,0.5,0.75,,,\r\n"
    );
}

#[tokio::test]
async fn a_partner_is_told_its_own_row_and_no_operators() {
    let town = Town::new();
    looked(&town).await;
    for (key, partner) in [("report", "lta"), ("book", "lta"), ("share2", "ura")] {
        let rows = told(&town, key, "?by=partner").await["rows"].clone();
        assert_eq!(
            (rows.as_array().unwrap().len(), &rows[0]["name"]),
            (1, &json!(partner))
        );
        let answer = town
            .call_as(key, "GET", &format!("{PATH}?by=operator"), "")
            .await;
        assert_eq!(answer.status.as_u16(), 403);
    }
    assert_eq!(
        told(&town, "network", "").await["rows"],
        json!([]),
        "nothing is known"
    );
    assert_eq!(town.get(PATH).await.status.as_u16(), 401);
}

#[tokio::test]
async fn months_before_the_first_start_are_empty_and_those_ahead_refused() {
    let town = Town::new();
    looked(&town).await;
    assert_eq!(
        told(&town, "monitor", "?month=2026-10").await["rows"],
        json!([])
    );
    assert_eq!(
        told(&town, "monitor", "?month=1970-01").await["rows"],
        json!([])
    );
    for bad in [
        "2026-12", "2026-13", "2026-00", "2026-1", "26-11", "2026-1x", "2026/11", "+026-11",
    ] {
        let answer = town
            .call_as("monitor", "GET", &format!("{PATH}?month={bad}"), "")
            .await;
        assert_eq!(answer.problem("bad-parameter")["field"], "month", "{bad}");
    }
    let answer = town
        .call_as("monitor", "GET", &format!("{PATH}?by=zone"), "")
        .await;
    answer.problem("bad-parameter");
}
