//! Problems that people report: their desk, and the duty that looks every few seconds what time brings.

use super::{Shared, process};
use crate::config::Config;
use crate::domain::SelfNamed;
use crate::health::Part;
use crate::problems::{ProblemDesk, ProblemDeskParts};
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

/// How often it is looked which problems are late.
const LOOK: Duration = Duration::from_secs(5);

/// How long one look may take: the store's patience, a few times over.
const WITHIN: Duration = Duration::from_mins(1);

/// After so long without a look an operator should know.
const STANDS_STILL: Duration = Duration::from_mins(5);

/// Opens the desk, and runs its duty until the hub closes.
pub(super) fn open(
    (store, self_named): (Store, SelfNamed),
    config: &Config,
    shared: &Shared,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Arc<ProblemDesk> {
    for of in config
        .operators
        .iter()
        .filter(|of| self_named.has(of.partner()))
    {
        tracing::warn!(
            operator = of.name,
            partner = of.partner(),
            "the partner that [[operators]] names has chosen its name by itself: it is given no problems \
             until an administrator links it"
        );
    }
    let desk = Arc::new(ProblemDesk::new(ProblemDeskParts {
        config: config.problems.clone(),
        operators: config.operators.clone(),
        store,
        registry: shared.registry.clone(),
        live: shared.live.clone(),
        clock: shared.clock.clone(),
        metrics: shared.metrics.clone(),
        self_named,
    }));
    tasks.spawn(look(desk.clone(), shared.clone(), closed.clone()));
    desk
}

/// The names that [[operators]] and [problems] give to somebody.
pub(super) fn names(config: &Config) -> Vec<String> {
    let operators = config.operators.iter();
    let operators = operators.flat_map(|of| [of.name.clone(), of.partner().to_owned()]);
    let authority = std::iter::once(config.problems.authority.clone());
    let authority = authority.chain(config.problems.authority_partner.clone());
    operators.chain(authority).collect()
}

async fn look(desk: Arc<ProblemDesk>, shared: Shared, closed: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(LOOK);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let looking = async {
        let mut last = Instant::now();
        loop {
            every.tick().await;
            let why = match tokio::time::timeout(WITHIN, desk.tick()).await {
                Ok(Ok(late)) => {
                    if late > 0 {
                        tracing::info!(late, "problems were not dealt with in time");
                    }
                    last = Instant::now();
                    shared.health.no_note(Part::Problems);
                    continue;
                }
                Ok(Err(e)) => e.to_string(),
                Err(_) => format!("it took more than {} s", WITHIN.as_secs()),
            };
            tracing::warn!(
                why,
                "it was not looked which problems are late; tried again"
            );
            if last.elapsed() >= STANDS_STILL {
                let since = last.elapsed().as_secs();
                let note =
                    format!("for {since} s it was not looked which problems are late: {why}");
                shared.health.note(Part::Problems, note);
            }
        }
    };
    tokio::select! { () = looking => {}, () = process::closing(closed) => {} }
}
