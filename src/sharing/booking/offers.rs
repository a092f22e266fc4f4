//! Adding an offer and changing one.

use super::absent;
use super::names::{calendar_token, public_name};
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
        let offer = Offer {
            name: public_name("of").into(),
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
        let made = work.put_offer(offer).await?;
        self.index.put_offer(made.clone(), &self.ctx.registry);
        Ok(made)
    }
}
