//! What Huawei Cloud's IoTDA pushes of its devices, by HTTP: of the platform of today (version 5), and
//! as it did before.
//!
//! A device has several names here: `imei:{node_id}` where that is one, `{product_id}/{node_id}`,
//! `{product_id}/{device_id}` and `iotda/{device_id}`. `event_time_ms`, or `event_time`, is the
//! platform's clock and is believed before that of a service, which is the device's. Each service of
//! a report is a reading of its own: its properties, and once more under the service's name. Other
//! resources than `device.property` and `device.message` are nothing to do.
//!
//! After the platform's public API reference ("Push a Device Property Reporting Notification").

use super::platform::{JsonMembers, each, fill, lacks, mark, names, object, text};
use super::{Codec, Http, Malformed, Platform, Said, Sender, Uplink, clocks, described};
use crate::domain::Millis;
use serde_json::Value;
use utoipa::ToSchema;

pub(in crate::ingest) static CODEC: Codec = Codec {
    name: "iotda",
    sender: Sender::NetworkServer,
    topic: "uplinks/iotda/{device}",
    retained: false,
    http: Some(Http {
        path: "/v1/uplinks/iotda",
        about: "Hand on what a device reported to Huawei Cloud's IoTDA.\n\nThe address for a \
                forwarding rule by HTTP, with `?key=` and a key for network servers. Always \
                answered 200 once it is durable. Resources other than `device.property` and \
                `device.message` are accepted and ignored.",
        event: None,
        platform: Some(Platform { signed: None }),
    }),
    items: "messages",
    title: "A notification of Huawei Cloud's IoTDA",
    schema: described::<IotdaNotification>,
    decode,
};

/// What the hub reads of a notification of IoTDA; the rest of it is ignored.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct IotdaNotification {
    /// `device.property` or `device.message`, or what is ignored.
    resource: Option<String>,
    event: Option<String>,
    /// When the platform had it, as 20151212T121212Z.
    event_time: Option<String>,
    #[schema(format = DateTime)]
    event_time_ms: Option<String>,
    request_id: Option<String>,
    notify_data: Option<IotdaData>,
    /// Of the older form: `deviceDataChanged` or `deviceDatasChanged`.
    #[schema(rename = "notifyType")]
    notify_type: Option<String>,
    #[schema(rename = "deviceId")]
    device_id: Option<String>,
    /// Of the older form: `{"serviceId","data":{..},"eventTime"}`; `services` is a list of them.
    #[schema(value_type = Option<Object>)]
    service: Option<()>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct IotdaData {
    header: IotdaHeader,
    body: IotdaBody,
}

#[derive(ToSchema)]
#[allow(
    dead_code,
    clippy::struct_field_names,
    reason = "the platform's names, read by the derive only"
)]
struct IotdaHeader {
    product_id: Option<String>,
    device_id: Option<String>,
    node_id: Option<String>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct IotdaBody {
    services: Option<Vec<IotdaService>>,
    /// Of a `device.message`: what the device sent, as an object, as text or in base64.
    #[schema(value_type = Option<Object>)]
    content: Option<()>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct IotdaService {
    service_id: Option<String>,
    #[schema(value_type = Object)]
    properties: (),
    event_time: Option<String>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    each(payload, out, |message, out| {
        if message.contains_key("notifyType") {
            return older(message, out);
        }
        notification(message, out)
    })
}

fn notification(message: &JsonMembers, out: &mut Vec<Said<'_>>) -> Result<(), Malformed> {
    let resource = text(message, &["resource"]).ok_or_else(|| lacks("resource", "a string"))?;
    if !matches!(&*resource, "device.property" | "device.message") {
        out.push(Said::Nothing);
        return Ok(());
    }
    let data = object(message, "notify_data").ok_or_else(|| lacks("notify_data", "an object"))?;
    let header = object(data, "header").ok_or_else(|| lacks("notify_data: header", "an object"))?;
    let body = object(data, "body").ok_or_else(|| lacks("notify_data: body", "an object"))?;
    let event_time = when(message, "event_time_ms").or_else(|| when(message, "event_time"));
    let node = text(header, &["node_id"]);
    let own = text(header, &["device_id"]);
    let product = text(header, &["product_id"]);
    let by_product = [node.clone(), own.clone()];
    let mut devices = names(node, product.as_deref(), &by_product);
    devices.extend(names(None, Some("iotda"), &[own]));
    let request = text(message, &["request_id"]).unwrap_or_default();
    let report = IotdaReport {
        devices,
        event_time,
        request,
    };
    if let Some(content) = body.get("content") {
        let mut up = report.uplink(0, None, &content.to_string())?;
        fill(&mut up, "content", content)?;
        out.push(Said::Uplink(up));
        return Ok(());
    }
    let services = body.get("services").and_then(Value::as_array);
    let services = services.ok_or_else(|| lacks("notify_data: body: services", "a list"))?;
    report.services(services, ("service_id", "properties", "event_time"), out)
}

fn older(message: &JsonMembers, out: &mut Vec<Said<'_>>) -> Result<(), Malformed> {
    let kind = text(message, &["notifyType"]).unwrap_or_default();
    if !matches!(&*kind, "deviceDataChanged" | "deviceDatasChanged") {
        out.push(Said::Nothing);
        return Ok(());
    }
    let report = IotdaReport {
        devices: names(None, Some("iotda"), &[text(message, &["deviceId"])]),
        event_time: None,
        request: text(message, &["requestId"]).unwrap_or_default(),
    };
    let services = match (message.get("services"), message.get("service")) {
        (Some(Value::Array(all)), _) => &all[..],
        (_, Some(one)) => std::slice::from_ref(one),
        _ => return Err(lacks("service", "an object")),
    };
    report.services(services, ("serviceId", "data", "eventTime"), out)
}

/// Whose report it is, and when the platform had it.
struct IotdaReport {
    devices: Vec<String>,
    event_time: Option<Millis>,
    request: String,
}

impl IotdaReport {
    /// Appends a reading for each service; `members`: how its name, its properties and its time are
    /// called.
    fn services(
        &self,
        services: &[Value],
        (name, properties, event_time): (&str, &str, &str),
        out: &mut Vec<Said<'_>>,
    ) -> Result<(), Malformed> {
        let mut all = Vec::with_capacity(services.len());
        for (n, service) in services.iter().enumerate() {
            let service = service
                .as_object()
                .ok_or_else(|| lacks("services", "a list of objects"))?;
            let told = object(service, properties).ok_or_else(|| lacks(properties, "an object"))?;
            let at = when(service, event_time);
            let mut up = self.uplink(n, at, &Value::Object(told.clone()).to_string())?;
            let mut members = told.clone();
            if let Some(name) = text(service, &[name])
                && !members.contains_key(&name)
            {
                members.insert(name, Value::Object(told.clone()));
            }
            up.object = Some(Value::Object(members).to_string().into());
            all.push(Said::Uplink(up));
        }
        out.append(&mut all);
        Ok(())
    }

    /// Reading `n`, without what it says. The device may choose its requests' ids, and say the same
    /// for ever: only with the time is one a mark.
    fn uplink<'a>(
        &self,
        n: usize,
        at: Option<Millis>,
        said: &str,
    ) -> Result<Uplink<'a>, Malformed> {
        if self.devices.is_empty() {
            return Err(lacks("device_id", "a string"));
        }
        let times = [self.event_time, at];
        let stamp = times.map(|at| at.map(|at| at.to_string()).unwrap_or_default());
        let is_dated = times.iter().any(Option::is_some);
        Ok(Uplink {
            devices: self.devices.clone(),
            times,
            count: n as u32,
            copy: is_dated.then(|| mark(&[&self.request, &stamp[0], &stamp[1], said])),
            ..Uplink::default()
        })
    }
}

/// A time in either of the platform's two forms.
fn when(message: &JsonMembers, name: &str) -> Option<Millis> {
    let text = message.get(name)?.as_str()?;
    clocks::compact(text).or_else(|| clocks::rfc3339(name, Some(text)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(message: &Value) -> Result<Vec<Said<'static>>, Malformed> {
        let mut out = Vec::new();
        decode(message.to_string().leak().as_bytes(), &mut out).map(|()| out)
    }

    fn ups(message: &Value) -> Vec<Uplink<'static>> {
        let said = all(message).unwrap().into_iter().map(|said| match said {
            Said::Uplink(up) => up,
            other => panic!("{message}: {other:?}"),
        });
        said.collect()
    }

    fn report(body: &Value) -> Value {
        json!({"resource": "device.property", "event": "report", "event_time": "20231114T221320Z",
            "event_time_ms": "2023-11-14T22:13:20.500Z", "request_id": "1", "notify_data": {
            "header": {"app_id": "a", "device_id": "64abc_864016059485616", "node_id": "864016059485616",
                "product_id": "64abc", "gateway_id": "64abc_864016059485616",
                "tags": [{"tag_key": "k", "tag_value": "v"}]}, "body": body}})
    }

    fn service(state: u8) -> Value {
        json!({"service_id": "Parking", "properties": {"state": state}, "event_time": "20231114T221411Z"})
    }

    #[test]
    fn each_service_is_a_reading_of_the_platforms_time() {
        let said = report(
            &json!({"services": [service(1), {"service_id": "Battery", "properties": {"battery": 90}}]}),
        );
        let [parking, battery] = &ups(&said)[..] else {
            panic!()
        };
        assert_eq!(
            parking.devices,
            [
                "imei:864016059485616",
                "64abc/864016059485616",
                "64abc/64abc_864016059485616",
                "iotda/64abc_864016059485616"
            ]
        );
        assert_eq!(
            parking.times,
            [
                Some(Millis(1_700_000_000_500)),
                Some(Millis(1_700_000_051_000))
            ]
        );
        assert_eq!(
            parking.object.as_deref(),
            Some(r#"{"Parking":{"state":1},"state":1}"#)
        );
        assert_eq!((battery.count, battery.times[1]), (1, None));
        let mut older = said.clone();
        older.as_object_mut().unwrap().remove("event_time_ms");
        assert_eq!(ups(&older)[0].times[0], Some(Millis(1_700_000_000_000)));
    }

    #[test]
    fn a_notification_that_is_pushed_again_has_the_same_mark_and_a_later_one_has_not() {
        let first = report(&json!({"services": [service(1)]}));
        let mut later = first.clone();
        later["event_time_ms"] = "2023-11-14T22:14:20.500Z".into();
        assert_eq!(ups(&first)[0].copy, ups(&first)[0].copy);
        assert_ne!(
            ups(&first)[0].copy,
            ups(&later)[0].copy,
            "with the same request_id"
        );
    }

    #[test]
    fn a_message_is_what_the_device_sent() {
        let mut said = report(&json!({"topic": "t", "content": {"state": 0}}));
        said["resource"] = "device.message".into();
        assert_eq!(ups(&said)[0].object.as_deref(), Some(r#"{"state":0}"#));
        said["notify_data"]["body"]["content"] = "AQI=".into();
        assert_eq!(ups(&said)[0].payload, [1, 2]);
    }

    #[test]
    fn the_older_form_has_one_service_or_several() {
        let data = json!({"serviceId": "Parking", "serviceType": "Parking", "data": {"state": 1},
            "eventTime": "20231114T221320Z"});
        let one = json!({"notifyType": "deviceDataChanged", "deviceId": "3cb5-c4", "gatewayId": "3cb5-c4",
            "requestId": null, "service": data});
        let [up] = &ups(&one)[..] else { panic!() };
        assert_eq!(
            (&*up.devices, up.times[1]),
            (
                &["iotda/3cb5-c4".to_owned()][..],
                Some(Millis(1_700_000_000_000))
            )
        );
        let two = json!({"notifyType": "deviceDatasChanged", "deviceId": "3cb5-c4", "services": [data, data]});
        assert_eq!(ups(&two).len(), 2);
        let other = json!({"notifyType": "deviceInfoChanged", "deviceId": "3cb5-c4"});
        assert_eq!(all(&other).unwrap(), [Said::Nothing]);
    }

    #[test]
    fn other_resources_are_nothing_to_do_and_what_cannot_be_read_is_refused() {
        for resource in ["device", "device.status", "batchtask"] {
            assert_eq!(
                all(&json!({"resource": resource})).unwrap(),
                [Said::Nothing]
            );
        }
        let mut nobody = report(&json!({"services": [service(1)]}));
        nobody["notify_data"]["header"] = json!({});
        for (bad, words) in [
            (json!({}), "resource: "),
            (json!({"resource": "device.property"}), "notify_data: "),
            (
                json!({"resource": "device.property", "notify_data": {"header": {}}}),
                "body: ",
            ),
            (report(&json!({})), "services: a list"),
            (
                report(&json!({"services": [7]})),
                "services: a list of objects",
            ),
            (report(&json!({"services": [{}]})), "properties: "),
            (nobody, "device_id: "),
            (
                json!({"notifyType": "deviceDataChanged", "deviceId": "x"}),
                "service: ",
            ),
        ] {
            let said = all(&bad).unwrap_err().0;
            assert!(said.contains(words), "{bad}: {said}");
        }
    }
}
