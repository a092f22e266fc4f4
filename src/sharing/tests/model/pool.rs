//! What becomes of the pool at random, and that no more have a place of it than there are.

use super::*;
use crate::domain::pool::Pool;

/// An offer of places of `Q`.
pub(super) fn of_places(places: u32) -> Offer {
    Offer {
        pool: Some(Pool {
            zone: "Q".into(),
            places,
        }),
        price: Price::PerHour(290),
        ..blank(0, 1_000_000)
    }
}

impl Model {
    /// More places or fewer, a pause, or the end of the pool and the beginning of the next.
    pub(super) async fn change_pool(&mut self) -> &'static str {
        let places = self.rng.random_range(1..=3);
        let old = self.pool.clone();
        if old.state == OfferState::Withdrawn {
            self.begin_pool(places).await;
            return "pool changed";
        }
        match self.rng.random_range(0..8) {
            0 => {
                self.pool = self.rig.desk.withdraw(old).await.unwrap();
                self.begin_pool(places).await;
            }
            1 => {
                let state = match old.state {
                    OfferState::Open => OfferState::Paused,
                    _ => OfferState::Open,
                };
                self.put_pool(Offer { state, ..old }).await;
            }
            _ => {
                let pool = of_places(places).pool;
                self.put_pool(Offer { pool, ..old }).await;
            }
        }
        "pool changed"
    }

    /// The next pool, unless what stands of those before leaves no room for it.
    async fn begin_pool(&mut self, places: u32) {
        match self.rig.desk.add_offer(of_places(places)).await {
            Ok(pool) => {
                self.pool = pool;
                self.most_in_pool = 0;
            }
            Err(DeskError::TooMany { .. }) => {}
            Err(e) => panic!("{e}"),
        }
    }

    /// A change of the pool, with the same exception.
    async fn put_pool(&mut self, next: Offer) {
        match self.rig.desk.put_offer(next).await {
            Ok(pool) => self.pool = pool,
            Err(DeskError::TooMany { .. }) => {}
            Err(e) => panic!("{e}"),
        }
    }

    /// Who has a place that is not there any more may be there still, or look for another; but from then
    /// on there are never more than there were.
    pub(super) fn check_pool(&mut self, kept: &[Reservation]) {
        let own = kept.iter().filter(|r| r.offer == self.pool.id);
        let own: Vec<Span> = own.map(Reservation::kept).collect();
        let at = |moment: Millis| own.iter().filter(|kept| kept.has(moment)).count();
        let most = own.iter().map(|kept| at(kept.start)).max().unwrap_or(0);
        let places = self.pool.pool.as_ref().unwrap().places as usize;
        assert!(most <= places.max(self.most_in_pool), "{most} of {places}");
        self.most_in_pool = most;
        *self.happened.entry("had a place").or_default() += u32::from(most > 0);
    }
}
