//! Whether the store answers, asked all the time; and the keys that other hubs on it have changed.
//!
//! Promises: `/readyz` says within two seconds that the database is gone, and that it is back; a key
//! that another hub has made, changed or revoked is known here within two seconds of its commit. The
//! keys held stay as they are while the store is gone: reports are taken, and only what needs the
//! store fails. A question a look, not `LISTEN`: the look that finds a database dead brings the
//! version of the keys as well, on SQLite too and through any proxy of PostgreSQL, and nothing is
//! missed while a connection is made anew.

use super::{Shared, process};
use crate::health::Part;
use crate::partners::Issuer;
use crate::store::StoreWatch;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Between two looks; each takes [`crate::store::LOOK`] at most.
const EVERY: Duration = Duration::from_millis(500);

/// How soon what failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Looks until the hub closes.
pub(super) fn start(
    store: StoreWatch,
    issuer: Arc<Issuer>,
    shared: Shared,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) {
    let closed = closed.clone();
    tasks.spawn(async move {
        let (told, version) = watch::channel(None);
        let looking = look(store, &shared, told);
        let following = follow(&issuer, &shared, version);
        let both = async { tokio::join!(looking, following) };
        tokio::select! { _ = both => {}, () = process::closing(closed) => {} }
    });
}

/// Says how the store is, and hands on the version of its keys.
async fn look(mut store: StoreWatch, shared: &Shared, told: watch::Sender<Option<i64>>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut well = true;
    let mut last = shared.clock.now();
    loop {
        every.tick().await;
        match store.look().await {
            Ok(version) => {
                shared.health.well(Part::Store);
                shared.metrics.store_up.set(1);
                if !well {
                    tracing::info!("the store answers again");
                }
                well = true;
                last = shared.clock.now();
                told.send_if_modified(|known| known.replace(version) != Some(version));
            }
            Err(e) => {
                let why = format!("{e}; keys are held as they were at {last}");
                shared.metrics.store_up.set(0);
                if well {
                    tracing::warn!(error = %e, "the store does not answer");
                }
                shared.health.unwell(Part::Store, why);
                well = false;
            }
        }
    }
}

/// Reads the keys again whenever their version has changed, and stores what could not be stored.
async fn follow(issuer: &Issuer, shared: &Shared, mut version: watch::Receiver<Option<i64>>) {
    loop {
        let changed = tokio::time::timeout(AGAIN, version.changed()).await;
        if changed.is_err() && !issuer.owes().await {
            continue;
        }
        match issuer.refresh().await {
            Ok(()) => shared.health.no_note(Part::Store),
            Err(e) => {
                tracing::warn!(error = %e, "keys could not be read again; tried again soon");
                let note = format!("keys of other hubs are not known: {e}");
                shared.health.note(Part::Store, note);
                version.mark_changed();
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}
