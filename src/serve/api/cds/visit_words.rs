//! What a settled visit is called in events and sessions: UUIDs that anybody can compute who knows the
//! bay, and that are the same whenever it is asked.
//!
//! Privacy: nothing here is of a vehicle or a person. Of what is written of a visit only the kind of
//! the source is left, not which one it was: a device's id stands for what watched that bay, of that
//! kind, in that month of the hub's calendar.

use super::ids::Urn;
use crate::domain::{Calendar, Millis, SourceKind};
use crate::history::VisitRow;
use uuid::Uuid;

/// One end of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VisitEnd {
    Start,
    End,
}

impl VisitEnd {
    pub(super) const fn event_type(self) -> &'static str {
        match self {
            Self::Start => "park_start",
            Self::End => "park_end",
        }
    }

    /// When it was seen; `None`: it was not.
    pub(super) fn at(self, visit: &VisitRow) -> Option<Millis> {
        match self {
            Self::Start => visit.start_seen.then_some(visit.start),
            Self::End => visit.end_seen.then_some(visit.end),
        }
    }

    /// Of `BAY:START:TYPE`, the start in ms since 1970.
    pub(super) fn event_id(self, visit: &VisitRow) -> Uuid {
        let VisitRow { bay, start, .. } = visit;
        Urn::Event.of(&format!("{bay}:{}:{}", start.0, self.event_type()))
    }
}

/// Of `BAY:START`; only of a visit with both ends seen.
pub(super) fn session_id(visit: &VisitRow) -> Option<Uuid> {
    let VisitRow { bay, start, .. } = visit;
    let is_whole = visit.start_seen && visit.end_seen;
    is_whole.then(|| Urn::Visit.of(&format!("{bay}:{}", start.0)))
}

/// Who saw it: who watches goes before who passes by.
pub(super) fn seen_by(visit: &VisitRow) -> SourceKind {
    let by_rank = [SourceKind::Sensor, SourceKind::Gate];
    let watched = by_rank.into_iter().find(|kind| visit.kinds.has(*kind));
    watched.unwrap_or(SourceKind::App)
}

/// The standard's word for a kind of source. What is written of a visit knows a booked stay as one
/// that an app has told.
pub(super) const fn source_type(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Sensor => "above_ground",
        SourceKind::Gate => "other",
        SourceKind::App => "in_person",
        SourceKind::Booking => "payment",
    }
}

/// Of `YYYY-MM:KIND:BAY`.
pub(super) fn device_id(visit: &VisitRow, calendar: Calendar) -> Uuid {
    let month = month(visit.end, calendar);
    let kind = seen_by(visit).name();
    Urn::Source.of(&format!("{month}:{kind}:{}", visit.bay))
}

/// The month that a clock there shows: `2026-11`.
pub(super) fn month(at: Millis, calendar: Calendar) -> String {
    let wall = calendar.wall(at);
    format!("{:04}-{:02}", wall.year, wall.month)
}
