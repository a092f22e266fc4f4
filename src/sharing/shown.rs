//! What the desk's task shows of its book: the live view's bays that are kept or open, and its gauges.

use super::actor::BookingActor;

impl BookingActor {
    /// Keeps the live view in step: a bay that is booked for now, or soon, is not shown as vacant
    /// to others, and a private bay only while its offer is open.
    pub(super) fn show(&mut self) {
        let opened = self.openings.news(&mut self.index, self.ctx.clock.now());
        let registry = &self.ctx.registry;
        let (kept, let_go) = self
            .reserved
            .news(&mut self.index, registry, self.ctx.clock.now());
        // After the indices: the other way round the city could be older than one of them.
        let city = self.ctx.registry.city();
        // Booked before offers open, open before bookings end: no bay is shown for a moment that
        // somebody has.
        for bay in kept {
            self.ctx.live.reserve(&city, bay, true);
        }
        for (bay, offer) in opened {
            self.ctx.live.open_offer(&city, bay, offer);
        }
        for bay in let_go {
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
}
