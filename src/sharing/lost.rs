//! Bays that go: those the registry does not have any more, and those that are another partner's
//! now. Their offers are had by nobody from that moment on; what is booked there gets another bay,
//! or the money goes back.
//!
//! Promises: a bay that has changed hands is the new owner's to offer at once. One that is missing
//! from the registry is given a minute to come back, so that a file read wrong costs nobody a
//! booking. Dear: looks at all offers and booked bays, but only after the registry or an owner has
//! changed.

use super::actor::BookingActor;
use super::index::{BookingIndex, Shelved};
use super::owners::Owners;
use super::shut::ShutMark;
use crate::domain::pool::PoolSeat;
use crate::domain::reservation::due::GONE_MS;
use crate::domain::{Millis, Offer, OfferState, Reservation};
use crate::registry::city::City;
use crate::store::{StoreError, Work};
use ahash::{AHashMap, AHashSet};
use std::sync::Arc;

/// So long bays that are not lost any more are looked at again, ms: their drivers have to be told.
const BACK_MS: u64 = 5 * 60_000;

/// Offers that are withdrawn in one tick at most: one transaction that others wait for.
const MOST: usize = 1_000;

/// Bays that somebody has booked or has on offer and that are not whose they were.
#[derive(Default)]
pub(super) struct Lost {
    bays: AHashMap<Arc<str>, Since>,
    /// Those that were lost and are not any more, since when.
    back: AHashMap<Arc<str>, Millis>,
    /// Offers of bays that are not their owner's.
    offers: AHashMap<i64, Millis>,
    /// Those that the authority has closed, now or later.
    shut: AHashSet<Arc<str>>,
    /// What was looked at last.
    looked: Option<(Arc<City>, u64, ShutMark)>,
}

struct Since {
    at: Millis,
    /// `None`: there is no such bay, or nobody may offer it.
    owner: Option<Arc<str>>,
}

/// How many places partners have in zones, as far as that was asked.
#[derive(Default)]
struct Places(AHashMap<(Arc<str>, Arc<str>), u32>);

impl Places {
    fn there(&mut self, zone: &str, partner: &Arc<str>, owners: &Owners) -> u32 {
        let key = (zone.into(), partner.clone());
        let of = self.0.entry(key);
        *of.or_insert_with(|| owners.places(zone, partner))
    }

    /// Whose a seat is that a partner has let: his, while it is there.
    fn owner_of(
        &mut self,
        seat: &PoolSeat<'_>,
        partner: &Arc<str>,
        index: &BookingIndex,
        owners: &Owners,
    ) -> Option<Arc<str>> {
        let there = self.there(seat.zone, partner, owners);
        // What was booked of one that is withdrawn stands.
        let offered = index.of_bay(seat.pool).map_or(u32::MAX, Shelved::places);
        (seat.number? <= there.min(offered)).then(|| partner.clone())
    }
}

impl Lost {
    /// Since when a reservation's bay is not that of the owner it was booked from.
    pub(super) fn since(&self, r: &Reservation) -> Option<Millis> {
        let lost = self.bays.get(&r.bay)?;
        (lost.owner.as_deref() != Some(&*r.owner)).then_some(lost.at)
    }

    /// Looks whose the bays are if the city or the owners have changed, and takes those that are lost
    /// out of what is found.
    pub(super) fn look(&mut self, index: &mut BookingIndex, owners: &Owners, now: Millis) {
        let Some(city) = index.city().cloned() else {
            return;
        };
        let changes = owners.changes();
        let closed = index.shut.mark();
        let same = |(old, n, c): &(Arc<City>, u64, ShutMark)| {
            Arc::ptr_eq(old, &city) && *n == changes && *c == closed
        };
        if self.looked.as_ref().is_some_and(same) {
            return;
        }
        let mut bays = AHashMap::new();
        let mut places = Places::default();
        let mut shut = AHashSet::new();
        for (bay, owner) in index.owners_of_kept() {
            if !index.closings_of(&bay, &owners.registry).is_empty() {
                shut.insert(bay.clone());
            }
            let owned_by = match PoolSeat::read(&bay) {
                Some(seat) => places.owner_of(&seat, &owner, index, owners),
                None => owners.owner(&bay),
            };
            if owned_by.as_deref() != Some(&*owner) {
                let at = self.bays.get(&bay).map_or(now, |lost| lost.at);
                let owner = owned_by;
                bays.insert(bay, Since { at, owner });
            }
        }
        for bay in self.bays.keys() {
            self.back.insert(bay.clone(), now);
        }
        let is_back =
            |bay: &Arc<str>, at: &mut Millis| now.since(*at) < BACK_MS && !bays.contains_key(bay);
        self.back.retain(is_back);
        self.bays = bays;
        let standing: Vec<Arc<Offer>> = index.standing().collect();
        let mut offers = AHashMap::new();
        for offer in standing {
            if let Some(pool) = &offer.pool {
                let there = places.there(&pool.zone, &offer.owner, owners);
                index.limit(offer.id, there);
                if there == 0 {
                    let since = self.offers.get(&offer.id).copied().unwrap_or(now);
                    offers.insert(offer.id, since);
                }
                index.bar(offer.id, there == 0, &owners.registry);
                continue;
            }
            let owned_by = owners.owner(&offer.bay);
            let lost = owned_by.as_deref() != Some(&*offer.owner);
            if lost {
                let since = self.offers.get(&offer.id).copied().unwrap_or(now);
                // Whose it is now need not wait.
                let since = owned_by.map_or(since, |_| Millis(0));
                offers.insert(offer.id, since);
            }
            index.bar(offer.id, lost, &owners.registry);
        }
        self.offers = offers;
        self.shut = shut;
        self.looked = Some((city, changes, closed));
    }

    /// Something else has changed than the city or the owners: a pool has fewer places, or more.
    pub(super) fn look_again(&mut self) {
        self.looked = None;
    }

    /// Bays of which something may be lost, those that lately were, and those that are closed.
    pub(super) fn bays(&self) -> impl Iterator<Item = &Arc<str>> {
        self.bays.keys().chain(self.back.keys()).chain(&self.shut)
    }

    /// Whether an offer is to be withdrawn by now.
    pub(super) fn is_to_withdraw(&self, now: Millis) -> bool {
        self.to_withdraw(now).next().is_some()
    }

    fn to_withdraw(&self, now: Millis) -> impl Iterator<Item = i64> {
        let due = self.offers.iter();
        let due = due.filter(move |(_, since)| now.since(**since) >= GONE_MS);
        due.map(|(id, _)| *id)
    }
}

impl BookingActor {
    /// Withdraws the offers of bays that are not their owner's any more, as was found when the commands
    /// of now were taken.
    pub(super) async fn hand_over(
        &mut self,
        work: &mut Work,
        now: Millis,
    ) -> Result<(), StoreError> {
        let due: Vec<i64> = self.lost.to_withdraw(now).take(MOST).collect();
        for id in due {
            self.lost.offers.remove(&id);
            let offer = match work.lock_offer(id).await {
                Ok(offer) if offer.state != OfferState::Withdrawn => offer,
                Ok(_) | Err(StoreError::NoSuch) => continue,
                Err(e) => return Err(e),
            };
            tracing::info!(
                offer = &*offer.name,
                bay = &*offer.bay,
                owner = &*offer.owner,
                "an offer is withdrawn: its bay is not its owner's any more"
            );
            let state = OfferState::Withdrawn;
            let gone = work.put_offer(&Offer { state, ..offer }).await?;
            self.index.put_offer(gone, &self.ctx.registry);
            self.ctx.metrics.share.handed_over.inc();
        }
        Ok(())
    }
}
