//! The API as its callers see it: each file a behaviour, all through the whole router on a small
//! town in memory.

mod access;
mod admin;
mod aliases;
mod answer;
mod apart;
mod areas;
mod audit;
mod bays;
mod behind;
mod caching;
mod cds;
mod compat;
mod compat_parkapi;
mod contributions;
mod credit;
mod crs;
mod datex2;
mod devices;
mod document;
mod documentation;
mod floors;
mod forecast;
mod formats;
mod gate;
mod keys;
mod known_bays;
mod listing;
mod losses;
mod mcp;
mod money;
mod near_zones;
mod nearby;
mod ngsi;
mod ngsi_asks;
mod ngsi_sight;
mod open_socket;
mod open_stream;
mod operators;
mod outlines;
mod own_refusals;
mod own_stream;
mod owned;
mod packed;
mod pages;
mod partners_keys;
mod partners_me;
mod partners_signup;
mod places;
mod platforms;
mod prices;
mod private_bays;
mod private_streams;
mod private_turnover;
mod quality;
mod quarantine;
mod quota;
mod reports;
mod request_ids;
mod reserved;
mod secure;
mod settled;
mod shares;
mod sharing;
mod sharing_bad;
mod sharing_driver;
mod sharing_offers;
mod sharing_pools;
mod sharing_seasons;
mod snapshots;
mod sockets;
mod sources;
mod stream;
mod stream_moves;
mod stream_socket;
mod town;
mod turnover;
mod uplinks;
mod usage;
mod webhooks;
mod zone_history;
mod zone_metrics;
mod zones;

pub(super) use answer::Answer;
use places::{at, bay, small_town, zone};
pub(super) use town::Town;

use crate::domain::Millis;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

/// 2026-11-23T02:00:00.123Z
pub(super) const NOW: Millis = Millis(1_795_399_200_123);

/// Stores and histories are opened on a runtime of their own.
static STORES: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
