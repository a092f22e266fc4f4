//! Private bays of the sandbox, given to partners who may share, so that there is something to offer:
//! nobody there could ask an administrator.

use super::Offered;
use super::city::LANDLORD;
use crate::domain::{BayIx, BayKind, ZoneKind};
use crate::partners::{IssueError, Scope};
use crate::sharing::DeskError;
use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

/// How many a partner is given, as long as there are some.
const BAYS_OF_A_PARTNER: usize = 4;

/// How often it is looked whether there are new keys.
const LOOK: Duration = Duration::from_secs(1);

/// Keys that are looked at; there are fewer.
const KEYS: usize = 100_000;

/// Gives to each partner of a key that may share, now and whenever there is a new one.
pub(super) async fn give(hub: &Offered) -> Infallible {
    let mut every = tokio::time::interval(LOOK);
    let mut keys = None;
    let mut given = HashSet::new();
    loop {
        every.tick().await;
        // One key that goes while another comes is seen with the next one.
        let now = hub.keys.len();
        if keys.replace(now) == Some(now) {
            continue;
        }
        if let Err(e) = give_all(hub, &mut given).await {
            tracing::warn!(error = %e, "no bays of the sandbox were given");
        }
    }
}

/// Why nothing could be given.
#[derive(Debug, thiserror::Error)]
enum NotGiven {
    #[error(transparent)]
    Keys(#[from] IssueError),
    #[error(transparent)]
    Desk(#[from] DeskError),
}

async fn give_all(hub: &Offered, given: &mut HashSet<String>) -> Result<(), NotGiven> {
    for key in hub.issuer.list(None, KEYS, None).await? {
        if key.revoked_at.is_none()
            && key.scopes.has(Scope::Share)
            && given.insert(key.partner.clone())
        {
            give_to(hub, &key.partner).await?;
        }
    }
    Ok(())
}

/// Gives bays that nobody has been given, unless the partner has some.
async fn give_to(hub: &Offered, partner: &str) -> Result<(), DeskError> {
    let free = {
        let city = hub.shared.registry.city();
        let is_private = |bay: &BayIx| {
            city.is_live(*bay)
                && city.attrs(*bay).kind == BayKind::Car
                && city.zone(city.zone_of(*bay)).spec.kind == ZoneKind::Private
        };
        let mut free = Vec::new();
        for bay in (0..city.bay_slots()).map(BayIx).filter(is_private) {
            let id = city.bay_id(bay).to_string();
            match hub.desk.owner(&id) {
                Some(owner) if *owner == *partner => return Ok(()),
                Some(owner) if *owner == *LANDLORD && free.len() < BAYS_OF_A_PARTNER => {
                    free.push(id);
                }
                _ => {}
            }
        }
        free
    };
    for bay in &free {
        hub.desk.record_owner(bay, Some(partner)).await?;
    }
    Ok(())
}
