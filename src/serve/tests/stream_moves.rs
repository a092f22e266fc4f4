//! What a live stream says of bays and zones that come, go and move by the calls of operators: to who
//! listens, and to who comes back. As in `stream`, on tokio's stopped clock.

use super::Town;
use super::open_stream::{OpenStream, StreamEvent, running};
use crate::domain::{ReadModel as _, ZoneIx, ZoneTally};
use serde_json::{Value, json};
use std::time::Duration;

type Events = Vec<(String, String, Value)>;

const BOX: &str = "?bbox=103.94,1.3,103.96,1.33";
const IN_BOX: (f64, f64) = (1.321, 103.951);
const OUT_OF_BOX: (f64, f64) = (1.37, 103.891);

fn town() -> Town {
    running(Town::new())
}

/// Each as `event id`, with `gone` for a bay that is, and the reason of a resync.
fn said(events: &Events) -> Vec<String> {
    let one = |(name, _, data): &(String, String, Value)| {
        let of = |member: &str| data[member].as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "bay" if data["gone"] == true => format!("bay {} gone from {}", of("bay"), of("zone")),
            "bay" => format!("bay {}", of("bay")),
            "resync" => format!("resync {}", of("reason")),
            _ => format!("{name} {}", of("zone")),
        }
    };
    events.iter().map(one).collect()
}

async fn hears(stream: &mut OpenStream) -> Vec<String> {
    handed_on().await;
    said(&stream.all().await)
}

/// Until the feed has handed on what was marked.
async fn handed_on() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

/// Opens, hears all, and gives the last id.
async fn left_with(town: &Town, query: &str) -> String {
    let first = OpenStream::open(town, query, None).await.all().await;
    first.last().unwrap().1.clone()
}

/// What is said first to who comes back.
async fn back(town: &Town, query: &str, id: &str) -> Vec<String> {
    handed_on().await;
    hears(&mut OpenStream::open(town, query, Some(id)).await).await
}

fn feature((lat, lon): (f64, f64), properties: &Value) -> String {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
           "properties": properties})
    .to_string()
}

async fn call(town: &Town, method: &str, path: &str, body: String) {
    let done = town.call_as("admin", method, path, body).await;
    assert!(done.status.is_success(), "{done:?}");
}

async fn remove(town: &Town, what: &str) {
    call(town, "DELETE", &format!("/v1/admin/{what}"), String::new()).await;
}

async fn put_zone(town: &Town, id: &str, place: (f64, f64)) {
    let zone = json!({"id": id, "name": id, "kind": "off_street", "operator": "o", "capacity": 9});
    call(town, "PUT", "/v1/admin/zones", feature(place, &zone)).await;
}

async fn put_bay(town: &Town, id: &str, zone: &str, place: (f64, f64)) {
    let bay = json!({"id": id, "zone": zone, "kind": "car"});
    call(town, "PUT", "/v1/admin/bays", feature(place, &bay)).await;
}

/// Plays the stream, which tells the zones that the change touched.
fn told_of(town: &Town, zones: &[&str]) {
    for id in zones {
        let city = town.registry.city();
        let named = |zone: &u32| city.zone(ZoneIx(*zone)).spec.id == **id;
        let ix = (0..city.zone_count()).filter(named);
        for ix in ix.map(ZoneIx) {
            town.live.zones(&[(ix, town.live.zone(ix))]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_after_a_bay_was_removed_or_moved_forgets_all() {
    let town = town();
    let query = "?zones=TPY12,EAST&bays=true";
    let held = left_with(&town, query).await;
    remove(&town, "bays/TPY12-001").await;
    told_of(&town, &["TPY12"]);
    let mut news = back(&town, query, &held).await;
    assert_eq!(news.remove(0), "resync out_of_sight");
    assert_eq!(news.len(), 2 + 4, "then everything: {news:?}");
    assert!(!news.concat().contains("TPY12-001"), "{news:?}");

    let held = left_with(&town, query).await;
    put_bay(&town, "TPY12-002", "HE12", OUT_OF_BOX).await;
    let news = back(&town, query, &held).await;
    assert_eq!(news[0], "resync out_of_sight", "nobody has told of it yet");

    let held = left_with(&town, query).await;
    remove(&town, "bays/TPY12-002").await;
    let news = back(&town, query, &held).await;
    assert_eq!(news, [""; 0], "that was in a zone nobody asked for");
    // Zones alone can be told of: nobody need forget anything.
    let held = left_with(&town, "").await;
    remove(&town, "bays/TPY12-003").await;
    told_of(&town, &["TPY12"]);
    assert_eq!(back(&town, "", &held).await, ["zone TPY12"]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_is_told_of_each_bay_that_goes_from_then_on() {
    let town = town();
    let query = "?zones=TPY12&bays=true";
    let held = left_with(&town, query).await;
    let mut stream = OpenStream::open(&town, query, Some(&held)).await;
    assert_eq!(hears(&mut stream).await, [""; 0]);
    remove(&town, "bays/TPY12-003").await;
    let news = hears(&mut stream).await;
    assert_eq!(news[0], "bay TPY12-003 gone from TPY12");
    told_of(&town, &["TPY12"]);
    assert_eq!(hears(&mut stream).await.last().unwrap(), "zone TPY12");
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_is_told_of_zones_that_left_the_box_meanwhile() {
    let town = town();
    put_zone(&town, "GATE", IN_BOX).await;
    let held = left_with(&town, BOX).await;
    let with_bays = format!("{BOX}&bays=true");
    let held_with_bays = left_with(&town, &with_bays).await;
    remove(&town, "zones/GATE").await;
    assert_eq!(back(&town, BOX, &held).await, ["gone GATE"]);
    let counted = back(&town, &with_bays, &held_with_bays).await;
    assert_eq!(counted, ["gone GATE"], "it had no bays");
    let elsewhere = left_with(&town, "?bbox=103.8,1.3,103.86,1.34").await;
    assert_eq!(
        back(&town, "?bbox=103.8,1.3,103.86,1.34", &elsewhere).await,
        [""; 0]
    );

    let held = left_with(&town, BOX).await;
    put_zone(&town, "HE12", IN_BOX).await;
    assert_eq!(back(&town, BOX, &held).await, ["zone HE12"], "it came");
    let held = left_with(&town, BOX).await;
    put_zone(&town, "HE12", OUT_OF_BOX).await;
    let news = back(&town, BOX, &held).await;
    assert_eq!(news, ["resync out_of_sight", "zone EAST"], "it went");
}

#[tokio::test(start_paused = true)]
async fn an_id_of_another_box_or_of_zones_without_their_bays_is_no_id_of_this_one() {
    let town = town();
    let id = left_with(&town, BOX).await;
    assert_eq!(back(&town, BOX, &id).await, Vec::<String>::new());
    let with_bays = format!("{BOX}&bays=true");
    for query in ["", "?bbox=103.8,1.3,103.96,1.4", &with_bays, "?zones=EAST"] {
        let told = back(&town, query, &id).await;
        assert_eq!(told[0], "resync other_process", "{query}: {told:?}");
        assert!(told.len() > 1, "and then all of it: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_cut_off_before_having_everything_forgets_what_it_had() {
    let town = town();
    let mut stream = OpenStream::open(&town, "?zones=TPY12&bays=true", None).await;
    let (_, held, bay) = stream.event().await;
    assert_eq!(bay["bay"], "TPY12-001");
    drop(stream);
    remove(&town, "bays/TPY12-001").await;
    let news = back(&town, "?zones=TPY12&bays=true", &held).await;
    assert_eq!(news[0], "resync incomplete");
    assert!(!news.concat().contains("TPY12-001"), "{news:?}");
    assert_eq!(news.last().unwrap(), "zone TPY12");
}

#[tokio::test(start_paused = true)]
async fn a_box_learns_of_what_comes_into_it_and_what_leaves_it() {
    let town = town();
    let with_bays = format!("{BOX}&bays=true");
    let mut zones = OpenStream::open(&town, BOX, None).await;
    let mut bays = OpenStream::open(&town, &with_bays, None).await;
    let mut empty = OpenStream::open(&town, "?bbox=10,10,11,11", None).await;
    assert_eq!(hears(&mut zones).await, ["zone EAST"]);
    assert_eq!(hears(&mut bays).await, ["bay EAST-1", "zone EAST"]);
    put_zone(&town, "NEW", IN_BOX).await;
    assert_eq!(hears(&mut zones).await, ["zone NEW"]);
    assert_eq!(hears(&mut bays).await, ["zone NEW"]);
    put_bay(&town, "NEW-1", "NEW", IN_BOX).await;
    told_of(&town, &["NEW"]);
    assert_eq!(hears(&mut zones).await, ["zone NEW"]);
    assert_eq!(hears(&mut bays).await, ["bay NEW-1", "zone NEW"]);
    town.tally("NEW", ZoneTally::default());
    assert_eq!(
        hears(&mut zones).await,
        ["zone NEW"],
        "its changes come too"
    );
    assert_eq!(hears(&mut bays).await, ["zone NEW"]);

    put_zone(&town, "EAST", OUT_OF_BOX).await;
    told_of(&town, &["EAST"]);
    assert_eq!(hears(&mut zones).await, ["gone EAST"]);
    assert_eq!(
        hears(&mut bays).await,
        ["bay EAST-1 gone from EAST", "gone EAST"]
    );
    town.tally("EAST", ZoneTally::default());
    assert_eq!(hears(&mut zones).await, [""; 0], "it is followed no more");
    put_zone(&town, "EAST", IN_BOX).await;
    assert_eq!(hears(&mut zones).await, ["zone EAST"]);
    assert_eq!(hears(&mut bays).await, ["bay EAST-1", "zone EAST"]);
    remove(&town, "bays/NEW-1").await;
    remove(&town, "zones/NEW").await;
    assert_eq!(hears(&mut zones).await, ["gone NEW"]);
    assert_eq!(
        hears(&mut bays).await,
        ["bay NEW-1 gone from NEW", "gone NEW"]
    );
    assert_eq!(empty.next().await, StreamEvent::Comment);
}

#[tokio::test(start_paused = true)]
async fn what_moves_between_two_zones_is_gone_from_one_before_it_is_in_the_other() {
    let town = town();
    let mut stream = OpenStream::open(&town, "?zones=EAST,TPY12&bays=true", None).await;
    stream.all().await;
    put_bay(&town, "EAST-1", "TPY12", (1.3331, 103.8474)).await;
    put_bay(&town, "TPY12-001", "EAST", (1.32, 103.95)).await;
    told_of(&town, &["EAST", "TPY12"]);
    let mut news = hears(&mut stream).await;
    let rest = news.split_off(2);
    news.sort();
    let gone = ["bay EAST-1 gone from EAST", "bay TPY12-001 gone from TPY12"];
    assert_eq!(news, gone);
    for back in ["bay EAST-1", "bay TPY12-001", "zone EAST", "zone TPY12"] {
        assert_eq!(rest.iter().filter(|e| *e == back).count(), 1, "{rest:?}");
    }
    assert_eq!(rest.len(), 4, "{rest:?}");
}

#[tokio::test(start_paused = true)]
async fn only_who_was_told_of_a_zone_is_told_that_it_is_gone_and_once() {
    let town = town();
    put_zone(&town, "NEW", IN_BOX).await;
    let mut before = OpenStream::open(&town, "", None).await;
    assert_eq!(before.all().await.len(), 4);
    remove(&town, "zones/NEW").await;
    assert_eq!(hears(&mut before).await, ["gone NEW"]);
    let mut after = OpenStream::open(&town, "", None).await;
    assert_eq!(after.all().await.len(), 3);
    let held = left_with(&town, "").await;
    // A stream that tells of it once more.
    told_of(&town, &["NEW"]);
    assert_eq!(hears(&mut before).await, [""; 0]);
    assert_eq!(hears(&mut after).await, [""; 0]);
    assert_eq!(back(&town, "", &held).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_named_zone_that_is_there_again_is_followed_again() {
    let town = town();
    let query = "?zones=EAST&bays=true";
    let mut stream = OpenStream::open(&town, query, None).await;
    let held = stream.all().await.pop().unwrap().1;
    remove(&town, "bays/EAST-1").await;
    remove(&town, "zones/EAST").await;
    assert_eq!(
        hears(&mut stream).await,
        ["bay EAST-1 gone from EAST", "gone EAST"]
    );
    put_zone(&town, "EAST", IN_BOX).await;
    put_bay(&town, "EAST-2", "EAST", IN_BOX).await;
    assert_eq!(hears(&mut stream).await, ["bay EAST-2", "zone EAST"]);
    assert_eq!(
        back(&town, query, &held).await,
        ["resync out_of_sight", "bay EAST-2", "zone EAST"]
    );
}
