//! The doors for reports, and the gate that every report passes.
//!
//! `mqtt_server` is the hub's own; `mqtt_client` is a client of outside brokers; `codec` knows
//! payload formats; `connector` reads the feeds of others; `gate` decides what passes; `import` reads
//! files of the past; `board` is what doors that publish may know of the zones.

pub mod board;
pub mod codec;
pub mod connector;
pub mod gate;
pub mod import;
pub mod mqtt_client;
pub mod mqtt_server;
mod shutdown;
