//! What has come, gone and left sight with changes of the city: for who listens, and for who comes
//! back.
//!
//! Nothing is kept of what was sent but the number of the picture up to which the client was told:
//! the city knows in which picture something last left each zone ([`ZonePast`]). What goes is told
//! before what comes, so that a bay that moves is not taken away by the news that it has left.
//! Where bays have gone while the client was away it is to forget all: which it knew is known nowhere.
//!
//! Dear: nothing; a change of the city costs a look at the zones that it touched, and a subscription
//! made anew where zones came into what is followed or left it.
//!
//! [`ZonePast`]: crate::registry::city::ZonePast

use super::follower::{Follower, ToTell};
use super::id::Mark;
use super::selection::{Scope, count_bays};
use crate::domain::ZoneIx;
use crate::live::is_private;
use crate::registry::city::City;
use crate::serve::sight::Sight;
use std::sync::Arc;

/// What a change of the city means for one client.
#[derive(Default)]
struct Moves {
    /// Zones with bays to be looked at.
    bays: Vec<ZoneIx>,
    /// Zones that the client may know and that may have left sight.
    gone: Vec<ZoneIx>,
    /// Zones to follow no more, and zones to follow from now on.
    out: Vec<ZoneIx>,
    into: Vec<ZoneIx>,
}

impl Follower {
    /// Takes up the changes of the city up to that picture: puts before what is to be told what has
    /// come and gone. False if the client would have to be told of more than one may follow.
    pub(super) fn take_up(&mut self, city: &City) -> bool {
        let since = std::mem::replace(&mut self.taken_up, city.picture());
        if since == self.taken_up {
            return true;
        }
        let moves = self.moves(city, since);
        let others = moves.out.len() + moves.into.len() > 0;
        if others && !self.refollow(city, &moves) {
            return false;
        }
        if let Some(bays) = &mut self.bays {
            bays.start_over();
        }
        self.up_to(self.taken_up);
        let come = moves
            .into
            .iter()
            .map(|zone| ToTell::Zone(self.complete, *zone));
        self.pending.extend(come);
        for zone in moves.gone {
            let not_told_yet = self.opening && self.pending.iter().any(|due| due.is_first_of(zone));
            if !not_told_yet {
                self.pending.push(ToTell::Again(zone));
            }
        }
        let bays = &moves.bays;
        self.pending
            .extend(bays.iter().map(|zone| ToTell::Bays(*zone)));
        self.pending
            .extend(bays.iter().map(|zone| ToTell::GoneBays(*zone)));
        true
    }

    /// Once all that is to be told now has been, the client knows all up to that picture.
    fn up_to(&mut self, picture: u64) {
        let stands = self.pending.iter_mut().find_map(|due| match due {
            ToTell::Picture(n) => Some(n),
            _ => None,
        });
        match stands {
            Some(n) => *n = picture,
            None => self.pending.push(ToTell::Picture(picture)),
        }
    }

    fn moves(&self, city: &City, since: u64) -> Moves {
        let reads = &self.streams().reads;
        let sight = Sight::new(reads, city, &self.eyes);
        let mut moves = Moves::default();
        for zone in city.changed_since(since) {
            let past = city.zone(zone).past;
            match (self.dirty.follows(zone), self.holds(city, zone)) {
                (true, stays) => {
                    if self.bays.is_some() {
                        moves.bays.push(zone);
                    }
                    if !stays || past.hidden > since || past.removed > since {
                        moves.gone.push(zone);
                    }
                    if !stays {
                        moves.out.push(zone);
                    }
                }
                (false, true) if sight.sees_zone(zone) => moves.into.push(zone),
                (false, _) => {}
            }
        }
        moves
    }

    /// Whether a zone, as it is now, is one of those that the client asked for.
    fn holds(&self, city: &City, zone: ZoneIx) -> bool {
        let its = city.zone(zone);
        let Some(followed) = self.dirty.zones() else {
            return true;
        };
        match self.scope {
            Scope::Everywhere => !its.removed,
            Scope::Within(bbox) => !its.removed && self.told_in.lies_in(its.spec.place, bbox),
            // One that was removed and put there again has another index.
            Scope::Named => {
                self.dirty.follows(zone)
                    || !its.removed
                        && followed.iter().any(|old| {
                            city.zone(*old).removed && city.zone(*old).spec.id == its.spec.id
                        })
            }
        }
    }

    fn refollow(&mut self, city: &City, moves: &Moves) -> bool {
        let streams = Arc::clone(self.streams());
        let sight = Sight::new(&streams.reads, city, &self.eyes);
        let mut zones = self.dirty.zones().unwrap_or_default().to_vec();
        let comes_again = |old: &ZoneIx| {
            let is = |new: &ZoneIx| city.zone(*new).spec.id == city.zone(*old).spec.id;
            city.zone(*old).removed && moves.into.iter().any(is)
        };
        zones.retain(|zone| !moves.out.contains(zone) && !comes_again(zone));
        zones.extend(&moves.into);
        if self.bays.is_some() && !moves.into.is_empty() {
            let bays = count_bays(sight, &zones);
            if !bays.is_ok_and(|bays| self.place.know(bays)) {
                return false;
            }
        }
        self.dirty.follow(zones);
        true
    }

    /// Goes on where a client left that was told everything up to `mark`, of what is pending; false
    /// if it must forget all.
    pub(super) fn go_on_from(&mut self, city: &City, mark: Mark) -> bool {
        let mut gone = Vec::new();
        for zone in city.changed_since(mark.picture) {
            let past = city.zone(zone).past;
            if past.came > mark.picture || !self.may_know(city, zone, mark.picture) {
                continue;
            }
            let follows = self.dirty.follows(zone);
            let strayed = !follows && !city.zone(zone).removed && past.moved > mark.picture;
            if strayed || self.bays.is_some() && past.lost > mark.picture {
                return false;
            }
            if past.hidden > mark.picture || past.removed > mark.picture {
                gone.push(zone);
            }
        }
        let feed = self.streams().reads.live.feed().clone();
        self.pending.retain(|due| match due {
            ToTell::Zone(_, zone) => {
                let past = city.zone(*zone).past;
                feed.changed_at(*zone) > mark.version || past.came.max(past.moved) > mark.picture
            }
            _ => true,
        });
        self.complete = mark.version;
        self.told_picture = mark.picture;
        self.since = mark.picture;
        self.opening = false;
        self.up_to(self.taken_up);
        // One that is there again under the same name is told of, and not that it was gone.
        if self.scope == Scope::Named {
            gone.retain(|zone| self.dirty.follows(*zone));
        }
        self.pending.extend(gone.into_iter().map(ToTell::Again));
        self.note_told_before(city);
        true
    }

    /// Whether a client that was told up to that picture may have been told of a zone.
    fn may_know(&self, city: &City, zone: ZoneIx, picture: u64) -> bool {
        let its = city.zone(zone);
        let Some(followed) = self.dirty.zones() else {
            return true;
        };
        if self.dirty.follows(zone) {
            return true;
        }
        match self.scope {
            Scope::Everywhere => true,
            Scope::Within(bbox) => {
                its.past.moved > picture || self.told_in.lies_in(its.spec.place, bbox)
            }
            Scope::Named => {
                let same = |now: &ZoneIx| city.zone(*now).spec.id == its.spec.id;
                followed.iter().any(same)
            }
        }
    }

    /// A client that comes back knows the bays that there are, in whatever state: it is to be told when
    /// one of them leaves.
    fn note_told_before(&mut self, city: &City) {
        let Some(mut bays) = self.bays.take() else {
            return;
        };
        let sight = Sight::new(&self.streams().reads, city, &self.eyes);
        for zone in self.dirty.zones().unwrap_or_default() {
            for bay in city.bays_of(*zone).filter(|bay| sight.bay(*bay).is_some()) {
                bays.told_before(city, *zone, bay);
            }
        }
        self.bays = Some(bays);
    }

    /// Whether a client that was told of this picture knows a zone that it does not see any more.
    pub(super) fn knew(&self, city: &City, zone: ZoneIx) -> bool {
        let past = city.zone(zone).past;
        let sight = Sight::new(&self.streams().reads, city, &self.eyes);
        let may_name = || !is_private(city, zone) || !sight.is_shut(zone);
        let left = past.removed > self.since || !self.dirty.follows(zone);
        past.hidden > self.since || left && may_name()
    }
}
