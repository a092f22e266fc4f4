//! When rates are learnt.

use super::*;

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

#[test]
fn it_is_due_at_four_in_the_morning_of_the_place() {
    let sg = Calendar::parse("Asia/Singapore").unwrap();
    for (now, due) in [
        ("2026-11-27T19:59:59Z", "2026-11-26T20:00:00Z"),
        ("2026-11-27T20:00:00Z", "2026-11-27T20:00:00Z"),
        ("2026-11-28T15:59:59Z", "2026-11-27T20:00:00Z"),
        ("2026-11-28T16:00:00Z", "2026-11-27T20:00:00Z"),
    ] {
        assert_eq!(last_due(sg, at(now)), at(due), "{now}");
    }
}
