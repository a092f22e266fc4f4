//! Shares: how much of what is open at a time (connections, streams) one owner holds.
//!
//! Promises: a share is given back exactly once, also when what holds it panics or is cut off; no
//! owner is remembered that holds nothing. Bounded by what is open.

use super::Config;
use super::owner::Owner;
use crate::domain::vocabulary;
use crate::metrics::Metrics;
use dashmap::{DashMap, Entry};
use std::sync::Arc;

vocabulary! {
    /// What is held for as long as it is open. The names are public: metrics label, problem member.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Shared {
        HttpConnections => "http_connections",
        MqttConnections => "mqtt_connections",
        Streams => "streams",
    }
}

/// Who holds how much. Clones are one.
#[derive(Clone)]
pub struct Shares(Arc<SharesState>);

struct SharesState {
    config: Config,
    metrics: Arc<Metrics>,
    held: DashMap<(Owner, Shared), usize, ahash::RandomState>,
}

impl std::fmt::Debug for Shares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shares({} held)", self.0.held.len())
    }
}

/// One of what is shared, until it is dropped.
pub struct HeldShare {
    shares: Shares,
    owner: Owner,
    what: Shared,
}

/// The owner has its share already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {limit} that {} may have at a time are open", what.name(), if *by_key { "a key" } else { "an address" })]
pub struct ShareTaken {
    pub what: Shared,
    pub limit: usize,
    by_key: bool,
}

impl Shares {
    #[must_use]
    pub fn new(config: Config, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(SharesState {
            config,
            metrics,
            held: DashMap::default(),
        }))
    }

    /// Takes one for `owner`.
    ///
    /// # Errors
    /// It has its share already; that is counted.
    pub fn take(&self, owner: Owner, what: Shared) -> Result<HeldShare, ShareTaken> {
        let own = &self.0;
        let limit = own.config.share(owner, what);
        {
            let mut held = own.held.entry((owner, what)).or_default();
            if own.config.shares && *held >= limit {
                drop(held);
                let by_key = owner.is_key();
                own.metrics.quota.refused(what.name());
                return Err(ShareTaken {
                    what,
                    limit,
                    by_key,
                });
            }
            *held += 1;
        }
        Ok(HeldShare {
            shares: self.clone(),
            owner,
            what,
        })
    }
}

impl HeldShare {
    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        self.owner
    }

    /// Lets `owner` have it from now on, as when a stranger has shown a key; its former owner has
    /// one less.
    ///
    /// # Errors
    /// That one has its share already, and this one stays where it is.
    pub fn pass_to(&mut self, owner: Owner) -> Result<(), ShareTaken> {
        if self.owner != owner {
            *self = self.shares.take(owner, self.what)?;
        }
        Ok(())
    }
}

impl Drop for HeldShare {
    fn drop(&mut self) {
        let held = &self.shares.0.held;
        if let Entry::Occupied(mut n) = held.entry((self.owner, self.what)) {
            *n.get_mut() -= 1;
            if *n.get() == 0 {
                n.remove();
            }
        }
    }
}

impl Config {
    const fn share(&self, owner: Owner, what: Shared) -> usize {
        match (owner.is_key(), what) {
            (true, Shared::HttpConnections) => self.http_connections_per_key,
            (true, Shared::MqttConnections) => self.mqtt_connections_per_key,
            (true, Shared::Streams) => self.streams_per_key,
            (false, Shared::HttpConnections) => self.http_connections_per_address,
            (false, Shared::MqttConnections) => self.mqtt_connections_per_address,
            (false, Shared::Streams) => self.streams_per_address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Owner = Owner::Key(1);
    const STRANGER: Owner = Owner::Ip4(1);

    fn shares(binding: bool) -> Shares {
        let config = Config {
            shares: binding,
            streams_per_key: 2,
            streams_per_address: 1,
            ..Config::default()
        };
        Shares::new(config, Arc::new(Metrics::new()))
    }

    #[test]
    fn an_owner_has_its_share_and_no_more_until_it_gives_back() {
        let all = shares(true);
        let one = all.take(KEY, Shared::Streams).unwrap();
        let _two = all.take(KEY, Shared::Streams).unwrap();
        let refused = all.take(KEY, Shared::Streams).err().unwrap();
        assert_eq!((refused.limit, refused.what), (2, Shared::Streams));
        assert!(all.take(Owner::Key(2), Shared::Streams).is_ok());
        assert!(all.take(KEY, Shared::MqttConnections).is_ok());
        drop(one);
        assert!(all.take(KEY, Shared::Streams).is_ok());
    }

    #[test]
    fn a_stranger_who_shows_a_key_frees_the_addresses_share() {
        let all = shares(true);
        let mut open = all.take(STRANGER, Shared::Streams).unwrap();
        assert!(all.take(STRANGER, Shared::Streams).is_err());
        open.pass_to(KEY).unwrap();
        let mut next = all.take(STRANGER, Shared::Streams).unwrap();
        next.pass_to(KEY).unwrap();
        let mut third = all.take(STRANGER, Shared::Streams).unwrap();
        assert!(third.pass_to(KEY).is_err() && third.owner() == STRANGER);
        drop((open, next, third));
        assert!(all.0.held.is_empty(), "nobody is remembered for nothing");
    }

    #[test]
    fn shares_that_do_not_bind_refuse_nobody() {
        let all = shares(false);
        let many: Vec<_> = (0..9).map(|_| all.take(KEY, Shared::Streams)).collect();
        assert!(many.iter().all(Result::is_ok));
    }
}
