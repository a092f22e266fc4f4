//! Seasons: the same hours again and again, each a reservation of its own, booked and given up together.
//!
//! Promises: all times are held or none, at one offer, for one price that is told before; by the month it is
//! that of the whole season, shared out over its times, so that their prices add up to it. Dear: each
//! time is a row and a line, written in one transaction that others wait for.

use super::answer::{Answer, KeptAnswer, unreadable};
use super::names::public_name;
use super::{Cause, absent};
use crate::domain::pool::is_of_pool;
use crate::domain::reservation::{OfSeason, StepError};
use crate::domain::{Millis, Offer, Reservation, ReservationEvent, ReservationState, Span};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::{Ask, DeskError, SeasonAsk, Why};
use crate::sharing::commands::OfSeasons;
use crate::sharing::index;
use crate::sharing::search::Fit;
use crate::store::{StoreError, Work};
use std::sync::Arc;

/// How often an offer of which another hub has just sold a time is followed by the next.
const TRIES: usize = 4;

/// Times of which offers are looked for that would do, until there are some.
const LOOKS: usize = 8;

/// What a driver's app does with a season as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeasonAct {
    /// All of it.
    Confirm,
    /// What has not begun.
    Cancel,
}

/// What an offer has of a season.
struct Has {
    fit: Fit,
    /// What it costs each time.
    prices: Vec<i64>,
    misses: Vec<(Span, Why)>,
}

impl BookingActor {
    /// Does it.
    pub(in crate::sharing) async fn season(
        &mut self,
        work: &mut Work,
        what: OfSeasons,
    ) -> Result<Vec<Reservation>, Failed> {
        match what {
            OfSeasons::Ask(ask) => self.ask_season(work, &ask).await,
            OfSeasons::Step(name, driver, act) => self.step_season(work, &name, &driver, act).await,
        }
    }

    /// A driver's request for a season: as it stands, if it was answered before, or all held, or why not.
    async fn ask_season(
        &mut self,
        work: &mut Work,
        season: &SeasonAsk,
    ) -> Result<Vec<Reservation>, Failed> {
        let ask = &season.ask;
        let binding = self.ctx.limits.shares;
        let answers = if binding {
            work.lock_partner(&ask.driver).await?
        } else {
            0
        };
        if let Some((key, said)) = &ask.key
            && let Some((before, answer)) = work.answered(&ask.driver, key).await?
        {
            if !said.is(&before) {
                return Err(DeskError::KeyReused.into());
            }
            return match Answer::read(&answer).ok_or_else(unreadable)? {
                KeptAnswer::Season(name) => Ok(work.season(&name).await?),
                KeptAnswer::No(why) => Err(DeskError::NoSeason(why, Vec::new()).into()),
                KeptAnswer::Held { .. } => Err(unreadable()),
            };
        }
        if binding {
            self.within_shares(work, ask, answers).await?;
        }
        let outcome = self.hold_season(work, season).await;
        let answer = match &outcome {
            Ok(held) => {
                let name = held.first().and_then(|r| r.season.as_ref());
                Answer::Season(name.map_or("", |season| &season.name))
            }
            Err(Failed::No(DeskError::NoSeason(why, _))) => Answer::No(*why),
            Err(_) => return outcome,
        };
        if let Some((key, said)) = &ask.key {
            let now = self.ctx.clock.now();
            let to = (&*ask.driver, &**key);
            work.answer(to, &said.meaning, &answer.write(), now).await?;
        }
        outcome
    }

    async fn hold_season(
        &mut self,
        work: &mut Work,
        season: &SeasonAsk,
    ) -> Result<Vec<Reservation>, Failed> {
        self.catch_up(work).await?;
        let share = &self.ctx.metrics.share;
        let unserved = share.unserved.clone();
        let mut worst = Why::Walk;
        let mut misses = Vec::new();
        for _ in 0..TRIES {
            let (mut found, why) = self.who_has(season);
            found.sort_by_key(|has| (has.misses.len(), has.fit.cost_cents, has.fit.offer.id));
            let Some(best) = found.into_iter().next() else {
                worst = why;
                break;
            };
            if !best.misses.is_empty() {
                worst = best.misses.iter().map(|(_, why)| *why).max().unwrap_or(why);
                misses = best.misses;
                break;
            }
            if let Some(held) = self.try_season(work, season, &best).await? {
                self.ctx.metrics.share.served.inc();
                return Ok(held);
            }
            worst = Why::Full;
        }
        unserved.with_label_values(&[worst.name()]).inc();
        Err(DeskError::NoSeason(worst, misses).into())
    }

    /// What each offer near by has of it, and why none has any.
    fn who_has(&self, season: &SeasonAsk) -> (Vec<Has>, Why) {
        let view = self.view();
        let now = view.now;
        let mut why = Why::Walk;
        for time in season.times.iter().take(LOOKS) {
            let once = Ask {
                span: *time,
                // What it may cost is said of all together.
                max_price_cents: None,
                ..season.ask.clone()
            };
            let found = view.find(&once, now);
            why = why.max(found.why());
            let fits = found.free.into_iter().chain(found.kept).chain(found.full);
            let all: Vec<Has> = fits.map(|fit| self.has(season, fit)).collect();
            let most = season.ask.max_price_cents.unwrap_or(i64::MAX);
            let is_any = !all.is_empty();
            let cheap = |has: &Has| has.prices.iter().sum::<i64>() <= most;
            let cheap: Vec<Has> = all.into_iter().filter(cheap).collect();
            if is_any {
                let why = if cheap.is_empty() { Why::Price } else { why };
                return (cheap, why);
            }
        }
        (Vec::new(), why)
    }

    fn has(&self, season: &SeasonAsk, fit: Fit) -> Has {
        let view = self.view();
        let offer = fit.offer.clone();
        let lacks = |time: &Span| {
            let end = offer.free_at(*time);
            let kept = Span { end, ..*time };
            if !offer.allows(*time, view.now, view.workdays) {
                return Some((*time, Why::Window));
            }
            (!self.has_room(&offer, kept)).then_some((*time, Why::Full))
        };
        Has {
            prices: prices(&offer, season),
            misses: season.times.iter().filter_map(lacks).collect(),
            fit,
        }
    }

    /// Whether the bay is free then, or at each moment of it one place of the pool.
    fn has_room(&self, offer: &Offer, kept: Span) -> bool {
        if offer.pool.is_none() {
            return self.index.is_free(&offer.bay, kept);
        }
        self.index.offer(offer.id).is_some_and(|pool| {
            self.index.free_seat(pool, kept).is_some() || self.index.has_room(pool, kept)
        })
    }

    /// Holds each time; `None`: another hub was faster, and nothing is held.
    async fn try_season(
        &mut self,
        work: &mut Work,
        season: &SeasonAsk,
        has: &Has,
    ) -> Result<Option<Vec<Reservation>>, Failed> {
        work.mark().await?;
        let mut held = Vec::with_capacity(season.times.len());
        match self.hold_each(work, season, has, &mut held).await {
            Ok(()) => work.keep().await?,
            Err(StoreError::Booked | StoreError::Stale) => {
                work.undo().await?;
                for r in held {
                    self.index.forget(r.id);
                }
                self.catch_up(work).await?;
                self.look_again(work, &has.fit).await?;
                return Ok(None);
            }
            Err(e) => return Err(e.into()),
        }
        Ok(Some(held))
    }

    async fn hold_each(
        &mut self,
        work: &mut Work,
        season: &SeasonAsk,
        has: &Has,
        held: &mut Vec<Reservation>,
    ) -> Result<(), StoreError> {
        let now = self.ctx.clock.now();
        let name: Arc<str> = public_name("se").into();
        let offer = &has.fit.offer;
        for (number, (time, price)) in (1..).zip(season.times.iter().zip(&has.prices)) {
            let fit = Fit {
                price_cents: *price,
                ..has.fit.clone()
            };
            let once = Ask {
                span: *time,
                ..season.ask.clone()
            };
            let mut new = self.new_reservation(&once, &fit, now);
            if is_of_pool(&offer.bay) {
                new.bay = self.seat_of(work, offer, new.kept()).await?;
            }
            new.season = Some(OfSeason {
                name: name.clone(),
                number,
            });
            let driver = season.ask.driver_ref.as_ref();
            let made = work.book(&new, Some(offer.version), driver).await?;
            self.index.put(made.clone());
            held.push(made);
        }
        let mut lines = Vec::with_capacity(held.len());
        for r in &*held {
            lines.push(self.line_of(work, r, (Cause::Driver, 0), now).await?);
        }
        work.log_all(&lines.iter().collect::<Vec<_>>()).await
    }

    /// A seat that nobody has then, where needed by letting others change theirs.
    async fn seat_of(
        &mut self,
        work: &mut Work,
        offer: &Offer,
        kept: Span,
    ) -> Result<Arc<str>, StoreError> {
        let pool = self.index.offer(offer.id);
        let free = pool.and_then(|pool| self.index.free_seat(pool, kept));
        let seat = match free {
            Some(number) => Some(index::seat(offer, number)),
            None => self.make_seat(work, offer.id, kept, None).await?,
        };
        seat.ok_or(StoreError::Booked)
    }

    /// Confirms or gives up a season as a whole: all that can be, or nothing.
    async fn step_season(
        &mut self,
        work: &mut Work,
        name: &str,
        driver: &str,
        act: SeasonAct,
    ) -> Result<Vec<Reservation>, Failed> {
        let all = work.season(name).await.map_err(absent)?;
        if all.iter().any(|r| *r.driver != *driver) {
            return Err(DeskError::NoSuch.into());
        }
        let now = self.ctx.clock.now();
        let steps = match act {
            SeasonAct::Confirm => to_confirm(&all, now)?,
            SeasonAct::Cancel => self.to_cancel(&all, now)?,
        };
        if !steps.is_empty() {
            work.mark().await?;
            let stale = self.step_all(work, &steps).await?;
            if !stale.is_empty() {
                work.undo().await?;
                for r in work.season(name).await? {
                    self.index.put(r);
                }
                return Err(DeskError::Stale.into());
            }
            work.keep().await?;
        }
        Ok(work.season(name).await?)
    }

    /// What has not begun, and is not over.
    fn to_cancel(&self, all: &[Reservation], now: Millis) -> Result<Vec<SeasonStep>, DeskError> {
        use ReservationState::{Cancelled, Confirmed, Held};
        let left = |r: &&Reservation| matches!(r.state, Held | Confirmed) && now < r.span.start;
        let step = |r: &Reservation| {
            // Who gives up a bay that he cannot have owes nothing for it.
            let (event, r) = match self.risk_of(r) {
                Some(_) => (ReservationEvent::Revoke, r.clone()),
                None => (ReservationEvent::Cancel, r.clone()),
            };
            (r, event, Cause::Driver)
        };
        let steps: Vec<SeasonStep> = all.iter().filter(left).map(step).collect();
        let last = all.last().map_or(Cancelled, |r| r.state);
        if steps.is_empty() && !all.iter().any(|r| r.state == Cancelled) {
            return Err(StepError::Over(last).into());
        }
        Ok(steps)
    }
}

type SeasonStep = (Reservation, ReservationEvent, Cause);

/// What is held; what has been given up of it alone is left out.
fn to_confirm(all: &[Reservation], now: Millis) -> Result<Vec<SeasonStep>, DeskError> {
    let mut steps = Vec::with_capacity(all.len());
    let held = all.iter().filter(|r| r.state == ReservationState::Held);
    for r in held {
        r.step(ReservationEvent::Confirm, now)?;
        steps.push((r.clone(), ReservationEvent::Confirm, Cause::Driver));
    }
    let stands = |r: &Reservation| r.state.holds() || r.state == ReservationState::Completed;
    match all.iter().find(|r| !stands(r)) {
        Some(over) if steps.is_empty() && !all.iter().any(stands) => {
            Err(StepError::Over(over.state).into())
        }
        _ => Ok(steps),
    }
}

/// What each time costs. By the month it is the price of the whole season in equal parts, what is left over
/// with the first ones.
fn prices(offer: &Offer, season: &SeasonAsk) -> Vec<i64> {
    let each = |time: &Span| offer.asked_cents(*time, false);
    if !offer.price.is_monthly() {
        return season.times.iter().map(each).collect();
    }
    let whole = offer.asked_cents(season.whole, false);
    let count = season.times.len().max(1) as i64;
    let part = whole / count;
    let rest = whole % count;
    let cents = |n: i64| part + i64::from(n < rest);
    (0..count).map(cents).collect()
}
