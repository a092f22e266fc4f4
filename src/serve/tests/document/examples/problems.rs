//! Problems: reported, worked on, rated.

use super::{Call, Shown};
use serde_json::{Value, json};

pub(super) async fn show(shown: &mut Shown) {
    for (of, path) in [
        (
            "get /v1/open311/discovery.json",
            "/v1/open311/discovery.json",
        ),
        ("get /v1/open311/discovery.xml", "/v1/open311/discovery.xml"),
        ("get /v1/open311/services.json", "/v1/open311/services.json"),
        ("get /v1/open311/services.xml", "/v1/open311/services.xml"),
        (
            "get /v1/open311/services/{service}",
            "/v1/open311/services/sensor-wrong.xml",
        ),
        (
            "get /v1/open311/services/{service}",
            "/v1/open311/services/sensor-wrong.json",
        ),
    ] {
        shown.show(Call::new(of, "", path)).await;
    }
    // A form is shown as the object that it stands for, as OpenAPI has it.
    let form = json!({
        "service_code": "bay-blocked", "attribute[bay]": "TPY12-001",
        "description": "A van stands there",
    });
    let mut token = Value::Null;
    for ending in ["json", "xml"] {
        let path = format!("/v1/open311/requests.{ending}");
        let of = format!("post {path}");
        let asked = json!({
            "service_code": "bay-blocked", "attribute": {"bay": "TPY12-001"},
            "description": "A van stands there", "email": "me@home.example",
        });
        let mut made = shown.show(Call::new(&of, "", &path).with(asked)).await;
        shown.all[&*of]["body"]["application/x-www-form-urlencoded"] = form.clone();
        if ending == "json" {
            token = made[0]["rating_token"].take();
            let answer = &mut shown.all[&*of]["answers"]["201"]["application/json"];
            answer[0]["rating_token"] = "bh_rate_shown-once".into();
        }
    }
    for (of, path) in [
        (
            "get /v1/open311/requests.json",
            "/v1/open311/requests.json?status=open&page_size=10",
        ),
        (
            "get /v1/open311/requests.xml",
            "/v1/open311/requests.xml?status=open&page_size=10",
        ),
        (
            "get /v1/open311/requests/{request}",
            "/v1/open311/requests/1.xml",
        ),
        (
            "get /v1/open311/requests/{request}",
            "/v1/open311/requests/1.json",
        ),
        ("get /v1/open311/tokens/{token}", "/v1/open311/tokens/1.xml"),
        (
            "get /v1/open311/tokens/{token}",
            "/v1/open311/tokens/1.json",
        ),
    ] {
        shown.show(Call::new(of, "", path)).await;
    }
    worked_on(shown, token).await;
}

/// By an administrator, and rated.
async fn worked_on(shown: &mut Shown, token: Value) {
    let call = Call::new("get /v1/problems", "admin", "/v1/problems?limit=10");
    shown.show(call).await;
    let said = json!({"state": "resolved", "notice": "Towed"});
    let call = Call::new("patch /v1/problems/{problem}", "admin", "/v1/problems/1");
    shown.show(call.with(said)).await;
    let call = Call::new("get /v1/problems/{problem}", "admin", "/v1/problems/1");
    shown.show(call).await;
    let of = "post /v1/problems/{problem}/rating";
    let rating = json!({"token": token, "rating": 5});
    let call = Call::new(of, "", "/v1/problems/1/rating");
    shown.show(call.with(rating)).await;
    shown.all[of]["body"]["application/json"]["token"] = "bh_rate_shown-once".into();
    for (of, path) in [
        ("get /v1/operators", "/v1/operators?days=90"),
        (
            "get /v1/operators/{operator}/service",
            "/v1/operators/authority/service?days=90",
        ),
    ] {
        shown.show(Call::new(of, "", path)).await;
    }
}
