//! The clock of feeds: each is asked when it is due, never twice at once, and not too many together.
//!
//! Promises: a feed that hangs, fails or answers rubbish costs no other anything; when the hub
//! stops, what was read is on its way to the disk and the rest is asked for after the start.

use super::feed::RunningFeed;
use super::feeds::Feeds;
use super::fetch::Fetcher;
use super::pace::{FeedPace, PollOutcome};
use super::poll::Poller;
use crate::domain::Millis;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Polls at a time: one is mostly waiting, but reads up to 64 MiB.
const AT_A_TIME: usize = 8;

/// Feeds are asked within this after a start, s.
const FIRST_WITHIN_S: f64 = 2.0;

/// Random numbers of 0..1.
pub type Spread = fn() -> f64;

/// How feeds are asked, ready to be.
pub struct Fetchers(Vec<(Arc<RunningFeed>, Fetcher, String)>);

impl Fetchers {
    /// Those of all feeds that have an address.
    ///
    /// # Errors
    /// Names the feed and the key that cannot be used.
    pub fn new(feeds: &Feeds) -> Result<Self, String> {
        let mut usual = None;
        let mut all = Vec::new();
        for feed in feeds.all() {
            if let Some(url) = feed.config.url.clone() {
                let fetcher = Fetcher::of_feed(&feed.config, &mut usual)?;
                all.push((feed.clone(), fetcher, url));
            }
        }
        Ok(Self(all))
    }
}

/// Asks all feeds when they are due, until `stop` turns true or its sender is gone.
pub async fn run(
    fetchers: Fetchers,
    feeds: Arc<Feeds>,
    spread: Spread,
    stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut all = JoinSet::new();
    for (feed, fetcher, url) in fetchers.0 {
        let poller = Poller::new(feed.clone(), fetcher, url);
        all.spawn(follow(
            feed,
            poller,
            feeds.clone(),
            room.clone(),
            spread,
            stop.clone(),
        ));
    }
    while let Some(ended) = all.join_next().await {
        if let Err(e) = ended {
            tracing::error!(error = %e, "a feed's clock failed");
        }
    }
}

async fn follow(
    feed: Arc<RunningFeed>,
    mut poller: Poller,
    feeds: Arc<Feeds>,
    room: Arc<Semaphore>,
    spread: Spread,
    mut stop: watch::Receiver<bool>,
) {
    let mut pace = FeedPace::new(Duration::from_secs(feed.config.every));
    let mut wait = Duration::from_secs_f64(FIRST_WITHIN_S * spread());
    loop {
        let due = feed.host.clock.now().0 + wait.as_millis() as u64;
        feed.standing.next_poll(Millis(due));
        let asking = async {
            tokio::time::sleep(wait).await;
            // Never closed.
            let _one = room.acquire().await;
            poller.poll().await
        };
        let came = tokio::select! {
            came = asking => came,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
        feeds.review();
        let outcome = match &came.failure {
            None => PollOutcome::Heard {
                stands_for: came.stands_for,
            },
            Some(failure) => PollOutcome::Failed(failure),
        };
        wait = pace.after(outcome, spread());
    }
}
