//! What is held true of one zone: counters kept up as its bays change, and the counts of whole zones
//! that gates, sensors and apps make. Pure.
//!
//! Promise: the buckets of a tally always sum to its capacity, by kind of bay, and vacant is never
//! more than that, whatever a gate claims. What no one vouches for is `unknown`. How many bays there
//! are is what who counts them now says, else the registry, else what was said last.

use super::counts::{CountedBays, GATE, GateCount, KindCounts, place, standing};
use super::likely::Likely;
use crate::belief::CountError;
use crate::domain::{
    BayKind, BayStatus, BaySubset, BayView, CountObservation, CountShares, CountState, Expected,
    Millis, SourceKind, ZoneTally,
};

const KINDS: usize = BayKind::COUNT;

/// State of one zone.
#[derive(Clone, Debug, Default)]
pub struct ZoneCell {
    vacant: [u32; KINDS],
    occupied: [u32; KINDS],
    closed: [u32; KINDS],
    /// By kind of bay.
    likely: [Likely; KINDS],
    /// Bays whose last claim still stands.
    standing: u32,
    /// One per kind, made when the first count comes: most zones have none.
    gates: Option<Box<[KindCounts; KINDS]>>,
    /// The same of some of its bays.
    subsets: Option<Box<[[KindCounts; KINDS]; BaySubset::COUNT]>>,
    /// By kind of bay, as the registry has it; 0: it does not know.
    registered: [u32; KINDS],
}

/// What every claim touches, apart from the rest so that all zones of a country fit in a core's
/// cache. 16 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ZonePulse {
    /// The newest observation of any of its sources.
    pub observed_at: Millis,
    /// Silence after which its sources' word lapses, s.
    pub stale_after_s: u32,
    /// Waiting to be told to the read model.
    pub dirty: bool,
}

impl ZoneCell {
    /// How many bays of each kind the registry knows. Where that has changed it goes before what
    /// was counted before.
    pub fn register(&mut self, by_kind: [u32; KINDS]) {
        for k in (0..KINDS).filter(|k| self.registered[*k] != by_kind[*k]) {
            let counts = self.gates.iter_mut().flat_map(|g| g[k].iter_mut());
            counts.for_each(GateCount::forget_capacity);
        }
        self.registered = by_kind;
    }

    /// Moves one bay from what it was to what it is.
    #[inline]
    pub fn shift(&mut self, was: &BayView, was_standing: bool, is: &BayView, is_standing: bool) {
        self.bucket(was.kind, was.status, u32::wrapping_sub);
        self.bucket(is.kind, is.status, u32::wrapping_add);
        self.likely[was.kind as usize].remove(was);
        self.likely[is.kind as usize].add(is);
        self.standing = self
            .standing
            .wrapping_add(u32::from(is_standing))
            .wrapping_sub(u32::from(was_standing));
    }

    #[inline]
    fn bucket(&mut self, kind: BayKind, status: BayStatus, step: fn(u32, u32) -> u32) {
        let k = kind as usize;
        let n = match status {
            BayStatus::Vacant => &mut self.vacant[k],
            BayStatus::Occupied => &mut self.occupied[k],
            BayStatus::Closed => &mut self.closed[k],
            BayStatus::Unknown => return,
        };
        *n = step(*n, 1);
    }

    /// A count, and whether it is young enough to stand; false if something newer is known of its
    /// kind of source.
    pub fn count(&mut self, c: &CountObservation, stands: bool) -> bool {
        let of_kind = &mut self.gates.get_or_insert_default()[c.kind as usize];
        of_kind[place(c.source_kind)].absorb(c, stands)
    }

    /// The same of some of its bays.
    pub(super) fn count_subset(
        &mut self,
        subset: BaySubset,
        c: &CountObservation,
        stands: bool,
    ) -> bool {
        let of_subset = &mut self.subsets.get_or_insert_default()[subset as usize];
        of_subset[c.kind as usize][place(c.source_kind)].absorb(c, stands)
    }

    /// The counts there are.
    pub(super) fn counted(&self) -> impl Iterator<Item = (CountedBays, GateCount)> {
        let kinds = self.gates.iter().flat_map(|g| g.iter().zip(BayKind::ALL));
        let kinds = kinds.map(|(counts, kind)| (counts, CountedBays::Kind(kind)));
        let subsets = (self.subsets.iter()).flat_map(|s| s.iter().zip(BaySubset::ALL));
        let subsets = subsets.flat_map(|(kinds, subset)| {
            let of = move |kind| CountedBays::Subset(subset, kind);
            kinds.iter().zip(BayKind::ALL.map(of))
        });
        kinds.chain(subsets).flat_map(|(counts, of)| {
            let known = counts.iter().filter(|count| !count.at.is_never());
            known.map(move |count| (of, *count))
        })
    }

    /// How many bays of that kind a gate counts to be vacant, how many their own words say are, and of
    /// how many: where a gate's count stands and each bay that it counts has a word of its own.
    pub(super) fn counted_and_seen(&self, kind: BayKind) -> Option<(u32, u32, u32)> {
        let k = kind as usize;
        let count = self.gates.as_ref().map(|g| &g[k][GATE])?;
        let shares = count.shares(self.registered[k]);
        // A gate does not see which bays are closed.
        let bays = self.vacant[k] + self.occupied[k];
        let comparable = count.standing
            && shares.capacity == bays
            && shares.vacant + shares.occupied == bays
            && self.closed[k] == 0;
        comparable.then_some((shares.vacant, self.vacant[k], bays))
    }

    /// Puts a count back as it was.
    pub(super) fn restore(&mut self, of: CountedBays, count: GateCount) {
        let counts = match of {
            CountedBays::Kind(kind) => &mut self.gates.get_or_insert_default()[kind as usize],
            CountedBays::Subset(subset, kind) => {
                &mut self.subsets.get_or_insert_default()[subset as usize][kind as usize]
            }
        };
        counts[place(count.source_kind)] = count;
    }

    /// When that kind of source last counted bays of a kind.
    pub(super) fn counted_at(&self, kind: BayKind, by: SourceKind) -> Millis {
        self.counted_by(kind, by).map_or(Millis::NEVER, |c| c.at)
    }

    /// The newest count of that kind of source, of bays of a kind.
    pub(super) fn counted_by(&self, kind: BayKind, by: SourceKind) -> Option<GateCount> {
        let gates = self.gates.as_ref()?;
        Some(gates[kind as usize][place(by)])
    }

    /// What a count of that kind of bay comes to.
    pub(super) fn shares(&self, kind: BayKind, count: &GateCount) -> CountShares {
        count.shares(self.registered[kind as usize])
    }

    /// The standing count of who watches, of bays of that kind.
    pub(super) fn watchers_count(&self, kind: BayKind) -> Option<GateCount> {
        self.standing_counts(kind as usize).0.copied()
    }

    /// What is learnt of the counts of that kind of source.
    pub(super) fn set_error(&mut self, kind: BayKind, by: SourceKind, error: CountError) {
        if let Some(gates) = &mut self.gates {
            gates[kind as usize][place(by)].error = error;
        }
    }

    /// Whether anybody ever counted it.
    pub(super) const fn has_counts(&self) -> bool {
        self.gates.is_some()
    }

    /// How many bays of that kind are vacant, as far as somebody says.
    pub(super) fn likely_vacant(&self, kind: BayKind) -> f64 {
        self.likely[kind as usize].mean()
    }

    /// Any bay or gate with a claim that could lapse.
    pub fn has_claims(&self) -> bool {
        self.standing > 0 || self.gates().any(|g| g.standing)
    }

    /// Nothing was counted after `now`.
    pub fn put_back(&mut self, now: Millis) {
        for count in self.all_counts() {
            count.at = count.at.min(now);
        }
    }

    fn all_counts(&mut self) -> impl Iterator<Item = &mut GateCount> {
        let kinds = self.gates.iter_mut().flat_map(|g| g.iter_mut().flatten());
        let subsets = self
            .subsets
            .iter_mut()
            .flat_map(|s| s.iter_mut().flatten().flatten());
        kinds.chain(subsets)
    }

    pub fn has_standing_bays(&self) -> bool {
        self.standing > 0
    }

    fn gates(&self) -> impl Iterator<Item = &GateCount> {
        self.gates.iter().flat_map(|g| g.iter().flatten())
    }

    /// Ends the word of the counts for whose time `silent(at)` holds; true if any did.
    pub fn lapse_gates(&mut self, silent: impl Fn(Millis) -> bool) -> bool {
        let mut any = false;
        for g in self.all_counts() {
            if g.standing && silent(g.at) {
                (g.standing, any) = (false, true);
            }
        }
        any
    }

    fn standing_counts(&self, k: usize) -> (Option<&GateCount>, Option<&GateCount>) {
        let counts = self.gates.as_ref().map(|g| standing(&g[k]));
        counts.unwrap_or_default()
    }

    /// What may be told. A standing count of who watches covers all bays of its kind, so it goes
    /// before theirs; an app's goes behind them and says only of the rest what they are.
    #[must_use]
    pub fn tally(&self, observed_at: Millis) -> ZoneTally {
        let mut t = ZoneTally {
            observed_at,
            stale: !self.has_claims(),
            ..ZoneTally::default()
        };
        for kind in BayKind::ALL {
            match self.standing_counts(kind as usize) {
                (Some(watcher), _) => self.tell_counted(&mut t, kind, watcher),
                (None, app) => self.tell_bays(&mut t, kind, app),
            }
            let mut counts = self.gates.iter().flat_map(|g| &g[kind as usize]);
            if counts.any(GateCount::is_kept) {
                t.ever_counted.insert(kind);
            }
        }
        t.capacity = t.capacity_by_kind.iter().sum();
        for (told, subset) in t.subsets.iter_mut().zip(BaySubset::ALL) {
            *told = self.some_bays(subset);
        }
        t
    }

    /// What the standing counts say of some bays: a part of what each says of all, so never more,
    /// and nothing once a newer count says nothing of them. Vacant, of so many.
    fn some_bays(&self, subset: BaySubset) -> Option<(u32, u32)> {
        let subsets = &self.subsets.as_ref()?[subset as usize];
        let of_kind = |kind: BayKind| {
            let (watcher, app) = self.standing_counts(kind as usize);
            let all = watcher.or(app)?;
            let some = &subsets[kind as usize][place(all.source_kind)];
            let is_part = some.standing && (some.at, some.source) == (all.at, all.source);
            let all = self.shares(kind, all);
            let shares = Some(some.shares(0)).filter(|s| is_part && s.tells_vacant)?;
            let capacity = shares.capacity.min(all.capacity);
            Some((shares.vacant.min(all.vacant).min(capacity), capacity))
        };
        let told = BayKind::ALL.into_iter().filter_map(of_kind);
        told.reduce(|a, b| (a.0 + b.0, a.1 + b.1))
    }

    fn tell_counted(&self, t: &mut ZoneTally, kind: BayKind, count: &GateCount) {
        let shares = self.shares(kind, count);
        let k = kind as usize;
        t.vacant[k] = shares.vacant;
        t.occupied += shares.occupied;
        t.unknown += shares.unknown;
        t.closed += shares.closed;
        t.capacity_by_kind[k] = shares.capacity;
        if shares.tells_vacant {
            t.counted.insert(kind);
        }
        if !shares.is_sized {
            t.unsized_kinds.insert(kind);
        }
        if count.word.state == CountState::Closed {
            t.closed_kinds.insert(kind);
        }
    }

    fn tell_bays(&self, t: &mut ZoneTally, kind: BayKind, app: Option<&GateCount>) {
        let k = kind as usize;
        let said = self.vacant[k] + self.occupied[k] + self.closed[k];
        // As many as are known: a bay of another kind, or one that has moved away, may not have been
        // taken up yet.
        let mut all = self.registered[k].max(said);
        t.vacant[k] = self.vacant[k];
        t.occupied += self.occupied[k];
        t.closed += self.closed[k];
        let mut unknown = all - said;
        if let Some(app) = app {
            let shares = self.shares(kind, app);
            if self.registered[k] == 0 {
                all = all.max(shares.capacity);
                unknown = all - said;
                if !shares.is_sized {
                    t.unsized_kinds.insert(kind);
                }
            }
            if shares.tells_vacant {
                t.counted.insert(kind);
            }
            // Of what the app counted, the bays that nobody else speaks of.
            let rest = shares.capacity.min(all).saturating_sub(said);
            let vacant = shares.vacant.saturating_sub(self.vacant[k]).min(rest);
            let closed = shares
                .closed
                .saturating_sub(self.closed[k])
                .min(rest - vacant);
            let occupied = if shares.unknown > 0 {
                0
            } else {
                rest - vacant - closed
            };
            t.vacant[k] += vacant;
            t.closed += closed;
            t.occupied += occupied;
            unknown -= vacant + closed + occupied;
        } else if all == 0 {
            // Nobody knows any bays of that kind but who counted them last.
            all = self.last_named(k);
            unknown = all;
        }
        t.unknown += unknown;
        t.capacity_by_kind[k] = all;
    }

    /// The newest capacity that anybody named, 0 if nobody did.
    fn last_named(&self, k: usize) -> u32 {
        let counts = self.gates.iter().flat_map(|g| &g[k]);
        let named = counts.filter_map(|count| Some((count.at, count.named?)));
        named.max().map_or(0, |(_, named)| named)
    }

    /// How many bays are vacant, as far as that is believed: a standing count is taken as it is, bays
    /// that somebody speaks of by what is believed of each, all others by what is usual
    /// (P(vacant), 1/65,535). `None` while nobody has a word that stands.
    #[must_use]
    pub fn expected(&self, t: &ZoneTally, usual: u32) -> Option<Expected> {
        if t.stale {
            return None;
        }
        let usual = f64::from(usual) / 65_535.0;
        let unknown = f64::from(t.unknown);
        let mut vacant = unknown * usual;
        let mut variance = unknown * usual * (1.0 - usual);
        for k in 0..KINDS {
            if let (None, None) = self.standing_counts(k) {
                vacant += self.likely[k].mean();
                variance += self.likely[k].variance();
            } else {
                vacant += f64::from(t.vacant[k]);
            }
        }
        let open = f64::from(t.capacity - t.closed.min(t.capacity));
        Some(Expected::of(vacant.min(open), variance))
    }
}

#[cfg(test)]
mod tests;
