//! A look at all entities as somebody sees them at this moment.

use super::entity::EntityMaker;
use super::facts::FactsBook;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use crate::serve::told_in::ToldIn;
use std::sync::Arc;

/// See the module.
pub(super) struct EntityLook {
    pub(super) reads: Arc<ReadState>,
    facts: FactsBook,
}

impl EntityLook {
    pub(super) fn new(reads: Arc<ReadState>) -> Self {
        let facts = FactsBook::default();
        Self { reads, facts }
    }

    /// What is seen at this moment.
    pub(super) fn look<T>(&self, eyes: &Eyes, look: impl FnOnce(&EntityMaker<'_>) -> T) -> T {
        let own = &self.reads;
        let city = own.registry.city();
        let atlas = own.atlases.of(&city);
        let facts = self.facts.of(&city);
        let told_in = ToldIn::usual(own.public_crs);
        look(&EntityMaker {
            sight: Sight::new(own, &city, eyes).told_in(told_in),
            atlas: &atlas,
            facts: &facts,
            currency: own.desk.config().currency,
            told_in,
        })
    }
}
