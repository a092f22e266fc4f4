//! The desk between gate and stream: who counts, what is learnt, what outlives a restart.

use super::*;
use crate::belief::{Feedback, LogOdds};
use crate::domain::{Area, Standing};
use crate::partners::remit;
use std::os::unix::fs::PermissionsExt as _;

const NOW: Millis = Millis(1_795_402_800_000);
const DAY_MS: u64 = 86_400_000;

struct Rig {
    folder: tempfile::TempDir,
    desk: ContributorDesk,
}

fn rig(workers: usize) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(&folder, None, workers, NOW);
    Rig { folder, desk }
}

fn open(
    folder: &tempfile::TempDir,
    saved: Option<&[u8]>,
    workers: usize,
    now: Millis,
) -> ContributorDesk {
    let keys = folder.path().join("pseudonyms.json");
    ContributorDesk::open(&keys, saved, workers, now, Arc::new(Metrics::new())).unwrap()
}

fn app(standing: Standing) -> Remit {
    remit(Area::All, standing, "acme")
}

fn said(desk: &ContributorDesk, of: &Remit, name: &str, now: Millis) -> Backing {
    desk.backing(of, Whose::Contributor(name), BayStatus::Occupied, now)
}

const fn window(now: Millis) -> u32 {
    (now.0 / 1000) as u32 / WINDOW_S
}

/// Right `times` of both states, in the window of `now`.
fn right(slot: u32, now: Millis, times: u32) -> Windows {
    let mut windows = Windows::default();
    for occupied in (0..times).flat_map(|_| [true, false]) {
        let sensor = LogOdds(if occupied { 3500 } else { -3500 });
        let feedback = Feedback::judge(slot, occupied, sensor).unwrap();
        windows.absorb(window(now), feedback);
    }
    windows
}

#[test]
fn a_newcomer_of_an_unproven_key_weighs_nothing_until_sensors_prove_it() {
    let r = rig(1);
    let of = app(Standing::Unproven);
    let first = said(&r.desk, &of, "c-1", NOW);
    assert_eq!((first.weight(), first.of_proven()), (0, false));
    assert_ne!(first.slot(), 0, "it is judged");
    r.desk.hand_in(0, window(NOW), right(first.slot(), NOW, 8));
    let then = said(&r.desk, &of, "c-1", NOW);
    assert!(then.weight() > 8 && then.of_proven(), "{then:?}");
    assert_eq!(then.slot(), first.slot());
    let other = said(&r.desk, &of, "c-2", NOW);
    assert_ne!(other.slot(), then.slot());
    assert_eq!(other.weight(), 0);
    let foreign = remit(Area::All, Standing::Unproven, "other");
    assert_eq!(
        said(&r.desk, &foreign, "c-1", NOW).weight(),
        0,
        "of another partner"
    );
    assert_eq!(r.desk.figures("acme", NOW).proven_contributors, 1);
    assert_eq!(r.desk.figures("other", NOW).proven_contributors, 0);
}

#[test]
fn who_says_more_than_its_bucket_holds_is_not_counted() {
    let r = rig(1);
    let of = app(Standing::Trusted);
    for n in 0..10 {
        let backing = said(&r.desk, &of, "c-1", NOW);
        let counts = n < 6;
        assert_eq!(backing.weight() > 0, counts, "{n}");
        assert_eq!(
            backing.slot() != 0,
            counts,
            "what does not count is not judged"
        );
    }
    let one = &r.desk.figures("acme", NOW).periods[0];
    assert_eq!((one.reports, one.counted, one.throttled), (10, 6, 4));
    assert_eq!(one.mean_weight, Some(17.0 / 8.0));
    for _ in 0..10 {
        let whose = Whose::Source("fleet");
        let backing = r.desk.backing(&of, whose, BayStatus::Vacant, NOW);
        assert_eq!(backing.weight(), 17, "a trusted source speaks for many");
    }
    let unproven = app(Standing::Unproven);
    let source = |_| {
        r.desk
            .backing(&unproven, Whose::Source("s"), BayStatus::Vacant, NOW)
    };
    let judged = (0..10).map(source).filter(|backing| backing.slot() != 0);
    assert_eq!(judged.count(), 6, "any other source is one contributor");
}

#[test]
fn whoever_invents_contributors_has_no_room_for_more_than_its_share_and_the_others_have() {
    let r = rig(1);
    let of = app(Standing::Trusted);
    let invented = |now, many| {
        (0..many)
            .filter(|n| said(&r.desk, &of, &n.to_string(), now).slot() != 0)
            .count()
    };
    let many = figures::MOST_NEW + 500;
    assert_eq!(invented(NOW, many), figures::MOST_NEW as usize);
    let other = remit(Area::All, Standing::Trusted, "other");
    assert_ne!(
        said(&r.desk, &other, "c-1", NOW).slot(),
        0,
        "another partner's"
    );
    assert_ne!(said(&r.desk, &of, "7", NOW).slot(), 0, "one that is known");
    assert_eq!(said(&r.desk, &of, "new", NOW).weight(), 0, "trusted or not");
    let later = NOW.plus(3_600_000);
    assert_ne!(
        said(&r.desk, &of, "new", later).slot(),
        0,
        "in the next hour"
    );
}

#[test]
fn a_window_is_learnt_once_all_workers_have_handed_it_in() {
    let r = rig(3);
    let of = app(Standing::Unproven);
    let slot = said(&r.desk, &of, "c-1", NOW).slot();
    let proven = || r.desk.figures("acme", NOW).proven_contributors;
    r.desk.hand_in(0, window(NOW), right(slot, NOW, 3));
    r.desk.hand_in(1, window(NOW) + 1, right(slot, NOW, 2));
    assert_eq!(proven(), 0);
    r.desk.hand_in(2, window(NOW), right(slot, NOW, 3));
    assert_eq!(proven(), 1);
    let judged = |desk: &ContributorDesk| desk.figures("acme", NOW).periods[0].judged;
    assert_eq!(judged(&r.desk), 16);
    // A replay hands in again what was learnt before the table was saved.
    let again = open(&r.folder, Some(&r.desk.to_bytes()), 1, NOW);
    again.hand_in(0, window(NOW), right(slot, NOW, 8));
    assert_eq!(judged(&again), 16);
    again.hand_in(0, window(NOW) + 1, right(slot, NOW.plus(300_000), 1));
    assert_eq!(judged(&again), 18);
    let periods = again.figures("acme", NOW).periods;
    assert!(periods[0].right_occupied.unwrap() > 0.9, "{periods:?}");
    assert!(periods[2].right_vacant.unwrap() > 0.9, "{periods:?}");
}

#[test]
fn what_was_proved_outlives_restarts_and_new_keys_of_pseudonyms() {
    let mut r = rig(1);
    let of = app(Standing::Unproven);
    let slot = said(&r.desk, &of, "c-1", NOW).slot();
    r.desk.hand_in(0, window(NOW), right(slot, NOW, 10));
    let first_key = std::fs::read(r.folder.path().join("pseudonyms.json")).unwrap();
    // Reports every three days, for half a year: never out of every overlap.
    let mut now = NOW;
    for _ in 0..60 {
        now = now.plus(3 * DAY_MS);
        let saved = r.desk.to_bytes();
        r.desk = open(&r.folder, Some(&saved), 1, now);
        r.desk.renew(now).unwrap();
        assert!(said(&r.desk, &of, "c-1", now).of_proven(), "{now:?}");
    }
    let keys = std::fs::read_to_string(r.folder.path().join("pseudonyms.json")).unwrap();
    let first: serde_json::Value = serde_json::from_slice(&first_key).unwrap();
    let secret = first["keys"][0]["secret"].as_str().unwrap();
    assert!(!keys.contains(secret), "what a key hid stays hidden");
    // Who stays away for longer than that starts anew.
    now = now.plus(40 * DAY_MS);
    r.desk.renew(now).unwrap();
    assert!(!said(&r.desk, &of, "c-1", now).of_proven());
    assert_eq!(
        r.desk.figures("acme", now).periods[2].judged,
        0,
        "a month ago"
    );
}

#[test]
fn no_name_of_a_contributor_is_kept() {
    let r = rig(1);
    said(&r.desk, &app(Standing::Trusted), "alice@example.org", NOW);
    let keys = std::fs::read(r.folder.path().join("pseudonyms.json")).unwrap();
    for bytes in [r.desk.to_bytes(), keys] {
        assert!(!String::from_utf8_lossy(&bytes).contains("alice"));
    }
    let file = std::fs::metadata(r.folder.path().join("pseudonyms.json")).unwrap();
    assert_eq!(
        file.permissions().mode() & 0o077,
        0,
        "for the hub's own eyes"
    );
}

#[test]
fn a_damaged_table_starts_anew_and_a_damaged_file_of_keys_is_named() {
    let r = rig(1);
    said(&r.desk, &app(Standing::Trusted), "c-1", NOW);
    let saved = r.desk.to_bytes();
    assert!(saved::read(&saved).is_some());
    for cut in 0..saved.len() {
        let read = saved::read(&saved[..cut]);
        // The last rows say only whose slots are.
        assert!(read.is_none() || cut == saved.len() - 6, "cut at {cut}");
    }
    let desk = open(&r.folder, Some(b"rubbish"), 1, NOW);
    assert_eq!(desk.figures("acme", NOW), ContributionFigures::none());
    let keys = r.folder.path().join("pseudonyms.json");
    for bad in [
        "",
        "{}",
        r#"{"version":2,"keys":[]}"#,
        r#"{"version":1,"keys":[]}"#,
        r#"{"version":1,"keys":[{"made":1,"secret":"AAAA"}]}"#,
    ] {
        std::fs::write(&keys, bad).unwrap();
        let opened = ContributorDesk::open(&keys, None, 1, NOW, Arc::new(Metrics::new()));
        let why = opened.err().expect("these are no keys").to_string();
        assert!(
            why.contains("pseudonyms.json") && !why.contains("AAAA"),
            "{why}"
        );
    }
}
