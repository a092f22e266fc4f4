//! What an owner asks of its own bays: which they are, what they are on offer as, and who comes when.
//! Never who: that is the booking app's to know.

use super::ask::DeskError;
use super::commands::Command;
use super::desk::Desk;
use super::owners::Owners;
use crate::domain::{BayIx, Offer, Reservation, ZoneIx, ZoneKind};
use crate::live::is_private;
use crate::registry::PlaceOwners;
use crate::registry::city::City;
use crate::store::{BookingPage, BookingsOf, OwnedBay, OwnedBooking};
use std::collections::HashMap;
use std::sync::Arc;

/// Some of a partner's bays, and the city that their indices are of.
pub struct OwnedBays {
    pub city: Arc<City>,
    /// By their lasting numbers.
    pub bays: Vec<BayIx>,
    /// Whether there are more with greater numbers.
    pub more: bool,
}

impl PlaceOwners for Desk {
    fn owner_in(&self, city: &City, bay: Option<BayIx>, zone: ZoneIx) -> Option<Arc<str>> {
        if !is_private(city, zone) {
            return None;
        }
        if let Some(bay) = bay {
            return self.owner(city.bay_id(bay));
        }
        let operator = &*city.zone(zone).spec.operator;
        self.is_operator(operator, operator)
            .then(|| Arc::from(operator))
    }

    fn changes(&self) -> u64 {
        self.owners.changes()
    }
}

impl Desk {
    /// Up to `limit` bays that the partner owns, of those whose lasting number is above `after`.
    #[must_use]
    pub fn bays_of(&self, partner: &str, after: Option<u32>, limit: usize) -> OwnedBays {
        let (city, mut all) = self.owners.owned_by(partner);
        let number = |bay: &BayIx| city.bay_number(*bay);
        all.retain(|bay| after.is_none_or(|after| number(bay) > after));
        let more = all.len() > limit;
        if more {
            all.select_nth_unstable_by_key(limit, number);
            all.truncate(limit);
        }
        all.sort_unstable_by_key(number);
        OwnedBays {
            city,
            bays: all,
            more,
        }
    }

    /// A page of an owner's bookings, by start; with those that stand at its bays on the offer of who had them
    /// before.
    pub async fn owned_bookings(
        &self,
        of: BookingsOf<'_>,
        page: BookingPage,
    ) -> Result<Vec<OwnedBooking>, DeskError> {
        let mut found = self.store.owned_bookings(of, page).await?;
        if let BookingsOf::Owner(partner) = of {
            let others = self.store.standing_at(partner, page.after, page.limit);
            let others = others.await?.into_iter();
            let asked = |b: &OwnedBooking| page.state.is_none_or(|s| s == b.booking.state);
            found.extend(others.filter(asked));
            found.sort_by_key(|b| (b.booking.span.start, b.booking.id));
            found.truncate(page.limit as usize);
        }
        Ok(found)
    }

    /// Cancels a booking on one of an owner's offers, at the owner's cost: its driver owes nothing.
    ///
    /// # Errors
    /// [`DeskError::NoSuch`] for one on another offer, [`DeskError::UnderWay`] while its driver is there,
    /// [`DeskError::Step`] once it is over.
    pub async fn cancel_by_owner(
        &self,
        offer: &Offer,
        name: String,
    ) -> Result<Reservation, DeskError> {
        self.tell(|reply| Command::OwnerCancel(name, offer.id, reply))
            .await
    }

    /// Whether what the operator of that name has is the partner's.
    #[must_use]
    pub fn is_operator(&self, partner: &str, operator: &str) -> bool {
        self.owners.is_operator(partner, operator)
    }

    /// What an owner has made of these bays of its, by id; what has never been on offer or had an
    /// owner recorded is not among them.
    pub async fn owned_bays(
        &self,
        owner: &str,
        bays: &[Arc<str>],
    ) -> Result<HashMap<String, OwnedBay>, DeskError> {
        Ok(self.store.owned_bays(owner, bays, self.now()).await?)
    }
}

impl Owners {
    /// All bays of a partner, in no order, and the city that they are of.
    fn owned_by(&self, partner: &str) -> (Arc<City>, Vec<BayIx>) {
        let recorded = self.recorded();
        let mut owned = Vec::new();
        for (bay, owner) in &recorded.by_bay {
            if **owner == *partner {
                owned.extend(self.registry.bay(bay));
            }
        }
        // After the indices, or it could be older than they are.
        let city = Arc::clone(&self.registry.city());
        owned.retain(|bay| city.is_live(*bay));
        let private = city.zones().filter(|(_, zone)| {
            zone.spec.kind == ZoneKind::Private && self.is_operator(partner, &zone.spec.operator)
        });
        for (zone, _) in private {
            let unrecorded = |bay: &BayIx| !recorded.by_bay.contains_key(city.bay_id(*bay));
            let live = city.bays_of(zone).filter(|bay| city.is_live(*bay));
            owned.extend(live.filter(unrecorded));
        }
        drop(recorded);
        (city, owned)
    }
}
