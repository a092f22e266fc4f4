//! Adding an offer and changing one.

use super::absent;
use super::names::{calendar_token, public_name};
use crate::domain::pool::pool_name;
use crate::domain::{Offer, OfferState};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::DeskError;
use crate::store::{StoreError, Work};

impl BookingActor {
    pub(in crate::sharing) async fn add_offer(
        &mut self,
        work: &mut Work,
        offer: &Offer,
    ) -> Result<Offer, Failed> {
        self.check_room(work, offer).await?;
        let name = public_name("of");
        let bay = match &offer.pool {
            Some(pool) => pool_name(&pool.zone, &name).into(),
            None => offer.bay.clone(),
        };
        let offer = Offer {
            name: name.into(),
            bay,
            calendar: calendar_token(),
            ..offer.clone()
        };
        work.mark().await?;
        match work.add_offer(&offer).await {
            Ok(made) => {
                work.keep().await?;
                self.index.put_offer(made.clone(), &self.ctx.registry);
                Ok(made)
            }
            Err(StoreError::Taken) => {
                work.undo().await?;
                Err(DeskError::Offered.into())
            }
            Err(e) => Err(e.into()),
        }
    }

    pub(in crate::sharing) async fn put_offer(
        &mut self,
        work: &mut Work,
        offer: &Offer,
    ) -> Result<Offer, Failed> {
        let now = work.lock_offer(offer.id).await.map_err(absent)?;
        if now.state == OfferState::Withdrawn {
            // Withdrawn twice is withdrawn; anything else comes too late.
            return if offer.state == OfferState::Withdrawn {
                Ok(now)
            } else {
                Err(DeskError::Withdrawn.into())
            };
        }
        if now.version != offer.version {
            return Err(DeskError::Stale.into());
        }
        self.check_room(work, offer).await?;
        let made = work.put_offer(offer).await?;
        self.index.put_offer(made.clone(), &self.ctx.registry);
        if made.pool != now.pool {
            self.shrink(work, &made).await?;
            self.lost.look_again();
        }
        Ok(made)
    }
}
