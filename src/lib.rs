//! bayhub: a real-time smart-parking data-sharing hub. Rooms stand in the order of the data.
//!
//! | room | what it holds |
//! |---|---|
//! | [`domain`] | the field's words: bays, zones, claims, refusals. No I/O, no async, no clock |
//! | `schema` | the domain's vocabularies as JSON schemas, for descriptions of calls and messages |
//! | [`registry`] | zones, bays, sources and devices: who and where |
//! | [`tls`] | TLS in front of a listener: its certificate, and the certificate's reload |
//! | [`ingest`] | the doors for reports: MQTT server and clients, payload codecs, the gate |
//! | [`inbox`] | what doors have handed in and the journal has not taken yet: bounded, and fair |
//! | [`journal`] | the write-ahead log; a report is acknowledged when its batch is on disk |
//! | [`belief`] | how likely a bay is occupied: one belief from sensors, apps and gates |
//! | [`stream`] | one timely dataflow: what is held true of bays and zones, silence |
//! | [`settlement`] | the same claims once more, by event time: visits and turnover |
//! | [`live`] | the read model: vacant bitmaps, bay words, zone tallies, the change feed |
//! | [`forecast`] | how likely a bay that is vacant now still is on arrival |
//! | [`history`] | settled hours as Parquet files, and every question about turnover |
//! | [`store`] | what is transactional, in SQL: SQLite in the data folder, PostgreSQL by URL |
//! | [`orders`] | orders of the authority: what they close, and who is told |
//! | [`sharing`] | private bays on offer, and who gets them: a matcher plans, a desk carries out |
//! | [`partners`] | API keys and what they may do |
//! | [`webhooks`] | partners' endpoints are told of what happens, signed and in order |
//! | [`problems`] | what people report of bays and places, who deals with it, and by when |
//! | [`serve`] | HTTP and live streams: an audience a folder |
//! | [`limits`] | who may take how much of what all share |
//! | [`metrics`] | everything the hub counts |
//! | [`health`] | whether each part is well, and why not |
//! | [`clock`] | the machine's clock, and one that a test turns |
//! | [`threads`] | threads that a hub cannot do without, and whom their panic ends |
//! | `prefetch` | asks the processor for memory ahead |
//! | `snapshot_vec` | a vector of which a copy is taken a little at a time, while it changes |
//! | `long` | how long tests without an end of their own go on |
//! | `testing` | small cities, for the tests of every room |
//! | [`config`] | what an operator can set: one struct a room |
//! | `fuzzing` | what fuzzers may call |
//! | [`app`], [`demo`] | the wiring, and a whole city on one machine |
//!
//! The path of one report: `ingest::mqtt_server` reads it, `ingest::gate` turns it into a
//! [`domain::Claim`] or a [`domain::Refusal`], `journal` makes it durable and lets the door
//! acknowledge it, `stream` fuses it, `live` holds what is now true, and `serve` tells a driver.
//! Meanwhile `settlement` puts it aside until its window is due, and hands what came of it to
//! `history`. `ARCHITECTURE.md` walks the other paths, and says what each word means.

pub mod app;
pub mod belief;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod forecast;
#[doc(hidden)]
pub mod fuzzing;
pub mod health;
pub mod history;
pub mod inbox;
pub mod ingest;
pub mod journal;
pub mod limits;
pub mod live;
pub mod metrics;
pub mod orders;
pub mod partners;
mod prefetch;
pub mod problems;
pub mod registry;
mod schema;
pub mod serve;
pub mod settlement;
pub mod sharing;
mod snapshot_vec;
pub mod store;
pub mod stream;
pub mod threads;
pub mod tls;
pub mod webhooks;

#[cfg(test)]
mod long;
#[cfg(test)]
mod testing;
