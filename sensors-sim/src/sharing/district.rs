//! A district for one day: who shares which bay when, which bays anybody may use, and who wants to
//! park where.
//!
//! Around a stadium lie blocks of flats, whose bays stand empty by day, and offices, whose bays
//! stand empty from evening to morning. By day visitors come to the offices, in the evening a crowd
//! to the stadium, and by night residents without a bay of their own look for one. Promises: pure;
//! the same seed gives the same district and the same day, whatever the date. Times are minutes
//! from the day's midnight.

use crate::city::{Bay, BayKind, City, Zone, ZoneKind};
use crate::geojson::middle;
use crate::layout::Layout;
use crate::place::Place;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, LogNormal, Normal};
use std::ops::Range;

/// The stadium: Kallang.
const MIDDLE: (f64, f64) = (1.3040, 103.8740);
/// Blocks of flats and office buildings stand about so far from it, metres.
const RING_M: f64 = 420.0;
/// Stays begin and end at full five minutes.
const STEP_MIN: u32 = 5;
/// Of a kind of zone.
const ZONES: u32 = 6;

/// How large and how busy.
#[derive(Clone, Debug)]
pub struct DistrictParams {
    /// Private bays, half of them of residents and half of offices.
    pub bays: u32,
    /// Bays on the streets that anybody may use.
    pub public_bays: u32,
    pub drivers: u32,
    /// How many of them may be moved to another bay, per cent.
    pub flexible_percent: u32,
    pub seed: u64,
    /// The partner whose bays these are: the operator of the private zones.
    pub owner: String,
}

impl Default for DistrictParams {
    fn default() -> Self {
        Self {
            bays: 400,
            public_bays: 300,
            drivers: 2_000,
            flexible_percent: 30,
            seed: 1,
            owner: "demo".into(),
        }
    }
}

/// A private bay on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub bay: u32,
    /// When its owner does not need it.
    pub open: Range<u32>,
    pub price_cents_per_hour: u32,
}

/// Why somebody wants to park.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Office,
    Stadium,
    Home,
}

/// Somebody who wants to park.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    pub purpose: Purpose,
    pub place: Place,
    pub stay: Range<u32>,
    pub max_walk_m: u32,
    /// For the whole stay.
    pub max_price_cents: u32,
    /// Lets itself be moved to another bay, for a discount.
    pub flexible: bool,
    /// Books, and then does not come after all.
    pub cancels: bool,
}

impl Driver {
    #[must_use]
    pub fn minutes(&self) -> u32 {
        self.stay.end - self.stay.start
    }
}

/// The district and its day.
#[derive(Clone, Debug)]
pub struct District {
    pub city: City,
    pub offered: Vec<Offered>,
    /// Bays on the streets, and when others stand there.
    pub public: Vec<(u32, Vec<Range<u32>>)>,
    /// In the order in which they ask.
    pub drivers: Vec<Driver>,
}

impl District {
    /// A made-up district; see the module's promises.
    #[must_use]
    pub fn generate(params: &DistrictParams) -> Self {
        let mut rng = SmallRng::seed_from_u64(params.seed);
        let mut own = Self {
            city: City::default(),
            offered: vec![],
            public: vec![],
            drivers: vec![],
        };
        let homes = params.bays.div_ceil(2);
        let offices = params.bays / 2;
        let homes = own.build(ZoneKind::Private, "HOME", homes, &params.owner, &mut rng);
        let offices = own.build(
            ZoneKind::Private,
            "OFFICE",
            offices,
            &params.owner,
            &mut rng,
        );
        own.build(
            ZoneKind::OnStreet,
            "STREET",
            params.public_bays,
            "city",
            &mut rng,
        );
        own.offer(&mut rng);
        own.fill_streets(&mut rng);
        let middle = Place::from_degrees(MIDDLE.0, MIDDLE.1);
        for n in 0..params.drivers {
            let driver = match n % 20 {
                0..11 => drive(Purpose::Office, pick(&offices, middle, &mut rng), &mut rng),
                11..16 => drive(Purpose::Stadium, middle, &mut rng),
                _ => drive(Purpose::Home, pick(&homes, middle, &mut rng), &mut rng),
            };
            own.drivers.push(driver);
        }
        own.drivers.shuffle(&mut rng);
        // By their number, so that the day is the same whatever part they are.
        for (n, driver) in own.drivers.iter_mut().enumerate() {
            driver.flexible = (n as u32).wrapping_mul(37) % 100 < params.flexible_percent;
        }
        own
    }

    /// Adds zones of a kind with `bays` bays in all, and says where they are.
    fn build(
        &mut self,
        kind: ZoneKind,
        name: &str,
        bays: u32,
        operator: &str,
        rng: &mut SmallRng,
    ) -> Vec<Place> {
        let middle_of_all = Place::from_degrees(MIDDLE.0, MIDDLE.1);
        let aside = Normal::new(0.0, 90.0).expect("a fixed, finite spread");
        let mut places = Vec::new();
        for n in 0..ZONES.min(bays) {
            let size = bays / ZONES + u32::from(n < bays % ZONES);
            let angle = f64::from(n) * std::f64::consts::TAU / f64::from(ZONES)
                + rng.random_range(0.0..0.8);
            let out = RING_M * rng.random_range(0.5..1.5);
            let centre = middle_of_all.shifted(
                angle.cos() * out + aside.sample(rng),
                angle.sin() * out + aside.sample(rng),
            );
            let turn = rng.random_range(0.0..std::f64::consts::PI);
            let layout = Layout::new(kind, centre, turn, size);
            let id = format!("{name}-{}", n + 1);
            let first = self.city.bays.len() as u32;
            let price = match (kind, name) {
                (ZoneKind::OnStreet, _) => 120,
                (_, "HOME") => 150,
                _ => 240,
            };
            for b in 0..size {
                self.city.push_bay(
                    &format!("{id}-{:03}", b + 1),
                    Bay {
                        place: layout.bay(b),
                        price_cents_per_hour: price,
                        max_height_cm: 0,
                        max_stay_min: 0,
                        kind: BayKind::Car,
                        accessible: false,
                        ev_charging: false,
                    },
                );
            }
            let outline = if kind == ZoneKind::OnStreet {
                Vec::new()
            } else {
                layout.outline()
            };
            self.city.zones.push(Zone {
                name: format!("{name} {}", n + 1),
                id,
                kind,
                operator: operator.to_owned(),
                capacity: size,
                place: middle(&outline).unwrap_or_else(|| layout.middle()),
                outline,
                bays: first..self.city.bays.len() as u32,
            });
            places.push(centre);
        }
        places
    }

    /// Residents leave in the morning and come home in the evening; offices the other way round.
    /// Some come back earlier.
    fn offer(&mut self, rng: &mut SmallRng) {
        for zone in self
            .city
            .zones
            .iter()
            .filter(|z| z.kind == ZoneKind::Private)
        {
            let home = zone.id.starts_with("HOME");
            for bay in zone.bays.clone() {
                let open = if home {
                    hour(7.0, 1.0, rng)..hour(18.0, 2.0, rng)
                } else {
                    hour(17.5, 1.5, rng)..hour(31.5, 1.0, rng)
                };
                let price_cents_per_hour = self.city.bays[bay as usize].price_cents_per_hour;
                self.offered.push(Offered {
                    bay,
                    open,
                    price_cents_per_hour,
                });
            }
        }
    }

    /// Streets are nine tenths full by day and evening, and three quarters by night.
    fn fill_streets(&mut self, rng: &mut SmallRng) {
        let long = LogNormal::new(60_f64.ln(), 0.7).expect("fixed, finite parameters");
        for zone in self
            .city
            .zones
            .iter()
            .filter(|z| z.kind == ZoneKind::OnStreet)
        {
            for bay in zone.bays.clone() {
                let mut busy = Vec::new();
                let mut at = 0.0;
                while at < 32.0 * 60.0 {
                    let full = if (7.0 * 60.0..23.0 * 60.0).contains(&at) {
                        0.90
                    } else {
                        0.75
                    };
                    let stay: f64 = long.sample(rng).clamp(5.0, 600.0);
                    // Vacant so long that the share of time comes out.
                    let vacant = stay * (1.0 - full) / full * rng.random_range(0.0..2.0);
                    busy.push((at + vacant) as u32..(at + vacant + stay) as u32);
                    at += vacant + stay;
                }
                self.public.push((bay, busy));
            }
        }
    }
}

/// A time around `from` o'clock, up to `spread` hours later.
fn hour(from: f64, spread: f64, rng: &mut SmallRng) -> u32 {
    ((from + rng.random_range(0.0..spread)) * 60.0) as u32 / STEP_MIN * STEP_MIN
}

fn pick(places: &[Place], otherwise: Place, rng: &mut SmallRng) -> Place {
    if places.is_empty() {
        otherwise
    } else {
        places[rng.random_range(0..places.len())]
    }
}

fn drive(purpose: Purpose, near: Place, rng: &mut SmallRng) -> Driver {
    let around = Normal::new(
        0.0,
        if purpose == Purpose::Stadium {
            60.0
        } else {
            120.0
        },
    )
    .expect("a fixed spread");
    let place = near.shifted(around.sample(rng), around.sample(rng));
    let stay = match purpose {
        Purpose::Office => {
            let long: f64 = LogNormal::new(90_f64.ln(), 0.6)
                .expect("fixed, finite parameters")
                .sample(rng);
            let start = hour(8.0, 8.0, rng);
            start..start + (long.clamp(20.0, 480.0) as u32).next_multiple_of(STEP_MIN)
        }
        Purpose::Stadium => hour(17.5, 2.0, rng)..hour(22.0, 1.0, rng),
        Purpose::Home => hour(18.0, 4.0, rng)..hour(30.0, 1.5, rng),
    };
    let hours = f64::from(stay.end - stay.start) / 60.0;
    Driver {
        purpose,
        place,
        max_walk_m: rng.random_range(150..900),
        max_price_cents: (rng.random_range(150.0..500.0) * hours) as u32,
        stay,
        flexible: false,
        cancels: rng.random_bool(0.05),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_day() {
        let [a, b] = [1, 1].map(|seed| {
            District::generate(&DistrictParams {
                seed,
                ..DistrictParams::default()
            })
        });
        assert_eq!(
            (&a.city, &a.offered, &a.public, &a.drivers),
            (&b.city, &b.offered, &b.public, &b.drivers)
        );
        let other = District::generate(&DistrictParams {
            seed: 2,
            ..DistrictParams::default()
        });
        assert_ne!(a.drivers, other.drivers);
    }

    #[test]
    fn exactly_what_was_asked_for_is_there() {
        for (bays, public_bays, drivers) in [(400, 300, 2_000), (7, 5, 3), (1, 0, 1), (0, 0, 0)] {
            let d = District::generate(&DistrictParams {
                bays,
                public_bays,
                drivers,
                ..DistrictParams::default()
            });
            assert_eq!(
                (d.offered.len(), d.public.len(), d.drivers.len()),
                (bays as usize, public_bays as usize, drivers as usize)
            );
            assert_eq!(d.city.bays().len(), (bays + public_bays) as usize);
        }
    }

    #[test]
    fn homes_are_shared_by_day_and_offices_by_night() {
        let d = District::generate(&DistrictParams::default());
        for o in &d.offered {
            let noon = o.open.contains(&(12 * 60));
            assert_eq!(noon, d.city.bay_id(o.bay).starts_with("HOME"));
            assert_ne!(noon, o.open.contains(&(26 * 60)), "2 o'clock at night");
        }
    }

    #[test]
    fn stays_are_in_order_and_streets_are_never_taken_twice() {
        let d = District::generate(&DistrictParams::default());
        assert!(
            d.drivers
                .iter()
                .all(|d| d.minutes() >= 20 && d.stay.end <= 32 * 60)
        );
        assert!(
            d.public
                .iter()
                .all(|(_, busy)| busy.windows(2).all(|p| p[0].end <= p[1].start))
        );
        let taken: u32 = d
            .public
            .iter()
            .flat_map(|(_, b)| b)
            .map(|r| r.end.min(1920) - r.start.min(1920))
            .sum();
        let share = f64::from(taken) / 1920.0 / d.public.len() as f64;
        assert!((0.8..0.92).contains(&share), "{share}");
    }
}
