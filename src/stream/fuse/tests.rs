//! Rank, time and ties: what each claim does to a word that is there.

use super::*;
use crate::domain::Backing;
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

/// As at a time when the word there stands, and the claim's would.
fn take(c: &mut BayState, o: &Observation) -> Fused {
    c.absorb(o, Millis::MAX, c.standing(), true)
}

fn by(kind: SourceKind, o: Observation) -> Observation {
    Observation {
        source_kind: kind,
        ..o
    }
}

#[test]
fn a_cell_keeps_what_it_was_told() {
    let mut c = BayState::vacated(ZoneIx(77), BayKind::Heavy);
    let told = claim(Millis::MAX.0, u64::MAX, 9, BayStatus::Closed);
    assert_eq!(take(&mut c, &told), Fused::Taken);
    let v = c.view(BayIx(5));
    assert_eq!(
        (v.zone, v.kind, v.status, v.confidence),
        (ZoneIx(77), BayKind::Heavy, BayStatus::Closed, 210)
    );
    assert_eq!(
        (v.source_kind, v.observed_at, c.source()),
        (SourceKind::App, Millis::MAX, SourceIx(9))
    );
    c.lapse();
    assert_eq!(
        (c.status(), c.claimed()),
        (BayStatus::Unknown, BayStatus::Closed)
    );
    assert_eq!(size_of::<BayState>(), 24);
}

#[test]
fn the_newest_wins_and_the_sequence_of_one_source_breaks_ties() {
    let mut c = BayState::default();
    take(&mut c, &claim(10, 5, 1, BayStatus::Vacant));
    for (why, at, seq, source) in [
        ("older", 9, 9, 1),
        ("same time, earlier number", 10, 4, 1),
        ("same time, a lesser source, whatever its number", 10, 9, 0),
    ] {
        let late = claim(at, seq, source, BayStatus::Occupied);
        assert_eq!(take(&mut c, &late), Fused::Superseded, "{why}");
    }
    assert_eq!(c.status(), BayStatus::Vacant);
    assert_eq!(
        take(&mut c, &claim(10, 6, 1, BayStatus::Occupied)),
        Fused::Taken
    );
    assert_eq!(
        take(&mut c, &claim(10, 0, 2, BayStatus::Closed)),
        Fused::Taken
    );
    assert_eq!(c.status(), BayStatus::Closed);
}

#[test]
fn of_words_of_one_moment_and_number_the_last_stands_and_copies_change_nothing() {
    use BayStatus::{Closed, Occupied, Vacant};
    let mut c = BayState::default();
    for (status, want, state) in [
        (Vacant, Fused::Taken, Vacant),
        (Vacant, Fused::Superseded, Vacant),
        (Occupied, Fused::Taken, Occupied),
        (Vacant, Fused::Superseded, Occupied),
        (Occupied, Fused::Superseded, Occupied),
        (Closed, Fused::Taken, Closed),
        (Occupied, Fused::Superseded, Closed),
    ] {
        assert_eq!(take(&mut c, &claim(10, 5, 1, status)), want, "{status}");
        assert_eq!(c.status(), state);
    }
    // Another moment is told anew.
    assert_eq!(take(&mut c, &claim(11, 5, 1, Vacant)), Fused::Taken);
    assert_eq!(take(&mut c, &claim(11, 5, 1, Occupied)), Fused::Taken);
}

#[test]
fn a_time_that_has_not_come_is_cut_to_now_before_it_is_compared() {
    let mut c = BayState::default();
    let ahead = claim(59_000, 0, 1, BayStatus::Vacant);
    assert_eq!(c.absorb(&ahead, Millis(1_000), false, true), Fused::Taken);
    assert_eq!(c.at(), Millis(1_000));
    let next = claim(1_001, 0, 1, BayStatus::Occupied);
    assert_eq!(c.absorb(&next, Millis(1_001), true, true), Fused::Taken);
    assert_eq!(c.status(), BayStatus::Occupied);
}

#[test]
fn no_app_replaces_a_watchers_word_that_stands() {
    use BayStatus::{Occupied, Unknown, Vacant};
    for watcher in [SourceKind::Sensor, SourceKind::Gate] {
        let mut c = BayState::default();
        take(&mut c, &by(watcher, claim(10, 0, 1, Occupied)));
        let word = c;
        assert_eq!(
            take(&mut c, &claim(20, u64::MAX, 2, Vacant)),
            Fused::Outranked
        );
        assert_eq!(c, word, "nothing of it has changed");
        // It has lapsed: an app's word is better than none, until the watcher speaks again,
        // of whatever time that is heard to stand.
        c.lapse();
        assert_eq!(take(&mut c, &claim(20, 0, 2, Vacant)), Fused::Taken);
        let again = by(watcher, claim(15, 0, 1, Occupied));
        assert_eq!(take(&mut c, &again), Fused::Taken);
        assert_eq!((c.status(), c.source_kind()), (Occupied, watcher));
        // And one that does not know leaves it to others.
        take(&mut c, &by(watcher, claim(30, 0, 1, Unknown)));
        assert_eq!(take(&mut c, &claim(31, 0, 2, Vacant)), Fused::Taken);
    }
}

#[test]
fn a_watchers_word_that_would_have_lapsed_takes_nothing_from_an_app() {
    let mut c = BayState::default();
    take(&mut c, &claim(20, 0, 2, BayStatus::Vacant));
    let old = by(SourceKind::Sensor, claim(10, 0, 1, BayStatus::Occupied));
    assert_eq!(c.absorb(&old, Millis(90), true, false), Fused::Superseded);
    assert_eq!(c.status(), BayStatus::Vacant);
}

#[test]
fn an_app_that_is_not_sure_says_no_state() {
    let mut c = BayState::default();
    for (confidence, want) in [(203, Fused::Outranked), (204, Fused::Taken)] {
        let o = Observation {
            confidence,
            ..claim(10, 0, 1, BayStatus::Vacant)
        };
        assert_eq!(take(&mut c, &o), want, "{confidence}");
    }
    let sensor = Observation {
        confidence: 3,
        ..by(SourceKind::Sensor, claim(10, 0, 1, BayStatus::Occupied))
    };
    assert_eq!(
        take(&mut c, &sensor),
        Fused::Taken,
        "a sensor's word is its word"
    );
}

proptest! {
    #[test]
    fn any_order_and_any_duplication_end_alike(
        claims in prop::collection::vec((1..20u64, 0..3u64, 0..3u32), 1..40),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..120),
    ) {
        // A claim's status is fixed by its identity, as one sender's report is; a source is of
        // one kind.
        let all: Vec<_> = claims
            .iter()
            .map(|&(at, seq, s)| {
                let n = (at + seq) as usize + s as usize;
                let kind = [SourceKind::App, SourceKind::Sensor, SourceKind::Gate][s as usize];
                // A watcher that says unknown lets others speak until it speaks again: who
                // spoke then depends on the order in which they were heard.
                let statuses = [BayStatus::Vacant, BayStatus::Occupied, BayStatus::Closed];
                by(kind, claim(at, seq, s, statuses[n % 3]))
            })
            .collect();
        let mut straight = BayState::default();
        let mut shuffled = BayState::default();
        for c in &all { take(&mut straight, c); }
        for i in &order { take(&mut shuffled, i.get(&all)); }
        for c in all.iter().rev() { take(&mut shuffled, c); }
        prop_assert_eq!(straight, shuffled);
    }
}
