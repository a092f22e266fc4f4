//! What China Mobile's OneNET pushes of its devices, by HTTP: of the platform of today, and of its
//! older NB-IoT suite.
//!
//! A device has several names here: `imei:{imei}`, `{productId}/{deviceName}`,
//! `{productId}/{deviceId}`, and of the older suite `onenet/{dev_id}`. The envelope's `time` is the
//! platform's clock and is believed before what the device says of its values. A message is pushed
//! up to 17 times until it is answered 200, with the same `id`, which is its mark. Before it pushes
//! anything the platform asks whether it is heard (GET), and takes the echo of `msg` for the answer.
//! Each push is signed with the token that was typed in there: base64(md5(token + nonce + msg)).
//!
//! After the platform's public developer guides (HTTP push). Encrypted messages (its "secure mode")
//! are refused as such.

use super::platform::{JsonMembers, each, lacks, mark, names, text, time};
use super::{Codec, Http, Malformed, Platform, PlatformSignature, Said, Sender, Uplink, described};
use crate::domain::Millis;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "onenet",
    sender: Sender::NetworkServer,
    topic: "uplinks/onenet/{device}",
    retained: false,
    http: Some(Http {
        path: "/v1/uplinks/onenet",
        about: "Hand on what a device reported to China Mobile's OneNET.\n\nThe address for its \
                HTTP push, with `?key=` and a key for network servers. The signature is checked \
                where the hub knows the token (`[http] onenet_token`). Always answered 200 once it \
                is durable. Messages of a device's life are accepted and ignored.",
        event: None,
        platform: Some(Platform {
            signed: Some(PlatformSignature { body, probe }),
        }),
    }),
    items: "messages",
    title: "A message of OneNET",
    schema: described::<OnenetPush>,
    decode,
};

/// What the hub reads of a push of OneNET; the rest of it is ignored.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct OnenetPush {
    /// JSON as a text: `{"productId","deviceName","deviceId","imei","messageType","notifyType",
    /// "data":{"params":{..}}}`; or, of the older suite, an object or a list of
    /// `{"type","dev_id","imei","ds_id","at","value"}`.
    msg: String,
    nonce: Option<String>,
    /// base64(md5(token + nonce + msg)); of the older suite `msg_signature`.
    signature: Option<String>,
    msg_signature: Option<String>,
    /// When the platform pushed it, ms.
    time: Option<u64>,
    /// The same in all copies.
    id: Option<String>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    each(payload, out, |push, out| {
        let msg = match push.get("msg") {
            Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| {
                Malformed(
                    "msg: not JSON; encrypted messages are not read: push them in the clear over \
                     TLS"
                    .to_owned(),
                )
            })?,
            Some(msg @ (Value::Object(_) | Value::Array(_))) => msg.clone(),
            _ => return Err(lacks("msg", "a string, an object or a list")),
        };
        let id = text(push, &["id"]).unwrap_or_else(|| msg.to_string());
        let all = match &msg {
            Value::Array(all) => &all[..],
            one => std::slice::from_ref(one),
        };
        let mut points = Vec::new();
        for (n, one) in all.iter().enumerate() {
            let Value::Object(one) = one else {
                return Err(lacks("msg", "an object"));
            };
            if one.contains_key("type") {
                point(one, &mut points)?;
            } else {
                out.push(notice(one, time(push, "time"), (&id, n))?);
            }
        }
        let is_older = all.iter().any(|one| one.get("type").is_some());
        if is_older && points.is_empty() {
            out.push(Said::Nothing);
        }
        out.extend(
            points
                .into_iter()
                .map(|points: DataPoints| points.said(&id)),
        );
        Ok(())
    })
}

/// A message of the platform of today.
fn notice<'a>(
    message: &JsonMembers,
    pushed: Option<Millis>,
    (id, n): (&str, usize),
) -> Result<Said<'a>, Malformed> {
    let kind =
        text(message, &["messageType"]).ok_or_else(|| lacks("msg: messageType", "a string"))?;
    let notice = text(message, &["notifyType"]).unwrap_or_default();
    let data = message.get("data").and_then(Value::as_object);
    let params = data
        .and_then(|data| data.get("params"))
        .and_then(Value::as_object);
    let is_reading = kind == "notify" && matches!(&*notice, "property" | "event");
    let (true, Some(params)) = (is_reading, params) else {
        return Ok(Said::Nothing);
    };
    let product = text(message, &["productId"]);
    let devices = names(
        text(message, &["imei", "IMEI"]),
        product.as_deref(),
        &[text(message, &["deviceName"]), text(message, &["deviceId"])],
    );
    if devices.is_empty() {
        return Err(lacks("msg: imei", "that, or productId and deviceName,"));
    }
    let times = params.values().filter_map(Value::as_object);
    let said = times.filter_map(|param| time(param, "time")).max();
    let values: JsonMembers = params
        .iter()
        .map(|(name, param)| {
            let value = param.get("value").unwrap_or(param);
            (name.clone(), value.clone())
        })
        .collect();
    Ok(Said::Uplink(Uplink {
        devices,
        times: [pushed, said],
        copy: Some(mark(&[id, &n.to_string()])),
        object: Some(Value::Object(values).to_string().into()),
        ..Uplink::default()
    }))
}

/// What one device told the older suite at one time, of any number of streams.
struct DataPoints {
    devices: Vec<String>,
    at: Option<Millis>,
    values: JsonMembers,
}

/// Adds a data point to those of its device and time; one of a device's life is nothing.
fn point(message: &JsonMembers, all: &mut Vec<DataPoints>) -> Result<(), Malformed> {
    if text(message, &["type"]).as_deref() != Some("1") {
        return Ok(());
    }
    let own = text(message, &["dev_id"]);
    let devices = names(text(message, &["imei"]), Some("onenet"), &[own]);
    if devices.is_empty() {
        return Err(lacks("msg: dev_id", "that, or imei,"));
    }
    let stream = text(message, &["ds_id"]).ok_or_else(|| lacks("msg: ds_id", "a string"))?;
    let at = time(message, "at");
    let value = match message.get("value").unwrap_or(&Value::Null) {
        // Devices that send JSON have it pushed as text.
        Value::String(text) if text.trim_start().starts_with('{') => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        value => value.clone(),
    };
    let known = all
        .iter_mut()
        .find(|points| points.devices == devices && points.at == at);
    if let Some(points) = known {
        points.values.insert(stream, value);
    } else {
        let values = JsonMembers::from_iter([(stream, value)]);
        all.push(DataPoints {
            devices,
            at,
            values,
        });
    }
    Ok(())
}

impl DataPoints {
    fn said<'a>(self, id: &str) -> Said<'a> {
        let at = self.at.map(|at| at.to_string()).unwrap_or_default();
        Said::Uplink(Uplink {
            copy: Some(mark(&[id, &at])),
            devices: self.devices,
            times: [self.at, None],
            object: Some(Value::Object(self.values).to_string().into()),
            ..Uplink::default()
        })
    }
}

/// What is signed of a push, as it came.
#[derive(Deserialize)]
struct SignedPush<'a> {
    #[serde(borrow)]
    msg: &'a RawValue,
    #[serde(borrow, default)]
    nonce: Cow<'a, str>,
    #[serde(borrow)]
    signature: Option<Cow<'a, str>>,
    #[serde(borrow)]
    msg_signature: Option<Cow<'a, str>>,
}

/// Whether a push is signed with that token.
fn body(payload: &[u8], token: &str) -> bool {
    let Ok(push) = serde_json::from_slice::<SignedPush<'_>>(payload) else {
        return false;
    };
    let raw = push.msg.get();
    let msg = serde_json::from_str::<String>(raw).map_or(Cow::Borrowed(raw), Cow::Owned);
    let signature = push.signature.or(push.msg_signature);
    signature.is_some_and(|signature| probe(&msg, &push.nonce, &signature, token))
}

/// What is signed: MD5 of the three, one behind the other.
pub(in crate::ingest) fn signed(token: &str, nonce: &str, msg: &str) -> [u8; 16] {
    Md5::new()
        .chain_update(token)
        .chain_update(nonce)
        .chain_update(msg)
        .finalize()
        .into()
}

/// Whether the three belong together by that token.
fn probe(msg: &str, nonce: &str, signature: &str, token: &str) -> bool {
    // A `+` of base64 that stood in an address unescaped is read as a space.
    let signature = signature.replace(' ', "+").replace("%2B", "+");
    let signature = signature.replace("%2F", "/").replace("%3D", "=");
    let Ok(given) = STANDARD.decode(signature) else {
        return false;
    };
    let made = signed(token, nonce, msg);
    let differs = made.iter().zip(&given).fold(0, |d, (a, b)| d | (a ^ b));
    given.len() == made.len() && differs == 0
}

#[cfg(test)]
mod tests;
