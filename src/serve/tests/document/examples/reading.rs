//! What drivers' apps and the public ask.

use super::{Call, Shown};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::domain::Millis;
use crate::health::Part;
use crate::serve::tests::compat::counted;
use crate::serve::tests::forecast::emptying;
use crate::serve::tests::{NOW, Town};

pub(super) async fn show(shown: &mut Shown) {
    let town = &shown.town;
    town.all_well();
    looked_at(town);
    town.turns("TPY12-001", Vacant, Vacant);
    town.turns("TPY12-002", Occupied, Occupied);
    town.forecasts.tell(emptying(town, Some(0.9)));
    town.settle_day();
    let formats = ["application/json", "application/geo+json", "text/csv"];
    for accept in formats {
        for (of, path) in [
            (
                "get /v1/bays/nearby",
                "/v1/bays/nearby?lat=1.3327&lon=103.8474&radius_m=500&limit=2&kind=car",
            ),
            ("get /v1/bays/{bay}", "/v1/bays/TPY12-001"),
            (
                "get /v1/zones",
                "/v1/zones?bbox=103.8%2C1.3%2C103.9%2C1.4&limit=2",
            ),
            ("get /v1/zones/{zone}", "/v1/zones/TPY12"),
        ] {
            shown.show(Call::new(of, "", path).accept(accept)).await;
        }
    }
    // A car park that is not silent, for feeds that leave others out.
    shown.town.tally("HE12", counted(68, 105));
    for (of, path) in [
        (
            "get /v1/zones/{zone}/forecast",
            "/v1/zones/TPY12/forecast?at=2026-11-23T03:00:00Z",
        ),
        (
            "get /v1/compat/data.gov.sg/v1/transport/carpark-availability",
            "/v1/compat/data.gov.sg/v1/transport/carpark-availability",
        ),
        ("get /v1/compat/parkapi", "/v1/compat/parkapi"),
        ("get /v1/compat/parkapi/{area}", "/v1/compat/parkapi/all"),
        (
            "get /v1/datex2/parking-table.xml",
            "/v1/datex2/parking-table.xml?zones=TPY12",
        ),
        (
            "get /v1/datex2/parking-status.xml",
            "/v1/datex2/parking-status.xml?zones=TPY12&spaces=true",
        ),
        ("get /v1/stream", "/v1/stream?zones=TPY12&bays=true"),
        ("get /v1/status", "/v1/status"),
        ("get /livez", "/livez"),
        ("get /readyz", "/readyz"),
        ("get /metrics", "/metrics"),
        ("get /metrics/zones", "/metrics/zones"),
    ] {
        shown.show(Call::new(of, "", path)).await;
    }
    as_entities(shown).await;
    to_the_authority(shown).await;
    for of in ["get /v1/openapi.json", "get /v1/asyncapi.json"] {
        shown.all.insert(of.to_owned(), described(of));
    }
}

/// What is settled, and who said it.
async fn to_the_authority(shown: &mut Shown) {
    let turnover = "/v1/turnover?zone=TPY12&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&interval=1h&limit=2";
    for accept in ["application/json", "text/csv"] {
        let call = Call::new("get /v1/turnover", "monitor", turnover);
        shown.show(call.accept(accept)).await;
    }
    for (of, path) in [
        (
            "get /v1/zones/{zone}/history",
            "/v1/zones/TPY12/history?from=2026-11-22T00:00:00Z&interval=1h&limit=2",
        ),
        (
            "get /v1/cds/curbs/zones",
            "/v1/cds/curbs/zones?lat=1.3327&lng=103.8474&radius=100",
        ),
        (
            "get /v1/cds/curbs/spaces",
            "/v1/cds/curbs/spaces?lat=1.3327&lng=103.8474&radius=100",
        ),
        ("get /v1/cds/curbs/policies", "/v1/cds/curbs/policies"),
        (
            "get /v1/cds/events/events",
            "/v1/cds/events/events?event_time=2026-11-23T00",
        ),
        ("get /v1/cds/events/status", "/v1/cds/events/status"),
        (
            "get /v1/cds/metrics/sessions",
            "/v1/cds/metrics/sessions?start_time=1795392000000",
        ),
        (
            "get /v1/cds/metrics/aggregates",
            "/v1/cds/metrics/aggregates?start_time=1795392000000",
        ),
        ("get /v1/sources", "/v1/sources?limit=2"),
        (
            "get /v1/compat/datamall/ltaodataservice/CarParkAvailabilityv2",
            "/v1/compat/datamall/ltaodataservice/CarParkAvailabilityv2?$skip=0",
        ),
    ] {
        shown.show(Call::new(of, "monitor", path)).await;
    }
}

/// The same for cities' brokers.
async fn as_entities(shown: &mut Shown) {
    let types = ["application/json", "application/ld+json"];
    for accept in [
        "application/json",
        "application/ld+json",
        "application/geo+json",
    ] {
        for (of, path) in [
            (
                "get /ngsi-ld/v1/entities",
                "/ngsi-ld/v1/entities?type=ParkingSpot&q=status==%22free%22&limit=2",
            ),
            (
                "get /ngsi-ld/v1/entities/{entity}",
                "/ngsi-ld/v1/entities/urn:ngsi-ld:OnStreetParking:TPY12",
            ),
            ("get /ngsi-ld/v1/types", "/ngsi-ld/v1/types"),
            ("get /ngsi-ld/v1/attributes", "/ngsi-ld/v1/attributes"),
        ] {
            let is_list = of.ends_with("types") || of.ends_with("attributes");
            if !is_list || types.contains(&accept) {
                shown.show(Call::new(of, "", path).accept(accept)).await;
            }
        }
    }
    let of = "get /ngsi-ld/context.jsonld";
    shown
        .show(Call::new(of, "", "/ngsi-ld/context.jsonld"))
        .await;
}

/// As a hub that runs has been looked at twice.
fn looked_at(town: &Town) {
    let parts = Part::ALL.map(|part| (part.name(), true));
    for (ago, accepted) in [(10_000, 0), (0, 4)] {
        let doors = [("http", accepted)];
        town.health.uptime.look(Millis(NOW.0 - ago), &parts, &doors);
    }
}

/// The documents themselves are too long for an example: how each begins.
fn described(of: &str) -> serde_json::Value {
    let begins = if of.ends_with("openapi.json") {
        serde_json::json!({"openapi": "3.1.0", "info": {"title": "bayhub"}})
    } else {
        serde_json::json!({"asyncapi": "3.0.0", "info": {"title": "bayhub messages"}})
    };
    serde_json::json!({"answers": {"200": {"application/json": begins}}})
}
