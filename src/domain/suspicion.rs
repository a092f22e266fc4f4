//! Suspicions: sensors and gates whose word is doubted or gone, and why. What is told of a source
//! to who watches over it; no contributor is ever named.

use super::vocabulary::vocabulary;
use super::{BayIx, BayStatus, Millis, SourceIx};

vocabulary! {
    /// What a source is suspected of.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[repr(u8)]
    pub enum Suspicion {
        /// Says the same whatever happens.
        Stuck = 0 => "stuck",
        /// Errs for moments, again and again.
        Flickering = 1 => "flickering",
        /// Is silent, and its word has lapsed.
        Dead = 2 => "dead",
        /// People say that it is wrong.
        Reported = 3 => "reported",
    }
}

/// What speaks for a sensor being stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StuckWhy {
    /// P(stuck), in 1/255.
    pub p_stuck: u8,
    /// What the sensor says.
    pub said: BayStatus,
    /// At least so many contributors, of how many partners, contradicted it.
    pub apps: Option<(u8, u8)>,
    /// How many bays a gate counted to be vacant, and how many the zone's sensors say are.
    pub gate: Option<(u32, u32)>,
    /// Another sensor of the bay contradicted it.
    pub twin: bool,
}

/// Why the word of a bay's sensor is doubted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubtful {
    Stuck(StuckWhy),
    Flickering {
        /// Errors that begin, in 1/10,000 a minute.
        per_10_000_min: u16,
    },
    /// So many partners have had it reported of late.
    Reported {
        partners: u8,
    },
}

/// Bays whose sensors were reported to be wrong, by how many partners.
pub type DoubtedBays = ahash::AHashMap<BayIx, u8>;

impl Doubtful {
    #[must_use]
    pub const fn suspicion(&self) -> Suspicion {
        match self {
            Self::Stuck(_) => Suspicion::Stuck,
            Self::Flickering { .. } => Suspicion::Flickering,
            Self::Reported { .. } => Suspicion::Reported,
        }
    }
}

/// A source that is suspected at one bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    pub source: SourceIx,
    pub bay: BayIx,
    pub doubtful: Doubtful,
    /// When it was found; again, after a start.
    pub since: Millis,
    /// False: it is not suspected of that any more.
    pub holds: bool,
}

/// How what a source has a word on changed in a part of the city, since that was last told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordsMoved {
    pub source: SourceIx,
    /// Bays of which it is the one who is told, or was last.
    pub bays: i32,
    /// Bays, and counts of zones, of which its word has lapsed because it is silent.
    pub lapsed: i32,
    /// When it was last heard; told where something has lapsed.
    pub heard_at: Millis,
}
