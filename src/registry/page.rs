//! A page of 1,024 bays: parallel arrays, so that a query which asks for places touches places
//! only.
//!
//! Promises: 25 bytes of numbers a bay (plus 4 for the number's inverse, kept by the city), and its
//! id. Copying a page is what a run-time change costs: some 26 KB, and the ids' text where one is added.

use super::attrs::BayAttrs;
use super::id_text::IdText;
use crate::domain::BayKind;
use crate::prefetch::prefetch;
use std::sync::Arc;

/// Bays in a page.
pub(super) const PAGE: usize = 1024;

const KIND: u8 = 3;
const ACCESSIBLE: u8 = 4;
const EV_CHARGING: u8 = 8;
const RETIRED: u8 = 16;
/// In a zone of kind `private`.
const PRIVATE: u8 = 32;
/// What is not an attribute of the bay's own.
const KEPT: u8 = RETIRED | PRIVATE;

const NO_PRICE: u32 = u32::MAX;

/// The highest price that a bay or zone may have, cents an hour.
pub(super) const HIGHEST_PRICE: u32 = NO_PRICE - 1;

/// One bay on its way into a page.
#[derive(Clone, Debug)]
pub(super) struct BayRow {
    pub(super) id: Arc<str>,
    pub(super) zone: u32,
    /// Latitude, longitude in 1e-7 degrees.
    pub(super) place: (i32, i32),
    pub(super) number: u32,
    pub(super) attrs: BayAttrs,
}

/// What is seldom asked of a bay, apart from what is asked of each candidate.
#[derive(Clone, Copy, Default)]
struct BayLimits {
    /// [`NO_PRICE`]: nobody has said.
    price_cents_per_hour: u32,
    max_height_cm: u16,
    max_stay_min: u16,
}

/// Up to [`PAGE`] bays; positions beyond `ids.len()` hold nothing.
#[derive(Clone)]
pub(super) struct BayPage {
    place: [(i32, i32); PAGE],
    zone: [u32; PAGE],
    number: [u32; PAGE],
    limits: [BayLimits; PAGE],
    flags: [u8; PAGE],
    ids: Arc<IdText>,
}

impl BayPage {
    /// Bytes a bay takes in the arrays of numbers.
    pub(super) const NUMERIC_BYTES: usize = (size_of::<Self>() - size_of::<Arc<IdText>>()) / PAGE;

    pub(super) fn new() -> Self {
        Self {
            place: [(0, 0); PAGE],
            zone: [0; PAGE],
            number: [0; PAGE],
            limits: [BayLimits::default(); PAGE],
            flags: [0; PAGE],
            ids: Arc::new(IdText::with_room(PAGE)),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.ids.len() == PAGE
    }

    pub(super) fn push(&mut self, row: &BayRow) {
        let at = self.ids.len();
        Arc::make_mut(&mut self.ids).push(&row.id);
        self.place[at] = row.place;
        self.zone[at] = row.zone;
        self.number[at] = row.number;
        self.set_attrs(at, row.attrs);
    }

    #[inline]
    pub(super) fn place(&self, at: usize) -> (i32, i32) {
        self.place[at]
    }

    #[inline]
    pub(super) fn zone(&self, at: usize) -> u32 {
        self.zone[at]
    }

    #[inline]
    pub(super) fn number(&self, at: usize) -> u32 {
        self.number[at]
    }

    #[inline]
    pub(super) fn id(&self, at: usize) -> &str {
        self.ids.get(at)
    }

    /// The ids of all its bays. No more are expected of a start.
    pub(super) fn settled_ids(&mut self) -> Arc<IdText> {
        Arc::make_mut(&mut self.ids).shrink();
        self.ids.clone()
    }

    /// Asks for all there is of the bay.
    #[inline]
    pub(super) fn ask_for(&self, at: usize) {
        prefetch(&self.place, at);
        prefetch(&self.zone, at);
        prefetch(&self.limits, at);
        prefetch(&self.flags, at);
        self.ids.ask_for(at);
    }

    /// Asks for what a query looks at.
    #[inline]
    pub(super) fn ask_for_place(&self, at: usize) {
        prefetch(&self.place, at);
        prefetch(&self.flags, at);
    }

    #[inline]
    pub(super) fn is_retired(&self, at: usize) -> bool {
        self.flags[at] & RETIRED != 0
    }

    pub(super) fn retire(&mut self, at: usize) {
        self.flags[at] |= RETIRED;
    }

    #[inline]
    pub(super) fn is_private(&self, at: usize) -> bool {
        self.flags[at] & PRIVATE != 0
    }

    /// What the kind of its zone says of it.
    pub(super) fn set_private(&mut self, at: usize, private: bool) {
        self.flags[at] = self.flags[at] & !PRIVATE | if private { PRIVATE } else { 0 };
    }

    #[inline]
    pub(super) fn attrs(&self, at: usize) -> BayAttrs {
        let flags = self.flags[at];
        let limits = self.limits[at];
        BayAttrs {
            kind: BayKind::from_u8(flags & KIND).unwrap_or(BayKind::Car),
            accessible: flags & ACCESSIBLE != 0,
            ev_charging: flags & EV_CHARGING != 0,
            max_height_cm: limits.max_height_cm,
            max_stay_min: limits.max_stay_min.into(),
            price_cents_per_hour: Some(limits.price_cents_per_hour).filter(|&p| p != NO_PRICE),
        }
    }

    pub(super) fn set_attrs(&mut self, at: usize, attrs: BayAttrs) {
        let BayAttrs {
            kind,
            accessible,
            ev_charging,
            max_height_cm,
            max_stay_min,
            price_cents_per_hour,
        } = attrs;
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        self.flags[at] = (self.flags[at] & KEPT)
            | kind as u8
            | flag(accessible, ACCESSIBLE)
            | flag(ev_charging, EV_CHARGING);
        self.limits[at] = BayLimits {
            price_cents_per_hour: price_cents_per_hour.unwrap_or(NO_PRICE),
            max_height_cm,
            // As short as the registry reads it.
            max_stay_min: u16::try_from(max_stay_min).unwrap_or(u16::MAX),
        };
    }
}
