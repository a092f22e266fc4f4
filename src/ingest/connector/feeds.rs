//! All feeds of the configuration, by name and by source.

use super::config::FeedConfig;
use super::credits::Credits;
use super::feed::{FeedHost, RunningFeed};
use super::fetch::{Fetcher, address_of};
use super::{Reader, push};
use crate::domain::{SourceIx, Speaker};
use crate::health::Part;
use std::sync::Arc;

/// Feeds that a note names.
const NAMED: usize = 3;

/// See the module.
pub struct Feeds {
    all: Vec<Arc<RunningFeed>>,
    host: Option<FeedHost>,
}

impl Feeds {
    /// None at all.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            all: Vec::new(),
            host: None,
        }
    }

    /// `speaker` enrols the source of a feed.
    ///
    /// # Errors
    /// Names the feed and what of it cannot be used.
    pub fn new(
        configs: &[FeedConfig],
        host: &FeedHost,
        speaker: impl Fn(&FeedConfig) -> Result<Speaker, String>,
    ) -> Result<Self, String> {
        let made = configs.iter().enumerate().map(|(number, config)| {
            let speaker = speaker(config)?;
            let feed = RunningFeed::new(config.clone(), speaker, host.clone(), number as u16)?;
            Ok(Arc::new(feed))
        });
        Ok(Self {
            all: made.collect::<Result<_, String>>()?,
            host: Some(host.clone()),
        })
    }

    /// Everything that can be said against `[[feeds]]` without asking one.
    ///
    /// # Errors
    /// Names the feed and the key.
    pub fn check(configs: &[FeedConfig]) -> Result<(), String> {
        if let Some(fault) = FeedConfig::fault_among(configs) {
            return Err(fault);
        }
        let mut tls = None;
        for config in configs {
            Reader::new(config)?;
            push::auth_of(config)?;
            if let Some(url) = &config.url {
                let is_one = address_of(url).map(drop);
                is_one.map_err(|e| format!("feeds: {:?}: url: {e}", config.name))?;
                Fetcher::of_feed(config, &mut tls)?;
            }
        }
        Ok(())
    }

    #[must_use]
    pub fn all(&self) -> &[Arc<RunningFeed>] {
        &self.all
    }

    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<RunningFeed>> {
        self.all.iter().find(|feed| feed.config().name == name)
    }

    /// The feed whose source that is.
    #[must_use]
    pub fn of_source(&self, source: SourceIx) -> Option<&Arc<RunningFeed>> {
        self.all.iter().find(|feed| feed.speaker().source == source)
    }

    /// Whom to name beside what is told of zones.
    #[must_use]
    pub fn credits(&self) -> Option<&Credits> {
        self.host.as_ref().map(|host| &*host.credits)
    }

    /// Says which feeds fail for long, or that none does.
    pub fn review(&self) {
        let Some(host) = &self.host else {
            return;
        };
        let now = host.clock.now();
        let mut failing = Vec::new();
        for feed in &self.all {
            let note = feed.standing().note(now);
            let name = &*feed.config().name;
            let gauge = host.metrics.feeds.failing.with_label_values(&[name]);
            gauge.set(i64::from(note.is_some()));
            failing.extend(note.map(|note| format!("{name}: {note}")));
        }
        if failing.is_empty() {
            return host.health.no_note(Part::Feeds);
        }
        let more = failing.len().saturating_sub(NAMED);
        failing.truncate(NAMED);
        let mut told = failing.join("; ");
        if more > 0 {
            told = format!("{told}; and {more} more");
        }
        host.health.note(Part::Feeds, told);
    }
}
