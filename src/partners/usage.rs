//! What each partner has made of the hub: taken from its keys' counters, written to the store, and
//! told.
//!
//! Promises: what was counted is written once, however often the store fails between; what ends
//! without a stop loses what was counted since the last [`UsageBook::flush`] and no more. Bounded:
//! of a partner's keys [`APART`] are told apart in an hour and the rest are summed up; what waits
//! for a store that is away is [`MOST_UNWRITTEN`] counts, and what is more is dropped and counted;
//! [`KEPT_HOURS`] are kept. The hour is that of the writing: a clock that jumps moves counts to
//! another hour and loses none. What a month is judged by ([`QualityKind`]) goes the same way.

use super::counted::{CountedBy, CountedKey, WEBHOOKS};
use super::credit::CreditBook;
use super::keys::Keys;
use super::quality::{QualityKind, QualityOf, QualityRow, QualitySample, month_of};
use crate::domain::credit::CreditBoard;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Clock, Millis, UsageKind};
use crate::metrics::Metrics;
use crate::store::{MonthMore, Store, StoreError, UsageBatch, UsageMore, UsageQuestion};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Keys of a partner that are told apart in an hour.
const APART: usize = 100;

/// The id and name under which a partner's other keys are summed up; no key's.
pub const OTHERS: &str = "others";

/// Counts that may wait for the store.
const MOST_UNWRITTEN: usize = 100_000;

/// Counts of one transaction: SQLite's one writer is wanted by others.
const AT_ONCE: usize = 500;

/// Hours that are kept: two months.
pub const KEPT_HOURS: u64 = 62 * 24;

/// Months that are kept.
const KEPT_MONTHS: u64 = 60;

/// See the module.
pub struct UsageBook {
    keys: Arc<Keys>,
    store: Store,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    /// Whose months are meant.
    calendar: Calendar,
    /// This run's name in the store.
    writer: String,
    held: Mutex<Unwritten>,
}

impl fmt::Debug for UsageBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UsageBook({:?})", self.keys)
    }
}

/// An hour of one key, and of what it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct UsageSlot {
    hour: u64,
    partner: Arc<str>,
    key: String,
    what: String,
}

/// What was taken from the counters and is not known to be written.
#[derive(Default)]
struct Unwritten {
    more: BTreeMap<UsageSlot, (Arc<str>, u64)>,
    /// By month, of whom, and what.
    months: BTreeMap<(u64, QualityOf, String, QualityKind), u64>,
    /// What may have been written.
    sent: Vec<UsageMore>,
    sent_months: Vec<MonthMore>,
    batch: u64,
    /// The hour of `apart`.
    hour: u64,
    /// Keys that are told apart.
    apart: HashMap<Arc<str>, HashSet<String>>,
}

/// Of what usage is asked for.
#[derive(Clone, Debug)]
pub struct UsageAsk {
    /// `None`: all, each as a whole.
    pub partner: Option<String>,
    /// Whole hours.
    pub from: Millis,
    pub to: Millis,
    /// Hours of a row.
    pub hours: u64,
    /// As [`UsagePage::next`].
    pub after: Option<(u64, String)>,
    /// Rows at most.
    pub limit: usize,
}

/// One period of one key, or of one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    pub from: Millis,
    pub to: Millis,
    pub partner: String,
    /// The key's id and name; `None`: all of the partner's.
    pub key: Option<(String, String)>,
    /// Of what there is any, in the order of [`UsageKind::all`].
    pub counts: Vec<(UsageKind, u64)>,
}

/// Rows, by time and then by key or partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsagePage {
    pub rows: Vec<UsageRow>,
    /// Where to go on.
    pub next: Option<(u64, String)>,
}

impl UsageBook {
    /// Credit, which lies in the same store.
    #[must_use]
    pub fn credit(&self, board: Arc<CreditBoard>) -> CreditBook {
        CreditBook::new(self.store.clone(), board)
    }

    /// `writer`: a name that no other run of any hub on this store has.
    #[must_use]
    pub fn new(
        keys: Arc<Keys>,
        store: Store,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        writer: String,
    ) -> Self {
        Self {
            keys,
            store,
            clock,
            metrics,
            calendar: Calendar::UTC,
            writer,
            held: Mutex::default(),
        }
    }

    /// By the months of that calendar, instead of UTC's.
    #[must_use]
    pub fn by_months_of(mut self, calendar: Calendar) -> Self {
        self.calendar = calendar;
        self
    }

    /// Adds what a look has found to the month that it is.
    pub async fn observe(&self, found: BTreeMap<(QualityOf, String), QualitySample>) {
        let month = month_of(self.calendar, self.clock.now());
        let mut held = self.held.lock().await;
        for ((of, name), sample) in found {
            for (kind, n) in sample.sums() {
                held.add_to_month((month, of, &name), kind, n);
            }
        }
    }

    /// What was written of a month, in months since the year 0: of one operator or partner, or of
    /// all of them.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn quality(
        &self,
        of: QualityOf,
        name: Option<&str>,
        month: u64,
    ) -> Result<Vec<QualityRow>, StoreError> {
        let sums = self.store.quality(of.name(), name, month).await?;
        Ok(QualityRow::of(sums))
    }

    /// Writes what was counted until now.
    ///
    /// # Errors
    /// See [`StoreError`]: what could not be written is, the next time.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        let hour = now.0 / HOUR_MS;
        let month = month_of(self.calendar, now);
        let dropped = held.gather(self.keys.counted(), hour, month);
        self.metrics.quota.usage_dropped.inc_by(dropped);
        while held.next_batch() {
            let by = UsageBatch {
                writer: &self.writer,
                batch: held.batch,
                hour,
            };
            let added = self
                .store
                .add_usage(by, &held.sent, &held.sent_months)
                .await;
            added.inspect_err(|_| self.metrics.quota.usage_failures.inc())?;
            held.sent.clear();
            held.sent_months.clear();
        }
        Ok(())
    }

    /// Forgets what is too old, a day of it at a time.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let hour = now.0 / HOUR_MS;
        let month = month_of(self.calendar, now).saturating_sub(KEPT_MONTHS);
        self.store
            .forget_usage(hour.saturating_sub(KEPT_HOURS), month)
            .await
    }

    /// What was written. What was counted since the last flush is missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn read(&self, ask: &UsageAsk) -> Result<UsagePage, StoreError> {
        let to = ask.to.0.div_ceil(HOUR_MS);
        let most = (ask.limit + 1).saturating_mul(UsageKind::COUNT);
        let question = UsageQuestion {
            partner: ask.partner.as_deref(),
            from: ask.from.0 / HOUR_MS,
            to,
            hours: ask.hours,
            after: ask
                .after
                .as_ref()
                .map(|(period, label)| (*period, &**label)),
            limit: u32::try_from(most).unwrap_or(u32::MAX),
        };
        let sums = self.store.usage(&question).await?;
        let mut page = UsagePage::default();
        let mut last = None;
        for sum in sums {
            let at = (sum.period, sum.label);
            if last.as_ref() != Some(&at) {
                if page.rows.len() == ask.limit {
                    page.next = last;
                    break;
                }
                let start = Millis(at.0 * ask.hours * HOUR_MS);
                page.rows.push(UsageRow {
                    from: start.max(Millis(question.from * HOUR_MS)),
                    to: start.plus(ask.hours * HOUR_MS).min(Millis(to * HOUR_MS)),
                    partner: sum.partner,
                    key: ask.partner.is_some().then(|| (at.1.clone(), sum.name)),
                    counts: Vec::new(),
                });
                last = Some(at);
            }
            // What a newer hub counts is not told here.
            if let (Some(kind), Some(row)) = (UsageKind::parse(&sum.what), page.rows.last_mut()) {
                row.counts.push((kind, sum.n));
            }
        }
        Ok(page)
    }
}

impl Unwritten {
    /// Takes from the counters what is new. What there was no room for.
    fn gather(&mut self, keys: Vec<CountedKey>, hour: u64, month: u64) -> u64 {
        if self.hour != hour {
            self.hour = hour;
            self.apart.clear();
        }
        let mut dropped = 0;
        for key in keys {
            let mut called: Option<(String, Arc<str>)> = None;
            key.account.usage().take(|kind, n| {
                let (id, name) = called.get_or_insert_with(|| self.name(&key));
                let slot = UsageSlot {
                    hour,
                    partner: key.partner.clone(),
                    key: id.clone(),
                    what: kind.name(),
                };
                if let Some(kind) = QualityKind::of(kind) {
                    self.add_to_month((month, QualityOf::Partner, &key.partner), kind, n);
                }
                let room = self.more.len() < MOST_UNWRITTEN;
                match self.more.get_mut(&slot) {
                    Some((_, sum)) => *sum += n,
                    None if room => drop(self.more.insert(slot, (name.clone(), n))),
                    None => dropped += n,
                }
            });
        }
        dropped
    }

    /// Bounded by operators and partners, and by the months a store is away.
    fn add_to_month(
        &mut self,
        (month, of, name): (u64, QualityOf, &str),
        kind: QualityKind,
        n: u64,
    ) {
        if n > 0 {
            *self
                .months
                .entry((month, of, name.to_owned(), kind))
                .or_default() += n;
        }
    }

    /// What a key is called in this hour.
    fn name(&mut self, key: &CountedKey) -> (String, Arc<str>) {
        let id = match &key.by {
            CountedBy::Key(id) => id.clone(),
            CountedBy::Webhooks => return (WEBHOOKS.to_owned(), key.name.clone()),
        };
        let apart = self.apart.entry(key.partner.clone()).or_default();
        if apart.contains(&id) || apart.len() < APART {
            apart.insert(id.clone());
            return (id, key.name.clone());
        }
        (OTHERS.to_owned(), OTHERS.into())
    }

    /// Whether there is anything to be written: what may have been, first, and under its number.
    fn next_batch(&mut self) -> bool {
        if self.sent.is_empty() && self.sent_months.is_empty() {
            self.batch += 1;
            while self.sent_months.len() < AT_ONCE
                && let Some(((month, of, name, kind), n)) = self.months.pop_first()
            {
                self.sent_months.push(MonthMore {
                    by: of.name().to_owned(),
                    name,
                    month,
                    what: kind.name().to_owned(),
                    n,
                });
            }
            while self.sent.len() < AT_ONCE
                && let Some((slot, (name, n))) = self.more.pop_first()
            {
                self.sent.push(UsageMore {
                    partner: slot.partner.to_string(),
                    key: slot.key,
                    name: name.to_string(),
                    hour: slot.hour,
                    what: slot.what,
                    n,
                });
            }
        }
        !self.sent.is_empty() || !self.sent_months.is_empty()
    }
}
