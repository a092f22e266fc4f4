//! What goes over the wire packed, both ways.

use super::Town;
use crate::serve::http::encoding::testing::{gzip, ungzip};
use axum::http::StatusCode;

const REPORT: &str = r#"{"source":"lamp-1","bays":[{"bay":"EAST-1","state":"occupied"}]}"#;

async fn report(town: &Town, encoding: &str, body: Vec<u8>) -> super::answer::Answer {
    let key = format!("Bearer {}", town.keys["report"]);
    let headers = [
        ("authorization", &*key),
        ("content-type", "application/json"),
        ("content-encoding", encoding),
    ];
    town.call("POST", "/v1/reports", &headers, body).await
}

#[tokio::test]
async fn a_long_answer_is_packed_as_the_client_wishes() {
    let town = Town::new();
    let path = "/v1/openapi.json";
    let plain = town.get(path).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(plain.header("vary"), "accept-encoding");
    let packed = town.get_with(path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("vary"), "accept-encoding");
    assert_eq!(ungzip(&packed.body), plain.body);
    let brotli = town
        .get_with(path, &[("accept-encoding", "gzip;q=0.5, br")])
        .await;
    assert_eq!(brotli.header("content-encoding"), "br");
    assert!(brotli.body.len() < packed.body.len() && packed.body.len() < plain.body.len() / 4);
    let head = town
        .call("HEAD", path, &[("accept-encoding", "br")], "")
        .await;
    assert_eq!(head.header("content-encoding"), "br");
    let size = brotli.body.len().to_string();
    assert_eq!(
        (head.header("content-length"), head.body.len()),
        (&*size, 0)
    );
}

#[tokio::test]
async fn a_short_answer_is_left_as_it_is() {
    let town = Town::new();
    for path in ["/livez", "/v1/zones/EAST", "/v1/zones/nowhere"] {
        let answer = town
            .get_with(path, &[("accept-encoding", "br, gzip")])
            .await;
        assert!(!answer.headers.contains_key("content-encoding"), "{path}");
    }
}

#[tokio::test]
async fn a_stream_comes_as_it_is_and_at_once() {
    let town = Town::new();
    let request = axum::http::Request::builder()
        .uri("/v1/stream")
        .header("accept-encoding", "br, gzip")
        .body(axum::body::Body::empty());
    let answer = tower::ServiceExt::oneshot(town.router.clone(), request.unwrap()).await;
    let answer = answer.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert!(!answer.headers().contains_key("content-encoding"));
    let mut body = answer.into_body();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let first = hyper::body::Body::poll_frame(std::pin::Pin::new(&mut body), &mut cx);
    let std::task::Poll::Ready(Some(Ok(frame))) = first else {
        panic!("nothing at once")
    };
    assert!(frame.into_data().unwrap().starts_with(b"retry:"));
}

#[tokio::test]
async fn a_report_may_come_packed() {
    let town = Town::new();
    let plain = report(&town, "identity", REPORT.into()).await;
    assert_eq!(plain.status, StatusCode::ACCEPTED, "{plain:?}");
    let packed = report(&town, "gzip", gzip(REPORT.as_bytes())).await;
    assert_eq!(packed.status, StatusCode::ACCEPTED, "{packed:?}");
    assert_eq!(packed.json()["accepted"], 1);
}

#[tokio::test]
async fn what_does_not_unpack_is_malformed_and_what_is_not_known_is_415() {
    let town = Town::new();
    let mut cut = gzip(REPORT.as_bytes());
    cut.truncate(cut.len() - 3);
    for body in [REPORT.into(), cut] {
        let refused = report(&town, "gzip", body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json()["type"], "/problems/malformed");
    }
    for encoding in ["br", "deflate", "gzip, gzip"] {
        let refused = report(&town, encoding, REPORT.into()).await;
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(refused.header("accept-encoding"), "gzip");
        assert_eq!(refused.json()["type"], "/problems/unsupported-media-type");
    }
}

#[tokio::test]
async fn a_bomb_is_too_large() {
    let town = Town::new();
    let bomb = gzip(&vec![b' '; 32 << 20]);
    assert!(bomb.len() < 64 * 1024, "it would be too large as it is");
    let refused = report(&town, "gzip", bomb.clone()).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let key = format!("Bearer {}", town.keys["admin"]);
    let headers = [
        ("authorization", &*key),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    for (method, path) in [
        ("PUT", "/v1/admin/zones"),
        ("POST", "/v1/admin/keys"),
        ("PUT", "/v1/admin/devices"),
    ] {
        let refused = town.call(method, path, &headers, bomb.clone()).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}
