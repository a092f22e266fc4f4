//! How doors learn that the hub stops.

use tokio::sync::watch;

/// Waits until `stop` turns true, or its sender is gone. Safe to cancel.
pub(super) async fn wait(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = stop.wait_for(|stop| *stop).await;
}
