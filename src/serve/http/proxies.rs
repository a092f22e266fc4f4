//! Whose word on where a request comes from is believed: `[http] trusted_proxies`.

use serde::Deserialize;
use std::net::IpAddr;

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Block {
    /// Its first address; IPv4 that is written as IPv6 is IPv4.
    first: IpAddr,
    /// How many leading bits all of its addresses share.
    shared: u8,
}

impl Block {
    /// Whether `address`, in canonical form, is one of it.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(it)) => {
                let apart = first.to_bits() ^ it.to_bits();
                apart.leading_zeros() >= u32::from(self.shared)
            }
            (IpAddr::V6(first), IpAddr::V6(it)) => {
                let apart = first.to_bits() ^ it.to_bits();
                apart.leading_zeros() >= u32::from(self.shared)
            }
            _ => false,
        }
    }

    /// Whether it is every address there is.
    #[must_use]
    pub const fn is_everybody(&self) -> bool {
        self.shared == 0
    }
}

/// Bits of an address of that family.
const fn bits(of: IpAddr) -> u8 {
    match of {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The first address of the block that `address` lies in.
fn first_of(address: IpAddr, shared: u8) -> IpAddr {
    match address {
        IpAddr::V4(it) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(shared)).unwrap_or(0);
            IpAddr::V4((it.to_bits() & mask).into())
        }
        IpAddr::V6(it) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(shared)).unwrap_or(0);
            IpAddr::V6((it.to_bits() & mask).into())
        }
    }
}

impl TryFrom<String> for Block {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (address, shared) = match text.split_once('/') {
            Some((address, shared)) => (address, Some(shared)),
            None => (&*text, None),
        };
        let no_block =
            || format!("{text:?} is no address and no block such as 10.0.0.0/8 or 2001:db8::/32");
        let written: IpAddr = address.parse().map_err(|_| no_block())?;
        let most = bits(written);
        // Digits only: `parse` would take a sign as well.
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let shared = match shared {
            None => most,
            Some(s) => {
                let n = Some(s).filter(|s| digits(s)).and_then(|s| s.parse().ok());
                n.filter(|n| *n <= most).ok_or_else(no_block)?
            }
        };
        if first_of(written, shared) != written {
            let first = first_of(written, shared);
            return Err(format!(
                "{text:?} has bits beyond its length: the block is {first}/{shared}"
            ));
        }
        let canonical = written.to_canonical();
        Ok(match (written, canonical) {
            // A block wider than all of IPv4 is one of IPv6.
            (IpAddr::V6(_), IpAddr::V4(_)) if shared >= 96 => Self {
                first: canonical,
                shared: shared - 96,
            },
            _ => Self {
                first: written,
                shared,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Result<Block, String> {
        text.to_owned().try_into()
    }

    #[test]
    fn a_block_has_its_addresses_and_no_others() {
        for (of, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("::1", "::1", "127.0.0.1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.1"),
        ] {
            let block = block(of).unwrap();
            assert!(block.has(inside.parse().unwrap()), "{of} has {inside}");
            assert!(
                !block.has(outside.parse().unwrap()),
                "{of} has not {outside}"
            );
        }
    }

    #[test]
    fn what_is_no_block_is_refused_with_what_would_be_one() {
        for rubbish in [
            "",
            "/",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "::/129",
            "10.0.0/8",
            "proxy.example.org",
            "[::1]",
            "10.0.0.1:80",
            " ::1",
            "10.0.0.0/8/8",
            "10.0.0.0/999999999999",
        ] {
            let says = block(rubbish).unwrap_err();
            assert!(says.contains("10.0.0.0/8"), "{rubbish}: {says}");
        }
        let says = block("10.1.2.3/8").unwrap_err();
        assert!(says.contains("the block is 10.0.0.0/8"), "{says}");
    }
}
