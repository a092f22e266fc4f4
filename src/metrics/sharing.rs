//! What is counted of shared private bays.

use super::register::Register;
use prometheus::{IntCounter, IntCounterVec, IntGauge};

/// Shared private bays.
pub struct Share {
    /// Offers that are not withdrawn.
    pub offers: IntGauge,
    /// Reservations that keep a bay.
    pub kept: IntGauge,
    /// Of those, what is held and not confirmed.
    pub holds: IntGauge,
    /// Requests that got a bay.
    pub served: IntCounter,
    /// Requests that got none, by reason.
    pub unserved: IntCounterVec,
    /// Reservations that came to a state.
    pub transitions: IntCounterVec,
    /// Bookings that were given another bay.
    pub moved: IntCounter,
    /// Parts of a plan that had become impossible when they were carried out.
    pub stale_moves: IntCounter,
    /// Offers withdrawn because their bays were not their owners' any more.
    pub handed_over: IntCounter,
    /// Drivers who were told that they might not get their bay, by why.
    pub at_risk: IntCounterVec,
    /// What was due for a reservation and could not be done: tried again later.
    pub set_aside: IntCounter,
    /// Reports of bays made of what drivers' apps say of their stays.
    pub reports: IntCounter,
}

impl Share {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            offers: r.gauge(
                "share_offers",
                "Offers of private bays that are not withdrawn.",
            ),
            kept: r.gauge(
                "share_reservations",
                "Reservations that keep a bay now or later.",
            ),
            holds: r.gauge(
                "share_holds",
                "Reservations that are held and not confirmed.",
            ),
            served: r.counter(
                "share_requests_served_total",
                "Requests for a private bay that got one.",
            ),
            unserved: r.counters(
                "share_requests_unserved_total",
                "Requests that got none, by reason.",
                &["reason"],
            ),
            transitions: r.counters(
                "share_transitions_total",
                "Reservations that came to a state, by state.",
                &["state"],
            ),
            moved: r.counter("share_moved_total", "Bookings that were given another bay."),
            handed_over: r.counter(
                "share_offers_handed_over_total",
                "Offers withdrawn because their bays were not their owners' any more.",
            ),
            at_risk: r.counters(
                "share_at_risk_total",
                "Drivers who were told that they might not get their bay, by why.",
                &["risk"],
            ),
            reports: r.counter(
                "share_reports_total",
                "Reports of bays made of what drivers' apps say of their stays.",
            ),
            set_aside: r.counter(
                "share_set_aside_total",
                "What was due for a reservation and could not be done; tried again later.",
            ),
            stale_moves: r.counter(
                "share_stale_moves_total",
                "Planned moves that were not possible any more.",
            ),
        }
    }
}
