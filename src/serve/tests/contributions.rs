//! What a partner is told of its app reports as evidence.

use super::Town;

#[tokio::test]
async fn a_partner_is_told_its_own_sums_and_nobody_without_the_scope() {
    let town = Town::new();
    let answer = town
        .call_as("report", "GET", "/v1/contributions/mine", "")
        .await;
    assert_eq!(answer.status.as_u16(), 200);
    let told = answer.json();
    assert_eq!(told["proven_contributors"], 0);
    let days: Vec<_> = told["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["days"])
        .collect();
    assert_eq!(days, [1, 7, 30]);
    assert!(
        told["periods"][0]["right_vacant"].is_null(),
        "nothing was judged: {told}"
    );
    let answer = town
        .call_as("partner", "GET", "/v1/contributions/mine", "")
        .await;
    assert_eq!(answer.json()["partner"], "lta");
    for key in ["book", "monitor", "admin", "share"] {
        let answer = town.call_as(key, "GET", "/v1/contributions/mine", "").await;
        assert_eq!(answer.status.as_u16(), 403, "{key}");
    }
    let answer = town.get("/v1/contributions/mine").await;
    assert_eq!(answer.status.as_u16(), 401);
    let answer = town
        .call_as("report", "GET", "/v1/contributions/mine?days=3", "")
        .await;
    assert_eq!(answer.status.as_u16(), 400, "what it does not know it says");
}
