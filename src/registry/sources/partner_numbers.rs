//! Partners by number: what a claim in the journal says of whose it is.
//!
//! Promises: a number is one partner's for ever, and durable before it is used. Bounded: so many as
//! a claim has room for; the partners beyond have none, and no credit is kept of their reports.

use super::super::{Registry, RegistryError};
use crate::domain::credit::{FIRST_NUMBER, MOST_NUMBERS};
use ahash::AHashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Characters of a name, at most; partners' are shorter.
const LONGEST: usize = 256;

/// See the module.
#[derive(Default)]
pub(super) struct PartnerNumbers(RwLock<NumberedPartners>);

#[derive(Default)]
struct NumberedPartners {
    by_name: AHashMap<Arc<str>, u16>,
    /// The first has [`FIRST_NUMBER`].
    names: Vec<Arc<str>>,
}

impl PartnerNumbers {
    fn number(&self, name: &str) -> Option<u16> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.by_name.get(name).copied()
    }

    fn count(&self) -> usize {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.names.len()
    }

    fn push(&self, name: &str) -> u16 {
        let name: Arc<str> = name.into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let number = FIRST_NUMBER + known.names.len() as u16;
        known.names.push(name.clone());
        known.by_name.insert(name, number);
        number
    }
}

impl Registry {
    /// Of an earlier run, in the order of their numbers.
    pub(in crate::registry) fn know_partners(&self, names: &[&str]) {
        for name in names {
            self.sources.partners.push(name);
        }
    }

    /// The number of that partner, which lasts (durable before this returns). `None`: there are as
    /// many as a claim has room for, or the name is none.
    ///
    /// Waits for the disk the first time a partner is asked for.
    ///
    /// # Errors
    /// The disk.
    pub fn number_partner(&self, name: &str) -> Result<Option<u16>, RegistryError> {
        let partners = &self.sources.partners;
        if let Some(number) = partners.number(name) {
            return Ok(Some(number));
        }
        let odd = name.is_empty() || name.len() > LONGEST || name.contains(char::is_control);
        let full = || partners.count() >= usize::from(MOST_NUMBERS - FIRST_NUMBER);
        if odd || full() {
            return Ok(None);
        }
        let identities = self.identities.lock();
        let mut identities = identities.unwrap_or_else(PoisonError::into_inner);
        // Somebody may have been quicker.
        if let Some(number) = partners.number(name) {
            return Ok(Some(number));
        }
        if full() {
            return Ok(None);
        }
        identities.partner(name);
        identities.commit()?;
        Ok(Some(partners.push(name)))
    }

    /// The same of one that has been numbered; never waits.
    pub fn partner_number(&self, name: &str) -> Option<u16> {
        self.sources.partners.number(name)
    }

    /// Whose number that is.
    pub fn partner_numbered(&self, number: u16) -> Option<Arc<str>> {
        let at = usize::from(number.checked_sub(FIRST_NUMBER)?);
        let known = self.sources.partners.0.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.names.get(at).cloned()
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::Registry;

    #[test]
    fn a_partner_has_one_number_and_there_are_as_many_as_a_claim_has_room_for() {
        let registry = Registry::in_memory(vec![], vec![]).unwrap();
        let number = |name: &str| registry.number_partner(name).unwrap();
        assert_eq!(
            (number("acme"), number("b c"), number("acme")),
            (Some(64), Some(65), Some(64))
        );
        assert_eq!(registry.partner_numbered(65).as_deref(), Some("b c"));
        assert_eq!((number(""), number("a\nb")), (None, None));
        for n in 2..960 {
            assert_eq!(number(&n.to_string()), Some(64 + n));
        }
        assert_eq!((number("one more"), number("b c")), (None, Some(65)));
        assert!(
            registry.partner_numbered(63).is_none() && registry.partner_numbered(1024).is_none()
        );
    }
}
