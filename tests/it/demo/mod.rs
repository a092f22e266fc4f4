//! The command itself, as a user has it: real processes, real MQTT, real HTTP, checked against the
//! public contract.
//!
//! Each test starts its own hub on ports that the system picks, in its own folder, and ends it.
//! Deadlines are there so that a hang becomes a message; none of them says how fast the hub must
//! be, but for the 15 s a clean stop has.

mod areas;
mod cds_schemas;
mod certificates;
mod clients;
mod copies;
mod crash;
mod crowd;
mod datex2_peer;
mod district;
mod doctor;
mod examples;
mod exits;
mod feeds;
mod full_disk;
mod http;
mod hub;
mod keys;
mod load;
mod logs;
mod lorawan;
mod mcp_peer;
pub(crate) mod mqtt;
mod mqtt_peers;
mod mqtt_ws;
mod ngsi;
mod open311_peer;
mod openapi_peer;
mod orders;
mod pages;
mod parquet;
mod past;
mod platforms;
mod quickstart;
mod reports;
mod restarts;
mod sandbox;
mod sharing;
mod small_town;
mod start;
mod stream;
mod suspects;
mod trace;
mod webhooks;
mod words;

pub(crate) use hub::bayhub;
