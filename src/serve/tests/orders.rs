//! Orders of the authority through the whole router: who may issue them, what is refused, and who is told.

use super::Town;
use super::open_stream::{OpenStream, running};
use crate::domain::order::tests::order;
use crate::domain::{BayStatus, Clock as _, Order, OrderTarget, Severity};
use serde_json::{Value, json};

impl Town {
    async fn order(&self, body: Value) -> super::answer::Answer {
        self.call_as("order", "POST", "/v1/orders", body.to_string())
            .await
    }

    async fn ordered(&self, body: Value) -> String {
        let answer = self.order(body).await;
        assert_eq!(answer.status.as_u16(), 201, "{:?}", answer.json());
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

fn east() -> Value {
    json!({
        "kind": "closure", "target": {"zones": ["EAST"]}, "to": "2026-11-23T08:00:00Z",
        "reason": {"en": "burst <main> & more", "zh": "水管爆裂"}, "severity": "warning",
    })
}

#[tokio::test]
async fn an_order_is_issued_read_changed_and_ended() {
    let town = Town::new();
    let answer = town.order(east()).await;
    assert_eq!(answer.status.as_u16(), 201);
    let made = answer.json();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["location"], format!("/v1/orders/{id}"));
    assert_eq!(
        (&made["version"], &made["state"]),
        (&json!(1), &json!("active"))
    );
    assert_eq!(made["closes"]["zones"], 1);
    let path = format!("/v1/orders/{id}");
    let read = town.get(&path).await.json();
    assert_eq!(read["reason"]["zh"], "水管爆裂");
    assert!(
        read.get("closes").is_none(),
        "what it closes of private bays is nobody's business"
    );
    let later =
        json!({"kind": "event", "target": {"zones": ["HE12"]}, "from": "2026-11-24T00:00:00Z"});
    let planned = town.ordered(later).await;
    let list = async |query: &str| {
        let all = town.get(&format!("/v1/orders{query}")).await.json();
        let ids = all["orders"].as_array().unwrap().iter();
        let ids: Vec<String> = ids.map(|o| o["id"].as_str().unwrap().to_owned()).collect();
        (ids, all["next"].as_str().map(str::to_owned))
    };
    assert_eq!(list("").await.0, [planned.clone(), id.clone()]);
    assert_eq!(list("?active=true").await.0, std::slice::from_ref(&id));
    assert_eq!(
        list("?active=false").await.0,
        std::slice::from_ref(&planned)
    );
    assert_eq!(
        list("?bbox=103.94,1.3,103.96,1.33").await.0,
        std::slice::from_ref(&id)
    );
    let (first, next) = list("?limit=1").await;
    assert_eq!(first, std::slice::from_ref(&planned));
    let rest = list(&format!("?limit=1&cursor={}", next.unwrap())).await;
    assert_eq!(rest, (vec![id.clone()], None));
    let change = json!({"to": null, "severity": "emergency"}).to_string();
    let changed = town.call_as("order", "PATCH", &path, change).await;
    assert_eq!(changed.status.as_u16(), 200);
    let changed = changed.json();
    assert_eq!(
        (&changed["to"], &changed["version"]),
        (&Value::Null, &json!(2))
    );
    assert_eq!(changed["confirmation"], "pending");
    let own = town
        .call_as("order", "POST", &format!("{path}/confirm"), "")
        .await;
    assert_eq!(own.status.as_u16(), 403, "the key it was issued with");
    let ended = town
        .call_as("order", "POST", &format!("{path}/end"), "")
        .await;
    assert_eq!(
        (ended.status.as_u16(), &ended.json()["state"]),
        (200, &json!("ended"))
    );
    for act in ["end", "confirm"] {
        let again = town
            .call_as("order", "POST", &format!("{path}/{act}"), "")
            .await;
        assert_eq!(again.status.as_u16(), 409);
    }
    assert_eq!(
        town.get(&path).await.json()["state"],
        "ended",
        "it stays to be read"
    );
}

#[tokio::test]
async fn only_who_may_issues_orders_and_everybody_reads_them() {
    let town = Town::new();
    let id = town.ordered(east()).await;
    for scope in ["admin", "monitor", "report", "share", "book", "partner"] {
        let no = town
            .call_as(scope, "POST", "/v1/orders", east().to_string())
            .await;
        assert_eq!(no.status.as_u16(), 403, "{scope}");
        for (method, of) in [("PATCH", ""), ("POST", "/end"), ("POST", "/confirm")] {
            let no = town
                .call_as(scope, method, &format!("/v1/orders/{id}{of}"), "{}")
                .await;
            assert_eq!(no.status.as_u16(), 403, "{scope} {of}");
        }
    }
    let json = [("content-type", "application/json")];
    let no = town
        .call("POST", "/v1/orders", &json, east().to_string())
        .await;
    assert_eq!(no.status.as_u16(), 401);
    for path in ["/v1/orders", &format!("/v1/orders/{id}"), "/v1/orders.cap"] {
        assert_eq!(town.get(path).await.status.as_u16(), 200, "{path}");
    }
    assert_eq!(town.get("/v1/orders/or_0").await.status.as_u16(), 404);
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_by_its_member() {
    let town = Town::new();
    let with = |member: &str, value: Value| {
        let mut order = east();
        order[member] = value;
        order
    };
    let ring = json!([[[103.9, 1.3], [103.9, 1.3], [103.9, 1.3]]]);
    let bad = [
        (400, "kind", with("kind", json!("parade"))),
        (400, "kind", with("kind", Value::Null)),
        (400, "target", with("target", Value::Null)),
        (400, "target", with("target", json!({}))),
        (
            400,
            "target",
            with("target", json!({"zones": ["EAST"], "bays": []})),
        ),
        (
            400,
            "target",
            with(
                "target",
                json!({"polygon": {"type": "Polygon", "coordinates": ring}}),
            ),
        ),
        (422, "target", with("target", json!({"zones": ["NOWHERE"]}))),
        (422, "target", with("target", json!({"bays": []}))),
        (400, "from", with("from", json!("tomorrow"))),
        (422, "from", with("from", json!("2020-01-01T00:00:00Z"))),
        (422, "to", with("to", json!("2026-11-23T01:00:00Z"))),
        (400, "reason", with("reason", json!(["x"]))),
        (400, "reason", with("reason", json!({"en": 7}))),
        (
            422,
            "reason",
            with("reason", json!({"en": "x".repeat(1_001)})),
        ),
        (400, "severity", with("severity", json!("awful"))),
        (400, "exercise", with("exercise", json!("yes"))),
        (400, "reasons", with("reasons", json!({}))),
    ];
    for (status, field, order) in bad {
        let no = town.order(order.clone()).await;
        assert_eq!(
            (no.status.as_u16(), no.json()["field"].as_str()),
            (status, Some(field)),
            "{order}"
        );
    }
    assert_eq!(town.get("/v1/orders").await.json()["orders"], json!([]));
    let long = with("cause", json!("x".repeat(1 << 20)));
    assert_eq!(town.order(long).await.status.as_u16(), 413);
    let plain = [
        ("authorization", &*format!("Bearer {}", town.keys["order"])),
        ("content-type", "text/plain"),
    ];
    let no = town.call("POST", "/v1/orders", &plain, "{}").await;
    assert_eq!(no.status.as_u16(), 415);
}

#[tokio::test]
async fn a_bay_and_a_zone_name_the_order_that_closes_them() {
    let town = Town::new();
    let zones = || town.get("/v1/zones");
    assert!(zones().await.headers.get("link").is_none());
    let bay = town.turns("TPY12-001", BayStatus::Closed, BayStatus::Vacant);
    let before = town.get("/v1/bays/TPY12-001").await.json();
    assert_ne!(before["why"], "order", "a sensor says so");
    let order = json!({"kind": "no_stopping", "target": {"bays": ["TPY12-001"]}});
    let id = town.ordered(order).await;
    let seen = town.get("/v1/bays/TPY12-001").await.json();
    assert_eq!(
        (&seen["state"], &seen["why"], &seen["order"]),
        (&json!("closed"), &json!("order"), &json!(id))
    );
    assert_eq!(seen["claimed_state"], "vacant");
    assert_eq!(town.get("/v1/zones/TPY12").await.json()["order"], json!(id));
    assert!(
        town.get("/v1/zones/EAST")
            .await
            .json()
            .get("order")
            .is_none()
    );
    let link = zones().await.headers["link"].to_str().unwrap().to_owned();
    assert_eq!(link, "</v1/orders?active=true>; rel=\"alert\"");
    town.call_as("order", "POST", &format!("/v1/orders/{id}/end"), "")
        .await;
    assert!(zones().await.headers.get("link").is_none());
    assert!(
        town.live.bay(&town.registry.city(), bay).status == BayStatus::Closed,
        "the stream's to open"
    );
    assert!(
        town.get("/v1/zones/TPY12")
            .await
            .json()
            .get("order")
            .is_none()
    );
}

fn orders(events: &[(String, String, Value)]) -> Vec<(String, String)> {
    let told = events.iter().filter(|e| e.0 == "order");
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    told.map(|e| (text(&e.2["id"]), text(&e.2["state"])))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn streams_tell_orders_first_and_emergencies_to_all() {
    let town = running(Town::new());
    // On the stopped clock no store is asked: these are as it would have them.
    let issue = |name: &str, zone: &str, severity| {
        let order = Order {
            target: OrderTarget::Zones(vec![zone.into()]),
            severity,
            ..order(name, town.clock.now().0)
        };
        town.orders.book().hold(order);
    };
    let end = |name: &str| {
        let known = town.orders.book().picture();
        let last = (*known.order(name).unwrap().order).clone();
        let version = last.version + 1;
        let ended_at = Some(town.clock.now());
        town.orders.book().hold(Order {
            version,
            ended_at,
            ..last
        });
    };
    issue("or_1", "EAST", Severity::Warning);
    let is = |id: &str, state: &str| (id.to_owned(), state.to_owned());
    let mut here = OpenStream::open(&town, "?zones=EAST", None).await;
    let mut there = OpenStream::open(&town, "?zones=HE12", None).await;
    let came = here.all().await;
    assert_eq!(came[0].0, "order", "before all else: {came:?}");
    assert_eq!(orders(&came), [is("or_1", "active")]);
    assert_eq!(orders(&there.all().await), []);
    issue("or_2", "TPY12", Severity::Emergency);
    assert_eq!(orders(&here.all().await), [is("or_2", "active")]);
    assert_eq!(
        orders(&there.all().await),
        [is("or_2", "active")],
        "whatever they follow"
    );
    end("or_1");
    end("or_2");
    assert_eq!(
        orders(&here.all().await),
        [is("or_1", "ended"), is("or_2", "ended")]
    );
    assert_eq!(orders(&there.all().await), [is("or_2", "ended")]);
    issue("or_3", "EAST", Severity::Info);
    let came = here.all().await;
    assert_eq!(orders(&came), [is("or_3", "active")]);
    // Who comes back is told again what stands.
    let mut back = OpenStream::open(&town, "?zones=EAST", Some(&came[0].1)).await;
    assert_eq!(orders(&back.all().await), [is("or_3", "active")]);
}

/// The texts of all elements of that name.
fn texts<'t>(xml: &'t str, name: &str) -> Vec<&'t str> {
    let open = format!("<{name}>");
    let close = format!("</{name}>");
    let parts = xml.split(&*open).skip(1);
    parts
        .filter_map(|part| part.split(&*close).next())
        .collect()
}

#[tokio::test]
async fn an_order_is_an_alert_of_cap_and_what_ends_it_cancels_it() {
    let town = Town::new();
    let id = town.ordered(east()).await;
    let cap = async || town.get(&format!("/v1/orders/{id}.cap")).await;
    let answer = cap().await;
    assert_eq!(answer.headers["content-type"], "application/cap+xml");
    let xml = String::from_utf8(answer.body).unwrap();
    assert!(
        xml.contains("xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\""),
        "{xml}"
    );
    let first = format!("{id}.1");
    assert_eq!(texts(&xml, "identifier"), [&*first]);
    assert_eq!(texts(&xml, "msgType"), ["Alert"]);
    assert_eq!(texts(&xml, "language"), ["en", "zh"]);
    assert_eq!(
        texts(&xml, "description"),
        ["burst &lt;main&gt; &amp; more", "水管爆裂"]
    );
    assert_eq!(texts(&xml, "expires"), ["2026-11-23T08:00:00-00:00"; 2]);
    assert_eq!(texts(&xml, "value"), ["EAST"; 2]);
    let by_accept = [("accept", "application/cap+xml")];
    let same = town.get_with(&format!("/v1/orders/{id}"), &by_accept).await;
    assert_eq!(String::from_utf8(same.body).unwrap(), xml);
    let index = String::from_utf8(town.get("/v1/orders.cap").await.body).unwrap();
    assert!(index.contains(&format!("/v1/orders/{id}.cap")), "{index}");
    town.clock.set(town.clock.now().plus(1_000));
    town.call_as("order", "POST", &format!("/v1/orders/{id}/end"), "")
        .await;
    let xml = String::from_utf8(cap().await.body).unwrap();
    assert_eq!(texts(&xml, "msgType"), ["Cancel"]);
    let of = texts(&xml, "references");
    assert!(of[0].contains(&format!(",{first},2026-11-23T")), "{of:?}");
    let index = String::from_utf8(town.get("/v1/orders.cap").await.body).unwrap();
    assert!(!index.contains("<entry>"), "{index}");
}

#[tokio::test]
async fn any_partner_may_have_its_endpoint_told_of_orders() {
    let town = Town::new();
    let hook = json!({"url": "https://example.com/hook", "events": ["order.*", "offer.*"]});
    let made = town
        .call_as("share", "POST", "/v1/webhooks", hook.to_string())
        .await;
    let hook = made.json()["id"].as_str().unwrap().to_owned();
    let id = town.ordered(east()).await;
    town.call_as("order", "POST", &format!("/v1/orders/{id}/end"), "")
        .await;
    let log = town
        .call_as(
            "share",
            "GET",
            &format!("/v1/webhooks/{hook}/deliveries"),
            "",
        )
        .await;
    let log = log.json();
    let told: Vec<_> = log["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["type"].clone())
        .collect();
    assert_eq!(told, [json!("order.ended"), json!("order.issued")]);
}
