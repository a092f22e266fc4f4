//! To which addresses the hub connects for a feed: a feed's answer may redirect, and a name may
//! resolve, to anywhere; the hub stands where others cannot reach.
//!
//! Promise: the address that was judged is the one that is connected to: names are resolved here
//! and nowhere else, and only what passes is handed on.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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
        match reach(ip) {
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

/// From where an address can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Public,
    /// This machine, or a network that somebody runs for themselves.
    Private,
    /// Neighbours on the wire, where clouds keep the keys of their machines; and what is no
    /// address of anybody.
    Never,
}

fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach4(ip),
        IpAddr::V6(ip) => reach6(ip),
    }
}

fn reach4(ip: Ipv4Addr) -> Reach {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0 | 224.., ..) | (169, 254, _) | (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) => {
            Reach::Never
        }
        (10 | 127, ..)
        | (172, 16..=31, _)
        | (192, 168, _)
        // Of carriers, and of test benches.
        | (100, 64..=127, _)
        | (198, 18 | 19, _) => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach6(ip: Ipv6Addr) -> Reach {
    // An address of IPv4 in another dress: mapped, compatible, NAT64, 6to4.
    let parts = ip.segments();
    let four = |high: usize| {
        let [a, b] = parts[high].to_be_bytes();
        let [c, d] = parts[high + 1].to_be_bytes();
        reach4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        _ if ip.is_loopback() => Reach::Private,
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => four(6),
        [0x2002, ..] => four(1),
        // NAT64 of one's own, and unique local.
        [0x64, 0xff9b, ..] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // Of the world's addresses, without those of examples and of Teredo.
        [0x2001, 0 | 0xdb8, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_for_what_it_is_in_whatever_dress() {
        for (text, is) in [
            ("93.184.216.34", Reach::Public),
            ("172.32.0.1", Reach::Public),
            ("2606:2800:220:1::1", Reach::Public),
            ("::ffff:93.184.216.34", Reach::Public),
            ("127.0.0.1", Reach::Private),
            ("10.1.2.3", Reach::Private),
            ("172.31.255.255", Reach::Private),
            ("192.168.0.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("::1", Reach::Private),
            ("fd00:ec2::254", Reach::Private),
            ("::ffff:10.0.0.1", Reach::Private),
            ("64:ff9b::7f00:1", Reach::Private),
            ("2002:c0a8:1::1", Reach::Private),
            ("169.254.169.254", Reach::Never),
            ("::ffff:169.254.169.254", Reach::Never),
            ("64:ff9b::a9fe:a9fe", Reach::Never),
            ("2002:a9fe:a9fe::", Reach::Never),
            ("fe80::1", Reach::Never),
            ("::", Reach::Never),
            ("0.0.0.0", Reach::Never),
            ("255.255.255.255", Reach::Never),
            ("224.0.0.1", Reach::Never),
            ("ff02::1", Reach::Never),
            ("2001:db8::1", Reach::Never),
        ] {
            assert_eq!(reach(text.parse().unwrap()), is, "{text}");
        }
    }

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
