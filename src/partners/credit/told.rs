//! What a partner is told of its credit, and an administrator of everybody's.

use super::{KEPT_DAYS, MOST_SAMPLES};
use crate::domain::Millis;
use crate::domain::credit::{
    CREDIT_DAYS, CreditBoard, CreditDay, CreditStanding, CreditTally, credit_of, factor_of,
};
use crate::store::{CreditRow, CreditSampleRow, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One judge of a day: a partner, or nobody for sensors, gates and bookings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditJudge {
    pub partner: Option<String>,
    pub tally: CreditTally,
}

/// A day of one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditDayTold {
    pub partner: Arc<str>,
    /// Since 1970, UTC.
    pub day: u64,
    pub reports: u64,
    pub counted: u64,
    /// All judges together.
    pub settled: CreditTally,
    pub judges: Vec<CreditJudge>,
    /// What the 28 days up to this one come to, and buy.
    pub credit: i64,
    pub factor: u32,
}

/// What a partner is told.
pub struct CreditAnswer {
    pub standing: CreditStanding,
    /// Newest first.
    pub days: Vec<CreditDayTold>,
    /// Newest first.
    pub samples: Vec<CreditSampleRow>,
}

type PartnerDays = BTreeMap<u64, CreditDay<String>>;

/// Rows by partner and day, those of all hubs together.
fn by_partner(rows: &[CreditRow]) -> BTreeMap<Arc<str>, PartnerDays> {
    let mut all: BTreeMap<Arc<str>, PartnerDays> = BTreeMap::new();
    for row in rows {
        let days = all.entry(row.partner.as_str().into()).or_default();
        let day = days.entry(row.day).or_default();
        let tally = CreditTally {
            settled: row.settled,
            right: row.right,
            against: row.against,
            against_right: row.against_right,
            worth: row.worth,
        };
        day.reports += row.reports;
        day.counted += row.counted;
        if row.judge.is_empty() {
            day.watched.add(&tally);
        } else {
            day.judges.entry(row.judge.clone()).or_default().add(&tally);
        }
    }
    all
}

/// What all the rows of each partner come to.
pub(super) fn months(rows: &[CreditRow]) -> BTreeMap<Arc<str>, CreditDay<String>> {
    let all = by_partner(rows).into_iter();
    let month = |days: PartnerDays| {
        let mut month = CreditDay::default();
        for day in days.values() {
            month.add(day);
        }
        month
    };
    all.map(|(partner, days)| (partner, month(days))).collect()
}

fn told(partner: &Arc<str>, at: u64, days: &PartnerDays) -> Option<CreditDayTold> {
    let own = days.get(&at)?;
    let mut month = CreditDay::default();
    let from = (at + 1).saturating_sub(CREDIT_DAYS);
    days.range(from..=at).for_each(|(_, day)| month.add(day));
    let credit = credit_of(&month);
    let watched = CreditJudge {
        partner: None,
        tally: own.watched,
    };
    let others = own.judges.iter().map(|(judge, tally)| CreditJudge {
        partner: Some(judge.clone()),
        tally: *tally,
    });
    Some(CreditDayTold {
        partner: partner.clone(),
        day: at,
        reports: own.reports,
        counted: own.counted,
        settled: own.settled(),
        judges: std::iter::once(watched).chain(others).collect(),
        credit,
        factor: factor_of(credit),
    })
}

/// Credit, for who asks.
#[derive(Clone)]
pub struct CreditBook {
    store: Store,
    board: Arc<CreditBoard>,
}

impl CreditBook {
    #[must_use]
    pub const fn new(store: Store, board: Arc<CreditBoard>) -> Self {
        Self { store, board }
    }

    /// Where it lies.
    #[cfg(test)]
    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// How a partner stands now.
    #[must_use]
    pub fn standing(&self, partner: &str) -> CreditStanding {
        self.board.of(partner)
    }

    /// What a partner is told: the last 28 days, and samples of them.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(&self, partner: &str, now: Millis) -> Result<CreditAnswer, StoreError> {
        let days = self.days(Some(partner), now).await?;
        let samples = self.store.credit_samples(partner, MOST_SAMPLES as u32);
        Ok(CreditAnswer {
            standing: self.standing(partner),
            days,
            samples: samples.await?,
        })
    }

    /// The last 28 days of one partner or all, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn days(
        &self,
        partner: Option<&str>,
        now: Millis,
    ) -> Result<Vec<CreditDayTold>, StoreError> {
        let today = now.0 / super::DAY_MS;
        let from = today.saturating_sub(KEPT_DAYS);
        let rows = self.store.credit_days(None, partner, (from, today + 1));
        let rows = rows.await?;
        let shown = (today + 1).saturating_sub(CREDIT_DAYS);
        let mut all: Vec<CreditDayTold> = Vec::new();
        for (partner, days) in by_partner(&rows) {
            let newest = days.range(shown..).map(|(day, _)| *day);
            all.extend(newest.filter_map(|day| told(&partner, day, &days)));
        }
        all.sort_by(|a, b| (b.day, &a.partner).cmp(&(a.day, &b.partner)));
        Ok(all)
    }
}
