//! The hub's own MQTT endpoint: it takes reports, and gives the acknowledgement that a broker in between could not.
//!
//! Promises: a PUBACK, PUBREC or PUBCOMP leaves only after the journal has said that the message is on disk; acks
//! leave in the order of the publishes; nobody publishes but under the source whose key they hold; no input from
//! one client harms another. It is **no general broker**: no stored sessions, no shared subscriptions, no message
//! store, and it says so (`session present` is always 0, SUBACK answers "failure").
//!
//! The path of a byte: [`serve()`] accepts -> `connection` reads -> `session` (pure) decides -> `wire` decodes,
//! the only file that knows the codec. MQTT 3.1.1 only; another version is answered with CONNACK 1.

mod config;
mod connection;
mod desk;
mod door;
mod owed;
mod seats;
mod serve;
mod session;
#[cfg(test)]
mod tests;
mod topic;
mod turn;
mod wire;

pub use config::Config;
pub use door::{Denied, Door, Doorkeeper, Intake};
pub use serve::serve;
