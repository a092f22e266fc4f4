//! Orders of the authority: issued, read, changed, confirmed, ended.

use super::{Call, Shown};
use serde_json::json;

pub(super) async fn show(shown: &mut Shown) {
    let asked = json!({
        "kind": "emergency", "target": {"zones": ["EAST"]}, "severity": "emergency",
        "reason": {"en": "gas leak", "zh": "煤气泄漏"}, "instruction": {"en": "keep away"},
    });
    let call = Call::new("post /v1/orders", "order", "/v1/orders").with(asked);
    let made = shown.show(call).await;
    let path = format!("/v1/orders/{}", made["id"].as_str().unwrap());
    let call = Call::new("get /v1/orders", "", "/v1/orders?active=true");
    shown.show(call).await;
    shown
        .show(Call::new("get /v1/orders.cap", "", "/v1/orders.cap"))
        .await;
    shown
        .show(Call::new("get /v1/orders/{order}", "", &path))
        .await;
    let of = "get /v1/datex2/situations.xml";
    let call = Call::new(of, "", "/v1/datex2/situations.xml");
    shown.show(call).await;
    let of = "post /v1/orders/{order}/confirm";
    let confirm = format!("{path}/confirm");
    shown.show(Call::new(of, "order2", &confirm)).await;
    let of = "patch /v1/orders/{order}";
    let change = json!({"instruction": {"en": "use Lorong 4", "zh": "请绕行四巷"}});
    shown.show(Call::new(of, "order", &path).with(change)).await;
    let end = format!("{path}/end");
    shown
        .show(Call::new("post /v1/orders/{order}/end", "order", &end))
        .await;
}
