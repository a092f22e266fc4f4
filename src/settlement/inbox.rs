//! Reports that wait for their window to be settled: written down one after the other, put in the
//! order of their shards page by page, in memory or in files.
//!
//! A report that comes in is appended to the page of its window, and no more: putting it with its
//! shard at once would touch one of hundreds of places for each, which costs more than all else
//! that is done with it. A page that is full is sorted by shard, within the processor's own memory.
//! When the window is settled, a shard's reports are gathered from its pages, shard by shard, so no
//! window ever lies in memory as a whole again.
//!
//! Promises: within a shard, reports stay in the order in which they came, whichever pages went to files
//! and whatever restarts there are: pages are numbered. A checkpoint copies nothing: pages lie behind `Arc`s, and of what is in files it only says how much counts. Memory:
//! 24 bytes a report up to as many as the inbox was told, then pages go to files ([`super::waiting_files`]);
//! what the disk is too slow for stays in memory, and [`Inbox::in_memory`] says so.

mod page;
#[cfg(test)]
mod tests;

use super::report::Report;
use super::waiting_files::{WaitingHand, WaitingLength};
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{BayIx, SHARDS};
use crate::registry::city::City;
use page::{Body, PAGE, SortedPage};
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

/// A part of a page in memory that a checkpoint is looking at.
pub(in crate::settlement) struct SeenPage {
    /// The smaller, the earlier its reports came in.
    pub(in crate::settlement) serial: u32,
    reports: Arc<Vec<Report>>,
    part: Range<usize>,
}

impl SeenPage {
    pub(in crate::settlement) fn reports(&self) -> &[Report] {
        &self.reports[self.part.clone()]
    }
}

/// Pages' memory that is held to be used again: 12 MiB.
const SPARE: usize = 8;

/// The reports of one window.
struct Waiting {
    /// Number of the window since 1970.
    n: u64,
    page: Vec<Report>,
    /// How many of each shard are in the page.
    counts: Box<[u32; SHARDS as usize]>,
    sorted: Vec<SortedPage>,
    /// Some may be of an older window.
    mixed: bool,
}

impl Waiting {
    fn new(n: u64) -> Self {
        Self {
            n,
            mixed: false,
            page: Vec::new(),
            counts: Box::new([0; SHARDS as usize]),
            sorted: Vec::new(),
        }
    }
}

/// Where pages go that memory is not meant to hold.
pub(in crate::settlement) struct Overflow {
    pub(in crate::settlement) hand: WaitingHand,
    /// Reports that memory may hold before.
    pub(in crate::settlement) above: usize,
    /// Names the bays.
    pub(in crate::settlement) city: Arc<City>,
    /// Waits for the disk rather than hold more in memory.
    pub(in crate::settlement) patient: bool,
}

/// See the module.
#[derive(Default)]
pub(in crate::settlement) struct Inbox {
    /// A few, in no order.
    windows: Vec<Waiting>,
    /// The one that was appended to last.
    last: usize,
    /// Pages of what is being settled.
    due: Vec<SortedPage>,
    /// Number of the next page.
    serial: u32,
    /// Some of them may be of another window than the one that is settled.
    mixed: bool,
    /// Memory to be used again.
    spare: Vec<Vec<Report>>,
    pub(in crate::settlement) overflow: Option<Overflow>,
    /// Reports in sorted pages in memory, and those of them that are being written.
    held: usize,
    asked: usize,
    /// Reports that wait and are only in files.
    on_disk: usize,
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

    /// The same with a report of an older window that is settled already: it is settled with window
    /// `n`.
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
        let page = &self.windows[self.last].page;
        if page.len() < page.capacity() {
            return;
        }
        if page.is_empty() {
            self.windows[self.last].page = self.fresh(PAGE);
        } else {
            self.turn_page(self.last);
            self.overflow();
        }
    }

    /// Memory for so many reports.
    fn fresh(&mut self, reports: usize) -> Vec<Report> {
        // What a few reports lie in for minutes is not to take a page.
        if reports < PAGE / 4 {
            return Vec::with_capacity(reports);
        }
        let spare = self.spare.pop();
        spare.unwrap_or_else(|| Vec::with_capacity(PAGE))
    }

    /// Sorts what came since a window's last page.
    fn turn_page(&mut self, at: usize) {
        let reports = self.windows[at].page.len();
        if reports == 0 {
            return;
        }
        let sorted = self.fresh(reports);
        let window = &mut self.windows[at];
        let page = SortedPage::sort(self.serial, &window.page, &window.counts, sorted);
        self.serial += 1;
        self.held += page.len();
        window.sorted.push(page);
        window.page.clear();
        window.counts.fill(0);
    }

    /// Has pages written that memory is not meant to hold: of the newest window the newest first, as
    /// they are needed last.
    fn overflow(&mut self) {
        self.take_in_written();
        let Some(overflow) = &mut self.overflow else {
            return;
        };
        let mut newest_first: Vec<&mut Waiting> = self.windows.iter_mut().collect();
        newest_first.sort_by_key(|w| Reverse(w.n));
        for window in newest_first {
            for page in window.sorted.iter_mut().rev() {
                if self.held - self.asked <= overflow.above {
                    break;
                }
                let Body::Memory(reports) = &page.body else {
                    continue;
                };
                let to_write = (page.serial, reports.clone(), page.starts.clone());
                let city = &overflow.city;
                let Some(ticket) = overflow
                    .hand
                    .ask(window.n, to_write, city, overflow.patient)
                else {
                    break;
                };
                page.body = Body::Asked(reports.clone(), ticket);
                self.asked += page.len();
            }
        }
    }

    /// Lets go of the memory of pages that are written by now.
    fn take_in_written(&mut self) {
        while let Some((ticket, done)) = self.overflow.as_mut().and_then(|o| o.hand.written()) {
            let is_its =
                |page: &&mut SortedPage| matches!(&page.body, Body::Asked(_, t) if *t == ticket);
            let mut pages = self.windows.iter_mut().flat_map(|w| &mut w.sorted);
            // Its window may be being settled: then it stays in memory.
            let Some(page) = pages.find(is_its) else {
                continue;
            };
            let len = page.len();
            let Some(reports) = page.in_memory().cloned() else {
                continue;
            };
            self.asked -= len;
            match done {
                Ok(there) => {
                    page.body = Body::Disk(there);
                    self.held -= len;
                    self.on_disk += len;
                    self.keep_spare(reports);
                }
                Err(e) => {
                    tracing::warn!(error = %e, "reports that wait stay in memory");
                    page.body = Body::Memory(reports);
                }
            }
        }
    }

    fn keep_spare(&mut self, reports: Arc<Vec<Report>>) {
        if let Ok(mut reports) = Arc::try_unwrap(reports)
            && reports.capacity() >= PAGE
            && self.spare.len() < SPARE
        {
            reports.clear();
            self.spare.push(reports);
        }
    }

    /// Begins to settle what is to be settled with windows before number `n`. The window before is
    /// done.
    pub(in crate::settlement) fn begin(&mut self, n: u64) {
        self.end();
        self.take_in_written();
        self.mixed = false;
        for at in 0..self.windows.len() {
            if self.windows[at].n < n {
                self.turn_page(at);
            }
        }
        for window in self.windows.extract_if(.., |w| w.n < n) {
            self.mixed |= window.mixed || window.n + 1 != n;
            self.due.extend(window.sorted);
            if self.spare.len() < SPARE {
                self.spare.push(window.page);
            }
        }
        // Windows lie in no order, and reports of one moment may have waited with several.
        self.due.sort_by_key(|page| page.serial);
        for page in &mut self.due {
            if let Body::Asked(reports, _) = &page.body {
                self.asked -= page.len();
                page.body = Body::Memory(reports.clone());
            }
        }
        self.spare.retain(|page| page.capacity() >= PAGE);
        self.last = usize::MAX;
        if let Some(overflow) = &mut self.overflow {
            overflow.hand.close(n);
        }
    }

    /// What was due is settled.
    pub(in crate::settlement) fn end(&mut self) {
        for page in std::mem::take(&mut self.due) {
            if let Body::Memory(reports) = page.body {
                self.held -= reports.len();
                self.keep_spare(reports);
            }
        }
    }

    /// Whether some of what is due may be of an older window than the last.
    pub(in crate::settlement) const fn is_mixed(&self) -> bool {
        self.mixed
    }

    /// How many reports of a shard are due.
    pub(in crate::settlement) fn due(&self, shard: u32) -> usize {
        let of = |page: &SortedPage| page.range(shard..shard + 1).len();
        self.due.iter().map(of).sum()
    }

    /// Gathers a shard's reports that are due; once. Returns how many could not be read again.
    pub(in crate::settlement) fn gather(
        &mut self,
        shard: u32,
        city: &City,
        into: &mut Vec<Report>,
    ) -> usize {
        into.clear();
        into.reserve(self.due(shard));
        let mut unread = 0;
        for page in &self.due {
            let range = page.range(shard..shard + 1);
            match &page.body {
                _ if range.is_empty() => {}
                Body::Memory(reports) | Body::Asked(reports, _) => {
                    into.extend_from_slice(&reports[range]);
                }
                Body::Disk(there) => {
                    let before = into.len();
                    self.on_disk -= range.len();
                    if let Err(e) = there.read(shard, range.clone(), into) {
                        tracing::error!(error = %e, "reports that waited are lost");
                        unread += range.len();
                    }
                    find_bays(city, into, before);
                }
            }
        }
        unread
    }

    /// Reports that are in files only.
    pub(in crate::settlement) const fn on_disk(&self) -> usize {
        self.on_disk
    }

    /// All that waits, for a checkpoint: of what is due, the shards from `next` on. What lies in
    /// memory, and how much of which files counts.
    pub(in crate::settlement) fn freeze(
        &mut self,
        next: u32,
    ) -> (Vec<SeenPage>, Vec<WaitingLength>) {
        self.take_in_written();
        for at in 0..self.windows.len() {
            self.turn_page(at);
        }
        let waiting = self.windows.iter().flat_map(|w| &w.sorted).map(|p| (p, 0));
        let mut seen = Vec::new();
        let mut files: Vec<WaitingLength> = Vec::new();
        for (page, first) in waiting.chain(self.due.iter().map(|p| (p, next))) {
            match &page.body {
                Body::Memory(reports) | Body::Asked(reports, _) => {
                    seen.push(SeenPage {
                        serial: page.serial,
                        reports: reports.clone(),
                        part: page.range(first..SHARDS),
                    });
                }
                Body::Disk(there) if first < SHARDS => {
                    let this = WaitingHand::length(there, first);
                    let same = |l: &&mut WaitingLength| {
                        (l.window, l.run, l.worker) == (this.window, this.run, this.worker)
                    };
                    match files.iter_mut().find(same) {
                        Some(there) => there.bytes = there.bytes.max(this.bytes),
                        None => files.push(this),
                    }
                }
                Body::Disk(_) => {}
            }
        }
        (seen, files)
    }
}

/// From `from` on, what is of bays by their numbers becomes of bays by their indices; what is of bays
/// that are gone goes.
fn find_bays(city: &City, reports: &mut Vec<Report>, from: usize) {
    let mut kept = from;
    for at in from..reports.len() {
        if let Some(BayIx(bay)) = city.bay_numbered(reports[at].bay()) {
            reports[kept] = reports[at].of(bay);
            kept += 1;
        }
    }
    reports.truncate(kept);
}

/// The window that a report of that time belongs to.
#[inline]
pub(in crate::settlement) const fn window_of(at: u64) -> u64 {
    at / WINDOW_MS
}
