//! Settled reports as they are kept for amendments: records of 24 bytes, and where a bay's walk can
//! be taken up again. Pure.
//!
//! An hour of event time holds, of each bay that reported in it, its reports and before the first
//! of them a *carry*: the walk as it stood just before, and what lay beneath. A walk through any time
//! in or after that report starts there. Of reports of one instant those are kept that say whether
//! one that comes later is a copy: see [`order`]. Records are appended and never changed: of two
//! carries the later counts, and a report that is there twice is one. Counts of whole zones lie among
//! them, in the same way: see [`super::counted`].

use super::beneath::Beneath;
use super::counted::{CountRecord, Track};
use super::report::{Report, order};
use super::timeline::BayTimeline;
use crate::domain::Millis;
use crate::domain::credit::CreditSample;

/// Marks a carry: a bit of the first word that neither a report nor a timeline uses.
const CARRY: u64 = 1 << 19;

/// Marks what lies beneath a carry, in the word with the bay.
const LIES_BENEATH: u64 = 1 << 32;

/// Marks what credit is to be worked out of, in the same place.
const SAMPLE: u64 = 1 << 34;

/// Where the time of a sample stands, and its other parts in the second word.
const AT: u32 = 20;
const PARTNER: u32 = 16;
const COUNTS: u64 = 1 << 32;

/// Records as they are written, in words; bays by their stable numbers. A report is its three
/// words; a carry is the three of a [`BayTimeline`], marked, and the bay. What lies beneath follows
/// its carry: a mark, two words, and the bay with [`LIES_BENEATH`]. A sample of what a partner said, for
/// its credit, is three words, marked, and the bay with [`SAMPLE`].
#[derive(Debug, Default)]
pub(in crate::settlement) struct Records(Vec<u64>);

impl Records {
    #[inline]
    pub(in crate::settlement) fn report(&mut self, report: &Report, bay: u32) {
        let words: [u64; 3] = bytemuck::cast(report.of(bay));
        self.0.extend_from_slice(&words);
    }

    #[inline]
    pub(in crate::settlement) fn carry(&mut self, carry: Carry, bay: u32) {
        let [word, since, rest]: [u64; 3] = bytemuck::cast(carry.0);
        self.0
            .extend_from_slice(&[word | CARRY, since, rest, u64::from(bay)]);
        if carry.1 != Beneath::default() {
            let [booked, app]: [u64; 2] = bytemuck::cast(carry.1);
            self.0
                .extend_from_slice(&[CARRY, booked, app, u64::from(bay) | LIES_BENEATH]);
        }
    }

    /// A count, of a zone by its number.
    pub(in crate::settlement) fn count(&mut self, count: CountRecord) {
        let words: [u64; 4] = bytemuck::cast(count);
        self.0.extend_from_slice(&words);
    }

    /// A sample, of a bay by its number.
    pub(in crate::settlement) fn sample(&mut self, s: &CreditSample) {
        let counts = if s.counts() { COUNTS } else { 0 };
        let second = u64::from(s.p1()) | u64::from(s.partner()) << PARTNER | counts;
        let first = u64::from(s.p0()) | CARRY | s.at().0 << AT;
        self.0
            .extend_from_slice(&[first, second, 0, u64::from(s.bay()) | SAMPLE]);
    }

    /// Where the counts of a zone and kind stood.
    pub(in crate::settlement) fn stood(&mut self, track: &Track, zone: u32) {
        for count in track.held().filter(|c| !c.is_none()) {
            self.count(count.of(zone).standing(true));
        }
    }

    /// Words.
    pub(in crate::settlement) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::settlement) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::settlement) fn into_words(self) -> Vec<u64> {
        self.0
    }

    /// Empty, in memory that served already; not in far more than was needed.
    pub(in crate::settlement) fn reusing(mut words: Vec<u64>) -> Self {
        if words.capacity() > 4 * words.len() + 1024 {
            words.shrink_to(2 * words.len());
        }
        words.clear();
        Self(words)
    }
}

/// Where a bay's walk has come to, and what lies beneath.
pub(in crate::settlement) type Carry = (BayTimeline, Beneath);

/// One record that was read.
#[derive(Clone, Copy, Debug)]
struct Record {
    words: [u64; 3],
    /// Of a count the zone.
    bay: u32,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Report,
    Carry,
    Beneath,
    Count,
    Sample,
}

impl Record {
    /// The first of `words`, and the rest. `None` for half of one.
    fn first(words: &[u64]) -> Option<(Self, &[u64])> {
        let (body, rest) = words.split_first_chunk::<3>()?;
        if body[0] & CARRY == 0 {
            let report: Report = bytemuck::cast(*body);
            return Some((
                Self {
                    words: *body,
                    bay: report.bay(),
                    what: What::Report,
                },
                rest,
            ));
        }
        let [word, since, source] = *body;
        let (bay, rest) = rest.split_first()?;
        if bay & CountRecord::COUNTED != 0 {
            let count = Self {
                words: *body,
                bay: *bay as u32,
                what: What::Count,
            };
            return Some((count, rest));
        }
        let what = if bay & SAMPLE != 0 {
            What::Sample
        } else if bay & LIES_BENEATH == 0 {
            What::Carry
        } else {
            What::Beneath
        };
        Some((
            Self {
                words: [word & !CARRY, since, source],
                bay: *bay as u32,
                what,
            },
            rest,
        ))
    }
}

/// What one hour of one shard holds, by bay.
#[derive(Debug, Default)]
pub(in crate::settlement) struct HourRecords(Vec<Record>);

/// One bay's part of an hour.
#[derive(Debug, Default)]
pub(in crate::settlement) struct BayHour {
    pub(in crate::settlement) carry: Option<Carry>,
    /// Ordered.
    pub(in crate::settlement) reports: Vec<Report>,
}

impl HourRecords {
    pub(in crate::settlement) fn len(&self) -> usize {
        self.0.len()
    }

    /// From the words of its blocks in order. What does not come out even is left off.
    pub(in crate::settlement) fn read(words: &[u64]) -> Self {
        let mut records = Vec::with_capacity(words.len() / 3);
        let mut rest = words;
        while let Some((record, behind)) = Record::first(rest) {
            records.push(record);
            rest = behind;
        }
        // Stable: carries stay in the order in which they were written.
        records.sort_by_key(|r| r.bay);
        Self(records)
    }

    /// The counts of that kind of bay in a zone, by its number, as they were written.
    pub(in crate::settlement) fn counts(
        &self,
        zone: u32,
        kind: u8,
    ) -> impl Iterator<Item = CountRecord> {
        let counts = self
            .of(zone)
            .iter()
            .filter(|r| matches!(r.what, What::Count));
        let counts = counts.map(|r| {
            let [word, numbers, source] = r.words;
            let count: CountRecord = bytemuck::cast([word, numbers, source, 0]);
            count.of(r.bay)
        });
        counts.filter(move |count| count.kind() == kind)
    }

    /// What partners said for their credit, by bay and as they were written.
    pub(in crate::settlement) fn samples(&self) -> Vec<CreditSample> {
        let samples = self.0.iter().filter(|r| matches!(r.what, What::Sample));
        let sample = |r: &Record| {
            let [first, second, _] = r.words;
            let p = (first as u16, second as u16);
            let partner = (second >> PARTNER) as u16;
            let sample = CreditSample::new((r.bay, Millis(first >> AT)), partner, p);
            if second & COUNTS == 0 {
                sample
            } else {
                sample.counting()
            }
        };
        samples.map(sample).collect()
    }

    fn of(&self, number: u32) -> &[Record] {
        let from = self.0.partition_point(|r| r.bay < number);
        let to = self.0.partition_point(|r| r.bay <= number);
        &self.0[from..to]
    }

    pub(in crate::settlement) fn part(&self, bay: u32) -> BayHour {
        let mut part = BayHour::default();
        for r in self.of(bay) {
            match r.what {
                What::Count | What::Sample => {}
                What::Report => part.reports.push(bytemuck::cast(r.words)),
                What::Carry => part.carry = Some((bytemuck::cast(r.words), Beneath::default())),
                What::Beneath => {
                    if let Some(carry) = &mut part.carry {
                        carry.1 = bytemuck::cast([r.words[1], r.words[2]]);
                    }
                }
            }
        }
        order(&mut part.reports);
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Backing, BayIx, BayStatus, Millis, Observation, SourceIx, SourceKind};

    #[test]
    fn records_come_back_by_bay_and_half_of_one_is_left_off() {
        let report = |at, bay| {
            let source = SourceIx(u32::MAX);
            let source_kind = SourceKind::Gate;
            let status = BayStatus::Closed;
            let o = Observation {
                at: Millis(at),
                seq: u64::MAX,
                bay: BayIx(bay),
                source,
                source_kind,
                status,
                confidence: 255,
                backing: Backing::default(),
            };
            Report::new(&o, o.at).unwrap()
        };
        let mut records = Records::default();
        let cell = BayTimeline::serving_since(u64::MAX);
        let beneath: Beneath = bytemuck::cast([u64::MAX, 0_u64]);
        records.carry((cell, beneath), 9);
        records.report(&report((1 << 44) - 1, 3), 9);
        records.report(&report(5, 4), 8);
        records.carry((BayTimeline::serving_since(2), Beneath::default()), 8);
        let at = Millis((1 << 44) - 1);
        let sample = CreditSample::new((9, at), 1023, (u16::MAX, 1)).counting();
        let other = CreditSample::new((u32::MAX, Millis(7)), 64, (0, u16::MAX));
        records.sample(&sample);
        records.sample(&other);
        let read = HourRecords::read(&[records.into_words(), vec![1; 2]].concat());
        assert_eq!((read.len(), read.samples()), (7, vec![sample, other]));
        let part = read.part(9);
        assert_eq!(
            (part.carry, part.reports),
            (Some((cell, beneath)), vec![report((1 << 44) - 1, 9)])
        );
        assert_eq!(
            (read.part(8).reports, read.part(7).carry),
            (vec![report(5, 8)], None)
        );
    }
}
