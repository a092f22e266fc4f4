//! What partners said where the hub did not know: kept beside the reports of the same hour, and
//! settled with them, once nothing can amend that hour any more.
//!
//! Promises: what is kept goes with the reports (`amendment_log`), so a checkpoint, a crash and a
//! replay leave each sample there once; what is settled is what the walk of the bay came to at that
//! very moment, late reports included. Bounded: so many samples an hour of a worker, a quarter of
//! them of one partner; what is more is shed, and the caller counts it. Dear: an hour is settled by reading
//! its reports once more, a shard at a time.

use super::amend::Read;
use super::amendment_log::{HourRecords, Records};
use super::beneath::AllBeneath;
use super::deltas::WindowDeltas;
use super::report::standing;
use super::step::WindowStep;
use super::timeline::Rules;
use super::{Settle, SettlementLimits};
use crate::domain::credit::{CreditSample, CreditWord, FRESH_MS, ONCE_MS};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{BayIx, Millis, shard_of};
use ahash::AHashMap;
use std::collections::BTreeMap;
use std::io;

/// Samples of an hour that a worker takes: 8 MB on disk.
const MOST: u32 = 1 << 18;

/// And of one partner.
const MOST_OF_ONE: u32 = MOST / 4;

/// What became of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampled {
    Taken,
    /// The partner has said as much of the bay in these five minutes, or it is too old.
    Passed,
    /// There is no room for more.
    Shed,
}

/// What was taken and is not with the reports yet, and how much that was.
#[derive(Default)]
pub(in crate::settlement) struct CreditTap {
    /// Since 1970: for which what follows is counted.
    hour: u64,
    taken: u32,
    by_partner: AHashMap<u16, u32>,
    /// By bay, partner and five minutes: whether the best that was taken counts, and its time.
    once: AHashMap<(u32, u16, u64), (bool, Millis)>,
    window: u64,
    waiting: BTreeMap<(u64, u32), Records>,
}

impl CreditTap {
    fn take(&mut self, s: &CreditSample, shard: u32, ingest: Millis) -> Sampled {
        let window = ingest.0 / ONCE_MS;
        if window != self.window {
            self.window = window;
            self.once.retain(|(_, _, of), _| *of + 1 >= window);
        }
        if ingest.0 / HOUR_MS != self.hour {
            self.hour = ingest.0 / HOUR_MS;
            self.taken = 0;
            self.by_partner.clear();
        }
        let key = (s.bay(), s.partner(), s.at().0 / ONCE_MS);
        let known = self.once.get(&key).copied();
        // Of those that are as good the first by its own time counts, whenever it came.
        if known.is_some_and(|(counts, at)| (counts || !s.counts()) && at < s.at()) {
            return Sampled::Passed;
        }
        let own = self.by_partner.entry(s.partner()).or_default();
        if self.taken >= MOST || *own >= MOST_OF_ONE {
            return Sampled::Shed;
        }
        *own += 1;
        self.taken += 1;
        self.once.insert(key, (s.counts(), s.at()));
        let hour = s.at().0 / HOUR_MS * HOUR_MS;
        self.waiting.entry((hour, shard)).or_default().sample(s);
        Sampled::Taken
    }
}

/// Whether what was said at a time is of what nobody knew when it came in. What comes later than
/// settlement waits would be too late for its hour.
fn is_fresh(limits: &SettlementLimits, at: Millis, ingest: Millis) -> bool {
    ingest.since(at) <= FRESH_MS.min(limits.lateness)
}

impl Settle {
    /// Takes what a partner said of a bay, by its index, when it came in.
    pub(crate) fn sample(&mut self, s: &CreditSample, ingest: Millis) -> Sampled {
        if self.shared.limits.past || !is_fresh(&self.shared.limits, s.at(), ingest) {
            return Sampled::Passed;
        }
        let bay = BayIx(s.bay());
        let shard = shard_of(self.city.zone_of(bay));
        let sample = s.of(self.city.bay_number(bay));
        self.credit.take(&sample, shard, ingest)
    }

    /// Has kept what was taken since this was last called: before a checkpoint says how much is
    /// kept, and before a window is settled.
    pub(in crate::settlement) fn keep_credit(&mut self) {
        for ((hour, shard), records) in std::mem::take(&mut self.credit.waiting) {
            self.with_step(shard, |step| {
                *step.records = records;
                step.keep_records(hour);
            });
        }
    }

    /// At the end of a window that ends an hour: settles the samples of the hour that nothing can
    /// amend any more. Returns how much work that was.
    pub(in crate::settlement) fn judge_credit(&mut self, shard: u32) -> usize {
        let limits = &self.shared.limits;
        let hour = self.to.checked_sub(limits.amend + HOUR_MS);
        let whole = self.to.is_multiple_of(HOUR_MS) && !limits.past;
        let Some(hour) = hour.filter(|_| whole) else {
            return 0;
        };
        match self.with_step(shard, |step| step.credited(hour)) {
            Ok((samples, work)) => {
                if !samples.is_empty() {
                    self.shared.sink.credited(Millis(hour), shard, samples);
                }
                work
            }
            Err(e) => {
                tracing::warn!(error = %e, "settled reports could not be read: their credit is lost");
                0
            }
        }
    }
}

impl WindowStep<'_> {
    /// The samples of an hour of this shard, settled, and how much was read for it.
    fn credited(&mut self, hour: u64) -> io::Result<(Vec<CreditSample>, usize)> {
        let mut words = Vec::new();
        self.kept.read(Millis(hour), self.shard, &mut words)?;
        let records = HourRecords::read(&words);
        let mut samples = records.samples();
        // What was kept before the city was another is read by all shards; bays may be gone.
        samples.retain(|s| {
            let bay = self.city.bay_numbered(s.bay());
            bay.is_some_and(|bay| shard_of(self.city.zone_of(bay)) == self.shard)
        });
        if samples.is_empty() {
            return Ok((samples, records.len() / 8));
        }
        let mut read = Read::from([(hour, records)]);
        for sample in &mut samples {
            let word = self.word_at(sample.bay(), sample.at().0, &mut read)?;
            *sample = sample.settled(word);
        }
        let work = read.values().map(HourRecords::len).sum::<usize>() / 8 + samples.len();
        Ok((samples, work))
    }

    /// What who watches, or has booked, says of a bay at a time.
    fn word_at(&mut self, number: u32, at: u64, read: &mut Read) -> io::Result<CreditWord> {
        let Some(bay) = self.city.bay_numbered(number) else {
            return Ok(CreditWord::Nothing);
        };
        let until = at / HOUR_MS * HOUR_MS + HOUR_MS;
        let Some(past) = self.past(bay.0, (at, until), read)? else {
            return Ok(CreditWord::Nothing);
        };
        let rules = Rules {
            bay: number,
            ..self.rules(self.city.zone_of(bay), past.from)
        };
        let (mut cell, beneath) = past.carry;
        let mut beneath = AllBeneath::one(number, beneath);
        let mut deltas = WindowDeltas::default();
        let said = past.reports.partition_point(|r| r.at() <= at);
        standing(&past.reports[..said], |r| {
            cell.report(r, &rules, &mut beneath, &mut deltas);
        });
        cell.advance(at, &rules, &mut beneath, &mut deltas);
        Ok(CreditWord::of(cell.vouched()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bay: u32, at: u64, partner: u16) -> CreditSample {
        CreditSample::new((bay, Millis(at)), partner, (30_000, 50_000))
    }

    #[test]
    fn once_a_partner_bay_and_five_minutes_and_one_that_counts_goes_before_one_that_does_not() {
        let mut tap = CreditTap::default();
        let mut take = |s: &CreditSample| tap.take(s, 0, s.at());
        let first = said(1, ONCE_MS, 70);
        assert_eq!(take(&first), Sampled::Taken);
        assert_eq!(take(&said(1, ONCE_MS + 9, 70)), Sampled::Passed);
        assert_eq!(take(&said(1, ONCE_MS + 9, 70).counting()), Sampled::Taken);
        assert_eq!(take(&said(1, ONCE_MS + 10, 70).counting()), Sampled::Passed);
        // A source that was quicker to send was not the first to see.
        assert_eq!(take(&said(1, ONCE_MS + 8, 70).counting()), Sampled::Taken);
        assert_eq!(take(&said(1, ONCE_MS + 10, 71)), Sampled::Taken);
        assert_eq!(take(&said(2, ONCE_MS + 10, 70)), Sampled::Taken);
        assert_eq!(take(&said(1, 2 * ONCE_MS, 70)), Sampled::Taken);
        assert_eq!(tap.waiting.len(), 1);
    }

    #[test]
    fn of_one_partner_a_quarter_finds_room_and_the_next_hour_there_is_room_again() {
        let mut tap = CreditTap::default();
        for bay in 0..MOST_OF_ONE {
            assert_eq!(tap.take(&said(bay, 5, 70), 0, Millis(5)), Sampled::Taken);
        }
        assert_eq!(tap.take(&said(MOST, 5, 70), 0, Millis(5)), Sampled::Shed);
        assert_eq!(tap.take(&said(MOST, 5, 71), 0, Millis(5)), Sampled::Taken);
        let later = Millis(HOUR_MS);
        assert_eq!(tap.take(&said(MOST, HOUR_MS, 70), 0, later), Sampled::Taken);
        assert!(tap.once.len() < 3, "what is over is let go");
    }
}
