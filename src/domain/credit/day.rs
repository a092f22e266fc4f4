//! A day's reports, settled: what each partner's were worth, and who said so.
//!
//! Where a sensor, a gate or a booking was settled to say what the bay was at that moment, that is
//! `y`. Where none does, it is the next word within ten minutes of an *anchored* partner other than
//! the one that is judged ([`anchored`](super::anchored)). Everything else stays unsettled: it is
//! worth nothing, and counts neither for nor against anybody.
//!
//! Promises: a function of the set of samples and of who is anchored; copies, and more than one of
//! a partner and bay in five minutes, are left out. Dear: one sort of the day's samples in place.

use super::{CreditSample, CreditTally, MOST_NUMBERS};
use std::collections::BTreeMap;

/// Within so long an anchored partner's word tells what a bay was, ms.
pub const VERDICT_MS: u64 = 10 * 60_000;

/// The partner of what is left out.
const NOBODY: u16 = 0;

/// A partner's day. `P` is what partners are called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditDay<P: Ord> {
    /// Reports that were looked at: those of bays of which the hub did not know who watches, and
    /// those that count.
    pub reports: u64,
    /// Of those, on which the hub did not know: one in five minutes of each bay.
    pub counted: u64,
    /// What sensors, gates and bookings came to say of them.
    pub watched: CreditTally,
    /// What anchored partners did, each for itself.
    pub judges: BTreeMap<P, CreditTally>,
}

impl<P: Ord> Default for CreditDay<P> {
    fn default() -> Self {
        Self {
            reports: 0,
            counted: 0,
            watched: CreditTally::default(),
            judges: BTreeMap::new(),
        }
    }
}

impl<P: Ord + Clone> CreditDay<P> {
    /// Adds another day.
    pub fn add(&mut self, other: &Self) {
        self.reports += other.reports;
        self.counted += other.counted;
        self.watched.add(&other.watched);
        for (judge, tally) in &other.judges {
            self.judges.entry(judge.clone()).or_default().add(tally);
        }
    }

    /// All that was settled, whoever said so.
    #[must_use]
    pub fn settled(&self) -> CreditTally {
        let mut all = self.watched;
        self.judges.values().for_each(|tally| all.add(tally));
        all
    }

    /// The same day where partners go by other names.
    #[must_use]
    pub fn named<Q: Ord>(self, name: impl Fn(P) -> Option<Q>) -> CreditDay<Q> {
        let judges = self.judges.into_iter();
        CreditDay {
            reports: self.reports,
            counted: self.counted,
            watched: self.watched,
            judges: judges
                .filter_map(|(judge, tally)| Some((name(judge)?, tally)))
                .collect(),
        }
    }
}

/// How one sample that counts came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditVerdict {
    pub sample: CreditSample,
    /// `y`; `None`: nobody could tell.
    pub vacant: Option<bool>,
    /// The partner that told; `None` for a sensor, a gate or a booking.
    pub judge: Option<u16>,
}

/// What the day of each partner, by number, came to. `samples` are put in order: by bay, time and
/// partner, each once.
pub fn settle_day(
    samples: &mut Vec<CreditSample>,
    is_anchored: impl Fn(u16) -> bool,
) -> BTreeMap<u16, CreditDay<u16>> {
    order(samples);
    let mut days = Vec::new();
    days.resize_with(usize::from(MOST_NUMBERS), CreditDay::default);
    each_verdict(samples, is_anchored, |sample, verdict| {
        let day: &mut CreditDay<u16> = &mut days[usize::from(sample.partner())];
        day.reports += 1;
        let Some(verdict) = verdict else { return };
        day.counted += 1;
        if let Some(vacant) = verdict.vacant {
            let tally = match verdict.judge {
                None => &mut day.watched,
                Some(judge) => day.judges.entry(judge).or_default(),
            };
            tally.take(sample, vacant);
        }
    });
    let days = (0..).zip(days);
    days.filter(|(_, day)| day.reports > 0).collect()
}

/// Hands over each of samples that are in order, and of those that count how they came out.
pub fn each_verdict(
    ordered: &[CreditSample],
    is_anchored: impl Fn(u16) -> bool,
    mut each: impl FnMut(&CreditSample, Option<CreditVerdict>),
) {
    for of_bay in ordered.chunk_by(|a, b| a.bay == b.bay) {
        for (n, sample) in of_bay.iter().enumerate() {
            let counts = sample.counts();
            let verdict = counts.then(|| judge(sample, &of_bay[n + 1..], &is_anchored));
            each(sample, verdict);
        }
    }
}

/// By bay, time, partner; one of each bay, partner and five minutes: the first that counts, or else
/// the first.
fn order(samples: &mut Vec<CreditSample>) {
    let rest = |s: &CreditSample| (!s.counts(), s.p0, s.p1, s.word);
    samples.sort_unstable_by(|a, b| {
        let place = a.place().cmp(&b.place());
        place.then_with(|| rest(a).cmp(&rest(b)))
    });
    let mut left = 0;
    for at in 0..samples.len() {
        let sample = samples[at];
        // Only those of the same bay and five minutes are looked through.
        let near = samples[..left].iter().enumerate().rev();
        let mut near = near.take_while(|(_, s)| s.is_near(&sample));
        let near = near.find(|(_, s)| s.once() == sample.once());
        match near.map(|(n, _)| n) {
            Some(n) if samples[n].counts() || !sample.counts() => continue,
            Some(n) => {
                samples[n] = CreditSample::new((sample.bay, samples[n].at()), NOBODY, (0, 0));
            }
            None => {}
        }
        samples[left] = sample;
        left += 1;
    }
    samples.truncate(left);
    samples.retain(|s| s.partner() != NOBODY);
}

fn judge(
    sample: &CreditSample,
    later: &[CreditSample],
    is_anchored: &impl Fn(u16) -> bool,
) -> CreditVerdict {
    let verdict = |vacant, judge| CreditVerdict {
        sample: *sample,
        vacant,
        judge,
    };
    if let Some(vacant) = sample.word().vacant() {
        return verdict(Some(vacant), None);
    }
    let other = later
        .iter()
        .take_while(|s| s.at().since(sample.at()) <= VERDICT_MS)
        .find(|s| s.partner() != sample.partner() && s.is_sure() && is_anchored(s.partner()));
    let told = other.map(CreditSample::says_vacant);
    verdict(told, other.map(CreditSample::partner))
}

#[cfg(test)]
mod tests {
    use super::super::{CreditWord, claimed, worth};
    use super::*;
    use crate::domain::Millis;

    const P0: u16 = 30_000;

    fn said(bay: u32, min: u64, partner: u16, occupied: bool) -> CreditSample {
        let at = Millis(min * 60_000);
        CreditSample::new((bay, at), partner, (P0, claimed(occupied, 230))).counting()
    }

    fn settle(samples: &[CreditSample]) -> BTreeMap<u16, CreditDay<u16>> {
        settle_day(&mut samples.to_vec(), |p| p >= 100)
    }

    #[test]
    fn a_watchers_word_goes_before_any_partners() {
        let seen = said(1, 0, 70, false).settled(CreditWord::Occupied);
        let days = settle(&[seen, said(1, 1, 100, false)]);
        let day = &days[&70];
        assert_eq!((day.watched.settled, day.watched.right), (1, 0));
        assert_eq!(day.watched.worth, worth(P0, claimed(false, 230), false));
        assert!(day.judges.is_empty());
    }

    #[test]
    fn without_one_the_next_word_of_an_anchored_other_within_ten_minutes_tells() {
        let a = said(1, 0, 100, false);
        for (other, told) in [
            (said(1, 10, 101, false), true),
            (said(1, 11, 101, false), false),
            (said(1, 6, 100, false), false),
            (said(1, 1, 70, false), false),
            (said(2, 1, 101, false), false),
        ] {
            let days = settle(&[a, other]);
            let settled = days[&100].settled();
            assert_eq!(settled.settled == 1, told, "{other:?}");
            assert_eq!(settled.right, u64::from(told));
        }
        // Whoever is not sure says no word; whoever was there before was not next.
        let weak = CreditSample::new((1, Millis(60_000)), 101, (P0, claimed(false, 203)));
        let days = settle(&[a, weak, said(1, 0, 99, true)]);
        assert_eq!(days[&100].settled().settled, 0);
        // A word that does not count itself tells all the same.
        let witness = CreditSample::new((1, Millis(60_000)), 101, (65_000, claimed(true, 230)));
        let days = settle(&[a, witness]);
        assert_eq!(days[&100].judges[&101].settled, 1);
        assert_eq!((days[&101].reports, days[&101].counted), (1, 0));
    }

    #[test]
    fn a_partner_counts_once_a_bay_and_five_minutes_and_whatever_the_order() {
        let mut all = vec![
            said(1, 0, 70, false),
            said(1, 1, 70, true),
            said(1, 4, 70, true),
            said(1, 5, 70, true),
            said(1, 0, 71, true),
            said(2, 0, 70, true),
            said(1, 0, 70, false),
        ];
        let days = settle(&all);
        assert_eq!((days[&70].counted, days[&71].counted), (3, 1));
        all.reverse();
        assert_eq!(settle(&all), days);
        settle_day(&mut all, |_| false);
        assert_eq!(all.len(), 4);
        assert!(all.contains(&said(1, 0, 70, false)), "the first counts");
        // One that counts goes before one that does not, whenever it came.
        let weak = CreditSample::new((1, Millis(0)), 70, (P0, 9));
        let days = settle(&[weak, said(1, 3, 70, true)]);
        assert_eq!((days[&70].reports, days[&70].counted), (1, 1));
    }
}
