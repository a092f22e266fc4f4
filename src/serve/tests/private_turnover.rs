//! Private zones: turnover, and zones in which several partners own bays.

use super::private_bays::{Knows, asked, callers, lots, rows};
use super::settled::day;
use super::{at, zone};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, ZoneKind};
use serde_json::json;

#[tokio::test]
async fn turnover_of_private_zones_is_told_to_their_owner_and_the_authority() {
    let town = lots().await;
    let side = zone("SIDE", "Side", ZoneKind::OffStreet, at(1.3, 103.8), 9);
    town.registry.put_zones(vec![side]).unwrap();
    town.settle_day();
    for (who, key, knows) in callers(&town).await {
        if who == "a bad key" {
            continue;
        }
        for (query, all) in [
            ("&interval=1d", vec!["GATE", "LOT", "SIDE"]),
            ("&bbox=103,1,104,2", vec!["GATE", "LOT", "SIDE"]),
            ("&zone=LOT", vec!["LOT"]),
            ("&zone=GATE", vec!["GATE"]),
        ] {
            for format in ["application/json", "text/csv"] {
                let from = Millis(day().0 - 24 * HOUR_MS);
                let path = format!("/v1/turnover?from={from}{query}");
                let answer = asked(&town, key.as_ref(), format, &path).await;
                let mut zones: Vec<String> = rows(&answer, "rows")
                    .iter()
                    .map(|r| r["zone"].clone())
                    .collect();
                zones.sort();
                zones.dedup();
                // Of single bays nothing is told but to the authority.
                zones.retain(|zone| zone != "KERB");
                let sees = |zone: &&str| knows == Knows::All || *zone == "SIDE";
                let want: Vec<&str> = all.iter().copied().filter(|z| sees(z)).collect();
                assert_eq!(zones, want, "{who}: {path}");
            }
        }
        let cds = asked(&town, key.as_ref(), "*/*", "/v1/cds/metrics/aggregates").await;
        assert_eq!(cds.status == 200, who == "ura's monitor", "{who}");
    }
}

#[tokio::test]
async fn who_owns_some_bays_of_a_zone_sees_those_and_of_the_zone_what_everybody_does() {
    let town = lots().await;
    let give = json!({"partner": "ura"}).to_string();
    let path = "/v1/admin/bays/LOT-0/owner";
    assert_eq!(town.call_as("admin", "PUT", path, give).await.status, 200);
    let own = Some(town.keys["book"].clone());
    let seen = async |path: &str| {
        let answer = asked(&town, own.as_ref(), "application/json", path).await;
        (answer.status.as_u16(), answer.json()["capacity"].clone())
    };
    assert_eq!(seen("/v1/bays/LOT-3").await.0, 200);
    assert_eq!(seen("/v1/bays/LOT-0").await.0, 404, "at once");
    assert_eq!(seen("/v1/zones/LOT").await, (200, json!(4)));
    assert_eq!(seen("/v1/zones/GATE").await, (200, json!(9)));
}
