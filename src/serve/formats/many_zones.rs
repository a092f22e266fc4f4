//! Many zones, as an answer has them: told anew, or as they were last written.

use super::kept_zone::ZoneText;
use super::told::ZoneTold;
use crate::domain::Millis;
use crate::serve::http::extract::hash_of;
use crate::serve::told_in::ToldIn;
use std::sync::Arc;

/// One of many zones.
pub(in crate::serve) enum ZoneOfMany<'c> {
    /// As it was written before.
    Kept(Arc<ZoneText>),
    Told(Box<ZoneTold<'c>>),
}

impl ZoneOfMany<'_> {
    pub(super) fn observed_at(&self) -> Millis {
        match self {
            Self::Kept(text) => text.observed_at,
            Self::Told(told) => told.tally.observed_at,
        }
    }
}

/// One page of the feed. As they were written before are those only that are told as JSON.
pub(in crate::serve) struct ZonesTold<'c> {
    pub(in crate::serve) zones: Vec<ZoneOfMany<'c>>,
    /// Ids that were asked for and are none of ours.
    pub(in crate::serve) unknown: Option<&'c [&'c str]>,
    /// Where to go on.
    pub(in crate::serve) next: Option<&'c str>,
    pub(in crate::serve) at: Millis,
    pub(in crate::serve) told_in: ToldIn,
}

/// A body, and a number that changes with the data and not with the time of asking (for the `ETag`).
pub(in crate::serve) struct Rendered {
    pub(in crate::serve) body: Vec<u8>,
    pub(in crate::serve) tag: u64,
}

impl Rendered {
    /// Nothing in it says when it was asked for.
    pub(in crate::serve) fn steady(body: Vec<u8>) -> Self {
        let tag = hash_of(&body);
        Self { body, tag }
    }
}
