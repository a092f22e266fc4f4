//! What the desk's task shows of its book: the live view's bays that are kept or open, and its gauges.

use super::actor::BookingActor;
use super::index::News;
use super::openings::Spot;
use crate::live::OpenPool;

impl BookingActor {
    /// Keeps the live view in step: a bay that is booked for now, or soon, is not shown as vacant
    /// to others, and a private bay only while its offer is open.
    pub(super) fn show(&mut self) {
        let opened = self.openings.news(&mut self.index, self.ctx.clock.now());
        let registry = &self.ctx.registry;
        let News { come, gone, pools } =
            self.reserved
                .news(&mut self.index, registry, self.ctx.clock.now());
        // After the indices: the other way round the city could be older than one of them.
        let city = self.ctx.registry.city();
        // Booked before offers open, open before bookings end: no bay is shown for a moment that
        // somebody has.
        for bay in come {
            self.ctx.live.reserve(&city, bay, true);
        }
        let mut changed = pools;
        changed.extend(self.index.take_limited());
        for (spot, offer) in opened {
            match spot {
                Spot::Bay(bay) => self.ctx.live.open_offer(&city, bay, offer),
                Spot::Pool(zone, id) => {
                    if let Some((zone, old)) = self.pools.remove(&id) {
                        self.ctx.live.open_pool(zone, &old.name, None);
                    }
                    self.pools.extend(offer.map(|offer| (id, (zone, offer))));
                    changed.push(id);
                }
            }
        }
        self.show_pools(changed);
        for bay in gone {
            self.ctx.live.reserve(&city, bay, false);
        }
        self.ctx
            .metrics
            .share
            .offers
            .set(self.index.offers() as i64);
        self.ctx.metrics.share.kept.set(self.index.booked() as i64);
        self.ctx.metrics.share.holds.set(self.index.holds() as i64);
    }

    /// How many places of pools that are open somebody has.
    fn show_pools(&self, changed: Vec<i64>) {
        for id in changed {
            let shelved = self.index.offer(id);
            let Some(((zone, open), shelved)) = self.pools.get(&id).zip(shelved) else {
                continue;
            };
            let pool = OpenPool {
                offer: open.clone(),
                places: if self.index.is_shut_now(shelved) {
                    0
                } else {
                    self.index.places(shelved)
                },
                taken: self.reserved.taken(shelved),
            };
            self.ctx.live.open_pool(*zone, &open.name, Some(pool));
        }
    }
}
