//! The hub as a client of a broker that a city has already: a real mosquitto, cut, killed and
//! restarted in mid-stream.
//!
//! What is checked is the effect: after each disaster the live state is exactly the last state that
//! was published for every bay. How often a message was taken is not: a broker that was cut off
//! sends again what was not acknowledged. mosquitto keeps what it has written to its file; it does
//! so on a signal and on a clean stop, so a test that kills it lets it write first - what a broker
//! itself loses no client can bring back.

mod disasters;
mod hub;
mod mosquitto;
mod orders;
pub(crate) mod relay;
mod retained;
mod traffic;
mod uplinks;
