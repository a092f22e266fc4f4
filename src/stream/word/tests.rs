//! Time and ties: what each claim does to a word of its rank that is there.

use super::*;
use crate::domain::{Backing, BayIx};
use proptest::prelude::*;

fn claim(at: u64, seq: u64, source: u32, status: BayStatus) -> Observation {
    Observation {
        at: Millis(at),
        seq,
        bay: BayIx(0),
        source: SourceIx(source),
        source_kind: SourceKind::App,
        status,
        confidence: 210,
        backing: Backing::default(),
    }
}

fn take(word: &mut Word, o: &Observation) -> Beside {
    let beside = word.beside(o, o.at.0);
    if beside != Beside::Older {
        word.take(o, o.at.0, beside);
    }
    beside
}

#[test]
fn a_word_keeps_what_it_was_told() {
    let mut w = Word::none(BayKind::Heavy);
    assert!(w.is_none() && !w.knows());
    let told = Observation {
        backing: Backing::of_key(false, 3),
        ..claim(Millis::MAX.0, u64::MAX, 9, BayStatus::Closed)
    };
    assert_eq!(take(&mut w, &told), Beside::Newer);
    assert_eq!(
        (w.bay_kind(), w.status(), w.confidence(), w.is_sure()),
        (BayKind::Heavy, BayStatus::Closed, 210, true)
    );
    assert_eq!(w.origin(), (SourceKind::App, SourceIx(9), Millis::MAX));
    assert_eq!(w.rank(), Rank::Unproven);
    w.lapse();
    assert_eq!(
        (w.status(), w.claimed(), w.knows()),
        (BayStatus::Unknown, BayStatus::Closed, false)
    );
    assert_eq!(size_of::<Word>(), 16);
}

#[test]
fn who_watches_goes_before_the_hub_and_that_before_apps_by_the_standing_of_their_keys() {
    let rank = |kind, trusted| {
        Rank::of(&Observation {
            source_kind: kind,
            backing: Backing::of_key(trusted, 0),
            ..claim(1, 0, 1, BayStatus::Vacant)
        })
    };
    let ranks = [
        rank(SourceKind::App, false),
        rank(SourceKind::App, true),
        rank(SourceKind::Booking, true),
        rank(SourceKind::Gate, true),
    ];
    assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    // Of who watches the standing of the key says nothing.
    assert_eq!(rank(SourceKind::Sensor, false), ranks[3]);
}

#[test]
fn the_newest_wins_and_the_sequence_of_one_source_breaks_ties() {
    let mut w = Word::default();
    take(&mut w, &claim(10, 5, 1, BayStatus::Vacant));
    for (why, at, seq, source) in [
        ("older", 9, 9, 1),
        ("same time, earlier number", 10, 4, 1),
        ("same time, a lesser source, whatever its number", 10, 9, 0),
    ] {
        let late = claim(at, seq, source, BayStatus::Occupied);
        assert_eq!(take(&mut w, &late), Beside::Older, "{why}");
    }
    assert_eq!(w.status(), BayStatus::Vacant);
    let next = claim(10, 6, 1, BayStatus::Occupied);
    assert_eq!(take(&mut w, &next), Beside::Newer);
    let other = claim(10, 0, 2, BayStatus::Closed);
    assert_eq!(take(&mut w, &other), Beside::Newer);
    assert_eq!(w.status(), BayStatus::Closed);
}

#[test]
fn a_number_counts_on_when_its_low_half_wraps() {
    let mut w = Word::default();
    take(
        &mut w,
        &claim(10, u64::from(u32::MAX), 1, BayStatus::Vacant),
    );
    let next = claim(10, u64::from(u32::MAX) + 2, 1, BayStatus::Occupied);
    assert_eq!(take(&mut w, &next), Beside::Newer);
}

#[test]
fn of_words_of_one_moment_and_number_the_last_stands_and_copies_change_nothing() {
    use BayStatus::{Closed, Occupied, Vacant};
    let mut w = Word::default();
    for (status, want, state) in [
        (Vacant, Beside::Newer, Vacant),
        (Vacant, Beside::Older, Vacant),
        (Occupied, Beside::Also, Occupied),
        (Vacant, Beside::Older, Occupied),
        (Occupied, Beside::Older, Occupied),
        (Closed, Beside::Also, Closed),
        (Occupied, Beside::Older, Closed),
    ] {
        assert_eq!(take(&mut w, &claim(10, 5, 1, status)), want, "{status}");
        assert_eq!(w.status(), state);
    }
    // Another moment is told anew.
    assert_eq!(take(&mut w, &claim(11, 5, 1, Vacant)), Beside::Newer);
    assert_eq!(take(&mut w, &claim(11, 5, 1, Occupied)), Beside::Also);
}

proptest! {
    #[test]
    fn any_order_and_any_duplication_end_alike(
        claims in prop::collection::vec((1..20u64, 0..3u64, 0..3u32), 1..40),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..120),
    ) {
        // A claim's status is fixed by its identity, as one sender's report is.
        let all: Vec<_> = claims
            .iter()
            .map(|&(at, seq, s)| {
                claim(at, seq, s, BayStatus::ALL[((at + seq) as usize + s as usize) % 4])
            })
            .collect();
        let mut straight = Word::default();
        let mut shuffled = Word::default();
        for c in &all { take(&mut straight, c); }
        for i in &order { take(&mut shuffled, i.get(&all)); }
        for c in all.iter().rev() { take(&mut shuffled, c); }
        prop_assert_eq!(straight, shuffled);
    }
}
