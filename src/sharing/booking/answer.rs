//! What was answered to a request with an idempotency key, as it is kept and given again.

use crate::domain::{CancelRule, Reservation, ReservationState};
use crate::sharing::actor::Failed;
use crate::sharing::ask::{DeskError, Why};
use crate::store::{StoreError, Work};
use std::sync::Arc;

/// What was answered, as it is kept: the text is this file's own.
pub(super) enum Answer<'a> {
    Held(&'a Reservation),
    /// The name of one that is held.
    Season(&'a str),
    No(Why),
}

impl Answer<'_> {
    /// `held rs_... price walk bay free fee` - what may change later is kept as it was told - or `no
    /// full`. The last two are the rule of giving it up; answers from before there was one lack them.
    pub(super) fn write(&self) -> String {
        match self {
            Self::Held(r) => {
                let CancelRule {
                    free_min,
                    fee_percent,
                } = r.cancel;
                let told = (r.price_cents, r.walk_m, &r.bay);
                format!(
                    "held {} {} {} {} {free_min} {fee_percent}",
                    r.name, told.0, told.1, told.2
                )
            }
            Self::Season(name) => format!("season {name}"),
            Self::No(why) => format!("no {}", why.name()),
        }
    }

    pub(super) fn read(text: &str) -> Option<KeptAnswer> {
        let words: Vec<&str> = text.split(' ').collect();
        match words[..] {
            ["held", name, price, walk, bay, ref rule @ ..] => Some(KeptAnswer::Held {
                name: name.to_owned(),
                price_cents: price.parse().ok()?,
                walk_m: walk.parse().ok()?,
                bay: bay.into(),
                cancel: match rule {
                    [] => CancelRule::default(),
                    [minutes, percent] => CancelRule {
                        free_min: minutes.parse().ok()?,
                        fee_percent: percent.parse().ok()?,
                    },
                    _ => return None,
                },
            }),
            ["season", name] => Some(KeptAnswer::Season(name.to_owned())),
            ["no", why] => Why::parse(why).map(KeptAnswer::No),
            _ => None,
        }
    }
}

/// An answer read back.
pub(super) enum KeptAnswer {
    Held {
        name: String,
        price_cents: i64,
        walk_m: u32,
        bay: Arc<str>,
        cancel: CancelRule,
    },
    Season(String),
    No(Why),
}

impl KeptAnswer {
    /// The answer as it was given, whatever has become of the reservation since.
    pub(super) async fn again(self, work: &mut Work) -> Result<Reservation, Failed> {
        match self {
            Self::No(why) => Err(DeskError::NoMatch(why).into()),
            // Its key came with a season's request before.
            Self::Season(_) => Err(DeskError::KeyReused.into()),
            Self::Held {
                name,
                price_cents,
                walk_m,
                bay,
                cancel,
            } => {
                let r = work.reservation(&name).await?;
                let state = ReservationState::Held;
                let arrived_at = None;
                let departed_at = None;
                let moved = None;
                Ok(Reservation {
                    bay,
                    state,
                    price_cents,
                    walk_m,
                    cancel,
                    owed_cents: 0,
                    overstay_at: None,
                    arrived_at,
                    came_by_word: false,
                    departed_at,
                    at_risk: None,
                    moved,
                    ..r
                })
            }
        }
    }
}

pub(super) fn unreadable() -> Failed {
    Failed::Store(StoreError::Failed(
        "request: an answer that cannot be read".into(),
    ))
}
