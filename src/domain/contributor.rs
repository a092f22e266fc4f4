//! Whose word an app's report is: the contributor that a partner names, or the source itself.

use super::vocabulary::vocabulary;
use super::{Backing, BayStatus, Millis, Remit};

/// Who stands behind an app's report, within its partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose<'a> {
    /// One of those for whom the partner speaks, by the partner's own opaque name, of up to
    /// [`CONTRIBUTOR_LEN`] characters.
    Contributor(&'a str),
    /// The source, where the report names no contributor.
    Source(&'a str),
}

/// Characters of a contributor's name.
pub const CONTRIBUTOR_LEN: usize = 64;

vocabulary! {
    /// What became of an app's report as evidence. It is taken in whichever it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Weighed {
        Counted => "counted",
        /// Its contributor has said too much lately.
        Throttled => "throttled",
        /// There is no room for another contributor.
        NoRoom => "no_room",
    }
}

/// What the words of apps weigh, by who says them. Asked by the gate for each report of an app, so
/// that the answer goes to the journal with it: must be quick, and must not touch the disk.
pub trait Reliability: Send + Sync {
    /// What stands behind a report of `status` that came in at `now`.
    fn backing(&self, remit: &Remit, whose: Whose<'_>, status: BayStatus, now: Millis) -> Backing;
}

/// All of a key weigh the same: by its standing alone.
pub struct ByStanding;

impl Reliability for ByStanding {
    fn backing(&self, remit: &Remit, _: Whose<'_>, _: BayStatus, _: Millis) -> Backing {
        remit.backing
    }
}
