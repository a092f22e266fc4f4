//! What came of a partner's app reports, day by day: sums over all its contributors.
//!
//! Bounded: 31 days a partner, some 3 KB, and [`MOST_PARTNERS`] partners, whom administrators make.

use crate::belief::Judged;
use crate::domain::Weighed;
use serde::{Deserialize, Serialize};

/// Partners whose figures are kept.
pub(super) const MOST_PARTNERS: usize = 10_000;

/// Days that a partner is told of, the present one included.
pub(super) const PERIODS: [u32; 3] = [1, 7, 30];

/// Days that are kept.
const KEPT: u32 = 31;

/// What came of one day's reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReportDay {
    /// Since 1970, UTC.
    number: u32,
    reports: u64,
    counted: u64,
    throttled: u64,
    /// Of those that counted, 1/8 nat.
    weight: u64,
    judged: u64,
    /// Said occupied and so, said occupied and not so, said vacant and not so, said vacant and so;
    /// in 1/256.
    counts: [u64; 4],
}

/// The days of one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PartnerFigures {
    pub(super) days: Vec<ReportDay>,
    /// Contributors that sensors have proved.
    pub(super) proven: u32,
    /// An hour since 1970, and how many contributors were new in it.
    new: (u64, u32),
}

/// New contributors of a partner in an hour: a fiftieth of the table, or whoever invents them would
/// keep the newcomers of others from ever proving themselves.
pub(super) const MOST_NEW: u32 = 20_000;

/// What a partner is told.
#[derive(Clone, Debug, PartialEq)]
pub struct ContributionFigures {
    pub proven_contributors: u32,
    /// One for each of 1, 7 and 30 days.
    pub periods: Vec<Period>,
}

/// Some days up to now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    pub days: u32,
    /// Reports on bays that were taken in.
    pub reports: u64,
    /// Of them, those that counted as evidence.
    pub counted: u64,
    /// Of them, those for which their contributor had said too much.
    pub throttled: u64,
    /// Of those that counted, reports on bays whose sensor could tell.
    pub judged: u64,
    /// Of what was said to be occupied, as far as sensors are certain: what was. `None`: nothing.
    pub right_occupied: Option<f64>,
    /// The same of vacant.
    pub right_vacant: Option<f64>,
    /// Of those that counted, nat. `None`: none did.
    pub mean_weight: Option<f64>,
}

impl ContributionFigures {
    pub(super) fn none() -> Self {
        PartnerFigures::default().told(0)
    }
}

impl PartnerFigures {
    pub(super) fn of_days(days: Vec<ReportDay>) -> Self {
        Self {
            days,
            ..Self::default()
        }
    }

    /// Whether one more contributor may be new in that hour; it is then counted.
    pub(super) fn may_enrol(&mut self, hour: u64) -> bool {
        if self.new.0 != hour {
            self.new = (hour, 0);
        }
        let may = self.new.1 < MOST_NEW;
        self.new.1 += u32::from(may);
        may
    }

    fn of(&mut self, day: u32) -> &mut ReportDay {
        if let Some(at) = self.days.iter().position(|d| d.number == day) {
            return &mut self.days[at];
        }
        self.days.retain(|d| day.abs_diff(d.number) < KEPT);
        self.days.push(ReportDay {
            number: day,
            ..ReportDay::default()
        });
        let last = self.days.len() - 1;
        &mut self.days[last]
    }

    pub(super) fn report(&mut self, day: u32, outcome: Weighed, weight: i8) {
        let day = self.of(day);
        day.reports += 1;
        match outcome {
            Weighed::Counted => {
                day.counted += 1;
                day.weight += u64::from(weight.unsigned_abs());
            }
            Weighed::Throttled => day.throttled += 1,
            Weighed::NoRoom => {}
        }
    }

    pub(super) fn judged(&mut self, day: u32, judged: &Judged) {
        let day = self.of(day);
        day.judged += u64::from(judged.reports);
        for (count, more) in day.counts.iter_mut().zip(judged.counts) {
            *count += u64::from(more);
        }
    }

    pub(super) fn told(&self, today: u32) -> ContributionFigures {
        ContributionFigures {
            proven_contributors: self.proven,
            periods: PERIODS.map(|days| self.period(today, days)).into(),
        }
    }

    fn period(&self, today: u32, days: u32) -> Period {
        let within = |d: &&ReportDay| d.number <= today && today - d.number < days;
        let mut sum = ReportDay::default();
        for d in self.days.iter().filter(within) {
            sum.reports += d.reports;
            sum.counted += d.counted;
            sum.throttled += d.throttled;
            sum.weight += d.weight;
            sum.judged += d.judged;
            for (count, more) in sum.counts.iter_mut().zip(d.counts) {
                *count += more;
            }
        }
        let share = |right: u64, wrong: u64| {
            let all = right + wrong;
            (all > 0).then(|| right as f64 / all as f64)
        };
        let [so_occupied, not_occupied, not_vacant, so_vacant] = sum.counts;
        Period {
            days,
            reports: sum.reports,
            counted: sum.counted,
            throttled: sum.throttled,
            judged: sum.judged,
            right_occupied: share(so_occupied, not_occupied),
            right_vacant: share(so_vacant, not_vacant),
            mean_weight: (sum.counted > 0).then(|| sum.weight as f64 / 8.0 / sum.counted as f64),
        }
    }
}
