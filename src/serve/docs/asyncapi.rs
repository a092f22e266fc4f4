//! `/v1/asyncapi.json`: what goes in and out as messages, by MQTT and by the live stream.
//!
//! Made once. What comes in is described by the rows of `CODECS`, what goes out by the types of
//! `docs::schema` and the rest of this file.

use crate::domain::Millis;
use crate::ingest::codec::{CODECS, Sender};
use crate::serve::docs::schema::Messages;
use crate::serve::http::document::{FixedDocument, Validators};
use crate::serve::http::error::ApiError;
use axum::Router;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where it is.
pub(in crate::serve) const PATH: &str = "/v1/asyncapi.json";

/// The route, and its part of the OpenAPI document. `began`: when the hub began to answer.
pub(in crate::serve) fn routes(began: Millis) -> (Router, utoipa::openapi::OpenApi) {
    let (_, part) = OpenApiRouter::<()>::new()
        .routes(routes!(asyncapi))
        .split_for_parts();
    let document = FixedDocument::new(document().to_string(), "application/json", began);
    let asyncapi = get(move |held: Validators| std::future::ready(document.answer(&held)));
    let router = Router::new().route(PATH, asyncapi);
    (
        router.method_not_allowed_fallback(async || ApiError::MethodNotAllowed),
        part,
    )
}

/// The description of all messages: AsyncAPI 3.0.
///
/// What comes in and goes out by MQTT and by live streams. Made from the same types as the messages.
#[utoipa::path(
    get, path = "/v1/asyncapi.json", tag = "operators",
    responses((status = 200, description = "AsyncAPI 3.0", body = Object, content_type = "application/json"))
)]
async fn asyncapi() {}

/// What goes out: name of the message, its schema, title. What comes in is described by
/// [`CODECS`].
const MESSAGES: [(&str, &str, &str); 13] = [
    ("availability", "ZoneAvailability", "How full a zone is"),
    ("zone", "Zone", "A zone as it is now"),
    ("bay", "BayChange", "A bay as it is now"),
    (
        "bay_gone",
        "BayGone",
        "A bay has left sight; the event is `bay`",
    ),
    (
        "gone",
        "Gone",
        "A zone was removed, or has left sight or the box",
    ),
    (
        "order",
        "CityOrder",
        "An order of the authority, as it is now",
    ),
    (
        "orders_active",
        "ActiveOrders",
        "All orders of the authority that are in force",
    ),
    ("resync", "Resync", "The client must begin again"),
    (
        "reservation",
        "ReservationEvent",
        "Something has happened to a reservation",
    ),
    (
        "ready",
        "OwnReady",
        "All reservations that stand have been told",
    ),
    (
        "socket_request",
        "SocketRequest",
        "What a client asks inside a socket",
    ),
    (
        "socket_answer",
        "SocketAnswer",
        "What the hub says inside a socket, but for events",
    ),
    (
        "socket_event",
        "SocketEvent",
        "Something has happened to what is followed",
    ),
];

/// What is said of the levels in braces of topics.
const PARAMETERS: [(&str, &str); 5] = [
    (
        "source",
        "The source's id, which is also its user name: [A-Za-z0-9._:-]{1,64}",
    ),
    ("zone", "The zone's id: [A-Za-z0-9._:-]{1,64}"),
    ("order", "The order's id"),
    ("application", "The network server's own: not read"),
    ("device", "Likewise; the payload names the device"),
];

/// The events of a stream.
const EVENTS: [&str; 6] = ["zone", "bay", "bay_gone", "gone", "order", "resync"];

/// What the hub says inside a socket.
const SOCKET_SAYS: [&str; 2] = ["socket_answer", "socket_event"];

/// Those of the stream of one's own reservations.
const OWN_EVENTS: [&str; 3] = ["reservation", "ready", "resync"];

fn document() -> Value {
    let mut schemas = schemas();
    let mut messages = Map::new();
    for codec in CODECS {
        let mut described = Vec::new();
        let schema = (codec.schema)(&mut described);
        for (name, schema) in described {
            // A schema always has a JSON form.
            schemas.insert(name, serde_json::to_value(schema).unwrap_or_default());
        }
        messages.insert(
            codec.name.to_owned(),
            message(codec.name, &schema, codec.title),
        );
    }
    for (name, schema, title) in MESSAGES {
        messages.insert(name.to_owned(), message(name, schema, title));
    }
    let parameters = PARAMETERS.map(|(name, says)| (name.to_owned(), json!({"description": says})));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "bayhub messages",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Reports in, availability and orders out by MQTT 3.1.1 and 5, and the live stream by \
                            Server-Sent Events. At most 1,000 bays and 256 KiB a message. With QoS 1 an acknowledgement means: \
                            on disk. The requests and answers of HTTP are described by /v1/openapi.json.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "mqtt": server("mqtt", "1883", &json!([reference("securitySchemes/source")])),
            "websocket": websocket(),
            "http": server("http", "8080", &json!([reference("securitySchemes/key")])),
        },
        "channels": channels(),
        "operations": operations(),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "parameters": parameters.into_iter().collect::<Map<_, _>>(),
            "securitySchemes": {
                "source": {
                    "type": "userPassword",
                    "description": "User name: the source's id. Password: an API key with the scope report that may \
                                    speak for that source.",
                },
                "key": {
                    "type": "http", "scheme": "bearer",
                    "description": "An API key, where the hub is set to need one for public reads.",
                },
            },
        },
    })
}

/// The servers that speak MQTT.
const BY_MQTT: [&str; 2] = ["mqtt", "websocket"];

fn server_ref(name: &str) -> Value {
    json!({"$ref": format!("#/servers/{name}")})
}

fn message(name: &str, schema: &str, title: &str) -> Value {
    let payload = reference(&format!("schemas/{schema}"));
    json!({"name": name, "title": title, "contentType": "application/json", "payload": payload})
}

fn server(protocol: &str, port: &str, security: &Value) -> Value {
    json!({
        "host": "{host}:{port}", "protocol": protocol, "security": security,
        "variables": {
            "host": {"default": "localhost", "description": "Where the hub runs"},
            "port": {"default": port, "description": "As configured"},
        },
    })
}

/// MQTT by the HTTP listener.
fn websocket() -> Value {
    let mut server = server("ws", "8080", &json!([reference("securitySchemes/source")]));
    server["pathname"] = "/mqtt".into();
    server["description"] =
        "MQTT 3.1.1 and 5 in binary messages of a WebSocket, sub-protocol mqtt".into();
    server
}

fn channels() -> Value {
    let mut all = Map::new();
    for codec in CODECS {
        let description = match codec.sender {
            Sender::Source if codec.retained => {
                "A source publishes under its own id only. Retained."
            }
            Sender::Source => "A source publishes under its own id only.",
            Sender::NetworkServer => {
                "With a key that may hand on uplinks; the device's bay is in the registry."
            }
        };
        let parameters = codec.topic.split('/').filter_map(|level| {
            let name = level.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), reference(&format!("parameters/{name}"))))
        });
        all.insert(
            codec.name.to_owned(),
            json!({
                "address": codec.topic,
                "description": description,
                "servers": BY_MQTT.map(server_ref),
                "parameters": parameters.collect::<Map<_, _>>(),
                "messages": {codec.name: reference(&format!("messages/{}", codec.name))},
            }),
        );
    }
    all.insert(
        "availability".to_owned(),
        json!({
            "address": "bayhub/v1/zones/{zone}/availability",
            "description": "Retained, at most once a second a zone. Where public reads need no key, neither does \
                            following: a CONNECT without a user name.",
            "servers": BY_MQTT.map(server_ref),
            "parameters": {"zone": reference("parameters/zone")},
            "messages": {"availability": reference("messages/availability")},
        }),
    );
    for (name, channel) in order_channels() {
        all.insert(name.to_owned(), channel);
    }
    let events = EVENTS
        .iter()
        .map(|name| ((*name).to_owned(), reference(&format!("messages/{name}"))));
    all.insert(
        "stream".to_owned(),
        json!({
            "address": "/v1/stream",
            "description": "Server-Sent Events; the event's name is the message's. The newest state always comes, \
                            not each one on the way to it. What comes into the selection is followed; what was told \
                            of and leaves it is told gone. Each event has an id; Last-Event-ID resumes, or resync says \
                            to forget all.",
            "servers": [{"$ref": "#/servers/http"}],
            "messages": events.collect::<Map<_, _>>(),
        }),
    );
    let events = OWN_EVENTS
        .iter()
        .map(|name| ((*name).to_owned(), reference(&format!("messages/{name}"))));
    all.insert(
        "reservations".to_owned(),
        json!({
            "address": "/v1/reservations/stream",
            "description": "Server-Sent Events for the holder of a key with the scope book: what stands, ready, and then \
                            each thing that happens. From ready on each event has an id; Last-Event-ID resumes.",
            "servers": [{"$ref": "#/servers/http"}],
            "messages": events.collect::<Map<_, _>>(),
        }),
    );
    all.insert("socket".to_owned(), socket());
    Value::Object(all)
}

/// The topics of orders.
fn order_channels() -> [(&'static str, Value); 2] {
    let one = json!({
        "address": "bayhub/v1/orders/{order}",
        "description": "Retained, as each order is issued, begins, changes and ends. One that has ended is told so once, \
                        and then an empty message clears what is retained. Subscribe with bayhub/v1/orders/#; no key \
                        is needed where public reads need none.",
        "servers": BY_MQTT.map(server_ref),
        "parameters": {"order": reference("parameters/order")},
        "messages": {"order": reference("messages/order")},
    });
    let active = json!({
        "address": "bayhub/v1/orders/active",
        "description": "Retained: all orders in force, none among them, told anew when that changes, at most twice a \
                        second. At most 256 KiB of orders, the gravest first.",
        "servers": BY_MQTT.map(server_ref),
        "messages": {"orders_active": reference("messages/orders_active")},
    });
    [("orders", one), ("orders_active", active)]
}

/// The live streams by WebSocket.
fn socket() -> Value {
    let messages = SOCKET_SAYS.into_iter().chain(["socket_request"]);
    let messages = messages.map(|name| (name.to_owned(), reference(&format!("messages/{name}"))));
    json!({
        "address": "/v1/stream/ws",
        "description": "The same streams on one WebSocket: JSON as text, an object a message. A client subscribes to \
                        zones, a box or its own reservations by an id of its own; data and ids are those of the \
                        Server-Sent Events.",
        "servers": [{"$ref": "#/servers/http"}],
        "messages": messages.collect::<Map<_, _>>(),
    })
}

/// From the hub's side: it receives what sources publish.
fn operations() -> Value {
    let mut all = Map::new();
    let mut add = |id: String, action: &str, channel: &str, messages: &[&str], bindings: Value| {
        let messages: Vec<Value> = messages
            .iter()
            .map(|m| json!({"$ref": format!("#/channels/{channel}/messages/{m}")}))
            .collect();
        let channel = json!({"$ref": format!("#/channels/{channel}")});
        all.insert(id, json!({"action": action, "channel": channel, "messages": messages, "bindings": bindings}));
    };
    for codec in CODECS {
        let mut mqtt = json!({"qos": 1, "bindingVersion": "0.2.0"});
        if codec.sender == Sender::Source {
            mqtt["retain"] = codec.retained.into();
        }
        let name = codec.name;
        add(
            format!("take_{name}"),
            "receive",
            name,
            &[name],
            json!({"mqtt": mqtt}),
        );
    }
    let mqtt = json!({"mqtt": {"qos": 0, "retain": true, "bindingVersion": "0.2.0"}});
    for (channel, message) in [
        ("availability", "availability"),
        ("orders", "order"),
        ("orders_active", "orders_active"),
    ] {
        let id = format!("tell_{channel}");
        add(id, "send", channel, &[message], mqtt.clone());
    }
    let query = json!({"type": "object", "properties": {
        "zones": {"type": "string", "description": "Up to 500 zone ids with commas between them"},
        "bbox": {"type": "string", "description": "west,south,east,north in degrees"},
        "bays": {"type": "boolean", "description": "Their bays too, for at most 200 zones"},
        "last_event_id": {"type": "string", "description": "In place of the header Last-Event-ID"},
        "lastEventId": {"type": "string", "description": "Another name of last_event_id"},
    }});
    let http = json!({"http": {"method": "GET", "query": query, "bindingVersion": "0.3.0"}});
    add("tell_stream".to_owned(), "send", "stream", &EVENTS, http);
    let query = json!({"type": "object", "properties": {
        "last_event_id": {"type": "string", "description": "In place of the header Last-Event-ID"},
        "lastEventId": {"type": "string", "description": "Another name of last_event_id"},
    }});
    let http = json!({"http": {"method": "GET", "query": query, "bindingVersion": "0.3.0"}});
    add(
        "tell_reservations".to_owned(),
        "send",
        "reservations",
        &OWN_EVENTS,
        http,
    );
    let asked = ["socket_request"];
    add(
        "take_socket".to_owned(),
        "receive",
        "socket",
        &asked,
        json!({}),
    );
    add(
        "tell_socket".to_owned(),
        "send",
        "socket",
        &SOCKET_SAYS,
        json!({}),
    );
    Value::Object(all)
}

/// The schemas of what goes out.
fn schemas() -> Map<String, Value> {
    // A document of strings and maps always has a JSON form.
    let mut api = serde_json::to_value(Messages::openapi()).unwrap_or_default();
    match api.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(all)) => all,
        _ => Map::new(),
    }
}

fn reference(to: &str) -> Value {
    json!({"$ref": format!("#/components/{to}")})
}
