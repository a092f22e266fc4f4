//! A report as settlement holds it: 24 bytes, in order of bay, then time, then whatever breaks a tie.

use crate::domain::{BayIx, BayStatus, Observation, SourceIx, SourceKind};
use bytemuck::{Pod, Zeroable};

/// Confidence from which on a report of a vehicle, or of none, counts: 0.8 in 1/255. What is less sure changes nothing
/// (hysteresis: counting each crossing of one half would count flicker as visits).
pub const SURE: u8 = 204;

/// One report of one bay. `bay` is an index while it waits in memory, a stable number where it is kept on disk.
///
/// `word`, from the low bits: confidence 8 | status 2 | source kind 2 | (8 spare) | at 44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Report {
    word: u64,
    seq: u64,
    source: u32,
    pub bay: u32,
}

const STATUS: u32 = 8;
const KIND: u32 = 10;
const AT: u32 = 20;

impl Report {
    /// `None` for one that is not sure enough to settle anything.
    #[inline]
    #[must_use]
    pub fn new(o: &Observation) -> Option<Self> {
        let sure = o.confidence >= SURE || !matches!(o.status, BayStatus::Occupied | BayStatus::Vacant);
        let word = u64::from(o.confidence)
            | (o.status as u64) << STATUS
            | (o.source_kind as u64) << KIND
            | o.at.0.min((1 << 44) - 1) << AT;
        sure.then_some(Self { word, seq: o.seq, source: o.source.0, bay: o.bay.0 })
    }

    /// The same of a bay by another name: its number, or its index.
    #[inline]
    #[must_use]
    pub const fn of(self, bay: u32) -> Self {
        Self { bay, ..self }
    }

    /// ms since 1970.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.word >> AT
    }

    #[inline]
    #[must_use]
    pub const fn status(&self) -> BayStatus {
        BayStatus::from_bits(self.word >> STATUS)
    }

    #[inline]
    #[must_use]
    pub const fn kind(&self) -> SourceKind {
        SourceKind::from_bits(self.word >> KIND)
    }

    #[inline]
    #[must_use]
    pub const fn source(&self) -> SourceIx {
        SourceIx(self.source)
    }

    /// Bay and time: of two with the same, only the greater [`Report::rank`] counts.
    #[inline]
    #[must_use]
    pub const fn place(&self) -> u128 {
        (self.bay as u128) << 64 | self.at() as u128
    }

    /// What breaks a tie of bay and time.
    #[inline]
    #[must_use]
    pub const fn rank(&self) -> (u64, u32, u64) {
        (self.seq, self.source, self.word)
    }
}

/// Orders reports by bay and time, and leaves one of each: the greatest of those that say something of the same bay
/// at the same time.
pub fn order(reports: &mut Vec<Report>) {
    reports.sort_unstable_by(|a, b| a.place().cmp(&b.place()).then_with(|| b.rank().cmp(&a.rank())));
    reports.dedup_by_key(|r| r.place());
}

/// Reports strung together by bay: cheaper than sorting them, when the bays are gone through in any case.
pub struct Chains {
    /// By bay: one more than the position of its last report; 0 for none.
    last: Vec<u32>,
    /// By position: the same for the one before it of its bay.
    before: Vec<u32>,
    of_bay: Vec<Report>,
}

impl Chains {
    /// For so many bays.
    #[must_use]
    pub fn new(bays: usize) -> Self {
        Self { last: bytemuck::zeroed_vec(bays), before: Vec::new(), of_bay: Vec::new() }
    }

    pub fn grow(&mut self, bays: usize) {
        self.last.resize(bays, 0);
    }

    /// Strings them together. Nothing may be from before.
    pub fn link(&mut self, reports: &[Report]) {
        self.before.clear();
        for (r, position) in reports.iter().zip(1..) {
            self.before.push(std::mem::replace(&mut self.last[r.bay as usize], position));
        }
    }

    #[inline]
    #[must_use]
    pub fn has(&self, bay: BayIx) -> bool {
        self.last[bay.at()] != 0
    }

    /// The bay's part of `reports`, ordered.
    #[inline]
    pub fn of<'a>(&'a mut self, bay: BayIx, reports: &'a [Report]) -> &'a [Report] {
        let Some(last) = self.last[bay.at()].checked_sub(1) else { return &[] };
        let (last, mut position) = (&reports[last as usize], self.before[last as usize]);
        if position == 0 {
            return std::slice::from_ref(last);
        }
        self.of_bay.clear();
        self.of_bay.push(*last);
        while position != 0 {
            self.of_bay.push(reports[position as usize - 1]);
            position = self.before[position as usize - 1];
        }
        // As they came, which is nearly always the order they are wanted in.
        self.of_bay.reverse();
        if !self.of_bay.is_sorted_by(|a, b| a.at() < b.at()) {
            order(&mut self.of_bay);
        }
        &self.of_bay
    }

    pub fn clear(&mut self, reports: &[Report]) {
        for r in reports {
            self.last[r.bay as usize] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;

    fn seen(at: u64, seq: u64, status: BayStatus, confidence: u8) -> Observation {
        let (bay, source, source_kind) = (BayIx(3), SourceIx(7), SourceKind::App);
        Observation { at: Millis(at), seq, bay, source, source_kind, status, confidence }
    }

    #[test]
    fn what_is_not_sure_settles_nothing_but_unknown_and_closed_are_taken_at_their_word() {
        use BayStatus::{Closed, Occupied, Unknown, Vacant};
        for (status, confidence, counts) in
            [(Occupied, 204, true), (Occupied, 203, false), (Vacant, 203, false), (Closed, 0, true), (Unknown, 0, true)]
        {
            assert_eq!(Report::new(&seen(5, 0, status, confidence)).is_some(), counts, "{status} {confidence}");
        }
        let r = Report::new(&seen(Millis::MAX.0, 9, Vacant, 255)).unwrap();
        assert_eq!((r.at(), r.status(), r.kind(), r.source()), (Millis::MAX.0, Vacant, SourceKind::App, SourceIx(7)));
    }

    #[test]
    fn of_reports_of_one_time_the_greatest_is_left() {
        let one = |at, seq| Report::new(&seen(at, seq, BayStatus::Vacant, 255)).unwrap();
        let mut all = vec![one(2, 0), one(1, 5), one(1, 6), one(1, 6), one(1, 4)];
        order(&mut all);
        assert_eq!(all, [one(1, 6), one(2, 0)]);
    }
}
