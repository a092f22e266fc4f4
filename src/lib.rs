//! bayhub: a real-time smart-parking data-sharing hub. Rooms stand in the order of the data.
//!
//! | room | what it holds |
//! |---|---|
//! | [`domain`] | the field's words: bays, zones, observations, refusals. No I/O, no async, no clock |
//! | [`registry`] | zones, bays and sources: who and where |
//! | [`ingest`] | the doors for reports: the MQTT endpoint, the payload codecs, the gate |
//! | [`journal`] | the write-ahead log; a report is acknowledged when its batch is on disk |
//! | [`stream`] | one timely dataflow: fusion, zone counters, silence |
//! | [`live`] | the read model: vacant bitmaps, bay words, zone tallies, the change feed |
//! | [`history`] | settled turnover and visits as hourly Parquet files, and every question about them |
//! | [`store`] | what is transactional, in SQL: SQLite in the data folder, PostgreSQL by URL |
//! | [`share`] | private bays on offer, and who gets them: the matcher plans, the desk carries out |
//! | [`partner`] | API keys and what they may do |
//! | [`share`] | private bays: the matcher, which plans who gets which |
//! | [`serve`] | HTTP: queries, reports, administration, health |
//! | [`app`], [`demo`] | the wiring, and a whole city on one machine |
//!
//! The path of one report: `ingest::endpoint` reads it, `ingest::gate` turns it into a
//! `domain::Claim` or a `domain::Refusal`, `journal` makes it durable and lets the door acknowledge
//! it, `stream` fuses it, `live` holds what is now true, and `serve` tells a driver.

pub mod app;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod forecast;
#[doc(hidden)]
pub mod fuzzing;
pub mod health;
pub mod history;
pub mod ingest;
pub mod journal;
pub mod live;
pub mod metrics;
pub mod partners;
mod prefetch;
pub mod registry;
mod schema;
pub mod serve;
pub mod settlement;
pub mod sharing;
pub mod store;
pub mod stream;

#[cfg(test)]
mod testing;
