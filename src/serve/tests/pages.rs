//! The hub's own pages: what the build made of them is kept and packed as it says, what the hub tells
//! them is told to nobody else, and a base map opens the policy as far as it must.

use super::Town;
use super::places::small_town;
use crate::serve::{Config, WebConfig};
use serde_json::json;

fn town(web: WebConfig) -> Town {
    let config = Config {
        web,
        ..Config::default()
    };
    Town::with(config, small_town(), None)
}

/// The first file with a hash that the page at `/` names; none where no pages were built.
async fn script(town: &Town) -> Option<String> {
    let page = town.get("/").await;
    let text = String::from_utf8(page.body).unwrap();
    let from = text.find("/web/index-")?;
    let to = text[from..].find('"')?;
    Some(text[from..from + to].to_owned())
}

#[tokio::test]
async fn a_built_file_is_kept_for_ever_and_packed_as_it_is_wished() {
    let town = town(WebConfig::default());
    let Some(path) = script(&town).await else {
        return eprintln!("skipped: this hub is built without its pages");
    };
    let plain = town.get(&path).await;
    assert_eq!(
        plain.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert!(plain.header("content-type").starts_with("text/javascript"));
    let mut sizes = vec![plain.body.len()];
    for packing in ["gzip", "br"] {
        let packed = town.get_with(&path, &[("accept-encoding", packing)]).await;
        assert_eq!(packed.header("content-encoding"), packing);
        assert!(packed.header("vary").contains("accept-encoding"));
        let tag = packed.header("etag").to_owned();
        let again = town.get_with(&path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        sizes.push(packed.body.len());
    }
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    let worker = town.get("/sw.js").await;
    assert_eq!(worker.header("cache-control"), "no-cache");
    let icon = town.get("/web/icon.svg").await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
}

#[tokio::test]
async fn what_was_not_built_is_not_there() {
    let town = town(WebConfig::default());
    for path in [
        "/web/no-such-12345678.js",
        "/web/",
        "/web/../Cargo.toml",
        "/web/%2e%2e/Cargo.toml",
        "/web/basemap.pmtiles",
    ] {
        assert_eq!(town.get(path).await.status.as_u16(), 404, "{path}");
    }
    let plain = town.get("/plain").await;
    assert!(String::from_utf8(plain.body).unwrap().contains("page.js"));
}

#[tokio::test]
async fn a_demos_keys_are_told_only_by_a_name_of_this_machine() {
    let web = WebConfig {
        keys: [("book", "bh_live_x".to_owned())].into(),
        ..WebConfig::default()
    };
    let town = town(web);
    let told = async |host| town.get_with("/web.json", &[("host", host)]).await;
    let own = told("127.0.0.1:8080").await;
    assert_eq!(
        own.json(),
        json!({"basemap": null, "streets": null, "keys": {"book": "bh_live_x"}})
    );
    assert_eq!(own.header("cache-control"), "private, no-store");
    assert_eq!(own.header("access-control-allow-origin"), "");
    let other = told("hub.example.org").await;
    assert_eq!(other.json()["keys"], json!(null));
}

#[tokio::test]
async fn a_base_map_opens_the_policy_to_its_hosts_alone() {
    let web = WebConfig {
        basemap: Some("https://maps.example.org/style.json".to_owned()),
        basemap_origins: vec!["https://tiles.example.org".to_owned()],
        ..WebConfig::default()
    };
    let town = town(web);
    let page = town.get("/").await;
    let policy = page.header("content-security-policy");
    let hosts = "https://maps.example.org https://tiles.example.org;";
    for part in ["connect-src 'self' ", "img-src 'self' data: "] {
        assert!(policy.contains(&format!("{part}{hosts}")), "{policy}");
    }
    assert!(policy.contains("script-src 'self';"), "{policy}");
    let told = town.get("/web.json").await.json();
    assert_eq!(told["basemap"], "https://maps.example.org/style.json");
}

#[tokio::test]
async fn streets_are_told_by_squares_that_are_kept_for_ever_and_packed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("streets.geojson");
    let street = |n: u32| {
        let lat = 1.33 + f64::from(n) / 10_000.0;
        json!({"type": "Feature", "properties": {"name": format!("Lorong {n}")},
            "geometry": {"type": "LineString", "coordinates": [[103.845, lat], [103.855, lat]]}})
    };
    let write = |streets: u32| {
        let features: Vec<_> = (0..streets).map(street).collect();
        let all = json!({"type": "FeatureCollection", "features": features});
        std::fs::write(&file, all.to_string()).unwrap();
        let web = WebConfig {
            streets: Some(file.clone()),
            ..WebConfig::default()
        };
        assert_eq!(web.fault(), None);
        town(web)
    };
    let hub = write(60);
    let told = hub.get("/web.json").await.json();
    let folder = told["streets"].as_str().unwrap();
    let path = format!("{folder}5192_66.json");
    let square = hub.get(&path).await;
    assert_eq!(square.header("content-type"), "application/json");
    assert!(square.header("cache-control").ends_with("immutable"));
    assert!(!square.header("content-security-policy").is_empty());
    let streets = square.json();
    assert_eq!(streets.as_array().unwrap().len(), 60);
    let line = json!(["Lorong 0", [103_845_000, 1_330_000, 10_000, 0]]);
    assert_eq!(streets[0], line);
    let packed = hub.get_with(&path, &[("accept-encoding", "br")]).await;
    assert_eq!(packed.header("content-encoding"), "br");
    assert!(packed.body.len() * 3 < square.body.len());
    let tag = square.header("etag").to_owned();
    let again = hub.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    // The sea has none, and what is no square is not there.
    let sea = hub.get(&format!("{folder}0_0.json")).await;
    assert_eq!((sea.status.as_u16(), sea.json()), (200, json!([])));
    for path in [
        "/web/streets/1-0/5192_66.json",
        &format!("{folder}x_1.json"),
        folder,
    ] {
        assert_eq!(hub.get(path).await.status.as_u16(), 404, "{path}");
    }
    // Another file's squares have another path.
    let other = write(61).get("/web.json").await.json();
    assert_ne!(other["streets"], folder);
}
