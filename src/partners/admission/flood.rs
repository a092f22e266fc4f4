//! How many sign-ups come within an hour, in all and from one address. Bounded by the first of the two.

use crate::domain::Millis;
use crate::limits::Owner;
use std::collections::VecDeque;

const HOUR_MS: u64 = 3_600_000;

/// The sign-ups of the last hour, oldest first.
#[derive(Debug, Default)]
pub(super) struct RecentSignups(VecDeque<(Millis, Owner)>);

/// What is used up, and when there will be some again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignupFlood {
    /// What it is of, in words.
    pub of: &'static str,
    pub limit: u64,
    pub retry_after_s: u64,
}

impl RecentSignups {
    /// Takes one from what may come in an hour.
    pub(super) fn take(
        &mut self,
        owner: Owner,
        now: Millis,
        (in_all, of_one): (u32, u32),
    ) -> Result<(), SignupFlood> {
        while self
            .0
            .front()
            .is_some_and(|(at, _)| now.since(*at) >= HOUR_MS)
        {
            self.0.pop_front();
        }
        let used_up = |of, limit: u32, first: Option<Millis>| {
            let over = first.map_or(now, |first| first.plus(HOUR_MS));
            Err(SignupFlood {
                of,
                limit: limit.into(),
                retry_after_s: over.since(now) / 1000 + 1,
            })
        };
        let own = self.0.iter().filter(|(_, of)| *of == owner);
        if own.clone().count() >= of_one as usize {
            let first = own.map(|(at, _)| *at).next();
            return used_up("sign-ups an hour from one address", of_one, first);
        }
        if self.0.len() >= in_all as usize {
            let first = self.0.front().map(|(at, _)| *at);
            return used_up("sign-ups an hour", in_all, first);
        }
        self.0.push_back((now, owner));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_does_not_use_up_what_all_have_and_an_hour_later_there_is_more() {
        let mut recent = RecentSignups::default();
        let now = Millis(1_000_000_000);
        let one = Owner::Ip4(1);
        let most = (3, 2);
        assert!(recent.take(one, now, most).is_ok());
        assert!(recent.take(one, now.plus(1000), most).is_ok());
        let flood = recent.take(one, now.plus(2000), most).unwrap_err();
        assert_eq!((flood.limit, flood.retry_after_s), (2, 3599));
        assert!(recent.take(Owner::Ip6(1), now.plus(2000), most).is_ok());
        let flood = recent
            .take(Owner::Ip6(2), now.plus(2000), most)
            .unwrap_err();
        assert_eq!((flood.limit, flood.of), (3, "sign-ups an hour"));
        assert!(recent.take(one, now.plus(HOUR_MS), most).is_ok());
        assert!(recent.0.len() <= 3);
    }
}
