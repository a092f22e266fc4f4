//! Every answer has a name, the caller's own if it gave a good one.

use super::Town;
use axum::body::Body;

#[tokio::test]
async fn every_answer_has_a_name_and_no_two_the_same() {
    let town = Town::new();
    let mut names = std::collections::BTreeSet::new();
    for path in [
        "/livez",
        "/readyz",
        "/v1/zones",
        "/nowhere",
        "/v1/admin/keys",
    ] {
        let answer = town.get(path).await;
        let name = answer.headers["x-request-id"].to_str().unwrap().to_owned();
        assert!(names.insert(name), "{path}");
    }
    let answer = town.call(
        "OPTIONS",
        "/v1/zones",
        &[("origin", "https://x.y")],
        Body::empty(),
    );
    assert!(answer.await.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn a_callers_own_name_comes_back_and_a_strange_one_does_not() {
    let town = Town::new();
    for (given, same) in [("Trace-1.a_b", true), ("a b", false), ("<script>", false)] {
        let answer = town.get_with("/livez", &[("x-request-id", given)]).await;
        assert_eq!(answer.headers["x-request-id"] == given, same, "{given}");
    }
}
