//! The live stream through the whole router: what comes first, what comes next, and what comes to
//! who was away.
//!
//! On tokio's stopped clock, which jumps to the next timer whenever everybody waits: a stream that
//! says nothing is heard to say nothing within its next heartbeat.

use super::Town;
use super::open_stream::{OpenStream, StreamEvent, running};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::domain::{ReadModel as _, ZoneTally};
use crate::serve::Config;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// With the change feed running.
fn town() -> Town {
    running(Town::new())
}

/// A tally that can be told by its number.
fn nth(n: u32) -> ZoneTally {
    ZoneTally {
        occupied: n,
        capacity: n,
        ..ZoneTally::default()
    }
}

fn zones(events: &[(String, String, Value)]) -> Vec<&str> {
    events
        .iter()
        .filter(|e| e.0 == "zone")
        .map(|e| e.2["zone"].as_str().unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn first_comes_all_that_is_followed_then_each_change_of_it() {
    let town = town();
    let mut all = OpenStream::open(&town, "", None).await;
    let mut some = OpenStream::open(&town, "?zones=EAST,HE12,EAST", None).await;
    let mut boxed = OpenStream::open(&town, "?bbox=103.94,1.3,103.96,1.33", None).await;
    let first = all.all().await;
    assert_eq!(
        zones(&first).into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from(["EAST", "HE12", "TPY12"])
    );
    assert_eq!(first.len(), 3);
    assert_eq!(some.all().await.len(), 2);
    assert_eq!(zones(&boxed.all().await), ["EAST"]);
    town.tally("HE12", nth(7));
    assert_eq!(zones(&all.all().await), ["HE12"]);
    let (name, _, zone) = some.event().await;
    assert_eq!((name.as_str(), &zone["occupied"]), ("zone", &json!(7)));
    assert_eq!(
        boxed.next().await,
        StreamEvent::Comment,
        "a heartbeat and nothing else"
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_carries_what_a_question_would_be_answered() {
    let town = town();
    town.turns("TPY12-001", Vacant, Vacant);
    town.tally("TPY12", nth(5));
    let mut stream = OpenStream::open(&town, "?zones=TPY12&bays=true", None).await;
    let events = stream.all().await;
    let (last, bays) = events.split_last().unwrap();
    assert_eq!(
        (last.0.as_str(), &last.2),
        ("zone", &town.get("/v1/zones/TPY12").await.json())
    );
    assert_eq!(bays.len(), 4);
    for (name, _, bay) in bays {
        assert_eq!(name, "bay");
        let whole = town
            .get(&format!("/v1/bays/{}", bay["bay"].as_str().unwrap()))
            .await
            .json();
        for (member, value) in bay.as_object().unwrap() {
            assert_eq!(&whole[member], value, "{member}");
        }
        assert!(
            bay.get("state").is_some()
                && bay.get("p_vacant").is_some()
                && bay.get("observed_at").is_some()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_changed_zone_only_the_changed_bays_are_told() {
    let town = town();
    let mut stream = OpenStream::open(&town, "?zones=TPY12,EAST&bays=true", None).await;
    assert_eq!(stream.all().await.len(), 2 + 5);
    town.turns("TPY12-002", Occupied, Occupied);
    let (name, _, bay) = stream.event().await;
    assert_eq!(
        (name.as_str(), &bay["bay"], &bay["state"]),
        ("bay", &json!("TPY12-002"), &json!("occupied"))
    );
    assert_eq!(zones(&stream.all().await), ["TPY12"]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_is_told_exactly_what_changed_meanwhile() {
    let town = town();
    let mut stream = OpenStream::open(&town, "", None).await;
    let held = stream.all().await.last().unwrap().1.clone();
    drop(stream);
    // Alone as it was, nobody listens now.
    for n in 0..500 {
        town.tally(["EAST", "HE12"][n % 2], nth(n as u32));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut back = OpenStream::open(&town, "", Some(&held)).await;
    let missed = back.all().await;
    assert_eq!(
        zones(&missed),
        ["EAST", "HE12"],
        "each once, in its newest state"
    );
    assert_eq!(
        (&missed[0].2["occupied"], &missed[1].2["occupied"]),
        (&json!(498), &json!(499))
    );
    // Between the two the client would have had one of them.
    let first = missed[0].1.clone();
    let last = missed[1].1.clone();
    assert_eq!(
        zones(&OpenStream::open(&town, "", Some(&first)).await.all().await),
        ["HE12"]
    );
    let query = format!("?last_event_id={last}");
    let mut nothing = OpenStream::open(&town, &query, None).await;
    assert_eq!(
        nothing.next().await,
        StreamEvent::Comment,
        "nothing was missed"
    );
    town.tally("EAST", nth(9));
    assert_eq!(zones(&nothing.all().await), ["EAST"]);
    // The header is newer than the address; what changed last comes last.
    assert_eq!(
        zones(
            &OpenStream::open(&town, &query, Some(&first))
                .await
                .all()
                .await
        ),
        ["HE12", "EAST"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_id_read_last_may_go_by_the_name_that_polyfills_give_it() {
    let town = town();
    let mut stream = OpenStream::open(&town, "", None).await;
    let held = stream.all().await.last().unwrap().1.clone();
    drop(stream);
    town.tally("EAST", nth(1));
    for query in [
        format!("?lastEventId={held}"),
        format!("?last_event_id={held}&lastEventId={held}"),
    ] {
        let missed = OpenStream::open(&town, &query, None).await.all().await;
        assert_eq!(zones(&missed), ["EAST"], "{query}");
    }
    let two = format!("/v1/stream?last_event_id={held}&lastEventId=other");
    let refused = town.get(&two).await.problem("bad-parameter").to_string();
    assert!(refused.contains("lastEventId"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn who_left_before_having_everything_is_told_everything_again() {
    let town = town();
    let mut stream = OpenStream::open(&town, "?bays=true", None).await;
    for _ in 0..7 {
        let (_, id, _) = stream.event().await;
        let again = OpenStream::open(&town, "?bays=true", Some(&id))
            .await
            .all()
            .await;
        assert_eq!(again[0].2, json!({"reason": "incomplete"}));
        assert_eq!(again.len(), 1 + 3 + 5, "after {id}");
    }
    let (_, id, _) = stream.event().await;
    assert!(
        OpenStream::open(&town, "?bays=true", Some(&id))
            .await
            .all()
            .await
            .is_empty(),
        "{id} is everything"
    );
}

#[tokio::test(start_paused = true)]
async fn an_id_that_tells_nothing_here_means_to_begin_again() {
    let town = town();
    let other = OpenStream::open(&self::town(), "", None)
        .await
        .all()
        .await
        .last()
        .unwrap()
        .1
        .clone();
    let ours = OpenStream::open(&town, "", None)
        .await
        .all()
        .await
        .last()
        .unwrap()
        .1
        .clone();
    let ahead = format!("{}-99999999", ours.split_once('-').unwrap().0);
    for (id, reason) in [
        (other.as_str(), "other_process"),
        ("17", "unknown_id"),
        (&ahead, "unknown_id"),
    ] {
        let mut stream = OpenStream::open(&town, "", Some(id)).await;
        let (name, resync, data) = stream.event().await;
        assert_eq!(
            (name.as_str(), data),
            ("resync", json!({"reason": reason})),
            "{id}"
        );
        assert_eq!(stream.all().await.len(), 3, "then everything");
        assert_eq!(
            OpenStream::open(&town, "", Some(&resync))
                .await
                .all()
                .await
                .len(),
            1 + 3,
            "left after the resync alone"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_of_many_changes_always_comes() {
    const LAST: u32 = 20_000;
    let town = town();
    let mut stream = OpenStream::open(&town, "?zones=HE12,EAST", None).await;
    let live = town.live.clone();
    let zone = town.registry.zone("HE12").unwrap();
    let writer = tokio::task::spawn_blocking(move || {
        for n in 1..=LAST {
            live.zones(&[(zone, nth(n))]);
        }
    });
    let newest = async {
        let mut events = 0;
        let mut seen = json!(0);
        while seen != LAST {
            let (_, _, data) = stream.event().await;
            if data["zone"] == "HE12" {
                assert!(
                    data["occupied"].as_u64() >= seen.as_u64(),
                    "never older than what was told"
                );
                (events, seen) = (events + 1, data["occupied"].clone());
            }
        }
        events
    };
    let events = tokio::time::timeout(Duration::from_mins(1), newest)
        .await
        .expect("the last change was lost");
    writer.await.unwrap();
    assert!(events < LAST, "changes melt together: {events}");
}

#[tokio::test(start_paused = true)]
async fn a_removed_zone_is_gone() {
    let town = town();
    let mut stream = OpenStream::open(&town, "?zones=EAST", None).await;
    stream.all().await;
    let east = town.registry.zone("EAST").unwrap();
    assert_eq!(
        town.call_as("admin", "DELETE", "/v1/admin/bays/EAST-1", "")
            .await
            .status,
        204
    );
    assert_eq!(
        town.call_as("admin", "DELETE", "/v1/admin/zones/EAST", "")
            .await
            .status,
        204
    );
    // The hub's stream would write the tally of an empty zone.
    town.live.zones(&[(east, ZoneTally::default())]);
    let (name, _, data) = stream.event().await;
    assert_eq!((name.as_str(), data), ("gone", json!({"zone": "EAST"})));
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused() {
    let town = Town::new();
    let many = vec!["EAST"; 501].join(",");
    for (query, slug, status) in [
        ("?zone=EAST", "bad-parameter", 400),
        ("?zones=", "bad-parameter", 400),
        ("?zones=EAST,,HE12", "bad-parameter", 400),
        ("?zones=EAST&zones=HE12", "bad-parameter", 400),
        (&format!("?zones={many}"), "bad-parameter", 400),
        ("?zones=EAST&bbox=1,2,3,4", "bad-parameter", 400),
        ("?bbox=1,2,3", "bad-parameter", 400),
        ("?bbox=1,nan,3,4", "bad-parameter", 400),
        ("?bays=yes", "bad-parameter", 400),
        ("?zones=EAST,nowhere", "not-found", 404),
    ] {
        let answer = town.get(&format!("/v1/stream{query}")).await;
        answer.problem(slug);
        assert_eq!(answer.status, status, "{query}");
    }
    town.get_with("/v1/stream", &[("accept", "application/json")])
        .await
        .problem("not-acceptable");
}

#[tokio::test]
async fn bays_are_followed_in_a_bounded_number_of_zones() {
    let specs = (0..201).map(|n| crate::testing::zone(n, 1)).collect();
    let registry = crate::registry::Registry::in_memory(specs, vec![]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    let problem = town
        .get("/v1/stream?bays=true")
        .await
        .problem("bad-parameter");
    assert!(
        problem["detail"].as_str().unwrap().contains("200"),
        "{problem}"
    );
    let ids: Vec<String> = (0..200).map(|n| format!("Z{n}")).collect();
    OpenStream::open(&town, &format!("?bays=true&zones={}", ids.join(",")), None).await;
}

#[tokio::test]
async fn streams_are_bounded_and_leave_nothing_behind() {
    let town = Town::with(
        Config {
            max_streams: 2,
            ..Config::default()
        },
        super::small_town(),
        None,
    );
    let open = [
        OpenStream::open(&town, "", None).await,
        OpenStream::open(&town, "?bays=true", None).await,
    ];
    assert_eq!(town.metrics.http_streams.get(), 2);
    assert_eq!(town.get("/v1/stream").await.status, 503);
    assert_eq!(town.get("/v1/zones").await.status, 200);
    drop(open);
    assert_eq!(
        (
            town.metrics.http_streams.get(),
            town.live.feed().subscribers()
        ),
        (0, 0)
    );
    drop(OpenStream::open(&town, "", None).await);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_streams_at_once() {
    let town = town();
    let mut idle = OpenStream::open(&town, "", None).await;
    idle.all().await;
    let mut fresh = OpenStream::open(&town, "", None).await;
    let began = tokio::time::Instant::now();
    town.close.send_replace(true);
    assert_eq!(idle.next().await, StreamEvent::End);
    while fresh.next().await != StreamEvent::End {}
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(town.get("/v1/stream").await.status, 503);
}
