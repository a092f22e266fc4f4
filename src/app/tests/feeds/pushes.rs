//! Feeds that are pushed: who is let in, what is answered and when, and what is kept of a body.

use super::*;

/// A pushed feed of JSON rows, one a body.
fn pushed(name: &str, push: &str, map: &str) -> String {
    format!(
        "[[feeds]]\nname = \"{name}\"\nshape = \"json\"\narea = \"all\"\nrows = \"$\"\n[feeds.push]\n{push}\n\
         [feeds.map]\nzone = \"$.park\"\n{map}\n"
    )
}

const COUNTS: &str = "vacant = \"$.free\"\ncapacity = \"$.of\"\nat = \"$.at\"";
const SECRET: &str = "auth = \"secret\"\nsecret = \"s3cret\"\nreply = { status = 200, body = '{\"code\":\"1001\"}' }";
const AT: &str = "2026-11-23T02:00:00Z";

fn count(park: &str, free: u32) -> String {
    json!({"park": park, "free": free, "of": 100, "at": AT}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_the_secret_is_answered_as_it_insists_and_nobody_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), &pushed("gates", SECRET, COUNTS)).await;
    let good = post(&hub, "/v1/push/gates?secret=s3cret", "", &count("P1", 33)).await;
    assert_eq!(good, (200, "{\"code\":\"1001\"}".to_owned()));
    hub.vacant("P1", 33).await;
    for (path, status) in [
        ("/v1/push/gates", 401),
        ("/v1/push/gates?secret=s3cre", 401),
        ("/v1/push/other?secret=s3cret", 404),
    ] {
        let (got, body) = post(&hub, path, "", &count("P1", 1)).await;
        assert_eq!(got, status, "{path}: {body}");
        assert!(!body.contains("s3cre"));
    }
    let key = format!("authorization: Bearer {GATE}\r\n");
    assert_eq!(
        post(&hub, "/v1/push/gates", &key, &count("P1", 1)).await.0,
        401
    );
    assert_eq!(
        hub.metric("bayhub_feed_pushes_total", &["gates", "denied"])
            .await,
        3
    );
    assert_eq!(
        hub.metric("bayhub_feed_pushes_total", &["gates", "taken"])
            .await,
        1
    );
    let (status, body) = post(&hub, "/v1/push/gates?secret=s3cret", "", "{\"park\":").await;
    assert!(
        status == 400 && body.contains("malformed"),
        "{status} {body}"
    );
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_must_cover_the_feed_by_name_and_what_is_refused_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let feed = pushed("gates", "auth = \"bearer\"", COUNTS);
    let hub = start(folder.path(), &feed).await;
    let by = |key: &str| format!("authorization: Bearer {key}\r\n");
    let (status, body) = post(&hub, "/v1/push/gates", &by(GATE), &count("P1", 8)).await;
    assert_eq!((status, &*body), (202, "{\"accepted\":1,\"refused\":[]}"));
    hub.vacant("P1", 8).await;
    let (status, body) = post(&hub, "/v1/push/gates", &by(GATE), &count("P9", 8)).await;
    assert!(status == 202 && body.contains("unknown_zone"), "{body}");
    // A key for every source covers no feed.
    assert_eq!(
        post(&hub, "/v1/push/gates", &by(OTHER), &count("P1", 9))
            .await
            .0,
        403
    );
    assert_eq!(
        post(&hub, "/v1/push/gates", &by("bh_x"), &count("P1", 9))
            .await
            .0,
        401
    );
    let spoken = json!({"source": "pull:gates", "zone": "P1", "vacant": 1});
    let counts = "content-type: application/json\r\n".to_owned() + &by(OTHER);
    assert_eq!(
        post(&hub, "/v1/counts", &counts, &spoken.to_string())
            .await
            .0,
        403
    );
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_and_exits_are_taken_and_tell_nothing_until_a_count_anchors_them() {
    let folder = tempfile::tempdir().unwrap();
    let map = COUNTS.to_owned() + "\nin = \"$.in\"\nout = \"$.out\"";
    let feed = pushed("gates", SECRET, &map);
    let hub = start(folder.path(), &feed).await;
    let moved = |s: u32, entered: u32, left: u32| {
        json!({"park": "P1", "in": entered, "out": left, "at": format!("2026-11-23T02:00:{s:02}Z")})
            .to_string()
    };
    let path = "/v1/push/gates?secret=s3cret";
    assert_eq!(post(&hub, path, "", &moved(0, 100, 90)).await.0, 200);
    assert_eq!(
        hub.metric("bayhub_feed_flows_total", &["not_anchored"])
            .await,
        1
    );
    assert_eq!(
        hub.metric("bayhub_reports_accepted_total", &["door=\"http\""])
            .await,
        0
    );
    let anchor = json!({"park": "P1", "free": 50, "of": 100, "in": 101, "out": 90, "at": "2026-11-23T02:00:01Z"});
    assert_eq!(post(&hub, path, "", &anchor.to_string()).await.0, 200);
    hub.vacant("P1", 50).await;
    for _ in 0..2 {
        // The sender did not hear the answer, and says it again.
        assert_eq!(post(&hub, path, "", &moved(2, 104, 91)).await.0, 200);
        hub.vacant("P1", 48).await;
    }
    hub.hub.stop().await.unwrap();
    // After a start nothing is known of how many there are.
    let hub = start(folder.path(), &feed).await;
    hub.vacant("P1", 48).await;
    assert_eq!(post(&hub, path, "", &moved(3, 105, 91)).await.0, 200);
    assert_eq!(
        hub.metric("bayhub_feed_flows_total", &["not_anchored"])
            .await,
        1
    );
    hub.vacant("P1", 48).await;
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plate_in_a_body_is_kept_nowhere_whatever_the_body_is() {
    let folder = tempfile::tempdir().unwrap();
    let form = pushed("forms", SECRET, COUNTS).replace("\"json\"", "\"form\"");
    let form = form.replace("rows = \"$\"\n", "");
    let feeds = pushed("gates", SECRET, COUNTS) + &form;
    let hub = start(folder.path(), &feeds).await;
    let bodies = [
        (
            "gates",
            "{\"park\":\"P9\",\"free\":1,\"of\":9,\"plate_number\":\"SHA-777\"}".to_owned(),
        ),
        (
            "gates",
            "{\"park\":\"P1\",\"free\":\"x\",\"carImage\":\"SHA-777\"".to_owned(),
        ),
        (
            "forms",
            "park=P9&free=1&of=9&plateid=SHA-777&mobile=SHA-777".to_owned(),
        ),
    ];
    for (feed, body) in &bodies {
        post(&hub, &format!("/v1/push/{feed}?secret=s3cret"), "", body).await;
    }
    let kept = hub.until("/v1/quarantine", Some(ADMIN), |_| true).await;
    let kept = kept.to_string();
    assert!(kept.contains("P9") && !kept.contains("SHA-777"), "{kept}");
    hub.hub.stop().await.unwrap();
    let mut files = vec![folder.path().join("data")];
    while let Some(at) = files.pop() {
        if at.is_dir() {
            files.extend(std::fs::read_dir(&at).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        let bytes = match std::fs::read(&at) {
            Ok(bytes) => bytes,
            // A temporary file got its name meanwhile.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => panic!("{}: {e}", at.display()),
        };
        let found = bytes
            .windows(7)
            .any(|w| w == b"SHA-777" || w == b"s3cret\0");
        assert!(!found, "{}", at.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_cannot_bear_an_error_gets_none_and_onenet_its_echo() {
    let folder = tempfile::tempdir().unwrap();
    let always = "auth = \"secret\"\nsecret = \"s3cret\"\nreply = { status = 200, body = \"OK\", always = true }";
    let onenet = "auth = \"onenet\"\nsecret = \"tok-1\"\nreply = { status = 200, body = \"ok\" }";
    let feeds = pushed("gates", always, COUNTS) + &pushed("nb", onenet, COUNTS);
    let hub = start(folder.path(), &feeds).await;
    let (status, body) = post(&hub, "/v1/push/gates?secret=s3cret", "", "nonsense").await;
    assert_eq!((status, &*body), (200, "OK"));
    assert_eq!(
        hub.metric("bayhub_feed_pushes_total", &["gates", "malformed"])
            .await,
        1
    );
    let hello = Call {
        method: "GET",
        path: "/v1/push/nb?msg=hello&nonce=xyz98765&signature=jh%2BOTHs2YFi0As0YVx73cQ%3D%3D",
        ..Call::default()
    };
    assert_eq!(hub.call(hello).await, (200, "hello".to_owned()));
    let (status, _) = hub
        .call(Call {
            path: "/v1/push/nb?msg=hello&nonce=x&signature=y",
            ..hello
        })
        .await;
    assert_eq!(status, 401);
    hub.hub.stop().await.unwrap();
}
