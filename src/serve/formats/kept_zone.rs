//! What was last written of a zone, for those that come next while it is still so.
//!
//! Promise: what is kept is told again only where all that it was written from is the same: the zone's stamp in
//! the live view ([`Live::zone_stamp`]), whom to name, the coordinates, and the picture of the city that it is
//! kept with. Zones that depend on anything else are not kept: private ones, car parks with areas, places in a
//! pool, what an order closes. Bounded: one text a zone (some 600 bytes), of those that were asked for.
//! Dear: nothing; who finds it kept reads a few words of the zone and nothing of its bays.
//!
//! [`Live::zone_stamp`]: crate::live::Live::zone_stamp

use super::text::Text;
use crate::domain::{Millis, ZoneIx};
use crate::prefetch::prefetch;
use crate::serve::http::extract::hash_of;
use crate::serve::told_in::ToldIn;
use arc_swap::ArcSwapOption;
use std::sync::Arc;

/// A cache line, bytes.
const LINE: usize = 64;

/// What was last written of each zone of one picture of the city.
pub(in crate::serve) struct KeptZones(Box<[KeptZone]>);

impl KeptZones {
    /// Nothing yet, of so many zones.
    pub(in crate::serve) fn of(zones: u32) -> Self {
        Self((0..zones).map(|_| KeptZone::default()).collect())
    }

    /// Asks the processor for one.
    pub(in crate::serve) fn ask_for(&self, zone: ZoneIx) {
        prefetch(&self.0, zone.at());
    }

    pub(in crate::serve) fn of_zone(&self, zone: ZoneIx) -> Option<&KeptZone> {
        self.0.get(zone.at())
    }
}

/// What was last written of one.
#[derive(Default)]
pub(in crate::serve) struct KeptZone(ArcSwapOption<ZoneText>);

/// What was written of a zone.
pub(in crate::serve) struct ZoneText {
    stamp: u64,
    told_in: ToldIn,
    /// In which coordinates is said in it.
    says_so: bool,
    credit: Option<Arc<String>>,
    pub(super) observed_at: Millis,
    /// A number that changes with the text.
    tag: u64,
    text: Box<[u8]>,
}

impl ZoneText {
    /// Adds it; returns a number that changes with what is added.
    pub(super) fn add_to(&self, t: &mut Text) -> u64 {
        t.0.extend_from_slice(&self.text);
        self.tag
    }

    fn is_of(&self, stamp: u64, from: &TextInputs<'_>) -> bool {
        self.stamp == stamp
            && self.told_in == from.told_in
            && self.says_so == from.says_so
            && self.credit.as_ref() == from.credit
    }
}

/// What a zone's text is written from, beside what its stamp is of.
#[derive(Clone, Copy)]
pub(super) struct TextInputs<'c> {
    pub(super) told_in: ToldIn,
    /// It says in which coordinates.
    pub(super) says_so: bool,
    /// Whom it names.
    pub(super) credit: Option<&'c Arc<String>>,
    pub(super) observed_at: Millis,
}

/// A zone that may be kept, and its stamp from before it was looked at.
#[derive(Clone, Copy)]
pub(in crate::serve) struct ToKeep<'c> {
    pub(in crate::serve) at: &'c KeptZone,
    pub(in crate::serve) stamp: u64,
}

impl KeptZone {
    /// As one of many it is told so, if that is still so.
    pub(in crate::serve) fn among_many(
        &self,
        stamp: u64,
        credit: Option<&Arc<String>>,
        told_in: ToldIn,
    ) -> Option<Arc<ZoneText>> {
        let kept = self.0.load();
        let from = TextInputs {
            told_in,
            says_so: false,
            credit,
            observed_at: Millis::NEVER,
        };
        let kept = kept.as_ref().filter(|kept| kept.is_of(stamp, &from))?;
        // It is copied when all of the page are found: by then it is there.
        kept.text.chunks(LINE).for_each(|line| prefetch(line, 0));
        Some(Arc::clone(kept))
    }
}

/// Adds a zone as `write` would, and keeps that if it may; returns a number that changes with what is added.
pub(super) fn add(
    keep: Option<ToKeep<'_>>,
    t: &mut Text,
    from: TextInputs<'_>,
    write: impl FnOnce(&mut Text),
) -> u64 {
    if let Some(keep) = &keep {
        let kept = keep.at.0.load();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_of(keep.stamp, &from)) {
            return kept.add_to(t);
        }
    }
    let begun = t.0.len();
    write(t);
    let text = &t.0[begun..];
    let tag = hash_of(text);
    if let Some(keep) = keep {
        keep.at.0.store(Some(Arc::new(ZoneText {
            stamp: keep.stamp,
            told_in: from.told_in,
            says_so: from.says_so,
            credit: from.credit.cloned(),
            observed_at: from.observed_at,
            tag,
            text: text.into(),
        })));
    }
    tag
}
