//! Open311 GeoReport v2 as its clients meet it: every call in both forms, held against the tables of
//! <https://wiki.open311.org/GeoReport_v2>.

use super::{Answer, Town};
use serde_json::{Value, json};

/// Members of a table: `S`tring, `N`umber, `B`oolean, `L`ist; in lower case what may be null.
type MemberTable = &'static [(&'static str, char)];

const DISCOVERY: MemberTable = &[
    ("changeset", 'S'),
    ("contact", 'S'),
    ("key_service", 'S'),
    ("endpoints", 'L'),
];
const ENDPOINT: MemberTable = &[
    ("specification", 'S'),
    ("url", 'S'),
    ("changeset", 'S'),
    ("type", 'S'),
    ("formats", 'L'),
];
const SERVICE: MemberTable = &[
    ("service_code", 'S'),
    ("service_name", 'S'),
    ("description", 'S'),
    ("metadata", 'B'),
    ("type", 'S'),
    ("keywords", 'S'),
    ("group", 'S'),
];
const DEFINITION: MemberTable = &[("service_code", 'S'), ("attributes", 'L')];
const ATTRIBUTE: MemberTable = &[
    ("variable", 'B'),
    ("code", 'S'),
    ("datatype", 'S'),
    ("required", 'B'),
    ("datatype_description", 's'),
    ("order", 'N'),
    ("description", 'S'),
    ("values", 'L'),
];
const CREATED: MemberTable = &[
    ("service_request_id", 'S'),
    ("service_notice", 's'),
    ("account_id", 's'),
];
const REQUEST: MemberTable = &[
    ("service_request_id", 'S'),
    ("status", 'S'),
    ("status_notes", 's'),
    ("service_name", 'S'),
    ("service_code", 'S'),
    ("description", 's'),
    ("agency_responsible", 's'),
    ("service_notice", 's'),
    ("requested_datetime", 'S'),
    ("updated_datetime", 'S'),
    ("expected_datetime", 's'),
    ("address", 's'),
    ("address_id", 's'),
    ("zipcode", 's'),
    ("lat", 'n'),
    ("long", 'n'),
    ("media_url", 's'),
];
const ERROR: MemberTable = &[("code", 'N'), ("description", 'S')];

/// What this hub has beside the standard.
const OWN: [&str; 3] = ["rating_token", "votes", "extended_attributes"];

/// Asserts that a value has the members of a table, and no others but ours.
#[track_caller]
fn holds(value: &Value, table: MemberTable) {
    let members = value.as_object().unwrap_or_else(|| panic!("{value}"));
    for (name, kind) in table {
        let member = members
            .get(*name)
            .unwrap_or_else(|| panic!("{name} in {value}"));
        let fine = match kind.to_ascii_uppercase() {
            'S' => member.is_string(),
            'N' => member.is_number(),
            'B' => member.is_boolean(),
            _ => member.is_array(),
        };
        assert!(
            fine || kind.is_lowercase() && member.is_null(),
            "{name}: {member}"
        );
    }
    for name in members.keys() {
        let known = table.iter().any(|(known, _)| known == name);
        assert!(known || OWN.contains(&&**name), "{name} is foreign");
    }
}

/// Asserts that XML has these elements, and none of ours.
#[track_caller]
fn has(answer: &Answer, root: &str, table: MemberTable) {
    let text = answer.text();
    assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
    let start = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root}>");
    assert!(text.starts_with(&start), "{text}");
    for (name, _) in table {
        let there = text.contains(&format!("<{name}>")) || text.contains(&format!("<{name}/>"));
        assert!(there, "{name} in {text}");
    }
    for name in OWN {
        assert!(!text.contains(name), "{name} in {text}");
    }
}

const FORM: (&str, &str) = (
    "content-type",
    "application/x-www-form-urlencoded; charset=utf-8",
);

/// A form as clients send it.
pub(super) async fn post(town: &Town, format: &str, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let path = format!("/v1/open311/requests.{format}");
    town.call("POST", &path, &[FORM], body).await
}

/// The same, which is taken: the first member of the answer.
pub(super) async fn report(town: &Town, form: &[(&str, &str)]) -> Value {
    let answer = post(town, "json", form).await;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    answer.json()[0].take()
}

/// A refusal in the standard's form; what it says.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    let errors = answer.json();
    let errors = errors.as_array().unwrap();
    assert_eq!(errors.len(), 1);
    holds(&errors[0], ERROR);
    assert_eq!(errors[0]["code"], status);
    errors[0]["description"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_can_be_reported_is_discovered_in_both_forms_and_languages() {
    let town = Town::new();
    let host = [("host", "hub.example:8080")];
    let told = town.get_with("/v1/open311/discovery.json", &host).await;
    assert_eq!(
        told.header("content-type"),
        "application/json; charset=utf-8"
    );
    let told = told.json();
    holds(&told, DISCOVERY);
    holds(&told["endpoints"][0], ENDPOINT);
    assert_eq!(
        told["endpoints"][0]["url"],
        "http://hub.example:8080/v1/open311"
    );
    assert_eq!(told["endpoints"][0]["type"], "production");
    has(
        &town.get("/v1/open311/discovery.xml").await,
        "discovery",
        ENDPOINT,
    );

    let path = "/v1/open311/services.json?jurisdiction_id=city.example";
    let services = town.get(path).await.json();
    let services = services.as_array().unwrap();
    let codes: Vec<&str> = services
        .iter()
        .map(|s| s["service_code"].as_str().unwrap())
        .collect();
    let want = [
        "bay-blocked",
        "sensor-wrong",
        "ev-charger-dead",
        "accessible-misuse",
        "sign-missing",
        "surface",
        "price-wrong",
        "shared-bay-taken",
    ];
    assert_eq!(codes, want);
    for service in services {
        holds(service, SERVICE);
        assert_eq!(service["type"], "realtime");
        let code = service["service_code"].as_str().unwrap();
        let one = town
            .get(&format!("/v1/open311/services/{code}.json"))
            .await
            .json();
        holds(&one, DEFINITION);
        assert_eq!(one["service_code"], code);
        let attributes = one["attributes"].as_array().unwrap();
        for (nth, attribute) in attributes.iter().enumerate() {
            holds(attribute, ATTRIBUTE);
            assert_eq!(attribute["order"], nth + 1);
        }
    }
    has(
        &town.get("/v1/open311/services.xml").await,
        "services",
        SERVICE,
    );
    let one = town.get("/v1/open311/services/sensor-wrong.xml").await;
    has(&one, "service_definition", ATTRIBUTE);
    assert!(
        one.text().contains("<value><key>vacant</key>"),
        "{}",
        one.text()
    );
    let chinese = [("accept-language", "zh-CN")];
    let told = town.get_with("/v1/open311/services.json", &chinese).await;
    assert_eq!(told.json()[0]["service_name"], "车位被堵");
    assert!(told.header("vary").contains("accept-language"));
}

#[tokio::test]
async fn a_report_is_answered_with_its_id_and_read_back() {
    let town = Town::new();
    let form = [
        ("service_code", "bay-blocked"),
        ("attribute[bay]", "TPY12-001"),
        ("lat", "1.3327"),
        ("long", "103.8474"),
        ("description", "A van\r\nstands there & call +65 9123 4567"),
        ("media_url", "https://photos.example/1.jpg"),
        ("email", "me@home.example"),
        ("first_name", "Mei"),
        ("device_id", "tt222111"),
        ("jurisdiction_id", "city.example"),
        ("account_id", ""),
    ];
    let answer = post(&town, "json", &form).await;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    let made = answer.json();
    holds(&made[0], CREATED);
    let id = made[0]["service_request_id"].as_str().unwrap();
    let notice = made[0]["service_notice"].as_str().unwrap();
    assert!(
        notice.contains("authority") && notice.contains("2026-11-23T04:00:00Z"),
        "{notice}"
    );
    assert_eq!(
        answer.header("rating-token"),
        made[0]["rating_token"].as_str().unwrap()
    );
    let path = format!("/v1/open311/requests/{id}.json");
    assert_eq!(answer.header("location"), path);

    let one = town.get(&path).await;
    let one = one.json()[0].take();
    holds(&one, REQUEST);
    for (member, want) in [
        ("service_request_id", json!(id)),
        ("status", json!("open")),
        ("status_notes", json!(null)),
        ("service_name", json!("Bay blocked")),
        ("description", json!("A van\nstands there & call (hidden)")),
        ("agency_responsible", json!("authority")),
        ("requested_datetime", json!("2026-11-23T02:00:00Z")),
        ("expected_datetime", json!("2026-11-23T04:00:00Z")),
        ("address_id", json!("TPY12-001")),
        ("lat", json!(1.3327)),
        ("long", json!(103.8474)),
        ("media_url", json!("https://photos.example/1.jpg")),
    ] {
        assert_eq!(one[member], want, "{member}");
    }
    let list = town
        .get("/v1/open311/requests.json?status=open")
        .await
        .json();
    assert_eq!(list, json!([one]));
    for path in [
        format!("/v1/open311/requests/{id}.xml"),
        "/v1/open311/requests.xml".to_owned(),
    ] {
        let xml = town.get(&path).await;
        has(&xml, "service_requests", REQUEST);
        assert!(
            xml.text().contains("there &amp; call (hidden)"),
            "{}",
            xml.text()
        );
        assert!(!xml.text().contains("home.example") && !xml.text().contains("Mei"));
    }
    let token = town
        .get(&format!("/v1/open311/tokens/{id}.json"))
        .await
        .json();
    assert_eq!(token, json!([{"service_request_id": id, "token": id}]));
    let again = post(&town, "xml", &form).await;
    assert_eq!(again.status.as_u16(), 201);
    has(&again, "service_requests", CREATED);
    assert!(
        again.text().contains(&format!("<service_request_id>{id}<")),
        "it joins"
    );
    assert!(again.header("rating-token").starts_with("bh_rate_"));
}

#[tokio::test]
async fn json_is_taken_as_a_form_is_and_a_place_may_be_said_in_any_way() {
    let town = Town::new();
    let whole = json!({"service_code": "surface", "lat": 1.3327, "long": 103.8474, "description": "a hole"});
    let json_type = [("content-type", "application/json")];
    let path = "/v1/open311/requests.json";
    let answer = town.call("POST", path, &json_type, whole.to_string()).await;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    for (form, bay, zone, address) in [
        (
            &[("attribute[bay]", "EAST-1")][..],
            json!("EAST-1"),
            json!("EAST"),
            "EAST-1, East",
        ),
        (
            &[("attribute[zone]", "HE12")],
            json!(null),
            json!("HE12"),
            "Hougang",
        ),
        (
            &[("address_id", "HE12")],
            json!(null),
            json!("HE12"),
            "Hougang",
        ),
        (
            &[("address_id", "TPY12-002")],
            json!("TPY12-002"),
            json!("TPY12"),
            "TPY12-002, ",
        ),
        (
            &[("lat", "1.3701"), ("long", "103.8901")],
            json!(null),
            json!("HE12"),
            "Hougang",
        ),
        (
            &[("lat", "2.5"), ("long", "104")],
            json!(null),
            json!(null),
            "",
        ),
        (
            &[("address_string", "5th street, opposite 7")],
            json!(null),
            json!(null),
            "5th street, opposite 7",
        ),
    ] {
        let form = [&[("service_code", "price-wrong")], form].concat();
        let id = report(&town, &form).await["service_request_id"].take();
        let one = town
            .get(&format!(
                "/v1/open311/requests/{}.json",
                id.as_str().unwrap()
            ))
            .await;
        let one = one.json()[0].take();
        assert_eq!(one["extended_attributes"]["bay"], bay, "{form:?}");
        assert_eq!(one["extended_attributes"]["zone"], zone, "{form:?}");
        let told = one["address"].as_str().unwrap_or_default();
        assert!(told.starts_with(address), "{told}");
        assert_eq!(one["service_code"], "price-wrong");
    }
    let listed = town
        .get("/v1/open311/requests.json?service_code=surface")
        .await
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
