//! Who is suspended: the hub's word, carried over into the sandbox, which has partners of its own.
//!
//! Promises: before the sandbox answers anybody it has the hub's word, and every change of it at once; one
//! that cannot be stored is tried again. Keys of the configuration stay good, as they do in the hub.

use super::Offered;
use crate::partners::{IssueError, PartnerDecision};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// The names of those who are, as the hub has them.
pub(super) type Suspended = watch::Receiver<BTreeSet<String>>;

/// Between two tries where the store does not take it.
const AGAIN: Duration = Duration::from_secs(1);

/// Partners that are read at a time.
const PAGE: usize = 1_000;

/// Makes it so in the sandbox as it is now in the hub.
pub(super) async fn carry(hub: &Offered, now: &mut Suspended) -> Result<(), IssueError> {
    let away = now.borrow_and_update().clone();
    let mut last = 0;
    loop {
        let page = hub.issuer.partners(last, PAGE).await?;
        for partner in &page {
            last = partner.id;
            let suspended = away.contains(&partner.name);
            if partner.suspended != suspended {
                let said = PartnerDecision {
                    suspended: Some(suspended),
                    ..PartnerDecision::default()
                };
                hub.issuer.change_partner(&partner.name, said).await?;
            }
        }
        if page.len() < PAGE {
            return Ok(());
        }
    }
}

/// The same whenever the hub's word has changed.
pub(super) async fn follow(hub: &Offered, mut now: Suspended) -> Infallible {
    loop {
        if now.changed().await.is_err() {
            // The hub is stopping, and its sandbox with it.
            std::future::pending::<()>().await;
        }
        while let Err(e) = carry(hub, &mut now).await {
            tracing::warn!(error = %e, "who is suspended is not known in the sandbox; tried again");
            tokio::time::sleep(AGAIN).await;
        }
    }
}
