//! What the index answers from its tables is what a walk over all of the book would find.

use super::super::deadlines::LEAD_MS;
use super::super::index::{BookingIndex, Reserved};
use super::*;
use crate::domain::BayIx;
use crate::domain::ReservationState::{self, Active, Cancelled, Confirmed, Held};
use crate::domain::reservation::tests::held;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::collections::{BTreeMap, BTreeSet};

const BAYS: u32 = 6;

fn offer(id: i64, bay: u32, state: OfferState, ends: Option<u64>) -> Offer {
    Offer {
        id,
        name: format!("of_{id}").into(),
        bay: format!("P-{bay}").into(),
        pool: None,
        owner: "acme".into(),
        state,
        hours: Hours {
            zone: TimeZone::UTC,
            once: ends.map(|end| span(0, end)).into_iter().collect(),
            weekly: ends.is_none().then(always).into_iter().collect(),
            closed: vec![],
        },
        price: Price::PerHour(300),
        currency: Currency::SGD,
        rules: Rules::default(),
        notes: String::new(),
        calendar: CalendarToken("".into()),
        created_at: NOW,
        version: 1,
    }
}

fn always() -> crate::domain::Weekly {
    crate::domain::Weekly {
        days: 127,
        from: crate::domain::TimeOfDay(0),
        to: crate::domain::TimeOfDay(1440),
    }
}

fn reservation(id: i64, bay: u32, state: ReservationState, span: Span) -> Reservation {
    Reservation {
        id,
        name: format!("rs_{id:016}").into(),
        bay: format!("P-{bay}").into(),
        driver: format!("app-{}", id % 3).into(),
        state,
        span,
        free_at: span.end.plus(5 * MINUTE),
        expires_at: span.start,
        arrived_at: (state == Active).then_some(span.start),
        ..held()
    }
}

/// The book as a list, and the index of the same.
struct Both {
    rng: SmallRng,
    registry: Arc<Registry>,
    index: BookingIndex,
    reserved: Reserved,
    shown: BTreeSet<BayIx>,
    book: BTreeMap<i64, Reservation>,
    offers: BTreeMap<i64, Offer>,
    now: Millis,
    next: i64,
}

impl Both {
    fn act(&mut self) {
        let bay = self.rng.random_range(0..BAYS);
        match self.rng.random_range(0..10) {
            0..=3 => self.keep(bay),
            4..=6 if !self.book.is_empty() => self.change(bay),
            7 => self.offer(bay),
            8 => {
                // Back too, now and then.
                let by = self.rng.random_range(0..40) * MINUTE;
                self.now = if self.rng.random_bool(0.2) {
                    Millis(self.now.0 - by)
                } else {
                    self.now.plus(by)
                };
            }
            _ => {}
        }
    }

    fn keep(&mut self, bay: u32) {
        let from = self.now.plus(self.rng.random_range(0..400) * MINUTE);
        let span = Span::new(from, from.plus(self.rng.random_range(5..90) * MINUTE)).unwrap();
        self.next += 1;
        let r = reservation(self.next, bay, Held, span);
        let free = self.on(&r.bay).all(|o| !o.kept().overlaps(r.kept()));
        assert_eq!(self.index.is_free(&r.bay, r.kept()), free, "{r:?}");
        if free {
            self.index.put(r.clone());
            self.book.insert(r.id, r);
        }
    }

    /// Confirmed, begun, moved to another bay or given up.
    fn change(&mut self, bay: u32) {
        let at = self.rng.random_range(0..self.book.len());
        let mut r = self.book.values().nth(at).unwrap().clone();
        match self.rng.random_range(0..5) {
            0 => r.state = Confirmed,
            1 => (r.state, r.arrived_at) = (Active, Some(self.now)),
            2 => {
                r.bay = format!("P-{bay}").into();
                if self.on(&r.bay).any(|o| o.kept().overlaps(r.kept())) {
                    return;
                }
            }
            3 => self.index.forget(r.id),
            _ => r.state = Cancelled,
        }
        self.book.remove(&r.id);
        r.version += 1;
        if r.state.holds() && self.index.keeps(r.id) {
            self.book.insert(r.id, r.clone());
            self.index.put(r);
        } else if self.index.keeps(r.id) {
            self.index.put(r);
        }
    }

    fn offer(&mut self, bay: u32) {
        let state = OfferState::ALL[self.rng.random_range(0..3)];
        let until = self.now.since(NOW) / MINUTE + self.rng.random_range(1..100);
        let old = self.offers.values().find(|o| *o.bay == *format!("P-{bay}"));
        self.next += 1;
        let id = old.map_or(self.next, |o| o.id);
        let ends = self.rng.random_bool(0.7).then_some(until);
        let offer = offer(id, bay, state, ends);
        self.index.put_offer(offer.clone(), &self.registry);
        self.offers.remove(&id);
        if state != OfferState::Withdrawn {
            self.offers.insert(id, offer);
        }
    }

    fn on(&self, bay: &Arc<str>) -> impl Iterator<Item = &Reservation> {
        self.book.values().filter(move |r| r.bay == *bay)
    }

    fn check(&mut self) {
        let now = self.now;
        let ids = |found: &mut dyn Iterator<Item = Reservation>| -> BTreeSet<i64> {
            found
                .map(|r| {
                    assert_eq!(Some(&r), self.book.get(&r.id));
                    r.id
                })
                .collect()
        };
        let of = |is: &dyn Fn(&Reservation) -> bool| -> BTreeSet<i64> {
            self.book.values().filter(|r| is(r)).map(|r| r.id).collect()
        };
        let begins = |r: &Reservation| r.span.start.0 <= now.0 + LEAD_MS;
        let near = of(&|r| begins(r) || r.state == Active);
        // Of a bay where somebody stands, all before that stay are looked at too.
        assert!(ids(&mut self.index.near(now, LEAD_MS)).is_superset(&near));
        let expired = of(&|r| r.state == Held && r.expires_at <= now);
        assert_eq!(ids(&mut self.index.expired(now)), expired);
        assert_eq!(self.index.holds(), of(&|r| r.state == Held).len());
        assert_eq!(self.index.booked(), self.book.len());
        for bay in (0..BAYS).map(|n| Arc::<str>::from(format!("P-{n}"))) {
            let here = of(&|r| r.bay == bay);
            assert_eq!(ids(&mut self.index.kept_on(&bay)), here);
        }
        let open = self.offers.values().filter(|o| {
            o.state == OfferState::Open && o.hours.last().is_none_or(|last| last > now)
        });
        assert_eq!(self.index.on_offer(now), open.count());
        assert_eq!(self.index.offers(), self.offers.len());

        let due = of(&|r| begins(r) && (now < r.free_at || r.arrived_at.is_some()));
        let due: BTreeSet<BayIx> = due
            .iter()
            .map(|id| self.registry.bay(&self.book[id].bay).unwrap())
            .collect();
        let news = self.reserved.news(&mut self.index, &self.registry, now);
        for bay in news.come {
            assert!(self.shown.insert(bay), "told twice");
        }
        for bay in news.gone {
            assert!(self.shown.remove(&bay), "let go of what was not kept");
        }
        assert_eq!(self.shown, due);
    }
}

#[test]
fn whatever_happens_the_index_finds_what_a_walk_over_the_book_would() {
    for seed in 0..20 {
        let registry = town();
        let mut both = Both {
            rng: SmallRng::seed_from_u64(seed),
            index: BookingIndex::new(vec![], &registry),
            registry,
            reserved: Reserved::default(),
            shown: BTreeSet::new(),
            book: BTreeMap::new(),
            offers: BTreeMap::new(),
            now: NOW.plus(60 * MINUTE),
            next: 0,
        };
        for _ in 0..400 {
            both.act();
            both.check();
        }
        assert!(both.next > 100);
    }
}

#[test]
fn a_picture_for_a_plan_stays_as_it_was() {
    let registry = town();
    let offers = (0..2).map(|n| offer(1 + i64::from(n), n, OfferState::Open, None));
    let mut index = BookingIndex::new(offers.collect(), &registry);
    let kept = reservation(1, 0, Confirmed, span(60, 120));
    index.put(kept.clone());
    let picture = index.picture();
    index.put(Reservation {
        bay: "P-1".into(),
        ..kept.clone()
    });
    index.put_offer(offer(1, 0, OfferState::Withdrawn, None), &registry);
    assert!(picture.kept_on("P-0").eq([kept.clone()]) && picture.of_bay("P-0").is_some());
    assert!(index.kept_on("P-0").next().is_none() && index.of_bay("P-0").is_none());
    assert!(index.is_free("P-0", kept.kept()) && !index.is_free("P-1", kept.kept()));
}
