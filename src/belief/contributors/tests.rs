//! The table by itself: who keeps its place, what is learnt, and that order does not matter.

use super::*;
use crate::belief::LogOdds;
use crate::long::cases;
use proptest::prelude::*;

/// A table and what was judged for it.
struct Judging {
    table: Contributors,
    windows: Windows,
}

impl Judging {
    fn new(bits: u32) -> Self {
        Self {
            table: Contributors::new(bits),
            windows: Windows::default(),
        }
    }

    fn absorb(&mut self, window: u32, feedback: Feedback) {
        self.windows.absorb(window, feedback);
    }

    fn close(&mut self, window: u32) {
        for (_, slot, judged) in self.windows.take_through(window).rows() {
            self.table.learn(slot, judged);
        }
    }
}

impl std::ops::Deref for Judging {
    type Target = Contributors;

    fn deref(&self) -> &Contributors {
        &self.table
    }
}

impl std::ops::DerefMut for Judging {
    fn deref_mut(&mut self) -> &mut Contributors {
        &mut self.table
    }
}

fn name(n: u64) -> Pseudonym {
    // As a MAC spreads them.
    Pseudonym::of((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11)
}

fn enrolled(table: &mut Contributors, n: u64) -> u32 {
    let slot = table.find_or_enrol(name(n), None, false, 0);
    slot.expect("there is room")
}

/// Of a sensor that is as good as certain.
fn judged(slot: u32, said: bool, occupied: bool) -> Feedback {
    let sensor = LogOdds(if occupied { 3500 } else { -3500 });
    Feedback::judge(slot, said, sensor).expect("certain")
}

#[test]
fn a_newcomer_weighs_nothing_until_sensors_prove_it() {
    let mut table = Judging::new(8);
    let slot = enrolled(&mut table, 1);
    assert_ne!(slot, 0, "slot 0 is nobody's");
    assert_eq!(
        (table.weight(slot, true), table.weight(slot, false)),
        (0, 0)
    );
    assert!(!table.proven(slot));
    for window in 0..8 {
        table.absorb(window, judged(slot, window % 2 == 0, window % 2 == 0));
        assert_eq!(
            table.judged(slot),
            window as u8,
            "not before the window ends"
        );
        table.close(window);
    }
    assert!(table.weight(slot, true) > 4 && table.weight(slot, false) > 4);
    assert!(table.proven(slot));
    assert_eq!(enrolled(&mut table, 1), slot, "found again");
}

#[test]
fn one_of_a_trusted_key_starts_with_nine_of_ten_right() {
    let mut table = Judging::new(8);
    let slot = table.find_or_enrol(name(1), None, true, 0).expect("room");
    // ln(0.9 / 0.1) is 2.197 nat, and whole eighths of that 17.
    assert_eq!(table.weight(slot, true), 17);
    assert_eq!(table.weight(slot, false), 17);
    assert!(!table.proven(slot), "that has yet to be shown");
    for window in 0..12 {
        table.absorb(window, judged(slot, true, false));
        table.close(window);
    }
    assert_eq!(table.weight(slot, true), 0, "and is lost");
}

#[test]
fn who_is_always_wrong_is_not_believed_to_the_contrary() {
    let mut table = Judging::new(8);
    let slot = enrolled(&mut table, 1);
    for window in 0..50 {
        table.absorb(window, judged(slot, window % 2 == 0, window % 2 != 0));
        table.close(window);
    }
    assert_eq!(
        (table.weight(slot, true), table.weight(slot, false)),
        (0, 0)
    );
    assert!(!table.proven(slot), "judged often, right never");
}

#[test]
fn who_turns_is_forgotten_soon() {
    let mut table = Judging::new(8);
    let slot = enrolled(&mut table, 1);
    for window in 0..100 {
        table.absorb(window, judged(slot, window % 2 == 0, window % 2 == 0));
        table.close(window);
    }
    let before = table.weight(slot, true);
    assert!(before >= 16, "{before}");
    for window in 100..105 {
        table.absorb(window, judged(slot, true, false));
        table.close(window);
    }
    let after = table.weight(slot, true);
    assert!(
        after <= 6,
        "{after}: five lies of a hundred and five reports"
    );
}

#[test]
fn only_a_sensor_that_is_certain_judges() {
    assert_eq!(Feedback::judge(7, true, LogOdds(600)), None, "p = .64");
    assert_eq!(Feedback::judge(0, true, LogOdds(4000)), None, "nobody's");
    let feedback = Feedback::judge(7, true, LogOdds(-2048)).expect("p = .12");
    assert_eq!((feedback.q, feedback.w), (2, 9));
}

#[test]
fn a_bucket_holds_six_and_gets_twelve_an_hour() {
    let mut table = Judging::new(4);
    let slot = enrolled(&mut table, 1);
    let mut counted =
        |from: u32, times: u32| (0..times).filter(|_| table.counts(slot, from)).count();
    assert_eq!(counted(1000, 100), 6);
    assert_eq!(counted(1004, 100), 0);
    assert_eq!(counted(1005, 100), 1);
    assert_eq!(counted(1065, 100), 6, "no more than it holds");
    assert_eq!(
        counted(1065 + (1 << 16), 100),
        0,
        "the same minute of 45 days later"
    );
    assert_eq!(counted(1200 + (1 << 16), 100), 6);
    assert!(!Contributors::new(4).counts(1 << 20, 0), "no such slot");
}

#[test]
fn whoever_reports_under_a_new_key_takes_along_what_was_proved() {
    let mut table = Judging::new(10);
    let slot = enrolled(&mut table, 1);
    for window in 0..30 {
        table.absorb(window, judged(slot, window % 2 == 0, window % 2 == 0));
    }
    table.close(30);
    let weight = table.weight(slot, true);
    let moved = table.find_or_enrol(name(2), Some(name(1)), false, 9);
    let moved = moved.expect("room");
    assert_eq!(table.weight(moved, true), weight);
    assert_eq!(table.judged(moved), 30);
    if moved != slot {
        assert_eq!(table.judged(slot), 0, "the old place is free");
    }
}

#[test]
fn a_flood_of_newcomers_displaces_only_newcomers() {
    let flood = u64::from(cases(1)) * 1_000_000;
    // Fifteen newcomers a slot; of ten million, as many slots as the hub has.
    let mut table = Judging::new(if flood < 10_000_000 { 16 } else { 20 });
    let slots = table.slots() as u64;
    let held = (table.accounts.capacity(), table.full_at.capacity());
    let proven: Vec<u32> = (0..slots / 3)
        .filter_map(|n| {
            let slot = table.find_or_enrol(name(n), None, false, 0)?;
            for _ in 0..PROVEN {
                table.absorb(0, judged(slot, true, true));
                table.absorb(0, judged(slot, false, false));
            }
            table.close(0);
            Some(slot)
        })
        .collect();
    let room = proven.len() as u64;
    assert!(room > slots / 3 - slots / 500, "{room} have found room");
    let before: Vec<Account> = proven
        .iter()
        .map(|at| table.accounts[*at as usize])
        .collect();
    let mut given = 0u64;
    for n in 0..flood {
        let newcomer = table.find_or_enrol(name(1_000_000 + n), None, false, 60 + n as u32 / 1000);
        if let Some(slot) = newcomer {
            given += 1;
            if n % 7 == 0 {
                table.absorb(1 + n as u32 / 10_000, judged(slot, true, n % 3 == 0));
            }
        }
        if n % 10_000 == 0 {
            table.close(n as u32 / 10_000);
        }
    }
    assert!(
        given > flood * 98 / 100,
        "{given}: newcomers find room among newcomers"
    );
    for (slot, account) in proven.iter().zip(before) {
        assert_eq!(table.accounts[*slot as usize], account);
    }
    assert_eq!((table.accounts.capacity(), table.full_at.capacity()), held);
    assert!(table.windows.rows().len() <= table.slots());
}

#[test]
fn a_table_survives_the_disk_and_nothing_else_is_one() {
    let mut table = Judging::new(6);
    for n in 0..40 {
        if let Some(slot) = table.find_or_enrol(name(n), None, n % 2 == 0, 0) {
            table.absorb(3 + n as u32 % 2, judged(slot, true, n % 3 == 0));
        }
    }
    table.close(3);
    let bytes = table.to_bytes();
    let back = Contributors::from_bytes(&bytes).expect("what was written");
    assert_eq!(back.accounts, table.accounts);
    let mut rows = Vec::new();
    table.windows.write(&mut rows);
    assert_eq!(rows.len(), 36 * table.windows.rows().len());
    let mut read = Windows::default();
    assert_eq!(read.read(&rows), Some(()));
    assert_eq!(read, table.windows);
    assert_eq!(Windows::default().read(&rows[1..]), None);
    for cut in 0..bytes.len() {
        assert!(
            Contributors::from_bytes(&bytes[..cut]).is_none(),
            "cut at {cut}"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Contributors::from_bytes(&longer).is_none());
    let mut wild = bytes.clone();
    wild[..8].copy_from_slice(&(1u64 << 40).to_le_bytes());
    assert!(
        Contributors::from_bytes(&wild).is_none(),
        "asks for too much"
    );
    wild[..8].copy_from_slice(&64u64.to_le_bytes());
    wild[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(Contributors::from_bytes(&wild).is_none(), "says too much");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn the_order_of_what_was_judged_does_not_matter(
        all in prop::collection::vec((0..4u32, 1..20u32, any::<bool>(), 0..17u8, 5..17u8), 0..300),
        turn in 0..300usize,
    ) {
        let run = |order: &[(u32, u32, bool, u8, u8)]| {
            let mut table = Judging::new(5);
            for (window, slot, said, q, w) in order {
                table.absorb(*window, Feedback { slot: *slot, said: *said, q: *q, w: *w });
            }
            (0..4).for_each(|window| table.close(window));
            table.to_bytes()
        };
        let mut turned = all.clone();
        turned.reverse();
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        prop_assert_eq!(run(&all), run(&turned));
    }

    #[test]
    fn no_feedback_leaves_the_scale(
        all in prop::collection::vec((any::<u32>(), any::<bool>(), any::<u8>(), any::<u8>()), 0..200),
        often in 1..200u32,
    ) {
        let mut table = Judging::new(4);
        let slot = enrolled(&mut table, 1);
        for (window, said, q, w) in all {
            for _ in 0..often {
                table.absorb(window, Feedback { slot, said, q, w });
                table.absorb(window, Feedback { slot: u32::MAX, said, q, w });
            }
        }
        table.close(u32::MAX);
        prop_assert!((0..=28).contains(&table.weight(slot, true)));
        prop_assert!((0..=28).contains(&table.weight(slot, false)));
    }
}
