//! Keys that ask nearly as often as they may.

use super::key_info::KeyId;
use super::keys::Keys;
use crate::domain::CallClass;
use std::sync::Arc;

/// A key that has used up four fifths of what it may ask in a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PressedKey {
    pub id: KeyId,
    pub name: Arc<str>,
    pub partner: Arc<str>,
    pub class: CallClass,
}

impl Keys {
    /// Those that have since this was last asked.
    #[must_use]
    pub fn pressed(&self) -> Vec<PressedKey> {
        let mut found = Vec::new();
        for held in &self.held {
            let grant = &held.grant;
            found.extend(grant.account.take_pressed().map(|class| PressedKey {
                id: held.key_id(),
                name: grant.name.clone(),
                partner: grant.partner.clone(),
                class,
            }));
        }
        found
    }
}
