//! Each shape on answers as they are published, and on rubbish.

use super::super::{FeedAnswer, FeedConfig, FeedRow, NextPage, PRESETS, Reader};
use crate::domain::{Millis, Reason};
use crate::ingest::codec::Said;

pub(super) fn now() -> Millis {
    Millis::parse("2026-11-23T02:00:00Z").unwrap()
}

pub(super) fn reader(toml: &str) -> Reader {
    Reader::new(&FeedConfig::from_file("test", toml).unwrap())
        .unwrap()
        .with_places()
}

fn read(toml: &str, body: &[u8]) -> FeedAnswer {
    reader(toml).read(body, None, now()).unwrap()
}

/// A row in a line: what it is of, what it says, or why it is refused.
fn told(row: &FeedRow) -> String {
    match &row.said {
        Ok(Said::Count(c)) => format!(
            "{} {} {} {}/{:?}",
            c.zone,
            c.kind.name(),
            c.word.state.name(),
            c.word.number,
            c.word.capacity
        ),
        Ok(Said::Bay(b)) => format!("{} {:?}", b.bay, b.status),
        Ok(Said::Present(_)) => "present".into(),
        Ok(other) => format!("{other:?}"),
        Err((reason, _)) => reason.name().into(),
    }
}

fn all(answer: &FeedAnswer) -> Vec<String> {
    answer.rows.iter().map(told).collect()
}

#[test]
fn every_preset_reads_its_sample() {
    let want: &[(&str, &[&str])] = &[
        (
            "datagovsg",
            &[
                "ZZ12 car open 68/Some(105)",
                "ZZ13 car open 40/Some(40)",
                "ZZ13 motorcycle open 3/Some(12)",
                "ZZ14 car unknown 0/None",
                "too_old",
            ],
        ),
        (
            "datamall",
            &[
                "901 car open 1114/None",
                "902 motorcycle open 0/None",
                "ZZ9 heavy open 31/None",
            ],
        ),
        (
            "ura",
            &[
                "Z0001 car open 7/None",
                "Z0001 motorcycle open 0/None",
                "Z0002 car open 0/None",
            ],
        ),
        (
            "datagovhk",
            &[
                "9001 car open 38/None",
                "9002 car unknown 1/None",
                "9002 motorcycle open 4/None",
                "9003 car unknown 0/None",
                "9004 car closed 0/None",
            ],
        ),
        (
            "parkapi",
            &[
                "exampletownaltmarkt car open 213/Some(400)",
                "exampletownbahnhof car unknown 0/Some(120)",
                "exampletownhafen car closed 60/Some(60)",
            ],
        ),
        (
            "opendatasoft-bays",
            &["90001 Occupied", "90002 Vacant", "too_old"],
        ),
        ("hdb-carparks", &["present", "present"]),
        (
            "socrata-bays",
            &["ZZ101 Occupied", "ZZ102 Vacant", "ZZ103 Unknown", "too_old"],
        ),
    ];
    assert_eq!(want.len(), PRESETS.len());
    for (name, rows) in want {
        let preset = PRESETS.iter().find(|p| p.name == *name).unwrap();
        let answer = read(&format!("preset = {name:?}"), preset.sample);
        assert_eq!(all(&answer), *rows, "{name}");
    }
}

#[test]
fn pages_go_on_until_they_are_empty_or_short_or_as_a_link_says() {
    let step = |n| {
        Some(NextPage::Step {
            param: "$skip".into(),
            step: n,
        })
    };
    let datamall = |rows: &str| {
        read(
            "preset = \"datamall\"",
            format!("{{\"value\":[{rows}]}}").as_bytes(),
        )
    };
    assert_eq!(
        datamall(r#"{"CarParkID":"1","AvailableLots":1,"LotType":"C"}"#).next,
        step(500)
    );
    assert_eq!(datamall("").next, None);
    let toml = "shape = \"json\"\nrows = \"$.a[*]\"\nnext = \"$.links[?@.rel=='next'].href\"\nttl = \"$.ttl\"\nmap = { zone = \"id\", vacant = \"v\" }";
    let links =
        r#"{"a":[],"ttl":30,"links":[{"rel":"self","href":"x"},{"rel":"next","href":"?page=2"}]}"#;
    let answer = read(toml, links.as_bytes());
    assert_eq!(
        (answer.next, answer.ttl_s),
        (Some(NextPage::Url("?page=2".into())), Some(30))
    );
    let last = read(toml, br#"{"a":[],"links":[]}"#);
    assert_eq!((last.next, last.ttl_s), (None, None));
}

#[test]
fn geojson_looks_plain_names_up_in_properties_and_takes_the_geometry_for_the_place() {
    let toml = "shape = \"geojson\"\nmap = { zone = \"Nr\", vacant = \"frei\", capacity = \"$.properties.max\", place = { geometry = \"$.geometry\", crs = \"EPSG:25832\" } }";
    let body = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"Nr":3,"frei":"7","max":9},"geometry":{"type":"Point","coordinates":[512345.6,5403210.9]}}]}"#;
    let answer = read(toml, body.as_bytes());
    assert_eq!(all(&answer), ["3 car open 7/Some(9)"]);
    let at = answer.rows[0].place.as_ref().unwrap().at.unwrap();
    assert!((at.lat - 48.781_775_684).abs() < 1e-7, "{at:?}");
}

#[test]
fn csv_is_read_in_any_dialect_and_a_cut_row_is_refused() {
    let toml = "shape = \"csv\"\ntime_zone = \"Asia/Shanghai\"\nmap = { zone = \"停车场编号\", vacant = \"剩余泊位数\", at = \"时间\" }";
    let text = "\u{feff}停车场编号,剩余泊位数,时间\r\nP1,7,2026-11-23 09:59:00\r\n\"P,2\",\"0\",2026-11-23 09:59\r\nP3,1\r\n";
    let want = ["P1 car open 7/None", "P,2 car open 0/None", "malformed"];
    assert_eq!(all(&read(toml, text.as_bytes())), want);
    let (gb, _, _) = encoding_rs::GB18030.encode(text.trim_start_matches('\u{feff}'));
    let own = format!("{toml}\ncsv = {{ charset = \"gb18030\" }}");
    assert_eq!(all(&read(&own, &gb)), want);
    let semicolons = text.replace(',', ";").replace("\"P;2\"", "\"P,2\"");
    assert_eq!(all(&read(toml, semicolons.as_bytes())), want);
    let named = toml
        .replace("停车场编号", "1")
        .replace("剩余泊位数", "2")
        .replace("时间", "3");
    let bare = format!("{named}\ncsv = {{ header = false }}");
    let without = text.split_once('\n').unwrap().1;
    assert_eq!(all(&read(&bare, without.as_bytes()))[..2], want[..2]);
    let nothing = reader(toml).read(b"<html></html>", None, now());
    assert!(nothing.is_err_and(|e| e.0.contains("HTML")));
}

pub(super) const V2: &str = r#"<?xml version="1.0"?><d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0"><payloadPublication>
<publicationTime>2026-11-23T01:59:00Z</publicationTime>
<parkingRecordStatus><parkingRecordReference id="P&amp;R" version="1"/><parkingStatusOriginTime>2026-11-23T01:58:00Z</parkingStatusOriginTime>
<parkingOccupancy><parkingNumberOfSpacesOverride>50</parkingNumberOfSpacesOverride><parkingNumberOfVacantSpaces>12</parkingNumberOfVacantSpaces></parkingOccupancy>
<parkingSiteOpeningStatus>open</parkingSiteOpeningStatus></parkingRecordStatus>
<parkingFacilityStatus><parkingFacilityReference id="old" version="1"/><parkingFacilityStatus>closed</parkingFacilityStatus>
<totalNumberOfVacantParkingSpaces>3</totalNumberOfVacantParkingSpaces></parkingFacilityStatus>
<parkingFacility id="T1"><parkingFacilityName><values><value lang="de">Am &lt;Markt&gt;</value></values></parkingFacilityName>
<facilityLocation><pointCoordinates><latitude>48.1</latitude><longitude>9.2</longitude></pointCoordinates></facilityLocation>
<totalParkingCapacity>77</totalParkingCapacity></parkingFacility>
</payloadPublication></d2LogicalModel>"#;

#[test]
fn datex2_statuses_are_counts_and_tables_are_places() {
    let answer = read("shape = \"datex2\"", V2.as_bytes());
    let said = all(&answer);
    assert_eq!(said[0], "P&amp;R car open 12/Some(50)");
    assert_eq!(said[1], "old car closed 3/None");
    assert_eq!(said[2], "present");
    let place = answer.rows[2].place.as_ref().unwrap();
    assert_eq!(
        (place.zone.as_deref(), place.name.as_deref()),
        (Some("T1"), Some("Am <Markt>"))
    );
    assert_eq!(
        (place.capacity, place.at.map(|p| p.lat)),
        (Some(77), Some(48.1))
    );
    let v3 = r#"<d2:payload xmlns:d2="x"><com:publicationTime>2026-11-23T01:59:00Z</com:publicationTime><prk:parkingStatusInformation><fac:reference id="TPY" version="3"/>
        <fac:lastUpdated>2026-11-23T01:58:30Z</fac:lastUpdated><fac:openingStatus>temporarilyClosed</fac:openingStatus>
        <prk:occupancy><prk:numberOfSpacesOverride>9</prk:numberOfSpacesOverride><prk:numberOfOccupiedSpaces>4</prk:numberOfOccupiedSpaces></prk:occupancy></prk:parkingStatusInformation></d2:payload>"#;
    assert_eq!(
        all(&read("shape = \"datex2\"", v3.as_bytes())),
        ["TPY car closed 4/Some(9)"]
    );
}

#[test]
fn xml_is_bounded_and_expands_nothing() {
    let reader = reader("shape = \"datex2\"");
    let read = |body: &str| reader.read(body.as_bytes(), None, now());
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>";
    assert!(read(bomb).is_err_and(|e| e.0.contains("DOCTYPE")));
    assert!(read(&"<a>".repeat(100)).is_err_and(|e| e.0.contains("64 deep")));
    assert!(read(&V2[..V2.len() - 40]).is_err_and(|e| e.0.contains("not XML")));
    assert!(read("<a></b>").is_err_and(|e| e.0.contains("not XML")));
    let unknown = V2
        .replace("P&amp;R", "x")
        .replace("&lt;Markt&gt;", "&markt;");
    let name = read(&unknown).unwrap().rows[2]
        .place
        .as_ref()
        .unwrap()
        .name
        .clone();
    assert_eq!(name.as_deref(), Some("Am \u{fffd}"));
}

#[test]
fn ngsi_entities_are_read_in_all_their_forms() {
    let v2 = r#"[{"id":"urn:ngsi-ld:OffStreetParking:1","type":"OffStreetParking","availableSpotNumber":{"type":"Number","value":132,"metadata":{"timestamp":{"type":"DateTime","value":"2026-11-23T01:58:00Z"}}},"totalSpotNumber":{"type":"Number","value":414,"metadata":{}},"status":{"type":"StructuredValue","value":["open","spacesAvailable"]}}]"#;
    let ld = r#"{"id":"urn:ngsi-ld:Notification:9","type":"Notification","data":[{"id":"P2","type":"https://uri.fiware.org/ns/data-models#OnStreetParking","https://uri.fiware.org/ns/data-models#availableSpotNumber":{"type":"Property","value":0,"observedAt":"2026-11-23T01:58:00Z"},"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[9.2,48.1]}},"status":{"type":"Property","value":["open","closed"]}}]}"#;
    let plain = r#"[{"id":"S1","type":"ParkingSpot","status":"free","refParkingSite":"P2","dateModified":"2026-11-23T01:00:00Z"},{"id":"S2","type":"ParkingSpot","status":"occupied"},{"type":"ParkingSpot"}]"#;
    let of = |body: &str| read("shape = \"ngsi\"", body.as_bytes());
    assert_eq!(
        all(&of(v2)),
        ["urn:ngsi-ld:OffStreetParking:1 car open 132/Some(414)"]
    );
    let answer = of(ld);
    assert_eq!(all(&answer), ["P2 car closed 0/None"]);
    assert!(answer.rows[0].place.as_ref().unwrap().at.is_some());
    assert_eq!(all(&of(plain)), ["too_old", "S2 Occupied", "malformed"]);
}

#[test]
fn a_form_may_hold_json() {
    let toml = "shape = \"form\"\nrows = \"$.data[*]\"\nmap = { zone = \"id\", vacant = \"free\" }";
    let answer = read(
        toml,
        b"key=x&data=%5B%7B%22id%22%3A%22a%22%2C%22free%22%3A2%7D%5D",
    );
    assert_eq!(all(&answer), ["a car open 2/None"]);
}

#[test]
fn every_snapshot_of_the_real_feed_tells_no_more_vacant_than_there_are_and_nothing_old() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/sg_carpark_availability.jsonl"
    );
    let Ok(text) = std::fs::read_to_string(file) else {
        return;
    };
    let reader = reader("preset = \"datagovsg\"");
    let mut snapshots = 0;
    let mut odd = 0;
    for line in text.lines() {
        let at = line.split("\"timestamp\": \"").nth(1).unwrap();
        let now = Millis::parse(&at[..25]).unwrap();
        let answer = reader.read(line.as_bytes(), None, now).unwrap();
        let mut taken = 0;
        let mut ahead = 0;
        for row in &answer.rows {
            match &row.said {
                Ok(Said::Count(count)) => {
                    assert!(
                        count
                            .word
                            .capacity
                            .is_none_or(|all| count.word.number <= all)
                    );
                    assert!(now.since(count.at.unwrap()) <= 20 * 60 * 1000, "{count:?}");
                    taken += 1;
                }
                Err((Reason::TooOld, _)) => {}
                // Of the very feed: its own clocks differ by a little more than a minute.
                Err((Reason::TooFarInFuture, _)) => ahead += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(ahead < 20, "{ahead}");
        assert!(taken > 1500, "{taken} rows");
        odd += answer
            .notes
            .vacant_above_capacity
            .min(answer.notes.none_of_none);
        assert_eq!(answer.notes.hours_off, None);
        let elsewhere = now.plus(8 * 3_600_000);
        assert_eq!(
            reader
                .read(line.as_bytes(), None, elsewhere)
                .unwrap()
                .notes
                .hours_off,
            Some(-8)
        );
        snapshots += 1;
    }
    assert!(snapshots == 3 && odd > 0, "{snapshots}, {odd}");
}

#[test]
fn the_other_data_sets_are_read_by_a_mapping_of_a_few_lines() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    for (file, toml, rows, most_refused) in [
        (
            "birmingham_parking.csv",
            "shape = \"csv\"\ntime_zone = \"Europe/London\"\nmap = { zone = \"SystemCodeNumber\", occupied = \"Occupancy\", capacity = \"Capacity\", at = \"LastUpdated\" }",
            35_717,
            0,
        ),
        (
            "ladot_occupancy_snapshot.csv",
            "shape = \"csv\"\ntime_zone = \"UTC\"\nmap = { bay = \"SpaceID\", at = { path = \"EventTime_UTC\", format = \"%m/%d/%Y %I:%M:%S %p\" }, state = { path = \"OccupancyState\", occupied = [\"OCCUPIED\"], vacant = [\"VACANT\"], unknown = [\"UNKNOWN\"] } }",
            4_633,
            0,
        ),
        (
            "melbourne_bay_sensors.csv",
            "shape = \"csv\"\nmap = { bay = \"bay_id\", state = { path = \"status\", occupied = [\"Present\"], vacant = [\"Unoccupied\"] }, place = { text = \"location\", order = \"lat lon\" } }",
            3_075,
            0,
        ),
    ] {
        let Ok(file) = std::fs::read(format!("{folder}/{file}")) else {
            continue;
        };
        let reader = reader(toml);
        let all: Vec<_> = reader
            .read_lines(&*file)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let refused = all.iter().filter(|row| row.said.is_err()).count();
        assert_eq!((all.len(), refused), (rows, most_refused));
    }
}
