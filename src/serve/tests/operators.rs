//! Health, metrics, the page, and what every path has in common: methods, HEAD, CORS, unknown
//! paths.

use super::Town;
use crate::health::Part;
use serde_json::json;

#[tokio::test]
async fn readiness_gives_its_reasons() {
    let town = Town::new();
    assert_eq!(town.get("/livez").await.json(), json!({"alive": true}));
    town.all_well();
    town.health.unwell(Part::Stream, "no progress for 30 s");
    let answer = town.get("/readyz").await;
    assert_eq!(answer.status.as_u16(), 503);
    assert_eq!(
        answer.json(),
        json!({"ready": false, "reasons": [{"part": "stream", "reason": "no progress for 30 s"}]})
    );
    town.health.well(Part::Stream);
    let answer = town.get("/readyz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"ready": true}))
    );
}

#[tokio::test]
async fn metrics_name_routes_by_pattern_and_never_by_id() {
    let town = Town::new();
    town.get("/v1/bays/EAST-1").await;
    town.get("/v1/bays/secret-id").await;
    town.get("/no/such/path").await;
    let answer = town.get("/metrics").await;
    assert!(
        answer
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    let text = String::from_utf8(answer.body).unwrap();
    for line in [
        r#"bayhub_http_responses_total{route="/v1/bays/{bay}",status="200"} 1"#,
        r#"bayhub_http_responses_total{route="/v1/bays/{bay}",status="404"} 1"#,
        r#"bayhub_http_responses_total{route="none",status="404"} 1"#,
    ] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }
    assert!(!text.contains("EAST-1") && !text.contains("secret-id") && !text.contains("no/such"));
}

#[tokio::test]
async fn a_wrong_method_or_path_is_a_problem_too() {
    let town = Town::new();
    for (method, path, allow) in [
        ("POST", "/v1/zones", "GET,HEAD"),
        ("DELETE", "/v1/bays/nearby", "GET,HEAD"),
        ("GET", "/v1/reports", "POST"),
        ("POST", "/v1/admin/bays", "GET,HEAD,PUT"),
        ("POST", "/", "GET,HEAD"),
        ("PUT", "/v1/openapi.json", "GET,HEAD"),
    ] {
        let answer = town.call(method, path, &[], "").await;
        answer.problem("method-not-allowed");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
    for path in [
        "/v2/zones",
        "/v1/",
        "/v1/zones/",
        "/v1/bays",
        "//",
        "/v1/zones/a/b",
    ] {
        town.get(path).await.problem("not-found");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let town = Town::new();
    for path in ["/v1/zones", "/v1/bays/nearby?lat=1&lon=103", "/livez", "/"] {
        let get = town.get(path).await;
        let head = town.call("HEAD", path, &[], "").await;
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
        assert_eq!(head.header("content-length"), get.body.len().to_string());
    }
}

#[tokio::test]
async fn any_web_page_may_read_and_none_may_write() {
    let town = Town::new();
    let origin = ("origin", "https://example.org");
    assert_eq!(
        town.get_with("/v1/zones", &[origin])
            .await
            .header("access-control-allow-origin"),
        "*"
    );
    let ask = |method| [origin, ("access-control-request-method", method)];
    let preflight = town.call("OPTIONS", "/v1/zones", &ask("GET"), "").await;
    assert_eq!(
        (
            preflight.status.as_u16(),
            preflight.header("access-control-allow-methods")
        ),
        (204, "GET, HEAD")
    );
    for (path, methods) in [
        ("/v1/reports", "POST"),
        ("/v1/offers/{offer}", "GET, HEAD, PATCH, DELETE"),
        ("/v1/admin/bays", "GET, HEAD, PUT"),
        ("/v1/quarantine", "GET, HEAD"),
    ] {
        let preflight = town.call("OPTIONS", path, &ask("POST"), "").await;
        assert_eq!(preflight.header("access-control-allow-methods"), methods);
        let sent = preflight.header("access-control-allow-headers");
        for name in ["authorization", "idempotency-key", "content-encoding"] {
            assert!(sent.contains(name), "{path}: {sent}");
        }
        // What a page is not told of a refusal it cannot show.
        let refused = town.call("TRACE", path, &[origin], "").await;
        assert_eq!(refused.header("access-control-allow-origin"), "*");
        assert!(
            refused
                .header("access-control-expose-headers")
                .contains("retry-after")
        );
    }
    for path in ["/metrics", "/readyz", "/"] {
        let preflight = town.call("OPTIONS", path, &ask("GET"), "").await;
        assert_eq!(
            preflight.header("access-control-allow-origin"),
            "",
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_page_allows_nothing_from_elsewhere() {
    let town = Town::new();
    for (path, media_type) in [
        ("/", "text/html"),
        ("/plain", "text/html"),
        ("/page.js", "text/javascript"),
        ("/stream.js", "text/javascript"),
        ("/page.css", "text/css"),
    ] {
        let answer = town.get(path).await;
        assert!(
            answer.status.is_success() && answer.header("content-type").starts_with(media_type)
        );
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'; script-src 'self'")
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            !text.contains("http://") || text.contains("http://www.w3.org"),
            "{path} loads from elsewhere"
        );
        assert!(
            !text.contains(" style=") && !text.contains(" onclick="),
            "{path}: the policy forbids inline code"
        );
    }
}

#[tokio::test]
async fn a_problem_type_can_be_looked_up() {
    let town = Town::new();
    for (slug, ..) in crate::serve::http::error::PROBLEMS {
        let answer = town.get(&format!("/problems/{slug}")).await;
        assert!(
            answer.status.is_success() && !answer.body.is_empty(),
            "{slug}"
        );
    }
    town.get("/problems/nope").await.problem("not-found");
}
