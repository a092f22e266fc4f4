//! Entries and exits beside absolute counts.
//!
//! Who counts entries and exits drifts: a car that was missed is missed for ever. So what moves is
//! told only from a count that has said how many there are, and each such count takes the drift
//! away. Promises: without an anchor nothing is told; a row that comes twice moves nothing twice
//! where it has a time, or totals; bounded. Anchors are not kept on disk: after a start all are
//! unknown until the next absolute count.

use super::Flow;
use crate::domain::{BayKind, BaySubset, CountOf, CountState, CountWord, Millis};
use crate::ingest::codec::CountSaid;
use ahash::{AHashMap, AHashSet};
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

/// Zones and kinds of a feed that are followed.
const MAX_FOLLOWED: usize = 20_000;

/// Single entries and exits that are remembered, to know those that are sent again.
const MAX_HEARD: usize = 20_000;

/// How long an absolute count is built upon, ms: a day's drift is no count any more.
const HOLDS_MS: u64 = 24 * 3_600_000;

/// Cars that pass within so little time that it does not count, and in each second beyond it: all lanes of
/// the largest car park together. A total that goes on by more is another counter's.
const MOST_AT_ONCE: u64 = 50;
const MOST_A_SECOND: u64 = 5;

/// A total that falls has begun anew, as at midnight, if it falls below this part of what it was; else it
/// is another counter's, or out of order.
const ANEW_BELOW: u64 = 2;

/// See the module.
pub(super) struct Anchors {
    zones: AHashMap<(Box<str>, BayKind), Followed>,
    heard: AHashSet<u64>,
    /// The same, oldest first.
    order: VecDeque<u64>,
    hasher: RandomState,
}

#[derive(Default)]
struct Followed {
    anchor: Option<Anchor>,
    /// By how much more bays are occupied since then.
    balance: i64,
    entered: Option<u64>,
    left: Option<u64>,
    /// Of when the totals are.
    totals_at: Millis,
}

impl Followed {
    /// Whether a total is less than was known.
    fn falls(&self, flow: &Flow) -> bool {
        let less = |known: Option<u64>, told: Option<u64>| told.is_some() && told < known;
        less(self.entered, flow.entered) || less(self.left, flow.left)
    }
}

#[derive(Clone, Copy)]
struct Anchor {
    word: CountWord,
    at: Millis,
}

/// What entries and exits come to.
#[derive(Debug, PartialEq)]
pub(super) enum FlowTold {
    Count(CountSaid<'static>),
    /// Nothing has said how many there are, or too long ago.
    NotAnchored,
    /// Of before what is known already.
    Late,
}

impl Default for Anchors {
    fn default() -> Self {
        Self {
            zones: AHashMap::new(),
            heard: AHashSet::new(),
            order: VecDeque::new(),
            hasher: RandomState::new(),
        }
    }
}

impl Anchors {
    /// An absolute count, and the totals that stand beside it.
    pub(super) fn anchor(&mut self, said: &CountSaid<'_>, flow: Option<&Flow>, now: Millis) {
        let at = said.at.unwrap_or(now);
        let Some(zone) = self.followed(&said.zone, said.kind) else {
            return;
        };
        if zone.anchor.is_some_and(|anchor| anchor.at > at) {
            return;
        }
        let word = said.word;
        zone.anchor = (word.state == CountState::Open).then_some(Anchor { word, at });
        zone.balance = 0;
        if let Some(flow) = flow {
            zone.entered = flow.entered.or(zone.entered);
            zone.left = flow.left.or(zone.left);
            zone.totals_at = at;
        }
    }

    /// What is so after `flow`. `payload`: the row, to know it again.
    pub(super) fn moved(&mut self, flow: &Flow, payload: &str, now: Millis) -> FlowTold {
        let at = flow.at.unwrap_or(now);
        let again = flow.delta.is_some() && flow.at.is_some() && !self.is_first(flow, payload);
        let Some(zone) = self.followed(&flow.zone, flow.kind) else {
            return FlowTold::NotAnchored;
        };
        let has_totals = flow.entered.is_some() || flow.left.is_some();
        if has_totals && (at < zone.totals_at || at == zone.totals_at && zone.falls(flow)) {
            return FlowTold::Late;
        }
        let most = MOST_AT_ONCE + at.since(zone.totals_at) / 1000 * MOST_A_SECOND;
        let anchored_at = zone.anchor.map_or(Millis(0), |anchor| anchor.at);
        let entered = step(&mut zone.entered, flow.entered, most);
        let left = step(&mut zone.left, flow.left, most);
        if has_totals {
            zone.totals_at = at;
        }
        let (Some(entered), Some(left)) = (entered, left) else {
            zone.anchor = None;
            return FlowTold::NotAnchored;
        };
        let moved = entered - left + if again { 0 } else { flow.delta.unwrap_or(0) };
        if at < anchored_at {
            return FlowTold::Late;
        }
        zone.balance = zone.balance.saturating_add(moved);
        let anchor = zone
            .anchor
            .filter(|anchor| now.since(anchor.at) <= HOLDS_MS);
        match anchor {
            Some(anchor) => FlowTold::Count(CountSaid {
                zone: flow.zone.clone().into(),
                kind: flow.kind,
                word: after(anchor.word, zone.balance),
                subsets: [None; BaySubset::COUNT],
                is_clamped: false,
                at: Some(at),
            }),
            None => FlowTold::NotAnchored,
        }
    }

    fn followed(&mut self, zone: &str, kind: BayKind) -> Option<&mut Followed> {
        let key = (zone.into(), kind);
        if self.zones.len() >= MAX_FOLLOWED && !self.zones.contains_key(&key) {
            return None;
        }
        Some(self.zones.entry(key).or_default())
    }

    /// Whether a single entry or exit is heard for the first time.
    fn is_first(&mut self, flow: &Flow, payload: &str) -> bool {
        let known_by = self
            .hasher
            .hash_one((&flow.zone, flow.kind as u8, flow.at, payload));
        if !self.heard.insert(known_by) {
            return false;
        }
        self.order.push_back(known_by);
        if self.order.len() > MAX_HEARD
            && let Some(oldest) = self.order.pop_front()
        {
            self.heard.remove(&oldest);
        }
        true
    }
}

/// How far a running total has gone on, at most `most`. `None`: it is another counter's.
fn step(known: &mut Option<u64>, total: Option<u64>, most: u64) -> Option<i64> {
    let Some(total) = total else {
        return Some(0);
    };
    let gone = match known.replace(total) {
        None => 0,
        Some(before) if total >= before => total - before,
        Some(before) if total < before / ANEW_BELOW => total,
        Some(_) => return None,
    };
    (gone <= most).then_some(gone as i64)
}

/// A count after so many more bays are occupied.
fn after(word: CountWord, more: i64) -> CountWord {
    let more = match word.of {
        CountOf::Vacant => more.saturating_neg(),
        CountOf::Occupied => more,
    };
    let most = i64::from(word.capacity.unwrap_or(CountWord::MOST_BAYS));
    let number = i64::from(word.number).saturating_add(more).clamp(0, most);
    CountWord {
        number: number as u32,
        ..word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: u64 = 1_795_402_800_000;

    fn said(vacant: u32, s: u64) -> CountSaid<'static> {
        CountSaid {
            zone: "Z".into(),
            kind: BayKind::Car,
            word: CountWord::vacant(vacant, 100),
            subsets: [None; BaySubset::COUNT],
            is_clamped: false,
            at: Some(Millis(T + s * 1000)),
        }
    }

    fn flow(entered: Option<u64>, left: Option<u64>, delta: Option<i64>, s: u64) -> Flow {
        Flow {
            zone: "Z".into(),
            kind: BayKind::Car,
            at: Some(Millis(T + s * 1000)),
            entered,
            left,
            delta,
        }
    }

    fn vacant(anchors: &mut Anchors, flow: &Flow) -> Option<u32> {
        match anchors.moved(flow, &format!("{flow:?}"), flow.at.unwrap()) {
            FlowTold::Count(said) => Some(said.word.number),
            FlowTold::NotAnchored | FlowTold::Late => None,
        }
    }

    #[test]
    fn entries_and_exits_say_nothing_until_a_count_says_how_many_there_are() {
        let mut all = Anchors::default();
        assert_eq!(vacant(&mut all, &flow(Some(10), Some(4), None, 1)), None);
        assert_eq!(vacant(&mut all, &flow(None, None, Some(1), 1)), None);
        all.anchor(&said(50, 2), None, Millis(T + 2000));
        assert_eq!(
            vacant(&mut all, &flow(Some(13), Some(5), None, 3)),
            Some(48)
        );
        assert_eq!(vacant(&mut all, &flow(None, None, Some(-1), 4)), Some(49));
        // The next count takes away what has drifted.
        all.anchor(&said(60, 5), None, Millis(T + 5000));
        assert_eq!(
            vacant(&mut all, &flow(Some(14), Some(5), None, 6)),
            Some(59)
        );
    }

    #[test]
    fn what_is_sent_again_moves_nothing_again() {
        let mut all = Anchors::default();
        all.anchor(
            &said(50, 0),
            Some(&flow(Some(10), Some(0), None, 0)),
            Millis(T),
        );
        for _ in 0..3 {
            assert_eq!(vacant(&mut all, &flow(None, None, Some(1), 1)), Some(49));
        }
        for _ in 0..3 {
            assert_eq!(
                vacant(&mut all, &flow(Some(12), Some(0), None, 2)),
                Some(47)
            );
        }
    }

    #[test]
    fn a_total_that_begins_anew_goes_on_and_another_counters_does_not() {
        let mut all = Anchors::default();
        all.anchor(
            &said(50, 0),
            Some(&flow(Some(900), Some(880), None, 0)),
            Millis(T),
        );
        assert_eq!(vacant(&mut all, &flow(Some(2), Some(0), None, 1)), Some(48));
        // One less, at the same time: out of order.
        let late = flow(Some(1), Some(0), None, 1);
        assert_eq!(all.moved(&late, "", late.at.unwrap()), FlowTold::Late);
        assert_eq!(
            vacant(&mut all, &flow(Some(40), Some(5), None, 5)),
            Some(15)
        );
        // One that jumps, or falls a little, is another counter's: the next count is waited for.
        for (entered, s) in [(90_000, 6), (89_999, 7)] {
            let anchor = flow(Some(40), Some(5), None, s);
            all.anchor(&said(50, s), Some(&anchor), Millis(T + s * 1000));
            assert_eq!(
                vacant(&mut all, &flow(Some(entered), Some(5), None, s + 1)),
                None
            );
        }
        let anchor = flow(Some(105), Some(90), None, 20);
        all.anchor(&said(40, 20), Some(&anchor), Millis(T + 20_000));
        assert_eq!(vacant(&mut all, &flow(Some(104), Some(90), None, 22)), None);
        assert_eq!(
            vacant(&mut all, &flow(Some(80_000), Some(5), None, 3)),
            None
        );
        assert_eq!(
            vacant(&mut all, &flow(Some(80_001), Some(5), None, 4)),
            None
        );
    }

    #[test]
    fn what_is_of_before_the_count_is_in_it_already_and_an_old_count_is_none() {
        let mut all = Anchors::default();
        all.anchor(&said(50, 100), None, Millis(T + 100_000));
        assert_eq!(vacant(&mut all, &flow(None, None, Some(1), 99)), None);
        assert_eq!(vacant(&mut all, &flow(None, None, Some(1), 101)), Some(49));
        let day = 100 + HOLDS_MS / 1000;
        assert_eq!(vacant(&mut all, &flow(None, None, Some(1), day)), Some(48));
        assert_eq!(vacant(&mut all, &flow(None, None, Some(1), day + 1)), None);
        // An older count does not take the place of a newer.
        all.anchor(&said(9, day + 2), None, Millis(T));
        all.anchor(&said(70, 3), None, Millis(T));
        assert_eq!(
            vacant(&mut all, &flow(None, None, Some(1), day + 3)),
            Some(8)
        );
        let closed = CountSaid {
            word: CountWord {
                state: CountState::Closed,
                ..CountWord::default()
            },
            ..said(0, day + 4)
        };
        all.anchor(&closed, None, Millis(T));
        assert_eq!(vacant(&mut all, &flow(None, None, Some(1), day + 5)), None);
    }

    #[test]
    fn what_is_counted_stays_within_what_there_is() {
        let word = CountWord::vacant(2, 10);
        assert_eq!(
            [5, -20, i64::MIN].map(|more| after(word, more).number),
            [0, 10, 10]
        );
        let occupied = CountWord {
            of: CountOf::Occupied,
            ..word
        };
        assert_eq!([5, -20].map(|more| after(occupied, more).number), [7, 0]);
    }
}
