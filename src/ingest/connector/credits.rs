//! Whom to name wherever what a feed says is shown.
//!
//! Promise: a zone's credit is that of the feed which spoke of it last, with the day on which it was
//! read; a reader takes no lock that a feed waits for. It is not kept on disk: after a start a zone
//! has none until its feed is read, which is at once.

use crate::domain::ZoneIx;
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// What stands for the day in an attribution.
const DATE: &str = "{date}";

/// See the module.
pub struct Credits {
    /// By zone: the number of its feed, and one; 0: none's.
    zones: Box<[AtomicU16]>,
    /// By feed: its attribution with the day filled in.
    texts: Box<[ArcSwapOption<String>]>,
}

impl Credits {
    /// Of so many zones at most, and so many feeds.
    #[must_use]
    pub fn new(zones: u32, feeds: usize) -> Self {
        Self {
            zones: (0..zones).map(|_| AtomicU16::new(0)).collect(),
            texts: (0..feeds).map(|_| ArcSwapOption::default()).collect(),
        }
    }

    /// Whom to name beside what is told of `zone`.
    #[must_use]
    pub fn of(&self, zone: ZoneIx) -> Option<Arc<String>> {
        let feed = self
            .zones
            .get(zone.0 as usize)?
            .load(Relaxed)
            .checked_sub(1)?;
        self.texts.get(usize::from(feed))?.load_full()
    }

    pub(super) fn give(&self, zone: ZoneIx, feed: u16) {
        if let Some(of) = self.zones.get(zone.0 as usize) {
            of.store(feed + 1, Relaxed);
        }
    }

    /// `feed` was read on `day`, as `2026-11-23`.
    pub(super) fn read(&self, feed: u16, attribution: &str, day: &str) {
        let Some(text) = self.texts.get(usize::from(feed)) else {
            return;
        };
        let told = attribution.replace(DATE, day);
        if text.load().as_deref() != Some(&told) {
            text.store(Some(Arc::new(told)));
        }
    }
}
