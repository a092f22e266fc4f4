//! One open event stream, read event by event.

use super::Town;
use axum::body::{Body, HttpBody as _};
use axum::http::Request;
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tower::ServiceExt as _;

/// One open stream.
pub(super) struct OpenStream {
    body: Body,
    text: String,
}

#[derive(Debug, PartialEq)]
pub(super) enum StreamEvent {
    Event {
        name: String,
        id: String,
        data: Value,
    },
    Retry(u64),
    Comment,
    End,
}

impl OpenStream {
    pub(super) async fn open(town: &Town, query: &str, last_event_id: Option<&str>) -> Self {
        let headers: Vec<_> = last_event_id
            .map(|id| ("last-event-id", id))
            .into_iter()
            .collect();
        Self::open_at(town, &format!("/v1/stream{query}"), &headers).await
    }

    pub(super) async fn open_at(town: &Town, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = town
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        for (name, want) in [
            ("content-type", "text/event-stream"),
            ("x-accel-buffering", "no"),
        ] {
            assert_eq!(answer.headers()[name], want);
        }
        let kept = answer.headers()["cache-control"].to_str().unwrap();
        assert!(kept.ends_with("no-store"), "{kept}");
        let mut stream = Self {
            body: answer.into_body(),
            text: String::new(),
        };
        assert!(matches!(stream.next().await, StreamEvent::Retry(_)));
        stream
    }

    pub(super) async fn next(&mut self) -> StreamEvent {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let said = parse(block);
                self.text = rest.to_owned();
                return said;
            }
            let Some(frame) = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await else {
                return StreamEvent::End;
            };
            let data = frame.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    pub(super) async fn event(&mut self) -> (String, String, Value) {
        match self.next().await {
            StreamEvent::Event { name, id, data } => (name, id, data),
            other => panic!("{other:?} is no event"),
        }
    }

    /// Reads on until the hub ends it.
    pub(super) async fn until_end(&mut self) {
        while self.next().await != StreamEvent::End {}
    }

    /// All events until it falls silent.
    pub(super) async fn all(&mut self) -> Vec<(String, String, Value)> {
        let mut all = vec![];
        loop {
            match self.next().await {
                StreamEvent::Event { name, id, data } => all.push((name, id, data)),
                StreamEvent::Comment => return all,
                other => panic!("{other:?}"),
            }
        }
    }
}

fn parse(block: &str) -> StreamEvent {
    let fields: BTreeMap<&str, &str> = block.lines().map(|l| l.split_once(": ").unwrap()).collect();
    match (fields.get("retry"), fields.get("data")) {
        (Some(ms), None) => StreamEvent::Retry(ms.parse().unwrap()),
        (None, Some(data)) => StreamEvent::Event {
            name: fields["event"].to_owned(),
            id: fields.get("id").copied().unwrap_or_default().to_owned(),
            data: serde_json::from_str(data).unwrap(),
        },
        _ => StreamEvent::Comment,
    }
}

pub(super) fn running(town: Town) -> Town {
    let feed = town.live.feed().clone();
    tokio::spawn(async move { feed.run(Duration::from_millis(1)).await });
    town
}
