//! What a feed has told already: a feed repeats nine rows in ten.
//!
//! Promises: a row is held for told only once it is on disk; bounded. After a start nothing is known
//! of it, so each row is told once more, with the effect of none. Dear: a look-up and some 100 bytes
//! a zone and kind.

use crate::domain::{BayIx, BayKind, Claim, Millis, Reason, ZoneIx};
use crate::ingest::gate::{RowMemory, Subsets};
use ahash::{AHashMap, AHashSet};
use std::hash::{BuildHasher, RandomState};

/// Zones and bays of a feed that are remembered; beyond, all are told anew.
const MAX_KNOWN: usize = 250_000;

/// Refusals of a feed that are kept with their text in an hour; a feed repeats those as well.
const MAX_KEPT: usize = 1000;
const KEPT_FOR_MS: u64 = 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Of {
    Count(ZoneIx, BayKind),
    Bay(BayIx),
}

/// What was told last of a zone and kind, or of a bay.
type Last = (Claim, Subsets);

/// See the module.
pub(super) struct ToldRows {
    last: AHashMap<Of, Last>,
    /// Refusals that were kept with their text since `kept_since`.
    kept: AHashSet<u64>,
    kept_since: Millis,
    /// The newest time that its source has vouched for what it told before.
    vouched: Millis,
    hasher: RandomState,
}

impl Default for ToldRows {
    fn default() -> Self {
        Self {
            last: AHashMap::new(),
            kept: AHashSet::new(),
            kept_since: Millis(0),
            vouched: Millis(0),
            hasher: RandomState::new(),
        }
    }
}

/// What one answer tells; to be noted with [`ToldRows::note`] once it is on disk.
#[derive(Default)]
pub(super) struct News(Vec<(Of, Last)>);

impl ToldRows {
    /// For the rows of one answer.
    /// `keeps_all`: each refusal is kept with its text, as its sender is to be told of it.
    pub(super) fn telling(&mut self, now: Millis, keeps_all: bool) -> RowsTelling<'_> {
        if now.since(self.kept_since) > KEPT_FOR_MS {
            self.kept.clear();
            self.kept_since = now;
        }
        RowsTelling {
            told: self,
            news: News::default(),
            keeps_all,
        }
    }

    /// Whether its source has not vouched for a time as new as that.
    pub(super) fn vouches(&mut self, at: Millis) -> bool {
        let newer = at > self.vouched;
        self.vouched = self.vouched.max(at);
        newer
    }

    pub(super) fn note(&mut self, news: News) {
        if self.last.len() + news.0.len() > MAX_KNOWN {
            self.last.clear();
        }
        self.last.extend(news.0.into_iter().take(MAX_KNOWN));
    }
}

pub(super) struct RowsTelling<'a> {
    told: &'a mut ToldRows,
    pub(super) news: News,
    keeps_all: bool,
}

impl RowMemory for RowsTelling<'_> {
    fn is_news(&mut self, claim: &Claim, subsets: &Subsets) -> bool {
        let of = match claim {
            Claim::Count(count) => Of::Count(count.zone, count.kind),
            Claim::Bay(bay) => Of::Bay(bay.bay),
            _ => return true,
        };
        let last = (*claim, *subsets);
        if self.told.last.get(&of) == Some(&last) {
            return false;
        }
        self.news.0.push((of, last));
        true
    }

    fn keeps(&mut self, reason: Reason, detail: &str) -> bool {
        if self.keeps_all {
            return true;
        }
        if self.told.kept.len() >= MAX_KEPT {
            return false;
        }
        // Of ids each is of interest; ages and counts are others every minute.
        let by_id = matches!(reason, Reason::UnknownZone | Reason::UnknownBay);
        let known_by: String = detail
            .chars()
            .filter(|c| by_id || !c.is_ascii_digit())
            .collect();
        self.told
            .kept
            .insert(self.told.hasher.hash_one((reason, known_by)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CountObservation, CountWord, SourceIx, SourceKind};

    fn count(zone: u32, at: u64, vacant: u32) -> Claim {
        Claim::Count(CountObservation {
            at: Millis(at),
            zone: ZoneIx(zone),
            source: SourceIx(1),
            source_kind: SourceKind::Gate,
            kind: BayKind::Car,
            subset: None,
            word: CountWord::vacant(vacant, 100),
            trusted: true,
        })
    }

    #[test]
    fn a_row_is_no_news_once_it_is_on_disk_and_until_anything_of_it_changes() {
        let mut told = ToldRows::default();
        let none = Subsets::default();
        let mut telling = told.telling(Millis(0), false);
        assert!(telling.is_news(&count(1, 5, 9), &none));
        assert!(telling.is_news(&count(1, 5, 9), &none), "it is not on disk");
        let news = std::mem::take(&mut telling.news);
        told.note(news);
        let mut telling = told.telling(Millis(1), false);
        assert!(!telling.is_news(&count(1, 5, 9), &none));
        let with_some = [Some(CountWord::vacant(1, 2)), None, None];
        for (claim, subsets) in [
            (count(1, 5, 8), none),
            (count(1, 6, 9), none),
            (count(2, 5, 9), none),
            (count(1, 5, 9), with_some),
        ] {
            assert!(telling.is_news(&claim, &subsets), "{claim:?}");
        }
    }

    #[test]
    fn a_refusal_is_kept_once_an_hour_and_so_many_are() {
        let mut told = ToldRows::default();
        let mut telling = told.telling(Millis(0), false);
        assert!(telling.keeps(Reason::TooOld, "at: 1 was 900 s ago"));
        assert!(!telling.keeps(Reason::TooOld, "at: 1 was 960 s ago"));
        assert!(telling.keeps(Reason::UnknownZone, "zone \"HE12\""));
        assert!(telling.keeps(Reason::UnknownZone, "zone \"HE13\""));
        let kept = (0..5000).filter(|n| telling.keeps(Reason::UnknownZone, &n.to_string()));
        assert_eq!(kept.count(), MAX_KEPT - 3);
        let mut later = told.telling(Millis(KEPT_FOR_MS + 1), false);
        assert!(later.keeps(Reason::TooOld, "at: 1 was 900 s ago"));
    }
}
