//! Zones in the Prometheus text format.

use super::compat::{counted, stale};
use super::places::{at, zone};
use super::{NOW, Town};
use crate::domain::ZoneKind;
use crate::metrics::ZONE_FAMILIES;
use crate::registry::Registry;
use crate::serve::Config;

async fn scraped(town: &Town) -> String {
    let answer = town.get("/metrics/zones").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let media_type = answer.header("content-type");
    assert!(media_type.starts_with("text/plain; version=0.0.4"));
    answer.text()
}

#[tokio::test]
async fn each_zone_has_a_line_in_each_family_and_what_is_not_known_has_none() {
    let place = at(1.3, 103.8);
    let mut marked = zone(
        "B",
        "\"B\" \\ <b>\nnext 泊位",
        ZoneKind::OffStreet,
        place,
        100,
    );
    marked.operator = "City".to_owned();
    let silent = zone("S", "S", ZoneKind::OffStreet, place, 100);
    let never = zone("N", "N", ZoneKind::OnStreet, place, 0);
    let private = zone("P", "P", ZoneKind::Private, place, 7);
    let registry = Registry::in_memory(vec![marked, silent, never, private], vec![]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.tally("B", counted(12, 100));
    town.tally("S", stale(100));
    town.tally("P", counted(3, 7));
    let text = scraped(&town).await;
    let b = r#"{zone="B",name="\"B\" \\ <b>\nnext 泊位",kind="off_street"}"#;
    let seen = (NOW.0 - 60_000) / 1000;
    for line in [
        format!("bayhub_zone_capacity_bays{b} 100"),
        format!("bayhub_zone_vacant_bays{b} 12"),
        format!("bayhub_zone_known_ratio{b} 1"),
        "bayhub_zone_capacity_bays{zone=\"S\",name=\"S\",kind=\"off_street\"} 100".to_owned(),
        "bayhub_zone_known_ratio{zone=\"S\",name=\"S\",kind=\"off_street\"} 0".to_owned(),
    ] {
        assert!(text.lines().any(|l| l == line), "{line} in:\n{text}");
    }
    let observed = format!("bayhub_zone_observed_seconds{b} {seen}");
    assert!(text.contains(&observed), "{observed} in:\n{text}");
    for none in [
        "bayhub_zone_vacant_bays{zone=\"S\"",
        "bayhub_zone_vacant_bays{zone=\"N\"",
        "bayhub_zone_observed_seconds{zone=\"N\"",
        "bayhub_zone_vacant_bays{zone=\"P\",name=\"P\",kind=\"private\"} 3",
    ] {
        assert!(!text.contains(none), "{none} in:\n{text}");
    }
    for family in ZONE_FAMILIES {
        let head = format!("# TYPE {} gauge", family.name);
        assert_eq!(text.matches(&*head).count(), 1, "{head}");
    }
    // All lines of a family stand together, under its head.
    let of = |line: &str| -> String {
        let rest = line
            .trim_start_matches("# HELP ")
            .trim_start_matches("# TYPE ");
        let end = rest.find(['{', ' ']).expect("a name");
        rest[..end].to_owned()
    };
    let mut names: Vec<String> = text.lines().map(of).collect();
    names.dedup();
    assert_eq!(names.len(), ZONE_FAMILIES.len(), "{names:?}");
}

#[tokio::test]
async fn where_reads_need_a_key_so_do_these() {
    let config = Config {
        public_reads: false,
        ..Config::default()
    };
    let registry = Registry::in_memory(vec![], vec![]).unwrap();
    let town = Town::with(config, registry, None);
    town.get("/metrics/zones").await.problem("unauthorized");
    let key = format!("Bearer {}", town.keys["monitor"]);
    let told = town
        .get_with("/metrics/zones", &[("authorization", &*key)])
        .await;
    assert_eq!((told.status.as_u16(), told.text()), (200, String::new()));
}
