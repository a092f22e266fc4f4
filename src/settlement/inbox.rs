//! Reports that wait for their window to be settled: written down one after the other, dealt out by
//! shard when it is time.
//!
//! A report that comes in is appended to the page of its window, and no more: putting it with its
//! shard at once would touch one of hundreds of places for each, which costs more than all else
//! that is done with it. When the window is settled its pages are dealt out in two passes (how many
//! of each shard was counted as they came), a page at a time.
//!
//! Promises: within a shard, reports stay in the order in which they came. A checkpoint copies
//! nothing: pages and what is dealt out lie behind `Arc`s. Memory: 24 bytes a report, twice for
//! those of the window being settled; pages are used again.

use super::report::Report;
use crate::domain::SHARDS;
use crate::domain::turnover::WINDOW_MS;
use std::ops::Range;
use std::sync::Arc;

/// Reports in a page: 384 KiB, and what is dealt out in one go.
const PAGE: usize = 1 << 14;

/// Reports that a checkpoint is looking at.
pub(in crate::settlement) type Seen = (Arc<Vec<Report>>, Range<usize>);

/// The reports of one window, or of several when it is about to be settled.
struct Waiting {
    /// Number of the window since 1970.
    n: u64,
    page: Vec<Report>,
    full: Vec<Arc<Vec<Report>>>,
    /// Some may be of an older window.
    mixed: bool,
    /// How many of each shard.
    counts: Box<[u32; SHARDS as usize]>,
}

impl Waiting {
    fn new(n: u64) -> Self {
        Self {
            n,
            mixed: false,
            page: Vec::new(),
            full: Vec::new(),
            counts: Box::new([0; SHARDS as usize]),
        }
    }

    fn turn_page(&mut self, fresh: Vec<Report>) {
        let full = std::mem::replace(&mut self.page, fresh);
        if !full.is_empty() {
            self.full.push(Arc::new(full));
        }
    }
}

/// See the module.
#[derive(Default)]
pub(in crate::settlement) struct Inbox {
    /// A few, in no order.
    windows: Vec<Waiting>,
    /// The one that was appended to last.
    last: usize,
    /// Pages that are dealt out by and by, and how many are.
    dealing: Vec<Arc<Vec<Report>>>,
    dealt: usize,
    /// By shard: where the next of its reports goes, and where its first one lies.
    cursors: Vec<u32>,
    starts: Vec<u32>,
    by_shard: Arc<Vec<Report>>,
    /// Some of them may be of another window than the one that is settled.
    mixed: bool,
    /// Pages to be used again.
    spare: Vec<Vec<Report>>,
}

impl Inbox {
    /// Takes in a report of window `n`.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a report that goes through memory on its way costs a wait"
    )]
    pub(in crate::settlement) fn push(&mut self, report: Report, shard: u32, n: u64) {
        if self
            .windows
            .get(self.last)
            .is_none_or(|w| w.n != n || w.page.len() == w.page.capacity())
        {
            self.make_room(n);
        }
        let window = &mut self.windows[self.last];
        window.page.push(report.in_shard(shard));
        window.counts[shard as usize] += 1;
    }

    /// The same with a report of an older window that is settled already: it is dealt out with
    /// window `n`.
    pub(in crate::settlement) fn push_older(&mut self, report: Report, shard: u32, n: u64) {
        self.push(report, shard, n);
        self.windows[self.last].mixed = true;
    }

    #[cold]
    fn make_room(&mut self, n: u64) {
        self.last = self
            .windows
            .iter()
            .position(|w| w.n == n)
            .unwrap_or_else(|| {
                self.windows.push(Waiting::new(n));
                self.windows.len() - 1
            });
        let window = &mut self.windows[self.last];
        if window.page.len() == window.page.capacity() {
            window.turn_page(self.spare.pop().unwrap_or_else(|| Vec::with_capacity(PAGE)));
        }
    }

    /// Begins to deal out what is to be settled with windows before number `n`. The window before
    /// is done.
    pub(in crate::settlement) fn begin(&mut self, n: u64) {
        let mut counts = vec![0; SHARDS as usize];
        (self.dealing, self.dealt, self.mixed) = (Vec::new(), 0, false);
        for mut window in self.windows.extract_if(.., |w| w.n < n) {
            window.turn_page(Vec::new());
            self.mixed |= window.mixed || window.n + 1 != n;
            self.dealing.append(&mut window.full);
            counts
                .iter_mut()
                .zip(window.counts.iter())
                .for_each(|(all, n)| *all += n);
        }
        self.last = usize::MAX;
        let mut end = 0;
        self.starts.clear();
        for count in counts {
            self.starts.push(end);
            end += count;
        }
        self.cursors.clone_from(&self.starts);
        self.starts.push(end);
        let room = end as usize;
        // Still seen by a checkpoint, or far too large: begun anew.
        if Arc::get_mut(&mut self.by_shard).is_none_or(|old| old.capacity() > 4 * room + 4 * PAGE) {
            self.by_shard = Arc::default();
        }
        if let Some(there) = Arc::get_mut(&mut self.by_shard)
            && there.len() < room
        {
            there.resize(room, Report::default());
        }
    }

    /// Deals out another page; how many reports that were. `None`: all are.
    pub(in crate::settlement) fn deal(&mut self) -> Option<usize> {
        let page = self.dealing.get(self.dealt)?;
        // Nobody else looks at it before all is dealt out.
        let to = Arc::get_mut(&mut self.by_shard)?;
        for r in page.iter() {
            let cursor = &mut self.cursors[r.shard() as usize];
            to[*cursor as usize] = *r;
            *cursor += 1;
        }
        let done = page.len();
        self.dealt += 1;
        if self.dealt == self.dealing.len() {
            let most = self.dealing.len();
            let pages = self
                .dealing
                .drain(..)
                .filter_map(|p| Arc::try_unwrap(p).ok());
            self.spare.extend(pages.filter(|p| p.capacity() == PAGE));
            self.spare.truncate(most);
            self.spare.iter_mut().for_each(Vec::clear);
            self.dealt = 0;
        }
        Some(done)
    }

    /// Whether some of what was dealt out may be of an older window than the last.
    pub(in crate::settlement) const fn is_mixed(&self) -> bool {
        self.mixed
    }

    /// What was dealt out to a shard, to be looked at apart from the inbox.
    pub(in crate::settlement) fn of(&self, shard: u32) -> Seen {
        let [from, to] = [shard, shard + 1]
            .map(|s| self.starts.get(s as usize).copied().unwrap_or_default() as usize);
        (self.by_shard.clone(), from..to)
    }

    /// All that waits, for a checkpoint: of what is dealt out, the shards from `next` on.
    pub(in crate::settlement) fn freeze(&mut self, next: u32) -> Vec<Seen> {
        let whole = |page: &Arc<Vec<Report>>| (page.clone(), 0..page.len());
        for window in &mut self.windows {
            window.turn_page(Vec::new());
        }
        let mut all: Vec<Seen> = self
            .windows
            .iter()
            .flat_map(|w| w.full.iter().map(whole))
            .collect();
        if self.dealing.is_empty() {
            let from = self.starts.get(next as usize).copied().unwrap_or_default() as usize;
            let to = self.starts.last().copied().unwrap_or_default() as usize;
            all.push((self.by_shard.clone(), from..to.max(from)));
        } else {
            all.extend(self.dealing.iter().map(whole));
        }
        all
    }
}

/// The window that a report of that time belongs to.
#[inline]
pub(in crate::settlement) const fn window_of(at: u64) -> u64 {
    at / WINDOW_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Backing, BayIx, BayStatus, Millis, Observation, SourceIx, SourceKind};

    fn report(seq: u64) -> Report {
        let o = Observation {
            at: Millis(seq),
            seq,
            bay: BayIx(1),
            source: SourceIx(2),
            source_kind: SourceKind::Sensor,
            status: BayStatus::Vacant,
            confidence: 255,
            backing: Backing::default(),
        };
        Report::new(&o, o.at).unwrap()
    }

    fn all(seen: &[Seen]) -> Vec<u64> {
        let mut all: Vec<u64> = seen
            .iter()
            .flat_map(|(page, range)| &page[range.clone()])
            .map(Report::at)
            .collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn what_is_due_is_dealt_out_in_order_and_a_checkpoint_at_any_moment_sees_all_that_waits() {
        let mut inbox = Inbox::default();
        let many = 3 * PAGE as u64 + 5;
        for seq in 0..many {
            inbox.push(report(seq), (seq % 7) as u32, 10 + seq % 3);
        }
        assert_eq!(all(&inbox.freeze(0)), (0..many).collect::<Vec<_>>());
        inbox.begin(11);
        assert_eq!(all(&inbox.freeze(0)), (0..many).collect::<Vec<_>>());
        assert!(inbox.deal().is_some());
        assert_eq!(
            all(&inbox.freeze(0)),
            (0..many).collect::<Vec<_>>(),
            "half dealt out"
        );
        while inbox.deal().is_some() {}
        for shard in 0..7 {
            let (there, range) = inbox.of(shard);
            let got: Vec<u64> = there[range].iter().map(Report::at).collect();
            assert_eq!(
                got,
                (0..many)
                    .filter(|s| s % 3 == 0 && s % 7 == u64::from(shard))
                    .collect::<Vec<_>>()
            );
        }
        let left: Vec<u64> = (0..many).filter(|s| s % 3 != 0 || s % 7 >= 3).collect();
        assert_eq!(all(&inbox.freeze(3)), left, "shards 0, 1 and 2 are settled");
        inbox.begin(12);
        while inbox.deal().is_some() {}
        assert_eq!(
            all(&inbox.freeze(0)),
            (0..many).filter(|s| s % 3 != 0).collect::<Vec<_>>()
        );
    }
}
