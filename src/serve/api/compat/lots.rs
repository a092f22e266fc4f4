//! Bays by kind as feeds of car parks count them: those in service, and how many of these are vacant.
//!
//! Dear: a zone of several kinds of which some bays are closed or unknown has all its bays looked at,
//! since its tally does not tell these apart by kind.

use crate::domain::{BayKind, BayStatus, ZoneIx};
use crate::serve::formats::ZoneTold;
use crate::serve::sight::Sight;

/// Kinds and their letter there; bicycles have none.
pub(super) const LOT_TYPES: [(BayKind, &str); 3] = [
    (BayKind::Car, "C"),
    (BayKind::Motorcycle, "Y"),
    (BayKind::Heavy, "H"),
];

/// Bays of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lots {
    /// Those in service; `None`: nobody says how many there are.
    pub(super) total: Option<u32>,
    /// Those of them that are vacant; `None` while nothing is known of any.
    pub(super) vacant: Option<u32>,
}

/// By kind, in the order of [`BayKind::ALL`]; `None`: it has no bays of that kind.
pub(super) type LotsByKind = [Option<Lots>; BayKind::COUNT];

/// What a zone has of each kind.
pub(super) fn by_kind(sight: Sight<'_>, zone: ZoneIx, told: &ZoneTold<'_>) -> LotsByKind {
    let tally = &told.tally;
    let has = |kind: BayKind| tally.capacity_by_kind[kind as usize] > 0 && told.shows(kind);
    let kinds = BayKind::ALL.into_iter().filter(|kind| has(*kind)).count();
    let is_mixed = kinds > 1 && !sight.is_shut(zone) && (tally.closed > 0 || tally.unknown > 0);
    let survey = is_mixed.then(|| Survey::of(sight, zone, told));
    let mut all = [None; BayKind::COUNT];
    for kind in BayKind::ALL.into_iter().filter(|kind| has(*kind)) {
        let k = kind as usize;
        let capacity = tally.capacity_by_kind[k];
        let (closed, is_known) = survey.as_ref().map_or((tally.closed, true), |survey| {
            (survey.closed[k], survey.known[k])
        });
        let total = capacity.saturating_sub(closed);
        let is_sized = !tally.unsized_kinds.has(kind);
        let vacant = tally.vacant[k];
        all[k] = Some(Lots {
            total: is_sized.then_some(total),
            vacant: (is_known && told.is_live())
                .then(|| if is_sized { vacant.min(total) } else { vacant }),
        });
    }
    all
}

/// What bays are closed, and of which kinds something is known.
#[derive(Default)]
struct Survey {
    closed: [u32; BayKind::COUNT],
    known: [bool; BayKind::COUNT],
}

impl Survey {
    fn of(sight: Sight<'_>, zone: ZoneIx, told: &ZoneTold<'_>) -> Self {
        let tally = &told.tally;
        let mut survey = Self::default();
        for kind in BayKind::ALL {
            let is_closed = tally.closed_kinds.has(kind);
            if is_closed {
                survey.closed[kind as usize] = tally.capacity_by_kind[kind as usize];
            }
            survey.known[kind as usize] = is_closed || tally.counted.has(kind);
        }
        let counted = survey.known;
        let parts = sight.city.zone(zone).parts.iter().copied();
        for one in std::iter::once(zone).chain(parts) {
            if sight.is_shut(one) {
                continue;
            }
            for bay in sight.city.bays_of(one) {
                let view = sight.live.bay(sight.city, bay);
                let k = view.kind as usize;
                if counted[k] {
                    continue;
                }
                survey.closed[k] += u32::from(view.status == BayStatus::Closed);
                survey.known[k] |= view.status != BayStatus::Unknown;
            }
        }
        survey
    }
}
