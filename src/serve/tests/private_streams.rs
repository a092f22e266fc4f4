//! Private bays in the live stream: what comes into sight, what leaves it, and that nothing else is
//! heard of.

use super::Town;
use super::open_stream::{OpenStream, running};
use super::private_bays::{counted, lots};
use super::sharing::{ask, later};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::domain::ZoneTally;
use serde_json::{Value, json};

async fn town() -> Town {
    running(lots().await)
}

/// All that is told until there is silence, each as `event id what`; and the last event's id.
async fn told(stream: &mut OpenStream) -> (Vec<String>, String) {
    // The clock jumps while nobody else has anything to do: silence is heard at once.
    tokio::time::pause();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let events = stream.all().await;
    tokio::time::resume();
    let last = events.last().map_or(String::new(), |e| e.1.clone());
    let what = |(name, _, data): &(String, String, Value)| {
        let of = |member: &str| data[member].as_str().unwrap_or("").to_owned();
        match name.as_str() {
            "bay" if data["gone"] == true => format!("bay {} gone", of("bay")),
            "bay" => format!("bay {} {}", of("bay"), of("state")),
            "zone" => format!(
                "zone {} {}/{}",
                of("zone"),
                data["vacant"]["car"],
                data["capacity"]
            ),
            "resync" => format!("resync {}", of("reason")),
            _ => format!("{name} {}", of("zone")),
        }
    };
    let mut all: Vec<String> = events.iter().map(what).collect();
    // Told twice where it changed between two looks.
    all.dedup();
    (all, last)
}

async fn followed(town: &Town, query: &str, key: Option<&str>, id: Option<&str>) -> OpenStream {
    let bearer = key.map(|scope| format!("Bearer {}", town.keys[scope]));
    let mut headers = vec![];
    headers.extend(bearer.as_deref().map(|b| ("authorization", b)));
    headers.extend(id.map(|id| ("last-event-id", id)));
    OpenStream::open_at(town, &format!("/v1/stream{query}"), &headers).await
}

async fn withdraw(town: &Town, bay: &str) {
    let offers = town.call_as("share", "GET", "/v1/offers", "").await.json();
    let all = offers["offers"].as_array().unwrap();
    let one = all.iter().find(|o| o["bay"] == bay).unwrap();
    let path = format!("/v1/offers/{}", one["id"].as_str().unwrap());
    let gone = town.call_as("share", "DELETE", &path, "").await;
    assert!(gone.status.is_success(), "{gone:?}");
}

#[tokio::test]
async fn others_are_told_of_what_is_to_be_had_and_the_owner_of_everything() {
    let town = town().await;
    let query = "?zones=LOT&bays=true";
    let mut anybody = followed(&town, query, None, None).await;
    let mut owner = followed(&town, query, Some("book"), None).await;
    let mut authority = followed(&town, query, Some("monitor"), None).await;
    let first = told(&mut anybody).await.0;
    assert_eq!(
        first,
        ["bay LOT-1 vacant", "bay LOT-4 vacant", "zone LOT 2/4"]
    );
    let all = [
        "bay LOT-0 vacant",
        "bay LOT-1 vacant",
        "bay LOT-2 reserved",
        "bay LOT-3 vacant",
        "bay LOT-4 unknown",
        "bay LOT-5 occupied",
        "zone LOT 3/6",
    ];
    assert_eq!(told(&mut owner).await.0, all);
    assert_eq!(told(&mut authority).await.0, all);

    town.turns("LOT-0", Occupied, Occupied);
    assert_eq!(
        told(&mut anybody).await.0,
        [""; 0],
        "it is nobody's business"
    );
    assert_eq!(
        told(&mut owner).await.0,
        ["bay LOT-0 occupied", "zone LOT 3/6"]
    );

    town.turns("LOT-1", Occupied, Occupied);
    assert_eq!(
        told(&mut anybody).await.0,
        ["bay LOT-1 gone", "zone LOT 1/4"]
    );
    town.turns("LOT-1", Vacant, Vacant);
    assert_eq!(
        told(&mut anybody).await.0,
        ["bay LOT-1 vacant", "zone LOT 2/4"]
    );
    withdraw(&town, "LOT-1").await;
    assert_eq!(
        told(&mut anybody).await.0,
        ["bay LOT-1 gone", "zone LOT 1/3"]
    );
    let place = town.registry.city().zones().nth(1).unwrap().1.spec.place;
    let wish = json!({"lat": place.lat, "lon": place.lon, "start": later(0), "end": later(60), "max_walk_m": 3000});
    assert_eq!(ask(&town, &wish).await.json()["bay"], "LOT-4");
    assert_eq!(
        told(&mut anybody).await.0,
        ["bay LOT-4 gone", "zone LOT 0/3"]
    );
}

#[tokio::test]
async fn who_comes_back_forgets_all_where_a_bay_may_have_left_sight() {
    let town = town().await;
    let query = "?zones=LOT,KERB&bays=true";
    let mut stream = followed(&town, query, None, None).await;
    let (_, held) = told(&mut stream).await;
    drop(stream);
    town.turns("KERB-0", Occupied, Occupied);
    let mut back = followed(&town, query, None, Some(&held)).await;
    let (news, held) = told(&mut back).await;
    assert_eq!(news, ["bay KERB-0 occupied", "zone KERB 1/1"]);
    drop(back);
    let mut zones = followed(&town, "?zones=LOT,KERB", None, None).await;
    let (_, held_of_zones) = told(&mut zones).await;
    drop(zones);
    withdraw(&town, "LOT-1").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let mut back = followed(&town, query, None, Some(&held)).await;
    let mut news = told(&mut back).await.0;
    assert_eq!(news.remove(0), "resync out_of_sight");
    news.sort();
    assert_eq!(
        news,
        [
            "bay KERB-0 occupied",
            "bay LOT-4 vacant",
            "zone KERB 1/1",
            "zone LOT 1/3"
        ]
    );
    // Zones alone can be told of: nobody need forget anything.
    let mut zones = followed(&town, "?zones=LOT,KERB", None, Some(&held_of_zones)).await;
    assert_eq!(told(&mut zones).await.0, ["zone LOT 1/3"]);
}

#[tokio::test]
async fn a_private_zone_that_only_counts_is_heard_of_by_its_owner_and_the_authority() {
    let town = town().await;
    let mut all = followed(&town, "", None, None).await;
    let mut boxed = followed(&town, "?bbox=103,1,104,2&bays=true", None, None).await;
    let mut owner = followed(&town, "", Some("share"), None).await;
    let mut authority = followed(&town, "?zones=GATE", Some("admin"), None).await;
    assert_eq!(told(&mut all).await.0, ["zone KERB 1/1", "zone LOT 2/4"]);
    assert!(!told(&mut boxed).await.0.join(" ").contains("GATE"));
    assert_eq!(told(&mut owner).await.0.len(), 3);
    assert_eq!(told(&mut authority).await.0, ["zone GATE 5/9"]);
    for vacant in [4, 3] {
        let tally = ZoneTally {
            vacant: [vacant, 0, 0, 0],
            occupied: 9 - vacant,
            ..counted()
        };
        town.tally("GATE", tally);
        let want = [format!("zone GATE {vacant}/9")];
        assert_eq!(told(&mut authority).await.0, want);
        assert_eq!(told(&mut owner).await.0, want);
        assert_eq!(told(&mut all).await.0, [""; 0]);
        assert_eq!(told(&mut boxed).await.0, [""; 0]);
    }
}

async fn put_zone(town: &Town, id: &str, kind: &str) {
    let place = {
        let city = town.registry.city();
        city.zone(town.registry.zone(id).unwrap()).spec.place
    };
    let feature = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "properties": {"id": id, "name": id, "kind": kind, "operator": "lta", "capacity": 9}});
    let done = town
        .call_as("admin", "PUT", "/v1/admin/zones", feature.to_string())
        .await;
    assert_eq!(done.status.as_u16(), 200, "{done:?}");
}

#[tokio::test]
async fn a_zone_that_becomes_private_leaves_sight_with_its_bays() {
    let town = town().await;
    put_zone(&town, "GATE", "off_street").await;
    let mut bays = followed(&town, "?zones=KERB&bays=true", None, None).await;
    let mut zones = followed(&town, "", None, None).await;
    let mut away = followed(&town, "", None, None).await;
    let mut owner = followed(&town, "?zones=GATE", Some("share"), None).await;
    assert_eq!(
        told(&mut bays).await.0,
        ["bay KERB-0 vacant", "zone KERB 1/9"].map(|t| t.replace("1/9", "1/1"))
    );
    assert_eq!(told(&mut zones).await.0.len(), 3);
    let held = told(&mut away).await.1;
    drop(away);
    told(&mut owner).await;

    put_zone(&town, "KERB", "private").await;
    assert_eq!(
        told(&mut bays).await.0,
        ["bay KERB-0 gone", "zone KERB null/0"]
    );
    put_zone(&town, "GATE", "private").await;
    let sorted = |mut news: Vec<String>| {
        news.sort();
        news
    };
    let news = sorted(told(&mut zones).await.0);
    assert_eq!(news, ["gone GATE", "zone KERB null/0"]);
    assert_eq!(told(&mut owner).await.0, ["zone GATE 5/9"]);
    let mut back = followed(&town, "", None, Some(&held)).await;
    assert_eq!(sorted(told(&mut back).await.0), news, "also who was away");
    let mut new = followed(&town, "", None, None).await;
    assert!(
        !told(&mut new).await.0.join(" ").contains("GATE"),
        "but nobody new"
    );
    town.tally("GATE", counted());
    for stream in [&mut zones, &mut back, &mut new] {
        assert_eq!(told(stream).await.0, [""; 0], "once");
    }
    put_zone(&town, "GATE", "off_street").await;
    for stream in [&mut zones, &mut back, &mut new] {
        assert_eq!(told(stream).await.0, ["zone GATE 5/9"], "and back");
    }
}
