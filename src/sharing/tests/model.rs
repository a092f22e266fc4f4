//! Thousands of random acts in two towns, and after each of them what must be so whatever happens.
//!
//! `BAYHUB_CASES=20` for forty towns.

mod owners;
mod pool;
mod promises;

use super::*;
use crate::domain::ReservationState::{self, Held};
use crate::domain::pool::{is_of_pool, is_same_place};
use crate::long::{cases, figure};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::collections::{BTreeMap, BTreeSet};

/// In each town.
const ACTS: u32 = 4_000;
const BAYS: u32 = 6;

/// That somebody has another seat of the pool than before, of which he is told nothing.
const CHANGED_SEATS: &str = "changed seats";

/// Midnight comes at another time by each.
const CLOCKS: [&str; 3] = ["UTC", "Asia/Singapore", "America/New_York"];

/// Whose bay it is.
fn owner(bay: usize) -> Arc<str> {
    ["acme", "other"][bay % 2].into()
}

/// What drivers, owners, sensors and the clock do, and what was seen after the act before.
struct Model {
    rng: SmallRng,
    rig: DeskRig,
    offers: Vec<Offer>,
    /// Of `Q`, and how many may still have a place at a time: more than it has where it had more.
    pool: Offer,
    most_in_pool: usize,
    minutes: u64,
    /// By public id: as first told.
    told: BTreeMap<Arc<str>, Reservation>,
    /// Those that may still change, the newest last.
    open: Vec<Arc<str>>,
    seen: BTreeMap<Arc<str>, Reservation>,
    /// Whom those are for that were asked for somebody.
    drivers: BTreeMap<Arc<str>, &'static str>,
    /// How often each thing has happened.
    happened: BTreeMap<&'static str, u32>,
    ends: BTreeSet<&'static str>,
}

/// Whatever happens: no bay is kept twice at a time, and no more places of a pool than there are; who is given a bay is given it within the
/// hours its owner offers at that moment; nobody is moved in the last half hour, more than twice, before he has confirmed, or to where it is
/// dearer or further than they were told, and who is not flexible not to where it is farther than before; what is owed is owed to whose bay it is; a hold that was not confirmed in time is gone and stays
/// gone; every ledger adds up; no share is exceeded, and none refused that is not used up; a desk that is
/// started again knows all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_random_acts_leave_the_books_in_order() {
    let pairs = u64::from(cases(1));
    for first in (0..pairs).map(|n| 7 + 2 * n) {
        let mut ends = BTreeSet::new();
        for town in [first, first + 1].map(|number| tokio::spawn(run(number))) {
            ends.extend(town.await.unwrap());
        }
        assert_eq!(ends.len(), 5, "{ends:?}");
    }
    figure(&format!(
        "{} random acts in {} towns of shared bays: every promise kept, every ledger adds up",
        2 * pairs * u64::from(ACTS),
        2 * pairs
    ));
}

/// How bookings of a town have ended, and whether some changed seats of the pool.
async fn run(number: u64) -> BTreeSet<&'static str> {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&store::Config::default(), dir.path())
        .await
        .unwrap();
    let rig = open(store, Arc::new(ManualClock::at(NOW))).await;
    let mut offers = Vec::new();
    for bay in 0..BAYS {
        let whose = owner(bay as usize);
        let bay = format!("P-{bay}");
        rig.desk.record_owner(&bay, Some(&whose)).await.unwrap();
    }
    for bay in 0..BAYS {
        offers.push(
            rig.offer(bay, 0, 1_000_000, |o| {
                o.rules.buffer_min = bay % 3 * 5;
                o.owner = owner(bay as usize);
                o.hours.zone = TimeZone::parse(CLOCKS[bay as usize % 3]).unwrap();
            })
            .await,
        );
    }
    let pool = rig.desk.add_offer(pool::of_places(3)).await.unwrap();
    let rng = SmallRng::seed_from_u64(number);
    let (told, open, seen, drivers, happened, ends) = Default::default();
    let mut model = Model {
        rng,
        rig,
        offers,
        pool,
        most_in_pool: 3,
        minutes: 0,
        told,
        open,
        seen,
        drivers,
        happened,
        ends,
    };
    for act in 0..ACTS {
        let before = model.rig.clock.now();
        let what = model.act().await;
        *model.happened.entry(what).or_default() += 1;
        // What has no effect need not be looked at each time: if it had one, the next look would
        // see it.
        if act % 8 == 0 || !["refused", "sensed", "stepped in vain"].contains(&what) {
            model.check(before, what).await;
        }
    }
    model.has_seen_all(number);
    if model.happened.contains_key(CHANGED_SEATS) {
        model.ends.insert(CHANGED_SEATS);
    }
    for partner in [owner(0), owner(1)] {
        model.rig.assert_it_adds_up(&partner, "app").await;
    }
    model.ends
}

/// A desk that lets no driver have more than two holds.
async fn open(store: Store, clock: Arc<ManualClock>) -> DeskRig {
    let limits = limits::Config {
        holds_per_driver: 2,
        ..limits::Config::default()
    };
    DeskRig::within(limits, store, Matching::Batch, clock).await
}

impl Model {
    /// Each kind of act must have happened, and in the first two towns often.
    fn has_seen_all(&self, number: u64) {
        for what in [
            "held",
            "refused",
            "stepped",
            "sensed",
            "improved",
            "offered",
            "given up",
            "overstayed",
            "restarted",
            "waited",
            "moved",
            "made room",
            "holds",
            "driver_holds",
            "handed over",
            "taken",
            "extended",
            "jumped back",
            "had a place",
            "pool changed",
        ] {
            // Seldom: he must not have come, and nobody may be seen there. The first two towns have it.
            let seldom = ["taken", "overstayed"].contains(&what);
            let least = match (seldom, number) {
                (true, ..=8) => 1,
                (true, _) => 0,
                (false, ..=8) => 5,
                (false, _) => 1,
            };
            let often = self.happened.get(what).copied().unwrap_or(0);
            assert!(often >= least, "{what}, seed {number}: {:?}", self.happened);
        }
    }

    async fn act(&mut self) -> &'static str {
        match self.rng.random_range(0..100) {
            0..=39 => self.ask().await,
            40..=69 if !self.open.is_empty() => self.step().await,
            70..=75 => {
                let bay = self.rng.random_range(0..BAYS);
                let status = BayStatus::ALL[self.rng.random_range(0..4)];
                self.rig.sees(bay, status);
                "sensed"
            }
            76..=79 => {
                self.rig.desk.improve().await.unwrap();
                "improved"
            }
            80..=83 => self.change_offer().await,
            84 if !self.open.is_empty() => self.give_up().await,
            86..=87 => self.stay_on().await,
            88 => self.change_owner().await,
            89 => self.change_pool().await,
            90 => {
                // By no more than a minute or two: a clock that is set right.
                self.minutes = self.minutes.saturating_sub(self.rng.random_range(1..4));
                self.rig.at(self.minutes).await;
                "jumped back"
            }
            85 => {
                self.rig = open(self.rig.store.clone(), self.rig.clock.clone()).await;
                "restarted"
            }
            _ => {
                self.minutes += self.rng.random_range(1..15);
                self.rig.at(self.minutes).await;
                "waited"
            }
        }
    }

    /// Somebody is still seen where a stay has ended.
    async fn stay_on(&mut self) -> &'static str {
        let there = |r: &&Reservation| r.state == ReservationState::Active && !is_of_pool(&r.bay);
        let Some(r) = self.seen.values().find(there) else {
            return "sensed";
        };
        let number = r.bay.trim_start_matches("P-").parse().unwrap();
        self.rig.sees(number, BayStatus::Occupied);
        let end = r.span.end.since(NOW).div_ceil(MINUTE);
        self.minutes = self.minutes.max(end + self.rng.random_range(0..40));
        self.rig.at(self.minutes).await;
        "waited"
    }

    async fn ask(&mut self) -> &'static str {
        let from = self.minutes
            + if self.rng.random_bool(0.1) {
                0
            } else {
                self.rng.random_range(0..200)
            };
        let driver = [None, Some("d-1"), Some("d-2")][self.rng.random_range(0..3)];
        let wish = Ask {
            place: north(self.rng.random_range(0..BAYS)),
            max_walk_m: self.rng.random_range(30..400),
            max_price_cents: self
                .rng
                .random_bool(0.3)
                .then(|| self.rng.random_range(50..900)),
            driver_ref: driver.map(|name| self.rig.desk.driver_ref("app", name)),
            flexible: self.rng.random_bool(0.4),
            ..ask(from, from + self.rng.random_range(5..180))
        };
        match self.rig.desk.ask(wish.clone()).await {
            Ok(held) => {
                assert!(held.walk_m <= wish.max_walk_m && held.span == wish.span);
                assert!(
                    wish.max_price_cents
                        .is_none_or(|most| held.price_cents <= most)
                );
                self.drivers
                    .extend(driver.map(|name| (held.name.clone(), name)));
                let [all, of_driver] = self.holds(driver).await;
                assert!(all <= 10 && of_driver <= 2, "{all} {of_driver}");
                self.open.push(held.name.clone());
                self.told.insert(held.name.clone(), held);
                "held"
            }
            Err(DeskError::NoMatch(_)) => "refused",
            Err(DeskError::UsedUp(what)) => {
                let [all, of_driver] = self.holds(driver).await;
                let held = match what.share {
                    Share::Holds => all,
                    _ => of_driver,
                };
                assert!(held == what.used && held >= what.limit, "{what:?}: {held}");
                what.share.name()
            }
            Err(e) => panic!("{e}"),
        }
    }

    /// Unconfirmed holds by the book itself: all, and a driver's.
    async fn holds(&self, driver: Option<&str>) -> [u64; 2] {
        let now = self.rig.clock.now();
        let kept = self.rig.store.kept().await.unwrap();
        let held = kept
            .iter()
            .filter(|r| r.state == Held && now < r.expires_at);
        let own = held
            .clone()
            .filter(|r| driver.is_some() && self.drivers.get(&r.name).copied() == driver);
        [held.count(), own.count()].map(|n| n as u64)
    }

    /// Refused as often as not: what is refused has no effect, and that is what is looked at.
    async fn step(&mut self) -> &'static str {
        let at = self
            .rng
            .random_range(self.open.len().saturating_sub(15)..self.open.len());
        let r = self.told[&self.open[at]].clone();
        let event = [
            DriverAct::Confirm,
            DriverAct::Confirm,
            DriverAct::Cancel,
            DriverAct::Arrive,
            DriverAct::Depart,
            DriverAct::Taken,
            DriverAct::Extend(r.span.end.plus(20 * MINUTE), None),
        ];
        let act = event[self.rng.random_range(0..7)];
        match self.rig.step(&r, act).await {
            Ok(longer) if matches!(act, DriverAct::Extend(..)) => {
                let told = self.told.get_mut(&r.name).unwrap();
                (told.span, told.price_cents) = (longer.span, longer.price_cents);
                told.promise = longer.promise;
                "extended"
            }
            Ok(_) if act == DriverAct::Taken => "taken",
            Ok(_) => "stepped",
            Err(
                DeskError::Step(_)
                | DeskError::SeenVacant
                | DeskError::Shorter(_)
                | DeskError::NoMatch(_),
            ) => "stepped in vain",
            Err(e) => panic!("{e}"),
        }
    }

    async fn check(&mut self, before: Millis, what: &'static str) {
        let now = self.rig.clock.now();
        let kept = self.rig.store.kept().await.unwrap();
        for (n, a) in kept.iter().enumerate() {
            let clash = kept[n + 1..]
                .iter()
                .find(|b| a.bay == b.bay && a.kept().overlaps(b.kept()));
            assert!(clash.is_none(), "{a:?} and {clash:?} after {what}");
        }
        self.check_pool(&kept);
        let mut changed: Vec<Reservation> = Vec::new();
        let mut still = BTreeMap::new();
        for r in kept {
            if self
                .seen
                .get(&r.name)
                .is_none_or(|old| old.version != r.version)
            {
                changed.push(r.clone());
            }
            if what == "waited" {
                assert!(r.state != Held || now < r.expires_at, "{r:?}");
            }
            still.insert(r.name.clone(), r);
        }
        let before_that = std::mem::replace(&mut self.seen, still);
        for name in before_that
            .keys()
            .filter(|name| !self.seen.contains_key(*name))
        {
            let over = self.rig.desk.reservation(name, "app").await.unwrap();
            self.ends.insert(over.state.name());
            self.open.retain(|n| n != name);
            changed.push(over);
        }
        for r in &changed {
            self.check_one(r, before_that.get(&r.name), before).await;
        }
    }
}
