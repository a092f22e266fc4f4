//! The simulator's day of shared bays, matched without a hub: what is to be had, beside what each
//! way of matching gets.
//!
//! Drivers ask one after the other and are answered at once. First come, first served moves nobody;
//! with chains those who have an answer may move, at the price they were told. Above both lies what
//! could be seated if all were known before anybody is answered, which no hub can do, and a bound
//! that nothing can beat.

use bayhub::domain::{LatLon, Millis, Span};
use bayhub::sharing::matcher::Weights;
use bayhub::sharing::matcher::chain::{REQUEST, SearchLimits, Seat, SeatBoard, Sitting, room};
use bayhub::sharing::matcher::windows::{
    Bay, Bond, Choice, Effort, Picture, Wish, first_come, improve,
};
use sensors_sim::{District, DistrictParams, Place};
use std::time::{Duration, Instant};

/// As the desk has it.
const LIMITS: SearchLimits = SearchLimits {
    looks: 1_000,
    moves: 6,
};

fn span(minutes: &std::ops::Range<u32>) -> Span {
    let at = |minute: u32| Millis(u64::from(minute) * 60_000);
    Span {
        start: at(minutes.start),
        end: at(minutes.end),
    }
}

/// Who comes, with the bays they could have.
fn picture(district: &District) -> Picture {
    let place = |p: Place| LatLon {
        lat: p.lat(),
        lon: p.lon(),
    };
    let weights = Weights::default();
    let asks = district.drivers.iter().filter(|d| !d.cancels).map(|d| {
        let choice = |(bay, o): (usize, &sensors_sim::Offered)| {
            let walk = place(district.city.bays()[o.bay as usize].place).distance_m(place(d.place));
            let price_cents =
                (i64::from(o.price_cents_per_hour) * i64::from(d.minutes()) + 59) / 60;
            let fits = walk <= f64::from(d.max_walk_m)
                && price_cents <= i64::from(d.max_price_cents)
                && span(&o.open).contains(span(&d.stay));
            fits.then(|| Choice {
                bay: bay as u32,
                price_cents,
                walk_m: walk.round() as u32,
            })
        };
        let mut choices: Vec<Choice> = district
            .offered
            .iter()
            .enumerate()
            .filter_map(choice)
            .collect();
        choices.sort_by_key(|c| (weights.cost(c.price_cents, c.walk_m), c.bay));
        Wish {
            span: span(&d.stay),
            worth_cents: ONE,
            choices,
            held: None,
            bond: Bond::None,
        }
    });
    let bays = district.offered.iter().map(|o| Bay {
        open: vec![span(&o.open)],
        ..Bay::default()
    });
    Picture {
        bays: bays.collect(),
        asks: asks.collect(),
        weights,
    }
}

/// The day as it goes: who sits where so far. The request is whoever asks just now.
struct Day<'a> {
    picture: &'a Picture,
    seats: Vec<Option<Choice>>,
    days: Vec<Vec<Sitting>>,
    asks: usize,
}

impl Day<'_> {
    fn ask(&self, who: u32) -> usize {
        if who == REQUEST {
            self.asks
        } else {
            who as usize - 1
        }
    }

    fn sit(&mut self, ask: usize, bay: u32) {
        let kept = self.picture.asks[ask].span;
        let who = Some(ask as u32 + 1);
        if let Some(before) = self.seats[ask] {
            self.days[before.bay as usize].retain(|s| s.who != who);
        }
        self.seats[ask] = self.picture.asks[ask]
            .choices
            .iter()
            .find(|c| c.bay == bay)
            .copied();
        self.days[bay as usize].push(Sitting { who, kept });
    }
}

impl SeatBoard for Day<'_> {
    fn seats(&mut self, who: u32, out: &mut Vec<Seat>) {
        let ask = self.ask(who);
        let asked = &self.picture.asks[ask];
        let has = self.seats[ask];
        let may = asked
            .choices
            .iter()
            .filter(|c| has.is_none_or(|h| c.bay != h.bay && c.price_cents <= h.price_cents));
        out.extend(may.map(|c| Seat {
            bay: c.bay,
            kept: asked.span,
        }));
    }

    fn day(&mut self, bay: u32) -> &[Sitting] {
        &self.days[bay as usize]
    }
}

/// How many are served, how many moves that took, and the longest a driver waited for the answer.
fn with_chains(picture: &Picture) -> (usize, usize, Duration) {
    let seats = vec![None; picture.asks.len()];
    let days = vec![Vec::new(); picture.bays.len()];
    let mut day = Day {
        picture,
        seats,
        days,
        asks: 0,
    };
    let mut moves = 0;
    let mut longest = Duration::ZERO;
    for ask in 0..picture.asks.len() {
        day.asks = ask;
        let began = Instant::now();
        let found = room(&mut day, LIMITS);
        longest = longest.max(began.elapsed());
        moves += found.moves.len().saturating_sub(1);
        for (who, seat) in found.moves {
            day.sit(day.ask(who), seat.bay);
        }
    }
    (day.seats.iter().flatten().count(), moves, longest)
}

pub(crate) fn run() {
    println!("\nA day of shared bays, `sensors-sim sharing`: drivers in shared bays");
    println!(
        "| seed | came | first come | with chains (moves, longest search) | all known before | at most |"
    );
    println!(
        "|------|------|------------|-------------------------------------|------------------|---------|"
    );
    for seed in 1..=5 {
        let picture = picture(&District::generate(&DistrictParams {
            seed,
            ..DistrictParams::default()
        }));
        let first = first_come(&picture)
            .expect("a picture made to be sound")
            .served;
        let (served, moves, longest) = with_chains(&picture);
        let effort = Effort {
            passes: 50,
            rounds: 1_000,
        };
        let known = improve(&counted(&picture), effort).expect("a picture made to be sound");
        let chains = format!("{served} ({moves}, {longest:.1?})");
        let most = known.bound / ONE;
        println!(
            "| {seed:>4} | {:>4} | {first:>10} | {chains:>35} | {:>16} | {most:>7} |",
            picture.asks.len(),
            known.served
        );
        assert!(
            first <= served && served as i64 <= most,
            "chains serve more, and nothing beats the bound"
        );
    }
}

/// What one driver is worth: more than any bay costs.
const ONE: i64 = 1_000_000;

/// The same with all bays for nothing: only the number of drivers counts.
fn counted(picture: &Picture) -> Picture {
    let mut counted = picture.clone();
    counted.weights.hour_cents = 0;
    counted
        .asks
        .iter_mut()
        .flat_map(|a| &mut a.choices)
        .for_each(|c| c.price_cents = 0);
    counted
}
