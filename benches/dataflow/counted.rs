//! What it costs to settle counts of whole zones beside the reports of their bays: the same stream
//! without and with a gate at every zone, in turn. Processor time, which other programs disturb less.

use super::common::grid::ZONES;
use super::{ROUNDS, Rng, T0, batches, by_dataflow};
use bayhub::domain::{
    BayKind, Claim, CountObservation, CountWord, Millis, SourceIx, SourceKind, ZoneIx,
};
use bayhub::registry::Registry;
use bayhub::stream::Fuse;
use std::sync::Arc;

/// What gates count of every zone once a minute, in the batches of a stream of reports.
fn with_counts(mut batches: Vec<Vec<Claim>>, step_ms: u64) -> Vec<Vec<Claim>> {
    const EVERY_MS: u64 = 60_000;
    let zones = ZONES as u64;
    let mut r = Rng(7);
    let mut n = 0;
    for (i, batch) in batches.iter_mut().enumerate() {
        let to = (i as u64 + 1) * step_ms * zones / EVERY_MS;
        batch.extend((n..to).map(|n| {
            Claim::Count(CountObservation {
                at: Millis(T0 + n * EVERY_MS / zones),
                zone: ZoneIx((n % zones) as u32),
                source: SourceIx(1100 + (n % 800) as u32),
                source_kind: SourceKind::Gate,
                kind: BayKind::Car,
                subset: None,
                word: CountWord::vacant((r.next() % 100) as u32, 100),
                trusted: true,
            })
        }));
        n = to;
    }
    batches
}

/// What counts of whole zones cost beside the reports of their bays: as they are told, and settled too.
pub(super) fn costs(registry: &Arc<Registry>, claims: &[Claim], step_ms: u64) {
    let timed = |batches: &[Vec<Claim>]| -> usize {
        let timed = &batches[batches.len().div_ceil(2)..];
        timed.iter().map(Vec::len).sum()
    };
    let alone = batches(claims);
    let with = with_counts(alone.clone(), step_ms);
    let reports = timed(&alone);
    let counts = timed(&with) - reports;
    println!("{reports} reports, {counts} counts of {ZONES} zones; seconds of processor time");
    let mut a_count = [0.0; 2];
    for (settles, us) in [false, true].into_iter().zip(&mut a_count) {
        let mut rounds = [const { Vec::new() }; 2];
        for _ in 0..ROUNDS {
            for (side, batches) in rounds.iter_mut().zip([&alone, &with]) {
                let side_of = (1, Fuse::Belief);
                let ([_, cpu], _) =
                    by_dataflow(registry, batches.clone(), step_ms, side_of, settles);
                side.push(cpu);
            }
        }
        let [alone, with] = rounds.map(|mut side| {
            side.sort_by(f64::total_cmp);
            side[side.len() / 2]
        });
        *us = (with - alone) * 1e6 / counts as f64;
        let what = if settles { "settled too" } else { "told live" };
        println!(
            "{what:<12} without counts {alone:.2}, with {with:.2}: {:.2} of it, {us:.2} us a count",
            with / alone
        );
    }
    println!("settling a count: {:.2} us", a_count[1] - a_count[0]);
}
