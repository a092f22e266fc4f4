//! DATEX II: publications as they are written, element by element; what is stale, full, closed or
//! nothing. That they are valid by the standard's schemas is tried against the real process
//! (`tests/it/demo/datex2_peer.rs`).

use super::compat::{car_parks, counted, off_street, stale};
use super::places::{at, bay, zone};
use super::{NOW, Town};
use crate::domain::BayStatus::{Closed, Occupied, Vacant};
use crate::domain::{Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::serve::http::encoding::testing::ungzip;
use crate::serve::{Config, PublisherConfig};

const TABLE: &str = "/v1/datex2/parking-table.xml";
const STATUS: &str = "/v1/datex2/parking-status.xml";

async fn text(town: &Town, path: &str) -> String {
    let answer = town.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    assert_eq!(
        answer.header("content-type"),
        "application/xml; charset=utf-8"
    );
    answer.text()
}

/// What stands between two texts, for the first time.
fn within<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end)
        .unwrap_or_else(|| panic!("no {end} in {rest}"))
        .0
}

/// The status of one place.
fn of<'t>(text: &'t str, zone: &str) -> &'t str {
    within(
        text,
        &format!("id=\"{zone}\"></fac:reference>"),
        "</prk:parkingStatusInformation>",
    )
}

#[tokio::test]
async fn a_place_says_when_the_registry_last_changed_it() {
    let town = Town::new();
    let undated = text(&town, TABLE).await;
    assert!(!undated.contains("fac:lastUpdated"), "{undated}");
    let new = serde_json::json!({
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [103.8, 1.3]},
        "properties": {"id": "NEW", "name": "New", "kind": "on_street"},
    });
    let put = town
        .call_as("admin", "PUT", "/v1/admin/zones", new.to_string())
        .await;
    assert!(put.status.is_success(), "{put:?}");
    let table = text(&town, TABLE).await;
    let place = within(&table, "id=\"NEW\"", "<fac:locationReference");
    let dated = "</fac:name><fac:lastUpdated>2026-11-23T02:00:00.123Z</fac:lastUpdated>";
    assert!(place.ends_with(dated), "{place}");
}

#[tokio::test]
async fn a_table_has_places_and_spaces_with_what_the_registry_says_of_them() {
    let mut street = zone("S & T", "Straße <1>", ZoneKind::OnStreet, at(1.3, 103.8), 0);
    street.id = "ST".to_owned();
    let square = |half: f64| {
        let corner = |x: f64, y: f64| at(1.3 + y * half, 103.8 + x * half);
        vec![
            corner(-1.0, -1.0),
            corner(1.0, -1.0),
            corner(1.0, 1.0),
            corner(-1.0, 1.0),
            corner(-1.0, -1.0),
        ]
    };
    street.outline = vec![vec![square(0.01), square(0.001)]];
    let bays = vec![
        bay("ST-1", "ST", at(1.3, 103.8), |a| {
            (a.accessible, a.max_height_cm, a.max_stay_min) = (true, 210, 90);
        }),
        bay("ST-2", "ST", at(1.3, 103.8), |_| {}),
    ];
    let zones = vec![street, off_street("HE12")];
    let config = Config {
        publisher: PublisherConfig {
            country: "SG".to_owned(),
            national_identifier: "LTA & Co".to_owned(),
            language: "de".to_owned(),
            ..PublisherConfig::default()
        },
        ..Config::default()
    };
    let town = Town::with(config, Registry::in_memory(zones, bays).unwrap(), None);
    town.turns("ST-1", Vacant, Vacant);
    let table = text(&town, &format!("{TABLE}?spaces=true")).await;
    let head = "xsi:type=\"prk:ParkingTablePublication\" lang=\"de\" modelBaseVersion=\"3\">\
                <com:publicationTime>2026-11-23T02:00:00.123Z</com:publicationTime><com:publicationCreator>\
                <com:country>SG</com:country><com:nationalIdentifier>LTA &amp; Co</com:nationalIdentifier>\
                </com:publicationCreator><prk:parkingTable id=\"parking-table\" version=\"2026-11-23T02:00:00.000Z\">\
                <prk:versionTime>2026-11-23T02:00:00.000Z</prk:versionTime><prk:hierarchyElementGeneral";
    assert!(table.contains(head), "{table}");
    let place = within(
        &table,
        "xsi:type=\"prk:Place\" id=\"ST\"",
        "</prk:hierarchyElementGeneral>",
    );
    let expected = "><fac:name><com:values><com:value lang=\"de\">Straße &lt;1&gt;</com:value></com:values></fac:name>\
        <fac:locationReference xsi:type=\"loc:AreaLocation\"><loc:coordinatesForDisplay><loc:latitude>1.3</loc:latitude>\
        <loc:longitude>103.8</loc:longitude></loc:coordinatesForDisplay><loc:gmlMultiPolygon><loc:gmlPolygon>\
        <loc:exterior srsName=\"EPSG:4326\"><loc:posList>1.29 103.79 1.29 103.81 1.31 103.81 1.31 103.79 1.29 103.79\
        </loc:posList></loc:exterior><loc:interior srsName=\"EPSG:4326\"><loc:posList>1.299 103.799 1.299 103.801 \
        1.301 103.801 1.301 103.799 1.299 103.799</loc:posList></loc:interior></loc:gmlPolygon></loc:gmlMultiPolygon>\
        </fac:locationReference><fac:operator xsi:type=\"fac:OrganisationSpecification\" id=\"HDB &quot;north&quot;\" \
        version=\"1\"><fac:name><com:values><com:value lang=\"de\">HDB &quot;north&quot;</com:value></com:values></fac:name>\
        <fac:organisationUnit><fac:name><com:values><com:value lang=\"de\">HDB &quot;north&quot;</com:value></com:values>\
        </fac:name></fac:organisationUnit></fac:operator><prk:layer>0</prk:layer><prk:type>place</prk:type><prk:supply>\
        <prk:quantity>2</prk:quantity><prk:viewType>spaceView</prk:viewType></prk:supply><prk:commonComponents>\
        <prk:characteristics><prk:structureType>onStreet</prk:structureType><prk:openToPublic>true</prk:openToPublic>\
        <prk:spacesTotal>2</prk:spacesTotal></prk:characteristics></prk:commonComponents>";
    assert_eq!(
        place.split_once('>').map(|p| p.1),
        expected.split_once('>').map(|p| p.1)
    );
    let space = within(
        &table,
        "xsi:type=\"prk:Space\" id=\"ST-1\"",
        "</prk:hierarchyElementGeneral>",
    );
    let expected = "<fac:accessibility>disabilityAccessible</fac:accessibility><fac:locationReference \
        xsi:type=\"loc:PointLocation\"><loc:pointByCoordinates><loc:pointCoordinates><loc:latitude>1.3</loc:latitude>\
        <loc:longitude>103.8</loc:longitude></loc:pointCoordinates></loc:pointByCoordinates></fac:locationReference>\
        <prk:layer>1</prk:layer><prk:type>space</prk:type><prk:parentId targetClass=\"fac:FacilityObject\" id=\"ST\">\
        </prk:parentId><prk:additionalCharacteristics><prk:occupancyDetection>spaceSensor</prk:occupancyDetection>\
        <prk:assignment><prk:maximumParkingDuration>5400</prk:maximumParkingDuration></prk:assignment>\
        <prk:maximumParkingSpaceDimension><fac:height>2.1</fac:height></prk:maximumParkingSpaceDimension>\
        </prk:additionalCharacteristics>";
    assert_eq!(space.split_once('>').unwrap().1, expected);
    assert!(!text(&town, TABLE).await.contains("prk:Space"));
}

#[tokio::test]
async fn a_place_is_full_only_where_nothing_is_vacant_and_nothing_unknown() {
    let town = car_parks(["FULL", "UNSURE", "ALMOST", "ROOM", "SHUT", "STALE"].map(str::to_owned));
    town.tally("FULL", counted(0, 10));
    let unsure = ZoneTally {
        occupied: 9,
        unknown: 1,
        ..counted(0, 10)
    };
    town.tally("UNSURE", unsure);
    town.tally("ALMOST", counted(1, 10));
    town.tally("ROOM", counted(2, 10));
    let shut = ZoneTally {
        occupied: 0,
        closed: 10,
        ..counted(0, 10)
    };
    town.tally("SHUT", shut);
    town.tally("STALE", stale(10));
    let status = text(&town, STATUS).await;
    let full = "<fac:lastUpdated>2026-11-23T01:59:00.123Z</fac:lastUpdated><fac:openingStatus>open</fac:openingStatus>\
        <prk:occupancy><prk:numberOfSpacesOverride>10</prk:numberOfSpacesOverride><prk:numberOfVacantSpaces>0\
        </prk:numberOfVacantSpaces><prk:numberOfOccupiedSpaces>10</prk:numberOfOccupiedSpaces><prk:occupancy>100.0\
        </prk:occupancy></prk:occupancy><prk:status>full</prk:status>";
    assert_eq!(of(&status, "FULL"), full);
    let says = |zone: &str| within(of(&status, zone), "<prk:status>", "<").to_owned();
    assert_eq!(says("UNSURE"), "almostFull");
    assert!(of(&status, "UNSURE").contains("<prk:blurredAvailability>true<"));
    assert_eq!(
        (&*says("ALMOST"), &*says("ROOM")),
        ("almostFull", "spacesAvailable")
    );
    let shut = of(&status, "SHUT");
    assert!(
        shut.contains(">temporarilyClosed<") && !shut.contains("<prk:status>"),
        "{shut}"
    );
    let stale = "<fac:lastUpdated>2026-11-23T01:59:00.123Z</fac:lastUpdated><fac:openingStatus>statusUnknown\
        </fac:openingStatus><prk:status>unknown</prk:status>";
    assert_eq!(of(&status, "STALE"), stale);
}

#[tokio::test]
async fn spaces_that_are_unknown_closed_or_private_are_left_out() {
    let place = at(1.3, 103.8);
    let zones = vec![
        zone("Z", "Z", ZoneKind::OnStreet, place, 0),
        zone("P", "P", ZoneKind::Private, place, 0),
    ];
    let ids = ["Z-1", "Z-2", "Z-3", "Z-4", "Z-5", "P-1"];
    let bays = ids.map(|id| bay(id, &id[..1], place, |_| {})).to_vec();
    let town = Town::with(
        Config::default(),
        Registry::in_memory(zones, bays).unwrap(),
        None,
    );
    for (bay, state) in [
        ("Z-1", Vacant),
        ("Z-2", Occupied),
        ("Z-3", Closed),
        ("P-1", Vacant),
    ] {
        town.turns(bay, state, state);
    }
    let kept = town.turns("Z-5", Vacant, Vacant);
    let street = ZoneTally {
        vacant: [2, 0, 0, 0],
        occupied: 1,
        unknown: 1,
        closed: 1,
        capacity: 5,
        capacity_by_kind: [5, 0, 0, 0],
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    };
    town.tally("Z", street);
    let city = town.registry.city();
    town.live.reserve(&city, kept, true);
    let status = text(&town, &format!("{STATUS}?spaces=true")).await;
    assert_eq!(status.matches("prk:SpaceStatus").count(), 3, "{status}");
    for (bay, occupied) in [("Z-1", "false"), ("Z-2", "true"), ("Z-5", "true")] {
        let told = of(&status, bay);
        assert!(
            told.ends_with(&format!("<prk:occupied>{occupied}</prk:occupied>")),
            "{told}"
        );
    }
    let kept = "<prk:numberOfVacantSpaces>1</prk:numberOfVacantSpaces><prk:numberOfOccupiedSpaces>2\
        </prk:numberOfOccupiedSpaces><prk:occupancy>66.7</prk:occupancy>";
    assert!(
        of(&status, "Z").contains(kept),
        "what is kept is occupied: {status}"
    );
    let table = text(&town, &format!("{TABLE}?spaces=true")).await;
    assert_eq!(table.matches("prk:Space\"").count(), 5, "{table}");
    let private = within(&table, "id=\"P\"", "</prk:hierarchyElementGeneral>");
    assert!(private.contains("<prk:openToPublic>false<"), "{private}");
}

#[tokio::test]
async fn nothing_to_tell_of_is_204_and_what_cannot_be_asked_is_refused() {
    let empty = car_parks([]);
    let town = car_parks(["A".to_owned()]);
    for path in [TABLE, STATUS] {
        for nothing in [
            empty.get(path).await,
            town.get(&format!("{path}?zones=nobody")).await,
            town.get(&format!("{path}?bbox=10,10,11,11")).await,
        ] {
            assert_eq!(
                (nothing.status.as_u16(), nothing.body.len()),
                (204, 0),
                "{path}"
            );
        }
        let one = text(&town, &format!("{path}?zones=A,nobody,A")).await;
        assert_eq!(one.matches("id=\"A\"").count(), 1, "{one}");
        for bad in [
            "zones=A&bbox=0,0,1,1",
            "spaces=1",
            "bbox=1",
            "kind=car",
            "zones=",
        ] {
            let refused = town.get(&format!("{path}?{bad}")).await;
            refused.problem("bad-parameter");
        }
    }
    town.get("/v1/datex2/elsewhere.xml")
        .await
        .problem("not-found");
}

#[tokio::test]
async fn pull_clients_are_told_by_tag_and_time_that_nothing_has_changed() {
    let town = car_parks((0..2000).map(|n| format!("Z{n:04}")));
    for n in 0..2000 {
        town.tally(&format!("Z{n:04}"), counted(n % 100, 100));
    }
    for (path, keep) in [
        (TABLE, "public, max-age=300"),
        (STATUS, "public, max-age=30"),
    ] {
        town.clock.set(NOW);
        let first = town.get(path).await;
        assert_eq!(first.header("cache-control"), keep);
        let packed = town.get_with(path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(ungzip(&packed.body), first.body);
        town.clock.set(Millis(NOW.0 + 10_000));
        for (name, held) in [
            ("if-none-match", "etag"),
            ("if-modified-since", "last-modified"),
        ] {
            let again = town.get_with(path, &[(name, first.header(held))]).await;
            assert_eq!(again.status, 304, "{path} {name}");
        }
    }
    let date = town.get(STATUS).await.header("last-modified").to_owned();
    town.tally("Z0007", counted(0, 100));
    let changed = town.get_with(STATUS, &[("if-modified-since", &date)]).await;
    assert_eq!(changed.status, 200);
    let table = town.get_with(TABLE, &[("if-modified-since", &date)]).await;
    assert_eq!(table.status, 304, "the table is of the registry");
}
