//! From where an address of the internet can be reached. Pure.
//!
//! Promise: an address is judged for what it is in whatever dress: mapped, compatible, NAT64, 6to4.
//! What nobody is known to have is nobody's.

// Of `core`: addresses alone, nothing that could be connected to.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From where an address can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From everywhere.
    Public,
    /// This machine, or a network that somebody runs for themselves.
    Private,
    /// Neighbours on the wire, where clouds keep the keys of their machines; and what is no
    /// address of anybody.
    Never,
}

impl Reach {
    /// Of an address.
    #[must_use]
    pub const fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => reach4(ip),
            IpAddr::V6(ip) => reach6(ip),
        }
    }
}

const fn reach4(ip: Ipv4Addr) -> Reach {
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

const fn reach6(ip: Ipv6Addr) -> Reach {
    // An address of IPv4 in another dress: mapped, compatible, NAT64, 6to4.
    let parts = ip.segments();
    match parts {
        _ if ip.is_loopback() => Reach::Private,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => four(high, low),
        // NAT64 of one's own, and unique local.
        [0x64, 0xff9b, ..] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // Of the world's addresses, without those of protocols (Teredo, benches) and of examples.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
}

/// What two parts of it say as an address of IPv4.
const fn four(high: u16, low: u16) -> Reach {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    reach4(Ipv4Addr::new(a, b, c, d))
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
            ("2001::1", Reach::Never),
            ("2001:2::1", Reach::Never),
            ("3fff::1", Reach::Never),
            ("::ffff:0:127.0.0.1", Reach::Never),
            ("192.0.2.1", Reach::Never),
            ("198.18.0.1", Reach::Private),
            ("64:ff9b:1::1", Reach::Private),
        ] {
            assert_eq!(Reach::of(text.parse().unwrap()), is, "{text}");
        }
    }
}
