//! To which addresses the hub connects for a feed: a feed's answer may redirect, and a name may
//! resolve, to anywhere; the hub stands where others cannot reach.
//!
//! Promise: the address that was judged is the one that is connected to: names are resolved here
//! and nowhere else, and only what passes is handed on.

use crate::domain::Reach;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The host has no address that may be connected to.
#[derive(Debug)]
pub(super) struct Forbidden(pub(super) String);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.0;
        write!(
            f,
            "{host:?} is at an address of this machine or network; allow_private = true admits those \
             of a private network"
        )
    }
}

impl std::error::Error for Forbidden {}

/// Looks names up and lets through what may be connected to.
#[derive(Clone, Copy)]
pub(super) struct AddressJudge {
    /// Whether addresses of this machine and of private networks may be.
    pub(super) allow_private: bool,
}

impl AddressJudge {
    pub(super) fn admits(self, ip: IpAddr) -> bool {
        match Reach::of(ip) {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Never => false,
        }
    }
}

impl Resolve for AddressJudge {
    fn resolve(&self, name: Name) -> Resolving {
        let judge = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|at| judge.admits(at.ip())).collect();
            if good.is_empty() {
                return Err(Forbidden(name.as_str().to_owned()).into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_network_is_for_those_who_are_told_of_it_and_the_wire_for_nobody() {
        let [shy, at_home] = [false, true].map(|allow_private| AddressJudge { allow_private });
        let [public, private, wire] =
            ["93.184.216.34", "10.0.0.1", "169.254.169.254"].map(|ip| ip.parse().unwrap());
        assert_eq!(
            [public, private, wire].map(|ip| shy.admits(ip)),
            [true, false, false]
        );
        assert_eq!(
            [public, private, wire].map(|ip| at_home.admits(ip)),
            [true, true, false]
        );
    }
}
