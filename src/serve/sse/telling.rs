//! What is due, written as events.
//!
//! A zone is read when it is written. Its bays come first, those that are not as last told, and its own
//! event with the id that covers them all last. A frame that is full is gone on with where it ended.

use super::bays::BayNews;
use super::follower::{Follower, Phase, ToTell};
use super::id::{Mark, write as write_id};
use crate::domain::ZoneIx;
use crate::live::is_private;
use crate::registry::city::City;
use crate::serve::atlas::Atlas;
use crate::serve::docs::schema::{BayGone, Gone, Resync, ResyncReason};
use crate::serve::formats;
use crate::serve::sight::Sight;
use std::sync::Arc;

/// One frame ends when it has grown beyond this; hyper holds a few at a time.
const FRAME: usize = 16 * 1024;

/// What an event takes, roughly.
const EVENT: usize = 480;

impl Follower {
    /// Writes what is pending until that is all, or a frame is full.
    pub(super) fn tell(&mut self, out: &mut Vec<u8>) {
        let streams = Arc::clone(self.streams());
        // After `take`, so it knows every zone that was taken.
        let city = streams.reads.registry.city();
        if !self.take_up(&city) {
            self.phase = Phase::TooMuch;
            return;
        }
        if self.pending.is_empty() {
            return;
        }
        let atlas = streams.reads.atlases.of(&city);
        out.reserve((self.pending.len() * EVENT).min(FRAME + EVENT));
        while out.len() < FRAME {
            let Some(due) = self.pending.last().copied() else {
                break;
            };
            let whole = match due {
                ToTell::Zone(_, zone) | ToTell::Again(zone) | ToTell::Bays(zone) => {
                    self.tell_bays(out, &city, zone, false)
                }
                ToTell::GoneBays(zone) => self.tell_bays(out, &city, zone, true),
                ToTell::Picture(_) => true,
            };
            if !whole {
                return;
            }
            self.pending.pop();
            match due {
                ToTell::Zone(version, zone) => {
                    self.complete = self.complete.max(version);
                    self.tell_zone(out, &city, &atlas, (zone, !self.opening));
                }
                ToTell::Again(zone) => self.tell_zone(out, &city, &atlas, (zone, true)),
                ToTell::Picture(picture) => self.told_picture = picture,
                ToTell::Bays(_) | ToTell::GoneBays(_) => {}
            }
        }
        if self.pending.is_empty() {
            self.pending = Vec::new();
            self.opening = false;
        }
    }

    /// The zone itself; told last, so that its id covers its bays too. Whether the client `may_know` it.
    fn tell_zone(
        &mut self,
        out: &mut Vec<u8>,
        city: &Arc<City>,
        atlas: &Atlas,
        (zone, may_know): (ZoneIx, bool),
    ) {
        let streams = Arc::clone(self.streams());
        let sight = Sight::new(&streams.reads, city, &self.eyes).told_in(self.told_in);
        let is_private = is_private(city, zone);
        let seen = sight.zone(atlas, zone);
        let Some(told) = seen.filter(|_| self.dirty.follows(zone)) else {
            let known = may_know && self.knew(city, zone);
            let gone = self.private.unseen(zone, known);
            if let Some(bays) = &mut self.bays {
                bays.forget(zone);
            }
            if gone {
                self.open(out, "gone");
                let zone = &city.zone(zone).spec.id;
                json(out, &Gone { zone });
            }
            return;
        };
        let shut = is_private && sight.is_shut(zone);
        if !self.private.seen(zone, &told, (is_private, shut), city) {
            return;
        }
        self.open(out, "zone");
        formats::add_zone(out, &told);
        if self.forecast {
            let reads = &streams.reads;
            let table = reads.forecasts.now();
            formats::add_forecast(out, &table, zone, &told.tally, reads.clock.now());
        }
        out.extend_from_slice(b"\n\n");
    }

    /// Those of the zone's bays that are not as last told, or of those the ones that are `gone`; false
    /// if the frame was full before the end.
    fn tell_bays(&mut self, out: &mut Vec<u8>, city: &Arc<City>, zone: ZoneIx, gone: bool) -> bool {
        let Some(mut known) = self.bays.take() else {
            return true;
        };
        let streams = Arc::clone(self.streams());
        let eyes = self.eyes.clone();
        let sight = Sight::new(&streams.reads, city, &eyes);
        let from = known.resume_at(zone);
        let mut whole = true;
        let follows = self.dirty.follows(zone);
        for bay in known.bays(city, zone, from) {
            if out.len() >= FRAME {
                known.interrupt(zone, bay);
                whole = false;
                break;
            }
            let seen = sight.bay(bay).filter(|_| follows);
            if gone && seen.is_some() {
                continue;
            }
            match (known.news(city, zone, bay, seen.as_ref()), seen) {
                (BayNews::Changed, Some(seen)) => {
                    self.open(out, "bay");
                    formats::bay_brief(out, city, &seen);
                    out.extend_from_slice(b"\n\n");
                }
                (BayNews::Gone, _) => {
                    self.open(out, "bay");
                    let zone = &city.zone(zone).spec.id;
                    json(out, &BayGone::new(city.bay_id(bay), zone));
                }
                _ => {}
            }
        }
        self.bays = Some(known);
        whole
    }

    /// Orders of the authority, each as it is.
    pub(super) fn write_orders(&self, out: &mut Vec<u8>, orders: &[Arc<str>]) {
        for told in orders {
            self.open(out, "order");
            // JSON has no line breaks.
            out.extend_from_slice(told.as_bytes());
            out.extend_from_slice(b"\n\n");
        }
    }

    pub(super) fn resync(&self, out: &mut Vec<u8>, reason: ResyncReason) {
        self.open(out, "resync");
        json(out, &Resync { reason });
    }

    /// The lines before an event's data.
    fn open(&self, out: &mut Vec<u8>, event: &str) {
        self.streams().metrics.http_stream_events.inc();
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(event.as_bytes());
        out.extend_from_slice(b"\nid: ");
        let mark = Mark {
            version: self.complete,
            picture: self.told_picture,
        };
        write_id(out, self.place.boot, mark);
        out.extend_from_slice(b"\ndata: ");
    }
}

/// The data of an event, and its end. Escaped JSON has no line breaks.
pub(super) fn json(out: &mut Vec<u8>, data: &impl serde::Serialize) {
    // Writing to a Vec cannot fail.
    let _ = serde_json::to_writer(&mut *out, data);
    out.extend_from_slice(b"\n\n");
}
