//! The hub's own MQTT server: it takes reports, and gives the acknowledgement that a broker in
//! between could not.
//!
//! Promises: a PUBACK, PUBREC or PUBCOMP leaves only after the journal has said that the message is
//! on disk; acks leave in the order of the publishes; nobody publishes but under the source whose
//! key they hold; no input from one client harms another. It is **no general broker**: no stored
//! sessions, no shared subscriptions, no message store, no topics but its own, and it says so in
//! the protocol's terms. Subscribers get the availability of zones: the current state first, then
//! each zone's newest state, at most once a second; and the authority's orders, each as it changes.
//! A will's delay counts as 0.
//!
//! The path of a byte: [`serve()`] accepts -> `connection` reads -> `session` (pure) decides ->
//! `wire` decodes, the only folder that knows the codecs. MQTT 3.1.1 and 5, by what each CONNECT
//! asks for.

mod close;
mod config;
mod connection;
mod connection_limits;
mod desk;
mod display;
mod door;
#[doc(hidden)]
pub mod fuzzing;
mod guests;
mod line;
mod order_display;
mod pending_acks;
mod read_batch;
mod serve;
mod session;
#[cfg(test)]
mod tests;
mod topic;
mod wire;

pub use config::Config;
pub use door::{Denied, Door, Doorkeeper, Intake, SandboxDoor};
pub use guests::{GuestPlace, GuestRefused, Guests};
pub use line::Line;
pub use serve::{LOBBY, serve, serve_tls};
