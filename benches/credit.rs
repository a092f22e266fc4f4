//! What settling a day of partners' credit takes: of reports that were sampled, in the order in which
//! settlement hands them in, to rows of the store.
//!
//! `cargo bench --bench credit`, or the built program itself with `[REPORTS]`.

mod common;

use bayhub::domain::Millis;
use bayhub::domain::credit::{CreditSample, CreditTally, CreditWord, claimed};
use bayhub::partners::credit::{DAY_MS, Watched, work_out};
use common::programs::resident;
use std::collections::BTreeMap;
use std::time::Instant;

/// A day, since 1970.
const DAY: u64 = 20_780;

/// Partners, from number 64 on.
const PARTNERS: u64 = 50;

const BAYS: u64 = 1_400_000;

/// A number that looks like chance.
fn dice(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ z >> 27
}

fn sample(n: u64, reports: u64) -> CreditSample {
    let d = dice(n);
    // By the hour, as they are handed in, in no order within it.
    let hour = n * 24 / reports;
    let at = Millis(DAY * DAY_MS + hour * 3_600_000 + d % 3_600_000);
    let bay = (dice(d) % BAYS) as u32;
    let partner = 64 + (d >> 20) % PARTNERS;
    let p0 = 6554 + (d >> 32) as u16 % 50_000;
    let p1 = claimed(d & 1 == 0, 204 + (d >> 48) as u8 % 50);
    let sample = CreditSample::new((bay, at), partner as u16, (p0, p1)).counting();
    match d >> 1 & 3 {
        0 => sample.settled(CreditWord::Vacant),
        1 => sample.settled(CreditWord::Occupied),
        _ => sample,
    }
}

fn main() {
    let reports = std::env::args().skip(1).find_map(|a| a.parse().ok());
    let reports = reports.unwrap_or(10_000_000_u64);
    let mut samples: Vec<_> = (0..reports).map(|n| sample(n, reports)).collect();
    let names = (64..64 + PARTNERS).map(|n| (n as u16, format!("partner {n}")));
    let partners: BTreeMap<_, _> = names.collect();
    // Every other one may judge.
    let shown = CreditTally {
        settled: 1000,
        right: 900,
        against: 100,
        against_right: 90,
        worth: 1,
    };
    let anchors = partners.values().step_by(2);
    let shown: Watched = anchors
        .map(|name| ((DAY - 1, name.clone()), shown))
        .collect();
    let begun = Instant::now();
    let (_, worth) = work_out((DAY, partners), &mut samples, &shown, |n| n.to_string());
    let took = begun.elapsed();
    let settled: u64 = worth.rows.iter().map(|row| row.settled).sum();
    println!(
        "{reports} reports of {PARTNERS} partners on {BAYS} bays: {settled} settled in {:.2} s, {} rows, {} samples \
         kept; {} MB resident",
        took.as_secs_f64(),
        worth.rows.len(),
        worth.samples.len(),
        resident() >> 20,
    );
}
