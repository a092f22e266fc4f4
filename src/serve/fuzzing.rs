//! One question to the whole router, for fuzzing: without a socket, and without its answer's body
//! if that never ends.

use super::ws::messages::SocketRequest;
use super::{Router, mcp};
use crate::domain::{KeyAccount, Pass, SharedRemit, SourceKind};
use crate::partners::{Grant, Keys, Scope};
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, Uri};
use std::net::IpAddr;
use tower::ServiceExt as _;

/// Asks for `target` with a key. Whatever it is, the hub is not at fault, and says what is wrong as
/// a problem.
///
/// # Panics
/// If it is.
pub async fn ask(router: Router, key: &str, target: &str) {
    // What hyper would not let through either.
    let Ok(uri) = target.parse::<Uri>() else {
        return;
    };
    let request = Request::builder()
        .uri(uri)
        .header(AUTHORIZATION, format!("Bearer {key}"))
        .body(Body::empty());
    let Ok(request) = request else { return };
    let answer = match router.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let status = answer.status().as_u16();
    assert!(status < 500 || status == 503, "{status} for {target:?}");
    let kind = answer
        .headers()
        .get(CONTENT_TYPE)
        .map_or("", |kind| kind.to_str().unwrap_or_default())
        .to_owned();
    assert!(
        status < 400 || kind == "application/problem+json",
        "{status} as {kind:?} for {target:?}"
    );
    if !kind.starts_with("text/event-stream") {
        let body = axum::body::to_bytes(answer.into_body(), 1 << 24).await;
        assert!(body.is_ok(), "an answer that does not end, to {target:?}");
    }
}

/// A message inside a socket, or the arguments of a tool. Whatever it is, it asks for nothing but what
/// the public calls know, and nobody gets from a tool's zone to another path.
///
/// # Panics
/// If it does.
pub fn said(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(SocketRequest::Subscribe(wish)) = SocketRequest::read(text)
        && let Ok(query) = wish.query()
    {
        let known = ["zones", "bbox", "bays", "forecast", "crs"];
        let named = form_urlencoded::parse(query.as_bytes());
        let foreign: Vec<_> = named
            .filter(|(name, _)| !known.contains(&&**name))
            .collect();
        assert!(foreign.is_empty(), "{text:?} asks for {foreign:?}");
    }
    let Ok(given) = serde_json::from_str(text) else {
        return;
    };
    for path in ["/v1/bays/nearby", "/v1/zones/{zone}/forecast"] {
        let Ok(target) = mcp::target(path, &given) else {
            continue;
        };
        let uri: Uri = target.parse().expect("an address");
        let (before, after) = path.split_once("{zone}").unwrap_or((path, ""));
        let zone = uri.path().strip_prefix(before);
        let zone = zone.and_then(|rest| rest.strip_suffix(after));
        let as_it_should = zone.is_some_and(|z| z.is_empty() == after.is_empty());
        assert!(as_it_should, "{text:?} asks {target}");
        assert!(
            !zone.is_some_and(|z| z.contains('/')),
            "{text:?} asks {target}"
        );
    }
}

/// An audit log that keeps nothing.
pub struct NothingNoted;

impl super::AuditLog for NothingNoted {
    fn note(&self, _: super::AdminCall) {}

    fn read(&self, _: &super::AuditQuestion) -> std::io::Result<super::NotePage> {
        Ok((Vec::new(), None))
    }
}

/// A hub that takes no MQTT.
pub struct NoGuests;

impl super::MqttDoor for NoGuests {
    fn max_packet(&self) -> usize {
        0
    }

    fn admit(&self, _: IpAddr) -> Result<super::MqttPlace, super::MqttShut> {
        Err(super::MqttShut::Closed)
    }
}

/// A key that opens everything, put among `keys`.
#[must_use]
pub fn master_key(keys: &Keys) -> String {
    let (key, digest) = Keys::mint(&mut rand::rng());
    keys.insert(
        digest,
        Grant {
            name: "fuzzer".into(),
            partner: "nobody".into(),
            scopes: Scope::ALL.into_iter().collect(),
            sources: vec![],
            source_kind: SourceKind::Sensor,
            pass: Pass::default(),
            uplinks: false,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        },
    );
    key.expose().to_owned()
}
