//! When something was so: what its sender says, held against the hub's clock.
//!
//! Promise: a time that is taken lies between the limits, or its sender vouches for it now.

use super::{Gate, Message};
use crate::domain::{Millis, Reason};
use crate::ingest::codec::BaySaid;

/// A day, s: what is older than that has to be vouched for.
const DAY_S: u32 = 24 * 3600;

impl Gate {
    /// The time of a claim. One that is older than is taken, of which its sender has seen just now
    /// that it still is so, is of now.
    pub(super) fn claimed_at(
        &self,
        said: &BaySaid<'_>,
        message: &Message<'_>,
    ) -> Result<Millis, (Reason, String)> {
        let Some(seen) = said.seen else {
            return self.plausible(said.at, message);
        };
        let seen = self.plausible_in("seen", Some(seen), message)?;
        let at = said.at.unwrap_or(seen);
        if at > seen {
            let why = format!("seen: {seen} is before at: {at}");
            return Err((Reason::Malformed, why));
        }
        let oldest = self.config.past_s.unwrap_or(DAY_S).min(DAY_S);
        let is_old = message.now.since(at) > u64::from(oldest) * 1000;
        Ok(if is_old { seen } else { at })
    }

    /// When an uplink was heard: by the first clock that may be right. One that runs ahead is wrong,
    /// as nothing comes from the future; one that lies long ago may tell of what was kept until now.
    pub(super) fn heard(
        &self,
        times: [Option<Millis>; 2],
        message: &Message<'_>,
    ) -> Result<Millis, (Reason, String)> {
        let is_ahead = |at: &Millis| {
            (self.config.future_s).is_some_and(|s| at.since(message.now) > u64::from(s) * 1000)
        };
        let believed = times.into_iter().flatten().find(|at| !is_ahead(at));
        self.plausible(believed, message)
    }

    /// The time `at` of a claim.
    pub(super) fn plausible(
        &self,
        at: Option<Millis>,
        message: &Message<'_>,
    ) -> Result<Millis, (Reason, String)> {
        self.plausible_in("at", at, message)
    }

    /// The same of a member of another name.
    fn plausible_in(
        &self,
        member: &str,
        at: Option<Millis>,
        message: &Message<'_>,
    ) -> Result<Millis, (Reason, String)> {
        let now = message.now;
        let Some(at) = at else {
            return if message.kept {
                Err(without_time())
            } else {
                Ok(now)
            };
        };
        let beyond = |limit: Option<u32>, by: u64| limit.is_some_and(|s| by > u64::from(s) * 1000);
        if beyond(self.config.future_s, at.since(now)) {
            return Err((
                Reason::TooFarInFuture,
                format!(
                    "{member}: {at} is {} s ahead of the hub's clock",
                    at.since(now) / 1000
                ),
            ));
        }
        if beyond(self.config.past_s, now.since(at)) {
            return Err((
                Reason::TooOld,
                format!("{member}: {at} was {} s ago", now.since(at) / 1000),
            ));
        }
        Ok(at)
    }
}

pub(super) fn without_time() -> (Reason, String) {
    let why = "at: missing in what a broker had retained: nobody knows when it was so";
    (Reason::RetainedWithoutTime, why.to_owned())
}
