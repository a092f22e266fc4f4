//! Counts of one kind of bay in a zone: the newest of a gate, of a sensor and of an app, apart. Pure.

use crate::belief::CountError;
use crate::domain::{
    BayKind, BaySubset, CountObservation, CountShares, CountState, CountWord, Millis, SourceIx,
    SourceKind,
};

/// A count of one kind of bay. Default: none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GateCount {
    pub at: Millis,
    pub source: SourceIx,
    pub source_kind: SourceKind,
    pub word: CountWord,
    /// The capacity that its kind of source named last, for words that name none.
    pub named: Option<u32>,
    pub standing: bool,
    /// How far counts of its kind of source are off here, as learnt.
    pub error: CountError,
}

impl Default for GateCount {
    fn default() -> Self {
        Self {
            at: Millis::NEVER,
            source: SourceIx(0),
            source_kind: SourceKind::Gate,
            word: CountWord::default(),
            named: None,
            standing: false,
            error: CountError::default(),
        }
    }
}

/// What a count is of: all bays of a kind, or some of a zone's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::stream) enum CountedBays {
    Kind(BayKind),
    Subset(BaySubset, BayKind),
}

impl CountedBays {
    /// For a checkpoint: kinds come first.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Kind(kind) => kind as u8,
            Self::Subset(subset, kind) => {
                let kinds = BayKind::COUNT as u8;
                kinds + subset as u8 * kinds + kind as u8
            }
        }
    }

    /// The inverse; `None` for a code that it does not give.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        if let Some(kind) = BayKind::from_u8(code) {
            return Some(Self::Kind(kind));
        }
        let kinds = BayKind::COUNT as u8;
        let rest = code.checked_sub(kinds)?;
        let subset = BaySubset::from_u8(rest / kinds)?;
        Some(Self::Subset(subset, BayKind::from_u8(rest % kinds)?))
    }
}

/// The counts that stand and say something: that of who watches (a gate's before a sensor's), or else
/// an app's. Who says that nothing is known withdraws its count, and what others know is told.
pub(super) fn standing(counts: &KindCounts) -> (Option<&GateCount>, Option<&GateCount>) {
    let says = |g: &&GateCount| g.standing && g.word.state != CountState::Unknown;
    let of = |place: usize| Some(&counts[place]).filter(says);
    match of(GATE).or_else(|| of(SENSOR)) {
        None => (None, of(APP)),
        watcher => (watcher, None),
    }
}

/// The newest counts of one kind of bay: a gate's, a sensor's, an app's. Kept apart, so that which
/// is told depends on who has said something and not on who came first.
pub(super) type KindCounts = [GateCount; 3];

/// Places in [`KindCounts`], and in a checkpoint.
pub(super) const GATE: usize = 0;
pub(super) const SENSOR: usize = 1;
pub(super) const APP: usize = 2;

/// Where the counts of that kind of source are.
pub(super) const fn place(kind: SourceKind) -> usize {
    match kind {
        SourceKind::Gate => GATE,
        SourceKind::Sensor => SENSOR,
        SourceKind::App | SourceKind::Booking => APP,
    }
}

/// The inverse; `None` for a place that there is not.
pub(super) const fn kind_at(place: usize) -> Option<SourceKind> {
    match place {
        GATE => Some(SourceKind::Gate),
        SENSOR => Some(SourceKind::Sensor),
        APP => Some(SourceKind::App),
        _ => None,
    }
}

impl GateCount {
    /// What it comes to: of as many bays as it says itself, else the registry (0: it does not know),
    /// else an earlier count.
    pub(super) fn shares(&self, registered: u32) -> CountShares {
        let registered = (registered > 0).then_some(registered);
        let capacity = self.word.capacity.or(registered).or(self.named);
        self.word.shares(capacity)
    }

    /// Whether something was counted and has not been withdrawn since, whether or not it still stands.
    pub(super) fn is_kept(&self) -> bool {
        !self.at.is_never() && self.word.state != CountState::Unknown
    }

    /// The registry has been told another capacity: it goes before what was said earlier.
    pub(super) const fn forget_capacity(&mut self) {
        (self.word.capacity, self.named) = (None, None);
    }

    /// The newest of one kind of source stands, if it does (`stands`: it is not too old already);
    /// ties go to the higher source, so that order of arrival does not matter.
    /// Of one source's with one time the one acknowledged last stands.
    pub(super) fn absorb(&mut self, c: &CountObservation, stands: bool) -> bool {
        let place = (c.at, c.source).cmp(&(self.at, self.source));
        let says_else = c.word != self.word;
        let newer = place.is_gt() || place.is_eq() && says_else || self.at.is_never();
        if newer {
            *self = Self {
                at: c.at,
                source: c.source,
                source_kind: c.source_kind,
                word: c.word,
                named: c.word.capacity.or(self.named),
                standing: stands,
                error: self.error,
            };
        }
        newer
    }
}
