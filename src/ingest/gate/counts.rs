//! Counts of zones on their way through the gate.
//!
//! Promise: a count is refused for its zone or its time only; what is odd about its numbers is counted
//! for its source, and they are taken as they are meant.

use super::{Gate, Message, OddCount, named};
use crate::domain::{CountObservation, Reason};
use crate::ingest::codec::CountSaid;

impl Gate {
    pub(super) fn count(
        &self,
        message: &Message<'_>,
        said: &CountSaid<'_>,
    ) -> Result<CountObservation, (Reason, String)> {
        let at = self.plausible(said.at, message)?;
        let zone = self
            .registry
            .zone_called(&said.zone)
            .ok_or_else(|| (Reason::UnknownZone, named("zone", &said.zone)))?;
        let asked = (Reason::UnknownZone, "zone", said.zone.as_ref());
        self.inside(message, asked, |_| zone)?;
        let source = message.speaker.source;
        let registered = self.registry.city().zone(zone).capacity_by_kind[said.kind as usize];
        let beyond =
            said.word.capacity.is_none() && registered > 0 && said.word.number > registered;
        if said.is_clamped || beyond {
            self.metrics.counts_clamped.inc();
            self.ledger.odd_count(source, OddCount::Clamped);
        }
        if registered > 0 && said.word.capacity.is_some_and(|named| named != registered) {
            self.metrics.count_capacity_mismatches.inc();
            self.ledger.odd_count(source, OddCount::OtherCapacity);
        }
        Ok(CountObservation {
            at,
            zone,
            source,
            source_kind: message.speaker.kind,
            kind: said.kind,
            subset: None,
            word: said.word,
            trusted: message.remit.backing.of_trusted_key(),
        })
    }
}
