//! Orders of the authority: a street is closed, kerb is kept for an event, all must leave. Pure.
//!
//! Promises: an order is never deleted, and each change makes a version of its own; it has an effect
//! from the moment it was written down and never before, so what was settled stays right. An exercise
//! reaches everybody and closes nothing.

use super::span::Span;
use super::{LatLon, Millis, vocabulary};
use std::collections::BTreeMap;
use std::sync::Arc;

vocabulary! {
    /// What is ordered.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum OrderKind {
        Closure => "closure",
        NoStopping => "no_stopping",
        Event => "event",
        Works => "works",
        Emergency => "emergency",
    }
}

vocabulary! {
    /// How grave it is, from the least.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Severity {
        Info => "info",
        Warning => "warning",
        Emergency => "emergency",
    }
}

vocabulary! {
    /// Whom it concerns.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Affects {
        /// Who stands there may stay.
        NewArrivals => "new_arrivals",
        /// Who stands there is to leave; a stay that was booked is over.
        All => "all",
    }
}

vocabulary! {
    /// How far it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum OrderState {
        Planned => "planned",
        Active => "active",
        Ended => "ended",
    }
}

vocabulary! {
    /// Whether a second key has said so too: emergencies take two.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Confirmation {
        /// There is time left for it.
        Pending => "pending",
        Confirmed => "confirmed",
        /// Nobody has within [`CONFIRM_MS`].
        Unconfirmed => "unconfirmed",
    }
}

/// How long a second key may take.
pub const CONFIRM_MS: u64 = 10 * 60_000;

/// Rings of corners; the first is the outside, the others are holes.
pub type Rings = Vec<Vec<LatLon>>;

/// What it is about.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderTarget {
    /// By ids.
    Zones(Vec<Arc<str>>),
    Bays(Vec<Arc<str>>),
    /// Whatever lies in one of these.
    Area(Vec<Rings>),
}

/// A text by its language (BCP 47).
pub type Texts = BTreeMap<String, String>;

/// One version of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its public id.
    pub name: Arc<str>,
    /// From 1.
    pub version: u32,
    pub kind: OrderKind,
    pub target: OrderTarget,
    pub from: Millis,
    /// `None`: until it is ended.
    pub to: Option<Millis>,
    pub reason: Texts,
    pub instruction: Texts,
    pub cause: Option<String>,
    pub severity: Severity,
    pub affects: Affects,
    pub exercise: bool,
    /// The partner that issued it.
    pub issued_by: Arc<str>,
    /// The key it was issued with: another has to confirm.
    pub issued_with: Arc<str>,
    pub issued_at: Millis,
    /// When it became what it is, of severity: a second key has [`CONFIRM_MS`] from there.
    pub declared_at: Millis,
    pub confirmed_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    /// When this version was written down: it has no effect before.
    pub changed_at: Millis,
}

impl Order {
    /// Its end, whichever comes first.
    #[must_use]
    pub fn end(&self) -> Option<Millis> {
        match (self.to, self.ended_at) {
            (Some(to), Some(ended)) => Some(to.min(ended)),
            (to, ended) => to.or(ended),
        }
    }

    #[must_use]
    pub fn state(&self, now: Millis) -> OrderState {
        if self.end().is_some_and(|end| end <= now) {
            OrderState::Ended
        } else if self.from > now {
            OrderState::Planned
        } else {
            OrderState::Active
        }
    }

    /// Whether a second key has said so; `None` where none is needed.
    #[must_use]
    pub fn confirmation(&self, now: Millis) -> Option<Confirmation> {
        if self.severity != Severity::Emergency || self.exercise {
            return None;
        }
        Some(match self.confirmed_at {
            Some(_) => Confirmation::Confirmed,
            None if now.since(self.declared_at) < CONFIRM_MS => Confirmation::Pending,
            None => Confirmation::Unconfirmed,
        })
    }

    /// When this version closes what it is about; `next`: when the version after it was written down.
    #[must_use]
    pub fn closes(&self, next: Option<Millis>) -> Option<Span> {
        if self.exercise {
            return None;
        }
        let end = self.end().unwrap_or(Millis::MAX);
        let end = next.map_or(end, |next| next.min(end));
        Span::new(self.from.max(self.changed_at), end)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An order of a zone, written down at `at` ms.
    pub(crate) fn order(name: &str, at: u64) -> Order {
        Order {
            name: name.into(),
            version: 1,
            kind: OrderKind::Closure,
            target: OrderTarget::Zones(vec!["Z1".into()]),
            from: Millis(at),
            to: None,
            reason: Texts::from([("en".to_owned(), "burst main".to_owned())]),
            instruction: Texts::new(),
            cause: None,
            severity: Severity::Warning,
            affects: Affects::NewArrivals,
            exercise: false,
            issued_by: "lta".into(),
            issued_with: "key-1".into(),
            issued_at: Millis(at),
            declared_at: Millis(at),
            confirmed_at: None,
            ended_at: None,
            changed_at: Millis(at),
        }
    }

    #[test]
    fn an_order_closes_from_when_it_was_written_down_to_its_end_or_its_next_version() {
        let mut o = order("o_1", 1_000);
        o.from = Millis(400);
        let span = |start, end| Span::new(Millis(start), Millis(end));
        assert_eq!(o.closes(None), span(1_000, Millis::MAX.0));
        o.to = Some(Millis(5_000));
        assert_eq!(o.closes(None), span(1_000, 5_000));
        assert_eq!(o.closes(Some(Millis(2_000))), span(1_000, 2_000));
        o.ended_at = Some(Millis(1_500));
        assert_eq!(o.closes(None), span(1_000, 1_500));
        o.ended_at = Some(Millis(1_000));
        assert_eq!(o.closes(None), None, "ended as it was written down");
        o.ended_at = None;
        o.exercise = true;
        assert_eq!(o.closes(None), None);
    }

    #[test]
    fn it_is_planned_then_active_then_ended() {
        let mut o = order("o_1", 1_000);
        (o.from, o.to) = (Millis(2_000), Some(Millis(3_000)));
        let states = [1_999, 2_000, 2_999, 3_000].map(|at| o.state(Millis(at)).name());
        assert_eq!(states, ["planned", "active", "active", "ended"]);
        (o.to, o.ended_at) = (None, Some(Millis(2_500)));
        assert_eq!(o.state(Millis(2_500)), OrderState::Ended);
    }

    #[test]
    fn an_emergency_takes_a_second_key_within_ten_minutes() {
        let mut o = order("o_1", 1_000);
        assert_eq!(o.confirmation(Millis(1_000)), None);
        o.severity = Severity::Emergency;
        let told = |o: &Order, ms: u64| o.confirmation(Millis(1_000 + ms)).map(Confirmation::name);
        assert_eq!(told(&o, 599_999), Some("pending"));
        assert_eq!(told(&o, 600_000), Some("unconfirmed"));
        o.confirmed_at = Some(Millis(900_000));
        assert_eq!(told(&o, 600_000), Some("confirmed"), "late, but said");
        o.exercise = true;
        assert_eq!(told(&o, 0), None);
    }
}
