//! NGSI-LD: what may be asked, page by page, and how what may not is refused.

use super::ngsi::{entities, ids};
use super::{Answer, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::testing;

const ERRORS: &str = "https://uri.etsi.org/ngsi-ld/errors/";

fn refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    assert_eq!(body["type"], format!("{ERRORS}{word}"), "{body}");
    for member in ["title", "detail"] {
        assert!(!body[member].as_str().unwrap().is_empty(), "{body}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_refused_as_the_standard_has_it() {
    let town = Town::new();
    for query in [
        "",
        "limit=10",
        "type=ParkingSpot&limit=1001",
        "type=ParkingSpot&offset=-1",
        "type=ParkingSpot&frobnicate=1",
        "type=ParkingSpot&q=status~=%22x%22",
        "type=ParkingSpot&q=nonsense==1",
        "type=ParkingSpot&q=status==",
        "type=ParkingSpot&georel=overlaps&geometry=Point&coordinates=[1,2]",
        "type=ParkingSpot&georel=near&geometry=Point&coordinates=[1,2]",
        "type=ParkingSpot&georel=near;maxDistance==5",
        "type=ParkingSpot&geometry=Point",
        "type=ParkingSpot&georel=near;maxDistance==5&geometry=Point&coordinates=1,2",
        "type=ParkingSpot&georel=near;maxDistance==5&geometry=Point&coordinates=[1,2]&geoproperty=x",
        "type=ParkingSpot&idPattern=%5B",
        "type=ParkingSpot&options=sysAttrs",
        "type=ParkingSpot&cursor=AQAAAAA",
        "id=HE12",
    ] {
        let answer = town.get(&format!("/ngsi-ld/v1/entities?{query}")).await;
        refused(&answer, 400, "BadRequestData");
    }
    for path in [
        "types?x=1",
        "attributes?details=2",
        "entities/HE12",
        "entities/urn:a:b?q=x",
    ] {
        refused(
            &town.get(&format!("/ngsi-ld/v1/{path}")).await,
            400,
            "BadRequestData",
        );
    }
    for path in [
        "entities/urn:ngsi-ld:ParkingSpot:NONE",
        "entities/urn:ngsi-ld:OffStreetParking:TPY12",
        "entities/urn:ngsi-ld:ParkingGroup:TPY12-heavy",
        "entities/urn:ngsi-ld:ParkingGroup:TPY12",
        "entities/urn:ngsi-ld:OnStreetParking:TPY12?attrs=status",
        "temporal/entities",
    ] {
        refused(
            &town.get(&format!("/ngsi-ld/v1/{path}")).await,
            404,
            "ResourceNotFound",
        );
    }
    let tenant = [("ngsild-tenant", "city")];
    let answer = town
        .get_with("/ngsi-ld/v1/entities?type=ParkingSpot", &tenant)
        .await;
    refused(&answer, 501, "NoMultiTenantSupport");
}

#[tokio::test]
async fn writes_are_refused_and_say_that_nothing_is_written_here() {
    let town = Town::new();
    for (method, path) in [
        ("POST", "entities"),
        ("DELETE", "entities/urn:ngsi-ld:ParkingSpot:TPY12-001"),
        ("PATCH", "entities/urn:ngsi-ld:ParkingSpot:TPY12-001"),
        ("POST", "entities/urn:ngsi-ld:ParkingSpot:TPY12-001/attrs"),
        ("POST", "entityOperations/upsert"),
        ("POST", "csourceRegistrations"),
        ("PUT", "types"),
    ] {
        let answer = town
            .call(method, &format!("/ngsi-ld/v1/{path}"), &[], "[]")
            .await;
        refused(&answer, 405, "OperationNotSupported");
        assert!(answer.header("allow").contains("GET"), "{method} {path}");
        assert!(
            answer.header("ratelimit").contains("\"write\""),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn questions_find_what_they_mean() {
    let town = Town::new();
    town.turns("TPY12-001", Vacant, Vacant);
    town.turns("TPY12-002", Occupied, Occupied);
    let near = "georel=near;maxDistance==150&geometry=Point&coordinates=[103.8474,1.3327]";
    let box_of = "georel=within&geometry=Polygon&coordinates=[[[103.8,1.3],[103.85,1.3],[103.85,1.335],[103.8,1.335],[103.8,1.3]]]";
    for (query, want) in [
        (
            "type=ParkingSpot&q=status==%22free%22",
            vec!["ParkingSpot:TPY12-001"],
        ),
        (
            "type=ParkingSpot&q=status==%22free%22,%22occupied%22;refParkingSite==urn:ngsi-ld:OnStreetParking:TPY12",
            vec!["ParkingSpot:TPY12-001", "ParkingSpot:TPY12-002"],
        ),
        (
            &*format!("type=ParkingSpot&{near}"),
            vec!["ParkingSpot:TPY12-001", "ParkingSpot:TPY12-002"],
        ),
        (
            &*format!("{box_of}&limit=4"),
            vec![
                "OnStreetParking:TPY12",
                "ParkingSpot:TPY12-001",
                "ParkingSpot:TPY12-002",
                "ParkingSpot:TPY12-003",
            ],
        ),
        (
            "type=ParkingSpot&idPattern=-00%5B34%5D$",
            vec!["ParkingSpot:TPY12-003", "ParkingSpot:TPY12-004"],
        ),
        (
            "id=urn:ngsi-ld:ParkingGroup:TPY12-motorcycle,urn:ngsi-ld:OffStreetParking:HE12,urn:x:y",
            vec!["ParkingGroup:TPY12-motorcycle", "OffStreetParking:HE12"],
        ),
        (
            "id=urn:ngsi-ld:OffStreetParking:HE12&type=ParkingSpot",
            vec![],
        ),
        ("type=Vehicle", vec![]),
        ("attrs=speed", vec![]),
        (
            "type=Vehicle,OnStreetParking",
            vec!["OnStreetParking:TPY12"],
        ),
        (
            "attrs=maximumAllowedHeight,priceCurrency",
            vec!["OffStreetParking:EAST"],
        ),
    ] {
        assert_eq!(ids(&entities(&town, query).await), want, "{query}");
    }
    let some = entities(&town, "attrs=location&type=ParkingSpot&format=simplified").await;
    assert_eq!(
        some[0].as_object().unwrap().len(),
        3,
        "id, type and what was asked: {}",
        some[0]
    );
}

#[tokio::test]
async fn pages_lead_to_each_other_and_have_each_entity_once() {
    let city = testing::town().zone("A").bays(25).zone("B").bays(18);
    let town = Town::with(crate::serve::Config::default(), city.build(), None);
    let mut path =
        "/ngsi-ld/v1/entities?type=ParkingSpot&limit=10&count=true&options=keyValues".to_owned();
    let mut all = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let answer = town.get(&path).await;
        assert_eq!(answer.header("ngsild-results-count"), "43");
        let page = answer.json().as_array().unwrap().clone();
        sizes.push(page.len());
        all.extend(page.iter().map(|e| e["id"].as_str().unwrap().to_owned()));
        let links = answer.headers.get_all("link").iter();
        let links: Vec<&str> = links.map(|l| l.to_str().unwrap()).collect();
        let has = |rel: &str| links.iter().any(|l| l.ends_with(&format!("rel=\"{rel}\"")));
        assert_eq!(has("prev"), sizes.len() > 1);
        let next = links.iter().find(|l| l.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        next[1..next.find('>').unwrap()].clone_into(&mut path);
    }
    assert_eq!(sizes, [10, 10, 10, 10, 3]);
    let mut once = all.clone();
    once.sort();
    once.dedup();
    assert_eq!((once.len(), all.len()), (43, 43));
    // Beyond the end, and with nothing but the count, there is no page to go to.
    for query in ["offset=1000", "limit=0"] {
        let path = format!("/ngsi-ld/v1/entities?type=ParkingSpot&count=true&{query}");
        let answer = town.get(&path).await;
        assert_eq!(answer.json(), serde_json::json!([]));
        assert_eq!(answer.header("ngsild-results-count"), "43");
        let links = answer.headers.get_all("link").iter();
        assert!(
            links
                .into_iter()
                .all(|l| !l.to_str().unwrap().ends_with("rel=\"next\""))
        );
    }
}

#[tokio::test]
async fn an_entity_that_is_named_twice_is_told_once() {
    let town = Town::new();
    let id = "urn:ngsi-ld:OnStreetParking:TPY12";
    let twice = entities(&town, &format!("id={id},{id}")).await;
    assert_eq!(ids(&twice), ["OnStreetParking:TPY12"]);
}

#[tokio::test]
async fn an_answer_that_is_held_is_not_sent_again_until_something_changes() {
    let town = Town::new();
    town.turns("TPY12-001", Vacant, Vacant);
    let path = "/ngsi-ld/v1/entities?type=ParkingSpot";
    let first = town.get(path).await;
    assert_eq!(first.header("cache-control"), "public, max-age=1");
    assert_eq!(first.header("access-control-allow-origin"), "*");
    assert!(first.header("ratelimit-policy").contains("\"search\""));
    let known = [("if-none-match", first.header("etag"))];
    assert_eq!(town.get_with(path, &known).await.status.as_u16(), 304);
    town.turns("TPY12-001", Occupied, Occupied);
    assert_eq!(town.get_with(path, &known).await.status.as_u16(), 200);
    let head = town.call("HEAD", path, &[], "").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}
