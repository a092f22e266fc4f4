//! Drivers as booking apps call them: hashed at the door.
//!
//! Promises: the name an app gives goes no further than this file; what is kept in its place (of a hold,
//! until it is no hold any more) is the first 128 bits of HMAC-SHA-256 over partner and name, by a secret
//! that all hubs of one database have in common and that is in no answer, log or export. One partner's
//! names say nothing of another's.

use crate::store::DriverRef;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The most characters of a driver's name.
pub const DRIVER_LEN: usize = 64;

/// See the module.
#[derive(Clone)]
pub(super) struct Drivers(Hmac<Sha256>);

impl Drivers {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        #[allow(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mac = Hmac::new_from_slice(secret).expect("a key of any length");
        Self(mac)
    }

    pub(super) fn name(&self, partner: &str, driver: &str) -> DriverRef {
        let mut mac = self.0.clone();
        // The partner's length keeps names apart from it.
        mac.update(&(partner.len() as u64).to_le_bytes());
        mac.update(partner.as_bytes());
        mac.update(driver.as_bytes());
        let code = mac.finalize().into_bytes();
        let mut name = DriverRef::default();
        name.iter_mut().zip(code).for_each(|(to, from)| *to = from);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_is_the_same_to_one_partner_and_secret_and_another_to_every_other() {
        let drivers = Drivers::new(&[7; 32]);
        let name = drivers.name("app", "d-1");
        assert_eq!(name, Drivers::new(&[7; 32]).name("app", "d-1"));
        for other in [
            drivers.name("app", "d-2"),
            drivers.name("ap", "pd-1"),
            drivers.name("appd", "-1"),
            drivers.name("app", "d-1\0"),
            Drivers::new(&[8; 32]).name("app", "d-1"),
        ] {
            assert_ne!(name, other);
        }
    }
}
