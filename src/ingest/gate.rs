//! The gate: turns what a proven speaker said into observations, or into refusals with a reason.
//!
//! Promises: every message becomes claims, refusals, or both; nothing vanishes. Each refusal is
//! counted here, once, and carries enough for the quarantine. It touches no disk and holds no lock
//! (for uplinks: one of many, and for apps that of the contributors, for a moment), so any number of
//! connections pass at once. Dear: one id look-up in a concurrent map per bay, and for an app's a
//! pseudonym. Uplinks of devices are judged in `uplinks`, which also
//! knows those that have been taken already.

mod behind;
mod config;
mod counts;
mod device_health;
mod ledger;
mod refuse;
mod rows;
mod times;
mod uplinks;

pub use config::Config;
pub use device_health::{DeviceHealths, HeardDevice};
pub use ledger::{Ledger, OddCount, Sent};
pub use rows::{RowMemory, RowRules, RowSaid, RowSender, RowTally, Subsets};

use super::codec::{BaySaid, Codec, Said};
use crate::domain::credit::CreditBoard;
use crate::domain::observation::SURE;
use crate::domain::{
    Afterwards, Area, BaySubset, ByStanding, Claim, Clock, CountObservation, CountWord, Door,
    HeldRemit, LATE_MS, Millis, Observation, Parcel, Reason, Reliability, Speaker, UsageKind,
    ZoneIx, ZoneKind,
};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::registry::city::City;
use std::fmt::Display;
use std::sync::Arc;
use times::without_time;
use uplinks::RecentUplinks;

/// See the module.
pub struct Gate {
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    config: Config,
    recent: Arc<RecentUplinks>,
    ledger: Arc<Ledger>,
    healths: Arc<DeviceHealths>,
    reliability: Arc<dyn Reliability>,
    credit: Arc<CreditBoard>,
}

/// One message on its way through: who sends it, where, and what it holds.
struct Message<'a> {
    speaker: &'a Speaker,
    door: Door,
    place: &'a dyn Display,
    payload: &'a [u8],
    now: Millis,
    /// The speaker's, as it was when the message came.
    remit: HeldRemit,
    /// A broker had kept it, and gives it out again: when it was said, only it can tell.
    kept: bool,
    /// Refusals that were there before this message.
    before: usize,
}

impl Gate {
    #[must_use]
    pub fn new(
        registry: Arc<Registry>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        config: Config,
    ) -> Self {
        let ledger = Arc::new(Ledger::new(clock.now()));
        let healths = Arc::new(DeviceHealths::new(metrics.clone()));
        Self {
            registry,
            clock,
            metrics,
            config,
            recent: Arc::default(),
            ledger,
            healths,
            reliability: Arc::new(ByStanding),
            credit: Arc::default(),
        }
    }

    /// What each source has sent since the start. Of a device's uplinks, what was refused counts
    /// for its network server.
    #[must_use]
    pub fn ledger(&self) -> Arc<Ledger> {
        self.ledger.clone()
    }

    /// How well each device is.
    #[must_use]
    pub fn healths(&self) -> Arc<DeviceHealths> {
        self.healths.clone()
    }

    /// Reads one payload and appends to `out` what may pass and what may not. `place` is the topic
    /// or path it came on, for the quarantine; it is written out only when something is refused.
    pub fn take(
        &self,
        speaker: &Speaker,
        door: Door,
        place: &dyn Display,
        codec: &Codec,
        payload: &[u8],
        out: &mut Parcel,
    ) {
        let message = self.message(speaker, door, place, payload, out);
        self.pass(&message, codec, out);
    }

    /// The same of a payload that a broker had kept and gives out again. What it says without a time
    /// of its own was not seen now.
    pub fn take_kept(
        &self,
        speaker: &Speaker,
        door: Door,
        place: &dyn Display,
        codec: &Codec,
        payload: &[u8],
        out: &mut Parcel,
    ) {
        let message = Message {
            // What is meant to be kept says what is so until it is replaced.
            kept: !codec.retained,
            ..self.message(speaker, door, place, payload, out)
        };
        self.pass(&message, codec, out);
    }

    fn message<'a>(
        &self,
        speaker: &'a Speaker,
        door: Door,
        place: &'a dyn Display,
        payload: &'a [u8],
        out: &Parcel,
    ) -> Message<'a> {
        Message {
            speaker,
            door,
            place,
            payload,
            now: self.clock.now(),
            remit: speaker.remit.now(),
            kept: false,
            before: out.refusals.len(),
        }
    }

    fn pass(&self, message: &Message<'_>, codec: &Codec, out: &mut Parcel) {
        let Message {
            speaker, payload, ..
        } = *message;
        if !speaker.pass.is_good(message.now) {
            let why = "the key it came in with has been revoked or has expired".to_owned();
            return self.refuse(message, Reason::Forbidden, None, why, out);
        }
        if payload.len() > self.config.max_bytes {
            let why = format!(
                "{} bytes; at most {} are taken",
                payload.len(),
                self.config.max_bytes
            );
            return self.refuse(message, Reason::TooLarge, None, why, out);
        }
        self.drop_members(payload);
        let mut said = Vec::with_capacity(1);
        if let Err(e) = (codec.decode)(payload, &mut said) {
            return self.refuse(message, Reason::Malformed, None, e.0, out);
        }
        if said.len() > self.config.max_bays {
            let why = format!(
                "{} {}; at most {} are taken in a message",
                said.len(),
                codec.items,
                self.config.max_bays
            );
            return self.refuse(message, Reason::TooLarge, None, why, out);
        }
        let partner = self.ledger.partner(&message.remit.partner);
        // All bays of a message have the same: the first that can be read tells it.
        let mut bays = said.iter().filter_map(|one| match one {
            Said::Bay(bay) => Some(bay.seen),
            _ => None,
        });
        let seen = bays.next().flatten();
        let mut accepted = 0;
        for (i, one) in said.into_iter().enumerate() {
            if self.is_nothing(&one) {
                self.metrics.uplinks_ignored.inc();
                out.ignored += 1;
                continue;
            }
            let subsets = match &one {
                Said::Count(count) => Some(count.subsets),
                _ => None,
            };
            match self.judge(message, one, &mut out.afterwards) {
                Ok(Some(claim)) => {
                    self.note(message, &claim, partner);
                    out.claims.push(claim);
                    accepted += 1;
                    if let (Claim::Count(count), Some(subsets)) = (claim, subsets) {
                        push_subsets(count, subsets, &mut out.claims);
                    }
                }
                Ok(None) => {}
                Err((reason, why)) => self.refuse(message, reason, Some(i as u32), why, out),
            }
        }
        self.accept(message, accepted);
        if let Some(at) = seen
            && accepted > 0
            && !speaker.kind.passes_by()
        {
            // It vouches for all of it, however long ago that changed. Bays of a time of seeing that
            // cannot be have been refused.
            let source = speaker.source;
            out.claims.push(Claim::Alive { source, at });
        }
    }

    /// `Ok(None)`: it has been taken already.
    fn judge(
        &self,
        message: &Message<'_>,
        said: Said<'_>,
        afterwards: &mut Afterwards,
    ) -> Result<Option<Claim>, (Reason, String)> {
        match said {
            Said::Bay(b) => self.bay(message, &b).map(Claim::Bay).map(Some),
            Said::Count(c) => self.count(message, &c).map(Claim::Count).map(Some),
            Said::Uplink(u) => self.uplink(message, &u, afterwards),
            Said::Nothing => Ok(None),
            Said::Online(_) if message.kept => Err(without_time()),
            // A goodbye is no evidence of any bay: the source's silence will speak for itself.
            Said::Online(online) => {
                self.ledger.say(message.speaker.source, online);
                // Who passes by vouches for nothing by being there.
                if message.speaker.kind.passes_by() {
                    return Ok(None);
                }
                Ok(Some(Claim::Alive {
                    source: message.speaker.source,
                    at: message.now,
                }))
            }
            Said::Present(at) => {
                let at = self.plausible(at, message)?;
                self.ledger.say(message.speaker.source, true);
                if message.speaker.kind.passes_by() {
                    return Ok(None);
                }
                Ok(Some(Claim::Alive {
                    source: message.speaker.source,
                    at,
                }))
            }
            Said::Unreadable(e) => Err((Reason::Malformed, e.0)),
        }
    }

    fn bay(
        &self,
        message: &Message<'_>,
        said: &BaySaid<'_>,
    ) -> Result<Observation, (Reason, String)> {
        let at = self.claimed_at(said, message)?;
        let bay = self
            .registry
            .bay_called(&said.bay)
            .ok_or_else(|| (Reason::UnknownBay, named("bay", &said.bay)))?;
        let asked = (Reason::UnknownBay, "bay", said.bay.as_ref());
        self.inside(message, asked, |city| city.zone_of(bay))?;
        let kind = message.speaker.kind;
        let confidence = said.confidence.map_or(kind.default_confidence(), in_255ths);
        Ok(Observation {
            at,
            seq: said.seq,
            bay,
            source: message.speaker.source,
            source_kind: kind,
            status: said.status,
            confidence,
            backing: self.backing(message, said),
        })
    }

    /// Refuses what is said of a zone that the speaker may not speak of. Who may speak of all, as
    /// most may, costs one comparison. `zone` is asked of a city taken after the id was looked up.
    /// What is private is refused as what is not there (`asked` says how), so that ids tell nothing.
    fn inside(
        &self,
        message: &Message<'_>,
        (reason, what, id): (Reason, &str, &str),
        zone: impl FnOnce(&City) -> ZoneIx,
    ) -> Result<(), (Reason, String)> {
        let Area::Part(area) = &message.remit.area else {
            return Ok(());
        };
        let city = self.registry.city();
        let spec = &city.zone(zone(&city)).spec;
        if area.covers(&spec.id, &spec.operator) {
            return Ok(());
        }
        if spec.kind == ZoneKind::Private {
            return Err((reason, named(what, id)));
        }
        let why = format!("zone {:?} is outside the area of the key", spec.id);
        Err((Reason::OutOfArea, why))
    }

    fn note(&self, message: &Message<'_>, claim: &Claim, partner: u32) {
        let now = message.now;
        if let Some((source, at)) = claim.said_by() {
            self.ledger.accept(source, (now, at), partner);
            if now.since(at) >= LATE_MS && !matches!(claim, Claim::Alive { .. }) {
                message.speaker.account.count(UsageKind::Late, 1);
            }
        }
    }

    /// Counts what of a message was taken.
    fn accept(&self, message: &Message<'_>, n: u64) {
        self.metrics.accept(message.door, n);
        if n > 0 {
            message.speaker.account.count(UsageKind::Accepted, n);
        }
    }
}

/// What a count that was taken says of some of its bays.
fn push_subsets(
    count: CountObservation,
    subsets: [Option<CountWord>; BaySubset::COUNT],
    claims: &mut Vec<Claim>,
) {
    let said = BaySubset::ALL.into_iter().zip(subsets);
    claims.extend(said.filter_map(|(subset, word)| {
        let word = word?;
        let subset = Some(subset);
        Some(Claim::Count(CountObservation {
            subset,
            word,
            ..count
        }))
    }));
}

/// A confidence of 0..=1, rounded; but never up to what is sure.
pub(in crate::ingest) fn in_255ths(confidence: f32) -> u8 {
    let near = (confidence * 255.0).round() as u8;
    if confidence < 0.8 {
        near.min(SURE - 1)
    } else {
        near
    }
}

/// `bay "X" is not in the registry`, with no more of a sender's string than an error text should
/// carry.
fn named(what: &str, id: &str) -> String {
    let id: String = id.chars().take(crate::domain::id::MAX_LEN).collect();
    format!("{what} {id:?} is not in the registry")
}

#[cfg(test)]
mod tests;
