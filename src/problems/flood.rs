//! How many reports come within an hour of those who have no key, in all and from one address. Bounded
//! by the first of the two: an address is remembered for a report that was let in.

use crate::domain::Millis;
use crate::limits::Owner;
use ahash::AHashMap;

const HOUR_MS: u64 = 3_600_000;

/// What is used up, and when there will be some again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFlood {
    /// What it is of, in words.
    pub of: &'static str,
    pub limit: u64,
    pub retry_after_s: u64,
}

/// The reports of the hour that began at `since`.
#[derive(Debug, Default)]
pub(super) struct HourOfReports {
    since: Millis,
    all: u32,
    by: AHashMap<Owner, u32>,
}

impl HourOfReports {
    /// Takes one from what may come in an hour.
    pub(super) fn take(
        &mut self,
        owner: Owner,
        now: Millis,
        (in_all, of_one): (u32, u32),
    ) -> Result<(), ReportFlood> {
        if now.since(self.since) >= HOUR_MS {
            *self = Self {
                since: now,
                ..Self::default()
            };
        }
        let used_up = |of, limit: u32| {
            Err(ReportFlood {
                of,
                limit: limit.into(),
                retry_after_s: self.since.plus(HOUR_MS).since(now) / 1000 + 1,
            })
        };
        if self.by.get(&owner).is_some_and(|own| *own >= of_one) {
            return used_up("reports an hour from one address", of_one);
        }
        if self.all >= in_all {
            return used_up("reports an hour without a key", in_all);
        }
        self.all += 1;
        *self.by.entry(owner).or_default() += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_does_not_use_up_what_all_have_and_an_hour_later_there_is_more() {
        let mut hour = HourOfReports::default();
        let now = Millis(1_795_399_200_123);
        let most = (3, 2);
        let one = Owner::Ip4(1);
        assert!(hour.take(one, now, most).is_ok());
        assert!(hour.take(one, now.plus(1000), most).is_ok());
        let flood = hour.take(one, now.plus(2000), most).unwrap_err();
        assert_eq!((flood.limit, flood.retry_after_s), (2, 3599));
        assert!(hour.take(Owner::Ip6(1), now.plus(2000), most).is_ok());
        let flood = hour.take(Owner::Ip6(2), now.plus(2000), most).unwrap_err();
        assert_eq!(
            (flood.limit, flood.of),
            (3, "reports an hour without a key")
        );
        assert_eq!(hour.by.len(), 2, "who is refused is not remembered");
        assert!(hour.take(one, now.plus(HOUR_MS), most).is_ok());
    }
}
