//! Partners' credit in the hub: what settlement hands in goes to its desk, and each day is settled once
//! nothing can amend it any more.

mod check;

pub use check::check;

use super::engine::AtWork;
use super::{Failure, Shared, history};
use crate::config::Config;
use crate::domain::credit::CreditSample;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Corrections, Millis, RecentTurnover, SettledHour, SettledSink};
use crate::history::Keeper;
use crate::journal::FolderId;
use crate::partners::credit::{CreditDesk, CreditParts};
use crate::store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether a day is over.
const LOOK: Duration = Duration::from_secs(1);

/// After so many looks standings are read anew, and what failed is tried again.
const AGAIN: u32 = 60;

/// A day that could have been settled so long ago is told of, s: something is wrong by then.
const OVERDUE_S: u64 = 2 * 3600;

/// Where it lies in the data folder.
fn folder(data: &Path) -> PathBuf {
    data.join("credit")
}

/// The name of a data folder, by which hubs on one database are told apart.
fn hub_name(folder: FolderId) -> String {
    let hex = |name: String, byte: &u8| name + &format!("{byte:02x}");
    folder.iter().fold(String::new(), hex)
}

/// The desk, as the last run left it.
pub(super) fn open(
    config: &Config,
    shared: &Shared,
    store: Store,
    hub: FolderId,
) -> Result<Arc<CreditDesk>, Failure> {
    let dir = folder(&config.data.path);
    let shown = dir.display().to_string();
    let desk = CreditDesk::open(CreditParts {
        dir,
        registry: shared.registry.clone(),
        store,
        hub: hub_name(hub),
        // And a window more: the last hour is handed in by the window at whose end it is told settled.
        lag_ms: u64::from(config.stream.settle.amend_h) * HOUR_MS + WINDOW_MS,
        board: shared.limits.credit.clone(),
        metrics: shared.metrics.clone(),
    });
    desk.map(Arc::new)
        .map_err(|e| Failure::Internal(format!("{shown}: {e}")))
}

/// Where settlement's results go: hours to the history, what partners said to the credit desk.
pub(super) fn sink(history: &history::Opened, credit: &Arc<CreditDesk>) -> Arc<dyn SettledSink> {
    Arc::new(SettledSinks {
        keeper: history.keeper.clone(),
        credit: credit.clone(),
    })
}

struct SettledSinks {
    keeper: Arc<Keeper>,
    credit: Arc<CreditDesk>,
}

impl SettledSink for SettledSinks {
    fn try_hour(&self, part: u32, parts: u32, hour: &Arc<SettledHour>) -> bool {
        self.keeper.try_hour(part, parts, hour)
    }

    fn try_corrections(&self, part: u32, parts: u32, corrections: &Arc<Corrections>) -> bool {
        self.keeper.try_corrections(part, parts, corrections)
    }

    fn given_up(&self, hour: Millis, corrections: bool) {
        self.keeper.given_up(hour, corrections);
    }

    fn credited(&self, hour: Millis, shard: u32, samples: Vec<CreditSample>) {
        self.credit.credited(hour, shard, samples);
    }
}

/// Settles each day when it is over, until the hub closes.
pub(super) fn keep(
    running: &AtWork,
    shared: Shared,
    closed: watch::Receiver<bool>,
) -> impl Future<Output = ()> + use<> {
    let turnover = running.stream.turnover.clone();
    settle_days(running.credit.clone(), turnover, shared, closed)
}

async fn settle_days(
    desk: Arc<CreditDesk>,
    turnover: Option<Arc<dyn RecentTurnover>>,
    shared: Shared,
    mut closed: watch::Receiver<bool>,
) {
    let Some(turnover) = turnover else { return };
    let mut every = tokio::time::interval(LOOK);
    // The newest day that was tried, and how often it was looked.
    let mut tried = None;
    let mut looks = 0_u32;
    loop {
        tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
        let settled = turnover.settled();
        let now = shared.clock.now();
        let day = desk.newest_due(settled);
        if day != tried || looks.is_multiple_of(AGAIN) {
            tried = day;
            if let Err(e) = desk.settle_due(settled, now).await {
                shared.metrics.credit.failures.inc();
                tracing::warn!(error = %e, "credit could not be settled; tried again in a minute");
            }
        }
        let overdue = desk.overdue(settled, now);
        if overdue > OVERDUE_S && looks.is_multiple_of(60 * AGAIN) {
            tracing::warn!(
                overdue_s = overdue,
                "no day's credit has been settled for more than 26 hours: partners' quotas stand still",
            );
        }
        looks = looks.wrapping_add(1);
    }
}
