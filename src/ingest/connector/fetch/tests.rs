//! What servers of feeds have been seen to answer, and what becomes of each.

use super::*;
use crate::ingest::connector::testing::{FeedServer, ServerSays, answer, converse, gzip};
use crate::ingest::mqtt_client::tls::settings_as;
use crate::tls::{Protocol, Tls, testing};
use std::sync::Mutex;
use tokio::net::TcpListener;

const NOW: Millis = Millis(1_795_402_800_000);

fn fetcher(asking: Asking) -> Fetcher {
    let tls = settings_as(None, None).unwrap();
    Fetcher::new(asking, &tls).unwrap()
}

/// Of a private network, as the test's own server is.
fn at_home() -> Fetcher {
    fetcher(Asking {
        allow_private: true,
        ..Asking::default()
    })
}

async fn of(told: impl Fn(&str) -> ServerSays + Send + Sync + 'static) -> Result<Fetched, Failure> {
    let server = FeedServer::start(told).await;
    at_home().fetch(&server.url("/feed"), None, NOW).await
}

async fn fault(told: impl Fn(&str) -> ServerSays + Send + Sync + 'static) -> Fault {
    of(told).await.unwrap_err().fault
}

fn body(fetched: Result<Fetched, Failure>) -> FetchedBody {
    match fetched {
        Ok(Fetched::Body(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_read_with_what_its_headers_say() {
    let headers = "content-type: application/json; charset=utf-8\r\netag: \"a1\"\r\n\
        cache-control: public, max-age=90\r\nlast-modified: Mon, 23 Nov 2026 02:00:00 GMT\r\n";
    let got = body(of(move |_| answer("200 OK", headers, "{}")).await);
    assert_eq!(got.body, b"{}");
    assert_eq!(
        got.content_type.as_deref(),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(got.max_age, Some(Duration::from_secs(90)));
    assert_eq!(got.last_modified, Millis::parse("2026-11-23T02:00:00Z"));
}

#[tokio::test]
async fn what_is_known_is_asked_for_only_if_it_changed() {
    let server = FeedServer::start(|head| {
        if head.contains("if-none-match: \"a1\"") {
            answer("304 Not Modified", "cache-control: max-age=5\r\n", "")
        } else {
            answer("200 OK", "etag: \"a1\"\r\n", "{}")
        }
    })
    .await;
    let fetcher = at_home();
    let url = server.url("/feed");
    let first = body(fetcher.fetch(&url, None, NOW).await);
    let again = fetcher.fetch(&url, Some(&first.validators), NOW).await;
    let max_age = Some(Duration::from_secs(5));
    assert_eq!(again, Ok(Fetched::Unchanged { max_age }));
}

#[tokio::test]
async fn each_request_says_who_asks_and_whom_to_turn_to() {
    let server = FeedServer::start(|_| answer("200 OK", "", "{}")).await;
    let mut asking = Asking {
        allow_private: true,
        contact: Some("https://city.example/parking".into()),
        ..Asking::default()
    };
    asking.header("x-api-key", "s3cret").unwrap();
    assert!(!format!("{:?}", asking.headers).contains("s3cret"));
    assert!(asking.header("no header", "x").is_err() && asking.header("x", "a\nb").is_err());
    body(fetcher(asking).fetch(&server.url("/feed"), None, NOW).await);
    let head = server.asked().remove(0);
    assert!(head.contains("+https://city.example/parking)") && head.contains("x-api-key: s3cret"));
    assert!(head.contains("user-agent: bayhub/") && head.contains("accept-encoding: gzip, br"));
}

#[tokio::test]
async fn who_is_busy_says_for_how_long() {
    for (status, header, wait) in [
        ("429 Too Many Requests", "retry-after: 7\r\n", Some(7)),
        (
            "503 Service Unavailable",
            "retry-after: Mon, 23 Nov 2026 03:00:30 GMT\r\n",
            Some(30),
        ),
        (
            "503 Service Unavailable",
            "retry-after: 99999999\r\n",
            Some(MAX_WAIT_S),
        ),
        ("429 Too Many Requests", "retry-after: soon\r\n", None),
        ("429 Too Many Requests", "", None),
    ] {
        let now = Millis::parse("2026-11-23T03:00:00Z").unwrap();
        let server = FeedServer::start(move |_| answer(status, header, "")).await;
        let failed = at_home()
            .fetch(&server.url("/"), None, now)
            .await
            .unwrap_err();
        let wait = wait.map(Duration::from_secs);
        assert_eq!(
            (failed.fault, failed.retry_after),
            (Fault::Busy, wait),
            "{status} {header}"
        );
    }
}

#[tokio::test]
async fn a_status_that_is_no_answer_has_its_name() {
    for (status, is) in [
        ("401 Unauthorized", Fault::Denied),
        ("403 Forbidden", Fault::Denied),
        ("404 Not Found", Fault::Gone),
        ("410 Gone", Fault::Gone),
        ("500 Internal Server Error", Fault::Status),
        ("204 No Content", Fault::Status),
    ] {
        assert_eq!(fault(move |_| answer(status, "", "")).await, is, "{status}");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_no_answer() {
    let cut =
        |_: &str| ServerSays::Cut(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n[{".to_vec());
    assert_eq!(fault(cut).await, Fault::Cut);
    let chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[{\r\n".to_vec();
    assert_eq!(
        fault(move |_| ServerSays::Cut(chunk.clone())).await,
        Fault::Cut
    );
    let none = |_: &str| ServerSays::Cut(Vec::new());
    assert_eq!(fault(none).await, Fault::Unreachable);
    let rubbish = |_: &str| ServerSays::Cut(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec());
    assert_eq!(fault(rubbish).await, Fault::Unreachable);
}

#[tokio::test]
async fn a_packed_body_is_unpacked_and_a_bomb_is_not() {
    let small = gzip(b"{\"a\":1}");
    let bomb = gzip(&vec![b' '; MAX_BODY + 1]);
    assert!(bomb.len() < MAX_BODY / 100);
    let headers = "content-encoding: gzip\r\n";
    let got = of(move |_| answer("200 OK", headers, &small)).await;
    assert_eq!(body(got).body, b"{\"a\":1}");
    assert_eq!(
        fault(move |_| answer("200 OK", headers, &bomb)).await,
        Fault::TooLarge
    );
    assert_eq!(
        fault(move |_| answer("200 OK", headers, "{\"zones\":[]}")).await,
        Fault::Encoding
    );
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    let endless = |_: &str| {
        let head = b"HTTP/1.1 200 OK\r\n\r\n[".to_vec();
        ServerSays::Endless(head, vec![b' '; 1 << 20])
    };
    assert_eq!(fault(endless).await, Fault::TooLarge);
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_waited_for_30_s() {
    let begun = tokio::time::Instant::now();
    let silent = fault(|_| ServerSays::Nothing).await;
    assert_eq!((silent, begun.elapsed().as_secs()), (Fault::Timeout, 30));
}

#[tokio::test]
async fn redirects_are_followed_so_far_and_never_onto_the_wire_or_away_from_https() {
    for (to, is) in [
        (
            "http://169.254.169.254/latest/meta-data",
            Fault::ForbiddenAddress,
        ),
        ("http://[::ffff:169.254.169.254]/", Fault::ForbiddenAddress),
        ("ftp://127.0.0.1/", Fault::Redirect),
        ("/again", Fault::Redirect),
        ("http://[", Fault::Redirect),
    ] {
        let header = format!("location: {to}\r\n");
        let is_so = fault(move |_| answer("302 Found", &header, "")).await;
        assert_eq!(is_so, is, "{to}");
    }
    assert_eq!(
        fault(|_| answer("301 Moved", "", "")).await,
        Fault::Redirect
    );
    let moved = of(|head| {
        if head.starts_with("GET /feed") {
            answer("308 Permanent Redirect", "location: there?x=1\r\n", "")
        } else {
            answer("200 OK", "", "moved")
        }
    });
    assert_eq!(body(moved.await).body, b"moved");
    let https = Url::parse("https://city.example/").unwrap();
    let back = next_hop(&https, Some("http://city.example/"));
    assert_eq!(back.unwrap_err().fault, Fault::Redirect);
}

#[tokio::test]
async fn a_key_goes_to_no_other_host() {
    let other = FeedServer::start(|_| answer("200 OK", "", "there")).await;
    let to = format!("location: {}\r\n", other.url("/there"));
    let own = FeedServer::start(move |_| answer("302 Found", &to, "")).await;
    let mut asking = Asking {
        allow_private: true,
        ..Asking::default()
    };
    asking.header("authorization", "Bearer s3cret").unwrap();
    body(fetcher(asking).fetch(&own.url("/feed"), None, NOW).await);
    assert!(own.asked()[0].contains("s3cret"));
    assert!(!other.asked()[0].contains("s3cret"));
}

#[tokio::test]
async fn an_address_of_this_machine_is_for_those_who_are_told_of_it() {
    let server = FeedServer::start(|_| answer("200 OK", "", "{}")).await;
    let shy = fetcher(Asking::default());
    let port = server.at.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"] {
        let failed = shy
            .fetch(&format!("http://{host}:{port}/?key=k1"), None, NOW)
            .await;
        let failed = failed.unwrap_err();
        assert_eq!(
            failed.fault,
            Fault::ForbiddenAddress,
            "{host}: {}",
            failed.why
        );
        assert!(!failed.why.contains("k1"));
    }
    assert!(server.asked().is_empty());
    let nowhere = shy
        .fetch("http://nowhere.invalid/?key=k1", None, NOW)
        .await
        .unwrap_err();
    assert_eq!(nowhere.fault, Fault::Unreachable);
    assert!(!nowhere.why.contains("k1"), "{}", nowhere.why);
}

#[tokio::test]
async fn a_certificate_must_be_of_that_host_and_of_somebody_who_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    testing::certify(dir.path());
    let tls = Arc::new(Tls::open(testing::config(dir.path()), Protocol::Http).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                if let Ok(stream) = tls.accept(stream).await {
                    let script = Arc::new(|_: &str| answer("200 OK", "", "safe"));
                    converse(stream, script, Arc::new(Mutex::default())).await;
                }
            });
        }
    });
    let asking = Asking {
        allow_private: true,
        ..Asking::default()
    };
    let ca = dir.path().join("cert.pem");
    let trusting = Fetcher::new(asking, &settings_as(Some(&ca), None).unwrap()).unwrap();
    let own = trusting
        .fetch(&format!("https://localhost:{port}/"), None, NOW)
        .await;
    assert_eq!(body(own).body, b"safe");
    let other_name = trusting
        .fetch(&format!("https://127.0.0.1:{port}/"), None, NOW)
        .await;
    assert_eq!(other_name.unwrap_err().fault, Fault::Tls);
    let strangers = at_home()
        .fetch(&format!("https://localhost:{port}/"), None, NOW)
        .await;
    assert_eq!(strangers.unwrap_err().fault, Fault::Tls);
}
