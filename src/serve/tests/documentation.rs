//! The documentation as a browser gets it: every page and file is there, under the strict policy, and asks
//! for nothing that the hub does not have.

use super::Town;
use crate::serve::docs::site;

/// What stands between `before` and the next quotation mark, each time.
fn after<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    let found = text.split(before).skip(1);
    found.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn every_page_of_the_documentation_is_whole_and_stays_within_the_hub() {
    let town = Town::new();
    let mut pages = 0;
    for path in site::paths() {
        let answer = town.get(path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let is_page = answer.header("content-type").starts_with("text/html");
        if !is_page {
            continue;
        }
        pages += 1;
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            text.contains("id=\"main\"") && !text.contains("{main}"),
            "{path}"
        );
        for inline in ["<script>", "style=\"", " onclick=", "javascript:"] {
            assert!(!text.contains(inline), "{path} has {inline}");
        }
        let mut asked = after(&text, " src=\"");
        asked.extend(after(&text, "<link rel=\"stylesheet\" href=\""));
        asked.extend(after(&text, "<a href=\"/"));
        for to in asked {
            let to = to.split('#').next().unwrap();
            let to = if to.starts_with('/') {
                to.to_owned()
            } else {
                format!("/{to}")
            };
            let there = town.get(&to).await.status.as_u16();
            assert_eq!(there, 200, "{path} leads to {to}");
        }
    }
    assert!(pages > 10, "{pages}");
}

#[tokio::test]
async fn what_a_status_tells_is_what_was_looked_at() {
    let town = Town::new();
    let told = town.get("/v1/status").await.json();
    assert_eq!(
        (&told["up"], &told["known_since"]),
        (&false.into(), &().into()),
        "{told}"
    );
    town.all_well();
    let uptime = &town.health.uptime;
    for (s, well) in [(0, true), (10, true), (20, false)] {
        let now = super::NOW.plus(s * 1000);
        uptime.look(now, &[("store", well)], &[("mqtt", s)]);
    }
    let told = town.get("/v1/status").await.json();
    assert_eq!(
        (&told["up"], &told["known_since"]),
        (&true.into(), &"2026-11-23".into())
    );
    let parts = told["parts"].as_array().unwrap();
    let store = parts.iter().find(|p| p["part"] == "store").unwrap();
    let day = serde_json::json!({"date": "2026-11-23", "up_s": 10, "down_s": 10});
    assert_eq!(store["days"], serde_json::json!([day]));
    assert_eq!(
        told["doors"][0]["heard_at"],
        super::NOW.plus(20_000).to_string()
    );
    // Without a key and whatever keeps operators to themselves, but never why.
    assert!(!told.to_string().contains("reason"), "{told}");
}
