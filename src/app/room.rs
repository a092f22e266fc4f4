//! How much room the data folder has yet: the journal's limit and its disk, told to who looks at metrics
//! before the journal refuses.

use super::process;
use crate::config::Config;
use crate::metrics::Metrics;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(10);

/// What is told where the disk does not say.
const NOT_KNOWN: i64 = -1;

/// Looks until the hub closes.
pub(super) fn keep(
    config: &Config,
    metrics: Arc<Metrics>,
    closed: watch::Receiver<bool>,
) -> impl Future<Output = ()> + use<> {
    let folder = config.data.path.clone();
    metrics
        .journal_limit
        .set(as_gauge(config.journal.max_bytes));
    async move {
        let closing = process::closing(closed);
        tokio::pin!(closing);
        loop {
            let free = tokio::task::block_in_place(|| free(&folder));
            metrics.data_free.set(free);
            if tokio::time::timeout(LOOK, &mut closing).await.is_ok() {
                return;
            }
        }
    }
}

fn free(folder: &Path) -> i64 {
    process::free_bytes(folder).map_or(NOT_KNOWN, as_gauge)
}

fn as_gauge(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_has_no_known_room() {
        let dir = tempfile::tempdir().unwrap();
        assert!(free(dir.path()) > 0);
        assert_eq!(free(&dir.path().join("gone")), NOT_KNOWN);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_limit_and_the_room_are_told_until_the_hub_closes() {
        let dir = tempfile::tempdir().unwrap();
        let text = format!(
            "[data]\npath = {:?}\n[registry]\npath = {:?}\n[journal]\nmax_bytes = 500000000\n",
            dir.path(),
            dir.path()
        );
        let config = crate::config::parse(&text, &[]).unwrap();
        let metrics = Arc::new(Metrics::new());
        let (close, closed) = watch::channel(false);
        let kept = tokio::spawn(keep(&config, metrics.clone(), closed));
        while metrics.data_free.get() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(metrics.data_free.get() > 0);
        assert_eq!(metrics.journal_limit.get(), 500_000_000);
        close.send_replace(true);
        kept.await.unwrap();
    }
}
