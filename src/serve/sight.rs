//! Whose eyes an answer is for, and what they see of private bays and zones.
//!
//! Promises: every view of bays and zones asks here, so all say the same. Of a private zone everybody
//! sees what is on offer ([`Live::public_zone`]); who owns a bay sees it as it is, and a zone as it is
//! if all its bays are theirs (one without bays: if they are its operator). Keys with the scope `admin`
//! or `monitor` see everything. What is not seen looks like what is not there. Dear: a zone's true
//! figures for a partner's key ask for the owner of each of its bays, up to the first that is
//! somebody else's.

use super::atlas::Atlas;
use super::formats::{BayTold, SeenBay, ToKeep, ZoneOfMany, ZoneText, ZoneTold};
use super::http::caller::Caller;
use super::state::ReadState;
use super::told_in::ToldIn;
use crate::domain::{BayIx, BayStatus, BayView, Millis, ZoneIx, closed_at};
use crate::ingest::connector::Credits;
use crate::live::{Live, ZonePlaces, is_private};
use crate::orders::OrderBook;
use crate::partners::Grant;
use crate::registry::city::City;
use crate::sharing::Desk;
use std::sync::Arc;

/// Whose eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Eyes {
    /// Anybody's.
    Public,
    /// A partner's: what it owns it sees.
    Partner(Arc<str>),
    /// The authority's and the operators'.
    All,
}

impl Eyes {
    pub(in crate::serve) fn of(caller: &Caller) -> Self {
        caller.grant.as_deref().map_or(Self::Public, Self::granted)
    }

    pub(in crate::serve) fn granted(grant: &Grant) -> Self {
        if grant.scopes.oversee() {
            Self::All
        } else {
            Self::Partner(grant.partner.clone())
        }
    }

    /// Whether they see a private bay as it is.
    pub(in crate::serve) fn own_bay(&self, desk: &Desk, city: &City, bay: BayIx) -> bool {
        match self {
            Self::Public => false,
            Self::Partner(partner) => desk
                .owner(city.bay_id(bay))
                .is_some_and(|owner| owner == *partner),
            Self::All => true,
        }
    }

    /// Whether they see a private zone as it is.
    pub(in crate::serve) fn own_zone(&self, desk: &Desk, city: &City, zone: ZoneIx) -> bool {
        match self {
            Self::Public => false,
            Self::Partner(partner) => {
                let mut bays = city.bays_of(zone).peekable();
                if bays.peek().is_none() {
                    return desk.is_operator(partner, &city.zone(zone).spec.operator);
                }
                bays.all(|bay| self.own_bay(desk, city, bay))
            }
            Self::All => true,
        }
    }
}

/// What is looked at, by whom, and when.
#[derive(Clone, Copy)]
pub(in crate::serve) struct Sight<'a> {
    pub(in crate::serve) live: &'a Live,
    pub(in crate::serve) desk: &'a Desk,
    pub(in crate::serve) city: &'a City,
    pub(in crate::serve) eyes: &'a Eyes,
    pub(in crate::serve) at: Millis,
    told_in: ToldIn,
    credits: Option<&'a Credits>,
    orders: &'a OrderBook,
}

impl<'a> Sight<'a> {
    pub(in crate::serve) fn new(own: &'a ReadState, city: &'a City, eyes: &'a Eyes) -> Self {
        Self {
            live: &own.live,
            desk: &own.desk,
            city,
            eyes,
            at: own.clock.now(),
            told_in: ToldIn::default(),
            credits: own.feeds.credits(),
            orders: own.orders.book(),
        }
    }

    /// Told in these coordinates.
    pub(in crate::serve) fn told_in(self, told_in: ToldIn) -> Self {
        Self { told_in, ..self }
    }

    /// Whether a private bay is seen as it is.
    pub(in crate::serve) fn own(self, bay: BayIx) -> bool {
        self.eyes.own_bay(self.desk, self.city, bay)
    }

    /// A bay; `None` for one that is not seen.
    pub(in crate::serve) fn bay(self, bay: BayIx) -> Option<SeenBay> {
        if !self.city.is_live(bay) {
            return None;
        }
        let Self { live, city, at, .. } = self;
        if city.is_private(bay) && !self.own(bay) {
            let offer = live.to_be_had(city, bay, at)?;
            let seen = SeenBay {
                view: live.bay(city, bay),
                reserved: false,
                offer: Some(offer),
                as_offered: true,
                order: None,
            };
            return Some(seen.by_its_offer());
        }
        let view = live.bay(city, bay);
        Some(SeenBay {
            order: self.order_of(&view),
            view,
            reserved: live.is_reserved(bay),
            offer: live.offer_of(city, bay, at),
            as_offered: false,
        })
    }

    /// The order that closes a bay.
    fn order_of(self, view: &BayView) -> Option<Arc<str>> {
        if view.status != BayStatus::Closed {
            return None;
        }
        let known = self.orders.picture();
        let closings = known.closures.of_bay(view.zone, view.bay);
        let order = known.closing(closed_at(closings, self.at)?)?;
        Some(order.name.clone())
    }

    /// The gravest order that closes any of a zone.
    fn order_in(self, zone: ZoneIx) -> Option<Arc<str>> {
        let known = self.orders.picture();
        let closings = known.closures.zone(zone)?;
        let all = closings
            .bays()
            .map(|(_, own)| own)
            .chain([closings.whole()]);
        let now = all.filter_map(|own| closed_at(own, self.at));
        let order = known.closing(now.min_by_key(|closing| closing.order)?)?;
        Some(order.name.clone())
    }

    /// All that is told of a bay; `None` for one that is not seen.
    pub(in crate::serve) fn bay_told(self, bay: BayIx) -> Option<BayTold<'a>> {
        let seen = self.bay(bay)?;
        // A count and what is usual speak of the other bays of the zone too.
        let whole = !seen.as_offered;
        let SeenBay { view, .. } = seen;
        Some(BayTold {
            city: self.city,
            apps: self.live.apps_say(bay),
            count: whole
                .then(|| self.live.count_says(view.zone, view.kind))
                .flatten(),
            usual: whole.then(|| self.live.usual(view.zone)).flatten(),
            credit: self.credit(view.zone),
            at: self.at,
            told_in: self.told_in,
            seen,
        })
    }

    /// A zone, with its areas and floors; `None` for one that is gone or not seen.
    pub(in crate::serve) fn zone(self, atlas: &'a Atlas, zone: ZoneIx) -> Option<ZoneTold<'a>> {
        // Before it is looked at: what changes meanwhile is not told of as if it were kept.
        let stamp = self.live.zone_stamp(zone);
        let mut told = self.lone_zone(atlas, zone)?;
        // A private one is told as who asks may see it, and a whole by its parts, which have stamps of
        // their own.
        let is_same = ZonePlaces::takes(told.zone) && told.zone.parts.is_empty();
        let kept = atlas.kept(zone).filter(|_| is_same);
        told.keep = kept.map(|at| ToKeep { at, stamp });
        let parts = told.zone.parts.iter();
        told.areas = parts
            .filter_map(|part| self.lone_zone(atlas, *part))
            .collect();
        Some(told)
    }

    /// One of many zones, for a format that `keeps` what it writes; `None` for one that is gone or not seen.
    pub(in crate::serve) fn one_of_many(
        self,
        atlas: &'a Atlas,
        zone: ZoneIx,
        keeps: bool,
    ) -> Option<ZoneOfMany<'a>> {
        match self.kept(atlas, zone, keeps) {
            Some(text) => Some(ZoneOfMany::Kept(text)),
            None => self
                .zone(atlas, zone)
                .map(|told| ZoneOfMany::Told(Box::new(told))),
        }
    }

    /// A zone as it was last written, if that is still so, for a format that `keeps` what it writes.
    pub(in crate::serve) fn kept(
        self,
        atlas: &Atlas,
        zone: ZoneIx,
        keeps: bool,
    ) -> Option<Arc<ZoneText>> {
        if !keeps || self.is_closable(zone) {
            return None;
        }
        let kept = atlas.kept(zone)?;
        let credit = self.credit(zone);
        kept.among_many(self.live.zone_stamp(zone), credit.as_ref(), self.told_in)
    }

    /// Whether an order closes any of a zone, now or at another time.
    fn is_closable(self, zone: ZoneIx) -> bool {
        self.orders.picture().closures.zone(zone).is_some()
    }

    /// Goes over zones that are to be told; what is read of each is asked for some zones ahead, as among
    /// many each look-up waits for memory.
    pub(in crate::serve) fn asked_ahead<'z>(
        self,
        atlas: &'z Atlas,
        zones: &'z [(u32, ZoneIx)],
    ) -> impl Iterator<Item = &'z (u32, ZoneIx)> + use<'a, 'z> {
        const AHEAD: usize = 8;
        let ask = move |(_, zone): &(u32, ZoneIx)| {
            self.live.ask_for_stamp(*zone);
            atlas.ask_for(*zone);
        };
        zones.iter().take(AHEAD).for_each(ask);
        let later = zones.iter().skip(AHEAD).map(Some);
        let later = later.chain(std::iter::repeat(None));
        zones.iter().zip(later).map(move |(zone, later)| {
            later.map(ask);
            zone
        })
    }

    /// The zone that one is an area or floor of, if that is seen: it is told with it.
    pub(in crate::serve) fn whole(self, zone: ZoneIx) -> Option<ZoneIx> {
        let whole = self.city.zone(zone).part_of;
        whole.filter(|whole| self.sees_zone(*whole))
    }

    fn lone_zone(self, atlas: &Atlas, zone: ZoneIx) -> Option<ZoneTold<'a>> {
        let Self { live, city, .. } = self;
        if city.zone(zone).removed {
            return None;
        }
        let (tally, kinds) = if self.is_shut(zone) {
            let told = live.public_zone(city, zone, self.at)?;
            (told.tally, told.kinds)
        } else {
            let tally = live.on_offer_to(city, zone, self.at, |part| self.is_shut(part));
            (tally, self.kinds(atlas, zone))
        };
        Some(ZoneTold {
            zone: city.zone(zone),
            tally,
            kinds,
            told_in: self.told_in,
            part_of: self.whole(zone).map(|whole| &*city.zone(whole).spec.id),
            pool: live.pool_told(zone, self.at),
            credit: self.credit(zone),
            order: self.order_in(zone),
            areas: Vec::new(),
            keep: None,
        })
    }

    /// Whom to name beside what is told of a zone.
    fn credit(self, zone: ZoneIx) -> Option<Arc<String>> {
        self.credits.and_then(|credits| credits.of(zone))
    }

    /// The kinds of bay that a zone which is not shut, or any of its parts, is seen to have, as bits.
    fn kinds(self, atlas: &Atlas, zone: ZoneIx) -> u8 {
        let of = |part: &ZoneIx| {
            if self.is_shut(*part) {
                let told = self.live.public_lone_zone(self.city, *part, self.at);
                return told.map_or(0, |told| told.kinds);
            }
            atlas.kinds(*part)
        };
        let parts = self.city.zone(zone).parts.iter().map(of);
        parts.fold(atlas.kinds(zone), |all, kinds| all | kinds)
    }

    /// Whether a zone is shown by its offers alone: it is private, and somebody else's.
    pub(in crate::serve) fn is_shut(self, zone: ZoneIx) -> bool {
        is_private(self.city, zone) && !self.eyes.own_zone(self.desk, self.city, zone)
    }

    /// How many bays of a zone are seen now, or were there to be had.
    pub(in crate::serve) fn count_bays(self, zone: ZoneIx) -> usize {
        if self.is_shut(zone) {
            let told = self.live.public_lone_zone(self.city, zone, self.at);
            return told.map_or(0, |told| told.tally.capacity as usize);
        }
        self.city.bays_of(zone).count()
    }

    /// Whether a zone is seen at all.
    pub(in crate::serve) fn sees_zone(self, zone: ZoneIx) -> bool {
        !self.city.zone(zone).removed
            && (!self.is_shut(zone)
                || self.city.bays_of(zone).next().is_some()
                || !self.live.pools_of(zone, self.at).is_empty())
    }
}
