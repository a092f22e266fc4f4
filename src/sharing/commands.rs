//! What the desk's task is told, and what is known at one moment for a plan made away from it.

use super::ask::{Ask, DeskError, SeasonAsk};
use super::booking::{DriverAct, SeasonAct};
use super::index::BookingIndex;
use super::plan::{self, PlanStep};
use super::search::View;
use crate::domain::{Millis, Offer, Reservation, Span, Workdays};
use crate::live::Live;
use ahash::AHashMap;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Bookings that are looked over at a time.
const MOST_LOOKED_OVER: usize = 1_000;

/// A place for the answer.
pub(super) type Reply<T> = oneshot::Sender<Result<T, DeskError>>;

/// What is done with a season as a whole.
pub(super) enum OfSeasons {
    Ask(SeasonAsk),
    /// By the driver whose it is.
    Step(String, Arc<str>, SeasonAct),
}

/// What the desk is told to do.
pub(super) enum Command {
    /// And the offer that it has won where several bid at once.
    Ask(Ask, Option<i64>, Reply<Reservation>),
    Season(OfSeasons, Reply<Vec<Reservation>>),
    /// By the driver whose reservation it is.
    Step {
        name: String,
        driver: Arc<str>,
        act: DriverAct,
        reply: Reply<Reservation>,
    },
    /// By the owner of the offer of that number.
    OwnerCancel(String, i64, Reply<Reservation>),
    AddOffer(Offer, Reply<Offer>),
    PutOffer(Offer, Reply<Offer>),
    /// Withdraws the offers of bays that have changed hands.
    HandOver(Reply<()>),
    /// Does what is due by now.
    Tick(Reply<()>),
    /// Another hub may have changed something.
    Others(Reply<()>),
    /// What is known, for a plan.
    Look(Reply<Snapshot>),
    /// Carries a plan out; how many bookings have moved.
    Carry(Vec<PlanStep>, Reply<usize>),
}

impl Command {
    /// What a request wants, and where what it has won is noted.
    pub(super) fn wish(&mut self) -> Option<(&Ask, &mut Option<i64>)> {
        match self {
            Self::Ask(ask, won, _) => Some((ask, won)),
            _ => None,
        }
    }

    pub(super) fn refuse(self, why: DeskError) {
        // Who asked may have gone.
        let _ = match self {
            Self::Ask(_, _, reply) | Self::Step { reply, .. } | Self::OwnerCancel(_, _, reply) => {
                reply.send(Err(why)).is_ok()
            }
            Self::Season(_, reply) => reply.send(Err(why)).is_ok(),
            Self::AddOffer(_, reply) | Self::PutOffer(_, reply) => reply.send(Err(why)).is_ok(),
            Self::HandOver(reply) | Self::Tick(reply) | Self::Others(reply) => {
                reply.send(Err(why)).is_ok()
            }
            Self::Look(reply) => reply.send(Err(why)).is_ok(),
            Self::Carry(_, reply) => reply.send(Err(why)).is_ok(),
        };
    }
}

/// What is known at one moment, for planning away from the desk's task.
pub(super) struct Snapshot {
    pub(super) index: BookingIndex,
    /// By bay when it has become free since the last look.
    pub(super) freed: AHashMap<Arc<str>, Span>,
    pub(super) live: Arc<Live>,
    pub(super) now: Millis,
    pub(super) longest_ms: u64,
    pub(super) workdays: Arc<Workdays>,
}

impl Snapshot {
    /// Takes a while.
    pub(super) fn plan(self) -> Vec<PlanStep> {
        plan::better(
            View {
                index: &self.index,
                live: &self.live,
                now: self.now,
                longest_ms: self.longest_ms,
                workdays: &self.workdays,
            },
            &self.freed,
            MOST_LOOKED_OVER,
        )
        .steps
    }
}
