//! What is asked for, and what of it cannot be. Pure, but for the registry that is asked for places.
//!
//! Promise: the first thing that is wrong is named by its member.

use super::place::OrderPlace;
use crate::domain::{Affects, Millis, Order, OrderKind, OrderState, OrderTarget, Severity, Texts};
use crate::registry::Registry;
use crate::registry::city::City;
use crate::store::StoreError;

/// A start that lies so little in the past is now: clocks differ, and people type.
const JUST_PAST_MS: u64 = 10 * 60_000;

/// Farther ahead nothing is ordered: five years.
const AHEAD_MS: u64 = 5 * 366 * 86_400_000;

/// Zones, bays and corners that one order names.
const ZONES: usize = 1_000;
const BAYS: usize = 10_000;
const CORNERS: usize = 1_000;

/// Languages of a text, and characters in each.
const LANGUAGES: usize = 12;
const CHARACTERS: usize = 1_000;

/// Versions of one order.
pub(super) const VERSIONS: u32 = 1_000;

/// A new order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderDraft {
    pub kind: OrderKind,
    pub target: OrderTarget,
    /// `None`: now.
    pub from: Option<Millis>,
    /// `None`: until it is ended.
    pub to: Option<Millis>,
    pub reason: Texts,
    pub instruction: Texts,
    pub cause: Option<String>,
    /// `None`: as its kind says.
    pub severity: Option<Severity>,
    pub affects: Affects,
    pub exercise: bool,
}

/// What is to be another in an order; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderChange {
    pub kind: Option<OrderKind>,
    pub target: Option<OrderTarget>,
    pub from: Option<Millis>,
    /// `Some(None)`: until it is ended.
    pub to: Option<Option<Millis>>,
    pub reason: Option<Texts>,
    pub instruction: Option<Texts>,
    pub cause: Option<Option<String>>,
    pub severity: Option<Severity>,
    pub affects: Option<Affects>,
}

/// Why nothing was ordered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderFault {
    #[error("{field}: {why}")]
    Field { field: &'static str, why: String },
    #[error("there is no such order")]
    NoSuch,
    #[error("the order has ended; issue another")]
    Ended,
    #[error("this key issued the order: another has to confirm it")]
    SameKey,
    #[error("it needs no second key: it is no emergency")]
    NoNeed,
    #[error("only who issued it, or an administrator, may change it")]
    NotYours,
    #[error("this Idempotency-Key came with another body before")]
    KeyReused,
    /// As many as there may be.
    #[error("{0}")]
    TooMany(String),
    #[error("{0}")]
    Unavailable(String),
}

impl From<StoreError> for OrderFault {
    fn from(e: StoreError) -> Self {
        Self::Unavailable(format!("the store cannot do it now: {e}"))
    }
}

fn bad(field: &'static str, why: impl Into<String>) -> OrderFault {
    let why = why.into();
    OrderFault::Field { field, why }
}

/// Whether an order can be as it is.
///
/// # Errors
/// The first thing that cannot be.
pub(super) fn check(
    order: &Order,
    (registry, city): (&Registry, &City),
    now: Millis,
) -> Result<OrderPlace, OrderFault> {
    check_times(order, now)?;
    check_texts("reason", &order.reason)?;
    check_texts("instruction", &order.instruction)?;
    if order
        .cause
        .as_ref()
        .is_some_and(|c| c.chars().count() > CHARACTERS)
    {
        return Err(bad(
            "cause",
            format!("has more than {CHARACTERS} characters"),
        ));
    }
    check_counts(&order.target)?;
    let place = OrderPlace::of(&order.target, registry, city).map_err(|why| bad("target", why))?;
    let everywhere = place.is_all(city) && city.zones().count() > 1;
    if everywhere && order.severity != Severity::Emergency && !order.exercise {
        let why = "covers the whole city; only an order of severity emergency may";
        return Err(bad("target", why));
    }
    Ok(place)
}

fn check_times(order: &Order, now: Millis) -> Result<(), OrderFault> {
    if order.from > now.plus(AHEAD_MS) {
        return Err(bad("from", "lies more than five years ahead"));
    }
    if let Some(to) = order.to {
        if to <= order.from {
            return Err(bad("to", "must lie after `from`"));
        }
        if to <= now {
            return Err(bad("to", "lies in the past"));
        }
        if to > order.from.plus(AHEAD_MS) {
            return Err(bad("to", "lies more than five years after `from`"));
        }
    }
    Ok(())
}

fn check_texts(field: &'static str, texts: &Texts) -> Result<(), OrderFault> {
    if texts.len() > LANGUAGES {
        return Err(bad(field, format!("has more than {LANGUAGES} languages")));
    }
    for (language, text) in texts {
        let is_tag = (2..=35).contains(&language.len())
            && language
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && language.as_bytes()[0].is_ascii_alphabetic();
        if !is_tag {
            let why = format!("{language:?} is no language: as `en`, `zh` or `zh-Hans`");
            return Err(bad(field, why));
        }
        if text.trim().is_empty() {
            return Err(bad(field, format!("says nothing in {language:?}")));
        }
        if text.chars().count() > CHARACTERS {
            let why = format!("has more than {CHARACTERS} characters in {language:?}");
            return Err(bad(field, why));
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(bad(
                field,
                format!("has control characters in {language:?}"),
            ));
        }
    }
    Ok(())
}

fn check_counts(target: &OrderTarget) -> Result<(), OrderFault> {
    let (count, most, what) = match target {
        OrderTarget::Zones(ids) => (ids.len(), ZONES, "zones"),
        OrderTarget::Bays(ids) => (ids.len(), BAYS, "bays"),
        OrderTarget::Area(parts) => {
            let corners = parts.iter().flatten().map(Vec::len).sum();
            (corners, CORNERS, "corners")
        }
    };
    if count == 0 {
        return Err(bad("target", format!("names no {what}")));
    }
    if count > most {
        return Err(bad(
            "target",
            format!("names {count} {what}; {most} is the most"),
        ));
    }
    Ok(())
}

/// When a new order begins that was asked to begin then.
///
/// # Errors
/// A start that is long past.
pub(super) fn begins(from: Option<Millis>, now: Millis) -> Result<Millis, OrderFault> {
    match from {
        None => Ok(now),
        Some(from) if now.since(from) > JUST_PAST_MS => Err(bad(
            "from",
            "lies in the past; what has happened is not changed by an order",
        )),
        Some(from) => Ok(from.max(now)),
    }
}

impl OrderChange {
    /// The order with it.
    ///
    /// # Errors
    /// What has begun begins at no other time.
    pub(super) fn on(&self, old: &Order, now: Millis) -> Result<Order, OrderFault> {
        let own = self.clone();
        let mut next = old.clone();
        if let Some(from) = own.from.filter(|from| *from != old.from) {
            if old.state(now) != OrderState::Planned {
                return Err(bad("from", "the order has begun"));
            }
            next.from = begins(Some(from), now)?;
        }
        next.kind = own.kind.unwrap_or(old.kind);
        next.to = own.to.unwrap_or(old.to);
        next.cause = own.cause.unwrap_or(next.cause);
        next.severity = own.severity.unwrap_or(old.severity);
        if next.severity > old.severity {
            (next.declared_at, next.confirmed_at) = (now, None);
        }
        next.affects = own.affects.unwrap_or(old.affects);
        if let Some(target) = own.target {
            next.target = target;
        }
        if let Some(reason) = own.reason {
            next.reason = reason;
        }
        if let Some(instruction) = own.instruction {
            next.instruction = instruction;
        }
        Ok(next)
    }
}
