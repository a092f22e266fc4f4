//! Which time a question about the past is about, and where it goes on.

use super::aggregate_rows::hour_of;
use super::state::CdsState;
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;

/// From `start_time` to before `end_time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PastSpan {
    pub(super) from: Millis,
    pub(super) to: Millis,
}

impl PastSpan {
    /// By default the 24 hours before what is settled.
    ///
    /// # Errors
    /// For a span that ends before it begins.
    pub(super) fn read(own: &CdsState, p: &Params<'_>) -> Result<Self, ApiError> {
        let settled = own.settled();
        let to = time(p, "end_time")?;
        let usual = to.unwrap_or(settled).0.saturating_sub(24 * HOUR_MS);
        let from = time(p, "start_time")?.unwrap_or(Millis(usual));
        Self::between(from, to.unwrap_or(settled.max(from.plus(1))))
    }

    pub(super) fn between(from: Millis, to: Millis) -> Result<Self, ApiError> {
        if from >= to {
            return Err(ApiError::bad(
                "end_time",
                "end_time must lie after start_time; both are ms since 1970",
            ));
        }
        Ok(Self { from, to })
    }

    /// # Errors
    /// 501 for a longer one.
    pub(super) fn at_most(self, days: u64) -> Result<Self, ApiError> {
        if self.to.since(self.from) > days * 24 * HOUR_MS {
            return Err(ApiError::NotOffered(format!(
                "no more than {days} days are told at once; ask for less time"
            )));
        }
        Ok(self)
    }

    pub(super) fn has(self, at: Millis) -> bool {
        self.from <= at && at < self.to
    }

    /// The hours that reach into it and are over and settled, the first and the one after the last.
    pub(super) fn hours(self, settled: Millis) -> (Millis, Millis) {
        let to = self.to.plus(HOUR_MS - 1).min(settled);
        (hour_of(self.from), hour_of(to))
    }
}

/// ms since 1970.
pub(super) fn time(p: &Params<'_>, name: &'static str) -> Result<Option<Millis>, ApiError> {
    Ok(p.number::<u64>(name, 0..=Millis::MAX.0)?.map(Millis))
}

/// An hour, and how many of its rows were told; from the cursor.
///
/// # Errors
/// For what is no cursor of ours.
pub(super) fn place(p: &Params<'_>) -> Result<Option<(Millis, usize)>, ApiError> {
    let read = |text| {
        let (hour, told) = cursor::read_place(text)?;
        // No hour begins anywhere else.
        if hour % HOUR_MS != 0 {
            return Err(cursor::not_ours());
        }
        Ok((Millis(hour), told as usize))
    };
    p.text("cursor").map(read).transpose()
}
