//! Whose share is looked at: a key's, or for want of one that of the address it comes from.

use std::net::IpAddr;

/// Who takes something of what all share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A key, by the number of its account.
    Key(u32),
    /// A stranger, by the address.
    Ip4(u32),
    /// The same for IPv6: the upper half, as one household or machine has all of the lower.
    Ip6(u64),
    /// One of many strangers where there are too many to tell apart.
    Crowd(u16),
}

impl Owner {
    /// A stranger from there. An IPv4 address in IPv6 clothes is one.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(ip) => Self::Ip4(ip.to_bits()),
            IpAddr::V6(ip) => Self::Ip6((ip.to_bits() >> 64) as u64),
        }
    }

    /// The crowd that a stranger belongs to; a key belongs to none.
    pub(super) fn in_a_crowd(self, hasher: &ahash::RandomState) -> Self {
        match self {
            Self::Key(_) => self,
            stranger => Self::Crowd(hasher.hash_one(stranger) as u16),
        }
    }

    /// Whether it is a key's, and not an address's.
    #[must_use]
    pub const fn is_key(self) -> bool {
        matches!(self, Self::Key(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(address: &str) -> Owner {
        Owner::of_address(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_one_owner_and_so_is_a_network_of_ipv6() {
        assert_ne!(owner("192.0.2.1"), owner("192.0.2.2"));
        assert_eq!(owner("192.0.2.1"), owner("::ffff:192.0.2.1"));
        assert_eq!(owner("2001:db8::1"), owner("2001:db8::ffff:1"));
        assert_ne!(owner("2001:db8::1"), owner("2001:db8:0:1::1"));
    }
}
