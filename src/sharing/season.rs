//! Seasons at the desk's door: a bay again and again, asked for, confirmed and given up as one.

use super::ask::{DeskError, SeasonAsk};
use super::booking::SeasonAct;
use super::commands::{Command, OfSeasons};
use super::desk::Desk;
use crate::domain::Reservation;
use std::sync::Arc;

impl Desk {
    /// All times of a season at one offer, held until they are confirmed or the hold expires; in order.
    ///
    /// # Errors
    /// [`DeskError::NoSeason`] where no offer has them all, and the others of [`Desk::ask`].
    pub async fn ask_season(&self, ask: SeasonAsk) -> Result<Vec<Reservation>, DeskError> {
        let what = OfSeasons::Ask(ask);
        self.tell(|reply| Command::Season(what, reply)).await
    }

    /// What a driver's app does with one of its seasons as a whole: how it stands then.
    ///
    /// # Errors
    /// [`DeskError::NoSuch`] also for one that is somebody else's.
    pub async fn step_season(
        &self,
        name: String,
        driver: Arc<str>,
        act: SeasonAct,
    ) -> Result<Vec<Reservation>, DeskError> {
        let what = OfSeasons::Step(name, driver, act);
        self.tell(|reply| Command::Season(what, reply)).await
    }

    /// A season as it is now, for the partner whose app asked for it.
    ///
    /// # Errors
    /// [`DeskError::NoSuch`] also for one that is somebody else's.
    pub async fn season(&self, name: &str, driver: &str) -> Result<Vec<Reservation>, DeskError> {
        let found = self.store.season(name).await?;
        if found.iter().all(|r| *r.driver == *driver) {
            Ok(found)
        } else {
            Err(DeskError::NoSuch)
        }
    }
}
