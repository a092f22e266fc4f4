//! Who a key is of and what it is good for, as its holder is told.

use super::Town;
use serde_json::json;

#[tokio::test]
async fn any_good_key_is_told_whose_it_is_and_what_it_opens() {
    let town = Town::new();
    let me = town.call_as("report", "GET", "/v1/partners/me", "").await;
    assert_eq!(me.status.as_u16(), 200, "{me:?}");
    assert_eq!(me.header("cache-control"), "private, no-store");
    let me = me.json();
    assert_eq!(me["name"], "lta");
    let key = json!({"name": "key-report", "scopes": ["report"], "sources": ["lamp-*"], "source_kind": "sensor",
        "uplinks": false, "area": "all", "expires_at": null});
    assert_eq!(me["key"], key);
    let other = town.call_as("share2", "GET", "/v1/partners/me", "").await;
    assert_eq!(other.json()["name"], "ura");
    for wrong in [&[][..], &[("authorization", "Bearer bh_nobody")]] {
        let refused = town.get_with("/v1/partners/me", wrong).await;
        refused.problem("unauthorized");
    }
}
