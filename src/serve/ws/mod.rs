//! WebSockets on the HTTP listener.
//!
//! Promises: a socket costs no more than a connection of its own kind, and is bounded alike; frames
//! and messages are bounded before they are collected, and so is what waits to be sent, pongs too; the
//! request's time limit ends with the answer 101 and never cuts what follows. Any `Origin` may open
//! one, as any page may call the API: what a socket may do goes by the key that is sent inside it, and
//! a browser adds none by itself, so a foreign page can do with one what any stranger could.
//!
//! | file | |
//! |---|---|
//! | `upgrade` | from a request to a socket |
//! | `line` | a socket's binary messages as a stream of bytes |
//! | `mqtt` | `/mqtt` |
//! | `stream`, `followed`, `messages` | `/v1/stream/ws` |

mod followed;
mod line;
pub(in crate::serve) mod messages;
mod mqtt;
mod stream;
mod upgrade;

pub use line::WsLine;
pub use mqtt::{MqttDoor, MqttPlace, MqttShut};

pub(in crate::serve) use mqtt::{PATH as MQTT_PATH, routes as mqtt_routes};
pub(in crate::serve) use stream::{PATH as STREAM_PATH, SocketState, routes as stream_routes};

#[cfg(test)]
mod tests;
