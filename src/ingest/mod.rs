//! The doors for reports, and the gate that every report passes.
//!
//! `endpoint` is the hub's own MQTT server; `codec` knows payload formats; `gate` decides what passes.

pub mod codec;
pub mod endpoint;
pub mod gate;
