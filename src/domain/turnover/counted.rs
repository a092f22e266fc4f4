//! What counts of whole zones say of a window, beside what is known bay by bay, and which of the two
//! a zone's figures are taken from.
//!
//! Both are kept apart, since both may be of the same bays: nothing is added up twice, each can be
//! amended for itself, and which one is told is decided last, by the sums of an hour.

use super::super::vocabulary;
use super::{Sums, Window};

vocabulary! {
    /// Whose word the figures of a zone's time rest on.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Basis {
        /// Of who speaks of single bays: they see visits.
        #[default]
        Bays => "bays",
        /// Of who counts a whole zone.
        Count => "count",
    }
}

/// What counts say of one zone's bays in one window, or by how much that has to be corrected. Times
/// are bay-milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedWindow {
    pub occupied_ms: i64,
    pub vacant_ms: i64,
    /// No count stood.
    pub unknown_ms: i64,
    pub closed_ms: i64,
    /// Bays occupied at the very start of the window.
    pub occupied_at: i64,
    pub vacant_at: i64,
    pub unknown_at: i64,
}

impl CountedWindow {
    pub fn add(&mut self, other: &Self) {
        self.merge(other, 1);
    }

    pub fn subtract(&mut self, other: &Self) {
        self.merge(other, -1);
    }

    fn merge(&mut self, other: &Self, sign: i64) {
        self.occupied_ms += sign * other.occupied_ms;
        self.vacant_ms += sign * other.vacant_ms;
        self.unknown_ms += sign * other.unknown_ms;
        self.closed_ms += sign * other.closed_ms;
        self.occupied_at += sign * other.occupied_at;
        self.vacant_at += sign * other.vacant_at;
        self.unknown_at += sign * other.unknown_at;
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// The same members of a window, as if it were of bays.
    #[must_use]
    pub fn as_bays(&self) -> Window {
        Window {
            occupied_ms: self.occupied_ms,
            vacant_ms: self.vacant_ms,
            unknown_ms: self.unknown_ms,
            closed_ms: self.closed_ms,
            occupied_at: self.occupied_at,
            vacant_at: self.vacant_at,
            unknown_at: self.unknown_at,
            ..Window::default()
        }
    }

    /// The inverse of [`Self::as_bays`].
    #[must_use]
    pub const fn of(w: &Window) -> Self {
        Self {
            occupied_ms: w.occupied_ms,
            vacant_ms: w.vacant_ms,
            unknown_ms: w.unknown_ms,
            closed_ms: w.closed_ms,
            occupied_at: w.occupied_at,
            vacant_at: w.vacant_at,
            unknown_at: w.unknown_at,
        }
    }

    /// The whole of one zone's window, as counts tell it. Not for a correction.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let sums = Sums::without_stays(&self.as_bays());
        Sums {
            counted_ms: sums.in_service_ms(),
            counted_closed_ms: sums.closed_ms,
            ..sums
        }
    }
}

/// A window of counts alone.
impl From<CountedWindow> for Window {
    fn from(counted: CountedWindow) -> Self {
        Self {
            counted: (!counted.is_zero()).then(|| Box::new(counted)),
            ..Self::default()
        }
    }
}

impl Basis {
    /// Bays that speak for themselves see visits, so they go before counts where they are known for
    /// at least half as much bay-time: `known_ms` of theirs, `counted_ms` known by counts; `None`:
    /// nobody counts there.
    pub(super) fn of(known_ms: i64, counted_ms: Option<i64>) -> Self {
        match counted_ms {
            Some(counted) if known_ms <= 0 || known_ms * 2 < counted => Self::Count,
            _ => Self::Bays,
        }
    }
}

impl Window {
    /// What it is told by.
    #[must_use]
    pub fn basis(&self) -> Basis {
        let counted = self.counted.as_ref();
        let counted = counted.map(|c| c.occupied_ms + c.vacant_ms);
        Basis::of(self.occupied_ms + self.vacant_ms, counted)
    }

    /// The whole of one zone's window, by one of the two. Not for a correction.
    #[must_use]
    pub fn told_by(&self, basis: Basis) -> Sums {
        match basis {
            Basis::Bays => Sums {
                stays: self.stays.clone(),
                ..Sums::without_stays(self)
            },
            Basis::Count => self
                .counted
                .as_ref()
                .map_or_else(Sums::default, |c| c.sums()),
        }
    }

    pub(super) fn merge_counted(&mut self, other: &Self, sign: i64) {
        let Some(more) = &other.counted else {
            return;
        };
        let counted = self.counted.get_or_insert_default();
        counted.merge(more, sign);
        // What was taken back is not there: equal windows are equal.
        if counted.is_zero() {
            self.counted = None;
        }
    }
}

impl Sums {
    /// What the whole of it is told by; where only parts are by counts: by bays, for their visits
    /// are in it.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        let all = self.in_service_ms() + self.closed_ms;
        if all > 0 && all == self.counted_ms + self.counted_closed_ms {
            Basis::Count
        } else {
            Basis::Bays
        }
    }

    /// Bay-milliseconds in service of bays that speak for themselves: what visits are of.
    #[must_use]
    pub const fn bays_in_service_ms(&self) -> i64 {
        self.in_service_ms() - self.counted_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Tally;

    fn counted(occupied: i64, vacant: i64, unknown: i64) -> Window {
        Window::from(CountedWindow {
            occupied_ms: occupied * 1000,
            vacant_ms: vacant * 1000,
            unknown_ms: unknown * 1000,
            occupied_at: occupied,
            vacant_at: vacant,
            unknown_at: unknown,
            ..CountedWindow::default()
        })
    }

    fn with_bays(mut w: Window, occupied: i64, vacant: i64) -> Window {
        w.occupied_ms = occupied * 1000;
        w.vacant_ms = vacant * 1000;
        (w.occupied_at, w.vacant_at, w.started) = (occupied, vacant, 3);
        w
    }

    #[test]
    fn counts_are_taken_back_exactly_and_leave_nothing() {
        let mut w = with_bays(counted(5, 5, 0), 1, 0);
        w.subtract(&counted(5, 5, 0));
        assert_eq!(w, with_bays(Window::default(), 1, 0));
        w.subtract(&counted(1, 0, 0));
        w.add(&counted(1, 0, 0));
        w.subtract(&with_bays(Window::default(), 1, 0));
        assert!(w.is_zero());
    }

    #[test]
    fn bays_are_told_where_they_are_known_for_half_as_much_as_is_counted() {
        for (window, want) in [
            (with_bays(Window::default(), 0, 0), Basis::Bays),
            (counted(60, 40, 0), Basis::Count),
            (with_bays(counted(60, 40, 0), 20, 29), Basis::Count),
            (with_bays(counted(60, 40, 0), 20, 30), Basis::Bays),
            (with_bays(counted(0, 0, 100), 0, 1), Basis::Bays),
            (with_bays(counted(0, 0, 100), 0, 0), Basis::Count),
        ] {
            assert_eq!(window.basis(), want, "{window:?}");
            assert_eq!(Sums::from(&window).started > 0, want == Basis::Bays);
        }
    }

    #[test]
    fn an_hour_is_told_by_one_of_the_two_and_a_day_by_bays_where_any_hour_is() {
        let mut tally = Tally::default();
        for w in [counted(9, 1, 0), with_bays(counted(9, 1, 0), 0, 2)] {
            tally.add_window(&w);
        }
        let hour = tally.take();
        assert_eq!((hour.basis(), hour.started), (Basis::Count, 0));
        assert_eq!(
            (hour.occupied_ms, hour.judged, hour.crowded),
            (18_000, 2, 2)
        );
        assert_eq!((hour.counted_ms, hour.bays_in_service_ms()), (20_000, 0));
        tally.add(&hour);
        tally.add(&Sums::from(&with_bays(Window::default(), 2, 0)));
        let day = tally.take();
        assert_eq!((day.basis(), day.started), (Basis::Bays, 3));
        assert_eq!((day.occupied_ms, day.bays_in_service_ms()), (20_000, 2_000));
        let closed = Window::from(CountedWindow {
            closed_ms: 7,
            ..CountedWindow::default()
        });
        assert_eq!(
            Sums::from(&closed).basis(),
            Basis::Count,
            "closed all the time"
        );
    }
}
