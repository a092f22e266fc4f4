//! Which of the two hubs of a process something belongs to: the one of the city, or the sandbox beside
//! it, where partners try things out. Keys and ids say it by how they begin, so that whoever meets one
//! knows without asking.

/// What keys of the sandbox begin with. Case matters.
pub const TEST_KEY: &str = "bh_test_";

/// What ids of the sandbox's zones and bays begin with. Case matters.
pub const SANDBOX_ID: &str = "sbx-";

/// Whether a key, good or not, is one of the sandbox's.
#[must_use]
pub fn is_test_key(key: &[u8]) -> bool {
    key.starts_with(TEST_KEY.as_bytes())
}

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Realm {
    #[default]
    City,
    Sandbox,
}

impl Realm {
    /// Whether a zone or bay of that id may be here; if not, what is wrong with it, for use after
    /// "id ...: ".
    ///
    /// # Errors
    /// It is one of the other hub's.
    pub fn takes(self, id: &str) -> Result<(), &'static str> {
        match (self, id.starts_with(SANDBOX_ID)) {
            (Self::City, false) | (Self::Sandbox, true) => Ok(()),
            (Self::City, true) => Err("ids that begin with sbx- are the sandbox's"),
            (Self::Sandbox, false) => Err("ids of the sandbox begin with sbx-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_ids_say_which_hub_they_are_of_and_case_matters() {
        assert!(is_test_key(b"bh_test_") && is_test_key(b"bh_test_abc"));
        for other in [
            "bh_live_abc",
            "bh_abc",
            "BH_TEST_abc",
            " bh_test_a",
            "bh_test",
        ] {
            assert!(!is_test_key(other.as_bytes()), "{other}");
        }
        assert!(Realm::Sandbox.takes("sbx-A1-001").is_ok() && Realm::City.takes("A1").is_ok());
        assert!(Realm::City.takes("sbx-A1").is_err() && Realm::Sandbox.takes("A1").is_err());
        // A city may have had such ids all along.
        assert!(Realm::City.takes("SBX-1").is_ok() && Realm::City.takes("sbx1").is_ok());
    }
}
