//! One day, worked out: whose words judged others', what each partner's were worth, and the samples
//! that are kept to be looked at.

use super::files::{DayHead, SettledDay};
use super::{CreditDesk, CreditError, MOST_SAMPLES};
use crate::domain::credit::{
    CREDIT_DAYS, CreditDay, CreditSample, CreditTally, CreditVerdict, anchored, each_verdict,
    settle_day,
};
use crate::store::{CreditRow, CreditSampleRow};
use std::collections::{BTreeMap, BTreeSet};

/// What watchers have shown of partners, by day and name.
pub type Watched = BTreeMap<(u64, String), CreditTally>;

/// A day as it comes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayWorth {
    pub rows: Vec<CreditRow>,
    pub samples: Vec<CreditSampleRow>,
}

/// Whose words judge on a day: by what watchers have shown of them in the days before it.
fn anchored_on(day: u64, names: &BTreeMap<u16, String>, shown: &Watched) -> BTreeSet<u16> {
    let from = day.saturating_sub(CREDIT_DAYS);
    let judges = names.iter().filter(|(_, name)| {
        let mut all = CreditTally::default();
        for ((of, partner), tally) in shown {
            if (from..day).contains(of) && partner == *name {
                all.add(tally);
            }
        }
        anchored(&all)
    });
    judges.map(|(number, _)| *number).collect()
}

/// Works a day out, of its samples and of what watchers have shown in the days before. `samples` are put
/// in order. The bays are called by `bay`.
pub fn work_out(
    (day, partners): (u64, BTreeMap<u16, String>),
    samples: &mut Vec<CreditSample>,
    shown: &Watched,
    bay: impl Fn(u32) -> String,
) -> (DayHead, DayWorth) {
    let anchored = anchored_on(day, &partners, shown);
    let judges = |p| anchored.contains(&p);
    let days = settle_day(samples, judges);
    let mut kept = KeptSamples::default();
    each_verdict(samples, judges, |_, verdict| {
        if let Some(verdict) = verdict {
            kept.look(&verdict, &days);
        }
    });
    let name = |p: u16| partners.get(&p).cloned().unwrap_or_default();
    let rows = days
        .iter()
        .flat_map(|(p, own)| rows(day, &name(*p), own, name));
    let mut rows: Vec<_> = rows.collect();
    // As the store has them.
    rows.sort_by(|a, b| (&a.partner, &a.judge).cmp(&(&b.partner, &b.judge)));
    let samples = kept.verdicts.into_iter().map(|(n, v)| CreditSampleRow {
        day,
        partner: name(v.sample.partner()),
        n,
        bay: bay(v.sample.bay()),
        at: v.sample.at().0,
        p0: v.sample.p0(),
        p1: v.sample.p1(),
        vacant: v.vacant,
        judge: v.judge.map(name).unwrap_or_default(),
    });
    let mut samples: Vec<_> = samples.collect();
    samples.sort_by(|a, b| (&a.partner, a.n).cmp(&(&b.partner, b.n)));
    let head = DayHead {
        day,
        partners,
        anchored,
    };
    (head, DayWorth { rows, samples })
}

/// The rows of one partner: watchers', with what was said in all, and one for each judge.
fn rows(
    day: u64,
    partner: &str,
    own: &CreditDay<u16>,
    name: impl Fn(u16) -> String,
) -> Vec<CreditRow> {
    let row = |judge: String, tally: &CreditTally| CreditRow {
        day,
        partner: partner.to_owned(),
        judge,
        reports: 0,
        counted: 0,
        settled: tally.settled,
        right: tally.right,
        against: tally.against,
        against_right: tally.against_right,
        worth: tally.worth,
    };
    let all = CreditRow {
        reports: own.reports,
        counted: own.counted,
        ..row(String::new(), &own.watched)
    };
    let mut rows = vec![all];
    let judges = own.judges.iter();
    rows.extend(judges.map(|(judge, tally)| row(name(*judge), tally)));
    rows
}

/// Of each partner's that count, at most so many, spread over all of them.
#[derive(Default)]
struct KeptSamples {
    seen: BTreeMap<u16, u64>,
    verdicts: Vec<(u32, CreditVerdict)>,
}

impl KeptSamples {
    fn look(&mut self, verdict: &CreditVerdict, days: &BTreeMap<u16, CreditDay<u16>>) {
        let partner = verdict.sample.partner();
        let counted = days.get(&partner).map_or(1, |day| day.counted.max(1));
        let seen = self.seen.entry(partner).or_default();
        let part = |n: u64| n * MOST_SAMPLES.min(counted) / counted;
        let n = part(*seen);
        *seen += 1;
        if part(*seen) > n {
            self.verdicts.push((n as u32, *verdict));
        }
    }
}

impl CreditDesk {
    /// Settles a day that is over: its file, then its rows, then it is done. A crash in between has it
    /// done again, to the same end.
    pub(super) async fn settle_day(&self, day: u64) -> Result<(), CreditError> {
        let parts = &self.parts;
        let from = day.saturating_sub(CREDIT_DAYS);
        let hub = Some(parts.hub.as_str());
        let before = parts.store.credit_days(hub, None, (from, day)).await?;
        let shown = watched_of(&before);
        let work = || self.write_day(day, &shown);
        let worth = tokio::task::block_in_place(work)?;
        let hub = (parts.hub.as_str(), day);
        parts
            .store
            .put_credit_day(hub, &worth.rows, &worth.samples)
            .await?;
        self.files.close(day)?;
        let mut pending = self.pending();
        pending.done = pending.done.max(Some(day));
        drop(pending);
        let settled = worth.rows.iter().map(|row| row.settled).sum();
        parts.metrics.credit.settled.inc_by(settled);
        Ok(())
    }

    fn write_day(&self, day: u64, shown: &Watched) -> Result<DayWorth, CreditError> {
        let parts = &self.parts;
        let mut samples = self.files.read_open(day)?;
        let numbers: BTreeSet<u16> = samples.iter().map(CreditSample::partner).collect();
        let known = numbers.into_iter().filter_map(|number| {
            let name = parts.registry.partner_numbered(number)?;
            Some((number, name.to_string()))
        });
        let partners: BTreeMap<u16, String> = known.collect();
        samples.retain(|s| partners.contains_key(&s.partner()));
        let city = parts.registry.city();
        let bay = |number| match city.bay_numbered(number) {
            Some(bay) => city.bay_id(bay).to_string(),
            None => number.to_string(),
        };
        let (head, worth) = work_out((day, partners), &mut samples, shown, bay);
        self.files.write_settled(&SettledDay { head, samples })?;
        Ok(worth)
    }
}

/// What watchers have shown, by rows of days.
#[must_use]
pub fn watched_of(rows: &[CreditRow]) -> Watched {
    let own = rows.iter().filter(|row| row.judge.is_empty());
    let tally = |row: &CreditRow| {
        let tally = CreditTally {
            settled: row.settled,
            right: row.right,
            against: row.against,
            against_right: row.against_right,
            worth: row.worth,
        };
        ((row.day, row.partner.clone()), tally)
    };
    own.map(tally).collect()
}
