//! The desk for shared bays: its task, and the clock that tells it when something is due.

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::SelfNamed;
use crate::inbox::InboxSender;
use crate::sharing::{self, Desk, Matching, TICK, Witness};
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Reads what the store has of offers and bookings, and begins. The task ends with the last handle.
pub(super) async fn open(
    (store, self_named): (Store, SelfNamed),
    config: &Config,
    shared: &Shared,
    inbox: InboxSender,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<Arc<Desk>, Failure> {
    let registry = shared.registry.clone();
    let live = shared.live.clone();
    let clock = shared.clock.clone();
    let metrics = shared.metrics.clone();
    let stale_after_s = config.stream.stale_after_s;
    let limits = config.limits.clone();
    let config = config.share.clone();
    let witness = Witness {
        inbox,
        registry: registry.clone(),
        live: live.clone(),
        metrics: metrics.clone(),
        stale_after_s,
    };
    let (desk, task) = Desk::open(sharing::DeskParts {
        store,
        registry,
        live,
        clock,
        metrics,
        witness,
        config,
        limits,
        workdays: shared.workdays.clone(),
        self_named,
        closures: shared.orders.clone(),
    })
    .await?;
    let desk = Arc::new(desk);
    tasks.spawn(task);
    tasks.spawn(tick(desk.clone(), closed.clone()));
    if desk.config().matching == Matching::Batch {
        tasks.spawn(improve(desk.clone(), closed.clone()));
    }
    Ok(desk)
}

async fn tick(desk: Arc<Desk>, mut closed: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(TICK);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
        if let Err(e) = desk.tick().await {
            tracing::warn!(
                error = %e, "what is due for shared bays has not been done; tried again"
            );
        }
    }
}

async fn improve(desk: Arc<Desk>, mut closed: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(Duration::from_secs(desk.config().improve_every_s));
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
        match desk.improve().await {
            Ok(0) => {}
            Ok(moved) => tracing::info!(moved, "bookings moved to better bays"),
            Err(e) => tracing::warn!(error = %e, "bookings were not looked over; tried again"),
        }
    }
}
