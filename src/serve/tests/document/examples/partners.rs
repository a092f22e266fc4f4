//! What a partner reads and manages of itself.

use super::{Call, Shown};

pub(super) async fn show(shown: &mut Shown) {
    let path = "/v1/partners/me";
    shown
        .show(Call::new("get /v1/partners/me", "report", path))
        .await;
}
