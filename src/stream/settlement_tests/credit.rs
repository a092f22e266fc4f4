//! What partners said is settled as the plain recomputation has it, and is there once, whatever the
//! workers, batches and restarts.

use super::plain::{PlainReport, vouched};
use super::{DraftReport, Feeding, T0, config, draft, drafts, numbered, places, terms};
use crate::domain::credit::{CreditSample, CreditWord, FRESH_MS, ONCE_MS, is_open};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{BayStatus, SourceKind};
use crate::long::cases;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Of the drafts so that apps say more than half of it, soon, and partly of one moment.
fn said(registry: &crate::registry::Registry, drafts: &[DraftReport]) -> Vec<PlainReport> {
    let of = |(who, bay, at, what, late, seq): &DraftReport| {
        let who = if seq % 4 > 0 { [2, 5][who % 2] } else { *who };
        let at = if seq % 3 > 0 { *at % 40 * 13 } else { *at };
        draft(registry, (who, *bay, at, *what, *late, *seq))
    };
    drafts.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(16)))]

    #[test]
    fn what_partners_said_is_settled_as_a_plain_recomputation_says_and_once(
        drafts in drafts(),
        workers in prop::collection::vec(1..4u32, 1..4),
        restarts in prop::collection::vec((0..300usize, 0..30usize), 0..3),
    ) {
        let registry = super::city();
        let said = said(&registry, &drafts);
        let run = |workers: &[u32], restarts: &[(usize, usize)]| {
            let feeding = Feeding {
                registry: &registry,
                workers: workers.to_vec(),
                restarts: restarts.to_vec(),
                work: usize::MAX, overflows: true };
            let done = feeding.run(&said);
            (done.taken.credited(), done.to)
        };
        let (want, to) = run(&[1], &[]);
        let numbered = numbered(&registry, &said);
        let places = places(&registry);
        for sample in &want {
            let place = places.iter().find(|p| p.bay == sample.bay()).unwrap();
            let word = vouched(&numbered, place, &terms(to), sample.at().0);
            prop_assert_eq!(sample.word(), CreditWord::of(word), "{:?}", sample);
        }
        let amended = |s: &CreditSample| s.at().0 / HOUR_MS * HOUR_MS + HOUR_MS + 2 * HOUR_MS <= to;
        prop_assert!(want.iter().all(amended));
        every_report_has_its_sample(&numbered, &want, to)?;
        let (got, _) = run(&workers, &restarts);
        prop_assert_eq!(got, want);
    }
}

/// Of a bay that nobody watches each word of an app that comes in time is looked at, once in five
/// minutes.
fn every_report_has_its_sample(
    said: &[PlainReport],
    found: &[CreditSample],
    to: u64,
) -> Result<(), TestCaseError> {
    let key = |bay: u32, source: u32, at: u64| (bay, source, at / ONCE_MS);
    let there = found
        .iter()
        .map(|s| key(s.bay(), u32::from(s.partner()) - 64, s.at().0));
    let there: BTreeSet<_> = there.collect();
    let apps = |s: &&PlainReport| s.kind == SourceKind::App && s.status.occupied().is_some();
    let possible = said
        .iter()
        .filter(apps)
        .filter(|s| s.ingest - s.at <= FRESH_MS);
    let possible = possible.filter_map(|s| Some(key(s.bay?, s.source, s.at)));
    let possible: BTreeSet<_> = possible.collect();
    prop_assert!(there.is_subset(&possible));
    // Where no watcher ever spoke of a bay, nothing is left out.
    let watched = |s: &&PlainReport| s.kind != SourceKind::App;
    let watched: BTreeSet<_> = said.iter().filter(watched).filter_map(|s| s.bay).collect();
    let first = |k: &&(u32, u32, u64)| !watched.contains(&k.0);
    for k in possible.iter().filter(first) {
        // A word that an older hub would have dropped as stale says nothing.
        prop_assert!(there.contains(k), "{:?} up to {}", k, to);
    }
    Ok(())
}

#[test]
fn the_city_says_enough_of_what_nobody_knew_to_be_worth_a_test() {
    let registry = super::city();
    let drafts: Vec<DraftReport> = (0..250)
        .map(|n| {
            (
                n % 6,
                n % 5,
                n as u64 * 71,
                n % 64,
                n as u64 * 7 + 3,
                n as u64,
            )
        })
        .collect();
    let feeding = Feeding {
        registry: &registry,
        workers: vec![2],
        restarts: vec![],
        work: usize::MAX,
        overflows: true,
    };
    let found = feeding.run(&said(&registry, &drafts)).taken.credited();
    let counting = found.iter().filter(|s| s.counts()).count();
    let settled = found
        .iter()
        .filter(|s| s.word() != CreditWord::Nothing)
        .count();
    assert!(
        found.len() > 40 && counting > 20 && settled > 10,
        "{} {counting} {settled}",
        found.len()
    );
    assert!(found.iter().all(|s| s.counts() == is_open(s.p0())));
    assert!(
        found
            .iter()
            .all(|s| s.at().0 >= T0 && config().amend_h == 2)
    );
    assert_eq!(CreditWord::of(BayStatus::Unknown), CreditWord::Nothing);
}
