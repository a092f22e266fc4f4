//! A registry whose file of changes is rewritten at a start, because most of it is not needed any
//! more: the manifest knows it as it is now, at the next start and after it has grown again.

use super::counts::{put, start, told, zone};
use crate::domain::Millis;
use serde_json::json;

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_starts_again_after_its_changes_were_rewritten_however_often() {
    let folder = tempfile::tempdir().unwrap();
    let changes = folder.path().join("data/registry/changes.jsonl");
    let length = || std::fs::metadata(&changes).unwrap().len();
    for round in 0..3_u64 {
        let now = |ms: u64| Millis(NOW.0 + round * 10_000 + ms);
        // The first start after many changes rewrites them; the next finds them so.
        for (changed, at) in [(80, 0), (0, 2_000), (150, 4_000), (0, 6_000), (1, 8_000)] {
            let hub = start(folder.path(), now(at)).await;
            for capacity in 1..=changed {
                put(&hub, "zones", zone("Z1", &json!({"capacity": capacity}))).await;
            }
            if changed > 0 {
                told(&hub, "Z1", json!({"capacity": changed})).await;
            }
            hub.hub.stop().await.unwrap();
        }
    }
    assert!(
        length() < 5_000,
        "nothing was rewritten: {} bytes",
        length()
    );
}
