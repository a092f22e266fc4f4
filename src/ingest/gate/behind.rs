//! Who stands behind a report, as it goes to the journal with it.

use super::{Gate, Message};
use crate::domain::credit::CreditBoard;
use crate::domain::{Backing, Reliability, SourceKind, Whose};
use crate::ingest::codec::BaySaid;
use std::sync::Arc;

impl Gate {
    /// Weighs what apps say by who says it, instead of by their keys' standing alone.
    #[must_use]
    pub fn weighing_by(mut self, reliability: Arc<dyn Reliability>) -> Self {
        self.reliability = reliability;
        self
    }

    /// And less, where the partner's credit has fallen too far.
    #[must_use]
    pub fn crediting(mut self, credit: Arc<CreditBoard>) -> Self {
        self.credit = credit;
        self
    }

    /// Who stands behind a report: an app's. Nobody need stand behind another's.
    pub(super) fn backing(&self, message: &Message<'_>, said: &BaySaid<'_>) -> Backing {
        let whose = match (message.speaker.kind, &said.contributor) {
            (SourceKind::App, Some(name)) => Whose::Contributor(name),
            (SourceKind::App, None) => Whose::Source(&message.speaker.id),
            _ => return Backing::default(),
        };
        let remit = &message.remit;
        let backing = self
            .reliability
            .backing(remit, whose, said.status, message.now);
        let numbered = match self.registry.partner_number(&remit.partner) {
            Some(number) => backing.of_number(number),
            None => backing,
        };
        if self.credit.doubts(&remit.partner) {
            numbered.doubted()
        } else {
            numbered
        }
    }
}
