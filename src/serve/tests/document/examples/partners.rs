//! What a partner reads and manages of itself.

use super::{Call, Shown};

pub(super) async fn show(shown: &mut Shown) {
    let path = "/v1/partners/me";
    shown
        .show(Call::new("get /v1/partners/me", "report", path))
        .await;
    let refused = r#"{"source":"lamp-1","bays":[{"bay":"NOPE","state":"vacant"}]}"#;
    shown
        .town
        .call_as("report", "POST", "/v1/reports", refused)
        .await;
    let path = "/v1/partners/me/quarantine?limit=1";
    shown
        .show(Call::new("get /v1/partners/me/quarantine", "report", path))
        .await;
    shown.town.usage.flush().await.unwrap();
    for (of, scope, path) in [
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
