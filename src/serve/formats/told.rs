//! What is told of bays and zones, whatever the format: looked up once, written by any.

use super::kept_zone::ToKeep;
use crate::domain::{AppEvidence, BayKind, BayStatus, BaySubset, BayView, CountEvidence, Millis};
use crate::domain::{ZoneIx, ZoneKind, ZoneTally};
use crate::forecast::ForecastTable;
use crate::ingest::connector::Credits;
use crate::live::{OpenOffer, OpenPool, ZoneHit};
use crate::registry::city::{BayAttrs, City, Zone};
use crate::serve::told_in::ToldIn;
use std::sync::Arc;

/// The nearest vacant bays.
pub(in crate::serve) struct NearbyTold<'c> {
    pub(super) city: &'c City,
    /// With their distance in metres, nearest first.
    pub(super) bays: Vec<(SeenBay, f32)>,
    pub(super) at: Millis,
    /// How far off the arrival is.
    pub(super) ahead_ms: u64,
    /// What is expected then.
    pub(super) expected: Arc<ForecastTable>,
    pub(super) wanted: Wanted,
    /// Car parks that count and have room, nearest first, for bays of that kind.
    pub(super) zones: Vec<ZoneHit>,
    pub(super) kind: BayKind,
    /// Where nothing is near: the nearest there is, at most one of both.
    pub(super) next: Option<Box<NearbyTold<'c>>>,
    pub(super) told_in: ToldIn,
    /// Know whom to name.
    pub(super) credits: Option<&'c Credits>,
}

/// Which lists are wanted of what is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Wanted {
    Bays,
    Zones,
    All,
}

impl Wanted {
    pub(in crate::serve) const NAMES: [&'static str; 3] = ["bays", "zones", "all"];

    pub(in crate::serve) fn parse(name: &str) -> Option<Self> {
        match name {
            "bays" => Some(Self::Bays),
            "zones" => Some(Self::Zones),
            "all" => Some(Self::All),
            _ => None,
        }
    }

    pub(in crate::serve) fn bays(self) -> bool {
        self != Self::Zones
    }

    pub(in crate::serve) fn zones(self) -> bool {
        self != Self::Bays
    }
}

impl<'c> NearbyTold<'c> {
    pub(in crate::serve) fn new(
        city: &'c City,
        found: impl Iterator<Item = (SeenBay, f32)>,
        at: Millis,
        (ahead_ms, expected): (u64, Arc<ForecastTable>),
    ) -> Self {
        // Between the query and this look a bay may have been taken: it is left out, not shown as
        // vacant.
        let vacant = found.filter(|(bay, _)| bay.is_vacant());
        let bays = vacant.map(|(bay, m)| (bay.by_its_offer(), m)).collect();
        Self {
            city,
            bays,
            at,
            ahead_ms,
            expected,
            wanted: Wanted::Bays,
            zones: Vec::new(),
            kind: BayKind::Car,
            next: None,
            told_in: ToldIn::default(),
            credits: None,
        }
    }

    /// With whom to name.
    pub(in crate::serve) fn crediting(self, credits: Option<&'c Credits>) -> Self {
        Self { credits, ..self }
    }

    /// Whom to name beside what is told of a zone.
    pub(super) fn credit(&self, zone: ZoneIx) -> Option<Arc<String>> {
        self.credits.and_then(|credits| credits.of(zone))
    }

    /// In these coordinates.
    pub(in crate::serve) fn told_in(self, told_in: ToldIn) -> Self {
        Self { told_in, ..self }
    }

    /// With the lists that are wanted, and car parks with room for that kind.
    pub(in crate::serve) fn with(self, wanted: Wanted, kind: BayKind, zones: Vec<ZoneHit>) -> Self {
        Self {
            wanted,
            zones,
            kind,
            ..self
        }
    }

    /// How likely a bay is vacant on arrival; `None` while nothing is known of it, or where it is too
    /// far ahead.
    pub(super) fn p_vacant_on_arrival(&self, bay: &SeenBay) -> Option<f64> {
        let zone = bay.view.zone;
        self.expected
            .p_vacant(zone, self.at, self.ahead_ms, bay.p_vacant()?)
    }

    /// How likely at least one of the bays is.
    pub(super) fn p_any_vacant(&self) -> Option<f64> {
        let bays = self.bays.iter();
        let known = bays.filter_map(|(bay, _)| Some((bay.view.zone, bay.p_vacant()?)));
        let known: Vec<_> = known.collect();
        self.expected.p_any_vacant(&known, self.at, self.ahead_ms)
    }

    /// How likely there is room in a car park on arrival; `None` where nothing is forecast of it, or
    /// nobody says how large it is.
    pub(super) fn p_room(&self, zone: ZoneIx, capacity: Option<u32>) -> Option<f64> {
        let (outlook, ahead) = self.expected.zone(zone, self.at, self.ahead_ms)?;
        Some(outlook.after(ahead)?.p_any_vacant(capacity?))
    }

    pub(in crate::serve) fn is_empty(&self) -> bool {
        self.bays.is_empty() && self.zones.is_empty()
    }

    /// Nothing is near, and that is what is next.
    pub(in crate::serve) fn or_next(self, mut next: Self) -> Self {
        if let (Some(bay), Some(zone)) = (next.bays.first(), next.zones.first()) {
            if bay.1 <= zone.distance_m {
                next.zones.clear();
            } else {
                next.bays.clear();
            }
        }
        let next = (!next.is_empty()).then(|| Box::new(next));
        Self { next, ..self }
    }
}

/// One bay, with what is known of it and why.
pub(in crate::serve) struct BayTold<'c> {
    pub(in crate::serve) city: &'c City,
    pub(in crate::serve) seen: SeenBay,
    /// What apps say of it, beside whoever watches it.
    pub(in crate::serve) apps: Option<AppEvidence>,
    /// What a count of its zone says of it if nobody watches it.
    pub(in crate::serve) count: Option<CountEvidence>,
    /// What is usual in its zone, where that was learnt: log-odds of *occupied*, in 1/1,024 nat.
    pub(in crate::serve) usual: Option<i16>,
    /// Whom to name beside it.
    pub(in crate::serve) credit: Option<Arc<String>>,
    pub(in crate::serve) at: Millis,
    pub(in crate::serve) told_in: ToldIn,
}

impl BayTold<'_> {
    /// What was claimed, where that is not what is shown: the claim no longer stands, or somebody
    /// has booked the bay.
    pub(super) fn claimed_state(&self) -> Option<BayStatus> {
        let differs = self.is_stale() || self.seen.is_kept();
        differs.then_some(self.seen.view.claimed)
    }

    /// Why the state is what it is.
    pub(super) fn why(&self) -> &'static str {
        if self.seen.order.is_some() {
            "order"
        } else if self.seen.is_kept() {
            "reserved"
        } else if self.seen.as_offered && self.seen.view.observed_at.is_never() {
            "offered"
        } else if self.seen.view.observed_at.is_never() {
            "never_reported"
        } else if self.is_stale() {
            "stale"
        } else {
            "reported"
        }
    }

    /// What may be served differs from what was claimed only when the claim no longer stands.
    fn is_stale(&self) -> bool {
        let view = &self.seen.view;
        !view.observed_at.is_never() && view.status != view.claimed
    }
}

/// A bay as somebody sees it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::serve) struct SeenBay {
    pub(in crate::serve) view: BayView,
    /// It is kept for who has booked it.
    pub(in crate::serve) reserved: bool,
    /// A private bay's offer, if it is open.
    pub(in crate::serve) offer: Option<OpenOffer>,
    /// Told as on offer, not as it is: a private bay that is somebody else's.
    pub(in crate::serve) as_offered: bool,
    /// The order that closes it.
    pub(in crate::serve) order: Option<Arc<str>>,
}

impl SeenBay {
    /// Whether it is empty for somebody: to others it is not vacant.
    fn is_kept(&self) -> bool {
        self.reserved && self.view.status == BayStatus::Vacant
    }

    /// Where the owner's word holds, nothing is told of older ones, which no longer stand.
    pub(in crate::serve) fn by_its_offer(mut self) -> Self {
        if self.view.status == BayStatus::Unknown {
            self.view.claimed = BayStatus::Unknown;
            self.view.observed_at = Millis::NEVER;
        }
        self
    }

    /// Whether a driver may be sent there: it is vacant, or on offer and nobody looks.
    fn is_vacant(&self) -> bool {
        match self.view.status {
            BayStatus::Vacant => true,
            BayStatus::Unknown => self.offer.is_some() && !self.reserved,
            BayStatus::Occupied | BayStatus::Closed => false,
        }
    }

    /// The state that others than who has booked the bay are shown.
    pub(super) fn state(&self) -> &'static str {
        if self.is_kept() {
            "reserved"
        } else if self.as_offered {
            BayStatus::Vacant.name()
        } else {
            self.view.status.name()
        }
    }

    /// How likely it is vacant for others than who has booked it; `None` while nothing is known.
    pub(super) fn p_vacant(&self) -> Option<f64> {
        let sure = f64::from(self.view.confidence) / 255.0;
        match self.view.status {
            _ if self.is_kept() => Some(0.0),
            BayStatus::Vacant => Some(sure),
            BayStatus::Occupied => Some(1.0 - sure),
            BayStatus::Closed => Some(0.0),
            BayStatus::Unknown => None,
        }
    }

    /// Its attributes; those of a private bay on offer are as its offer says.
    pub(in crate::serve) fn attrs(&self, city: &City) -> BayAttrs {
        let attrs = city.attrs(self.view.bay);
        self.offer.as_ref().map_or(attrs, |offer| offer.over(attrs))
    }
}

/// Where what is on offer is booked.
pub(super) const BOOK: &str = "/v1/requests";

/// The expected number of vacant bays of a zone that may be had, and its tenth and ninetieth
/// percentile; `None` while nothing is known.
pub(super) fn expected(tally: &ZoneTally) -> Option<(f64, u32, u32)> {
    let kept = tally.reserved;
    let most = tally.capacity.saturating_sub(tally.closed);
    let (mean, low, high) = tally.expected?.range(most);
    let less = |n: u32| n.saturating_sub(kept);
    Some(((mean - f64::from(kept)).max(0.0), less(low), less(high)))
}

/// A zone.
pub(in crate::serve) struct ZoneTold<'c> {
    pub(in crate::serve) zone: &'c Zone,
    pub(in crate::serve) tally: ZoneTally,
    /// Bit `k` is set when the zone has bays of kind `k`. None for one that is only counted.
    pub(in crate::serve) kinds: u8,
    pub(in crate::serve) told_in: ToldIn,
    /// The zone that it is an area or floor of, where that is seen.
    pub(in crate::serve) part_of: Option<&'c str>,
    /// Places of it that can be booked.
    pub(in crate::serve) pool: Option<OpenPool>,
    /// Whom to name beside it.
    pub(in crate::serve) credit: Option<Arc<String>>,
    /// The gravest order that closes any of it.
    pub(in crate::serve) order: Option<Arc<str>>,
    /// Its areas and floors, as far as they are seen.
    pub(in crate::serve) areas: Vec<ZoneTold<'c>>,
    /// Where what is written of it is kept, if everybody is told the same.
    pub(in crate::serve) keep: Option<ToKeep<'c>>,
}

impl ZoneTold<'_> {
    /// Vacant ones of some of its bays, and of how many, if anybody knows: as they are counted, else
    /// as its own accessible bays are.
    pub(in crate::serve) fn some_bays(&self, subset: BaySubset) -> Option<(u32, u32)> {
        let own = (self.tally.accessible_vacant, self.tally.accessible);
        let own = (subset == BaySubset::Accessible).then_some(own);
        self.tally.subsets[subset as usize].or(own)
    }

    /// Whether to tell how many of that kind are vacant.
    pub(in crate::serve) fn shows(&self, kind: BayKind) -> bool {
        self.tally.tells(kind, self.kinds)
    }

    /// Whether anything is known of it now. That all of it is closed is known, however silent it is.
    pub(in crate::serve) fn is_live(&self) -> bool {
        self.tally.is_shut() || !self.tally.stale && self.tally.known_fraction() != Some(0.0)
    }

    /// Its bays, as far as anybody knows.
    pub(in crate::serve) fn known_bays(&self) -> BaysTold {
        let tally = &self.tally;
        let is_sized = tally.unsized_kinds.is_empty() && tally.capacity > 0;
        let in_service = tally.capacity.saturating_sub(tally.closed);
        let is_live = self.is_live();
        // With a size whatever is not vacant is something else; without one only a count knows.
        let kinds = BayKind::ALL.into_iter();
        let told = kinds.filter(|kind| is_sized || self.shows(*kind));
        let sum = told
            .map(|kind| tally.vacant[kind as usize])
            .reduce(u32::saturating_add);
        let most = if is_sized { in_service } else { u32::MAX };
        let taken = tally.occupied.saturating_add(tally.reserved);
        // A private zone of which nothing is on offer has none.
        let is_offered = self.zone.spec.kind != ZoneKind::Private || tally.capacity > 0;
        BaysTold {
            capacity: is_sized.then_some(tally.capacity),
            in_service: is_sized.then_some(in_service),
            vacant: sum.filter(|_| is_live).map(|sum| sum.min(most)),
            occupied: (is_live && is_sized).then_some(taken),
            unknown: tally.unknown,
            is_closed: is_sized && in_service == 0 || !is_offered,
        }
    }

    /// Its place as it is told, in 1e-7 degrees: latitude, longitude.
    pub(super) fn place_e7(&self) -> (i32, i32) {
        self.told_in.place_e7(self.zone.spec.place.e7())
    }
}

/// Bays of a zone for forms that have no word for what is not known: it is `None`, and left out there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) struct BaysTold {
    /// `None`: nobody says how many there are.
    pub(in crate::serve) capacity: Option<u32>,
    /// Those of them that are not closed.
    pub(in crate::serve) in_service: Option<u32>,
    /// `None` while nothing is known, or where nobody says of any kind how many are vacant.
    pub(in crate::serve) vacant: Option<u32>,
    /// Those that are kept for a booking too. `None` while nothing is known, or without a capacity.
    pub(in crate::serve) occupied: Option<u32>,
    pub(in crate::serve) unknown: u32,
    /// None of them is to be had, whoever comes.
    pub(in crate::serve) is_closed: bool,
}

impl BaysTold {
    /// How many are taken, and of how many that is known; `None`: nothing is known of a share.
    pub(in crate::serve) fn taken_of_known(&self) -> Option<(u64, u64)> {
        let taken = u64::from(self.occupied?);
        let known = u64::from(self.vacant?) + taken;
        (known > 0).then_some((taken, known))
    }

    /// Whether nothing is vacant and nothing unknown, of a zone with bays in service.
    pub(in crate::serve) fn is_full(&self) -> bool {
        self.vacant == Some(0) && self.unknown == 0 && self.in_service.is_some_and(|n| n > 0)
    }
}
