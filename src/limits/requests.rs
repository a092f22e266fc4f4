//! How many requests one owner may make a minute, for each class of calls.
//!
//! The only door to `governor`: a bucket for each owner and class that fills evenly, so that what a
//! minute allows may also come at once. Promises: bounded whatever addresses strangers come from
//! (beyond [`STRANGERS`] they share some 65,000 buckets); dear: one look into a map a request.

use super::Config;
use super::owner::Owner;
use crate::domain::CallClass;
use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// Strangers that are told apart, in each class.
const STRANGERS: usize = 65_536;

/// Requests after which buckets that are full again are looked for.
const SWEEP_EVERY: u32 = 16_384;

/// What an owner may ask a minute, and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests a minute.
    pub quota: u32,
    /// Requests that may come at once, now.
    pub left: u32,
    /// Until all of the quota may come at once again.
    pub full_in: Duration,
    /// `Some`: this request was one too many, and how long to wait for the next.
    pub wait: Option<Duration>,
}

impl Allowance {
    /// Four fifths of the quota, or all of it, are used up.
    #[must_use]
    pub const fn is_nearly_used_up(&self) -> bool {
        self.wait.is_some() || (self.left as u64) * 5 <= self.quota as u64
    }
}

type Limiter = RateLimiter<
    Owner,
    DashMapStateStore<Owner, ahash::RandomState>,
    MonotonicClock,
    StateInformationMiddleware,
>;

struct ClassLimit {
    quota: u32,
    /// A usual request takes so many of what the bucket holds, so that one of a partner with credit
    /// may take fewer.
    scale: u32,
    limiter: Limiter,
    asked: AtomicU32,
    /// There are too many strangers to tell apart.
    crowded: AtomicBool,
}

/// What everybody may ask.
pub struct RequestRates {
    binding: bool,
    clock: MonotonicClock,
    crowds: ahash::RandomState,
    of_keys: [ClassLimit; CallClass::ALL.len()],
    of_addresses: [ClassLimit; CallClass::ALL.len()],
}

impl RequestRates {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let of_key = |class| match class {
            CallClass::Uplink => config.uplinks_per_min_per_key,
            _ => config.requests_per_min_per_key,
        };
        Self {
            binding: config.rates,
            clock: MonotonicClock,
            crowds: ahash::RandomState::new(),
            of_keys: CallClass::ALL
                .map(|class| ClassLimit::new(of_key(class), class.is_raised_by_credit())),
            of_addresses: CallClass::ALL
                .map(|_| ClassLimit::new(config.requests_per_min_per_address, false)),
        }
    }

    /// Requests a minute that a key, or an address without one, may make.
    #[must_use]
    pub fn quota(&self, by_key: bool, class: CallClass) -> u32 {
        self.limit(by_key, class).quota
    }

    fn limit(&self, by_key: bool, class: CallClass) -> &ClassLimit {
        let classes = if by_key {
            &self.of_keys
        } else {
            &self.of_addresses
        };
        &classes[class as usize]
    }

    /// Takes one request from what `owner` may ask. Where rates do not bind, nothing is ever one
    /// too many.
    #[must_use]
    pub fn ask(&self, owner: Owner, class: CallClass) -> Allowance {
        self.ask_as(owner, class, 1000)
    }

    /// The same of a key whose partner's credit multiplies what may be read and searched by `factor`,
    /// in 1/1,000.
    #[must_use]
    pub fn ask_as(&self, owner: Owner, class: CallClass, factor: u32) -> Allowance {
        let limit = self.limit(owner.is_key(), class);
        limit.sweep();
        let owner = if limit.crowded.load(Relaxed) {
            owner.in_a_crowd(&self.crowds)
        } else {
            owner
        };
        let (taken, quota) = limit.price(factor);
        // It never takes more than there can be.
        let Ok(asked) = limit.limiter.check_key_n(&owner, taken) else {
            return Allowance::none(quota);
        };
        match asked {
            Ok(state) => {
                let left = (state.remaining_burst_capacity() / taken).min(quota);
                Allowance {
                    quota,
                    left,
                    full_in: minutes_part(quota - left.min(quota), quota),
                    wait: None,
                }
            }
            Err(until) => Allowance {
                quota,
                left: 0,
                full_in: Duration::from_mins(1),
                wait: self.binding.then(|| until.wait_time_from(self.clock.now())),
            },
        }
    }
}

/// As long as it takes to fill `n` of `quota`.
fn minutes_part(n: u32, quota: u32) -> Duration {
    Duration::from_millis(u64::from(n) * 60_000 / u64::from(quota.max(1)))
}

impl Allowance {
    const fn none(quota: u32) -> Self {
        Self {
            quota,
            left: 0,
            full_in: Duration::from_mins(1),
            wait: Some(Duration::from_mins(1)),
        }
    }
}

impl ClassLimit {
    /// What a request takes by a partner's factor, and how many a minute that comes to.
    fn price(&self, factor: u32) -> (NonZeroU32, u32) {
        if factor <= 1000 || self.scale == 1 {
            let usual = NonZeroU32::new(self.scale).unwrap_or(NonZeroU32::MIN);
            return (usual, self.quota);
        }
        let taken = u64::from(self.scale) * 1000 / u64::from(factor);
        let taken = NonZeroU32::new(taken as u32).unwrap_or(NonZeroU32::MIN);
        let quota = u64::from(self.quota) * u64::from(factor) / 1000;
        (taken, u32::try_from(quota).unwrap_or(u32::MAX))
    }

    fn new(quota: u32, raised: bool) -> Self {
        let quota = quota.max(1);
        // In ten-thousandths, as far as numbers reach.
        let scale = if raised {
            (u32::MAX / quota).clamp(1, 10_000)
        } else {
            1
        };
        let a_minute = NonZeroU32::new(quota * scale).unwrap_or(NonZeroU32::MIN);
        let state = DashMapStateStore::with_hasher(ahash::RandomState::new());
        let limiter: Limiter = RateLimiter::new(Quota::per_minute(a_minute), state, MonotonicClock);
        Self {
            quota,
            scale,
            limiter,
            asked: AtomicU32::new(0),
            crowded: AtomicBool::new(false),
        }
    }

    /// Forgets, now and then, who may ask as much as if he had never asked. Keys are bounded
    /// elsewhere; between two sweeps at most [`SWEEP_EVERY`] owners are new.
    fn sweep(&self) {
        if self.asked.fetch_add(1, Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            self.crowded.store(self.limiter.len() > STRANGERS, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Owner = Owner::Key(1);

    fn rates(binding: bool) -> RequestRates {
        RequestRates::new(&Config {
            rates: binding,
            requests_per_min_per_key: 3,
            requests_per_min_per_address: 1,
            uplinks_per_min_per_key: 5,
            ..Config::default()
        })
    }

    #[test]
    fn a_key_may_ask_its_quota_at_once_in_each_class_and_then_waits() {
        let rates = rates(true);
        let left: Vec<_> = (0..3).map(|_| rates.ask(KEY, CallClass::Read)).collect();
        assert_eq!(left.iter().map(|a| a.left).collect::<Vec<_>>(), [2, 1, 0]);
        assert!(left.iter().all(|a| a.quota == 3 && a.wait.is_none()));
        assert_eq!(left.iter().filter(|a| a.is_nearly_used_up()).count(), 1);
        assert_eq!(left[2].full_in, Duration::from_mins(1));
        let refused = rates.ask(KEY, CallClass::Read);
        assert!(refused.is_nearly_used_up());
        let wait = refused.wait.unwrap();
        assert!(
            wait > Duration::from_secs(10) && wait <= Duration::from_secs(20),
            "{wait:?}"
        );
        assert!(rates.ask(KEY, CallClass::Search).wait.is_none());
        assert_eq!(rates.ask(KEY, CallClass::Uplink).quota, 5);
        assert!(rates.ask(Owner::Key(2), CallClass::Read).wait.is_none());
    }

    #[test]
    fn a_partners_credit_multiplies_what_may_be_read_and_searched_and_nothing_else() {
        let rates = rates(true);
        let count = |class, factor| {
            let fine = |_: &i32| {
                rates
                    .ask_as(Owner::Key(factor), class, factor)
                    .wait
                    .is_none()
            };
            (0..99).take_while(fine).count()
        };
        assert_eq!(count(CallClass::Read, 1000), 3);
        assert_eq!(count(CallClass::Read, 7550), 22);
        assert_eq!(count(CallClass::Search, 10_000), 30);
        assert_eq!(count(CallClass::Write, 10_000), 3);
        let told = rates.ask_as(Owner::Key(9), CallClass::Read, 7550);
        assert_eq!((told.quota, told.left), (22, 21));
        assert_eq!(rates.ask_as(Owner::Key(9), CallClass::Book, 7550).quota, 3);
    }

    #[test]
    fn an_address_has_a_quota_of_its_own() {
        let rates = rates(true);
        let home = Owner::Ip4(7);
        assert!(rates.ask(home, CallClass::Read).wait.is_none());
        assert!(rates.ask(home, CallClass::Read).wait.is_some());
        assert!(rates.ask(KEY, CallClass::Read).wait.is_none());
    }

    #[test]
    fn rates_that_do_not_bind_are_told_and_refuse_nobody() {
        let rates = rates(false);
        for _ in 0..9 {
            assert_eq!(rates.ask(KEY, CallClass::Read).wait, None);
        }
        assert_eq!(rates.ask(KEY, CallClass::Read).left, 0);
    }

    #[test]
    fn strangers_without_number_are_bounded_and_keys_stay_their_own() {
        let rates = rates(true);
        for n in 0..400_000 {
            let _ = rates.ask(Owner::Ip4(n), CallClass::Read);
        }
        let class = &rates.of_addresses[CallClass::Read as usize];
        let most = STRANGERS + SWEEP_EVERY as usize + (1 << 16);
        assert!(class.limiter.len() <= most, "{}", class.limiter.len());
        assert!(class.crowded.load(Relaxed));
        assert!(rates.ask(KEY, CallClass::Read).wait.is_none());
    }
}
