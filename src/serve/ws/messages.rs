//! What is said inside `/v1/stream/ws`: JSON, one object a message. Pure.
//!
//! Promises: whatever a client sends is read or refused with a problem; an event's data is byte for
//! byte what the stream of Server-Sent Events tells, since it is taken from there.

use crate::domain::id;
use crate::serve::http::error::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a client asks. Members that are not known are ignored.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::serve) enum SocketRequest {
    /// Shows a key, before the first subscription; answered `key_taken`. Who can set headers may send
    /// it with the upgrade instead.
    Key { key: String },
    /// Follows something; answered `subscribed`, then its events.
    Subscribe(SocketWish),
    /// Follows it no more; answered `unsubscribed`.
    Unsubscribe { id: String },
    /// Answered `pong`, for clients that cannot send pings.
    Ping,
}

/// What is to be followed.
#[derive(Deserialize, ToSchema)]
pub(in crate::serve) struct SocketWish {
    /// The client's own name for it, on this socket: `[A-Za-z0-9._:-]{1,64}`.
    pub(super) id: String,
    #[serde(default)]
    pub(super) channel: Channel,
    /// Of `zones`: up to 500 ids. Neither these nor `bbox`: all.
    zones: Option<Vec<String>>,
    /// Of `zones`: west, south, east, north in degrees.
    bbox: Option<[f64; 4]>,
    /// Of `zones`: their bays too.
    #[serde(default)]
    bays: bool,
    /// Of `zones`: with what is expected of them.
    #[serde(default)]
    forecast: bool,
    /// In which coordinates places are told, and meant.
    crs: Option<String>,
    /// The `event_id` read last: what has happened since is told, or `resync`.
    pub(super) last_event_id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::serve) enum Channel {
    /// What `/v1/stream` tells.
    #[default]
    Zones,
    /// What `/v1/reservations/stream` tells; needs a key with the scope `book`.
    Reservations,
}

/// What the hub says, but for events.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::serve) enum SocketAnswer<'a> {
    KeyTaken,
    Subscribed {
        id: &'a str,
    },
    Unsubscribed {
        id: &'a str,
    },
    /// Nothing more comes for it; subscribe again with the last `event_id`.
    Ended {
        id: &'a str,
    },
    /// A request was refused, or a subscription ends: as the body of `application/problem+json`.
    Problem {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[schema(value_type = crate::serve::api::schema::Problem)]
        problem: Value,
    },
    Pong,
    /// After 15 s of silence.
    Heartbeat,
}

/// Something has happened to what is followed.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "read by utoipa's derive: events are written by hand"
)]
pub(in crate::serve) struct SocketEvent {
    /// `event`
    r#type: String,
    /// The subscription's.
    id: String,
    /// zone, bay, gone, resync; reservation, ready, resync: as the streams name them.
    event: String,
    /// For `last_event_id`; absent where an event has none.
    event_id: Option<String>,
    /// As the stream's `data`.
    data: Value,
}

impl SocketRequest {
    pub(in crate::serve) fn read(text: &str) -> Result<Self, ApiError> {
        serde_json::from_str(text).map_err(|e| ApiError::malformed(e.to_string()))
    }
}

impl SocketWish {
    /// What it asks for as the query of `/v1/stream`, which is read as strictly.
    ///
    /// # Errors
    /// 400 for what the query could not say, or not of this channel.
    pub(in crate::serve) fn query(&self) -> Result<String, ApiError> {
        if !id::is_valid(&self.id) {
            return Err(ApiError::bad(
                "id",
                "id must be 1 to 64 characters of A-Z a-z 0-9 . _ : -",
            ));
        }
        let of_zones = self.zones.is_some() || self.bbox.is_some() || self.bays || self.forecast;
        if self.channel != Channel::Zones && of_zones {
            return Err(ApiError::bad(
                "channel",
                "zones, bbox, bays and forecast are of the channel zones",
            ));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(zones) = &self.zones {
            if zones.is_empty() || zones.iter().any(|zone| zone.contains(',')) {
                let detail = "zones must be ids, one at least";
                return Err(ApiError::bad("zones", detail));
            }
            query.append_pair("zones", &zones.join(","));
        }
        if let Some(bbox) = &self.bbox {
            query.append_pair("bbox", &bbox.map(|n| n.to_string()).join(","));
        }
        for (name, flag) in [("bays", self.bays), ("forecast", self.forecast)] {
            if flag {
                query.append_pair(name, "true");
            }
        }
        if let Some(crs) = &self.crs {
            query.append_pair("crs", crs);
        }
        Ok(query.finish())
    }
}

impl SocketAnswer<'_> {
    pub(super) fn write(&self) -> String {
        // Strings and a problem always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The events in a piece of a stream, as messages of the subscription `id`. A piece is whole events
/// and comments; `id` is an id, so nothing here needs escaping.
pub(super) fn events(id: &str, piece: &str) -> Vec<String> {
    let mut messages = Vec::new();
    for block in piece.split("\n\n") {
        let mut event = None;
        let mut event_id = None;
        let mut data = None;
        for line in block.lines() {
            match line.split_once(": ") {
                Some(("event", name)) => event = Some(name),
                Some(("id", its)) => event_id = Some(its),
                Some(("data", json)) => data = Some(json),
                _ => {}
            }
        }
        let (Some(event), Some(data)) = (event, data) else {
            continue;
        };
        let mut message = String::with_capacity(data.len() + 120);
        let parts = [r#"{"type":"event","id":""#, id, r#"","event":""#, event];
        message.extend(parts);
        if let Some(event_id) = event_id {
            message.extend([r#"","event_id":""#, event_id]);
        }
        message.extend([r#"","data":"#, data, "}"]);
        messages.push(message);
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query(request: &Value) -> Result<String, ApiError> {
        match SocketRequest::read(&request.to_string())? {
            SocketRequest::Subscribe(wish) => wish.query(),
            _ => panic!("{request} asks for no subscription"),
        }
    }

    #[test]
    fn a_subscription_asks_what_the_streams_query_asks() {
        let mut asked = json!({"type": "subscribe", "id": "a"});
        assert_eq!(query(&asked).unwrap(), "");
        asked["zones"] = json!(["TPY12", "A&B"]);
        asked["bays"] = true.into();
        asked["crs"] = "gcj02".into();
        let want = "zones=TPY12%2CA%26B&bays=true&crs=gcj02";
        assert_eq!(query(&asked).unwrap(), want);
        let boxed = json!({"type": "subscribe", "id": "a", "bbox": [103.8, 1.3, 104, -1.5e-3]});
        assert_eq!(query(&boxed).unwrap(), "bbox=103.8%2C1.3%2C104%2C-0.0015");
    }

    #[test]
    fn what_is_no_request_is_refused_and_named() {
        for bad in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"type":"dance"}"#,
            r#"{"type":"subscribe"}"#,
            r#"{"type":"subscribe","id":7}"#,
            r#"{"type":"subscribe","id":"a","bbox":[1,2,3]}"#,
            r#"{"type":"subscribe","id":"a","channel":"orders"}"#,
        ] {
            assert!(SocketRequest::read(bad).is_err(), "{bad}");
        }
        for bad in [
            json!({"type": "subscribe", "id": ""}),
            json!({"type": "subscribe", "id": "a b"}),
            json!({"type": "subscribe", "id": "\"},{"}),
            json!({"type": "subscribe", "id": "a", "zones": []}),
            json!({"type": "subscribe", "id": "a", "zones": ["a,b"]}),
            json!({"type": "subscribe", "id": "a", "channel": "reservations", "bays": true}),
        ] {
            assert!(query(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn events_keep_their_data_and_comments_are_left_out() {
        let piece = "retry: 2000\n\nevent: zone\nid: 1-2-3\ndata: {\"zone\":\"A: B\"}\n\n\
                     : still here\n\nevent: ready\ndata: {\"standing\":0}\n\n";
        let told = events("mine", piece);
        let told: Vec<Value> = told
            .iter()
            .map(|m| serde_json::from_str(m).unwrap())
            .collect();
        let zone = json!({
            "type": "event", "id": "mine", "event": "zone", "event_id": "1-2-3",
            "data": {"zone": "A: B"},
        });
        let ready =
            json!({"type": "event", "id": "mine", "event": "ready", "data": {"standing": 0}});
        assert_eq!(told, [zone, ready]);
    }
}
