//! To which addresses the hub connects for a webhook: anybody may name an endpoint, and a name may
//! resolve to anywhere, and to something else the next time.
//!
//! Promise: the address that was judged is the one that is connected to: names are resolved here and
//! nowhere else, and only what passes is handed on.

use crate::domain::Reach;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The host has no address that may be connected to.
#[derive(Debug)]
pub(super) struct Forbidden;

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has no address that is reached from everywhere")
    }
}

impl std::error::Error for Forbidden {}

/// Looks names up and lets through what may be connected to.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressJudge {
    /// Whether this machine may be.
    pub(super) loopback: bool,
    /// Whether any may be: what the operator names, and nobody else.
    pub(super) anywhere: bool,
}

impl AddressJudge {
    pub(super) const fn admits(self, ip: IpAddr) -> bool {
        self.anywhere
            || matches!(Reach::of(ip), Reach::Public)
            || (self.loopback && ip.is_loopback())
    }
}

impl Resolve for AddressJudge {
    fn resolve(&self, name: Name) -> Resolving {
        let judge = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|at| judge.admits(at.ip())).collect();
            if good.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}
