//! What a partner reads and manages of itself, from signing up on.

use super::{Call, Shown};
use crate::partners::{QualityOf, QualitySample};
use serde_json::{Value, json};

pub(super) async fn show(shown: &mut Shown) {
    let path = "/v1/partners/me";
    shown
        .show(Call::new("get /v1/partners/me", "report", path))
        .await;
    sign_up(shown).await;
    keys(shown).await;
    used(shown).await;
}

async fn sign_up(shown: &mut Shown) {
    let path = "/v1/partners";
    // One of the two is still to be decided when partners are listed.
    for name in ["lot-finder", "curb-app"] {
        let ask = json!({"name": name, "contact": format!("dev@{name}.example"), "wants": "reports from our app"});
        shown
            .show(Call::new("post /v1/partners", "", path).with(ask))
            .await;
    }
    let of = "post /v1/partners/confirm";
    let signup = signup(shown).await;
    let token = json!({"token": signup["token"]});
    let confirm = "/v1/partners/confirm";
    shown.show(Call::new(of, "", confirm).with(token)).await;
    let path = format!("/v1/admin/signups/{}", signup["id"].as_str().unwrap());
    let call = Call::new("patch /v1/admin/signups/{signup}", "admin", &path);
    let admitted = shown.show(call.with(json!({"state": "admitted"}))).await;
    let token = json!({"token": admitted["token"]});
    shown.show(Call::new(of, "", confirm).with(token)).await;
    shown.all[of]["body"]["application/json"]["token"] = "bh_link_shown-once".into();
    let path = "/v1/admin/partners/curb-app";
    let call = Call::new("patch /v1/admin/partners/{partner}", "admin", path);
    shown.show(call.with(json!({"linked": true}))).await;
}

/// The one of the two that came second.
async fn signup(shown: &Shown) -> Value {
    let listed = shown.town.call_as("admin", "GET", "/v1/admin/partners", "");
    listed.await.json()["signups"][1].take()
}

/// By the key of that scope, which any partner may have.
async fn keys(shown: &mut Shown) {
    let path = "/v1/partners/me/keys";
    let ask = json!({"name": "phone", "scopes": ["report", "book"], "area": {"zones": ["TPY*"]}});
    let call = Call::new("post /v1/partners/me/keys", "partner", path);
    let made = shown.show(call.with(ask)).await;
    shown
        .show(Call::new("get /v1/partners/me/keys", "partner", path))
        .await;
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let rotate = format!("{one}/rotate");
    let call = Call::new("post /v1/partners/me/keys/{key}/rotate", "partner", &rotate);
    shown.show(call.with(json!({"overlap_s": 3600}))).await;
    let call = Call::new("delete /v1/partners/me/keys/{key}", "partner", &one);
    let gone = shown.show(call.with(Value::Null)).await;
    assert_eq!(gone, "");
}

/// What was refused, and what was used.
async fn used(shown: &mut Shown) {
    let refused = r#"{"source":"lamp-1","bays":[{"bay":"NOPE","state":"vacant"}]}"#;
    shown
        .town
        .call_as("report", "POST", "/v1/reports", refused)
        .await;
    let sources = Call::new("get /v1/sources", "monitor", "/v1/sources?limit=2");
    shown.show(sources.accept("text/csv")).await;
    let path = "/v1/partners/me/quarantine?limit=1";
    shown
        .show(Call::new("get /v1/partners/me/quarantine", "report", path))
        .await;
    let sample = QualitySample {
        members: 20,
        connected: 20,
        watched: 20,
        online: 19,
    };
    let found = [((QualityOf::Partner, "lta".to_owned()), sample)];
    shown.town.usage.observe(found.into()).await;
    shown.town.usage.flush().await.unwrap();
    shown.town.credited().await;
    for (of, scope, path) in [
        (
            "get /v1/partners/me/credit",
            "report",
            "/v1/partners/me/credit",
        ),
        ("get /v1/admin/credit", "admin", "/v1/admin/credit"),
        ("get /v1/quality", "monitor", "/v1/quality?month=2026-11"),
        (
            "get /v1/partners/me/usage",
            "report",
            "/v1/partners/me/usage?limit=1",
        ),
        (
            "get /v1/admin/usage",
            "admin",
            "/v1/admin/usage?partner=lta&limit=1",
        ),
    ] {
        for accept in ["application/json", "text/csv"] {
            shown.show(Call::new(of, scope, path).accept(accept)).await;
        }
    }
}
